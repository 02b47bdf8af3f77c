"""The courses of one academy as its service holds them: places, exchange, gradebook."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tornado.log import app_log

from catalogue import Catalogue
from learning_paths.errors import GradebookError
from learning_paths.evidence import Gradebook, Submission
from learning_paths.grades import graded

from .deployment import Deployment
from .errors import HubError
from .gradebooks import CourseGradebook
from .settings import Course, Settings
from .work.office import Office
from .work.opening import open_office


@dataclass(frozen=True)
class OpenCourse:
    """A course while the service runs.

    Parameters
    ----------
    at
        Its places.
    office
        Its work exchange; None where that is a folder.
    gradebook
        Its marks.
    said
        What `academy.yml` says of it; None for the academy's own, which everybody belongs to.
    """

    at: Deployment
    office: Office | None
    gradebook: Gradebook
    said: Course | None = None

    @property
    def is_ours(self) -> bool:
        """Whether its labs are those of the catalogue, so that marks in them prove what they prove there."""
        return self.said is None or self.said.source is None

    def proofs(self, learner: str | None = None) -> list[Submission]:
        """Return what was graded here, of one learner or of all, and was handed in through the exchange.

        Staff write in the gradebook what they like; that somebody handed something in here they do not.
        """
        found = self._submissions(learner)
        if self.office is None or not found:
            return []
        handed_in = self.office.book.times_of({one.lab for one in found}, learner)
        return [one for one in found if (one.learner, one.lab, one.tried_at) in handed_in]

    def grades(self, learner: str, catalogue: Catalogue) -> list[dict[str, Any]]:
        """Return somebody's marks, under the names that labs have beside those of other courses."""
        return [self._graded(one, catalogue) for one in self._submissions(learner)]

    def grades_of_all(self, catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
        """Return the same of everybody, by learner."""
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self.gradebook.submissions():
            found.setdefault(one.learner, []).append(self._graded(one, catalogue))
        return found

    def _submissions(self, learner: str | None) -> list[Submission]:
        """Return what was graded; what its staff made unreadable in a further course hides no other's."""
        try:
            return self.gradebook.submissions(learner)
        except GradebookError as error:
            if self.said is None:
                raise
            app_log.error("course %s: %s", self.at.course_id, error)
            return []

    def _graded(self, submission: Submission, catalogue: Catalogue) -> dict[str, Any]:
        known = catalogue.labs if self.is_ours else {}
        found = graded(submission, known.get(submission.lab))
        return {**found, "lab": self.at.lab(submission.lab)}

    def close(self) -> None:
        """Let go of its databases."""
        self.gradebook.close()
        if self.office:
            self.office.close()


def open_courses(deployment: Deployment, settings: Settings) -> list[OpenCourse]:
    """Return the academy's own course and those that `academy.yml` names beside it.

    A further course whose files are not as they should be is told in the log and stays closed: its staff
    write there, and must not close the academy with it.

    Raises
    ------
    HubError
        When the files of an exchange cannot be reached.
    learning_paths.errors.StoreError
        When its database cannot be opened.
    """
    found = [_open(deployment, settings)]
    for said in settings.courses:
        try:
            found.append(_open(deployment.of(said.id), settings, said))
        except HubError as error:
            app_log.error("course %s stays closed until the next start: %s", said.id, error)
    return found


def _open(at: Deployment, settings: Settings, said: Course | None = None) -> OpenCourse:
    gradebook = CourseGradebook(at)
    office = open_office(at, settings) if settings.exchange.kind == "service" else None
    return OpenCourse(at, office, gradebook, said)


def told(courses: Iterable[OpenCourse], groups: Iterable[str]) -> list[dict[str, Any]]:
    """Return the courses beside the academy's own that somebody takes part in.

    Parameters
    ----------
    courses
        All.
    groups
        The hub's groups of the person.

    Returns
    -------
    list of dict
        ``id``, ``title`` in both languages, ``part``: learner or instructor.
    """
    parts = dict(group.rsplit(":", 1) for group in groups if ":" in group)
    mine = [one.said for one in courses if one.said and one.said.id in parts]
    return [
        {"id": one.id, "title": {"en": one.shown, "zh": one.shown_zh}, "part": parts[one.id]} for one in mine
    ]
