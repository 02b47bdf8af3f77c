"""Sees what was done in an academy and adds it to the trail: accounts, labs, feedback, deadlines, marks."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.feedback import FeedbackPost
from hub_config.gradebooks import get_ready
from hub_config.loop import Loop, pause_after
from hub_config.storage import databases
from hub_config.work.tables import deadlines

from .account_changes import look_at_accounts
from .deeds import ACCOUNTS, EXCHANGE, GRADEBOOK, Deed
from .exchange_log import PLACES
from .formgrader import Notebook, Request, Requests
from .gradebook import Reader
from .trail import Seen, Trail

# who changes an account notes it at once, as who did it; nbgrader releases file by file
SETTLED_SECONDS = 2.0


class Watch(Loop):
    """Looks after the trail of one course; that of the academy's own sees what is done to accounts, too.

    Parameters
    ----------
    deployment
        The course's places.
    trail
        Where it is noted.
    by_folder
        Whether work goes through the exchange folder; else the exchange's own records say who did what.
    stamp
        Gives what is another after any change in the gradebook.
    """

    def __init__(
        self, deployment: Deployment, trail: Trail, by_folder: bool, stamp: Callable[[], Any]
    ) -> None:
        super().__init__(f"the audit trail of {deployment.course_id}")
        self._deployment, self._trail, self._by_folder, self._stamp = deployment, trail, by_folder, stamp
        self._requests = Requests(Notebook.of(deployment))
        self._reader = Reader(deployment)
        self._post = FeedbackPost(deployment)
        self._seen: dict[str, float] = {}  # when each kind was looked at last, seconds since the epoch
        self._next_reading = 0.0
        self._exchange: sa.Engine | None = None

    async def go_on(self, stopping: asyncio.Event) -> None:
        """Look until told to stop, then once more: what was done last is not lost."""
        await super().go_on(stopping)
        self._next_reading = 0.0
        await asyncio.to_thread(self.look)

    def _work(self) -> None:
        try:
            self._note_views()
            if self._deployment.is_own and self._has_settled("accounts", [self._deployment.accounts]):
                look_at_accounts(self._trail, self._deployment, ACCOUNTS)
            self._carry()
            if self._by_folder:
                self._folders()
            self._marks()
        except sa.exc.DBAPIError as error:
            raise HubError(f"a database does not answer: {databases.said(error)}") from error

    def _has_settled(self, what: str, places: Iterable[Path]) -> bool:
        """Tell whether places are others than at the last look, and have been so for a moment."""
        found = {place: place.stat() for place in places if place.exists()}
        newest = max((one.st_ctime for one in found.values()), default=0.0)
        if 0 <= time.time() - newest < SETTLED_SECONDS:
            return False
        return self._changes.differ(what, {place: one.st_mtime_ns for place, one in found.items()})

    def _note_views(self) -> None:
        self._trail.note(*(self._named(self._view(one)) for one in self._requests.look()))

    def _of(self, kind: str) -> str:
        """Return what the trail calls things of a kind in this course."""
        return kind if self._deployment.is_own else f"{kind}:{self._deployment.course_id}"

    def _named(self, deed: Deed) -> Deed:
        """Return a deed with the course in the name of what it was done to; the academy's own is left out."""
        kind, _, name = deed.object.partition(":")
        return replace(deed, object=f"{kind}:{self._deployment.lab(name)}")

    def _view(self, one: Request) -> Deed:
        """Return the look that a request was; whose marks it showed where the address tells."""
        kind, _, rest = one.path.removeprefix("api/").partition("/")
        first, _, second = rest.partition("/")
        about = None
        if kind in ("manage_students", "student", "student_submissions", "student_notebook_submissions"):
            about = first or None
        elif kind == "submission":
            about = second or None
        elif kind == "submissions" and first:
            about = self._reader.learner_of(first)
        return Deed(one.server, "marks.viewed", f"formgrader:{kind}", about)

    def _carry(self) -> None:
        """Take over what the exchange's own records say."""
        if self._exchange is None:
            if not databases.is_there(self._deployment.work_url):
                return
            self._exchange = sa.create_engine(self._deployment.work_url, poolclass=sa.NullPool)
        for place, later in PLACES.items():
            above = self._trail.carried(self._of(place))
            with self._exchange.connect() as connection:
                found = list(later(connection, above))
            if found:
                self._trail.carry(self._of(place), [self._named(deed) for _, deed in found], found[-1][0])

    def _folders(self) -> None:
        """Look whether labs or feedback were released through the exchange folder."""
        begun, course = time.time(), self._deployment.exchanged
        outbound = course / "outbound"
        labs = [one for one in outbound.glob("[!.]*") if one.is_dir()]
        if self._has_settled("outbound", [outbound, *labs]):
            now = {one.name: Seen(None, {"at": int(one.stat().st_mtime)}) for one in labs}
            self._observe("released", now, self._of_release, begun)
        if self._has_settled("feedback", [course / "feedback"]):
            released = self._post.released().items()
            given = {f"{learner}/{lab}": Seen(learner, {"at": at}) for (learner, lab), at in released}
            self._observe("feedback", given, self._of_feedback, begun)

    def _of_release(self, lab: str, before: Seen | None, now: Seen | None) -> Iterator[Deed]:
        do = "unrelease" if now is None else "release"
        actor = self._asked("released", f"api/assignment/{lab}/{do}") or EXCHANGE
        yield Deed(actor, "lab.taken-back" if now is None else "lab.released", f"lab:{lab}")

    def _of_feedback(self, key: str, before: Seen | None, now: Seen | None) -> Iterator[Deed]:
        learner, _, lab = key.rpartition("/")
        if now is not None:
            paths = [f"api/assignment/{lab}/{part}release_feedback" for part in ("", f"{learner}/")]
            actor = self._asked("feedback", *paths) or EXCHANGE
            yield Deed(actor, "feedback.released", f"lab:{lab}", learner)

    def _marks(self) -> None:
        begun, at = time.monotonic(), time.time()
        if begun < self._next_reading or not self._changes.differ("gradebook", self._stamp()):
            return
        get_ready(self._deployment)
        begun = time.monotonic()
        marks = self._reader.read()
        self._note_views()  # what was asked before these marks were there is known now
        asked = partial(self._asked, "marks")
        self._observe("marks", marks.seen, lambda *change: marks.deeds(*change, asked), at)
        self._observe("due", marks.due, self._of_due, at)
        now = time.monotonic()
        self._next_reading = now + pause_after(now - begun)

    def _of_due(self, lab: str, before: Seen | None, now: Seen | None) -> Iterator[Deed]:
        """Yield a due time that was set in the gradebook; the exchange's records tell of their own."""
        if before and now and not self._is_agreed(lab):
            actor = self._asked("due", f"api/assignment/{lab}") or GRADEBOOK
            yield Deed(actor, "deadline.set", f"lab:{lab}", before=before.value, after=now.value)

    def _is_agreed(self, lab: str) -> bool:
        if self._exchange is None:
            return False
        with self._exchange.connect() as connection:
            query = sa.select(sa.func.count()).where(deadlines.c.lab == lab)
            return bool(connection.scalar(query))

    def _observe(
        self, kind: str, now: dict[str, Seen], told: Callable[..., Iterator[Deed]], begun: float
    ) -> None:
        self._trail.observe(self._of(kind), now, lambda *change: map(self._named, told(*change)))
        self._seen[kind] = begun

    def _asked(self, kind: str, *paths: str) -> str | None:
        return self._requests.by(self._seen.get(kind, 0.0), *paths)
