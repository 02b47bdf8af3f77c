"""What a function reaches: the names in its code and in all that it leads to, and the packages behind them.

A lab that is to be written by hand must not be passed by another library's function in disguise: behind a
helper, a class, a closure, a default, a partial, a container, an exception, a dtype, or under the name of one
of NumPy's own. This module follows; `handwritten` judges what was found.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import gc
import string
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    TracebackType,
    UnionType,
    WrapperDescriptorType,
)  # fmt: skip
from typing import Any

import numpy as np

from .sides import beside

NO_CODE = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype, np.random.Generator)
LOOKS_UP = ("LOAD_GLOBAL", "LOAD_NAME")  # in the module, then in the builtins
NOTEBOOK = "__main__"  # the module that answers are written in
NAMED_TUPLE = "namedtuple_"  # how modules begin that named tuples are written in; they are read
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by Python code, or by a C module that keeps its own
COMPILED_NAMED = (
    BuiltinFunctionType, ClassMethodDescriptorType, GetSetDescriptorType, MemberDescriptorType,
    MethodDescriptorType, MethodWrapperType, WrapperDescriptorType,
)  # fmt: skip
DISPATCHER, COMPILED = type(np.sum), type(np.random.default_rng)  # NumPy's functions
FORMATS = {"format", "format_map"}
FORMATTING = "str.format of a text that reads attributes, or is not written there"
HOLDERS = {"builtins", "collections", "functools", "itertools"}  # their iterators and views hold other things


@beside
def reached(function: Callable[..., Any]) -> dict[str, set[str]]:
    """Return what a function's code names, and the packages that it leads to.

    Parameters
    ----------
    function
        It is not called.

    Returns
    -------
    dict
        ``names``: globals, attributes and imports in its code and in the code of all that it reaches, as long
        as that is neither NumPy's nor the standard library's, and what it takes of these under other names;
        ``packages``: top-level packages behind them.

    Examples
    --------
    >>> reached(np.linalg.norm)["packages"]  # NumPy's own code is not read
    set()
    """
    walk = Walk()
    walk.through(function)
    return {"names": walk.names, "packages": walk.packages}


class Walk:
    """From thing to thing, each once.

    Attributes
    ----------
    names
        Globals, attributes and imports in the code that was read, and what things of NumPy and the standard
        library are called there.
    packages
        Top-level packages that are neither NumPy nor the standard library.
    modules
        Modules that things are of.
    fetching
        Formats that read attributes, and NumPy's inner functions, which take a method by its name.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.packages: set[str] = set()
        self.modules: set[str] = set()
        self.fetching: set[str] = set()
        self._spaces: list[ModuleType] = []
        self._seen: dict[int, Any] = {}  # by id, and kept, so that no id is given again
        self._data: dict[int, Any] = {}  # may hold more than it shows: things of own classes, records, dtypes

    def through(self, first: Any) -> None:
        """Follow all that is reached, and what stands behind that which looks like data."""
        handlers = [np.geterrcall(), np.get_printoptions()["formatter"]]  # NumPy calls them on its own
        self._note(first, *handlers)
        self._follow([first, handlers])
        opened = 0
        while True:
            self._note(*(vars(m)[name] for m in self._spaces for name in self.names if name in vars(m)))
            waiting = list(self._data.values())[opened:]
            if not waiting:
                return
            opened += len(waiting)
            self._follow([_behind(thing) for thing in waiting])

    def things(self) -> Iterable[Any]:
        """Return all that was met."""
        return self._seen.values()

    def _follow(self, first: Any) -> None:
        waiting, looked_up = [first], set()
        while waiting:
            while waiting:
                thing = waiting.pop()
                if id(thing) not in self._seen and not isinstance(thing, NO_CODE):
                    self._seen[id(thing)] = thing
                    self._note_name(thing)
                    inside = list(self._inside(thing))
                    self._note(*inside)
                    waiting += inside
            # a module's own name may stand for something that was put there
            pairs = {(place, name) for place in range(len(self._spaces)) for name in self.names} - looked_up
            looked_up |= pairs
            found = ((vars(self._spaces[place]), name) for place, name in pairs)
            waiting = [space[name] for space, name in found if name in space]

    def _note(self, *things: Any) -> None:
        self._data |= {id(t): t for t in things if _may_hold(t) and id(t) not in self._data}

    def _note_name(self, thing: Any) -> None:
        """Note what a thing of NumPy or the standard library is called, whatever it is called here."""
        if isinstance(thing, ModuleType):
            self._is_foreign(thing.__name__)
        elif isinstance(thing, (FunctionType, BuiltinFunctionType, type)):
            self._is_foreign(thing.__module__)
        if isinstance(thing, COMPILED_NAMED):
            owner = getattr(thing, "__objclass__", None)
            if owner is None or not owner.__flags__ & HEAP_TYPE or _is_own(owner):
                self.names.add(thing.__name__)
            if thing.__name__ in FORMATS and _reads_attributes(getattr(thing, "__self__", None)):
                self.fetching.add(FORMATTING)
        elif isinstance(thing, (FunctionType, type)):
            home, name, runs = _home_of(thing)
            if runs and name[:1] == "_" != name[1:2] and str(home).startswith("numpy"):
                self.fetching.add(f"{home}.{name}")
            elif _is_trusted(home) and not name.startswith("__"):
                self.names.add(name)

    def _inside(self, thing: Any) -> Iterable[Any]:
        if isinstance(thing, ModuleType):
            names = [thing.__name__, *(name for name, module in list(sys.modules.items()) if module is thing)]
            if not any([self._is_foreign(name) for name in names]):
                self._spaces.append(thing)
            return ()
        if isinstance(thing, FunctionType):
            return self._of_function(thing)
        if isinstance(thing, type):
            return self._of_type(thing)
        if isinstance(thing, MethodType):
            return thing.__func__, thing.__self__
        if isinstance(thing, BuiltinFunctionType):
            if self._is_foreign(thing.__module__) or isinstance(thing.__self__, ModuleType):
                return ()
            return (thing.__self__,)
        if isinstance(thing, partial):
            return thing.func, thing.args, thing.keywords
        if isinstance(thing, dict):
            return *thing, *thing.values()
        if isinstance(thing, (list, tuple, set, frozenset, deque)):
            return tuple(thing)
        if isinstance(thing, (staticmethod, classmethod)):
            return (thing.__func__,)
        if isinstance(thing, (GenericAlias, UnionType)):  # what is said of types
            return thing.__args__
        if isinstance(thing, property):
            return thing.fget, thing.fset
        if isinstance(thing, np.ndarray):
            return thing.dtype, *(thing.flat if thing.dtype.hasobject else ())
        return self._of_instance(thing)

    def _of_function(self, function: FunctionType) -> Iterable[Any]:
        space = function.__globals__
        if not _is_trusted(_home_of(function)[0]) and not self._is_foreign(space.get("__name__")):
            for code in _codes(function.__code__):
                yield from self._of_code(code, space)
            yield function.__defaults__
            yield function.__kwdefaults__
            yield vars(function)
        for cell in function.__closure__ or ():  # of a library's decorators too
            with contextlib.suppress(ValueError):  # a name that has no value yet
                yield cell.cell_contents

    def _of_code(self, code: CodeType, space: dict[str, Any]) -> Iterable[Any]:
        self.names |= {part for name in code.co_names for part in name.split(".")}
        steps = [step for step in dis.get_instructions(code) if step.opname != "EXTENDED_ARG"]
        self._note_texts(code, steps)
        for step in steps:
            if step.opname == "IMPORT_NAME":
                if not self._is_foreign(step.argval) and step.argval in sys.modules:
                    yield sys.modules[step.argval]
            elif step.opname in LOOKS_UP and step.argval in space:
                yield space[step.argval]
            elif step.opname in LOOKS_UP and hasattr(builtins, step.argval):
                yield getattr(builtins, step.argval)

    def _note_texts(self, code: CodeType, steps: list[dis.Instruction]) -> None:
        """Note attributes that class patterns name, and texts that read attributes when formatted."""
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

    def _of_type(self, kind: type) -> Iterable[Any]:
        if self._is_foreign(kind.__module__):
            return
        if kind.__flags__ & HEAP_TYPE and not _is_own(kind):
            yield from vars(kind).values()
            yield from kind.__bases__
            yield type(kind)

    def _of_instance(self, thing: Any) -> Iterable[Any]:
        kind = type(thing)
        if kind.__name__ == "cython_function_or_method":  # its class belongs to no package; it says its own
            self._is_foreign(thing.__module__)
        elif isinstance(thing, np.ufunc):
            home = _home_of_ufunc(thing)
            self._is_foreign(home)
            self.names.add(thing.__name__ if home else "frompyfunc")
        elif not self._is_foreign(kind.__module__):
            self.names.add(kind.__name__)
            yield kind
            if hasattr(thing, "__dict__"):  # NumPy writes a signature on some functions: a thing of `inspect`
                yield {k: v for k, v in vars(thing).items() if kind is not DISPATCHER or k != "__signature__"}
            for slot in (name for base in kind.__mro__ for name in _slots(base)):
                if hasattr(thing, slot):
                    yield getattr(thing, slot)
        if any(base.__module__ in HOLDERS for base in kind.__mro__[:-1]):
            yield from (held for held in gc.get_referents(thing) if not isinstance(held, TracebackType))

    def _is_foreign(self, module: Any) -> bool:
        """Tell whether a module is of a package that is told; nobody looks further into that."""
        if module is None or str(module).startswith(NAMED_TUPLE):
            return False
        self.modules.add(str(module))
        package = str(module).partition(".")[0]
        if package == NOTEBOOK or _is_trusted(package):
            return False
        self.packages.add(package)
        return True


