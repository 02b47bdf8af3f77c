# Loops over draws and Welford's update over people, MVN-free recursion by the trapezoid rule, the mixture test in decide.

# %% grade_id="bootstrap"
def bootstrap_interval(a, b, statistic, level, draws, seed):
    chance = np.random.default_rng(seed)
    gaps = []
    for _ in range(draws // 100):
        left = chance.choice(a, size=(100, a.size), replace=True)
        right = chance.choice(b, size=(100, b.size), replace=True)
        gaps.extend(statistic(right) - statistic(left))
    gaps = np.sort(gaps)
    cut = (1 - level) / 2
    return float(np.quantile(gaps, cut)), float(np.quantile(gaps, 1 - cut))


# %% grade_id="running"
def running(outcome, arm):
    streams, n = outcome.shape
    count = np.zeros((streams, 2))
    mean = np.zeros((streams, 2))
    spread = np.zeros((streams, 2))
    difference, error = np.zeros((streams, n)), np.full((streams, n), np.inf)
    rows = np.arange(streams)
    for i in range(n):  # Welford's update, one person of every stream at a time
        x, g = outcome[:, i], arm[:, i]
        count[rows, g] += 1
        step = x - mean[rows, g]
        mean[rows, g] += step / count[rows, g]
        spread[rows, g] += step * (x - mean[rows, g])
        ok = count.min(axis=1) >= 2
        c = count[ok]
        difference[ok, i] = mean[ok, 1] - mean[ok, 0]
        error[ok, i] = np.sqrt((spread[ok] / (c - 1) / c).sum(axis=1))
    return difference, error


def first_alarm(difference, error, bound):
    stop, decision = [], []
    places = np.flatnonzero(np.isfinite(bound))
    for d, e in zip(difference, error):
        hit = [i for i in places if abs(d[i]) > bound[i] * e[i]] if np.isfinite(e).any() else []
        stop.append(hit[0] + 1 if hit else len(d))
        decision.append((1 if d[hit[0]] > 0 else -1) if hit else 0)
    return np.array(stop), np.array(decision)


# %% grade_id="crossing"
def crossing(times, bounds, drift=0.0):
    first = []
    grid, density, before = None, None, 0.0
    for t, b in zip(times, bounds):
        dt = t - before
        s = math.sqrt(dt)
        edge = min(float(b) * math.sqrt(t), 9 + abs(drift))
        new = np.linspace(-edge, edge, 601)
        if grid is None:
            first.append(ndtr((-edge - drift * dt) / s) + 1 - ndtr((edge - drift * dt) / s))
            density = np.exp(-0.5 * ((new - drift * dt) / s) ** 2) / s / math.sqrt(2 * math.pi)
        else:
            h = grid[1] - grid[0]
            w = np.full(601, h)
            w[0] = w[-1] = h / 2
            up = 1 - ndtr((edge - grid - drift * dt) / s)
            down = ndtr((-edge - grid - drift * dt) / s)
            first.append((w * density * (up + down)).sum())
            density = (np.exp(-0.5 * ((new[:, None] - grid - drift * dt) / s) ** 2) / s / math.sqrt(2 * math.pi)) @ (w * density)
        grid, before = new, t
    return np.array(first)


def bounds_for(times, alpha, shape):
    from scipy.optimize import brentq

    form = np.asarray(times) ** -shape
    c = brentq(lambda c: crossing(times, c * form, 0.0).sum() - alpha, 0.05, 9, xtol=1e-6)
    return c * form


# %% grade_id="decide"
def always_valid(difference, error, rho):
    s = np.arange(1, difference.shape[1] + 1)
    z = np.divide(difference, error)
    log_lambda = rho * s / (1 + rho * s) * z**2 / 2 - np.log1p(rho * s) / 2
    best = np.maximum.accumulate(np.maximum(log_lambda, 0), axis=1)
    return np.exp(-best)


def decide(outcome, arm, alpha):
    n = outcome.shape[1]
    difference, error = running(outcome, arm)
    flat = error <= 0
    p = always_valid(np.where(flat, 0.0, difference), np.where(flat, 1.0, error), 10 / n)
    seen = np.minimum((arm == 0).cumsum(axis=1), (arm == 1).cumsum(axis=1)) >= 20
    early = np.where(seen, difference, 0.0)
    p = always_valid(np.where(flat, 0.0, early), np.where(flat, 1.0, error), 10 / n)
    hit = p < alpha
    found = hit.any(axis=1)
    stop = np.where(found, hit.argmax(axis=1) + 1, n)
    sign = np.sign(difference[np.arange(len(stop)), stop - 1])
    return stop, np.where(found, sign, 0).astype(int)


# %% grade_id="judge"
def judge(rule):
    r = np.random.default_rng(123)

    def shares(effect):
        stop, decision = rule(*made(r, "normal", 3000, 200, effect), 0.05)
        return [float((decision == d).mean()) for d in (-1, 0, 1)]

    minus, _, plus = shares(0.85)
    if minus > plus and minus > 0.5:
        return "reversed"
    if plus < 0.5:
        return "asleep"
    if shares(0.0)[1] < 1 - 0.05 - 6 * (0.05 * 0.95 / 3000) ** 0.5:
        return "peeks"
    outcome, arm = made(r, "normal", 1500, 200, 0.5)
    before = rule(outcome, arm, 0.05)
    flipped = outcome.copy()
    flipped[:, 120:] = flipped[:, 120:] - 3 * arm[:, 120:]
    after = rule(flipped, arm, 0.05)
    for i in range(1500):
        if min(before[0][i], after[0][i]) <= 120 and (before[0][i], before[1][i]) != (after[0][i], after[1][i]):
            return "foresees"
    return "sound"
