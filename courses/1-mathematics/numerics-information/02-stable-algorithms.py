# %% [markdown] id="title"
# # Stable algorithms
#
# **You will be able to** rewrite a formula so that rounding and overflow cannot ruin it, and show that the rewritten one is better. **65 minutes.**
#
# At the end you can
#
# 1. say for which scores a softmax overflows in fp16, fp32 and fp64, and mend it;
# 2. derive log-sum-exp and take a cross-entropy from scores without ever dividing;
# 3. recognise cancellation, and choose a formula without it;
# 4. add a million numbers with an error that does not grow;
# 5. rescue small gradients in fp16 by scaling the loss.

# %% [markdown] id="before"
# ## Before you start
#
# You need logarithms ($e^{a+b} = e^a e^b$, $\log(ab) = \log a + \log b$; in this course $\log$ is the natural one), lesson 1, and arrays. Three questions to see where you stand; answer before you read on.
#
# - $\log(e^3 \cdot e^4)$? 7. *If not: Basic mathematics, lesson 2, "A logarithm counts multiplications".*
# - fp32 has 23 fraction bits. How far is a rounded number off at most, relative? By $\varepsilon/2 = 2^{-24}$, in the normal range. *If not: lesson 1, "Range and spacing, from the bits".*
# - `x` has shape (16, 5). Which shape has `x.sum(dim=-1, keepdim=True)`? (16, 1): one sum for each row, and the axis stays. *If not: -1 is the last axis, `keepdim` leaves it with length 1, so that `x / x.sum(dim=-1, keepdim=True)` divides each row by its own sum.*

# %% id="imports"
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch

from graders import kit

# %% [markdown] id="question"
# ## A question first
#
# We give a sentence to a real language model (SmolLM2-135M, Apache-2.0). After each token of the sentence it gives a *score* to each of the 49 152 tokens that it knows: how well that one would go on. A softmax turns the scores of a row
# into probabilities that sum to one. To be fast we do it in fp16, straight from the formula.

# %% id="scores"
model = kit.small_model()
tokens = kit.small_tokenizer()("The counter stood still although the training went on, and nobody saw an error.", return_tensors="pt")["input_ids"]
with torch.no_grad():
    scores = model(tokens).logits[0]  # (tokens of the sentence, tokens that the model knows)
print(f"{scores.shape[0]} rows of {scores.shape[1]:,} scores, from {scores.min():.1f} to {scores.max():.1f}")


def softmax_from_formula(x):
    e = torch.exp(x)
    return e / e.sum(dim=-1, keepdim=True)  # along the last axis, which stays as an axis of length 1


naive = softmax_from_formula(scores.half())
print(f"rows with NaN: {int(naive.isnan().any(-1).sum())} of {naive.shape[0]}")

# %% id="scores-assert"
assert scores.max() > 12 and naive.isnan().any() and torch.isfinite(scores).all()

# %% [markdown] id="question-asked"
# Every score is an ordinary number. The softmax of a whole row is a row of ordinary numbers between 0 and 1. And yet the program gives NaN, *not a number*, and everything that uses it will be NaN too.
#
# > **The question.** From which score on does this happen in fp16, and how does everybody's library avoid it without using one bit more?

# %% id="checkpoint-overflow"
kit.checkpoint("softmax-overflow")

# %% [markdown] id="why"
# ## Why it breaks
#
# For scores $x_1, \dots, x_n$ (no unit) the softmax is
#
# $$\text{softmax}(x)_i = \frac{e^{x_i}}{\sum_{j=1}^{n} e^{x_j}}, \qquad i = 1, \dots, n.$$
#
# $e^x$ leaves a format at the logarithm of its largest number. Then the sum is infinite, and infinite divided by infinite is NaN.

# %% id="limits"
for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
    limit = math.log(torch.finfo(dtype).max)
    below = torch.exp(torch.tensor(limit - 0.1, dtype=dtype))
    above = torch.exp(torch.tensor(limit + 0.5, dtype=dtype))
    print(f"{str(dtype):15} exp overflows above {limit:7.2f}: {float(below):.3g}, {float(above)}")
    assert torch.isfinite(below) and torch.isinf(above)
