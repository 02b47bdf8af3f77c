"""The marks and comments of nbgrader's gradebook as they are now, cell by cell, for the trail."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from graders.errors import CourseError
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.gradebooks import at_gradebook
from hub_config.storage import databases

from .deeds import GRADEBOOK, Deed
from .trail import Seen

# nbgrader's tables (nbgrader 0.9, nbgrader.api); named here because importing nbgrader takes seconds
_assignment = sa.table("assignment", *map(sa.column, ("id", "name")), sa.column("duedate", sa.DateTime))
_submission = sa.table("submitted_assignment", *map(sa.column, ("id", "assignment_id", "student_id")))
_notebook = sa.table("submitted_notebook", *map(sa.column, ("id", "assignment_id")))
_cell = sa.table("base_cell", *map(sa.column, ("id", "name")))
_grade = sa.table(
    "grade", *map(sa.column, ("id", "cell_id", "notebook_id", "auto_score", "manual_score", "extra_credit"))
)
_comment = sa.table("comment", *map(sa.column, ("id", "cell_id", "notebook_id", "manual_comment")))
NAMES = {"auto_score": "automatic", "manual_score": "by hand", "extra_credit": "extra"}
Asked = Callable[..., str | None]


@dataclass
class Marks:
    """All marks and comments at one moment.

    Parameters
    ----------
    seen
        By ``LEARNER/LAB``: ``marks`` by cell with the scores that there are, ``comments`` by cell with the
        letters and a fingerprint of what a person wrote.
    ids
        nbgrader's number of each mark and comment, by ``LEARNER/LAB`` and cell.
    due
        When each lab is due (ISO 8601, UTC), by lab.
    """

    seen: dict[str, Seen] = field(default_factory=dict)
    ids: dict[tuple[str, str, str], str] = field(default_factory=dict)
    due: dict[str, Seen] = field(default_factory=dict)

    def deeds(self, key: str, before: Seen | None, now: Seen | None, asked: Asked) -> Iterator[Deed]:
        """Yield what was done to somebody's work in a lab between two states.

        Parameters
        ----------
        key
            ``LEARNER/LAB``.
        before, now
            The states; None for not there.
        asked
            Given paths of formgrader, tells by whose server one of them was asked for.
        """
        learner, _, lab = key.rpartition("/")
        whole = asked(f"api/submission/{lab}/{learner}/autograde", f"api/assignment/{lab}/autograde")
        for part, action, place in (
            ("marks", "mark.changed", "grade"),
            ("comments", "comment.changed", "comment"),
        ):
            old, new = (one.value[part] if one else {} for one in (before, now))
            by: dict[str, list[str]] = {}
            for cell in sorted({*old, *new}):
                if old.get(cell) != new.get(cell):
                    number = self.ids.get((key, place, cell))
                    actor = asked(f"api/{place}/{number}") if number else None
                    by.setdefault(actor or whole or GRADEBOOK, []).append(cell)
            for actor, cells in by.items():
                told = [{cell: _told(state[cell]) for cell in cells if cell in state} for state in (old, new)]
                yield Deed(actor, action, f"lab:{lab}", learner, *told)


def _told(value: Any) -> Any:
    """Return what the trail keeps of a mark: its scores; of a comment: how long it is, not what it says."""
    return {"letters": value["letters"]} if "letters" in value else value


class Reader:
    """Reads the gradebook of one course.

    Parameters
    ----------
    deployment
        The course's places.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def read(self) -> Marks:
        """Return all marks; none where there is no gradebook yet.

        Raises
        ------
        HubError
            When it cannot be read.
        """
        if not databases.is_there(self._deployment.gradebook_url):
            return Marks()
        seen, ids, due = self._asked("marks")
        return Marks(
            {key: Seen(*value) for key, value in seen.items()},
            {(key, place, cell): number for key, place, cell, number in ids},
            {lab: Seen(None, {"due": at}) for lab, at in due.items()},
        )

    def learner_of(self, notebook: str) -> str | None:
        """Return whose a submitted notebook is, by nbgrader's number of it; None where there is none."""
        return self._asked("learner_of", notebook)

    def _asked(self, what: str, *arguments: str) -> Any:
        try:
            return at_gradebook(self._deployment, f"{__name__}:{what}", *arguments)
        except (sa.exc.DatabaseError, CourseError) as error:
            shown = databases.shown(self._deployment.gradebook_url)
            raise HubError(
                f"cannot read marks for the audit trail, {shown}: {databases.said(error)}"
            ) from error


def marks(url: str) -> tuple[dict[str, tuple[str, Any]], list[tuple[str, ...]], dict[str, str | None]]:
    """Return what a gradebook holds as JSON has it: see `Marks`."""
    seen: dict[str, tuple[str, Any]] = {}
    ids = []
    with _opened(url) as connection:
        labs = connection.execute(sa.select(_assignment.c.name, _assignment.c.duedate))
        due = {row.name: row.duedate and row.duedate.isoformat() for row in labs}
        for part, place, row, value in (*_marks(connection), *_comments(connection)):
            key = f"{row.student_id}/{row.lab}"
            ids.append((key, place, row.cell, row.id))
            if value:
                seen.setdefault(key, (row.student_id, {"marks": {}, "comments": {}}))[1][part][row.cell] = (
                    value
                )
    return seen, ids, due


def learner_of(url: str, notebook: str) -> str | None:
    """Return whose a submitted notebook is; see `Reader.learner_of`."""
    query = (
        sa.select(_submission.c.student_id)
        .join_from(_submission, _notebook, _notebook.c.assignment_id == _submission.c.id)
        .where(_notebook.c.id == notebook)
    )
    with _opened(url) as connection:
        return connection.scalar(query)


@contextmanager
def _opened(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


Told = tuple[str, str, sa.Row[Any], dict[str, Any]]


def _marks(connection: sa.Connection) -> Iterator[Told]:
    columns = [_grade.c[name] for name in NAMES]
    for row in connection.execute(_of_cells(_grade, *columns)):
        scores = {shown: getattr(row, name) for name, shown in NAMES.items()}
        yield "marks", "grade", row, {name: score for name, score in scores.items() if score is not None}


def _comments(connection: sa.Connection) -> Iterator[Told]:
    for row in connection.execute(_of_cells(_comment, _comment.c.manual_comment)):
        text = row.manual_comment or ""
        print_ = hashlib.sha256(text.encode()).hexdigest()[:16]
        yield "comments", "comment", row, {"letters": len(text), "print": print_} if text else {}


def _of_cells(table: sa.TableClause, *columns: sa.ColumnClause[Any]) -> sa.Select[Any]:
    return (
        sa.select(
            _submission.c.student_id,
            _assignment.c.name.label("lab"),
            _cell.c.name.label("cell"),
            table.c.id,
            *columns,
        )
        .join_from(_submission, _assignment, _assignment.c.id == _submission.c.assignment_id)
        .join(_notebook, _notebook.c.assignment_id == _submission.c.id)
        .join(table, table.c.notebook_id == _notebook.c.id)
        .join(_cell, _cell.c.id == table.c.cell_id)
    )
