"""What a function reaches: the names in its code and in all that it leads to, and the packages behind them.

A lab that is to be written in NumPy must not be passed by another library's function in disguise: behind a
helper, a class, a closure, a default, a partial, a container, or under the name of one of NumPy's own.
"""

from __future__ import annotations

import builtins
import dis
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from .comparisons import require
from .sides import beside

HIDING = {
    "__builtins__", "__closure__", "__code__", "__defaults__", "__dict__", "__getattribute__",
    "__globals__", "__import__", "__subclasses__", "__traceback__", "_getframe", "attrgetter",
    "builtins", "cell_contents", "compile", "concurrent", "ctypes", "eval", "exec", "f_back",
    "f_globals", "f_locals", "frompyfunc", "gc", "getattr", "globals", "import_module", "importlib",
    "inspect", "marshal", "methodcaller", "modules", "multiprocessing", "os", "pickle", "pkgutil",
    "runpy", "setattr", "setprofile", "settrace", "signal", "subprocess", "sys", "threading",
    "types", "vars",
}  # fmt: skip
NO_CODE = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype, np.random.Generator)
LOOKS_UP = ("LOAD_GLOBAL", "LOAD_NAME")  # in the module, then in the builtins
NOTEBOOK = "__main__"  # the module that answers are written in
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by Python code, or by a C module that keeps its own


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
        as that is neither NumPy's nor the standard library's; ``packages``: top-level packages behind them.

    Examples
    --------
    >>> reached(np.linalg.norm)["packages"]  # NumPy's own code is not read
    set()
    """
    walk = _Walk()
    walk.through(function)
    return {"names": walk.names, "packages": walk.packages}


def numpy_only(*functions: Callable[..., Any]) -> None:
    """Stop when a function leads to a package that is neither NumPy nor of the standard library.

    What could hide such a package, or looks into other code (`HIDING`), stops it too.

    Raises
    ------
    CheckFailed
        With what it uses.

    Examples
    --------
    >>> numpy_only(np.sqrt, np.linalg.norm)
    """
    for function in functions:
        found = reached(function)
        used = sorted(found["packages"] | found["names"] & HIDING)
        require(
            not used,
            f"it uses {', '.join(used)}: this is written in NumPy, without looking into other code",
        )


class _Walk:
    """From thing to thing, each once."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.packages: set[str] = set()
        self._modules: list[ModuleType] = []
        self._seen: dict[int, Any] = {}  # by id, and kept, so that no id is given again

    def through(self, first: Any) -> None:
        """Follow all that is reached."""
        waiting, looked_up = [first], set()
        while waiting:
            while waiting:
                thing = waiting.pop()
                if id(thing) not in self._seen and not isinstance(thing, NO_CODE):
                    self._seen[id(thing)] = thing
                    waiting += self._inside(thing)
            # a module's own name may stand for something that was put there
            pairs = {(place, name) for place in range(len(self._modules)) for name in self.names} - looked_up
            looked_up |= pairs
            found = ((vars(self._modules[place]), name) for place, name in pairs)
            waiting = [space[name] for space, name in found if name in space]

    def _inside(self, thing: Any) -> Iterable[Any]:
        if isinstance(thing, ModuleType):
            names = [thing.__name__, *(name for name, module in list(sys.modules.items()) if module is thing)]
            if not any([self._is_foreign(name) for name in names]):
                self._modules.append(thing)
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
        if isinstance(thing, property):
            return thing.fget, thing.fset
        if isinstance(thing, np.ndarray):
            return tuple(thing.flat) if thing.dtype.hasobject else ()
        return self._of_instance(thing)

    def _of_function(self, function: FunctionType) -> Iterable[Any]:
        space = function.__globals__
        home = space.get("__name__")
        if _is_trusted(home) and vars(sys.modules.get(home, builtins)) is space:
            return
        if self._is_foreign(home):
            return
        for code in _codes(function.__code__):
            self.names |= {part for name in code.co_names for part in name.split(".")}
            for step in dis.get_instructions(code):
                if step.opname == "IMPORT_NAME":
                    self._is_foreign(step.argval)
                elif step.opname in LOOKS_UP and step.argval in space:
                    yield space[step.argval]
                elif step.opname in LOOKS_UP and hasattr(builtins, step.argval):
                    yield getattr(builtins, step.argval)
        for cell in function.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # a name that has no value yet
                continue
        yield function.__defaults__
        yield function.__kwdefaults__
        yield vars(function)

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
            return
        if isinstance(thing, np.ufunc) and vars(np).get(thing.__name__) is not thing:
            self.names.add("frompyfunc")
        if self._is_foreign(kind.__module__):
            return
        self.names.add(kind.__name__)
        yield kind
        if hasattr(thing, "__dict__"):
            yield vars(thing)
        for slot in (name for base in kind.__mro__ for name in _slots(base)):
            if hasattr(thing, slot):
                yield getattr(thing, slot)

    def _is_foreign(self, module: Any) -> bool:
        """Tell whether a module is of a package that is told; nobody looks further into that."""
        package = str(module).partition(".")[0]
        if module is None or package == NOTEBOOK or _is_trusted(package):
            return False
        self.packages.add(package)
        return True


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
