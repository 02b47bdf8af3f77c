"""What is known of learning platforms' courses: who is in them, where their links lead, what was used up."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..books import opened
from ..deployment import Deployment
from .claims import GradeService, Launch

SCHEMA = """
CREATE TABLE IF NOT EXISTS nonces (
    nonce       TEXT PRIMARY KEY,
    until       REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS contexts (
    number      INTEGER PRIMARY KEY,
    platform    TEXT NOT NULL,
    deployment  TEXT NOT NULL,
    context     TEXT NOT NULL,
    title       TEXT NOT NULL,
    members_url TEXT NOT NULL,
    asked       REAL NOT NULL DEFAULT 0,
    answered    REAL NOT NULL DEFAULT 0,
    failure     TEXT NOT NULL DEFAULT '',
    UNIQUE (platform, deployment, context)
);
CREATE TABLE IF NOT EXISTS members (
    context     INTEGER NOT NULL REFERENCES contexts (number),
    account     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    teaches     INTEGER NOT NULL,
    active      INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (context, account)
);
CREATE TABLE IF NOT EXISTS links (
    number      INTEGER PRIMARY KEY,
    context     INTEGER NOT NULL REFERENCES contexts (number),
    link        TEXT NOT NULL,
    target      TEXT NOT NULL,
    lineitem    TEXT NOT NULL,
    lineitems   TEXT NOT NULL,
    scopes      TEXT NOT NULL,
    UNIQUE (context, link)
);
"""
MEMBERS = "SELECT account, subject, teaches, active FROM members WHERE context = ?"


@dataclass(frozen=True)
class Context:
    """A course at a platform; its people are a cohort here.

    Parameters
    ----------
    number
        Its number here.
    platform, deployment, context
        Where it is (`Platform.key`), and what the platform calls it.
    title
        What people call it; may be empty.
    members_url
        Where to ask who is in it; empty where that is not offered.
    asked, answered
        When members were wanted, and when they were last read, in seconds since the epoch; 0 for never.
    failure
        Why they could not be read; empty where they could.
    """

    number: int
    platform: str
    deployment: str
    context: str
    title: str
    members_url: str
    asked: float
    answered: float
    failure: str

    @property
    def called(self) -> str:
        """What its people are called as a cohort."""
        return self.title or f"course {self.number}"


@dataclass(frozen=True)
class Member:
    """Somebody in a course."""

    account: str
    subject: str
    teaches: bool
    active: bool = True


@dataclass(frozen=True)
class Link:
    """A link in a course, what it leads to, and where its grades go."""

    number: int
    context: int
    link: str
    target: str
    grades: GradeService


class Book:
    """The file of one data folder; each call is one transaction.

    Parameters
    ----------
    path
        ``<data>/lti.sqlite``; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, deployment: Deployment) -> "Book":
        """Return that of a data folder."""
        return cls(deployment.lti)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction."""
        with opened(self.path, "what is known of learning platforms") as book:
            book.executescript(SCHEMA)
            book.execute("BEGIN IMMEDIATE")
            yield book

    def use(self, nonce: str, until: float, now: float) -> bool:
        """Return whether a nonce had not been used, and remember it until a time."""
        with self.change() as book:
            book.execute("DELETE FROM nonces WHERE until <= ?", (now,))
            added = book.execute("INSERT OR IGNORE INTO nonces (nonce, until) VALUES (?, ?)", (nonce, until))
        return added.rowcount == 1

    def enter(self, launch: Launch, account: str) -> None:
        """Remember whom a launch brought to which course, and where its link leads."""
        if launch.context is None:
            return
        with self.change() as book:
            (number,) = book.execute(
                "INSERT INTO contexts (platform, deployment, context, title, members_url)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " title = excluded.title, members_url = excluded.members_url RETURNING number",
                (
                    launch.platform.key,
                    launch.deployment,
                    launch.context.id,
                    launch.context.title,
                    launch.members,
                ),
            ).fetchone()
            _put_member(book, number, Member(account, launch.subject, launch.teaches))
            if launch.link is not None:
                grades = launch.grades or GradeService()
                book.execute(
                    "INSERT INTO links (context, link, target, lineitem, lineitems, scopes)"
                    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET target = excluded.target,"
                    " lineitem = excluded.lineitem, lineitems = excluded.lineitems, scopes = excluded.scopes",
                    (
                        number,
                        launch.link.id,
                        launch.target,
                        grades.lineitem,
                        grades.lineitems,
                        json.dumps(grades.scopes),
                    ),
                )

    def contexts(self) -> list[Context]:
        """Return all courses, first come first."""
        with self.change() as book:
            rows = book.execute(
                "SELECT number, platform, deployment, context, title, members_url, asked, answered, failure"
                " FROM contexts ORDER BY number"
            ).fetchall()
        return [Context(*row) for row in rows]

    def members(self, context: int) -> list[Member]:
        """Return who is or was in a course, by account."""
        with self.change() as book:
            return [_member(row) for row in book.execute(f"{MEMBERS} ORDER BY account", (context,))]

    def member(self, context: int, account: str) -> Member | None:
        """Return somebody who is or was in a course; None for who never was."""
        with self.change() as book:
            row = book.execute(f"{MEMBERS} AND account = ?", (context, account)).fetchone()
        return _member(row) if row else None

    def links(self) -> list[Link]:
        """Return all links, first come first."""
        asked = "SELECT number, context, link, target, lineitem, lineitems, scopes FROM links ORDER BY number"
        with self.change() as book:
            rows = book.execute(asked).fetchall()
        return [
            Link(number, context, link, target, GradeService(item, items, tuple(json.loads(scopes))))
            for number, context, link, target, item, items, scopes in rows
        ]

    def ask_members(self, launch: Launch, now: float, pause: float) -> None:
        """Want the members of a launch's course to be read, unless that was done within `pause` seconds."""
        where = (launch.platform.key, launch.deployment, launch.context.id)
        with self.change() as book:
            book.execute(
                "UPDATE contexts SET asked = ? WHERE platform = ? AND deployment = ? AND context = ?"
                " AND answered <= ?",
                (now, *where, now - pause),
            )

    def ask_members_now(self, context: int, now: float) -> None:
        """Want the members of a course to be read at once."""
        with self.change() as book:
            book.execute("UPDATE contexts SET asked = ? WHERE number = ?", (now, context))

    def put_members(self, context: int, members: list[Member], now: float) -> None:
        """Keep the members of a course that were read at a time; who is not among them is there no more."""
        with self.change() as book:
            book.execute("UPDATE members SET active = 0 WHERE context = ?", (context,))
            for member in members:
                _put_member(book, context, member)
            book.execute("UPDATE contexts SET answered = ?, failure = '' WHERE number = ?", (now, context))

    def keep_only(self, known: set[tuple[str, str, str]]) -> None:
        """Take out of all courses who is not among these: platform, subject and account of each."""
        asked = (
            "SELECT contexts.platform, subject, account, members.context FROM members"
            " JOIN contexts ON members.context = contexts.number WHERE active"
        )
        with self.change() as book:
            gone = [row for row in book.execute(asked).fetchall() if row[:3] not in known]
            for _, _, account, context in gone:
                book.execute(
                    "UPDATE members SET active = 0 WHERE context = ? AND account = ?", (context, account)
                )

    def fail_members(self, context: int, why: str, now: float) -> None:
        """Remember why the members of a course could not be read."""
        with self.change() as book:
            book.execute(
                "UPDATE contexts SET answered = ?, failure = ? WHERE number = ?", (now, why[:500], context)
            )

    def teaching(self, account: str) -> list[tuple[str, int]]:
        """Return the courses that somebody teaches, with their platforms."""
        asked = (
            "SELECT contexts.platform, contexts.number FROM members JOIN contexts ON members.context = number"
            " WHERE account = ? AND teaches AND active ORDER BY number"
        )
        with self.change() as book:
            return book.execute(asked, (account,)).fetchall()

    def learners(self, context: int) -> list[str]:
        """Return the accounts of who learns in a course now."""
        return [one.account for one in self.members(context) if one.active and not one.teaches]

    def present(self) -> list[tuple[str, str, str, bool]]:
        """Return who is in a course now: its platform (a key), its id there, the account, and teaches."""
        asked = (
            "SELECT platform, contexts.context, account, teaches FROM members"
            " JOIN contexts ON members.context = number WHERE active"
        )
        with self.change() as book:
            return [(*row[:3], bool(row[3])) for row in book.execute(asked)]

    def teachers(self) -> set[tuple[str, str]]:
        """Return who teaches anywhere now, each with a platform (its key): platform and account."""
        asked = (
            "SELECT platform, account FROM members JOIN contexts ON members.context = number"
            " WHERE teaches AND active"
        )
        with self.change() as book:
            return set(book.execute(asked).fetchall())


def _member(row: tuple[str, str, int, int]) -> Member:
    account, subject, teaches, active = row
    return Member(account, subject, bool(teaches), bool(active))


def _put_member(book: sqlite3.Connection, context: int, member: Member) -> None:
    book.execute(
        "INSERT INTO members (context, account, subject, teaches, active) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET subject = excluded.subject, teaches = excluded.teaches,"
        " active = excluded.active",
        (context, member.account, member.subject, member.teaches, member.active),
    )
