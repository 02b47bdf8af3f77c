"""Which account belongs to whom at a learning platform, and what that person may do here.

A person is what the platform calls them (``sub``, unique within the issuer) under the registration by which
they come. Nothing else that a platform says opens an account: neither a name nor an address. The account is
kept by its number, which is never given twice: who is given the name of somebody who left is not that person.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from .. import settings
from ..accounts import Account, Accounts, add_without_password
from ..books import add_columns
from ..deployment import Deployment
from ..enrolments import Enrolments, Part
from ..errors import HubError
from .book import Book
from .claims import is_subject
from .platforms import Platform

TABLE = """
CREATE TABLE IF NOT EXISTS platform_people (
    platform  TEXT NOT NULL,
    subject   TEXT NOT NULL,
    number    INTEGER NOT NULL REFERENCES accounts (number),
    PRIMARY KEY (platform, subject)
)
"""
# What a later version added: 1 for who had the account before, whose role is not the platform's to give.
ADDED = {"linked": "INTEGER NOT NULL DEFAULT 0"}
AT_A_TIME = 200  # people in one transaction: others wait for it to sign in
KNOWN = "platform_people AS person JOIN accounts USING (number)"
LAUNCHED = "number IN (SELECT number FROM platform_people WHERE NOT linked)"


class People:
    """The accounts of platforms' people; they stand in the file of all accounts.

    Parameters
    ----------
    accounts
        All accounts.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._accounts.open() as book:
            book.execute(TABLE)
            add_columns(book, "platform_people", ADDED)
            book.execute("BEGIN IMMEDIATE")
            yield book

    def find_or_add(self, platform: Platform, subject: str, called: str) -> Account:
        """Return somebody's account; who is new gets a learner's, under a free name."""
        (name,) = self.enter(platform, [(subject, called)])
        return self._accounts.get(name)

    def enter(self, platform: Platform, people: Iterable[tuple[str, str]]) -> list[str]:
        """Return the names of people's accounts; who is new gets a learner's, under a free name.

        Parameters
        ----------
        people
            What the platform calls each for programs (``sub``) and for people; the latter may be empty.
        """
        people, names = list(people), []
        for first in range(0, len(people), AT_A_TIME):
            with self._change() as book:
                some = people[first : first + AT_A_TIME]
                names += [_found_or_added(book, platform.key, *person) for person in some]
        return names

    def link(self, name: str, platform: Platform, subject: str) -> None:
        """Say that somebody at a platform has this account: launches open it from now on, in its role.

        Raises
        ------
        HubError
            When nobody has that account, or account or person are linked otherwise.
        """
        self._accounts.get(name)
        if not is_subject(subject):
            raise HubError(f"{subject[:40]!r} cannot be what {platform.id} calls somebody (sub)")
        with self._change() as book:
            asked = f"SELECT name, person.subject FROM {KNOWN} WHERE platform = ?"
            for other, theirs in book.execute(
                f"{asked} AND (person.subject = ? OR name = ?)", (platform.key, subject, name)
            ):
                if (other, theirs) != (name, subject):
                    raise HubError(
                        f"{theirs!r} at {platform.id} is {other!r} here already;"
                        f' to free both: ./academy hub --rename {other} --launches-as ""'
                    )
            book.execute(
                "INSERT INTO platform_people (platform, subject, number, linked)"
                " SELECT ?, ?, number, 1 FROM accounts WHERE name = ? ON CONFLICT DO UPDATE SET"
                " linked = iif(number = excluded.number, linked, 1), number = excluded.number",
                (platform.key, subject, name),
            )

    def unlink(self, name: str) -> None:
        """Say that an account is nobody's at a platform; a role that launches gave ends with that.

        Raises
        ------
        HubError
            When nobody has that account.
        """
        self._accounts.get(name)
        with self._change() as book:
            book.execute(
                f"UPDATE accounts SET role = 'learner' WHERE name = ? AND role = 'instructor' AND {LAUNCHED}",
                (name,),
            )
            book.execute(
                "DELETE FROM platform_people"
                " WHERE number = (SELECT number FROM accounts WHERE accounts.name = ?)",
                (name,),
            )

    def known(self) -> set[tuple[str, str, str]]:
        """Return platform (its key), subject and account of everybody."""
        with self._change() as book:
            return set(book.execute(f"SELECT platform, person.subject, name FROM {KNOWN}").fetchall())

    def settle(self, platforms: Iterable[Platform], book: Book) -> None:
        """Give everybody the role and the courses that follow from where they are and teach now.

        A role gets only whose account a launch made; courses, who is in one that `Platform.courses` names.
        Who is known no more leaves the platforms' courses first: somebody else may have that name now.

        Parameters
        ----------
        platforms
            Those that are registered; their `teachers` says what who teaches there becomes here.
        book
            Who is in which course.
        """
        platforms = list(platforms)
        book.keep_only(self.known())
        trusted = {one.key for one in platforms if one.teachers == "instructor"}
        teaching = json.dumps(sorted({name for key, name in book.teachers() if key in trusted}))
        role = "iif(name IN (SELECT value FROM json_each(:teaching)), 'instructor', 'learner')"
        with self._change() as change:
            change.execute(
                f"UPDATE accounts SET role = {role} WHERE role IN ('learner', 'instructor')"
                f" AND role IS NOT {role} AND {LAUNCHED}",
                {"teaching": teaching},
            )
        Enrolments(self._accounts).settle(_enrolled(platforms, book))


