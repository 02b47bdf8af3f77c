"""What is written by hand: in NumPy and plain Python, without a function that does the task ready-made.

A module of the standard library that runs text or finds modules by name (`timeit`, `pydoc`, `code`) opens the
way to any library, one with an arithmetic of its own (`decimal`) spares the task. So those that an answer may
lead to are named here, and all others stop it. Of what these hold, all that takes an attribute, a module's
entry or code by a text is refused too: a text can be put together, so nobody can say what it fetches.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import functools
import typing
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .comparisons import require
from .reach import NOTEBOOK, Walk
from .sides import beside, other

PLAIN = {
    "__main__", "abc", "bisect", "builtins", "cmath", "collections", "contextlib", "copy", "dataclasses",
    "enum", "functools", "heapq", "itertools", "math", "numbers", "numpy", "operator", "random", "time",
    "typing", "warnings",
}  # fmt: skip
RUNS_TEXT = {"ctypeslib", "distutils", "f2py", "testing"}  # of NumPy's own modules; or loads what is compiled
HIDING = {  # names that look into code or run text, or load what is compiled
    *RUNS_TEXT,  # NumPy loads modules when named
    "fromregex", "load", "make_dataclass",  # a pickle, or text that becomes code
    "ag_code", "ag_frame", "cr_code", "cr_frame", "gi_code", "gi_frame", "tb_frame",  # show builtins
    "__getattr__", "__getstate__", "__match_args__", "__reduce__", "__reduce_ex__", "_convert_",
    "__builtins__", "__closure__", "__code__", "__defaults__", "__dict__", "__getattribute__",
    "__globals__", "__import__", "__subclasses__", "__traceback__", "_getframe", "attrgetter",
    "builtins", "cell_contents", "compile", "concurrent", "ctypes", "eval", "exec", "f_back",
    "f_globals", "f_locals", "frompyfunc", "gc", "getattr", "globals", "import_module", "importlib",
    "inspect", "marshal", "methodcaller", "modules", "multiprocessing", "os", "pickle", "pkgutil",
    "runpy", "setattr", "setprofile", "settrace", "signal", "subprocess", "sys", "threading",
    "types", "vars",
}  # fmt: skip
FETCHING = (  # attributes or modules by a text, or code written as one
    contextlib.redirect_stderr, contextlib.redirect_stdout, dataclasses.asdict, dataclasses.astuple,
    dataclasses.dataclass, dataclasses.replace, functools.cached_property,
    functools.singledispatch, functools.singledispatchmethod, functools.update_wrapper, functools.wraps,
    np.__getattr__, np.info, np.lib.format.read_array, typing.ForwardRef, typing._eval_type,  # type: ignore[attr-defined]
    typing.get_overloads, typing.get_type_hints,
    *([enum.pickle_by_enum_name] if hasattr(enum, "pickle_by_enum_name") else []),  # Debian's 3.11.2 lacks it
)  # fmt: skip


class Forbidden:
    """Stands where a function of NumPy was that does a task in one call."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Say so."""
        raise AttributeError(f"numpy.{self.__name__} does the task in one call: write it by hand")


def by_hand(
    *functions: Callable[..., Any], without: Iterable[str] = (), libraries: Iterable[str] = ()
) -> None:
    """Stop when a function leads to what does its work ready-made, or may fetch it.

    Where a submission is graded, the check runs beside a process in which there is nothing else: no other
    library can be loaded there, whatever stands around the function.

    Parameters
    ----------
    *functions
        They are not called.
    without
        NumPy's universal functions that do the task in one call, as NumPy names them; they are found under
        other names too.
    libraries
        Packages beside NumPy that the task allows.

    Raises
    ------
    CheckFailed
        With what it uses.

    Examples
    --------
    >>> by_hand(lambda x: np.log(np.exp(x).sum()), without=["logaddexp"])
    """
    without, libraries, grader = tuple(without), tuple(libraries), other()
    if grader is not None and not libraries:
        grader.by_hand(without)
    allowed = ", ".join(["NumPy", *libraries])
    for function in functions:
        ready, others = _led_to(function, without, libraries)
        require(not ready, f"it uses {', '.join(ready)}, which does the task in one call: write it by hand")
        require(
            not others,
            f"it uses {', '.join(others)}: by hand means {allowed} and plain Python, and of the standard "
            "library only what calculates, repeats or collects",
        )


@beside
def _led_to(
    function: Callable[..., Any], without: tuple[str, ...], libraries: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """Return the functions of `without` that a function leads to, and what else it uses and may not."""
    walk = Walk()
    walk.through(function)
    found = {thing.__name__ for thing in walk.things() if isinstance(thing, (np.ufunc, Forbidden))}
    others = {name for name in walk.modules if not _is_plain(name, libraries)}
    others |= {
        fetching.__name__ for fetching in FETCHING if any(fetching is thing for thing in walk.things())
    }
    return sorted(found & set(without)), sorted(others | walk.names & HIDING | walk.fetching)


def _is_plain(module: str, libraries: tuple[str, ...]) -> bool:
    top, _, rest = module.partition(".")
    if top == "numpy" and rest.partition(".")[0] in RUNS_TEXT:
        return False
    return top in {NOTEBOOK, *PLAIN, *libraries} or top.removeprefix("_") in PLAIN
