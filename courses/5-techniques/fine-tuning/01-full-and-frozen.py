# %% [markdown] id="title"
# # Full and frozen
#
# **Promise.** After this lesson you can fine-tune a real language model in whole or in part, say before the run what each
# choice costs in memory and arithmetic, and measure what the model forgets.
#
# **Time** 60 minutes · **Runs** on one CPU core, no network, no GPU, about 20 s · **Level** fine-tuning, basic
#
# You will be able to
#
# 1. choose which weights learn, and prove with a count and a fingerprint that the others did not move;
# 2. compute memory and arithmetic of full and partial fine-tuning, and say why freezing the top saves little;
# 3. compare fine-tuning with two cheap baselines on phrases held out, with an interval;
# 4. measure forgetting, and lessen it by learning rate, by replay and by keeping weights apart.

# %% id="setup"
import copy
import math

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from IPython.display import display
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from graders import kit
from graders.kit.phrases import TYPES, phrase_logits, phrase_task

torch.set_num_threads(1)  # a model this small gains nothing from a second thread
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"  # Okabe and Ito: safe for colour blindness

# %% [markdown] id="ready"
# ## Before you start
#
# Two questions show whether you have what this lesson builds on. A wrong answer names the lesson to read first.

# %% id="ready-step"
kit.checkpoint("ready-step")

# %% id="ready-held-out"
kit.checkpoint("ready-held-out")

# %% [markdown] id="question"
# ## A customer sends two hundred labelled sentences
#
# A documentation team wants a form filled: for the sentence that describes a parameter, the type of that parameter, in
# the team's own code words. They send 200 labelled sentences and ask: *must you retrain the whole model for that?*
#
# The sentences are real: the first sentence about each parameter in scikit-learn's documentation (BSD-3-Clause), read from
# the installed package, of at most ten tokens each, so that a run takes seconds. Each sentence occurs once, so none of the
# training sentences comes back in the test.

# %% id="question-table"
def brief(task, train, held_out, longest=10):
    """Return the task with the first sentences of at most `longest` tokens: less to compute, the same question."""
    parts = {}
    for name, count in (("train", train), ("held_out", held_out)):
        part = task[name]
        keep = (part["mask"].sum(dim=1) <= longest).nonzero()[:count, 0]  # (count,)
        assert len(keep) == count
        parts[name] = {key: part[key][keep] for key in ("mask", "ids", "labels")} | {"text": [part["text"][i] for i in keep]}
        parts[name] |= {key: parts[name][key][:, :longest] for key in ("mask", "ids")}
    return task | parts


task = brief(phrase_task(np.random.default_rng(0), sizes=(400, 0, 600)), 200, 300)
code_of = dict(zip(TYPES, task["words"], strict=True))
train, held = task["train"], task["held_out"]
shared = set(train["text"]) & set(held["text"])
assert not shared
print(code_of)
pd.DataFrame({"sentence": train["text"], "code word": [task["words"][label] for label in train["labels"]]}).head(8)

# %% [markdown] id="question-model"
# The model is SmolLM2-135M-Instruct, cut to its first two layers so that each run takes seconds. It reads a sentence, we
# take the mean of its last hidden states, and compare it with the embedding of each code word:
#
# $$z_c = \tfrac14\; e_c \cdot \frac{1}{T}\sum_{t=1}^{T} h_t \qquad h_t, e_c \in \mathbb{R}^{576},\quad c = 1 \dots 5$$
#
# The largest $z_c$ is the answer. Two numbers that need no fine-tuning come first: the model as it is, and a bag of words
# with logistic regression, the baseline that any fine-tuning has to be held against.

# %% id="baseline"
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def measure(model, part, codes=task["codes"]):
    """Return (loss, accuracy, right or wrong for each sentence)."""
    with torch.no_grad():
        pieces = zip(part["ids"].split(100), part["mask"].split(100), strict=True)
        z = torch.cat([phrase_logits(model, ids, mask, codes) for ids, mask in pieces])  # (n, 5)
    right = z.argmax(dim=1) == part["labels"]  # (n,)
    return cross_entropy(z, part["labels"]).item(), right.double().mean().item(), right.numpy()


words = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=30, max_iter=500))
words.fit(train["text"], train["labels"].numpy())
bag_of_words = words.score(held["text"], held["labels"].numpy())
base = kit.small_model(2, task["vocabulary"])  # stays as it is: what learns is a copy
as_it_is = measure(base, held)
print(f"as it is: accuracy {as_it_is[1]:.2f}, loss {as_it_is[0]:.2f}   guessing: 0.20, {math.log(5):.2f}")
print(f"bag of words: accuracy {bag_of_words:.2f}")
assert abs(as_it_is[1] - 0.2) < 0.1 and bag_of_words > 0.6

# %% [markdown] id="question-predict"
# The model as it is knows nothing of this team's code words: it guesses. Now commit to an answer before you see any run.

# %% id="which-wins"
kit.checkpoint("which-wins")

# %% [markdown] id="idea"
# ## The idea: a step for some weights, none for the others
#
# Let $\theta \in \mathbb{R}^N$ be all weights, $\theta_0$ the pre-trained ones, $L$ the loss on the customer's data.
# *Full* fine-tuning starts at $\theta_0$ and moves everything. *Partial* fine-tuning has a mask
# $m \in \{0, 1\}^N$:
#
# $$\theta_{k+1} = \theta_k - \eta\; m \odot g(\nabla L(\theta_k)), \qquad \theta_k - \theta_0 = 0 \text{ wherever } m = 0$$
#
# $\eta$ is the learning rate (no unit), $g$ what the optimiser makes of the gradient (for plain descent the gradient itself).
#
# **By hand first.** $f(x) = w_2 w_1 x$ with $w_1 = w_2 = 1$, one example $x = 1$, wanted $3$, loss $\tfrac12 (f - 3)^2$.
# $\partial L / \partial w_1 = (f - 3)\, w_2 x = -2$ and $\partial L / \partial w_2 = (f - 3)\, w_1 x = -2$. With $\eta = 0.1$ and $w_1$
# frozen: $w_1 = 1$, $w_2 = 1.2$, loss $\tfrac12 \cdot 1.8^2 = 1.62$. With both moving: $1.2 \cdot 1.2 = 1.44$, loss
# $\tfrac12 \cdot 1.56^2 = 1.2168$.

# %% id="by-hand"
def toy_step(mask, rate=0.1):
    """Return the toy's weights and loss after one masked step."""
    w = torch.ones(2, requires_grad=True)  # (2,)
    (0.5 * (w[1] * w[0] * 1 - 3) ** 2).backward()
    after = w.detach() - rate * torch.tensor(mask) * w.grad  # (2,)
    return after, 0.5 * (after[1] * after[0] - 3) ** 2


for mask, weights, loss in (([0.0, 1.0], [1.0, 1.2], 1.62), ([1.0, 1.0], [1.2, 1.2], 1.2168)):
    found, found_loss = toy_step(mask)
    kit.close(found, torch.tensor(weights), rtol=1e-6)
    kit.close(found_loss.item(), loss, rtol=1e-5)
    print(mask, found.tolist(), f"loss {found_loss:.4f}")

# %% [markdown] id="scratch"
# **From scratch, on the real model.** AdamW (Loshchilov and Hutter, 2019) keeps two running means for each weight. Below it
# works on the mask, without `requires_grad`. `torch.optim.AdamW` with the frozen weights switched off must give the same
# weights, bit by bit nearly, and both must leave the frozen ones alone.
# `kit.snapshot` takes a fingerprint of each weight (a hash of its bytes); `kit.frozen_unchanged` takes it again and names what moved.

# %% id="adamw-by-hand"
def adamw_by_hand(weights, learns, gradients, rate, betas=(0.9, 0.999), eps=1e-8):
    """First AdamW step (no weight decay) on a list of tensors; `learns` is the mask, one bool a tensor."""
    for weight, moves, gradient in zip(weights, learns, gradients, strict=True):
        if moves:
            first = (1 - betas[0]) * gradient / (1 - betas[0])  # mean, begun at 0, bias corrected
            second = (1 - betas[1]) * gradient**2 / (1 - betas[1])  # mean of squares
            weight.sub_(rate * first / (second.sqrt() + eps))


def batch_loss(model, task, rows):
    part = task["train"]
    z = phrase_logits(model, part["ids"][rows], part["mask"][rows], task["codes"])  # (batch, 5)
    return cross_entropy(z, part["labels"][rows])


