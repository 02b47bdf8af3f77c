# %% [markdown] id="title"
# # Back-propagation by hand
#
# **You will be able to** compute every gradient of a network by hand, hold it against the library and against differences, and find a wrong gradient in a training that looks healthy. **70 minutes.**
#
# At the end you can
#
# 1. derive the gradient of softmax and cross-entropy, and compute it for an example;
# 2. carry it back through a layer and a ReLU, with all shapes;
# 3. write the backward pass of a network, and the same as a small machine that differentiates by itself;
# 4. check gradients by differences with a sensible step, array by array;
# 5. say what a backward pass costs in operations and in memory.

# %% [markdown] id="before"
# ## Before you start
#
# You need the layer of lesson 1, the chain rule and a softmax. Three questions; answer before you read on.
#
# - $f(x) = (3x + 1)^2$. What is $f'(1)$? $2 \cdot 4 \cdot 3 = 24$. *If not: Calculus and automatic differentiation, lesson 1.*
# - The softmax of $(\log 3, 0)$? $(3/4, 1/4)$. *If not: Numerics and information, lesson 2.*
# - The right class got the probability $1/4$. What is the cross-entropy in nats? $\log 4$. *If not: Numerics and information, lesson 3.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-sum-rule")

# %% [markdown] id="question"
# ## A question first
#
# Here is the network of lesson 1 before it has learnt anything: 64 pixels, 32 hidden neurons, 10 scores, 2410 numbers drawn at random. The digits (`load_digits`, UCI, CC BY 4.0) come half as negatives. For a batch of 100 pictures it has a **loss**: the mean cross-entropy of its softmax. To improve it one must know for **each** number whether to turn it up or down, and how much that would help.
#
# The honest way: turn one number a little, compute the loss again, put it back. That is two passes through the network for each of the 2410.

# %% id="data"
pictures, digits = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(digits))
x, y = pictures[order] / 8 - 1, digits[order]  # (1797, 64) from -1 to +1, (1797,)
flip = np.random.default_rng(1).random(len(y)) < 0.5
x = np.where(flip[:, None], -x, x)
N = 1200
batch, labels = x[:100], y[:100]  # (100, 64), (100,)


def beginning(seed=0, sizes=(64, 32, 10)):
    """Random layers [(W, b), ...], W of shape (outputs, inputs)."""
    r = np.random.default_rng(seed)
    return [(r.normal(size=(o, i)) * math.sqrt(2 / i), np.zeros(o)) for i, o in zip(sizes, sizes[1:])]


def loss_of(x, y, layers):
    """Mean cross-entropy in nats."""
    a = x
    for i, (W, b) in enumerate(layers):
        z = a @ W.T + b  # (n, outputs)
        a = np.maximum(z, 0) if i < len(layers) - 1 else z
    a = a - a.max(1, keepdims=True)
    return float((np.log(np.exp(a).sum(1)) - a[np.arange(len(y)), y]).mean())


def by_differences(x, y, layers, h=1e-5):
    """Every derivative by turning every number: two passes each."""
    slopes = []
    for pair in layers:
        for array in pair:
            slope = np.zeros_like(array)
            for place in np.ndindex(*array.shape):
                kept = array[place]
                array[place] = kept + h
                up = loss_of(x, y, layers)
                array[place] = kept - h
                down = loss_of(x, y, layers)
                array[place] = kept
                slope[place] = (up - down) / (2 * h)
            slopes.append(slope)
    return list(zip(slopes[::2], slopes[1::2]))


def by_library(x, y, layers):
    """The same by torch's automatic differentiation: one pass forward, one back."""
    tensors = [torch.tensor(p, requires_grad=True) for pair in layers for p in pair]
    s = torch.tensor(x)
    for i in range(0, len(tensors), 2):
        s = (torch.relu(s) if i else s) @ tensors[i].T + tensors[i + 1]
    grads = [g.numpy() for g in torch.autograd.grad(torch.nn.functional.cross_entropy(s, torch.tensor(y)), tensors)]
    return list(zip(grads[::2], grads[1::2]))


