# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A network by hand, and three that fail
#
# **You deliver** a network in NumPy that reads digits within a budget of numbers, its every gradient, a test that finds wrong gradients in other people's code, and a function that names what makes a training fail.
# **Time**: 100 minutes. **Resources**: one CPU core, 1 GB, NumPy, no network, no GPU; each cell takes under 5 s.
# **Proves**: `neural-networks` at B (task 1) and I (tasks 2 to 5). You need the course *Neural networks*.
# **Score**: 29 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you: other sizes, scales, digits, trainings. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `forward`, `widest` | 4 |
# | 2 | `gradients` | 7 |
# | 3 | `wrong_gradients` | 5 |
# | 4 | `train` | 6 |
# | 5 | `evidence`, `diagnose` | 7 |
#
# The work is done in NumPy and plain Python: a function that uses torch, scikit-learn or SciPy, itself or through a helper, earns nothing; nor does what uses more of the standard library than what calculates, repeats or collects (`math`, `itertools`, `functools`, `collections` …), loads modules by name, runs text as code, or gets attributes by a text (`getattr`, `vars`, `sys`). Results have the dtype of the input where arrays come in. **Tolerance**, unless a task names another: $10^{-9}$ in float64 and $10^{-5}$ in float32, relative to the largest number of the array.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. `x` has shape (5, 64), `W` (32, 64), `b` (32,). Which shape has `x @ W.T + b`? (5, 32). If that was a guess: *Neural networks*, lesson 1.
# 2. The softmax of one example is (0.7, 0.2, 0.1) and the second class is right. The gradient of the loss with respect to the scores? (0.7, −0.8, 0.1). If that was a guess: lesson 2.
# 3. The loss stays at $\log C$ for $C$ classes and the gradients of all weights are exactly 0. What is the matter? If you cannot say: lesson 3.
#
# *The situation.* Your company reads forms on a chip that holds a few thousand numbers and can do nothing but matrix products and ReLU. Half of the forms arrive as photographic negatives. A training library does not fit your build system, so the network is trained by your own code. And the colleague who trained the last one left seven kinds of logs behind, six of them from trainings that failed.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np
import torch
from sklearn.datasets import load_digits  # 1797 handwritten digits of 8 x 8 pixels, 0 to 16; UCI, CC BY 4.0

from graders import kit

torch.set_num_threads(1)
PICTURES, DIGITS = load_digits(return_X_y=True)  # (1797, 64), (1797,)
CAUSES = ("sound", "rate too large", "rate too small", "dead from the start", "labels shuffled", "data not shuffled", "other scale in validation")


def made(r, *sizes, size=1.0, dtype=np.float64):
    """Layers [(W, b), ...] of seeded numbers: sizes are inputs, hidden neurons ..., classes."""
    return [((size * r.normal(size=(o, i)) / math.sqrt(i)).astype(dtype), (0.5 * r.normal(size=o)).astype(dtype)) for i, o in zip(sizes, sizes[1:])]


def forms(r, count=1000, digits=10, low=0.0, high=16.0):
    """Real digits, half of them as negatives, pixels in an order of their own: x, y to train on (sorted by class) and other x, y."""
    chosen = r.permutation(np.flatnonzero(DIGITS < digits))
    x, y = PICTURES[chosen][:, r.permutation(64)], DIGITS[chosen]
    x = np.where(r.random(len(x))[:, None] < 0.5, 16 - x, x) / 16 * (high - low) + low
    order = np.argsort(y[:count], kind="stable")
    return x[:count][order], y[:count][order], x[count:], y[count:]


def right(layers, x, y):
    """Share of rows of x whose largest score is that of class y: what the chip computes."""
    for i, (W, b) in enumerate(layers):
        x = (np.maximum(x, 0) if i else x) @ np.asarray(W).T + np.asarray(b)
    return float((x.argmax(1) == y).mean())


def run_of(cause, r):
    """A real training on digits, with one thing wrong: the log that diagnose() gets."""
    classes, width, depth, epochs, batch, n = int(r.integers(5, 11)), int(r.integers(30, 61)), int(r.integers(1, 3)), 30, 20, 300
    chosen = r.permutation(np.flatnonzero(DIGITS < classes))[:500]
    x, y = PICTURES[chosen] / 16, DIGITS[chosen]
    mean, spread = x[:n].mean(), x[:n].std()
    a, ya, v, yv = (x[:n] - mean) / spread, y[:n], (x[n:] - mean) / spread, y[n:]
    sizes = [64, *[width] * depth, classes]
    layers = [[r.normal(size=(o, i)) * math.sqrt(2 / i), np.zeros(o)] for i, o in zip(sizes, sizes[1:])]
    layers[-1][0] *= 0.3
    rate = 0.15 * r.uniform(0.7, 1.4)
    if cause == "rate too large":
        rate = 5 * 10 ** r.uniform(0, 0.7)
    elif cause == "rate too small":
        rate *= 10 ** -r.uniform(2.2, 2.7)
    elif cause == "dead from the start":
        layers[int(r.integers(depth))][1] -= r.uniform(20, 60)
    elif cause == "labels shuffled":
        ya = r.permutation(ya)
    elif cause == "data not shuffled":
        a, ya = a[np.argsort(ya, kind="stable")], np.sort(ya)
    elif cause == "other scale in validation":
        v = (1 - x[n:] - mean) / spread if r.random() < 0.5 else (x[n:] / 16 - mean) / spread
    a, v = torch.tensor(a, dtype=torch.float32), torch.tensor(v, dtype=torch.float32)
    ya, yv = torch.tensor(ya), torch.tensor(yv)
    weights, biases = ([torch.tensor(layer[i], dtype=torch.float32, requires_grad=True) for layer in layers] for i in (0, 1))

    def scores(x):
        for i, (W, b) in enumerate(zip(weights, biases)):
            x = torch.nn.functional.linear(torch.relu(x) if i else x, W, b)
        return x

    log = {name: [] for name in ("batch_loss", "gradient", "train_loss", "val_loss", "train_accuracy", "val_accuracy")}
    for _ in range(epochs):
        order = torch.arange(n) if cause == "data not shuffled" else torch.tensor(r.permutation(n))
        losses, norms = [], []
        for k in order.split(batch):
            loss = torch.nn.functional.cross_entropy(scores(a[k]), ya[k])
            steps = torch.autograd.grad(loss, weights + biases)
            with torch.no_grad():
                for p, g in zip(weights + biases, steps):
                    p -= rate * g
            losses.append(float(loss.detach()))
            norms.append([float(g.norm()) for g in steps[: len(weights)]])
        log["batch_loss"].append(losses)
        log["gradient"].append(np.mean(norms, axis=0))
        with torch.no_grad():
            for name, x, y in (("train", a, ya), ("val", v, yv)):
                s = scores(x)
                log[f"{name}_loss"].append(float(torch.nn.functional.cross_entropy(s, y)))
                log[f"{name}_accuracy"].append(float((s.argmax(1) == y).float().mean()))
    return {"classes": classes, **{name: np.array(values) for name, values in log.items()}}