assert round(math.log(65504), 2) == 11.09
kit.recall("softmax-overflow")

# %% [markdown] id="shift"
# ## The mending: shift
#
# Multiply numerator and denominator with $e^{-c}$; nothing changes:
#
# $$\frac{e^{x_i}}{\sum_j e^{x_j}} = \frac{e^{x_i - c}}{\sum_j e^{x_j - c}}$$
#
# With $c = \max_j x_j$ the largest exponent is 0. So each term lies between 0 and 1, one of them **is** 1, and the sum lies between 1 and $n$: no overflow, and never a division by zero. By hand, for the scores 1000 and 1000 − log 3: shifted 0 and
# −log 3, so 1 and 1/3, so **3/4 and 1/4**.

# %% id="stable"
def softmax(x):
    """Softmax over the last axis; x and result of shape (..., n)."""
    shifted = x - x.max(dim=-1, keepdim=True).values  # (..., n), the largest is 0
    e = torch.exp(shifted)
    return e / e.sum(dim=-1, keepdim=True)


by_hand = softmax(torch.tensor([1000.0, 1000.0 - math.log(3)], dtype=torch.float64))
assert torch.allclose(by_hand, torch.tensor([0.75, 0.25], dtype=torch.float64))

stable = softmax(scores.half())
library = torch.softmax(scores.half(), dim=-1)
exact = torch.softmax(scores.half().double(), dim=-1)  # the same fp16 scores, all that follows in float64
print(f"NaN: {int(stable.isnan().sum())}; largest difference to float64: ours {float((stable.double() - exact).abs().max()):.1e}, the library {float((library.double() - exact).abs().max()):.1e}")
assert torch.isfinite(stable).all() and (stable.double() - exact).abs().max() < 0.001 and (library.double() - exact).abs().max() < 0.001

# %% [markdown] id="underflow"
# What about the other end? A score far below the largest gives $e^{-\text{large}} = 0$: *underflow*. In a sum that is at least 1, a term below the gap does not count anyway. It only hurts when somebody takes the **logarithm** of it.

# %% [markdown] id="lse"
# ## Log-sum-exp, and the cross-entropy
#
# Training needs $\log \text{softmax}(x)_y$ for the right class $y$. Taken in two steps, the logarithm meets the zero. Taken in one, it is
#
# $$\log \text{softmax}(x)_i = x_i - \operatorname{lse}(x), \qquad \operatorname{lse}(x) = c + \log \sum_j e^{x_j - c}, \quad c = \max_j x_j.$$
#
# The loss of one example with the right class $y$ (the *cross-entropy*, in nats) is $\operatorname{lse}(x) - x_y$. Two bounds to check any program with: $\max_j x_j \le \operatorname{lse}(x) \le \max_j x_j + \log n$.

# %% id="lse-code"
def log_sum_exp(x):
    """log(sum(exp(x))) over the last axis; (..., n) -> (...)."""
    c = x.max(dim=-1, keepdim=True).values
    return (c + torch.log(torch.exp(x - c).sum(dim=-1, keepdim=True))).squeeze(-1)


x = torch.tensor([[1000.0, 0.0, -1000.0], [1.0, 2.0, 3.0]])
assert torch.allclose(log_sum_exp(x), torch.logsumexp(x, dim=-1))
two_steps = torch.log(softmax(x))
one_step = x - log_sum_exp(x)[:, None]
print("in two steps:", two_steps[0].tolist(), "\nin one step: ", one_step[0].tolist())
assert torch.isinf(two_steps[0, 1]) and one_step[0, 1] == -1000

# %% [markdown] id="lse-ask"
# All scores are equal: $x = (5, 5, \dots, 5)$, a thousand of them. What is $\operatorname{lse}(x) - 5$?

# %% id="checkpoint-lse"
kit.checkpoint("lse-equal")

