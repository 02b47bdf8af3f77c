# Vectors throughout, a root finder on the inverse temperature; infinities are math's.

# %% grade_id="covered"
def covered(questions, corpus, n):
    asked = [tokens(q) for q in questions]
    need = {min(n, len(q)) for q in asked if q}
    index = {k: set() for k in need}
    for d in map(tokens, corpus):
        for k in need:
            for i in range(len(d) - k + 1):
                index[k].add(tuple(d[i : i + k]))
    out = []
    for q in asked:
        if not q:
            out.append(0.0)
            continue
        k = min(n, len(q))
        hit = np.zeros(len(q), dtype=bool)
        for i in range(len(q) - k + 1):
            if tuple(q[i : i + k]) in index[k]:
                hit[i : i + k] = True
        out.append(float(hit.mean()))
    return np.array(out)


# %% grade_id="calibration"
def places(c, bins):
    c = np.asarray(c, dtype=float)
    return bins * np.searchsorted(np.sort(c), c, side="left") // len(c)


def calibration_error(confidence, right, bins):
    c, y = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    b = places(c, bins)
    return float(np.abs(np.bincount(b, c - y, minlength=bins)).sum() / len(c))


def noise_floor(confidence, bins):
    c = np.asarray(confidence, dtype=float)
    b = places(c, bins)
    r = np.random.default_rng(0)
    order = np.argsort(b, kind="stable")
    c, b = c[order], b[order]
    starts = np.flatnonzero(np.r_[True, b[1:] != b[:-1]])
    errors = []
    for _ in range(40):
        y = r.random((150, len(c))) < c
        errors.append(np.abs(np.add.reduceat(c - y, starts, axis=1)).sum(1) / len(c))
    e = np.concatenate(errors)
    return float(e.mean()), float(np.quantile(e, 0.95, method="inverted_cdf"))


def temperature(logits, labels):
    z = np.asarray(logits, dtype=float)
    z = z - z.max(1, keepdims=True)
    own = z[np.arange(len(z)), labels]

    def slope(b):
        w = np.exp(b * z)
        return float(((w * z).sum(1) / w.sum(1) - own).mean())

    lo, hi = 1 / 20, 1 / 0.05
    if slope(lo) >= 0:
        return 20.0
    if slope(hi) <= 0:
        return 0.05
    return float(1 / optimize.brentq(slope, lo, hi, xtol=1e-12))


# %% grade_id="compare"
def compare(a, b, cluster):
    d = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    if len(d) == 0:
        return {"difference": 0.0, "error": math.inf, "low": -math.inf, "high": math.inf}
    m = float(d.mean())
    _, place = np.unique(np.asarray(cluster), return_inverse=True)
    G = place.max() + 1
    if G < 2:
        return {"difference": m, "error": math.inf, "low": -math.inf, "high": math.inf}
    sums = np.bincount(place, d - m)
    e = float(np.sqrt(G / (G - 1) * (sums**2).sum()) / len(d))
    t = float(stats.t.ppf(0.975, G - 1))
    return {"difference": m, "error": e, "low": m - t * e, "high": m + t * e}


def mcnemar(a, b):
    a, b = np.asarray(a).astype(int), np.asarray(b).astype(int)
    x, y = int((a > b).sum()), int((b > a).sum())
    if x + y == 0:
        return 1.0
    return float(min(1.0, 2 * stats.binom.cdf(min(x, y), x + y, 0.5)))


# %% grade_id="report"
def inflation(seen, right, older):
    seen, right, older = (
        np.asarray(seen, dtype=bool),
        np.asarray(right, dtype=float),
        np.asarray(older, dtype=float),
    )
    if seen.all() or not seen.any():
        return 0.0
    gain = lambda v: v[seen].mean() - v[~seen].mean()
    return float(seen.mean() * (gain(right) - gain(older)))


def report(covered_a, covered_b, a, b, older, cluster, limit):
    a, b, cluster = np.asarray(a).astype(int), np.asarray(b).astype(int), np.asarray(cluster)
    sa, sb = np.asarray(covered_a) >= limit, np.asarray(covered_b) >= limit
    clean = ~sa & ~sb
    c = compare(a[clean], b[clean], cluster[clean])
    return {
        "seen_a": float(sa.mean()),
        "seen_b": float(sb.mean()),
        "inflation_a": inflation(sa, a, older),
        "inflation_b": inflation(sb, b, older),
        "clean": int(clean.sum()),
        "difference": c["difference"],
        "low": c["low"],
        "high": c["high"],
        "winner": "A" if c["low"] > 0 else "B" if c["high"] < 0 else "open",
    }


# %% grade_id="faults"
def faults(procedure):
    r = np.random.default_rng(1)
    n = 240
    a, b, own = r.integers(0, 2, n), r.integers(0, 2, n), np.arange(n)
    found = set()
    lo, hi = procedure(a, b, own)
    mine = compare(a, b, own)
    width = mine["high"] - mine["low"]
    l1, h1 = procedure(a, a, own)
    if abs(h1 - l1) > 0.05 * width:
        found.add("unpaired")
    l2, h2 = procedure(np.tile(a, 4), np.tile(b, 4), np.tile(own, 4))
    if abs((h2 - l2) / (hi - lo) - 1) > 0.25:
        found.add("clusters")
    l3, h3 = procedure(b, a, own)
    if max(abs(l3 + hi), abs(h3 + lo)) > 0.22 * (hi - lo):
        found.add("one-way")
    if abs((hi - lo) / width - 1) > 0.27:
        found.add("narrow")
    return found
