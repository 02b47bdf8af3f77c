"""What is written by hand: neither another library, nor one call, nor text that is run."""

import contextlib
import dataclasses
import enum
import functools
import math
import operator
import pydoc
import string
import timeit
import typing
import warnings
from collections.abc import Callable, Generator, Iterator
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

LOOK = string.Formatter()
RUN, SHOW, GLOBALS, STATE = eval, object.__getattribute__, type(honest).__globals__, object.__getstate__  # type: ignore[attr-defined]
WRAP, ASKED, FORMATTED = functools.update_wrapper, "{0.__globals__}", "{0.__globals__}".format


@contextlib.contextmanager
def lending() -> Iterator[Callable]:
    yield through_torch


def borrowing(x: np.ndarray) -> np.ndarray:
    with lending() as f:
        return f(x)


@np.errstate(all="ignore")
def quietly(x: np.ndarray) -> np.ndarray:
    return honest(x)


@np.errstate(all="ignore")
def torch_quietly(x: np.ndarray) -> np.ndarray:
    return through_torch(x)


def adding_inside(x: np.ndarray) -> np.ndarray:
    import numpy as n

    return n.logaddexp(x, x)


def class_pattern(x: np.ndarray) -> object:
    match honest:
        case object(__globals__=space):  # type: ignore[misc]
            return space
    return x


def pattern_by_place(x: np.ndarray) -> object:
    match x:
        case Point(first):
            return first
    return x


def plain_patterns(x: object) -> object:
    match x:
        case 1 | "one":
            return 1
        case {"x": value}:
            return value
        case [first, *_]:
            return first
        case Point(x=value):
            return value
        case int() | float():
            return x
    return None


class ToModules(contextlib.redirect_stdout):
    """Writes to `sys.modules`, and keeps what stood there."""

    _stream = "modules"  # type: ignore[assignment]


@dataclasses.dataclass
class Point:
    """An honest record."""

    x: float = 0.0


class Colour(enum.Enum):
    """An honest enumeration."""

    RED = 1


def plainly(function: Callable) -> Callable:
    """Decorate, and keep the name."""

    @functools.wraps(function)
    def inner(x: np.ndarray) -> np.ndarray:
        return function(x)

    return inner


@plainly
def decorated(x: np.ndarray) -> np.ndarray:
    return honest(x)


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
        adding_inside,
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
        (lambda x: LOOK.get_field("0.__globals__[torch]", (honest,), {}), "string"),
        (class_pattern, "__globals__"),
        (pattern_by_place, "__match_args__"),
        (lambda x: functools.update_wrapper(x, honest, assigned=("__globals__",)), "update_wrapper"),
        (lambda x: functools.wraps(honest, assigned=("__globals__",))(x), "wraps"),
        (lambda x: WRAP(x, honest), "update_wrapper"),
        (lambda x: RUN("1"), "eval"),
        (lambda x: SHOW(honest, "__globals__"), "__getattribute__"),
        (lambda x: GLOBALS.__get__(honest), "__globals__"),
        (lambda x: STATE(warnings), "__getstate__"),
        (lambda x: warnings.__getstate__()["sys"], "__getstate__"),
        (lambda x: x.__reduce__()[0], "__reduce__"),
        (lambda x: Colour.RED.__reduce_ex__(2)[0], "__reduce_ex__"),
        (lambda x: np.__getattr__("testing"), "__getattr__"),
        (lambda x: ToModules(None).__enter__(), "redirect_stdout"),
        (lambda x: functools.cached_property(x).__get__(warnings), "cached_property"),
        (lambda x: functools.singledispatch(x), "singledispatch"),
        (lambda x: dataclasses.astuple(x), "astuple"),
        (lambda x: dataclasses.replace(x), "replace"),
        (lambda x: dataclasses.dataclass(x), "dataclass"),
        (lambda x: enum.Enum._convert_("All", "warnings", lambda name: True), "_convert_"),  # type: ignore[attr-defined]
        pytest.param(
            lambda x: enum.pickle_by_enum_name(x, 2),
            "pickle_by_enum_name",
            marks=pytest.mark.skipif(not hasattr(enum, "pickle_by_enum_name"), reason="newer than 3.11.2"),
        ),
        (lambda x: typing.get_type_hints(x), "get_type_hints"),
        (lambda x: typing.get_overloads(honest)[0](x), "get_overloads"),
        (lambda x: typing.ForwardRef("x")._evaluate({}, {}, frozenset()), "ForwardRef"),
        (lambda x: np.info("sum", toplevel="torch"), "info"),
        (lambda x: np.lib.format.read_array(x, allow_pickle=True), "read_array"),
        (lambda x: np._core.fromnumeric._wrapfunc(x, "__getattribute__", "data"), "_wrapfunc"),
        (lambda x: "{x.__closure__}".format(**x), "str.format"),
        (lambda x: "{0:{1.__closure__}}".format(x, x), "str.format"),
        (lambda x: ASKED.format(x), "str.format"),
        (lambda x: FORMATTED(x), "str.format"),
        (borrowing, "torch"),
        (torch_quietly, "torch"),
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
        quietly,
        decorated,
        plain_patterns,
        lambda x: (Point(1.0).x, Colour.RED, Colour(1)),
        lambda x: "{:.2f} of {most}".format(x, most=format(3, "d")),
        lambda x: operator.add(x, math.fsum(x)),
    ],
)
def test_honest_functions_pass(function: Callable) -> None:
    kit.by_hand(function, without=["logaddexp", "logaddexp2"])
