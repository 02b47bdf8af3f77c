# Slow and plain: a loop over batches, heads and words.

# %% grade_id="attention"
def attention(q, k, v, allowed=None):
    lead = q.shape[:-2]
    n, m = q.shape[-2], k.shape[-2]
    see = np.broadcast_to(np.ones((n, m), dtype=bool) if allowed is None else allowed, (*lead, n, m))
    out = np.zeros((*lead, n, v.shape[-1]), dtype=q.dtype)
    for place in np.ndindex(*lead):
        for i in range(n):
            keys = np.flatnonzero(see[place][i])
            if len(keys) == 0:
                continue
            s = k[place][keys] @ q[place][i] / q.dtype.type(math.sqrt(q.shape[-1]))
            w = np.exp(s - s.max())
            out[place][i] = (w / w.sum()) @ v[place][keys]
    return out


# %% grade_id="rotate"
def rotate(x, positions, base):
    d = x.shape[-1]
    if d % 2 != 0:
        raise ValueError(f"odd number of components: {d}")
    out = np.empty_like(x)
    for row, p in enumerate(positions):
        for i in range(d // 2):
            angle = float(p) / float(base) ** (2 * i / d)
            a, b = x[..., row, i], x[..., row, i + d // 2]
            c, s = x.dtype.type(math.cos(angle)), x.dtype.type(math.sin(angle))
            out[..., row, i] = c * a - s * b
            out[..., row, i + d // 2] = s * a + c * b
    return out


# %% grade_id="self-attention"
def self_attention(x, weights, heads, kv_heads, base, past=None, window=None):
    if heads % kv_heads != 0:
        raise ValueError("heads and kv_heads do not fit: %d and %d" % (heads, kv_heads))
    d = len(weights["q"]) // heads
    old = 0 if past is None else past["k"].shape[2]
    new = x.shape[1]
    places = list(range(old, old + new))
    keys, values = [], []
    for g in range(kv_heads):
        rows = slice(g * d, (g + 1) * d)
        k, v = rotate(x @ weights["k"][rows].T, places, base), x @ weights["v"][rows].T
        keys.append(k if past is None else np.concatenate([past["k"][:, g], k], axis=1))
        values.append(v if past is None else np.concatenate([past["v"][:, g], v], axis=1))
    allowed = np.zeros((new, old + new), dtype=bool)
    for i, p in enumerate(places):
        first = 0 if window is None else max(0, p - window + 1)
        allowed[i, first : p + 1] = True
    out = np.zeros(x.shape, dtype=x.dtype)
    for h in range(heads):
        rows = slice(h * d, (h + 1) * d)
        g = h // (heads // kv_heads)
        q = rotate(x @ weights["q"][rows].T, places, base)
        out = out + attention(q, keys[g], values[g], allowed) @ weights["o"][:, rows].T
    return out, {"k": np.stack(keys, axis=1), "v": np.stack(values, axis=1)}


# %% grade_id="diagnose"
def diagnose(candidate):
    r = np.random.default_rng(3)
    make = lambda heads, kv: {"q": r.normal(size=(heads * 4, 5)), "k": r.normal(size=(kv * 4, 5)), "v": r.normal(size=(kv * 4, 5)), "o": r.normal(size=(5, heads * 4))}
    x = r.normal(size=(1, 6, 5))
    w = make(4, 2)
    near = lambda a, b: bool(np.allclose(a, b, rtol=1e-7, atol=1e-7))
    changed = x.copy()
    changed[:, 3:] += 1
    if not near(candidate(x, w, 4, 2, 30.0, None)[0][:, :3], candidate(changed, w, 4, 2, 30.0, None)[0][:, :3]):
        return "future"
    # the first word sees itself alone: scores do not matter, groups do
    if not near(candidate(x[:, :1], w, 4, 2, 30.0, None)[0], self_attention(x[:, :1], w, 4, 2, 30.0)[0]):
        return "groups"
    whole = self_attention(x, w, 4, 2, 30.0)[0]
    if not near(candidate(x, w, 4, 2, 30.0, None)[0], whole):
        return "scale"
    outs, cache = [], None
    for i in range(6):
        out, cache = candidate(x[:, i : i + 1], w, 4, 2, 30.0, cache)
        outs.append(out)
    return "sound" if near(np.concatenate(outs, axis=1), whole) else "places"


# %% grade_id="plan"
def decode_plan(model, card, tokens):
    numbers = model["layers"] * model["kv_heads"] * model["d_head"]
    per_token = (numbers + numbers) * model["cache_bytes"] * 1.0
    window = model["window"]
    kept = tokens if window is None or window > tokens else window
    fixed = model["parameters"] * model["weight_bytes"]
    users = 0
    while fixed + (users + 1) * per_token * kept <= card["memory"]:
        users += 1
    if users == 0:
        raise ValueError(f"{math.ceil(fixed + per_token * kept - card['memory'])} bytes too few")
    reading = fixed / card["bandwidth"] + users * per_token * kept / card["bandwidth"]
    arithmetic = users * 2 * model["parameters"] / card["operations"] + users * 4 * model["layers"] * model["heads"] * model["d_head"] * kept / card["operations"]
    if arithmetic > reading * (1 + 1e-12):
        return {"bytes_per_token": per_token, "users": users, "step_seconds": arithmetic, "bound": "arithmetic"}
    return {"bytes_per_token": per_token, "users": users, "step_seconds": reading, "bound": "memory"}
