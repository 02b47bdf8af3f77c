# Views and einsum; slopes through a transposed convolution; faults found by copying each one; a smaller rate and more rounds.

# %% grade_id="size"
def size_out(n, k, stride, padding):
    padded = n + padding * 2
    places = range(0, padded - k + 1, stride)
    if len(places) == 0:
        raise ValueError(f"{padded} pixels are too few for a kernel of {k}")
    return len(places)


# %% grade_id="conv"
from numpy.lib.stride_tricks import sliding_window_view


def seen(x, kh, kw, stride, padding):
    wide = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    return sliding_window_view(wide, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]  # (n, c, rows, cols, kh, kw)


def direct(x, w, b, stride, padding, places):
    return np.einsum("ncijuv,ocuv->noij", seen(x, *w.shape[2:], stride, padding), w) + b[None, :, None, None]


def columns(x, kh, kw, stride, padding, places):
    return np.moveaxis(seen(x, kh, kw, stride, padding), 1, 3).reshape(-1, x.shape[1] * kh * kw)


def conv(x, w, b, stride, padding, places):
    flat = columns(x, *w.shape[2:], stride, padding, places) @ w.reshape(len(w), -1).T
    return np.moveaxis(flat.reshape(len(x), *places, len(w)), 3, 1) + b[:, None, None]


# %% grade_id="gradients"
def conv_gradients(x, w, up, stride, padding):
    n, c, height, width = x.shape
    o, _, kh, kw = w.shape
    dw = np.einsum("ncijuv,noij->ocuv", seen(x, kh, kw, stride, padding), up, optimize=True)
    # spread the slopes out, put zeros around, and go over them with the kernel turned over
    rows, cols = up.shape[2:]
    spread = np.zeros((n, o, height + 2 * padding + kh - 1, width + 2 * padding + kw - 1), dtype=x.dtype)
    spread[:, :, kh - 1 : kh - 1 + stride * (rows - 1) + 1 : stride, kw - 1 : kw - 1 + stride * (cols - 1) + 1 : stride] = up
    turned = w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    dx = conv(spread, turned, np.zeros(c, dtype=x.dtype), 1, 0, (height + 2 * padding, width + 2 * padding))
    return [dx[:, :, padding : padding + height, padding : padding + width], dw, up.sum((0, 2, 3))]


# %% grade_id="field"
def field(layers):
    low, high, jump = 0, 0, 1
    for k, s, p, d in layers[::-1]:
        low, high = low * s - p, high * s - p + d * (k - 1)
        jump *= s
    return [high - low + 1, jump, low]


def sees(layers, sizes, i):
    n = sizes[0]
    dependence = np.eye(n, dtype=np.int64)
    for k, s, p, d in layers:
        m = len(dependence)
        out = (m + 2 * p - d * (k - 1) - 1) // s + 1
        places = np.arange(out)[:, None] * s - p + d * np.arange(k)
        rows = np.zeros((out, n), dtype=np.int64)
        for place in places.T:
            inside = (place >= 0) & (place < m)
            rows[inside] |= dependence[place[inside]]
        dependence = rows
    if i < 0 or i >= len(dependence):
        raise IndexError(f"there are {len(dependence)} outputs")
    return np.flatnonzero(dependence[i])


# %% grade_id="diagnose"
def diagnose(candidate, right):
    r = np.random.default_rng(5)
    plain = np.zeros(2)
    x = r.normal(size=(1, 2, 6, 8))
    tests = [
        ("bias", x, np.zeros((2, 2, 3, 3)), np.array([1.0, 5.0]), 1, 0),
        ("stride", x[:, :1], np.ones((2, 1, 1, 1)), plain, 4, 0),
        ("padding", x[:, :1], np.ones((2, 1, 1, 1)), plain, 1, 2),
        ("channels", x, r.normal(size=(2, 2, 1, 1)), plain, 1, 0),
        ("transposed", x[:, :1], np.array([[[[0.0, 1, 0], [5, 0, 5], [0, 1, 0]]]] * 2), plain, 1, 0),
        ("flipped", x[:, :1], np.arange(18.0).reshape(2, 1, 3, 3), plain, 1, 0),
    ]
    for name, *case in tests:
        if not np.allclose(candidate(*case), right(*case), rtol=1e-4, atol=1e-4):
            return name
    return "sound"


# %% grade_id="fold"
def fold(w, b, gamma, beta, mean, var, eps):
    factor = gamma * (var + eps) ** -0.5
    shift = beta - mean * factor
    if b is not None:
        shift = shift + b * factor
    return np.einsum("ocuv,o->ocuv", w, factor).astype(w.dtype), shift.astype(w.dtype)


