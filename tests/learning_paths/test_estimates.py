"""What a gap is said to take: the share of the planned course that will teach it."""

from statistics import fmean

import pytest

import catalogue
from catalogue import Catalogue, Level, Skill
from learning_paths.curriculum import Ground
from learning_paths.estimates import ROUNDED_TO, left_to_build


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(catalogue.load())


@pytest.fixture(scope="module")
def known(ground: Ground) -> Catalogue:
    return ground.catalogue


def test_the_outline_has_the_whole_curriculum(known: Catalogue):
    assert len(known.outline) == 52
    assert sum(len(one.labs) for one in known.outline.values()) == 60


def test_whatever_is_asked_is_led_to_by_a_course_of_the_outline(known: Catalogue):
    goals = [*known.roles.values(), *known.targets.values()]
    asked = [Skill(name, level) for goal in goals for name, level in goal.competencies.items()]
    asked += [Skill(need.needs, need.at) for one in known.competencies.values() for need in one.needs]
    led_to = {}
    for outline in known.outline.values():
        for name, level in outline.teaches.items():
            led_to[name] = max(level, led_to.get(name, Level.B))
    assert [str(skill) for skill in asked if led_to.get(skill.competency, 0) < skill.level] == []


def test_what_is_built_is_part_of_the_outline(known: Catalogue):
    for slug, course in known.courses.items():
        outline = known.outline[slug]
        assert course.stage == outline.stage
        assert set(course.labs) <= set(outline.labs)
        assert len(course.lessons) <= outline.lessons
        for skill in course.teaches:
            assert outline.teaches[skill.competency] >= skill.level


def test_a_course_that_is_not_begun_takes_what_its_lessons_and_labs_take_elsewhere(
    ground: Ground, known: Catalogue
):
    a_lesson = fmean(lesson.minutes for lesson in known.lessons.values())
    a_lab = fmean(lab.minutes for lab in known.labs.values())
    not_begun = [slug for slug in known.outline if slug not in known.courses]
    assert not_begun
    for slug in not_begun[:: len(not_begun) // 3 or 1]:
        outline = known.outline[slug]
        assert left_to_build(known, slug) == (outline.lessons, len(outline.labs))
        nodes = [
            ground.node_of(name, level)
            for name, deepest in outline.teaches.items()
            for level in Level
            if level <= deepest
        ]
        whole = outline.lessons * a_lesson + len(outline.labs) * a_lab
        assert sum(ground.gap_minutes[node] for node in nodes) == pytest.approx(
            whole, abs=ROUNDED_TO / 2 * len(nodes) + 1e-6
        )


def test_of_a_course_that_is_begun_only_the_rest_is_counted(ground: Ground, known: Catalogue):
    lessons, labs = left_to_build(known, "fine-tuning")
    built = known.courses["fine-tuning"]
    assert (lessons, labs) == (4 - len(built.lessons), 3 - len(built.labs))
    assert lessons > 0
    node = ground.node_of("fine-tuning", Level.B)
    assert node not in ground.gap_minutes  # a lesson teaches it


def test_a_deeper_level_takes_longer_than_the_basic_one(ground: Ground):
    for name in ("operator-development", "retrieval-augmented-generation", "agent-orchestration"):
        basic, deeper = (ground.gap_minutes[ground.node_of(name, level)] for level in (Level.B, Level.I))
        assert deeper > basic


def test_a_level_that_no_course_is_planned_for_takes_the_average(ground: Ground, known: Catalogue):
    node = ground.node_of("market-insight", Level.E)
    assert known.outline["ai-sales"].teaches["market-insight"] == Level.P
    assert ground.planned(node) == ()
    assert ground.gap_minutes[node] % 15 == 0


def test_without_any_course_nothing_is_estimated(tmp_path):
    assert Ground(catalogue.load(tmp_path)).gap_minutes == {}
