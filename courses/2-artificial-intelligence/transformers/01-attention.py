# %% [markdown] id="title"
# # Attention, one matrix at a time
#
# **You will be able to** build attention from a single weighted mean up to many heads, get the very numbers of a real model out of it, and find a mask that lets the future through. **65 minutes.**
#
# At the end you can
#
# 1. compute one output of attention by hand from queries, keys and values;
# 2. write masked attention for a batch of heads in six lines that agree with the library;
# 3. say why scores are divided by $\sqrt{d}$, and show it on a real head;
# 4. share key-value heads among query heads, and count weights and operations;
# 5. test a mask with noise and with a Jacobian, and mend it.

# %% [markdown] id="before"
# ## Before you start
#
# You need a matrix product with its shapes, a softmax, and what a linear layer does. Three questions to see where you stand; answer before you read on.
#
# - `a` has shape (5, 3) and `b` (5, 3). Which shape has `a @ b.T`? (5, 5): each row of `a` with each row of `b`. *If not: course Linear algebra, lesson 1.*
# - The softmax of $(0, \log 8)$? $(1/9, 8/9)$. *If not: Numerics and information, lesson 2.*
# - A linear layer maps 576 numbers to 192 without a bias. How many weights? $576 \cdot 192$. *If not: Neural networks, lesson 1.*
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
kit.checkpoint("before-shapes")

# %% [markdown] id="question"
# ## A question first
#
# We read a sentence with the first 17 layers of a real language model (SmolLM2-135M-Instruct, Apache-2.0, from an installed package). In each layer nine *heads* decide, for every word, how much of each earlier word to mix in. (By *word* we mean here what the model reads, a *token*: mostly a word or a sign, sometimes a piece; *suitcase* is two.) These shares, the **attention weights**, sum to 1 for each word. Here are those of *it* in one head, and the mean over all heads.

# %% id="real-weights"
LAYERS, LAYER, HEAD = 17, 16, 3
model = kit.small_model(layers=LAYERS)
model.set_attn_implementation("eager")  # this implementation hands out its weights
tokenizer = kit.small_tokenizer()


def read(sentence):
    """Return the tokens as text, the weights (layers, heads, words, words) and what enters each layer."""
    ids = tokenizer(sentence, return_tensors="pt")["input_ids"]  # (1, words)
    with torch.no_grad():
        out = model(ids, output_attentions=True, output_hidden_states=True)
    words = [tokenizer.decode([i]).strip() for i in ids[0].tolist()]
    return words, torch.stack([a[0] for a in out.attentions]), [h[0] for h in out.hidden_states]


SENTENCE = "The trophy did not fit in the suitcase because it was too big."
words, weights, states = read(SENTENCE)  # (17, 9, 15, 15), 18 of (15, 576)
it = words.index("it")
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
for axes, row, title in (
    (left, weights[LAYER, HEAD, it], f"layer {LAYER}, head {HEAD}"),
    (right, weights[:, :, it].mean((0, 1)), f"mean of all {LAYERS * 9} heads"),
):
    axes.barh(words, row, color=[ORANGE if i == 0 else BLUE for i in range(len(words))])
    axes.set(title=f"Where “it” looks: {title}", xlabel="attention weight (share of 1)")
left.set_ylabel("word")
left.invert_yaxis()
plt.tight_layout()
plt.show()

# %% [markdown] id="real-words"
# *In words: in the left picture the longest bar, more than half, belongs to “trophy”, the next to “The”; in the right picture “The” has the longest bar, 0.30, before “the” and “because”. Words after “it” have none.*
#
# The left picture is what one hopes for: *it* looks at *trophy*. The right one is odd. *The* says nothing about *it*, and yet it gets more weight than any other word. It is no accident of this row:

# %% id="first-word"
first_share = float(weights[3:, :, 3:, 0].mean())
second_share = float(weights[3:, :, 3:, 1].mean())
print(f"mean weight from the fourth layer and the fourth word on: {first_share:.0%} on “{words[0]}”, {second_share:.0%} on “{words[1]}”")
assert 0.4 < first_share < 0.5 and second_share < 0.1 and weights[LAYER, HEAD, it].argmax() == words.index("trophy")
mean_of_it = weights[:, :, it].mean((0, 1))  # (15,)
assert [words[i] for i in mean_of_it.argsort(descending=True)[:3]] == ["The", "the", "because"] and abs(float(mean_of_it[0]) - 0.30) < 0.01 and LAYERS * 9 == 153

