# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # First GPU kernels
#
# **Deliverable.** Three Triton kernels, each with a small function that names its grid and its compile-time
# numbers; a function that predicts what a transpose costs; a function that diagnoses a kernel from its traffic
# report.
#
# **Time** 90 minutes · **Resources** two CPU cores, no GPU: Triton's interpreter runs your kernels. Where there
# is a GPU, they run there as well and must agree. · **Proves** gpu-programming, intermediate
#
# **Before.** The course GPU programming, above all its lesson 3. If `tl.load(…, mask=…)` is new to you, read
# that first.
#
# **Scoring: 25 points.**
#
# | task | points | public | hidden |
# |---|---|---|---|
# | 1 vector add | 4 | 2 | 2 |
# | 2 row softmax | 7 | 3 | 4 |
# | 3 tiled transpose | 7 | 3 | 4 |
# | 4 predict the cost | 4 | 2 | 2 |
# | 5 diagnose a report | 3 | 1 | 2 |
#
# Public checks say at once what is wrong and with which input; when you submit, each runs once more with other
# numbers of the same shape, so constants earn nothing. Hidden checks use sizes, strides and values that are
# drawn for your submission; their feedback names the property that failed. Parts count for themselves: a
# softmax that is right and reads too much keeps the points for being right.
#
# **The situation.** A team moves a small model to a new accelerator. Three operators are missing. Your kernels
# replace them; the review asks three things of each: is it right on every shape, does it stay inside its
# arrays, does it move each byte once?

# %% [markdown] nbgrader={"grade_id": "rules", "locked": true}
# ## The contract
#
# - You write `…_kernel`, a `@triton.jit` function, and `…_launch(sizes)`, which returns `(grid, constexprs)`: a
#   tuple of one to three whole numbers, and a dict of names to whole numbers. **The check launches the
#   kernel**, with tensors of its own.
# - The first parameters of a kernel are fixed; the `tl.constexpr` ones after them are yours to choose.
# - In a kernel stand `tl.*`, arithmetic, loops and conditions; calls of other libraries are refused. No
#   atomics: no task needs them.
# - All tensors are float32. Element $(r, c)$ of a matrix lies at `r * stride + c`; `stride` ≥ columns, and what
#   lies between the rows is not yours: do not use it, do not write it.
# - Programs: at most 500 a launch, at least ⌈elements / 4096⌉, so that a real chip would be busy.
# - **Ideal traffic**: each element loaded once and stored once. *Bytes* are what the programs ask for;
#   *sectors* are the aligned 32-byte pieces that each load or store touches.

# %% nbgrader={"grade_id": "tools", "locked": true}
from graders import kit  # first: it selects Triton's interpreter

import math
import runpy
import types

import numpy as np
import torch
import triton
import triton.language as tl

# bench.py lies beside this notebook: it launches your kernels, meters them, and refuses what the contract excludes
bench = types.SimpleNamespace(**runpy.run_path("bench.py"))


# %% [markdown] nbgrader={"grade_id": "tracer", "locked": true}
# ## A tracer, for when a check fails
#
# `kit.draw_access` draws which program touched which element. Below it is used on a faulty copy: each program
# copies one column of an 8 × 40 matrix. For your own kernel, in a cell of your own:
#
# ```python
# x = bench.matrix(20, 12, 16, torch.rand(20, 12))  # 20 × 12, rows 16 apart
# out, moved = bench.run_transpose(transpose_kernel, transpose_launch, x, 24)  # output rows 24 apart
# print(moved)
# kit.draw_access(moved)
# ```
#
# Its sisters are `bench.run_add(add_kernel, add_launch, x, y)` and
# `bench.run_softmax(softmax_kernel, softmax_launch, x, 24)`. To step through one program, put a `print` of a tile
# into the kernel and launch it directly, `transpose_kernel[(1, 1)](x, out, 20, 12, 16, 24, TILE=32)`: in the
# interpreter a tile is an array that prints. Take the print out again, a check refuses it.

# %% nbgrader={"grade_id": "tracer-demo", "locked": true}
@triton.jit
def column_copy(x_ptr, out_ptr, rows, columns, LANES: tl.constexpr):
    r = tl.arange(0, LANES)
    at = r * columns + tl.program_id(0)
    tl.store(out_ptr + at, tl.load(x_ptr + at, mask=r < rows), mask=r < rows)


