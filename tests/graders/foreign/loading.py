"""Labs in other people's manner, and honest submissions to them, as notebooks.

A lab is ``labs/<lab>/<lab>.py``, in the format of every lab of ours, with its data files beside it. A
submission is ``labs/<lab>/honest/<name>.py``::

    # What kind of person wrote this, in a line or more.
    # Rest: reference
    # %%
    import functools  # an added cell; before any other it stands at the top of the notebook

    # %% grade_id="squares"
    def squares(n): ...  # replaces the answer cell squares

    # %%
    squares(3)  # an added cell; it stands right after the cell before it in this file

    # %% after="check-squares"
    squares(4)  # an added cell; it stands right after the check cell check-squares

    # %% [markdown] grade_id="equation"
    # $x$

Answer cells that the file does not give stay as released, or are taken from where the line ``Rest:`` says:
``reference``, or another submission of the lab, with its added cells. A magic stands behind ``# ``, as in
the labs' texts (``# %timeit squares(9)``). The name begins with what the submission deserves: ``right-``
for full marks, ``nearly-`` for more than half of them, ``wrong-`` for less than all.

``expected.yml`` beside the submissions has the score of each check cell. Where stock nbgrader is unfair by
a known fault of its own, the entry is ``{stock: 0, fair: 2, because: …}``; `stock` makes the numbers,
people write the rest.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

from catalogue.notebooks.build import notebook_texts
from catalogue.notebooks.percent import Cell, read
from catalogue.notebooks.units import Unit

LABS = Path(__file__).parent / "labs"
KINDS = ("right", "nearly", "wrong")
NAME = re.compile(rf"({'|'.join(KINDS)})-[a-z0-9-]+")


@dataclass(frozen=True)
class Lab:
    """A lab: its master, and what can be earned by it.

    Attributes
    ----------
    name
        Its folder's name.
    master
        The notebook with solutions and hidden checks.
    checks
        Points of the check cells, by grade id.
    manual
        Points of the cells that a person grades, by grade id.
    answers
        Grade ids of the answer cells.
    """

    name: str
    master: NotebookNode
    checks: dict[str, float]
    manual: dict[str, float]
    answers: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where its text and its data files lie."""
        return LABS / self.name

    @property
    def data(self) -> list[Path]:
        """The files that are handed out with it."""
        own = {f"{self.name}.py", "lab.yml"}
        return [path for path in sorted(self.folder.iterdir()) if path.is_file() and path.name not in own]


@dataclass(frozen=True)
class Submission:
    """What one person handed in.

    Attributes
    ----------
    name
        Its file's name.
    said
        The lines at its head, without the line ``Rest:``.
    rest
        Where the answers come from that it does not give, or None.
    cells
        Its cells; what one replaces (``grade_id``) or stands behind (``after``) is in its metadata.
    """

    name: str
    said: str
    rest: str | None
    cells: tuple[Cell, ...]


def names() -> list[str]:
    """Return the labs' names."""
    return sorted(path.name for path in LABS.iterdir() if (path / f"{path.name}.py").is_file())


def text_of(name: str) -> Unit:
    """Return a lab as the catalogue's builder knows it."""
    text = LABS / name / f"{name}.py"
    return Unit("lab", name, LABS, text, LABS / "source" / name / f"{name}.ipynb")


def load(name: str) -> Lab:
    """Return a lab, built from its text; nothing is written."""
    unit = text_of(name)
    cells = read(unit.text.read_text(encoding="utf-8"), unit.shown(unit.text))
    master = nbformat.reads(notebook_texts(unit, cells)[unit.notebook], as_version=4)
    graded = [cell.metadata["nbgrader"] for cell in master.cells if "nbgrader" in cell.metadata]
    points = {g["grade_id"]: float(g["points"]) for g in graded if g["grade"]}
    manual = {g["grade_id"] for g in graded if g["grade"] and g["solution"]}
    return Lab(
        name,
        master,
        {key: value for key, value in points.items() if key not in manual},
        {key: value for key, value in points.items() if key in manual},
        tuple(g["grade_id"] for g in graded if g["solution"]),
    )


def released(lab: Lab) -> NotebookNode:
    """Return the lab's notebook as learners get it, by nbgrader's own steps."""
    notebook = deepcopy(lab.master)
    for step in (ClearSolutions(), ClearHiddenTests()):
        notebook, _ = step.preprocess(notebook, {})
    return notebook


def submissions(lab: Lab) -> dict[str, Submission]:
    """Return the lab's submissions by name."""
    return {path.stem: read_submission(path) for path in sorted((lab.folder / "honest").glob("*.py"))}


def read_submission(path: Path) -> Submission:
    """Return the submission in a file."""
    lines = path.read_text(encoding="utf-8").split("\n")
    first = next((i for i, line in enumerate(lines) if line.startswith("# %%")), len(lines))
    head = [line.removeprefix("#").strip() for line in lines[:first] if line.startswith("#")]
    rest = next((line.removeprefix("Rest: ") for line in head if line.startswith("Rest: ")), None)
    blank = ["" if line.startswith("#") else line for line in lines[:first]]
    cells = read("\n".join([*blank, *lines[first:]]), path)
    said = " ".join(line for line in head if not line.startswith("Rest: "))
    return Submission(path.stem, said, rest, tuple(cells))


def filled(lab: Lab, notebook: NotebookNode, submission: Submission) -> NotebookNode:
    """Return a copy of a released notebook with a submission's cells in it.

    Raises
    ------
    ValueError
        When the submission names a cell that is not there.
    """
    if submission.rest is None:
        notebook = deepcopy(notebook)
    elif submission.rest == "reference":
        notebook = with_reference(lab, notebook)
    else:
        notebook = filled(lab, notebook, submissions(lab)[submission.rest])
    place = -1
    for number, cell in enumerate(submission.cells):
        replaced, after = cell.metadata.get("grade_id"), cell.metadata.get("after")
        if replaced is not None:
            if replaced not in lab.answers:
                raise ValueError(f"{submission.name}: lab {lab.name} has no answer cell {replaced}")
            place = _position(notebook, replaced, submission)
            notebook.cells[place].source = cell.source
            continue
        place = (_position(notebook, after, submission) if after else place) + 1
        made = nbformat.v4.new_markdown_cell if cell.kind == "markdown" else nbformat.v4.new_code_cell
        notebook.cells.insert(place, made(cell.source, id=f"{submission.name[:50]}-{number}"))
    return notebook


def with_reference(lab: Lab, notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a released notebook with the reference solution in it."""
    notebook = deepcopy(notebook)
    sources = {cell.id: cell.source for cell in lab.master.cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = sources[cell.id]
    return notebook


def expected(lab: Lab) -> dict[str, dict[str, Any]]:
    """Return what ``expected.yml`` says, by submission and check: a number or stock, fair, because."""
    path = lab.folder / "honest" / "expected.yml"
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def fair(entry: Any) -> float:
    """Return the score that an entry of ``expected.yml`` calls just."""
    return float(entry["fair"] if isinstance(entry, dict) else entry)


def stock(entry: Any) -> float:
    """Return the score that stock nbgrader gives."""
    return float(entry["stock"] if isinstance(entry, dict) else entry)


def _position(notebook: NotebookNode, name: str, submission: Submission) -> int:
    for position, cell in enumerate(notebook.cells):
        if name in (cell.id, cell.metadata.get("nbgrader", {}).get("grade_id")):
            return position
    raise ValueError(f"{submission.name}: there is no cell {name}")