# %% [markdown] id="question-asked"
# > **The question.** Why would a trained model spend nearly half of its attention on a word like *The*? Commit to a guess. At the end we test it by changing the sentence.

# %% id="checkpoint-first"
kit.checkpoint("why-the-first-word")

# %% [markdown] id="idea"
# ## The idea: a mean whose weights are computed
#
# Each word asks a question and each word offers an answer. From its vector $x$ (here 576 numbers) three linear layers make
#
# - a **query** $q$: what this word looks for,
# - a **key** $k$: what this word can be found by,
# - a **value** $v$: what it hands over when it is found.
#
# The fit of query $i$ and key $j$ is their inner product. A softmax makes weights of the fits, and the output is the mean of the values with these weights. With $d$ numbers in a query:
#
# $$s_{ij} = \frac{q_i \cdot k_j}{\sqrt d}, \qquad w_{ij} = \frac{e^{s_{ij}}}{\sum_{m} e^{s_{im}}}, \qquad o_i = \sum_j w_{ij}\, v_j .$$
#
# Nothing here is learnt but the three layers. The weights $w$ are computed anew for each text.
#
# ## By hand first
#
# Six words, three numbers each, which we make up: *thing*, *action*, *size*. The query of the last word is $\log 2 \cdot \sqrt3 \cdot (1, 0, 1)$, so that the scores come out as multiples of $\log 2$ and the exponentials as powers of two. Keys and values are the words themselves.
#
# | | the | trophy | did | not | fit | it |
# |---|---|---|---|---|---|---|
# | (thing, action, size) | (0,0,0) | (2,0,1) | (0,1,0) | (0,1,0) | (0,2,1) | (1,0,1) |
# | score / log 2 | 0 | 3 | 0 | 0 | 1 | 2 |
# | exponential | 1 | 8 | 1 | 1 | 2 | 4 |
#
# The exponentials sum to 17.

# %% id="checkpoint-toy"
kit.checkpoint("toy-weight")

# %% id="toy-loop"
toy = torch.tensor([[0, 0, 0], [2, 0, 1], [0, 1, 0], [0, 1, 0], [0, 2, 1], [1, 0, 1]], dtype=torch.float64)  # (6 words, 3)
stretch = math.log(2) * math.sqrt(3)


def one_output(query, keys, values):
    """Attention of one query, word by word: (d,), (words, d), (words, d) -> weights and output as lists."""
    d = len(query)
    scores = [sum(q * k for q, k in zip(query, key)) / math.sqrt(d) for key in keys]
    exponentials = [math.exp(s - max(scores)) for s in scores]
    shares = [e / sum(exponentials) for e in exponentials]
    return shares, [sum(w * value[c] for w, value in zip(shares, values)) for c in range(len(values[0]))]


shares, output = one_output((stretch * toy[5]).tolist(), toy.tolist(), toy.tolist())
print("weights times 17:", [round(17 * w, 6) for w in shares])
print("output times 17: ", [round(17 * o, 6) for o in output])
assert np.allclose(17 * np.array(shares), [1, 8, 1, 1, 2, 4]) and np.allclose(17 * np.array(output), [20, 6, 14])
kit.recall("toy-weight")

# %% [markdown] id="toy-read"
# So *it* becomes $(20, 6, 14)/17$: mostly *thing*, with *trophy* giving 16 of the 20. We shall meet these numbers again.
#
# ## From one query to a matrix
#
# All queries at once are a matrix $Q$ of shape (words, $d$), keys and values likewise. The scores are one product, the outputs another:
#
# $$O = \operatorname{softmax}\!\Big(\frac{Q K^\top}{\sqrt d} + M\Big) V, \qquad M_{ij} = \begin{cases} 0 & j \le i \\ -\infty & j > i \end{cases}$$
#
# $M$ is the **causal mask**. A language model predicts the next word, so word $i$ must not see what comes after it. Minus infinity before the softmax becomes a weight of exactly 0, and the rest still sums to 1. Axes in front ($\dots$) are batches and heads; the product runs over the last two.

# %% id="attention-code"
def attention(q, k, v, allowed=None):
    """Attention of every query; q (..., n, d), k and v (..., m, d), allowed (n, m) of bool. Returns output and weights."""
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # (..., n, m); .mT exchanges the last two axes
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)  # (..., n, m); ~ is not
    w = torch.softmax(scores, dim=-1)  # (..., n, m): each query's weights sum to 1 over the KEYS
    return w @ v, w  # (..., n, d), (..., n, m)