demo_x, demo_out = torch.rand(8, 40), torch.zeros(8, 40)
demo = kit.traffic(column_copy, (40,), demo_x, demo_out, 8, 40, LANES=8)
print(
    demo.load_bytes,
    "bytes wanted,",
    32 * demo.load_sectors,
    "moved in sectors: neighbouring lanes are a row apart",
)
figure = kit.draw_access(demo)

# %% [markdown] nbgrader={"grade_id": "task-add", "locked": true}
# ## Task 1: vector add (4 points)
#
# `add_kernel(x_ptr, y_ptr, out_ptr, n, …)`: `out[i] = x[i] + y[i]` for $0 \le i < n$; `x`, `y`, `out` have
# shape `(n,)`, $1 \le n \le 120\,000$. `add_launch(n)` returns grid and constexprs. Exact equality is asked
# for: one float32 addition has one right answer. Bytes and sectors within 1.1 × of the ideal, $12\,n$ bytes.
# The reference adds three lines to the kernel.
#
# The specification, to run and to compare with:


# %% nbgrader={"grade_id": "spec-add", "locked": true}
def add_spec(x, y):  # (n,), (n,) -> (n,)
    return x + y


# %% nbgrader={"grade_id": "add", "solution": true}
@triton.jit
def add_kernel(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)  # (BLOCK,) the elements of this program
    ### BEGIN SOLUTION
    mask = i < n
    total = tl.load(x_ptr + i, mask=mask) + tl.load(y_ptr + i, mask=mask)
    tl.store(out_ptr + i, total, mask=mask)
    ### END SOLUTION


def add_launch(n):
    """Return ``(grid, constexprs)`` for ``n`` elements, such as ``((4,), {"BLOCK": 256})``."""
    ### BEGIN SOLUTION
    return (triton.cdiv(n, 1024),), {"BLOCK": 1024}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-add", "grade": true, "points": 2}
score = kit.Score(2)
x, y = torch.arange(1024.0), torch.ones(1024)
with score.part(1, "1024 elements", n=1024):
    out, moved = bench.run_add(add_kernel, add_launch, x, y)
    kit.equal(
        out, x + y, known_wrong={"you stored x alone": x, "you multiplied": x * y, "you subtracted": x - y}
    )
    ### BEGIN HIDDEN TESTS
    x, y = bench.fresh(x), bench.fresh(x, 3.0)
    kit.require(torch.equal(bench.run_add(add_kernel, add_launch, x, y)[0], x + y), bench.CONSTANT)
    ### END HIDDEN TESTS
x, y = torch.arange(1025.0), torch.arange(1025.0) % 7
with score.part(1, "1025 elements: one more than a power of two", n=1025):
    out, moved = bench.run_add(add_kernel, add_launch, x, y)
    kit.equal(out, x + y)
    bench.within(moved, (x, y), out, 1.1)
    ### BEGIN HIDDEN TESTS
    x, y = bench.fresh(x), bench.fresh(x, 3.0)
    kit.require(torch.equal(bench.run_add(add_kernel, add_launch, x, y)[0], x + y), bench.CONSTANT)
    ### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "check-add-hidden", "grade": true, "points": 2}
score = kit.Score(2)
### BEGIN HIDDEN TESTS
rng = kit.rng("add")
sizes = [1, 2, int(rng.integers(33, 250)), 2 ** int(rng.integers(9, 13)) + 1, int(rng.integers(3000, 20_000))]
with score.part(1, "right on every size, from one element on", hidden=True):
    for n in sizes:
        x, y = (torch.from_numpy(rng.standard_normal(n).astype(np.float32)) for _ in range(2))
        out, moved = bench.run_add(add_kernel, add_launch, x, y)
        kit.equal(out, x + y)
with score.part(
    1, "each element loaded and stored once, side by side, also at 100 000 and more elements", hidden=True
):
    for n in (int(rng.integers(1025, 5000)), int(rng.integers(100_000, 120_001))):
        x, y = (torch.from_numpy(rng.standard_normal(n).astype(np.float32)) for _ in range(2))
        out, moved = bench.run_add(add_kernel, add_launch, x, y)
        kit.equal(out, x + y)
        bench.within(moved, (x, y), out, 1.1)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-softmax", "locked": true}
