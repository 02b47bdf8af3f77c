"""The store's tables, as the newest migration leaves them."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


class Moment(sa.types.TypeDecorator[datetime]):
    """A point in time, kept as naive UTC and read back with its zone, the same in SQLite and PostgreSQL."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Drop the zone after turning to UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Put UTC back."""
        return None if value is None else value.replace(tzinfo=UTC)


profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
    sa.UniqueConstraint("learner", "version", name="profiles_learner_version"),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("key", sa.String(255), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("lab", sa.String(128), nullable=False),
    sa.Column("task", sa.String(128), nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("tried_at", Moment, nullable=False),
    sa.Column("late_seconds", sa.Float, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("recorded_at", Moment, nullable=False),
    sa.UniqueConstraint("learner", "source", "key", "revision", name="evidence_key_revision"),
)

predictions = sa.Table(
    "predictions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column("course", sa.String(128), nullable=False),
    sa.Column("checkpoint", sa.String(128), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
    sa.Column("correct", sa.Boolean, nullable=False),
    sa.Column("answered_at", Moment, nullable=False),
    sa.UniqueConstraint("learner", "course", "checkpoint", "number", name="predictions_number"),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column("profile_version", sa.Integer, nullable=False),
    sa.Column("evidence_id", sa.Integer, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Index("plans_learner", "learner", "id"),
)
