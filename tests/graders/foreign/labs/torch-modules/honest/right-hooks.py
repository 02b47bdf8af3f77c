# Hooks, contexts and decorators of torch: register_hook, no_grad as a decorator, inference_mode, parametrize.
# Rest: right-tutorial
# %% grade_id="autograd"
from torch.autograd.function import once_differentiable

class Clamp(torch.autograd.Function):
    calls = 0

    @staticmethod
    def forward(ctx, x, low, high):
        ctx.mark_non_differentiable
        ctx.bounds = low, high
        return x.detach().clone().clamp_(low, high)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        Clamp.calls += 1
        return (grad,) + (None,) * len(ctx.bounds)

def clamp(x, low=0.0, high=1.0):
    return Clamp.apply(x, low, high)

# %% grade_id="train"
def train(model, optimizer, x, y, epochs, on_epoch=None):
    norms = []
    handles = [p.register_hook(lambda g: norms.append(g.norm().item())) for p in model.parameters() if p.requires_grad]
    losses = []
    try:
        with torch.set_grad_enabled(True):
            model.train()
            for epoch in range(epochs):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.tolist())
                if on_epoch:
                    on_epoch(epoch, losses[-1])
    finally:
        for handle in handles:
            handle.remove()
        model.eval()
    return losses

# %% grade_id="freeze"
@torch.no_grad()
def blend(a, b, t):
    return {k: a[k].clone().mul_(1 - t).add_(b[k] * t) for k in a}

def freeze(module, *prefixes):
    found = [name for name, _ in module.named_parameters() if name.startswith(prefixes)]
    for name in found:
        *path, last = name.split(".")
        owner = module.get_submodule(".".join(path))
        getattr(owner, last).requires_grad = False
    return found

with torch.inference_mode():
    best = {k: v.detach().clone() for k, v in Net([2, 4, 2]).state_dict().items()}
