"""Nbgrader's own steps, run in this process, with what they log turned into errors."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from nbgrader.apps.api import NbGraderAPI

from .course import Course
from .errors import GradingError


class StepFailed(GradingError):
    """A step of nbgrader failed; the text is the last thing that it said."""


@contextlib.contextmanager
def nbgrader(course: Course) -> Iterator[NbGraderAPI]:
    """Yield nbgrader's API for a course, quiet: what goes wrong is raised by :func:`done`."""
    log = logging.getLogger("traitlets")
    level = log.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's and nbconvert's own, which nobody here can mend
        log.setLevel(logging.CRITICAL)
        try:
            yield NbGraderAPI(config=course.settings(), log_level="INFO")
        finally:
            log.setLevel(level)
            course.hand_over()


def done(what: str, step: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any) -> str:
    """Run a step and return its log.

    Raises
    ------
    StepFailed
        With the line of the log that says why.
    """
    result = step(*args, **kwargs)
    log = result.get("log") or ""
    if not result["success"]:
        raise StepFailed(f"{what}: {_reason(result.get('error') or '', log)}")
    return log


def _reason(error: str, log: str) -> str:
    """Return the innermost reason: the last line of the traceback that nbgrader logged, or its last error."""
    lines = [line.strip() for line in (log + "\n" + error).splitlines() if line.strip()]
    ours = [line for line in lines if line.startswith("graders.errors.")]
    if ours:
        return ours[-1].split(": ", 1)[-1]
    told = [line.split("] ", 1)[-1] for line in lines if "Error" in line or "ERROR" in line or "] " in line]
    return (told or lines or ["no reason given"])[-1]