layers = beginning()
by_library(batch, labels, layers)  # the first call loads things; it is not timed
begun = time.perf_counter()
slow = by_differences(batch, labels, layers)
middle = time.perf_counter()
fast = by_library(batch, labels, layers)
slow_time, fast_time = middle - begun, time.perf_counter() - middle
gap = max(np.abs(p - q).max() for one, two in zip(slow, fast) for p, q in zip(one, two))
print(f"by differences: 4820 passes, {slow_time:.2f} s; by the library: {fast_time * 1000:.1f} ms; largest difference of 2410 slopes {gap:.1e}")
assert gap < 1e-8 and sum(p.size for pair in layers for p in pair) == 2410

# %% id="picture"
figure, axes = plt.subplots(1, 3, figsize=(9, 2.7))
steepest = np.argsort(-np.abs(fast[0][0]).max(1))[:3]
most = np.abs(fast[0][0]).max()
for ax, j in zip(axes, steepest):
    image = ax.imshow(fast[0][0][j].reshape(8, 8), cmap="PuOr", vmin=-most, vmax=most)
    ax.set(title=f"hidden neuron {j}", xlabel="pixel column")
axes[0].set_ylabel("pixel row")
figure.colorbar(image, ax=axes, label="slope of the loss (nats a unit)")
plt.show()

# %% [markdown] id="question-words"
# *In words: three squares of 8 × 8 slopes, one for each weight of a hidden neuron: orange and violet patches of different strength, with evenly coloured edges, where the pixels are nearly always paper or, in a negative, ink.*
#
# Both ways agree on all 2410 slopes. But the library's is faster by a large factor (both times stand above), and it did not turn a single number.
#
# > **The question.** How can *one* pass back give thousands of slopes? And what does it cost, counted in passes forward? Commit to a guess.

# %% id="checkpoint-cost"
kit.checkpoint("cost-of-backward")

# %% [markdown] id="idea"
# ## The idea: ask each part once
#
# The loss is a chain: pixels → sums $z$ → hidden $a$ → scores $s$ → loss $L$. Every slope of an early number goes through the *same* later parts. So begin at the end. Ask: if this score changes a little, how much does the loss change? Then: if this hidden neuron changes a little, how much do the scores change, and so the loss? Each part passes back, to what stands before it, the slope that it got, times its own. That is the **chain rule**, and running it from the end is **back-propagation**.
#
# ## The end of the chain: softmax and cross-entropy
#
# For one example with scores $s_1, \dots, s_C$, right class $y$ and $p = \operatorname{softmax}(s)$ the loss is $L = \log \sum_k e^{s_k} - s_y$. Hence
#
# $$\frac{\partial L}{\partial s_c} = \frac{e^{s_c}}{\sum_k e^{s_k}} - [c = y] = p_c - [c = y] .$$
#
# What was said, minus what is true. With a batch the loss is the mean over $n$ examples, so each row gets a factor $1/n$.

# %% id="checkpoint-logit"
kit.checkpoint("gradient-of-a-score")

# %% id="logit-code"
p = np.array([0.7, 0.2, 0.1])
scores = np.log(p)  # scores that give these probabilities
slope = [(loss_of(scores[None] + h, np.array([1]), [(np.eye(3), np.zeros(3))]) - loss_of(scores[None] - h, np.array([1]), [(np.eye(3), np.zeros(3))])) / 2e-5 for h in 1e-5 * np.eye(3)]
print("by differences:", np.round(slope, 6), "  p - target:", p - np.eye(3)[1])
assert np.allclose(slope, p - np.eye(3)[1], atol=1e-8)
kit.recall("gradient-of-a-score")

# %% [markdown] id="toy"
# ## By hand: two inputs, two hidden, two classes
#
# $x = (3, 1)$, right class: the second. All biases 0.
#
# $$W_1 = \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix}, \qquad W_2 = \begin{pmatrix} \tfrac12 \log 3 & 5 \\ 0 & 0 \end{pmatrix}.$$
#
# | forward | | backward | |
# |---|---|---|---|
# | $z = W_1 x$ | $(2, -2)$ | $\partial L / \partial s = p - \text{target}$ | $(\tfrac34, -\tfrac34)$ |
# | $a = \operatorname{ReLU}(z)$ | $(2, 0)$ | $\partial L / \partial W_2$: row $c$, column $j$: $\frac{\partial L}{\partial s_c} a_j$ | ? |
# | $s = W_2 a$ | $(\log 3, 0)$ | $\partial L / \partial a = W_2^\top \frac{\partial L}{\partial s}$ | $(\tfrac38 \log 3, \tfrac{15}4)$ |
# | $p$ | $(\tfrac34, \tfrac14)$ | $\partial L / \partial z$: nothing passes where ReLU gave 0 | $(\tfrac38 \log 3, 0)$ |
# | $L = -\log \tfrac14$ | $\log 4$ | $\partial L / \partial W_1$: row $j$, column $i$: $\frac{\partial L}{\partial z_j} x_i$ | $\tfrac38 \log 3 \begin{pmatrix} 3 & 1 \\ 0 & 0 \end{pmatrix}$ |
#
# Look at the second hidden neuron. The loss would like it to change most of all, 15/4. But its ReLU is shut: a small change of its sum changes nothing, so its weights get 0.

