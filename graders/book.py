"""Nbgrader's gradebook, opened once in a process.

Nbgrader opens its gradebook nine times for one submission, each time with a new engine, a look at the schema
and statements compiled anew. Here every opening of the same book shares one engine.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.utils import parse_utc
from sqlalchemy import Engine, create_engine, event, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import scoped_session, sessionmaker

PATIENCE = 60_000  # milliseconds that a writer waits for another


class SharedGradebook(Gradebook):
    """A gradebook whose engine and sessions belong to the process, by address."""

    _opened: dict[str, tuple[Engine, Any, set[str]]] = {}  # noqa: RUF012 - shared on purpose

    def __init__(self, db_url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
        if db_url not in self._opened:
            super().__init__(db_url, course_id, authenticator)
            self.engine.dispose()  # connections made so far know nothing of what follows
            if self.engine.dialect.name == "sqlite":
                event.listen(self.engine, "connect", _settle_sqlite)
            else:  # a server may have ended them meanwhile
                self.engine = create_engine(db_url, pool_pre_ping=True)
                self.db = scoped_session(sessionmaker(autoflush=True, bind=self.engine))
            self._opened[db_url] = self.engine, self.db, {course_id}
            return
        self.engine, self.db, courses = self._opened[db_url]
        self.course_id, self.authenticator = course_id, authenticator
        if course_id not in courses:
            self.check_course(course_id=course_id)
            courses.add(course_id)

    def close(self) -> None:
        """End the session; the engine stays for the next opening."""
        self.db.remove()

    def add_submission(self, assignment: str, student: str, **kwargs: Any) -> SubmittedAssignment:
        """Add a submission with a row for each score and comment, as nbgrader does, in four statements."""
        if "timestamp" in kwargs:
            kwargs["timestamp"] = parse_utc(kwargs["timestamp"])
        of, by = self.find_assignment(assignment).id, self.find_student(student).id
        cells = select(BaseCell.id, BaseCell.notebook_id, BaseCell.type)
        of_it = Notebook.assignment_id == of
        notebooks = {own: new_uuid() for own in self.db.scalars(select(Notebook.id).where(of_it))}
        rows: dict[type, list[dict[str, Any]]] = {kind: [] for kind in (SubmittedNotebook, Grade, Comment)}
        submission = new_uuid()
        for own, new in notebooks.items():
            rows[SubmittedNotebook].append({"id": new, "notebook_id": own, "assignment_id": submission})
        for cell, notebook, kind in self.db.execute(cells.join(Notebook).where(of_it)):
            for table in _ROWS.get(kind, ()):
                rows[table].append({"cell_id": cell, "notebook_id": notebooks[notebook]})
        try:
            about = {"id": submission, "assignment_id": of, "student_id": by, **kwargs}
            self.db.execute(insert(SubmittedAssignment), [about])
            for table, values in rows.items():
                if values:
                    self.db.execute(insert(table), values)
            self.db.commit()
        except StatementError as error:
            self.db.rollback()
            raise InvalidEntry(*error.args) from error
        return self.find_submission(assignment, student)


_ROWS = {"GradeCell": (Grade,), "SolutionCell": (Comment,), "TaskCell": (Grade, Comment)}


@dataclass
class Marks:
    """What the gradebook holds of one submission.

    Attributes
    ----------
    automatic
        Scores that checks gave, by grade id.
    said
        All that its learner is told: scores, a person's too, and comments.
    """

    automatic: dict[str, float | None] = field(default_factory=dict)
    said: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Hash of all that the learner is told."""
        return hashlib.sha256(repr(sorted(self.said, key=repr)).encode()).hexdigest()


def marks(address: str, course: str, lab: str, learner: str | None = None) -> dict[str, Marks]:
    """Return what the gradebook holds of a lab's submissions, by learner.

    Parameters
    ----------
    address
        Of the gradebook.
    course
        Its id there.
    lab
        Name of the assignment.
    learner
        Only this one.
    """
    found: dict[str, Marks] = {}
    grades = select(BaseCell.name, Grade.auto_score, Grade.manual_score, Grade.extra_credit)
    comments = select(BaseCell.name, Comment.auto_comment, Comment.manual_comment)
    with SharedGradebook(address, course) as book:
        for kind, wanted in ((Grade, grades), (Comment, comments)):
            rows = (
                wanted.add_columns(SubmittedAssignment.student_id)
                .join_from(kind, BaseCell, kind.cell_id == BaseCell.id)
                .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
                .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
                .where(Assignment.name == lab)
            )
            if learner is not None:
                rows = rows.where(SubmittedAssignment.student_id == learner)
            for name, *values, student in book.db.execute(rows):
                held = found.setdefault(student, Marks())
                held.said.append((kind.__name__, name, *values))
                if kind is Grade:
                    held.automatic[name] = values[0]
    return found


def _settle_sqlite(connection: Any, _: Any) -> None:
    """Let readers and a writer work side by side; a killed process loses nothing that was committed."""
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", f"busy_timeout = {PATIENCE}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def share() -> None:
    """Make every part of nbgrader that is loaded in this process open its gradebook this way."""
    for name, module in list(sys.modules.items()):
        if name.startswith("nbgrader.") and getattr(module, "Gradebook", None) is Gradebook:
            module.Gradebook = SharedGradebook
