# %% [markdown] id="title"
# # Floating point from fp32 to fp8
#
# **You will be able to** say what happens to a number when it is stored in 32, 16 or 8 bits, and predict when a
# calculation in few bits goes wrong. **60 minutes.**
#
# At the end you can
#
# 1. take a floating-point number apart into sign, exponent and fraction, and put it together again;
# 2. state range and spacing of fp32, fp16, bf16 and the two fp8 formats from their bits;
# 3. bound the relative error of rounding, and check the bound on the weights of a real model;
# 4. find and mend a sum that stands still.

# %% [markdown] id="before"
# ## Before you start
#
# You read Python with loops and functions (course *Python from the first line*), and powers of two: $2^{10} = 1024$, $2^{-1} = 0.5$,
# and $2^a \cdot 2^b = 2^{a+b}$. Test yourself: what is $2^{-3} \cdot 2^{5}$? (4.) If that took long, spend twenty minutes with the course *Basic mathematics* first.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

from graders import kit

# %% [markdown] id="question"
# ## A question first
#
# A team trains a language model. The dashboard counts the tokens that went in: it adds 1 for each, in fp32, because everything on the
# accelerator is fp32. It worked for a day. Then the counter stood still, while training went on. We repeat it here, from 16 777 210 on.

# %% id="counter"
counter = np.float32(16_777_210)
shown = []
for token in range(12):
    counter = counter + np.float32(1)
    shown.append(int(counter))
print(shown)

# %% [markdown] id="question-asked"
# Nothing overflowed, no error was raised: fp32 goes up to $3.4 \cdot 10^{38}$. Adding 1 simply has no effect any more.
#
# > **The question.** Why does it stop exactly there, and at which count would it have stopped in bf16, the format in which most models are
# > trained today? Commit to a guess.

# %% id="checkpoint-counter"
kit.checkpoint("bf16-counter")

# %% [markdown] id="idea"
# ## The idea: a number with a sliding point
#
# A floating-point number is written like $-1.101_2 \cdot 2^{3}$ (the small 2 says that the digits count halves, quarters, eighths: $1.101_2 = 1 + \frac12 + \frac18 = 1.625$, so this is $-13$): a **sign**, a **fraction** of fixed length behind the point, and an **exponent** that slides the point. With sign bit
# $s$, exponent bits that read as the whole number $e$, a bias $b = 2^{k-1} - 1$ for $k$ exponent bits, and $m$ fraction bits that read as the whole number $f$:
#
# $$x = (-1)^s \cdot 2^{\,e - b} \cdot \left(1 + \frac{f}{2^m}\right) \qquad (e \ge 1)$$
#
# For $e = 0$ the leading 1 is dropped, so that zero exists: $x = (-1)^s \cdot 2^{1-b} \cdot \frac{f}{2^m}$ (*subnormal* numbers).
#
# A toy that one can write down completely: $k = 2$ exponent bits ($b = 1$), $m = 1$ fraction bit. By hand: $e=0$: 0, 0.5. $e=1$: 1, 1.5. $e=2$: 2, 3. $e=3$: 4, 6.

# %% id="decode"
def decode(bits, exponent_bits, fraction_bits):
    """Return the number that a bit pattern stands for (no infinities or NaN: every pattern is a number)."""
    fraction = bits & (2**fraction_bits - 1)  # `&` keeps the lowest bits, `>>` drops them
    exponent = (bits >> fraction_bits) & (2**exponent_bits - 1)
    sign = bits >> (fraction_bits + exponent_bits)
    bias = 2 ** (exponent_bits - 1) - 1
    if exponent == 0:
        size = 2.0 ** (1 - bias) * fraction / 2**fraction_bits
    else:
        size = 2.0 ** (exponent - bias) * (1 + fraction / 2**fraction_bits)
    return -size if sign else size


toy = [decode(bits, 2, 1) for bits in range(8)]
print(toy)
assert toy == [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]