by_hand, by_torch = copy.deepcopy(base), copy.deepcopy(base)
names = [name for name, _ in by_hand.named_parameters()]
learns = [name.startswith("model.layers.1.") for name in names]  # the last of the two layers
rows = torch.arange(16)  # (16,)
batch_loss(by_hand, task, rows).backward()
with torch.no_grad():
    weights = list(by_hand.parameters())
    adamw_by_hand(weights, learns, [w.grad for w in weights], rate=1e-3)

before = kit.snapshot(by_torch)
for weight, moves in zip(by_torch.parameters(), learns, strict=True):
    weight.requires_grad_(moves)
optimiser = torch.optim.AdamW([w for w in by_torch.parameters() if w.requires_grad], lr=1e-3, weight_decay=0.0)
batch_loss(by_torch, task, rows).backward()
optimiser.step()
gap = max((a - b).abs().max().item() for a, b in zip(by_hand.parameters(), by_torch.parameters(), strict=True))
print(f"largest difference between the two: {gap:.1e}", kit.parameters(by_torch))
assert gap < 1e-6
kit.frozen_unchanged(before, by_torch, ["model.embed_tokens*", "model.layers.0.*", "model.norm*"])

# %% [markdown] id="what-freezing-saves"
# ## What does freezing save?
#
# Memory for the optimiser, always: a frozen weight needs no gradient and no running means. Arithmetic, not always. Think of
# the backward pass as a wave that starts at the loss, above the last layer, and travels down.

# %% id="freeze-cost"
kit.checkpoint("freeze-cost")

# %% id="count-operations"
def choose(model, patterns):
    """Let the weights learn whose name contains one of `patterns`; freeze the others."""
    for name, weight in model.named_parameters():
        weight.requires_grad_(any(pattern in name for pattern in patterns))
    return model


def operations(patterns):
    """Return the multiply-adds of matrix products of one training step, counted by torch, in billions."""
    model = choose(copy.deepcopy(base), patterns)
    with FlopCounterMode(display=False) as counter:
        batch_loss(model, task, rows).backward()
    return counter.get_total_flops() / 2e9


counted = {
    "everything learns": operations([""]),
    "top layer frozen": operations(["layers.0.", "embed"]),
    "bottom layer frozen": operations(["layers.1."]),
}
print({name: round(value, 2) for name, value in counted.items()}, "billion multiply-adds a step")
top, bottom = (counted[name] / counted["everything learns"] for name in ("top layer frozen", "bottom layer frozen"))
print(f"of the full step: top frozen {top:.0%}, bottom frozen {bottom:.0%}")
assert 0.78 < top < 0.9 and 0.6 < bottom < 0.72

# %% id="freeze-cost-again"
kit.recall("freeze-cost")

# %% [markdown] id="freeze-cost-why"
# A matrix product $Y = X W^\top$ costs one product forward and two backward: $\partial L/\partial X$, which carries the wave
# on, and $\partial L/\partial W$, which the weight's own step needs. Freezing a layer saves its $\partial L/\partial W$. Freezing from the **bottom** saves
# both for every layer below the lowest that learns, and more: what those layers compute never changes, so it can be computed
# **once** and kept. The next cell does that and asserts that the shortcut gives the same scores.

# %% id="cache"
def cached_inputs(model, part):
    """Return what enters the last layer for each sentence: computed once, used in every step."""
    kept = {}
    hook = model.model.layers[-1].register_forward_pre_hook(
        lambda _, args, kwargs: kept.update(states=args[0], **kwargs), with_kwargs=True
    )
    with torch.no_grad():
        model.model(input_ids=part["ids"], attention_mask=part["mask"], use_cache=False)
    hook.remove()
    return kept["states"], kept["attention_mask"], kept["position_embeddings"]


def from_cache(model, cache, part, rows, codes):
    """Return the scores (batch, 5) by the last layer alone."""
    states, mask, places = cache  # (n, time, 576), (n, 1, time, time) bool, rotary tables
    out = model.model.layers[-1](states[rows], attention_mask=mask[rows], position_embeddings=places)
    weight = part["mask"][rows][:, :, None].float()  # (batch, time, 1)
    mean = (model.model.norm(out) * weight).sum(dim=1) / weight.sum(dim=1)  # (batch, 576)
    return mean @ model.lm_head.weight[codes].T / 4  # (batch, 5)


cache = cached_inputs(base, train)
with torch.no_grad():
    short = from_cache(base, cache, train, rows, task["codes"])  # (16, 5)
    whole = phrase_logits(base, train["ids"][rows], train["mask"][rows], task["codes"])  # (16, 5)
