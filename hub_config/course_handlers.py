"""What requests about one course share: the academy's own, or one that only who takes part in it can see."""

from collections.abc import Collection, Iterable
from typing import Any

from tornado import web

from catalogue.folders import COURSE_ID

from .accounts import Account
from .courses import OpenCourse
from .enrolments import PARTS, people_of
from .handlers import Handler
from .settings import Course

FURTHER = "courses/{}/"


class OfCourse(Handler):
    """A request about one course."""

    def initialize(self, course: str, opened: OpenCourse | None) -> None:
        """Take the id of the course that it is about, and the course; None in an application without any."""
        self.course, self.opened = course, opened

    def prepare(self) -> None:
        """Turn away who does not take part: to them there is no such course."""
        if not self.is_own and self.current_user and not self._takes_part:
            raise web.HTTPError(404, reason=f"you take part in no course {self.course}")

    @property
    def is_own(self) -> bool:
        """Whether the course is the academy's own."""
        return self.course == COURSE_ID

    @property
    def below(self) -> str:
        """Where the course's pages lie, below the service's prefix."""
        return "" if self.is_own else FURTHER.format(self.course)

    @property
    def groups(self) -> Collection[str]:
        """The hub's groups of who asks."""
        return self.current_user.get("groups", ())

    @property
    def is_manager(self) -> bool:
        """Whether who asks answers for the academy."""
        return "manager" in self.groups

    @property
    def grades(self) -> bool:
        """Whether who asks is an instructor of the course."""
        return ("instructor" if self.is_own else f"{self.course}:instructor") in self.groups

    @property
    def _takes_part(self) -> bool:
        return self.is_manager or any(f"{self.course}:{part}" in self.groups for part in PARTS)

    def must_be_staff(self) -> None:
        """Turn away who neither teaches the course nor answers for the academy."""
        if not (self.grades or self.is_manager):
            raise web.HTTPError(403, reason="only instructors of the course and academy managers may")

    def must_grade(self) -> None:
        """Turn away who is no instructor."""
        if not self.grades:
            raise web.HTTPError(403, reason="only instructors hand labs out, collect and release feedback")

    @property
    def sees_marks(self) -> bool:
        """Whether who asks sees others' marks: managers see those of the academy's own course alone."""
        return self.grades or (self.is_own and self.is_manager)

    def must_see_marks(self) -> None:
        """Turn away who sees no others' marks."""
        if not self.sees_marks:
            raise web.HTTPError(403, reason="only instructors of the course see its learners' marks")

    def overseen(self) -> list[Course]:
        """Return the other courses beside the academy's own whose pages are open to who asks."""
        found = [one.said for one in self.settings["courses"] if one.said and one.said.id != self.course]
        return [one for one in found if self.is_manager or f"{one.id}:instructor" in self.groups]

    def people(self) -> list[Account]:
        """Return who takes part in the course, in the role that they have there."""
        return people_of(self.opened.at)

    def must_be_in_course(self, learner: str) -> None:
        """Turn away who asks for nobody of the course."""
        if all(one.name != learner for one in self.people()):
            raise web.HTTPError(404, reason=f"nobody of that name takes part in course {self.course}")


def routes_of(
    courses: Iterable[OpenCourse],
    routes: Iterable[tuple[str, type[OfCourse]]],
    own: str = "",
    further: str = FURTHER,
) -> list[tuple[Any, ...]]:
    """Return routes for each course.

    Parameters
    ----------
    courses
        All; the academy's own has its routes even where it is not among them.
    routes
        Paths and handlers.
    own, further
        What stands before the paths of the academy's own course, and of each other with its id.
    """
    opened: dict[str, OpenCourse | None] = {COURSE_ID: None, **{one.at.course_id: one for one in courses}}
    return [
        ((own if course == COURSE_ID else further.format(course)) + path, handler, given)
        for course, one in opened.items()
        for given in [{"course": course, "opened": one}]
        for path, handler in routes
    ]