# %% [markdown] id="toy-read"
# Look at the gaps: 0.5 up to 2, then 1, then 2. **Each time the exponent grows by one, the gap doubles.** Near zero the numbers are dense, far out they are
# rare. Could this toy count? 1, 2, 3, 4, and then 5 is not there.
#
# The library knows such formats. `torch.float8_e4m3fn` has 4 exponent bits and 3 fraction bits. We decode all its bit patterns with our function and let PyTorch do it too. (PyTorch's arrays are called *tensors*; they work much like NumPy's. `dtype` names the format of their numbers, `.to(dtype)` rounds to it.)

# %% id="decode-check"
patterns = torch.arange(256, dtype=torch.uint8)  # (256,) every pattern of 8 bits
library = patterns.view(torch.float8_e4m3fn).float()  # (256,)
ours = torch.tensor([decode(int(b), 4, 3) for b in patterns])
number = ~library.isnan()  # two patterns stand for NaN ("not a number")
assert int((~number).sum()) == 2 and torch.equal(library[number], ours[number])
print(f"{int(number.sum())} of 256 patterns agree; the largest is {library[number].max():.0f}")

# %% [markdown] id="ask-largest"
# Before you go on: with $k = 4$ and $m = 3$, what is the next number above 448 that the *rule* would give, if the pattern were not taken for NaN?

# %% id="checkpoint-next"
kit.checkpoint("after-448")

# %% id="recall-next"
print(decode(0b0_1111_110, 4, 3), decode(0b0_1111_111, 4, 3))
assert (decode(0b0_1111_110, 4, 3), decode(0b0_1111_111, 4, 3)) == (448.0, 480.0)
kit.recall("after-448")

# %% [markdown] id="spacing"
# ## Range and spacing, from the bits
#
# Between $2^j$ and $2^{j+1}$ there are $2^m$ equally spaced numbers, so the gap there is
#
# $$\text{gap} = 2^{\,j-m}, \qquad \varepsilon = 2^{-m} \text{ is the gap just above 1.}$$
#
# Rounding to the nearest is off by at most half a gap, and $|x| \ge 2^j$. So the **relative** error of a rounded number is at most
#
# $$\frac{|\,\text{rounded}(x) - x\,|}{|x|} \le \frac{\varepsilon}{2},$$
#
# for every $x$ between the smallest normal number and the largest. This one line is what all error analysis stands on (Goldberg, 1991; Higham, 2002, theorem 2.2).

# %% id="formats"
formats = {  # name: (exponent bits, fraction bits, torch's name)
    "fp32": (8, 23, torch.float32),
    "fp16": (5, 10, torch.float16),
    "bf16": (8, 7, torch.bfloat16),
    "fp8 e4m3": (4, 3, torch.float8_e4m3fn),
    "fp8 e5m2": (5, 2, torch.float8_e5m2),
}
rows = {}
for name, (k, m, dtype) in formats.items():
    bias = 2 ** (k - 1) - 1
    info = torch.finfo(dtype)
    assert info.eps == 2.0**-m and info.smallest_normal == 2.0 ** (1 - bias)  # the formulas and the library agree
    rows[name] = (1 + k + m, k, m, info.max, info.smallest_normal, info.eps, 2 ** (m + 1))
table = pd.DataFrame(rows, index=["bits", "exponent", "fraction", "largest", "smallest normal", "gap above 1", "counts up to"]).T
table.style.format("{:.4g}")

# %% [markdown] id="formats-read"
# fp16 and bf16 both have 16 bits. fp16 spends them on the fraction: eight times finer, but it ends at 65 504. bf16 keeps fp32's exponent and so practically its range, and it
# has three decimal digits at most.
#
# The last column answers the question. A whole number needs a gap of at most 1. Gaps are at most 1 up to $2^{m+1}$, and just above it they are 2: adding 1 falls halfway between two numbers and is rounded back to
# the even one.

