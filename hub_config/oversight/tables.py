"""The tables of what was done in an academy, as the newest migration leaves them.

A row of the trail names people by a number alone. Whose number it is stands in a table of its own, where a
name can be taken out later; what a row says stays as it was, and so does the chain of hashes over all rows.
"""

import sqlalchemy as sa

from learning_paths.tables import Moment

metadata = sa.MetaData()

people = sa.Table(
    "audit_people",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(255), unique=True),
    sa.Column("salt", sa.String(64)),
    sa.Column("seal", sa.String(64), nullable=False),
)

rows = sa.Table(
    "audit_rows",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.ForeignKey("audit_people.key", name="audit_rows_actor"), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("object", sa.String(255), nullable=False),
    sa.Column("about", sa.ForeignKey("audit_people.key", name="audit_rows_about")),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("after", sa.JSON(none_as_null=True)),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Index("audit_rows_actor", "actor"),
    sa.Index("audit_rows_about", "about"),
    sa.Index("audit_rows_at", "at"),
    sa.Index("audit_rows_action", "action", "object"),
)

known = sa.Table(
    "audit_known",
    metadata,
    sa.Column("kind", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("about", sa.ForeignKey("audit_people.key", name="audit_known_about")),
    sa.Column("value", sa.JSON, nullable=False),
)

usage_days = sa.Table(
    "usage_days",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("person", sa.ForeignKey("audit_people.key", name="usage_days_person"), primary_key=True),
    sa.Column("running", sa.Float, nullable=False),
    sa.Column("active", sa.Float, nullable=False),
    sa.Column("gpu", sa.Float, nullable=False),
)

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_rows_stay BEFORE UPDATE ON audit_rows"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        "CREATE TRIGGER audit_rows_remain BEFORE DELETE ON audit_rows"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_rows_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
        "CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit_rows"
        " FOR EACH ROW EXECUTE FUNCTION audit_rows_refuse()",
        "CREATE TRIGGER audit_rows_remain BEFORE TRUNCATE ON audit_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_rows_refuse()",
    ),
}
"""What keeps the rows as they are, by kind of database."""

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:  # a restored backup is made from these tables, without migrations
        sa.event.listen(rows, "after_create", sa.DDL(_statement).execute_if(dialect=_dialect))
