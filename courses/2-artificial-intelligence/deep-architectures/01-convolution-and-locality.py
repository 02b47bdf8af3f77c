# %% [markdown] id="title"
# # Convolution and locality
#
# **You will be able to** let one small filter slide over a picture, say how large its result is, how many numbers it learns and which pixels an output can see, and show why a network of such filters reads a digit wherever it stands. **75 minutes.**
#
# At the end you can
#
# 1. compute a convolution by hand, and write one that agrees with the library, with stride, padding and channels;
# 2. compute the size of its result and count what it learns;
# 3. write it as one matrix product, and get its gradients from that;
# 4. compute which pixels an output of several layers depends on, and measure it;
# 5. say which shifts a network with strides survives, and find a mixed-up picture layout.

# %% [markdown] id="before"
# ## Before you start
#
# You need the layer and its gradients from the course before. Three questions; answer before you read on.
#
# - A layer has 144 inputs and 32 neurons with a bias each. How many numbers does it learn? $144 \cdot 32 + 32$. *If not: course Neural networks, lesson 1.*
# - A layer gives $Z = A W^\top$, and the slope $\Delta = \partial L / \partial Z$ comes back. What is $\partial L / \partial W$? $\Delta^\top A$. *If not: Neural networks, lesson 2.*
# - `a` has shape (5, 6). Which shape has `a[1:4, ::2]`? (3, 3): rows 1 to 3, every second column. *If not: Programming basics.*
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
kit.checkpoint("before-shifted")

# %% [markdown] id="question"
# ## A question first
#
# The network of the last course reads handwritten digits (`load_digits`, UCI, CC BY 4.0): one hidden layer of 32 neurons, then ten scores. It learns from 1200 of them, each in the middle of a picture of 12 × 12 pixels. Then a clerk puts the paper into the scanner a little further to the right.

# %% id="data"
pictures, digits = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(digits))
small, y = pictures[order].reshape(-1, 8, 8) / 16, digits[order]  # (1797, 8, 8) from 0 (paper) to 1 (ink), (1797,)
N = 1200  # to learn from; the other 597 are unseen


def placed(small, down, right, side=12):
    """Digits (n, 8, 8) put into empty pictures: their upper left corner at (down, right) -> (n, 1, side, side)."""
    large = np.zeros((len(small), 1, side, side))
    large[:, 0, down : down + 8, right : right + 8] = small
    return large


def fit(model, x, y, steps=500, seed=0):
    """The routine of the course Neural networks: Adam on batches of 100."""
    x, y, draw = torch.tensor(x, dtype=torch.float32), torch.tensor(y), torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = 0.01 * (1 - step / steps)
        rows = torch.randint(len(y), (100,), generator=draw)
        loss = F.cross_entropy(model(x[rows]), y[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model


def share_right(model, x, y):
    """The share of pictures whose largest score is that of their digit."""
    with torch.no_grad():
        return float((model(torch.tensor(x, dtype=torch.float32)).argmax(1).numpy() == y).mean())


def dense(inputs=144):
    """The network of the last course; Flatten lays the pixels in a row."""
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(inputs, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))


torch.manual_seed(0)
old = fit(dense(), placed(small[:N], 2, 2), y[:N])
SHIFTS = [-2, -1, 0, 1, 2]
old_shares = [share_right(old, placed(small[N:], 2, 2 + s), y[N:]) for s in SHIFTS]
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8), gridspec_kw={"width_ratios": [1.4, 1]})
pair = np.concatenate([placed(small[:1], 2, 2)[0, 0], np.full((12, 1), 0.5), placed(small[:1], 2, 4)[0, 0]], axis=1)
left.imshow(pair, cmap="gray_r")
left.set(title="In the middle, and two pixels further right", xlabel="pixel column", ylabel="pixel row")
right.bar(SHIFTS, old_shares, color=BLUE)
right.set(title="The old network", xlabel="shift to the right (pixels)", ylabel="share right", ylim=(0, 1))
plt.tight_layout()
plt.show()
print({s: f"{share:.0%}" for s, share in zip(SHIFTS, old_shares)})
assert old_shares[2] > 0.93 and old_shares[0] < 0.3 and old_shares[4] < 0.3 and max(old_shares[1], old_shares[3]) < 0.6

# %% [markdown] id="question-words"
# *In words: on the left the same digit twice, once in the middle and once two pixels further right, a grey bar between the two pictures; a person hardly sees a difference. On the right five bars: nearly 1 without a shift, less than 0.6 at one pixel, less than 0.3 at two.*
#
# Two pixels, and of ten digits the network reads fewer than three. It has learnt which pixel is dark, and after the shift every pixel is another one.
#
# > **The question.** Must it be shown every digit at every place? Or is there a network that, having seen digits **only in the middle**, reads them wherever they stand? Commit to a guess.

# %% id="checkpoint-question"
kit.checkpoint("only-in-the-middle")

# %% [markdown] id="idea"
# ## The idea: one template, asked at every place
#
# A neuron of the old network looks at all 144 pixels. We change two things.
#
# - **Locality.** A neuron looks at a small window only, say 3 × 3. What belongs together in a picture stands side by side.
# - **Sharing.** The *same* small template, the **kernel** (or filter), is asked at every place. A stroke is a stroke, wherever it is.
#
# In one row of pixels $x_0, x_1, \dots$ with a kernel $w_0, \dots, w_{k-1}$ of $k$ numbers, the answer at place $i$ is
#
# $$\text{out}_i = b + \sum_{u=0}^{k-1} w_u \, x_{i+u} ,$$
#
# with one bias $b$ for all places. This is a dot product of the kernel with the window that begins at $i$. Take the row $x = (0, 0, 5, 5, 5, 0)$, the kernel $w = (-1, 1)$ and $b = 0$.

