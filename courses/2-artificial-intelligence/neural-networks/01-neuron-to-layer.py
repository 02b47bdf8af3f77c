# %% [markdown] id="title"
# # From a neuron to a layer
#
# **You will be able to** compute what a neuron, a layer and a network put out, say how many numbers they hold, and show with three lines of algebra what no network without a hidden layer can do. **60 minutes.**
#
# At the end you can
#
# 1. compute the output of a ReLU neuron and of a small network by hand;
# 2. write a layer for a batch of inputs, with its shapes, so that it agrees with the library;
# 3. count the numbers that training adjusts;
# 4. prove that ten templates cannot read a digit and its negative, and show that a hidden layer can;
# 5. find out, without reading the code, that a deep network has no non-linearity in it.

# %% [markdown] id="before"
# ## Before you start
#
# You need a dot product, a matrix product with its shapes, and Python functions. Three questions to see where you stand; answer before you read on.
#
# - $(1, 2, 0) \cdot (3, -1, 5)$? 1. *If not: course Linear algebra, lesson 1.*
# - `x` has shape (5, 64) and `W` (10, 64). Which shape has `x @ W.T`? (5, 10): each row of `x` with each row of `W`. *If not: Linear algebra, lesson 1.*
# - `scores` is (5, 10). What does `scores.argmax(1)` give? Five numbers: for each row, where the largest entry stands. *If not: Programming basics.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-templates")

# %% [markdown] id="question"
# ## A question first
#
# A program reads handwritten digits: 1797 pictures of 8 × 8 pixels (`sklearn.datasets.load_digits`, from UCI's *Optical Recognition of Handwritten Digits*, CC BY 4.0). It is the simplest one that can learn: **ten templates** of 64 weights, one for each digit. A template's score is its dot product with the picture, plus a number of its own, the *bias*; the digit with the largest score wins. The 650 numbers are adjusted by a routine that lesson 2 opens; here we only use it.
#
# Paper counts as −1 and full ink as +1. Then a new scanner is bought, and half of the pictures come as **negatives**: what was ink is paper, so $x$ becomes $-x$. The templates are trained anew on such pictures.

# %% id="data"
pictures, digits = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(digits))
x, y = pictures[order] / 8 - 1, digits[order]  # (1797, 64), from -1 (paper) to +1 (ink)
flip = np.random.default_rng(1).random(len(y)) < 0.5  # (1797,): which ones arrive as negatives
mixed = np.where(flip[:, None], -x, x)  # (1797, 64)
N = 1200  # to learn from; the other 597 are unseen


def fit(model, x, y, steps=700, seed=0):
    """Adjust a model's numbers so that the right digit gets the largest score; lesson 2 opens this."""
    x, y, draw = torch.tensor(x, dtype=torch.float32), torch.tensor(y), torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = 0.01 * (1 - step / steps)
        rows = torch.randint(len(y), (100,), generator=draw)  # (100,)
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model


def share_right(model, x, y):
    """The share of pictures whose largest score is that of their digit."""
    with torch.no_grad():
        return float((model(torch.tensor(x, dtype=torch.float32)).argmax(1).numpy() == y).mean())


torch.manual_seed(0)
plain_templates = fit(torch.nn.Linear(64, 10), x[:N], y[:N])
templates = fit(torch.nn.Linear(64, 10), mixed[:N], y[:N])
plain_share, mixed_share = share_right(plain_templates, x[N:], y[N:]), share_right(templates, mixed[N:], y[N:])

figure, axes = plt.subplots(2, 8, figsize=(9, 2.6))
for i, first in enumerate(int(np.flatnonzero(y == d)[0]) for d in range(8)):
    for row, picture in enumerate((x[first], -x[first])):
        axes[row, i].imshow(picture.reshape(8, 8), cmap="gray_r", vmin=-1, vmax=1)
        axes[row, i].set_xticks([])
        axes[row, i].set_yticks([])
    axes[0, i].set_title(f"a {y[first]}")
