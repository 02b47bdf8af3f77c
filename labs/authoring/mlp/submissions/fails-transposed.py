# Plausible: weights as (inputs, outputs), a ReLU at the very end, gradients without the chain.

# %% grade_id="forward"
def forward(x, layers):
    out = [x]
    for W, b in layers:
        out.append(np.maximum(out[-1] @ W + b, 0))
    return out


def widest(inputs, classes, budget):
    return budget // inputs


# %% grade_id="gradients"
def gradients(x, y, layers):
    s = forward(x, layers)[-1]
    p = np.exp(s) / np.exp(s).sum()
    return float(-np.log(p[np.arange(len(x)), y]).sum()), [(x.T @ p, p.sum(0)) for W, b in layers]


# %% grade_id="wrong"
def wrong_gradients(candidate, x, y, layers):
    return ["W0"]


# %% grade_id="train"
def train(x, y, budget, seed):
    r = np.random.default_rng(seed)
    return [(r.normal(size=(10, 64)), np.zeros(10))]


# %% grade_id="diagnose"
def evidence(run):
    return {"peak": float(run["batch_loss"].max()), "fit": float(run["train_loss"][-1]), "gap": 0.0, "alive": 1.0, "repeat": 0.0}


def diagnose(run):
    return "rate too large" if run["train_loss"][-1] > 1 else "sound"
