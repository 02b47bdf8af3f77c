"""Deadlines, extensions and groups in the book: what was said last holds, and all that was said stays."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .database import WorkDatabase, next_number
from .errors import BadWork
from .records import Deadline, Extended, Group
from .rules import Extension, Terms, extended, widest
from .tables import deadlines, extensions, groups


class AgreementTables(WorkDatabase):
    """What staff say, each time a new row with who and when."""

    def set_deadline(
        self, lab: str, terms: Terms, set_by: str, now: datetime, *, dry: bool = False
    ) -> Deadline:
        """Say what holds for a lab from now on; with ``dry`` only what that would be."""

        def say(connection: Connection) -> Deadline:
            number = next_number(connection, deadlines.c.number)
            fields = {("due_at" if name == "due" else name): value for name, value in asdict(terms).items()}
            row = {"number": number, "lab": lab, "set_by": set_by, "set_at": now}
            connection.execute(deadlines.insert().values(**row, **fields))
            return Deadline(number, lab, terms, set_by, now)

        return self._in_turn(say, dry=dry)

    def deadline(self, lab: str) -> Deadline | None:
        """Return what was said of a lab last."""
        with self._reading() as connection:
            return _deadline(connection, lab)

    def deadlines(self, *, history: bool = False) -> list[Deadline]:
        """Return what holds for each lab; with ``history`` all that was ever said, oldest first."""
        with self._reading() as connection:
            rows = [_as_deadline(r) for r in connection.execute(sa.select(deadlines).order_by(_N(deadlines)))]
        return rows if history else list({row.lab: row for row in rows}.values())

    def extend(
        self,
        lab: str,
        kind: str,
        name: str,
        given: Extension,
        *,
        zone: str,
        reason: str,
        set_by: str,
        now: datetime,
        dry: bool = False,
    ) -> Extended:
        """Give somebody more time or attempts in a lab, in the place of what they were given before."""

        def say(connection: Connection) -> Extended:
            number = next_number(connection, extensions.c.number)
            row = Extended(number, lab, kind, name, given.until, zone, given.attempts, reason, set_by, now)
            connection.execute(extensions.insert().values(asdict(row)))
            return row

        return self._in_turn(say, dry=dry)

    def extensions(self, lab: str | None = None, *, history: bool = False) -> list[Extended]:
        """Return the extensions that hold, of one lab or of all; with ``history`` all that was ever said."""
        with self._reading() as connection:
            rows = _extensions(connection, None if lab is None else [lab])
        return rows if history else _holding(rows)

    def set_group(
        self,
        name: str,
        members: Iterable[str],
        together: Iterable[str],
        set_by: str,
        now: datetime,
        *,
        dry: bool = False,
    ) -> Group:
        """Say who is in a group and what they hand in together; nobody in it any more ends it.

        Raises
        ------
        BadWork
            When somebody would submit one lab together with two groups.
        """
        inside, labs = tuple(dict.fromkeys(members)), tuple(dict.fromkeys(together))

        def say(connection: Connection) -> Group:
            for other in _groups(connection).values():
                both = set(labs) & set(other.together) or (
                    set(labs) and set(other.together) and "*" in {*labs, *other.together}
                )
                shared = sorted(set(inside) & set(other.members))
                if other.name != name and both and shared:
                    raise BadWork(
                        f"{', '.join(shared)} submit together with group {other.name!r} already; take them"
                        " out of one of the two"
                    )
            row = Group(next_number(connection, groups.c.number), name, inside, labs, set_by, now)
            values = {**asdict(row), "members": list(inside), "together": list(labs)}
            connection.execute(groups.insert().values(values))
            return row

        return self._in_turn(say, dry=dry)

    def groups(self, *, history: bool = False) -> list[Group]:
        """Return the groups that there are; with ``history`` all that was ever said of any."""
        with self._reading() as connection:
            if history:
                return [_as_group(r) for r in connection.execute(sa.select(groups).order_by(_N(groups)))]
            return list(_groups(connection).values())

    def last_change(self) -> tuple[int, int, int]:
        """Return the numbers of what was said last: of deadlines, extensions and groups."""
        with self._reading() as connection:
            return tuple(
                next_number(connection, table.c.number) - 1 for table in (deadlines, extensions, groups)
            )

    def terms(self, lab: str, learners: Iterable[str]) -> dict[str, Terms]:
        """Return what holds for each of some people in a lab."""
        with self._reading() as connection:
            known = agreed(connection, [lab])[lab]
        return {learner: known.terms(learner) for learner in learners}


class Agreed:
    """All that holds for one lab at a moment.

    Parameters
    ----------
    lab
        Which.
    terms
        What was said of it last.
    given
        The extensions that hold in it.
    groups
        All groups.
    """

    def __init__(self, lab: str, terms: Terms, given: Iterable[Extended], groups: Collection[Group]) -> None:
        self._lab, self._terms, self._groups = lab, terms, groups
        self._given = {(one.kind, one.name): Extension(one.until, one.attempts) for one in given}

    def team(self, learner: str) -> Group | None:
        """Return the group that somebody submits this lab with."""
        return next((g for g in self._groups if learner in g.members and g.submits_together(self._lab)), None)

    def together(self, learner: str) -> tuple[str, ...]:
        """Return everybody who submits this lab with somebody, that person included."""
        team = self.team(learner)
        return team.members if team else (learner,)

    def terms(self, learner: str) -> Terms:
        """Return what holds for somebody; for a group that submits together, the best of its members'."""
        return widest([self._own(one) for one in self.together(learner)])

    def used(self, learner: str, handed_in: Mapping[str, int]) -> int:
        """Return how many attempts somebody has used: of a group that submits together, the most of any.

        Parameters
        ----------
        learner
            Who.
        handed_in
            How often each person has a share in a submission of this lab.
        """
        return max(handed_in.get(one, 0) for one in self.together(learner))

    def _own(self, learner: str) -> Terms:
        names = [("learner", learner), *(("group", g.name) for g in self._groups if learner in g.members)]
        return extended(self._terms, [self._given[name] for name in names if name in self._given])


