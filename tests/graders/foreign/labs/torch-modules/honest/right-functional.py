# Functions before classes: torch.func, vmap, einsum, functional_call.
# Rest: right-tutorial
# %% grade_id="linear"
class Linear(nn.Module):
    def __init__(self, n_in, n_out, bias=True):
        super().__init__()
        self.weight = nn.Parameter((torch.rand(n_out, n_in) * 2 - 1) / n_in**0.5)
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None

    def forward(self, x):
        y = torch.einsum("...i,oi->...o", x, self.weight)
        return y + self.bias if self.bias is not None else y

# %% grade_id="loss"
def _row(logits, target):
    return torch.logsumexp(logits, 0) - logits.index_select(0, target.reshape(1)).squeeze(0)

_REDUCTIONS = {"mean": torch.mean, "sum": torch.sum, "none": torch.clone}

def cross_entropy(logits, target, reduction="mean"):
    if reduction not in _REDUCTIONS:
        raise ValueError(reduction)
    losses = torch.vmap(_row)(logits, target)
    return _REDUCTIONS[reduction](losses)

# %% grade_id="train"
def train(model, optimizer, x, y, epochs, on_epoch=None):
    def loss_of(parameters):
        return F.cross_entropy(torch.func.functional_call(model, parameters, (x,)), y)

    losses = []
    for epoch in range(epochs):
        parameters = dict(model.named_parameters())
        detached = {k: p.detach() for k, p in parameters.items()}
        gradients, value = torch.func.grad_and_value(loss_of)(detached)
        for name, p in parameters.items():
            p.grad = gradients[name]
        optimizer.step()
        losses.append(float(value))
        (on_epoch or (lambda *_: None))(epoch, losses[-1])
    model.eval()
    return losses
