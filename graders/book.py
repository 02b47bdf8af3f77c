"""Nbgrader's gradebook, opened once in a process.

Nbgrader opens its gradebook nine times for one submission, each time with a new engine, a look at the schema
and statements compiled anew. Here every opening of the same book shares one engine.
"""

from __future__ import annotations

import sys
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import Engine, event

PATIENCE = 60_000  # milliseconds that a writer waits for another


class SharedGradebook(Gradebook):
    """A gradebook whose engine and sessions belong to the process, by address."""

    _opened: dict[str, tuple[Engine, Any, set[str]]] = {}  # noqa: RUF012 - shared on purpose

    def __init__(self, db_url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
        if db_url not in self._opened:
            super().__init__(db_url, course_id, authenticator)
            if self.engine.dialect.name == "sqlite":
                self.engine.dispose()  # connections made so far know nothing of what follows
                event.listen(self.engine, "connect", _settle_sqlite)
            self._opened[db_url] = self.engine, self.db, {course_id}
            return
        self.engine, self.db, courses = self._opened[db_url]
        self.course_id, self.authenticator = course_id, authenticator
        if course_id not in courses:
            self.check_course(course_id=course_id)
            courses.add(course_id)

    def close(self) -> None:
        """End the session; the engine stays for the next opening."""
        self.db.remove()


def _settle_sqlite(connection: Any, _: Any) -> None:
    """Let readers and a writer work side by side; a killed process loses nothing that was committed."""
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", f"busy_timeout = {PATIENCE}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def share() -> None:
    """Make every part of nbgrader that is loaded in this process open its gradebook this way."""
    for name, module in list(sys.modules.items()):
        if name.startswith("nbgrader.") and getattr(module, "Gradebook", None) is Gradebook:
            module.Gradebook = SharedGradebook
