# Warns while it is checked: its own warning, and torch's for a scalar made from a tensor.
# Rest: right-tutorial
# %% grade_id="loss"
import warnings

def cross_entropy(logits, target, reduction="mean"):
    if logits.dtype != torch.float64:
        warnings.warn("cross_entropy is more exact with float64")
    losses = torch.logsumexp(logits, 1) - logits.gather(1, target[:, None])[:, 0]
    if reduction == "none":
        return losses
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    raise ValueError(reduction)

# %% grade_id="freeze"
def freeze(module, *prefixes):
    names = [n for n, _ in module.named_parameters() if n.startswith(prefixes)]
    if not names:
        warnings.warn(f"nothing to freeze for {prefixes}", RuntimeWarning, stacklevel=2)
    for n in names:
        module.get_parameter(n).requires_grad_(False)
    return names

def blend(a, b, t):
    return {k: torch.tensor(a[k] * (1 - t) + b[k] * t) for k in a}

best = Net([2, 4, 2]).state_dict()
