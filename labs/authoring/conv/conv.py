# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A convolution, its gradients, and a residual net for a chip
#
# **You deliver** a convolution in NumPy, once direct and once as a matrix product, its gradients, the exact pixels that an output depends on, a test that names the fault in other people's convolutions, a trained residual net whose norms are folded away, and the measurement that says what the net needs its norms and additions for.
# **Time**: 180 minutes. **Resources**: one CPU core, 1 GB, NumPy (and torch in tasks 7 and 8 alone), no network, no GPU; each cell takes under 10 s, the two checks that train up to 30 on a busy machine.
# **Proves**: `deep-architectures` at B (tasks 1 and 2) and I (tasks 3 to 8). You need the course *Deep architectures*.
# **Score**: 35 points; 1 `size_out` 2, 2 `direct`, `columns`, `conv` 6, 3 `conv_gradients` 6, 4 `field`, `sees` 5, 5 `diagnose` 5, 6 `fold` 2, 7 `train` 5, 8 `ablation`, `conclude` 4. A part of a check earns its points on its own, and no task counts on your answer to task 1. *Public* parts show the input that failed, the first wrong number, the likely cause, and the call of a tool that takes it apart. *Hidden* parts run after you submit, on inputs drawn anew for you: odd sizes, strides that leave a rest, kernels that are not square, other digits. For those you are told the property that failed, and what most often breaks it.
#
# *The situation.* The chip in your form reader has a new unit. It can do 3 × 3 convolutions, add, cut off below 0 and take a mean; it knows no norm. Digits arrive somewhere in the picture. Your team writes the reference that the chip's driver is tested against, and the first network for it. Three suppliers have handed in drivers, and not all of them are right.
#
# **By hand.** Tasks 1 to 6 are graded in a process that holds NumPy and the standard library: a function that uses anything else, itself or through a helper, loads modules by name, runs text as code, fetches things by a text that names them, or uses `getattr`, `vars`, `sys` or threads, earns nothing there. Results have the dtype of the input where arrays come in. **Tolerance**, unless a task names another: $10^{-9}$ in float64 and $10^{-5}$ in float32, relative to the largest number of the array.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np

from graders import kit

# %% [markdown] nbgrader={"grade_id": "task-size", "locked": true}
# ## 1. How many places (2 points)
#
# A row of `n` pixels, `padding` zeros on either side; a kernel of `k` moves by `stride` pixels and stays inside.
#
# | | contract |
# |---|---|
# | `size_out(n, k, stride, padding)` | in how many places it stands; an int. If it does not fit even once: `ValueError` whose text contains the number n + 2 · padding |
#
# By hand: 28 pixels, kernel 5, stride 2, padding 4. The padded row has 36; the kernel begins at 0, 2, 4, …, 30: 16 places. About 4 lines. (If a row of 10 with a kernel of 3 and stride 2 gives you something other than 4 places and one pixel never read: *Deep architectures*, lesson 1.)

# %% nbgrader={"grade_id": "size", "solution": true}
def size_out(n, k, stride, padding):
    """How many places a kernel of k has in a padded row of n."""
    ### BEGIN SOLUTION
    rest = n + 2 * padding - k
    if rest < 0:
        raise ValueError(f"a kernel of {k} does not fit into {n + 2 * padding} pixels")
    return rest // stride + 1
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-size", "grade": true, "points": 2}
SIZES = [  # n, k, stride, padding; how many places; what well-known mistakes give
    ((28, 5, 2, 4), 16, {"one more than the number of strides that fit": 15, "padding stands on both sides": 14, "round down: a stride that does not fit whole gives no output": 17, "padding is not used": 12}),
    ((10, 3, 2, 0), 4, {"round down: a stride that does not fit whole gives no output": 5, "one more than the number of strides that fit": 3}),
    ((4, 8, 3, 2), 1, {"8 pixels with the padding and a kernel of 8: it fits once": 0}),
    ((7, 2, 4, 1), 2, {"padding stands on both sides": 1, "one more than the number of strides that fit": 1, "round down: a stride that does not fit whole gives no output": 3}),
    ((9, 9, 1, 0), 1, {"one more than the number of strides that fit": 0}),
    ((12, 4, 5, 3), 3, {"padding stands on both sides": 2, "round down: a stride that does not fit whole gives no output": 4}),
]
score = kit.Score(2)
with score.part(1, "how many places, by hand; a kernel that does not fit is refused"):
    kit.by_hand(size_out)
    for (n, k, stride, padding), right, wrong in SIZES:
        kit.equal(int(size_out(n, k, stride, padding)), right, because=f"size_out({n}, {k}, {stride}, {padding}): the kernel begins at 0, {stride}, … and stays within {n + 2 * padding} pixels", known_wrong=wrong)
    kit.raises(ValueError, size_out, 3, 8, 1, 2, match=r"\b7\b")
    ### BEGIN HIDDEN TESTS
    r = kit.rng("no table")
    drawn = [(k + int(r.integers(0, 30)), k, int(r.integers(1, 6)), int(r.integers(0, 3))) for k in r.integers(1, 9, size=12).tolist()]
    kit.require(all(int(size_out(n, k, s, p)) == len(range(0, n + 2 * p - k + 1, s)) for n, k, s, p in drawn), "right for the sizes that stand in the check, wrong for others that were drawn: count the places, look nothing up")
    ### END HIDDEN TESTS
### BEGIN HIDDEN TESTS
with score.part(1, "other sizes, and kernels that are too large by one (most often: rounded up where a stride does not fit whole, or no error)", hidden=True):
    kit.by_hand(size_out)
    for n, k, stride, padding in kit.examples(lambda r: [int(i) for i in (r.integers(5, 60), r.integers(1, 6), r.integers(1, 8), r.integers(0, 4))], n=40, name="sizes"):
        kit.equal(int(size_out(n, k, stride, padding)), len(range(0, n + 2 * padding - k + 1, stride)))
        kit.equal(int(size_out(n, n + 2 * padding, stride, padding)), 1)
        kit.raises(ValueError, size_out, n, n + 2 * padding + 1, stride, padding, match=rf"\b{n + 2 * padding}\b")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-conv", "locked": true}
# ## 2. Direct, and as one matrix product (6 points)
#
# Pictures are `x` (n, c, height, width), kernels `w` (o, c, kh, kw), the bias `b` (o,). All around each picture stand `padding` zeros; the kernel moves by `stride` pixels in both directions and stays inside. It is **not** turned over:
#
# $$\text{out}[n, o, i, j] = b_o + \sum_{c, u, v} w[o, c, u, v] \; x_{\text{padded}}[n, c, \; i \cdot \text{stride} + u, \; j \cdot \text{stride} + v].$$
#
# How many places there are comes as `places = (rows, cols)`; the checks hand over the right numbers, whatever your `size_out` says.
#
# | | contract |
# |---|---|
# | `direct(x, w, b, stride, padding, places)` | the formula, as plainly as you can: (n, o, rows, cols) |
# | `columns(x, kh, kw, stride, padding, places)` | a matrix with one **row for each place** of the kernel (picture by picture, then from top to bottom, then from left to right) and in it the numbers that the kernel sees there, ordered as one kernel `w[o]` is: channel, row, column. Shape (n · rows · cols, c · kh · kw) |
# | `conv(x, w, b, stride, padding, places)` | the same as `direct`, through **one** product with `columns(…)`, and fast: for 48 pictures (8, 40, 40) with 16 kernels of 3 × 3, float32, in less than a third of the time of a loop over places and kernels, each a product and a sum over all pictures (the best of three runs each, on new pictures; the reference needs a tenth) |
#
# By hand: the picture $\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \\ 7 & 8 & 9 \end{pmatrix}$ with the kernel $\begin{pmatrix} 1 & 0 \\ 0 & -1 \end{pmatrix}$ gives $-4$ in each of its 2 × 2 places; the rows of `columns` are (1, 2, 4, 5), (2, 3, 5, 6), (4, 5, 7, 8), (5, 6, 8, 9). Specification, executable: `specification(2)`, two cells below. About 25 lines in all.

# %% nbgrader={"grade_id": "conv", "solution": true}
def direct(x, w, b, stride, padding, places):
    """(n, c, height, width), (o, c, kh, kw), (o,) -> (n, o, rows, cols), place by place."""
    ### BEGIN SOLUTION
    (rows, cols), (o, _, kh, kw) = places, w.shape
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((len(x), o, rows, cols), dtype=x.dtype)
    for i in range(rows):
        for j in range(cols):
            seen = wide[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]  # (n, c, kh, kw)
            for f in range(o):
                out[:, f, i, j] = (seen * w[f]).sum(axis=(1, 2, 3)) + b[f]
    return out
    ### END SOLUTION


def columns(x, kh, kw, stride, padding, places):
    """What the kernel sees, a row for each place: (n * rows * cols, c * kh * kw)."""
    ### BEGIN SOLUTION
    (rows, cols), (n, c) = places, x.shape[:2]
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    seen = np.empty((n, rows, cols, c, kh, kw), dtype=x.dtype)
    for u in range(kh):
        for v in range(kw):
            shifted = wide[:, :, u : u + stride * rows : stride, v : v + stride * cols : stride]  # (n, c, rows, cols)
            seen[:, :, :, :, u, v] = shifted[:, :, :rows, :cols].transpose(0, 2, 3, 1)
    return seen.reshape(n * rows * cols, c * kh * kw)
    ### END SOLUTION


def conv(x, w, b, stride, padding, places):
    """The same as direct, by one matrix product."""
    ### BEGIN SOLUTION
    (rows, cols), (o, _, kh, kw) = places, w.shape
    out = columns(x, kh, kw, stride, padding, places) @ w.reshape(o, -1).T + b  # (n * rows * cols, o)
    return out.reshape(len(x), rows, cols, o).transpose(0, 3, 1, 2)
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tools-text", "locked": true}
# **Tools for looking.** The next cell holds what the checks and tools below share. `theirs(x, w, b, stride, padding)` is torch's convolution, to compare with; `trace(x, w, b, stride, padding, i, j)` prints what the kernel sees at output $(i, j)$ of the first picture, channel by channel, what comes of it, and where your three versions stand. `specification(task)` holds your functions against the sentences of a task's contract, on small inputs, and says of each whether it holds and, where it does not, for what; it counts nothing. Call it before you write a task, to read what is wanted, and again while you write it.

# %% nbgrader={"grade_id": "tools", "locked": true}
import torch

torch.set_num_threads(1)


def theirs(x, w, b, stride, padding):
    """By torch, as an array."""
    with torch.no_grad():
        return torch.nn.functional.conv2d(*(torch.tensor(t.copy()) for t in (x, w, b)), stride, padding).numpy()


def places_of(x, w, stride, padding):
    """How many places there are: (rows, cols)."""
    return theirs(x[:1, :1], w[:1, :1], np.zeros(1, dtype=x.dtype), stride, padding).shape[2:]


def true_columns(x, kh, kw, stride, padding):
    """By torch, a row for each place."""
    found = torch.nn.functional.unfold(torch.tensor(x.copy()), (kh, kw), padding=padding, stride=stride)
    return found.transpose(1, 2).reshape(-1, x.shape[1] * kh * kw).numpy()


def bordered(x, padding):
    """Pictures with zeros around them."""
    return np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * 2))


def random_sizes(r, most, kernel, room):
    """Random sizes that fit: of pictures, kernels and bias, then stride and padding."""
    stride, padding = int(r.integers(1, 4)), int(r.integers(0, kernel))
    n, c, o = (int(i) for i in r.integers(1, most + 1, size=3))
    kh, kw = (int(i) for i in r.integers(1, kernel + 1, size=2))
    height, width = (int(max(1, k - 2 * padding) + r.integers(0, room)) for k in (kh, kw))
    return (n, c, height, width), (o, c, kh, kw), (o,), stride, padding


def case(r, dtype=np.float64):
    """Pictures, kernels, bias, stride and padding."""
    *shapes, stride, padding = random_sizes(r, 3, 4, 9)
    return *(r.normal(size=size).astype(dtype) for size in shapes), stride, padding


def small(r, kernel=3, room=4):
    """A case that can be read: a few whole numbers."""
    *shapes, stride, padding = random_sizes(r, 2, kernel, room)
    return *(r.integers(-9, 10, size=size).astype(np.float64) for size in shapes), stride, padding


LONG = []  # what is too long to be written out


def pasted(name, *given):
    """A call to paste into a cell of your own; its arrays are written out, or kept in LONG."""
    def written(thing):
        return f"np.array({''.join(np.array2string(thing, separator=',', threshold=thing.size + 1).split())})" if isinstance(thing, np.ndarray) else repr(thing)

    call = f"{name}({', '.join(map(written, given))})"
    if len(call) <= 200:
        return call
    LONG.append(given)
    return f"{name}(*LONG[{len(LONG) - 1}])"


def shapes(**given):
    """Shapes of arrays, and numbers, in words."""
    return ", ".join(f"{name} {np.shape(thing)}" if np.ndim(thing) else f"{name} {thing}" for name, thing in given.items())


def asked(function, *given):
    """What a function gives; where it stops, what it was given is told."""
    try:
        return function(*given)
    except (kit.CheckFailed, NotImplementedError):
        raise
    except Exception:
        print(f"it stops for {', '.join(str(np.shape(thing)) if isinstance(thing, np.ndarray) else repr(thing) for thing in given)}")
        if sum(np.size(thing) for thing in given if isinstance(thing, np.ndarray)) < 300:
            print(pasted("call it with ", *given))
        raise


def trace(x, w, b, stride, padding, i, j):
    """Print one output of the first kernel on the first picture, step by step."""
    out, places = theirs(x, w, b, stride, padding), places_of(x, w, stride, padding)
    place = i * places[1] + j
    seen = true_columns(x, *w.shape[2:], stride, padding)[place].reshape(w.shape[1:])
    for c, (part, kernel) in enumerate(zip(seen, w[0])):
        print(f"channel {c} sees {part.tolist()}, kernel {kernel.tolist()}, sum of products {(part * kernel).sum():.6g}")
    print(f"with the bias {float(b[0]):.6g}: {out[0, 0, i, j]:.6g}")
    yours = {
        "direct": lambda: f"{float(direct(x, w, b, stride, padding, places)[0, 0, i, j]):.6g}", "conv": lambda: f"{float(conv(x, w, b, stride, padding, places)[0, 0, i, j]):.6g}",
        f"columns, in row {place},": lambda: columns(x, *w.shape[2:], stride, padding, places)[place].tolist()}
    for name, given in yours.items():
        try:
            print(f"{name} gives {given()}")
        except Exception as error:
            print(f"{name} stops: {error!r}")


SENTENCES = {}  # task: what is drawn, and for each sentence whether it holds for that


def specification(task):
    """Hold your functions against each sentence of a task's contract, and say what holds."""
    draw, sentences = SENTENCES[task]
    for sentence, holds in sentences.items():
        said = "holds"
        for _ in range(1 if task >= 7 else 5):
            drawn = draw(np.random.default_rng())
            shown = pasted(" for ", *drawn) if task < 5 else ""
            try:
                said = said if holds(*drawn) else f"does NOT hold{shown}"
            except NotImplementedError:
                said = "is not written yet, or needs what is not"
            except kit.CheckFailed as failed:
                said = f"does NOT hold: {failed}"
            except Exception as error:
                said = f"stops with {error!r}{shown}"
            if said != "holds":
                break
        print(f"{sentence}: {said}")


def in_single(*given):
    """The same in float32."""
    return [t.astype(np.float32) if isinstance(t, np.ndarray) else t for t in given]


