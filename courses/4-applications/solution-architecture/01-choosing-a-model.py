# %% [markdown] id="choosing-a-model"
# # Choosing a model
#
# **You will be able to** choose among candidate models by quality, speed, size and money, say how sure the choice is, and
# show what would change it. **65 minutes.**
#
# At the end you can
#
# 1. find the candidates that nobody should choose, and prove it (the Pareto front);
# 2. compare two models on the same folds, with an interval for the difference;
# 3. compute what a candidate costs in a year, errors included;
# 4. recognise a quality that was chosen because it was lucky;
# 5. say which family of model fits which kind of data and task.

# %% [markdown] id="before-you-start"
# ## Before you start
#
# You read Python with `for`, functions and tables (course *Python from the first line*). And you know what a mean and a
# standard deviation are: for 2, 4, 6 the mean is 4 and the standard deviation (of a sample) is 2. If the second number is
# news, the course *Probability and statistics* has it; one sentence is enough for today: *it says how far the values
# typically lie from their mean.*

# %% id="67245aad"
import statistics

assert statistics.mean([2, 4, 6]) == 4 and statistics.stdev([2, 4, 6]) == 2

# %% [markdown] id="a-question-first"
# ## A question first
#
# An insurer receives paper forms. A field on them is a handwritten number, and a machine shall read its digits. Eight
# candidates were built. All saw the same real digits: 1 797 images of 8 × 8 pixels, from forms that 13 people filled in
# (Alpaydin and Kaynak, 1998; the UCI *Optical Recognition of Handwritten Digits* test set, licence CC BY 4.0, as packaged by
# scikit-learn).

# %% id="a43c44db"
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from graders import kit

digits = load_digits()
X = digits.data / 16.0  # (1797 images, 64 pixels), brightness from 0 to 1
y = digits.target  # (1797,) the digit, 0 to 9

figure, axes = plt.subplots(2, 8, figsize=(8, 2.4))
for i, ax in enumerate(axes.flat):
    ax.imshow(digits.images[i], cmap="gray_r")
    ax.set_title(f"{y[i]}", fontsize=9)
    ax.axis("off")
figure.suptitle("Sixteen of 1 797 handwritten digits, 8 × 8 pixels, with what they mean")
plt.show()

# %% [markdown] id="2f59ae10"
# *In words: sixteen small grey pictures; most can be read at once, one or two could be another digit.*

# %% id="56c91dd5"
candidates = {
    "naive Bayes": GaussianNB(var_smoothing=1e-3),
    "tree": DecisionTreeClassifier(random_state=0),
    "logistic": LogisticRegression(max_iter=500),
    "forest, 20 trees": RandomForestClassifier(20, random_state=0),
    "forest, 100 trees": RandomForestClassifier(100, random_state=0),
    "3 neighbours": KNeighborsClassifier(3),
    "support vectors": SVC(gamma=0.32, C=5),
    "network, 64 units": MLPClassifier((64,), solver="lbfgs", alpha=1.0, max_iter=100, random_state=0),
}
folds = StratifiedKFold(10, shuffle=True, random_state=0)
scores = {}  # name: (10,) share of digits read rightly, one number a fold
for name, model in candidates.items():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the network may stop at its limit of steps; its score is what counts
        scores[name] = cross_val_score(model, X, y, cv=folds)

quality = pd.Series({name: values.mean() for name, values in scores.items()})
quality.sort_values(ascending=False).round(4)

# %% [markdown] id="76870101"
# (Ten *folds*: the images are split into ten parts; each part is read once by a model that was trained on the other nine.
# So each candidate has ten scores, all on images that it had not seen. They are not all by *people* that it had not seen: the parts
# are cut by image. A writer who is new may be read worse, and these data do not say by how much.)
#
# > **The question.** The best by its mean is 1.3 points ahead of the fourth. The insurer asks: *which one do we take, and
# > how sure are you?* Before you go on: would you take the best of the list?

