# Plain loops where time allows, an index for every number where it does not.

# %% grade_id="conv"
def size_out(n, k, stride, padding):
    count, at = 0, 0
    while at + k <= n + 2 * padding:
        count, at = count + 1, at + stride
    if count == 0:
        raise ValueError("fits nowhere in " + str(n + 2 * padding))
    return count


def direct(x, w, b, stride=1, padding=0):
    N, C, H, W = x.shape
    O, _, KH, KW = w.shape
    out = np.zeros((N, O, size_out(H, KH, stride, padding), size_out(W, KW, stride, padding)), x.dtype)
    for n in range(N):
        for o in range(O):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    total = b[o]
                    for u in range(KH):
                        for v in range(KW):
                            row, col = i * stride + u - padding, j * stride + v - padding
                            if 0 <= row < H and 0 <= col < W:
                                for c in range(C):
                                    total += w[o, c, u, v] * x[n, c, row, col]
                    out[n, o, i, j] = total
    return out


def places(C, H, W, kh, kw, stride, padding):
    """Index of each number that is seen, in a padded picture that is laid out flat: (rows * cols, C * kh * kw)."""
    rows, cols = size_out(H, kh, stride, padding), size_out(W, kw, stride, padding)
    PH, PW = H + 2 * padding, W + 2 * padding
    corner = (np.arange(rows)[:, None] * stride * PW + np.arange(cols) * stride).reshape(-1, 1)
    inside = (np.arange(C)[:, None, None] * PH * PW + np.arange(kh)[:, None] * PW + np.arange(kw)).reshape(1, -1)
    return corner + inside, rows, cols


