"""Strict comparison of data: kind, shape, dtype kind, emptiness and NaN before any value."""

from __future__ import annotations

import math
import sys
from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from .failures import shown

DTYPE_KINDS = {
    "b": "booleans",
    "i": "whole numbers",
    "u": "whole numbers",
    "f": "floats",
    "c": "complex numbers",
}
DTYPE_KINDS |= {"U": "strings", "S": "bytes", "O": "objects", "M": "dates", "m": "durations"}
SCALARS = {bool: "a bool", int: "an int", float: "a float", complex: "a complex number", str: "a string"}
PLAIN = {**SCALARS, bytes: "bytes", type(None): "None", list: "a list", tuple: "a tuple", dict: "a dict"}
PLAIN |= {set: "a set", frozenset: "a frozenset"}
PLAIN |= {Counter: "a dict", defaultdict: "a dict", OrderedDict: "a dict"}


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be off: ``|actual - expected| <= atol + rtol * |expected|``; None for exact."""

    rtol: float
    atol: float


@dataclass(frozen=True)
class Mismatch:
    """The first difference found, with a pointer for what to look at next."""

    problem: str
    look: str = ""


def kind(value: Any) -> str:
    """Return the kind of a value in words: ``'an int'``, ``'an array'``, ``'a tensor'``, ``'a Model'``."""
    torch = sys.modules.get("torch")
    if type(value) is np.ndarray:
        return "an array"
    if torch is not None and isinstance(value, torch.Tensor):
        return "a tensor"
    if isinstance(value, np.generic):
        return PLAIN.get(type(value.item()), f"a {type(value).__name__}")
    return PLAIN.get(type(value), f"a {type(value).__name__}")


def mismatch(
    actual: Any, expected: Any, tolerance: Tolerance | None, where: str = "the result"
) -> Mismatch | None:
    """Return the first difference between two pieces of data, or None.

    Parameters
    ----------
    actual, expected
        Numbers, strings, containers, NumPy arrays, torch tensors, pandas objects.
    tolerance
        None compares exactly. With a tolerance an int may stand where a float is expected.
    where
        Name of what is compared, for the message.
    """
    found, wanted = kind(actual), kind(expected)
    if found != wanted and not (tolerance and found == "an int" and wanted == "a float"):
        return Mismatch(
            f"{where} is {found}, expected {wanted}: got {shown(actual)}", _kind_hint(found, wanted)
        )
    if wanted in ("an array", "a tensor"):
        return _arrays(actual, expected, tolerance, where)
    if wanted in ("a list", "a tuple"):
        return _sequences(actual, expected, tolerance, where)
    if wanted == "a dict":
        return _mappings(actual, expected, tolerance, where)
    if wanted in ("a DataFrame", "a Series"):
        return _tables(actual, expected, tolerance, where)
    return _scalars(actual, expected, tolerance, where)


def _part(where: str) -> str:
    return where.removeprefix("the ")


def _kind_hint(found: str, wanted: str) -> str:
    if found == "None":
        return "a function without return gives None: is the return missing or inside an if?"
    if found == "a float" and wanted == "an int":
        return "/ gives a float, // a whole number"
    if found == "a function" or found == "a builtin_function_or_method":
        return "the function itself was returned: call it with ()"
    return ""


def _scalars(actual: Any, expected: Any, tolerance: Tolerance | None, where: str) -> Mismatch | None:
    if isinstance(actual, np.generic):
        actual = actual.item()
    if isinstance(expected, np.generic):
        expected = expected.item()
    if isinstance(expected, (float, complex)) and isinstance(actual, (int, float, complex)):
        a, e = complex(actual), complex(expected)
        if _nan(e) or _nan(a):
            same = _nan(e) and _nan(a)
            return (
                None
                if same
                else Mismatch(f"{where} is {actual!r}, expected {expected!r}", _nan_hint(_nan(a)))
            )
        allowed = 0.0 if tolerance is None else tolerance.atol + tolerance.rtol * abs(e)
        if actual == expected or (math.isfinite(abs(a)) and math.isfinite(abs(e)) and abs(a - e) <= allowed):
            return None
        off = f" (off by {abs(a - e):.3g}, allowed {allowed:.3g})" if tolerance else ""
        return Mismatch(f"{where} is {actual!r}, expected {expected!r}{off}")
    if type(actual) is type(expected) and actual == expected:
        return None
    return Mismatch(f"{where} is {shown(actual)}, expected {shown(expected)}", _text_hint(actual, expected))


def _nan(value: complex) -> bool:
    return value != value


def _nan_hint(found_nan: bool) -> str:
    return "where 0/0, inf - inf, 0 * inf or the log of a negative number can appear" if found_nan else ""


def _text_hint(actual: Any, expected: Any) -> str:
    if isinstance(actual, str) and isinstance(expected, str):
        if actual.strip() == expected.strip():
            return "spaces or line ends before or after the text"
        if actual.lower() == expected.lower():
            return "upper and lower case"
    return ""


def _sequences(actual: Any, expected: Any, tolerance: Tolerance | None, where: str) -> Mismatch | None:
    if len(actual) != len(expected):
        hint = "the first or last element: off by one?" if abs(len(actual) - len(expected)) == 1 else ""
        return Mismatch(
            f"{where} has {len(actual)} elements, expected {len(expected)}: got {shown(actual)}", hint
        )
    for i, (a, e) in enumerate(zip(actual, expected, strict=True)):
        if found := mismatch(a, e, tolerance, f"{_part(where)}[{i}]"):
            return found
    return None


def _mappings(actual: dict, expected: dict, tolerance: Tolerance | None, where: str) -> Mismatch | None:
    missing = [key for key in expected if key not in actual]
    extra = [key for key in actual if key not in expected]
    if missing or extra:
        said = [f"lacks {shown(missing)}"] if missing else []
        said += [f"has {shown(extra)} too much"] if extra else []
        return Mismatch(f"{where}: the dict " + " and ".join(said))
    for key, value in expected.items():
        if found := mismatch(actual[key], value, tolerance, f"{_part(where)}[{key!r}]"):
            return found
    return None


def _tables(actual: Any, expected: Any, tolerance: Tolerance | None, where: str) -> Mismatch | None:
    if expected.ndim == 2:
        if found := mismatch(list(actual.columns), list(expected.columns), None, f"{where}: columns"):
            return found
        columns = {name: (actual[name], expected[name]) for name in expected.columns}
    else:
        columns = {expected.name: (actual, expected)}
    if found := mismatch(list(actual.index), list(expected.index), None, f"{where}: index"):
        return found
    for name, (a, e) in columns.items():
        if found := mismatch(a.tolist(), e.tolist(), tolerance, f"{_part(where)}[{name!r}]"):
            return found
    return None


def plain_array(value: Any) -> np.ndarray:
    """Return a NumPy array with the values of an array or tensor (bfloat16 as float32)."""
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    torch = sys.modules["torch"]
    tensor = value.detach().cpu()
    return (tensor.float() if tensor.dtype is torch.bfloat16 else tensor).resolve_conj().resolve_neg().numpy()


def _arrays(actual: Any, expected: Any, tolerance: Tolerance | None, where: str) -> Mismatch | None:
    if tuple(actual.shape) != tuple(expected.shape):
        return shapes(tuple(actual.shape), tuple(expected.shape), where)
    a, e = plain_array(actual), plain_array(expected)
    kinds = DTYPE_KINDS.get(a.dtype.kind, a.dtype.kind), DTYPE_KINDS.get(e.dtype.kind, e.dtype.kind)
    if kinds[0] != kinds[1]:
        hint = "np.zeros(…, dtype=int) or // cut the fractions off" if kinds[0] == "whole numbers" else ""
        return Mismatch(f"{where} holds {kinds[0]} ({actual.dtype}), expected {kinds[1]}", hint)
    if e.size == 0:
        return None
    return _values(a, e, tolerance, where)


def shapes(actual: tuple[int, ...], expected: tuple[int, ...], where: str = "the result") -> Mismatch:
    """Return the difference of two unequal shapes, with what usually makes it."""
    look = ""
    if 0 in actual and 0 not in expected:
        look = "the result is empty: a slice or a filter that leaves nothing"
    elif len(actual) > 1 and actual == expected[::-1]:
        look = "the axes are the other way round: a transpose too many or too few"
    elif sorted(s for s in actual if s != 1) == sorted(s for s in expected if s != 1):
        look = "an axis of length 1: keepdims, or indexing with i instead of i:i+1"
    elif len(actual) < len(expected):
        look = "an axis is gone: a sum or mean over the wrong axis, or over all of them"
    return Mismatch(f"{where} has shape {actual}, expected {expected}", look)


def _values(a: np.ndarray, e: np.ndarray, tolerance: Tolerance | None, where: str) -> Mismatch | None:
    if a.dtype.kind not in "biufc":
        wrong = np.array(
            [x != y for x, y in zip(a.ravel().tolist(), e.ravel().tolist(), strict=True)], dtype=bool
        )
        wrong, allowed = wrong.reshape(e.shape), None
    else:
        wide = np.complex128 if e.dtype.kind == "c" else (np.float64 if e.dtype.kind == "f" else e.dtype)
        a = a.astype(wide) if e.dtype.kind in "fc" else a
        e = e.astype(wide) if e.dtype.kind in "fc" else e
        wrong, allowed = _wrong(a, e, tolerance)
    if not wrong.any():
        return None
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    spot = f"{_part(where)}[{', '.join(map(str, index))}]" if index else where
    got, wanted = a[index].item(), e[index].item()
    many = f"; {int(wrong.sum())} of {wrong.size} values differ" if wrong.size > 1 else ""
    off = f" (allowed {allowed[index]:.3g})" if allowed is not None and tolerance else ""
    hint = _nan_hint(got != got) or _pattern(a, e)
    return Mismatch(f"{spot} is {got!r}, expected {wanted!r}{off}{many}", hint)


def _wrong(a: np.ndarray, e: np.ndarray, tolerance: Tolerance | None) -> tuple[np.ndarray, np.ndarray | None]:
    if tolerance is None or e.dtype.kind in "biu":
        same = a == e
        allowed = None
    else:
        with np.errstate(invalid="ignore", over="ignore"):
            allowed = tolerance.atol + tolerance.rtol * np.abs(e)
            finite = np.isfinite(a) & np.isfinite(e)
            same = (a == e) | (finite & (np.abs(a - e) <= allowed))
    if e.dtype.kind in "fc":
        same = same | (np.isnan(a) & np.isnan(e))
    return ~same, allowed


def _pattern(a: np.ndarray, e: np.ndarray) -> str:
    """Return what relates the wrong values to the right ones, when it is simple."""
    if a.dtype.kind not in "fiu" or a.size < 2 or not (np.isfinite(a).all() and np.isfinite(e).all()):
        return ""
    a, e = a.astype(np.float64), e.astype(np.float64)
    if np.allclose(a, -e) and e.any():
        return "every sign is the other way round"
    if a.ndim == 2 and a.shape[0] == a.shape[1] and np.allclose(a, e.T):
        return "the values are transposed"
    difference = a - e
    if np.ptp(difference) <= 1e-9 * max(1.0, float(np.abs(e).max())):
        return f"every value is off by the same {difference.flat[0]:.6g}"
    if (e != 0).all():
        ratio = a / e
        if ratio.flat[0] != 0 and np.ptp(ratio) <= 1e-6 * abs(float(ratio.flat[0])):
            return f"every value is {ratio.flat[0]:.6g} times the right one"
    return ""
