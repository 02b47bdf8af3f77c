"""Hints that learners asked for, each kept once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.store.database import Database
from learning_paths.tables import hints


class HintTable(Database):
    """Which hints learners asked for, and when."""

    def add_hint(self, learner: str, lab: str, task: str, number: int, now: datetime) -> int:
        """Keep that a hint was asked for, if it is the next one of its task.

        Returns
        -------
        int
            How many hints of the task were asked for so far; less than `number` where it was not kept
            because it comes too soon.
        """
        same = (hints.c.learner == learner, hints.c.lab == lab, hints.c.task == task)
        values = {"learner": learner, "lab": lab, "task": task, "number": number, "asked_at": now}

        def add(connection: Connection) -> int:
            last = connection.scalar(sa.select(sa.func.max(hints.c.number)).where(*same)) or 0
            if number != last + 1:
                return last
            connection.execute(hints.insert().values(values))
            return number

        return self._write(add)

    def hints(self, learner: str) -> dict[str, dict[str, int]]:
        """Return how many hints a learner asked for, by lab and task."""
        query = sa.select(hints.c.lab, hints.c.task, sa.func.max(hints.c.number))
        found: dict[str, dict[str, int]] = {}
        with self._reading() as connection:
            for lab, task, last in connection.execute(
                query.where(hints.c.learner == learner).group_by(hints.c.lab, hints.c.task)
            ):
                found.setdefault(lab, {})[task] = last
        return found
