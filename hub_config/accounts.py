"""Who may come in: names, roles and hashed passwords in one small SQLite file. Nobody signs up alone."""

import hashlib
import hmac
import os
import pwd
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, get_args

from .errors import HubError

Role = Literal["learner", "instructor", "manager"]
ROLES: tuple[Role, ...] = get_args(Role)
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]")
# Unlike letters and digits only: a password is read from a screen and typed once.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# RFC 7914's interactive cost of 2017 doubled: 32 MiB and about 0.1 s a guess.
SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26}
LEAST_PASSWORD, MOST_PASSWORD, LEAST_DIFFERENT = 10, 200, 5
SERIES = "abcdefghijklmnopqrstuvwxyz01234567890qwertyuiopasdfghjklzxcvbnm"
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
}
FIELDS = "name, role, changed, uid, called, called_zh, handed_out"
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
    """

    name: str
    role: Role
    changed: float
    uid: int
    called: str = ""
    called_zh: str = ""
    handed_out: int = 0

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
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            if not self.path.exists():  # closing the file beside SQLite gives up this process's locks on it
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            book = sqlite3.connect(self.path, timeout=10)
            try:
                with book:
                    book.execute(SCHEMA)
                    book.execute(INVITATIONS)
                    _bring_up_to_date(book)
                    yield book
            finally:
                book.close()
        except (OSError, sqlite3.Error) as error:
            raise HubError(
                f"cannot use the accounts, {self.path}: {error}; mend the file or its rights,"
                " or restore it from a backup, then run the command again"
            ) from error

    def all(self) -> list[Account]:
        """Return everybody, first come first."""
        with self._open() as book:
            rows = book.execute(f"SELECT {FIELDS} FROM accounts ORDER BY number").fetchall()
        return [Account(*row) for row in rows]

    def get(self, name: str) -> Account:
        """Return one account.

        Raises
        ------
        HubError
            When nobody has that name, with the nearest names.
        """
        people = {account.name: account for account in self.all()}
        if name in people:
            return people[name]
        near = get_close_matches(name, people, n=3, cutoff=0.5) or sorted(people)[:3]
        known = f"nearest: {', '.join(near)}" if near else "there are none yet"
        raise HubError(f"no account {name!r} in {self.path} ({known}); ./academy hub --accounts lists them")

    def add(
        self, name: str, role: Role, password: str | None = None, called: str = "", called_zh: str = ""
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
        with self._open() as book:
            book.execute("BEGIN IMMEDIATE")  # two who add people at a time give out no user id twice
            if book.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
                raise HubError(
                    f"account {name!r} is in {self.path} already;"
                    f" for a new password run ./academy hub --reset-password {name}"
                )
            book.execute(
                "INSERT INTO accounts (name, role, salt, hash, changed, uid, called, called_zh, handed_out)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (name, role, salt, digest, time.time(), _next_uid(book), called, called_zh, handed_out),
            )
        return password

    def reset(self, name: str) -> str:
        """Give a person a new password and return it; who is signed in with the old one must sign in anew."""
        self.get(name)
        password = new_password()
        self._set(name, password, handed_out=True)
        return password

    def change(self, name: str, password: str) -> Account:
        """Give a person the password that they chose; see :func:`weakness`."""
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
        with self._open() as book:
            book.execute("INSERT OR REPLACE INTO invitations (name, hash, until) VALUES (?, ?, ?)", row)
        return secret

    def invited(self, secret: str) -> str | None:
        """Return whom a link is for; None where it was used, is over, or was never given."""
        asked = (_fingerprint(secret), time.time())
        with self._open() as book:
            row = book.execute("SELECT name FROM invitations WHERE hash = ? AND until > ?", asked).fetchone()
        return row[0] if row else None

    def _set(self, name: str, password: str, handed_out: bool) -> None:
        salt, digest = hashed(password)
        with self._open() as book:
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
        with self._open() as book:
            book.execute("UPDATE accounts SET called = ?, called_zh = ? WHERE name = ?", (*new, name))
        return self.get(name)

    def check(self, name: str, password: str) -> Account | None:
        """Return the account when the password is right, else None; as slowly for an unknown name."""
        with self._open() as book:
            row = book.execute(
                f"SELECT salt, hash, {FIELDS} FROM accounts WHERE name = ?", (name,)
            ).fetchone()
        salt, wanted, *fields = row or (b"\0" * 16, b"")
        _, found = hashed(password, salt)
        return Account(*fields) if hmac.compare_digest(found, wanted) else None


def weakness(name: str, password: str) -> str:
    """Return why a password cannot be chosen, a key of the page's words; empty where it can.

    Length and what is easily guessed decide, no rule of signs and capitals (NIST SP 800-63B, 5.1.1.2).
    """
    if len(password) < LEAST_PASSWORD:
        return "short"
    if len(password) > MOST_PASSWORD:
        return "long"
    plain = password.casefold()
    if name in plain or len(set(plain)) < LEAST_DIFFERENT or plain in SERIES * 2 or plain[::-1] in SERIES * 2:
        return "easy"
    return ""


def new_password() -> str:
    """Return a password of 12 letters in three groups, 59 bits."""
    groups = ("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def hashed(password: str, salt: bytes | None = None) -> tuple[bytes, bytes]:
    """Return salt and scrypt hash (RFC 7914) of a password."""
    salt = salt or secrets.token_bytes(16)
    return salt, hashlib.scrypt(password.encode(), salt=salt, **SCRYPT)


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


def _bring_up_to_date(book: sqlite3.Connection) -> None:
    if _missing(book):
        book.execute("BEGIN IMMEDIATE")  # two who open an older file at a time add nothing twice
        for column in _missing(book):
            book.execute(f"ALTER TABLE accounts ADD COLUMN {column} {ADDED[column]}")
        book.commit()


def _missing(book: sqlite3.Connection) -> list[str]:
    there = {row[1] for row in book.execute("PRAGMA table_info(accounts)")}
    return [column for column in ADDED if column not in there]


def _next_uid(book: sqlite3.Connection) -> int:
    # The sequence, not the largest row: who leaves takes the number along, so that no file changes hands.
    row = book.execute("SELECT seq FROM sqlite_sequence WHERE name = 'accounts'").fetchone()
    highest = book.execute("SELECT max(uid) FROM accounts").fetchone()[0] or 0
    uid = max(FIRST_UID + (row[0] if row else 0), highest + 1)
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    while uid in taken:
        uid += 1
    return uid
