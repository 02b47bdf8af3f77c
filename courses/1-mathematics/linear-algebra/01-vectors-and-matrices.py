# %% [markdown] id="title"
# # Vectors, matrices and what they do
#
# **You will be able to** read a handwritten digit with one multiplication of a matrix and a vector, say what any small matrix does by looking at its columns, and find the two mistakes by which such a program lies without an error. **65 minutes.**
#
# At the end you can
#
# 1. compute a dot product, a length and a cosine by hand and in NumPy, and choose between them;
# 2. read a matrix as a stack of templates, as a set of columns, and as a map;
# 3. multiply matrices with their shapes written down, and say in which order they act;
# 4. tell from a determinant whether a map can be undone;
# 5. find a broadcasting mistake by its shape, and count what a product costs.

# %% [markdown] id="before"
# ## Before you start
#
# You need a list and a loop, a function of your own, a square root and a percentage. Three questions; answer before you read on.
#
# - `prices = [3, 1, 4]`. What is `prices[1]`, and what does `sum(p * p for p in prices)` give? 1, and 26. *If not: course Python from the start, lesson 2.*
# - A right-angled triangle has the sides 3 and 4. How long is the third? 5, as $\sqrt{3^2 + 4^2}$. *If not: in a right-angled triangle the squares of the two short sides add up to the square of the long one (Pythagoras). The root $\sqrt{x}$ is in Basic mathematics, lesson 1.*
# - 524 of 600 are right. How many percent? 87.3 %. *If not: Basic mathematics, lesson 1.*
#
# One sign of school: $\sum_{i=1}^{3} a_i$ means $a_1 + a_2 + a_3$.

# %% id="imports"
import math
import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, load_sample_image

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% [markdown] id="question"
# ## A question first
#
# Here are handwritten digits from a form (Alpaydin and Kaynak, 1998; CC BY 4.0, in the package scikit-learn). Each is 8 × 8 numbers: how much ink a field holds, from 0 to 16. We divide by 16, so 1 is full of ink. There are 1 797. From the first 1 200 we take, for each of the ten digits, the **mean picture**. We call it a *template*. (Two forms in the cell may be new: `names == 3` asks every entry and gives True or False for each; `pictures[names == 3]` keeps the rows where it is True.)

# %% id="digits"
digits = load_digits()
pictures, names = digits.data / 16, digits.target  # (1797, 64) from 0 to 1, (1797,)
seen, fresh = slice(0, 1200), slice(1200, None)
templates = np.stack([pictures[seen][names[seen] == k].mean(axis=0) for k in range(10)])  # (10, 64)

figure, axes = plt.subplots(2, 10, figsize=(10, 2.6))
for k in range(10):
    for row, image in enumerate((pictures[fresh][k], templates[k])):
        axes[row, k].imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        axes[row, k].set(xticks=[], yticks=[])
axes[0, 0].set_ylabel("a picture")
axes[1, 0].set_ylabel("a template")
figure.suptitle("Ten pictures that we have not used, and the ten templates (white 0, black 1)")
plt.show()
print("the ten pictures show", names[fresh][:10].tolist())

# %% [markdown] id="digits-words"
# *In words: above ten digits in black on white, coarse but legible; below ten blurred ones, 0 to 9 in order, each recognisable.*
#
# Now a program that reads. It multiplies each field of a picture by the same field of a template and adds the 64 products up. That is the *score* of the picture with this template. The template with the highest score wins. Nothing is trained.

# %% id="first-reader"
def score(picture, template):
    """Sum of the products, field by field: (64,), (64,) -> a number."""
    return sum(p * t for p, t in zip(picture, template, strict=True))


def read(picture):
    """The digit whose template scores highest."""
    scores = [score(picture, template) for template in templates]
    return scores.index(max(scores))


answers = [read(picture) for picture in pictures[fresh]]
right = sum(a == n for a, n in zip(answers, names[fresh], strict=True))
print(f"{right} of {len(answers)} pictures that we had not used are read rightly: {right / len(answers):.1%}")
best_real = max(score(picture, templates[k]) for picture in pictures[fresh] for k in range(10))
square = np.ones(64)  # every field full of ink
print(f"highest score of a real picture: {best_real:.1f}; of a square full of ink: {max(score(square, t) for t in templates):.1f}")
assert (right, len(answers)) == (522, 597) and round(best_real, 1) == 16.3 and round(max(score(square, t) for t in templates), 1) == 20.6

