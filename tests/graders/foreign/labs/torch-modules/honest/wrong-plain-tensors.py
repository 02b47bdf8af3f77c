# Weights are plain tensors, not parameters; no super().__init__; training of a copy.
# Rest: right-tutorial
# %% grade_id="linear"
class Linear(nn.Module):
    def __init__(self, n_in, n_out, bias=True):
        super().__init__()
        self.weight = torch.rand(n_out, n_in)
        self.bias = torch.zeros(n_out) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)

# %% grade_id="net"
class Net(nn.Module):
    def __init__(self, sizes):
        self.layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).relu()
        return x

def count_parameters(module):
    return sum(p.numel() for p in module.parameters())

# %% grade_id="train"
import copy

def train(model, optimizer, x, y, epochs, on_epoch=None):
    model = copy.deepcopy(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if on_epoch:
            on_epoch(epoch, losses[-1])
    model.eval()
    return losses
