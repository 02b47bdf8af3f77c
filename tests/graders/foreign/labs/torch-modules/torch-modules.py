# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Assignment 2: Modules, gradients, training
#
# Use `torch` only. Everything runs on the CPU in seconds. Visible checks are there to help; hidden ones count too.

# %% nbgrader={"grade_id": "setup", "locked": true}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


def rel_error(a, b):
    """The largest relative error of two tensors."""
    return ((a - b).abs() / (a.abs() + b.abs()).clamp(min=1e-8)).max().item()

# %% [markdown] id="1-a-layer-4-points"
# ## 1. A layer (4 points)
#
# `Linear(n_in, n_out, bias=True)`: `y = x W^T + b` with parameters `weight` of shape `(n_out, n_in)` and `bias` of shape
# `(n_out,)`, or `bias` is `None`. The weight starts uniform between $-1/\sqrt{n_{in}}$ and $1/\sqrt{n_{in}}$, the bias at 0. Do not
# use `nn.Linear`.

# %% nbgrader={"grade_id": "linear", "solution": true}
class Linear(nn.Module):
    """A linear layer."""

    ### BEGIN SOLUTION
    def __init__(self, n_in, n_out, bias=True):
        super().__init__()
        bound = n_in**-0.5
        self.weight = nn.Parameter(torch.empty(n_out, n_in).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-linear", "grade": true, "points": 2}
layer = Linear(5, 3)
assert isinstance(layer, nn.Module) and not isinstance(layer, nn.Linear)
assert isinstance(layer.weight, nn.Parameter) and layer.weight.shape == (3, 5)
assert {name: tuple(p.shape) for name, p in layer.named_parameters()} == {"weight": (3, 5), "bias": (3,)}
assert sum(p.numel() for p in layer.parameters()) == 18
x = torch.randn(2, 7, 5)
assert layer(x).shape == torch.Size([2, 7, 3])
assert torch.allclose(layer(x), F.linear(x, layer.weight, layer.bias), atol=1e-6)
assert Linear(5, 3, bias=False).bias is None
assert len(list(Linear(5, 3, bias=False).parameters())) == 1

# %% nbgrader={"grade_id": "check-linear-start", "grade": true, "points": 2}
wide = Linear(400, 50)
assert wide.weight.abs().max() <= 1 / 20 and wide.weight.std() > 0.02
assert not wide.bias.any()
assert not torch.equal(wide.weight, Linear(400, 50).weight)
### BEGIN HIDDEN TESTS
layer, x = Linear(4, 2), torch.randn(6, 4, requires_grad=True)
assert layer.weight.requires_grad and layer.weight.grad is None and layer.weight.is_leaf
layer(x).sum().backward()
assert torch.allclose(layer.bias.grad, torch.full((2,), 6.0))
assert torch.allclose(layer.weight.grad, x.detach().sum(0).expand(2, 4), atol=1e-5)
assert torch.allclose(x.grad, layer.weight.sum(0).expand(6, 4), atol=1e-6)
torch_layer = nn.Linear(4, 2)
torch_layer.load_state_dict(layer.state_dict())
assert torch.allclose(torch_layer(x), layer(x), atol=1e-6)
### END HIDDEN TESTS

# %% [markdown] id="2-a-network-3-points"
# ## 2. A network (3 points)
#
# `Net(sizes)`, such as `Net([2, 16, 3])`: linear layers (yours or torch's) with ReLU between them, none after the last; the
# layers lie in `self.layers`, which has one entry a linear layer. `count_parameters(module)` returns the number of trainable
# numbers.

# %% nbgrader={"grade_id": "net", "solution": true}
class Net(nn.Module):
    """A multilayer perceptron."""

    ### BEGIN SOLUTION
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
    ### END SOLUTION


def count_parameters(module):
    """Return how many numbers are trained."""
    ### BEGIN SOLUTION
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-net", "grade": true, "points": 3}
net = Net([2, 16, 3])
assert len(net.layers) == 2
out = net(torch.zeros(5, 2))
assert out.shape == (5, 3) and out.dtype == torch.float32 and out.requires_grad
assert count_parameters(net) == 2 * 16 + 16 + 16 * 3 + 3
assert isinstance(count_parameters(net), int)
assert net.train().training and not net.eval().training
assert net.double()(torch.zeros(1, 2, dtype=torch.float64)).dtype == torch.float64
### BEGIN HIDDEN TESTS
deep = Net([4, 8, 8, 8, 1])
assert len(deep.layers) == 4 and len(list(deep.parameters())) == 8
first = next(deep.parameters())
first.requires_grad_(False)
assert count_parameters(deep) == 4 * 8 + 8 + 2 * (8 * 8 + 8) + 9 - first.numel()
hooked = []
deep.layers[0].register_forward_hook(lambda module, args, result: hooked.append(result))
result = deep(torch.randn(3, 4))
assert len(hooked) == 1 and (hooked[0] < 0).any() and (result < 0).any() | (result > 0).any()
other = Net([4, 8, 8, 8, 1])
assert other.load_state_dict(deep.state_dict()) and torch.equal(other(torch.ones(1, 4)), deep(torch.ones(1, 4)))
### END HIDDEN TESTS

# %% [markdown] id="3-a-loss-3-points"
# ## 3. A loss (3 points)
#
# `cross_entropy(logits, target, reduction="mean")` for `logits` of shape `(n, classes)`; other reductions: `sum`, and `none` for
# one number a row; anything else raises a `ValueError`. It must not overflow. Do not use torch's own loss.

# %% nbgrader={"grade_id": "loss", "solution": true}
def cross_entropy(logits, target, reduction="mean"):
    """Return the cross entropy of integer targets."""
    ### BEGIN SOLUTION
    losses = torch.logsumexp(logits, dim=1) - logits[torch.arange(len(target)), target]
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueError(f"unknown reduction {reduction!r}")
    return getattr(losses, reduction)()
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-loss", "grade": true, "points": 3}
points = 0
logits, target = torch.randn(6, 4, requires_grad=True), torch.tensor([0, 3, 1, 1, 2, 0])
for reduction in ("mean", "sum", "none"):
    try:
        theirs = cross_entropy(logits, target, reduction)
        assert torch.allclose(theirs, F.cross_entropy(logits, target, reduction=reduction), atol=1e-6)
        assert theirs.dim() == (1 if reduction == "none" else 0)
        points += 0.5
    except Exception as e:
        print(reduction, type(e).__name__)
try:
    loss = cross_entropy(logits, target)
    loss.backward()
    assert torch.allclose(logits.grad, (F.softmax(logits, 1) - F.one_hot(target, 4)).detach() / 6, atol=1e-6)
    points += 0.5
except Exception as e:
    print("gradient:", type(e).__name__)
### BEGIN HIDDEN TESTS
try:
    huge = torch.tensor([[1e4, 0.0], [-1e4, 1e4]])
    assert torch.isfinite(cross_entropy(huge, torch.tensor([1, 1]))).all()
    points += 0.5
except Exception:
    print("large numbers")
try:
    cross_entropy(logits, target, "median")
except ValueError:
    points += 0.5
except Exception:
    print("a bad reduction")
### END HIDDEN TESTS
points

# %% [markdown] id="4-a-gradient-of-your-own-3-points"
# ## 4. A gradient of your own (3 points)
#
# `Clamp.apply(x, low, high)` is a `torch.autograd.Function`: forward clamps; backward lets gradients through unchanged
# **everywhere** (the straight-through estimator), and gives `None` to `low` and `high`. `clamp(x, low=0.0, high=1.0)` calls it.

# %% nbgrader={"grade_id": "autograd", "solution": true}
### BEGIN SOLUTION
class Clamp(torch.autograd.Function):
    """Clamp, with a gradient that goes straight through."""

    @staticmethod
    def forward(ctx, x, low, high):
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None, None


def clamp(x, low=0.0, high=1.0):
    return Clamp.apply(x, low, high)
### END SOLUTION

# %% nbgrader={"grade_id": "check-autograd", "grade": true, "points": 2}
assert issubclass(Clamp, torch.autograd.Function)
x = torch.tensor([-2.0, 0.25, 3.0], requires_grad=True)
y = clamp(x)
assert y.tolist() == [0.0, 0.25, 1.0]
assert y.grad_fn is not None and y.requires_grad
(g,) = torch.autograd.grad((y * torch.tensor([1.0, 2.0, 3.0])).sum(), x)
assert torch.equal(g, torch.tensor([1.0, 2.0, 3.0])), "straight through, please"
### BEGIN HIDDEN TESTS
w = torch.randn(3, 4, requires_grad=True)
Clamp.apply(w, -0.1, 0.1).pow(2).sum().backward()
assert torch.allclose(w.grad, 2 * w.detach().clamp(-0.1, 0.1))
with torch.no_grad():
    assert not clamp(w).requires_grad
### END HIDDEN TESTS

# %% [markdown] id="5-batches-3-points"
# ## 5. Batches (3 points)
#
# `batches(x, y, size, generator=None)` **yields** pairs of tensors of at most `size` rows; with a `torch.Generator` shuffled (rows
# stay with their answers), without one in order. It must not do all its work at once.

# %% nbgrader={"grade_id": "batches", "solution": true}
def batches(x, y, size, generator=None):
    """Yield batches."""
    ### BEGIN SOLUTION
    order = torch.arange(len(x)) if generator is None else torch.randperm(len(x), generator=generator)
    for rows in order.split(size):
        yield x[rows], y[rows]
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-batches", "grade": true, "points": 3}
x, y = torch.arange(20.0).reshape(10, 2), torch.arange(10)
made = batches(x, y, 4)
assert iter(made) is iter(made) and hasattr(made, "__next__"), "not a generator"
a, b = next(made)
assert torch.equal(a, x[:4]) and torch.equal(b, y[:4])
assert [len(b) for _, b in made] == [4, 2]
assert list(made) == []
shuffled = list(batches(x, y, 3, torch.Generator().manual_seed(5)))
assert [len(b) for _, b in shuffled] == [3, 3, 3, 1]
### BEGIN HIDDEN TESTS
assert sorted(torch.cat([b for _, b in shuffled]).tolist()) == list(range(10))
assert all(torch.equal(a, x[b]) for a, b in shuffled), "rows and answers got mixed up"
g = torch.Generator().manual_seed(5)
assert torch.cat([b for _, b in batches(x, y, 3, g)]).tolist() == torch.cat([b for _, b in shuffled]).tolist()
assert torch.cat([b for _, b in batches(x, y, 10, g)]).tolist() != list(range(10))
### END HIDDEN TESTS

# %% [markdown] id="6-training-5-points"
# ## 6. Training (5 points)
#
# `train(model, optimizer, x, y, epochs, on_epoch=None)` trains the given model **in place** with the given optimizer on whole batches
# with cross entropy, calls `on_epoch(epoch, loss)` after each epoch (from 0, the loss as a float) and returns the list of
# losses. It leaves the model in evaluation mode.

# %% nbgrader={"grade_id": "train", "solution": true}
def train(model, optimizer, x, y, epochs, on_epoch=None):
    """Train in place and return the losses."""
    ### BEGIN SOLUTION
    losses = []
    model.train()
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if on_epoch is not None:
            on_epoch(epoch, losses[-1])
    model.eval()
    return losses
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 3}
torch.manual_seed(1)
x = torch.randn(60, 2)
y = (x[:, 0] * x[:, 1] > 0).long()
mine = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Dropout(0.0), nn.Linear(16, 2))
start = {k: v.clone() for k, v in mine.state_dict().items()}
seen = []
losses = train(mine, torch.optim.Adam(mine.parameters(), lr=0.05), x, y, 60, lambda epoch, loss: seen.append((epoch, loss)))
assert len(losses) == 60 and all(isinstance(loss, float) for loss in losses)
assert losses[-1] < 0.5 * losses[0], "it has not learnt"
assert [epoch for epoch, _ in seen] == list(range(60)) and [loss for _, loss in seen] == losses
assert any(not torch.equal(start[k], v) for k, v in mine.state_dict().items()), "the model is what it was"
assert not mine.training
assert (mine(x).argmax(1) == y).float().mean() > 0.8

