# %% [markdown] id="title"
# # Entropy and cross-entropy
#
# **You will be able to** say how many bits a message really holds, and read a model's loss as the price of its ignorance. **60 minutes.**
#
# At the end you can
#
# 1. compute the entropy of a distribution, and check it against a compressor;
# 2. compute the cross-entropy of a model on a text, and split it into what must be paid and what is paid for being wrong;
# 3. turn a loss in nats into bits and into a perplexity, and back;
# 4. compare models whose tokens differ, fairly;
# 5. find out why a loss is infinite, and mend the model.

# %% [markdown] id="before"
# ## Before you start
#
# You need counting, logarithms to the base 2, and lesson 2. Three questions to see where you stand; answer before you read on.
#
# - $\log_2 \frac{1}{16}$? −4, because $2^{-4} = \frac{1}{16}$. *If not: Basic mathematics, lesson 2, "A logarithm counts multiplications".*
# - 10 letters, 5 of them A. What chance has an A, if one letter is drawn? 0.5. *If not: Basic mathematics, lesson 3, "From counts to chances".*
# - Why is the logarithm of a softmax taken in one step? A chance rounded to 0 would give $-\infty$. *If not: lesson 2 of this course, "Log-sum-exp, and the cross-entropy".*

# %% id="imports"
import bz2
import gettext
import lzma
import math
import zlib
from collections import Counter
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import torch

from graders import kit

# %% [markdown] id="question"
# ## A question first
#
# The menus and messages of JupyterLab exist in English and in Chinese: more than a thousand pairs of texts that say **the same** (Project Jupyter, language pack zh-CN, BSD licence; installed beside this course). Here are a few.

# %% id="pairs"
path = files("jupyterlab_language_pack_zh_CN") / "locale/zh_CN/LC_MESSAGES/jupyterlab.mo"
with path.open("rb") as file:
    catalogue = gettext.GNUTranslations(file)._catalog
pairs = [(en.split("\x04")[-1], zh) for en, zh in catalogue.items() if isinstance(en, str) and en and zh and not set(en) & set("{%")]
english = "\n".join(en for en, _ in pairs)
chinese = "\n".join(zh for _, zh in pairs)
for en, zh in pairs[100:500:100]:
    print(f"{en[:60]!r:64} {zh[:30]!r}")
print(f"\n{len(pairs)} pairs; English {len(english):,} characters, Chinese {len(chinese):,}")

# %% id="pairs-assert"
assert len(pairs) > 1000 and 0.36 < len(chinese) / len(english) < 0.4

# %% [markdown] id="question-asked"
# The Chinese text has not even two fifths of the characters. But a Chinese character is one of thousands, a Latin letter one of a few dozen.
#
# > **The question.** How many bits does one message take in each language? Is Chinese shorter because it says less, or because each character says more?

# %% id="checkpoint-language"
kit.checkpoint("bits-of-languages")

# %% [markdown] id="surprise"
# ## Surprise, and its mean
#
# A symbol with probability $p$ carries $\log_2 \frac1p$ bits: a coin toss 1 bit, one face of eight 3 bits, the certain 0. The rarer, the more. The **entropy** of a distribution $p_1, \dots, p_n$ is the mean of it (Shannon, 1948):
#
# $$H(p) = \sum_{i=1}^{n} p_i \log_2 \frac{1}{p_i} \quad\text{bits a symbol,} \qquad 0 \le H \le \log_2 n.$$
#
# A toy by hand: A half of the time, B and C a quarter each: $\frac12 \cdot 1 + \frac14 \cdot 2 + \frac14 \cdot 2 = 1.5$ bits. And there is a code that needs exactly that: A = `0`, B = `10`, C = `11`.

# %% id="entropy-code"
def entropy(p):
    """Return the entropy in bits; p sums to one, zeros count nothing."""
    p = np.asarray(p, dtype=float)
    p = p[p > 0]
    return float((p * np.log2(1 / p)).sum())


from scipy.stats import entropy as library_entropy

assert entropy([0.5, 0.25, 0.25]) == 1.5
assert math.isclose(entropy([0.7, 0.2, 0.1]), library_entropy([0.7, 0.2, 0.1], base=2))
assert entropy([1.0, 0.0]) == 0 and entropy([1 / 8] * 8) == 3

