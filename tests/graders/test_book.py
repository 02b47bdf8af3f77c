"""The gradebook's rows are nbgrader's own, however they are written."""

import os
import sys
from pathlib import Path

import pytest
from nbgrader.api import Comment, Grade, Gradebook, InvalidEntry, SubmittedNotebook

from graders.book import SharedGradebook


@pytest.fixture
def address(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # it starts alembic
    url = f"sqlite:///{tmp_path}/gradebook.db"
    with Gradebook(url) as book:
        book.add_assignment("lab", duedate="2026-01-01T00:00:00+00:00")
        for notebook in ("first", "second"):
            book.add_notebook(notebook, "lab")
            book.add_grade_cell("check", notebook, "lab", max_score=3, cell_type="code")
            book.add_solution_cell("answer", notebook, "lab")
            book.add_task_cell("essay", notebook, "lab", max_score=2, cell_type="markdown")
        book.add_student("by-nbgrader")
        book.add_student("by-us")
    return url


def rows(book: Gradebook, learner: str) -> list[tuple]:
    """Return all that is kept of a submission, but for the random ids."""
    submission = book.find_submission("lab", learner)
    found = [(submission.timestamp, submission.extension, submission.total_seconds_late)]
    hidden = {"id", "notebook_id", "assignment_id"}
    for notebook in submission.notebooks:
        for row in (notebook, *notebook.grades, *notebook.comments):
            kept = {c.name: getattr(row, c.name) for c in row.__table__.columns if c.name not in hidden}
            found.append((notebook.name, type(row).__name__, repr(sorted(kept.items()))))
    return sorted(found, key=repr)


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's own way to write them
def test_a_new_submission_has_the_rows_that_nbgrader_gives_it(address):
    when = "2026-01-02T03:04:05+00:00"
    with Gradebook(address) as book:
        book.add_submission("lab", "by-nbgrader", timestamp=when)
    with SharedGradebook(address) as book:
        given = book.add_submission("lab", "by-us", timestamp=when)
        assert given.student_id == "by-us"
        assert rows(book, "by-us") == rows(book, "by-nbgrader")
        for kind, count in ((SubmittedNotebook, 2), (Grade, 4), (Comment, 4)):
            assert book.db.query(kind).count() == 2 * count


def test_a_second_submission_of_the_same_learner_is_refused_and_changes_nothing(address):
    with SharedGradebook(address) as book:
        book.add_submission("lab", "by-us")
        with pytest.raises(InvalidEntry):
            book.add_submission("lab", "by-us")
        assert book.db.query(Grade).count() == 4
        assert book.update_or_create_submission("lab", "by-us").student_id == "by-us"
