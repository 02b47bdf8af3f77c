"""Gradebooks of courses, which root does not open itself; see `graders.staff`."""

import os
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pkgutil import resolve_name
from typing import Any

from sqlalchemy.engine import make_url

from graders import staff
from graders.errors import CourseError
from graders.owners import owner
from learning_paths.errors import GradebookError
from learning_paths.evidence import Grade, Gradebook, Submission

from .deployment import Deployment
from .errors import HubError

LOADED = ("nbgrader.api", "hub_config.roster", "hub_config.work.duedates", "hub_config.oversight.gradebook")


def at_gradebook(deployment: Deployment, what: str, *arguments: Any) -> Any:
    """Call a function with the URL of a course's gradebook and more, and return what it returns.

    Parameters
    ----------
    deployment
        The course's places.
    what, arguments
        See `graders.staff.ask`.

    Raises
    ------
    HubError
        When the file that says where the gradebook lies would lead elsewhere.
    graders.errors.CourseError
        When it fails in a process of its own; else it raises what it raises.
    """
    url = deployment.gradebook_url
    if make_url(url).get_backend_name() != "sqlite":
        return resolve_name(what)(url, *arguments)
    return staff.ask(deployment.grading, what, url, *arguments)


def get_ready(deployment: Deployment) -> None:
    """Start what the next question to a course's gradebook needs, so that it takes no longer than others."""
    if os.path.lexists(deployment.course / "gradebook.db"):
        with suppress(CourseError):  # the question will tell
            staff.ask(deployment.grading, f"{__name__}:load")


class CourseGradebook(Gradebook):
    """The gradebook of a course, opened for reading only.

    Parameters
    ----------
    deployment
        The course's places.
    """

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment.gradebook_url)
        self._deployment = deployment

    def submissions(self, learner: str | None = None) -> list[Submission]:
        """Return all submissions, or those of one learner; see `Gradebook.submissions`."""
        if not self._is_staffs:
            return super().submissions(learner)
        return [
            Submission(name, lab, at and datetime.fromisoformat(at), late, {k: Grade(*v) for k, v in grades})
            for name, lab, at, late, grades in self._asked("submissions", learner) or ()
        ]

    def due(self) -> dict[str, datetime]:
        """Return the due times of those labs that have one; see `Gradebook.due`."""
        if not self._is_staffs:
            return super().due()
        return {lab: datetime.fromisoformat(at) for lab, at in (self._asked("due") or {}).items()}

    def points(self, lab: str) -> float:
        """Return what can be reached in a lab; see `Gradebook.points`."""
        if not self._is_staffs:
            return super().points(lab)
        return self._asked("points", lab) or 0.0

    @property
    def _is_staffs(self) -> bool:
        return self._file is not None and owner(self._deployment.course) is not None

    def _asked(self, what: str, *arguments: Any) -> Any:
        """Return what the gradebook says; None where there is none yet."""
        if not os.path.lexists(self._file):
            return None
        try:
            return at_gradebook(self._deployment, f"{__name__}:{what}", *arguments)
        except (CourseError, HubError) as error:
            raise GradebookError("no-gradebook", why=error, book=self._file) from error


def load() -> None:
    """Import what takes a while, before who asks is kept waiting by it."""
    for module in LOADED:
        import_module(module)


def submissions(url: str, learner: str | None) -> list[list[Any]]:
    """Return submissions as JSON has them."""
    found = Gradebook(url).submissions(learner)
    return [
        [
            *(one.learner, one.lab, one.tried_at and one.tried_at.isoformat(), one.late_seconds),
            [[name, [got.score, got.points, got.pending]] for name, got in one.grades.items()],
        ]
        for one in found
    ]


def due(url: str) -> dict[str, str]:
    """Return due times as JSON has them."""
    return {lab: at.isoformat() for lab, at in Gradebook(url).due().items()}


def points(url: str, lab: str) -> float:
    """Return what can be reached in a lab."""
    return Gradebook(url).points(lab)
