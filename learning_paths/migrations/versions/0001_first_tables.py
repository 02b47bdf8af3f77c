"""Profiles, evidence, predictions, plans."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "profiles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("learner", "version", name="profiles_learner_version"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("lab", sa.String(128), nullable=False),
        sa.Column("task", sa.String(128), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("points", sa.Float, nullable=False),
        sa.Column("tried_at", sa.DateTime, nullable=False),
        sa.Column("late_seconds", sa.Float, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("learner", "source", "key", "revision", name="evidence_key_revision"),
    )
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column("course", sa.String(128), nullable=False),
        sa.Column("checkpoint", sa.String(128), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("answered_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("learner", "course", "checkpoint", "number", name="predictions_number"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column("profile_version", sa.Integer, nullable=False),
        sa.Column("evidence_id", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
    )
    op.create_index("plans_learner", "plans", ["learner", "id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("plans", "predictions", "evidence", "profiles"):
        op.drop_table(table)
