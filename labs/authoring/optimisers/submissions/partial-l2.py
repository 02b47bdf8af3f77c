# Plausible: Adam with L2, a cosine that counts from step 0, a diagnosis that turns everything on at once, no limits in the division.

# %% grade_id="adamw"
def adamw(weights, gradients, state, alpha, eta=1.0, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    state = {} if state is None else state
    new = {}
    for name, theta in weights.items():
        g = gradients.get(name)
        if g is None:
            new[name] = theta
            continue
        g = g + decay * theta
        m, v, t = state.get(name, (np.zeros_like(theta), np.zeros_like(theta), 0))
        m, v, t = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g * g, t + 1
        new[name] = theta - eta * alpha * m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
        state[name] = (m, v, t)
    return new, state


# %% grade_id="schedule"
def rate_at(step, peak, warm, last, low=0.0):
    step = np.asarray(step)
    if warm > last or np.any(step < 0):
        raise ValueError("no")
    cosine = low + (peak - low) * (1 + np.cos(np.pi * np.minimum(step / max(last, 1), 1))) / 2
    return np.where(step < warm, peak * step / max(warm, 1), cosine)


# %% grade_id="diagnose"
def diagnose(candidate):
    w, g = {"w": np.array([1.0])}, {"w": np.array([0.5])}
    a, state = candidate(w, g, None, 0.1, 0.5, (0.9, 0.999), 0.1, 0.1)
    b, _ = adamw(w, g, None, 0.1, 0.5, (0.9, 0.999), 0.1, 0.1)
    return "sound" if np.allclose(a["w"], b["w"]) else "l2"


# %% grade_id="allocate"
def allocate(worth, need, most, budget):
    price = worth.sum() / (budget + need.sum())
    return np.clip(worth / price - need, 0, most), float(price)


# %% grade_id="bound"
def bound(price, worth, need, most, budget):
    x = np.clip(worth / price - need, 0, most)
    return float((worth * np.log1p(x / need) - price * x).sum())


def rent(offer, worth, need, most, budget):
    return max(0.0, float(np.clip(worth / offer - need, 0, None).sum()) - budget)