def padded(x, p):
    wide = np.zeros((x.shape[0], x.shape[1], x.shape[2] + 2 * p, x.shape[3] + 2 * p), x.dtype)
    wide[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    return wide


def columns(x, kh, kw, stride=1, padding=0):
    index, _, _ = places(*x.shape[1:], kh, kw, stride, padding)
    return padded(x, padding).reshape(len(x), -1)[:, index].reshape(-1, index.shape[1])


def conv(x, w, b, stride=1, padding=0):
    index, rows, cols = places(*x.shape[1:], *w.shape[2:], stride, padding)
    seen = padded(x, padding).reshape(len(x), -1)[:, index]  # (n, places, c kh kw)
    return (w.reshape(len(w), -1) @ seen.swapaxes(1, 2) + b[:, None]).reshape(len(x), len(w), rows, cols)


# %% grade_id="gradients"
def conv_gradients(x, w, up, stride=1, padding=0):
    o, c, kh, kw = w.shape
    index, rows, cols = places(*x.shape[1:], kh, kw, stride, padding)
    wide = padded(x, padding)
    flat, slopes = wide.reshape(len(x), -1), up.reshape(len(x), o, -1)
    dw, dflat = np.zeros((o, index.shape[1]), x.dtype), np.zeros_like(flat)
    for n in range(len(x)):
        dw += slopes[n] @ flat[n][index]
        np.add.at(dflat[n], index, slopes[n].T @ w.reshape(o, -1))
    dx = dflat.reshape(wide.shape)
    if padding:
        dx = dx[:, :, padding:-padding, padding:-padding]
    return dx, dw.reshape(w.shape), slopes.sum(axis=(0, 2))


# %% grade_id="field"
def field(layers):
    size = jump = 1
    start = 0
    for layer in layers:
        size = size + jump * layer[3] * (layer[0] - 1)
        start = start - jump * layer[2]
        jump = jump * layer[1]
    return np.array([size, jump, start])


def sees(layers, n, i):
    lengths = [n]
    for k, s, p, d in layers:
        lengths.append(1 + (lengths[-1] + 2 * p - 1 - (k - 1) * d) // s)
    if i not in range(lengths[-1]):
        raise IndexError("outputs: " + str(lengths[-1]))

    def back(depth, at):
        if not 0 <= at < lengths[depth]:
            return set()
        if depth == 0:
            return {at}
        k, s, p, d = layers[depth - 1]
        found = set()
        for t in range(k):
            found |= back(depth - 1, at * s - p + t * d)
        return found

    return tuple(sorted(back(len(layers), i)))


# %% grade_id="diagnose"
def diagnose(candidate):
    r = np.random.default_rng(1)

    def agrees(x, w, b, stride=1, padding=0):
        return np.allclose(np.asarray(candidate(x, w, b, stride, padding)), direct(x, w, b, stride, padding), atol=1e-4)

    picture, none = r.normal(size=(1, 1, 6, 6)), np.zeros(1)
    if not agrees(picture, np.zeros((3, 1, 2, 2)), np.array([1.0, 2.0, -3.0])):
        return "bias"
    if not agrees(picture, np.ones((1, 1, 1, 1)), none, stride=4):
        return "stride"
    if not agrees(picture, np.ones((1, 1, 2, 2)), none, padding=1):
        return "padding"
    if not agrees(r.normal(size=(1, 3, 4, 4)), r.normal(size=(1, 3, 1, 1)), none):
        return "channels"
    mirror = np.array([[[[0.0, 1, 0], [0, 0, 0], [0, 1, 0]]]])
    if not agrees(picture, mirror, none):
        return "transposed"
    if not agrees(picture, r.normal(size=(1, 1, 3, 3)), none):
        return "flipped"
    return "sound"


# %% grade_id="train"
def fold(w, b, gamma, beta, mean, var, eps):
    w, bias = w.copy(), np.zeros(len(w), w.dtype) if b is None else b.copy()
    for o in range(len(w)):
        factor = gamma[o] / np.sqrt(var[o] + eps)
        w[o] *= factor
        bias[o] = (bias[o] - mean[o]) * factor + beta[o]
    return w, bias


def train(x, y, budget, seed):
    torch.manual_seed(seed)
    r = np.random.default_rng(seed)
    c = 16 if budget >= 9700 else 11
    f = torch.nn.functional
    weights = [torch.empty(c, 1 if i == 0 else c, 3, 3) for i in range(5)]
    for w in weights:
        torch.nn.init.kaiming_normal_(w).requires_grad_()
    gammas = [torch.ones(c, requires_grad=True) for _ in weights]
    betas = [torch.zeros(c, requires_grad=True) for _ in weights]
    means, variances = [torch.zeros(c) for _ in weights], [torch.ones(c) for _ in weights]
    W, b = (0.1 * torch.randn(10, c)).requires_grad_(), torch.zeros(10, requires_grad=True)
    every = [*weights, *gammas, *betas, W, b]
    moving = [torch.zeros_like(p) for p in every]

    def part(h, i):
        return f.batch_norm(f.conv2d(h, weights[i], stride=2 if i == 0 else 1, padding=1), means[i], variances[i], gammas[i], betas[i], True, 0.1)

    x, y = torch.tensor(x), torch.tensor(y)
    epochs = 12
    for epoch in range(epochs):
        for rows in np.array_split(r.permutation(len(y)), max(1, len(y) // 40)):
            h = part(x[rows], 0).relu()
            for i in (1, 3):
                h = (h + part(part(h, i).relu(), i + 1)).relu()
            loss = f.cross_entropy(h.mean((2, 3)) @ W.T + b, y[rows])
            slopes = torch.autograd.grad(loss, every)
            with torch.no_grad():
                for p, g, m in zip(every, slopes, moving):  # descent with momentum
                    m.mul_(0.9).add_(g)
                    p -= 0.1 * (1 - epoch / epochs) * m
    done = [fold(*(t.detach().numpy() for t in (weights[i],)), None, *(t.detach().numpy() for t in (gammas[i], betas[i], means[i], variances[i])), 1e-5) for i in range(5)]
    return {"first": done[0], "blocks": [[*done[1], *done[2]], [*done[3], *done[4]]], "last": [W.detach().numpy(), b.detach().numpy()]}
