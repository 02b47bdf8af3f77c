"""Two ways side by side: another role, the framework's migration paths, the start from nothing."""

import json

import pytest

import catalogue
from learning_paths.cli import main
from learning_paths.curriculum import Ground
from learning_paths.effort import beginning, effort, missing
from learning_paths.goals import goal_of
from learning_paths.marks import Marks
from learning_paths.mastery import Mastery
from learning_paths.plan import Standing, make
from learning_paths.profiles import check
from learning_paths.progress import progress
from learning_paths.role_hours import role_hours
from learning_paths.role_migrations import comparisons
from learning_paths.units import Gap
from learning_paths.what_if import what_if
from tests.learning_paths.small_academy import write_rival, write_tree


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(catalogue.load())


@pytest.fixture(scope="module")
def rivals(tmp_path_factory) -> Ground:
    """Two courses teach numerics: the shorter one in English only."""
    root = tmp_path_factory.mktemp("rivals")
    write_tree(root)
    write_rival(root)
    return Ground(catalogue.load(root))


def standing_of(ground: Ground, **said) -> tuple:
    learner = check(ground.catalogue, {"role": "data-engineer", **said})
    prior = ground.prior(learner.degree, learner.job, learner.years)
    return learner, Standing(prior, Mastery(prior, prior), {})