# %% [markdown] id="question-asked"
# 64 multiplications and 63 additions a template, and 87 of 100 are right. But a black square gets 20.6, more than any real picture (16.3). The program is most sure of itself where there is no digit at all.
#
# > **The question.** What does this sum measure, that it reads so well and still prefers a black square? Commit to a guess; at the end we test it.

# %% id="checkpoint-square"
kit.checkpoint("why-the-square")

# %% [markdown] id="vector"
# ## A vector: numbers in a fixed order
#
# A **vector** is a list of $n$ numbers whose places have a meaning: field 1, field 2, … field 64. One writes $x = (x_1, \dots, x_n)$ and says that $x$ has $n$ *components*. Two things can be done with vectors of equal length: add them, and multiply one by a number. Both go component by component:
#
# $$x + y = (x_1 + y_1, \dots, x_n + y_n), \qquad c\,x = (c\,x_1, \dots, c\,x_n).$$
#
# A template is nothing but that: the pictures of one digit added, then multiplied by one over their number. In NumPy a vector is an *array*; its `shape` says how many numbers it has along each *axis*. `+` and `*` work component by component, so no loop is needed.

# %% id="vector-code"
threes = pictures[seen][names[seen] == 3]  # (n, 64): one row a picture
total = np.zeros(64)
for picture in threes:
    total = total + picture
by_hand = (1 / len(threes)) * total
assert np.allclose(by_hand, templates[3]) and threes.shape == (np.sum(names[seen] == 3), 64) and by_hand.shape == (64,)
print("shape of all threes:", threes.shape, " shape of their mean:", by_hand.shape)

# %% [markdown] id="dot"
# ## The dot product, the length, the cosine
#
# The sum of products is the **dot product** (or inner product). With itself it gives the square of the **length**, by Pythagoras, in any number of dimensions:
#
# $$x \cdot y = \sum_{i=1}^{n} x_i\,y_i, \qquad \|x\| = \sqrt{x \cdot x}, \qquad \cos\angle(x, y) = \frac{x \cdot y}{\|x\|\,\|y\|}.$$
#
# The last one is the **cosine** of the angle between the two: 1 when they point the same way, 0 when they are perpendicular, −1 when opposite. So a dot product is *length times length times likeness*.
#
# **By hand first.** A picture of three fields, $x = (1, 2, 2)$, and two templates, $t = (2, 1, 2)$ and $u = (6, 6, 3)$.
#
# | | dot product with $x$ | length |
# |---|---|---|
# | $x = (1, 2, 2)$ | | $\sqrt{1 + 4 + 4} = 3$ |
# | $t = (2, 1, 2)$ | $2 + 2 + 4 = 8$ | $\sqrt{4 + 1 + 4} = 3$ |
# | $u = (6, 6, 3)$ | $6 + 12 + 6 = 24$ | $\sqrt{36 + 36 + 9} = 9$ |

# %% id="checkpoint-cosine"
kit.checkpoint("toy-cosine")

# %% id="dot-code"
def dot(x, y):
    """(n,), (n,) -> a number."""
    return sum(a * b for a, b in zip(x, y, strict=True))


def length(x):
    return math.sqrt(dot(x, x))


def cosine(x, y):
    return dot(x, y) / (length(x) * length(y))


x, t, u = np.array([1.0, 2, 2]), np.array([2.0, 1, 2]), np.array([6.0, 6, 3])
for name, template in (("t", t), ("u", u)):
    print(f"{name}: dot {dot(x, template):g}, length {length(template):g}, cosine {cosine(x, template):.4f}")
    assert math.isclose(dot(x, template), x @ template) and math.isclose(length(template), np.linalg.norm(template))  # @ and norm: NumPy's own
assert (dot(x, t), dot(x, u), length(x), length(u)) == (8, 24, 3, 9) and math.isclose(cosine(x, t), cosine(x, u)) and math.isclose(cosine(x, t), 8 / 9)
kit.recall("toy-cosine")

# %% [markdown] id="dot-read"
# `u` scores three times as high as `t` and is no bit more alike. It is only longer. Because a cosine is at most 1, a dot product is never larger than the product of the lengths (the *Cauchy–Schwarz inequality*); it gets there when the two vectors point the same way.
#
# Keep this in mind for the black square: how long is it?

# %% id="square-length"
print(f"length of the square {length(square):.1f}; of real pictures {min(map(length, pictures[fresh])):.1f} to {max(map(length, pictures[fresh])):.1f}; of templates {min(map(length, templates)):.1f} to {max(map(length, templates)):.1f}")
assert length(square) == 8 and round(max(map(length, pictures[fresh])), 1) == 4.8

