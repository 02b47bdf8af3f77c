"""The master of a lab: what every submission is repaired and scored by."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearOutput, ClearSolutions, ComputeChecksums, LockCells
from nbgrader.utils import is_grade, is_solution, is_task

from ..errors import LabError
from .locked import bound_names, class_names, needed, parsed

SECONDS, MEMORY_MIB = 60, 2048  # where a lab says nothing
LIMITS_FILE = "limits.json"  # in the course folder: {lab: {"seconds": …, "memory_mib": …}}
AUTOTEST = re.compile(r"^\s*#.*AUTOTEST", re.MULTILINE)
NOT_DATA = {".ipynb_checkpoints", "__pycache__"}


@dataclass(frozen=True)
class LabLimits:
    """What one submission may use: seconds for all of its cells together, memory in MiB."""

    seconds: float = SECONDS
    memory_mib: int = MEMORY_MIB


@dataclass(frozen=True)
class Master:
    """The instructor's notebook of a lab, ready to grade by.

    Attributes
    ----------
    lab
        Id of the lab, the name of its folder.
    folder
        Where the notebook and the files handed out with it lie.
    notebook
        Answers as the stubs that learners get, checks whole, without outputs.
    limits
        What one submission may use.
    """

    lab: str
    folder: Path
    notebook: NotebookNode
    limits: LabLimits = LabLimits()

    @cached_property
    def cells(self) -> dict[str, NotebookNode]:
        """Every cell that the grader knows, by grade id, in order."""
        return {c.metadata.nbgrader["grade_id"]: c for c in self.notebook.cells if "nbgrader" in c.metadata}

    @cached_property
    def points(self) -> dict[str, float]:
        """Points of every graded cell, by grade id, in order."""
        return {name: float(c.metadata.nbgrader["points"]) for name, c in self.cells.items() if is_grade(c)}

    @cached_property
    def checks(self) -> frozenset[str]:
        """Grade ids of the cells that give points by being run."""
        return frozenset(self.points) - set(self.answers)

    @cached_property
    def tasks(self) -> dict[str, float]:
        """Points of the task cells, by grade id, in order: a person grades what learners made of them."""
        return {name: float(c.metadata.nbgrader["points"]) for name, c in self.cells.items() if is_task(c)}

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """Grade ids of the cells that learners fill in."""
        return tuple(name for name, cell in self.cells.items() if is_solution(cell))

    @cached_property
    def released(self) -> dict[str, str]:
        """Text of every known cell as learners get it: without hidden tests."""
        shown = processed(self.notebook, ClearHiddenTests)
        return {c.metadata.nbgrader["grade_id"]: c.source for c in shown.cells if "nbgrader" in c.metadata}

    @cached_property
    def hides(self) -> frozenset[str]:
        """Grade ids of the checks that hold hidden tests."""
        return frozenset(name for name in self.points if self.released[name] != self.cells[name].source)

    @cached_property
    def scored(self) -> frozenset[str]:
        """Grade ids of the checks whose last line gives the points: a full mark needs that number."""
        return frozenset(name for name in self.points if _gives_points(self.cells[name].source))

    @cached_property
    def solution(self) -> tuple[str, ...]:
        """Text of the reference solution's code cells, in order."""
        original = nbformat.read(self.folder / f"{self.lab}.ipynb", as_version=4)
        return tuple(c.source for c in original.cells if c.cell_type == "code" and is_solution(c))

    @cached_property
    def bound(self) -> frozenset[str]:
        """Names that the reference solution binds."""
        return bound_names(self.solution)

    @cached_property
    def classes(self) -> frozenset[str]:
        """Names of the classes that the reference solution defines."""
        return class_names(self.solution)

    @cached_property
    def setup(self) -> dict[str, str]:
        """What of the locked cells the checks need on their side, by grade id."""
        locked = {
            name: cell.source
            for name, cell in self.cells.items()
            if cell.cell_type == "code" and name not in self.answers and name not in self.points
        }
        checks = [cell.source for name, cell in self.cells.items() if name in self.checks]
        return needed(locked, checks, self.bound)

    @cached_property
    def data(self) -> dict[str, Path]:
        """Files handed out with the notebook, by their path relative to it."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            relative = path.relative_to(self.folder)
            if path.is_file() and path.suffix != ".ipynb" and not NOT_DATA & set(relative.parts):
                found[relative.as_posix()] = path
        return found

    @cached_property
    def digest(self) -> str:
        """Hash of all that the lab consists of: cells, points and data."""
        known = {name: [c.source, self.points.get(name)] for name, c in self.cells.items()}
        content = hashlib.sha256(json.dumps(known, sort_keys=True).encode())
        for name, path in self.data.items():
            content.update(name.encode() + hashlib.sha256(path.read_bytes()).digest())
        return content.hexdigest()

    @cached_property
    def modules(self) -> frozenset[str]:
        """Top-level modules that the lab's cells import, in the reference solution too."""
        original = nbformat.read(self.folder / f"{self.lab}.ipynb", as_version=4)
        found: set[str] = set()
        for cell in original.cells:
            if cell.cell_type == "code":
                found |= _imported(cell.source)
        return frozenset(found)


