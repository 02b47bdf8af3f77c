"""Placement tests: what was asked, and what was answered once and for all."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.errors import StoreError
from learning_paths.store.database import Database
from learning_paths.store.records import Answer, Placement
from learning_paths.tables import answers, placements


class PlacementTables(Database):
    """At most one placement of a learner is open, and an answer never changes."""

    def start_placement(self, learner: str, seed: int, now: datetime) -> Placement:
        """Begin a learner's next placement; one that is open goes on instead, with its own seed."""

        def start(connection: Connection) -> Placement:
            known = _placements(connection, learner)
            if known and known[-1].ended_at is None:
                return known[-1]
            number = len(known) + 1
            made = connection.execute(
                placements.insert().values(learner=learner, number=number, seed=seed, started_at=now)
            )
            return Placement(made.inserted_primary_key[0], learner, number, seed, now, None, None)

        return self._write(start)

    def placements(self, learner: str | None = None) -> list[Placement]:
        """Return a learner's placements, or everybody's, oldest first; only a last one can be open."""
        with self._reading() as connection:
            return _placements(connection, learner)

    def end_placement(self, placement_id: int, summary: dict[str, Any], now: datetime) -> Placement:
        """Close a placement with what it found; one that is closed stays as it is.

        Raises
        ------
        StoreError
            When there is no such placement.
        """
        this = placements.c.id == placement_id

        def end(connection: Connection) -> Placement:
            open_ = this & placements.c.ended_at.is_(None)
            connection.execute(placements.update().where(open_).values(ended_at=now, summary=summary))
            row = connection.execute(sa.select(placements).where(this)).first()
            if row is None:
                raise StoreError("no-kept-placement", number=placement_id)
            return Placement(**row._mapping)

        return self._write(end)

    def ask(
        self,
        placement_id: int,
        position: int,
        *,
        item: str,
        item_version: str,
        variant: int,
        competency: str,
        level: str,
        now: datetime,
    ) -> Answer:
        """Keep a question before it is shown; what was asked at this place before is returned instead.

        Raises
        ------
        StoreError
            When there is no such placement, or it has ended.
        """

        def ask(connection: Connection) -> Answer:
            known = _answer(connection, placement_id, position)
            if known is not None:
                return known
            open_ = (placements.c.id == placement_id) & placements.c.ended_at.is_(None)
            if connection.scalar(sa.select(placements.c.id).where(open_).with_for_update()) is None:
                raise StoreError("placement-ended", number=placement_id)
            question = Answer(
                placement_id=placement_id,
                position=position,
                item=item,
                item_version=item_version,
                variant=variant,
                competency=competency,
                level=level,
                answer=None,
                correct=None,
                seconds=None,
                asked_at=now,
                answered_at=None,
            )
            connection.execute(
                answers.insert().values({name: getattr(question, name) for name in Answer.__slots__})
            )
            return question

        return self._write(ask)

    def answer(
        self,
        placement_id: int,
        position: int,
        answer: Any,
        correct: bool,
        now: datetime,
        seconds: float | None = None,
    ) -> Answer:
        """Keep the answer to a question, None for "I don't know"; the first answer is the one that stays.

        Raises
        ------
        StoreError
            When that question was not asked.
        """
        this = (answers.c.placement_id == placement_id) & (answers.c.position == position)

        def keep(connection: Connection) -> Answer:
            connection.execute(
                answers.update()
                .where(this, answers.c.answered_at.is_(None))
                .values(answer=answer, correct=correct, seconds=seconds, answered_at=now)
            )
            kept = _answer(connection, placement_id, position)
            if kept is None:
                raise StoreError("no-question", number=placement_id, position=position)
            return kept

        return self._write(keep)

    def answers(self, placement_id: int | None = None, *, item: str | None = None) -> list[Answer]:
        """Return questions with their answers, in the order of placements and positions.

        Parameters
        ----------
        placement_id, item
            Only those of one placement, only those of one item.
        """
        query = sa.select(answers).order_by(answers.c.placement_id, answers.c.position)
        if placement_id is not None:
            query = query.where(answers.c.placement_id == placement_id)
        if item is not None:
            query = query.where(answers.c.item == item)
        with self._reading() as connection:
            return [_read(row) for row in connection.execute(query)]

    def times_asked(self) -> dict[str, int]:
        """Return how often each item was asked, of anybody."""
        query = sa.select(answers.c.item, sa.func.count()).group_by(answers.c.item)
        with self._reading() as connection:
            return {item: count for item, count in connection.execute(query)}


def _placements(connection: Connection, learner: str | None) -> list[Placement]:
    query = sa.select(placements).order_by(placements.c.learner, placements.c.number)
    if learner is not None:
        query = query.where(placements.c.learner == learner)
    return [Placement(**row._mapping) for row in connection.execute(query)]


def _answer(connection: Connection, placement_id: int, position: int) -> Answer | None:
    this = (answers.c.placement_id == placement_id) & (answers.c.position == position)
    row = connection.execute(sa.select(answers).where(this)).first()
    return _read(row) if row else None


def _read(row: sa.Row[Any]) -> Answer:
    return Answer(**{name: getattr(row, name) for name in Answer.__slots__})