# %% [markdown] nbgrader={"grade_id": "task-forward", "locked": true}
# ## 1. Forward, and what a budget buys (4 points)
#
# A network is a list of layers `[(W, b), …]`, first layer first; `W` has the shape (outputs, inputs), `b` (outputs,). Between two layers stands a ReLU, after the last one nothing.
#
# | | contract |
# |---|---|
# | `forward(x, layers)` | `x` (n, inputs). Returns the list of what goes **into** each layer, and the scores at the end: `[x, a1, …, scores]`, with `len(layers) + 1` arrays |
# | `widest(inputs, classes, budget)` | the most neurons that one hidden layer may have so that the whole network, biases included, has at most `budget` numbers; an int. If not even one fits: `ValueError` whose text contains the number that one neuron would need |
#
# By hand: $W_1 = \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix}$, $b_1 = (0, 0)$, $W_2 = (1\;\,1)$, $b_2 = (-\tfrac12)$ give for $x = (3, 1)$ first $(2, 0)$, then $1.5$; for $(1, 3)$ first $(0, 2)$, then $1.5$. About eight lines.

# %% nbgrader={"grade_id": "forward", "solution": true}
def forward(x, layers):
    """[what enters each layer ..., scores]: arrays (n, inputs), (n, hidden), ..., (n, classes)."""
    ### BEGIN SOLUTION
    entering = [x]
    for i, (W, b) in enumerate(layers):
        z = entering[-1] @ W.T + b  # (n, outputs)
        entering.append(np.maximum(z, 0) if i < len(layers) - 1 else z)
    return entering
    ### END SOLUTION


def widest(inputs, classes, budget):
    """The largest hidden layer within the budget."""
    ### BEGIN SOLUTION
    each = inputs + 1 + classes  # what one more hidden neuron costs
    width = (budget - classes) // each
    if width < 1:
        raise ValueError(f"one hidden neuron already needs {each + classes} numbers")
    return width
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-forward", "grade": true, "points": 4}
score = kit.Score(4)
with score.part(1, "by hand: two neurons give the absolute difference, and the bias is added", x=[[3.0, 1.0], [1.0, 3.0], [2.0, 2.0]]):
    kit.by_hand(forward)
    for up in (1.0, *kit.rng("absolute").uniform(0.5, 4, size=3).tolist()):
        toy = [(np.array([[up, -up], [-up, up]]), np.zeros(2)), (np.ones((1, 2)), np.array([-0.5]))]
        x = np.array([[3.0, 1.0], [1.0, 3.0], [2.0, 2.0]])
        entering = forward(x, toy)
        kit.equal(len(entering), 3, because="what enters each of two layers, and the scores", known_wrong={"the input x is the first of the list": 2})
        kit.close(entering[0], x, because="the first is x itself")
        kit.close(entering[1], up * np.array([[2.0, 0.0], [0.0, 2.0], [0.0, 0.0]]), rtol=1e-9, because=f"the first layer times {up:.3g}, after its ReLU", known_wrong={
            "the ReLU between the layers is missing: a negative sum becomes 0": up * np.array([[2.0, -2.0], [-2.0, 2.0], [0.0, 0.0]])})
        kit.close(entering[2], up * np.array([[2.0], [2.0], [0.0]]) - 0.5, rtol=1e-9, because="the scores", known_wrong={
            "no ReLU after the last layer: scores may be negative": np.maximum(up * np.array([[2.0], [2.0], [0.0]]) - 0.5, 0), "the bias of the last layer is missing": up * np.array([[2.0], [2.0], [0.0]]),
            "the bias is added, not subtracted": up * np.array([[2.0], [2.0], [0.0]]) + 0.5})
with score.part(1, "the budget: 64 inputs and 10 classes within 2410 numbers allow 32 neurons, 2409 allow 31; too small a budget is refused", inputs=64, classes=10):
    kit.by_hand(widest)
    kit.equal(int(widest(64, 10, 2410)), 32, because="32·64 + 32 + 10·32 + 10 = 2410", known_wrong={"the biases of the last layer count too, or one does not fit": 31, "you left out the biases": 33, "round down": 33})
    kit.equal(int(widest(64, 10, 2409)), 31, because="one number less than 32 neurons need", known_wrong={"round down: 32 do not fit": 32})
    for inputs, classes, width, spare in kit.examples(lambda r: [int(i) for i in (r.integers(2, 90), r.integers(2, 12), r.integers(1, 70), 0)], n=6, name="budget"):
        total = inputs * width + width + width * classes + classes
        for more in (0, inputs + classes):
            kit.equal(int(widest(inputs, classes, total + more)), width, because=f"{inputs} inputs, {classes} classes, {total + more} numbers")
        kit.raises(ValueError, widest, inputs, classes, inputs + 2 * classes, match=rf"\b{inputs + 1 + 2 * classes}\b")
