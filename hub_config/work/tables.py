"""The exchange's tables, as the newest migration leaves them: what was said or sent is never changed."""

import sqlalchemy as sa

from learning_paths.tables import Moment

metadata = sa.MetaData()

trees = sa.Table(
    "work_trees",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("files", sa.JSON, nullable=False),
)

tree_parts = sa.Table(
    "work_tree_parts",
    metadata,
    sa.Column(
        "digest",
        sa.String(64),
        sa.ForeignKey("work_trees.digest", name="work_tree_parts_tree"),
        primary_key=True,
    ),
    sa.Column("part", sa.String(64), primary_key=True),
    sa.Index("work_tree_parts_part", "part"),
)

uploads = sa.Table(
    "work_uploads",
    metadata,
    sa.Column("learner", sa.String(255), primary_key=True),
    sa.Column("part", sa.String(64), primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("work_uploads_part", "part"),
)

releases = sa.Table(
    "work_releases",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("lab", sa.String(128), nullable=False),
    sa.Column("digest", sa.String(64), sa.ForeignKey("work_trees.digest", name="work_releases_tree")),
    sa.Column("made_by", sa.String(255), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("from_folder", sa.Boolean, nullable=False),
    sa.Index("work_releases_lab", "lab"),
)

submissions = sa.Table(
    "work_submissions",
    metadata,
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
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("late_seconds", sa.Integer, nullable=False),
    sa.Column("penalty_percent", sa.Integer, nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
    sa.UniqueConstraint("sent_by", "key", name="work_submissions_key"),
    sa.Index("work_submissions_lab", "lab"),
)

shares = sa.Table(
    "work_shares",
    metadata,
    sa.Column(
        "sequence",
        sa.Integer,
        sa.ForeignKey("work_submissions.sequence", name="work_shares_submission"),
        primary_key=True,
    ),
    sa.Column("learner", sa.String(255), primary_key=True),
    sa.Column("secret", sa.String(64), nullable=False),
    sa.Column("delivered", sa.Boolean, nullable=False),
    sa.Index("work_shares_learner", "learner"),
    sa.Index("work_shares_delivered", "delivered"),
)

feedback = sa.Table(
    "work_feedback",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column(
        "sequence",
        sa.Integer,
        sa.ForeignKey("work_submissions.sequence", name="work_feedback_submission"),
        nullable=False,
    ),
    sa.Column("learner", sa.String(255), nullable=False),
    sa.Column(
        "digest", sa.String(64), sa.ForeignKey("work_trees.digest", name="work_feedback_tree"), nullable=False
    ),
    sa.Column("made_by", sa.String(255), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Index("work_feedback_sequence", "sequence", "learner"),
)

deadlines = sa.Table(
    "work_deadlines",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("lab", sa.String(128), nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("grace_seconds", sa.Integer, nullable=False),
    sa.Column("late", sa.String(16), nullable=False),
    sa.Column("percent_per_day", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer),
    sa.Column("set_by", sa.String(255), nullable=False),
    sa.Column("set_at", Moment, nullable=False),
    sa.Index("work_deadlines_lab", "lab"),
)

extensions = sa.Table(
    "work_extensions",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("lab", sa.String(128), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("until", Moment),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("set_by", sa.String(255), nullable=False),
    sa.Column("set_at", Moment, nullable=False),
    sa.Index("work_extensions_lab", "lab"),
)

groups = sa.Table(
    "work_groups",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("members", sa.JSON, nullable=False),
    sa.Column("together", sa.JSON, nullable=False),
    sa.Column("set_by", sa.String(255), nullable=False),
    sa.Column("set_at", Moment, nullable=False),
)