# ## Task 2: row softmax (7 points)
#
# `softmax_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, …)` writes the softmax of each row:
#
# $$ \mathrm{out}_{rc} = \frac{e^{x_{rc} - m_r}}{\sum_{k} e^{x_{rk} - m_r}}, \qquad m_r = \max_k x_{rk} $$
#
# `x` and `out` are `(rows, columns)` with $1 \le$ rows $\le 400$, $1 \le$ columns $\le 4096$, each with its own
# row stride. Values may be as large as ±10 000; some may be $-\infty$ (a masked position), never a whole row.
# Relative tolerance $10^{-5}$, absolute $10^{-7}$. Each row loaded once, stored once: bytes and sectors within
# 1.1 ×. One new difficulty: a reduction over lanes of which some have no element. `tl.max(tile, axis=0)`,
# `tl.exp`, `tl.sum(tile, axis=0)`; tile sizes are powers of two (`triton.next_power_of_2`).


# %% nbgrader={"grade_id": "spec-softmax", "locked": true}
def softmax_spec(x):  # (rows, columns) -> (rows, columns)
    e = torch.exp(x.double() - x.double().max(dim=1, keepdim=True).values)  # (rows, columns)
    return (e / e.sum(dim=1, keepdim=True)).float()


# %% nbgrader={"grade_id": "softmax", "solution": true}
@triton.jit
def softmax_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    ### BEGIN SOLUTION
    row = tl.program_id(0)
    c = tl.arange(0, BLOCK)  # (BLOCK,)
    x = tl.load(x_ptr + row * x_stride + c, mask=c < columns, other=-float("inf"))
    e = tl.exp(x - tl.max(x, axis=0))
    tl.store(out_ptr + row * out_stride + c, e / tl.sum(e, axis=0), mask=c < columns)
    ### END SOLUTION


def softmax_launch(rows, columns):
    """Return ``(grid, constexprs)``."""
    ### BEGIN SOLUTION
    return (rows,), {"BLOCK": triton.next_power_of_2(columns)}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-softmax", "grade": true, "points": 3}
score = kit.Score(3)
x = bench.matrix(3, 4, 4, torch.tensor([[0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0], [-1.0, 0.0, 1.0, -2.0]]))
with score.part(1, "three rows of four", x=x):
    out, moved = bench.run_softmax(softmax_kernel, softmax_launch, x, 4)
    kit.close(
        out,
        bench.softmax(x),
        rtol=1e-5,
        atol=1e-7,
        known_wrong={
            "the softmax runs along columns: each program takes one row": bench.softmax(x.T).T,
            "the sum runs over the whole matrix": (torch.exp(x - x.max()) / torch.exp(x - x.max()).sum()),
            "you did not divide by the sum": torch.exp(x - x.max(dim=1, keepdim=True).values),
            "that is the logarithm of the softmax": bench.softmax(x).log(),
        },
    )
    ### BEGIN HIDDEN TESTS
    x = bench.fresh(x)
    kit.require(
        torch.allclose(
            bench.run_softmax(softmax_kernel, softmax_launch, x, 4)[0], bench.softmax(x), 1e-5, 1e-7
        ),
        bench.CONSTANT,
    )
    ### END HIDDEN TESTS
x = bench.matrix(5, 7, 11, torch.arange(35.0).reshape(5, 7) - 40)
with score.part(1, "rows of seven negative numbers, strides 11 and 9", x=x, x_stride=11, out_stride=9):
    out, moved = bench.run_softmax(softmax_kernel, softmax_launch, x, 9)
    phantom = torch.cat([x, torch.zeros(5, 1)], dim=1)
    kit.close(
        out,
        bench.softmax(x),
        rtol=1e-5,
        atol=1e-7,
        known_wrong={
            "lanes without an element entered as 0: they must not count in maximum and sum": bench.softmax(
                phantom
            )[:, :7],
            "the maximum came out as 0: lanes without an element must lose": torch.exp(x)
            / (torch.exp(x).sum(1, keepdim=True) + 1),
        },
    )
    bench.within(moved, (x,), out, 1.1)
    ### BEGIN HIDDEN TESTS
    x = bench.fresh(x)
    kit.require(
        torch.allclose(
            bench.run_softmax(softmax_kernel, softmax_launch, x, 9)[0], bench.softmax(x), 1e-5, 1e-7
        ),
        bench.CONSTANT,
    )
    ### END HIDDEN TESTS