# %% id="checkpoint-toy"
kit.checkpoint("toy-last-layer")

# %% id="toy-code"
L3 = math.log(3)
toy = [(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros(2)), (np.array([[L3 / 2, 5.0], [0.0, 0.0]]), np.zeros(2))]
toy_x, toy_y = np.array([[3.0, 1.0]]), np.array([1])
hand = [(3 / 8 * L3 * np.array([[3.0, 1.0], [0.0, 0.0]]), 3 / 8 * L3 * np.array([1.0, 0.0])), (np.array([[1.5, 0.0], [-1.5, 0.0]]), np.array([0.75, -0.75]))]
for name, mine, theirs in zip(("W1", "b1", "W2", "b2"), (g for pair in hand for g in pair), (g for pair in by_library(toy_x, toy_y, toy) for g in pair)):
    print(f"{name}: by hand {mine.ravel().round(4)}, largest difference to the library {np.abs(mine - theirs).max():.0e}")
    assert np.allclose(mine, theirs, atol=1e-12)
assert abs(loss_of(toy_x, toy_y, toy) - math.log(4)) < 1e-12
kit.recall("toy-last-layer")

# %% [markdown] id="general"
# ## From one example to a batch
#
# A layer got $A$ of shape $(n, d)$ and gave $Z = A W^\top + b$ of shape $(n, h)$. From what stands behind it comes $\Delta = \partial L / \partial Z$, of the shape of $Z$. Then
#
# | wanted | formula | shapes |
# |---|---|---|
# | weights | $\partial L / \partial W = \Delta^\top A$ | $(h, n)(n, d) \to (h, d)$ |
# | biases | $\partial L / \partial b = \sum_{\text{rows}} \Delta$ | $(h)$ |
# | what came in | $\partial L / \partial A = \Delta W$ | $(n, h)(h, d) \to (n, d)$ |
# | before the ReLU | $\Delta' = \dfrac{\partial L}{\partial A} \odot [A > 0]$ | $(n, d)$, entry by entry |
#
# Each formula is the hand calculation for all rows at once; the sum over rows is inside the product. If you forget which way round it goes, **the shapes tell**: only one product of $\Delta$ and $A$ has the shape of $W$.