### BEGIN HIDDEN TESTS
def true_forward(x, layers):
    """Neuron by neuron, from the definition."""
    entering = [x]
    for i, (W, b) in enumerate(layers):
        z = np.stack([(entering[-1] * row).sum(1) + shift for row, shift in zip(W, b)], axis=1)
        entering.append(z if i == len(layers) - 1 else np.where(z > 0, z, 0 * z))
    return entering


def network(r, dtype=np.float64, size=1.0):
    """Seeded layers of random sizes, rows and labels."""
    sizes = [int(i) for i in r.integers(1, 9, size=int(r.integers(2, 6)))]
    sizes[-1] += 1
    n = int(r.integers(1, 7))
    return (size * r.normal(size=(n, sizes[0]))).astype(dtype), r.integers(0, sizes[-1], size=n), made(r, *sizes, size=1.5, dtype=dtype)


with score.part(1, "other widths and depths, one layer alone, one row; the arguments stay as they were", hidden=True):
    kit.by_hand(forward)
    for x, _, layers in kit.examples(network, n=25, name="forward"):
        entering = kit.unchanged(forward, x, layers)
        wanted = true_forward(x, layers)
        kit.equal(len(entering), len(wanted))
        for got, want in zip(entering, wanted):
            kit.close(got, want, rtol=1e-9, atol=1e-9)
with score.part(1, "float32 stays float32 in every array", hidden=True):
    kit.by_hand(forward)
    for x, _, layers in kit.examples(lambda r: network(r, np.float32), n=15, name="single"):
        for got, want in zip(forward(x, layers), true_forward(x, layers), strict=True):
            kit.equal(str(np.asarray(got).dtype), "float32")
            kit.close(got, want, rtol=1e-5, atol=1e-5)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-gradients", "locked": true}
# ## 2. Every gradient (7 points)
#
# | | contract |
# |---|---|
# | `gradients(x, y, layers)` | `x` (n, inputs), `y` (n,) of whole numbers. Returns `(loss, grads)`: the mean cross-entropy in nats, a float, and `[(dW, db), …]` with the shapes of `layers`: the derivatives of the loss |
#
# Any number of layers from one on. Scores of any finite size give a finite loss. Where a ReLU gets exactly 0, its slope counts as 0. Nothing that comes in is changed. As an executable specification, entry by entry, with $h = 10^{-5}$:
#
# ```python
# up, down = [loss with W[i, j] + h], [loss with W[i, j] - h]
# assert abs((up - down) / (2 * h) - dW[i, j]) < 1e-6
# ```
#
# About 15 lines with `forward`.

# %% nbgrader={"grade_id": "gradients", "solution": true}
def gradients(x, y, layers):
    """Mean cross-entropy and its gradients; (n, inputs), (n,), layers -> float, [(dW, db), ...]."""
    ### BEGIN SOLUTION
    *entering, scores = forward(x, layers)
    n = len(x)
    shifted = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(axis=1, keepdims=True)  # (n, 1)
    loss = float((np.log(total[:, 0]) - shifted[np.arange(n), y]).mean())
    delta = p / total
    delta[np.arange(n), y] -= 1
    delta = delta / n  # (n, classes): the derivative of the loss by the scores
    grads = []
    for a, (W, b) in zip(reversed(entering), reversed(layers)):
        grads.append((delta.T @ a, delta.sum(axis=0)))
        delta = (delta @ W) * (a > 0)  # back through the layer, then through the ReLU before it
    return loss, grads[::-1]
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool", "locked": true}
# **A tool for finding faults.** `beside_autograd(sizes)` compares each of your gradients with those of a library: largest number of each, largest difference, and their quotient where it is everywhere the same. *All quotients alike*: a factor (the mean). *Right in the last layer only*: the way back. *Only biases wrong*: the sum over rows.

# %% nbgrader={"grade_id": "beside-autograd", "locked": true}
def beside_autograd(sizes=(6, 5, 4, 3), n=7):
    """Print how far each gradient is from the one that torch computes."""
    r = np.random.default_rng(3)
    layers, x, y = made(r, *sizes), r.normal(size=(n, sizes[0])), r.integers(0, sizes[-1], size=n)
    tensors = [(torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)) for W, b in layers]
    s = torch.tensor(x)
    for i, (W, b) in enumerate(tensors):
        s = (torch.relu(s) if i else s) @ W.T + b
    loss = torch.nn.functional.cross_entropy(s, torch.tensor(y))
    loss.backward()
    ours, grads = gradients(x, y, layers)
    print(f"loss {ours:.6f}, torch {float(loss.detach()):.6f}")
    for i, (pair, tensor) in enumerate(zip(grads, tensors)):
        for name, mine, theirs in zip(("W", "b"), pair, (t.grad.numpy() for t in tensor)):
            quotient = mine[theirs != 0] / theirs[theirs != 0] if mine.shape == theirs.shape else np.array([])
            alike = f"quotient {quotient[0]:.4f} everywhere" if quotient.size and np.ptp(quotient) < 1e-6 * abs(quotient[0]) else "no common quotient"
            far = f"{np.abs(mine - theirs).max():.1e}" if mine.shape == theirs.shape else f"shapes {mine.shape} and {theirs.shape}"
            print(f"{name}{i}: largest {np.abs(theirs).max():.3f}, difference {far}, {alike}")


try:
    beside_autograd()
except (NotImplementedError, TypeError):
    print("write forward and gradients first, then run this cell again")

# %% nbgrader={"grade_id": "check-gradients", "grade": true, "points": 7}
def autograd(x, y, layers, masked=True):
    """Loss and gradients by torch; not masked: as if every ReLU let its gradient pass."""
    tensors = [(torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)) for W, b in layers]
    s = torch.tensor(x)
    for i, (W, b) in enumerate(tensors):
        passed = torch.relu(s) if masked else s + (torch.relu(s) - s).detach()
        s = (passed if i else s) @ W.T + b
    loss = torch.nn.functional.cross_entropy(s, torch.tensor(y))
    flat = iter(torch.autograd.grad(loss, [t for pair in tensors for t in pair]))
    return float(loss.detach()), [(g.numpy(), next(flat).numpy()) for g in flat]


