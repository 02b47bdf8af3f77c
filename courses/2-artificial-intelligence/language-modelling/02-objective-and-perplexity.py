# %% [markdown] id="title"
# # The objective and perplexity
#
# **You will be able to** write the loss that every language model is trained on, train a small model that beats pairs of letters, compare models whose tokens differ, and see through two kinds of wonderful numbers. **75 minutes.**
#
# At the end you can
#
# 1. multiply conditional probabilities into the probability of a text, its end included;
# 2. show that counting is the minimum of the training loss of a bigram model;
# 3. turn a loss into a perplexity and into bits a byte, and say which of them may be compared;
# 4. train a network that looks further back, and say with an interval by how much it is better;
# 5. sample with temperature and top-p, as a library does;
# 6. find a model that sees the answer, and one whose probabilities sum to more than one.

# %% [markdown] id="before"
# ## Before you start
#
# - A model gives the right letter a probability of 1/8. How many bits does it pay? 3. *If not: Numerics and information, lesson 3.*
# - Why is a loss measured on text that was held out? On the text that it has seen, a model may know the answers by heart. *If not: Machine learning, lesson 1.*
# - The softmax of the scores $(0, \ln 3)$? $(1/4, 3/4)$. *If not: Numerics and information, lesson 2.*
#
# You also need lesson 1 of this course, and a layer and its training in torch (*Neural networks*, lesson 1).

# %% id="imports"
import gettext
import math
from collections import Counter, defaultdict
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("ready-for-perplexity")

# %% [markdown] id="question"
# ## A question first
#
# SmolLM2 reads 24 messages of JupyterLab in English, and the same 24 in Chinese (sources as in lesson 1). A common measure of a language model is its **perplexity**, roughly the number of equally likely tokens among which it has to guess. Lower is better.

# %% id="smol"
path = files("jupyterlab_language_pack_zh_CN") / "locale/zh_CN/LC_MESSAGES/jupyterlab.mo"
with path.open("rb") as file:
    catalogue = gettext.GNUTranslations(file)._catalog
pairs = {en.split("\x04")[-1]: zh for en, zh in catalogue.items() if isinstance(en, str) and en and zh and not set(en) & set("{%")}
messages = sorted(en for en in pairs if len(en.encode()) <= 60)  # English, at most 60 bytes
order = np.random.default_rng(0).permutation(len(messages))
border = 4 * len(messages) // 5
seen, unseen = [messages[i] for i in order[:border]], [messages[i] for i in order[border:]]
few = unseen[:24]

model, tokenizer = kit.small_model(layers=30), kit.small_tokenizer()


def smol_costs(texts):
    """For each text the nats of each of its tokens, the line end included: a list of arrays."""
    ids = [tokenizer.encode("\n" + text + "\n") for text in texts]  # a line end before it, a line end after it
    batch = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
    for row, i in zip(batch, ids):
        row[: len(i)] = torch.tensor(i)
    with torch.no_grad():
        log_p = torch.log_softmax(model(batch).logits[:, :-1], dim=-1)  # (texts, places, 49152)
    cost = -log_p.gather(2, batch[:, 1:, None])[..., 0]  # (texts, places): of the token that really came
    return [row[: len(i) - 1].numpy() for row, i in zip(cost, ids)]


smol = {"English": smol_costs(few), "Chinese": smol_costs([pairs[text] for text in few])}
perplexity = {name: math.exp(np.concatenate(costs).mean()) for name, costs in smol.items()}
for name, costs in smol.items():
    print(f"SmolLM2 on 24 messages in {name}: perplexity {perplexity[name]:6.1f}")

# %% id="smol-assert"
assert perplexity["English"] > 10 * perplexity["Chinese"] and abs(perplexity["English"] / 886 - 1) < 0.03 and abs(perplexity["Chinese"] / 38 - 1) < 0.03

# %% [markdown] id="question-asked"
# > **The question.** By this measure the model, trained on English nearly alone, guesses Chinese more than ten times better than English. Does it? Commit to an answer; at the end we compute a measure that does not depend on tokens.

# %% id="checkpoint-first"
kit.checkpoint("perplexity-of-two-languages")

# %% [markdown] id="idea"
# ## The idea: one token after the other
#
# A **language model** gives each token a probability, given those before it. With a text $x_1, \dots, x_T$ and a mark for its end as token $T + 1$, the probability of the whole text is a product (the *chain rule* of probability):
#
# $$P(x_1, \dots, x_T) = \prod_{t=1}^{T+1} P(x_t \mid x_1, \dots, x_{t-1}), \qquad x_{T+1} = \text{end}.$$
#
# By hand. At the start a model gives *The* a probability of 0.4; after *The* it gives *cat* 0.5; after *The cat* it gives *sleeps* 0.25; after *The cat sleeps* the end 0.8. So it writes exactly this sentence with the probability $0.4 \cdot 0.5 \cdot 0.25 \cdot 0.8 = 0.04$. Without the end it would be the probability of *beginning* so, 0.05.
#
# **The objective.** Training makes the texts that people wrote likely. A product of thousands of small numbers underflows, so one takes the mean negative logarithm, in nats a token:
#
# $$L = -\frac{1}{n} \sum_{\text{texts}} \sum_{t=1}^{T+1} \ln P(x_t \mid x_{<t}), \qquad \text{perplexity} = e^{L}, \qquad n = \text{number of all tokens, ends included.}$$
#
# ($x_{<t}$ is short for $x_1, \dots, x_{t-1}$.) This is the cross-entropy of the course on information. The perplexity is the geometric mean of $1/P$: the toy has $n = 4$ and $L = -\frac14 \ln 0.04 = 0.80$, so a perplexity of $0.04^{-1/4} = 2.24$.

