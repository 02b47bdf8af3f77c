# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Attention with a cache whose step equals the full pass
#
# **You deliver** attention for a serving engine in NumPy: a safe core, rotary places, grouped heads with a key-value cache, a test that names the fault in other people's versions, and a plan of what a real card can serve.
# **Time**: 90 minutes. **Resources**: one CPU core, 1 GB, NumPy, no network, no GPU; each cell takes under 2 s.
# **Proves**: `transformers` at I (all tasks). You need the course *Transformers*.
# **Score**: 28 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you: odd lengths, a batch of one, other masks and heads, extreme scores, both dtypes. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `attention` | 6 |
# | 2 | `rotate` | 4 |
# | 3 | `self_attention` | 8 |
# | 4 | `diagnose` | 5 |
# | 5 | `decode_plan` | 5 |
#
# The work is done in NumPy and plain Python: in tasks 1 to 3 a function that uses another library, itself or through a helper, earns nothing; nor does what uses more of the standard library than what calculates, repeats or collects (`math`, `itertools`, `functools`, `collections` …), loads modules by name, runs text as code, or gets attributes by a text (`getattr`, `vars`, `sys`). Results have the dtype of the input. **Tolerance** everywhere, unless the task names another: $10^{-10}$ in float64 and $10^{-5}$ in float32, relative or absolute.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. `x` has shape (2, 7, 48). Which shape has `x.reshape(2, 7, 6, 8).transpose(0, 2, 1, 3)`? (2, 6, 7, 8): batch, heads, words, numbers. If that was a guess: *Transformers*, lesson 1, *Many heads*.
# 2. With 5 words kept, at which places do 2 new words stand? 5 and 6. If that was a guess: lesson 3.
#
# *The situation.* A serving engine answers from one full pass when a prompt comes in and then word by word. Last week the two disagreed, nobody noticed for three days, and users got nonsense after the first word. You write the part anew, and the test that would have caught it.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np

from graders import kit

# the six words of lesson 1; the query of the last one makes scores of 0, 3, 0, 0, 1, 2 times log 2
TOY = np.array([[0, 0, 0], [2, 0, 1], [0, 1, 0], [0, 1, 0], [0, 2, 1], [1, 0, 1]], dtype=np.float64)  # (6, 3)
STRETCH = math.log(2) * math.sqrt(3)


def made(r, *shape, size=1.0, dtype=np.float64):
    """Seeded numbers of a shape."""
    return (size * r.normal(size=shape)).astype(dtype)


def made_layer(r, heads=4, kv_heads=2, d=6, width=10, dtype=np.float64):
    """The four matrices of a layer, each (out, in)."""
    sizes = {"q": (heads * d, width), "k": (kv_heads * d, width), "v": (kv_heads * d, width), "o": (width, heads * d)}
    return {name: made(r, *size, size=0.6, dtype=dtype) for name, size in sizes.items()}


# %% [markdown] nbgrader={"grade_id": "task-attention", "locked": true}
# ## 1. The core (6 points)
#
# | | contract |
# |---|---|
# | `attention(q, k, v, allowed=None)` | `q` (…, n, d), `k` (…, m, d), `v` (…, m, e) with any equal leading axes, none included; `allowed` of bool, broadcastable to (…, n, m), True where query i may see key j; `None`: everything. Returns (…, n, e) |
#
# As an executable specification for tame input without a mask:
#
# ```python
# e = np.exp(q @ np.swapaxes(k, -1, -2) / math.sqrt(d))
# assert np.allclose(attention(q, k, v), (e / e.sum(-1, keepdims=True)) @ v)
# ```
#
# Moreover: a query that may see **no** key gives zeros. Scores of any finite size give finite results. No warning and no changed argument reaches whoever calls it. About eight lines.

# %% nbgrader={"grade_id": "attention", "solution": true}
def attention(q, k, v, allowed=None):
    """Attention of every query; (..., n, d), (..., m, d), (..., m, e) -> (..., n, e)."""
    ### BEGIN SOLUTION
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])  # (..., n, m)
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    largest = scores.max(axis=-1, keepdims=True)  # (..., n, 1)
    e = np.exp(scores - np.maximum(largest, np.finfo(scores.dtype).min))  # a finite shift, also where all is masked
    return e / np.maximum(e.sum(axis=-1, keepdims=True), 1) @ v  # the sum is 0 there, and at least 1 elsewhere
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-attention", "grade": true, "points": 6}
def in_numpy(function, *arguments):
    """Call a function that is written by hand."""
    kit.by_hand(function)
    return function(*arguments)


def attend(*arguments):
    """The learner's attention, in NumPy."""
    return in_numpy(attention, *arguments)


score = kit.Score(6)
with score.part(1, "the toy by hand: the last of six words gives (20, 6, 14) / 17, whatever order the keys come in", q=STRETCH * TOY[5:], k=TOY, v=TOY):
    kit.close(attend(STRETCH * TOY[5:], TOY, TOY), np.array([[20.0, 6.0, 14.0]]) / 17, rtol=1e-10, known_wrong={
        "the scores are not divided by the root of d": (u := 2.0 ** (math.sqrt(3) * np.array([[0, 3, 0, 0, 1, 2]]))) @ TOY / u.sum(),
        "you took shares of the scores, not of their exponentials": np.array([[8.0, 2.0, 6.0]]) / 6,
        "the softmax runs over the queries: the weights of each query have to sum to 1 over the keys, the last axis": TOY.sum(0, keepdims=True),
        "the exponentials are not divided by their sum": np.array([[20.0, 6.0, 14.0]]),
        "all words weigh the same: are scores and softmax used?": TOY.mean(0, keepdims=True)})
    r = kit.rng("toy")
    for _ in range(4):
        order, value = r.permutation(6), made(r, 6, 2)
        kit.close(attend(STRETCH * TOY[5:], TOY[order], value[order]), np.array([[1, 8, 1, 1, 2, 4]]) @ value / 17, rtol=1e-10, because=f"keys in the order {order.tolist()}, values {value.tolist()}")
with score.part(1, "two keys: the weight of the first is 1 / (1 + e^(s2 - s1)), with s = q·k / √d; equal keys: the mean", d="1 to 9"):
    for r in kit.examples(lambda r: r, n=6, name="two"):
        d = int(r.integers(1, 10))
        q, k, v = made(r, 3, d), made(r, 2, d), made(r, 2, 4)
        gap = q @ (k[1] - k[0])  # (3,)
        mixed = lambda t: (v[0] - v[1]) / (1 + np.exp(t))[:, None] + v[1]
        e = np.exp(q @ k.T / math.sqrt(d))  # (3, 2)
        kit.close(attend(q, k, v), mixed(gap / math.sqrt(d)), rtol=1e-9, atol=1e-10, because=f"q = {q.tolist()}, k = {k.tolist()}, v = {v.tolist()}", known_wrong={
            "you divided by d instead of its root": mixed(gap / d), "you did not divide by the root of d": mixed(gap),
            "you multiplied by the root of d": mixed(gap * math.sqrt(d)), "you divided by the root of the number of keys": mixed(gap / math.sqrt(2)),
            "the weights go to the wrong keys": mixed(-gap / math.sqrt(d)),
            "the softmax runs over the queries: the weights of each query have to sum to 1 over the keys, the last axis": e / e.sum(0) @ v})
        kit.close(attend(q, np.repeat(k[:1], 5, axis=0), v := made(r, 5, 4)), np.tile(v.mean(0), (3, 1)), rtol=1e-9, atol=1e-10, because="five equal keys")
