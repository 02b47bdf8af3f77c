"""Many submissions on many machines: Dask's workers run them, the gradebook stays here.

A worker gets the lab's folder and the submission as bytes, builds its walls on its own machine, and returns
the executed notebook as bytes. Needs the extra ``cluster``, the same checkout and libraries on each worker.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from distributed import Client, Future, KilledWorker

from .batch import TRIES, WAITING, Lab, Ran
from .engine.run import own_files
from .engine.submission import read_submission
from .errors import CourseError, EngineFailed, Refusal
from .parcel import Drawn, Parcel, as_notebook, run_there

CONNECT_SECONDS = 20
LOOK_SECONDS = 30  # between looks whether there is a worker left
Sent = tuple[str, str, float, Future | Exception | None]  # learner, basis, begin, what will come
GONE = (KilledWorker, OSError)  # what a submission gets whose workers ended one after the other


class Cluster:
    """Workers elsewhere that run submissions ahead of the gradebook; as :class:`~graders.batch.Ahead`.

    Parameters
    ----------
    lab, kept
        As there.
    address
        Of the scheduler, ``tcp://host:port``.

    Raises
    ------
    CourseError
        When no scheduler answers there, or it has no workers.
    """

    def __init__(self, lab: Lab, kept: Mapping[str, str], address: str) -> None:
        self._lab, self._kept = lab, kept
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"no Dask scheduler answers at {address}: {error}; start one with `dask scheduler`"
            ) from None
        self._slots = sum(self._client.nthreads().values())
        if not self._slots:
            self._client.close()
            raise CourseError(
                f"the scheduler at {address} has no workers; start some with `dask worker {address}`"
            )
        # a task, which is done again when all workers that had the lab are gone
        parcel = Parcel.of(lab)
        self._parcel = self._client.submit(handed_on, parcel, key=f"lab-{parcel.basis}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()  # what nobody waits for any more is not begun

    def run(self, learners: Sequence[str]) -> Iterator[Ran]:
        """Yield what came of each submission, in order, while later ones run."""
        running: deque[Sent] = deque()
        waiting = deque(learners)
        while waiting or running:
            while waiting and len(running) < (1 + WAITING) * self._slots:
                running.append(self._sent(waiting.popleft()))
            yield self._came(*running.popleft())

    def _sent(self, learner: str) -> Sent:
        """Send one submission; what cannot be read, or has not changed, stays here."""
        begun, found = time.perf_counter(), ""
        try:
            found = self._lab.basis(learner)
            if self._kept.get(learner) == found:
                return learner, found, begun, None
            folder, master = self._lab.submitted(learner), self._lab.master
            notebook = json.dumps(read_submission(folder / f"{master.lab}.ipynb")).encode()
            seeds = self._lab.seeds(learner)
            drawn = Drawn(learner=learner, drawn={name: seeds.of(name) for name in master.points})
            task = self._client.submit(
                run_there, self._parcel, notebook, own_files(folder), drawn, pure=False, retries=TRIES - 1
            )
        except Exception as error:  # noqa: BLE001 - one submission stops no other: it is a refusal with its name
            return learner, found, begun, error
        return learner, found, begun, task

    def _result(self, task: Future) -> tuple[bytes | Refusal, float]:
        """Wait for what comes of a task, as long as there is a worker that may run it."""
        while True:
            try:
                return task.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                if task.done():
                    raise
                if not self._client.nthreads():
                    address = self._client.scheduler.address
                    raise EngineFailed(
                        f"the scheduler at {address} has no workers left; start some with"
                        f" `dask worker {address}`, then grade again"
                    ) from None

    def _came(self, learner: str, found: str, begun: float, task: Future | Exception | None) -> Ran:
        if task is None or isinstance(task, Exception):
            return Ran(learner, found, time.perf_counter() - begun, error=task)
        try:
            content, seconds = self._result(task)
            if isinstance(content, Refusal):
                raise content
        except GONE as error:
            lost = EngineFailed(f"each worker that ran the submission ended: {error}")
            return Ran(learner, found, time.perf_counter() - begun, error=lost)
        except Exception as error:  # noqa: BLE001 - as above
            return Ran(learner, found, time.perf_counter() - begun, error=error)
        return Ran(learner, found, seconds, as_notebook(content))


def handed_on(parcel: Parcel) -> Parcel:
    """Return a lab: workers get it once, from the scheduler or from one another."""
    return parcel
