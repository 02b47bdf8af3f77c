# %% [markdown] id="title"
# # Jacobians, Hessians and their products with vectors
#
# **You will be able to** use derivatives that are far too large to write down: push a direction forwards, pull a weight backwards, and get curvature along a direction for the price of three gradients. **75 minutes.**
#
# At the end you can
#
# 1. write the Jacobian of a small function, and say which pass gives a row and which a column;
# 2. write forward mode in fifteen lines, and choose between forward and reverse mode by counting passes;
# 3. test a pull with two random vectors, and find with it a fault that no picture shows;
# 4. get a Hessian times a vector in two lines, and the largest curvature from twenty of them;
# 5. say from the curvature how long a step may be.

# %% [markdown] id="before"
# ## Before you start
#
# You need gradients, pulls and matrix products. Three questions to see where you stand.
#
# - $L = \sum (AB)$ with $A$ (5, 3): which shape has the gradient of $A$? (5, 3). *If not: lesson 2 of this course, Arrays.*
# - $M$ is (4, 3), $v$ (3,), $u$ (4,). What are the shapes of $Mv$ and $M^\top u$? (4,) and (3,). *If not: Linear algebra, lesson 1.*
# - $f(w) = 2w^3 - 5w$. What is the slope of its slope at 2? $12w = 24$. *If not: lesson 1 of this course, By hand first.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits, load_sample_image

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-rows")

# %% [markdown] id="question"
# ## A question first
#
# The photograph (`china.jpg`, `sklearn.datasets.load_sample_image`, CC BY 2.0) went through a blur of 4 pixels. We hold the blurred picture and want the sharp one back. The plan is that of lesson 1: a loss, its gradient, steps downhill. With $B$ for the blur, $x$ for our guess and $y$ for what we hold,
#
# $$L(x) = \tfrac12 \lVert B(x) - y \rVert^2 .$$
#
# The blur turns 273 280 numbers into 273 280 numbers. The table of all its slopes is large:

# %% id="real-picture"
photograph = load_sample_image("china.jpg").mean(2) / 255  # (427, 640), grey from 0 to 1


def blur(x, sigma=4.0):
    """The camera out of focus; beyond the edge it sees the last pixel again."""
    return gaussian_filter(x, sigma, mode="nearest")


blurred = blur(photograph)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
for axes, shown, title in ((left, photograph, "what was there"), (right, blurred, "what we hold")):
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1)
    axes.set(title=title, xlabel="column of pixels", ylabel="row of pixels")
plt.tight_layout()
plt.show()
entries = photograph.size**2
print(f"{photograph.size:,} pixels; the table of slopes has {entries:,} numbers, {8 * entries / 1e9:,.0f} GB")
assert photograph.size == 273_280 and round(8 * entries / 1e9) == 597

# %% [markdown] id="real-words"
# *In words: on the left the sharp hall with its tiled roof, on the right the same with soft edges.*
#
# > **The question.** 597 GB do not fit this machine. How is the gradient of $L$ got all the same, and what does it cost, in blurs? Commit to a guess.

# %% id="checkpoint-gradient"
kit.checkpoint("gradient-through-blur")

# %% [markdown] id="idea"
# ## The idea: a table of slopes, and two ways to multiply with it
#
# A function with $n$ numbers in and $m$ numbers out has $m \cdot n$ slopes, its **Jacobian**
#
# $$J_{ij} = \frac{\partial f_i}{\partial x_j} \qquad (m \times n), \qquad f(x + \Delta) \approx f(x) + J \Delta .$$
#
# A row belongs to an output: it is that output's gradient. A column belongs to an input: what happens everywhere when that one is turned. Two products with it are what one really needs.
#
# - **Jacobian times vector** (JVP, the *push*): $J v$, $n$ numbers in, $m$ out. Which way do the outputs move when the inputs move along $v$?
# - **Vector times Jacobian** (VJP, the *pull*): $J^\top u$, $m$ in, $n$ out. If the end changes with the outputs by $u$, how does it change with the inputs? That is lesson 2's pull: $\bar x = J^\top \bar f$.
#
# A program of several steps has $J = J_3 J_2 J_1$. The push multiplies from the right, in the order of the program: $J_3(J_2(J_1 v))$. The pull multiplies from the left, in reverse: $J_1^\top(J_2^\top(J_3^\top u))$. Each is a chain of products with *vectors*; no product of two matrices, and no matrix, is ever needed.
#
# ## By hand first
#
# $f(x_1, x_2) = (x_1 x_2,\; x_1 + x_2,\; x_2^2)$ at $(3, 2)$:
#
# $$J = \begin{pmatrix} x_2 & x_1 \\ 1 & 1 \\ 0 & 2x_2 \end{pmatrix} = \begin{pmatrix} 2 & 3 \\ 1 & 1 \\ 0 & 4 \end{pmatrix}, \qquad J \begin{pmatrix} 1 \\ 0 \end{pmatrix} = \begin{pmatrix} 2 \\ 1 \\ 0 \end{pmatrix}, \qquad J^\top \begin{pmatrix} 0 \\ 0 \\ 1 \end{pmatrix} = \begin{pmatrix} 0 \\ 4 \end{pmatrix}.$$
#
# A push along the first unit vector gives the first **column**; a pull with the last unit vector gives the last **row**.

