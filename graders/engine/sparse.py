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
    import numpy as np
    from scipy import sparse

    name, shape, parts = held
    kind = getattr(sparse, name, None) if str(name).isidentifier() else None
    if not isinstance(kind, type) or not issubclass(kind, (sparse.sparray, sparse.spmatrix)):
        raise WireError("a sparse matrix of a kind that it cannot have")
    data, indices, starts = (inner(part) for part in parts)
    if not all(
        isinstance(part, np.ndarray) and part.dtype.kind in "biufc" for part in (data, indices, starts)
    ):
        raise WireError("a sparse matrix whose parts are no arrays of numbers")
    rows = sparse.csr_array((data, indices, starts), shape=tuple(shape))
    rows.check_format(full_check=True)  # SciPy's own code takes places in memory from the indices, unseen
    return kind(rows)
