"""Looking at what is more than data: calls that leave arguments alone, prints, sources, objects."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .failures import CheckFailed, shown
from .sides import elsewhere, other
from .structure import mismatch

DEEPEST = 64


def unchanged(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function, check that it left its arguments as they were, return its result.

    Raises
    ------
    CheckFailed
        When an argument (array, tensor, container) was changed in place.

    Examples
    --------
    >>> unchanged(sorted, [3, 1, 2])
    [1, 2, 3]
    """
    there = elsewhere(function)
    if there is not None:
        result, places, names = there.effects(function, args, kwargs)
        named = [(f"argument {i + 1}", args[i], new) for i, new in places.items()]
        named += [(f"argument {key!r}", kwargs[key], new) for key, new in names.items()]
    else:
        before = copy.deepcopy((args, kwargs))
        result = function(*args, **kwargs)
        named = [
            (f"argument {i + 1}", old, new) for i, (old, new) in enumerate(zip(before[0], args, strict=True))
        ]
        named += [(f"argument {key!r}", before[1][key], value) for key, value in kwargs.items()]
    for name, old, new in named:
        if mismatch(new, old, None) is not None:
            raise CheckFailed(
                f"{name} was changed by the call: it was {shown(old)}, it is {shown(new)}",
                look="+=, sort(), fill or an assignment to x[…]: work on a copy",
            )
    return result


def probe(function: Callable[..., Any], *objects: Any) -> Any:
    """Run ``function(*objects)`` beside the objects and return plain data only.

    For what cannot be compared as data: classes, models, figures. The function returns numbers, strings,
    containers, arrays or tensors; everything is copied.

    Raises
    ------
    TypeError
        When the function returns something that is not data.

    Examples
    --------
    >>> probe(lambda c: [c.real, c.imag], 3 + 4j)
    [3.0, 4.0]
    """
    there = other()
    return _data(function(*objects)) if there is None else there.probe(function, objects)


def _data(value: Any, depth: int = 0) -> Any:
    torch = sys.modules.get("torch")
    if depth > DEEPEST:
        raise TypeError("a probe returned data nested too deep")
    if value is None or type(value) in (bool, int, float, complex, str, bytes):
        return value
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(_data(v, depth + 1) for v in value)
    if type(value) is dict:
        return {_data(k, depth + 1): _data(v, depth + 1) for k, v in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcUS":
        return np.array(value)
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().clone()
    raise TypeError(f"a probe returned {shown(value)}: return numbers, strings, containers or arrays")


def printed(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Return what a call prints.

    Examples
    --------
    >>> printed(print, "a", "b")
    'a b\\n'
    """
    with contextlib.redirect_stdout(io.StringIO()) as out:
        function(*args, **kwargs)
    return out.getvalue()


def source(function: Callable[..., Any]) -> str:
    """Return the text of a function, for a ``@triton.jit`` kernel too.

    Raises
    ------
    CheckFailed
        When no text belongs to it (a builtin, a lambda made by ``eval``).

    Examples
    --------
    >>> source(unchanged).splitlines()[0]
    'def unchanged(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:'
    """
    there = elsewhere(function)
    if there is not None:
        return there.source(function)
    plain = getattr(function, "fn", function)
    try:
        return inspect.getsource(inspect.unwrap(plain))
    except (OSError, TypeError):
        raise CheckFailed(
            f"{shown(function)} has no text to read",
            look="write it as an ordinary def in its answer cell, and run that cell",
        ) from None
