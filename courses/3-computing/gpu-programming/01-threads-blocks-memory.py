# %% [markdown] id="title"
# # Threads, blocks, memory
#
# **Promise.** After this lesson you can write a CUDA kernel that is right on any size, find a missing barrier,
# and say from a data sheet how many bytes a chip must have under way to be fast.
#
# **Time** 60 minutes · **Runs** on two CPU cores, no GPU, about 10 s · **Level** gpu-programming, basic
#
# You will be able to
#
# 1. compute the index of a thread and the number of blocks for any size, and guard the edge;
# 2. write a reduction in a block with shared memory and barriers;
# 3. find a data race with a checker instead of with luck;
# 4. compute how many threads hide the latency of memory, by Little's law.

# %% id="setup"
import os

# NVIDIA's driver makes this file; without it, numba runs CUDA kernels as ordinary Python threads (its simulator).
HAS_GPU = os.path.exists("/dev/nvidiactl")
os.environ["NUMBA_ENABLE_CUDASIM"] = "1"  # must stand before numba is imported

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from numba import cuda
from sklearn.datasets import load_sample_image

from graders import kit

# the colours of Okabe and Ito: safe for colour blindness
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"

# %% [markdown] id="ready"
# ## Before you start
#
# Two questions show whether you have what this lesson builds on. Each wrong answer names the lesson to read
# first.

# %% id="ready-index"
kit.checkpoint("ready-index")

# %% id="ready-bandwidth"
kit.checkpoint("ready-bandwidth")

# %% [markdown] id="question"
# ## Why does one chip keep a quarter of a million threads?
#
# These are published figures of one accelerator, NVIDIA's H100 SXM. The last two lines are measured: by the
# microbenchmarks of Luo and others, on the PCIe model of the same chip.

# %% id="question-table"
H100 = {
    "SMs (processors on the chip)": 132,
    "threads that one SM keeps": 2048,
    "FP32 units in one SM": 128,
    "FP32 operations, per second (a multiply-add counts as two)": 67e12,
    "memory bandwidth, bytes/s": 3.35e12,
    "latency of a load from memory, cycles": 478.8,
    "clock, cycles/s": 1.755e9,
}
SMS, THREADS_PER_SM, UNITS, FLOPS, BANDWIDTH, LATENCY_CYCLES, CLOCK = H100.values()
display(
    pd.DataFrame(
        {"H100 SXM": [f"{v:,.4g}" if v > 1e6 else f"{v:,}" for v in H100.values()]}, index=list(H100)
    )
)

resident = SMS * THREADS_PER_SM
n = 100_000_000  # two vectors of a hundred million float32 are added
seconds_memory = 3 * 4 * n / BANDWIDTH  # two loads and one store of 4 bytes each
seconds_arithmetic = n / (FLOPS / 2)  # a unit begins one addition a cycle, where it could do a multiply-add
print(f"threads on the chip at once      {resident:,}")
print(f"units that can add at once       {SMS * UNITS:,}")
print(f"c = a + b, moving the bytes      {1e6 * seconds_memory:6.1f} µs")
print(f"c = a + b, adding                {1e6 * seconds_arithmetic:6.1f} µs")
assert resident == 16 * SMS * UNITS == 270_336 and SMS * UNITS == 16_896
assert round(1e6 * seconds_memory) == 358 and round(1e6 * seconds_arithmetic, 1) == 3.0
assert round(seconds_memory / seconds_arithmetic) == 120

# %% [markdown] id="question-text"
# The adders need 3 µs of the 358 µs: they stand idle 119 parts of 120. Yet the chip keeps 270 336 threads at
# once, sixteen for each of its 16 896 adders. A CPU core keeps one or two. What are all these threads for?
#
# Commit to an answer. You will find it again at the end, with the calculation that decides it.

# %% id="why-threads"
kit.checkpoint("why-threads")

