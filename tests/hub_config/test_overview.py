"""Everybody's marks, as staff take them into a spreadsheet."""

import csv
import io
from datetime import UTC, datetime

import sqlalchemy as sa
from nbgrader.api import Base, Gradebook

from catalogue import load
from hub_config.deployment import Deployment
from hub_config.oversight.trail import Trail
from tests.learning_paths.small_academy import Teacher

LAB = "first-programs"
WHEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
POINTS = load().labs[LAB].grades


def a_gradebook(path) -> Teacher:
    """Make a gradebook with one lab."""
    engine = sa.create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    with Gradebook(f"sqlite:///{path}") as book:
        book.add_assignment(LAB)
        book.add_notebook(LAB, LAB)
        for grade_id, points in POINTS.items():
            book.add_grade_cell(grade_id, LAB, LAB, max_score=points, cell_type="code")
    return Teacher(path)


def test_staff_take_everybodys_marks_as_csv_and_that_is_noted(fetch, tmp_path):
    a_gradebook(tmp_path / "none.db").grade("ada", LAB, dict(POINTS) | {next(iter(POINTS)): 0}, WHEN)
    assert "marks.csv" in fetch("ines", "GET", "").body.decode()
    answer = fetch("ines", "GET", "marks.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = answer.body.decode("utf-8")
    assert text[0] == "\ufeff"
    points = sum(POINTS.values())
    score = points - next(iter(POINTS.values()))
    assert list(csv.reader(io.StringIO(text[1:]))) == [
        ["learner", "name", "lab", "submitted_at", "late_seconds", "score", "points"],
        ["ada", "ada", LAB, WHEN.isoformat(), "0.0", f"{score:.1f}", f"{points:.1f}"],
    ]
    assert fetch("ada", "GET", "marks.csv").code == 403
    trail = Trail(Deployment(tmp_path).oversight_url)
    assert [row.object for row in trail.rows(who="ines")] == ["page:marks.csv", "page:learners"]
    trail.close()
