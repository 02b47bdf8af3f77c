"""What is written by hand: in NumPy and plain Python, without a function that does the task ready-made.

A module of the standard library that runs text or finds modules by name (`timeit`, `pydoc`, `code`) opens the
way to any library, one with an arithmetic of its own (`decimal`) spares the task. So those that an answer may
lead to are named here, and all others stop it. Of what these hold, all that takes an attribute, a module's
entry or code by a text is refused too: a text can be put together, so nobody can say what it fetches.
"""

from __future__ import annotations

import contextlib
import dataclasses
import dis
import enum
import functools
import gc
import string
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodWrapperType,
    ModuleType,
    TracebackType,
    WrapperDescriptorType,
)  # fmt: skip
from typing import Any

import numpy as np

from .comparisons import require
from .reach import HEAP_TYPE, HIDING, NOTEBOOK, _codes, _is_own, _is_trusted, _Walk, numpy_only
from .sides import beside

PLAIN = {
    "__main__", "abc", "bisect", "builtins", "cmath", "collections", "contextlib", "copy", "dataclasses",
    "enum", "functools", "heapq", "itertools", "math", "numbers", "numpy", "operator", "random", "time",
    "warnings",
}  # fmt: skip
RUNS_TEXT = {"ctypeslib", "distutils", "f2py", "testing"}  # of NumPy's own modules; or loads what is compiled
READS_OBJECTS = {"fromregex", "load", "make_dataclass"}  # a pickle, or text that becomes code
FRAMES = {"ag_code", "ag_frame", "cr_code", "cr_frame", "gi_code", "gi_frame", "tb_frame"}  # show builtins
TEXT_METHODS = {  # of any class or module: they show attributes, or get them by a text
    "__getattr__", "__getstate__", "__match_args__", "__reduce__", "__reduce_ex__", "_convert_",
}  # fmt: skip
FETCHING = (  # attributes or modules by a text, or code written as one
    contextlib.redirect_stderr, contextlib.redirect_stdout, dataclasses.asdict, dataclasses.astuple,
    dataclasses.dataclass, dataclasses.replace, functools.cached_property,
    functools.singledispatch, functools.singledispatchmethod, functools.update_wrapper, functools.wraps,
    np.__getattr__, np.info, np.lib.format.read_array,
    *([enum.pickle_by_enum_name] if hasattr(enum, "pickle_by_enum_name") else []),  # Debian's 3.11.2 lacks it
)  # fmt: skip
COMPILED_NAMED = (
    BuiltinFunctionType, ClassMethodDescriptorType, GetSetDescriptorType, MemberDescriptorType,
    MethodDescriptorType, MethodWrapperType, WrapperDescriptorType,
)  # fmt: skip
DISPATCHER, COMPILED = type(np.sum), type(np.random.default_rng)  # NumPy's functions
FORMATS = {"format", "format_map"}
FORMATTING = "str.format of a text that reads attributes, or is not written there"
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
    hiding = HIDING | READS_OBJECTS | FRAMES | RUNS_TEXT | TEXT_METHODS  # NumPy loads modules when named
    refused |= walk.names & hiding | walk.fetching
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
        self.fetching: set[str] = set()
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
        self._note_name(thing)
        inside = list(super()._inside(thing))
        if isinstance(thing, np.ndarray):
            inside.append(thing.dtype)
        self._note(*inside)
        return inside

    def _note_name(self, thing: Any) -> None:
        """Note what a thing of NumPy or the standard library is called, whatever it is called here."""
        if any(thing is fetching for fetching in FETCHING):
            self.fetching.add(thing.__name__)
        if isinstance(thing, COMPILED_NAMED):
            owner = getattr(thing, "__objclass__", None)
            if owner is None or not owner.__flags__ & HEAP_TYPE or _is_own(owner):
                self.names.add(thing.__name__)
            if thing.__name__ in FORMATS and _reads_attributes(getattr(thing, "__self__", None)):
                self.fetching.add(FORMATTING)
        elif isinstance(thing, (FunctionType, type)):
            home, name, runs = _home_of(thing)
            if runs and name[:1] == "_" != name[1:2] and str(home).startswith("numpy"):
                self.fetching.add(f"{home}.{name}")  # NumPy's inner functions take a method by its name
            elif _is_trusted(home) and not name.startswith("__"):
                self.names.add(name)

    def _of_function(self, function: FunctionType) -> Iterable[Any]:
        yield from super()._of_function(function)
        if not _is_trusted(_home_of(function)[0]):
            for code in _codes(function.__code__):
                self._note_texts(code)
                imported = (step.argval for step in _steps(code) if step.opname == "IMPORT_NAME")
                yield from (sys.modules[name] for name in imported if name in sys.modules)
        for cell in function.__closure__ or ():  # of the standard library's decorators too
            with contextlib.suppress(ValueError):
                yield cell.cell_contents

    def _note_texts(self, code: CodeType) -> None:
        """Note attributes that class patterns name, and texts that read attributes when formatted."""
        steps = list(_steps(code))
        patterns = [step.arg for step in steps if step.opname == "MATCH_CLASS"]
        if patterns:
            groups = [group for group in code.co_consts if isinstance(group, tuple)]
            self.names |= {name for group in groups for name in group if isinstance(name, str)}
        if any(patterns):  # attributes by their order, which a class may compute
            self.names.add("__match_args__")
        for before, step in pairwise(steps):
            formats = step.opname in ("LOAD_ATTR", "LOAD_METHOD") and step.argval in FORMATS
            if formats and (before.opname != "LOAD_CONST" or _reads_attributes(before.argval)):
                self.fetching.add(FORMATTING)

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


def _home_of(thing: FunctionType | type) -> tuple[Any, str, bool]:
    """Return the module and the name of a function or class, and whether calling it runs its code."""
    if isinstance(thing, type):
        runs = "__call__" in vars(thing) and bool(thing.__flags__ & HEAP_TYPE)  # DISPATCHER is none
        return thing.__module__, thing.__name__, runs
    space = thing.__globals__
    home = space.get("__name__")
    found = sys.modules.get(home) if isinstance(home, str) else None
    return home if found is not None and vars(found) is space else None, thing.__code__.co_name, True


def _steps(code: CodeType) -> Iterator[dis.Instruction]:
    return (step for step in dis.get_instructions(code) if step.opname != "EXTENDED_ARG")


def _reads_attributes(text: Any) -> bool:
    """Tell whether a text, when formatted, may read attributes; anything but a text may."""
    if type(text) is not str:
        return not isinstance(text, ModuleType)
    try:
        fields = [(name or "", spec or "") for _, name, spec, _ in string.Formatter().parse(text)]
    except ValueError:  # it cannot be formatted
        return False
    return any("." in name or _reads_attributes(spec) for name, spec in fields)


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