def processed(notebook: NotebookNode, *steps: type) -> NotebookNode:
    """Return a copy of a notebook after these nbgrader preprocessors."""
    copy = nbformat.from_dict(json.loads(json.dumps(notebook)))
    for step in steps:
        copy, _ = step().preprocess(copy, {})
    return copy


def read_master(folder: Path, limits: LabLimits | None = None) -> Master:
    """Read a lab's instructor notebook; the same one again until a file of the lab changes.

    Parameters
    ----------
    folder
        ``…/source/<lab>``, which holds ``<lab>.ipynb`` and the files handed out.
    limits
        Default limits where none are given.

    Raises
    ------
    LabError
        When there is no such notebook, or it cannot be graded by.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    stamps = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    return _read(folder, limits or LabLimits(), stamps)


@lru_cache(maxsize=8)
def _read(folder: Path, limits: LabLimits, _stamps: tuple[tuple[Path, int, int], ...]) -> Master:
    path = folder / f"{folder.name}.ipynb"
    try:
        original = _with_ids(nbformat.read(path, as_version=4))
        if without := _without_points(original):
            raise LabError(
                f"lab notebook {path}: no points in the graded cell{'s' * (len(without) > 1)} "
                f"{', '.join(without)}; give each its points, as in "
                'nbgrader={"grade_id": "check-…", "grade": true, "points": 3}, '
                f"then ./academy notebooks build {folder.name}"
            )
        notebook = processed(original, LockCells, ClearSolutions, ClearOutput, ComputeChecksums)
    except LabError:
        raise
    except FileNotFoundError:
        raise LabError(f"no notebook {path}; ./academy notebooks build writes it") from None
    except Exception as error:  # any fault of the file: nbgrader and nbformat raise many kinds  # noqa: BLE001
        raise LabError(f"lab notebook {path} cannot be read: {error}; ./academy notebooks build") from None
    if name := autotested(original):
        raise LabError(
            f"lab {folder.name}: check {name} has AUTOTEST lines, which test nothing; write asserts"
        )
    master = Master(folder.name, folder, notebook, limits)
    if not (master.points or master.tasks):
        raise LabError(
            f"lab {folder.name} has no graded cell with points ({path}); ./academy notebooks check"
        )
    return master


def autotested(notebook: NotebookNode) -> str:
    """Return the grade id of the first check with ``### AUTOTEST`` lines, or an empty text.

    They are comments until nbgrader makes asserts of them: as they stand they test nothing.
    """
    for cell in notebook.cells:
        if is_grade(cell) and cell.cell_type == "code" and AUTOTEST.search(cell.source):
            return cell.metadata.nbgrader["grade_id"]
    return ""


def _with_ids(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook whose cells have ids, as notebooks have them since format 4.5."""
    for place, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{place}")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    return notebook


def read_limits(course: Path, lab: str) -> LabLimits:
    """Return a lab's limits as the course folder has them, or the defaults."""
    try:
        return LabLimits(**json.loads((course / LIMITS_FILE).read_text(encoding="utf-8"))[lab])
    except (OSError, ValueError, KeyError, TypeError):
        return LabLimits()


def _without_points(notebook: NotebookNode) -> list[str]:
    """Return the grade ids of graded cells whose points are missing or no number."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return [
        str(mark.get("grade_id"))
        for mark in marks
        if mark.get("grade") and type(mark.get("points")) not in (int, float)
    ]


def _gives_points(source: str) -> bool:
    """Tell whether a check's last line is a number of points: ``score.total()``, a name, a sum."""
    tree = parsed(source)
    last = tree.body[-1] if tree and tree.body else None
    if not isinstance(last, ast.Expr):
        return False
    if isinstance(last.value, ast.Call):
        return isinstance(last.value.func, ast.Attribute) and last.value.func.attr == "total"
    return isinstance(last.value, (ast.Name, ast.BinOp, ast.Attribute, ast.IfExp))


def _imported(source: str) -> set[str]:
    tree, found = parsed(source), set()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