# %% id="checkpoint-toy"
kit.checkpoint("toy-row")

# %% id="toy-code"
def slide_row(x, w, b=0):
    """The answers of a kernel at every place of a row, as a list."""
    return [b + sum(w[u] * x[i + u] for u in range(len(w))) for i in range(len(x) - len(w) + 1)]


row = [0, 0, 5, 5, 5, 0]
print(slide_row(row, [-1, 1]), "  shifted row:", slide_row([0, *row[:-1]], [-1, 1]))
assert slide_row(row, [-1, 1]) == [0, 5, 0, 0, -5] and slide_row([0, *row[:-1]], [-1, 1]) == [0, 0, 5, 0, 0]
kit.recall("toy-row")

# %% [markdown] id="toy-words"
# The kernel $(-1, 1)$ finds **edges**: 5 where it gets brighter, $-5$ where it gets darker, 0 on even ground. And when the row moves by one pixel, the answers move by one pixel with it; nothing new has to be learnt.
#
# Signal engineers turn the kernel over before they slide it and call only that a convolution; ours is a *correlation* to them. Networks learn their kernels, so it does not matter, until somebody moves a kernel from one library to the other.
#
# ## On the photograph
#
# In two directions, with colours, the same sum runs over the rows $u$, the columns $v$ and the **channels** $c$ (here red, green, blue) of the window. A kernel has a part for each channel. Let $x$ have the shape $(c, h, w)$ and let there be $o$ kernels, together of the shape $(o, c, k, k)$:
#
# $$\text{out}[o, i, j] = b_o + \sum_{c} \sum_{u} \sum_{v} w[o, c, u, v] \; x[c, \, i + u, \, j + v] .$$
#
# Each kernel gives one new picture: an output channel. Here are three kernels on `china.jpg` (scikit-learn, CC BY 2.0), written from scratch by going over the nine places **of the kernel**, not over the 273 280 pixels: for each $(u, v)$ the whole picture, shifted by that much, is added with its weight.

# %% id="photo"
photo = load_sample_image("china.jpg") / 255  # (427, 640, 3): height, width, colour
x_photo = photo.transpose(2, 0, 1)  # (3, 427, 640): torch wants the channels first; transpose exchanges axes


def convolve(x, w, b):
    """(c, h, w), (o, c, k, k), (o,) -> (o, h - k + 1, w - k + 1), straight from the formula."""
    o, c, k, _ = w.shape
    rows, cols = x.shape[1] - k + 1, x.shape[2] - k + 1
    out = np.zeros((o, rows, cols)) + b[:, None, None]
    for u in range(k):
        for v in range(k):
            window = x[:, u : u + rows, v : v + cols]  # (c, rows, cols): the picture, shifted by (u, v)
            out += np.einsum("oc,cij->oij", w[:, :, u, v], window)  # sum over the channels
    return out


upright = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8  # brighter to the right
lying = upright.T  # brighter downwards
blur = np.ones((3, 3)) / 9
kernels = np.stack([np.stack([f / 3] * 3) for f in (upright, lying, blur)])  # (3, 3, 3, 3): each looks at the mean of the three colours
ours = convolve(x_photo, kernels, np.zeros(3))  # (3, 425, 638)
theirs = F.conv2d(torch.tensor(x_photo)[None], torch.tensor(kernels))[0].numpy()  # torch wants a batch in front: [None]
one_place = sum(kernels[0, c, u, v] * x_photo[c, 200 + u, 300 + v] for c in range(3) for u in range(3) for v in range(3))
print(f"largest difference to the library {np.abs(ours - theirs).max():.1e}; one place by the formula {one_place:.6f}, ours {ours[0, 200, 300]:.6f}")
assert np.allclose(ours, theirs, atol=1e-12) and abs(one_place - ours[0, 200, 300]) < 1e-12 and ours.shape == (3, 425, 638) and 427 * 640 == 273_280

figure, axes = plt.subplots(1, 3, figsize=(11, 2.8))
axes[0].imshow(photo)
for ax, k, title in ((axes[1], 0, "upright edges"), (axes[2], 1, "lying edges")):
    ax.imshow(ours[k], cmap="PuOr", vmin=-0.2, vmax=0.2)
    ax.set(title=title, xlabel="pixel column")
axes[0].set(title="the photograph", xlabel="pixel column", ylabel="pixel row")
plt.tight_layout()
plt.show()

# %% [markdown] id="photo-words"
# *In words: left the pavilion with its tiled roofs. In the middle picture the columns and the ribs of the tiled roofs stand out as thin violet and orange lines; in the right one the edges of the roofs and storeys, as lying lines. The even sky is blank in both.*
#
# Nine weights (here with the same nine for each colour) answer to upright edges all over the picture.
#
# ## How large is the result?
#
# A kernel of $k$ in a row of $n$ pixels has $n - k + 1$ places. To keep the size, one puts $p$ zeros on **both** sides (**padding**). To save work one goes $s$ pixels at a time (**stride**). The kernel fits once at the start and then once for each whole stride that remains:
#
# $$n_{\text{out}} = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1 , \qquad \lfloor \cdot \rfloor \text{: rounded down.}$$

# %% id="checkpoint-size"
kit.checkpoint("size-of-428")

