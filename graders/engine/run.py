"""Running a repaired submission behind a wall, in a process that has the libraries loaded."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from sandbox import CellResult, SandboxError

from ..errors import Refusal
from ..seeds import Seeds
from .master import Master
from .outputs import failure, harmless, settled
from .servers import Server

OWN_FILES_MIB = 5
MOST_RUNS = 4  # of one submission, whose cells end the process
NOT_COPIED = {".py", ".pyc", ".so", ".pth", ".ipynb", ".html"}


def execute(
    server: Server,
    master: Master,
    notebook: NotebookNode,
    seeds: Seeds,
    files: Mapping[str, bytes] | None = None,
) -> NotebookNode:
    """Run a repaired notebook and put the outputs into it.

    Parameters
    ----------
    server
        From :func:`server_for` for this lab.
    master, notebook
        The lab, and the submission repaired by it.
    seeds
        Seeds of its checks.
    files
        What the learner submitted beside the notebook, by relative path.

    Raises
    ------
    Refusal
        When the engine itself failed: that is never a score.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [_settle_in(master, files or {})]
    places = []
    for cell in cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name in master.points:
            sources.append(_before_check(master, seeds.of(name) if name in master.hides else "0"))
        places.append(len(sources))
        sources.append(cell.source)
    results = _run(server, sources, master.limits.seconds)
    for cell, place in zip(cells, places, strict=True):
        result = results[place] if place < len(results) else None
        _keep(master, cell, result)
    return notebook


def _run(server: Server, sources: list[str], seconds: float) -> list[CellResult]:
    """Run the cells; where one ended the process, run the others without it."""
    ended: dict[int, CellResult] = {}
    for _ in range(MOST_RUNS):
        cells = ["" if place in ended else source for place, source in enumerate(sources)]
        try:
            results = server.run(cells, seconds)
        except SandboxError as error:
            raise Refusal(f"the submission could not be run: {error}") from None
        results = [ended.get(place, result) for place, result in enumerate(results)]
        last = results[-1] if results else None
        if last is None or not any(o.get("ename") == "DeadKernelError" for o in last.outputs):
            break
        ended[len(results) - 1] = last
    return results


def _keep(master: Master, cell: NotebookNode, result: CellResult | None) -> None:
    outputs = harmless(result.outputs) if result is not None else []
    broken = result is None or not result.ok
    if broken and not any(o.output_type == "error" for o in outputs):
        outputs.append(
            failure("Stopped", "the code ended its process, or its time was over, before this cell")
        )
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    if is_grade(cell) and not is_solution(cell):
        outputs = settled(outputs, points=master.points[name], numbered=name in master.scored)
    cell.outputs = outputs
    cell.execution_count = None


def _settle_in(master: Master, files: Mapping[str, bytes]) -> str:
    """Return the first cell: it copies the learner's files, and over them the lab's, to where code runs."""
    own = {name: base64.b64encode(content).decode() for name, content in files.items()}
    handed_out = {name: str(path) for name, path in master.data.items()}
    return (
        "def _settle_in(own, handed_out):\n"
        "    import base64, os, pathlib, shutil\n"
        "    home = pathlib.Path.home() / 'lab'\n"
        "    home.mkdir(parents=True, exist_ok=True)\n"
        "    for name in (*own, *handed_out):\n"
        "        (home / name).parent.mkdir(parents=True, exist_ok=True)\n"
        "    for name, content in own.items():\n"
        "        (home / name).write_bytes(base64.b64decode(content))\n"
        "    for name, path in handed_out.items():\n"
        "        shutil.copyfile(path, home / name)\n"
        "    os.chdir(home)\n"
        "    __import__('graders.engine.guard').engine.guard.watch(get_ipython())\n"
        "    get_ipython().ask_exit = lambda: None  # exit() in an answer takes no later answer with it\n"
        f"_settle_in({own!r}, {handed_out!r})\n"
        "del _settle_in\n"
    )


def _before_check(master: Master, seed: str) -> str:
    """Return the cell before a check: its seed, and what it stands on put back (see :mod:`.guard`)."""
    return "\n".join(
        (
            f"__import__('os').environ['ACADEMY_SEED'] = {seed!r}",
            "__import__('graders.engine.guard').engine.guard.restore(get_ipython())",
            *master.imports,
        )
    )


def own_files(folder: Path) -> dict[str, bytes]:
    """Return what a learner submitted beside the notebook: plain files, no code that could stand in for ours.

    Files past 5 MiB in all are left out.
    """
    found: dict[str, bytes] = {}
    left = OWN_FILES_MIB * 2**20
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for path in (Path(parent) / name for name in sorted(names)):
            if (
                path.is_symlink()
                or not path.is_file()
                or path.suffix in NOT_COPIED
                or path.name.startswith(".")
            ):
                continue
            left -= path.stat().st_size
            if left < 0:
                return found
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found
