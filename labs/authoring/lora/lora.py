# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # LoRA by hand: one base, one small file a customer
#
# **You deliver** eight functions that adapt a real language model without touching its weights, an adapter file trained
# by them, a memory plan, and the two functions by which you account for a file that is being served.
# **Time**: 90 minutes. **Resources**: one CPU core, 1.5 GB, no network, no GPU; the longest cell takes about 10 s.
# **Proves**: `fine-tuning` at B (task 1) and I (tasks 2 to 5).
# **Score**: 25 points. A part of a check cell earns its points on its own. *Public* parts show the input that failed.
# *Hidden* parts run after you submit, on other customers (other phrases, code words, shapes, ranks): a table tells only
# the property that failed. Full marks mean: the file works on a machine that has never seen your code.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `lora_forward`, `merge` | 4 |
# | 2 | `add_adapters`, `adapters_of` | 6 |
# | 3 | `train_adapters` | 6 |
# | 4 | `training_memory`, `choose_rank` | 4 |
# | 5 | `ablate`, `diagnose` | 5 |
#
# **Not allowed**: `peft` or any other adapter library. `torch` and `transformers` are.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# You need a matrix product with shapes in your head, a `torch` training step (loss, `backward`, `step`), and the lessons
# *Full and frozen* and *LoRA and adapters*. Two questions to see where you stand:
#
# 1. A linear layer maps 576 numbers to 1 536. What is the shape of its weight in torch? (1 536, 576). If that was a guess:
#    course *linear-algebra*, lesson 1.
# 2. What does `p.requires_grad_(False)` change in the next `backward()`? No gradient is kept for `p`, and the optimiser
#    leaves it alone. If that was a guess: course *neural-networks*, lesson 2, or *fine-tuning*, lesson 1.

# %% [markdown] nbgrader={"grade_id": "situation", "locked": true}
# ## The situation
#
# A documentation team keeps API pages for many customers. For every parameter a form asks its type, and each customer's
# form has its **own five code words** (`gold` may mean `bool` for one and `int` for the next). You serve one base model
# to all of them and keep **one small adapter file a customer**.
#
# The phrases are real: first sentences from the parameter docs of scikit-learn (BSD-3-Clause), read from the installed
# package. The base is SmolLM2-135M-Instruct (Apache-2.0), read from an installed package too and cut to its first one or two
# layers, so that a run takes seconds.

# %% nbgrader={"grade_id": "setup", "locked": true}
from graders import kit
import math
import torch
from graders.kit.phrases import TYPES, phrase_logits, phrase_task

torch.set_num_threads(1)
NAMES = ("up_proj", "down_proj")           # the layers that get adapters in task 3
customer = phrase_task(kit.rng("my customer"), sizes=(400, 100, 0))
print({kind: word for kind, word in zip(TYPES, customer["words"], strict=True)})
for i in range(5):
    print(f"{customer['words'][customer['train']['labels'][i]]:>6}  {customer['train']['text'][i]}")
print({name: tuple(customer["train"][name].shape) for name in ("ids", "mask", "labels")}, len(customer["vocabulary"]), "tokens")

# %% [markdown] nbgrader={"grade_id": "spec-algebra", "locked": true}
# ## Task 1: the low-rank step and its merge (4 points)
#
# A frozen weight $W$ gets a step of low rank. With $A$ of shape $(r, \text{in})$ and $B$ of shape $(\text{out}, r)$
#
# $$y = x W^\top + \frac{\alpha}{r}\,(x A^\top)\,B^\top \qquad\qquad W' = W + \frac{\alpha}{r}\,B A$$
#
# Write two functions on tensors.
#
# | | contract |
# |---|---|
# | `lora_forward(x, weight, A, B, alpha)` | `x` (…, in), any number of leading axes, none included; `weight` (out, in); returns (…, out), same dtype. Costs at most $\text{in} \cdot \text{out} + r\,(\text{in} + \text{out})$ multiply-adds a row and never builds the (out, in) step |
# | `merge(weight, A, B, alpha)` | returns a **new** (out, in) tensor of the same dtype; its arguments stay as they are |
#
# The toy to get right by hand first: $W = I_2$, $A = (1\;\;2)$, $B = (3\;\;0)^\top$, $\alpha = 2$, so $r = 1$ and
# $\alpha / r = 2$. For $x = (1, 1)$: $xA^\top = 3$, times $B^\top$: $(9, 0)$, times 2: $(18, 0)$, plus $xW^\top$: $(19, 1)$.
# About two lines each. Tolerance of the checks: 1e-5 in float32, 1e-10 in float64.

# %% nbgrader={"grade_id": "algebra", "solution": true}
def lora_forward(x, weight, A, B, alpha):
    """Return x Wᵀ + alpha / r · (x Aᵀ) Bᵀ, shape (..., out)."""
    ### BEGIN SOLUTION
    return x @ weight.T + alpha / A.shape[0] * (x @ A.T) @ B.T  # (..., in) -> (..., r) -> (..., out)
    ### END SOLUTION


def merge(weight, A, B, alpha):
    """Return W + alpha / r · B A as a new tensor, shape (out, in)."""
    ### BEGIN SOLUTION
    return weight + alpha / A.shape[0] * B @ A
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-algebra", "grade": true, "points": 4}
def draw_layer(rng, out, into, rank, *lead, dtype=torch.float64):
    make = lambda *shape: torch.from_numpy(rng.normal(size=shape)).to(dtype)
    return make(*lead, into), make(out, into), make(rank, into), make(out, rank)


score = kit.Score(4)
x = torch.tensor([1.0, 1.0])
weight, A, B = torch.eye(2), torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [0.0]])
with score.part(1, "the toy by hand: forward gives (19, 1), the merged weight [[7, 12], [0, 1]]", x=x, W=weight, A=A, B=B, alpha=2):
    kit.close(lora_forward(x, weight, A, B, 2), torch.tensor([19.0, 1.0]), rtol=1e-6,
              known_wrong={"you left out alpha / r": torch.tensor([10.0, 1.0]), "you left out W": torch.tensor([18.0, 0.0])})
    kit.close(merge(weight, A, B, 2), torch.tensor([[7.0, 12.0], [0.0, 1.0]]), rtol=1e-6,
              known_wrong={"you left out alpha / r": torch.tensor([[4.0, 6.0], [0.0, 1.0]])})
x, weight, A, B = draw_layer(kit.rng("algebra"), 4, 3, 2, 5)
with score.part(1, "out ≠ in, rank 2, alpha 3: forward equals the merged weight, and no argument changes", x=x, W=weight, A=A, B=B, alpha=3):
    step = B @ A
    kit.close(kit.unchanged(lora_forward, x, weight, A, B, 3), x @ weight.T + 1.5 * x @ step.T, rtol=1e-10,
              known_wrong={"you scaled by alpha, not by alpha / r": x @ weight.T + 3 * x @ step.T,
                           "you left out alpha / r": x @ weight.T + x @ step.T,
                           "you scaled by r / alpha": x @ weight.T + 2 / 3 * x @ step.T})
    kit.close(kit.unchanged(merge, weight, A, B, 3), weight + 1.5 * step, rtol=1e-10,
              known_wrong={"you left out alpha / r": weight + step, "you returned the step without W": 1.5 * step})
