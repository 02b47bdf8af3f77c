"""Hints that learners asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hints",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column("lab", sa.String(255), nullable=False),
        sa.Column("task", sa.String(128), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("learner", "lab", "task", "number", name="hints_number"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("hints")
