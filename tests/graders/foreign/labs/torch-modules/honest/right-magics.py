# Magics; a module written to a file; timing in the answer cell.
# Rest: right-tutorial
# %% grade_id="loss"
# %%writefile losses.py
import torch

def cross_entropy(logits, target, reduction="mean"):
    losses = torch.logsumexp(logits, 1) - logits[range(len(target)), target]
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"no reduction {reduction}")
    return losses if reduction == "none" else getattr(losses, reduction)()

# %%
# %run losses.py
# %timeit -n 5 -r 1 cross_entropy(torch.zeros(10, 3), torch.zeros(10, dtype=torch.long))

# %% grade_id="train"
# %%time
def train(model, optimizer, x, y, epochs, on_epoch=None):
    model.train()
    losses = []
    while len(losses) < epochs:
        optimizer.zero_grad()
        loss = cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        on_epoch and on_epoch(len(losses) - 1, losses[-1])
    model.eval()
    return losses

m = Net([2, 3, 2])
train(m, torch.optim.SGD(m.parameters(), lr=0.1), torch.zeros(4, 2), torch.zeros(4).long(), 2)

# %%
# !ls
# %whos Module