code = {"A": "0", "B": "10", "C": "11"}
message = "AABCABAC"
bits = "".join(code[s] for s in message)
print(message, "->", bits, f"{len(bits) / len(message)} bits a symbol")
assert len(bits) / len(message) == 1.5

# %% [markdown] id="letters"
# Now the characters of the two texts.

# %% id="character-entropy"
def character_entropy(text):
    counts = np.array(list(Counter(text).values()), dtype=float)
    return entropy(counts / counts.sum())


for name, text in (("English", english), ("Chinese", chinese)):
    h = character_entropy(text)
    print(f"{name}: {len(set(text)):4} different characters, {h:.2f} bits each, {h * len(text) / len(pairs):5.0f} bits a message")

# %% [markdown] id="letters-read"
# A Chinese character carries 1.7 times the bits of a Latin one, and there are not even two fifths as many. Counted like this, the Chinese message takes clearly **fewer** bits. But this treats every character as drawn on its own: after `th` an `e` is hardly a surprise. A compressor sees that. Does the picture change?

# %% id="compressor"
def compressed_bits(text):
    return 8 * len(zlib.compress(text.encode("utf-8"), 9))


sizes = {}
for name, text in (("English", english), ("Chinese", chinese)):
    sizes[name] = (character_entropy(text) * len(text) / len(pairs), compressed_bits(text) / len(pairs))
    print(f"{name}: one by one {sizes[name][0]:.0f} bits a message, compressed {sizes[name][1]:.0f}, {compressed_bits(text) / len(text):.2f} a character")

figure, axes = plt.subplots(figsize=(6.5, 2.6))
y = np.arange(2)
axes.barh(y + 0.2, [sizes[n][0] for n in sizes], height=0.35, color="#0072B2", label="characters one by one")
axes.barh(y - 0.2, [sizes[n][1] for n in sizes], height=0.35, color="#E69F00", label="compressed (zlib)")
axes.set(yticks=y, yticklabels=list(sizes), xlabel="bits a message", title="The same messages in two languages")
axes.legend(fontsize=8)
plt.show()

# %% [markdown] id="compressor-words"
# *In words: character by character the English bar is much longer than the Chinese one; compressed, the two are close to each other.*

# %% id="compressor-assert"
assert sizes["English"][0] > 1.3 * sizes["Chinese"][0] and round(character_entropy(chinese) / character_entropy(english), 1) == 1.7
assert 0.7 < sizes["English"][1] / sizes["Chinese"][1] < 1.4
kit.recall("bits-of-languages")

# %% [markdown] id="compressor-read"
# With context taken into account, the same content costs about the same number of bits. The short text is not the one that says less: **each character says more.** (The honest limits: a compressor is only an upper bound, these are menus and no novels, and zlib was made for bytes.)

# %% [markdown] id="cross"
# ## Cross-entropy: the price of a wrong model
#
# A model believes $q$, the truth is $p$. A symbol then costs $\log_2 \frac{1}{q_i}$ bits, and the mean is the **cross-entropy**
#
# $$H(p, q) = \sum_i p_i \log_2 \frac{1}{q_i} = \underbrace{H(p)}_{\text{must be paid}} + \underbrace{\sum_i p_i \log_2 \frac{p_i}{q_i}}_{D(p \,\|\, q) \,\ge\, 0,\ \text{paid for being wrong}}$$
#
# $D$ is the *Kullback-Leibler divergence*. The toy again, by hand: the truth is (½, ¼, ¼) and a model believes (¼, ¼, ½). It pays ½·2 + ¼·2 + ¼·1 = 1.75 bits, a quarter of a bit too much.

# %% id="cross-code"
def cross_entropy(p, q):
    """Return the mean price in bits of symbols from p, priced by a model q; infinite where q is 0 and p is not."""
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    possible = p > 0
    with np.errstate(divide="ignore"):
        return float((p[possible] * np.log2(1 / q[possible])).sum())


truth, belief = [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]
divergence = cross_entropy(truth, belief) - entropy(truth)
assert cross_entropy(truth, belief) == 1.75 and divergence == 0.25
assert math.isclose(divergence, library_entropy(truth, belief, base=2))