axes[0, 0].set_ylabel("as written")
axes[1, 0].set_ylabel("negative")
figure.suptitle("Eight digits, and the same as negatives (each 8 × 8 pixels)", y=1.05)
plt.show()
print(f"ten templates on 597 unseen pictures: {plain_share:.0%} right as written, {mixed_share:.0%} when half are negatives")
assert 0.96 < plain_share < 0.99 and 0.15 < mixed_share < 0.28

# %% [markdown] id="question-words"
# *In words: the upper row shows eight handwritten digits, dark on light; the lower row the same ones, light on dark. A person reads both.*
#
# From nearly all to about a fifth.
#
# > **The question.** Train longer, take more pictures, choose a better routine: how far could *any* ten templates get when half of the pictures are negatives? Commit to a guess.

# %% id="checkpoint-ceiling"
kit.checkpoint("how-far-templates")

# %% [markdown] id="neuron"
# ## The idea: a neuron is a template that may keep quiet
#
# A **neuron** takes inputs $x_1, \dots, x_d$ and has a weight for each, $w_1, \dots, w_d$, and a bias $b$. It adds up, and a negative sum becomes 0:
#
# $$a = \operatorname{ReLU}(w \cdot x + b), \qquad \operatorname{ReLU}(z) = \max(0, z).$$
#
# Here $x$ and $w$ have $d$ numbers each, $b$ and $a$ are single numbers. Without the ReLU (*rectified linear unit*) it is one of our templates. With it, the neuron answers only to pictures that fit well enough; the bias says how well.

# %% id="checkpoint-neuron"
kit.checkpoint("one-neuron-out")

# %% id="neuron-code"
def neuron(x, w, b):
    """One ReLU neuron: lists of d numbers and a bias -> one number."""
    return max(0.0, sum(wi * xi for wi, xi in zip(w, x)) + b)


print("fits: ", neuron((4, 1), (2, -3), -1), "  does not fit: ", neuron((1, 4), (2, -3), -1))
assert neuron((4, 1), (2, -3), -1) == 4 and neuron((1, 4), (2, -3), -1) == 0
kit.recall("one-neuron-out")

# %% [markdown] id="toy"
# ## By hand first: two pixels
#
# The smallest picture with our problem has two pixels. *Edges* are $(1, -1)$ and its negative $(-1, 1)$; *plain* are $(1, 1)$ and its negative $(-1, -1)$. Is there a template $s(x) = w_1 x_1 + w_2 x_2 + b$ that is positive for edges and negative for plain ones? Add up the two of each kind:
#
# $$s(1,-1) + s(-1,1) = 2b = s(1,1) + s(-1,-1).$$
#
# On the left stand two positive numbers, on the right two negative ones. So there is none, whatever the weights.
#
# Now two neurons before it, $a_1 = \operatorname{ReLU}(x_1 - x_2)$ and $a_2 = \operatorname{ReLU}(x_2 - x_1)$, and then the template $a_1 + a_2 - 1$:
#
# | $x$ | $a_1$ | $a_2$ | score |
# |---|---|---|---|
# | (1, −1) | 2 | 0 | 1 |
# | (−1, 1) | 0 | 2 | 1 |
# | (1, 1) | 0 | 0 | −1 |
# | (−1, −1) | 0 | 0 | −1 |
#
# The first neuron knows the edge, the second its negative. These two are a **hidden layer**: nobody tells them what to put out.

# %% id="checkpoint-toy"
kit.checkpoint("two-pixels")

# %% id="toy-code"
def toy_score(pixels):
    """Two neurons, then one template: two pixels -> score of "edge"."""
    hidden = [neuron(pixels, (1, -1), 0), neuron(pixels, (-1, 1), 0)]
    return hidden[0] + hidden[1] - 1


