"""In the place of nbgrader's SaveAutoGrades: one transaction, and refused checks wait for a person."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from ..book import SharedGradebook
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
            for cell in nb.cells:
                if is_grade(cell):
                    self._save(book, cell, place)
                if is_solution(cell) or is_task(cell):
                    comment = book.find_comment(cell.metadata.nbgrader["grade_id"], *place)
                    untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
                    comment.auto_comment = "No response." if untouched and not is_task(cell) else None
            book.db.commit()
        return nb, resources

    def _save(self, book: SharedGradebook, cell: NotebookNode, place: tuple[str, str, str]) -> None:
        grade = book.find_grade(cell.metadata.nbgrader["grade_id"], *place)
        refused = refusal(cell) is not None
        grade.auto_score = None if refused else determine_grade(cell, self.log)[0]
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
