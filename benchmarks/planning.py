"""How near to the least time plans are proven to be, and how long they take: for one learner and for many.

    python benchmarks/planning.py [--json] [--curricula 40] [--plans 25] [--learners 100000]

Curricula are random, of the shape of ours, one to five times as large and with alternatives (see
random_curricula.py). Each plan is solved by the planner and, as peers in the same run, by a plain greedy
cover (of each choice the option with the fewest minutes) and by a plain closure (all that could be wanted).
Plans with explanations are made on the academy's own catalogue, from every degree to every role, and on the
random curricula as whole catalogues (see random_catalogue.py). The many learners start from sixty backgrounds
and have shown up to six competencies more. Times are processor time; as in the service, what was loaded is
kept from the garbage collector.
"""

import argparse
import gc
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from random_catalogue import ground as ground_of
from random_catalogue import standing as standing_of
from random_curricula import curriculum, reached, role

import catalogue
from learning_paths.choice import Problem
from learning_paths.crowd import plan_many
from learning_paths.curriculum import Ground
from learning_paths.goals import goal_of
from learning_paths.graph import Curriculum
from learning_paths.marks import opened
from learning_paths.mastery import Mastery
from learning_paths.plan import Standing, make
from learning_paths.planner import problem_of, select
from learning_paths.profiles import Learner
from learning_paths.units import LEVELS, Gap, Item, Node, Unit
from learning_paths.weeks import pack, settle

SIZES = (1.0, 2.0, 3.0, 5.0)
GAP_MINUTES = 90
BACKGROUNDS, ROLES, SHOWN = 60, 15, 6
WEEK = 360


