# %% [markdown] id="title"
# # Tensors and einsum
#
# **You will be able to** write any product of arrays as one line of letters, state its cost and its best order before it runs, and find the two mistakes that change an answer without an error. **65 minutes.**
#
# At the end you can
#
# 1. say where an entry of an array lies in memory, and what `reshape` and `transpose` do to it;
# 2. read and write contractions such as `"bqhd,bkhd->bhqk"`, with shapes;
# 3. count multiply-adds, and choose the order of several operands;
# 4. test a contraction so that exchanged letters cannot hide;
# 5. say which letter of a product may be split over machines, and what must then be sent.

# %% [markdown] id="before"
# ## Before you start
#
# From lessons 1 and 2. Answer before you read on.
#
# - `X` is (597, 64), `W` is (10, 64). Which product is (597, 10)? `X @ W.T`. *If not: lesson 1, "Many pictures at once".*
# - A matrix is a column times a row. What is its rank, and how many numbers describe it? 1, and m + n. *If not: lesson 2, "A column times a row".*
# - What does broadcasting do with (597,) and (597, 1)? It makes (597, 597). *If not: lesson 1, "How it goes wrong".*

# %% id="imports"
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy import ndimage
from sklearn.datasets import load_digits, load_sample_image

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% [markdown] id="question"
# ## A question first
#
# The photograph has three axes: 427 rows, 640 columns, 3 colours (`china.jpg`, CC BY 2.0). A library for neural networks wants the colours first: (3, 427, 640). NumPy has a function that gives an array a new shape. We use it, and look at what arrives, colour by colour and together.

# %% id="reshaped"
photo = load_sample_image("china.jpg")  # (427, 640, 3) of uint8
arrived = photo.reshape(3, 427, 640)  # no error, and the shape is right
figure, axes = plt.subplots(1, 3, figsize=(11, 2.8))
axes[0].imshow(photo)
axes[0].set_title("sent: (427, 640, 3)")
axes[1].imshow(arrived[0], cmap="gray", vmin=0, vmax=255)
axes[1].set_title("arrived: the first plane")
axes[2].imshow(np.stack(list(arrived), axis=-1))
axes[2].set_title("arrived: the three planes as colours")
for ax in axes:
    ax.set(xlabel="column", ylabel="row")
plt.tight_layout()
plt.show()
assert arrived.shape == (3, 427, 640) and sorted(arrived.ravel()[:3000]) == sorted(photo.ravel()[:3000])

# %% [markdown] id="reshaped-words"
# *In words: left the hall in colour; in the middle, in grey, two huge eaves that swing towards each other and meet, with paler roofs shining through; right roofs, trees and walls over each other in yellow and orange.*
#
# Every number is there, none is changed, and the shape is what was asked for. A network trained on this trains badly, and nobody sees an error.
#
# > **The question.** What did `reshape` do, and what should have been written? Commit to a guess.

# %% id="checkpoint-reshape"
kit.checkpoint("what-reshape-did")

# %% [markdown] id="memory"
# ## An array is a row of numbers and a rule
#
# A **tensor** is here an array with any number of axes: 0 for a number, 1 for a vector, 2 for a matrix, 3 for the photograph, 4 for a batch of photographs. In memory it is *one* row of numbers. The rule that finds an entry are its **strides**: how far to go for one step along each axis. For the photograph, of one byte a number:
#
# $$\text{place of } (\text{row } i, \text{column } j, \text{colour } c) = 1920\,i + 3\,j + c, \qquad 1920 = 640 \cdot 3.$$
#
# - `reshape` keeps the row of numbers as it is and cuts it into other pieces.
# - `transpose` (and `moveaxis`, `.T`) exchanges axes: the strides change places, so each entry keeps its neighbours.
#
# By hand, for the row 0 1 2 3 4 5 seen as (2, 3):
#
# $$\begin{pmatrix} 0 & 1 & 2 \\ 3 & 4 & 5 \end{pmatrix} \xrightarrow{\text{reshape}(3, 2)} \begin{pmatrix} 0 & 1 \\ 2 & 3 \\ 4 & 5 \end{pmatrix}, \qquad \begin{pmatrix} 0 & 1 & 2 \\ 3 & 4 & 5 \end{pmatrix} \xrightarrow{\text{transpose}} \begin{pmatrix} 0 & 3 \\ 1 & 4 \\ 2 & 5 \end{pmatrix}.$$

# %% id="checkpoint-place"
kit.checkpoint("place-in-memory")

# %% id="memory-code"
def place(index, strides):
    """Where an entry lies, in bytes from the start."""
    return sum(i * step for i, step in zip(index, strides, strict=True))


