# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A softmax that survives
#
# **You deliver** functions that stay right where the formulas of the textbook break, one that says where they break, and one that says which part of the repair a given case needs. **180 minutes.** You need the course *Numerics and information*. **Resources**: one CPU core, under 1 GB, NumPy, no network, no GPU; no cell takes more than a few seconds, and 30 s and 2 GB are the limits when it is graded. **It proves** `numerics-information` at the level intermediate, without a pass mark: each task counts by the share of its points, and the level is proven when its probability reaches 75 %. For who brings nothing, 75 % of every task is enough at the first submission, 80 % at the second.
#
# *The situation.* The loss of a training run became NaN in the second week. You are asked to replace the four places that touch extreme numbers: the log-sum-exp of the attention, the loss, a sum over a million terms, and the gradients in sixteen bits, and to say for the next format at which numbers the old code would have failed. Your functions go into the
# library that everybody uses: they will meet every shape, masked rows, scores of ten thousand, and gradients of a billionth.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `log_sum_exp` | 7 |
# | 2 | `loss_and_gradient` | 7 |
# | 3 | `compensated_sum`, `condition` | 6 |
# | 4 | `choose_scale`, `apply` | 5 |
# | 5 | `breaking` | 3 |
# | 6 | `needed` | 3 |
#
# **How it is scored.** 31 points. Run each check as often as you like. After you submit, other inputs are tried, drawn anew for you: extreme ones, odd shapes, both float32 and float64. Each property has its own points. Results have the dtype of the input. Where a tolerance counts, the task names it.
#
# **By hand** means: in NumPy, `math` and plain Python, without a function that does the task in one call. What leads to SciPy, torch or another library, to `np.logaddexp` or `np.logaddexp2`, itself, through a helper or under another name, earns nothing; nor does what loads modules by name, runs text as code, or uses `getattr`, `vars` or `sys`. The cell `by_hand` below says so before you submit.
#
# **Three tools for finding faults** stand here and before the tasks: `beside(function, x)` runs your function on the input in its own format and in float64, and shows where the two part; `steps(x)` (task 3) follows a sum addition by addition, with what each one lost; `bits_kept(gradients, scale)` (task 4) shows what sixteen bits keep of each gradient. They take any input: use them on the one that a check names.
#
# **Warnings.** Where a result overflows, is divided by zero or has no value ($\infty - \infty$), NumPy goes on with inf or NaN and issues a `RuntimeWarning`. Within `with np.errstate(over="ignore", divide="ignore", invalid="ignore"):` it issues none: for lines where that is expected and dealt with. (Python's own `math.exp` stops with an `OverflowError` instead.)
#
# **A contract** stands before tasks 1, 3 and 4, as a function that you call on any input: it says in words which promise is broken, and by how much.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np

from graders import kit

inf = math.inf


def beside(function, x, *more):
    """Show what `function` gives for x, for the same numbers in float64, and the largest difference; of several things that it returns, each."""
    both = [function(x, *more), function(x.astype(np.float64), *more)]
    for here, there in zip(*(one if isinstance(one, tuple) else (one,) for one in both), strict=True):
        here, there = np.asarray(here), np.asarray(there)
        with np.errstate(invalid="ignore"):
            apart = np.where(here == there, 0.0, np.abs(here - there))  # minus infinity twice is no difference
        print(f"{x.dtype}: {here}\nfloat64: {there}\nlargest difference: {np.max(apart, initial=0.0):.3g}, NaN or infinite: {int((~np.isfinite(here)).sum())} and {int((~np.isfinite(there)).sum())}")


# %% nbgrader={"grade_id": "beside-shown", "locked": true}
def from_the_formula(x):
    with np.errstate(over="ignore"):
        return np.log(np.exp(x).sum())


beside(from_the_formula, np.array([80.0, 89.0], dtype=np.float32))  # a score of 89 is too much for float32, not for float64

# %% nbgrader={"grade_id": "by-hand", "locked": true}
def by_hand(*functions):
    """Stop when a function leads to another library, or to one of NumPy's that does the task in one call."""
    kit.by_hand(*functions, without=("logaddexp", "logaddexp2"))


# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. What is $\log(e^{1000} + e^{1000})$, by hand? $1000 + \log 2$. If that was a guess: *Stable algorithms*, "Log-sum-exp, and the cross-entropy".
# 2. Which float16 is next after 2048? 2050. If that was a guess: *Floating point from fp32 to fp8*, "Range and spacing, from the bits".
# 3. Which is the smallest number above 0 that float16 has? $2^{-24}$, far below its smallest normal number $2^{-14}$. If that was a guess: the same lesson, "a number with a sliding point".

# %% [markdown] nbgrader={"grade_id": "task-log-sum-exp", "locked": true}
# ## 1. Log-sum-exp along any axis (7 points)
#
# `log_sum_exp(x, axis)` takes a float32 or float64 array of any shape and an axis, and returns $\log \sum e^{x}$ along it (along the last one when none is given): the axis is gone, the dtype stays. An axis of length 0 is out of the specification. Specification, executable for tame input: `np.log(np.exp(x).sum(axis))`. Moreover:
#
# - any finite scores, also beyond what the exp of the widest format can hold: relative error at most $10^{-5}$ in float32 and $10^{-12}$ in float64 (or that much absolutely, near zero), also for 200 000 scores in float32: along an axis that is not the last, NumPy's `sum` adds them one after the other, each time rounded to its dtype;
# - masked scores are $-\infty$ and count nothing; a row that is wholly masked gives $-\infty$; a row with $+\infty$ gives $+\infty$;
# - no `RuntimeWarning` reaches whoever calls it, also not for $(\infty, 10^5)$, where the exp of a finite score overflows, nor for $(1.7 \cdot 10^{308}, -1.7 \cdot 10^{308})$, where the difference does (`np.errstate`, above, which ends with its lines; `np.seterr` would silence everybody's); the input stays as it is;
# - no Python loop over rows: for 2000 rows, fewer than 2000 lines of Python run;
# - written by hand: no `np.logaddexp`, nothing of SciPy or torch.
#
# <details><summary>Three hints</summary>
#
# 1. Which number may be added to all scores without changing the softmax, and how does lse change then?
# 2. What is the maximum of a row that is wholly masked, and what is that maximum minus itself?
# 3. lse(x) = c + log(sum(exp(x - c))) for every finite c; take c = max(x) where that is finite, and 0 where it is not.
#
# </details>

# %% nbgrader={"grade_id": "contract-log-sum-exp", "locked": true}
import warnings


