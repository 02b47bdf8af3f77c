# %% [markdown] id="title"
# # Derivatives and gradients
#
# **You will be able to** say how much a result changes when one of its many numbers is turned a little, get these slopes by hand, by differences and by a library, and choose a step that does not lie. **60 minutes.**
#
# At the end you can
#
# 1. compute the slope of a function at a point by a rule and check it by a difference;
# 2. write the gradient of a score and of a loss with respect to 64 numbers, and predict what a small step changes;
# 3. choose the step of a difference, and say which of two errors is at work when it fails;
# 4. say what the gradient cannot tell, and what differences would cost for a large model.

# %% [markdown] id="before"
# ## Before you start
#
# You need the graph of a function, powers and logarithms (*Basic mathematics*), the inner product of two vectors (*Linear algebra*), and a Python function that takes another function (*Python from the first line*). Three questions to see where you stand.
#
# - A line goes through (2, 1) and (6, 3). Its slope? $(3 - 1)/(6 - 2) = 0.5$. *If not: Basic mathematics, lesson 2, Functions, graphs and logarithms.*
# - $(1, 2, 0) \cdot (3, -1, 5)$? $3 - 2 + 0 = 1$. *If not: Linear algebra, lesson 1.*
# - `lambda x: x * x` is a function without a name: what stands before the colon goes in, what stands behind it comes out. `square = lambda x: x * x` says the same as `def square(x): return x * x`. And a function may be handed to another one. What does `(lambda f: f(3) - f(1))(lambda x: x * x)` give? $9 - 1 = 8$. *If not: Python from the first line, lesson 2, Loops, functions and tables.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.optimize import approx_fprime
from sklearn.datasets import load_digits, load_sample_image

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-slope")

# %% [markdown] id="question"
# ## A question first
#
# 1797 handwritten digits of $8 \times 8$ pixels (`sklearn.datasets.load_digits`, CC BY 4.0), each pixel between 0 (paper) and 1 (ink). Our template for a *three* is the mean of all threes minus the mean of all digits: positive where threes have more ink than others, negative where they have less. The **score** of a digit is the inner product of picture and template. Here is a three, the template, and what they have in common.

# %% id="real-digit"
digits = load_digits()
images = digits.images / 16  # (1797, 8, 8)
is_three = digits.target == 3  # (1797,)
template = images[is_three].mean(0) - images.mean(0)  # (8, 8)
picture = images[np.argmax(is_three)]  # (8, 8), the first three
score = float((picture * template).sum())

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6))
shown = left.imshow(picture, cmap="cividis", vmin=0, vmax=1)
figure.colorbar(shown, ax=left, label="ink (0 to 1)")
left.set(title=f"A three; its score is {score:.2f}", xlabel="column of pixels", ylabel="row of pixels")
shown = right.imshow(template, cmap="PuOr", vmin=-0.5, vmax=0.5)
figure.colorbar(shown, ax=right, label="template (ink against the mean)")
right.set(title="The template of the threes", xlabel="column of pixels", ylabel="row of pixels")
plt.tight_layout()
plt.show()
assert images.shape == (1797, 8, 8) and round(score, 2) == 1.78 and round(float(template.max()), 2) == 0.31 and round(float(template.min()), 2) == -0.48

# %% [markdown] id="real-words"
# *In words: on the left a bright three on a dark ground; on the right the template, positive along the strokes of a three, most negative in the column left of its middle, where other digits have ink and threes have none.*
#
# > **The question.** You may turn one single pixel of this picture a little. Which one changes the score most? And if you may turn one number of the *template* instead, which one? Commit to the first.

# %% id="checkpoint-pixel"
kit.checkpoint("which-pixel")