def moves_along(function, x):
    """Whether pictures without their first row, or column, give the results without theirs, at stride 1 without padding."""
    whole = function(x)  # (n, rows, cols, ...)
    return np.allclose(function(x[:, :, 1:]), whole[:, 1:]) and np.allclose(function(x[:, :, :, 1:]), whole[:, :, 1:])


def placed(x, w, stride=1, padding=0):
    """Your columns, laid out by places: (n, rows, cols, c · kh · kw)."""
    places = places_of(x, w, stride, padding)
    return columns(x, *w.shape[2:], stride, padding, places).reshape(len(x), *places, -1)


def straight(x, w, b, stride, padding):
    """Your direct, with the right number of places."""
    return direct(x, w, b, stride, padding, places_of(x, w, stride, padding))


def with_row(x, w):
    """The same pictures with a border of ones, so that a row and a column may go."""
    return np.pad(x, ((0, 0), (0, 0), *[(w.shape[2], w.shape[3])] * 2), constant_values=1.0)


SENTENCES[2] = small, {
    "direct: (n, o, rows, cols)": lambda x, w, b, s, p: straight(x, w, b, s, p).shape == (len(x), len(w), *places_of(x, w, s, p)),
    "direct: a kernel as large as the picture has one place; it gives the sum of the products, plus the bias": lambda x, w, b, s, p: np.allclose(straight(w[:1], w[-1:], b[:1], s, 0), np.vdot(w[0], w[-1]) + b[0]),
    "direct: a picture without its first row or column gives the outputs without theirs (stride 1, no padding)": lambda x, w, b, s, p: moves_along(lambda x: straight(x, w, b, 1, 0).transpose(0, 2, 3, 1), with_row(x, w)),
    "direct: padding is the same as zeros that were there before": lambda x, w, b, s, p: np.allclose(straight(x, w, b, s, p), straight(bordered(x, p), w, b, s, 0)),
    "direct: stride s leaves every s-th row and column of the outputs of stride 1": lambda x, w, b, s, p: np.allclose(straight(x, w, b, s, p), straight(x, w, b, 1, p)[:, :, ::s, ::s]),
    "columns: with a kernel as large as the pictures a row is a picture: channel, row, column": lambda x, w, b, s, p: np.array_equal(columns(x, *x.shape[2:], s, 0, (1, 1)), [picture.ravel() for picture in x]),
    "columns: a picture without its first row or column gives the rows of the places that are left (stride 1, no padding)": lambda x, w, b, s, p: moves_along(lambda x: placed(x, w), with_row(x, w)),
    "columns: padding is the same as zeros that were there before, stride s leaves every s-th row and column of places": lambda x, w, b, s, p: np.array_equal(placed(x, w, s, p), placed(bordered(x, p), w)[:, ::s, ::s]),
    "conv: the same as direct": lambda x, w, b, s, p: np.allclose(conv(x, w, b, s, p, places_of(x, w, s, p)), straight(x, w, b, s, p)),
    "all three: float32 in, float32 out": lambda x, w, b, s, p: {str(t.dtype) for t in (straight(*in_single(x, w, b), s, p), conv(*in_single(x, w, b), s, p, places_of(x, w, s, p)), placed(*in_single(x, w), s, p))} == {"float32"},
}

trace(np.arange(1.0, 10).reshape(1, 1, 3, 3), np.array([[[[1.0, 0], [0, -1]]]]), np.zeros(1), 1, 0, 0, 1)

# %% nbgrader={"grade_id": "check-conv", "grade": true, "points": 6}
def mistakes(x, w, b, stride, padding):
    """What well-known mistakes give, by name; only those that differ from the right answer."""
    right, shaped = theirs(x, w, b, stride, padding), (-1, 1, 1)
    known = {
        "the kernel is not turned over here": theirs(x, w[:, :, ::-1, ::-1], b, stride, padding), "the bias is missing": right - b.reshape(shaped), "the bias is added once, not for each channel": right + (x.shape[1] - 1) * b.reshape(shaped), "every kernel gets the first bias": right + (b[0] - b).reshape(shaped), "rows and columns of the output are exchanged": right.swapaxes(2, 3),
        "the stride is forgotten: the output in row i and column j begins at pixel i · stride, j · stride": theirs(x, w, b, 1, padding)[:, :, : right.shape[2], : right.shape[3]],
        "the border is filled with zeros, not with the edge": theirs(np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * 2), mode="edge"), w, b, stride, 0)}
    if w.shape[2] == w.shape[3]:
        known["rows and columns of the kernel are exchanged"] = theirs(x, w.transpose(0, 1, 3, 2), b, stride, padding)
    if x.shape[1] > 1:
        known["the channels meet the wrong parts of the kernel"] = theirs(x, w[:, ::-1], b, stride, padding)
    return {name: value for name, value in known.items() if value.shape != right.shape or not np.allclose(value, right)}


def first_wrong(got, wanted):
    """Where the first wrong number stands; the very first place where shapes or kinds differ."""
    off = ~np.isclose(got, wanted) if got.shape == wanted.shape and got.dtype.kind in "iuf" else np.ones(wanted.shape)
    return tuple(int(at) for at in np.argwhere(off)[0]) if off.any() else (0,) * wanted.ndim


def held_up(function, given, known_wrong):
    """Compare outputs with the right ones; the message names the call of trace that shows the first wrong one."""
    x, w, b, stride, padding = given
    got, wanted = np.asarray(asked(function, *given, places_of(x, w, stride, padding))), theirs(*given)
    n, o, i, j = first_wrong(got, wanted)
    shown = pasted("trace", x[n : n + 1], w[o : o + 1], b[o : o + 1], stride, padding, i, j)
    kit.close(got, wanted, rtol=1e-9, atol=1e-10, because=f"{shapes(x=x, w=w, b=b, stride=stride, padding=padding)}: kernel {o} at place ({i}, {j}) of picture {n}; next, step by step: {shown}", known_wrong=known_wrong)


COUNT = np.arange(1.0, 10).reshape(1, 1, 3, 3)
score = kit.Score(6)
with score.part(1, "direct: the 3 × 3 picture by hand, and small pictures with padding and stride"):
    kit.by_hand(direct)
    kernel = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    kit.close(np.asarray(asked(direct, COUNT, kernel, np.zeros(1), 1, 0, (2, 2))), np.full((1, 1, 2, 2), -4.0), because="the picture 1 … 9 and the kernel (1, 0), (0, -1): 1 - 5, 2 - 6, 4 - 8, 5 - 9; the cell of the tools above shows the second", known_wrong={"the kernel is not turned over here": np.full((1, 1, 2, 2), 4.0), "the place of the output is the place of the kernel": COUNT[:, :, :2, :2]})
    for given in kit.examples(small, n=10, name="direct"):
        held_up(direct, given, mistakes(*given))
with score.part(1, "columns: a row for each place, in it channel, row, column"):
    kit.by_hand(columns)
    wanted = np.array([[1.0, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]])
    kit.close(np.asarray(asked(columns, COUNT, 2, 2, 1, 0, (2, 2))), wanted, because="the picture 1 … 9 and a kernel of 2 × 2: four places, four numbers each", known_wrong={"that is a column for each place: turn it over": wanted.T, "from left to right first, then down": wanted[[0, 2, 1, 3]]})
    for x, w, b, stride, padding in kit.examples(small, n=10, name="columns"):
        (o, c, kh, kw), (n, _, rows, cols) = w.shape, theirs(x, w, b, stride, padding).shape
        got, wanted = np.asarray(asked(columns, x, kh, kw, stride, padding, (rows, cols))), true_columns(x, kh, kw, stride, padding)
        wrong = {"the channel comes first, then row and column: transpose before reshape": wanted.reshape(len(wanted), c, kh * kw).transpose(0, 2, 1).reshape(len(wanted), -1), "that is a column for each place: turn it over": wanted.T,
                 "all pictures' first places come first: a picture's places stay together": wanted.reshape(n, rows * cols, -1).swapaxes(0, 1).reshape(wanted.shape), "from left to right first, then down": wanted.reshape(n, rows, cols, -1).swapaxes(1, 2).reshape(wanted.shape)}
        row, _ = first_wrong(got, wanted)
        picture, i, j = row // (rows * cols), row // cols % rows, row % cols
        shown = pasted("trace", x[picture : picture + 1], w[:1], b[:1], stride, padding, i, j)
        kit.close(got, wanted, because=f"{shapes(x=x, kh=kh, kw=kw, stride=stride, padding=padding, places=(rows, cols))}: row {row} is place ({i}, {j}) of picture {picture}; next, what stands there: {shown}", known_wrong={name: value for name, value in wrong.items() if value.shape != wanted.shape or not np.allclose(value, wanted)})
with score.part(1, "conv: the same as the formula, by columns"):
    kit.by_hand(conv)
    for given in kit.examples(small, n=10, name="conv"):
        right = theirs(*given)
        laid_out = {"the product has the order (picture, row, column, kernel): a reshape alone mixes it up": right.transpose(0, 2, 3, 1).reshape(right.shape), "turned over, the product has the order (kernel, picture, row, column): pictures and kernels have still to change places": right.swapaxes(0, 1).reshape(right.shape)}
        held_up(conv, given, {**mistakes(*given), **{name: value for name, value in laid_out.items() if not np.allclose(value, right)}})
### BEGIN HIDDEN TESTS
def by_loop(x, w, b):
    """Stride 1, padding 1, place by place and kernel by kernel: what conv has to be faster than."""
    wide, (kh, kw) = bordered(x, 1), w.shape[2:]
    out = np.empty(theirs(x, w, b, 1, 1).shape, dtype=x.dtype)
    for i, j, o in np.ndindex(*out.shape[2:], len(w)):
        out[:, o, i, j] = (wide[:, :, i : i + kh, j : j + kw] * w[o]).sum(axis=(1, 2, 3)) + b[o]
    return out


with score.part(1, "direct and columns: other sizes, strides larger than the kernel, strides that leave a rest, a padding as wide as the kernel, both dtypes (most often: the last places cut, or float64 out of float32)", hidden=True):
    kit.by_hand(direct, columns)
    for x, w, b, stride, padding in kit.examples(case, n=25, name="others"):
        places = places_of(x, w, stride, padding)
        kit.close(np.asarray(direct(x, w, b, stride, padding, places)), theirs(x, w, b, stride, padding), rtol=1e-9, atol=1e-10)
        kit.close(np.asarray(columns(x, *w.shape[2:], stride, padding, places)), true_columns(x, *w.shape[2:], stride, padding))
    x, w, b = kit.rng("jump").normal(size=(2, 1, 9, 8)), kit.rng("jump kernel").normal(size=(2, 1, 1, 2)), np.zeros(2)
    kit.close(np.asarray(direct(x, w, b, 4, 1, (3, 3))), theirs(x, w, b, 4, 1), rtol=1e-9, atol=1e-10)
    kit.close(np.asarray(columns(x, 1, 2, 4, 1, (3, 3))), true_columns(x, 1, 2, 4, 1))
    single = np.asarray(direct(*(t.astype(np.float32) for t in (x, w, b)), 4, 1, (3, 3))), np.asarray(columns(x.astype(np.float32), 1, 2, 4, 1, (3, 3)))
    kit.equal([str(t.dtype) for t in single], ["float32", "float32"])
    kit.close(single[0].astype(np.float64), theirs(x, w, b, 4, 1), rtol=0, atol=1e-5)
with score.part(1, "conv on other sizes in float64 and in float32, which stays float32; nothing that was given has changed (most often: the wrong order when the product is laid out by kernels)", hidden=True):
    kit.by_hand(conv)
    for i, (x, w, b, stride, padding) in enumerate(kit.examples(lambda r: case(r, (np.float64, np.float32)[int(r.integers(2))]), n=30, name="both")):
        given = x[:, :, ::-1] if i % 2 else x  # a view, not contiguous
        result = np.asarray(kit.unchanged(conv, given, w, b, stride, padding, places_of(x, w, stride, padding)))
        kit.equal(str(result.dtype), str(x.dtype))
        size = max(1.0, float(np.abs(result).max()))
        kit.close(result, theirs(given, w, b, stride, padding), rtol=0, atol=size * (1e-9 if x.dtype == np.float64 else 1e-5))
with score.part(1, "conv is fast: 48 pictures of 8 channels, 40 × 40 pixels, 16 kernels of 3 × 3 in under a third of the time of a loop (most often: a loop over places, or columns filled place by place)", hidden=True):
    import time

    kit.by_hand(conv)
    taken, by_loops = [], []
    for turn in range(3):
        r = kit.rng(f"large {turn}")
        x, w, b = r.normal(size=(48, 8, 40, 40)).astype(np.float32), r.normal(size=(16, 8, 3, 3)).astype(np.float32), r.normal(size=16).astype(np.float32)
        begun = time.perf_counter()
        result = np.asarray(conv(x, w, b, 1, 1, (40, 40)))
        ended = time.perf_counter()
        by_loop(x, w, b)
        taken.append(ended - begun)
        by_loops.append(time.perf_counter() - ended)
        kit.close(result, theirs(x, w, b, 1, 1), rtol=0, atol=2e-4)
        if 3 * min(taken) < min(by_loops) or taken[-1] > 3 * by_loops[-1]:
            break
    kit.require(3 * min(taken) < min(by_loops), "too slow: no loop over pictures, kernels or places; let one matrix product do the work")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-gradients", "locked": true}
# ## 3. Its gradients (6 points)
#
# The convolution stands somewhere in a network. From behind comes `up`, the slope of the loss by each of its outputs. (The gradient with respect to a kernel of shape (8, 3, 5, 5) has that shape again. If you cannot say how to get it: lesson 1, *A layer like any other*.)
#
# | | contract |
# |---|---|
# | `conv_gradients(x, w, up, stride, padding)` | `up` (n, o, rows, cols). Returns the slopes of the loss by `x`, by `w` and by `b`: arrays of the shapes (n, c, height, width), (o, c, kh, kw), (o,), in the dtype of `x`. **No trying out**: before any part counts, 4 pictures (4, 24, 24) with 4 kernels of 3 × 3 have to be done in less than 3 s, in which moving one number after the other gets nowhere (over 10 000 numbers, two convolutions each). The last part asks for more: 24 pictures (8, 40, 40) with 16 kernels of 3 × 3, float32, in less than 3 s (the better of two runs; the reference needs under 0.1) |
#
# Each output $i$ took pixel $i \cdot \text{stride} + u$ times $w[u]$. So `up[i]` goes back to that pixel times $w[u]$, and to $w[u]$ times that pixel; a pixel that several outputs have read gets the sum, one that none has read gets 0. By hand, in one row: $x = (1, 2, 3)$, $w = (10, 1)$, $up = (1, 100)$ give $dx = (10, 1001, 100)$, $dw = (201, 302)$, $db = 101$. About 15 lines. Specification, executable: `specification(3)`, two cells below.