score = kit.Score(7)
with score.part(1, "one layer by hand: two rows, equal scores: p - target, times the input, over n", x=[[1.0, 2.0], [3.0, -1.0]], y=[0, 2]):
    kit.by_hand(gradients)
    blank = [(np.zeros((3, 2)), np.zeros(3))]
    loss, grads = gradients(np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([0, 2]), blank)
    kit.close(loss, math.log(3), rtol=1e-9, because="three equal scores", known_wrong={"the mean over the rows, not the sum": 2 * math.log(3)})
    dW, db = np.array([[1.0, -5.0], [4.0, 1.0], [-5.0, 4.0]]) / 6, np.array([-1.0, 2.0, -1.0]) / 6
    kit.close(grads[0][0], dW, rtol=1e-9, because="(p - target) transposed, times x, divided by 2", known_wrong={
        "the mean over n rows has the factor 1/n": 2 * dW, "the sign: p - target": -dW, "the target is not subtracted": np.array([[4.0, 1.0]] * 3) / 6})
    kit.close(grads[0][1], db, rtol=1e-9, because="the same, summed over the rows", known_wrong={
        "the sum over the rows: the factor 1/n is in there already": db / 2, "the mean over n rows has the factor 1/n": 2 * db, "the sign: p - target": -db})
    for r in kit.examples(lambda r: r, n=4, name="rows"):
        x, y = r.normal(size=(2, 2)), r.integers(0, 3, size=2)
        target = np.eye(3)[y]
        kit.close(gradients(x, y, blank)[1][0][0], (1 / 3 - target).T @ x / 2, rtol=1e-9, because=f"x = {x.tolist()}, y = {y.tolist()}")
with score.part(2, "two and three layers: every gradient is torch's, and the way back stops where a ReLU gave 0", sizes="4-5-3 and 4-5-6-3"):
    kit.by_hand(gradients)
    for r in kit.examples(lambda r: r, n=6, name="layers"):
        sizes = (4, 5, 3) if r.random() < 0.5 else (4, 5, 6, 3)
        x, y, layers = r.normal(size=(8, 4)), r.integers(0, 3, size=8), made(r, *sizes)
        loss, grads = gradients(x, y, layers)
        wanted, theirs = autograd(x, y, layers)
        kit.close(loss, wanted, rtol=1e-9, because=f"the loss of layers {sizes}")
        kit.equal(len(grads), len(layers), because="one pair of gradients a layer")
        _, open_way = autograd(x, y, layers, masked=False)
        for i in reversed(range(len(layers))):
            for j, letter in enumerate("Wb"):
                kit.close(grads[i][j], theirs[i][j], rtol=1e-9, atol=1e-11, because=f"{letter}{i} of layers {sizes}; the later layers are right", known_wrong={
                    "the mean over n rows has the factor 1/n": 8 * theirs[i][j], "the sum over the rows: the factor 1/n is in there already": theirs[i][j] / 8, "the sign": -theirs[i][j],
                    "the gradients stand in the order of the layers: turn the list round at the end": theirs[len(layers) - 1 - i][j],
                    "the way back has no mask: where a ReLU gave 0, nothing passes": open_way[i][j]})
### BEGIN HIDDEN TESTS
with score.part(1, "other widths and depths, up to four layers, one row, one neuron; the arguments stay as they were", hidden=True):
    kit.by_hand(gradients)
    for x, y, layers in kit.examples(network, n=25, name="gradients"):
        loss, grads = kit.unchanged(gradients, x, y, layers)
        wanted, theirs = autograd(x, y, layers)
        kit.close(loss, wanted, rtol=1e-9, atol=1e-12)
        kit.equal(len(grads), len(theirs))
        for pair, other in zip(grads, theirs):
            kit.close(pair[0], other[0], rtol=1e-9, atol=1e-10)
            kit.close(pair[1], other[1], rtol=1e-9, atol=1e-10)
with score.part(1, "scores of thousands, right and wrong: finite and right, without a warning", hidden=True):
    kit.by_hand(gradients)

    def loudest(function, *arguments):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with np.errstate(all="raise", under="ignore"):
                return function(*arguments)

    for x, y, layers in kit.examples(lambda r: network(r, size=10.0 ** r.uniform(2, 4)), n=15, name="extreme"):
        loss, grads = kit.probe(loudest, gradients, x, y, layers)
        wanted, theirs = autograd(x, y, layers)
        kit.close(loss, wanted, rtol=1e-9, atol=1e-12)
        for pair, other in zip(grads, theirs, strict=True):
            kit.close(pair[0], other[0], rtol=1e-7, atol=1e-9 * (1 + np.abs(other[0]).max()))
with score.part(1, "neurons that stand exactly at 0, and layers that are dead: the slope there is 0", hidden=True):
    kit.by_hand(gradients)
    for r in kit.examples(lambda r: r, n=8, name="zero"):
        layers = made(r, 3, 6, 5, 4)
        for W, b in layers[:2]:
            W[:2], b[:2] = 0, 0  # exactly at 0 for every row
        layers[1][1][2:] -= 100 * (r.random() < 0.5)
        x, y = r.normal(size=(5, 3)), r.integers(0, 4, size=5)
        for pair, other in zip(gradients(x, y, layers)[1], autograd(x, y, layers)[1], strict=True):
            kit.close(pair[0], other[0], rtol=1e-9, atol=1e-11)
            kit.close(pair[1], other[1], rtol=1e-9, atol=1e-11)
with score.part(1, "float32 stays float32 and is right to 1e-5", hidden=True):
    kit.by_hand(gradients)
    for x, y, layers in kit.examples(lambda r: network(r, np.float32), n=15, name="single gradients"):
        wide = [(W.astype(np.float64), b.astype(np.float64)) for W, b in layers]
        for pair, other in zip(gradients(x, y, layers)[1], autograd(x.astype(np.float64), y, wide)[1], strict=True):
            kit.equal([str(np.asarray(g).dtype) for g in pair], ["float32"] * 2)
            kit.close(pair[0], other[0].astype(np.float32), rtol=1e-4, atol=2e-5)
            kit.close(pair[1], other[1].astype(np.float32), rtol=1e-4, atol=2e-5)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-wrong", "locked": true}