def _home_of_ufunc(function: np.ufunc) -> str | None:
    """Return the module that gives a universal function under its name; None: it was made of another."""
    homes = (sys.modules.get(home) for home in ("numpy", "scipy.special"))
    found = [m.__name__ for m in homes if m and vars(m).get(function.__name__) is function]
    return found[0] if found and function.__name__.isidentifier() else None


def _is_trusted(module: Any) -> bool:
    """Tell whether a module is by its name NumPy's or the standard library's."""
    top = str(module).partition(".")[0]
    return top == "numpy" or top in sys.stdlib_module_names


def _is_own(kind: type) -> bool:
    """Tell whether a class is what its module says it is, and that module a trusted one."""
    if not _is_trusted(kind.__module__):
        return False
    found: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found is kind


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code and all that is defined inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _slots(kind: type) -> Iterable[str]:
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else slots


def _home_of(thing: FunctionType | type) -> tuple[Any, str, bool]:
    """Return the module and the name of a function or class, and whether calling it runs its code."""
    if isinstance(thing, type):
        runs = "__call__" in vars(thing) and bool(thing.__flags__ & HEAP_TYPE)  # DISPATCHER is none
        return thing.__module__, thing.__name__, runs
    space = thing.__globals__
    home = space.get("__name__")
    found = sys.modules.get(home) if isinstance(home, str) else None
    return home if found is not None and vars(found) is space else None, thing.__code__.co_name, True


def _reads_attributes(text: Any) -> bool:
    """Tell whether a text, when formatted, may read attributes; anything but a text may."""
    if type(text) is not str:
        return not isinstance(text, ModuleType)
    try:
        fields = [(name or "", spec or "") for _, name, spec, _ in string.Formatter().parse(text)]
    except ValueError:  # it cannot be formatted
        return False
    return any("." in name or _reads_attributes(spec) for name, spec in fields)


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