# %% id="9907438f"
ranked = quality.sort_values(ascending=False)
assert round(100 * (ranked.iloc[0] - ranked.iloc[3]), 1) == 1.3

# %% id="c17d2b76"
kit.checkpoint("take-the-best")

# %% [markdown] id="what-a-prediction-costs-count-it"
# ## What a prediction costs: count it
#
# Time measured on a laptop says something about the laptop. What can be **counted** holds everywhere: how many numbers a
# model has to touch to read one digit. This decides both its speed and the memory it needs.
#
# | model | numbers touched for one image |
# |---|---|
# | logistic | 64 weights and 1 bias for each of 10 digits |
# | naive Bayes | a mean and a variance for each of 64 pixels and 10 digits |
# | network | 64·64 + 64 and then 64·10 + 10 |
# | tree | one threshold on each level, from the root to a leaf |
# | forest | the same, for each tree |
# | neighbours | all 64 pixels of **every** training image |
# | support vectors | all 64 pixels of every image that became a support vector |
#
# Do the first row by hand: (64 + 1) · 10 = 650.

# %% id="46737e7b"
def touched(name, model):
    """Return how many stored numbers a fitted model reads for one image (an upper bound for trees)."""
    if name == "logistic":
        return model.coef_.size + model.intercept_.size
    if name == "naive Bayes":
        return model.theta_.size + model.var_.size
    if name.startswith("network"):
        return sum(w.size for w in model.coefs_) + sum(b.size for b in model.intercepts_)
    if name == "tree":
        return model.get_depth()
    if name.startswith("forest"):
        return sum(tree.get_depth() for tree in model.estimators_)
    if name.endswith("neighbours"):
        return model._fit_X.size
    return model.support_vectors_.size


fitted, work, seconds = {}, {}, {}
for name, model in candidates.items():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted[name] = model.fit(X, y)
    work[name] = touched(name, fitted[name])
    runs = []
    for i in range(30):
        begin = time.perf_counter()
        fitted[name].predict(X[i : i + 1])  # one image at a time, as forms arrive
        runs.append(time.perf_counter() - begin)
    seconds[name] = min(runs)  # what else the machine does only makes a run longer

table = pd.DataFrame({"quality": quality, "numbers touched": work, "ms measured here": {n: 1e3 * s for n, s in seconds.items()}})
table.sort_values("numbers touched").round(4)

# %% id="f92457d5"
assert work["logistic"] == 650  # what we did by hand
assert work["3 neighbours"] == 1797 * 64
assert work["network, 64 units"] == 64 * 64 + 64 + 64 * 10 + 10

# %% [markdown] id="9a131e0f"
# The measured column does not follow the counted one: for models this small, calling the library costs more than the
# arithmetic, and a forest calls it once a tree. Both columns are true. **Count** to see how a model grows with the data (the
# neighbours touch every image ever seen: twice the data, twice the work). **Measure** to see what today's program does.

# %% [markdown] id="who-should-not-be-chosen-the"
# ## Who should not be chosen: the Pareto front
#
# A candidate $a$ **dominates** $b$ when it is at least as good in everything and better in something. With the quality
# $q$ (share right, no unit) and the work $w$ (numbers touched):
#
# $$a \succ b \iff q_a \ge q_b \;\wedge\; w_a \le w_b \;\wedge\; (q_a > q_b \vee w_a < w_b)$$
#
# Nobody needs a dominated candidate, whatever they value. What remains is the **Pareto front**. A toy by hand: A (90 %, 5),
# B (95 %, 20), C (93 %, 30). B dominates C: better *and* less work. A and B remain: which is better depends on what you want.

# %% id="1b1cff55"
def pareto_front(points):
    """Return the names that nobody dominates; points is {name: (quality, work)}."""
    front = []
    for name, (q, w) in points.items():
        dominated = any(q2 >= q and w2 <= w and (q2 > q or w2 < w) for q2, w2 in points.values())
        if not dominated:
            front.append(name)
    return front


