# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Digits out of noise, as asked
#
# **You deliver** the parts of a small picture generator: patches as a vision transformer reads them, a noise schedule, the loss, the way back from noise to a picture, a trained model that writes the digit it is asked for, and a test that names what is wrong with other people's generators.
# **Time**: 110 minutes. **Resources**: one CPU core, 1 GB, torch, no network, no GPU; the longest cell takes about 5 s.
# **Proves**: `vision-multimodal` at B (task 1) and I (tasks 2 to 6). You need the course *Vision and multimodal models*.
# **Score**: 32 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you: other shapes, steps, orders of pixels, pictures. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `to_patches`, `from_patches`, `as_matrix` | 6 |
# | 2 | `cosine_schedule`, `add_noise`, `clean_from` | 6 |
# | 3 | `denoising_loss` | 4 |
# | 4 | `reverse_step`, `sample`, `guided` | 6 |
# | 5 | `train` | 6 |
# | 6 | `judge` | 4 |
#
# Pictures are torch tensors; results have the dtype of the pictures. **Tolerance**, unless a task names another: $10^{-9}$ in float64 and $10^{-4}$ in float32, relative or absolute.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. `kept` has shape (51,) and `t` holds 8 step numbers. Which shape has `kept[t]`, and which must it have to be multiplied with pictures of shape (8, 64)? (8,) and (8, 1). If that was a guess: lesson 2, *By hand first* and the cell below it.
# 2. A pixel of 1 with $\bar\alpha_t = 0.64$ and noise 0.5: the noisy pixel? $0.8 \cdot 1 + 0.6 \cdot 0.5 = 1.1$. If that was a guess: lesson 2, *By hand first*.
# 3. A picture of 24 × 16 pixels and three colours in patches of 8 × 8: how many tokens, of how many numbers? 6, of 192. If that was a guess: lesson 1.
#
# *The situation.* A company that tests readers of forms needs handwritten digits that nobody wrote: real ones are personal data. Its generator must write the digit asked for, in many hands, and must not hand out the writers' own pictures. The last supplier's generator failed on one of these points, and nobody had a test that would have said which.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np
import torch
from sklearn.datasets import load_digits  # 1797 handwritten digits of 8 x 8 pixels, 0 to 16; UCI, CC BY 4.0

from graders import kit

torch.set_num_threads(1)
RAW, NAMES = load_digits(return_X_y=True)
PICTURES = torch.tensor(RAW / 8 - 1, dtype=torch.float32)  # (1797, 64), -1 is paper and 1 full ink
DIGITS = torch.tensor(NAMES)  # (1797,)
NONE = 10  # the label of "no wish"
SCHEDULE = [1.0, *(math.cos(0.008 + 1.5625 * t / 50) ** 2 for t in range(1, 51))]  # a schedule for trying out: 50 steps, not the one of task 2
VERDICTS = ("sound", "copies", "collapsed", "noisy", "deaf")


def made(r, *shape, dtype=torch.float64):
    """Seeded normal numbers of a shape."""
    return torch.tensor(r.normal(size=shape)).to(dtype)


# %% [markdown] nbgrader={"grade_id": "task-patches", "locked": true}
# ## 1. Patches (6 points)
#
# | | contract |
# |---|---|
# | `to_patches(images, p)` | `images` (n, height, width, channels) → (n, tokens, p · p · channels). Tokens row by row of the picture, from the upper left; the numbers of a token row by row of the patch, the channels of a pixel side by side. A height or width that `p` does not divide: `ValueError` whose text contains that size |
# | `from_patches(tokens, height, width, p)` | the way back: (n, tokens, p · p · channels) → (n, height, width, channels), bit for bit |
# | `as_matrix(kernel)` | a convolution's weights (out, channels, p, p), as torch keeps them → (p · p · channels, out), so that tokens times this matrix are what the convolution with stride `p` gives |
#
# As an executable specification of the last one, with `images.permute(0, 3, 1, 2)` of shape (n, channels, height, width):
#
# ```python
# c = torch.nn.functional.conv2d(images.permute(0, 3, 1, 2), kernel, stride=p)  # (n, out, height / p, width / p)
# assert torch.allclose(to_patches(images, p) @ as_matrix(kernel), c.flatten(2).transpose(1, 2), atol=1e-5)
# ```
#
# A toy: the picture of 4 × 4 numbers 0 … 15 in one channel, $p = 2$: the first token is (0, 1, 4, 5). No changed argument reaches whoever calls. About eight lines in all.

