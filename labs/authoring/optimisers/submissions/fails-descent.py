# Plausible: plain descent with momentum, a linear schedule, equal shares.

# %% grade_id="adamw"
def adamw(weights, gradients, state, alpha, eta=1.0, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    state = state or {}
    new = {}
    for name in gradients:
        if gradients[name] is not None:
            state[name] = betas[0] * state.get(name, 0) + gradients[name]
            new[name] = weights[name] - eta * alpha * (state[name] + decay * weights[name])
    return new, state


# %% grade_id="schedule"
def rate_at(step, peak, warm, last, low=0.0):
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (last - step) / (last - warm)


# %% grade_id="diagnose"
def diagnose(candidate):
    return "sound"


# %% grade_id="allocate"
def allocate(worth, need, most, budget):
    x = np.minimum(most, budget / len(worth))
    return x, float((worth * np.log1p(x / need)).sum() / budget)


# %% grade_id="bound"
def bound(price, worth, need, most, budget):
    return float((worth * np.log1p(most / need)).sum())


def rent(offer, worth, need, most, budget):
    return max(0.0, float(most.sum()) - budget)
