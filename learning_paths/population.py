"""Imagined learners from the prerequisite graph alone: what people who know this also tend to know.

The placement test weighs these by a learner's answers. Two families: people who went some way towards one to
three goals in an order that the needs allow (`walks`), and people with abilities that go together where
competencies lead to the same places, who know what is within reach (`abilities`). A tenth of the needs is
left out at random in each block but the first, because some are wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from learning_paths.mastery import LEVELS, Array, Node

SIZE = 8192
BLOCKS = 16
WALKING = 0.75
"""Share of the people who are made as walks; the others as abilities."""
LEFT_OUT = 0.1
"""Share of the needs that a block does without."""
RARE = np.array([0.0, 0.0, 0.3, 2.0])
"""How much harder a level is than its needs say, in standard deviations of difficulty: experts are few."""
LOOSE_ENDS = 0.1
"""Share of the things that nothing known builds upon and that were forgotten."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Graph:
    """Needs as arrays: node ``4 · competency + level`` needs the level below it and what is declared.

    Parameters
    ----------
    size
        Number of competencies.
    needs
        Pairs ``(node, needed node)`` of competency and level.
    """

    size: int
    needs: Sequence[tuple[Node, Node]]

    @cached_property
    def parents(self) -> list[list[int]]:
        """What each node needs directly."""
        found = [[] if node % LEVELS == 0 else [node - 1] for node in range(self.size * LEVELS)]
        for (competency, level), (needed, at) in self.needs:
            found[competency * LEVELS + level].append(needed * LEVELS + at)
        return found

    @cached_property
    def order(self) -> list[int]:
        """All nodes, each behind what it needs."""
        waiting = [len(needed) for needed in self.parents]
        above: list[list[int]] = [[] for _ in waiting]
        for node, needed in enumerate(self.parents):
            for other in needed:
                above[other].append(node)
        ready = [node for node, count in enumerate(waiting) if count == 0]
        for node in ready:
            for other in above[node]:
                waiting[other] -= 1
                if waiting[other] == 0:
                    ready.append(other)
        if len(ready) < len(waiting):
            raise ValueError("the needs go round in a circle")
        return ready

    @cached_property
    def closure(self) -> Bools:
        """For each node what it rests on, itself included, ``(V, V)``."""
        found = np.eye(self.size * LEVELS, dtype=bool)
        for node in self.order:
            for needed in self.parents[node]:
                found[node] |= found[needed]
        return found

    @cached_property
    def depth(self) -> Array:
        """Length of the longest chain of needs under each node."""
        found = np.zeros(self.size * LEVELS)
        for node in self.order:
            found[node] = max((found[needed] + 1 for needed in self.parents[node]), default=0.0)
        return found

    def without(self, share: float, chance: np.random.Generator) -> "Graph":
        """Return the graph with a share of the needs left out."""
        kept = chance.random(len(self.needs)) >= share
        return Graph(self.size, [pair for pair, keep in zip(self.needs, kept, strict=True) if keep])


