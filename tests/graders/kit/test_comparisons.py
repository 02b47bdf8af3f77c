"""Comparisons are strict, and say in words what differs."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from graders import kit


def said(check: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(kit.CheckFailed) as caught:
        check(*args, **kwargs)
    return str(caught.value)


SAME = [
    3,
    2.5,
    float("nan"),
    "text",
    None,
    True,
    [1, [2.0, "a"]],
    (1, 2),
    {"a": np.arange(3)},
    np.array([1.0, np.nan, np.inf]),
    np.zeros((0, 3)),
    torch.arange(6).reshape(2, 3),
    torch.tensor([1.5], dtype=torch.bfloat16),
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
]


@pytest.mark.parametrize("value", SAME, ids=str)
def test_a_value_equals_itself(value: Any) -> None:
    kit.equal(value, value)
    kit.close(value, value)


DIFFERENT = [
    (3, 3.0, "is an int, expected a float"),
    (True, 1, "is a bool, expected an int"),
    ([1, 2], (1, 2), "is a list, expected a tuple"),
    (np.arange(3), [0, 1, 2], "is an array, expected a list"),
    (torch.zeros(2), np.zeros(2, np.float32), "is a tensor, expected an array"),
    (np.zeros(0), np.zeros(3), "the result is empty"),
    (np.zeros((0, 1)), np.zeros((4, 1)), "the result is empty"),
    (np.zeros((3, 1)), np.zeros(3), "an axis of length 1"),
    (np.zeros((2, 3)), np.zeros((3, 2)), "the other way round"),
    (np.arange(3), np.arange(3.0), "holds whole numbers"),
    (np.array([1.0, np.nan]), np.array([1.0, 2.0]), "0/0"),
    ({"a": 1}, {"a": 1, "b": 2}, "lacks ['b']"),
    ([1, 2], [1, 2, 3], "off by one"),
    (None, 3, "without return"),
    ("Paris ", "Paris", "spaces"),
    (-np.arange(1.0, 4), np.arange(1.0, 4), "every sign"),
    (2 * np.arange(1.0, 4), np.arange(1.0, 4), "2 times"),
    (np.arange(4.0).reshape(2, 2).T, np.arange(4.0).reshape(2, 2), "transposed"),
]


@pytest.mark.parametrize(("actual", "expected", "words"), DIFFERENT, ids=str)
def test_a_difference_is_named(actual: Any, expected: Any, words: str) -> None:
    assert words in said(kit.equal, actual, expected)


def test_close_allows_rounding_and_an_int_for_a_float_and_no_more() -> None:
    kit.close(0.1 + 0.2, 0.3)
    kit.close(2, 2.0)
    kit.close(np.float32([1.0]), np.array([1.0 + 1e-9]))
    kit.close([{"a": 0.1 + 0.2}], [{"a": 0.3}])
    assert "off by" in said(kit.close, 1.0, 1.1)
    assert "allowed" in said(kit.close, np.ones(3), np.ones(3) + 1e-3)
    assert "is a bool" in said(kit.close, True, 1.0)
    kit.close(np.ones(3), np.ones(3) + 1e-3, atol=1e-2)
    assert "inf" in said(kit.close, float("inf"), 1.0, atol=float("inf"))


def test_the_misconception_behind_a_wrong_value_is_named() -> None:
    wrong = {"you divided by n instead of n - 1": 2.0, "you forgot the root": 6.25}
    told = said(kit.close, 2.0, 2.5, because="the sample's spread is estimated", known_wrong=wrong)
    assert "likely: you divided by n instead of n - 1" in told
    assert "why: the sample's spread is estimated" in told
    assert "likely" not in said(kit.close, 3.0, 2.5, known_wrong=wrong)


def test_objects_that_claim_to_equal_everything_do_not_pass() -> None:
    class Agreeable(float):
        def __eq__(self, other: object) -> bool:
            return True

        def __abs__(self) -> float:
            return 0.0

        __hash__ = float.__hash__

    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None

    for lie in (Agreeable(7), Anything()):
        said(kit.equal, lie, 3.0)
        said(kit.close, lie, 3.0)
        said(kit.equal, [lie], [3.0])


def test_a_value_whose_repr_raises_is_still_reported() -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert "is a Silent" in said(kit.equal, Silent(), 3)


def test_shape_finite_require() -> None:
    kit.shape(torch.zeros(2, 3), (2, 3))
    assert "shape (2, 3), expected (2, 3, 1)" in said(kit.shape, np.zeros((2, 3)), (2, 3, 1))
    assert "is a list" in said(kit.shape, [1, 2], (2,))
    kit.finite(np.ones(3))
    kit.finite(2.0)
    assert "1 of 2 values" in said(kit.finite, torch.tensor([1.0, float("inf")]))
    assert "empty" in said(kit.finite, np.zeros(0))
    kit.require(np.bool_(True), "fine")
    assert said(kit.require, False, "rows sum to one") == "rows sum to one"
    assert "neither True nor False" in said(kit.require, np.array([True]), "rows sum to one")


def test_raises_wants_the_right_error_with_the_right_message() -> None:
    def unwritten() -> None:
        raise NotImplementedError

    kit.raises(ValueError, int, "x", match="invalid")
    assert "nothing was raised" in said(kit.raises, ValueError, int, "3")
    assert "expected KeyError" in said(kit.raises, KeyError, int, "x")
    assert "does not say" in said(kit.raises, ValueError, int, "x", match="negative")
    assert "not written yet" in said(kit.raises, Exception, unwritten)
    kit.raises(NotImplementedError, unwritten)
