"""One notebook through papermill, and its page."""

import json
import logging
import shutil
import tempfile
import traceback
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG
from traitlets.config import Config

from .build import write
from .jobs import Job, Way, alone
from .outcome import Failure, Outcome, failure_in
from .page import page
from .percent import read
from .stamp import data_beside

CELL_SECONDS = 600.0

logging.getLogger("papermill").setLevel(logging.ERROR)


def run(job: Job, way: Way, key: str, scratch: Path) -> Outcome:
    """Run one notebook in a copy of its folder, so that nothing it writes lands in the checkout.

    Parameters
    ----------
    job
        The notebook.
    way
        How to run it.
    key
        Its stamp, kept where it passes.
    scratch
        A folder for copies, removed by the caller.
    """
    place = Path(tempfile.mkdtemp(dir=scratch)) / job.notebook.parent.name
    place.mkdir()
    for path in data_beside(job.notebook):
        copy = place / path.relative_to(job.notebook.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    output = place.parent / "executed.ipynb"
    broke = None
    try:
        papermill.execute_notebook(
            job.notebook,
            output,
            parameters=dict(way.parameters or {}),
            progress_bar=False,
            request_save_on_cell_execute=False,
            execution_timeout=CELL_SECONDS,
            **_how(way, place),
        )
    except PapermillExecutionError:
        pass  # the executed notebook says better what failed
    except Exception as error:  # noqa: BLE001 - a kernel that died or never came is this notebook's outcome
        broke = error
    if way.kernel:
        ensure_event_loop().close()  # the one that this thread's kernel clients were given
    return _keep(job, way, key, output, broke)


def _how(way: Way, place: Path) -> dict[str, Any]:
    """What papermill's engines want to know of a run in a folder."""
    if way.kernel:
        encrypted = Config({"KernelManager": {"transport_encryption": "auto"}})
        return {"engine_name": None, "resources": {"metadata": {"path": str(place)}}, "config": encrypted}
    return {"engine_name": "warm", "folder": place, "env": alone(place.parent)}


def _keep(job: Job, way: Way, key: str, output: Path, broke: Exception | None) -> Outcome:
    """Write a run's page, and where it passed the record that lets it stand until something changes."""
    executed = output if output.exists() else job.notebook
    notebook = nbformat.read(executed, as_version=4)
    # papermill's own note, also above a cell that is meant to fail; the report links to the cell
    notebook.cells = [c for c in notebook.cells if ERROR_MARKER_TAG not in c.metadata.get("tags", [])]
    text = job.unit.shown(job.unit.text)
    failure = failure_in(notebook, read(job.unit.text.read_text(encoding="utf-8"), text), text)
    if failure is None and broke is not None:
        said = f"{type(broke).__name__}: {broke}"
        failure = Failure("", 0, None, text, None, said, "".join(traceback.format_exception(broke)))
    seconds = sum(cell.metadata.get("papermill", {}).get("duration") or 0.0 for cell in notebook.cells)
    outcome = Outcome(job.name, seconds, executed.stat().st_size, job.page(way), failure)
    written = page(notebook, job.name, job.language)
    write(outcome.page, written)
    if failure is None:
        kept = {"stamp": key, "seconds": seconds, "bytes": outcome.bytes}
        write(job.record(way) / "page.html", written)
        write(job.record(way) / "run.json", json.dumps(kept) + "\n")
    return outcome
