"""In the place of nbgrader's SaveAutoGrades: one transaction, and refused checks wait for a person."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.api import BaseCell, Comment, Grade
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from sqlalchemy import select

from ..book import SharedGradebook
from ..errors import CourseError
from .scores import refusal


class SaveScores(SaveAutoGrades):
    """Puts what each check gave into the gradebook, all of it at once.

    A check that was refused has no score: nbgrader asks a person for it, with the reason as comment.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Save the scores of a notebook."""
        about = resources["nbgrader"]
        place = about["notebook"], about["assignment"], about["student"]
        with SharedGradebook(about["db_url"]) as book:
            notebook = book.find_submission_notebook(*place).id
            grades, comments = (_rows(book, kind, notebook, about["assignment"]) for kind in (Grade, Comment))
            for cell in nb.cells:
                if is_grade(cell):
                    self._save(grades[cell.metadata.nbgrader["grade_id"]], cell)
                if is_solution(cell) or is_task(cell):
                    comment = comments[cell.metadata.nbgrader["grade_id"]]
                    untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
                    comment.auto_comment = "No response." if untouched and not is_task(cell) else None
            book.db.commit()
        return nb, resources

    def _save(self, grade: Grade, cell: NotebookNode) -> None:
        refused = refusal(cell) is not None
        grade.auto_score = None if refused else determine_grade(cell, self.log)[0]
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None


class _Rows(dict[str, Any]):
    """Rows of the gradebook by grade id."""

    def __init__(self, lab: str) -> None:
        super().__init__()
        self._lab = lab

    def __missing__(self, name: str) -> Any:
        raise CourseError(
            f"the gradebook has no cell {name}: the lab changed after it was released; "
            f"./academy release {self._lab}"
        )


def _rows(book: SharedGradebook, kind: type[Grade] | type[Comment], notebook: str, lab: str) -> _Rows:
    """Return a submitted notebook's grades or comments, all in one query."""
    wanted = select(BaseCell.name, kind).join_from(kind, BaseCell, kind.cell_id == BaseCell.id)
    found = _Rows(lab)
    found.update(book.db.execute(wanted.where(kind.notebook_id == notebook)).tuples().all())
    return found