# %% [markdown] id="idea"
# ## The idea: a slope under the microscope
#
# The slope of a line is rise over run. A curve has no single slope, but under the microscope it looks like a line. The **derivative** of $f$ at $x$ is the slope that remains when the run $h$ becomes small:
#
# $$f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}, \qquad\text{so}\qquad f(x + h) \approx f(x) + f'(x)\, h .$$
#
# Its unit is the unit of $f$ by the unit of $x$: points of score by unit of ink, cents by token. The second formula is what it is for: it predicts a small change.
#
# ## By hand first
#
# A loss as a function of one weight: $f(w) = 2w^3 - 5w$, at $w = 2$. Put $2 + h$ in:
#
# $$f(2 + h) = 2(8 + 12h + 6h^2 + h^3) - 5(2 + h) = 6 + 19h + 12h^2 + 2h^3 .$$
#
# Subtract $f(2) = 6$, divide by $h$: $19 + 12h + 2h^2$. As $h$ goes to 0, 19 remains. The same comes from the rules that everybody learns by heart, since each of them was worked out once in this way (the cell below holds each of them against differences):
#
# | function | derivative | | function | derivative |
# |---|---|---|---|---|
# | $c$ | $0$ | | $e^x$ | $e^x$ |
# | $x^n$ | $n x^{n-1}$ | | $\log x$ | $1/x$ |
# | $c f$ | $c f'$ | | $f g$ | $f' g + f g'$ |
# | $f + g$ | $f' + g'$ | | $f(g(x))$ | $f'(g(x))\, g'(x)$ |
#
# Here: $2 \cdot 3w^2 - 5 = 24 - 5 = 19$. The last rule, for a function of a function, is the **chain rule**; lesson 2 is about nothing else.

# %% id="checkpoint-slope"
kit.checkpoint("slope-by-hand")

# %% id="toy-code"
def one_sided(f, x, h):
    """Slope of f at x from a step to the right."""
    return (f(x + h) - f(x)) / h


def central(f, x, h):
    """Slope of f at x from a step to either side."""
    return (f(x + h) - f(x - h)) / (2 * h)


def cubic(w):
    return 2 * w**3 - 5 * w


for h in (1.0, 0.1, 0.01, 0.001):
    print(f"h = {h:5}: one-sided {one_sided(cubic, 2, h):10.6f}, central {central(cubic, 2, h):10.6f}")
    assert math.isclose(one_sided(cubic, 2, h), 19 + 12 * h + 2 * h * h, rel_tol=1e-9)  # the formula from the hand
    assert math.isclose(central(cubic, 2, h), 19 + 2 * h * h, rel_tol=1e-9)
by_rule = {  # every rule of the table: a function, and the slope that the rule gives
    "power": (lambda x: x**5, lambda x: 5 * x**4), "constant and sum": (lambda x: 3 * x**2 + 7, lambda x: 6 * x), "exponential": (math.exp, math.exp), "logarithm": (math.log, lambda x: 1 / x),
    "product": (lambda x: x**2 * math.exp(x), lambda x: 2 * x * math.exp(x) + x**2 * math.exp(x)), "chain": (lambda x: math.exp(x**2), lambda x: math.exp(x**2) * 2 * x)}
for name, (function, slope) in by_rule.items():
    assert all(math.isclose(central(function, x, 1e-5), slope(x), rel_tol=1e-7) for x in (0.4, 1.3, 2.1)), name
print(f"{len(by_rule)} rules of the table agree with central differences at three points each")
w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
cubic(w).backward()  # the library: the same function, its derivative lands in w.grad
print("by the library:", float(w.grad))
assert float(w.grad) == 19
assert 3 * 3 * (-1) ** 2 - 8 == 1  # the checkpoint's: 3w^3 - 8w at w = -1
assert one_sided(lambda x: x * x, 1, 2) == 4  # the line through the points at 1 and 3
display(kit.recall("slope-by-hand"), kit.recall("before-slope"))

# %% [markdown] id="toy-read"
# The central difference lost the $12h$: the errors to the right and to the left cancel, and $2h^2$ remains. A tenth of the step, a hundredth of the error.
#
# ## Many numbers: partial derivatives and the gradient
#
# The score depends on 64 pixels. Hold 63 of them still and turn one: that slope is a **partial derivative**, written $\partial s / \partial x_{ij}$. All 64 together are the **gradient** $\nabla s$, an array of the same shape as what is turned. For small turns $\Delta$ of all of them at once the predictions add up, and that is an inner product:
#
# $$f(x + \Delta) \;\approx\; f(x) + \nabla f(x) \cdot \Delta .$$
#
# A miniature: a loss of 1.50 with the gradient $(0.4, -1.0)$ in two weights. The first is raised by 0.1, the second by 0.02.