def main() -> None:
    """Measure, and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="plans against their bounds, and their time")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--curricula", type=int, default=40, help="random curricula (40)")
    parser.add_argument("--plans", type=int, default=25, help="plans on each (25)")
    parser.add_argument("--learners", type=int, default=100_000, help="learners planned at once (100000)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    figures = {
        **single(given.seed, given.curricula, given.plans),
        **explained(),
        **explained_at_random(given.seed, given.curricula, given.plans),
        **many(given.seed, given.learners),
    }
    if given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:34} {value}")


def minutes_of(item: Item) -> int:
    """Return what an item takes."""
    return GAP_MINUTES if isinstance(item, Gap) else item.minutes


def single(seed: int, curricula: int, plans: int) -> dict[str, Any]:
    """Return gaps, times and peers of single plans, and how many units stay where they were."""
    gaps, seconds, methods = [], [], Counter()
    over: dict[str, list[float]] = {"greedy": [], "closure": []}
    sizes: list[int] = []
    kept, packed = [], []
    longer = 0
    for number in range(curricula):
        among = curriculum(seed * 10_000 + number, SIZES[number % len(SIZES)])
        sizes.append(len(among.units))
        _ = among.demands, among.before
        _keep_from_collector()
        chance = random.Random(seed * 10_000 + number)
        for _ in range(plans):
            goals, levels = role(chance, among), reached(chance, among)
            start = time.process_time()
            made = select(among, goals, knows(levels), minutes=minutes_of)
            seconds.append(time.process_time() - start)
            total = sum(map(minutes_of, made.chosen))
            if not total:
                continue
            methods[made.bound.method] += 1
            gaps.append(made.bound.gap / total)
            for name, minutes in _peers(among, goals, levels).items():
                over[name].append(minutes / total - 1)
            after = _evidence(chance, levels, made.chosen)
            again = select(among, goals, knows(after), minutes=minutes_of, kept=_ids(made.chosen))
            longer += sum(map(minutes_of, again.chosen)) > total
            stayed, moved = _unmoved(list(made.chosen), list(again.chosen))
            kept.append(stayed)
            packed.append(moved)
    milliseconds = np.array(seconds) * 1000
    return {
        "plans": len(seconds),
        "units_least": min(sizes),
        "units_most": max(sizes),
        "methods": dict(methods),
        "gap_zero_share": _share(np.array(gaps) == 0),
        "gap_within_1_percent_share": _share(np.array(gaps) <= 0.01),
        "gap_most": round(max(gaps), 5),
        "plain_greedy_over_mean": _mean(over["greedy"]),
        "plain_greedy_over_most": round(max(over["greedy"]), 4),
        "plain_closure_over_mean": _mean(over["closure"]),
        "ms_p50": round(float(np.quantile(milliseconds, 0.5)), 2),
        "ms_p99": round(float(np.quantile(milliseconds, 0.99)), 2),
        "longer_after_success": longer,
        "unmoved_share": _mean(kept),
        "unmoved_share_packed_anew": _mean(packed),
    }


def knows(levels: list[int]) -> Callable[[Node], bool]:
    """Return whether somebody with these levels has mastered a node."""
    return lambda node: node[1] <= levels[node[0]]


def _peers(among: Curriculum, goals: list[Node], levels: list[int]) -> dict[str, int]:
    missing = [goal for goal in sorted(goals) if not knows(levels)(goal)]
    problem = problem_of(among, opened(among, knows(levels), frozenset()), missing, minutes_of)
    return {
        "greedy": sum(problem.minutes[thing] for thing in _plain_greedy(problem)),
        "closure": sum(problem.minutes[thing] for thing in problem.asked),
    }


def _plain_greedy(problem: Problem) -> set[int]:
    """Of each choice, as it comes up, the option whose own new minutes are the fewest."""
    taken, queue = set(problem.forced), list(problem.pending)
    while queue:
        clause = queue.pop(0)
        if problem.met(clause, taken):
            continue
        best = min(clause, key=lambda option: sum(problem.minutes[one] for one in option if one not in taken))
        new = [one for one in best if one not in taken]
        taken.update(new)
        queue += (asked for one in new for asked in problem.asked[one])
    return taken


def _evidence(chance: random.Random, levels: list[int], chosen: Iterator[Item]) -> list[int]:
    """Return the levels after one or two of the first labs of a plan."""
    labs = [item for item in chosen if isinstance(item, Unit) and item.proves][: chance.choice((1, 1, 2))]
    after = list(levels)
    for row, level in (node for lab in labs for node in lab.proves):
        after[row] = max(after[row], level)
    return after


def _ids(chosen: Iterator[Item]) -> frozenset[str]:
    return frozenset(item.id for item in chosen if isinstance(item, Unit))


def _unmoved(before: list[Item], after: list[Item]) -> tuple[float, float]:
    """Return the share of units in both plans that keep their week: as planned again, and packed anew."""
    stood = dict(zip(before, _weeks(before), strict=True))
    both = [place for place, item in enumerate(after) if item in stood]
    if not both:
        return 1.0, 1.0
    lengths, flows = [minutes_of(item) for item in after], _flows(after)
    ways = (settle(lengths, WEEK, flows, [stood.get(item, (None,))[0] for item in after]), _weeks(after))
    stay, anew = (sum(way[at][0] == stood[after[at]][0] for at in both) / len(both) for way in ways)
    return stay, anew


def _weeks(items: list[Item]) -> list[tuple[int, int]]:
    return pack([minutes_of(item) for item in items], WEEK, _flows(items))


def _flows(items: list[Item]) -> frozenset[int]:
    return frozenset(place for place, item in enumerate(items) if isinstance(item, Gap))


def explained() -> dict[str, Any]:
    """Return the time of whole plans with explanations on our own catalogue, the tight deadlines too."""
    ground = Ground(catalogue.load())
    known = ground.catalogue
    seconds: dict[str, list[float]] = {"": [], "late_": []}
    for degree in [None, *known.degrees]:
        prior = ground.prior(degree, None, 0)
        standing = Standing(prior, Mastery(prior, prior), {})
        for name in (*known.roles, *known.targets):
            for kind, weeks in (("", None), ("late_", 4)):
                learner = Learner(degree=degree, role=name, hours=6, weeks=weeks)
                goal = goal_of(known, name)
                start = time.process_time()
                make(ground, learner, goal, standing)
                seconds[kind].append((time.process_time() - start) * 1000)
    return {
        f"explained_{kind}ms_p{point}": round(float(np.quantile(times[1:], point / 100)), 2)
        for kind, times in seconds.items()
        for point in (50, 99)
    }


def explained_at_random(seed: int, curricula: int, plans: int) -> dict[str, Any]:
    """Return the time of whole plans with explanations on random catalogues, and how long these plans are."""
    known = catalogue.load()
    milliseconds: dict[float, list[float]] = {size: [] for size in SIZES}
    units: list[int] = []
    for number in range(curricula):
        size = SIZES[number % len(SIZES)]
        ground = ground_of(curriculum(seed * 10_000 + number, size), known)
        among = ground.curriculum
        _ = among.demands, among.before, ground.gap_minutes, ground.gap_lab_share, ground.reasons
        _keep_from_collector()
        chance = random.Random(seed * 10_000 + number)
        for _ in range(plans):
            goals = [str(ground.skill(node)) for node in role(chance, among)]
            goal, standing = goal_of(ground.catalogue, None, goals), standing_of(chance, ground)
            start = time.process_time()
            made = make(ground, Learner(hours=6), goal, standing)
            milliseconds[size].append((time.process_time() - start) * 1000)
            units.append(len(made["units"]))
    everything = [one for times in milliseconds.values() for one in times]
    found = {f"explained_random_ms_p{point}": _at(everything, point) for point in (50, 99)}
    for size, times in milliseconds.items():
        if times:
            found |= {f"explained_random_{size:g}x_ms_p{point}": _at(times, point) for point in (50, 99)}
    return {
        **found,
        "explained_random_units_p50": _at(units, 50),
        "explained_random_units_most": max(units),
    }


def many(seed: int, learners: int) -> dict[str, Any]:
    """Return the time for many learners without and with alternatives, and how near to the least they are."""
    found: dict[str, Any] = {"learners": learners}
    for size in (1.0, 5.0):
        rich = curriculum(seed, size)
        for kind, among in (("closure", without_alternatives(rich)), ("choice", rich)):
            _ = among.demands
            mastered, goals = crowd(seed, among, learners)
            start = time.process_time()
            plans = plan_many(among, minutes_of, mastered, goals)
            weeks = plans.weeks(np.full(learners, WEEK, np.int32))
            name = f"many_{kind}_{size:g}x"
            found[f"{name}_s"] = round(time.process_time() - start, 2)
            found[f"{name}_weeks_mean"] = round(float(weeks.mean()), 1)
            if kind == "choice":
                gaps = plans.gap / np.maximum(plans.minutes, 1)
                found[f"{name}_exact_share"] = _share(gaps == 0)
                found[f"{name}_gap_mean"] = round(float(gaps.mean()), 5)
                found[f"{name}_gap_p99"] = round(float(np.quantile(gaps, 0.99)), 4)
    return found


def without_alternatives(among: Curriculum) -> Curriculum:
    """Return a curriculum without rivals: the first course of those with its first lab, and firm needs."""
    first = {unit.place[0]: unit.course for unit in sorted(among.units, key=lambda one: one.place)[::-1]}
    units = [unit for unit in among.units if first[unit.place[0]] == unit.course]
    lab = {unit.course: unit for unit in units[::-1] if unit.proves}
    firm = tuple((node, alternatives[0]) for node, alternatives in among.either)
    left = tuple(unit for unit in units if unit.teaches or lab[unit.course] is unit)
    return Curriculum(among.competencies, among.needs + firm, left)


def crowd(seed: int, among: Curriculum, learners: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what many learners have mastered and want: some backgrounds, roles, and work shown since."""
    chance = random.Random(seed)
    starts = np.array([reached(chance, among) for _ in range(BACKGROUNDS)])
    wanted = np.zeros((ROLES, len(among.competencies), LEVELS), bool)
    for number in range(ROLES):
        for node in role(chance, among):
            wanted[number][node] = True
    generator = np.random.default_rng(seed)
    levels = starts[generator.integers(BACKGROUNDS, size=learners)]
    count = generator.integers(0, SHOWN + 1, size=learners)
    for shown in range(SHOWN):
        who = np.flatnonzero(count > shown)
        rows = generator.integers(len(among.competencies), size=len(who))
        levels[who, rows] = np.maximum(levels[who, rows], generator.integers(0, 3, size=len(who)))
    return np.arange(LEVELS) <= levels[:, :, None], wanted[generator.integers(ROLES, size=learners)]


def _keep_from_collector() -> None:
    """Let the collector look at nothing that is there now, and at what it was told so before."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _share(holds: np.ndarray) -> float:
    return round(float(holds.mean()), 4)


def _at(values: list[float], point: int) -> float:
    return round(float(np.quantile(values, point / 100)), 2)


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 4)


if __name__ == "__main__":
    main()
