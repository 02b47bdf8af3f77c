"""Who takes part in courses beside the academy's own, which everybody belongs to, and who teaches there."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, get_args

from .accounts import Account, Accounts
from .books import add_columns, delete_along
from .deployment import Deployment
from .errors import HubError

Part = Literal["learner", "instructor"]
PARTS: tuple[Part, ...] = get_args(Part)

SCHEMA = """
CREATE TABLE IF NOT EXISTS enrolments (
    name    TEXT NOT NULL REFERENCES accounts (name),
    course  TEXT NOT NULL,
    part    TEXT NOT NULL,
    PRIMARY KEY (name, course)
)
"""
# What a later version added: 1 for whom learning platforms say to take part, as long as they say so.
ADDED = {"launched": "INTEGER NOT NULL DEFAULT 0"}


@dataclass(frozen=True, order=True)
class Enrolment:
    """One person in one course.

    Parameters
    ----------
    course, name
        Their ids.
    part
        ``learner``, or ``instructor``: grades, and says until when work may be handed in.
    """

    course: str
    name: str
    part: Part


class Enrolments:
    """The enrolments of one academy, kept with its accounts.

    Parameters
    ----------
    accounts
        Who there is.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def all(self) -> list[Enrolment]:
        """Return all of them, by course and name."""
        with self._open() as book:
            rows = book.execute("SELECT course, name, part FROM enrolments ORDER BY course, name").fetchall()
        return [Enrolment(*row) for row in rows]

    def of(self, name: str) -> dict[str, Part]:
        """Return what somebody is, by course."""
        with self._open() as book:
            return dict(
                book.execute("SELECT course, part FROM enrolments WHERE name = ?", (name,)).fetchall()
            )

    def enrol(self, course: str, names: Iterable[str], part: Part) -> list[str]:
        """Enrol people, all of them or nobody; return those who were not, or as something else.

        Parameters
        ----------
        course
            Its id.
        names
            Accounts.
        part
            What they are there from now on.

        Raises
        ------
        HubError
            When one of them has no account.
        """
        names = dict.fromkeys(names)
        for name in names:
            self._accounts.get(name)
        with self._open() as book:
            known = dict(book.execute("SELECT name, part FROM enrolments WHERE course = ?", (course,)))
            new = [name for name in names if known.get(name) != part]
            rows = [(name, course, part) for name in names]  # who was launched is enrolled by hand now
            book.executemany("INSERT OR REPLACE INTO enrolments (name, course, part) VALUES (?, ?, ?)", rows)
        return new

    def leave(self, course: str, names: Iterable[str], *, dry: bool = False) -> list[str]:
        """Let people take part no longer, all of them or nobody; what they handed in stays.

        Parameters
        ----------
        course
            Its id.
        names
            Accounts.
        dry
            Only say who it would be.

        Raises
        ------
        HubError
            When one of them does not take part.
        """
        names = list(dict.fromkeys(names))
        with self._open() as book:
            known = {
                row[0] for row in book.execute("SELECT name FROM enrolments WHERE course = ?", (course,))
            }
            if strangers := [name for name in names if name not in known]:
                raise HubError(
                    f"{', '.join(strangers)} does not take part in {course!r}; ./academy course list {course}"
                )
            rows = [] if dry else [(name, course) for name in names]
            book.executemany("DELETE FROM enrolments WHERE name = ? AND course = ?", rows)
        return names

    def settle(self, launched: Mapping[tuple[str, str], Part]) -> None:
        """Let those take part whom learning platforms say; who was enrolled by hand stays what they are.

        Parameters
        ----------
        launched
            What they are, by course and name; all others whom platforms said before take part no more.
        """
        rows = [(course, part, name) for (course, name), part in launched.items()]
        with self._open() as book:
            before = set(book.execute("SELECT course, name FROM enrolments WHERE launched").fetchall())
            book.executemany(
                "DELETE FROM enrolments WHERE course = ? AND name = ?", sorted(before - launched.keys())
            )
            book.executemany(
                "INSERT INTO enrolments (course, part, name, launched)"
                " SELECT ?, ?, name, 1 FROM accounts WHERE name = ?"
                " ON CONFLICT DO UPDATE SET part = excluded.part WHERE launched",
                rows,
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._accounts.open() as book:
            book.execute(SCHEMA)
            add_columns(book, "enrolments", ADDED)
            delete_along(book, "enrolments", "accounts")
            yield book


def people_of(deployment: Deployment) -> list[Account]:
    """Return who takes part in a course, in the role that they have there; in the academy's own everybody."""
    accounts = Accounts(deployment.accounts)
    everybody = accounts.all()
    if deployment.is_own:
        return everybody
    parts = {one.name: one.part for one in Enrolments(accounts).all() if one.course == deployment.course_id}
    return [replace(one, role=parts[one.name]) for one in everybody if one.name in parts]


def groups(enrolled: dict[str, Part]) -> list[str]:
    """Return the hub's groups that say what somebody is in which course."""
    return [f"{course}:{part}" for course, part in sorted(enrolled.items())]
