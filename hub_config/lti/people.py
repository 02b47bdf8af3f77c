"""Which account belongs to whom at a learning platform, and what that person may do here.

A person is what the platform calls them (``sub``, unique within the issuer) under the registration by which
they come. Nothing else that a platform says opens an account: neither a name nor an address. The account is
kept by its number, which is never given twice: who is given the name of somebody who left is not that person.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..accounts import Account, Accounts, Role, add_without_password
from .book import Book
from .platforms import Platform

TABLE = """
CREATE TABLE IF NOT EXISTS platform_people (
    platform  TEXT NOT NULL,
    subject   TEXT NOT NULL,
    number    INTEGER NOT NULL REFERENCES accounts (number),
    PRIMARY KEY (platform, subject)
)
"""
KNOWN = "platform_people AS person JOIN accounts USING (number)"


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
            book.execute("BEGIN IMMEDIATE")
            yield book

    def find_or_add(self, platform: Platform, subject: str, called: str) -> Account:
        """Return somebody's account; who is new gets a learner's, under a free name."""
        with self._change() as book:
            asked = f"SELECT name FROM {KNOWN} WHERE platform = ? AND person.subject = ?"
            row = book.execute(asked, (platform.key, subject)).fetchone()
            if row is None:
                row = (add_without_password(book, called, "learner", called),)
                book.execute(
                    "INSERT OR REPLACE INTO platform_people (platform, subject, number)"
                    " SELECT ?, ?, number FROM accounts WHERE name = ?",
                    (platform.key, subject, *row),
                )
        return self._accounts.get(row[0])

    def known(self) -> set[tuple[str, str, str]]:
        """Return platform (its key), subject and account of everybody."""
        with self._change() as book:
            return set(book.execute(f"SELECT platform, person.subject, name FROM {KNOWN}").fetchall())

    def let_teach(self, name: str, platforms: Iterable[Platform], book: Book) -> Account:
        """Give a platform's person the role that follows from the courses that they teach now.

        Parameters
        ----------
        name
            The account.
        platforms
            Those that are registered; their `teachers` says what who teaches there becomes here.
        book
            Who is in which course.
        """
        trusted = {one.key for one in platforms if one.teachers == "instructor"}
        role: Role = "instructor" if any(key in trusted for key, _ in book.teaching(name)) else "learner"
        with self._change() as open_book:
            open_book.execute(
                "UPDATE accounts SET role = ? WHERE name = ? AND role IN ('learner', 'instructor')"
                " AND number IN (SELECT number FROM platform_people)",
                (role, name),
            )
        return self._accounts.get(name)
