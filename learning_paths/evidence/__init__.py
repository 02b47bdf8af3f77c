"""Evidence of what learners can do: from the gradebook, placement, xAPI statements and certificates.

Each source turns what it finds into rows of the store (`Evidence`) that keep what it said, so that everything
that follows from a row can be worked out anew (`replay`); `observations` weighs the rows for mastery.
"""

from learning_paths.evidence.gradebook import Grade, Gradebook, Submission, rows
from learning_paths.evidence.weighing import called, days, observations, shown, weighed

__all__ = ["Grade", "Gradebook", "Submission", "called", "days", "observations", "rows", "shown", "weighed"]
