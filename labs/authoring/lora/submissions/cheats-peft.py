# The forbidden library does tasks 2 and 3.

# %% grade_id="algebra"
def lora_forward(x, weight, A, B, alpha):
    """Return x Wᵀ + alpha / r · (x Aᵀ) Bᵀ, shape (..., out)."""
    return x @ weight.T + alpha / A.shape[0] * (x @ A.T) @ B.T  # (..., in) -> (..., r) -> (..., out)


def merge(weight, A, B, alpha):
    """Return W + alpha / r · B A as a new tensor, shape (out, in)."""
    return weight + alpha / A.shape[0] * B @ A

# %% grade_id="adapters"
from peft import LoraConfig, inject_adapter_in_model


def add_adapters(model, names, rank, alpha, seed):
    torch.manual_seed(seed)
    model.requires_grad_(False)
    return inject_adapter_in_model(LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(names)), model)


def adapters_of(model):
    file = {}
    for path, weight in model.named_parameters():
        for letter in "AB":
            if f".lora_{letter}." in path:
                file.setdefault(path.split(".lora_")[0], {})[letter] = weight.detach().clone()
    return file

# %% grade_id="training"
def train_adapters(task, layers, names, rank, alpha, steps, seed):
    """Train adapters on task["train"]; return {"adapters", "losses", "final_loss"}."""
    model = add_adapters(kit.small_model(layers, task["vocabulary"]), names, rank, alpha, seed)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    rate = 0.01
    optimiser = torch.optim.AdamW(trained, lr=rate, weight_decay=0.0)
    generator = torch.Generator().manual_seed(seed)
    ids, mask, labels = (task["train"][name] for name in ("ids", "mask", "labels"))  # (n, time), (n, time), (n,)
    losses = []
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = rate * (1 - step / steps)
        batch = torch.randperm(len(labels), generator=generator)[:16]  # (16,)
        scores = phrase_logits(model, ids[batch], mask[batch], task["codes"])  # (16, 5)
        loss = torch.nn.functional.cross_entropy(scores, labels[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    with torch.no_grad():
        scores = torch.cat(
            [phrase_logits(model, i, m, task["codes"]) for i, m in zip(ids.split(50), mask.split(50), strict=True)]
        )  # (n, 5)
        final = torch.nn.functional.cross_entropy(scores, labels).item()
    return {"adapters": adapters_of(model), "losses": losses, "final_loss": final}

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
