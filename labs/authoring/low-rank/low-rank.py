# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Fewer numbers, a stated error
#
# **You deliver** ten functions: a compressor that keeps an error budget, a test that tells sound compressors from faulty ones, the division of one budget over a photograph's colours, a compressor for a layer of a language model, a planner for contractions, and a fit that knows how far its answer can be trusted. **90 minutes.** **Resources**: one CPU core, 1 GB, no network; no cell takes longer than about 10 s. **It proves** `linear-algebra` at B (the picture of task 2, the costs of task 4) and I.
#
# *The situation.* A camera and a small language model move to a device with little memory. Everybody says "it is low rank". Your team has to say of each picture and each weight matrix **how many numbers must be kept for which error**, and which matrices are better left alone.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `compress`, `accepts` | 7 |
# | 2 | `share_ranks`, `restore` | 4 |
# | 3 | `compress_layer`, `largest_rank` | 5 |
# | 4 | `shape_and_cost`, `best_order` | 6 |
# | 5 | `fit`, `worst_case` | 5 |
#
# **How it is scored.** 27 points. Each part of a check earns its points on its own; run each check as often as you like. After you submit, other inputs are tried, drawn anew for you: wide and tall shapes, matrices of zeros, budgets at the border. Of these only the property that failed is told. NumPy and SciPy may be used throughout, `np.linalg.svd` too. *Budget met* always means: the error is at most `budget * (1 + 1e-9)`, so that the last digit of a rounding decides nothing.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# - `a` has shape (5, 3), `b` (3, 2). What is the shape of `a @ b`? (5, 2). *If not: Linear algebra, lesson 1.*
# - A matrix has the singular values 4, 3 and 0. How large is the error of its best rank-1 approximation, in the Frobenius norm? 3. *If not: lesson 2.*
# - What does `np.einsum("nd,kd->nk", x, w)` compute? `x @ w.T`. *If not: lesson 3.*
#
# **A tool for finding faults.** `spectrum(matrix, budget)` draws what is lost at each rank and where the budget lies; `report(matrix, left, right, budget)` says of two factors what the contract asks; `specification(task)` holds all functions of a task against theirs.

# %% nbgrader={"grade_id": "setup", "locked": true}
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_sample_image
from sklearn.linear_model import Ridge

from graders import kit

torch.set_num_threads(1)
photo = load_sample_image("china.jpg")  # (427, 640, 3) of uint8: CC BY 2.0, in the package scikit-learn


def spectrum(matrix, budget=None):
    """Draw the relative error that each rank leaves."""
    s = np.linalg.svd(np.asarray(matrix, dtype=float), compute_uv=False)
    left_over = [np.linalg.norm(s[r:]) / np.linalg.norm(s) for r in range(len(s) + 1)]
    plt.figure(figsize=(6, 3))
    plt.plot(left_over, color="#0072B2")
    if budget is not None:
        plt.axhline(budget, color="#D55E00", linestyle="--")
    plt.title("What is lost at each rank")
    plt.xlabel("rank")
    plt.ylabel("error / norm (share of 1)")
    plt.show()


def report(matrix, left, right, budget):
    """Print shapes, numbers kept and error of two factors."""
    matrix = np.asarray(matrix, dtype=float)
    print(f"matrix {matrix.shape}, factors {left.shape} and {right.shape}: {left.size + right.size:,} numbers of {matrix.size:,}")
    print(f"error {np.linalg.norm(matrix - left @ right):.6g}, allowed {budget * np.linalg.norm(matrix):.6g}")


spectrum(photo[:, :, 1], 0.1)

# %% [markdown] nbgrader={"grade_id": "specification-text", "locked": true}
# *In words: the blue line falls from 1 to below 0.3 within the first rank, crosses the dashed line at 0.1 near rank 57 and ends at 0 at rank 427.*
#
# **The contracts, to run.** `specification(task)` holds your functions against the sentences of a task's contract, on new inputs each time, and says of each sentence whether it holds. It asks what the checks ask, of fewer inputs; it counts nothing. When you have written task 1, call `specification(1)` in a cell of your own, and so on to 5.

# %% nbgrader={"grade_id": "specification", "locked": true}
def falling(r, m=7, n=5):
    """A matrix whose singular values fall."""
    return r.normal(size=(m, n)) * 0.5 ** np.arange(n)


def refused(call, words):
    """Whether a call raises a ValueError with these words."""
    try:
        call()
    except ValueError as error:
        return words in str(error)
    return False


def wider(matrix, budget):
    """Your compress, with a direction of zeros more."""
    left, right = compress(matrix, budget)
    return np.pad(left, ((0, 0), (0, 1))), np.pad(right, ((0, 1), (0, 0)))


def misses(matrices, ranks):
    """The root mean square error of the best approximations of these ranks."""
    lost = sum((np.linalg.svd(a, compute_uv=False)[r:] ** 2).sum() for a, r in zip(matrices, ranks, strict=True))
    return math.sqrt(lost / (len(matrices) * matrices[0].size))


def smallest_sum(r):
    """Whether no list of ranks with a smaller sum than share_ranks gives keeps the limit: all lists are tried."""
    colours = [falling(r, 4, 3) for _ in range(3)]
    ranks, limit = share_ranks(colours, 0.2), 0.2 * (1 + 1e-9)
    return misses(colours, ranks) <= limit and all(misses(colours, other) > limit for other in itertools.product(range(4), repeat=3) if sum(other) < sum(ranks))


def off(weight, x, left, right):
    """The relative error of a layer's outputs."""
    return np.linalg.norm(x @ (weight - left @ right).T) / np.linalg.norm(x @ weight.T)


def grows(a, b, db):
    """How much larger the relative error is in the solution than in the right side."""
    x, dx = np.linalg.solve(a, b), np.linalg.solve(a, db)
    return np.linalg.norm(dx) / np.linalg.norm(x) * np.linalg.norm(b) / np.linalg.norm(db)