# %% [markdown] id="matrix"
# ## Ten templates are a matrix
#
# Write the ten templates below each other: a table of 10 rows and 64 columns, a **matrix** $W$ of shape (10, 64). All ten scores at once are the **product of the matrix and the vector**:
#
# $$s = W x, \qquad s_k = \sum_{j=1}^{64} W_{kj}\, x_j, \qquad (10, 64) \cdot (64,) \to (10,).$$
#
# The inner sizes must be equal and vanish; the outer one stays. Here begins the network that will accompany you: these ten rows are its first layer.
#
# The same product can be read in a second way. With our toy, $W = \begin{pmatrix} 2 & 1 & 2 \\ 6 & 6 & 3 \end{pmatrix}$ and $x = (1, 2, 2)$:
#
# $$\text{by rows: } \begin{pmatrix} t \cdot x \\ u \cdot x \end{pmatrix} = \begin{pmatrix} 8 \\ 24 \end{pmatrix}, \qquad \text{by columns: } 1\begin{pmatrix} 2 \\ 6 \end{pmatrix} + 2\begin{pmatrix} 1 \\ 6 \end{pmatrix} + 2\begin{pmatrix} 2 \\ 3 \end{pmatrix} = \begin{pmatrix} 8 \\ 24 \end{pmatrix}.$$
#
# By rows: how much is $x$ like each template? By columns: what does each field contribute to all ten scores? Both are the same sums in another order.

# %% id="matrix-code"
def by_rows(matrix, x):
    """(m, n), (n,) -> list of m dot products."""
    return [dot(row, x) for row in matrix]


def by_columns(matrix, x):
    """The same: each component of x times its column, added up."""
    result = np.zeros(matrix.shape[0])
    for j in range(matrix.shape[1]):
        result = result + x[j] * matrix[:, j]  # column j, (m,)
    return result


toy = np.array([t, u])  # (2, 3)
assert by_rows(toy, x) == [8, 24] and np.array_equal(by_columns(toy, x), [8, 24]) and np.array_equal(toy @ x, [8, 24])
picture = pictures[fresh][0]
assert np.allclose(by_rows(templates, picture), templates @ picture) and np.allclose(by_columns(templates, picture), templates @ picture)
print("scores of the first picture:", (templates @ picture).round(1), "-> read as", int((templates @ picture).argmax()))

# %% [markdown] id="batch"
# **Many pictures at once.** Put $n$ pictures as rows into a matrix $X$ of shape (n, 64). Every picture with every template is $X W^\top$, where the **transpose** $W^\top$ has rows and columns exchanged: (n, 64) · (64, 10) → (n, 10). Row $i$, column $k$: picture $i$ with template $k$.
#
# And a constant can be added to each score, a **bias** $b$ of shape (10,): $s = W x + b$. One use: to ask for the *nearest* template in place of the highest dot product. The square of a distance is $\|x - w\|^2 = \|x\|^2 - 2\,x \cdot w + \|w\|^2$, and $\|x\|^2$ is the same for all ten. So the nearest template has the largest $w \cdot x - \tfrac12\|w\|^2$: a bias of minus half the squared length.

# %% id="batch-code"
X, y = pictures[fresh], names[fresh]  # (597, 64), (597,)
scores = X @ templates.T  # (597, 64) @ (64, 10) -> (597, 10)
assert scores.argmax(axis=1).tolist() == answers  # axis=1: the largest of each row
bias = -0.5 * (templates**2).sum(axis=1)  # (10,)
nearest = (scores + bias).argmax(axis=1)  # the bias is added to each row
distances = np.array([[np.linalg.norm(x - w) for w in templates] for x in X])  # (597, 10), from the definition
assert np.array_equal(nearest, distances.argmin(axis=1))
lengths = np.linalg.norm(templates, axis=1)  # (10,)
cosines = scores / lengths / np.linalg.norm(X, axis=1)[:, None]  # (597, 10); [:, None] makes a column (597, 1): one length a row
for name, guess in (("dot product", scores.argmax(axis=1)), ("nearest template", nearest), ("cosine", cosines.argmax(axis=1))):
    share = (guess == y).mean()
    error = math.sqrt(share * (1 - share) / len(y))
    print(f"{name:17} {share:.1%} right, with a standard error of {error:.1%}")
assert round((scores.argmax(1) == y).mean(), 3) == 0.874 and round((cosines.argmax(1) == y).mean(), 3) == 0.881 == round((nearest == y).mean(), 3)