# %% [markdown] id="cross-ask"
# Is it symmetric? The truth is now (0.9, 0.1) and the model (0.5, 0.5), and then the other way round. Which mistake costs more?

# %% id="checkpoint-symmetric"
kit.checkpoint("which-divergence")

# %% id="recall-symmetric"
forward = library_entropy([0.9, 0.1], [0.5, 0.5], base=2)
backward = library_entropy([0.5, 0.5], [0.9, 0.1], base=2)
print(f"truth (0.9, 0.1), model (0.5, 0.5): {forward:.3f} bits too many; the other way round: {backward:.3f}")
assert backward > forward and round(forward, 3) == 0.531 and round(backward, 3) == 0.737
kit.recall("which-divergence")

# %% [markdown] id="loss"
# ## The loss of a language model is exactly this
#
# A training loss is the cross-entropy of the next token, in **nats** (natural logarithms): 1 nat = $1/\ln 2 \approx 1.443$ bits. The **perplexity** is $e^{\text{nats}} = 2^{\text{bits}}$: the number of equally likely choices that would be as hard to guess.
#
# From scratch: a model that predicts each character from the one before (a *bigram* model), trained on the first two thirds of the English messages. `torch` computes the same loss from the logarithms of its probabilities.

# %% id="bigram"
def train_bigram(text, alphabet, added):
    """Return an array (n, n) of probabilities: row = character before, column = next; `added` is counted to each pair."""
    index = {c: i for i, c in enumerate(alphabet)}
    counts = np.full((len(alphabet), len(alphabet)), float(added))
    for before, after in zip(text, text[1:]):
        counts[index[before], index[after]] += 1
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)


def loss_in_nats(model, text, alphabet):
    index = {c: i for i, c in enumerate(alphabet)}
    rows = [index[c] for c in text[:-1]]
    columns = [index[c] for c in text[1:]]
    with np.errstate(divide="ignore"):
        return float(-np.log(model[rows, columns]).mean())


alphabet = sorted(set(english))
border = 2 * len(english) // 3
seen, unseen = english[:border], english[border:]
model = train_bigram(seen, alphabet, added=0.1)
nats = loss_in_nats(model, unseen, alphabet)

index = {c: i for i, c in enumerate(alphabet)}
log_q = torch.log(torch.tensor(model))[[index[c] for c in unseen[:-1]]]
library = float(torch.nn.functional.nll_loss(log_q, torch.tensor([index[c] for c in unseen[1:]])))
assert math.isclose(nats, library)
print(f"loss {nats:.3f} nats = {nats / math.log(2):.3f} bits a character; perplexity {math.exp(nats):.1f} of {len(alphabet)} characters")

# %% id="bigram-assert"
one_by_one = character_entropy(english)
assert round(one_by_one, 2) == 4.70 and round(nats / math.log(2), 2) == 3.73
assert math.isclose(math.exp(nats), 2 ** (nats / math.log(2)))

# %% [markdown] id="bigram-read"
# Knowing one character before saves nearly a bit for each character: 4.70 bits were needed for one by one, 3.73 now. Guessing among all characters alike would cost $\log_2$ of their number. What is the **perplexity** of a model that always believes all of $n$ symbols equally likely?

# %% id="checkpoint-perplexity"
kit.checkpoint("perplexity-uniform")

# %% id="recall-perplexity"
uniform = np.full((len(alphabet), len(alphabet)), 1 / len(alphabet))
print(f"perplexity {math.exp(loss_in_nats(uniform, unseen, alphabet)):.3f}, symbols {len(alphabet)}")
assert math.isclose(math.exp(loss_in_nats(uniform, unseen, alphabet)), len(alphabet))
kit.recall("perplexity-uniform")

# %% [markdown] id="knob"
# ## Turn a knob
#
# More text, better model. But on *which* text? Move the amount that the model has seen, and what is added to each count. The blue line is the loss on the text it has seen, the orange one on text that it has not. When does the blue line lie?

# %% id="widget"
from ipywidgets import FloatLogSlider, IntSlider, interact

amounts = [300, 1000, 3000, 10_000, 20_000, border]


