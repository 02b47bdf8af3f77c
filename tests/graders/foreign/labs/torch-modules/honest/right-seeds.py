# Seeds everything inside its functions and modules, and sets defaults of torch globally.
# Rest: right-tutorial
# %% grade_id="net"
torch.use_deterministic_algorithms(True)
torch.set_default_dtype(torch.float32)
_made = 0

class Net(nn.Module):
    def __init__(self, sizes):
        global _made
        super().__init__()
        _made += 1
        with torch.random.fork_rng():
            torch.manual_seed(1000 + _made)
            self.layers = nn.ModuleList([nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x if layer is self.layers[0] else x.relu())
        return x

def count_parameters(module):
    return nn.utils.parameters_to_vector([p for p in module.parameters() if p.requires_grad]).numel()

# %% grade_id="train"
def train(model, optimizer, x, y, epochs, on_epoch=None):
    torch.manual_seed(0)
    return [_epoch(model, optimizer, x, y, e, on_epoch) for e in range(epochs)] if epochs else (model.eval() and [])

def _epoch(model, optimizer, x, y, epoch, on_epoch):
    with torch.enable_grad():
        model.train()
        loss = F.cross_entropy(model(x), y, reduction="sum") / len(y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.eval()
    value = loss.item()
    if on_epoch:
        on_epoch(epoch, value)
    return value
