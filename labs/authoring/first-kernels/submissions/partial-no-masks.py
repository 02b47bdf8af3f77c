# Masks forgotten or wrong: none in the addition, padding lanes of 0 in the softmax, a store mask that was not turned with its tile.
# %% grade_id="add"
@triton.jit
def add_kernel(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + i, tl.load(x_ptr + i) + tl.load(y_ptr + i))


def add_launch(n):
    return (triton.cdiv(n, 1024),), {"BLOCK": 1024}


# %% grade_id="softmax"
@triton.jit
def softmax_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    c = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + tl.program_id(0) * x_stride + c, mask=c < columns, other=0.0)
    e = tl.exp(x - tl.max(x, axis=0))
    tl.store(out_ptr + tl.program_id(0) * out_stride + c, e / tl.sum(e, axis=0), mask=c < columns)


def softmax_launch(rows, columns):
    return (rows,), {"BLOCK": triton.next_power_of_2(columns)}


# %% grade_id="transpose"
@triton.jit
def transpose_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, TILE: tl.constexpr):
    r = tl.program_id(0) * TILE + tl.arange(0, TILE)
    c = tl.program_id(1) * TILE + tl.arange(0, TILE)
    mask = (r[:, None] < rows) & (c[None, :] < columns)
    tile = tl.load(x_ptr + r[:, None] * x_stride + c[None, :], mask=mask)
    tl.store(out_ptr + c[:, None] * out_stride + r[None, :], tl.trans(tile), mask=mask)


def transpose_launch(rows, columns):
    return (triton.cdiv(rows, 32), triton.cdiv(columns, 32)), {"TILE": 32}


# %% grade_id="cost"
def transpose_cost(rows, columns, itemsize, tile, bandwidth):
    wanted = 2 * rows * columns * itemsize
    return {"bytes": wanted, "sectors": wanted // 32, "seconds": wanted / bandwidth}


# %% grade_id="diagnose"
def diagnose(report, wanted_load, wanted_store):
    faults = []
    if report["load_bytes"] > 1.1 * wanted_load:
        faults.append("rereads")
    if report["store_bytes"] > 1.1 * wanted_store:
        faults.append("rewrites")
    if 32 * report["load_sectors"] > 1.1 * wanted_load:
        faults.append("scattered loads")
    if 32 * report["store_sectors"] > 1.1 * wanted_store:
        faults.append("scattered stores")
    return faults
