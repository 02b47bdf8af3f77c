# %% [markdown] id="title"
# # Position
#
# **You will be able to** give attention a sense of order by turning queries and keys, reproduce the turning of a real model, and find the most silent mistake in converted weights. **60 minutes.**
#
# At the end you can
#
# 1. show that attention by itself cannot tell one order of words from another;
# 2. rotate queries and keys by hand and in code, so that only distances count;
# 3. read the angles of a model: which pairs of numbers turn fast, which hardly ever;
# 4. find and mend a mixed-up pairing by comparing scores distance by distance;
# 5. compute which distances a model has never seen.

# %% [markdown] id="before"
# ## Before you start
#
# From lesson 1: scores are inner products of queries and keys, a softmax makes weights of them. From school: a turn by the angle $\alpha$ takes $(a, b)$ to $(a\cos\alpha - b\sin\alpha,\; a\sin\alpha + b\cos\alpha)$.
#
# - A quarter turn takes $(1, 0)$ to? $(0, 1)$. *If that took long: Linear algebra, lesson 1, on matrices as movements.*
# - What does a turn change about the length of a vector? Nothing. *The same lesson.*
# - `x` has shape (9, 15, 64). What has `x[..., :32]`? (9, 15, 32). *If not: Linear algebra, lesson 3, on tensors.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-turn")

# %% [markdown] id="question"
# ## A question first
#
# We let the whole SmolLM2-135M-Instruct (30 layers, Apache-2.0) predict each token of the opening of *Pride and Prejudice* (Jane Austen, 1813) from those before it. Beside the tokens the model gets a number for the place of each: 0, 1, 2, … We give it other numbers and look at the mean loss in nats.

# %% id="losses"
model = kit.small_model()
tokenizer = kit.small_tokenizer()
TEXT = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife. "
    "However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth is so well "
    "fixed in the minds of the surrounding families, that he is considered as the rightful property of some one or other of their daughters."
)
ids = tokenizer(TEXT, return_tensors="pt")["input_ids"]  # (1, tokens)
n = ids.shape[1]
places = torch.arange(n)


def losses(positions):
    """Loss of each token but the first, in nats, when the tokens carry these positions; (tokens - 1,)."""
    with torch.no_grad():
        logits = model(ids, position_ids=positions[None]).logits[0]  # (tokens, 49152)
    return F.cross_entropy(logits[:-1], ids[0, 1:], reduction="none")


measured = {"0, 1, 2, …": losses(places), "all 0": losses(0 * places), "backwards": losses(n - 1 - places)}
for name, each in measured.items():
    print(f"{name:12} {each.mean():.2f} nats a token")
plain, nowhere, backwards = (float(each.mean()) for each in measured.values())
assert n == 77 and nowhere > plain + 1 and backwards > plain + 1
assert round(plain, 1) == 3.4 and round(nowhere, 1) == 5.0 and abs(nowhere - plain - 1.67) < 0.02 and abs(math.exp(nowhere - plain) - 5.3) < 0.1

# %% [markdown] id="question-asked"
# Without places the loss rises from 3.36 to 5.04 nats. $e^{1.67} = 5.3$: in the geometric mean each right token gets less than a fifth of the probability that it had. So the numbers matter very much.
#
# > **The question.** What happens when every place is **7 000 too large**: 7 000, 7 001, 7 002, …? Most models have seen few texts that long. Commit to a guess.

# %% id="checkpoint-shift"
kit.checkpoint("seven-thousand")

# %% [markdown] id="no-order"
# ## Attention has no order
#
# A mean does not care in which order its summands come. Exchange two words, and their weights are exchanged with them. We take the six words of lesson 1 in another order, and then a real layer without places.

# %% id="no-order-code"
def attention(q, k, v, causal=True):
    """(..., n, d) three times -> (..., n, d): lesson 1 in three lines."""
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # (..., n, n)
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, dim=-1) @ v


toy = torch.tensor([[0, 0, 0], [2, 0, 1], [0, 1, 0], [0, 1, 0], [0, 2, 1], [1, 0, 1]], dtype=torch.float64)  # (6, 3)
order = torch.tensor([4, 2, 0, 1, 3, 5])  # the last word stays last
assert torch.allclose(attention(toy, toy, toy)[5], attention(toy[order], toy[order], toy[order])[5])
assert torch.allclose(attention(toy, toy, toy, False)[order], attention(toy[order], toy[order], toy[order], False))