# %% id="checkpoint-step"
kit.checkpoint("two-weights")

# %% [markdown] id="gradient-formula"
# For the score, $s = \sum_{ij} x_{ij} T_{ij}$, turning $x_{ij}$ by $h$ adds $h\,T_{ij}$ and nothing else:
#
# $$\frac{\partial s}{\partial x_{ij}} = T_{ij}, \qquad\qquad \frac{\partial s}{\partial T_{ij}} = x_{ij} .$$
#
# The gradient by the pixels is the template; the gradient by the template is the picture. From scratch, one number after the other, for any function of an array:

# %% id="gradient-code"
def gradient_by_differences(f, x, h=1e-5):
    """Gradient of a scalar function of an array, two calls of f a number; the shape of x."""
    slopes = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        slopes[place] = (f(up) - f(down)) / (2 * h)
    return slopes


by_pixel = gradient_by_differences(lambda x: (x * template).sum(), picture)  # (8, 8)
by_weight = gradient_by_differences(lambda t: (picture * t).sum(), template)  # (8, 8)
library = approx_fprime(picture.ravel(), lambda x: x @ template.ravel(), 1e-6)  # (64,), SciPy's one-sided differences
print(f"largest difference to the template {np.abs(by_pixel - template).max():.0e}, to the picture {np.abs(by_weight - picture).max():.0e}")
assert np.allclose(by_pixel, template, atol=1e-9) and np.allclose(by_weight, picture, atol=1e-9) and np.allclose(library, template.ravel(), atol=1e-6)
most_pixel = np.unravel_index(np.abs(by_pixel).argmax(), (8, 8))
most_weight = np.unravel_index(np.abs(by_weight).argmax(), (8, 8))
print(f"the pixel that matters most: row {most_pixel[0]}, column {most_pixel[1]}, slope {by_pixel[most_pixel]:.2f}; its ink is {picture[most_pixel]:.2f}")
print(f"the number of the template that matters most: row {most_weight[0]}, column {most_weight[1]}, slope {by_weight[most_weight]:.2f}")
assert tuple(int(i) for i in most_pixel) == (3, 2) and picture[most_pixel] < 0.2 and by_weight.max() == by_weight[most_weight]
assert math.isclose(1.50 + np.dot([0.4, -1.0], [0.1, 0.02]), 1.52)
display(kit.recall("two-weights"), kit.recall("which-pixel"))

# %% [markdown] id="gradient-read"
# The pixel that matters most is nearly paper: ink there speaks *against* a three, more strongly than ink anywhere speaks for it. The slope asks what a change would do, not how much is there now.
#
# ## A loss, and all 64 weights
#
# The template was made from means. To improve it one needs a number for how bad it is. With $t = +1$ for a three and $-1$ for any other digit, the **logistic loss** of weights $w$ (64 numbers) and a bias $b$ is
#
# $$L(w) = \frac1n \sum_{k=1}^{n} \log\!\big(1 + e^{-m_k}\big), \qquad m_k = t_k\,(w \cdot x_k + b) .$$
#
# A large margin $m$ costs nearly nothing, a negative one costs about $|m|$. Where it comes from: $\sigma(m) = 1/(1 + e^{-m})$ lies between 0 and 1 and is read as the probability that the model gives to the right answer; the loss is minus its logarithm.
#
# The chain rule: the outer function $\log(1 + e^{-m})$ has the slope $\frac{1}{1 + e^{-m}} \cdot (-e^{-m}) = -\frac{1}{e^m + 1} = -\sigma(-m)$, the inner one the slope $t\,x$. So
#
# $$\nabla L(w) = -\frac1n \sum_k \sigma(-m_k)\; t_k\; x_k \qquad (64 \text{ numbers}).$$
#
# Read it: every digit pulls the weights towards $t_k x_k$, with a force $\sigma(-m_k)$ that is near 0 when it is right already. By hand, by differences, by a program:

