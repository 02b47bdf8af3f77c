# Plausible: conditions turned round throughout, percent for shares, noise of one sign, a budget that forgets.

# %% grade_id="groups"
def group_metrics(good, approved, group):
    out = {}
    for name in sorted(set(group.tolist())):
        here = group == name
        out[name] = {"n": int(here.sum()), "approval": 100 * float(approved[here].mean()), "opportunity": float(good[here & (approved == 1)].mean()),
                     "false_approval": float((1 - good)[here & (approved == 1)].mean()), "precision": float(approved[here & (good == 1)].mean())}
    return out


def gaps(metrics):
    first, last = list(metrics.values())[0], list(metrics.values())[-1]
    return {"ratio": first["approval"] - last["approval"], **{k: first[k] - last[k] for k in ("opportunity", "false_approval", "precision")}}


# %% grade_id="frontier"
def frontier(score, good, group, price):
    cut = float(np.median(score))
    a, b = [float((score[group == g] >= cut).mean()) for g in sorted(set(group.tolist()))]
    return np.array([[abs(a - b), float((score < cut).sum() * price)]])


def choose(score, good, group, price, limit):
    return {g: float(np.quantile(score[group == g], limit)) for g in sorted(set(group.tolist()))}


# %% grade_id="counts"
def private_counts(people, places, cells, most, epsilon, seed):
    r = np.random.default_rng(0)
    return np.array([places.count(c) for c in cells]) + r.geometric(1 - math.exp(-epsilon * most), size=len(cells))


# %% grade_id="account"
def gaussian_delta(mu, epsilon):
    return float(math.exp(-epsilon) * ndtr(-epsilon / mu))


def account(ledger, delta):
    total = sum(v for _, v, _ in ledger)
    return {"basic": total, "advanced": total, "zcdp": total, "best": total}


def affordable(ledger, kind, value, epsilon, delta):
    return int(epsilon / value)


# %% grade_id="seen"
def epsilon_seen(a, b, alpha):
    return float(abs(np.mean(a) - np.mean(b)) / (np.std(a) + np.std(b) + 1e-9))