causal = torch.ones(6, 6, dtype=torch.bool).tril()  # (6, 6): row i may see columns 0 ... i
general, toy_weights = attention(stretch * toy, toy, toy, causal)  # (6, 3), (6, 6)
library = F.scaled_dot_product_attention(stretch * toy[None], toy[None], toy[None], is_causal=True)[0]  # (6, 3)
assert torch.allclose(17 * general[5], torch.tensor([20.0, 6.0, 14.0], dtype=torch.float64))  # the row done by hand
assert torch.allclose(general, library, atol=1e-12)
assert tuple((toy @ toy.T).shape) == (6, 6)
print("the last row, times 17:", (17 * general[5]).tolist())
kit.recall("before-shapes")

# %% [markdown] id="mask-ask"
# The last row sees everything, so the mask changes nothing there and the numbers from the hand come back. Now a question about a real head. In our sentence the last word decides who is too big: with *big* it is the trophy, with *small* the suitcase. In the picture above *it* gave *trophy* a weight of 0.56.

# %% id="checkpoint-small"
kit.checkpoint("big-or-small")

# %% id="recall-small"
other, other_weights, _ = read(SENTENCE.replace("big", "small"))
trophy = words.index("trophy")
print(f"with big: {weights[LAYER, HEAD, it, trophy]:.6f}, with small: {other_weights[LAYER, HEAD, it, trophy]:.6f}")
assert abs(float(weights[LAYER, HEAD, it, trophy]) - 0.56) < 0.01
assert torch.allclose(weights[:, :, : it + 1, : it + 1], other_weights[:, :, : it + 1, : it + 1], atol=1e-5)
kit.recall("big-or-small")

# %% [markdown] id="heads"
# ## Many heads, and shared keys
#
# One weighted mean can look for one thing. So the 576 numbers of each *query* are cut into nine **heads** of 64, each with its own scores. (Not the word's own vector: each head's query is made from all 576 of its numbers.) Then the nine outputs are put side by side again and mixed by a fourth layer. SmolLM2 saves on keys and values: there are only three heads of them, and each serves three query heads (*grouped-query attention*).
#
# | | layer | shape of the result | weights |
# |---|---|---|---|
# | $Q$ | 576 → 576 | 9 heads × words × 64 | $576 \cdot 576$ |
# | $K$, $V$ | 576 → 192 each | 3 heads × words × 64 | $2 \cdot 576 \cdot 192$ |
# | out | 576 → 576 | words × 576 | $576 \cdot 576$ |
#
# Which key-value head serves query head $h$? The groups are neighbours: number $\lfloor h / 3 \rfloor$. One thing is still missing, the position of the words; until the next lesson the library turns $q$ and $k$ for us.

# %% id="heads-code"
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb  # lesson 2 writes this one


def split(x, heads):
    """(words, heads * d) -> (heads, words, d)."""
    return x.view(len(x), heads, -1).transpose(0, 1)


def real_qkv(layer, state):
    """Queries (9, words, 64), keys (9, words, 64) and values (9, words, 64) of a layer of the real model."""
    block, n = model.model.layers[layer], len(state)
    with torch.no_grad():
        x = block.input_layernorm(state)  # (words, 576), brought to a common size; lesson 3 writes this one
        q, k, v = (split(f(x), h) for f, h in ((block.self_attn.q_proj, 9), (block.self_attn.k_proj, 3), (block.self_attn.v_proj, 3)))
        cos, sin = model.model.rotary_emb(x[None], torch.arange(n)[None])  # (1, words, 64) each
        q, k = (t[0] for t in apply_rotary_pos_emb(q[None], k[None], cos, sin))
    return q, k.repeat_interleave(3, dim=0), v.repeat_interleave(3, dim=0)  # key-value head h // 3 for query head h


q, k, v = real_qkv(LAYER, states[LAYER])  # (9, 15, 64) each
n = len(words)
causal = torch.ones(n, n, dtype=torch.bool).tril()  # (15, 15)
heads, ours = attention(q, k, v, causal)  # (9, 15, 64), (9, 15, 15)
with torch.no_grad():
    mixed = model.model.layers[LAYER].self_attn.o_proj(heads.transpose(0, 1).reshape(n, 576))  # (15, 576)
    grouped = F.scaled_dot_product_attention(q, k[::3], v[::3], is_causal=True, enable_gqa=True)  # (9, 15, 64) from three key heads
