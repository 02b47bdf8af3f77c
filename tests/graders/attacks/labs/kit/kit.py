# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # House form
# Six tasks, checked by the kit.

# %% nbgrader={"grade_id": "setup", "locked": true}
from graders import kit

import numpy as np
import torch
import triton
import triton.language as tl

# %% nbgrader={"grade_id": "smooth", "solution": true}
def smooth(x, width):
    """Mean of each whole window of x, shape (n,), as an array of shape (n - width + 1,)."""
    ### BEGIN SOLUTION
    return np.array([x[i : i + width].mean() for i in range(len(x) - width + 1)])
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-smooth", "grade": true, "points": 6}
score = kit.Score(6)
x = kit.rng("smooth").normal(size=9)
with score.part(2, "one mean for each window", x=x):
    kit.close(smooth(x, 3), np.convolve(x, np.ones(3) / 3, "valid"), rtol=1e-9)
### BEGIN HIDDEN TESTS
y = kit.rng("smooth hidden").normal(size=12) + 48611
with score.part(2, "any width", hidden=True):
    for width in (1, 4, 12):
        kit.close(smooth(y, width), np.convolve(y, np.ones(width) / width, "valid"), rtol=1e-9)
with score.part(2, "the input stays as it is", hidden=True):
    kit.close(kit.unchanged(smooth, y, 2), (y[1:] + y[:-1]) / 2, rtol=1e-9)
### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "ring", "solution": true}
class Ring:
    """Keeps the last `size` items: push(item), items() oldest first."""

    ### BEGIN SOLUTION
    def __init__(self, size):
        self.size, self.kept = size, []

    def push(self, item):
        self.kept = [*self.kept, item][-self.size :]

    def items(self):
        return list(self.kept)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-ring", "grade": true, "points": 4}
def pushed(Ring, size, items):
    ring = Ring(size)
    for item in items:
        ring.push(item)
    return ring.items()


score = kit.Score(4)
with score.part(1, "three of five"):
    kit.equal(kit.probe(pushed, Ring, 3, [1, 2, 3, 4, 5]), [3, 4, 5])
### BEGIN HIDDEN TESTS
draws = [int(v) for v in kit.rng("ring").integers(48611, 48711, size=7)]
with score.part(2, "any size", hidden=True):
    for size in (1, 2, 6, 9):
        kit.equal(kit.probe(pushed, Ring, size, draws), draws[-size:])
with score.part(1, "two rings are two", hidden=True):
    one, two = Ring(2), Ring(2)
    one.push(48611)
    two.push(48619)
    kit.equal(one.items(), [48611])
    kit.equal(two.items(), [48619])
### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "banner", "solution": true}
def banner(text):
    """Print the text between two lines of as many equals signs as it is long."""
    ### BEGIN SOLUTION
    print("=" * len(text))
    print(text)
    print("=" * len(text))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-banner", "grade": true, "points": 3}
score = kit.Score(3)
with score.part(1, "abc"):
    kit.equal(kit.printed(banner, "abc"), "===\nabc\n===\n")
### BEGIN HIDDEN TESTS
with score.part(2, "any text", hidden=True):
    for text in ("zqhidden", "a b"):
        line = "=" * len(text)
        kit.equal(kit.printed(banner, text), f"{line}\n{text}\n{line}\n")
### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "ratio", "solution": true}
def ratio(a, b):
    """a / b; ValueError whose message says `zero` when b is 0."""
    ### BEGIN SOLUTION
    if b == 0:
        raise ValueError("b is zero")
    return a / b
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-ratio", "grade": true, "points": 4}
score = kit.Score(4)
with score.part(1, "one half"):
    kit.close(ratio(1, 2), 0.5)
with score.part(1, "nothing is divided by zero"):
    kit.raises(ValueError, ratio, 1, 0, match="zero")
### BEGIN HIDDEN TESTS
with score.part(1, "large numbers", hidden=True):
    kit.close(ratio(48611, 73907), 48611 / 73907)
with score.part(1, "zero is zero, of any kind", hidden=True):
    kit.raises(ValueError, ratio, 48611, 0.0, match="zero")
    kit.close(ratio(0, 48611), 0.0)
### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "axpy", "solution": true}
@triton.jit
def axpy_kernel(x_ptr, y_ptr, out_ptr, a, n, BLOCK: tl.constexpr):
    """out[i] = a * x[i] + y[i] for i < n."""
    ### BEGIN SOLUTION
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + i, mask=i < n)
    y = tl.load(y_ptr + i, mask=i < n)
    tl.store(out_ptr + i, a * x + y, mask=i < n)
    ### END SOLUTION