# %% id="loss-code"
X = images.reshape(-1, 64)  # (1797, 64)
t = np.where(is_three, 1.0, -1.0)  # (1797,)
w0, BIAS = template.ravel().copy(), -1.0  # (64,)


def loss(w):
    """Logistic loss of the weights (64,), a number without unit."""
    return np.logaddexp(0, -t * (X @ w + BIAS)).mean()  # log(e^0 + e^-m), without overflow


def gradient(w):
    """Its gradient by the formula, (64,)."""
    force = 1 / (1 + np.exp(t * (X @ w + BIAS)))  # (1797,), sigma(-m)
    return -(force * t) @ X / len(X)


by_hand = gradient(w0)  # (64,)
by_steps = gradient_by_differences(loss, w0)  # (64,), 128 losses
weights = torch.tensor(w0, requires_grad=True)
torch.nn.functional.softplus(-torch.tensor(t) * (torch.tensor(X) @ weights + BIAS)).mean().backward()
print(f"loss {loss(w0):.4f}; hand against differences {np.abs(by_hand - by_steps).max():.0e}, against the library {np.abs(by_hand - weights.grad.numpy()).max():.0e}")
assert np.allclose(by_hand, by_steps, atol=1e-9) and np.allclose(by_hand, weights.grad.numpy(), atol=1e-14)

# %% [markdown] id="steepest-text"
# ## Which way is down?
#
# Of all steps of one length, $\nabla L \cdot \Delta$ is smallest when $\Delta$ points exactly against the gradient (the inner product of two vectors of given lengths is smallest when they are opposite). We try ten thousand random directions of length 0.01 against that one.

# %% id="steepest"
LENGTH = 0.01
draw = np.random.default_rng(0)
steps = draw.normal(size=(10_000, 64))
steps *= LENGTH / np.linalg.norm(steps, axis=1, keepdims=True)  # (10000, 64)
downhill = -LENGTH * by_hand / np.linalg.norm(by_hand)  # (64,)
margins = (X @ (w0 + steps).T + BIAS) * t[:, None]  # (1797, 10000)
changes = np.logaddexp(0, -margins).mean(0) - loss(w0)  # (10000,)
best = loss(w0 + downhill) - loss(w0)
figure, axes = plt.subplots(figsize=(7.5, 3.4))
axes.hist(1e3 * changes, bins=60, color=BLUE)
axes.axvline(1e3 * best, color=ORANGE, linewidth=3)
axes.set(title="10 000 random steps, and the one against the gradient", xlabel="change of the loss, in thousandths", ylabel="number of steps")
axes.annotate("against the gradient", (1e3 * best, 300), color=ORANGE, xytext=(6, 0), textcoords="offset points")
plt.tight_layout()
plt.show()
print(f"best of the random steps {changes.min():.5f}, against the gradient {best:.5f}, predicted {by_hand @ downhill:.5f}")
assert 0.45 < (changes > 0).mean() < 0.6
assert best < 1.5 * changes.min() < 0 and abs(best / (by_hand @ downhill) - 1) < 0.02

# %% [markdown] id="steepest-words"
# *In words: a bell of random changes around 0, as many up as down; a line far to the left of all of them marks the step against the gradient.*
#
# In 64 dimensions a random direction is nearly at a right angle to the gradient, so it changes hardly anything. Random search is hopeless; one gradient is worth more than ten thousand guesses.

# %% [markdown] id="knob"
# ## Turn a knob
#
# How small should $h$ be? The formula says: the smaller, the better. The machine keeps about 16 digits. We take the loss above, its steepest direction, and compare both differences with the exact slope.

# %% id="checkpoint-h"
kit.checkpoint("best-step")

# %% id="widget"
from ipywidgets import IntSlider, interact

