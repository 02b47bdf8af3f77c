# Halves of a row by turns, Knuth's two-sum in place of a comparison, frexp for the exponent, the breaking places from np.finfo.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    x = np.moveaxis(x, axis, 0)
    while len(x) > 1:  # two by two: the larger one, and what the smaller one adds
        half = len(x) // 2
        a, b = x[:half], x[half : 2 * half]
        large, small = np.maximum(a, b), np.minimum(a, b)
        with np.errstate(all="ignore"):
            both = large + np.log1p(np.exp(small - large))
        x = np.concatenate([np.where(np.isinf(large), large, both), x[2 * half :]])
    return x[0]


# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    wrong = [int(y) for y in labels if y not in range(scores.shape[1])]
    if wrong:
        raise ValueError(f"first bad label: {wrong[0]}")
    top = scores.max(axis=1, keepdims=True)
    with np.errstate(under="ignore"):
        e = np.exp(scores - top)
        p = e / e.sum(axis=1, keepdims=True)
    picked = scores[np.arange(len(labels)), labels]
    loss = float(np.mean(np.log(e.sum(axis=1)) + (top[:, 0] - picked)))
    p[np.arange(len(labels)), labels] -= 1
    return loss, p / scores.dtype.type(len(labels))


# %% grade_id="sum"
def compensated_sum(x):
    s = np.float32(0)
    c = np.float32(0)
    for v in x:
        t = s + v
        z = t - s
        c = c + ((s - (t - z)) + (v - z))
        s = t
    return s + c


def condition(x):
    x = x.astype(np.float64)
    if len(x) == 0:
        return 1.0
    down = math.fsum(x)
    return math.fsum(abs(x)) / abs(down) if down else (math.inf if x.any() else 1.0)


# %% grade_id="scaling"
def choose_scale(gradients, headroom):
    largest = np.abs(gradients).max()
    if largest == 0:
        return 1.0
    fraction, exponent = math.frexp(65504 / headroom / largest)
    return math.ldexp(1.0, exponent - 1)


def apply(weights, half, scale, rate):
    if not np.all(np.isfinite(half)):
        return weights.copy()
    return (weights - rate * (half.astype(np.float64) / scale)).astype(np.float32)


# %% grade_id="breaking"
def breaking(step, dtype, n):
    f = np.finfo(dtype)
    largest = math.log(2) * f.maxexp if dtype == "float64" else math.log(float(f.max) * (1 + 2.0 ** -(f.nmant + 2)))
    tiny = math.log(2) * (f.minexp - f.nmant - 1)
    places = {
        "exp": largest / n,
        "sum": largest - math.log(n),
        "log": -tiny / n,
        "loss": f.maxexp - math.log2(n),
        "count": f.nmant + 1 + math.log2(n),
        "product": (f.nmant + 1 - f.minexp + math.log2(n)) / 2,
    }
    return max(0, math.ceil(places[step]))


# %% grade_id="needed"
def needed(scores, label, share):
    d = scores.astype(float) - scores.astype(float).max()
    true = math.log(math.fsum(math.exp(v) for v in d)) - d[label]
    m = max(scores)
    names = []
    with np.errstate(all="ignore"):
        s = np.exp(scores - m).sum()
        for name, value in zip(
            ["maximum", "one step", "shift first"],
            [np.log(np.exp(scores).sum()) - scores[label], -np.log(np.exp(scores[label] - m) / s), m + np.log(s) - scores[label]],
        ):
            error = abs(float(value) / true - 1)
            if math.isnan(error) or error > share:
                names.append(name)
    return set(names)