x = bench.matrix(
    2,
    6,
    6,
    torch.tensor([[1e4, 0.0, -1e4, 9999.0, 1e4, 5.0], [-1e4, -1e4, -9990.0, -math.inf, -9999.0, -1e4]]),
)
with score.part(1, "values of ten thousand, and a masked position", x=x):
    out, moved = bench.run_softmax(softmax_kernel, softmax_launch, x, 6)
    kit.require(
        not out.isnan().any(),
        "there are NaNs: exp(10000) is infinite in float32; subtract the row's maximum first",
    )
    kit.close(out, bench.softmax(x), rtol=1e-5, atol=1e-7)
    ### BEGIN HIDDEN TESTS
    x = bench.fresh(x, 5000.0)
    kit.require(
        torch.allclose(
            bench.run_softmax(softmax_kernel, softmax_launch, x, 6)[0], bench.softmax(x), 1e-5, 1e-7
        ),
        bench.CONSTANT,
    )
    ### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "check-softmax-hidden", "grade": true, "points": 4}
score = kit.Score(4)
### BEGIN HIDDEN TESTS
rng = kit.rng("softmax")


def drawn(rows, columns, pad, scale, shift=0.0):
    values = torch.from_numpy((scale * rng.standard_normal((rows, columns)) + shift).astype(np.float32))
    return bench.matrix(rows, columns, columns + pad, values)


with score.part(1, "right on every shape, from one row and one column on", hidden=True):
    for rows, columns in (
        (1, 1),
        (int(rng.integers(2, 9)), 1),
        (1, int(rng.integers(900, 1500))),
        (int(rng.integers(20, 60)), 64),
        (3, 4096),
    ):
        x = drawn(rows, columns, 0, 2.0)
        out, moved = bench.run_softmax(softmax_kernel, softmax_launch, x, columns)
        kit.close(out, bench.softmax(x), rtol=1e-5, atol=1e-7)
with score.part(
    1, "row strides of input and output differ from the number of columns and from each other", hidden=True
):
    for shift in (-60.0, 0.0, 60.0):
        rows, columns, pad = (int(v) for v in rng.integers((2, 5, 1), (30, 130, 20)))
        x = drawn(rows, columns, pad, 3.0, shift)
        out, moved = bench.run_softmax(softmax_kernel, softmax_launch, x, columns + pad + 3)
        kit.close(out, bench.softmax(x), rtol=1e-5, atol=1e-7)
with score.part(1, "very large and very small values, masked positions", hidden=True):
    for shift in (-9000.0, 9000.0):
        x = drawn(int(rng.integers(3, 12)), int(rng.integers(17, 90)), 5, 300.0, shift)
        hole = torch.from_numpy(rng.random(tuple(x.shape)) < 0.3)
        hole[:, int(rng.integers(0, x.shape[1]))] = False
        x.masked_fill_(hole, -math.inf)
        out, moved = bench.run_softmax(softmax_kernel, softmax_launch, x, x.shape[1] + 1)
        kit.close(out, bench.softmax(x), rtol=1e-5, atol=1e-7)
with score.part(1, "each row is loaded once and stored once", hidden=True):
    for rows, columns, stride in (
        (int(rng.integers(150, 300)), int(rng.integers(30, 60)), 64),
        (7, int(rng.integers(2100, 4000)), 4000),
    ):
        x = drawn(rows, columns, stride - columns, 1.0)
        out, moved = bench.run_softmax(softmax_kernel, softmax_launch, x, stride)
        kit.close(out, bench.softmax(x), rtol=1e-5, atol=1e-7)
        bench.within(moved, (x,), out, 1.1)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-transpose", "locked": true}
# ## Task 3: tiled transpose (7 points)
#
# `transpose_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, …)` writes `out[c, r] = x[r, c]`; `x`
# is `(rows, columns)`, `out` is `(columns, rows)`, $1 \le$ rows, columns $\le 500$, at most 60 000 elements,
# each with its own row stride. Exact equality. The tile's shape and the constexprs are yours to change; tiles
# of 16 × 16 or more stay below 500 programs.
#
# Sectors, **each side for itself**: within 1.1 × of the ideal when all rows begin on a sector (strides that are
# multiples of 8), and within 1.5 × when they do not: a piece of a row that begins inside a sector touches one
# more. Two new difficulties: a tile with two index vectors, and a store that must run along the rows of the
# output. `tl.trans(tile)` turns a tile. The reference has five lines.


