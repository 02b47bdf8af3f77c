"""The audit trail: rows are added, never changed, and each is chained to the one before it by its hash."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.store.database import Database

from .deeds import Deed, Row, digest, seal
from .tables import known, people, rows

AT_ONCE = 1000


class Person(NamedTuple):
    """Somebody in the trail: a number, and what stands for the name in the chain."""

    key: int
    seal: str


@dataclass(frozen=True)
class Seen:
    """Something as it is now: whose it is (None for nobody's), and its value as JSON."""

    about: str | None
    value: Mapping[str, Any]


@dataclass(frozen=True)
class Verified:
    """What a look at the whole chain found.

    Parameters
    ----------
    rows
        How many.
    head
        ``NUMBER:DIGEST`` of the last; noted elsewhere it proves later that nothing before it was rewritten.
    faults
        What is not as it was written; empty where all is.
    """

    rows: int
    head: str
    faults: tuple[str, ...]


Told = Callable[[str, Seen | None, Seen | None], Iterable[Deed]]
"""Gives the deeds that lie between two states of one thing: its key, before and after, None for not there."""


class Trail(Database):
    """The trail of one academy.

    Parameters
    ----------
    url
        SQLAlchemy URL of SQLite or PostgreSQL; the tables are made or brought up to date.
    clock
        Gives the present moment, with its zone.

    Raises
    ------
    learning_paths.errors.StoreError
        When it cannot be opened; each method also when it does not answer.
    """

    migrations = Path(__file__).resolve().parent / "migrations"

    def __init__(self, url: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(url)
        self._clock = clock

    def note(self, *deeds: Deed) -> None:
        """Add deeds, all or none."""
        if deeds:
            self.in_turn(lambda connection: self._append(connection, deeds))

    def observe(self, kind: str, now: Mapping[str, Seen], told: Told) -> int:
        """Add what happened to things of a kind since they were looked at last; return how many deeds.

        The first look at a kind is where its trail begins: it notes how many there are, and no more.

        Parameters
        ----------
        kind
            What they are; up to 64 letters.
        now
            All of them by key.
        told
            Says what was done.
        """

        def look(connection: Connection) -> int:
            this = known.c.kind == kind
            if not connection.scalar(_began(kind)):
                self._set(connection, kind, now)
                connection.execute(known.insert().values(kind="began", key=kind, value={}))
                began = Deed("(academy)", "trail.began", f"kind:{kind}", after={"count": len(now)})
                self._append(connection, [began])
                return 0
            query = sa.select(known.c.key, known.c.value, people.c.name).outerjoin(people).where(this)
            before = {row.key: Seen(row.name, row.value) for row in connection.execute(query)}
            keys = sorted({*before, *now})
            other = [key for key in keys if _value(before.get(key)) != _value(now.get(key))]
            deeds = [deed for key in other for deed in told(key, before.get(key), now.get(key))]
            if gone := [{"gone": key} for key in other if key in before]:
                connection.execute(known.delete().where(this, known.c.key == sa.bindparam("gone")), gone)
            self._set(connection, kind, {key: now[key] for key in other if key in now})
            self._append(connection, deeds)
            return len(deeds)

        return self.in_turn(look)

    def rows(
        self,
        *,
        who: str | None = None,
        about: str | None = None,
        thing: str | None = None,
        since: datetime | None = None,
        below: int | None = None,
        most: int = 100,
    ) -> list[Row]:
        """Return rows, the newest first.

        Parameters
        ----------
        who, about
            Only what this person did; only what is about this one.
        thing
            Only of this object: ``lab:conv``, or ``conv`` alone.
        since
            Only from this time on.
        below
            Only rows of a lower number.
        most
            How many at most.
        """
        query = _whole().order_by(rows.c.number.desc()).limit(most)
        if who is not None:
            query = query.where(_actor.c.name == who)
        if about is not None:
            query = query.where(_about.c.name == about)
        if thing is not None:
            ends = rows.c.object.endswith(f":{thing}", autoescape=True)
            query = query.where((rows.c.object == thing) | ends)
        if since is not None:
            query = query.where(rows.c.at >= since)
        if below is not None:
            query = query.where(rows.c.number < below)
        with self._reading() as connection:
            return [_row(row) for row in connection.execute(query)]

    def counts(self, action: str) -> dict[str, int]:
        """Return how many rows there are of an action, by object."""
        query = sa.select(rows.c.object, sa.func.count()).where(rows.c.action == action)
        with self._reading() as connection:
            return dict(map(tuple, connection.execute(query.group_by(rows.c.object))))

    def verify(self, holds: str = "") -> Verified:
        """Hold every row against the chain, and every name against its seal.

        Parameters
        ----------
        holds
            ``NUMBER:DIGEST`` that an earlier look gave as its head.
        """
        faults: list[str] = []
        previous, number = "", 0
        with self._reading() as connection:
            for person in connection.execute(sa.select(people).where(people.c.name.is_not(None))):
                if seal(person.name, person.salt or "") != person.seal:
                    faults.append(f"person {person.key} has another name than when it was written")
            for row in self._in_order(connection):
                number += 1
                if row.number != number:
                    faults.append(f"row {number} is missing")
                    number = row.number
                made = digest(
                    previous,
                    row.number,
                    row.at,
                    row.actor_seal,
                    row.action,
                    row.object,
                    row.about_seal,
                    row.before,
                    row.after,
                )
                if made != row.digest:
                    faults.append(f"row {row.number} is not as it was written")
                previous = row.digest
                if holds.partition(":")[0] == str(row.number):
                    if holds.partition(":")[2] != row.digest:
                        faults.append(f"row {row.number} is another than the one that was noted")
                    holds = ""
        if holds:
            faults.append(f"row {holds.partition(':')[0]}, which was noted, is not there")
        return Verified(number, f"{number}:{previous}", tuple(faults))

    def read(self, ask: Callable[[Connection], Any]) -> Any:
        """Return what is asked of the database."""
        with self._reading() as connection:
            return ask(connection)

    def key_of(self, connection: Connection, name: str) -> int:
        """Return somebody's number, new for who has none; use it inside of `in_turn`."""
        return _person(connection, name, {}).key

    def carried(self, place: str) -> int:
        """Return the number up to which another log was carried into the trail; 0 at first."""
        query = sa.select(known.c.value).where(known.c.kind == "carried", known.c.key == place)
        with self._reading() as connection:
            found = connection.scalar(query)
        return int(found["number"]) if found else 0

    def carry(self, place: str, deeds: Iterable[Deed], number: int) -> None:
        """Add what another log says, with the number up to which it was read, in one change."""

        def add(connection: Connection) -> None:
            this = (known.c.kind == "carried") & (known.c.key == place)
            connection.execute(known.delete().where(this))
            self._set(connection, "carried", {place: Seen(None, {"number": number})})
            self._append(connection, deeds)

        self.in_turn(add)

    def in_turn(self, change: Callable[[Connection], Any]) -> Any:
        """Make a change one at a time: each row needs the digest of the one before it."""

        def alone(connection: Connection) -> Any:
            if connection.dialect.name == "postgresql":
                lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext("academy-audit"))
                connection.execute(sa.select(lock))
            return change(connection)

        return self._write(alone)

    def _append(self, connection: Connection, deeds: Iterable[Deed]) -> None:
        last = connection.execute(_last).first()
        number, previous = (last.number, last.digest) if last else (0, "")
        kept: dict[str, Person] = {}
        for deed in deeds:
            number += 1
            actor = _person(connection, deed.actor, kept)
            about = _person(connection, deed.about, kept) if deed.about is not None else None
            at = deed.at or self._clock()
            said = (deed.action, deed.object, about.seal if about else None, deed.before, deed.after)
            previous = digest(previous, number, at.astimezone(UTC), actor.seal, *said)
            connection.execute(
                rows.insert().values(
                    number=number,
                    at=at,
                    actor=actor.key,
                    action=deed.action,
                    object=deed.object,
                    about=about.key if about else None,
                    before=deed.before,
                    after=deed.after,
                    digest=previous,
                )
            )

    def _set(self, connection: Connection, kind: str, now: Mapping[str, Seen]) -> None:
        kept: dict[str, Person] = {}
        values = [
            {
                "kind": kind,
                "key": key,
                "about": None if one.about is None else _person(connection, one.about, kept).key,
                "value": one.value,
            }
            for key, one in now.items()
        ]
        if values:
            connection.execute(known.insert(), values)

    def _in_order(self, connection: Connection) -> Iterator[sa.Row[Any]]:
        query = _whole().order_by(rows.c.number).execution_options(yield_per=AT_ONCE)
        yield from connection.execute(query)


_actor, _about = people.alias("actors"), people.alias("abouts")
_last = sa.select(rows.c.number, rows.c.digest).order_by(rows.c.number.desc()).limit(1)


def _began(kind: str) -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(known.c.kind == "began", known.c.key == kind)


def _whole() -> sa.Select[Any]:
    """Return the query of all rows with the names and the seals of their people."""
    return (
        sa.select(
            rows,
            _actor.c.name.label("actor_name"),
            _actor.c.seal.label("actor_seal"),
            _about.c.name.label("about_name"),
            _about.c.seal.label("about_seal"),
        )
        .join(_actor, _actor.c.key == rows.c.actor)
        .outerjoin(_about, _about.c.key == rows.c.about)
    )


def _row(row: sa.Row[Any]) -> Row:
    about = None if row.about is None else row.about_name or pseudonym(row.about)
    actor = row.actor_name or pseudonym(row.actor)
    return Row(row.number, row.at, actor, row.action, row.object, about, row.before, row.after, row.digest)


def pseudonym(key: int) -> str:
    """Return what stands in the place of a name that was taken out."""
    return f"(erased {key})"


def _value(seen: Seen | None) -> Mapping[str, Any] | None:
    return seen.value if seen else None


def _person(connection: Connection, name: str, kept: dict[str, Person]) -> Person:
    """Return somebody's number and seal; who is new gets one."""
    if name not in kept:
        query = sa.select(people.c.key, people.c.seal).where(people.c.name == name)
        found = connection.execute(query).first()
        if found is None:
            key = int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(people.c.key), 0)))) + 1
            salt = secrets.token_hex(16)
            found = (key, seal(name, salt))
            connection.execute(people.insert().values(key=key, name=name, salt=salt, seal=found[1]))
        kept[name] = Person(*found)
    return kept[name]
