# %% [markdown] id="title"
# # Scaling laws and data budgets
#
# **You will be able to** say how large a model and how much text a given bill deserves, from curves of small runs that you trained yourself, and where such curves mislead. **75 minutes.**
#
# At the end you can
#
# 1. turn a bill into operations, and operations into parameters and tokens;
# 2. find the best size for a budget by experiment, and predict it for a larger budget;
# 3. fit a law to runs so that a failed run does not move it;
# 4. solve for the best plan, also when text runs out or the model will be served;
# 5. show with published numbers how far a plan may be off.

# %% [markdown] id="before"
# ## Before you start
#
# - $y = 3 x^{-0.5}$; $x$ grows by a factor of 4. What does $y$ do? It halves, and on two logarithmic axes the graph is a straight line of slope −0.5. *If not: Basic mathematics, lesson 2.*
# - Minimise $f(x)$ where $x + y = 10$ and $f = x^2 + y$: what do you do with $y$? Put in $10 - x$; one number is left to choose. *If not: Optimisation, lesson 3.*
# - How many operations does one pass of a layer of $N$ weights take for one token? About $2N$: a multiplication and an addition each. *If not: Transformers, lesson 1.*

# %% id="imports"
import math
import pydoc_data.topics
import re

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import least_squares

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("ready-for-laws")

# %% [markdown] id="question"
# ## A question first
#
# Five models and the text that they were trained on, as their makers report (sources at the end). For each parameter and token training takes about 6 operations: 2 for the pass forward, 4 for the way back. So the computation is
#
# $$C = 6\,N\,D, \qquad N \text{ parameters}, \quad D \text{ tokens}, \quad C \text{ operations.}$$

# %% id="models"
MODELS = {"GPT-3": (175e9, 300e9), "Gopher": (280e9, 300e9), "Chinchilla": (70e9, 1.4e12), "Llama 3 8B": (8e9, 15e12), "SmolLM2-135M": (135e6, 2e12)}
for name, (size, text) in MODELS.items():
    print(f"{name:13} {size / 1e9:7.3f} billion parameters, {text / 1e9:8,.0f} billion tokens: {6 * size * text:.1e} operations, {text / size:9.1f} tokens a parameter")

figure, axes = plt.subplots(figsize=(6.5, 3.4))
for (name, (size, text)), mark in zip(MODELS.items(), "osD^v"):
    axes.loglog(size, text, mark, color=BLUE, markersize=8)
    axes.annotate(name, (size, text), textcoords="offset points", xytext=(7, -12 if name == "Gopher" else 6))
sizes = np.array([1e8, 1e12])
axes.loglog(sizes, 20 * sizes, color=GREY, linestyle="--", label="20 tokens a parameter")
axes.loglog(sizes, 5.5e23 / 6 / sizes, color=ORANGE, linestyle=":", label="5.5e23 operations")
axes.set(title="How large, on how much text", xlabel="parameters N", ylabel="training tokens D", ylim=(1e11, 1e14), xlim=(5e7, 3e12))
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()

# %% [markdown] id="models-words"
# *In words: Gopher and Chinchilla lie near the same dotted line of equal computation, Chinchilla on the dashed line of 20 tokens a parameter, Gopher and GPT-3 far below it; Llama 3 8B and SmolLM2 lie far above it.*

# %% id="models-assert"
cost = {name: 6 * size * text for name, (size, text) in MODELS.items()}
per = {name: text / size for name, (size, text) in MODELS.items()}
assert 1.1 < cost["Chinchilla"] / cost["Gopher"] < 1.2 and math.isclose(per["Chinchilla"], 20) and per["Gopher"] < 1.1 and per["Llama 3 8B"] == 1875 and per["SmolLM2-135M"] > 14_000

# %% [markdown] id="question-asked"
# > **The question.** Chinchilla took about as many operations as Gopher, has a quarter of the parameters, and was better: 67.5 % on a test of knowledge (MMLU), over 7 points more (Hoffmann et al., 2022, abstract). So Gopher was too large for its text. But if 20 tokens a parameter are best, why were Llama 3 8B and SmolLM2 trained on a hundred and seven hundred times as much? Were their makers wrong?

# %% id="checkpoint-first"
kit.checkpoint("why-so-much-text")

# %% [markdown] id="idea"
# ## From a bill to operations
#
# An accelerator has a peak rate (operations a second), of which training reaches a share, the **utilisation** (we assume 40 %; one's own runs tell). With money $M$, a price $h$ for an hour, the peak $R$ and utilisation $u$:
#
# $$C = \frac{M}{h} \cdot 3600\,\text{s} \cdot R \cdot u .$$

