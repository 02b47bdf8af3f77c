"""Pandas' tables as data: columns as arrays or lists, the labels beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .wire import WireError

Tree = Any


def pack(value: Any, inner: Callable[[Any], Tree]) -> Tree | None:
    """Return a frame, series, index or time stamp as a tree; None for anything else.

    Parameters
    ----------
    value
        Anything.
    inner
        Packs what stands inside.
    """
    import pandas as pd

    found = _packed(pd, value, inner)
    return None if found is None else {"lib": ["pandas", *found]}


def _packed(pd: Any, value: Any, inner: Callable[[Any], Tree]) -> list[Any] | None:
    if isinstance(value, pd.DataFrame):
        columns = [_column(pd, value.iloc[:, i].array, inner) for i in range(value.shape[1])]
        return ["frame", _packed(pd, value.columns, inner), _packed(pd, value.index, inner), columns]
    if isinstance(value, pd.Series):
        column = _column(pd, value.array, inner)
        return ["series", inner(value.name), _packed(pd, value.index, inner), column]
    if isinstance(value, pd.RangeIndex):
        return ["range", inner(value.name), [value.start, value.stop, value.step]]
    if isinstance(value, pd.MultiIndex):
        return ["levels", inner(list(value.names)), [inner(row) for row in value.tolist()]]
    if isinstance(value, pd.Index):
        return ["index", inner(value.name), _column(pd, value.array, inner)]
    if isinstance(value, pd.Timestamp):
        return ["stamp", value.isoformat(), str(value.tz) if value.tz is not None else None]
    if isinstance(value, pd.Timedelta):
        return ["delta", value.value]
    if value is pd.NaT or value is pd.NA:
        return ["none", "NaT" if value is pd.NaT else "NA"]
    if isinstance(value, pd.Categorical):
        return ["array", _column(pd, value, inner)]
    return None


def _column(pd: Any, array: Any, inner: Callable[[Any], Tree]) -> Tree:
    if isinstance(array, pd.Categorical):
        categories = inner(list(array.categories))
        return {"category": [inner(array.codes), categories, bool(array.ordered)]}
    plain = isinstance(array, pd.arrays.NumpyExtensionArray) and array.dtype.kind in "biufc"
    if isinstance(array.dtype, pd.api.extensions.ExtensionDtype) and not plain:
        # an int dtype with holes, strings, zones: by value, with the dtype's own name
        return {"list": [[inner(None if pd.isna(v) else v) for v in array], str(array.dtype)]}
    return {"plain": inner(array.to_numpy())}


def unpack(held: list[Any], inner: Callable[[Tree], Any]) -> Any:
    """Return what :func:`pack` packed.

    Raises
    ------
    WireError
        When it is nothing that it writes.
    """
    import pandas as pd

    kind, *parts = held
    if kind == "frame":
        columns = [_read_column(pd, column, inner) for column in parts[2]]
        index = _labels(parts[1], inner)
        made = pd.DataFrame(dict(enumerate(columns)), index=index)
        made.columns = _labels(parts[0], inner)
        return made
    if kind == "series":
        column = _read_column(pd, parts[2], inner)
        return pd.Series(column, index=_labels(parts[1], inner), name=inner(parts[0]))
    if kind == "range":
        return pd.RangeIndex(*map(int, parts[1]), name=inner(parts[0]))
    if kind == "levels":
        return pd.MultiIndex.from_tuples([inner(row) for row in parts[1]], names=inner(parts[0]))
    if kind == "index":
        return pd.Index(_read_column(pd, parts[1], inner), name=inner(parts[0]))
    if kind == "stamp":
        stamp = pd.Timestamp(parts[0])
        return stamp if parts[1] is None or stamp.tz is None else stamp.tz_convert(parts[1])
    if kind == "delta":
        return pd.Timedelta(int(parts[0]), unit="ns")
    if kind == "none":
        return pd.NaT if parts[0] == "NaT" else pd.NA
    if kind == "array":
        return _read_column(pd, parts[0], inner)
    raise WireError("a table of a form that it cannot have")


def _labels(tree: Tree, inner: Callable[[Tree], Any]) -> Any:
    return unpack(tree, inner)


def _read_column(pd: Any, tree: Tree, inner: Callable[[Tree], Any]) -> Any:
    ((kind, held),) = tree.items()
    if kind == "plain":
        return inner(held)
    if kind == "list":
        return pd.array([inner(v) for v in held[0]], dtype=str(held[1]))
    if kind == "category":
        codes, categories = inner(held[0]), inner(held[1])
        return pd.Categorical.from_codes(codes, categories=categories, ordered=bool(held[2]))
    raise WireError("a column of a form that it cannot have")
