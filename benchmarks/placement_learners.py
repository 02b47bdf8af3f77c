"""Simulated learners for the placement benchmark: models of what people know that are not the engine's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from learning_paths.mastery import LEVELS
from learning_paths.placement import Questions
from learning_paths.population import WALKING, Bools, Graph, abilities, walks

WRONG = 0.2
"""Up to this share of the needs is wrong."""
WHIM = 0.7
"""Mean spread, in steps of depth, of what a learner takes up next."""
STEPS = np.array([-0.6, 0.0, 0.6, 1.8])
"""How much harder each level is where there are no tracks."""


@dataclass(frozen=True)
class World:
    """A graph with what people in it study.

    Parameters
    ----------
    graph
        What the engine believes.
    goals
        What the engine takes people to aim at.
    tracks
        What the simulated learners aim at, lists of nodes.
    stages
        What the simulated learners without tracks are good at or not, lists of competencies.
    questions
        The items.
    """

    graph: Graph
    goals: Sequence[Sequence[int]]
    tracks: Sequence[Sequence[int]]
    stages: Sequence[Sequence[int]]
    questions: Questions


def learner(world: World, chance: np.random.Generator) -> Bools:
    """Return what somebody knows after some years of study, ``(V,)``.

    Step by step the learner picks, in the track of the moment, one of the things that are within reach,
    mostly the least advanced, and learns it or fails to. What nothing builds on is forgotten now and then.
    """
    graph = wrong(world.graph, chance.uniform(0, WRONG), chance)
    parents, depth = graph.parents, graph.depth
    children: list[list[int]] = [[] for _ in parents]
    for node, needed in enumerate(parents):
        for other in needed:
            children[other].append(node)
    known = np.zeros(len(parents), bool)
    main_track, *others = chance.permutation(len(world.tracks))
    aptitude, loyalty, whim = chance.uniform(0.5, 1.0), chance.uniform(0.7, 1.0), chance.exponential(WHIM)
    reach = [graph.closure[list(track)].any(axis=0) for track in world.tracks]
    steps = int(chance.uniform(0.1, 1.1) * reach[main_track].sum() / aptitude)
    for step in range(steps):
        track = main_track if not others or chance.random() < loyalty else others[0]
        ready = [
            node
            for node in np.flatnonzero(reach[track] & ~known)
            if all(known[needed] for needed in parents[node])
        ]
        if ready and chance.random() < aptitude:
            known[ready[int(np.argmin(depth[ready] + whim * chance.gumbel(size=len(ready))))]] = True
        if step % 10 == 9:
            loose = [node for node in np.flatnonzero(known) if not known[children[node]].any()]
            known[[node for node in loose if chance.random() < 0.02]] = False
    return known


def wrong(graph: Graph, share: float, chance: np.random.Generator) -> Graph:
    """Return the graph as it truly is where the engine's has errors: needs missing, or others instead."""
    place = np.empty(len(graph.parents))
    place[graph.order] = np.arange(len(place))
    needs = []
    for node, needed in graph.needs:
        if chance.random() >= share:
            needs.append((node, needed))
        elif chance.random() < 0.5:
            earlier = np.flatnonzero(place < place[node[0] * LEVELS + node[1]])
            other = divmod(int(chance.choice(earlier)), LEVELS)
            if other[0] != node[0]:
                needs.append((node, other))
    return Graph(graph.size, needs)


def without_tracks(world: World, chance: np.random.Generator) -> Bools:
    """Return what somebody knows whose abilities in the stages have nothing to do with each other, ``(V,)``.

    Nobody walks anywhere: a level is reached where ability, with luck of each competency's own, is above its
    difficulty (graded response: Samejima, *Psychometrika Monograph* 17, 1969) and all that it needs is known.
    Difficulties rise with depth and level and have a part that the graph says nothing about.
    """
    graph = wrong(world.graph, chance.uniform(0, WRONG), chance)
    own = np.random.default_rng(0).standard_normal((graph.size, 1))
    depth = (graph.depth - graph.depth.mean()) / (graph.depth.std() or 1.0)
    hard = 0.6 * depth.reshape(-1, LEVELS) + STEPS + 0.4 * own
    ability = np.empty(graph.size)
    for rows in world.stages:
        ability[list(rows)] = 0.3 + chance.standard_normal()
    ability += chance.logistic(size=graph.size) / chance.uniform(2, 4)
    known: Bools = (ability[:, None] > hard).reshape(-1)
    for node in graph.order:
        known[node] &= all(known[needed] for needed in graph.parents[node])
    return known


def imagined(world: World, chance: np.random.Generator) -> Bools:
    """Return one of the engine's own kind, in a graph that has errors of another kind, ``(V,)``."""
    graph = wrong(world.graph, chance.uniform(0, WRONG), chance)
    family = walks if chance.random() < WALKING else abilities
    known = family(graph, world.goals, 1, chance).reshape(graph.size, LEVELS)
    return np.asarray(known.cumprod(axis=1).reshape(-1), dtype=bool)


def respondent(questions: Questions, known: Bools, chance: np.random.Generator) -> Callable[[int], Any]:
    """Return how a learner answers: the own slips and guesses are not what the items claim."""
    honest = chance.choice([0.0, 0.5, 0.9])
    slip = np.clip(questions.slip * chance.uniform(0.3, 2.0), 0.0, 0.3)
    guess = np.clip(questions.guess * chance.uniform(0.5, 1.8, len(questions.guess)), 0.0, 0.5)

    def reply(item: int) -> str:
        if known[questions.node[item]]:
            return "wrong" if chance.random() < slip[item] else "right"
        if chance.random() < honest:
            return "unsure"
        return "right" if chance.random() < guess[item] else "wrong"

    return reply


def closure(graph: Graph, goal: Sequence[int]) -> Bools:
    """Return the nodes that a goal needs, itself included, ``(V,)``."""
    needed, left = np.zeros(len(graph.parents), dtype=bool), list(goal)
    while left:
        node = left.pop()
        if not needed[node]:
            needed[node] = True
            left += graph.parents[node]
    return needed


TRUTHS: dict[str, Callable[[World, np.random.Generator], Bools]] = {
    "tracks": learner,
    "other": without_tracks,
    "imagined": imagined,
}
