"""How many questions the placement test needs, against independent greedy and random questions.

    python benchmarks/placement.py [--json] [--graph FILE] [--learners 100] [--seed 0] [--calibrate]

Simulated learners come from a model that the engine does not have: years of study, step by step, along
tracks, in a graph that differs from the engine's in up to 20 % of the needs, with forgetting, and with slips
and guesses that differ from learner to learner and from what the items claim; some say "I don't know", some
never. Nothing is told of their background. Balanced accuracy is over all competencies and levels; the figures
that begin with `goal` are of tests as somebody with a goal sits them, over what the goal needs. `--graph`
takes a file in the form of catalogue/framework/competencies.yml, or `edges: [[skill, needed skill], …]`.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import catalogue
from learning_paths import placement
from learning_paths.bank import load_bank
from learning_paths.curriculum import Ground
from learning_paths.mastery import LEVELS
from learning_paths.placement import Belief, Questions
from learning_paths.placing import goals_of, questions_of
from learning_paths.population import Bools, Graph, population

WRONG = 0.2
"""Up to this share of the needs is wrong."""
KINDS = (0.02, 0.25, 0.2, 1 / 24)
"""Guess of a number, of a choice of four and of five, and of an order of four."""
WHIM = 0.7
"""Mean spread, in steps of depth, of what a learner takes up next."""
TRACKS = 4
"""Tracks of a graph that names none."""
THRESHOLDS = np.arange(0.80, 0.99, 0.005)
TRULY = 0.9
AT_LEAST = 0.85


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
    questions
        The items.
    """

    graph: Graph
    goals: Sequence[Sequence[int]]
    tracks: Sequence[Sequence[int]]
    questions: Questions


def main() -> None:
    """Simulate, and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="questions that the placement test needs")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--graph", type=Path, help="another graph: competencies.yml or a list of edges")
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calibrate", action="store_true", help="print where the stop rule should stop")
    given = parser.parse_args()
    chance = np.random.default_rng(given.seed)
    world = own_world() if given.graph is None else read_world(given.graph, chance)
    figures = measure(world, given.learners, given.seed)
    found = figures.pop("calibration")
    if given.calibrate:
        for row in found:
            print(json.dumps(row))
    elif given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:36} {value}")


def own_world() -> World:
    """Return the academy's framework with its item bank."""
    ground = Ground(catalogue.load())
    competencies = ground.catalogue.competencies
    tracks: dict[str, list[int]] = {}
    for name, one in competencies.items():
        for track in one.tracks:
            tracks.setdefault(track, []).append(ground.rows[name] * LEVELS + LEVELS - 2)
    graph = Graph(len(competencies), ground.curriculum.needs)
    return World(
        graph, goals_of(ground), list(tracks.values()), questions_of(ground, load_bank(ground.catalogue))[1]
    )


def read_world(path: Path, chance: np.random.Generator) -> World:
    """Return another graph, with four items a competency and with tracks from its ends where it has none."""
    data: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    letters = {letter: level for level, letter in enumerate("BIPE")}
    tracks: dict[str, list[int]] = {}
    if "edges" in data:
        names = dict.fromkeys(str(name) for edge in data["edges"] for name in edge)
        rows = {name: row for row, name in enumerate(names)}
        pairs = [(rows[str(one)], rows[str(needed)]) for one, needed in data["edges"]]
        needs = [((one, level), (needed, level)) for one, needed in pairs for level in range(LEVELS)]
    else:
        rows = {name: row for row, name in enumerate(data)}
        needs = [
            ((rows[name], letters[need["for"]]), (rows[need["needs"]], letters[need["at"]]))
            for name, one in data.items()
            for need in one.get("needs") or ()
        ]
        for name, one in data.items():
            for track in one.get("tracks") or ():
                tracks.setdefault(track, []).append(rows[name] * LEVELS + LEVELS - 2)
    if not rows:
        raise SystemExit(f"{path} names no competencies; write {{name: {{needs: […]}}}} or edges: [[b, a]]")
    used = {needed[0] for _, needed in needs}
    ends = chance.permutation([row * LEVELS + LEVELS - 2 for row in rows.values() if row not in used])
    studied = list(tracks.values()) or [part.tolist() for part in np.array_split(ends, TRACKS) if len(part)]
    level = np.concatenate([[0, 1, 2, chance.choice([1, 2, 3])] for _ in rows])
    count = len(level)
    questions = Questions(
        np.repeat(np.arange(len(rows)), LEVELS),
        level,
        np.full(count, 0.1),
        chance.choice(KINDS, size=count, p=[0.45, 0.3, 0.1, 0.15]),
        np.zeros(count, int),
    )
    return World(Graph(len(rows), needs), studied, studied, questions)


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


