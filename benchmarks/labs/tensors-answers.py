# Answers to the lab tensors: some right, some wrong, one after the other by grade id.

# %% grade_id="standardize"
def standardize(x):
    centred = x - x.mean(dim=0, keepdim=True)
    return centred / (centred**2).mean(dim=0, keepdim=True).sqrt()

# %% grade_id="standardize"
def standardize(x):
    return (x - x.mean(0)) / x.std(0)

# %% grade_id="softmax"
def softmax(scores):
    top, _ = scores.max(dim=-1, keepdim=True)
    weights = (scores - top).exp()
    return weights / weights.sum(dim=-1, keepdim=True)

# %% grade_id="softmax"
def softmax(scores):
    return scores.exp() / scores.exp().sum(-1, keepdim=True)

# %% grade_id="softmax"
def softmax(scores):
    e = torch.exp(scores - scores.max())
    return e / e.sum()

# %% grade_id="cross-entropy"
def cross_entropy(logits, targets):
    picked = logits.gather(1, targets[:, None])[:, 0]
    return (torch.logsumexp(logits, dim=1) - picked).mean()

# %% grade_id="cross-entropy"
def cross_entropy(logits, targets):
    logs = torch.log_softmax(logits, dim=0)
    return -logs[torch.arange(len(targets)), targets].mean()

# %% grade_id="patches"
def patches(image, size):
    height, width = image.shape
    return torch.stack(
        [image[r : r + size, c : c + size] for r in range(0, height, size) for c in range(0, width, size)]
    )

# %% grade_id="patches"
def patches(image, size):
    return image.reshape(-1, size, size)

# %% grade_id="batches"
def batches(x, size):
    return list(x.split(size))

# %% grade_id="batches"
def batches(x, size):
    return [x[i * size : (i + 1) * size] for i in range(len(x) // size)]

# %% grade_id="accuracy"
def accuracy(logits, targets):
    hits = sum(int(row.argmax() == target) for row, target in zip(logits, targets))
    return hits / len(targets)

# %% grade_id="accuracy"
def accuracy(logits, targets):
    return (logits.argmax(0) == targets).float().mean().item()

# %% grade_id="model"
class Network(nn.Module):
    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.first, self.second = nn.Linear(inputs, hidden), nn.Linear(hidden, classes)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))


def make_model(inputs, hidden, classes):
    return Network(inputs, hidden, classes)

# %% grade_id="model"
def make_model(inputs, hidden, classes):
    return nn.Sequential(nn.Linear(inputs, hidden, bias=False), nn.ReLU(), nn.Linear(hidden, classes))

# %% grade_id="train"
def train(x, y, steps):
    torch.manual_seed(3)
    network = make_model(2, 16, 2)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.05, weight_decay=0.0)
    losses = []
    for step in range(steps):
        loss = nn.functional.cross_entropy(network(x), y)
        network.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print("trained for", steps, "steps")
    return losses

# %% grade_id="train"
def train(x, y, steps):
    network = make_model(2, 16, 2)
    return [nn.functional.cross_entropy(network(x), y).item() for _ in range(steps)]
