"""Graded answers of many learners as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOTHING = -1
"""Fills the rows of `Answers.skills` behind the last skill."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers in the order in which they were given, learner after learner.

    Parameters
    ----------
    learner
        Number of the learner, ``(N,)``; the answers of one stand together.
    item
        What was asked, ``(N,)``, 0 or more.
    skills
        What it needs, ``(N, K)``, at least one a row, then ``NOTHING``.
    score
        Share of the points, ``(N,)``, 0 to 1.
    """

    learner: Ints
    item: Ints
    skills: Ints
    score: Floats

    def __post_init__(self) -> None:
        length = len(self.learner)
        if self.skills.ndim != 2 or {len(self.item), len(self.skills), len(self.score)} != {length}:
            raise ValueError(
                f"learner {self.learner.shape}, item {self.item.shape}, skills {self.skills.shape} and score "
                f"{self.score.shape} must have one row an answer, and skills one column a skill"
            )
        if length and (self.skills.shape[1] == 0 or self.skills[:, 0].min() < 0 or self.item.min() < 0):
            raise ValueError("every answer needs an item and a first skill of 0 or more")
        if length and not (np.isfinite(self.score).all() and 0 <= self.score.min() <= self.score.max() <= 1):
            raise ValueError("scores must lie in 0 to 1")
        changes = self.learner[np.flatnonzero(starts(self.learner))]
        if len(np.unique(changes)) < len(changes):
            raise ValueError("the answers of one learner must stand together; sort them by learner first")

    def __len__(self) -> int:
        return len(self.learner)

    def of(self, learners: Sequence[int] | Ints) -> "Answers":
        """Return the answers of some learners."""
        return self.where(np.isin(self.learner, learners))

    def where(self, kept: NDArray[np.bool_]) -> "Answers":
        """Return the answers that a mask keeps, ``(N,)``."""
        return Answers(self.learner[kept], self.item[kept], self.skills[kept], self.score[kept])


def starts(learner: Ints) -> NDArray[np.bool_]:
    """Tell which answers are a learner's first, ``(N,)``."""
    return np.r_[True, learner[1:] != learner[:-1]][: len(learner)]


def folds(learner: Ints, count: int, seed: int = 0) -> Ints:
    """Return a fold for each answer, ``(N,)``: all answers of a learner share one, of equal size but one."""
    names, place = np.unique(learner, return_inverse=True)
    return (np.random.default_rng(seed).permutation(len(names)) % count)[place]


def rates(sums: Floats, counts: Floats, strength: float, centre: float | Floats) -> Floats:
    """Return shrunken means: ``strength`` answers of the value ``centre`` are added to each sum."""
    return (sums + strength * centre) / (counts + strength)


def logit(share: Floats) -> Floats:
    """Return log odds of shares, which are kept within 1e-6 of 0 and 1."""
    share = np.clip(share, 1e-6, 1 - 1e-6)
    return np.log(share) - np.log1p(-share)


def sigmoid(odds: Floats) -> Floats:
    """Return probabilities from log odds."""
    return 0.5 * (1.0 + np.tanh(0.5 * odds))
