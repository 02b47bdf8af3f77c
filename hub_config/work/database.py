"""The exchange's tables, a part of the academy's database with migrations of its own, and the trees in it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from learning_paths.store.database import Database

from .tables import feedback, releases, shares, submissions, tree_parts, trees, uploads
from .trees import Tree, kept

AT_ONCE = 400
"""Values asked for in one query."""

T = TypeVar("T")


class WorkDatabase(Database):
    """The database of the exchange; see `learning_paths.store.database.Database` for what can go wrong."""

    migrations = Path(__file__).resolve().parent / "migrations"

    def _in_turn(self, change: Callable[[Connection], T], *, dry: bool = False) -> T:
        """Make a change that numbers something: one at a time, so that numbers follow each other.

        Parameters
        ----------
        change
            Makes it and returns what came of it.
        dry
            Take all of it back again: only whether it could be made, and what would come of it.
        """

        def alone(connection: Connection) -> T:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("academy-work"))))
            made = change(connection)
            if dry:
                raise _TakenBack(made)
            return made

        try:
            return self._write(alone)
        except _TakenBack as undone:
            return undone.made


class _TakenBack(Exception):
    """Ends a transaction without its changes."""

    def __init__(self, made: Any) -> None:
        self.made = made


class TreeTables(WorkDatabase):
    """Trees, and who sent which parts of files."""

    def tree(self, digest: str) -> Tree:
        """Return a tree that is there."""
        with self._reading() as connection:
            return kept(connection.scalars(sa.select(trees.c.files).where(trees.c.digest == digest)).one())

    def trees(self, digests: Iterable[str]) -> dict[str, Tree]:
        """Return trees that are there, by digest."""
        wanted, found = sorted(set(digests)), {}
        with self._reading() as connection:
            for start in range(0, len(wanted), AT_ONCE):
                query = sa.select(trees).where(trees.c.digest.in_(wanted[start : start + AT_ONCE]))
                found |= {row.digest: kept(row.files) for row in connection.execute(query)}
        return found

    def note_upload(self, learner: str, part: str, size: int, now: datetime) -> None:
        """Note that somebody sent a part."""

        def note(connection: Connection) -> None:
            this = (uploads.c.learner == learner) & (uploads.c.part == part)
            if not connection.execute(uploads.update().where(this).values(at=now)).rowcount:
                connection.execute(uploads.insert().values(learner=learner, part=part, size=size, at=now))

        self._write(note)

    def waiting_bytes(self, learner: str) -> int:
        """Return how much somebody has sent that no submission has taken up."""
        query = sa.select(sa.func.coalesce(sa.func.sum(uploads.c.size), 0)).where(
            uploads.c.learner == learner
        )
        with self._reading() as connection:
            return int(connection.scalars(query).one())

    def sent(self, learner: str, parts: Iterable[str], now: datetime) -> set[str]:
        """Return those parts that somebody sent, handed in or was handed out; their day begins anew.

        What only others have sent is not among them: who knows the name of a part need not have seen it.
        """
        wanted = sorted(set(parts))

        def look(connection: Connection) -> set[str]:
            found: set[str] = set()
            for start in range(0, len(wanted), AT_ONCE):
                some = wanted[start : start + AT_ONCE]
                own = (uploads.c.learner == learner) & uploads.c.part.in_(some)
                connection.execute(uploads.update().where(own).values(at=now))
                found.update(connection.scalars(sa.select(uploads.c.part).where(own)))
                given = sa.select(feedback.c.digest).where(feedback.c.made_by == learner)
                for of in (_handed_in_by(learner), sa.select(releases.c.digest), given):
                    query = sa.select(tree_parts.c.part).where(
                        tree_parts.c.part.in_(some), tree_parts.c.digest.in_(of)
                    )
                    found.update(connection.scalars(query))
            return found

        return self._write(look)

    def sweep(self, before: datetime, old: Iterable[str], drop: Callable[[str], None]) -> int:
        """Forget parts that nobody submitted; return how many.

        Parameters
        ----------
        before
            Parts sent before this, and not asked for since, are forgotten unless something refers to them.
        old
            Parts that were written a day ago or earlier.
        drop
            Removes one; called while no other can write, so that nothing comes to refer to it meanwhile.
        """
        candidates = set(old)

        def forget(connection: Connection) -> int:
            expired = uploads.c.at < before
            candidates.update(connection.scalars(sa.select(uploads.c.part).where(expired)))
            connection.execute(uploads.delete().where(expired))
            referred: set[str] = set()
            wanted = sorted(candidates)
            for start in range(0, len(wanted), AT_ONCE):
                some = wanted[start : start + AT_ONCE]
                for column in (tree_parts.c.part, uploads.c.part):
                    referred.update(connection.scalars(sa.select(column).where(column.in_(some))))
            for part in candidates - referred:
                drop(part)
            return len(candidates - referred)

        return self._in_turn(forget)


def _handed_in_by(learner: str) -> sa.Select[tuple[str]]:
    return (
        sa.select(submissions.c.digest)
        .join(shares, shares.c.sequence == submissions.c.sequence)
        .where(shares.c.learner == learner)
    )


def keep_tree(connection: Connection, tree: Tree, sent_by: str) -> str:
    """Keep a tree, once, and take its parts off what its sender has waiting; return its digest."""
    digest = tree.digest
    if connection.scalar(sa.select(trees.c.digest).where(trees.c.digest == digest)) is None:
        connection.execute(trees.insert().values(digest=digest, files=tree.data()))
        rows = [{"digest": digest, "part": part} for part in sorted(tree.parts)]
        if rows:
            connection.execute(tree_parts.insert(), rows)
    parts = sorted(tree.parts)
    for start in range(0, len(parts), AT_ONCE):
        own = (uploads.c.learner == sent_by) & uploads.c.part.in_(parts[start : start + AT_ONCE])
        connection.execute(uploads.delete().where(own))
    return digest


def next_number(connection: Connection, column: sa.Column[int]) -> int:
    """Return the number after the highest so far; use it inside of ``_in_turn``."""
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(column), 0)))) + 1