# %% [markdown] id="batch-read"
# The three differ by less than their standard errors (1.3 to 1.4 percentage points: about what another 597 pictures would change by chance). The templates are nearly equal in length, so it hardly matters here. With templates of very different length it would.
#
# The toy for a bias, once by hand. $W = \begin{pmatrix} 2 & 7 \\ 3 & -4 \end{pmatrix}$, $b = (6, -5)$, $x = (2, 1)$. The first number of $Wx + b$ is $2 \cdot 2 + 7 \cdot 1 + 6 = 17$.

# %% id="checkpoint-bias"
kit.checkpoint("second-number")

# %% id="bias-toy"
small, shift, point = np.array([[2, 7], [3, -4]]), np.array([6, -5]), np.array([2, 1])
print(small @ point + shift)
assert (small @ point + shift).tolist() == [17, -3]
kit.recall("second-number")

# %% [markdown] id="map"
# ## A matrix is a map
#
# A matrix of shape (2, 2) takes a point of the plane to a point of the plane. What does it do? **Look at its columns**: the first column is where $(1, 0)$ goes, the second where $(0, 1)$ goes. All else follows, because $A(x + y) = Ax + Ay$ and $A(cx) = c\,Ax$: the map is *linear*, straight lines stay straight, and the origin stays.
#
# $$R = \begin{pmatrix} 0 & -1 \\ 1 & 0 \end{pmatrix} \text{ turns by } 90°, \qquad S = \begin{pmatrix} 2 & 0 \\ 0 & 1 \end{pmatrix} \text{ stretches sideways.}$$
#
# **One after the other.** First $S$, then $R$, is $R(Sx) = (RS)x$: the product $RS$ is the matrix of doing both, and the **right one acts first**. Its column $j$ is $R$ applied to column $j$ of $S$. Entry by entry, for shapes $(m, k) \cdot (k, n) \to (m, n)$:
#
# $$(RS)_{ij} = \sum_{l=1}^{k} R_{il}\, S_{lj}.$$

# %% id="checkpoint-order"
kit.checkpoint("turn-then-stretch")

# %% id="product-code"
def product(a, b):
    """(m, k), (k, n) -> (m, n), by the definition."""
    m, k, n = a.shape[0], a.shape[1], b.shape[1]
    assert b.shape[0] == k, f"inner sizes {k} and {b.shape[0]} differ"
    return np.array([[sum(a[i, l] * b[l, j] for l in range(k)) for j in range(n)] for i in range(m)])


R, S = np.array([[0.0, -1], [1, 0]]), np.array([[2.0, 0], [0, 1]])
assert np.array_equal(product(R, S), R @ S) and np.array_equal(product(toy, np.eye(3)), toy)
print("first stretch, then turn: R S =", (R @ S).tolist(), "\nfirst turn, then stretch: S R =", (S @ R).tolist())
east = np.array([1.0, 0])
assert (R @ S @ east).tolist() == [0, 2] and (S @ R @ east).tolist() == [0, 1]
kit.recall("turn-then-stretch")

# %% [markdown] id="collapse"
# Two consequences for networks. **The order counts**: $RS \ne SR$. And **two matrices in a row are one matrix**: $A(Bx) = (AB)x$. Ten templates on top of ten others can do no more than one layer of ten. A *deep* network therefore puts something that is not linear between its matrices (course *Neural networks*). What can be chosen freely is where to put the brackets, and that changes the cost:

# %% id="brackets"
draw = np.random.default_rng(0)
A, B, v = draw.normal(size=(400, 500)), draw.normal(size=(500, 600)), draw.normal(size=600)
assert np.allclose((A @ B) @ v, A @ (B @ v))
two_products, two_vectors = 400 * 500 * 600 + 400 * 600, 500 * 600 + 400 * 500
print(f"(A B) v: {two_products:,} multiplications; A (B v): {two_vectors:,}; {two_products / two_vectors:.0f} times fewer")
assert (two_products, two_vectors) == (120_240_000, 500_000)

# %% [markdown] id="photo"
# ## The photograph is a matrix
#
# A picture with one colour is a matrix $P$ too: 427 rows of 640 grey levels (`china.jpg` from scikit-learn, CC BY 2.0). A matrix **on the left mixes rows**, a matrix **on the right mixes columns**. Let $M$ have shape (61, 427), with 1/7 seven times in each row: it averages seven rows into one. $N$ of shape (640, 80) averages eight columns. Then $M P N$ is a small picture, (61, 427) · (427, 640) · (640, 80) → (61, 80).

