"""Every row of a database into another one, of another kind too, and the proof that they hold the same."""

import os
import shutil
import sqlite3
import stat
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, MetaData, Table

from hub_config.errors import HubError

from .databases import REVISION

AT_ONCE = 1000  # rows
Told = Callable[[str, int, int], None]


def copy(tables: MetaData, source: str, target: str, tell: Told) -> int:
    """Copy all rows into the empty tables of another database, in one transaction on either side.

    Parameters
    ----------
    tables
        Which tables, with the types of their columns.
    source, target
        URLs; the target has the tables of the same version, without rows.
    tell
        Is given a table's name, the rows that are done and all of them.

    Returns
    -------
    int
        The rows that were copied.

    Raises
    ------
    HubError
        When the two differ in version, or afterwards in any value; the target has no rows then.
    """
    reader, writer = sa.create_engine(source), sa.create_engine(target)
    try:
        with _snapshot(reader) as old, writer.begin() as new:
            versions = [_version(connection) for connection in (old, new)]
            if versions[0] != versions[1]:
                raise HubError(
                    f"the records are of version {versions[0]}, the tables of {versions[1]};"
                    " start the hub once, which brings the records up to date, then come back"
                )
            for table in reversed(tables.sorted_tables):  # what making the tables put there
                new.execute(table.delete())
            return sum(_copy_table(table, old, new, tell) for table in tables.sorted_tables)
    finally:
        reader.dispose()
        writer.dispose()


def save(tables: MetaData, source: str, file: Path, tell: Told) -> None:
    """Write a database into a new SQLite file as it is at one moment, while others write to it.

    Parameters
    ----------
    tables
        Which tables.
    source
        URL; an SQLite file is copied as a whole.
    file
        Where to; not there yet.
    tell
        See `copy`.
    """
    url = sa.make_url(source)
    if url.get_backend_name() == "sqlite":
        save_file(Path(url.database or ""), file)
        return
    writer, reader = sa.create_engine(f"sqlite:///{file}"), sa.create_engine(source)
    tables.create_all(writer)
    with reader.connect() as old, writer.begin() as new:
        new.execute(sa.text(f"CREATE TABLE {REVISION} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        new.execute(_revision.insert(), {"version_num": _version(old)})
    reader.dispose()
    writer.dispose()
    copy(tables, source, f"sqlite:///{file}", tell)


def save_file(file: Path, copy: Path) -> None:
    """Copy an SQLite file as it is at one moment, while others write to it."""
    with (
        closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(copy)) as new,
    ):
        old.backup(new)


def save_beside(file: str, copy: str) -> None:
    """Do what `save_file` does, and put into the file what its journal holds; for `graders.staff.ask`."""
    Path(copy).unlink(missing_ok=True)  # from a time that was cut short
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)


def take(file: Path, copy: Path) -> None:
    """Copy a plain file out of a folder that others write in, and take it away there.

    Raises
    ------
    HubError
        When it is none.
    """
    opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(opened, "rb") as source, copy.open("xb") as out:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise HubError(f"{file} is no plain file; take it away, then try again")
        shutil.copyfileobj(source, out)
    file.unlink(missing_ok=True)


_revision = sa.table(REVISION, sa.column("version_num"))


def _version(connection: Connection) -> str | None:
    return connection.scalar(sa.select(_revision.c.version_num))


def _snapshot(engine: Engine) -> Connection:
    if engine.dialect.name == "sqlite":
        return engine.connect()
    return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _copy_table(table: Table, old: Connection, new: Connection, tell: Told) -> int:
    every = old.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    done = 0
    for rows in _rows(table, old):
        new.execute(table.insert(), [row._asdict() for row in rows])
        done += len(rows)
        tell(table.name, done, every)
    _same(table, old, new)
    _count_on(table, new)
    return done


def _rows(table: Table, connection: Connection) -> Iterator[Any]:
    """Yield the rows in the order of their keys, texts by their bytes as SQLite does, some at a time."""
    statement = sa.select(*table.columns).order_by(*(_ordered(key, connection) for key in table.primary_key))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*will not produce a cache key")  # types of the hub's own
        found = connection.execute(statement.execution_options(yield_per=AT_ONCE))
    yield from found.partitions()


def _ordered(key: sa.Column[Any], connection: Connection) -> sa.ColumnElement[Any]:
    foreign = isinstance(key.type, sa.String) and connection.dialect.name == "postgresql"
    return sa.collate(key, "C") if foreign else key


def _same(table: Table, old: Connection, new: Connection) -> None:
    """Stop when a row of two tables differs; only rows that have found no equal yet are held."""
    lost: Counter[tuple[str, ...]] = Counter()
    odd: Counter[tuple[str, ...]] = Counter()
    for left, right in zip_longest(_rows(table, old), _rows(table, new), fillvalue=()):
        lost.update(map(_frozen, left))
        odd.update(map(_frozen, right))
        both = lost & odd
        lost -= both
        odd -= both
    if lost or odd:
        raise HubError(
            f"table {table.name} did not arrive as it was: {lost.total()} rows are missing or changed,"
            f" {odd.total()} are new; nothing was moved"
        )


def _frozen(row: Any) -> tuple[str, ...]:
    return tuple(map(repr, row))


def _count_on(table: Table, connection: Connection) -> None:
    """Let numbers that PostgreSQL gives by itself go on after those that were copied."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
    highest = connection.scalar(sa.select(sa.func.max(column)))
    if sequence and highest is not None:
        connection.execute(sa.select(sa.func.setval(sequence, highest)))