assert pareto_front({"A": (0.90, 5), "B": (0.95, 20), "C": (0.93, 30)}) == ["A", "B"]

# %% [markdown] id="07b06d30"
# Before you run the next cell: look at the table. How many of the eight stay on the front of quality against *numbers touched*?

# %% id="0a95d2d2"
kit.checkpoint("front-size")

# %% id="db83ad69"
points = {name: (quality[name], work[name]) for name in candidates}
front = pareto_front(points)

# the same with array operations, to be sure: compare every candidate with every other at once
q, w = quality[list(points)].to_numpy(), np.array([work[n] for n in points])
better_or_equal = (q[:, None] >= q) & (w[:, None] <= w)  # (8, 8): row at least as good as column
strictly = (q[:, None] > q) | (w[:, None] < w)
assert [n for n, d in zip(points, (better_or_equal & strictly).any(axis=0)) if not d] == front

figure, axes = plt.subplots(figsize=(7.5, 4))
for name in candidates:
    on = name in front
    axes.scatter(work[name], 100 * quality[name], s=60, color="#0072B2" if on else "#999999", marker="o" if on else "x")
    below = -14 if name == "3 neighbours" else -4  # or its name would lie on that of the support vectors
    axes.annotate(name, (work[name], 100 * quality[name]), xytext=(6, below), textcoords="offset points", fontsize=8)
axes.set(xscale="log", xlabel="numbers touched for one image (scale of tens)", ylabel="digits read rightly (%)")
axes.set_title("Blue dots: the Pareto front. Grey crosses: somebody is better and cheaper")
axes.set_xlim(5, 1e6)
plt.show()
print(len(front), "on the front:", ", ".join(front))

# %% [markdown] id="9cdaf524"
# *In words: a blue staircase rises from the single tree at the lower left over the logistic model, the forests and the network up
# to the support vectors at the upper right; naive Bayes and the neighbours lie below or to the right of it.*

# %% id="78fe1c64"
assert set(candidates) - set(front) == {"naive Bayes", "3 neighbours"} and len(front) == 6
kit.recall("front-size")

# %% [markdown] id="775137bd"
# Change one axis and the front changes: against the *measured milliseconds* the large forest is dominated, because it is slow
# here and neither best nor cheap. So the first thing to settle with the customer is not the model but the **axes**.

# %% id="a663ca13"
by_time = pareto_front({name: (quality[name], seconds[name]) for name in candidates})
print("front by measured time:", ", ".join(by_time))
assert "forest, 100 trees" not in by_time

# %% [markdown] id="how-sure-compare-on-the-same"
# ## How sure: compare on the same folds
#
# The support vectors lead the neighbours by about a tenth of a per cent. Is that a difference? Both read the *same* ten
# parts, and some parts are harder for both. So we look at the ten **differences** $d_i$, not at the two means:
#
# $$\bar d \pm t \cdot \frac{s_d}{\sqrt{n}}$$
#
# with $\bar d$ the mean and $s_d$ the standard deviation of the $n = 10$ differences, and $t = 2.26$ for 95 % and 9 degrees of
# freedom. By hand, for the differences 1, 3, 5: mean 3, standard deviation 2, so $3 ± t · 2/\sqrt3$.

# %% id="d65cec1a"
from scipy import stats


def interval(differences, confidence=0.95):
    """Return (low, high) for the mean of paired differences; Student's t."""
    d = np.asarray(differences, dtype=float)  # (n,)
    n = len(d)
    t = stats.t.ppf((1 + confidence) / 2, df=n - 1)
    half = t * d.std(ddof=1) / np.sqrt(n)
    return d.mean() - half, d.mean() + half


low, high = interval([1, 3, 5])
assert np.isclose((low + high) / 2, 3) and np.isclose(high - 3, stats.t.ppf(0.975, 2) * 2 / np.sqrt(3))
assert round(stats.t.ppf(0.975, 9), 2) == 2.26

