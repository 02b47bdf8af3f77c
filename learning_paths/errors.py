"""What can go wrong between a learner's words and a plan, each with what to do next."""


class PlanError(Exception):
    """A plan, a profile or an answer cannot be made or kept; the message says what, where and what next."""


class BadProfile(PlanError):
    """Something in a profile is unknown, missing or out of range.

    Parameters
    ----------
    field
        The name of the field that is wrong, so that a form can point at it.
    message
        What is wrong with it and what would be right.
    """

    def __init__(self, field: str, message: str):
        self.field = field
        super().__init__(message)


class NoProfile(PlanError):
    """The learner has not said yet who they are and where they want to go."""


class BadMark(PlanError):
    """A pin, a skip or a test-out that cannot be set or undone."""


class UnknownUnit(PlanError):
    """A unit that a learner's plan does not have."""


class UnknownCheckpoint(PlanError):
    """A checkpoint that no course has."""


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
