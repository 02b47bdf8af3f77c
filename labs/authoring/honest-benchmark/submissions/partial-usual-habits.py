# Plausible: 13-gram habits, equal-width bins, independent questions, the larger score wins.

# %% grade_id="covered"
def covered(questions, corpus, n):
    index = {tuple(t[i : i + n]) for t in map(tokens, corpus) for i in range(len(t) - n + 1)}
    result = []
    for q in questions:
        t = tokens(q)
        hit = [False] * len(t)
        for i in range(len(t) - n + 1):
            if tuple(t[i : i + n]) in index:
                hit[i : i + n] = [True] * n
        result.append(sum(hit) / len(t) if t else 0.0)
    return np.array(result)


# %% grade_id="calibration"
def calibration_error(confidence, right, bins):
    place = np.minimum((np.asarray(confidence) * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=confidence - np.asarray(right, dtype=float), minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def noise_floor(confidence, bins):
    r = np.random.default_rng(0)
    e = [calibration_error(confidence, r.random(len(confidence)) < confidence, bins) for _ in range(3000)]
    return float(np.mean(e)), float(np.quantile(e, 0.95))


def temperature(logits, labels):
    best, least = 1.0, np.inf
    for t in np.geomspace(0.05, 20, 4000):
        p = np.exp(logits / t)
        p /= p.sum(1, keepdims=True)
        loss = -np.log(p[np.arange(len(labels)), labels]).mean()
        if loss < least:
            best, least = t, loss
    return float(best)


# %% grade_id="compare"
def compare(a, b, cluster):
    d = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    error = d.std(ddof=1) / np.sqrt(len(d))
    return {"difference": d.mean(), "error": error, "low": d.mean() - 1.96 * error, "high": d.mean() + 1.96 * error}


def mcnemar(a, b):
    x, y = int(((a == 1) & (b == 0)).sum()), int(((a == 0) & (b == 1)).sum())
    return float(2 * stats.norm.sf(abs(x - y) / np.sqrt(x + y))) if x + y else 1.0


# %% grade_id="report"
def report(covered_a, covered_b, a, b, older, cluster, limit):
    seen_a, seen_b = covered_a >= limit, covered_b >= limit
    clean = ~seen_a & ~seen_b
    c = compare(a[clean], b[clean], cluster[clean])
    out = {"seen_a": seen_a.mean(), "seen_b": seen_b.mean(), "clean": int(clean.sum())}
    for name, seen, right in (("a", seen_a, a), ("b", seen_b, b)):
        out["inflation_" + name] = seen.mean() * (right[seen].mean() - right[~seen].mean()) if 0 < seen.mean() < 1 else 0.0
    return out | {"difference": c["difference"], "low": c["low"], "high": c["high"], "winner": "A" if c["difference"] > 0 else "B"}


# %% grade_id="faults"
def faults(procedure):
    r = np.random.default_rng(0)
    a = (r.random(200) < 0.7).astype(int)
    b = np.where(r.random(200) < 0.8, a, 1 - a)  # alike, as real models are
    g = np.arange(200)
    low, high = procedure(a, b, g)
    ours = compare(a, b, g)
    found = set()
    if (high - low) < 0.75 * (ours["high"] - ours["low"]):
        found.add("narrow")
    if (high - low) > 1.25 * (ours["high"] - ours["low"]):
        found.add("unpaired")
    l2, h2 = procedure(b, a, g)
    if abs(l2 + high) > 0.25 * (high - low):
        found.add("one-way")
    l9, h9 = procedure(np.repeat(a, 9), np.repeat(b, 9), np.repeat(g, 9))
    if h9 - l9 < 0.6 * (high - low):
        found.add("clusters")
    return found
