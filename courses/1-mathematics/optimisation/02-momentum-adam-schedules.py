# %% [markdown] id="title"
# # Momentum, Adam and schedules
#
# **You will be able to** write momentum, Adam, AdamW and a schedule so that they agree with the library, say what each piece does from a number that you measured, and read from a curve whether a rate was too high or only too early. **75 minutes.**
#
# At the end you can
#
# 1. compute two steps of momentum and of Adam by hand, with the correction;
# 2. write both, and hold them against the library to twelve digits;
# 3. tell Adam with L2 from AdamW, and translate the paper's decay into the library's;
# 4. compute the rate of any step under warm-up and cosine, and say what the warm-up is for;
# 5. find a training that was resumed without its state, and give an example on which Adam goes the wrong way.

# %% [markdown] id="before"
# ## Before you start
#
# You need lesson 1, and the variance of a mean. Three questions to see where you stand; answer before you read on.
#
# - The curvatures are 100 and 1. How many steps does plain descent need for a factor of 1000, about? 350. *If not: lesson 1, How long may a step be?*
# - A weight is multiplied by 0.99 in each step. What is left of it after 100 steps? $0.99^{100} = 0.37$. *If not: Basic mathematics, lesson 2.*
# - The variance of the mean of 16 independent numbers, each of variance 4? $4/16 = 0.25$. *If not: Probability and statistics, lesson 1, Sums, and what independence gives.*
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
kit.checkpoint("before-momentum")

# %% [markdown] id="question"
# ## A question first
#
# The ten templates of lesson 1 stand at 0 and do their very first step on 1200 digits (8 × 8 pixels, `sklearn.datasets.load_digits`, CC BY 4.0), once with plain gradient descent and once with Adam as the library has it, both at the rate 0.001. For each of the 650 weights: how large is its gradient, and how far does it move?

# %% id="first-step"
digits = load_digits()
pictures = np.column_stack([digits.data / 16, np.ones(1797)])  # (1797, 65), the last column for the bias
seen, seen_names, fresh, fresh_names = pictures[:1200], digits.target[:1200], pictures[1200:], digits.target[1200:]


def digit_loss(W, rows=slice(None)):
    """Mean loss in nats on the learning pictures (or some rows of them) and its gradient, as in lesson 1; W (65, 10)."""
    A, names = seen[rows], seen_names[rows]
    Z = A @ W  # (n, 10)
    P = np.exp(Z - Z.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)  # (n, 10)
    at = np.arange(len(names))
    value = float(-np.log(np.maximum(P[at, names], 1e-300)).mean())  # no logarithm of 0
    P[at, names] -= 1
    return value, A.T @ P / len(names)


def share_right(W):
    return float(((fresh @ W).argmax(1) == fresh_names).mean())


start = np.zeros((65, 10))
slope = digit_loss(start)[1]  # (65, 10)
first = torch.nn.Parameter(torch.zeros(65, 10, dtype=torch.float64))  # Parameter: a tensor that an optimiser may change
first.grad = torch.tensor(slope)  # where the library's optimisers look for the gradient
torch.optim.Adam([first], lr=0.001).step()
adam_moves = np.abs(first.detach().numpy())  # (65, 10)
plain_moves = 0.001 * np.abs(slope)
moving = np.abs(slope) > 1e-12  # not 0, rounding aside

figure, axes = plt.subplots(figsize=(7, 3.6))
axes.plot(np.abs(slope[moving]), plain_moves[moving], ".", color=BLUE, label="gradient descent")
axes.plot(np.abs(slope[moving]), adam_moves[moving], ".", color=ORANGE, label="Adam")
axes.set(xscale="log", yscale="log", xlabel="size of the gradient (nats by unit of weight)", ylabel="size of the move (unit of weight)", title="The first step of 618 weights, rate 0.001")
axes.legend()
plt.tight_layout()
plt.show()
print(f"gradients that are not 0: {moving.sum()}, from {np.abs(slope[moving]).min():.0e} to {np.abs(slope).max():.0e}; Adam's moves from {adam_moves[moving].min():.6f} to {adam_moves.max():.6f}")
assert moving.sum() == 618 and not slope[seen.sum(0) == 0].any() and (seen.sum(0) == 0).sum() == 3 and 1e4 < np.abs(slope).max() / np.abs(slope[moving]).min() < 2e4 and 0.997e-3 < adam_moves[moving].min() and adam_moves.max() <= 1.000001e-3

# %% [markdown] id="question-words"
# *In words: the blue points lie on a rising line, over about four powers of ten; the orange ones on a level line at 0.001, whatever the gradient.*
#
# Three pixels never have ink; their thirty weights have no gradient and do not move; for two weights of other pixels the pulls of the 1200 pictures cancel. The remaining 618 move by 0.001, be the gradient a few millionths or more than a twentieth.
#
# > **The question.** A pixel that has ink in three of 1200 pictures moves its weights as fast as the darkest pixel. Is that a fault? Commit to a guess.

# %% id="checkpoint-equal"
kit.checkpoint("why-all-alike")

# %% [markdown] id="momentum"
# ## Momentum: let the steps add up
#
# In a long valley the gradient points mostly across it, to and fro, and only a little along it. If the last steps are added up, the to and fro cancels and the little adds up. **Momentum** keeps a running sum $v$ of gradients $g$ (both have the shape of the weights), in which the older ones fade by a factor $\mu$ between 0 and 1:
#
# $$v \leftarrow \mu\, v + g, \qquad w \leftarrow w - r\, v .$$
#
# **By hand.** A slope of 1 in every step, $\mu = 0.5$: $v = 1,\; 1.5,\; 1.75,\; 1.875, \dots$. It tends to the number that stays where it is: $v = \mu v + 1$, so $v = 1/(1 - \mu) = 2$.

# %% id="checkpoint-momentum"
kit.checkpoint("terminal-speed")

# %% id="momentum-code"
def momentum(slope, w, rate, mu, steps):
    """Descent with momentum; the weights after each step."""
    v, path = np.zeros_like(w), [w]
    for _ in range(steps):
        v = mu * v + slope(w)
        w = w - rate * v
        path.append(w)
    return np.array(path)