def curve(added):
    """Return (loss on seen text, loss on unseen text) in bits for each amount."""
    result = []
    for n in amounts:
        m = train_bigram(seen[:n], alphabet, added)
        result.append((loss_in_nats(m, seen[:n], alphabet) / math.log(2), loss_in_nats(m, unseen, alphabet) / math.log(2)))
    return np.array(result)  # (amounts, 2)


def show_learning(characters=10_000, added=0.1):
    """Draw the loss on seen and unseen text against the amount of text, and mark one amount."""
    losses = curve(added)
    m = train_bigram(seen[:characters], alphabet, added)
    here = [loss_in_nats(m, t, alphabet) / math.log(2) for t in (seen[:characters], unseen)]
    figure, axes = plt.subplots(figsize=(7.5, 3.2))
    axes.plot(amounts, losses[:, 0], "o-", color="#0072B2", label="on the text that it saw")
    axes.plot(amounts, losses[:, 1], "o-", color="#E69F00", label="on other text")
    axes.plot([characters] * 2, here, "D", color="#D55E00")
    axes.axhline(one_by_one, color="#999999", linestyle=":", label="characters one by one")
    axes.set(xscale="log", xlabel="characters seen in training (scale of tens)", ylabel="bits a character", title=f"{characters} characters: {here[0]:.2f} on seen, {here[1]:.2f} on other text")
    axes.legend(fontsize=8)
    plt.show()


show_learning()

# %% [markdown] id="knob-words"
# *In words, unturned: the blue line starts low and rises, the orange one starts far above it and falls; they come closer with more text.*
#
# The same picture with its two knobs. Try 300 characters, and then 0.0001 added.

# %% id="knob-turn"
interact(show_learning, characters=IntSlider(min=300, max=border, step=300, value=9900, description="characters"), added=FloatLogSlider(value=0.1, base=10, min=-4, max=1, step=0.5, description="added"));

# %% [markdown] id="knob-read"
# With little text the blue line looks wonderful: the model knows the few pairs by heart. Only the orange line says what it is worth.

# %% id="knob-assert"
losses = curve(0.1)
assert losses[0, 1] - losses[0, 0] > 1.0 and losses[-1, 1] - losses[-1, 0] < 0.3
assert (np.diff(losses[:, 1]) < 0).all()

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague leaves out the small number that is added to each count: "one should not invent data". On the text it saw, the model is even better. What about the other text, where a few pairs of characters are new?

# %% id="checkpoint-zero"
kit.checkpoint("one-zero")

# %% id="infinite"
honest = train_bigram(seen, alphabet, added=0)
print(f"on the text that it saw: {loss_in_nats(honest, seen, alphabet) / math.log(2):.3f} bits, with 0.1 added {loss_in_nats(model, seen, alphabet) / math.log(2):.3f}; on other text: {loss_in_nats(honest, unseen, alphabet)}")
assert loss_in_nats(honest, seen, alphabet) < loss_in_nats(model, seen, alphabet)

# %% [markdown] id="infinite-read"
# Infinite. The tool: ask for the **price of each symbol**, and look at the dearest ones instead of the mean.

# %% id="dearest"
prices = [(-math.log2(honest[index[a], index[b]]) if honest[index[a], index[b]] > 0 else math.inf, a + b) for a, b in zip(unseen, unseen[1:])]
infinite = Counter(pair for price, pair in prices if price == math.inf)
print(f"{sum(infinite.values())} of {len(prices)} pairs were never seen, for example", [pair for pair, _ in infinite.most_common(6)])
share = sum(infinite.values()) / len(prices)
assert math.isinf(loss_in_nats(honest, unseen, alphabet))
assert 0.01 < share < 0.02
kit.recall("one-zero")

# %% [markdown] id="infinite-mended"
# Little more than a hundredth of the pairs makes the whole infinite: a model that says *impossible* and is wrong once has lost everything. **Mended** by leaving a little probability to everything (adding to the counts here; in a softmax by taking the logarithm in one step, as in lesson 2, so that no probability is rounded to 0). A mean hides where it comes from: always look at the dearest symbols too.

# %% id="mended"
by_added = {added: loss_in_nats(train_bigram(seen, alphabet, added), unseen, alphabet) / math.log(2) for added in (1e-4, 1e-2, 0.1, 1.0, 10.0)}
print({k: round(v, 3) for k, v in by_added.items()})
assert min(by_added, key=by_added.get) in (1e-2, 0.1) and all(math.isfinite(v) for v in by_added.values())

