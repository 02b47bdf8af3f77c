"""What links of learning platforms may lead to: the labs that are handed out now, and the courses."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from catalogue import Catalogue, Text
from learning_paths.errors import GradebookError

from ..deployment import Deployment
from ..errors import HubError
from ..gradebooks import CourseGradebook
from ..settings import Course
from ..work.sayings import LAB
from .refusal import BadLaunch


@dataclass(frozen=True)
class Handed:
    """A lab that is handed out.

    Parameters
    ----------
    name
        Its name within its course.
    title
        What people call it; the name again for a lab that the catalogue does not know.
    at
        The places of its course.
    group
        The course beside the academy's own, or else the course of lessons that it belongs to; empty where
        there is neither.
    known_points
        What can be reached in it; None for a lab that the catalogue does not know.
    """

    name: str
    title: Text
    at: Deployment
    group: str
    known_points: float | None

    @property
    def points(self) -> float | None:
        """What can be reached in it, else by the gradebook; None where that does not know it either."""
        if self.known_points is not None:
            return self.known_points
        try:
            gradebook = CourseGradebook(self.at)
            try:
                return gradebook.points(self.name) or None
            finally:
                gradebook.close()
        except (GradebookError, HubError):
            return None


class Offer:
    """What links may lead to.

    Parameters
    ----------
    known
        What there is to learn.
    deployment
        The academy's places.
    courses
        Those beside the academy's own that links may lead to, as a whole or to their labs.
    """

    def __init__(self, known: Catalogue, deployment: Deployment, courses: Iterable[Course] = ()) -> None:
        self._known, self._deployment = known, deployment
        self.further = {one.id: one for one in courses}
        self.courses = {slug: course for slug, course in known.courses.items() if course.lessons}
        self._wholes = {slug: course.title for slug, course in self.courses.items()}
        self._wholes |= {one.id: Text(en=one.shown, zh=one.shown_zh) for one in self.further.values()}

    def within(self, course: str) -> "Offer":
        """Return what links may lead to where a course belongs (its id; empty for none): to no other."""
        return Offer(
            self._known, self._deployment, [one for one in self.further.values() if one.id == course]
        )

    @property
    def labs(self) -> dict[str, Handed]:
        """The labs, by the names that they have beside those of other courses."""
        places = [self._deployment, *map(self._deployment.of, self.further)]
        return {at.lab(name): self._handed(at, name) for at in places for name in released(at)}

    def lab(self, name: str) -> Handed | None:
        """Return one of the labs; None where it is not handed out. The others are not looked at."""
        course, _, lab = name.rpartition("/")
        if course and course not in self.further:
            return None
        at = self._deployment.of(course) if course else self._deployment
        return self._handed(at, lab) if at.lab(lab) == name and is_released(at, lab) else None

    def _handed(self, at: Deployment, name: str) -> Handed:
        said = self.further.get(at.course_id)
        lab = self._known.labs.get(name) if said is None or said.source is None else None
        group = said.id if said else lab.course if lab and lab.course in self.courses else ""
        title = lab.title if lab else Text(en=name, zh=name)
        return Handed(name, title, at, group, sum(lab.grades.values()) if lab else None)

    def title(self, target: str) -> Text:
        """Return what ``lab/…`` or ``course/…`` is called; a course beside the academy's own goes first.

        Raises
        ------
        BadLaunch
            When it is not handed out here.
        """
        kind, _, name = target.partition("/")
        if kind == "lab" and (lab := self.lab(name)):
            return lab.title
        if kind == "course" and name in self._wholes:
            return self._wholes[name]
        raise BadLaunch("no-such", repr(target[:200]))

    def points(self, target: str) -> float | None:
        """Return what can be reached in a lab; None for what has no grade."""
        kind, _, name = target.partition("/")
        lab = self.lab(name) if kind == "lab" else None
        return lab.points if lab else None

    def path(self, target: str, language: str) -> str:
        """Return where a target is found below a person's own server; the desk where there is none.

        Raises
        ------
        BadLaunch
            When it is not handed out here.
        """
        if not target:
            return "lab"
        self.title(target)
        kind, _, name = target.partition("/")
        unit = f"{kind}:{name}"
        if kind == "course" and name not in self.further:
            unit = f"lesson:{name}/{self.courses[name].lessons[0].slug}"
        return f"academy/go/{unit}?language={language}"


def released(at: Deployment) -> list[str]:
    """Return the labs of a course that learners can fetch now, by name, as its exchange has them."""
    outbound = at.exchanged / "outbound"
    return sorted(filter(partial(is_released, at), os.listdir(outbound))) if outbound.is_dir() else []


def is_released(at: Deployment, lab: str) -> bool:
    """Tell whether learners can fetch a lab of a course now."""
    return bool(re.fullmatch(LAB, lab)) and (at.exchanged / "outbound" / lab).is_dir()
