"""Everything of one person: to list, to hand out, to erase."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.store.database import Database
from learning_paths.tables import answers, evidence, marks, metadata, placements, profiles

ERASED = "(erased)"
"""Stands for who made or undid another learner's mark."""


class People(Database):
    """All tables by the person whom their rows are about."""

    def learners(self) -> list[str]:
        """Return who has a profile or evidence, in the order of their names."""
        query = sa.union(sa.select(profiles.c.learner), sa.select(evidence.c.learner)).order_by("learner")
        with self._reading() as connection:
            return list(connection.scalars(query))

    def everything(self, learner: str) -> dict[str, list[dict[str, Any]]]:
        """Return all rows about a person by table, in the order in which they were written."""
        with self._reading() as connection:
            return {
                name: [
                    {key: _plain(value) for key, value in row._mapping.items()}
                    for row in connection.execute(sa.select(table).where(about).order_by(table.c.id))
                ]
                for name, (table, about) in _about(learner).items()
            }

    def erase(self, learner: str) -> dict[str, int]:
        """Delete all rows about a person, and the name where it made or undid others' marks.

        In SQLite the bytes are overwritten too; PostgreSQL gives the space free for other rows.

        Returns
        -------
        dict
            How many rows went, by table; ``marks of others`` are those that lost the name.
        """

        def erase(connection: Connection) -> dict[str, int]:
            gone = {
                name: connection.execute(table.delete().where(about)).rowcount
                for name, (table, about) in _about(learner).items()
            }
            named = 0
            for column in (marks.c.made_by, marks.c.undone_by):
                change = marks.update().where(column == learner).values({column.name: ERASED})
                named += connection.execute(change).rowcount
            return {**gone, "marks of others": named}

        gone = self._write(erase)
        self.scrub(table.name for table in metadata.sorted_tables)
        return gone


def _about(learner: str) -> dict[str, tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Return each table that speaks of people with its rows about one, those that refer to others first."""
    tests = sa.select(placements.c.id).where(placements.c.learner == learner)
    found = {"answers": (answers, answers.c.placement_id.in_(tests))}
    for table in metadata.sorted_tables:
        if "learner" in table.c:
            found[table.name] = (table, table.c.learner == learner)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