unit = by_hand / np.linalg.norm(by_hand)  # (64,)
along = lambda a: loss(w0 + a * unit)  # the loss on a line through the weights
exact = float(by_hand @ unit)
exponents = np.arange(0, 16)
errors = {name: np.array([abs(rule(along, 0.0, 10.0**-k) - exact) / exact for k in exponents]) for name, rule in (("one-sided", one_sided), ("central", central))}


def show_step(k=0):
    """Draw the line through the two points of a central difference, and the error against all steps."""
    h = 10.0**-k
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
    reach = np.linspace(-1.5, 1.5, 121)
    left.plot(reach, [along(a) for a in reach], color=BLUE, label="loss")
    left.plot(reach, along(0.0) + central(along, 0.0, h) * reach, color=ORANGE, linestyle="--", label=f"slope from h = 1e-{k}")
    left.plot([-h, h], [along(-h), along(h)], "o", color=ORANGE)
    left.set(title="Loss along its steepest direction", xlabel="step along the gradient (no unit)", ylabel="loss (no unit)")
    left.legend(fontsize=8)
    for (name, error), colour, mark in zip(errors.items(), (BLUE, GREEN), "os"):
        right.plot(exponents, np.maximum(error, 1e-16), color=colour, marker=mark, label=name)
    right.axvline(k, color=GREY, linestyle="--")
    right.set(yscale="log", xlabel="k, for a step h of 10 to the power of −k", ylabel="relative error of the slope", title="Curvature on the left, rounding on the right")
    right.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_step()

# %% id="widget-turn"
interact(show_step, k=IntSlider(min=0, max=15, value=0, description="k"));

# %% [markdown] id="knob-words"
# *In words, unturned (h = 1): the dashed line, with the slope of the line through the two dots, is steeper than the curve where they meet. In the right picture both errors fall at first, the central one twice as fast; the central one is lowest at about 1e-6, the one-sided one at about 1e-8; for smaller steps both rise again, until at 1e-15 nothing is right.*

# %% id="knob-assert"
best_h = {name: int(error.argmin()) for name, error in errors.items()}
print({name: f"best at h = 1e-{k}, error {errors[name][k]:.0e}" for name, k in best_h.items()})
assert 6 <= best_h["one-sided"] <= 9 and 4 <= best_h["central"] <= 7 and errors["central"].min() < errors["one-sided"].min()
assert errors["central"][15] > 1e-2 and errors["one-sided"][15] > 1e-2
assert 80 < errors["central"][2] / errors["central"][3] < 120 and 9 < errors["one-sided"][2] / errors["one-sided"][3] < 11
kit.recall("best-step")

# %% [markdown] id="knob-read"
# Two errors pull in opposite directions. The **truncation**, what the curve bends within $h$, falls with $h$ (one-sided) or $h^2$ (central). The **rounding**: a 64-bit number is right to about one part in $2^{53}$, so $\varepsilon = 2^{-53} \approx 10^{-16}$. Each loss is off by up to $\varepsilon |f|$; two nearly equal losses are subtracted, and what is left of that error is divided by a tiny $h$: about $\varepsilon |f| / h$.
#
# The best step makes both equal. One-sided: $h = \varepsilon / h$, so $h = \sqrt{\varepsilon} \approx 10^{-8}$. Central: $h^2 = \varepsilon / h$, so $h = \sqrt[3]{\varepsilon} \approx 5 \cdot 10^{-6}$. Both for numbers of size 1; for others times their size.
#
# ## How it goes wrong
#
# A colleague ports the check of gradients to the training code, where weights are in float32. It reports that every slope is 0, for any model.

# %% id="wrong"
X32, t32, w32 = X.astype(np.float32), t.astype(np.float32), w0.astype(np.float32)


def loss32(w):
    return np.logaddexp(np.float32(0), -t32 * (X32 @ w + np.float32(BIAS))).mean()


def slopes_of(function, w, h):
    """Central differences in the format of w."""
    found = np.zeros_like(w)
    for i in range(len(w)):
        up, down = w.copy(), w.copy()
        up[i] += w.dtype.type(h)
        down[i] -= w.dtype.type(h)
        found[i] = (function(up) - function(down)) / w.dtype.type(2 * h)
    return found