six = np.arange(6, dtype=np.uint8).reshape(2, 3)
assert six.reshape(3, 2).tolist() == [[0, 1], [2, 3], [4, 5]] and six.T.tolist() == [[0, 3], [1, 4], [2, 5]]
assert (six.strides, six.T.strides, six.reshape(3, 2).strides) == ((3, 1), (1, 3), (2, 1))
assert photo.strides == (1920, 3, 1)
flat = photo.ravel()
for index in ((2, 5, 1), (0, 0, 0), (426, 639, 2)):
    assert flat[place(index, photo.strides)] == photo[index]
print("strides of the photograph", photo.strides, "; (2, 5, 1) lies at byte", place((2, 5, 1), photo.strides))
assert place((2, 5, 1), photo.strides) == 3856
kit.recall("place-in-memory")

# %% [markdown] id="einsum"
# ## One rule for all products
#
# A matrix product is $C_{ik} = \sum_j A_{ij} B_{jk}$. Give each axis a letter and write only the letters: `"ij,jk->ik"`. That is all there is to **einsum** (after Einstein's summation convention). The rule, for any number of arrays:
#
# > Each letter is a loop. Multiply the entries. **Letters missing after the arrow are summed**; the letters after the arrow give the axes of the result, in their order.
#
# A letter has one size wherever it stands. Such a product with its sums is called a **contraction**. From scratch, slowly:

# %% id="einsum-code"
def contract(spec, *arrays):
    """einsum by its definition: a loop for each letter."""
    inside, output = spec.split("->")
    terms = inside.split(",")
    sizes = {}
    for term, array in zip(terms, arrays, strict=True):
        for letter, size in zip(term, array.shape, strict=True):
            assert sizes.setdefault(letter, size) == size, f"{letter} has the sizes {sizes[letter]} and {size}"
    result = np.zeros([sizes[letter] for letter in output])
    for values in itertools.product(*(range(size) for size in sizes.values())):
        at = dict(zip(sizes, values, strict=True))
        result[tuple(at[c] for c in output)] += math.prod(a[tuple(at[c] for c in term)] for term, a in zip(terms, arrays, strict=True))
    return result


A, B = np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 6], [7, 8]])
print("ij,jk->ik:", contract("ij,jk->ik", A, B).tolist())
assert contract("ij,jk->ik", A, B).tolist() == [[19, 22], [43, 50]] == (A @ B).tolist()  # 1·5 + 2·7 = 19

# %% [markdown] id="table"
# What you know, in letters:
#
# | letters | is | in NumPy |
# |---|---|---|
# | `i,i->` | dot product | `x @ y` |
# | `ij,j->i` | matrix times vector | `A @ x` |
# | `i,j->ij` | outer product | `np.outer(x, y)` |
# | `ij->ji` | transpose | `A.T` |
# | `ij->j` | column sums | `A.sum(axis=0)` |
# | `ij,ij->` | sum of products (squared Frobenius norm when both are A) | `(A * B).sum()` |
# | `ij,ij->i` | dot product of each pair of rows | `(A * B).sum(axis=1)` |
# | `bij,bjk->bik` | a product for each b | `A @ B` |

# %% id="table-code"
draw = np.random.default_rng(0)
x, y, C, D = draw.normal(size=4), draw.normal(size=4), draw.normal(size=(3, 4)), draw.normal(size=(3, 4))
E, F = draw.normal(size=(2, 3, 4)), draw.normal(size=(2, 4, 5))
known = [("i,i->", (x, y), x @ y), ("ij,j->i", (C, x), C @ x), ("i,j->ij", (x, y), np.outer(x, y)), ("ij->ji", (C,), C.T), ("ij->j", (C,), C.sum(axis=0)),
         ("ij,ij->", (C, D), (C * D).sum()), ("ij,ij->i", (C, D), (C * D).sum(axis=1)), ("bij,bjk->bik", (E, F), E @ F)]
for spec, arrays, expected in known:
    assert np.allclose(contract(spec, *arrays), expected) and np.allclose(np.einsum(spec, *arrays), expected)
print(len(known), "lines of the table agree: our loops, NumPy's einsum, the plain expression")

# %% [markdown] id="shape-ask"
# Now four axes. A batch of 2 texts; queries for 7 words, keys for 11; 3 heads of 5 numbers: `q` is (2, 7, 3, 5), `k` is (2, 11, 3, 5), and `s = np.einsum("bqhd,bkhd->bhqk", q, k)`.

# %% id="checkpoint-shape"
kit.checkpoint("shape-of-scores")

# %% id="shape-code"
q, k = draw.normal(size=(2, 7, 3, 5)), draw.normal(size=(2, 11, 3, 5))
s = np.einsum("bqhd,bkhd->bhqk", q, k)
print("shape", s.shape)
assert s.shape == (2, 3, 7, 11) and np.allclose(s, contract("bqhd,bkhd->bhqk", q, k))
assert np.allclose(s[1, 2, 4, 6], q[1, 4, 2] @ k[1, 6, 2])  # one entry: query 4 with key 6, text 1, head 2
assert np.allclose(s, q.transpose(0, 2, 1, 3) @ k.transpose(0, 2, 3, 1))  # the same with transposes
kit.recall("shape-of-scores")

