"""Rows of the store as plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of work: a graded task of a submission, a placement answer, an xAPI statement, a certificate.

    Parameters
    ----------
    learner
        The hub's name.
    source, key
        Where it comes from (``nbgrader``, ``placement``, ``xapi``, ``certificate``) and what it is there: the
        same pair is the same piece of work.
    lab, task
        Ids of the catalogue; empty where the source is no lab.
    score, points
        What was reached of what could be.
    tried_at
        When the work was handed in.
    late_seconds
        How long after the due time, 0 when in time; says nothing about mastery and is kept for people.
    detail
        What the source has: score and points by grade id, what a statement says. ``from`` in it tells the
        file and line, which may differ when the same piece of work is told again.
    proves
        What it speaks for, as ``competency@level``, where the source is no lab; a lab's tasks say it in
        the catalogue.
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
    proves: tuple[str, ...] = ()
    id: int = 0
    revision: int = 0
    recorded_at: datetime | None = None

    def same_grade(self, other: "Evidence") -> bool:
        """Tell whether two revisions say the same, from wherever they were read."""

        def said(row: Evidence) -> tuple[Any, ...]:
            detail = {name: value for name, value in row.detail.items() if name != "from"}
            return row.score, row.points, row.proves, detail

        return said(self) == said(other)


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


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement test of a learner.

    Parameters
    ----------
    learner, number
        The hub's name, and the how many-th of this learner, from 1.
    seed
        From which items and variants are drawn.
    ended_at, summary
        None while it is open.
    """

    id: int
    learner: str
    number: int
    seed: int
    started_at: datetime
    ended_at: datetime | None
    summary: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of a placement and what was answered.

    Parameters
    ----------
    placement_id, position
        The placement and the place in it, from 0.
    item, item_version, variant
        ``competency/item-id``, the hash of its text, and the seed of its numbers and shuffles.
    competency, level
        What it asks for; the level as its letter.
    answer
        As it was given; None for "I don't know" and while nothing was answered.
    correct
        None while nothing was answered.
    seconds
        From question to answer, where it is known.
    """

    placement_id: int
    position: int
    item: str
    item_version: str
    variant: int
    competency: str
    level: str
    answer: Any
    correct: bool | None
    seconds: float | None
    asked_at: datetime
    answered_at: datetime | None

    @property
    def known(self) -> bool:
        """False where the answer was "I don't know"."""
        return self.answered_at is None or self.answer is not None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person said about a unit of a learner's plan.

    Parameters
    ----------
    unit
        Typed id, ``lesson:…`` or ``lab:…``.
    kind
        ``pin``, ``skip`` or ``test-out``.
    undone_at, undone_by
        None while it holds.
    """

    id: int
    learner: str
    unit: str
    kind: str
    reason: str
    made_by: str
    made_at: datetime
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted parameters with their card; one of a kind is active."""

    id: int
    kind: str
    made_at: datetime
    parameters: dict[str, Any]
    card: dict[str, Any]
    active: bool