# %% id="size-code"
def size_out(n, k, s=1, p=0):
    return (n + 2 * p - k) // s + 1  # // divides and rounds down


for n in range(7, 20):
    for k, s, p in ((3, 1, 1), (3, 2, 1), (5, 2, 0), (7, 3, 2), (4, 4, 0)):
        assert size_out(n, k, s, p) == F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=s, padding=p).shape[2]
print("the photograph's width 640 with kernel 7, stride 2, padding 3:", size_out(640, 7, 2, 3), "  its height 427:", size_out(427, 7, 2, 3))
assert (size_out(640, 7, 2, 3), size_out(427, 7, 2, 3), size_out(428, 5, 3, 1)) == (320, 214, 142)
kit.recall("size-of-428")

# %% [markdown] id="count"
# Odd kernels with $p = (k-1)/2$ and stride 1 keep the size; that is the commonest choice. Where a stride does not come out even, the last pixels (or zeros of the padding) are never read.
#
# ## How many numbers does it learn?
#
# A kernel for each output channel over **all** input channels, and a bias: $k \cdot k \cdot c \cdot o + o$. The size of the picture does not occur.

# %% id="checkpoint-count"
kit.checkpoint("count-kernels")

# %% id="count-code"
layer = torch.nn.Conv2d(3, 16, 5)
learnt = sum(p.numel() for p in layer.parameters())
full = 3 * 427 * 640 * 16 + 16  # 16 neurons of the old kind, each with a weight for every number of the photograph
print(f"16 kernels of 5 × 5 on three colours: {learnt}; 16 neurons that see the whole photograph: {full:,}, {full / learnt:,.0f} times as many")
assert learnt == 5 * 5 * 3 * 16 + 16 == 1216 and full == 13_117_456
kit.recall("count-kernels")

# %% [markdown] id="columns"
# ## A layer like any other
#
# How does one compute it fast, and what are its gradients? Both come from one trick. Copy what the kernel sees at each place into a **row of a matrix** (the library's name is *im2col*). Then the convolution is the layer that we know: rows times weights.
#
# By hand: the row $x = (1, 2, 3)$ and the kernel $w = (10, 1)$ give
#
# $$A = \begin{pmatrix} 1 & 2 \\ 2 & 3 \end{pmatrix}, \qquad A w = \begin{pmatrix} 12 \\ 23 \end{pmatrix} .$$
#
# Let the slopes $\Delta = (1, 100)$ come back for the two outputs. The layer's formulas, here for a single kernel, say $\partial L / \partial w = A^\top \Delta = (1 \cdot 1 + 2 \cdot 100, \; 2 \cdot 1 + 3 \cdot 100) = (201, 302)$, and for the matrix $\partial L / \partial A = \Delta w^\top = \begin{pmatrix} 10 & 1 \\ 1000 & 100 \end{pmatrix}$. The pixel 2 stands in $A$ **twice**, so it gets back twice.

# %% id="checkpoint-back"
kit.checkpoint("slope-of-a-pixel")

# %% id="columns-code"
def columns(x, k):
    """(c, h, w) -> (places, c * k * k): what the kernel sees, a row for each place."""
    c, h, w = x.shape
    rows, cols = h - k + 1, w - k + 1
    return np.array([x[:, i : i + k, j : j + k].ravel() for i in range(rows) for j in range(cols)])  # ravel lays an array in a row


def backward(x, w, up):
    """Slopes by x (c, h, w) and by w (o, c, k, k); up (o, rows, cols) comes from behind."""
    o, c, k, _ = w.shape
    flat = up.reshape(o, -1).T  # (places, o)
    dw = (flat.T @ columns(x, k)).reshape(w.shape)  # the layer's formula
    dA = (flat @ w.reshape(o, -1)).reshape(-1, c, k, k)  # (places, c, k, k)
    dx = np.zeros_like(x)
    for place, (i, j) in enumerate(np.ndindex(*up.shape[1:])):  # ndindex goes through all (i, j)
        dx[:, i : i + k, j : j + k] += dA[place]  # back to where it was copied from: ADD
    return dx, dw


hand_A = np.array([[1.0, 2], [2, 3]])
assert (hand_A @ [10, 1]).tolist() == [12, 23] and (hand_A.T @ [1, 100]).tolist() == [201, 302]
draw = np.random.default_rng(1)
patch, w, up = x_photo[:, 200:212, 300:314].copy(), draw.normal(size=(4, 3, 3, 3)), draw.normal(size=(4, 10, 12))
as_product = (columns(patch, 3) @ w.reshape(4, -1).T).T.reshape(4, 10, 12)
dx, dw = backward(patch, w, up)
tx, tw = torch.tensor(patch, requires_grad=True), torch.tensor(w, requires_grad=True)
lx, lw = torch.autograd.grad(F.conv2d(tx[None], tw)[0], (tx, tw), torch.tensor(up))
print(f"product against sliding {np.abs(as_product - convolve(patch, w, np.zeros(4))).max():.0e}; slopes against torch: pixels {np.abs(dx - lx.numpy()).max():.0e}, kernels {np.abs(dw - lw.numpy()).max():.0e}")
assert np.allclose(as_product, convolve(patch, w, np.zeros(4))) and np.allclose(dx, lx.numpy()) and np.allclose(dw, lw.numpy())
row_x = torch.tensor([[[1.0, 2, 3]]], requires_grad=True)
row_slopes = torch.autograd.grad(F.conv1d(row_x, torch.tensor([[[10.0, 1]]])), row_x, torch.tensor([[[1.0, 100]]]))[0]  # the last argument: what comes back
assert row_slopes[0, 0].tolist() == [10, 1001, 100]
print("the row by hand:", row_slopes[0, 0].tolist())
kit.recall("slope-of-a-pixel")

