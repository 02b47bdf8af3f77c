# Written for dense square matrices with gentle values: no maximum subtracted, rows at r * columns, one grid axis for both, one big block.
# %% grade_id="add"
@triton.jit
def add_kernel(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    tl.store(out_ptr + i, tl.load(x_ptr + i, mask=i < n) + tl.load(y_ptr + i, mask=i < n), mask=i < n)


def add_launch(n):
    return (1,), {"BLOCK": triton.next_power_of_2(n)}


# %% grade_id="softmax"
@triton.jit
def softmax_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    c = tl.arange(0, BLOCK)
    at = tl.program_id(0) * columns + c
    e = tl.exp(tl.load(x_ptr + at, mask=c < columns, other=-float("inf")))
    tl.store(out_ptr + at, e / tl.sum(e, axis=0), mask=c < columns)


def softmax_launch(rows, columns):
    return (rows,), {"BLOCK": triton.next_power_of_2(columns)}


# %% grade_id="transpose"
@triton.jit
def transpose_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, TILE: tl.constexpr):
    r = tl.program_id(0) * TILE + tl.arange(0, TILE)[:, None]
    c = tl.program_id(1) * TILE + tl.arange(0, TILE)[None, :]
    mask = (r < rows) & (c < columns)
    tile = tl.load(x_ptr + r * columns + c, mask=mask)
    tl.store(out_ptr + c * rows + r, tile, mask=mask)


def transpose_launch(rows, columns):
    return (triton.cdiv(rows, 32), triton.cdiv(columns, 32)), {"TILE": 32}


# %% grade_id="cost"
def transpose_cost(rows, columns, itemsize, tile, bandwidth):
    sectors = 2 * rows * columns // tile * max(1, tile * 4 // 32)
    return {"bytes": 2 * rows * columns * 4, "sectors": sectors, "seconds": 32 * sectors / bandwidth}


# %% grade_id="diagnose"
def diagnose(report, wanted_load, wanted_store):
    if report["load_bytes"] > 1.1 * wanted_load:
        return ["rereads"]
    if 32 * report["load_sectors"] > 1.1 * report["load_bytes"]:
        return ["scattered loads", "scattered stores"]
    return []