# %% id="787923e7"
kit.checkpoint("same-or-different")

# %% id="f8ca4f93"
comparisons = {}
for other in ("3 neighbours", "forest, 100 trees", "logistic"):
    d = 100 * (scores["support vectors"] - scores[other])  # (10,) percentage points
    low, high = interval(d)
    library = stats.ttest_rel(scores["support vectors"], scores[other]).confidence_interval(0.95)
    assert np.allclose([low, high], [100 * library.low, 100 * library.high])  # by hand and by SciPy
    comparisons[other] = (low, high)
    print(f"support vectors minus {other:<18} {d.mean():+.2f} points, 95 % interval {low:+.2f} to {high:+.2f}")

# %% id="7f37d7a9"
assert comparisons["3 neighbours"][0] < 0 < comparisons["3 neighbours"][1]
assert comparisons["forest, 100 trees"][0] > 0 and comparisons["logistic"][0] > 1
kit.recall("same-or-different")

# %% [markdown] id="607f693d"
# Between the support vectors and the neighbours these data cannot decide: the interval holds zero. Against the logistic
# model the lead is real, at least one point. **A word of honesty:** the folds share training images, so the ten differences
# are not quite independent and the interval is a little too narrow (Dietterich, 1998). Read it as *"not less uncertain than this"*.

# %% [markdown] id="what-it-costs-in-a-year"
# ## What it costs in a year
#
# Now the sentence that the insurer understands. A digit that is read wrongly costs somebody's time. With $N$ digits a day,
# $c_e$ dollars for an error, and $c_h$ dollars for an hour of a machine that needs $s$ seconds a digit:
#
# $$C = 365 \cdot N \left( (1 - q)\, c_e + \frac{s}{3600}\, c_h \right)$$

# %% id="f7005d43"
def yearly_cost(quality, seconds, digits_a_day, dollars_an_error, dollars_an_hour=0.10):
    """Return (errors, compute) in dollars a year."""
    a_year = 365 * digits_a_day
    return a_year * (1 - quality) * dollars_an_error, a_year * seconds / 3600 * dollars_an_hour


assert yearly_cost(0.99, 3600, 1, 100, 1) == (365 * (1 - 0.99) * 100, 365.0)

errors, compute = yearly_cost(quality["logistic"], seconds["logistic"], 100_000, 0.05)
assert 50_000 < errors < 56_000 and compute < 10
print(f"logistic, 100 000 digits a day, 5 cents an error: {errors:,.0f} dollars of errors, {compute:,.0f} of compute")

# %% [markdown] id="225c4d52"
# Errors cost tens of thousands, the machine next to nothing: at this size **quality is the only axis that matters.** When would speed
# decide? Turn the knobs: the price of an error and the amount.

# %% id="e1ae3c26"
from ipywidgets import FloatLogSlider, interact


def show_costs(dollars_an_error=0.05, digits_a_day=100_000.0):
    """Draw the yearly cost of each candidate, errors and compute."""
    costs = {n: yearly_cost(quality[n], seconds[n], digits_a_day, dollars_an_error) for n in candidates}
    order = sorted(costs, key=lambda n: sum(costs[n]), reverse=True)
    figure, axes = plt.subplots(figsize=(7.5, 3.2))
    axes.barh(order, [costs[n][0] for n in order], color="#0072B2", label="errors")
    axes.barh(order, [costs[n][1] for n in order], left=[costs[n][0] for n in order], color="#E69F00", label="compute")
    axes.set(xlabel="dollars a year", title=f"{digits_a_day:,.0f} digits a day, {dollars_an_error:.1g} dollars an error: {order[-1]} is cheapest")
    axes.legend()
    plt.show()


