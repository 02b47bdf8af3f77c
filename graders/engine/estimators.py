"""Estimators of scikit-learn as data: a library's class, its parameters and what it learnt.

Such a model is made anew on the checker's side, once for each of theirs, so that ``is``, ``clone``,
cross-validation, ``isinstance`` and the library's own checks work on it and run the library's own code. What
the learner wrote stays a stand-in inside.
"""

from __future__ import annotations

import itertools
import os
import secrets
import sys
import types
from collections.abc import Callable, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from graders.kit.sides import Elsewhere

from .standins import LIBRARIES, library_name
from .wire import WireError
from .writeback import fingerprint

Tree = Any
RECKONING = ("sklearn.metrics.", "sklearn.feature_selection.", "sklearn.preprocessing.")


def pack(value: Any, inner: Callable[[Any], Tree]) -> Tree | None:
    """Return an estimator whose class is scikit-learn's own as a tree; None for anything else."""
    base = sys.modules.get("sklearn.base")
    kind = type(value)
    if (
        base is None
        or not isinstance(value, base.BaseEstimator)
        or not kind.__module__.startswith("sklearn.")
    ):
        return None
    if library_name(kind.__module__, kind.__qualname__) is not kind:
        return None
    if not all(map(_is_harmless, vars(value).values())):
        return None  # it stays where it is, as a stand-in
    parts = [[name, inner(part)] for name, part in vars(value).items()]
    return {"lib": ["sklearn.base", kind.__module__, kind.__qualname__, _name(value), parts]}


def _is_harmless(value: Any) -> bool:
    """Tell whether a part of an estimator may run on the checker's side.

    A library's functions may not, but for those that reckon: several in a row, as in a pipeline of function
    transformers, would read a file or run a text that the learner chose.
    """
    if isinstance(value, (list, tuple, set)):
        return all(map(_is_harmless, value))
    if isinstance(value, dict):
        return all(map(_is_harmless, value.values()))
    if not callable(value) or isinstance(value, Elsewhere):
        return True
    module, name = (str(getattr(value, key, "")) for key in ("__module__", "__qualname__"))
    if isinstance(value, type):
        return module in ("builtins", "numpy") or module.startswith("sklearn.")
    if type(value).__name__ == "ufunc" or module.startswith(RECKONING):
        return True
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return module.partition(".")[0] not in LIBRARIES
    return library_name(module, name) is not value


def _name(value: Any) -> str:
    """Return an estimator's name: its own as long as it lives, and that of no other, in no other process."""
    if _process[0] != os.getpid():
        _process[:] = [os.getpid(), secrets.token_hex(8)]
        _names.clear()
    if value not in _names:
        _names[value] = f"{_process[1]} {next(_numbers)}"
    return _names[value]


def unpack(held: list[Any], inner: Callable[[Tree], Any]) -> Any:
    """Return the estimator of a tree.

    Raises
    ------
    WireError
        When it is no class of scikit-learn's.
    """
    from sklearn.base import BaseEstimator

    module, name, own, parts = held
    kind = library_name(module, name) if str(module).startswith("sklearn.") else None
    if not isinstance(kind, type) or not issubclass(kind, BaseEstimator):
        raise WireError("an estimator of a class that is not the library's")
    made = kind.__new__(kind)
    for key, tree in parts:
        part = inner(tree)
        if not _is_harmless(part):
            raise WireError("an estimator with a function that does not run here")
        if not callable(getattr(kind, key, None)):  # a method keeps its meaning
            vars(made)[key] = part
    return _known(str(own), made)


def _known(name: str, made: Any) -> Any:
    """Return what stands here for an estimator already, in the state that it has there now.

    Where it did not change there, it stays as the check left it.
    """
    state = fingerprint(vars(made))
    found, before = _received.get(name), _states.get(name)
    if type(found) is not type(made):
        found = _received[name] = made
    elif state != before:
        vars(found).clear()
        vars(found).update(vars(made))
    _states[name] = state
    return found


_process: list[Any] = [0, ""]
_numbers = itertools.count()
_names: MutableMapping[Any, str] = WeakKeyDictionary()  # of ours
_received: MutableMapping[str, Any] = WeakValueDictionary()  # theirs
_states: dict[str, bytes | None] = {}
