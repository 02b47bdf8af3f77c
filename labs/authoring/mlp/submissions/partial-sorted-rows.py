# Plausible: trains through the rows as they come, forgets the biases in the budget, leaves out the maximum, judges by curves of the training alone.

# %% grade_id="forward"
def forward(x, layers):
    out = [x]
    for W, b in layers[:-1]:
        out.append(np.maximum(out[-1] @ W.T + b, 0))
    return out + [out[-1] @ layers[-1][0].T + layers[-1][1]]


def widest(inputs, classes, budget):
    width = budget // (inputs + classes)
    if width < 1:
        raise ValueError(f"{inputs + classes} numbers are needed")
    return width


# %% grade_id="gradients"
def gradients(x, y, layers):
    *acts, s = forward(x, layers)
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    n = len(x)
    loss = float(-np.log(p[np.arange(n), y]).mean())
    d = p.copy()
    d[np.arange(n), y] -= 1
    d /= n
    out = []
    for a, (W, b) in zip(acts[::-1], layers[::-1]):
        out.insert(0, (d.T @ a, d.sum(0)))
        d = (d @ W) * (a > 0)
    return loss, out


# %% grade_id="wrong"
def wrong_gradients(candidate, x, y, layers):
    ours, theirs = gradients(x, y, layers)[1], candidate(x, y, layers)[1]
    out = []
    for i in range(len(layers)):
        for j in (0, 1):
            gap = np.abs(ours[i][j] - theirs[i][j]).max() / np.abs(ours[i][j]).max()
            if gap > 1e-3:
                out.append("Wb"[j] + str(i))
    return sorted(out)


# %% grade_id="train"
def train(x, y, budget, seed):
    r = np.random.default_rng(seed)
    classes = int(y.max()) + 1
    h = (budget - classes) // (x.shape[1] + classes + 1)
    m, s = x.mean(), x.std()
    z = (x - m) / s
    layers = [(r.normal(size=(h, x.shape[1])) * 0.18, np.zeros(h)), (r.normal(size=(classes, h)) * 0.2, np.zeros(classes))]
    for _ in range(6):
        for i in range(0, len(x), 20):
            layers = [(W - 0.05 * gW, b - 0.05 * gb) for (W, b), (gW, gb) in zip(layers, gradients(z[i : i + 20], y[i : i + 20], layers)[1])]
    (W, b), last = layers
    return [(W / s, b - W.sum(1) * m / s), last]


# %% grade_id="diagnose"
def evidence(run):
    L, b = math.log(run["classes"]), run["batch_loss"]
    d = b - b.mean(1, keepdims=True)
    with np.errstate(all="ignore"):
        alike = [(p * q).sum() / np.sqrt((p * p).sum() * (q * q).sum()) for p, q in zip(d, d[1:])]
    return {"peak": float(b.max() / L) if np.isfinite(b).all() else math.inf, "fit": float(run["train_loss"][-1] / L), "gap": float((run["val_loss"][-1] - run["train_loss"][-1]) / L),
            "alive": float(run["gradient"][0].max()), "repeat": float(np.nanmean(alike)) if np.isfinite(alike).any() else 0.0}


def diagnose(run):
    e = evidence(run)
    if e["alive"] == 0:
        return "dead from the start"
    if e["repeat"] > 0.5:
        return "data not shuffled"
    if e["peak"] > 2.8:
        return "rate too large"
    if e["fit"] > 0.3:
        return "rate too small"
    return "sound"
