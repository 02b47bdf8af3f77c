"""Running a repaired submission: the learner's cells behind one wall, the master's checks behind another."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from sandbox import CellResult, SandboxError, Stop

from ..errors import EngineFailed
from ..seeds import Seeds
from . import bare
from .desk import Desk
from .locked import names_in
from .master import Master
from .outputs import failure, harmless, points_of, settled
from .servers import Server

if TYPE_CHECKING:
    from .reference import Reference

OWN_FILES_MIB = 5
MOST_RUNS = 4  # of one submission, whose checks end the checker's process
NOT_COPIED = {".py", ".pyc", ".so", ".pth", ".ipynb", ".html"}
NOT_GRADED = "NotGraded"  # the error's name in a check that is refused: a person decides

Profiles = dict[str, dict[str, Any]]


@dataclass
class Executed:
    """What came of running one submission.

    Attributes
    ----------
    notebook
        With outputs.
    refused
        Reasons by grade id, for checks that met what does not cross.
    profiles
        What the answers did in each check; recorded where no profiles were given.
    """

    notebook: NotebookNode
    refused: dict[str, str] = field(default_factory=dict)
    profiles: Profiles = field(default_factory=dict)


def execute(
    server: Server,
    master: Master,
    notebook: NotebookNode,
    seeds: Seeds,
    files: Mapping[str, bytes] | None = None,
    reference: Reference | None = None,
    share: Collection[str] = (),
) -> Executed:
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
    reference
        What the reference solution got and did in each check; None for the reference solution itself.
    share
        Checks of the reference solution in which both sides keep containers.

    Raises
    ------
    EngineFailed
        When the engine itself failed: that is never a score.
    """
    profiles = reference.profiles if reference else {}
    about = {
        "declared": sorted(master.classes),
        "bound": sorted(master.bound),
        "handed_out": sorted(master.data),
        "profiles": profiles,
        "share": sorted(share),
    }
    material = master, notebook, seeds, files or {}
    plan = _Plan(*material, master.checks - _by_hand(profiles).keys())
    runs = _runs(server, plan, about, master.limits.seconds)
    found = profiles or {name: told.get("profile", {}) for name, told in runs[0].told.items()}
    checked = dict.fromkeys(plan.checks, (plan, runs))
    if by_hand := _by_hand(found):
        alone = _Plan(*material, by_hand.keys(), sorted(set().union(*by_hand.values())))
        checked |= dict.fromkeys(alone.checks, (alone, _runs(server, alone, about, master.limits.seconds)))
    executed = Executed(notebook)
    unfit = reference.refused if reference else {}
    for place, cell in enumerate(plan.code):
        name = plan.name(cell)
        if name not in master.checks:
            _keep(cell, runs[0].cells.get(plan.places[place]))
            continue
        of, its = checked[name]
        ended = [Ended(master, name, run.checks.get(of.checks[name]), run.told.get(name, {})) for run in its]
        worst = min(ended, key=lambda e: e.score)
        _keep_check(executed, cell, worst, unfit.get(name, ""))
        if of.bare and worst.score < master.points[name]:
            cell.outputs.insert(0, new_output("stream", name="stdout", text=bare.NOTE))
    return executed


def _by_hand(profiles: Profiles) -> dict[str, list[str]]:
    """Return the checks that want answers written by hand, with NumPy's functions they forbid."""
    wanted = {name: profile.get("by_hand") for name, profile in profiles.items()}
    return {name: without for name, without in wanted.items() if without is not None}


class _Plan:
    """Which cells run on which side, in which order.

    With `without`, for answers written by hand: without other libraries and these functions of NumPy.
    """

    def __init__(
        self,
        master: Master,
        notebook: NotebookNode,
        seeds: Seeds,
        files: Mapping[str, bytes],
        checks: Collection[str],
        without: list[str] | None = None,
    ) -> None:
        self.code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.bare = without is not None
        begin = bare.BEGIN.format(without) if self.bare else ""
        self.learners = [settle(master, files) + WATCHED + begin]
        self.checkers = [settle(master, {})]
        self.steps: list[dict[str, Any] | None] = []  # of the checker, before each cell after the first
        self.places: dict[int, int] = {}
        self.checks: dict[str, int] = {}
        for place, cell in enumerate(self.code):
            name = self.name(cell)
            if name in master.checks and name not in checks:
                continue
            if name in checks:
                seed = seeds.of(name) if name in master.hides else "0"
                self.checks[name] = len(self.checkers)
                self.checkers.append(cell.source)
                self.steps.append(
                    {
                        "check": name,
                        "upto": len(self.learners),
                        "seed": seed,
                        "seconds": master.limits.seconds,
                        "reads": sorted(names_in(cell.source) & master.bound),
                    }
                )
                continue
            self.places[place] = len(self.learners)
            self.learners.append(cell.source)
            if name in master.setup:
                self.checkers.append(master.setup[name])
                self.steps.append(None)

    @staticmethod
    def name(cell: NotebookNode) -> str:
        """Return a cell's grade id when it is a check, or locked, or an answer; else an empty text."""
        return cell.metadata.get("nbgrader", {}).get("grade_id", "")


