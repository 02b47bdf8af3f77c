# Layers as objects that keep what they need, plain descent with momentum, finite differences as the judge, other evidence for the causes.

# %% grade_id="forward"
def forward(x, layers):
    out = [x]
    for W, b in layers[:-1]:
        z = np.einsum("ni,oi->no", out[-1], W) + b
        out.append(np.where(z > 0, z, np.zeros_like(z)))
    W, b = layers[-1]
    return out + [np.einsum("ni,oi->no", out[-1], W) + b]


def widest(inputs, classes, budget):
    width = 0
    while (width + 1) * (inputs + classes + 1) + classes <= budget:
        width += 1
    if width == 0:
        raise ValueError("too small: " + str(inputs + 1 + classes + classes) + " are needed")
    return width


# %% grade_id="gradients"
class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b

    def backward(self, up):
        self.grads = (np.einsum("no,ni->oi", up, self.x), up.sum(0))
        return up @ self.W


class Rectify:
    def forward(self, x):
        self.open = (x > 0).astype(x.dtype)
        return x * self.open

    def backward(self, up):
        return up * self.open


def gradients(x, y, layers):
    chain = []
    for W, b in layers:
        chain += [Linear(W, b), Rectify()]
    chain.pop()
    s = x
    for part in chain:
        s = part.forward(s)
    top = s.max(1, keepdims=True)
    logp = s - top - np.log(np.exp(s - top).sum(1, keepdims=True))
    hot = np.eye(s.shape[1], dtype=s.dtype)[y]
    up = (np.exp(logp) - hot) / s.dtype.type(len(x))
    for part in chain[::-1]:
        up = part.backward(up)
    return -float((logp * hot).sum()) / len(x), [part.grads for part in chain[::2]]


# %% grade_id="wrong"
def wrong_gradients(candidate, x, y, layers):
    copies = [(W.copy(), b.copy()) for W, b in layers]

    def value():
        s = forward(x, copies)[-1]
        s = s - s.max(1, keepdims=True)
        return float((np.log(np.exp(s).sum(1)) - s[np.arange(len(x)), y]).mean())

    given = candidate(x, y, layers)[1]
    found = []
    for i in range(len(copies)):
        for j in (0, 1):
            array, numeric = copies[i][j], np.zeros(copies[i][j].shape)
            for place in np.ndindex(*array.shape):
                h, kept = 1e-5, array[place]
                array[place] = kept + h
                up = value()
                array[place] = kept - h
                down = value()
                array[place] = kept
                numeric[place] = (up - down) / (2 * h)
            sound = np.allclose(given[i][j], numeric, rtol=0, atol=2.5e-3 * np.abs(numeric).max())
            if not sound:
                found.append("Wb"[j] + str(i))
    return sorted(found)


# %% grade_id="train"
def train(x, y, budget, seed):
    random = np.random.default_rng(seed)
    classes, wide = len(np.unique(y)), x.shape[1]
    hidden = widest(wide, classes, budget)
    middle, spread = np.median(x), x.max() - x.min()
    z = (x - middle) * (4 / spread)
    layers = [[random.uniform(-1, 1, (hidden, wide)) * (6 / wide) ** 0.5, np.zeros(hidden)], [random.uniform(-1, 1, (classes, hidden)) * (3 / hidden) ** 0.5, np.zeros(classes)]]
    speed = [[np.zeros(p.shape) for p in layer] for layer in layers]
    for epoch in range(70):
        rate = 0.01 if epoch < 50 else 0.002
        for rows in np.array_split(random.permutation(len(x)), max(1, len(x) // 25)):
            grads = gradients(z[rows], y[rows], layers)[1]
            for i in (0, 1):
                for j in (0, 1):
                    speed[i][j] = 0.9 * speed[i][j] - rate * grads[i][j]
                    layers[i][j] = layers[i][j] + speed[i][j]
    (W, b), last = layers
    return [(W * (4 / spread), b - (W * (4 / spread)) @ np.full(wide, middle)), tuple(last)]


# %% grade_id="diagnose"
def evidence(run):
    level = np.log(run["classes"])
    b = run["batch_loss"]
    alike = []
    for p, q in zip(b[:-1], b[1:]):
        if np.isfinite([p, q]).all() and p.std() > 0 and q.std() > 0:
            alike.append(((p - p.mean()) * (q - q.mean())).mean() / (p.std() * q.std()))
    peak = b.max() / level
    return {
        "peak": float(peak) if np.isfinite(b).all() else float("inf"),
        "fit": float(run["train_loss"][-1] / level),
        "gap": float(run["val_loss"][-1] / level - run["train_loss"][-1] / level),
        "alive": float(max(run["gradient"][0])),
        "repeat": float(sum(alike) / len(alike)) if alike else 0.0,
    }


def diagnose(run):
    e, chance = evidence(run), 1 / run["classes"]
    if e["repeat"] > 0.6:
        return "data not shuffled"
    if e["peak"] > 3:
        return "rate too large"
    if run["train_accuracy"][-1] > 0.95 and e["fit"] < 0.06:
        return "sound" if run["val_accuracy"][-1] > 0.8 and e["gap"] < 0.4 else "other scale in validation"
    if not run["gradient"].any():
        return "dead from the start"
    return "rate too small" if abs(e["gap"]) < 0.2 else "labels shuffled"
