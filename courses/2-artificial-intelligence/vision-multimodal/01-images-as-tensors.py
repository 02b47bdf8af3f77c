# %% [markdown] id="title"
# # Images as tensors
#
# **You will be able to** say how a picture lies in memory and what it costs, cut it into the patches that a vision transformer reads, and choose augmentations that help a reader without destroying its labels. **65 minutes.**
#
# At the end you can
#
# 1. compute the bytes of a batch of pictures and convert between the two orders of axes without scrambling;
# 2. cut a picture into patches with one reshape and one exchange of axes, and show that a patch embedding is a convolution;
# 3. compute how many tokens a picture or a page costs, and what attention over them costs;
# 4. build a small vision transformer and say what it does not know about pictures;
# 5. test an augmentation class by class, and name the classes whose labels it breaks.

# %% [markdown] id="before"
# ## Before you start
#
# You need arrays with several axes, a network that is trained by gradient descent, what a convolution does, and attention over tokens. Three questions; answer before you read on.
#
# - `a` has shape (2, 3, 4). Which shape has `a.permute(2, 0, 1)`, and where does `a[1, 2, 3]` go? (4, 2, 3); to place [3, 1, 2]. *If not: course Linear algebra, lesson 1, and its lines on axes.*
# - A filter of 3 × 3 slides over a picture of 8 × 8, without a border. How large is what comes out? 6 × 6. *If not: Deep architectures, lesson 1.*
# - Attention over $n$ tokens compares how many pairs? $n^2$; and without positions it does not know their order. *If not: Transformers, lessons 1 and 2.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits, load_sample_image

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-reshape")

# %% [markdown] id="question"
# ## A question first
#
# A network with one hidden layer reads handwritten digits (`load_digits`, UCI, CC BY 4.0; 8 × 8 pixels, −1 is paper, 1 full ink). On 597 unseen pictures it is right in 98 of 100. Then the camera is mounted anew, and every picture arrives **one pixel further left**.

# %% id="data"
raw, names = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(names))
pictures = torch.tensor(raw[order] / 8 - 1, dtype=torch.float32).reshape(-1, 8, 8)  # (1797, 8, 8)
digits = torch.tensor(names[order])  # (1797,)
N = 1200
x_train, y_train, x_new, y_new = pictures[:N], digits[:N], pictures[N:], digits[N:]


def moved(x, down, right):
    """Pictures moved by whole pixels, paper where nothing comes in; (n, 8, 8) -> (n, 8, 8)."""
    out = torch.full_like(x, -1)
    h, w = x.shape[-2:]
    out[..., max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)] = x[..., max(-down, 0) : h + min(-down, 0), max(-right, 0) : w + min(-right, 0)]
    return out


def fit(model, x, y, augment=None, steps=600, rate=0.005, seed=0):
    """Train by Adam on batches of 100; `augment` changes the pictures of a batch, drawn anew each time."""
    g = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    for i in range(steps):
        optimiser.param_groups[0]["lr"] = rate * (1 - i / steps)
        rows = torch.randint(len(x), (100,), generator=g)
        batch = x[rows] if augment is None else augment(x[rows], g)
        loss = F.cross_entropy(model(batch), y[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model


def right(model, x, y):
    """Share of pictures whose largest score is that of their class."""
    with torch.no_grad():
        return float((model(x).argmax(1) == y).float().mean())


def layers(classes=10):
    """64 pixels -> 96 neurons -> scores."""
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 96), torch.nn.ReLU(), torch.nn.Linear(96, classes))


reader = fit(layers(), x_train, y_train)
as_it_is = right(reader, x_new, y_new)
figure, axes = plt.subplots(2, 8, figsize=(8, 2.4))
for i in range(8):
    for line, x in zip(axes, (x_new, moved(x_new, 0, -1))):
        line[i].imshow(x[i], cmap="gray_r", vmin=-1, vmax=1)
        line[i].set_xticks([])
        line[i].set_yticks([])
axes[0, 0].set_ylabel("before")
axes[1, 0].set_ylabel("after")
figure.suptitle("Eight digits, and the same one pixel further left (8 × 8 pixels each)")
plt.show()
print(f"right before: {as_it_is:.3f}")
assert 0.97 < as_it_is < 0.99

# %% [markdown] id="question-asked"
# *In words: two rows of the same eight digits; in the lower one each stands one pixel further left, and a person reads both alike.*
#
# > **The question.** What share is right after? And what is the cheapest way to mend it: more layers, patches as in a vision transformer, one filter for all places, or other training pictures? Commit to a number; all four are tried below.