# %% id="bill"
PEAK = kit.DEVICES["H100 SXM"].bf16 * 1e12  # operations a second, by its maker


def operations(money, hour, peak=PEAK, utilisation=0.4):
    """Operations that an amount of money buys."""
    return money / hour * 3600 * peak * utilisation


C = operations(100_000, 2.5)
print(f"100,000 dollars at 2.50 an hour (an assumption), {PEAK:.3g} operations a second, 40 %: {C:.2e} operations")
print(f"at 20 tokens a parameter: {math.sqrt(C / 120) / 1e9:.1f} billion parameters, {20 * math.sqrt(C / 120) / 1e9:.0f} billion tokens")
assert 5.6e22 < C < 5.8e22 and round(math.sqrt(C / 120) / 1e9) == 22

# %% [markdown] id="rule"
# The second line uses the rule $D = 20N$: then $C = 6 N \cdot 20 N = 120 N^2$ and $N = \sqrt{C/120}$. One for you.

# %% id="checkpoint-budget"
kit.checkpoint("size-for-a-budget")

# %% id="recall-budget"
n = math.sqrt(5.88e21 / 120)
print(f"{n / 1e9:.2f} billion")
assert math.isclose(n, 7e9)
kit.recall("size-for-a-budget")

# %% [markdown] id="experiment"
# ## An experiment of our own
#
# Where does such a rule come from? From small runs. The messages are too short for that (their end comes later in this lesson), so we take a longer real text that every Python carries: its own manual (`pydoc_data.topics`, Python Software Foundation licence). The model is the network of lesson 2, six letters back; its size is changed by the hidden layer, from 4 to 64 neurons. Each run sees fresh text, every place once. For three budgets of operations we train five sizes each; the larger the model, the less text it may see: $D = C / 6N$. These are **curves of equal computation** (Hoffmann et al. call them IsoFLOP profiles).

# %% id="runs-code"
manual = re.sub(r"[ \n]+", " ", "\n".join(pydoc_data.topics.topics.values()))
manual = "".join(c for c in manual if ord(c) < 128)
letters = sorted(set(manual))
V, K, WIDE = len(letters), 6, 12
number = {c: i for i, c in enumerate(letters)}
places = torch.tensor(np.lib.stride_tricks.sliding_window_view(np.array([number[c] for c in manual]), K + 1).copy())  # (places, 7): six before, one to predict
cut = int(0.9 * len(places))
fresh, held_out = places[: cut - K], places[cut::2]


def parameters(hidden):
    return V * WIDE + K * WIDE * hidden + hidden + hidden * V + V


def train(hidden, tokens, seed=0, rate=0.01, text=fresh, batch=64):
    """Train one network on so many places of a text, each once in random order (again where the text ends); returns its held-out loss in nats."""
    torch.manual_seed(seed)
    embed = torch.nn.Embedding(V, WIDE)
    layers = torch.nn.Sequential(torch.nn.Linear(K * WIDE, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, V))
    weights = [*embed.parameters(), *layers.parameters()]
    assert sum(w.numel() for w in weights) == parameters(hidden)
    optimiser = torch.optim.Adam(weights, lr=rate)
    rounds = -(-tokens // len(text))  # how often the text is needed, rounded up
    order = torch.cat([torch.randperm(len(text)) for _ in range(rounds)])[:tokens]
    steps = tokens // batch
    for step in range(steps):
        rows = text[order[step * batch : (step + 1) * batch]]
        loss = F.cross_entropy(layers(embed(rows[:, :-1]).flatten(1)), rows[:, -1])
        optimiser.zero_grad()
        loss.backward()
        optimiser.param_groups[0]["lr"] = rate * min(1, (step + 1) / 20) * (1 - step / steps)
        optimiser.step()
    with torch.no_grad():
        return float(F.cross_entropy(layers(embed(held_out[:, :-1]).flatten(1)), held_out[:, -1]))


HIDDEN, BUDGETS = (4, 8, 16, 32, 64), (0.5e9, 1e9, 2e9)
runs = np.array([[parameters(h), int(c / 6 / parameters(h)), train(h, int(c / 6 / parameters(h)))] for c in BUDGETS for h in HIDDEN])  # (15, 3): N, D, loss
noise = np.std([train(16, 20_000, seed) for seed in (1, 2, 3, 4)], ddof=1)
print(f"{len(manual):,} letters, {V} different; one run again with other seeds: ± {noise:.3f} nats")

# %% [markdown] id="valley-ask"
# At each budget there is a smallest loss somewhere between "too small a model" and "too little text". Four times the operations: how much larger is the best model?

# %% id="checkpoint-valley"
kit.checkpoint("best-size-grows")

# %% id="valleys"
def valley(sizes, losses):
    """Lowest point of a parabola through loss against log N: the size, and how strongly it is curved."""
    a, b, _ = np.polyfit(np.log(sizes), losses, 2)  # the three numbers of a x² + b x + c that fit best
    return math.exp(-b / (2 * a)), a


best = []
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6))
for c, color, mark in zip(BUDGETS, (BLUE, GREEN, ORANGE), "os^"):
    part = runs[np.isclose(6 * runs[:, 0] * runs[:, 1], c, rtol=0.01)]
    size, curved = valley(part[:, 0], part[:, 2])
    assert len(part) == 5 and curved > 0
    best.append(size)
    left.plot(part[:, 0], part[:, 2], color=color, marker=mark, label=f"{c:.1e} operations")
    left.axvline(size, color=color, linestyle=":")
