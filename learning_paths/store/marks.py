"""Pins, skips and test-outs: a log in which nothing is deleted."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.errors import StoreError
from learning_paths.store.database import Database
from learning_paths.store.records import Mark
from learning_paths.tables import marks


class MarkTable(Database):
    """What people said about units of a plan."""

    def add_mark(
        self,
        learner: str,
        unit: str,
        kind: str,
        reason: str,
        made_by: str,
        now: datetime,
        may_undo: Callable[[Mark], None] = lambda mark: None,
    ) -> Mark:
        """Keep a mark in place of the one that holds on the unit, all in one transaction.

        Where one of the same kind holds already, that one is returned.

        Parameters
        ----------
        may_undo
            Raises where the mark that holds must stay; nothing is changed then.
        """
        held = (marks.c.learner == learner) & (marks.c.unit == unit) & marks.c.undone_at.is_(None)
        values = {
            "learner": learner,
            "unit": unit,
            "kind": kind,
            "reason": reason,
            "made_by": made_by,
            "made_at": now,
        }

        def add(connection: Connection) -> Mark:
            row = connection.execute(sa.select(marks).where(held)).first()
            if row is not None:
                found = Mark(**row._mapping)
                if found.kind == kind:
                    return found
                may_undo(found)
                undone = {"undone_at": now, "undone_by": made_by}
                connection.execute(marks.update().where(marks.c.id == found.id).values(undone))
            made = connection.execute(marks.insert().values(values))
            return Mark(id=made.inserted_primary_key[0], **values, undone_at=None, undone_by=None)

        return self._write(add)

    def undo_mark(self, mark_id: int, undone_by: str, now: datetime) -> Mark:
        """Let a mark hold no longer; one that was undone stays as it is.

        Raises
        ------
        StoreError
            When there is no such mark.
        """
        this = marks.c.id == mark_id

        def undo(connection: Connection) -> Mark:
            connection.execute(
                marks.update()
                .where(this, marks.c.undone_at.is_(None))
                .values(undone_at=now, undone_by=undone_by)
            )
            row = connection.execute(sa.select(marks).where(this)).first()
            if row is None:
                raise StoreError("no-kept-mark", number=mark_id)
            return Mark(**row._mapping)

        return self._write(undo)

    def marks(self, learner: str, *, history: bool = False) -> list[Mark]:
        """Return the marks that hold, oldest first; with ``history`` those that were undone too."""
        query = sa.select(marks).where(marks.c.learner == learner).order_by(marks.c.id)
        if not history:
            query = query.where(marks.c.undone_at.is_(None))
        with self._reading() as connection:
            return [Mark(**row._mapping) for row in connection.execute(query)]
