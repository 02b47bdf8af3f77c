# Plausible: right but place by place, slopes only without padding, holes filled, no seed, norms forgotten.

# %% grade_id="size"
def size_out(n, k, stride, padding):
    return int((n + 2 * padding - k) / stride) + 1


# %% grade_id="conv"
def direct(x, w, b, stride, padding, places):
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((len(x), len(w), *places))
    for n, o, i, j in np.ndindex(*out.shape):
        out[n, o, i, j] = (wide[n, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]] * w[o]).sum() + b[o]
    return out


def columns(x, kh, kw, stride, padding, places):
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, cols = places
    return np.array([wide[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw].ravel() for n in range(len(x)) for i in range(rows) for j in range(cols)])


def conv(x, w, b, stride, padding, places):
    return direct(x, w, b, stride, padding, places)


# %% grade_id="gradients"
def conv_gradients(x, w, up, stride, padding):
    flat = up.transpose(0, 2, 3, 1).reshape(-1, len(w))
    back = (flat @ w.reshape(len(w), -1)).reshape(len(x), *up.shape[2:], *w.shape[1:])
    dx = np.zeros((len(x), x.shape[1], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding))
    for i in range(up.shape[2]):
        for j in range(up.shape[3]):
            dx[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]] += back[:, i, j]
    return dx, (flat.T @ columns(x, *w.shape[2:], stride, padding, up.shape[2:])).reshape(w.shape), flat.sum(0)  # the border is left on


# %% grade_id="field"
def field(layers):
    size, jump, start = 1, 1, 0
    for k, s, p, d in layers:
        size, start, jump = size + (k - 1) * d * jump, start - p * jump, jump * s
    return size, jump, start


def sees(layers, sizes, i):
    size, jump, start = field(layers)
    return [at for at in range(i * jump + start, i * jump + start + size) if 0 <= at < sizes[0]]


# %% grade_id="diagnose"
def diagnose(candidate, right):
    r = np.random.default_rng(0)
    x, w, b = r.normal(size=(1, 2, 6, 6)), r.normal(size=(2, 2, 3, 3)), r.normal(size=2)

    def near(x, w, b, s, p):
        return np.array_equal(np.asarray(candidate(x, w, b, s, p)).round(3), right(x, w, b, s, p).round(3))

    if not near(x, 0 * w, b, 1, 0):
        return "bias"
    if not near(x[:, :1], np.ones((2, 1, 3, 3)), 0 * b, 2, 0):
        return "stride"
    if not near(x[:, :1], np.ones((2, 1, 3, 3)), 0 * b, 1, 1):
        return "padding"
    if not near(x, w[:, :, :1, :1], 0 * b, 1, 0):
        return "channels"
    if near(x, w, 0 * b, 1, 0):
        return "sound"
    return "transposed" if np.allclose(candidate(x, w, 0 * b, 1, 0), right(x, w.transpose(0, 1, 3, 2), 0 * b, 1, 0)) else "flipped"


# %% grade_id="fold"
def fold(w, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return w * scale.reshape(-1, 1, 1, 1), beta + ((0 if b is None else b) - mean) * scale


# %% grade_id="train"
def train(x, y, budget, seed):
    c = 16
    f = torch.nn.functional
    convs = [torch.nn.Conv2d(1 if i == 0 else c, c, 3, stride=2 if i == 0 else 1, padding=1) for i in range(5)]
    norms, last = [torch.nn.BatchNorm2d(c) for _ in convs], torch.nn.Linear(c, 10)
    optimiser = torch.optim.Adam([p for m in [*convs, *norms, last] for p in m.parameters()], lr=0.01)
    x, y = torch.tensor(x), torch.tensor(y)
    for _ in range(4):
        for rows in torch.randperm(len(y)).split(50):
            h = torch.relu(norms[0](convs[0](x[rows])))
            for i in (1, 3):
                h = torch.relu(h + norms[i + 1](convs[i + 1](torch.relu(norms[i](convs[i](h))))))
            loss = f.cross_entropy(last(h.mean((2, 3))), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    # forgets the norms altogether
    pairs = [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in convs]
    return {"first": pairs[0], "blocks": [pairs[1] + pairs[2], pairs[3] + pairs[4]], "last": (last.weight.detach().numpy(), last.bias.detach().numpy())}


# %% grade_id="ablation"
def one(start, x, y, batches, norms, adds):
    F, X, Y = torch.nn.functional, torch.tensor(x), torch.tensor(y)
    ws = [torch.tensor(w, requires_grad=True) for w in (start["first"], *(w for pair in start["blocks"] for w in pair), start["last"])]
    bias = torch.zeros(10, requires_grad=True)
    norm = (lambda z: (z - z.mean((0, 2, 3), keepdim=True)) / (z.var((0, 2, 3), unbiased=False, keepdim=True) + 1e-5).sqrt()) if norms else (lambda z: z)
    optimiser, losses = torch.optim.Adam([*ws, bias], lr=0.005), []  # gamma and beta are forgotten
    for rows in batches:
        states = [torch.relu(norm(F.conv2d(X[rows], ws[0], None, 2, 1)))]
        for i in range(1, len(ws) - 1, 2):
            h = norm(F.conv2d(torch.relu(norm(F.conv2d(states[-1], ws[i], None, 1, 1))), ws[i + 1], None, 1, 1))
            states.append(torch.relu(h + states[-1] if adds else h))
        loss = F.cross_entropy(states[-1].mean((2, 3)) @ ws[-1].T + bias, Y[rows])
        if not losses:
            slopes = [s.norm().item() for s in torch.autograd.grad(loss, states, retain_graph=True)]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return slopes, losses


def ablation(start, x, y, batches):
    shared = {**start, "blocks": start["blocks"][:1] * len(start["blocks"])}  # equal at first, not one and the same
    return {
        "both": one(start, x, y, batches, True, True), "no norms": one(start, x, y, batches, False, True), "no additions": one(start, x, y, batches, True, False),
        "neither": one(start, x, y, batches, False, False), "shared": one(shared, x, y, batches, True, True)}


def conclude(runs):
    if len(runs) < 2:
        raise ValueError("too few")
    found = {}
    for name in ("no norms", "no additions", "neither", "shared"):
        off = np.array([run[name] - run["both"] for run in runs])
        cost, error = off.mean(), off.std() / np.sqrt(len(runs))  # n in place of n - 1
        nothing = np.mean([run[name] for run in runs]) >= math.log(10) - 0.05
        found[name] = float(cost), "learns nothing" if nothing else "slower" if cost > 2 * error else "faster" if cost < -2 * error else "not shown"
    return found
