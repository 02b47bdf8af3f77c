"""What is known of learners: profiles, evidence, predictions, plans. One URL, one transaction a change.

Nothing derived is kept that cannot be worked out again: mastery and plans follow from profiles and evidence.
Nothing is overwritten either: a profile gets a new version and a grade that changed a new revision.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from learning_paths.errors import StoreError
from learning_paths.tables import evidence, plans, predictions, profiles

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
BUSY_MILLISECONDS = 20_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """One graded task of one submission.

    Parameters
    ----------
    learner
        The hub's name.
    source, key
        Where it comes from (``nbgrader``) and what it is there: the same pair is the same piece of work.
    lab, task
        Ids of the catalogue.
    score, points
        What was reached of what could be.
    tried_at
        When the work was handed in.
    late_seconds
        How long after the due time, 0 when in time; says nothing about mastery and is kept for people.
    detail
        Score and points by grade id, as the source has them.
    id, revision, recorded_at
        Given by the store; revisions count from 1.
    """

    learner: str
    source: str
    key: str
    lab: str
    task: str
    score: float
    points: float
    tried_at: datetime
    late_seconds: float
    detail: dict[str, Any]
    id: int = 0
    revision: int = 0
    recorded_at: datetime | None = None

    def same_grade(self, other: "Evidence") -> bool:
        """Tell whether two revisions say the same."""
        return (self.score, self.points, self.detail) == (other.score, other.points, other.detail)


@dataclass(frozen=True, slots=True)
class Profile:
    """A version of what a learner said."""

    version: int
    data: dict[str, Any]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Prediction:
    """An answer to a checkpoint; number 1 is the prediction itself."""

    course: str
    checkpoint: str
    number: int
    answer: Any
    correct: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A plan as it was shown, and the evidence and profile that it stood on."""

    id: int
    profile_version: int
    evidence_id: int
    made_at: datetime
    plan: dict[str, Any]


