"""Many submissions of one lab: run ahead on all cores, put into the gradebook one after the other.

Threads run submissions behind their walls and hand on executed notebooks; nbgrader's own work, which is not
made for threads, stays with the caller. A bounded number waits in between, so that ten thousand submissions
take no more memory than a few.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Self, TypeVar

from nbformat import NotebookNode

from .engine.master import Master
from .engine.reference import Reference, basis
from .engine.repair import repaired
from .engine.run import execute, own_files
from .engine.servers import MOST_RUNS, close_servers, server_for
from .engine.submission import read_submission
from .errors import EngineFailed
from .ledger import handed_in
from .seeds import Seeds

Item, Done = TypeVar("Item"), TypeVar("Done")
TRIES = 2  # where the engine failed: a neighbour may have taken the warm process with it
WAITING = 2  # executed notebooks that wait for the gradebook, for each worker


@dataclass(frozen=True)
class Lab:
    """What running a submission of a lab needs.

    Attributes
    ----------
    course
        Root of the course folder.
    master
        The lab.
    reference
        What its reference solution gets here.
    key
        The installation's key for seeds.
    seed
        The same seed for every check, in tests.
    """

    course: Path
    master: Master
    reference: Reference
    key: bytes = field(repr=False)
    seed: str = ""

    @cached_property
    def _basis(self) -> str:
        return basis(self.master)

    def submitted(self, learner: str) -> Path:
        """Return the folder of a learner's submission."""
        return self.course / "submitted" / learner / self.master.lab

    def seeds(self, learner: str) -> Seeds:
        """Return the seeds of a learner's checks."""
        return Seeds(self.key, self.master.lab, self.master.digest, learner, self.seed)

    def basis(self, learner: str) -> str:
        """Return the hash of all that a learner's result depends on."""
        seeds = (self.seeds(learner).of(name) for name in self.master.points)
        parts = (self._basis, *seeds, handed_in(self.submitted(learner)))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Ran:
    """What a worker hands on.

    Attributes
    ----------
    learner
        Whose submission.
    basis
        Hash of all that it depends on, taken before it was read.
    seconds
        That were spent.
    notebook
        Executed; None when nothing had changed, or it could not be run.
    error
        Why it could not be run.
    """

    learner: str
    basis: str
    seconds: float
    notebook: NotebookNode | None = None
    error: Exception | None = None


class Ahead:
    """Workers that run submissions ahead of the gradebook. Use it as a context manager.

    Parameters
    ----------
    lab
        What they need.
    kept
        Bases of results that hold, by learner: what still has the same is not run.
    workers
        Submissions at the same time.
    """

    most = MOST_RUNS // 2  # a submission takes two walled processes

    def __init__(self, lab: Lab, kept: Mapping[str, str], workers: int) -> None:
        self._lab, self._kept = lab, kept
        self._workers = min(workers, self.most)
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="grading")
        self._over = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:  # interrupted: nobody waits for what runs
            self._over.set()
            close_servers()
        self._pool.shutdown(cancel_futures=True)

    def run(self, learners: Sequence[str]) -> Iterator[Ran]:
        """Yield what came of each submission, in order, while later ones run."""
        return in_order(self._pool, self._one, learners, (1 + WAITING) * self._workers)

    def _one(self, learner: str) -> Ran:
        begun, found = time.perf_counter(), ""
        try:
            found = self._lab.basis(learner)
            notebook = None if self._kept.get(learner) == found else self._executed(learner)
            return Ran(learner, found, time.perf_counter() - begun, notebook)
        except Exception as error:  # noqa: BLE001 - one submission stops no other: it is a refusal with its name
            return Ran(learner, found, time.perf_counter() - begun, error=error)

    def _executed(self, learner: str) -> NotebookNode:
        lab, folder = self._lab, self._lab.submitted(learner)
        submission = read_submission(folder / f"{lab.master.lab}.ipynb")
        files = own_files(folder)
        return executed(lab.master, submission, files, lab.seeds(learner), lab.reference, self._over.is_set)


def executed(
    master: Master,
    submission: NotebookNode,
    files: Mapping[str, bytes],
    seeds: Seeds,
    reference: Reference,
    is_over: Callable[[], bool] = lambda: False,
) -> NotebookNode:
    """Return a submission repaired and run; where the engine failed it is tried once more.

    Parameters
    ----------
    master, submission, files
        The lab; what was submitted to it, as :func:`read_submission` gives it; the files beside it.
    seeds, reference
        Seeds of its checks; what the reference solution gets.
    is_over
        Tells whether nobody waits for it any more.

    Raises
    ------
    Refusal
        When it belongs to another lab, or the engine failed.
    """
    for left in reversed(range(TRIES)):
        notebook = repaired(master, submission).notebook
        try:
            return execute(server_for(master), master, notebook, seeds, files, reference).notebook
        except EngineFailed:
            if not left or is_over():
                raise
    raise AssertionError("the last try returns or raises")


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[Item], Done], items: Iterable[Item], most: int
) -> Iterator[Done]:
    """Yield what comes of each item, in order, while later ones run.

    Parameters
    ----------
    pool
        Runs them.
    work
        Is called with each item.
    items
        What is to be done.
    most
        So many run or wait to be yielded at the same time.
    """
    running: deque[Future[Done]] = deque()
    waiting = iter(items)
    while True:
        running.extend(pool.submit(work, item) for item in islice(waiting, most - len(running)))
        if not running:
            return
        yield running.popleft().result()


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))
