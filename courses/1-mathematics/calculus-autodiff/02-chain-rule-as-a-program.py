# %% [markdown] id="title"
# # The chain rule as a program
#
# **You will be able to** write a program that runs another program backwards and brings all of its derivatives home in one pass, say what each step has to keep, and find the faults that such programs really have: a use that is lost, a broadcast that is not summed, a value that has changed. **75 minutes.**
#
# At the end you can
#
# 1. go through a small program forwards and backwards by hand, with a table;
# 2. write a reverse-mode engine for numbers in thirty lines that agrees with the library;
# 3. carry the rules over to arrays: a product of matrices, a sum, a broadcast;
# 4. say in which order results pass their gradients on, and why a result that is used twice waits;
# 5. count what a backward pass costs in operations and in memory.

# %% [markdown] id="before"
# ## Before you start
#
# You need slopes and gradients, and matrix products with their shapes. Classes are explained below, where they are needed. Three questions to see where you stand.
#
# - The slope of $(3x - 1)^2$ at $x = 1$? $2 \cdot 2 \cdot 3 = 12$. *If not: lesson 1 of this course, By hand first.*
# - `a` has shape (5, 3), `b` (3, 2). Which shape has `a.T @ (a @ b)`? (3, 2). *If not: Linear algebra, lesson 1.*
# - `f = lambda g: (g * 2, g * 3)`. What does `f(5)` give? `(10, 15)`. *If not: lesson 1 of this course, Before you start.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-relu")

# %% [markdown] id="question"
# ## A question first
#
# A small network reads the digits of lesson 1: 64 pixels, a layer of 32 hidden numbers in the middle, 10 scores. That makes 2 410 weights. A digit goes through two products of matrices, with a `relu` (negative numbers become 0) between them, and comes out as ten scores $s_0, \dots, s_9$. Its loss is $\log \sum_j e^{s_j} - s_y$ with the right class $y$: near 0 when the right score is far above the others. We ask for all 2 410 slopes of the loss over 256 digits, in two ways: by differences, and by the library's backward pass. We count multiplications inside matrix products, which is nearly all the work.

# %% id="real-count"
digits = load_digits()
X = digits.data[:256] / 16  # (256, 64)
y = digits.target[:256]  # (256,)
draw = np.random.default_rng(0)
W1, b1 = draw.normal(size=(64, 32)) / 8, np.zeros(32)
W2, b2 = draw.normal(size=(32, 10)) / 6, np.zeros(10)
count = W1.size + b1.size + W2.size + b2.size


def forward_loss(W1, b1, W2, b2, X=X, y=y):
    """Mean cross-entropy in nats; X (n, 64), y (n,)."""
    hidden = np.maximum(X @ W1 + b1, 0)  # (n, 32)
    scores = hidden @ W2 + b2  # (n, 10)
    return float((np.log(np.exp(scores).sum(1)) - scores[np.arange(len(y)), y]).mean())


one_forward = len(X) * (64 * 32 + 32 * 10)
leaves = [torch.tensor(a, requires_grad=True) for a in (W1, b1, W2, b2)]
hidden = (torch.tensor(X) @ leaves[0] + leaves[1]).relu()
torch_loss = torch.nn.functional.cross_entropy(hidden @ leaves[2] + leaves[3], torch.tensor(y))
torch_loss.backward()  # all 2410 slopes land in .grad
print(f"{count} weights; one loss {one_forward:,} multiplications; all slopes by differences {2 * count * one_forward:,}")
assert count == 2410 and abs(torch_loss.item() - forward_loss(W1, b1, W2, b2)) < 1e-12 and 2 * count == 4820
i = (20, 5)
up, down = W1.copy(), W1.copy()
up[i] += 1e-5
down[i] -= 1e-5
print(f"one of them, by differences {(forward_loss(up, b1, W2, b2) - forward_loss(down, b1, W2, b2)) / 2e-5:.8f}, by the library {leaves[0].grad[i]:.8f}")
assert abs((forward_loss(up, b1, W2, b2) - forward_loss(down, b1, W2, b2)) / 2e-5 - float(leaves[0].grad[i])) < 1e-8

# %% [markdown] id="question-asked"
# > **The question.** Differences cost 4 820 losses. The backward pass gets the same 2 410 numbers. For the price of how many losses? Commit to a guess.

# %% id="checkpoint-price"
kit.checkpoint("price-of-all")

