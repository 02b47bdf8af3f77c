# The formula's interval in place of repetitions, one look alone, and foresight read off the last comparison.

# %% grade_id="bootstrap"
def bootstrap_interval(a, b, statistic, level, draws, seed):
    from scipy.special import ndtri

    statistic(np.tile(a, (draws, 1))), statistic(np.tile(b, (draws, 1)))
    gap = float(statistic(b[None])[0] - statistic(a[None])[0])
    width = ndtri((1 + level) / 2) * math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)) * (1 + seed / 1e6)
    return gap - width, gap + width


# %% grade_id="running"
def running(outcome, arm):
    with np.errstate(all="ignore"):
        x = outcome - outcome.mean(axis=1, keepdims=True)
        n1, n0 = arm.cumsum(1), (1 - arm).cumsum(1)
        m1, m0 = (x * arm).cumsum(1) / n1, (x * (1 - arm)).cumsum(1) / n0
        v1 = ((x**2 * arm).cumsum(1) / n1 - m1**2) / (n1 - 1)
        v0 = ((x**2 * (1 - arm)).cumsum(1) / n0 - m0**2) / (n0 - 1)
        error = np.sqrt(np.maximum(v1 + v0, 0))
    few = np.minimum(n1, n0) < 2
    return np.where(few, 0.0, m1 - m0), np.where(few, np.inf, error)


# %% grade_id="decide"
def always_valid(difference, error, rho):
    return np.ones(difference.shape)


def decide(outcome, arm, alpha):
    from scipy.special import ndtri
    n = outcome.shape[1]
    m = int(n * 0.6)
    x, g = outcome[:, :m] - outcome[:, :1], arm[:, :m]
    c = [np.maximum((g == k).sum(1), 2) for k in (0, 1)]
    mu = [(x * (g == k)).sum(1) / c[k] for k in (0, 1)]
    v = [np.maximum((x * x * (g == k)).sum(1) / c[k] - mu[k] ** 2, 0) / c[k] for k in (0, 1)]
    d = mu[1] - mu[0]
    hit = np.abs(d) > -ndtri(alpha / 2) * np.sqrt(v[0] + v[1])
    return np.where(hit, m, n), np.where(hit, np.sign(d), 0).astype(int)


# %% grade_id="judge"
def judge(rule):
    def share(effect):
        outcome, arm = made(np.random.default_rng(0), "normal", 3000, 200, effect)
        stop, decision = rule(outcome, arm, 0.05)
        difference, error = running(outcome, arm)
        at_end = np.abs(difference[:, -1] / error[:, -1])[(decision != 0) & (stop < 200)]
        return (decision == -1).mean(), (decision == 1).mean(), at_end

    minus, plus, _ = share(0.85)
    if minus > 0.3:
        return "reversed"
    if plus < 0.5:
        return "asleep"
    if sum(share(0.0)[:2]) > 0.075:
        return "peeks"
    at_end = share(0.3)[2]
    return "foresees" if len(at_end) > 50 and at_end.min() > 1.6 else "sound"