# %% nbgrader={"grade_id": "patches", "solution": true}
def to_patches(images, p):
    """(n, height, width, channels) -> (n, tokens, p * p * channels)."""
    ### BEGIN SOLUTION
    n, height, width, channels = images.shape
    for size in (height, width):
        if size % p:
            raise ValueError(f"{size} is no multiple of {p}")
    split = images.reshape(n, height // p, p, width // p, p, channels)
    return split.permute(0, 1, 3, 2, 4, 5).reshape(n, -1, p * p * channels)
    ### END SOLUTION


def from_patches(tokens, height, width, p):
    """(n, tokens, p * p * channels) -> (n, height, width, channels)."""
    ### BEGIN SOLUTION
    split = tokens.reshape(len(tokens), height // p, width // p, p, p, -1)
    return split.permute(0, 1, 3, 2, 4, 5).reshape(len(tokens), height, width, -1)
    ### END SOLUTION


def as_matrix(kernel):
    """(out, channels, p, p) -> (p * p * channels, out)."""
    ### BEGIN SOLUTION
    return kernel.permute(2, 3, 1, 0).reshape(-1, len(kernel))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-patches", "grade": true, "points": 6}
def counted(n, height, width, channels, dtype=torch.float64):
    """Pictures whose numbers are 0, 1, 2, ... in reading order."""
    return torch.arange(n * height * width * channels).reshape(n, height, width, channels).to(dtype)


def numbered(n, rows, columns, channels, p):
    """Pictures that count 0, 1, 2, ... in reading order, and their tokens: which number stands where."""
    width, each = columns * p * channels, rows * columns * p * p * channels
    tokens = [[[i * each + (r * p + a) * width + (c * p + b) * channels + k for a in range(p) for b in range(p) for k in range(channels)] for r in range(rows) for c in range(columns)] for i in range(n)]
    return counted(n, rows * p, columns * p, channels), torch.tensor(tokens, dtype=torch.float64)


score = kit.Score(6)
with score.part(1, "the toy: 4 × 4 numbers in patches of 2 × 2, then one that is wider than high, in two colours", images="0 … 15", p=2):
    toy, tokens = numbered(1, 2, 2, 1, 2)
    kit.close(to_patches(toy, 2), tokens, known_wrong={
        "a reshape alone cuts the rows into strips: split height and width first, then bring the two patch axes together": toy.reshape(1, 4, 4),
        "tokens run down the columns: row by row of the picture": tokens[:, [0, 2, 1, 3]],
        "the patches are right, the numbers inside are transposed": tokens[:, :, [0, 2, 1, 3]]})
    wide, tokens = numbered(2, 2, 3, 2, 2)
    kit.close(to_patches(wide, 2), tokens, because="height 4, width 6, two channels: 2 × 3 tokens of 8 numbers", known_wrong={
        "the channels of a pixel stand side by side, not channel after channel": tokens.reshape(2, 6, 4, 2).transpose(2, 3).reshape(2, 6, 8)})
with score.part(1, "the way back gives the picture", images="counting up"):
    for r in kit.examples(lambda r: r, n=4, name="back"):
        p, rows, columns, channels = (int(i) for i in r.integers(1, 5, size=4))
        images, tokens = numbered(3, rows, columns, channels, p)
        kit.close(from_patches(tokens, p * rows, p * columns, p), images, rtol=0, because=f"height {p * rows}, width {p * columns}, {channels} channels, p = {p}")
with score.part(1, "tokens times the matrix are the convolution", kernel="(3, 2, 2, 2), seeded"):
    images, tokens = numbered(2, 2, 3, 2, 2)
    kernel = made(kit.rng("convolution"), 3, 2, 2, 2)
    c = torch.nn.functional.conv2d(images.permute(0, 3, 1, 2), kernel, stride=2).flatten(2).transpose(1, 2)
    matrix = as_matrix(kernel)
    kit.shape(matrix, (8, 3))
    kit.close(tokens @ matrix, c, rtol=1e-9, atol=1e-9, because="images (2, 4, 6, 2)", known_wrong={
        "torch keeps channels first: bring them last before you flatten": tokens @ kernel.reshape(3, -1).T})
### BEGIN HIDDEN TESTS
def true_patches(images, p):
    """Token by token from the definition."""
    n, height, width, channels = images.shape
    return torch.stack([images[:, i : i + p, j : j + p].flatten(1) for i in range(0, height, p) for j in range(0, width, p)], dim=1)


with score.part(1, "other sizes, patches that are the whole picture or one pixel, either dtype; arguments stay as they were", hidden=True):
    for r in kit.examples(lambda r: r, n=12, name="sizes"):
        p, rows, columns, channels, n = (int(i) for i in r.integers(1, 6, size=5))
        dtype = (torch.float32, torch.float64)[int(r.integers(2))]
        images = made(r, n, p * rows, p * columns, channels, dtype=dtype)
        for size in {1, p}:
            tokens = kit.unchanged(to_patches, images, size)
            kit.equal(str(tokens.dtype), str(dtype))
            kit.close(tokens, true_patches(images, size), rtol=0)
    images = made(kit.rng("square"), 2, 5, 5, 3)
    kit.close(to_patches(images, 5), images.reshape(2, 1, 75), rtol=0)
with score.part(1, "back from patches of any size, and a convolution of any size, also from pictures that lie in another order in memory", hidden=True):
    for r in kit.examples(lambda r: r, n=8, name="kernels"):
        p, rows, columns, channels, out = (int(i) for i in r.integers(1, 5, size=5))
        images, kernel = made(r, 2, channels, p * rows, p * columns).permute(0, 2, 3, 1), made(r, out, channels, p, p)
        c = torch.nn.functional.conv2d(images.permute(0, 3, 1, 2), kernel, stride=p).flatten(2).transpose(1, 2)
        matrix = as_matrix(kernel)
        kit.shape(matrix, (p * p * channels, out))
        kit.close(to_patches(images, p) @ matrix, c, rtol=1e-9, atol=1e-9)
        kit.close(from_patches(true_patches(images, p), p * rows, p * columns, p), images.contiguous(), rtol=0)
with score.part(1, "sizes that do not divide are named, whichever of the two it is", hidden=True):
    kit.raises(ValueError, to_patches, torch.zeros(1, 437, 12, 1), 4, match="437")
    kit.raises(ValueError, to_patches, torch.zeros(1, 12, 863, 2), 4, match="863")
    kit.close(to_patches(counted(1, 12, 8, 1), 4), true_patches(counted(1, 12, 8, 1), 4), rtol=0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-schedule", "locked": true}
# ## 2. How much of the picture is left (6 points)
#
# Steps are $t = 1, \dots, T$; $t = 0$ is the clean picture. $\bar\alpha_t$, in code `kept[t]`, is the share of the picture's variance that is left after $t$ steps, so `kept[0]` is 1.
#
# | | contract |
# |---|---|
# | `cosine_schedule(T)` | `kept`, float64, shape (T + 1,): $\bar\alpha_t = \prod_{u=1}^{t} (1 - \beta_u)$ with $\beta_u = \min\big(1 - f(u)/f(u-1),\ 0.999\big)$ and $f(u) = \cos^2\!\big(\tfrac{u/T + 0.008}{1.008} \cdot \tfrac{\pi}{2}\big)$ |
# | `add_noise(x0, t, noise, kept)` | `x0` and `noise` of one shape (n, …) with any further axes, `t` (n,) of whole numbers 0 … T, `kept` (T + 1,): the noisy pictures $\sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \varepsilon$, row by row with its own step |
# | `clean_from(x, t, noise, kept)` | the way back: which clean picture makes `x` at step `t`, if the noise in it is `noise`. `t` from 1 |
#
# By hand: $\bar\alpha = 0.64$, pixel 1, noise 0.5 gives 1.1, and back 1. Without the cap of 0.999 the last $\bar\alpha$ would be 0 and the way back would divide by it. About nine lines.

# %% nbgrader={"grade_id": "schedule", "solution": true}
def cosine_schedule(T):
    """The share of variance kept after t = 0 ... T steps; (T + 1,) of float64."""
    ### BEGIN SOLUTION
    f = torch.cos((torch.arange(T + 1, dtype=torch.float64) / T + 0.008) / 1.008 * math.pi / 2) ** 2
    beta = (1 - f[1:] / f[:-1]).clamp(max=0.999)  # (T,)
    return torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - beta, 0)])
    ### END SOLUTION


def of_rows(values, x):
    """A start, if you like: (n,) -> (n, 1, ..., 1) in the dtype of x, so that each row of x meets its own number."""
    return values.to(x.dtype).reshape(-1, *[1] * (x.ndim - 1))


def add_noise(x0, t, noise, kept):
    """Noisy pictures: (n, ...), (n,), (n, ...), (T + 1,) -> (n, ...)."""
    ### BEGIN SOLUTION
    left = of_rows(kept[t], x0)
    return left.sqrt() * x0 + (1 - left).sqrt() * noise
    ### END SOLUTION


def clean_from(x, t, noise, kept):
    """The clean picture that this noise implies: (n, ...), (n,), (n, ...), (T + 1,) -> (n, ...)."""
    ### BEGIN SOLUTION
    left = of_rows(kept[t], x)
    return (x - (1 - left).sqrt() * noise) / left.sqrt()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-schedule", "grade": true, "points": 6}
HAND = torch.tensor([1.0, 0.64, 0.36], dtype=torch.float64)  # three steps whose roots are round
ROOTS = {0: (1.0, 0.0), 1: (0.8, 0.6), 2: (0.6, 0.8)}


def by_hand(x0, t, noise):
    """Noisy numbers for HAND, list in, tensor out; x0 and noise have two axes."""
    return torch.tensor([[ROOTS[s][0] * a + ROOTS[s][1] * e for a, e in zip(p, q)] for p, s, q in zip(x0.tolist(), t.tolist(), noise.tolist())], dtype=torch.float64)