# %% id="recall-lse"
equal = torch.full((1000,), 5.0, dtype=torch.float64)
print(float(log_sum_exp(equal)) - 5, "=", math.log(1000))
assert math.isclose(float(log_sum_exp(equal)) - 5, math.log(1000))
labels = torch.tensor([2, 0])
ours = log_sum_exp(x) - x[torch.arange(2), labels]
assert torch.allclose(ours, torch.nn.functional.cross_entropy(x, labels, reduction="none"))
kit.recall("lse-equal")

# %% [markdown] id="cancellation"
# ## Cancellation
#
# The second way to lose everything is to subtract two nearly equal numbers: the digits that agree vanish, and the rounding errors stay. The variance is the classic case. Two formulas, equal on paper:
#
# $$\underbrace{\frac1n \sum_i x_i^2 - \bar x^2}_{\text{one pass}} \;=\; \underbrace{\frac1n \sum_i (x_i - \bar x)^2}_{\text{two passes}}$$
#
# Real data: the S&P 500 index at the beginning of each month, 1990 to 2022 (Yahoo Finance, packaged with matplotlib). How much does it change from month to month? A colleague keeps the changes of the last five years as fp32, counted from a base of 100 000 points. A shift changes no variance: by hand, for 100, 102, 104 it is 8/3, and for 0, 2, 4 as well.

# %% id="variance"
import matplotlib
import pandas as pd

prices = pd.read_csv(matplotlib.get_data_path() + "/sample_data/Stocks.csv", comment="#", index_col="Date", parse_dates=True)
index = prices["^GSPC"][prices.index.day == 1].dropna().to_numpy()  # (390,) points
changes = np.diff(index)[-60:]  # (60,) the last five years, month by month


def one_pass(x):
    return (x * x).mean() - x.mean() ** 2


def two_passes(x):
    return ((x - x.mean()) ** 2).mean()


def welford(x):
    """One pass without cancellation (Welford, 1962): mean and sum of squares are corrected with each number."""
    mean, squares = x.dtype.type(0), x.dtype.type(0)
    for n, value in enumerate(x, start=1):
        old = mean
        mean = mean + (value - mean) / x.dtype.type(n)
        squares = squares + (value - old) * (value - mean)
    return squares / x.dtype.type(len(x))


for toy in (np.array([100.0, 102.0, 104.0]), np.array([0.0, 2.0, 4.0])):
    assert all(math.isclose(f(toy), 8 / 3) for f in (one_pass, two_passes, welford))

shifted = (changes + 100_000).astype(np.float32)
truth = changes.var()
for f in (one_pass, two_passes, welford):
    print(f"{f.__name__:11} {float(f(shifted)):12.1f}   (float64 of the data before the shift: {truth:.1f}), off by {abs(float(f(shifted)) / truth - 1):.1e}")

# %% id="variance-assert"
assert abs(two_passes(shifted) / truth - 1) < 1e-3 and abs(welford(shifted) / truth - 1) < 1e-2
assert abs(one_pass(shifted) / truth - 1) > 0.01

# %% [markdown] id="variance-ask"
# The numbers are about 100 000, their squares about $10^{10}$. What is the gap between neighbouring fp32 numbers at $10^{10}$, and so the size of the error that the one-pass formula must live with?

# %% id="checkpoint-gap"
kit.checkpoint("gap-at-1e10")

# %% id="recall-gap"
print("gap at 1e10:", float(np.spacing(np.float32(1e10))))
assert np.spacing(np.float32(1e10)) == 1024
kit.recall("gap-at-1e10")

# %% [markdown] id="knob"
# ## Turn a knob
#
# How far from zero may the data lie before each formula breaks? Move the distance. It is a power of ten; the data are always the same sixty changes.

# %% id="widget"
from ipywidgets import FloatSlider, interact


def relative_error(f, power):
    x = (changes + 10.0**power).astype(np.float32)
    return abs(float(f(x)) / truth - 1)


powers = np.arange(0, 7.01, 0.25)
curves = {f.__name__: [max(relative_error(f, p), 1e-9) for p in powers] for f in (one_pass, two_passes, welford)}


