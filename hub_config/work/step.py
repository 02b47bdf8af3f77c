"""What nbgrader's steps share when they go through the academy service."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.exchange import ExchangeError, abc
from nbgrader.utils import ignore_patterns

from catalogue.folders import COURSE_ID

from .courier import Courier, CourierError
from .errors import TooLarge, WorkError
from .trees import OWN_FILES

TOLD = (CourierError, WorkError, OSError)


class Declined(ExchangeError):
    """The service says no, in both languages.

    Parameters
    ----------
    said, zh
        What it says.
    status
        The HTTP status with which it said so.
    """

    def __init__(self, said: str, zh: str, status: int) -> None:
        super().__init__(said)
        self.zh, self.status = zh, status


class ServiceExchange(abc.Exchange):
    """What all steps share."""

    def start(self) -> Any:
        """Take the step; what goes wrong ends in one sentence."""
        with self._told():
            return super().start()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except TOLD as error:
            told = in_words(error)
            if chinese := getattr(error, "detail", {}).get("error_zh"):
                self.log.fatal("%s · %s", told, chinese)
                raise Declined(told, chinese, error.status or 502) from error
            self.fail(told)

    @contextmanager
    def _one(self, what: str, failed: list[str]) -> Iterator[None]:
        """Do one of many things: what goes wrong with it is logged, noted in `failed`, and stops no other."""
        try:
            yield
        except TOLD as error:
            self.log.error("%s: %s", what, in_words(error))
            failed.append(what)

    @property
    def lab(self) -> str:
        """The lab that the step is about."""
        return self.coursedir.assignment_id

    @property
    def home_of_lab(self) -> Path:
        """Where a learner's copy of the lab lies."""
        return self.home_of(self.course) / self.lab

    @property
    def course(self) -> str:
        """The course that the step is about: the academy's own where none is named."""
        named = self.coursedir.course_id
        return COURSE_ID if named in ("", "*") else named

    def home_of(self, course: str) -> Path:
        """Return where a learner's labs of a course lie: those of the academy's own in the home itself."""
        home = Path(self.assignment_dir).absolute()
        return home if course == COURSE_ID else home / course

    def courier(self) -> Courier:
        """Return the way to the course's exchange."""
        return Courier(course=self.course)

    def init_src(self) -> None:
        """Nothing to find: the service knows the course, or says that it does not."""

    def init_dest(self) -> None:
        """Nothing to prepare: what arrives is written whole."""

    def _files(self, folder: Path) -> list[tuple[Path, str]]:
        """Return the files of a folder that nbgrader's settings let travel.

        Raises
        ------
        TooLarge
            When they are more than a submission may bring.
        OSError
            When something in it cannot be read.
        """
        ignored = ignore_patterns(
            exclude=self.coursedir.ignore,
            include=self.coursedir.include,
            max_file_size=self.coursedir.max_file_size,
            log=self.log,
        )
        found = []
        for base, folders, names in os.walk(folder, onerror=_raise):
            left_out = set(ignored(base, [*folders, *names]))
            folders[:] = [name for name in folders if name not in left_out]
            for name in names:
                path = Path(base) / name
                shown = path.relative_to(folder).as_posix()
                if name not in left_out and shown not in OWN_FILES and path.is_file():
                    found.append((path, shown))
        size = sum(path.stat().st_size for path, _ in found)
        if size > 1000 * self.coursedir.max_dir_size:
            raise TooLarge(
                f"the folder has {size / 1e6:.0f} MB, more than the {self.coursedir.max_dir_size / 1000:.0f}"
                " MB allowed; remove large files or clear large outputs, save and try again"
            )
        return found


def in_words(error: Exception) -> str:
    """Return what went wrong for the person: what, where, what next."""
    if not isinstance(error, OSError):
        return str(error)
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"{where}the disk is full; remove what you no longer need, then try again. Nothing half-written"
            " is left"
        )
    return f"{where}{error.strerror or error}; make sure that it is yours to read and write, then try again"


def _raise(error: OSError) -> None:
    raise error
