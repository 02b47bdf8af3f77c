# Plain loops where time allows, an index for every number where it does not.

# %% grade_id="size"
def size_out(n, k, stride, padding):
    count, at = 0, 0
    while at + k <= n + 2 * padding:
        count, at = count + 1, at + stride
    if count == 0:
        raise ValueError("fits nowhere in " + str(n + 2 * padding))
    return count


# %% grade_id="conv"
def direct(x, w, b, stride, padding, places):
    N, C, H, W = x.shape
    O, _, KH, KW = w.shape
    out = np.zeros((N, O, *places), x.dtype)
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


def index_of(C, H, W, kh, kw, stride, padding, rows, cols):
    """Index of each number that is seen, in a padded picture that is laid out flat: (rows * cols, C * kh * kw)."""
    PH, PW = H + 2 * padding, W + 2 * padding
    corner = (np.arange(rows)[:, None] * stride * PW + np.arange(cols) * stride).reshape(-1, 1)
    inside = (np.arange(C)[:, None, None] * PH * PW + np.arange(kh)[:, None] * PW + np.arange(kw)).reshape(1, -1)
    return corner + inside


def padded(x, p):
    wide = np.zeros((x.shape[0], x.shape[1], x.shape[2] + 2 * p, x.shape[3] + 2 * p), x.dtype)
    wide[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    return wide


def columns(x, kh, kw, stride, padding, places):
    index = index_of(*x.shape[1:], kh, kw, stride, padding, *places)
    return padded(x, padding).reshape(len(x), -1)[:, index].reshape(-1, index.shape[1])


def conv(x, w, b, stride, padding, places):
    index = index_of(*x.shape[1:], *w.shape[2:], stride, padding, *places)
    seen = padded(x, padding).reshape(len(x), -1)[:, index]  # (n, places, c kh kw)
    return (w.reshape(len(w), -1) @ seen.swapaxes(1, 2) + b[:, None]).reshape(len(x), len(w), *places)


# %% grade_id="gradients"
def conv_gradients(x, w, up, stride, padding):
    o, c, kh, kw = w.shape
    index = index_of(*x.shape[1:], kh, kw, stride, padding, *up.shape[2:])
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


def sees(layers, lengths, i):
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
def diagnose(candidate, right):
    r = np.random.default_rng(1)

    def agrees(x, w, b, stride=1, padding=0):
        return np.allclose(np.asarray(candidate(x, w, b, stride, padding)), right(x, w, b, stride, padding), atol=1e-4)

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


# %% grade_id="fold"
def fold(w, b, gamma, beta, mean, var, eps):
    w, bias = w.copy(), np.zeros(len(w), w.dtype) if b is None else b.copy()
    for o in range(len(w)):
        factor = gamma[o] / np.sqrt(var[o] + eps)
        w[o] *= factor
        bias[o] = (bias[o] - mean[o]) * factor + beta[o]
    return w, bias


# %% grade_id="train"
def train(x, y, budget, seed):
    torch.manual_seed(seed)
    r = np.random.default_rng(seed)
    c = 22 if budget >= 9206 else 16
    f = torch.nn.functional
    weights = [torch.empty(c, 1 if i == 0 else c, 3, 3) for i in range(3)]
    for w in weights:
        torch.nn.init.kaiming_normal_(w).requires_grad_()
    gammas = [torch.ones(c, requires_grad=True) for _ in weights]
    betas = [torch.zeros(c, requires_grad=True) for _ in weights]
    means, variances = [torch.zeros(c) for _ in weights], [torch.ones(c) for _ in weights]
    W, b = (0.1 * torch.randn(10, c)).requires_grad_(), torch.zeros(10, requires_grad=True)
    every = [*weights, *gammas, *betas, W, b]
    first, second, t = [torch.zeros_like(p) for p in every], [torch.zeros_like(p) for p in every], 0

    def part(h, i):
        return f.batch_norm(f.conv2d(h, weights[i], stride=2 if i == 0 else 1, padding=1), means[i], variances[i], gammas[i], betas[i], True, 0.1)

    x, y = torch.tensor(x), torch.tensor(y)
    epochs = 4000 // len(y)
    for epoch in range(epochs):
        for rows in np.array_split(r.permutation(len(y)), max(1, len(y) // 20)):
            h = part(x[rows], 0).relu()
            for i in (1,):
                h = (h + part(part(h, i).relu(), i + 1)).relu()
            loss = f.cross_entropy(h.mean((2, 3)) @ W.T + b, y[rows])
            slopes = torch.autograd.grad(loss, every)
            with torch.no_grad():
                t += 1
                for p, g, m, v in zip(every, slopes, first, second):  # Adam, written out
                    m.mul_(0.9).add_(0.1 * g)
                    v.mul_(0.99).add_(0.01 * g * g)
                    p -= 0.02 * (1 - epoch / epochs) * (m / (1 - 0.9**t)) / ((v / (1 - 0.99**t)).sqrt() + 1e-8)
    done = [fold(*(t.detach().numpy() for t in (weights[i],)), None, *(t.detach().numpy() for t in (gammas[i], betas[i], means[i], variances[i])), 1e-5) for i in range(3)]
    return {"first": done[0], "blocks": [[*done[1], *done[2]]], "last": [W.detach().numpy(), b.detach().numpy()]}


# %% grade_id="ablation"
def normed(z, gamma, beta):
    mean = z.mean((0, 2, 3), keepdim=True)
    var = ((z - mean) ** 2).mean((0, 2, 3), keepdim=True)
    return (z - mean) / torch.sqrt(var + 1e-5) * gamma[:, None, None] + beta[:, None, None]


def ablation(start, x, y, batches):
    inputs, targets, convolved, c = torch.tensor(x), torch.tensor(y), torch.nn.functional.conv2d, len(start["first"])
    result = {}
    for name in ["neither", "no norms", "no additions", "both", "shared"]:
        norms, adds = name in ("both", "shared", "no additions"), name in ("both", "shared", "no norms")
        first, last, bias = torch.tensor(start["first"], requires_grad=True), torch.tensor(start["last"], requires_grad=True), torch.zeros(10, requires_grad=True)
        blocks = [[torch.tensor(w, requires_grad=True) for w in pair] for pair in start["blocks"]]
        gammas = [torch.ones(c, requires_grad=True) for _ in range(1 + 2 * len(blocks))]
        betas = [torch.zeros(c, requires_grad=True) for _ in gammas]
        every = [first, last, bias, *[w for pair in (blocks[:1] if name == "shared" else blocks) for w in pair]]
        every += [*gammas, *betas] if norms else []
        m, v = [torch.zeros_like(p) for p in every], [torch.zeros_like(p) for p in every]
        lengths, course = [], []
        for t, rows in enumerate(batches, start=1):
            norm = (lambda z, i: normed(z, gammas[i], betas[i])) if norms else (lambda z, i: z)
            states = [norm(convolved(inputs[rows], first, stride=2, padding=1), 0).relu()]
            for i in range(len(blocks)):
                one, two = blocks[0] if name == "shared" else blocks[i]
                h = norm(convolved(states[-1], one, padding=1), 2 * i + 1).relu()
                h = norm(convolved(h, two, padding=1), 2 * i + 2)
                states.append((h + states[-1] if adds else h).relu())
            scores = states[-1].mean(dim=(2, 3)) @ last.T + bias
            loss = -torch.log_softmax(scores, 1)[torch.arange(len(rows)), targets[rows]].mean()
            course.append(float(loss.detach()))
            if t == 1:
                lengths = [float((s**2).sum().sqrt()) for s in torch.autograd.grad(loss, states, retain_graph=True)]
            with torch.no_grad():  # Adam, written out
                for p, g, a, b in zip(every, torch.autograd.grad(loss, every), m, v):
                    a.mul_(0.9).add_(g, alpha=0.1)
                    b.mul_(0.999).add_(g * g, alpha=0.001)
                    p -= 0.005 * (a / (1 - 0.9**t)) / ((b / (1 - 0.999**t)).sqrt() + 1e-8)
        result[name] = [lengths, course]
    return result


def conclude(runs):
    n = len(runs)
    if n <= 1:
        raise ValueError("one start shows nothing")
    answer = {}
    for name in runs[0]:
        if name == "both":
            continue
        off = [run[name] - run["both"] for run in runs]
        cost = sum(off) / n
        error = (sum((d - cost) ** 2 for d in off) / (n - 1)) ** 0.5 / n**0.5
        if sum(run[name] for run in runs) / n >= math.log(10) - 0.05:
            answer[name] = cost, "learns nothing"
        else:
            answer[name] = cost, "slower" if cost > 2 * error else ("faster" if cost < -2 * error else "not shown")
    return answer
