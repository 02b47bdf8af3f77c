# Every answer is right and much of the traffic is waste: blocks walked with a stride, a softmax in three passes, a transpose by columns.
# %% grade_id="add"
@triton.jit
def add_kernel(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) + tl.arange(0, BLOCK) * tl.num_programs(0)
    tl.store(out_ptr + i, tl.load(x_ptr + i, mask=i < n) + tl.load(y_ptr + i, mask=i < n), mask=i < n)


def add_launch(n):
    return (triton.cdiv(n, 1024),), {"BLOCK": 1024}


# %% grade_id="softmax"
@triton.jit
def softmax_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    x_row = x_ptr + tl.program_id(0) * x_stride
    out_row = out_ptr + tl.program_id(0) * out_stride
    lane = tl.arange(0, BLOCK)
    top = tl.full((BLOCK,), float("-inf"), tl.float32)
    for start in range(0, columns, BLOCK):
        c = start + lane
        top = tl.maximum(top, tl.load(x_row + c, mask=c < columns, other=float("-inf")))
    m = tl.max(top, axis=0)
    total = tl.zeros((BLOCK,), tl.float32)
    for start in range(0, columns, BLOCK):
        c = start + lane
        total += tl.exp(tl.load(x_row + c, mask=c < columns, other=float("-inf")) - m)
    s = tl.sum(total, axis=0)
    for start in range(0, columns, BLOCK):
        c = start + lane
        x = tl.load(x_row + c, mask=c < columns, other=float("-inf"))
        tl.store(out_row + c, tl.exp(x - m) / s, mask=c < columns)


def softmax_launch(rows, columns):
    return (rows,), {"BLOCK": 256}


# %% grade_id="transpose"
@triton.jit
def transpose_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    r, c = tl.arange(0, BLOCK), tl.program_id(0)
    column = tl.load(x_ptr + r * x_stride + c, mask=r < rows)
    tl.store(out_ptr + c * out_stride + r, column, mask=r < rows)


def transpose_launch(rows, columns):
    return (columns,), {"BLOCK": triton.next_power_of_2(rows)}


# %% grade_id="cost"
def transpose_cost(rows, columns, itemsize, tile, bandwidth):
    sectors = rows * columns // tile * max(1, tile * itemsize // 32)
    return {"bytes": rows * columns * itemsize, "sectors": sectors, "seconds": 32 * sectors / bandwidth}


# %% grade_id="diagnose"
def diagnose(report, wanted_load, wanted_store):
    faults = []
    if report["load_bytes"] > 1.1 * wanted_load:
        faults.append("rereads")
    if report["store_bytes"] > 1.1 * wanted_store:
        faults.append("rewrites")
    if 32 * report["load_sectors"] > 1.1 * report["load_bytes"]:
        faults.append("scattered loads")
    if 32 * report["store_sectors"] > 1.1 * report["store_bytes"]:
        faults.append("scattered stores")
    return faults