# %% nbgrader={"grade_id": "gradients", "solution": true}
def conv_gradients(x, w, up, stride, padding):
    """Slopes by x, w and b: (n, c, height, width), (o, c, kh, kw), (o,)."""
    ### BEGIN SOLUTION
    n, c, height, width = x.shape
    o, _, kh, kw = w.shape
    rows, cols = up.shape[2:]
    flat = up.transpose(0, 2, 3, 1).reshape(-1, o)  # (n * rows * cols, o)
    dw = (flat.T @ columns(x, kh, kw, stride, padding, (rows, cols))).reshape(w.shape)
    db = flat.sum(axis=0)
    back = (flat @ w.reshape(o, -1)).reshape(n, rows, cols, c, kh, kw)  # what goes back to each number that was seen
    wide = np.zeros((n, c, height + 2 * padding, width + 2 * padding), dtype=x.dtype)
    for u in range(kh):
        for v in range(kw):
            for i in range(rows):
                wide[:, :, i * stride + u, v : v + stride * (cols - 1) + 1 : stride] += back[:, i, :, :, u, v].transpose(0, 2, 1)
    return wide[:, :, padding : padding + height, padding : padding + width], dw, db
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-stepped", "locked": true}
# **A tool for looking.** `stepped(x, w, up, stride, padding, name, place)` moves **one** number, of `"x"`, `"w"` or `"b"`, up by 1 and prints which outputs change by how much, what that changes in the loss, and your slope beside it. A convolution is linear in each of its numbers, so a step of 1 is as exact as a small one.

# %% nbgrader={"grade_id": "stepped", "locked": true}
def stepped(x, w, up, stride, padding, name, place):
    """Print what a step of one number changes, and your slope beside it."""
    given = {"x": x, "w": w, "b": np.zeros(len(w))}
    moved = {key: t.copy() for key, t in given.items()}
    moved[name][place] += 1
    change = theirs(*moved.values(), stride, padding) - theirs(*given.values(), stride, padding)
    for at in np.argwhere(change):
        at = tuple(at.tolist())
        print(f"output {at} changes by {change[at]:.6g}, times its slope {up[at]:.6g}")
    print(f"so the loss changes by {float((change * up).sum()):.6g}")
    try:
        slopes = np.asarray(dict(zip("xwb", conv_gradients(x, w, up, stride, padding)))[name])
        print(f"your d{name} has shape {slopes.shape}, {name} has {given[name].shape}")
        print(f"your slope at {place}: {float(slopes[place]):.6g}")
    except Exception as error:
        print(f"conv_gradients stops: {error!r}")


def small_up(r):
    """A small case, with the slopes that come from behind in place of the bias."""
    x, w, b, stride, padding = small(r, 2, 3)
    return x, w, r.integers(-9, 10, size=theirs(x, w, b, stride, padding).shape).astype(np.float64), stride, padding


def whole(r, thing):
    """Other numbers of the same shape."""
    return r.integers(-9, 10, size=thing.shape).astype(np.float64)


SENTENCES[3] = small_up, {
    "dx, dw, db: three arrays, of the shapes of x, w and b": lambda x, w, up, s, p: [np.shape(g) for g in conv_gradients(x, w, up, s, p)] == [x.shape, w.shape, (len(w),)],
    "dx: any other pictures z, convolved and weighed with up, give (z · dx).sum()": lambda x, w, up, s, p: (lambda z: np.isclose((theirs(z, w, np.zeros(len(w)), s, p) * up).sum(), (z * conv_gradients(x, w, up, s, p)[0]).sum()))(whole(np.random.default_rng(), x)),
    "dw: any other kernels v, weighed with up, give (v · dw).sum()": lambda x, w, up, s, p: (lambda v: np.isclose((theirs(x, v, np.zeros(len(w)), s, p) * up).sum(), (v * conv_gradients(x, w, up, s, p)[1]).sum()))(whole(np.random.default_rng(), w)),
    "db: a bias enters at every place of every picture": lambda x, w, up, s, p: np.isclose(conv_gradients(x, w, up, s, p)[2].sum(), up.sum()),
    "twice the slopes from behind, twice all three": lambda x, w, up, s, p: all(np.allclose(b, 2 * a) for a, b in zip(conv_gradients(x, w, up, s, p), conv_gradients(x, w, 2 * up, s, p))),
    "float32 in, float32 out": lambda x, w, up, s, p: [str(g.dtype) for g in conv_gradients(*in_single(x, w, up), s, p)] == ["float32"] * 3,
}

stepped(np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]]), np.array([[[[1.0, 100.0]]]]), 1, 0, "x", (0, 0, 0, 1))

# %% nbgrader={"grade_id": "check-gradients", "grade": true, "points": 6}
def autograd(x, w, up, stride, padding):
    """Slopes by torch, as arrays."""
    x, w, b = torch.tensor(x.copy(), requires_grad=True), torch.tensor(w.copy(), requires_grad=True), torch.zeros(len(w), dtype=torch.from_numpy(w.copy()).dtype, requires_grad=True)
    out = torch.nn.functional.conv2d(x, w, b, stride, padding)
    return [g.numpy() for g in torch.autograd.grad(out, (x, w, b), torch.tensor(up.copy()))]


def with_up(r, dtype=np.float64):
    """A case and the slopes that come from behind."""
    x, w, b, stride, padding = case(r, dtype)
    return x, w, r.normal(size=theirs(x, w, b, stride, padding).shape).astype(dtype), stride, padding


def three(result):
    """The three results as arrays."""
    kit.equal(len(result), 3, because="slopes by x, by w and by b")
    return [np.asarray(g) for g in result]


NEEDED = []  # seconds for the pictures of the contract, measured once


def no_trying_out():
    """Stop when the pictures of the contract take more than 3 s: each number is moved for itself."""
    import time

    kit.by_hand(conv_gradients)
    if not NEEDED:
        r = np.random.default_rng(0)
        given = r.normal(size=(4, 4, 24, 24)), r.normal(size=(4, 4, 3, 3)), r.normal(size=(4, 4, 24, 24)), 1, 1
        begun = time.perf_counter()
        asked(conv_gradients, *given)
        NEEDED.append(time.perf_counter() - begun)
    kit.require(NEEDED[0] < 3, f"4 pictures (4, 24, 24) took {NEEDED[0]:.1f} s, 3 are allowed: moving one number after the other is no gradient; send up back through the columns")


def sloped(which, given, known):
    """Compare one of the three with torch's; the message says which number to move."""
    x, w, up, stride, padding = given
    name, shape = "xwb"[which], (x.shape, w.shape, (len(w),))[which]
    right = autograd(*given)[which]
    rest = [(size + 2 * padding - k) % stride for size, k in zip(x.shape[2:], w.shape[2:])]
    left = f"; the strides leave a rest of {rest[0]} rows and {rest[1]} columns that no output has read: their slope is 0, and they are part of dx" if name == "x" and any(rest) else ""
    told = f"{shapes(x=x, w=w, up=up, stride=stride, padding=padding)}{left}; next: "
    try:
        got = three(asked(conv_gradients, *given))[which]
    except (ValueError, IndexError) as error:
        raise kit.CheckFailed(f"conv_gradients stops: {error}", because=told + "print the shapes of what is added and of where it goes", likely="make room for the whole padded picture, the rest after the strides included, and cut the padding off at the end" if left else "") from None
    place = first_wrong(got, right)
    kit.close(got, right, rtol=1e-9, atol=1e-10, because=f"d{name}, of shape {shape}; {told}{pasted('stepped', *given, name, place)}", known_wrong={cause: value for cause, value in known(right).items() if value.shape != right.shape or np.abs(value - right).max() > 1e-9})


def wrong_pixels(x, w, up, stride, padding):
    """What well-known mistakes give for dx, by name."""
    wide = autograd(bordered(x, padding), w, up, stride, 0)[0]
    read = [stride * (places - 1) + k for places, k in zip(up.shape[2:], w.shape[2:])]
    return lambda right: {
        "the kernel is turned over: pixel i · stride + u was read with weight u": autograd(x, w[:, :, ::-1, ::-1], up, stride, padding)[0], "the padding is cut off on one side only: the picture begins `padding` rows and columns further in": wide[:, :, : x.shape[2], : x.shape[3]], "the padding is kept: cut it off on all four sides": wide,
        "the strides leave a rest that no output has read: those rows and columns get 0, and belong to dx": wide[:, :, padding : min(read[0], padding + x.shape[2]), padding : min(read[1], padding + x.shape[3])], "the mean over the pictures, not each picture's own": right / len(x)}


ROW, TWO, BEHIND = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]]), np.array([[[[1.0, 100.0]]]])
score = kit.Score(6)
with score.part(1, "by hand: the bias gets the sum, the kernel what it saw times what came back"):
    no_trying_out()
    _, dw, db = three(asked(conv_gradients, ROW, TWO, BEHIND, 1, 0))
    kit.close(db, np.array([101.0]), because="x = (1, 2, 3), w = (10, 1), up = (1, 100): the bias enters at both places", known_wrong={"the sum over the places, not the mean": np.array([50.5])})
    kit.close(dw, np.array([[[[201.0, 302.0]]]]), because="x = (1, 2, 3), w = (10, 1), up = (1, 100): 1·1 + 2·100 and 2·1 + 3·100", known_wrong={"the kernel is turned over": np.array([[[[302.0, 201.0]]]]), "that is a mean over the places": np.array([[[[100.5, 151.0]]]])})
    for given in kit.examples(small_up, n=8, name="kernel"):
        pictures = len(given[0])
        sloped(2, given, lambda right: {"the sum over all pictures, not the mean": right / pictures})
        sloped(1, given, lambda right: {"the sum over all pictures, not the mean": right / pictures, "the kernel is turned over": right[:, :, ::-1, ::-1]})
with score.part(1, "by hand: a pixel gets back from every output that has read it"):
    no_trying_out()
    kit.close(three(asked(conv_gradients, ROW, TWO, BEHIND, 1, 0))[0], np.array([[[[10.0, 1001.0, 100.0]]]]), because="x = (1, 2, 3), w = (10, 1), up = (1, 100): the middle pixel was read with weight 1 and then with weight 10", known_wrong={
        "what comes back is overwritten where places overlap: add it": np.array([[[[10.0, 1000.0, 100.0]]]]), "overwritten where places overlap: add": np.array([[[[10.0, 1.0, 100.0]]]]), "the kernel is turned over": np.array([[[[1.0, 110.0, 1000.0]]]])})
    for given in kit.examples(small_up, n=12, name="pixels"):
        sloped(0, given, wrong_pixels(*given))
### BEGIN HIDDEN TESTS
with score.part(1, "dx, dw and db for other sizes, strides and paddings, also of a view; nothing given has changed (most often: the padding cut off on one side only)", hidden=True):
    no_trying_out()
    for i, (x, w, up, stride, padding) in enumerate(kit.examples(with_up, n=30, name="gradients")):
        x = x[:, :, :, ::-1] if i % 3 == 0 else x
        for mine, right in zip(three(kit.unchanged(conv_gradients, x, w, up, stride, padding)), autograd(x, w, up, stride, padding)):
            kit.close(mine, right, rtol=1e-9, atol=1e-10)
with score.part(1, "strides that leave a rest, or jump over pixels: what nobody read gets 0 (most often: dx too small, or places of a rest filled)", hidden=True):
    no_trying_out()
    for i in range(6):
        r = kit.rng(f"unread {i}")
        (kh, kw), stride, padding = r.integers(1, 3, size=2), int(r.integers(3, 5)), int(r.integers(0, 2))
        x, w = r.normal(size=(2, 2, *(int(k + 2 * stride - 1 - 2 * padding) for k in (kh, kw)))), r.normal(size=(3, 2, kh, kw))
        up = r.normal(size=(2, 3, 2, 2))
        for mine, right in zip(three(conv_gradients(x, w, up, stride, padding)), autograd(x, w, up, stride, padding)):
            kit.close(mine, right, rtol=1e-9, atol=1e-10)
with score.part(1, "float32 stays float32 and is right to 1e-5 of the largest (most often: zeros made without a dtype)", hidden=True):
    no_trying_out()
    for x, w, up, stride, padding in kit.examples(lambda r: with_up(r, np.float32), n=15, name="single"):
        wide = autograd(*(t.astype(np.float64) for t in (x, w, up)), stride, padding)
        for mine, right in zip(three(conv_gradients(x, w, up, stride, padding)), wide):
            kit.equal(str(mine.dtype), "float32")
            kit.close(mine.astype(np.float64), right, rtol=0, atol=1e-5 * max(1.0, float(np.abs(right).max())))
with score.part(1, "fast: 24 pictures of 8 channels, 40 × 40 pixels, 16 kernels of 3 × 3 within 3 seconds (most often: a loop over places and kernels)", hidden=True):
    import time

    no_trying_out()
    taken = []
    for turn in range(2):
        r = kit.rng(f"large gradients {turn}")
        x, w, up = r.normal(size=(24, 8, 40, 40)).astype(np.float32), r.normal(size=(16, 8, 3, 3)).astype(np.float32), r.normal(size=(24, 16, 40, 40)).astype(np.float32)
        begun = time.perf_counter()
        result = three(conv_gradients(x, w, up, 1, 1))
        taken.append(time.perf_counter() - begun)
        for mine, right in zip(result, autograd(x, w, up, 1, 1)):
            kit.close(mine, right, rtol=0, atol=1e-4 * float(np.abs(right).max()))
        if taken[-1] < 3 or taken[-1] > 9:
            break
    kit.require(min(taken) < 3, "too slow: no loop over pictures, kernels and single places")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-field", "locked": true}
# ## 4. What an output can see (5 points)
#
# A stack of layers, in one direction of the picture. Each layer is `(k, stride, padding, dilation)`, first layer first. A *dilation* of $d$ spreads the kernel: output $i$ reads the places $i \cdot \text{stride} - \text{padding} + t \cdot d$ for $t = 0, \dots, k - 1$, as far as they lie in the row; outside are zeros, which depend on nothing.
#
# | | contract |
# |---|---|
# | `field(layers)` | three ints `(size, jump, start)`: how many input pixels lie between the first and the last that one output of the stack can depend on, both counted; how far apart, in input pixels, the fields of neighbouring outputs lie; the first pixel of output 0's field (negative where it begins in the padding). Of a stack in a picture so large that borders do not matter; without layers `(1, 1, 0)` |
# | `sees(layers, sizes, i)` | the **exact** input pixels that output `i` depends on: a sorted list of ints, empty if there are none. `sizes` are the pixels of the row, then the number of outputs of each layer: one more than there are layers. Borders matter, and so do the holes of a dilation. If `i` is no output of the stack: `IndexError` whose text contains the number of outputs |
#
# By hand: `[(3, 2, 1, 1), (3, 1, 1, 1)]` has size 7, jump 2, start −3; in a row of 9 (`sizes` 9, 5, 5) its output 0 sees the pixels 0 … 3, its output 4 the pixels 5 … 8. Specification, executable: `specification(4)`, two cells below. About 15 lines.

# %% nbgrader={"grade_id": "field", "solution": true}
def field(layers):
    """(size, jump, start) of a stack of (k, stride, padding, dilation)."""
    ### BEGIN SOLUTION
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += (k - 1) * dilation * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start
    ### END SOLUTION


def sees(layers, sizes, i):
    """The input pixels that output i depends on."""
    ### BEGIN SOLUTION
    if not 0 <= i < sizes[-1]:
        raise IndexError(f"output {i} of {sizes[-1]}")
    seen = {i}
    for (k, stride, padding, dilation), size in zip(reversed(layers), reversed(sizes[:-1])):
        seen = {at for j in seen for t in range(k) if 0 <= (at := j * stride - padding + t * dilation) < size}
    return sorted(seen)
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-draw-fields", "locked": true}
# **A tool for looking.** `draw_fields(layers, sizes)` draws each layer **by itself**: a line for each of its outputs, `#` under the outputs of the layer before (the pixels, for the first) that it reads, `<` or `>` where it also reads padding on that side. Go down the lines from an output of the last layer to the pixels, and compare with your `sees`, which stands below.

