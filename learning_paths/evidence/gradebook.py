"""From nbgrader's gradebook to evidence: read only, traceable to submission and grade id, the same twice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from catalogue import Catalogue
from learning_paths.errors import GradebookError
from learning_paths.store import Evidence

SOURCE = "nbgrader"

# nbgrader's tables (nbgrader 0.9, nbgrader.api); named here because importing nbgrader takes seconds
_submission = sa.table(
    "submitted_assignment",
    *map(sa.column, ("id", "assignment_id", "student_id")),
    sa.column("timestamp", sa.DateTime),
    sa.column("extension", sa.Interval),
)
_assignment = sa.table("assignment", *map(sa.column, ("id", "name")), sa.column("duedate", sa.DateTime))
_notebook = sa.table("submitted_notebook", *map(sa.column, ("id", "assignment_id")))
_grade = sa.table(
    "grade",
    *map(sa.column, ("cell_id", "notebook_id", "auto_score", "manual_score", "extra_credit")),
    sa.column("needs_manual_grade", sa.Boolean),
)
_master = sa.table("notebook", *map(sa.column, ("id", "assignment_id")))
_cell = sa.table("base_cell", *map(sa.column, ("id", "name", "notebook_id")))
_grade_cell = sa.table("grade_cells", *map(sa.column, ("id", "max_score")))
_task_cell = sa.table("task_cells", *map(sa.column, ("id", "max_score")))
_POINTS = sa.func.coalesce(_grade_cell.c.max_score, _task_cell.c.max_score, 0.0)


@dataclass(frozen=True, slots=True)
class Grade:
    """One graded cell of a submission.

    Parameters
    ----------
    score, points
        What was reached (a manual grade wins over the automatic one) of what could be.
    pending
        True while nobody and nothing has graded it, or a person still has to.
    """

    score: float
    points: float
    pending: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """A learner's last submission of a lab, as the gradebook has it.

    Parameters
    ----------
    learner, lab
        Names of the hub's user and of the assignment.
    tried_at
        When it was handed in; None where nbgrader was not told.
    late_seconds
        Time after the due time with the learner's extension; 0 when in time or without a due time.
    grades
        By grade id, in the order of their names.
    """

    learner: str
    lab: str
    tried_at: datetime | None
    late_seconds: float
    grades: Mapping[str, Grade]


class Gradebook:
    """nbgrader's database, opened for reading only.

    Parameters
    ----------
    url
        SQLAlchemy URL, or the path of an SQLite file. A file that is not there yet has no submissions.
    """

    def __init__(self, url: str | Path):
        text = str(url)
        self._file: Path | None = None
        if "://" not in text:
            self._file = Path(text)
        elif sa.make_url(text).get_backend_name() == "sqlite":
            self._file = Path(sa.make_url(text).database or "")
        if self._file is not None:
            self._engine = sa.create_engine(
                f"sqlite:///file:{self._file}?mode=ro&uri=true", poolclass=sa.NullPool
            )
        else:
            self._engine = sa.create_engine(text, pool_pre_ping=True).execution_options(
                postgresql_readonly=True
            )

    def submissions(self, learner: str | None = None) -> list[Submission]:
        """Return all submissions, or those of one learner, in the order of learner and lab.

        Raises
        ------
        GradebookError
            When the database is there and is no gradebook, or cannot be read.
        """
        if self._file is not None and not self._file.is_file():
            return []
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(_query(learner)).all()
        except sa.exc.DatabaseError as error:
            raise self._unreadable(error) from error
        return list(_submissions(rows))

    def due(self) -> dict[str, datetime]:
        """Return the due times of those labs that have one, without anybody's extension.

        Raises
        ------
        GradebookError
            When the database is there and is no gradebook, or cannot be read.
        """
        if self._file is not None and not self._file.is_file():
            return {}
        asked = sa.select(_assignment.c.name, _assignment.c.duedate).where(_assignment.c.duedate.is_not(None))
        try:
            with self._engine.connect() as connection:
                return {lab: due.replace(tzinfo=UTC) for lab, due in connection.execute(asked)}
        except sa.exc.DatabaseError as error:
            raise self._unreadable(error) from error

    def points(self, lab: str) -> float:
        """Return what can be reached in a lab; 0 where the gradebook does not know it.

        Raises
        ------
        GradebookError
            When the database is there and is no gradebook, or cannot be read.
        """
        if self._file is not None and not self._file.is_file():
            return 0.0
        asked = (
            sa.select(sa.func.sum(_POINTS))
            .join_from(_assignment, _master, _master.c.assignment_id == _assignment.c.id)
            .join(_cell, _cell.c.notebook_id == _master.c.id)
            .outerjoin(_grade_cell, _grade_cell.c.id == _cell.c.id)
            .outerjoin(_task_cell, _task_cell.c.id == _cell.c.id)
            .where(_assignment.c.name == lab)
        )
        try:
            with self._engine.connect() as connection:
                return float(connection.scalar(asked) or 0.0)
        except sa.exc.DatabaseError as error:
            raise self._unreadable(error) from error

    def stamp(self) -> tuple[int | str, ...]:
        """Return what is another after any change; nothing while there is no gradebook.

        A file's times of change, its journal's too; of PostgreSQL how far its log has come, which other
        databases of that server move as well.

        Raises
        ------
        GradebookError
            When the database cannot be asked.
        """
        if self._file is not None:
            places = (self._file, self._file.with_name(f"{self._file.name}-wal"))
            return tuple(place.stat().st_mtime_ns for place in places if place.exists())
        try:
            with self._engine.connect() as connection:
                return (str(connection.scalar(sa.text("SELECT pg_current_wal_insert_lsn()"))),)
        except sa.exc.DatabaseError as error:
            raise self._unreadable(error) from error

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _unreadable(self, error: sa.exc.DatabaseError) -> GradebookError:
        shown = self._file or self._engine.url.render_as_string(hide_password=True)
        return GradebookError("no-gradebook", why=error.orig, book=shown)


def rows(submissions: Iterable[Submission], catalogue: Catalogue, now: datetime) -> Iterator[Evidence]:
    """Yield a row of evidence for each task that is graded in whole.

    A task with a cell that nobody has graded yet gives none, nor does an assignment that is no lab of the
    catalogue. Without a time of submission the time of first sight stands in.
    """
    for submission in submissions:
        lab = catalogue.labs.get(submission.lab)
        for task in lab.tasks if lab else ():
            grades = {name: submission.grades[name] for name in task.grades if name in submission.grades}
            if (
                len(grades) < len(task.grades)
                or sum(grade.points for grade in grades.values()) <= 0
                or any(grade.pending for grade in grades.values())
            ):
                continue
            handed_in = (
                submission.tried_at.isoformat(timespec="seconds") if submission.tried_at else "no-time"
            )
            detail = {name: [grade.score, grade.points] for name, grade in grades.items()}
            yield Evidence(
                learner=submission.learner,
                source=SOURCE,
                key=f"{submission.lab}/{task.id}/{handed_in}",
                tried_at=submission.tried_at or now,
                late_seconds=submission.late_seconds,
                detail=detail,
                **_derived(submission.lab, task.id, detail),
            )


def again(row: Evidence) -> Evidence:
    """Return a row with all that follows from its key and the grades of its cells worked out anew."""
    lab, task, _ = row.key.split("/", 2)
    return replace(row, **_derived(lab, task, row.detail))


def _derived(lab: str, task: str, grades: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    return {
        "lab": lab,
        "task": task,
        "score": sum(score for score, _ in grades.values()),
        "points": sum(points for _, points in grades.values()),
    }


def _query(learner: str | None) -> sa.Select[Any]:
    query = (
        sa.select(
            _submission.c.student_id,
            _assignment.c.name.label("lab"),
            _submission.c.timestamp,
            _submission.c.extension,
            _assignment.c.duedate,
            _cell.c.name.label("grade_id"),
            _grade.c.auto_score,
            _grade.c.manual_score,
            _grade.c.extra_credit,
            _grade.c.needs_manual_grade,
            _POINTS.label("points"),
        )
        .join_from(_submission, _assignment, _assignment.c.id == _submission.c.assignment_id)
        .outerjoin(_notebook, _notebook.c.assignment_id == _submission.c.id)
        .outerjoin(_grade, _grade.c.notebook_id == _notebook.c.id)
        .outerjoin(_cell, _cell.c.id == _grade.c.cell_id)
        .outerjoin(_grade_cell, _grade_cell.c.id == _cell.c.id)
        .outerjoin(_task_cell, _task_cell.c.id == _cell.c.id)
        .order_by(_submission.c.student_id, _assignment.c.name, _cell.c.name)
    )
    return query if learner is None else query.where(_submission.c.student_id == learner)


def _submissions(found: Iterable[sa.Row[Any]]) -> Iterator[Submission]:
    by_work: dict[tuple[str, str], list[sa.Row[Any]]] = {}
    for row in found:
        by_work.setdefault((row.student_id, row.lab), []).append(row)
    for (learner, lab), cells in by_work.items():
        handed_in, due = cells[0].timestamp, cells[0].duedate
        late = 0.0
        if handed_in is not None and due is not None:
            late = max(0.0, (handed_in - due - (cells[0].extension or timedelta())).total_seconds())
        yield Submission(
            learner=learner,
            lab=lab,
            tried_at=None if handed_in is None else handed_in.replace(tzinfo=UTC),
            late_seconds=late,
            grades={row.grade_id: _graded(row) for row in cells if row.grade_id is not None},
        )


def _graded(row: sa.Row[Any]) -> Grade:
    score = row.manual_score if row.manual_score is not None else row.auto_score
    pending = bool(row.needs_manual_grade) or score is None
    return Grade((score or 0.0) + (row.extra_credit or 0.0), row.points, pending)