# ## 3. Other people's gradients (5 points)
#
# Three teams hand in a `gradients` of their own. You write the test that says which of their arrays are wrong.
#
# | | contract |
# |---|---|
# | `wrong_gradients(candidate, x, y, layers)` | `candidate(x, y, layers)` returns `(loss, [(dW, db), …])`; its loss is right. Returns the sorted list of the names of the wrong arrays: `"W0"`, `"b0"`, `"W1"`, … An empty list if all are right |
#
# *Wrong* means: some entry is off by more than 0.5 % of the largest number that the **right** array holds. Sound versions are off by less than 0.001 % of it; none lies between. A right array that is all 0 allows only 0. Sizes of arrays may differ by a factor of a million within one network: compare each with itself. The candidate may be called, not looked into; you may trust your own `gradients` or take differences. `layers` and all else stay as they were.

# %% nbgrader={"grade_id": "wrong", "solution": true}
def wrong_gradients(candidate, x, y, layers):
    """Sorted names of the arrays that a candidate's gradients get wrong."""
    ### BEGIN SOLUTION
    _, theirs = candidate(x, y, layers)
    _, ours = gradients(x, y, layers)
    found = []
    for i, pairs in enumerate(zip(theirs, ours)):
        for letter, given, correct in zip("Wb", *pairs):
            largest = np.abs(correct).max()
            if not np.abs(given - correct).max() <= 1e-3 * largest:  # also where a NaN came back
                found.append(f"{letter}{i}")
    return sorted(found)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-wrong", "grade": true, "points": 5}
def spoilt(how, which):
    """A candidate whose arrays named in `which` are wrong in a way of their own; `how` is drawn."""
    def candidate(x, y, layers):
        loss, grads = autograd(np.asarray(x), np.asarray(y), [(np.asarray(W), np.asarray(b)) for W, b in layers])
        flat = {f"{letter}{i}": g * (1 + 1e-7 * how[3]) for i, pair in enumerate(grads) for letter, g in zip("Wb", pair)}
        for name in which:
            g, kind = flat[name].copy(), int(how[0] + 3 * int(name[1]) + (name[0] == "b")) % 4
            if kind == 0:
                g *= how[1]  # a common factor
            elif kind == 1:
                g[np.unravel_index(np.abs(g).argmin(), g.shape)] += 0.03 * np.abs(g).max()  # one entry
            elif kind == 2:
                g = g * len(x) * 1.1  # the mean
            else:
                g = -g
            flat[name] = g
        return loss, [(flat[f"W{i}"], flat[f"b{i}"]) for i in range(len(grads))]

    return candidate


def case(r, deep=False):
    """A network, rows, labels, and which arrays are wrong; in `deep` ones the layers' gradients differ by a million."""
    layers = made(r, 4, 5, 6, 3)
    if deep:
        layers[1] = (layers[1][0] * 1e-6, np.abs(layers[1][1]))
        layers[2] = (layers[2][0], layers[2][1])
    names = [f"{letter}{i}" for i in range(3) for letter in "Wb"]
    which = sorted(str(name) for name in r.choice(names, size=int(r.integers(1, 4)), replace=False))
    how = (int(r.integers(4)), float(r.choice([0.97, 1.03])), 0, int(r.choice([-1, 1])))
    return r.normal(size=(6, 4)), r.integers(0, 3, size=6), layers, which, how


def named(candidate, x, y, layers):
    """What the learner's test says of a candidate."""
    return [str(name) for name in wrong_gradients(candidate, x, y, layers)]


score = kit.Score(5)
with score.part(1, "a version with one or more wrong arrays, among sound ones", sizes="4-5-6-3"):
    kit.by_hand(wrong_gradients)
    for x, y, layers, which, how in kit.examples(case, n=5, name="public versions"):
        kit.equal(named(spoilt(how, which), x, y, layers), which, because=f"wrong are {which}", known_wrong={"nothing was found": []})
        kit.equal(named(spoilt(how, ()), x, y, layers), [], because="a sound version that rounds otherwise: compare with a tolerance")
### BEGIN HIDDEN TESTS
with score.part(1, "others: factors of three percent, single entries, signs, forgotten means, each found and nothing else named", hidden=True):
    kit.by_hand(wrong_gradients)
    for x, y, layers, which, how in kit.examples(case, n=12, name="versions"):
        kit.equal(named(spoilt(how, which), x, y, layers), which)
with score.part(1, "gradients that differ in size by a factor of a million: each array is compared with itself", hidden=True):
    kit.by_hand(wrong_gradients)
    for x, y, layers, which, how in kit.examples(lambda r: case(r, deep=True), n=12, name="deep versions"):
        kit.equal(named(spoilt(how, which), x, y, layers), which)
        kit.equal(named(spoilt(how, ()), x, y, layers), [])
with score.part(1, "dead layers, whose right gradient is 0: zeros are sound, anything else and NaN are not", hidden=True):
    kit.by_hand(wrong_gradients)

    def leaking(value):
        """A candidate whose W0 should be 0 and is not."""
        def candidate(x, y, layers):
            loss, grads = autograd(np.asarray(x), np.asarray(y), [(np.asarray(W), np.asarray(b)) for W, b in layers])
            grads[0] = (grads[0][0] + value, grads[0][1])
            return loss, grads

        return candidate

    for r in kit.examples(lambda r: r, n=4, name="dead versions"):
        x, y, layers, which, how = case(r)
        layers[0][1][:] -= 100
        kit.equal(named(spoilt((0, 1.0, 0, 1), ()), x, y, layers), [])
        kit.equal(named(leaking(float(10.0 ** r.uniform(-6, 0))), x, y, layers), ["W0"])
        kit.equal(named(leaking(math.nan), x, y, layers), ["W0"])
