# %% [markdown] id="title"
# # Triton: programs and tiles
#
# **Promise.** After this lesson you can write a fused kernel in Triton, prove on a CPU that it is right on
# every shape and moves each byte once, and say from a data sheet how much faster that makes it.
#
# **Time** 65 minutes · **Runs** on two CPU cores, no GPU, about 10 s · **Level** gpu-programming, intermediate
#
# You will be able to
#
# 1. write a kernel as programs that load, compute and store tiles with masks;
# 2. count the bytes of an unfused and a fused softmax, and predict the speed-up;
# 3. find a masked lane that spoils a result, by looking into the tile;
# 4. choose a tile's shape from sectors, programs and idle lanes.

# %% id="setup"
from graders import kit  # first: it selects Triton's interpreter, which needs no GPU

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import triton
import triton.language as tl
from IPython.display import display
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

# the colours of Okabe and Ito: safe for colour blindness
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"

# %% [markdown] id="ready"
# ## Before you start
#
# Two questions on what this lesson builds on: sectors, from [the lesson
# before](02-coalescing-and-shared-memory.ipynb), and the range of float32.

# %% id="ready-sectors"
kit.checkpoint("ready-sectors")

# %% id="ready-exp"
kit.checkpoint("ready-exp")

# %% [markdown] id="question"
# ## Five lines, four times too slow
#
# GPT-2 chooses the next token among 50 257. For four texts of 1 024 tokens it makes a matrix of 4 096 × 50 257
# scores, and the softmax turns each row into probabilities. In PyTorch, line by line, it is

# %% id="question-code"


def softmax_by_lines(x):  # (M, N) -> (M, N)
    m = x.max(dim=1, keepdim=True).values  # (M, 1)  reads MN, writes M
    z = x - m  #                             (M, N)  reads MN + M, writes MN
    e = torch.exp(z)  #                      (M, N)  reads MN, writes MN
    s = e.sum(dim=1, keepdim=True)  #        (M, 1)  reads MN, writes M
    return e / s  #                          (M, N)  reads MN + M, writes MN


M, N, BANDWIDTH = 4_096, 50_257, 3.35e12  # H100 SXM: 3.35 TB/s
by_lines = (5 * M * N + 2 * M) + (3 * M * N + 2 * M)  # elements read, elements written
fused = 2 * M * N  # the least: read once, write once
FLOPS = 67e12 / 2  # float32 operations a second, H100 SXM; its data sheet counts a multiply-add as two
print(f"the matrix                  {4 * M * N / 1e6:8.0f} MB")
print(f"line by line                {4 * by_lines / 1e9:8.2f} GB  {1e3 * 4 * by_lines / BANDWIDTH:6.2f} ms")
print(f"read once, write once       {4 * fused / 1e9:8.2f} GB  {1e3 * 4 * fused / BANDWIDTH:6.2f} ms")
print(f"the arithmetic, 5 a number              {1e3 * 5 * M * N / FLOPS:6.3f} ms")
assert round(4 * M * N / 1e6) == 823 and round(by_lines / fused, 2) == 4.0
assert round(1e3 * 4 * by_lines / BANDWIDTH, 2) == 1.97 and round(1e3 * 4 * fused / BANDWIDTH, 2) == 0.49
assert round(1e3 * 5 * M * N / FLOPS, 3) == 0.031

# %% [markdown] id="question-text"
# The arithmetic takes 0.031 ms. The five lines take 1.97 ms, because between any two of them the whole matrix
# of 823 MB goes out to memory and comes back. If one kernel kept a row while it works on it, 0.49 ms would do.
# Triton was made by Tillet, Kung and Cox (2019) for writing such kernels as programs on tiles. At the end of
# the lesson you will have the kernel, and its bytes will be counted.

# %% [markdown] id="program"
# ## Idea: a program works on a tile
#
# In CUDA you write what one *thread* does with one element. In Triton you write what one **program** 程序实例 does
# with a **tile** 数据块: a small array whose size is a power of two. Threads, shared memory and barriers are the
# compiler's business. For a vector of $n$ elements and tiles of $B$:
#
# $$ \text{offsets} = p \cdot B + (0, 1, \dots, B-1), \qquad \text{mask} = \text{offsets} < n, \qquad
# p = 0, \dots, \left\lceil n / B \right\rceil - 1 $$
#
# $p$ is the program's number, `tl.program_id(0)`. The **mask** 掩码 says which lanes of the tile have an element.
# By hand, $n = 10$, $B = 4$:

