"""Which side of grading this is.

While a submission is graded, check cells run in another process than the learner's code; its functions and
objects are stand-ins there, and what has to look into them is done beside them. In a learner's own kernel
there is one side only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol


class Elsewhere:
    """Base of stand-ins for what lives in the learner's process."""

    __slots__ = ()


class OutOfTime(BaseException):
    """The learner's code did not answer in the check's time; no `Exception`: no answer goes on after it."""


class Other(Protocol):
    """The learner's side, as check cells reach it."""

    def probe(self, function: Callable[..., Any], objects: tuple[Any, ...]) -> Any:
        """Run a function beside the objects and return data."""

    def effects(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, Any]:
        """Call a function; return its result, and the arguments that it changed by place and by name."""

    def source(self, function: Any) -> str:
        """Return the text of a function."""

    def seed(self, number: int) -> None:
        """Seed every generator there."""


_other: list[Other] = []


def face(other: Other) -> None:
    """Make this process the checker's side, with `other` as the learner's."""
    _other[:] = [other]


def other() -> Other | None:
    """Return the learner's side, or None where there is one side only."""
    return _other[0] if _other else None


def elsewhere(*values: Any) -> Other | None:
    """Return the learner's side when one of these lives there."""
    return other() if any(isinstance(value, Elsewhere) for value in values) else None


def beside(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that looks into an object, its first argument, run where the object lives."""

    @wraps(function)
    def run(*args: Any) -> Any:
        there = elsewhere(*args)
        return function(*args) if there is None else there.probe(function, args)

    return run
