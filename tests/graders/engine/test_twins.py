"""Twins of checks: right answers pass them in other words, and fail them where something is no longer so."""

import numpy as np
import pytest

from graders.engine.twins import Draw, kind_of, noting, other, spots, twin

RIGHT = {
    "square": lambda x: x * x,
    "words": lambda text: text.split(),
    "table": lambda: {"a": 1, "b": [2, 3]},
    "rows": lambda: np.arange(6.0).reshape(2, 3),
    "np": np,
}
CHECKS = {
    "assert square(3) == 9": 1,
    "assert 9 == square(3), 'no'": 1,
    "assert square(3) == 9 and square(-2) == 4 and not square(1) == 5": 3,
    "assert words('a b') == ['a', 'b']\nassert words('') == []": 2,
    "assert table() == {'a': 1, 'b': [2, 3]}": 1,
    "expected = [n * n for n in range(4)]\nassert [square(n) for n in range(4)] == expected": 1,
    "assert square(2) == square(1) * 4\nassert square(2.5) == 6.25": 2,
    "assert np.allclose(rows(), np.arange(6).reshape(2, 3))": 1,
    "np.testing.assert_allclose(rows().sum(axis=0), [3, 5, 7])": 1,
    "assert (rows() == np.arange(6).reshape(2, 3)).all()\nassert all(square(n) == n * n for n in (1, 2))": 2,
    "assert rows().shape == (2, 3) and rows().max() > 4 and 'a' in table()": 3,
    "if square(3) != 9:\n    raise AssertionError('no')": 1,
    "if not np.array_equal(square(rows()), rows() ** 2):\n    raise ValueError": 1,
    "for n, wanted in ((1, 1), (2, 4)):\n    with np.errstate():\n        assert square(n) == wanted": 1,
    "def test():\n    assert square(3) == 9\ntest()": 1,
    "assert callable(square)\nassert isinstance(table(), dict)": 2,
    "assert 1 < square(2) == 4": 1,
}


def run(text: str) -> dict[str, object]:
    names = dict(RIGHT)
    exec(compile(text, "check", "exec"), names)
    return names


@pytest.mark.parametrize("source", CHECKS)
def test_a_right_answer_passes_other_words_and_fails_each_twin(source: str) -> None:
    found = spots(source, RIGHT, scored=False)
    assert len(found) == CHECKS[source]
    noted = run(noting(source, found))["_noted"]
    kinds = {int(place): kind for place, kind in noted.kinds.items()}
    for smallest in (False, True):
        for _ in range(20):
            draw = Draw(smallest=smallest)
            text = twin(source, found, kinds, [], draw)
            run(text)
            for spot in found:
                changed = twin(source, found, kinds, [spot], draw)
                assert changed != text
                with pytest.raises((AssertionError, ValueError)):
                    run(changed)


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    assert square(-1) is None\nexcept ValueError:\n    pass",
        "if isinstance(square(1), float):\n    assert square(1) == 1.0\nelse:\n    assert square(1) == 1",
        "class Spy:\n    def score(self):\n        assert self.seen == 3",
        "def job():\n    assert square(1) == 1\nrun(job)",
        "import contextlib\nwith contextlib.suppress(Exception):\n    assert square(1) == 1",
        "assert any(square(n) == 4 for n in (1, 2)) or square(1) == 1 if square else True",
        "square(3)",
        "x = = 3",
    ],
)
def test_a_place_that_a_right_answer_may_not_come_to_has_no_twin_of_its_value(source: str) -> None:
    assert not [spot for spot in spots(source, RIGHT, scored=False) if spot.equal]


def test_the_if_of_a_check_that_adds_points_up_has_one() -> None:
    source = "points = 0\nif square(2) == 4:\n    points += 1\npoints"
    assert spots(source, RIGHT, scored=False) == []
    [spot] = spots(source, RIGHT, scored=True)
    assert run(twin(source, [spot], {}, [spot], Draw()))["points"] == 0
    assert run(twin(source, [spot], {}, [], Draw()))["points"] == 1


@pytest.mark.parametrize(
    "value",
    [0, -4, 10**30, True, 0.0, -2.5, 1e308, 2j, "", "text", b"x", [], [1, "a"], ((1,),), {"a": 1}, {1}, None],
    ids=repr,
)
def test_another_value_is_never_equal(value: object) -> None:
    for _ in range(50):
        changed = other(value, Draw())
        assert changed != value
        assert value is None or type(changed) is type(value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "flag"),
        (np.bool_(True), "flags"),
        (np.arange(3), "number"),
        (np.float32(2), "number"),
        (np.array(["a"]), "other"),
        ((1, 2), "tuple"),
        ({1: 2}, "other"),
        (None, "other"),
    ],
    ids=repr,
)
def test_what_stands_on_an_expected_side_is_known_by_kind(value: object, kind: str) -> None:
    assert kind_of(value) == kind
