"""Idioms of checks that pass for nothing are named with their mending, and the mended check is not."""

from pathlib import Path

import pytest

from graders.engine.lint import Fault, faults
from graders.engine.master import read_master
from tests.graders.plain import instructors, write

CHECKOUT = Path(__file__).parents[2]
SOLUTION = """
import numpy as np
def f(x):
    ### BEGIN SOLUTION
    return np.sort(x)
    ### END SOLUTION
class Box:
    def put(self, x):
        return [x]
limit = np.arange(3)
"""


def found(tmp_path: Path, check: str) -> list[Fault]:
    path = write(instructors(("f", SOLUTION), ("check-f", check, 1)), tmp_path / "lab" / "lab.ipynb")
    return faults(read_master(path.parent))


@pytest.mark.parametrize(
    ("check", "instead"),
    [
        ("assert (f(x) == y).all()", "kit.close(f(x), y)"),
        ("assert np.all(f(x) == y)", "kit.close(f(x), y)"),
        ("assert np.allclose(f(x), y, atol=1e-3)", "kit.close(f(x), y)"),
        ("out = f(x)\nassert np.allclose(y, out)", "kit.close(y, out)"),
        ("for x in (1, 2):\n    a, b = f(x)\n    assert (a == x).all()", "kit.close(a, x)"),
        ("assert np.allclose(f(x).sum(axis=1), 1)", "kit.close(f(x).sum(axis=1), np.full(shape, 1))"),
        ("assert np.allclose(limit, [0, 1, 2])", "kit.close(limit, [0, 1, 2])"),
        ("assert f(x) is not x", "kit.probe(lambda f, x: f(x) is not x, function, x)"),
        ("a = f(x)\nb = f(x)\nassert a is b", "kit.probe(lambda f, x: f(x) is x, function, x)"),
        ("before = x.copy()\nf(x)\nassert (x == before).all()", "kit.unchanged(function, x)"),
        ("before = list(x)\nout = f(x=x)\nassert before == x", "kit.unchanged(function, x)"),
        ("b = copy.deepcopy(x)\nBox().put(x)\nassert x == b", "kit.unchanged(function, x)"),
        ("b = x[:]\nf(x)\nnp.testing.assert_array_equal(x, b)", "kit.unchanged(function, x)"),
        ("x = [3, 1]\nf(x)\nassert x == [3, 1]", "kit.unchanged(function, x)"),
    ],
)
def test_an_idiom_that_passes_for_nothing_is_named(tmp_path: Path, check: str, instead: str) -> None:
    (fault,) = found(tmp_path, check)
    assert fault.check == "check-f"
    assert check.split("\n")[fault.line - 1].strip() in check.strip().split("\n")[-1]
    assert fault.instead.startswith(instead)
    assert f"check-f, line {fault.line}: `" in str(fault)


@pytest.mark.parametrize(
    "check",
    [
        "kit.close(f(x), y)",
        "kit.close(f(x).sum(axis=1), np.full(3, 1))",
        "out = f(x)\nassert out.shape == (3,)\nassert np.allclose(out, y) and (out == y).all()",
        "assert len(f(x)) == 3 and (f(x) == y).all()",
        "assert not np.allclose(f(x), y)",
        "assert np.allclose(mine, y) and (mine == y).all()",
        "assert all(a == b for a, b in zip(f(x), y))",
        "assert np.allclose(timed(f, x), y)",
        "kit.require(kit.probe(lambda f, x: f(x) is not x, f, x))",
        "def same(f, x):\n    y = f(x)\n    return y is x\nkit.require(kit.probe(same, f, x))",
        "assert f(x) is None or f(x) is True or f(x) is not False",
        "assert type(f(x)) is list and Box is not ValueError",
        "assert mine is not other",
        "out = kit.unchanged(f, x)\nkit.close(out, y)",
        "before = x.copy()\nf(x)\nassert not (x == before).all(), 'sort it in place'",
        "x = [3, 1]\nf(x)\nassert x == [1, 3]",
        "before = x.copy()\nassert (x == before).all()\nf(x)",
        "text = inspect.getsource(f)\nassert 'sum' not in text",
        "%matplotlib inline\nassert f(3) == 3",
        "this is no Python",
    ],
)
def test_its_mending_and_what_only_looks_like_it_are_not(tmp_path: Path, check: str) -> None:
    assert found(tmp_path, check) == []


def test_our_own_labs_have_none() -> None:
    folders = [path for path in (CHECKOUT / "labs" / "source").iterdir() if path.is_dir()]
    assert len(folders) >= 6
    assert {path.name: list(map(str, faults(read_master(path)))) for path in folders} == {
        path.name: [] for path in folders
    }
