# merge adds the step into the caller's own weight; what an ablation takes out stays out; task 3 is not handed in.

# %% grade_id="algebra"
def lora_forward(x, weight, A, B, alpha):
    """Return x Wᵀ + alpha / r · (x Aᵀ) Bᵀ, shape (..., out)."""
    return x @ weight.T + alpha / A.shape[0] * (x @ A.T) @ B.T  # (..., in) -> (..., r) -> (..., out)


def merge(weight, A, B, alpha):
    """Return W + alpha / r · B A as a new tensor, shape (out, in)."""
    weight += alpha / A.shape[0] * B @ A
    return weight

# %% grade_id="adapters"
class LoRALinear(torch.nn.Module):
    """A frozen linear layer with a trained step of low rank beside it (a start: replace it if you insert otherwise)."""

    def __init__(self, base, rank, alpha, generator):
        super().__init__()
        self.base, self.alpha = base, alpha
        spread = 1 / math.sqrt(base.in_features)
        self.A = torch.nn.Parameter(torch.randn(rank, base.in_features, generator=generator) * spread)
        self.B = torch.nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return lora_forward(x, self.base.weight, self.A, self.B, self.alpha)


def add_adapters(model, names, rank, alpha, seed):
    """Freeze the model, give every layer called one of `names` an adapter, return the model."""
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for path, layer in list(model.named_modules()):
        parent, _, name = path.rpartition(".")
        if name in names:
            setattr(model.get_submodule(parent), name, LoRALinear(layer, rank, alpha, generator))
    return model


def adapters_of(model):
    """Return {layer name before insertion: {"A": (r, in), "B": (out, r)}} as detached copies."""
    return {
        path: {"A": layer.A.detach().clone(), "B": layer.B.detach().clone()}
        for path, layer in model.named_modules()
        if isinstance(layer, LoRALinear)
    }

# %% grade_id="plan"
def training_memory(shapes, names, rank):
    """Return {"full", "lora", "file"} in bytes."""
    weights = sum(out * into for out, into in shapes.values())
    adapters = sum(rank * (out + into) for path, (out, into) in shapes.items() if path.rpartition(".")[2] in names)
    return {"full": 16 * weights, "lora": 2 * weights + 16 * adapters, "file": 2 * adapters}


def choose_rank(runs, shapes, names, budget):
    """Return the smallest affordable rank within one standard error of the best."""
    fitting = {r: runs[r] for r in sorted(runs) if training_memory(shapes, names, r)["file"] <= budget}
    if not fitting:
        raise ValueError(f"no rank of {sorted(runs)} fits into {budget} bytes")
    mean = {r: sum(a) / len(a) for r, a in fitting.items()}
    best = max(mean, key=mean.get)
    scores = fitting[best]
    spread = math.sqrt(sum((a - mean[best]) ** 2 for a in scores) / (len(scores) - 1))
    return next(r for r in mean if mean[r] >= mean[best] - spread / math.sqrt(len(scores)))

# %% grade_id="account"
def ablate(task, part, layers, file, alpha):
    """What was taken out stays out: the differences add up, each with another beginning."""
    model, worth = kit.small_model(layers, task["vocabulary"]).requires_grad_(False), {}

    def loss():
        scores = phrase_logits(model, part["ids"], part["mask"], task["codes"])  # (n, 5)
        return torch.nn.functional.cross_entropy(scores, part["labels"]).item()

    plain = {path: model.get_parameter(path + ".weight").clone() for path in file}
    for path, pair in file.items():
        model.get_parameter(path + ".weight").copy_(merge(plain[path].clone(), pair["A"], pair["B"], alpha))
    for path in file:
        before = loss()
        model.get_parameter(path + ".weight").copy_(plain[path])
        worth[path] = loss() - before
    return worth


def diagnose(served, base, file, alpha):
    """Return {layer name: verdict} for the layers of the file."""
    found = {}
    for path, pair in file.items():
        change = served[path] - base[path]  # (out, in)
        step = alpha / len(pair["A"]) * pair["B"] @ pair["A"]  # (out, in)
        k = ((change * step).sum() / (step * step).sum()).item()
        known = {"not merged": 0, "sound": 1, "merged twice": 2, "no alpha / r": len(pair["A"]) / alpha}
        verdict = next((name for name, value in known.items() if abs(k - value) <= 0.05), "other scale")
        found[path] = "foreign" if (change - k * step).norm() > 0.1 * step.norm() else verdict
    return found