# %% [markdown] id="grid"
# ## The grid: who works on what
#
# A **kernel** 核函数 is a function that every thread runs. Threads come in **blocks** 线程块 of equal size; all
# blocks together are the **grid** 网格. A thread knows two numbers: which block it is in, and which thread of the
# block it is. From them it computes the element that it works on:
#
# $$ i = b \cdot B + t, \qquad \text{blocks} = \left\lceil \frac{n}{B} \right\rceil $$
#
# with $b$ the block (0 to blocks − 1), $t$ the thread within it (0 to $B-1$), $B$ the threads in a block, $n$
# the elements. All are counts without a unit. In CUDA: `blockIdx.x`, `threadIdx.x`, `blockDim.x`.
#
# By hand: ten elements in blocks of four.

# %% id="grid-toy"
elements, block_size = 10, 4
blocks = -(-elements // block_size)  # division rounded up
index = np.arange(blocks)[:, None] * block_size + np.arange(block_size)  # (blocks, threads)
display(
    pd.DataFrame(
        index, index=[f"block {b}" for b in range(blocks)], columns=[f"thread {t}" for t in range(4)]
    )
)
print("threads without an element:", index[index >= elements].tolist())
assert blocks == 3 and index.size == 12 and index[index >= elements].tolist() == [10, 11]

# %% [markdown] id="grid-text"
# Twelve threads for ten elements: threads 10 and 11 exist and must do nothing. Now a real size. The photograph
# that comes with scikit-learn has 427 × 640 pixels.

# %% id="idle-threads"
kit.checkpoint("idle-threads")

# %% id="idle-threads-result"
photo = load_sample_image("china.jpg")  # (427, 640, 3) bytes
pixels = photo.shape[0] * photo.shape[1]
photo_blocks = -(-pixels // 256)
idle = photo_blocks * 256 - pixels
print(f"{pixels:,} pixels, {photo_blocks:,} blocks, {idle} idle threads")
assert (pixels, photo_blocks, idle) == (273_280, 1_068, 128)
kit.recall("idle-threads")

# %% [markdown] id="scratch"
# ## From scratch: a GPU in five lines
#
# To the programmer, a launch without shared memory is two loops. The hardware promises nothing about their
# order; five lines of Python are a fair model of it, as long as the kernel does not lean on the order.


# %% id="scratch-code"
def launch(kernel, blocks, threads, *args):
    """Run ``kernel`` once for each thread of the grid, in some order."""
    for block in range(blocks):
        for thread in range(threads):
            kernel(block * threads + thread, *args)


def brighten(i, image, out, gain):  # image, out: (n,) float32
    if i < out.size:  # the guard: threads beyond the last element do nothing
        out[i] = min(255.0, gain * image[i])


toy = np.array([10, 100, 200, 30, 40, 50, 60, 70, 80, 90], dtype=np.float32)  # (10,)
toy_out = np.zeros_like(toy)
launch(brighten, 3, 4, toy, toy_out, 1.5)
print(toy_out)
assert toy_out[0] == 15 and toy_out[2] == 255  # by hand: 1.5 · 10, and 300 cut at 255

# %% [markdown] id="library"
# ## The same with CUDA
#
# `numba` compiles such Python to a real GPU. Here its simulator runs it, one Python thread for each GPU thread.
# The launch `kernel[blocks, threads](…)` is CUDA's `kernel<<<blocks, threads>>>(…)`.


# %% id="library-code"
@cuda.jit
def brighten_cuda(image, out, gain):
    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x  # numba also offers cuda.grid(1) for this line
    if i < out.size:
        out[i] = min(255.0, gain * image[i])


small = np.ascontiguousarray(photo[::6, ::6].mean(axis=2, dtype=np.float32)).ravel()  # (7704,) grey levels
out_scratch, out_cuda = np.zeros_like(small), np.zeros_like(small)
small_blocks = -(-small.size // 256)
launch(brighten, small_blocks, 256, small, out_scratch, 1.5)
brighten_cuda[small_blocks, 256](small, out_cuda, 1.5)
np.testing.assert_array_equal(out_cuda, out_scratch)
np.testing.assert_allclose(
    out_cuda, np.minimum(255, 1.5 * small), rtol=1e-6
)  # and numpy, without any threads
print(f"{small.size:,} pixels, {small_blocks} blocks of 256: simulator, own loop and numpy agree")
assert small.size == 7_704 and small_blocks == 31

# %% id="library-picture"
fig, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
for ax, data, title in zip(axes, (small, out_cuda), ("before", "after: gain 1.5, cut at 255")):
    shown = ax.imshow(data.reshape(72, 107), cmap="cividis", vmin=0, vmax=255)
    ax.set(title=title, xlabel="column (pixels)", ylabel="row (pixels)")
fig.colorbar(shown, ax=axes, label="grey level (0 to 255)")
plt.show()

# %% [markdown] id="library-alt"
# *In words: the photograph of a Chinese pavilion, every sixth pixel; on the right the sky has become uniformly
# white.*

# %% [markdown] id="guard"
# ### What the guard guards
#
# Suppose someone deletes `if i < out.size`. The photograph has 7 704 pixels and the grid 7 936 threads.

# %% id="no-guard"
kit.checkpoint("no-guard")


# %% id="no-guard-result"
@cuda.jit
def brighten_unguarded(image, out, gain):
    i = cuda.grid(1)
    out[i] = min(255.0, gain * image[i])


try:
    brighten_unguarded[small_blocks, 256](small, np.zeros_like(small), 1.5)
    raise AssertionError("the simulator must notice the access")
except IndexError as error:
    print("IndexError:", error)
print("threads past the end:", small_blocks * 256 - small.size)
assert small_blocks * 256 - small.size == 232
kit.recall("no-guard")

# %% [markdown] id="guard-text"
# The simulator stops and names the thread (`tid`) and the block (`ctaid`). A real GPU checks no index: 232
# values land in whatever lies behind the array, and often nothing seems wrong. On a machine with a GPU the tool
# is `compute-sanitizer --tool memcheck python program.py`, which prints the same two numbers.

# %% [markdown] id="blocks"
# ## Why blocks: memory that a block shares
#
# The threads of one block run on one SM and share a small fast memory in it: **shared memory** 共享内存. They can
# also wait for each other at a **barrier** 屏障 (`__syncthreads()`): nobody passes until all have arrived.
# Threads of different blocks can do neither.
#
# A sum shows both. In each step the lower half of the threads adds the value from the upper half. Eight values
# by hand:

# %% id="tree-toy"
values = [3, 1, 4, 1, 5, 9, 2, 6]
rows, step = [values[:]], 4
while step:
    values = [v + values[t + step] if t < step else v for t, v in enumerate(values)]
    rows.append(values)
    step //= 2
display(
    pd.DataFrame(
        rows, index=["loaded", "step 4", "step 2", "step 1"], columns=[f"thread {t}" for t in range(8)]
    )
)
assert rows[1][:4] == [8, 10, 6, 7] and rows[2][:2] == [14, 17] and rows[3][0] == 31 == sum(rows[0])

# %% [markdown] id="simt"
# Thread 0 ends with the sum 31, after $\log_2 8 = 3$ steps. To run this from scratch we need threads that can
# wait. A Python generator can: `yield` is the barrier. Between two barriers the scheduler runs the threads in
# **any** order that we choose, and the shared memory writes down who touched which cell.


# %% id="simt-code"
class Shared:
    """Shared memory of one block, with a ledger of its accesses since the last barrier."""

    def __init__(self, size):
        self.cells, self.thread, self.ledger, self.races = [0.0] * size, None, {}, set()

    def touch(self, cell, write):
        for other, wrote in self.ledger.setdefault(cell, []):
            if other != self.thread and (write or wrote):  # two threads, at least one of them writes
                self.races.add((cell, min(other, self.thread), max(other, self.thread)))
        self.ledger[cell].append((self.thread, write))

    def __getitem__(self, cell):
        self.touch(cell, write=False)
        return self.cells[cell]

    def __setitem__(self, cell, value):
        self.touch(cell, write=True)
        self.cells[cell] = value


def simt(kernel, blocks, threads, *args, descending=False):
    """Run a kernel whose threads wait at ``yield``. Returns the races (cell, thread, thread) of all blocks."""
    races = set()
    for block in range(blocks):
        shared = Shared(threads)
        live = [(t, kernel(block, t, threads, shared, *args)) for t in range(threads)]
        if descending:
            live.reverse()
        while live:  # one round of this loop is all that happens between two barriers
            waiting = []
            for shared.thread, run in live:
                if next(run, "done") is None:  # stopped at a barrier
                    waiting.append((shared.thread, run))
            live = waiting
            shared.ledger.clear()  # a barrier separates what came before from what comes after
        races |= shared.races
    return races


def block_sum(block, thread, threads, shared, x, out):  # x: (n,), out: (blocks,)
    i = block * threads + thread
    shared[thread] = x[i] if i < len(x) else 0.0  # a thread without an element adds nothing
    yield
    step = threads // 2
    while step:
        if thread < step:
            shared[thread] = shared[thread] + shared[thread + step]
        yield
        step //= 2
    if thread == 0:
        out[block] = shared[0]


toy_sum = [0.0]
assert simt(block_sum, 1, 8, [3, 1, 4, 1, 5, 9, 2, 6], toy_sum) == set() and toy_sum == [31]
print("the hand-made 31 again:", toy_sum[0], "and no race")

# %% [markdown] id="sum-library"
# The same in CUDA. `cuda.shared.array` makes the shared memory, `cuda.syncthreads()` is the barrier. (In
# numba's simulator two shared arrays made on one source line become one array: give each its own line.) The row
# is row 36 of the small photograph, 107 pixels, in two blocks of 64.


# %% id="sum-library-code"
@cuda.jit
def block_sum_cuda(x, out):
    shared = cuda.shared.array(64, np.float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    shared[thread] = x[i] if i < x.size else 0
    cuda.syncthreads()
    step = 32
    while step:
        if thread < step:
            shared[thread] += shared[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == 0:
        out[cuda.blockIdx.x] = shared[0]


row = small.reshape(72, 107)[36].copy()  # (107,)
sums_cuda, sums_scratch = np.zeros(2, dtype=np.float32), [0.0, 0.0]
block_sum_cuda[2, 64](row, sums_cuda)
races = simt(block_sum, 2, 64, row, sums_scratch)
np.testing.assert_allclose(sums_cuda, sums_scratch, rtol=1e-6)
np.testing.assert_allclose(sums_cuda.sum(), row.sum(dtype=np.float64), rtol=1e-6)
print(
    f"mean grey level of the row: {sums_cuda.sum() / row.size:.2f}; numpy: {row.mean():.2f}; races: {len(races)}"
)
assert not races

# %% [markdown] id="failure"
# ## How it goes wrong: a barrier too few
#
# "The barrier in the loop costs time, and the threads that matter are all in one half." So someone deletes it.
# The test ran and the sum was right.


# %% id="failure-code"
def block_sum_racy(block, thread, threads, shared, x, out):
    i = block * threads + thread
    shared[thread] = x[i] if i < len(x) else 0.0
    yield
    step = threads // 2
    while step:
        if thread < step:
            shared[thread] = shared[thread] + shared[thread + step]
        step //= 2  # the barrier that stood here is gone
    if thread == 0:
        out[block] = shared[0]


tested = [0.0]
simt(block_sum_racy, 1, 8, [3, 1, 4, 1, 5, 9, 2, 6], tested, descending=True)
print("sum in the test:", tested[0])
assert tested[0] == 31

# %% [markdown] id="failure-question"
# In that test the threads happened to run in the order 7, 6, …, 0.

# %% id="racy-order"
kit.checkpoint("racy-order")

# %% id="racy-order-result"
again = [0.0]
found = simt(block_sum_racy, 1, 8, [3, 1, 4, 1, 5, 9, 2, 6], again, descending=False)
found_descending = simt(block_sum_racy, 1, 8, [3, 1, 4, 1, 5, 9, 2, 6], [0.0], descending=True)
print("sum in ascending order:", again[0])
print("ledger, ascending order :", sorted(found))
print("ledger, descending order:", sorted(found_descending))
assert again[0] == 13 and found == found_descending and len(found) == 3
kit.recall("racy-order")

# %% [markdown] id="failure-text"
# Ascending, thread 0 runs all its steps first: it adds 5, then 4, then 1, from cells to which threads 2 and 1
# have not yet added theirs. The sum is 13. The **ledger** finds the fault in both orders, also in the one with
# the right answer: cell 1 was written by thread 1 and read by thread 0 with no barrier between. That is the
# definition of a **data race** 数据竞争, and no number of passing tests replaces it. On a real GPU the tool is
# `compute-sanitizer --tool racecheck`. The mend is the barrier: with it, the ledger is empty.

# %% id="failure-mended"
for descending in (False, True):
    mended = [0.0]
    assert simt(block_sum, 1, 8, [3, 1, 4, 1, 5, 9, 2, 6], mended, descending=descending) == set()
    assert mended[0] == 31
print("with the barrier: 31 in both orders, no race")

# %% [markdown] id="little"
# ## Back to the question: bytes under way
#
# A load takes 478.8 cycles. A thread that needs its value waits that long. Meanwhile the memory can deliver to
# others, if others have asked. **Little's law** says how much must be under way at any moment to keep a pipe
# full:
#
# $$ \underbrace{L}_{\text{bytes under way}} = \underbrace{\beta}_{\text{bytes/s}} \cdot \underbrace{\tau}_{\text{s}},
# \qquad \tau = \frac{\text{cycles}}{\text{clock}} $$

# %% id="in-flight"
kit.checkpoint("in-flight")

# %% id="in-flight-result"
latency = LATENCY_CYCLES / CLOCK  # s
under_way = BANDWIDTH * latency  # bytes
threads_needed = under_way / SMS / 4  # threads of one SM, each waiting for one float32
print(
    f"latency {1e9 * latency:.0f} ns; under way {under_way / 1e3:.0f} kB, {under_way / SMS / 1e3:.1f} kB in each SM"
)
print(f"threads of one SM that wait for 4 bytes each: {threads_needed:.0f} of {THREADS_PER_SM}")
assert round(1e9 * latency) == 273 and round(under_way / 1e3) == 914 and round(threads_needed) == 1731
display(kit.recall("in-flight"))
kit.recall("why-threads")

# %% [markdown] id="little-text"
# So the threads are there to **wait**. With one 4-byte load each, 1 731 of the 2 048 threads of an SM must be
# waiting at every moment, or the memory idles. The chip was built with that many because the law asks for that
# many. A CPU hides latency with caches and by guessing ahead for one thread; a GPU hides it with other threads.
#
# Two things spend this reserve. **Registers** 寄存器: an SM has 65 536 of them, shared by its threads, so a greedy
# kernel keeps fewer threads. **Bytes a load**: a thread that asks for 16 bytes at once does the work of four.
# Turn both.


# %% id="knob"
def resident_threads(registers):
    """Threads of one SM for a number of registers a thread (whole warps of 32, at most 2048)."""
    return np.minimum(THREADS_PER_SM, 65_536 // (32 * registers) * 32)


def reached(threads, bytes_per_thread):
    """Share of the memory's bandwidth that these threads can ask for (0 to 1)."""
    return np.minimum(1.0, SMS * threads * bytes_per_thread / latency / BANDWIDTH)


def show_bandwidth(registers=32, load_bytes=4):
    threads = np.arange(0, THREADS_PER_SM + 1, 32)
    here = resident_threads(registers)
    fig, ax = plt.subplots(figsize=(8, 3.6), layout="constrained")
    for size, colour, style in ((4, BLUE, "-"), (8, GREEN, "--"), (16, ORANGE, "-.")):
        ax.plot(threads, 3.35 * reached(threads, size), style, color=colour, label=f"{size} bytes a thread")
    ax.plot(here, 3.35 * reached(here, load_bytes), "ko", ms=9, label="your kernel")
    ax.axvline(here, color=GREY, lw=1)
    ax.set(
        title=f"{registers} registers: {here} threads in an SM reach {reached(here, load_bytes):.0%} of the bandwidth",
        xlabel="threads waiting in one SM",
        ylabel="memory bandwidth (TB/s)",
        ylim=(0, 3.7),
    )
    ax.legend(loc="lower right")
    plt.show()


show_bandwidth(registers=96, load_bytes=4)

# %% [markdown] id="knob-text"
# *In words: three lines, one for each size of load, rise straight from zero and bend to a flat top at 3.35 TB/s, the
# earlier the larger the load. The black dot, 672 threads, lies on the lowest line at 39 % of that height.*
#
# The same picture with the two knobs. Find a second way to full bandwidth for a kernel with 96 registers, and
# the number of registers at which even 16 bytes a load are not enough.

# %% id="knob-turn"
widgets.interact(
    show_bandwidth,
    registers=widgets.IntSlider(value=96, min=16, max=255, step=1, description="registers"),
    load_bytes=widgets.SelectionSlider(value=4, options=[4, 8, 16], description="bytes/load"),
)
for registers in (32, 64, 96, 255):
    t = int(resident_threads(registers))
    print(
        f"{registers:3d} registers: {t:4d} threads, {reached(t, 4):5.0%} with 4 bytes, {reached(t, 16):5.0%} with 16"
    )
assert [int(reached(resident_threads(r), 16)) for r in (146, 147)] == [1, 0]  # the answer to the knob
assert resident_threads(96) == 672 and round(100 * reached(672, 4)) == 39 and reached(672, 16) == 1.0

# %% [markdown] id="knob-alt"
# *In words: bandwidth rises in a straight line with the waiting threads and then stays flat at 3.35 TB/s; with
# 4 bytes a thread the bend is at 1 731 threads, with 16 bytes at 433.* A kernel with 96 registers keeps 672
# threads and reaches 39 % with 4-byte loads, and all of it with 16-byte loads. "Full occupancy" is thus one way
# to be fast, not the only one (Volkov 2010).

# %% [markdown] id="scale"
# ## At scale: waves of blocks
#
# A block of 256 threads fits eight times in an SM, so the chip runs 1 056 blocks at once: a **wave** 波次. The
# photograph needs 1 068 blocks.

# %% id="waves"
kit.checkpoint("waves")

# %% id="waves-result"
wave = SMS * (THREADS_PER_SM // 256)
rows = []
for name, count in (("photograph, 427 × 640", pixels), ("16 photographs", 16 * pixels), ("10⁸ elements", n)):
    needed = -(-count // 256)
    waves = -(-needed // wave)
    rows.append(
        (name, f"{needed:,}", waves, f"{needed / (waves * wave):.1%}", f"{1e6 * 8 * count / BANDWIDTH:,.2f}")
    )
display(
    pd.DataFrame(
        rows, columns=["work", "blocks of 256", "waves", "places used", "µs at full bandwidth (8 B each)"]
    )
)
assert (
    wave == 1_056
    and rows[0][2] == 2
    and rows[0][3] == "50.6%"
    and rows[2][2] == 370
    and rows[2][3] == "100.0%"
)
assert -(-n // 256) == 390_625 and rows[0][4] == "0.65"
kit.recall("waves")

# %% [markdown] id="scale-text"
# Twelve blocks too many cost a second wave: 50.6 % of the places are used. At a hundred million elements 370
# waves leave no such gap. One photograph is anyway 0.65 µs of memory time, while starting a kernel takes some
# microseconds: small work is batched, or fused into the kernel before it. Two honest limits: blocks of a wave
# do not march in step, so the count of waves is an upper bound of the loss; and the latency above was measured
# on an idle memory, a loaded one is slower.

# %% id="scale-gpu"
if HAS_GPU:  # measured where there is something to measure
    import torch

    a, b = (torch.rand(n, device="cuda") for _ in range(2))
    torch.add(a, b)
    start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    torch.add(a, b)
    stop.record()
    torch.cuda.synchronize()
    ms = start.elapsed_time(stop)
    print(f"{torch.cuda.get_device_name()}: a + b of 10⁸ in {ms:.3f} ms, {12e-9 * n / ms:.2f} TB/s")
else:
    print("no GPU here: the times above are bounds from the data sheet, not measurements")

# %% [markdown] id="practise"
# ## Practise
#
# Each exercise has a check that says what is wrong. An untouched exercise scores 0 and stops nothing.
#
# **1. Recall.** `cover(n, threads)` returns the number of blocks and the number of idle threads.


# %% id="exercise-cover"
def cover(n, threads):
    """Blocks of ``threads`` threads for ``n`` elements, and the threads left over: (blocks, idle)."""
    raise NotImplementedError  # your code


# %% id="check-cover"
score = kit.Score(2)
with score.part(1, "a size that does not divide", n=1000, threads=256):
    kit.equal(
        cover(1000, 256),
        (4, 24),
        known_wrong={
            "you rounded down: the last 232 elements get no thread": (3, -232),
            "you counted the elements of the last block, not its idle threads": (4, 232),
        },
    )
with score.part(1, "a size that divides", n=512, threads=256):
    kit.equal(
        cover(512, 256), (2, 0), known_wrong={"n // threads + 1 adds an empty block when n divides": (3, 256)}
    )
score.total()

# %% [markdown] id="exercise-mirror-text"
# **2. Modify.** A kernel for `launch` that mirrors an image left to right. Thread $i$ writes `out[i]`; the
# image lies row by row, `width` pixels a row. Two lines, and the guard.


# %% id="exercise-mirror"
def mirror(i, image, out, width):  # image, out: (rows * width,)
    raise NotImplementedError  # your code


# %% id="check-mirror"
score = kit.Score(2)
picture = np.arange(1, 7, dtype=np.float32)  # two rows of three: 1 2 3 / 4 5 6
result = np.zeros(6, dtype=np.float32)
with score.part(2, "two rows of three, in blocks of four", image=picture, width=3):
    launch(mirror, 2, 4, picture, result, 3)
    kit.equal(
        result,
        np.array([3, 2, 1, 6, 5, 4], dtype=np.float32),
        known_wrong={
            "nothing was written": np.zeros(6, dtype=np.float32),
            "you reversed the whole image: each row must stay in its place": np.array(
                [6, 5, 4, 3, 2, 1], np.float32
            ),
            "you copied: the column must become width - 1 - column": picture,
        },
    )
score.total()

# %% [markdown] id="exercise-max-text"
# **3. Build.** A block **maximum** for `simt`, right also when all values are negative and the last block is
# not full. Model: `block_sum`. The check runs both orders and reads the ledger.


# %% id="exercise-max"
def block_max(block, thread, threads, shared, x, out):
    raise NotImplementedError  # your code
    yield  # a barrier


# %% id="check-max"
score = kit.Score(3)
cold = [-5.0, -3.0, -8.0, -2.0, -9.0]  # five values, one block of eight
for order in ("ascending", "descending"):
    with score.part(1, f"maximum of five negative values, threads in {order} order", x=cold):
        answer = [None]
        simt(block_max, 1, 8, cold, answer, descending=order == "descending")
        kit.equal(
            answer[0],
            -2.0,
            known_wrong={
                "nothing was written: thread 0 must store its cell": None,
                "an empty thread put in 0: what never wins a maximum is minus infinity": 0.0,
                "only the first value came through: is there a loop over step?": -5.0,
            },
        )
with score.part(1, "no race in a kernel that gives the maximum", x=cold):
    answer = [None]
    found = simt(block_max, 1, 8, cold, answer)
    kit.require(answer[0] == -2.0, "the maximum is not right yet: mend that first")
    kit.require(
        not found,
        f"two threads meet in a cell with no barrier between: (cell, thread, thread) {sorted(found)[:3]}",
    )
score.total()

# %% [markdown] id="exercise-plan-text"
# **4. Transfer.** Another accelerator: 108 SMs, 2.039 TB/s, 466.3 cycles at 1.41 GHz (an A100 with 80 GB,
# latency again from Luo and others). `waiting_threads(bytes_per_thread)` returns how many threads **of one SM**
# must wait at any moment for full bandwidth, as a float.


# %% id="exercise-plan"
def waiting_threads(bytes_per_thread):
    raise NotImplementedError  # your code


# %% id="check-plan"
score = kit.Score(2)
need = 2.039e12 * 466.3 / 1.41e9 / 108  # bytes in one SM
for size in (4, 16):
    with score.part(1, f"{size} bytes a thread", bytes_per_thread=size):
        kit.close(
            waiting_threads(size),
            need / size,
            rtol=1e-3,
            known_wrong={
                "that is bytes: divide by the bytes of one thread": need,
                "that is the whole chip: divide by its SMs": 108 * need / size,
                "you used the H100's figures": under_way / SMS / size,
            },
        )
score.total()

# %% [markdown] id="summary"
# ## Summary
#
# - A thread computes its element from block and thread; round the blocks **up** and guard the edge.
# - Threads of a block share memory and wait at barriers; nothing else orders them.
# - A race can give the right answer. Look for it with a ledger (racecheck), not with a test.
# - Bytes under way = bandwidth × latency: 914 kB on an H100. The threads are there to wait.
# - More bytes a load or more threads: either fills the pipe; registers decide how many threads there are.
#
# Next: [Coalescing and shared memory](02-coalescing-and-shared-memory.ipynb). The lab of this course is
# `first-kernels`.
#
# | English | 中文 | meaning |
# |---|---|---|
# | kernel | 核函数 | the function that every thread runs |
# | grid, block, thread | 网格、线程块、线程 | all blocks; threads on one SM; one worker |
# | SM (streaming multiprocessor) | 流式多处理器 | a processor of the GPU, with its own shared memory |
# | shared memory | 共享内存 | fast memory of one block |
# | barrier | 屏障 | nobody passes before all arrive |
# | data race | 数据竞争 | two threads, one cell, a write, no barrier between |
# | latency, bandwidth | 延迟、带宽 | seconds for one access; bytes a second for many |
# | occupancy | 占用率 | threads kept, as a share of the most that fit |
# | wave | 波次 | the blocks that fit on the chip at once |
#
# **Sources**
#
# 1. NVIDIA, *CUDA C++ Programming Guide*, 2024: "Programming Model" (grid, blocks), "Synchronization
#    Functions".
# 2. NVIDIA, *NVIDIA H100 Tensor Core GPU Architecture* (white paper), 2022: the table of the SXM5 model.
# 3. W. Luo and others, *Benchmarking and Dissecting the Nvidia Hopper GPU Architecture*, arXiv:2402.13499,
#    2024: memory latency.
# 4. V. Volkov, *Better Performance at Lower Occupancy*, GTC 2010: bytes under way instead of threads.
# 5. J. D. C. Little, *A Proof for the Queuing Formula L = λW*, Operations Research 9(3), 1961.
