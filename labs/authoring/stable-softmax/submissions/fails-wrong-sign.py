# Plausible: signs and axes mixed up throughout.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    top = x.max(axis=axis, keepdims=True)
    return np.log(np.exp(x - top).sum(axis=axis))


# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    n = len(labels)
    lse = scores.max(1)
    return float((scores[np.arange(n), labels] - lse).mean()), np.zeros_like(scores)


# %% grade_id="sum"
def compensated_sum(x):
    return np.float32(np.sort(x).sum())


def condition(x):
    return float(np.abs(x.sum()) / np.abs(x).sum())


# %% grade_id="scaling"
def choose_scale(gradients, headroom):
    return float(65504 / headroom / np.abs(gradients).max())


def apply(weights, half, scale, rate):
    return weights + rate * half.astype(np.float32) / scale


# %% grade_id="breaking"
def breaking(step, dtype, n):
    return int(np.finfo(dtype).maxexp) - 1


# %% grade_id="needed"
def needed(scores, label, share):
    return ["maximum"] if scores.max() > 88 else []