even = momentum(lambda w: np.ones(1), np.zeros(1), 1.0, 0.5, 40)[:, 0]
print("moves under a slope of 1, μ = 0.5:", (-np.diff(even[:5])).tolist(), "...", round(float(even[-2] - even[-1]), 6))
assert np.allclose(-np.diff(even[:5]), [1, 1.5, 1.75, 1.875])
speed = -np.diff(momentum(lambda w: np.ones(1), np.zeros(1), 1.0, 0.9, 200)[:, 0])[-1]
assert abs(speed - 10) < 1e-6

weights = torch.nn.Parameter(torch.zeros(65, 10, dtype=torch.float64))
optimiser = torch.optim.SGD([weights], lr=0.3, momentum=0.9)
for _ in range(50):
    weights.grad = torch.tensor(digit_loss(weights.detach().numpy())[1])
    optimiser.step()
ours = momentum(lambda W: digit_loss(W)[1], start, 0.3, 0.9, 50)[-1]
plain = momentum(lambda W: digit_loss(W)[1], start, 0.3, 0.0, 50)[-1]
print(f"templates, 50 steps at rate 0.3: loss {digit_loss(plain)[0]:.3f} plain, {digit_loss(ours)[0]:.3f} with momentum; ours against the library {np.abs(ours - weights.detach().numpy()).max():.0e}")
assert np.allclose(ours, weights.detach().numpy(), rtol=1e-12, atol=1e-12) and digit_loss(ours)[0] < 0.4 * digit_loss(plain)[0]
s = 0.0
for g in (4, 0, 2):
    s = 0.5 * s + g
assert s == 3
display(kit.recall("terminal-speed"), kit.recall("before-momentum"))

# %% [markdown] id="root-text"
# Under an even slope momentum is a rate $1/(1 - \mu)$ times as large. If that were all, one could raise the rate. On a bowl it does more. For curvatures $a > b$ with $\kappa = a/b$, the best choice (Polyak, 1964) is
#
# $$\mu = \Big(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\Big)^2, \qquad r = \frac{4}{(\sqrt a + \sqrt b)^2},$$
#
# and each step shrinks the distance by about $\sqrt\mu$: the condition number enters by its **root**. Before you turn the knob:

# %% id="checkpoint-root"
kit.checkpoint("steps-with-momentum")

# %% id="widget"
from ipywidgets import SelectionSlider, interact

MUS = [0.0, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98]
KAPPA = 100


def fewest_steps(kappa, mu, rates=200, most=1500):
    """Fewest steps to a thousandth of the distance on the bowl with curvatures kappa and 1, over many rates; and that rate."""
    rate = np.linspace(0.05, 4, rates)[:, None] / kappa  # (rates, 1): all rates at once
    w, v, needed = np.ones((rates, 2)), np.zeros((rates, 2)), np.zeros(rates, dtype=int)
    for t in range(most):
        far = np.hypot(w[:, 0], w[:, 1]) > 1e-3 * math.sqrt(2)
        needed[far] = t + 1  # the last step that is still too far away counts: who only passes by is not there
        v = mu * v + np.array([kappa, 1.0]) * w
        w = np.clip(w - rate * v, -1e9, 1e9)  # what bursts stays finite
    return int(needed.min()), float(rate[needed.argmin(), 0])


counts = {mu: fewest_steps(KAPPA, mu) for mu in MUS}


