"""One mark holds on a unit at a time, whatever its kind."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HELD = sa.text("undone_at IS NULL")


def upgrade() -> None:
    """Let the last mark of each unit hold and end those before it; hold the table to that."""
    marks = sa.table(
        "marks",
        *map(sa.column, ("id", "learner", "unit", "made_by")),
        sa.column("made_at", sa.DateTime),
        sa.column("undone_at", sa.DateTime),
        sa.column("undone_by"),
    )
    connection = op.get_bind()
    last: dict[tuple[str, str], sa.Row] = {}
    rows = sa.select(marks).where(marks.c.undone_at.is_(None)).order_by(marks.c.id.desc())
    for row in connection.execute(rows).all():
        later = last.setdefault((row.learner, row.unit), row)
        if later is not row:
            ended = {"undone_at": later.made_at, "undone_by": later.made_by}
            connection.execute(marks.update().where(marks.c.id == row.id).values(ended))
    _index(["learner", "unit"])


def downgrade() -> None:
    """Hold the table to one mark of a kind, as before."""
    _index(["learner", "unit", "kind"])


def _index(columns: list[str]) -> None:
    op.drop_index("marks_held", "marks")
    op.create_index("marks_held", "marks", columns, unique=True, sqlite_where=HELD, postgresql_where=HELD)
