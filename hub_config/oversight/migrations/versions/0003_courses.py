"""Room for the course in the names of kinds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it wider; SQLite keeps to no width."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("audit_known", "kind", type_=sa.String(64), existing_nullable=False)


def downgrade() -> None:
    """Leave it: what is in it may need the room."""