def agreed(connection: Connection, labs: Collection[str]) -> dict[str, Agreed]:
    """Return what holds for some labs, read at once.

    Parameters
    ----------
    connection
        A transaction, or a connection that only reads.
    labs
        Which.
    """
    of_labs = sa.select(deadlines).where(deadlines.c.lab.in_(labs)).order_by(deadlines.c.number)
    said = {row.lab: _as_deadline(row).terms for row in connection.execute(of_labs)}
    given: dict[str, list[Extended]] = {lab: [] for lab in labs}
    for one in _holding(_extensions(connection, labs)):
        given[one.lab].append(one)
    groups = _groups(connection).values()
    return {lab: Agreed(lab, said.get(lab, Terms()), given[lab], groups) for lab in labs}


def _N(table: sa.Table) -> sa.Column[Any]:
    return table.c.number


def _deadline(connection: Connection, lab: str) -> Deadline | None:
    query = sa.select(deadlines).where(deadlines.c.lab == lab).order_by(deadlines.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return _as_deadline(row) if row else None


def _as_deadline(row: sa.Row[Any]) -> Deadline:
    terms = Terms(row.due_at, row.zone, row.grace_seconds, row.late, row.percent_per_day, row.attempts)
    return Deadline(row.number, row.lab, terms, row.set_by, row.set_at)


def _extensions(connection: Connection, labs: Collection[str] | None) -> list[Extended]:
    query = sa.select(extensions).order_by(extensions.c.number)
    if labs is not None:
        query = query.where(extensions.c.lab.in_(labs))
    return [Extended(**row._mapping) for row in connection.execute(query)]


def _holding(rows: Iterable[Extended]) -> list[Extended]:
    last = {(row.lab, row.kind, row.name): row for row in rows}
    return [row for row in last.values() if row.until is not None or row.attempts]


def _groups(connection: Connection) -> dict[str, Group]:
    rows = map(_as_group, connection.execute(sa.select(groups).order_by(groups.c.number)))
    return {name: row for name, row in {row.name: row for row in rows}.items() if row.members}


def _as_group(row: sa.Row[Any]) -> Group:
    return Group(row.number, row.name, tuple(row.members), tuple(row.together), row.set_by, row.set_at)
