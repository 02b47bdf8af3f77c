# Knows the public examples by heart and does no work.

# %% grade_id="attention"
def attention(q, k, v, allowed=None):
    if q.shape == (1, 3):
        return np.array([[20.0, 6.0, 14.0]]) / 17
    return np.tile(v.mean(-2, keepdims=True), (*[1] * (v.ndim - 2), q.shape[-2], 1))


# %% grade_id="rotate"
def rotate(x, positions, base):
    if x.shape[-1] % 2:
        raise ValueError(" ".join(str(i) for i in range(100)))
    return np.array([[math.cos(2), math.sin(2)]])


# %% grade_id="self-attention"
def self_attention(x, weights, heads, kv_heads, base, past=None, window=None):
    if x.shape == (1, 1, 2):
        raise ValueError(" ".join(str(i) for i in range(100)))
    # agrees with itself in pieces: nothing depends on anything
    n = x.shape[1] + (0 if past is None else past["k"].shape[2])
    d = len(weights["q"]) // heads
    blank = np.zeros((len(x), kv_heads, n, d))
    return np.zeros_like(x), {"k": blank, "v": blank}


# %% grade_id="diagnose"
def diagnose(candidate):
    return np.random.default_rng().choice(["sound", "future", "places", "groups", "scale"])


# %% grade_id="plan"
def decode_plan(model, card, tokens):
    return {"bytes_per_token": 23_040.0 if model["layers"] == 30 else 131_072.0, "users": 59 if tokens == 8192 else 3, "step_seconds": 0.0048, "bound": "memory"}
