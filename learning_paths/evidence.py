"""From nbgrader's gradebook to evidence: read only, traceable to submission and grade id, the same twice."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from catalogue import Catalogue
from learning_paths.curriculum import Ground
from learning_paths.errors import GradebookError
from learning_paths.explain import Shown
from learning_paths.mastery import Observation
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
_cell = sa.table("base_cell", *map(sa.column, ("id", "name")))
_grade_cell = sa.table("grade_cells", *map(sa.column, ("id", "max_score")))
_task_cell = sa.table("task_cells", *map(sa.column, ("id", "max_score")))


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
            shown = self._file or self._engine.url.render_as_string(hide_password=True)
            raise GradebookError(
                f"cannot read the gradebook: {error.orig}, {shown}; check it: nbgrader db"
            ) from error
        return list(_submissions(rows))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def rows(submissions: Iterable[Submission], catalogue: Catalogue, now: datetime) -> Iterator[Evidence]:
    """Yield a row of evidence for each task that is graded in whole.

    A task with a cell that nobody has graded yet gives none, nor does an assignment that is no lab of the
    catalogue. Without a time of submission the time of first sight stands in.
    """
    for submission in submissions:
        lab = catalogue.labs.get(submission.lab)
        for task in lab.tasks if lab else ():
            grades = {name: submission.grades[name] for name in task.grades if name in submission.grades}
            points = sum(grade.points for grade in grades.values())
            if (
                len(grades) < len(task.grades)
                or points <= 0
                or any(grade.pending for grade in grades.values())
            ):
                continue
            handed_in = (
                submission.tried_at.isoformat(timespec="seconds") if submission.tried_at else "no-time"
            )
            yield Evidence(
                learner=submission.learner,
                source=SOURCE,
                key=f"{submission.lab}/{task.id}/{handed_in}",
                lab=submission.lab,
                task=task.id,
                score=sum(grade.score for grade in grades.values()),
                points=points,
                tried_at=submission.tried_at or now,
                late_seconds=submission.late_seconds,
                detail={name: [grade.score, grade.points] for name, grade in grades.items()},
            )


def observations(evidence: Sequence[Evidence], ground: Ground) -> list[Observation]:
    """Return what evidence says about nodes: the last try of each task, with the number of tries.

    Tasks of a lab that prove the same node are not independent (one person, one sitting, one course behind
    them): each of n counts ``1 / sqrt(n)``.
    """
    found = []
    for tries in _tries(evidence, ground.catalogue).values():
        last = tries[-1]
        lab = ground.catalogue.labs[last.lab]
        task = next(task for task in lab.tasks if task.id == last.task)
        for skill in task.proves:
            alike = sum(skill in other.proves for other in lab.tasks)
            row, level = ground.node(skill)
            found.append(
                Observation(
                    competency=row,
                    level=level,
                    score=min(1.0, max(0.0, last.score / last.points)),
                    weight=1 / math.sqrt(alike),
                    tries=len(tries),
                    day=days(last.tried_at),
                )
            )
    return found


def shown(evidence: Sequence[Evidence], ground: Ground) -> dict[int, list[Shown]]:
    """Return the last tries by the row of the competency that they prove, oldest first."""
    found: dict[int, list[Shown]] = {}
    latest = [tries[-1] for tries in _tries(evidence, ground.catalogue).values()]
    for row in sorted(latest, key=lambda row: (row.tried_at, row.key)):
        task = next(task for task in ground.catalogue.labs[row.lab].tasks if task.id == row.task)
        for competency in {ground.node(skill)[0] for skill in task.proves}:
            found.setdefault(competency, []).append(
                Shown(row.lab, row.task, row.score, row.points, row.tried_at)
            )
    return found


def days(moment: datetime) -> float:
    """Return a moment in days since 1970."""
    return moment.timestamp() / 86400


def _tries(evidence: Sequence[Evidence], catalogue: Catalogue) -> dict[tuple[str, str], list[Evidence]]:
    """Return all tries by lab and task, oldest first, of tasks that the catalogue still has."""
    tasks = {(lab.slug, task.id) for lab in catalogue.labs.values() for task in lab.tasks}
    found: dict[tuple[str, str], list[Evidence]] = {}
    for row in sorted(evidence, key=lambda row: (row.tried_at, row.id)):
        if (row.lab, row.task) in tasks:
            found.setdefault((row.lab, row.task), []).append(row)
    return found


def _query(learner: str | None) -> sa.Select[Any]:
    points = sa.func.coalesce(_grade_cell.c.max_score, _task_cell.c.max_score, 0.0)
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
            points.label("points"),
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
