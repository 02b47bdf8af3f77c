# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Things that cross
# Tables, sparse matrices, coroutines, figures, losses, files and shared lists.

# %% nbgrader={"grade_id": "setup", "locked": true}
from graders import kit

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from scipy import sparse

# %% nbgrader={"grade_id": "best", "solution": true}
def best(frame, n):
    """The n rows of frame (columns name, score) with the highest score, best first, with a new index from 0."""
    ### BEGIN SOLUTION
    return frame.sort_values("score", ascending=False).head(n).reset_index(drop=True)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-best", "grade": true, "points": 2}
frame = pd.DataFrame({"name": ["a", "b", "c"], "score": [3.0, 9.0, 5.0]})
found = best(frame, 2)
assert list(found.columns) == ["name", "score"]
assert found["name"].tolist() == ["b", "c"]
assert found["score"].sum() == 14

# %% nbgrader={"grade_id": "check-best-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
frame = pd.DataFrame({"name": ["u", "zqhidden", "w", "x"], "score": [48611.0, 48619.0, -1.0, 73907.0]})
found = best(frame, 3)
wanted = pd.DataFrame({"name": ["x", "zqhidden", "u"], "score": [73907.0, 48619.0, 48611.0]})
assert found.shape == wanted.shape
assert found.equals(wanted)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "adjacency", "solution": true}
def adjacency(edges, n):
    """The adjacency matrix of an undirected graph as a csr_array of shape (n, n), 1.0 for each edge."""
    ### BEGIN SOLUTION
    rows = [a for a, b in edges] + [b for a, b in edges]
    columns = [b for a, b in edges] + [a for a, b in edges]
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-adjacency", "grade": true, "points": 2}
matrix = adjacency([(0, 1), (1, 2)], 3)
kit.equal(matrix.toarray(), np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]))

# %% nbgrader={"grade_id": "check-adjacency-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
edges = [(0, 3), (1, 4), (2, 3), (0, 4)]
matrix = adjacency(edges, 6)
wanted = np.zeros((6, 6))
for a, b in edges:
    wanted[a, b] = wanted[b, a] = 1
assert matrix.shape == (6, 6)
assert matrix.nnz == 8
kit.equal((matrix @ np.arange(6.0)), wanted @ np.arange(6.0))
kit.equal(matrix.toarray(), wanted)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "later", "solution": true}
import asyncio


async def later(values):
    """The sum of values, after giving others a turn for each."""
    ### BEGIN SOLUTION
    total = 0
    for value in values:
        await asyncio.sleep(0)
        total += value
    return total
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-later", "grade": true, "points": 2}
assert await later([1, 2, 3]) == 6

# %% nbgrader={"grade_id": "check-later-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
assert await later([48611, 73907]) == 48611 + 73907
assert await later([]) == 0
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "curve", "solution": true}
def curve(x, y, title):
    """Plot y over x as one line on new axes, with a title."""
    ### BEGIN SOLUTION
    plt.figure()
    plt.plot(x, y)
    plt.title(title)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-curve", "grade": true, "points": 2}
curve([0, 1, 2], [3, 1, 4], "pi")
axes = plt.gca()
assert len(axes.lines) == 1
assert np.array_equal(axes.lines[0].get_xydata(), [[0, 3], [1, 1], [2, 4]])
assert axes.get_title() == "pi"
plt.close("all")

# %% nbgrader={"grade_id": "check-curve-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
curve([0, 2], [48611, 73907], "zqhidden")
axes = plt.gca()
assert len(axes.lines) == 1
assert np.array_equal(axes.lines[0].get_xydata(), [[0, 48611], [2, 73907]])
assert axes.get_title() == "zqhidden"
plt.close("all")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "loss", "solution": true}
def loss(weights, x, y):
    """The mean squared error of x @ weights, a scalar tensor that can be differentiated."""
    ### BEGIN SOLUTION
    return ((x @ weights - y) ** 2).mean()
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-loss", "grade": true, "points": 2}
weights = torch.tensor([1.0, 2.0], requires_grad=True)
x, y = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0.0, 0.0])
value = loss(weights, x, y)
kit.close(value.detach(), torch.tensor(2.5))
value.backward()
kit.close(weights.grad, torch.tensor([1.0, 2.0]))

# %% nbgrader={"grade_id": "check-loss-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
draw = kit.rng("loss")
x, y = (torch.from_numpy(draw.normal(size=s)).float() for s in ((7, 3), (7,)))
weights = torch.from_numpy(draw.normal(size=3)).float().requires_grad_()
theirs = loss(weights, x, y)
theirs.backward()
expected = 2 * x.T @ (x @ weights.detach() - y) / 7
kit.close(weights.grad, expected, rtol=1e-4, atol=1e-5)
kit.close(theirs.detach(), ((x @ weights.detach() - y) ** 2).mean(), rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "keep", "solution": true}
def keep(path, arrays):
    """Write a dict of arrays into an .npz file at path, and their means, as tensors, into path + '.pt'."""
    ### BEGIN SOLUTION
    np.savez(path, **arrays)
    torch.save({name: torch.tensor(float(a.mean())) for name, a in arrays.items()}, path + ".pt")
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-keep", "grade": true, "points": 2}
keep("kept.npz", {"a": np.array([1.0, 2.0])})
with np.load("kept.npz") as kept:
    assert sorted(kept.files) == ["a"]
    kit.equal(kept["a"], np.array([1.0, 2.0]))
assert torch.load("kept.npz.pt")["a"].item() == 1.5

# %% nbgrader={"grade_id": "check-keep-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
arrays = {"zqhidden": np.array([48611.0, 73907.0]), "b": np.arange(6.0).reshape(2, 3)}
keep("other.npz", arrays)
with np.load("other.npz") as kept:
    for name, array in arrays.items():
        kit.equal(kept[name], array)
means = torch.load("other.npz.pt")
assert means["b"].item() == 2.5
assert means["zqhidden"].item() == 61259
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "basket", "solution": true}
class Basket:
    """Holds the list that it is given: add(item) appends to that list, total(prices) sums by a dict."""

    ### BEGIN SOLUTION
    def __init__(self, items):
        self.items = items

    def add(self, item):
        self.items.append(item)

    def total(self, prices):
        return sum(prices[item] for item in self.items)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-basket", "grade": true, "points": 2}
mine = ["tea"]
basket = Basket(mine)
basket.add("bread")
assert mine == ["tea", "bread"]

# %% nbgrader={"grade_id": "check-basket-hidden", "grade": true, "points": 3}
### BEGIN HIDDEN TESTS
mine, prices = ["a"], {"a": 48611, "zqhidden": 73907}
basket = Basket(mine)
basket.add("zqhidden")
mine.append("a")
assert mine == ["a", "zqhidden", "a"]
assert basket.total(prices) == sum(prices[item] for item in mine)
### END HIDDEN TESTS