Ask = Callable[[Belief, "np.ndarray", np.random.Generator], int]


def measure(world: World, learners: int, seed: int) -> dict[str, Any]:
    """Return all figures."""
    began = time.perf_counter()
    people = population(world.graph, world.goals)
    made = time.perf_counter() - began
    questions, seconds = world.questions, []

    def ours(belief: Belief, free: Any, chance: np.random.Generator) -> int:
        return placement.choose(belief, questions, free, chance)

    def by_chance(belief: Belief, free: Any, chance: np.random.Generator) -> int:
        return int(chance.choice(free))

    curves: dict[str, list[list[float]]] = {"ours": [], "goal": [], "random": [], "independent": []}
    expected: dict[str, list[list[float]]] = {"ours": [], "goal": []}
    for number in range(learners):
        known = learner(world, np.random.default_rng([seed, number]))
        needed = closure(world.graph, world.goals[number % len(world.goals)])
        sittings = {"ours": (ours, None), "goal": (ours, needed), "random": (by_chance, None)}
        for name, (ask, wanted) in sittings.items():
            chance = np.random.default_rng([seed, number, 1])
            curve, hoped, times = sit(world, people, known, ask, chance, wanted)
            curves[name].append(curve)
            if name in expected:
                expected[name].append(hoped)
                seconds += times
        curves["independent"].append(
            sit_alone(world, people, known, np.random.default_rng([seed, number, 1]))
        )
    figures: dict[str, Any] = {
        "nodes": len(world.graph.parents),
        "items": len(questions.level),
        "learners": learners,
        "population_s": round(made, 2),
    }
    for name, rows in curves.items():
        for share in (0.9, 0.95):
            figures[f"{name}_questions_to_{share:.0%}"] = reached(np.array(rows), share)
        figures[f"{name}_accuracy_after_12_and_28"] = (
            np.array(rows)[:, [12, 28]].mean(axis=0).round(3).tolist()
        )
    figures["ms_a_question_median"] = round(float(np.median(seconds)) * 1000, 2)
    figures["ms_a_question_p99"] = round(float(np.quantile(seconds, 0.99)) * 1000, 2)
    for name, hoped in expected.items():
        told = stopping(np.array(curves[name]), np.array(hoped), placement.STOP_AT)
        figures |= {f"{name}_{key}": value for key, value in told.items()}
    table = [stopping(np.array(curves["goal"]), np.array(expected["goal"]), at) for at in THRESHOLDS]
    return figures | {"calibration": table}


def closure(graph: Graph, goal: Sequence[int]) -> Bools:
    """Return the nodes that a goal needs, itself included, ``(V,)``."""
    needed, left = np.zeros(len(graph.parents), dtype=bool), list(goal)
    while left:
        node = left.pop()
        if not needed[node]:
            needed[node] = True
            left += graph.parents[node]
    return needed


