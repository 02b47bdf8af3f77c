"""Evidence: one row a piece of work, a new revision where its grade changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.store.database import Database
from learning_paths.store.records import Evidence
from learning_paths.tables import evidence

AT_ONCE = 200
"""Learners asked for in one query."""


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
        with self.engine.connect() as connection:
            if not _revisions(connection, given):  # mostly so: a plan was asked for and no grade is new
                return 0

        def add(connection: Connection) -> int:
            if connection.dialect.name == "postgresql":
                # one writer at a time, as in SQLite: who has seen a row has seen all rows with smaller ids
                connection.exec_driver_sql("LOCK TABLE evidence IN SHARE ROW EXCLUSIVE MODE")
            fresh = _revisions(connection, given)
            if fresh:
                connection.execute(evidence.insert(), [_values(row, now) for row in fresh])
            return len(fresh)

        return self._write(add)

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
        with self.engine.connect() as connection:
            rows = [_evidence(row) for row in connection.execute(query)]
        return rows if history else list({(row.source, row.key): row for row in rows}.values())


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


def _values(row: Evidence, now: datetime) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in Evidence.__slots__ if name != "id"}
    return {**values, "proves": list(row.proves) or None, "recorded_at": now}


def _evidence(row: sa.Row[Any]) -> Evidence:
    values = {name: getattr(row, name) for name in Evidence.__slots__}
    return Evidence(**{**values, "proves": tuple(row.proves or ())})