FOUR = ((1, -1), (-1, 1), (1, 1), (-1, -1))
print({p: toy_score(p) for p in FOUR}, " and (-0.6, 0.8):", round(toy_score((-0.6, 0.8)), 6))
assert [toy_score(p) for p in FOUR] == [1, 1, -1, -1] and abs(toy_score((-0.6, 0.8)) - 0.4) < 1e-12
kit.recall("two-pixels")

# %% [markdown] id="ceiling"
# ## The same with 64 pixels and ten digits
#
# Let $s_c(x) = w_c \cdot x + b_c$ be the score of digit $c$. The negative of $x$ is $-x$, and
#
# $$s_c(x) + s_c(-x) = 2 b_c ,$$
#
# **the same for every picture**. Suppose that a picture of digit $c$ is read rightly in both forms. Then $s_c$ is larger than each other score for $x$ and for $-x$; adding the two gives $2 b_c > 2 b_k$ for every other digit $k$. But only **one** digit can have the largest bias. So of the nine others, each picture is wrong in at least one of its two forms. If both forms of all pictures are shown, the share of right answers is at most
#
# $$\tfrac12 \, (1 + \text{share of the commonest digit}).$$
#
# If each picture is shown in one form only, drawn by a coin after the templates are fixed, the same holds on average; a single draw of 597 pictures strays from it by about 2 percent (one standard deviation).

# %% id="ceiling-code"
both_ways = np.concatenate([x, -x])  # (3594, 64): every picture in both forms
largest_share = np.bincount(y).max() / len(y)
ceiling = (1 + largest_share) / 2
draw = np.random.default_rng(2)
W, b = templates.weight.detach().numpy().astype(float), templates.bias.detach().numpy().astype(float)  # (10, 64), (10,)


def digits_right_both_ways(W, b):
    """How many digits have a picture that these templates read rightly in both forms, and the share right of all forms."""
    ok = (both_ways @ W.T + b).argmax(1) == np.concatenate([y, y])  # (3594,)
    return len(set(y[ok[: len(y)] & ok[len(y) :]])), float(ok.mean())


found = [digits_right_both_ways(draw.normal(size=(10, 64)), 10 * draw.normal(size=10)) for _ in range(200)]
trained = digits_right_both_ways(W, b)
written_only = digits_right_both_ways(plain_templates.weight.detach().numpy().astype(float), plain_templates.bias.detach().numpy().astype(float))
print(f"ceiling for any ten templates: {ceiling:.3f}; the trained ones: {trained[1]:.3f}, digits with a picture right both ways: {trained[0]}")
print(f"templates that learnt only from pictures as written: {written_only[1]:.3f} of all forms")
print(f"200 random templates: at most {max(n for n, _ in found)} digit, share right at most {max(s for _, s in found):.2f}")
assert round(ceiling, 2) == 0.55 and trained[0] <= 1 and trained[1] < ceiling and max(n for n, _ in found) == 1 and 0.45 < written_only[1] < ceiling
kit.recall("how-far-templates")

# %% [markdown] id="ceiling-words"
# Whoever gives up on negatives altogether has nearly a half and is close to the wall already. So more training is wasted, and so are more pictures: at 55 % there is a wall, and it is the *form* of the program, not its numbers.
#
# ## A layer: many neurons, one matrix
#
# Put the weights of $h$ neurons as rows into a matrix $W$ of shape $(h, d)$, their biases into $b$ of shape $(h)$. For a batch of $n$ inputs, the rows of $X$:
#
# $$A = \operatorname{ReLU}(X W^\top + b), \qquad (n, d) \cdot (d, h) \to (n, h).$$
#
# A **network** is layer after layer. Ours has one hidden layer of $h$ neurons and then ten templates on top, which look at the neurons and not at the pixels. The last layer has no ReLU: scores may be negative.

# %% id="layer-code"
def layer(X, W, b, relu=True):
    """(n, d), (h, d), (h,) -> (n, h)."""
    Z = X @ W.T + b  # (n, h): b is added to every row
    return np.maximum(Z, 0) if relu else Z