# %% id="counter-explained"
for name, (k, m, dtype) in formats.items():
    limit = torch.tensor(2.0 ** (m + 1), dtype=torch.float32)
    if limit < torch.finfo(dtype).max:
        one_more = (limit + 1).to(dtype).float()
        print(f"{name:9} {limit:>10.0f} + 1 = {one_more:.0f}")
        assert one_more == limit
assert 2**24 == 16_777_216 == shown[-1]
kit.recall("bf16-counter")

# %% [markdown] id="real"
# ## What it does to real numbers: the weights of a model
#
# Are such formats good enough to store a model? We take a layer of a real one (SmolLM2-135M, Hugging Face, Apache-2.0), 3.5 million weights, round each to the nearest number of each format, and
# look at the error.

# %% id="weights"
model = kit.small_model(layers=1)
weights = torch.cat([p.detach().flatten() for n, p in model.named_parameters() if "layers" in n and p.dim() == 2])
weights = weights[weights != 0]
print(f"{weights.numel():,} weights, half of them smaller than {weights.abs().median():.3f}, the largest {weights.abs().max():.2f}")
assert 3_500_000 < weights.numel() < 3_600_000


def relative_errors(x, dtype):
    """Return |rounded - x| / |x| for each number."""
    return ((x.to(dtype).float() - x) / x).abs()


errors = {name: relative_errors(weights, dtype) for name, (_, _, dtype) in formats.items()}

# %% [markdown] id="ask-error"
# The bound says: at most half of `gap above 1`. For e4m3 that is 1/16, about 6 %. How large do you expect the **typical** (median) error to be?

# %% id="checkpoint-median"
kit.checkpoint("median-error")

# %% id="errors-figure"
figure, axes = plt.subplots(figsize=(7.5, 3.4))
for (name, e), color in zip(list(errors.items())[2:], ["#0072B2", "#E69F00", "#D55E00"]):
    visible = e[e > 0]
    axes.hist(np.log10(visible.numpy()), bins=120, histtype="step", color=color, label=f"{name}, bound {table.loc[name, 'gap above 1'] / 2:.2g}")
    axes.axvline(math.log10(table.loc[name, "gap above 1"] / 2), color=color, linestyle=":")
axes.set(xlabel="relative error (power of ten)", ylabel="weights", title="Rounding the weights of a real layer: errors end at half a gap (dotted)")
axes.legend(fontsize=8, loc="upper left")
plt.show()
medians = {name: float(e.median()) for name, e in errors.items()}
print({name: f"{value:.2g}" for name, value in medians.items()})

# %% [markdown] id="errors-words"
# *In words: three hills from left to right, bf16, e4m3, e5m2; each ends at its dotted line, except for e4m3, whose right end has a tail beyond it.* (fp16 is left out: these
# weights were handed out in blocks of 8-bit whole numbers with an fp16 scale, so that more than half of them fit into fp16 without any error.)

# %% id="errors-assert"
normal = weights.abs() >= torch.finfo(torch.float8_e4m3fn).smallest_normal
assert errors["bf16"].max() <= 2**-8 and errors["fp8 e4m3"][normal].max() <= 2**-4
assert errors["fp8 e4m3"].max() > 2**-4  # the tail: weights below the smallest normal number
assert 0.02 < medians["fp8 e4m3"] < 0.03 and medians["fp16"] == 0
kit.recall("median-error")

# %% [markdown] id="errors-read"
# The bound holds for every weight inside the format's normal range. The tail of e4m3 is made of weights *below* it: the smallest normal number is 1/64, and every tenth weight is smaller. There
# the gap does not shrink any more, so the relative error grows up to 100 %. Practice therefore multiplies each block of weights with a **scale** before rounding, so that the block fills the range.

# %% id="scaled"
share_below = float((~normal).float().mean())
scale = 448 / weights.abs().max()
scaled = ((weights * scale).to(torch.float8_e4m3fn).float() / scale - weights).abs() / weights.abs()
print(f"below 1/64: {share_below:.1%}; errors above the bound: {float((errors['fp8 e4m3'] > 2**-4).float().mean()):.2%} unscaled, {float((scaled > 2**-4).float().mean()):.3%} scaled")
assert 0.05 < share_below < 0.15 and (scaled > 2**-4).sum() < 0.02 * (errors["fp8 e4m3"] > 2**-4).sum()