score = kit.Score(6)
with score.part(1, "a schedule of four steps", T=4):
    f = torch.tensor([math.cos((u / 4 + 0.008) / 1.008 * math.pi / 2) ** 2 for u in range(5)], dtype=torch.float64)
    four = torch.tensor([1.0, 0.8470121613269, 0.49384359044064, 0.14427210238574, 0.00014427210239], dtype=torch.float64)
    kit.close(cosine_schedule(4), four, rtol=1e-8, known_wrong={
        "kept[0] is 1: nothing has happened yet": four[1:], "that is f: divide by f(0) first": f, "the cap of 0.999 on β is missing": f / f[0],
        "that is one step's share; the product of all steps so far is asked": torch.cat([f[:1] / f[0], (f[1:] / f[:-1]).clamp(min=0.001)]),
        "these are the β themselves": torch.cat([torch.zeros(1, dtype=torch.float64), (1 - f[1:] / f[:-1]).clamp(max=0.999)])})
with score.part(1, "noise by hand: 0.64 kept, pixel 1, noise 0.5 gives 1.1; each row with its own step", kept=[1.0, 0.64, 0.36]):
    kept = torch.tensor([1.0, 0.64, 0.36], dtype=torch.float64)
    x0, noise = torch.tensor([[1.0], [-1.0], [2.0]], dtype=torch.float64), torch.tensor([[0.5], [1.0], [-3.0]], dtype=torch.float64)
    kit.close(add_noise(x0, torch.tensor([1, 2, 0]), noise, kept), torch.tensor([[1.1], [0.2], [2.0]], dtype=torch.float64), rtol=1e-9, known_wrong={
        "the shares are of the variance: take their roots": torch.tensor([[0.82], [0.28], [2.0]], dtype=torch.float64),
        "rows and steps were combined each with each: kept[t] needs the shape (n, 1)": torch.tensor([[1.1, 1.0, 1.0], [-0.2, 0.2, -1.0], [-0.2, -1.2, 2.0]], dtype=torch.float64),
        "the two shares are swapped": torch.tensor([[1.0], [-0.2], [-3.0]], dtype=torch.float64)})
    for r in kit.examples(lambda r: r, n=3, name="by hand"):
        x0, noise, t = made(r, 4, 2), made(r, 4, 2), torch.tensor(r.integers(0, 3, size=4))
        kit.close(add_noise(x0, t, noise, kept), by_hand(x0, t, noise), rtol=1e-9, atol=1e-12, because=f"x0 = {x0.tolist()}, t = {t.tolist()}, noise = {noise.tolist()}")
with score.part(1, "and back", kept=[1.0, 0.64, 0.36]):
    kept = torch.tensor([1.0, 0.64, 0.36], dtype=torch.float64)
    for r in kit.examples(lambda r: r, n=4, name="there and back"):
        x0, noise, t = made(r, 5, 3), made(r, 5, 3), torch.tensor(r.integers(1, 3, size=5))
        noisy = by_hand(x0, t, noise)
        kit.close(clean_from(noisy, t, noise, kept), x0, rtol=1e-9, atol=1e-9, because=f"t = {t.tolist()}", known_wrong={
            "the division by the root of what is kept is missing": noisy - (1 - kept[t]).sqrt()[:, None] * noise,
            "divide by the root of what is kept, not by what is kept": (noisy - (1 - kept[t]).sqrt()[:, None] * noise) / kept[t][:, None]})
### BEGIN HIDDEN TESTS
def true_schedule(T):
    """Step by step from the definition, in plain Python."""
    f = [math.cos((u / T + 0.008) / 1.008 * math.pi / 2) ** 2 for u in range(T + 1)]
    kept = [1.0]
    for u in range(1, T + 1):
        kept.append(kept[-1] * (1 - min(1 - f[u] / f[u - 1], 0.999)))
    return torch.tensor(kept, dtype=torch.float64)


def true_noisy(x0, t, noise, kept):
    """Row by row from the definition."""
    return torch.stack([math.sqrt(float(kept[s])) * a + math.sqrt(1 - float(kept[s])) * e for a, s, e in zip(x0, t.tolist(), noise)])


with score.part(1, "schedules of other lengths, from a single step to a thousand", hidden=True):
    for T in (1, 2, *(int(i) for i in kit.rng("lengths").integers(5, 300, size=3)), 1000):
        kept = cosine_schedule(T)
        kit.equal(str(kept.dtype), "torch.float64")
        kit.close(kept, true_schedule(T), rtol=1e-8)
with score.part(1, "noise on other shapes, as many rows as columns, colours, a single row; either dtype; arguments stay as they were", hidden=True):
    for shape in ((4, 4), (1, 7), (3, 3, 3), (2, 5, 4, 3), (6,)):
        for dtype, tolerance in ((torch.float64, 1e-9), (torch.float32, 1e-4)):
            r = kit.rng(f"noise {shape}")
            x0, noise, t = made(r, *shape, dtype=dtype), made(r, *shape, dtype=dtype), torch.tensor(r.integers(0, 51, size=shape[0]))
            kept = true_schedule(50)
            noisy = kit.unchanged(add_noise, x0, t, noise, kept)
            kit.equal(str(noisy.dtype), str(dtype))
            kit.close(noisy, true_noisy(x0, t, noise, kept).to(dtype), rtol=tolerance, atol=tolerance)
with score.part(1, "the clean picture on other shapes and other schedules", hidden=True):
    for shape in ((4, 4), (1, 7), (3, 3, 3), (2, 5, 4, 3), (6,)):
        r = kit.rng(f"clean {shape}")
        x0, noise, t = made(r, *shape), made(r, *shape), torch.tensor(r.integers(1, 9, size=shape[0]))
        kept = torch.cat([torch.ones(1, dtype=torch.float64), torch.tensor(np.cumprod(r.uniform(0.5, 0.99, size=8)))])
        kit.close(kit.unchanged(clean_from, true_noisy(x0, t, noise, kept), t, noise, kept), x0, rtol=1e-8, atol=1e-8)
        single = clean_from(true_noisy(x0, t, noise, kept).float(), t, noise.float(), kept)
        kit.equal(str(single.dtype), "torch.float32")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-loss", "locked": true}
# ## 3. The loss (4 points)
#
# | | contract |
# |---|---|
# | `denoising_loss(denoise, x0, t, labels, noise, kept)` | `denoise(x, t, labels)` takes noisy pictures, their steps (n,) and wishes (n,), and returns its guess of the noise, shaped as `x`. The loss is the mean, over **all numbers of all pictures**, of the squared difference between the guess and the noise that was really added. A tensor without axes, through which gradients flow |
#
# `denoise` is called once, for the whole batch. About two lines.

# %% nbgrader={"grade_id": "loss", "solution": true}
def denoising_loss(denoise, x0, t, labels, noise, kept):
    """Mean squared error of the guessed noise; a tensor without axes."""
    ### BEGIN SOLUTION
    return ((denoise(add_noise(x0, t, noise, kept), t, labels) - noise) ** 2).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-loss", "grade": true, "points": 4}
def loss_case(r, shape=(5, 3), T=6):
    """Seeded arguments of the loss."""
    kept = torch.cat([torch.ones(1, dtype=torch.float64), torch.tensor(np.cumprod(r.uniform(0.5, 0.95, size=T)))])
    return made(r, *shape), torch.tensor(r.integers(1, T + 1, size=shape[0])), torch.tensor(r.integers(0, 11, size=shape[0])), made(r, *shape), kept


def recorded(calls, factor=0.0):
    """A guess of the noise that keeps what it was asked."""
    def denoise(x, t, labels):
        calls.append((x.detach().clone(), t.clone(), labels.clone()))
        return factor * x

    return denoise