def network(X, W1, b1, W2, b2):
    """Pictures (n, 64) -> scores (n, 10)."""
    return layer(layer(X, W1, b1), W2, b2, relu=False)


torch.manual_seed(0)
model = fit(torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)), mixed[:N], y[:N])
numbers = [p.detach().numpy().astype(float) for p in model.parameters()]  # (32, 64), (32,), (10, 32), (10,)
ours = network(mixed[N:], *numbers)  # (597, 10)
with torch.no_grad():
    theirs = model(torch.tensor(mixed[N:], dtype=torch.float32)).numpy()
one = [neuron(mixed[N], numbers[0][j], numbers[1][j]) for j in range(32)]  # neuron by neuron, as above
hidden_share = share_right(model, mixed[N:], y[N:])
print(f"largest difference to the library: {np.abs(ours - theirs).max():.1e}, to neuron by neuron: {np.abs(layer(mixed[N:N + 1], *numbers[:2])[0] - one).max():.1e}")
print(f"with 32 hidden neurons {hidden_share:.1%} of the unseen pictures are right")
assert np.allclose(ours, theirs, atol=1e-4) and np.allclose(layer(mixed[N : N + 1], *numbers[:2])[0], one)
assert np.allclose(network(np.array(FOUR, dtype=float), np.array([[1.0, -1], [-1, 1]]), np.zeros(2), np.ones((1, 2)), np.array([-1.0]))[:, 0], [1, 1, -1, -1])  # the toy again
assert hidden_share > 0.95 and (x[:5] @ W.T).shape == (5, 10)
kit.recall("before-templates")

# %% [markdown] id="count"
# The same four lines give back the table of the two pixels, and with 32 neurons the wall is gone. How many numbers were adjusted for that?

# %% id="checkpoint-count"
kit.checkpoint("count-the-numbers")

# %% id="count-code"
count = 64 * 32 + 32 + 32 * 10 + 10
print(f"{count} numbers: {64 * 32} + {32} in the hidden layer, {32 * 10} + {10} in the last; the templates had {64 * 10 + 10}")
assert count == sum(p.numel() for p in model.parameters()) == 2410 and 64 * 10 + 10 == 650
kit.recall("count-the-numbers")

# %% [markdown] id="knob"
# ## Turn a knob
#
# How many hidden neurons does it take? We train networks with 1, 2, 4, … 64 of them. Before you turn: a single hidden neuron gives the ten templates one number to look at. How far does **one** get?

# %% id="checkpoint-one-hidden"
kit.checkpoint("one-hidden-neuron")

# %% id="widths"
widths = [1, 2, 4, 8, 16, 32, 64]
trained_nets = {}
for h in widths:
    torch.manual_seed(h)
    net = torch.nn.Sequential(torch.nn.Linear(64, h), torch.nn.ReLU(), torch.nn.Linear(h, 10))
    trained_nets[h] = fit(net, mixed[:N], y[:N])
shares = {h: share_right(net, mixed[N:], y[N:]) for h, net in trained_nets.items()}

# %% id="widget"
from ipywidgets import SelectionSlider, interact


def show_width(h=32):
    """Draw what the first hidden neurons look for, and the share right against the width."""
    figure, axes = plt.subplots(1, 6, figsize=(10, 2.6), gridspec_kw={"width_ratios": [3, 1, 1, 1, 1, 1]})
    axes[0].plot(widths, [shares[k] for k in widths], color=BLUE, marker="o", label="unseen pictures")
    axes[0].axhline(ceiling, color=ORANGE, linestyle="--", label="wall of all templates")
    axes[0].plot([h], [shares[h]], "s", color=GREEN, markersize=10)
    axes[0].set(xscale="log", xlabel="hidden neurons", ylabel="share right", ylim=(0, 1), title=f"{h} hidden: {shares[h]:.0%} right, {75 * h + 10} numbers")
    axes[0].set_xticks(widths, widths)
    axes[0].legend(fontsize=7, loc="lower right")
    weights = trained_nets[h][0].weight.detach().numpy()  # (h, 64)
    most = np.abs(weights).max()
    for j, ax in enumerate(axes[1:]):
        ax.set_xticks([])
        ax.set_yticks([])
        if j < h:
            ax.imshow(weights[j].reshape(8, 8), cmap="PuOr", vmin=-most, vmax=most)
            ax.set_title(f"neuron {j + 1}", fontsize=9)
        else:
            ax.axis("off")
    plt.tight_layout()
    plt.show()