def show_distance(power=5.0):
    """Draw the error of three formulas against the distance of the data from zero."""
    figure, axes = plt.subplots(figsize=(7.5, 3.2))
    for (name, errors), color in zip(curves.items(), ["#D55E00", "#0072B2", "#009E73"]):
        axes.plot(powers, errors, color=color, label=name)
    axes.axvline(power, color="#666666", linestyle="--")
    axes.axhline(1, color="#999999", linestyle=":")
    now = ", ".join(f"{f.__name__} {relative_error(f, power):.1g}" for f in (one_pass, two_passes, welford))
    axes.set(yscale="log", xlabel="distance from zero (power of ten)", ylabel="relative error of the variance", title=f"At 10^{power:g}: {now}")
    axes.legend()
    plt.show()


show_distance()

# %% [markdown] id="knob-words"
# *In words, unturned: the orange line (one pass) climbs from about 10³ on, two steps of ten for each step of the distance, and crosses the dotted line, where nothing is right any more, between 10⁵ and 10⁶; the other two stay far below it.* The same picture with the knob: at which distance has the one-pass formula lost the second digit?

# %% id="knob-turn"
interact(show_distance, power=FloatSlider(min=0, max=7, step=0.25, value=5, description="power of ten"))
second_digit = next(p for p in powers if relative_error(one_pass, p) > 0.01)
print(f"off by more than 1 % for the first time at 10^{second_digit:g}")

# %% id="knob-assert"
at = {name: dict(zip(powers.tolist(), errors)) for name, errors in curves.items()}
assert max(at["one_pass"][p] for p in (6.0, 6.5, 7.0)) > 1 and at["two_passes"][6.0] < 0.01 and at["welford"][6.0] < 0.05
assert at["one_pass"][3.0] < 0.01

# %% [markdown] id="sums"
# ## Long sums
#
# Adding $n$ numbers one after the other may be off by up to $(n-1)\,\frac{\varepsilon}{2} \sum |x_i|$ (Higham, 2002, section 4.2). Neumaier's compensated sum keeps what each addition lost in a second number, and its bound does not grow with $n$, as long as $n \varepsilon$ is small. A toy by hand, with three decimal digits: 100 + 0.4 is 100,
# and 0.4 was lost; again, and 0.8 is lost; a second number remembers it.

# %% id="neumaier"
def plain_sum(x):
    total = x.dtype.type(0)
    for value in x:
        total = total + value
    return total


def compensated_sum(x):
    """Neumaier's sum (1974): the lost parts are collected in `lost`."""
    total = lost = x.dtype.type(0)
    for value in x:
        new = total + value
        if abs(total) >= abs(value):
            lost = lost + ((total - new) + value)  # what value lost when it was added to a larger total
        else:
            lost = lost + ((value - new) + total)
        total = new
    return total + lost


hard = np.array([1.0, 1e8, 1.0, -1e8], dtype=np.float32)
print("1 + 1e8 + 1 - 1e8:", plain_sum(hard), "plain,", compensated_sum(hard), "compensated,", math.fsum(hard), "exact")
assert plain_sum(hard) == 0 and compensated_sum(hard) == 2

many = np.full(200_000, 0.1, dtype=np.float32)
exact_sum = math.fsum(many)
for f in (plain_sum, np.sum, compensated_sum):
    print(f"{f.__name__:16} off by {abs(float(f(many)) / exact_sum - 1):.1e}")

# %% id="sum-assert"
assert abs(float(plain_sum(many)) / exact_sum - 1) > 1e-4
assert all(abs(float(f(many)) / exact_sum - 1) < 2e-6 for f in (np.sum, compensated_sum))
assert np.sum(hard) == 0 and abs(float(np.sum(many)) / exact_sum - 1) < abs(float(compensated_sum(many)) / exact_sum - 1)