# %% id="photo-code"
grey = load_sample_image("china.jpg").mean(axis=2)  # (427, 640), 0 black to 255 white


def averaging(blocks, width):
    """(blocks, blocks * width): row b holds 1 / width at its own block and 0 elsewhere."""
    return np.kron(np.eye(blocks), np.full((1, width), 1 / width))


M, N = averaging(61, 7), averaging(80, 8).T  # (61, 427), (640, 80)
little = M @ grey @ N  # (61, 80)
assert math.isclose(little[3, 5], grey[21:28, 40:48].mean())  # one entry against its definition
flipped = grey @ np.eye(640)[:, ::-1]  # on the right: columns in reverse
figure, axes = plt.subplots(1, 3, figsize=(10, 2.9))
for ax, image, title in zip(axes, (grey, little, flipped), ("P, 427 × 640", "M P N, 61 × 80", "P times a flipped identity"), strict=True):
    ax.imshow(image, cmap="gray", vmin=0, vmax=255)
    ax.set(title=title, xlabel="column", ylabel="row")
plt.tight_layout()
plt.show()

# %% [markdown] id="photo-words"
# *In words: left a hall with a tiled roof in grey; in the middle the same picture, coarse; right the same picture as in a mirror.*
#
# Nothing in it is about pictures: a matrix is a rule "each output is a weighted sum of the inputs". Weights of a blur, of an average, of a template, of a layer.

# %% [markdown] id="undo"
# ## Can it be undone?
#
# A square matrix that loses nothing has an **inverse** $A^{-1}$ with $A^{-1} A = I$, the identity. For (2, 2) there is a number that tells: the **determinant** $\det A = a_{11} a_{22} - a_{12} a_{21}$. Its size is the factor by which areas grow. If it is 0, the plane is pressed onto a line: different points fall on the same one, and no map can tell them apart again.
#
# In programs one hardly ever computes the inverse. `np.linalg.solve(A, b)` finds the $x$ with $Ax = b$ directly, faster and more exactly.

# %% id="undo-code"
A = np.array([[2.0, 1], [1, 1]])
determinant = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
inverse = np.array([[A[1, 1], -A[0, 1]], [-A[1, 0], A[0, 0]]]) / determinant
assert np.allclose(inverse @ A, np.eye(2)) and math.isclose(determinant, np.linalg.det(A)) and np.allclose(inverse, np.linalg.inv(A))
b = np.array([5.0, 3])
print("A x = b for x =", np.linalg.solve(A, b), " check:", A @ np.linalg.solve(A, b))
assert np.allclose(np.linalg.solve(A, b), [2, 1])

# %% [markdown] id="knob"
# ## Turn a knob
#
# The dots below are the inked fields of a real 3. The matrix first squashes sideways by a factor $q$, then turns by an angle:
#
# $$A = \begin{pmatrix} \cos\varphi & -\sin\varphi \\ \sin\varphi & \cos\varphi \end{pmatrix} \begin{pmatrix} q & 0 \\ 0 & 1 \end{pmatrix}, \qquad \det A = q.$$
#
# (Turned by $\varphi$ to the left, the point $(1, 0)$ arrives at $(\cos\varphi, \sin\varphi)$: that is what these two functions are. At 90° they are 0 and 1.)
#
# Predict: at which $q$ can the digit no longer be recovered, and does the angle matter for that?

# %% id="checkpoint-squash"
kit.checkpoint("which-squash")

# %% id="widget"
from ipywidgets import SelectionSlider, interact

three = pictures[fresh][2].reshape(8, 8)  # the third of the row above
rows, columns = np.nonzero(three > 0.3)
points = np.stack([columns - 3.5, 3.5 - rows])  # (2, number of inked fields): x to the right, y up


def squash_and_turn(q, degrees):
    a = math.radians(degrees)
    return np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]) @ np.array([[q, 0.0], [0, 1]])


def show_map(q=0.4, degrees=30):
    """Draw the digit's fields before and after the map, with the two columns as arrows."""
    A = squash_and_turn(q, degrees)
    moved = A @ points  # (2, 2) @ (2, n) -> (2, n)
    different = len(np.unique(moved.round(6), axis=1).T)
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8))
    for ax, where, arrows, title in ((left, points, np.eye(2), "before"), (right, moved, A, f"after: det = {np.linalg.det(A):.2f}, {different} of {points.shape[1]} places differ")):
        ax.scatter(*where, s=60, color=BLUE)
        for j, colour in ((0, ORANGE), (1, GREEN)):
            ax.annotate("", arrows[:, j] * 3, (0, 0), arrowprops={"color": colour, "width": 2, "headwidth": 8})
        ax.set(xlim=(-5.5, 5.5), ylim=(-5.5, 5.5), xlabel="x (fields)", ylabel="y (fields)", title=title, aspect="equal")
    plt.tight_layout()
    plt.show()


