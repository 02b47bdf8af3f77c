"""What is written by hand: in NumPy and plain Python, without a function that does the task ready-made.

A module of the standard library that runs text or finds modules by name (`timeit`, `pydoc`, `code`) opens the
way to any library, one with an arithmetic of its own (`decimal`) spares the task. So those that an answer may
lead to are named here, and all others stop it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType, TracebackType
from typing import Any

import numpy as np

from .comparisons import require
from .reach import HEAP_TYPE, HIDING, NOTEBOOK, _is_own, _Walk, numpy_only
from .sides import beside

PLAIN = {
    "__main__", "abc", "bisect", "builtins", "cmath", "collections", "contextlib", "copy", "dataclasses",
    "enum", "functools", "heapq", "itertools", "math", "numbers", "numpy", "operator", "random", "string",
    "time", "warnings",
}  # fmt: skip
RUNS_TEXT = {"ctypeslib", "distutils", "f2py", "testing"}  # of NumPy's own modules; or loads what is compiled
READS_OBJECTS = {"fromregex", "load", "make_dataclass"}  # a pickle, or text that becomes code
FRAMES = {"ag_code", "ag_frame", "cr_code", "cr_frame", "gi_code", "gi_frame", "tb_frame"}  # show builtins
DISPATCHER, COMPILED = type(np.sum), type(np.random.default_rng)  # NumPy's functions
HOLDERS = {"builtins", "collections", "functools", "itertools"}  # their iterators and views hold other things


def by_hand(*functions: Callable[..., Any], without: Iterable[str] = ()) -> None:
    """Stop when a function leads to what does its work ready-made, or may fetch it.

    Parameters
    ----------
    *functions
        They are not called. What `numpy_only` stops is stopped here too.
    without
        NumPy's universal functions that do the task in one call, as NumPy names them; they are found under
        other names too.

    Raises
    ------
    CheckFailed
        With what it uses.

    Examples
    --------
    >>> by_hand(lambda x: np.log(np.exp(x).sum()), without=["logaddexp"])
    """
    numpy_only(*functions)
    for function in functions:
        ready, fetching = _led_to(function, tuple(without))
        require(not ready, f"it uses {', '.join(ready)}, which does the task in one call: write it by hand")
        require(
            not fetching,
            f"it uses {', '.join(fetching)}: by hand means NumPy and plain Python, and of the standard "
            "library only what calculates, repeats or collects",
        )


@beside
def _led_to(function: Callable[..., Any], without: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the functions of `without` that a function leads to, and what else it uses and may not."""
    walk = _Noting()
    walk.through(function)
    refused = {name for name in walk.modules if not _is_plain(name)}
    refused |= walk.names & (HIDING | READS_OBJECTS | FRAMES | RUNS_TEXT)  # NumPy loads modules when named
    return sorted(walk.ufuncs & set(without)), sorted(refused)


def _is_plain(module: str) -> bool:
    top, _, rest = module.partition(".")
    if top == "numpy" and rest.partition(".")[0] in RUNS_TEXT:
        return False
    return top == NOTEBOOK or top.removeprefix("_") in PLAIN or top in PLAIN


class _Noting(_Walk):
    """The walk, with a note of universal functions and modules, also behind what passes for data."""

    def __init__(self) -> None:
        super().__init__()
        self.ufuncs: set[str] = set()
        self.modules: set[str] = set()
        self._data: list[Any] = []  # that may hold more than it shows: things of own classes, records, dtypes

    def through(self, first: Any) -> None:
        """Follow all that is reached, and what stands behind that which looks like data."""
        self._note(first)
        super().through(first)
        opened = 0
        while True:
            self._note(*(vars(m)[name] for m in self._modules for name in self.names if name in vars(m)))
            if opened == len(self._data):
                return
            for thing in self._data[opened:]:
                opened += 1
                super().through(_behind(thing))

    def _note(self, *things: Any) -> None:
        known = {id(thing) for thing in self._data}
        self._data += [t for t in things if _may_hold(t) and id(t) not in known]

    def _inside(self, thing: Any) -> Iterable[Any]:
        if isinstance(thing, np.ufunc):
            self.ufuncs.add(thing.__name__)
        elif isinstance(thing, ModuleType):
            self.modules.add(thing.__name__)
        elif isinstance(thing, (FunctionType, BuiltinFunctionType, type)) and thing.__module__:
            self.modules.add(thing.__module__)
        inside = list(super()._inside(thing))
        if isinstance(thing, np.ndarray):
            inside.append(thing.dtype)
        self._note(*inside)
        return inside

    def _of_instance(self, thing: Any) -> Iterable[Any]:
        inside = list(super()._of_instance(thing))
        if type(thing) is DISPATCHER:  # NumPy writes a signature on some functions: a thing of `inspect`
            return [_without_signature(part) for part in inside]
        if any(kind.__module__ in HOLDERS for kind in type(thing).__mro__[:-1]):
            inside += [held for held in gc.get_referents(thing) if not isinstance(held, TracebackType)]
        return inside

    def _is_foreign(self, module: Any) -> bool:
        if module is not None:
            self.modules.add(str(module))
        return super()._is_foreign(module)


def _without_signature(part: Any) -> Any:
    return {k: v for k, v in part.items() if k != "__signature__"} if isinstance(part, dict) else part


def _may_hold(thing: Any) -> bool:
    kind = type(thing)
    if isinstance(thing, (np.void, np.dtype)):
        return True
    if kind is COMPILED:
        return False
    return bool(kind.__flags__ & HEAP_TYPE) and not isinstance(thing, type) and not _is_own(kind)


def _behind(thing: Any) -> list[Any]:
    """Return what a thing holds beside its numbers: class and attributes, fields, metadata."""
    if isinstance(thing, np.dtype):
        return [thing.metadata, thing.fields, thing.subdtype, thing.type]
    fields = [thing.dtype, thing.item()] if isinstance(thing, np.void) else []
    return [type(thing), getattr(thing, "__dict__", None), *fields]