# %% id="checkpoint-pixel"
kit.checkpoint("one-pixel-left")

# %% [markdown] id="tensor"
# ## The idea: a picture is numbers in an order
#
# The photograph of these courses (`china.jpg` from scikit-learn, CC BY 2.0) has 427 rows of 640 pixels, each with three numbers from 0 to 255: red, green, blue. In memory there is only one long row of numbers. The **shape** says how to count through it: here the colour changes fastest, then the column, then the row: (height, width, channels), *channels last*. Torch's layers want (channels, height, width), *channels first*. To go from one to the other, axes change places (`permute`); that is another thing than counting the same long row in another way (`reshape`).
#
# By hand: a picture of one row and two pixels, red and blue, is `255 0 0 0 0 255`. Channels first it must be `255 0` (red), `0 0` (green), `0 255` (blue). The reshape to (3, 1, 2) gives `255 0`, `0 0`, `0 255`: right, by luck. With red and green, `255 0 0 0 255 0`, it gives `255 0`, `0 0`, `255 0`: blue in place of green.

# %% id="tensor-code"
photo = torch.tensor(load_sample_image("china.jpg"))  # (427, 640, 3) of uint8, whole numbers 0 to 255 in one byte
first = photo.permute(2, 0, 1)  # (3, 427, 640)
scrambled = photo.reshape(3, 427, 640)
toy = torch.tensor([[[255, 0, 0], [0, 255, 0]]])  # (1, 2, 3): red, green
print("photograph:", tuple(photo.shape), photo.dtype, f"{photo.numel():,} bytes; as 32-bit floats {photo.float().nbytes:,}")
print("channels first, by permute:", toy.permute(2, 0, 1).flatten().tolist(), " by reshape:", toy.reshape(3, 1, 2).flatten().tolist())
figure, axes = plt.subplots(1, 3, figsize=(9, 2.4))
axes[0].imshow(first[0], cmap="gray", vmin=0, vmax=255)
axes[0].set_title("red, by permute")
axes[1].imshow(scrambled[0], cmap="gray", vmin=0, vmax=255)
axes[1].set_title("“red”, by reshape")
axes[2].imshow(scrambled.permute(1, 2, 0))
axes[2].set_title("three such planes as colours")
for ax in axes:
    ax.set(xlabel="column (pixels)", ylabel="row (pixels)")
plt.tight_layout()
plt.show()
assert photo.numel() == 819_840 and photo.float().nbytes == 4 * 819_840 and first[2, 100, 300] == photo[100, 300, 2]
assert toy.reshape(3, 1, 2).flatten().tolist() == [255, 0, 0, 0, 255, 0] and toy.permute(2, 0, 1).flatten().tolist() == [255, 0, 0, 255, 0, 0]

# %% [markdown] id="tensor-words"
# *In words: on the left the pavilion in grey; in the middle, very pale, nothing but sky and the stretched corners of the topmost roof, in stripes; on the right a jumble in false yellow and red.*
#
# No error message appeared: both have the shape (3, 427, 640). This is the commonest silent fault of picture pipelines. **Found** by a test that needs no eyes: permuting may not mix colours, so the mean of each channel must stay. **Mended** by `permute`.

# %% id="tensor-test"
def channel_means(first):
    """Mean of each channel of (3, height, width)."""
    return [round(float(c.float().mean()), 1) for c in first]


true_means = [round(float(photo[..., c].float().mean()), 1) for c in range(3)]
print("true:", true_means, " permute:", channel_means(first), " reshape:", channel_means(scrambled))
assert channel_means(first) == true_means and channel_means(scrambled) != true_means
bright = photo + 100  # still one byte a number
print("a pixel", photo[5, 5].tolist(), "plus 100:", bright[5, 5].tolist())
kit.recall("before-reshape")
assert (bright < photo).any() and int(bright[5, 5, 0]) == (int(photo[5, 5, 0]) + 100) % 256

# %% [markdown] id="wrap-words"
# The last lines show its sister. One byte counts to 255 and then begins again at 0: a bright sky plus 100 becomes dark. Convert to floats first, then compute, then clip to the range.
#
# ## What a batch weighs
#
# A batch is one more axis in front: (pictures, channels, height, width). Its bytes are the product of all four and of the bytes a number.

# %% id="checkpoint-batch"
kit.checkpoint("batch-bytes")

