"""Late plans: the best part of the goal that fits, held against every other part, and what would help."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

import catalogue
from learning_paths.coverage import best_part
from learning_paths.curriculum import Ground
from learning_paths.demands import number_of
from learning_paths.goals import goal_of
from learning_paths.marks import opened
from learning_paths.mastery import Mastery
from learning_paths.plan import Standing, make
from learning_paths.planner import problem_of
from learning_paths.profiles import Learner
from tests.learning_paths.curricula import minutes, minutes_of, planned, situations


@given(situations(rivals=True), st.integers(0, 900))
def test_no_other_part_within_the_time_reaches_more(situation, budget):
    curriculum, goals, reached = situation
    missing = sorted({(row, level) for row, at in goals for level in range(reached[row] + 1, at + 1)})
    open_ = opened(curriculum, lambda node: node[1] <= reached[node[0]], frozenset())
    problem = problem_of(curriculum, open_, (), minutes_of, missing)
    part = best_part(problem, map(number_of, missing), budget)
    assert sum(problem.minutes[thing] for thing in part.taken) <= budget
    rows = sorted({row for row, _ in missing})
    best = 0
    for levels in product(
        *(range(reached[row], max(at for one, at in missing if one == row) + 1) for row in rows)
    ):
        wanted = {(row, level) for row, level in zip(rows, levels, strict=True) if level > reached[row]}
        if sum(minutes(planned(curriculum, wanted, reached))) <= budget:
            best = max(best, sum(level - reached[row] for row, level in zip(rows, levels, strict=True)))
    assert len(part.reached) == best == part.at_most


def late(weeks: int, role: str = "ai-training-engineer") -> dict:
    ground = Ground(catalogue.load())
    prior = ground.prior("mathematics", None, 0)
    learner = Learner(degree="mathematics", role=role, hours=5, weeks=weeks)
    return make(ground, learner, goal_of(ground.catalogue, role), Standing(prior, Mastery(prior, prior), {}))


def test_a_late_plan_says_what_fits_and_what_would_make_it_fit():
    made = late(9)
    deadline = made["deadline"]
    assert not deadline["fits"]
    assert deadline["weeks_needed"] == made["weeks"] > 9
    partial = deadline["partial"]
    assert 0 < partial["covered"] <= partial["at_most"] < partial["of"]
    assert partial["weeks"] <= 9
    assert partial["hours"] <= 45
    assert {skill.partition("@")[0] for skill in partial["left_out"]} <= {
        one["id"] for one in made["competencies"]
    }
    assert late(made["weeks"])["deadline"]["fits"]


def test_each_plan_carries_its_bound():
    bound = late(6)["bound"]
    assert bound["gap_hours"] == 0
    assert bound["method"] == "closure"
    assert bound["weeks"] <= late(6)["weeks"]
