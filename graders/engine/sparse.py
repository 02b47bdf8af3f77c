"""SciPy's sparse matrices as data: kind, shape, and the three arrays of compressed rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .wire import WireError

Tree = Any


def pack(value: Any, inner: Callable[[Any], Tree]) -> Tree | None:
    """Return a sparse matrix as a tree; None for anything else."""
    from scipy import sparse

    if not sparse.issparse(value):
        return None
    rows = value.tocsr()
    parts = [inner(part) for part in (rows.data, rows.indices, rows.indptr)]
    return {"lib": ["scipy.sparse", type(value).__name__, list(value.shape), parts]}


def unpack(held: list[Any], inner: Callable[[Tree], Any]) -> Any:
    """Return the matrix of a tree.

    Raises
    ------
    WireError
        When there is no such kind.
    """
    from scipy import sparse

    name, shape, parts = held
    kind = getattr(sparse, name, None) if str(name).isidentifier() else None
    if not isinstance(kind, type):
        raise WireError("a sparse matrix of a kind that it cannot have")
    return kind(sparse.csr_array(tuple(inner(part) for part in parts), shape=tuple(shape)))
