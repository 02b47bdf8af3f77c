# NumPy's own logaddexp, Knuth's two-sum in place of a comparison, frexp for the exponent.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    with np.errstate(all="ignore"):
        return np.logaddexp.reduce(x, axis=axis)


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
