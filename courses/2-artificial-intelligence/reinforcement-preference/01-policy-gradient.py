# %% [markdown] id="title"
# # Policy gradient
#
# **You will be able to** teach a network that is told only "right" or "wrong", say why a constant added to every reward can ruin it, and judge what a critic and λ buy when rewards come late. **70 minutes.**
#
# At the end you can
#
# 1. compute the exact policy gradient of a small choice by hand, and show that the estimate from samples is right in the mean;
# 2. compute the spread of that estimate, and the baseline that makes it smallest;
# 3. train a network by rewards alone, and find out why it is stuck;
# 4. compute returns, one-step advantages and GAE, and show what λ trades;
# 5. state what a reward costs in a training of a real size.

# %% [markdown] id="before"
# ## Before you start
#
# You need a network with its gradients, and means with their errors. Three questions to see where you stand; answer before you read on.
#
# - Scores $(0, 0, \log 2)$: what does a softmax make of them? $(1/4, 1/4, 1/2)$. *If not: course Neural networks, lesson 1.*
# - The gradient of $-\log p_y$ with respect to the scores? $p$ less 1 at place $y$. *If not: Neural networks, lesson 2.*
# - A mean of 400 draws whose standard deviation is 2: how uncertain is it? $2/\sqrt{400} = 0.1$ (one standard error). *If not: Probability and statistics, lesson 2.*
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
kit.checkpoint("before-spread")

# %% [markdown] id="question"
# ## A question first
#
# Until now somebody told the network which digit a picture shows. Now nobody does. It looks at a picture, **chooses** one of ten digits, and is paid: more if it was right, less if not. Which digit would have been right it never learns. (Pictures: `load_digits`, UCI, CC BY 4.0; 1200 to learn from, 597 to be tested with.)
#
# Two paymasters. The first pays 1 for a right answer and 0 for a wrong one. The second is kinder and pays 4 and 3. The difference is the same, so the best behaviour is the same; network, rate and number of questions are the same.
#
# The cell is long because its `learn` serves the whole lesson: what `baseline`, `floor` and `entropy` do is said where each is first used. For now its last block and the picture are enough.

# %% id="bandit"
pictures, digits = load_digits(return_X_y=True)  # (1797, 64), (1797,)
order = np.random.default_rng(0).permutation(len(digits))
x_all, y_all = ((pictures - pictures.mean()) / pictures.std())[order], digits[order]
x, y, x_test, y_test = x_all[:1200], y_all[:1200], x_all[1200:], y_all[1200:]


def begin(r):
    """A network 64 - 32 - 10 as in Neural networks: [[W, b], [W, b]]; its first answers are nearly even."""
    return [[r.normal(size=(64, 32)) * math.sqrt(2 / 64), np.zeros(32)], [0.1 * r.normal(size=(32, 10)) * math.sqrt(2 / 32), np.zeros(10)]]


def chances(x, net):
    """Hidden values (n, 32) and the policy (n, 10): how likely each answer is."""
    hidden = np.maximum(x @ net[0][0] + net[0][1], 0)
    s = hidden @ net[1][0] + net[1][1]
    e = np.exp(s - s.max(1, keepdims=True))
    return hidden, e / e.sum(1, keepdims=True)


def climb(x, hidden, slope, net, rate):
    """One step uphill; slope (n, 10): by how much each row's scores should move."""
    back = (slope @ net[1][0].T) * (hidden > 0)  # (n, 32)
    for layer, a, d in ((net[1], hidden, slope), (net[0], x, back)):
        layer[0] += rate * a.T @ d
        layer[1] += rate * d.sum(0)


def draw(p, r):
    """One action for each row of p (n, k), drawn with these chances."""
    return (p.cumsum(1) < r.random((len(p), 1))).sum(1).clip(max=p.shape[1] - 1)


def learn(pay=(1.0, 0.0), baseline=False, labels=False, entropy=0.0, floor=0.0, steps=1500, n=50, rate=0.1, seed=0):
    """Learn by choosing and being paid; returns the network and the share of test pictures read rightly, every 50 steps."""
    r = np.random.default_rng(seed)
    net, seen, expected = begin(r), [], 0.0
    for t in range(steps):
        rows = r.integers(0, len(y), size=n)
        hidden, p = chances(x[rows], net)
        if labels:
            slope = np.eye(10)[y[rows]] - p  # what a teacher would give
        else:
            q = (1 - floor) * p + floor / 10
            action = draw(q, r)
            reward = np.where(action == y[rows], *pay)  # (n,): pay[0] where it was right, pay[1] elsewhere
            advantage = reward - (expected if baseline else 0)
            expected += (1.0 if t == 0 else 0.05) * (reward.mean() - expected)  # a running mean of what came
            weight = p[np.arange(n), action] / q[np.arange(n), action]
            slope = (np.eye(10)[action] - p) * (advantage * weight)[:, None]
            if entropy:
                logs = np.log(p + 1e-12)
                slope -= entropy * p * (logs - (p * logs).sum(1, keepdims=True))
        climb(x[rows], hidden, slope / n, net, rate)
        if t % 50 == 49:
            seen.append(float((chances(x_test, net)[1].argmax(1) == y_test).mean()))
    return net, seen


