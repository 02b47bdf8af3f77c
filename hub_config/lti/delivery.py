"""What goes on with learning platforms by itself: released marks are sent, members of courses are read."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tornado.log import app_log

from catalogue import Catalogue
from learning_paths.errors import PlanError

from ..accounts import Accounts
from ..changes import Changes
from ..courses import OpenCourse
from ..deployment import Deployment
from ..errors import HubError
from ..feedback import feedback_files, secret_of
from ..loop import SETTLED_SECONDS, Loop, pause_after
from .book import Book, Context, Link, Member
from .claims import is_subject, teaches
from .people import People
from .platforms import Platform
from .refusal import BadLaunch
from .returns import Mark, Return, Returns
from .services import Away, Score, ServiceError, Services
from .tool_keys import ToolKeys

MOST_AT_A_TIME = 50
MOST_REFUSALS = 5  # tries after which a mark that is refused is lost


class Delivery(Loop):
    """Sends marks and reads members.

    Parameters
    ----------
    deployment
        The data folder.
    known
        What labs are called.
    platforms
        Those that are registered.
    courses
        The academy's own course, and others: their gradebooks, and what feedback their exchanges released.
    clock
        Returns seconds since the epoch.
    """

    def __init__(
        self,
        deployment: Deployment,
        known: Catalogue,
        platforms: Iterable[Platform],
        courses: Iterable[OpenCourse],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("learning platforms")
        self._deployment, self._known, self._clock = deployment, known, clock
        self._courses = [(one, Changes()) for one in courses]
        self._platforms = {one.key: one for one in platforms}
        keys = ToolKeys.of(deployment)
        self._services = {key: Services(one, keys) for key, one in self._platforms.items()}
        self.book = Book.of(deployment)
        self.returns = Returns(self.book)
        self._people = People(Accounts(deployment.accounts))
        self._next_reading = 0.0
        self._lineitems: dict[tuple[int, str], str] = {}  # those that were found or made, by link and lab

    def shown(self, key: str) -> str:
        """Return what the platform of a key is called; the key itself where it is registered no more."""
        return self._platforms[key].shown if key in self._platforms else key

    def _work(self) -> None:
        if self._changes.of("accounts", self._deployment.accounts, SETTLED_SECONDS):
            # an account that is gone leaves its courses, before anybody else is given its name
            self.book.keep_only(self._people.known())
        self._read_members()
        self._want_marks()
        self._send_marks()

    def _read_members(self) -> None:
        for context in self.book.contexts():
            platform = self._platforms.get(context.platform)
            if context.asked > context.answered and context.members_url and platform is not None:
                try:
                    found = self._services[platform.key].members(context.members_url)
                except ServiceError as error:
                    app_log.warning("members of course %r at %s: %s", context.title, platform.id, error)
                    self.book.fail_members(context.number, str(error), self._clock())
                    continue
                self._enter(context, platform, found)

    def _enter(self, context: Context, platform: Platform, found: list[dict]) -> None:
        there = [one for one in map(_in_course, found) if one is not None]
        names = self._people.enter(platform, [(subject, called) for subject, called, _ in there])
        members = [
            Member(name, subject, teaching) for name, (subject, _, teaching) in zip(names, there, strict=True)
        ]
        self.book.put_members(context.number, members, self._clock())
        self._people.settle(self._platforms.values(), self.book)
        app_log.info("course %r at %s has %d members", context.title, platform.id, len(members))

    def _want_marks(self) -> None:
        if self._clock() < self._next_reading:
            return
        begun = time.monotonic()
        if any([self._want_marks_of(course, changes) for course, changes in self._courses]):
            self._next_reading = self._clock() + pause_after(time.monotonic() - begun)

    def _want_marks_of(self, course: OpenCourse, changes: Changes) -> bool:
        """Want what has been released in a course since the last look; tell whether anything had changed.

        A course whose gradebook cannot be read is told, and holds up no other.
        """
        try:
            changed = [
                changes.differ("gradebook", course.gradebook.stamp()),
                _feedback_changed(course, changes),
                changes.of("book", self.book.path, SETTLED_SECONDS),
            ]
            if any(changed):
                self.returns.want(self._released(course), self._clock())
        except Exception as error:
            changes.forget()
            if not isinstance(error, OSError | PlanError | HubError):
                raise
            app_log.error("marks of course %s for learning platforms: %s", course.at.course_id, error)
            return False
        return any(changed)

    def _released(self, course: OpenCourse) -> Iterator[Mark]:
        """Yield the released marks of everybody in a course whose platform takes scores for the lab."""
        links: dict[int, list[Link]] = {}
        for link in self.book.links():
            links.setdefault(link.context, []).append(link)
        grades = course.grades_of_all(self._known) if links else {}
        for context in self.book.contexts():
            for account in self.book.learners(context.number):
                for grade in grades.get(account, ()):
                    wanted = self._counting(context, links.get(context.number, ()), grade["lab"])
                    whole = grade["score"] is not None and grade["points"]
                    if wanted and whole and _is_released(course, account, grade["lab"]):
                        yield from (
                            Mark(link.number, account, grade["lab"], grade["score"], grade["points"])
                            for link in wanted
                        )

    def _counting(self, context: Context, links: Iterable[Link], lab: str) -> list[Link]:
        """Return those of a context's links whose line items take a lab's marks, each line item once.

        They are the links to the lab itself; where there are none, the first to its course: more of these
        would find the same line item. Marks of a course beside the academy's own go to the contexts that
        belong to it alone.
        """
        platform, (course, _, _) = self._platforms.get(context.platform), lab.rpartition("/")
        belongs_to = platform.courses.get(context.context, "") if platform else ""
        if course and course != belongs_to:
            return []
        takes = [link for link in links if link.grades.takes_scores]
        own = [link for link in takes if link.target == f"lab/{lab}"]
        first_come = {link.grades.lineitem or link.number: link for link in reversed(own)}
        return list(first_come.values()) or self._whole(takes, lab, belongs_to)[:1]

    def _whole(self, links: Iterable[Link], lab: str, belongs_to: str) -> list[Link]:
        """Return the links to the whole course of a lab: one beside the academy's own, or one of lessons.

        Parameters
        ----------
        belongs_to
            The course beside the academy's own that the links' context belongs to: to it leads its id.
        """
        further, _, name = lab.rpartition("/")
        ours = self._known.labs[name].course if not further and name in self._known.labs else None
        if not further and ours in (None, belongs_to):
            return []
        target = f"course/{further or ours}"
        return [link for link in links if link.target == target and link.grades.makes_lineitems]

    def _send_marks(self) -> None:
        due = self.returns.due(self._clock(), MOST_AT_A_TIME)
        if not due:
            return
        links = {link.number: link for link in self.book.links()}
        contexts = {context.number: context for context in self.book.contexts()}
        away: dict[str, Away] = {}
        for one in due:
            if self._stops:
                return  # what is left is due at the next start
            link = links[one.link]
            context = contexts[link.context]
            here = [at for at in links.values() if at.context == link.context]
            counting = self._counting(context, here, one.lab)
            if counting and link not in counting:  # another link brings it
                self.returns.drop(one)
                continue
            key = context.platform
            try:
                if key in away:  # the others wait no longer for one that does not answer
                    raise Away(str(away[key]))
                if not counting:
                    raise ServiceError(
                        f"the link leads to {link.target or 'the desk'} now, takes no marks, or its course"
                        " there does not belong to that of the lab any more"
                    )
                self._send(one, link, context)
            except ServiceError as error:
                if isinstance(error, Away):
                    away[key] = error
                elif error.status == 404:
                    self._lineitems.pop((link.number, one.lab), None)
                lost = error.refuses_mark and one.tries + 1 >= MOST_REFUSALS
                app_log.warning("mark of %s for %s%s: %s", one.account, one.lab, " is lost" * lost, error)
                self.returns.failed(one, str(error), self._clock(), unsure=error.unsure, lost=lost)
            else:
                self.returns.arrived(one, self._clock())

    def _send(self, one: Return, link: Link, context: Context) -> None:
        if context.platform not in self._services:
            raise ServiceError(f"{context.platform} is not registered any more")
        member = self.book.member(context.number, one.account)
        if member is None or not member.active:
            raise ServiceError(f"{one.account} is not in the course any more")
        score = Score(member.subject, one.score, one.points, one.changed)
        services = self._services[context.platform]
        try:
            services.send(link.grades, self._lineitem(one, link, services), score)
        except ServiceError as error:
            # the platform has a mark of this time already: the one whose answer got lost
            if not (error.status == 409 and error.with_mark and one.unsure):
                raise

    def _lineitem(self, one: Return, link: Link, services: Services) -> str:
        whole_course = link.target.startswith("course/")
        if link.grades.lineitem and not whole_course:
            return link.grades.lineitem
        place = (link.number, one.lab)
        if place not in self._lineitems:
            title = self._title(one.lab)
            of_link = "" if whole_course else link.link
            self._lineitems[place] = services.lineitem(
                link.grades, f"lab/{one.lab}", title, one.points, of_link
            )
        return self._lineitems[place]

    def _title(self, lab: str) -> str:
        """Return what a lab is called; its own name where the catalogue does not know it."""
        course, _, name = lab.rpartition("/")
        ours = any(one.at.course_id == course and one.is_ours for one, _ in self._courses) or not course
        return self._known.labs[name].title.en if ours and name in self._known.labs else name


def _feedback_changed(course: OpenCourse, changes: Changes) -> bool:
    if course.office is not None:
        return changes.differ("feedback", course.office.book.last_feedback())
    return changes.of("feedback", _feedback_folder(course.at), SETTLED_SECONDS)


def _is_released(course: OpenCourse, account: str, lab: str) -> bool:
    """Tell whether the feedback on what was graded last has been released to the learner."""
    graded = course.at.course / "autograded" / account / lab.rpartition("/")[2]
    if course.office is not None:
        return course.office.book.has_feedback(account, secret_of(graded))
    names, released = feedback_files(graded), _feedback_folder(course.at)
    return bool(names) and all((released / name).is_file() for name in names)


def _in_course(said: dict) -> tuple[str, str, bool] | None:
    """Return what a platform calls somebody, for programs and for people, and whether that person teaches.

    None for who is in the course no more, or is not well-formed.
    """
    subject, name = said.get("user_id"), said.get("name")
    if said.get("status", "Active") != "Active" or not is_subject(subject):
        return None
    try:
        return subject, name if isinstance(name, str) else "", teaches(said.get("roles", []))
    except BadLaunch:
        return None


def _feedback_folder(deployment: Deployment) -> Path:
    return deployment.exchanged / "feedback"