### BEGIN HIDDEN TESTS
with score.part(1, "any leading axes, any rank and alpha, either dtype", hidden=True):
    rng = kit.rng("algebra hidden")
    for lead in ((), (1,), (2, 3), (2, 1, 4), (0,)):
        for dtype, rtol in ((torch.float64, 1e-9), (torch.float32, 1e-3)):
            out, into, rank = (int(n) for n in rng.integers(1, 9, 3))
            alpha = float(rng.uniform(0.1, 40))
            x, weight, A, B = draw_layer(rng, out, into, rank, *lead, dtype=dtype)
            wide = [t.to(torch.float64) for t in (x, weight, A, B)]
            expected = wide[0] @ (wide[1] + alpha / rank * wide[3] @ wide[2]).T
            kit.close(lora_forward(x, weight, A, B, alpha), expected.to(dtype), rtol=rtol, atol=rtol)
            kit.equal([str(lora_forward(x, weight, A, B, alpha).dtype), str(merge(weight, A, B, alpha).dtype)], [str(dtype)] * 2)
            kit.close(merge(weight, A, B, alpha), (wide[1] + alpha / rank * wide[3] @ wide[2]).to(dtype), rtol=rtol, atol=rtol)
with score.part(1, "merging leaves its arguments alone; forward takes the narrow way: counted multiply-adds, and no step as large as the weight", hidden=True):
    x, weight, A, B = draw_layer(kit.rng("wide"), 7, 5, 2, 3)
    first = kit.unchanged(merge, weight, A, B, 4)
    kit.close(kit.unchanged(merge, weight, A, B, 4), first, rtol=1e-12)
    kit.close(first, weight + 2 * B @ A, rtol=1e-10)

    def widest(forward, x, weight, A, B):
        """Return the most numbers that one intermediate result of the call holds, the multiply-adds, and the result."""
        import torch
        from torch.utils._python_dispatch import TorchDispatchMode
        from torch.utils.flop_counter import FlopCounterMode

        class Meter(TorchDispatchMode):
            most = 0

            def __torch_dispatch__(self, func, types, args=(), kwargs=None):
                result = func(*args, **(kwargs or {}))
                given = {a.untyped_storage().data_ptr() for a in args if isinstance(a, torch.Tensor)}
                if isinstance(result, torch.Tensor) and result.untyped_storage().data_ptr() not in given:  # no view
                    self.most = max(self.most, result.numel())
                return result

        with Meter() as meter:
            result = forward(x, weight, A, B, 2.0)
        with FlopCounterMode(display=False) as counter:
            forward(x, weight, A, B, 2.0)
        return meter.most, counter.get_total_flops() // 2, result

    x, weight, A, B = draw_layer(kit.rng("wider"), 300, 200, 4, 2)
    most, work, result = kit.probe(widest, lora_forward, x, weight, A, B)
    kit.close(result, x @ weight.T + 0.5 * (x @ A.T) @ B.T, rtol=1e-9)
    kit.require(most < weight.numel(), "a result as large as the weight was built")
    kit.require(work <= 2 * (300 * 200 + 4 * (300 + 200)), "more multiply-adds than the narrow way needs")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "spec-adapters", "locked": true}
# ## Task 2: adapters inside a real model (6 points)
#
# The model is a `LlamaForCausalLM`. Its linear layers are called `model.layers.0.self_attn.q_proj` and so on:
# `q_proj`, `k_proj`, `v_proj`, `o_proj` in `self_attn`, `gate_proj`, `up_proj`, `down_proj` in `mlp`. Query maps 576 to
# 576, key and value 576 to 192, up 576 to 1 536, down 1 536 to 576.
#
# | | contract |
# |---|---|
# | `add_adapters(model, names, rank, alpha, seed)` | every linear layer whose last name is in `names` gets its own $A$ $(r, \text{in})$ and $B$ $(\text{out}, r)$, float32. All else is frozen, embedding and norms too. $A$ is random from `seed` (same seed, same numbers; other layer, other numbers; standard deviation between 0.1 and 3 times $1/\sqrt{\text{in}}$), $B$ is zero. Changes the model in place and returns it |
# | `adapters_of(model)` | `{"model.layers.0.mlp.up_proj": {"A": …, "B": …}, …}` with the names that the layers had **before** insertion. Detached **copies**: later training must not change them. This is the customer's file |
#
# As an executable specification:
#
# ```python
# model = kit.small_model(2, vocabulary)
# before = phrase_logits(model, ids, mask, codes)
# add_adapters(model, ("q_proj", "v_proj"), rank=8, alpha=16, seed=0)
# assert torch.equal(phrase_logits(model, ids, mask, codes), before)      # B = 0: nothing has changed yet
# assert kit.parameters(model)["trained"] == 2 * (8 * (576 + 576) + 8 * (576 + 192))
# ```
#
# How you insert is free: a module that wraps the layer, a parametrisation of its weight, a forward hook. About 25 lines.

# %% nbgrader={"grade_id": "adapters", "solution": true}
class LoRALinear(torch.nn.Module):
    """A frozen linear layer with a trained step of low rank beside it (a start: replace it if you insert otherwise)."""

    def __init__(self, base, rank, alpha, generator):
        super().__init__()
        self.base, self.alpha = base, alpha
        ### BEGIN SOLUTION
        spread = 1 / math.sqrt(base.in_features)
        self.A = torch.nn.Parameter(torch.randn(rank, base.in_features, generator=generator) * spread)
        self.B = torch.nn.Parameter(torch.zeros(base.out_features, rank))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return lora_forward(x, self.base.weight, self.A, self.B, self.alpha)
        ### END SOLUTION


def add_adapters(model, names, rank, alpha, seed):
    """Freeze the model, give every layer called one of `names` an adapter, return the model."""
    ### BEGIN SOLUTION
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for path, layer in list(model.named_modules()):
        parent, _, name = path.rpartition(".")
        if name in names:
            setattr(model.get_submodule(parent), name, LoRALinear(layer, rank, alpha, generator))
    return model
    ### END SOLUTION


def adapters_of(model):
    """Return {layer name before insertion: {"A": (r, in), "B": (out, r)}} as detached copies."""
    ### BEGIN SOLUTION
    return {
        path: {"A": layer.A.detach().clone(), "B": layer.B.detach().clone()}
        for path, layer in model.named_modules()
        if isinstance(layer, LoRALinear)
    }
    ### END SOLUTION

# %% [markdown] nbgrader={"grade_id": "tool-adapters", "locked": true}
# **A tool for looking.** `look_inside` does one backward pass on eight phrases and shows, layer by layer, the size of $A$,
# of $B$, of the step against the weight, and the gradient that arrives at each. It also names what is trained besides
# adapters. Sound: $|B|$ and the step are 0, dA is 0 (the gradient of $A$ passes through $B$), **dB is not**, and the last
# line says *nothing*. Any other picture is your fault found. Run it after each change.