# %% id="program-toy"
for p in range(3):
    offsets = p * 4 + np.arange(4)
    print(f"program {p}: offsets {offsets}, mask {(offsets < 10).astype(int)}")
assert ((2 * 4 + np.arange(4)) < 10).tolist() == [True, True, False, False]

# %% [markdown] id="scratch"
# ### From scratch, then in Triton
#
# What `tl.load` and `tl.store` do with a mask fits in a few lines of numpy. The kernel computes $a x + y$.


# %% id="scratch-code"
def load(memory, offsets, mask, other):
    """Lanes with a true mask take their element, the others ``other``; memory is not touched for them."""
    tile = np.full(offsets.shape, other, dtype=memory.dtype)
    tile[mask] = memory[offsets[mask]]
    return tile


def store(memory, offsets, tile, mask):
    memory[offsets[mask]] = tile[mask]


def scaled_add_by_hand(p, x, y, out, n, a, block):
    i = p * block + np.arange(block)  # (block,)
    mask = i < n
    store(out, i, a * load(x, i, mask, 0) + load(y, i, mask, 0), mask)


@triton.jit
def scaled_add(x_ptr, y_ptr, out_ptr, n, a, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)  # (BLOCK,)
    mask = i < n
    x = tl.load(x_ptr + i, mask=mask)
    y = tl.load(y_ptr + i, mask=mask)
    tl.store(out_ptr + i, a * x + y, mask=mask)


digits = load_digits()  # 1797 handwritten digits of 8 × 8 pixels
x = torch.from_numpy(digits.data[:31].astype(np.float32)).ravel()  # (1984,) 31 digits
y = torch.ones_like(x)
n, BLOCK = x.numel(), 256
programs = triton.cdiv(n, BLOCK)  # division rounded up
out = torch.full_like(x, float("nan"))
moved = kit.traffic(kit.kernel(scaled_add), (programs,), x, y, out, n, 0.5, BLOCK=BLOCK)

by_hand = np.full(n, np.nan, dtype=np.float32)
for p in range(programs):
    scaled_add_by_hand(p, x.numpy(), y.numpy(), by_hand, n, np.float32(0.5), BLOCK)
assert torch.equal(out, 0.5 * x + y) and np.array_equal(by_hand, out.numpy())
print(
    f"{n} elements, {moved.programs} programs, {moved.bytes:,} bytes, {32 * (moved.load_sectors + moved.store_sectors):,} in sectors"
)
assert (programs, moved.bytes, moved.sector_bytes) == (8, 12 * n, 12 * n) and 12 * n == 23_808

# %% [markdown] id="scratch-text"
# Numpy by hand, Triton and PyTorch agree to the bit. `kit.traffic` launches the kernel in Triton's interpreter
# and counts: 12 bytes an element, all in full sectors. `BLOCK` is a `tl.constexpr`: a number known when the
# kernel is compiled, as every tile size must be.

# %% id="lanes"
kit.checkpoint("lanes")

# %% id="lanes-picture"
print("lanes:", programs * BLOCK, " without an element:", programs * BLOCK - n)
assert programs * BLOCK - n == 64
figure = kit.draw_access(moved)
plt.show()
print("In words:", figure.get_label())
kit.recall("lanes")

# %% [markdown] id="draw-text"
# The picture is drawn from the trace of the real launch: one panel for each argument and direction, colour by
# program. Use it on your own kernels; a gap is an element that nobody wrote, and stripes are a stride.

# %% [markdown] id="outside"
# ### What the mask protects
#
# Leave it out, and the last program reads past the end. The meter knows where each argument ends and stops
# there. On a GPU nothing would stop. (We lay the three vectors apart. If one began where the other ends, the
# stray addresses would lie in an argument, and the meter could not tell them from wanted ones.)


# %% id="outside-code"
@triton.jit
def scaled_add_unmasked(x_ptr, y_ptr, out_ptr, n, a, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + i, a * tl.load(x_ptr + i) + tl.load(y_ptr + i))


apart = torch.zeros(3, 4096)[:, :n]  # (3, 1984) three vectors, 2112 free elements behind each
noticed = "nothing"
try:
    kit.traffic(kit.kernel(scaled_add_unmasked), (programs,), *apart, n, 0.5, BLOCK=BLOCK)
except kit.CheckFailed as failed:
    noticed = str(failed)
print(noticed)
assert "loads outside" in noticed and "64 of 256 addresses" in noticed

