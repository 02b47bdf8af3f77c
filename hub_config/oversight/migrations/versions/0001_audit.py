"""The audit trail: people, rows that stay, what was known last."""

import sqlalchemy as sa
from alembic import op

from hub_config.oversight.tables import APPEND_ONLY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let no row of the trail be changed or taken out."""
    op.create_table(
        "audit_people",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(255), unique=True),
        sa.Column("salt", sa.String(64)),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_rows",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column(
            "actor",
            sa.Integer,
            sa.ForeignKey("audit_people.key", name="audit_rows_actor"),
            nullable=False,
        ),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("object", sa.String(255), nullable=False),
        sa.Column("about", sa.Integer, sa.ForeignKey("audit_people.key", name="audit_rows_about")),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    for column in ("actor", "about", "at"):
        op.create_index(f"audit_rows_{column}", "audit_rows", [column])
    op.create_index("audit_rows_action", "audit_rows", ["action", "object"])
    op.create_table(
        "audit_known",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("about", sa.Integer, sa.ForeignKey("audit_people.key", name="audit_known_about")),
        sa.Column("value", sa.JSON, nullable=False),
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    raise NotImplementedError("the audit trail is never taken away; restore a backup of before")