gap = (short - whole).abs().max().item()
print(f"largest difference: {gap:.1e}; the cache holds {cache[0].numel() * 4 / 2**20:.1f} MiB for {len(train['labels'])} sentences")
assert gap < 1e-4

# %% [markdown] id="compare"
# ## Four ways to spend the two hundred sentences
#
# **Probe**: nothing learns; a logistic regression on the frozen mean states. **Norms**: only the five norm vectors learn.
# **Last layer**: from the cache. **Full**: everything. Each is held against the same 300 sentences.

# %% id="train-function"
def fine_tune(model, task, rate, steps=24, seed=0, batch=16, loss_of=batch_loss):
    """AdamW on what asks for a gradient, the rate falling to zero on a line; return the batch losses."""
    # fused: the same step in one pass over the weights, which takes half the time when millions learn
    optimiser = torch.optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=rate, weight_decay=0.0, fused=True)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = rate * (1 - step / steps)
        rows = torch.randperm(len(task["train"]["labels"]), generator=generator)[:batch]  # (batch,)
        loss = loss_of(model, task, rows)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def mean_states(model, part):
    """Return the frozen mean states (n, 576) as numpy: the model's input to the probe."""
    with torch.no_grad():
        states = model.model(input_ids=part["ids"], attention_mask=part["mask"], use_cache=False).last_hidden_state
        weight = part["mask"][:, :, None].float()  # (n, time, 1)
        return ((states * weight).sum(dim=1) / weight.sum(dim=1)).numpy()


results = {}
probe = LogisticRegression(C=0.1, max_iter=2000).fit(mean_states(base, train), train["labels"].numpy())
answers = probe.predict(mean_states(base, held)) == held["labels"].numpy()  # (300,)
results["probe"] = (5 * 576 + 5, answers.mean(), answers)

cached_loss = lambda model, task, rows: cross_entropy(from_cache(model, cache, train, rows, task["codes"]), train["labels"][rows])
for name, patterns, rate, loss_of in (
    ("norms", ["norm"], 2e-2, batch_loss),
    ("last layer", ["layers.1."], 1e-3, cached_loss),
    ("full", [""], 1e-3, batch_loss),
):
    model = choose(copy.deepcopy(base), patterns)
    losses = fine_tune(model, task, rate, loss_of=loss_of)
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    results[name] = (kit.parameters(model)["trained"], *measure(model, held)[1:])

table = pd.DataFrame({name: {"weights that learn": n, "held-out accuracy": acc, "standard error": math.sqrt(acc * (1 - acc) / 300)}
                      for name, (n, acc, _) in results.items()}).T
table.loc["bag of words"] = [np.nan, bag_of_words, math.sqrt(bag_of_words * (1 - bag_of_words) / 300)]
table.round(3)

# %% [markdown] id="compare-interval"
# Are these differences larger than chance? All ways answered the **same** sentences, so compare in pairs: draw the 300 sentences
# anew with replacement, a thousand times, and look at the difference each time.

# %% id="interval"
def paired_interval(one, other, draws=1000):
    """Return the 95 % bootstrap interval of the difference in accuracy on the same sentences."""
    picks = np.random.default_rng(1).integers(0, len(one), (draws, len(one)))  # (draws, n)
    return np.quantile(one[picks].mean(axis=1) - other[picks].mean(axis=1), [0.025, 0.975])


for other in ("last layer", "norms", "probe"):
    low, high = paired_interval(results["full"][2].astype(float), np.asarray(results[other][2], float))
    print(f"full minus {other:<10} {low:+.3f} to {high:+.3f}", "cannot be told apart" if low < 0 < high else "differ")
assert low < 0  # full fine-tuning is not better than the probe
words_right = (words.predict(held["text"]) == held["labels"].numpy()).astype(float)  # (300,)
for other in results:
    low, high = paired_interval(words_right, np.asarray(results[other][2], float))
    print(f"bag of words minus {other:<10} {low:+.3f} to {high:+.3f}")
    assert high > 0  # in no case is the model better beyond chance

fig, ax = plt.subplots(figsize=(7, 3))
names = list(table.index)
ax.errorbar(table["held-out accuracy"], range(len(names)), xerr=1.96 * table["standard error"], fmt="o", color=BLUE, capsize=4)
ax.axvline(0.2, color=GREY, linestyle="--")
ax.text(0.205, 3.6, "guessing", color="#555555")
ax.set(yticks=range(len(names)), yticklabels=names, xlabel="accuracy on 300 held-out sentences (share right, 95 % interval)",
       title="Five ways to use 200 labelled sentences", xlim=(0.15, 0.95))