# %% id="backward-code"
def gradients(x, y, layers):
    """Loss and every gradient, by hand: (n, inputs), (n,), [(W, b), ...] -> float, [(dW, db), ...]."""
    entering = [x]
    for i, (W, b) in enumerate(layers):
        z = entering[-1] @ W.T + b
        entering.append(np.maximum(z, 0) if i < len(layers) - 1 else z)
    s = entering.pop()  # (n, classes)
    s = s - s.max(1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    n = len(x)
    loss = float(-np.log(p[np.arange(n), y]).mean())
    delta = (p - np.eye(p.shape[1])[y]) / n  # (n, classes)
    grads = []
    for A, (W, b) in zip(reversed(entering), reversed(layers)):
        grads.append((delta.T @ A, delta.sum(0)))
        delta = (delta @ W) * (A > 0)  # for the first layer nobody needs this one
    return loss, grads[::-1]


loss, mine = gradients(batch, labels, layers)
names = ("W1", "b1", "W2", "b2")
flat = lambda pairs: [g for pair in pairs for g in pair]
print("          largest number   difference to torch   to differences")
for name, g, torchs, differences in zip(names, flat(mine), flat(fast), flat(slow)):
    print(f"{name} {str(g.shape):9} {np.abs(g).max():12.4f} {np.abs(g - torchs).max():18.1e} {np.abs(g - differences).max():18.1e}")
    assert np.allclose(g, torchs, atol=1e-14) and np.allclose(g, differences, atol=1e-8)
for g, h in zip(flat(gradients(toy_x, toy_y, toy)[1]), flat(hand)):
    assert np.allclose(g, h, atol=1e-12)  # the numbers from the hand come back

# %% [markdown] id="machine"
# ## By machine: the same without thinking
#
# A library does not know networks. It knows a few operations, and for each one how a slope goes back through it. While the forward pass runs, it writes down what was done: a **tape**. Backward it goes through the tape from the end. Here is such a machine for arrays, with three operations and a loss.

# %% id="machine-code"
class Array:
    """A value, its slope, and how the slope goes back; `tape` holds all in the order in which they were made."""

    tape = []

    def __init__(self, value, back=lambda up: None):
        self.value, self.back, self.slope = value, back, 0.0
        Array.tape.append(self)

    def times(self, W):  # (n, d), (h, d) -> (n, h)
        def back(up):
            self.slope = self.slope + up @ W.value
            W.slope = W.slope + up.T @ self.value
        return Array(self.value @ W.value.T, back)

    def plus(self, b):  # (n, h), (h,) -> (n, h)
        def back(up):
            self.slope, b.slope = self.slope + up, b.slope + up.sum(0)
        return Array(self.value + b.value, back)

    def relu(self):
        def back(up):
            self.slope = self.slope + up * (self.value > 0)
        return Array(np.maximum(self.value, 0), back)

    def cross_entropy(self, y):
        s = self.value - self.value.max(1, keepdims=True)
        p, n = np.exp(s) / np.exp(s).sum(1, keepdims=True), len(y)
        def back(up):
            self.slope = self.slope + up * (p - np.eye(p.shape[1])[y]) / n
        return Array(-np.log(p[np.arange(n), y]).mean(), back)

    def backward(self):
        self.slope = 1.0
        for node in reversed(Array.tape):
            node.back(node.slope)


Array.tape.clear()
W1, b1, W2, b2 = [Array(g) for g in flat(layers)]
Array(batch).times(W1).plus(b1).relu().times(W2).plus(b2).cross_entropy(labels).backward()
for name, node, g in zip(names, (W1, b1, W2, b2), flat(mine)):
    print(f"{name}: largest difference of the machine to the hand {np.abs(node.slope - g).max():.1e}")
    assert np.allclose(node.slope, g, atol=1e-14)
print(len(Array.tape), "entries on the tape")

# %% [markdown] id="train"
# Note the `self.slope + …`: whoever is used twice gets slopes from two sides, and they add up. Now the 2410 numbers can be found, with nothing but NumPy: go against the gradient, batch by batch.

# %% id="train-code"
def trained(gradients_of, epochs=25, rate=0.1, seed=0, sizes=(64, 32, 10)):
    """Plain descent on the digits; returns layers and the mean loss of each epoch."""
    r, layers, curve = np.random.default_rng(seed), beginning(seed, sizes), []
    for _ in range(epochs):
        losses = []
        for rows in np.array_split(r.permutation(N), N // 30):
            loss, grads = gradients_of(x[rows], y[rows], layers)
            layers = [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(layers, grads)]
            losses.append(loss)
        curve.append(float(np.mean(losses)))
    return layers, curve


def share_right(layers, x, y):
    a = x
    for i, (W, b) in enumerate(layers):
        a = (np.maximum(a, 0) if i else a) @ W.T + b
    return float((a.argmax(1) == y).mean())


sound, sound_curve = trained(gradients)
print(f"loss {loss_of(x[:N], y[:N], beginning()):.2f} at the start, {sound_curve[-1]:.3f} at the end; {share_right(sound, x[N:], y[N:]):.1%} of 597 unseen pictures right")
assert sound_curve[-1] < 0.1 and share_right(sound, x[N:], y[N:]) > 0.93

# %% [markdown] id="knob"
# ## Turn a knob
#
# Differences are the judge of every hand-written gradient. They need a step $h$. Before you turn: in 64 bits (16 digits), which $h$ gives the *smallest* error of $\big(L(w+h) - L(w-h)\big) / 2h$?

# %% id="checkpoint-step"
kit.checkpoint("best-step")

# %% id="steps"
exponents = list(range(-12, 0))
weight = np.unravel_index(np.abs(mine[0][0]).argmax(), (32, 64))  # the steepest weight of the first layer


def error_of_step(h, dtype):
    """Relative error of the central difference at one weight, computed in a precision."""
    pairs = [(W.astype(dtype), b.astype(dtype)) for W, b in layers]
    values = []
    for sign in (1, -1):
        pairs[0][0][weight] = dtype(layers[0][0][weight] + sign * h)
        a = np.maximum(batch.astype(dtype) @ pairs[0][0].T + pairs[0][1], 0) @ pairs[1][0].T + pairs[1][1]
        a = a - a.max(1, keepdims=True)
        values.append((np.log(np.exp(a).sum(1)) - a[np.arange(100), labels]).mean(dtype=dtype))
    return float(abs((float(values[0]) - float(values[1])) / (2 * h) / mine[0][0][weight] - 1))


errors = {name: [max(error_of_step(10.0**e, dtype), 1e-16) for e in exponents] for name, dtype in (("64 bits", np.float64), ("32 bits", np.float32))}

# %% id="widget"
from ipywidgets import IntSlider, interact


def show_step(exponent=-5):
    """Draw the error of the difference against the step, in two precisions."""
    figure, axes = plt.subplots(figsize=(6.5, 3.3))
    for (name, line), colour, mark in zip(errors.items(), (BLUE, ORANGE), "os"):
        axes.plot([10.0**e for e in exponents], line, color=colour, marker=mark, label=name)
        axes.plot([10.0**exponent], [line[exponents.index(exponent)]], "D", color=GREEN, markersize=9)
    here = [line[exponents.index(exponent)] for line in errors.values()]
    axes.set(xscale="log", yscale="log", xlabel="step h (units of the weight)", ylabel="relative error of the slope (no unit)", title=f"h = 1e{exponent}: error {here[0]:.0e} in 64 bits, {here[1]:.0e} in 32 bits")
    axes.legend()
    plt.show()


show_step()

# %% id="widget-turn"
interact(show_step, exponent=IntSlider(min=-12, max=-1, value=-5, description="log10 h"));

# %% [markdown] id="knob-words"
# *In words, unturned: two V-shaped curves; the blue one (64 bits) has its lowest points at steps of 1e-5 and 1e-4, about 1e-9 and below; the orange one (32 bits) lies far higher, lowest near 1e-2, and is useless below 1e-6.*

# %% id="knob-assert"
best = {name: exponents[int(np.argmin(line))] for name, line in errors.items()}
print("best exponent:", best, " error there:", {name: f"{min(line):.0e}" for name, line in errors.items()})
assert -7 <= best["64 bits"] <= -3 and -4 <= best["32 bits"] <= -1 and min(errors["64 bits"]) < 1e-7 and errors["64 bits"][0] > 1e-5 and errors["32 bits"][exponents.index(-8)] > 0.1
kit.recall("best-step")

# %% [markdown] id="step-words"
# Too large a step feels the curvature: the error grows as $h^2$. Too small a step divides rounding: the error grows as $10^{-16} / h$. So differences are taken in 64 bits with $h$ near $10^{-5}$, and a gradient that is off by more than $10^{-6}$ of the largest one is *wrong*, not rounded. One exception: if a sum lies so near 0 that the step carries it over the bend of its ReLU, the difference mixes two slopes. Such an entry stands alone; repeat it with a smaller step or other pictures, and if the error goes away, the gradient was right.
#
# ## How it goes wrong
#
# A colleague wrote the backward pass without a library. No error is raised, all shapes fit, the loss goes down, and the network reads 88 % of unseen pictures. The colleague asks for a larger network. Before you read the code: would you have found anything wrong from the curve?

# %% id="wrong-code"
def colleagues(x, y, layers):
    """As handed in."""
    (W1, b1), (W2, b2) = layers
    a = np.maximum(x @ W1.T + b1, 0)
    s = a @ W2.T + b2
    p = np.exp(s - s.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    loss = float(-np.log(p[np.arange(len(y)), y]).mean())
    delta = (p - np.eye(10)[y]) / len(y)
    back = (delta @ W2) * (a > 0)
    return loss, [(back.T @ x / len(y), back.mean(0)), (delta.T @ a, delta.sum(0))]


wrong, wrong_curve = trained(colleagues)
figure, axes = plt.subplots(figsize=(6.5, 3.2))
axes.plot(range(1, 26), sound_curve, color=BLUE, marker="o", markersize=3, label="ours")
axes.plot(range(1, 26), wrong_curve, color=ORANGE, marker="s", markersize=3, label="the colleague's")
axes.axhline(math.log(10), color=GREY, linestyle=":", label="log 10: knows nothing")
axes.set(xlabel="epoch", ylabel="mean loss (nats)", title="Both trainings learn", yscale="log")
axes.legend()
plt.show()

# %% [markdown] id="wrong-words"
# *In words: both curves fall from the dotted line of log 10 and keep falling; the colleague's flattens earlier and ends several times higher than ours.*

# %% id="wrong-share"
shares = [share_right(found, x[N:], y[N:]) for found in (sound, wrong)]
errors_of_share = [math.sqrt(s * (1 - s) / (len(x) - N)) for s in shares]  # one standard error: how far the share of 597 pictures strays by luck
print(f"unseen pictures right: ours {shares[0]:.1%} ± {errors_of_share[0]:.1%}, the colleague's {shares[1]:.1%} ± {errors_of_share[1]:.1%} (one standard error); last loss {sound_curve[-1]:.3f} and {wrong_curve[-1]:.3f}")
assert abs(shares[1] - 0.88) < 0.02 and shares[0] - shares[1] > 3 * math.hypot(*errors_of_share) and wrong_curve[-1] > 3 * sound_curve[-1] and np.all(np.diff(wrong_curve) < 0.02)

# %% [markdown] id="wrong-tool"
# Nobody would have looked. The tool is a **gradient check**: each array against differences, *each compared with its own largest number*, so that small gradients count too. A few entries of each are enough. Beside the error we print the quotient of what was given and what is right.

# %% id="check-tool"
def gradient_check(candidate, x, y, layers, entries=20, h=1e-5):
    """For each array: the largest error at some entries, relative to the array's largest difference, and the median quotient."""
    r, report = np.random.default_rng(0), {}
    given = candidate(x, y, layers)[1]
    for i, pair in enumerate(layers):
        for letter, array, g in zip("Wb", pair, given[i]):
            places = [tuple(r.integers(0, size) for size in array.shape) for _ in range(entries)]
            numeric = []
            for place in places:
                kept, values = array[place], []
                for step in (h, -h):
                    array[place] = kept + step
                    values.append(loss_of(x, y, layers))
                array[place] = kept
                numeric.append((values[0] - values[1]) / (2 * h))
            numeric, got = np.array(numeric), np.array([g[place] for place in places])
            large = np.abs(numeric) > 0.01 * np.abs(numeric).max()
            report[f"{letter}{i + 1}"] = (float(np.abs(numeric - got).max() / np.abs(numeric).max()), float(np.median(got[large] / numeric[large])))
    return report


for name, candidate in (("ours", gradients), ("the colleague's", colleagues)):
    print(f"{name:16}", {array: f"error {error:.0e}, quotient {quotient:.4f}" for array, (error, quotient) in gradient_check(candidate, batch, labels, beginning()).items()})

# %% id="checkpoint-which"
kit.checkpoint("what-is-wrong")

# %% id="mended"
def mended(x, y, layers):
    """The colleague's, with one change for each of the two arrays."""
    loss, ((dW1, db1), last) = colleagues(x, y, layers)
    return loss, [(dW1 * len(y), db1 * len(y)), last]  # back.T @ x and back.sum(0): the mean is in delta already


found, after = gradient_check(colleagues, batch, labels, beginning()), gradient_check(mended, batch, labels, beginning())
print({array: f"error {error:.0e}" for array, (error, _) in after.items()})
assert [name for name, (error, _) in found.items() if error > 1e-2] == ["W1", "b1"] and all(abs(found[k][1] * 100 - 1) < 1e-5 for k in ("W1", "b1"))
assert max(error for error, _ in after.values()) < 1e-6 and max(error for error, _ in gradient_check(gradients, batch, labels, beginning()).values()) < 1e-6
kit.recall("what-is-wrong")

# %% [markdown] id="wrong-mended"
# The hidden layer crept at a thirtieth of its rate (the batches of the training have 30 rows), so the ten templates had to make do with nearly random neurons. **Mended** by taking the mean once, at the loss. Two rules for such reports: errors travel only backward, so the *last* wrong array tells where to look; and a common quotient names a factor, while no common quotient means a wrong product or a lost mask.

# %% [markdown] id="scale"
# ## At scale
#
# Count the operations of one layer from $d$ to $h$ for $n$ rows. Forward: one product, $2 n d h$. Backward: **two** products of that size, one for the weights and one for what came in. So a training step costs three times a forward pass: about $6$ operations for each weight and each row. For Llama 3 with 405 billion weights and 15.6 · 10¹² tokens that is

# %% id="scale-code"
weights, tokens = 405e9, 15.6e12
total = 6 * weights * tokens
print(f"6 · weights · tokens = {total:.2e} operations (Grattafiori et al., 2024, section 3, state 3.8e25)")
print(f"by differences: {2 * weights * 2 * weights * tokens:.1e}, that is {2 * weights * 2 / 6:.1e} times as many")
forward = 2 * (64 * 32 + 32 * 10)
backward = 2 * (64 * 32 + 32 * 10) + 2 * 32 * 10  # nobody needs the slope of the pixels
print(f"ours: backward is {backward / forward:.2f} forward passes; where every layer passes on, it is 2")
kept = {n: n * (64 + 32) * 8 for n in (1, 100, 1200)}
print("bytes to keep until the way back:", kept)
rows, width, depth = 8192, 4096, 32
one_array, eight_billion = rows * width * depth * 2 / 2**30, 8e9 * 2 / 2**30
print(f"a text of {rows} tokens in 32 layers of width {width}: {one_array:.0f} GiB for one array a layer in 16 bits; twelve such arrays {12 * one_array:.0f} GiB, the weights of such a model (8 billion) {eight_billion:.0f} GiB")
assert f"{total:.1e}" == "3.8e+25" and round(backward / forward, 2) == 1.14 and one_array == 2 and 12 * one_array > eight_billion
kit.recall("cost-of-backward")

# %% [markdown] id="scale-words"
# The price of the speed is **memory**: what entered each layer must be kept until the way back, for every row of the batch. With a dozen arrays a layer, one long text takes more than all the weights. Keeping only some of it and computing the rest again is called *checkpointing*; it costs about one more forward pass.
#
# ## The question again
#
# One pass back gives all slopes because all of them share the later parts, and each part is asked once: not for each weight, but for the whole array. It costs about two passes forward, whatever the number of weights. By differences it costs two passes *each*.
#
# What this does not say: a gradient is the slope *here*. How far one may go along it is another matter, and most trainings that fail, fail there: the next lesson.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Four classes, probabilities $(0.1, 0.6, 0.2, 0.1)$, the third is right, one example. The hidden layer gave $a = (2, 0, 1)$. Replace each `...`: three lists or arrays.

# %% id="exercise-1"
slopes = {"scores": ..., "last biases": ..., "last weights, row of the third class": ...}

# %% id="check-1"
if any(v is ... for v in slopes.values()):
    print("not tried yet")
else:
    d = np.array([0.1, 0.6, -0.8, 0.1])
    kit.close(np.asarray(slopes["scores"], dtype=float), d, atol=1e-9, because="p minus the target", known_wrong={
        "the target is 1 at the right class: subtract it there": np.array([0.1, 0.6, 0.2, 0.1]), "the sign: p minus target": -d, "the third class, counted from 1": np.array([0.1, 0.6, 0.2, -0.9]), "the third is right, not the second": np.array([0.1, -0.4, 0.2, 0.1])})
    kit.close(np.asarray(slopes["last biases"], dtype=float), d, atol=1e-9, because="a bias enters its score with the factor 1", known_wrong={"a bias is not multiplied by what comes in": d * 0})
    kit.close(np.asarray(slopes["last weights, row of the third class"], dtype=float), np.array([-1.6, 0.0, -0.8]), atol=1e-9, because="-0.8 times a", known_wrong={
        "the sign of that score's slope is negative": np.array([1.6, 0.0, 0.8]), "times what came in": np.array([-0.8, -0.8, -0.8]), "p minus target, not p": np.array([0.4, 0.0, 0.2])})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** A leaky ReLU lets a tenth of negative sums through. Write its way back: `Z` are the sums before it, `up` the slopes of what it gave, both (n, h). Where a sum is exactly 0, count it as negative.

# %% id="exercise-2"
def leaky_back(up, Z):
    ...


# %% id="check-2"
if leaky_back(np.ones((1, 1)), np.ones((1, 1))) is None:
    print("not tried yet")
else:
    up, Z = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]), np.array([[0.5, -1.0, 0.0], [-3.0, 2.0, 1.0]])
    kit.close(leaky_back(up, Z), np.where(Z > 0, up, 0.1 * up), because=f"up = {up.tolist()}, Z = {Z.tolist()}", known_wrong={
        "that is the plain ReLU: a tenth gets through": up * (Z > 0), "the slope of the bend times up, not times Z": np.where(Z > 0, Z, 0.1 * Z), "that is the function, applied to up: look at the sign of Z": np.where(up > 0, up, 0.1 * up),
        "a sum of 0 counts as negative here": np.where(Z >= 0, up, 0.1 * up), "the other way round": np.where(Z > 0, 0.1 * up, up)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Which *pixel* of a picture would change its loss most? Write the gradient of the loss by the **input**, (n, inputs), for a network of any depth. The mean over the batch is in the loss.

# %% id="exercise-3"
def input_gradient(x, y, layers):
    ...


# %% id="check-3"
if input_gradient(toy_x, toy_y, toy) is None:
    print("not tried yet")
else:
    for sizes in ((64, 10), (64, 12, 10), (64, 9, 8, 10)):
        net = beginning(5, sizes)
        t = torch.tensor(batch[:6], requires_grad=True)
        s = t
        for i, (W, b) in enumerate(net):
            s = (torch.relu(s) if i else s) @ torch.tensor(W).T + torch.tensor(b)
        expected = torch.autograd.grad(torch.nn.functional.cross_entropy(s, torch.tensor(labels[:6])), t)[0].numpy()
        kit.close(input_gradient(batch[:6], labels[:6], net), expected, rtol=1e-7, atol=1e-10, because=f"layers {sizes}", known_wrong={
            "the mean: a factor 1/n": 6 * expected, "the sign": -expected,
            "nothing stands before the pixels: no ReLU mask on the input": expected * (batch[:6] > 0)})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Many networks multiply each feature by a *gain* of its own: $Y = X \odot g$, with $X$ of shape (n, d) and $g$ of shape (d). Write its way back: from `up` (n, d) the slopes of `X` and of `g`.

# %% id="exercise-4"
def gain_back(up, X, g):
    """Return the slopes of X, (n, d), and of g, (d,)."""
    ...


# %% id="check-4"
if gain_back(np.ones((1, 1)), np.ones((1, 1)), np.ones(1)) is None:
    print("not tried yet")
else:
    r = np.random.default_rng(6)
    up, X, g = r.normal(size=(4, 3)), r.normal(size=(4, 3)), r.normal(size=3)
    for_X, for_g = gain_back(up, X, g)
    kit.close(np.asarray(for_X), up * g, because="each entry was multiplied by its gain", known_wrong={"the other factor: g belongs to X's slope": up * X, "times the slope that came in": np.tile(g, (4, 1))})
    kit.close(np.asarray(for_g), (up * X).sum(0), because="one gain is used in every row: the slopes add up", known_wrong={
        "the sum over the rows is missing": up * X, "a sum, not a mean: any 1/n is in up already": (up * X).mean(0), "the other factor: X belongs to g's slope": (up * g).sum(0), "sum over the rows, not over the features": (up * X).sum(1)})
    print("right: whatever is used many times collects slopes from everywhere")

# %% [markdown] id="next"
# Next: *What makes training fail*. The lab `mlp` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - The slope of softmax with cross-entropy is $p - \text{target}$, over $n$ for a mean.
# - Back through a layer: $\Delta^\top A$, $\sum \Delta$, $\Delta W$; back through a ReLU: only where it was open.
# - A machine writes down each operation and goes back over the tape; what is used twice adds up.
# - Check each array against differences in 64 bits, $h \approx 10^{-5}$, relative to its own largest number; a wrong gradient can train.
# - A step costs about 6 operations a weight and row, and the memory of all that entered each layer.
#
# | term | 中文 |
# |---|---|
# | back-propagation | 反向传播 |
# | gradient, slope | 梯度、斜率 |
# | chain rule | 链式法则 |
# | automatic differentiation, tape | 自动微分、计算记录带 |
# | gradient check, finite difference | 梯度检验、有限差分 |
# | activation checkpointing | 激活重计算 |
#
# **Read on.** David Rumelhart, Geoffrey Hinton, Ronald Williams, "Learning Representations by Back-Propagating Errors", Nature 323, 1986. · Atilim Baydin et al., "Automatic Differentiation in Machine Learning: a Survey", JMLR 18, 2018, section 3. · Ian Goodfellow, Yoshua Bengio, Aaron Courville, *Deep Learning*, 2016, section 6.5. · Tianqi Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, section 3. · Aaron Grattafiori et al., "The Llama 3 Herd of Models", 2024, section 3.
