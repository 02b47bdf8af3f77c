"""Pins, skips and test-outs: set and undone by whom it is theirs, and never forgotten."""

import pytest

from learning_paths.errors import BadMark
from learning_paths.marks import Marks

LESSON, LAB = "lesson:numerics-information/01-floating-point", "lab:stable-softmax"


def test_a_mark_holds_until_it_is_undone_and_stays_in_the_log(academy, clock):
    marking = academy.marking
    made = marking.add("ada", {"unit": LESSON, "kind": "skip", "reason": " knows it from work "}, "ada")
    assert (made["kind"], made["reason"], made["made_by"], made["own"]) == (
        "skip",
        "knows it from work",
        "ada",
        True,
    )
    assert made["title"] == {"en": "Floating point", "zh": "浮点数"}
    assert made["text"]["en"] == "Left out by ada on 2026-11-23."
    assert marking.held("ada") == Marks(skipped=frozenset({LESSON}))
    clock.advance(days=1)
    undone = marking.undo("ada", made["id"], "ada")
    assert undone["undone_by"] == "ada"
    assert undone["undone_at"] > made["made_at"]
    assert marking.held("ada") == Marks()
    assert marking.told("ada") == []
    assert [one["id"] for one in marking.told("ada", history=True)] == [made["id"]]


def test_one_mark_holds_on_a_unit_at_a_time(academy):
    marking = academy.marking
    marking.add("ada", {"unit": LAB, "kind": "pin"}, "ada")
    marking.add("ada", {"unit": LAB, "kind": "skip"}, "ada")
    assert marking.held("ada") == Marks(skipped=frozenset({LAB}))
    assert len(marking.told("ada", history=True)) == 2
    again = marking.add("ada", {"unit": LAB, "kind": "skip"}, "ada")
    assert [one["id"] for one in marking.told("ada")] == [again["id"]]
    marking.add(
        "ada",
        {"unit": LESSON.replace("01-floating-point", "02-stable-algorithms"), "kind": "test-out"},
        "ada",
    )
    assert marking.held("ada").tested_out == {"lesson:numerics-information/02-stable-algorithms"}
    assert marking.held("bob") == Marks()


def test_a_learner_does_not_undo_what_an_instructor_has_set(academy):
    marking = academy.marking
    made = marking.add("ada", {"unit": LAB, "kind": "pin", "reason": "the class does it"}, "ines")
    assert made["own"] is False
    with pytest.raises(BadMark, match="marked by ines; ask them"):
        marking.undo("ada", made["id"], "ada")
    with pytest.raises(BadMark, match="marked by ines"):
        marking.add("ada", {"unit": LAB, "kind": "skip"}, "ada")
    assert marking.held("ada").pinned == {LAB}
    assert marking.undo("ada", made["id"], "otto")["undone_by"] == "otto"


def test_a_mark_of_somebody_else_is_not_found(academy):
    made = academy.marking.add("ada", {"unit": LAB, "kind": "pin"}, "ada")
    with pytest.raises(BadMark, match="no mark"):
        academy.marking.undo("bob", made["id"], "bob")
    assert academy.marking.held("ada").pinned == {LAB}