# %% [markdown] id="shift"
# ## Shift it, and the answers shift
#
# Let $T$ move a picture by some pixels. Then sliding the kernel over $T x$ gives $T$ of what it gives for $x$, except at the border: **equivariance**. A ReLU works on each pixel alone and changes nothing about that. If at the end we take for each channel the **largest** value over all places (*max pooling* over the whole picture), the place is forgotten, and only *what* was found remains: **invariance**.
#
# So: three layers of convolution, then the maximum over the places, then ten scores. The first layer may have a stride of 2 to save work. We train both kinds, with stride 1 and with stride 2, on digits in the middle **only**. Before you see it:

# %% id="checkpoint-stride"
kit.checkpoint("one-or-two-pixels")

# %% id="conv-nets"
class Largest(torch.nn.Module):
    """The largest value of each channel over all places: (n, c, h, w) -> (n, c). A layer of one's own: `forward` says what it does."""

    def forward(self, x):
        return x.amax((2, 3))  # the maximum along the axes 2 and 3


def convolutional(stride, colours=1):
    """Three convolutions, the first with a stride, then the maximum over all places. Zeros stand around the picture alone, where they are paper."""
    parts = [torch.nn.Conv2d(colours, 16, 3, stride=stride, padding=3 if stride == 1 else 5), torch.nn.ReLU(), torch.nn.Conv2d(16, 24, 3), torch.nn.ReLU(), torch.nn.Conv2d(24, 32, 3), torch.nn.ReLU()]
    return torch.nn.Sequential(*parts, Largest(), torch.nn.Linear(32, 10))


nets = {}
for stride in (1, 2):
    torch.manual_seed(0)
    nets[stride] = fit(convolutional(stride), placed(small[:N], 2, 2), y[:N], steps=150)
shares = {stride: [share_right(net, placed(small[N:], 2, 2 + s), y[N:]) for s in SHIFTS] for stride, net in nets.items()}
figure, ax = plt.subplots(figsize=(6, 3))
ax.plot(SHIFTS, old_shares, color=GREY, marker="x", label="old network")
ax.plot(SHIFTS, shares[2], color=ORANGE, marker="s", linestyle="--", label="convolutions, stride 2")
ax.plot(SHIFTS, shares[1], color=BLUE, marker="o", label="convolutions, stride 1")
ax.set(title="Trained in the middle, tested elsewhere", xlabel="shift to the right (pixels)", ylabel="share right of 597 unseen", ylim=(0, 1.02))
ax.set_xticks(SHIFTS)
ax.legend()
plt.show()
for stride in (2, 1):
    print(f"stride {stride}:", {s: f"{share:.1%}" for s, share in zip(SHIFTS, shares[stride])})
moved, still = (torch.tensor(placed(small[N : N + 50], 2, 2 + s), dtype=torch.float32) for s in (1, 0))
with torch.no_grad():
    first = nets[1][0]
    apart = float((first(moved)[..., 2:-1] - first(still)[..., 1:-2]).abs().max())
print(f"first layer: shifted answers of the still picture against answers of the shifted one: {apart:.0e}")
assert apart < 1e-5 and min(shares[1]) > 0.9 and min(shares[2][0], shares[2][2], shares[2][4]) > 0.9 and max(shares[2][1], shares[2][3]) < min(shares[2][0], shares[2][4]) - 0.03
kit.recall("one-or-two-pixels")

# %% [markdown] id="shift-words"
# *In words: the grey line of the old network is a narrow peak at 0. The blue line (stride 1) is nearly level and high. The dashed orange line (stride 2) zigzags: high at −2, 0 and 2, lower at −1 and 1.*
#
# Nothing was shown but digits in the middle, and they are read two pixels away. The zigzag is the price of the stride: with $s = 2$ the kernel stands on every second pixel. After a shift by two it sees the same windows as before, one output further; after a shift by **one** it sees windows that it has never seen. A stride of $s$ is equivariant for multiples of $s$ alone. (Blurring before the stride softens this; Zhang, 2019.)
#
# ## What can an output see?
#
# One output of a 3 × 3 kernel sees 3 pixels across. One output of a second such layer sees 3 outputs of the first, so 5 pixels. The **receptive field** grows layer by layer. Let $r$ be its width and $j$ the **jump**, the distance in input pixels between neighbours. Begin with $r = 1$, $j = 1$; each layer with kernel $k$ and stride $s$ makes
#
# $$r \leftarrow r + (k - 1)\, j, \qquad j \leftarrow j\, s .$$
#
# A **dilated** kernel leaves gaps of $d - 1$ pixels between its weights; it counts as $d (k - 1)$ in place of $k - 1$, at no more weights. How does one check such a formula? Differentiate: an output's slope by a pixel that it cannot see is exactly 0.

# %% id="checkpoint-field"
kit.checkpoint("field-of-two")

# %% id="field-code"
def field(layers):
    """Width of the receptive field and jump of layers (k, s, d)."""
    r, j = 1, 1
    for k, s, d in layers:
        r, j = r + d * (k - 1) * j, j * s
    return r, j


