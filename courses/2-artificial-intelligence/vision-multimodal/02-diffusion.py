# %% [markdown] id="title"
# # Diffusion: a digit out of noise
#
# **You will be able to** drown a picture in noise in known steps, train a small network to find the noise, walk back from pure noise to a digit that nobody wrote, and test whether a generator invents or copies. **75 minutes.**
#
# At the end you can
#
# 1. compute a noisy picture at any step at once, the clean picture that a guess of the noise implies, and what a guess without any learning costs;
# 2. train a denoiser and sample from it step by step;
# 3. steer it to a wish, and say what stronger steering costs;
# 4. find a mix-up of rows and pixels that no error message reports;
# 5. tell a generator that invents from one that hands out its training pictures.

# %% [markdown] id="before"
# ## Before you start
#
# You need mean, variance and the normal distribution, a network that is trained by gradient descent, and `torch` tensors with their shapes. Three questions; answer before you read on.
#
# - $a$ and $b$ are independent with variances 1 and 4. The variance of $3a + b$? $9 \cdot 1 + 4 = 13$. *If not: course Probability and statistics, lesson 1.*
# - `a` has shape (5, 64), `b` (5,). What does `a * b[:, None]` do? Row $i$ of `a` is multiplied by `b[i]`. *If not: Neural networks, lesson 1.*
# - What do `loss.backward()` and `optimiser.step()` do? The first computes the slope of the loss for each weight, the second moves the weights against it. *If not: Neural networks, lessons 2 and 3.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.svm import SVC

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-root")

# %% [markdown] id="question"
# ## A question first
#
# A company wants handwritten digits to test readers of forms. Real ones are personal data, so two suppliers offer generators: each takes a number from 0 to 9 and pure noise, and puts out a picture. Both have learnt from the same 1200 pictures (`load_digits`, UCI, CC BY 4.0; 8 × 8 pixels, paper counts as −1, full ink as +1). Inside, both do the same job again and again: *find the noise in a noisy picture*. So one can measure how well they do it: the mean squared error of their guess, on the pictures that they learnt from. Here are supplier A's samples and that number.

# %% id="data"
raw, names = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(names))
pictures, digits = torch.tensor(raw[order] / 8 - 1, dtype=torch.float32), torch.tensor(names[order])  # (1797, 64), (1797,)
N, T, NONE = 1200, 50, 10
x_train, y_train, x_new, y_new = pictures[:N], digits[:N], pictures[N:], digits[N:]


def show(rows, titles, title):
    """Rows of ten pictures each, (10, 64), with a name for each row."""
    figure, axes = plt.subplots(len(rows), 10, figsize=(9, 0.95 * len(rows) + 0.5), squeeze=False)
    for line, row, name in zip(axes, rows, titles):
        for axis, picture in zip(line, row):
            axis.imshow(picture.reshape(8, 8), cmap="gray_r", vmin=-1, vmax=1)
            axis.set_xticks([])
            axis.set_yticks([])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    figure.suptitle(title)
    plt.show()


def cosine_schedule(T):
    """Explained below: how much of the picture's variance is left after t = 0 ... T steps."""
    f = torch.cos((torch.arange(T + 1, dtype=torch.float64) / T + 0.008) / 1.008 * math.pi / 2) ** 2
    beta = (1 - f[1:] / f[:-1]).clamp(max=0.999)
    return torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - beta, 0)]).float()


kept = cosine_schedule(T)  # (51,)


def supplier_a(x, t, labels):
    """A's guess of the noise in x, opened at the end: (m, 64), (m,), (m,) -> (m, 64)."""
    left = kept[t][:, None]  # (m, 1)
    far = torch.cdist(x, left[0].sqrt() * x_train) ** 2 / (2 * (1 - left))  # (m, 1200)
    far[(labels[:, None] != y_train) & (labels[:, None] != NONE)] = math.inf
    return (x - left.sqrt() * torch.softmax(-far, 1) @ x_train) / (1 - left).sqrt()


def error_by_step(denoise, x0, labels, seed=1):
    """Mean squared error of the guessed noise at each step 1 ... T, (T,)."""
    g, errors = torch.Generator().manual_seed(seed), []
    for t in range(1, T + 1):
        noise = torch.randn(x0.shape, generator=g)
        with torch.no_grad():
            guess = denoise(kept[t].sqrt() * x0 + (1 - kept[t]).sqrt() * noise, torch.full((len(x0),), t), labels)
        errors.append(float(((guess - noise) ** 2).mean()))
    return np.array(errors)