show_width()

# %% id="widget-turn"
interact(show_width, h=SelectionSlider(options=widths, value=32, description="hidden"));

# %% [markdown] id="knob-words"
# *In words, unturned: on the left a curve rises from below 0.25 at one hidden neuron through the dashed line of 0.55 between four and eight, and is nearly flat from 16 on; on the right five pictures of 8 × 8 weights, orange and violet patches in which no digit can be recognised.*

# %% id="knob-assert"
print({h: f"{s:.2f}" for h, s in shares.items()})
first_over = next(h for h in widths if shares[h] > ceiling)
print(f"the wall is passed with {first_over} hidden neurons")
assert 0.1 < shares[1] < 0.25 and first_over == 8 and shares[64] > 0.93 and max(shares[h] for h in (16, 32, 64)) - min(shares[h] for h in (16, 32, 64)) < 0.05 and all(sum(p.numel() for p in net.parameters()) == 75 * h + 10 for h, net in trained_nets.items())
kit.recall("one-hidden-neuron")

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague has heard that *deep* is better, and hands in a network with two hidden layers of 64 neurons: 8970 numbers. It trains without an error. On the unseen pictures it is no better than the templates.

# %% id="wrong-code"
torch.manual_seed(3)
colleague = fit(torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Linear(64, 64), torch.nn.Linear(64, 10)), mixed[:N], y[:N])
colleague_count, colleague_share = sum(p.numel() for p in colleague.parameters()), share_right(colleague, mixed[N:], y[N:])
print(f"{colleague_count} numbers, {colleague_share:.0%} right")
assert colleague_count == 8970 and colleague_share < ceiling

# %% [markdown] id="wrong-tool"
# The proof above gives the tool. For templates the sum of the scores of a picture and of its negative is the same for **every** picture. So take a few pictures, add the scores of both forms, and look at how far the sums of different pictures are apart. Not zero means: there is a bend inside. Zero means: the proof holds word for word, for it used nothing but these sums, so the network has the wall of 55 %, whatever stands inside. The test needs no look into the code. What it does not say is *why* the sums are equal: one matrix and one bias would do it, but so would a bend that is the same in the mirror, as $\tanh$ without biases. The product of the matrices, below, decides.

# %% id="mirror"
def mirror_spread(model):
    """How much the scores of a picture plus those of its negative differ from picture to picture."""
    with torch.no_grad():
        t = torch.tensor(x[N : N + 50], dtype=torch.float32)  # (50, 64)
        sums = model(t) + model(-t)  # (50, 10)
    return float(sums.std(0).max() / sums.abs().max())


torch.manual_seed(3)
mended = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
fit(mended, mixed[:N], y[:N])
product = colleague[2].weight @ colleague[1].weight @ colleague[0].weight  # (10, 64): three matrices multiplied out are one
shift = colleague(torch.zeros(1, 64))  # (1, 10)
print(f"spread of the sums: templates {mirror_spread(templates):.0e}, the colleague's {mirror_spread(colleague):.0e}, with ReLU {mirror_spread(mended):.2f}")
print(f"mended: {share_right(mended, mixed[N:], y[N:]):.0%} right")
t = torch.tensor(mixed[N:], dtype=torch.float32)
assert torch.allclose(colleague(t), t @ product.T + shift, atol=1e-3)
odd = torch.nn.Sequential(torch.nn.Linear(64, 64, bias=False), torch.nn.Tanh(), torch.nn.Linear(64, 10))  # a bend that is the same in the mirror
assert mirror_spread(odd) < 1e-5
assert mirror_spread(templates) < 1e-5 and mirror_spread(colleague) < 1e-5 and mirror_spread(mended) > 0.05 and share_right(mended, mixed[N:], y[N:]) > 0.9

