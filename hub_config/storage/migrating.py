"""What the parts of an academy's records are made of: their tables, and how those are brought up to date.

Each program is imported where it is needed: together they take seconds.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pkgutil import resolve_name

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from hub_config.errors import HubError


def shown(url: str) -> str:
    """Return a URL for people to read: without its password."""
    return sa.make_url(url).render_as_string(hide_password=True)


def said(error: Exception) -> str:
    """Return what a database's driver said, on one line."""
    return " ".join(str(getattr(error, "orig", error)).split())


def hub_tables() -> MetaData:
    """Return the tables of the hub itself."""
    from jupyterhub.orm import Base

    return Base.metadata


def migrate_hub(url: str) -> None:
    """Make or bring up to date the tables of the hub itself."""
    from jupyterhub.dbutil import write_alembic_ini

    _migrate(url, hub_tables(), write_alembic_ini)


def book_tables() -> MetaData:
    """Return the tables of nbgrader's gradebook."""
    from nbgrader.api import Base

    return Base.metadata


def migrate_book(url: str) -> None:
    """Make or bring up to date the tables of nbgrader's gradebook."""
    from nbgrader.dbutil import write_alembic_ini

    # the settings take the signs of a URL for places to fill in
    _migrate(url, book_tables(), lambda file, url: write_alembic_ini(file, url.replace("%", "%%")))


def _migrate(url: str, tables: MetaData, write_settings: Callable[[str, str], None]) -> None:
    """Make tables, or bring them up to date by a program's own alembic: apart, since it sets logging up."""
    with tempfile.TemporaryDirectory() as folder:
        settings = f"{folder}/alembic.ini"
        write_settings(settings, url)
        scripts = ScriptDirectory.from_config(Config(settings))
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            version = MigrationContext.configure(connection)
            if not sa.inspect(connection).get_table_names():
                tables.create_all(connection)
                version.stamp(scripts, "head")
            found = version.get_current_revision()
        engine.dispose()
        if found != scripts.get_current_head():
            _upgrade(settings, shown(url))


def _upgrade(settings: str, place: str) -> None:
    command = [sys.executable, "-m", "alembic", "-c", settings, "upgrade", "head"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip() and "sqlalche.me" not in line]
        last = lines[-1] if lines else "it says nothing"
        raise HubError(f"the tables of {place} cannot be brought up to date: {last}")


def hub_scripts() -> str:
    """Return where the migrations lie of the hub itself."""
    from jupyterhub.dbutil import ALEMBIC_DIR

    return ALEMBIC_DIR


def book_scripts() -> str:
    """Return where the migrations lie of nbgrader's gradebook."""
    from nbgrader.dbutil import ALEMBIC_DIR

    return ALEMBIC_DIR


def _ours(tables: str, database: str) -> "Pieces":
    """Return the pieces of a part whose database is one of ours.

    Parameters
    ----------
    tables
        ``module:name`` of its tables.
    database
        ``module:name`` of its `learning_paths.store.database.Database`; to open it brings it up to date.
    """
    return (
        lambda: resolve_name(tables),
        lambda url: resolve_name(database)(url).close(),
        lambda: str(resolve_name(database).migrations),
    )


Pieces = tuple[Callable[[], MetaData], Callable[[str], None], Callable[[], str]]
OF: dict[str, Pieces] = {
    "hub": (hub_tables, migrate_hub, hub_scripts),
    "book": (book_tables, migrate_book, book_scripts),
    "store": _ours("learning_paths.tables:metadata", "learning_paths.store:Store"),
    "work": _ours("hub_config.work.tables:metadata", "hub_config.work.book:Book"),
    "oversight": _ours("hub_config.oversight.tables:metadata", "hub_config.oversight.trail:Trail"),
}
"""Tables, migration and the folder of migrations of each part."""
