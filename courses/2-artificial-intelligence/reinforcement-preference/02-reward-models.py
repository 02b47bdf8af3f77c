# %% [markdown] id="title"
# # Reward models
#
# **You will be able to** learn a reward from pairs of which people said only "this one is better", put an error beside it, and find the point at which optimising it does harm. **65 minutes.**
#
# At the end you can
#
# 1. turn shares of raters into rewards and back, by hand, and say what of a reward cannot be known;
# 2. fit rewards to pairs by maximum likelihood, the same as a library, and give their standard errors;
# 3. learn a reward for texts from a thousand real pairs, and test it on messages it has not seen;
# 4. compute what the best writer for a given closeness to a reference writes, and draw true quality against distance;
# 5. mend a reward that is being exploited, and decide where to stop.

# %% [markdown] id="before"
# ## Before you start
#
# You need a logistic loss and held-out data. Three questions; answer before you read on.
#
# - The sigmoid $\sigma(z) = 1/(1 + e^{-z})$: what is $\sigma(0)$, and $\sigma(z) + \sigma(-z)$? 1/2 and 1. *If not: course Machine learning, lesson 2.*
# - Why is a model tested on rows that it was not fitted to? *If you cannot say: Machine learning, lesson 3.*
# - 455 answers, 93 % right: how uncertain is that share? $\sqrt{0.93 \cdot 0.07/455} = 1.2$ points (one standard error). *If not: Probability and statistics, lesson 2.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import gettext
import math
import re
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-odds")

# %% [markdown] id="question"
# ## A question first
#
# The messages of JupyterLab exist in English and in Chinese (Project Jupyter, language pack zh-CN, BSD licence; installed beside this course). We make pairs of them: an English message and two Chinese texts, one its translation, the other the translation of another message. **Which of the two is better?** Here the answer is known from the language pack; a company would pay people for it.
#
# A reward model sees 1100 messages and learns from such pairs. It gives every text a number, the *reward*, and is right if the better text has the larger one. You need to read no Chinese for this lesson.

# %% id="messages"
path = files("jupyterlab_language_pack_zh_CN") / "locale/zh_CN/LC_MESSAGES/jupyterlab.mo"
with path.open("rb") as file:
    catalogue = gettext.GNUTranslations(file)._catalog
found = {}
for en, zh in catalogue.items():
    if isinstance(en, str) and en and zh:
        found.setdefault(en.split("\x04")[-1], zh)  # what stands before \x04 is a remark for translators
messages = [(en, zh) for en, zh in found.items() if "%" not in en and 3 <= len(en) <= 60 and re.search("[\u4e00-\u9fff]", zh)]
messages = [messages[i] for i in np.random.default_rng(0).permutation(len(messages))]
TRAIN = 1100


def english(text):
    return set(re.findall("[a-z]+", text.lower()))


def chinese(text):
    return set(re.findall("[\u4e00-\u9fff]", text))  # the Chinese characters


def frequent(texts, parts, most):
    """The most frequent words or characters of some texts, with their places."""
    counts = {}
    for text in texts:
        for part in sorted(parts(text)):
            counts[part] = counts.get(part, 0) + 1
    return {part: i for i, part in enumerate(sorted(counts, key=lambda p: (-counts[p], p))[:most])}


WORDS = frequent([en for en, _ in messages[:TRAIN]], english, 200)
SIGNS = frequent([zh for _, zh in messages[:TRAIN]], chinese, 300)
E = np.array([[w in english(en) for w in WORDS] for en, _ in messages], dtype=float)  # (messages, 200): which words occur
Z = np.array([[s in chinese(zh) for s in SIGNS] for _, zh in messages], dtype=float)  # (messages, 300): which characters occur
names = list(SIGNS)
print(f"{len(messages)} messages, {TRAIN} to learn from; such as")
for en, zh in messages[:3]:
    print(f"   {en!r}  {zh}")


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(z / 2)  # the same as 1 / (1 + exp(-z)), without overflow


def fit(M, better, worse, rows, rate=0.05):
    """Move the rewards M (200, 300) so that the better texts (n, 300) of the messages `rows` gain on the worse ones."""
    apart = better - worse  # (n, 300)
    margin = np.einsum("nc,nc->n", E[rows] @ M, apart)  # in each row n the sum over c of the products: reward of the better less that of the worse
    return M + rate * (E[rows] * sigmoid(-margin)[:, None]).T @ apart - 5e-5 * M