score = kit.Score(4)
with score.part(1, "who guesses 0 pays the mean square of the noise; who guesses the noise exactly pays nothing", shape=(5, 3)):
    x0, t, labels, noise, kept = (*loss_case(kit.rng("loss"), T=2)[:4], HAND)
    kit.close(denoising_loss(recorded([]), x0, t, labels, noise, kept), (noise**2).mean(), rtol=1e-9, known_wrong={
        "the sum, not the mean": (noise**2).sum(), "the mean over pictures of sums over pixels: divide by the pixels too": (noise**2).sum(1).mean(),
        "you compare with the clean picture; the guess is of the noise": (x0**2).mean(), "the square is missing": noise.abs().mean(), "the root was taken: the mean square is asked": (noise**2).mean().sqrt(),
        "you compare with the noisy picture": (by_hand(x0, t, noise) ** 2).mean()})
    kit.close(denoising_loss(lambda x, t, labels: torch.full_like(x, 0.5), x0, t, labels, noise, kept), ((0.5 - noise) ** 2).mean(), rtol=1e-9, because="a guess of 0.5 everywhere")
    kit.close(denoising_loss(lambda x, t, labels: noise, x0, t, labels, noise, kept), torch.tensor(0.0, dtype=torch.float64), atol=1e-12)
with score.part(1, "the model sees the noisy pictures, their steps and wishes, once", shape=(5, 3)):
    for r in kit.examples(lambda r: r, n=3, name="seen"):
        x0, t, labels, noise, kept = (*loss_case(r, T=2)[:4], HAND)
        calls = []
        value = denoising_loss(recorded(calls, 0.7), x0, t, labels, noise, kept)
        kit.require(len(calls) == 1, f"denoise was called {len(calls)} times for one batch")
        noisy = by_hand(x0, t, noise)
        kit.close(calls[0][0], noisy, rtol=1e-9, atol=1e-9, because=f"t = {t.tolist()}", known_wrong={"that is the clean picture: add the noise first": x0, "that is the noise alone": noise, "the noise was added without the two roots": x0 + noise})
        kit.close([calls[0][1].double(), calls[0][2].double()], [t.double(), labels.double()], because="steps, then wishes")
        kit.close(value, ((0.7 * noisy - noise) ** 2).mean(), rtol=1e-9, because="the model guesses 0.7 times what it sees")
### BEGIN HIDDEN TESTS
with score.part(1, "the loss of other models, on other shapes, as many rows as columns", hidden=True):
    for shape in ((4, 4), (1, 9), (3, 3, 2), (7, 2)):
        r = kit.rng(f"loss {shape}")
        x0, t, labels, noise, kept = loss_case(r, shape)
        factor = float(r.normal())
        value = denoising_loss(recorded([], factor), x0, t, labels, noise, kept)
        kit.shape(value, ())
        kit.close(value, ((factor * true_noisy(x0, t, noise, kept) - noise) ** 2).mean(), rtol=1e-9)
with score.part(1, "gradients flow to the model's numbers, and they are right", hidden=True):
    def slope(loss, x0, t, labels, noise, kept, start):
        import torch

        number = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        loss(lambda x, t, labels: number * x, x0, t, labels, noise, kept).backward()
        return number.grad

    for r in kit.examples(lambda r: r, n=3, name="slopes"):
        x0, t, labels, noise, kept = loss_case(r)
        start, noisy = float(r.normal()), true_noisy(x0, t, noise, kept)
        kit.close(kit.probe(slope, denoising_loss, x0, t, labels, noise, kept, start), (2 * (start * noisy - noise) * noisy).mean(), rtol=1e-8)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-sample", "locked": true}
# ## 4. Back from noise (6 points)
#
# | | contract |
# |---|---|
# | `reverse_step(x, t, noise, kept, z)` | from step `t` (one whole number for all rows, 1 … T) to $t - 1$, given a guess of the noise in `x`. All of one shape (n, …) |
# | `sample(denoise, labels, kept, start, z)` | from `start` (n, …) at step $T$ down to step 0; in the step from `t` the fresh noise is `z[t]`, so `z` has the shape (T + 1, n, …) and `z[0]` is not used. No gradient is kept. Returns (n, …) |
# | `guided(denoise, weight)` | a new function of (x, t, labels): what `denoise` says without a wish (label `NONE` = 10 for every row) plus `weight` times the difference that the wish makes |
#
# In `reverse_step` let $\hat x_0$ be the clean picture that the guess implies, clipped to [−1, 1], and $\beta = 1 - \bar\alpha_t / \bar\alpha_{t-1}$. Then
#
# $$x_{t-1} = \frac{\sqrt{\bar\alpha_{t-1}}\;\beta\;\hat x_0 + \sqrt{1 - \beta}\;(1 - \bar\alpha_{t-1})\;x_t}{1 - \bar\alpha_t} + \sqrt{\beta\,\frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}}\; z .$$
#
# By hand: $\bar\alpha_2 = 0.36$, $\bar\alpha_1 = 0.64$, $x = 1$, a guess of 1 and $z = 0$: $\hat x_0 = (1 - 0.8)/0.6 = 1/3$, $\beta = 0.4375$, $x_1 = (0.8 \cdot 0.4375/3 + 0.75 \cdot 0.36)/0.64 = 0.6042$. In the step from 1 to 0 the picture is $\hat x_0$ and no noise is added: read that off the formula. About twelve lines in all.

# %% nbgrader={"grade_id": "sample", "solution": true}
def reverse_step(x, t, noise, kept, z):
    """From step t to step t - 1; all of the shape (n, ...)."""
    ### BEGIN SOLUTION
    clean = clean_from(x, torch.full((len(x),), t), noise, kept).clamp(-1, 1)
    now, before = float(kept[t]), float(kept[t - 1])
    beta = 1 - now / before
    mean = (math.sqrt(before) * beta * clean + math.sqrt(1 - beta) * (1 - before) * x) / (1 - now)
    return mean + math.sqrt(beta * (1 - before) / (1 - now)) * z
    ### END SOLUTION


def sample(denoise, labels, kept, start, z):
    """From noise to pictures; (n, ...) -> (n, ...)."""
    ### BEGIN SOLUTION
    x = start
    with torch.no_grad():
        for t in range(len(kept) - 1, 0, -1):
            x = reverse_step(x, t, denoise(x, torch.full((len(x),), t), labels), kept, z[t])
    return x
    ### END SOLUTION


def guided(denoise, weight):
    """A function (x, t, labels) -> noise that follows the wish more, or less."""
    ### BEGIN SOLUTION
    def steered(x, t, labels):
        plain = denoise(x, t, torch.full_like(labels, NONE))
        return plain + weight * (denoise(x, t, labels) - plain)

    return steered
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-steps", "locked": true}
# **A tool for finding faults.** `way_back()` gives your `sample` a model that knows the answer: all pictures are one and the same picture of two pixels, so the noise in any `x` is known exactly. A sound way back ends at (0.5, −0.25), whatever the start. The table shows every few steps where your numbers are.

# %% nbgrader={"grade_id": "way-back", "locked": true}
def way_back(T=10, target=(0.5, -0.25)):
    """Print what your sampler makes of a model that knows the only picture there is."""
    kept, aim = cosine_schedule(T), torch.tensor(target, dtype=torch.float64)
    r = kit.rng("way back")

    def knows(x, t, labels):
        left = kept[t][:, None]
        if int(t[0]) % 3 == 1:
            print(f"step {int(t[0]):3}: kept {float(left[0]):.4f}, first picture {[round(v, 4) for v in x[0].tolist()]}")
        return (x - left.sqrt() * aim) / (1 - left).sqrt()

    end = sample(knows, torch.zeros(3, dtype=torch.long), kept, made(r, 3, 2), made(r, T + 1, 3, 2))
    print(f"end: {[round(v, 4) for v in end[0].tolist()]}, wanted {list(target)}")