# %% [markdown] id="fair"
# ## At scale
#
# Two models report their loss. One reads characters, the other tokens of about four characters. **A loss for each token cannot be compared between different tokens.** Bits for each *byte* of the text can:
#
# $$\text{bits a byte} = \frac{\text{nats a token}}{\ln 2} \cdot \frac{\text{tokens}}{\text{bytes}}$$

# %% id="bits-per-byte"
def bits_per_byte(nats_a_token, tokens, n_bytes):
    return nats_a_token / math.log(2) * tokens / n_bytes


ours = bits_per_byte(nats, len(unseen) - 1, len(unseen.encode()))
other = bits_per_byte(3.3, 250, 1000)  # a model with 3.3 nats a token of four bytes
print(f"ours {nats:.2f} nats a character = {ours:.2f} bits a byte; the other 3.30 nats a token = {other:.2f} bits a byte")
assert nats < 3.3 and other < ours
assert round(other, 2) == 1.19

# %% [markdown] id="scale-read"
# The other model has the larger loss and is by far the better one. What is a difference in loss worth? A model is also a compressor: with $10^{12}$ bytes of text, a tenth of a bit a byte is

# %% id="scale-code"
terabyte = 1e12
saved = 0.1 * terabyte / 8 / 1e9
print(f"{saved:.1f} GB")
assert math.isclose(saved, 12.5)

# %% [markdown] id="answer"
# ## The question again
#
# One compressor is one witness. Two others work by other ideas (`bz2` sorts the text by what follows, `lzma` looks far back). Do they agree that the same content costs the same?

# %% id="answer-code"
for name, compress in (("zlib", lambda data: zlib.compress(data, 9)), ("bz2", bz2.compress), ("lzma", lzma.compress)):
    each = [8 * len(compress(text.encode("utf-8"))) / len(pairs) for text in (english, chinese)]
    print(f"{name:5} English {each[0]:.1f}, Chinese {each[1]:.1f} bits a message: {each[1] / each[0]:.2f}")
    assert 0.9 < each[1] / each[0] < 1.1
in_bytes = {encoding: len(chinese.encode(encoding)) / len(chinese) for encoding in ("utf-8", "gb18030")}
print("bytes for a character of the Chinese text:", {encoding: round(size, 1) for encoding, size in in_bytes.items()})
assert round(in_bytes["utf-8"], 1) == 2.5 and round(in_bytes["gb18030"], 1) == 1.7
kit.recall("bits-of-languages")

# %% [markdown] id="answer-words"
# Three compressors put the Chinese message within a tenth of the English one. So the answer stands: as many bits, on fewer characters. And a warning for the fair unit: bits a byte compare two models on the **same** text in the same encoding. A Chinese character takes three bytes in UTF-8 and two in GB 18030 (signs and Latin letters among them take fewer), so a byte is no measure between languages; there only bits a *message* are fair.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Four symbols with probabilities ½, ¼, ⅛, ⅛. What is the entropy in bits? Do it by hand.

# %% id="exercise-1"
by_hand_bits = ...

# %% id="check-1"
if by_hand_bits is ...:
    print("not tried yet")
else:
    kit.close(float(by_hand_bits), 1.75, rtol=1e-6, known_wrong={"that is for four equally likely symbols": 2.0, "in nats: bits were asked for": 1.75 * math.log(2), "the mean of the four surprises, without weighing them": 2.25})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `cross_entropy` takes distributions. Write `price(text, q)`: the **total** bits of a text under a model `q`, a dictionary from character to probability. A character that is not in `q` makes it infinite (`math.inf`).

# %% id="exercise-2"
def price(text, q):
    ...


# %% id="check-2"
if price("A", {"A": 1.0}) is None:
    print("not tried yet")
else:
    q = {"A": 0.5, "B": 0.25, "C": 0.25}
    kit.close(float(price("AABC", q)), 6.0, rtol=1e-9, because="1 + 1 + 2 + 2 bits", known_wrong={"the total, not the mean": 1.5, "in bits, not nats": 6 * math.log(2), "each character as often as it stands there": 5.0})
    kit.equal(price("AX", q), math.inf, because="the model says that X is impossible")
    kit.close(float(price("", q)), 0.0, because="no text, no bits")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `better(a, b)`: two models report `(nats a token, tokens, bytes)` for the same text. Return `"a"` or `"b"`, whichever compresses the text better, or `"equal"` within 10⁻⁹ bits a byte.

