"""Run lessons and labs through papermill, in parallel, and not again while nothing has changed."""

import contextlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG
from traitlets.config import Config

from catalogue.folders import data_folder

from . import engine
from .build import write
from .outcome import Outcome, failure_in
from .page import page
from .percent import read
from .stamp import code_of, data_beside, imported, stamp
from .units import Unit

CELL_SECONDS = 600.0


@dataclass(frozen=True)
class Job:
    """One notebook to run.

    Attributes
    ----------
    name
        ``course/NN-slug``, with ``.zh`` for the Chinese one, or the lab's slug.
    unit
        The lesson or lab.
    notebook
        The built notebook.
    language
        ``en`` or ``zh``.
    """

    name: str
    unit: Unit
    notebook: Path
    language: str


@dataclass(frozen=True)
class Way:
    """How notebooks are run.

    Attributes
    ----------
    kernel
        On a real Jupyter kernel each, instead of forks of a warm process.
    parameters
        Injected by papermill into every notebook.
    report
        Where pages go; by default ``notebooks/report`` in the data folder.
    again
        Run also what has not changed.
    """

    kernel: bool = False
    parameters: Mapping[str, Any] | None = None
    report: Path | None = None
    again: bool = False

    @property
    def mode(self) -> str:
        """``kernel`` or ``warm``."""
        return "kernel" if self.kernel else "warm"

    @property
    def folder(self) -> Path:
        """Where pages and report go."""
        return self.report or data_folder() / "notebooks" / "report"


def jobs(units: Iterable[Unit]) -> list[Job]:
    """Return the built notebooks of lessons, in each of their languages, and of labs with their solutions."""
    found = []
    for unit in units:
        if unit.notebook.exists():
            found.append(Job(unit.id, unit, unit.notebook, "en"))
        if unit.has_chinese and unit.chinese_notebook.exists():
            found.append(Job(f"{unit.id}.zh", unit, unit.chinese_notebook, "zh"))
    return found


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
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    stamps = {job: stamp(job.notebook, way.mode, way.parameters or {}) for job in todo}
    outcomes = {job: found for job in todo if not way.again and (found := _kept(job, way, stamps[job]))}
    for outcome in outcomes.values():
        done(outcome)
    waiting = [job for job in todo if job not in outcomes]
    if waiting and not way.kernel:
        engine.start(_worth_warming(waiting), workers)
    with (
        tempfile.TemporaryDirectory(prefix="academy-notebooks-") as scratch,
        _environment(_alone(Path(scratch)) if way.kernel else {}),
    ):
        pool = ThreadPoolExecutor(workers)
        try:
            futures: dict[Future[Outcome], Job] = {
                pool.submit(_run, job, way, stamps[job], Path(scratch)): job for job in waiting
            }
            while futures:
                for future in wait(futures, return_when=FIRST_COMPLETED).done:
                    outcomes[futures.pop(future)] = future.result()
                    done(future.result())
        finally:
            # on Ctrl-C what has not begun never does
            pool.shutdown(wait=True, cancel_futures=True)
    return [outcomes[job] for job in todo]


def _worth_warming(todo: Iterable[Job]) -> list[str]:
    sources = [source for job in todo for source in code_of(json.loads(job.notebook.read_bytes()))]
    used = imported(sources)
    return [name for name in engine.WORTH_WARMING if any(f"{one}.".startswith(f"{name}.") for one in used)]


def _run(job: Job, way: Way, key: str, scratch: Path) -> Outcome:
    """Run one notebook in a copy of its folder, so that nothing it writes lands in the checkout."""
    place = Path(tempfile.mkdtemp(dir=scratch)) / job.notebook.parent.name
    place.mkdir()
    for path in data_beside(job.notebook):
        copy = place / path.relative_to(job.notebook.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    output = place.parent / "executed.ipynb"
    began = time.perf_counter()
    # the executed notebook says what failed better than the exception does
    with contextlib.suppress(PapermillExecutionError):
        papermill.execute_notebook(
            job.notebook,
            output,
            parameters=dict(way.parameters or {}),
            progress_bar=False,
            request_save_on_cell_execute=False,
            execution_timeout=CELL_SECONDS,
            **_how(way, place),
        )
    seconds = time.perf_counter() - began
    return _keep(job, way, key, output, seconds)


def _how(way: Way, place: Path) -> dict[str, Any]:
    """What papermill's engines want to know of a run in a folder."""
    if way.kernel:
        sockets = Config({"KernelManager": {"transport": "ipc"}})  # nobody else on the machine can connect
        return {"engine_name": None, "resources": {"metadata": {"path": str(place)}}, "config": sockets}
    return {"engine_name": "warm", "folder": place, "env": _alone(place.parent)}


def _alone(scratch: Path) -> dict[str, str]:
    """Variables by which predictions that a run makes are nobody's, and no service is asked."""
    return {"ACADEMY_DATA": str(scratch / "data"), "ACADEMY_URL": "", "JUPYTERHUB_API_TOKEN": ""}


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


def _keep(job: Job, way: Way, key: str, output: Path, seconds: float) -> Outcome:
    """Write a run's page, and where it passed the record that lets it stand until something changes."""
    notebook = nbformat.read(output, as_version=4)
    # papermill's own note, also above a cell that is meant to fail; the report links to the cell
    notebook.cells = [
        cell for cell in notebook.cells if ERROR_MARKER_TAG not in cell.metadata.get("tags", [])
    ]
    text = job.unit.shown(job.unit.text)
    failure = failure_in(notebook, read(job.unit.text.read_text(encoding="utf-8"), text), text)
    folder = _record(job, way)
    written = page(notebook, job.name, job.language)
    outcome = Outcome(job.name, seconds, output.stat().st_size, _page(job, way), failure)
    write(outcome.page, written)
    if failure is None:
        write(folder / "page.html", written)
        write(
            folder / "run.json", json.dumps({"stamp": key, "seconds": seconds, "bytes": outcome.bytes}) + "\n"
        )
    return outcome


def _kept(job: Job, way: Way, key: str) -> Outcome | None:
    """Return a former run of the same notebook in the same environment, if it is kept."""
    folder = _record(job, way)
    try:
        kept = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        if kept["stamp"] != key:
            return None
        write(_page(job, way), (folder / "page.html").read_text(encoding="utf-8"))
        return Outcome(job.name, kept["seconds"], kept["bytes"], _page(job, way), unchanged=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _record(job: Job, way: Way) -> Path:
    return data_folder() / "notebooks" / "runs" / way.mode / job.name.replace("/", "-")


def _page(job: Job, way: Way) -> Path:
    return way.folder / f"{job.name.replace('/', '-')}.html"
