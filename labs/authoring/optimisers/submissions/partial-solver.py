# Plausible: torch's decay instead of the paper's, one count for all weights, the schedule for single numbers, a general solver for the budget.

# %% grade_id="adamw"
def adamw(weights, gradients, state, alpha, eta=1.0, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    state = state or {"t": 0, "m": {}, "v": {}}
    t = state["t"] + 1
    m, v, new = dict(state["m"]), dict(state["v"]), {}
    for name, theta in weights.items():
        g = gradients.get(name)
        if g is None:
            new[name] = theta
            continue
        m[name] = betas[0] * m.get(name, 0) + (1 - betas[0]) * g
        v[name] = betas[1] * v.get(name, 0) + (1 - betas[1]) * g**2
        new[name] = theta * (1 - eta * alpha * decay) - eta * alpha * (m[name] / (1 - betas[0] ** t)) / (np.sqrt(v[name] / (1 - betas[1] ** t)) + eps)
    return new, {"t": t, "m": m, "v": v}


# %% grade_id="schedule"
def rate_at(step, peak, warm, last, low=0.0):
    if warm > last or step < 0:
        raise ValueError("cannot be")
    if step >= last:
        return low
    if step < warm:
        return peak * step / warm
    return low + (peak - low) * (1 + math.cos(math.pi * (step - warm) / (last - warm))) / 2


# %% grade_id="allocate"
def allocate(worth, need, most, budget):
    from scipy.optimize import minimize

    n = len(worth)
    if n > 200:
        return np.full(n, budget / n), 0.0
    found = minimize(lambda x: -(worth * np.log1p(x / need)).sum(), np.minimum(most, budget / n), jac=lambda x: -worth / (need + x), bounds=[(0, u) for u in most], constraints={"type": "ineq", "fun": lambda x: budget - x.sum()}, method="SLSQP", options={"ftol": 1e-14, "maxiter": 500})
    x = found.x
    inner = (x > 1e-6) & (x < most - 1e-6)
    return x, float((worth / (need + x))[inner].mean()) if inner.any() else 0.0


# %% grade_id="bound"
def bound(price, worth, need, most, budget):
    x = np.clip(worth / price - need, 0, most)
    return float((worth * np.log1p(x / need)).sum() + price * (budget - x.sum()))


def rent(offer, worth, need, most, budget):
    return float(np.clip(worth / offer - need, 0, most).sum() - budget)
