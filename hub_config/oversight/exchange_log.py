"""What the exchange's own records say of who handed out, gave back and set what, for the trail."""

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from hub_config.work.tables import deadlines, extensions, feedback, groups, releases, submissions

from .deeds import Deed

AT_ONCE = 1000


def _of_releases(connection: sa.Connection, above: int) -> Iterator[tuple[int, Deed]]:
    query = sa.select(releases).where(releases.c.number > above).order_by(releases.c.number).limit(AT_ONCE)
    for row in connection.execute(query):
        action = "lab.taken-back" if row.digest is None else "lab.released"
        yield row.number, Deed(row.made_by, action, f"lab:{row.lab}", at=row.made_at)


def _of_feedback(connection: sa.Connection, above: int) -> Iterator[tuple[int, Deed]]:
    query = (
        sa.select(feedback, submissions.c.lab)
        .join(submissions, submissions.c.sequence == feedback.c.sequence)
        .where(feedback.c.number > above)
        .order_by(feedback.c.number)
        .limit(AT_ONCE)
    )
    for row in connection.execute(query):
        yield (
            row.number,
            Deed(row.made_by, "feedback.released", f"lab:{row.lab}", row.learner, at=row.made_at),
        )


def _of_deadlines(connection: sa.Connection, above: int) -> Iterator[tuple[int, Deed]]:
    columns = [deadlines.c[name] for name in ("grace_seconds", "late", "percent_per_day", "attempts")]
    query = sa.select(
        deadlines.c.number,
        deadlines.c.lab,
        deadlines.c.due_at,
        *columns,
        deadlines.c.set_by,
        deadlines.c.set_at,
    ).order_by(deadlines.c.number)
    held: dict[str, dict[str, Any]] = {}
    for row in connection.execute(query):
        now = {column.name: getattr(row, column.name) for column in columns}
        now = {"due": row.due_at.isoformat() if row.due_at else None, **now}
        if row.number > above:
            yield (
                row.number,
                Deed(
                    row.set_by,
                    "deadline.set",
                    f"lab:{row.lab}",
                    before=held.get(row.lab),
                    after=now,
                    at=row.set_at,
                ),
            )
        held[row.lab] = now


def _of_extensions(connection: sa.Connection, above: int) -> Iterator[tuple[int, Deed]]:
    held: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in connection.execute(sa.select(extensions).order_by(extensions.c.number)):
        whose = (row.lab, row.kind, row.name)
        now: dict[str, Any] = {
            "until": row.until.isoformat() if row.until else None,
            "attempts": row.attempts,
        }
        if row.kind == "group":
            now["group"] = row.name
        if row.number > above:
            about = row.name if row.kind == "learner" else None
            said = {"before": held.get(whose), "after": now, "at": row.set_at}
            yield row.number, Deed(row.set_by, "extension.set", f"lab:{row.lab}", about, **said)
        held[whose] = now


def _of_groups(connection: sa.Connection, above: int) -> Iterator[tuple[int, Deed]]:
    held: dict[str, dict[str, Any]] = {}
    for row in connection.execute(sa.select(groups).order_by(groups.c.number)):
        now = {"members": len(row.members), "together": list(row.together)}
        if row.number > above:
            said = {"before": held.get(row.name), "after": now, "at": row.set_at}
            yield row.number, Deed(row.set_by, "group.set", f"group:{row.name}", **said)
        held[row.name] = now


PLACES: dict[str, Callable[[sa.Connection, int], Iterator[tuple[int, Deed]]]] = {
    "releases": _of_releases,
    "feedback": _of_feedback,
    "deadlines": _of_deadlines,
    "extensions": _of_extensions,
    "groups": _of_groups,
}
"""Each log by its name: given a number, yields its later rows with their numbers, in order."""
