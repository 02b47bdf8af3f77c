# Everything an nn.Sequential or a subclass of it; OrderedDict for state dicts.
# Rest: right-tutorial
# %% grade_id="net"
from collections import OrderedDict
from itertools import pairwise

class Net(nn.Sequential):
    def __init__(self, sizes):
        parts = []
        for a, b in pairwise(sizes):
            parts += [nn.Linear(a, b), nn.ReLU()]
        super().__init__(*parts[:-1])

    @property
    def layers(self):
        return [m for m in self if isinstance(m, nn.Linear)]

def count_parameters(module):
    return sum(map(torch.Tensor.nelement, filter(lambda p: p.requires_grad, module.parameters())))

# %% grade_id="freeze"
def freeze(module, *prefixes):
    chosen = OrderedDict((n, p) for n, p in module.named_parameters() if n.startswith(tuple(prefixes)))
    for p in chosen.values():
        p.requires_grad_(False)
    return [*chosen]

def blend(a, b, t):
    return OrderedDict((k, a[k].mul(1 - t).add(b[k], alpha=t)) for k in a)

best = OrderedDict(Net([2, 4, 2]).state_dict())
