"""A notebook's file: writing it the same everywhere, and reading what Lab made of it."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import gradecells, ids
from .checkpoint_file import Entries, alone
from .checkpoints import seal
from .errors import NotebookError, fault
from .percent import Cell, grade_id, trimmed

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

# what Lab and its extensions leave in a cell's metadata by use, not by intent
_TRACES = {
    "ExecuteTime",
    "cell_marker",
    "collapsed",
    "execution",
    "lines_to_next_cell",
    "papermill",
    "scrolled",
    "trusted",
    "vscode",
}


def notebook_text(cells: list[Cell], entries: Entries) -> str:
    """Return a notebook's file for cells that all have an id.

    Parameters
    ----------
    cells
        As the text has them.
    entries
        The checkpoints that may be asked.
    """
    notebook = {
        "cells": [_as_json(cell, entries) for cell in cells],
        "metadata": {
            # tells an edit made in the notebook from one made in the text
            "academy": {"text": fingerprint(cells)},
            "kernelspec": _KERNEL,
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def fingerprint(cells: list[Cell]) -> str:
    """Return a hash of all that cells say, wherever they stand: text or notebook."""
    said = [[cell.kind, cell.source, cell.metadata, cell.id] for cell in cells]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def was_edited(path: Path, shown: Path) -> bool:
    """Tell whether a notebook says something else than when it was built; outputs do not count.

    Raises
    ------
    NotebookError
        When it is no notebook.
    """
    notebook = read_notebook(path, shown)
    return built_from(notebook) != fingerprint(cells_of(notebook, shown))


def built_from(notebook: dict[str, Any]) -> str | None:
    """Return the fingerprint of the text that a notebook was built from, if it was."""
    stamp = notebook.get("metadata", {}).get("academy")
    return stamp.get("text") if isinstance(stamp, dict) else None


def read_notebook(path: Path, shown: Path) -> dict[str, Any]:
    """Return a notebook's JSON.

    Raises
    ------
    NotebookError
        When the file is no notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotebookError(
            [fault(shown, None, f"the file is no notebook: {error}; restore it from git")]
        ) from None
    if (
        not isinstance(notebook, dict)
        or notebook.get("nbformat") != 4
        or not isinstance(notebook.get("cells"), list)
    ):
        raise NotebookError(
            [fault(shown, None, "the file is no notebook of format 4; save it from JupyterLab")]
        )
    return notebook


def cells_of(notebook: dict[str, Any], shown: Path) -> list[Cell]:
    """Return a notebook's cells as its text would have them; a repeated id counts as none.

    Raises
    ------
    NotebookError
        When a cell is malformed, or holds a pasted picture: the text cannot carry it.
    """
    cells: list[Cell] = []
    taken: set[str] = set()
    for position, raw in enumerate(notebook["cells"], 1):
        try:
            cell = _cell(raw)
        except (KeyError, TypeError, AttributeError) as error:
            said = f"cell {position} is malformed ({error!r}); restore the notebook from git"
            raise NotebookError([fault(shown, None, said)]) from None
        if raw.get("attachments"):
            pasted = ", ".join(sorted(raw["attachments"]))
            said = (
                f"cell {position} holds {pasted}, pasted into it, and the text cannot carry that; save the "
                "picture beside the notebook and link it; nothing was changed"
            )
            raise NotebookError([fault(shown, None, said)])
        if cell.id in taken and grade_id(cell.metadata) is None:
            cell = replace(cell, id=None)
        if cell.id:
            taken.add(cell.id)
        cells.append(cell)
    return cells


def _as_json(cell: Cell, entries: Entries) -> dict[str, Any]:
    metadata, source = dict(cell.metadata), cell.source
    if "nbgrader" in metadata:
        metadata["nbgrader"] = gradecells.complete(metadata["nbgrader"], cell.kind)
    asked = alone(source) if cell.kind == "code" else None
    if asked is not None and asked in entries:
        source = f'kit.checkpoint("{asked}", sealed="{seal(entries[asked])}")'
        metadata["jupyter"] = {**metadata.get("jupyter", {}), "source_hidden": True}
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }
    return made | {"execution_count": None, "outputs": []} if cell.kind == "code" else made


def _cell(raw: dict[str, Any]) -> Cell:
    source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
    metadata = {key: value for key, value in raw["metadata"].items() if key not in _TRACES}
    jupyter = {key: value for key, value in metadata.pop("jupyter", {}).items() if key != "outputs_hidden"}
    source = trimmed(source)
    if raw["cell_type"] == "code" and (asked := alone(source)) is not None:
        source = f'kit.checkpoint("{asked}")'
        jupyter.pop("source_hidden", None)
    if jupyter:
        metadata["jupyter"] = jupyter
    if not metadata.get("tags", True):
        del metadata["tags"]
    if isinstance(metadata.get("nbgrader"), dict):
        metadata["nbgrader"] = gradecells.shorten(metadata["nbgrader"])
    name = grade_id(metadata) or raw.get("id")
    return Cell(raw["cell_type"], source, metadata, name if name and ids.VALID.fullmatch(name) else None)
