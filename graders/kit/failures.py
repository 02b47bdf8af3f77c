"""What a failed check says: the problem, why it matters, what probably happened, where to look next."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

OURS = Path(__file__).resolve().parents[1]
LONGEST_VALUE = 300


class CheckFailed(AssertionError):
    """A check that does not hold, in words for the learner.

    Parameters
    ----------
    problem
        What is wrong, with the values that show it.
    because
        Why the right answer is what it is.
    likely
        The misconception that gives exactly this wrong answer, when it is known.
    look
        Where to look next.

    Examples
    --------
    >>> print(CheckFailed("got 3, expected 4", likely="you forgot the last element"))
    got 3, expected 4
    likely: you forgot the last element
    """

    def __init__(self, problem: str, *, because: str = "", likely: str = "", look: str = "") -> None:
        self.problem, self.because, self.likely, self.look = problem, because, likely, look
        lines = [problem]
        lines += [f"likely: {likely}"] if likely else []
        lines += [f"why: {because}"] if because else []
        lines += [f"look at: {look}"] if look else []
        super().__init__("\n".join(lines))

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in a notebook: the frames of the kit teach nothing."""
        return ["check failed: " + str(self)]


def shown(value: Any, limit: int = LONGEST_VALUE) -> str:
    """Return a short text for any value, without trusting its ``repr``.

    Examples
    --------
    >>> shown([1, 2, 3])
    '[1, 2, 3]'
    """
    try:
        text = _array_text(value) or repr(value)
    except Exception as error:  # noqa: BLE001 - a learner's repr may do anything; it is reported as text
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _array_text(value: Any) -> str:
    """Return a compact text for arrays and tensors, with shape and dtype; empty for anything else."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        inner = numpy.array2string(
            value.detach().cpu().to(torch.float64 if value.is_floating_point() else value.dtype).numpy(),
            threshold=12,
            edgeitems=2,
            precision=5,
            separator=", ",
        )
        return f"tensor({inner}, shape={tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')})"
    if numpy is not None and type(value) is numpy.ndarray:
        inner = numpy.array2string(value, threshold=12, edgeitems=2, precision=5, separator=", ")
        return f"array({inner}, shape={value.shape}, {value.dtype})"
    if numpy is not None and isinstance(value, numpy.generic):
        return repr(value.item())
    return ""


def told(error: BaseException) -> str:
    """Return what an exception raised in the learner's own code means, with its line.

    Examples
    --------
    >>> told(NotImplementedError())
    'this is not written yet: the answer cell still raises NotImplementedError'
    """
    if isinstance(error, CheckFailed):
        return str(error)
    if isinstance(error, NotImplementedError):
        return "this is not written yet: the answer cell still raises NotImplementedError"
    if isinstance(error, SystemExit):
        return "the code stopped Python with exit(): return a value instead"
    where = getattr(error, "academy_where", "") or _learners_line(error.__traceback__)
    text = shown_error(error)
    if isinstance(error, NameError) and not where:
        return f"{text}: run the cell above that defines it, or check its spelling"
    return f"the code raised {text}" + (f", at {where}" if where else "")


def shown_error(error: BaseException) -> str:
    """Return ``Type: message`` of an exception, shortened, without trusting its ``str``."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - a learner's exception may raise while it is shown
        message = ""
    message = message if len(message) <= LONGEST_VALUE else message[: LONGEST_VALUE - 1] + "…"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _learners_line(traceback: TracebackType | None) -> str:
    """Return the innermost line that is neither the check cell, nor the kit, nor a library."""
    found, depth = "", 0
    libraries = (sys.prefix, sys.base_prefix, str(OURS), "<frozen", "<__array_function__")
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if depth > 0 and not code.co_filename.startswith(libraries):
            line = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
            found = f"line {traceback.tb_lineno} of {code.co_name}" + (f": `{line}`" if line else "")
        traceback, depth = traceback.tb_next, depth + 1
    return found