# %% nbgrader={"grade_id": "look-inside", "locked": true}
def look_inside(names=("q_proj", "v_proj"), rank=4, alpha=8):
    """Print what one backward pass does to freshly inserted adapters."""
    model = add_adapters(kit.small_model(1, customer["vocabulary"]), names, rank, alpha, 0)
    waiting = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    if not waiting:
        print("nothing asks for a gradient")
        return
    part = {name: customer["train"][name][:8] for name in ("ids", "mask", "labels")}
    scores = phrase_logits(model, part["ids"], part["mask"], customer["codes"])      # (8, 5)
    torch.nn.functional.cross_entropy(scores, part["labels"]).backward()
    print(f"{'layer':<32}{'|A|':>8}{'|B|':>8}{'step/W':>8}{'dA':>10}{'dB':>10}")
    plain = kit.small_model(1, customer["vocabulary"])
    for path, pair in adapters_of(model).items():
        weight, sizes = plain.get_parameter(path + ".weight"), []
        for tensor in (pair["A"], pair["B"]):
            found = next((i for i, (_, p) in enumerate(waiting) if p.shape == tensor.shape and torch.equal(p, tensor)), None)
            grad = None if found is None else waiting.pop(found)[1].grad
            sizes.append("none" if grad is None else f"{grad.norm():.2e}")
        ratio = (alpha / rank * pair["B"] @ pair["A"]).norm() / weight.norm()
        print(f"{path:<32}{pair['A'].norm():8.3f}{pair['B'].norm():8.3f}{ratio:8.3f}{sizes[0]:>10}{sizes[1]:>10}")
    print("trained besides adapters:", [name for name, _ in waiting] or "nothing")


try:
    look_inside()
except (NotImplementedError, NameError):
    print("write add_adapters and adapters_of first, then run this cell again")

# %% nbgrader={"grade_id": "check-adapters", "grade": true, "points": 6}
def audit(add_adapters, adapters_of, task, names, rank, alpha, seed, steps=2):
    """Insert, compare, take steps of plain SGD on whatever asks for a gradient; return data only."""
    import sys
    import torch
    from graders import kit
    from graders.kit.phrases import phrase_logits

    kit.require("peft" not in sys.modules, "peft is loaded and not allowed here: remove its import, restart the kernel")
    ids, mask, labels = (task["train"][name][:8] for name in ("ids", "mask", "labels"))
    logits = lambda model: phrase_logits(model, ids, mask, task["codes"])
    model = kit.small_model(1, task["vocabulary"])
    fixed = kit.snapshot(model)
    seen = {"total": sum(p.numel() for p in model.parameters()), "plain": logits(model)}
    given, model = model, add_adapters(model, names, rank, alpha, seed)
    first = adapters_of(model)
    seen |= {"inserted": logits(model), "first": first, "in_place": model is given, **kit.parameters(model)}
    seen |= {"detached": not any(tensor.requires_grad for pair in first.values() for tensor in pair.values())}
    trained = [p for p in model.parameters() if p.requires_grad]
    for _ in range(steps if trained else 0):
        for weight in trained:
            weight.grad = None
        loss = torch.nn.functional.cross_entropy(logits(model), labels)
        loss.backward()
        with torch.no_grad():
            for weight in trained:
                weight -= 0.5 * (torch.zeros_like(weight) if weight.grad is None else weight.grad)
    after = set(kit.snapshot(model).values())
    seen |= {"moved": [name for name, print_ in fixed.items() if print_ not in after]}
    return seen | {"trained_logits": logits(model), "last": adapters_of(model)}


def merged_logits(task, names, file, alpha):
    """Return the logits of a fresh base with the file merged into it: what another machine would see."""
    model, part = kit.small_model(1, task["vocabulary"]), task["train"]
    with torch.no_grad():
        for path, pair in file.items():
            model.get_parameter(path + ".weight").add_(alpha / pair["A"].shape[0] * pair["B"] @ pair["A"])
        return phrase_logits(model, part["ids"][:8], part["mask"][:8], task["codes"])


def expected_shapes(names, rank, layers=1):
    sizes = {"q_proj": (576, 576), "k_proj": (192, 576), "v_proj": (192, 576), "o_proj": (576, 576),
             "gate_proj": (1536, 576), "up_proj": (1536, 576), "down_proj": (576, 1536)}
    place = lambda name: "mlp" if name in ("gate_proj", "up_proj", "down_proj") else "self_attn"
    return {f"model.layers.{i}.{place(n)}.{n}": {"A": (rank, sizes[n][1]), "B": (sizes[n][0], rank)}
            for i in range(layers) for n in names}


def check_file(file, names, rank, layers=1):
    """Check names and shapes of an adapter file, and that its numbers are finite float32."""
    wanted = expected_shapes(names, rank, layers)
    kit.require(isinstance(file, dict) and set(file) == set(wanted),
                f"the file must name the layers {sorted(wanted)}, it names {sorted(file) if isinstance(file, dict) else type(file).__name__}")
    for path, pair in wanted.items():
        for letter, shape in pair.items():
            kit.require(letter in file[path], f"{path} has no {letter!r}")
            kit.shape(file[path][letter], shape)
            kit.finite(file[path][letter])
            kit.require(file[path][letter].dtype == torch.float32, f"{letter} of {path} is not float32")


score = kit.Score(6)
task, seen = phrase_task(kit.rng("adapters"), (20, 0, 0)), None
names, rank, alpha = ("q_proj", "v_proj"), 4, 8
with score.part(1, "trained: r (in + out) for each named layer; all else is frozen", names=names, rank=rank):
    seen = kit.probe(audit, add_adapters, adapters_of, task, names, rank, alpha, 0)
    count = rank * (576 + 576) + rank * (576 + 192)
    kit.equal(seen["trained"], count, because="4 · (576 + 576) + 4 · (576 + 192)",
              known_wrong={"the base is still trained": seen["total"] + count, "you count the layer's weight too": count + 576 * 576 + 192 * 576,
                           "the norms are still trained": count + 3 * 576, "no adapter asks for a gradient": 0,
                           "the embedding is still trained": count + len(task["vocabulary"]) * 576,
                           "norms and embedding are still trained": count + (3 + len(task["vocabulary"])) * 576})
with score.part(1, "the file has each layer's old name, A (r, in) and B (out, r); B starts at zero, A does not", names=names, rank=rank):
    kit.require(seen is not None, "the audit above did not finish: mend that first")
    check_file(seen["first"], names, rank)
    kit.require(seen["detached"], "the file's tensors still ask for a gradient: detach them, then copy")
    for path, pair in seen["first"].items():
        kit.require(not pair["B"].any(), f"B of {path} starts at {pair['B'].abs().max():.3g}, so insertion already changes the model")
        spread = float(pair["A"].std() * math.sqrt(pair["A"].shape[1]))
        kit.require(spread > 0, f"A of {path} starts constant; with B at zero too, no gradient ever reaches either")
        kit.require(0.1 <= spread <= 3, f"A of {path} has {spread:.3g} / √in as standard deviation, not 0.1 to 3")
with score.part(1, "insertion changes no logit, training does, the file is all of it, and the base stays bit for bit", names=names, rank=rank):
    kit.require(seen is not None, "the audit above did not finish: mend that first")
    kit.require(seen["in_place"], "add_adapters returned another model than the one it was given: change it in place and return it")
    kit.close(seen["inserted"], seen["plain"], rtol=0, atol=1e-6, because="B = 0")
    kit.require(not seen["moved"], f"weights of the base moved: {seen['moved'][:3]}")
    kit.require(not torch.allclose(seen["trained_logits"], seen["plain"], atol=1e-4),
                "two steps of gradient descent changed no logit: does a gradient reach B? look_inside() shows it")
    kit.close(seen["trained_logits"], merged_logits(task, names, seen["last"], alpha), rtol=1e-4, atol=1e-4,
              because="the file, merged into a fresh base with alpha / r, is the adapted model",
              known_wrong={"the model leaves out alpha / r": merged_logits(task, names, seen["last"], rank),
                           "the model scales by alpha": merged_logits(task, names, seen["last"], alpha * rank)})
    for path, pair in seen["last"].items():
        kit.require(not torch.equal(pair["B"], seen["first"][path]["B"]),
                    "the first file changed while training went on: adapters_of must return copies" if pair["B"].any() else f"B of {path} did not learn")
        kit.require(not torch.equal(pair["A"], seen["first"][path]["A"]), f"A of {path} did not learn in two steps")