class Store:
    """The database of learners.

    Parameters
    ----------
    url
        SQLAlchemy URL, ``sqlite:///…/learning.db`` or PostgreSQL's. The schema is brought up to date.

    Raises
    ------
    StoreError
        When it cannot be opened, or was made by a newer version of the academy.
    """

    def __init__(self, url: str):
        self.engine = _engine(url)
        self._shown = self.engine.url.render_as_string(hide_password=True)
        try:
            self._migrate()
        except sa.exc.DBAPIError as error:
            raise StoreError(
                f"cannot open the store: {error.orig}, {self._shown}; check path and rights"
            ) from error

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def save_profile(self, learner: str, data: dict[str, Any], now: datetime) -> Profile:
        """Keep a profile as a new version; unchanged data keep their version."""
        with self._writing() as connection:
            last = _last_profile(connection, learner)
            if last is not None and last.data == data:
                return last
            version = last.version + 1 if last else 1
            connection.execute(
                profiles.insert().values(learner=learner, version=version, data=data, saved_at=now)
            )
        return Profile(version, data, now)

    def profile(self, learner: str) -> Profile | None:
        """Return the newest version of a profile."""
        with self.engine.connect() as connection:
            return _last_profile(connection, learner)

    def add_evidence(self, rows: Iterable[Evidence], now: datetime) -> int:
        """Keep what is new: an unknown key, or a grade that differs from the last revision of its key.

        Returns
        -------
        int
            How many revisions were added; 0 when everything was known.
        """
        added = 0
        with self._writing() as connection:
            for row in rows:
                where = (
                    evidence.c.learner == row.learner,
                    evidence.c.source == row.source,
                    evidence.c.key == row.key,
                )
                found = connection.execute(
                    sa.select(evidence).where(*where).order_by(evidence.c.revision.desc()).limit(1)
                ).first()
                last = _evidence(found) if found else None
                if last is not None and last.same_grade(row):
                    continue
                connection.execute(
                    evidence.insert().values(
                        learner=row.learner,
                        source=row.source,
                        key=row.key,
                        revision=last.revision + 1 if last else 1,
                        lab=row.lab,
                        task=row.task,
                        score=row.score,
                        points=row.points,
                        tried_at=row.tried_at,
                        late_seconds=row.late_seconds,
                        detail=row.detail,
                        recorded_at=now,
                    )
                )
                added += 1
        return added

    def evidence(self, learner: str, *, up_to: int | None = None, history: bool = False) -> list[Evidence]:
        """Return a learner's evidence, oldest first.

        Parameters
        ----------
        learner
            The hub's name.
        up_to
            Only revisions with an id up to this one: the evidence as it was known then.
        history
            All revisions instead of the last of each key.
        """
        query = sa.select(evidence).where(evidence.c.learner == learner).order_by(evidence.c.id)
        if up_to is not None:
            query = query.where(evidence.c.id <= up_to)
        with self.engine.connect() as connection:
            rows = [_evidence(row) for row in connection.execute(query)]
        return rows if history else list({(row.source, row.key): row for row in rows}.values())

    def add_prediction(
        self, learner: str, course: str, checkpoint: str, answer: Any, correct: bool, now: datetime
    ) -> Prediction:
        """Keep an answer behind those that were given before."""
        with self._writing() as connection:
            same = (
                predictions.c.learner == learner,
                predictions.c.course == course,
                predictions.c.checkpoint == checkpoint,
            )
            number = 1 + (connection.scalar(sa.select(sa.func.max(predictions.c.number)).where(*same)) or 0)
            connection.execute(
                predictions.insert().values(
                    learner=learner,
                    course=course,
                    checkpoint=checkpoint,
                    number=number,
                    answer=answer,
                    correct=correct,
                    answered_at=now,
                )
            )
        return Prediction(course, checkpoint, number, answer, correct, now)

    def predictions(
        self, learner: str, course: str | None = None, checkpoint: str | None = None
    ) -> list[Prediction]:
        """Return a learner's answers, oldest first."""
        query = sa.select(predictions).where(predictions.c.learner == learner).order_by(predictions.c.id)
        if course is not None:
            query = query.where(predictions.c.course == course)
        if checkpoint is not None:
            query = query.where(predictions.c.checkpoint == checkpoint)
        with self.engine.connect() as connection:
            return [
                Prediction(row.course, row.checkpoint, row.number, row.answer, row.correct, row.answered_at)
                for row in connection.execute(query)
            ]

    def add_plan(
        self, learner: str, profile_version: int, evidence_id: int, plan: dict[str, Any], now: datetime
    ) -> Snapshot:
        """Keep a plan as it is shown."""
        with self._writing() as connection:
            made = connection.execute(
                plans.insert().values(
                    learner=learner,
                    profile_version=profile_version,
                    evidence_id=evidence_id,
                    made_at=now,
                    plan=plan,
                )
            )
            number = made.inserted_primary_key[0]
        return Snapshot(number, profile_version, evidence_id, now, plan)

    def last_plans(self, learner: str, count: int = 2) -> Sequence[Snapshot]:
        """Return the newest plans, newest first."""
        query = sa.select(plans).where(plans.c.learner == learner).order_by(plans.c.id.desc()).limit(count)
        with self.engine.connect() as connection:
            return [
                Snapshot(row.id, row.profile_version, row.evidence_id, row.made_at, row.plan)
                for row in connection.execute(query)
            ]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "sqlite":
                    # takes the write lock before reading, so that two writers wait instead of failing
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
        except sa.exc.OperationalError as error:
            raise StoreError(
                f"cannot write to the store: {error.orig}, {self._shown}; check disk space and rights"
            ) from error

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        scripts = ScriptDirectory.from_config(config)
        with self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise StoreError(
                f"the store is of a newer version ({current}), {self._shown}; update the academy"
            )
        with self._writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise StoreError(f"{url!r} is no database URL; write it as sqlite:////path/learning.db") from error
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        path = Path(parsed.database)
        if not path.parent.is_dir():
            raise StoreError(f"the store's folder is missing, {path.parent}; make it, or name another --data")
        path.touch(mode=0o600)
    engine = sa.create_engine(parsed)

    @sa.event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions are begun by `_writing`, not by the driver
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")

    return engine


def _last_profile(connection: Connection, learner: str) -> Profile | None:
    row = connection.execute(
        sa.select(profiles).where(profiles.c.learner == learner).order_by(profiles.c.version.desc()).limit(1)
    ).first()
    return Profile(row.version, row.data, row.saved_at) if row else None


def _evidence(row: sa.Row[Any]) -> Evidence:
    return Evidence(**{name: getattr(row, name) for name in Evidence.__slots__})
