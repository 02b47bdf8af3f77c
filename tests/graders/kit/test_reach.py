"""Another library behind a function by hand is found in whatever disguise it comes."""

import collections
import dataclasses
import functools
import importlib
import math
import operator
import types
from collections.abc import Callable
from typing import NamedTuple, Optional

import numpy as np
import pytest
import torch
from numpy.linalg import norm
from scipy.special import ndtr
from scipy.special import softmax as scipy_softmax

from graders import kit


def softmax(x: np.ndarray) -> np.ndarray:
    def shifted(x: np.ndarray) -> np.ndarray:
        return np.exp(x - x.max(axis=-1, keepdims=True))

    above = shifted(x)
    return above / above.sum(axis=-1, keepdims=True)


class Layer:
    __slots__ = ("w",)

    def __init__(self, w: np.ndarray) -> None:
        self.w = w

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return softmax(x @ self.w) * norm(x) / math.sqrt(np.linalg.det(self.w))


LAYER = Layer(np.eye(2))
STEPS = [
    functools.partial(np.dot, b=np.eye(2)),
    LAYER,
    functools.lru_cache(math.comb),
    np.random.default_rng(0),
]


def through_torch(x: np.ndarray) -> np.ndarray:
    return torch.softmax(torch.tensor(x), -1).numpy()


class Disguised:
    __module__ = "numpy"

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return through_torch(x)


class Slotted:
    __slots__ = ("f",)

    def __init__(self) -> None:
        self.f = through_torch


class WithProperty:
    @property
    def f(self) -> np.ndarray:
        return through_torch(np.ones(2))


class Inherits(Disguised):
    pass


class Meta(type):
    def __call__(cls, x: np.ndarray) -> np.ndarray:
        return through_torch(x)


class Made(metaclass=Meta):
    pass


NESTED = {"a": [({"b": through_torch},)]}
PARTIAL = functools.partial(functools.partial(through_torch))
CACHED = functools.cache(through_torch)
VECTORISED = np.vectorize(through_torch)
UFUNC = np.frompyfunc(through_torch, 1, 1)
IN_AN_ARRAY = np.array([through_torch, None], dtype=object)
INSTANCE, SLOTTED, HEIR = Disguised(), Slotted(), Inherits()
CALLER = operator.methodcaller("relu")
BOUND = Disguised().__call__
RELU = torch.relu
SHARE, EVAL, CLOSED = ndtr, eval, types.FunctionType.__closure__  # type: ignore[attr-defined]
Pair = collections.namedtuple("Pair", "low high")
THROUGH = Pair(through_torch, None)
MODULE = types.ModuleType("math")
MODULE.f = through_torch  # type: ignore[attr-defined]


def closing(f: Callable) -> Callable:
    return lambda x: f(x)


def defaulting(x: np.ndarray, f: Callable = through_torch) -> np.ndarray:
    return f(x)


def by_keyword(x: np.ndarray, *, f: Callable = through_torch) -> np.ndarray:
    return f(x)


def attached(x: np.ndarray) -> np.ndarray:
    return attached.f(x)


attached.f = through_torch  # type: ignore[attr-defined]


def imports(x: np.ndarray) -> np.ndarray:
    import torch.nn.functional as f

    return f.softmax(x)


class Field:
    low: dict[str, through_torch]  # type: ignore[valid-type]


@dataclasses.dataclass(frozen=True)
class Settings:
    """An honest record whose types are said."""

    rate: float | None = None
    sizes: list[int] = dataclasses.field(default_factory=list)
    step: Optional[Callable[[float], float]] = None  # noqa: UP045


class Place(NamedTuple):
    """An honest record of another kind."""

    row: int
    values: np.ndarray | None = None


def by_class_pattern(x: np.ndarray) -> np.ndarray:
    match through_torch:
        case object(__globals__=space):  # type: ignore[misc]
            return space["torch"].relu(x)
    return x


