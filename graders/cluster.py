"""Many submissions on many machines: Dask's workers run them, the gradebook stays here.

A worker gets the lab's folder and the submission as bytes, builds its walls on its own machine, and returns
the executed notebook as bytes. Needs the extra ``cluster``, the same checkout and libraries on each worker.
"""

from __future__ import annotations

import json
import platform
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from distributed import Client, Future, KilledWorker
from nbformat import NotebookNode, from_dict

from .batch import TRIES, WAITING, Lab, Ran, executed
from .engine.master import LabLimits, Master, read_master
from .engine.reference import Reference, basis
from .engine.run import own_files
from .engine.submission import read_submission
from .errors import CourseError, EngineFailed, Refusal, WallsMissing
from .seeds import Seeds

CONNECT_SECONDS = 20
MOST_LABS = 4  # that a worker keeps on its disk
Sent = tuple[str, str, float, Future | Exception | None]  # learner, basis, begin, what will come
GONE = (KilledWorker, OSError)  # what a submission gets whose workers ended one after the other


@dataclass(frozen=True)
class Parcel:
    """A lab as it travels.

    Attributes
    ----------
    lab, limits
        Its name and limits.
    files
        What its folder holds, by relative path.
    reference
        What its reference solution gets.
    basis
        Hash of lab, engine and libraries here; a worker's must be the same.
    """

    lab: str
    limits: LabLimits
    files: dict[str, bytes] = field(repr=False)
    reference: Reference = field(repr=False)
    basis: str

    @classmethod
    def of(cls, lab: Lab) -> Self:
        """Pack a lab."""
        master = lab.master
        name = f"{master.lab}.ipynb"
        files = {name: master.folder / name} | master.data
        content = {name: path.read_bytes() for name, path in files.items()}
        return cls(master.lab, master.limits, content, lab.reference, basis(master))


@dataclass(frozen=True)
class Drawn(Seeds):
    """The seeds of one submission, without the key that they were drawn by."""

    drawn: Mapping[str, str] = field(default_factory=dict)

    def of(self, grade_id: str) -> str:
        """Return the seed of one check."""
        return self.drawn[grade_id]


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

    def _came(self, learner: str, found: str, begun: float, task: Future | Exception | None) -> Ran:
        if task is None or isinstance(task, Exception):
            return Ran(learner, found, time.perf_counter() - begun, error=task)
        try:
            content, seconds = task.result()
            if isinstance(content, Refusal):
                raise content
        except GONE as error:
            lost = EngineFailed(f"each worker that ran the submission ended: {error}")
            return Ran(learner, found, time.perf_counter() - begun, error=lost)
        except Exception as error:  # noqa: BLE001 - as above
            return Ran(learner, found, time.perf_counter() - begun, error=error)
        return Ran(learner, found, seconds, _notebook(content))


def handed_on(parcel: Parcel) -> Parcel:
    """Return a lab: workers get it once, from the scheduler or from one another."""
    return parcel


def run_there(
    parcel: Parcel, notebook: bytes, files: Mapping[str, bytes], seeds: Drawn
) -> tuple[bytes | Refusal, float]:
    """Run one submission on the machine of a worker.

    Parameters
    ----------
    parcel
        Its lab.
    notebook
        What was submitted, as :func:`read_submission` gives it.
    files
        What was submitted beside it.
    seeds
        Of its checks.

    Returns
    -------
    bytes or Refusal
        The executed notebook, or why this submission is graded by no machine.
    float
        Seconds.

    Raises
    ------
    EngineFailed, WallsMissing
        When it could not be run on this machine; another one may.
    """
    begun = time.perf_counter()
    try:
        ran = executed(_unpacked(parcel), _notebook(notebook), files, seeds, parcel.reference)
    except (EngineFailed, WallsMissing):
        raise
    except Refusal as error:
        return error, time.perf_counter() - begun
    return json.dumps(ran).encode(), time.perf_counter() - begun


def _notebook(content: bytes) -> NotebookNode:
    return from_dict(json.loads(content))


_there: dict[str, tuple[tempfile.TemporaryDirectory, Master]] = {}  # labs on this worker, by basis
_unpacking = threading.Lock()


def _unpacked(parcel: Parcel) -> Master:
    """Return the lab from files on this machine, written once."""
    with _unpacking:
        if parcel.basis not in _there:
            while len(_there) >= MOST_LABS:
                _there.pop(next(iter(_there)))[0].cleanup()
            _there[parcel.basis] = _written(parcel)
        return _there[parcel.basis][1]


def _written(parcel: Parcel) -> tuple[tempfile.TemporaryDirectory, Master]:
    root = tempfile.TemporaryDirectory(prefix="academy-")
    folder = Path(root.name) / parcel.lab
    for name, content in parcel.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600 if path.suffix == ".ipynb" else 0o644)
    for path in (Path(root.name), folder):
        path.chmod(0o711)  # the wall's user gets the files handed out, and sees no other
    master = read_master(folder, parcel.limits)
    if basis(master) != parcel.basis:
        raise EngineFailed(
            f"the worker on {platform.node()} has another version of the academy or of its libraries: give it"
            " the same checkout, run ./academy doctor there, start the worker again"
        )
    return root, master