try:
    way_back()
except Exception as problem:  # whatever an unfinished answer raises
    print(f"write cosine_schedule, reverse_step and sample first, then run this cell again ({type(problem).__name__}: {problem})")

# %% nbgrader={"grade_id": "check-sample", "grade": true, "points": 6}
def odd_model(x, t, labels):
    """No good model, but one whose every argument counts."""
    return torch.sin(2 * x + labels.reshape(-1, *[1] * (x.ndim - 1)) + 0.3 * t.reshape(-1, *[1] * (x.ndim - 1)))


score = kit.Score(6)
with score.part(1, "one step by hand: from 1 to 0.6042, with fresh noise, then clipped, then the last step", kept=[1.0, 0.64, 0.36], t=2):
    kept = torch.tensor([1.0, 0.64, 0.36], dtype=torch.float64)
    number = lambda v: torch.tensor([[v]], dtype=torch.float64)
    kit.close(reverse_step(number(1.0), 2, number(1.0), kept, number(0.0)), number(0.6041666667), rtol=1e-8, known_wrong={
        "that is the clean picture itself; only a part of the way is gone in one step": number(1 / 3), "β is 1 - kept[t] / kept[t - 1], the share lost in this step alone": number((0.8 * 0.64 / 3 + 0.6 * 0.36) / 0.64)})
    kit.close(reverse_step(number(1.0), 2, number(1.0), kept, number(2.0)), number(1.5963234083), rtol=1e-8, because="the same with z = 2", known_wrong={
        "the factor of z is the root of the variance": number(1.0963541667), "z is not used": number(0.6041666667)})
    kit.close(reverse_step(number(4.0), 2, number(-1.0), kept, number(0.0)), number(2.234375), rtol=1e-8, because="x = 4 and a guess of -1 imply 8: clipped to 1", known_wrong={
        "the implied clean picture has to be clipped to [-1, 1]": number(6.0625)})
    kit.close(reverse_step(number(0.7), 1, number(0.5), kept, number(9.0)), number(0.5), rtol=1e-9, because="the step to 0 adds no noise")
with score.part(1, "a model that knows the only picture there is: every start ends there", T=8):
    kept, aim = torch.tensor([1.0, 0.9, 0.8, 0.6, 0.5, 0.3, 0.2, 0.1, 0.01], dtype=torch.float64), torch.tensor([0.5, -0.25, 0.75], dtype=torch.float64)
    r = kit.rng("only picture")
    steps = []

    def knows(x, t, labels):
        steps.append(int(t[0]))
        return (x - kept[t].sqrt()[:, None] * aim) / (1 - kept[t]).sqrt()[:, None]

    start, z = made(r, 4, 3), made(r, 9, 4, 3)
    end = sample(knows, torch.zeros(4, dtype=torch.long), kept, start, z)
    kit.equal(steps, list(range(8, 0, -1)), because="one call in each step, from T down to 1", known_wrong={"steps run from 1 up: start at T": list(range(1, 9)), "the first step is T, not T - 1": list(range(7, 0, -1)), "step 0 is the picture itself: stop after 1": list(range(8, -1, -1))})
    kit.close(end, aim.expand(4, 3).clone(), rtol=1e-8, atol=1e-8)
    two = torch.tensor([[1.0]], dtype=torch.float64)
    said = lambda x, t, labels: torch.full_like(x, 1.0 if int(t[0]) == 2 else 0.5) + (labels[:, None] - 7)
    for fresh, expected in ((0.0, 0.3802083333), (0.5, 0.6902572993)):
        z = torch.tensor([[[99.0]], [[99.0]], [[fresh]]], dtype=torch.float64)
        kit.close(sample(said, torch.tensor([7]), HAND, two, z), torch.tensor([[expected]], dtype=torch.float64), rtol=1e-7, because=f"two steps by hand: from 1, guesses 1 and 0.5, z[2] = {fresh}", known_wrong={
            "the wishes have to reach the model": torch.zeros(1, 1, dtype=torch.float64), "in the step from t the fresh noise is z[t]": torch.tensor([[1.0]], dtype=torch.float64)})
with score.part(1, "guidance: weight 0 ignores the wish, 1 leaves the model as it is, 3 goes beyond", labels=[3, 0]):
    r = kit.rng("guidance")
    x, t, labels = made(r, 2, 3), torch.tensor([4, 4]), torch.tensor([3, 0])
    with_wish, without = odd_model(x, t, labels), odd_model(x, t, torch.tensor([10, 10]))
    for weight in (0.0, 1.0, 3.0):
        kit.close(guided(odd_model, weight)(x, t, labels), without + weight * (with_wish - without), rtol=1e-9, atol=1e-9, because=f"weight {weight}", known_wrong={
            "the difference is added to the wish's guess: weight 1 must give the model itself": with_wish + weight * (with_wish - without), "the two are swapped": with_wish + weight * (without - with_wish)} if weight else {})
### BEGIN HIDDEN TESTS
def true_step(x, t, noise, kept, z, clip=True):
    """One number at a time from the formula."""
    now, before = float(kept[t]), float(kept[t - 1])
    beta = 1 - now / before

    def one(a, e, fresh):
        clean = (a - math.sqrt(1 - now) * e) / math.sqrt(now)
        clean = min(1.0, max(-1.0, clean)) if clip else clean
        mean = (math.sqrt(before) * beta * clean + math.sqrt(1 - beta) * (1 - before) * a) / (1 - now)
        return mean + math.sqrt(beta * (1 - before) / (1 - now)) * fresh

    flat = [one(*three) for three in zip(x.flatten().tolist(), noise.flatten().tolist(), z.flatten().tolist())]
    return torch.tensor(flat, dtype=torch.float64).reshape(x.shape)


def true_sample(denoise, labels, kept, start, z):
    x = start
    for t in range(len(kept) - 1, 0, -1):
        x = true_step(x, t, denoise(x, torch.full((len(x),), t), labels), kept, z[t])
    return x


with score.part(1, "single steps on other shapes and schedules, clipped and not, either dtype; arguments stay as they were", hidden=True):
    for r in kit.examples(lambda r: r, n=8, name="steps"):
        shape = ((5, 5), (1, 3), (2, 3, 4), (4,))[int(r.integers(4))]
        kept = torch.cat([torch.ones(1, dtype=torch.float64), torch.tensor(np.cumprod(r.uniform(0.4, 0.98, size=7)))])
        t = int(r.integers(1, 8))
        x, noise, z = made(r, *shape), made(r, *shape), made(r, *shape)
        kit.close(kit.unchanged(reverse_step, x, t, noise, kept, z), true_step(x, t, noise, kept, z), rtol=1e-8, atol=1e-9)
        small = reverse_step(x.float(), t, noise.float(), kept, z.float())
        kit.equal(str(small.dtype), "torch.float32")
        kit.close(small.double(), true_step(x, t, noise, kept, z), rtol=1e-4, atol=1e-4)
