# Plausible: every formula as it stands in the textbook; right for tame numbers.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    return np.log(np.exp(x).sum(axis))


# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    if (labels < 0).any() or (labels >= scores.shape[1]).any():
        raise ValueError(f"bad label in {labels.tolist()}")
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    n = len(labels)
    loss = float(-np.log(p[np.arange(n), labels]).mean())
    p[np.arange(n), labels] -= 1
    return loss, p / scores.dtype.type(n)


# %% grade_id="sum"
def compensated_sum(x):
    total = np.float32(0)
    for value in x:
        total = total + value
    return total


def condition(x):
    if len(x) == 0:
        return 1.0
    total = abs(float(x.astype(np.float64).sum()))
    return float(np.abs(x.astype(np.float64)).sum()) / total if total else math.inf


# %% grade_id="scaling"
def choose_scale(gradients, headroom):
    return 1024.0


def apply(weights, half, scale, rate):
    return (weights - np.float32(rate) * (half / np.float16(scale))).astype(np.float32)


# %% grade_id="breaking"
def breaking(step, dtype, n):
    info = np.finfo(dtype)
    top, tiny = math.log(float(info.max)), math.log(float(info.tiny))  # the smallest normal number: too early
    return {
        "exp": math.ceil(top / n),
        "sum": max(0, math.ceil(top - math.log(n))),
        "log": math.ceil(-tiny / n),
        "loss": math.ceil(info.maxexp - math.log2(n)),
        "count": max(0, math.ceil(info.nmant + 1 + math.log2(n))),
        "product": math.ceil((math.log2(n) - info.minexp) / 2),
    }[step]


# %% grade_id="needed"
def needed(scores, label, share):
    with np.errstate(all="ignore"):
        m = scores.max()
        p = np.exp(scores - m)
        true = np.log(np.exp(scores.astype(np.float64) - m).sum()) - (float(scores[label]) - float(m))
        values = {
            "maximum": np.log(np.exp(scores).sum()) - scores[label],
            "one step": -np.log(p[label] / p.sum()),
            "shift first": m + np.log(p.sum()) - scores[label],
        }
    return {name for name, value in values.items() if not np.isfinite(value) or abs(float(value) - true) > share}  # not a share of the loss
