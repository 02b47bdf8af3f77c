"""Small SQLite files of the data folder: opened for one change, private, in words where that fails."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import HubError


@contextmanager
def opened(path: Path, called: str) -> Iterator[sqlite3.Connection]:
    """Open a file for one transaction; made with mode 0600 when it is not there.

    Parameters
    ----------
    path
        The file.
    called
        What it holds, for messages.

    Raises
    ------
    HubError
        When it cannot be used; nothing has changed then.
    """
    try:
        if not path.exists():  # closing the file beside SQLite gives up this process's locks on it
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        book = sqlite3.connect(path, timeout=10)
        try:
            with book:
                yield book
        finally:
            book.close()
    except (OSError, sqlite3.Error) as error:
        raise HubError(
            f"cannot use {called}, {path}: {error}; mend the file or its rights,"
            " or restore it from a backup, then run the command again"
        ) from error


def add_columns(book: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> None:
    """Give a table of an earlier version the columns that it lacks: name to type, in their order."""
    if _missing(book, table, columns):
        book.commit()
        book.execute("BEGIN IMMEDIATE")  # two who open an older file at a time add nothing twice
        for column in _missing(book, table, columns):
            book.execute(f"ALTER TABLE {table} ADD COLUMN {column} {columns[column]}")
        book.commit()


def delete_along(book: sqlite3.Connection, table: str, owners: str) -> None:
    """Let a table's rows go with the row of their name in another, whichever program deletes that.

    In a file of an earlier version, rows whose owner is gone already go at once.
    """
    trigger = f"{table}_go_with_{owners}"
    if not book.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (trigger,)).fetchone():
        book.commit()
        book.execute("BEGIN IMMEDIATE")
        book.execute(f"DELETE FROM {table} WHERE name NOT IN (SELECT name FROM {owners})")
        book.execute(
            f"CREATE TRIGGER IF NOT EXISTS {trigger} AFTER DELETE ON {owners}"
            f" BEGIN DELETE FROM {table} WHERE name = old.name; END"
        )
        book.commit()


def _missing(book: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> list[str]:
    there = {row[1] for row in book.execute(f"PRAGMA table_info({table})")}
    return [column for column in columns if column not in there]