SEEDS = range(4)
curves = {
    "told the right digit": [learn(labels=True, seed=s)[1] for s in SEEDS],
    "paid 1 or 0": [learn(seed=s)[1] for s in SEEDS],
    "paid 4 or 3": [learn((4.0, 3.0), seed=s)[1] for s in SEEDS],
}
figure, axes = plt.subplots(figsize=(7, 3.3))
for (name, runs), colour, style in zip(curves.items(), (GREY, BLUE, ORANGE), ("-", "-", "--")):
    for i, run in enumerate(runs):
        axes.plot(50 * np.arange(1, 31), run, color=colour, linestyle=style, label=name if i == 0 else None)
axes.set(title="Four networks for each way of being taught", xlabel="steps (50 pictures each)", ylabel="test pictures read rightly (share)", ylim=(0, 1))
axes.legend(loc="center right", fontsize=8)
plt.tight_layout()
plt.show()
ends = {name: [run[-1] for run in runs] for name, runs in curves.items()}
print({name: [round(e, 2) for e in values] for name, values in ends.items()})
# another machine rounds otherwise, and a run may then end a digit lower or higher: the bands leave room for it
assert min(ends["told the right digit"]) > 0.95 and min(ends["paid 1 or 0"]) > 0.6 and max(ends["paid 4 or 3"]) < 0.6 and np.median(ends["paid 4 or 3"]) < 0.3

# %% [markdown] id="question-words"
# *In words: the grey lines rise at once to above 0.95; the blue ones rise more slowly and by steps, and end between 0.7 and 1; the orange dashed ones stay far below, most of them near 0.1, which is chance.*
#
# > **The question.** Why does the kinder paymaster ruin it? And why do the blue lines stop on different levels? Commit to an answer to the first.

# %% id="checkpoint-kinder"
kit.checkpoint("kinder-paymaster")

# %% [markdown] id="idea"
# ## The idea: make more likely what was paid
#
# A **policy** $\pi$ says how likely each action $a$ is, here as a softmax of the scores $s$ (one for each of $k$ actions). An action brings the **reward** $r_a$. We want the mean reward
#
# $$J = \sum_a \pi_a\, r_a$$
#
# to grow. Its exact gradient by the scores follows from the softmax, $\partial \pi_a/\partial s_c = \pi_a([a = c] - \pi_c)$, with $[a = c]$ equal to 1 if the two are the same and 0 if not:
#
# $$\frac{\partial J}{\partial s_c} = \pi_c\,(r_c - J).$$
#
# An action gains when it is better than what the policy gets in the mean. But this needs the reward of *every* action, and we learn only that of the one we took. The way out: the sum can be read as a mean over our own draws, because $\partial \pi_a = \pi_a\, \partial \log \pi_a$:
#
# $$\nabla J = \sum_a \pi_a\, r_a\, \nabla \log \pi_a = \mathbb{E}_{a \sim \pi}\big[\, r_a\, \nabla \log \pi_a \,\big], \qquad \nabla_s \log \pi_a = \text{onehot}(a) - \pi .$$
#
# $\mathbb{E}_{a \sim \pi}$ is the mean over actions drawn from the policy, and onehot($a$) is a row of zeros with a 1 at place $a$. So one draw gives an estimate: **reward times (onehot − π)**. This is REINFORCE (Williams, 1992). It looks like the gradient of supervised learning, with the action in place of the label and the reward as a weight.
#
# ## By hand first
#
# Three actions, chances $(1/2, 1/4, 1/4)$, rewards $(0, 4, 8)$. The mean reward is $J = 0 + 1 + 2 = 3$.

# %% id="checkpoint-toy"
kit.checkpoint("toy-gradient")

# %% id="toy"
p_toy, r_toy = [1 / 2, 1 / 4, 1 / 4], [0.0, 4.0, 8.0]
J = sum(p * r for p, r in zip(p_toy, r_toy))
exact = [p * (r - J) for p, r in zip(p_toy, r_toy)]
print("J =", J, " exact gradient:", exact)
total = [0.0, 0.0, 0.0]
for a in range(3):  # the three draws that can happen
    estimate = [r_toy[a] * ((a == c) - p_toy[c]) for c in range(3)]
    print(f"action {a}, in {p_toy[a]:.0%} of the draws: estimate {estimate}")
    total = [t + p_toy[a] * e for t, e in zip(total, estimate)]
print("mean of the estimates:", total)
s = torch.tensor(np.log(p_toy), requires_grad=True)
(torch.softmax(s, 0) * torch.tensor(r_toy)).sum().backward()  # the library differentiates J itself
assert J == 3 and exact == [-1.5, 0.25, 1.25] and np.allclose(total, exact) and np.allclose(s.grad.numpy(), exact)
kit.recall("toy-gradient")

# %% [markdown] id="unbiased"
# None of the three estimates is near $(-1.5, 0.25, 1.25)$; their mean is exactly that. Such an estimate is called **unbiased**. With draws in place of the sum, the mean has a standard error, and the exact value should lie within it:

