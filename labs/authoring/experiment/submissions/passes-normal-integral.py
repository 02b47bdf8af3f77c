# The crossing by SciPy's multivariate normal integral for few looks and a sparse recursion beyond, alpha spending in decide.

# %% grade_id="bootstrap"
def bootstrap_interval(a, b, statistic, level, draws, seed):
    r = np.random.default_rng(seed)
    counts = lambda x: x[np.floor(r.random((draws, len(x))) * len(x)).astype(int)]
    gap = statistic(counts(b)) - statistic(counts(a))
    ends = np.percentile(gap, [50 - 50 * level, 50 + 50 * level])
    return ends[0], ends[1]


# %% grade_id="running"
def running(outcome, arm):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = outcome - outcome[:, :1]
        n = np.cumsum(np.ones_like(x), axis=1)
        n1 = arm.cumsum(axis=1)
        n0 = n - n1
        m1 = (x * arm).cumsum(axis=1) / n1
        m0 = (x * (1 - arm)).cumsum(axis=1) / n0
        v1 = ((x**2 * arm).cumsum(axis=1) - n1 * m1**2) / (n1 - 1)
        v0 = ((x**2 * (1 - arm)).cumsum(axis=1) - n0 * m0**2) / (n0 - 1)
        error = np.sqrt(np.clip(v1, 0, None) / n1 + np.clip(v0, 0, None) / n0)
        few = (n1 < 2) | (n0 < 2)
    difference = m1 - m0
    difference[few] = 0
    error[few] = np.inf
    return difference, error


def first_alarm(difference, error, bound):
    looks = np.flatnonzero(bound < np.inf)
    streams, n = difference.shape
    stop = np.full(streams, n)
    decision = np.zeros(streams, dtype=int)
    for i in looks[::-1]:
        over = np.abs(difference[:, i]) > bound[i] * error[:, i]
        stop[over] = i + 1
        decision[over] = np.where(difference[over, i] > 0, 1, -1)
    return stop, decision


# %% grade_id="crossing"
def crossing(times, bounds, drift=0.0):
    h = 0.004
    first, before, x, f = [], 0.0, np.array([0.0]), np.array([1.0])
    for t, b in zip(np.asarray(times), np.asarray(bounds)):
        dt = t - before
        edge = min(b, 9.0 + abs(drift)) * math.sqrt(t)
        survive = ndtr((edge - x - drift * dt) / math.sqrt(dt)) - ndtr((-edge - x - drift * dt) / math.sqrt(dt))
        first.append(f.sum() - (f * survive).sum())
        m = max(int(2 * edge / h / 4), 60)
        y = (np.arange(m) + 0.5) * (2 * edge / m) - edge
        kernel = np.exp(-((y[:, None] - x[None] - drift * dt) ** 2) / (2 * dt)) / math.sqrt(2 * math.pi * dt)
        f = kernel @ f * (2 * edge / m)
        x, before = y, t
    return np.array(first)


def bounds_for(times, alpha, shape):
    lo, hi = 0.1, 8.0
    while hi - lo > 1e-5:
        mid = 0.5 * (lo + hi)
        if sum(crossing(times, mid / times**shape)) > alpha:
            lo = mid
        else:
            hi = mid
    return lo / times**shape


# %% grade_id="decide"
def always_valid(difference, error, rho):
    n = difference.shape[1]
    p = np.empty(difference.shape)
    last = np.ones(len(difference))
    for i in range(n):
        k = 1 + rho * (i + 1)
        z2 = (difference[:, i] / error[:, i]) ** 2
        last = np.minimum(last, np.sqrt(k) * np.exp(-(k - 1) / k * z2 / 2))
        p[:, i] = last
    return p


def decide(outcome, arm, alpha):
    # alpha is spent in proportion to the people (Lan and DeMets, 1983), at eight looks
    n = outcome.shape[1]
    times = np.arange(1, 9) / 8
    bounds = []
    for k in range(8):
        lo, hi = 0.0, 9.0
        for _ in range(25):
            mid = (lo + hi) / 2
            if crossing(times[: k + 1], np.array([*bounds, mid]))[-1] > alpha / 8:
                lo = mid
            else:
                hi = mid
        bounds.append(hi)
    at = np.full(n, np.inf)
    at[(times * n).astype(int) - 1] = bounds
    return first_alarm(*running(outcome, arm), at)


# %% grade_id="judge"
def judge(rule):
    seeds = iter(range(50, 90))

    def run(effect):
        outcome, arm = made(np.random.default_rng(next(seeds)), "normal", 2500, 200, effect)
        return outcome, arm, *rule(outcome, arm, 0.05)

    *_, decision = run(-0.85)
    if (decision == 1).mean() > 0.4:
        return "reversed"
    if (decision == -1).mean() < 0.5:
        return "asleep"
    outcome, arm, stop, decision = run(0.4)
    for moment in (41, 81, 121, 161, 199):
        x = outcome.copy()
        x[:, moment:] = -4 * arm[:, moment:] + x[:, moment:]
        stop2, _ = rule(x, arm, 0.05)
        if ((stop <= moment) != (stop2 <= moment)).any():
            return "foresees"
    *_, decision = run(0.0)
    return "sound" if (decision != 0).mean() < 0.08 else "peeks"
