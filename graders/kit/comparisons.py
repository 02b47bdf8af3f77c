"""What check cells compare with: strict, and in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .failures import CheckFailed, shown, shown_error
from .structure import Tolerance, kind, mismatch, plain_array, shapes


def equal(
    actual: Any, expected: Any, *, because: str = "", known_wrong: Mapping[str, Any] | None = None
) -> None:
    """Check that two pieces of data are the same: kind, shape, dtype kind and every value.

    NaN equals NaN, ``3`` is not ``3.0``, a list is not a tuple, an empty array equals only an empty one
    of the same shape.

    Parameters
    ----------
    actual
        What the learner's code gave.
    expected
        What is right.
    because
        Why it is right, shown on failure.
    known_wrong
        Misconception in words to the wrong value that it gives; it is named when ``actual`` matches.

    Raises
    ------
    CheckFailed
        When they differ.

    Examples
    --------
    >>> equal([1, 2], [1, 2])
    >>> equal(6, 5, known_wrong={"you counted the end points twice": 6})
    Traceback (most recent call last):
    graders.kit.failures.CheckFailed: the result is 6, expected 5
    likely: you counted the end points twice
    """
    _compare(actual, expected, None, because, known_wrong or {})


def close(
    actual: Any,
    expected: Any,
    *,
    rtol: float = 1e-7,
    atol: float = 0.0,
    because: str = "",
    known_wrong: Mapping[str, Any] | None = None,
) -> None:
    """Check that numbers agree up to rounding: ``|actual - expected| <= atol + rtol * |expected|``.

    Shapes and dtype kinds are as strict as in :func:`equal`; a float32 array may stand for a float64 one,
    and a single int for a float. Containers are compared element by element.

    Parameters
    ----------
    actual, expected, because, known_wrong
        As in :func:`equal`.
    rtol, atol
        Relative and absolute tolerance, not negative.

    Raises
    ------
    CheckFailed
        When they differ.

    Examples
    --------
    >>> close(0.1 + 0.2, 0.3)
    """
    _compare(actual, expected, Tolerance(rtol, atol), because, known_wrong or {})


def _compare(
    actual: Any, expected: Any, tolerance: Tolerance | None, because: str, known_wrong: Mapping[str, Any]
) -> None:
    found = mismatch(actual, expected, tolerance)
    if found is None:
        return
    likely = next(
        (said for said, wrong in known_wrong.items() if mismatch(actual, wrong, tolerance) is None), ""
    )
    raise CheckFailed(found.problem, because=because, likely=likely, look="" if likely else found.look)


def shape(actual: Any, expected: tuple[int, ...]) -> None:
    """Check that an array or tensor has this shape.

    Examples
    --------
    >>> shape(np.zeros((2, 3)), (2, 3))
    """
    found = kind(actual)
    if found not in ("an array", "a tensor"):
        raise CheckFailed(f"the result is {found}, expected an array of shape {expected}")
    if tuple(actual.shape) != tuple(expected):
        different = shapes(tuple(actual.shape), tuple(expected))
        raise CheckFailed(different.problem, look=different.look)


def finite(actual: Any) -> None:
    """Check that a number, array or tensor is not empty and holds neither NaN nor infinity.

    Examples
    --------
    >>> finite(np.array([1.0, 2.0]))
    """
    found = kind(actual)
    if found not in ("an array", "a tensor", "a float", "an int", "a complex number"):
        raise CheckFailed(f"the result is {found}, expected numbers")
    values = np.asarray(plain_array(actual) if found in ("an array", "a tensor") else actual)
    if values.size == 0:
        raise CheckFailed(f"the result is empty (shape {values.shape})")
    bad = ~np.isfinite(values)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise CheckFailed(
            f"{int(bad.sum())} of {bad.size} values are not finite, the first at {index}: {values[index]}",
            look="overflow of exp, division by zero, log of zero, inf - inf",
        )


def raises(
    error: type[BaseException] | tuple[type[BaseException], ...],
    function: Callable[..., Any],
    *args: Any,
    match: str = "",
    **kwargs: Any,
) -> None:
    """Check that a call raises this error, with a message that ``match`` (a regular expression) finds.

    An answer cell that is not written yet raises NotImplementedError; that never counts, unless it is
    exactly what is asked for.

    Examples
    --------
    >>> raises(ValueError, int, "x", match="invalid literal")
    """
    wanted = error if isinstance(error, tuple) else (error,)
    names = " or ".join(e.__name__ for e in wanted)
    try:
        result = function(*args, **kwargs)
    except wanted as caught:
        if isinstance(caught, NotImplementedError) and NotImplementedError not in wanted:
            raise CheckFailed("this is not written yet: it still raises NotImplementedError") from None
        if match and not re.search(match, str(caught)):
            raise CheckFailed(
                f"raised {shown_error(caught)}, but the message does not say what it should",
                look=f"the message has to match {match!r}",
            ) from None
        return
    except Exception as caught:  # noqa: BLE001 - any other error of the learner's code is reported in words
        raise CheckFailed(f"raised {shown_error(caught)}, expected {names}") from None
    raise CheckFailed(f"nothing was raised, expected {names}; the call returned {shown(result)}")


def require(condition: bool, message: str) -> None:
    """Check a condition and say the message when it does not hold.

    Examples
    --------
    >>> require(2 < 3, "two is less than three")
    """
    if not isinstance(condition, (bool, np.bool_)):
        raise CheckFailed(f"{message} (the condition is {kind(condition)}, neither True nor False)")
    if not condition:
        raise CheckFailed(message)