print(f"largest difference to the model's own weights {float((ours - weights[LAYER]).abs().max()):.1e}, to the library's output {float((heads - grouped).abs().max()):.1e}")
assert torch.allclose(ours, weights[LAYER], atol=1e-5) and torch.allclose(heads, grouped, atol=1e-4)
part = model.model.layers[LAYER].self_attn
count = sum(p.numel() for p in part.parameters())
assert count == 2 * 576 * 576 + 2 * 576 * 192 == 884_736 and mixed.shape == (15, 576)
print(f"{count:,} weights in the attention of one layer")

# %% [markdown] id="root"
# Six lines, and the weights of a trained model come out: also the 0.56 from *it* to *trophy*.
#
# ## Why the root of d
#
# If the numbers of $q$ and $k$ are independent with mean 0 and variance 1, then $q \cdot k$ has the variance
#
# $$\operatorname{Var}(q \cdot k) = \sum_{c=1}^{d} \operatorname{Var}(q_c k_c) = d,$$
#
# so dividing by $\sqrt d$ gives scores of variance 1, whatever $d$. Without it a softmax over large scores gives nearly all weight to one word, and its gradient vanishes: $\partial w_i / \partial s_i = w_i (1 - w_i)$.

# %% id="root-code"
random = torch.Generator().manual_seed(0)
for d in (4, 64, 1024):
    a, b = torch.randn(20_000, d, generator=random), torch.randn(20_000, d, generator=random)
    variance = float((a * b).sum(-1).var())
    print(f"d = {d:4}: variance of q·k is {variance:7.1f}")
    assert abs(variance / d - 1) < 0.05

# %% [markdown] id="knob"
# ## Turn a knob
#
# Trained scores are larger than random ones. Change the divisor of the real head: 8 is $\sqrt{64}$, what it was trained with. Before you turn: **without any division**, how much weight does the strongest word get in this layer, in the mean over its nine heads and all words from the sixth on?

# %% id="checkpoint-sharp"
kit.checkpoint("without-division")

# %% id="widget"
from ipywidgets import SelectionSlider, interact

divisors = [2.0**p for p in range(0, 8)]
raw = q @ k.mT  # (9, 15, 15)


def with_divisor(divisor):
    return torch.softmax((raw / divisor).masked_fill(~causal, -math.inf), dim=-1)  # (9, 15, 15)


strongest = [float(with_divisor(c)[:, 5:].max(-1).values.mean()) for c in divisors]
slope = [float((with_divisor(c) * (1 - with_divisor(c)))[:, 5:].max(-1).values.mean()) for c in divisors]


