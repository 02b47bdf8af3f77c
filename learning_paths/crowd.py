"""Plans of many learners at once: closure and choice as array operations over all of them.

Row by row over things (nodes and units, see :mod:`learning_paths.demands`), all learners side by side. Where
there is a choice, an option is struck out when it can never be the better one: what only it brings costs at
least as much as another option does at most. Learners for whom that leaves choices open are grouped by what
is open, and each group is solved once by CP-SAT; beyond a number of groups the greedy way is taken, with its
bound. Marks are not looked at: they are one person's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from learning_paths.choice import EFFORT
from learning_paths.crowd_chunk import Chunk, Ints, Mask, Solved
from learning_paths.crowd_demands import Asked
from learning_paths.graph import Curriculum
from learning_paths.units import Item, Unit

CHUNK = 8192
"""Learners side by side: some hundred MiB of memory."""
WORK = 6_000_000
"""So many things in all are looked at when groups with the same choices left are solved exactly."""


@dataclass(frozen=True, eq=False)
class Plans:
    """Plans of many learners.

    Parameters
    ----------
    items
        All items of the curriculum in the order of learning; a plan is its part of them.
    taken
        Which of them each plan has, ``(learners, items)``.
    lengths
        Minutes of each item.
    minutes
        Of each plan, ``(learners,)``.
    gap
        How many of them at most it is above the least, proven, ``(learners,)``.
    """

    items: tuple[Item, ...]
    taken: Mask
    lengths: Ints
    minutes: Ints
    gap: Ints

    def weeks(self, minutes_a_week: Ints) -> Ints:
        """Return in which week each plan ends by next fit, as :func:`learning_paths.weeks.pack` has it.

        Parameters
        ----------
        minutes_a_week
            Of each learner, 1 or more.
        """
        week = np.zeros(len(self.taken), np.int32)
        used = np.zeros(len(self.taken), np.int32)
        for at, (item, length) in enumerate(zip(self.items, self.lengths.tolist(), strict=True)):
            who = np.flatnonzero(self.taken[:, at])
            if not length or not len(who):
                week[who] = np.maximum(week[who], 1)
                continue
            a_week, full = minutes_a_week[who], used[who]
            total = full + length
            now = np.maximum(week[who], 1)
            if isinstance(item, Unit):
                opens = (full > 0) & (total > a_week)
                now += opens
                total[opens] = length
            extra = (total - 1) // a_week
            week[who] = now + extra
            used[who] = total - extra * a_week
        return week


def plan_many(
    curriculum: Curriculum,
    minutes: Callable[[Item], int],
    mastered: Mask,
    goals: Mask,
    groups: int | None = None,
    effort: float = EFFORT,
) -> Plans:
    """Return the plans of many learners.

    Parameters
    ----------
    curriculum
        What there is to learn.
    minutes
        What each item takes.
    mastered
        ``(learners, competencies, 4)``; a level's lower ones are mastered too.
    goals
        Nodes that each wants to reach, of the same shape.
    groups
        How many groups with the same choices left are solved exactly, those that come first; by default so
        many that it takes seconds (`WORK`).
    effort
        Deterministic time of CP-SAT for each of them.
    """
    asked = Asked(curriculum, minutes)
    lengths = asked.costs[asked.columns]
    taken = np.empty((len(mastered), len(lengths)), bool)
    minutes, gap = np.empty(len(mastered), np.int32), np.empty(len(mastered), np.int32)
    solved: dict[bytes, Solved] = {}
    groups = WORK // len(asked.costs) if groups is None else groups
    for start in range(0, len(mastered), CHUNK):
        part = slice(start, start + CHUNK)
        chunk = Chunk(asked, mastered[part], goals[part])
        gap[part] = chunk.solve(solved, groups, effort)
        items = chunk.forced[asked.columns]
        taken[part] = items.T
        minutes[part] = lengths.astype(np.float32) @ items.astype(np.float32)  # exact below 2**24
    return Plans(curriculum.order, taken, lengths, minutes, gap)
