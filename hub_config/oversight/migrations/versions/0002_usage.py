"""How much each person's server ran, summed a day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "usage_days",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column(
            "person",
            sa.Integer,
            sa.ForeignKey("audit_people.key", name="usage_days_person"),
            primary_key=True,
        ),
        sa.Column("running", sa.Float, nullable=False),
        sa.Column("active", sa.Float, nullable=False),
        sa.Column("gpu", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("usage_days")