def ask(capsys, *words: str):
    assert main(["plan", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("role", ["operator-developer", "business-user", "ai-training-engineer"])
def test_effort_is_the_plans_hours_split_by_what_they_are_for(ground, role):
    learner, standing = standing_of(ground, role=role)
    made = make(ground, learner, goal_of(ground.catalogue, role), standing)
    found = effort(ground, missing(ground, goal_of(ground.catalogue, role), standing.mastery).chosen)
    assert found.study == pytest.approx(made["total_hours"], abs=0.01 * len(made["units"]))
    assert found.estimated == pytest.approx(made["gap_hours"], abs=0.01 * len(made["units"]))
    for kind, hours in (("lesson", found.lessons), ("lab", found.labs)):
        planned = sum(unit["hours"] for unit in made["units"] if unit["kind"] == kind)
        assert hours == pytest.approx(planned, abs=0.01 * len(made["units"]))


def test_practice_at_work_brings_the_whole_to_the_reference_shares(ground):
    goal = goal_of(ground.catalogue, "ai-training-engineer")
    found = effort(ground, missing(ground, goal, beginning(ground)).chosen)
    lessons, labs = found.lessons + found.planned_lessons, found.labs + found.planned_labs
    assert (found.practice + labs) / lessons == pytest.approx(7)
    assert found.practice > labs > 0


def test_a_gap_is_split_as_its_planned_course_will_be(ground):
    outline = ground.catalogue.outline["cluster-planning"]
    node = ground.node_of("cluster-planning", outline.teaches["cluster-planning"])
    gap = Gap(node, (node[0], 0, node[1]))
    found = effort(ground, [gap])
    lesson_minutes = [one.minutes for one in ground.catalogue.lessons.values()]
    lab_minutes = [one.minutes for one in ground.catalogue.labs.values()]
    lessons = outline.lessons * sum(lesson_minutes) / len(lesson_minutes)
    labs = len(outline.labs) * sum(lab_minutes) / len(lab_minutes)
    assert found.planned_labs / found.planned_lessons == pytest.approx(labs / lessons)
    assert found.built == 0


def test_what_if_splits_both_ways_without_losing_an_hour(ground):
    learner, standing = standing_of(ground, job="software-developer", years=4)
    other = goal_of(ground.catalogue, "ai-application-developer")
    found = what_if(ground, learner, learner.goal(ground.catalogue), other, standing)
    shared, extra, dropped = (found[name]["hours"] for name in ("shared", "extra", "dropped"))
    assert shared + extra == pytest.approx(found["other"]["hours"], abs=0.02)
    assert shared + dropped == pytest.approx(found["goal"]["hours"], abs=0.02)
    assert min(shared, extra, dropped) > 0
    from_nothing = effort(ground, missing(ground, other, beginning(ground)).chosen).study
    assert found["saved_hours"] == pytest.approx(from_nothing - found["other"]["hours"], abs=0.02)
    for name in ("shared", "extra", "dropped"):
        names = [unit["id"].partition("@")[0] for unit in found[name]["units"]]
        assert len(set(names)) == len(names), "a gap's levels are one entry"
        hours = sum(unit["hours"] for unit in found[name]["units"])
        assert hours == pytest.approx(found[name]["hours"], abs=0.1)


def test_what_if_the_other_role_is_the_same_nothing_changes(ground):
    learner, standing = standing_of(ground)
    goal = learner.goal(ground.catalogue)
    found = what_if(ground, learner, goal, goal, standing)
    assert found["extra"]["hours"] == found["dropped"]["hours"] == found["saved_hours"] == 0
    assert found["goal"] == found["other"]


def test_a_lesson_behind_the_learner_counts_for_the_other_role_as_well(ground):
    learner, fresh = standing_of(ground)
    lesson = "lesson:python-start/01-values-names-decisions"
    standing = Standing(fresh.prior, fresh.mastery, {}, frozenset({lesson}))
    other = goal_of(ground.catalogue, "operator-developer")
    found = what_if(ground, learner, learner.goal(ground.catalogue), other, standing)
    assert found["done_counts"] == [lesson]
    assert found["saved_hours"] == pytest.approx(
        ground.catalogue.lessons[lesson.removeprefix("lesson:")].minutes / 60, abs=0.01
    )


def test_all_eleven_migrations_are_compared_and_none_is_longer_than_from_nothing(ground):
    migrations = ground.catalogue.migrations
    assert len(migrations) == 11
    for migration in migrations.values():
        pairs = comparisons(ground, migration)
        assert {pair["origin"]["id"] for pair in pairs} == set(migration.origins)
        assert len(pairs) == len(migration.origins) * len(migration.to)
        for pair in pairs:
            assert pair["saved_hours"] == pytest.approx(
                pair["from_nothing"]["study"] - pair["hours"]["study"], abs=0.02
            )
            assert 0 <= pair["saved_share"] < 1
            assert pair["saved_hours"] < pair["likely_saved_hours"] < pair["from_nothing"]["study"]
            assert len(pair["then"]) == len(migration.then)


def test_a_test_is_expected_to_save_each_unit_with_the_chance_that_it_is_known(ground):
    (pair,) = comparisons(ground, ground.catalogue.migrations["sales-to-ai-sales"])
    start = beginning(ground, job="sales")
    way = missing(ground, goal_of(ground.catalogue, "ai-sales"), start)
    more = 0.0
    for unit, nodes in way.chosen.items():
        more += ground.minutes(unit) / 60 * min(start.now[node] for node in nodes)
    assert pair["likely_saved_hours"] == pytest.approx(pair["saved_hours"] + more, abs=0.02)
    assert more > pair["saved_hours"]


def test_what_follows_takes_less_than_it_would_on_its_own(ground):
    (pair,) = comparisons(ground, ground.catalogue.migrations["data-engineer-to-ai-data"])
    then = pair["then"][0]
    alone = missing(
        ground, goal_of(ground.catalogue, "data-scientist"), beginning(ground, job="data-engineer")
    )
    assert 0 < then["hours"]["study"] < effort(ground, alone.chosen).study


def unrounded(made):
    """Return a plan's hours from its units' whole minutes: its own total adds up hundredths of hours."""
    return sum(round(60 * unit["hours"]) for unit in made["units"]) / 60


def test_a_migration_is_planned_with_its_job_fully_learned(capsys, ground):
    made = ask(capsys, "--migration", "cloud-to-scheduling")
    assert made["goal"]["id"] == "target:cloud-scheduling-platform-engineer"
    assert unrounded(made) == pytest.approx(made["migration"][0]["hours"]["study"], abs=0.01)
    second = ask(capsys, "--migration", "developer-to-model", "--job", "software-developer")
    assert second["goal"]["id"] == "target:model-operator-engineer"
    assert len(second["migration"]) == 6


def test_all_migrations_are_listed_with_numbers_for_people_and_programs(capsys, monkeypatch, ground):
    monkeypatch.setenv("COLUMNS", "200")
    listed = ask(capsys, "--migrations")
    assert {pair["migration"] for pair in listed} == set(ground.catalogue.migrations)
    for language, word in (("en", "Cloud engineer"), ("zh", "云")):
        assert main(["plan", "--migrations", "--language", language]) == 0
        assert word in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("shared by both", "extra")), ("zh", ("共有", "新增"))]
)
def test_what_if_is_told_in_the_learners_language(capsys, language, words):
    given = ["--role", "data-engineer", "--what-if", "operator-developer", "--language", language]
    assert main(["plan", *given]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "--migration cloud-scheduling",
            "--migration: unknown migration 'cloud-scheduling'; the nearest: cloud",
        ),
        ("--migration sales-to-ai-sales --job data-engineer", "it has sales"),
        ("--migration sales-to-ai-sales --role data-engineer", "it has ai-sales"),
        ("--role data-engineer --what-if operator", "operator-developer"),
        ("--what-if operator-developer", "no goal is given"),
    ],
)
def test_a_wrong_name_gets_the_right_ones(capsys, words, said):
    assert main(["plan", *words.split()]) == 2
    assert said in capsys.readouterr().err


