# Plausible: everything right in the full pass, but new words count their places from 0 in each call; the test compares bit for bit.

# %% grade_id="attention"
def attention(q, k, v, allowed=None):
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isinf(top), 0, top))
    total = e.sum(axis=-1, keepdims=True)
    return (e / np.maximum(total, np.finfo(e.dtype).tiny)) @ v


# %% grade_id="rotate"
def rotate(x, positions, base):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d = {d}")
    theta = base ** (-np.arange(0, d, 2) / d)
    angle = np.asarray(positions)[:, None] * theta
    cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


# %% grade_id="self-attention"
def self_attention(x, weights, heads, kv_heads, base, past=None, window=None):
    if heads % kv_heads:
        raise ValueError(f"{heads} and {kv_heads}")
    batch, n, _ = x.shape
    m = 0 if past is None else past["k"].shape[2]
    split = lambda name, count: (x @ weights[name].T).reshape(batch, n, count, -1).transpose(0, 2, 1, 3)
    places = np.arange(n)
    q, k, v = rotate(split("q", heads), places, base), rotate(split("k", kv_heads), places, base), split("v", kv_heads)
    if past is not None:
        k, v = np.concatenate([past["k"], k], axis=2), np.concatenate([past["v"], v], axis=2)
    back = (m + places)[:, None] - np.arange(m + n)
    allowed = (back >= 0) & (back < (window or 10**9))
    group = heads // kv_heads
    out = attention(q, np.repeat(k, group, axis=1), np.repeat(v, group, axis=1), allowed)
    return out.transpose(0, 2, 1, 3).reshape(batch, n, -1) @ weights["o"].T, {"k": k, "v": v}


# %% grade_id="diagnose"
def diagnose(candidate):
    r = np.random.default_rng(0)
    x = r.normal(size=(1, 6, 8))
    w = {name: r.normal(size=shape) for name, shape in {"q": (16, 8), "k": (8, 8), "v": (8, 8), "o": (8, 16)}.items()}
    whole = candidate(x, w, 4, 2, 100.0, None)[0]
    if (candidate(x[:, :3], w, 4, 2, 100.0, None)[0] != whole[:, :3]).any():
        return "future"
    if (whole != self_attention(x, w, 4, 2, 100.0)[0]).any():
        return "groups"
    return "sound"


# %% grade_id="plan"
def decode_plan(model, card, tokens):
    word = 2.0 * model["layers"] * model["kv_heads"] * model["d_head"] * model["cache_bytes"]
    kept = min(tokens, model["window"] or tokens)
    weights = model["parameters"] * model["weight_bytes"]
    users = int((card["memory"] - weights) / (word * kept))
    if users < 1:
        raise ValueError(f"{math.ceil(word * kept + weights - card['memory'])}")
    reading = users * (weights + word * kept) / card["bandwidth"]
    work = users * (2 * model["parameters"] + 4 * model["layers"] * model["heads"] * model["d_head"] * kept) / card["operations"]
    return {"bytes_per_token": word, "users": users, "step_seconds": max(reading, work), "bound": "memory" if reading >= work else "arithmetic"}