# %% id="interval"
r = np.random.default_rng(1)
P, R = np.array(p_toy), np.array(r_toy)
actions = r.choice(3, size=20_000, p=P)
estimates = R[actions][:, None] * (np.eye(3)[actions] - P)  # (20000, 3)
mean, error = estimates.mean(0), estimates.std(0, ddof=1) / math.sqrt(len(estimates))
for c in range(3):
    print(f"score {c}: {mean[c]:7.3f} ± {2 * error[c]:.3f} (two standard errors), exact {exact[c]:5.2f}")
assert (np.abs(mean - exact) < 3 * error).all() and error.max() < 0.03
coin = (r.random(20_000) < 0.1).astype(float)  # the reward of whoever guesses one of ten digits
assert abs(coin.std() - math.sqrt(0.1 * 0.9)) < 0.01
kit.recall("before-spread")

# %% [markdown] id="constant"
# ## The constant
#
# Add $c$ to every reward. Then $J$ grows by $c$ too, and $r_a - J$ does not change: **the exact gradient is the same**. The estimates are not: each gets an extra $c\,(\text{onehot}(a) - \pi)$, whose mean is 0 and whose size grows with $c$. So we may also *subtract* a number from all rewards, a **baseline** $b$. What is left,
#
# $$A_a = r_a - b,$$
#
# is called **advantage** when $b$ is what was to be expected. As a measure of the spread we take the variance, the mean squared distance of an estimate from the exact gradient, summed over the scores: $V(b) = \sum_a \pi_a (r_a - b)^2\,\lVert \text{onehot}(a) - \pi\rVert^2 - \lVert\nabla J\rVert^2$, a parabola in $b$. ($\lVert v \rVert^2$ is the sum of the squares of $v$.)
#
# ## Turn a knob
#
# The picture shows the three possible estimates of the toy; the size of a disk is how often it comes. (The third score is left out: the three always add up to 0.) Before you turn: with which $b$ is the spread smallest: 0, the mean reward 3, or another?

# %% id="checkpoint-baseline"
kit.checkpoint("best-baseline")

# %% id="widget"
from ipywidgets import FloatSlider, interact

LENGTH = ((np.eye(3) - P) ** 2).sum(1)  # (3,): squared length of onehot(a) - pi
GRID = np.linspace(-6, 12, 181)


def spread(b):
    """Variance of one estimate with the baseline b."""
    return float((P * (R - b) ** 2 * LENGTH).sum() - np.square(exact).sum())


