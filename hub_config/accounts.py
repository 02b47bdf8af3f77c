"""Who may come in: names, roles and hashed passwords in one small SQLite file. Nobody signs up alone."""

import hashlib
import hmac
import pwd
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, count
from pathlib import Path
from typing import Literal, get_args

from .books import add_columns, delete_along, opened
from .errors import HubError
from .passwords import hashed, new_password

Role = Literal["learner", "instructor", "manager"]
ROLES: tuple[Role, ...] = get_args(Role)
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]")
WANTED_LETTERS = 26  # of a name that is made; a dash and five digits may follow
FIRST_UID = 20001

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL UNIQUE,
    role     TEXT NOT NULL,
    salt     BLOB NOT NULL,
    hash     BLOB NOT NULL,
    changed  REAL NOT NULL,
    uid      INTEGER NOT NULL UNIQUE
)
"""
# A link by which somebody chooses a password: its hash, so that who reads the file cannot follow it.
INVITATIONS = """
CREATE TABLE IF NOT EXISTS invitations (
    name    TEXT PRIMARY KEY REFERENCES accounts (name),
    hash    BLOB NOT NULL UNIQUE,
    until   REAL NOT NULL
)
"""
INVITATION_DAYS = 7
# What later versions added, in this order; a file of an older one gets them when it is opened.
ADDED = {
    "called": "TEXT NOT NULL DEFAULT ''",
    "called_zh": "TEXT NOT NULL DEFAULT ''",
    "handed_out": "INTEGER NOT NULL DEFAULT 0",
    "signs_in_as": "TEXT NOT NULL DEFAULT ''",
    "subject": "TEXT NOT NULL DEFAULT ''",
}
FIELDS = "name, role, changed, uid, called, called_zh, handed_out, signs_in_as"
MOST_LETTERS = 100  # of a display name; nbgrader's book takes 128


@dataclass(frozen=True)
class Account:
    """One person who may come in.

    Parameters
    ----------
    name
        The hub's name of the person: lower-case letters, digits and dashes.
    role
        What the person may do.
    changed
        When the password was set, in seconds since the epoch.
    uid
        The unprivileged user id that the person's server gets where root runs the hub; never given twice.
    called, called_zh
        How the person is called in Latin and in Chinese script; empty where nobody has said so.
    handed_out
        1 while the password is one that was generated and handed out, which others may have seen.
    signs_in_as
        The person's name at the sign-in provider (`hub_config.provider`); empty for who has a password only.
    """

    name: str
    role: Role
    changed: float
    uid: int
    called: str = ""
    called_zh: str = ""
    handed_out: int = 0
    signs_in_as: str = ""

    @property
    def shown(self) -> str:
        """The name to show a person: as they are called, in both scripts where both are known."""
        return " ".join(filter(None, (self.called, self.called_zh))) or self.name


class Accounts:
    """The accounts of one data folder.

    Parameters
    ----------
    path
        The SQLite file; made with mode 0600 when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction."""
        with opened(self.path, "the accounts") as book:
            book.execute(SCHEMA)
            book.execute(INVITATIONS)
            add_columns(book, "accounts", ADDED)
            delete_along(book, "invitations", "accounts")
            yield book

    def all(self) -> list[Account]:
        """Return everybody, first come first."""
        with self.open() as book:
            rows = book.execute(f"SELECT {FIELDS} FROM accounts ORDER BY number").fetchall()
        return [Account(*row) for row in rows]

    def find(self, name: str) -> Account | None:
        """Return one account, None where nobody has that name."""
        with self.open() as book:
            row = book.execute(f"SELECT {FIELDS} FROM accounts WHERE name = ?", (name,)).fetchone()
        return Account(*row) if row else None

    def get(self, name: str) -> Account:
        """Return one account.

        Raises
        ------
        HubError
            When nobody has that name, with the nearest names.
        """
        if found := self.find(name):
            return found
        people = [account.name for account in self.all()]
        near = get_close_matches(name, people, n=3, cutoff=0.5) or sorted(people)[:3]
        known = f"nearest: {', '.join(near)}" if near else "there are none yet"
        raise HubError(f"no account {name!r} in {self.path} ({known}); ./academy hub --accounts lists them")

    def add(
        self,
        name: str,
        role: Role,
        password: str | None = None,
        called: str = "",
        called_zh: str = "",
        signs_in_as: str = "",
    ) -> str:
        """Add a person and return the password, generated where none is given.

        Raises
        ------
        HubError
            When the name cannot be one, or is taken.
        """
        called, called_zh = _display_name(called), _display_name(called_zh)
        if not NAME.fullmatch(name):
            raise HubError(
                f"account name {name!r}: use 2 to 32 lower-case letters, digits and dashes,"
                " a letter first; for example ./academy hub --add-learner ada-l"
            )
        handed_out = password is None
        password = password or new_password()
        salt, digest = hashed(password)
        with self.open() as book:
            book.execute("BEGIN IMMEDIATE")  # two who add people at a time give out no user id twice
            if book.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
                raise HubError(
                    f"account {name!r} is in {self.path} already;"
                    f" for a new password run ./academy hub --reset-password {name}"
                )
            signs_in_as = signs_in_as.strip().casefold()
            _must_be_free(book, signs_in_as, name)
            row = (name, role, salt, digest, time.time(), _next_uid(book), called, called_zh, handed_out)
            book.execute(
                "INSERT INTO accounts"
                " (name, role, salt, hash, changed, uid, called, called_zh, handed_out, signs_in_as)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, signs_in_as),
            )
        return password

    def reset(self, name: str) -> str:
        """Give a person a new password and return it; who is signed in with the old one must sign in anew."""
        self.get(name)
        password = new_password()
        self._set(name, password, handed_out=True)
        return password

    def change(self, name: str, password: str) -> Account:
        """Give a person the password that they chose; see :func:`hub_config.passwords.weakness`."""
        self.get(name)
        self._set(name, password, handed_out=False)
        return self.get(name)

    def invite(self, name: str) -> str:
        """Return the secret of a link by which a person chooses a password; it ends an earlier one.

        The password until now holds until then.
        """
        self.get(name)
        secret = secrets.token_urlsafe(32)
        row = (name, _fingerprint(secret), time.time() + INVITATION_DAYS * 86400)
        with self.open() as book:
            book.execute("INSERT OR REPLACE INTO invitations (name, hash, until) VALUES (?, ?, ?)", row)
        return secret

    def invited(self, secret: str) -> str | None:
        """Return whom a link is for; None where it was used, is over, or was never given."""
        asked = (_fingerprint(secret), time.time())
        with self.open() as book:
            row = book.execute("SELECT name FROM invitations WHERE hash = ? AND until > ?", asked).fetchone()
        return row[0] if row else None

    def _set(self, name: str, password: str, handed_out: bool) -> None:
        salt, digest = hashed(password)
        with self.open() as book:
            book.execute("DELETE FROM invitations WHERE name = ?", (name,))
            book.execute(
                "UPDATE accounts SET salt = ?, hash = ?, changed = ?, handed_out = ? WHERE name = ?",
                (salt, digest, time.time(), handed_out, name),
            )

    def call(self, name: str, called: str | None = None, called_zh: str | None = None) -> Account:
        """Say how a person is called; None leaves a script as it is, an empty text forgets it.

        Raises
        ------
        HubError
            When nobody has that account name, or the display name cannot be one.
        """
        before = self.get(name)
        new = (
            before.called if called is None else _display_name(called),
            before.called_zh if called_zh is None else _display_name(called_zh),
        )
        with self.open() as book:
            book.execute("UPDATE accounts SET called = ?, called_zh = ? WHERE name = ?", (*new, name))
        return self.get(name)

    def known_as(self, name: str, signs_in_as: str) -> Account:
        """Say which name at the sign-in provider is this person's; an empty one ends signing in there.

        Whoever signs in there first under that name is the person from then on.

        Raises
        ------
        HubError
            When nobody has that account name, or another account has that name at the provider.
        """
        self.get(name)
        signs_in_as = signs_in_as.strip().casefold()
        with self.open() as book:
            book.execute("BEGIN IMMEDIATE")
            _must_be_free(book, signs_in_as, name)
            book.execute(
                "UPDATE accounts SET signs_in_as = ?, subject = '' WHERE name = ?", (signs_in_as, name)
            )
        return self.get(name)

    def outside(self, subject: str, signs_in_as: str) -> Account | None:
        """Return the account of somebody whom the sign-in provider knows; None where there is none.

        Parameters
        ----------
        subject
            What the provider never gives to another person. It decides from the first sign-in on, so that
            who is given another's old name there is not let in here.
        signs_in_as
            The person's name there.
        """
        with self.open() as book:
            book.execute("BEGIN IMMEDIATE")
            row = book.execute(f"SELECT {FIELDS} FROM accounts WHERE subject = ?", (subject,)).fetchone()
            if row is None:
                unbound = f"SELECT {FIELDS} FROM accounts WHERE signs_in_as = ? AND subject = ''"
                row = book.execute(unbound, (signs_in_as,)).fetchone() if signs_in_as else None
                if row is not None:
                    book.execute("UPDATE accounts SET subject = ? WHERE name = ?", (subject, row[0]))
        return Account(*row) if row else None

    def add_outside(self, subject: str, signs_in_as: str, called: str = "") -> Account:
        """Add a learner whom the sign-in provider knows, under a free name made from the name there."""
        with self.open() as book:
            book.execute("BEGIN IMMEDIATE")
            _must_be_free(book, signs_in_as, "")
            name = add_without_password(book, signs_in_as.partition("@")[0], "learner", called)
            row = (signs_in_as, subject, name)
            book.execute("UPDATE accounts SET signs_in_as = ?, subject = ? WHERE name = ?", row)
        return self.get(name)

    def check(self, name: str, password: str) -> Account | None:
        """Return the account when the password is right, else None; as slowly for an unknown name."""
        with self.open() as book:
            row = book.execute(
                f"SELECT salt, hash, {FIELDS} FROM accounts WHERE name = ?", (name,)
            ).fetchone()
        salt, wanted, *fields = row or (b"\0" * 16, b"")
        _, found = hashed(password, salt)
        return Account(*fields) if hmac.compare_digest(found, wanted) else None


def add_without_password(book: sqlite3.Connection, wanted: str, role: Role, called: str) -> str:
    """Add somebody who signs in elsewhere, and return the name: a free one, like the one wanted.

    Parameters
    ----------
    book
        The accounts, opened to write (`Accounts.open`).
    wanted
        Any text; letters and digits of it are used.
    role
        What the person may do.
    called
        How the person is called; left out where it cannot be a display name.
    """
    wanted = re.sub(r"[^a-z0-9]+", "-", wanted.casefold()).strip("-")[:WANTED_LETTERS].strip("-")
    wanted = wanted if NAME.fullmatch(wanted) else f"learner-{wanted}".strip("-")[:WANTED_LETTERS].strip("-")
    try:
        called = _display_name(called)
    except HubError:  # the person is let in all the same, and can be renamed
        called = ""
    asked = "SELECT count(*) FROM accounts WHERE name = ? OR name GLOB ?"
    (alike,) = book.execute(asked, (wanted, f"{wanted}-[0-9]*")).fetchone()
    names = chain((wanted,), (f"{wanted}-{number}" for number in count(max(alike + 1, 2))))
    is_there = "SELECT 1 FROM accounts WHERE name = ?"
    name = next(one for one in names if book.execute(is_there, (one,)).fetchone() is None)
    salt, digest = secrets.token_bytes(16), secrets.token_bytes(64)  # the hash of no password
    book.execute(
        "INSERT INTO accounts (name, role, salt, hash, changed, uid, called) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, role, salt, digest, time.time(), _next_uid(book), called),
    )
    return name


def _fingerprint(secret: str) -> bytes:
    """Return what is kept of a link's secret, which is as long as a key: one plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def _display_name(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > MOST_LETTERS or not text.isprintable():
        raise HubError(
            f"display name {text[:40]!r}: use at most {MOST_LETTERS} letters without control characters;"
            ' for example --called "Ada Lovelace"'
        )
    return text


def _must_be_free(book: sqlite3.Connection, signs_in_as: str, name: str) -> None:
    asked = (signs_in_as, name)
    row = book.execute("SELECT name FROM accounts WHERE signs_in_as = ? AND name != ?", asked).fetchone()
    if signs_in_as and row:
        raise HubError(
            f"{signs_in_as!r} at the sign-in provider is {row[0]!r} here already;"
            f' to free it: ./academy hub --rename {row[0]} --signs-in-as ""'
        )


def _next_uid(book: sqlite3.Connection) -> int:
    # The sequence, not the largest row: who leaves takes the number along, so that no file changes hands.
    row = book.execute("SELECT seq FROM sqlite_sequence WHERE name = 'accounts'").fetchone()
    highest = book.execute("SELECT max(uid) FROM accounts").fetchone()[0] or 0
    uid = max(FIRST_UID + (row[0] if row else 0), highest + 1)
    while _is_system_user(uid):
        uid += 1
    return uid


def _is_system_user(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
