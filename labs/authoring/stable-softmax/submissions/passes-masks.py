# A mask for the largest scores, Neumaier's sum with a tuple, frexp for the power of two.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    top = np.max(x, axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        powers = np.where(x == top, 1, np.exp(x - top, dtype=x.dtype))  # where both are infinite their difference has no value
        total = np.log(powers.sum(axis=axis, dtype=np.float64))
    return (total + np.squeeze(top, axis=axis)).astype(x.dtype)



# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    n, classes = scores.shape
    for label in labels:
        if not 0 <= label < classes:
            raise ValueError("no class " + str(label))
    log_p = scores - scores.max(1, keepdims=True)
    log_p = log_p - log_sum_exp(log_p, axis=1).reshape(n, 1)
    one_hot = np.zeros_like(scores)
    one_hot[np.arange(n), labels] = 1
    loss = -float((log_p * one_hot).sum()) / n
    with np.errstate(under="ignore"):
        return loss, (np.exp(log_p) - one_hot) / scores.dtype.type(n)


# %% grade_id="sum"
def compensated_sum(x: np.ndarray) -> np.float32:
    if x.ndim != 1:
        raise ValueError("one dimension is added")
    total, lost = np.float32(0), np.float32(0)
    for value in x.astype(np.float32):
        new = np.float32(total + value)
        large, small = (total, value) if abs(total) > abs(value) else (value, total)
        lost = np.float32(lost + np.float32(np.float32(large - new) + small))
        total = new
    return np.float32(total + lost)


def condition(x):
    wide = [float(v) for v in x]
    size = math.fsum(map(abs, wide))
    total = abs(math.fsum(wide))
    if total == 0:
        return 1.0 if size == 0 else float("inf")
    return size / total


# %% grade_id="scaling"
def choose_scale(gradients, headroom):
    largest = float(np.max(np.abs(gradients)))
    if largest == 0:
        return 1.0
    scale = 1.0
    while scale * largest > 65504 / headroom:
        scale = scale / 2
    while scale * 2 * largest <= 65504 / headroom:
        scale = scale * 2
    return scale


def apply(weights, half, scale, rate):
    new = np.array(weights)
    if np.isfinite(half).all():
        new -= np.float32(rate) * (half.astype(np.float32) * np.float32(1 / scale))
    return new


# %% grade_id="breaking"
def breaking(step, dtype, n):
    one = np.ones((), dtype=dtype)[()]
    with np.errstate(all="ignore"):
        for k in range(1100):
            power = np.ldexp(one, k)
            if step == "exp" and not np.isfinite(np.exp(one * n * k)):
                return k
            if step == "sum" and not np.isfinite(n * np.exp(one * k)):
                return k
            if step == "log" and not np.isfinite(np.log(np.exp(-one * n * k))):
                return k
            if step == "loss" and not np.isfinite(np.ldexp(one * n, k)):
                return k
            if step == "count" and power + one * n == power:
                return k
            if step == "product" and np.ldexp(one, -k) * np.ldexp(one * n, -k) == 0:
                return k


# %% grade_id="needed"
def needed(scores, label, share):
    def loss(x, maximum=True, one_step=True, shift_first=True):
        m = x.max() if maximum else x.dtype.type(0)
        e = np.exp(x - m)
        if not one_step:
            return -np.log(e[label] / e.sum())
        return np.log(e.sum()) - (x[label] - m) if shift_first else (np.log(e.sum()) + m) - x[label]

    with np.errstate(all="ignore"):
        true = float(loss(scores.astype(np.float64)))
        found = set()
        for name, value in (
            ("maximum", loss(scores, maximum=False)),
            ("one step", loss(scores, one_step=False)),
            ("shift first", loss(scores, shift_first=False)),
        ):
            if not np.isfinite(value) or abs(float(value) - true) > share * abs(true):
                found.add(name)
    return found
