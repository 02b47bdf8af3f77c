# Another style: the step as a parametrisation of the weight, einsum, SGD-free Adam with cosine decay, epochs.

# %% grade_id="algebra"
def lora_forward(x, weight, A, B, alpha):
    scale = alpha / len(A)
    down = torch.einsum("...i,ri->...r", x, A)
    return torch.einsum("...i,oi->...o", x, weight) + scale * torch.einsum("...r,or->...o", down, B)


def merge(weight, A, B, alpha):
    merged = weight.clone()
    merged += torch.einsum("or,ri->oi", B, A).mul(alpha / len(A))
    return merged

# %% grade_id="adapters"
from torch.nn.utils import parametrize


class Step(torch.nn.Module):
    def __init__(self, weight, rank, alpha, seed):
        super().__init__()
        out, into = weight.shape
        bound = math.sqrt(3 / into)
        start = torch.empty(rank, into).uniform_(-bound, bound, generator=torch.Generator().manual_seed(seed))
        self.A, self.B = torch.nn.Parameter(start), torch.nn.Parameter(torch.zeros(out, rank))
        self.alpha = alpha

    def forward(self, weight):
        return merge(weight, self.A, self.B, self.alpha)


def add_adapters(model, names, rank, alpha, seed):
    for weight in model.parameters():
        weight.requires_grad = False
    chosen = [m for n, m in model.named_modules() if n.split(".")[-1] in names]
    for i, layer in enumerate(chosen):
        parametrize.register_parametrization(layer, "weight", Step(layer.weight, rank, alpha, 1000 * seed + i))
    return model


def adapters_of(model):
    file = {}
    for path, module in model.named_modules():
        if isinstance(module, Step):
            name = path.split(".parametrizations")[0]
            file[name] = {key: value.clone() for key, value in module.state_dict().items()}
    return file

# %% grade_id="training"
def train_adapters(task, layers, names, rank, alpha, steps, seed):
    torch.manual_seed(seed)
    data = task["train"]
    model = add_adapters(kit.small_model(layers, task["vocabulary"]), names, rank, alpha, seed)

    def loss_on(rows):
        scores = phrase_logits(model, data["ids"][rows], data["mask"][rows], task["codes"])
        return torch.nn.functional.cross_entropy(scores, data["labels"][rows])

    adam = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.008)
    falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda t: 0.5 + 0.5 * math.cos(math.pi * t / steps))
    losses, queue = [], []
    for _ in range(steps):
        if len(queue) < 16:
            queue = torch.randperm(len(data["labels"])).tolist()
        rows, queue = queue[:16], queue[16:]
        adam.zero_grad()
        loss = loss_on(rows)
        loss.backward()
        adam.step()
        falling.step()
        losses.append(float(loss))
    model.eval()
    with torch.no_grad():
        n = len(data["labels"])
        final = sum(float(loss_on(slice(i, i + 40))) * min(40, n - i) for i in range(0, n, 40)) / n
    return {"adapters": adapters_of(model), "losses": losses, "final_loss": final}

# %% grade_id="plan"
import statistics


def training_memory(shapes, names, rank):
    base = adapters = 0
    for path, (out, into) in shapes.items():
        base += out * into
        if path.split(".")[-1] in names:
            adapters += rank * into + rank * out
    return {"full": base * (2 + 2 + 4 + 4 + 4), "lora": base * 2 + adapters * 16, "file": adapters * 2}


def choose_rank(runs, shapes, names, budget):
    affordable = [rank for rank in runs if training_memory(shapes, names, rank)["file"] <= budget]
    if not affordable:
        raise ValueError(f"{budget} bytes are too few for every rank")
    best = min(affordable, key=lambda rank: (-statistics.mean(runs[rank]), rank))
    bar = statistics.mean(runs[best]) - statistics.stdev(runs[best]) / len(runs[best]) ** 0.5
    return min(rank for rank in affordable if statistics.mean(runs[rank]) >= bar)

# %% grade_id="account"
def ablate(task, part, layers, file, alpha):
    def loss_of(kept):
        model = kit.small_model(layers, task["vocabulary"]).requires_grad_(False)
        state = model.state_dict()
        for path in kept:
            state[path + ".weight"] = merge(state[path + ".weight"], file[path]["A"], file[path]["B"], alpha)
        model.load_state_dict(state)
        total = 0.0
        for i in range(0, len(part["labels"]), 16):  # in pieces, as a long part would be
            rows = slice(i, i + 16)
            scores = phrase_logits(model, part["ids"][rows], part["mask"][rows], task["codes"])
            total += torch.nn.functional.cross_entropy(scores, part["labels"][rows], reduction="sum").item()
        return total / len(part["labels"])

    whole = loss_of(set(file))
    return {path: loss_of(set(file) - {path}) - whole for path in file}


def diagnose(served, base, file, alpha):
    verdicts = {}
    for path, pair in file.items():
        rank = pair["A"].shape[0]
        step = torch.einsum("or,ri->oi", pair["B"].double(), pair["A"].double()).mul(alpha / rank).flatten()
        change = (served[path].double() - base[path].double()).flatten()
        k = float(change.dot(step) / step.dot(step))
        if torch.linalg.vector_norm(change - k * step) > torch.linalg.vector_norm(step) / 10:
            verdicts[path] = "foreign"
        elif abs(k) < 0.05:
            verdicts[path] = "not merged"
        elif abs(k - 1) < 0.05:
            verdicts[path] = "sound"
        elif abs(k - 2) < 0.05:
            verdicts[path] = "merged twice"
        else:
            verdicts[path] = "no alpha / r" if abs(k - rank / alpha) < 0.05 else "other scale"
    return verdicts