def sample(denoise, labels, kept=kept, seed=0):
    """Explained below: from pure noise to pictures, (m,) -> (m, 64)."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(len(labels), 64, generator=g)
    with torch.no_grad():
        for t in range(len(kept) - 1, 0, -1):
            x = reverse_step(x, t, denoise(x, torch.full((len(x),), t), labels), kept, torch.randn(x.shape, generator=g))
    return x


def reverse_step(x, t, noise, kept, z):
    """Explained below: from step t to t - 1."""
    now, before = float(kept[t]), float(kept[t - 1])
    clean = ((x - math.sqrt(1 - now) * noise) / math.sqrt(now)).clamp(-1, 1)
    beta = 1 - now / before
    mean = (math.sqrt(before) * beta * clean + math.sqrt(1 - beta) * (1 - before) * x) / (1 - now)
    return mean + math.sqrt(beta * (1 - before) / (1 - now)) * z


a_train = error_by_step(supplier_a, x_train[:400], y_train[:400])
from_a = sample(supplier_a, torch.arange(10))
show([from_a], ["A"], "Ten samples of supplier A, asked for 0 to 9 (8 × 8 pixels each)")
print(f"A's mean squared error on pictures learnt from: {a_train.mean():.3f}; a guess of 0 everywhere has 1")
assert a_train.mean() < 0.04

# %% [markdown] id="question-asked"
# *In words: ten crisp handwritten digits, 0 to 9, that look like real ones.*
#
# Supplier B's error on the same pictures is about nine times as large, and its samples are a little softer.
#
# > **The question.** Which of the two should be bought? Commit to a guess; what A does is opened at the end, when you have built B.

# %% id="checkpoint-suppliers"
kit.checkpoint("which-supplier")

# %% [markdown] id="forward"
# ## The idea: destroy in known steps, learn the way back
#
# Making a picture at once is hard. Making a noisy picture a *little* less noisy is easy to learn, because we can make as many exercises as we like: take a picture, add noise that we know, ask for the noise.
#
# One step keeps the share $1 - \beta$ of a picture's variance and fills up with fresh normal noise $\varepsilon$ of variance 1: $x_t = \sqrt{1 - \beta_t}\, x_{t-1} + \sqrt{\beta_t}\, \varepsilon$. The roots are there because variances get squared factors: whatever had variance 1 keeps it. After $t$ steps the share
#
# $$\bar\alpha_t = (1 - \beta_1)(1 - \beta_2) \cdots (1 - \beta_t)$$
#
# is left (read *alpha bar*; in code `kept[t]`), and all the noises together are one normal noise, since sums of normal numbers are normal. So any step can be reached **at once**:
#
# $$x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\; \varepsilon .$$
#
# Here $x_0$ is the clean picture, $x_t$ the noisy one and $\varepsilon$ the noise, each of 64 numbers; $\bar\alpha_t$ is one number for the whole picture.
#
# ## By hand first
#
# $\bar\alpha_t = 0.64$, a pixel of 1, noise 0.5: $0.8 \cdot 1 + 0.6 \cdot 0.5 = 1.1$. Now you.

# %% id="checkpoint-pixel"
kit.checkpoint("one-pixel")

# %% id="forward-code"
def add_noise(x0, t, noise, kept):
    """(n, 64), (n,), (n, 64), (T + 1,) -> (n, 64): each row with its own step."""
    left = kept[t][:, None]  # (n,) -> (n, 1), so that row i meets its own number
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


def clean_from(x, t, noise, kept):
    """The same, solved for the clean picture."""
    left = kept[t][:, None]
    return (x - (1 - left).sqrt() * noise) / left.sqrt()


hand = torch.tensor([1.0, 0.64, 0.36])
two = add_noise(torch.tensor([[1.0], [-1.0]]), torch.tensor([1, 2]), torch.tensor([[0.5], [0.5]]), hand)  # (2, 1)
back = clean_from(two, torch.tensor([1, 2]), torch.tensor([[0.5], [0.5]]), hand)
g = torch.Generator().manual_seed(0)
walk = x_new.clone()  # (597, 64): step by step, with fresh noise each time
for t in range(1, 21):
    beta = 1 - kept[t] / kept[t - 1]
    walk = (1 - beta).sqrt() * walk + beta.sqrt() * torch.randn(walk.shape, generator=g)
jump = add_noise(x_new, torch.full((597,), 20), torch.randn(x_new.shape, generator=g), kept)
print(f"by hand: {two.flatten().tolist()}, and back: {back.flatten().tolist()}")
print(f"20 small steps: mean {walk.mean():.3f}, variance {walk.var():.3f}; one jump: {jump.mean():.3f}, {jump.var():.3f}")
assert torch.allclose(two.flatten(), torch.tensor([1.1, -0.2])) and torch.allclose(back.flatten(), torch.tensor([1.0, -1.0]))
assert abs(walk.mean() - jump.mean()) < 0.02 and abs(walk.var() - jump.var()) < 0.02
kit.recall("one-pixel")
kit.recall("before-root")

# %% [markdown] id="schedule"
# ## The schedule
#
# How fast should a picture drown? The *cosine schedule* (Nichol and Dhariwal, 2021) lets $\bar\alpha_t$ follow $\cos^2$ from 1 to nearly 0, so that the steps share the work:
#
# $$f(u) = \cos^2\!\Big(\frac{u/T + 0.008}{1.008} \cdot \frac{\pi}{2}\Big), \qquad \beta_u = \min\!\Big(1 - \frac{f(u)}{f(u-1)},\; 0.999\Big).$$
#
# $T$ is the number of steps, here 50, and $u$ counts them. Without the cap of 0.999 the last step would keep nothing, and the way back would divide by 0. We hold it against the older choice, a $\beta$ that grows evenly (Ho et al., 2020, its range of 0.0001 to 0.02 for 1000 steps, here twenty times as much for 50).

# %% id="schedule-code"
straight = torch.cat([torch.ones(1), torch.cumprod(1 - torch.linspace(0.002, 0.4, T), 0)])  # (51,)
figure, axes = plt.subplots(figsize=(6, 2.8))
axes.plot(range(T + 1), kept, color=BLUE, label="cosine")
axes.plot(range(T + 1), straight, color=ORANGE, linestyle="--", label="evenly growing β")
axes.set(title="How much of the picture is left", xlabel="step t", ylabel="share of variance kept")
axes.legend()
plt.show()
nearly_gone = [int((s < 0.02).sum()) for s in (kept, straight)]
print(f"steps at which less than 2 % is left: cosine {nearly_gone[0]}, evenly growing {nearly_gone[1]}; kept[T] = {kept[T]:.1e}")
assert nearly_gone == [5, 21] and 0 < kept[T] < 1e-5
noisy = [add_noise(x_new[:1], torch.tensor([t]), torch.randn(1, 64, generator=g), kept)[0] for t in range(0, 50, 5)]
show([noisy], ["step"], "One picture at the steps 0, 5, 10, …, 45")

# %% [markdown] id="schedule-words"
# *In words: the solid blue curve falls in a long S from 1 to 0, the dashed one falls earlier and lies flat near 0 for the last two fifths. In the row of pictures a digit is clear at the left, can be guessed in the middle and is gone at the right.*
#
# Steps at which nothing is left teach nothing and cost as much as the others: the dashed schedule has 21 of them, the cosine 5.
#
# ## The loss, and what it costs to know nothing
#
# A **denoiser** $\hat\varepsilon(x_t, t, y)$ guesses the noise from the noisy picture, the step and a wish $y$, here the digit. The loss is the mean squared error over all pixels of all pictures:
#
# $$L = \operatorname{mean}\,\big(\hat\varepsilon(x_t, t, y) - \varepsilon\big)^2 .$$
#
# A baseline before the method. Who guesses 0 pays the variance of the noise, 1. The next better one looks at **one pixel at a time**. Let a pixel have the mean $m$ and the standard deviation $s$ over the pictures. In $x_t$ it has the mean $\sqrt{\bar\alpha_t}\,m$ and the variance $u = \bar\alpha_t s^2 + 1 - \bar\alpha_t$, of which $1 - \bar\alpha_t$ is noise. The best straight-line guess of the noise is its share of the deviation (covariance $\sqrt{1 - \bar\alpha_t}$ over variance $u$, as in regression):
#
# $$\hat\varepsilon_\text{pixel} = \frac{\sqrt{1 - \bar\alpha_t}}{u}\,\big(x_t - \sqrt{\bar\alpha_t}\, m\big).$$
#
# For a pixel that is paper in all pictures $s = 0$, and the guess is exact.

# %% id="checkpoint-zero"
kit.checkpoint("loss-by-step")

# %% id="baseline"
centre, spread = x_train.mean(0), x_train.std(0)  # (64,) each


def pixel_alone(x, t, labels):
    """The best guess that looks at one pixel at a time: (m, 64), (m,), ... -> (m, 64)."""
    left = kept[t][:, None]
    return (1 - left).sqrt() / (left * spread**2 + 1 - left) * (x - left.sqrt() * centre)


step = 15
noise = torch.randn(N, 64, generator=g)
seen = add_noise(x_train, torch.full((N,), step), noise, kept)  # (1200, 64)
ours = pixel_alone(seen, torch.full((N,), step), None)
slope, shift = np.polyfit(seen[:, 28], noise[:, 28], 1)  # the library's straight line for one pixel
line = (1 - kept[step]).sqrt() / (kept[step] * spread[28] ** 2 + 1 - kept[step])
by_pixel = error_by_step(pixel_alone, x_new, y_new)
print(f"pixel 28 at step {step}: slope {line:.3f} by the formula, {slope:.3f} by a regression on 1200 pictures")
print(f"mean error: guess 0: 1; each pixel alone: {by_pixel.mean():.3f}")
assert abs(slope - float(line)) < 0.05 and 0.25 < by_pixel.mean() < 0.3
assert abs(float(torch.nn.functional.mse_loss(ours, noise)) - float(((ours - noise) ** 2).mean())) < 1e-6

# %% [markdown] id="network"
# ## A network for what a pixel alone cannot know
#
# The network gets the picture brought to mean 0 and variance 1, $z = (x_t - \sqrt{\bar\alpha_t}\, m)/\sqrt u$, and a learnt vector for the step and one for the wish. It need not learn to copy: its output is *added* to the guess of each pixel alone, on the scale of what that guess leaves open (Karras et al., 2022, section 5, call this preconditioning):
#
# $$\hat\varepsilon = \frac{\sqrt{1 - \bar\alpha_t}\; z + \sqrt{\bar\alpha_t}\; s \cdot \text{network}(z, t, y)}{\sqrt u} .$$
#
# In a tenth of the exercises the wish is replaced by *none* (label 10), so that one and the same network also knows what it would guess without a wish.

# %% id="network-code"
class Denoiser(torch.nn.Module):
    """Guess of the noise; torch calls forward when the model is called like a function."""

    def __init__(self, width=192):
        super().__init__()
        self.of_picture, self.hidden, self.out = torch.nn.Linear(64, width), torch.nn.Linear(width, width), torch.nn.Linear(width, 64)
        self.of_step, self.of_label = torch.nn.Embedding(T + 1, width), torch.nn.Embedding(NONE + 1, width)  # a table of learnt vectors, one a step, one a label
        for table in (self.of_step, self.of_label):
            torch.nn.init.normal_(table.weight, std=0.3)

    def forward(self, x, t, labels):
        left = kept[t][:, None]  # (m, 1)
        seen = left * spread**2 + 1 - left  # (m, 64)
        z = (x - left.sqrt() * centre) / seen.sqrt()  # (m, 64)
        h = torch.relu(self.of_picture(z) + self.of_step(t) + self.of_label(labels))  # (m, 192)
        h = h + torch.relu(self.hidden(h))
        return ((1 - left).sqrt() * z + left.sqrt() * spread * self.out(h)) / seen.sqrt()


def train(noising, steps=1000, batch=128, seed=0, pictures=x_train, digits=y_train):
    """Exercises made by `noising` from the pictures (n, 64); returns the model and the loss of each step."""
    torch.manual_seed(seed)
    model = Denoiser()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for i in range(steps):
        optimiser.param_groups[0]["lr"] = 0.005 * (1 - i / steps)  # the rate falls to 0
        rows = torch.randint(len(pictures), (batch,))
        labels = torch.where(torch.rand(batch) < 0.1, NONE, digits[rows])
        t = torch.randint(1, T + 1, (batch,))
        noise = torch.randn(batch, 64)
        loss = ((model(noising(pictures[rows], t, noise, kept), t, labels) - noise) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    return model, losses


supplier_b, losses = train(add_noise)
untrained = Denoiser()
torch.nn.init.zeros_(untrained.out.weight), torch.nn.init.zeros_(untrained.out.bias)
b_new, b_train = error_by_step(supplier_b, x_new, y_new), error_by_step(supplier_b, x_train[:400], y_train[:400])
figure, axes = plt.subplots(figsize=(6, 2.9))
for errors, colour, style, name in ((by_pixel, GREY, "--", "each pixel alone"), (b_new, BLUE, "-", "the network")):
    axes.plot(range(1, T + 1), errors, color=colour, linestyle=style, label=name)
axes.set(title="Error of the guessed noise on unseen pictures", xlabel="step t", ylabel="mean squared error (no unit)", ylim=(0, 1.05))
axes.legend()
plt.show()
print(f"mean over the steps, unseen pictures: pixels alone {by_pixel.mean():.3f}, network {b_new.mean():.3f}; pictures learnt from: {b_train.mean():.3f}")
with torch.no_grad():
    gap = float((untrained(seen, torch.full((N,), step), y_train) - ours).abs().max())
print(f"a network whose last layer is 0 differs from the pixels' guess by {gap:.1e}")
assert b_new.mean() < 0.21 and abs(b_new.mean() - b_train.mean()) < 0.02 and gap < 1e-5 and 8 < b_train.mean() / a_train.mean() < 10
kit.recall("loss-by-step")

# %% [markdown] id="network-words"
# *In words: both curves begin near 0.8 at step 1 and fall towards 0 at step 50; the network's lies below the dashed one everywhere in between, most clearly in the first half.*
#
# It looks odd at first: the error is *largest* where there is hardly any noise. A little noise is hard to tell from the writing; a lot of noise is nearly all of $x_t$, so that guessing $x_t$ itself is nearly right. And on unseen pictures the network is as good as on those that it learnt from: remember this for the end.
#
# ## The knob: what the denoiser sees in the noise
#
# A guess of the noise implies a clean picture, $\hat x_0$. Turn the step: at which one does the guess become *this* digit, and what does it look like before?

# %% id="knob"
from ipywidgets import IntSlider, interact

chosen = [int(torch.nonzero(y_new == c)[0]) for c in range(10)]
steady = torch.randn(10, 64, generator=torch.Generator().manual_seed(5))


def implied(t, wish):
    """The noisy pictures at step t and the clean ones that the denoiser implies, (10, 64) each."""
    step = torch.full((10,), t)
    noisy = add_noise(x_new[chosen], step, steady, kept)
    with torch.no_grad():
        return noisy, clean_from(noisy, step, supplier_b(noisy, step, wish), kept)


def show_step(t=38):
    noisy, guess = implied(t, torch.full((10,), NONE))
    show([noisy, guess], ["noisy", "implied"], f"Step {t}: {float(kept[t]):.2f} of the variance is left; no wish")


show_step()

# %% id="knob-turn"
interact(show_step, t=IntSlider(value=38, min=1, max=45, description="step"));

# %% [markdown] id="knob-words"
# *In words, unturned: at step 38 the upper row is grey snow with hardly a digit in it, the lower row shows ten soft shapes, some of them nearly a digit, others a blend. Turned to 45 the lower row is ten times nearly the same grey blob, a mean of all digits; at 10 it is ten clear digits.*
#
# The best guess under doubt is a mean. That is why one cannot jump from step 50 to 0: one would get the blob. One goes a little way towards the guess, adds a little fresh noise, looks again, and now the doubt is smaller.

# %% id="knob-assert"
for t in (10, 38, 45):
    guess = implied(t, torch.full((10,), NONE))[1]
    print(f"step {t}: implied pictures are {float(torch.pdist(guess).mean()):.1f} apart in the mean, and {float((guess - x_new[chosen]).norm(dim=1).mean()):.1f} from the clean ones")
apart = float(torch.pdist(x_new[chosen]).mean())
print(f"the clean ones are {apart:.1f} apart")
assert float(torch.pdist(guess).mean()) < 0.45 * apart and float((implied(10, torch.full((10,), NONE))[1] - x_new[chosen]).norm(dim=1).mean()) < 2

# %% [markdown] id="back"
# ## The way back
#
# If the clean picture were known to be $\hat x_0$, where was $x_{t-1}$, seen from $x_t$? Both the step before ($x_{t-1}$ comes from $\hat x_0$) and the step after ($x_t$ comes from $x_{t-1}$) are normal, so Bayes' rule gives a normal distribution again. With $\beta = 1 - \bar\alpha_t/\bar\alpha_{t-1}$ its mean and its variance are
#
# $$\mu = \frac{\sqrt{\bar\alpha_{t-1}}\;\beta\;\hat x_0 + \sqrt{1 - \beta}\;(1 - \bar\alpha_{t-1})\;x_t}{1 - \bar\alpha_t}, \qquad \sigma^2 = \beta\,\frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}$$
#
# (Ho et al., 2020, equations 6 and 7). `reverse_step` above draws from it, after clipping $\hat x_0$ to the range of pixels. You need not believe the formula: for one pixel we multiply the two bells on a fine grid and measure.

# %% id="back-code"
t, clean, now_at = 30, 0.4, -0.7
a_now, a_before = float(kept[t]), float(kept[t - 1])
beta = 1 - a_now / a_before
grid = np.linspace(-6, 6, 200_001)
bell = np.exp(-((grid - math.sqrt(a_before) * clean) ** 2) / (2 * (1 - a_before)) - (now_at - math.sqrt(1 - beta) * grid) ** 2 / (2 * beta))  # prior times likelihood
bell /= bell.sum()
mean_grid = float((bell * grid).sum())
spread_grid = float(np.sqrt((bell * (grid - mean_grid) ** 2).sum()))
guess = (now_at - math.sqrt(a_now) * clean) / math.sqrt(1 - a_now)  # the noise that implies this clean pixel
at = lambda z: float(reverse_step(torch.tensor([[now_at]]), t, torch.tensor([[guess]]), kept, torch.tensor([[z]])))
print(f"Bayes on a grid: {mean_grid:.4f} ± {spread_grid:.4f}; the formula: {at(0.0):.4f} ± {at(1.0) - at(0.0):.4f}")
assert abs(at(0.0) - mean_grid) < 1e-4 and abs(at(1.0) - at(0.0) - spread_grid) < 1e-4
by_hand = reverse_step(torch.tensor([[1.0]]), 2, torch.tensor([[1.0]]), hand, torch.tensor([[0.0]]))
print(f"by hand, from 0.36 to 0.64 kept, x = 1, guess 1, z = 0: {float(by_hand):.4f}")
assert abs(float(by_hand) - (0.8 * 0.4375 / 3 + 0.75 * 0.36) / 0.64) < 1e-6

# %% [markdown] id="sampling"
# In the last step $\bar\alpha_0 = 1$, so $\sigma$ is 0: no noise is added, and the picture is $\hat x_0$. Now `sample`, with wishes. What do we ask of its pictures? A **reader** that was trained on real digits (a support vector machine, from scikit-learn; any good classifier will do) shall read the digit asked for; two samples of one digit shall differ; and none shall be a picture learnt from.

# %% id="sampling-code"
reader = SVC(C=10, gamma=0.02).fit(pictures.numpy(), digits.numpy())
wished = torch.arange(300) % 10  # thirty of each


def measured(drawn, wished=wished):
    """Share read as asked, mean distance within a wish, median distance to the nearest picture learnt from."""
    drawn = drawn.clamp(-1, 1)
    right = float((reader.predict(drawn.numpy()) == wished.numpy()).mean())
    variety = float(np.mean([float(torch.pdist(drawn[wished == c]).mean()) for c in range(10)]))
    return right, variety, float(torch.cdist(drawn, x_train).min(1).values.median())


from_b = sample(supplier_b, wished)
b_right, b_variety, b_near = measured(from_b)
real_right, real_variety, real_near = measured(x_new, y_new)
show([from_b[:10], from_b[10:20], from_b[20:30]], ["B", "B", "B"], "Thirty samples of our generator, asked for 0 to 9")
print(f"B: read as asked {b_right:.2f}, variety {b_variety:.1f}, nearest picture learnt from {b_near:.1f}")
print(f"real unseen pictures:          variety {real_variety:.1f}, nearest picture learnt from {real_near:.1f}")
assert b_right > 0.9 and b_variety > 2.7 and b_near > 1.8 and 1.9 < real_near < 2.2

# %% [markdown] id="sampling-words"
# *In words: three rows of ten soft but readable digits, each row 0 to 9, in different hands.*
#
# ## Steering: how strongly the wish counts
#
# The network gives two guesses for the same $x_t$: with the wish and without. Their difference is what the wish changes. **Classifier-free guidance** (Ho and Salimans, 2022) takes it $w$ times:
#
# $$\hat\varepsilon_w = \hat\varepsilon_\text{none} + w\,(\hat\varepsilon_\text{wish} - \hat\varepsilon_\text{none}) .$$
#
# $w = 0$ ignores the wish, 1 is the network as it was trained. What will $w = 4$ do to the two numbers *read as asked* and *variety*?

# %% id="checkpoint-guidance"
kit.checkpoint("guided-harder")

# %% id="guidance-code"
def guided(denoise, weight):
    """A denoiser that follows the wish `weight` times."""
    def steered(x, t, labels):
        plain = denoise(x, t, torch.full_like(labels, NONE))
        return plain + weight * (denoise(x, t, labels) - plain)

    return steered


weights = (0, 0.5, 1, 2, 4, 8)
by_weight = {w: sample(guided(supplier_b, w), wished) for w in weights}
numbers = {w: measured(d) for w, d in by_weight.items()}
for w, (right, variety, near) in numbers.items():
    print(f"weight {w:3}: read as asked {right:.2f}, variety {variety:.2f}")
assert numbers[0][0] < 0.25 and numbers[4][0] >= numbers[1][0] > 0.9 and numbers[4][1] < 0.9 * numbers[1][1] and np.allclose(by_weight[1], from_b, atol=1e-3)
kit.recall("guided-harder")

# %% id="guidance-knob"
from ipywidgets import SelectionSlider


def show_weight(weight=4):
    right, variety, _ = numbers[weight]
    show([by_weight[weight][i : i + 10] for i in (0, 10, 20)], ["", "", ""], f"Weight {weight}: read as asked {right:.2f}, variety {variety:.2f}")


show_weight()

# %% id="guidance-turn"
interact(show_weight, weight=SelectionSlider(options=weights, value=4, description="weight"));

# %% [markdown] id="guidance-words"
# *In words, unturned: at weight 4 three rows of digits, darker and cleaner than before, and the three of each column look alike. Turned to 0 the rows are digits in no order, many of them unclear.*
#
# The wish is read more surely and the hands become fewer: a typical 7, not anybody's 7. Whoever makes training data this way should turn the weight down, whoever makes one good picture up.

# %% [markdown] id="wrong"
# ## How it goes wrong: sixty-four rows, sixty-four pixels
#
# A colleague shortens `add_noise`, drops the `[:, None]`, and uses batches of 64. No error; the training loss even falls. The samples:

# %% id="wrong-code"
def colleague(x0, t, noise, kept):
    """As add_noise, a little shorter."""
    left = kept[t]
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


spoilt, spoilt_losses = train(colleague, steps=400, batch=64)
sound, sound_losses = train(add_noise, steps=400, batch=64)
from_spoilt, from_sound = sample(spoilt, wished), sample(sound, wished)
show([from_sound[:10], from_spoilt[:10]], ["sound", "colleague"], "Asked for 0 to 9 after 400 steps with batches of 64")
spoilt_right, sound_right = measured(from_spoilt)[0], measured(from_sound)[0]
print(f"training loss at the end: colleague {np.mean(spoilt_losses[-50:]):.3f}, first steps {np.mean(spoilt_losses[:10]):.3f}; sound {np.mean(sound_losses[-50:]):.3f}")
print(f"read as asked: colleague {spoilt_right:.2f}, sound {sound_right:.2f}")
assert 1 < np.mean(spoilt_losses[-50:]) < np.mean(spoilt_losses[:10]) and spoilt_right < sound_right - 0.1

# %% [markdown] id="wrong-words"
# *In words: the upper row shows soft digits from 0 to 9, the lower row much worse ones.*
#
# One sign was there: a loss above 1, more than who guesses 0 has to pay. **Found** without reading the code: change the step of *one* picture and look at which numbers of the result move. It must be that picture's row and no other.

# %% id="wrong-found"
def moved_by_one_step(noising, n=64):
    """Which (row, pixel) of the noisy pictures change when only the step of row 3 changes; (n, 64) of bool."""
    x0, noise = x_train[:n], torch.randn(n, 64, generator=torch.Generator().manual_seed(9))
    t = torch.full((n,), 10)
    other = t.clone()
    other[3] = 40
    return noising(x0, t, noise, kept) != noising(x0, other, noise, kept)


for name, noising in (("colleague", colleague), ("ours", add_noise)):
    rows, columns = torch.nonzero(moved_by_one_step(noising), as_tuple=True)
    print(f"{name:10} rows that moved: {len(rows.unique()):2}, pixels that moved: {len(columns.unique()):2}")
assert moved_by_one_step(add_noise)[3].all() and moved_by_one_step(add_noise).sum() == 64
assert moved_by_one_step(colleague)[:, 3].all() and moved_by_one_step(colleague).sum() == 64
try:
    colleague(x_train[:63], torch.full((63,), 10), torch.randn(63, 64), kept)
except RuntimeError as error:
    print("with 63 pictures:", error)

# %% [markdown] id="wrong-mended"
# The step of picture 3 went to *pixel* 3 of all pictures: numbers of shape (64,) meet the **last** axis. With any other size of batch there is an error message; only where rows and pixels are equally many is there none. **Mended** by `[:, None]`. And tests should have odd shapes: 63 rows would have found it at once.

# %% [markdown] id="scale"
# ## At scale
#
# Large generators do the same with larger pictures, in two ways cheaper than it looks. First, an autoencoder makes 512 × 512 × 3 numbers into 64 × 64 × 4, and noise is removed there (*latent diffusion*, Rombach et al., 2022). Second, the network is a vision transformer over patches (lesson 1) of that small picture: DiT-XL/2 (Peebles and Xie, 2023) has 28 blocks of width 1152 and reads 256 × 256 pictures as 256 tokens; the paper states 118.6 Gflops a call and counts a multiply-add as one. We compute them: $12 d^2$ a token and block for the linear layers, $2 n d$ for attention.

# %% id="scale-code"
shrink = 512 * 512 * 3 / (64 * 64 * 4)
n, d, blocks = 256, 1152, 28
multiply_adds = blocks * (12 * d * d * n + 2 * n * n * d)
calls = 250 * 2  # steps of the paper, with and without the wish
operations = 2 * multiply_adds * calls
for name, steps in (("250 steps", 250), ("25 steps", 25)):
    seconds = 2 * multiply_adds * 2 * steps / (0.4 * 989e12)
    print(f"{name}: {2 * multiply_adds * 2 * steps:.1e} operations a picture, {seconds:.2f} s on an H100 at 40 % of its 989 Tflop/s in 16 bits")
print(f"latent: {shrink:.0f} times fewer numbers; one call {multiply_adds / 1e9:.1f} billion multiply-adds")
assert shrink == 48 and abs(multiply_adds / 118.6e9 - 1) < 0.01 and 1.1e14 < operations < 1.3e14
few = {}
for stride in (1, 5, 10, 25):
    short = kept[::stride]  # (51,), (11,), (6,), (3,)
    few[stride] = measured(sample(lambda x, t, labels: supplier_b(x, t * stride, labels), wished, short))
    print(f"our digits in {len(short) - 1:2} steps: read as asked {few[stride][0]:.2f}, variety {few[stride][1]:.2f}")
assert few[5][0] > 0.9 and few[25][1] < 0.9 * few[1][1]

# %% [markdown] id="scale-words"
# The price is the number of calls, and most of them can be left out: a fifth of the steps is nearly as good here. What gets lost first is not the digit but the variety.

# %% [markdown] id="answer"
# ## The question again
#
# A finds noise nine times better than B on the pictures that both learnt from. Now on unseen ones, and the question that nobody asked A: how near are its samples to the pictures learnt from?

# %% id="answer-code"
a_new = error_by_step(supplier_a, x_new, y_new)
from_a = sample(supplier_a, wished)
a_right, a_variety, a_near = measured(from_a)
print("                 error, learnt from   error, unseen   read as asked   variety   nearest learnt from")
for name, known, new, values in (("A", a_train, a_new, (a_right, a_variety, a_near)), ("B", b_train, b_new, (b_right, b_variety, b_near))):
    print(f"{name:>12} {known.mean():20.3f} {new.mean():15.3f} {values[0]:15.2f} {values[1]:9.1f} {values[2]:21.2f}")


def nearer(drawn):
    """Share of samples that lie nearer to a picture learnt from than to any unseen one."""
    learnt, unseen = (torch.cdist(drawn.clamp(-1, 1), x).min(1).values for x in (x_train, x_new))
    return float((learnt < unseen).float().mean())


hidden_a = from_a + 0.6 * spread * torch.randn(from_a.shape, generator=torch.Generator().manual_seed(8))  # A with noise over its copies
shares = {"A": nearer(from_a), "A, noise over its copies": nearer(hidden_a), "B": nearer(from_b)}
print(f"A, noise over its copies: nearest learnt from {measured(hidden_a)[2]:.2f}, read as asked {measured(hidden_a)[0]:.2f}")
print("nearer to a picture learnt from than to any unseen one:", ", ".join(f"{k} {v:.2f}" for k, v in shares.items()), f"; of pictures by others {N / len(pictures):.2f} would be, ± {math.sqrt(N / len(pictures) * (1 - N / len(pictures)) / 300):.2f} for 300 (one standard error)")
assert measured(hidden_a)[2] > 1.8 and min(shares["A"], shares["A, noise over its copies"]) > 0.95 and shares["B"] < 0.85
nearest = torch.cdist(from_a[:10], x_train).argmin(1)
show([from_a[:10], x_train[nearest]], ["A's sample", "learnt from"], "Supplier A beside the nearest pictures that it learnt from")
assert a_near < 0.05 and a_new.mean() > 5 * b_new.mean() and a_right > 0.98
kit.recall("which-supplier")

# %% [markdown] id="answer-words"
# *In words: the two rows are the same pictures, pixel by pixel.*
#
# A supplier who knows this test lays noise over the copies: now the nearest picture learnt from is as far away as that of a real picture is. A second test is harder to deceive. Of all our pictures two thirds were learnt from, so a picture that is nobody's copy has its nearest one among these in about two cases of three. A copy has it there always, or nearly, with noise or without. B lies near two thirds: a little above, as one expects of whoever learnt from these pictures, and far below a copier.
#
# A has learnt its pictures by heart. Its code is the **exact minimum of the training loss**: if the 1200 pictures were all there is, the best guess of the clean picture is their mean, weighted by how well each explains $x_t$, and that is what `supplier_a` computes. So here is something odd. *The better a network minimises this loss, the more it copies; a network that could reach the minimum would be useless.* B invents because it cannot get there: a smooth function of 192 neurons must treat similar pictures alike. Large models copy, too, what they saw very often: Carlini et al. (2023) got training pictures out of Stable Diffusion. Kadkhodaie et al. (2024) show when a network passes from copying to inventing: with enough pictures, two networks that learnt from *different* ones make the *same* sample from the same noise.
#
# We repeat that experiment: two denoisers, each with one half of the pictures, and the same start.

# %% id="halves"
halves = [train(add_noise, steps=700, seed=i, pictures=x_train[i::2], digits=y_train[i::2])[0] for i in (0, 1)]  # 600 pictures each
pair = [sample(half, wished, seed=3) for half in halves]
same = float((pair[0] - pair[1]).norm(dim=1).median())
strangers = float((pair[0] - pair[1].reshape(30, 10, 64).roll(1, 0).reshape(300, 64)).norm(dim=1).median())
show([pair[0][:10], pair[1][:10]], ["odd half", "even half"], "Two networks that share no picture, from the same noise")
print(f"same noise, other pictures learnt from: {same:.2f} apart; same wish, other noise: {strangers:.2f}")
assert same < 0.75 * strangers

# %% [markdown] id="limits"
# *In words: the two rows show nearly the same digits, stroke by stroke, though the networks learnt from different pictures.*
#
# B it is, then, with three reservations. B's pictures are softer than real ones. A reader that was trained on such digits says little about *strange* writing: what B never makes, nobody tests. And these small pictures are easy: a formula without any network (a normal distribution for each digit) finds noise as well as B. You may hand it in, in the lab.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Two steps with $\beta_1 = 0.2$ and $\beta_2 = 0.5$. Replace each `...` by a number.

# %% id="exercise-1"
facts = {"kept after both steps": ..., "factor of the clean picture after both": ..., "loss of who always guesses 0": ..., "calls of the network for 30 pictures at once, 50 steps, with guidance": ...}

# %% id="check-1"
if any(v is ... for v in facts.values()):
    print("not tried yet")
else:
    facts = {k: float(v) for k, v in facts.items()}
    kit.close(facts["kept after both steps"], 0.4, rtol=1e-3, because="0.8 · 0.5", known_wrong={"that is what is lost": 0.6, "shares multiply, they do not add up": 0.3, "the βs are what is lost: multiply what each step keeps": 0.1})
    kit.close(facts["factor of the clean picture after both"], math.sqrt(0.4), rtol=1e-3, because="the root of what is kept of the variance", known_wrong={"that is the share of the variance: take the root": 0.4, "that is the factor of the noise": math.sqrt(0.6)})
    kit.close(facts["loss of who always guesses 0"], 1.0, rtol=1e-3, because="the mean square of the noise is its variance", known_wrong={"only a guess that is exact costs nothing": 0.0, "the mean over the pixels, not the sum": 64.0})
    kit.close(facts["calls of the network for 30 pictures at once, 50 steps, with guidance"], 100.0, because="each step asks with and without the wish, for all pictures at once", known_wrong={"guidance asks twice a step": 50.0, "all pictures go through in one call": 3000.0, "all pictures go through in one call, and guidance asks twice": 1500.0})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Some networks put out the clean picture. Turn such a guess into one of the noise, so that `sample` can use it: `x`, `clean` (n, 64), `t` (n,).

# %% id="exercise-2"
def noise_from(x, t, clean, kept):
    ...


# %% id="check-2"
if noise_from(torch.zeros(1, 1), torch.tensor([1]), torch.zeros(1, 1), hand) is None:
    print("not tried yet")
else:
    draw = torch.Generator().manual_seed(4)
    c, e, s = torch.randn(3, 3, generator=draw), torch.randn(3, 3, generator=draw), torch.tensor([1, 2, 1])
    x = add_noise(c, s, e, hand)
    left = hand[s][:, None]
    kit.close(torch.as_tensor(noise_from(x, s, c, hand)), e, rtol=1e-4, atol=1e-5, because="steps 1, 2, 1; as many rows as pixels", known_wrong={
        "the division by the root of 1 - kept is missing": x - left.sqrt() * c, "divide by the root": (x - left.sqrt() * c) / (1 - left), "the clean picture counts with the root of kept": (x - left * c) / (1 - left).sqrt(),
        "that is x minus the picture: both have factors": x - c, "the steps meet pixels in place of rows: [:, None]": (x - hand[s].sqrt() * c) / (1 - hand[s]).sqrt(), "you solved for the other one": (x - (1 - left).sqrt() * c) / left.sqrt()})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** *DDIM* (Song et al., 2021) adds no noise on the way and may leap over steps: from the guess take the implied clean picture, clipped to [−1, 1], and noise **the noise that this clean picture implies** back in, for step $s < t$: $x_s = \sqrt{\bar\alpha_s}\,\hat x_0 + \sqrt{1 - \bar\alpha_s}\,\hat\varepsilon$. Here `t` and `s` are single whole numbers.

# %% id="exercise-3"
def leap(x, t, s, noise, kept):
    ...


# %% id="check-3"
if leap(torch.zeros(1, 1), 2, 1, torch.zeros(1, 1), hand) is None:
    print("not tried yet")
else:
    draw = torch.Generator().manual_seed(6)
    x, e = torch.randn(4, 3, generator=draw), torch.randn(4, 3, generator=draw)
    for t, s in ((30, 20), (50, 1), (7, 0)):
        now, then = float(kept[t]), float(kept[s])
        raw_clean = (x - math.sqrt(1 - now) * e) / math.sqrt(now)
        c = raw_clean.clamp(-1, 1)
        again = (x - math.sqrt(now) * c) / math.sqrt(1 - now)
        kit.close(torch.as_tensor(leap(x, t, s, e, kept)), math.sqrt(then) * c + math.sqrt(1 - then) * again, rtol=1e-3, atol=1e-4, because=f"from step {t} to {s}", known_wrong={
            "the implied clean picture is not clipped": math.sqrt(then) * raw_clean + math.sqrt(1 - then) * e, "after clipping the noise has to be computed anew: x = √kept · clean + √(1 - kept) · noise": math.sqrt(then) * c + math.sqrt(1 - then) * e,
            "that is the clean picture: noise it for step s": c})
    ddim = torch.randn(300, 64, generator=torch.Generator().manual_seed(0))
    for t, s in zip((50, 40, 30, 20, 10), (40, 30, 20, 10, 0)):
        with torch.no_grad():
            ddim = leap(ddim, t, s, supplier_b(ddim, torch.full((300,), t), wished), kept)
    print(f"right; five leaps with B: read as asked {measured(ddim)[0]:.2f}, variety {measured(ddim)[1]:.2f}")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** You get samples of a generator of *faces* and the faces that it learnt from, as rows of numbers of unknown scale, and as many fresh faces that nobody learnt from. Write the share of samples that are **copies**: nearer to a face learnt from than 99 of 100 fresh faces are. (`torch.cdist(a, b)` gives all distances, `torch.quantile(v, 0.01)` the value below which one in a hundred lies.)

# %% id="exercise-4"
def share_copied(samples, learnt, fresh):
    ...


# %% id="check-4"
if share_copied(x_new[:3], x_train[:3], x_new[3:6]) is None:
    print("not tried yet")
else:
    mixed = torch.cat([x_train[:30] + 0.01, x_new[300:370]])
    limit = torch.quantile(torch.cdist(x_new[:300], x_train).min(1).values, 0.01)
    near = torch.cdist(mixed, x_train).min(1).values
    to_fresh = torch.cdist(mixed, x_new[:300]).min(1).values
    kit.close(float(share_copied(mixed, x_train, x_new[:300])), float((near < limit).float().mean()), atol=0.011, because="30 of 100 are pictures learnt from, a little lighter", known_wrong={
        "that is the share that is none": float((near >= limit).float().mean()), "you measured the distance to the fresh ones": float((to_fresh < limit).float().mean()),
        "only exact copies are counted": 0.0, "that is their number: divide by how many samples there are": 30.0,
        "the limit is the middle of the fresh ones' distances, not the one in a hundred": float((near < torch.quantile(torch.cdist(x_new[:300], x_train).min(1).values, 0.5)).float().mean())})
    kit.close(float(share_copied(1000 * mixed, 1000 * x_train, 1000 * x_new[:300])), float((near < limit).float().mean()), atol=0.011, because="the same on another scale", known_wrong={"a limit in plain numbers does not know the scale": 0.0})
    print("right")

# %% [markdown] id="next"
# Next: *Text and image together*. The lab `diffusion` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Noise is added in known steps; $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1 - \bar\alpha_t}\,\varepsilon$ reaches any of them at once.
# - A denoiser guesses the noise; the pixel alone is the baseline, the network writes what is missing.
# - The way back goes a little towards the implied picture, adds a little noise, and looks again; guidance buys obedience with variety.
# - Numbers of shape (n,) meet the last axis: test with odd shapes, and with one step changed.
# - The exact minimum of the training loss copies. Compare distances to the pictures learnt from with those of unseen real ones.
#
# | term | 中文 |
# |---|---|
# | diffusion model | 扩散模型 |
# | noise schedule | 噪声调度 |
# | denoiser | 去噪网络 |
# | sampling, reverse process | 采样、逆过程 |
# | classifier-free guidance | 无分类器引导 |
# | latent diffusion | 潜空间扩散 |
# | memorisation | 记忆（训练数据复现） |
#
# **Read on.** Jonathan Ho et al., "Denoising Diffusion Probabilistic Models", NeurIPS 2020, sections 2 and 3. · Alex Nichol, Prafulla Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021, section 3.2. · Tero Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models", NeurIPS 2022, section 5. · Nicholas Carlini et al., "Extracting Training Data from Diffusion Models", USENIX Security 2023, section 4. · Zahra Kadkhodaie et al., "Generalization in diffusion models arises from geometry-adaptive harmonic representations", ICLR 2024, section 2.
