# Row by row and neuron by neuron where it can be; full batches with Adam; two hidden layers; a nearest-log judge without thresholds.

# %% grade_id="forward"
def forward(x, layers):
    found = [x]
    for number, (W, b) in enumerate(layers, 1):
        z = np.zeros((len(x), len(b)), dtype=np.result_type(x, W))
        for o in range(len(b)):
            z[:, o] = found[-1] @ W[o] + b[o]
        if number < len(layers):
            z[z < 0] = 0
        found.append(z)
    return found


def widest(inputs, classes, budget):
    fits = [h for h in range(1, budget + 1) if inputs * h + h + h * classes + classes <= budget]
    if not fits:
        raise ValueError(f"needs {inputs + 1 + 2 * classes}")
    return fits[-1]


# %% grade_id="gradients"
def gradients(x, y, layers):
    acts = forward(x, layers)
    n = len(x)
    loss, d = 0.0, np.zeros_like(acts[-1])
    for row in range(n):
        s = acts[-1][row] - acts[-1][row].max()
        e = np.exp(s)
        loss += float(np.log(e.sum()) - s[y[row]]) / n
        d[row] = e / e.sum()
        d[row, y[row]] -= 1
        d[row] /= n
    out = []
    for i in range(len(layers) - 1, -1, -1):
        W, b = layers[i]
        gW, gb = np.zeros_like(W), np.zeros_like(b)
        for row in range(n):
            gW += np.outer(d[row], acts[i][row])
            gb += d[row]
        out.insert(0, (gW, gb))
        if i:
            d = np.where(acts[i] > 0, d @ W, 0).astype(d.dtype)
    return loss, out


# %% grade_id="wrong"
def wrong_gradients(candidate, x, y, layers):
    mine = gradients(x, y, layers)[1]
    yours = candidate(x, y, layers)[1]
    names = []
    for i, (a, b) in enumerate(zip(mine, yours)):
        for letter, p, q in (("W", a[0], b[0]), ("b", a[1], b[1])):
            size = max(abs(float(v)) for v in p.ravel())
            if any(not abs(float(u) - float(v)) <= size / 500 for u, v in zip(p.ravel(), q.ravel())):
                names.append(letter + str(i))
    names.sort()
    return names


# %% grade_id="train"
def one_pass(z, hot, P):
    a = np.maximum(z @ P[0].T + P[1], 0)
    s = a @ P[2].T + P[3]
    p = np.exp(s - s.max(1, keepdims=True))
    d = (p / p.sum(1, keepdims=True) - hot) / len(z)
    e = (d @ P[2]) * (a > 0)
    return e.T @ z, e.sum(0), d.T @ a, d.sum(0)


def train(x, y, budget, seed):
    rng = np.random.default_rng(seed)
    k = y.max() + 1
    h = widest(x.shape[1], int(k), budget)
    low, high = x.min(), x.max()
    z, hot = (2 * x - low - high) / (high - low) * 1.3, np.eye(k)[y]
    P = [rng.normal(size=(h, x.shape[1])) * 0.18, np.zeros(h), rng.normal(size=(k, h)) * 0.2, np.zeros(k)]
    m, v = [0 * p for p in P], [0 * p for p in P]
    for t in range(1, 1201):
        rate = 0.02 * 0.5 * (1 + math.cos(math.pi * t / 1200))
        rows = rng.choice(len(z), size=min(len(z), 128), replace=False)
        for i, g in enumerate(one_pass(z[rows], hot[rows], P)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.99 * v[i] + 0.01 * g**2
            P[i] = P[i] - rate * m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.99**t)) + 1e-8)
    stretch = 2.6 / (high - low)
    return [(P[0] * stretch, P[1] - P[0].sum(1) * stretch * (low + high) / 2), (P[2], P[3])]


# %% grade_id="diagnose"
def evidence(run):
    L, rows = math.log(run["classes"]), run["batch_loss"]
    whole = bool(np.isfinite(rows).all())
    total, count = 0.0, 0
    for i in range(1, len(rows)):
        p, q = rows[i - 1], rows[i]
        if np.isfinite(p).all() and np.isfinite(q).all() and p.min() < p.max() and q.min() < q.max():
            total += float(np.corrcoef(p, q)[0][1])
            count += 1
    return {
        "alive": float(np.sort(run["gradient"][0])[-1]),
        "fit": float(run["train_loss"][-1]) / L,
        "gap": float(run["val_loss"][-1]) / L - float(run["train_loss"][-1]) / L,
        "peak": float(np.max(rows)) / L if whole else math.inf,
        "repeat": total / count if count else 0.0,
    }


def diagnose(run):
    # what each cause looks like: alive?, peak, fit, gap, repeat, each squeezed to about 0 or 1
    looks = {
        "sound": (1, 0, 0, 0, 0), "rate too large": (1, 1, 1, 0, 0), "rate too small": (1, 0, 1, 0, 0), "dead from the start": (0, 0, 1, 0, 0),
        "labels shuffled": (1, 0, 0.6, 1, 0), "data not shuffled": (1, 0.4, 0, 0, 1), "other scale in validation": (1, 0, 0, 1, 0),
    }
    e = evidence(run)
    seen = (float(e["alive"] > 0), float(e["peak"] > 3), min(1.0, e["fit"] / 0.6), float(e["gap"] > 0.3), max(0.0, e["repeat"]))
    if seen[1] and seen[4] < 0.5:
        return "rate too large"
    far = {name: 3 * abs(seen[0] - a) + abs(seen[1] - b) + abs(seen[2] - c) + 1.5 * abs(seen[3] - d) + 3 * abs(seen[4] - f) for name, (a, b, c, d, f) in looks.items()}
    if min(seen[2], 1) < 0.12 and seen[3]:
        return "other scale in validation"
    return min(far, key=far.get)