# %% id="checkpoint-push"
kit.checkpoint("push-by-hand")

# %% [markdown] id="dual-text"
# Forward mode needs no recording: every number carries its slope along $v$ with it. Fifteen lines (classes and their operators: lesson 2, *Objects, as far as they are needed*):

# %% id="dual"
class Dual:
    """A number and its slope along one direction of the inputs."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def exp(self):
        return Dual(np.exp(self.value), np.exp(self.value) * self.slope)


def push(f, x, v):
    """J v of a function of a list of numbers."""
    return [out.slope for out in f([Dual(a, b) for a, b in zip(x, v)])]


def toy(x):
    return [x[0] * x[1], x[0] + x[1], x[1] * x[1]]


def toy_torch(x):
    return torch.stack([x[0] * x[1], x[0] + x[1], x[1] * x[1]])


J = np.array([[2, 3], [1, 1], [0, 4]])
columns = np.array([push(toy, [3.0, 2.0], v) for v in np.eye(2)]).T  # (3, 2) from 2 pushes
point = torch.tensor([3.0, 2.0], dtype=torch.float64)
_, pull = torch.func.vjp(toy_torch, point)
rows = np.array([pull(u)[0].numpy() for u in torch.eye(3, dtype=torch.float64)])  # (3, 2) from 3 pulls
library = torch.func.jacfwd(toy_torch)(point).numpy()  # (3, 2)
print("from two pushes:", columns.tolist(), "from three pulls:", rows.tolist())
assert np.array_equal(columns, J) and np.array_equal(rows, J) and np.array_equal(library, J)
v, u = np.array([2.0, -1.0]), np.array([1.0, 5.0, -2.0])
assert np.allclose(push(toy, [3.0, 2.0], v), J @ v) and np.allclose(pull(torch.tensor(u))[0].numpy(), J.T @ u) and (J @ v).tolist() == [1.0, 1.0, -4.0]
display(kit.recall("push-by-hand"), kit.recall("before-rows"))

# %% [markdown] id="which-way"
# ## Which way is cheaper?
#
# A whole Jacobian takes $n$ pushes (one a column) or $m$ pulls (one a row). A loss has one output: one pull, and a billion pushes. A camera model with 6 settings and 100 000 pixels: 6 pushes, and 100 000 pulls.

# %% id="checkpoint-passes"
kit.checkpoint("cheapest-passes")

# %% id="passes-code"
t = torch.linspace(0, 10, 20_000, dtype=torch.float64)  # (20000,), times of measurement in seconds
counter = {"evaluations": 0}


def simulator(p):
    """A damped oscillation: 4 settings (size, decay, frequency, phase) to 20 000 measured values."""
    counter["evaluations"] += 1
    return p[0] * torch.exp(-p[1] * t) * torch.cos(p[2] * t + p[3])  # (20000,)


settings = torch.tensor([1.0, 0.3, 5.0, 0.2], dtype=torch.float64)
whole = torch.stack([torch.func.jvp(simulator, (settings,), (e,))[1] for e in torch.eye(4, dtype=torch.float64)], dim=1)  # (20000, 4)
pushes = counter["evaluations"]
_, pull_simulator = torch.func.vjp(simulator, settings)
some_rows = torch.stack([pull_simulator(torch.nn.functional.one_hot(torch.tensor(i), 20_000).double())[0] for i in (0, 777, 19_999)])  # (3, 4)
print(f"the whole Jacobian {tuple(whole.shape)} from {pushes} pushes; three of its 20 000 rows, from a pull each, agree: {torch.allclose(some_rows, whole[[0, 777, 19_999]])}")
assert pushes == 4 and whole.shape == (20_000, 4) and torch.allclose(some_rows, whole[[0, 777, 19_999]], atol=1e-12)
kit.recall("cheapest-passes")

# %% [markdown] id="blur-text"
# ## The blur has a derivative
#
# A blur is *linear*: every pixel of the result is a weighted mean of pixels. So $B(x + \Delta) = B(x) + B(\Delta)$ exactly, and the push along $v$ is simply the blur of $v$. The Jacobian is the blur itself, and nobody has to write it down.
#
# The pull is $B^\top u$. A blur works along rows and columns one after the other, $B(x) = K_v\, x\, K_h^\top$ with $K_v$ of $427 \times 427$ and $K_h$ of $640 \times 640$. Hence $B^\top(u) = K_v^\top\, u\, K_h$: two small matrices instead of 597 GB.
#
# How does one know that a pull is the pull of *this* function? By two random vectors. For every matrix
#
# $$u \cdot (J v) = (J^\top u) \cdot v ,$$
#
# both are the same double sum. One number from the push, one from the pull; if they differ, one of them is wrong.

# %% id="blur-code"
K_v = gaussian_filter(np.eye(427), (4.0, 0), mode="nearest")  # (427, 427), column j: the blur of the unit vector j
K_h = gaussian_filter(np.eye(640), (4.0, 0), mode="nearest")  # (640, 640)


def pull_blur(u):
    """The blur's Jacobian, turned over, times u; (427, 640) -> (427, 640)."""
    return K_v.T @ u @ K_h


