# Plausible: nothing stops the way back, one tolerance for every array, no folding of the scale, causes by the last epoch.

# %% grade_id="forward"
def forward(x, layers):
    out = [x]
    for i, (W, b) in enumerate(layers):
        z = out[-1] @ W.T + b
        out.append(np.maximum(z, 0) if i < len(layers) - 1 else z)
    return out


def widest(inputs, classes, budget):
    return (budget - classes) // (inputs + classes + 1)


# %% grade_id="gradients"
def gradients(x, y, layers):
    *acts, s = forward(x, layers)
    p = np.exp(s - s.max(1, keepdims=True))
    p = p / p.sum(1, keepdims=True)
    n = len(x)
    loss = float(-np.log(p[np.arange(n), y]).mean())
    p[np.arange(n), y] -= 1
    d, out = p / n, []
    for a, (W, b) in zip(acts[::-1], layers[::-1]):
        out.append((d.T @ a, d.sum(0)))
        d = d @ W
    return loss, out[::-1]


# %% grade_id="wrong"
def wrong_gradients(candidate, x, y, layers):
    ours, theirs = gradients(x, y, layers)[1], candidate(x, y, layers)[1]
    return sorted(f"{'Wb'[j]}{i}" for i in range(len(layers)) for j in (0, 1) if not np.allclose(ours[i][j], theirs[i][j], atol=1e-6))


# %% grade_id="train"
def train(x, y, budget, seed):
    r = np.random.default_rng(seed)
    classes, h = int(y.max()) + 1, widest(x.shape[1], int(y.max()) + 1, budget)
    z = x / 16
    layers = [(r.normal(size=(h, x.shape[1])) * 0.18, np.zeros(h)), (r.normal(size=(classes, h)) * 0.2, np.zeros(classes))]
    for _ in range(30):
        order = r.permutation(len(x))
        for i in range(0, len(x), 20):
            k = order[i : i + 20]
            layers = [(W - 0.1 * gW, b - 0.1 * gb) for (W, b), (gW, gb) in zip(layers, gradients(z[k], y[k], layers)[1])]
    return layers


# %% grade_id="diagnose"
def evidence(run):
    L, b = math.log(run["classes"]), run["batch_loss"]
    return {"peak": float(b.max() / L), "fit": float(run["train_loss"][-1] / L), "gap": float((run["val_loss"][-1] - run["train_loss"][-1]) / L), "alive": float(run["gradient"][-1].max()),
            "repeat": float(np.mean([np.corrcoef(p, q)[0, 1] for p, q in zip(b, b[1:])]))}


def diagnose(run):
    e = evidence(run)
    if e["alive"] == 0:
        return "dead from the start"
    if e["repeat"] > 0.5:
        return "data not shuffled"
    if e["fit"] > 0.3:
        return "rate too small" if e["gap"] < 0.3 else "labels shuffled"
    return "sound" if e["gap"] < 0.3 else "other scale in validation"