DISGUISES = {
    "in its own text": through_torch,
    "in a helper": lambda x: through_torch(x),
    "in a closure": closing(through_torch),
    "in a default": defaulting,
    "in a default by keyword": by_keyword,
    "in an attribute of the function": attached,
    "in containers": lambda x: NESTED["a"][0][0]["b"](x),
    "in partials": lambda x: PARTIAL(x),
    "in a cache": lambda x: CACHED(x),
    "in vectorize": lambda x: VECTORISED(x),
    "in a ufunc": lambda x: UFUNC(x),
    "in an array": lambda x: IN_AN_ARRAY[0](x),
    "in an instance whose class says numpy": lambda x: INSTANCE(x),
    "in a slot": lambda x: SLOTTED.f(x),
    "in a property": lambda x: WithProperty().f,
    "in a base class": lambda x: HEIR(x),
    "in a metaclass": lambda x: Made(x),
    "in a bound method": lambda x: BOUND(x),
    "in a named tuple": lambda x: THROUGH.low(x),
    "in the type of a field": lambda x: Field.__annotations__["low"].__args__[1](x),
    "a function written in C": lambda x: RELU(x),
    "a ufunc of another library": lambda x: SHARE(x),
    "a function of another library": lambda x: scipy_softmax(x),
    "in a module that says math": lambda x: MODULE.f(x),
    "a method by its name": lambda x: CALLER(x),
    "imported inside": imports,
    "imported by its name": lambda x: importlib.import_module("tor" + "ch").relu(x),
    "by a class pattern": by_class_pattern,
    "by a name put together": lambda x: getattr(np, "lib")(x),  # noqa: B009
    "through the loaded modules": lambda x: np.lib.npyio.sys.modules["tor" + "ch"],
}


@pytest.fixture(autouse=True)
def here_as_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graders.kit.reach.NOTEBOOK", "tests")
    monkeypatch.setattr("graders.kit.handwritten.NOTEBOOK", "tests")


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_is_found(disguise: str) -> None:
    with pytest.raises(kit.CheckFailed, match="by hand means NumPy and plain Python"):
        kit.by_hand(DISGUISES[disguise])


def test_what_stands_under_a_name_of_numpy_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np.linalg, "softmax", through_torch, raising=False)
    with pytest.raises(kit.CheckFailed, match="uses torch"):
        kit.by_hand(lambda x: np.linalg.softmax(x))
    monkeypatch.setattr(np.linalg, "norm", through_torch)
    with pytest.raises(kit.CheckFailed, match="uses torch"):
        kit.by_hand(lambda x: np.linalg.norm(x))


def test_what_numpy_calls_on_its_own_is_found() -> None:
    before = np.seterrcall(lambda kind, flag: through_torch(np.ones(2)))
    try:
        with pytest.raises(kit.CheckFailed, match="uses torch"):
            kit.by_hand(lambda x: np.sqrt(x))
    finally:
        np.seterrcall(before)
    with (
        np.printoptions(formatter={"float": through_torch}),
        pytest.raises(kit.CheckFailed, match="uses torch"),
    ):
        kit.by_hand(lambda x: np.array_str(x))
    kit.by_hand(lambda x: np.array_str(np.sqrt(x)))


HONEST = [
    lambda x: Pair(x.min(), x.max()).low,
    lambda x: Pair(*x)._replace(low=0.0),
    lambda x: (Settings(0.1).sizes, Place(0, x).values),
    softmax,
    LAYER,
    Layer,
    lambda x: [step(x) for step in STEPS],
    sorted,
    lambda s: np.random.default_rng(s),
]


@pytest.mark.parametrize("honest", HONEST)
def test_honest_functions_pass(honest: Callable) -> None:
    kit.by_hand(honest)


def test_a_library_that_the_task_allows_is_not_refused() -> None:
    kit.by_hand(through_torch, libraries=["torch"])
    kit.by_hand(lambda x: SHARE(x) + scipy_softmax(x), libraries=["scipy"])
    with pytest.raises(kit.CheckFailed, match="uses torch: by hand means NumPy, scipy and plain Python"):
        kit.by_hand(through_torch, libraries=["scipy"])


@pytest.mark.parametrize(
    ("disguise", "says"),
    [
        ("in a ufunc", "frompyfunc"),
        ("by a class pattern", "__globals__"),
        ("by a name put together", "getattr"),
        ("a method by its name", "methodcaller"),
    ],
)
def test_an_allowed_library_opens_no_way_to_other_code(disguise: str, says: str) -> None:
    with pytest.raises(kit.CheckFailed, match=says):
        kit.by_hand(DISGUISES[disguise], libraries=["torch", "scipy"])


def test_names_of_helpers_and_inner_functions_are_told() -> None:
    names = kit.reached(lambda x: softmax(x))["names"]
    assert {"softmax", "exp", "max", "sum"} <= names
    assert "det" not in names


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (by_class_pattern, "__globals__"),
        (lambda x: EVAL("1"), "eval"),
        (lambda x: [CALLER(x)], "methodcaller"),
        (lambda x: CLOSED.__get__(through_torch), "__closure__"),
    ],
)
def test_what_goes_under_another_name_is_told_by_its_own(function: Callable, name: str) -> None:
    assert name in kit.reached(function)["names"]