def show_divisor(divisor=8.0):
    """Draw the weights of the head for a divisor, and the strongest weight against all divisors."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
    picture = left.imshow(with_divisor(divisor)[HEAD], cmap="cividis", vmin=0, vmax=1)
    left.set(title=f"Weights of head {HEAD}, scores / {divisor:g}", xlabel="word looked at", ylabel="word that looks")
    left.set_xticks(range(n), words, rotation=90, fontsize=7)
    left.set_yticks(range(n), words, fontsize=7)
    figure.colorbar(picture, ax=left, label="weight (share of 1)")
    right.plot(divisors, strongest, color=BLUE, marker="o", label="strongest weight, mean")
    right.plot(divisors, slope, color=ORANGE, marker="s", label="largest slope w(1 - w), mean")
    right.axvline(divisor, color=GREY, linestyle="--")
    right.set(xscale="log", ylim=(0, 1), xlabel="divisor of the scores", ylabel="mean over heads and words (no unit)", title="Sharp on the left, flat on the right")
    right.set_xticks([1, 8, 64], ["1", "8", "64"])
    right.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_divisor()

# %% id="widget-turn"
interact(show_divisor, divisor=SelectionSlider(options=divisors, value=8.0, description="divisor"));

# %% [markdown] id="knob-words"
# *In words, unturned: the lower left triangle of the heat map is filled, brightest in a few columns, that of “The” among them; in the right picture the blue line falls from near 1 at divisor 1 to about one half at 8 and below 0.15 at 128, the orange line is highest between.*

# %% id="knob-assert"
print({c: round(s, 2) for c, s in zip(divisors, strongest)})
assert strongest[0] > 0.93 and 0.45 < strongest[3] < 0.55 and strongest[-1] < 0.15
assert max(slope) > 1.5 * slope[0] and slope.index(max(slope)) not in (0, len(slope) - 1)
kit.recall("without-division")

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague writes the mask anew and reports a training loss that nobody has reached before. The best tool for such news costs a second: **train on noise**. Random tokens, drawn anew in each step, cannot be predicted; with 8 different ones the loss, in nats, cannot stay below $\log 8 = 2.08$ by any honest means.

# %% id="noise"
def train_on_noise(mask_of, steps=100):
    """Train one attention layer to predict uniformly random tokens; return the last loss in nats."""
    torch.manual_seed(0)
    length, kinds, d = 12, 8, 32
    sizes = ((kinds, d), (length, d), (d, d), (d, d), (d, d), (d, kinds))
    tables = [torch.nn.Parameter(0.3 * torch.randn(*size)) for size in sizes]
    embed, place, wq, wk, wv, wo = tables
    optimiser = torch.optim.Adam(tables, lr=0.02)
    for _ in range(steps):
        tokens = torch.randint(kinds, (64, length + 1))  # (64, 13)
        x = embed[tokens[:, :-1]] + place  # (64, 12, 32)
        out, _ = attention(x @ wq, x @ wk, x @ wv, mask_of(length))  # (64, 12, 32)
        loss = F.cross_entropy((out @ wo).flatten(0, 1), tokens[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return float(loss.detach())


def sound(n):
    return torch.ones(n, n, dtype=torch.bool).tril()


def colleague(n):
    return torch.ones(n, n, dtype=torch.bool).tril(diagonal=1)


honest, miracle = train_on_noise(sound), train_on_noise(colleague)
print(f"loss on noise: {honest:.2f} with our mask, {miracle:.2f} with the colleague's; log 8 = {math.log(8):.2f}")
assert honest > math.log(8) - 0.05 and miracle < 1.0

# %% [markdown] id="wrong-tool"
# So the answer gets in. *Where* says the **Jacobian**: move input word $j$ a little and see which outputs move. Everything above the diagonal must be exactly 0. It needs no knowledge of how the code is written, so it also finds leaks in a normalisation or a convolution.

# %% id="jacobian"
def influence(mask_of, n=8, d=4):
    """|d output i / d input j| summed over components, (n, n)."""
    x = torch.randn(n, d, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda t: attention(t, t, t, mask_of(n))[0], x)  # (n, d, n, d)
    return jacobian.abs().sum((1, 3))  # (n, n)


figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
for axes, mask_of, name in ((left, colleague, "the colleague's mask"), (right, sound, "mended")):
    picture = axes.imshow(influence(mask_of), cmap="cividis")
    axes.set(title=f"Influence, {name}", xlabel="input word j", ylabel="output word i")
    figure.colorbar(picture, ax=axes, label="sum of |derivatives|")
plt.tight_layout()
plt.show()
leak = influence(colleague).triu(diagonal=1).nonzero().tolist()
print("outputs that see a later word:", leak)
assert leak == [[i, i + 1] for i in range(7)] and not influence(sound).triu(diagonal=1).any()

# %% [markdown] id="wrong-words"
# *In words: on the left cells just above the diagonal are lit, so an output depends on the next word; on the right everything above the diagonal is dark.*
#
# Each word sees exactly one word ahead: the one that it has to predict. `tril(diagonal=1)` keeps one diagonal too many. **Mended** by `tril()`; the noise test gave log 8 above. Two neighbours of this mistake are as silent: a softmax over the queries (`dim=-2`) and a mask put on *after* the softmax. Both show when you sum the rows:

# %% id="row-sums"
bad_axis = torch.softmax((raw / 8).masked_fill(~causal, -math.inf), dim=-2)  # (9, 15, 15): columns sum to 1
bad_order = torch.softmax(raw / 8, dim=-1) * causal  # (9, 15, 15): what the future took is lost
for name, w in (("over the wrong axis", bad_axis), ("masked after the softmax", bad_order), ("ours", ours)):
    sums = w.sum(-1)  # (9, 15)
    print(f"{name:25} row sums from {sums.min():.3f} to {sums.max():.3f}")
assert torch.allclose(ours.sum(-1), torch.ones(9, n)) and bad_order.sum(-1).min() < 0.5 and bad_axis.sum(-1).max() > 1.5

# %% [markdown] id="scale"
# ## At scale
#
# For $n$ words and a width of $D$ numbers over all heads, each layer spends $2 n^2 D$ operations (multiplications and additions) on the scores and as many again on the outputs, if the masked half is not skipped. The four layers around it cost $2 n$ operations a weight. The first grows with the square. For SmolLM2 and for a model of eight billion weights with 32 layers, $D = 4096$, 32 query and 8 key-value heads of 128 (Llama 3 8B; Grattafiori et al., 2024, table 3):

# %% id="scale-code"
def attention_cost(n, width, kv_width, layers):
    """Operations of the four layers and of the two products, for n words in all layers of the model."""
    projections = layers * 2 * n * (2 * width * width + 2 * width * kv_width)
    products = layers * 4 * n * n * width
    return projections, products


for name, width, kv_width, layers, heads_count in (("SmolLM2-135M", 576, 192, 30, 9), ("8B", 4096, 1024, 32, 32)):
    equal_at = (2 * width * width + 2 * width * kv_width) / (2 * width)
    print(f"{name}: the products overtake the four layers at {equal_at:.0f} words")
    for length in (1024, 8192, 131_072):
        projections, products = attention_cost(length, width, kv_width, layers)
        matrix = 2 * heads_count * length * length  # one layer's weights in 16 bits
        print(f"  {length:7,} words: products {products:.1e} operations = {products / projections:5.1f} of the layers; one layer's weight matrices {matrix / 2**30:8.2f} GiB")
assert attention_cost(2 * 8192, 4096, 1024, 32)[1] == 4 * attention_cost(8192, 4096, 1024, 32)[1]
assert (4096 + 1024, 576 + 192) == (5120, 768) and 2 * 32 * 8192**2 == 4 * 2**30 and 2 * 32 * 131_072**2 == 1024 * 2**30

# %% [markdown] id="scale-words"
# Twice the text, four times the cost of the products. At 8 192 words the weight matrices of one layer take 4 GiB, at 131 072 a whole TiB. So nobody stores them: *flash attention* goes through keys in tiles and keeps only running sums (course *Operator development*). The operations remain.

# %% [markdown] id="answer"
# ## The question again
#
# Is it the word *The*, or its place? We test: other sentences, and ours with one word put in front. And we look at what that first word hands over: the length of its value against the others', and its direction from sentence to sentence.

# %% id="answer-code"
def first_word(sentence):
    """Mean weight on the words 0 and 1, the length of value 0 against the other values' mean, and the values of both; from layer 3 on."""
    text, w, state = read(sentence)
    values = torch.stack([real_qkv(layer, state[layer])[2][::3] for layer in range(3, LAYERS)])  # (14, 3, words, 64)
    lengths = values.norm(dim=-1)  # (14, 3, words)
    return text[0], float(w[3:, :, 3:, 0].mean()), float(w[3:, :, 3:, 1].mean()), float(lengths[:, :, 0].mean() / lengths[:, :, 1:].mean()), values[:, :, :2]


