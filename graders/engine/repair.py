"""Mending a submission by its master: only the text of answers is the learner's.

Order, check text, points and locked cells come from the master; copied, duplicated and lost grade ids are
mended; cells that a learner added stay where they stand, as plain cells.
"""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from ..errors import Refusal
from .master import Master


@dataclass(frozen=True)
class Repaired:
    """A notebook that can be graded, and what was mended, in words for the instructor."""

    notebook: NotebookNode
    notes: tuple[str, ...]


def repaired(master: Master, submission: NotebookNode) -> Repaired:
    """Return the master's notebook with the learner's answers and added cells in it.

    Parameters
    ----------
    master
        The lab's master.
    submission
        From :func:`read_submission`.

    Raises
    ------
    Refusal
        When the notebook belongs to another lab.
    """
    template = {_key(cell): cell for cell in master.notebook.cells}
    by_text = {cell.source.strip(): key for key, cell in template.items() if key not in master.cells}
    names = [_name(template, by_text, cell) for cell in submission.cells]
    _same_lab(master, submission, names)
    order = {key: i for i, key in enumerate(template)}
    own: dict[str, str] = {}
    added: dict[str, list[NotebookNode]] = defaultdict(list)
    notes: list[str] = []
    before = ""  # the master's cell that stands before; "" is the top
    for place, (cell, name) in enumerate(zip(submission.cells, names, strict=True)):
        if name and name not in own:
            own[name] = cell.source
            before = name
            if _is_masters(master, name) and not _as_released(master, name, cell):
                notes.append(f"{name} was changed: the master's text is used")
        elif not name or not _is_masters(master, name) or not _as_released(master, name, cell):
            checks = [order[later] for later in names[place + 1 :] if later in master.points]
            added[_anchor(list(order), before, min(checks, default=len(order)))].append(_plain(cell))
            notes += [f"{name} stands twice: the second is kept as a plain cell"] if name else []
    notes += [f"{name} was missing: put back" for name in master.cells if name not in own]
    return Repaired(_merged(master, own, added), tuple(notes))


def _anchor(order: list[str], before: str, check: int) -> str:
    """Return the cell that an added one follows: the one before it, but ahead of the checks it preceded."""
    if not before or order.index(before) < check:
        return before
    return order[check - 1] if check else ""


def _key(cell: NotebookNode) -> str:
    """Return what names a cell of the master: its grade id, else its cell id."""
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell["id"]


def _name(template: dict[str, NotebookNode], by_text: dict[str, str], cell: NotebookNode) -> str:
    """Return which of the master's cells this is: by grade id, by cell id, or by an unchanged text."""
    given = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    if given in template:
        return given
    return cell["id"] if cell["id"] in template else by_text.get(cell.source.strip(), "")


def _is_masters(master: Master, name: str) -> bool:
    """Tell whether a cell's text is the master's alone: a check, or locked."""
    return name in master.cells and name not in master.answers


def _as_released(master: Master, name: str, cell: NotebookNode) -> bool:
    return cell.source.strip() in (master.released[name].strip(), master.cells[name].source.strip())


def _same_lab(master: Master, submission: NotebookNode, names: list[str]) -> None:
    graded = set(master.answers) | set(master.points) | set(master.tasks)
    known = {name for name in names if name in graded}
    given = [cell.metadata.get("nbgrader", {}) for cell in submission.cells]
    foreign = {g["grade_id"] for g in given if g.get("graded") and g["grade_id"] not in graded}
    if not known or len(foreign) > len(known):
        raise Refusal(
            f"the notebook belongs to another lab: {len(known)} of the {len(graded)} graded cells of "
            f"{master.lab} are in it, and {len(foreign)} of others; submit the notebook of {master.lab}"
        )


def _plain(cell: NotebookNode) -> NotebookNode:
    return new_code_cell(cell.source) if cell.cell_type == "code" else new_markdown_cell(cell.source)


def _merged(master: Master, own: dict[str, str], added: dict[str, list[NotebookNode]]) -> NotebookNode:
    notebook = deepcopy(master.notebook)
    cells = list(added.get("", ()))
    for cell in notebook.cells:
        name = _key(cell)
        if name in own and not _is_masters(master, name):
            cell.source = own[name]
        cells += [cell, *added.get(name, ())]
    notebook.cells = cells
    return notebook