def lse_contract(x, axis=-1):
    """Stop, in words, where log_sum_exp breaks on x what every right answer keeps."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = np.asarray(kit.unchanged(log_sum_exp, x, axis))
        shifted = np.asarray(log_sum_exp(x + x.dtype.type(1), axis))
    largest, n = np.asarray(x.max(axis=axis)), x.shape[axis]
    kit.require(result.dtype == x.dtype, f"{x.dtype} went in, {result.dtype} came back")
    kit.require(result.shape == largest.shape, f"the shape is {result.shape}, not {largest.shape}")
    finite = np.isfinite(largest)
    kit.require(np.array_equal(result[~finite], largest[~finite]), f"where the largest score is infinite, so is the result: {result}")
    result, shifted, largest = (a[finite].astype(np.float64) for a in (result, shifted, largest))
    off = (1e-5 if x.dtype == np.float32 else 1e-12) * np.maximum(1, np.abs(largest))
    kit.require(bool(np.all(result >= largest - off)), f"it is never below the largest score, {largest}: {result}")
    kit.require(bool(np.all(result <= largest + math.log(n) + off)), f"it is at most log {n} above the largest score, {largest}: {result}")
    kit.require(bool(np.all(np.abs(shifted - result - 1) <= 4 * off)), f"all scores plus 1 give the result plus 1: {result} became {shifted}")
    print("kept")


# %% nbgrader={"grade_id": "log-sum-exp", "solution": true}
def log_sum_exp(x, axis=-1):
    """log(sum(exp(x))) along an axis; (..., n, ...) -> (..., ...)."""
    ### BEGIN SOLUTION
    largest = x.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, x.dtype.type(0))
    with np.errstate(divide="ignore", over="ignore"):
        total = np.log(np.exp(x - shift).sum(axis=axis, keepdims=True, dtype=np.float64))
    return np.squeeze(total + shift, axis=axis).astype(x.dtype)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-log-sum-exp", "grade": true, "points": 7}
score = kit.Score(7)


def lse_of(x, axis):
    """The result as an array (a plain number counts as one without axes), where x stays as it was."""
    return np.asarray(kit.unchanged(log_sum_exp, x, axis))


def leaves_settings(function, x, axis):
    """Whether NumPy warns after a call as it did before."""
    with np.errstate(all="warn"):
        function(x, axis)
        return set(np.geterr().values()) == {"warn"}


def quietly(x, axis):
    """The result as an array, where no warning reaches the caller and x stays as it was."""
    kit.require(kit.probe(leaves_settings, log_sum_exp, x.copy(), axis), "after the call NumPy warns otherwise than before: np.seterr changes that for everybody, np.errstate for its own lines alone")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.asarray(kit.unchanged(log_sum_exp, x, axis))
        except RuntimeWarning as told:
            kit.require(False, f"x = {x}: a RuntimeWarning reaches the caller: {told}. Is that expected here? Then put the line that it comes from, the subtraction too, into np.errstate")


with score.part(1, "tame scores: the same as the formula"):
    by_hand(log_sum_exp)
    for r in kit.examples(lambda r: r.normal(size=(3, 5)), n=5, name="tame"):
        wrong = {"the logarithm is missing": np.exp(r).sum(1), "that is the largest score alone": r.max(1), "a mean of the powers: it is their sum": np.log(np.exp(r).mean(1)), "the largest score has to be added again": np.log(np.exp(r).sum(1)) - r.max(1)}
        kit.close(lse_of(r, 1), np.log(np.exp(r).sum(1)), rtol=1e-12, because=f"axis 1 of x = {r}", known_wrong=wrong)
        kit.close(lse_of(r, 0), np.log(np.exp(r).sum(0)), rtol=1e-12, because=f"axis 0 of x = {r}")
with score.part(1, "shifting all scores shifts the result"):
    by_hand(log_sum_exp)
    kit.close(
        lse_of(np.array([1000.0, 1000.0 - math.log(3)]), -1),
        np.array(1000.0 + math.log(4 / 3)),
        rtol=1e-12,
        because="x = [1000, 1000 - log 3]",
        known_wrong={"exp overflowed: subtract the maximum first": np.array(inf), "the maximum has to be added again": np.array(math.log(4 / 3))},
    )
    for sign in (1, -1):
        kit.close(lse_of(np.array([sign * 2e4, sign * 2e4]), -1), np.array(sign * 2e4 + math.log(2)), rtol=1e-12, because=f"x = [{sign * 2e4}, {sign * 2e4}]: no format is wide enough for their exp")
    for r in kit.examples(lambda r: (r.normal(size=6), float(r.choice([-1, 1]) * 10 ** r.uniform(3, 5))), n=5, name="shifted"):
        kit.close(lse_of(r[0] + r[1], -1), np.array(np.log(np.exp(r[0]).sum()) + r[1]), rtol=1e-12, because=f"x = {r[0]} + {r[1]}")
with score.part(1, "masked scores count nothing, and a wholly masked row gives -inf"):
    by_hand(log_sum_exp)
    value = float(kit.rng("masked").normal())
    for x in (np.array([[0.0, 0.0, -inf], [-inf, -inf, -inf]]), np.array([[-inf, value, -inf, value], [-inf, -inf, -inf, -inf]])):
        result = lse_of(x, 1)
        kit.shape(result, (2,))
        kit.close(result[0], x[0].max() + math.log(2), rtol=1e-12, atol=1e-12, because=f"row 0 of x = {x}", known_wrong={"that is the largest score alone": x[0].max()})
        kit.equal(result[1], -inf, because=f"row 1 of x = {x}", known_wrong={"-inf - (-inf) is NaN: what may be subtracted from a wholly masked row?": np.nan})
with score.part(0.5, "no RuntimeWarning where an exp or a difference overflows"):
    by_hand(log_sum_exp)
    size = float(kit.rng("overflowing").uniform(1e3, 1e5))
    for x in ([size, size, -inf], [-size, -1.7e308, -size]):
        kit.close(quietly(np.array(x), -1), np.array(max(x) + math.log(2)), rtol=1e-12, because=f"x = {x}: the largest score twice", known_wrong={"that is the largest score alone": np.array(max(x))})
    for x, right in (([inf, 1e5], inf), ([size, inf, -inf], inf), ([1.7e308, -1.7e308], 1.7e308), ([-1.7e308, 1.7e308 - size * 1e300, -inf], 1.7e308 - size * 1e300)):
        kit.close(quietly(np.array(x), -1), np.array(right), rtol=1e-12, because=f"x = {x}: the largest score, and nothing beside it", known_wrong={"inf - inf is NaN: which number may be subtracted when the largest is infinite?": np.array(np.nan)})
### BEGIN HIDDEN TESTS
def extreme(r):
    """Scores of any size, some of them masked, in a random shape, with an axis."""
    shape = tuple(int(n) for n in r.integers(1, 5, size=r.integers(1, 5)))
    x = r.normal(size=shape) * 10.0 ** r.uniform(-3, 4)
    x = x + r.choice([-1, 1]) * 10.0 ** r.uniform(0, 5)
    x[r.random(size=shape) < 0.2] = -inf
    return x, int(r.integers(len(shape)))


def reference(x, axis):
    """In extended precision, row by row, from the definition with a shift."""
    def row(v):
        v = v.astype(np.longdouble)
        top = v.max()
        return float(top) if np.isinf(top) else float(top + np.log(np.exp(v - top).sum()))

    return np.apply_along_axis(row, axis, x)


with score.part(1, "other shapes and axes (or none), scores of every size, in float64", hidden=True):
    by_hand(log_sum_exp)
    for x, axis in kit.examples(extreme, n=40, name="double"):
        kit.close(lse_of(x, axis), reference(x, axis), rtol=1e-12, atol=1e-12)
        kit.close(lse_of(x, axis - x.ndim), reference(x, axis), rtol=1e-12, atol=1e-12)
        kit.close(np.asarray(log_sum_exp(x)), reference(x, -1), rtol=1e-12, atol=1e-12)
def tall(r):
    """200 000 scores in each of two columns, whose running sum in float32 is off by the same rounding again and again."""
    x = np.full((200_000, 2), r.uniform(-13, -9))
    x[1:] += np.log(r.uniform(0.3, 0.35, size=2))
    return x, 0


with score.part(1, "the same in float32, also along 200 000 rows, and the result stays float32", hidden=True):
    by_hand(log_sum_exp)
    for x, axis in kit.examples(extreme, n=40, name="single") + kit.examples(tall, n=3, name="tall"):
        x = x.astype(np.float32)
        result = lse_of(x, axis)
        kit.equal(str(np.asarray(result).dtype), "float32")
        kit.close(np.asarray(result, dtype=np.float64), reference(x, axis), rtol=1e-5, atol=1e-5)
with score.part(0.5, "rows with +inf, and rows that are wholly masked beside others", hidden=True):
    by_hand(log_sum_exp)
    for x, _ in kit.examples(extreme, n=25, name="infinite"):
        flat = np.stack([x.ravel(), np.full(x.size, -inf), x.ravel()])
        flat[2, 0] = inf
        expected = np.array([reference(flat[0], 0), -inf, inf])
        kit.close(lse_of(flat, 1), expected, rtol=1e-12, atol=1e-12)
with score.part(0.5, "no warning for other scores, and the input stays as it was", hidden=True):
    by_hand(log_sum_exp)
    for x, axis in kit.examples(extreme, n=10, name="quiet"):
        kit.close(quietly(x, axis), reference(x, axis), rtol=1e-12, atol=1e-12)
    kit.equal(quietly(np.full((2, 3), -inf), 1), np.array([-inf, -inf]))
    kit.equal(quietly(np.array([[3e38, -3e38], [-inf, -3e38], [89, inf]], dtype=np.float32), 1), np.array([3e38, -3e38, inf], dtype=np.float32))


def in_steps(function, x):
    """How many lines of Python run for all rows of x, and the result."""
    import sys

    steps = 0

    def look(frame, event, argument):
        nonlocal steps
        steps += event == "line"
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        result = function(x, 1)
    finally:
        sys.settrace(before)
    return steps, result


with score.part(0.5, "2000 rows at once: no loop over rows in Python", hidden=True):
    by_hand(log_sum_exp)
    for x in kit.examples(lambda r: r.normal(size=(2000, 16)) + r.uniform(-5e3, 5e3, size=(2000, 1)), n=2, name="many rows"):
        steps, result = kit.probe(in_steps, log_sum_exp, x)
        kit.close(result, reference(x, 1), rtol=1e-12, atol=1e-12)
        kit.require(steps < len(x), f"{steps} lines of Python ran for {len(x)} rows")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-loss", "locked": true}
# ## 2. The loss from scores (7 points)
#
# `loss_and_gradient(scores, labels)` takes scores of shape (n, classes) and whole-number labels of shape (n,), and returns
#
# - the mean cross-entropy in nats, a float: $\frac1n \sum_i \big(\operatorname{lse}(x_i) - x_{i, y_i}\big)$;
# - its gradient with respect to the scores, of shape (n, classes) and the dtype of the scores. Since $\partial \operatorname{lse}(x) / \partial x_j = e^{x_j} / \sum_k e^{x_k}$ and $\partial x_y / \partial x_j$ is 1 for $j = y$ and else 0, this gradient is softmax minus one-hot, over $n$.
#
# What it keeps:
#
# - The scores tried are finite. A finite loss is promised where, in the dtype of the scores, the differences within each row are finite and so is the sum of the $n$ losses; beyond, as for the float32 row $(2 \cdot 10^{38}, -2 \cdot 10^{38})$ with label 1, nothing is.
# - Labels outside 0 … classes − 1 raise a `ValueError` whose text names the first bad one, and no other label: a list of all labels helps nobody in a batch of a million. What else it says is up to you.
# - Loss and gradient are right to $10^{-10}$ in float64 and to $10^{-5}$ in float32, relatively or absolutely, whichever is wider.
# - That holds for scores as far from 0 as $2^{40}$, in both formats.
# - Written by hand, as in task 1; your own `log_sum_exp` may be used. Warnings do not count here.
#
# Why far scores are hard: from 8192 on float32 numbers lie $2^{-10}$ apart, and a log-sum-exp of that size is rounded to one of them *before* the score is taken off. In float64 the same happens from $2^{40}$ on, where numbers lie $2^{-12}$ apart; a wider format alone is no remedy. What may be taken off all scores first?
#
# The gradient can be checked with finite differences: the sum of each of its rows is 0.
#
# <details><summary>Three hints</summary>
#
# 1. Which of the two steps, softmax and logarithm, meets the zero?
# 2. The loss of one example is lse(x) - x[label].
# 3. The gradient of the mean loss is (softmax(x) - one_hot(label)) / n.
#
# </details>

# %% nbgrader={"grade_id": "loss", "solution": true}
def loss_and_gradient(scores, labels):
    """Mean cross-entropy in nats and its gradient; (n, classes), (n,) -> float, (n, classes)."""
    ### BEGIN SOLUTION
    n, classes = scores.shape
    bad = labels[(labels < 0) | (labels >= classes)]
    if bad.size:
        raise ValueError(f"label {bad[0]} is not between 0 and {classes - 1}")
    rows = np.arange(n)
    shifted = scores - scores.max(axis=1, keepdims=True)
    lse = log_sum_exp(shifted, 1)
    loss = float((lse - shifted[rows, labels]).mean())
    gradient = np.exp(shifted - lse[:, None])
    gradient[rows, labels] -= 1
    return loss, gradient / scores.dtype.type(n)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-loss", "grade": true, "points": 7}
import re

score = kit.Score(7)


def refused(labels, bad, classes):
    """Stop, in words, unless these labels raise a ValueError that names the first bad one and no other."""
    scores, labels = np.zeros((len(labels), classes)), np.array(labels)
    kit.raises(ValueError, loss_and_gradient, scores, labels)
    try:
        loss_and_gradient(scores, labels)
    except ValueError as error:
        said = str(error)
    numbers = {int(number) for number in re.findall(r"-?\d+", said)}
    kit.require(bad in numbers, f"labels {labels} of {classes} classes: the ValueError says {said!r}, and names the first bad label, {bad}, nowhere")
    others = sorted(numbers & set(labels.tolist()) - {bad})
    kit.require(not others, f"labels {labels} of {classes} classes: the ValueError says {said!r}, and names {others} beside the first bad label, {bad}: name that one alone")


with score.part(1, "the loss: equal scores cost log(classes), scores far apart their difference"):
    by_hand(loss_and_gradient)
    for n in kit.examples(lambda r: int(r.integers(2, 60)), n=4, name="classes"):
        kit.close(loss_and_gradient(np.full((3, n), 7.0), np.array([0, 1, n - 1]))[0], math.log(n), rtol=1e-10, because=f"three rows of {n} scores of 7, labels 0, 1, {n - 1}", known_wrong={"the sum over the rows: it is their mean": 3 * math.log(n), "in bits: a nat is the natural logarithm's": math.log2(n), "the sign: a loss is not negative": -math.log(n), "the label's score was not taken off": 7 + math.log(n), "the largest score alone stands in place of the log-sum-exp": 0.0})
    kit.close(loss_and_gradient(np.array([[1000.0, 0.0, -1000.0]]), np.array([2]))[0], 2000.0, rtol=1e-10, because="scores 1000, 0 and -1000, the last is right", known_wrong={"softmax and then the logarithm: the probability has become 0": inf, "the sign: a loss is not negative": -2000.0})
    gap = float(kit.rng("gap").integers(20_000, 90_000))
    kit.close(loss_and_gradient(np.array([[gap, 0.0]]), np.array([1]))[0], gap, rtol=1e-10, because=f"scores {gap} and 0, the second is right")
with score.part(1, "the gradient agrees with finite differences"):
    by_hand(loss_and_gradient)
    r = kit.rng("differences")
    x, y = r.normal(size=(3, 4)), r.integers(0, 4, size=3)
    loss, gradient = loss_and_gradient(x.copy(), y)
    right = float((np.log(np.exp(x).sum(1)) - x[range(3), y]).mean())
    kit.close(float(loss), right, rtol=1e-10, because=f"the loss itself, by its formula: labels {y}, scores {x}", known_wrong={"the largest score alone stands in place of the log-sum-exp": float((x.max(1) - x[range(3), y]).mean()), "the sum over the rows: it is their mean": 3 * right, "the sign: a loss is not negative": -right})
    numeric = np.zeros_like(x)
    for i in range(3):
        for j in range(4):
            up, down = x.copy(), x.copy()
            up[i, j] += 1e-5
            down[i, j] -= 1e-5
            numeric[i, j] = (loss_and_gradient(up, y)[0] - loss_and_gradient(down, y)[0]) / 2e-5
    kit.require(float(np.abs(numeric).max()) > 0.01, "the loss does not depend on the scores")
    kit.close(gradient, numeric, atol=1e-6, rtol=1e-5, because=f"labels {y}, scores {x}", known_wrong={"the mean over n examples has the factor 1/n": 3 * numeric, "the sign": -numeric, "that is softmax over n: one-hot is still to be taken off": numeric + np.eye(4)[y] / 3, "one-hot has the wrong sign: it is taken off": numeric + 2 * np.eye(4)[y] / 3})
large, negative = kit.rng("label").integers(100, 1000, size=2).tolist()
fine = (20 + kit.rng("fine").permutation(12)).tolist()[:3]  # labels of 60 classes that are none of the numbers around
for kind, bads in (("a label that is too large", (large, 60)), ("a negative label, which NumPy counts from the end", (-negative, -1))):
    with score.part(0.5, f"{kind}, is refused and named, it alone; those that exist are not"):
        by_hand(loss_and_gradient)
        for bad in bads:
            refused([fine[0], bad, *fine[1:]], bad, 60)
        kit.close(loss_and_gradient(np.zeros((2, 3)), np.array([0, 2]))[0], math.log(3), rtol=1e-10, because="labels 0 and 2 of three classes")
with score.part(1, "scores of 8192 and more in float32, of 2^30 and 2^40 in both formats: loss and gradient are those of the differences"):
    by_hand(loss_and_gradient)
    share = 1 / (1 + math.e)
    for up in (8192.0, *kit.examples(lambda r: float(r.integers(9000, 60_000)), n=3, name="far up")):
        loss, gradient = loss_and_gradient(np.array([[up, up + 1]], dtype=np.float32), np.array([0]))
        rounded = float(np.float32(up + math.log(1 + math.e)) - np.float32(up))
        late = "the log-sum-exp was rounded to a float32 of that size before the score was taken off: take the largest score off both first"
        kit.close(float(loss), math.log(1 + math.e), rtol=1e-5, because=f"float32 scores {up} and {up + 1}, the first is right: log(1 + e), as for 0 and 1", known_wrong={late: rounded})
        mixed = np.array([[up, up + 1], [0.1, 0.7]], dtype=np.float32)
        both = (math.log(1 + math.e) + math.log(1 + math.exp(float(mixed[1, 1]) - float(mixed[1, 0])))) / 2
        kit.close(float(loss_and_gradient(mixed, np.array([0, 0]))[0]), both, rtol=1e-5, because=f"float32 scores {mixed}, the first of each row is right", known_wrong={"one largest score for the whole batch: beside it the differences of the other row are rounded away; each row has its own": (math.log(1 + math.e) + math.log(2)) / 2})
        kit.close(np.asarray(gradient, dtype=np.float64), np.array([[share - 1, 1 - share]]), rtol=1e-5, because=f"float32 scores {up} and {up + 1}: as for 0 and 1", known_wrong={late: np.array([[math.exp(-rounded) - 1, math.exp(1 - rounded)]])})
    for k in (30, 40, *kit.examples(lambda r: int(r.integers(31, 40)), n=2, name="further up")):
        for far in (2.0**k, -(2.0**k)):
            late = "the log-sum-exp was rounded to a number of that size before the score was taken off, in float64 too: take the largest score off first"
            said = f"2^{k}" if far > 0 else f"-2^{k}"
            loss, gradient = loss_and_gradient(np.full((1, 4), far, dtype=np.float32), np.array([2]))
            kit.close(float(loss), math.log(4), rtol=1e-5, because=f"four float32 scores of {said}: log 4, as for four zeros", known_wrong={late: 0.0, f"{late} (a wider format alone is no remedy)": far + math.log(4) - far})
            kit.close(np.asarray(gradient, dtype=np.float64), np.array([[0.25, 0.25, -0.75, 0.25]]), rtol=1e-5, because=f"four float32 scores of {said}, label 2: as for four zeros", known_wrong={late: np.array([[1.0, 1.0, 0.0, 1.0]])})
            loss, gradient = loss_and_gradient(np.array([[far, far + 1]]), np.array([0]))
            rounded = far + math.log(1 + math.e) - far
            kit.close(float(loss), math.log(1 + math.e), rtol=1e-10, because=f"float64 scores {said} and 1 more, the first is right: log(1 + e), as for 0 and 1", known_wrong={late: rounded})
            kit.close(gradient, np.array([[share - 1, 1 - share]]), rtol=1e-10, because=f"float64 scores {said} and 1 more: as for 0 and 1", known_wrong={late: np.array([[math.exp(-rounded) - 1, math.exp(1 - rounded)]])})
### BEGIN HIDDEN TESTS
def batch(r):
    n, classes = int(r.integers(1, 9)), int(r.integers(2, 30))
    x = r.normal(size=(n, classes)) * 10.0 ** r.uniform(-2, 4) + r.normal() * 1000
    return x, r.integers(0, classes, size=n)


def far_up(r):
    """Scores near each other, far from 0, and a class that lies far below the others."""
    n, classes = int(r.integers(1, 4)), int(r.integers(3, 7))
    x = r.normal(size=(n, classes)) * 2 + float(r.choice([-1, 1]) * 10 ** r.uniform(3.5, 4.8))
    x[:, 0] -= 10.0 ** r.uniform(4, 4.8)
    return x, r.integers(1, classes, size=n)


def remote(r):
    """Scores a few steps of the format apart, as far from 0 as 2^40, and a class far below; in float32 or float64."""
    n, classes, k = int(r.integers(1, 4)), int(r.integers(2, 7)), int(r.integers(30, 41))
    dtype, step = ((np.float32, 2.0 ** (k - 23)), (np.float64, 0.5))[int(r.integers(2))]
    x = float(r.choice([-1, 1])) * 2.0**k + step * r.integers(-3, 4, size=(n, classes))
    x[:, 0] -= 2.0 ** (k - int(r.integers(1, 9)))
    return x.astype(dtype), r.integers(0, classes, size=n)


def exact_loss(x, y):
    wide = x.astype(np.longdouble)
    wide = wide - wide.max(1, keepdims=True)
    lse = np.log(np.exp(wide).sum(1))
    gradient = np.exp(wide - lse[:, None])
    gradient[np.arange(len(y)), y] -= 1
    return float((lse - wide[np.arange(len(y)), y]).mean()), (gradient / len(y)).astype(np.float64)


with score.part(1, "the loss of other batches, in float64 and float32", hidden=True):
    by_hand(loss_and_gradient)
    for x, y in kit.examples(batch, n=30, name="losses") + kit.examples(far_up, n=10, name="losses far up"):
        kit.close(float(loss_and_gradient(x, y)[0]), exact_loss(x, y)[0], rtol=1e-10, atol=1e-10)
        x = x.astype(np.float32)
        kit.close(float(loss_and_gradient(x, y)[0]), exact_loss(x, y)[0], rtol=1e-5, atol=1e-5)
    for x, y in kit.examples(remote, n=20, name="losses remote"):
        tolerance = 1e-5 if x.dtype == np.float32 else 1e-10
        kit.close(float(loss_and_gradient(x, y)[0]), exact_loss(x, y)[0], rtol=tolerance, atol=tolerance)
    for x in (np.array([[1.6e38, -1.6e38, 0]], dtype=np.float32), np.array([[-8e307, 8e307]]), np.array([[4e307, -4e307], [-4e307, 4e307]])):  # as far as a finite loss is promised
        y = x.argmin(1)
        kit.close(float(loss_and_gradient(x, y)[0]), exact_loss(x, y)[0], rtol=1e-5 if x.dtype == np.float32 else 1e-10)
with score.part(1, "the gradient of other batches", hidden=True):
    by_hand(loss_and_gradient)
    for x, y in kit.examples(batch, n=30, name="gradients") + kit.examples(far_up, n=10, name="gradients far up"):
        kit.close(loss_and_gradient(x, y)[1], exact_loss(x, y)[1], rtol=1e-10, atol=1e-10)
    for x, y in kit.examples(remote, n=20, name="gradients remote"):
        tolerance = 1e-5 if x.dtype == np.float32 else 1e-10
        kit.close(np.asarray(loss_and_gradient(x, y)[1], dtype=np.float64), exact_loss(x, y)[1], rtol=tolerance, atol=tolerance)
with score.part(1, "float32 scores give a float32 gradient; neither scores nor labels are changed; one wrong label among many is found", hidden=True):
    by_hand(loss_and_gradient)
    for x, y in kit.examples(batch, n=10, name="dtypes") + kit.examples(far_up, n=10, name="dtypes far up"):
        _, gradient = kit.unchanged(loss_and_gradient, x.astype(np.float32), y)
        kit.equal(str(gradient.dtype), "float32")
        kit.close(gradient.astype(np.float64), exact_loss(x.astype(np.float32), y)[1], rtol=1e-5, atol=1e-5)
        y[-1] = x.shape[1]
        kit.raises(ValueError, loss_and_gradient, x, y, match=str(x.shape[1]))
    for r in kit.examples(lambda r: (20 + r.permutation(12)).tolist(), n=3, name="labels"):
        refused([*r[:3], 717, r[3], -828, 939], 717, 60)
        refused([*r[:5], -717, 828], -717, 60)
        refused([*r[:2], -60, r[2], 828], -60, 60)
        refused([-1, *r[:4]], -1, 60)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-sum", "locked": true}
# ## 3. A sum that forgets nothing (6 points)
#
# `compensated_sum(x)` adds the numbers of a one-dimensional float32 array **using float32 only**, one after the other, and returns a `np.float32`. Its error may be at most
#
# $$|s - s_\text{exact}| \;\le\; 2 \cdot 2^{-24} |s_\text{exact}| + n^2 \cdot 2^{-48} \sum |x_i|,$$
#
# which the plain loop misses by far. Where this runs there is no wider format and no exact sum of a library; Python's own whole numbers, which never lose a bit, are a wider format too. So in `compensated_sum`, and in functions of yours that it calls, stand only additions and subtractions, comparisons, loops, `abs`, `len`, `range` and their like, and `np.float32`, also as `astype(np.float32)`; no products, no `int`, no imports, no `global`, no class and no strings such as `"f8"`. While it runs the check looks at every value that is made or held, wherever it is kept: a float64, an int64, a Python float that is no float32, and whole numbers, truth values and Python floats of more than 48 bits together (a list of all places of $x$ not counted) are wider. What overflows on the way in float32, as $3 \cdot 10^{38} + 3 \cdot 10^{38} - 3 \cdot 10^{38} - 3 \cdot 10^{38}$ does, is not finite (the bound does not hold there). An empty array gives 0.
#
# And say beforehand how dangerous a sum is: `condition(x)` returns $\sum |x_i| \,/\, |\sum x_i|$ as a float, computed as you like (float64 is fine here), infinite when the sum is 0 though not all numbers are, 1 when all are 0 or there are none; relative error at most $10^{-4}$. The lesson shows Neumaier's sum; Kahan's, sums in pairs and sorted ones miss the bound, and the check tells them apart.
#
# <details><summary>Three hints</summary>
#
# 1. When b is added to a much larger a, which part of b is lost, and can it be computed?
# 2. new = a + b; what was lost is (a - new) + b, if a is the larger of the two.
# 3. Collect the lost parts in a second number, and add it at the very end.
#
# </details>

# %% nbgrader={"grade_id": "contract-sum", "locked": true}
def sum_contract(x):
    """Stop, in words, where compensated_sum breaks its contract on the float32 array x."""
    before = x.copy()
    result = compensated_sum(x)
    exact, size = math.fsum(float(v) for v in x), math.fsum(abs(float(v)) for v in x)
    most = 2 * 2.0**-24 * abs(exact) + len(x) ** 2 * 2.0**-48 * size
    kit.require(str(np.asarray(result).dtype) == "float32" and np.shape(result) == (), f"the result is no single float32: {result!r}")
    kit.require(np.array_equal(x, before), "the input was changed")
    off = abs(float(result) - exact)
    kit.require(off <= most, f"off by {off:.3g}, at most {most:.3g} is allowed: {float(result)!r}, exactly {exact!r}")
    print(f"kept: off by {off:.3g}, at most {most:.3g} is allowed")


def steps(x):
    """Follow the plain float32 sum of x: what each addition lost, and how many of the 24 bits of its smaller number."""
    print(f"{'total':>15} {'+ value':>15} {'= new total':>15} {'lost':>12} {'bits lost':>9}")
    total, lost = np.float32(0), []
    for value in x:
        new = total + value
        gone = math.fsum((float(total), float(value), -float(new)))
        smaller = min(abs(float(total)), abs(float(value)))
        gap = float(np.spacing(np.float32(smaller))) if smaller else 1.0
        bits = min(24, max(0, round(math.log2(float(np.spacing(abs(new))) / gap)))) if gone else 0
        print(f"{float(total):15.9g} {float(value):15.9g} {float(new):15.9g} {gone:12.4g} {bits:9}")
        total = new
        lost.append(gone)
    print(f"plain sum {float(total):.9g}; lost on the way {math.fsum(lost):.9g}; together {math.fsum((float(total), *lost)):.9g}, exactly {math.fsum(float(v) for v in x):.9g}")


steps(np.array([1e8, 4, 8, -1e8, 3, 4], dtype=np.float32))  # 1e8 has room for multiples of 8

# %% nbgrader={"grade_id": "sum", "solution": true}
def compensated_sum(x):
    """Sum of a float32 array with compensation; returns np.float32."""
    ### BEGIN SOLUTION
    total = np.float32(0)
    lost = np.float32(0)
    for value in x:
        new = total + value
        if abs(total) >= abs(value):
            lost = lost + ((total - new) + value)
        else:
            lost = lost + ((value - new) + total)
        total = new
    return np.float32(total + lost)
    ### END SOLUTION


def condition(x):
    """Sum of absolute values divided by the absolute sum."""
    ### BEGIN SOLUTION
    size, total = math.fsum(abs(float(v)) for v in x), abs(math.fsum(float(v) for v in x))
    if size == 0:
        return 1.0
    return size / total if total > 0 else math.inf
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-sum", "grade": true, "points": 6}
import ast
import symtable
import textwrap
import types

score = kit.Score(6)
PLAIN = {"abs", "len", "range", "enumerate", "zip", "iter", "next", "reversed", "min", "max", "list", "tuple", "sorted", "isinstance", "bool", "ValueError", "TypeError", "NotImplementedError", "np"}
NUMPY = {"float32", "single", "abs", "absolute", "fabs", "add", "subtract", "negative", "where", "copysign", "isfinite", "zeros_like", "errstate"}
PARTS = {"dtype", "type", "size", "shape", "ndim", "copy", "astype", "append", "pop", "insert", "extend"}
HINTS = {"np.ndarray", "np.float32"}
STATEMENTS = {ast.Import: "import", ast.ImportFrom: "import", ast.ClassDef: "class", ast.Global: "global"}
OPERATIONS = {ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>", ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^"}


class Shown(ast.NodeTransformer):
    """Makes of each value that an expression computes the argument of a function, where held_wider sees it."""

    def visit(self, node):
        if isinstance(node, ast.pattern):
            return node
        node = self.generic_visit(node)
        makes = isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare))
        return ast.Call(ast.Name("_shown", ast.Load()), [node], []) if makes else node


def only_float32(*arrays):
    """Stop where compensated_sum, or a function that it calls, uses what could leave float32; watch it add these arrays and others."""
    kit.require(isinstance(np, types.ModuleType) and np.__name__ == "numpy", "np is no longer NumPy: run the first cells again")
    waiting, texts = ["compensated_sum"], {}
    while waiting:
        caller = waiting.pop()
        tree = ast.parse(textwrap.dedent(kit.source(globals()[caller])))
        for node in ast.walk(tree):  # what is said of types, in these words alone, does nothing
            for field in ("annotation", "returns"):
                hint = getattr(node, field, None)
                if hint is not None and ast.unparse(hint) in HINTS:
                    setattr(node, field, None if isinstance(node, (ast.arg, ast.FunctionDef)) else ast.Name("np", ast.Load()))
        nodes = list(ast.walk(tree))
        notes = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        notes |= {id(part) for node in nodes if isinstance(node, ast.Raise) for part in ast.walk(node) if isinstance(part, ast.Constant)}
        text = ast.unparse(tree)
        scopes = [symtable.symtable(text, "compensated_sum", "exec")]
        for scope in scopes:
            scopes += scope.get_children()
        used = {name.get_name() for scope in scopes for name in scope.get_symbols() if name.is_global() and name.is_referenced()} - {caller, *texts, *waiting}
        called = {name for name in used - PLAIN if isinstance(globals().get(name), types.FunctionType)}
        numbers = {name for name in used - PLAIN if type(globals().get(name)) in (int, float, np.float32)}
        refused = used - PLAIN - called - numbers | {name for name in used & PLAIN - {"np"} if name in globals()}
        refused |= {node.attr for node in nodes if isinstance(node, ast.Attribute)} - NUMPY - PARTS
        refused |= {STATEMENTS[type(node)] for node in nodes if type(node) in STATEMENTS}
        refused |= {repr(node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes}
        signs = {type(node.op) for node in nodes if isinstance(node, (ast.BinOp, ast.AugAssign))} - {ast.Add, ast.Sub}
        refused |= {f"the operation {OPERATIONS.get(sign, sign.__name__)}" for sign in signs}
        kit.require(not refused, f"compensated_sum uses {', '.join(sorted(refused))}: in it, and in functions of yours that it calls, stand only +, -, comparisons, loops, abs, len, range, their like, and np.float32")
        texts[caller] = text, ast.unparse(Shown().visit(tree))
        waiting += sorted(called)
    overflows(np.array([3e38, 3e38, -3e38, -3e38], dtype=np.float32))
    for x in [*arrays, *kit.examples(of_all_sizes, n=2, name="watched")]:
        wide = kit.probe(held_wider, compensated_sum, texts, x)
        kit.require(not wide, f"while compensated_sum adds there is {', '.join(wide)}: only float32 is used, wherever it is kept")


def of_all_sizes(r):
    """Ten float32 numbers so far apart that an exact sum needs 173 bits on its way."""
    large = r.uniform(1, 9, size=4) * 10.0 ** r.permutation([-25, -9, 6, 20])
    return np.concatenate([large, r.normal(size=2), -r.permutation(large)]).astype(np.float32)


def held_wider(function, texts, x):
    """What is wider than float32 while a function adds x: in what its lines make, in its variables, and in all that these lead to."""
    import gc
    import sys
    import types

    class Found(BaseException):
        """One is enough."""

    wide, there = set(), function.__globals__

    def parts(code):
        return code.co_code, code.co_names, [parts(inner) for inner in code.co_consts if isinstance(inner, types.CodeType)]

    def look(frame, event, arg):
        waiting, followed, bits = [arg, *frame.f_locals.values()], set(), 0
        for thing in waiting:
            if isinstance(thing, (np.generic, np.ndarray)):
                if str(thing.dtype) not in ("float32", "bool"):
                    wide.add(f"a {thing.dtype}")
                bits += thing.size if str(thing.dtype) == "bool" else 0
            elif isinstance(thing, float):
                wide.update(["a Python float that is no float32"] if thing != np.float32(thing) else [])
                bits += 24 if thing else 0
            elif isinstance(thing, int):
                bits += max(1, thing.bit_length())
            elif isinstance(thing, types.FunctionType):
                waiting += [thing.__closure__, thing.__defaults__, thing.__kwdefaults__]
            elif type(thing).__module__ == "builtins" and id(thing) not in followed and not isinstance(thing, (type, types.ModuleType, types.FrameType, types.CodeType)):
                followed.add(id(thing))
                waiting += gc.get_referents(thing)
        if bits > 48 + len(x) * len(x).bit_length():
            wide.add("more than 48 bits of whole numbers, truth values or Python floats, beside a list of all places")
        if wide:
            raise Found
        return look

    plain, shown = dict(there), {**there, "_shown": lambda value: value}
    for name, (text, watched) in texts.items():
        exec(text, plain)
        exec(watched, shown)
        if not isinstance(there[name], types.FunctionType) or parts(there[name].__code__) != parts(plain[name].__code__):
            return [f"a {name} that is not its text"]
    before = sys.gettrace()
    sys.settrace(look)
    try:
        with np.errstate(all="ignore"):
            function(x)
            shown["compensated_sum"](x)
    except Found:
        pass
    finally:
        sys.settrace(before)
    return sorted(wide)


def overflows(x):
    """Stop where the sum of an x that overflows on its way in float32 comes out finite all the same."""
    with np.errstate(over="ignore", invalid="ignore"):
        result = compensated_sum(x)
    kit.require(not math.isfinite(result), f"x = {x} gives {result}: added one after the other in float32 it overflows, so something is wider here, or the order is another")


with score.part(1, "what is lost is found again"):
    only_float32(np.array([1e8, 4, 8, -1e8, 3, 4], dtype=np.float32), np.array([1, 1e8, 1, -1e8], dtype=np.float32))
    kit.close(
        float(compensated_sum(np.array([1e8, 4, 8, -1e8, 3, 4], dtype=np.float32))),
        19.0,
        because="x = [1e8, 4, 8, -1e8, 3, 4]; steps(x) shows what each addition loses",
        known_wrong={
            "this is the plain sum: what is lost is never added again, or it was taken to the smaller number and came out as 0": 15.0,
            "this is Kahan's sum: it corrects the next number, and loses the correction when that number is larger than the total; compare which of the two is larger, and keep the lost parts apart to the end": 23.0,
            "the lost parts were taken off at the end: they are to be added": 11.0,
            "this is a sum in pairs: fewer roundings, but each still loses what cancelling numbers need": 24.0,
            "sorted first, and then the plain sum: the order does not bound the error when numbers cancel": 8.0,
            "sorted by size first, and then the plain sum: the order does not bound the error when numbers cancel": 16.0,
        },
    )
    kit.close(
        float(compensated_sum(np.array([1, 1e8, 1, -1e8], dtype=np.float32))),
        2.0,
        because="x = [1, 1e8, 1, -1e8]",
        known_wrong={
            "both ones are lost, as in the plain sum, in Kahan's and in one by pairs: look at what the first 1 becomes when 1e8 arrives": 0.0,
            "one of the two ones is lost: when the new number is the larger one, it is the total that loses": 1.0,
            "the lost parts were taken off at the end: they are to be added": -2.0,
        },
    )
    for k in kit.examples(lambda r: int(r.integers(2, 3000)), n=4, name="ones"):
        kit.close(float(compensated_sum(np.array([1e8, *[1.0] * k, -1e8], dtype=np.float32))), float(k), because=f"1e8, then {k} ones, then -1e8")
    for x in kit.examples(of_all_sizes, n=2, name="watched"):
        kit.printed(sum_contract, x)
with score.part(1, "only float32 is used, and float32 comes back"):
    only_float32()
    value = np.float32(kit.rng("thousand").uniform(0.01, 0.99))
    result = compensated_sum(np.full(1000, value, dtype=np.float32))
    kit.equal(str(np.asarray(result).dtype), "float32")
    kit.close(float(result), 1000 * float(value), rtol=2e-7, because=f"a thousand times {value}; sum_contract(x) says the bound")
with score.part(1, "how dangerous: no cancellation is 1, perfect cancellation is infinite"):
    in_float32 = "the sum was taken in float32, which loses what this is to measure"
    for x, total, right, wrong in (
        ([1, 1e8, 1, -1e8], 2, 100_000_001.0, {f"{in_float32}: both ones": inf, f"{in_float32}: one of the ones": 200_000_002.0}),
        ([1e8, 4, 8, -1e8, 3, 4], 19, 10_526_316.79, {f"{in_float32}: it came to 15": 13_333_334.6, f"{in_float32}: it came to 23, as Kahan's does": 8_695_653.0, f"{in_float32}: it came to 24, in pairs": 8_333_334.1, f"{in_float32}: it came to 8, sorted": 25_000_002.4, f"{in_float32}: it came to 16, sorted by size": 12_500_001.2}),
    ):
        for sign in (1, -1):
            wrong = {**wrong, "the size of the sum counts, not its sign": -right, "upside down: the absolute values stand above": 1 / right, "the absolute values are taken of each number, and then added": 1.0}
            kit.close(float(condition(sign * np.array(x, dtype=np.float32))), right, rtol=1e-4, because=f"{sign} · {x}: the sum is {sign * total}, the absolute values add up to {total * right:.9g}", known_wrong=wrong)
    for k in kit.examples(lambda r: int(r.integers(2, 3000)), n=2, name="dangerous ones"):
        kit.close(float(condition(np.array([1e8, *[1.0] * k, -1e8], dtype=np.float32))), 2e8 / k + 1, rtol=1e-4, because=f"1e8, then {k} ones, then -1e8: the sum is {k}", known_wrong={f"{in_float32}: all ones": inf})
    for r in kit.examples(lambda r: r.uniform(1, 9, size=5).astype(np.float32), n=3, name="safe"):
        kit.close(float(condition(r)), 1.0, rtol=1e-6, because=f"x = {r}")
        both = np.concatenate([r, -r])
        kit.equal(float(condition(both)), inf, because=f"x = {both}: the sum is 0; one in float32 may miss it by what it rounds")
### BEGIN HIDDEN TESTS
def hard_sum(r):
    """Numbers of many sizes, mostly cancelled by their counterparts, in a random order."""
    n = int(r.integers(5, 300))
    x = (r.normal(size=n) * 10.0 ** r.uniform(-4, 7, size=n)).astype(np.float32)
    x = np.concatenate([x, -x[: int(r.integers(0, n))], r.normal(size=5).astype(np.float32)])
    return r.permutation(x)


def overflowing(r):
    """Two large numbers of one sign somewhere among small ones, and later their counterparts."""
    small = r.normal(size=int(r.integers(2, 9)))
    large = float(r.choice([-1, 1])) * r.uniform(1.8e38, 3.4e38, size=2)
    return np.concatenate([small, large, small, -large]).astype(np.float32)


def bound(x):
    exact, size = math.fsum(x.astype(np.float64)), math.fsum(np.abs(x.astype(np.float64)))
    return exact, 2 * 2.0**-24 * abs(exact) + len(x) ** 2 * 2.0**-48 * size


with score.part(1, "within the bound on sums with cancellation, not finite on those that overflow in float32", hidden=True):
    hard = kit.examples(hard_sum, n=30, name="hard")
    only_float32(*[x for x in hard if len(x) <= 100][:3])
    for x in kit.examples(overflowing, n=5, name="overflowing"):
        overflows(x)
    for x in hard + kit.examples(of_all_sizes, n=10, name="watched"):
        exact, most = bound(x)
        kit.require(abs(float(compensated_sum(x)) - exact) <= most, "outside the bound")
with score.part(1, "within the bound on long sums, an empty one and a single number; the input stays as it was", hidden=True):
    only_float32()
    for r in kit.examples(lambda r: (r.random(5000) + 0.5).astype(np.float32), n=2, name="long"):
        exact, most = bound(r)
        kit.require(abs(float(kit.unchanged(compensated_sum, r)) - exact) <= most, "outside the bound")
    kit.close(float(compensated_sum(np.array([], dtype=np.float32))), 0.0)
    kit.close(float(compensated_sum(np.array([-2.5], dtype=np.float32))), -2.5)
    exact, most = bound(np.array([3e-5, 1e7, 4e-5, -1e7, 1e-5], dtype=np.float32))
    kit.require(abs(float(compensated_sum(np.array([3e-5, 1e7, 4e-5, -1e7, 1e-5], dtype=np.float32))) - exact) <= most, "outside the bound")
def cancelled(r):
    """Numbers that cancel but for a little, in a random order."""
    x = (r.normal(size=int(r.integers(3, 100))) * 10.0 ** r.uniform(3, 6)).astype(np.float32)
    return r.permutation(np.concatenate([x, -x, r.uniform(0.1, 1, size=3).astype(np.float32)]))


with score.part(1, "how dangerous other sums are", hidden=True):
    for x in kit.examples(hard_sum, n=10, name="dangerous") + kit.examples(cancelled, n=10, name="more dangerous"):
        wide = x.astype(np.float64)
        kit.close(float(condition(x)), math.fsum(np.abs(wide)) / abs(math.fsum(wide)), rtol=1e-4)
    kit.close(float(condition(np.array([0.25, -0.125], dtype=np.float32))), 3.0)
    for nothing in (0, 3):
        kit.close(float(condition(np.zeros(nothing, dtype=np.float32))), 1.0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-scaling", "locked": true}
# ## 4. Gradients in sixteen bits (5 points)
#
# `choose_scale(gradients, headroom)` takes float64 gradients (at least one) and a headroom ≥ 1 and returns the **largest power of two** (a float) such that the largest absolute gradient, scaled, is at most 65 504 / headroom. When all gradients are 0, it returns 1.0. It may be less than 1, when the gradients are large. Asked are largest gradients from $10^{-20}$ to $10^{10}$, and 0.
#
# `apply(weights, half, scale, rate)` takes float32 weights, scaled gradients in float16, their scale and a learning rate, and returns **new** float32 weights $w - \text{rate} \cdot g$, where $g$ is the gradient without the scale. Gradients that the scale had saved must not vanish again on the way. If any scaled gradient is infinite or NaN, it returns the
# weights unchanged (that step is skipped). Both are written by hand. The scale is exact; the weights are right to $10^{-6}$ relatively, or to $10^{-12}$ absolutely, and steps from weights of 0 to $10^{-5}$ relatively.
#
# <details><summary>Three hints</summary>
#
# 1. Why must the scale be a power of two?
# 2. The largest scaled gradient has to stay at or below 65504 divided by the headroom.
# 3. floor(log2(65504 / headroom / largest)) is the exponent of the scale.
#
# </details>

# %% nbgrader={"grade_id": "contract-scaling", "locked": true}
from fractions import Fraction


def scale_contract(gradients, headroom):
    """Stop, in words, where choose_scale breaks its contract."""
    scale, largest = float(choose_scale(gradients, headroom)), float(np.abs(gradients).max())
    kit.require(scale > 0 and math.frexp(scale)[0] == 0.5, f"{scale!r} is not a power of two")
    if largest == 0:
        kit.require(scale == 1.0, f"all gradients are 0, and the scale is {scale!r}, not 1.0")
    else:
        filled = Fraction(scale) * Fraction(largest) * Fraction(headroom) / 65504
        rounding = Fraction(1, 2**52)  # 65504 / headroom may be rounded
        kit.require(filled <= 1 + rounding, f"{scale:g} · {largest:g} is above 65504 / {headroom:g}")
        kit.require(2 * filled > 1 - rounding, f"twice the scale {scale:g} would fit too")
    print(f"kept: {scale:g} = 2 to the power of {math.frexp(scale)[1] - 1}")


def step_contract(weights, half, scale, rate):
    """Stop, in words, where apply breaks its contract."""
    before = weights.copy()
    new = apply(weights, half, scale, rate)
    kit.require(np.array_equal(weights, before), "the weights given were changed")
    kit.require(new is not weights or not np.isfinite(half).all(), "the weights given were returned themselves")
    kit.require(str(new.dtype) == "float32" and new.shape == weights.shape, f"{new.dtype} of shape {new.shape} came back, not float32 of shape {weights.shape}")
    if not np.isfinite(half).all():
        kit.require(np.array_equal(new, before), "a gradient is infinite or NaN, and the step was not skipped")
    else:
        kit.require(bool(np.isfinite(new).all()), "a new weight is infinite or NaN")
        relative, absolute = (1e-6, 1e-12) if before.any() else (1e-5, 1e-30)
        for place, numbers in enumerate(zip(before.flat, new.flat, half.flat, strict=True)):
            old, now, gradient = (Fraction(float(number)) for number in numbers)
            moved = (old - now) * Fraction(scale)  # as far as the scaled gradient, times the rate
            off = float(abs(moved - Fraction(rate) * gradient) / Fraction(scale))
            most = relative * abs(float(now)) + absolute
            kit.require(off <= most, f"weight {place} is off by {off:.3g}, at most {most:.3g} is allowed")
    print("kept")


def bits_kept(gradients, scale):
    """Show what float16 keeps of each gradient, as it is and scaled: the gradient got back, and its good bits (of 11)."""
    print(f"{'gradient':>12} {'plain fp16':>12} {'bits':>4}   {'scaled fp16':>12} {'bits':>4}")
    for g in gradients:
        line = f"{g:12.4g}"
        for s in (1.0, scale):
            with np.errstate(over="ignore", under="ignore"):
                back = float(np.float16(g * s)) / s
            room = math.frexp(g * s)[1] - max(math.frexp(g * s)[1] - 11, -24) if g else 11
            bits = max(0, room) if math.isfinite(back) and (back or not g) else 0
            line += f" {back:12.4g} {bits:4}  "
        print(line)


bits_kept(np.array([1e-2, -3e-5, 2e-7, 1e-9]), 1024.0)

# %% nbgrader={"grade_id": "scaling", "solution": true}
def choose_scale(gradients, headroom):
    """Largest power of two such that max|g| * scale <= 65504 / headroom."""
    ### BEGIN SOLUTION
    largest = float(np.abs(gradients).max())
    if largest == 0:
        return 1.0
    scale = 1.0
    while scale * largest > 65504 / headroom:
        scale /= 2
    while 2 * scale * largest <= 65504 / headroom:
        scale *= 2
    return scale
    ### END SOLUTION


def apply(weights, half, scale, rate):
    """New float32 weights after one step with scaled float16 gradients."""
    ### BEGIN SOLUTION
    if not np.isfinite(half).all():
        return weights.copy()
    gradient = half.astype(np.float32) / np.float32(scale)
    return (weights - np.float32(rate) * gradient).astype(np.float32)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-scaling", "grade": true, "points": 5}
score = kit.Score(5)
with score.part(1, "the scale for a largest gradient of 0.01 and no headroom is 2 to the power of 22"):
    by_hand(choose_scale)
    kit.close(float(choose_scale(np.array([0.01, -0.001]), 1.0)), 4194304.0, because="gradients 0.01 and -0.001, headroom 1", known_wrong={"a power of two, so that nothing is rounded": 6550400.0, "that overflows: round the power down": 8388608.0})
    for k in kit.examples(lambda r: int(r.integers(-30, 30)), n=4, name="powers"):
        kit.close(float(choose_scale(np.array([0.01 * 2.0**k, 0.0]), 1.0)), 4194304.0 / 2.0**k, because=f"gradients 0.01 · 2^{k} and 0, headroom 1")
        kit.close(float(choose_scale(np.array([-0.01 * 2.0**k]), 2.0)), 2097152.0 / 2.0**k, because=f"gradient -0.01 · 2^{k}, headroom 2: twice the headroom, half the scale; the sign does not count")
        kit.close(float(choose_scale(np.array([2.0**k]), 1.0)), 2.0 ** (15 - k), because=f"gradient 2^{k}, headroom 1", known_wrong={"65536 is no float16: the largest is 65504": 2.0 ** (16 - k)})
with score.part(1, "a step with gradients that fp16 alone would lose"):
    by_hand(apply)
    size = float(kit.rng("tiny").uniform(1e-9, 9e-9))
    half = (np.array([size, -size]) * 2.0**20).astype(np.float16)
    kit.close(apply(np.zeros(2, dtype=np.float32), half, 2.0**20, 1.0), np.array([-size, size], dtype=np.float32), rtol=2e-3, because=f"weights 0 and 0, gradients {half} scaled by 2^20, rate 1", known_wrong={"divided in fp16, they are zero again": np.zeros(2, dtype=np.float32), "the sign: a step goes against the gradient": np.array([size, -size], dtype=np.float32), "the scale was not taken out": -half.astype(np.float32)})
### BEGIN HIDDEN TESTS
with score.part(1, "the largest power of two for other gradients and headrooms, and 1.0 when all are 0", hidden=True):
    by_hand(choose_scale)
    for g, headroom in kit.examples(lambda r: (r.normal(size=int(r.integers(1, 9))) * 10.0 ** r.uniform(-12, 8), float(r.uniform(1, 8))), n=40, name="scales"):
        scale, largest = float(choose_scale(g, headroom)), float(np.abs(g).max())
        kit.require(math.frexp(scale)[0] == 0.5, "not a power of two")
        kit.require(scale * largest <= 65504 / headroom < 2 * scale * largest, "not the largest one")
    kit.close(float(choose_scale(np.zeros(3), 2.0)), 1.0)
    for k in (-9, 0, 7):  # at the border, and half a unit on either side of it
        for largest, headroom, right in ((65504.0, 1.0, 1.0), (65504.5, 1.0, 0.5), (65503.5, 1.0, 1.0), (16376.0, 4.0, 1.0), (16376.125, 4.0, 0.5)):
            kit.close(float(choose_scale(np.array([0.0, -largest / 2.0**k]), headroom)), right * 2.0**k)
with score.part(1, "steps with other weights, scales and rates; the weights given stay as they were", hidden=True):
    by_hand(apply)
    for r in kit.examples(lambda r: (r.normal(size=5).astype(np.float32), r.normal(size=5) * 10.0 ** r.uniform(-9, -3), float(r.uniform(0.01, 1))), n=20, name="steps"):
        weights, g, rate = r
        scale = 2.0 ** math.floor(math.log2(30000 / np.abs(g).max()))
        half = (g * scale).astype(np.float16)
        result = kit.unchanged(apply, weights, half, scale, rate)
        kit.equal(str(result.dtype), "float32")
        kit.close(result.astype(np.float64), weights - rate * (half.astype(np.float64) / scale), rtol=1e-6, atol=1e-12)
        small = apply(np.zeros(5, dtype=np.float32), half, scale, rate)
        kit.close(small.astype(np.float64), -rate * (half.astype(np.float64) / scale), rtol=1e-5, atol=1e-30)
with score.part(1, "a step with an infinite or undefined gradient is skipped, a finite one beside it is not", hidden=True):
    by_hand(apply)
    weights = kit.rng("skipped").normal(size=3).astype(np.float32)
    for bad in (inf, -inf, np.nan):
        kit.equal(apply(weights.copy(), np.array([1.0, bad, 2.0], dtype=np.float16), 4.0, 0.5), weights)
    kit.close(apply(weights.copy(), np.array([1.0, 65504.0, 2.0], dtype=np.float16), 4.0, 0.5), weights - np.array([0.125, 8188.0, 0.25], dtype=np.float32), rtol=1e-6)
    for sign in (1, -1):  # each is finite, and their sum in float16 is not
        kit.close(apply(weights[:2].copy(), np.array([60000, 60000], dtype=np.float16) * np.float16(sign), 4.0, 0.5), weights[:2] - np.float32(sign * 7500), rtol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-breaking", "locked": true}
# ## 5. Where it breaks (3 points)
#
# The old code goes to another accelerator, with another format. At which numbers will it fail there? `breaking(step, dtype, n)` takes the name of a step, a dtype (`"float16"`, `"float32"` or `"float64"`) and a number $n$, and returns the **smallest whole number** $k \ge 0$ at which that step breaks in that format, an int:
#
# | step | where it stands | what is computed, rounded to the dtype | broken when this is |
# |---|---|---|---|
# | `"exp"` | a score of $k$, times $n$ | $e^{n k}$ | infinite |
# | `"sum"` | the sum over $n$ scores of $k$ each | $n \cdot e^k$ | infinite |
# | `"log"` | the loss in two steps: the softmax of a score that lies $n k$ below the largest, then its logarithm | $e^{-n k}$ | 0 |
# | `"loss"` | the same loss in one step, as in task 2, for a score that lies $n \cdot 2^k$ below the largest | $n \cdot 2^k$ | infinite |
# | `"count"` | a counter at $2^k$, to which $n$ is added | $2^k + n$ | still $2^k$ |
# | `"product"` | the product of two gradients, $2^{-k}$ and $n \cdot 2^{-k}$ | $n \cdot 2^{-2k}$ | 0 |
#
# $n$ is a multiple of 1/8 between 1/8 and 8 (for `"sum"` a whole number from 1 to 999): the numbers that go into a step are exact. Rounded is what is computed, as NumPy rounds: to the nearest number of the format, subnormal ones included, half way to the even one. For `"sum"` it makes no difference, for the $n$ tried, whether $e^k$ is rounded too, before it is taken $n$ times.
#
# So $n \cdot 2^k$ is one number, rounded once: $2^k$ alone may be infinite in the format where $n \cdot 2^k$ is not (`np.ldexp` makes it in one go; as a Python float, `2.0**1024` raises an `OverflowError`). You may search in the dtype itself, or compute from `np.finfo`; by hand, as above. The first step is given:
#
# ```python
# def exp_breaks(dtype, n):
#     number, k = np.dtype(dtype).type, 0
#     with np.errstate(over="ignore"):
#         while not np.isinf(np.exp(number(n * k))):
#             k += 1
#     return k
# ```
#
# For example, `breaking("exp", "float16", 1)` is 12: $e^{11} = 59\,874$ is there, $e^{12}$ is above 65 504. Write your guesses for the other five in float16 with $n = 1$ down before you run the check. About 15 lines.
#
# <details><summary>Three hints</summary>
#
# 1. Which number is the largest of the format, which the smallest above 0, and how wide is the gap at 2^k?
# 2. What happens to a result between 0 and the smallest number, and to a sum half way between two numbers?
# 3. infinite from 2^maxexp · (1 - 2^-(m + 2)) on; 0 up to 2^(minexp - m - 1); unchanged when n is at most half the gap, 2^(k - m - 1), for m fraction bits
#
# </details>

# %% nbgrader={"grade_id": "breaking", "solution": true}
def breaking(step, dtype, n):
    """Smallest whole number k >= 0 at which a step of the plain computation breaks in a dtype."""
    ### BEGIN SOLUTION
    number = np.dtype(dtype).type
    broken = {
        "exp": lambda k: np.isinf(np.exp(number(n * k))),
        "sum": lambda k: np.isinf(number(n) * np.exp(number(k))),
        "log": lambda k: np.exp(number(-n * k)) == 0,
        "loss": lambda k: np.isinf(np.ldexp(number(n), k)),
        "count": lambda k: np.ldexp(number(1), k) + number(n) == np.ldexp(number(1), k),
        "product": lambda k: np.ldexp(number(1), -k) * np.ldexp(number(n), -k) == 0,
    }[step]
    k = 0
    with np.errstate(over="ignore", under="ignore"):
        while not broken(k):
            k += 1
    return k
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-breaking", "grade": true, "points": 3}
def slips(step, n, right):
    """What well-known mistakes give in float16 for a step and n."""
    wrong = {}
    if step == "loss" and n != 1:
        wrong["that is where 2^k alone becomes infinite: n · 2^k is one number, and only that is rounded"] = 16
        wrong["n larger makes n · 2^k larger: it breaks earlier, not later"] = math.ceil(16 + math.log2(n))
    if step == "count" and n != 1:
        wrong["that is where a 1 is lost: it is n that is added"] = 11
    if step == "product":
        wrong["n belongs to one of the two gradients: the product is n · 2^(-2k)"] = 13
        wrong["n counted twice: only one of the two gradients has it"] = math.ceil(12.5 + math.log2(n))
    if step == "sum":
        wrong["that is one score: n of them, each e^k, are added"] = 12
        wrong["rounded after each addition: n · e^k is rounded once"] = 6 if n == 162 else right
    wrong["one too few: the last one that works" if step != "log" else "one too few: there the smallest subnormal number still stands, by rounding"] = right - 1
    wrong["one too many: a result half way between two numbers is rounded to the even one, here already" if step in ("count", "product") else "one too many: the step breaks earlier"] = right + 1
    return {words: k for words, k in wrong.items() if k != right}


score = kit.Score(3)
BY_HAND = [  # step, dtype, where it breaks for n = 1, why, well-known mistakes
    ("exp", "float16", 12, "log 65504 = 11.09", {"the last one that works: one less than the first that breaks": 11, "computed in float64: stay in the dtype": 710, "computed in float32: stay in the dtype": 89}),
    ("sum", "float16", 12, "one score: as exp", {"the last one that works: one less than the first that breaks": 11}),
    ("log", "float16", 18, "half of the smallest number, 2^-25, is e^-17.33", {"below the smallest normal number there are subnormal ones": 10, "what is above half of the smallest number is rounded up to it, not to 0": 17, "computed in float64: stay in the dtype": 746}),
    ("loss", "float16", 16, "2^16 is above 65504", {"the last one that works: one less than the first that breaks": 15, "that is where the loss in two steps breaks": 18}),
    ("count", "float16", 11, "from 2^11 on the gap is 2, and 1 is half of it: rounded back to the even one", {"there the gap is 1, and 1 still counts": 10, "half way is rounded to the even number: it counts no more already here": 12}),
    ("product", "float16", 13, "2^-26 is below half of 2^-24", {"2^-24 is there: the smallest subnormal number": 12, "below the smallest normal number there are subnormal ones": 8}),
    ("exp", "float32", 89, "log of the largest number is 88.7", {}),
    ("count", "float32", 24, "the gap is 2 from 2^24 on", {"there the gap is 1, and 1 still counts": 23}),
]
OTHERS = {  # float16: n, where it breaks
    "exp": ((0.25, 45), (1.125, 10), (3, 4), (8, 2)),
    "sum": ((2, 11), (20, 9), (162, 7), (300, 6), (999, 5)),
    "log": ((0.25, 70), (1.125, 16), (3, 6), (8, 3)),
    "loss": ((0.125, 19), (0.375, 18), (0.875, 17), (3, 15), (8, 13)),
    "count": ((0.125, 8), (0.5, 10), (0.875, 11), (3, 13), (8, 14)),
    "product": ((0.125, 11), (0.375, 12), (2, 13), (5, 14)),
}
with score.part(1, "where each step breaks: n = 1, and others in float16"):
    by_hand(breaking)
    for step, dtype, right, why, wrong in BY_HAND:
        kit.equal(int(breaking(step, dtype, 1)), right, because=f"{step} in {dtype}, n = 1: {why}", known_wrong=wrong)
    for step, cases in OTHERS.items():
        for n, right in cases:
            kit.equal(int(breaking(step, "float16", n)), right, because=f"{step} in float16, n = {n}", known_wrong=slips(step, n, right))
    for i, dtype in enumerate(("float16", "float32", "float64")):
        n = int(kit.rng(f"related {i}").integers(1, 15)) / 8
        for step, factor, more in (("loss", 2, -1), ("count", 2, 1), ("product", 4, 1)):
            k = int(breaking(step, dtype, n))
            kit.equal(int(breaking(step, dtype, factor * n)), k + more, because=f"{step} in {dtype}: it breaks at {k} for n = {n}; n = {factor * n} is {factor} times that, and 2 to the power of k moves by one")
        m = int(kit.rng(f"related {i}").integers(2, 300))
        once, twice = int(breaking("sum", dtype, m)), int(breaking("sum", dtype, 3 * m))
        kit.require(1 <= once - twice <= 2, f"sum in {dtype}: it breaks at {once} for n = {m}, and at {twice} for n = {3 * m}: log 3 = 1.1 earlier, as whole numbers 1 or 2")
        once, twice = int(breaking("log", dtype, n)), int(breaking("log", dtype, 2 * n))
        kit.require(once in (2 * twice - 1, 2 * twice), f"log in {dtype}: it breaks at {once} for n = {n}, and at {twice} for n = {2 * n}: twice as large an n, half as far")
### BEGIN HIDDEN TESTS
def limits(dtype):
    """The logarithms (base 2) of the size from which on a result is infinite, and down to which it is 0; its fraction bits."""
    info = np.finfo(dtype)
    return info.maxexp + math.log2(1 - 2.0 ** -(info.nmant + 2)), info.minexp - info.nmant - 1, info.nmant


def first_broken(step, dtype, n):
    """Where a step breaks before it is rounded up to a whole number, from the format alone."""
    over, zero, bits = limits(dtype)
    return {
        "exp": over * math.log(2) / n, "sum": over * math.log(2) - math.log(n), "log": -zero * math.log(2) / n,
        "loss": over - math.log2(n), "count": bits + 1 + math.log2(n), "product": (math.log2(n) - zero) / 2,
    }[step]  # fmt: skip


def where(r, step, dtype):
    """A drawn n for which no rounding inside the step can shift the answer, and the answer."""
    while True:
        n = int(r.integers(2, 1000)) if step == "sum" else int(r.integers(1, 65)) / 8
        place = first_broken(step, dtype, n)
        unit = n if step in ("exp", "log") else 1.0
        if step not in ("exp", "log", "sum") or abs(place - round(place)) * unit > 0.02:
            return n, max(0, math.ceil(place))


with score.part(1, "what overflows (exp, sum, loss), for other n and in every format", hidden=True):
    by_hand(breaking)
    for dtype in ("float16", "float32", "float64"):
        for step in ("exp", "sum", "loss"):
            for n, right in kit.examples(lambda r: where(r, step, dtype), n=6, name=f"{dtype} {step}"):
                kit.equal(int(breaking(step, dtype, n)), right)
        kit.equal(int(breaking("loss", dtype, 1)), np.finfo(dtype).maxexp)
with score.part(1, "what vanishes (log, count, product), for other n and in every format, half way included", hidden=True):
    by_hand(breaking)
    for dtype in ("float16", "float32", "float64"):
        for step in ("log", "count", "product"):
            for n, right in kit.examples(lambda r: where(r, step, dtype), n=6, name=f"{dtype} {step}"):
                kit.equal(int(breaking(step, dtype, n)), right)
        for n in (0.5, 2, 8):  # exactly half way
            kit.equal(int(breaking("count", dtype, n)), math.ceil(first_broken("count", dtype, n)))
            kit.equal(int(breaking("product", dtype, n)), math.ceil(first_broken("product", dtype, n)))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-needed", "locked": true}
# ## 6. Which part of the repair does a case need? (3 points)
#
# A colleague wants to take parts of your loss out again, to save time, and asks which ones each batch needs. Take them out one at a time, and see what it costs: that is an *ablation*. `needed(scores, label, share)` takes float32 scores of shape (classes,), a label and a share between $10^{-5}$ and 0.1, and returns the **set of the names** of those parts without which the loss, computed in float32, is infinite or off by more than `share` of the true loss (that of float64 with all parts):
#
# | name | what is computed without it, each step in float32, $m = \max x$ |
# |---|---|
# | `"maximum"` | $\log \sum_j e^{x_j} - x_y$: nothing is taken off |
# | `"one step"` | $-\log p_y$ with $p = e^{x - m} / \sum_j e^{x_j - m}$: softmax, then the logarithm |
# | `"shift first"` | $\big(m + \log \sum_j e^{x_j - m}\big) - x_y$: the maximum comes back before the score is taken off |
#
# Overflow and the logarithm of 0 belong to these computations, and NumPy issues a `RuntimeWarning` for each: compute them within `np.errstate`, since none may reach whoever calls `needed` (the check makes an error of it). No input tried lies near the border: each error is below a quarter or above four times the share. A true loss of 0 is not asked. Written by hand, as above.
#
# **Predict before you run**: which sets belong to the scores (1000, 0, −1000) with label 2; (0, −120) with label 1; (60 000, 60 001) with label 0; (1, 2, 3) with label 0; each with the share 0.0001? About 15 lines.
#
# <details><summary>Three hints</summary>
#
# 1. What is each of the three losses when nothing but that one part is left out?
# 2. Which of the three can be finite and still wrong, and how far apart do float32 numbers lie where it is rounded?
# 3. A part is needed when |value without it - loss| > share · loss, with the loss from float64.
#
# </details>

# %% nbgrader={"grade_id": "needed", "solution": true}
def needed(scores, label, share):
    """Names of the parts without which the float32 loss is off by more than a share; (classes,), int, float -> set."""
    ### BEGIN SOLUTION
    largest = scores.max()
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        powers = np.exp(scores - largest)
        without = {
            "maximum": np.log(np.exp(scores).sum()) - scores[label],
            "one step": -np.log(powers[label] / powers.sum()),
            "shift first": (largest + np.log(powers.sum())) - scores[label],
        }
        wide = scores.astype(np.float64) - float(largest)
        loss = np.log(np.exp(wide).sum()) - wide[label]
        return {name for name, value in without.items() if abs(float(value) - loss) > share * loss}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-needed", "grade": true, "points": 3}
import warnings

def answered(x, label, share):
    """The set that the function gives, as plain text in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = kit.unchanged(needed, x, label, share)
        except RuntimeWarning as told:
            kit.require(False, f"scores {x}: a RuntimeWarning reaches the caller: {told}. It belongs to what is computed here: put those lines into np.errstate")
    kit.require(type(result) is set and all(type(name) is str for name in result), "the result is no set of names")
    return sorted(result)