# %% [markdown] id="sum-words"
# NumPy adds in pairs, pairs of pairs and so on, so that an error passes through a few dozen additions instead of 200 000: here even better than the compensated sum in fp32, and for free. But it bounds nothing when numbers cancel: of `hard` it makes 0. The order of a sum matters, which is also why the same training on another number of devices gives
# slightly other digits.

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague trains in fp16. The loss goes down, but a part of the model never learns. No NaN anywhere. We compute the gradients of our model in fp32 (PyTorch does it by `backward`), for the sentence as it is; the loss is the cross-entropy of the next token.
# The part that does not learn is the table of the tokens: one row of 576 numbers for each. Here are 100 of its rows, evenly taken.

# %% id="gradients"
loss = torch.nn.functional.cross_entropy(model(tokens).logits[0, :-1], tokens[0, 1:])
loss.backward()
true_gradients = model.model.embed_tokens.weight.grad[::491].flatten().double().abs()  # sizes, without the sign
true_gradients = true_gradients[true_gradients > 0]
in_half = true_gradients.half()
print(f"{len(true_gradients):,} gradients between {true_gradients.min():.1e} and {true_gradients.max():.1e}; zero in fp16: {float((in_half == 0).double().mean()):.0%}")

# %% [markdown] id="wrong-tool"
# The tool: a **histogram of the powers of two**, with the format's limits drawn in. Four gradients in ten lie so far below the smallest number that fp16 has that they become 0.

# %% id="gradient-figure"
figure, axes = plt.subplots(figsize=(7.5, 3))
axes.hist(np.log2(true_gradients.numpy()), bins=80, color="#0072B2", alpha=0.7, label="true gradients")
axes.hist(np.log2(true_gradients.numpy() * 1024), bins=80, color="#E69F00", alpha=0.7, label="times 1024")
axes.axvline(-24, color="#D55E00", label="smallest number of fp16")
axes.axvline(16, color="#D55E00", linestyle="--", label="overflow")
axes.set(xlabel="power of two", ylabel="gradients", title="Gradients that fp16 cannot hold, and the same ones scaled")
axes.legend(fontsize=8)
plt.show()

# %% [markdown] id="wrong-words"
# *In words: the left part of the blue hill lies left of the solid line, where fp16 has only zero; the same hill, moved ten steps to the right, lies between the two lines but for a thin tail.*
#
# **Mended** by *loss scaling* (Micikevicius et al., 2018): multiply the loss by a power of two, let all gradients come out that much larger, and divide in fp32 before the update. A power of two changes only the exponent, so it rounds nothing.

# %% id="loss-scaling"
scaled = (true_gradients * 1024).half().float() / 1024
lost = lambda g: float((g == 0).double().mean())
print(f"zero without scaling {lost(in_half):.1%}, with {lost(scaled):.2%}")
assert 0.38 < lost(in_half) < 0.48 and lost(scaled) < 0.005
assert torch.isfinite(scaled).all()

# %% id="checkpoint-scale"
kit.checkpoint("largest-scale")

# %% id="recall-scale"
largest = float(true_gradients.max())
room = 65504 / 0.01
print(f"a largest gradient of 0.01 leaves room for a scale of {room:,.0f}: the power of two below it is {2 ** int(math.log2(room)):,}")
assert 2 ** int(math.log2(room)) == 4_194_304
kit.recall("largest-scale")

# %% [markdown] id="scale"
# ## At scale
#
# One row is harmless. But a language model takes softmaxes inside too: one for each token in each *head* of each layer (its attention). With 40 layers, 32 heads, texts of 4 096 tokens and a batch of 1 000 texts there are this many rows a step, and a single NaN spoils the step:

# %% id="scale-code"
rows = 40 * 32 * 4096 * 1000
torch.manual_seed(0)
big = torch.randn(2000, 4096)  # (rows, scores)
begin = time.perf_counter()
torch.softmax(big, dim=-1)
seconds = time.perf_counter() - begin
print(f"this processor would need {rows / 2000 * seconds / 3600:.1f} hours for the softmaxes of one step")
print(f"{rows:.1e} rows a step; a chance of one in a billion a row still hits {rows / 1e9:.0f} times in every step")
assert rows == 5_242_880_000 and round(rows / 1e9) == 5

