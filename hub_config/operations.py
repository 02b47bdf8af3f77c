"""What who runs an academy watches: whether it can do its work, and figures for Prometheus.

The figures are counted when they are asked for, from what is there anyway, so that they are right after any
restart. None of them names a person.
"""

import asyncio
import json
import os
import re
import shutil
import sqlite3
import time
from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from tornado import web
from tornado.log import app_log

from graders import staff
from graders.errors import CourseError
from graders.ledger import FILE as LEDGER
from learning_paths.academy import Academy
from learning_paths.errors import PlanError

from .accounts import Accounts
from .deployment import MONITOR, Deployment
from .exchange import ENTRY
from .handlers import ApiHandler
from .oversight.trail import Trail
from .work.errors import WorkError
from .work.office import Office
from .work.trees import opened

LONGEST_STAMP = 64  # bytes of a time
LITTLE_DISK_BYTES = 256 * 2**20
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Watched:
    """An academy, as its figures show it.

    Parameters
    ----------
    deployment
        The data folder.
    academy
        Store and gradebook.
    trail
        Who did what.
    offices
        The work exchanges of all courses; none where that is a folder.
    """

    def __init__(
        self, deployment: Deployment, academy: Academy, trail: Trail, offices: Iterable[Office] = ()
    ) -> None:
        self.deployment = deployment
        self._academy, self._trail, self._offices = academy, trail, tuple(offices)
        self.registry = CollectorRegistry()
        self._answers = Histogram(
            "academy_request_seconds",
            "Time that the academy service took for an answer",
            ("method", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._refused = Counter(
            "academy_refusals",
            "What the work exchange declined, by why",
            ("reason",),
            registry=self.registry,
        )
        # by course: the times of its ledger's files, and what came of grading by then
        self._graded: dict[str, tuple[list[int], list[tuple[str, str, int]]]] = {}
        self.registry.register(self)

    def answered(self, handler: web.RequestHandler) -> None:
        """Count an answer that was given."""
        seconds = handler.request.request_time()
        self._answers.labels(handler.request.method, str(handler.get_status())).observe(seconds)

    def declined(self, error: BaseException) -> None:
        """Count what the work exchange declined; other errors are no refusals."""
        if isinstance(error, WorkError):
            reason = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
            self._refused.labels(reason).inc()

    @property
    def parts(self) -> tuple[str, ...]:
        """What the academy's work needs."""
        return (*self._asked(), "disk")

    def _asked(self) -> dict[str, Callable[[], Any]]:
        asked: dict[str, Callable[[], Any]] = {
            "store": self._academy.store.ping,
            "gradebook": self._academy.gradebook.stamp,
            "audit": self._trail.ping,
        }
        if self._offices:
            asked["work"] = lambda: [office.book.ping() for office in self._offices]
        return asked

    def faults(self) -> list[str]:
        """Return what keeps the academy from its work, in a word each; nothing where all is well."""
        found = [name for name, ask in self._asked().items() if not _works(name, ask)]
        if self.free() < LITTLE_DISK_BYTES:
            found.append("disk")
        return found

    def free(self) -> int:
        """Return the room for the data folder, in bytes."""
        return shutil.disk_usage(self.deployment.data).free

    def queue(self) -> dict[str, tuple[int, float]]:
        """Return how many wait for grading, by lab, and how many seconds the oldest has waited."""
        found = {}
        for place in self._places:
            _, newest = arrivals(place.exchanged / "inbound")
            for lab, of_learners in newest.items():
                times = [
                    when.replace(tzinfo=UTC).timestamp()
                    for learner, when in of_learners.items()
                    if when > graded_of(place.course, learner, lab)
                ]
                found[place.lab(lab)] = (len(times), time.time() - min(times) if times else 0.0)
        return found

    @property
    def _places(self) -> list[Deployment]:
        """The academy's own course and the others."""
        return [self.deployment, *self.deployment.courses()]

    def collect(self) -> Iterator[Metric]:
        """Yield the figures, as Prometheus asks for them."""
        faults = self.faults()
        up = GaugeMetricFamily("academy_up", "Whether a part can do its work", labels=("part",))
        for part in self.parts:
            up.add_metric((part,), part not in faults)
        yield up
        yield GaugeMetricFamily("academy_disk_free_bytes", "Room for the data folder", value=self.free())
        accounts = GaugeMetricFamily("academy_accounts", "Accounts", labels=("role",))
        for role, number in Counts(one.role for one in Accounts(self.deployment.accounts).all()).items():
            accounts.add_metric((role,), number)
        yield accounts
        yield from self._work()
        if "audit" not in faults:
            yield self._marks()

    def _marks(self) -> CounterMetricFamily:
        """Return how often somebody's marks in a lab became others: graded, graded again, changed by hand."""
        family = CounterMetricFamily("academy_marks", "Times that marks were set", labels=("lab",))
        for lab, number in self._trail.counts("mark.changed").items():
            family.add_metric((lab.removeprefix("lab:"),), number)
        return family

    def _work(self) -> Iterator[GaugeMetricFamily]:
        submitted = GaugeMetricFamily("academy_submissions", "Submissions that arrived", labels=("lab",))
        waiting = GaugeMetricFamily(
            "academy_submissions_waiting", "Learners whose newest work is not graded", labels=("lab",)
        )
        oldest = GaugeMetricFamily(
            "academy_submission_waits_seconds", "How long the oldest of these has waited", labels=("lab",)
        )
        for place in self._places:
            arrived, _ = arrivals(place.exchanged / "inbound")
            for lab, number in arrived.items():
                submitted.add_metric((place.lab(lab),), number)
        for lab, (number, seconds) in self.queue().items():
            waiting.add_metric((lab,), number)
            oldest.add_metric((lab,), seconds)
        graded = GaugeMetricFamily(
            "academy_graded", "Learners whose work was graded, by outcome", labels=("lab", "status")
        )
        for place in self._places:
            for lab, status, number in self._outcomes(place):
                graded.add_metric((place.lab(lab), status), number)
        yield from (submitted, waiting, oldest, graded)

    def _outcomes(self, place: Deployment) -> list[tuple[str, str, int]]:
        """Return what came of grading in a course: `outcomes`, asked for when its ledger has changed."""
        files = [place.course / f"{LEDGER}{end}" for end in ("", "-wal")]
        stamp = [file.lstat().st_mtime_ns for file in files if os.path.lexists(file)]
        seen, found = self._graded.get(place.course_id, (None, []))
        if seen != stamp:
            try:
                found = staff.ask(place.grading, f"{__name__}:outcomes", str(files[0]))
            except CourseError as error:  # asked again at the next look
                app_log.error("%s", error)
                return []
            self._graded[place.course_id] = stamp, found
        return found


def _works(name: str, ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except PlanError as error:
        app_log.warning("%s: %s", name, error)
        return False
    return True


def arrivals(inbound: Path) -> tuple[Counts[str], dict[str, dict[str, datetime]]]:
    """Return how many submissions of each lab arrived, and when each learner's newest did (UTC)."""
    counts: Counts[str] = Counts()
    newest: dict[str, dict[str, datetime]] = {}
    for folder in inbound.glob("[!.]*"):
        if not ENTRY.fullmatch(folder.name):
            continue
        learner, lab, stamp, _ = folder.name.split("+")
        try:
            when = _moment(stamp)
        except ValueError:  # what somebody put there by hand
            continue
        counts[lab] += 1
        of_lab = newest.setdefault(lab, {})
        of_lab[learner] = max(when, of_lab.get(learner, when))
    return counts, newest


def graded_of(course: Path, learner: str, lab: str) -> datetime:
    """Return the time of the submission that was graded last; the earliest time where none was."""
    stamp = course / "autograded" / learner / lab / "timestamp.txt"
    try:
        with opened(stamp, course) as file:
            return _moment(file.read(LONGEST_STAMP).decode().strip())
    except (WorkError, ValueError):
        return datetime.min


def _moment(stamp: str) -> datetime:
    from nbgrader.utils import parse_utc  # half a second, which only this needs

    return parse_utc(stamp)


def outcomes(ledger: str) -> list[tuple[str, str, int]]:
    """Return labs with a status and how many learners' work was graded with it."""
    if not Path(ledger).exists():
        return []
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as book:
        rows = book.execute("SELECT lab, result FROM graded").fetchall()
    found = Counts((lab, json.loads(result)["status"]) for lab, result in rows)
    return [(lab, status, number) for (lab, status), number in found.items()]


class Ready(web.RequestHandler):
    """Whether the academy can do its work now; for load balancers, so without a token and without details."""

    async def get(self) -> None:
        """Answer 200, or 503 with the parts that fail."""
        faults = await asyncio.to_thread(self.settings["watched"].faults)
        self.set_status(503 if faults else 200)
        self.finish({"status": "failing" if faults else "ok", "parts": faults})


class Metrics(ApiHandler):
    """The figures, for the monitor's token and for managers."""

    @web.authenticated
    async def get(self) -> None:
        """Answer in Prometheus' text format."""
        asks = self.current_user
        monitor = asks.get("kind") == "service" and asks["name"] == MONITOR
        if not monitor and "manager" not in asks.get("groups", ()):
            raise web.HTTPError(403, reason="figures are for the monitor's token and for academy managers")
        text = await asyncio.to_thread(generate_latest, self.settings["watched"].registry)
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(text)
