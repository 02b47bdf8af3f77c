"""How many questions the placement test needs, against independent greedy and random questions.

    python benchmarks/placement.py [--json] [--truth tracks|other|imagined] [--oracle N] [--graph FILE]
                                   [--learners 100] [--seed 0] [--calibrate]

Simulated learners come from models that the engine does not have (`placement_learners.py`): years of study,
step by step, along tracks, with forgetting; or, with `--truth other`, an ability in each stage, difficulties
and no tracks. The graph differs from the engine's in up to 20 % of the needs, slips and guesses from learner
to learner and from what the items claim; some say "I don't know", some never. `--truth imagined` draws them
as the engine imagines them. The stop rule is calibrated on the first two. `--oracle N` gives the engine N
others of the simulated learners to imagine: what is left to miss then is the noise of so few answers.
Nothing is told of their background. Balanced accuracy is over all competencies and levels; the figures
that begin with `goal` are of tests as somebody with a goal sits them, over what the goal needs. `--graph`
takes a file in the form of catalogue/framework/competencies.yml, or `edges: [[skill, needed skill], …]`.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from placement_learners import TRUTHS, World, closure, respondent

import catalogue
from learning_paths import placement
from learning_paths.bank import load_bank
from learning_paths.curriculum import Ground
from learning_paths.mastery import LEVELS
from learning_paths.placement import Belief, Questions
from learning_paths.placing import goals_of, questions_of
from learning_paths.population import Bools, Graph, population

KINDS = (0.02, 0.25, 0.2, 1 / 24)
"""Guess of a number, of a choice of four and of five, and of an order of four."""
TRACKS, STAGES = 4, 5
"""Tracks of a graph that names none, and the stages that another graph is cut into."""
THRESHOLDS = np.arange(0.80, 0.99, 0.005)
TRULY = 0.9
RULES = {"ours": np.inf, "goal": placement.STOP_AT}
"""At which expected accuracy each kind of test stops when it has asked enough."""
ORACLE = {"STRAY": 0.03, "IN_FULL": 20}
"""What the engine may take as certain when it imagines the simulated learners themselves."""


def main() -> None:
    """Simulate, and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="questions that the placement test needs")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--graph", type=Path, help="another graph: competencies.yml or a list of edges")
    parser.add_argument("--truth", choices=TRUTHS, default="tracks", help="which model learners come from")
    parser.add_argument("--oracle", type=int, default=0, metavar="N", help="imagine N of the simulated kind")
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calibrate", action="store_true", help="print where the stop rule should stop")
    given = parser.parse_args()
    chance = np.random.default_rng(given.seed)
    world = own_world() if given.graph is None else read_world(given.graph, chance)
    if given.oracle:
        for name, value in ORACLE.items():
            setattr(placement, name, value)
    figures = measure(world, given.learners, given.seed, given.truth, given.oracle, given.calibrate)
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
    stages: dict[str, list[int]] = {}
    for name, one in competencies.items():
        stages.setdefault(one.stage, []).append(ground.rows[name])
        for track in one.tracks:
            tracks.setdefault(track, []).append(ground.rows[name] * LEVELS + LEVELS - 2)
    return World(
        Graph(len(competencies), ground.curriculum.needs),
        goals_of(ground),
        list(tracks.values()),
        list(stages.values()),
        questions_of(ground, load_bank(ground.catalogue))[1],
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
    stages = [part.tolist() for part in np.array_split(list(rows.values()), STAGES) if len(part)]
    return World(Graph(len(rows), needs), studied, studied, stages, questions)


Ask = Callable[[Belief, "np.ndarray", np.random.Generator], int]


def measure(
    world: World, learners: int, seed: int, truth: str = "tracks", oracle: int = 0, ours_only: bool = False
) -> dict[str, Any]:
    """Return all figures."""
    one_more = TRUTHS[truth]
    began = time.process_time()
    if oracle:
        others = [one_more(world, np.random.default_rng([seed, learners + row, 2])) for row in range(oracle)]
        levels = np.reshape(others, (oracle, -1, LEVELS)).cumprod(axis=2).sum(axis=2)
        people = levels.astype(np.int8)
    else:
        people = population(world.graph, world.goals)
    made = time.process_time() - began
    questions, seconds = world.questions, []

    def ours(belief: Belief, free: Any, chance: np.random.Generator) -> int:
        return placement.choose(belief, questions, free, chance)

    def by_chance(belief: Belief, free: Any, chance: np.random.Generator) -> int:
        return int(chance.choice(free))

    curves: dict[str, list[list[float]]] = {"ours": [], "goal": [], "random": [], "independent": []}
    expected: dict[str, list[list[tuple[float, float]]]] = {"ours": [], "goal": []}
    for number in range(learners):
        known = one_more(world, np.random.default_rng([seed, number]))
        needed = closure(world.graph, world.goals[number % len(world.goals)])
        sittings: dict[str, tuple[Ask, Bools | None]] = {"ours": (ours, None), "goal": (ours, needed)}
        if not ours_only:
            sittings["random"] = by_chance, None
        for name, (ask, wanted) in sittings.items():
            chance = np.random.default_rng([seed, number, 1])
            curve, hoped, times = sit(world, people, known, ask, chance, wanted)
            curves[name].append(curve)
            if name in expected:
                expected[name].append(hoped)
                seconds += times
        if not ours_only:
            alone = sit_alone(world, people, known, np.random.default_rng([seed, number, 1]))
            curves["independent"].append(alone)
    figures: dict[str, Any] = {
        "truth": truth,
        "nodes": len(world.graph.parents),
        "items": len(questions.level),
        "learners": learners,
        "population_s": round(made, 2),
    }
    for name, rows in curves.items():
        if not rows:
            continue
        for share in (0.9, 0.95):
            figures[f"{name}_questions_to_{share:.0%}"] = reached(np.array(rows), share)
            figures[f"{name}_ever_at_{share:.0%}"] = round(
                float((np.array(rows) >= share).any(axis=1).mean()), 3
            )
        figures[f"{name}_accuracy_after_12_and_28"] = (
            np.array(rows)[:, [12, 28]].mean(axis=0).round(3).tolist()
        )
    figures["ms_a_question_median"] = round(float(np.median(seconds)) * 1000, 2)
    figures["ms_a_question_p99"] = round(float(np.quantile(seconds, 0.99)) * 1000, 2)
    for name, hoped in expected.items():
        told = stopping(np.array(curves[name]), np.array(hoped), RULES[name])
        figures |= {f"{name}_{key}": value for key, value in told.items()}
    table = [
        {"test": name, **stopping(np.array(curves[name]), np.array(hoped), at)}
        for name, hoped in expected.items()
        for at in THRESHOLDS
    ]
    return figures | {"calibration": table}


def sit(
    world: World, people: Any, known: Bools, ask: Ask, chance: np.random.Generator, wanted: Bools | None
) -> tuple[list[float], list[tuple[float, float]], list[float]]:
    """Let somebody sit the whole test; return accuracy, expectation and doubt by question, and times."""
    reply = respondent(world.questions, known, chance)
    belief = placement.start(people, wanted=wanted)
    asked_for = belief.wanted.reshape(-1, LEVELS).any(axis=1)
    free = np.flatnonzero(asked_for[world.questions.competency])

    def right() -> float:
        return accuracy(belief.verdict.reshape(-1)[belief.wanted], known[belief.wanted])

    def hope() -> tuple[float, float]:
        return belief.expected_accuracy, belief.doubt

    curve, hoped, times = [right()], [hope()], []
    for _ in range(placement.MOST_QUESTIONS):
        if not len(free):  # a small graph has no more: it stays as it is
            curve.append(curve[-1])
            hoped.append(hoped[-1])
            continue
        began = time.process_time()
        item = ask(belief, free, chance)
        took = time.process_time() - began
        answered = reply(item)
        began = time.process_time()
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
        times.append(took + time.process_time() - began)
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


def stopping(curves: Any, hoped: Any, at: float) -> dict[str, Any]:
    """Return what stopping at an expected accuracy after enough questions, or without doubt, gives."""
    number = np.arange(1, curves.shape[1])
    expected, doubt = hoped[:, 1:, 0], hoped[:, 1:, 1]
    enough = (number >= placement.ENOUGH_QUESTIONS) & ((expected >= at) | (doubt <= placement.DOUBT_LEFT))
    stops = enough | ((number >= placement.LEAST_QUESTIONS) & (doubt <= placement.NO_DOUBT))
    ended = stops.any(axis=1)
    when = stops.argmax(axis=1) + 1
    truly = curves[np.arange(len(curves)), when] >= TRULY
    return {
        "stop_at": round(float(at), 3) if np.isfinite(at) else None,
        "stopped_share": round(float(ended.mean()), 3),
        "stopped_truly_at_90%": round(float(truly[ended].mean()), 3) if ended.any() else None,
        "questions_at_stop": float(np.median(when[ended])) if ended.any() else None,
    }


if __name__ == "__main__":
    main()