with score.part(1, "pictures that are normal with a known mean and spread come out so; other lengths and shapes come out number by number", hidden=True):
    r = kit.rng("normal")
    centre, spread, T = float(r.uniform(-0.3, 0.3)), float(r.uniform(0.1, 0.2)), 40
    kept = true_schedule(T)

    def best(x, t, labels):
        left = kept[t][:, None]
        return (1 - left).sqrt() * (x - left.sqrt() * centre) / (left * spread**2 + 1 - left)

    drawn = sample(best, torch.zeros(2000, dtype=torch.long), kept, made(r, 2000, 2), made(r, T + 1, 2000, 2))
    size = 1.0  # the variance that this way back has, step by step
    for t in range(T, 0, -1):
        now, before = float(kept[t]), float(kept[t - 1])
        beta, rest = 1 - now / before, 1 - now
        factor = math.sqrt(before) * beta / rest * math.sqrt(now) * spread**2 / (now * spread**2 + rest) + math.sqrt(1 - beta) * (1 - before) / rest
        size = factor**2 * size + beta * (1 - before) / rest
    kit.require(abs(float(drawn.mean()) - centre) < 0.02, "another mean")
    kit.require(0.92 < float(drawn.std()) / math.sqrt(size) < 1.08, "another spread")
    for shape in ((3, 3), (1, 2, 2), (5,)):
        T = int(r.integers(1, 12))
        kept, labels = true_schedule(T), torch.tensor(r.integers(0, 11, size=shape[0]))
        start, z = made(r, *shape), made(r, T + 1, *shape)
        kit.close(kit.unchanged(sample, odd_model, labels, kept, start, z), true_sample(odd_model, labels, kept, start, z), rtol=1e-7, atol=1e-7)
with score.part(1, "guidance with other weights, shapes and models; sampling keeps no gradient", hidden=True):
    for r in kit.examples(lambda r: r, n=5, name="guides"):
        shape = ((4, 4), (1, 6), (3, 2, 2))[int(r.integers(3))]
        x, t, labels, weight = made(r, *shape), torch.tensor(r.integers(1, 9, size=shape[0])), torch.tensor(r.integers(0, 10, size=shape[0])), float(r.uniform(-2, 6))
        without = odd_model(x, t, torch.full_like(labels, 10))
        kit.close(guided(odd_model, weight)(x, t, labels), without + weight * (odd_model(x, t, labels) - without), rtol=1e-8, atol=1e-8)

    def asks(sample, kept, start, z):
        import torch

        layer = torch.nn.Linear(2, 2).double()
        return bool(sample(lambda x, t, labels: layer(x), torch.zeros(3, dtype=torch.long), kept, start, z).requires_grad)

    r = kit.rng("no gradient")
    kit.require(not kit.probe(asks, sample, true_schedule(3), made(r, 3, 2), made(r, 4, 3, 2)), "a gradient is kept")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-train", "locked": true}
# ## 5. The generator (6 points)
#
# | | contract |
# |---|---|
# | `train(pictures, digits, kept, seed)` | `pictures` (n, 64) float32 in [−1, 1], `digits` (n,) with every digit 0 … 9, `kept` of any length T + 1. Learns from these pictures alone and returns `denoise(x, t, labels)`: (m, 64), (m,), (m,) → (m, 64), for steps 1 … T and labels 0 … 9 and `NONE`. `seed` decides what is random. At most 8 s for 1200 pictures |
#
# The check takes your `denoise` away and samples with *its own* loop: thirty pictures of each digit. It then measures
#
# | | limit | the reference, one training | real unseen pictures |
# |---|---|---|---|
# | loss on unseen pictures, their own labels, mean over the steps | at most 0.21 | 0.190 | – |
# | the same with the label `NONE` | at most 0.24 | 0.222 | – |
# | share of samples that the check's own reader reads as asked | at least 0.8 | 0.92 | 0.99 |
# | mean distance between two samples of one digit | at least 2.7 | 3.7 | 4.5 |
# | median distance of a sample to the nearest picture learnt from | at least 1.8 | 2.6 | 2.0 |
# | share of samples that lie nearer to a picture learnt from than to any of the 597 unseen ones | 0.5 to 0.86 | 0.72 | 0.67 |
# | pixels that are paper in all pictures: largest mean difference from paper | at most 0.14 | 0.00 | 0 |
#
# Distances are root sums of squares over the 64 pixels, after clipping to [−1, 1]. The last but one line catches copies with noise over them: two thirds of all pictures are learnt from, so a picture that is nobody's has its nearest one there in two cases of three, a copy in all, and a copy of an unseen one in none. Outside its limits the task has no points at all. What comes in a hidden check: other pictures, turned or mirrored, and another number of steps.
#
# **What works** (lesson 2): a network with one or two hidden layers of about 200 neurons; learnt vectors for the step and for the label, added to what the first layer puts out; Adam with a rate that falls; a tenth of the labels replaced by `NONE`. And let the network write only what a pixel alone cannot know. With $m$ and $s$ the mean and the standard deviation of each pixel over the pictures (64 numbers each), a pixel of $x$ has the variance $u = \bar\alpha_t s^2 + 1 - \bar\alpha_t$, the network sees $z = (x - \sqrt{\bar\alpha_t}\, m)/\sqrt u$, and
#
# $$\hat\varepsilon = \frac{\sqrt{1 - \bar\alpha_t}\; z + \sqrt{\bar\alpha_t}\; s \cdot \text{network}(z, t, \text{label})}{\sqrt u} .$$
#
# With a network of 0 that is the best guess which looks at one pixel at a time. About 30 lines, 3 s. Any other model learnt from the pictures counts as well if it meets the limits.

# %% nbgrader={"grade_id": "train", "solution": true}
def train(pictures, digits, kept, seed):
    """A function denoise(x, t, labels) -> noise, learnt from the pictures."""
    ### BEGIN SOLUTION
    class Denoiser(torch.nn.Module):
        def __init__(self, width=192):
            super().__init__()
            self.of_picture, self.hidden, self.out = torch.nn.Linear(64, width), torch.nn.Linear(width, width), torch.nn.Linear(width, 64)
            self.of_step, self.of_label = torch.nn.Embedding(len(kept), width), torch.nn.Embedding(NONE + 1, width)
            for table in (self.of_step, self.of_label):
                torch.nn.init.normal_(table.weight, std=0.3)

        def forward(self, x, t, labels):
            left = of_rows(kept[t], x)  # (m, 1)
            seen = left * spread**2 + 1 - left  # (m, 64): the variance of each pixel of x
            z = (x - left.sqrt() * centre) / seen.sqrt()  # mean 0, variance 1
            h = torch.relu(self.of_picture(z) + self.of_step(t) + self.of_label(labels))  # (m, width)
            h = h + torch.relu(self.hidden(h))
            return ((1 - left).sqrt() * z + left.sqrt() * spread * self.out(h)) / seen.sqrt()

    torch.manual_seed(seed)
    centre, spread = pictures.mean(0), pictures.std(0)  # (64,) each
    model = Denoiser()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
    steps = 1200
    for i in range(steps):
        optimiser.param_groups[0]["lr"] = 0.005 * (1 - i / steps)
        rows = torch.randint(len(pictures), (128,))
        labels = torch.where(torch.rand(128) < 0.1, NONE, digits[rows])
        t = torch.randint(1, len(kept), (128,))
        loss = denoising_loss(model, pictures[rows], t, labels, torch.randn(128, 64), kept)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-train", "locked": true}
