"""The learner's side: objects that stay here and are known by number, and those that the checker sent."""

from __future__ import annotations

import contextlib
import io
import pickle
import types
from collections.abc import Callable
from functools import cache
from typing import Any

import cloudpickle

from . import raised
from .standins import KNOWN, LIBRARIES, library_name
from .values import base_of, pack
from .wire import WireError

_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: a function, a class; nobody gives these another operation
_DUNDERS = {name: f"__{name}__" for name in KNOWN}
_PLAIN_BASES = (int, float, complex, str, bytes, tuple, list, set, frozenset, dict)


class Held:
    """Objects by number; each keeps its number, so that ``is`` holds on the other side."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def get(self, number: Any) -> Any:
        """Return the object of a number."""
        return self._objects[number]

    def number(self, value: Any) -> int | None:
        """Return the number that an object has, or None."""
        return self._numbers.get(id(value))

    def keep(self, value: Any) -> int:
        """Return the object's number, a new one if it has none."""
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return number

    def about(self, value: Any) -> dict[str, Any]:
        """Return the tree for an object that is no data: what it is called and can do."""
        if isinstance(value, (types.ModuleType, type, types.FunctionType, types.BuiltinFunctionType)):
            named = _library_own(value)
            if named is not None:
                return {"N": named}
        if isinstance(value, BaseException):
            return {"E": raised.describe(value, lambda v: pack(v, [], _refuse))}
        if isinstance(value, type) and issubclass(value, BaseException):
            return {"EC": raised.lineage_of(value)}
        if isinstance(value, Callback):
            return {"back": value.number}
        return {"R": self._described(value)}

    def _described(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        told = {
            "id": self.keep(value),
            "kind": "class" if isinstance(value, type) else "function" if _is_function(value) else "object",
            "label": getattr(value, "__name__", "") if isinstance(value, type) else kind.__name__,
            **(_fixed(kind) if kind.__flags__ & _IMMUTABLE else _abilities(kind)),
        }
        if isinstance(value, type):
            told["bases"] = [[c.__module__, c.__qualname__] for c in value.__mro__ if _is_library(c)]
        if _is_function(value):
            told["label"] = str(getattr(value, "__qualname__", kind.__name__)).rpartition("<locals>.")[2]
        if isinstance(value, _PLAIN_BASES) and kind not in _PLAIN_BASES:
            with contextlib.suppress(WireError):
                told["plain"] = self._fields(value) if hasattr(kind, "_fields") else _whole(value)
        return told

    def _fields(self, value: Any) -> Any:
        """Return a named tuple that has methods of its own: its fields, whose values may be anything."""
        kind = type(value)
        values = _without_buffers(base_of(value), self.about)["t"]
        return {"nt": [kind.__name__, list(kind._fields), values]}


def _whole(value: Any) -> Any:
    """Return a subclass's plain value."""
    return _without_buffers(base_of(value), plain)


def _without_buffers(value: Any, other: Callable[[Any], Any]) -> Any:
    buffers: list[Any] = []
    tree = pack(value, buffers, other)
    if buffers:
        raise WireError("it holds arrays")
    return tree


def plain(value: Any) -> Any:
    """Return the tree of a plain value of a subclass that stands inside another."""
    plain = base_of(value)
    return _refuse(value) if plain is value else pack(plain, [], plain)


def _refuse(value: Any) -> Any:
    raise WireError(f"a {type(value).__name__} is no data")


def _is_function(value: Any) -> bool:
    return isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType))


def _is_library(kind: type) -> bool:
    return kind is not object and str(kind.__module__).partition(".")[0] in LIBRARIES


def _abilities(kind: type) -> dict[str, Any]:
    """Return which operations a class has, which of them are the learner's, and its libraries' classes."""
    return {
        "can": [name for name, dunder in _DUNDERS.items() if _has(kind, dunder)],
        "own": [name for name, dunder in _DUNDERS.items() if _is_own(kind, dunder)],
        "lineage": [[c.__module__, c.__qualname__] for c in kind.__mro__ if _is_library(c)],
    }


_fixed = cache(_abilities)


def _has(kind: type, dunder: str) -> bool:
    found = getattr(kind, dunder, None)
    if found is None:
        return False
    return found is not getattr(object, dunder, None)


def _is_own(kind: type, dunder: str) -> bool:
    """Tell whether the learner's code defines an operation, and no library."""
    where = next((c for c in kind.__mro__ if dunder in vars(c)), object)
    return where is not object and not _is_library(where)


def _library_own(value: Any) -> list[str] | None:
    """Return (module, name) of a library's own module, class or function, which the checker has too."""
    if isinstance(value, types.ModuleType):
        name = str(getattr(value, "__name__", ""))
        return [name, ""] if name.partition(".")[0] in LIBRARIES else None
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if isinstance(module, str) and isinstance(name, str) and library_name(module, name) is value:
        return [module, name]
    return None


class Callback:
    """A function of the check, called from here."""

    def __init__(self, call: Callable[..., Any], number: int, name: str, doc: str | None) -> None:
        self._call, self.number = call, number
        self.__name__ = self.__qualname__ = name
        self.__doc__ = doc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it on the checker's side."""
        return self._call(self.number, args, kwargs)


class Stream:
    """An iterator of the check, drawn from here one element at a time."""

    def __init__(self, call: Callable[..., Any], number: int) -> None:
        self._call, self.number = call, number

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Any:
        return self._call(self.number, (), {})


def tell_class(function: Any, made: type) -> None:
    """Tell a method that came alone which class it stands in: what ``super()`` asks."""
    free = getattr(getattr(function, "__code__", None), "co_freevars", ())
    if "__class__" in free:
        function.__closure__[free.index("__class__")].cell_contents = made


class _Reader(pickle.Unpickler):
    """Reads what the checker sent whole; what lives here already is found by its number."""

    def __init__(self, content: bytes, find: Callable[[int], Any]) -> None:
        super().__init__(io.BytesIO(content))
        self._find = find

    def persistent_load(self, number: Any) -> Any:
        return self._find(number)


def loads(content: bytes, find: Callable[[int], Any]) -> Any:
    """Return an object of the check's; this way only, from the checker to the learner."""
    return _Reader(content, find).load()


class _Writer(cloudpickle.Pickler):
    def __init__(self, target: io.BytesIO, number_of: Callable[[Any], int | None]) -> None:
        super().__init__(target)
        self._number_of = number_of

    def persistent_id(self, value: Any) -> Any:
        return self._number_of(value)


def dumps(value: Any, number_of: Callable[[Any], int | None]) -> bytes:
    """Return a function or object of the check as bytes for the learner's side.

    Parameters
    ----------
    value
        Anything that cloudpickle takes.
    number_of
        Gives the number of what lives on the learner's side already, and None for the rest.
    """
    target = io.BytesIO()
    _Writer(target, number_of).dump(value)
    return target.getvalue()


def data_only(value: Any) -> Any:
    """Return what a probe found, once it is data through and through.

    Raises
    ------
    TypeError
        When it is not.
    """

    def refuse(other: Any) -> Any:
        raise TypeError(
            f"a probe returned a {type(other).__name__}: return numbers, strings, containers or arrays"
        )

    pack(value, [], refuse)
    return value
