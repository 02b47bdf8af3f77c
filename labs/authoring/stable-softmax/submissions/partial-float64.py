# Plausible: a wider format in place of the shift, warnings that reach the caller, an error that lists all labels, a condition in float32.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    wide = x.astype(np.float64)
    top = wide.max(axis=axis, keepdims=True)
    top[np.isinf(top)] = 0
    return (np.log(np.exp(wide - top).sum(axis=axis)) + np.squeeze(top, axis)).astype(x.dtype)


# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    n, classes = scores.shape
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels have to be between 0 and {classes - 1}: {labels}")
    rows, wide = np.arange(n), scores.astype(np.float64)
    lse = log_sum_exp(wide, 1)
    gradient = np.exp(wide - lse[:, None])
    gradient[rows, labels] -= 1
    return float((lse - wide[rows, labels]).mean()), (gradient / n).astype(scores.dtype)


# %% grade_id="sum"
def compensated_sum(x):
    total = lost = np.float32(0)
    for value in x:
        new = total + value
        small, large = (total, value) if abs(total) < abs(value) else (value, total)
        lost = lost + ((large - new) + small)
        total = new
    return total + lost


def condition(x):
    if not x.any():
        return 1.0
    with np.errstate(divide="ignore"):
        return float(np.abs(x).sum() / np.abs(x.sum()))


# %% grade_id="needed"
def needed(scores, label, share):
    top, wide = scores.max(), scores.astype(np.float64)
    loss = np.log(np.exp(wide - top).sum()) - (wide[label] - top)
    powers = np.exp(scores - top)
    values = {
        "maximum": np.log(np.exp(scores).sum()) - scores[label],
        "one step": -np.log(powers[label] / powers.sum()),
        "shift first": top + np.log(powers.sum()) - scores[label],
    }
    return {name for name, value in values.items() if abs(float(value) - loss) > share * loss}