# %% [markdown] id="scale-words"
# "Hardly ever" does not exist at this size. A formula is stable or it is not.
#
# ## The question again
#
# From which score on, and how is it avoided? The same scores once more, in fp16 from beginning to end.

# %% id="answer-code"
limit = math.log(torch.finfo(torch.float16).max)
too_large = (scores > limit).any(-1)  # (tokens of the sentence,)
again = softmax(scores.half())
print(f"rows with a score above {limit:.2f}: {int(too_large.sum())}; with NaN by the formula: {int(naive.isnan().any(-1).sum())}, by the shifted one: {int(again.isnan().any(-1).sum())}")
print(f"sums of the shifted rows: {float(again.double().sum(-1).min()):.4f} to {float(again.double().sum(-1).max()):.4f}")
assert torch.equal(too_large, naive.isnan().any(-1)) and torch.isfinite(again).all() and (again.double().sum(-1) - 1).abs().max() < 0.01
kit.recall("softmax-overflow")

# %% [markdown] id="answer-words"
# A row is lost as soon as *one* of its 49 152 scores is above 11.09, and in each of these rows one is. Shifted by its largest score no row is lost, and no bit was added. What the shift does not bring back is digits: the sums are 1 only to about three of them, as fp16 has no more. Where that matters, libraries add in fp32 and store in fp16.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Which of these loses digits by cancellation for a tiny positive $x$, say $10^{-12}$? Put `True` or `False` behind each.

# %% id="exercise-1"
cancels = {"exp(x) - 1": ..., "expm1(x)": ..., "1 - cos(x)": ..., "1 + x": ..., "sqrt(1 + x) - 1": ...}

# %% id="check-1"
if any(v is ... for v in cancels.values()):
    print("not tried yet")
else:
    for name, right, why in [
        ("exp(x) - 1", True, "exp(x) is 1.000000000001: the subtraction takes the agreeing digits away"),
        ("expm1(x)", False, "the library computes it without ever forming exp(x)"),
        ("1 - cos(x)", True, "cos(x) rounds to 1, and the result is 0 instead of x*x/2"),
        ("1 + x", False, "x is rounded, but nothing is subtracted: the result is right to all its digits"),
        ("sqrt(1 + x) - 1", True, "write x / (sqrt(1 + x) + 1) instead"),
    ]:
        kit.equal(cancels[name], right, because=f"{name}: {why}")
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `log_sum_exp` gives NaN when a whole row is $-\infty$ (all words masked). Its answer should be $-\infty$. Find out why, and mend it.

# %% id="exercise-2"
def masked_log_sum_exp(x):
    ...


# %% id="check-2"
if masked_log_sum_exp(torch.zeros(2)) is None:
    print("not tried yet")
else:
    inf = float("inf")
    kit.close(masked_log_sum_exp(torch.tensor([[0.0, 0.0], [-inf, 1.0]])), torch.tensor([math.log(2), 1.0]), rtol=1e-6, because="rows that are not wholly masked stay as they were", known_wrong={
        "that runs down the columns: the last axis is the row": torch.logsumexp(torch.tensor([[0.0, 0.0], [-inf, 1.0]]), dim=0), "that is the maximum alone": torch.tensor([0.0, 1.0]), "the logarithm is missing": torch.tensor([2.0, math.e])})
    result = masked_log_sum_exp(torch.tensor([-inf, -inf, -inf]))
    kit.require(bool(torch.isneginf(result).all()), f"a wholly masked row gives {result}, and should give -inf: the maximum is -inf, and -inf - (-inf) is NaN")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `log1m_exp(x)`: compute $\log(1 - e^{x})$ for $x < 0$, elementwise for an array, right to 12 digits for $x = -10^{-10}$ as well as for $x = -50$. Use `np.log1p`, `np.expm1`, `np.where`; the border is $\log 2$ (Mächler, 2012).

# %% id="exercise-3"
def log1m_exp(x):
    ...


