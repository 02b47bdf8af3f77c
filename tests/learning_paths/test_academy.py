"""The facade, from a profile over graded labs to a plan that moved on."""

from datetime import timedelta

import pytest

from learning_paths.errors import BadProfile, NoProfile, PlanError, UnknownCheckpoint, UnknownUnit

ADA = {
    "degree": "high-school",
    "job": "none",
    "years": 0,
    "competencies": ["numerics-information@I"],
    "hours": 4,
}
LAB = {"check-lse": 5.0, "check-lse-hidden": 5.0, "check-sums": 5.0}


def units(plan):
    return [unit["id"] for unit in plan["units"]]


def test_without_a_profile_there_is_no_plan_and_the_next_step_is_named(academy):
    with pytest.raises(NoProfile, match="fill in the form"):
        academy.plan("ada")


def test_a_bad_profile_names_its_field_and_leaves_the_saved_one(academy):
    academy.save_profile("ada", ADA)
    for field, value in (
        ("role", "operator"),
        ("hours", -3),
        ("years", "x"),
        ("degree", "alchemy"),
        ("weeks", 0),
    ):
        with pytest.raises(BadProfile) as caught:
            academy.save_profile("ada", {**ADA, field: value})
        assert caught.value.field == field
        assert repr(value) in str(caught.value)
    assert academy.profile("ada")["version"] == 1


def test_profiles_have_versions(academy):
    assert academy.save_profile("ada", ADA)["version"] == 1
    assert academy.save_profile("ada", ADA)["version"] == 1
    assert academy.save_profile("ada", {**ADA, "hours": 8})["version"] == 2
    assert academy.profile("ada")["hours"] == 8
    assert academy.profile("bob") is None


def test_another_role_is_compared_from_where_the_learner_stands(academy, teacher, clock):
    with pytest.raises(NoProfile):
        academy.what_if("ada", "operator-developer")
    academy.save_profile("ada", ADA)
    before = academy.what_if("ada", "operator-developer")
    assert before["shared"]["hours"] > 0
    teacher.grade("ada", "stable-softmax", LAB, clock.now)
    clock.advance(hours=1)
    after = academy.what_if("ada", "operator-developer")
    assert after["other"]["hours"] < before["other"]["hours"]
    assert after["saved_hours"] > before["saved_hours"]
    with pytest.raises(BadProfile, match="operator-developer"):
        academy.what_if("ada", "operator")


def test_another_role_is_compared_with_what_the_learner_has_marked(academy):
    academy.save_profile("ada", {**ADA, "degree": "computing"})
    plan, plain = academy.plan("ada"), academy.what_if("ada", "operator-developer")
    assert plain["goal"]["hours"] == pytest.approx(plan["total_hours"], abs=0.05)
    academy.marking.add("ada", {"unit": "lesson:numerics-information/03-entropy", "kind": "skip"}, "ada")
    academy.marking.add("ada", {"unit": "lab:first-programs", "kind": "pin"}, "ines")
    plan, marked = academy.plan("ada"), academy.what_if("ada", "operator-developer")
    for name in ("goal", "other"):
        assert marked[name]["hours"] == pytest.approx(plain[name]["hours"] + 1 - 50 / 60, abs=0.02)
    assert marked["goal"]["hours"] == pytest.approx(plan["total_hours"], abs=0.05)
    assert marked["goal"]["weeks"] == plan["weeks"]
    assert "lab:first-programs" in [unit["id"] for unit in marked["shared"]["units"]]


def test_the_way_of_a_unit_is_drawn_for_its_learner(academy):
    with pytest.raises(NoProfile):
        academy.picture("ada", "lab:stable-softmax", "en")
    academy.save_profile("ada", ADA)
    assert "Numerics and information" in academy.picture("ada", "lab:stable-softmax", "en")["svg"]
    assert "数值与信息" in academy.picture("ada", "lab:stable-softmax", "zh")["svg"]
    with pytest.raises(UnknownUnit, match="no unit 'lab:lora'"):
        academy.picture("ada", "lab:lora", "en")
    with pytest.raises(BadProfile, match="use en or zh"):
        academy.picture("ada", "lab:stable-softmax", "fr")


def test_a_graded_lab_moves_the_plan_and_says_which_task_did_it(academy, teacher, clock):
    academy.save_profile("ada", ADA)
    first = academy.plan("ada")
    assert first["changes"] == []
    assert "lab:stable-softmax" in units(first)
    teacher.grade("ada", "stable-softmax", LAB, clock.now)
    clock.advance(hours=1)
    second = academy.plan("ada")
    assert "lab:stable-softmax" not in units(second)
    assert "lab:stable-softmax" in [unit["id"] for unit in second["done"]]
    assert second["progress"]["mastered"] == 1
    (graded,) = [change for change in second["changes"] if change["kind"] == "graded"]
    assert [task["task"] for task in graded["tasks"]] == ["log-sum-exp", "sums"]
    assert all("stable-softmax" in task["source"] for task in graded["tasks"])
    (moved,) = graded["competencies"]
    assert moved["before"] < 0.1 < 0.75 < moved["after"]
    assert (moved["competency"], moved["level"]) == ("numerics-information", "I")
    assert moved["by"] == ["log-sum-exp", "sums"]
    text = graded["text"]["en"]
    assert text.startswith(
        "Your lab “Lab stable-softmax” is graded: log-sum-exp 10 of 10, sums 5 of 5 points."
    )
    assert text.count("went from") == 1
    left = next(change for change in second["changes"] if change["kind"] == "left")
    assert "lab:stable-softmax" in left["units"]