# %% grade_id="train"
class Block(torch.nn.Module):
    def __init__(self, c):
        super().__init__()
        self.one, self.two = (torch.nn.Conv2d(c, c, 3, padding=1) for _ in range(2))
        self.norm1, self.norm2 = (torch.nn.BatchNorm2d(c) for _ in range(2))

    def forward(self, h):
        return torch.relu(h + self.norm2(self.two(torch.relu(self.norm1(self.one(h))))))


def folded(convolution, norm):
    arrays = [t.detach().numpy() for t in (convolution.weight, convolution.bias, norm.weight, norm.bias, norm.running_mean, norm.running_var)]
    return fold(*arrays, norm.eps)


def train(x, y, budget, seed):
    torch.manual_seed(seed)
    c = max(c for c in range(1, 25) if 10 * c + 2 * (9 * c * c + c) + 10 * c + 10 <= budget)  # one block, wider
    begin, norm, block, last = torch.nn.Conv2d(1, c, 3, 2, 1), torch.nn.BatchNorm2d(c), Block(c), torch.nn.Linear(c, 10)
    model = torch.nn.Sequential(begin, norm, torch.nn.ReLU(), block, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.001)
    x, y = torch.from_numpy(x.copy()), torch.from_numpy(y.copy())
    epochs = 4000 // len(x)
    for epoch in range(epochs):
        optimiser.param_groups[0]["lr"] = 0.02 * (1 - epoch / epochs)
        order = torch.randperm(len(x))
        for k in range(0, len(x), 20):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model(x[order[k : k + 20]]), y[order[k : k + 20]]).backward()
            optimiser.step()
    model.eval()
    return {"first": folded(begin, norm), "blocks": [folded(block.one, block.norm1) + folded(block.two, block.norm2)], "last": (last.weight.detach().numpy(), last.bias.detach().numpy())}


# %% grade_id="ablation"
class Net(torch.nn.Module):
    def __init__(self, start, norms=True, adds=True, shared=False):
        super().__init__()
        c = len(start["first"])
        pairs = start["blocks"][:1] if shared else start["blocks"]
        self.adds, self.depth, self.each = adds, len(start["blocks"]), 0 if shared else 1
        self.first = torch.nn.Conv2d(1, c, 3, 2, 1, bias=False)
        self.kernels = torch.nn.ModuleList([torch.nn.Conv2d(c, c, 3, 1, 1, bias=False) for _ in range(2 * len(pairs))])
        self.last = torch.nn.Linear(c, 10)
        self.norms = torch.nn.ModuleList([torch.nn.BatchNorm2d(c, track_running_stats=False) if norms else torch.nn.Identity() for _ in range(1 + 2 * self.depth)])
        with torch.no_grad():
            for layer, w in zip([self.first, *self.kernels, self.last], [start["first"], *[w for pair in pairs for w in pair], start["last"]]):
                layer.weight.copy_(torch.from_numpy(w))
            self.last.bias.zero_()

    def forward(self, x):
        self.states = [torch.relu(self.norms[0](self.first(x)))]
        for k in range(self.depth):
            h = torch.relu(self.norms[2 * k + 1](self.kernels[2 * k * self.each](self.states[-1])))
            h = self.norms[2 * k + 2](self.kernels[2 * k * self.each + 1](h))
            self.states.append(torch.relu(h + self.states[-1]) if self.adds else torch.relu(h))
        return self.last(self.states[-1].mean((2, 3)))


def measured(net, x, y, batches):
    optimiser, x, y = torch.optim.Adam(net.parameters(), lr=0.005), torch.tensor(x), torch.tensor(y)
    losses = []
    for rows in batches:
        loss = torch.nn.functional.cross_entropy(net(x[rows]), y[rows])
        for state in net.states:
            state.retain_grad()
        optimiser.zero_grad()
        loss.backward()
        if not losses:
            slopes = np.array([state.grad.norm().item() for state in net.states])
        optimiser.step()
        losses.append(loss.item())
    return slopes, np.array(losses)


def ablation(start, x, y, batches):
    kinds = {"both": {}, "no norms": {"norms": False}, "no additions": {"adds": False}, "neither": {"norms": False, "adds": False}, "shared": {"shared": True}}
    return {name: measured(Net(start, **kind), x, y, batches) for name, kind in kinds.items()}


def conclude(runs):
    if len(runs) < 2:
        raise ValueError("two starts at least")
    table = {name: np.array([run[name] for run in runs]) for name in runs[0]}
    both = table.pop("both")

    def verdict(losses):
        d = losses - both
        if losses.mean() >= math.log(10) - 0.05:
            return float(d.mean()), "learns nothing"
        far = d.mean() / max(d.std(ddof=1) / math.sqrt(len(d)), 1e-12)
        return float(d.mean()), "slower" if far > 2 else "faster" if far < -2 else "not shown"

    return {name: verdict(losses) for name, losses in table.items()}