# %% nbgrader={"grade_id": "draw-fields", "locked": true}
def draw_fields(layers, sizes):
    """Draw what each output of each layer reads of the layer before, then what you say of the whole stack."""
    for depth, (k, stride, padding, dilation) in enumerate(layers):
        print(f"layer {depth + 1}, {layers[depth]}: {sizes[depth]} -> {sizes[depth + 1]}")
        for i in range(sizes[depth + 1]):
            first = i * stride - padding
            read = range(first, first + k * dilation, dilation)
            print(f"{i:6} " + "<"[: first < 0] + "".join(".#"[at in read] for at in range(sizes[depth])) + ">"[: read[-1] >= sizes[depth]])
    print("your sees, of the pixels:")
    for i in range(sizes[-1]):
        try:
            mine = list(sees(layers, sizes, i))
            print(f"{i:6} " + "".join(".#"[at in mine] for at in range(sizes[0])) + f" {mine}")
        except Exception as error:
            print(f"{i:6} stops: {error!r}")
            break


OUTSIDE = "padding is no pixel, it depends on nothing: leave it out"
BETWEEN = "padding of a layer in between is no output of the layer before it: leave it out after every layer, not only at the end"
HOLES, BACK, PAST = "the pixels in the holes of a dilation are not read", "go back from the last layer to the first", "place n is no pixel: 0 … n − 1"
SEEN = [  # layers, sizes, output; what it sees; what well-known mistakes give
    ([(5, 1, 0, 1), (2, 1, 2, 3)], [8, 4, 5], 0, [1, 2, 3, 4, 5], {OUTSIDE: [-2, -1, 0, 1, 2, 3, 4, 5], BETWEEN: [0, 1, 2, 3, 4, 5], BACK: [0, 1, 2, 3, 4, 5]}),
    ([(3, 2, 1, 1), (3, 1, 1, 1)], [9, 5, 5], 0, [0, 1, 2, 3], {OUTSIDE: [-3, -2, -1, 0, 1, 2, 3], BACK: [0, 1, 2]}),
    ([(3, 2, 1, 1), (3, 1, 1, 1)], [9, 5, 5], 4, [5, 6, 7, 8], {OUTSIDE: [5, 6, 7, 8, 9, 10, 11], BACK: [6, 7, 8], PAST: [5, 6, 7, 8, 9]}),
    ([(3, 2, 1, 1), (3, 1, 1, 1)], [9, 5, 5], 2, [1, 2, 3, 4, 5, 6, 7], {BACK: [2, 3, 4, 5, 6]}),
    ([(3, 1, 0, 2)], [9, 5], 1, [1, 3, 5], {HOLES: [1, 2, 3, 4, 5]}),
    ([(2, 1, 2, 1)], [5, 8], 0, [], {OUTSIDE: [-2, -1]}),
    ([(3, 1, 2, 1), (3, 1, 2, 1)], [6, 8, 10], 1, [0, 1], {OUTSIDE: [-3, -2, -1, 0, 1]}),
    ([(2, 2, 1, 1), (3, 1, 2, 2)], [11, 6, 6], 2, [0, 3, 4, 7, 8], {OUTSIDE: [-1, 0, 3, 4, 7, 8], HOLES: [0, 1, 2, 3, 4, 5, 6, 7, 8], BACK: [1, 2, 3, 4, 5, 6]}),
    ([(3, 1, 1, 2), (3, 2, 1, 1), (2, 1, 1, 1)], [14, 12, 6, 7], 3, [2, 3, 4, 5, 6, 7, 8, 9, 10], {BACK: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}),
    ([(3, 3, 1, 1), (2, 1, 1, 1)], [10, 4, 5], 4, [8, 9], {OUTSIDE: [8, 9, 10, 11, 12, 13], BACK: [], PAST: [8, 9, 10]}),
]
WIDENS, STEPS, OWN, SPREADS = "the strides of the layers before widen what a kernel covers", "a kernel of k adds k − 1 steps", "a layer's own stride widens only what comes after it", "the dilation spreads the kernel"
NEGATIVE, BEFORE, AS_WIDE = "it begins in the padding: negative", "a layer's padding counts in the steps of its input: use the jump before this layer's own stride", "a layer's padding is as wide as the strides before it make it"
FIELDS = [  # layers; size, jump, start; the sizes and the starts of well-known mistakes
    ([(3, 2, 1, 1), (3, 1, 1, 1)], (7, 2, -3), {WIDENS: 5, STEPS: 10, OWN: 9}, {NEGATIVE: 3, BEFORE: -4, AS_WIDE: -2}),
    ([(5, 1, 0, 1)], (5, 1, 0), {STEPS: 6}, {}),
    ([(3, 1, 1, 1), (2, 2, 0, 1), (3, 1, 1, 2)], (12, 2, -3), {WIDENS: 8, STEPS: 18, OWN: 13, SPREADS: 8}, {NEGATIVE: 3, AS_WIDE: -2}),
    ([(2, 3, 1, 2)], (3, 3, -1), {STEPS: 5, OWN: 7, SPREADS: 2}, {NEGATIVE: 1, BEFORE: -3}),
    ([(3, 2, 1, 1), (2, 2, 1, 1), (3, 1, 2, 1)], (13, 4, -11), {WIDENS: 6, STEPS: 20, OWN: 17}, {NEGATIVE: 11, BEFORE: -14, AS_WIDE: -4}),
    ([(1, 2, 1, 1), (4, 1, 2, 3)], (19, 2, -5), {WIDENS: 10, STEPS: 26, SPREADS: 7}, {NEGATIVE: 5, BEFORE: -6, AS_WIDE: -3}),
]
SENTENCES[4] = lambda r: (FIELDS[r.integers(len(FIELDS))], SEEN[r.integers(len(SEEN))]), {
    "field: size, of a stack known by hand": lambda known, _: field(known[0])[0] == known[1][0],
    "field: jump, of a stack known by hand": lambda known, _: field(known[0])[1] == known[1][1],
    "field: start, of a stack known by hand": lambda known, _: field(known[0])[2] == known[1][2],
    "field: without layers an output is its own pixel, (1, 1, 0)": lambda *_: tuple(field([])) == (1, 1, 0),
    "field: a layer of kernel 1 and stride 1 without padding changes nothing, wherever it stands": lambda known, _: tuple(field([*known[0], (1, 1, 0, 2)])) == tuple(field([(1, 1, 0, 3), *known[0]])) == tuple(field(known[0])),
    "sees: an output known by hand": lambda _, known: list(sees(*known[:3])) == known[3],
    "sees: inside a long row the next output's pixels lie one jump further on": lambda known, _: (lambda one, next: [at + field(known[0])[1] for at in one] == next)(*(list(sees(known[0], [1000] * (len(known[0]) + 1), i)) for i in (20, 21))),
    "sees: an output that reads padding alone gives an empty list": lambda *_: list(sees([(2, 1, 2, 1)], [5, 8], 0)) == [],
    "sees: -1 and the number of outputs are no outputs: IndexError with that number in its text": lambda _, known: all(refused(IndexError, known[1][-1], sees, *known[:2], i) for i in (-1, known[1][-1])),
}


def refused(error, number, function, *given):
    """Whether a call raises this error with this number in its text."""
    try:
        function(*given)
    except error as raised:
        return str(number) in str(raised)
    return False


draw_fields([(3, 2, 1, 1), (3, 1, 1, 1)], [9, 5, 5])

# %% nbgrader={"grade_id": "check-field", "grade": true, "points": 5}
def seen_of(layers, sizes, i):
    """The learner's answer as a plain list."""
    return [int(at) for at in asked(sees, layers, sizes, i)]


### BEGIN HIDDEN TESTS
def stack(r, depth=None):
    """Layers, and a row long enough for them."""
    layers = [(int(r.integers(1, 5)), int(r.integers(1, 4)), int(r.integers(0, 3)), int(r.integers(1, 4))) for _ in range(depth or int(r.integers(1, 5)))]
    n = 1
    for k, stride, padding, dilation in reversed(layers):
        n = max(1, (n - 1) * stride + dilation * (k - 1) + 1 - 2 * padding)
    return layers, n + int(r.integers(0, 12))


def through(layers, n):
    """By torch: a row of n pixels and what each layer makes of it."""
    x = torch.zeros(1, 1, n, dtype=torch.float64, requires_grad=True)
    out = [x]
    for k, stride, padding, dilation in layers:
        out.append(torch.nn.functional.conv1d(out[-1], torch.ones(1, 1, k, dtype=torch.float64), None, stride, padding, dilation))
    return out


def sizes_of(layers, n):
    """The pixels of the row and the outputs of each layer."""
    return [out.shape[2] for out in through(layers, n)]


def depends(layers, n, i):
    """The pixels by which output i has a slope that is not 0."""
    out = through(layers, n)
    return torch.autograd.grad(out[-1][0, 0, i], out[0])[0][0, 0].nonzero()[:, 0].tolist()


def measured_field(layers):
    """Size, jump and start, read off two outputs in the middle of a row so long that borders do not matter."""
    n = 4 * math.prod(stride for _, stride, _, _ in layers) * (1 + sum(k * dilation + padding for k, _, padding, dilation in layers))
    middle = sizes_of(layers, n)[-1] // 2
    here, after = (depends(layers, n, i) for i in (middle, middle + 1))
    jump = after[0] - here[0]
    return [here[-1] - here[0] + 1, jump, here[0] - middle * jump]


NO_TABLE = "right for the stacks that stand in the check, wrong for others that were drawn: work it out layer by layer, look nothing up"
### END HIDDEN TESTS
score = kit.Score(5)
with score.part(1, "size, jump and start of stacks known by hand"):
    kit.by_hand(field)
    for layers, rights, wrong_size, wrong_start in FIELDS:
        got = [int(number) for number in asked(field, layers)]
        kit.equal(len(got), 3, because="size, jump, start")
        for name, mine, right, known in zip(("size", "jump", "start"), got, rights, (wrong_size, {}, wrong_start)):
            kit.equal(mine, right, because=f"{name} of {layers}; next: follow the first and the last place that one output reads down the lines of draw_fields", known_wrong=known)
    ### BEGIN HIDDEN TESTS
    kit.require(all([int(number) for number in field(layers)] == measured_field(layers) for layers, _ in kit.examples(lambda r: stack(r, 2), n=6, name="stacks")), NO_TABLE)
    ### END HIDDEN TESTS
with score.part(1, "what outputs see, by hand: at the borders fewer pixels"):
    kit.by_hand(sees)
    for layers, sizes, i, right, known in SEEN:
        kit.equal(seen_of(layers, sizes, i), right, because=f"output {i} of {layers} in a row of {sizes[0]} pixels; next: draw_fields({layers}, {sizes})", known_wrong=known)
    kit.raises(IndexError, sees, [(3, 2, 1, 1), (3, 1, 1, 1)], [9, 5, 5], 5, match=r"\b5\b")
    ### BEGIN HIDDEN TESTS
    drawn = [(layers, n, sizes_of(layers, n)) for layers, n in kit.examples(lambda r: stack(r, 1), n=8, name="rows")]
    kit.require(all(seen_of(layers, sizes, i) == depends(layers, n, i) for layers, n, sizes in drawn for i in (0, sizes[-1] - 1)), NO_TABLE)
    ### END HIDDEN TESTS
### BEGIN HIDDEN TESTS
with score.part(1, "fields of deeper stacks and of none (most often: a layer's own stride counted too early)", hidden=True):
    kit.by_hand(field)
    for layers, _ in kit.examples(lambda r: stack(r, int(r.integers(4, 7))), n=20, name="deep stacks"):
        kit.equal([int(number) for number in field(layers)], measured_field(layers))
    kit.equal([int(number) for number in field([])], [1, 1, 0])
with score.part(1, "what every output of other stacks sees, pixel by pixel (most often: holes filled, or padding of a layer in between taken for its outputs)", hidden=True):
    kit.by_hand(sees)
    for layers, n in [*kit.examples(stack, n=15, name="seen"), *kit.examples(lambda r: ([(2, 2, 0, 1), (int(r.integers(2, 4)), 1, 3, int(r.integers(2, 4)))], int(r.integers(9, 16))), n=4, name="rest")]:
        sizes = sizes_of(layers, n)
        for i in sorted({0, 1, 2, sizes[-1] // 2, sizes[-1] - 2, sizes[-1] - 1} & set(range(sizes[-1]))):
            kit.equal(seen_of(layers, sizes, i), depends(layers, n, i))
    kit.equal(seen_of([], [4], 2), [2])
with score.part(1, "outputs that see nothing but padding, and numbers that are no outputs (most often: padding in the list, or -1 taken for the last)", hidden=True):
    kit.by_hand(sees)
    for n, wide in kit.examples(lambda r: (int(r.integers(2, 9)), int(r.integers(1, 4))), n=5, name="blind"):
        layers, sizes = [(1, 1, wide, 1)], [n, n + 2 * wide]
        kit.equal(seen_of(layers, sizes, 0), [])
        kit.equal(seen_of(layers, sizes, wide), [0])
        for i in (-1, n + 2 * wide):
            kit.raises(IndexError, sees, layers, sizes, i, match=rf"\b{n + 2 * wide}\b")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-diagnose", "locked": true}
# ## 5. Other people's convolutions (5 points)
#
# Suppliers hand in a function `candidate(x, w, b, stride, padding)` each. It promises a convolution as in task 2, and is either sound or has **one** fault. You write the acceptance test that names it:
#
# | | contract |
# |---|---|
# | `diagnose(candidate, right)` | one of the seven texts below. It calls the candidate, as often as you like, with inputs of your own: float64 arrays, square kernels of any size, any stride and padding for which the kernel fits. It compares what comes back with `right(x, w, b, stride, padding)`, a sound convolution that comes along, and looks into neither |
#
# | answer | what is wrong, always |
# |---|---|
# | `"sound"` | nothing. It may round otherwise: outputs differ from the right ones by up to $10^{-6}$ of the largest one |
# | `"bias"` | what is added to an output is not its kernel's number in `b`. With `b = 0` nothing is wrong |
# | `"stride"` | the first place lies one or more pixels too low, or too far to the right, or both, by no more than what the strides leave over. It shows only in a direction in which $(\text{pixels} + 2 \cdot \text{padding} - k)$ is no multiple of the stride |
# | `"padding"` | something else than zeros stands around the picture, on all sides or on one. With `padding = 0` nothing is wrong |
# | `"channels"` | a channel of `x` meets numbers of `w` that belong to other channels. With one channel nothing is wrong |
# | `"transposed"` | rows and columns of a kernel are exchanged, and it may be turned over as well. With kernels that equal their own transpose and their own mirror images nothing is wrong |
# | `"flipped"` | a kernel is turned over: upside down, left to right, or both. With kernels that equal their mirror images nothing is wrong |
#
# A fault may touch all kernels of `w` or a single one, so use several. How strong it is, and which kernel, side or row it touches, is drawn anew for every candidate; the hidden candidates have the same seven names and other kinds of fault than the public ones. Hence no list of known outputs helps, and when graded each part counts only if of two hidden candidates of each name at most four are misnamed (two, for the public part): **choose inputs on which every fault but one cannot show.** With kernels of 0, only the bias is left; ask for it first, and each later question may set `b = 0`. Each part counts when every candidate in it is named rightly; there are sound ones in all of them. Specification, executable: `specification(5)`, two cells below. About 20 lines.

# %% nbgrader={"grade_id": "diagnose", "solution": true}
def diagnose(candidate, right):
    """Name what is wrong with somebody's convolution."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(0)
    x, w, b = r.normal(size=(2, 3, 8, 10)), r.normal(size=(4, 3, 3, 3)), r.normal(size=4)
    level = np.ones((4, 1, 3, 3)) * r.normal(size=(4, 1, 1, 1))  # the same in every place: turning changes nothing
    mirrored = level * np.array([[1.0, 2.0, 1.0], [3.0, 4.0, 3.0], [1.0, 2.0, 1.0]])  # turned over the same, but not transposed

    def wrong(*given):
        wanted, got = right(*given), np.asarray(candidate(*given))
        return got.shape != wanted.shape or not np.abs(got - wanted).max() <= 1e-4 * np.abs(wanted).max()

    if wrong(x, np.zeros((4, 3, 3, 3)), b, 1, 0):
        return "bias"
    if wrong(x[:, :1], level, np.zeros(4), 2, 0):
        return "stride"
    if wrong(x[:, :1], level, np.zeros(4), 1, 1):
        return "padding"
    if wrong(x, np.ones((4, 3, 3, 3)) * r.normal(size=(4, 3, 1, 1)), np.zeros(4), 1, 0):
        return "channels"
    if wrong(x[:, :1], mirrored, np.zeros(4), 1, 0):
        return "transposed"
    return "flipped" if wrong(x[:, :1], w[:, :1], np.zeros(4), 1, 0) else "sound"
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-apart", "locked": true}
# **A tool for looking.** `other(fault, np.random.default_rng(1))` makes a plain candidate with a fault. `apart(candidate, x, w, b, stride, padding)` prints in which pictures, kernels, rows and columns a candidate's outputs differ from the right ones: so you see which of your inputs a fault shows on.

# %% nbgrader={"grade_id": "apart", "locked": true}
FAULTS = ("sound", "bias", "stride", "padding", "channels", "transposed", "flipped")


def other(fault, r):
    """Somebody's convolution with a plain fault; how strong it is, is drawn."""
    factor, fill = float(r.uniform(1.5, 3)), float(r.uniform(0.5, 2))

    def candidate(x, w, b, stride, padding):
        x, w, b = (np.array(t, dtype=np.float64) for t in (x, w, b))
        wide = np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * 2), constant_values=fill if fault == "padding" else 0.0)
        w = {"channels": w[:, ::-1], "transposed": w.swapaxes(2, 3), "flipped": w[:, :, ::-1, ::-1]}.get(fault, w)
        out = theirs(wide, w, factor * b if fault == "bias" else b, 1, 0)
        down, right = ((size - 1) % stride if fault == "stride" else 0 for size in out.shape[2:])
        return out[:, :, down::stride, right::stride]

    return candidate


