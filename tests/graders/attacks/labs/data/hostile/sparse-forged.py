# Sparse matrices whose indices lie outside, whose parts have other lengths and kinds, whose shape is huge.
# %% grade_id="adjacency"
import gc
import itertools

import numpy as np

ONES, FAR, WIDE = np.ones(8), np.full(8, 2**30, np.int32), np.array([0, 2, 4, 5, 7, 8, 8], np.int32)
NEAR, LONG = np.array([0, 1, 2, 0, 1, 2, 0, 1], np.int32), np.array([0, 10**9, 2, 10**8, 0, 3, 8], np.int32)
FORGED = itertools.cycle(
    [
        ("csr_array", [6, 6], [ONES, FAR, WIDE]),
        ("csr_array", [6, 6], [ONES, -FAR, WIDE]),
        ("csc_matrix", [6, 6], [ONES, FAR, WIDE]),
        ("csr_array", [6, 6], [ONES, NEAR, LONG]),
        ("csr_array", [6, 6], [ONES, NEAR, -LONG]),
        ("csc_array", [6, 3 * 10**8], [ONES, NEAR, WIDE]),
        ("dia_array", [6, 10**12], [ONES, NEAR, WIDE]),
        ("csr_array", [-6, 6], [ONES, NEAR, WIDE]),
        ("csr_array", [6, 6], [np.array(["x"] * 8, object), NEAR, WIDE]),
        ("csr_array", [6, 6], [5, "x", None]),
        ("SparseWarning", [6, 6], [ONES, NEAR, WIDE]),
        ("linalg", [6, 6], [ONES, NEAR, WIDE]),
        ("csr_array", [], []),
    ]
)


def forge():
    worker = next(o for o in gc.get_objects() if type(o).__name__ == "Side" and hasattr(o, "channel"))
    plain = type(worker)._packed

    def packed(self, value, buffers):
        if value != "forged":
            return plain(self, value, buffers)
        name, shape, parts = next(FORGED)
        return {"lib": ["scipy.sparse", name, shape, [plain(self, part, buffers) for part in parts]]}

    type(worker)._packed = packed


try:
    forge()
except Exception:
    pass


def adjacency(edges, n):
    return "forged"