### BEGIN HIDDEN TESTS
other, there = phrase_task(kit.rng("adapters hidden"), (20, 0, 0)), None
names, rank, alpha = ("k_proj", "o_proj", "up_proj", "down_proj"), int(kit.rng("rank").choice([3, 5, 7])), 21.0
with score.part(1, "other layers and ranks: the count is exact, the shapes are those of each layer, and a name means a whole last name", hidden=True):
    there = kit.probe(audit, add_adapters, adapters_of, other, names, rank, alpha, 5)
    check_file(there["last"], names, rank)
    kit.equal(there["trained"], sum(rank * (p["A"][1] + p["B"][0]) for p in expected_shapes(names, rank).values()))
    kit.require(not there["moved"], "the base moved")
    none = kit.probe(audit, add_adapters, adapters_of, other, ("proj",), 2, 4, 5, 0)  # a part of seven names, the whole of none
    kit.equal([none["trained"], none["first"], none["moved"]], [0, {}, []])
with score.part(1, "after training, the file merged into a fresh base gives the adapted model's logits", hidden=True):
    kit.require(there is not None and len(there["last"]) == len(names), "no file")
    kit.require(not torch.allclose(there["trained_logits"], there["plain"], atol=1e-4), "nothing was learned")
    kit.close(there["trained_logits"], merged_logits(other, names, there["last"], alpha), rtol=1e-4, atol=1e-4)
with score.part(1, "the seed decides A: the same again, others for another seed and for another layer", hidden=True):
    start = [kit.probe(audit, add_adapters, adapters_of, other, ("q_proj", "o_proj"), 2, 4, seed, 0)["first"] for seed in (3, 3, 4)]
    for path in expected_shapes(("q_proj", "o_proj"), 2):
        kit.equal(start[1][path]["A"], start[0][path]["A"])
        kit.require(not torch.equal(start[2][path]["A"], start[0][path]["A"]), "two seeds gave the same A")
    query, output = (start[0][path]["A"] for path in expected_shapes(("q_proj", "o_proj"), 2))
    kit.require(not torch.equal(query, output), "two layers got the same A")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "spec-training", "locked": true}
# ## Task 3: train one customer's file (6 points)
#
# | | contract |
# |---|---|
# | `train_adapters(task, layers, names, rank, alpha, steps, seed)` | builds `kit.small_model(layers, task["vocabulary"])`, inserts adapters, trains them on `task["train"]` for exactly `steps` optimiser steps with batches of at most 16 phrases, returns a dict |
#
# `task` has what `customer` above has: `vocabulary`, `codes`, and `train` and `validation` with `ids` (n, time), `mask`
# (n, time), `labels` (n,). The score of a phrase is `phrase_logits(model, ids, mask, task["codes"])`, shape (n, 5), the loss
# its cross-entropy. Use an optimiser of `torch.optim` for the adapters and nothing else; `seed` decides all that is random.
#
# Returned: `"adapters"`, the file after the last step; `"losses"`, a list of `steps` floats: the mean loss of each step's own
# batch, by the weights before that step; `"final_loss"`, a float, the mean loss over the **whole training set** after the last step.
#
# A meter runs beside your training. A step's batch is every phrase whose gradient came back since the step before, in one pass
# or in several: at most 16 (fewer where the training set has fewer), all from `task["train"]`. The meter measures each batch's loss again (tolerance 0.001).
#
# The file is taken away from your code: the check merges it into a fresh base and measures there; what was not trained
# by an optimiser that held the adapters alone earns nothing but its form. The check must find your
# `final_loss` again (within 0.01). Limits, and what two sound solutions of different style reached (mean ± standard deviation of ten
# seeds; 60 steps, one layer, rank 8), each at least four standard deviations inside:
#
# | | limit | first | second | guessing |
# |---|---|---|---|---|
# | loss on the training set | at most 0.90 | 0.43 ± 0.07 | 0.51 ± 0.08 | 1.61 |
# | accuracy on phrases held out | at least 0.58 | 0.72 ± 0.03 | 0.72 ± 0.03 | 0.20 |
# | loss on phrases held out | at most 1.10 | 0.83 ± 0.06 | 0.85 ± 0.05 | 1.61 |
#
# **Validation phrases are for looking, never for training
# or choosing**: a check changes their labels and wants the same file. About 20 lines, 3 to 6 s.

# %% nbgrader={"grade_id": "training", "solution": true}
def train_adapters(task, layers, names, rank, alpha, steps, seed):
    """Train adapters on task["train"]; return {"adapters", "losses", "final_loss"}."""
    ### BEGIN SOLUTION
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
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-training", "grade": true, "points": 6}
def watched(train_adapters, task, *settings):
    """Run the training beside a meter; return its data and, for each optimiser step, what it held and trained on.

    A batch is what a gradient came back to since the step before: looking at phrases without training on them is free.
    """
    import sys
    import torch
    from graders import kit
    from torch.nn.modules.module import register_module_forward_hook
    from torch.optim.optimizer import register_optimizer_step_post_hook
    from transformers import LlamaModel

    kit.require("peft" not in sys.modules, "peft is loaded and not allowed here: remove its import, restart the kernel")

    def phrase(row):
        """Return a row of ids without the zeros that fill it up."""
        return tuple(row[: max((i + 1 for i, token in enumerate(row) if token), default=0)])

    known = {}  # phrase -> its length, its label, whether it may be trained on
    for name in ("validation", "train"):
        part = task[name]
        for row, length, label in zip(part["ids"].tolist(), part["mask"].sum(dim=1).tolist(), part["labels"].tolist(), strict=True):
            known[phrase(row)] = (length, label, name == "train")
    seen = {"given": [], "rows": [], "foreign": [], "batch_losses": []}
    read, passes, reached = [], [], {}

    def forward(module, inputs, output):
        if isinstance(module, torch.nn.Embedding):
            read[:] = [inputs[0]]  # (batch, time)
        elif isinstance(module, LlamaModel) and output[0].requires_grad:
            number = len(passes)
            passes.append((read[0].tolist(), output[0].detach(), module.get_input_embeddings().weight.detach()))
            output[0].register_hook(lambda _: reached.update({number: passes[number]}))

    def stepped(optimiser, *_):
        found, losses = [], []
        for ids, states, head in reached.values():
            rows = [known.get(phrase(row), (len(row), 0, False)) for row in ids]
            lengths = torch.tensor([[length] for length, _, _ in rows])  # (batch, 1)
            inside = (torch.arange(states.shape[1]) < lengths)[:, :, None].to(states.dtype)  # (batch, time, 1)
            scores = (states * inside).sum(dim=1) / inside.sum(dim=1) @ head[task["codes"]].T / 4  # (batch, 5)
            losses.append(torch.nn.functional.cross_entropy(scores, torch.tensor([label for _, label, _ in rows]), reduction="sum").item())
            found += rows
        seen["given"].append(sum(p.numel() for g in optimiser.param_groups for p in g["params"] if p.requires_grad))
        seen["rows"].append(len(found))
        seen["foreign"].append(sum(not ours for _, _, ours in found))
        seen["batch_losses"].append(sum(losses) / max(1, len(found)))
        passes.clear()
        reached.clear()

    hooks = register_module_forward_hook(forward), register_optimizer_step_post_hook(stepped)
    try:
        result = train_adapters(task, *settings)
    finally:
        for hook in hooks:
            hook.remove()
    return {**{key: result[key] for key in ("adapters", "losses", "final_loss")}, **seen}


