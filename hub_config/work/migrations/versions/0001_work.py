"""Trees of files, what was handed out and in, feedback, deadlines, extensions, groups."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "work_trees",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("files", sa.JSON, nullable=False),
    )
    op.create_table(
        "work_tree_parts",
        sa.Column(
            "digest",
            sa.String(64),
            sa.ForeignKey("work_trees.digest", name="work_tree_parts_tree"),
            primary_key=True,
        ),
        sa.Column("part", sa.String(64), primary_key=True),
    )
    op.create_index("work_tree_parts_part", "work_tree_parts", ["part"])
    op.create_table(
        "work_uploads",
        sa.Column("learner", sa.String(255), primary_key=True),
        sa.Column("part", sa.String(64), primary_key=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("work_uploads_part", "work_uploads", ["part"])
    op.create_table(
        "work_releases",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lab", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), sa.ForeignKey("work_trees.digest", name="work_releases_tree")),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("from_folder", sa.Boolean, nullable=False),
    )
    op.create_index("work_releases_lab", "work_releases", ["lab"])
    op.create_table(
        "work_submissions",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lab", sa.String(128), nullable=False),
        sa.Column("sent_by", sa.String(255), nullable=False),
        sa.Column("team", sa.String(64)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column(
            "digest",
            sa.String(64),
            sa.ForeignKey("work_trees.digest", name="work_submissions_tree"),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("late_seconds", sa.Integer, nullable=False),
        sa.Column("penalty_percent", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.UniqueConstraint("sent_by", "key", name="work_submissions_key"),
    )
    op.create_index("work_submissions_lab", "work_submissions", ["lab"])
    op.create_table(
        "work_shares",
        sa.Column(
            "sequence",
            sa.Integer,
            sa.ForeignKey("work_submissions.sequence", name="work_shares_submission"),
            primary_key=True,
        ),
        sa.Column("learner", sa.String(255), primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("delivered", sa.Boolean, nullable=False),
    )
    op.create_index("work_shares_learner", "work_shares", ["learner"])
    op.create_index("work_shares_delivered", "work_shares", ["delivered"])
    op.create_table(
        "work_feedback",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "sequence",
            sa.Integer,
            sa.ForeignKey("work_submissions.sequence", name="work_feedback_submission"),
            nullable=False,
        ),
        sa.Column("learner", sa.String(255), nullable=False),
        sa.Column(
            "digest",
            sa.String(64),
            sa.ForeignKey("work_trees.digest", name="work_feedback_tree"),
            nullable=False,
        ),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("work_feedback_sequence", "work_feedback", ["sequence", "learner"])
    op.create_table(
        "work_deadlines",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lab", sa.String(128), nullable=False),
        sa.Column("due_at", sa.DateTime),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("grace_seconds", sa.Integer, nullable=False),
        sa.Column("late", sa.String(16), nullable=False),
        sa.Column("percent_per_day", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer),
        sa.Column("set_by", sa.String(255), nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
    )
    op.create_index("work_deadlines_lab", "work_deadlines", ["lab"])
    op.create_table(
        "work_extensions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lab", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("until", sa.DateTime),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_by", sa.String(255), nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
    )
    op.create_index("work_extensions_lab", "work_extensions", ["lab"])
    op.create_table(
        "work_groups",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("members", sa.JSON, nullable=False),
        sa.Column("together", sa.JSON, nullable=False),
        sa.Column("set_by", sa.String(255), nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "work_groups",
        "work_extensions",
        "work_deadlines",
        "work_feedback",
        "work_shares",
        "work_submissions",
        "work_releases",
        "work_uploads",
        "work_tree_parts",
        "work_trees",
    ):
        op.drop_table(table)