# %% [markdown] id="softmax"
# ## The fused softmax
#
# $$ \mathrm{out}_{rc} = \frac{e^{x_{rc} - m_r}}{\sum_{k=0}^{N-1} e^{x_{rk} - m_r}}, \qquad m_r = \max_k x_{rk} $$
#
# One program, one row $r$. It loads the row once, into a tile as wide as the next power of two; maximum,
# exponential and sum are taken in the tile; then it stores once. The address of $x_{rc}$ is `r * stride + c`:
# `stride`, in elements, may be larger than the row (a slice of a wider matrix). $m_r$ is subtracted because
# $e^{89}$ is already infinite in float32, and a softmax does not change when all scores move by the same
# amount.
#
# First a row by hand: scores 1, 3, 2.

# %% id="softmax-toy"
row = np.array([1.0, 3.0, 2.0])
e = np.exp(row - 3.0)  # e⁻², 1, e⁻¹
print("shifted exponentials:", e.round(4), " sum:", e.sum().round(4), " softmax:", (e / e.sum()).round(4))
assert (e / e.sum()).round(4).tolist() == [0.09, 0.6652, 0.2447]
with np.errstate(over="ignore"):
    assert np.isinf(np.exp(np.float32(89), dtype=np.float32))
assert np.isfinite(np.exp(np.float32(88), dtype=np.float32))

# %% [markdown] id="softmax-question"
# A row of three scores lies in a tile of four lanes. Which value must the fourth lane hold?

# %% id="padding-value"
kit.checkpoint("padding-value")


# %% [markdown] id="failure"
# ## How it goes wrong: the lane that is not there
#
# The data are real: a logistic regression reads handwritten digits and gives ten scores for each. Ten lanes of
# sixteen are used. This is the first version of a colleague, and it passed the test with 16 columns.

# %% id="failure-code"
model = LogisticRegression(max_iter=200).fit(digits.data[:1000] / 16, digits.target[:1000])
scores = torch.from_numpy(
    model.decision_function(digits.data[1000:1200] / 16).astype(np.float32)
)  # (200, 10)


@triton.jit
def softmax_first(x_ptr, out_ptr, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    r, c = tl.program_id(0), tl.arange(0, BLOCK)  # (BLOCK,)
    x = tl.load(x_ptr + r * x_stride + c, mask=c < columns, other=0.0)
    e = tl.exp(x - tl.max(x, axis=0))
    tl.store(out_ptr + r * out_stride + c, e / tl.sum(e, axis=0), mask=c < columns)


first = torch.empty_like(scores)
kit.traffic(kit.kernel(softmax_first), (200,), scores, first, 10, 10, 10, BLOCK=16)
sums = first.sum(dim=1)
wrong = ((sums - 1).abs() > 1e-3).sum().item()
print(f"rows that do not sum to 1: {wrong} of 200; smallest sum {sums.min():.3f}")
wide = torch.randn(5, 16, generator=torch.manual_seed(0))
wide_out = torch.empty_like(wide)
kit.traffic(kit.kernel(softmax_first), (5,), wide, wide_out, 16, 16, 16, BLOCK=16)
torch.testing.assert_close(
    wide_out, torch.softmax(wide, 1)
)  # the colleague's test: 16 columns, nothing wrong
assert wrong > 100 and sums.min() < 0.9

# %% [markdown] id="failure-look"
# No error, no NaN, and probabilities that do not sum to one. The tool: in the interpreter a kernel is Python,
# so a `print` in it shows the tile. (On a GPU the same is `tl.device_print`.) We look at one row, the one with
# the smallest sum.


# %% id="failure-look-code"
@triton.jit
def softmax_look(x_ptr, columns, BLOCK: tl.constexpr):
    c = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + c, mask=c < columns, other=0.0)
    e = tl.exp(x - tl.max(x, axis=0))
    print("tile after load:", x)
    print("exponentials   :", e)


worst = int(sums.argmin())
with np.printoptions(precision=2, suppress=True, linewidth=120):
    softmax_look[(1,)](scores[worst], 10, BLOCK=16)
phantom = 6 * np.exp(-scores[worst].max().clamp(min=0).item())
print(f"six lanes without an element add {phantom:.3f} to the sum")
exact = torch.exp(scores[worst] - scores[worst].max().clamp(min=0)).sum().item()
assert abs(exact / (exact + phantom) - sums[worst].item()) < 1e-4

# %% [markdown] id="failure-text"
# Lanes 10 to 15 hold 0, so each adds $e^{0 - m}$ to the sum. The mask kept them out of *memory*; it did not
# keep them out of the *reduction*. The value `other` must be what changes neither maximum nor sum: $-\infty$,
# because $\max(v, -\infty) = v$ and $e^{-\infty} = 0$.