def two_vectors(push, pull, n, m, draw):
    """Relative difference of u · push(v) and pull(u) · v for random v and u of the shapes n and m."""
    v, u = draw.normal(size=n), draw.normal(size=m)
    a, b = (u * push(v)).sum(), (pull(u) * v).sum()
    return abs(a - b) / max(abs(a), abs(b))


draw = np.random.default_rng(0)
print(f"K_v x K_hᵀ is the blur: {np.abs(K_v @ photograph @ K_h.T - blurred).max():.0e}")
print(f"two vectors: {two_vectors(blur, pull_blur, photograph.shape, photograph.shape, draw):.0e}")
assert np.allclose(K_v @ photograph @ K_h.T, blurred, atol=1e-12) and two_vectors(blur, pull_blur, photograph.shape, photograph.shape, draw) < 1e-10
guess = torch.tensor(blurred, requires_grad=True)  # the library, through the same two matrices
(0.5 * (torch.tensor(K_v) @ guess @ torch.tensor(K_h).T - torch.tensor(blurred)).square().sum()).backward()
by_pull = pull_blur(blur(blurred) - blurred)  # J^T (B(x) - y)
assert np.allclose(by_pull, guess.grad.numpy(), atol=1e-12)
kit.recall("gradient-through-blur")

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague reasons: a Gaussian is the same from left and right, so the blur is its own transpose. He pulls with `blur` and sharpens. The picture looks fine. Two vectors say otherwise:

# %% id="wrong-code"
wrong = two_vectors(blur, blur, photograph.shape, photograph.shape, np.random.default_rng(0))
print(f"two vectors, with the blur as its own pull: off by {wrong:.0%}")
assert 0.02 < wrong < 0.05


def sharpen(pull, steps=60):
    """Descent on L with step 1; returns the guess and the losses."""
    x, losses = blurred.copy(), []
    for _ in range(steps):
        off = blur(x) - blurred
        losses.append(0.5 * float((off**2).sum()))
        x = x - pull(off)
    return x, losses


mended, right_losses = sharpen(pull_blur)
spoilt, odd_losses = sharpen(blur)
edge = np.abs(K_v - K_v.T).max(axis=1)  # (427,), by row
print(f"K_v and its transpose differ in the rows 0 to {np.flatnonzero(edge > 1e-12)[np.flatnonzero(edge > 1e-12) < 200].max()} and as many at the other end, by up to {edge.max():.2f}; in between by {edge[50:-50].max():.0e}")
inside = np.abs(mended - spoilt)[80:-80, 80:-80].max()
print(f"after 60 steps the two guesses differ by up to {np.abs(mended - spoilt).max():.3f} of the grey scale, deep inside by {inside:.0e}")
assert edge.max() > 0.3 and edge[50:-50].max() < 1e-15 and np.abs(mended - spoilt).max() > 100 * inside
assert right_losses[-1] < right_losses[0] / 10 and all(b <= a for a, b in zip(right_losses, right_losses[1:]))