colleague = slopes_of(loss32, w32, 1e-9)  # (64,)
big = int(np.abs(w32).argmax())
print(f"{(colleague == 0).sum()} of 64 slopes are 0; the weight {w32[big]:.4f} plus 1e-9 is the same number: {w32[big] + np.float32(1e-9) == w32[big]}")
print(f"spacing of float32 numbers there: {np.spacing(np.abs(w32[big])):.1e}")
assert (colleague == 0).sum() > 50 and w32[big] + np.float32(1e-9) == w32[big]
for h in (1e-9, 1e-6, 1e-3, 1e-2):
    print(f"float32, h = {h}: off by {np.abs(slopes_of(loss32, w32, h) - by_hand).max() / np.abs(by_hand).max():.1e} of the largest slope")
coarse = np.abs(slopes_of(loss32, w32, 1e-2) - by_hand).max() / np.abs(by_hand).max()
fine = np.abs(slopes_of(loss, w0, 1e-5) - by_hand).max() / np.abs(by_hand).max()
print(f"float64, h = 1e-5: off by {fine:.0e}")
assert coarse < 1e-3 and fine < 1e-8

# %% [markdown] id="wrong-read"
# **Found** by asking for the spacing of numbers at the weight: a step below it is no step, and the difference of two equal losses is 0. **Mended** twice over: check in float64, and where that is not possible take $h$ near $\sqrt[3]{\varepsilon_{32}} \approx 0.004$ and expect three to four digits. The sign of this fault is a slope that is exactly 0, or a multiple of one strange number. (*Numerics and information* has the spacing slowly.)
#
# ## At scale
#
# Differences cost two losses for every weight. For 64 weights that is nothing. A model of 7 billion weights spends about 2 operations a weight and token on one loss; take 2 048 tokens and a card that does $4 \cdot 10^{14}$ operations a second.

# %% id="scale"
WEIGHTS, TOKENS, SPEED = 7e9, 2048, 4e14
one_loss = 2 * WEIGHTS * TOKENS / SPEED  # seconds
differences = 2 * WEIGHTS * one_loss  # seconds
backward = 2 * one_loss  # the backward pass costs about twice the forward one: lesson 2 counts it
print(f"one loss {one_loss:.3f} s; all slopes by differences {differences / 86400 / 365:.0f} years; by one backward pass {backward:.2f} s")
assert 0.07 < one_loss < 0.075 and 30 < differences / 86400 / 365 < 35 and backward < 0.15

# %% [markdown] id="scale-words"
# 32 years against 0.14 seconds. Differences are for *checking* a gradient, at a few places or in a few directions. Getting it is the matter of the next lesson.
#
# ## The question again
#
# Turning the pixel at row 3, column 2 changes the score most: its slope is the template's number of largest size. For the template it is the other way round: there the pixel with the most ink decides. But a slope is not yet an effect. That pixel has ink 0.12 and can lose no more than that. What can turning a single pixel, anywhere between paper and ink, gain at most?

# %% id="answer"
assert np.allclose(gradient_by_differences(lambda x: (x / 16 * template).sum(), 16 * picture), template / 16, atol=1e-8)  # ink counted from 0 to 16
gain = np.where(template > 0, (1 - picture) * template, picture * -template)  # (8, 8): all the way up, or all the way down
where = np.unravel_index(gain.argmax(), (8, 8))
print(f"best whole turn: row {where[0]}, column {where[1]}: {picture[where]:.2f} -> {1.0 if template[where] > 0 else 0.0}, score + {gain[where]:.3f}; at row 3, column 2: + {gain[3, 2]:.3f}")
print(f"spoiling: ink at row 3, column 2 up to 1 changes the score by {(1 - picture[3, 2]) * template[3, 2]:.2f}")
assert where != (3, 2) and gain[3, 2] < 0.1 < gain[where] and template[3, 2] == template.min()
probability = lambda s: 1 / (1 + math.exp(-s - BIAS))
print(f"the probability of a three, {probability(score):.2f}, has at this pixel the slope {probability(score) * (1 - probability(score)) * template[3, 2]:.3f}")
assert abs(one_sided(lambda a: probability(score + a * template[3, 2]), 0.0, 1e-6) - probability(score) * (1 - probability(score)) * template[3, 2]) < 1e-6

