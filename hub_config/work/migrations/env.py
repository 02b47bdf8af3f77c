"""Runs the exchange's migrations on the connection that it is given; their versions have their own table."""

from alembic import context

from hub_config.work.database import VERSIONS

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table=VERSIONS)
with context.begin_transaction():
    context.run_migrations()