# %% id="toy-code"
toy = np.array([0.4, 0.5, 0.25, 0.8])
loss = float(-np.log(toy).mean())
print(f"probability {toy.prod():.3f}, loss {loss:.3f} nats a token, perplexity {math.exp(loss):.3f}")
assert math.isclose(toy.prod(), 0.04) and round(loss, 2) == 0.80 and math.isclose(math.exp(loss), 0.04**-0.25) and round(0.04**-0.25, 2) == 2.24

# %% [markdown] id="four-ask"
# Now one for you. A model gave the four true tokens of a text the probabilities 1/2, 1/32, 1/32 and 1/2.

# %% id="checkpoint-four"
kit.checkpoint("perplexity-of-a-text")

# %% id="recall-four"
four = np.array([1 / 2, 1 / 32, 1 / 32, 1 / 2])
print(math.exp(-np.log(four).mean()))
assert math.isclose(math.exp(-np.log(four).mean()), 8)
kit.recall("perplexity-of-a-text")

# %% [markdown] id="counts"
# ## From scratch: counting is the minimum
#
# The smallest model that looks back at all is the **bigram** model: the next letter given the one before. It has a table $Z$ of scores of shape (V, V), row = letter before, column = letter after, for $V$ letters (the end, which also serves as the mark before the first letter, is letter 0). A softmax of each row gives probabilities. Training takes the gradient of $L$. With $c_{ab}$ the number of times that $b$ follows $a$ in the text, and $p_{ab}$ the softmax of row $a$,
#
# $$L = -\frac1n \sum_{a,b} c_{ab} \ln p_{ab}, \qquad \frac{\partial L}{\partial Z_{ab}} = \frac1n \Big(p_{ab} \sum_{b'} c_{ab'} - c_{ab}\Big).$$
#
# It is 0 exactly when $p_{ab} = c_{ab} / \sum_{b'} c_{ab'}$. So the best table is what one gets by counting. We check it both ways, on the messages.

# %% id="counts-code"
letters = sorted(set("".join(messages)))
V = len(letters) + 1
number = {letter: i + 1 for i, letter in enumerate(letters)}


def as_ids(texts):
    return [np.array([number[c] for c in text]) for text in texts]


seen_ids, unseen_ids = as_ids(seen), as_ids(unseen)
counts = np.zeros((V, V))  # row before, column after
for ids in seen_ids:
    np.add.at(counts, (np.r_[0, ids], np.r_[ids, 0]), 1)  # adds 1 at each pair of places; np.r_ puts numbers and arrays in a row
n = counts.sum()
share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
by_counting = float(-(counts[counts > 0] * np.log(share[counts > 0])).sum() / n)

Z = torch.zeros(V, V, dtype=torch.float64, requires_grad=True)
optimiser = torch.optim.Adam([Z], lr=0.3)
C = torch.tensor(counts)
history = []
for _ in range(150):
    loss = -(C * torch.log_softmax(Z, dim=1)).sum() / n
    optimiser.zero_grad()
    loss.backward()
    if not history:
        p = torch.softmax(Z.detach(), dim=1)
        assert torch.allclose(Z.grad, (p * C.sum(1, keepdim=True) - C) / n)  # the formula is autograd's
    optimiser.step()
    history.append(float(loss.detach()))
before = torch.tensor(np.concatenate([np.r_[0, ids] for ids in seen_ids]))
after = torch.tensor(np.concatenate([np.r_[ids, 0] for ids in seen_ids]))
library = float(F.cross_entropy(Z.detach()[before], after))
print(f"{int(n)} letters and ends, V = {V}; by counting {by_counting:.4f} nats, by gradient {history[-1]:.4f}, the library's loss of that table {library:.4f}")
assert history[-1] - by_counting < 0.01 and abs(library - history[-1]) < 0.01

figure, axes = plt.subplots(figsize=(6.5, 3))
axes.plot(history, color=BLUE, label="by gradient (Adam)")
axes.axhline(by_counting, color=ORANGE, linestyle="--", label="by counting")
axes.set(title="Two ways to the same table", xlabel="steps", ylabel="loss (nats a letter, seen text)")
axes.legend()
plt.show()

# %% [markdown] id="counts-words"
# *In words: the blue line falls from 4.4 nats within some 50 steps to the dashed line, stays there and never goes below it.*

# %% id="counts-assert"
assert min(history) >= by_counting and round(history[0], 1) == 4.4 and history[50] - by_counting < 0.06

# %% [markdown] id="smooth"
# On text that was not seen, counts alone give some pair a probability of 0 and an infinite loss; a little is added to each count (course on information, lesson 3). That is our baseline: **pairs of letters**. (How much is added we choose on the unseen text itself, the best of three or four amounts. That flatters the counts a little, so what the network gains over them is, if anything, too small. A score to be reported would need a third part of the text to choose on.)
#
# ## The unit decides
#
# The same model over other tokens: byte-pair encoding with 100, 300 and 1 000 merges (trained on the seen messages by the library of lesson 1), and over each a bigram model. What happens to the perplexity, and what to the number of bits that the held-out text takes? The second is measured by
#
# $$\text{bits a byte} = \frac{L}{\ln 2} \cdot \frac{\text{tokens}}{\text{bytes}},$$
#
# where the end of a message counts as one token and as one byte.