# %% [markdown] id="limits"
# The best whole turn is another pixel: row 2, column 3, a stroke that stands where threes have less ink than other digits. Erased, it gains 0.197; the pixel with the largest slope gains 0.060, since there is little to take away. Turned the wrong way it would cost most: 0.42.
#
# A gradient is a statement about small steps at one point. It does not know bounds, it does not see what lies beyond a bend, and it says nothing about two changes that help only together. And it depends on units: had we counted ink from 0 to 16, every slope by a pixel would be a sixteenth.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** The slope of each function at the point, as a number. Replace each `...`.

# %% id="exercise-1"
slopes = {"w^3 at w = 2": ..., "log(x) at x = 4": ..., "(3x - 1)^2 at x = 2": ..., "e^(-2x) at x = 0": ...}

# %% id="check-1"
if any(s is ... for s in slopes.values()):
    print("not tried yet")
else:
    kit.close(slopes["w^3 at w = 2"], 12, because="3 w² at 2", known_wrong={"that is the value": 8, "the exponent falls to 2: 3 · 2²": 6})
    kit.close(slopes["log(x) at x = 4"], 0.25, because="1/x", known_wrong={"that is the value": math.log(4), "1/x, not x": 4})
    kit.close(slopes["(3x - 1)^2 at x = 2"], 30, because="2 · (3x - 1) · 3", known_wrong={"the inner slope 3 is missing": 10, "that is the value": 25, "only the inner slope": 3, "3 squared as well": 90, "that is 9x², the -1 is lost": 36})
    kit.close(slopes["e^(-2x) at x = 0"], -2, because="e^(-2x) times -2", known_wrong={"the inner slope -2 is missing": 1, "the sign": 2})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Replace the logistic loss by the **squared** one, $\frac1n \sum_k (w \cdot x_k + b - t_k)^2$. Write its gradient with respect to $w$; `X` is (n, 64), `t` (n,), `w` (64,).

# %% id="exercise-2"
def squared_gradient(w, b, X, t):
    """Return (64,)."""
    ...


# %% id="check-2"
if squared_gradient(w0, -1.0, X, t) is None:
    print("not tried yet")
