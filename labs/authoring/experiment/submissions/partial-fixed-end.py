# Plausible: one careful test at the very end, simulation in place of the recursion, one pot for the bootstrap.

# %% grade_id="bootstrap"
def bootstrap_interval(a, b, statistic, level, draws, seed):
    r = np.random.default_rng(seed)
    i = r.integers(min(len(a), len(b)), size=(draws, min(len(a), len(b))))
    gap = statistic(b[i]) - statistic(a[i])
    return np.quantile(gap, (1 - level) / 2), np.quantile(gap, (1 + level) / 2)


# %% grade_id="running"
def running(outcome, arm):
    difference, error = np.zeros(outcome.shape), np.full(outcome.shape, np.inf)
    for s in range(len(outcome)):
        for i in range(3, outcome.shape[1]) if outcome.size < 2000 else [outcome.shape[1] - 1]:
            x, y = outcome[s, : i + 1][arm[s, : i + 1] == 0], outcome[s, : i + 1][arm[s, : i + 1] == 1]
            if min(len(x), len(y)) > 1:
                difference[s, i] = y.mean() - x.mean()
                error[s, i] = np.sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y))
    return difference, error


def first_alarm(difference, error, bound):
    hit = np.abs(difference) > np.where(np.isinf(bound), 1e300, bound) * np.where(np.isinf(error), 1e5, error)
    stop = np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, len(bound))
    sign = np.where(difference[np.arange(len(stop)), stop - 1] > 0, 1, -1)
    return stop, sign * hit.any(axis=1)


# %% grade_id="crossing"
def crossing(times, bounds, drift=0.0):
    r = np.random.default_rng(0)
    dt = np.diff(times, prepend=0.0)
    walk = (r.normal(size=(100_000, len(times))) * np.sqrt(dt) + drift * dt).cumsum(axis=1)
    out = np.abs(walk) >= bounds * np.sqrt(times)
    first = np.where(out.any(axis=1), out.argmax(axis=1), len(times))
    return np.bincount(first, minlength=len(times) + 1)[:-1] / 100_000


def bounds_for(times, alpha, shape):
    r = np.random.default_rng(0)
    walk = (r.normal(size=(100_000, len(times))) * np.sqrt(np.diff(times, prepend=0.0))).cumsum(axis=1)
    z = np.abs(walk) / np.sqrt(times) * times**shape
    return np.quantile(z.max(axis=1), 1 - alpha) / times**shape


# %% grade_id="decide"
def always_valid(difference, error, rho):
    s = np.arange(1, difference.shape[1] + 1)
    z = difference / error
    return np.minimum.accumulate(np.minimum(1, np.sqrt(1 + rho * s) / np.exp(rho * s / (1 + rho * s) * z**2 / 2)), axis=1)


def decide(outcome, arm, alpha):
    from scipy.stats import norm

    bound = np.full(outcome.shape[1], np.inf)
    bound[-1] = norm.ppf(1 - alpha / 2)
    return first_alarm(*running(outcome, arm), bound)


# %% grade_id="judge"
def judge(rule):
    _, decision = rule(*made(np.random.default_rng(0), effect=0.85), 0.05)
    if (decision == -1).mean() > 0.5:
        return "reversed"
    if (decision == 1).mean() < 0.5:
        return "asleep"
    _, decision = rule(*made(np.random.default_rng(1)), 0.05)
    return "peeks" if (decision != 0).mean() > 0.075 else "sound"