with score.part(1, "a mask hides keys: what remains is as if they were not there, and a query that sees nothing gives zeros", allowed="seeded"):
    for r in kit.examples(lambda r: r, n=5, name="masks"):
        q, k, v = made(r, 4, 3), made(r, 6, 3), made(r, 6, 2)
        keep = np.sort(r.choice(6, size=int(r.integers(1, 5)), replace=False))
        allowed = np.zeros((4, 6), dtype=bool)
        allowed[:3, keep] = True
        seen = attend(q, k, v, allowed)
        left_out = np.setdiff1d(np.arange(6), keep)
        everything = attend(q, k, v)
        e = np.exp(q[:3] @ k[keep].T / math.sqrt(3))  # the specification of the task, for the keys that are left
        full = np.exp(q[:3] @ k.T / math.sqrt(3))
        kit.close(seen[:3], e / e.sum(-1, keepdims=True) @ v[keep], rtol=1e-9, atol=1e-10, because=f"keys {keep.tolist()} of six allowed", known_wrong={
            "True means allowed, not hidden": attend(q[:3], k[left_out], v[left_out]), "the mask is not used": everything[:3],
            "the mask was put on after the softmax: what is left no longer sums to 1": full / full.sum(-1, keepdims=True) @ (v * np.isin(np.arange(6), keep)[:, None]),
            "hidden keys got the score 0, whose exponential is 1: a hidden key needs the score minus infinity": (e @ v[keep] + v[left_out].sum(0)) / (e.sum(-1, keepdims=True) + len(left_out))})
        kit.require(not np.allclose(seen[:3], everything[:3], atol=1e-4), "the mask changes nothing")
        kit.close(seen[3], np.zeros(2), atol=0, because="the fourth query may see nothing", known_wrong={
            "-inf - (-inf) is NaN: what may be subtracted from a row that is wholly masked?": np.full(2, np.nan), "a row that sees nothing is no mean of everything": v.mean(0)})
### BEGIN HIDDEN TESTS
def true_attention(q, k, v, allowed=None):
    """Row by row from the definition, in extended precision."""
    lead = q.shape[:-2]
    allowed = np.broadcast_to(True if allowed is None else allowed, (*lead, q.shape[-2], k.shape[-2]))
    out = np.zeros((*lead, q.shape[-2], v.shape[-1]), dtype=np.longdouble)
    for place in np.ndindex(*lead, q.shape[-2]):
        inside = place[:-1]
        see = allowed[place]
        if see.any():
            s = k[inside][see].astype(np.longdouble) @ q[place].astype(np.longdouble) / np.sqrt(np.longdouble(q.shape[-1]))
            w = np.exp(s - s.max())
            out[place] = (w / w.sum()) @ v[inside][see].astype(np.longdouble)
    return out.astype(np.float64)


def problem(r, size=1.0, dtype=np.float64):
    lead = tuple(int(i) for i in r.integers(1, 4, size=r.integers(0, 4)))
    n, m, d, e = (int(i) for i in r.integers(1, 8, size=4))
    return made(r, *lead, n, d, size=size, dtype=dtype), made(r, *lead, m, d, size=size, dtype=dtype), made(r, *lead, m, e, dtype=dtype), r.random(size=(n, m)) < 0.6


with score.part(1, "other shapes, leading axes and masks, with rows that see nothing, in float64", hidden=True):
    for q, k, v, allowed in kit.examples(problem, n=25, name="shapes"):
        kit.close(attend(q, k, v), true_attention(q, k, v), rtol=1e-10, atol=1e-10)
        kit.close(attend(q, k, v, allowed), true_attention(q, k, v, allowed), rtol=1e-10, atol=1e-10)
    q, k, v, _ = problem(kit.rng("batched mask"))
    q, k, v = (np.stack([t, 2 * t, -t]) for t in (q, k, v))
    allowed = kit.rng("batched mask 2").random(size=(*q.shape[:-1], k.shape[-2])) < 0.5
    kit.close(attend(q, k, v, allowed), true_attention(q, k, v, allowed), rtol=1e-10, atol=1e-10)
with score.part(1, "scores of ten thousand and more, up and down, stay finite and right", hidden=True):
    for q, k, v, allowed in kit.examples(lambda r: problem(r, size=10.0 ** r.uniform(1.5, 3)), n=25, name="extreme"):
        kit.close(attend(q, k, v, allowed), true_attention(q, k, v, allowed), rtol=1e-8, atol=1e-8)
    for sign in (-1, 1):
        k = sign * np.full((5, 4), 300.0)
        kit.close(attend(np.full((2, 4), 300.0), k, TOY[:5]), np.tile(TOY[:5].mean(0), (2, 1)), rtol=1e-10)
