"""Where a learner stands: stages, intervals, what fades, and what moved what."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning_paths.progress import days_until
from tests.learning_paths.test_academy import ADA, LAB


def competency(found: dict, name: str) -> dict:
    return next(one for stage in found["stages"] for one in stage["competencies"] if one["id"] == name)


@given(st.floats(0.0, 0.55), st.floats(0.61, 0.99), st.floats(10.0, 5000.0))
def test_a_review_comes_when_fading_has_reached_the_bound(baseline, now, half_life):
    days = days_until(now, baseline, 0.6, half_life)
    assert baseline + (now - baseline) * 2 ** (-days / half_life) == pytest.approx(0.6, abs=1e-6)
    assert days_until(0.5, baseline, 0.6, half_life) == 0
    assert math.isinf(days_until(now, 0.6, 0.6, half_life))


def test_every_competency_stands_in_its_stage_with_level_and_interval(academy):
    academy.save_profile("ada", ADA)
    found = academy.progress("ada")
    assert found["stages"][0]["title"]["en"] == "Mathematics"
    named = [one["id"] for stage in found["stages"] for one in stage["competencies"]]
    assert sorted(named) == sorted(academy.catalogue.competencies)
    one = competency(found, "numerics-information")
    assert (one["asked"], one["needed"], one["review"]) == ("I", True, None)
    assert [level["level"] for level in one["levels"]] == list("BIPE")
    for level in one["levels"]:
        low, high = level["interval"]
        assert low <= level["probability"] <= high
    assert competency(found, "programming-basics")["needed"]
    assert not competency(found, "market-insight")["needed"]
    assert found["log"] == []


def test_what_was_proved_fades_is_due_and_its_work_is_told(academy, teacher, clock):
    academy.save_profile("ada", ADA)
    teacher.grade("ada", "stable-softmax", LAB, clock.now)
    found = academy.progress("ada")
    review = competency(found, "numerics-information")["review"]
    assert (review["level"], review["due"]) == ("I", False)
    (entry,) = found["log"]
    assert entry["date"] == clock.now.date().isoformat()
    assert [task["task"] for task in entry["tasks"]] == ["log-sum-exp", "sums"]
    assert entry["competencies"][0]["before"] < 0.1 < 0.75 < entry["competencies"][0]["after"]
    clock.advance(days=review["in_days"] - 10)
    later = competency(academy.progress("ada"), "numerics-information")["review"]
    assert later["due"]
    assert later["in_days"] == pytest.approx(10, abs=1)
    clock.advance(days=20)
    forgotten = competency(academy.progress("ada"), "numerics-information")
    assert forgotten["review"] == {"level": "I", "in_days": 0, "due": True}
    assert not forgotten["levels"][1]["mastered"]


def test_each_try_is_an_entry_of_its_own_newest_first(academy, teacher, clock):
    academy.save_profile("ada", ADA)
    teacher.grade("ada", "stable-softmax", {**LAB, "check-sums": 0}, clock.now)
    academy.progress("ada")
    clock.advance(days=3)
    teacher.grade("ada", "first-programs", {"check-read-table": 5.0}, clock.now)
    log = academy.progress("ada")["log"]
    assert [entry["lab"] for entry in log] == ["first-programs", "stable-softmax"]
    assert log[0]["competencies"][0]["competency"] == "programming-basics"