# %% id="softmax-mended"
@triton.jit
def softmax(x_ptr, out_ptr, columns, x_stride, out_stride, BLOCK: tl.constexpr):
    r, c = tl.program_id(0), tl.arange(0, BLOCK)  # (BLOCK,)
    x = tl.load(x_ptr + r * x_stride + c, mask=c < columns, other=-float("inf"))
    e = tl.exp(x - tl.max(x, axis=0))
    tl.store(out_ptr + r * out_stride + c, e / tl.sum(e, axis=0), mask=c < columns)


kernel = kit.kernel(softmax)
result = torch.empty_like(scores)
moved = kit.traffic(kernel, (200,), scores, result, 10, 10, 10, BLOCK=16)
torch.testing.assert_close(result, torch.softmax(scores, 1))  # the library
torch.testing.assert_close(result, softmax_by_lines(scores))  # the five lines
assert (result.sum(1) - 1).abs().max() < 1e-6
right = (result.argmax(1).numpy() == digits.target[1000:1200]).mean()
print(
    f"largest difference from torch.softmax {(result - torch.softmax(scores, 1)).abs().max():.1e}; {right:.0%} of the digits read rightly"
)
kit.recall("padding-value")

# %% [markdown] id="count"
# ## Count the bytes: five launches against one
#
# Now the claim of the beginning, measured. Each of the five lines becomes a small kernel of its own, as PyTorch
# launches them, on 64 rows of 1 000.

# %% id="fusion-ratio"
kit.checkpoint("fusion-ratio")


# %% id="count-code"
@triton.jit
def row_max(x_ptr, m_ptr, columns, BLOCK: tl.constexpr):
    c = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + tl.program_id(0) * columns + c, mask=c < columns, other=-float("inf"))
    tl.store(m_ptr + tl.program_id(0), tl.max(x, axis=0))


@triton.jit
def row_sum(x_ptr, s_ptr, columns, BLOCK: tl.constexpr):
    c = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + tl.program_id(0) * columns + c, mask=c < columns, other=0.0)
    tl.store(s_ptr + tl.program_id(0), tl.sum(x, axis=0))


@triton.jit
def rowwise(x_ptr, v_ptr, out_ptr, columns, KIND: tl.constexpr, BLOCK: tl.constexpr):
    r, c = tl.program_id(0), tl.arange(0, BLOCK)
    x = tl.load(x_ptr + r * columns + c, mask=c < columns)
    if KIND == 0:
        x = x - tl.load(v_ptr + r)
    elif KIND == 1:
        x = tl.exp(x)
    else:
        x = x / tl.load(v_ptr + r)
    tl.store(out_ptr + r * columns + c, x, mask=c < columns)


rows, columns, B = 64, 1000, 1024
x = 3 * torch.randn(rows, columns, generator=torch.manual_seed(1))  # (64, 1000)
z, e, o, out = (torch.empty_like(x) for _ in range(4))
m, s = torch.empty(rows), torch.empty(rows)
steps = [
    ("maximum", kit.traffic(kit.kernel(row_max), (rows,), x, m, columns, BLOCK=B)),
    ("subtract", kit.traffic(kit.kernel(rowwise), (rows,), x, m, z, columns, KIND=0, BLOCK=B)),
    ("exponential", kit.traffic(kit.kernel(rowwise), (rows,), z, m, e, columns, KIND=1, BLOCK=B)),
    ("sum", kit.traffic(kit.kernel(row_sum), (rows,), e, s, columns, BLOCK=B)),
    ("divide", kit.traffic(kit.kernel(rowwise), (rows,), e, s, o, columns, KIND=2, BLOCK=B)),
    ("fused", kit.traffic(kernel, (rows,), x, out, columns, columns, columns, BLOCK=B)),
]
torch.testing.assert_close(o, torch.softmax(x, 1))
torch.testing.assert_close(out, o)
table = pd.DataFrame(
    [(name, t.load_bytes, t.store_bytes) for name, t in steps], columns=["kernel", "loaded (B)", "stored (B)"]
)
display(table)
five, one = table.iloc[:5, 1:].to_numpy().sum(), table.iloc[5, 1:].sum()
print(f"five kernels {five:,} B, fused {one:,} B, ratio {five / one:.3f}")
assert one == 8 * rows * columns == 512_000
assert five == 4 * ((5 * rows * columns + 2 * rows) + (3 * rows * columns + 2 * rows)) == 2_049_024
kit.recall("fusion-ratio")

