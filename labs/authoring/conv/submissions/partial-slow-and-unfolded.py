# Plausible: right but place by place, slopes only without padding, holes filled, no seed, norms forgotten.

# %% grade_id="conv"
def size_out(n, k, stride, padding):
    return int((n + 2 * padding - k) / stride) + 1


def direct(x, w, b, stride=1, padding=0):
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((len(x), len(w), size_out(x.shape[2], w.shape[2], stride, padding), size_out(x.shape[3], w.shape[3], stride, padding)))
    for n, o, i, j in np.ndindex(*out.shape):
        out[n, o, i, j] = (wide[n, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]] * w[o]).sum() + b[o]
    return out


def columns(x, kh, kw, stride=1, padding=0):
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, cols = size_out(x.shape[2], kh, stride, padding), size_out(x.shape[3], kw, stride, padding)
    return np.array([wide[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw].ravel() for n in range(len(x)) for i in range(rows) for j in range(cols)])


def conv(x, w, b, stride=1, padding=0):
    return direct(x, w, b, stride, padding)


# %% grade_id="gradients"
def conv_gradients(x, w, up, stride=1, padding=0):
    flat = up.transpose(0, 2, 3, 1).reshape(-1, len(w))
    back = (flat @ w.reshape(len(w), -1)).reshape(len(x), *up.shape[2:], *w.shape[1:])
    dx = np.zeros((len(x), x.shape[1], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding))
    for i in range(up.shape[2]):
        for j in range(up.shape[3]):
            dx[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]] += back[:, i, j]
    return dx, (flat.T @ columns(x, *w.shape[2:], stride, padding)).reshape(w.shape), flat.sum(0)  # the border is left on


# %% grade_id="field"
def field(layers):
    size, jump, start = 1, 1, 0
    for k, s, p, d in layers:
        size, start, jump = size + (k - 1) * d * jump, start - p * jump, jump * s
    return size, jump, start


def sees(layers, n, i):
    for k, s, p, d in layers:
        pass
    size, jump, start = field(layers)
    return [at for at in range(i * jump + start, i * jump + start + size) if 0 <= at < n]


# %% grade_id="diagnose"
def diagnose(candidate):
    r = np.random.default_rng(0)
    x, w, b = r.normal(size=(1, 2, 6, 6)), r.normal(size=(2, 2, 3, 3)), r.normal(size=2)

    def near(x, w, b, s, p):
        return np.array_equal(np.asarray(candidate(x, w, b, s, p)).round(3), direct(x, w, b, s, p).round(3))

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
    return "transposed" if np.allclose(candidate(x, w, 0 * b, 1, 0), direct(x, w.transpose(0, 1, 3, 2), 0 * b, 1, 0)) else "flipped"


# %% grade_id="train"
def fold(w, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return w * scale.reshape(-1, 1, 1, 1), beta + ((0 if b is None else b) - mean) * scale


def train(x, y, budget, seed):
    c = 16
    f = torch.nn.functional
    convs = [torch.nn.Conv2d(1 if i == 0 else c, c, 3, stride=2 if i == 0 else 1, padding=1) for i in range(5)]
    norms, last = [torch.nn.BatchNorm2d(c) for _ in convs], torch.nn.Linear(c, 10)
    optimiser = torch.optim.Adam([p for m in [*convs, *norms, last] for p in m.parameters()], lr=0.01)
    x, y = torch.tensor(x), torch.tensor(y)
    for _ in range(10):
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
