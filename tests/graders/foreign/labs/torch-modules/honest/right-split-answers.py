# Classes put together over several cells.
# Rest: right-tutorial
# %% grade_id="linear"
class _Affine(nn.Module):
    def forward(self, x):
        return F.linear(x, self.weight, self.bias)

# %%
class Linear(_Affine):
    def __init__(self, n_in, n_out, bias=True):
        super().__init__()
        self.weight = nn.Parameter(start(n_out, n_in))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None

# %%
def start(n_out, n_in):
    return torch.empty(n_out, n_in).uniform_(-1, 1).div_(n_in**0.5)

# %% grade_id="autograd"
class Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, low, high):
        return _clamp(x, low, high)

    @staticmethod
    def backward(ctx, g):
        return _through(g)

# %%
def _clamp(x, low, high):
    return torch.where(x < low, torch.full_like(x, low), torch.where(x > high, torch.full_like(x, high), x))

# %%
def _through(g):
    return g, *[None] * 2

# %%
def clamp(x, low=0.0, high=1.0):
    return Clamp.apply(x, low, high)

# %% grade_id="freeze"
def freeze(module, *prefixes):
    return list(_frozen(module, prefixes))

# %%
def _frozen(module, prefixes):
    for name, p in module.named_parameters():
        if any(name[: len(prefix)] == prefix for prefix in prefixes):
            p.requires_grad = False
            yield name

# %%
def blend(a, b, t):
    return {k: torch.stack([a[k] * (1 - t), b[k] * t]).sum(0) for k in a}

# %%
net = Net([2, 4, 2])

# %%
best = net.state_dict()