SENTENCES = {
    1: {
        "compress: left is (m, r), right is (r, n), both float64": lambda r: (lambda left, right: (len(left), right.shape[1], left.shape[1], left.dtype, right.dtype) == (7, 5, len(right), float, float))(*compress(falling(r), 0.1)),
        "compress: the error is at most budget times the matrix's norm": lambda r: (lambda a: np.linalg.norm(a - np.matmul(*compress(a, 0.1))) <= 0.1 * np.linalg.norm(a) * (1 + 1e-9))(falling(r)),
        "compress: with one direction less no factors would do": lambda r: (lambda a: np.linalg.norm(np.linalg.svd(a, compute_uv=False)[len(compress(a, 0.1)[1]) - 1 :]) > 0.1 * np.linalg.norm(a))(falling(r)),
        "compress: a budget of 1 keeps no direction": lambda r: compress(falling(r), 1.0)[0].shape == (7, 0),
        "compress: a budget below 0.0001, or NaN, is refused, its number in the text": lambda r: refused(lambda: compress(falling(r), 5e-5), "5e-05") and refused(lambda: compress(falling(r), math.nan), "nan"),
        "accepts: your own compress is sound": lambda r: accepts(compress) is True,
        "accepts: one direction too many is not": lambda r: accepts(wider) is False,
    },
    2: {
        "share_ranks: the limit is kept, and no list with a smaller sum keeps it": smallest_sum,
        "restore: (m, n, c) of uint8": lambda r: (lambda picture: picture.shape == (4, 3, 2) and picture.dtype == np.uint8)(restore([(r.random((4, 1)), r.random((1, 3)))] * 2)),
        "restore: 300 becomes 255, -7 becomes 0, 99.6 becomes 100": lambda r: restore([(np.array([[300.0], [-7.0], [99.6]]), np.ones((1, 1)))]).ravel().tolist() == [255, 0, 100],
    },
    3: {
        "compress_layer: left is (out, r), right is (r, in)": lambda r: (lambda left, right: (len(left), right.shape[1], left.shape[1]) == (7, 5, len(right)))(*compress_layer(falling(r), r.normal(size=(9, 5)), 0.1)),
        "compress_layer: the outputs are off by at most the budget": lambda r: (lambda weight, x: off(weight, x, *compress_layer(weight, x, 0.1)) <= 0.1 * (1 + 1e-9))(falling(r), r.normal(size=(9, 5))),
        "compress_layer: for one token one direction is enough, whatever the weight": lambda r: len(compress_layer(r.normal(size=(7, 5)), r.normal(size=(1, 5)), 0.01)[1]) == 1,
        "largest_rank: r (out + in) numbers are at most the share, (r + 1) (out + in) are more": lambda r: all(largest_rank(m, n, 0.5) * (m + n) <= 0.5 * m * n < (largest_rank(m, n, 0.5) + 1) * (m + n) for m, n in r.integers(1, 300, size=(20, 2)).tolist()),
    },
    4: {
        "shape_and_cost: the shape is the one that np.einsum gives": lambda r: all(shape_and_cost(spec, shapes)[0] == np.einsum(spec, *map(np.zeros, shapes)).shape for spec, shapes in (("nd,kd->kn", [(5, 3), (4, 3)]), ("nij,ji->n", [(7, 2, 3), (3, 2)]), ("a,b->", [(2,), (3,)]))),
        "shape_and_cost: (n, d) times (d, k) costs n d k": lambda r: (lambda n, d, k: shape_and_cost("nd,dk->nk", [(n, d), (d, k)])[1] == n * d * k)(*r.integers(1, 50, size=3).tolist()),
        "shape_and_cost: a letter of two sizes is refused, and named": lambda r: refused(lambda: shape_and_cost("nd,kd->nk", [(5, 3), (4, 2)]), "'d'"),
        "best_order: two operands are one step, and it costs what they cost in one go": lambda r: best_order("nd,kd->nk", [(5, 3), (4, 3)]) == (60, [(0, 1)]),
        "best_order: three matrices cost the cheaper of the two ways to set brackets": lambda r: (lambda a, b, c, d: best_order("ab,bc,cd->ad", [(a, b), (b, c), (c, d)])[0] == min(a * b * c + a * c * d, b * c * d + a * b * d))(*r.integers(2, 20, size=4).tolist()),
        "best_order: where no order keeps the limit, None": lambda r: best_order("a,b->ab", [(3,), (4,)], 11) is None,
    },
    5: {
        "fit: with all directions kept, what is left of B is at right angles to the columns of A": lambda r: (lambda a, b: np.abs(a.T @ (a @ fit(a, b, 1e9)[0] - b)).max() < 1e-9)(r.normal(size=(9, 4)), r.normal(size=(9, 2))),
        "fit: no change of B comes back larger than gain times": lambda r: (lambda a, b, db: np.linalg.norm(fit(a, b + db, 1e9)[0] - fit(a, b, 1e9)[0]) <= fit(a, b, 1e9)[1] * np.linalg.norm(db) * (1 + 1e-6))(r.normal(size=(9, 4)), r.normal(size=(9, 2)), r.normal(size=(9, 2))),
        "fit: for a matrix of zeros W and gain are 0": lambda r: (lambda w, gain: not w.any() and w.shape == (4, 2) and gain == 0)(*fit(np.zeros((9, 4)), r.normal(size=(9, 2)), 1e9)),
        "worst_case: the relative error grows as the condition number says": lambda r: (lambda a: math.isclose(grows(a, *worst_case(a)), np.linalg.cond(a), rel_tol=1e-6))(r.normal(size=(5, 5))),
    },
}


def specification(task):
    """Hold your functions against each sentence of a task's contract, and say what holds."""
    for sentence, holds in SENTENCES[task].items():
        try:
            said = "holds" if holds(np.random.default_rng()) else "does NOT hold"
        except Exception as error:
            said = f"stops with {error!r}"
        print(f"{sentence}: {said}")


# %% [markdown] nbgrader={"grade_id": "task-compress", "locked": true}
# ## 1. A compressor and its test (7 points)
#
# `compress(matrix, budget)` takes a matrix $A$ of shape (m, n), of any real number type, and returns two float64 factors, `left` (m, r) and `right` (r, n), with
#
# $$\|A - \text{left} \cdot \text{right}\|_F \;\le\; \text{budget} \cdot \|A\|_F, \qquad \|A\|_F = \sqrt{\textstyle\sum_{ij} A_{ij}^2},$$
#
# and **the smallest r** for which that is possible. $r = 0$ is possible: factors of shape (m, 0) and (0, n). Budgets below $10^{-4}$, and NaN, raise a `ValueError` whose text contains the budget as Python prints it. About ten lines.
#
# By hand first: $A$ = diag(4, 3) has the norm 5. Rank 1 leaves 3, which is 0.6 of 5. So budget 0.6 gives r = 1, and 0.59 gives r = 2.
#
# `accepts(candidate)` is the other half: `candidate(matrix, budget)` should do what `compress` does. Return `True` when it does and `False` when it does not. You may call it, fewer than 60 calls are enough, and not look into it. Candidates are written by different people: the factors of a matrix are not unique, so **hold the answer against the contract, not against your own factors**. The contract says what may go wrong: too many, too few, a bad shape, a zero matrix, a border, a budget that must be refused. A candidate that raises where it should answer is not sound.

# %% nbgrader={"grade_id": "compress", "solution": true}
def compress(matrix, budget):
    """Factors (m, r) and (r, n) of the smallest rank r whose error is within the budget."""
    ### BEGIN SOLUTION
    if not budget >= 1e-4:
        raise ValueError(f"budget {budget} is below 1e-4")
    u, s, vt = np.linalg.svd(np.asarray(matrix, dtype=np.float64), full_matrices=False)
    rank = rank_within(s, budget * math.sqrt((s * s).sum()))
    return u[:, :rank] * s[:rank], vt[:rank]
    ### END SOLUTION


### BEGIN SOLUTION
def rank_within(s, allowed):
    """The smallest rank that leaves at most `allowed` of the singular values s, which fall."""
    rank = len(s)
    while rank > 0 and math.sqrt((s[rank - 1 :] ** 2).sum()) <= allowed * (1 + 1e-9):
        rank -= 1
    return rank
### END SOLUTION