@dataclass
class _Run:
    """What came of both sides: results by place, and what the checker told of each check."""

    checks: dict[int, CellResult]
    cells: dict[int, CellResult]
    told: dict[str, dict[str, Any]]


def _runs(server: Server, plan: _Plan, about: dict[str, Any], seconds: float) -> list[_Run]:
    """Run both sides, and again where answers changed what is compared: who does so gains nothing."""
    about = about | {"follow": [], "steps": plan.steps, "upto": len(plan.learners)}
    first = _run(server, plan, about, seconds)
    # who must not change it is found out
    follow = [name for name, told in first.told.items() if told["changed"]]
    if not about["profiles"] or not follow:
        return [first]
    return [first, _run(server, plan, about | {"follow": follow}, seconds)]


def _run(server: Server, plan: _Plan, about: dict[str, Any], seconds: float) -> _Run:
    """Run both sides; where a check ended the checker's process, run again without it."""
    learners = server.bare.learners if plan.bare else server.learners

    def start(left_out: list[int], line: socket.socket, stop: Stop) -> list[CellResult]:
        cells = ["" if place in left_out else source for place, source in enumerate(plan.learners)]
        return learners(cells, seconds, line, stop)

    ended: dict[int, CellResult] = {}
    for _ in range(MOST_RUNS):
        cells = ["" if place in ended else source for place, source in enumerate(plan.checkers)]
        try:
            with Desk(about, start) as desk:
                results = server.checkers(cells, seconds, desk.peer)
        except SandboxError as error:
            raise EngineFailed(f"the submission could not be run: {error}") from None
        if desk.failure is not None:
            raise EngineFailed(f"the submission could not be run: {desk.failure}")
        checks = {place: ended.get(place, result) for place, result in enumerate(results)}
        last = results[-1] if results else None
        if last is None or not any(o.get("ename") in ENDS for o in last.outputs):
            break
        ended[len(results) - 1] = last
    return _Run(checks, desk.results, desk.told)


ENDS = {"DeadKernelError", "MemoryLimitExceeded"}


def _keep(cell: NotebookNode, result: CellResult | None) -> None:
    cell.outputs = harmless(result.outputs) if result is not None else []
    if result is None:
        text = "the code ended its process, or its time was over, before this cell"
        cell.outputs.append(failure("Stopped", text))
    cell.execution_count = None


class Ended:
    """How one check ended: its outputs as nbgrader reads them, and the score that they give."""

    def __init__(self, master: Master, name: str, result: CellResult | None, told: dict[str, Any]) -> None:
        outputs = harmless(result.outputs) if result is not None else []
        if result is None or (not result.ok and not any(o.output_type == "error" for o in outputs)):
            outputs.append(failure("Stopped", "the code's time was over before this check"))
        self.name, self.told, self.raw = name, told, outputs
        self.outputs = settled(outputs, points=master.points[name], numbered=name in master.scored)
        self.score = points_of(self.outputs, master.points[name])


def _keep_check(executed: Executed, cell: NotebookNode, ended: Ended, unfit: str) -> None:
    cell.execution_count = None
    reason = unfit or ended.told.get("refused", "")
    if reason:
        executed.refused[ended.name] = reason
        kept = [o for o in ended.raw if o.output_type not in ("error", "execute_result")]
        cell.outputs = [*kept, failure(NOT_GRADED, reason)]
        return
    if "profile" in ended.told:
        executed.profiles[ended.name] = ended.told["profile"]
    cell.outputs = ended.outputs


WATCHED = (
    "__import__('graders.engine.guard').engine.guard.watch(get_ipython())\n"
    "get_ipython().ask_exit = lambda: None  # exit() in an answer takes no later answer with it\n"
)


def settle(master: Master, files: Mapping[str, bytes]) -> str:
    """Return the first cell of a side: it copies the learner's files, and over them the lab's."""
    own = {name: base64.b64encode(content).decode() for name, content in files.items()}
    handed_out = {name: str(path) for name, path in master.data.items()}
    return (
        "def _settle(own, handed_out):\n"
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
        f"_settle({own!r}, {handed_out!r})\n"
        "del _settle\n"
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