def axpy_launch(n):
    """Return ``(grid, constexprs)``."""
    ### BEGIN SOLUTION
    return (triton.cdiv(n, 256),), {"BLOCK": 256}
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-axpy", "grade": true, "points": 6}
def run_axpy(a, x, y):
    grid, constexprs = axpy_launch(len(x))
    kit.require(type(grid) is tuple and type(constexprs) is dict, "axpy_launch returns (grid, constexprs)")
    kit.require(all(type(g) is int and 1 <= g <= 200 for g in grid), "1 to 200 programs")
    out = torch.full_like(x, -7777.0)
    kept = x.clone(), y.clone()
    moved = kit.traffic(kit.kernel(axpy_kernel), grid, x, y, out, a, len(x), **constexprs)
    kit.require(moved.atomics == 0, "no atomics")
    kit.equal((x, y), kept)
    return out, moved


score = kit.Score(6)
x, y = torch.arange(300.0), torch.ones(300)
with score.part(2, "300 elements"):
    kit.close(run_axpy(2.0, x, y)[0], 2 * x + y, rtol=1e-6)
### BEGIN HIDDEN TESTS
draw = lambda n: torch.from_numpy(kit.rng(f"axpy {n}").normal(size=n).astype(np.float32))
with score.part(2, "any size", hidden=True):
    for n in (1, 255, 257, 1000):
        x, y = draw(n), draw(n + 1)[:n].clone()
        kit.close(run_axpy(48611.5, x, y)[0], 48611.5 * x + y, rtol=1e-5, atol=1e-3)
with score.part(2, "each element moved once", hidden=True):
    x, y = draw(2000), draw(2001)[:2000].clone()
    out, moved = run_axpy(0.5, x, y)
    kit.close(out, 0.5 * x + y, rtol=1e-5, atol=1e-5)
    kit.require(moved.load_bytes <= 16800, "loads")
    kit.require(moved.store_bytes <= 8400, "stores")
    kit.require(moved.load_bytes >= 16000, "loads")
### END HIDDEN TESTS
score.total()

# %% nbgrader={"grade_id": "fit", "solution": true}
def fit(x, y, steps):
    """Train w (columns,) and b by full-batch gradient descent on the mean squared error; return a dict.

    {"w": tensor (columns,), "b": tensor (), "losses": list of `steps` floats, each before its step}
    """
    ### BEGIN SOLUTION
    w = torch.zeros(x.shape[1], requires_grad=True)
    b = torch.zeros((), requires_grad=True)
    optimiser = torch.optim.SGD([w, b], lr=0.1)
    losses = []
    for _ in range(steps):
        loss = ((x @ w + b - y) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return {"w": w.detach(), "b": b.detach(), "losses": losses}
    ### END SOLUTION


def frozen_model(columns):
    """A Sequential of Linear(columns, 4), ReLU and Linear(4, 1) whose first layer is frozen."""
    ### BEGIN SOLUTION
    model = torch.nn.Sequential(torch.nn.Linear(columns, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    model[0].requires_grad_(False)
    return model
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-fit", "grade": true, "points": 7}
def drawn(name, rows, columns):
    rng = kit.rng(name)
    x = torch.from_numpy(rng.normal(size=(rows, columns)).astype(np.float32))
    w = torch.from_numpy(rng.normal(size=columns).astype(np.float32))
    return x, x @ w + 3.0, w


def trained(frozen_model, columns, x, y):
    model = frozen_model(columns)
    before = kit.snapshot(model)
    counts = kit.parameters(model)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(weights, lr=0.01)
    for _ in range(3):
        loss = ((model(x)[:, 0] - y) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    after = kit.snapshot(model)
    return counts, [before[k] == after[k] for k in sorted(before)], sorted(before)


score = kit.Score(7)
x, y, w = drawn("fit", 40, 3)
with score.part(1, "the weights are found"):
    found = fit(x, y, 200)
    kit.close(found["w"], w, rtol=1e-3, atol=1e-3)
    kit.close(found["b"], torch.tensor(3.0), rtol=1e-3, atol=1e-3)
with score.part(1, "the first layer is frozen"):
    counts, same, names = kit.probe(trained, frozen_model, 3, x, y)
    kit.equal(counts, {"trained": 5, "frozen": 16})
### BEGIN HIDDEN TESTS
x, y, w = drawn("fit hidden", 60, 5)
with score.part(2, "other data", hidden=True):
    found = fit(x, y, 300)
    kit.close(found["w"], w, rtol=1e-3, atol=1e-3)
    kit.equal(len(found["losses"]), 300)
with score.part(2, "the first loss is that of zeros, and losses fall as gradient descent's", hidden=True):
    losses = fit(x, y, 5)["losses"]
    a, c, expected = torch.zeros(5), torch.tensor(0.0), []
    for _ in range(5):
        error = x @ a + c - y
        expected.append(float((error**2).mean()))
        a, c = a - 0.2 * x.T @ error / 60, c - 0.2 * error.mean()
    kit.close(losses, expected, rtol=1e-3)
with score.part(1, "frozen stays, the rest learns", hidden=True):
    counts, same, names = kit.probe(trained, frozen_model, 5, x, y)
    kit.equal(same, [True, True, False, False])
### END HIDDEN TESTS
score.total()