def show_baseline(b=0.0):
    """Draw the three estimates and their mean, and the variance against the baseline."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    points = (R - b)[:, None] * (np.eye(3) - P)  # (3, 3): the estimate after each action
    for a, (colour, mark) in enumerate(((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))):
        left.scatter(points[a, 0], points[a, 1], s=600 * P[a], color=colour, marker=mark, alpha=0.7, label=f"action {a}, reward {R[a]:g}")
    left.scatter(*(P @ points)[:2], color="black", marker="x", s=80, label="their mean")
    left.set(title=f"Estimates with the baseline {b:g}", xlabel="by score 0 (reward units)", ylabel="by score 1 (reward units)", xlim=(-8, 8), ylim=(-8, 8))
    left.legend(fontsize=7, loc="lower left", markerscale=0.35)
    right.plot(GRID, [spread(g) for g in GRID], color=BLUE)
    right.axvline(b, color=GREY, linestyle="--")
    right.set(title="Spread of one estimate", xlabel="baseline b (reward units)", ylabel="variance (reward units²)")
    plt.tight_layout()
    plt.show()


show_baseline()

# %% id="widget-turn"
interact(show_baseline, b=FloatSlider(min=-6, max=12, step=0.5, value=0.0, description="baseline"));

# %% [markdown] id="knob-words"
# *In words, unturned: at the baseline 0 the disk of action 0 lies at the origin, those of the actions 1 and 2 far from it, the cross of the mean at (−1.5, 0.25); the curve on the right is a bowl with its bottom between 3 and 5. When the knob is turned the disks wander, the cross stays.*

# %% id="knob-assert"
best = float((P * LENGTH * R).sum() / (P * LENGTH).sum())
print(f"variance with b = -3 (rewards 3 higher): {spread(-3):.2f}, b = 0: {spread(0):.2f}, b = J = 3: {spread(3):.2f}, b = {best:.2f}: {spread(best):.2f}")
assert min(GRID, key=spread) == min(GRID, key=lambda g: abs(g - best)) and 3 < best < 5
assert spread(best) < spread(3) < spread(0) < spread(-3) and all(np.allclose(P @ ((R - b)[:, None] * (np.eye(3) - P)), exact) for b in (-3, 0, 3, 9))
kit.recall("best-baseline")

# %% [markdown] id="best-words"
# The best constant weights each reward by how often it comes *and* by the length of its step: $b^* = \sum_a \pi_a \ell_a r_a / \sum_a \pi_a \ell_a$ with $\ell_a = \lVert \text{onehot}(a) - \pi\rVert^2$. The mean reward is nearly as good and needs no weights, so it is what people use. A baseline may depend on anything but the **action**: on the picture, on the hour. Then its extra term has mean 0, and nothing is biased.
#
# The same on the digits. The kind paymaster's network now subtracts a running mean of what it got. One might also think that its steps are merely too long, since each is multiplied by 3 or 4; so we try a quarter of the rate, too, without a baseline:

# %% id="mended"
with_base = {pay: [learn(pay, baseline=True, seed=s)[1][-1] for s in SEEDS] for pay in ((1.0, 0.0), (4.0, 3.0))}
print("with a baseline, paid 1 or 0:", np.round(with_base[1.0, 0.0], 2), " paid 4 or 3:", np.round(with_base[4.0, 3.0], 2))
slower = [learn((4.0, 3.0), rate=0.025, seed=s)[1][-1] for s in SEEDS]
print("without, paid 4 or 3, a quarter of the rate:", np.round(slower, 2))
assert min(with_base[4.0, 3.0]) > 0.55 and np.mean(with_base[4.0, 3.0]) > np.mean(slower) + 0.1 > np.mean(ends["paid 4 or 3"]) + 0.1
kit.recall("kinder-paymaster")

# %% [markdown] id="mended-words"
# Without a baseline *every* answer was reinforced, a right one by 4 and a wrong one by 3. In the mean that evens out; in 50 draws it does not. What happened to be drawn more often became more likely, was drawn still more often, and after some dozens of steps the network was sure of something and drew nothing else. Shorter steps soften that, since more draws are averaged before the network has moved far; they do not mend it.
#
# ## How it goes wrong: stuck below 90 %
#
# Even the good runs end on different levels: near 0.96, 0.87, 0.77. These are no random numbers. What do such networks say?

# %% id="stuck"
stuck_net, stuck = learn(baseline=True, rate=0.3, seed=0)
said = chances(x_test, stuck_net)[1].argmax(1)
counts = np.bincount(said, minlength=10)
truth = np.bincount(y_test, minlength=10)
figure, axes = plt.subplots(figsize=(7, 2.8))
axes.bar(np.arange(10) - 0.2, truth, 0.4, color=GREY, label="shown")
axes.bar(np.arange(10) + 0.2, counts, 0.4, color=ORANGE, hatch="//", label="said")
axes.set(title=f"597 test pictures, {stuck[-1]:.0%} right", xlabel="digit", ylabel="pictures (count)", xticks=range(10))
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
lost = np.flatnonzero(counts == 0)
for never in lost:
    own = chances(x[y == never], stuck_net)[1][:, never]  # its chance on each of its own pictures
    print(f"digit {never} is never said; on half of its own pictures its chance is below {np.median(own):.0e}")
    assert np.median(own) < 1e-3
assert 1 <= len(lost) <= 3 and abs(stuck[-1] - (1 - truth[lost].sum() / len(y_test))) < 0.08  # what is missing is the lost digits

# %% [markdown] id="stuck-words"
# *In words: for most digits the bars "shown" and "said" are about equally high; one digit, or two, are shown about sixty times each and said never; others take their pictures.*
#
# A digit that is never said costs a tenth of the pictures: hence the levels near 0.87 (one is lost) and 0.77 (two). Which ones are lost is decided by chance, and so delicately that another rounding of the last digit, as on another machine, can change it: the same seed then loses another digit, or one more. Look at the exact gradient: $\pi_c (r_c - J)$. An action whose chance is nearly 0 has a gradient of nearly 0, **however good it is**. The obvious cure is to try all answers now and then: with a chance of 20 % draw evenly from all ten, otherwise from the policy, and correct the weight of each draw by $\pi_a/q_a$, where $q_a$ is the chance with which it was really drawn. (If one otherwise takes the action that is thought best, this is called **ε-greedy**. With $\varepsilon = 0.1$ and 4 actions the best one is then taken in $0.9 + 0.1/4 = 0.925$ of the cases: the even draw hits it, too.)

# %% id="checkpoint-explore"
kit.checkpoint("does-exploring-help")

# %% id="explore"
greedy = np.where(np.random.default_rng(6).random(100_000) < 0.1, np.random.default_rng(7).integers(0, 4, size=100_000), 0)  # 0 is the best
assert math.isclose(0.9 + 0.1 / 4, 0.925) and abs((greedy == 0).mean() - 0.925) < 0.004
trials = {"nothing": {}, "20 % drawn evenly": {"floor": 0.2}, "entropy, weight 0.1": {"entropy": 0.1}}
levels = {name: [learn(baseline=True, rate=0.3, seed=s, **how)[1][-1] for s in range(6)] for name, how in trials.items()}
for name, values in levels.items():
    print(f"{name:20} {np.round(values, 2)}  below 0.9: {sum(v < 0.9 for v in values)} of 6")
assert sum(v < 0.9 for v in levels["nothing"]) >= 2 and sum(v < 0.9 for v in levels["20 % drawn evenly"]) >= 2 and min(levels["entropy, weight 0.1"]) > 0.9
kit.recall("does-exploring-help")

# %% [markdown] id="explore-words"
# Drawing evenly does not help: with its weights it is an unbiased estimate of *the same gradient*, which is nearly 0. The rare digit is drawn more often, and counts less each time. What helps is to change what is wanted: reward the policy for staying undecided. The **entropy** $H = -\sum_a \pi_a \log \pi_a$ is largest for even chances; adding $\beta H$ to the objective adds $-\beta\,\pi_c(\log \pi_c + H)$ to the slope of score $c$. It too has the factor $\pi_c$, but times $-\log \pi_c$, and above all it acts **early**, before a chance is lost. **Mended**: six of six above 0.9.
#
# ## Rewards that come late
#
# A picture was paid at once. Mostly a reward comes after many actions: a game is won, an answer of 300 words is liked. An **episode** is a row of steps $t = 0, 1, \dots, T-1$ with the rewards $r_t$. What counts for the action at $t$ is what comes from then on, the **return**, where a reward $k$ steps away counts $\gamma^k$ (the **discount** $\gamma$, at most 1):
#
# $$G_t = r_t + \gamma r_{t+1} + \gamma^2 r_{t+2} + \dots = r_t + \gamma\, G_{t+1}.$$
#
# The policy gradient becomes $\mathbb{E}\big[\sum_t G_t\, \nabla \log \pi(a_t)\big]$ (strictly, step $t$ has a factor $\gamma^t$ as well; it is usually left out). A return depends on all the chance of the steps that follow, so its spread is large. A **critic** $V(\text{place})$ learns what return to expect at a place. It serves twice: as a baseline, and in place of the rest of the return. With the rewards $1, 0, 0, 20$ and $\gamma = 0.9$:

# %% id="checkpoint-return"
kit.checkpoint("late-reward")

# %% id="returns"
def returns(rewards, gamma):
    """G_t for each step, from the last one to the first."""
    G, out = 0.0, []
    for reward in reversed(rewards):
        G = reward + gamma * G
        out.append(G)
    return out[::-1]


print([round(g, 3) for g in returns([1, 0, 0, 20], 0.9)])
assert math.isclose(returns([1, 0, 0, 20], 0.9)[0], 1 + 0.9**3 * 20)
kit.recall("late-reward")

# %% [markdown] id="gae"
# The **one-step advantage** is what a step brought, plus what is expected now, less what was expected before:
#
# $$\delta_t = r_t + \gamma V_{t+1} - V_t .$$
#
# If the critic says 8 here and 10 at the next place and the step brought 1: $1 + 0.9 \cdot 10 - 8 = 2$, better than expected. It hangs on one step of chance only, but believes the critic. The full return $G_t - V_t$ believes no critic, but hangs on all steps. **Generalised advantage estimation** (GAE; Schulman et al., 2016) lies between, by a number $\lambda$ from 0 to 1:
#
# $$A_t = \delta_t + \gamma\lambda\, \delta_{t+1} + (\gamma\lambda)^2 \delta_{t+2} + \dots = \delta_t + \gamma\lambda\, A_{t+1}.$$
#
# At $\lambda = 0$ it is $\delta_t$. At $\lambda = 1$ all inner values cancel and $G_t - V_t$ is left. If the episode is *over* after step $t$, then $V_{t+1} = 0$. If it was only *cut off* by a limit of time, it could have gone on, and $V_{t+1}$ counts.

# %% id="gae-code"
def gae(rewards, values, gamma, lam):
    """One episode that ends: rewards (T,), values (T + 1,), the last one 0 if it is over -> advantages (T,)."""
    advantages, run = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        run = rewards[t] + gamma * values[t + 1] - values[t] + gamma * lam * run
        advantages[t] = run
    return advantages


r = np.random.default_rng(2)
rewards, values = r.normal(size=9), np.append(r.normal(size=9), 0.0)
deltas = rewards + 0.9 * values[1:] - values[:-1]
assert np.allclose(gae(rewards, values, 0.9, 0.0), deltas) and np.allclose(gae(rewards, values, 0.9, 1.0), np.array(returns(rewards, 0.9)) - values[:-1])
assert np.allclose(gae(rewards, values, 0.9, 0.7)[0], sum((0.9 * 0.7) ** k * d for k, d in enumerate(deltas)))
assert math.isclose(gae([1.0], [8.0, 10.0], 0.9, 0.5)[0], 2.0)
print("both limits agree; by hand:", gae([1.0], [8.0, 10.0], 0.9, 0.5)[0])

# %% [markdown] id="walk"
# What does λ trade? A world where the truth can be computed: seven places in a row. A step goes right with a chance of 0.6, else left; leaving on the right brings 1, on the left 0, and ends the episode. The true values $v$ solve the linear equations $v = \gamma(\text{step right or left}) \cdot v + \text{reward}$. We estimate the value of a *first* step to the right from the middle: $A_0 + V_0$, where the baseline $V_0$ is added again, since it is the same for both steps and does no harm. Once the critic is true, once it is wrong everywhere by random amounts (standard deviation 0.15).

# %% id="walk-code"
PLACES, RIGHT, GAMMA = 7, 0.6, 0.95
move = np.zeros((PLACES, PLACES))  # chances from place to place
for i in range(PLACES):
    if i + 1 < PLACES:
        move[i, i + 1] = RIGHT
    if i > 0:
        move[i, i - 1] = 1 - RIGHT
pay = np.zeros(PLACES)
pay[-1] = RIGHT  # the mean reward of the last place
true_v = np.linalg.solve(np.eye(PLACES) - GAMMA * move, pay)  # (7,)
START = PLACES // 2
truth = GAMMA * true_v[START + 1]  # what a first step to the right is worth, exactly


def walks(critic, lams, episodes=3000, seed=3):
    """GAE of a first step to the right plus the critic's value of the start, for each lambda: (lambdas, episodes)."""
    r = np.random.default_rng(seed)
    place = np.full(episodes, START)
    alive, weight = np.ones(episodes, dtype=bool), np.ones((len(lams), 1))
    total = np.zeros((len(lams), episodes))
    for t in range(200):
        step = np.where((t == 0) | (r.random(episodes) < RIGHT), 1, -1)
        new = place + step
        out = (new < 0) | (new >= PLACES)
        coming = np.where(out, 0.0, critic[new.clip(0, PLACES - 1)])
        delta = (new >= PLACES) + GAMMA * coming - critic[place]
        total += weight * np.where(alive, delta, 0.0)
        weight = weight * GAMMA * np.array(lams)[:, None]
        alive, place = alive & ~out, new.clip(0, PLACES - 1)
    return total + critic[START]