def show_momentum(mu=0.0):
    """Draw sixty steps at the best rate of a momentum, and the steps needed for all momenta."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.5))
    v, u = np.meshgrid(np.linspace(-1.2, 1.2, 80), np.linspace(-1.2, 1.2, 80))
    left.contour(v, u, 0.5 * (KAPPA * u**2 + v**2), levels=[0.1, 0.4, 2, 8, 25, 60], colors=GREY, linewidths=0.7)
    path = momentum(lambda w: np.array([KAPPA, 1.0]) * w, np.ones(2), counts[mu][1], mu, 60)
    left.plot(path[:, 1], path[:, 0], color=ORANGE, marker="o", markersize=3, linewidth=0.8)
    left.set(title=f"Sixty steps, momentum {mu:g}", xlabel="flat direction v", ylabel="steep direction u", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
    right.plot(MUS, [counts[m][0] for m in MUS], color=BLUE, marker="o")
    right.plot(mu, counts[mu][0], "o", color=ORANGE, markersize=10)
    right.set(yscale="log", title="Steps to a thousandth, best rate for each", xlabel="momentum μ (no unit)", ylabel="steps")
    right.set_yticks([50, 100, 200, 500], ["50", "100", "200", "500"])
    right.minorticks_off()
    plt.tight_layout()
    plt.show()


show_momentum()

# %% id="widget-turn"
interact(show_momentum, mu=SelectionSlider(options=MUS, value=0.0, description="momentum"));

# %% [markdown] id="knob-words"
# *In words, unturned (no momentum): the path swings across the valley and creeps along it, and after sixty steps it is not yet at the centre. In the right picture the steps fall from above 300 at momentum 0 to about 40 at 0.7, and rise again beyond: at 0.98 there are twice as many as at 0.*

# %% id="knob-assert"
print({mu: steps for mu, (steps, _) in counts.items()})
best_mu = {kappa: ((math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)) ** 2 for kappa in (100, 10_000)}
for kappa, mu in best_mu.items():
    path = momentum(lambda w: np.array([kappa, 1.0]) * w, np.ones(2), 4 / (math.sqrt(kappa) + 1) ** 2, mu, 2000)
    needed = int(np.argmax(np.linalg.norm(path, axis=1) <= 1e-3 * math.sqrt(2)))
    print(f"condition {kappa}: best momentum {mu:.2f}, {needed} steps; plain about {3.45 * kappa:,.0f}")
    assert needed == {100: 56, 10_000: 689}[kappa]
half_way = momentum(lambda w: np.array([KAPPA, 1.0]) * w, np.ones(2), counts[0.0][1], 0.0, 60)[-1]
assert counts[0.7][0] == 41 and counts[0.0][0] == 330 and 1.8 < counts[0.98][0] / counts[0.0][0] < 2.2 and min(counts, key=lambda m: counts[m][0]) == 0.7 and round(best_mu[100], 2) == 0.67 and abs(half_way[1]) > 0.25
assert abs(((math.sqrt(1444) - 1) / (math.sqrt(1444) + 1)) ** 2 - 0.9) < 1e-3  # what 0.9 is best for
kit.recall("steps-with-momentum")

# %% [markdown] id="noise-text"
# Why 56 steps by the formula, and 41 at 0.7? The formula makes the shrinking of the *late* steps fastest, $\sqrt{0.67} = 0.82$ each. But exactly there the distance goes like $t \cdot 0.82^t$, and the factor $t$ costs some twenty steps. A little more momentum swings, and has no such factor. For a factor of a million the difference would hardly count. (Plain descent has 330 here and 345 in lesson 1 for the same reason: the best rate for a thousandth is not quite the best for ever.)
#
# Too little momentum crawls, too much overshoots and swings like a heavy ball. By the formula 0.9 is best for a condition number of about 1400; whoever always takes 0.9 bets on something like that.
#
# **Momentum also averages noise.** $(1 - \mu) v$ is a running mean of gradients, with weights $(1-\mu)\mu^j$ for the one $j$ steps ago. If the noise of batches is independent from step to step, its variance falls to $\frac{1 - \mu}{1 + \mu}$ of that of one batch (the sum of the squared weights, a geometric series). For 0.9 that is 1/19: as if batches were nineteen times as large.

# %% id="noise"
draw = np.random.default_rng(0)
where = momentum(lambda W: digit_loss(W)[1], start, 1.0, 0.0, 30)[-1]  # a fixed place on the way
true, v, raw_noise, mean_noise = digit_loss(where)[1], np.zeros((65, 10)), [], []
for k in range(1100):
    g = digit_loss(where, draw.integers(0, 1200, size=60))[1]  # a batch of 60, at the same place
    v = 0.9 * v + g
    if k >= 100:  # the sum has filled up
        raw_noise.append(((g - true) ** 2).sum())
        mean_noise.append(((0.1 * v - true) ** 2).sum())
ratio = np.mean(mean_noise) / np.mean(raw_noise)
print(f"variance of the noise, running mean against one batch: {ratio:.3f}; by the formula {0.1 / 1.9:.3f}")
assert abs(ratio * 19 - 1) < 0.15

# %% [markdown] id="adam-text"
# ## Adam: a rate for each weight
#
# Lesson 1 scaled the columns, so that one rate suits all. Inside a network nobody can scale by hand. **Adam** (Kingma and Ba, 2015) keeps, for each weight, a running mean $m$ of its gradients and a running mean $v$ of their squares, and moves by their ratio. In step $t = 1, 2, \dots$:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2,$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad w \leftarrow w - r\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} .$$
#
# All operations go number by number; $m$ and $v$ start at 0 and have the shape of $w$. Usual are $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\varepsilon = 10^{-8}$. **Why the hats?** Both means start at 0 and are too small at first: after one step $m = 0.1\, g$. Had $g$ always been the same, $m$ after $t$ steps would be $(1 - \beta_1^t)\, g$; dividing by that makes it $g$ again.
#
# **By hand**, the first step for $g = 2$: $m = 0.2$, $v = 0.004$, $\hat m = 2$, $\hat v = 4$, move $r \cdot 2/2 = r$. For $g = 400$: $\hat m = 400$, $\sqrt{\hat v} = 400$, move $r$. The gradient's unit has cancelled. Without the hats the same step would be

# %% id="checkpoint-hats"
kit.checkpoint("without-correction")

# %% id="adam-code"
def adam_step(w, g, state, rate, betas=(0.9, 0.999), eps=1e-8):
    """One step of Adam; state is (m, v, t), returns the new weights and the new state."""
    m, v, t = state
    m, v, t = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g * g, t + 1
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return w - rate * m_hat / (np.sqrt(v_hat) + eps), (m, v, t)


moved, state = adam_step(np.zeros(2), np.array([2.0, 400.0]), (np.zeros(2), np.zeros(2), 0), 0.001)
print("first moves for the gradients 2 and 400:", moved.tolist(), "; without the hats", 0.001 * 0.1 * 2 / math.sqrt(0.001 * 4))
assert np.allclose(moved, -0.001) and abs(0.1 / math.sqrt(0.001) - 3.162) < 1e-3
W, state = start, (np.zeros((65, 10)), np.zeros((65, 10)), 0)
weights = torch.nn.Parameter(torch.zeros(65, 10, dtype=torch.float64))
optimiser = torch.optim.Adam([weights], lr=0.03)
for _ in range(100):
    rows = draw.integers(0, 1200, size=60)
    W, state = adam_step(W, digit_loss(W, rows)[1], state, 0.03)
    weights.grad = torch.tensor(digit_loss(weights.detach().numpy(), rows)[1])
    optimiser.step()
print(f"templates after 100 steps: loss {digit_loss(W)[0]:.3f}; ours against the library {np.abs(W - weights.detach().numpy()).max():.0e}")
assert np.allclose(W, weights.detach().numpy(), rtol=1e-10, atol=1e-12)
kit.recall("without-correction")

# %% [markdown] id="fair-text"
# **Is Adam better?** Each method at its own best rate, else one compares rates. 300 steps on batches of 60, over many rates, two seeds each:

# %% id="fair"
def train(kind, rate, steps=300, seed=0):
    """Templates trained on batches of 60; the weights at the end."""
    draw, W, v, state = np.random.default_rng(seed), start, 0.0, (0.0, 0.0, 0)
    for _ in range(steps):
        g = digit_loss(W, draw.integers(0, 1200, size=60))[1]
        if kind == "Adam":
            W, state = adam_step(W, g, state, rate)
        else:
            v = (0.9 if kind == "momentum" else 0.0) * v + g
            W = W - rate * v
    return W


RATES = {"plain": [0.1, 0.3, 1, 3, 10, 30], "momentum": [0.01, 0.03, 0.1, 0.3, 1, 3, 10], "Adam": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]}
figure, axes = plt.subplots(figsize=(7, 3.3))
right, reached = {}, {}
for (kind, rates), colour, mark in zip(RATES.items(), (BLUE, GREEN, ORANGE), "os^"):
    ends = [[train(kind, r, seed=s) for s in (0, 1)] for r in rates]
    losses = [np.mean([digit_loss(W)[0] for W in pair]) for pair in ends]
    reached[kind] = dict(zip(rates, losses))
    right[kind] = max(np.mean([share_right(W) for W in pair]) for pair in ends)
    axes.plot(rates, losses, color=colour, marker=mark, label=f"{kind}: fresh pictures right at best {right[kind]:.1%}")
axes.set(xscale="log", yscale="log", xlabel="rate (unit of weight by unit of the step's direction)", ylabel="loss after 300 steps (nats)", title="Every method has a rate of its own")
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
print({kind: f"{s:.1%}" for kind, s in right.items()}, f"; standard error of one share about {math.sqrt(0.91 * 0.09 / 597):.1%}")
assert max(right.values()) - min(right.values()) < 0.02 and abs(reached["plain"][1] - reached["momentum"][0.1]) < 0.02 and reached["Adam"][0.03] < reached["plain"][1] < reached["Adam"][0.01]
assert reached["plain"][30] > reached["plain"][10] and reached["momentum"][10] > reached["momentum"][3] and min(reached["Adam"], key=reached["Adam"].get) == 0.1 and reached["Adam"][0.3] > reached["Adam"][0.1]

# %% [markdown] id="fair-words"
# *In words: three curves that fall with the rate; for the same loss momentum takes about a tenth of plain descent's rate, and Adam between a hundredth and a thirtieth; all three turn up again at their right ends.*
#
# At their best rates the three read about equally many fresh pictures; the differences lie within about one standard error. (Each rate was chosen on these very pictures, so all three shares are a little too good.) On this nearly linear task Adam is no better. Its gain is another one: its rates are moves, in the unit of the weights, so that a rate near 0.001 to 0.01 is a fair first guess in every layer of every network. That is worth much where nobody can scale. It is a place to begin, not the answer: in these 300 steps 0.1 was the best.

# %% [markdown] id="decay-text"
# ## Weight decay
#
# Weights that nothing holds grow. One remedy is to add $\tfrac{\lambda}{2} \lVert w \rVert^2$ to the loss (**L2**); its gradient $\lambda w$ pulls every weight towards 0. In plain descent that multiplies the weight by $1 - r\lambda$ in each step. In Adam the pull goes through the same division as the gradient, and comes out with its size lost. **AdamW** (Loshchilov and Hutter, 2019) takes it out of the gradient and shrinks the weight beside it:
#
# $$w \leftarrow w - \eta \Big( \alpha\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} + \lambda\, w \Big) .$$
#
# This is the paper's form: $\alpha$ is the base rate, $\eta$ the schedule's factor (1 without one), $\lambda$ the decay. The library writes $w \leftarrow w - r \big( \frac{\hat m}{\sqrt{\hat v} + \varepsilon} + \lambda' w \big)$. So $r = \alpha \eta$ and $\lambda' = \lambda / \alpha$: the same word, other numbers.
#
# A weight of 1 that has no gradient from the loss (one of the thirty of the blank pixels), rate 0.001, no schedule. After 100 steps with the library's decay of 0.01 AdamW has left $(1 - 0.001 \cdot 0.01)^{100} = 0.999$ of it. And Adam with L2, $\lambda = 0.01$?

# %% id="checkpoint-l2"
kit.checkpoint("l2-in-adam")

# %% id="decay"
def after_hundred(make, decay):
    """A weight of 1 without a gradient from the loss, after 100 steps of a library's optimiser."""
    w = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimiser = make([w], lr=0.001, weight_decay=decay)
    for _ in range(100):
        w.grad = torch.zeros(1, dtype=torch.float64)
        optimiser.step()
    return float(w.detach()[0])