def alike(values):
    """Mean cosine of the values of each two sentences; values (sentences, 14, 3, 64)."""
    flat = F.normalize(values.flatten(2), dim=-1)  # (sentences, 14, 192)
    between = torch.einsum("sld,tld->stl", flat, flat).mean(-1)  # (sentences, sentences)
    return float(between[torch.ones_like(between, dtype=torch.bool).tril(-1)].mean())


SENTENCES = [
    SENTENCE,
    "Well, " + SENTENCE,
    "Last night the dog bit the man in the park.",
    "Water boils at a lower temperature on a high mountain.",
    "She opened the letter, read it twice and put it away.",
    "Our train was late again, so we missed the first lesson.",
]
table = [first_word(s) for s in SENTENCES]
for word, zero, one, length, _ in table:
    print(f"{word:>10} first: weight {zero:.0%} (second word {one:.0%}), its value is {length:.2f} as long as the others")
shares_first, lengths_first = np.array([row[1] for row in table]), np.array([row[3] for row in table])
print(f"over {len(table)} sentences: weight {shares_first.mean():.0%} ± {shares_first.std(ddof=1):.0%}, value {lengths_first.mean():.2f} ± {lengths_first.std(ddof=1):.2f}")
firsts, seconds = (alike(torch.stack([row[4][:, :, j] for row in table])) for j in (0, 1))
print(f"cosine of the first words' values, one sentence against another: {firsts:.2f}; of the second words': {seconds:.2f}")
assert round(firsts, 1) == 0.9 and round(seconds, 1) == 0.3
assert shares_first.min() > 0.3 and max(row[2] for row in table) < 0.2 and 0.3 < lengths_first.min() and lengths_first.max() < 0.45
kit.recall("why-the-first-word")