def measured(task, part, file, alpha, layers):
    """Return loss and accuracy of a fresh base with the file merged into it."""
    model = kit.small_model(layers, task["vocabulary"])
    with torch.no_grad():
        for path, pair in file.items():
            model.get_parameter(path + ".weight").add_(alpha / pair["A"].shape[0] * pair["B"] @ pair["A"])
        order = part["mask"].sum(dim=1).argsort()  # (n,): short phrases together, so that little padding is computed
        pairs = zip(part["ids"][order].split(50), part["mask"][order].split(50), strict=True)
        scores = torch.cat([phrase_logits(model, ids, mask, task["codes"]) for ids, mask in pairs])  # (n, 5)
    labels = part["labels"][order]  # (n,)
    return torch.nn.functional.cross_entropy(scores, labels).item(), (scores.argmax(dim=1) == labels).double().mean().item()


score = kit.Score(6)
layers, names, rank, alpha, steps = 1, ("up_proj", "down_proj"), 8, 16, 60
whole = phrase_task(kit.rng("customer"), (400, 100, 300))
task = {name: value for name, value in whole.items() if name != "held_out"}
run, loss, count = None, math.inf, 8 * 2 * (576 + 1536)


def require_sound():
    """Stop a part when the file did not come from training the adapters alone."""
    kit.require(run is not None, "the run above did not finish: mend that first")
    kit.require(set(run["given"]) == {count}, "the optimiser did not hold exactly the adapters: mend the part above first")
    kit.require(loss <= 1.1, "the run above gave no file that has learned: mend that first")


with score.part(1, "the file has the right names and shapes, and merged into a fresh base it has learned", names=names, rank=rank):
    run = kit.probe(watched, train_adapters, task, layers, names, rank, alpha, steps, 0)
    check_file(run["adapters"], names, rank, layers)
    still = [path for path, pair in run["adapters"].items() if not pair["B"].any()]
    kit.require(not still, f"B is still zero in {still}")
    loss, _ = measured(task, task["train"], run["adapters"], alpha, layers)
    kit.require(loss <= 1.1, f"the training loss in a fresh base is {loss:.3f}; without a file it is about 1.8")
    print("validation: loss {:.3f}, accuracy {:.3f}".format(*measured(task, task["validation"], run["adapters"], alpha, layers)))
with score.part(1, "the optimiser holds the adapters and nothing else, and makes exactly the steps asked for", steps=steps, rank=rank):
    kit.require(run is not None and loss <= 1.1, "the run above gave no file that has learned: mend that first")
    kit.equal(set(run["given"]), {count}, because=f"rank 8 · 2 · (576 + 1536) = {count} trained numbers",
              known_wrong={"no torch.optim optimiser made a step": set(), "one of A and B is left out": {count // 2},
                           "the whole model is trained": {count + layers * 3_540_096 + 576 + 576 * len(task["vocabulary"])}})
    kit.equal(len(run["given"]), steps, because="one step of a torch.optim optimiser for each batch")
with score.part(1, "each step trains on at most 16 phrases of the training set, and losses are the losses of these batches", steps=steps):
    kit.require(run is not None and loss <= 1.1, "the run above gave no file that has learned: mend that first")
    kit.require(run["rows"] and min(run["rows"]) > 0, "a step of the optimiser to which no phrase gave a gradient: score the phrases with phrase_logits")
    most = max(run["rows"])
    kit.require(most <= 16, f"step {run['rows'].index(most)} trained on {most} phrases: all rows that gave it a gradient count, in one pass or in several")
    foreign = max(run["foreign"])
    kit.require(not foreign, f"step {run['foreign'].index(foreign)} trained on {foreign} phrases that are not in task['train']")
    kit.equal(len(run["losses"]), steps, because="one batch loss a step")
    so_far = [sum(run["batch_losses"][: i + 1]) / (i + 1) for i in range(steps)]
    kit.close(run["losses"], run["batch_losses"], rtol=0, atol=1e-3,
              because="the mean cross-entropy of the step's own batch, by the weights before the step; measured again from what your model gave",
              known_wrong={"the sum over the batch, not the mean": [n * one for n, one in zip(run["rows"], run["batch_losses"], strict=True)],
                           "you report the mean of all batches so far": so_far,
                           "you report the loss divided by the number of phrases twice": [one / n for n, one in zip(run["rows"], run["batch_losses"], strict=True)],
                           "you measured after the step, one late": [*run["batch_losses"][1:], run["losses"][-1]]})
with score.part(1, "final_loss is what the file gives on the training set in a fresh base, and at most 0.90"):
    require_sound()
    kit.finite(run["final_loss"])
    likely = {"that is the loss of your last batch": run["losses"][-1], "that is the mean of the batch losses": sum(run["losses"]) / steps}
    if abs(run["final_loss"] - loss) > 0.01:
        likely["you trained without alpha / r"] = measured(task, task["train"], run["adapters"], rank, layers)[0]
    kit.close(run["final_loss"], loss, rtol=0, atol=0.01, because="the same file, the same phrases, another machine", known_wrong=likely)
    kit.require(loss <= 0.90, f"the training loss is {loss:.3f}, above 0.90: learning rate, its decay, alpha / r?")
### BEGIN HIDDEN TESTS
with score.part(1, "held-out accuracy and loss", hidden=True):
    require_sound()
    there, accuracy = measured(whole, whole["held_out"], run["adapters"], alpha, layers)
    kit.require(accuracy >= 0.58, f"accuracy {accuracy:.3f}")
    kit.require(there <= 1.10, f"loss {there:.3f}")
with score.part(1, "two layers, twelve phrases: training labels and seed decide the file, validation phrases and labels do not", hidden=True):
    require_sound()
    few = {**task, **{name: {key: rows[:12] for key, rows in task[name].items()} for name in ("train", "validation")}}
    short = (2, names, 3, 6, 3, 7)
    plain = kit.probe(watched, train_adapters, few, *short)["adapters"]
    turned = {"labels": (few["validation"]["labels"] + 1) % 5, "ids": few["validation"]["ids"].flip(0), "mask": few["validation"]["mask"].flip(0)}
    same = kit.probe(watched, train_adapters, {**few, "validation": {**few["validation"], **turned}}, *short)["adapters"]
    relabelled = {**few["train"], "labels": (few["train"]["labels"] + 1) % 5}
    other = kit.probe(watched, train_adapters, {**few, "train": relabelled}, *short)["adapters"]
    reseeded = kit.probe(watched, train_adapters, few, *short[:-1], 8)["adapters"]
    check_file(plain, names, 3, 2)
    for path in expected_shapes(names, 3, 2):
        kit.equal(same[path], plain[path])
        kit.require(not torch.equal(reseeded[path]["A"], plain[path]["A"]), "the seed changed nothing")
        kit.require(not torch.equal(other[path]["B"], plain[path]["B"]), "the labels changed nothing")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "tool-training", "locked": true}
