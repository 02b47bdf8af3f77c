"""Hints: in their order, each kept; what is unknown or comes too soon is refused in both languages."""

import pytest

from learning_paths.errors import BadHint, UnknownHint

LAB, TASK = "stable-softmax", "log-sum-exp"
TEXTS = [f"{number} of {TASK}." for number in ("First", "Second", "Third")]


def test_they_come_in_their_order_and_again_when_asked_again(academy):
    with pytest.raises(BadHint, match="hint 2 comes too soon; ask for hint 1 first"):
        academy.hints.ask("ada", LAB, TASK, 2)
    assert academy.hints.shown("ada") == {}
    assert academy.hints.ask("ada", LAB, TASK, 1) == TEXTS[:1]
    with pytest.raises(BadHint, match="ask for hint 2 first"):
        academy.hints.ask("ada", LAB, TASK, 3)
    assert academy.hints.ask("ada", LAB, TASK, 2) == TEXTS[:2]
    assert academy.hints.ask("ada", LAB, TASK, 1) == TEXTS[:2]
    assert academy.hints.shown("ada") == {LAB: {TASK: TEXTS[:2]}}
    assert academy.hints.shown("bob") == {}


def test_a_lab_of_another_course_has_its_own(academy):
    academy.hints.ask("ada", LAB, TASK, 1)
    assert academy.hints.ask("ada", f"deep-2027/{LAB}", TASK, 1) == TEXTS[:1]
    assert set(academy.hints.shown("ada")) == {LAB, f"deep-2027/{LAB}"}


@pytest.mark.parametrize(
    ("lab", "task", "number", "says"),
    [
        ("nothing", TASK, 1, "'nothing' is not handed out"),
        (LAB, "nothing", 1, "has no task 'nothing'"),
        (LAB, TASK, 0, "no hint 0; it has 3"),
        (LAB, TASK, 4, "no hint 4; it has 3"),
        (LAB, TASK, True, "no hint True"),
        (LAB, TASK, "1", "no hint '1'"),
        (LAB, TASK, None, "no hint None"),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_is_kept(academy, lab, task, number, says):
    with pytest.raises(UnknownHint, match=says) as refused:
        academy.hints.ask("ada", lab, task, number)
    assert "提示" in refused.value.said["zh"] or "请" in refused.value.said["zh"]
    assert academy.hints.shown("ada") == {}


def test_staff_are_told_how_many_were_used_in_each_lab_of_the_academys_own_course(academy):
    assert academy.hints.used("ada") == []
    for number in (1, 2):
        academy.hints.ask("ada", LAB, TASK, number)
    academy.hints.ask("ada", LAB, "sums", 1)
    academy.hints.ask("ada", f"deep-2027/{LAB}", TASK, 1)
    title = {"en": "Lab stable-softmax", "zh": "实验 stable-softmax"}
    assert academy.hints.used("ada") == [{"lab": LAB, "title": title, "used": 3, "all": 6}]


def test_what_a_later_version_of_a_lab_no_longer_has_is_left_out(academy, clock):
    academy.store.add_hint("ada", "gone", "task", 1, clock())
    academy.store.add_hint("ada", LAB, "gone", 1, clock())
    for number in range(1, 6):
        academy.store.add_hint("ada", LAB, TASK, number, clock())
    assert academy.hints.shown("ada") == {"gone": {"task": []}, LAB: {"gone": [], TASK: TEXTS}}
    assert [(one["used"], one["all"]) for one in academy.hints.used("ada")] == [(3, 6)]
