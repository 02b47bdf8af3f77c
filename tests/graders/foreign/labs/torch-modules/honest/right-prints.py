# Prints shapes and losses while it is checked.
# Rest: right-tutorial
# %% grade_id="linear"
class Linear(nn.Module):
    def __init__(self, n_in, n_out, bias=True):
        super().__init__()
        print("new layer", n_in, n_out)
        self.weight = nn.Parameter(torch.empty(n_out, n_in).uniform_(-(n_in**-0.5), n_in**-0.5))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None
        print(self.weight)

    def forward(self, x):
        print("in:", x.shape, x.dtype)
        out = x.matmul(self.weight.T)
        if self.bias is not None:
            out = out + self.bias
        print("out:", out.shape, "grad" if out.requires_grad else "no grad")
        return out

# %% grade_id="train"
def train(model, optimizer, x, y, epochs, on_epoch=None):
    print(model)
    print(optimizer)
    losses = []
    model.train()
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        norm = nn.utils.get_total_norm([p.grad for p in model.parameters()])
        optimizer.step()
        losses.append(loss.item())
        print(f"\repoch {epoch:3d} loss {loss:.4f} norm {norm:.2f}", end="")
        if on_epoch:
            on_epoch(epoch, losses[-1])
    print()
    model.eval()
    return losses
