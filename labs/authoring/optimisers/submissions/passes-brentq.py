# Keeps its state in three dicts, writes the step as torch does, looks for the price with brentq on its logarithm.

# %% grade_id="adamw"
def adamw(weights, gradients, state, alpha, eta=1.0, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    b1, b2 = betas
    lr, wd = alpha * eta, decay / alpha
    old = state if state is not None else {"m": {}, "v": {}, "t": {}}
    state = {key: dict(value) for key, value in old.items()}
    result = {}
    for name in weights:
        p = np.array(weights[name], dtype=np.float64)
        if name not in gradients or gradients[name] is None:
            result[name] = p
            continue
        g = np.asarray(gradients[name])
        t = state["t"].get(name, 0) + 1
        m = state["m"].get(name, np.zeros_like(p)) * b1 + (1 - b1) * g
        v = state["v"].get(name, np.zeros_like(p)) * b2 + (1 - b2) * np.square(g)
        state["t"][name], state["m"][name], state["v"][name] = t, m, v
        p = p * (1 - lr * wd)
        denominator = np.sqrt(v) / math.sqrt(1 - b2**t) + eps
        p = p - lr / (1 - b1**t) * m / denominator
        result[name] = np.asarray(p)
    return result, state


# %% grade_id="schedule"
def rate_at(step, peak, warm, last, low=0.0):
    if warm > last:
        raise ValueError("the warm-up ends after the last step")

    def one(s):
        if s < 0:
            raise ValueError("negative step")
        if s >= last:
            return low
        if s < warm:
            return peak * s / warm
        return low + 0.5 * (peak - low) * (1 + math.cos(math.pi * (s - warm) / (last - warm)))

    if np.ndim(step) == 0:
        return float(one(step))
    step = np.asarray(step)
    return np.array([one(s) for s in step.ravel()], dtype=float).reshape(step.shape)


# %% grade_id="diagnose"
def diagnose(candidate):
    def after(gs, eta=1.0, eps=1e-14, decay=0.0, b=(0.6, 0.7)):
        weights, state = {"w": np.array([2.0])}, None
        told = []
        for g in gs:
            weights, state = candidate(weights, {} if g is None else {"w": np.array([g])}, state, 0.01, eta, b, eps, decay)
            told.append(float(np.asarray(weights["w"])[0]))
        return told

    def near(a, b):
        return abs(a - b) < 1e-8

    if not near(after([0.5])[0], 1.99):
        return "bias"
    if not near(after([0.5], eps=0.5)[0], 2 - 0.01 / 2):
        return "eps"
    still = after([0.5], decay=0.1)[0]
    if not near(still, 1.99 - 0.2):
        return "l2"
    if not near(after([0.5], eta=0.5, decay=0.1)[0], 2 - 0.5 * 0.01 - 0.5 * 0.2):
        return "schedule"
    a, b, c = after([0.5, None, 2.0], decay=0.1)
    d = after([0.5, 2.0], decay=0.1)[1]
    return "sound" if near(a, b) and near(c, d) else "idle"


# %% grade_id="allocate"
def allocate(worth, need, most, budget):
    from scipy.optimize import brentq

    if budget >= most.sum():
        return list(most), 0.0
    if budget == 0:
        return [0.0] * len(worth), max(worth / need)

    def hours(log_price):
        return np.minimum(np.maximum(worth * np.exp(-log_price) - need, 0.0), most)

    low, high = np.log((worth / (need + most)).min()), np.log((worth / need).max())
    found = brentq(lambda q: hours(q).sum() - budget, low - 1e-9, high + 1e-9, xtol=1e-15, rtol=1e-15, maxiter=500)
    x = hours(found)
    x = x * min(1.0, budget / x.sum())
    return x.tolist(), math.exp(found)


# %% grade_id="bound"
def bound(price, worth, need, most, budget):
    total = float(price) * budget
    for i in range(len(worth)):
        x = most[i]
        if price > 0:
            x = min(x, max(0.0, worth[i] / price - need[i]))
        total += worth[i] * np.log(1 + x / need[i]) - price * x
    return total


def rent(offer, worth, need, most, budget):
    wanted = 0.0
    for w, c, u in zip(worth, need, most):
        wanted += u if offer == 0 else min(u, max(0.0, w / offer - c))
    return wanted - budget if wanted > budget else 0