# %% nbgrader={"grade_id": "check-train-hidden", "grade": true, "points": 2}
### BEGIN HIDDEN TESTS
one, two = nn.Linear(2, 2), nn.Linear(2, 2)
two.load_state_dict(one.state_dict())
optimizer = torch.optim.SGD(one.parameters(), lr=0.5, momentum=0.9)
theirs = train(one, optimizer, x, y, 5)
again = torch.optim.SGD(two.parameters(), lr=0.5, momentum=0.9)
for i in range(5):
    again.zero_grad()
    loss = F.cross_entropy(two(x), y)
    loss.backward()
    again.step()
    assert abs(loss.item() - theirs[i]) < 1e-5
assert torch.allclose(one.weight, two.weight, atol=1e-5)
assert len(optimizer.state) == 2 and train(one, optimizer, x, y, 0) == []
yours = Net([2, 32, 2])
assert train(yours, torch.optim.Adam(yours.parameters(), lr=0.02), x, y, 150)[-1] < 0.3
### END HIDDEN TESTS

# %% [markdown] id="7-freezing-and-saving-4-points"
# ## 7. Freezing and saving (4 points)
#
# `freeze(module, *prefixes)` turns off the gradients of all parameters whose name begins with one of the prefixes, leaves the others
# alone, and returns the **names** it froze, as a list in the module's order. `blend(a, b, t)` returns a **new** state dict
# `(1 - t) a + t b`; neither input may change. `best` is the state dict of any `Net([2, 4, 2])`.