def test_a_gap_can_be_left_out(academy):
    academy.marking.add("ada", {"unit": "competency:linear-algebra@I", "kind": "skip"}, "ada")
    assert academy.marking.held("ada").skipped == {"competency:linear-algebra@I"}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"unit": LAB, "kind": "burn"}, "unknown kind 'burn'; use pin, skip, test-out"),
        ({"unit": "lab:none", "kind": "pin"}, "unknown unit 'lab:none'"),
        ({"kind": "pin"}, "unknown unit None"),
        ({"unit": ["x"], "kind": "pin"}, "unknown unit"),
        ({"unit": LAB, "kind": ["pin"]}, "unknown kind"),
        ({"unit": "competency:linear-algebra@I", "kind": "pin"}, "cannot be pinned"),
        ({"unit": "competency:linear-algebra@I", "kind": "test-out"}, "no lab proves"),
        ({"unit": LAB, "kind": "pin", "reason": "x" * 501}, "at most 500"),
        ({"unit": LAB, "kind": "pin", "reason": 7}, "no text"),
        ({"unit": LAB, "kind": "pin", "by": "me"}, "unknown field 'by'"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(academy, said, problem):
    with pytest.raises(BadMark, match=problem):
        academy.marking.add("ada", said, "ada")
    assert academy.marking.told("ada", history=True) == []


ADA = {"degree": "high-school", "competencies": ["numerics-information@I"], "hours": 4}


def ids(plan):
    return [unit["id"] for unit in plan["units"]]


def test_a_plan_shows_its_marks_and_does_what_they_say(academy):
    academy.save_profile("ada", ADA)
    before = academy.plan("ada")
    assert before["marks"] == []
    assert all(unit["mark"] is None for unit in before["units"])
    made = academy.marking.add("ada", {"unit": LESSON, "kind": "skip", "reason": "known"}, "ada")
    plan = academy.plan("ada")
    assert LESSON not in ids(plan)
    assert plan["marks"] == [made]
    assert "competency:numerics-information@B" in plan["uncovered"]
    (mark,) = [change for change in plan["changes"] if change["kind"] == "marks"]
    assert mark["text"]["en"] == "“Floating point”: Left out by ada on 2026-11-23."
    left = next(change for change in plan["changes"] if change["kind"] == "left")
    assert left["units"] == [LESSON]
    academy.marking.undo("ada", made["id"], "ada")
    again = academy.plan("ada")
    assert ids(again) == ids(before)
    assert "No longer marked: “Floating point”." in [change["text"]["en"] for change in again["changes"]]


def test_a_pinned_unit_of_another_goal_comes_into_the_plan_and_says_why(academy):
    academy.save_profile("ada", {**ADA, "degree": "computing", "competencies": ["programming-basics@I"]})
    lab = "lab:first-programs"
    assert lab not in ids(academy.plan("ada"))
    made = academy.marking.add("ada", {"unit": lab, "kind": "pin"}, "ines")
    plan = academy.plan("ada")
    (unit,) = [unit for unit in plan["units"] if unit["id"] == lab]
    assert unit["mark"] == made
    assert "pinned" in unit["reasons"][0]["text"]["en"]
    assert "pinned into this plan" in academy.picture("ada", lab, "en")["svg"]


def test_a_unit_that_is_pinned_and_needed_names_both(academy):
    academy.save_profile("ada", ADA)
    unit = "lesson:numerics-information/03-entropy"

    def shown():
        plan = academy.plan("ada")
        return next(one for one in plan["units"] if one["id"] == unit)["reasons"]

    before = shown()
    assert [reason["kind"] for reason in before] == ["goal"]
    academy.marking.add("ada", {"unit": unit, "kind": "pin"}, "ines")
    first, pinned = shown()
    assert {**first, "short": None} == {**before[0], "short": None}
    for language, words in (("en", "is pinned into this plan as well"), ("zh", "还被固定在计划中")):
        assert first["short"][language].startswith(before[0]["short"][language])
        assert words in first["short"][language]
        assert words in pinned["text"][language]
    assert pinned["kind"] == "pinned"
    drawn = academy.picture("ada", unit, "en")["svg"]
    assert "your goal" in drawn
    assert "pinned into this plan" not in drawn


def test_what_a_pinned_unit_waits_for_names_the_goal_where_it_needs_it_too(academy):
    academy.save_profile("ada", ADA)
    academy.marking.add("ada", {"unit": "lab:first-programs", "kind": "pin"}, "ines")
    (first,) = [
        unit for unit in academy.plan("ada")["units"] if unit["id"] == "lesson:python-start/01-values"
    ]
    assert "pinned" not in {reason["kind"] for reason in first["reasons"]}
    drawn = academy.picture("ada", first["id"], "en")["svg"]
    assert "your goal" in drawn
    assert "pinned into this plan" not in drawn
