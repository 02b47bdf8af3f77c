# Leaves torch for numpy: right numbers, no gradients; shapes off by one axis.
# Rest: right-tutorial
# %% grade_id="linear"
import numpy as np

class Linear:
    def __init__(self, n_in, n_out, bias=True):
        self.weight = np.random.uniform(-1, 1, (n_out, n_in)) / np.sqrt(n_in)
        self.bias = np.zeros(n_out) if bias else None

    def __call__(self, x):
        return x @ self.weight.T + (0 if self.bias is None else self.bias)

# %% grade_id="loss"
def cross_entropy(logits, target, reduction="mean"):
    z = logits.detach().numpy()
    losses = np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), target.numpy()]
    return torch.tensor(losses.mean())

# %% grade_id="net"
class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])

    def forward(self, x):
        return self.layers(x).detach()

def count_parameters(module):
    return sum(np.prod(p.shape) for p in module.parameters())