with score.part(1, "other depths and a single row; the arguments stay as they were; no false alarm in twenty sound versions", hidden=True):
    kit.by_hand(wrong_gradients)
    for i, (x, y, layers) in enumerate(kit.examples(lambda r: (r.normal(size=(int(r.integers(1, 4)), 3)), r.integers(0, 3, size=4), made(r, 3, *[int(w) for w in r.integers(2, 6, size=int(r.integers(0, 4)))], 3)), n=20, name="depths")):
        y = y[: len(x)]
        kit.equal(list(kit.unchanged(wrong_gradients, spoilt((i % 4, 1.03, 0, 1), ()), x, y, layers)), [])
        last = f"b{len(layers) - 1}"
        kit.equal(named(spoilt((i % 4, 1.03, 0, 1), (last,)), x, y, layers), [last])
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-train", "locked": true}
# ## 4. Within a budget (6 points)
#
# | | contract |
# |---|---|
# | `train(x, y, budget, seed)` | `x` (n, pixels), `y` (n,): classes 0, 1, …, each present. Returns layers for **raw** `x` with at most `budget` numbers in all. The same seed gives the same layers, another seed others. Under 4 s for 1000 rows |
#
# What comes: real digits; pixels in an order drawn for you; half of the pictures are negatives (`16 - x`); rows **sorted by class**; and not always on the scale 0 to 16. The chip knows no scaling: whatever you do to `x` before training must be worked into the first layer before you hand it over, so that
#
# $$W' x + b' = W\,\frac{x - m}{s} + b .$$
#
# | budget for 64 pixels, 10 classes | to reach on unseen pictures |
# |---|---|
# | 2410 (32 hidden neurons) | 0.91 right |
# | 1210 (16 hidden neurons) | 0.85 right |
#
# No network without a hidden layer gets beyond 0.55 here (lesson 1), whatever its training. A sound training reaches about 0.96 and 0.93. About 30 lines; plain descent with momentum, or Adam, will do.

# %% nbgrader={"grade_id": "train", "solution": true}
def train(x, y, budget, seed):
    """Layers for raw x, with at most budget numbers."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(seed)
    n, inputs = x.shape
    classes = int(y.max()) + 1
    width = widest(inputs, classes, budget)
    m, s = x.mean(), x.std()
    z = (x - m) / s
    arrays = [r.normal(size=(width, inputs)) * math.sqrt(2 / inputs), np.zeros(width), r.normal(size=(classes, width)) * math.sqrt(2 / width), np.zeros(classes)]
    first, second = [np.zeros_like(a) for a in arrays], [np.zeros_like(a) for a in arrays]
    step = 0
    for epoch in range(60):
        rate = 0.01 * (1 - epoch / 60)  # falls to nearly 0
        for rows in np.array_split(r.permutation(n), max(1, n // 50)):
            _, (one, two) = gradients(z[rows], y[rows], [(arrays[0], arrays[1]), (arrays[2], arrays[3])])
            step += 1
            for a, g, f, v in zip(arrays, (*one, *two), first, second):
                f += 0.1 * (g - f)
                v += 0.01 * (g * g - v)
                a -= rate * (f / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.99**step)) + 1e-8)
    W, b, out, shift = arrays
    return [(W / s, b - W.sum(axis=1) * m / s), (out, shift)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 6}
def handed_over(x, y, budget, seed, pixels=64, classes=10):
    """The learner's layers as plain arrays, within the budget and fitting together."""
    kit.by_hand(train)
    layers = [(np.asarray(W), np.asarray(b)) for W, b in kit.unchanged(train, x, y, budget, seed)]
    count = sum(W.size + b.size for W, b in layers)
    kit.require(count <= budget, f"{count} numbers are handed over, {budget} are allowed")
    wide = pixels
    for i, (W, b) in enumerate(layers):
        kit.shape(W, (len(b), wide))
        kit.finite(W)
        kit.finite(b)
        wide = len(b)
    kit.equal(wide, classes, because="the last layer has one output a class")
    return layers


def reached(layers, x, y, least, **scaled):
    """Check the share of right answers on raw pictures."""
    share = right(layers, x, y)
    for name, other in scaled.items():
        if share < least <= right(layers, other, y):
            kit.require(False, f"{share:.3f} of raw pictures are right, {least} are asked for; on pictures that are {name} they are: work that into the first layer")
    kit.require(share >= least, f"{share:.3f} of unseen pictures are right, {least} are asked for" + (
        " (nearly all of one class: did you shuffle the sorted rows?)" if share < 0.2 else " (no more than a network without ReLU can reach)" if share < 0.55 else ""))


score = kit.Score(6)
x, y, unseen, labels = forms(kit.rng("forms"))
with score.part(1, "within 2410 numbers: at least 0.91 of 797 unseen pictures right, raw", x="digits, half of them negatives, sorted by class"):
    layers = handed_over(x, y, 2410, 1)
    reached(layers, unseen, labels, 0.91, **{"divided by 16": unseen / 16, "centred and scaled": (unseen - x.mean()) / x.std()})
with score.part(1, "the same seed gives the same layers, another seed others, as good ones", seeds="1, 1, 2"):
    again, other = handed_over(x, y, 2410, 1), handed_over(x, y, 2410, 2)
    kit.close(again[0][0], layers[0][0], rtol=1e-12, because="seed 1 twice: draw everything from np.random.default_rng(seed)")
    kit.require(other[0][0].shape != again[0][0].shape or not np.allclose(other[0][0], again[0][0]), "seeds 1 and 2 give the same weights")
    reached(other, unseen, labels, 0.91)
### BEGIN HIDDEN TESTS
with score.part(1, "other pixels' order and other pictures: three times at least 0.91 within 2410 numbers", hidden=True):
    for i in range(3):
        x, y, unseen, labels = forms(kit.rng(f"other forms {i}"))
        reached(handed_over(x, y, 2410, int(kit.rng(f"seed {i}").integers(1000))), unseen, labels, 0.91)
with score.part(1, "half the budget, 1210 numbers: at least 0.85", hidden=True):
    x, y, unseen, labels = forms(kit.rng("small forms"))
    reached(handed_over(x, y, 1210, 5), unseen, labels, 0.85)