LAMS = np.linspace(0, 1, 11)
wrong_v = true_v + 0.15 * np.random.default_rng(9).normal(size=PLACES)
found = {name: walks(critic, LAMS) for name, critic in (("true critic", true_v), ("wrong critic", wrong_v))}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
for ax, (name, values) in zip(axes, found.items()):
    off, deviation = np.abs(values.mean(1) - truth), values.std(1, ddof=1)
    many = np.sqrt(off**2 + deviation**2 / 16)
    ax.plot(LAMS, off, color=BLUE, marker="o", label="bias: distance of the mean from the truth")
    ax.plot(LAMS, deviation / 4, color=ORANGE, marker="s", linestyle="--", label="spread of a mean of 16")
    ax.plot(LAMS, many, color=GREY, linewidth=2.5, alpha=0.6, label="both: root of the sum of squares")
    ax.set(title=name, xlabel="λ (no unit)", ylabel="error of the value (reward units)")
axes[0].legend(fontsize=8)
plt.tight_layout()
plt.show()

# %% [markdown] id="walk-words"
# *In words: left, with the true critic, the bias is near 0 for every λ and the spread rises with λ, so λ = 0 is best. Right, with the wrong critic, the bias is largest at λ = 0 and falls to nearly 0 at λ = 1, while the spread rises; the grey sum of both is smallest in between.*

