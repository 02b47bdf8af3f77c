"""Sealed predictions: what a notebook carries judges as the YAML does, and cannot be read."""

import base64
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.notebooks.checkpoints import (
    AnswerError,
    SealError,
    condition_holds,
    judge,
    judge_entry,
    normal_line,
    number,
    seal,
    unseal,
)


def words(text):
    return {"en": text, "zh": f"{text}（中文）"}


CHOICE = {
    "lesson": "01-a",
    "kind": "choice",
    "prompt": words("which one overflows?"),
    "choices": {"z": words("the sum"), "a": words("the exponential")},
    "answer": "a",
    "explanations": {"z": words("the sum is of small terms"), "a": words("it passes 3e38 first")},
}
NUMBER = {
    "lesson": "01-a",
    "kind": "number",
    "prompt": words("from which x on?"),
    "answer": {"value": 88.7, "tolerance": 0.5, "unit": "nats"},
    "explanations": [
        {"when": "> 700", **words("that is float64")},
        {"when": "0 .. 1", **words("far too early")},
    ],
    "right": words("exp(88.7) is the largest float32"),
    "otherwise": words("take the logarithm of the largest number"),
}
CODE = {
    "lesson": "01-a",
    "kind": "code",
    "prompt": words("subtract the largest"),
    "answer": ["x = x - x.max()", "x -= x.max()"],
    "explanations": [{"when": "x = x - x.mean()", **words("the mean does not bound it")}],
    "right": words("now every term is at most 1"),
    "otherwise": words("which number makes every term at most 1?"),
}


def test_a_choice_is_judged_and_every_choice_has_its_own_explanation():
    sealed = unseal(seal(CHOICE))
    right, wrong = judge(sealed, "a"), judge(sealed, "z")
    assert (right.correct, right.explanation) == (True, words("it passes 3e38 first"))
    assert (wrong.correct, wrong.explanation) == (False, words("the sum is of small terms"))


def test_choices_keep_the_authors_order():
    assert list(unseal(seal(CHOICE)).choices) == ["z", "a"]


@pytest.mark.parametrize(
    ("answer", "correct", "explanation"),
    [
        (88.7, True, "exp(88.7) is the largest float32"),
        ("88.2", True, "exp(88.7) is the largest float32"),
        (89.2, True, "exp(88.7) is the largest float32"),
        ("88.19", False, "take the logarithm of the largest number"),
        ("89.21", False, "take the logarithm of the largest number"),
        ("1e3", False, "that is float64"),
        ("1/2", False, "far too early"),
    ],
)
def test_a_number_is_right_within_its_tolerance_and_mistakes_are_told_apart(answer, correct, explanation):
    verdict = judge(unseal(seal(NUMBER)), answer)
    assert (verdict.correct, verdict.explanation["en"]) == (correct, explanation)


@given(
    value=st.decimals(-1000, 1000, places=3),
    tolerance=st.decimals(0, 50, places=2),
    answer=st.decimals(-1100, 1100, places=3),
)
def test_the_sealed_grid_accepts_exactly_what_lies_within_the_tolerance(value, tolerance, answer):
    entry = NUMBER | {"answer": {"value": str(value), "tolerance": str(tolerance)}}
    within = abs(Fraction(answer) - Fraction(value)) <= Fraction(tolerance)
    assert judge(unseal(seal(entry)), str(answer)).correct is within


@pytest.mark.parametrize("line", ["x = x - x.max()", "x=x-x.max( )  # stable", "x  -=  x.max()"])
def test_spacing_and_comments_in_a_line_of_code_do_not_matter(line):
    assert judge(unseal(seal(CODE)), line).correct


def test_a_known_wrong_line_is_explained_and_any_other_gets_the_general_words():
    sealed = unseal(seal(CODE))
    assert judge(sealed, "x = x - x.mean()").explanation["en"] == "the mean does not bound it"
    other = judge(sealed, "x = x / 2")
    assert (other.correct, other.explanation["en"]) == (False, "which number makes every term at most 1?")


@pytest.mark.parametrize("entry", [CHOICE, NUMBER, CODE])
def test_neither_answers_nor_explanations_can_be_read_in_the_seal(entry):
    opened = base64.urlsafe_b64decode(seal(entry)).decode()
    hidden = ["largest float32", "88.7", "float64", "passes 3e38", "x.max", "x.mean", "> 700"]
    assert [word for word in hidden if word in opened] == []
    assert entry["prompt"]["zh"] in opened


@pytest.mark.parametrize(("entry", "answer"), [(CHOICE, "z"), (NUMBER, 700.5), (CODE, "x -= x.max()")])
def test_the_service_judges_as_the_notebook_does(entry, answer):
    assert judge_entry(entry, answer) == judge(unseal(seal(entry)), answer)


def test_the_same_entry_gives_the_same_seal_and_another_entry_another_salt():
    assert seal(NUMBER) == seal({key: NUMBER[key] for key in reversed(NUMBER)})
    assert unseal(seal(NUMBER)).salt != unseal(seal(NUMBER | {"right": words("else")})).salt


@pytest.mark.parametrize("text", ["", "no seal", base64.urlsafe_b64encode(b"{}").decode(), seal(CHOICE)[:40]])
def test_a_damaged_seal_says_how_to_get_a_new_one(text):
    with pytest.raises(SealError, match="notebooks build"):
        unseal(text)


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        (CHOICE, "b"),
        (NUMBER, "eighty"),
        (NUMBER, float("nan")),
        (NUMBER, True),
        (NUMBER, None),
        (NUMBER, "1e999999999"),
        (NUMBER, "9" * 100),
        (NUMBER, "1/0"),
        (CODE, "  "),
        (CODE, None),
        (CODE, "x" * 501),
    ],
)
def test_an_answer_that_cannot_be_judged_is_refused_in_words(entry, answer):
    with pytest.raises(AnswerError):
        judge_entry(entry, answer)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,024", 1024),
        ("95 %", Fraction(95, 100)),
        ("−3", -3),
        ("3/8", Fraction(3, 8)),
        ("1e3", 1000),
        (0.1, Fraction(1, 10)),
    ],
)
def test_numbers_are_read_as_people_write_them(written, value):
    assert number(written) == value


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("> 0 and <= 1", True),
        ("= 1", True),
        ("< 1", False),
        (">= 1", True),
        ("2 .. 3", False),
        ("0..1", True),
    ],
)
def test_conditions_on_numbers(condition, holds):
    assert condition_holds(condition, Fraction(1)) is holds


def test_a_condition_that_cannot_be_read_is_an_error():
    with pytest.raises(ValueError, match="is no condition"):
        condition_holds("around 3", Fraction(3))


def test_a_line_that_is_no_python_is_compared_by_its_words():
    assert normal_line("for x  in y") == "for x in y"


def test_judging_needs_the_standard_library_only():
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); print(set(sys.modules))"
    path = sys.modules[judge.__module__].__file__
    loaded = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    ).stdout
    assert "pydantic" not in loaded
    assert "yaml" not in loaded
