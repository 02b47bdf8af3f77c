# pandas throughout: merges, group-bys; a grid for the temperature; the binomial from the beta function.

# %% grade_id="covered"
import pandas as pd


def pieces(texts, lengths):
    rows = []
    for i, t in enumerate(texts):
        for k in lengths(len(t)):
            rows += [(i, j, k, tuple(t[j : j + k])) for j in range(len(t) - k + 1)]
    return pd.DataFrame(rows, columns=["text", "at", "k", "run"])


def covered(questions, corpus, n):
    texts = [tokens(q) for q in questions]
    asked = pieces(texts, lambda size: [min(n, size)] if size else [])
    read = pieces([tokens(d) for d in corpus], lambda size: sorted(set(asked["k"])))
    found = asked[asked["run"].isin(set(read["run"]))]
    marks = {(row.text, row.at + j) for row in found.itertuples() for j in range(row.k)}
    count = pd.Series([i for i, _ in marks], dtype=int).value_counts().reindex(range(len(texts)), fill_value=0)
    return (count / pd.Series([max(len(t), 1) for t in texts])).to_numpy()


# %% grade_id="calibration"
def calibration_error(confidence, right, bins):
    t = pd.DataFrame({"c": confidence, "y": np.asarray(right, dtype=float)})
    t["bin"] = (bins * (t["c"].rank(method="min") - 1) // len(t)).astype(int)
    g = t.groupby("bin").agg(n=("c", "size"), c=("c", "mean"), y=("y", "mean"))
    return (g["n"] * (g["c"] - g["y"]).abs()).sum() / len(t)


def noise_floor(confidence, bins):
    c = np.asarray(confidence, dtype=float)
    bin_ = (bins * (pd.Series(c).rank(method="min") - 1) // len(c)).astype(int).to_numpy()
    one_hot = (bin_[:, None] == np.unique(bin_)).astype(float)
    r = np.random.default_rng(2)
    e = np.abs(((r.random((6000, len(c))) < c) - c) @ one_hot).sum(1) / len(c)
    return np.array([e.mean(), np.percentile(e, 95)])


def temperature(logits, labels):
    z = np.asarray(logits, dtype=float)
    low, high = np.log(0.05), np.log(20)
    for _ in range(5):
        grid = np.linspace(low, high, 30)
        loss = []
        for t in np.exp(grid):
            s = special.log_softmax(z / t, axis=1)
            loss.append(-s[np.arange(len(s)), labels].mean())
        best = int(np.argmin(loss))
        low, high = grid[max(0, best - 1)], grid[min(29, best + 1)]
    return np.float64(np.exp((low + high) / 2))


# %% grade_id="compare"
def compare(a, b, cluster):
    t = pd.DataFrame({"d": np.asarray(a, dtype=float) - np.asarray(b, dtype=float), "g": [str(g) for g in cluster]})
    mean = t["d"].mean() if len(t) else 0.0
    sums = (t["d"] - mean).groupby(t["g"]).sum()
    if len(sums) < 2:
        return {"difference": mean, "error": np.inf, "low": -np.inf, "high": np.inf}
    error = np.sqrt(sums.pow(2).sum() * len(sums) / (len(sums) - 1)) / len(t)
    half = stats.t.isf(0.025, len(sums) - 1) * error
    return {"difference": mean, "error": error, "low": mean - half, "high": mean + half}


def mcnemar(a, b):
    d = np.asarray(a, dtype=int) - np.asarray(b, dtype=int)
    x, y = sorted([(d > 0).sum(), (d < 0).sum()])
    if x == y:
        return 1.0
    return 2 * special.betainc(y, x + 1, 0.5)


# %% grade_id="report"
def report(covered_a, covered_b, a, b, older, cluster, limit):
    t = pd.DataFrame({"ca": covered_a, "cb": covered_b, "a": a, "b": b, "old": older, "g": cluster})
    t[["a", "b", "old"]] = t[["a", "b", "old"]].astype(float)
    out = {}
    for m in "ab":
        seen = t["c" + m] >= limit
        gain = (t[m] - t["old"]).groupby(seen).mean()
        out["seen_" + m] = seen.mean()
        out["inflation_" + m] = seen.mean() * (gain[True] - gain[False]) if len(gain) == 2 else 0.0
    clean = t[(t["ca"] < limit) & (t["cb"] < limit)]
    c = compare(clean["a"], clean["b"], clean["g"])
    side = int(c["low"] > 0) - int(c["high"] < 0)
    return out | {"clean": len(clean), "winner": {1: "A", -1: "B", 0: "open"}[side], **{k: c[k] for k in ("difference", "low", "high")}}


# %% grade_id="faults"
def faults(procedure):
    half = np.arange(400) % 2
    quarter = np.arange(400) // 2 % 2  # every combination of right and wrong equally often
    each = np.arange(400)

    def width(a, b, g):
        low, high = procedure(a, b, g)
        return high - low

    w = width(half, quarter, each)
    sound = compare(half, quarter, each)
    checks = {
        "narrow": w < 0.8 * (sound["high"] - sound["low"]),
        "unpaired": width(half, half, each) > 0.2 * w,
        "clusters": width(np.tile(half, 16), np.tile(quarter, 16), np.tile(each, 16)) < 0.5 * w,
        "one-way": abs(sum(procedure(half, quarter, each)) + sum(procedure(quarter, half, each))) > 0.5 * w,
    }
    return frozenset(k for k, v in checks.items() if v)
