"""Exceptions as data: the class by its line of descent, message, attributes, the learner's own line."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from .standins import library_name

HERE = str(Path(__file__).resolve().parents[2])
MOST_ATTRIBUTES = 32
LONGEST = 4000  # characters of a message
MOST_LINES = 8
_LIBRARIES = (sys.prefix, sys.base_prefix, HERE, "<frozen", "<__array_function__")
WHERE = "academy_where"  # attribute of a rebuilt exception: the learner's innermost line, in words
SAYS = "academy_says"
LINES = "academy_lines"  # and the lines that led there


def lineage_of(kind: type) -> list[list[str]]:
    """Return an exception class's line of descent as (module, name), up to but without `BaseException`."""
    return [[c.__module__, c.__qualname__] for c in kind.__mro__ if c not in (BaseException, object)][:16]


def describe(error: BaseException, pack: Callable[[Any], Any]) -> dict[str, Any]:
    """Return an exception as a message; `pack` raises for what is no data."""
    attributes = {name: _attribute(error, name, pack) for name in _names(error)}
    return {
        "lineage": lineage_of(type(error)),
        "message": _text(error),
        "args": _packed(error.args, pack),
        "attributes": {name: tree for name, tree in attributes.items() if tree is not None},
        "lines": _lines(error.__traceback__),
    }


def _text(error: BaseException) -> str:
    try:
        return str(error)[:LONGEST]
    except Exception:  # noqa: BLE001 - a learner's exception may raise while it is shown
        return ""


def _packed(value: Any, pack: Callable[[Any], Any]) -> Any:
    try:
        return [pack(value)]
    except Exception:  # noqa: BLE001 - what is no data stays where it is
        return None


def _names(error: BaseException) -> list[str]:
    own = [name for name in dir(error) if not name.startswith("_") and not hasattr(BaseException, name)]
    return own[:MOST_ATTRIBUTES]


def _attribute(error: BaseException, name: str, pack: Callable[[Any], Any]) -> Any:
    try:
        value = getattr(error, name)
    except Exception:  # noqa: BLE001 - a property may raise
        return None
    return None if callable(value) else _packed(value, pack)


def _lines(trace: TracebackType | None) -> list[list[Any]]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_LIBRARIES):
            text = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            found.append([trace.tb_lineno, code.co_name, text[:200]])
        trace = trace.tb_next
    return found[-MOST_LINES:]


def rebuild(held: Any, unpack: Callable[[Any], Any]) -> BaseException:
    """Return the exception that a message tells of, of a class of ours or of a library.

    A class of the learner's becomes one made here, of the same name, below the first class that is known.
    """
    held = held if isinstance(held, dict) else {}
    lineage = tuple((str(m), str(n)) for m, n in held.get("lineage") or ())
    message = str(held.get("message", ""))[:LONGEST]
    kind = exception_class(lineage)
    args = held.get("args")
    given = unpack(args[0]) if isinstance(args, list) and args else (message,)
    error = kind.__new__(kind, *(given if isinstance(given, tuple) else (message,)))
    for name, tree in (held.get("attributes") or {}).items():
        if str(name).isidentifier() and not str(name).startswith("_"):
            try:
                setattr(error, name, unpack(tree[0]))
            except (AttributeError, TypeError):
                continue  # a read-only attribute of a library's exception has its value from `args`
    if _text(error) != message:
        if kind.__module__ == "__main__":
            setattr(error, SAYS, message)
        else:
            error = _saying(kind, error, message)
    lines = [(int(n), str(f), str(t)) for n, f, t in held.get("lines") or ()]
    setattr(error, LINES, lines)
    if lines:
        number, function, text = lines[-1]
        setattr(error, WHERE, f"line {number} of {function}" + (f": `{text}`" if text else ""))
    return error


def _says(self: BaseException) -> str:
    """Return the text that a learner's exception gave of itself."""
    return vars(self).get(SAYS) or Exception.__str__(self)


def _saying(kind: type, error: BaseException, message: str) -> BaseException:
    worded = type(kind.__name__, (kind,), {"__str__": lambda self: message, "__module__": kind.__module__})
    fresh = worded.__new__(worded, *error.args)
    vars(fresh).update(vars(error))
    return fresh


@cache
def exception_class(lineage: tuple[tuple[str, str], ...]) -> type[BaseException]:
    """Return the class for a line of descent; the same each time, so that ``except`` finds it."""
    for place, (module, name) in enumerate(lineage):
        found = library_name(module, name)
        if isinstance(found, type) and issubclass(found, (Exception, SystemExit)):
            if not place:
                return found
            above = exception_class(lineage[1:]) if place > 1 else found
            return type(_called(lineage[0][1]), (above,), {"__module__": "__main__", "__str__": _says})
    # what is not an Exception (KeyboardInterrupt, a learner's BaseException) ends a check as exit() does
    return type(_called(lineage[0][1] if lineage else "Error"), (SystemExit,), {"__module__": "__main__"})


def _called(name: str) -> str:
    last = name.rpartition(".")[2]
    return last if last.isidentifier() else "Error"