left_over = {(name, decay): after_hundred(make, decay) for name, make in (("Adam with L2", torch.optim.Adam), ("AdamW", torch.optim.AdamW)) for decay in (0.01, 0.0001)}
for (name, decay), w in left_over.items():
    print(f"{name:13} decay {decay:6}: {w:.6f} left after 100 steps")
assert 0.899 < left_over["Adam with L2", 0.01] < 0.903 and abs(left_over["Adam with L2", 0.0001] - left_over["Adam with L2", 0.01]) < 1e-3 and abs(left_over["AdamW", 0.01] - (1 - 1e-5) ** 100) < 1e-12


def adamw_step(w, g, state, alpha, eta=1.0, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    """One step of AdamW in the paper's form."""
    after, state = adam_step(w, g, state, eta * alpha, betas, eps)
    return after - eta * decay * w, state


W, state = where, (0.0, 0.0, 0)
weights = torch.nn.Parameter(torch.tensor(where))
optimiser = torch.optim.AdamW([weights], lr=0.03, weight_decay=0.002 / 0.03)  # the paper's 0.002, translated
for k in range(100):
    eta = 1 - k / 100
    W, state = adamw_step(W, digit_loss(W)[1], state, 0.03, eta, decay=0.002)
    optimiser.param_groups[0]["lr"] = 0.03 * eta
    weights.grad = torch.tensor(digit_loss(weights.detach().numpy())[1])
    optimiser.step()
print(f"AdamW with a schedule, ours against the library: {np.abs(W - weights.detach().numpy()).max():.0e}")
assert np.allclose(W, weights.detach().numpy(), rtol=1e-10, atol=1e-12)
kit.recall("l2-in-adam")

# %% [markdown] id="schedule-text"
# With L2 the weight loses about 0.1, nearly the rate in every step, **whether $\lambda$ is 0.01 or 0.0001**: the pull of $\lambda w$ is divided by its own size. The knob does nothing there. Where the loss has a large gradient it is drowned instead. So nobody should compare decays across the two.
#
# ## Schedules: warm-up and cosine
#
# The rate need not stay the same. A common plan over steps $s = 0, 1, 2, \dots$: rise on a straight line to a peak $r_{\max}$ during $u$ steps (**warm-up**), then fall along half a cosine (Loshchilov and Hutter, 2017) to a low rate $r_{\min}$ at the last step $T$:
#
# $$r(s) = r_{\max} \frac{s}{u} \;\; (s < u), \qquad r(s) = r_{\min} + (r_{\max} - r_{\min})\, \frac{1 + \cos \pi x}{2}, \quad x = \frac{s - u}{T - u} \;\; (u \le s \le T).$$
#
# The end is low because the noise of batches keeps the weights jittering in proportion to the rate (lesson 1). By hand: peak $4 \cdot 10^{-4}$, low $4 \cdot 10^{-5}$, $u = 1000$, $T = 10\,000$. At step 250 a quarter of the peak, $10^{-4}$. At 10 000 the low rate. Half-way down:

# %% id="checkpoint-cosine"
kit.checkpoint("half-way-down")

# %% id="schedule-code"
def rate_at(step, peak, warm, last, low=0.0):
    """Rate of a step: a line up to `peak` at `warm`, half a cosine down to `low` at `last`."""
    if step < warm:
        return peak * step / warm
    x = (step - warm) / (last - warm)
    return low + (peak - low) * (1 + math.cos(math.pi * x)) / 2


print({s: f"{rate_at(s, 4e-4, 1000, 10_000, 4e-5):.2e}" for s in (0, 250, 1000, 5500, 10_000)})
assert abs(rate_at(5500, 4e-4, 1000, 10_000, 4e-5) - 2.2e-4) < 1e-12 and rate_at(250, 4e-4, 1000, 10_000, 4e-5) == 1e-4
optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=50, eta_min=0.02)
library = []
for _ in range(51):
    library.append(optimiser.param_groups[0]["lr"])
    optimiser.step()
    scheduler.step()
