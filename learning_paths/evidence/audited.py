"""A person in the academy's audit trail (`hub_config.oversight`): to hand out, and to take the name out.

Rows of the trail are never changed: they name a person by a number, and erasing takes the name off it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from catalogue.folders import database_url
from learning_paths.store.database import Database
from learning_paths.tables import Moment

# the trail's tables; named here because what lies below the hub does not import it
_people = sa.table("audit_people", *map(sa.column, ("key", "name", "salt")))
_rows = sa.table(
    "audit_rows",
    *map(sa.column, ("number", "actor", "action", "object", "about")),
    sa.column("at", Moment),
    sa.column("before", sa.JSON),
    sa.column("after", sa.JSON),
)
_usage = sa.table("usage_days", *map(sa.column, ("day", "person", "running", "active", "gpu")))
_known = sa.table("audit_known", *map(sa.column, ("kind", "key", "about")))


class _Trail(Database):
    """The trail's database as it is: whoever runs the hub brings it up to date."""

    def _migrate(self) -> None:
        self.ping()


def rows_of(data: Path, person: str) -> list[dict[str, Any]]:
    """Return what somebody did and what was done about them, oldest first.

    Others who did it stand there as ``(somebody else)``.

    Parameters
    ----------
    data
        The data folder; without a trail there are none.
    person
        The hub's name.

    Raises
    ------
    StoreError
        When the trail cannot be read.
    """
    with _opened(data) as trail:
        if trail is None:
            return []
        with trail._reading() as connection:
            key = connection.scalar(_key_of(person))
            if key is None:
                return []
            found = connection.execute(sa.select(_rows).where(_with(key)).order_by(_rows.c.number))
            return [_told(row, key, person) for row in found]


def usage_of(data: Path, person: str) -> list[dict[str, Any]]:
    """Return how many seconds a person's servers ran, were in use and held GPUs, a day a row."""
    with _opened(data) as trail:
        if trail is None:
            return []
        with trail._reading() as connection:
            this = _usage.c.person.in_(_key_of(person))
            found = connection.execute(sa.select(_usage).where(this).order_by(_usage.c.day))
            return [{**row._mapping, "person": person} for row in found]


def take_name_out(data: Path, person: str) -> int:
    """Take a person's name out of the trail for good, and delete what was counted of the person's usage.

    Returns
    -------
    int
        How many rows of the trail were about the person or of what the person did.
    """
    with _opened(data) as trail:
        if trail is None:
            return 0

        def take(connection: sa.Connection) -> int:
            key = connection.scalar(_key_of(person))
            if key is None:
                return 0
            connection.execute(_known.delete().where(_known.c.about == key))
            connection.execute(_usage.delete().where(_usage.c.person == key))
            this = _people.update().where(_people.c.key == key)
            connection.execute(this.values(name=None, salt=None))
            return int(connection.scalar(sa.select(sa.func.count()).select_from(_rows).where(_with(key))))

        count = trail._write(take)
        trail.scrub(("audit_people", "audit_known", "usage_days"))
        return count


def _key_of(person: str) -> sa.Select[Any]:
    return sa.select(_people.c.key).where(_people.c.name == person)


def _with(key: int | None) -> sa.ColumnElement[bool]:
    return (_rows.c.actor == key) | (_rows.c.about == key)


def _told(row: sa.Row[Any], key: int, person: str) -> dict[str, Any]:
    names = {
        name: None if number is None else person if number == key else "(somebody else)"
        for name, number in (("actor", row.actor), ("about", row.about))
    }
    return {**row._mapping, **names, "at": row.at.isoformat()}


@contextmanager
def _opened(data: Path) -> Iterator[_Trail | None]:
    file = data / "oversight.sqlite"
    url = database_url(data / "secrets/oversight.url", file)
    if url == f"sqlite:///{file}" and not file.exists():
        yield None
        return
    trail = _Trail(url)
    try:
        yield trail
    finally:
        trail.close()
