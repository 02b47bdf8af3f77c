# Plausible: the convolution of the textbook of signals, slopes that overwrite each other, fields without strides, a net beyond the budget.

# %% grade_id="size"
def size_out(n, k, stride, padding):
    if n + 2 * padding < k:
        raise ValueError(f"{n + 2 * padding} is too small")
    return (n + 2 * padding - k) // stride + 1


# %% grade_id="conv"
def columns(x, kh, kw, stride, padding, places):
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, cols = places
    return np.array([wide[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw].ravel() for n in range(len(x)) for i in range(rows) for j in range(cols)])


def conv(x, w, b, stride, padding, places):
    flat = columns(x, *w.shape[2:], stride, padding, places) @ w[:, :, ::-1, ::-1].reshape(len(w), -1).T + b
    return flat.reshape(len(x), *places, len(w)).transpose(0, 3, 1, 2)


def direct(x, w, b, stride, padding, places):
    return conv(x, w, b, stride, padding, places)


# %% grade_id="gradients"
def conv_gradients(x, w, up, stride, padding):
    flat = up.transpose(0, 2, 3, 1).reshape(-1, len(w))
    back = (flat @ w.reshape(len(w), -1)).reshape(len(x), *up.shape[2:], *w.shape[1:])
    wide = np.zeros((len(x), x.shape[1], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding))
    for i in range(up.shape[2]):
        for j in range(up.shape[3]):
            wide[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]] = back[:, i, j]
    return wide[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]], (flat.T @ columns(x, *w.shape[2:], stride, padding, up.shape[2:])).reshape(w.shape), flat.sum(0)


# %% grade_id="field"
def field(layers):
    size = 1 + sum((k - 1) * d for k, s, p, d in layers)
    jump = int(np.prod([s for _, s, _, _ in layers]))
    return size, jump, -sum(p for _, _, p, _ in layers)


def sees(layers, sizes, i):
    size, jump, start = field(layers)
    return [at for at in range(i * jump + start, i * jump + start + size) if 0 <= at < sizes[0]]


# %% grade_id="diagnose"
def diagnose(candidate, right):
    x, w, b = np.random.default_rng(0).normal(size=(1, 1, 5, 5)), np.ones((1, 1, 3, 3)), np.ones(1)
    if not np.allclose(candidate(x, 0 * w, b, 1, 0), 1.0):
        return "bias"
    if not np.allclose(candidate(x, w, 0 * b, 1, 1), right(x, w, 0 * b, 1, 1)):
        return "padding"
    return "sound"


# %% grade_id="fold"
def fold(w, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return w * scale[:, None, None, None], -mean * scale + beta


# %% grade_id="train"
def train(x, y, budget, seed):
    torch.manual_seed(seed)
    c = 20  # counts each block's weights once: too many
    convs = [torch.nn.Conv2d(1 if i == 0 else c, c, 3, stride=2 if i == 0 else 1, padding=1) for i in range(5)]
    last = torch.nn.Linear(c, 10)
    optimiser = torch.optim.Adam([p for m in [*convs, last] for p in m.parameters()], lr=0.002)
    x, y = torch.tensor(x), torch.tensor(y)
    for _ in range(4):
        for rows in torch.randperm(len(y)).split(50):
            h = torch.relu(convs[0](x[rows]))
            for i in (1, 3):
                h = torch.relu(h + convs[i + 1](torch.relu(convs[i](h))))
            loss = torch.nn.functional.cross_entropy(last(h.mean((2, 3))), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    pairs = [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in convs]
    return {"first": pairs[0], "blocks": [pairs[1] + pairs[2], pairs[3] + pairs[4]], "last": (last.weight.detach().numpy(), last.bias.detach().numpy())}


# %% grade_id="ablation"
def ablation(start, x, y, batches):
    raise NotImplementedError


def conclude(runs):
    if len(runs) < 2:
        raise ValueError("too few")
    # the losses are not paired: the spread of the starts hides every difference
    table = {name: np.array([run[name] for run in runs]) for name in runs[0]}
    both, found = table.pop("both"), {}
    for name, losses in table.items():
        cost = losses.mean() - both.mean()
        error = np.sqrt((losses.var(ddof=1) + both.var(ddof=1)) / len(runs))
        found[name] = float(cost), "learns nothing" if losses.mean() > 2.25 else "slower" if cost > 2 * error else "not shown"
    return found
