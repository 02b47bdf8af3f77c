"""Points of an executed notebook, as nbgrader reads them."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade

Scores = dict[str, dict[str, float | None]]


def scores(notebook: NotebookNode) -> Scores:
    """Return ``{grade_id: {"score", "max"}}``; a score is None where a person has to give it."""
    found: Scores = {}
    for cell in notebook.cells:
        if is_grade(cell):
            score, most = determine_grade(cell)
            found[cell.metadata.nbgrader["grade_id"]] = {"score": score, "max": most}
    return found


def plain(given: Scores) -> dict[str, float | None]:
    """Return ``{grade_id: score}``."""
    return {name: value["score"] for name, value in given.items()}