with score.part(1, "pictures on another scale, from 0 to 255 or far from 0: at least 0.91 all the same", hidden=True):
    for i, (low, high) in enumerate(((0.0, 255.0), (0.0, 1.0), (40.0, 60.0))):
        x, y, unseen, labels = forms(kit.rng(f"scaled forms {i}"), low=low, high=high)
        reached(handed_over(x, y, 2410, 7 + i), unseen, labels, 0.91)
with score.part(1, "fewer classes, fewer pixels, some of them always the same, fewer rows", hidden=True):
    x, y, unseen, labels = forms(kit.rng("few forms"), count=400, digits=6)
    x, unseen = (np.concatenate([t[:, :48], np.full((len(t), 2), 16.0)], axis=1) for t in (x, unseen))
    reached(handed_over(x, y, 1700, 11, pixels=50, classes=6), unseen, labels, 0.85)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-diagnose", "locked": true}
# ## 5. What made it fail (7 points)
#
# A log of a training on `classes` balanced classes, with plain descent at a fixed rate, E epochs of S batches:
#
# | key | |
# |---|---|
# | `"classes"` | int |
# | `"batch_loss"` | (E, S): the loss of each batch **before** its step; may hold infinities and NaN |
# | `"gradient"` | (E, layers): norm of each weight matrix's gradient, mean over the epoch; first layer first |
# | `"train_loss"`, `"train_accuracy"`, `"val_loss"`, `"val_accuracy"` | (E,): after each epoch |
#
# Seven causes, one a log; `run_of(cause, r)` above makes as many as you like, and the tool below draws them.
#
# | cause | what was done |
# |---|---|
# | `"sound"` | nothing wrong |
# | `"rate too large"` | the rate is 25 to 250 times too large |
# | `"rate too small"` | it is 150 to 500 times too small |
# | `"dead from the start"` | a hidden layer's biases are so low that all its ReLUs give 0 for every picture |
# | `"labels shuffled"` | the labels of the training pictures were mixed up |
# | `"data not shuffled"` | the batches go through the pictures in the order of their classes, in every epoch |
# | `"other scale in validation"` | validation pictures were scaled otherwise than the training's |
#
# | | contract |
# |---|---|
# | `evidence(run)` | a dict of five floats, see below |
# | `diagnose(run)` | one of the seven texts |
#
# | key of the evidence | meaning, with $L = \log(\text{classes})$ |
# |---|---|
# | `"peak"` | largest batch loss of all, divided by $L$; `inf` if any batch loss is not finite |
# | `"fit"` | last training loss / $L$ |
# | `"gap"` | (last validation loss − last training loss) / $L$ |
# | `"alive"` | the largest of the gradient's norms in the **first** epoch |
# | `"repeat"` | how alike the epochs are: the correlation of `batch_loss[e]` with `batch_loss[e + 1]`, place by place, in the mean over all neighbouring epochs that are finite and not constant; 0 if there are none |
#
# Which two numbers tell which two causes apart? Several end at $L$: there the *last* numbers say little. Each hidden part counts only when every log in it is named rightly.

# %% nbgrader={"grade_id": "diagnose", "solution": true}
def evidence(run):
    """peak, fit, gap, alive and repeat of a log."""
    ### BEGIN SOLUTION
    L = math.log(run["classes"])
    losses = run["batch_loss"]
    alike = []
    with np.errstate(invalid="ignore"):
        around = losses - losses.mean(axis=1, keepdims=True)  # NaN in an epoch with an infinite loss
    for one, two in zip(around, around[1:]):
        scale = math.sqrt((one @ one) * (two @ two))
        if scale > 0:  # neither constant nor NaN
            alike.append(one @ two / scale)
    return {
        "peak": float(losses.max() / L) if np.isfinite(losses).all() else math.inf,
        "fit": float(run["train_loss"][-1] / L),
        "gap": float((run["val_loss"][-1] - run["train_loss"][-1]) / L),
        "alive": float(run["gradient"][0].max()),
        "repeat": float(np.mean(alike)) if alike else 0.0,
    }
    ### END SOLUTION


def diagnose(run):
    """Name what made a training fail, or sound."""
    ### BEGIN SOLUTION
    seen = evidence(run)
    if seen["alive"] == 0:
        return "dead from the start"
    if seen["repeat"] > 0.5:
        return "data not shuffled"
    if seen["peak"] > 2.8:
        return "rate too large"
    if seen["gap"] < 0.3:
        return "sound" if seen["fit"] < 0.3 else "rate too small"
    return "labels shuffled" if seen["fit"] > 0.08 else "other scale in validation"
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-look", "locked": true}
# **A tool for looking.** `look(cause, number)` draws a log and prints its evidence, once you have written it. Draw several numbers of each cause.