# %% nbgrader={"grade_id": "freeze", "solution": true}
### BEGIN SOLUTION
def freeze(module, *prefixes):
    names = []
    for name, p in module.named_parameters():
        if name.startswith(prefixes):
            p.requires_grad_(False)
            names.append(name)
    return names


def blend(a, b, t):
    return {k: torch.lerp(a[k], b[k], t) for k in a}


best = Net([2, 4, 2]).state_dict()
### END SOLUTION

# %% nbgrader={"grade_id": "check-freeze", "grade": true, "points": 2}
body = nn.Sequential()
body.add_module("stem", nn.Linear(2, 3))
body.add_module("head", nn.Linear(3, 2))
assert freeze(body, "stem") == ["stem.weight", "stem.bias"]
assert [p.requires_grad for p in body.parameters()] == [False, False, True, True]
body(torch.ones(1, 2)).sum().backward()
assert body.stem.weight.grad is None and body.head.weight.grad is not None
assert freeze(body) == [] and freeze(body, "st", "head.b") == ["stem.weight", "stem.bias", "head.bias"]
assert list(freeze(nn.Linear(1, 1), "x")) == []

# %% nbgrader={"grade_id": "check-blend", "grade": true, "points": 2}
a, b = nn.Linear(2, 2), nn.Linear(2, 2)
kept = a.weight.detach().clone()
middle = blend(a.state_dict(), b.state_dict(), 0.25)
assert set(middle) == {"weight", "bias"}
assert torch.allclose(middle["weight"], 0.75 * a.weight + 0.25 * b.weight)
assert torch.equal(a.weight, kept), "blend changed its input"
assert middle["weight"].data_ptr() not in (a.weight.data_ptr(), b.weight.data_ptr())
### BEGIN HIDDEN TESTS
c = nn.Linear(2, 2)
c.load_state_dict(middle)
assert torch.equal(blend(c.state_dict(), c.state_dict(), 0.5)["bias"], c.bias)
assert not any(v.requires_grad for v in middle.values())
assert sum(v.numel() for v in best.values()) == 22
Net([2, 4, 2]).load_state_dict(best)
### END HIDDEN TESTS
