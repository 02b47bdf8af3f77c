# Plausible: every formula of a single test is right; it is then looked at after each person.

# %% grade_id="bootstrap"
def bootstrap_interval(a, b, statistic, level, draws, seed):
    r = np.random.default_rng(seed)
    gaps = []
    for _ in range(draws):
        gaps.append(statistic(b[r.integers(len(b), size=len(b))]) - statistic(a[r.integers(len(a), size=len(a))]))
    return np.quantile(gaps, 1 - level), np.quantile(gaps, level)


# %% grade_id="running"
def running(outcome, arm):
    with np.errstate(all="ignore"):
        n1, n0 = arm.cumsum(1), (1 - arm).cumsum(1)
        m1, m0 = (outcome * arm).cumsum(1) / n1, (outcome * (1 - arm)).cumsum(1) / n0
        v1 = (outcome**2 * arm).cumsum(1) / n1 - m1**2
        v0 = (outcome**2 * (1 - arm)).cumsum(1) / n0 - m0**2
        error = np.sqrt(np.maximum(v1 / (n1 - 1) + v0 / (n0 - 1), 0))
    few = np.minimum(n1, n0) < 2
    return np.where(few, 0.0, m1 - m0), np.where(few, np.inf, error)


def first_alarm(difference, error, bound):
    with np.errstate(invalid="ignore"):
        alarm = np.abs(difference) >= bound * error
    stop = np.where(alarm.any(1), alarm.argmax(1) + 1, difference.shape[1])
    return stop, np.where(alarm.any(1), np.where(difference[np.arange(len(stop)), stop - 1] > 0, 1, -1), 0)


# %% grade_id="crossing"
def crossing(times, bounds, drift=0.0):
    miss, first = 1.0, []
    for t, b in zip(times, bounds):
        alarm = ndtr(-b - drift * math.sqrt(t)) + ndtr(drift * math.sqrt(t) - b)
        first.append(miss * alarm)
        miss *= 1 - alarm
    return np.array(first)


def bounds_for(times, alpha, shape):
    form = 1 / times**shape
    lo, hi = 0.0, 10.0
    for _ in range(50):
        c = (lo + hi) / 2
        lo, hi = (c, hi) if crossing(times, c * form).sum() > alpha else (lo, c)
    return hi * form


# %% grade_id="decide"
def always_valid(difference, error, rho):
    s = np.arange(1, difference.shape[1] + 1)
    z = difference / error
    return np.minimum(1, np.sqrt(1 + rho * s) * np.exp(-rho * s / (1 + rho * s) * z**2 / 2))


def decide(outcome, arm, alpha):
    bound = np.full(outcome.shape[1], np.inf)
    bound[30:] = bounds_for(np.ones(1), alpha, 0.0)[0]
    return first_alarm(*running(outcome, arm), bound)


# %% grade_id="judge"
def judge(rule):
    stop, decision = rule(*made(np.random.default_rng(0), streams=1000), 0.05)
    return "peeks" if (decision != 0).mean() > 0.05 else "sound"
