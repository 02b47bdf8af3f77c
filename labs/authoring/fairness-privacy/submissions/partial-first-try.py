# Plausible first try: NaN as 0, strict cuts without ties, rounded Laplace noise, no halves.

# %% grade_id="groups"
def group_metrics(good, approved, group):
    good, approved = np.asarray(good) == 1, np.asarray(approved) == 1
    out = {}
    for name in np.unique(group).tolist():
        here = group == name

        def share(hits, among):
            return float((hits & among).sum() / max(1, among.sum()))

        out[name] = {"n": int(here.sum()), "approval": share(approved, here), "opportunity": share(approved, here & good),
                     "false_approval": share(approved, here & ~good), "precision": share(good, here & approved)}
    return out


def gaps(metrics):
    values = {key: [m[key] for m in metrics.values()] for key in ("approval", "opportunity", "false_approval", "precision")}
    return {"ratio": min(values["approval"]) / max(values["approval"]), **{k: max(v) - min(v) for k, v in values.items() if k != "approval"}}


# %% grade_id="frontier"
def options(score, good, group, price):
    sides = []
    for name in sorted(set(group.tolist())):
        s, g = score[group == name], good[group == name]
        sides.append([(float(g[s >= c].sum() / g.sum()), float(g[s < c].sum() + price * (1 - g)[s >= c].sum()), float(c)) for c in np.unique(s)])
    return sides


def frontier(score, good, group, price):
    left, right = options(score, good, group, price)
    points = sorted({(abs(p[0] - q[0]), p[1] + q[1]) for p in left for q in right})
    kept = []
    for gap, cost in points:
        if not kept or cost < kept[-1][1]:
            kept.append((gap, cost))
    return np.array(kept)


def choose(score, good, group, price, limit):
    left, right = options(score, good, group, price)
    cost, c, d = min((p[1] + q[1], p[2], q[2]) for p in left for q in right if abs(p[0] - q[0]) <= limit + 1e-9)
    return dict(zip(sorted(set(group.tolist())), (c, d)))


# %% grade_id="counts"
def private_counts(people, places, cells, most, epsilon, seed):
    used, counts = {}, {c: 0 for c in cells}
    for who, where in zip(people, places):
        if where in counts and used.get(who, 0) < most:
            used[who] = used.get(who, 0) + 1
            counts[where] += 1
    noise = np.random.default_rng(seed).laplace(scale=most / epsilon, size=len(cells))
    return np.round(np.array([counts[c] for c in cells]) + noise).astype(int)


# %% grade_id="account"
def gaussian_delta(mu, epsilon):
    return float(ndtr(mu / 2 - epsilon / mu) - np.exp(epsilon) * ndtr(-mu / 2 - epsilon / mu))


def account(ledger, delta):
    if not 0 < delta < 1:
        raise ValueError("delta")
    pure = [v for kind, v, n in ledger for _ in range(n) if kind == "pure"]
    squares = sum(v * v for v in pure)
    result = {"basic": float(sum(pure)), "advanced": sum(v * math.tanh(v / 2) for v in pure) + math.sqrt(2 * math.log(1 / delta) * squares),
              "zcdp": squares / 2 + 2 * math.sqrt(squares / 2 * math.log(1 / delta))}
    return {**result, "best": min(result.values())}


def affordable(ledger, kind, value, epsilon, delta):
    n = 0
    while n < 3000 and account([*ledger, (kind, value, n + 1)], delta)["best"] <= epsilon:
        n += 1
    return n


# %% grade_id="seen"
def epsilon_seen(a, b, alpha):
    best = 0.0
    for t in np.unique(np.concatenate([a, b])):
        for x, y in ((a <= t, b <= t), (a >= t, b >= t), (b <= t, a <= t), (b >= t, a >= t)):
            if x.sum():
                low = stats.beta.ppf(alpha / 2, x.sum(), len(x) - x.sum() + 1)
                high = stats.beta.ppf(1 - alpha / 2, y.sum() + 1, len(y) - y.sum()) if y.sum() < len(y) else 1.0
                best = max(best, math.log(low / high))
    return float(best)
