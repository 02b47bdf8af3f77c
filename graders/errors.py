"""What can go wrong in grading, by what the caller can do about it."""


class GradingError(Exception):
    """Base of every error of this package; its text says what, where and what to do next."""


class LabError(GradingError):
    """A lab, its folder or its proof is not as it must be: mend the lab."""


class CourseError(GradingError):
    """The course folder or the exchange cannot be used as it is: mend the data folder."""


class Refusal(GradingError):
    """Something is not graded, and nobody gets a score for it: the text says why."""


class Unreadable(Refusal):
    """A submission that is no notebook."""


class WallsMissing(Refusal):
    """This host gives no wall for learners' code, so none is run."""


class EngineFailed(Refusal):
    """The engine itself failed while it ran a submission: that is no one's fault but ours."""