# %% nbgrader={"grade_id": "spec-transpose", "locked": true}
def transpose_spec(x):  # (rows, columns) -> (columns, rows)
    return x.T.contiguous()


# %% nbgrader={"grade_id": "transpose", "solution": true}
@triton.jit
def transpose_kernel(x_ptr, out_ptr, rows, columns, x_stride, out_stride, TILE: tl.constexpr):
    ### BEGIN SOLUTION
    r = tl.program_id(0) * TILE + tl.arange(0, TILE)  # (TILE,) rows of x
    c = tl.program_id(1) * TILE + tl.arange(0, TILE)  # (TILE,) columns of x
    mask = (r[:, None] < rows) & (c[None, :] < columns)  # (TILE, TILE)
    tile = tl.load(x_ptr + r[:, None] * x_stride + c[None, :], mask=mask)
    tl.store(out_ptr + c[:, None] * out_stride + r[None, :], tl.trans(tile), mask=tl.trans(mask))
    ### END SOLUTION


def transpose_launch(rows, columns):
    """Return ``(grid, constexprs)``."""
    ### BEGIN SOLUTION
    return (triton.cdiv(rows, 32), triton.cdiv(columns, 32)), {"TILE": 32}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-transpose", "grade": true, "points": 3}
score = kit.Score(3)
x = bench.matrix(3, 5, 5, torch.arange(15.0).reshape(3, 5))
with score.part(1, "three rows of five", x=x):
    out, moved = bench.run_transpose(transpose_kernel, transpose_launch, x, 3)
    kit.equal(
        out.contiguous(),
        x.T.contiguous(),
        known_wrong={
            "the elements were copied in their old order": x.contiguous().reshape(5, 3),
            "the rows came out reversed": x.T.contiguous().flip(0),
        },
    )
    ### BEGIN HIDDEN TESTS
    x = bench.fresh(x)
    kit.require(
        torch.equal(bench.run_transpose(transpose_kernel, transpose_launch, x, 3)[0], x.T), bench.CONSTANT
    )
    ### END HIDDEN TESTS
x = bench.matrix(37, 50, 53, torch.arange(1850.0).reshape(37, 50))
with score.part(1, "37 × 50 with strides 53 and 41", rows=37, columns=50, x_stride=53, out_stride=41):
    out, moved = bench.run_transpose(transpose_kernel, transpose_launch, x, 41)
    kit.equal(out.contiguous(), x.T.contiguous())
    ### BEGIN HIDDEN TESTS
    x = bench.fresh(x)
    kit.require(
        torch.equal(bench.run_transpose(transpose_kernel, transpose_launch, x, 41)[0], x.T), bench.CONSTANT
    )
    ### END HIDDEN TESTS
x = bench.matrix(75, 130, 136, torch.arange(9750.0).reshape(75, 130))
with score.part(
    1,
    "75 × 130, rows that begin on sectors: within 1.1 × on both sides",
    rows=75,
    columns=130,
    x_stride=136,
    out_stride=80,
):
    out, moved = bench.run_transpose(transpose_kernel, transpose_launch, x, 80)
    kit.equal(out.contiguous(), x.T.contiguous())
    bench.within(moved, (x,), out, 1.1)
    ### BEGIN HIDDEN TESTS
    x = bench.fresh(x)
    kit.require(
        torch.equal(bench.run_transpose(transpose_kernel, transpose_launch, x, 80)[0], x.T), bench.CONSTANT
    )
    ### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "check-transpose-hidden", "grade": true, "points": 4}
score = kit.Score(4)
### BEGIN HIDDEN TESTS
rng = kit.rng("transpose")


def turned(rows, columns, x_stride, out_stride):
    x = bench.matrix(
        rows, columns, x_stride, torch.from_numpy(rng.standard_normal((rows, columns)).astype(np.float32))
    )
    out, moved = bench.run_transpose(transpose_kernel, transpose_launch, x, out_stride)
    kit.equal(out.contiguous(), x.T.contiguous())
    return x, out, moved


