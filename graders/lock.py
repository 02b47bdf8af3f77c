"""One grader at a time in a course folder: two would write the same files and the same scores."""

from __future__ import annotations

import fcntl
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import CourseError

FILE = "grading.lock"  # in the course folder
LOOK_SECONDS = 0.1
PATIENCE = 10.0  # seconds that formgrader and nbgrader's own commands wait for a batch
_held: dict[Path, int] = {}  # course folders of this process, with the thread that grades there


@contextmanager
def alone(
    course: Path,
    doing: str,
    *,
    patience: float = math.inf,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Hold a course folder for one grader; what a killed process held is free at once.

    A step inside of a batch may ask again: the thread that holds the folder goes on.

    Parameters
    ----------
    course
        Root of the course folder.
    doing
        What is done there, for whoever has to wait.
    patience
        Seconds to wait for another grader.
    tell
        Called once with a line that says who grades there, when there is something to wait for.

    Raises
    ------
    CourseError
        When another grader is still there after that time; it names the process and what to do.
    """
    course = course.resolve()
    if _held.get(course) == threading.get_ident():
        yield
        return
    with _opened(course) as file:
        _wait(file, course, patience, tell)
        _held[course] = threading.get_ident()
        try:
            file.seek(0)
            file.truncate()
            file.write(f"{_who()} ({doing}), since {time.strftime('%H:%M:%S')}")
            file.flush()
            yield
        finally:
            del _held[course]
            file.truncate(0)


def _opened(course: Path) -> IO[str]:
    """Open the lock for whoever may write in the course folder: root, or formgrader's user."""
    opened = os.open(course / FILE, os.O_RDWR | os.O_CREAT, 0o664)
    owner = course.stat()
    if os.geteuid() == 0 and os.fstat(opened).st_uid != owner.st_uid:
        os.fchown(opened, owner.st_uid, owner.st_gid)
    return os.fdopen(opened, "r+", encoding="utf-8")


def _wait(file: IO[str], course: Path, patience: float, tell: Callable[[str], None]) -> None:
    end, told = time.monotonic() + patience, False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            pass
        file.seek(0)
        there = f"{file.read() or 'another process'} grades in {course} already"
        if time.monotonic() >= end:
            raise CourseError(
                f"{there}; wait until it is done, or end that process (what it graded stays), then run again"
            )
        if not told:
            tell(f"{there}; waiting until it is done, Ctrl-C ends the waiting")
            told = True
        time.sleep(LOOK_SECONDS)


def _who() -> str:
    """Return this process's number and, where that is another one outside, whose server it belongs to."""
    server = os.environ.get("JUPYTERHUB_USER")
    return f"process {os.getpid()}" + (f" in the server of {server}" if server else "")
