"""Where an academy's records lie, SQLite files or one PostgreSQL database: moved, backed up, restored."""