def accepts(candidate):
    """True when candidate(matrix, budget) meets the contract of compress."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(5)
    cases = [(np.diag([4.0, 3.0]), 0.6), (np.diag([4.0, 3.0]), 1.0), (np.zeros((3, 2)), 0.5)] + [
        (r.normal(size=shape) * 0.8 ** np.arange(shape[1]), budget) for shape in ((25, 20), (20, 25), (1, 5), (5, 1)) for budget in (2e-4, 0.05, 0.3, 0.6, 0.9)
    ]
    try:
        for matrix, budget in cases:
            m, n = matrix.shape
            left, right = candidate(matrix.copy(), budget)
            norm = np.linalg.norm(matrix)
            rank = rank_within(np.linalg.svd(matrix, compute_uv=False), budget * norm)
            if left.shape != (m, rank) or right.shape != (rank, n):
                return False
            if not np.linalg.norm(matrix - left @ right) <= budget * norm * (1 + 1e-8):
                return False
    except Exception:
        return False
    for budget in (-0.1, 0.0, 9e-5, float("nan")):
        try:
            candidate(np.eye(3), budget)
            return False
        except ValueError as error:
            if str(budget) not in str(error):
                return False
        except Exception:
            return False
    return True
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-compress", "grade": true, "points": 7}
score = kit.Score(7)


def smallest_rank(s, allowed):
    """How many of the falling singular values s must stay, so that what is left out is within `allowed`."""
    tails = np.sqrt(np.append(np.cumsum(np.square(s[::-1]))[::-1], 0.0))  # tails[r]: error of rank r
    return int((tails > allowed * (1 + 1e-9)).sum())


def factors(answer, shape, what):
    """The two factors, looked at: arrays of two axes, float64, that fit the shape."""
    kit.require(isinstance(answer, tuple) and len(answer) == 2, f"{what} must return a tuple of two arrays: left, right")
    left, right = answer
    for name, factor in (("left", left), ("right", right)):
        kit.require(isinstance(factor, np.ndarray) and factor.ndim == 2, f"{name} must be an array with two axes")
        kit.equal(str(factor.dtype), "float64", because=f"{name} is kept in float64")
    kit.require(left.shape[1] == right.shape[0], f"left {left.shape} and right {right.shape} cannot be multiplied")
    kit.equal((left.shape[0], right.shape[1]), shape, because="left is (m, r), right is (r, n)", known_wrong={"the factors are transposed or exchanged": shape[::-1]})
    return left, right


def held(matrix, budget, **known):
    """Run compress and hold its answer against the contract; return the rank."""
    left, right = factors(compress(matrix, budget), matrix.shape, "compress")
    wide = matrix.astype(np.float64)
    allowed = budget * np.linalg.norm(wide)
    kit.equal(left.shape[1], smallest_rank(np.linalg.svd(wide, compute_uv=False), allowed), because=f"the smallest rank for budget {budget}", **known)
    error = float(np.linalg.norm(wide - left @ right))
    kit.require(error <= allowed * (1 + 1e-6) + 1e-12 * np.linalg.norm(wide), f"the rank is right, but the factors leave an error of {error:.6g} where {allowed:.6g} is allowed: which directions did you keep, and is each singular value in the product once?")
    return left.shape[1]


with score.part(1, "by hand: diag(4, 3) within 0.6 and 0.59, diag(12, 4, 3) within 0.38 and 0.3", matrix=np.diag([4.0, 3.0]), budget=0.6):
    kit.equal(held(np.diag([4.0, 3.0]), 0.6), 1)
    held(np.diag([4.0, 3.0]), 0.59, known_wrong={"the share of the squares is 0.36: take its root before comparing with 0.59": 1})
    held(np.diag([12.0, 4.0, 3.0]), 0.38, known_wrong={"compare the root of the sum of all squares that are left out (5), not the next singular value alone": 0, "compare with the norm of the matrix (13), not with its largest singular value": 2})
    held(np.diag([12.0, 4.0, 3.0]), 0.3, known_wrong={"the share of the squares, not its root": 1})
    for budget in (0.0, 5e-5, -1.0, float("nan")):
        kit.raises(ValueError, compress, np.eye(2), budget, match=str(budget))
with score.part(1, "the photograph's green channel within a tenth: 57 of 427 directions", matrix="photo[:, :, 1]", budget=0.1):
    green = photo[:, :, 1]
    kit.equal(held(green, 0.1, known_wrong={"the share of the squares is below 0.1 already: take its root": 1}), 57)
    held(green[:40, :30], 0.2)


def sound(matrix, budget):
    """A compressor that is in order, written in its own way: the singular values are divided evenly."""
    if math.isnan(budget) or budget < 1e-4:
        raise ValueError(f"{budget} is too small a budget")
    matrix = np.asarray(matrix, dtype=np.float64)
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    r = smallest_rank(s, budget * np.linalg.norm(matrix))
    return u[:, :r] * np.sqrt(s[:r]), np.sqrt(s[:r])[:, None] * vt[:r]


def offered(compressor):
    """The same under the name that all candidates have: a name must not tell which is sound."""
    return lambda matrix, budget: compressor(matrix, budget)


def faulty(fault):
    """The sound compressor with one fault."""

    def candidate(matrix, budget):
        if fault == "answers where it should refuse" and not budget >= 1e-4:
            return sound(matrix, 1e-4)
        if fault == "answers small positive budgets" and 0 < budget < 1e-4:
            return sound(matrix, 1e-4)
        if fault == "answers NaN" and budget != budget:
            return sound(matrix, 1e-4)
        if fault == "refuses without naming the budget" and not budget >= 1e-4:
            raise ValueError("budget too small")
        if fault == "refuses with another error" and not budget >= 1e-4:
            raise KeyError(budget)
        if fault == "raises for zeros" and not np.any(matrix):
            raise ZeroDivisionError("no norm to divide by")
        if fault == "never above rank 12":
            left, right = sound(matrix, budget)
            return left[:, :12], right[:12]
        if fault == "transposed when wide" and matrix.shape[0] < matrix.shape[1]:
            left, right = sound(matrix, budget)
            return right.T.copy(), left.T.copy()
        if fault == "rounded to sixteen bits":
            return tuple(f.astype(np.float16).astype(np.float64) for f in sound(matrix, budget))
        if fault == "a singular value twice":
            left, right = sound(matrix, budget)
            return left * (np.linalg.norm(left, axis=0) + 1e-30), right
        left, right = sound(matrix, budget)
        if fault in ("one too many", "one too few", "by the squares", "next value alone", "against the largest", "strict at the border"):
            wide = np.asarray(matrix, dtype=np.float64)
            u, s, vt = np.linalg.svd(wide, full_matrices=False)
            norm = np.linalg.norm(wide)
            r = left.shape[1]
            if fault == "one too many":
                r = min(r + 1, len(s))
            elif fault == "one too few":
                r = max(r - 1, 0)
            elif fault == "by the squares":
                r = smallest_rank(s, math.sqrt(min(budget, 1.0)) * norm)
            elif fault == "next value alone":
                r = int((s > budget * norm * (1 + 1e-9)).sum())
            elif fault == "against the largest":
                r = smallest_rank(s, budget * s[0])
            elif fault == "strict at the border":
                r = smallest_rank(s, budget * norm * (1 - 1e-6))
            return u[:, :r] * s[:r], vt[:r]
        return left, right

    return candidate


with score.part(1, "accepts: your own and a sound one pass; one rank too many and the forgotten root are found", candidate="four, described in the text of this part"):
    kit.equal(accepts(offered(compress)), True, because="your own compress")
    kit.equal(accepts(offered(sound)), True, because="a sound one: left and right each carry the root of the singular values", known_wrong={"other factors with the same product are as good: compare the product, its error and the rank": False})
    for fault in ("one too many", "by the squares"):
        kit.equal(accepts(offered(faulty(fault))), False, because=f"a candidate with the fault: {fault}")
### BEGIN HIDDEN TESTS
def matrix_and_budget(r):
    """A matrix of any shape and fall of its spectrum, with a budget well between two of its errors."""
    m, n = (int(k) for k in r.integers(1, 30, size=2))
    k = min(m, n)
    s = np.sort(10.0 ** r.uniform(-2.5, 2, size=k))[::-1]
    a = np.linalg.qr(r.normal(size=(m, k)))[0] * s @ np.linalg.qr(r.normal(size=(n, k)))[0].T
    tails = np.append(np.sqrt(np.cumsum(s[::-1] ** 2)[::-1]), 0.0) / np.linalg.norm(s)
    i = int(r.integers(k))
    return a, max(float((tails[i] + tails[i + 1]) / 2), 2e-4)


def turned(matrix, budget):
    """Sound as well: the factors are turned against each other, and come in the other memory order."""
    left, right = sound(matrix, budget)
    q = np.linalg.qr(np.random.default_rng(left.shape[1]).normal(size=(left.shape[1],) * 2))[0]
    return np.asfortranarray(left @ q), np.asfortranarray(q.T @ right)


def as_lists(matrix, budget):
    """Sound as well: all of the weight on the right."""
    left, right = sound(matrix, budget)
    size = np.linalg.norm(left, axis=0)
    return left / np.where(size > 0, size, 1), right * size[:, None]


with score.part(1, "the smallest rank and its error for other shapes, spectra and budgets", hidden=True):
    for a, budget in kit.examples(matrix_and_budget, n=30, name="matrices"):
        held(a, budget)
    for a, budget in kit.examples(matrix_and_budget, n=5, name="single"):
        held((1000 * a).astype(np.float32), max(budget, 1e-3))
with score.part(1, "zeros, a single row or column, a budget of 1 and more, matrices of whole numbers; the matrix stays as it was", hidden=True):
    for shape in ((3, 5), (1, 4), (4, 1), (1, 1)):
        left, right = factors(compress(np.zeros(shape), 0.3), shape, "compress")
        kit.equal((left.shape[1], right.shape[0]), (0, 0))
        a = kit.rng(f"one {shape}").integers(1, 250, size=shape).astype(np.uint8)
        for budget in (1e-4, 0.5, 1.0, 3.0):
            held(a, budget)
    a = kit.rng("border").normal()
    for side in (1, -1):
        kit.equal(held(side * np.diag([4.0, 3.0, 0.0]) * a, 0.6), 1)
    kit.equal(held(np.outer(np.arange(1.0, 9), np.arange(2.0, 7)), 1e-4), 1)
    wide = kit.rng("kept").normal(size=(6, 9))
    kit.unchanged(compress, wide, 0.4)
    for budget in kit.examples(lambda r: float(r.choice([-1, 1]) * 10.0 ** r.uniform(-9, -4.1)), n=4, name="refused"):
        kit.raises(ValueError, compress, np.eye(3), budget, match=str(budget))
with score.part(1, "accepts: sound candidates written in other ways pass; wrong ranks and wrong products are found", hidden=True):
    for candidate in (turned, as_lists, sound):
        kit.equal(accepts(offered(candidate)), True)
    for fault in ("one too few", "next value alone", "against the largest", "never above rank 12", "a singular value twice"):
        kit.equal(accepts(offered(faulty(fault))), False)
with score.part(1, "accepts: sound candidates pass; faults at the edges of the contract are found", hidden=True):
    for candidate in (turned, as_lists):
        kit.equal(accepts(offered(candidate)), True)
    for fault in ("transposed when wide", "raises for zeros", "rounded to sixteen bits", "answers where it should refuse", "answers small positive budgets", "answers NaN", "refuses without naming the budget", "refuses with another error", "strict at the border"):
        kit.equal(accepts(offered(faulty(fault))), False)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-photo", "locked": true}
# ## 2. One budget for three colours (4 points)
#
# A colour picture is three matrices, and a customer states **one** limit: the root of the mean square error over all pixels and all colours, in grey levels (0 to 255).
#
# $$\text{rmse} = \sqrt{\frac{1}{c\,m\,n} \sum_{k=1}^{c} \|A_k - \hat A_k\|_F^2}$$
#
# - `share_ranks(matrices, rmse)` takes a list of $c$ matrices of the same shape (m, n) and a limit above 0, and returns a list of $c$ ranks, whole numbers, with the **smallest sum** for which the best approximations of these ranks stay within the limit. All ranks cost the same, m + n numbers; so where is a direction worth most? If several lists have that sum, any of them is right.
# - `restore(factors)` takes a list of pairs (left, right), one for each colour, and returns the picture, (m, n, c) of `uint8`: products **rounded** to the nearest whole number and **held between 0 and 255**. A product exactly between two whole numbers is not asked for.
#
# By hand: diag(6, 2) and diag(3, 1) hold 8 numbers. A limit of 1.4 allows squared errors of 1.4² · 8 = 15.68. Leaving out the squares 1, 4 and 9 costs 14, and 36 remains: ranks [1, 0].

# %% nbgrader={"grade_id": "photo", "solution": true}
def share_ranks(matrices, rmse):
    """Ranks with the smallest sum, for a common limit on the root mean square error."""
    ### BEGIN SOLUTION
    s = np.stack([np.linalg.svd(np.asarray(a, dtype=np.float64), compute_uv=False) for a in matrices])  # (c, min(m, n))
    allowed = rmse * math.sqrt(len(matrices) * np.asarray(matrices[0]).size)
    pooled = np.sort(s.ravel())[::-1]
    kept = rank_within(pooled, allowed)
    if kept == 0:
        return [0] * len(matrices)
    ranks = [int((row > pooled[kept - 1]).sum()) for row in s]
    for k, row in enumerate(s):  # values equal to the last that is kept: as many as are still wanted
        ranks[k] += min(int((row == pooled[kept - 1]).sum()), kept - sum(ranks))
    return ranks
    ### END SOLUTION


def restore(factors):
    """The picture (m, n, c) of uint8 from a pair of factors for each colour."""
    ### BEGIN SOLUTION
    colours = [left @ right for left, right in factors]
    return np.stack(colours, axis=-1).round().clip(0, 255).astype(np.uint8)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-photo", "grade": true, "points": 4}
score = kit.Score(4)


def held_ranks(matrices, rmse, known_wrong=None):
    """Run share_ranks and hold its answer against the contract; return the sum of the ranks."""
    ranks = share_ranks(matrices, rmse)
    kit.require(isinstance(ranks, list) and len(ranks) == len(matrices), "share_ranks must return a list with one rank for each matrix")
    spectra = [np.linalg.svd(a.astype(np.float64), compute_uv=False) for a in matrices]
    allowed = rmse * math.sqrt(len(matrices) * matrices[0].size)
    kit.require(all(isinstance(r, (int, np.integer)) and 0 <= r <= len(spectra[0]) for r in ranks), "ranks are whole numbers from 0 to min(m, n)")
    error = math.sqrt(sum(float((s[r:] ** 2).sum()) for s, r in zip(spectra, ranks, strict=True)))
    for said, wrong in (known_wrong or {}).items():
        kit.require(list(ranks) != wrong, said)
    kit.require(error <= allowed * (1 + 1e-6), f"the ranks {list(ranks)} miss the limit: rmse {error / allowed * rmse:.6g} of {rmse}")
    least = smallest_rank(np.sort(np.concatenate(spectra))[::-1], allowed)
    kit.equal(int(sum(ranks)), least, because=f"the ranks {list(ranks)} meet the limit; what is asked is the smallest sum of ranks")
    return int(sum(ranks))


with score.part(1, "by hand, and the photograph within 8 grey levels", matrices="the three colours", rmse=8.0):
    both = [np.diag([6.0, 2.0]), np.diag([3.0, 1.0])]
    held_ranks(both, 1.4, {"each matrix was given the limit for itself: one pool of singular values is cheaper": [1, 1]})
    kit.equal([int(r) for r in share_ranks(both, 1.4)], [1, 0])
    colours = [photo[:, :, k] for k in range(3)]
    held_ranks(colours, 8.0)
with score.part(1, "a picture comes back whole: too bright stays white, too dark stays black, 99.6 becomes 100", products="300, -7, 99.6, 12.3"):
    tiny = [(np.array([[300.0], [-7.0]]), np.array([[1.0, 0.5]])), (np.array([[99.6], [12.3]]), np.array([[1.0, 0.0]]))]
    kit.equal(restore(tiny), np.array([[[255, 100], [150, 0]], [[0, 12], [0, 0]]], dtype=np.uint8), known_wrong={
        "astype cuts the fraction off: round first": np.array([[[255, 99], [150, 0]], [[0, 12], [0, 0]]], dtype=np.uint8),
        "colours are the last axis": np.array([[[255, 150], [0, 0]], [[100, 0], [12, 0]]], dtype=np.uint8),
        "uint8 goes round: 300 became 44. Hold the products between 0 and 255 before astype": np.array([[[44, 100], [150, 0]], [[249, 12], [252, 0]]], dtype=np.uint8)})
    levels = kit.rng("levels").integers(-90, 350, size=(3, 4))
    kit.equal(restore([(np.eye(3), levels + 0.4), (np.eye(3), levels - 0.4)]), np.stack([levels, levels], axis=-1).clip(0, 255).astype(np.uint8), because="two colours, 0.4 above and 0.4 below whole numbers", known_wrong={
        "astype cuts the fraction off: round first": np.stack([levels + 0.4, levels - 0.4], axis=-1).clip(0, 255).astype(np.uint8)})
### BEGIN HIDDEN TESTS
def colours_and_limit(r):
    """Matrices of one shape and different strength, with a limit well between two possible errors."""
    m, n, c = int(r.integers(1, 14)), int(r.integers(1, 14)), int(r.integers(1, 5))
    matrices = [10.0 ** r.uniform(-1, 2) * (r.normal(size=(m, n)) + r.uniform(0, 3)) for _ in range(c)]
    pool = np.sort(np.concatenate([np.linalg.svd(a, compute_uv=False) for a in matrices]))
    errors = np.sqrt(np.append(0.0, np.cumsum(pool**2)))
    i = int(r.integers(len(pool)))
    return matrices, max(float(errors[i] + errors[i + 1]) / 2, 1e-3 * float(errors[-1])) / math.sqrt(c * m * n)


with score.part(1, "the smallest sum of ranks for other numbers of colours, shapes and limits, one matrix and equal matrices among them", hidden=True):
    for matrices, rmse in kit.examples(colours_and_limit, n=25, name="colours"):
        held_ranks(matrices, rmse)
    for k in kit.examples(lambda r: int(r.integers(1, 6)), n=4, name="alike"):
        held_ranks([np.eye(4)] * 3, math.sqrt((12 - k - 0.5) / 48))
        held_ranks([np.eye(4)] * 3, 1.0)
        held_ranks([np.full((3, 2), 7 * k, dtype=np.uint8)] * 2, 1e-3)
with score.part(1, "pictures of other sizes and numbers of colours, from factors of other ranks, rank 0 too", hidden=True):
    for r in kit.examples(lambda r: r, n=12, name="pictures"):
        m, n, c = (int(k) for k in r.integers(1, 7, size=3))
        pairs, expected = [], []
        for _ in range(c):
            rank = int(r.integers(0, 4))
            whole = r.integers(-6, 20, size=(m, rank)) @ r.integers(-6, 20, size=(rank, n)) + 0.0
            pairs.append((np.hstack([np.eye(m), np.zeros((m, rank))]), np.vstack([whole + 0.3 * r.choice([-1, 1], size=(m, n)), np.ones((rank, n))])) if rank else (np.zeros((m, 0)), np.zeros((0, n))))
            expected.append(np.minimum(np.maximum(whole, 0), 255))
        result = kit.unchanged(restore, pairs)
        kit.equal(str(result.dtype), "uint8")
        kit.equal(result.astype(int), np.stack(expected, axis=-1).astype(int))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-layer", "locked": true}
# ## 3. A layer of a real model (5 points)
#
# Two weight matrices of the first layer of SmolLM2-135M-Instruct (Apache-2.0, from an installed package, its weights rounded to four bits there), and what really enters them: the vectors of 700 tokens of scikit-learn's documentation (BSD).

# %% nbgrader={"grade_id": "layer-data", "locked": true}
ids = kit.small_tokenizer()(" ".join(Ridge.__doc__.split()))["input_ids"][:700]  # what scikit-learn says about ridge regression
vocabulary = sorted(set(ids))
layer = kit.small_model(1, vocabulary).model
with torch.no_grad():
    entering = layer.layers[0].input_layernorm(layer.embed_tokens(torch.tensor([vocabulary.index(i) for i in ids])))  # (tokens, 576)
inputs = entering.double().numpy()
query, value = (getattr(layer.layers[0].self_attn, name).weight.detach().double().numpy() for name in ("q_proj", "v_proj"))
print("inputs", inputs.shape, "query", query.shape, "value", value.shape)
for name, weight in (("query", query), ("value", value)):
    s = np.linalg.svd(weight, compute_uv=False)
    rank = next(r for r in range(len(s) + 1) if np.linalg.norm(s[r:]) <= 0.2 * np.linalg.norm(s))
    print(f"{name}: rank {rank} for a fifth of the weight's norm, so {rank * sum(weight.shape):,} numbers in place of {weight.size:,}")

# %% [markdown] nbgrader={"grade_id": "spec-layer", "locked": true}
# So the value matrix would *grow*. But nobody reads a weight matrix: what counts is what the layer **gives out**, $Y = X W^\top$, for the inputs $X$ that it meets.
#
# - `compress_layer(weight, inputs, budget)` takes $W$ (out, in), $X$ (tokens, in) and a budget between $10^{-4}$ and 1, and returns `left` (out, r) and `right` (r, in) in float64, of the **smallest r** possible, with
#
# $$\big\|X W^\top - X (\text{left} \cdot \text{right})^\top\big\|_F \;\le\; \text{budget} \cdot \big\|X W^\top\big\|_F.$$
#
# - `largest_rank(out, into, share)` returns the largest rank whose two factors hold at most `share` of the numbers of an (out, into) matrix, as an int, 0 when there is none, and never more than min(out, into). `share` is a fraction: 0.5 is a half.
#
# Whatever the layer gives out for these inputs lies in the space of the outputs. Which subspace of it, with r directions, loses least? Nothing has to be inverted: inputs may be fewer than outputs, or depend on each other.

# %% nbgrader={"grade_id": "layer", "solution": true}
def compress_layer(weight, inputs, budget):
    """Factors (out, r) and (r, in) of the smallest rank that keep the outputs within the budget."""
    ### BEGIN SOLUTION
    outputs = inputs @ weight.T  # (tokens, out)
    _, s, vt = np.linalg.svd(outputs, full_matrices=False)
    rank = rank_within(s, budget * math.sqrt((s * s).sum()))
    basis = vt[:rank].T  # (out, r): the directions in which the outputs differ most
    return basis, basis.T @ weight
    ### END SOLUTION


def largest_rank(out, into, share):
    """The largest rank whose factors hold at most this share of out * into numbers."""
    ### BEGIN SOLUTION
    return min(math.floor(share * out * into / (out + into) * (1 + 1e-12)), out, into)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-layer", "grade": true, "points": 5}
score = kit.Score(5)


def held_layer(weight, x, budget, known_wrong=None):
    """Run compress_layer and hold its answer against the contract; return the rank."""
    left, right = factors(compress_layer(weight, x, budget), weight.shape, "compress_layer")
    outputs = x @ weight.T
    allowed = budget * np.linalg.norm(outputs)
    kit.equal(left.shape[1], smallest_rank(np.linalg.svd(outputs, compute_uv=False), allowed), because=f"the smallest rank that keeps the outputs within {budget}", known_wrong=known_wrong)
    error = float(np.linalg.norm(outputs - x @ right.T @ left.T))
    kit.require(error <= allowed * (1 + 1e-6) + 1e-11 * np.linalg.norm(outputs), f"the rank is right, but the outputs are off by {error:.6g} where {allowed:.6g} is allowed: are the directions that you keep those of the outputs?")
    return left.shape[1]


with score.part(1, "by hand: a direction that no input uses costs nothing; a half of the numbers", weight=np.diag([1.0, 9.0]), inputs=np.array([[2.0, 0.0], [3.0, 0.0]])):
    kit.equal(held_layer(np.diag([1.0, 9.0]), np.array([[2.0, 0.0], [3.0, 0.0]]), 0.5), 1)
    left, right = compress_layer(np.diag([1.0, 9.0]), np.array([[2.0, 0.0], [3.0, 0.0]]), 0.5)
    kit.close(left @ right, np.array([[1.0, 0.0], [0.0, 0.0]]), atol=1e-9, known_wrong={"you kept the direction that is large in the weight; no input uses it": np.diag([0.0, 9.0])})
    turn = np.linalg.qr(kit.rng("turn").normal(size=(3, 3)))[0]
    held_layer(turn, np.diag([4.0, 3.0, 0.5]), 0.65)
    held_layer(turn, np.diag([0.5, 4.0, 3.0]), 0.5)
    kit.equal(largest_rank(576, 576, 0.5), 144, because="144 · (576 + 576) is a half of 576 · 576", known_wrong={"r(m + n) numbers, not r · m: both factors are stored": 288})
with score.part(1, "the query matrix needs a handful of directions within a fifth, the value matrix many more", weight="query, then value", inputs="inputs", budget=0.2):
    few = held_layer(query, inputs, 0.2, {"that is the rank for the weight itself: weigh it by what enters": smallest_rank(np.linalg.svd(query, compute_uv=False), 0.2 * np.linalg.norm(query))})
    kit.require(few <= 6, "the query matrix needs a handful")
    kept = held_layer(value, inputs, 0.2)
    kit.require(kept < largest_rank(192, 576, 1.0) // 2, "the value matrix now pays: less than half of its numbers")
### BEGIN HIDDEN TESTS
def layer_of(r):
    """A weight and inputs of any size, the inputs stronger in some directions, with a budget between two errors."""
    out, into, tokens = (int(k) for k in r.integers(1, 20, size=3))
    weight = r.normal(size=(out, into))
    x = r.normal(size=(tokens, into)) * 10.0 ** r.uniform(-2, 2, size=into)
    s = np.linalg.svd(x @ weight.T, compute_uv=False)
    tails = np.append(np.sqrt(np.cumsum(s[::-1] ** 2)[::-1]), 0.0) / np.linalg.norm(s)
    i = int(r.integers(len(s)))
    return weight, x, min(max(float((tails[i] + tails[i + 1]) / 2), 2e-4), 1.0)


with score.part(1, "the smallest rank and its error for other weights and inputs, fewer tokens than outputs among them; nothing given is changed", hidden=True):
    for weight, x, budget in kit.examples(layer_of, n=30, name="layers"):
        held_layer(weight, x, budget)
    weight, x, budget = layer_of(kit.rng("kept layer"))
    kit.unchanged(compress_layer, weight, x, budget)
with score.part(1, "inputs that depend on each other, outputs that are all zero, a budget at the border", hidden=True):
    for r in kit.examples(lambda r: r, n=8, name="dependent"):
        few = r.normal(size=(12, 2)) @ r.normal(size=(2, 9))
        kit.equal(held_layer(r.normal(size=(7, 9)), few, 1e-4), 2)
        kit.equal(held_layer(np.zeros((4, 9)), few, 0.1), 0)
        kit.equal(held_layer(r.normal(size=(4, 9)), np.zeros((3, 9)), 0.1), 0)
        turn = np.linalg.qr(r.normal(size=(5, 5)))[0]
        kit.equal(held_layer(turn[:, :2] @ np.diag([4.0, 3.0]), np.eye(2), 0.6), 1)
        kit.equal(held_layer(r.normal(size=(4, 9)), few, 1.0), 0)
with score.part(1, "the largest rank for other shapes and shares, 0 and the whole among them", hidden=True):
    for out, into, share in kit.examples(lambda r: (int(r.integers(1, 3000)), int(r.integers(1, 3000)), float(r.uniform(0, 1.2))), n=30, name="shares"):
        whole = [rank for rank in range(min(out, into) + 1) if rank * (out + into) <= share * out * into]
        kit.equal(int(largest_rank(out, into, share)), whole[-1])
    for n in kit.examples(lambda r: int(r.integers(2, 400)), n=5, name="squares"):
        kit.equal(int(largest_rank(2 * n, 2 * n, 1.0)), n)
        kit.equal(int(largest_rank(2 * n, 2 * n, 0.5)), n // 2)
        kit.equal(int(largest_rank(n, 3 * n, 9.0)), n)
        kit.equal(int(largest_rank(n, n, 0.0)), 0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-einsum", "locked": true}
# ## 4. Contractions, and their order (6 points)
#
# A contraction is written as for `np.einsum`: `"nd,rd,or->no"` takes $X$, right$^\top$'s letters and so on, multiplies, and sums over the letters that are missing after the arrow. Here every text has an arrow and no blanks, no letter stands twice in one operand or in the output, and there are one to six operands.
#
# - `shape_and_cost(spec, shapes)` returns the shape of the result, a tuple, and the number of multiply-adds when everything is done **in one go**: the product of the sizes of all letters that occur. A `ValueError` whose text contains the letter in single quotes, such as `'d'`, is raised when a letter has two sizes, or stands in the output and in no operand. (Here a size of 1 is not stretched.) A `ValueError` of any text is raised when the number of operands or of a shape's axes does not fit.
# - `best_order(spec, shapes, most=None)` contracts **two operands at a time**. A step takes the operands at the positions `i` and `j` out of the list and puts their result at its end. The result keeps the letters that the output or another operand still needs; the step costs the product of the sizes of all letters of the two. Return `(cost, steps)`: the smallest possible sum of costs, an int, and the pairs `(i, j)`, $i < j$, in order. Fewer than two operands: `(0, [])`. With `most`, no result of a step may hold more than `most` numbers, **the last one too**; where that cannot be done, return `None`. (Letters that stand in one operand only and not in the output are summed in the step that uses it.)
#
# By hand: `"nd,rd,or->no"` with 10 tokens, d = 8, r = 2, o = 6. First X with the right factor: 10 · 8 · 2 = 160, then with the left one: 10 · 2 · 6 = 120. Together 280. First the two factors: 2 · 8 · 6 = 96, then 10 · 8 · 6 = 480: 576. Fifteen lines each. NumPy's own `np.einsum_path` minimises something else, and knows a limit only as a wish.

# %% nbgrader={"grade_id": "einsum", "solution": true}
def shape_and_cost(spec, shapes):
    """Shape of the result and multiply-adds in one go."""
    ### BEGIN SOLUTION
    terms, output = spec.split("->")
    terms = terms.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"{len(terms)} operands are named, {len(shapes)} shapes are given")
    sizes = {}
    for term, shape in zip(terms, shapes):
        if len(term) != len(shape):
            raise ValueError(f"{term!r} does not fit the shape {shape}")
        for letter, size in zip(term, shape):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(f"the letter {letter!r} has the sizes {sizes[letter]} and {size}")
    for letter in output:
        if letter not in sizes:
            raise ValueError(f"the letter {letter!r} stands in no operand")
    return tuple(sizes[letter] for letter in output), math.prod(sizes.values())
    ### END SOLUTION


def best_order(spec, shapes, most=None):
    """Smallest cost of contracting two at a time, and the steps; None where `most` forbids every order."""
    ### BEGIN SOLUTION
    terms, output = spec.split("->")
    terms = terms.split(",")
    sizes = {letter: size for term, shape in zip(terms, shapes) for letter, size in zip(term, shape)}

    def held(letters):
        return math.prod(sizes[letter] for letter in letters)

    def search(left):
        if len(left) < 2:
            return 0, []
        best = None
        for i, j in itertools.combinations(range(len(left)), 2):
            others = [term for k, term in enumerate(left) if k not in (i, j)]
            both = left[i] | left[j]
            result = both & set(output).union(*others)
            if most is not None and held(result) > most:
                continue
            rest = search([*others, result])
            if rest is not None and (best is None or held(both) + rest[0] < best[0]):
                best = held(both) + rest[0], [(i, j), *rest[1]]
        return best

    return search([set(term) for term in terms])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-einsum", "grade": true, "points": 6}
score = kit.Score(6)


def walked(spec, shapes, steps):
    """Cost of the steps, and the largest result among them; the steps are looked at."""
    inside, output = spec.split("->")
    terms = [set(term) for term in inside.split(",")]
    sizes = {letter: size for term, shape in zip(inside.split(","), shapes, strict=True) for letter, size in zip(term, shape, strict=True)}
    kit.require(isinstance(steps, list) and len(steps) == len(terms) - 1, f"{len(terms)} operands need a list of {len(terms) - 1} steps")
    cost, largest = 0, 0
    for step in steps:
        kit.require(isinstance(step, tuple) and len(step) == 2 and 0 <= step[0] < step[1] < len(terms), f"the step {step} must be a pair i < j of positions in a list of {len(terms)}")
        second, first = terms.pop(step[1]), terms.pop(step[0])
        kept = (first | second) & set(output).union(*terms)
        terms.append(kept)
        cost += math.prod(sizes[letter] for letter in first | second)
        largest = max(largest, math.prod(sizes[letter] for letter in kept))
    return cost, largest


with score.part(1, "shapes and costs: a product, an outer product, a trace over a batch", spec="nd,kd->nk", shapes=[(5, 3), (4, 3)]):
    kit.equal(shape_and_cost("nd,kd->nk", [(5, 3), (4, 3)]), ((5, 4), 60), known_wrong={"count each letter once: d stands in both operands, and is one loop": ((5, 4), 180), "every point of the loops is a multiply-add, also along the summed letter": ((5, 4), 20)})
    kit.equal(shape_and_cost("a,b->ba", [(5,), (3,)]), ((3, 5), 15), known_wrong={"the output's letters give the order of its axes": ((5, 3), 15)})
    kit.equal(shape_and_cost("nij,nij->n", [(7, 2, 2), (7, 2, 2)]), ((7,), 28))
    kit.equal(shape_and_cost("hwc,c->hw", [(427, 640, 3), (3,)]), ((427, 640), 819840), because="the photograph made grey")
    n, k, d = (int(size) for size in kit.rng("sizes").integers(2, 50, size=3))
    kit.equal(shape_and_cost("nd,kd->kn", [(n, d), (k, d)]), ((k, n), n * k * d), because=f"n = {n}, k = {k}, d = {d}")
    kit.equal(shape_and_cost("nd,d,kd->", [(n, d), (d,), (k, d)]), ((), n * k * d), because="three operands, nothing after the arrow: everything is summed")
with score.part(1, "what does not fit is refused and named", spec="nd,kd->nk", shapes=[(5, 3), (4, 2)]):
    kit.raises(ValueError, shape_and_cost, "nd,kd->nk", [(5, 3), (4, 2)], match="'d'")
    kit.raises(ValueError, shape_and_cost, "nd,kd->nz", [(5, 3), (4, 3)], match="'z'")
    kit.raises(ValueError, shape_and_cost, "nd,kd->nk", [(5, 3), (4, 1)], match="'d'")
    kit.raises(ValueError, shape_and_cost, "nd,kd->nk", [(5, 3)])
    kit.raises(ValueError, shape_and_cost, "nd,kd->nk", [(5, 3), (4, 3, 2)])
    letter = str(kit.rng("letter").choice(list("pqrst")))
    kit.raises(ValueError, shape_and_cost, f"a{letter},{letter}b->ab", [(2, 3), (4, 2)], match=f"'{letter}'")
    kit.raises(ValueError, shape_and_cost, f"ab,b->a{letter}", [(2, 3), (3,)], match=f"'{letter}'")
    kit.equal(shape_and_cost(f"a{letter},{letter}b->ab", [(2, 3), (3, 2)]), ((2, 2), 12), because="what does fit is not refused")
with score.part(1, "the low-rank layer by hand, and the order turns with the number of tokens", spec="nd,rd,or->no", shapes=[(10, 8), (2, 8), (6, 2)]):
    kit.equal(best_order("nd,rd,or->no", [(10, 8), (2, 8), (6, 2)])[0], 280, known_wrong={"that is everything in one go": 960, "that is the order that builds the whole matrix first": 576})
    for n, m in ((10, None), (1, None), (300, None)):
        cost, steps = best_order("nd,rd,or->no", [(n, 8), (7, 8), (6, 7)], m)
        kit.equal(cost, min(n * 8 * 7 + n * 7 * 6, 7 * 8 * 6 + n * 8 * 6), because=f"{n} tokens, rank 7")
        kit.equal(walked("nd,rd,or->no", [(n, 8), (7, 8), (6, 7)], steps)[0], cost, because="the steps cost what you say")
    kit.equal(best_order("ab->a", [(3, 4)]), (0, []))
    kit.equal(best_order("a,b->ab", [(3,), (4,)], 11), None, because="the result holds 12 numbers")
    kit.equal(best_order("a,b->ab", [(3,), (4,)], 12), (12, [(0, 1)]))
### BEGIN HIDDEN TESTS
def network(r, operands):
    """A contraction of letters at random, each operand with one to three of them."""
    letters = [str(c) for c in r.permutation(list("abcdefgh"))[: int(r.integers(3, 7))]]
    terms = ["".join(str(c) for c in r.permutation(letters)[: int(r.integers(1, 4))]) for _ in range(operands)]
    used = sorted(set("".join(terms)))
    output = "".join(str(c) for c in r.permutation(used)[: int(r.integers(0, min(4, len(used)) + 1))])
    sizes = {letter: int(r.integers(1, 9)) for letter in letters}
    return ",".join(terms) + "->" + output, [tuple(sizes[c] for c in term) for term in terms]


def cheapest(spec, shapes, most=math.inf):
    """The least cost, over subsets of operands: another way than the search over steps."""
    inside, output = spec.split("->")
    terms = inside.split(",")
    sizes = {letter: size for term, shape in zip(terms, shapes, strict=True) for letter, size in zip(term, shape, strict=True)}
    size = lambda letters: math.prod(sizes[c] for c in letters)
    everything = (1 << len(terms)) - 1

    def kept(subset):
        inner = set("".join(t for i, t in enumerate(terms) if subset >> i & 1))
        if subset.bit_count() == 1:
            return inner
        return inner & set(output).union(*(t for i, t in enumerate(terms) if not subset >> i & 1))

    least = {1 << i: 0 for i in range(len(terms))}
    for subset in sorted(range(1, everything + 1), key=int.bit_count):
        if subset.bit_count() < 2 or size(kept(subset)) > most:
            continue
        part, found = (subset - 1) & subset, math.inf
        while part:
            other = subset ^ part
            if part < other and part in least and other in least:
                found = min(found, least[part] + least[other] + size(kept(part) | kept(other)))
            part = (part - 1) & subset
        if found < math.inf:
            least[subset] = found
    return least.get(everything)


with score.part(1, "shapes and costs of other contractions, agreeing with NumPy; refusals with other letters", hidden=True):
    for r in kit.examples(lambda r: r, n=30, name="specs"):
        spec, shapes = network(r, int(r.integers(1, 5)))
        shape, cost = shape_and_cost(spec, shapes)
        kit.equal(shape, np.einsum(spec, *[np.ones(s) for s in shapes]).shape)
        kit.equal(cost, math.prod({c: n for term, s in zip(spec.split("->")[0].split(","), shapes, strict=True) for c, n in zip(term, s, strict=True)}.values()))
        letter = spec[0]
        bad = [(shapes[0][0] + 1, *shapes[0][1:]), *shapes[1:], shapes[0]]
        kit.raises(ValueError, shape_and_cost, spec.replace("->", "," + spec.split("->")[0].split(",")[0] + "->"), bad, match=f"'{letter}'")
        kit.raises(ValueError, shape_and_cost, spec.split("->")[0] + "->z", shapes, match="'z'")
        kit.raises(ValueError, shape_and_cost, spec, [*shapes, (2,)])
        kit.raises(ValueError, shape_and_cost, spec, [(*shapes[0], 2), *shapes[1:]])
with score.part(1, "the cheapest order of other contractions, and steps that cost just that", hidden=True):
    for r in kit.examples(lambda r: r, n=30, name="orders"):
        spec, shapes = network(r, int(r.integers(2, 6)))
        cost, steps = best_order(spec, shapes)
        kit.equal(cost, cheapest(spec, shapes))
        kit.equal(walked(spec, shapes, steps)[0], cost)
    for r in kit.examples(lambda r: [int(k) for k in r.integers(1, 40, size=7)], n=3, name="chains"):
        spec, shapes = "ab,bc,cd,de,ef,fg->ag", [tuple(r[i : i + 2]) for i in range(5)] + [(r[5], r[6])]
        kit.equal(best_order(spec, shapes)[0], cheapest(spec, shapes))
with score.part(1, "the cheapest order under a limit, and None where no order keeps it", hidden=True):
    seen = {"none": 0, "dearer": 0}
    for r in kit.examples(lambda r: r, n=40, name="limits"):
        spec, shapes = network(r, int(r.integers(2, 6)))
        _, widest = walked(spec, shapes, best_order(spec, shapes)[1])
        for most in {widest, widest - 1, max(widest // 3, 1)}:
            least, answer = cheapest(spec, shapes, most), best_order(spec, shapes, most)
            if least is None:
                kit.equal(answer, None)
                continue
            kit.equal(answer[0], least)
            cost, largest = walked(spec, shapes, answer[1])
            kit.equal(cost, least)
            kit.require(largest <= most, "a result larger than the limit")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-conditioning", "locked": true}
# ## 5. How far an answer can be trusted (5 points)
#
# - `fit(a, b, most)` takes $A$ (m, n) and $B$ (m, k), any m and n, and a limit `most` $> 1$. It drops the directions whose singular value is below $\sigma_1 / \text{most}$, and returns `(w, gain)`: $W$ (n, k), which makes $\|A W - B\|_F$ smallest in the directions that are left and has itself the smallest norm, and `gain`, a float: the largest factor by which a change of $B$ can come back in $W$, $\max \|\delta W\|_F / \|\delta B\|_F$. For a matrix of zeros both are 0. No singular value lies within one part in a thousand of $\sigma_1 / \text{most}$. Relative error of $W$ at most $10^{-6}$ when $\sigma_1 / \sigma$ of what is kept is up to $10^{8}$ and $B$ lies in what $A$ can reach.
# - `worst_case(a)` takes a square matrix that can be inverted and returns two vectors `(b, db)`, of length n each and not zero, for which the relative error grows as much as it ever can: with $A x = b$ and $A\,\delta x = \delta b$,
#
# $$\frac{\|\delta x\| / \|x\|}{\|\delta b\| / \|b\|} = \frac{\sigma_1}{\sigma_n} = \operatorname{cond}(A).$$
#
# By hand: $A$ = diag(5, 0.1). A right side along the first axis, (5, 0), has the solution (1, 0). An error (0, 0.001) in it, a fiftieth of a percent, comes back as (0, 0.01), one percent: 50 times as much.

# %% nbgrader={"grade_id": "conditioning", "solution": true}
def fit(a, b, most):
    """Least squares without the directions below sigma_1 / most: (n, k) and the gain of errors."""
    ### BEGIN SOLUTION
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    kept = s > max(s[0] / most, 0)
    if not kept.any():
        return np.zeros((a.shape[1], b.shape[1])), 0.0
    u, s, vt = u[:, kept], s[kept], vt[kept]
    return vt.T @ ((u.T @ b) / s[:, None]), float(1 / s[-1])
    ### END SOLUTION


def worst_case(a):
    """A right side and an error in it for which the relative error grows by cond(a)."""
    ### BEGIN SOLUTION
    u, s, _ = np.linalg.svd(a)
    return u[:, 0] * s[0], u[:, -1] * s[-1]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-conditioning", "grade": true, "points": 5}
score = kit.Score(5)


def growth(a, b, db):
    """How much larger the relative error is in the solution than in the right side."""
    for name, v in (("b", b), ("db", db)):
        kit.require(isinstance(v, np.ndarray) and v.shape == (len(a),), f"{name} must be a vector of length {len(a)}")
        kit.finite(v)
        kit.require(float(np.linalg.norm(v)) > 0, f"{name} is zero")
    x, dx = np.linalg.solve(a, b), np.linalg.solve(a, db)
    return float(np.linalg.norm(dx) / np.linalg.norm(x) / (np.linalg.norm(db) / np.linalg.norm(b)))


def made(r, m, n, low, count=None):
    """A matrix (m, n) with `count` singular values from 1 down to 10**low, and its factors."""
    count = min(m, n) if count is None else count
    s = 10.0 ** np.linspace(0, low, count)
    return np.linalg.qr(r.normal(size=(m, count)))[0], s, np.linalg.qr(r.normal(size=(n, count)))[0]


with score.part(1, "by hand: diag(5, 0.1) multiplies a relative error by 50", a=np.diag([5.0, 0.1])):
    b, db = worst_case(np.diag([5.0, 0.1]))
    kit.close(growth(np.diag([5.0, 0.1]), b, db), 50.0, rtol=1e-6, known_wrong={"b and db are exchanged: the solution must be short for its b, and the error long": 0.02, "b and db point the same way": 1.0})
    a = kit.rng("worst").normal(size=(4, 4))
    kit.close(growth(a, *worst_case(a)), float(np.linalg.cond(a)), rtol=1e-6, because="a matrix that is not symmetric: left or right singular vectors?", known_wrong={"b and db are exchanged": 1 / float(np.linalg.cond(a))})
with score.part(1, "by hand: two columns alike share their weight; a nearly lost direction is dropped", a=np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), most=1e6):
    w, gain = fit(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), np.array([[4.0], [4.0], [9.0]]), 1e6)
    kit.close(w, np.array([[2.0], [2.0]]), rtol=1e-9, because="4 = 2 + 2 with the smallest norm; 9 cannot be reached")
    kit.close(float(gain), 0.5, rtol=1e-9, because="the only singular value that is left is 2", known_wrong={"a change of B is divided by the smallest singular value that is kept, not multiplied": 2.0, "that is the condition number; asked is the factor for absolute changes": 1.0})
    w, gain = fit(np.diag([5.0, 0.1]), np.array([[5.0], [1.0]]), 10.0)
    kit.close(w, np.array([[1.0], [0.0]]), atol=1e-9, known_wrong={"0.1 is below 5 / 10: drop that direction": np.array([[1.0], [10.0]])})
    kit.close(float(gain), 0.2, rtol=1e-9)
    w, gain = fit(np.diag([5.0, 0.1]), np.array([[5.0], [1.0]]), 100.0)
    kit.close(w, np.array([[1.0], [10.0]]), rtol=1e-9)
    kit.close(float(gain), 10.0, rtol=1e-9)
    strong = float(kit.rng("strong").uniform(2, 9))
    w, gain = fit(np.diag([strong, 0.5]), np.array([[strong], [1.0]]), 1000.0)
    kit.close(w, np.array([[1.0], [2.0]]), rtol=1e-9, because=f"diag({strong}, 0.5), both directions are kept")
    kit.close(float(gain), 2.0, rtol=1e-9, known_wrong={"that is the condition number; asked is the factor for absolute changes": 2 * strong})
### BEGIN HIDDEN TESTS
with score.part(1, "the worst case of other matrices, also of badly conditioned ones", hidden=True):
    for r in kit.examples(lambda r: r, n=15, name="worst cases"):
        n = int(r.integers(2, 9))
        u, s, v = made(r, n, n, -float(r.uniform(0.3, 6)))
        a = float(10.0 ** r.uniform(-3, 3)) * u * s @ v.T
        kit.close(growth(a, *worst_case(a)), float(s[0] / s[-1]), rtol=1e-5)
with score.part(1, "fits of tall and wide matrices up to a condition of ten to the eighth, with several right sides", hidden=True):
    for r in kit.examples(lambda r: r, n=15, name="fits"):
        m, n, k = int(r.integers(2, 20)), int(r.integers(2, 20)), int(r.integers(1, 4))
        low = -float(r.uniform(5, 7.5))
        u, s, v = made(r, m, n, low)
        inside, scale = r.normal(size=(len(s), k)), float(10.0 ** r.uniform(0.5, 2))
        w, gain = kit.unchanged(fit, scale * u * s @ v.T, scale * u * s @ inside, 10.0 ** (-low + 1))
        kit.close(w, v @ inside, rtol=1e-6, atol=1e-6)
        kit.close(float(gain), float(1 / s[-1] / scale), rtol=1e-6)
with score.part(1, "directions below the limit are dropped, dependent columns too; zeros; what A cannot reach counts nothing", hidden=True):
    for r in kit.examples(lambda r: r, n=15, name="dropped"):
        m, n = int(r.integers(4, 15)), int(r.integers(4, 15))
        count = int(r.integers(2, min(m, n) + 1))
        u, s, v = made(r, m, n, -4.0, count)
        scale = float(10.0 ** r.uniform(-3, 3))
        kept = int(r.integers(1, count + 1))
        most = float(math.sqrt(s[0] / s[kept - 1] * (s[0] / s[kept] if kept < count else s[0] / s[kept - 1] * 100)))
        b = u * s @ r.normal(size=(count, 2))
        off = r.normal(size=(m, 2))
        b = b + off - u @ (u.T @ off)
        w, gain = fit(scale * u * s @ v.T, b, most)
        kit.close(w, v[:, :kept] @ ((u[:, :kept].T @ b) / s[:kept, None]) / scale, rtol=1e-6, atol=1e-7 / scale)
        kit.close(float(gain), float(1 / s[kept - 1] / scale), rtol=1e-6)
    w, gain = fit(np.zeros((3, 4)), np.ones((3, 2)), 10.0)
    kit.close(w, np.zeros((4, 2)))
    kit.close(float(gain), 0.0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit. Whoever has all points can say, with a number, when "it is low rank" saves memory and when it costs some.
