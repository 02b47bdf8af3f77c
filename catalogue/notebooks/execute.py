"""Run lessons and labs through papermill, in parallel, and not again while nothing has changed."""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import psutil

from . import warm
from .build import write
from .ipynb import read_notebook
from .jobs import Job, Way, alone
from .outcome import Outcome
from .stamp import code_of, stamp


def execute(
    todo: Sequence[Job], way: Way, workers: int, done: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Run notebooks in parallel and return what came of each, in their order.

    Parameters
    ----------
    todo
        From `jobs`.
    way
        How to run them.
    workers
        How many at a time.
    done
        Called with each outcome as it comes, in this thread.

    Raises
    ------
    NotebookError
        When a file is no notebook; nothing is run then.
    """
    for job in todo:
        read_notebook(job.notebook, job.unit.shown(job.notebook))  # before anything runs
    stamps = {job: stamp(job.notebook, way.mode, way.parameters or {}) for job in todo}
    outcomes = {job: found for job in todo if not way.again and (found := _kept(job, way, stamps[job]))}
    for outcome in outcomes.values():
        done(outcome)
    # the longest first, so that none of them begins when all others are done
    waiting = sorted((job for job in todo if job not in outcomes), key=lambda job: -_last_seconds(job, way))
    if waiting:
        for job, outcome in _run_all(waiting, stamps, way, workers):
            outcomes[job] = outcome
            done(outcome)
    return [outcomes[job] for job in todo]


def _run_all(
    waiting: Sequence[Job], stamps: Mapping[Job, str], way: Way, workers: int
) -> Iterator[tuple[Job, Outcome]]:
    if not way.kernel:
        sources = [source for job in waiting for source in code_of(json.loads(job.notebook.read_bytes()))]
        warm.server(warm.worth_warming(sources), workers)
    # papermill and nbconvert take two seconds to import: while the server warms up, and not at all where
    # nothing has changed
    from .run import run

    with (
        tempfile.TemporaryDirectory(prefix="academy-notebooks-") as scratch,
        # kernels side by side share the cores: a thread that waits must not spin
        _environment(alone(Path(scratch)) | {"OMP_WAIT_POLICY": "PASSIVE"} if way.kernel else {}),
        ThreadPoolExecutor(workers) as pool,
    ):
        futures: dict[Future[Outcome], Job] = {
            pool.submit(run, job, way, stamps[job], Path(scratch)): job for job in waiting
        }
        try:
            while futures:
                for future in wait(futures, return_when=FIRST_COMPLETED).done:
                    yield futures.pop(future), future.result()
        except BaseException:
            # Ctrl-C: what has not begun never does, and what runs is not waited for
            pool.shutdown(wait=False, cancel_futures=True)
            warm.stop()
            for kernel in psutil.Process().children() if way.kernel else ():
                kernel.kill()
            raise


@contextlib.contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the kernels that this process starts."""
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _last_run(job: Job, way: Way) -> dict[str, Any]:
    """Return what is kept of a notebook's last good run; nothing where none is, or it cannot be read."""
    try:
        kept = json.loads((job.record(way) / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) and {"stamp", "seconds", "bytes"} <= set(kept) else {}


def _last_seconds(job: Job, way: Way) -> float:
    return float(_last_run(job, way).get("seconds", 0.0))


def _kept(job: Job, way: Way, key: str) -> Outcome | None:
    """Return a former run of the same notebook in the same environment, if it is kept."""
    kept = _last_run(job, way)
    kept_page = job.record(way) / "page.html"
    if kept.get("stamp") != key or not kept_page.is_file():
        return None
    write(job.page(way), kept_page.read_text(encoding="utf-8"))
    return Outcome(job.name, kept["seconds"], kept["bytes"], job.page(way), unchanged=True)