interact(
    show_costs,
    dollars_an_error=FloatLogSlider(value=0.05, base=10, min=-10, max=0, step=0.5, description="$ / error"),
    digits_a_day=FloatLogSlider(value=1e5, base=10, min=3, max=9, step=0.5, description="digits / day"),
);

# %% [markdown] id="1383b013"
# *In words, unturned: every bar is blue, that is errors; the orange part, compute, cannot be seen. The shortest bar belongs to one
# of the two best readers.*
#
# The number of digits stretches all bars alike and never changes the order: both terms of $C$ grow with $N$. Only the **price of
# an error** does. How far it has to fall before a faster model wins depends on the seconds measured here; the cell works it out.

# %% id="2871dca6"
def cheapest(dollars_an_error):
    costs = {n: sum(yearly_cost(quality[n], seconds[n], 1, dollars_an_error)) for n in candidates}
    return min(costs, key=costs.get)


turn = next(c for c in np.logspace(-1, -12, 111) if cheapest(c) != cheapest(0.05))  # dollars an error, from dear to cheap
print(f"{cheapest(0.05)} stays cheapest down to about {100 * turn:.0e} cents an error; below that it is {cheapest(turn)}")
assert turn < 1e-4
assert cheapest(0.05) in ("support vectors", "3 neighbours")
assert cheapest(1e-3) == cheapest(0.05) and seconds[cheapest(1e-12)] == min(seconds.values())

# %% [markdown] id="how-it-goes-wrong"
# ## How it goes wrong
#
# A supplier offers "the best of 40 trained models, 86 % on your own test of 100 digits". We build it: forty trees that differ in
# nothing but the random choice of the pixels they may use. Each is scored on the same 100 images, and the best is presented.

# %% id="47f60a65"
rng = np.random.default_rng(1)
shuffled = rng.permutation(len(X))
train, small_test, fresh = shuffled[:800], shuffled[800:900], shuffled[900:]  # 800, 100 and 897 images

models = [DecisionTreeClassifier(max_features=8, random_state=s).fit(X[train], y[train]) for s in range(40)]
on_small = np.array([m.score(X[small_test], y[small_test]) for m in models])  # (40,)
on_fresh = np.array([m.score(X[fresh], y[fresh]) for m in models])  # (40,)
best = on_small.argmax()
print(f"presented: {on_small[best]:.1%}   the same model on 897 fresh images: {on_fresh[best]:.1%}   mean of all 40: {on_fresh.mean():.1%}")

# %% [markdown] id="b96058a4"
# The presented figure melts. Nobody lied: the *best of many* on a small test is best **partly by luck**, and the luck does not
# come along. The tool that shows it: score the same forty twice, on different images.

# %% id="4eeac561"
figure, axes = plt.subplots(figsize=(5.5, 4))
axes.scatter(100 * on_small, 100 * on_fresh, color="#0072B2", s=18)
axes.scatter(100 * on_small[best], 100 * on_fresh[best], color="#D55E00", s=80, label="the one presented")
span = [100 * min(on_small.min(), on_fresh.min()), 100 * on_small.max()]
axes.plot(span, span, "--", color="#666666", label="the same on both")
axes.set(xlabel="right on the 100 images it was chosen by (%)", ylabel="right on 897 fresh images (%)", title="Forty equal models, scored twice")
axes.legend()
plt.show()
correlation = np.corrcoef(on_small, on_fresh)[0, 1]
print(f"correlation between the two scores: {correlation:.2f}")

# %% [markdown] id="88790362"
# *In words: the forty dots spread widely from left to right and hardly from bottom to top; the orange dot, rightmost, lies well
# below the dashed line.*

# %% id="b022f509"
assert on_small[best] == 0.86 and on_small[best] - on_fresh[best] > 0.1
assert on_small.std() > 1.5 * on_fresh.std()
assert abs(on_fresh[best] - on_fresh.mean()) < 0.03
kit.recall("take-the-best")

