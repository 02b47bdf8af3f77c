# Tries out each answer in added cells: prints modules, draws gradients, leaves experiments between the checks.
# Rest: right-tutorial
# %% after="setup"
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_printoptions(precision=3, sci_mode=False)
device, torch.__version__

# %% grade_id="linear"
class Linear(nn.Module):
    def __init__(self, n_in, n_out, bias=True):
        super().__init__()
        self.weight = nn.Parameter(uniform(n_out, n_in))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None

    def forward(self, x):
        return affine(x, self.weight, self.bias)

# %%
def uniform(n_out, n_in):
    bound = 1 / n_in**0.5
    return torch.distributions.Uniform(-bound, bound).sample((n_out, n_in))

def affine(x, w, b):
    y = x @ w.t()
    return y if b is None else y + b

# %%
layer = Linear(3, 2)
layer, layer.weight, layer(torch.ones(1, 3))

# %%
torch.manual_seed(123)
layer(torch.randn(4, 3)).sum().backward()
layer.weight.grad

# %% after="check-net"
net

# %%
Net([2, 3, 2])(torch.zeros(1, 2))

# %% after="check-train"
import matplotlib.pyplot as plt
plt.plot(losses)
plt.xlabel("epoch")

# %% after="check-freeze"
for name, p in body.named_parameters():
    print(name, p.requires_grad)
