"""Points of an executed notebook, as nbgrader reads them."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade, is_task

from .run import NOT_GRADED

Scores = dict[str, dict[str, float | None]]


def scores(notebook: NotebookNode) -> Scores:
    """Return ``{grade_id: {"score", "max"}}``; a score is None where a person has to give it."""
    found: Scores = {}
    for cell in notebook.cells:
        if is_grade(cell):
            score, most = determine_grade(cell)
            score = None if refusal(cell) is not None else score
            found[cell.metadata.nbgrader["grade_id"]] = {"score": score, "max": most}
        elif is_task(cell):
            about = cell.metadata.nbgrader
            found[about["grade_id"]] = {"score": None, "max": float(about["points"])}
    return found


def refusal(cell: NotebookNode) -> str | None:
    """Return why a check was refused, or None when it was not."""
    outputs = cell.get("outputs", ())
    return next((o.evalue for o in outputs if o.output_type == "error" and o.ename == NOT_GRADED), None)


def refusals(notebook: NotebookNode) -> dict[str, str]:
    """Return why checks were refused, by grade id."""
    checks = [cell for cell in notebook.cells if is_grade(cell)]
    return {c.metadata.nbgrader["grade_id"]: why for c in checks if (why := refusal(c)) is not None}


def plain(given: Scores) -> dict[str, float | None]:
    """Return ``{grade_id: score}``."""
    return {name: value["score"] for name, value in given.items()}
