"""What is written by hand: neither another library, nor one call, nor text that is run."""

import math
import pydoc
import timeit
from collections.abc import Callable, Generator
from decimal import Decimal
from functools import reduce
from timeit import Timer

import numpy as np
import pytest

from graders import kit

TESTS = np.testing
LOG_ADD = np.logaddexp
LOG_ADDS = {"f": [np.logaddexp.reduce]}


def log_adding(x: np.ndarray, f: Callable = np.logaddexp) -> np.ndarray:
    return f.reduce(x)


def through_torch(x: np.ndarray) -> np.ndarray:
    import torch

    return torch.logsumexp(torch.tensor(x), 0).numpy()


def running_text(x: np.ndarray) -> np.ndarray:
    found: list[np.ndarray] = []
    timeit.Timer(
        "found.append(logsumexp(x))", "from scipy.special import logsumexp", globals=locals()
    ).timeit(1)
    return found[0]


def importing_inside(x: np.ndarray) -> np.ndarray:
    import code

    return code.interact(local={"x": x})


def honest(x: np.ndarray) -> np.ndarray:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = reduce(np.maximum, x)
        return top + np.log(np.exp(x - top).sum(axis=-1))


class Missing(dict):
    """Data by its base, another library by what it does."""

    def __missing__(self, key: str) -> Callable:
        return through_torch


class Number(float):
    """A number that can be called."""

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return through_torch(x)


def sent() -> Generator:
    """Wait for arrays, and hand them on."""
    x = yield
    while True:
        x = yield through_torch(x)


def cython_function_or_method() -> type:
    """A class under the name of the functions that Cython makes."""
    return type("cython_function_or_method", (), {"__call__": lambda self, x: through_torch(x)})


COMPILED = cython_function_or_method()()
MISSING, NUMBER, SENT = Missing(), Number(1), sent()
SENT_NOTHING = (v for v in ())
ENDLESS = map(through_torch, [np.zeros(3)])


class Refusal(AttributeError):
    """An exception of one's own."""


class Bytes(np.void):
    """A scalar type of one's own."""

    add = np.logaddexp


class Turns(map):
    """An iterator of one's own."""


REFUSAL, FOLLOWED, MEANWHILE = Refusal(np.logaddexp), Refusal(), Refusal()
FOLLOWED.__cause__, MEANWHILE.__context__ = REFUSAL, REFUSAL
MISSED = Refusal(obj=np.logaddexp)
MARKED = np.dtype("f8", metadata={"f": np.logaddexp})
KINDRED = np.dtype((Bytes, 8))
MARKS = np.zeros(2, dtype=[("x", MARKED, (3,))])
RECORDS = np.array([(1.0, np.logaddexp)], dtype=[("x", "f8"), ("f", object)])
RECORD, TURNS = RECORDS[0], Turns(np.logaddexp, [1.0], [2.0])

try:
    raise Refusal("seen, and kept")
except Refusal as seen:
    SEEN = seen


class Steps:
    """A class of one's own, with a number in it."""

    rate = math.tau

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return honest(self.rate * x)


@pytest.fixture(autouse=True)
def here_as_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graders.kit.reach.NOTEBOOK", "tests")
    monkeypatch.setattr("graders.kit.handwritten.NOTEBOOK", "tests")


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.logaddexp(x, x),
        lambda x: LOG_ADD.reduce(x),
        lambda x: LOG_ADDS["f"][0](x),
        log_adding,
        lambda x: log_adding(x),
        lambda x: REFUSAL.args[0](x, x),
        lambda x: FOLLOWED.__cause__.args[0](x, x),  # type: ignore[union-attr]
        lambda x: MEANWHILE.__context__.args[0](x, x),  # type: ignore[union-attr]
        lambda x: MISSED.obj(x, x),
        lambda x: MARKED.metadata["f"](x, x),  # type: ignore[index]
        lambda x: KINDRED.type.add(x, x),  # type: ignore[attr-defined]
        lambda x: MARKS["x"].dtype.metadata["f"](x, x),
        lambda x: RECORDS["f"][0](x, x),
        lambda x: RECORD["f"](x, x),
        lambda x: next(TURNS),
    ],
)
def test_one_call_is_found_under_whatever_name(function: Callable) -> None:
    kit.by_hand(function)
    with pytest.raises(kit.CheckFailed, match="logaddexp, which does the task in one call"):
        kit.by_hand(function, without=["logaddexp"])


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (through_torch, "torch"),
        (lambda x: MISSING["f"](x), "torch"),
        (lambda x: NUMBER(x), "torch"),
        (lambda x: COMPILED(x), "torch"),
        (lambda x: SENT.send(x), "torch"),
        (lambda x: next(ENDLESS), "torch"),
        (lambda x: Decimal(x).exp(), "decimal"),
        (running_text, "timeit"),
        (lambda x: Timer("1").timeit(1), "timeit"),
        (lambda x: pydoc.locate("scipy.special.logsumexp")(x), "pydoc"),  # type: ignore[operator]
        (importing_inside, "code"),
        (lambda x: np.testing.measure("1"), "testing"),
        (lambda x: TESTS.measure("1"), r"numpy\.testing"),
        (lambda x: np.load("scores.npy", allow_pickle=True), "load"),
        (lambda x: SENT_NOTHING.gi_frame.f_builtins["__import__"]("torch").relu(x), "gi_frame"),
    ],
)
def test_what_fetches_other_code_is_found(function: Callable, says: str) -> None:
    with pytest.raises(kit.CheckFailed, match=says):
        kit.by_hand(function)


@pytest.mark.parametrize(
    "function",
    [
        honest,
        Steps(),
        lambda x: honest(x),
        lambda x: np.where(x > 0, np.dot(x, x), 0),
        lambda x: [float(v) for v in sorted(x)],
        lambda s: np.random.default_rng(s),
        lambda x: (SEEN.args, np.dtype(x.dtype), np.zeros(1, dtype=[("x", "f8")])[0]),
    ],
)
def test_honest_functions_pass(function: Callable) -> None:
    kit.by_hand(function, without=["logaddexp", "logaddexp2"])