assert np.allclose(library, [rate_at(s, 0.3, 0, 50, 0.02) for s in range(51)], rtol=1e-10)
print("without warm-up: the library's CosineAnnealingLR, to ten digits")
kit.recall("half-way-down")

# %% [markdown] id="warm-text"
# **What is the warm-up for?** Two measurable reasons. The first: *the largest rate changes on the way*. Lesson 1's bound $2/a$ holds where the curvature $a$ was measured, and training moves. We train the templates on all pictures with plain descent, at a rate of 5 from the start and with a warm-up to 5 in 200 steps, and measure the bound every twenty steps (exercise 3 of lesson 1: products from gradients alone).

# %% id="warm-up"
def bound_here(W, rounds=12):
    """2 / largest curvature at W, from differences of gradients."""
    d = np.random.default_rng(0).normal(size=W.shape)
    for _ in range(rounds):
        d = d / np.linalg.norm(d)
        d = (digit_loss(W + 1e-4 * d)[1] - digit_loss(W - 1e-4 * d)[1]) / 2e-4
    return 2 / np.linalg.norm(d)


def towards(peak, warm, steps=200, every=20, measure=True):
    """Plain descent on all pictures with a linear warm-up; losses, and (step, rate, bound) now and then."""
    W, losses, told = start, [], []
    for s in range(steps):
        value, g = digit_loss(W)
        losses.append(value)
        rate = peak * min(1.0, (s + 1) / warm) if warm else peak  # s + 1: no step is lost at rate 0
        if measure and s % every == 0:
            told.append((s, rate, bound_here(W)))
        W = W - rate * g
    return np.array(losses), np.array(told)


figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.5))
warmed = {}
for warm, colour in ((0, ORANGE), (200, BLUE)):
    losses, told = towards(5, warm, steps=300)
    warmed[warm] = (losses, told)
    left.plot(losses, color=colour, label=f"warm-up {warm} steps")
    right.plot(told[:, 0], told[:, 2], color=colour, label=f"bound 2 / a, warm-up {warm}")
    right.plot(told[:, 0], told[:, 1], color=colour, linestyle=":", label=f"rate, warm-up {warm}")
left.set(yscale="log", title="Towards a rate of 5", xlabel="step", ylabel="loss (nats)")
left.legend(fontsize=8)
right.set(title="The rate, and the largest one allowed there", xlabel="step", ylabel="rate (no unit)")
right.legend(fontsize=8)
plt.tight_layout()
plt.show()
rises = {warm: int((np.diff(losses) > 0).sum()) for warm, (losses, _) in warmed.items()}
print(f"bound at the start {warmed[0][1][0, 2]:.2f}; largest loss without warm-up {warmed[0][0].max():.1f}, with it {warmed[200][0].max():.2f}; steps on which the loss rises {rises}; bound at the end {warmed[0][1][-1, 2]:.1f} and {warmed[200][1][-1, 2]:.1f}")
assert 1.7 < warmed[0][1][0, 2] < 1.8 and warmed[0][0].max() > 4 and warmed[200][0].argmax() == 0 and rises[200] == 0 < rises[0] and (warmed[200][1][:, 1] < warmed[200][1][:, 2]).all() and warmed[200][1][-1, 2] > 6 and (warmed[0][0][7:] < warmed[200][0][7:]).all()

# %% [markdown] id="warm-words"
# *In words: left, the orange loss without warm-up leaps above 4 and swings before it falls; the blue one with warm-up falls from the first step on. Right, both bounds start at 1.7 and end well above 5; with warm-up the dotted rate climbs, and the bound climbs ahead of it all the way.*
#
# At the start only rates below 1.74 are allowed, and a rate of 5 throws the weights about. Later 5 is allowed: the templates become sure of most pictures, $p(1 - p)$ becomes small, and with it the curvature. While the rate rises slowly it stays below a bound that rises too, and the loss does not go up once in 300 steps. The warm-up waits until the long step is allowed. It is no gift: from step 7 on the orange loss is the lower one. Where there is a single valley, a throw does not hurt for long, and 200 careful steps cost more than it; the warm-up insures against throws from which nothing comes back. (In deep networks it can be the other way round as well: the curvature has been seen to climb until the bound comes down to the rate, the *edge of stability*; Cohen et al., 2021.)
#
# The second reason is Adam's own: in its first step *every* weight moves by the full rate. Later, gradients of batches disagree and partly cancel in $m$, not in $v$. How long are the moves, as a share of the rate?

# %% id="adam-moves"
W, state, draw, shares = start, (0.0, 0.0, 0), np.random.default_rng(3), []
for _ in range(100):
    after, state = adam_step(W, digit_loss(W, draw.integers(0, 1200, size=60))[1], state, 0.01)
    shares.append(float(np.abs(after - W)[moving].mean() / 0.01))
    W = after
print("mean move as a share of the rate:", {t: round(shares[t - 1], 2) for t in (1, 2, 10, 30, 100)})
assert shares[0] > 0.85 and 0.15 < shares[99] < 0.25