# %% [markdown] id="wrong-read"
# The picture gave no reason for suspicion: deep inside the two agree, and without the true pull beside it nobody can tell the rim from the right one. Beyond the edge the camera repeats the last pixel, so the last pixel is used more often than any other. On the way back all those uses must be *summed into it*, as with a broadcast. `blur` spreads them instead. **Found** by two vectors in one line. **Mended** by the true transpose. Whoever writes a pull for an operator of his own (padding, gather, a kernel on a GPU) runs this test first.

# %% [markdown] id="hessian-text"
# ## Second slopes: the Hessian
#
# How does the gradient itself change? The Jacobian of the gradient is the **Hessian** $H_{ij} = \partial^2 L / \partial w_i \partial w_j$, $n \times n$ and symmetric. It completes the prediction of a step:
#
# $$L(w + \Delta) \approx L(w) + \nabla L \cdot \Delta + \tfrac12\, \Delta \cdot H \Delta .$$
#
# $v \cdot Hv$ for a direction $v$ of length 1 is the curvature along it: how much the slope rises by unit of way. And again only the product with a vector is needed. The gradient is a function with $n$ outputs; $g \cdot v$ is *one* number; its gradient is $Hv$:
#
# $$\nabla (g \cdot v) = H v \qquad (v \text{ held fixed}).$$
#
# Two backward passes, no $n^2$ anywhere. The first must leave a graph behind that can be differentiated again.

# %% id="checkpoint-hv"
kit.checkpoint("hessian-vector")

# %% id="hessian-code"
digits = load_digits()
A = torch.tensor(np.c_[digits.data / 16, np.ones(len(digits.data))])  # (1797, 65): 64 pixels and a 1 for the bias
sign = torch.tensor(np.where(digits.target == 3, 1.0, -1.0))  # (1797,)


def loss(w):
    """Logistic loss of 65 weights, as in lesson 1."""
    return torch.nn.functional.softplus(-sign * (A @ w)).mean()


def hessian_times(w, v):
    """H v from two backward passes; w, v (65,)."""
    w = w.clone().requires_grad_(True)
    g = torch.autograd.grad(loss(w), w, create_graph=True)[0]  # (65,)
    return torch.autograd.grad(g @ v, w)[0]  # (65,)


start = torch.zeros(65, dtype=torch.float64)
v = torch.tensor(np.random.default_rng(2).normal(size=65))
p = torch.sigmoid(-sign * (A @ start))  # (1797,)
H = (A * (p * (1 - p))[:, None]).T @ A / len(A)  # (65, 65), by hand: the slope of sigma is sigma (1 - sigma)
by_library = torch.func.hessian(loss)(start)  # (65, 65), all of it
gradient = torch.func.grad(loss)
by_difference = (gradient(start + 1e-5 * v) - gradient(start - 1e-5 * v)) / 2e-5  # (65,)
two_passes = hessian_times(start, v)
print(f"H v: two passes against the formula {(two_passes - H @ v).abs().max():.0e}, against differences of gradients {(two_passes - by_difference).abs().max():.0e}")
assert torch.allclose(H, by_library, atol=1e-12) and torch.allclose(H, H.T) and torch.allclose(two_passes, H @ v, atol=1e-12) and torch.allclose(two_passes, by_difference, atol=1e-8)
kit.recall("hessian-vector")

# %% [markdown] id="curvature-text"
# ## Curvature says how long a step may be
#
# Along a direction with curvature $\lambda$ the slope changes by $\lambda$ times the way. Descent with rate $r$ goes $r$ times the slope; on a parabola what is left is multiplied by $1 - r\lambda$ a step. So it shrinks while $r < 2/\lambda$ and grows beyond. The largest curvature of all directions decides. It comes from products alone: multiply a random vector by $H$ again and again, keeping its length at 1, and the direction of largest curvature wins (**power iteration**). Strictly, the largest in *size*: where a loss also bends downwards, as that of a deep network may, a large negative curvature would win. The logistic loss bends upwards only.

# %% id="power"
def largest_curvature(times, n, steps=20):
    """Largest curvature from products with the Hessian only."""
    v = torch.tensor(np.random.default_rng(0).normal(size=n))
    for _ in range(steps):
        v = v / v.norm()
        product = times(v)
        value, v = float(v @ product), product
    return value, v / v.norm()


