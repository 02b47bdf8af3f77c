"""Placements with their answers, marks, models; what evidence from elsewhere speaks for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make four tables and give evidence a column."""
    op.add_column("evidence", sa.Column("proves", sa.JSON))
    op.create_index("evidence_key", "evidence", ["source", "key"])
    op.create_table(
        "placements",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("summary", sa.JSON),
        sa.UniqueConstraint("learner", "number", name="placements_number"),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("placement_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("item", sa.String(255), nullable=False),
        sa.Column("item_version", sa.String(64), nullable=False),
        sa.Column("variant", sa.BigInteger, nullable=False),
        sa.Column("competency", sa.String(128), nullable=False),
        sa.Column("level", sa.String(1), nullable=False),
        sa.Column("answer", sa.JSON),
        sa.Column("correct", sa.Boolean),
        sa.Column("seconds", sa.Float),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("answered_at", sa.DateTime),
        sa.UniqueConstraint("placement_id", "position", name="answers_position"),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name="answers_placement"),
    )
    op.create_index("answers_item", "answers", ["item"])
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column("unit", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("undone_at", sa.DateTime),
        sa.Column("undone_by", sa.String(255)),
    )
    op.create_index("marks_learner", "marks", ["learner"])
    held = sa.text("undone_at IS NULL")
    op.create_index(
        "marks_held",
        "marks",
        ["learner", "unit", "kind"],
        unique=True,
        sqlite_where=held,
        postgresql_where=held,
    )
    op.create_table(
        "models",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    active = sa.text("active")
    op.create_index(
        "models_active", "models", ["kind"], unique=True, sqlite_where=active, postgresql_where=active
    )


def downgrade() -> None:
    """Drop them; evidence that only the column explains goes too."""
    for table in ("models", "marks", "answers", "placements"):
        op.drop_table(table)
    op.drop_index("evidence_key", "evidence")
    op.execute("DELETE FROM evidence WHERE proves IS NOT NULL")
    op.drop_column("evidence", "proves")
