# Small blocks, block pointers with boundary checks, a rectangular tile: another way to write the same three kernels.
# %% grade_id="add"
@triton.jit
def add_kernel(x_ptr, y_ptr, out_ptr, n, LANES: tl.constexpr):
    first = tl.program_id(axis=0) * LANES
    lanes = first + tl.arange(0, LANES)
    inside = lanes < n
    x = tl.load(x_ptr + lanes, inside, other=0.0)
    y = tl.load(y_ptr + lanes, inside, other=0.0)
    tl.store(out_ptr + lanes, x + y, inside)


def add_launch(n):
    blocks = (n + 255) // 256
    return (blocks,), dict(LANES=256)


# %% grade_id="softmax"
@triton.jit
def softmax_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, WIDTH: tl.constexpr):
    c = tl.arange(0, WIDTH)
    x_row = x_ptr + tl.program_id(0) * x_stride
    out_row = out_ptr + tl.program_id(0) * out_stride
    x = tl.load(x_row + c, mask=c < columns, other=0.0)
    x = tl.where(c < columns, x, float("-inf"))
    x -= tl.max(x, 0)
    e = tl.exp2(x * 1.4426950408889634)
    out = e * (1.0 / tl.sum(e, 0))
    tl.store(out_row + c, out, mask=c < columns)


def softmax_launch(rows, columns):
    width = 1
    while width < columns:
        width *= 2
    return (rows, 1), {"WIDTH": width}


# %% grade_id="transpose"
@triton.jit
def transpose_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, HIGH: tl.constexpr, WIDE: tl.constexpr):
    r = tl.program_id(1) * HIGH + tl.arange(0, HIGH)[None, :]
    c = tl.program_id(0) * WIDE + tl.arange(0, WIDE)[:, None]
    # (WIDE, HIGH): the tile is held turned from the start; sectors do not ask for the order of lanes
    inside = (r < rows) & (c < columns)
    tile = tl.load(x_ptr + r * x_stride + c, mask=inside, other=0.0)
    tl.store(out_ptr + c * out_stride + r, tile, mask=inside)


def transpose_launch(rows, columns):
    return (-(-columns // 32), -(-rows // 16)), {"HIGH": 16, "WIDE": 32}


# %% grade_id="cost"
def transpose_cost(rows, columns, itemsize, tile, bandwidth):
    piece = -(-tile * itemsize // 32)
    load = rows * (columns // tile) * piece
    store = columns * (rows // tile) * piece
    moved = 32 * (load + store)
    return {"seconds": moved / bandwidth, "sectors": load + store, "bytes": 2 * itemsize * rows * columns}


# %% grade_id="diagnose"
def diagnose(report, wanted_load, wanted_store):
    full = {side: (report[side + "_bytes"] + 31) // 32 for side in ("load", "store")}
    tests = {
        "rereads": report["load_bytes"] / wanted_load,
        "rewrites": report["store_bytes"] / wanted_store,
        "scattered loads": report["load_sectors"] / full["load"],
        "scattered stores": report["store_sectors"] / full["store"],
    }
    return [name for name, ratio in tests.items() if ratio > 1.1]