# %% [markdown] id="three-text"
# (Not quite 1 in the first step: some pixels have no ink in that batch.) So the same rate means about a fifth of the way a hundred steps later: the first steps are the longest and know the least. A warm-up takes that back.
#
# **Reading curves.** Three trainings of the templates, towards peaks of 0.3, 3 and 10, each with a warm-up of 20 steps. What would you try next? Look where the third one breaks.

# %% id="three"
AT = (4, 8, 12, 16, 20, 40, 100, 199)
for peak, warm in ((0.3, 20), (3, 20), (10, 20), (10, 100)):
    losses, _ = towards(peak, warm, measure=False)
    print(f"peak {peak:4}, warm-up {warm:3}: " + "  ".join(f"step {s:3} {losses[s]:6.3f}" for s in AT))
fast, late = towards(10, 20, measure=False)[0], towards(10, 100, measure=False)[0]
slow = towards(3, 20, measure=False)[0]
print("largest loss of the last two:", fast.max().round(2), late.max().round(2))
assert fast[4] < slow[4] and fast[8] < slow[8] and fast[12] > slow[12] and fast[:21].max() > 3 * fast[4] and late.max() < 2.31 and fast[199] < late[199] < slow[199] and round(late[100], 2) == 0.65 and round(late[40], 2) == 0.27

# %% [markdown] id="three-words"
# The third is ahead until step 8 and breaks on the way to its peak. *Fast until the rate is up, then broken* is the sign of a rate that came too early, not of a bad rate: with a longer warm-up the same peak never rises above its start, stumbles once (0.65 at step 100, after 0.27 at step 40) and is ahead of the second run at the end. (Here the broken run recovers as well, and ends lowest of all, for this loss has a single valley. A deep network thrown so far often does not come back.) A run that breaks again at a longer warm-up has a peak that is too high. One that is merely slow (the first) needs a higher one.

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A training with Adam at the rate 0.1 stops after 300 steps. The weights were saved and are loaded again; the optimiser is made anew, as on the first day.

# %% id="wrong-code"
def go_on(W, state, steps, seed, rate=0.1):
    """Continue a training; weights, state, loss after each step, and the length of each move."""
    draw, losses, ways = np.random.default_rng(seed), [], []
    for _ in range(steps):
        after, state = adam_step(W, digit_loss(W, draw.integers(0, 1200, size=60))[1], state, rate)
        ways.append(float(np.linalg.norm(after - W)))
        W = after
        losses.append(digit_loss(W)[0])
    return W, state, np.array(losses), np.array(ways)


kept, kept_state, before_stop, ways_before = go_on(start, (0.0, 0.0, 0), 300, 0)
_, _, forgetful, ways_forgetful = go_on(kept, (0.0, 0.0, 0), 100, 1)
_, _, careful, ways_careful = go_on(kept, kept_state, 100, 1)
figure, axes = plt.subplots(figsize=(7, 3.2))
axes.plot(range(200, 300), before_stop[200:], color=GREY, label="before the stop")
axes.plot(range(300, 400), forgetful, color=ORANGE, label="weights alone were loaded")
axes.plot(range(300, 400), careful, color=BLUE, label="weights and state were loaded")
axes.set(yscale="log", title="A training is resumed", xlabel="step", ylabel="loss (nats)")
axes.set_yticks([0.02, 0.05, 0.1], ["0.02", "0.05", "0.1"])
axes.minorticks_off()
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
print(f"loss before the stop {before_stop[-1]:.3f}; worst of the next ten steps {forgetful[:10].max():.3f} without the state, {careful[:10].max():.3f} with it")
print(f"length of a move: before {ways_before[-10:].mean():.2f}, first after {ways_forgetful[0]:.2f} without, {ways_careful[0]:.2f} with")
assert forgetful[:10].max() > 3 * before_stop[-10:].max() and careful[:10].max() < 2 * before_stop[-10:].max() and 15 < ways_forgetful[0] / ways_before[-10:].mean() < 19 and forgetful[40] > before_stop[-10:].mean() and (forgetful[:20] > careful[:20]).all() and forgetful[-20:].mean() < careful[-20:].mean() and ways_careful[0] < 2 * ways_before[-10:].mean()

# %% [markdown] id="wrong-words"
# *In words: the grey line runs low; the orange one leaps up by more than a factor of three at step 300 and takes two dozen steps to come down; the blue one goes on as if nothing had happened. At the right end the orange line is the lower one.*
#
# The data and the rate are the same; only $m$, $v$ and $t$ are new. **Found** by the length of the first move: every weight moves by the full rate, here seventeen times as far as before. (A schedule that starts again with the state would show in the logged rate.) **Mended** by saving the state beside the weights: `optimiser.state_dict()` in the library, with the schedule's step. If the state is lost for good, warm up again. (Here the throw did no lasting harm: fresh long moves even found a lower loss. That was luck with one valley, and not what anybody had ordered.)

# %% [markdown] id="promise-text"
# ## What Adam does not promise
#
# Dividing by a running root of squares can lose the direction. One weight between $-1$ and 1, starting at 0; the gradients repeat: $3, -1, -1$. Their mean is positive, so downhill is to the left and the best place is $-1$. Adam with $\beta_1 = 0$ and $\beta_2 = 0.1$, rate 0.01 (after Reddi, Kale and Kumar, 2018): where does it go?

# %% id="checkpoint-wrong-way"
kit.checkpoint("adam-goes-where")

# %% id="promise"
def repeated(largest_kept, steps=3000):
    """Adam on the gradients 3, -1, -1, ..., kept between -1 and 1; `largest_kept`: divide by the largest v so far."""
    w, v, top = 0.0, 0.0, 0.0
    for k in range(steps):
        g = 3.0 if k % 3 == 0 else -1.0
        v = 0.1 * v + 0.9 * g * g
        top = max(top, v)
        w = min(1.0, max(-1.0, w - 0.01 * g / math.sqrt(top if largest_kept else v)))
    return w


v_cycle = 0.0
for k in range(300):
    g = 3.0 if k % 3 == 0 else -1.0
    v_cycle = 0.1 * v_cycle + 0.9 * g * g
    if k >= 297:
        print(f"gradient {g:4}: v = {v_cycle:.2f}, move {-0.01 * g / math.sqrt(v_cycle):+.4f}")