# %% id="walk-assert"
true_case, wrong_case = found["true critic"], found["wrong critic"]
standard = true_case.std(1, ddof=1) / math.sqrt(3000)
assert (np.abs(true_case.mean(1) - truth) < 3.5 * standard + 1e-12).all() and np.allclose(true_case[0], truth)
total_error = np.sqrt((wrong_case.mean(1) - truth) ** 2 + wrong_case.var(1, ddof=1) / 16)
lowest = float(LAMS[total_error.argmin()])
bias = wrong_case.mean(1) - truth
print(f"wrong critic: bias {bias[0]:+.3f} at λ = 0, {bias[-1]:+.3f} ± {2 * wrong_case[-1].std() / math.sqrt(3000):.3f} at λ = 1; the error is smallest at λ = {lowest:.1f}")
assert abs(bias[-1]) < 3.5 * wrong_case[-1].std() / math.sqrt(3000) and abs(bias[0]) > 0.1 and 0 < lowest < 1

# %% [markdown] id="scale"
# ## At scale
#
# For a language model the action is a token and the reward comes once, at the end of an answer. What does one step of such a training cost? 512 questions, 16 answers each, 1000 tokens an answer, a model of 8 billion weights. Writing a token costs $2N$ operations for $N$ weights, learning from it $6N$ (forward and backward). One H100 at 40 % of its peak:

# %% id="scale-code"
N, answers, tokens = 8e9, 512 * 16, 1000
written = answers * tokens
write, study = 2 * N * written, 6 * N * written
peak = 989e12  # operations a second in 16 bits: NVIDIA's data sheet of the H100 SXM, without sparsity
print(f"{written / 1e6:.1f} million tokens a step; writing {write:.1e} operations, learning {study:.1e}; {answers:,} rewards")
print(f"on one GPU at 40 % of peak: {write / (0.4 * peak):.0f} s and {study / (0.4 * peak):.0f} s; one reward of at most 1 bit for {tokens} tokens")
reading = {together: answers / together * tokens * 16e9 / 3.35e12 for together in (256, 16)}  # s; each word of a batch of answers reads 16 GB of weights, at 3 350 GB/s
print("reading the weights while writing:", ", ".join(f"{s:,.0f} s with {together} answers at a time" for together, s in reading.items()))
assert answers == 8192 and round(write / (0.4 * peak)) == 331 and round(study / (0.4 * peak)) == 994 and [round(s) for s in reading.values()] == [153, 2445]