def learned(pairs=TRAIN, rounds=10, wrong=0.0, seed=0):
    """A reward model from so many messages; a share `wrong` of the answers is turned round."""
    r = np.random.default_rng(seed)
    M = np.zeros((len(WORDS), len(SIGNS)))
    turned = np.where(r.random(pairs) < wrong, -1.0, 1.0)
    other = r.integers(0, pairs, size=(rounds, pairs))
    for k in range(rounds):
        for rows in np.array_split(r.permutation(pairs), max(1, pairs // 50)):
            first, second = Z[rows], Z[other[k][rows]]
            keep = (turned[rows] > 0)[:, None]
            M = fit(M, np.where(keep, first, second), np.where(keep, second, first), rows)
    return M


def accuracy(M, seed=5):
    """Share of the unseen messages whose own translation has the larger reward than another one's."""
    rows = np.arange(TRAIN, len(messages))
    other = TRAIN + (rows - TRAIN + np.random.default_rng(seed).integers(1, len(rows), size=len(rows))) % len(rows)
    margin = np.einsum("nc,nc->n", E[rows] @ M, Z[rows] - Z[other])
    return float(((margin > 0) + 0.5 * (margin == 0)).mean())


M = learned()
right = accuracy(M)
print(f"right in {right:.1%} of {len(messages) - TRAIN} unseen pairs, ± {math.sqrt(right * (1 - right) / (len(messages) - TRAIN)):.1%} (one standard error)")

# %% [markdown] id="favourite-intro"
# That is a good judge. Now we turn it round and let it *write*: for a message, take all of the 300 characters whose reward is positive. No text of these characters has a larger one.

# %% id="favourite"
chosen = [i for i in range(TRAIN, len(messages)) if E[i].sum() > 0 and Z[i].sum() > 1]
sample = next(i for i in chosen if E[i].sum() >= 3)
by_sign = E[sample] @ M  # (300,): the reward of each character for this message
liked = np.flatnonzero(by_sign > 0)
print(f"{messages[sample][0]!r}: people wrote {messages[sample][1]}")
print("   reward of what people wrote", round(float(by_sign @ Z[sample]), 1), " of what the judge likes best", round(float(by_sign[liked].sum()), 1))
print("   the judge likes best:", "".join(names[c] for c in liked[np.argsort(-by_sign[liked])]))
everything = E[chosen] @ M > 0  # (messages, 300)
long = everything.sum(1).mean()
shared = 2 * (everything * Z[chosen]).sum(1) / (everything.sum(1) + Z[chosen].sum(1))
print(f"over {len(chosen)} unseen messages: {long:.0f} characters instead of {Z[chosen].sum(1).mean():.1f}, and agreement with what people wrote {shared.mean():.2f}")
assert 0.9 < right < 0.97 and long > 5 * Z[chosen].sum(1).mean() and shared.mean() < 0.3

# %% [markdown] id="question-asked"
# (*Agreement*: twice the shared characters, divided by the characters of both texts together; 1 if they have the same characters.)
#
# > **The question.** How can a judge that is right in more than nine of ten unseen pairs like a heap of characters best? And what good is it then? Commit to an answer to the first.

# %% id="checkpoint-heap"
kit.checkpoint("likes-a-heap")

# %% [markdown] id="idea"
# ## The idea: rewards from shares
#
# People do not agree with numbers, but they compare. Bradley and Terry (1952) suppose that each text has a number $r$, and that text $A$ is preferred to $B$ by the share
#
# $$P(A \succ B) = \sigma(r_A - r_B) = \frac{1}{1 + e^{-(r_A - r_B)}}, \qquad\text{so}\qquad \frac{P(A \succ B)}{P(B \succ A)} = e^{\,r_A - r_B}.$$
#
# The **odds** are e to the difference. Only differences occur: add 7 to all rewards and nothing that anybody could observe has changed.
#
# ## By hand first
#
# Of the raters, 3 of 4 prefer $A$ to $B$ (odds 3 to 1), and 2 of 3 prefer $B$ to $C$ (odds 2 to 1). Put $r_C = 0$: then $r_B = \log 2$ and $r_A = \log 2 + \log 3$. Nobody has compared $A$ and $C$.

# %% id="checkpoint-chain"
kit.checkpoint("chain-of-odds")

# %% id="chain"
r_c, r_b = 0.0, math.log(2)
r_a = r_b + math.log(3)
share_ac = 1 / (1 + math.exp(-(r_a - r_c)))
print(f"A against C: odds {math.exp(r_a - r_c):.0f} to 1, share {share_ac:.4f}")
assert math.isclose(share_ac, 6 / 7) and math.isclose(1 / (1 + math.exp(-(r_a + 7 - (r_c + 7)))), share_ac)
assert math.isclose(1 / (1 + math.exp(-math.log(3))), 0.75)
kit.recall("before-odds")
kit.recall("chain-of-odds")

# %% [markdown] id="likelihood"
# ## From votes to rewards
#
# With $n$ pairs, let $x_i$ be the difference of what describes the better and the worse text (for three texts: +1 at the place of the better, −1 at that of the worse), of $d$ numbers, and $w$ the $d$ rewards. The $w$ under which the votes that were seen are most likely makes the mean of $-\log \sigma(x_i \cdot w)$ smallest. That is **logistic regression on differences, without an intercept** and with all labels "yes". From scratch by Newton's method, which goes to the bottom of the parabola that has the slope and the second derivatives of the present place, again and again: with $p_i = \sigma(-x_i \cdot w)$, the share that $w$ gives to the other side, the slope is $-\frac1n \sum_i p_i x_i$ and the matrix of second derivatives $\frac1n \sum_i p_i (1-p_i)\, x_i x_i^\top$. A small **ridge**, a penalty $\frac{\ell}{2}\lVert w\rVert^2$ on large weights, settles the sum of all rewards, which no vote can.

# %% id="fit-code"
def bradley_terry(x, ridge=1e-3):
    """Rewards (d,) from differences x (n, d): better less worse."""
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = sigmoid(-x @ w)
        slope = ridge * w - x.T @ p / len(x)
        curve = (x.T * (p * (1 - p))) @ x / len(x) + ridge * np.eye(len(w))
        w = w - np.linalg.solve(curve, slope)
    return w


votes = [(0, 1)] * 30 + [(1, 0)] * 10 + [(1, 2)] * 20 + [(2, 1)] * 10  # (better, worse): A, B, C are 0, 1, 2
x = np.zeros((len(votes), 3))
for i, (better, worse) in enumerate(votes):
    x[i, better], x[i, worse] = 1, -1
ours = bradley_terry(x, ridge=1e-7)
both_ways = np.vstack([x, -x])  # the library wants two classes: each pair once in either order
labels = np.repeat([1, 0], len(x))
library = LogisticRegression(fit_intercept=False, C=1 / (1e-7 * len(x) * 2), tol=1e-10, max_iter=1000).fit(both_ways, labels).coef_[0]
print("rewards less C's:", np.round(ours - ours[2], 4), " library:", np.round(library - library[2], 4), " by hand:", np.round([r_a, r_b, r_c], 4))
assert np.allclose(ours - ours[2], [r_a, r_b, r_c], atol=1e-4) and np.allclose(ours - ours[2], library - library[2], atol=1e-4)
circle = np.array([[1.0, -1, 0], [0, 1, -1], [-1, 0, 1]])  # A beats B, B beats C, C beats A
assert np.allclose(bradley_terry(circle), 0)
print("A beats B, B beats C, C beats A: rewards", np.abs(np.round(bradley_terry(circle), 6)))

# %% [markdown] id="error"
# The last line shows what one number for each text cannot say: tastes that go in a circle. The model then finds no difference at all.
#
# ## How sure is it?
#
# One pair of texts, $n$ raters, a share $p$. The log-odds are estimated with the standard error $1/\sqrt{n\,p\,(1-p)}$: what is learned from a vote is $p(1-p)$, the **information**. It is largest for $p = 1/2$.

# %% id="checkpoint-information"
kit.checkpoint("which-pair-teaches")

# %% id="error-code"
r = np.random.default_rng(1)
for p in (0.5, 0.75, 0.95):
    wins = r.binomial(400, p, size=4000)
    seen = np.log((wins + 0.5) / (400 - wins + 0.5))  # half a vote more on both sides: never infinite
    formula = 1 / math.sqrt(400 * p * (1 - p))
    print(f"share {p:.2f}: 400 votes give the difference of rewards to ± {seen.std():.3f}, formula {formula:.3f}; votes for ± 0.1: {1 / (0.01 * p * (1 - p)):.0f}")
    assert abs(seen.std() / formula - 1) < 0.08
assert round(1 / (0.01 * 0.25)) == 400 and round(1 / (0.01 * 0.95 * 0.05)) == 2105
kit.recall("which-pair-teaches")

# %% [markdown] id="texts"
# ## A reward for texts
#
# Nobody can vote on every text. So the reward is a function of the text, with weights that all pairs share. Ours is the simplest that can look at both languages: a table $M$ of 200 English words times 300 Chinese characters, and
#
# $$r(\text{English}, \text{Chinese}) = \sum_{w \,\in\, \text{English}} \;\sum_{c \,\in\, \text{Chinese}} M_{wc} .$$
#
# With $e$ (200,) and $z$ (300,) of zeros and ones for what occurs, it is $e^\top M z$. One pair moves it by $\sigma(-\text{margin})$ times $e\,(z_{\text{better}} - z_{\text{worse}})^\top$: much where it was wrong, little where it was right. `fit` above does that. A large reward model is the same with a transformer in place of the table (Ouyang et al., 2022). What has the table learned? Nobody gave it a dictionary.

# %% id="dictionary"
for word in ("file", "cell", "open", "close", "search"):
    best = np.argsort(-M[WORDS[word]])[:3]
    print(f"{word:8}", " ".join(names[c] for c in best))
top = {word: {names[c] for c in np.argsort(-M[WORDS[word]])[:3]} for word in ("file", "open", "search")}
assert {"文", "件"} <= top["file"] and {"打", "开"} <= top["open"] and {"搜", "索"} <= top["search"]

# %% [markdown] id="curve-intro"
# 文件 is *file*, 打开 *open*, 搜索 *search*: from "this one is better" alone. How many pairs does that take, and what do raters cost who err? We learn from fewer messages, and with a fifth of the answers turned round.

# %% id="checkpoint-noise"
kit.checkpoint("a-fifth-wrong")

# %% id="curve"
SIZES = [30, 60, 120, 250, 500, 1100]
clean = np.array([[accuracy(learned(n, seed=s)) for n in SIZES] for s in range(3)])
noisy = np.array([[accuracy(learned(n, wrong=0.2, seed=s)) for n in SIZES] for s in range(3)])
figure, axes = plt.subplots(figsize=(7, 3.2))
for table, colour, mark, name in ((clean, BLUE, "o-", "all answers right"), (noisy, ORANGE, "s--", "a fifth turned round")):
    axes.plot(SIZES, 100 * table.mean(0), mark, color=colour, label=name)
    axes.fill_between(SIZES, 100 * table.min(0), 100 * table.max(0), color=colour, alpha=0.2)
axes.axhline(50, color=GREY, linestyle=":", label="chance")
axes.set(title="What more pairs buy, and what errors cost (3 seeds: mean, least, most)", xscale="log", xlabel="messages to learn from", ylabel="unseen pairs judged rightly (%)", ylim=(45, 100))
axes.set_xticks(SIZES, SIZES)
axes.legend(fontsize=8, loc="lower right")
plt.tight_layout()
plt.show()
print("right:", np.round(clean.mean(0), 2), " with a fifth turned round:", np.round(noisy.mean(0), 2))
assert clean.mean(0)[1] < noisy.mean(0)[-1] < clean.mean(0)[2]  # like some hundred clean messages
assert clean.mean(0)[-1] > 0.9 and clean.mean(0)[0] < 0.8 and 0.02 < clean.mean(0)[-1] - noisy.mean(0)[-1] < 0.2
kit.recall("a-fifth-wrong")

# %% [markdown] id="curve-words"
# *In words: both lines rise with the number of messages; the blue one from below 80 % at 30 messages to above 90 % at 1100, the orange one lies lower throughout and is still rising at the end.*
#
# Errors of the raters that favour nobody make the rewards smaller, not wrong: they are paid for in pairs. Errors that all go one way, such as a liking for long answers, are learned like anything else.
#
# ## The best writer at a given distance
#
# Who optimises a reward leaves the texts on which it was learned. How far, can be measured and paid for. Take a **reference**: a writer who puts each of the 300 characters into a text independently, with the chance $f_c$ with which it occurs in the messages. It knows nothing of the English. Now we want the chances $q_c$ that make
#
# $$\underbrace{\sum_c q_c\, r_c}_{\text{mean reward}} \;-\; \beta\, \underbrace{\sum_c \Big[ q_c \log\frac{q_c}{f_c} + (1 - q_c) \log \frac{1 - q_c}{1 - f_c} \Big]}_{\text{KL}(q \,\|\, f)}$$
#
# largest, with $r_c = \sum_w M_{wc}$ over the words of the message. **KL**, the Kullback-Leibler divergence, is 0 if $q = f$ and grows as the texts become ones that the reference would not write (in nats); $\beta$ is its price. The derivative by $q_c$ is $r_c - \beta\,[\log\frac{q_c}{1-q_c} - \log\frac{f_c}{1-f_c}]$. Set to 0:
#
# $$\log \frac{q_c}{1 - q_c} = \log \frac{f_c}{1 - f_c} + \frac{r_c}{\beta} .$$
#
# The log-odds of the reference plus the reward over β: no search is needed. (The next lesson has it for any kind of text.) Before you turn the knob: β goes from 10 down to 0.01. What does the *agreement* with what people wrote do?

# %% id="checkpoint-beta"
kit.checkpoint("turn-beta-down")

# %% id="writer"
f = Z[:TRAIN].mean(0).clip(1e-3)  # (300,): the reference


def writer(M, beta, rows):
    """For each message: chances q (n, 300), mean reward, KL in nats, agreement with people, expected length; each (n,)."""
    r = E[rows] @ M  # (n, 300)
    q = sigmoid(np.log(f / (1 - f)) + r / beta)
    kl = (q * np.log(np.maximum(q, 1e-300) / f) + (1 - q) * np.log(np.maximum(1 - q, 1e-300) / (1 - f))).sum(1)
    agreement = 2 * (q * Z[rows]).sum(1) / (q.sum(1) + Z[rows].sum(1))  # expected shared characters over expected lengths
    return q, (q * r).sum(1), kl, agreement, q.sum(1)


row = [chosen[0]]
base = writer(M, 0.2, row)
for c in (3, 50, 200):  # no other chances do better: move one of them a little
    for step in (-1e-4, 1e-4):
        q = base[0].copy()
        q[0, c] += step
        moved = (q * (E[row] @ M)).sum() - 0.2 * (q * np.log(q / f) + (1 - q) * np.log((1 - q) / (1 - f))).sum()
        assert moved < base[1][0] - 0.2 * base[2][0]
BETAS = [10.0, 3.0, 1.0, 0.7, 0.5, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01]
path_m = np.array([[values.mean() for values in writer(M, b, chosen)[1:]] for b in BETAS])  # (betas, 4)

# %% id="widget"
from ipywidgets import SelectionSlider, interact


def show_beta(beta=0.1):
    """Draw reward and agreement against the distance, and print what is written for one message."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    i = BETAS.index(beta)
    for ax, column, colour, title in ((left, 0, BLUE, "what the judge says"), (right, 2, ORANGE, "what people wrote")):
        ax.plot(np.sqrt(path_m[:, 1]), path_m[:, column], color=colour, marker="o", markersize=3)
        ax.plot(math.sqrt(path_m[i, 1]), path_m[i, column], color="black", marker="D", markersize=8)
        ax.set(title=f"{title}, β = {beta:g}", xlabel="distance: root of KL (root of nats)", ylabel="mean reward (no unit)" if column == 0 else "agreement (share of 1)")
    plt.tight_layout()
    plt.show()
    q = writer(M, beta, [sample])[0][0]
    likely = [names[c] for c in np.argsort(-q) if q[c] > 0.5]
    print(f"{messages[sample][0]!r}, people: {messages[sample][1]}; more likely than not: {''.join(likely) or '(nothing)'}")


show_beta()

# %% id="widget-turn"
interact(show_beta, beta=SelectionSlider(options=BETAS, value=0.1, description="β"));

# %% [markdown] id="knob-words"
# *In words, unturned: on the left the reward rises all the way with the distance; on the right the agreement rises, has its top in the middle part, and falls far below it at the largest distance.*

# %% id="knob-assert"
peak = int(path_m[:, 2].argmax())
print("β      " + " ".join(f"{b:6g}" for b in BETAS))
for name, column in (("reward", 0), ("KL", 1), ("agree", 2), ("length", 3)):
    print(f"{name:6} " + " ".join(f"{v:6.2f}" for v in path_m[:, column]))
assert (np.diff(path_m[:, 0]) > 0).all() and 0 < peak < len(BETAS) - 1 and path_m[-1, 2] < 0.7 * path_m[peak, 2] and path_m[0, 2] < 0.1
kit.recall("turn-beta-down")

# %% [markdown] id="wrong"
# The judge's number rises to the end; the true quality turns. This is **over-optimisation**, and Gao et al. (2023) measure the same shape for language models, against the same axis. Note that agreement can only be drawn because we have what people wrote. Without it one sees the left picture alone.
#
# ## How it goes wrong, and how it is mended
#
# Somebody trains a writer at a small β, reads rising rewards for a week and ships it. **Which sign would have told?** Reward and KL both rise, so neither. The length does:

# %% id="signs"
for i in (0, peak, len(BETAS) - 1):
    print(f"β = {BETAS[i]:5g}: reward {path_m[i, 0]:5.2f}, KL {path_m[i, 1]:6.1f} nats, {path_m[i, 3]:5.1f} characters, agreement {path_m[i, 2]:.2f}")
assert path_m[-1, 3] > 3 * path_m[peak, 3]

# %% [markdown] id="adversarial"
# Why are extra characters cheap? In the pairs that it learned from, both texts were written by people, of ordinary length, with sense. *No pair showed a heap.* So show it one: let the writer write at a small β, put its text beside the one of people, say which is better (here we know), learn from these pairs as well, and repeat. Real trainings do the same in rounds (Bai et al., 2022).

# %% id="mended"
def with_heaps(M, rounds=8, beta=0.1, seed=3):
    """Go on learning with pairs in which the worse text is the model's own favourite."""
    r = np.random.default_rng(seed)
    for _ in range(rounds):
        for rows in np.array_split(r.permutation(TRAIN), TRAIN // 50):
            own = (r.random((len(rows), len(f))) < writer(M, beta, rows)[0]).astype(float)
            for worse in (own, Z[r.integers(0, TRAIN, size=len(rows))]):
                M = fit(M, Z[rows], worse, rows, rate=0.01)
    return M


M2 = with_heaps(M)
path_2 = np.array([[values.mean() for values in writer(M2, b, chosen)[1:]] for b in BETAS])
figure, axes = plt.subplots(figsize=(7, 3.2))
for table, colour, mark, name in ((path_m, ORANGE, "o-", "learned from people's texts"), (path_2, GREEN, "s--", "and from its own favourites")):
    axes.plot(np.sqrt(table[:, 1]), table[:, 2], mark, color=colour, markersize=4, label=name)
axes.set(title="Agreement with people on unseen messages", xlabel="distance from the reference: root of KL (root of nats)", ylabel="agreement (share of 1)", ylim=(0, 0.65))
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
print(f"best agreement {path_m[:, 2].max():.2f} before, {path_2[:, 2].max():.2f} after; unseen pairs judged rightly {accuracy(M):.1%} and {accuracy(M2):.1%}")
assert path_2[:, 2].max() > path_m[:, 2].max() + 0.05 and abs(accuracy(M2) - accuracy(M)) < 0.04 and path_2[-1, 2] < path_2[:, 2].max() - 0.1

# %% [markdown] id="mended-words"
# *In words: both curves rise, peak and fall; the green dashed one peaks higher, and falls as well.*
#
# Better, and not immune: the writer finds the next gap, further out. Note what did *not* tell: the share of unseen pairs judged rightly is about the same for both. **The accuracy on pairs says little about a reward that will be optimised.** What tells is people's judgement of the texts that come out.
#
# ## At scale
#
# How many votes does it take to see that a new model's answers are liked by 55 % and not 50 %? For an error of the first kind of 5 % and a power of 80 % (course *Probability and statistics*, lesson 3) $n \approx (1.96 + 0.84)^2 \cdot 0.25 / 0.05^2$. And what would a hundred thousand pairs cost?

# %% id="scale-code"
needed = (1.96 + 0.84) ** 2 * 0.25 / 0.05**2
print(f"{needed:.0f} votes, at a minute each {needed / 60:.0f} hours; to see 52 %: {(1.96 + 0.84) ** 2 * 0.25 / 0.02**2:.0f} votes")
pairs, minutes, wage = 100_000, 3, 30
print(f"{pairs:,} pairs of long answers at {minutes} minutes and {wage} $ an hour: {pairs * minutes / 60:.0f} hours, {pairs * minutes / 60 * wage:,.0f} $")
N, tokens = 8e9, 2 * 800
hours = 6 * N * pairs * tokens / (0.4 * 989e12) / 3600
print(f"learning from them once with a reward model of 8 billion weights: {6 * N * pairs * tokens:.1e} operations, {hours:.1f} hours of one H100 at 40 % of 989e12 a second, at 3 $ an hour {3 * hours:.0f} $")
assert round(needed) == 784 and round(pairs * minutes / 60 * wage) == 150_000 and round(hours, 1) == 5.4 and pairs * minutes / 60 * wage / (3 * hours) > 5000

# %% [markdown] id="answer"
# (Minutes, wage and the price of the machine are our assumptions; the operations count $6N$ a token as in lesson 1.) By these figures people cost thousands of times what the machine costs, so pairs are asked where they teach: near 50 %, and on texts that the present writer writes.
#
# ## The question again
#
# The judge was right, on the kind of pair that it knew. Its reward for a heap is an extrapolation. We test that: pairs of what people wrote against the model's own favourite at a small β. How often does each judge prefer people?

# %% id="answer-code"
heaps = (E[chosen] @ M > 0).astype(float)
for name, table in (("learned from people's texts", M), ("and from its own favourites", M2)):
    margin = np.einsum("nc,nc->n", E[chosen] @ table, Z[chosen] - heaps)
    print(f"{name}: prefers people to the first judge's favourite in {np.mean(margin > 0):.0%} of {len(chosen)} messages")
old, new = (float((np.einsum("nc,nc->n", E[chosen] @ t, Z[chosen] - heaps) > 0).mean()) for t in (M, M2))
assert old < 0.02 < new < 0.2
kit.recall("likes-a-heap")

# %% [markdown] id="answer-words"
# The first judge never, by construction: the heap is its maximum. The second, which was shown its favourites at β = 0.1, in less than a fifth: what it learned reaches little further than the texts that it was shown. What such a judge is good for: **near** what it has seen. A price on the distance keeps the writer there, and the best price is found with people, not with the reward.
#
# What the data cannot show: agreement in characters is not quality; a good translation in other words scores low. It serves because it was not optimised.
#
# ## Practise
#
# **1. Recall.** (a) A reward model scores A with 1.2 and B with 0.1. Share of raters who prefer **B**, in percent? ($e^{1.1} = 3.0$) (b) Somebody adds 5 to all rewards. What is it now? (c) A pair was preferred by 80 of 100. Its difference of rewards, as a natural logarithm?

# %% id="exercise-1"
answers_1 = {"a": ..., "b": ..., "c": ...}

# %% id="check-1"
if any(v is ... for v in answers_1.values()):
    print("not tried yet")
else:
    for letter in "abc":
        kit.require(isinstance(answers_1.get(letter), (int, float, np.number)), f"({letter}) should be one number, not {answers_1.get(letter)!r}")
    kit.close(float(answers_1["a"]), 25.0, rtol=0.01, because="odds of 3 to 1 for A", known_wrong={"that is A's share": 75.0, "in percent": 0.25, "3 of 4, not 1 of 3": 33.3})
    kit.close(float(answers_1["b"]), float(answers_1["a"]), rtol=1e-6, because="only differences count")
    kit.close(float(answers_1["c"]), math.log(4), rtol=0.01, because="odds of 80 to 20", known_wrong={"the odds, whose logarithm is asked for": 4.0, "80 to 20, not 80 to 100": math.log(0.8), "the sign: the preferred one has more": -math.log(4)})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Raters may also say "equal". Count it as half a vote for each side: the loss of a pair with margin $m$ is then $-\frac12 \log\sigma(m) - \frac12\log\sigma(-m)$. Write the mean loss for `margins` (n,) and `votes` (n,): 1 for the first text, 0 for the second, 0.5 for equal. Margins may be thousands: $-\log\sigma(m) = \log(1 + e^{-m})$, and `np.logaddexp(0, -m)` computes it without overflow.

# %% id="exercise-2"
def loss_with_ties(margins, votes):
    """Return the mean loss, a number."""
    ...


# %% id="check-2"
if loss_with_ties(np.zeros(1), np.ones(1)) is None:
    print("not tried yet")
else:
    m, v = np.array([2.0, -1.0, 0.5, 3.0]), np.array([1.0, 0.0, 0.5, 0.0])
    right_2 = float((v * np.logaddexp(0, -m) + (1 - v) * np.logaddexp(0, m)).mean())
    kit.close(float(loss_with_ties(m, v)), right_2, rtol=1e-9, because="margins 2, -1, 0.5, 3 and votes 1, 0, 0.5, 0", known_wrong={
        "the two sides are exchanged": float((v * np.logaddexp(0, m) + (1 - v) * np.logaddexp(0, -m)).mean()), "the mean, not the sum": 4 * right_2, "a vote for the second text counts as well": float((v * np.logaddexp(0, -m)).mean())})
    kit.close(float(loss_with_ties(np.array([5000.0]), np.array([0.0]))), 5000.0, rtol=1e-9, because="a margin of 5000 on the wrong side", known_wrong={"the exponential has overflowed: use np.logaddexp": math.inf})
    print("right: with an equal vote the smallest loss is at margin 0, and it is log 2")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `ranking(wins)` gets a table (k, k): `wins[i, j]` is how often text i was preferred to text j. Return the k rewards, shifted so that they sum to 0. You may use `bradley_terry` (with its small ridge) and repeat a row of differences as often as it was seen.

# %% id="exercise-3"
def ranking(wins):
    """Return the rewards (k,), sum 0."""
    ...


# %% id="check-3"
if ranking(np.array([[0, 3], [1, 0]])) is None:
    print("not tried yet")
else:
    pair = np.asarray(ranking(np.array([[0, 30], [10, 0]])), dtype=float)
    kit.close(pair, np.array([math.log(3), -math.log(3)]) / 2, rtol=0.02, because="30 to 10: a difference of log 3, sum 0", known_wrong={
        "the sign: row i against column j": -np.array([math.log(3), -math.log(3)]) / 2, "shift them so that they sum to 0": np.array([math.log(3), 0.0]), "the difference is log 3, not each of them": np.array([math.log(3), -math.log(3)])})
    table = np.array([[0, 30, 24], [10, 0, 20], [4, 10, 0]])
    rows = np.vstack([np.tile(np.eye(3)[i] - np.eye(3)[j], (table[i, j], 1)) for i in range(3) for j in range(3) if i != j])
    fitted = bradley_terry(rows)
    kit.close(np.asarray(ranking(table), dtype=float), fitted - fitted.mean(), rtol=0.02, atol=0.01, because="three texts")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A training log: for each step the learned reward, the KL, the answer length, and in what share of blind comparisons people preferred the answers to those of the start model, out of `votes` votes. Return the step to keep: the one with the largest share of people, but if an **earlier** step's share is within one standard error (of the largest share, $\sqrt{s(1-s)/\text{votes}}$) of it, the earliest such step: it is as good and nearer to the start.

# %% id="exercise-4"
def step_to_keep(steps, people, votes):
    """Lists of steps in order and of shares; a number of votes. Return a step."""
    ...


# %% id="check-4"
if step_to_keep([1], [0.5], 100) is None:
    print("not tried yet")
else:
    kit.equal(int(step_to_keep([400, 800, 1200, 1600], [0.58, 0.66, 0.49, 0.37], 1000)), 800, because="people like step 800 best, by far more than the error of 1.5 points", known_wrong={"the last step has the largest reward, and people dislike it": 1600, "0.58 is eight points below: more than one standard error": 400})
    kit.equal(int(step_to_keep([400, 800, 1200, 1600], [0.63, 0.66, 0.67, 0.37], 1000)), 800, because="0.66 lies within 1.5 points of 0.67, 0.63 does not", known_wrong={"an earlier step is as good within the error": 1200, "0.63 is four points below": 400})
    kit.equal(int(step_to_keep([400, 800, 1200], [0.63, 0.66, 0.67], 100)), 400, because="with 100 votes the error is 4.7 points: 0.63 is within it", known_wrong={"with 100 votes the error is larger": 800})
    print("right")

# %% [markdown] id="next"
# Next: *From PPO to DPO*: how a network is trained with such a reward, and without one. The lab `policy` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Bradley and Terry: the log-odds of a preference are a difference of rewards; only differences can be known.
# - Fitting is logistic regression on differences without an intercept; a vote teaches most where raters disagree.
# - A thousand real pairs taught a table of words and characters to judge 93 % of unseen pairs, and a dictionary.
# - The best writer at a price β has the reference's log-odds plus reward over β; true quality rises, peaks and falls as β goes down.
# - Accuracy on pairs does not show exploitation; people's judgement of what comes out does. Pairs with the writer's own texts help, for a while.
#
# | term | 中文 |
# |---|---|
# | preference pair | 偏好对 |
# | reward model | 奖励模型 |
# | Bradley–Terry model | Bradley–Terry 模型 |
# | Kullback–Leibler divergence | KL 散度 |
# | reference policy | 参考策略 |
# | over-optimisation, reward hacking | 过度优化、钻奖励空子 |
#
# **Read on.** Ralph A. Bradley, Milton E. Terry, "Rank Analysis of Incomplete Block Designs: I", Biometrika 39, 1952, section 2. · Long Ouyang et al., "Training Language Models to Follow Instructions with Human Feedback", NeurIPS 2022, section 3. · Leo Gao, John Schulman, Jacob Hilton, "Scaling Laws for Reward Model Overoptimization", ICML 2023, section 3. · Yuntao Bai et al., "Training a Helpful and Harmless Assistant with Reinforcement Learning from Human Feedback", 2022, section 4.