def sit(
    world: World, people: Any, known: Bools, ask: Ask, chance: np.random.Generator, wanted: Bools | None
) -> tuple[list[float], list[float], list[float]]:
    """Let somebody sit the whole test; return accuracy and what was expected of it by question, and times."""
    reply = respondent(world.questions, known, chance)
    belief = placement.start(people, wanted=wanted)
    asked_for = belief.wanted.reshape(-1, LEVELS).any(axis=1)
    free = np.flatnonzero(asked_for[world.questions.competency])

    def right() -> float:
        return accuracy(belief.verdict.reshape(-1)[belief.wanted], known[belief.wanted])

    def hope() -> float:
        return 1.0 if belief.doubt <= placement.DOUBT_LEFT else belief.expected_accuracy

    curve, hoped, times = [right()], [hope()], []
    for _ in range(placement.MOST_QUESTIONS):
        if not len(free):  # a small graph has no more: it stays as it is
            curve.append(curve[-1])
            hoped.append(hoped[-1])
            continue
        began = time.perf_counter()
        item = ask(belief, free, chance)
        took = time.perf_counter() - began
        answered = reply(item)
        began = time.perf_counter()
        questions = world.questions
        belief = placement.update(
            belief,
            int(questions.competency[item]),
            int(questions.level[item]),
            answered,
            slip=float(questions.slip[item]),
            guess=float(questions.guess[item]),
        )
        hoped.append(hope())
        times.append(took + time.perf_counter() - began)
        free = free[free != item]
        curve.append(right())
    return curve, hoped, times


def sit_alone(world: World, people: Any, known: Bools, chance: np.random.Generator) -> list[float]:
    """Let somebody sit a greedy test that takes the competencies as independent."""
    questions = world.questions
    reply = respondent(questions, known, chance)
    usual = np.stack([(people == level).mean(axis=0) for level in range(LEVELS + 1)], axis=1)
    usual = 0.9 * usual + 0.1 / (LEVELS + 1)
    free = np.ones(len(questions.level), bool)
    upward = np.arange(LEVELS + 1) > questions.level[:, None]
    passing = np.where(upward, 1 - questions.slip[:, None], questions.guess[:, None])

    def doubt(rows: Any) -> Any:
        share = np.clip(rows[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:], 1e-9, 1 - 1e-9)
        return -(share * np.log(share) + (1 - share) * np.log1p(-share)).sum(axis=1)

    def verdict() -> Any:
        share = usual[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        return share > share.mean()

    curve = [accuracy(verdict(), known)]
    for number in range(placement.MOST_QUESTIONS):
        if number >= len(questions.level):
            curve.append(curve[-1])
            continue
        rows = usual[questions.competency]
        right, not_right = rows * passing, rows * (1 - passing)
        chances = right.sum(axis=1), not_right.sum(axis=1)
        left = chances[0] * doubt(right / chances[0][:, None]) + chances[1] * doubt(
            not_right / chances[1][:, None]
        )
        item = int(np.argmax(np.where(free, doubt(rows) - left, -np.inf)))
        free[item] = False
        row = usual[questions.competency[item]]
        row *= passing[item] if reply(item) == "right" else 1 - passing[item]
        row /= row.sum()
        curve.append(accuracy(verdict(), known))
    return curve


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


def accuracy(verdict: Bools, known: Bools) -> float:
    """Return the balanced accuracy; a side that is empty counts as right."""
    said = verdict.reshape(-1)
    sides = [(said == known)[known == side] for side in (True, False)]
    return float(np.mean([side.mean() if len(side) else 1.0 for side in sides]))


def reached(curves: Any, share: float) -> float | None:
    """Return the median number of questions after which an accuracy is first reached, None for never."""
    first = [int(np.argmax(curve >= share)) if (curve >= share).any() else np.inf for curve in curves]
    middle = float(np.median(first))
    return None if np.isinf(middle) else middle


def stopping(curves: Any, expected: Any, at: float) -> dict[str, Any]:
    """Return what stopping at an expected accuracy, or at hardly a doubt, gives."""
    stops = expected[:, 1:] >= at
    stops[:, : placement.LEAST_QUESTIONS - 1] = False
    ended = stops.any(axis=1)
    when = stops.argmax(axis=1) + 1
    truly = curves[np.arange(len(curves)), when] >= TRULY
    return {
        "stop_at": round(float(at), 3),
        "stopped_share": round(float(ended.mean()), 3),
        "stopped_truly_at_90%": round(float(truly[ended].mean()), 3) if ended.any() else None,
        "questions_at_stop": float(np.median(when[ended])) if ended.any() else None,
    }


if __name__ == "__main__":
    main()