ENGLISH, CHINESE = "lesson:numerics-information/01-floating-point", "lesson:numbers-in-machines/01-bits"
LOOPS = "lesson:python-start/02-loops"


def parts(found):
    return {name: [unit["id"] for unit in found[name]["units"]] for name in ("shared", "extra", "dropped")}


@pytest.mark.parametrize(("language", "taken"), [("en", ENGLISH), ("zh", CHINESE)])
def test_all_ways_are_compared_in_the_learners_language(rivals, language, taken):
    learner, standing = standing_of(
        rivals, role=None, competencies=["programming-basics@I"], language=language
    )
    other = goal_of(rivals.catalogue, competencies=["numerics-information@I"])
    found = what_if(rivals, learner, learner.goal(rivals.catalogue), other, standing)
    assert taken in parts(found)["extra"]
    # nothing is known, so the start from nothing saves nothing, whatever the language
    assert found["saved_hours"] == 0
    assert found["other"]["hours"] == make(rivals, learner, other, standing)["total_hours"]


def test_a_lesson_of_the_course_in_the_learners_language_counts(rivals):
    learner, fresh = standing_of(rivals, role=None, competencies=["programming-basics@I"], language="zh")
    standing = Standing(fresh.prior, fresh.mastery, {}, frozenset({CHINESE}))
    other = goal_of(rivals.catalogue, competencies=["numerics-information@I"])
    found = what_if(rivals, learner, learner.goal(rivals.catalogue), other, standing)
    assert found["done_counts"] == [CHINESE]
    assert found["saved_hours"] == pytest.approx(65 / 60, abs=0.01)


def test_what_is_marked_is_marked_on_every_way(rivals):
    learner, standing = standing_of(rivals, role=None, competencies=["programming-basics@I"])
    goal = learner.goal(rivals.catalogue)
    other = goal_of(rivals.catalogue, competencies=["numerics-information@I"])
    plain = what_if(rivals, learner, goal, other, standing)
    skipping = what_if(rivals, learner, goal, other, standing, Marks(skipped=frozenset({ENGLISH, CHINESE})))
    assert ENGLISH in parts(plain)["extra"]
    assert ENGLISH not in parts(skipping)["extra"]
    # what is left out is left out from nothing too: it is not knowledge that saves it
    assert skipping["saved_hours"] == plain["saved_hours"] == 0
    pinning = what_if(rivals, learner, goal, other, standing, Marks(pinned=frozenset({"lab:stable-softmax"})))
    assert "lab:stable-softmax" in parts(plain)["extra"]
    assert "lab:stable-softmax" in parts(pinning)["shared"]
    assert pinning["saved_hours"] == 0


def test_the_plan_before_decides_between_equals_on_both_ways(rivals):
    learner, standing = standing_of(rivals, role=None, competencies=["numerics-information@I"], language="zh")
    goal, other = learner.goal(rivals.catalogue), goal_of(rivals.catalogue, "operator-developer")
    before = {unit["id"]: unit["week"] for unit in make(rivals, learner, goal, standing)["units"]}
    found = what_if(rivals, learner, goal, other, standing, before=before)
    again = make(rivals, learner, goal, standing, before=before)
    assert {one for name in ("shared", "dropped") for one in parts(found)[name]} >= {
        unit["id"] for unit in again["units"] if unit["kind"] != "gap"
    }
    assert found["goal"]["weeks"] == again["weeks"]