with score.part(1, "right on every shape: single rows and columns, wide, tall", hidden=True):
    for rows, columns in (
        (1, 1),
        (1, int(rng.integers(130, 400))),
        (int(rng.integers(130, 400)), 1),
        (int(rng.integers(65, 90)), 32),
        (17, int(rng.integers(200, 450))),
    ):
        turned(rows, columns, columns, rows)
with score.part(1, "row strides of input and output differ from the shape and from each other", hidden=True):
    for _ in range(3):
        rows, columns, pad, more = (int(v) for v in rng.integers((2, 2, 1, 1), (120, 120, 30, 30)))
        turned(rows, columns, columns + pad, rows + more)
with score.part(1, "sectors within 1.1 × on both sides where rows begin on sectors", hidden=True):
    for _ in range(2):
        rows, columns = (int(v) for v in rng.integers((60, 150), (150, 260)))
        x, out, moved = turned(rows, columns, -(-columns // 8) * 8 + 8, -(-rows // 8) * 8)
        bench.within(moved, (x,), out, 1.1)
with score.part(1, "sectors within 1.5 × on both sides where they do not, and every byte once", hidden=True):
    rows, columns = (int(v) for v in rng.integers((64, 150), (140, 250)))
    x, out, moved = turned(rows, columns, columns // 8 * 8 + 9, rows // 8 * 8 + 11)
    kit.require(
        moved.load_bytes == moved.store_bytes == 4 * rows * columns,
        "each element is loaded once and stored once",
    )
    bench.within(moved, (x,), out, 1.5)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-cost", "locked": true}
# ## Task 4: predict the cost before the run (4 points)
#
# Now without a run. A transpose by square tiles of `tile` × `tile` elements, each program one load and one
# store of its tile, both along rows as in task 3. `transpose_cost(rows, columns, itemsize, tile, bandwidth)`
# returns a dict:
#
# - `"bytes"` (int): bytes that are wanted, loads and stores together;
# - `"sectors"` (int): sectors that move, loads and stores together;
# - `"seconds"` (float): time for these sectors at `bandwidth` bytes/s, with no cache and nothing else in the
#   way.
#
# `rows` and `columns` are multiples of 64, `tile` is 1, 2, 4, … or 64, `itemsize` is 1, 2, 4 or 8 bytes, and
# all rows begin on sectors. Sizes go up to 65 536 × 65 536: counting address by address, as the specification
# does, takes too long. Find the formula. Relative tolerance of the seconds $10^{-9}$.
#
# The question behind it: **a 16 384 × 8 192 float32 matrix on an H100, 3.35 TB/s. How long with tiles of 32,
# and how long with tiles of 1, that is, without tiling?** The public check asks just that. Write your guess
# down before you compute it.


# %% nbgrader={"grade_id": "spec-cost", "locked": true}
def sectors_spec(rows, columns, itemsize, tile):
    """Sectors of load and store, counted address by address (small sizes only)."""
    total = 0
    for height, width in ((rows, columns), (columns, rows)):  # the input's side, the output's side
        address = np.arange(height * width).reshape(height, width) * itemsize
        for r in range(0, height, tile):
            for c in range(0, width, tile):
                total += np.unique(address[r : r + tile, c : c + tile] // 32).size
    return total


# %% nbgrader={"grade_id": "cost", "solution": true}
def transpose_cost(rows, columns, itemsize, tile, bandwidth):
    """Return ``{"bytes": int, "sectors": int, "seconds": float}``."""
    ### BEGIN SOLUTION
    pieces = 2 * rows * columns // tile  # pieces of rows, of both sides
    sectors = pieces * max(1, tile * itemsize // 32)
    return {"bytes": 2 * rows * columns * itemsize, "sectors": sectors, "seconds": 32 * sectors / bandwidth}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-cost", "grade": true, "points": 2}
score = kit.Score(2)
with score.part(1, "small enough to count: 64 × 128, tiles of 4 and of 32", itemsize=4, bandwidth=1e9):
    for tile, right in ((4, 4096), (32, 2048)):
        cost = transpose_cost(64, 128, 4, tile, 1e9)
        kit.equal(
            cost["sectors"],
            right,
            because=f"sectors_spec(64, 128, 4, {tile}) counts so many, address by address",
            known_wrong={
                "that is the load or the store alone": right // 2,
                "a piece shorter than a sector still moves a whole one": 2 * 64 * 128 * 4 // 32,
            },
        )
        kit.close(
            cost["seconds"],
            right * 32 / 1e9,
            rtol=1e-9,
            known_wrong={
                "sectors are 32 bytes each": right / 1e9,
                "time follows the sectors, not the bytes": 2 * 64 * 128 * 4 / 1e9,
            },
        )
    ### BEGIN HIDDEN TESTS
    other = 64 * int(kit.rng("other").integers(3, 9))
    for tile, right in ((4, 64 * other), (32, 32 * other)):
        kit.require(transpose_cost(other, 128, 4, tile, 1e9)["sectors"] == right, bench.CONSTANT)
    ### END HIDDEN TESTS
with score.part(
    1, "16 384 × 8 192 float32 on 3.35 TB/s, tiles of 32 and of 1", itemsize=4, bandwidth=3.35e12
):
    for tile, sectors in ((32, 33_554_432), (1, 268_435_456)):
        cost = transpose_cost(16_384, 8_192, 4, tile, 3.35e12)
        kit.equal(cost["bytes"], 1_073_741_824, known_wrong={"the matrix is read and written": 536_870_912})
        kit.equal(cost["sectors"], sectors)
        kit.close(cost["seconds"], 32 * sectors / 3.35e12, rtol=1e-9)
    ### BEGIN HIDDEN TESTS
    other = int(kit.rng("other").integers(2, 9))
    for tile, sectors in ((32, 33_554_432), (1, 268_435_456)):
        cost = transpose_cost(16_384 * other, 8_192, 4, tile, 2e12)
        kit.require(cost["sectors"] == other * sectors and cost["bytes"] == other * 2**30, bench.CONSTANT)
        kit.require(math.isclose(cost["seconds"], 32 * other * sectors / 2e12), bench.CONSTANT)
    ### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "check-cost-hidden", "grade": true, "points": 2}
score = kit.Score(2)
### BEGIN HIDDEN TESTS
rng = kit.rng("cost")


def priced(itemsize, tile):
    rows, columns, bandwidth = (
        64 * int(rng.integers(20, 1025)),
        64 * int(rng.integers(20, 1025)),
        float(rng.integers(500, 8000)) * 1e9,
    )
    cost = transpose_cost(rows, columns, itemsize, tile, bandwidth)
    sectors = 2 * rows * columns * max(32, tile * itemsize) // (32 * tile)
    kit.equal(sorted(cost), ["bytes", "seconds", "sectors"])
    kit.equal(cost["bytes"], 2 * rows * columns * itemsize)
    kit.equal(cost["sectors"], sectors)
    kit.close(cost["seconds"], 32 * sectors / bandwidth, rtol=1e-9)


with score.part(1, "float32, tiles of every size", hidden=True):
    for tile in (1, 2, 4, 8, 16, 32, 64):
        priced(4, tile)
with score.part(1, "elements of 1, 2 and 8 bytes", hidden=True):
    for itemsize in (1, 2, 8):
        for tile in (1, int(2 ** rng.integers(1, 4)), int(2 ** rng.integers(4, 7))):
            priced(itemsize, tile)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-diagnose", "locked": true}
# ## Task 5: diagnose from a report (3 points)
#
# A profiler gives four numbers for a kernel. `diagnose(report, wanted_load, wanted_store)` returns the list of
# its faults, in this order, `[]` for none:
#
# - `"rereads"`: it loads more than 1.1 times the bytes that are wanted; `"rewrites"`: the same for stores;
# - `"scattered loads"`: its loads move more than 1.1 times as many sectors **as the bytes that it asks for
#   would fill**, a begun sector counted as a whole one; `"scattered stores"`: the same for stores.
#
# `report` is a dict with ints `load_bytes`, `store_bytes`, `load_sectors`, `store_sectors`; `wanted_load` and
# `wanted_store` are bytes, at least 1. No case lies exactly at 1.1. The public check measures three real
# kernels, one change at a time: a good copy, a copy by columns, a copy that reads twice.


# %% nbgrader={"grade_id": "diagnose", "solution": true}
def diagnose(report, wanted_load, wanted_store):
    """Return the faults of a kernel, in the order of the text above."""
    ### BEGIN SOLUTION
    faults = []
    for side, wanted, fault in (("load", wanted_load, "rereads"), ("store", wanted_store, "rewrites")):
        if 10 * report[f"{side}_bytes"] > 11 * wanted:
            faults.append(fault)
    for side in ("load", "store"):
        if 10 * report[f"{side}_sectors"] > 11 * -(-report[f"{side}_bytes"] // 32):
            faults.append(f"scattered {side}s")
    return faults
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnose", "grade": true, "points": 1}
@triton.jit
def row_copy(x_ptr, out_ptr, columns, READS: tl.constexpr, LANES: tl.constexpr):
    at = tl.program_id(0) * columns + tl.arange(0, LANES)
    for _ in range(READS):
        value = tl.load(x_ptr + at)
    tl.store(out_ptr + at, value)


def report_of(kernel, grid, *args, **constexprs):
    moved = kit.traffic(kernel, grid, *args, **constexprs)
    return {
        name: getattr(moved, name) for name in ("load_bytes", "store_bytes", "load_sectors", "store_sectors")
    }


def three_copies(rows):
    """Right diagnosis and measured report of three copies of a (rows, 64) matrix: good, by columns, reading twice."""
    x, out = torch.rand(rows, 64), torch.zeros(rows, 64)
    return (
        ([], report_of(row_copy, (rows,), x, out, 64, READS=1, LANES=64)),
        (["scattered loads", "scattered stores"], report_of(column_copy, (64,), x, out, rows, 64, LANES=64)),
        (["rereads"], report_of(row_copy, (rows,), x, out, 64, READS=2, LANES=64)),
    )


score = kit.Score(1)
with score.part(1, "three measured copies of a 32 × 64 matrix: good, by columns, reading twice"):
    for right, report in three_copies(32):
        kit.equal(
            diagnose(report, 8192, 8192),
            right,
            because=f"the report is {report}, wanted are 8192 bytes on each side",
            known_wrong={
                "a coalesced second read is not scattered: compare sectors with the bytes asked for": [
                    "rereads",
                    "scattered loads",
                ]
            },
        )
    ### BEGIN HIDDEN TESTS
    rows = int(kit.rng("rows").integers(33, 64))
    for right, report in three_copies(rows):
        kit.require(diagnose(report, 256 * rows, 256 * rows) == right, bench.CONSTANT)
    ### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "check-diagnose-hidden", "grade": true, "points": 2}
score = kit.Score(2)
### BEGIN HIDDEN TESTS
rng = kit.rng("diagnose")


def made(load_times, store_times, load_spread, store_spread, wanted=None):
    """A report with these factors, and the two wanted byte counts, multiples of 640."""
    wanted = wanted or [640 * int(v) for v in rng.integers(10, 5000, 2)]
    asked = [int(w * t) for w, t in zip(wanted, (load_times, store_times))]
    moved = [int(-(-a // 32) * s) for a, s in zip(asked, (load_spread, store_spread))]
    return dict(
        zip(("load_bytes", "store_bytes", "load_sectors", "store_sectors"), (*asked, *moved))
    ), *wanted


names = ["rereads", "rewrites", "scattered loads", "scattered stores"]
with score.part(1, "every combination of the four faults", hidden=True):
    for case in range(16):
        present = [bool(case >> bit & 1) for bit in range(4)]
        factors = [float(rng.choice((1.2, 2, 3))) if p else 1.0 for p in present]
        kit.equal(diagnose(*made(*factors)), [name for name, p in zip(names, present) if p])
with score.part(1, "just below and above 1.1, and stores smaller than a sector", hidden=True):
    for bit, name in enumerate(names):
        factors = [1.0] * 4
        factors[bit] = 1.05
        kit.equal(diagnose(*made(*factors)), [])
        factors[bit] = 1.15
        kit.equal(diagnose(*made(*factors)), [name])
    for small in (1, 4, 31, 33):
        kit.equal(diagnose(*made(1, 1, 1, 1, [6400, small])), [])
        kit.equal(diagnose(*made(1, 1, 1, 1, [small, 6400])), [])
    kit.equal(diagnose(*made(1, 1, 1, 2, [6400, 4])), ["scattered stores"])
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "end", "locked": true}
# ## What the numbers mean
#
# In the interpreter the counts are exact and the time means nothing. On a real chip time follows the sectors
# when they come from memory; a cache can make a wasteful kernel look better on small inputs. So: count first,
# then measure at the real size. Next: tiling with reuse, in the course operator development.