def apart(candidate, x, w, b, stride, padding):
    """Print where a candidate's outputs are wrong, and by how much."""
    right, given = theirs(x, w, b, stride, padding), np.asarray(candidate(x, w, b, stride, padding))
    if given.shape != right.shape:
        print(f"shape {given.shape}, not {right.shape}")
        return
    off = np.abs(given - right) > 1e-4 * np.abs(right).max()
    for name, places, size in zip(("pictures", "kernels", "rows", "columns"), np.nonzero(off), right.shape):
        print(f"{name}: {sorted(set(places.tolist()))} of {size}")
    print(f"{int(off.sum())} of {off.size} outputs differ, by up to {np.abs(given - right).max():.3g}")


def asks_well(r):
    """Whether diagnose keeps to the inputs that a candidate is made for."""
    kept = []

    def listening(x, w, b, stride, padding):
        fits = min(size + 2 * padding for size in x.shape[2:]) >= w.shape[2]
        kept.append(x.dtype == w.dtype == b.dtype == np.float64 and w.shape[2] == w.shape[3] and x.shape[1] == w.shape[1] and b.shape == (len(w),) and fits)
        return theirs(x, w, b, stride, padding)

    diagnose(listening, theirs)
    return len(kept) > 0 and all(kept)


SENTENCES[5] = lambda r: (r,), {
    "one of the seven texts, the same when it is asked again": lambda r: (lambda candidate: diagnose(candidate, theirs) == diagnose(candidate, theirs) and diagnose(candidate, theirs) in FAULTS)(other("flipped", r)),
    "a candidate gets float64 arrays that belong together, and square kernels that fit": asks_well,
    "sound is what is right in float32, rounded otherwise": lambda r: diagnose(lambda x, w, b, stride, padding: theirs(*in_single(x, w, b), stride, padding).astype(np.float64), theirs) == "sound",
    **{f"{fault}: a plain candidate is named so": lambda r, fault=fault: diagnose(other(fault, r), theirs) == fault for fault in FAULTS},
}

apart(other("bias", np.random.default_rng(1)), np.ones((1, 1, 4, 5)), np.ones((2, 1, 3, 3)), np.array([0.0, 1.0]), 1, 0)

# %% nbgrader={"grade_id": "check-diagnose", "grade": true, "points": 5}
def judged(name, candidates):
    """What diagnose says of candidates in a drawn order, each beside its fault."""
    order = kit.rng(name).permutation(len(candidates))
    return [(str(asked(diagnose, candidates[i][0], theirs)), candidates[i][1]) for i in order]


### BEGIN HIDDEN TESTS
def spoilt(fault, kind, r):
    """Somebody's convolution with a fault of one of four kinds; strength, kernel, side and row are drawn."""
    at, strength = int(r.integers(1, 1000)), float(r.uniform(0.5, 1.5) * r.choice([-1, 1]))

    def around(x, padding):
        border = ((0, 0), (0, 0), *[(padding, padding)] * 2)
        if fault != "padding":
            return np.pad(x, border)
        if kind < 2:
            return np.pad(x, border, mode=("edge", "symmetric")[kind])
        sides = strength * (np.ones(4) if kind == 2 else np.eye(4)[at % 4])
        return np.pad(x, border, constant_values=((0, 0), (0, 0), tuple(sides[:2]), tuple(sides[2:])))

    def kernels(w):
        changed, (o, c, kh, kw) = w, w.shape
        if fault == "channels" and c > 1:
            changed = (np.roll(w, 1 + at % (c - 1), axis=1), np.broadcast_to(w.mean(1, keepdims=True), w.shape), np.roll(w, 1, axis=1), np.broadcast_to(w[:, :1], w.shape))[kind]
        elif fault == "transposed" and kh == kw:
            changed = (w.swapaxes(2, 3), w[:, :, ::-1, ::-1].swapaxes(2, 3), np.rot90(w, axes=(2, 3)), w.swapaxes(2, 3))[kind]
        elif fault == "flipped":
            changed = (w[:, :, ::-1], w[:, :, :, ::-1], w[:, :, ::-1, ::-1], w[:, :, :, ::-1])[kind]
        single = {"channels": 2, "transposed": 3, "flipped": 3}.get(fault) == kind  # in one kernel alone
        return np.where((np.arange(o) == at % o)[:, None, None, None], changed, w) if single else changed

    def candidate(x, w, b, stride, padding):
        x, w, b = (np.array(t, dtype=np.float64) for t in (x, w, b))
        out = theirs(around(x, padding), kernels(w), np.zeros(len(b)), 1, 0)
        rest = [(size - 1) % stride if fault == "stride" else 0 for size in out.shape[2:]]
        down, right = (rest, (rest[0], 0), (0, rest[1]), [min(1, left) for left in rest])[kind]
        out = out[:, :, down::stride, right::stride]
        added = np.broadcast_to(b[:, None, None], out.shape[1:]).copy()
        if fault == "bias" and kind == 0:
            added *= 1 + strength
        elif fault == "bias" and kind == 1:
            added = np.roll(added, 1 + at % max(1, len(b) - 1), axis=0)
        elif fault == "bias" and kind == 2:
            added[at % len(b)] *= 1 + strength
        elif fault == "bias":
            added[:, at % out.shape[2]] = 0
        out = out + added
        if fault == "sound" and kind == 1:
            out = out.astype(np.float32).astype(np.float64)
        elif fault == "sound" and kind > 1:
            out = out + 7e-7 * np.abs(out).max() * (np.sign(strength) if kind == 2 else np.cos(at * np.arange(out.size)).reshape(out.shape))
        return out

    return candidate


MISNAMED = []  # of two hidden candidates of each name, measured once


def misnamed():
    """How many of two hidden candidates of each name get another one."""
    if not MISNAMED:
        r = kit.rng("no list")
        strangers = [(spoilt(fault, int(kind), r), fault) for fault in FAULTS for kind in r.permutation(4)[:2]]
        MISNAMED.append(sum(said != fault for said, fault in judged("no list", strangers)))
    return MISNAMED[0]


def named(name, kinds):
    """Whether diagnose names so many kinds of each fault rightly, and does not only know a list."""
    kit.by_hand(diagnose)
    kit.require(misnamed() <= 4, "of two hidden candidates of each name more than four are misnamed")
    r = kit.rng(f"{name} candidates")
    for said, fault in judged(name, [(spoilt(fault, kind, r), fault) for fault, count in kinds.items() for kind in range(count)]):
        kit.equal(said, fault)


### END HIDDEN TESTS
score = kit.Score(5)
with score.part(1, "a plain candidate of each kind, all seven named rightly", candidates="bias times a number, a number around the picture, last place flush with the end, channels in reverse order, rows and columns exchanged, turned over, sound"):
    kit.by_hand(diagnose)
    r = kit.rng("plain candidates")
    for said, fault in judged("plain", [(other(fault, r), fault) for fault in FAULTS]):
        shown = f"next: apart(other({fault!r}, np.random.default_rng(1)), x, w, b, stride, padding) with the inputs that diagnose asks with says on which of them it shows"
        kit.equal(said, fault, because=f"a candidate with the fault {fault!r}; {shown}", known_wrong={"a sound one was blamed: compare with a tolerance": said} if fault == "sound" else {
            "the fault was not seen: do your inputs show it (a rest after the strides, padding, several channels, a kernel without symmetry)?": "sound", f"on the input that asks for {said!r}, {fault!r} shows too; which numbers of x, w, b, stride or padding switch it off?": said})
    ### BEGIN HIDDEN TESTS
    kit.require(misnamed() <= 2, "the plain ones are named rightly, too many of those with other kinds of the same faults are not: choose inputs on which every fault but one cannot show, keep no list of faulty outputs")
    ### END HIDDEN TESTS
### BEGIN HIDDEN TESTS
with score.part(1, "sound ones that round otherwise, and biases that are wrong in other ways, for one kernel or one row alone (most often: compared bit for bit)", hidden=True):
    named("rounding", {"sound": 4, "bias": 4})
with score.part(1, "strides that begin late in one direction, and other things around the picture, on one side alone (most often: sizes without a rest in rows and in columns)", hidden=True):
    named("borders", {"stride": 4, "padding": 4, "sound": 1})
with score.part(1, "channels that meet the wrong numbers in other ways, in one kernel alone (most often: a single kernel, or equal channels)", hidden=True):
    named("channels", {"channels": 4, "sound": 1})
with score.part(1, "kernels transposed and turned over in other ways, one kernel alone (most often: a kernel that is its own transpose)", hidden=True):
    named("kernels", {"transposed": 4, "flipped": 4, "sound": 1})
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-fold", "locked": true}
# ## 6. A norm folded away (2 points)
#
# The chip knows no norm. In evaluation a batch norm is a factor and a summand for each channel, and both fit into the convolution before it.
#
# | | contract |
# |---|---|
# | `fold(w, b, gamma, beta, mean, var, eps)` | `w` (o, c, kh, kw), `b` (o,) or `None`, the others (o,), `eps` a number. Returns `(w, b)` of one convolution that gives what the convolution followed by a batch norm in evaluation gives: $\gamma\,(z - \text{mean}) / \sqrt{\text{var} + \epsilon} + \beta$ for each output channel; in NumPy, in the dtype of `w` |
#
# By hand: $\gamma = 2$, $\beta = 1$, running mean 3, running variance 4 and $\epsilon = 0$ make $2 \cdot (5 - 3)/2 + 1 = 3$ of a 5. (If that was a guess: lesson 3.) Specification, executable: `specification(6)`, two cells below. About 4 lines.

# %% nbgrader={"grade_id": "fold", "solution": true}
def fold(w, b, gamma, beta, mean, var, eps):
    """One convolution in place of a convolution and a batch norm."""
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(var + eps)  # (o,)
    before = np.zeros_like(mean) if b is None else b
    return (w * scale[:, None, None, None]).astype(w.dtype), ((before - mean) * scale + beta).astype(w.dtype)
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-beside-norm", "locked": true}
# **A tool for looking.** `beside_norm(w, b, gamma, beta, mean, var, eps)` prints for each output channel what convolution and norm give on a picture of zeros and on one of ones, and what your folded convolution gives: where zeros part, the summand is wrong; where only ones part, the factor.

# %% nbgrader={"grade_id": "beside-norm", "locked": true}
def by_norm(x, w, b, gamma, beta, mean, var, eps):
    """A convolution (stride 1, no padding) and a batch norm in evaluation, by torch in float64."""
    x, w, b, gamma, beta, mean, var = (None if t is None else torch.tensor(np.asarray(t, dtype=np.float64)) for t in (x, w, b, gamma, beta, mean, var))
    return torch.nn.functional.batch_norm(torch.nn.functional.conv2d(x, w, b), mean, var, gamma, beta, False, 0.0, eps).numpy()


def to_fold(r, dtype=np.float64, most=4):
    """A convolution with or without bias, and a batch norm behind it, in numbers of two digits."""
    def short(numbers):
        return np.vectorize(lambda number: float(f"{number:.2g}"))(numbers).astype(dtype)

    o, c, kh, kw = (int(i) for i in r.integers(1, most + 1, size=4))
    w, b = short(r.normal(size=(o, c, kh, kw))), short(r.normal(size=o)) if r.random() < 0.5 else None
    gamma, beta, mean = (short(r.normal(size=o)) for _ in range(3))
    return w, b, gamma, beta, mean, short(10.0 ** r.uniform(-6, 2, size=o)), float(f"{10.0 ** r.uniform(-6, -2):.2g}")


def beside_norm(w, b, gamma, beta, mean, var, eps):
    """Print what convolution and norm give, and what one folded convolution gives."""
    new_w, new_b = (np.asarray(t, dtype=np.float64) for t in fold(w, b, gamma, beta, mean, var, eps))
    for name, fill in (("zeros", 0.0), ("ones", 1.0)):
        x = np.full((1, *w.shape[1:]), fill)
        wanted, given = by_norm(x, w, b, gamma, beta, mean, var, eps).ravel(), theirs(x, new_w, new_b, 1, 0).ravel()
        print(f"on {name}: convolution and norm {wanted.tolist()}, yours {given.tolist()}")


def folded_as(w, b, *norm):
    """Whether the folded convolution gives on pictures what convolution and norm give."""
    x = np.random.default_rng(1).normal(size=(2, *w.shape[1:]))
    new_w, new_b = fold(w, b, *norm)
    return np.allclose(theirs(x, new_w, new_b, 1, 0), by_norm(x, w, b, *norm))


SENTENCES[6] = lambda r: to_fold(r, most=2), {
    "on pictures one convolution gives what convolution and norm give": folded_as,
    "without a bias (None) as well": lambda w, b, *norm: folded_as(w, None, *norm),
    "both in the dtype of w": lambda *given: [str(t.dtype) for t in fold(*in_single(*given))] == ["float32"] * 2,
}

try:
    beside_norm(np.ones((1, 1, 1, 1)), None, *(np.array([float(v)]) for v in (6, 1, 3, 4)), 0.0)
except Exception as error:
    print(f"fold stops: {error!r}")

