"""What learners said and were shown: profiles, predictions, plans."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.store.database import Database
from learning_paths.store.records import Prediction, Profile, Snapshot
from learning_paths.tables import plans, predictions, profiles


class HistoryTables(Database):
    """Profiles get a new version, predictions and plans a new row; nothing is overwritten."""

    def save_profile(self, learner: str, data: dict[str, Any], now: datetime) -> Profile:
        """Keep a profile as a new version; unchanged data keep their version."""

        def save(connection: Connection) -> Profile:
            last = _last_profile(connection, learner)
            if last is not None and last.data == data:
                return last
            version = last.version + 1 if last else 1
            connection.execute(
                profiles.insert().values(learner=learner, version=version, data=data, saved_at=now)
            )
            return Profile(version, data, now)

        return self._write(save)

    def profile(self, learner: str) -> Profile | None:
        """Return the newest version of a profile."""
        with self._reading() as connection:
            return _last_profile(connection, learner)

    def add_prediction(
        self, learner: str, course: str, checkpoint: str, answer: Any, correct: bool, now: datetime
    ) -> Prediction:
        """Keep an answer behind those that were given before."""
        same = (
            predictions.c.learner == learner,
            predictions.c.course == course,
            predictions.c.checkpoint == checkpoint,
        )

        def add(connection: Connection) -> Prediction:
            number = 1 + (connection.scalar(sa.select(sa.func.max(predictions.c.number)).where(*same)) or 0)
            connection.execute(
                predictions.insert().values(
                    learner=learner,
                    course=course,
                    checkpoint=checkpoint,
                    number=number,
                    answer=answer,
                    correct=correct,
                    answered_at=now,
                )
            )
            return Prediction(course, checkpoint, number, answer, correct, now)

        return self._write(add)

    def predictions(
        self, learner: str, course: str | None = None, checkpoint: str | None = None
    ) -> list[Prediction]:
        """Return a learner's answers, oldest first."""
        query = sa.select(predictions).where(predictions.c.learner == learner).order_by(predictions.c.id)
        if course is not None:
            query = query.where(predictions.c.course == course)
        if checkpoint is not None:
            query = query.where(predictions.c.checkpoint == checkpoint)
        with self._reading() as connection:
            return [
                Prediction(row.course, row.checkpoint, row.number, row.answer, row.correct, row.answered_at)
                for row in connection.execute(query)
            ]

    def add_plan(
        self, learner: str, profile_version: int, evidence_id: int, plan: dict[str, Any], now: datetime
    ) -> Snapshot:
        """Keep a plan as it is shown."""
        made = plans.insert().values(
            learner=learner,
            profile_version=profile_version,
            evidence_id=evidence_id,
            made_at=now,
            plan=plan,
        )
        number = self._write(lambda connection: connection.execute(made).inserted_primary_key[0])
        return Snapshot(number, profile_version, evidence_id, now, plan)

    def last_plans(self, learner: str, count: int = 2) -> Sequence[Snapshot]:
        """Return the newest plans, newest first."""
        query = sa.select(plans).where(plans.c.learner == learner).order_by(plans.c.id.desc()).limit(count)
        with self._reading() as connection:
            return [
                Snapshot(row.id, row.profile_version, row.evidence_id, row.made_at, row.plan)
                for row in connection.execute(query)
            ]


def _last_profile(connection: Connection, learner: str) -> Profile | None:
    row = connection.execute(
        sa.select(profiles).where(profiles.c.learner == learner).order_by(profiles.c.version.desc()).limit(1)
    ).first()
    return Profile(row.version, row.data, row.saved_at) if row else None