# %% [markdown] id="scale-words"
# So some twenty minutes on one GPU for a step that learns from 8 192 numbers. Supervised learning gets a label for each of the 8.2 million tokens. That is why the noise of this lesson decides what such a training costs: a baseline that halves the variance halves the answers that must be written for the same certainty. (Answers are written word by word, and each word reads all weights. With 256 answers at a time these 153 s hide behind the arithmetic; with 16 at a time it is 2 445 s, and writing is most of the bill. Caches are read as well: course *Transformers*, lesson 3.)
#
# ## The question again
#
# The kinder paymaster did not change the gradient. He changed its noise, and noise feeds itself, because the network chooses what it will see next. As a last look, the variance of one estimate at the very start of the digits (chances all 1/10, one answer right), exactly, for both:

# %% id="answer"
def variance(k, right, wrong, b):
    """Of one estimate with k even chances, one of them right."""
    reward = np.full(k, wrong)
    reward[0] = right
    exact = (reward - reward.mean()) / k
    return float(((reward - b) ** 2).mean() * (1 - 1 / k) - (exact**2).sum()), float((exact**2).sum())


for right, wrong in ((1.0, 0.0), (4.0, 3.0)):
    for b in (0.0, 0.9 * wrong + 0.1 * right):
        v, size = variance(10, right, wrong, b)
        print(f"paid {right:g} or {wrong:g}, baseline {b:.1f}: variance {v:5.2f}, {v / size:6.0f} times the squared gradient")
plain, kind = variance(10, 1.0, 0.0, 0.0), variance(10, 4.0, 3.0, 0.0)
assert math.isclose(plain[1], kind[1]) and kind[0] / plain[0] > 100
assert math.isclose(variance(10, 1.0, 0.0, 0.1)[0], variance(10, 4.0, 3.0, 3.1)[0])

# %% [markdown] id="answer-words"
# The same signal, more than a hundred times the variance. With the baseline the two are equal to the last digit. And the levels of the blue lines: a digit whose chance was lost early has no gradient left.
#
# What the figures do not show: four to six seeds say that a thing happens, not how often it would happen to you.
#
# ## Practise
#
# **1. Recall.** (a) An agent has 5 actions and knows the best; with a chance of 0.2 it draws evenly among all five, else it takes the best (*ε-greedy*). How likely is the best action? (b) The rewards 2, 0, 10, then over; discount 0.5: the return from the first step? (c) The critic says 12 here, the episode is over after this step, which brought 9: the one-step advantage? Replace each `...` by a number.

# %% id="exercise-1"
answers_1 = {"a": ..., "b": ..., "c": ...}

# %% id="check-1"
if any(v is ... for v in answers_1.values()):
    print("not tried yet")
else:
    for letter in "abc":
        kit.require(isinstance(answers_1.get(letter), (int, float, np.number)), f"({letter}) should be one number, not {answers_1.get(letter)!r}")
    kit.close(float(answers_1["a"]), 0.84, rtol=1e-3, because="0.8, and a fifth of the even draws as well", known_wrong={"the even draw hits the best one too, in one of five": 0.8, "only one of five even draws hits it": 1.0})
    kit.close(float(answers_1["b"]), 4.5, rtol=1e-3, because="2 + 0.25 · 10", known_wrong={"the third reward is two steps away": 7.0, "the discount is missing": 12.0, "two steps, not three": 3.25})
    kit.close(float(answers_1["c"]), -3.0, rtol=1e-3, because="9 + nothing - 12", known_wrong={"less what was expected": 9.0, "the sign: came less expected": 3.0})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** A model writes $k$ answers to *one* question and each gets a reward. A baseline for answer $i$ that does not depend on it: the mean of the **other** answers' rewards. Write the advantages for `rewards` of shape (questions, k), k at least 2, without a loop.

# %% id="exercise-2"
def leave_one_out(rewards):
    """Return reward less the mean of the others of the same row, (questions, k)."""
    ...


# %% id="check-2"
if leave_one_out(np.ones((1, 2))) is None:
    print("not tried yet")
else:
    for table in (np.array([[1.0, 0.0, 0.0, 1.0], [3.0, 5.0, 7.0, 9.0]]), np.array([[2.0, 6.0]])):
        k = table.shape[1]
        right = (table - table.mean(1, keepdims=True)) * k / (k - 1)
        kit.close(np.asarray(leave_one_out(table)), right, rtol=1e-9, atol=1e-12, because=f"rewards {table.tolist()}", known_wrong={
            "that mean contains the answer itself: its advantage is too small by the factor 1 - 1/k": table - table.mean(1, keepdims=True),
            "the mean over the questions: each question has its own": table - table.mean(0, keepdims=True), "divide by the number of the others": table - (table.sum(1, keepdims=True) - table) / k, "the sign": -right})
    print("right; note that it is k/(k-1) times the reward less the mean of all")