# %% id="batch-code"
batch = torch.zeros(64, 3, 224, 224)  # (pictures, channels, height, width), 32-bit floats
print(f"64 colour pictures of 224 × 224: {batch.nbytes / 1e6:.1f} MB in 32 bits, {batch.half().nbytes / 1e6:.1f} MB in 16, {batch.byte().nbytes / 1e6:.1f} MB as bytes")
assert batch.nbytes == 64 * 3 * 224 * 224 * 4 and round(batch.nbytes / 1e6, 1) == 38.5 and round(batch.byte().nbytes / 1e6, 1) == 9.6
kit.recall("batch-bytes")

# %% [markdown] id="patches"
# ## Patches: a picture as a text
#
# A transformer reads tokens. A **vision transformer** (Dosovitskiy et al., 2021) makes them so: cut the picture into squares of $p \times p$ pixels, write each square as one row of $p \cdot p \cdot c$ numbers ($c$ channels), and multiply by a learnt matrix $E$ of shape $(p^2 c, d)$. A picture of height $H$ and width $W$ gives
#
# $$n = \frac{H}{p} \cdot \frac{W}{p} \quad \text{tokens}.$$
#
# By hand: 4 × 4 numbers, $p = 2$, one channel. The first token is the upper left square (0, 1, 4, 5), and not the first four numbers (0, 1, 2, 3), which are a strip.
#
# | | | | |
# |---|---|---|---|
# | **0** | **1** | 2 | 3 |
# | **4** | **5** | 6 | 7 |
# | 8 | 9 | 10 | 11 |
# | 12 | 13 | 14 | 15 |

# %% id="checkpoint-token"
kit.checkpoint("third-token")

# %% id="patches-code"
def patches_by_loops(image, p):
    """(height, width, channels) -> (tokens, p * p * channels), square by square."""
    height, width, _ = image.shape
    return torch.stack([image[i : i + p, j : j + p].flatten() for i in range(0, height, p) for j in range(0, width, p)])