# %% [markdown] id="friends"
# ## Old friends in letters
#
# The templates of lesson 1 are pictures: (10, 8, 8). Nothing needs to be flattened. And the photograph becomes grey, or gets new colours, by one contraction along its colour axis.

# %% id="friends-code"
digits = load_digits()
images, names = digits.images / 16, digits.target  # (1797, 8, 8), (1797,)
templates = np.stack([images[:1200][names[:1200] == d].mean(axis=0) for d in range(10)])  # (10, 8, 8)
fresh, right = images[1200:], names[1200:]  # (597, 8, 8)
scores = np.einsum("nij,kij->nk", fresh, templates)  # (597, 10)
assert np.allclose(scores, fresh.reshape(597, 64) @ templates.reshape(10, 64).T)
accuracy = (scores.argmax(axis=1) == right).mean()
print(f"read rightly: {accuracy:.1%}, as in lesson 1")
grey = np.einsum("hwc,c->hw", photo, np.array([0.3, 0.6, 0.1]))  # (427, 640)
mix = np.array([[0.4, 0.7, 0.2], [0.3, 0.6, 0.1], [0.2, 0.5, 0.1]])  # row d makes output colour d
sepia = np.einsum("hwc,dc->hwd", photo, mix)  # (427, 640, 3)
assert np.allclose(grey, photo @ np.array([0.3, 0.6, 0.1])) and np.allclose(sepia, photo @ mix.T) and round(accuracy, 3) == 0.874

# %% [markdown] id="real-heads"
# And a real layer. The query weights of SmolLM2's first layer, (576, 576), are nine heads of 64 numbers each: a tensor (9, 64, 576). Keys have three heads, each of which serves three query heads: letters say that without copying anything, when the nine are written as 3 groups of 3.

# %% id="real-heads-code"
ids = kit.small_tokenizer()("The roof of the hall is tiled, in two colours.")["input_ids"]
model = kit.small_model(1, sorted(set(ids))).model
with torch.no_grad():
    entering = model.layers[0].input_layernorm(model.embed_tokens(torch.tensor([sorted(set(ids)).index(i) for i in ids])))  # (words, 576)
X = entering.double().numpy()
attention = model.layers[0].self_attn
wq = attention.q_proj.weight.detach().double().numpy().reshape(3, 3, 64, 576)  # group, member, number, input
wk = attention.k_proj.weight.detach().double().numpy().reshape(3, 64, 576)  # group, number, input
queries = np.einsum("nd,gmed->ngme", X, wq)  # (words, 3, 3, 64)
keys = np.einsum("nd,ged->nge", X, wk)  # (words, 3, 64)
real = np.einsum("agme,bge->gmab", queries, keys)  # (3, 3, words, words): before positions and softmax
with torch.no_grad():
    flat_q, flat_k = attention.q_proj(entering).double().numpy(), attention.k_proj(entering).double().numpy()  # (words, 576), (words, 192)
