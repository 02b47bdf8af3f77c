# A property that calls itself, forward that calls itself, a mistake in a keyword.
# Rest: reference
# %% grade_id="net"
class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.net = nn.Sequential(*[nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])

    @property
    def layers(self):
        return self.layers

    def forward(self, x):
        return self(x)

def count_parameters(module):
    return sum(p.numel() for p in module.parameters() if p.required_grad)

# %% grade_id="batches"
def batches(x, y, size, generator=None):
    for rows in torch.randperm(len(x), generator=generator).chunk(size):
        yield x[rows], y

# %% grade_id="autograd"
class Clamp(torch.autograd.Function):
    def forward(x, low, high):
        return x.clamp(low, high)

def clamp(x, low=0.0, high=1.0):
    return Clamp.apply(x)
