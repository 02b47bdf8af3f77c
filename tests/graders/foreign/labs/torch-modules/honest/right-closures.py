# optimizer.step(closure), partials, lambdas, generators in generators.
# Rest: right-tutorial
# %% grade_id="net"
from functools import partial, reduce

class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(map(nn.Linear, sizes, sizes[1:]))
        self.run = lambda x: self.layers[-1](reduce(lambda h, layer: layer(h).relu(), list(self.layers)[:-1], x))

    forward = lambda self, x: self.run(x)

count_parameters = lambda module: sum(p.requires_grad * p.numel() for p in module.parameters())

# %% grade_id="autograd"
class Clamp(torch.autograd.Function):
    forward = staticmethod(lambda ctx, x, low, high: torch.clamp(x, low, high))
    backward = staticmethod(lambda ctx, g: (g, None, None))

clamp = lambda x, low=0.0, high=1.0: Clamp.apply(x, low, high)

# %% grade_id="batches"
def batches(x, y, size, generator=None):
    order = iter(torch.randperm(len(x), generator=generator) if generator else range(len(x)))
    while rows := [int(i) for _, i in zip(range(size), order)]:
        yield x[rows], y[rows]

# %% grade_id="train"
def train(model, optimizer, x, y, epochs, on_epoch=None):
    def closure():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss

    def epochs_():
        for epoch in range(epochs):
            loss = optimizer.step(closure).item()
            if callable(on_epoch):
                on_epoch(epoch, loss)
            yield loss

    model.train(True)
    losses = [*epochs_()]
    model.train(False)
    return losses
