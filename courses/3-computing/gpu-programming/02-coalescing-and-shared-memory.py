# %% [markdown] id="title"
# # Coalescing and shared memory
#
# **Promise.** After this lesson you can say, from the addresses alone, how much of a GPU's memory traffic is
# waste, and rewrite the access through a tile in shared memory so that nearly none is left.
#
# **Time** 65 minutes · **Runs** on two CPU cores, no GPU, about 10 s · **Level** gpu-programming, intermediate
#
# You will be able to
#
# 1. count the 32-byte sectors that a warp's load or store moves, by hand and by program;
# 2. compute a layout's efficiency and choose between interleaved and planar data;
# 3. write a tiled transpose in CUDA that is coalesced on both sides;
# 4. find a bank conflict from a counter and mend it with one column.

# %% id="setup"
import os

HAS_GPU = os.path.exists("/dev/nvidiactl")  # made by NVIDIA's driver
os.environ["NUMBA_ENABLE_CUDASIM"] = "1"  # CUDA kernels run as Python threads; must stand before numba
os.environ["TRITON_INTERPRET"] = "1"  # the same for Triton, whose meter we use once

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import triton
import triton.language as tl
from IPython.display import display
from numba import cuda
from sklearn.datasets import load_sample_image

from graders import kit

# the colours of Okabe and Ito: safe for colour blindness
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#BBBBBB"

# %% [markdown] id="ready"
# ## Before you start
#
# Two questions on the lesson before, [Threads, blocks, memory](01-threads-blocks-memory.ipynb), and on how
# arrays lie in memory.

# %% id="ready-barrier"
kit.checkpoint("ready-barrier")

# %% id="ready-stride"
kit.checkpoint("ready-stride")

# %% [markdown] id="question"
# ## The same bytes, a fifth of the speed
#
# Mark Harris of NVIDIA measured five kernels on two GPUs (2013). All five read a 1024 × 1024 matrix of float32
# once and write it once. Two copy it, three transpose it.

# %% id="question-table"
measured = pd.DataFrame(
    {"Tesla M2050": [105.2, 104.6, 18.8, 51.3, 99.5], "Tesla K20c": [136.0, 152.3, 55.3, 97.6, 144.3]},
    index=[
        "copy",
        "copy through shared memory",
        "naive transpose",
        "tiled transpose",
        "tiled transpose + 1 column",
    ],
)
ax = measured.plot.barh(figsize=(8, 3.4), color=[BLUE, ORANGE], width=0.75)
ax.set(title="Five kernels that move the same 8 MiB", xlabel="effective bandwidth (GB/s)", ylabel="")
ax.invert_yaxis()
plt.tight_layout()
plt.show()
display(measured)
slow = measured["Tesla M2050"]
assert 2 * 4 * 1024**2 == 8 * 2**20
assert (
    round(slow["copy"] / slow["naive transpose"], 1) == 5.6 and round(slow.iloc[4] / slow.iloc[3], 1) == 1.9
)

# %% [markdown] id="question-text"
# *In words: on the M2050 the copy reaches 105 GB/s, the naive transpose 18.8, the tiled one 51.3, and with one
# column added to the tile 99.5; the K20c shows the same order.*
#
# Two riddles. The naive transpose moves the same bytes as the copy and is 5.6 times slower. And one unused
# column, which moves nothing, makes the tiled transpose 1.9 times faster. Both are answered by counting
# addresses.

# %% [markdown] id="sectors"
# ## Warps and sectors
#
# An SM runs threads in groups of 32, a **warp** 线程束: all 32 execute the same load at the same moment. Memory
# answers in **sectors** 扇区 of 32 bytes, aligned to 32. If one byte of a sector is wanted, all 32 move. The
# hardware merges the 32 requests of a warp into the sectors that they touch: this is **coalescing** 合并访存.
#
# $$ S = \left| \left\{ \lfloor a_t / 32 \rfloor : t = 0 \dots 31 \right\} \right|, \qquad
# \text{efficiency} = \frac{\text{bytes wanted}}{32\,S} $$
#
# $a_t$ is the address of thread $t$ in bytes, $S$ the number of sectors (a count). Efficiency lies between 0
# and 1.