# %% id="check-3"
if log1m_exp(np.array([-1.0])) is None:
    print("not tried yet")
else:
    points = np.array([-1e-10, -1e-3, -0.5, -1.0, -20.0, -50.0])
    right = np.array([-23.025850929990458, -6.908255237315471, -0.9327521295671886, -0.4586751453870819, -2.061153624562735e-09, -1.9287498479639178e-22])
    kit.close(log1m_exp(points), right, rtol=1e-12, known_wrong={
        "straight from the formula, or with the two branches exchanged: fine in the middle, wrong at both ends": np.log(1 - np.exp(points)),
        "log1p everywhere: near 0, exp(x) is nearly 1 and 1 - exp(x) cancels": np.log1p(-np.exp(points)),
        "expm1 everywhere: far below 0 it is nearly -1, and the logarithm of nearly 1 has lost its digits": np.log(-np.expm1(points))})
    print("right at both ends")

# %% [markdown] id="transfer"
# **4. Transfer.** A judge gives an answer the score $x$; the chance that it is good is $\sigma(x) = 1 / (1 + e^{-x})$, and training needs its logarithm. Write `log_sigmoid(x)`, elementwise for an array, right to 9 digits from $-1000$ to $1000$. (An identity: $\log \sigma(x) = x - \operatorname{lse}(0, x)$. Shift by the larger of the two.)

# %% id="exercise-4"
def log_sigmoid(x):
    ...


# %% id="check-4"
if log_sigmoid(np.array([0.0])) is None:
    print("not tried yet")
else:
    points = np.array([-1000.0, -30.0, -1.0, 0.0, 1.0, 30.0, 1000.0])
    with np.errstate(over="ignore", divide="ignore"):
        from_formula = np.log(1 / (1 + np.exp(-points)))
    kit.close(np.asarray(log_sigmoid(points), dtype=float), -np.logaddexp(0, -points), rtol=1e-9, atol=1e-300, because="scores from -1000 to 1000", known_wrong={
        "straight from the formula: at -1000 the logarithm meets a zero": from_formula,
        "no overflow any more, but log(1 + tiny) has lost its digits at 30: log1p": np.minimum(points, 0) - np.log(1 + np.exp(-np.abs(points))),
        "the sign of x: that is the chance that the answer is bad": -np.logaddexp(0, points), "that is the loss, minus the logarithm": np.logaddexp(0, -points), "that is lse(0, x): take it from x": np.logaddexp(0, points)})
    print("right from end to end")

# %% [markdown] id="next"
# And at your desk: search your own code for `log(` around something that is a difference, a probability or a product. Which of them meets a zero when the data are extreme?
#
# Next: *Entropy and cross-entropy*. The lab `stable-softmax` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Shift by the maximum: a softmax then cannot overflow, and its sum is at least 1.
# - Take logarithms in one step: $x_y - \operatorname{lse}(x)$.
# - Nearly equal numbers are not subtracted: rewrite (two passes, Welford, `expm1`, `log1p`).
# - Long sums: in pairs, compensated, or in more bits.
# - Small gradients in fp16: scale the loss by a power of two.
#
# | term | 中文 |
# |---|---|
# | softmax, score (logit) | softmax，得分（logit） |
# | log-sum-exp | 对数求和指数 |
# | cancellation | 相消 |
# | stable algorithm | 数值稳定的算法 |
# | compensated summation | 补偿求和 |
# | loss scaling | 损失缩放 |
#
# **Read on.** Nicholas J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, 2002, sections 1.7, 1.9 and 4.2 to 4.3. · Pierre Blanchard, Desmond J. Higham, Nicholas J. Higham, "Accurately Computing the Log-Sum-Exp and Softmax Functions", *IMA Journal of Numerical Analysis* 41 (4), 2021. · Paulius Micikevicius et al.,
# "Mixed Precision Training", ICLR 2018, section 3. · Arnold Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", *ZAMM* 54, 1974. · Martin Mächler, "Accurately Computing log(1 − exp(−|a|))", 2012.