# %% [markdown] id="count-text"
# The counts are those of the formula, $4\,(8MN + 4M)$ and $8MN$ bytes, to the byte. This resolves the question:
# the same arithmetic in one kernel moves a quarter of the bytes, so it takes a quarter of the time as long as
# memory is the limit.

# %% id="count-picture"
fig, ax = plt.subplots(figsize=(8, 2.8), layout="constrained")
left = 0
for i, (name, t) in enumerate(steps[:5]):
    ax.barh(
        "five kernels", t.bytes / 1e6, left=left, color=[BLUE, ORANGE, GREEN, GREY, "#CC79A7"][i], label=name
    )
    left += t.bytes / 1e6
ax.barh("fused", one / 1e6, color="black")
ax.set(title="Memory traffic of a softmax of 64 × 1000 float32", xlabel="bytes loaded and stored (MB)")
ax.legend(ncols=5, fontsize="small", loc="lower right")
plt.show()

# %% [markdown] id="count-alt"
# *In words: the five kernels move 2.05 MB, of which subtract, exponential and divide take half a megabyte each;
# the fused kernel moves 0.51 MB.*

# %% [markdown] id="tiles"
# ## Tiles in two dimensions
#
# A tile may have two index vectors: `r[:, None]` is a column of row numbers, `c[None, :]` a row of column
# numbers, and `r[:, None] * stride + c[None, :]` all addresses of a tile, by broadcasting. Here a copy whose
# tile shape is free. Its sectors depend on the shape alone.


# %% id="tiles-code"
@triton.jit
def tile_copy(x_ptr, out_ptr, rows, columns, HIGH: tl.constexpr, WIDE: tl.constexpr):
    r = tl.program_id(0) * HIGH + tl.arange(0, HIGH)  # (HIGH,)
    c = tl.program_id(1) * WIDE + tl.arange(0, WIDE)  # (WIDE,)
    at = r[:, None] * columns + c[None, :]  # (HIGH, WIDE)
    mask = (r[:, None] < rows) & (c[None, :] < columns)
    tl.store(out_ptr + at, tl.load(x_ptr + at, mask=mask), mask=mask)