# %% id="exercise-3"
def better(a, b):
    ...


# %% id="check-3"
if better((1, 1, 1), (1, 1, 1)) is None:
    print("not tried yet")
else:
    for a, b, right, why in [
        ((2.0, 1000, 1000), (3.3, 250, 1000), "b", "2.89 against 1.19 bits a byte: the larger loss is for four bytes at a time"),
        ((3.0, 500, 1000), (3.0, 600, 1000), "a", "the same loss a token, fewer tokens"),
        ((2.0, 600, 1200), (4.0, 300, 1200), "equal", "half the tokens, twice the price"),
    ]:
        kit.equal(better(a, b), right, because=why, known_wrong={"you compared losses of different tokens": "a" if right == "b" else "none"})
    print("right")

# %% [markdown] id="transfer"
# **4. Transfer.** Cross-entropy judges every forecast that is given as a chance. A weather service says each day how likely rain is. Write `bits_a_day(chances, rained)`: the **mean** price in bits of what then happened (1: it rained, 0: it stayed dry), and `math.inf` if something happened that was called impossible.

# %% id="exercise-4"
def bits_a_day(chances, rained):
    ...


# %% id="check-4"
if bits_a_day([0.5], [1]) is None:
    print("not tried yet")
else:
    said, came = [0.8, 0.3, 0.7, 0.2], [1, 0, 1, 1]
    right = -(math.log2(0.8) + math.log2(0.7) + math.log2(0.7) + math.log2(0.2)) / 4
    kit.close(float(bits_a_day(said, came)), right, rtol=1e-9, because=f"said {said}, came {came}", known_wrong={
        "on a dry day the price is that of dry weather: 1 - the chance of rain": -sum(math.log2(p) for p in said) / 4, "dry days must be paid for too": -(math.log2(0.8) + math.log2(0.7) + math.log2(0.2)) / 4,
        "a mean was asked for, not the total": 4 * right, "in bits, not nats": right * math.log(2), "the price is minus the logarithm": -right})
    kit.equal(bits_a_day([1.0, 0.0], [1, 1]), math.inf, because="rain on a day for which rain was called impossible")
    kit.close(float(bits_a_day([1.0, 0.0], [1, 0])), 0.0, atol=1e-12, because="always sure and always right")
    print(f"right: {right:.2f} bits a day; one who always says 50 % pays 1 bit")

# %% [markdown] id="next"
# And at your desk: find a loss in a report. Is it in nats or bits, for each what, and on text that the model had seen or not? Which of the three does the report not say?
#
# Now the lab: `stable-softmax`.

# %% [markdown] id="summary"
# ## Summary
#
# - A symbol of probability $p$ carries $\log_2(1/p)$ bits; entropy is the mean.
# - Cross-entropy = entropy + what a wrong model costs; the divergence is never negative and not symmetric.
# - A loss is a cross-entropy in nats; perplexity is its exponential.
# - A model that says *impossible* can lose everything; look at the dearest symbols.
# - Compare in bits a byte, on text that nobody has seen.
#
# | term | 中文 |
# |---|---|
# | information, surprise | 信息量，惊奇度 |
# | entropy | 熵 |
# | cross-entropy | 交叉熵 |
# | Kullback-Leibler divergence | KL 散度 |
# | perplexity | 困惑度 |
# | smoothing | 平滑 |
#
# **Read on.** Claude E. Shannon, "A Mathematical Theory of Communication", *Bell System Technical Journal* 27, 1948, sections 1 to 7. · Thomas M. Cover and Joy A. Thomas, *Elements of Information Theory*, 2nd edition, 2006, chapters 2 and 5. · David J. C. MacKay, *Information Theory, Inference, and Learning Algorithms*, 2003, chapters 2 and 4. · Daniel
# Jurafsky and James H. Martin, *Speech and Language Processing*, 3rd edition draft, chapter 3 (n-gram models, perplexity, smoothing).
