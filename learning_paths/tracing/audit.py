"""Leaks that make a model look better than it is: answers split over their skills, learners on both sides."""

import math
from dataclasses import dataclass, replace

import numpy as np

from learning_paths.tracing.answers import NOTHING, Answers

SUSPICIOUS = 20
"""From so many pairs on, that they all agree is no luck."""
LUCKY = 0.995
TELLING = 32
"""Bits in which of a sequence's answers are wrong: two learners who know it all look alike and are not."""


@dataclass(frozen=True, slots=True)
class Leaks:
    """What an audit found; all zero is clean.

    Parameters
    ----------
    split
        Rows that repeat the answer of the row before them under another skill.
    shared
        Learners who are in training and in test.
    copied
        Learners of the test whose whole sequence stands in training, where it says `TELLING` bits or more.
    """

    split: int
    shared: int
    copied: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.split or self.shared or self.copied)


def split_rows(answers: Answers) -> np.ndarray:
    """Tell which rows are the answer of the row before them again, ``(N,)``.

    A file that writes one answer once for each skill of its item shows neighbours of one learner and one item
    with other skills that all agree; one who really answers the same item again does not always agree. Rows
    are therefore only taken as split where nearly all such neighbours agree.
    """
    found = np.zeros(len(answers), dtype=bool)
    if len(answers) < 2:
        return found
    same_item = (answers.learner[1:] == answers.learner[:-1]) & (answers.item[1:] == answers.item[:-1])
    agree, differ, group, last = [], 0, set[int](), -1
    for row in np.flatnonzero(same_item) + 1:
        if row != last + 1:
            group = _skills(answers, row - 1)
        last = row
        skills = _skills(answers, row)
        if skills & group:  # the item once more
            group = skills
        elif answers.score[row] == answers.score[row - 1]:
            agree.append(row)
            group = group | skills
        else:
            differ += 1
            group = skills
    if len(agree) + differ >= SUSPICIOUS and len(agree) >= LUCKY * (len(agree) + differ):
        found[agree] = True
    return found


def _skills(answers: Answers, row: int) -> set[int]:
    return set(answers.skills[row].tolist()) - {NOTHING}


def merged(answers: Answers) -> Answers:
    """Return the answers with split ones joined into one that has all their skills."""
    again = split_rows(answers)
    if not again.any():
        return answers
    place = np.cumsum(~again) - 1
    pairs = np.unique(
        np.column_stack([np.repeat(place, answers.skills.shape[1]), answers.skills.ravel()]), axis=0
    )
    pairs = pairs[pairs[:, 1] != NOTHING]
    first = np.r_[True, pairs[1:, 0] != pairs[:-1, 0]]
    column = np.arange(len(pairs)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    skills = np.full((place[-1] + 1, column.max() + 1), NOTHING)
    skills[pairs[:, 0], column] = pairs[:, 1]
    kept = ~again
    return replace(
        answers,
        learner=answers.learner[kept],
        item=answers.item[kept],
        skills=skills,
        score=answers.score[kept],
    )


def audit(training: Answers, test: Answers) -> Leaks:
    """Return what leaks from training into test, or inside either."""
    known = set(_sequences(training))
    return Leaks(
        split=int(split_rows(training).sum() + split_rows(test).sum()),
        shared=len(np.intersect1d(training.learner, test.learner)),
        copied=sum(one in known for one in _sequences(test)),
    )


def _sequences(answers: Answers) -> list[bytes]:
    if not len(answers):
        return []
    bounds = np.flatnonzero(answers.learner[1:] != answers.learner[:-1]) + 1
    both = np.column_stack([answers.item, np.round(answers.score * 1e6).astype(np.int64)])
    return [one.tobytes() for one in np.split(both, bounds) if _bits(one[:, 1]) >= TELLING]


def _bits(score: np.ndarray) -> float:
    return math.log2(math.comb(len(score), int((score == score.max()).sum())))
