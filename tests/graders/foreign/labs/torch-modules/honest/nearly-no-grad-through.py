# Clamps with the true gradient; exp without care; blends in place.
# Rest: right-tutorial
# %% grade_id="loss"
def cross_entropy(logits, target, reduction="mean"):
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    losses = -p[range(len(target)), target].log()
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()

# %% grade_id="autograd"
class Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward(x)
        ctx.low, ctx.high = low, high
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * ((x > ctx.low) & (x < ctx.high)), None, None

def clamp(x, low=0.0, high=1.0):
    return Clamp.apply(x, low, high)

# %% grade_id="freeze"
def freeze(module, *prefixes):
    names = []
    for name, p in module.named_parameters():
        if name.startswith(prefixes):
            p.requires_grad = False
            names.append(name)
    return names

def blend(a, b, t):
    for k in a:
        a[k].mul_(1 - t).add_(t * b[k])
    return a

best = Net([2, 4, 2]).state_dict()