def half_right(right, small):
    """What comes out when one kind of error is overlooked; a small loss is one far below 1."""
    late = "the share is one of the true loss: the same error weighs more in a loss far below 1" if small else "a loss can be finite and wrong: compare with the float64 loss, not with infinity"
    wrong = {
        "computed in float64: stay in float32": [] if right == ["one step"] else right,
        late: [n for n in right if n != "shift first"],
        "a probability of 0 makes the loss in two steps infinite, which is more than any share": [n for n in right if n != "one step"],
        "the log-sum-exp without the maximum is infinite above 88.7, and minus infinity when all powers are 0": [n for n in right if n != "maximum"],
        "the share is one of the true loss: the same error weighs less in a larger loss": sorted({*right, "shift first"}),
    }
    return {words: names for words, names in wrong.items() if names != right}


score = kit.Score(3)
with score.part(1, "four cases, and drawn ones of each kind"):
    by_hand(needed)
    r = kit.rng("shown")
    up, gap, low = r.integers((40_000, 150, -3), (65_000, 900, 3)).tolist()
    fine, coarse, middle, small = (10 ** r.uniform((-5, -2.5, -4, -2.4), (-4, -1, -3.4, -1.9))).tolist()
    fixed = (
        ([1000, 0, -1000], 2, 1e-4, {"maximum", "one step"}, "e^1000 is infinite; a probability of e^-2000 is 0; 1000 and 2000 are exact, so it costs nothing that the maximum comes back"),
        ([0, -120], 1, 1e-4, {"one step"}, "e^-120 is 0 in float32, and so is the probability; the sum is 1 with the maximum or without"),
        ([60_000, 60_001], 0, 1e-4, {"maximum", "shift first"}, "e^60000 is infinite; the probability is 0.27; beside 60 000 numbers lie 1/256 apart"),
        ([1, 2, 3], 0, 1e-4, set(), "tame: every way gives the same"),
    )
    drawn = (
        ([up, up + 1], 0, fine, {"maximum", "shift first"}, "numbers of this size lie 1/256 apart: 1.3133 becomes 1.3125 or so, off by 0.0006 of it"),
        ([up + 4, up], 0, small, {"maximum", "shift first"}, "the loss is 0.0181, and 0.0195 when the maximum comes back first: off by 0.0014, a thirteenth of it"),
        ([up, up + 1], 0, coarse, {"maximum"}, "1.3133 becomes 1.3125 or so: off by 0.0006 of it, less than the share"),
        ([up, up + 1, up - 60], 2, middle, {"maximum"}, "the loss is 61.3: off by 0.0008 when the maximum comes back first, but that is only 0.00001 of it"),
        ([-up, -up - gap], 1, middle, {"maximum", "one step"}, "without the maximum all powers are 0; the probability is 0; whole numbers are exact"),
        ([low, low + 1, low + 2], 0, coarse, set(), "tame: every way gives the same"),
        ([low, low - gap], 1, coarse, {"one step"}, "the probability is 0 in float32; everything else is tame"),
        ([low, low + 1, low - gap], 0, coarse, set(), "the class far below is not the label: every way gives the same"),
    )
    for scores, first, share, right, why in (*fixed, *drawn):
        order = np.arange(len(scores)) if share == 1e-4 else r.permutation(len(scores))
        x, label = np.array(scores, dtype=np.float32)[order], int(np.flatnonzero(order == first)[0])
        kit.equal(answered(x, label, share), sorted(right), because=f"scores {x}, label {label}, share {share:.2g}: {why}", known_wrong=half_right(sorted(right), share == small))
