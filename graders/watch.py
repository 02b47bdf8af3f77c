"""Grading by itself: what arrives in the exchange is graded at once, by processes that stay warm."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from catalogue.folders import data_folder

from .collecting import arrived
from .course import Course, make
from .engine.master import read_limits, read_master
from .engine.reference import honest
from .engine.servers import keep_warm, server_for
from .errors import Refusal
from .grading import Batch, executor, released
from .ledger import Ledger
from .lock import alone
from .result import Result
from .steps import nbgrader

LOOK_SECONDS = 0.1
FEW = 20  # learners who are collected one by one: a look at everybody's submissions takes longer
SETTLED_NS = 100_000_000  # a folder's time of change has steps: what changed just now may change again unseen


def watch(
    *labs: str,
    data: Path | None = None,
    source: Path | None = None,
    feedback: bool = False,
    workers: int | None = None,
    cluster: str = "",
    seed: str = "",
    expect: Callable[[str, int], None] = lambda lab, count: None,
    tell: Callable[[str], None] = lambda line: None,
) -> Iterator[Result]:
    """Grade what there is, then each submission as soon as it arrives; it goes on until it is interrupted.

    The course folder is held while something is graded and free in between, so that formgrader and
    ``./academy grade`` have their turn. What was refused is tried again by the next start.

    Parameters
    ----------
    labs, data, source, feedback, workers, cluster, seed, expect
        As in :func:`~graders.grading.grade`; without labs also those that are released later.
    tell
        Called with a line when everything is warm, and when another grader has to be waited for.

    Yields
    ------
    Result
        One for each submission, as soon as it is there.
    """
    course = make(data_folder(data), source)
    wanted = released(course, labs)
    doing = " ".join(("academy grade --watch", *labs))
    with nbgrader(course) as api, Ledger(course.root) as ledger:
        batch = Batch(course, api, ledger, executor(workers, cluster), seed, feedback=feedback)
        inbound = Inbound(course.inbound)
        inbound.look()
        with alone(course.root, doing, tell=tell):
            for lab in wanted:
                batch.collect(lab)
                yield from batch.results(lab, expect=expect)
        keep_warm()
        for lab in wanted:
            _warm(course, lab)
        tell("ready: what arrives is graded at once; Ctrl-C ends it")
        while True:
            new = inbound.look()
            if not new:
                time.sleep(LOOK_SECONDS)
                continue
            with alone(course.root, doing, tell=tell):
                yield from _round(batch, new, labs, expect)


def _warm(course: Course, lab: str) -> None:
    """Start a lab's process and have its reference solution measured, before anybody waits for it."""
    master = read_master(course.root / "source" / lab, read_limits(course.root, lab))
    try:
        server_for(master).warm()
        honest(course.root, master)
    except Refusal:
        return  # each submission will be told


def _round(
    batch: Batch, new: dict[str, list[str]], labs: Sequence[str], expect: Callable[[str, int], None]
) -> Iterator[Result]:
    """Collect and grade what is new."""
    for lab in [lab for lab in batch.course.released() if lab in new and lab in (labs or new)]:
        learners = new[lab]
        for learner in learners if len(learners) <= FEW else ("*",):
            batch.collect(lab, learner)
        yield from batch.results(lab, learners, expect)


class Inbound:
    """The folder where submissions arrive, ``learner+lab+time+letters`` each.

    Parameters
    ----------
    folder
        ``<exchange>/<course>/inbound``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed = 0
        self._known: set[str] = set()
        self._coming: set[str] = set()

    def look(self) -> dict[str, list[str]]:
        """Return who has submitted since the last look, by lab."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if changed != self._changed:
            self._changed = changed if time.time_ns() - changed > SETTLED_NS else 0
            there = {name for name in os.listdir(self._folder) if not name.startswith(".")}
            self._coming = (self._coming & there) | (there - self._known)
            self._known = there
        whole = {name for name in self._coming if arrived(self._folder / name)}
        self._coming -= whole
        found: dict[str, set[str]] = {}
        for name in whole:
            learner, lab, *_ = [*name.rsplit("+", 3), ""]
            found.setdefault(lab, set()).add(learner)
        return {lab: sorted(learners) for lab, learners in found.items()}
