# Plausible: one maximum for the whole array, NaN for masked rows, the gradient without the mean, Kahan's sum, a scale that rounds up.

# %% grade_id="log-sum-exp"
def log_sum_exp(x, axis=-1):
    top = x.max()
    return top + np.log(np.exp(x - top).sum(axis))


# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    n, classes = scores.shape
    for label in labels:
        if label < 0 or label >= classes:
            raise ValueError(f"label {label}")
    top = scores.max(1, keepdims=True)
    lse = top[:, 0] + np.log(np.exp(scores - top).sum(1))
    gradient = np.exp(scores - lse[:, None])
    gradient[np.arange(n), labels] -= 1
    return float((lse - scores[np.arange(n), labels]).mean()), gradient


# %% grade_id="sum"
def compensated_sum(x):
    total = np.float32(0)
    lost = np.float32(0)
    for value in x:
        value = value - lost
        new = total + value
        lost = (new - total) - value
        total = new
    return total


def condition(x):
    wide = x.astype(np.float64)
    total = abs(math.fsum(wide))
    if total == 0:
        return math.inf
    return math.fsum(np.abs(wide)) / total


# %% grade_id="scaling"
def choose_scale(gradients, headroom):
    largest = np.abs(gradients).max()
    if largest == 0:
        return 1.0
    return 2.0 ** math.ceil(math.log2(65504 / headroom / largest))


def apply(weights, half, scale, rate):
    gradient = half.astype(np.float32) / np.float32(scale)
    return weights - np.float32(rate) * gradient


# %% grade_id="breaking"
def breaking(step, dtype, n):
    number = np.dtype(dtype).type
    k = 0
    with np.errstate(all="ignore"):
        while True:
            broken = {
                "exp": np.isinf(np.exp(number(n * k))),
                "sum": np.isinf(sum(np.exp(number(k)) for _ in range(int(n)))),  # one after the other, rounded each time
                "log": np.exp(number(-n * k)) == 0,
                "loss": np.isinf(number(2) ** number(k) * number(n)),  # infinite on the way, for small n
                "count": number(2) ** number(k) + number(n) == number(2) ** number(k),
                "product": number(2) ** number(-k) * (number(n) * number(2) ** number(-k)) == 0,
            }
            if broken[step]:
                return k
            k += 1


# %% grade_id="needed"
def needed(scores, label, share):
    """By rules of thumb: large scores need the maximum, a small probability one step."""
    names = set()
    if abs(scores).max() > 88:
        names.add("maximum")
    if scores.max() - scores[label] > 103:
        names.add("one step")
    return names
