# Returns losses as tensors, forgets eval, returns batches as a list; frozen names as a set.
# Rest: right-tutorial
# %% grade_id="train"
def train(model, optimizer, x, y, epochs, on_epoch=None):
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        if on_epoch:
            on_epoch(epoch, loss)
    return losses

# %% grade_id="batches"
def batches(x, y, size, generator=None):
    order = torch.arange(len(x)) if generator is None else torch.randperm(len(x), generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(size)]

# %% grade_id="freeze"
def freeze(module, *prefixes):
    names = {n for n, p in module.named_parameters() if n.startswith(prefixes)}
    for n in names:
        module.get_parameter(n).requires_grad_(False)
    return names

def blend(a, b, t):
    return {k: (1 - t) * a[k] + t * b[k] for k in a}

best = Net([2, 4, 2]).state_dict()
