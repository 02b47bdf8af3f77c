"""Worksheets: what a person may type, and what is said when it cannot be worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.kit import CheckFailed, Sheet


def work_out(text: str, **values):
    return Sheet(text, lines=()).work_out(**values)


def test_lines_use_inputs_and_the_lines_above():
    assert work_out("area: a * b\ncost: 3 * area + 1", a=2, b=5) == {"area": 10, "cost": 31}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("(1 + 2) * 3 - 4 / 2", 7.0),
        ("2 ** 10", 1024.0),
        ("-3 + abs(-3)", 0),
        ("ceil(7 / 2) + floor(7 / 2)", 7),
        ("max(1, 2, 3) - min(4, 5)", -1),
        ("sqrt(81)", 9.0),
        ("1 < 2 <= 2 and not 3 != 3", True),
        ("1 > 2 or 2 == 2", True),
        ("5", 5),
    ],
)
def test_what_a_formula_may_hold(formula, expected):
    assert work_out(f"x: {formula}") == {"x": expected}


@given(a=st.floats(-1e6, 1e6), b=st.floats(0.1, 1e6))
def test_arithmetic_is_that_of_python(a, b):
    assert work_out("x: (a + b) * a / b - b", a=a, b=b)["x"] == (a + b) * a / b - b


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# YOUR CODE HERE\nraise NotImplementedError()", "not filled in yet"),
        ("just words", "no lines"),
        ("x: [1, 2]", "no formula"),
        ("x:", "no formula"),
        ("x: 3 x 4", "`x` is no formula"),
        ("x: 1\n\ty: 2", "near line"),
        ("x: 1\nx: 2", "near line"),
        ("x: price * 2", "no 'price'"),
        ("x: 1 / 0", "division by zero"),
        ("x: sqrt(0 - 1)", "cannot be worked out"),
        ("x: (0 - 8) ** 0.5", "no finite number|cannot be worked out"),
        ("x: 10 ** 400", "cannot be worked out"),
        ("x: ((9 ** 99) ** 99) ** 99", "cannot be worked out"),
        ("x: open('secret')", "not allowed"),
        ("x: (1).__class__", "not allowed"),
        ("x: (y for y in z)", "not allowed"),
        ("x: lambda: 1", "not allowed|no formula|near line"),
        ("x: 'text'", "no 'text'|not allowed"),
        ("x: " + "1 + " * 300 + "1", "longer than"),
    ],
)
def test_what_cannot_be_worked_out_is_said_in_words(text, said):
    with pytest.raises(CheckFailed, match=said):
        work_out(text)


def test_a_missing_line_is_named():
    with pytest.raises(CheckFailed, match="no line cost"):
        Sheet("area: 1", lines=("area", "cost"))


def test_something_that_is_no_text_is_refused():
    with pytest.raises(CheckFailed, match="dict"):
        Sheet({"x": 1}, lines=("x",))