def test_roles_hours_follow_the_language_of_what_is_taught(rivals):
    hours = {language: role_hours(rivals, language) for language in ("en", "zh")}
    (english, chinese) = (
        {row["id"]: row["starts"][0]["hours"]["study"] for row in hours[language]}
        for language in ("en", "zh")
    )
    longer = [chinese[name] - english[name] for name in english if chinese[name] != english[name]]
    assert longer, "a role that needs numerics takes the longer course that has Chinese texts"
    assert all(
        hours in (pytest.approx(10 / 60, abs=0.02), pytest.approx(20 / 60, abs=0.02)) for hours in longer
    )


def test_the_way_that_progress_shows_is_the_learners(rivals):
    learner, standing = standing_of(rivals, role=None, competencies=["linear-algebra@B"])

    def needed(marks):
        stages = progress(rivals, learner, standing, marks)
        return {one["id"] for stage in stages for one in stage["competencies"] if one["needed"]}

    plain = needed(Marks())
    assert "linear-algebra" in plain
    assert "numerics-information" not in plain
    assert needed(Marks(pinned=frozenset({"lab:stable-softmax"}))) >= plain | {"numerics-information"}


def test_migrations_are_compared_with_marks_and_language(rivals):
    migration = rivals.catalogue.migrations["developer-to-model"]
    plain = comparisons(rivals, migration)
    pinned = comparisons(rivals, migration, Marks(pinned=frozenset({"lab:first-programs"})))
    skipped = comparisons(rivals, migration, Marks(skipped=frozenset({ENGLISH, CHINESE})))
    chinese = comparisons(rivals, migration, language="zh")
    for one, pin, skip, other in zip(plain, pinned, skipped, chinese, strict=True):
        # the lab is on the way from nothing anyhow, and a developer is not sent there without the pin
        assert pin["from_nothing"] == one["from_nothing"]
        assert pin["hours"]["study"] == pytest.approx(one["hours"]["study"] + 1, abs=0.01)
        assert pin["likely_saved_hours"] == pytest.approx(one["likely_saved_hours"] - 1, abs=0.02)
        assert skip["from_nothing"]["study"] == pytest.approx(
            one["from_nothing"]["study"] - 55 / 60, abs=0.01
        )
        assert other["from_nothing"]["study"] == pytest.approx(
            one["from_nothing"]["study"] + 20 / 60, abs=0.01
        )


def test_a_pinned_unit_is_gone_once_for_what_follows_too(rivals):
    migration = rivals.catalogue.migrations["data-engineer-to-ai-data"]
    (plain,) = comparisons(rivals, migration)
    (pinned,) = comparisons(rivals, migration, Marks(pinned=frozenset({"lab:first-programs"})))
    assert pinned["hours"]["study"] > plain["hours"]["study"]
    assert pinned["then"] == plain["then"]


def test_the_command_compares_with_marks_and_language(capsys, monkeypatch, rivals):
    monkeypatch.setattr(catalogue, "load", lambda: rivals.catalogue)
    goal = ("--target", "programming-basics@I")
    plain = ask(capsys, *goal, "--what-if", "data-engineer")
    skipped = ask(capsys, *goal, "--what-if", "data-engineer", "--skip", ENGLISH)
    chinese = ask(capsys, *goal, "--what-if", "data-engineer", "--language", "zh")
    assert ENGLISH in parts(plain)["extra"]
    assert ENGLISH not in parts(skipped)["extra"]
    assert CHINESE in parts(chinese)["extra"]
    marked = ask(capsys, "--migration", "developer-to-model", "--skip", ENGLISH, "--skip", CHINESE)
    assert unrounded(marked) == pytest.approx(marked["migration"][0]["hours"]["study"], abs=0.01)
    (listed,) = [
        pair
        for pair in ask(capsys, "--migrations", "--pin", "lab:first-programs")
        if pair["migration"] == "sales-to-ai-sales"
    ]
    (without,) = [pair for pair in ask(capsys, "--migrations") if pair["migration"] == "sales-to-ai-sales"]
    assert listed["hours"]["study"] > without["hours"]["study"]
    assert main(["plan", "--migrations", "--pin", "lab:nothing"]) == 2
    assert "unknown unit 'lab:nothing'" in capsys.readouterr().err
    hours = {}
    for language in ("en", "zh"):
        assert main(["hours", "--json", "--language", language]) == 0
        hours[language] = json.loads(capsys.readouterr().out)
    assert hours["en"] != hours["zh"] == role_hours(rivals, "zh")