def last_of_layer(text, positions=None):
    """What the attention of the first real layer gives to the last token of a text, (576,)."""
    tokens = tokenizer(text, return_tensors="pt")["input_ids"]
    block, count = model.model.layers[0], tokens.shape[1]
    positions = torch.arange(count) if positions is None else torch.full((count,), positions)
    with torch.no_grad():
        x = block.input_layernorm(model.model.embed_tokens(tokens))  # (1, tokens, 576)
        angles = model.model.rotary_emb(x, positions[None])
        return block.self_attn(x, position_embeddings=angles, attention_mask=None)[0][0, -1]


first, second = "Today the dog bit the man.", "Today the man bit the dog."
without = (last_of_layer(first, 0) - last_of_layer(second, 0)).norm() / last_of_layer(first, 0).norm()
with_places = (last_of_layer(first) - last_of_layer(second)).norm() / last_of_layer(first).norm()
print(f"dog bites man or man bites dog, difference at the full stop: without places {without:.0e}, with places {with_places:.2f}")
assert without < 1e-5 and with_places > 0.01

# %% [markdown] id="no-order-read"
# Without places the layer cannot tell who bit whom. (Deeper layers can a little: the causal mask lets each word see a different number of others.)
#
# ## First answer: add a vector
#
# The first transformer added a vector to each word that depends on its place $p$ alone (Vaswani et al., 2017, section 3.5). For each pair $i$ of the $d$ numbers
#
# $$\text{PE}(p) = \big(\sin p\theta_0, \cos p\theta_0, \sin p\theta_1, \cos p\theta_1, \dots\big), \qquad \theta_i = b^{-2i/d}, \quad i = 0, \dots, \tfrac d2 - 1,$$
#
# with the base $b = 10\,000$ and $\theta_i$ in radians a place. The pairs are hands of clocks: the first goes round in $2\pi \approx 6.3$ places, the last in $2\pi\, b^{1 - 2/d}$. But place and meaning are now mixed in one vector, and the inner product of two words depends on both places and not only on how far apart they are.
#
# ## Second answer: turn the query and the key
#
# *Rotary* positions (Su et al., 2021) leave the word alone. They turn each pair of numbers of query and key by the angle $p\,\theta_i$:
#
# $$\begin{pmatrix} a' \\ b' \end{pmatrix} = \underbrace{\begin{pmatrix} \cos p\theta_i & -\sin p\theta_i \\ \sin p\theta_i & \cos p\theta_i \end{pmatrix}}_{R_p} \begin{pmatrix} a \\ b \end{pmatrix}$$
#
# Turning both by the same angle changes no inner product. So only the difference of the turns is left:
#
# $$(R_m q) \cdot (R_n k) = q^\top R_m^\top R_n\, k = q^\top R_{n-m}\, k.$$
#
# **By hand**, with one pair and $\theta = 90°$ a place: six words, all with the key $(1, 0)$. The query $(1, 0)$ stands at place 5, so it is turned by $5 \cdot 90°$, which is $90°$: $(0, 1)$.
#
# | place | 0 | 1 | 2 | 3 | 4 | 5 |
# |---|---|---|---|---|---|---|
# | turned key | (1, 0) | (0, 1) | (−1, 0) | (0, −1) | (1, 0) | (0, 1) |
# | inner product with (0, 1) | 0 | 1 | 0 | −1 | 0 | 1 |
#
# Equal words, different scores: at distance 0 the product is 1, at distance 2 it is −1, at distance 4 it is 1 again.

# %% id="checkpoint-toy"
kit.checkpoint("toy-turn")

# %% [markdown] id="pairs"
# Which numbers form a pair? The paper takes neighbours, (0, 1), (2, 3), … The Llama family, and SmolLM2 with it, takes one from each **half**: with $d = 64$ the pairs are (0, 32), (1, 33), … Both are right, as long as the weights were trained with the same one.

# %% id="rotate"
def angles(positions, d, base):
    """Angle of each pair in radians; positions (n,) -> (n, d / 2)."""
    theta = base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)  # (d / 2,), radians a place
    return positions.double()[:, None] * theta