# %% nbgrader={"grade_id": "check-fold", "grade": true, "points": 2}
def folds_right(given, call_it=asked):
    """Hold a folded convolution against torch's convolution and norm: its factors on pictures of a single 1, its summand on zeros."""
    w, b, gamma, beta, mean, var, eps = given
    new_w, new_b = (np.asarray(t) for t in call_it(fold, *given))
    kit.equal([str(new_w.dtype), str(new_b.dtype)], [str(w.dtype)] * 2, because="in the dtype of w")
    nothing, ones = np.zeros(len(w)), np.eye(w[0].size).reshape(-1, *w.shape[1:])

    def seen(**altered):
        """The kernel that convolution and norm are, with some arguments altered."""
        norm = {"gamma": gamma, "var": var, "eps": eps} | altered
        return by_norm(ones, w, None, beta=nothing, mean=nothing, **norm)[:, :, 0, 0].T.reshape(w.shape).astype(w.dtype)

    def added(**altered):
        """The bias that they are, with some arguments altered."""
        given = {"b": b, "gamma": gamma, "beta": beta, "mean": mean, "var": var, "eps": eps} | altered
        return by_norm(0 * w[:1], w, **given).ravel().astype(w.dtype)

    right_w, right_b, wide = seen(), added(), var.astype(np.float64)
    wrong_w = {"gamma is missing": seen(gamma=nothing + 1), "divide by the root of the variance": seen(var=(wide + eps) ** 2, eps=0.0), "eps stands under the root": seen(var=(np.sqrt(wide) + eps) ** 2, eps=0.0)}
    wrong_b = {"the mean is taken off, not added": added(mean=-mean), "the mean is scaled too": added(mean=nothing) - mean, "beta is missing": added(beta=nothing)}
    if b is not None:
        wrong_b |= {"the convolution's own bias goes through the norm as well": added(b=None), "the bias is scaled too": added(b=None) + b}
    told = f"{shapes(w=w, b=b, gamma=gamma, eps=eps)}; next: {pasted('beside_norm', *given)} shows both for each channel"
    near = {"rtol": 1e-9, "atol": 1e-12} if w.dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-5 * float(np.abs(right_b).max())}
    kit.close(new_w, right_w, rtol=near["rtol"], because=f"w; {told}", known_wrong={name: value for name, value in wrong_w.items() if not np.allclose(value, right_w)})
    kit.close(new_b, right_b, **near, because=f"b; {told}", known_wrong={name: value for name, value in wrong_b.items() if not np.allclose(value, right_b)})


score = kit.Score(2)
with score.part(1, "one convolution gives what convolution and norm give, with and without a bias"):
    kit.by_hand(fold)
    one_w, one_b = (np.asarray(t) for t in asked(fold, np.ones((1, 1, 1, 1)), None, *(np.array([float(v)]) for v in (6, 1, 3, 4)), 0.0))
    kit.close(one_w, np.full((1, 1, 1, 1), 3.0), because="gamma 6, beta 1, mean 3, var 4, eps 0: 6 / √4 = 3", known_wrong={"divide by the root of the variance": np.full((1, 1, 1, 1), 1.5), "gamma is missing": np.full((1, 1, 1, 1), 0.5)})
    kit.close(one_b, np.array([-8.0]), because="gamma 6, beta 1, mean 3, var 4, eps 0: -3 · 6/√4 + 1", known_wrong={"the mean is taken off, not added": np.array([10.0]), "beta is missing": np.array([-9.0])})
    for given in kit.examples(lambda r: to_fold(r, most=2), n=8, name="folds"):
        folds_right(given)
### BEGIN HIDDEN TESTS
with score.part(1, "small variances, one channel, float32; nothing given has changed (most often: eps outside the root, or float64 out of float32)", hidden=True):
    kit.by_hand(fold)
    for given in [given for dtype in (np.float64, np.float32) for given in kit.examples(lambda r: to_fold(r, dtype), n=10, name=f"other folds {dtype.__name__}")]:
        folds_right(given, kit.unchanged)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-train", "locked": true}
# ## 7. A residual net for the chip (5 points)
#
# The chip computes `chip(net, x)` of the cell below the stub; read it. A net is a dict:
#
# | key | | |
# |---|---|---|
# | `"first"` | `(w, b)`: (c, 1, 3, 3), (c,) | stride 2, padding 1, then ReLU |
# | `"blocks"` | list of `(w1, b1, w2, b2)`: (c, c, 3, 3), (c,), twice; at least one block | $h \leftarrow \operatorname{ReLU}(h + \operatorname{conv}_2(\operatorname{ReLU}(\operatorname{conv}_1(h))))$, padding 1 |
# | `"last"` | `(W, b)`: (10, c), (10,) | on the mean of each channel over its pixels |
#
# Trained without norms, this net hardly learns in a few rounds. So train, in torch, the same net with a **batch norm** after each of its convolutions; then `fold` each norm into the convolution before it, and hand over what is left.
#
# | | contract |
# |---|---|
# | `train(x, y, budget, seed)` | `x` (n, 1, side, side) float32, **raw**: pixels from 0 to 16, or to another number such as 255, as they also come to the chip; `y` (n,) whole numbers 0 … 9. Returns a net, a dict as above, whose arrays have at most `budget` numbers in all, biases included. torch is allowed here. The same `seed` gives the same net, bit for bit, another seed another one |
#
# What a net has to do, on pictures that `train` has not seen. They are real digits of 8 × 8 pixels, each somewhere in a larger picture; every time they are turned and numbered otherwise. `forms(np.random.default_rng(1))`, in the cell below the stub, gives `x`, `y` to train on and other `x`, `y` to judge by.
#
# | trained on | budget | each of two seeds reads at least | the reference reads | without norms, with the best rate and batch that we found, on average |
# |---|---|---|---|---|
# | 1000 pictures of 12 × 12, pixels to 16 | 10 000 | 0.88 | 0.91 to 0.94 | 0.83 |
# | the same, 500 of them | 10 000 | 0.85 | 0.88 to 0.92 | 0.80 |
# | 1000 others of 12 × 12 | 5585 | 0.76 | 0.82 to 0.92 | 0.70 |
# | 500 pictures of 12 × 12, pixels to 255 | 10 000 | 0.85 | 0.88 to 0.92 | 0.82 |
#
# A lucky net without norms may come up to one of these numbers, hardly two in a row.
#
# **Work, not time: at most 4000 pictures a training**, say four rounds of 1000. What is counted is what the pictures cost: all multiplications and additions in convolutions and matrix products while `train` runs, by the formulas of torch's `flop_counter`, divided by three times what one picture costs in your net (forward once, back about twice). So a picture learnt from counts as one, one that is only looked at as a third, on a fast machine as on a slow one. A training in which nothing is counted earns nothing: convolve with torch's `conv2d`. And what is counted has to be what was done: **the processor time of `train` is at most six times what so many pictures take**, ten at a time, with norms and Adam, through a net like yours in the same process (`pace`; batches of 20 need half of that time, of 5 twice: a third of what is allowed). The reference, one block of up to 22 channels in batches of 20, needs 1 to 4 s for it.
#
# **The blocks have to do work**: when the check sets every `w2` and `b2` to 0, so that a block passes on what it gets, the chip must read at least 0.1 less than before. **`train` learns from `x` and `y` alone.** The checker draws both and keeps the rest to itself; a `train` that uses a package other than NumPy and torch, reads files, looks digits up, runs text as code (the builtin `eval`; `net.eval()` is welcome), fetches things by a text that names them, uses `getattr`, `vars`, `sys` or threads, or leads to more than 4000 numbers and letters that the notebook keeps, earns nothing for its nets.
#
# Specification, executable: `specification(7)`, three cells below; it trains seven times on noise, which may take 10 s. About 35 lines.