def measured(layers, n=201):
    """The same by slopes: which pixels move the middle output, and the next one? All weights 1, so that nothing cancels."""
    x = torch.ones(1, 1, n, dtype=torch.float64, requires_grad=True)
    out = x
    for k, s, d in layers:
        out = F.conv1d(out, torch.ones(1, 1, k, dtype=torch.float64), stride=s, dilation=d)
    m = out.shape[2] // 2
    # retain_graph: the steps are kept for the second question; nonzero: the places that are not 0
    seen = [torch.autograd.grad(out[0, 0, i], x, retain_graph=True)[0][0, 0].nonzero()[:, 0] for i in (m, m + 1)]
    return int(seen[0][-1] - seen[0][0] + 1), int(seen[1][0] - seen[0][0])


STACKS = {"3, 3": [(3, 1, 1)] * 2, "5 stride 2, then 3": [(5, 2, 1), (3, 1, 1)], "ten times 3": [(3, 1, 1)] * 10, "3 dilated 1, 2, 4, 8": [(3, 1, d) for d in (1, 2, 4, 8)], "3 stride 2, four times": [(3, 2, 1)] * 4}
for name, layers in STACKS.items():
    print(f"{name:24} formula {field(layers)}, measured {measured(layers)}")
    assert field(layers) == measured(layers)
assert field(STACKS["5 stride 2, then 3"]) == (9, 2) and field(STACKS["3 dilated 1, 2, 4, 8"])[0] == 31 and field(STACKS["ten times 3"])[0] == 21
kit.recall("field-of-two")

# %% [markdown] id="field-words"
# Ten plain layers of 3 see 21 pixels; four dilated ones see 31. A stride makes every later kernel reach further.
#
# ## Turn a knob
#
# The photograph again. Choose a filter and its width. Before you turn: a *difference of blurs* takes a wide blur from a narrow one. What does it leave of an even sky?

# %% id="checkpoint-knob"
kit.checkpoint("difference-of-blurs")

# %% id="knob-code"
grey = photo.mean(2)  # (427, 640)


def bell(width):
    """A blur whose weights fall off like a bell, sum 1: (k,)."""
    at = np.arange(-2 * width, 2 * width + 1)
    weights = np.exp(-(at**2) / (2 * (width / 1.5) ** 2))
    return weights / weights.sum()


def across_and_down(picture, across, down):
    """Slide a row of weights across and a column of weights down: the kernel outer(down, across) at a fraction of its work."""
    t = F.conv2d(torch.tensor(picture)[None, None], torch.tensor(across.copy())[None, None, None, :])
    return F.conv2d(t, torch.tensor(down.copy())[None, None, :, None])[0, 0].numpy()