print(f"ends at {repeated(False):.2f}; dividing by the largest v so far: {repeated(True):.2f}")
assert repeated(False) > 0.97 and repeated(True) < -0.97
kit.recall("adam-goes-where")

# %% [markdown] id="promise-words"
# The large gradient raises its own $v$ at once and moves no farther than a small one. Then two small ones move the other way. The rare, important gradient loses two to one. A mend is to divide by the largest $v$ so far (*AMSGrad*, of the same paper); a common one is a $\beta_2$ near 1, so that $v$ hardly changes within a cycle. That is one reason not to go far below 0.999.

# %% [markdown] id="scale"
# ## At scale
#
# Adam's two means cost memory. A common training keeps, for each weight, 2 bytes for itself and 2 for its gradient (16 bits), and in 32 bits a master copy, $m$ and $v$, 4 bytes each. For 7 billion weights, on cards of 80 GB:

# %% id="scale-code"
PARTS = {"Adam, as above": 2 + 2 + 4 + 4 + 4, "momentum": 2 + 2 + 4 + 4, "plain descent": 2 + 2 + 4, "Adam with means of 8 bits": 2 + 2 + 4 + 1 + 1}
for name, size in PARTS.items():
    print(f"{name:26} {size:2} bytes a weight, {7e9 * size / 1e9:4.0f} GB, {math.ceil(7e9 * size / 80e9)} cards before a single picture or word is stored")
assert 7 * PARTS["Adam, as above"] == 112 and math.ceil(112 / 80) == 2 and PARTS["plain descent"] * 7 == 56

# %% [markdown] id="scale-words"
# Half of the 112 GB are Adam's means. That is why they are divided among cards or kept in 8 bits (course *Distributed computing*), and why the state on disk is larger than the model. A resumed training needs all of it.

# %% [markdown] id="answer"
# ## The question again
#
# Is it a fault that rare pixels move as fast as others? We train with both methods for 300 steps and look at the weights of pixels that have ink in fewer than 20 of 1200 pictures, against those of all others.

# %% id="answer-code"
inked = (seen[:, :64] > 0).sum(0)  # (64,), in how many pictures a pixel has ink
rare, common = np.flatnonzero((inked > 0) & (inked < 20)), np.flatnonzero(inked >= 20)
sizes = {}
for kind, rate in (("plain", 3), ("Adam", 0.03)):
    W = train(kind, rate)
    sizes[kind] = float(np.abs(W[rare]).mean() / np.abs(W[common]).mean())
    print(f"{kind:6} loss {digit_loss(W)[0]:.3f}, fresh right {share_right(W):.1%}; weights of {len(rare)} rare pixels are {sizes[kind]:.2f} of the size of others")
assert 0.5 < sizes["Adam"] < 0.75 and sizes["plain"] < 0.02 and len(rare) > 5
kit.recall("why-all-alike")

# %% [markdown] id="answer-words"
# Neither a fault nor free of charge. A rare pixel, like a rare word in a text, gets a gradient so seldom that plain descent hardly teaches it anything; Adam does, and for rare words that is its great merit. The price is that what was learnt from a handful of pictures weighs as much as what was learnt from a thousand. On 597 fresh pictures that does not show here. Decay holds it in check; lesson 3 says what decay really is.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Replace each `...` by a number.

# %% id="exercise-1"
answers = {"v of momentum 0.9 after the gradients 1, then 2": ..., "Adam's first move at rate 0.002 for a gradient of -50": ..., "AdamW of the paper with alpha 0.002 and decay 0.0001: weight_decay in torch": ..., "rate at step 300, peak 0.6, warm-up 400": ...}

# %% id="check-1"
if any(a is ... for a in answers.values()):
    print("not tried yet")
else:
    kit.close(answers["v of momentum 0.9 after the gradients 1, then 2"], 2.9, because="0.9 · 1 + 2", known_wrong={"that is the plain sum": 3.0, "the old sum fades, not the new gradient": 2.8, "that is Adam's running mean": 0.29, "the gradient is not multiplied by 1 - μ here": 1.1})
    kit.close(answers["Adam's first move at rate 0.002 for a gradient of -50"], 0.002, because="against the gradient, by the rate", known_wrong={"the sign: against the gradient, so upwards": -0.002, "that is plain descent": 0.1, "that is plain descent, and the sign": -0.1, "without the correction": 0.002 * 0.1 / math.sqrt(0.001)})
    kit.close(answers["AdamW of the paper with alpha 0.002 and decay 0.0001: weight_decay in torch"], 0.05, because="the library multiplies by its rate, so divide by alpha", known_wrong={"multiplied: it is the other way round": 2e-7, "the two are not the same number": 0.0001, "alpha by decay": 20.0})
    kit.close(answers["rate at step 300, peak 0.6, warm-up 400"], 0.45, because="three quarters of the way up", known_wrong={"the warm-up is not over": 0.6, "from 0, not from the peak down": 0.15})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** *Nesterov's* momentum looks ahead: with $v \leftarrow \mu v + g$ as before, the step is $w \leftarrow w - r\,(g + \mu v)$, with the new $v$. Write one step.

# %% id="exercise-2"
def nesterov_step(w, g, v, rate, mu):
    """Return the new weights and the new v; arrays stay as they are."""
    ...


# %% id="check-2"
if nesterov_step(np.zeros(1), np.ones(1), np.zeros(1), 0.1, 0.9) is None:
    print("not tried yet")
