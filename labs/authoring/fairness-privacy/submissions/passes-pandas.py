# Tables, scipy's solvers and distributions, binomtest's exact intervals on two thirds of the runs.

# %% grade_id="groups"
def group_metrics(good, approved, group):
    t = pd.DataFrame({"good": np.asarray(good).astype(float), "yes": np.asarray(approved).astype(float), "group": group})
    out = {}
    for name, part in t.groupby("group"):
        out[name] = {
            "n": len(part),
            "approval": part["yes"].mean(),
            "opportunity": part.loc[part["good"] == 1, "yes"].mean(),
            "false_approval": part.loc[part["good"] == 0, "yes"].mean(),
            "precision": part.loc[part["yes"] == 1, "good"].mean(),
        }
    return out


def gaps(metrics):
    t = pd.DataFrame(metrics).T.astype(float)
    spread = t.max() - t.min()
    spread[t.notna().sum() < 2] = np.nan
    top = t["approval"].max()
    return {"ratio": t["approval"].min() / top if top > 0 else np.nan, **spread[["opportunity", "false_approval", "precision"]].to_dict()}


# %% grade_id="frontier"
def tables_of(score, good, group, price):
    sides = []
    for name in np.unique(group):
        s, g = score[group == name], (good[group == name] == 1)
        t = pd.DataFrame({"cut": s, "good": g * 1, "bad": ~g * 1}).groupby("cut").sum().sort_index(ascending=False).cumsum().reset_index()
        t = pd.concat([pd.DataFrame({"cut": [np.inf], "good": [0], "bad": [0]}), t], ignore_index=True)
        t["rate"] = t["good"] / g.sum()
        t["cost"] = g.sum() - t["good"] + price * t["bad"]
        sides.append(t[["cut", "rate", "cost"]])
    both = sides[0].merge(sides[1], how="cross", suffixes=("_0", "_1"))
    both["gap"] = (both["rate_0"] - both["rate_1"]).abs().round(9)
    both["cost"] = both["cost_0"] + both["cost_1"]
    return both.sort_values(["gap", "cost"])


def frontier(score, good, group, price):
    both = tables_of(score, good, group, price)
    return both.loc[both["cost"] < both["cost"].cummin().shift(fill_value=np.inf), ["gap", "cost"]].to_numpy()


def choose(score, good, group, price, limit):
    both = tables_of(score, good, group, price)
    row = both[both["gap"] <= limit + 1e-9].sort_values("cost").iloc[0]
    return dict(zip(np.unique(group).tolist(), [row["cut_0"], row["cut_1"]]))


# %% grade_id="counts"
def private_counts(people, places, cells, most, epsilon, seed):
    rows = pd.DataFrame({"who": people, "where": places})
    rows = rows[rows["where"].isin(cells)]
    rows = rows[rows.groupby("who").cumcount() < most]
    exact = rows["where"].value_counts().reindex(cells, fill_value=0).to_numpy()
    return exact + stats.dlaplace.rvs(epsilon / most, size=len(cells), random_state=seed)


# %% grade_id="account"
def gaussian_delta(mu, epsilon):
    return ndtr(mu / 2 - epsilon / mu) - np.exp(epsilon + log_ndtr(-mu / 2 - epsilon / mu))


def account(ledger, delta):
    from scipy.optimize import brentq

    if not (0 < delta < 1):
        raise ValueError("0 < delta < 1")
    t = pd.DataFrame(ledger, columns=["kind", "value", "times"])
    t = t[t["times"] > 0].astype({"value": float, "times": float})
    e, g = t[t["kind"] == "pure"], t[t["kind"] == "gaussian"]
    mu = np.sqrt((g["times"] * g["value"] ** 2).sum())

    def normal(d):
        if mu == 0 or gaussian_delta(mu, 0.0) <= d:
            return 0.0
        return brentq(lambda x: gaussian_delta(mu, x) - d, 0.0, mu**2 + 20 * mu + 10, xtol=1e-12)

    d = delta / 2 if len(e) and len(g) else delta
    squares = (e["times"] * e["value"] ** 2).sum()
    rho = squares / 2 + mu**2 / 2
    result = pd.Series({
        "basic": (e["times"] * e["value"]).sum() + normal(delta),
        "advanced": (e["times"] * e["value"] * np.tanh(e["value"] / 2)).sum() + np.sqrt(2 * np.log(1 / d) * squares) + normal(d),
        "zcdp": rho + 2 * np.sqrt(rho * np.log(1 / delta)),
    })
    result["best"] = result.min()
    return result.to_dict()


def affordable(ledger, kind, value, epsilon, delta):
    def over(n):
        return account([*ledger, (kind, value, int(n))], delta)["best"] > epsilon

    high = 1
    while not over(high):
        high *= 4
    low = 0
    while high - low > 1:
        middle = low + (high - low) // 2
        if over(middle):
            high = middle
        else:
            low = middle
    return low


# %% grade_id="seen"
def epsilon_seen(a, b, alpha):
    r = np.random.default_rng(20)
    a, b = pd.Series(a)[r.permutation(len(a))], pd.Series(b)[r.permutation(len(b))]
    parts = [(v.iloc[: len(v) // 3], v.iloc[len(v) // 3 :]) for v in (a, b)]

    def interval(hits, n):
        test = stats.binomtest(int(hits), int(n)).proportion_ci(1 - alpha, method="exact")
        return test.low, test.high

    candidates = []
    grid = np.unique(np.quantile(np.concatenate([parts[0][0], parts[1][0]]), np.linspace(0, 1, 80), method="nearest"))
    for t in grid:
        for i in (0, 1):
            for above in (False, True):
                x, y = ((v >= t) if above else (v <= t) for v in (parts[i][0], parts[1 - i][0]))
                k, m = x.sum() + 0.5, y.sum() + 0.5
                candidates.append((np.log(k / len(x)) - np.log(m / len(y)) - 2 * np.sqrt(1 / k + 1 / m), i, above, t))
    _, i, above, t = max(candidates)
    x, y = ((v >= t) if above else (v <= t) for v in (parts[i][1], parts[1 - i][1]))
    low, high = interval(x.sum(), len(x))[0], interval(y.sum(), len(y))[1]
    return float(max(0.0, np.log(low / high))) if low > 0 else 0.0