# **A tool for looking.** `look_at_steps` puts the meter beside four steps of your training and shows what it saw: phrases that gave
# a gradient, how many of them are not training phrases, the numbers that the optimiser held, the loss that you report and the loss measured again.
# Sound: at most 16 phrases, 0 foreign, 33 792 numbers, and two losses that agree and begin near 1.8.

# %% nbgrader={"grade_id": "look-at-steps", "locked": true}
def look_at_steps(steps=4):
    """Print what the meter sees in the first steps of train_adapters, by rank 8 on one layer."""
    seen = watched(train_adapters, customer, 1, NAMES, 8, 16, steps, 0)
    print(f"{'step':>4}{'phrases':>9}{'foreign':>9}{'held':>12}{'you report':>12}{'measured':>10}")
    for step, reported in enumerate(seen["losses"]):
        if step < len(seen["rows"]):
            row = [seen[key][step] for key in ("rows", "foreign", "given", "batch_losses")]
            print(f"{step:>4}{row[0]:>9}{row[1]:>9}{row[2]:>12,}{reported:>12.3f}{row[3]:>10.3f}")
    print(f"{len(seen['rows'])} steps of an optimiser, {len(seen['losses'])} losses reported, {steps} asked for")


try:
    look_at_steps()
except (NotImplementedError, NameError):
    print("write train_adapters and run its check first, then run this cell again")

# %% [markdown] nbgrader={"grade_id": "spec-plan", "locked": true}
# ## Task 4: memory and rank for a seven-billion model (4 points)
#
# The customer asks two things that come before any training run. **What does it cost?** In mixed precision with Adam a
# *trained* weight needs 16 bytes: weight and gradient in 16 bits (2 + 2), a 32-bit master copy (4), two moments (4 + 4)
# (Rajbhandari et al., ZeRO, 2020, section 3.1). A *frozen* weight needs its 2. Activations come on top and are left out.
# **Which rank?** Runs differ by seed. The one-standard-error rule (Breiman et al., 1984) takes the cheapest choice that
# the seeds cannot tell from the best.
#
# | | contract |
# |---|---|
# | `training_memory(shapes, names, rank)` | `shapes`: `{layer name: (out, in)}` of **all** linear layers; adapters go on the layers whose last name is in `names`. Returns `{"full": bytes, "lora": bytes, "file": bytes}`, ints: training every weight; training adapters only, in the same recipe, with the frozen weights in memory; the adapters saved in 16 bits |
# | `choose_rank(runs, shapes, names, budget)` | `runs`: `{rank: [held-out accuracy of each seed, at least 2]}`. Of the ranks whose `file` is at most `budget` bytes, the **smallest** whose mean is at least (best mean − standard error of that best). Best mean among those that fit (at a tie the smaller rank), standard error $s/\sqrt n$ with $n-1$ in $s$. No rank fits: `ValueError` with the budget in its message, in digits |
#
# Toy: one layer `a.q_proj` (3, 2), rank 1: full 6 · 16 = 96, lora 6 · 2 + 5 · 16 = 92, file 5 · 2 = 10 bytes.

# %% nbgrader={"grade_id": "plan", "solution": true}
def training_memory(shapes, names, rank):
    """Return {"full", "lora", "file"} in bytes."""
    ### BEGIN SOLUTION
    weights = sum(out * into for out, into in shapes.values())
    adapters = sum(rank * (out + into) for path, (out, into) in shapes.items() if path.rpartition(".")[2] in names)
    return {"full": 16 * weights, "lora": 2 * weights + 16 * adapters, "file": 2 * adapters}
    ### END SOLUTION


def choose_rank(runs, shapes, names, budget):
    """Return the smallest affordable rank within one standard error of the best."""
    ### BEGIN SOLUTION
    fitting = {r: runs[r] for r in sorted(runs) if training_memory(shapes, names, r)["file"] <= budget}
    if not fitting:
        raise ValueError(f"no rank of {sorted(runs)} fits into {budget} bytes")
    mean = {r: sum(a) / len(a) for r, a in fitting.items()}
    best = max(mean, key=mean.get)
    scores = fitting[best]
    spread = math.sqrt(sum((a - mean[best]) ** 2 for a in scores) / (len(scores) - 1))
    return next(r for r in mean if mean[r] >= mean[best] - spread / math.sqrt(len(scores)))
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-plan", "grade": true, "points": 4}
# held-out accuracy of a sound solution of task 3 on two layers, five seeds a rank (measured with 300 held-out phrases)
MEASURED = {
    1: [0.643, 0.597, 0.647, 0.637, 0.583],
    2: [0.727, 0.600, 0.667, 0.683, 0.670],
    4: [0.767, 0.700, 0.753, 0.730, 0.687],
    8: [0.783, 0.730, 0.773, 0.760, 0.723],
    12: [0.783, 0.733, 0.773, 0.757, 0.760],
}


def llama(layers, hidden, wide, key, vocabulary):
    """Return the linear layers of a Llama-like model: name -> (out, in)."""
    one = {"self_attn.q_proj": (hidden, hidden), "self_attn.k_proj": (key, hidden), "self_attn.v_proj": (key, hidden),
           "self_attn.o_proj": (hidden, hidden), "mlp.gate_proj": (wide, hidden), "mlp.up_proj": (wide, hidden), "mlp.down_proj": (hidden, wide)}
    return {f"model.layers.{i}.{name}": shape for i in range(layers) for name, shape in one.items()} | {"lm_head": (vocabulary, hidden)}


score = kit.Score(4)
toy, seven = {"a.q_proj": (3, 2)}, llama(32, 4096, 11008, 4096, 32000)
with score.part(1, "memory: the toy by hand, then a Llama-2-7B shape with rank 8 on query and value", toy=toy):
    kit.equal(training_memory(toy, ("q_proj",), 1), {"full": 96, "lora": 92, "file": 10},
              known_wrong={"you forgot the frozen weights": {"full": 96, "lora": 80, "file": 10}})
    weights, adapters = sum(o * i for o, i in seven.values()), 32 * 2 * 8 * (4096 + 4096)
    kit.equal(training_memory(seven, ("q_proj", "v_proj"), 8), {"full": 16 * weights, "lora": 2 * weights + 16 * adapters, "file": 2 * adapters},
              known_wrong={"you forgot the frozen weights": {"full": 16 * weights, "lora": 16 * adapters, "file": 2 * adapters},
                           "frozen weights need no gradient, no master copy, no moments": {"full": 16 * weights, "lora": 16 * (weights + adapters), "file": 2 * adapters}})
tiny = llama(2, 576, 1536, 192, 1000)
with score.part(1, "rank: the measured runs with room for all, and with room for rank 2 only", runs=MEASURED):
    kit.equal(choose_rank(MEASURED, tiny, NAMES, 10**9), 8, because="the smallest rank at or above best mean - s / √n",
              known_wrong={"you took the best mean, whatever the seeds say": 12, "you took the smallest rank": min(MEASURED)})
    kit.equal(choose_rank(MEASURED, tiny, NAMES, 2 * 2 * 2 * 2 * (576 + 1536)), 2, because="only ranks up to 2 fit")
    kit.raises(ValueError, choose_rank, MEASURED, tiny, NAMES, 10, match=r"\b10\b")
### BEGIN HIDDEN TESTS
def right_memory(shapes, names, rank):
    weights = sum(out * into for out, into in shapes.values())
    adapters = sum(rank * (out + into) for path, (out, into) in shapes.items() if path.split(".")[-1] in names)
    return {"full": 16 * weights, "lora": 2 * weights + 16 * adapters, "file": 2 * adapters}