def predicted(rows, columns, high, wide):
    """Sectors of one side, programs, and share of idle lanes; columns a multiple of 8, float32."""
    pieces = np.minimum(wide, columns - np.arange(0, columns, wide))  # widths of the pieces of a row
    programs = -(-rows // high) * -(-columns // wide)
    return rows * int(np.ceil(pieces / 8).sum()), programs, 1 - rows * columns / (programs * high * wide)


x = torch.rand(48, 72)  # (48, 72): 72 is no multiple of 16
for high, wide in ((16, 16), (64, 1), (1, 64), (8, 4), (4, 8)):
    out = torch.zeros_like(x)
    moved = kit.traffic(
        kit.kernel(tile_copy),
        (triton.cdiv(48, high), triton.cdiv(72, wide)),
        x,
        out,
        48,
        72,
        HIGH=high,
        WIDE=wide,
    )
    sectors, programs, idle = predicted(48, 72, high, wide)
    assert torch.equal(out, x) and (moved.load_sectors, moved.store_sectors, moved.programs) == (
        sectors,
        sectors,
        programs,
    )
    print(
        f"tile {high:2d} × {wide:2d}: {sectors:5d} sectors, {sectors / (48 * 72 / 8):.0f} × ideal; {programs:3d} programs; {idle:4.0%} idle lanes"
    )
assert (
    predicted(48, 72, 64, 1)[0] == 8 * 432
    and predicted(48, 72, 8, 4)[0] == 2 * 432
    and predicted(48, 72, 4, 8)[0] == 432
)

# %% [markdown] id="tiles-text"
# The prediction and the meter agree on every line. A tile one lane wide costs eight times the ideal. For a
# **transpose** both directions matter: the tile's rows are pieces of input rows, its columns become pieces of
# output rows.

# %% id="tile-shape"
kit.checkpoint("tile-shape")


# %% id="knob"
def show_tile(high=4, wide=64, rows=427, columns=640):
    """Cost of a transpose by tiles of high × wide; rows of both matrices padded to whole sectors."""
    fig, (ax, bars) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained", width_ratios=(3, 2))
    sizes = 2 ** np.arange(8)
    waste = np.array([[(max(1, 8 / w) + max(1, 8 / h)) / 2 for w in sizes] for h in sizes])
    shown = ax.imshow(waste, cmap="cividis", origin="lower", norm="log")
    for i in range(8):
        for j in range(8):
            ax.text(
                j,
                i,
                f"{waste[i, j]:.2g}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if waste[i, j] < 3 else "black",
            )
    ax.plot(np.log2(wide), np.log2(high), "s", ms=22, mfc="none", mec=ORANGE, mew=3)
    ax.set(
        title="sectors moved / ideal",
        xlabel="tile width (lanes)",
        ylabel="tile height (lanes)",
        xticks=range(8),
        xticklabels=sizes,
        yticks=range(8),
        yticklabels=sizes,
    )
    fig.colorbar(shown, ax=ax, label="times ideal")
    _, programs, idle = predicted(rows, columns, high, wide)
    values = {"lanes a tile": high * wide, "programs": programs, "idle lanes (%)": max(100 * idle, 0.1)}
    bars.barh(list(values), list(values.values()), color=[BLUE, GREEN, GREY])
    bars.set(
        xscale="log", xlim=(0.1, 1e6), xlabel="count, percent", title=f"tile {high} × {wide} on 427 × 640"
    )
    for i, v in enumerate(values.values()):
        bars.text(v * 1.2, i, f"{v:,.0f}", va="center")
    plt.show()


show_tile(high=4, wide=64)

# %% [markdown] id="knob-text"
# *In words: on the left a map of 8 × 8 tile shapes, dark where waste is 1 and light where it is 8, with the tile 4 × 64
# framed at 1.5; on the right three bars for it: 256 lanes a tile, 1 070 programs, less than one per cent of idle lanes.*
#
# The same picture with sliders. Make the waste 1 with as few lanes as possible; then with as few programs as
# possible. What grows?

# %% id="knob-turn"
powers = [1, 2, 4, 8, 16, 32, 64, 128]
widgets.interact(
    show_tile,
    high=widgets.SelectionSlider(value=4, options=powers),
    wide=widgets.SelectionSlider(value=64, options=powers),
    rows=widgets.fixed(427),
    columns=widgets.fixed(640),
)
for high, wide in ((1, 256), (4, 64), (8, 8), (32, 32), (128, 128)):
    waste = (max(1, 8 / wide) + max(1, 8 / high)) / 2
    _, programs, idle = predicted(427, 640, high, wide)
    print(
        f"{high:3d} × {wide:3d}: {waste:.2f} × ideal, {high * wide:6,} lanes, {programs:5,} programs, {idle:3.0%} idle"
    )
assert (
    (1 + 8 / 4) / 2 == 1.5
    and 4 * 128 * 128 == 64 * 1024
    and predicted(427, 640, 32, 32)[1] == 280
    and predicted(427, 640, 8, 8)[1] == 4_320
    and predicted(427, 640, 4, 64)[1] == 1_070
    and predicted(427, 640, 4, 64)[2] < 0.01
)
kit.recall("tile-shape")

# %% [markdown] id="knob-alt"
# *In words: a map of tile shapes; waste is 8 in the corner 1 × 1, 4.5 along the edges where one side is 1, and
# 1 as soon as both sides reach 8.* Sectors ask for at least 8 × 8. Larger tiles need fewer programs, up to
# where a tile no longer fits in a block's registers: 128 × 128 float32 are 64 KiB, a quarter of an SM's
# register file. 32 × 32 or 64 × 64 is the usual middle. You will write this transpose in the lab.

# %% [markdown] id="scale"
# ## At scale: the softmax of the beginning, on three chips

# %% id="scale-table"
chips = {"A100 80 GB SXM": 2.039e12, "H100 SXM": 3.35e12, "H200 SXM": 4.8e12}  # bytes/s, NVIDIA's data sheets
table = pd.DataFrame(
    {
        chip: {"five kernels (ms)": 1e3 * 4 * by_lines / b, "fused (ms)": 1e3 * 4 * fused / b}
        for chip, b in chips.items()
    }
).T
table["saved a day at 100 calls/s (GPU hours)"] = (
    (table.iloc[:, 0] - table.iloc[:, 1]) / 1e3 * 100 * 86_400 / 3_600
)
display(table.round(2))
tile_bytes = 4 * triton.next_power_of_2(N)
print(
    f"one row needs a tile of {triton.next_power_of_2(N):,} lanes, {tile_bytes // 1024} KiB; an SM has 256 KiB of registers"
)
assert triton.next_power_of_2(N) == 65_536 and tile_bytes == 256 * 1024
assert table.round(2).loc["H100 SXM"].tolist() == [1.97, 0.49, 3.54]
assert round(1e3 * 4 * (by_lines - fused) / BANDWIDTH, 2) == 1.47

# %% [markdown] id="scale-text"
# On an H100 the fused kernel saves 1.47 ms a call: at a hundred calls a second 3.54 GPU hours a day. But here
# the toy ends. A row of 50 257 needs a tile of 65 536 lanes, the whole register file of an SM: it spills to
# memory. Real kernels walk along the row in pieces and keep a running maximum and sum (Milakov and Gimelshein
# 2018). They load each element twice, 3MN instead of 2MN, unless what follows can be fused too. Flash attention
# is that next step; it is in the course on operator development.
#
# What the counts do not say: times above are bounds from bandwidth, without caches and without the few
# microseconds of each launch. For a matrix of 64 × 1 000 those microseconds are most of the time, and the five
# kernels lose by launching five times.

# %% id="scale-gpu"
if torch.cuda.is_available():
    big = torch.randn(M, N, device="cuda")
    for name, function in (
        ("five lines", softmax_by_lines),
        ("torch.softmax", lambda v: torch.softmax(v, 1)),
    ):
        function(big)
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        function(big)
        stop.record()
        torch.cuda.synchronize()
        print(f"{torch.cuda.get_device_name()}, {name}: {start.elapsed_time(stop):.2f} ms")
else:
    print("no GPU here: the times above are bounds, not measurements")

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** `plan(n, block)` returns the number of programs and of lanes without an element.


# %% id="exercise-plan"
def plan(n, block):
    raise NotImplementedError  # your code


# %% id="check-plan"
score = kit.Score(2)
for n, block, right in ((1000, 256, (4, 24)), (2048, 512, (4, 0))):
    with score.part(1, f"{n} elements in tiles of {block}", n=n, block=block):
        kit.equal(
            plan(n, block),
            right,
            known_wrong={
                "rounded down: the last elements have no program": (
                    n // block,
                    0 if n % block == 0 else n // block * block - n,
                ),
                "one empty program too many when the size divides": (
                    n // block + 1,
                    (n // block + 1) * block - n,
                ),
                "you counted the last program's elements instead of its idle lanes": (4, n % block),
            },
        )
score.total()

# %% [markdown] id="exercise-relu-text"
# **2. Modify.** Fuse a ReLU into the scaled add: `out = max(a x + y, 0)`. Still 12 bytes an element. Start from
# `scaled_add`.


# %% id="exercise-relu"
@triton.jit
def scaled_add_relu(x_ptr, y_ptr, out_ptr, n, a, BLOCK: tl.constexpr):
    raise NotImplementedError  # your code


# %% id="check-relu"
score = kit.Score(2)
x, y = torch.linspace(-3, 3, 300), torch.full((300,), 0.5)
out = torch.full((300,), float("nan"))
with score.part(1, "values", a=2.0, BLOCK=128):
    moved = kit.traffic(scaled_add_relu, (3,), x, y, out, 300, 2.0, BLOCK=128)
    kit.close(
        out,
        torch.relu(2 * x + y),
        rtol=1e-6,
        known_wrong={
            "the ReLU is missing": 2 * x + y,
            "the ReLU stands before the addition": torch.relu(2 * x) + y,
            "the minimum was taken instead of the maximum": torch.clamp(2 * x + y, max=0),
        },
    )
with score.part(1, "3600 bytes: each element once"):
    moved = kit.traffic(scaled_add_relu, (3,), x, y, out, 300, 2.0, BLOCK=128)
    kit.equal(
        moved.bytes, 3600, known_wrong={"out was stored and loaded again: keep the value in the tile": 6000}
    )
score.total()

# %% [markdown] id="exercise-norm-text"
# **3. Build.** Root-mean-square normalisation of each row, as in Llama: $\mathrm{out}_{rc} = x_{rc} /
# \sqrt{\tfrac{1}{N} \sum_k x_{rk}^2 + \epsilon}$. One load, one store. Think about `other`, and about which $N$
# to divide by. `tl.sqrt`, `tl.sum`.


# %% id="exercise-norm"
@triton.jit
def rms_norm(x_ptr, out_ptr, columns, x_stride, out_stride, epsilon, BLOCK: tl.constexpr):
    raise NotImplementedError  # your code


# %% id="check-norm"
score = kit.Score(3)
whole = torch.randn(6, 16, generator=torch.manual_seed(2))
x = whole[:, :11]  # (6, 11) with stride 16
mean_square = (x * x).mean(1, keepdim=True)
with score.part(2, "six rows of eleven, stride 16", x=x, BLOCK=16):
    out = torch.full((6, 11), float("nan"))
    moved = kit.traffic(rms_norm, (6,), x, out, 11, 16, 11, 1e-6, BLOCK=16)
    kit.close(
        out,
        x / torch.sqrt(mean_square + 1e-6),
        rtol=1e-5,
        known_wrong={
            "you divided by the tile's 16 lanes instead of the 11 columns": x
            / torch.sqrt(mean_square * 11 / 16 + 1e-6),
            "the square root is missing": x / (mean_square + 1e-6),
            "that is the length of the row: divide the sum by the columns": x
            / torch.sqrt(mean_square * 11 + 1e-6),
        },
    )
with score.part(1, "528 bytes", x=x):
    out = torch.full((6, 11), float("nan"))
    moved = kit.traffic(rms_norm, (6,), x, out, 11, 16, 11, 1e-6, BLOCK=16)
    kit.equal(moved.bytes, 2 * 4 * 66, known_wrong={"the row was loaded twice": 3 * 4 * 66})
score.total()

# %% [markdown] id="exercise-transfer-text"
# **4. Transfer.** Layer normalisation in PyTorch, line by line: mean; $x - $ mean; square; mean of the squares;
# divide by the root. For an $M \times N$ matrix of `itemsize` bytes, `layer_norm_saving(M, N, itemsize)`
# returns how many times fewer bytes a fused kernel moves. Count as at the top of this lesson: each line reads
# its inputs and writes its result; the last line reads the centred matrix and one number a row, the root
# included.


# %% id="exercise-transfer"
def layer_norm_saving(M, N, itemsize):
    raise NotImplementedError  # your code


# %% id="check-transfer"
score = kit.Score(2)
for shape in ((4096, 8192, 2), (7, 3, 4)):
    with score.part(
        1, f"{shape[0]} × {shape[1]}, {shape[2]} bytes", M=shape[0], N=shape[1], itemsize=shape[2]
    ):
        mn, rows = shape[0] * shape[1], shape[0]
        reads, writes = 5 * mn + 2 * rows, 3 * mn + 2 * rows
        kit.close(
            layer_norm_saving(*shape),
            (reads + writes) / (2 * mn),
            rtol=1e-9,
            known_wrong={
                "only the reads were counted": reads / mn,
                "the fused kernel reads and writes: 2MN": (reads + writes) / mn,
                "the numbers of one a row were left out": 4.0,
            },
        )
score.total()

# %% [markdown] id="summary"
# ## Summary
#
# - A Triton program loads, computes and stores tiles; the mask says which lanes have an element.
# - The mask guards memory; `other` guards the reduction: 0 for a sum, −∞ for a maximum and a softmax.
# - Fusing keeps the row on the chip: a softmax moves $8MN$ bytes instead of about $32MN$, so a quarter of the
#   time.
# - Sectors want tiles at least 8 float32 wide in every direction that meets memory; registers bound them above.
# - The interpreter counts exactly and times nothing. Count there, measure on the chip.
#
# Now the lab: **`first-kernels`**. Vector add, row softmax and transpose, graded by answers, edges, bytes and
# sectors.
#
# | English | 中文 | meaning |
# |---|---|---|
# | program | 程序实例 | one instance of a kernel, works on tiles |
# | tile | 数据块 | a small array in registers, sizes are powers of two |
# | lane | 通道 | one place of a tile |
# | mask | 掩码 | which lanes have an element |
# | constexpr | 编译期常量 | a number known at compile time |
# | fusion | 算子融合 | several operations in one kernel, one trip to memory |
# | stride | 步长 | elements from one row to the next |
# | spill | 寄存器溢出 | values that do not fit in registers go to memory |
#
# **Sources**
#
# 1. P. Tillet, H. T. Kung, D. Cox, *Triton: An Intermediate Language and Compiler for Tiled Neural Network
#    Computations*, MAPL 2019: sections 1 to 3.
# 2. Triton documentation, tutorials *Vector Addition* and *Fused Softmax* (the count 8MN + 4M against 2MN is
#    from the latter).
# 3. M. Milakov, N. Gimelshein, *Online normalizer calculation for softmax*, arXiv:1805.02867, 2018: sections 2
#    and 3.
# 4. A. Radford and others, *Language Models are Unsupervised Multitask Learners*, 2019: section 2.2 (the
#    vocabulary of 50 257).
