"""Partial credit: parts stand alone, hidden parts keep their secrets, the total is what nbgrader reads."""

import sys

import numpy as np
import pytest

from graders import kit
from graders.kit import score as module

SECRET = 987654321


def test_parts_are_earned_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    score = kit.Score(5)
    with score.part(2, "rows sum to one"):
        kit.equal(1, 1)
    with score.part(3, "no overflow", x=np.array([1e4])):
        kit.finite(np.exp(np.array([1.0])) / 0 if False else float("inf"))
    total = score.total()
    shown = capsys.readouterr()
    assert (float(total), repr(total)) == (2.0, "2")
    assert "2 / 2  rows sum to one" in shown.out
    assert "x = array([10000.]" in shown.out
    assert shown.err == ""


def test_whatever_a_part_raises_costs_that_part_only(capsys: pytest.CaptureFixture[str]) -> None:
    def unwritten() -> None:
        raise NotImplementedError

    def leaves() -> None:
        raise SystemExit

    score = kit.Score(4)
    for name, function in {"unwritten": unwritten, "leaves": leaves, "broken": lambda: 1 / 0}.items():
        with score.part(1, name):
            function()
    with score.part(1, "right"):
        pass
    assert score.total() == 1
    out = capsys.readouterr().out
    assert "not written yet" in out
    assert "stopped Python" in out
    assert "ZeroDivisionError: division by zero, at line" in out


def test_an_interrupt_is_not_swallowed() -> None:
    score = kit.Score(1)
    with pytest.raises(KeyboardInterrupt), score.part(1, "slow"):
        raise KeyboardInterrupt
    assert not score.parts


def test_a_hidden_part_tells_its_name_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    score = kit.Score(1)
    with score.part(1, "odd sizes", hidden=True, x=SECRET):
        print("input", SECRET)
        kit.equal(SECRET, 1, because=str(SECRET))
    assert score.total() == 0
    out = capsys.readouterr().out
    assert "odd sizes" in out
    for text in (out, repr(score), str(score._repr_mimebundle_())):
        assert str(SECRET) not in text


def test_what_stands_on_stderr_goes_to_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    score = kit.Score(1)
    with score.part(1, "warns"):
        print("honest", file=sys.stderr)
    assert score.total() == 1
    shown = capsys.readouterr()
    assert "honest" in shown.out
    assert shown.err == ""


def test_the_released_cell_says_what_is_still_to_come(capsys: pytest.CaptureFixture[str]) -> None:
    score = kit.Score(5)
    with score.part(2, "public"):
        pass
    score.total()
    assert "points checked after you submit: 3" in capsys.readouterr().out


def test_more_points_than_the_cell_has_are_an_error() -> None:
    score = kit.Score(1)
    with score.part(2, "too much"):
        pass
    with pytest.raises(ValueError, match="add up to 2 points, the cell has 1"):
        score.total()
    with pytest.raises(ValueError, match="more than 0"), score.part(0, "nothing"):
        pass


def test_the_table_is_escaped_and_can_be_read_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACADEMY_LANGUAGE", "zh")
    score = kit.Score(1)
    with score.part(1, "a < b & c"):
        kit.equal("<script>", "x")
    bundle = score._repr_mimebundle_()
    assert "a &lt; b &amp; c" in bundle["text/html"]
    assert "<script>" not in bundle["text/html"]
    assert '<th scope="row" ' in bundle["text/html"]
    assert "<caption>得分</caption>" in bundle["text/html"]
    assert bundle[module.SCORE_TYPE] == {
        "points": 1,
        "parts": [{"name": "a < b & c", "points": 1.0, "earned": 0.0}],
    }