else:
    found = nesterov_step(np.array([1.0]), np.array([2.0]), np.array([3.0]), 0.1, 0.5)
    kit.require(isinstance(found, (tuple, list)) and len(found) == 2, "return two things: the weights and v")
    kit.close(np.asarray(found[1], dtype=float), np.array([3.5]), because="0.5 · 3 + 2", known_wrong={"the old sum fades, the gradient does not": np.array([4.0]), "that is the weight: weights first, then v": np.array([0.625])})
    kit.close(np.asarray(found[0], dtype=float), np.array([0.625]), because="1 - 0.1 · (2 + 0.5 · 3.5)", known_wrong={
        "that is plain momentum": np.array([0.65]), "the gradient comes on top of μ v": np.array([0.825]), "the sign": np.array([1.375]), "v enters with μ": np.array([0.45])})
    torch_w = torch.nn.Parameter(torch.tensor(where))
    torch_step = torch.optim.SGD([torch_w], lr=0.1, momentum=0.9, nesterov=True)
    mine, v = where, np.zeros((65, 10))
    for _ in range(10):
        torch_w.grad = torch.tensor(digit_loss(torch_w.detach().numpy())[1])
        torch_step.step()
        mine, v = nesterov_step(mine, digit_loss(mine)[1], v, 0.1, 0.9)
    kit.close(np.asarray(mine), torch_w.detach().numpy(), rtol=1e-9, atol=1e-12, because="ten steps on the templates against the library's nesterov=True")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Large gradients of a bad batch can throw a training off. **Clipping** brings them back: if the length of *all* gradients taken together (the root of the sum of all squares, over all arrays) exceeds `most`, all are multiplied by `most / length`; else nothing changes. Return the new arrays and the length before clipping.

# %% id="exercise-3"
def clip(gradients, most):
    """gradients: a list of arrays; returns (list of arrays, length)."""
    ...


# %% id="check-3"
if clip([np.ones(1)], 1.0) is None:
    print("not tried yet")
else:
    given = [np.array([3.0]), np.array([[0.0, 4.0]])]
    found = clip(given, 1.0)
    kit.require(isinstance(found, (tuple, list)) and len(found) == 2, "return two things: the list and the length")
    kit.close(float(found[1]), 5.0, because="the root of 9 + 16", known_wrong={"the root is missing": 25.0, "that is the largest array's length": 4.0, "lengths do not add up, their squares do": 7.0, "the length before clipping is asked": 1.0})
    kit.close([np.asarray(a, dtype=float) for a in found[0]], [np.array([0.6]), np.array([[0.0, 0.8]])], because="all times 1/5", known_wrong={
        "each array was clipped by itself: the direction of the whole changes": [np.array([1.0]), np.array([[0.0, 1.0]])], "nothing was clipped": given, "divided by the length, but not multiplied by most, or by its square": [np.array([0.12]), np.array([[0.0, 0.16]])]})
    kit.close([np.asarray(a, dtype=float) for a in clip(given, 2.5)[0]], [np.array([1.5]), np.array([[0.0, 2.0]])], because="most = 2.5: all times a half", known_wrong={"multiply by most / length, not by 1 / length": [np.array([0.6]), np.array([[0.0, 0.8]])]})
    kit.close([np.asarray(a, dtype=float) for a in clip(given, 9.0)[0]], given, because="shorter than most: nothing changes", known_wrong={"short gradients are not made longer": [np.array([5.4]), np.array([[0.0, 7.2]])]})
    kit.close([np.asarray(a, dtype=float) for a in clip([np.zeros(2)], 1.0)[0]], [np.zeros(2)], because="all zero", known_wrong={"0 / 0": [np.full(2, np.nan)]})
    kit.close(given[0], np.array([3.0]), because="the arrays given stay as they are", known_wrong={"you clipped in place": np.array([0.6])})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A training over `last` steps was planned with warm-up and cosine. After step `stop` the budget is cut, so that it must end at step `new_last` $\gt$ `stop`. A fresh cosine from the peak would leap. Return the rate of any step $s \ge$ `stop`, up to `new_last`: **from the rate that was reached at `stop`, half a cosine down to `low` at `new_last`.** (`stop` lies after the warm-up; use `rate_at`.)

# %% id="exercise-4"
def shortened(s, stop, new_last, peak, warm, last, low=0.0):
    ...


# %% id="check-4"
if shortened(50, 50, 60, 1.0, 10, 100) is None:
    print("not tried yet")
else:
    reached = rate_at(55, 1.0, 10, 100, 0.1)
    kit.close(float(shortened(55, 55, 75, 1.0, 10, 100, 0.1)), reached, rtol=1e-9, because="at the stop the rate must not leap: 0.55", known_wrong={"that is the peak: the rate leaps": 1.0, "that is low": 0.1})
    kit.close(float(shortened(75, 55, 75, 1.0, 10, 100, 0.1)), 0.1, rtol=1e-9, atol=1e-12, because="low at the new end", known_wrong={"that is the old plan's rate": rate_at(75, 1.0, 10, 100, 0.1), "it ends at 0 and not at low": 0.0})
    kit.close(float(shortened(65, 55, 75, 1.0, 10, 100, 0.1)), (reached + 0.1) / 2, rtol=1e-9, because="half-way between the two", known_wrong={
        "a straight piece of the old plan, squeezed in time: its steps are steeper, but it does not begin flat": rate_at(55 + 10 * 45 / 20, 1.0, 10, 100, 0.1), "that is a fresh cosine from the peak": 0.55})
    print("right")

# %% [markdown] id="next"
# Next: *Constraints and duality*. The lab `optimisers` asks for AdamW and the schedule on arrays of every shape.

# %% [markdown] id="summary"
# ## Summary
#
# - Momentum adds steps up: $1/(1 - \mu)$ times as far under an even slope, $\sqrt\kappa$ in place of $\kappa$ on a bowl, and noise averaged over many batches.
# - Adam moves each weight by the ratio of its mean gradient to its root mean square: the first move is the rate, whatever the gradient.
# - AdamW shrinks the weights beside the step; L2 inside Adam loses its size.
# - Warm-up: the allowed rate grows on the way, and Adam's first steps are its longest. Fast, then broken: too early.
# - The state belongs to the training: without $m$, $v$ and $t$ a resumed run leaps.
#
# | term | 中文 |
# |---|---|
# | momentum | 动量 |
# | Adam, bias correction | Adam、偏差修正 |
# | weight decay, decoupled | 权重衰减、解耦 |
# | learning-rate schedule | 学习率调度 |
# | warm-up, cosine annealing | 预热、余弦退火 |
# | edge of stability | 稳定性边缘 |
# | gradient clipping | 梯度裁剪 |
#
# **Read on.** Diederik P. Kingma, Jimmy Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, sections 2 and 3. · Ilya Loshchilov, Frank Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, section 2; and "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, section 3. · Sashank J. Reddi, Satyen Kale, Sanjiv Kumar, "On the Convergence of Adam and Beyond", ICLR 2018, section 3. · Jeremy Cohen et al., "Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability", ICLR 2021, section 3.
