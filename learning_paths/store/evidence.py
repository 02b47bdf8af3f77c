"""Evidence: one row a piece of work, a new revision where its grade changed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.store.database import Database
from learning_paths.store.records import Evidence
from learning_paths.tables import evidence

T = TypeVar("T")
AT_ONCE = 200
"""Learners or keys asked for in one query."""


class EvidenceTable(Database):
    """What was graded; no row is overwritten."""

    def add_evidence(self, rows: Iterable[Evidence], now: datetime) -> int:
        """Keep what is new: an unknown key, or a grade that differs from the last revision of its key.

        Returns
        -------
        int
            How many revisions were added; 0 when everything was known.
        """
        given = list(rows)
        if not self.new_evidence(given):  # mostly so: a plan was asked for and no grade is new
            return 0

        def add(connection: Connection) -> int:
            _one_writer(connection)
            fresh = _revisions(connection, given)
            if fresh:
                values = [_values(replace(row, recorded_at=now)) for row in fresh]
                connection.execute(evidence.insert(), values)
            return len(fresh)

        return self._write(add)

    def evidence_with_keys(self, source: str, keys: Iterable[str]) -> list[Evidence]:
        """Return the last revisions of pieces of work of a source, whoever did them."""
        wanted, found = sorted(set(keys)), {}
        with self._reading() as connection:
            for start in range(0, len(wanted), AT_ONCE):
                query = sa.select(evidence).where(
                    evidence.c.source == source, evidence.c.key.in_(wanted[start : start + AT_ONCE])
                )
                for row in connection.execute(query.order_by(evidence.c.id)):
                    found[row.learner, row.key] = _evidence(row)
        return list(found.values())

    def new_evidence(self, rows: Iterable[Evidence]) -> list[Evidence]:
        """Return what `add_evidence` would keep of some rows, with the revisions they would be."""
        with self._reading() as connection:
            return _revisions(connection, list(rows))

    def replace_evidence(
        self, learner: str, rebuild: Callable[[list[Evidence]], tuple[list[Evidence] | None, T]]
    ) -> T:
        """Delete a learner's rows and write others in their place, each with its id, in one transaction.

        Parameters
        ----------
        learner
            The hub's name.
        rebuild
            Gets all revisions, oldest first, and returns what they are to be, None to leave them, and
            what to hand back. May be called again when another writer came between.
        """

        def change(connection: Connection) -> T:
            _one_writer(connection)
            query = sa.select(evidence).where(evidence.c.learner == learner).order_by(evidence.c.id)
            rows, result = rebuild([_evidence(row) for row in connection.execute(query)])
            if rows:
                connection.execute(evidence.delete().where(evidence.c.learner == learner))
                connection.execute(evidence.insert(), [{**_values(row), "id": row.id} for row in rows])
            return result

        return self._write(change)

    def evidence(self, learner: str, *, up_to: int | None = None, history: bool = False) -> list[Evidence]:
        """Return a learner's evidence, oldest first.

        Parameters
        ----------
        learner
            The hub's name.
        up_to
            Only revisions with an id up to this one: the evidence as it was known then.
        history
            All revisions instead of the last of each key.
        """
        query = sa.select(evidence).where(evidence.c.learner == learner).order_by(evidence.c.id)
        if up_to is not None:
            query = query.where(evidence.c.id <= up_to)
        with self._reading() as connection:
            rows = [_evidence(row) for row in connection.execute(query)]
        return rows if history else last_revisions(rows)


def last_revisions(rows: Iterable[Evidence]) -> list[Evidence]:
    """Return the last revision of each piece of work of one learner's rows, oldest first."""
    return list({(row.source, row.key): row for row in rows}.values())


def _revisions(connection: Connection, given: Sequence[Evidence]) -> list[Evidence]:
    """Return those rows that say something new, each with its revision."""
    learners = list(dict.fromkeys(row.learner for row in given))
    last: dict[tuple[str, str, str], Evidence] = {}
    for start in range(0, len(learners), AT_ONCE):
        query = sa.select(evidence).where(evidence.c.learner.in_(learners[start : start + AT_ONCE]))
        for found in connection.execute(query.order_by(evidence.c.id)):
            last[found.learner, found.source, found.key] = _evidence(found)
    fresh = []
    for row in given:
        place = (row.learner, row.source, row.key)
        known = last.get(place)
        if known is None or not known.same_grade(row):
            last[place] = replace(row, revision=known.revision + 1 if known else 1)
            fresh.append(last[place])
    return fresh


def _one_writer(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # as in SQLite: who has seen a row has seen all rows with smaller ids
        connection.exec_driver_sql("LOCK TABLE evidence IN SHARE ROW EXCLUSIVE MODE")


def _values(row: Evidence) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in Evidence.__slots__ if name != "id"}
    return {**values, "proves": list(row.proves) or None}


def _evidence(row: sa.Row[Any]) -> Evidence:
    values = {name: getattr(row, name) for name in Evidence.__slots__}
    return Evidence(**{**values, "proves": tuple(row.proves or ())})