slope, start = np.polyfit(np.log(BUDGETS), np.log(best), 1)
target = 4e9
planned = math.exp(start + slope * math.log(target))
left.set(xscale="log", title="Equal computation: a valley each", xlabel="parameters N", ylabel="loss on held-out text (nats a letter)")
left.legend(fontsize=8)
right.loglog(BUDGETS, best, color=BLUE, marker="o", label="lowest points")
right.loglog([BUDGETS[0], target], np.exp(start + slope * np.log([BUDGETS[0], target])), color=GREY, linestyle="--", label=f"line of slope {slope:.2f}")
right.loglog([target], [planned], "D", color=ORANGE, label=f"plan: N = {planned:,.0f}")
right.set(title="The best size grows with the budget", xlabel="operations C", ylabel="best N")
right.set_xticks([*BUDGETS, target], [f"{c:.1e}" for c in (*BUDGETS, target)])
right.minorticks_off()
right.set_yticks([3000, 5000, 9000], ["3000", "5000", "9000"])
right.legend(fontsize=8)
plt.tight_layout()
plt.show()

# %% [markdown] id="valleys-words"
# *In words: on the left three valleys, each lower than the one before, with their lowest points (dotted) moving to the right; on the right the lowest points lie near a rising straight line on logarithmic axes, and the plan for twice the largest budget continues it.*

# %% id="valleys-assert"
print("best sizes:", [round(b) for b in best], f"slope {slope:.2f}, planned for {target:.0e}: {planned:.0f} parameters on {target / 6 / planned:,.0f} letters")
print(f"four times the operations: the best size grows by a factor of {best[2] / best[0]:.1f}")
assert best[0] < best[1] < best[2] and 1.3 < best[2] / best[0] < 2.1 and 0.1 < slope < 0.6
kit.recall("best-size-grows")

# %% [markdown] id="test-plan"
# The straight line says $N^* \propto C^{a}$ with $a$ its slope. Is the plan any good? We spend the budget of $4 \cdot 10^9$ on it, and for comparison on a model with a quarter of the neurons and on one with four times as many.

