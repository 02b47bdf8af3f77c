# Plausible: rates in order; one cut for both groups; noise as if each person had one row; shares taken for bounds.

# %% grade_id="groups"
def group_metrics(good, approved, group):
    good, approved = np.asarray(good).astype(bool), np.asarray(approved).astype(bool)

    def share(x):
        return float(x.mean()) if len(x) else math.nan

    return {name: {"n": int((group == name).sum()), "approval": share(approved[group == name]), "opportunity": share(approved[(group == name) & good]),
                   "false_approval": share(approved[(group == name) & ~good]), "precision": share(good[(group == name) & approved])} for name in set(group.tolist())}


def gaps(metrics):
    def spread(key):
        values = [m[key] for m in metrics.values() if not np.isnan(m[key])]
        return max(values) - min(values) if len(values) > 1 else math.nan

    rates = [m["approval"] for m in metrics.values()]
    return {"ratio": min(rates) / max(rates) if max(rates) else math.nan} | {k: spread(k) for k in ("opportunity", "false_approval", "precision")}


# %% grade_id="frontier"
def frontier(score, good, group, price):
    points = []
    for c in [*np.unique(score), np.inf]:
        yes = score >= c
        rates = [yes[(group == g) & (good == 1)].mean() for g in sorted(set(group.tolist()))]
        points.append((abs(rates[0] - rates[1]), float((~yes & (good == 1)).sum() + price * (yes & (good == 0)).sum())))
    kept = []
    for gap, cost in sorted(points):
        if not kept or cost < kept[-1][1]:
            kept.append((gap, cost))
    return np.array(kept)


def choose(score, good, group, price, limit):
    return dict.fromkeys(set(group.tolist()), 0.5)


# %% grade_id="counts"
def private_counts(people, places, cells, most, epsilon, seed):
    r = np.random.default_rng(seed)
    p = 1 - math.exp(-epsilon)
    exact = np.array([places.count(c) for c in cells])
    return exact + r.geometric(p, len(cells)) - r.geometric(p, len(cells))


# %% grade_id="account"
def gaussian_delta(mu, epsilon):
    return float(ndtr(mu / 2 - epsilon / mu) - math.exp(epsilon + log_ndtr(-mu / 2 - epsilon / mu)))


def account(ledger, delta):
    if delta <= 0 or delta >= 1:
        raise ValueError("delta")
    pure = [(v, n) for k, v, n in ledger if k == "pure" and n]
    mu = math.sqrt(sum(n * v * v for k, v, n in ledger if k == "gaussian"))
    low, high = 0.0, 1e6
    if mu == 0 or gaussian_delta(mu, 0.0) <= delta:
        high = 0.0
    for _ in range(100):
        middle = (low + high) / 2
        if mu and gaussian_delta(mu, middle) > delta:
            low = middle
        else:
            high = middle
    squares = sum(n * v * v for v, n in pure)
    rho = (squares + mu * mu) / 2
    r = {"basic": sum(n * v for v, n in pure) + high, "advanced": sum(n * v * math.tanh(v / 2) for v, n in pure) + math.sqrt(2 * math.log(1 / delta) * squares) + high,
         "zcdp": rho + 2 * math.sqrt(rho * math.log(1 / delta))}
    return {**r, "best": min(r.values())}


def affordable(ledger, kind, value, epsilon, delta):
    low, high = 0, 10**8
    while high - low > 1:
        middle = (low + high) // 2
        if account([*ledger, (kind, value, middle)], delta)["best"] <= epsilon:
            low = middle
        else:
            high = middle
    return low


# %% grade_id="seen"
def epsilon_seen(a, b, alpha):
    n, best = len(a) // 2, (0.0, 0.0)
    for t in np.unique(np.concatenate([a[:n], b[:n]])):
        for compare in (np.less_equal, np.greater_equal):
            for x, y in ((a, b), (b, a)):
                k = len(x) // 2
                first = compare(x[:k], t).mean() / max(compare(y[:k], t).mean(), 1 / k)
                second = compare(x[k:], t).mean() / max(compare(y[k:], t).mean(), 1 / k)
                best = max(best, (first, second))
    return float(max(0.0, math.log(best[1]))) if best[1] > 0 else 0.0
