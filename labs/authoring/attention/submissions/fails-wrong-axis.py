# Plausible: softmax over the queries, a turn the wrong way, no mask, a plan in gigabytes.

# %% grade_id="attention"
def attention(q, k, v, allowed=None):
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(-2, keepdims=True))
    return e / e.sum(-2, keepdims=True) @ v


# %% grade_id="rotate"
def rotate(x, positions, base):
    d = x.shape[-1]
    angle = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return np.concatenate([a * np.cos(angle) + b * np.sin(angle), b * np.cos(angle) - a * np.sin(angle)], axis=-1)


# %% grade_id="self-attention"
def self_attention(x, weights, heads, kv_heads, base, past=None, window=None):
    batch, n, _ = x.shape
    split = lambda name, count: (x @ weights[name].T).reshape(batch, n, count, -1).transpose(0, 2, 1, 3)
    q, k, v = split("q", heads), split("k", kv_heads), split("v", kv_heads)
    if past is not None:
        k, v = np.concatenate([past["k"], k], axis=2), np.concatenate([past["v"], v], axis=2)
    out = attention(q, np.repeat(k, heads // kv_heads, axis=1), np.repeat(v, heads // kv_heads, axis=1))
    return out.transpose(0, 2, 1, 3).reshape(batch, n, -1) @ weights["o"].T, {"k": k, "v": v}


# %% grade_id="diagnose"
def diagnose(candidate):
    return "places"


# %% grade_id="plan"
def decode_plan(model, card, tokens):
    word = 2 * model["layers"] * model["heads"] * model["d_head"] * model["cache_bytes"] / 1e9
    return {"bytes_per_token": word, "users": int(card["memory"] / 1e9 / (word * tokens)), "step_seconds": 0.0, "bound": "memory"}