show_map()

# %% id="widget-turn"
interact(show_map, q=SelectionSlider(options=[1.0, 0.7, 0.4, 0.1, 0.0, -0.4], value=0.4), degrees=SelectionSlider(options=[0, 30, 90, 180], value=30));

# %% [markdown] id="knob-words"
# *In words, unturned: left the dots form a 3, with an orange arrow to the right and a green arrow up, of the same length; right the 3 is narrow and turned to the left, the orange arrow is shorter than the green one. At q = 0 all dots lie on one line and many coincide; at q = −0.4 the 3 is mirrored.*

# %% id="knob-assert"
def places(q, degrees=30):
    return len(np.unique((squash_and_turn(q, degrees) @ points).round(6), axis=1).T)


print({q: places(q) for q in (1.0, 0.1, 0.0, -0.4)}, "different places of", points.shape[1])
assert places(1.0) == places(0.1) == places(-0.4) == points.shape[1] and places(0.0) == places(0.0, 90) == len(set(rows.tolist())) < points.shape[1]
assert all(math.isclose(np.linalg.det(squash_and_turn(q, d)), q, abs_tol=1e-12) for q in (1.0, 0.1, 0.0, -0.4) for d in (0, 30, 90))
recovered = np.linalg.solve(squash_and_turn(0.1, 30), squash_and_turn(0.1, 30) @ points)
assert np.allclose(recovered, points)
kit.recall("which-squash")

# %% [markdown] id="knob-read"
# At $q = 0.1$ the digit looks lost to the eye, and yet every place can be computed back. At $q = 0$ it is gone: what stood in one row has become one point. Between the two lies a question for the next lesson: at $q = 10^{-8}$, can it be computed back *from rounded numbers*?

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague keeps the right answers as a column, as they come out of a spreadsheet, and reports that the templates are worthless:

# %% id="wrong-code"
column = y[:, None]  # (597, 1): the same numbers, one to a row
reported = (scores.argmax(axis=1) == column).mean()
print(f"share right, as reported: {reported:.1%}")
assert round(reported, 3) == 0.1

# %% [markdown] id="wrong-ask"
# We know that 87 % are right. No error was raised.

# %% id="checkpoint-ten"
kit.checkpoint("why-ten-percent")

# %% id="wrong-tool"
compared = scores.argmax(axis=1) == column
print("shape of the guesses", scores.argmax(axis=1).shape, " of the answers", column.shape, " of the comparison", compared.shape)
assert compared.shape == (597, 597)
mended = (scores.argmax(axis=1) == column[:, 0]).mean()
assert compared.diagonal().mean() == mended and round(mended, 3) == 0.874
print(f"only the diagonal was meant: {mended:.1%}")
kit.recall("why-ten-percent")

# %% [markdown] id="wrong-words"
# **The shape is the tool.** NumPy stretches axes of size 1 (*broadcasting*): (597,) against (597, 1) becomes (597, 597), every guess against every answer. Of ten digits about one in ten pairs agrees by chance. A column in place of a row changes nothing that one sees when printing a few numbers, so: print or assert the shape of whatever is compared, added or averaged.
#
# The same silence has a second form: `*` where `@` is meant.

# %% id="star"
star = templates * X[0]  # (10, 64) * (64,) -> (10, 64): products, not yet added up
print("templates * x has the shape", star.shape, "and templates @ x", (templates @ X[0]).shape)
assert np.allclose(star.sum(axis=1), templates @ X[0])

# %% [markdown] id="scale"
# ## At scale
#
# A product of (m, k) and (k, n) takes $m\,k\,n$ multiplications and as many additions. A model of eight billion weights uses each weight once for each token that it writes: $8 \cdot 10^9$ multiply-adds. And each weight has to come from memory, 2 bytes in 16 bits. What limits it? The least times by the data sheet of one accelerator:

# %% id="scale-code"
from graders.kit import DEVICES

weights = 8e9
h100 = DEVICES["H100 SXM"]
for tokens in (1, 16, 512):
    arithmetic = 2 * weights * tokens / (h100.bf16 * 1e12)  # seconds; bf16 is in 10^12 operations a second
    memory = 2 * weights / (h100.bandwidth * 1e9)  # seconds; the weights are read once for all tokens
    print(f"{tokens:3} tokens together: {1000 * arithmetic:6.3f} ms of arithmetic, {1000 * memory:.2f} ms of memory")