# %% [markdown] id="answer-words"
# It is the place. Whatever stands first gets the weight, and its value is only about 0.4 times as long as the others. The weights of a softmax must sum to 1. A head that finds nothing has to put its weight *somewhere*, and this model has learnt to put it where little is handed over: an **attention sink**. Xiao et al. (2024) find it in many models and give the reason: every word can see the first one.
#
# Does that mean that the first word does nothing? We take its values away (set them to 0 from the fourth layer on) and see how far the later words' vectors move.

# %% id="ablation"
def without_values(j):
    """Relative change of the later words' vectors when word j hands over nothing."""
    def cut(module, inputs, result):
        result = result.clone()
        result[:, j] = 0
        return result

    hooks = [layer.self_attn.v_proj.register_forward_hook(cut) for layer in model.model.layers[3:]]
    changed = read(SENTENCE)[2][-1][8:]  # (7, 576)
    for hook in hooks:
        hook.remove()
    return float(((changed - states[-1][8:]).norm(dim=-1) / states[-1][8:].norm(dim=-1)).mean())


moved = [without_values(j) for j in range(5)]
print({words[j]: f"{m:.0%}" for j, m in enumerate(moved)})
assert 0.15 < moved[0] < 0.35 and moved[0] > max(moved[1:])

# %% [markdown] id="limits"
# No: 0.4 of the length times half of the weight is still something. It is nearly the same push in every sentence, whatever the first word (cosine 0.9; 0.3 for second words), and the layers were trained with it. **Weights are not importance.** They say how much is taken, not what is in it. And *it* → *trophy* is one head of 153 in one sentence; that it stayed the same for *small* shows that it does not solve the riddle. Whoever explains a model by a heat map should change the input and see (Jain and Wallace, 2019).

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A batch of 2 texts with 7 words, width 48, 6 query heads, 2 key-value heads, each of 8. Which shapes? Replace each `...` by a tuple.

# %% id="exercise-1"
shapes = {"queries after the split": ..., "keys before they are repeated": ..., "attention weights": ..., "weight of the key layer, as torch keeps it": ...}

# %% id="check-1"
if any(s is ... for s in shapes.values()):
    print("not tried yet")
else:
    kit.equal(shapes["queries after the split"], (2, 6, 7, 8), because="batch, heads, words, numbers a head",
              known_wrong={"heads stand before words, so that the last two axes are multiplied": (2, 7, 6, 8)})
    kit.equal(shapes["keys before they are repeated"], (2, 2, 7, 8), because="only two heads of keys",
              known_wrong={"that is after repeating": (2, 6, 7, 8), "heads stand before words": (2, 7, 2, 8)})
    kit.equal(shapes["attention weights"], (2, 6, 7, 7), because="one row of seven weights a word and a query head",
              known_wrong={"each query head has weights of its own, though keys are shared": (2, 2, 7, 7), "words against words, not words against numbers": (2, 6, 7, 8)})
    kit.equal(shapes["weight of the key layer, as torch keeps it"], (16, 48), because="torch keeps (out, in), and out is 2 heads of 8",
              known_wrong={"torch keeps (out, in)": (48, 16), "that many only without sharing": (48, 48)})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Some models look back only a *window* of words. Write the mask: word $i$ sees the words $i - \text{window} + 1, \dots, i$, itself included.

# %% id="exercise-2"
def window_mask(n, window):
    """Return allowed, (n, n) of bool."""
    ...


# %% id="check-2"
if window_mask(3, 2) is None:
    print("not tried yet")
else:
    right = torch.tensor([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], dtype=torch.bool)
    kit.equal(window_mask(4, 2), right, because="four words, a window of two", known_wrong={
        "one word too many: the window counts the word itself": torch.ones(4, 4).tril().triu(-2).bool(),
        "the mask lets the future through": torch.ones(4, 4).tril(1).triu(-1).bool(),
        "that is the plain causal mask": torch.ones(4, 4).tril().bool(),
        "True means allowed here": ~right})
    for size, window in ((1, 1), (6, 3), (5, 9)):
        kit.equal(window_mask(size, window).sum(-1), torch.arange(1, size + 1).clamp(max=window), because=f"{size} words, window {window}: how many each sees", known_wrong={
            "one word too many: the window counts the word itself": torch.arange(1, size + 1).clamp(max=window + 1), "the window is not used": torch.arange(1, size + 1)} if window < size else {})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Texts of a batch have different lengths and are filled up with padding. Write attention for a batch where `lengths` says how many words of each text are real: causal, padding keys get no weight, and **queries at padding places give zeros** (not NaN). `q`, `k`, `v` have the shape (batch, heads, n, d).