top, steepest = largest_curvature(lambda v: hessian_times(start, v), 65)
values, vectors = torch.linalg.eigh(H)  # (65,) rising, (65, 65)
print(f"from 20 products {top:.6f}, from the whole matrix {float(values[-1]):.6f}; smallest that is not 0: {float(values[values > 1e-10][0]):.1e}")
assert abs(top - float(values[-1])) < 1e-6
flattest = vectors[:, int(torch.nonzero(values > 1e-10)[0, 0])]


def descend(rate, steps=60):
    """Loss by step on the parabola that touches the loss at the start, and on the loss itself."""
    w, q, real, model = start.clone(), start.clone(), [], []
    g0 = gradient(start)
    for _ in range(steps):
        real.append(float(loss(w)))
        model.append(float(loss(start) + g0 @ q + 0.5 * q @ H @ q))
        w = w - rate * gradient(w)
        q = q - rate * (g0 + H @ q)
    return real, model


calm, calm_model = descend(1.9 / top)
wild, wild_model = descend(2.1 / top)
print(f"2/λ is {2 / top:.3f}; the parabola after 60 steps, rate 1.9/λ: {calm_model[-1]:.3f}, rate 2.1/λ: {wild_model[-1]:.1f}")
print(f"the loss itself after 60 steps: {calm[-1]:.3f} and {wild[-1]:.3f}; after one step at the rate 2.1/λ: {wild[1]:.3f}, after two {wild[2]:.3f}")
assert calm_model[-1] < calm_model[0] < 1 < wild_model[-1] and calm[-1] < calm[0]
there = torch.func.hessian(loss)
later = start.clone()
for _ in range(60):
    later = later - 2.1 / top * gradient(later)
print(f"largest curvature where that ends: {float(torch.linalg.eigvalsh(there(later))[-1]):.3f}, at the start {top:.3f}")
assert wild[-1] < wild[0] and float(torch.linalg.eigvalsh(there(later))[-1]) < top

# %% [markdown] id="power-read"
# The parabola grows without bound beyond $2/\lambda$, as the formula says. The loss itself does not: it is no parabola, and where the steps go its curvature is smaller than at the start. The bound is a statement about the place where $\lambda$ was measured.

# %% [markdown] id="knob"
# ## Turn a knob
#
# How good is a prediction by slope alone, and by slope and curvature? We walk from the start along one of the Hessian's directions, against the slope, and compare with the true loss. Before you turn: along the direction of **smallest** curvature, how far off is the slope alone after a way of 1?

# %% id="checkpoint-flat"
kit.checkpoint("flat-direction")

# %% id="widget"
from ipywidgets import IntSlider, interact

order = [int(i) for i in torch.nonzero(values > 1e-10).flatten()][::-1]  # 62 directions, most curved first


def walk(rank, ways):
    """True loss, prediction by slope, prediction with curvature, along the direction of a rank."""
    direction = vectors[:, order[rank]]
    direction = -direction if float(gradient(start) @ direction) > 0 else direction  # downhill
    slope, curve = float(gradient(start) @ direction), float(direction @ H @ direction)
    true = np.array([float(loss(start + way * direction)) for way in ways])
    return true, float(loss(start)) + slope * ways, float(loss(start)) + slope * ways + 0.5 * curve * ways**2


def show_walk(rank=0):
    """Draw the three along one direction, and all curvatures."""
    ways = np.linspace(0, 1, 41)
    true, line, parabola = walk(rank, ways)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.5))
    left.plot(ways, true, color=BLUE, label="true loss")
    left.plot(ways, line, color=ORANGE, linestyle="--", label="slope alone")
    left.plot(ways, parabola, color=GREEN, linestyle=":", linewidth=3, label="slope and curvature")
    left.set(title=f"Along direction {rank} of {len(order)}", xlabel="way along the direction (no unit)", ylabel="loss (nats)")
    left.legend(fontsize=8)
    right.plot(range(len(order)), [float(values[i]) for i in order], color=BLUE, marker=".")
    right.plot(rank, float(values[order[rank]]), "o", color=ORANGE, markersize=9)
    right.set(yscale="log", title="All curvatures, largest first", xlabel="rank of the direction", ylabel="curvature (no unit)")
    plt.tight_layout()
    plt.show()


show_walk()

# %% id="widget-turn"
interact(show_walk, rank=IntSlider(min=0, max=len(order) - 1, value=0, description="direction"));