def filtered(kind, width):
    """(result, kernel) of a filter on the grey photograph."""
    b = bell(width)
    slope = -np.gradient(b)  # differences of neighbours
    half = bell(max(1, width // 2)) if width > 1 else np.ones(1)
    half = np.pad(half, (len(b) - len(half)) // 2)  # zeros on both sides: as long as b
    pairs = {"blur": [(b, b)], "upright edges": [(slope, b)], "lying edges": [(b, slope)], "difference of blurs": [(half, half), (b, -b)]}[kind]
    return sum(across_and_down(grey, a, d) for a, d in pairs), sum(np.outer(d, a) for a, d in pairs)  # outer: all products


# %% id="widget"
from ipywidgets import Dropdown, SelectionSlider, interact


def show_filter(kind="upright edges", width=3):
    """Draw the filter and what it makes of the photograph."""
    out, kernel = filtered(kind, width)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), gridspec_kw={"width_ratios": [1, 3]})
    most = np.abs(kernel).max()
    axes[0].imshow(kernel, cmap="PuOr", vmin=-most, vmax=most)
    axes[0].set(title=f"kernel, {kernel.shape[0]} × {kernel.shape[1]}", xlabel="column", ylabel="row")
    limit = np.percentile(np.abs(out), 99)
    axes[1].imshow(out, cmap="gray" if kind == "blur" else "PuOr", vmin=0 if kind == "blur" else -limit, vmax=limit)
    axes[1].set(title=f"{kind}, width {width}: an output sees {kernel.shape[0]} pixels across", xlabel="pixel column")
    plt.tight_layout()
    plt.show()


show_filter()

# %% id="widget-turn"
interact(show_filter, kind=Dropdown(options=["blur", "upright edges", "lying edges", "difference of blurs"], value="upright edges", description="filter"), width=SelectionSlider(options=[1, 2, 3, 5, 8], value=3, description="width"));

# %% [markdown] id="knob-words"
# *In words, unturned: left a kernel of 13 × 13, orange on one side and violet on the other, fading outwards; right the outlines of the roofs, the columns and the trees as violet and orange lines, the fine ribs of the tiles gone. Turned wider, only the large shapes are left.*

# %% id="knob-assert"
kernel_sums = {kind: [float(filtered(kind, w)[1].sum()) for w in (1, 3, 8)] for kind in ("blur", "upright edges", "difference of blurs")}
sky = filtered("difference of blurs", 3)[0][5:25, 5:25]
print({kind: [round(s, 6) + 0.0 for s in sums] for kind, sums in kernel_sums.items()}, f" on the sky: at most {np.abs(sky).max():.3f}")
assert np.allclose(kernel_sums["blur"], 1) and np.allclose(kernel_sums["upright edges"], 0) and np.allclose(kernel_sums["difference of blurs"], 0) and filtered("upright edges", 3)[1].shape == (13, 13)
assert np.abs(sky).max() < 0.02 and np.abs(filtered("difference of blurs", 3)[0]).max() > 0.1
kit.recall("difference-of-blurs")

# %% [markdown] id="separable"
# ## Fewer weights: one channel at a time
#
# A kernel over all channels does two things at once: it looks around, and it mixes channels. They can be done one after the other. A **depthwise** convolution gives each channel a $k \times k$ kernel of its own ($k^2 c$ weights); then a convolution of $1 \times 1$ mixes the channels at each place ($c \cdot o$ weights). In place of $k^2 c\, o$ weights there are $k^2 c + c\, o$.

# %% id="separable-code"
c, o, k = 64, 128, 3
joined = torch.nn.Conv2d(c, o, k, bias=False)
apart_ = torch.nn.Sequential(torch.nn.Conv2d(c, c, k, groups=c, bias=False), torch.nn.Conv2d(c, o, 1, bias=False))  # groups=c: each channel alone
counts = [sum(p.numel() for p in m.parameters()) for m in (joined, apart_)]
with torch.no_grad():  # the two in a row are one ordinary convolution, of a special kind
    product = torch.einsum("oc,cuv->ocuv", apart_[1].weight[:, :, 0, 0], apart_[0].weight[:, 0])
    test = torch.randn(2, c, 7, 9, generator=torch.Generator().manual_seed(0))
    gap = float((F.conv2d(test, product) - apart_(test)).abs().max())
print(f"weights {counts[0]:,} and {counts[1]:,}: {counts[0] / counts[1]:.1f} times fewer; as one kernel the two give the same to {gap:.0e}")
assert counts == [k * k * c * o, k * k * c + c * o] == [73_728, 8_768] and gap < 1e-4 and round(counts[0] / counts[1], 1) == 8.4

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague gets his digits from a colour scanner, channels last: (12, 12, 3). torch wants (3, 12, 12), and `reshape` gives that shape at once. No error anywhere; the training starts. Only fewer digits are right than with the scanner before. We train his network and the old one of dense layers, both on his pictures and on sound ones, and do to the photograph what he did to the digits.

# %% id="wrong-code"
scanned = np.stack([placed(small, 2, 2)[:, 0]] * 3, axis=3)  # (1797, 12, 12, 3): grey digits in three colours
laid_out = {"transposed": scanned.transpose(0, 3, 1, 2).copy(), "reshaped": scanned.reshape(-1, 3, 12, 12)}
reached = {}
for layout, scans in laid_out.items():
    for kind, make, steps in (("convolutions", lambda: convolutional(1, colours=3), 70), ("old network", lambda: dense(432), 200)):
        torch.manual_seed(0)
        reached[kind, layout] = share_right(fit(make(), scans[:N], y[:N], steps=steps), scans[N:], y[N:])
print({f"{kind}, {layout}": f"{share:.0%}" for (kind, layout), share in reached.items()})
assert reached["convolutions", "reshaped"] < reached["convolutions", "transposed"] - 0.03 and abs(reached["old network", "reshaped"] - reached["old network", "transposed"]) < 0.03
colleague = photo.reshape(3, 427, 640)
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8))
for ax, picture, title in ((axes[0], x_photo[0], "transpose(2, 0, 1)[0]"), (axes[1], colleague[0], "reshape(3, 427, 640)[0]")):
    ax.imshow(picture, cmap="gray")
    ax.set(title=title, xlabel="pixel column")
axes[0].set_ylabel("pixel row")
plt.tight_layout()
plt.show()

# %% [markdown] id="wrong-words"
# *In words: left the photograph in shades of grey. Right a pale ghost: only the upper third of the photograph, its left, middle and right part laid over one another line by line, so that two ends of a roof meet where none do; the pavilion is gone.*
#
# The convolutions read clearly fewer of the reshaped digits; the old network reads as many as before. `reshape` keeps the order of the numbers in memory and only cuts it anew; `transpose` exchanges the axes. How does one find that without looking at pictures? **Mark one place.** Make a picture that is 0 but for one number, send it through the preparation, and see where it comes out.

# %% id="wrong-tool"
def mark(prepare):
    """Where does the number at (row 100, column 200, colour 2) come out?"""
    empty = np.zeros((427, 640, 3))
    empty[100, 200, 2] = 1
    return tuple(int(i) for i in np.argwhere(prepare(empty))[0])  # argwhere: the places that are not 0


print("transpose:", mark(lambda p: p.transpose(2, 0, 1)), "  reshape:", mark(lambda p: p.reshape(3, 427, 640)))
assert mark(lambda p: p.transpose(2, 0, 1)) == (2, 100, 200) and mark(lambda p: p.reshape(3, 427, 640)) != (2, 100, 200)
assert np.array_equal(np.moveaxis(photo, 2, 0), x_photo)

# %% [markdown] id="wrong-mended"
# **Mended** by `transpose`. (`lambda p: …` is a function without a name.) The old network did not mind: to it any order of pixels is as good as another. A convolution lives on neighbours, so whoever mixes up neighbours takes away all that it knows.
#
# ## At scale
#
# The first layer of ResNet-50 (He et al., 2016) has 64 kernels of 7 × 7 on three colours, stride 2, on pictures of 224 × 224. One multiplication and one addition a weight and place. What does it cost, and what would the matrix of columns take?