plt.show()
assert all(acc > 0.4 for _, acc, _ in results.values()) and results["full"][1] > 0.55
upper, lower = (results["full"][1], results["probe"][1], bag_of_words), (results["last layer"][1], results["norms"][1])
assert max(lower) < min(upper) and max(upper) - min(upper) < 0.12  # two groups

# %% [markdown] id="compare-alt"
# *In words: five dots with error bars; all lie far to the right of guessing (0.20). Full fine-tuning, the probe and the bag of words lie
# close together, furthest to the right; the last layer and the norms lie to the left of all three.*

# %% id="which-wins-again"
kit.recall("which-wins")

# %% [markdown] id="compare-reading"
# The answer to the customer: no, the whole model need not move. Full fine-tuning is not better than the probe, in which nothing of the model moves. And a second, less pleasant answer, which a seller does not
# volunteer: **none of the four beats a bag of words.** No interval against it lies in their favour. Fine-tuning
# earns its cost where the baseline fails: longer texts, meaning that is not in single words, or an answer that must be written.
# Hold this baseline against every fine-tuning project before it is paid for.

# %% [markdown] id="forgetting"
# ## What does the model forget?
#
# A second customer comes, with other code words. The team goes on training the **same** weights. The first customer is not in
# the room any more. This is *catastrophic forgetting* (McCloskey and Cohen, 1989).

# %% id="forget-rate"
kit.checkpoint("forget-rate")

# %% id="two-customers"
first = brief(phrase_task(np.random.default_rng(11), (400, 0, 200), codes=("red", "blue", "green", "black", "white")), 200, 100)
second = brief(phrase_task(np.random.default_rng(12), (400, 0, 200), codes=("white", "red", "blue", "green", "black")), 200, 100)
both = sorted(set(first["vocabulary"]) | set(second["vocabulary"]))
row_of = {token: row for row, token in enumerate(both)}


def reindex(task):
    """Return the task with rows of the common vocabulary: one model serves both customers."""
    new = torch.tensor([row_of[token] for token in task["vocabulary"]])  # (vocabulary,)
    parts = {name: {**task[name], "ids": new[task[name]["ids"]]} for name in ("train", "held_out")}
    return {**task, **parts, "codes": new[task["codes"]]}


first, second = reindex(first), reindex(second)
knows_first = kit.small_model(1, both)  # one layer: many runs in a few seconds
fine_tune(knows_first, first, 1e-3)
start, other = (measure(knows_first, task["held_out"], task["codes"])[1] for task in (first, second))


