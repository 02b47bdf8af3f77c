"""Notebooks of ordinary nbgrader labs, from a few cells."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

Cell = tuple[str, str] | tuple[str, str, float]


def instructors(*cells: Cell) -> NotebookNode:
    """Return an instructor's notebook of (id, text) for answers, (id, text, points) for checks."""
    notebook = nbformat.v4.new_notebook()
    for name, text, *points in cells:
        cell = nbformat.v4.new_code_cell(text)
        cell.metadata["nbgrader"] = {
            "grade_id": name,
            "grade": bool(points),
            "solution": not points,
            "locked": bool(points),
            "task": False,
            "schema_version": 3,
            "cell_type": "code",
        }
        if points:
            cell.metadata["nbgrader"]["points"] = points[0]
        notebook.cells.append(cell)
    return notebook


def answered(master: NotebookNode, **answers: str) -> NotebookNode:
    """Return a submission: the notebook with these answers."""
    notebook = nbformat.reads(nbformat.writes(master), as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.nbgrader["grade_id"], cell.source)
    return notebook


def write(notebook: NotebookNode, path: Path) -> Path:
    """Write a notebook, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path