def right_rank(runs, shapes, names, budget):
    import statistics

    fitting = sorted(r for r in runs if right_memory(shapes, names, r)["file"] <= budget)
    best = max(fitting, key=lambda r: (statistics.mean(runs[r]), -r))
    bar = statistics.mean(runs[best]) - statistics.stdev(runs[best]) / math.sqrt(len(runs[best]))
    return next(r for r in fitting if statistics.mean(runs[r]) >= bar)


rng = kit.rng("plan")
with score.part(1, "memory: any model, any targets, also grouped key and value, also targets that do not occur", hidden=True):
    for names in (("q_proj", "v_proj"), ("up_proj",), ("k_proj", "down_proj", "o_proj"), ("absent",), ("proj",)):
        hidden, wide, key = (int(n) for n in rng.integers(8, 512, 3))
        shapes = llama(int(rng.integers(1, 5)), hidden, wide, key, int(rng.integers(50, 900)))
        rank = int(rng.integers(1, 65))
        kit.equal(training_memory(shapes, names, rank), right_memory(shapes, names, rank))
with score.part(1, "rank: any runs, any budget, seeds that spread, ranks in any order", hidden=True):
    shapes = llama(2, 64, 128, 32, 100)
    kit.equal(choose_rank({4: [0.75, 0.75], 2: [0.75, 0.75], 1: [0.5, 0.5]}, shapes, NAMES, 10**9), 2)
    for _ in range(40):
        ranks = [int(r) for r in rng.permutation([1, 2, 4, 8, 16, 32])[: rng.integers(2, 7)]]
        runs = {r: [float(a) for a in rng.uniform(0.6, 0.8, int(rng.integers(2, 7)))] for r in ranks}
        budget = right_memory(shapes, NAMES, int(rng.choice(ranks)))["file"]
        kit.equal(choose_rank(runs, shapes, NAMES, budget), right_rank(runs, shapes, NAMES, budget))
        short = right_memory(shapes, NAMES, min(ranks))["file"] - 1
        kit.raises(ValueError, choose_rank, runs, shapes, NAMES, short, match=str(short))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "spec-account", "locked": true}
# ## Task 5: account for a file that is being served (5 points)
#
# The file is in use, and two questions come back. **Which layers carry it?** An *ablation* answers: leave one part out and
# measure what is lost. **Why is the customer served badly since last night?** Loss and accuracy do not say; the served
# weights do. With the file's step $S = \frac{\alpha}{r} B A$ of a layer and $D = W_{\text{served}} - W$, write $D$ as a multiple of
# $S$ and a rest that is orthogonal to it:
#
# $$k = \frac{\langle D, S \rangle}{\langle S, S \rangle} \qquad\qquad R = D - k S$$
#
# | | contract |
# |---|---|
# | `ablate(task, part, layers, file, alpha)` | for each layer in `file`: the loss on `part` of a fresh `kit.small_model(layers, task["vocabulary"])` into which **all other** pairs are merged, minus the loss with the whole file. Returns `{layer name: float}`; above 0: the layer helps. `part` is a dict as `task["train"]` is; the loss is the mean cross-entropy over all its phrases |
# | `diagnose(served, base, file, alpha)` | `served` and `base`: `{layer name: weight (out, in)}`, at least the layers of `file`. Returns `{layer name: verdict}` for the layers of `file` |
#
# The verdicts, the first that fits: `"foreign"`, when $\lVert R \rVert > 0.1\, \lVert S \rVert$ (something else lies in the weight, whatever $k$ is);
# then by $k$, each within 0.05: `"not merged"` (0), `"sound"` (1), `"merged twice"` (2), `"no alpha / r"` ($r / \alpha$); and `"other scale"` for any
# other $k$. In all cases $S$ is not zero, and $r / \alpha$ is at least 0.1 away from 0, 1 and 2. Weights are float32 or float64. Arguments stay as they are.
#
# Toy: $W = I_2$, $A = (1\;\;2)$, $B = (3\;\;0)^\top$, $\alpha = 2$, so $S = \begin{pmatrix} 6 & 12 \\ 0 & 0 \end{pmatrix}$. Served $\begin{pmatrix} 4 & 6 \\ 0 & 1 \end{pmatrix}$ has
# $k = \frac12$, $R = 0$: `"no alpha / r"`. Served $\begin{pmatrix} 7 & 12 \\ 5 & 1 \end{pmatrix}$ has $k = 1$ and $\lVert R \rVert = 5$, more than a tenth of $\lVert S \rVert = 13.4$:
# `"foreign"`. About 10 lines each.

# %% nbgrader={"grade_id": "account", "solution": true}
def ablate(task, part, layers, file, alpha):
    """Return {layer name: loss without this layer's pair minus loss with the whole file}."""
    ### BEGIN SOLUTION
    model = kit.small_model(layers, task["vocabulary"])
    plain = {path: model.get_parameter(path + ".weight").detach().clone() for path in file}

    def loss_without(left_out):
        with torch.no_grad():
            for path, weight in plain.items():
                step = alpha / len(file[path]["A"]) * file[path]["B"] @ file[path]["A"]  # (out, in)
                model.get_parameter(path + ".weight").copy_(weight if path == left_out else weight + step)
            scores = phrase_logits(model, part["ids"], part["mask"], task["codes"])  # (n, 5)
        return torch.nn.functional.cross_entropy(scores, part["labels"]).item()

    whole = loss_without(None)
    return {path: loss_without(path) - whole for path in file}
    ### END SOLUTION


def diagnose(served, base, file, alpha):
    """Return {layer name: verdict} for the layers of the file."""
    ### BEGIN SOLUTION
    found = {}
    for path, pair in file.items():
        change = served[path] - base[path]  # (out, in)
        step = alpha / len(pair["A"]) * pair["B"] @ pair["A"]  # (out, in)
        k = ((change * step).sum() / (step * step).sum()).item()
        known = {"not merged": 0, "sound": 1, "merged twice": 2, "no alpha / r": len(pair["A"]) / alpha}
        verdict = next((name for name, value in known.items() if abs(k - value) <= 0.05), "other scale")
        found[path] = "foreign" if (change - k * step).norm() > 0.1 * step.norm() else verdict
    return found
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-account", "grade": true, "points": 5}
def loss_of(model, task, part, chosen, scale_of):
    """Return the loss on a part with the chosen pairs merged, each times scale_of(its rank); the model stays as it was."""
    weights = {path: model.get_parameter(path + ".weight") for path in chosen}
    plain = {path: weight.detach().clone() for path, weight in weights.items()}
    with torch.no_grad():
        for path, pair in chosen.items():
            weights[path].add_(scale_of(len(pair["A"])) * pair["B"] @ pair["A"])
        scores = phrase_logits(model, part["ids"], part["mask"], task["codes"])  # (n, 5)
        for path, weight in plain.items():
            weights[path].copy_(weight)
    return torch.nn.functional.cross_entropy(scores, part["labels"]).item()


def right_ablation(model, task, part, file, scale_of):
    whole = loss_of(model, task, part, file, scale_of)
    return {path: loss_of(model, task, part, {p: v for p, v in file.items() if p != path}, scale_of) - whole for path in file}


def draw_file(rng, names, rank, layers=1):
    """Return a file whose steps are large, so that leaving one out changes the loss by far more than rounding."""
    make = lambda shape: torch.from_numpy(rng.normal(size=shape)).to(torch.float32)
    return {path: {"A": make(pair["A"]) / math.sqrt(pair["A"][1]), "B": 0.3 * make(pair["B"])}
            for path, pair in expected_shapes(names, rank, layers).items()}


