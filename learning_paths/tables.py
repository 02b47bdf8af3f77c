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
    sa.Column("proves", sa.JSON(none_as_null=True)),
    sa.Column("recorded_at", Moment, nullable=False),
    sa.UniqueConstraint("learner", "source", "key", "revision", name="evidence_key_revision"),
    sa.Index("evidence_key", "source", "key"),
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

placements = sa.Table(
    "placements",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("summary", sa.JSON(none_as_null=True)),
    sa.UniqueConstraint("learner", "number", name="placements_number"),
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("placement_id", sa.ForeignKey("placements.id", name="answers_placement"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("item", sa.String(255), nullable=False),
    sa.Column("item_version", sa.String(64), nullable=False),
    sa.Column("variant", sa.BigInteger, nullable=False),
    sa.Column("competency", sa.String(128), nullable=False),
    sa.Column("level", sa.String(1), nullable=False),
    sa.Column("answer", sa.JSON(none_as_null=True)),
    sa.Column("correct", sa.Boolean),
    sa.Column("seconds", sa.Float),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("answered_at", Moment),
    sa.UniqueConstraint("placement_id", "position", name="answers_position"),
    sa.Index("answers_item", "item"),
)

marks = sa.Table(
    "marks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column("unit", sa.String(255), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.String(255), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("undone_at", Moment),
    sa.Column("undone_by", sa.String(255)),
    sa.Index("marks_learner", "learner"),
)
sa.Index(
    "marks_held",
    marks.c.learner,
    marks.c.unit,
    unique=True,
    sqlite_where=marks.c.undone_at.is_(None),
    postgresql_where=marks.c.undone_at.is_(None),
)

hints = sa.Table(
    "hints",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column("lab", sa.String(255), nullable=False),
    sa.Column("task", sa.String(128), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.UniqueConstraint("learner", "lab", "task", "number", name="hints_number"),
)

models = sa.Table(
    "models",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("card", sa.JSON, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)
sa.Index(
    "models_active",
    models.c.kind,
    unique=True,
    sqlite_where=models.c.active.is_(True),
    postgresql_where=models.c.active.is_(True),
)