# %% [markdown] id="6b6b0e57"
# **Mended:** choose on one set, report on another that nothing was chosen by; and ask any supplier *how many* were tried. With
# $n$ images the standard error of a share $p$ is $\sqrt{p(1-p)/n}$: for 100 images about four points, more
# than the forty really differ.

# %% id="63b2847a"
standard_error = np.sqrt(0.8 * 0.2 / 100)
assert round(standard_error, 3) == 0.04 and on_fresh.std() < standard_error
print(f"standard error with 100 images: {100 * standard_error:.1f} points; with 897: {100 * np.sqrt(0.8 * 0.2 / 897):.1f}")

# %% id="e887ca07"
kit.checkpoint("forms-needed")

# %% id="abc5320f"
needed = 0.99 * 0.01 / 0.002**2
print(f"images for a standard error of 0.2 points at 99 %: {needed:,.0f}")
assert round(needed) == 2475
kit.recall("forms-needed")

# %% [markdown] id="which-family-for-which-task"
# ## Which family for which task
#
# Before any comparison comes a shortlist. It follows from what goes in and what comes out:
#
# | data and task | try first | then, if it is not enough |
# |---|---|---|
# | a table, one number or class out | gradient-boosted trees, a linear model as the baseline | nothing larger without a measured reason |
# | small images of a fixed kind | a small convolutional network, a kernel method as here | a pre-trained vision transformer, fine-tuned |
# | a picture to be made | a diffusion model | |
# | text in, a class out, many examples | a linear model on word counts | a fine-tuned encoder (transformer) |
# | text in, text out | a pre-trained decoder (transformer), prompted | the same, with retrieval; then fine-tuned |
# | a series of measurements | last value and seasonal value as baselines | boosted trees on lags; a transformer when there are thousands of series |
#
# The larger the model, the more must be borrowed from somebody's pre-training. A short list has two or three rows of *different*
# families and **always the cheapest honest baseline**: a lead is only known against something.

# %% [markdown] id="at-scale"
# ## At scale
#
# With language models the work is counted the same way. A forward pass touches each of $P$ parameters once for every token, with
# one multiplication and one addition: about $2P$ operations a token (Kaplan et al., 2020, section 2.1). A thousand-token answer
# from a model of 8 billion parameters, against our logistic model:

# %% id="ae9fcd40"
parameters = 8e9
tokens = 1000
operations = 2 * parameters * tokens
print(f"{operations:.1e} operations for one answer; {operations / (2 * work['logistic']):.1e} times one logistic prediction")
assert operations == 1.6e13

# %% [markdown] id="9685fc0e"
# Reading a million digits a day with a language model of that size, 100 tokens each, at 40 % of the 989 · 10¹² operations a second that
# one H100 is specified for (NVIDIA, *H100 Tensor Core GPU* data sheet, dense BF16):

# %% id="8c798c62"
a_day = 1e6 * 100 * 2 * parameters
hours = a_day / (0.40 * 989e12) / 3600
logistic_seconds = 1e6 * seconds["logistic"]
print(f"{hours:.1f} GPU hours a day against {logistic_seconds:.0f} seconds of one core")
assert 1 < hours < 1.3

# %% [markdown] id="d75576e5"
# One hour of the dearest machine against minutes of the cheapest. It may still be right: when the form has free text, or no
# labelled examples exist. But it has to be said with numbers.

# %% [markdown] id="practise"
# ## Practise
#
# Replace the dots, run the cell, run the check.
#
# **1. Recall.** Three candidates: (quality, work) = K (0.97, 100), L (0.97, 80), M (0.99, 500). List the names on the Pareto front.

# %% id="24e239b1"
my_front = ...

# %% id="b3ac0152"
if my_front is ...:
    print("not tried yet")