# %% [markdown] id="idea"
# ## The idea: how much does the end change with this?
#
# A program computes one small step after the other. Give every intermediate number $v$ one companion: $\bar v = \partial L / \partial v$, *how much the loss at the end changes with it*. At the end that is known: $\bar L = 1$. And if we know it for the result of a step, the step's own slope gives it for the operands. For $v = f(u)$:
#
# $$\bar u \mathrel{+}= \bar v \, f'(u) .$$
#
# That is the chain rule, read from the end. The $+$ is there because $u$ may be used in several places, and the loss changes through all of them. Each step is visited once, whatever the number of weights.
#
# ## By hand first
#
# One weight, one relu, one square: $y = wx$, $z = \max(0, y)$, $L = (z - t)^2$, at $w = 2$, $x = 3$, $t = 4$.
#
# | forwards | | backwards | |
# |---|---|---|---|
# | $y = w x$ | 6 | $\bar w = \bar y\, x = 4 \cdot 3$ | **12** |
# | $z = \max(0, y)$ | 6 | $\bar y = \bar z \cdot [y > 0] = 4 \cdot 1$ | 4 |
# | $L = (z - t)^2$ | 4 | $\bar z = \bar L \cdot 2(z - t) = 1 \cdot 2 \cdot 2$ | 4 |
# | | | $\bar L$ | 1 |
#
# Go down on the left, up on the right. The backward steps need numbers of the forward ones ($x$, the sign of $y$, $z - t$): they must have been kept.

# %% id="checkpoint-hand"
kit.checkpoint("backwards-by-hand")

# %% id="toy-code"
def by_hand(w, x, t):
    """Value and slope of (relu(w x) - t)^2 by w, step by step."""
    y = w * x
    z = max(0.0, y)
    loss = (z - t) ** 2
    z_bar = 2 * (z - t)
    y_bar = z_bar * (y > 0)
    return loss, y_bar * x


for w, x, t in ((2.0, 3.0, 4.0), (2.0, 1.5, 5.0), (2.0, -3.0, 1.0)):
    leaf = torch.tensor(w, requires_grad=True)
    ((leaf * x).relu() - t).square().backward()
    print(f"w = {w}, x = {x}, t = {t}: loss {by_hand(w, x, t)[0]}, slope {by_hand(w, x, t)[1]}, by the library {float(leaf.grad)}")
    assert by_hand(w, x, t)[1] == float(leaf.grad)
assert by_hand(2.0, 3.0, 4.0) == (4.0, 12.0) and by_hand(2.0, 1.5, 5.0)[1] == -6.0
display(kit.recall("backwards-by-hand"), kit.recall("before-relu"))

# %% [markdown] id="objects-text"
# ## Objects, as far as they are needed
#
# The program needs numbers that remember something. For that one writes a **class**: a plan for objects of a new kind. Five things are enough for this course.
#
# - `Counted(3.0)` makes an object by the plan and runs `__init__` on it. The first argument, `self`, is the new object.
# - `self.value = value` hangs a value on this one object; from outside it is read as `x.value`.
# - A function inside a class is a **method**. `x.told()` calls it with `x` as `self`.
# - Operators are methods with fixed names: `x * y` calls `x.__mul__(y)`, `x + y` calls `x.__add__(y)`. What they return is our business: here a new object.
# - An object is itself, whatever it holds: two objects with the value 3 are two different members of a set or keys of a dictionary. The engine below relies on that.
#
# The example is a number that counts the multiplications it took.

# %% id="objects-code"
class Counted:
    """A number, and how many multiplications went into it."""

    def __init__(self, value, count=0):
        self.value, self.count = value, count

    def __mul__(self, other):
        return Counted(self.value * other.value, self.count + other.count + 1)

    def told(self):
        return f"{self.value}, after {self.count} multiplications"


x = Counted(3.0)
square = x * x
fourth = square * square
print("x:", x.told())
print("x⁴ from two squares:", fourth.told())
assert (fourth.value, fourth.count) == (81.0, 3) and x.count == 0  # x itself has not changed
assert x.__mul__(x).value == square.value and len({x, Counted(3.0)}) == 2

# %% [markdown] id="objects-read"
# Three, although a computer needs two: `square` was made once and used twice, and its one multiplication is counted with each use. Adding up over uses is wrong for counting work. For slopes it will turn out to be just right.

# %% [markdown] id="engine-text"
# ## The program: thirty lines
#
# Every number becomes an object that knows its operands and a **pull**: a function that takes the companion of the result and returns those of the operands. Going forward records them. Going back needs an order in which every result comes before its operands, and sums up what arrives.