# %% nbgrader={"grade_id": "look", "locked": true}
def look(*causes, number=0):
    """Draw the log of each cause, side by side, with its evidence."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(causes), figsize=(3.6 * len(causes), 3), squeeze=False)
    for ax, cause in zip(axes[0], causes):
        run = run_of(cause, np.random.default_rng([number, CAUSES.index(cause)]))
        epochs, steps = run["batch_loss"].shape
        level = math.log(run["classes"])
        ax.plot(np.arange(epochs * steps) / steps, np.minimum(np.nan_to_num(run["batch_loss"].ravel(), nan=1e9), 4 * level), color="#BBBBBB", linewidth=0.7, label="batch")
        for name, colour, dash in (("train_loss", "#0072B2", "-"), ("val_loss", "#D55E00", "--")):
            ax.plot(np.arange(1, epochs + 1), np.minimum(np.nan_to_num(run[name], nan=1e9), 4 * level), dash, color=colour, label=name)
        ax.axhline(level, color="#000000", linestyle=":", linewidth=0.8)
        ax.set(title=cause, xlabel="epochs", ylabel="loss in nats (cut at 4 log C)")
        try:
            print(f"{cause:28}", {key: float(f"{value:.3g}") for key, value in evidence(run).items()})
        except (NotImplementedError, AttributeError):
            print(f"{cause:28} write evidence first")
    axes[0, 0].legend(fontsize=7)
    plt.tight_layout()
    plt.show()


look("sound", "rate too large")  # and the others

# %% nbgrader={"grade_id": "check-diagnose", "grade": true, "points": 7}
def true_evidence(run):
    """From the definition."""
    level, losses = math.log(run["classes"]), np.asarray(run["batch_loss"])
    pairs = [(p, q) for p, q in zip(losses, losses[1:]) if np.isfinite(p).all() and np.isfinite(q).all() and np.ptp(p) > 0 and np.ptp(q) > 0]
    return {
        "peak": float(losses.max() / level) if np.isfinite(losses).all() else math.inf,
        "fit": float(run["train_loss"][-1]) / level,
        "gap": float(run["val_loss"][-1] - run["train_loss"][-1]) / level,
        "alive": float(np.max(run["gradient"][0])),
        "repeat": float(np.mean([np.corrcoef(p, q)[0, 1] for p, q in pairs])) if pairs else 0.0,
    }


def small(r, epochs=3, steps=4):
    """A made-up log of a few numbers, for the evidence alone."""
    numbers = {name: r.uniform(0.1, 3, size=epochs) for name in ("train_loss", "val_loss", "train_accuracy", "val_accuracy")}
    return {"classes": int(r.integers(2, 40)), "batch_loss": r.uniform(0.1, 4, size=(epochs, steps)), "gradient": r.uniform(0, 2, size=(epochs, int(r.integers(1, 4)))), **numbers}


def same_evidence(run, because=""):
    """Check the learner's evidence, key by key."""
    got, want = evidence(run), true_evidence(run)
    kit.equal(sorted(got), sorted(want), because="the keys of the evidence")
    level, losses = math.log(run["classes"]), run["batch_loss"]
    wrong = {
        "peak": {"divide by log(classes)": want["peak"] * level, "the largest of all batches, not the last epoch's": float(losses[-1].max() / level), "a NaN or an infinity counts as infinite": float("nan")},
        "fit": {"the training loss after the last epoch, not the last batch": float(losses[-1, -1] / level), "divide by log(classes)": want["fit"] * level, "that is the validation loss": float(run["val_loss"][-1] / level)},
        "gap": {"validation minus training": -want["gap"], "divide by log(classes)": want["gap"] * level, "the last epoch, not the first": float((run["val_loss"][0] - run["train_loss"][0]) / level)},
        "alive": {"the first epoch, not the last: a large rate kills too, but later": float(run["gradient"][-1].max()), "the largest norm, not the first layer's": float(run["gradient"][0, 0])},
        "repeat": {"neighbouring epochs, place by place: take the mean off each epoch first": float(np.mean([p @ q / math.sqrt((p @ p) * (q @ q)) for p, q in zip(losses, losses[1:])])) if np.isfinite(losses).all() and (losses != 0).any(1).all() else 7.0},
    }
    for key in ("peak", "fit", "gap", "alive", "repeat"):
        kit.close(float(got[key]), want[key], rtol=1e-9, atol=1e-9, because=f"{key}{because}", known_wrong=wrong[key])


def judged(r, causes):
    """What diagnose says of a log of each cause, in an order that is drawn, and the causes in that order."""
    kit.by_hand(diagnose)
    order = [causes[i] for i in r.permutation(len(causes))]
    return [(str(diagnose(run_of(cause, r))), cause) for cause in order]


score = kit.Score(7)
with score.part(1, "evidence: the five numbers of small logs that can be reckoned by hand", log="3 epochs of 4 batches"):
    kit.by_hand(evidence)
    for r in kit.examples(lambda r: r, n=5, name="logs"):
        same_evidence(small(r), f" of {small(kit.rng('shown'))['batch_loss'].shape} batch losses")
with score.part(1, "one log of each cause, all seven named rightly", log="run_of"):
    for said, cause in judged(kit.rng("public logs"), CAUSES):
        kit.equal(said, cause, because=f"a log of {cause}; look({cause!r}) draws others like it")
### BEGIN HIDDEN TESTS
with score.part(1, "evidence where losses overflow, where epochs are constant, of a single epoch and of two layers or one", hidden=True):
    kit.by_hand(evidence)
    for i, r in enumerate(kit.examples(lambda r: r, n=12, name="odd logs")):
        run = small(r, epochs=int(r.integers(2, 6)), steps=int(r.integers(2, 7)))
        if i % 4 == 0:
            run["batch_loss"][int(r.integers(len(run["batch_loss"]))), 1] = (math.inf, math.nan)[i // 4 % 2]
        elif i % 4 == 1:
            run["batch_loss"][int(r.integers(len(run["batch_loss"])))] = 1.25
        elif i % 4 == 2:
            run = small(r, epochs=1)
        same_evidence(run)
    run = small(kit.rng("all constant"))
    run["batch_loss"][:] = 2.0
    same_evidence(run)
with score.part(1, "three that stay near log C are told apart: dead, too small a rate, shuffled labels; and a sound one", hidden=True):
    for i in range(2):
        for said, cause in judged(kit.rng(f"flat {i}"), ("dead from the start", "rate too small", "labels shuffled", "sound")):
            kit.equal(said, cause)
with score.part(1, "three whose training loss moves: too large a rate, no shuffling, and a sound one", hidden=True):
    for i in range(2):
        for said, cause in judged(kit.rng(f"moving {i}"), ("rate too large", "data not shuffled", "sound")):
            kit.equal(said, cause)
with score.part(1, "three whose validation differs: another scale, shuffled labels, and a sound one", hidden=True):
    for i in range(2):
        for said, cause in judged(kit.rng(f"gap {i}"), ("other scale in validation", "labels shuffled", "sound")):
            kit.equal(said, cause)
with score.part(1, "all seven again, twice", hidden=True):
    for i in range(2):
        for said, cause in judged(kit.rng(f"seven {i}"), CAUSES):
            kit.equal(said, cause)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
