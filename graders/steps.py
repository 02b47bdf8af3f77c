"""Nbgrader's own steps, run in this process, with what they log turned into errors."""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.utils import capture_log, temp_attrs

from .course import Course
from .errors import CourseError, GradingError

LEAST_FREE_MIB = 32  # a submission as large as is read, its graded copy, the gradebook's journal
_RAISED = re.compile(r"[\w.]*(Error|Exception)\b.*: \S")  # the last line of a traceback


class StepFailed(GradingError):
    """A step of nbgrader failed; the text is the last thing that it said."""


@contextlib.contextmanager
def nbgrader(course: Course) -> Iterator[NbGraderAPI]:
    """Yield nbgrader's API for a course, quiet: what goes wrong is raised by :func:`done`.

    Raises
    ------
    CourseError
        When the disk is all but full: nbgrader would stop half-way and blame its database's version.
    """
    free = shutil.disk_usage(course.root).free
    if free < LEAST_FREE_MIB * 2**20:
        raise CourseError(
            f"no space left on device, {course.root}: {free / 2**20:.0f} MiB are free and "
            f"{LEAST_FREE_MIB} are needed; free some, then run again: nothing was changed"
        )
    log = logging.getLogger("traitlets")
    level = log.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's and nbconvert's own, which nobody here can mend
        log.setLevel(logging.CRITICAL)
        try:
            yield NbGraderAPI(config=course.settings(), log_level="INFO")
        finally:
            log.setLevel(level)


def done(what: str, step: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any) -> str:
    """Run a step and return its log.

    Raises
    ------
    StepFailed
        With the line of the log that says why.
    """
    result = step(*args, **kwargs)
    log = result.get("log") or ""
    if (result.get("error") or "").endswith("KeyboardInterrupt\n"):
        raise KeyboardInterrupt  # nbgrader takes it for an error like any other
    if not result["success"]:
        raise StepFailed(f"{what}: {_reason(result.get('error') or '', log)}")
    return log


def autograded(api: NbGraderAPI, step: Autograde, lab: str, learner: str) -> None:
    """Let nbgrader's Autograde, or a kind of it, grade one submission, also over an earlier result.

    Raises
    ------
    StepFailed
        With the line of the log that says why.
    """
    step.force = True
    with temp_attrs(api.coursedir, assignment_id=lab, student_id=learner):
        done(f"{learner}, {lab}", capture_log, step)


def _reason(error: str, log: str) -> str:
    """Return the innermost reason: the last exception that nbgrader logged, or its last error."""
    lines = [line.strip() for line in (log + "\n" + error).splitlines() if line.strip()]
    ours = [line for line in lines if line.startswith("graders.errors.")]
    if ours:
        return ours[-1].split(": ", 1)[-1]
    if raised := [line for line in lines if _RAISED.match(line) and "NbGraderException" not in line]:
        return raised[-1]  # nbgrader's own says only that something went wrong
    told = [line.split("] ", 1)[-1] for line in lines if "Error" in line or "ERROR" in line or "] " in line]
    return (told or lines or ["no reason given"])[-1]
