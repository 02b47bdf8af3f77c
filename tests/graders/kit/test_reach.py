"""Another library behind a NumPy function is found in whatever disguise it comes."""

import functools
import importlib
import math
import operator
import types
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.linalg import norm

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
    "a function written in C": lambda x: RELU(x),
    "in a module that says math": lambda x: MODULE.f(x),
    "a method by its name": lambda x: CALLER(x),
    "imported inside": imports,
    "imported by its name": lambda x: importlib.import_module("tor" + "ch").relu(x),
    "by a name put together": lambda x: getattr(np, "lib")(x),  # noqa: B009
    "through the loaded modules": lambda x: np.lib.npyio.sys.modules["tor" + "ch"],
}


@pytest.fixture(autouse=True)
def here_as_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graders.kit.reach.NOTEBOOK", "tests")


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_is_found(disguise: str) -> None:
    with pytest.raises(kit.CheckFailed, match="this is written in NumPy"):
        kit.numpy_only(DISGUISES[disguise])


def test_what_stands_under_a_name_of_numpy_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np.linalg, "softmax", through_torch, raising=False)
    with pytest.raises(kit.CheckFailed, match="uses torch"):
        kit.numpy_only(lambda x: np.linalg.softmax(x))
    monkeypatch.setattr(np.linalg, "norm", through_torch)
    with pytest.raises(kit.CheckFailed, match="uses torch"):
        kit.numpy_only(lambda x: np.linalg.norm(x))


HONEST = [
    softmax,
    LAYER,
    Layer,
    lambda x: [step(x) for step in STEPS],
    sorted,
    lambda s: np.random.default_rng(s),
]


@pytest.mark.parametrize("honest", HONEST)
def test_honest_functions_pass(honest: Callable) -> None:
    kit.numpy_only(honest)


def test_names_of_helpers_and_inner_functions_are_told() -> None:
    names = kit.reached(lambda x: softmax(x))["names"]
    assert {"softmax", "exp", "max", "sum"} <= names
    assert "det" not in names
