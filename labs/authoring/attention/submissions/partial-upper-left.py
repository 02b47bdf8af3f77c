# Plausible: the causal triangle at the upper left, angles in float32, no window; the plan forgets the window and rounds up.

# %% grade_id="attention"
def attention(q, k, v, allowed=None):
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    if allowed is not None:
        scores = np.where(allowed, scores, -1e9).astype(q.dtype)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True) @ v


# %% grade_id="rotate"
def rotate(x, positions, base):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"{d} is odd")
    theta = (base ** (-np.arange(0, d, 2) / d)).astype(x.dtype)
    angle = np.asarray(positions).astype(x.dtype)[:, None] * theta
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return np.concatenate([a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)], axis=-1)


# %% grade_id="self-attention"
def self_attention(x, weights, heads, kv_heads, base, past=None, window=None):
    if heads % kv_heads:
        raise ValueError(f"{heads} and {kv_heads}")
    batch, n, _ = x.shape
    m = 0 if past is None else past["k"].shape[2]
    split = lambda name, count: (x @ weights[name].T).reshape(batch, n, count, -1).transpose(0, 2, 1, 3)
    places = np.arange(m, m + n)
    q, k, v = rotate(split("q", heads), places, base), rotate(split("k", kv_heads), places, base), split("v", kv_heads)
    if past is not None:
        k, v = np.concatenate([past["k"], k], axis=2), np.concatenate([past["v"], v], axis=2)
    allowed = np.tril(np.ones((n, m + n), dtype=bool))
    out = attention(q, np.repeat(k, heads // kv_heads, axis=1), np.repeat(v, heads // kv_heads, axis=1), allowed)
    return out.transpose(0, 2, 1, 3).reshape(batch, n, -1) @ weights["o"].T, {"k": k, "v": v}


# %% grade_id="diagnose"
def diagnose(candidate):
    return "sound"


# %% grade_id="plan"
def decode_plan(model, card, tokens):
    word = 2.0 * model["layers"] * model["kv_heads"] * model["d_head"] * model["cache_bytes"]
    weights = model["parameters"] * model["weight_bytes"]
    users = math.ceil((card["memory"] - weights) / (word * tokens))
    if users < 1:
        raise ValueError("too small")
    reading = (weights + users * word * tokens) / card["bandwidth"]
    work = users * (2 * model["parameters"] + 4 * model["layers"] * model["heads"] * model["d_head"] * tokens) / card["operations"]
    return {"bytes_per_token": word, "users": users, "step_seconds": max(reading, work), "bound": "memory" if reading >= work else "arithmetic"}