alone = 2 * weights / (h100.bf16 * 1e12), 2 * weights / (h100.bandwidth * 1e9)
assert alone[1] / alone[0] > 250 and 2 * weights * 512 / (h100.bf16 * 1e12) > alone[1]
documents, width = 10_000_000, 768
print(f"a search over {documents:,} documents of {width} numbers: {documents * width:.1e} multiply-adds and {2 * documents * width / 1e9:.1f} GB a question")
start = time.perf_counter()
for _ in range(20):
    X @ templates.T
print(f"here: {20 * X.shape[0] * 640 / (time.perf_counter() - start) / 1e9:.1f} thousand million multiply-adds a second")
assert round(alone[1] * 1000, 1) == 4.8 and 2 * documents * width == 15.36e9

# %% [markdown] id="scale-words"
# For a single token the weights' way from memory takes about 300 times as long as the arithmetic: 4.8 ms against 0.016. With 512 tokens the same weights serve all, and arithmetic takes longer. That is why a *matrix times matrix* uses such a device and a *matrix times vector* does not, and why questions are answered in batches.

# %% [markdown] id="answer"
# ## The question again
#
# A dot product is length times length times cosine. The square is 8 long; a real picture is at most 4.8. So its score is large, whatever it shows. Divided by the lengths:

# %% id="answer-code"
square_cosine = max(cosine(square, template) for template in templates)
own = cosines[np.arange(len(y)), y]  # (597,): each picture with the template of its own digit
best = cosines.max(axis=1)  # (597,)
print(f"best cosine: square {square_cosine:.2f}; real pictures {best.mean():.2f} in the mean, {np.sum(best < square_cosine)} of {len(best)} below the square")
assert round(square_cosine, 2) == 0.72 and round(own.mean(), 2) == 0.90 and np.sum(best < square_cosine) == 1 and round(max(map(length, X)), 1) == 4.8
kit.recall("why-the-square")

# %% [markdown] id="answer-words"
# By its cosine the square stands below all real pictures but one. Reading still works with dot products alone, because all ten scores of a picture share the picture's length: it cancels when they are compared *with each other*. It does not cancel when a score is compared with a threshold ("is this a digit at all?") or with the score of another picture. Search engines for vectors therefore divide by the lengths beforehand.
#
# What the number does **not** say: 87 % on these 597 pictures by a few writers, cut out and centred. A 3 moved by two fields is another vector. A network learns better templates (course *Optimisation*), and one with shifted copies of them (*Deep architectures*).

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** 32 pictures of 64 numbers lie in `X`; `W` has the shape (10, 64), `b` (10,). Which shapes? Replace each `...` by a tuple.

# %% id="exercise-1"
shapes = {"X @ W.T": ..., "X @ W.T + b": ..., "W @ X.T": ..., "(X @ W.T).argmax(axis=1)": ...}

# %% id="check-1"
if any(s is ... for s in shapes.values()):
    print("not tried yet")
else:
    kit.equal(shapes["X @ W.T"], (32, 10), because="64 meets 64 and vanishes", known_wrong={"row i is picture i: pictures come first": (10, 32), "the inner sizes vanish": (32, 64, 10)})
    kit.equal(shapes["X @ W.T + b"], (32, 10), because="b is added to each row", known_wrong={"adding a bias adds no axis and no column": (32, 11)})
    kit.equal(shapes["W @ X.T"], (10, 32), because="(10, 64) with (64, 32)", known_wrong={"here templates come first: it is the transpose of X @ W.T": (32, 10)})
    kit.equal(shapes["(X @ W.T).argmax(axis=1)"], (32,), because="axis 1 is gone: one digit a picture", known_wrong={"axis=1 runs along the ten scores, so they vanish": (10,), "argmax takes the axis away": (32, 1)})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Our program reads by dot products. Write it with cosines for many pictures at once. A picture without any ink has no direction: its cosines shall be 0, not NaN.

# %% id="exercise-2"
def cosine_scores(X, W):
    """(n, d), (k, d) -> (n, k)."""
    ...


# %% id="check-2"
if cosine_scores(np.ones((1, 2)), np.ones((1, 2))) is None:
    print("not tried yet")