# %% [markdown] id="exercise-3-text"
# **3. Build.** GAE for a row in which episodes follow each other. `ended[t]` is True where an episode stops after step t; all of them are truly over. Write `gae_row(rewards, values, ended, gamma, lam)` with four arrays or numbers as in `gae`, `values` of shape (T,): the value after an end counts 0, and no advantage comes back across it. The last step of the row always ends.

# %% id="exercise-3"
def gae_row(rewards, values, ended, gamma, lam):
    """Return the advantages, (T,)."""
    ...


# %% id="check-3"
row_r, row_v, row_e = np.array([1.0, 0.0, 2.0, 0.0, 5.0]), np.array([3.0, 2.0, 1.0, 4.0, 2.0]), np.array([False, False, True, False, True])
if gae_row(row_r, row_v, row_e, 0.9, 0.5) is None:
    print("not tried yet")
else:
    right = np.append(gae(row_r[:3], np.append(row_v[:3], 0), 0.9, 0.5), gae(row_r[3:], np.append(row_v[3:], 0), 0.9, 0.5))
    through = gae(row_r, np.append(row_v, 0), 0.9, 0.5)
    peeks = np.append(gae(row_r[:3], row_v[:4], 0.9, 0.5), right[3:])
    kit.close(np.asarray(gae_row(row_r, row_v, row_e, 0.9, 0.5)), right, rtol=1e-9, because="the first three steps are one episode, the last two another", known_wrong={
        "the episodes are not separated at all": through, "after an end the next value belongs to another episode and counts 0": peeks, "one step only: λ is not used": np.append(gae(row_r[:3], np.append(row_v[:3], 0), 0.9, 0.0), gae(row_r[3:], np.append(row_v[3:], 0), 0.9, 0.0))})
    kit.close(np.asarray(gae_row(row_r, row_v, row_e, 1.0, 1.0))[:3], np.array([0.0, 0.0, 1.0]), rtol=1e-9, atol=1e-12, because="without discount and with λ = 1: returns 3, 2, 2 less the values")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** An action may be a number: a valve is opened by $a$, drawn from a normal distribution with mean $\mu$ and standard deviation $\sigma$. Its log-density is $-\frac{(a-\mu)^2}{2\sigma^2}$ plus a constant. Estimate $\partial J/\partial \mu$ from draws `a` (n,) and their `rewards` (n,), with the mean reward as the baseline.

# %% id="exercise-4"
def valve_gradient(a, rewards, mu, sigma):
    """Return a number."""
    ...


# %% id="check-4"
if valve_gradient(np.array([1.0, 2.0]), np.array([0.0, 1.0]), 1.0, 1.0) is None:
    print("not tried yet")
else:
    r = np.random.default_rng(4)
    opened = 1.0 + 0.5 * r.normal(size=4000)
    got = -((opened - 3.0) ** 2)  # the best opening is 3
    slope = (opened - 1.0) / 0.25
    right = float(((got - got.mean()) * slope).mean())
    kit.close(float(valve_gradient(opened, got, 1.0, 0.5)), right, rtol=1e-9, because="mean of (reward - mean reward) times (a - μ)/σ²", known_wrong={
        "divide by σ squared": right * 0.5, "the baseline is missing: right in the mean, but noisier": float((got * slope).mean()), "the sign: from μ towards what was paid": -right, "the mean, not the sum": 4000 * right})
    print(f"right: {right:.2f}; the exact value is 2 · (3 - 1) = 4")

# %% [markdown] id="next"
# Next: *Reward models*: where rewards come from when nobody can state them. The lab `policy` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - The policy gradient is the mean of reward times (onehot − π) over one's own draws: unbiased, and noisy.
# - A constant in the rewards changes no gradient, only its variance; a baseline takes it out and may depend on anything but the action.
# - An action whose chance is nearly 0 gets no gradient: weighted even draws do not bring it back, an entropy term keeps it alive.
# - Late rewards: returns, a critic, one-step advantages, and λ between trust in the critic (bias) and trust in chance (spread).
# - One reward for a thousand tokens: the noise decides the bill.
#
# | term | 中文 |
# |---|---|
# | policy, reward | 策略、奖励 |
# | policy gradient | 策略梯度 |
# | baseline, advantage | 基线、优势 |
# | return, discount | 回报、折扣因子 |
# | critic | 价值网络（评论家） |
# | generalised advantage estimation | 广义优势估计 |
#
# **Read on.** Ronald J. Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning", Machine Learning 8, 1992, sections 4 and 5. · Richard S. Sutton, Andrew G. Barto, *Reinforcement Learning: An Introduction*, 2nd edition, 2018, chapters 2 and 13. · John Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation", ICLR 2016, section 3. · Arash Ahmadian et al., "Back to Basics: Revisiting REINFORCE-Style Optimization for Learning from Human Feedback in LLMs", ACL 2024, section 3.
