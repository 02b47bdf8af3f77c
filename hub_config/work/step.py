"""What nbgrader's steps share when they go through the academy service."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.exchange import abc
from nbgrader.utils import ignore_patterns

from graders.exchange_steps import COURSE_ID

from .courier import CourierError
from .trees import OWN_FILES


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
        except CourierError as error:
            self.fail(str(error))

    @property
    def lab(self) -> str:
        """The lab that the step is about."""
        return self.coursedir.assignment_id

    @property
    def home_of_lab(self) -> Path:
        """Where a learner's copy of the lab lies."""
        return Path(self.assignment_dir).absolute() / self.lab

    def init_src(self) -> None:
        """Make sure that the step is about this academy's course."""
        if self.coursedir.course_id not in ("", "*", COURSE_ID):
            self.fail(f"there is no course {self.coursedir.course_id!r} here; the course is {COURSE_ID!r}")

    def init_dest(self) -> None:
        """Nothing to prepare: what arrives is written whole."""

    def _files(self, folder: Path) -> list[tuple[Path, str]]:
        """Return the files of a folder that nbgrader's settings let travel."""
        ignored = ignore_patterns(
            exclude=self.coursedir.ignore,
            include=self.coursedir.include,
            max_file_size=self.coursedir.max_file_size,
            log=self.log,
        )
        found = []
        for base, folders, names in os.walk(folder):
            left_out = set(ignored(base, [*folders, *names]))
            folders[:] = [name for name in folders if name not in left_out]
            for name in names:
                path = Path(base) / name
                shown = path.relative_to(folder).as_posix()
                if name not in left_out and shown not in OWN_FILES and path.is_file():
                    found.append((path, shown))
        size = sum(path.stat().st_size for path, _ in found)
        if size > 1000 * self.coursedir.max_dir_size:
            raise RuntimeError(
                f"the folder has {size / 1e6:.0f} MB, more than the {self.coursedir.max_dir_size / 1000:.0f}"
                " MB allowed; remove large files or clear large outputs"
            )
        return found