def population(graph: Graph, goals: Sequence[Sequence[int]], *, seed: int = 0, size: int = SIZE) -> Array:
    """Return imagined learners.

    Parameters
    ----------
    graph
        The needs.
    goals
        What people aim at (roles, tracks, stages): lists of nodes. May be empty.
    seed
        The same seed gives the same people.
    size
        How many, in whole blocks.

    Returns
    -------
    Array
        How many levels of each competency they have reached, 0 to 4, ``(size, C)``, integers, shuffled.
    """
    chance = np.random.default_rng(seed)
    people = []
    walking = round(size / BLOCKS * WALKING)
    for block in range(BLOCKS):
        part = graph.without(LEFT_OUT, chance) if block else graph
        for family, count in ((walks, walking), (abilities, size // BLOCKS - walking)):
            known = family(part, goals, count, chance)
            people.append(known.reshape(graph.size, LEVELS, count).cumprod(axis=1).sum(axis=1).T)
    return chance.permutation(np.concatenate(people)).astype(np.int8)


def walks(graph: Graph, goals: Sequence[Sequence[int]], count: int, chance: np.random.Generator) -> Bools:
    """Return people who went some way towards one to three goals, ``(V, count)``."""
    nodes = graph.size * LEVELS
    known = np.zeros((nodes, count), bool)
    progress = chance.beta(1.2, 1.0, count)
    reach = _reach(graph, goals)
    for share in (1.0, 0.6, 0.3):  # of the people with a first, a second, a third goal
        aims = np.zeros((nodes, count), np.float32)
        for person in np.flatnonzero(chance.random(count) < share):
            aims[_aim(graph, goals, reach, chance), person] = 1.0
        within = (graph.closure.T.astype(np.float32) @ aims) > 0
        stray = np.exp(chance.normal(0.3, 0.7, count))  # how far from the order of depth somebody learns
        place = graph.depth[:, None] + stray * chance.standard_normal((nodes, count))
        for node in graph.order:
            for needed in graph.parents[node]:
                np.maximum(place[node], place[needed] + 1e-6, out=place[node])
        place[~within] = np.inf
        rank = np.argsort(np.argsort(place, axis=0), axis=0)
        known |= within & (rank < np.round(progress * within.sum(axis=0)))
        progress = progress * chance.uniform(0.1, 1.0, count)
    built_on = np.zeros_like(known)
    for node, needed in enumerate(graph.parents):
        for other in needed:
            built_on[other] |= known[node]
    return known & (built_on | (chance.random(known.shape) >= LOOSE_ENDS))


def abilities(graph: Graph, goals: Sequence[Sequence[int]], count: int, chance: np.random.Generator) -> Bools:
    """Return people who know what lies within their abilities and rests on what they know, ``(V, count)``."""
    values, vectors = np.linalg.eigh(_alike(graph, chance))
    ability = (vectors * np.sqrt(np.maximum(values, 0.0))) @ chance.standard_normal((graph.size, count))
    for person in range(count if goals else 0):
        rows = np.unique(np.asarray(goals[chance.integers(len(goals))]) // LEVELS)
        ability[rows, person] += chance.uniform(0.0, 1.5)
    ability += chance.normal(-0.2, 0.8, count)
    depth = graph.depth
    hard = (depth - depth.mean()) / (depth.std() or 1.0) * chance.uniform(0.7, 1.3)
    hard += 0.15 * chance.standard_normal(len(hard)) + np.tile(RARE, graph.size)
    blur = chance.uniform(0.0, 0.3)
    known = np.empty((len(hard), count), bool)
    for node in graph.order:
        known[node] = ability[node // LEVELS] + blur * chance.standard_normal(count) > hard[node]
        for needed in graph.parents[node]:
            known[node] &= known[needed]
    return known


def _reach(graph: Graph, goals: Sequence[Sequence[int]]) -> Array:
    """Return the running sum, to 1, of how much each goal rests on.

    Who is met at some moment is the more often on the way to a goal the longer that way is (length-biased
    sampling: Cox, *Renewal Theory*, 1962, §5.4), so goals are drawn by it.
    """
    sizes = np.array([graph.closure[list(goal)].any(axis=0).sum() for goal in goals], dtype=float)
    return sizes.cumsum() / max(1.0, sizes.sum())


def _aim(
    graph: Graph, goals: Sequence[Sequence[int]], reach: Array, chance: np.random.Generator
) -> NDArray[np.int64]:
    if goals and chance.random() < 0.7:
        goal = np.asarray(goals[int(np.searchsorted(reach, chance.random() * reach[-1], side="right"))])
        return goal if chance.random() < 0.5 else goal[chance.random(len(goal)) < chance.uniform(0.3, 1.0)]
    some = chance.integers(graph.size, size=chance.choice([1, 2, 4, 8, 16, 40]))
    return some * LEVELS + chance.choice(LEVELS, size=len(some), p=[0.2, 0.4, 0.38, 0.02])


def _alike(graph: Graph, chance: np.random.Generator) -> Array:
    """Return a covariance of abilities: competencies that the same things rest on go together."""
    leads = graph.closure.reshape(-1, graph.size, LEVELS).any(axis=2)[LEVELS - 2 :: LEVELS].astype(float)
    leads -= leads.mean(axis=0)
    length = np.sqrt((leads**2).sum(axis=0)) + 1e-9
    shared, near, own = chance.dirichlet([3.0, 3.0, 1.5])
    return shared + near * (leads.T @ leads) / length[:, None] / length + own * np.eye(graph.size)