for head in range(9):
    assert np.allclose(real[head // 3, head % 3], flat_q[:, 64 * head : 64 * head + 64] @ flat_k[:, 64 * (head // 3) : 64 * (head // 3) + 64].T, atol=1e-2)
print("scores of nine heads:", real.reshape(9, len(ids), len(ids)).shape)

# %% [markdown] id="cost"
# ## What it costs, and in which order
#
# In one go a contraction costs the **product of the sizes of all its letters**: each combination is one multiply-add. With three operands that is far too much, because a sum that concerns only two of them can be done first. For a layer of low rank, $Y = X R^\top L^\top$ with $n$ tokens, inputs $d$, rank $r$, outputs $o$:
#
# | order | multiply-adds |
# |---|---|
# | `nd,rd,or->no` in one go | $n\,d\,r\,o$ |
# | first `nd,rd->nr`, then `nr,or->no` | $n\,r\,(d + o)$ |
# | first `rd,or->od`, then `nd,od->no` | $d\,r\,o + n\,d\,o$ |

# %% id="cost-code"
def cost(spec, **sizes):
    """Multiply-adds of a contraction in one go."""
    return math.prod(sizes[letter] for letter in set(spec) - set(",->"))


def three_ways(n, d, r, o):
    size = {"n": n, "d": d, "r": r, "o": o}
    return (cost("nd,rd,or->no", **size), cost("nd,rd->nr", **size) + cost("nr,or->no", **size), cost("rd,or->od", **size) + cost("nd,od->no", **size))


one_go, narrow, merged = three_ways(n=100, d=576, r=16, o=576)
print(f"100 tokens, 576 → 16 → 576: in one go {one_go:.2g}, narrow first {narrow:.2g}, factors first {merged:.2g}; the whole matrix {100 * 576 * 576:.2g}")
assert narrow == 100 * 16 * 1152 and merged == 576 * 16 * 576 + 100 * 576 * 576 and one_go / narrow == 288
R, L, tokens = draw.normal(size=(16, 576)), draw.normal(size=(576, 16)), draw.normal(size=(100, 576))
path, report = np.einsum_path("nd,rd,or->no", tokens, R, L, optimize="optimal")
assert path[1:] == [(0, 1), (0, 1)]  # the library takes operands 0 and 1 first as well
assert np.allclose(np.einsum("nd,rd,or->no", tokens, R, L, optimize=True), tokens @ R.T @ L.T)

# %% [markdown] id="knob"
# ## Turn a knob
#
# Above which rank does it pay to multiply the two factors together once and use the whole matrix? Here are the costs against the number of tokens, for 576 inputs and outputs.

# %% id="checkpoint-rank"
kit.checkpoint("when-to-merge")

# %% id="widget"
from ipywidgets import SelectionSlider, interact

counts = np.unique(np.logspace(0, 5, 60).astype(int))


def crossing(r, d=576, o=576):
    """Tokens from which merging the factors first is cheaper; infinite when never."""
    more = r * (d + o) - d * o
    return math.inf if more <= 0 else d * r * o / more


def show_orders(r=320):
    """Draw the costs of two orders and of a ready whole matrix against the number of tokens."""
    figure, ax = plt.subplots(figsize=(7, 3.6))
    for place_in, label, colour, style in ((1, "narrow first", BLUE, "-"), (2, "factors first", ORANGE, "--")):
        ax.loglog(counts, [three_ways(int(n), 576, r, 576)[place_in] for n in counts], color=colour, linestyle=style, label=label)
    ax.loglog(counts, counts * 576 * 576, color=GREY, linestyle=":", label="whole matrix, ready made")
    where = crossing(r)
    if where < counts[-1]:
        ax.axvline(where, color=GREEN, linewidth=1)
    ax.set(title=f"rank {r}: merging pays " + (f"from {where:,.0f} tokens on" if where < math.inf else "never"), xlabel="tokens", ylabel="multiply-adds")
    ax.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_orders()

# %% id="widget-turn"
interact(show_orders, r=SelectionSlider(options=[4, 64, 256, 288, 300, 320, 400, 576], value=320, description="rank"));

# %% [markdown] id="knob-words"
# *In words, unturned: three rising lines; the orange one starts highest and flat and meets the blue one at a green mark near 2 880 tokens; beyond it all three nearly coincide, the grey one lowest. At rank 4 the blue line runs far below the two others and never meets them.*

# %% id="knob-assert"
print({r: (round(crossing(r)) if crossing(r) < math.inf else "never") for r in (4, 288, 300, 320, 576)})
assert crossing(288) == math.inf and round(crossing(320)) == 2880 and crossing(576) == 576
for r, n in ((320, 2879), (320, 2881), (400, 5), (64, 10**5)):
    assert (three_ways(n, 576, r, 576)[2] < three_ways(n, 576, r, 576)[1]) == (n > crossing(r))
kit.recall("when-to-merge")

# %% [markdown] id="kernel"
# ## A blur is a matrix too
#
# A blur replaces each pixel by a weighted mean of a window of 9 × 9. The weights are a small matrix $K$. The windows of the whole photograph are a tensor with four axes, (419, 632, 9, 9), which costs no memory: only strides. The blur is `"hwij,ij->hw"`, 81 multiply-adds a pixel.
#
# If $K$ has rank one, $K = u v^\top$, it is `"hwij,i,j->hw"`, and the order helps: first along the columns, then along the rows, 9 + 9. A kernel of rank $r$ costs $18\,r$. Two real ones: the bell, and the disc, which is what a lens out of focus makes of a point.

# %% id="checkpoint-kernel"
kit.checkpoint("rank-of-a-lens")

# %% id="kernel-code"
steps = np.arange(-4, 5)
bell = np.outer(np.exp(-0.5 * (steps / 2) ** 2), np.exp(-0.5 * (steps / 2) ** 2))
disc = (steps[:, None] ** 2 + steps**2 <= 16).astype(float)
kernels = {"bell": bell / bell.sum(), "disc": disc / disc.sum()}
windows = np.lib.stride_tricks.sliding_window_view(grey, (9, 9))  # (419, 632, 9, 9), a view


def in_passes(image, kernel, r):
    """Blur by the r heaviest products of a column and a row: 2 · 9 multiply-adds a pixel for each."""
    u, sigma, vt = np.linalg.svd(kernel)
    result = 0
    for i in range(r):
        down = np.einsum("hwi,i->hw", np.lib.stride_tricks.sliding_window_view(image, 9, axis=0), sigma[i] * u[:, i])  # (419, 640)
        result = result + np.einsum("hwj,j->hw", np.lib.stride_tricks.sliding_window_view(down, 9, axis=1), vt[i])  # (419, 632)
    return result


ranks = {}
figure, axes = plt.subplots(1, 4, figsize=(12, 2.9))
for (name, kernel), (small, large) in zip(kernels.items(), ((axes[0], axes[1]), (axes[2], axes[3])), strict=True):
    r = ranks[name] = int(np.linalg.matrix_rank(kernel))
    direct = np.einsum("hwij,ij->hw", windows, kernel, optimize=True)  # (419, 632)
    assert np.allclose(direct, ndimage.correlate(grey, kernel)[4:-4, 4:-4]) and np.allclose(in_passes(grey, kernel, r), direct)
    print(f"{name}: rank {r}, {18 * r} multiply-adds a pixel in passes, {kernel.size} directly")
    small.imshow(kernel, cmap="cividis")
    small.set(title=f"{name}, rank {r}", xlabel="column", ylabel="row")
    large.imshow(direct[60:240, 60:360], cmap="gray", vmin=0, vmax=255)
    large.set(title=f"blurred by the {name}", xlabel="column", ylabel="row")
plt.tight_layout()
plt.show()
assert ranks == {"bell": 1, "disc": 4} and windows.shape == (419, 632, 9, 9) and windows.base is not None
kit.recall("rank-of-a-lens")

# %% [markdown] id="kernel-words"
# *In words: the bell is a bright spot that fades evenly, the disc a flat round plate with steps at its border; both blur the hall.*
#
# The nine rows of the disc are of four kinds, 1, 5, 7 and 9 fields wide: hence rank four.
#
# So lesson 2 saves work in places where nobody spoke of matrices. For the small disc 72 in place of 81 is little. A disc of 101 × 101, as a portrait's background needs it, has more to give, above all where an error is allowed:

# %% id="large-disc"
far = np.arange(-50, 51)
large_disc = (far[:, None] ** 2 + far**2 <= 2500).astype(float)  # (101, 101)
values = np.linalg.svd(large_disc, compute_uv=False)
exact_rank, within_tenth = (next(r for r in range(102) if np.linalg.norm(values[r:]) <= e * np.linalg.norm(values)) for e in (1e-9, 0.1))
for r in (exact_rank, within_tenth):
    print(f"{r} products: {r * 202} multiply-adds a pixel, {r * 202 / 101**2:.0%} of the direct way")
assert (exact_rank, within_tenth) == (31, 9) and round(31 * 202 / 101**2, 2) == 0.61 and round(9 * 202 / 101**2, 2) == 0.18

# %% [markdown] id="large-disc-words"
# Exactly, at 61 % of the cost; with 10 % of its norm left out, at 18 %.

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague types the reading of digits anew and gets two letters the wrong way round:

# %% id="wrong-code"
exchanged = np.einsum("nij,kji->nk", fresh, templates)  # no error
print(f"read rightly: {(exchanged.argmax(axis=1) == right).mean():.1%} in place of {accuracy:.1%}")
assert (exchanged.argmax(axis=1) == right).mean() < 0.2

# %% id="checkpoint-silent"
kit.checkpoint("why-silent")

# %% id="wrong-tool"
odd_images, odd_templates = draw.normal(size=(2, 3, 4)), draw.normal(size=(5, 3, 4))  # every size another one
print("nij,kij->nk gives", np.einsum("nij,kij->nk", odd_images, odd_templates).shape)
try:
    np.einsum("nij,kji->nk", odd_images, odd_templates)
    raise AssertionError("this must fail")
except ValueError as error:
    print("nij,kji->nk:", str(error)[:90], "…")
assert np.allclose(np.einsum("nij,kji->nk", fresh, templates), np.einsum("nij,kij->nk", fresh, templates.transpose(0, 2, 1)))
kit.recall("why-silent")

# %% [markdown] id="wrong-words"
# The pictures are compared with *transposed* templates. Eight rows and eight columns: the letters fit, whichever way round. **The tool: test every contraction once with sizes that are all different**, none of them 1. Then letters that do not belong together cannot meet. **Mended** by `kij`. A square layer (576 to 576) hides a missing transpose in just this way; so does a batch of as many texts as there are heads.
#
# What odd sizes do not find is a letter that is summed and should not be: `"bqhd,bkhd->bqk"` adds up all heads. There the *shape of the result* tells; write it beside the line.

# %% id="wrong-heads"
summed = np.einsum("bqhd,bkhd->bqk", q, k)  # (2, 7, 11): the heads are gone
assert summed.shape == (2, 7, 11) and np.allclose(summed, s.sum(axis=1))

# %% [markdown] id="gradient"
# ## For those who train: the gradient is a contraction too
#
# If $Y$ = `einsum("nd,od->no", X, W)` and $G$ is the derivative of a loss by $Y$, then the derivative by one operand is a contraction of $G$ with *the other* operand, to the letters of the one: `"no,nd->od"` for $W$, `"no,od->nd"` for $X$. Exchange the output with the operand; that is all. It holds for any number of operands when each letter of an operand stands somewhere else too.

# %% id="gradient-code"
tx, tw, tg = (torch.from_numpy(draw.normal(size=shape)).requires_grad_() for shape in ((6, 4), (3, 4), (6, 3)))
(torch.einsum("nd,od->no", tx, tw) * tg.detach()).sum().backward()  # a loss whose derivative by Y is tg
assert torch.allclose(tw.grad, torch.einsum("no,nd->od", tg, tx).detach()) and torch.allclose(tx.grad, torch.einsum("no,od->nd", tg, tw).detach())
print("both gradients agree with torch's; largest difference", float((tw.grad - torch.einsum("no,nd->od", tg, tx)).detach().abs().max()))

# %% [markdown] id="scale"
# ## At scale
#
# A layer too large for one machine is split along a letter. Which one decides what must be sent:
#
# - a letter **of the output** (`f` in `"nd,fd->nf"`): each machine computes its own part of the result; nothing is added up;
# - a **summed** letter (`f` in `"nf,df->nd"`): each machine computes a whole result that is only a part of the sum; the parts must be *added over all machines* (all-reduce).
#
# The feed-forward part of a transformer does the first and then the second, with something element by element between them. Split along $f$ both times, and one addition at the end is enough (Shoeybi et al., 2019).

# %% id="scale-code"
n, d, f, machines = 5, 12, 32, 4
x_in, w_up, w_down = draw.normal(size=(n, d)), draw.normal(size=(f, d)), draw.normal(size=(d, f))
whole = np.einsum("nf,df->nd", np.maximum(np.einsum("nd,fd->nf", x_in, w_up), 0), w_down)  # (5, 12)
parts = []
for part in np.split(np.arange(f), machines):  # each machine holds its own f/4 of both weights
    inner = np.maximum(np.einsum("nd,fd->nf", x_in, w_up[part]), 0)  # (5, 8): no talk needed
    parts.append(np.einsum("nf,df->nd", inner, w_down[:, part]))  # (5, 12): a part of the sum
assert np.allclose(sum(parts), whole) and not np.allclose(parts[0], whole)
tokens_at_once, width, layers = 8192, 4096, 32  # Llama 3 8B, 16 bits
one_sum = 2 * tokens_at_once * width
print(f"one addition is of {one_sum / 2**20:.0f} MiB of results for {tokens_at_once} tokens; two a layer, {layers} layers: {2 * layers * one_sum / 2**30:.0f} GiB")
print(f"split along d the inner result would have to be added: {2 * tokens_at_once * 14336 / 2**20:.0f} MiB for its {14336} numbers a token")
assert one_sum == 64 * 2**20 and 2 * layers * one_sum == 4 * 2**30 and 2 * tokens_at_once * 14336 == 224 * 2**20

# %% [markdown] id="orders-words"
# The second thing that grows is the choice of order. Two operands at a time, $m$ operands can be contracted in $m!\,(m-1)!/2^{m-1}$ orders:

# %% id="orders"
orders = {m: math.factorial(m) * math.factorial(m - 1) // 2 ** (m - 1) for m in (3, 5, 8, 12)}


def chains(left):
    return 1 if left == 1 else left * (left - 1) // 2 * chains(left - 1)  # choose a pair, then go on with one fewer


print({m: f"{o:,}" for m, o in orders.items()})
assert all(chains(m) == o for m, o in orders.items()) and orders[3] == 3 and orders[5] == 180
sizes = [1000, 10, 1000, 10, 1000]  # four matrices in a row: 1000×10, 10×1000, 1000×10, 10×1000
naive = 1000 * 10 * 1000 + 1000 * 1000 * 10 + 1000 * 10 * 1000  # from the left
clever = 10 * 1000 * 10 + 1000 * 10 * 10 + 1000 * 10 * 1000  # the middle pair first: 10×10
matrices = [draw.normal(size=pair) for pair in itertools.pairwise(sizes)]
assert np.allclose(matrices[0] @ (matrices[1] @ matrices[2]) @ matrices[3], matrices[0] @ matrices[1] @ matrices[2] @ matrices[3])
print(f"from the left {naive:,}, the middle first {clever:,} multiply-adds")
assert (naive, clever) == (30_000_000, 10_200_000)

# %% [markdown] id="orders-read"
# To find the best order of a large network is hard (NP-hard, as is known since 1997), so libraries search or guess: `np.einsum(..., optimize=True)` guesses. For up to about eight operands one can try them all. The lab asks for that, also under a limit of memory.

# %% [markdown] id="answer"
# ## The question again
#
# `reshape` keeps the row of bytes and cuts it anew. Where did entry (0, i, j) of what arrived come from? Its place is $640\,i + j$, and in the photograph that place belongs to row $\lfloor(640\,i + j)/1920\rfloor$. So three lines of the first plane are one line of the picture, red, green and blue in turn: left third, middle third, right third, one below the other. And the first plane ends where a third of all bytes ends.

# %% id="answer-code"
def origin(plane, i, j):
    """Row, column and colour of the photograph from which an entry of the reshaped array came."""
    byte = 427 * 640 * plane + 640 * i + j
    return byte // 1920, byte % 1920 // 3, byte % 3


for entry in draw.integers(0, [3, 427, 640], size=(200, 3)):
    assert arrived[tuple(entry)] == photo[origin(*entry)]
print("lines 0, 1, 2 of the first plane begin at", [origin(0, i, 0) for i in range(3)], "; the plane ends at row", origin(0, 426, 639)[0])
assert [origin(0, i, 0)[:2] for i in range(3)] == [(0, 0), (0, 213), (0, 426)] and origin(0, 426, 639)[0] == 142
sent = np.moveaxis(photo, 2, 0)  # (3, 427, 640): the axis moves, and its stride with it
assert np.array_equal(sent, np.einsum("hwc->chw", photo)) and sent.strides == (1, 1920, 3) and np.array_equal(sent[0], photo[:, :, 0])
kit.recall("what-reshape-did")

# %% [markdown] id="answer-words"
# **Mended**: `np.moveaxis(photo, 2, 0)`, or `photo.transpose(2, 0, 1)`, or in letters `np.einsum("hwc->chw", photo)`. The letters say what is meant; a shape only says how many. `reshape` is right when *neighbouring* axes are joined or one is cut, as with the heads above.
#
# One limit: the transposed array is a view with other strides. What then runs through it in the old order jumps 3 bytes a step, and on a GPU that costs bandwidth (course *GPU programming*). Libraries copy it once (`np.ascontiguousarray`).

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** `a` is (2, 3), `b` (3, 4), `c` (2, 3, 4). Which shapes? Replace each `...` by a tuple.

# %% id="exercise-1"
shapes = {"ij,jk->ki with a, b": ..., "ijk->kj with c": ..., "ij,ijk->k with a, c": ..., "ijk,ijk-> with c, c": ...}

# %% id="check-1"
if any(value is ... for value in shapes.values()):
    print("not tried yet")
else:
    kit.equal(shapes["ij,jk->ki with a, b"], (4, 2), because="k is 4, i is 2, in the order after the arrow", known_wrong={"the letters after the arrow give the order": (2, 4)})
    kit.equal(shapes["ijk->kj with c"], (4, 3), because="i is summed", known_wrong={"i is missing after the arrow: it is summed": (2, 4, 3), "k comes first": (3, 4)})
    kit.equal(shapes["ij,ijk->k with a, c"], (4,), because="i and j are summed", known_wrong={"i and j are missing after the arrow: both are summed": (2, 3, 4), "i is missing too": (2, 4)})
    kit.equal(shapes["ijk,ijk-> with c, c"], (), because="nothing after the arrow: one number", known_wrong={"a single number has the shape ()": (1,), "all letters are summed": (2, 3, 4)})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Write the letters. (a) The mean colour of each row of pictures, weights given: `photos` (n, h, w, c) and `weights` (w,) to (n, h, c). (b) Pictures (n, 3, 3) with *transposed* templates (k, 3, 3) to (n, k): the colleague's mistake, this time on purpose. (c) A bilinear form a sample: `x` (n, i), `M` (i, j), `y` (n, j) to (n,). (d) Grouped scores: `q` (b, a, g, m, e), `k` (b, t, g, e) to (b, g, m, a, t).

# %% id="exercise-2"
letters = {"a": ..., "b": ..., "c": ..., "d": ...}

# %% id="check-2"
if any(value is ... for value in letters.values()):
    print("not tried yet")
else:
    r = np.random.default_rng(9)
    photos, weights = r.normal(size=(2, 3, 4, 5)), r.normal(size=4)
    kit.close(np.einsum(letters["a"], photos, weights), np.tensordot(photos, weights, axes=(2, 0)), rtol=1e-9, because="only w is summed", known_wrong={"the colours must stay": np.tensordot(photos, weights, axes=(2, 0)).sum(-1), "the rows must stay": np.tensordot(photos, weights, axes=(2, 0)).sum(1)})
    pictures, patterns = r.normal(size=(2, 3, 3)), r.normal(size=(4, 3, 3))
    kit.close(np.einsum(letters["b"], pictures, patterns), (pictures[:, None] * patterns.transpose(0, 2, 1)).sum((2, 3)), rtol=1e-9, because="row i of the picture meets column i of the template", known_wrong={"that is the template as it is, not transposed": (pictures[:, None] * patterns).sum((2, 3))})
    xs, M, ys = r.normal(size=(3, 2)), r.normal(size=(2, 4)), r.normal(size=(3, 4))
    kit.close(np.einsum(letters["c"], xs, M, ys), np.diag(xs @ M @ ys.T).copy(), rtol=1e-9, because="sample n with itself only", known_wrong={"every sample with every other: both must carry the same letter n": xs @ M @ ys.T, "n must stay": np.trace(xs @ M @ ys.T)})
    qs, ks = r.normal(size=(2, 3, 4, 5, 6)), r.normal(size=(2, 7, 4, 6))
    expected = np.stack([np.stack([np.stack([qs[b, :, g, m] @ ks[b, :, g].T for m in range(5)]) for g in range(4)]) for b in range(2)])
    kit.close(np.einsum(letters["d"], qs, ks), expected, rtol=1e-9, because="each member m of a group uses the keys of its group", known_wrong={"the axes are right, their order is not: b, g, m, a, t": expected.swapaxes(3, 4), "m must stay": expected.sum(2), "groups come before members": expected.swapaxes(1, 2)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `passes(kernel, budget)` decides how to apply a kernel of shape (p, q): return the number of products $r$ that keep its Frobenius error within `budget` times its norm, **or 0 when doing it directly is not dearer**: $r\,(p + q)$ against $p\,q$ multiply-adds a pixel.

# %% id="exercise-3"
def passes(kernel, budget):
    ...


# %% id="check-3"
if passes(np.ones((3, 3)), 0.1) is None:
    print("not tried yet")
else:
    kit.equal(passes(kernels["bell"], 1e-6), 1, because="the bell has rank one", known_wrong={"18 in place of 81 multiply-adds: passes are cheaper": 0})
    kit.equal(passes(kernels["disc"], 1e-6), 4, because="the disc has rank four: 72 against 81", known_wrong={"the rank, not the width": 9, "72 is less than 81": 0})
    kit.equal(passes(kernels["disc"], 0.3), 2, because="with two products 25 % are left out, with one 34 %", known_wrong={
        "take the root of the squares before you compare": 1, "only the next singular value is looked at": 1, "that is the full rank": 4})
    kit.equal(passes(np.eye(9), 1e-6), 0, because="rank nine: 162 against 81", known_wrong={"directly is cheaper here": 9})
    kit.equal(passes(np.outer([1.0, 2], [1.0, 3]), 1e-6), 0, because="rank one, 2 × 2: 4 against 4, so directly", known_wrong={"equal cost counts as not dearer": 1})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Eight machines share the attention of a layer: `"nd,hed->nhe"` for the queries, then scores for each head, then `"nhe,dhe->nd"` for the output. Along which letter does one split, so that only one addition at the end is needed? And how many MiB does that addition hold for 4 096 tokens of width 8 192 in 16 bits?

# %% id="exercise-4"
split_letter = ...  # "n", "d", "h" or "e"
mebibytes = ...

# %% id="check-4"
if split_letter is ... or mebibytes is ...:
    print("not tried yet")
else:
    kit.equal(split_letter, "h", because="each head is computed on its own, and h is summed only in the last step", known_wrong={
        "along d the queries themselves would have to be added up": "d", "scores sum over e: along e they would have to be added up too": "e", "along n every machine needs all weights, and keys of the others' words": "n"})
    kit.close(float(mebibytes), 64.0, because="2 · 4096 · 8192 bytes", known_wrong={"16 bits are 2 bytes": 32.0, "a result is as large on each machine: it is not divided by eight": 8.0, "MiB: divide by 2 to the power of 20": 67.108864})
    print("right")

# %% [markdown] id="next"
# Now the lab `low-rank`: it proves the course. Then *Calculus and automatic differentiation*, or *Numerics and information*.

# %% [markdown] id="summary"
# ## Summary
#
# - An array is a row of numbers with strides; `reshape` cuts anew, `transpose` moves axes.
# - Each letter is a loop; what is missing after the arrow is summed.
# - Cost in one go: the product of all sizes. With three operands or more the order decides.
# - Test with sizes that are all different; write the shape of the result beside the line.
# - Split along a letter of the output and nothing is added; split along a summed one and all machines must add.
#
# | term | 中文 |
# |---|---|
# | tensor, axis | 张量、轴 |
# | stride, view | 步幅、视图 |
# | contraction | 缩并 |
# | einsum (summation convention) | 爱因斯坦求和约定 |
# | separable kernel | 可分离核 |
# | all-reduce | 全规约 |
#
# **Read on.** Tamara G. Kolda, Brett W. Bader, "Tensor Decompositions and Applications", SIAM Review 51 (3), 2009, section 2. · Daniel G. A. Smith, Johnnie Gray, "opt_einsum", Journal of Open Source Software 3 (26), 2018. · Lam Chi-Chung, P. Sadayappan, Rephael Wenger, "On Optimizing a Class of Multi-Dimensional Loops with Reductions for Parallel Execution", Parallel Processing Letters 7 (2), 1997. · Mohammad Shoeybi et al., "Megatron-LM: Training Multi-Billion Parameter Language Models Using Model Parallelism", 2019, section 3. · Aaron Grattafiori et al., "The Llama 3 Herd of Models", 2024, table 3.
