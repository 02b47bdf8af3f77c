# Plausible: overlap of words without order, one bin, two separate samples, clusters averaged, faults by coverage of width alone.

# %% grade_id="covered"
def covered(questions, corpus, n):
    known = {w for d in corpus for w in tokens(d)}
    return np.array([np.mean([w in known for w in tokens(q)]) if tokens(q) else 0.0 for q in questions])


# %% grade_id="calibration"
def calibration_error(confidence, right, bins):
    order = np.argsort(confidence, kind="stable")
    return float(sum(abs((confidence[i] - right[i]).sum()) for i in np.array_split(order, bins)) / len(order))


def noise_floor(confidence, bins):
    return 0.0, 0.0


def temperature(logits, labels):
    def loss(t):
        return (special.logsumexp(logits / t, axis=1) - logits[np.arange(len(labels)), labels] / t).mean()

    return float(optimize.minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-7}).x)


# %% grade_id="compare"
def compare(a, b, cluster):
    d = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    names = np.unique(cluster)
    if len(names) < 2:
        return {"difference": float(d.mean()) if len(d) else 0.0, "error": np.inf, "low": -np.inf, "high": np.inf}
    means = np.array([d[cluster == g].mean() for g in names])
    error = means.std(ddof=1) / np.sqrt(len(names))
    t = stats.t.ppf(0.975, len(names) - 1)
    return {"difference": means.mean(), "error": error, "low": means.mean() - t * error, "high": means.mean() + t * error}


def mcnemar(a, b):
    x, y = int(((a == 1) & (b == 0)).sum()), int(((a == 0) & (b == 1)).sum())
    return stats.binomtest(x, x + y).pvalue if x + y else 1.0


# %% grade_id="report"
def report(covered_a, covered_b, a, b, older, cluster, limit):
    seen_a, seen_b = covered_a >= limit, covered_b >= limit
    extra_a, extra_b = a - older, b - older
    clean = ~seen_a
    c = compare(a[clean], b[clean], cluster[clean])
    return {"seen_a": seen_a.mean(), "seen_b": seen_b.mean(), "clean": clean.sum(), "inflation_a": seen_a.mean() * (extra_a[seen_a].mean() - extra_a[~seen_a].mean()),
            "inflation_b": seen_b.mean() * (extra_b[seen_b].mean() - extra_b[~seen_b].mean()), "difference": c["difference"], "low": c["low"], "high": c["high"],
            "winner": "A" if c["low"] > 0 else "B" if c["high"] < 0 else "open"}


# %% grade_id="faults"
def faults(procedure):
    r = np.random.default_rng(0)
    a, b, g = r.integers(0, 2, 300), r.integers(0, 2, 300), np.arange(300) // 5
    low, high = procedure(a, b, g)
    other = compare(a, b, g)
    return {"narrow"} if high - low < 0.7 * (other["high"] - other["low"]) else set()
