# Plausible: arms and signs mixed up, standard deviations for standard errors, alarms where there are none.

# %% grade_id="bootstrap"
def bootstrap_interval(a, b, statistic, level, draws, seed):
    r = np.random.default_rng(seed)
    gaps = [statistic(r.choice(a, len(a), replace=False)) - statistic(r.choice(b, len(b), replace=False)) for _ in range(100)]
    return float(np.quantile(gaps, (1 - level) / 2)), float(np.quantile(gaps, (1 + level) / 2))


# %% grade_id="running"
def running(outcome, arm):
    count = np.arange(1, outcome.shape[1] + 1)
    total = (outcome * (1 - 2 * arm)).cumsum(axis=1)
    return total / count, np.tile(outcome.std(axis=1, keepdims=True), (1, outcome.shape[1]))


def first_alarm(difference, error, bound):
    hit = difference > bound * error
    return hit.argmax(axis=1), hit.any(axis=1).astype(int)


# %% grade_id="crossing"
def crossing(times, bounds, drift=0.0):
    return ndtr(-np.asarray(bounds) + drift)


def bounds_for(times, alpha, shape):
    return np.full(len(times), 1.96)


# %% grade_id="decide"
def always_valid(difference, error, rho):
    return 2 * ndtr(-np.abs(difference / error))


def decide(outcome, arm, alpha):
    return first_alarm(*running(outcome, arm), np.full(outcome.shape[1], 1.96))


# %% grade_id="judge"
def judge(rule):
    stop, decision = rule(*made(np.random.default_rng(0), streams=100), 0.05)
    return "peeks" if decision.any() else "asleep"
