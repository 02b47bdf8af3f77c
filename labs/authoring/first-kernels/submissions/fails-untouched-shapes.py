# The first attempt of many: blocks rounded down, softmax along the wrong axis, a transpose that copies.
# %% grade_id="add"
@triton.jit
def add_kernel(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + i, tl.load(x_ptr + i, mask=i < n) * tl.load(y_ptr + i, mask=i < n), mask=i < n)


def add_launch(n):
    return (n // 1024,), {"BLOCK": 1024}


# %% grade_id="softmax"
@triton.jit
def softmax_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    r = tl.arange(0, BLOCK)
    c = tl.program_id(0)
    x = tl.load(x_ptr + r * x_stride + c, mask=r < rows, other=-float("inf"))
    e = tl.exp(x - tl.max(x, axis=0))
    tl.store(out_ptr + r * out_stride + c, e / tl.sum(e, axis=0), mask=r < rows)


def softmax_launch(rows, columns):
    return (columns,), {"BLOCK": triton.next_power_of_2(rows)}


# %% grade_id="transpose"
@triton.jit
def transpose_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, TILE: tl.constexpr):
    i = tl.program_id(0) * TILE + tl.arange(0, TILE)
    tl.store(out_ptr + i, tl.load(x_ptr + i, mask=i < rows * columns), mask=i < rows * columns)


def transpose_launch(rows, columns):
    return (triton.cdiv(rows * columns, 1024),), {"TILE": 1024}


# %% grade_id="cost"
def transpose_cost(rows, columns, itemsize, tile, bandwidth):
    return {"bytes": rows * columns * itemsize, "sectors": rows * columns, "seconds": rows * columns * itemsize / bandwidth}


# %% grade_id="diagnose"
def diagnose(report, wanted_load, wanted_store):
    return "rereads" if report["load_bytes"] > wanted_load else ""