# %% [markdown] id="knob-words"
# *In words, unturned (the most curved direction): the true loss falls, turns and rises; the straight line of the slope alone leaves it at once and ends far below; the parabola follows it closely at first and ends above it. The right picture falls over nearly seven powers of ten, from about 3 to below a millionth.*

# %% id="knob-assert"
ways = np.array([0.05, 1.0])
curved, flat = walk(0, ways), walk(len(order) - 1, ways)
print(f"most curved, way 1: true {curved[0][1]:.3f}, slope alone {curved[1][1]:.3f}, with curvature {curved[2][1]:.3f}")
print(f"flattest, way 1: true {flat[0][1]:.6f}, slope alone {flat[1][1]:.6f}, off by {abs(flat[0][1] - flat[1][1]):.0e}")
assert abs(curved[1][1] - curved[0][1]) > 0.5 and abs(flat[0][1] - flat[1][1]) < 1e-5
assert abs(curved[2][0] - curved[0][0]) < 0.05 * abs(curved[1][0] - curved[0][0])
assert float(values[order[0]] / values[order[-1]]) > 1e6 and curved[2][1] > curved[0][1]
kit.recall("flat-direction")

# %% [markdown] id="knob-read"
# One rate has to serve all directions. It must stay below $2/\lambda_{\max}$, and with that the flattest ones hardly move at all: their curvature is smaller by a factor of millions. What to do about it is the matter of the course *Optimisation*.
#
# ## At scale
#
# For 7 billion weights: the Hessian, the gradient, one product $Hv$, and the top curvature.

# %% id="scale"
N, BYTES = 7e9, 2
matrix_bytes = N * N * BYTES
print(f"Hessian {matrix_bytes / 1e18:.0f} EB; gradient {N * BYTES / 1e9:.0f} GB; H v: the memory of two more gradients, {2 * N * BYTES / 1e9:.0f} GB")
gradient_passes, product_passes = 3, 9  # in forward passes: forward 1 and backward 2; the second one differentiates all three of them
from torch.utils.flop_counter import FlopCounterMode  # counts what really runs in products of matrices

layers = [torch.tensor(np.random.default_rng(k).normal(size=(64, 64)) / 8, requires_grad=True) for k in range(20)]
directions = [torch.tensor(np.random.default_rng(100 + k).normal(size=(64, 64))) for k in range(20)]


def deep_loss():
    """Twenty layers of width 64 over 256 digits, one number at the end."""
    h = A[:256, :64]
    for matrix in layers:
        h = torch.tanh(h @ matrix)
    return h.square().sum()


def deep_product():
    g = torch.autograd.grad(deep_loss(), layers, create_graph=True)
    return torch.autograd.grad(sum((a * b).sum() for a, b in zip(g, directions)), layers)


flops = {}
for name, run in (("forward", deep_loss), ("gradient", lambda: torch.autograd.grad(deep_loss(), layers)), ("product", deep_product)):
    with FlopCounterMode(display=False) as counter_of_flops:
        run()
    flops[name] = counter_of_flops.get_total_flops()
print(f"counted in twenty layers: a gradient {flops['gradient'] / flops['forward']:.2f} forward passes, H v {flops['product'] / flops['forward']:.2f}, so {flops['product'] / flops['gradient']:.2f} gradients")
assert 2.9 < flops["gradient"] / flops["forward"] <= 3 and 8.5 < flops["product"] / flops["forward"] <= 9 and 2.9 < flops["product"] / flops["gradient"] <= 3
print(f"a gradient costs about {gradient_passes} forward passes, H v about {product_passes}; 20 products {20 * product_passes / gradient_passes:.0f} gradients; by columns {N:.0e} products")
assert round(matrix_bytes / 1e18) == 98 and 20 * product_passes / gradient_passes == 60

# %% [markdown] id="scale-words"
# Three gradients for one product, counted in multiplications; the clock may say more where small steps between the products weigh much. 98 exabytes that nobody has ever stored; its largest curvature for the price of sixty gradients, between two steps of training. Measured so, the curvature of real networks turns out to climb until it hovers just above $2/r$ for the rate in use (Cohen et al., 2021).
#
# ## The question again
#
# The gradient of $\frac12 \lVert B(x) - y \rVert^2$ is $B^\top (B(x) - y)$: one blur, one subtraction, one pull that costs as much as a blur. Two blurs, not 597 GB. Sixty steps of that:

# %% id="answer"
crop = (slice(60, 200), slice(110, 310))
figure, row = plt.subplots(1, 3, figsize=(10.5, 2.9))
for axes, shown, title in zip(row, (blurred, mended, photograph), ("what we hold", "after 60 steps", "what was there")):
    axes.imshow(np.clip(shown[crop], 0, 1), cmap="gray", vmin=0, vmax=1)
    axes.set(title=title, xlabel="column of pixels", ylabel="row of pixels")
plt.tight_layout()
plt.show()
far, near = np.abs(blurred - photograph).mean(), np.abs(mended - photograph).mean()
noisy = blurred + np.random.default_rng(5).normal(size=blurred.shape) * 0.02
x = noisy.copy()
for _ in range(60):
    x = x - pull_blur(blur(x) - noisy)
print(f"mean error of a pixel: blurred {far:.4f}, after 60 steps {near:.4f}; the loss fell to {right_losses[-1] / right_losses[0]:.1%}")
print(f"with noise of 0.02 in what we hold: {np.abs(x - photograph).mean():.4f}, worse than doing nothing")
noisy_error = np.abs(x - photograph).mean()
assert near < 0.9 * far and noisy_error > far and 0.008 < right_losses[-1] / right_losses[0] < 0.015

# %% [markdown] id="answer-words"
# *In words: three cuttings of the roof; the middle one has clearer edges and windows than the left one, and is still softer than the right one.*
#
# The loss fell to about a hundredth, and the picture is only partly back. That is the curvature once more: $H = B^\top B$ has curvatures near 1 for coarse patterns and next to 0 for fine ones. Along those the loss is flat: the blurred picture hardly says what was there. With a little noise in what we hold, sixty steps even make the picture worse: along flat directions the noise is what they fit. The gradient cannot bring back what the data do not hold.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A function takes 12 numbers to 5 000. Replace each `...` by a number or a tuple.

# %% id="exercise-1"
answers = {"shape of its Jacobian": ..., "pushes for the whole Jacobian": ..., "pulls for the whole Jacobian": ..., "pulls for the gradient of the sum of its squares": ...}

# %% id="check-1"
if any(s is ... for s in answers.values()):
    print("not tried yet")
else:
    kit.equal(answers["shape of its Jacobian"], (5000, 12), because="a row for each output", known_wrong={"rows belong to outputs, columns to inputs": (12, 5000)})
    kit.equal(answers["pushes for the whole Jacobian"], 12, because="a push gives a column, and there is a column for each input", known_wrong={"a push gives a column, not a row": 5000, "one push is one direction": 1})
    kit.equal(answers["pulls for the whole Jacobian"], 5000, because="a pull gives a row, and there is a row for each output", known_wrong={"a pull gives a row, not a column": 12, "one pull gives one weighted sum of rows": 1})
    kit.equal(answers["pulls for the gradient of the sum of its squares"], 1, because="one number at the end: pull with u = 2 f(x)", known_wrong={"no table is needed: pull with 2 f(x)": 5000, "pulls, not pushes": 12})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Give `Dual` a division and a square root, as functions. The slope of $\sqrt u$ is $1/(2\sqrt u)$.

# %% id="exercise-2"
def dual_divide(a, b):
    ...


def dual_root(a):
    ...


# %% id="check-2"
if dual_divide(Dual(1.0), Dual(2.0)) is None or dual_root(Dual(4.0)) is None:
    print("not tried yet")
else:
    quotient = dual_divide(Dual(3.0, 0.5), Dual(2.0, -1.0))
    kit.close(quotient.value, 1.5, because="3 / 2")
    kit.close(quotient.slope, 0.5 / 2 + 3 / 4, because="value 3 with slope 0.5, by value 2 with slope -1", known_wrong={
        "slopes are not divided by each other": -0.5, "the sign: a/b falls when b grows": 0.5 / 2 - 3 / 4, "b stands squared in the second part": 0.5 / 2 + 3 / 2, "b moves as well": 0.25})
    root = dual_root(Dual(9.0, 6.0))
    kit.close(root.value, 3.0, because="the root of 9")
    kit.close(root.slope, 1.0, because="value 9 with slope 6", known_wrong={"half is missing: 1/(2√u)": 2.0, "the root of the slope": 6.0**0.5, "the slope that comes in is not used": 1 / 6})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** The product $Hv$ without a graph of a graph: from **two gradients**. `gradient(w)` gives (n,) tensors. Return $Hv$ by a central difference along $v$; a long $v$ must not spoil it (move by $h$ along $v/\lVert v \rVert$). For $v = 0$ return zeros.

