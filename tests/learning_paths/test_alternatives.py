"""Alternatives of the catalogue in plans: what would do instead of a need, courses that come as a whole."""

from dataclasses import replace

import pytest

import catalogue
from catalogue import Catalogue, Level, Skill
from learning_paths.curriculum import Ground
from learning_paths.goals import goal_of
from learning_paths.mastery import Mastery
from learning_paths.plan import Standing, make
from learning_paths.profiles import Learner

THERE_ANYWAY = Skill("prompt-engineering", Level.B)


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return catalogue.load()


def with_instead(known: Catalogue, instead: Skill) -> Ground:
    """The same, but annotation's need of basic mathematics may be met by something else."""
    asker = known.competencies["instruction-annotation"]
    needs = [
        n.model_copy(update={"or_": (instead,)}) if n.needs == "basic-mathematics" else n for n in asker.needs
    ]
    assert needs != list(asker.needs)
    competencies = {**known.competencies, asker.id: asker.model_copy(update={"needs": tuple(needs)})}
    return Ground(replace(known, competencies=competencies))


def plan(ground: Ground, skill: str) -> dict:
    prior = ground.prior(None, None, 0)
    goal = goal_of(ground.catalogue, competencies=[skill])
    return make(ground, Learner(competencies=(skill,)), goal, Standing(prior, Mastery(prior, prior), {}))


def ids(made: dict) -> list[str]:
    return [unit["id"] for unit in made["units"]]


def test_what_is_there_anyway_is_taken_instead_of_a_need(known):
    firm = plan(Ground(known), "instruction-annotation@B")
    free = plan(with_instead(known, THERE_ANYWAY), "instruction-annotation@B")
    left_out = set(ids(firm)) - set(ids(free))
    assert left_out
    assert all("basic-mathematics" in name or name == "lab:functions-and-counts" for name in left_out)
    assert free["total_hours"] < firm["total_hours"]
    assert all(unit["reasons"][0]["text"]["en"] for unit in free["units"])


def test_a_course_that_is_a_bundle_comes_as_a_whole(known):
    course = known.courses["python-start"]
    whole = replace(known, courses={**known.courses, course.slug: course.model_copy(update={"bundle": True})})
    first = [f"lesson:{lesson.id}" for lesson in course.lessons]
    loose = ids(plan(Ground(known), "programming-basics@B"))
    bundle = ids(plan(Ground(whole), "programming-basics@B"))
    assert not set(first) <= set(loose)
    assert set(first) <= set(bundle)