# %% id="scale-code"
operations, bandwidth = 989e12, 3.35e12  # an H100 in 16 bits, as in the last course: operations and bytes a second
shortest = {}
for name, n, k, s, p, c, o, groups in (("ResNet-50, first", 224, 7, 2, 3, 3, 64, 1), ("3 × 3, 64 to 64, 56 × 56", 56, 3, 1, 1, 64, 64, 1), ("the same, depthwise", 56, 3, 1, 1, 64, 64, 64)):
    side = size_out(n, k, s, p)
    weights, places = k * k * (c // groups) * o, side * side
    work = 2 * weights * places
    moved = 2 * (c * n * n + o * places + weights)  # bytes: read the input, write the output, read the weights, once each
    shortest[name] = max(work / operations, moved / bandwidth)  # seconds: whichever takes longer, computing or moving
    print(f"{name:25} {weights:>7,} weights, {places:>6,} places, {work / 1e6:6.0f} million operations; columns {k * k * c * places / (c * n * n):4.1f} times the input; {work / moved:5.1f} operations a byte; at least {shortest[name] * 1e6:.2f} µs")
    if name.startswith("ResNet"):
        assert weights == 9408 and places == 12_544 and round(work / 1e6) == 236
    intensity = work / moved
print(f"an H100 is busy from {operations / bandwidth:.0f} operations a byte on")
assert intensity < 5 and round(operations / bandwidth) == 295 and 0.85 < shortest["the same, depthwise"] / shortest["3 × 3, 64 to 64, 56 × 56"] < 1

# %% [markdown] id="scale-words"
# A convolution uses each weight at thousands of places, so it does much work for each byte; a depthwise one has few operations and moves as many bytes. It saves 98 of 100 operations, but on a large accelerator less than a tenth of the time. And nobody writes the matrix of columns out: for 3 × 3 it would be nine times the input. Libraries build its tiles on the fly.
#
# ## The question again
#
# Having seen digits only in the middle, the network with stride 1 reads them two pixels away. Is that one lucky beginning? And does the old network get there if it is shown all places?

# %% id="answer-code"
table = []
for seed in range(3):
    torch.manual_seed(10 + seed)
    net = nets[1] if seed == 0 else fit(convolutional(1), placed(small[:N], 2, 2), y[:N], steps=150, seed=seed)
    table.append([share_right(net, placed(small[N:], 2 + d, 2 + s), y[N:]) for d, s in ((0, 0), (0, 2), (2, 2))])
places = np.random.default_rng(5).integers(0, 5, size=(len(small), 2))
everywhere = np.concatenate([placed(small[i : i + 1], int(d), int(s)) for i, (d, s) in enumerate(places)])
torch.manual_seed(1)
taught = share_right(fit(dense(), everywhere[:N], y[:N], steps=700), everywhere[N:], y[N:])
table = np.array(table)
spread = table.std(0, ddof=1)
print("stride 1, three trainings; middle, two right, two right and two down:", [f"{m:.3f} ± {s:.3f}" for m, s in zip(table.mean(0), spread)])
print(f"old network, shown all 25 places: {taught:.3f};  numbers: {sum(p.numel() for p in dense().parameters())} and {sum(p.numel() for p in convolutional(1).parameters())}")
assert table[:, :2].min() > 0.9 and table.min() > 0.85 and taught < table.mean(0)[1] - 0.1
kit.recall("only-in-the-middle")
kit.recall("before-shifted")

# %% [markdown] id="limits"
# Showing all places helps the old network only in part: the same 1200 digits must now teach it each place anew. The convolution does not *learn* that place does not matter; away from the border it **cannot tell**. (At the border windows end, so in the corner, two right and two down, it may lose a few digits. And it has 10 914 numbers, the old network 4970; the difference is not in their number but in what they are shared over.) That is its strength here and its limit elsewhere: turned digits, larger ones, and tasks in which the place is the answer (which corner is the stamp in?) get nothing from it. And ± is from training to training; only 597 pictures were asked, which alone gives ± 0.01.

# %% id="limits-assert"
turned = share_right(nets[1], placed(np.rot90(small[N:], axes=(1, 2)).copy(), 2, 2), y[N:])
print(f"digits turned by a quarter: {turned:.2f}; uncertainty of a share of 0.95 from 597 pictures: {np.sqrt(0.95 * 0.05 / 597):.3f}")
assert sum(p.numel() for p in convolutional(1).parameters()) == 10_914 and sum(p.numel() for p in dense().parameters()) == 4970
assert turned < 0.6 and round(float(np.sqrt(0.95 * 0.05 / 597)), 2) == 0.01

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A picture of 3 channels, 50 × 70 pixels (height, width), goes through 20 kernels of 4 × 4, stride 3, padding 1, with bias. Replace each `...`; shapes as tuples.

# %% id="exercise-1"
facts = {"shape of the kernels": ..., "shape of the result": ..., "numbers learnt": ...}

# %% id="check-1"
def taken(answer):
    """A list counts as a tuple, 980.0 as 980."""
    return tuple(answer) if isinstance(answer, (list, tuple)) else int(answer) if isinstance(answer, float) and answer.is_integer() else answer


if any(v is ... for v in facts.values()):
    print("not tried yet")
else:
    kit.equal(taken(facts["shape of the kernels"]), (20, 3, 4, 4), because="output channels, input channels, rows, columns", known_wrong={"output channels come first": (3, 20, 4, 4), "each kernel has a part for each input channel": (20, 4, 4)})
    kit.equal(taken(facts["shape of the result"]), (20, 17, 23), because="(50 + 2 - 4) // 3 + 1 and (70 + 2 - 4) // 3 + 1", known_wrong={"one more than the strides that fit": (20, 16, 22), "padding stands on both sides": (20, 16, 23), "channels come first": (17, 23, 20), "each kernel gives one channel, whatever came in": (3, 17, 23)})
    kit.equal(taken(facts["numbers learnt"]), 4 * 4 * 3 * 20 + 20, because="a kernel over all input channels for each output, and a bias", known_wrong={"the biases are missing": 960, "a bias for each kernel, not for each of its channels": 1020, "every kernel looks at all three channels": 340})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Give `slide_row` a stride and a dilation: a list `x`, a list `w`, output $i$ reads the places $i \cdot s + u \cdot d$. No padding.

# %% id="exercise-2"
def slide(x, w, stride=1, dilation=1):
    ...


# %% id="check-2"
if slide([1, 2, 3], [1]) is None:
    print("not tried yet")
else:
    row_, w_ = [1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6], [1.0, 2.0, 3.0]
    for s, d in ((1, 1), (2, 1), (1, 2), (2, 3), (3, 2)):
        right = F.conv1d(torch.tensor([[row_]], dtype=torch.float64), torch.tensor([[w_]], dtype=torch.float64), stride=s, dilation=d)[0, 0].numpy()
        wrong = {"the stride is not used": F.conv1d(torch.tensor([[row_]], dtype=torch.float64), torch.tensor([[w_]], dtype=torch.float64), dilation=d)[0, 0].numpy(),
                 "the dilation is not used": F.conv1d(torch.tensor([[row_]], dtype=torch.float64), torch.tensor([[w_]], dtype=torch.float64), stride=s)[0, 0].numpy()}
        kit.close(np.asarray(slide(row_, w_, s, d), dtype=float), right, because=f"x = 1, 10, 100, …, w = 1, 2, 3, stride {s}, dilation {d}", known_wrong={name: v for name, v in wrong.items() if v.shape != right.shape or not np.allclose(v, right)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** *Max pooling*: cut the picture into squares of $k \times k$ and keep the largest number of each. (c, h, w) → (c, h // k, w // k); rows and columns that do not fill a square are left out. Any way is right: loops, slices, `reshape`.

# %% id="exercise-3"
def max_pool(x, k):
    ...


# %% id="check-3"
if max_pool(np.zeros((1, 2, 2)), 2) is None:
    print("not tried yet")
else:
    draw_ = np.random.default_rng(3)
    for shape, k_ in (((2, 4, 6), 2), ((1, 7, 9), 3), ((3, 5, 5), 2), ((1, 3, 3), 1)):
        x_ = draw_.normal(size=shape) - 3  # mostly negative: a pool that begins with zeros is found out
        right = F.max_pool2d(torch.tensor(x_)[None], k_)[0].numpy()
        kit.close(np.asarray(max_pool(x_, k_)), right, because=f"x {shape}, k = {k_}: the largest of each square", known_wrong={name: v for name, v in {
            "that is the mean of each square": F.avg_pool2d(torch.tensor(x_)[None], k_)[0].numpy(), "negative numbers count too: do not begin with zeros": np.maximum(right, 0), "that is the first number of each square": x_[:, : shape[1] // k_ * k_ : k_, : shape[2] // k_ * k_ : k_]}.items() if v.shape != right.shape or not np.allclose(v, right)})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A log of a machine has one number a minute. A network of dilated convolutions with $k = 2$ and dilations 1, 2, 4, 8, … shall see at least `minutes` back, the present one counted. How many layers does it need at the fewest?

# %% id="exercise-4"
def layers_needed(minutes):
    ...


# %% id="check-4"
if layers_needed(4) is None:
    print("not tried yet")
else:
    for minutes, right in ((1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (60, 6), (1440, 11), (1024, 10), (1025, 11)):
        plain = minutes - 1
        kit.equal(layers_needed(minutes), right, because=f"{minutes} minutes; after m layers the field is 1 + 1 + 2 + 4 + … = 2 to the power of m", known_wrong={name: v for name, v in {
            "that is without dilation": plain, "one layer too many: the present minute is seen without any": right + 1, "round up: one layer fewer does not reach": right - 1}.items() if v != right})
    print("right: a day of minutes in 11 layers; without dilation it takes 1439")

# %% [markdown] id="next"
# Next: *Recurrence and memory*: when what matters may lie arbitrarily far back. The lab `conv` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - A convolution asks one small template at every place: $k^2 c\, o + o$ numbers, whatever the picture's size.
# - $\lfloor (n + 2p - k)/s \rfloor + 1$ places; written as rows of a matrix it is a layer, and its gradients are the layer's.
# - Shift the picture and the answers shift; with a stride of $s$ only for multiples of $s$.
# - The field grows by $(k-1)$ times the jump; slopes that are exactly 0 check it.
# - Mark one number and see where it comes out: that finds a mixed-up layout.
#
# | term | 中文 |
# |---|---|
# | convolution, kernel (filter) | 卷积、卷积核（滤波器） |
# | stride, padding, dilation | 步幅、填充、空洞（膨胀） |
# | channel | 通道 |
# | receptive field | 感受野 |
# | equivariance, invariance | 等变性、不变性 |
# | pooling | 池化 |
# | depthwise separable convolution | 深度可分离卷积 |
#
# **Read on.** Yann LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proceedings of the IEEE 1998, section II. · Vincent Dumoulin, Francesco Visin, "A Guide to Convolution Arithmetic for Deep Learning", 2016, chapter 2. · Richard Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019, section 3. · Andrew Howard et al., "MobileNets", 2017, section 3.1. · Kaiming He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, table 1.