score = kit.Score(5)
small = phrase_task(kit.rng("account"), (20, 0, 0))
drawn = draw_file(kit.rng("file"), ("v_proj", "up_proj", "down_proj"), 4)
with score.part(1, "ablate: what each of three layers is worth on twenty phrases", names="v_proj, up_proj, down_proj", rank=4, alpha=8):
    plain, scale_of = kit.small_model(1, small["vocabulary"]), lambda rank: 8 / rank
    value_of = lambda chosen: loss_of(plain, small, small["train"], chosen, scale_of)
    right, whole, none = right_ablation(plain, small, small["train"], drawn, scale_of), value_of(drawn), value_of({})
    one_by_one, left = {}, dict(drawn)
    for path in drawn:
        before = value_of(left)
        left.pop(path)
        one_by_one[path] = value_of(left) - before
    kit.close(ablate(small, small["train"], 1, drawn, 8), right, rtol=0, atol=1e-4,
              because="loss without the layer's pair, minus loss with all",
              known_wrong={"the sign: it is loss without minus loss with": {path: -value for path, value in right.items()},
                           "you give the loss itself, not the difference": {path: value + whole for path, value in right.items()},
                           "you merge that layer alone: merge all others": {path: value_of({path: drawn[path]}) - whole for path in drawn},
                           "you compare with the bare base, not with the whole file": {path: value + whole - none for path, value in right.items()},
                           "what you took out stays out for the next layer: begin with the whole file each time": one_by_one,
                           "you left out alpha / r": right_ablation(plain, small, small["train"], drawn, lambda rank: 1)})
toy_file = {"toy": {"A": torch.tensor([[1.0, 2.0]]), "B": torch.tensor([[3.0], [0.0]])}}
cases = {"sound": [[7.0, 12.0], [0.0, 1.0]], "not merged": [[1.0, 0.0], [0.0, 1.0]], "merged twice": [[13.0, 24.0], [0.0, 1.0]],
         "no alpha / r": [[4.0, 6.0], [0.0, 1.0]], "other scale": [[-5.0, -12.0], [0.0, 1.0]], "foreign": [[7.0, 12.0], [5.0, 1.0]]}
with score.part(1, "diagnose: the toy in each of the six conditions", A="(1 2)", B="(3 0)ᵀ", alpha=2):
    for verdict, rows in cases.items():
        found = diagnose({"toy": torch.tensor(rows)}, {"toy": torch.eye(2)}, toy_file, 2)
        kit.equal(found, {"toy": verdict}, because=f"the served weight is {rows}",
                  known_wrong={"k alone says sound; the rest R says that something else lies there too": {"toy": "sound"}} if verdict == "foreign" else
                              {"a multiple of the step is not foreign, whatever the multiple": {"toy": "foreign"}})
### BEGIN HIDDEN TESTS
with score.part(1, "ablate: two layers deep, other projections, ranks and alpha; the file stays as it was", hidden=True):
    two = phrase_task(kit.rng("account hidden"), (12, 0, 31))
    rank, factor = int(kit.rng("account rank").choice([3, 5])), 7.0
    deep = draw_file(kit.rng("file hidden"), ("o_proj", "down_proj"), rank, 2)
    kit.close(kit.unchanged(ablate, two, two["held_out"], 2, deep, factor), right_ablation(kit.small_model(2, two["vocabulary"]), two, two["held_out"], deep, lambda r: factor / r), rtol=0, atol=1e-4)


def served_as(rng, verdicts, dtype):
    """Return served and base weights, the file and alpha for layers in the conditions named."""
    rank, out, into = int(rng.integers(2, 9)), int(rng.integers(20, 90)), int(rng.integers(20, 90))
    factor = rank * float(rng.choice([0.4, 0.7, 1.5, 3.0, 5.0]))
    make = lambda *shape: torch.from_numpy(rng.normal(size=shape)).to(dtype)
    base, served, file = {"absent.from.file": make(3, 3)}, {"absent.from.file": make(3, 3)}, {}
    for i, verdict in enumerate(verdicts):
        path = f"model.layers.{i}.mlp.up_proj"
        A, B, weight = make(rank, into), 0.1 * make(out, rank), make(out, into)
        step, rest = factor / rank * B @ A, make(out, into)
        rest -= (rest * step).sum() / (step * step).sum() * step  # orthogonal to the step
        rest *= step.norm() / rest.norm()
        k = {"sound": 1, "not merged": 0, "merged twice": 2, "no alpha / r": rank / factor, "other scale": float(rng.choice([-1, 3, -0.2])),
             "foreign": float(rng.choice([0, 1, 2, rank / factor]))}[verdict]
        amount = float(rng.choice([0.15, 1.0, 4.0])) if verdict == "foreign" else float(rng.choice([0, 0.05]))
        base[path], served[path], file[path] = weight, weight + (k + float(rng.uniform(-0.03, 0.03))) * step + amount * rest, {"A": A, "B": B}
    return served, base, file, factor


KINDS = ("sound", "not merged", "merged twice", "no alpha / r", "other scale", "foreign")
with score.part(1, "diagnose: servers whose layers are each in another condition, other shapes, ranks and alpha", hidden=True):
    for i in range(12):
        verdicts = [str(v) for v in kit.rng(f"served {i}").permutation(KINDS)[: 2 + i % 5]]
        given = served_as(kit.rng(f"weights {i}"), verdicts, torch.float64 if i % 2 else torch.float32)
        kit.equal(kit.unchanged(diagnose, *given), dict(zip(given[2], verdicts, strict=True)))
with score.part(1, "diagnose: another customer's file in place of ours, and on top of ours", hidden=True):
    for i in range(6):
        (served, base, file, factor), (*_, others, _) = (served_as(kit.rng(f"mixed {i}"), ["sound"], torch.float64) for _ in range(2))
        path, = file
        shape = base[path].shape
        strange = torch.from_numpy(kit.rng(f"strange {i}").normal(size=(shape[0], 2))) @ torch.from_numpy(kit.rng(f"stranger {i}").normal(size=(2, shape[1])))
        kit.equal(diagnose({path: base[path] + strange}, base, file, factor), {path: "foreign"})
        kit.equal(diagnose({path: served[path] + strange}, base, file, factor), {path: "foreign"})
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "tool-account", "locked": true}
# **Your own file.** The next cell runs your `ablate` on the file that you trained in the check of task 3, with validation phrases. Before you run
# it, write down which of the two layers you expect to carry more.

# %% nbgrader={"grade_id": "own-file", "locked": true}
try:
    worth = ablate(task, task["validation"], 1, run["adapters"], 16)
    for path, rise in sorted(worth.items(), key=lambda item: -item[1]):
        print(f"{path:<32} without it the loss changes by {rise:+.3f}")
except (NotImplementedError, NameError, TypeError):
    print("write ablate and run the check of task 3 first, then run this cell again")

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## What you can now hand over
#
# A file of 33 792 numbers (66 KiB in 16 bits) that turns a shared base into one customer's model, measured where your code
# was not, and an account of it when it is served badly. What this does not show: the held-out phrases come from the same library as
# the training phrases, and the base is one layer of a small model. On phrases of another library expect less; measure it before you promise it.
# Next: lab *soft-prompts* trains inputs instead of weights, lab *preference* trains on comparisons.
