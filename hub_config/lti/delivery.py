"""What goes on with learning platforms by itself: released marks are sent, members of courses are read."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tornado.log import app_log

from learning_paths.academy import Academy

from ..accounts import Accounts
from ..deployment import Deployment
from ..feedback import feedback_files, secret_of
from ..loop import SETTLED_SECONDS, Loop, pause_after
from ..work.book import Book as WorkBook
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
    academy
        Knows labs and grades.
    platforms
        Those that are registered.
    work
        The book of the work exchange, which knows what feedback was released; None where that is a folder.
    clock
        Returns seconds since the epoch.
    """

    def __init__(
        self,
        deployment: Deployment,
        academy: Academy,
        platforms: Iterable[Platform],
        work: WorkBook | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("learning platforms")
        self._deployment, self._academy, self._exchange, self._clock = deployment, academy, work, clock
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
        changed = [
            self._changes.differ("gradebook", self._academy.gradebook.stamp()),
            self._feedback_changed(),
            self._changes.of("book", self.book.path, SETTLED_SECONDS),
        ]
        if any(changed):
            self.returns.want(self._released(), self._clock())
            self._next_reading = self._clock() + pause_after(time.monotonic() - begun)

    def _feedback_changed(self) -> bool:
        if self._exchange is not None:
            return self._changes.differ("feedback", self._exchange.last_feedback())
        return self._changes.of("feedback", _feedback_folder(self._deployment), SETTLED_SECONDS)

    def _released(self) -> Iterator[Mark]:
        """Yield the released marks of everybody whose platform takes scores for the lab."""
        links: dict[int, list[Link]] = {}
        for link in self.book.links():
            links.setdefault(link.context, []).append(link)
        for context, here in links.items():
            for member in self.book.members(context):
                if member.teaches or not member.active:
                    continue
                for grade in self._academy.grades(member.account):
                    lab = grade["lab"]
                    wanted = self._counting(here, lab)
                    if wanted and grade["score"] is not None and self._is_released(member.account, lab):
                        yield from (
                            Mark(link.number, member.account, lab, grade["score"], grade["points"])
                            for link in wanted
                        )

    def _is_released(self, account: str, lab: str) -> bool:
        """Tell whether the feedback on what was graded last has been released to the learner."""
        graded = self._deployment.course / "autograded" / account / lab
        if self._exchange is not None:
            return self._exchange.has_feedback(account, secret_of(graded))
        names, released = feedback_files(graded), _feedback_folder(self._deployment)
        return bool(names) and all((released / name).is_file() for name in names)

    def _counting(self, links: Iterable[Link], lab: str) -> list[Link]:
        """Return those of a course's links whose line items take a lab's marks, each line item once.

        They are the links to the lab itself; where there are none, the first to its course: more of these
        would find the same line item.
        """
        known = self._academy.catalogue.labs.get(lab)
        if known is None:
            return []
        takes = [link for link in links if link.grades.takes_scores]
        own = [link for link in takes if link.target == f"lab/{lab}"]
        whole = [link for link in takes if link.target == f"course/{known.course}"]
        first_come = {link.grades.lineitem or link.number: link for link in reversed(own)}
        return list(first_come.values()) or [link for link in whole if link.grades.makes_lineitems][:1]

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
            counting = self._counting((at for at in links.values() if at.context == link.context), one.lab)
            if counting and link not in counting:  # another link brings it
                self.returns.drop(one)
                continue
            key = context.platform
            try:
                if key in away:  # the others wait no longer for one that does not answer
                    raise Away(str(away[key]))
                if not counting:
                    raise ServiceError(
                        f"the link leads to {link.target or 'the desk'} now, or takes no marks"
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
            title = self._academy.catalogue.labs[one.lab].title.en
            of_link = "" if whole_course else link.link
            self._lineitems[place] = services.lineitem(
                link.grades, f"lab/{one.lab}", title, one.points, of_link
            )
        return self._lineitems[place]


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
