"""The nbgrader course in the data folder, made from the labs of the checkout and never written back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalogue.folders import CHECKOUT, COURSE_ID

from .errors import CourseError
from .exchange_steps import ID_FILE, course_id
from .owners import owner
from .seeds import grading_key

ONLY_FILE = "only-labs"  # beside the course folder, out of its staff's reach

CONFIG = '''"""Made by ./academy; settings of your own go below the call."""

from pathlib import Path

from graders.configuration import configure

configure(get_config(), Path(__file__).resolve().parent)
'''


@dataclass(frozen=True)
class Course:
    """The course folder.

    Attributes
    ----------
    data
        The data folder that it lies in.
    labs
        Where the labs come from: a folder with ``source/`` and ``authoring/``; by default ``<data>/labs``
        where that is, else those of the checkout.
    """

    data: Path
    labs: Path = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.labs is None:
            own = self.data / "labs"
            object.__setattr__(self, "labs", own if own.is_dir() else CHECKOUT / "labs")

    @property
    def id(self) -> str:
        """What nbgrader calls the course."""
        return course_id(self.root)

    @property
    def root(self) -> Path:
        """``<data>/course``: source, release, submitted, autograded, feedback, gradebook.db."""
        return self.data / "course"

    @property
    def exchange(self) -> Path:
        """``<data>/exchange``: what is handed out and in."""
        return self.data / "exchange"

    @property
    def inbound(self) -> Path:
        """Where submissions arrive in the exchange."""
        return self.exchange / self.id / "inbound"

    def known(self) -> list[str]:
        """Return the labs of the course, by name."""
        try:
            only = (self.data / ONLY_FILE).read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return self.present()
        return [lab for lab in self.present() if lab in only]

    def present(self) -> list[str]:
        """Return the labs that there are where the course's labs come from, by name."""
        found = (self.labs / "source").glob("*/*.ipynb")
        return sorted(path.parent.name for path in found if path.stem == path.parent.name)

    def released(self) -> list[str]:
        """Return the labs that learners can fetch."""
        return sorted(path.parent.name for path in (self.root / "release").glob("*/*.ipynb"))

    def unreleased(self, labs: Iterable[str]) -> list[str]:
        """Return those of the labs that learners cannot fetch yet."""
        released = set(self.released())
        return [lab for lab in labs if lab not in released]

    def choose(self, only: Collection[str] | None) -> None:
        """Say which labs the course has; None for all."""
        note = self.data / ONLY_FILE
        if only is not None:
            write(note, "\n".join(only) + "\n")
        elif note.exists():
            note.unlink()

    def settings(self) -> Any:
        """Return the configuration that nbgrader's own commands read in this folder."""
        from traitlets.config import Config

        from .configuration import configure  # nbgrader, half a second, which only this needs

        c = Config()
        configure(c, self.root)
        return c


def make(
    data: Path,
    labs: Path | None = None,
    named: str = COURSE_ID,
    only: Collection[str] | None = None,
) -> Course:
    """Make the course folder, or bring it up to date.

    A lab that was released stays as it was: learners have that version, and are graded by it.

    Parameters
    ----------
    data
        The data folder.
    labs
        Where the labs lie; see `Course`.
    named
        The id of a course that is made now.
    only
        The labs that such a course has; None for all. Of others its staff do not get the masters.

    Raises
    ------
    CourseError
        When the folder cannot be written, or belongs to another user than root, who asks.
    """
    course = Course(data.absolute(), labs)
    if (uid := owner(course.root)) is not None:
        raise CourseError(
            f"{course.root} belongs to user {uid}, and root does not work there itself; ./academy grade and"
            " ./academy release do it as that user"
        )
    try:
        for name in ("source", "release", "submitted", "autograded", "feedback"):
            (course.root / name).mkdir(parents=True, exist_ok=True)
        course.exchange.mkdir(parents=True, exist_ok=True)
        if named != COURSE_ID:
            write(course.root / ID_FILE, named + "\n")
            course.choose(only)
        write(course.root / "nbgrader_config.py", CONFIG)
        grading_key(course.data)
        for lab in course.unreleased(course.known()):
            from .bringing import bring  # with nbgrader, which nothing else here needs

            bring(course, lab)
    except OSError as error:
        raise CourseError(
            f"the course folder {course.root} cannot be written: {error.strerror}; "
            "free or mend it, or choose another with --data"
        ) from None
    return course


def write(path: Path, text: str) -> None:
    """Write a file at once or not at all; a file that is there with settings of its own stays."""
    if path.exists() and (path.read_text(encoding="utf-8") == text or path.suffix == ".py"):
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
