"""What can go wrong between a learner's words and a plan, each with what to do next."""

from collections.abc import Mapping
from typing import Any, ClassVar

from learning_paths.refusals import REFUSALS
from learning_paths.sayings import Text, say


class PlanError(Exception):
    """A plan, a profile or an answer cannot be made or kept.

    Parameters
    ----------
    kind
        Which of the `sayings` tells what is wrong, where, and what to do next.
    words
        What fills it in; a text in both languages where a name has both.
    """

    sayings: ClassVar[Mapping[str, Text]] = REFUSALS

    def __init__(self, kind: str, /, **words: Any):
        self.kind = kind
        told = {name: value if isinstance(value, Mapping) else str(value) for name, value in words.items()}
        self.said = say(kind, told, self.sayings)
        super().__init__(self.said["en"])


class BadProfile(PlanError):
    """Something in a profile is unknown, missing or out of range.

    Parameters
    ----------
    field
        The name of the field that is wrong, so that a form can point at it.
    kind, words
        As of any error.
    """

    def __init__(self, field: str, kind: str, /, **words: Any):
        self.field = field
        super().__init__(kind, **words)


class NoProfile(PlanError):
    """The learner has not said yet who they are and where they want to go."""


class BadMark(PlanError):
    """A pin, a skip or a test-out that cannot be set or undone."""


class UnknownUnit(PlanError):
    """A unit that a learner's plan does not have."""


class UnknownCheckpoint(PlanError):
    """A checkpoint that no course has."""


class UnknownHint(PlanError):
    """A hint that no task has, or of a lab that is not handed out."""


class BadHint(PlanError):
    """A hint that was asked for before the one that comes first."""


class StoreError(PlanError):
    """The store cannot be opened, or it was made by a newer version."""


class GradebookError(PlanError):
    """The gradebook is there and cannot be read."""


class CurriculumError(PlanError):
    """The catalogue's units cannot be put in order, or a track names what is not there."""


class BankError(PlanError):
    """A placement item cannot be drawn, or is not there any more."""


class BadAnswer(PlanError):
    """What was sent is no answer to the question that was asked."""


class EvidenceError(PlanError):
    """A file of evidence cannot be read, or somebody is not in the store."""


class NoPlacement(PlanError):
    """The learner has no placement test that is open."""


class RefitError(PlanError):
    """A model of mastery cannot be fitted, read or written."""