# %% id="sectors-toy"
def sectors(addresses, itemsize=4):
    """Sectors that one warp's access moves; addresses in bytes, each item inside one sector."""
    return np.unique(np.asarray(addresses) // 32).size


threads8 = np.arange(8)  # a toy warp of eight threads, 4 bytes each: 32 bytes wanted
toy = {
    "one after the other": 4 * threads8,
    "every second": 8 * threads8,
    "every eighth": 32 * threads8,
    "one after the other, from byte 4": 4 * threads8 + 4,
    "all the same": 0 * threads8,
}
for name, addresses in toy.items():
    print(f"{name:34s} {str(addresses.tolist()):42s} sectors {sorted(set((addresses // 32).tolist()))}")
assert [sectors(a) for a in toy.values()] == [1, 2, 8, 2, 1]

# %% [markdown] id="sectors-text"
# Check the third line by hand: the addresses 0, 32, 64, … lie in eight different sectors, so 256 bytes move for
# 32. The order of the threads plays no part, only the set of sectors.

# %% id="stride-two"
kit.checkpoint("stride-two")

# %% [markdown] id="meter"
# ### The same count with a meter
#
# `kit.traffic` runs a Triton kernel in Triton's interpreter and counts what it moves. (Triton is the next
# lesson; this kernel copies 32 elements that lie `stride` apart to 32 that lie together.) Our counter and the
# meter must agree.


# %% id="meter-code"
@triton.jit
def gather(x_ptr, y_ptr, stride):
    i = tl.arange(0, 32)
    tl.store(y_ptr + i, tl.load(x_ptr + i * stride))


warp = np.arange(32)
x, y = torch.arange(1024, dtype=torch.float32), torch.zeros(32)  # (1024,), (32,)
assert x.data_ptr() % 32 == 0 and y.data_ptr() % 32 == 0  # the allocator aligns both to sectors
counts = []
for stride in (1, 2, 3, 4, 8, 16, 32):
    report = kit.traffic(kit.kernel(gather), (1,), x, y, stride)
    by_hand = sectors(4 * stride * warp)
    assert report.load_sectors == by_hand and report.store_sectors == sectors(4 * warp) == 4
    counts.append((stride, by_hand, f"{128 / (32 * by_hand):.1%}"))
display(pd.DataFrame(counts, columns=["stride (elements)", "sectors", "efficiency"]))
assert counts[1] == (2, 8, "50.0%") and counts[2] == (3, 12, "33.3%") and counts[4] == (8, 32, "12.5%")
kit.recall("stride-two")

# %% [markdown] id="meter-text"
# From stride 8 on, each thread has a sector to itself: 32 sectors, 12.5 %. It cannot get worse for 4-byte
# elements, whatever the stride. Turn stride and offset, and watch which sectors move.


# %% id="knob"
def show_warp(stride=3, offset=0):
    addresses = 4 * (offset + stride * warp)
    touched = np.unique(addresses // 32)
    fig, (strip, curve) = plt.subplots(2, 1, figsize=(9, 4.2), layout="constrained", height_ratios=(1, 2))
    strip.barh(
        0, 32, left=32 * touched, color=GREY, edgecolor="white", height=0.8, label="bytes moved (sectors)"
    )
    strip.barh(0, 4, left=addresses, color=BLUE, height=0.4, label="bytes wanted")
    strip.set(
        yticks=[],
        xlabel="address (bytes)",
        xlim=(-8, max(256, addresses.max() + 40)),
        title=f"stride {stride}, offset {offset}: {touched.size} sectors, {4 / touched.size:.0%} of the bytes wanted",
    )
    strip.legend(loc="upper right", ncols=2, fontsize="small")
    strides = np.arange(1, 33)
    for shift, colour, style in ((0, BLUE, "-"), (1, ORANGE, "--")):
        share = [128 / (32 * sectors(4 * (shift + s * warp))) for s in strides]
        curve.plot(strides, share, style, marker=".", color=colour, label=f"offset {shift} elements")
    curve.plot(stride, 128 / (32 * touched.size), "ko", ms=9)
    curve.set(xlabel="stride (elements of 4 bytes)", ylabel="efficiency (share)", ylim=(0, 1.05))
    curve.legend()
    plt.show()


show_warp(stride=3, offset=0)

# %% [markdown] id="knob-text"
# *In words: above, twelve grey sectors side by side with a blue piece of 4 bytes in every 12; below, two falling
# curves, offset 1 under offset 0 at first, both flat at 0.125 from stride 8 on, with a black dot at stride 3, 0.33.*
#
# The same picture with sliders. Try stride 1 with offset 1, and look for the smallest stride at which nothing
# gets worse any more.

# %% id="knob-turn"
widgets.interact(
    show_warp,
    stride=widgets.IntSlider(value=3, min=1, max=32),
    offset=widgets.IntSlider(value=0, min=0, max=7),
)
print("stride 1, offset 1:", sectors(4 * (1 + warp)), "sectors")
assert sectors(4 * (1 + warp)) == 5 and 4 / 5 == 0.8

# %% [markdown] id="knob-alt"
# *In words: above, a strip of memory with grey sectors and the wanted bytes in blue; below, efficiency falls
# from 1 at stride 1 to 0.125 at stride 8 and stays there; an offset of one element costs a fifth at stride 1
# and nothing at stride 8.*

# %% [markdown] id="layout"
# ## A real layout: three colours in one pixel
#
# The photograph of the last lesson lies in memory as red, green, blue, red, green, blue, …: **interleaved**. A
# kernel that needs only green, as float32, reads every third element. The other layout is **planar**: all reds,
# then all greens, then all blues.

# %% id="layout-planar"
kit.checkpoint("layout-planar")

# %% id="layout-result"
photo = load_sample_image("china.jpg").astype(np.float32)  # (427, 640, 3)
assert photo.strides == (640 * 12, 12, 4)  # bytes to the next row, pixel, colour
pixel = np.arange(427 * 640).reshape(-1, 32)  # (8540 warps, 32)
interleaved = sum(sectors(12 * w + 4) for w in pixel)
planar = sum(sectors(4 * w) for w in pixel)
print(
    f"green only: interleaved {32 * interleaved:,} bytes, planar {32 * planar:,} bytes, {interleaved / planar:.0f} times"
)
assert len(pixel) == 8_540 and interleaved == 3 * planar and 32 * planar == 4 * 427 * 640 == 1_093_120
kit.recall("layout-planar")

# %% [markdown] id="layout-text"
# A kernel that needs all three colours does not lose: the two thirds that this load wastes are what the next
# two loads want, and the cache still holds them. Layout follows use. Tensor libraries face the same choice as
# `NCHW` against `NHWC`.

# %% [markdown] id="transpose"
# ## The naive transpose, counted
#
# A grey photograph $X$ of 427 × 640 becomes $Y$ of 640 × 427. Thread $(r, c)$ loads $X_{rc}$ and stores
# $Y_{cr}$. Neighbouring threads of a warp have neighbouring $c$. Their addresses, in bytes from the start of
# each array:
#
# $$ a_\text{load} = 4\,(640\,r + c), \qquad a_\text{store} = 4\,(427\,c + r) $$

# %% id="naive-sectors"
kit.checkpoint("naive-sectors")

# %% id="naive-count"
ROWS, COLUMNS = 427, 640
flat = np.arange(ROWS * COLUMNS).reshape(
    -1, 32
)  # one row of this array is one warp; 640 = 20 · 32, so none wraps round
r, c = flat // COLUMNS, flat % COLUMNS
ideal = ROWS * COLUMNS * 4 // 32
load = sum(sectors(w) for w in 4 * (COLUMNS * r + c))
store = sum(sectors(w) for w in 4 * (ROWS * c + r))
print(f"load  {load:8,} sectors, {load / ideal:.2f} × ideal")
print(f"store {store:8,} sectors, {store / ideal:.2f} × ideal")
print(f"both  {(load + store) / (2 * ideal):.2f} × ideal")
assert (
    load == ideal == 34_160 and store == 8 * ideal == ROWS * COLUMNS and (load + store) / (2 * ideal) == 4.5
)
kit.recall("naive-sectors")

# %% [markdown] id="naive-text"
# The load is perfect. In the store the 32 threads write 1 708 bytes apart, each into its own sector: 8 times
# too many. Together the naive transpose moves 4.5 times what the copy moves. That is the first riddle. If
# sectors were all, it would reach 1/4.5 = 22 % of the copy's bandwidth. Harris measured 18 % on one GPU and 41
# % on the other.

# %% id="naive-limits"
share = measured.loc["naive transpose"] / measured.loc["copy"]
display(share.map("{:.0%}".format).to_frame("naive / copy, measured"))
assert [round(100 * v) for v in share] == [18, 41] and round(100 / 4.5) == 22 and 4 * ROWS == 1_708

# %% [markdown] id="naive-limits-text"
# The count has limits, and this is one: it knows no cache. A sector that waits in the cache until its other
# seven elements are written costs less, as on the K20c; older chips moved larger pieces and lost more. Sectors
# tell which kernel wastes and where. The exact time is for a measurement.

# %% [markdown] id="tile"
# ## The mend: turn the tile in shared memory
#
# Load a 32 × 32 tile row by row (coalesced), put it in shared memory, wait at a barrier, and store it row by
# row of the *output* (coalesced too). The turn happens in shared memory, which has no sectors.


# %% id="tile-code"
TILE = 32


@cuda.jit
def transpose_tiled(x, y):  # x: (rows, columns), y: (columns, rows), float32
    tile = cuda.shared.array((32, 32), np.float32)
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y  # 32 × 8 threads: each handles 4 elements of the tile
    row0, column0 = cuda.blockIdx.y * 32, cuda.blockIdx.x * 32
    for k in range(0, 32, 8):
        if row0 + ty + k < x.shape[0] and column0 + tx < x.shape[1]:
            tile[ty + k, tx] = x[row0 + ty + k, column0 + tx]  # tx runs along a row of x
    cuda.syncthreads()
    for k in range(0, 32, 8):
        if column0 + ty + k < y.shape[0] and row0 + tx < y.shape[1]:
            y[column0 + ty + k, row0 + tx] = tile[tx, ty + k]  # tx runs along a row of y


crop = np.ascontiguousarray(photo[200:243, 300:370, 1])  # (43, 70): neither side divides by 32
turned = np.full((70, 43), np.nan, dtype=np.float32)
transpose_tiled[(3, 2), (32, 8)](crop, turned)
np.testing.assert_array_equal(turned, crop.T)  # numpy agrees, and no element was left out
print("a 43 × 70 piece of the photograph, 3 × 2 blocks: equal to numpy's transpose")

# %% [markdown] id="tile-count-text"
# Now the traffic of the whole photograph. A warp is one row of a tile, of the input in the load and of the
# output in the store.


# %% id="tile-count"
def tiled_sectors(rows, columns, start=0):
    """Sectors of all row pieces of 32 elements of a (rows, columns) float32 array."""
    total = 0
    for row in range(rows):
        for c0 in range(0, columns, TILE):
            total += sectors(start + 4 * (columns * row + np.arange(c0, min(c0 + TILE, columns))))
    return total


tiled_load, tiled_store = tiled_sectors(ROWS, COLUMNS), tiled_sectors(COLUMNS, ROWS)
print(f"load  {tiled_load:,} sectors, {tiled_load / ideal:.3f} × ideal")
print(f"store {tiled_store:,} sectors, {tiled_store / ideal:.3f} × ideal")
print(f"naive / tiled: {(load + store) / (tiled_load + tiled_store):.1f}")
assert tiled_load == ideal and round(tiled_store / ideal, 2) == 1.23
assert round((load + store) / (tiled_load + tiled_store), 1) == 4.0
even = tiled_sectors(COLUMNS, 432)  # rows of 432 elements: 1728 bytes, a multiple of 32
assert even == COLUMNS * 432 * 4 // 32

# %% [markdown] id="tile-count-after"
# Why 1.23 and not 1 in the store? Rows of the output are 427 × 4 = 1 708 bytes, no multiple of 32, so most
# pieces begin inside a sector and touch five instead of four. With rows padded to 432 elements the store is
# ideal as well. This is why libraries pad the *pitch* of a matrix (`cudaMallocPitch`), and why sizes that
# divide by 8 or more are faster everywhere.

# %% [markdown] id="failure"
# ## How it goes wrong: right answer, coalesced, half the speed
#
# The kernel above is Harris's third transpose: 51.3 GB/s, half of the copy. Sectors cannot explain it. Shared
# memory has its own rule. It consists of 32 **banks** 存储体, each 4 bytes wide; a bank serves one word at a time:
#
# $$ \text{bank} = \left\lfloor \frac{a}{4} \right\rfloor \bmod 32, \qquad
# \text{degree} = \max_{\text{bank}} \left|\{\text{different words wanted from it}\}\right| $$
#
# A warp's access takes as many turns as its degree: 1 is free of conflict, 32 is one thread at a time.

# %% id="bank-degree"
kit.checkpoint("bank-degree")


# %% id="bank-counter"
def degree(rows, columns, pitch):
    """Turns for one warp's access to shared memory: element (rows, columns) of an array with ``pitch`` words a row."""
    words = np.unique(np.broadcast_to(np.asarray(rows) * pitch + np.asarray(columns), 32))
    return int(np.bincount(words % 32).max())


lane = np.arange(32)
write = degree(5, lane, pitch=32)  # tile[ty + k, tx]: a row
read = degree(lane, 5, pitch=32)  # tile[tx, ty + k]: a column
print(f"writing a row: degree {write}; reading a column: degree {read}")
assert degree(0, np.zeros(32, int), 32) == 1  # all want the same word: it is broadcast, no conflict
assert (write, read) == (1, 32)
kit.recall("bank-degree")

# %% [markdown] id="bank-text"
# The column read is 32-fold: element $(t, 5)$ lies at word $32t + 5$, in bank 5 for every $t$. On a GPU, Nsight
# Compute shows this in "Memory Workload Analysis", table *Shared Memory*, column *Bank Conflicts*: the tool
# that one would use, and what our counter imitates. The mend is the column that moves nothing: with 33 words a
# row, element $(t, 5)$ lies at $33t + 5$, in bank $(t + 5) \bmod 32$, a different one for each thread.

# %% id="bank-mend"
pads = range(9)
degrees = [degree(lane, 5, 32 + p) for p in pads]
fig, ax = plt.subplots(figsize=(8, 2.8), layout="constrained")
bars = ax.bar(pads, degrees, color=[ORANGE if d > 1 else GREEN for d in degrees])
ax.bar_label(bars)
ax.set(
    title="Reading a column of a tile with 32 + p words a row",
    xlabel="columns added, p",
    ylabel="turns (degree)",
    ylim=(0, 36),
    xticks=list(pads),
)
plt.show()
assert degrees == [32, 1, 2, 1, 4, 1, 2, 1, 8] and degree(5, lane, 33) == 1


@cuda.jit
def transpose_padded(x, y):
    tile = cuda.shared.array((32, 33), np.float32)  # the one change: 33 words a row
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
    row0, column0 = cuda.blockIdx.y * 32, cuda.blockIdx.x * 32
    for k in range(0, 32, 8):
        if row0 + ty + k < x.shape[0] and column0 + tx < x.shape[1]:
            tile[ty + k, tx] = x[row0 + ty + k, column0 + tx]
    cuda.syncthreads()
    for k in range(0, 32, 8):
        if column0 + ty + k < y.shape[0] and row0 + tx < y.shape[1]:
            y[column0 + ty + k, row0 + tx] = tile[tx, ty + k]


turned[:] = np.nan
transpose_padded[(3, 2), (32, 8)](crop, turned)
np.testing.assert_array_equal(turned, crop.T)
print("padded tile: the same answer; degree of the column read", degree(lane, 5, 33))

# %% [markdown] id="bank-alt"
# *In words: without padding 32 turns; every odd padding needs 1; paddings of 2, 4 and 8 need 2, 4 and 8.* The
# degree is the greatest common divisor of the pitch and 32, so any odd pitch will do. This is the second
# riddle: 51.3 becomes 99.5 GB/s.

# %% [markdown] id="scale"
# ## At scale: what waste costs
#
# A 16 384 × 16 384 matrix on an H100 (3.35 TB/s), by element size. A store that spreads over single sectors
# wastes more the smaller the elements are.

# %% id="scale-table"
side, bandwidth = 16_384, 3.35e12
rows = []
for name, size in (("float32", 4), ("bfloat16", 2), ("fp8", 1)):
    useful = 2 * side**2 * size  # read once, written once
    naive = side**2 * size + side**2 * 32  # a sector for each stored element
    rows.append((name, useful / 1e9, naive / useful, 1e3 * useful / bandwidth, 1e3 * naive / bandwidth))
table = pd.DataFrame(
    rows, columns=["element", "bytes wanted (GB)", "naive moves (×)", "tiled (ms)", "naive (ms)"]
)
display(table.round(2))
assert table["naive moves (×)"].round(1).tolist() == [4.5, 8.5, 16.5]
assert round(table["tiled (ms)"][0], 2) == 0.64 and round(table["naive (ms)"][0], 2) == 2.88

# %% [markdown] id="scale-text"
# In float32 the naive transpose loses 2.2 ms. In fp8 a quarter of the bytes is wanted, and the naive store
# moves the same sectors as before: 16.5 times too much. Smaller number formats pay only if the access is
# coalesced. These are bounds without a cache, from a data sheet; a cache of 50 MB may save part of the waste,
# never make it free.

# %% id="scale-gpu"
if HAS_GPU and torch.cuda.is_available():
    big = torch.rand(side, side, device="cuda")

    def milliseconds(work):
        work()
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        stop.record()
        torch.cuda.synchronize()
        return start.elapsed_time(stop)

    print(
        f"{torch.cuda.get_device_name()}: clone {milliseconds(big.clone):.2f} ms, "
        f"transpose {milliseconds(lambda: big.T.contiguous()):.2f} ms"
    )
else:
    print("no GPU here: the times above are bounds, not measurements")

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** `warp_sectors(start, stride, itemsize)`: sectors that a warp of 32 threads moves; thread $t$
# wants `itemsize` bytes at `start + t * stride * itemsize`. Item sizes are 1, 2, 4 or 8 and `start` is a
# multiple of the item size.


# %% id="exercise-sectors"
def warp_sectors(start, stride, itemsize):
    raise NotImplementedError  # your code


# %% id="check-sectors"
score = kit.Score(3)
for start, stride, itemsize in ((0, 1, 2), (16, 1, 4), (0, 5, 8)):
    with score.part(
        1, f"start {start}, stride {stride}, {itemsize} bytes", start=start, stride=stride, itemsize=itemsize
    ):
        right = sectors(start + itemsize * stride * np.arange(32))
        kit.equal(
            warp_sectors(start, stride, itemsize),
            right,
            known_wrong={
                "you divided the bytes by 32 and ignored where they begin": 32 * stride * itemsize // 32,
                "you took 4 bytes for every item": sectors(start + 4 * stride * np.arange(32)),
            },
        )
score.total()

# %% [markdown] id="exercise-planar-text"
# **2. Modify.** The layout `NHWC` keeps the channels of a pixel together; `NCHW` keeps planes. `planar_index(i,
# pixels, channels)` says where element `i` of an interleaved image of `pixels` pixels must go in the planar
# one. Works for an int and for an array `i`.


# %% id="exercise-planar"
def planar_index(i, pixels, channels):
    raise NotImplementedError  # your code


# %% id="check-planar"
score = kit.Score(2)
with score.part(1, "two pixels of three colours", i="0 to 5", pixels=2, channels=3):
    kit.equal(
        planar_index(np.arange(6), 2, 3),
        np.array([0, 2, 4, 1, 3, 5]),
        known_wrong={
            "this is the way back, from planar to interleaved": np.array([0, 3, 1, 4, 2, 5]),
            "you kept the order": np.arange(6),
        },
    )
with score.part(1, "the photograph", pixels=427 * 640, channels=3):
    place = planar_index(np.arange(photo.size), 427 * 640, 3)
    moved = np.empty(photo.size, dtype=np.float32)
    moved[place] = photo.ravel()
    kit.equal(moved.reshape(3, 427, 640), np.ascontiguousarray(photo.transpose(2, 0, 1)))
score.total()

# %% [markdown] id="exercise-pad-text"
# **3. Build.** `smallest_pad(width)`: the fewest columns to add to a shared tile with `width` words a row so
# that reading a **column** with 32 threads has degree 1. Use `degree`, or think about odd numbers.


# %% id="exercise-pad"
def smallest_pad(width):
    raise NotImplementedError  # your code


# %% id="check-pad"
score = kit.Score(3)
for width, right in ((32, 1), (48, 1), (65, 0)):
    with score.part(1, f"{width} words a row", width=width):
        kit.equal(
            smallest_pad(width),
            right,
            known_wrong={
                "an odd width needs no padding": 1,
                "without padding an even width conflicts": 0,
                "you rounded up to the next multiple of 32: that is the worst pitch": -width % 32,
            },
        )
score.total()

# %% [markdown] id="exercise-profile-text"
# **4. Transfer.** A profiler reports for a load instruction: `requests` (warps that executed it) and `sectors`
# (moved in all), and you know the bytes that each thread wants. `waste(requests, sectors, bytes_per_thread)`
# returns how many times the traffic exceeds the ideal. An ideal warp of 32 threads with 4 bytes moves 4
# sectors.


# %% id="exercise-profile"
def waste(requests, sectors, bytes_per_thread):
    raise NotImplementedError  # your code


# %% id="check-profile"
score = kit.Score(2)
for requests, moved_sectors, size, right in ((1000, 32_000, 4, 8.0), (500, 4_000, 8, 1.0)):
    with score.part(
        1, f"{size} bytes a thread", requests=requests, sectors=moved_sectors, bytes_per_thread=size
    ):
        kit.close(
            waste(requests, moved_sectors, size),
            right,
            rtol=1e-9,
            known_wrong={
                "that is sectors a request: divide by the ideal number": moved_sectors / requests,
                "that is the efficiency: its inverse is asked for": 1 / right if right != 1 else -1.0,
                "the ideal is not 4 sectors for every size": moved_sectors / requests / 4
                if size != 4
                else -1.0,
            },
        )
score.total()

# %% [markdown] id="summary"
# ## Summary
#
# - Memory moves 32-byte sectors; a warp pays for the different sectors it touches, at worst one for each
#   thread.
# - Efficiency = wanted bytes / (32 · sectors). Choose the layout by what is read together.
# - A transpose cannot be coalesced on both sides directly; a tile in shared memory makes it so: 4.5 × becomes
#   about 1.
# - Shared memory has banks instead of sectors: an odd pitch keeps columns free of conflict.
# - The count has no cache in it. It finds the waste; a measurement gives the time.
#
# Next: [Triton: programs and tiles](03-triton-programs-and-tiles.ipynb). The lab `first-kernels` asks for a
# transpose within 1.1 × of the ideal.
#
# | English | 中文 | meaning |
# |---|---|---|
# | warp | 线程束 | 32 threads that run one instruction together |
# | sector | 扇区 | 32 aligned bytes, the unit of memory traffic |
# | coalescing | 合并访存 | merging a warp's requests into sectors |
# | stride, pitch | 步长、行距 | distance between neighbours; between rows |
# | interleaved, planar | 交错存储、平面存储 | channels of a pixel together; each channel apart |
# | tile | 数据块 | the piece of a matrix that a block works on |
# | bank, bank conflict | 存储体、存储体冲突 | a 4-byte lane of shared memory; several words from one |
#
# **Sources**
#
# 1. M. Harris, *An Efficient Matrix Transpose in CUDA C/C++*, NVIDIA Technical Blog, 2013: all of it; the table
#    above.
# 2. NVIDIA, *CUDA C++ Best Practices Guide*, 2024: "Coalesced Access to Global Memory", "Shared Memory and
#    Memory Banks".
# 3. NVIDIA, *Nsight Compute Documentation: Kernel Profiling Guide*, 2024: "Memory Tables".
# 4. G. Ruetsch and P. Micikevicius, *Optimizing Matrix Transpose in CUDA*, NVIDIA, 2009: partition of the work
#    and padding.
