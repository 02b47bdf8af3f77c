"""One database URL, its migrations, and changes that are whole or not at all beside other writers."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from learning_paths.errors import StoreError

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
BUSY_MILLISECONDS = 20_000
TRIES = 20
CONFLICTS = {"23505", "40001", "40P01"}
"""PostgreSQL's codes for what another writer caused: unique violation, serialization failure, deadlock."""

T = TypeVar("T")


class Database:
    """A database with the store's tables; a subclass may bring tables of its own.

    Parameters
    ----------
    url
        SQLAlchemy URL, ``sqlite:///…/learning.db`` or PostgreSQL's. The schema is brought up to date.

    Raises
    ------
    StoreError
        When it cannot be opened, or was made by a newer version of the academy.
    """

    migrations = MIGRATIONS

    def __init__(self, url: str):
        self.engine = _engine(url)
        self._shown = self.engine.url.render_as_string(hide_password=True)
        try:
            self._migrate()
        except sa.exc.DBAPIError as error:
            self.engine.dispose()
            raise StoreError("store-closed", why=_said(error), store=self._shown) from error
        except StoreError:
            self.engine.dispose()
            raise

    def ping(self) -> None:
        """Ask the database for its version.

        Raises
        ------
        StoreError
            When it does not answer.
        """
        with self._reading() as connection:
            connection.execute(sa.text("SELECT version_num FROM alembic_version"))

    def scrub(self, tables: Iterable[str]) -> None:
        """Let no bytes of deleted rows stay: SQLite overwrites them, PostgreSQL gives their space away."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            for table in tables:
                connection.exec_driver_sql(f"VACUUM {table}")

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise StoreError("store-unread", why=_said(error), store=self._shown) from error

    def _write(self, change: Callable[[Connection], T]) -> T:
        """Make a change in one transaction; begin again where another writer came between.

        Raises
        ------
        StoreError
            When the database cannot be written, or a value does not fit.
        """
        for left in reversed(range(TRIES)):
            try:
                with self.engine.begin() as connection:
                    if connection.dialect.name == "sqlite":
                        # takes the write lock before reading, so that two writers wait instead of failing
                        connection.exec_driver_sql("BEGIN IMMEDIATE")
                    return change(connection)
            except sa.exc.DBAPIError as error:
                if left and getattr(error.orig, "sqlstate", None) in CONFLICTS:
                    continue
                if isinstance(error, sa.exc.IntegrityError):
                    raise
                kind = "store-too-long" if isinstance(error, sa.exc.DataError) else "store-unwritten"
                raise StoreError(kind, why=_said(error), store=self._shown) from error
        raise AssertionError("the last try returns or raises")

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(self.migrations))
        scripts = ScriptDirectory.from_config(config)
        head = scripts.get_current_head()
        with self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == head:
            return
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise StoreError("store-newer", version=current, store=self._shown)

        def upgrade(connection: Connection) -> None:
            if connection.dialect.name == "postgresql":
                # one at a time; who waited finds the work done
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("academy"))))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

        self._write(upgrade)


def _engine(url: str) -> Engine:
    # NaN is no JSON: PostgreSQL refuses it, and SQLite must not take what cannot move there
    dumps = partial(json.dumps, allow_nan=False)
    try:
        parsed = sa.make_url(url)
        engine = sa.create_engine(parsed, json_serializer=dumps, pool_pre_ping=True)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreError("no-url") from error
    if parsed.get_backend_name() != "sqlite":
        return engine
    if parsed.database and parsed.database != ":memory:":
        path = Path(parsed.database)
        if not path.parent.is_dir():
            raise StoreError("no-store-folder", folder=path.parent)
        path.touch(mode=0o600)

    @sa.event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions are begun by `_write`, not by the driver
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA secure_delete = ON")  # who is erased leaves no bytes behind

    return engine


def _said(error: sa.exc.DBAPIError) -> str:
    """Return the driver's message on one line."""
    return " ".join(str(error.orig).split())