# %% [markdown] id="knob"
# ## Turn a knob
#
# You have eight bits, one of them for the sign. How many for the exponent? Each step moves one bit from the fraction to the exponent. Watch the number line and the error of the real weights: where is the best split
# **without** a scale, and what changes with one?

# %% id="widget"
from ipywidgets import Checkbox, IntSlider, interact

sample = weights[:: max(1, weights.numel() // 20_000)].numpy()  # about 20 000 weights, evenly taken


def round_to_split(exponent_bits, with_scale):
    """Return all numbers of an 8-bit format in the units of the weights, and the error of the sample."""
    numbers = np.array(sorted({decode(b, exponent_bits, 7 - exponent_bits) for b in range(256)}))
    factor = numbers.max() / np.abs(sample).max() if with_scale else 1.0
    x = np.clip(sample * factor, numbers.min(), numbers.max())
    right = np.clip(np.searchsorted(numbers, x), 1, len(numbers) - 1)
    nearest = np.where(x - numbers[right - 1] < numbers[right] - x, numbers[right - 1], numbers[right])
    error = float(np.sqrt(np.mean((nearest / factor - sample) ** 2) / np.mean(sample**2)))
    return numbers / factor, error


def show_split(exponent_bits=4, with_scale=False):
    """Draw the numbers that exist, the sample, and its error."""
    numbers, error = round_to_split(exponent_bits, with_scale)
    figure, axes = plt.subplots(figsize=(7.5, 1.9))
    counts, edges = np.histogram(sample, bins=100, range=(-1, 1))
    axes.bar(edges[:-1], 0.45 * counts / counts.max(), width=0.02, align="edge", color="#E69F00", alpha=0.7)
    axes.plot(numbers, np.zeros_like(numbers), "|", markersize=18, color="#0072B2")
    axes.set(xlim=(-1, 1), ylim=(-0.15, 0.5), yticks=[], xlabel="value")
    axes.set_title(f"{exponent_bits} exponent bits, {7 - exponent_bits} fraction bits: the weights are off by {error:.2%} in all")
    plt.show()


show_split()

# %% [markdown] id="knob-words"
# *In words, unturned: blue marks, the numbers that exist, crowd around zero where the orange hill of weights stands, and thin out towards ±1. The error is between two and three per cent.*
#
# The same picture with its two knobs, and under it the answer in numbers. Look for it yourself before you read them.

# %% id="knob-turn"
interact(show_split, exponent_bits=IntSlider(min=1, max=6, value=4, description="exponent bits"), with_scale=Checkbox(value=False, description="scale the block"))
by_split = {bits: round_to_split(bits, with_scale=False)[1] for bits in range(1, 7)}
by_split_scaled = {bits: round_to_split(bits, with_scale=True)[1] for bits in range(1, 7)}
pd.DataFrame({"without a scale": by_split, "with one": by_split_scaled}).rename_axis("exponent bits").style.format("{:.2%}")

# %% id="knob-assert"
best, best_scaled = min(by_split, key=by_split.get), min(by_split_scaled, key=by_split_scaled.get)
print("best without a scale:", best, "exponent bits; with one:", best_scaled)
assert 0.02 < by_split[4] < 0.03 and by_split[6] > 3 * by_split[4]
assert best == best_scaled == 3 and by_split_scaled[3] < 0.6 * by_split[3] and abs(by_split_scaled[4] - by_split[4]) < 0.001

# %% [markdown] id="knob-read"
# Three exponent bits are best here, with a scale or without. The scale nearly halves their error: most weights lay in the coarse range next to zero, and it lifts them out. With four exponent bits the range was wide enough, and the scale changes nothing in the sum of all errors.

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# Every normalisation layer of a model needs the mean of many squares. A program adds the squares of weights for it. In fp16, to be fast:

# %% id="naive-mean"
squares = (weights[:100_000] ** 2).to(torch.float16)  # (100000,)
total = torch.tensor(0.0, dtype=torch.float16)
path = []
for i, value in enumerate(squares.tolist()):
    total = total + torch.tensor(value, dtype=torch.float16)
    if i % 1000 == 0:
        path.append(float(total))
true_total = float((weights[:100_000].double() ** 2).sum())
print(f"in fp16: {float(total):.1f}   in float64: {true_total:.1f}")

# %% [markdown] id="naive-read"
# No overflow, no warning, and far too small. The tool to find it: **compute the same in float64 beside it, and plot both** while they grow.

# %% id="naive-figure"
exact = np.cumsum(weights[:100_000].double().numpy() ** 2)[::1000]
figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(np.arange(len(path)) * 1000, exact, color="#009E73", label="float64")
axes.plot(np.arange(len(path)) * 1000, path, color="#D55E00", label="fp16, one after the other")
axes.set(xlabel="weights added", ylabel="sum of squares", title="A sum that slows down and stands still")
axes.legend()
plt.show()

# %% [markdown] id="naive-words"
# *In words: the green line rises steadily; the orange one follows it at first, bends, and lies almost flat long before the end.*
#
# It is the counter again: as soon as a square is smaller than half the gap of the sum, adding it changes nothing. **Mended** by keeping the *sum* in fp32 while the numbers stay in fp16, which is what the matrix units of a GPU and every good
# library do.

# %% id="mended"
mended = float(squares.sum(dtype=torch.float32))
print(f"fp16 numbers, fp32 sum: {mended:.1f}, off by {abs(mended / true_total - 1):.2%}")
assert abs(mended / true_total - 1) < 0.002 and float(total) < 0.5 * true_total

# %% id="checkpoint-sum"
kit.checkpoint("where-sum-stops")

# %% id="recall-sum"
gaps = {j: 2.0 ** (j - 10) for j in range(12)}
stops = next(2**j for j in range(12) if gaps[j] / 2 > 0.03)
really = np.float16(0)
for _ in range(5000):
    really = really + np.float16(0.03)  # and now by adding
print("squares of 0.03 stop counting at a sum of", stops, "by the rule, and at", really, "in fact")
assert stops == really == 64
kit.recall("where-sum-stops")

# %% [markdown] id="scale"
# ## At scale
#
# Why go to eight bits at all? Because bytes are what a model costs: memory to hold, bandwidth to read. To write one token for one reader, a model reads all its weights once, so bandwidth bounds the tokens a second. For 8 billion weights:

# %% id="scale-table"
parameters = 8e9
for name, (k, m, _) in formats.items():
    gigabytes = parameters * (1 + k + m) / 8 / 1e9
    milliseconds = gigabytes / 3350 * 1e3  # H100 SXM: 3350 GB/s (NVIDIA data sheet)
    print(f"{name:9} {gigabytes:5.0f} GB, read once by an H100 in {milliseconds:4.1f} ms: at most {1000 / milliseconds:4.0f} tokens a second for one reader")
assert parameters * 2 / 1e9 == 16 and round(3350 / 16) == 209

# %% [markdown] id="scale-words"
# Halving the bits doubles the speed of reading. What it costs in quality has to be measured on the task; the error of the weights alone, which we saw, does not tell.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A format has 6 exponent bits and 9 fraction bits. Up to which whole number does it count without a hole?

# %% id="exercise-1"
counts_up_to = ...

# %% id="check-1"
if counts_up_to is ...:
    print("not tried yet: replace the three dots")
else:
    kit.equal(int(counts_up_to), 1024, because="gaps are 1 up to 2 to the power of (fraction bits + 1)", known_wrong={"one more: the leading 1 is not stored, and counts": 512, "the exponent gives the range, not the count": 2**33})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `decode` turns bits into a number. Write `gap_at(x, fraction_bits)`: the gap between neighbours at a positive normal number `x`. (`math.frexp(x)` gives `(a, j)` with $x = a \cdot 2^j$ and $0.5 \le a < 1$.)

# %% id="exercise-2"
def gap_at(x, fraction_bits):
    ...


# %% id="check-2"
if gap_at(1.0, 23) is None:
    print("not tried yet")
else:
    for x in (1.0, 1.5, 2.0, 3.99, 4.0, 1000.0, 0.1):
        right = float(np.spacing(np.float32(x)))
        kit.close(float(gap_at(x, 23)), right, because=f"NumPy's spacing of float32 at {x}", known_wrong={"frexp's exponent is one too large: its fraction lies below 1": 2 * right, "the gap grows with x: the exponent of x is missing": 2.0**-23 if right != 2.0**-23 else -1.0})
    print("right, and equal to NumPy's spacing")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `quantise(x, bits)`: round the array `x` to whole multiples of one step, symmetric around zero, such that the largest absolute value becomes the largest whole number $2^{\text{bits}-1} - 1$; return the numbers after rounding *in the original units*. (That is
# integer quantisation, the other way to few bits.)

# %% id="exercise-3"
def quantise(x, bits):
    ...


# %% id="check-3"
if quantise(np.array([1.0]), 8) is None:
    print("not tried yet")
else:
    kit.close(quantise(np.array([-1.0, 0.3, 0.0]), 2), np.array([-1.0, 0.0, 0.0]), because="with 2 bits the whole numbers are -1, 0, 1")
    kit.close(quantise(np.array([7.0, 3.4, -3.6]), 4), np.array([7.0, 3.0, -4.0]), because="with 4 bits and a largest of 7 the step is 1", known_wrong={"in the original units, please: times the step": np.array([1.0, 3 / 7, -4 / 7])})
    kit.close(quantise(np.array([0.5, -0.2, 0.04]), 3), np.array([0.5, -1 / 6, 0.0]), rtol=1e-6, because="with 3 bits the whole numbers go to 3, so a largest of 0.5 makes a step of 1/6", known_wrong={"in the original units, please: times the step": np.array([3.0, -1.0, 0.0]), "the array was rounded itself: divide by the step first": np.array([0.0, 0.0, 0.0])})
    error = float(np.sqrt(np.mean((quantise(sample, 8) - sample) ** 2) / np.mean(sample**2)))
    print(f"right; in 8 bits the weights are off by {error:.2%}, e4m3 had {by_split[4]:.2%}")

# %% [markdown] id="transfer"
# **4. Transfer.** Look for a counter, a sum or an average in a program of your own. Which format does it have, and at which count would it stand still?
#
# Next: *Stable algorithms*. The lab `stable-softmax` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Sign, exponent, fraction: the exponent gives the range, the fraction the spacing.
# - The gap doubles with each power of two; whole numbers have no hole up to $2^{m+1}$.
# - Rounding is off by at most $\varepsilon/2$ relative, inside the normal range; below it the error grows.
# - Keep sums in more bits than the numbers.
# - To find a rounding fault: the same in float64 beside it.
#
# | term | 中文 |
# |---|---|
# | floating-point number | 浮点数 |
# | sign, exponent, fraction (mantissa) | 符号位，指数，尾数 |
# | bias, subnormal number | 偏置，次正规数 |
# | machine epsilon, rounding error | 机器精度，舍入误差 |
# | overflow, underflow | 上溢，下溢 |
# | quantisation, scale | 量化，缩放因子 |
#
# **Read on.** David Goldberg, "What Every Computer Scientist Should Know About Floating-Point Arithmetic", *ACM Computing Surveys* 23 (1), 1991, sections 1 and 2. · Nicholas J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, 2002, chapter 2. · Paulius
# Micikevicius et al., "FP8 Formats for Deep Learning", 2022, sections 2 and 3. · IEEE, *Standard for Floating-Point Arithmetic* (IEEE 754-2019), section 3.