else:
    few, far = X[:50], t[:50]
    off = few @ w0 - 0.5 - far  # (50,)
    kit.close(squared_gradient(w0, -0.5, few, far), gradient_by_differences(lambda w: ((few @ w - 0.5 - far) ** 2).mean(), w0), rtol=1e-6, atol=1e-8, because="50 digits, bias -0.5, against differences", known_wrong={
        "the 2 of the square is missing": off @ few / 50, "the mean has the factor 1/n": 2 * off @ few, "both the 2 and the 1/n are missing": off @ few,
        "the sign: the slope is positive where the output is too large": -2 * off @ few / 50, "the bias is missing": 2 * (few @ w0 - far) @ few / 50, "one number for each weight is asked: multiply by x before you add": 2 * off.mean() * np.ones(64)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** A check that costs two losses, however many weights there are: draw a direction $v$ (64 numbers), and hold the slope *along* it, $\nabla f \cdot v$, against a central difference of $f(w \pm h v)$. Return the relative error $|a - b| / \max(|a|, |b|)$ (0 when both are 0). The lab asks for this on arrays.

# %% id="exercise-3"
def directional_error(f, claimed, w, v, h=1e-5):
    """Relative error between claimed · v and the difference of f along v; claimed, w, v (n,)."""
    ...


# %% id="check-3"
if directional_error(loss, by_hand, w0, unit) is None:
    print("not tried yet")
else:
    v = np.random.default_rng(1).normal(size=64)
    kit.require(directional_error(loss, by_hand, w0, v) < 1e-7, "the right gradient is refused: is it (f(w + h v) - f(w - h v)) / 2h on one side, and the inner product with v on the other?")
    kit.close(directional_error(loss, 2 * by_hand, w0, v), 0.5, rtol=1e-5, because="a claim of twice the gradient", known_wrong={
        "divided by the smaller of the two": 1.0, "that is the difference itself, not relative": float(abs(by_hand @ v))})
    kit.close(directional_error(loss, -by_hand, w0, v), 2.0, rtol=1e-5, because="the wrong sign", known_wrong={"absolute values were taken too early: the sign counts": 0.0})
    spoiled = by_hand.copy()
    spoiled[20] *= 1.5
    kit.require(directional_error(loss, spoiled, w0, v) > 1e-5, "one wrong number among 64 is not seen: v has to reach all of them")
    calls = []
    directional_error(lambda w: calls.append(1) or loss(w), by_hand, w0, v)
    kit.equal(len(calls), 2, because="two losses are enough", known_wrong={"one number after the other is what this avoids": 128})
    kit.close(directional_error(lambda w: 3.0, np.zeros(64), w0, v), 0.0, because="a constant function: 0 against 0", known_wrong={"0 / 0": float("nan")})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** The photograph (`china.jpg`, CC BY 2.0) gets blurred with a width of $\sigma$ pixels. Its *sharpness* is the mean square of the difference of neighbours in a row. How fast does sharpness fall **by pixel of blur** at $\sigma = 2$? Return the slope for any $\sigma$ by a central difference with a step that you choose well.

# %% id="exercise-4"
from scipy.ndimage import gaussian_filter

photograph = load_sample_image("china.jpg").mean(2)[:, :320] / 255  # (427, 320), grey from 0 to 1


def sharpness(sigma):
    """Mean square of the differences of neighbours in a row, of the photograph blurred by sigma pixels."""
    return float((np.diff(gaussian_filter(photograph, sigma, truncate=6.0), axis=1) ** 2).mean())


def sharpness_slope(sigma):
    """Slope of sharpness by pixel of blur."""
    ...


# %% id="check-4"
if sharpness_slope(2.0) is None:
    print("not tried yet")
else:
    right = central(sharpness, 2.0, 1e-3)
    kit.close(sharpness_slope(2.0), right, rtol=1e-3, because="sigma = 2", known_wrong={
        "the sign: more blur, less sharpness": -right, "divide by the whole distance of the two points, 2h": 2 * right,
        "that is the sharpness itself": sharpness(2.0), "a step of 1 pixel is no small step here: the curve bends": central(sharpness, 2.0, 1.0),
        "a one-sided step of 1 pixel": one_sided(sharpness, 2.0, 1.0), "the step is so small that only rounding is left": central(sharpness, 2.0, 1e-15)})
    kit.close(sharpness_slope(3.0), central(sharpness, 3.0, 1e-3), rtol=1e-3, because="sigma = 3")
    print("right: a blur of one more pixel would cost", f"{-right / sharpness(2.0):.0%} of the sharpness, if the slope held")

# %% [markdown] id="next"
# Next: *The chain rule as a program*. The lab `autodiff` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - A derivative is the slope under the microscope; it predicts a small change: $f(x + h) \approx f(x) + f'(x)h$.
# - The gradient has the shape of what is turned, and a small step changes the result by its inner product with the step.
# - The score's gradient by the pixels is the template, by the template it is the picture: slopes ask what a change would do, not what is there.
# - A difference has two errors: the curve bends (large $h$) and numbers round (small $h$).
# - Two losses a weight are for checking a gradient, never for training with it.
#
# | term | 中文 |
# |---|---|
# | derivative, slope | 导数、斜率 |
# | partial derivative | 偏导数 |
# | gradient | 梯度 |
# | central difference | 中心差分 |
# | truncation and rounding error | 截断误差与舍入误差 |
# | steepest descent | 最速下降 |
#
# **Read on.** Marc Deisenroth, A. Aldo Faisal, Cheng Soon Ong, *Mathematics for Machine Learning*, 2020, sections 5.1 and 5.2. · Gilbert Strang, *Calculus*, 1991, chapter 2. · William H. Press et al., *Numerical Recipes*, 3rd edition, 2007, section 5.7.