# %% id="test-plan-code"
plan_hidden = round((planned - parameters(0)) / (parameters(1) - parameters(0)))
tried = {h: train(h, int(target / 6 / parameters(h))) for h in (plan_hidden // 4, plan_hidden, 4 * plan_hidden)}
print({f"{parameters(h):,} parameters": round(loss, 3) for h, loss in tried.items()}, f"(seeds: ± {noise:.3f})")
assert tried[plan_hidden] < min(tried[plan_hidden // 4], tried[4 * plan_hidden]) - 2 * noise

# %% [markdown] id="law-text"
# The plan holds: both others are worse by more than the seeds' spread explains. That took 15 small runs and no formula.
#
# ## A law for all runs at once
#
# Hoffmann et al. (2022) go one step further and describe every run by
#
# $$L(N, D) = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}} .$$
#
# $E$ is what no model takes away: people are not predictable, and six letters are not a text. $A N^{-\alpha}$ is the price of a finite model, $B D^{-\beta}$ that of finite text. All five numbers are positive.
#
# **Least loss for a budget.** Put in $D = C/6N$. One number is left to choose, and the derivative is zero where $\alpha A N^{-\alpha} = \beta B D^{-\beta}$:
#
# $$N^* = G \Big(\frac{C}{6}\Big)^{\frac{\beta}{\alpha+\beta}}, \qquad D^* = \frac1G \Big(\frac{C}{6}\Big)^{\frac{\alpha}{\alpha+\beta}}, \qquad G = \Big(\frac{\alpha A}{\beta B}\Big)^{\frac{1}{\alpha+\beta}} .$$
#
# By hand: $\alpha = \beta = \frac12$, $A = B$. Then $G = 1$ and $N^* = D^* = \sqrt{C/6}$: with equal terms both grow alike, and 100 times the operations buy 10 times the model on 10 times the text.

# %% id="law-code"
def law_at(law, n, d):
    """The loss in nats; law = (E, A, B, alpha, beta)."""
    e, a, b, alpha, beta = law
    return e + a * n**-alpha + b * d**-beta


def best_plan(law, budget):
    """The formula: parameters and tokens of least loss."""
    _, a, b, alpha, beta = law
    g = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    n = g * (budget / 6) ** (beta / (alpha + beta))
    return n, budget / 6 / n


def fit_law(n, d, loss, kind="huber"):
    """Least sum of errors of log loss; kind 'linear' squares them, 'huber' lets large ones grow in proportion, 'cauchy' more slowly still."""
    x, y, z = np.log(n), np.log(d), np.log(loss)

    def errors(v):  # v = log E, log A, log B, alpha, beta
        return np.log(np.exp(v[0]) + np.exp(v[1] - v[3] * x) + np.exp(v[2] - v[4] * y)) - z

    fits = [least_squares(errors, [math.log(part * loss.min()), s * x.mean() - 1, s * y.mean() - 1, s, s], loss=kind, f_scale=0.01) for s in (0.3, 0.5) for part in (0.5, 0.8)]  # several starts: there are many valleys
    v = min(fits, key=lambda fit: fit.cost).x
    return (*np.exp(v[:3]), *v[3:])


toy = (1.5, 8.0, 8.0, 0.5, 0.5)
assert np.allclose(best_plan(toy, 600), (10, 10)) and np.allclose(best_plan(toy, 60_000), (100, 100))
budget = 1e6
sizes = np.geomspace(10, 1e5, 4001)
assert abs(sizes[np.argmin(law_at(toy, sizes, budget / 6 / sizes))] / best_plan(toy, budget)[0] - 1) < 0.01  # the formula against a search
law = fit_law(*runs.T)
off = law_at(law, runs[:, 0], runs[:, 1]) / runs[:, 2] - 1
print(f"our runs: E = {law[0]:.2f}, alpha = {law[3]:.2f}, beta = {law[4]:.2f}; the law misses them by {100 * np.abs(off).mean():.1f} % in the mean, {100 * np.abs(off).max():.1f} % at most")
print(f"plan for 4e9: {best_plan(law, target)[0]:,.0f} parameters by the law, {planned:,.0f} by the valleys")
assert np.abs(off).mean() < 0.02 and 0.5 < best_plan(law, target)[0] / planned < 2 and 0.3 < law[0] < 2.2

# %% [markdown] id="law-words"
# Two ways to nearly the same plan, and near its lowest point a valley is flat: half or twice the size costs little. What is *not* sure is $E$ and the exponents themselves; with 15 runs over a small range many quintuples fit nearly as well.

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# One run of a series fails: a rate too large, a bad node. Nobody looks at every log, and its last loss goes into the table like all others.

# %% id="checkpoint-diverged"
kit.checkpoint("one-bad-run")

# %% id="diverged"
spoilt = runs.copy()
spoilt[12, 2] = train(16, int(spoilt[12, 1]), rate=1.0)  # the same run with a hundred times the rate
squares, robust = fit_law(*spoilt.T, kind="linear"), fit_law(*spoilt.T, kind="cauchy")
print(f"the run: {runs[12, 2]:.2f} nats as it should be, {spoilt[12, 2]:.2f} now")
for name, fitted in (("all runs sound", law), ("squares, one bad", squares), ("robust, one bad", robust)):
    n, d = best_plan(fitted, target)
    print(f"{name:17} E = {fitted[0]:.2f}, plan for 4e9: {n:9,.0f} parameters on {d:9,.0f} letters")

# %% [markdown] id="diverged-tool"
# The tool: **look at the residuals**, the errors of the fitted curve run by run. Squares spread the blame over all runs; an error measure that grows slowly (Huber's, Cauchy's) leaves it where it belongs.

# %% id="residuals"
figure, axes = plt.subplots(figsize=(7, 3))
for fitted, color, mark, name in ((squares, ORANGE, "s", "squares"), (robust, BLUE, "o", "robust (Cauchy)")):
    residual = 100 * (spoilt[:, 2] / law_at(fitted, spoilt[:, 0], spoilt[:, 1]) - 1)
    axes.plot(residual, mark, color=color, label=name)
axes.axhline(0, color=GREY)
axes.set(title="Which run does the curve miss?", xlabel="run", ylabel="measured loss above the curve (%)")
axes.legend(fontsize=8)
plt.show()

# %% [markdown] id="residuals-words"
# *In words: for the robust fit one run, number 12, stands far above zero and all others lie close to it; for the squares that run is a little nearer, and all others have moved below or above zero.*

# %% id="residuals-assert"
r_robust, r_squares = (np.abs(spoilt[:, 2] / law_at(fitted, spoilt[:, 0], spoilt[:, 1]) - 1) for fitted in (robust, squares))
others = np.arange(15) != 12
print(f"robust: run 12 misses by {r_robust[12]:.0%}, {r_robust[12] / r_robust[others].max():.0f} times the largest of the others")
assert r_robust[12] > 20 * r_robust[others].max() and np.median(r_squares[others]) > 1.5 * np.median(r_robust[others])
assert abs(math.log(best_plan(robust, target)[0] / best_plan(law, target)[0])) < abs(math.log(best_plan(squares, target)[0] / best_plan(law, target)[0]))
kit.recall("one-bad-run")

# %% [markdown] id="mended"
# **Mended** by the robust fit, or by leaving out what misses by 20 times the usual error, and by reading that run's log. A second fault is harder to see: runs whose learning rate falls to 0 *after* the point where they are read off are all a little too high, and for the short ones more than for the long ones. That bends the curve; it was one reason why earlier laws asked for models too large (Hoffmann et al., section 2).
#
# ## When text runs out
#
# The messages of lessons 1 and 2 are few and will not become more. Is text that is read again worth anything? We train on 64 000 letters of the manual in all (places drawn from all over it, each with the six letters before it): fresh ones; or 16 000 of them four times; or 4 000 sixteen times; or 1 000 sixty-four times.

# %% id="checkpoint-again"
kit.checkpoint("text-read-again")

# %% id="again"
repeats = (1, 2, 4, 16, 64)
again = {k: train(32, 64_000, text=fresh[torch.randperm(len(fresh), generator=torch.Generator().manual_seed(1))[: 64_000 // k]]) for k in repeats}
once = {k: train(32, 64_000 // k) for k in (4, 16)}
print("64 000 letters in all, each read", {f"{k} times": round(loss, 2) for k, loss in again.items()})
print("the same unique text read once only:", {f"{64_000 // k} letters": round(loss, 2) for k, loss in once.items()})
assert again[4] - again[1] < 0.2 and again[4] < once[4] - 0.1 and again[16] > once[16] - 0.4 and again[16] > again[1] + 0.4 and again[64] > 6 and round(math.log(V), 1) == 4.5
kit.recall("text-read-again")

# %% [markdown] id="again-words"
# Four times is nearly as good as fresh text, and far better than reading it once. Sixteen times is hardly better than once. Sixty-four times is worse than nothing: the model knows a thousand letters by heart and is sure of them everywhere; its loss, around 8 nats, is far above the 4.5 of guessing among 93 letters. Muennighoff et al. (2023) find the same for large models, about four rounds, and put it into a law: with $U$ unique tokens and $D$ tokens in all, the text is worth $D' = U + U R^* \big(1 - e^{-(D/U - 1)/R^*}\big)$ fresh ones, with $R^*$ near 15.

# %% [markdown] id="scale"
# ## At scale
#
# Now the published law (Hoffmann et al., 2022, section 3.3) and a second fit of the same paper's runs by Besiroglu et al. (2024), who read the numbers off its figure. How large would each make the model for Gopher's operations? (We take the paper's own count, $5.76 \cdot 10^{23}$; by $6ND$, above, it was $5.0 \cdot 10^{23}$.)

# %% id="scale-code"
PUBLISHED = {"Hoffmann et al., 2022": (1.69, 406.4, 410.7, 0.34, 0.28), "Besiroglu et al., 2024": (1.8172, 482.01, 2085.43, 0.3478, 0.3658)}
budget = 5.76e23
plans = {name: best_plan(numbers, budget) for name, numbers in PUBLISHED.items()}
for name, (n, d) in plans.items():
    a = PUBLISHED[name][4] / (PUBLISHED[name][3] + PUBLISHED[name][4])
    print(f"{name:23} N = {n / 1e9:5.1f} billion, D = {d / 1e12:4.2f} trillion: {d / n:5.1f} tokens a parameter; N grows with C to the power of {a:.2f}")
regret = law_at(PUBLISHED["Besiroglu et al., 2024"], *plans["Hoffmann et al., 2022"]) / law_at(PUBLISHED["Besiroglu et al., 2024"], *plans["Besiroglu et al., 2024"]) - 1
print(f"if the second law is true, the plan of the first loses {100 * regret:.2f} % of the loss")
first, second = (d / n for n, d in plans.values())
assert 90 < first < 95 and 17 < second < 20 and regret < 0.01

# %% [markdown] id="scale-words"
# The constants printed in the paper do **not** give its own 20 tokens a parameter. They give more than 90. (By its other two methods, valleys among them, the paper arrives near 20, and so Chinchilla was trained.) The second fit, of the same runs, lands near 20. And yet the wrong plan would have lost less than one percent of the loss: **the valley is flat**. The exponents matter for the plan far more than for the loss.

# %% [markdown] id="knob"
# ## Turn a knob
#
# The budget also pays for what comes after. A model that is *served* takes $2N$ operations for each token it reads or writes. With $S$ such tokens over its life, $C = 6ND + 2NS$, so that $N = C / (6D + 2S)$, and one number is left again: $D$. Text is limited too, $D \le U$. Turn: the budget, the tokens served for each token that training alone would use, and the text that exists. (Second law of the table.)

# %% id="widget"
from ipywidgets import FloatSlider, interact
from scipy.optimize import minimize_scalar

LAW = PUBLISHED["Besiroglu et al., 2024"]


def plan(law, budget, tokens=math.inf, served=0.0):
    """N and D of least loss when the budget pays training and serving, with so much text."""
    def loss(log_d):
        d = math.exp(log_d)
        return law_at(law, budget / (6 * d + 2 * served), d)

    top = math.log(min(tokens, budget / 6))
    found = minimize_scalar(loss, bounds=(0, top), method="bounded", options={"xatol": 1e-8})  # searches between two bounds
    d = math.exp(found.x if found.fun < loss(top) else top)
    return budget / (6 * d + 2 * served), d


def show_plan(log_budget=23.8, served=0.0, log_text=14.0):
    """Draw loss against size for a budget with and without serving and the limit of text."""
    budget, text = 10**log_budget, 10**log_text
    free = plan(LAW, budget)
    s = served * free[1]
    chosen = plan(LAW, budget, text, s)
    figure, axes = plt.subplots(figsize=(7, 3.4))
    d = np.geomspace(free[1] / 300, free[1] * 300, 400)
    axes.plot(budget / (6 * d), law_at(LAW, budget / (6 * d), d), color=GREY, linestyle="--", label="training alone")
    n = budget / (6 * d + 2 * s)
    axes.plot(n[d <= text], law_at(LAW, n, d)[d <= text], color=BLUE, label="what can be paid, with the text that exists")
    axes.plot([chosen[0]], [law_at(LAW, *chosen)], "D", color=ORANGE, label=f"plan: {chosen[0] / 1e9:.1f} billion on {chosen[1] / 1e12:.2f} trillion")
    axes.set(xscale="log", ylim=(1.8, 2.6), title=f"{budget:.1e} operations: {chosen[1] / chosen[0]:.0f} tokens a parameter, loss {law_at(LAW, *chosen):.3f}", xlabel="parameters N", ylabel="predicted loss (nats a token)")
    axes.legend(fontsize=8)
    plt.show()


show_plan()

# %% id="widget-turn"
interact(show_plan, log_budget=FloatSlider(min=20, max=26, step=0.2, value=23.8, description="log10 C"), served=FloatSlider(min=0, max=50, step=1, value=0, description="served"), log_text=FloatSlider(min=11, max=14, step=0.25, value=14, description="log10 text"));

# %% [markdown] id="knob-words"
# *In words, unturned: one flat valley, and the mark at its lowest point near 70 billion parameters. With served = 50 the blue curve ends much further left and its lowest point lies at a smaller model; with little text (log10 = 11.5) the right-hand part of the curve alone is left, and the mark stands at its end.*

# %% id="knob-assert"
free = plan(LAW, budget)
assert np.allclose(free, best_plan(LAW, budget), rtol=1e-3)  # the search against the formula
lots = plan(LAW, budget, served=50 * free[1])
short = plan(LAW, budget, tokens=3e11)
print(f"training alone {free[0] / 1e9:.0f} billion at {free[1] / free[0]:.0f} tokens a parameter; served: {lots[0] / 1e9:.1f} billion at {lots[1] / lots[0]:.0f}; 0.3 trillion tokens of text: {short[0] / 1e9:.0f} billion at {short[1] / short[0]:.1f}")
assert 60e9 < free[0] < 80e9 and lots[0] < free[0] / 5 and lots[1] / lots[0] > 5 * free[1] / free[0] and math.isclose(short[1], 3e11, rel_tol=1e-6) and short[0] > 2 * free[0]

# %% [markdown] id="answer"
# ## The question again
#
# Were the makers of Llama 3 8B wrong? By the law, what would it cost to reach its predicted loss with the plan of least training, and from how many served tokens on does the small model pay?

# %% id="answer-code"
small = MODELS["Llama 3 8B"]
aim = law_at(LAW, *small)
low, high = 1e20, 1e27
for _ in range(100):  # halving on the logarithm of the budget
    middle = math.sqrt(low * high)
    low, high = (middle, high) if law_at(LAW, *best_plan(LAW, middle)) > aim else (low, middle)
least = best_plan(LAW, high)
more = cost["Llama 3 8B"] - high
pays_from = more / (2 * (least[0] - small[0]))
print(f"the same loss, {aim:.3f}, with the least training: {least[0] / 1e9:.0f} billion on {least[1] / 1e12:.1f} trillion tokens, {high:.1e} operations instead of {cost['Llama 3 8B']:.1e}")
print(f"the small one costs {cost['Llama 3 8B'] / high:.1f} times the training and {least[0] / small[0]:.1f} times less to serve; it pays from {pays_from / 1e12:.1f} trillion served tokens on")
assert 5 < cost["Llama 3 8B"] / high < 6 and 4 < least[0] / small[0] < 4.5 and 1e13 < pays_from < 1.3e13
kit.recall("why-so-much-text")

# %% [markdown] id="answer-words"
# No. 20 tokens a parameter answer another question: least loss for the operations of *training*. Whoever will serve more than some ten trillion tokens, or has to fit a phone, spends five times as much on training to have a model of a quarter of the size.
#
# Honest limits: the law was fitted up to some 16 billion parameters and 500 billion tokens (Hoffmann et al., abstract); 15 trillion tokens are thirty times as many, of other text and by another tokeniser. Our own experiment spans a factor of four in operations, with one architecture and one rate for all sizes. And we counted the table of letters in $N$, as $6ND$ does, though looking up a row takes no multiplication: at 4 neurons the table is 60 % of $N$, at 64 it is 9 %, which moves the lowest points. A curve tells where it was measured; beyond that it is a bet, and one trains a run in between before one places it. And we priced an operation of serving like one of training; serving mostly reaches a smaller share of the peak (*From a neuron to a layer*, *At scale*: few rows), so each served token costs more than here and the small model pays earlier.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A run of 3 billion parameters on 60 billion tokens. Operations of training? And hours on 64 accelerators that reach $4 \cdot 10^{14}$ operations a second each?

# %% id="exercise-1"
operations_here, hours_here = ..., ...

# %% id="check-1"
if operations_here is ... or hours_here is ...:
    print("not tried yet")
else:
    kit.close(float(operations_here), 1.08e21, rtol=0.01, because="6 · 3e9 · 6e10", known_wrong={"2 operations are the pass forward alone: training takes 6": 3.6e20, "6 operations for each parameter and token": 1.8e20})
    kit.close(float(hours_here), 1.08e21 / (64 * 4e14) / 3600, rtol=0.01, because="operations over 64 · 4e14 a second, over 3600", known_wrong={"that is in seconds": 1.08e21 / (64 * 4e14), "there are 64 of them": 1.08e21 / 4e14 / 3600})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `worth_of(unique, total, star=15.0)`: the fresh tokens that `total` tokens are worth when only `unique` of them are different, by the formula of Muennighoff et al. above. Where the text is not even read once (`total <= unique`), it is `total`.

# %% id="exercise-2"
def worth_of(unique, total, star=15.0):
    ...


# %% id="check-2"
if worth_of(10.0, 10.0) is None:
    print("not tried yet")
else:
    for unique, total in ((100.0, 400.0), (53e3, 53e4), (1e9, 1e12)):
        right = unique + unique * 15 * (1 - math.exp(-(total / unique - 1) / 15))
        kit.close(float(worth_of(unique, total)), right, rtol=1e-9, because=f"{total:g} tokens, {unique:g} of them different", known_wrong={
            "the first reading does not count as a repetition: D/U - 1": unique + unique * 15 * (1 - math.exp(-(total / unique) / 15)), "the unique text itself is missing": right - unique, "repeated text is worth less than fresh text": total})
    kit.close(float(worth_of(100.0, 40.0)), 40.0, rtol=1e-9, because="nothing is read twice", known_wrong={"less than the whole text was read": 100.0})
    print("right: 53 000 letters, read ten times, are worth", round(float(worth_of(53e3, 53e4))))

# %% [markdown] id="exercise-3-text"
# **3. Build.** `cheaper(law, plan_a, plan_b, served)`: two plans `(N, D)`. Return `"a"` or `"b"`, whichever needs fewer operations for training **and** `served` tokens of serving, but `"loss"` if their predicted losses (`law_at`) differ by more than 1 % of the smaller one: then they are not the same product.

# %% id="exercise-3"
def cheaper(law, plan_a, plan_b, served):
    ...


# %% id="check-3"
if cheaper(LAW, small, least, 0.0) is None:
    print("not tried yet")
else:
    kit.equal(cheaper(LAW, small, least, 0.0), "b", because="without serving the plan of least training is cheaper", known_wrong={"less is cheaper": "a", "their losses are the same": "loss"})
    kit.equal(cheaper(LAW, small, least, 2 * pays_from), "a", because="after that many tokens the small model has paid", known_wrong={"serving costs 2N for each token": "b", "their losses are the same": "loss"})
    kit.equal(cheaper(LAW, (8e9, 15e12), (8e9, 1e12), 0.0), "loss", because="the second has a far higher loss", known_wrong={"the cheaper one is another product: compare the losses first": "b"})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Your company has 20 billion tokens of its own text and 10 000 dollars. Use `operations(10_000, 2.5)`, `plan` and `LAW` for `(N, D)` if no token is used twice; put the pair into `ours`, and `"text"` or `"money"` into `limit`, whichever holds you back (would the plan without the limit on text want more text?).

# %% id="exercise-4"
ours, limit = ..., ...

# %% id="check-4"
if ours is ... or limit is ...:
    print("not tried yet")
else:
    c = operations(10_000, 2.5)
    right = plan(LAW, c, tokens=20e9)
    kit.close([float(v) for v in ours], [float(v) for v in right], rtol=0.01, because=f"{c:.2e} operations and 20 billion tokens", known_wrong={"there are only 20 billion tokens": [float(v) for v in plan(LAW, c)], "(N, D), in this order": [float(v) for v in right[::-1]], "that is for 100 000 dollars": [float(v) for v in plan(LAW, 10 * c, tokens=20e9)]})
    kit.equal(limit, "text" if plan(LAW, c)[1] > 20e9 else "money", because=f"without the limit the plan would want {plan(LAW, c)[1] / 1e9:.0f} billion tokens", known_wrong={"with more text the same money would buy a lower loss": "money"})
    print(f"right: {right[0] / 1e9:.1f} billion parameters, {right[1] / right[0]:.1f} tokens a parameter; what would reading the text four times change?")

# %% [markdown] id="next"
# Now the lab: `tiny-lm`. Its last task asks for the law and the plan.

# %% [markdown] id="summary"
# ## Summary
#
# - Training takes about $6ND$ operations, serving $2N$ a token; a bill buys operations.
# - At equal computation the loss has a flat valley over the size; its lowest points lie on a line and can be carried on.
# - $L = E + A N^{-\alpha} + B D^{-\beta}$: fit logarithms, robustly, and look at the residuals.
# - Text may be read a few times; sixty-four times it is learnt by heart.
# - 20 tokens a parameter are for training alone; who serves much trains a smaller model for longer.
#
# | term | 中文 |
# |---|---|
# | scaling law | 规模定律 |
# | compute-optimal | 算力最优 |
# | curve of equal computation (IsoFLOP) | 等算力曲线 |
# | utilisation | 利用率 |
# | robust fit, residual | 稳健拟合，残差 |
# | epoch, repeated data | 轮次，重复数据 |
#
# **Read on.** Jordan Hoffmann et al., "Training Compute-Optimal Large Language Models", 2022, sections 3 and 4. · Tamay Besiroglu et al., "Chinchilla Scaling: A replication attempt", 2024. · Niklas Muennighoff et al., "Scaling Data-Constrained Language Models", NeurIPS 2023, sections 3 and 5. · Nikhil Sardana et al., "Beyond Chinchilla-Optimal: Accounting for Inference in Language Model Scaling Laws", ICML 2024, section 2. · Models of the table: Tom Brown et al., 2020 (GPT-3); Jack Rae et al., 2021 (Gopher); Aaron Grattafiori et al., 2024 (Llama 3); Loubna Ben Allal et al., 2025 (SmolLM2).