# %% nbgrader={"grade_id": "train", "solution": true}
def train(x, y, budget, seed):
    """A net for the chip."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    F, pictures, batch = torch.nn.functional, 4000, 20
    c = max(c for c in range(1, 40) if 10 * c + 2 * (9 * c + 1) * c + 10 * (c + 1) <= budget)
    convs = torch.nn.ModuleList([torch.nn.Conv2d(1 if i == 0 else c, c, 3, padding=1, stride=2 if i == 0 else 1, bias=False) for i in range(3)])
    norms = torch.nn.ModuleList([torch.nn.BatchNorm2d(c) for _ in convs])
    last = torch.nn.Linear(c, 10)

    def scores(h):
        h = torch.relu(norms[0](convs[0](h)))
        h = torch.relu(h + norms[2](convs[2](torch.relu(norms[1](convs[1](h))))))
        return last(h.mean((2, 3)))

    inputs, targets = torch.tensor(x), torch.tensor(y)
    optimiser = torch.optim.Adam([*convs.parameters(), *norms.parameters(), *last.parameters()], lr=0.02)
    rounds = pictures // len(y)
    steps = rounds * math.ceil(len(y) / batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    for _ in range(rounds):
        for rows in torch.randperm(len(y)).split(batch):
            loss = F.cross_entropy(scores(inputs[rows]), targets[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    folded = [fold(k.weight.detach().numpy(), None, *(t.detach().numpy() for t in (n.weight, n.bias, n.running_mean, n.running_var)), n.eps) for k, n in zip(convs, norms)]
    return {"first": folded[0], "blocks": [(*folded[1], *folded[2])], "last": (last.weight.detach().numpy(), last.bias.detach().numpy())}
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-look-inside", "locked": true}
# **Tools for looking.** `look_inside(net, x, y)` prints the share that the chip reads and, after the first convolution and after each block, how large its channels' means are and how many channels are 0 on all pictures. `counted(train, x, y, budget, seed)` gives the multiplications and additions of a training, the net, whether `x` or `y` was changed, and the processor seconds; `pictures_seen(work, net, side)` makes pictures of them. So, to look at a training of yours: `x, y, unseen, labels = forms(np.random.default_rng(1))`, then `work, net, *_ = counted(train, x, y, 10_000, 1)`, then `print(pictures_seen(work, net, 12))` and `look_inside(net, unseen, labels)`.

# %% nbgrader={"grade_id": "look-inside", "locked": true}
def chip(net, x):
    """What the chip computes: raw pictures (n, 1, side, side) -> scores (n, 10)."""
    def convolved(h, w, b, stride=1):
        return torch.nn.functional.conv2d(h, torch.tensor(np.asarray(w, dtype=np.float32)), torch.tensor(np.asarray(b, dtype=np.float32)), stride, 1)

    with torch.no_grad():
        h = torch.relu(convolved(torch.tensor(np.asarray(x, dtype=np.float32)), *net["first"], stride=2))
        for w1, b1, w2, b2 in net["blocks"]:
            h = torch.relu(h + convolved(torch.relu(convolved(h, w1, b1)), w2, b2))
        W, b = (np.asarray(t, dtype=np.float32) for t in net["last"])
        return h.mean((2, 3)).numpy() @ W.T + b


def forms(r, count=1000, side=12, top=16.0):
    """Real digits, each at a place of its own in a larger picture: x (n, 1, side, side), y to train on, and other x, y.

    All are turned by the same drawn quarter turns, and the classes are numbered in a drawn order.
    """
    from sklearn.datasets import load_digits  # 1797 handwritten digits of 8 x 8 pixels, 0 to 16; UCI, CC BY 4.0

    pictures, digits = load_digits(return_X_y=True)  # (1797, 64), (1797,)
    order = r.permutation(len(digits))
    small = np.rot90(pictures[order].reshape(-1, 8, 8), int(r.integers(4)), axes=(1, 2)) / 16 * top
    y = r.permutation(10)[digits[order]]
    x = np.zeros((len(y), 1, side, side), dtype=np.float32)
    for picture, digit, (i, j) in zip(x, small, r.integers(0, side - 7, size=(len(y), 2))):
        picture[0, i : i + 8, j : j + 8] = digit
    return x[:count], y[:count], x[count:], y[count:]


def look_inside(net, x, y):
    """Print the share of pictures that the chip reads, and what goes on behind each block."""
    print(f"{(chip(net, x).argmax(1) == y).mean():.3f} are right")
    c = len(net["first"][1])
    for depth in range(len(net["blocks"]) + 1):
        h = chip({**net, "blocks": net["blocks"][:depth], "last": (np.eye(c), np.zeros(c))}, x)  # (n, c)
        print(f"after {depth} blocks: the channels' means are {h.mean():.3g}, at most {h.max():.3g}; {int((h.max(0) == 0).sum())} of {c} channels are 0 throughout")


def counted(train, x, y, budget, seed):
    """Multiplications and additions of a training, its net, whether it changed what it was given, and its processor seconds."""
    import time

    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import flop_registry

    work = []

    class Counting(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            if function.overloadpacket in flop_registry:
                work.append(flop_registry[function.overloadpacket](*args, **(kwargs or {}), out_val=result))
            return result

    before, begun = (x.copy(), y.copy()), time.process_time()
    with Counting():
        net = train(x, y, budget, seed)
    seconds = time.process_time() - begun
    return sum(work), net, not all((a == b).all() for a, b in zip(before, (x, y))), seconds


def pictures_seen(work, net, side):
    """How many pictures of this size, forward and back through this net, are as much work."""
    c, places = len(net["first"][1]), ((side - 1) // 2 + 1) ** 2
    once = 2 * 9 * places * (c + 2 * len(net["blocks"]) * c * c) + 2 * 10 * c
    return work / (3 * once)


def pace(beside, c, blocks, side, steps=30):
    """Processor seconds for a picture, ten at a time with Adam, through a net of this form with norms; in the process of `beside`."""
    convs = torch.nn.ModuleList([torch.nn.Conv2d(c if i else 1, c, 3, 1 if i else 2, 1) for i in range(2 * blocks + 1)])
    norms, last = torch.nn.ModuleList([torch.nn.BatchNorm2d(c) for _ in convs]), torch.nn.Linear(c, 10)

    def usual(x, y, budget, seed):
        optimiser = torch.optim.Adam([*convs.parameters(), *norms.parameters(), *last.parameters()])
        for rows in torch.arange(len(y)).split(10):
            h = torch.relu(norms[0](convs[0](torch.tensor(x)[rows])))
            for i in range(1, len(convs), 2):
                h = torch.relu(h + norms[i + 1](convs[i + 1](torch.relu(norms[i](convs[i](h))))))
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(last(h.mean((2, 3))), torch.tensor(y)[rows]).backward()
            optimiser.step()

    pictures, digits = np.zeros((10 * steps, 1, side, side), dtype=np.float32), np.zeros(10 * steps, dtype=np.int64)
    return counted(usual, pictures, digits, 0, 0)[3] / len(digits)


# %% [markdown] nbgrader={"grade_id": "alone-text", "locked": true}
# The next cell is how the check finds out what `train` leads to; there is nothing to learn in it. Behind it stands the specification of this task.

# %% nbgrader={"grade_id": "alone", "locked": true}
ELSEWHERE = {  # what reads files, packages or other people's code, or fetches things by a text
    "DataSource", "Formatter", "Path", "_C", "_DisableTorchDispatch", "_ExcludeDispatchKeyGuard", "_disable_current_modes", "_mode_utils", "_ops", "_pop_mode", "_pop_mode_temporarily", "_python_dispatch", "_thread", "asdict", "astuple", "attrgetter", "builtins", "cached_property", "compile", "concurrent", "ctypes", "datasets", "exec", "f_back", "f_globals", "f_locals", "forms",
    "fileinput", "from_file", "fromfile", "fromregex", "gc", "genfromtxt", "get_field", "getattr", "globals", "gzip", "hub", "import_module", "importlib", "inspect", "io", "linecache", "load",
    "load_digits", "load_library", "loadtxt", "locals", "memmap", "methodcaller", "mmap", "multiprocessing", "no_dispatch", "open", "os", "pathlib", "pickle", "pickle_by_enum_name", "read", "read_array",
    "read_bytes", "read_text", "redirect_stderr", "redirect_stdout", "redispatch", "runpy", "shutil", "singledispatch", "socket", "string", "subprocess", "sys", "threading", "update_wrapper", "urllib", "vars",
    "wraps", "_convert_", "_getframe", "_wrapfunc", "__builtins__", "__closure__", "__code__", "__dict__", "__getattr__", "__getattribute__", "__getstate__", "__globals__", "__import__",
    "__match_args__", "__reduce__", "__reduce_ex__"}  # fmt: skip


def held(function, names, elsewhere):
    """What a function leads to, in the notebook or under these names in a module: how many numbers, letters and entries, and what of `elsewhere`.

    `eval` is refused as the builtin alone: a net has a method of that name.
    """
    import dis
    import gc
    import types

    import numpy as np
    import torch

    seen, waiting, total, used = {}, [function], 0, set()
    compiled = (types.BuiltinFunctionType, types.MethodDescriptorType, types.MethodWrapperType, types.WrapperDescriptorType)
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if thing is eval:
            used.add("the builtin `eval`")
        elif isinstance(thing, (*compiled, types.FunctionType, type)):  # whatever it is called in the notebook
            home = thing.__globals__.get("__name__") if isinstance(thing, types.FunctionType) else getattr(thing, "__objclass__", thing).__module__
            used |= set() if str(home).startswith("torch") else {thing.__name__} & elsewhere
        if isinstance(thing, types.ModuleType):
            waiting += [vars(thing)[name] for name in names if name in vars(thing)]
        elif isinstance(thing, np.ndarray):
            total += thing.size
            waiting += list(thing.flat) if thing.dtype.hasobject else []
        elif isinstance(thing, torch.Tensor):
            total += thing.numel()
        elif isinstance(thing, (str, bytes, bytearray)):
            total += len(thing)
        elif isinstance(thing, types.CodeType):
            waiting += thing.co_consts
        elif isinstance(thing, types.FunctionType):
            if thing.__globals__.get("__name__") == "__main__":
                codes = [thing.__code__]
                for code in codes:  # and what is defined inside
                    codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
                    steps = list(dis.get_instructions(code))
                    by_name = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
                    waiting += [thing.__globals__[name] for name in by_name if name in thing.__globals__]
                    waiting += [eval] if "eval" in by_name - set(thing.__globals__) else []
                    patterns = [step.arg for step in steps if step.opname == "MATCH_CLASS"]  # they read attributes, named in tuples or in an order
                    named = {part for group in code.co_consts if patterns and isinstance(group, tuple) for part in group} | ({"__match_args__"} if any(patterns) else set())
                    used |= (named | {part for name in code.co_names for part in name.split(".")}) & elsewhere
                waiting += [thing.__code__, thing.__defaults__, thing.__kwdefaults__, thing.__closure__, vars(thing)]
            elif not str(thing.__globals__.get("__name__")).startswith("torch"):
                waiting.append(thing.__closure__)  # a decorator's
        elif isinstance(thing, (types.BuiltinFunctionType, type(np.random.default_rng))):  # compiled: its module is not the notebook's
            bound = thing.__self__ if isinstance(thing, types.BuiltinFunctionType) else vars(thing)
            waiting += [] if isinstance(bound, types.ModuleType) else [bound]
        elif isinstance(thing, type):
            own = thing.__module__ == "__main__"
            waiting += [part for part in vars(thing).values() if own or isinstance(part, (types.FunctionType, np.ndarray, torch.Tensor))]
            waiting += thing.__bases__
        else:
            total += len(thing) if isinstance(thing, (list, tuple, dict, set, frozenset)) else 0
            waiting += gc.get_referents(thing)
    return total, sorted(used)


def from_x_alone():
    """Stop when train can know pictures other than those that it is given."""
    found = kit.reached(train)
    count, kept = kit.probe(held, train, sorted(found["names"]), ELSEWHERE)
    used = sorted({*kept, *(found["names"] & ELSEWHERE), *(found["packages"] - {"torch"})})
    kit.require(not used, f"train uses {', '.join(used)}: it learns from x and y alone, in NumPy and torch, and reads nothing else")
    kit.require(count <= 4000, f"train leads to {count} numbers and letters that the notebook keeps, 4000 are allowed: it learns from x and y alone")


def net_of_noise(seed, budget=10_000):
    """Your net after 200 pictures of noise: nothing to learn, but a net of the right form."""
    r = np.random.default_rng(0)
    return counted(train, r.uniform(0, 16, size=(200, 1, 12, 12)).astype(np.float32), r.integers(0, 10, size=200), budget, seed)


def numbers(net):
    """How many numbers a net has."""
    return sum(np.size(t) for t in (*net["first"], *(t for block in net["blocks"] for t in block), *net["last"]))


SENTENCES[7] = lambda r: (), {
    "a net that the chip reads: scores (n, 10), at least one block": lambda: (lambda net: chip(net, np.zeros((3, 1, 12, 12))).shape == (3, 10) and len(net["blocks"]) > 0)(net_of_noise(1)[1]),
    "at most `budget` numbers": lambda: all(numbers(net_of_noise(1, budget)[1]) <= budget for budget in (10_000, 5585)),
    "at most 4000 pictures of work": lambda: (lambda work, net, changed, _: 50 < pictures_seen(work, net, 12) <= 4000 and not changed)(*net_of_noise(1)),
    "the same seed gives the same net, another seed another one": lambda: (lambda one, again, another: np.array_equal(one, again) and not np.array_equal(one, another))(*(net_of_noise(seed)[1]["first"][0] for seed in (1, 1, 2))),
    "learns from x and y alone": lambda: from_x_alone() is None,
}

# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 5}
def handed_over(x, y, budget, seed):
    """The learner's net as plain arrays, within the budget, within the work, and fitting together."""
    from_x_alone()
    kit.probe(pace, train, 4, 1, 12, 2)  # so that what torch loads at its first step is on nobody's account
    work, net, changed, seconds = kit.probe(counted, train, x, y, budget, seed)
    kit.require(not changed, "x or y was changed by the call: work on a copy")
    kit.equal(sorted(net), ["blocks", "first", "last"], because="the keys of the net")
    first, last = ([np.asarray(t) for t in net[name]] for name in ("first", "last"))
    blocks = [[np.asarray(t) for t in block] for block in net["blocks"]]
    kit.require(len(blocks) >= 1 and all(len(block) == 4 for block in blocks), "at least one block, each (w1, b1, w2, b2)")
    c = len(first[0])
    wanted = [(c, 1, 3, 3), (c,), *[(c, c, 3, 3), (c,), (c, c, 3, 3), (c,)] * len(blocks), (10, c), (10,)]
    arrays = [*first, *[t for block in blocks for t in block], *last]
    kit.equal([tuple(t.shape) for t in arrays], wanted, because="shapes of first, blocks, last")
    for t in arrays:
        kit.finite(t)
    count = sum(t.size for t in arrays)
    kit.require(count <= budget, f"{count} numbers are handed over, {budget} are allowed: shapes {[t.shape for t in arrays]}")
    net = {"first": tuple(first), "blocks": [tuple(block) for block in blocks], "last": tuple(last)}
    seen = pictures_seen(work, net, x.shape[2])
    kit.require(seen <= 4000, f"the training is {seen:.0f} pictures of work, 4000 are allowed: {seen / len(x):.1f} rounds of {len(x)}; next: fewer rounds, smaller batches, a rate that falls to 0")
    kit.require(seen >= 50, f"{seen:.0f} pictures of work were counted: convolve with torch's conv2d, so that the training can be counted")
    usual = seen * kit.probe(pace, train, c, len(blocks), x.shape[2])
    kit.require(seconds <= 6 * usual, f"{seen:.0f} pictures of work were counted, but the training took {seconds:.1f} s of processor time; so many, ten at a time through a net like yours, take {usual:.1f} s, and six times that is allowed: work in batches, in convolutions and matrix products that can be counted")
    return net


def reached(net, x, y, least, top=16.0):
    """Check the share that the chip reads, and where the blocks are switched off."""
    share = float((chip(net, x).argmax(1) == y).mean())
    for name, other in (("divided by their largest number", x / top), ("centred and scaled", (x - x.mean()) / x.std())):
        if share < least <= float((chip(net, other).argmax(1) == y).mean()):
            kit.require(False, f"{share:.3f} of raw pictures are right, {least} are asked for; on pictures that are {name} they are: work that into the first convolution")
    shown = "; next: x, y, unseen, labels = forms(np.random.default_rng(1)), then look_inside(train(x, y, 10_000, 1), unseen, labels)"
    likely = "chance is 0.1: a norm was not folded, or with a batch's statistics in place of the running ones" if share < 0.3 else "too few steps, a rate that does not fall, or no norms: the table of the task says how far one gets without"
    kit.require(share >= least, f"{share:.3f} of unseen pictures are right, {least} are asked for\nlikely: {likely}{shown}")
    without = [(w1, b1, 0 * w2, 0 * b2) for w1, b1, w2, b2 in net["blocks"]]
    bare = float((chip({**net, "blocks": without}, x).argmax(1) == y).mean())
    kit.require(bare < share - 0.1, f"with the blocks switched off the chip still reads {bare:.3f}, with them {share:.3f}: the blocks do no work; train them together with the first convolution, from weights that are not 0")


score = kit.Score(5)
with score.part(1, "within 10 000 numbers at least 0.88 of 797 unseen pictures, raw, for each of two seeds", x="digits at random places of 12 × 12 pixels", seeds="1, 2"):
    x, y, unseen, labels = forms(kit.rng("forms"))
    for seed in (1, 2):
        reached(handed_over(x, y, 10_000, seed), unseen, labels, 0.88)
with score.part(1, "the same seed gives the same net, another seed another one; from 500 pictures at least 0.85 of the unseen ones", seeds="1, 1, 2"):
    one, again, another = (handed_over(x[:500], y[:500], 10_000, seed) for seed in (1, 1, 2))
    kit.close(again["first"][0], one["first"][0], rtol=1e-6, because="seed 1 twice: begin with torch.manual_seed(seed)")
    kit.require(another["first"][0].shape != one["first"][0].shape or not np.allclose(another["first"][0], one["first"][0]), "seeds 1 and 2 give the same weights")
    for trained_net in (one, another):
        reached(trained_net, unseen, labels, 0.85)
### BEGIN HIDDEN TESTS
with score.part(2, "other pictures, turned and numbered otherwise, with a budget of 5585 numbers: at least 0.76 for each of two seeds (most often: no norms, or biases and the last layer left out of the count)", hidden=True):
    x, y, unseen, labels = forms(kit.rng("small forms"))
    for seed in kit.rng("seed").integers(1000, size=2).tolist():
        reached(handed_over(x, y, 5585, seed), unseen, labels, 0.76)