# %% id="checkpoint-unit"
kit.checkpoint("larger-tokens-larger-perplexity")

# %% id="units"
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

BYTES = sum(len(text.encode()) + 1 for text in unseen)


def bigram_costs(train_ids, test_ids, vocab, added):
    """Nats of each token of unseen texts under a bigram model with something added to each count."""
    table = np.full((vocab, vocab), added)
    for ids in train_ids:
        np.add.at(table, (np.r_[0, ids], np.r_[ids, 0]), 1)
    log_p = np.log(table / table.sum(axis=1, keepdims=True))
    return [-log_p[np.r_[0, ids], np.r_[ids, 0]] for ids in test_ids]


def tokenised(merges):
    """Seen and unseen messages as arrays of ids from 1 on, and the number of ids."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.train_from_iterator(seen, trainers.BpeTrainer(vocab_size=256 + merges, min_frequency=2, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return *([np.array(made.encode(text).ids) + 1 for text in part] for part in (seen, unseen)), 257 + merges


def measures(costs):
    """Tokens, perplexity and bits a byte of a list of arrays of nats."""
    nats = np.concatenate(costs)
    return len(nats), math.exp(nats.mean()), nats.sum() / math.log(2) / BYTES


baseline = min((bigram_costs(seen_ids, unseen_ids, V, added) for added in (0.01, 0.03, 0.1, 0.3)), key=lambda costs: sum(map(sum, costs)))
rows = {"letters": measures(baseline)}
for merges in (100, 300, 1000):
    train_part, test_part, vocab = tokenised(merges)
    rows[f"{merges} merges"] = min((measures(bigram_costs(train_part, test_part, vocab, added)) for added in (0.003, 0.01, 0.03)), key=lambda row: row[2])
for name, (tokens, ppl, bits) in rows.items():
    print(f"bigram over {name:12} {tokens:5} tokens, perplexity {ppl:6.1f}, {bits:.2f} bits a byte")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
for axes, i, title, label in ((left, 1, "Perplexity: worse and worse", "perplexity (tokens to guess among)"), (right, 2, "Bits a byte: better and better", "bits a byte of unseen text")):
    axes.bar([name.replace(" ", "\n") for name in rows], [row[i] for row in rows.values()], color=[BLUE, ORANGE][i - 1])
    axes.set(title=title, ylabel=label, xlabel="tokens of the bigram model")
plt.tight_layout()
plt.show()

# %% [markdown] id="units-words"
# *In words: from left to right the blue bars (perplexity) grow, and the orange bars (bits a byte) of the same four models shrink.*

# %% id="units-assert"
ppls, bits = [row[1] for row in rows.values()], [row[2] for row in rows.values()]
assert ppls == sorted(ppls) and bits == sorted(bits, reverse=True) and ppls[-1] > 5 * ppls[0] and bits[-1] < 0.7 * bits[0]
kit.recall("larger-tokens-larger-perplexity")

# %% [markdown] id="network"
# Larger tokens are harder to guess, and there are fewer of them. **A perplexity belongs to its tokeniser.** Bits a byte may be compared.
#
# ## Looking further back
#
# A bigram forgets everything but one letter. Counting longer contexts runs out of text: after five letters most contexts are new. The network of Bengio et al. (2003) shares what it learns: each letter becomes a vector of 16 numbers, the vectors of the last $k$ letters stand side by side, (16k,), and two layers give scores of the next letter, (V,). The loss is the $L$ from above.
#
# Long contexts of counts can be saved as well, by **mixing**. Take a discount of $\delta = 0.75$ off each count of a context and give all that was taken to the next shorter context. With $c_b$ times letter $b$ after the context, $c$ times any letter, and $m$ different letters,
#
# $$p(b) = \frac{\max(c_b - \delta,\, 0)}{c} + \frac{\delta\, m}{c}\; p_{\text{shorter}}(b),$$
#
# and below the shortest context every letter has $1/V$. By hand: after a context *a* came 3 times and *b* once. So *a* has $2.25/4$ and *b* $0.25/4$, and $1.5/4$ goes to the shorter context. (In a transformer, attention takes the place of "side by side"; the objective is the same.)

# %% id="network-code"
def windows(ids_of_texts, k):
    """All places of all texts: k letters before (0 where the text has not begun), and the next one; (places, k + 1)."""
    return torch.tensor(np.concatenate([np.lib.stride_tricks.sliding_window_view(np.r_[[0] * k, ids, 0], k + 1) for ids in ids_of_texts]))


def train_network(rows, vocab, seed=0, steps=450):
    """Train on rows (places, k + 1); returns scores(context): (n, k) -> (n, vocab)."""
    torch.manual_seed(seed)
    k = rows.shape[1] - 1
    embed = torch.nn.Embedding(vocab, 16)  # a table: one row of 16 numbers for each letter
    layers = torch.nn.Sequential(torch.nn.Linear(16 * k, 256), torch.nn.ReLU(), torch.nn.Linear(256, vocab))
    optimiser = torch.optim.AdamW([*embed.parameters(), *layers.parameters()], lr=0.01, weight_decay=0.05)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = 0.01 * min(1, (step + 1) / 20) * (1 - step / steps)  # warm-up, then down to 0
        batch = rows[torch.randint(len(rows), (256,))]  # (256, k + 1)
        loss = F.cross_entropy(layers(embed(batch[:, :-1]).flatten(1)), batch[:, -1])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return lambda context: layers(embed(context).flatten(1))


def network_costs(scores, rows):
    """Nats of each place of rows."""
    with torch.no_grad():
        return F.cross_entropy(scores(rows[:, :-1]), rows[:, -1], reduction="none").numpy()


def interpolated(texts, k, discount=0.75):
    """Counts of 0 to k letters before; returns a function that mixes them: p(next | the letters before), (V,)."""
    tables = [defaultdict(Counter) for _ in range(k + 1)]
    for ids in texts:
        row = [0, *ids.tolist(), 0]
        for i in range(1, len(row)):
            for j in range(min(i, k) + 1):
                tables[j][tuple(row[i - j : i])][row[i]] += 1

    def probabilities(prefix):
        row, p = [0, *prefix], np.full(V, 1 / V)
        for j in range(min(len(row), k) + 1):  # from the shortest context to the longest one that is known
            found = tables[j].get(tuple(row[len(row) - j :]))
            if not found:
                break
            total, c = sum(found.values()), np.zeros(V)
            c[list(found)] = list(found.values())
            p = np.maximum(c - discount, 0) / total + discount * len(found) / total * p  # what is taken off each count goes to the shorter context
        return p

    return probabilities


def plain_bits(k, added=0.03):
    """Bits a letter of counts of exactly k letters before, with a little added."""
    table = defaultdict(Counter)
    for row in windows(seen_ids, k).tolist():
        table[tuple(row[:-1])][row[-1]] += 1
    return float(np.mean([-math.log2((table[tuple(r[:-1])][r[-1]] + added) / (sum(table[tuple(r[:-1])].values()) + added * V)) for r in windows(unseen_ids, k).tolist()]))


# %% [markdown] id="network-ask"
# Before we run it: *plain counts* of exactly $k$ letters, with a little added to each. Which $k$ has the lowest loss on unseen messages?

# %% id="checkpoint-width"
kit.checkpoint("how-far-to-look-back")

# %% id="widths"
plain = [plain_bits(k) for k in range(7)]
mixed_model = interpolated(seen_ids, 5)
three_one = interpolated([np.array([2, 1] * 3 + [2, 3])], 1)([2])  # after letter 2: three times 1, once 3
assert np.isclose(three_one.sum(), 1) and 2.25 / 4 < three_one[1] < 2.25 / 4 + 1.5 / 4 and three_one[4] > 0 and np.isclose(mixed_model([]).sum(), 1)
places = [(ids[:i].tolist(), ids[i] if i < len(ids) else 0) for ids in unseen_ids for i in range(len(ids) + 1)]
mixed_p = np.stack([mixed_model(prefix) for prefix, _ in places])  # (places, V)
answers = np.array([answer for _, answer in places])
mixed_bits = -np.log2(mixed_p[np.arange(len(answers)), answers])
mixed = [float(-np.log2([interpolated_k(prefix)[answer] for prefix, answer in places[::4]]).mean()) for interpolated_k in (interpolated(seen_ids, k) for k in (1, 2, 3))]
networks = {k: train_network(windows(seen_ids, k), V) for k in (1, 2, 4, 8)}
net = {k: float(network_costs(scores, windows(unseen_ids, k)).mean() / math.log(2)) for k, scores in networks.items()}
print("plain counts:", [round(b, 2) for b in plain], "\nnetwork:", {k: round(b, 2) for k, b in net.items()}, f"\nmixed counts of up to 5 letters: {mixed_bits.mean():.2f}")

figure, axes = plt.subplots(figsize=(7, 3.4))
axes.plot(range(7), plain, color=ORANGE, marker="s", label="plain counts of exactly so many letters")
axes.plot([1, 2, 3, 5], [*mixed, mixed_bits.mean()], color=GREEN, marker="^", label="mixed counts of all up to so many")
axes.plot(list(net), list(net.values()), color=BLUE, marker="o", label="network")
axes.axhline(np.concatenate(baseline).mean() / math.log(2), color=GREY, linestyle="--", label="bigram")
axes.set(title="How far to look back", xlabel="letters before", ylabel="bits a letter (unseen messages)")
axes.legend(fontsize=8)
plt.show()

# %% [markdown] id="widths-words"
# *In words: the orange line falls to its lowest point at three letters and rises again; the green line falls and becomes flat; the blue one falls like it, a little higher, and rises slightly at eight letters. At one letter all three meet the dashed line.*

# %% id="widths-assert"
assert plain.index(min(plain)) == 3 and plain[6] > plain[3] + 0.5 and net[4] < min(plain) and mixed_bits.mean() < min(net.values()) and net[8] > net[4]
assert abs(net[1] - np.concatenate(baseline).mean() / math.log(2)) < 0.06
kit.recall("how-far-to-look-back")

# %% [markdown] id="interval-text"
# With one letter the network *is* a bigram and gets its loss. With four it is well below it. By how much, and could that be luck? Two sources of chance: the seed of the training, and the messages that happen to be held out. We take three seeds, and resample the **messages** (letters of one message are not independent), comparing both models on the same ones.

# %% id="interval"
rows = windows(unseen_ids, 4)
lengths = [len(ids) + 1 for ids in unseen_ids]
per_seed = [network_costs(train_network(windows(seen_ids, 4), V, seed), rows) / math.log(2) for seed in (1, 2)] + [network_costs(networks[4], rows) / math.log(2)]
base = np.concatenate(baseline) / math.log(2)
gains = [float((base - costs).mean()) for costs in per_seed]
message_gain = np.array([part.sum() for part in np.split(base - per_seed[-1], np.cumsum(lengths)[:-1])])  # bits saved a message
r = np.random.default_rng(2)
draws = [message_gain[k].sum() / np.array(lengths)[k].sum() for k in r.integers(len(lengths), size=(1000, len(lengths)))]
low, high = np.percentile(draws, [2.5, 97.5])
print(f"bits a letter saved against the bigram, three seeds: {[round(g, 2) for g in gains]}; 95 % interval over messages {low:.2f} to {high:.2f}")
assert min(gains) > 1.2 and low > 1.2 and max(gains) - min(gains) < 0.1

# %% [markdown] id="interval-words"
# More than a bit a letter, far outside of both kinds of chance. And the **mixed counts** (absolute discounting, Ney, Essen and Kneser, 1994), without any gradient, are better still on so little text. How that changes with much more text is not shown here.
#
# ## What it says: sampling
#
# A model is a machine for distributions; to write, one draws from them. Two knobs are on every such machine. The **temperature** $T$ divides the *scores*, $p_i \propto e^{z_i / T}$: below 1 the likely letters become likelier, at 0 only the likeliest is left. **Top-p** keeps the fewest most likely letters that together reach $p$, and scales them to sum to one again. By hand: $(0.5, 0.3, 0.15, 0.05)$ with top-p = 0.7 keeps two letters, $0.5/0.8 = 0.625$ and $0.375$.

# %% id="sampling"
def shaped(scores, temperature, top_p):
    """Probabilities after temperature and top-p; scores (V,) -> (V,)."""
    p = np.exp((scores - scores.max()) / temperature)
    p = p / p.sum()
    order = np.argsort(-p)  # from the most likely on
    reached = np.cumsum(p[order])
    keep = order[: int(np.searchsorted(reached, top_p)) + 1]  # the first place at which top_p is reached stays
    kept = np.zeros_like(p)
    kept[keep] = p[keep]
    return kept / kept.sum()


from transformers import TemperatureLogitsWarper, TopPLogitsWarper

r = np.random.default_rng(3)
for temperature, top_p in ((0.5, 0.9), (1.0, 0.6), (1.7, 0.95)):
    scores = 3 * r.normal(size=30)
    theirs = TopPLogitsWarper(top_p)(None, TemperatureLogitsWarper(temperature)(None, torch.tensor(scores)[None]))  # (1, 30)
    assert np.allclose(shaped(scores, temperature, top_p), torch.softmax(theirs, dim=1)[0].numpy())
assert np.allclose(shaped(np.log([0.5, 0.3, 0.15, 0.05]), 1.0, 0.7), [0.625, 0.375, 0, 0])
print("the same probabilities as the library's")

# %% [markdown] id="knob"
# ## Turn a knob
#
# The network with four letters continues *Show*. On the left are the probabilities of the letter after *Show*, on the right four messages that it writes. Before you turn: a colleague divides the *probabilities* by the temperature and scales them to sum to one. What does T = 0.5 do then?

# %% id="checkpoint-temperature"
kit.checkpoint("temperature-on-probabilities")

# %% id="widget"
from ipywidgets import FloatSlider, interact


def next_scores(prefix):
    with torch.no_grad():
        return networks[4](torch.tensor([([0] * 4 + prefix)[-4:]]))[0].numpy().astype(float)  # (V,)


def written(start, temperature, top_p, r, most=40):
    """One message that begins with start."""
    ids = [number[c] for c in start]
    while len(ids) < most:
        following = int(r.choice(V, p=shaped(next_scores(ids), temperature, top_p)))
        if following == 0:
            break
        ids.append(following)
    return "".join(letters[i - 1] for i in ids)


def show_sampling(temperature=1.0, top_p=0.95):
    """Draw the distribution after "Show" and write four messages."""
    p = shaped(next_scores([number[c] for c in "Show"]), temperature, top_p)
    top = np.argsort(-p)[:10]
    names = ["end" if i == 0 else "space" if letters[i - 1] == " " else letters[i - 1] for i in top]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    left.bar(names, p[top], color=BLUE)
    left.set(title=f"After “Show”: {int((p > 0).sum())} of {V} letters left", xlabel="next letter (ten most likely)", ylabel="probability", ylim=(0, 1))
    r = np.random.default_rng(5)
    lines = [written("Show", temperature, top_p, r) for _ in range(4)]
    right.axis("off")
    right.set_title(f"Written at T = {temperature:g}, top-p = {top_p:g}")
    for i, line in enumerate(lines):
        right.text(0, 0.8 - 0.2 * i, line, family="monospace", fontsize=10)
    plt.tight_layout()
    plt.show()
    return lines


first_lines = show_sampling()

# %% id="widget-turn"
interact(lambda temperature, top_p: show_sampling(temperature, top_p) and None, temperature=FloatSlider(min=0.1, max=2, step=0.1, value=1.0, description="temperature"), top_p=FloatSlider(min=0.05, max=1, step=0.05, value=0.95, description="top-p"));

# %% [markdown] id="knob-words"
# *In words, unturned: on the left one bar, the space, is far above all others; on the right stand four lines that begin with “Show” and look like messages with words half right. At T = 0.1 all four lines are nearly the same; at T = 2 and top-p = 1 they are a jumble of letters.*

# %% id="knob-assert"
probe = next_scores([number[c] for c in "Show"])
spread = {t: float(-(q := shaped(probe, t, 1.0))[q > 0] @ np.log2(q[q > 0])) for t in (0.1, 0.5, 1.0, 2.0)}
print("bits of the distribution after “Show”:", {t: round(b, 2) for t, b in spread.items()})
assert sorted(spread.values()) == list(spread.values()) and spread[0.1] < 0.1 and letters[int(probe.argmax()) - 1] == " "
p = shaped(probe, 1.0, 1.0)
assert np.allclose((p / 0.5) / (p / 0.5).sum(), p)  # the colleague's temperature
kit.recall("temperature-on-probabilities")

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# Two colleagues report numbers that are too good. The first changed one index.

# %% id="leak"
seen_rows = windows(seen_ids, 4)
leaky_seen, leaky_unseen = (torch.cat([part[:, 1:], part[:, -1:]], dim=1) for part in (seen_rows, rows))  # the last four columns, and the answer
leaky = train_network(leaky_seen, V, steps=300)
leaky_bits = float(network_costs(leaky, leaky_unseen).mean() / math.log(2))
print(f"the first colleague: {leaky_bits:.3f} bits a letter on unseen messages (ours {net[4]:.2f})")
assert leaky_bits < 0.1

# %% [markdown] id="leak-tool"
# Held-out text does not help: the answer stands in the input there too. The tools: **let it write** (it then has no answer to copy), and **change what it has to predict**: a sound model's distribution for a place must not move when the letter at that place is another one.

# %% id="leak-found"
def moved(scores, columns):
    """Largest change of probabilities when the letter to predict is replaced by another; columns picks the input."""
    changed = rows[:300].clone()
    changed[:, -1] = (changed[:, -1] + 1) % V
    with torch.no_grad():
        return float((torch.softmax(scores(rows[:300][:, columns]), 1) - torch.softmax(scores(changed[:, columns]), 1)).abs().max())


r = np.random.default_rng(6)
line = [number[c] for c in "Show"]
for _ in range(16):
    with torch.no_grad():
        line.append(int(r.choice(V, p=torch.softmax(leaky(torch.tensor([line[-4:]])).double(), 1)[0].numpy())))
print("the colleague's model writes:", repr("".join("|" if i == 0 else letters[i - 1] for i in line)))
print(f"moved by the answer: the colleague's {moved(leaky, [1, 2, 3, 4]):.3f}, ours {moved(networks[4], [0, 1, 2, 3]):.3f}")
assert moved(leaky, [1, 2, 3, 4]) > 0.9 and moved(networks[4], [0, 1, 2, 3]) == 0.0 and len(set(line[4:])) <= 2

# %% [markdown] id="sum-text"
# It writes the last letter again and again, and now and then slips to another one: it has learnt to copy. **Mended** by the window of `windows`, whose last column is the answer alone.
#
# The second colleague joins two sound models, the network and the mixed counts: "take whichever is surer", the larger probability of both for each letter.

# %% id="sum"
with torch.no_grad():
    net_p = torch.softmax(networks[4](rows[:, :-1]), dim=1).double().numpy()  # (places, V)
joined_p = np.maximum(net_p, mixed_p)
mean_p = (net_p + mixed_p) / 2
place = np.arange(len(answers))
for name, p in (("network", net_p), ("mixed counts", mixed_p), ("the larger of both", joined_p), ("the mean of both", mean_p)):
    print(f"{name:20} {-np.log2(p[place, answers]).mean():.3f} bits a letter, rows sum to {p.sum(1).min():.3f} … {p.sum(1).max():.3f}")
larger, honest = (float(-np.log2(p[place, answers]).mean()) for p in (joined_p, mean_p))
assert np.array_equal(rows[:, -1].numpy(), answers) and joined_p.sum(1).max() > 1.3 and np.allclose(mean_p.sum(1), 1) and np.allclose(net_p.sum(1), 1, atol=1e-5)

# %% [markdown] id="sum-ask"
# The larger of both has the lowest "loss". The tool: **sum over all next letters**, on many contexts. A sum above 1 means that probability was handed out twice; scaled back to 1 it may be worth less than before.

# %% id="sum-mended"
scaled = float(-np.log2((joined_p / joined_p.sum(1, keepdims=True))[place, answers]).mean())
print(f"the larger of both as reported {larger:.3f}, scaled to sum to one {scaled:.3f}; the mean of both {honest:.3f}; the better of the two alone {mixed_bits.mean():.3f}")
assert larger < honest < min(mixed_bits.mean(), net[4]) and scaled > larger + 0.1

# %% [markdown] id="sum-words"
# **Mended** by the mean: a mean of distributions is a distribution, and here it is honestly better than both. (A loss that is *lower than any model's could be* and sums that nobody took go together. The lab asks for a test that finds both faults, and two more, in other people's models.)

# %% [markdown] id="scale"
# ## At scale
#
# How much held-out text does one need to tell two models apart? The mean of $n$ costs has the standard error $s/\sqrt n$, where $s$ is the standard deviation of one token's cost. Two models measured on *different* texts differ by chance with the errors of both; on the *same* text only their differences count. For a difference of 0.01 nats that is to stand two standard errors away from zero (letters treated as independent, so these are lower bounds). Twice the standard error is 0.01 where $n = 4 s^2 / 0.01^2$; for different texts $s^2$ is the sum of both variances, for the same text the variance of the differences:

# %% id="scale-code"
ours_nats, counts_nats = per_seed[-1] * math.log(2), mixed_bits * math.log(2)
needed = {"different texts": 4 * (ours_nats.var() + counts_nats.var()) / 0.01**2, "the same text": 4 * (ours_nats - counts_nats).var() / 0.01**2}
print({name: f"{v:,.0f} letters" for name, v in needed.items()}, f"; we have {len(answers)}")
a, b = 2.0 * 300, 2.4 * 220  # two reports: nats a token times tokens for each 1000 bytes
print(f"one letter's cost: {ours_nats.mean():.2f} ± {ours_nats.std():.2f} nats (standard deviation). Two reports, 2.0 nats at 300 and 2.4 nats at 220 tokens for 1000 bytes: the second needs {1 - b / a:.0%} fewer bits")
assert needed["different texts"] > 2 * needed["the same text"] and round(100 * (1 - b / a)) == 12 and needed["different texts"] > 100_000

# %% [markdown] id="scale-words"
# So: the same held-out text for both, differences token by token, and much of it. And the second report, with the larger loss a token, is the better model.

# %% [markdown] id="answer"
# ## The question again
#
# SmolLM2 had the far higher perplexity on English. Now the same costs in bits a byte and in bits a message, the same content in both languages.

# %% id="answer-code"
def in_bytes(costs, texts):
    nats = np.concatenate(costs).sum()
    size = sum(len(text.encode()) + 1 for text in texts)
    return nats / math.log(2) / size, nats / math.log(2) / len(texts), len(np.concatenate(costs))


final = {}
for name, texts in (("English", few), ("Chinese", [pairs[text] for text in few])):
    final[name] = in_bytes(smol[name], texts)
    print(f"{name}: perplexity {perplexity[name]:6.1f} a token, {final[name][2]} tokens; {final[name][0]:.2f} bits a byte, {final[name][1]:.1f} bits a message")
totals = np.array([[c.sum() / math.log(2) for c in smol[name]] for name in final])  # (2, 24) bits a message
r = np.random.default_rng(7)
extra = (totals[1] - totals[0])[r.integers(24, size=(2000, 24))].mean(1)
low, high = np.percentile(extra, [2.5, 97.5])
print(f"a Chinese message takes {(totals[1] - totals[0]).mean():.1f} bits more, 95 % interval {low:.1f} to {high:.1f}")
first, later = [], []  # Chinese tokens: those with which a character begins, and those that go on with one
for text, costs in zip(few, smol["Chinese"]):
    ids = tokenizer.encode("\n" + pairs[text] + "\n")
    for i, nats in enumerate(costs, 1):
        (later if tokenizer.decode(ids[:i]).endswith("�") else first).append(nats / math.log(2))
per_word = np.concatenate(smol["English"]).mean() / math.log(2)
print(f"bits a token: Chinese {np.mean(first):.1f} where a character begins ({len(first)} tokens), {np.mean(later):.1f} inside one ({len(later)}); English {per_word:.1f}")
assert final["Chinese"][0] > final["English"][0] and low > 0 and abs(np.mean(later) - 2.1) < 0.1 and abs(np.mean(first) - 7.3) < 0.1 and per_word > 9
kit.recall("perplexity-of-two-languages")

# %% [markdown] id="answer-words"
# No: the same messages cost it **more** bits in Chinese, by any measure that does not count tokens. Its Chinese tokens are mostly one character or a piece of one. Inside a character the next bytes are easier to guess (2.1 bits a token, against 7.3 where one begins), so a token is cheap and there are many of them. Its English tokens are whole words: each is hard, and there are few.
#
# Honest limits: 24 messages, menus and no prose; a line end before each is a poor context for a model that was trained on long texts; and whether these messages stood in its training text nobody here knows (course *Model evaluation*).

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A text of 3 tokens and its end; the model gives them 1/4, 1/2, 1/4 and 1/2. The perplexity? And the bits a byte, if the text has 11 bytes and its end counts as one?

# %% id="exercise-1"
perplexity_here, bits_here = ..., ...

# %% id="check-1"
if perplexity_here is ... or bits_here is ...:
    print("not tried yet")
else:
    kit.close(float(perplexity_here), 2**1.5, rtol=0.01, because="2 + 1 + 2 + 1 = 6 bits for 4 tokens", known_wrong={"the end is a token too: 4 tokens": 4.0, "that is the probability's inverse: take its fourth root": 64.0, "the geometric mean, not the mean of 1/p": 3.0})
    kit.close(float(bits_here), 0.5, rtol=0.01, because="6 bits for 12 bytes", known_wrong={"the end has a byte too": 6 / 11, "bits a token": 1.5, "bits, not nats": 0.5 * math.log(2)})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `generate_greedily(start, most)`: like `written`, but always the likeliest letter (temperature 0), at most `most` letters in all. Use `next_scores`, `number` and `letters`.

# %% id="exercise-2"
def generate_greedily(start, most):
    ...


# %% id="check-2"
if generate_greedily("Show", 4) is None:
    print("not tried yet")
else:
    for start in ("Show", "Open", "The "):
        ids = [number[c] for c in start]
        while len(ids) < 30 and (likeliest := int(next_scores(ids).argmax())):
            ids.append(likeliest)
        right = "".join(letters[i - 1] for i in ids)
        kit.equal(generate_greedily(start, 30), right, because=f"the likeliest letter each time, from {start!r} on", known_wrong={"the message begins with the start": right[len(start) :], "letters are numbered from 1 on: 0 is the end": "".join(letters[i] for i in ids if i < len(letters))})
    kit.equal(generate_greedily("Show", 4), "Show", because="at most 4 letters in all", known_wrong={"most counts the start too": "Show "})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `mixture_bits(p, q, answers, weight)`: bits a token of the mixture `weight * p + (1 - weight) * q`, for arrays `p` and `q` of shape (n, V) and the true ids `answers` (n,).

# %% id="exercise-3"
def mixture_bits(p, q, answers, weight):
    ...


# %% id="check-3"
small = np.array([[0.5, 0.5], [0.75, 0.25]]), np.array([[0.25, 0.75], [0.25, 0.75]])
if mixture_bits(*small, np.array([0, 1]), 1.0) is None:
    print("not tried yet")
else:
    kit.close(float(mixture_bits(*small, np.array([0, 1]), 1.0)), 1.5, rtol=1e-9, because="1 bit for 0.5 and 2 bits for 0.25", known_wrong={"a weight of 1 is p alone": (2 + math.log2(4 / 3)) / 2, "bits, not nats": 1.5 * math.log(2), "the mean, not the sum": 3.0})
    half = np.array([0.375, 0.5])
    kit.close(float(mixture_bits(*small, np.array([0, 1]), 0.5)), float(-np.log2(half).mean()), rtol=1e-9, because="mix the probabilities, then take the logarithm", known_wrong={"mix the probabilities, not their logarithms": float(-0.5 * (np.log2([0.5, 0.25]) + np.log2([0.25, 0.75])).mean())})
    print("right; for our two models the best weight of the network is", round(float(min(np.linspace(0, 1, 11), key=lambda w: mixture_bits(net_p, mixed_p, answers, w))), 1))

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Three reports on the same held-out text of 1 000 bytes: A: 2.1 nats a token, 310 tokens; B: perplexity 14 a token, 230 tokens; C: 0.98 bits a byte. Rank them from best to worst, as a list of letters.

# %% id="exercise-4"
ranking = ...

# %% id="check-4"
if ranking is ...:
    print("not tried yet")
else:
    in_bits = {"A": 2.1 * 310 / math.log(2) / 1000, "B": math.log(14) * 230 / math.log(2) / 1000, "C": 0.98}
    kit.equal([str(x) for x in ranking], ["B", "A", "C"], because=f"in bits a byte: { {k: round(v, 3) for k, v in in_bits.items()} }", known_wrong={"that is from worst to best, or the numbers compared as they stand, though their units differ": ["C", "A", "B"], "B's perplexity first becomes nats: ln 14 = 2.64 a token": ["A", "C", "B"], "C needs the most bits": ["A", "B", "C"]})
    print("right")

# %% [markdown] id="next"
# Next: *Scaling laws and data budgets*. The lab `tiny-lm` asks for a model like this one in its third task, and in the fourth for the test that finds the two colleagues.

# %% [markdown] id="summary"
# ## Summary
#
# - The probability of a text is a product of conditional ones, its end included; the loss is the mean negative logarithm.
# - For a bigram model counting *is* the minimum of that loss; longer contexts need sharing (networks) or mixing (counts).
# - A perplexity belongs to its tokeniser; bits a byte on the same held-out text may be compared, with an interval.
# - Temperature divides scores, top-p keeps the fewest likely tokens that reach p.
# - Too good to be true: let it write, change the answer, sum over all next tokens.
#
# | term | 中文 |
# |---|---|
# | language model | 语言模型 |
# | chain rule (of probability) | （概率的）链式法则 |
# | bigram, n-gram | 二元模型，n 元模型 |
# | interpolation, discount | 插值，折扣 |
# | temperature, top-p (nucleus) sampling | 温度，top-p（核）采样 |
# | bits a byte | 每字节比特数 |
#
# **Read on.** Yoshua Bengio et al., "A Neural Probabilistic Language Model", *JMLR* 3, 2003, section 2. · Hermann Ney, Ute Essen, Reinhard Kneser, "On Structuring Probabilistic Dependences in Stochastic Language Modelling", *Computer Speech and Language* 8, 1994 (absolute discounting). · Ari Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR 2020, section 3.1 (top-p). · Daniel Jurafsky, James H. Martin, *Speech and Language Processing*, 3rd edition draft, chapter 3. · Leo Gao et al., "The Pile", 2020, section 3.1 (bits a byte).
