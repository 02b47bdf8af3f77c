# State as a list of entries; the division from the sorted corners, without a search; a bound by masks.

# %% grade_id="adamw"
def adamw(weights, gradients, state, alpha, eta=1.0, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    entries = {name: (m, v, powers) for name, m, v, powers in (state or [])}
    new = {}
    for name, theta in weights.items():
        g = gradients[name] if name in gradients else None
        if g is None:
            new[name] = 1.0 * theta
            continue
        m, v, (p1, p2) = entries.get(name, (0 * theta, 0 * theta, (1.0, 1.0)))
        m, v = m + (1 - betas[0]) * (g - m), v + (1 - betas[1]) * (g**2 - v)
        p1, p2 = p1 * betas[0], p2 * betas[1]
        push = (m / (1 - p1)) / (eps + (v / (1 - p2)) ** 0.5)
        new[name] = theta - eta * alpha * push - eta * decay * theta
        entries[name] = (m, v, (p1, p2))
    return new, [[name, *entry] for name, entry in entries.items()]


# %% grade_id="schedule"
def rate_at(step, peak, warm, last, low=0.0):
    s = np.atleast_1d(step).astype(float)
    if last < warm or np.any(s < 0):
        raise ValueError("cannot be")
    rates = np.full(s.shape, float(low))
    up = (s < warm) & (s < last)
    down = (s >= warm) & (s < last)
    rates[up] = peak * s[up] / warm if warm else 0.0
    if last > warm:
        rates[down] = low + (peak - low) * np.cos(np.pi / 2 * (s[down] - warm) / (last - warm)) ** 2
    return rates if np.ndim(step) else rates[0]


# %% grade_id="diagnose"
def diagnose(candidate):
    gradients = [np.array([1.0, -3.0]), np.array([0.25, 5.0]), np.array([-2.0, 0.5]), np.array([1.5, 1.0])]

    def path(step, missing, **setting):
        w, state, out = {"w": np.array([4.0, -1.0])}, None, []
        for k, g in enumerate(gradients):
            w, state = step(w, {"w": None if k == missing else g}, state, 0.05, setting.get("eta", 1.0), (0.7, 0.8), setting.get("eps", 0.0), setting.get("decay", 0.0))
            out.append(w["w"])
        return np.array(out)

    tests = [("bias", {}), ("eps", {"eps": 0.3}), ("l2", {"decay": 0.02}), ("schedule", {"decay": 0.02, "eta": 0.4})]
    for name, setting in tests:
        if np.abs(path(candidate, None, **setting) - path(adamw, None, **setting)).max() > 1e-7:
            return name
    if np.abs(path(candidate, 1, decay=0.02) - path(adamw, 1, decay=0.02)).max() > 1e-7:
        return "idle"
    return "sound"


# %% grade_id="allocate"
def allocate(worth, need, most, budget):
    first, last = worth / need, worth / (need + most)  # where a team starts, and where it has all
    if budget >= most.sum():
        return most * 1.0, 0
    if budget <= 0:
        return np.zeros(len(worth)), first.max()
    # falling prices: at `first` a team becomes active (adds worth and need), at `last` it is full
    events = np.concatenate([first, last])
    order = np.argsort(-events, kind="stable")
    d_worth, d_need, d_full = np.concatenate([worth, -worth])[order], np.concatenate([need, -need])[order], np.concatenate([0 * most, most])[order]
    prices = events[order]
    active_worth, active_need, full = np.cumsum(d_worth), np.cumsum(d_need), np.cumsum(d_full)
    below = np.append(prices[1:], 0.0)
    low, high = 0, len(prices) - 1  # first segment at whose lower end the budget is asked for
    while low < high:
        middle = (low + high) // 2
        if np.clip(worth / below[middle] - need, 0, most).sum() >= budget:
            high = middle
        else:
            low = middle + 1
    inner = np.sqrt(prices[low] * below[low])
    active = (first > inner) & (last < inner)
    spare = budget - most[last >= inner].sum()
    price = worth[active].sum() / (spare + need[active].sum())
    x = np.clip(worth / price - need, 0, most)
    return x, price


# %% grade_id="bound"
def bound(price, worth, need, most, budget):
    first, last = worth / need, worth / (need + most)
    x = np.where(price <= last, most, 0.0)
    active = (price > last) & (price < first)
    x[active] = worth[active] / price - need[active]
    return price * budget + np.sum(worth * np.log(1 + x / need)) - price * np.sum(x)


def rent(offer, worth, need, most, budget):
    first, last = worth / need, worth / (need + most)
    x = np.where(offer <= last, most, 0.0)
    active = (offer > last) & (offer < first)
    x[active] = worth[active] / offer - need[active]
    return max(x.sum() - budget, 0)
