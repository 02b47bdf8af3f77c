"""What one learner's plan is chosen from: the goal's nodes, what is mastered, what each thing costs them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning_paths.coverage import Part, best_part
from learning_paths.curriculum import Ground
from learning_paths.demands import node_of, number_of
from learning_paths.marks import NO_MARKS, Marks, opened
from learning_paths.planner import Selection, problem_of, select, selected
from learning_paths.units import Gap, Item, Node

OTHER_LANGUAGE = 1.25
"""So much longer a unit without the learner's language counts when ways are compared; its hours stay."""


@dataclass(frozen=True, eq=False)
class Task:
    """A learner, a goal and what stands between them.

    Parameters
    ----------
    ground
        What there is to learn.
    asked
        Nodes to reach.
    mastered
        Which nodes are, ``(C, 4)``.
    language
        What the learner reads.
    read
        Ids of lessons that need not come again.
    marks
        What is to be otherwise.
    doubted
        Levels that were failed when they were last tried themselves, ``(C, 4)``; None for nowhere.
    """

    ground: Ground
    asked: Sequence[Node]
    mastered: NDArray[np.bool_]
    language: str = "en"
    read: Set[str] = frozenset()
    marks: Marks = NO_MARKS
    doubted: NDArray[np.bool_] | None = None

    def select(self, kept: Set[str] = frozenset(), without: Node | None = None) -> Selection:
        """Return the least that reaches the goal.

        Parameters
        ----------
        kept
            Ids of units that are preferred where that costs nothing.
        without
            A node to leave out of the goal.
        """
        return select(
            self.ground.curriculum,
            [node for node in self.asked if node != without],
            lambda node: bool(self.mastered[node]),
            self.read,
            marks=self.marks,
            minutes=self._cost,
            kept=kept,
            failed=self._failed,
        )

    def part(self, minutes: int) -> tuple[Selection, Part]:
        """Return what reaches most of the goal within some minutes, see :func:`best_part`."""
        curriculum = self.ground.curriculum
        open_ = opened(
            curriculum, lambda node: bool(self.mastered[node]), self.read, self.marks, self._failed
        )
        levels = self.missing()
        problem = problem_of(curriculum, open_, (), self._minutes, levels)
        part = best_part(problem, map(number_of, levels), minutes)
        highest: dict[int, Node] = {}
        for node in sorted(map(node_of, part.reached)):
            highest[node[0]] = node
        return selected(curriculum, open_, sorted(highest.values()), part.taken, None), part

    def missing(self) -> list[Node]:
        """Return the levels that the goal asks and the learner has not."""
        levels = ((row, level) for row, asked in self.asked for level in range(asked + 1))
        return [node for node in levels if not self.mastered[node]]

    @property
    def _failed(self) -> list[Node]:
        if self.doubted is None:
            return []
        return [(row, level) for row, level in np.argwhere(self.doubted).tolist()]

    def _minutes(self, item: Item) -> int:
        return self.ground.minutes(item) or 0

    def _cost(self, item: Item) -> int:
        foreign = not isinstance(item, Gap) and self.language not in item.languages
        return round(self._minutes(item) * (OTHER_LANGUAGE if foreign else 1))