def test_what_changed_can_be_read_again_until_something_else_happens(academy, teacher, clock):
    academy.save_profile("ada", ADA)
    academy.plan("ada")
    teacher.grade("ada", "stable-softmax", LAB, clock.now)
    assert academy.plan("ada")["changes"] == academy.plan("ada")["changes"] != []
    academy.save_profile("ada", {**ADA, "hours": 2})
    kinds = [change["kind"] for change in academy.plan("ada")["changes"]]
    assert "profile" in kinds
    assert "graded" not in kinds


def test_a_failed_lab_stays_in_the_plan_with_its_score_as_the_reason(academy, teacher, clock):
    academy.save_profile("ada", ADA)
    academy.plan("ada")
    teacher.grade(
        "ada", "stable-softmax", {**LAB, "check-lse": 0, "check-lse-hidden": 1, "check-sums": 0}, clock.now
    )
    plan = academy.plan("ada")
    lab = next(unit for unit in plan["units"] if unit["id"] == "lab:stable-softmax")
    assert "of 5 points" in lab["reasons"][0]["text"]["en"]
    (graded,) = [change for change in plan["changes"] if change["kind"] == "graded"]
    assert all(one["before"] >= one["after"] for one in graded["competencies"])
    assert "which is not enough yet" in graded["text"]["en"]


def test_a_regrade_is_told_as_one(academy, teacher, clock):
    academy.save_profile("ada", ADA)
    teacher.grade("ada", "stable-softmax", {**LAB, "check-sums": 0}, clock.now)
    academy.plan("ada")
    teacher.override("ada", "stable-softmax", "check-sums", 5.0)
    (change,) = [change for change in academy.plan("ada")["changes"] if change["kind"] == "regraded"]
    assert [(task["task"], task["score"]) for task in change["tasks"]] == [("sums", 5.0)]
    assert change["competencies"][0]["after"] > change["competencies"][0]["before"]


def test_what_was_shown_long_ago_comes_back_as_a_refresher(academy, teacher, clock):
    academy.save_profile("ada", ADA)
    teacher.grade("ada", "stable-softmax", LAB, clock.now)
    assert "lab:stable-softmax" not in units(academy.plan("ada"))
    clock.advance(days=365)
    assert "lab:stable-softmax" not in units(academy.plan("ada"))
    clock.advance(days=365 * 20)
    plan = academy.plan("ada")
    lab = next(unit for unit in plan["units"] if unit["id"] == "lab:stable-softmax")
    assert "refresher" in lab["reasons"][0]["text"]["en"]


def test_a_lesson_whose_checkpoints_are_answered_is_behind_the_learner(academy):
    academy.save_profile("ada", ADA)
    lesson = "lesson:numerics-information/01-floating-point"
    assert lesson in units(academy.plan("ada"))
    academy.checkpoint("ada", "numerics-information", "overflow", "b")
    assert lesson in units(academy.plan("ada"))
    academy.checkpoint("ada", "numerics-information", "bits", "16")
    plan = academy.plan("ada")
    assert lesson not in units(plan)
    assert lesson in [unit["id"] for unit in plan["done"]]


def test_checkpoints_are_judged_and_the_first_answer_is_the_prediction(academy):
    wrong = academy.checkpoint("ada", "numerics-information", "overflow", "b")
    assert (wrong["correct"], wrong["number"]) == (False, 1)
    assert "Too large" in wrong["explanation"]["en"]
    assert academy.checkpoint("ada", "numerics-information", "overflow", "a")["correct"]
    assert academy.prediction("ada", "numerics-information", "overflow")["answer"] == "b"
    assert academy.prediction("bob", "numerics-information", "overflow") is None
    with pytest.raises(PlanError, match="not one of the choices"):
        academy.checkpoint("ada", "numerics-information", "overflow", "z")
    with pytest.raises(UnknownCheckpoint, match="Numerics and information"):
        academy.checkpoint("ada", "numerics-information", "nothing", "a")


def test_grades_tell_scores_by_task_waiting_and_lateness(academy, teacher, clock):
    assert academy.grades("ada") == []
    due = clock.now - timedelta(hours=2)
    teacher.grade("ada", "stable-softmax", {"check-lse": 5.0, "check-lse-hidden": 2.0}, clock.now, due=due)
    (waiting,) = academy.grades("ada")
    assert (waiting["state"], waiting["score"]) == ("waiting", None)
    assert [task["score"] for task in waiting["tasks"]] == [7.0, None]
    assert waiting["late_seconds"] == 7200
    teacher.grade("ada", "stable-softmax", {"check-sums": 4.0}, clock.now, due=due)
    (graded,) = academy.grades("ada")
    assert (graded["state"], graded["score"], graded["points"]) == ("graded", 11.0, 15.0)
    assert academy.grades("bob") == []


def test_choices_offer_every_background_role_and_track_in_both_languages(academy):
    choices = academy.choices()
    assert len(choices["roles"]) == 15
    for kind in ("degrees", "jobs", "roles", "targets", "tracks", "competencies", "levels"):
        assert choices[kind]
        for one in choices[kind]:
            assert one["title"]["en"]
            assert one["title"]["zh"]
            assert one["id"]