# %% [markdown] id="wrong-words"
# The ReLU between the layers was missing. Three matrices in a row are their product, $W_3 (W_2 (W_1 x)) = (W_3 W_2 W_1)\, x$: ten templates again, with 8970 numbers. **Mended** by a ReLU after each hidden layer. Other bends would do too (a *non-linearity*; before 2010 mostly $\tanh$, with biases); without one, depth is for nothing.

# %% [markdown] id="scale"
# ## At scale
#
# A layer from $d$ to $h$ holds $d h$ weights and costs $2 d h$ operations (a multiplication and an addition a weight) for each row of the batch. The weights are read from memory **once a batch**. A processor that can do many operations in the time of reading one byte therefore wants many rows at once. For an H100 (989 · 10¹² operations and 3.35 · 10¹² bytes a second in 16 bits, by NVIDIA's data sheet):

# %% id="scale-code"
operations, bandwidth = 989e12, 3.35e12
for name, d, h in (("our hidden layer", 64, 32), ("SmolLM2-135M, up", 576, 1536), ("Llama 3 8B, up", 4096, 14336)):
    print(f"{name:18}: {d * h:>11,} weights, {2 * d * h:>12,} operations a row")
    for rows in (1, 64, 512):
        reading, working = 2 * d * h / bandwidth, 2 * d * h * rows / operations  # two bytes a weight
        print(f"    {rows:4} rows: reading the weights {reading * 1e6:8.3f} µs, arithmetic {working * 1e6:8.3f} µs, so {min(1, working / max(reading, working)):5.1%} of the arithmetic is used")
balance = operations / bandwidth
print(f"reading and arithmetic are equal at {balance:.0f} rows, whatever the layer")
assert round(balance) == 295 and 4096 * 14336 == 58_720_256 and abs(2 * 4096 * 14336 / bandwidth * 1e6 - 35) < 0.1

# %% [markdown] id="scale-words"
# One picture at a time uses 0.3 % of the arithmetic that was paid for. That is why everything in this course, and in every library, is written for batches: the rows of $X$.
#
# ## The question again
#
# Ten templates: at most 55 %, by proof. One hidden layer of 32 neurons: above 95 %. How sure is that number? We train five times from other beginnings.

# %% id="answer-code"
repeats = []
for seed in range(5):
    torch.manual_seed(100 + seed)
    repeats.append(share_right(fit(torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)), mixed[:N], y[:N], seed=seed), mixed[N:], y[N:]))
mean, spread = np.mean(repeats), np.std(repeats, ddof=1)
error = np.sqrt(mean * (1 - mean) / 597)
assert "different 13\nto the test set" in load_digits().DESCR and "copy of the test set" in load_digits().DESCR
print(f"five trainings: {mean:.3f} ± {spread:.3f} from training to training; ± {error:.3f} because only 597 pictures were asked")
moved = np.full((len(x), 8, 8), -1.0)  # paper
moved[:, :, 1:] = x.reshape(-1, 8, 8)[:, :, :-1]  # one pixel to the right
moved = np.where(flip[:, None], -moved.reshape(-1, 64), moved.reshape(-1, 64))
moved_share = share_right(model, moved[N:], y[N:])
print(f"the network of 32 neurons on the same pictures, moved by one pixel: {moved_share:.0%}")
assert moved_share < hidden_share - 0.2
assert min(repeats) > 0.95 and error < 0.012 and mean - 10 * spread > ceiling