# **A tool for looking.** Training takes a few seconds; this cell then shows three samples of each digit, and the loss by step beside that of guessing "all of `x` is noise". Where your curve lies above the other one, the network has not learnt these steps.

# %% nbgrader={"grade_id": "look", "locked": true}
def look():
    """Train on 1200 pictures, sample three of each digit, draw them and the loss by step."""
    import matplotlib.pyplot as plt

    kept = cosine_schedule(50)
    denoise = train(PICTURES[:1200], DIGITS[:1200], kept, 0)
    labels = torch.arange(30) % 10
    g = torch.Generator().manual_seed(0)
    drawn = sample(denoise, labels, kept, torch.randn(30, 64, generator=g), torch.randn(51, 30, 64, generator=g)).detach()
    figure, axes = plt.subplots(3, 10, figsize=(8, 2.6))
    for axis, picture in zip(axes.flat, drawn):
        axis.imshow(picture.reshape(8, 8), cmap="gray_r", vmin=-1, vmax=1)
        axis.set_axis_off()
    figure.suptitle("Three samples of each digit, 0 to 9")
    plt.show()
    unseen, own, curve, copied = PICTURES[1200:], DIGITS[1200:], [], []
    for t in range(1, 51):
        step = torch.full((len(unseen),), t)
        noise = torch.randn(unseen.shape, generator=g)
        with torch.no_grad():
            curve.append(float(denoising_loss(denoise, unseen, step, own, noise, kept)))
            copied.append(float(denoising_loss(lambda x, t, labels: x, unseen, step, own, noise, kept)))
    plt.figure(figsize=(5, 2.6))
    plt.plot(range(1, 51), curve, color="#0072B2", label="your model")
    plt.plot(range(1, 51), copied, color="#666666", linestyle="--", label="guess: all of x is noise")
    plt.gca().set(title=f"Loss on unseen pictures, mean {np.mean(curve):.3f}", xlabel="step t", ylabel="mean squared error (no unit)", ylim=(0, 1.5))
    plt.legend()
    plt.show()


try:
    look()
except Exception as problem:  # whatever an unfinished answer raises
    print(f"write the tasks 2 to 5 first, then run this cell again ({type(problem).__name__}: {problem})")

# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 6}
def plain(tensor, shape):
    """What a model put out, as float32 without a gradient."""
    kit.require(isinstance(tensor, torch.Tensor), "denoise must return a tensor")
    kit.shape(tensor, shape)
    tensor = tensor.detach().float()
    kit.finite(tensor)
    return tensor


def quality(denoise, kept, pictures, digits, unseen, own, seed):
    """The seven numbers of the task, by the check's own loop and reader."""
    from sklearn.svm import SVC

    g, T, found = torch.Generator().manual_seed(seed), len(kept) - 1, {}
    for name, labels in (("loss", own), ("loss without a wish", torch.full_like(own, NONE))):
        parts = []
        for t in range(1, T + 1, 2):
            noise, left = torch.randn(unseen.shape, generator=g), float(kept[t])
            guess = plain(denoise(math.sqrt(left) * unseen + math.sqrt(1 - left) * noise, torch.full((len(unseen),), t), labels), unseen.shape)
            parts.append(float(((guess - noise) ** 2).mean()))
        found[name] = sum(parts) / len(parts)
    wished = torch.arange(300) % 10
    x = torch.randn(300, 64, generator=g)
    for t in range(T, 0, -1):  # another way back than that of task 4: it adds no fresh noise
        now, before = float(kept[t]), float(kept[t - 1])
        guess = plain(denoise(x, torch.full((300,), t), wished), x.shape)
        implied = ((x - math.sqrt(1 - now) * guess) / math.sqrt(now)).clamp(-1, 1)
        x = math.sqrt(before) * implied + math.sqrt((1 - before) / (1 - now)) * (x - math.sqrt(now) * implied)
    x = x.clamp(-1, 1)
    reader = SVC(C=10, gamma=0.02).fit(torch.cat([pictures, unseen]).numpy(), torch.cat([digits, own]).numpy())
    found["read as asked"] = float((reader.predict(x.numpy()) == wished.numpy()).mean())
    found["variety"] = float(np.mean([float(torch.pdist(x[wished == c]).mean()) for c in range(10)]))
    found["nearest"] = float(torch.cdist(x, pictures).min(1).values.median())
    found["nearer to learnt"] = float((torch.cdist(x, pictures).min(1).values < torch.cdist(x, unseen).min(1).values).float().mean())
    paper = pictures.max(0).values < -0.99  # pixels that nobody ever inked
    found["paper"] = float((x[:, paper] + 1).mean(0).max())
    return found


def split(r, turn=0):
    """Pictures to learn from and unseen ones; turned or mirrored in one of eight ways."""
    order = torch.tensor(r.permutation(len(DIGITS)))
    square = PICTURES[order].reshape(-1, 8, 8)
    square = torch.rot90(square.flip(2) if turn >= 4 else square, turn % 4, (1, 2))
    x, y = square.reshape(-1, 64).contiguous(), DIGITS[order]
    return x[:1200], y[:1200], x[1200:], y[1200:]


def own_hand(found):
    """Neither pictures learnt from with noise over them nor pictures that train was never given."""
    kit.require(found is not None, "the first part found no numbers: mend that first")
    share = found["nearer to learnt"]
    kit.require(share <= 0.86, f"{share:.2f} of the samples lie nearer to a picture learnt from than to any unseen one; of new pictures 0.67 would: these are copies, with or without noise over them")
    kit.require(share >= 0.5, f"only {share:.2f} of the samples lie nearer to a picture learnt from than to an unseen one: train may learn from its arguments alone")


score = kit.Score(6)
seen = None
with score.part(1, "loss on unseen pictures at most 0.21", pictures="1200 digits", steps=50):
    x, y, unseen, own = split(kit.rng("public split"))
    kept = torch.tensor(SCHEDULE, dtype=torch.float64)
    seen = quality(train(x, y, kept, 3), kept, x, y, unseen, own, 11)
    print({name: round(value, 3) for name, value in seen.items()})
    own_hand(seen)
    kit.require(seen["loss"] <= 0.21, f"the loss is {seen['loss']:.3f}" + (": a guess of 0 costs 1; does the model see x, and does it learn?" if seen["loss"] > 0.6 else ": train longer, let the rate fall, and let the network write only what a pixel alone cannot know"))
with score.part(1, "loss on unseen pictures without a wish at most 0.24", pictures="1200 digits", steps=50):
    own_hand(seen)
    kit.require(seen["loss without a wish"] <= 0.24, f"with the label NONE the loss is {seen['loss without a wish']:.3f}: did the model ever see this label? Replace a tenth of the labels by it")
with score.part(1, "samples are read as asked, vary, are no copies, and leave paper alone", samples=300):
    own_hand(seen)
    kit.require(seen["read as asked"] >= 0.8, f"{seen['read as asked']:.2f} of the samples are read as the digit asked for" + (": that is chance; does the label reach the model?" if seen["read as asked"] < 0.2 else ""))
    kit.require(seen["variety"] >= 2.7, f"two samples of one digit are {seen['variety']:.2f} apart in the mean: nearly always the same picture; does denoise use x?")
    kit.require(seen["nearest"] >= 1.8, f"the median distance to the nearest picture learnt from is {seen['nearest']:.2f}; unseen real pictures have 2.0: these are copies")
    kit.require(seen["paper"] <= 0.14, f"pixels that nobody ever inked are {seen['paper']:.2f} above paper in the mean: noise is left")