# %% id="exercise-3"
def padded_attention(q, k, v, lengths):
    """Return (batch, heads, n, d); lengths (batch,) of int, 0 is possible."""
    ...


# %% id="check-3"
if padded_attention(*[torch.zeros(1, 1, 2, 2)] * 3, torch.tensor([2])) is None:
    print("not tried yet")
else:
    draw = torch.Generator().manual_seed(3)
    qs, ks, vs = (torch.randn(3, 2, 5, 4, generator=draw, dtype=torch.float64) for _ in range(3))
    result = padded_attention(qs, ks, vs, torch.tensor([5, 3, 0]))
    kit.shape(result, (3, 2, 5, 4))
    for i, length in enumerate((5, 3, 0)):
        expected = torch.zeros(2, 5, 4, dtype=torch.float64)
        if length:
            expected[:, :length] = F.scaled_dot_product_attention(qs[i, :, :length], ks[i, :, :length], vs[i, :, :length], is_causal=True)
        whole = F.scaled_dot_product_attention(qs[i], ks[i], vs[i], is_causal=True)
        real = torch.arange(5) < length  # (5,)
        unset = attention(qs[i], ks[i], vs[i], torch.ones(5, 5, dtype=torch.bool).tril() & real)[0]  # NaN where nothing may be seen
        seen = attention(qs[i], ks[i], vs[i], real.expand(5, 5))[0] * real[:, None]
        kit.close(result[i], expected, rtol=1e-9, atol=1e-12, because=f"text {i} has {length} real words", known_wrong={
            "the padding is treated as words": whole, "the padding's keys are hidden, but its queries must give zeros as well": unset.nan_to_num(0.0),
            "a softmax over nothing but minus infinity is NaN: put zeros there afterwards": unset, "it must be causal as well": seen.nan_to_num(0.0)})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A translator's decoder looks at *another* text: queries from the target (m words), keys and values from the source (n words), no causal mask. Which of the two lengths enters the cost how? Write the operations of the two products for `heads` heads of `d` numbers, as in *At scale*.

# %% id="exercise-4"
def cross_attention_operations(m, n, heads, d):
    ...


# %% id="check-4"
if cross_attention_operations(1, 1, 1, 1) is None:
    print("not tried yet")
else:
    kit.equal(cross_attention_operations(7, 11, 3, 5), 4 * 7 * 11 * 15, because="each of 7 queries meets each of 11 keys, twice, at 2 operations a number", known_wrong={
        "a multiplication and an addition are two operations": 2 * 7 * 11 * 15,
        "there are two products: the scores and the outputs, each at 2 operations a number": 7 * 11 * 15,
        "queries come from the target, keys from the source": 4 * 11 * 11 * 15,
        "you left out the heads": 4 * 7 * 11 * 5})
    print("right: linear in each of the two, so quadratic only when both grow")

# %% [markdown] id="next"
# Next: *Position*. The lab `attention` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Attention is a mean of values; its weights are a softmax of inner products of queries and keys, divided by $\sqrt d$.
# - The causal mask is $-\infty$ before the softmax; weights sum to 1 over the keys.
# - Heads are cut from the width; key-value heads may be shared by neighbouring query heads.
# - Train on noise and look at the Jacobian: both find a leak without reading the code.
# - Weight is not importance: half of it goes to the first word, whose value is short.
#
# | term | 中文 |
# |---|---|
# | query, key, value | 查询、键、值 |
# | attention weight | 注意力权重 |
# | causal mask | 因果掩码 |
# | head, multi-head attention | 头、多头注意力 |
# | grouped-query attention | 分组查询注意力 |
# | attention sink | 注意力汇聚点 |
#
# **Read on.** Ashish Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.2. · Joshua Ainslie et al., "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints", EMNLP 2023, section 2. · Guangxuan Xiao et al., "Efficient Streaming Language Models with Attention Sinks", ICLR 2024, section 3. · Sarthak Jain, Byron C. Wallace, "Attention is not Explanation", NAACL 2019, section 4. · Aaron Grattafiori et al., "The Llama 3 Herd of Models", 2024, table 3.