def patches(image, p):
    """The same: split both sides in two, bring the two counts of squares together."""
    height, width, channels = image.shape
    split = image.reshape(height // p, p, width // p, p, channels)  # (rows of squares, p, columns of squares, p, c)
    return split.permute(0, 2, 1, 3, 4).reshape(-1, p * p * channels)


small = torch.arange(16).reshape(4, 4, 1)
print("tokens of the toy:", patches_by_loops(small, 2).tolist())
cut = photo[:416].float() / 127.5 - 1  # (416, 640, 3): 416 is 26 · 16; from -1 to 1
tokens = patches(cut, 16)  # (1040, 768)
kernel = 0.05 * torch.randn(48, 3, 16, 16, generator=torch.Generator().manual_seed(0))  # a convolution's weights: (out, channels, 16, 16)
by_convolution = F.conv2d(cut.permute(2, 0, 1)[None], kernel, stride=16)  # (1, 48, 26, 40): slides in steps of 16
E = kernel.permute(2, 3, 1, 0).reshape(768, 48)  # row, column, channel, then out: the order in a token
by_matrix = tokens @ E  # (1040, 48)
print("photograph:", tuple(tokens.shape), f"largest difference to the convolution: {float((by_matrix - by_convolution[0].flatten(1).T).abs().max()):.1e}")
assert torch.equal(patches(small, 2), patches_by_loops(small, 2)) and torch.equal(tokens, patches_by_loops(cut, 16)) and tuple(tokens.shape) == (26 * 40, 16 * 16 * 3)
assert torch.allclose(by_matrix, by_convolution[0].flatten(1).T, atol=1e-4)
kit.recall("third-token")

# %% [markdown] id="patches-words"
# So the first layer of a vision transformer *is* a convolution whose filter is as large as its step: squares that do not overlap, each seen once. In libraries it stands there as `Conv2d(3, d, kernel_size=16, stride=16)`.
#
# ## The knob: how fine to cut
#
# Finer patches show more and cost more. Turn $p$ and look at what a token still shows (each square drawn in its mean colour) and at what attention has to compare.

# %% id="knob"
from ipywidgets import SelectionSlider, interact

SIZES = (8, 16, 32, 104)


def cost(p, height=416, width=640):
    """Tokens, and pairs of tokens that attention compares."""
    n = (height // p) * (width // p)
    return n, n * n


def show_cut(p=16):
    n, pairs = cost(p, 416, 624)
    mean = ((patches(cut[:, :624], p).reshape(n, p * p, 3).mean(1) + 1) / 2).reshape(416 // p, 624 // p, 3)
    figure, (left, side) = plt.subplots(1, 2, figsize=(9, 2.7), gridspec_kw={"width_ratios": (2, 1)})
    left.imshow(mean.repeat_interleave(p, 0).repeat_interleave(p, 1))
    left.set(title=f"p = {p}: {n:,} tokens in their mean colour", xlabel="column (pixels)", ylabel="row (pixels)")
    side.bar([str(q) for q in SIZES], [cost(q, 416, 624)[1] for q in SIZES], color=[ORANGE if q == p else GREY for q in SIZES])
    side.set(yscale="log", title=f"{pairs:,} pairs", xlabel="side of a patch p (pixels)", ylabel="pairs of tokens")
    plt.tight_layout()
    plt.show()


show_cut()

# %% id="knob-turn"
interact(show_cut, p=SelectionSlider(options=SIZES, value=16, description="p"));

# %% [markdown] id="knob-words"
# *In words, unturned: at p = 16 the pavilion is a coarse mosaic of 1014 squares; the bars on the right fall from nearly 17 million pairs at p = 8 to fewer than a thousand at p = 104. At 8 the roofs have tiles, at 104 there are 24 coloured squares.*
#
# (We cut 624 of the 640 columns, so that all four sizes divide.) Half the side means four times the tokens and **sixteen** times the pairs.

# %% id="knob-assert"
for p in SIZES:
    print(f"p = {p:3}: {cost(p, 416, 624)[0]:6,} tokens of {p * p * 3:6,} numbers, {cost(p, 416, 624)[1]:12,} pairs")
assert cost(16, 416, 624)[0] == 1014 and cost(8, 416, 624)[1] == 16 * cost(16, 416, 624)[1] and 1.6e7 < cost(8, 416, 624)[1] < 1.7e7 and cost(104, 416, 624) == (24, 576)

# %% [markdown] id="vit"
# ## A vision transformer, small enough to read
#
# The digits in patches of 2 × 2: 16 tokens of 4 numbers. One block of the course *Transformers*, without a mask (every patch may see every other), with a learnt vector for each place; at the end the mean over the tokens and ten scores.

# %% id="vit-code"
class VisionTransformer(torch.nn.Module):
    """(n, 8, 8) -> scores (n, 10)."""

    def __init__(self, d=32, heads=4, places=True):
        super().__init__()
        self.heads, self.embed = heads, torch.nn.Linear(4, d)
        self.place = torch.nn.Parameter(0.3 * torch.randn(16, d) if places else torch.zeros(16, d), requires_grad=places)
        self.qkv, self.mix = torch.nn.Linear(d, 3 * d), torch.nn.Linear(d, d)
        self.norm1, self.norm2, self.norm3 = (torch.nn.LayerNorm(d) for _ in range(3))
        self.think = torch.nn.Sequential(torch.nn.Linear(d, 2 * d), torch.nn.ReLU(), torch.nn.Linear(2 * d, d))
        self.score = torch.nn.Linear(d, 10)

    def forward(self, x):
        n = len(x)
        squares = x.reshape(n, 4, 2, 4, 2).permute(0, 1, 3, 2, 4).reshape(n, 16, 4)  # (n, tokens, 4)
        h = self.embed(squares) + self.place  # (n, 16, d)
        q, k, v = self.qkv(self.norm1(h)).reshape(n, 16, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # each (n, heads, 16, d / heads)
        h = h + self.mix(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, 16, -1))
        h = h + self.think(self.norm2(h))
        return self.score(self.norm3(h).mean(1))


def shuffled(x, seed=3):
    """The patches of every picture in another order, the same for all."""
    order = torch.randperm(16, generator=torch.Generator().manual_seed(seed))
    squares = x.reshape(-1, 4, 2, 4, 2).permute(0, 1, 3, 2, 4).reshape(-1, 16, 2, 2)[:, order]
    return squares.reshape(-1, 4, 4, 2, 2).permute(0, 1, 3, 2, 4).reshape(-1, 8, 8)


torch.manual_seed(0)
vit = fit(VisionTransformer(), x_train, y_train, rate=0.005)
torch.manual_seed(0)
blind = fit(VisionTransformer(places=False), x_train, y_train, steps=200, rate=0.005)
with torch.no_grad():
    differs = float((blind(x_new) - blind(shuffled(x_new))).abs().max())
print(f"with places:    {right(vit, x_new, y_new):.3f} right, {right(vit, shuffled(x_new), y_new):.3f} when the patches are shuffled")
print(f"without places: {right(blind, x_new, y_new):.3f} right, {right(blind, shuffled(x_new), y_new):.3f} when shuffled; scores differ by {differs:.1e}")
assert right(vit, x_new, y_new) > 0.93 and right(vit, shuffled(x_new), y_new) < 0.4 and differs < 1e-4 and 0.5 < right(blind, x_new, y_new) < 0.85

# %% [markdown] id="vit-words"
# Without places the scores are the same for the shuffled picture, to rounding: the model knows *which* squares there are and not *where*. That is still enough for more than half of the digits, after 200 steps of training against the other's 600.
#
# With places it reads nearly as well as our layers. And now each place has a vector of its own. Think about what that means for a digit that moves by one pixel.

# %% id="checkpoint-vit"
kit.checkpoint("does-vit-help")

# %% [markdown] id="augment"
# ## Augmentation: say what must not matter
#
# Neither the layers nor the transformer has ever been *told* that a moved 7 is a 7. A convolution has it built in (we hold this against the rest at the end); others can learn it from pictures: in each batch, move every picture by −1, 0 or 1 pixels each way, drawn anew. This is **augmentation**: make training pictures that a label survives.

# %% id="augment-code"
def jitter(x, g):
    """Each picture moved by -1, 0 or 1 pixels in both directions."""
    choices = torch.stack([moved(x, down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)])  # (9, n, 8, 8)
    return choices[torch.randint(9, (len(x),), generator=g), torch.arange(len(x))]


def mirror(x, g):
    """Each picture mirrored, left and right exchanged, with probability one half."""
    return torch.where(torch.rand(len(x), 1, 1, generator=g) < 0.5, x.flip(2), x)


torch.manual_seed(0)
vit_jitter = fit(VisionTransformer(), x_train, y_train, jitter, steps=700, rate=0.005)
models = {"layers": reader, "layers, jittered": fit(layers(), x_train, y_train, jitter, steps=1200), "transformer": vit, "transformer, jittered": vit_jitter}
table = {name: [right(m, moved(x_new, 0, -k), y_new) for k in (0, 1, 2)] for name, m in models.items()}
print("share right when moved left by            0      1      2 pixels")
for name, row in table.items():
    print(f"{name:36}", "  ".join(f"{v:.3f}" for v in row))
figure, ax = plt.subplots(figsize=(6, 2.9))
for (name, row), colour, style, marker in zip(table.items(), (BLUE, BLUE, ORANGE, ORANGE), ("--", "-", "--", "-"), "osos"):
    ax.plot((0, 1, 2), row, color=colour, linestyle=style, marker=marker, label=name)
ax.set(title="Unseen digits, moved left", xlabel="moved by (pixels)", ylabel="share right", ylim=(0, 1.03), xticks=(0, 1, 2))
ax.legend(fontsize=8)
plt.show()
kit.recall("one-pixel-left")
kit.recall("does-vit-help")
assert table["layers"][1] < 0.5 and table["transformer"][1] < 0.5 and table["layers, jittered"][1] > 0.9 and table["transformer, jittered"][1] > 0.85
assert all(row[2] < row[1] - 0.1 for row in table.values())

# %% [markdown] id="augment-words"
# *In words: the two dashed lines, without augmentation, start near 1 and fall below one half at one pixel; the two solid ones stay near 0.9 at one pixel; at two pixels, which nobody trained for, all four are far down.*
#
# The transformer falls as deep as the layers: patches are no protection, since each place has its own vector. Augmentation mends both, *exactly as far as it goes*: at two pixels it is over.

# %% [markdown] id="mirror"
# ## How it goes wrong: an augmentation that changes the label
#
# Mirroring is in every recipe for photographs: a cat mirrored is a cat. Someone adds it to a reader of road signs. We have no signs, so a 7 stands for *turn left*, a mirrored 7 for *turn right*, a 0 for *stop* and an 8 for *80*. The total accuracy falls from excellent to fair. Is the network too small?

# %% id="mirror-code"
SIGNS = ("turn left", "turn right", "stop", "80")


def signs(x, y):
    """Pictures and sign numbers 0 to 3 out of digits."""
    seven, zero, eight = x[y == 7], x[y == 0], x[y == 8]
    return torch.cat([seven, seven.flip(2), zero, eight]), torch.cat([torch.full((len(part),), i) for i, part in enumerate((seven, seven, zero, eight))])


s_train, t_train = signs(x_train, y_train)
s_new, t_new = signs(x_new, y_new)
plain_signs, mirrored_signs = fit(layers(4), s_train, t_train, steps=300), fit(layers(4), s_train, t_train, mirror, steps=300)
print(f"in all: {right(plain_signs, s_new, t_new):.2f} without mirroring, {right(mirrored_signs, s_new, t_new):.2f} with")
by_sign = {name: [right(m, s_new[t_new == i], t_new[t_new == i]) for m in (plain_signs, mirrored_signs)] for i, name in enumerate(SIGNS)}
for name, (without, with_it) in by_sign.items():
    print(f"{name:>11}: {without:.2f} -> {with_it:.2f}")
turns = [by_sign[name][1] for name in SIGNS[:2]]
assert right(plain_signs, s_new, t_new) > 0.98 and min(by_sign["stop"][1], by_sign["80"][1]) > 0.95 and 0.4 < np.mean(turns) < 0.6
mirror_all = fit(layers(), x_train, y_train, mirror)
mirror_cost = as_it_is - right(mirror_all, x_new, y_new)
print(f"and on the ten digits mirroring costs {100 * mirror_cost:.1f} points")
assert 0.005 < mirror_cost < 0.05

# %% [markdown] id="mirror-words"
# **Found** class by class: *stop* and *80*, which survive the mirror, are as good as before; *left* and *right* together are at chance, since half of the arrows were shown under the other's label. The mean over all classes hid it. **Mended** by leaving it out (or by exchanging the labels together with the picture). Whether an augmentation is allowed is no property of pictures but of the *labels*.
#
# ## At scale
#
# Documents are the expensive pictures. A common way (Chen et al., 2024, section 3): cut the page into tiles of 448 × 448, add the whole page once, scaled down to one tile; patches of 14 × 14; 2 × 2 neighbouring patches are merged into one token. What does a page cost a language model?

# %% id="scale-code"
def page_tokens(width, height, tile=448, patch=14, merge=2):
    """Tokens of a page that its tiles divide, and of the small whole page."""
    a_tile = (tile // patch // merge) ** 2
    return (width // tile * (height // tile) + 1) * a_tile


for name, size in (("a small figure", (448, 448)), ("a page", (1344, 1792)), ("a page, twice as fine", (2688, 3584))):
    n = page_tokens(*size)
    print(f"{name:22} {size[0]:5} × {size[1]:4}: {n:6,} tokens, {n * n:13,} pairs; {n * 128 / 1024:7.0f} MiB of keys and values in an 8B model")
words_on_page = 500
print(f"a page of {words_on_page} words as text is about {int(words_on_page * 1.3)} tokens: the picture costs {page_tokens(1344, 1792) / (words_on_page * 1.3):.0f} times as many")
assert page_tokens(1344, 1792) == 13 * 256 == 3328 and page_tokens(2688, 3584) == 49 * 256 and page_tokens(448, 448) == 512
assert round(page_tokens(1344, 1792) / 650) == 5

# %% [markdown] id="scale-words"
# (128 KiB a token: course *Transformers*, lesson 3; about 1.3 tokens an English word is a rule of thumb.) Twice as fine means nearly four times the tokens and fourteen times the pairs. So the first question to a customer who wants documents read is: how small is the smallest print?

# %% id="answer"
pairs = [page_tokens(*size) ** 2 for size in ((1344, 1792), (2688, 3584))]
print(f"twice as fine: {page_tokens(2688, 3584) / page_tokens(1344, 1792):.2f} times the tokens, {pairs[1] / pairs[0]:.1f} times the pairs")
seeds = []
for seed in range(4):
    torch.manual_seed(seed)
    fresh = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 96), torch.nn.ReLU(), torch.nn.Linear(96, 10))
    seeds.append(right(fit(fresh, x_train, y_train, seed=seed), moved(x_new, 0, -1), y_new))
print(f"one pixel left, four trainings of the layers: {np.mean(seeds):.2f} ± {np.std(seeds, ddof=1):.2f}")
assert round(pairs[1] / pairs[0]) == 14 and max(seeds) < 0.6

# %% [markdown] id="answer-words"
# ## The question again
#
# From 98 to about 40 of 100, by one pixel, in every training. To the layers a picture is 64 numbers; that pixel 28 and pixel 29 are neighbours stands nowhere. Exchange the pixels of all pictures in one and the same way, and nothing changes for them:

# %% id="permuted"
swap = torch.randperm(64, generator=torch.Generator().manual_seed(1))
exchanged = lambda x: x.flatten(1)[:, swap].reshape(-1, 8, 8)
permuted_share = right(fit(layers(), exchanged(x_train), y_train), exchanged(x_new), y_new)
print(f"pixels in their order: {as_it_is:.3f} right; all pictures with pixels exchanged alike: {permuted_share:.3f}")
assert abs(permuted_share - as_it_is) < 0.02

# %% [markdown] id="shared-ask"
# Two of the four proposals are still open, more layers and one filter for all places. A convolution uses the same 3 × 3 weights everywhere; if its last result is the *largest* value over all places, a moved stroke gives the same number. Neither network sees a moved picture in training.

# %% id="shared"
class Shared(torch.nn.Module):
    """(n, 8, 8) -> scores (n, 10): two convolutions, the maximum over all places, one matrix."""

    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.Conv2d(16, 48, 3, padding=1)
        self.score = torch.nn.Linear(48, 10)

    def forward(self, x):
        h = torch.relu(self.first(x[:, None] + 1))  # (n, 16, 8, 8); paper is 0 now, as is the border that padding adds
        return self.score(torch.relu(self.second(h)).amax((2, 3)))  # (n, 48) -> (n, 10)


def deeper():
    """Four layers of neurons in place of two."""
    torch.manual_seed(0)
    widths = (64, 96, 96, 96)
    hidden = [part for a, b in zip(widths, widths[1:]) for part in (torch.nn.Linear(a, b), torch.nn.ReLU())]
    return torch.nn.Sequential(torch.nn.Flatten(), *hidden, torch.nn.Linear(96, 10))


torch.manual_seed(0)
others = {"layers": reader, "more layers": fit(deeper(), x_train, y_train), "one filter for all": fit(Shared(), x_train, y_train)}
print("share right when moved left by        0      1      2 pixels, and numbers learnt")
left_by = {name: [right(m, moved(x_new, 0, -k), y_new) for k in (0, 1, 2)] for name, m in others.items()}
weights = {name: sum(p.numel() for p in m.parameters()) for name, m in others.items()}
for name, row in left_by.items():
    print(f"{name:32}", "  ".join(f"{v:.3f}" for v in row), f"{weights[name]:8,}")
assert left_by["more layers"][1] < 0.65 and min(left_by["one filter for all"]) > 0.93 and weights["one filter for all"] < 1.1 * weights["layers"]

# %% [markdown] id="limits"
# So two of four help. Other training pictures mend any network, *as far as they go*, and cost some accuracy on pictures that are not moved (see the table), because the same small network now has nine times as much to know. One filter for all places mends every move at once, without a moved picture and with hardly more numbers: what is built in need not be learnt. More layers learn the same 64 fixed places more thoroughly. But only moves are built in. Our pictures are tiny and well centred; in photographs the camera also turns, zooms and changes the light, and each of these needs its own line in the list of what must not matter, and there augmentation is the tool.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A batch of 10 colour pictures of 96 × 160 pixels (height × width) as 32-bit floats, patches of 16 × 16. Replace each `...`.

# %% id="exercise-1"
facts = {"shape, channels first": ..., "bytes": ..., "tokens of one picture": ..., "numbers in a token": ...}

# %% id="check-1"
if any(v is ... for v in facts.values()):
    print("not tried yet")
else:
    kit.equal(tuple(facts["shape, channels first"]), (10, 3, 96, 160), because="pictures, channels, height, width", known_wrong={"that is channels last": (10, 96, 160, 3), "height comes before width": (10, 3, 160, 96), "the batch comes first": (3, 10, 96, 160)})
    kit.equal(int(facts["bytes"]), 10 * 3 * 96 * 160 * 4, because="the product of the shape, times 4", known_wrong={"a 32-bit float has 4 bytes": 10 * 3 * 96 * 160, "that is one picture": 3 * 96 * 160 * 4, "three channels": 10 * 96 * 160 * 4})
    kit.equal(int(facts["tokens of one picture"]), 60, because="6 rows of 10 squares", known_wrong={"the channels make no tokens of their own": 180, "that is the batch": 600, "that is the side of a square squared": 256})
    kit.equal(int(facts["numbers in a token"]), 768, because="16 · 16 · 3", known_wrong={"three channels": 256, "both sides of the square": 48})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Brighter pictures as an augmentation: `photo` (height, width, 3) of **bytes**, `amount` a whole number of either sign. Return bytes; what would leave 0 … 255 stays at its end. (`.clamp(0, 255)` clips, `.byte()` makes bytes, `.int()` whole numbers with room.)

# %% id="exercise-2"
def brighter(photo, amount):
    ...


# %% id="check-2"
if brighter(photo[:1, :1], 1) is None:
    print("not tried yet")
else:
    spot = torch.tensor([[[250, 10, 128]]], dtype=torch.uint8)
    for amount, expected in ((20, [255, 30, 148]), (-20, [230, 0, 108]), (0, [250, 10, 128])):
        result = torch.as_tensor(brighter(spot, amount))
        kit.equal(str(result.dtype), "torch.uint8")
        kit.equal(result.int(), torch.tensor([[expected]], dtype=torch.int32), because=f"(250, 10, 128) and {amount}", known_wrong={
            "bytes begin again after 255, and below 0 at 255: compute in .int() first": (spot.int() + amount).remainder(256), "the other sign": (spot.int() - amount).clamp(0, 255)} if amount else {})
    kit.equal(spot.int(), torch.tensor([[[250, 10, 128]]], dtype=torch.int32), because="the picture that came in stays as it is")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** *Cutting out*: an augmentation that hides a square, so that a reader does not rely on one spot. `hide(x, top, left, side)`: `x` (n, 8, 8); returns new pictures in which the square of `side` pixels from row `top`, column `left` is paper (−1). It may stick out over any edge: what lies outside is ignored; `top` and `left` may be negative.

# %% id="exercise-3"
def hide(x, top, left, side):
    ...


# %% id="check-3"
if hide(torch.zeros(1, 8, 8), 0, 0, 1) is None:
    print("not tried yet")
else:
    rows, columns = torch.arange(8)[:, None], torch.arange(8)[None]
    for top, left, side in ((2, 3, 2), (6, 6, 4), (-1, 2, 3), (-2, -1, 3), (0, 0, 8)):
        x = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(5))
        before = x.clone()
        inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
        turned = ((rows >= left) & (rows < left + side) & (columns >= top) & (columns < top + side))
        result = torch.as_tensor(hide(x, top, left, side))
        wrong = {"rows and columns are exchanged": torch.where(turned, -1.0, before), "the square was kept and the rest hidden": torch.where(inside, before, -1.0), "paper is -1, 0 is grey": torch.where(inside, 0.0, before),
                 "a negative start counts from the other end in Python: begin at max(0, top)": before} if not torch.equal(turned, inside) or top < 0 else {}
        kit.close(result, torch.where(inside, -1.0, before), rtol=0, because=f"top {top}, left {left}, side {side}", known_wrong=wrong)
        kit.require(torch.equal(x, before), "the pictures that came in were changed: work on x.clone()")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Pages are rarely multiples of the tile. Write the tokens of a page of any size, if a started tile counts as a whole one (it is filled up), a page that fits into **one** tile needs no extra small page, and at most `most` tiles are allowed: beyond that, `ValueError`. (`-(-a // b)` rounds a quotient up.)

# %% id="exercise-4"
def any_page_tokens(width, height, tile=448, patch=14, merge=2, most=40):
    ...


# %% id="check-4"
if any_page_tokens(448, 448) is None:
    print("not tried yet")
else:
    for width, height, expected in ((448, 448, 256), (449, 448, 768), (1344, 1792, 3328), (1000, 1000, 2560), (10, 10, 256)):
        whole = max(1, width // 448) * max(1, height // 448)
        kit.equal(int(any_page_tokens(width, height)), expected, because=f"{width} × {height} pixels", known_wrong={
            "one tile needs no small page beside it": expected + 256, "a started tile counts as a whole one: round up": (whole + (whole > 1)) * 256, "the small whole page is missing": expected - 256,
            "2 × 2 patches are one token": 4 * expected} if expected > 256 else {"one tile needs no small page beside it": 512, "2 × 2 patches are one token": 1024, "no tile was started: round up": 0})
    kit.raises(ValueError, any_page_tokens, 448 * 9, 448 * 5)
    kit.equal(int(any_page_tokens(448 * 8, 448 * 5)), 41 * 256, because="exactly 40 tiles are allowed")
    print("right")

# %% [markdown] id="next"
# Next: *Diffusion*, where the digits come back out of noise. The lab `diffusion` proves the course; its first task are patches.

# %% [markdown] id="summary"
# ## Summary
#
# - A picture is one long row of numbers and a shape; permute exchanges axes, reshape counts anew.
# - Patches are a reshape, an exchange of axes, a reshape; with a matrix they are a convolution with a stride of its own size.
# - Half the patch: four times the tokens, sixteen times the pairs.
# - Neither layers nor a vision transformer know that a moved digit is the same; augmentation tells them, as far as it goes.
# - An augmentation is right for labels that survive it: look class by class.
#
# | term | 中文 |
# |---|---|
# | channels first, channels last | 通道在前、通道在后 |
# | patch, patch embedding | 图像块、图像块嵌入 |
# | vision transformer (ViT) | 视觉 Transformer |
# | data augmentation | 数据增强 |
# | stride | 步幅 |
# | tile | 图块 |
#
# **Read on.** Alexey Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", ICLR 2021, section 3.1. · Connor Shorten, Taghi M. Khoshgoftaar, "A survey on Image Data Augmentation for Deep Learning", Journal of Big Data 6, 2019, the part on geometric augmentations. · Zhe Chen et al., "How Far Are We to GPT-4V? Closing the Gap to Commercial Multimodal Models with Open-Source Suites" (InternVL 1.5), 2024, section 3.