def rotate(x, angle):
    """Turn the pairs (i, i + d / 2) of x (..., n, d) by angle (n, d / 2)."""
    a, b = x.chunk(2, dim=-1)  # (..., n, d / 2) each
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


keys = torch.tensor([[1.0, 0.0]], dtype=torch.float64).expand(6, 2)  # (6 places, 2)
quarter = torch.arange(6).double()[:, None] * (math.pi / 2)  # (6, 1)
turned = rotate(keys, quarter)  # (6, 2)
print("turned keys:", turned.round(decimals=9).tolist())
assert torch.allclose(turned @ turned[5], torch.tensor([0, 1, 0, -1, 0, 1], dtype=torch.float64))
far = rotate(keys, quarter + 7000 * math.pi / 2)  # 7000 places on
assert torch.allclose(far @ far[5], turned @ turned[5])
assert torch.allclose(rotate(torch.tensor([[3.0, 4.0]]), torch.tensor([[math.pi / 2]])), torch.tensor([[-4.0, 3.0]]), atol=1e-5)
kit.recall("before-turn")
kit.recall("toy-turn")

# %% id="hands"
figure, panels = plt.subplots(1, 3, figsize=(8.5, 3))
turned_by = angles(torch.arange(7), 64, 100_000.0)  # (7 places, 32 pairs), the angles of SmolLM2
for axes, pair in zip(panels, (0, 2, 5)):
    axes.add_patch(plt.Circle((0, 0), 1, fill=False, color=GREY))
    for place, angle in enumerate(turned_by[:, pair].tolist()):
        axes.plot([0, math.cos(angle)], [0, math.sin(angle)], color=BLUE)
        axes.text(1.15 * math.cos(angle), 1.15 * math.sin(angle), str(place), ha="center", va="center", fontsize=8)
    axes.set(title=f"Pair {pair}: {turned_by[1, pair]:.2f} radians a place", xlabel="first number", ylabel="second number", xlim=(-1.35, 1.35), ylim=(-1.35, 1.35), aspect="equal")
plt.tight_layout()
plt.show()
share = turned_by[6] / (2 * math.pi)  # (32,) turns within six places
assert [round(float(share[pair]), 2) for pair in (0, 2, 5)] == [0.95, 0.47, 0.16]

# %% [markdown] id="hands-words"
# *In words: the key (1, 0) at the places 0 to 6, drawn as the hands of three clocks; in six places pair 0 goes almost once round, pair 2 not quite half a turn, pair 5 a sixth.*

# %% [markdown] id="library"
# ## The library, and a real layer
#
# The same on real queries and keys: those of the fifth layer for our text, against `transformers`, and then the whole attention of that layer against what the model computes.

# %% id="library-code"
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

LAYER, BASE = 4, model.config.rope_parameters["rope_theta"]
block = model.model.layers[LAYER]
with torch.no_grad():
    states = model.model(ids, output_hidden_states=True).hidden_states
    x = block.input_layernorm(states[LAYER])  # (1, 77, 576)
    q = block.self_attn.q_proj(x)[0].view(n, 9, 64).transpose(0, 1)  # (9, 77, 64)
    k = block.self_attn.k_proj(x)[0].view(n, 3, 64).transpose(0, 1)  # (3, 77, 64)
    v = block.self_attn.v_proj(x)[0].view(n, 3, 64).transpose(0, 1)  # (3, 77, 64)
    cos, sin = model.model.rotary_emb(x, places[None])  # (1, 77, 64) each
    theirs_q, theirs_k = (t[0] for t in apply_rotary_pos_emb(q[None], k[None], cos, sin))
    real_output = block.self_attn(x, position_embeddings=(cos, sin), attention_mask=None)[0][0]  # (77, 576)

    ours_q, ours_k = rotate(q, angles(places, 64, BASE)), rotate(k, angles(places, 64, BASE))
    heads = attention(ours_q, ours_k.repeat_interleave(3, dim=0), v.repeat_interleave(3, dim=0))  # (9, 77, 64)
    library = F.scaled_dot_product_attention(ours_q, ours_k, v, is_causal=True, enable_gqa=True)  # (9, 77, 64)
    our_output = block.self_attn.o_proj(heads.transpose(0, 1).reshape(n, 576))  # (77, 576)
