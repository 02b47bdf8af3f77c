# Keeps a list of partial sums in float32, silences warnings, works in float64 and goes back, powers by floor(log2).


# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        m = x.max(axis=axis, keepdims=True)
        m[~np.isfinite(m)] = 0
        return (np.log(np.exp(x - m).sum(axis=axis, dtype=float)) + m.squeeze(axis)).astype(x.dtype)


# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    n, k = scores.shape
    bad = labels[(labels < 0) | (labels >= k)]
    if bad.size:
        raise ValueError("first bad label: " + str(bad[0]))
    z = scores.astype(np.float64)
    z = z - z.max(1, keepdims=True)
    lse = np.log(np.exp(z).sum(1, keepdims=True))
    logp = z - lse
    g = np.exp(logp)
    g[np.arange(n), labels] -= 1
    return float(-np.mean(logp[np.arange(n), labels])), (g / n).astype(scores.dtype)


# %% grade_id="sum"
def compensated_sum(x):
    parts = []
    for v in x:
        i = 0
        for p in parts:
            if abs(v) < abs(p):
                v, p = p, v
            hi = v + p
            lo = p - (hi - v)
            if lo:
                parts[i] = lo
                i += 1
            v = hi
        parts[i:] = [v]
    s = np.float32(0)
    for p in parts:
        s = s + p
    return s


def condition(x):
    if not np.any(x):
        return 1
    x = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore"):
        return np.abs(x).sum() / abs(x.sum())


# %% grade_id="scaling"
def choose_scale(gradients, headroom):
    top = np.max(np.abs(gradients))
    if not top:
        return 1
    k = math.floor(math.log2(65504 / headroom / top))
    return 2.0**k


def apply(weights, half, scale, rate):
    g = half.astype("float32")
    if np.isfinite(g).all():
        return (weights - g / np.float32(scale) * np.float32(rate)).astype(np.float32)
    return weights.copy()


# %% grade_id="breaking"
def breaking(step, dtype, n):
    t = np.dtype(dtype).type

    def fails(k):
        with np.errstate(all="ignore"):
            if step in ("exp", "log"):
                e = np.exp(t(k * n if step == "exp" else -k * n))
                return e == np.inf or e == 0
            if step == "sum":
                return np.exp(t(k)) * t(n) == np.inf
            if step == "loss":
                return np.ldexp(t(n), k) == np.inf
            if step == "count":
                return np.ldexp(t(1), k) + t(n) == np.ldexp(t(1), k)
            return np.ldexp(t(n), -k) * np.ldexp(t(1), -k) == 0

    low, high = -1, 1  # works at low, fails at high
    while not fails(high):
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if middle >= 0 and fails(middle) else (middle, high)
    return high


# %% grade_id="needed"
def needed(scores, label, share):
    with np.errstate(all="ignore"):
        loss, _ = loss_and_gradient(scores.astype(np.float64)[None], np.array([label]))
        m, p = scores.max(), np.exp(scores - scores.max())
        fine = {
            "maximum": abs(np.float64(np.log(np.sum(np.exp(scores))) - scores[label]) - loss) <= loss * share,
            "one step": abs(np.float64(np.log((p / np.sum(p))[label])) + loss) <= loss * share,
            "shift first": abs(np.float64(m + np.log(np.sum(p)) - scores[label]) - loss) <= loss * share,
        }
    return {name for name in fine if not fine[name]}