def then_second(rate, replay=0.0, steps=16):
    """Train on the second customer, starting from what serves the first; return rows (step, first, second)."""
    model = copy.deepcopy(knows_first)

    def loss_of(model, task, rows):
        old = int(replay * len(rows))  # this many of the sentences come from the first customer
        return (batch_loss(model, first, rows[:old]) * old + batch_loss(model, second, rows[old:]) * (len(rows) - old)) / len(rows) if old else batch_loss(model, second, rows)

    seen = [(0, start, other)]
    for part in range(2):
        fine_tune(model, second, rate, steps // 2, seed=part, loss_of=loss_of)
        seen.append(((part + 1) * steps // 2, *(measure(model, t["held_out"], t["codes"])[1] for t in (first, second))))
    return np.array(seen)  # (3, 3)


RATES = (1e-5, 3e-4, 1e-3)
runs = {rate: then_second(rate) for rate in RATES}
for rate, seen in runs.items():
    print(f"rate {rate:g}: first {start:.2f} -> {seen[-1, 1]:.2f}, second {seen[0, 2]:.2f} -> {seen[-1, 2]:.2f}")
assert runs[1e-5][-1, 1] > start - 0.1 and runs[1e-5][-1, 2] < 0.3  # kept the first, learned little
assert runs[1e-3][-1, 1] < start - 0.2 and runs[1e-3][-1, 2] > other + 0.2  # learned the second, lost the first
assert all(min(seen[-1, 1:]) < 0.5 for seen in runs.values())  # none serves both

# %% [markdown] id="knob-text"
# **Turn the knob.** The learning rate trades what is learned for what is lost. The runs above are kept, so turning is instant.
# Look for a rate that has both.

# %% id="knob"
def show_forgetting(rate):
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    seen = runs[rate]
    for column, colour, mark, name in ((1, ORANGE, "o", "first customer"), (2, BLUE, "s", "second customer")):
        left.plot(seen[:, 0], seen[:, column], marker=mark, color=colour, label=name)
        right.plot(RATES, [runs[r][-1, column] for r in RATES], marker=mark, color=colour, label=name)
    right.axvline(rate, color=GREY, linestyle="--")
    left.set(title=f"Training on the second, rate {rate:g}", xlabel="step", ylabel="held-out accuracy (share)", ylim=(0, 1))
    right.set(title="After the last step", xlabel="learning rate (log scale)", xscale="log", ylim=(0, 1))
    left.legend(frameon=False)
    plt.tight_layout()
    plt.show()


widgets.interact(show_forgetting, rate=widgets.SelectionSlider(options=RATES, value=3e-4, description="rate"));

# %% [markdown] id="knob-alt"
# *In words: as the rate grows, the second customer's accuracy rises from below guessing (the code words contradict) to far above it,
# and the first customer's falls from where it began to the neighbourhood of guessing. No rate has both.*

# %% id="forget-rate-again"
kit.recall("forget-rate")

# %% [markdown] id="remedies"
# Two remedies, measured. **Replay**: a share of the old sentences in each batch; needs the old data, and the two customers' codes
# must not contradict each other. Here they do: `red` means *array* for the one and *bool* for the other. **Apart**: keep the
# base frozen and give each customer weights of their own; then nothing is shared that could be forgotten.

# %% id="remedies-run"
replayed = then_second(1e-3, replay=0.5)
plain = runs[1e-3]
print(f"replay of one half: first {replayed[-1, 1]:.2f}, second {replayed[-1, 2]:.2f}   (without: {plain[-1, 1]:.2f}, {plain[-1, 2]:.2f})")
alone = measure(knows_first, first["held_out"], first["codes"])[1]
assert alone == start  # the first customer's own weights were never touched
assert replayed[-1, 1] > plain[-1, 1]
print(f"kept apart: first {alone:.2f} from its own copy, exactly as before, second {plain[-1, 2]:.2f} from its own, at {kit.parameters(knows_first)['trained']:,} weights a customer")

# %% [markdown] id="apart-cost"
# Replay gives back a part of the first and pays with the second: neither is served well, because the same sentence still asks for
# two words. Where old and new data agree, replay can keep both; here it cannot. Apart is exact, and dear: every customer needs a copy of all that learned. Lesson 2 makes that copy a hundred times smaller.

# %% [markdown] id="failure"
# ## How it goes wrong: the layers that were not frozen
#
# A colleague wants only layer 1 of a twelve-layer model to learn. The loss falls, nothing warns. The code chooses by name:

# %% id="substring"
kit.checkpoint("substring")

# %% id="failure-shown"
deep = kit.small_model(12, task["vocabulary"])
for name, weight in deep.named_parameters():
    weight.requires_grad_("layers.1" in name)
wanted = sum(w.numel() for w in deep.model.layers[1].parameters())
print(f"wanted {wanted:,}, trained {kit.parameters(deep)['trained']:,}: {kit.parameters(deep)['trained'] / wanted:.0f} times as many")
assert kit.parameters(deep)["trained"] == 3 * wanted

# %% [markdown] id="failure-found"
# The count says *that* something is wrong. The fingerprint says *what*: take it before, make one step, compare.

# %% id="failure-diagnosed"
before = kit.snapshot(deep)
fine_tune(deep, task, 1e-3, steps=1, batch=2)
after = kit.snapshot(deep)
moved = sorted({int(name.split(".")[2]) for name in before if before[name] != after[name]})
print("layers that moved:", moved)
assert moved == [1, 10, 11]
try:
    kit.frozen_unchanged(before, deep, ["model.layers.1?.*"])
except kit.CheckFailed as error:
    print(error)

# mended: the dot ends the number
for name, weight in deep.named_parameters():
    weight.requires_grad_("layers.1." in name)
assert kit.parameters(deep)["trained"] == wanted

# %% id="substring-again"
kit.recall("substring")

# %% [markdown] id="failure-rule"
# The rule: **count what learns before the first step, and compare fingerprints after it.** Two lines, every time. The same two lines
# find a tied head (freezing `lm_head` freezes the embedding too: one tensor, two names) and an optimiser that holds other weights than you chose: those
# that should move stand still.

# %% [markdown] id="scale"
# ## At scale
#
# A model with Llama 2 7B's shapes (Touvron and others, 2023), mixed precision with Adam: for a weight that learns 2 + 2 bytes for weight and
# gradient in 16 bits, 4 for a 32-bit copy, 4 + 4 for the two means (Rajbhandari and others, 2020, section 3.1); for a frozen one, 2.

# %% id="memory-7b"
kit.checkpoint("memory-7b")

# %% id="scale-computed"
HIDDEN, WIDE, LAYERS, WORDS = 4096, 11008, 32, 32000
layer = 4 * HIDDEN * HIDDEN + 3 * HIDDEN * WIDE + 2 * HIDDEN
total = LAYERS * layer + 2 * WORDS * HIDDEN + HIDDEN


def training_bytes(learning):
    """Bytes for weights, gradients and optimiser when `learning` of the weights learn; activations not counted."""
    return 16 * learning + 2 * (total - learning)


print(f"weights {total / 1e9:.2f} billion, one layer {layer / 1e9:.3f} billion")
for name, learning in (("full", total), ("last two layers", 2 * layer), ("norms", (2 * LAYERS + 1) * HIDDEN)):
    print(f"{name:<16} {training_bytes(learning) / 1e9:7.1f} GB   a customer's own copy, 16 bits: {2 * learning / 1e9:8.3f} GB")
kit.close(total, 6_738_415_616)
assert round(training_bytes(total) / 1e9) == 108 and training_bytes(2 * layer) / 1e9 < 20

# %% id="memory-7b-again"
kit.recall("memory-7b")

# %% [markdown] id="scale-reading"
# Full fine-tuning does not fit into one accelerator of 80 GB, even before activations. With all but two layers frozen it fits into a card
# of 24 GB. A thousand customers with a full copy each would need 13.5 TB of storage; with two layers each 0.8 TB; with norms, half a gigabyte.

# %% id="scale-check"
copies = [1000 * 2 * n / 1e12 for n in (total, 2 * layer, (2 * LAYERS + 1) * HIDDEN)]  # TB
assert [round(copies[0], 1), round(copies[1], 1)] == [13.5, 0.8] and 0.5 < copies[2] * 1000 < 0.6
print("TB for a thousand customers:", [round(c, 4) for c in copies])

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** `last_layers(k)`: how many weights learn when the last `k` of the 32 layers above learn, their norms with them, and nothing else?

# %% id="exercise-count"
def last_layers(k):
    raise NotImplementedError  # your code: an int


# %% id="check-count"
score = kit.Score(2)
with score.part(1, "one layer", k=1):
    kit.equal(last_layers(1), layer, known_wrong={"you left out the two norms of a layer": layer - 2 * HIDDEN, "you counted the final norm": layer + HIDDEN})
with score.part(1, "none, and all 32", k=(0, 32)):
    kit.equal([last_layers(0), last_layers(32)], [0, 32 * layer], known_wrong={"the embedding and the head are no layer": [0, total]})
score.total()

# %% [markdown] id="exercise-fit-text"
# **2. Modify.** `most_layers(memory)`: the largest `k` from 0 to 32 for which training the last `k` layers fits into `memory` bytes, by `training_bytes`.
# Raise `ValueError` if not even the frozen model fits.

# %% id="exercise-fit"
def most_layers(memory):
    raise NotImplementedError  # your code


# %% id="check-fit"
score = kit.Score(3)
with score.part(1, "24 GB", memory=24e9):
    right = max(k for k in range(33) if training_bytes(k * layer) <= 24e9)
    kit.equal(most_layers(24e9), right, known_wrong={"16 bytes for every weight that learns on top of 2 for all: the 2 is counted twice":
              int((24e9 - 2 * total) // (16 * layer)), "that is one too many": right + 1, "you forgot the frozen weights": min(32, int(24e9 // (16 * layer)))})
with score.part(1, "exactly enough, and far too much", memory="…"):
    kit.equal([most_layers(training_bytes(5 * layer)), most_layers(1e15)], [5, 32], because="a limit may be used up; there are 32 layers")
with score.part(1, "too little", memory=1e9):
    kit.raises(ValueError, most_layers, 1e9)
score.total()

# %% [markdown] id="exercise-unfreeze-text"
# **3. Build.** Gradual unfreezing (Howard and Ruder, 2018): the last layer learns first, then one more layer every `every` steps, from the top.
# `learning_at(step, layers, every)` returns the set of layer numbers (0 is the bottom) that learn at `step` (from 0).

# %% id="exercise-unfreeze"
def learning_at(step, layers, every):
    raise NotImplementedError  # your code: a set of ints


# %% id="check-unfreeze"
score = kit.Score(2)
with score.part(1, "three layers, every 10 steps", steps=(0, 9, 10, 25)):
    kit.equal([learning_at(s, 3, 10) for s in (0, 9, 10, 25)], [{2}, {2}, {1, 2}, {0, 1, 2}],
              known_wrong={"you began at the bottom": [{0}, {0}, {0, 1}, {0, 1, 2}], "nothing learns at step 0": [set(), set(), {2}, {1, 2}],
                           "only one layer learns at a time": [{2}, {2}, {1}, {0}]})
with score.part(1, "never more layers than there are", step=1000):
    kit.equal(learning_at(1000, 3, 10), {0, 1, 2})
score.total()

# %% [markdown] id="exercise-forget-text"
# **4. Transfer.** A pre-training engineer reports accuracies of several skills before and after a run. `forgetting(before, after)` takes two dicts
# skill → accuracy and returns the mean of what was **lost** over the skills in `before`: a gain counts as 0, a skill missing in `after` as lost in whole.

# %% id="exercise-forget"
def forgetting(before, after):
    raise NotImplementedError  # your code


# %% id="check-forget"
score = kit.Score(2)
old, new = {"code": 0.8, "maths": 0.6, "law": 0.5}, {"code": 0.5, "maths": 0.9, "chat": 1.0}
with score.part(1, "one lost, one gained, one missing, one new", before=old, after=new):
    kit.close(forgetting(old, new), (0.3 + 0 + 0.5) / 3, known_wrong={"gains make good for losses: the loss of code is real all the same": (0.3 - 0.3 + 0.5) / 3,
              "you left out the missing skill": 0.15, "you divided by the skills that lost": 0.4})
with score.part(1, "nothing changed", before=old, after=old):
    kit.close(forgetting(old, dict(old)), 0.0, atol=1e-12)
score.total()

# %% [markdown] id="limits"
# ## What this lesson does not show
#
# One seed a method: the intervals above count the sentences, not the seeds (lesson 2 spreads the seeds). Two layers of a small model, one kind of text.
# Forgetting is measured between two tasks that contradict each other on purpose, the worst case; what a model forgets of its pre-training is
# milder and needs other tests (course *training-evaluation*). Rates were chosen by looking at a few; nobody searched.
#
# The lab *lora* proves what you learn here and in lesson 2.
#
# ## Summary
#
# 1. Full fine-tuning moves every weight; partial fine-tuning is the same step with a mask.
# 2. Freezing always saves optimiser memory; it saves arithmetic from the bottom up, and then the frozen part can be cached.
# 3. Hold the cheap baseline against it, in pairs, with an interval.
# 4. Going on with the same weights forgets; the rate trades learned for lost; weights kept apart forget nothing.
# 5. Count what learns, and compare fingerprints.
#
# | term | 中文 |
# |---|---|
# | full fine-tuning | 全量微调 |
# | freeze, frozen weights | 冻结，冻结权重 |
# | linear probe | 线性探测 |
# | catastrophic forgetting | 灾难性遗忘 |
# | replay | 回放 |
# | gradual unfreezing | 逐层解冻 |
# | held-out set | 留出集 |
#
# ## Sources
#
# - J. Howard, S. Ruder, *Universal Language Model Fine-tuning for Text Classification*, 2018, section 3.3.
# - M. McCloskey, N. Cohen, *Catastrophic Interference in Connectionist Networks*, 1989, the second half (retroactive interference).
# - S. Rajbhandari and others, *ZeRO: Memory Optimizations Toward Training Trillion Parameter Models*, 2020, section 3.1.
# - I. Loshchilov, F. Hutter, *Decoupled Weight Decay Regularization*, 2019, algorithm 2.
# - H. Touvron and others, *Llama 2*, 2023, section 2.2. Model: SmolLM2-135M-Instruct (Apache-2.0). Sentences: scikit-learn (BSD-3-Clause).
