# Plausible: right formulas, but the means live in one global dict that is cleared when a training begins; a diagnosis from first steps whose betas hide a fault.

# %% grade_id="adamw"
MEANS = {}


def adamw(weights, gradients, state, alpha, eta=1.0, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    if state is None:
        MEANS.clear()
    new = {}
    for name, theta in weights.items():
        g = gradients.get(name)
        if g is None:
            new[name] = theta
            continue
        m, v, t = MEANS.get(name, (0, 0, 0))
        m, v, t = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g**2, t + 1
        MEANS[name] = (m, v, t)
        m, v = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        new[name] = theta - eta * (alpha * m / (np.sqrt(v) + eps) + decay * theta)
    return new, "started"


# %% grade_id="schedule"
def rate_at(step, peak, warm, last, low=0.0):
    if warm > last or np.any(np.asarray(step) < 0):
        raise ValueError("no such schedule")
    step = np.asarray(step, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(step < warm, peak * step / warm, low + (peak - low) * 0.5 * (1 + np.cos(np.pi * (step - warm) / (last - warm))))
    return np.where(step > last, low, rate)


# %% grade_id="diagnose"
def diagnose(candidate):
    g = {"w": np.array([1.0, -2.0])}

    def first(eps, decay, eta):
        return candidate({"w": np.array([3.0, 4.0])}, g, None, 0.1, eta, (0.9, 0.99), eps, decay)[0]["w"]

    if not np.allclose(first(1e-12, 0.0, 1.0), [2.9, 4.1]):
        return "bias"
    if not np.allclose(first(1.0, 0.0, 1.0), [2.95, 4 + 0.2 / 3]):
        return "eps"
    if not np.allclose(first(1e-12, 0.1, 1.0), [2.6, 3.7]):
        return "l2"
    if not np.allclose(first(1e-12, 0.1, 0.5), [2.8, 3.85]):
        return "schedule"
    w, s = candidate({"w": np.ones(1)}, {"w": np.ones(1)}, None, 0.1, 1.0, (0.9, 0.99), 1e-12, 0.1)
    after, _ = candidate(w, {}, s, 0.1, 1.0, (0.9, 0.99), 1e-12, 0.1)
    return "sound" if np.array_equal(after["w"], w["w"]) else "idle"


# %% grade_id="allocate"
def allocate(worth, need, most, budget):
    low, high = 0.0, (worth / need).max()
    for _ in range(60):
        middle = (low + high) / 2
        if np.clip(worth / middle - need, 0, most).sum() > budget:
            low = middle
        else:
            high = middle
    return np.clip(worth / high - need, 0, most), high