with score.part(1, "float32 stays float32 and is right to 1e-5; arguments stay as they were; no warning", hidden=True):
    for q, k, v, allowed in kit.examples(lambda r: problem(r, dtype=np.float32), n=20, name="single"):
        with np.errstate(all="raise", under="ignore"):
            result = np.asarray(kit.unchanged(attention, q, k, v, allowed))
        kit.equal(str(result.dtype), "float32")
        kit.close(result.astype(np.float64), true_attention(q, k, v, allowed), rtol=1e-5, atol=1e-5)
        kit.equal(str(np.asarray(attend(q, k, v)).dtype), "float32")

    def loudest(function, *arguments):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with np.errstate(all="raise", under="ignore"):
                return function(*arguments)

    q, k, v, _ = problem(kit.rng("quiet"), size=40.0)
    kit.close(kit.probe(loudest, attention, q, k, v, np.zeros((q.shape[-2], k.shape[-2]), dtype=bool)), np.zeros((*q.shape[:-1], v.shape[-1])), atol=0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-rotate", "locked": true}
# ## 2. Places as turns (4 points)
#
# | | contract |
# |---|---|
# | `rotate(x, positions, base)` | `x` (…, n, d) with even d, `positions` (n,) of whole numbers or floats of any sign, up to a million. Turns the pair of the numbers $i$ and $i + d/2$ by the angle $p\,\theta_i$ with $\theta_i = \text{base}^{-2i/d}$. Returns (…, n, d). Odd d: `ValueError` whose text contains d |
#
# A toy: $d = 2$, so $\theta_0 = 1$; $(1, 0)$ at place 2 becomes $(\cos 2, \sin 2)$. Compute the angles in float64 even for a float32 `x`: at place 100 000 a float32 angle is off by up to 0.004 radians. About six lines.

# %% nbgrader={"grade_id": "rotate", "solution": true}
def rotate(x, positions, base):
    """Turn the pairs (i, i + d / 2) of x (..., n, d) by positions (n,) times theta."""
    ### BEGIN SOLUTION
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d is {d}; pairs need an even number")
    theta = base ** (-np.arange(0, d, 2) / d)  # (d / 2,)
    angle = np.asarray(positions)[:, None] * theta  # (n, d / 2)
    cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-rotate", "grade": true, "points": 4}
def turn(*arguments):
    """The learner's rotate, in NumPy."""
    return in_numpy(rotate, *arguments)


score = kit.Score(4)
with score.part(1, "one pair: (1, 0) at place p becomes (cos p, sin p), and a pair (a, b) turns along; odd d is refused", x=[[1.0, 0.0]]):
    r = kit.rng("one pair")
    for place in (2, *r.integers(3, 999, size=3).tolist()):
        kit.close(turn(np.array([[1.0, 0.0]]), np.array([place]), 10.0), np.array([[math.cos(place), math.sin(place)]]), rtol=1e-10, because=f"place {place}", known_wrong={
            "the turn goes the wrong way": np.array([[math.cos(place), -math.sin(place)]]), "degrees are not radians": np.array([[math.cos(math.radians(place)), math.sin(math.radians(place))]])})
        a, b = r.normal(size=2)
        kit.close(turn(np.array([[a, b]]), np.array([place]), 10.0), np.array([[a * math.cos(place) - b * math.sin(place), a * math.sin(place) + b * math.cos(place)]]), rtol=1e-10, because=f"({a}, {b}) at place {place}")
    odd = int(r.integers(1, 20)) * 2 + 1
    kit.raises(ValueError, rotate, np.zeros((1, odd)), np.array([0]), 10.0, match=str(odd))
with score.part(1, "four numbers, base 100: the first pair is (0, 2) and turns by p, the second is (1, 3) and turns by p / 10", x="unit vectors", base=100):
    for place in kit.examples(lambda r: int(r.integers(1, 400)), n=4, name="four"):
        c, s, C, S = math.cos(place), math.sin(place), math.cos(place / 10), math.sin(place / 10)
        by_hand = np.array([[c, 0, s, 0], [0, C, 0, S], [-s, 0, c, 0], [0, -S, 0, C]])
        kit.close(turn(np.eye(4)[:, None, :], np.array([place]), 100.0)[:, 0], by_hand, rtol=1e-10, atol=1e-10, because=f"the four unit vectors, each at place {place}", known_wrong={
            "you paired neighbours, (0, 1) and (2, 3): here the pairs are (0, 2) and (1, 3)": np.array([[c, s, 0, 0], [-s, c, 0, 0], [0, 0, C, S], [0, 0, -S, C]]),
            "the turn goes the wrong way": by_hand.T,
            "you took neighbours as pairs and put the results in halves: take both from the same places": np.array([[c, 0, s, 0], [-s, 0, c, 0], [0, C, 0, S], [0, -S, 0, C]]), "all pairs turn alike: theta falls with i": np.array([[c, 0, s, 0], [0, c, 0, s], [-s, 0, c, 0], [0, -s, 0, c]]),
            "the exponent is -2i/d, not -i/d": np.array([[c, 0, s, 0], [0, math.cos(place / 100**0.25), 0, math.sin(place / 100**0.25)], [-s, 0, c, 0], [0, -math.sin(place / 100**0.25), 0, math.cos(place / 100**0.25)]])})
### BEGIN HIDDEN TESTS
def true_rotate(x, positions, base):
    """By complex numbers, in extended precision."""
    half = x.shape[-1] // 2
    theta = np.longdouble(base) ** (-np.arange(half, dtype=np.longdouble) / np.longdouble(half))
    z = (x[..., :half].astype(np.clongdouble) + 1j * x[..., half:]) * np.exp(1j * (np.asarray(positions, dtype=np.longdouble)[:, None] * theta))
    return np.concatenate([z.real, z.imag], axis=-1).astype(np.float64)


def turned(r, dtype=np.float64):
    lead = tuple(int(i) for i in r.integers(1, 4, size=r.integers(0, 3)))
    n, half = int(r.integers(1, 8)), int(r.integers(1, 9))
    return made(r, *lead, n, 2 * half, dtype=dtype), r.integers(-500, 3000, size=n), float(10.0 ** r.uniform(1, 6))


with score.part(1, "other shapes, bases and places, negative and fractional ones too; the input stays as it was", hidden=True):
    for x, positions, base in kit.examples(turned, n=25, name="turns"):
        kit.close(np.asarray(kit.unchanged(rotate, x, positions, base)), true_rotate(x, positions, base), rtol=1e-9, atol=1e-10)
        kit.close(turn(x, positions / 4, base), true_rotate(x, positions / 4, base), rtol=1e-9, atol=1e-10)
with score.part(1, "float32 at places up to a million: the dtype stays, and the result is right to 1e-5", hidden=True):
    for x, positions, base in kit.examples(lambda r: turned(r, dtype=np.float32), n=15, name="far"):
        far = positions + 997_000
        result = turn(x, far, base)
        kit.equal(str(result.dtype), "float32")
        kit.close(result.astype(np.float64), true_rotate(x, far, base), rtol=1e-5, atol=1e-5)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-self-attention", "locked": true}
# ## 3. Heads, mask and cache (8 points)
#
# | | contract |
# |---|---|
# | `self_attention(x, weights, heads, kv_heads, base, past=None, window=None)` | `x` (batch, n, width): the **new** words, n ≥ 1. `weights`: `{"q": (heads·d, width), "k": (kv_heads·d, width), "v": (kv_heads·d, width), "o": (width, heads·d)}`, used as `x @ w.T`. `past`: `None` or what an earlier call returned. Returns `(out, cache)`: `out` (batch, n, width), `cache` = `{"k": …, "v": …}`, each (batch, kv_heads, all words so far, d), keys **turned**, values not |
#
# - Head $h$ is rows $h\,d$ to $(h+1)\,d$ of `q`; it uses key-value head $\lfloor h \cdot \text{kv\_heads} / \text{heads} \rfloor$. If `heads` is no multiple of `kv_heads`: `ValueError` with both numbers.
# - The new words stand at the places after those kept. Queries and keys are turned by their places with `base`.
# - Causal. With `window = w`, word $i$ sees only the words $i - w + 1, \dots, i$. The cache still keeps all.
# - The heads' outputs are put side by side in order and multiplied with `o`.
# - `past` and all else stay as they were.
#
# The executable specification of the cache, for every way to cut a text into pieces:
#
# ```python
# whole, _ = self_attention(x, weights, heads, kv_heads, base)
# first, cache = self_attention(x[:, :5], weights, heads, kv_heads, base)
# rest, cache = self_attention(x[:, 5:], weights, heads, kv_heads, base, cache)
# assert np.allclose(np.concatenate([first, rest], axis=1), whole, rtol=1e-10, atol=1e-10)     # float64
# ```
#
# About 15 lines with the functions above.

# %% nbgrader={"grade_id": "self-attention", "solution": true}
def self_attention(x, weights, heads, kv_heads, base, past=None, window=None):
    """Causal grouped-query attention of new words x (batch, n, width); returns the output and the cache."""
    ### BEGIN SOLUTION
    if heads % kv_heads:
        raise ValueError(f"{heads} heads cannot share {kv_heads} key-value heads evenly")
    batch, n, _ = x.shape
    d = len(weights["q"]) // heads
    m = 0 if past is None else past["k"].shape[2]
    places = np.arange(m, m + n)

    def split(name, count):
        return (x @ weights[name].T).reshape(batch, n, count, d).transpose(0, 2, 1, 3)  # (batch, count, n, d)

    q = rotate(split("q", heads), places, base)
    k, v = rotate(split("k", kv_heads), places, base), split("v", kv_heads)
    if past is not None:
        k, v = np.concatenate([past["k"], k], axis=2), np.concatenate([past["v"], v], axis=2)
    back = places[:, None] - np.arange(m + n)  # (n, m + n)
    allowed = back >= 0
    if window is not None:
        allowed &= back < window
    group = heads // kv_heads
    out = attention(q, np.repeat(k, group, axis=1), np.repeat(v, group, axis=1), allowed)  # (batch, heads, n, d)
    return out.transpose(0, 2, 1, 3).reshape(batch, n, heads * d) @ weights["o"].T, {"k": k, "v": v}
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool", "locked": true}
# **A tool for finding faults.** `pieces(cuts)` runs your function on a text at once and in pieces and shows, word by word, how far kept keys, kept values and outputs are apart; `influence()` shows which outputs move when an input word moves (`#` where they do). Sound: all numbers near $10^{-15}$, and a full lower triangle with nothing above it. *Keys differ and values do not*: places. *Only outputs differ*: mask. *Something above the diagonal*: the future leaks.

# %% nbgrader={"grade_id": "pieces", "locked": true}
def pieces(cuts=(4, 5, 6), n=8, heads=4, kv_heads=2, base=100.0, window=None, batch=2):
    """Print where the pieces and the full pass of self_attention part."""
    r = np.random.default_rng(1)
    x, w = made(r, batch, n, 10), made_layer(r, heads, kv_heads)
    whole, right = self_attention(x, w, heads, kv_heads, base, None, window)
    outs, cache = [], None
    for start, stop in zip((0, *cuts), (*cuts, n)):
        out, cache = self_attention(x[:, start:stop], w, heads, kv_heads, base, cache, window)
        outs.append(out)
    gap = lambda a, b, axes: np.abs(a - b).max(axis=axes)
    print("piece limits:", cuts, "\nword      ", *(f"{i:8}" for i in range(n)))
    for name, line in (("keys", gap(cache["k"], right["k"], (0, 1, 3))), ("values", gap(cache["v"], right["v"], (0, 1, 3))), ("outputs", gap(np.concatenate(outs, axis=1), whole, (0, 2)))):
        print(f"{name:10}", *(f"{g:8.0e}" for g in line))


def influence(n=6, window=None):
    """Print which output words move when one input word moves."""
    r = np.random.default_rng(2)
    x, w = made(r, 1, n, 10), made_layer(r)
    plain, _ = self_attention(x, w, 4, 2, 100.0, None, window)
    for i in range(n):
        moved = []
        for j in range(n):
            other = x.copy()
            other[:, j] += 0.1
            moved.append(np.abs(self_attention(other, w, 4, 2, 100.0, None, window)[0] - plain)[0, i].max() > 1e-9)
        print(f"output {i}:", " ".join("#" if m else "." for m in moved))


try:
    pieces()
    influence()
except (NotImplementedError, TypeError):
    print("write self_attention first, then run this cell again")

# %% nbgrader={"grade_id": "check-self-attention", "grade": true, "points": 8}
def layer(*arguments):
    """The learner's self_attention, in NumPy."""
    return in_numpy(self_attention, *arguments)


score = kit.Score(8)
with score.part(1, "which key-value head serves which head: values that are constants, put side by side", heads=6, kv_heads="1, 2, 3, 6"):
    for kv_heads in (1, 2, 3, 6):
        r = kit.rng(f"constant {kv_heads}")
        value, x = made(r, kv_heads * 2), made(r, 2, 3, 12)
        x[..., 0] = 1.0  # so that the first column of a matrix is a constant
        w = {"q": made(r, 12, 12), "k": made(r, kv_heads * 2, 12), "v": np.zeros((kv_heads * 2, 12)), "o": np.eye(12)}
        w["v"][:, 0] = value
        out, cache = layer(x, w, 6, kv_heads, 50.0)
        pairs = value.reshape(kv_heads, 2)
        served = {1: (0, 0, 0, 0, 0, 0), 2: (0, 0, 0, 1, 1, 1), 3: (0, 0, 1, 1, 2, 2), 6: (0, 1, 2, 3, 4, 5)}[kv_heads]
        wrong = {2: (0, 1, 0, 1, 0, 1), 3: (0, 1, 2, 0, 1, 2)}.get(kv_heads, served)
        line = lambda order: np.broadcast_to(pairs[list(order)].reshape(12), (2, 3, 12))
        kit.close(cache["v"], np.array(np.broadcast_to(pairs[None, :, None, :], (2, kv_heads, 3, 2))), rtol=1e-9, because="kept values (batch, kv_heads, words, d): not turned, not repeated", known_wrong={
            "repeat for the query heads only after the cache was made": np.array(np.broadcast_to(pairs[list(served)][None, :, None, :], (2, 6, 3, 2))),
            "you cut (batch, n, heads·d) straight into (batch, heads, n, d): first (batch, n, heads, d), then bring heads before words": np.array(np.broadcast_to(np.tile(value, 3).reshape(kv_heads, 3, 2), (2, kv_heads, 3, 2))),
            "heads stand before words: (batch, kv_heads, words, d)": np.array(np.broadcast_to(pairs, (2, 3, kv_heads, 2)))})
        kit.close(out, np.array(line(served)), rtol=1e-9, because=f"{kv_heads} key-value heads with the values {pairs.tolist()}", known_wrong={
            "bring words before heads again, (batch, n, heads, d), before you put the heads side by side": np.array(np.broadcast_to(np.repeat(pairs[list(served)], 3, axis=0).reshape(3, 12), (2, 3, 12))),
            "neighbouring heads share one: h // (heads / kv_heads), not h % kv_heads": np.array(line(wrong)),
            "the heads' numbers are interleaved: bring words before heads again, then reshape": np.array(np.broadcast_to(pairs[list(served)].T.reshape(12), (2, 3, 12)))})
    few = int(kit.rng("uneven").integers(20, 60))
    many = 2 * few + int(kit.rng("uneven 2").integers(1, few))
    uneven = {"q": np.zeros((2 * many, 4)), "k": np.zeros((2 * few, 4)), "v": np.zeros((2 * few, 4)), "o": np.zeros((4, 2 * many))}
    kit.raises(ValueError, self_attention, np.zeros((1, 1, 4)), uneven, many, few, 10.0, match=rf"(?s)^(?=.*\b{many}\b)(?=.*\b{few}\b)")
with score.part(1, "queries of zero: word i gives the mean of the values up to i; with a window, of the last ones", heads=1, n=7):
    for r in kit.examples(lambda r: r, n=4, name="means"):
        n, window = int(r.integers(2, 12)), int(r.integers(1, 6))
        x, w = made(r, 1, n, 4), {"q": np.zeros((4, 4)), "k": made(r, 4, 4), "v": np.eye(4), "o": np.eye(4)}
        out, _ = layer(x, w, 1, 1, 50.0)
        kit.close(out[0], np.array([x[0, : i + 1].mean(0) for i in range(n)]), rtol=1e-9, because=f"x = {x[0].tolist()}", known_wrong={
            "no mask: every word sees all": np.tile(x[0].mean(0), (n, 1)),
            "each word sees one word of the future": np.array([x[0, : i + 2].mean(0) for i in range(n)]),
            "a word sees itself too": np.array([x[0, :i].mean(0) if i else np.zeros(4) for i in range(n)])})
        narrow, _ = layer(x, w, 1, 1, 50.0, None, window)
        kit.close(narrow[0], np.array([x[0, max(0, i + 1 - window) : i + 1].mean(0) for i in range(n)]), rtol=1e-9, because=f"the window {window}", known_wrong={
            "the window counts the word itself: one word too many": np.array([x[0, max(0, i - window) : i + 1].mean(0) for i in range(n)]),
            "the window is not used": out[0]})
with score.part(1, "places: two equal words (1, 0), one pair: the score at distance 1 is cos(1) / √2; kept keys are turned", x="equal words"):
    r = kit.rng("places")
    for _ in range(3):
        size, value = float(r.uniform(0.5, 4)), r.normal(size=2)
        x = np.array([[[1.0, value[0]], [1.0, value[1]]]])
        w = {"q": np.array([[size, 0.0], [0.0, 0.0]]), "k": np.array([[1.0, 0.0], [0.0, 0.0]]), "v": np.array([[0.0, 1.0], [0.0, 0.0]]), "o": np.eye(2)}
        out, cache = layer(x, w, 1, 1, 77.0)
        mixed = lambda gap: value[0] + (value[1] - value[0]) / (1 + math.exp(gap))
        kit.close(out[0, 1], np.array([mixed(size * (math.cos(1) - 1) / math.sqrt(2)), 0.0]), rtol=1e-9, atol=1e-12, because=f"a query of length {size}, values {value.tolist()}", known_wrong={
            "queries and keys are not turned": np.array([mixed(0.0), 0.0]), "only one of query and key is turned": np.array([mixed(size * (1 - math.cos(1)) / math.sqrt(2)), 0.0]),
            "not divided by the root of d": np.array([mixed(size * (math.cos(1) - 1)), 0.0])})
        kit.close(cache["k"], np.array([[[[1.0, 0.0], [math.cos(1), math.sin(1)]]]]), rtol=1e-9, atol=1e-12, because="the keys at places 0 and 1", known_wrong={
            "keys are kept turned": np.array([[[[1.0, 0.0], [1.0, 0.0]]]]), "places count from 0": np.array([[[[math.cos(1), math.sin(1)], [math.cos(2), math.sin(2)]]]])})
with score.part(1, "step equals full pass: a seeded text cut at seeded places", dtype="float64, 1e-10"):
    for r in kit.examples(lambda r: r, n=4, name="cuts"):
        n = int(r.integers(4, 12))
        x, w = made(r, 2, n, 10), made_layer(r)
        whole, kept = layer(x, w, 4, 2, 300.0)
        kit.require(np.abs(whole).max() > 0.01 and not np.allclose(whole[:, 1:], whole[:, :-1], atol=1e-3), "the outputs of different words are the same")
        other = x.copy()
        other[:, 0] += 1.0
        kit.require(not np.allclose(layer(other, w, 4, 2, 300.0)[0][:, -1], whole[:, -1], atol=1e-6), "the first word has no influence on the last")
        for cut in range(1, n):
            first, cache = layer(x[:, :cut], w, 4, 2, 300.0)
            rest, cache = layer(x[:, cut:], w, 4, 2, 300.0, cache)
            kit.shape(cache["k"], (2, 2, n, 6))
            kit.close(cache["v"], kept["v"], rtol=1e-10, atol=1e-10, because=f"{n} words, cut at {cut}: kept values")
            kit.close(cache["k"], kept["k"], rtol=1e-10, atol=1e-10, because=f"{n} words, cut at {cut}: kept keys", known_wrong={
                "the places of the new words count from 0 again": np.concatenate([kept["k"][:, :, :cut], layer(x[:, cut:], w, 4, 2, 300.0)[1]["k"]], axis=2),
                "kept keys are turned already: turn the new ones only, then put them behind": np.concatenate([turn(kept["k"][:, :, :cut], np.arange(cut), 300.0), kept["k"][:, :, cut:]], axis=2)})
            kit.close(rest, whole[:, cut:], rtol=1e-10, atol=1e-10, because=f"{n} words, cut at {cut}: keys and values are right, so look at the mask (new word i stands at place {cut} + i and sees the keys 0 to {cut} + i), then at how heads are put side by side", known_wrong={
                "the new words do not look into the cache": layer(x[:, cut:], w, 4, 2, 300.0)[0]})
            kit.close(first, whole[:, :cut], rtol=1e-10, atol=1e-10, because="later words must not change earlier ones")
### BEGIN HIDDEN TESTS
def true_layer(x, weights, heads, kv_heads, base, past=None, window=None, knobs=(0, 0, 0, 0)):
    """Word by word and head by head, from the definition; each of `knobs` puts one mistake in (for task 4)."""
    batch, n, _ = x.shape
    m = 0 if past is None else past["k"].shape[2]
    d = weights["q"].shape[0] // heads
    start = 0 if knobs[2] else m
    places = np.arange(start, start + n)
    heads_of = lambda name, count: np.stack([x @ weights[name][h * d : (h + 1) * d].T for h in range(count)], axis=1)
    k, v = true_rotate(heads_of("k", kv_heads), places, base), heads_of("v", kv_heads)
    q = true_rotate(heads_of("q", heads), places, base) * d ** knobs[0]
    if past is not None:
        k, v = np.concatenate([past["k"], k], axis=2), np.concatenate([past["v"], v], axis=2)
    allowed = np.array([[j <= m + i + knobs[3] and (window is None or j > m + i - window) for j in range(m + n)] for i in range(n)])
    use = [h % kv_heads if knobs[1] else h * kv_heads // heads for h in range(heads)]
    out = [true_attention(q[:, h], k[:, use[h]], v[:, use[h]], allowed) for h in range(heads)]
    return np.concatenate(out, axis=-1) @ weights["o"].T, {"k": k, "v": v}


def text(r, dtype=np.float64, batch=None):
    kv_heads, group, d = int(r.integers(1, 4)), int(r.integers(1, 4)), 2 * int(r.integers(1, 5))
    width = int(r.integers(2, 12))
    x = made(r, batch or int(r.integers(1, 4)), int(r.integers(1, 10)), width, dtype=dtype)
    return x, made_layer(r, kv_heads * group, kv_heads, d, width, dtype=dtype), kv_heads * group, kv_heads, float(10.0 ** r.uniform(1, 5))


def in_pieces(r, x, *setting, window=None):
    """Outputs and cache of the learner's function over a random cut of the text."""
    n = x.shape[1]
    cuts = sorted(set(r.integers(1, n, size=int(r.integers(1, 4))).tolist())) if n > 1 else []
    outs, cache = [], None
    for start, stop in zip([0, *cuts], [*cuts, n]):
        out, cache = layer(x[:, start:stop], *setting, cache, window)
        outs.append(out)
    return np.concatenate(outs, axis=1), cache


with score.part(1, "the full pass: other heads, groups, lengths, widths and bases, a batch of one", hidden=True):
    for x, *setting in [*kit.examples(text, n=12, name="full"), *kit.examples(lambda r: text(r, batch=1), n=4, name="one")]:
        out, cache = layer(x, *setting)
        right, kept = true_layer(x, *setting)
        kit.close(out, right, rtol=1e-9, atol=1e-10)
        kit.close(cache["k"], kept["k"], rtol=1e-9, atol=1e-10)
        kit.close(cache["v"], kept["v"], rtol=1e-9, atol=1e-10)
with score.part(1, "in pieces, float64: outputs and cache are those of the definition", hidden=True):
    for i, (x, *setting) in enumerate(kit.examples(text, n=12, name="pieces")):
        out, cache = in_pieces(kit.rng(f"cut {i}"), x, *setting)
        right, kept = true_layer(x, *setting)
        kit.close(out, right, rtol=1e-9, atol=1e-10)
        kit.close(cache["k"], kept["k"], rtol=1e-9, atol=1e-10)
        kit.close(cache["v"], kept["v"], rtol=1e-9, atol=1e-10)
with score.part(1, "windows, at once and in pieces, and a cache that holds other words than these", hidden=True):
    for i, (x, *setting) in enumerate(kit.examples(text, n=10, name="windows")):
        r = kit.rng(f"window {i}")
        window = int(r.integers(1, 6))
        right, _ = true_layer(x, *setting, None, window)
        kit.close(layer(x, *setting, None, window)[0], right, rtol=1e-9, atol=1e-10)
        kit.close(in_pieces(r, x, *setting, window=window)[0], right, rtol=1e-9, atol=1e-10)
        _, kept = true_layer(made(r, x.shape[0], int(r.integers(1, 7)), x.shape[2]), *setting)
        given = kit.unchanged(self_attention, x, *setting, {name: t.copy() for name, t in kept.items()}, window)
        kit.close(given[0], true_layer(x, *setting, kept, window)[0], rtol=1e-9, atol=1e-10)
with score.part(1, "float32 to 1e-5, at once and in pieces, and the results stay float32", hidden=True):
    for i, (x, *setting) in enumerate(kit.examples(lambda r: text(r, dtype=np.float32), n=8, name="single layers")):
        out, cache = in_pieces(kit.rng(f"single {i}"), x, *setting)
        kit.equal([str(t.dtype) for t in (out, cache["k"], cache["v"])], ["float32"] * 3)
        wide = {name: t.astype(np.float64) for name, t in setting[0].items()}
        kit.close(out.astype(np.float64), true_layer(x.astype(np.float64), wide, *setting[1:])[0], rtol=1e-5, atol=1e-5)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-diagnose", "locked": true}
# ## 4. The test that was missing (5 points)
#
# Other teams hand in versions of `self_attention`. You write the test that finds the fault.
#
# | | contract |
# |---|---|
# | `diagnose(candidate)` | `candidate(x, weights, heads, kv_heads, base, past=None)` should do what task 3 says (it knows no window). It is sound or has exactly one fault. Returns one of the texts below |
#
# | text | the fault |
# |---|---|
# | `"sound"` | none |
# | `"future"` | words see later words |
# | `"places"` | words that come after a cache are turned by wrong places |
# | `"groups"` | heads use the wrong key-value heads |
# | `"scale"` | the scores are not divided by $\sqrt d$ (or by something else) |
#
# You choose the inputs, and see what comes out: the candidate may be called, not looked into, by a function in NumPy and plain Python as above; torch may stand beside them here. Which inputs let only *one* fault show? Each part below counts only when every candidate in it is named rightly. In the public part the faults are put around **your own** function; afterwards they sit inside others'. Fewer than twenty calls of the candidate are enough.

# %% nbgrader={"grade_id": "diagnose", "solution": true}
def diagnose(candidate):
    """Name the fault of a candidate: sound, future, places, groups or scale."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(0)
    heads, kv_heads, d, width, n = 4, 2, 6, 10, 7
    x = r.normal(size=(2, n, width))
    w = {"q": r.normal(size=(heads * d, width)), "k": r.normal(size=(kv_heads * d, width)), "v": r.normal(size=(kv_heads * d, width)), "o": r.normal(size=(width, heads * d))}

    def same(a, b):
        return np.allclose(a, b, rtol=1e-6, atol=1e-8)

    whole, _ = candidate(x, w, heads, kv_heads, 100.0, None)
    if not same(candidate(x[:, :4], w, heads, kv_heads, 100.0, None)[0], whole[:, :4]):
        return "future"
    if same(whole, self_attention(x, w, heads, kv_heads, 100.0)[0]):
        _, cache = candidate(x[:, :4], w, heads, kv_heads, 100.0, None)
        rest, _ = candidate(x[:, 4:], w, heads, kv_heads, 100.0, cache)
        return "sound" if same(rest, whole[:, 4:]) else "places"
    flat = {**w, "q": np.zeros_like(w["q"])}  # without scores only the values count
    right, _ = self_attention(x, flat, heads, kv_heads, 100.0)
    return "scale" if same(candidate(x, flat, heads, kv_heads, 100.0, None)[0], right) else "groups"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnose", "grade": true, "points": 5}
def around(knobs):
    """Your own self_attention; each of four numbers that is not 0 puts one fault around it."""
    def candidate(x, weights, heads, kv_heads, base, past=None):
        d = weights["q"].shape[0] // heads
        rows = (np.roll(np.arange(heads), knobs[1])[:, None] * d + np.arange(d)).ravel()
        w = {**weights, "q": weights["q"][rows] * d ** (knobs[0] / 2), "o": weights["o"][:, rows]}
        if past is not None and knobs[2]:
            length = past["k"].shape[2]
            past = {"k": rotate(past["k"], np.full(length, float(length)), base), "v": past["v"]}
        out, cache = self_attention(x, w, heads, kv_heads, base, past)
        return (np.concatenate([out[:, 1:], out[:, -1:]], axis=1) if knobs[3] else out), cache

    return candidate


FAULTS = ("sound", "scale", "groups", "places", "future")


def judged(r, make, forms):
    """What diagnose says of each form, from calls alone, in an order drawn from r that is kept nowhere while it runs."""
    kit.by_hand(diagnose, libraries=["torch"])
    return [str(diagnose(candidate)) for candidate in [make(forms[i]) for i in r.permutation(len(forms))]]


score = kit.Score(5)
with score.part(2, "your own function, sound and with each fault put around it"):
    r = kit.rng("sound layer")
    x, w = made(r, 1, 5, 10), made_layer(r)
    whole, _ = layer(x, w, 4, 2, 90.0)
    first, cache = layer(x[:, :2], w, 4, 2, 90.0)
    kit.close(layer(x[:, 2:], w, 4, 2, 90.0, cache)[0], whole[:, 2:], rtol=1e-9, atol=1e-10, because="mend task 3 first: its step differs from its full pass")
    kit.require(np.abs(whole[:, 1:] - whole[:, :-1]).max() > 1e-3, "mend task 3 first: all words give the same")
    kit.close(layer(x[:, :4], w, 4, 2, 90.0)[0], whole[:, :4], rtol=1e-9, atol=1e-10, because="mend task 3 first: four words alone must give what they give before a fifth; influence() shows the leak")
    start = int(np.random.default_rng().integers(2**32))  # another order in each run: nothing to learn by heart
    says = judged(np.random.default_rng(start), around, np.eye(5, dtype=int)[:, 1:])
    for said, i in sorted(zip(says, np.random.default_rng(start).permutation(5)), key=lambda pair: pair[1]):
        fault = FAULTS[i]
        kit.equal(said, fault, because=f"the fault put around your function is: {fault}", known_wrong={
            "a sound version was blamed: compare with a tolerance, not bit for bit": said} if fault == "sound" else {
            "this fault does not show in your inputs: which of them lets it show?": "sound", "your inputs let another fault look the same: which weights switch a part off?": said})
### BEGIN HIDDEN TESTS
def version(knobs):
    """A candidate whose fault the numbers say; as the learner's side sees it, it has no name."""
    def candidate(x, weights, heads, kv_heads, base, past=None):
        scale, groups, places, future, noise = knobs
        d, w = weights["k"].shape[0] // kv_heads, weights
        if scale < 0:  # divided by d instead of its root
            w = {**w, "q": w["q"] / math.sqrt(d)}
        if places < 0 and past is not None:  # all new words stand at one place too early
            past = {"k": true_rotate(past["k"], np.ones(past["k"].shape[2]), base), "v": past["v"]}
        if groups < 0:  # the groups are taken from the end
            rows = (np.arange(kv_heads)[::-1, None] * d + np.arange(d)).ravel()
            w = {**w, "k": w["k"][rows], "v": w["v"][rows]}
        if future < 0 and x.shape[1] > 1:  # the text is read backwards
            x = x[:, ::-1]
        out, cache = true_layer(x, w, heads, kv_heads, base, past, None, (max(scale, 0) / 2, max(groups, 0), max(places, 0), max(future, 0)))
        return out + 1e-12 * noise * np.abs(out), cache

    return candidate


PLAIN, OTHER = (np.column_stack([sign * np.eye(5, dtype=int)[:, 1:], [noise, 0, 0, 0, 0]]) for sign, noise in ((1, 0), (-1, 1)))
with score.part(1, "others' versions with each fault, among sound ones", hidden=True):
    for said, i in zip(judged(kit.rng("faults"), version, PLAIN), kit.rng("faults").permutation(5)):
        kit.equal(said, FAULTS[i])
with score.part(1, "the same faults in other forms: too strong a division, reversed groups, one place off, read backwards", hidden=True):
    for said, i in zip(judged(kit.rng("forms"), version, OTHER), kit.rng("forms").permutation(5)):
        kit.equal(said, FAULTS[i])
with score.part(1, "no false alarm: sound versions that round otherwise, and faulty ones that are not taken for sound", hidden=True):
    forms = np.concatenate([PLAIN[:1], OTHER[:1], OTHER])
    for said, i in zip(judged(kit.rng("alarms"), version, forms), kit.rng("alarms").permutation(len(forms))):
        kit.require((said == "sound") == (i < 3), "a fault was taken for sound, or a sound version was blamed")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-plan", "locked": true}
# ## 5. What a card can serve (5 points)
#
# Before anybody runs it: how many conversations fit, and how long does a step take at least?
#
# | | contract |
# |---|---|
# | `decode_plan(model, card, tokens)` | `model`: `{"layers", "heads", "kv_heads", "d_head", "parameters", "weight_bytes", "cache_bytes", "window"}`: counts; bytes of one weight and of one cached number (may be 0.5); `window` a number of words or `None`. `card`: `{"memory": bytes, "bandwidth": bytes a second, "operations": operations a second}`. `tokens`: words of each conversation. Returns a dict |
#
# | key | meaning |
# |---|---|
# | `"bytes_per_token"` | float: cache bytes that one word leaves in all layers (a key **and** a value) |
# | `"users"` | int: the most conversations whose caches fit beside the weights. With a window a conversation keeps only its last `window` words |
# | `"step_seconds"` | float: the least time of one step for all of them together: the larger of reading time (all weights once, each cache once) and arithmetic time |
# | `"bound"` | `"memory"` or `"arithmetic"`, whichever is larger; `"memory"` when equal |
#
# Arithmetic of a step for one user: 2 operations for each parameter, and $4 \cdot \text{layers} \cdot \text{heads} \cdot \text{d\_head}$ for each word that is seen. If not even one conversation fits: `ValueError` whose text has the missing bytes as a whole number, rounded up, in digits only. Relative tolerance $10^{-9}$.
#
# A number to find again: SmolLM2-135M (30 layers, 9 and 3 heads of 64) leaves 23 040 bytes a word in 16 bits. Four steps to compare yours with stand in lesson 3, *At scale*.

# %% nbgrader={"grade_id": "plan", "solution": true}
def decode_plan(model, card, tokens):
    """Return bytes_per_token, users, step_seconds and bound."""
    ### BEGIN SOLUTION
    per_token = 2.0 * model["layers"] * model["kv_heads"] * model["d_head"] * model["cache_bytes"]
    seen = tokens if model["window"] is None else min(tokens, model["window"])
    weights = model["parameters"] * model["weight_bytes"]
    free = card["memory"] - weights
    users = math.floor(free / (per_token * seen))
    if users < 1:
        raise ValueError(f"{math.ceil(per_token * seen - free)} bytes are missing for one conversation")
    reading = (weights + users * per_token * seen) / card["bandwidth"]
    operations = users * (2 * model["parameters"] + 4 * model["layers"] * model["heads"] * model["d_head"] * seen)
    counting = operations / card["operations"]
    return {
        "bytes_per_token": per_token,
        "users": users,
        "step_seconds": max(reading, counting),
        "bound": "memory" if reading >= counting else "arithmetic",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-plan", "grade": true, "points": 5}
SMOL = {"layers": 30, "heads": 9, "kv_heads": 3, "d_head": 64, "parameters": 134_515_008, "weight_bytes": 2, "cache_bytes": 2, "window": None}
EIGHT = {"layers": 32, "heads": 32, "kv_heads": 8, "d_head": 128, "parameters": 8_000_000_000, "weight_bytes": 2, "cache_bytes": 2, "window": None}
CARD = {"memory": 80e9, "bandwidth": 3.35e12, "operations": 989e12}  # H100 SXM, bf16, from the data sheet

score = kit.Score(5)
with score.part(1, "bytes a word: SmolLM2 23 040 and an 8B model 131 072 in 16 bits, and in proportion to each count", model=SMOL):
    kit.close(decode_plan(SMOL, CARD, 1000)["bytes_per_token"], 23_040.0, rtol=1e-9, known_wrong={
        "a key AND a value": 11_520.0, "only key-value heads are kept, not all heads": 69_120.0, "that is one layer": 768.0, "those are bits": 184_320.0})
    kit.close(decode_plan(EIGHT, CARD, 1000)["bytes_per_token"], 131_072.0, rtol=1e-9)
    for times in kit.examples(lambda r: int(r.integers(2, 30)), n=4, name="proportion"):
        for key in ("layers", "kv_heads", "d_head", "cache_bytes"):
            kit.close(decode_plan({**SMOL, key: times * SMOL[key]}, {**CARD, "memory": 1e13}, 100)["bytes_per_token"], 23_040.0 * times, rtol=1e-9, because=f"{times} times the {key}")
with score.part(1, "users: the 8B model serves 59 conversations of 8 192 words on 80 GB, 3 of 131 072; what does not fit is refused", tokens="8192, 131072"):
    kit.equal(decode_plan(EIGHT, CARD, 8192)["users"], 59, known_wrong={"the weights need 16 of the 80 GB": 74, "only whole conversations count: round down": 60, "a key AND a value": 119, "only key-value heads are kept, not all heads": 14})
    kit.equal(decode_plan(EIGHT, CARD, 131_072)["users"], 3)
    for users, spare in kit.examples(lambda r: (int(r.integers(1, 90)), int(r.integers(1, 10**6))), n=4, name="users"):
        room = {**CARD, "memory": 16e9 + users * 131_072 * 5000 + spare}
        kit.equal(decode_plan(EIGHT, room, 5000)["users"], users, because=f"room for {users} conversations and {spare} bytes")
        kit.raises(ValueError, decode_plan, EIGHT, {**CARD, "memory": 16e9 + 131_072 * 5000 - spare}, 5000, match=rf"\b{spare}\b")
### BEGIN HIDDEN TESTS
def configuration(r):
    kv_heads = int(2 ** r.integers(0, 4))
    model = {"layers": int(r.integers(8, 90)), "heads": kv_heads * int(r.integers(1, 9)), "kv_heads": kv_heads, "d_head": int(r.choice([64, 80, 128])), "parameters": int(r.integers(10**8, 9 * 10**9)),
             "weight_bytes": float(r.choice([0.5, 1, 2])), "cache_bytes": float(r.choice([0.5, 1, 2, 4])), "window": None if r.random() < 0.5 else int(r.integers(100, 5000))}
    card = {"memory": float(r.uniform(24e9, 200e9)), "bandwidth": float(r.uniform(0.3e12, 8e12)), "operations": float(10.0 ** r.uniform(12.5, 15.3))}
    return model, card, int(r.integers(200, 9000))


def counted(model, card, tokens):
    """Bytes a word, users and the two times."""
    word = 2 * model["layers"] * model["kv_heads"] * model["d_head"] * model["cache_bytes"]
    kept = min(tokens, model["window"] or tokens)
    fixed = model["parameters"] * model["weight_bytes"]
    users = int((card["memory"] - fixed) // (word * kept))
    work = 2 * model["parameters"] + 4 * model["layers"] * model["heads"] * model["d_head"] * kept
    return word, users, (fixed + users * word * kept) / card["bandwidth"], users * work / card["operations"]


with score.part(1, "other models and cards: users, with windows that are shorter and longer than the text", hidden=True):
    for model, card, tokens in kit.examples(configuration, n=30, name="fit"):
        kit.close(decode_plan(model, card, tokens)["bytes_per_token"], float(counted(model, card, tokens)[0]), rtol=1e-9)
        kit.equal(decode_plan(model, card, tokens)["users"], counted(model, card, tokens)[1])
    exact = {**EIGHT, "window": 4096}
    kit.equal(decode_plan(exact, {**CARD, "memory": 16e9 + 4096 * 131_072.0}, 9000)["users"], 1)
    kit.raises(ValueError, decode_plan, {**exact, "cache_bytes": 0.5}, {**CARD, "memory": 1e9}, 9000, match=str(int(15e9 + 4096 * 32_768)))
    kit.raises(ValueError, decode_plan, EIGHT, {**CARD, "memory": 16e9 + 131_071.5}, 1, match=r"\b1\b")
with score.part(1, "the time of a step, where reading is slower and where arithmetic is", hidden=True):
    for model, card, tokens in kit.examples(configuration, n=30, name="step"):
        kit.close(decode_plan(model, card, tokens)["step_seconds"], float(max(counted(model, card, tokens)[2:])), rtol=1e-9)
with score.part(1, "what bounds it: memory and arithmetic, each where it is so", hidden=True):
    seen = set()
    for model, card, tokens in kit.examples(configuration, n=40, name="bound"):
        _, _, reading, counting = counted(model, card, tokens)
        seen.add("memory" if reading >= counting else "arithmetic")
        kit.equal(decode_plan(model, card, tokens)["bound"], "memory" if reading >= counting else "arithmetic")
    kit.equal(decode_plan(EIGHT, {**CARD, "operations": 1e9}, 1000)["bound"], "arithmetic")
    kit.equal(decode_plan(EIGHT, {**CARD, "bandwidth": 1e9}, 1000)["bound"], "memory")
    tie = {"layers": 1, "heads": 1, "kv_heads": 1, "d_head": 1, "parameters": 4, "weight_bytes": 2, "cache_bytes": 2, "window": None}
    kit.equal(decode_plan(tie, {"memory": 12, "bandwidth": 1.0, "operations": 1.0}, 1)["bound"], "memory")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