# %% [markdown] id="limits"
# The hidden layer is far beyond the wall, and it is not luck. What the number does *not* say: these pictures come from the same writers as those that it learnt from (all 1797 are UCI's test set, written by 13 people), so another office's handwriting may be read worse. And the network has learnt *negatives*, nothing more: digits moved by one pixel, which templates cannot stand either, are read far worse (last line above). The course *Deep architectures* mends that.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A batch of 20 inputs with 7 numbers each, hidden layers of 12 and 5 neurons, 3 outputs. Replace each `...`; weights as (outputs, inputs).

# %% id="exercise-1"
facts = {"shape of the first weights": ..., "shape after the second hidden layer": ..., "numbers in all": ...}

# %% id="check-1"
if any(v is ... for v in facts.values()):
    print("not tried yet")
else:
    kit.equal(facts["shape of the first weights"], (12, 7), because="one row of 7 weights a neuron", known_wrong={"rows are neurons here: (outputs, inputs)": (7, 12), "the batch is in X, not in the weights": (20, 7)})
    kit.equal(facts["shape after the second hidden layer"], (20, 5), because="a row for each input, a number for each neuron", known_wrong={"that is after the first": (20, 12), "the batch comes first": (5, 20), "that is the output": (20, 3)})
    kit.equal(facts["numbers in all"], 7 * 12 + 12 + 12 * 5 + 5 + 5 * 3 + 3, because="weights and a bias for each neuron, in three layers", known_wrong={
        "you left out the biases": 7 * 12 + 12 * 5 + 5 * 3, "the outputs have biases too": 7 * 12 + 12 + 12 * 5 + 5 + 5 * 3, "the batch adds no numbers": 20 * (7 * 12 + 12 + 12 * 5 + 5 + 5 * 3 + 3)})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** A *leaky* ReLU lets a tenth of a negative sum through. Write a layer with it: (n, d), (h, d), (h,) → (n, h).

# %% id="exercise-2"
def leaky_layer(X, W, b):
    ...


# %% id="check-2"
if leaky_layer(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)) is None:
    print("not tried yet")
else:
    X, Wt, bt = np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[1.0, -1.0], [2.0, 0.0], [0.0, 3.0]]), np.array([0.0, 1.0, -1.0])
    Z = X @ Wt.T + bt
    kit.close(leaky_layer(X, Wt, bt), np.where(Z > 0, Z, 0.1 * Z), because=f"the sums are {Z.tolist()}", known_wrong={
        "that is the plain ReLU": np.maximum(Z, 0), "positive sums stay whole": 0.1 * Z, "no bend at all": Z, "the sign of the negative ones got lost": np.where(Z > 0, Z, -0.1 * Z),
        "the bias belongs inside, before the bend": np.where(Z - bt > 0, Z - bt, 0.1 * (Z - bt)) + bt})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Set the weights of a network by hand: two inputs $(p, q)$ of any sign, one output, which shall be the **larger** of the two. Three hidden neurons are enough. (What is $\max(p,q) - q$? And how does a $q$ of any sign get through a ReLU layer?)

# %% id="exercise-3"
larger = {"W1": ..., "b1": ..., "W2": ..., "b2": ...}  # arrays of shape (3, 2), (3,), (1, 3), (1,)

# %% id="check-3"
if any(v is ... for v in larger.values()):
    print("not tried yet")