with score.part(1, "500 pictures with pixels up to 255: at least 0.85 for each of two seeds (most often: pictures scaled in training, raw on the chip)", hidden=True):
    x, y, unseen, labels = forms(kit.rng("bright forms"), count=500, top=255.0)
    for seed in (7, 8):
        reached(handed_over(x, y, 10_000, seed), unseen, labels, 0.85, top=255.0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-ablation", "locked": true}
# ## 8. What does it need? (4 points)
#
# Norms, additions, kernels of its own for each block: which of them does a deeper net need, and is it the slopes? Measure it, so exactly that somebody else finds the same: from a given start, on given batches, nothing is left to chance. The net is that of task 7 without the chip's biases:
#
# | | |
# |---|---|
# | `start` | a dict: `"first"` (c, 1, 3, 3), `"blocks"`, a list of pairs `(w1, w2)`, each (c, c, 3, 3), and `"last"` (10, c), to begin with. Convolutions have no bias; the last layer has one, 0 at first |
# | ReLU | as torch has it, slope 0 at 0: blank pixels give exact zeros |
# | norms | after each convolution: less the mean, divided by $\sqrt{\text{var} + 10^{-5}}$ of the batch, for each channel, the variance divided by $n$ (all its pictures and pixels), not by $n - 1$; then times $\gamma$, plus $\beta$, 1 and 0 at first and trained as well |
# | training | one step for each entry of `batches`, an array of rows of `x` and `y`: mean cross-entropy of these rows, Adam at rate 0.005, otherwise as torch has it |
#
# Five variants: `"both"`, norms and additions; `"no norms"`; `"no additions"`, $h \leftarrow \operatorname{ReLU}(\text{norm}(\operatorname{conv}_2(\cdot)))$; `"neither"`; and `"shared"`, norms and additions, but every block has the kernels of the first one, with norms of its own: the same step again and again, a **recurrent** net whose time is its depth (lesson 2).
#
# | | contract |
# |---|---|
# | `ablation(start, x, y, batches)` | `x` (n, 1, side, side) float32 from 0 to 1. Returns a dict: for each of the five names `(slopes, losses)`. `slopes`: on the first batch, before any step, the length (root of the sum of squares) of the loss's slope by $h$ after the first convolution and after each block, blocks + 1 numbers. `losses`: the loss of each batch before its step. `start` stays as it is. **Tolerance**: each slope and each of the first five losses 0.1 %, the mean of the last ten losses 0.1, of what the grader finds when it trains these nets itself |
# | `conclude(runs)` | `runs`: one dict for each start, from the five names to a final loss. Returns a dict with `(cost, verdict)` for each of the four other than `"both"`. `cost`: the mean over the starts of its loss less that of `"both"` **from the same start**. `verdict`: `"learns nothing"` if the mean of its losses is at least $\ln 10 - 0.05$; otherwise `"slower"` if the cost is more than two standard errors above 0 (standard deviation of the differences, with $n - 1$, divided by $\sqrt{n}$), `"faster"` if it is more than two below, else `"not shown"`. Fewer than two starts: `ValueError` |
#
# By hand: from two starts `"both"` ends at 1.8 and 1.7, `"no additions"` at 2.0 and 1.8: differences 0.2 and 0.1, cost 0.15, standard error 0.05: `"slower"`. Specification, executable: `specification(8)`, two cells below. About 45 lines.

# %% nbgrader={"grade_id": "ablation", "solution": true}
def ablation(start, x, y, batches):
    """Slopes of the fresh net and losses in training, of the net and of four others."""
    ### BEGIN SOLUTION
    variants = {"both": (True, True, False), "no norms": (False, True, False), "no additions": (True, False, False), "neither": (False, False, False), "shared": (True, True, True)}
    return {name: one_variant(start, torch.tensor(x), torch.tensor(y), batches, *parts) for name, parts in variants.items()}


def one_variant(start, x, y, batches, norms, adds, shared):
    """(slopes, losses) of one net."""
    F, depth = torch.nn.functional, len(start["blocks"])
    first, last, *kernels = (torch.nn.Parameter(torch.tensor(w)) for w in (start["first"], start["last"], *(w for pair in start["blocks"] for w in pair)))
    bias = torch.nn.Parameter(torch.zeros(10))
    scaled = torch.nn.ModuleList([torch.nn.BatchNorm2d(len(first)) if norms else torch.nn.Identity() for _ in range(2 * depth + 1)])
    optimiser = torch.optim.Adam([first, last, bias, *kernels, *scaled.parameters()], lr=0.005)
    slopes, losses = [], []
    for rows in batches:
        states = [torch.relu(scaled[-1](F.conv2d(x[rows], first, None, 2, 1)))]
        for i in range(0, 2 * depth, 2):
            w1, w2 = kernels[:2] if shared else kernels[i : i + 2]
            inner = torch.relu(scaled[i](F.conv2d(states[-1], w1, None, 1, 1)))
            inner = scaled[i + 1](F.conv2d(inner, w2, None, 1, 1))
            states.append(torch.relu(states[-1] + inner if adds else inner))
        loss = F.cross_entropy(states[-1].mean((2, 3)) @ last.T + bias, y[rows])
        if not losses:
            slopes = [float(slope.norm()) for slope in torch.autograd.grad(loss, states, retain_graph=True)]
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return slopes, losses
    ### END SOLUTION


def conclude(runs):
    """What each variant costs, and whether that is shown."""
    ### BEGIN SOLUTION
    if len(runs) < 2:
        raise ValueError(f"{len(runs)} starts: at least two are needed to tell a difference from chance")
    found = {}
    for name in ("no norms", "no additions", "neither", "shared"):
        losses = np.array([run[name] for run in runs])
        differences = losses - np.array([run["both"] for run in runs])
        cost, error = differences.mean(), differences.std(ddof=1) / np.sqrt(len(runs))
        verdict = "slower" if cost > 2 * error else "faster" if cost < -2 * error else "not shown"
        found[name] = float(cost), "learns nothing" if losses.mean() >= np.log(10) - 0.05 else verdict
    return found
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-beside", "locked": true}
# **A tool for looking.** `beginning(np.random.default_rng(0))` draws `start, x, y, batches`, and `KNOWN` holds what comes of that one. `beside(name)` prints your slopes and losses of a variant beside them, `beside(name, few=True)` those of a start with two small pictures. When both functions are right, `print(conclude(many(5)))` answers the question of this task with five starts; it takes a minute or two.

# %% nbgrader={"grade_id": "beside", "locked": true}
def beginning(r, blocks=5, c=6, steps=25, rows=32, side=12):
    """A start, pictures from 0 to 1, their digits, and the rows of each batch."""
    x, y, _, _ = forms(r)
    middle = slice(6 - side // 2, 6 + side // 2)

    def drawn(*size):
        return (r.normal(size=size) * np.sqrt(2 / np.prod(size[1:]))).astype(np.float32)

    start = {"first": drawn(c, 1, 3, 3), "blocks": [(drawn(c, c, 3, 3), drawn(c, c, 3, 3)) for _ in range(blocks)], "last": drawn(10, c)}
    return start, x[:, :, middle, middle] / 16, y, [r.permutation(len(y))[:rows] for _ in range(steps)]


KNOWN = {  # slopes, the first five losses, the mean of the last ten
    "both": ([0.14424, 0.088931, 0.062935, 0.05325, 0.047762, 0.049306], [4.1897, 3.2906, 3.6471, 3.2498, 2.8543], 2.231),
    "no norms": ([0.40694, 0.31506, 0.15748, 0.088702, 0.063201, 0.044111], [4.464, 2.6802, 2.7176, 2.4331, 2.3088], 2.297),
    "no additions": ([0.13867, 0.11364, 0.079224, 0.052818, 0.042027, 0.038981], [2.5551, 2.4193, 2.4889, 2.4376, 2.3553], 2.235),
    "neither": ([0.05237, 0.058819, 0.047002, 0.036383, 0.037753, 0.037225], [2.3618, 2.2886, 2.3101, 2.3063, 2.3001], 2.308),
    "shared": ([0.18756, 0.10175, 0.065042, 0.050728, 0.044459, 0.053799], [5.7336, 4.3517, 4.9593, 4.2791, 3.6495], 2.483),
}


FEW = {"blocks": 2, "c": 4, "steps": 1, "rows": 2, "side": 6}  # one step on two small pictures
KNOWN_FEW = {
    "both": ([0.67613, 0.39237, 0.36491], [3.7716], 3.7716),
    "no norms": ([0.6621, 0.42373, 0.36165], [3.4529], 3.4529),
    "no additions": ([0.61586, 0.35569, 0.34422], [2.9826], 2.9826),
    "neither": ([0.19856, 0.22141, 0.31927], [2.5092], 2.5092),
    "shared": ([0.85215, 0.44628, 0.36986], [4.1636], 4.1636),
}


def beside(name, few=False):
    """Print your figures of one variant beside what comes of the first start, or of the one with two small pictures."""
    (slopes, losses), known = ablation(*beginning(np.random.default_rng(0), **(FEW if few else {})))[name], (KNOWN_FEW if few else KNOWN)[name]
    for said, mine, right in (("slopes", slopes, known[0]), ("losses", losses[:5], known[1]), ("mean of the last ten", [np.mean(losses[-10:])], [known[2]])):
        print(f"{said}: yours {np.round(mine, 4).tolist()}, right {right}")


def many(count):
    """What `conclude` is given: the five final losses of so many starts."""
    runs = [ablation(*beginning(np.random.default_rng(seed), steps=80)) for seed in range(count)]
    return [{name: float(np.mean(losses[-10:])) for name, (_, losses) in run.items()} for run in runs]


def tiny(function):
    """What ablation gives for a net of one block in three steps."""
    return function(*beginning(np.random.default_rng(3), blocks=1, c=3, steps=3))


TWO_STARTS = [{"both": 1.8, "no norms": 2.3, "no additions": 2.0, "neither": 2.28, "shared": 1.9}, {"both": 1.7, "no norms": 2.29, "no additions": 1.8, "neither": 2.3, "shared": 1.7}]
VERDICTS = {"no norms": (0.545, "learns nothing"), "no additions": (0.15, "slower"), "neither": (0.54, "learns nothing"), "shared": (0.05, "not shown")}
THREE_STARTS = [{"both": 1.5, "no norms": 2.2, "no additions": 1.55, "neither": 1.4, "shared": 1.6}, {"both": 1.7, "no norms": 2.26, "no additions": 1.9, "neither": 1.5, "shared": 1.8}, {"both": 1.9, "no norms": 2.32, "no additions": 2.4, "neither": 1.75, "shared": 2.1}]
OF_THREE = {"no norms": (0.56, "learns nothing"), "no additions": (0.25, "not shown"), "neither": (-0.15, "faster"), "shared": (0.4 / 3, "slower")}
SENTENCES[8] = lambda r: (), {
    "ablation: five names, for each blocks + 1 slopes and a loss for each batch": lambda: {name: (len(slopes), len(losses)) for name, (slopes, losses) in tiny(ablation).items()} == dict.fromkeys(KNOWN, (2, 3)),
    "ablation: the same twice, and start stays as it is": lambda: (lambda given: (lambda before, one, again: one == again and np.array_equal(before, given[0]["first"]))(given[0]["first"].copy(), ablation(*given), ablation(*given)))(beginning(np.random.default_rng(3), blocks=1, c=3, steps=3)),
    "ablation: with one block, sharing changes nothing": lambda: (lambda found: np.allclose(found["both"][1], found["shared"][1], rtol=1e-3))(tiny(ablation)),
    "conclude: the two starts of the text": lambda: all(np.isclose(conclude(TWO_STARTS)[name][0], cost) and conclude(TWO_STARTS)[name][1] == verdict for name, (cost, verdict) in VERDICTS.items()),
    "conclude: one start is refused with a ValueError": lambda: refused(ValueError, "", conclude, TWO_STARTS[:1]),
}

# %% nbgrader={"grade_id": "check-ablation", "grade": true, "points": 4}
def figures(found, steps):
    """A variant's slopes, first five losses and the mean of the last ten."""
    slopes, losses = ([float(number) for number in part] for part in found)
    kit.equal(len(losses), steps, because="a loss for each batch")
    return slopes, losses[:5], float(np.mean(losses[-10:]))


def agrees(found, rights, steps, few=""):
    """Hold measured figures against the right ones; where they are another variant's, say whose."""
    kit.equal(sorted(found), sorted(rights), because="the names of the variants")
    for name, right in rights.items():
        mine = figures(found[name], steps)
        for i, said in ((0, "slopes"), (1, "first five losses")):
            kit.close(mine[i], right[i], rtol=1e-3, because=f"{said} of {name!r}, relative to 0.1 %; if they are near but not equal: eps 1e-5, the batch's own variance (divided by n), a ReLU with slope 0 at 0; next: beside({name!r}{few})", known_wrong={f"these are the figures of {other!r}": value[i] for other, value in rights.items() if other != name} | ({"the order is from the first convolution to the last block": right[0][::-1]} if i == 0 else {}))
        kit.close(mine[2], right[2], rtol=0, atol=0.1, because=f"mean of the last ten losses of {name!r}: the first five agree, so the steps differ: rate 0.005, also for gamma and beta; next: beside({name!r}{few})")


def told(result):
    """What conclude gave as plain data."""
    return {str(name): (float(cost), str(verdict)) for name, (cost, verdict) in dict(result).items()}


def misjudged(right):
    """What well-known mistakes make of the two or the three starts, by name."""
    turned = {"slower": "faster", "faster": "slower"}
    ten = {name: (cost, "slower" if verdict == "learns nothing" else verdict) for name, (cost, verdict) in right.items()}
    alone = {name: (cost, "not shown" if verdict in turned else verdict) for name, (cost, verdict) in right.items()}
    wide = {name: (cost, "slower" if cost == 0.25 else verdict) for name, (cost, verdict) in right.items()}
    return {
        "the starts are not paired: take the standard deviation of the differences, each from the same start": alone, "n in place of n - 1 in the standard deviation": wide, "the bound is ln 10 - 0.05, not ln 10": ten,
        "the sign: the variant's loss less that of both": {name: (-cost, turned.get(verdict, verdict)) for name, (cost, verdict) in right.items()},
        "a variant may also be faster: two standard errors below 0": {name: (cost, "not shown" if verdict == "faster" else verdict) for name, (cost, verdict) in right.items()}}


### BEGIN HIDDEN TESTS
def trained(start, x, y, batches):
    """The grader's own figures."""
    F, found = torch.nn.functional, {}
    for name, (norms, adds, shared) in {"both": (1, 1, 0), "no norms": (0, 1, 0), "no additions": (1, 0, 0), "neither": (0, 0, 0), "shared": (1, 1, 1)}.items():
        weights = [torch.tensor(w, requires_grad=True) for w in (start["first"], *(w for pair in start["blocks"] for w in pair), start["last"], np.zeros(10, dtype=np.float32))]
        scales = [(torch.ones(len(start["first"]), requires_grad=True), torch.zeros(len(start["first"]), requires_grad=True)) for _ in weights[:-2]]
        steps = torch.optim.Adam([*weights, *(t for pair in scales for t in pair)], lr=0.005)
        losses = []
        for rows in batches:
            def layer(h, i, stride=1):
                z = F.conv2d(h, weights[(2 - i % 2) if shared and i else i], None, stride, 1)
                return F.batch_norm(z, None, None, *scales[i], True) if norms else z

            states = [F.relu(layer(torch.tensor(x[rows]), 0, 2))]
            for i in range(1, len(scales), 2):
                states.append(F.relu(layer(F.relu(layer(states[-1], i)), i + 1) + (states[-1] if adds else 0)))
            loss = F.cross_entropy(states[-1].mean((2, 3)) @ weights[-2].T + weights[-1], torch.tensor(y[rows]))
            slopes = slopes if losses else [s.norm().item() for s in torch.autograd.grad(loss, states, retain_graph=True)]
            losses.append(loss.item())
            steps.zero_grad()
            loss.backward()
            steps.step()
        found[name] = slopes, losses[:5], float(np.mean(losses[-10:]))
    return found


def weighed(runs):
    """Costs and verdicts."""
    table = {name: np.array([run[name] for run in runs]) for name in runs[0]}
    off = {name: losses - table["both"] for name, losses in table.items() if name != "both"}
    size = {name: d.mean() / (d.std(ddof=1) / len(runs) ** 0.5) for name, d in off.items()}
    return {name: (float(d.mean()), "learns nothing" if table[name].mean() >= math.log(10) - 0.05 else "slower" if size[name] > 2 else "faster" if size[name] < -2 else "not shown") for name, d in off.items()}


def some_runs(r):
    """Final losses from a few starts, that go up and down together."""
    count = int(r.integers(2, 7))
    level, names = r.normal(1.8, 0.2, size=count), ("both", "no norms", "no additions", "neither", "shared")
    shift = dict(zip(names, (0.0, *r.choice([0.0, 0.1, -0.1, 0.3, 0.5], size=4))))
    return [{name: float(level[i] + shift[name] + r.normal(0, 0.07)) for name in names} for i in range(count)]


### END HIDDEN TESTS
score = kit.Score(4)
with score.part(1, "ablation: slopes and losses of all five, from the first start", start="beginning(np.random.default_rng(0))"):
    given = beginning(np.random.default_rng(0))
    agrees(asked(kit.unchanged, ablation, *given), KNOWN, 25)
    agrees(asked(ablation, *beginning(np.random.default_rng(0), **FEW)), KNOWN_FEW, 1, ", few=True")
    ### BEGIN HIDDEN TESTS
    given = beginning(kit.rng("another start"), blocks=2, c=4, steps=12)
    try:
        agrees(ablation(*given), trained(*given), 12)
    except kit.CheckFailed:
        kit.require(False, "right for the start whose figures stand in the notebook, wrong for another one: measure, look nothing up")
    ### END HIDDEN TESTS
with score.part(1, "conclude: the two starts of the text, and three others"):
    kit.raises(ValueError, conclude, TWO_STARTS[:1])
    for runs, right in ((TWO_STARTS, VERDICTS), (THREE_STARTS, OF_THREE)):
        kit.close(told(conclude(runs)), right, rtol=1e-9, because=f"for {runs}; differences from the same start; two standard errors with n - 1; ln 10 - 0.05 is 2.2526", known_wrong=misjudged(right))
    ### BEGIN HIDDEN TESTS
    kit.require(all(told(conclude(runs))[name][1] == right for runs in kit.examples(some_runs, n=6, name="no verdicts by heart") for name, (_, right) in weighed(runs).items()), "right for the runs of the text, wrong for others that were drawn")
    ### END HIDDEN TESTS
### BEGIN HIDDEN TESTS
with score.part(1, "ablation from other starts, of other depth and width, trained beside yours (most often: norms that are not trained, additions before the norm, kernels shared by copies, or a variance divided by n − 1, which shows in batches of 3)", hidden=True):
    for blocks, c in ((3, 5), (6, 4)):
        given = beginning(kit.rng(f"start {blocks}"), blocks=blocks, c=c, steps=15)
        agrees(ablation(*given), trained(*given), 15)
    given = beginning(kit.rng("few"), blocks=3, c=5, steps=1, rows=3, side=6)
    agrees(ablation(*given), trained(*given), 1)
with score.part(1, "conclude for other numbers of starts, at and around the bounds (most often: starts not paired, n in place of n − 1)", hidden=True):
    for runs in kit.examples(some_runs, n=40, name="runs"):
        kit.close(told(conclude(runs)), weighed(runs), rtol=1e-9, atol=1e-12)
    flat = [{"both": 1.0 + i / 10, "no norms": 2.26, "no additions": 2.25, "neither": 1.0 + i / 10, "shared": 0.5 + i / 10} for i in range(4)]
    kit.equal({name: verdict for name, (_, verdict) in told(conclude(flat)).items()}, {"no norms": "learns nothing", "no additions": "slower", "neither": "not shown", "shared": "faster"})
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