print(f"base {BASE:,.0f}; largest differences: queries {(ours_q - theirs_q).abs().max():.0e}, output of the layer {(our_output - real_output).abs().max():.0e}")
assert BASE == 100_000 and torch.allclose(ours_q, theirs_q, atol=1e-4) and torch.allclose(ours_k, theirs_k, atol=1e-4)
assert torch.allclose(our_output, real_output, atol=1e-3) and torch.allclose(heads, library, atol=1e-4)
assert torch.allclose(ours_q.norm(dim=-1), q.norm(dim=-1), rtol=1e-5)  # a turn keeps lengths

# %% [markdown] id="answer"
# ## The question again
#
# Now the formula predicts the result: with 7 000 added to both places, $n - m$ stays the same. Doubled places double each distance.

# %% id="answer-code"
for name, positions in {"7 000 too large": places + 7000, "doubled": 2 * places, "a hole of 200": places + 200 * (places >= n // 2)}.items():
    measured[name] = losses(positions)
reference = measured["0, 1, 2, …"]
for name, each in measured.items():
    gap = each - reference  # (76,), token by token
    print(f"{name:16} {each.mean():.4f} nats; {gap.mean():+.4f} ± {gap.std() / math.sqrt(len(gap)):.4f} (standard error over {len(gap)} tokens)")
assert (measured["7 000 too large"] - reference).abs().max() < 2e-3
assert 0.2 < float(measured["doubled"].mean()) - plain < 0.7
kit.recall("seven-thousand")

# %% id="answer-figure"
figure, axes = plt.subplots(figsize=(7.5, 3))
names = list(measured)
axes.bar(names, [float(measured[name].mean()) for name in names], color=[BLUE, ORANGE, ORANGE, BLUE, ORANGE, ORANGE],
         yerr=[float((measured[name] - reference).std() / math.sqrt(n - 1)) for name in names], capsize=3)
axes.set(title="The same text with other places", xlabel="places given to the tokens", ylabel="loss (nats a token)")
axes.tick_params(axis="x", labelsize=8)
plt.show()

# %% [markdown] id="answer-words"
# *In words: two bars of equal height, 3.4, for the plain places and for those 7 000 too large; all others are higher, “all 0” the highest at 5.0. The whiskers are standard errors of the difference to the first bar.*
#
# To the fourth decimal: nothing has changed. The numbers do not tell the model *where* a word stands, only *how far* two words are apart. (That a word has seven before it, the mask still shows.) The honest limit: this is one text of 77 tokens. The whiskers show what that leaves open about the other bars; the equality is algebra and holds for every text.
#
# ## Turn a knob
#
# Each of the 32 pairs has its own speed. A fast pair tells neighbours apart and says nothing about a hundred places; a slow one is a soft “near or far”. The base sets how slow the slowest is. With base 100 000 and $d = 64$, after how many places has the **slowest** pair gone round once?

# %% id="checkpoint-slow"
kit.checkpoint("slowest-pair")

# %% id="widget"
from ipywidgets import FloatLogSlider, interact

distances = torch.arange(0, 2049)
query_key = (q[:, -1], k.repeat_interleave(3, dim=0)[:, -1])  # (9, 64) each, the last real token with its own key


def score_by_distance(base):
    """Score of the real query with the same key, `distance` places before it; (9, 2049)."""
    query, key = query_key
    keys_there = rotate(key[:, None, :].expand(9, len(distances), 64), angles(-distances, 64, base))  # (9, 2049, 64)
    return (keys_there * query[:, None, :]).sum(-1) / 8


def turns(base, context):
    """Turns that each pair makes within the context, (32,)."""
    return angles(torch.tensor([context]), 64, base)[0] / (2 * math.pi)


def show_base(base=100_000.0):
    """Draw the score against the distance for a base, and the turns of each pair within 8192 places."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4))
    left.plot(distances, score_by_distance(base)[0], color=BLUE, linewidth=0.8, label=f"base {base:,.0f}")
    left.plot(distances, score_by_distance(100_000.0)[0], color=GREY, linestyle=":", linewidth=0.8, label="base 100,000 (trained)")
    left.set(xscale="symlog", title="One real query and key, pulled apart", xlabel="distance (places)", ylabel="score (no unit)")
    left.legend(fontsize=8)
    count = turns(base, 8192)
    right.bar(range(32), count, color=[BLUE if c >= 1 else ORANGE for c in count])
    right.axhline(1, color=GREY, linestyle="--")
    right.set(yscale="log", title=f"{int((count < 1).sum())} of 32 pairs never go round in 8 192 places", xlabel="pair i", ylabel="turns within 8 192 places")
    plt.tight_layout()
    plt.show()


show_base()

# %% id="widget-turn"
interact(show_base, base=FloatLogSlider(base=10, min=1, max=7, step=0.25, value=100_000.0, description="base"));

# %% [markdown] id="knob-words"
# *In words, unturned: on the left the score stays near 6.6 for the first tens of places, then falls, trembling, to about 0.5 at 2 048; on the right the bars fall evenly on the log scale from 1 304 turns to a fiftieth of a turn, and the last 12 are orange, below one turn. With a small base the left curve falls after a few places already and all bars are blue.*

# %% id="knob-assert"
slowest = 2 * math.pi / float(angles(torch.tensor([1]), 64, 100_000.0)[0, -1])
print(f"slowest pair: once round in {slowest:,.0f} places; fastest in {2 * math.pi:.1f}; slow ones in 8 192: {int((turns(100_000.0, 8192) < 1).sum())}")
assert round(slowest, -3) == 438_000 and int(turns(100_000.0, 8192)[0]) == 1303 and round(float(turns(100_000.0, 8192)[-1]), 3) == 0.019 and turns(1000.0, 8192).min() > 1
kit.recall("slowest-pair")

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague converts the model for another engine. That engine's files keep each head's rows of $W_q$ and $W_k$ in the order of *neighbouring* pairs (llama.cpp's do). The converted weights are then run by code that pairs *halves*. All shapes fit, no error is raised, all lengths are right. The text that comes out is poor.

# %% id="wrong-code"
neighbours = torch.arange(64).view(2, 32).T.flatten()  # (64,): new row 2i is old row i, new row 2i + 1 is old row i + 32
print("old row at each new place:", neighbours[:6].tolist(), "…")


def reorder(target, index):
    """Permute the rows of every head of W_q and W_k in all layers, in place."""
    with torch.no_grad():
        for each in target.model.layers:
            for linear in (each.self_attn.q_proj, each.self_attn.k_proj):
                heads = linear.weight.view(-1, 64, 576)  # (heads, 64, 576)
                linear.weight.copy_(heads[:, index].reshape(-1, 576))


reorder(model, neighbours)
converted = float(losses(places).mean())
print(f"loss before {plain:.2f}, after the conversion {converted:.2f}")
assert converted > plain + 0.4

# %% [markdown] id="wrong-tool"
# Comparing the final loss says *that* something is wrong. The tool that says *what*: compare **scores** with the reference, one layer, **distance by distance**. Before you run it: at which distance will the scores still agree?

# %% id="checkpoint-agree"
kit.checkpoint("which-distance-agrees")

# %% id="diagnosis"
with torch.no_grad():
    converted_q = block.self_attn.q_proj(x)[0].view(n, 9, 64).transpose(0, 1)  # (9, 77, 64)
    converted_k = block.self_attn.k_proj(x)[0].view(n, 3, 64).transpose(0, 1).repeat_interleave(3, dim=0)
turned_q, turned_k = (rotate(t, angles(places, 64, BASE)) for t in (converted_q, converted_k))
reference_scores = ours_q @ ours_k.repeat_interleave(3, dim=0).mT / 8  # (9, 77, 77)
converted_scores = turned_q @ turned_k.mT / 8  # (9, 77, 77)
apart = [float((reference_scores - converted_scores).diagonal(-distance, dim1=-2, dim2=-1).abs().max()) for distance in range(40)]
figure, axes = plt.subplots(figsize=(7.5, 2.8))
axes.semilogy(range(40), np.maximum(apart, 1e-6), color=ORANGE, marker="o", markersize=3)
axes.set(title="Converted model against the reference: scores of one layer", xlabel="distance of query and key (places)", ylabel="largest difference (score)")
plt.show()
print(f"distance 0: {apart[0]:.0e}; distance 1: {apart[1]:.2f}; lengths differ by {float((turned_q.norm(dim=-1) - ours_q.norm(dim=-1)).abs().max()):.0e}")
assert apart[0] < 1e-3 and 3 < min(apart[1:]) and max(apart[1:]) < 20
kit.recall("which-distance-agrees")

# %% [markdown] id="wrong-words"
# *In words: the first point, distance 0, lies at the bottom, below a thousandth; all others lie between 3 and 20.*
#
# Exact without a turn, wrong with any: so the projections are sound and the **turning** is not. Reading the two pairings side by side finishes it. **Mended** by putting the rows back; the inverse of a permutation is its `argsort`.

# %% id="mend"
reorder(model, neighbours.argsort())
mended = losses(places)
assert torch.equal(mended, reference)
print(f"after mending {float(mended.mean()):.4f}, before all of it {plain:.4f}")

# %% [markdown] id="scale"
# ## At scale
#
# A model that was trained on texts of $L$ tokens has met the distances 0 to $L - 1$. A pair that made a whole turn in them has met all angles; a slower one has not, and a longer text brings angles that are new. How many pairs are those, for real configurations? (Llama 2 and 3: base 10 000 and 500 000, heads of 128, pre-trained on 4 096 and 8 192; Touvron et al., 2023; Grattafiori et al., 2024, section 3.2.)

# %% id="scale-code"
def unseen(base, d, trained):
    """Pairs that have not gone round once in the trained length."""
    return int((angles(torch.tensor([trained]), d, base)[0] < 2 * math.pi).sum())


for name, base, d, trained in (("SmolLM2-135M", 1e5, 64, 8192), ("Llama 2", 1e4, 128, 4096), ("Llama 3", 5e5, 128, 8192)):
    print(f"{name:13} {unseen(base, d, trained):2} of {d // 2} pairs have not gone round in {trained:,} places")
assert (unseen(1e5, 64, 8192), unseen(1e4, 128, 4096), unseen(5e5, 128, 8192)) == (12, 18, 29)
factors = [2, 4, 8]
stretched = [float(losses((places * f)).mean()) for f in factors]
squeezed = [float(losses(places.double() / f).mean()) for f in factors]
for f, up, down in zip(factors, stretched, squeezed):
    print(f"places times {f:2}: {up:.2f} nats; divided by {f:2}: {down:.2f} nats")
assert plain < squeezed[0] < squeezed[1] and stretched[-1] > stretched[0] + 0.5
at_end = score_by_distance(100_000.0)[0]
assert abs(float(at_end[0]) - 6.6) < 0.1 and float(at_end[-1]) < 1

# %% [markdown] id="scale-words"
# To serve texts of four times the length one *divides* the places, so that no new angle appears (*position interpolation*; Chen et al., 2023), or raises the base, and trains a little more. The table shows why the training is needed: without it, distances of a half or a quarter cost as well. Rotating itself is cheap: 4 multiplications and 2 additions a pair, against $2 \cdot 576$ operations for each number of a query.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Which of these leave all attention scores of a rotary model as they are? `True` or `False`.

# %% id="exercise-1"
unchanged = {"add 5 to every place": ..., "multiply every place by 2": ..., "swap pairs 3 and 4 in queries and keys, angles with them": ..., "turn the values as well": ..., "turn the queries only": ...}

# %% id="check-1"
if any(answer is ... for answer in unchanged.values()):
    print("not tried yet")
else:
    for name, right, why in [
        ("add 5 to every place", True, "distances stay"),
        ("multiply every place by 2", False, "distances double"),
        ("swap pairs 3 and 4 in queries and keys, angles with them", True, "an inner product does not care about the order of its summands, as long as each pair keeps its angle"),
        ("turn the values as well", True, "scores are made of queries and keys; the OUTPUT would change, the scores do not"),
        ("turn the queries only", False, "the score then depends on the place of the query, and not on the distance"),
    ]:
        kit.equal(unchanged[name], right, because=f"{name}: {why}")
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Write the rotation of the paper: neighbours (0, 1), (2, 3), … form the pairs. Same arguments as `rotate`.

# %% id="exercise-2"
def rotate_neighbours(x, angle):
    """Turn the pairs (2i, 2i + 1) of x (..., n, d) by angle (n, d / 2)."""
    ...


# %% id="check-2"
if rotate_neighbours(torch.zeros(1, 2), torch.zeros(1, 1)) is None:
    print("not tried yet")
else:
    sample = torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    angle = angles(torch.arange(5) + 3, 6, 100.0)
    a, b = sample[..., 0::2], sample[..., 1::2]
    turned_pairs = (a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos())
    kit.close(rotate_neighbours(sample, angle), torch.stack(turned_pairs, dim=-1).flatten(-2), rtol=1e-9, known_wrong={
        "that is the pairing by halves": rotate(sample, angle),
        "the turn goes the wrong way": torch.stack((a * angle.cos() + b * angle.sin(), b * angle.cos() - a * angle.sin()), dim=-1).flatten(-2),
        "the turned pairs must go back to where they came from: interleave them again": torch.cat(turned_pairs, dim=-1)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Another way, without any turning (ALiBi; Press et al., 2022): subtract from each score a slope times the distance. Write the bias of shape (heads, n, n) that is added to the scores: $-\text{slope}_h \cdot (i - j)$ for $j \le i$ and $-\infty$ for $j > i$, with $\text{slope}_h = 2^{-8h/H}$ for the heads $h = 1, \dots, H$. In float64.

# %% id="exercise-3"
def alibi(heads, n):
    ...


# %% id="check-3"
if alibi(1, 1) is None:
    print("not tried yet")
else:
    back = (torch.arange(3)[:, None] - torch.arange(3)).double()
    slopes = torch.tensor([2.0**-4, 2.0**-8], dtype=torch.float64)
    future = torch.ones(3, 3, dtype=torch.bool).triu(1)
    bias = (-slopes[:, None, None] * back).masked_fill(future, -math.inf)
    kit.close(alibi(2, 3), bias, rtol=1e-12, because="two heads, three words", known_wrong={
        "heads count from 1: the first slope is 2^(-8/H)": (-torch.tensor([1.0, 2.0**-4], dtype=torch.float64)[:, None, None] * back).masked_fill(future, -math.inf),
        "the future is to be shut out as well": -slopes[:, None, None] * back,
        "far words are to lose: the sign": (slopes[:, None, None] * back).masked_fill(future, -math.inf)})
    kit.shape(alibi(5, 7), (5, 7, 7))
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Positions are sometimes computed in bf16 to save memory. bf16 has 7 bits for the fraction (*Numerics and information*, lesson 1). Find the smallest **place** $p$ such that $p$ and $p + 1$ become the same number in bf16, so that neighbours stand on one spot. Compute it, do not guess.

# %% id="exercise-4"
same_spot = ...

# %% id="check-4"
if same_spot is ...:
    print("not tried yet")
else:
    kit.equal(same_spot, 256, because="257 lies halfway between 256 and 258 and is rounded to the even one, 256", known_wrong={
        "the place p itself is asked for, not p + 1": 257, "that is fp16": 2048, "that is fp32": 2**24, "8 binary digits: 2 to the power of 8 is still exact, and so is 255": 128})
    print("right: a text of 300 tokens is already damaged. Angles are computed in fp32")

# %% [markdown] id="next"
# Next: *The whole block and the KV cache*. The lab `attention` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Attention by itself has no order: exchanged words exchange their weights.
# - Rotary positions turn each pair of query and key by place times $\theta_i$; scores then depend on distances alone.
# - Moved by 7 000 places, a real text has the same loss; doubled distances cost.
# - Pairs are neighbours or halves, and weights fit one of them: compare scores distance by distance.
# - Slow pairs meet new angles in longer texts; dividing the places avoids that, training mends the rest.
#
# | term | 中文 |
# |---|---|
# | position embedding | 位置编码 |
# | rotary position embedding (RoPE) | 旋转位置编码 |
# | base, angle | 基数、角度 |
# | relative position | 相对位置 |
# | position interpolation | 位置插值 |
#
# **Read on.** Ashish Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.5. · Jianlin Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, section 3. · Ofir Press, Noah A. Smith, Mike Lewis, "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation", ICLR 2022, section 3. · Shouyuan Chen et al., "Extending Context Window of Large Language Models via Positional Interpolation", 2023, section 2. · Aaron Grattafiori et al., "The Llama 3 Herd of Models", 2024, section 3.2.
