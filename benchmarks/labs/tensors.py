# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # From tensors to a trained classifier
# Eight small functions; the last one trains the model of the seventh.

# %% nbgrader={"grade_id": "setup", "locked": true}
import torch
from torch import nn

torch.manual_seed(0)

# %% nbgrader={"grade_id": "standardize", "solution": true}
def standardize(x):
    """Columns of x, shape (n, d), with mean 0 and standard deviation 1 (divisor n)."""
    ### BEGIN SOLUTION
    return (x - x.mean(0)) / x.std(0, correction=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-standardize", "grade": true, "points": 2}
table = torch.arange(12.0).reshape(4, 3) ** 2
scaled = standardize(table)
assert scaled.shape == (4, 3), scaled.shape
assert torch.allclose(scaled.mean(0), torch.zeros(3), atol=1e-6)
assert torch.allclose((scaled**2).mean(0), torch.ones(3), atol=1e-5)

# %% nbgrader={"grade_id": "softmax", "solution": true}
def softmax(scores):
    """Probabilities along the last axis, right for large scores too."""
    ### BEGIN SOLUTION
    e = torch.exp(scores - scores.max(-1, keepdim=True).values)
    return e / e.sum(-1, keepdim=True)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-softmax", "grade": true, "points": 2}
row = torch.tensor([[0.0, 1.0, 2.0], [3.0, 3.0, 3.0]])
assert torch.allclose(softmax(row), torch.softmax(row, -1))

# %% nbgrader={"grade_id": "check-softmax-large", "grade": true, "points": 1}
### BEGIN HIDDEN TESTS
large = torch.tensor([1000.0, 1001.0, -1000.0])
assert torch.allclose(softmax(large), torch.softmax(large, -1))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "cross-entropy", "solution": true}
def cross_entropy(logits, targets):
    """Mean negative log-probability of the targets; logits (n, k), targets (n,)."""
    ### BEGIN SOLUTION
    logs = logits - torch.logsumexp(logits, -1, keepdim=True)
    return -logs[torch.arange(len(targets)), targets].mean()
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-cross-entropy", "grade": true, "points": 3}
logits = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
targets = torch.tensor([0, 1, 2, 3, 1, 0])
expected = nn.functional.cross_entropy(logits, targets)
assert torch.allclose(cross_entropy(logits, targets), expected), "compare with nn.functional.cross_entropy"

# %% nbgrader={"grade_id": "patches", "solution": true}
def patches(image, size):
    """Square pieces of an image (h, w) that do not overlap, shape (pieces, size, size), row by row."""
    ### BEGIN SOLUTION
    pieces = image.unfold(0, size, size).unfold(1, size, size)
    return pieces.reshape(-1, size, size)
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-patches", "grade": true, "points": 2}
image = torch.arange(24.0).reshape(4, 6)
found = patches(image, 2)
assert found.shape == (6, 2, 2), found.shape
assert torch.equal(found[0], torch.tensor([[0.0, 1.0], [6.0, 7.0]]))
assert torch.equal(found[4], torch.tensor([[14.0, 15.0], [20.0, 21.0]]))

# %% nbgrader={"grade_id": "batches", "solution": true}
def batches(x, size):
    """List of slices of x with at most `size` rows, the last one shorter where it must be."""
    ### BEGIN SOLUTION
    return [x[start : start + size] for start in range(0, len(x), size)]
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-batches", "grade": true, "points": 2}
rows = torch.arange(14).reshape(7, 2)
parts = batches(rows, 3)
assert [len(part) for part in parts] == [3, 3, 1]
assert torch.equal(torch.cat(list(parts)), rows)

# %% nbgrader={"grade_id": "accuracy", "solution": true}
def accuracy(logits, targets):
    """Share of rows whose largest logit is the target, as a float."""
    ### BEGIN SOLUTION
    return (logits.argmax(-1) == targets).float().mean().item()
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-accuracy", "grade": true, "points": 1}
guess = torch.tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
assert abs(accuracy(guess, torch.tensor([1, 0, 0, 0])) - 0.75) < 1e-6

# %% nbgrader={"grade_id": "model", "solution": true}
def make_model(inputs, hidden, classes):
    """Linear, ReLU, linear, with biases."""
    ### BEGIN SOLUTION
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, classes))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-model", "grade": true, "points": 3}
model = make_model(2, 16, 3)
assert isinstance(model, nn.Module)
assert sum(p.numel() for p in model.parameters()) == 2 * 16 + 16 + 16 * 3 + 3
assert model(torch.zeros(5, 2)).shape == (5, 3)

# %% nbgrader={"grade_id": "train", "solution": true}
def train(x, y, steps):
    """Train make_model(2, 16, 2) on points x (n, 2) with classes y by Adam; return the loss of each step."""
    ### BEGIN SOLUTION
    torch.manual_seed(3)
    network = make_model(2, 16, 2)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 4}
points = torch.randn(200, 2, generator=torch.Generator().manual_seed(2))
inside = (points.norm(dim=1) < 1.1).long()
losses = train(points, inside, 60)
assert len(losses) == 60
assert losses[-1] < 0.35 < losses[0], (losses[0], losses[-1])