### BEGIN HIDDEN TESTS
there = None
with score.part(1, "loss on unseen pictures that lie otherwise, with another number of steps", hidden=True):
    r = kit.rng("hidden split")
    x, y, unseen, own = split(r, int(r.integers(1, 8)))
    kept = true_schedule(int(r.integers(35, 60)))
    there = quality(train(x.clone(), y.clone(), kept, int(r.integers(1000))), kept, x, y, unseen, own, 12)
    own_hand(there)
    kit.require(there["loss"] <= 0.21, "the loss")
with score.part(1, "the same without a wish", hidden=True):
    own_hand(there)
    kit.require(there["loss without a wish"] <= 0.24, "the loss without a wish")
with score.part(1, "samples of these pictures are read as asked, vary, are no copies, and leave paper alone", hidden=True):
    own_hand(there)
    kit.require(there["read as asked"] >= 0.8 and there["variety"] >= 2.7, "the wish, or the variety")
    kit.require(there["nearest"] >= 1.8 and there["paper"] <= 0.14, "copies, or noise")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-judge", "locked": true}
# ## 6. The test that was missing (4 points)
#
# | | contract |
# |---|---|
# | `judge(samples, wished, pictures, digits)` | `samples` (m, d) from somebody's generator and what was `wished` (m,), beside the real `pictures` (n, d) that it learnt from and their `digits` (n,). Returns one of the five verdicts |
#
# | verdict | what is the matter |
# |---|---|
# | `"sound"` | varied pictures of what was wished, no nearer to the pictures learnt from than other people's writing is |
# | `"copies"` | pictures learnt from, handed out again, perhaps with a trace of noise |
# | `"collapsed"` | for each wish nearly always the same picture, or its mean |
# | `"noisy"` | the right digit, but noise is left in it |
# | `"deaf"` | good pictures that have nothing to do with the wish |
#
# At least 100 samples, at least twelve a wish, one fault at most. The pictures may have any number of pixels, any scale (0 to 16, −1 to 1, 0 to 255), and only some of the digits may be there. So a limit in plain numbers will not do: compare with what the real pictures say about themselves. Each of the five verdicts comes up; a check gives its point only if **all** of its cases are judged rightly. About 12 lines.

# %% nbgrader={"grade_id": "judge", "solution": true}
def judge(samples, wished, pictures, digits):
    """One of VERDICTS."""
    ### BEGIN SOLUTION
    among = torch.cdist(pictures, pictures)
    among.fill_diagonal_(math.inf)
    usual = float(among.min(1).values.median())  # how near real pictures come to each other
    apart = torch.cdist(samples, pictures)
    near = float(apart.min(1).values.median())
    kinds = wished.unique()
    varied = sum(float(torch.pdist(samples[wished == c]).mean()) for c in kinds)
    real = sum(float(torch.pdist(pictures[digits == c]).mean()) for c in kinds)
    if varied < real / 2:
        return "collapsed"
    if near < usual / 2:
        return "copies"
    if float((digits[apart.argmin(1)] == wished).double().mean()) < 0.6:
        return "deaf"
    return "noisy" if near > 1.35 * usual else "sound"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-judge", "grade": true, "points": 4}
def suspects(r, verdict, digits=10, scale=(-1.0, 1.0)):
    """Samples with one fault, or none, beside the pictures learnt from: real digits, pixels in an order of their own."""
    low, high = scale
    chosen = torch.tensor(r.permutation(np.flatnonzero(NAMES < digits)))
    x, y = PICTURES[chosen][:, torch.tensor(r.permutation(64))].double(), DIGITS[chosen]
    known = len(chosen) * 2 // 3
    pictures, labels, fresh, wished = x[:known], y[:known], x[known:], y[known:]
    if verdict == "copies":
        rows = torch.tensor(r.permutation(known)[: len(fresh)])
        fresh, wished = pictures[rows] + float(r.uniform(0, 0.04)) * made(r, len(rows), 64), labels[rows]
    elif verdict == "collapsed":
        shown = int(r.integers(3))  # one unseen picture, the mean of the digit, or the mean of three
        heads = torch.stack([fresh[wished == c][:1].mean(0) if shown == 0 else pictures[labels == c].mean(0) if shown == 1 else fresh[wished == c][:3].mean(0) for c in range(digits)])
        fresh = heads[wished] + 0.03 * made(r, len(fresh), 64)
    elif verdict == "noisy":
        fresh = (fresh + float(r.uniform(0.45, 0.6)) * made(r, len(fresh), 64)).clamp(-1, 1)
    elif verdict == "deaf":
        wished = wished[torch.tensor(r.permutation(len(wished)))]
    back = lambda v: (v + 1) / 2 * (high - low) + low
    return back(fresh), wished, back(pictures), labels


LOOKS = {"sound": "fresh pictures by other hands", "copies": "pictures learnt from", "collapsed": "one picture a wish", "noisy": "noise is left", "deaf": "the wishes are shuffled"}


def answer(case):
    """The learner's verdict as a plain word."""
    said = judge(*case)
    kit.require(isinstance(said, str) and said in VERDICTS, f"the verdict is {said!r}, not one of {VERDICTS}")
    return said


score = kit.Score(4)
with score.part(1, "ten digits from -1 to 1: each of the five, twice", cases=10):
    for verdict in VERDICTS:
        for i in range(2):
            said = answer(suspects(kit.rng(f"suspect {verdict} {i}"), verdict))
            kit.require(said == verdict, f"{LOOKS[verdict]}: that is {verdict!r}, you said {said!r}")
with score.part(1, "the scale 0 to 16 and digits 0 to 4", cases=5):
    for verdict in VERDICTS:
        said = answer(suspects(kit.rng(f"scaled {verdict}"), verdict, 5, (0.0, 16.0)))
        kit.require(said == verdict, f"{LOOKS[verdict]}, pixels from 0 to 16: that is {verdict!r}, you said {said!r}; is a limit a plain number?")
### BEGIN HIDDEN TESTS
with score.part(1, "other scales and numbers of digits, in an order drawn anew", hidden=True):
    r = kit.rng("hidden suspects")
    for i in range(15):
        verdict = VERDICTS[int(r.integers(5))] if i >= 5 else VERDICTS[i]
        low = float(r.uniform(-50, 50))
        kit.require(answer(suspects(r, verdict, int(r.integers(4, 11)), (low, low + float(10 ** r.uniform(-1, 3))))) == verdict, "another verdict")
with score.part(1, "samples in float32 and in another order of rows, few pictures, arguments that stay as they were", hidden=True):
    for verdict in VERDICTS:
        r = kit.rng(f"hidden few {verdict}")
        samples, wished, pictures, labels = suspects(r, verdict, 6, (0.0, 1.0))
        order = torch.tensor(r.permutation(len(samples)))
        samples, wished = samples[order].float(), wished[order]
        kit.require(kit.unchanged(judge, samples, wished, pictures.float(), labels) == verdict, "another verdict")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Beyond passing
#
# Not graded, worth an hour. **Fewer steps**: sample with every fifth step only (give `sample` the array `kept[::5]` and a `denoise` that multiplies its steps by five): what do the seven numbers lose, and what does it save? **Weight**: draw the share read as asked and the variety against the weight of guidance from 0 to 5. **Ablation**: let the network write the whole noise, train again, and look at the loss by step. **Your own test**: which sixth fault would `judge` pass as sound?
#
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