def _enrolled(platforms: Iterable[Platform], book: Book) -> dict[tuple[str, str], Part]:
    """Return who takes part as what in courses that belong to those of platforms, by course and account.

    Who teaches one of several that belong to a course teaches the course.
    """
    tied = {(one.key, context): course for one in platforms for context, course in one.courses.items()}
    found: dict[tuple[str, str], Part] = {}
    for platform, context, account, teaching in book.present():
        if course := tied.get((platform, context)):
            where = (course, account)
            found[where] = "instructor" if teaching else found.get(where, "learner")
    return found


def settle(deployment: Deployment, platforms: Iterable[Platform]) -> None:
    """Settle all roles and courses that launches gave by what `academy.yml` says now (`People.settle`).

    Nothing happens where nobody has ever come in by a launch.
    """
    if deployment.lti.exists():
        People(Accounts(deployment.accounts)).settle(platforms, Book.of(deployment))


def launch_as(deployment: Deployment, name: str, said: str) -> None:
    """Link an account to a platform's person, or to nobody any more.

    Parameters
    ----------
    said
        ``PLATFORM:SUB``, where PLATFORM is an `id` under `lti` in `academy.yml`; empty for nobody.

    Raises
    ------
    HubError
        When nobody has that account, `said` is nothing such, or account or person are linked otherwise.
    """
    people = People(Accounts(deployment.accounts))
    if not said:
        people.unlink(name)
        return
    platforms = {one.id: one for one in settings.read(deployment.data).lti}
    platform, _, subject = said.partition(":")
    if platform not in platforms:
        known = ", ".join(platforms) or f"none is registered in {settings.FILE} yet"
        raise HubError(
            f"--launches-as {said[:80]!r}: no learning platform {platform[:40]!r} ({known});"
            f" write PLATFORM:SUB, as in {next(iter(platforms), 'moodle')}:4711"
        )
    people.link(name, platforms[platform], subject)


def launches_as(deployment: Deployment) -> dict[str, list[str]]:
    """Return what platforms call whom, by account: ``PLATFORM:SUB`` each."""
    found: dict[str, list[str]] = {}
    if known := sorted(People(Accounts(deployment.accounts)).known()):
        ids = {one.key: one.id for one in settings.read(deployment.data).lti}
        for key, subject, name in known:
            found.setdefault(name, []).append(f"{ids.get(key, key)}:{subject}")
    return found


def _found_or_added(book: sqlite3.Connection, platform: str, subject: str, called: str) -> str:
    asked = f"SELECT name FROM {KNOWN} WHERE platform = ? AND person.subject = ?"
    if row := book.execute(asked, (platform, subject)).fetchone():
        return row[0]
    name = add_without_password(book, called, "learner", called)
    book.execute(
        "INSERT OR REPLACE INTO platform_people (platform, subject, number)"
        " SELECT ?, ?, number FROM accounts WHERE name = ?",
        (platform, subject, name),
    )
    return name