# %% id="exercise-3"
def hessian_times_by_gradients(gradient, w, v, h=1e-4):
    """H v from two calls of gradient; w, v (n,)."""
    ...


# %% id="check-3"
if hessian_times_by_gradients(gradient, start, v) is None:
    print("not tried yet")
else:
    for scale in (1.0, 1000.0):
        mine = hessian_times_by_gradients(gradient, start, scale * v)
        kit.close(mine, scale * (H @ v), rtol=1e-5, atol=1e-6 * scale, because=f"the logistic loss at the start, a v of length {scale * float(v.norm()):.0f}", known_wrong={
            "multiply by the length of v again": (H @ v) / v.norm(), "divide by the whole distance, 2h": 2 * scale * (H @ v), "that is v · H v times v": scale * (v @ H @ v) * v})
    calls = []
    hessian_times_by_gradients(lambda w: calls.append(1) or gradient(w), start, v)
    kit.equal(len(calls), 2, because="two gradients", known_wrong={"one column after the other is what this avoids": 130})
    kit.close(hessian_times_by_gradients(gradient, start, 0 * v), torch.zeros(65, dtype=torch.float64), because="v = 0", known_wrong={"0 / 0": torch.full((65,), float("nan"), dtype=torch.float64)})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A microphone hears a sound and its echo: $f(x)_k = x_k + 0.5\, x_{k-3}$ for $k \ge 3$, and $f(x)_k = x_k$ before. Write the pull, $J^\top u$, without building $J$; `u` has the shape (n,), n may be less than 3.

# %% id="exercise-4"
def echo(x):
    """The sound with its echo, three samples later; (n,) -> (n,)."""
    heard = x.copy()
    heard[3:] += 0.5 * x[:-3]
    return heard


def pull_echo(u):
    """The pull of echo; (n,) -> (n,)."""
    ...


# %% id="check-4"
if pull_echo(np.ones(5)) is None:
    print("not tried yet")
else:
    u8 = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    table = np.array([echo(e) for e in np.eye(8)]).T  # (8, 8)
    kit.close(pull_echo(u8), table.T @ u8, because=f"u = {u8.tolist()}", known_wrong={
        "that is the push: on the way back the echo runs from late to early": echo(u8), "the echo is missing": u8, "only the echo came back": table.T @ u8 - u8, "the factor 0.5 goes back as well": u8 + np.r_[u8[3:], 0, 0, 0], "undoing is not turning over: the pull is no inverse": np.linalg.solve(table, u8)})
    for n in (1, 3, 4, 50):
        kit.require(two_vectors(echo, pull_echo, n, n, np.random.default_rng(n)) < 1e-12, f"two vectors disagree for n = {n}: which samples does a late u reach?")
    print("right")

# %% [markdown] id="next"
# Next: the lab `autodiff`. Its fifth task is *two vectors* as a test for everybody's rules.

# %% [markdown] id="summary"
# ## Summary
#
# - The Jacobian has a row for each output and a column for each input; a push gives $Jv$, a pull $J^\top u$, and neither builds it.
# - Few inputs: forward mode. One output: reverse mode.
# - $u \cdot Jv = J^\top u \cdot v$ tests any pull with two random vectors.
# - $Hv$ is the gradient of $g \cdot v$; the largest curvature comes from products alone and bounds the step by $2/\lambda$.
# - Where curvature is next to nothing, the data do not say what was there.
#
# | term | 中文 |
# |---|---|
# | Jacobian | 雅可比矩阵 |
# | push, Jacobian-vector product (JVP) | 推前、雅可比–向量积 |
# | pull, vector-Jacobian product (VJP) | 拉回、向量–雅可比积 |
# | forward mode, dual number | 前向模式、对偶数 |
# | Hessian, curvature | 海森矩阵、曲率 |
# | power iteration | 幂迭代 |
#
# **Read on.** Andreas Griewank, Andrea Walther, *Evaluating Derivatives*, 2nd edition, SIAM, 2008, chapter 3. · Barak A. Pearlmutter, "Fast Exact Multiplication by the Hessian", Neural Computation 6, 1994. · Jeremy Cohen et al., "Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability", ICLR 2021, section 3. · Marc Deisenroth, A. Aldo Faisal, Cheng Soon Ong, *Mathematics for Machine Learning*, 2020, sections 5.3 and 5.7.