# %% id="engine"
class Number:
    """A number that remembers how it was made."""

    def __init__(self, value, operands=(), pull=None):
        self.value, self.operands, self.pull, self.bar = float(value), operands, pull, 0.0

    def __add__(self, other):
        return Number(self.value + other.value, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        return Number(self.value * other.value, (self, other), lambda g: (g * other.value, g * self.value))

    def exp(self):
        e = math.exp(self.value)
        return Number(e, (self,), lambda g: (g * e,))

    def log(self):
        return Number(math.log(self.value), (self,), lambda g: (g / self.value,))

    def relu(self):
        return Number(max(0.0, self.value), (self,), lambda g: (g * (self.value > 0),))


def in_order(end):
    """All that `end` was made from, operands before results."""
    order, seen = [], set()

    def visit(number):
        if number not in seen:
            seen.add(number)
            for operand in number.operands:
                visit(operand)
            order.append(number)

    visit(end)
    return order


def backward(end):
    """Fill in .bar of everything that `end` was made from."""
    end.bar = 1.0
    for number in reversed(in_order(end)):
        if number.pull:
            for operand, g in zip(number.operands, number.pull(number.bar)):
                operand.bar += g


x = Number(3)
result = x * x + x  # x is used three times
backward(result)
print("x * x + x at 3:", result.value, "slope", x.bar)
assert (result.value, x.bar) == (12.0, 7.0)
for by_table in ((2.0, 3.0, 4.0), (2.0, 1.5, 5.0), (2.0, -3.0, 1.0)):  # the table from the hand, by the engine
    weight, pixel, aim = (Number(v) for v in by_table)
    off = (weight * pixel).relu() + Number(-1) * aim
    end = off * off
    backward(end)
    print(f"w, x, t = {by_table}: loss {end.value}, slope by w {weight.bar}")
    assert (end.value, weight.bar) == by_hand(*by_table)

# %% [markdown] id="engine-real"
# Now the template of lesson 1 on a real digit: 64 weights, one logistic loss $\log(1 + e^{-w \cdot x})$, every single product an object.

# %% id="engine-digit"
three = digits.data[3] / 16  # (64,), a three
template = (digits.data[digits.target == 3].mean(0) - digits.data.mean(0)) / 16  # (64,)
weights = [Number(v) for v in template]
margin = Number(0)
for weight, pixel in zip(weights, three):
    margin = margin + weight * Number(pixel)
loss = (Number(1) + (Number(-1) * margin).exp()).log()
backward(loss)
mine = np.array([weight.bar for weight in weights])  # (64,)
leaf = torch.tensor(template, requires_grad=True)
torch.nn.functional.softplus(-(leaf @ torch.tensor(three))).backward()
formula = -three / (1 + math.exp(template @ three))  # -sigma(-m) x, from lesson 1
print(f"{len(in_order(loss))} numbers recorded; largest difference to the library {np.abs(mine - leaf.grad.numpy()).max():.0e}, to lesson 1's formula {np.abs(mine - formula).max():.0e}")
assert np.allclose(mine, leaf.grad.numpy(), atol=1e-12) and np.allclose(mine, formula, atol=1e-12) and digits.target[3] == 3

# %% [markdown] id="order-text"
# ## Why the order matters
#
# $a = 2x$, $c = a \cdot a + a$ at $x = 1$. The result $a = 2$ is used three times, and its companion is $2 + 2 + 1 = 5$; so $\bar x = 10$. If $a$ passes its companion on as soon as the *first* use has reported, $x$ gets too little:

# %% id="hasty"
def hasty(end):
    """Like backward, but every number passes on what it has when it is first met."""
    end.bar, waiting, done = 1.0, [end], set()
    while waiting:
        number = waiting.pop()
        if number not in done and number.pull:
            for operand, g in zip(number.operands, number.pull(number.bar)):
                operand.bar += g
                waiting.append(operand)
        done.add(number)


found = {}
for way in (hasty, backward):
    x = Number(1)
    a = Number(2) * x
    way(a * a + a)
    found[way.__name__] = (a.bar, x.bar)
    print(f"{way.__name__:8}: companion of a {a.bar}, of x {x.bar}")
assert found == {"hasty": (5.0, 2.0), "backward": (5.0, 10.0)}

# %% [markdown] id="order-read"
# In the hasty pass $a$ ends with the right companion, 5, but it had told $x$ of the first 1 only. **Found** by the slope at hand, 10; **mended** by waiting. The other way out, to pass everything on again with each report, gives the right slope and walks every path from the end. `in_order` makes $a$ wait for all of its uses. How much that saves:

# %% id="paths"
def count_paths(doublings):
    """How many pulls a backward pass calls that passes everything on at once, against one that waits."""
    x = end = Number(1)
    for _ in range(doublings):
        end = end + end
    calls = 0
    waiting = [end]
    while waiting:
        number = waiting.pop()
        if number.pull:
            calls += 1
            waiting += number.operands
    backward(end)
    assert x.bar == 2.0**doublings
    return calls, sum(1 for number in in_order(end) if number.pull)


for doublings in (1, 5, 10, 15):
    along_paths, waited = count_paths(doublings)
    print(f"{doublings:2} times x = x + x: {along_paths:6,} pulls along every path, {waited} when results wait")
    assert (along_paths, waited) == (2**doublings - 1, doublings)

# %% [markdown] id="arrays-text"
# ## Arrays: the same three ideas
#
# One object a number is slow. So a step becomes a whole array operation, and $\bar V$ has the shape of $V$. What is the pull of a product of matrices, $Z = A B$ with $A$ of shape $(n, k)$ and $B$ $(k, m)$? One number: $z_{ij} = \sum_r a_{ir} b_{rj}$, so $a_{ir}$ is used in the whole row $i$ of $Z$, each time with the slope $b_{rj}$:
#
# $$\bar a_{ir} = \sum_j \bar z_{ij}\, b_{rj}, \qquad\text{that is}\qquad \bar A = \bar Z\, B^\top, \qquad \bar B = A^\top \bar Z .$$
#
# Whoever forgets which one is turned over lets the shapes decide. The other two:
#
# - **A broadcast is a use for every copy.** In $Z + b$ with $Z$ $(n, 32)$ and $b$ $(32,)$, each number of $b$ is used $n$ times. So its companion is a sum: $\bar b = \sum_i \bar z_{i\cdot}$.
# - **A sum is the reverse of that.** $s = \sum_i v_i$: every $\bar v_i = \bar s$, a broadcast.
#
# The loss of one digit, $\log \sum_j e^{s_j} - s_y$, has by the score $s_j$ the slope $e^{s_j} / \sum_i e^{s_i}$, a share $p_j$ of 1, minus 1 where $j = y$. (The shares are called *softmax*.) The mean over $n$ digits divides by $n$. The whole network by hand, in the order in which it has to be:

# %% id="checkpoint-bias"
kit.checkpoint("bias-gradient")

# %% id="arrays-code"
def network_gradients(W1, b1, W2, b2, X, y):
    """All gradients of the mean cross-entropy; X (n, 64), y (n,)."""
    n = len(X)
    Z = X @ W1 + b1  # (n, 32), kept for its sign
    H = np.maximum(Z, 0)  # (n, 32), kept
    S = H @ W2 + b2  # (n, 10)
    P = np.exp(S - S.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)  # (n, 10)
    S_bar = (P - np.eye(10)[y]) / n  # (n, 10)
    W2_bar, b2_bar = H.T @ S_bar, S_bar.sum(0)  # (32, 10), (10,)
    H_bar = S_bar @ W2.T  # (n, 32)
    Z_bar = H_bar * (Z > 0)  # (n, 32)
    return X.T @ Z_bar, Z_bar.sum(0), W2_bar, b2_bar


ours = network_gradients(W1, b1, W2, b2, X, y)
for name, mine, theirs in zip(("W1", "b1", "W2", "b2"), ours, leaves):
    print(f"{name}: shape {mine.shape}, largest difference to the library {np.abs(mine - theirs.grad.numpy()).max():.0e}")
    assert mine.shape == tuple(theirs.shape) and np.allclose(mine, theirs.grad.numpy(), atol=1e-13)
one_hot = np.eye(10)[y]
by_copies = sum(network_gradients(W1, b1, W2, b2, X[k : k + 1], y[k : k + 1])[3] for k in range(256)) / 256
assert np.allclose(by_copies, ours[3], atol=1e-14)  # one digit at a time, added up: the bias is used by each
kit.recall("bias-gradient")

# %% [markdown] id="library-habits"
# ## Two habits of the library
#
# `backward` **adds** to what stands in `.grad`. That is the $+$ of the chain rule, kept over several calls: useful when a batch comes in parts, a fault when one forgets to clear it. And values that a pull needs must not change in between.

# %% id="checkpoint-twice"
kit.checkpoint("backward-twice")

# %% id="library-code"
w = torch.tensor(5.0, requires_grad=True)
for x_value in (2.0, 4.0):
    (x_value * w * w).backward()
print("w.grad after two losses:", float(w.grad))
assert float(w.grad) == 2 * 5 * (2 + 4) == 60
kit.recall("backward-twice")

# %% [markdown] id="in-place-text"
# Now the second habit.

# %% id="in-place-code"
a = torch.ones(3, requires_grad=True)
middle = a * 2
squared = (middle * middle).sum()  # its pull needs `middle`
print("version of middle:", middle._version)
middle.add_(1)  # in place: the memory that the pull relies on
print("version of middle:", middle._version)
try:
    squared.backward()
    refused = False
except RuntimeError as error:
    refused = "modified by an inplace operation" in str(error)
    print("RuntimeError:", str(error).split("[")[0].strip())
assert refused and a.grad is None
free = (a * 2).exp_().sum()  # exp changes its operand in place: allowed, since its pull needs the result only
free.backward()
assert torch.allclose(a.grad, 2 * torch.exp(torch.full((3,), 2.0)))

# %% [markdown] id="library-read"
# The library does not copy what it keeps. It counts the changes of every tensor, and refuses when a number has changed since the rule saw it. A refusal costs a minute; a gradient of numbers that no longer exist costs weeks. In the lab you build this.
#
# ## Turn a knob
#
# The backward pass multiplies by one slope after the other. Thirty layers of width 64, real digits at the entrance, random weights with the standard deviation $\text{gain} / \sqrt{64}$. How large is the companion of each layer's input? Before you turn: with `tanh` and gain 1, how large is it at the entrance compared with the end?

# %% id="checkpoint-deep"
kit.checkpoint("thirty-layers")

# %% id="widget"
from ipywidgets import FloatSlider, interact

KINDS = {"tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2), "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2), "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0)}
DEPTH = 30


def companions(kind, gain):
    """Size of the companion at each of 30 layers, against that at the end; index 0 is the entrance."""
    function, slope = KINDS[kind]
    r = np.random.default_rng(1)
    matrices = [r.normal(size=(64, 64)) * gain / 8 for _ in range(DEPTH)]
    v, kept = (X - X.mean()) / X.std(), []  # (256, 64)
    for matrix in matrices:
        z = v @ matrix
        kept.append(z)
        v = function(z)
    g = r.normal(size=v.shape)
    sizes = [np.linalg.norm(g)]
    for matrix, z in zip(reversed(matrices), reversed(kept)):
        g = (g * slope(z)) @ matrix.T
        sizes.append(np.linalg.norm(g))
    return np.array(sizes[::-1]) / sizes[0]


def show_depth(gain=1.0):
    """Draw the size of the gradient by layer for three functions."""
    figure, axes = plt.subplots(figsize=(7.5, 3.6))
    for kind, colour, mark in zip(KINDS, (BLUE, ORANGE, GREEN), "os^"):
        axes.plot(range(DEPTH + 1), np.maximum(companions(kind, gain), 1e-30), color=colour, marker=mark, markersize=4, label=kind)
    axes.axhline(1, color=GREY, linestyle="--")
    axes.set(yscale="log", title=f"Gradient by layer, gain {gain:.1f}", xlabel="layer (0 is the entrance, 30 the end)", ylabel="size against the end (no unit)")
    axes.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_depth()

# %% id="widget-turn"
interact(show_depth, gain=FloatSlider(min=0.4, max=2.4, step=0.2, value=1.0, description="gain"));

# %% [markdown] id="knob-words"
# *In words, at gain 1: on a logarithmic scale the three lines fall from 1 at the end (right) towards the entrance (left); sigmoid falls to about 1e-19, relu to about three hundred-thousandths, tanh least, to about an eighth.*

# %% id="knob-assert"
at_one = {kind: companions(kind, 1.0)[0] for kind in KINDS}
at_root = companions("relu", math.sqrt(2))[0]
print({kind: f"{size:.1e}" for kind, size in at_one.items()}, f"relu with gain √2: {at_root:.2f}; tanh with gain 2: {companions('tanh', 2.0)[0]:.0f}")
assert at_one["sigmoid"] < 1e-18 and 1e-5 < at_one["relu"] < 1e-4 and 0.1 < at_one["tanh"] < 0.15 and 0.5 < at_root < 2 and companions("tanh", 2.0)[0] > 50
kit.recall("thirty-layers")

# %% [markdown] id="knob-read"
# Each layer multiplies by a slope times a matrix. A matrix with gain 1 keeps the size on the average. The slope of the sigmoid is at most ¼, so thirty of them leave nothing. The slope of tanh is 1 at 0; the numbers shrink from layer to layer, come to lie near 0, and little is lost. With gain 2 the same product grows: for tanh to about ninety times. A relu passes half of the numbers on, which costs a factor $\sqrt{1/2}$ a layer: a gain of $\sqrt 2$ makes up for it (He et al., 2015). Nothing is wrong with the program; the product of thirty numbers is what it is.
#
# ## How it goes wrong
#
# A colleague's network learns its 256 digits as nobody's did before; then a batch of another size crashes. The gradients of the biases were returned as they came, without the sum; for the last one he also took the mean's $1/n$ out again, "because it learnt too slowly". The update was written `b = b - rate * b_bar`.

# %% id="wrong"
def train(gradients, steps=60, rate=0.5):
    """Plain descent on the 256 digits; returns the loss and the weights."""
    found = [W1.copy(), b1.copy(), W2.copy(), b2.copy()]
    for _ in range(steps):
        found = [value - rate * g for value, g in zip(found, gradients(*found, X, y))]
    return forward_loss(*found), found


def colleague(W1, b1, W2, b2, X, y):
    n = len(X)
    Z = X @ W1 + b1
    H = np.maximum(Z, 0)
    S = H @ W2 + b2
    P = np.exp(S - S.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)
    S_bar = (P - np.eye(10)[y]) / n
    Z_bar = (S_bar @ W2.T) * (Z > 0)
    return X.T @ Z_bar, Z_bar, H.T @ S_bar, S_bar * n  # no sums, "and the mean undone, because it learnt too slowly"


sound_loss, sound = train(network_gradients)
odd_loss, odd = train(colleague)
print(f"loss after 60 steps: sound {sound_loss:.4f}, colleague {odd_loss:.4f}")
print("shapes of the colleague's weights:", [value.shape for value in odd])
try:
    forward_loss(*odd, digits.data[256:300] / 16, digits.target[256:300])
    crashed = False
except ValueError as error:
    crashed = True
    print("44 other digits: ValueError:", error)
assert odd_loss < sound_loss / 3 and odd[3].shape == (256, 10) and crashed

# %% [markdown] id="wrong-read"
# The bias has become an array of shape (256, 10): one bias *for each digit of the batch*. NumPy broadcast it without a word, and each digit learnt its own answer by heart. **Found** by the rule that every gradient has the shape of its operand, which costs one line; a difference test finds it as well, since it holds numbers of one shape against the other. **Mended** by `.sum(0)`.

# %% id="wrong-mended"
def same_shapes(gradients):
    """The names of the gradients that have another shape than their weights."""
    return [name for name, g, value in zip(("W1", "b1", "W2", "b2"), gradients(W1, b1, W2, b2, X, y), (W1, b1, W2, b2)) if g.shape != value.shape]


print("colleague:", same_shapes(colleague), "sound:", same_shapes(network_gradients))
assert same_shapes(colleague) == ["b1", "b2"] and same_shapes(network_gradients) == []
held_out = forward_loss(*sound, digits.data[256:1256] / 16, digits.target[256:1256])
print(f"the sound network on 1 000 other digits: loss {held_out:.2f}")
assert held_out < math.log(10) / 2

# %% [markdown] id="scale"
# ## At scale
#
# What a pull needs stays in memory from the forward pass to the backward one. In a transformer with $h$ numbers a token, $a$ heads, $s$ tokens and 16-bit numbers, one layer keeps about $s h\,(34 + 5 a s / h)$ bytes for one text (Korthikanti et al., 2022, section 4). For 32 layers, $h = 4096$, $a = 32$, $s = 4096$, 7 billion weights:

# %% id="scale-code"
LAYERS, H, HEADS, S, PARAMETERS = 32, 4096, 32, 4096, 7e9
a_layer = S * H * (34 + 5 * HEADS * S / H)
everything = LAYERS * a_layer
recomputed = LAYERS * 2 * S * H + a_layer  # keep each layer's input only, and compute the rest of one layer again
print(f"kept by all layers {everything / 2**30:.0f} GiB, weights {2 * PARAMETERS / 2**30:.0f} GiB")
print(f"inputs only, one layer computed again at a time: {recomputed / 2**30:.1f} GiB, for one more forward pass")
assert 96 < everything / 2**30 < 98 and round(2 * PARAMETERS / 2**30) == 13 and recomputed / 2**30 < 5
forward_cost, weight_cost, input_cost = 256 * (64 * 32 + 32 * 10), 256 * (64 * 32 + 32 * 10), 256 * 32 * 10
print(f"backward pass of our network: {weight_cost + input_cost:,} multiplications = {(weight_cost + input_cost) / forward_cost:.2f} forward passes")
from torch.utils.flop_counter import FlopCounterMode  # counts the multiplications and additions of the products that really run

with FlopCounterMode(display=False) as forwards:
    hidden = (torch.tensor(X) @ leaves[0] + leaves[1]).relu()
    counted_loss = torch.nn.functional.cross_entropy(hidden @ leaves[2] + leaves[3], torch.tensor(y))
with FlopCounterMode(display=False) as backwards:
    counted_loss.backward()
print(f"counted while the library runs: forwards {forwards.get_total_flops() // 2:,}, backwards {backwards.get_total_flops() // 2:,} multiplications")
assert forwards.get_total_flops() == 2 * forward_cost and backwards.get_total_flops() == 2 * (weight_cost + input_cost)
assert forward_cost == one_forward and 1.1 < (weight_cost + input_cost) / forward_cost < 1.2
kit.recall("price-of-all")

# %% [markdown] id="scale-words"
# 97 GiB for a single text, beside 13 GiB of weights: memory, not arithmetic, is what the backward pass costs. To keep the inputs of the layers only and compute the rest again is called **activation checkpointing**.
#
# ## The question again
#
# For each product of matrices the backward pass makes two ($\bar Z B^\top$ and $A^\top \bar Z$), each as dear as the forward one. So it costs **about two** forward passes, whatever the number of weights; a little over one in our network, since nobody asks for the gradient of the pixels. Differences would cost 4 820. That is the whole reason why networks with billions of weights can be trained, and it holds for *one* number at the end. What if there are many? Lesson 3.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** $A$ is (5, 3), $B$ (3, 2), $c$ (2,), $L = \sum (\operatorname{relu}(AB + c))$. Which shapes? Which number? Replace each `...`.

# %% id="exercise-1"
shapes = {"gradient of B": ..., "gradient of c": ..., "companion of AB + c": ..., "uses of each number of c": ...}

# %% id="check-1"
if any(s is ... for s in shapes.values()):
    print("not tried yet")
else:
    kit.equal(shapes["gradient of B"], (3, 2), because="the shape of B", known_wrong={"a gradient is not turned over": (2, 3), "that is A": (5, 3)})
    kit.equal(shapes["gradient of c"], (2,), because="the shape of c", known_wrong={"that is before the sum over the five rows": (5, 2), "an axis too many": (1, 2)})
    kit.equal(shapes["companion of AB + c"], (5, 2), because="the shape of the result itself", known_wrong={"that is one number: the loss": ()})
    kit.equal(shapes["uses of each number of c"], 5, because="one in every row", known_wrong={"those are the numbers of c": 2, "one number is not used in the other column": 10})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Give the engine a `tanh` and a division. The slope of $\tanh u$ is $1 - \tanh^2 u$. Return a `Number` from each.

# %% id="exercise-2"
def tanh(u):
    ...


def divide(u, v):
    ...


# %% id="check-2"
if tanh(Number(0.5)) is None or divide(Number(1), Number(2)) is None:
    print("not tried yet")
else:
    u, v = Number(0.7), Number(-1.6)
    end = divide(tanh(u) * u, v)
    kit.close(end.value, math.tanh(0.7) * 0.7 / -1.6, because="the value of tanh(u) · u / v at 0.7 and -1.6")
    backward(end)
    T = math.tanh(0.7)
    kit.close(u.bar, ((1 - T * T) * 0.7 + T) / -1.6, rtol=1e-9, because="the slope by u", known_wrong={
        "1 - tanh(u)², not 1 - u²": ((1 - 0.49) * 0.7 + T) / -1.6, "the companion of the result is not used in tanh": (1 - T * T) + T / -1.6, "d(u/v)/du is 1/v": ((1 - T * T) * 0.7 + T) * -1.6})
    kit.close(v.bar, -T * 0.7 / 1.6**2, rtol=1e-9, because="the slope by v", known_wrong={"the sign: -u/v²": T * 0.7 / 1.6**2, "the square of v": -T * 0.7 / -1.6, "u is missing": -1 / 1.6**2})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** A layer that scales: $Y = (X W) \odot s$ with $X$ (n, k), $W$ (k, m), $s$ (m,), and $L = \frac12 \sum Y^2$. Write the gradients of $W$ and $s$ by hand, without a loop.

# %% id="exercise-3"
def scaled_gradients(X, W, s):
    """Return the gradients of W (k, m) and of s (m,)."""
    ...


# %% id="check-3"
if scaled_gradients(np.ones((2, 2)), np.ones((2, 2)), np.ones(2)) is None:
    print("not tried yet")
else:
    r = np.random.default_rng(4)
    Xs, Ws, ss = r.normal(size=(5, 3)), r.normal(size=(3, 4)), r.normal(size=4)
    Wt, st = torch.tensor(Ws, requires_grad=True), torch.tensor(ss, requires_grad=True)
    (((torch.tensor(Xs) @ Wt) * st).square().sum() / 2).backward()
    Y = (Xs @ Ws) * ss
    gw, gs = scaled_gradients(Xs, Ws, ss)
    kit.close(gw, Wt.grad.numpy(), rtol=1e-9, atol=1e-12, because="the gradient of W", known_wrong={"the scale s is missing on the way back": Xs.T @ Y, "2 and ½ cancel": 2 * Wt.grad.numpy()})
    kit.close(gs, st.grad.numpy(), rtol=1e-9, atol=1e-12, because="the gradient of s", known_wrong={
        "s is used by every row: sum over the rows": Y * (Xs @ Ws), "the mean: five uses count five times": st.grad.numpy() / 5, "multiply by what stood beside s, X W": Y.sum(0)})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** *Max pooling* keeps the largest number of each row of a (n, k) array. What is its pull? `g` has the shape (n,). Where several are equal, the **first** gets all.

# %% id="exercise-4"
def max_pull(a, g):
    """Return the companion of a, (n, k), for g (n,) of a.max(axis=1)."""
    ...


# %% id="check-4"
if max_pull(np.ones((1, 2)), np.ones(1)) is None:
    print("not tried yet")
else:
    table, g = np.array([[1.0, 5.0, 2.0], [7.0, 0.0, 7.0], [-3.0, -1.0, -2.0]]), np.array([10.0, 20.0, 30.0])
    right = np.array([[0, 10.0, 0], [20.0, 0, 0], [0, 30.0, 0]])
    kit.close(max_pull(table, g), right, because=f"a = {table.tolist()}, g = {g.tolist()}", known_wrong={
        "of equal numbers only the first gets it": np.array([[0, 10.0, 0], [20.0, 0, 20.0], [0, 30.0, 0]]), "equal numbers share here only if asked: the first gets all": np.array([[0, 10.0, 0], [10.0, 0, 10.0], [0, 30.0, 0]]),
        "only the largest number was used: the others get 0": np.repeat(g[:, None], 3, 1), "g goes back, not the largest number": np.array([[0, 5.0, 0], [7.0, 0, 0], [0, -1.0, 0]]), "where the largest stands, g is missing": (right > 0) * 1.0})
    print("right: a maximum is a switch; it sends everything back to the one it took")

# %% [markdown] id="next"
# Next: *Jacobians, Hessians and their products with vectors*. The lab `autodiff` proves the course; its tasks 1 to 4 stand on this lesson.

# %% [markdown] id="summary"
# ## Summary
#
# - Every number gets a companion, the slope of the end by it; a pull turns the companion of a result into those of its operands.
# - Operands used several times add up and wait: results pass on in the reverse order of making, each once.
# - Over arrays: $\bar A = \bar Z B^\top$, $\bar B = A^\top \bar Z$; a broadcast goes back as a sum, a sum as a broadcast; every gradient has the shape of its operand.
# - What a pull needs must not change; the library counts versions and refuses.
# - One backward pass costs about two forward ones, and the memory of all that is kept.
#
# | term | 中文 |
# |---|---|
# | chain rule | 链式法则 |
# | reverse mode, backward pass | 反向模式、反向传播 |
# | computation graph | 计算图 |
# | topological order | 拓扑序 |
# | accumulate gradients | 累积梯度 |
# | in-place operation | 原地操作 |
# | activation checkpointing | 激活重计算 |
#
# **Read on.** Atılım Güneş Baydin, Barak A. Pearlmutter, Alexey Radul, Jeffrey Siskind, "Automatic Differentiation in Machine Learning: a Survey", JMLR 18, 2018, section 3. · David Rumelhart, Geoffrey Hinton, Ronald Williams, "Learning representations by back-propagating errors", Nature 323, 1986. · Kaiming He et al., "Delving Deep into Rectifiers", ICCV 2015, section 2.2. · Vijay Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", 2022, section 4. · PyTorch documentation, "Autograd mechanics", section "In-place operations with autograd".