else:
    W1, b1, W2, b2 = (np.asarray(larger[k], dtype=float) for k in ("W1", "b1", "W2", "b2"))
    kit.shape(W1, (3, 2))
    kit.shape(W2, (1, 3))
    pairs = np.array([[2.0, 1.0], [1.0, 2.0], [3.0, -1.0], [-2.0, -5.0], [-5.0, -2.0], [0.0, 0.0]])
    p, q = pairs.T
    kit.close(network(pairs, W1, b1, W2, b2)[:, 0], np.maximum(p, q), atol=1e-9, because=f"the pairs {pairs.tolist()}", known_wrong={
        "right for q > 0 only: a negative q is cut by its ReLU; a second neuron can carry -q": np.maximum(p - q, 0) + np.maximum(q, 0),
        "right for p > 0 only: a negative p is cut by its ReLU": np.maximum(q - p, 0) + np.maximum(p, 0),
        "that is the distance of the two": np.abs(p - q), "that is the smaller one": np.minimum(p, q), "both are added": p + q,
        "the carried number is added with the wrong sign: q = ReLU(q) - ReLU(-q)": np.maximum(p - q, 0) + np.abs(q)})
    print("right: networks of ReLU can choose")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A network was trained on pictures that had been scaled, $z = (x - m)/s$. The camera delivers raw $x$, and the chip in it can do nothing but layers. Write new weights and a new bias for the **first** layer, so that it gives for raw $x$ what the old one gives for $z$.

# %% id="exercise-4"
def for_raw(W, b, m, s):
    """Return the new weights (h, d) and the new bias (h,); m and s are numbers."""
    ...


# %% id="check-4"
if for_raw(np.ones((1, 1)), np.zeros(1), 0.0, 1.0) is None:
    print("not tried yet")
else:
    draw = np.random.default_rng(4)
    W0, b0, X, m, s = draw.normal(size=(3, 5)), draw.normal(size=3), draw.uniform(0, 255, size=(4, 5)), 98.0, 40.0
    new_W, new_b = for_raw(W0, b0, m, s)
    kit.close(np.asarray(new_W), W0 / s, because="x is multiplied by 1/s before it meets W", known_wrong={"divide, do not multiply": W0 * s, "the old weights expect small numbers": W0})
    right = b0 - W0.sum(1) * m / s
    kit.close(np.asarray(new_b), right, because="what W makes of the shift -m/s goes into the bias", known_wrong={
        "the sign of the shift": b0 + W0.sum(1) * m / s, "the bias changes too": b0, "the shift is divided by s as well": b0 - W0.sum(1) * m, "every weight meets the shift: sum over the inputs": b0 - m / s,
        "the bias is added after scaling: do not divide it": b0 / s - W0.sum(1) * m / s})
    kit.close(X @ np.asarray(new_W).T + new_b, (X - m) / s @ W0.T + b0, rtol=1e-9, because="raw pixels between 0 and 255")
    print("right: no scaling is left that somebody could forget")

# %% [markdown] id="next"
# Next: *Back-propagation by hand*: how the 2410 numbers were found. The lab `mlp` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - A neuron is a dot product, a bias and a bend: $\operatorname{ReLU}(w \cdot x + b)$.
# - A layer is a matrix product for a batch, $(n, d) \to (n, h)$, with $dh + h$ numbers.
# - Ten templates read at most 55 % of digits and negatives, by proof; a hidden layer has no such wall.
# - Without a bend between them, layers multiply out to one: add the scores of mirror pictures and see.
# - Weights are read once a batch: many rows make the arithmetic worth while.
#
# | term | 中文 |
# |---|---|
# | neuron, weight, bias | 神经元、权重、偏置 |
# | ReLU (rectified linear unit) | 修正线性单元 |
# | layer, hidden layer | 层、隐藏层 |
# | score (logit) | 得分 |
# | non-linearity, activation function | 非线性、激活函数 |
# | parameter | 参数 |
#
# **Read on.** Marvin Minsky, Seymour Papert, *Perceptrons*, 1969, introduction: what one layer cannot do. · Ian Goodfellow, Yoshua Bengio, Aaron Courville, *Deep Learning*, 2016, section 6.1: our two pixels under the name of XOR. · Vinod Nair, Geoffrey Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", ICML 2010, section 2. · George Cybenko, "Approximation by Superpositions of a Sigmoidal Function", 1989, section 2: one hidden layer comes close to any continuous function, if it is wide enough.
