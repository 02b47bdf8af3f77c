"""What hangs on a unit, and what its reasons rest on."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

import catalogue
from learning_paths.consequences import Consequences
from learning_paths.curriculum import Ground
from learning_paths.explain import Shown
from learning_paths.graph import Curriculum
from learning_paths.intervals import interval
from learning_paths.mastery import Mastery, Observation
from learning_paths.plan import Standing, make
from learning_paths.planner import Link, select
from learning_paths.profiles import check
from learning_paths.sayings import listed
from learning_paths.units import Gap, Unit
from tests.learning_paths.test_planner import situations

BASE, MIDDLE, TOP, ASIDE = range(4)
LESSONS = {
    row: Unit(f"lesson:{row}", 60, f"c{row}", (row, row, 0), teaches=((row, 0),))
    for row in (BASE, MIDDLE, TOP, ASIDE)
}
LAB = Unit("lab:base", 30, "c0", (0, 0, 1), proves=((BASE, 0),))
SHORTER = Unit("lesson:short", 20, "other", (9, 9, 0), teaches=((BASE, 0),))
SMALL = Curriculum(
    ("base", "middle", "top", "aside"),
    (((MIDDLE, 0), (BASE, 0)), ((TOP, 0), (MIDDLE, 0))),
    (*LESSONS.values(), LAB),
)


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(catalogue.load())


@pytest.fixture(scope="module")
def fresh(ground) -> dict:
    return plan(ground, {"role": "operator-developer"})


def plan(ground: Ground, said: dict) -> dict:
    learner = check(ground.catalogue, said)
    prior = ground.prior(learner.degree, learner.job, learner.years)
    standing = Standing(prior, Mastery(prior, prior), {})
    return make(ground, learner, learner.goal(ground.catalogue), standing)


def chosen(goals) -> Consequences:
    return Consequences(SMALL, select(SMALL, goals, lambda node: False))


def test_what_waits_for_a_lesson_and_which_goals_go_with_it():
    found = chosen([(TOP, 0), (ASIDE, 0)])
    assert found.waiting([LESSONS[BASE]]) == [LESSONS[MIDDLE], LESSONS[TOP]]
    assert found.goals([LESSONS[BASE]]) == [(TOP, 0)]
    assert found.waiting([LESSONS[ASIDE]]) == []
    assert found.goals([LESSONS[ASIDE]]) == [(ASIDE, 0)]
    assert found.proofs([(BASE, 0)]) == [LAB]


def test_an_alternative_is_what_teaches_the_same_and_is_not_planned():
    curriculum = Curriculum(SMALL.competencies, SMALL.needs, (*SMALL.units, SHORTER))
    found = Consequences(curriculum, select(curriculum, [(BASE, 0)], lambda node: False))
    assert SHORTER in found.selection.chosen
    assert found.alternatives(SHORTER) == [LESSONS[BASE]]
    assert found.alternatives(LAB) == []


@given(situations())
def test_what_waits_is_what_a_plan_without_that_knowledge_would_lack(situation):
    """Against the definition: a node is lost when every way down from it comes to what is left out."""
    curriculum, goals, reached = situation
    selection = select(curriculum, goals, lambda node: node[1] <= reached[node[0]])
    found = Consequences(curriculum, selection)
    for item, own in selection.chosen.items():
        lost = set(own)
        while more := {node for node in selection.links if node not in lost and needs(found, node) & lost}:
            lost |= more
        assert set(found.goals([item])) == {node for node in lost if selection.links[node] == Link(None)}
        waiting = {
            other
            for other, nodes in selection.chosen.items()
            if other != item and set(nodes) & (lost - set(own))
        }
        assert set(found.waiting([item])) == waiting
        assert found.goals([item]), "everything in a plan is there for a goal"


def needs(found: Consequences, node) -> set:
    used = {
        one
        for item, nodes in found.selection.chosen.items()
        if isinstance(item, Unit) and node in nodes
        for one in item.uses
    }
    return {*found.curriculum.asked_by(node), *used}


def test_every_unit_says_what_happens_without_it_and_what_could_replace_it(fresh):
    place = {unit["id"]: number for number, unit in enumerate(fresh["units"])}
    kinds = set()
    for unit in fresh["units"]:
        skipped, other = unit["if_skipped"], unit["alternative"]
        assert skipped["goals"] == ["competency:operator-development@E"]
        assert all(place.get(name, 99) >= 0 for name in skipped["units"])
        assert skipped["text"]["en"].startswith("If you leave it out")
        assert "算子开发" in skipped["text"]["zh"]
        assert other["text"]["en"]
        assert other["text"]["zh"]
        kinds.add(other["kind"])
        if other["kind"] == "test-out":
            assert other["unit"].startswith("lab:")
            assert place[other["unit"]] > place[unit["id"]]
    assert kinds == {"test-out", "proof", "elsewhere"}
    assert fresh["units"][-1]["if_skipped"]["units"] == []


def test_a_reason_has_its_interval_and_the_work_it_rests_on(ground):
    learner = check(ground.catalogue, {"role": "operator-developer"})
    prior = ground.prior(None, None, 0)
    row = ground.rows["numerics-information"]
    seen = [Observation(row, 1, 0.5, 1.0, 1, 0.0)]
    mastery = ground.posterior(prior, seen, 1.0)
    work = {"en": "lab “L”, task “t”,", "zh": "实验“L”中任务“t”"}
    shown = {row: [Shown("l", "t", work, "nbgrader", 5.0, 10.0, datetime(2026, 11, 1, tzinfo=UTC))]}
    standing = Standing(prior, mastery, shown, frozenset(), interval(ground, prior, mastery, seen, 1.0))
    made = make(ground, learner, learner.goal(ground.catalogue), standing)
    reasons = [
        reason
        for unit in made["units"]
        for reason in unit["reasons"]
        if reason["competency"] == "numerics-information" and "interval" in reason
    ]
    assert reasons
    for reason in reasons:
        low, high = reason["interval"]
        assert low <= reason["probability"] <= high
        assert high - low > 0.05
        assert reason["rests_on"] == [
            {"lab": "l", "task": "t", "work": work, "score": 5.0, "points": 10.0, "date": "2026-11-01"}
        ]
        assert f"(between {round(100 * low)} and {round(100 * high)})" in reason["text"]["en"]


def test_titles_beyond_the_first_are_counted():
    titles = [{"en": name, "zh": name} for name in "abcde"]
    assert listed(titles)["en"] == "“a”, “b”, “c” and 2 more"
    assert listed(titles[:2])["zh"] == "“a”、“b”"


def test_a_gap_has_an_alternative_outside(fresh):
    gaps = [unit for unit in fresh["units"] if unit["kind"] == "gap"]
    assert {unit["alternative"]["kind"] for unit in gaps} == {"elsewhere"}
    assert (
        Consequences(SMALL, select(SMALL, [], lambda node: False)).alternatives(Gap((0, 1), (0, 0, 1))) == []
    )
