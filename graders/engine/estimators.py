"""Estimators of scikit-learn as data: a library's class, its parameters and what it learnt.

Such a model is made anew on the checker's side, so that ``clone``, cross-validation, ``isinstance`` and the
library's own checks work on it and run the library's own code. What the learner wrote stays a stand-in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from .standins import library_name
from .wire import WireError

Tree = Any


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
    parts = [[name, inner(part)] for name, part in vars(value).items()]
    return {"lib": ["sklearn.base", kind.__module__, kind.__qualname__, parts]}


def unpack(held: list[Any], inner: Callable[[Tree], Any]) -> Any:
    """Return the estimator of a tree.

    Raises
    ------
    WireError
        When it is no class of scikit-learn's.
    """
    from sklearn.base import BaseEstimator

    module, name, parts = held
    kind = library_name(module, name) if str(module).startswith("sklearn.") else None
    if not isinstance(kind, type) or not issubclass(kind, BaseEstimator):
        raise WireError("an estimator of a class that is not the library's")
    made = kind.__new__(kind)
    for key, tree in parts:
        if not callable(getattr(kind, key, None)):  # a method keeps its meaning
            vars(made)[key] = inner(tree)
    return made
