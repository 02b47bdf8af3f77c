"""The whole academy on PostgreSQL: nbgrader's gradebook and the store, each in a database of its own."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from nbgrader.api import Base, Gradebook

from learning_paths.academy import Academy
from learning_paths.errors import GradebookError
from learning_paths.evidence import Gradebook as Reader
from tests.learning_paths.small_academy import LABS, POINTS, Teacher

LAB = "stable-softmax"
FULL = {"check-lse": 5.0, "check-lse-hidden": 5.0, "check-sums": 5.0}


@dataclass
class RemoteTeacher(Teacher):
    address: str = ""

    @property
    def url(self) -> str:
        return self.address


@pytest.fixture
def remote(postgres):
    url = postgres.database()
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)  # tables that are there spare nbgrader a run of alembic
    engine.dispose()
    with Gradebook(url) as book:
        for lab, (_, tasks) in LABS.items():
            book.add_assignment(lab)
            book.add_notebook(lab, lab)
            for grade_id in (grade for one in tasks.values() for grade in one):
                book.add_grade_cell(grade_id, lab, lab, max_score=POINTS, cell_type="code")
    return RemoteTeacher(Path("unused"), url)


@pytest.fixture
def academy(postgres, remote, small, clock):
    opened = Academy(postgres.database(), small, remote.url, clock)
    yield opened
    opened.close()


def test_from_a_grade_to_a_plan_with_both_databases_on_postgresql(academy, remote, clock):
    academy.save_profile("ada", {"competencies": ["numerics-information@I"], "hours": 4})
    before = academy.plan("ada")
    remote.grade("ada", LAB, {**FULL, "check-sums": 0.0}, clock.now, due=clock.now - timedelta(hours=3))
    assert academy.ingest_gradebook() == 2
    assert academy.ingest_gradebook() == 0
    remote.override("ada", LAB, "check-sums", 5.0)
    assert academy.ingest_gradebook("ada") == 1
    rows = academy.store.evidence("ada")
    assert {(row.task, row.score, row.late_seconds) for row in rows} == {
        ("log-sum-exp", 10.0, 10800.0),
        ("sums", 5.0, 10800.0),
    }
    assert {row.tried_at for row in rows} == {clock.now}
    after = academy.plan("ada")
    assert after["total_hours"] < before["total_hours"]
    assert {one["kind"] for one in after["changes"]} >= {"regraded", "left"}


def test_a_gradebook_that_cannot_be_read_is_named_without_its_password(postgres):
    for url, why in (
        (postgres.database(), "submitted_assignment"),
        (postgres.url("nowhere"), "nowhere"),
    ):
        book = Reader(url)
        with pytest.raises(GradebookError, match=why) as caught:
            book.submissions()
        assert "sesame" not in str(caught.value)
        book.close()


def test_the_gradebook_is_only_read(remote, clock):
    remote.grade("ada", LAB, FULL, clock.now)
    book = Reader(remote.url)
    (found,) = book.submissions("ada")
    assert found.grades["check-lse"].score == 5.0
    with book._engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        connection.execute(sa.text("DELETE FROM grade"))
    book.close()