else:
    kit.equal(
        sorted(my_front),
        ["L", "M"],
        because="L is as good as K with less work, so K is dominated; M is better than both",
        known_wrong={
            "equal quality with less work is enough to dominate": ["K", "L", "M"],
            "M is the best in quality, and so on the front, whatever its work": ["L"],
            "the front is not only the best quality": ["M"],
        },
    )
    print("right")

# %% [markdown] id="8e0a7fc4"
# **2. Modify.** The insurer accepts no model that needs more than 10 000 numbers (it runs in the scanner). Which candidate do you take
# by mean quality, and how many points behind the best of all is it? Use `quality` and `work`.

# %% id="8ff14693"
my_choice = ...
points_behind = ...

# %% id="12e1ff73"
if my_choice is ... or points_behind is ...:
    print("not tried yet")
else:
    small = [n for n in candidates if work[n] <= 10_000]
    right = max(small, key=lambda n: quality[n])
    kit.equal(my_choice, right, because="among those with at most 10 000 numbers touched, it reads best")
    behind = 100 * (quality.max() - quality[right])
    kit.close(float(points_behind), float(behind), atol=0.02, known_wrong={"in points, please: times 100": behind / 100, "you have it the wrong way round": -behind})
    print("right: the scanner costs", round(behind, 2), "points")

# %% [markdown] id="c6ae202c"
# **3. Build.** "Take the smallest model that is *not worse than the best by more than one point*, with 95 % confidence." Write the
# rule as a function: the differences are *best minus candidate* in points, and the **upper** end of their interval has to stay below 1.

# %% id="e3914cd6"
def acceptable(differences_in_points):
    ...


# %% id="8861c8a0"
if acceptable([0.0, 0.1]) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    for d, expected, why in [
        ([0.0, 0.2, -0.1, 0.1], True, "about 0, and sure of it"),
        ([0.5, 1.9, -1.0, 0.8], False, "the mean is below 1, but the interval is not: not sure enough"),
        ([1.5, 1.6, 1.4, 1.5], False, "surely worse"),
    ]:
        kit.equal(bool(acceptable(d)), expected, because=why, known_wrong={"compare the upper end of the interval, not the mean": True} if np.mean(d) < 1 else {})
    best_scores = scores["support vectors"]
    good_enough = [n for n in candidates if acceptable(100 * (best_scores - scores[n]))]
    print("right; acceptable here:", ", ".join(good_enough))

# %% [markdown] id="062f278e"
# **4. Transfer.** Take a model choice from your own work (or a product on offer to you). Write down the two axes that the decision
# really hangs on, the cheapest honest baseline, and the number that would change your mind.
#
# Next: *Choosing hardware*. The lab `selection` proves both.

# %% [markdown] id="summary"
# ## Summary
#
# - Settle the axes first; then drop what is dominated; then talk about what remains.
# - Compare on the same folds, and give the interval of the difference.
# - In money, errors usually outweigh compute; the price of an error decides, not the volume.
# - The best of many on a small test is partly luck: choose on one set, report on another.
# - Always carry the cheapest honest baseline along.
#
# | term | 中文 |
# |---|---|
# | model selection | 模型选型 |
# | to dominate, Pareto front | 支配，帕累托前沿 |
# | cross-validation, fold | 交叉验证，折 |
# | paired difference, confidence interval | 配对差，置信区间 |
# | selection bias (winner's curse) | 选择偏差（赢家诅咒） |
# | baseline | 基线 |
#
# **Read on.** Thomas G. Dietterich, "Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms",
# *Neural Computation* 10 (7), 1998, sections 3 and 5. · Gavin C. Cawley and Nicola L. C. Talbot, "On Over-fitting in Model
# Selection and Subsequent Selection Bias in Performance Evaluation", *Journal of Machine Learning Research* 11, 2010, section 4. ·
# Trevor Hastie, Robert Tibshirani, Jerome Friedman, *The Elements of Statistical Learning*, 2nd edition, 2009, section 7.10. ·
# Jared Kaplan et al., "Scaling Laws for Neural Language Models", 2020, section 2.1.