### BEGIN HIDDEN TESTS
NAMES = ("maximum", "one step", "shift first")


def true_loss(x, label):
    """In extended precision, with all parts."""
    wide = x.astype(np.longdouble)
    wide = wide - wide.max()
    return np.log(np.exp(wide).sum()) - wide[label]


def cost(scores, label):
    """How far off each ablation is, as a share of the true loss."""
    x = np.asarray(scores, dtype=np.float32)
    with np.errstate(all="ignore"):
        true = true_loss(x, label)
        e = np.exp(x - x.max())
        values = (np.log(np.exp(x).sum()) - x[label], -np.log(e[label] / e.sum()), (x.max() + np.log(e.sum())) - x[label])
        return [float(abs(np.longdouble(v) - true) / true) for v in values]


def case(r, kind):
    """Drawn scores of a kind, a label and a share that no error lies near, and the set that is needed."""
    while True:
        n = int(r.integers(2, 8))
        x = r.normal(size=n) * float(r.uniform(0.5, 3))
        if "far up" in kind:
            x = x + float(r.choice([-1, 1]) * 10 ** r.uniform(3, 4.8))
        if "far apart" in kind:
            x[int(r.integers(n))] -= float(r.uniform(110, 900))
        x = x.astype(np.float32)
        label, share = int(r.choice([np.argmin(x), r.integers(n)])), float(10 ** r.uniform(-5, -1))
        if true_loss(x, label) < 0.05:  # else roundings of float32 decide
            continue
        off = cost(x, label)
        finite = [v for v in off if 0 < v < np.inf]
        if "far up" in kind and finite:  # on either side of an error, so that the share does decide
            share = float(r.choice(finite) * 10 ** (r.choice([-1, 1]) * r.uniform(0.7, 2)))
        if share < 1 and all(v < share / 4 or v > share * 4 for v in off):
            return x, label, share, {name for name, v in zip(NAMES, off, strict=True) if v > share}


with score.part(1, "cases that need none, or one of them", hidden=True):
    by_hand(needed)
    for kind in ("", "far apart"):
        for x, label, share, right in kit.examples(lambda r: case(r, kind), n=15, name=f"few {kind}"):
            kit.equal(answered(x, label, share), sorted(right))
with score.part(1, "cases far up, where the share decides", hidden=True):
    by_hand(needed)
    for kind in ("far up", "far up, far apart"):
        for x, label, share, right in kit.examples(lambda r: case(r, kind), n=20, name=f"many {kind}"):
            kit.equal(answered(x, label, share), sorted(right))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Beyond the points
#
# Compare `breaking("log", dtype, 1)` with $2^k$ for the k of `breaking("loss", dtype, 1)`: how much further does the same loss reach in one step than in two? And which scale of task 4 moves `"product"` where?
#
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit.