else:
    xs, ws = np.array([[3.0, 4], [0, 0], [5, 12]]), np.array([[4.0, 3], [8, -6]])
    expected = np.array([[24 / 25, 0.0], [0, 0], [56 / 65, (40 - 72) / 130]])
    norms_x, norms_w = np.linalg.norm(xs, axis=1), np.linalg.norm(ws, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        kit.close(cosine_scores(xs, ws), expected, atol=1e-12, because="three pictures, the second without ink", known_wrong={
            "these are the dot products": xs @ ws.T, "only the templates' lengths are divided out": xs @ ws.T / norms_w, "only the pictures' lengths are divided out": np.nan_to_num(xs @ ws.T / norms_x[:, None]),
            "0 divided by 0 is NaN: what shall an empty picture give?": xs @ ws.T / norms_w / norms_x[:, None]})
    kit.close(cosine_scores(X, templates), cosines, rtol=1e-9, because="all 597 pictures")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** A blur is a matrix. Write `blur_matrix(n)`, (n, n): output $i$ is the mean of inputs $i-1$, $i$, $i+1$; at the two ends the mean of the two that exist. Then `blur_matrix(427) @ grey @ blur_matrix(640).T` is the photograph blurred in both directions.

# %% id="exercise-3"
def blur_matrix(n):
    """(n, n), each row sums to 1; n is at least 2."""
    ...


# %% id="check-3"
if blur_matrix(3) is None:
    print("not tried yet")
else:
    expected = np.array([[1 / 2, 1 / 2, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0], [0, 1 / 3, 1 / 3, 1 / 3], [0, 0, 1 / 2, 1 / 2]])
    thirds = (np.eye(4) + np.eye(4, k=1) + np.eye(4, k=-1)) / 3
    kit.close(blur_matrix(4), expected, rtol=1e-12, because="n = 4", known_wrong={
        "at the ends only two inputs exist: divide by two there, or the border of the picture becomes darker": thirds,
        "the rows must sum to 1: divide by how many are added": 3 * thirds, "you wrote its transpose: row i belongs to output i": expected.T})
    blurred = blur_matrix(427) @ grey @ blur_matrix(640).T
    kit.close(float(blurred[100, 200]), float(grey[99:102, 199:202].mean()), rtol=1e-9, because="a pixel inside is the mean of nine")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A colour picture has three numbers a pixel: red, green, blue. A matrix C of shape (3, 3) acts on each pixel, `photo @ C.T`. Write the C that makes *sepia-like* grey: every output colour is 0.3 red + 0.6 green + 0.1 blue. Then say with a determinant whether the colours can be had back: fill both.

# %% id="exercise-4"
colour_matrix = ...
can_be_undone = ...  # True or False

# %% id="check-4"
if colour_matrix is ... or can_be_undone is ...:
    print("not tried yet")
else:
    grey_rows = np.array([[0.3, 0.6, 0.1]] * 3)
    kit.close(np.asarray(colour_matrix, dtype=float), grey_rows, because="row i makes output colour i", known_wrong={"columns and rows are exchanged: each row must hold the three weights": grey_rows.T, "that scales each colour for itself": np.diag([0.3, 0.6, 0.1])})
    kit.equal(can_be_undone, False, because="its three rows are the same, so the determinant is 0: all colours of one grey fall on it", known_wrong={"compute the determinant of the matrix first": True})
    print("right")

# %% [markdown] id="next"
# Next: *Decompositions and low rank*. The lab `low-rank` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - A dot product is length × length × cosine; divide by the lengths when only the direction is meant.
# - $Wx$: by rows, a template's score each; by columns, what each input contributes.
# - $(m, k)(k, n) \to (m, n)$; in $ABx$ the matrix $B$ acts first; two matrices in a row are one.
# - Columns say where the axes go; a determinant of 0 means that something is lost.
# - Shapes find what no error message does.
#
# | term | 中文 |
# |---|---|
# | vector, component | 向量、分量 |
# | dot product (inner product) | 点积（内积） |
# | length (norm), cosine | 长度（范数）、余弦 |
# | matrix, transpose | 矩阵、转置 |
# | identity, inverse, determinant | 单位矩阵、逆矩阵、行列式 |
# | bias | 偏置 |
# | broadcasting | 广播 |
#
# **Read on.** Stephen Boyd, Lieven Vandenberghe, *Introduction to Applied Linear Algebra*, Cambridge University Press 2018, chapters 1, 3, 6 and 10. · Gilbert Strang, *Introduction to Linear Algebra*, 6th edition, Wellesley-Cambridge Press 2023, chapter 1. · Charles R. Harris et al., "Array programming with NumPy", Nature 585, 2020, the section on arrays and broadcasting. · Ethem Alpaydin, Cenk Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository 1998.
