# %% [markdown] id="title"
# # From PPO to DPO
#
# **You will be able to** train a network many times on the same rewarded answers without ruining it, train a language model straight from pairs, and see in its log-probabilities when that goes wrong. **75 minutes.**
#
# At the end you can
#
# 1. compute a ratio, the clipped objective, and the rows where its gradient is exactly 0;
# 2. derive the best policy at a price β for leaving the reference, and read a reward out of a policy;
# 3. write the DPO loss and its gradient, the same as autograd, and show on a small world that it finds that best policy;
# 4. diagnose a DPO whose preferred answers become less likely, say when that must happen, and mend it;
# 5. count the memory of both ways for a model of 8 billion weights.

# %% [markdown] id="before"
# ## Before you start
#
# You need lessons 1 and 2, and what a language model returns. Three questions; answer before you read on.
#
# - The policy gradient from one draw? Reward (less a baseline) times $\nabla\log\pi(a)$. *If not: lesson 1.*
# - $P(A \succ B)$ for the rewards 2 and 2 − log 3? 3/4. *If not: lesson 2.*
# - A text of two words; the model gives the first a chance of 1/4 and then the second one of 1/2. The log-probability of the text? $\log\frac14 + \log\frac12 = \log\frac18$: the sum over its words. *If not: course Transformers, lesson 1, and read on slowly.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import copy
import gettext
import math
import re
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-nats")

# %% [markdown] id="question"
# ## A question first
#
# JupyterLab's menus (language pack zh-CN, BSD) have entries in title case: *Close All Tabs*. The editors want sentence case: *Close all tabs*. So we make pairs from real entries, the sentence-case one **preferred**, the other **rejected**, and train a language model on twelve pairs by DPO, which this lesson derives; eight more are kept to test. The model is SmolLM2-135M-Instruct (Apache-2.0, from an installed package), all 30 layers, with some 1 300 of its tokens; only the last layer learns. What each text has before it is the prompt *Menu entry:*
#
# The cell is long; its `train` is all of DPO, and is derived line by line below. For now the picture and the two printed lines are enough.

# %% id="model"
catalogue_path = files("jupyterlab_language_pack_zh_CN") / "locale/zh_CN/LC_MESSAGES/jupyterlab.mo"
with catalogue_path.open("rb") as file:
    entries = sorted({en.split("\x04")[-1] for en in gettext.GNUTranslations(file)._catalog if isinstance(en, str)})
entries = [en for en in entries if re.fullmatch("([A-Z][a-z]+ ){2,3}[A-Z][a-z]+", en)]  # three or four words in title case
entries = [entries[i] for i in np.random.default_rng(0).permutation(len(entries))[:20]]
pairs = [(f" {en[0]}{en[1:].lower()}.", f" {en}.") for en in entries]  # (preferred, rejected)
PAIRS, LEARN = len(pairs), 12
print("preferred:", pairs[0][0], "  rejected:", pairs[0][1])

tokenizer = kit.small_tokenizer()
PROMPT = tokenizer("Menu entry:")["input_ids"]
texts = [tokenizer(text)["input_ids"] for pair in zip(*pairs) for text in pair]  # the preferred ones first, then the rejected
used = {t for text in texts for t in text} | set(PROMPT)
vocabulary = sorted(used | set(range(17, 1200)))  # the first 17 are control tokens
place = {t: i for i, t in enumerate(vocabulary)}
model = kit.small_model(layers=30, vocabulary=vocabulary)
assert 1200 < len(vocabulary) < 1400
for p in model.parameters():
    p.requires_grad_(False)
last = model.model.layers[-1]
for p in last.parameters():
    p.requires_grad_(True)
longest = max(len(text) for text in texts) + len(PROMPT)
ids = torch.zeros(2 * PAIRS, longest, dtype=torch.long)  # (40, longest), filled up at the end
counted = torch.zeros(2 * PAIRS, longest - 1)  # 1 where the next token belongs to the text
for row, text in enumerate(texts):
    line = [place[t] for t in PROMPT + text]
    ids[row, : len(line)] = torch.tensor(line)
    counted[row, len(PROMPT) - 1 : len(line) - 1] = 1
with torch.no_grad():  # what enters the last layer never changes: computed once
    entering = model.model(ids, output_hidden_states=True).hidden_states[29]  # (40, longest, 576)
    turning = model.model.rotary_emb(entering, torch.arange(longest)[None])
MASK = torch.full((longest, longest), -math.inf).triu(1)[None, None]


def log_probabilities(rows):
    """Log-probability in nats of each whole text, given the prompt; rows are numbers of texts -> (rows,)."""
    h = last(entering[rows], attention_mask=MASK, position_embeddings=turning)
    h = h[0] if isinstance(h, tuple) else h
    logits = model.lm_head(model.model.norm(h))[:, :-1]  # (rows, longest - 1, vocabulary)
    each = torch.log_softmax(logits, -1).gather(2, ids[rows][:, 1:, None])[..., 0]  # of the token that really comes next
    return (each * counted[rows]).sum(1)


def writes(count=7):
    """What the model writes after the prompt, the likeliest token each time."""
    line = torch.tensor([[place[t] for t in PROMPT]])
    with torch.no_grad():
        for _ in range(count):
            line = torch.cat([line, model(line).logits[:, -1:].argmax(-1)], 1)
    return tokenizer.decode([vocabulary[i] for i in line[0, len(PROMPT) :].tolist()])


good, bad = torch.arange(PAIRS), torch.arange(PAIRS, 2 * PAIRS)
with torch.no_grad():
    start = log_probabilities(torch.arange(2 * PAIRS))  # (40,): the reference
BEGINNING = copy.deepcopy(last.state_dict())


def train(rate, steps, likelihood=0.0, beta=0.1):
    """DPO on twelve pairs; returns a log of the change of log-probabilities (steps + 1, 40), and the losses."""
    last.load_state_dict(BEGINNING)
    optimiser = torch.optim.Adam(last.parameters(), lr=rate)  # gradient descent with a step of its own for each weight
    changes, losses = [], []
    for step in range(steps + 1):
        lp = log_probabilities(torch.cat([good[:LEARN], bad[:LEARN]]))
        gain = lp - torch.cat([start[:LEARN], start[PAIRS : PAIRS + LEARN]])
        margin = beta * (gain[:LEARN] - gain[LEARN:])
        loss = F.softplus(-margin).mean()  # log(1 + exp(-margin))
        if step % 4 == 0 or step == steps:
            with torch.no_grad():
                changes.append((step, log_probabilities(torch.arange(2 * PAIRS)) - start))
        losses.append(float(loss.detach()))
        total = loss - likelihood * (lp[:LEARN] / counted[:LEARN].sum(1)).mean()
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    return changes, losses


before = writes()
plain, plain_losses = train(rate=3e-4, steps=20)
after = writes()


def unseen_right(change):
    """Share of the unseen pairs whose preferred text gained on the rejected one."""
    return float((change[LEARN:PAIRS] > change[PAIRS + LEARN :]).float().mean())


figure, axes = plt.subplots(figsize=(6.5, 2.9))
axes.plot(range(21), plain_losses, color=BLUE, marker="o", markersize=3)
axes.set(title="DPO on twelve pairs", xlabel="step", ylabel="loss (nats)", ylim=(0, 0.75))
plt.tight_layout()
plt.show()
print(f"loss {plain_losses[0]:.3f} to {plain_losses[-1]:.3f}; preferred gains on rejected in {unseen_right(plain[-1][1]):.0%} of the unseen pairs")
print("it wrote before:", repr(before), " it writes now:", repr(after))
assert abs(plain_losses[0] - math.log(2)) < 1e-3 and plain_losses[-1] < 0.05 and unseen_right(plain[-1][1]) == 1.0

# %% [markdown] id="question-words"
# *In words: the loss begins at log 2 = 0.693 and falls to nearly 0 within twenty steps.*
#
# The loss is near 0, every unseen pair is right. By these two numbers the training is a success. Yet the model still writes line breaks and dashes, and no menu entry.
#
# > **The question.** What has happened to the log-probability of the **preferred** texts, the very ones that it was trained to prefer? Commit to an answer; then we look.

# %% id="checkpoint-chosen"
kit.checkpoint("preferred-becomes")

# %% id="chosen"
change = plain[-1][1]
groups = {"preferred, learned": change[:LEARN], "rejected, learned": change[PAIRS : PAIRS + LEARN], "preferred, unseen": change[LEARN:PAIRS], "rejected, unseen": change[PAIRS + LEARN :]}
for name, values in groups.items():
    print(f"{name:20} log-probability changed by {values.mean():7.1f} nats (from {values.min():.0f} to {values.max():.0f})")
fallen = -float(groups["preferred, learned"].mean())
print(f"the preferred texts are {math.exp(fallen):.0e} times less likely than before")
assert fallen > 10 and all(float(v.max()) < 0 for v in groups.values()) and groups["rejected, learned"].mean() < groups["preferred, learned"].mean() - 20
assert round(30 / math.log(10)) == 13
kit.recall("before-nats")
kit.recall("preferred-becomes")

# %% [markdown] id="road"
# All fell; the rejected ones fell further. To understand it we go the way that led to DPO. It begins with an older wish: to learn more than once from the same answers.
#
# ## PPO: the same answers, many steps
#
# In lesson 1 each batch of answers served for one step, because the gradient is a mean over draws from the policy *as it is*. After one step it is another policy. The correction is a weight: with $\pi_{\text{old}}$, the policy that drew, and the **ratio** $\rho = \pi(a)/\pi_{\text{old}}(a)$,
#
# $$\mathbb{E}_{a \sim \pi_{\text{old}}}\big[\rho\, A_a\big] = \sum_a \pi_{\text{old}}(a)\, \frac{\pi(a)}{\pi_{\text{old}}(a)}\, A_a = \mathbb{E}_{a \sim \pi}[A_a].$$
#
# By hand: the old policy $(1/2, 1/4, 1/4)$ with rewards $(0, 4, 8)$ of lesson 1, and a new one $(1/4, 1/4, 1/2)$.

# %% id="checkpoint-ratio"
kit.checkpoint("ratio-by-hand")

# %% id="ratio"
old, new, reward = np.array([1 / 2, 1 / 4, 1 / 4]), np.array([1 / 4, 1 / 4, 1 / 2]), np.array([0.0, 4.0, 8.0])
ratio = new / old
print("ratios", ratio, " mean of ratio times reward under the old policy:", float((old * ratio * reward).sum()), " mean reward of the new one:", float((new * reward).sum()))
assert (old * ratio * reward).sum() == (new * reward).sum() == 5.0
kit.recall("ratio-by-hand")

# %% [markdown] id="clip"
# Right in the mean, and dangerous: who maximises $\rho A$ on 200 answers can make $\rho$ as large as it likes. **PPO** (Schulman et al., 2017) takes the incentive away:
#
# $$L = \frac1n \sum_i \min\big(\rho_i A_i,\ \operatorname{clip}(\rho_i,\, 1-\varepsilon,\, 1+\varepsilon)\, A_i\big).$$
#
# $\operatorname{clip}$ moves a number to the nearest border if it lies outside. Of the two terms the **smaller** counts: a gain is capped at the border, a loss is not. With $\varepsilon = 0.2$:
#
# | | $\rho < 0.8$ | between | $\rho > 1.2$ |
# |---|---|---|---|
# | $A > 0$: more of it | $\rho A$ | $\rho A$ | $1.2\,A$: **gradient 0** |
# | $A < 0$: less of it | $0.8\,A$: **gradient 0** | $\rho A$ | $\rho A$ |
#
# So a step is only stopped where it has gone far enough in the direction that it wanted.

# %% id="checkpoint-clip"
kit.checkpoint("clip-a-loss")

# %% id="clip-code"
def clipped_weights(ratio, advantage, eps):
    """What stands before the gradient of log pi in each row: ratio times advantage, 0 where the gain is capped; arrays (n,)."""
    capped = ((ratio > 1 + eps) & (advantage > 0)) | ((ratio < 1 - eps) & (advantage < 0))
    return np.where(capped, 0.0, ratio * advantage)


r = np.random.default_rng(0)
logits = torch.tensor(r.normal(size=(200, 4)), requires_grad=True)
action, advantage = torch.tensor(r.integers(0, 4, size=200)), torch.tensor(r.normal(size=200))
log_now = torch.log_softmax(logits, 1)[torch.arange(200), action]
rho = torch.exp(log_now - (log_now.detach() + torch.tensor(0.4 * r.normal(size=200))))
objective = torch.minimum(rho * advantage, rho.clamp(0.8, 1.2) * advantage).mean()
objective.backward()
weights = clipped_weights(rho.detach().numpy(), advantage.numpy(), 0.2)
by_hand = (np.eye(4)[action] - torch.softmax(logits, 1).detach().numpy()) * weights[:, None] / 200  # (200, 4)
print(f"{(weights == 0).sum()} of 200 rows are capped; largest difference to autograd {np.abs(by_hand - logits.grad.numpy()).max():.1e}")
assert np.allclose(by_hand, logits.grad.numpy(), atol=1e-12) and ((logits.grad == 0).all(1).numpy() == (weights == 0)).all()
for rho_i, a_i, value in ((1.5, 2, 2.4), (1.5, -2, -3.0), (0.6, 2, 1.2), (0.6, -2, -1.6)):
    assert math.isclose(min(rho_i * a_i, min(max(rho_i, 0.8), 1.2) * a_i), value)
kit.recall("clip-a-loss")

# %% [markdown] id="knob"
# ## Turn a knob
#
# The network reads digits again and is paid 1 or 0, but questions are dear: 40 batches of 200 pictures, 8 000 in all, about a ninth of what lesson 1 spent. The knob: how many steps are made on each batch. Before you turn: with **50** steps a batch, what becomes of the one *without* clipping?

# %% id="checkpoint-reuse"
kit.checkpoint("fifty-steps")

# %% id="reuse"
from ipywidgets import SelectionSlider, interact

pictures, digits = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(digits))
x_all, y_all = ((pictures - pictures.mean()) / pictures.std())[order], digits[order]
x, y, x_test, y_test = x_all[:1200], y_all[:1200], x_all[1200:], y_all[1200:]


def policy_of(x, net):
    hidden = np.maximum(x @ net[0][0] + net[0][1], 0)
    s = hidden @ net[1][0] + net[1][1]
    e = np.exp(s - s.max(1, keepdims=True))
    return hidden, e / e.sum(1, keepdims=True)


def learn(steps, eps, batches=40, n=200, rate=0.3, seed=0):
    """Share of test pictures read rightly after each batch, and how many different digits are said at the end."""
    r = np.random.default_rng(seed)
    net = [[r.normal(size=(64, 32)) * math.sqrt(2 / 64), np.zeros(32)], [0.1 * r.normal(size=(32, 10)) * math.sqrt(2 / 32), np.zeros(10)]]
    seen = []
    for _ in range(batches):
        rows = r.integers(0, 1200, size=n)
        p = policy_of(x[rows], net)[1]
        a = (p.cumsum(1) < r.random((n, 1))).sum(1).clip(max=9)
        p_old, paid = p[np.arange(n), a], (a == y[rows]).astype(float)
        for _ in range(steps):
            hidden, p = policy_of(x[rows], net)
            weight = clipped_weights(p[np.arange(n), a] / p_old, paid - paid.mean(), eps)
            slope = (np.eye(10)[a] - p) * weight[:, None] / n
            back = (slope @ net[1][0].T) * (hidden > 0)
            for layer, h, d in ((net[1], hidden, slope), (net[0], x[rows], back)):
                layer[0] += rate * h.T @ d
                layer[1] += rate * d.sum(0)
        said = policy_of(x_test, net)[1].argmax(1)
        seen.append(float((said == y_test).mean()))
    return seen, len(set(said.tolist()))


STEPS = [1, 5, 20, 50]
assert round(1500 * 50 / (40 * 200)) == 9
runs = {(k, eps): learn(k, eps) for k in STEPS for eps in (0.2, math.inf)}


def show_steps(steps=20):
    """Draw both kinds of learning for a number of steps a batch."""
    figure, axes = plt.subplots(figsize=(7, 3.1))
    for eps, colour, style, name in ((0.2, BLUE, "-", "clipped at ε = 0.2"), (math.inf, ORANGE, "--", "not clipped")):
        axes.plot(range(1, 41), runs[steps, eps][0], color=colour, linestyle=style, label=f"{name}: says {runs[steps, eps][1]} different digits")
    axes.set(title=f"{steps} step{'s' * (steps > 1)} on each batch of 200 answers", xlabel="batch", ylabel="test pictures read rightly (share)", ylim=(0, 1))
    axes.legend(loc="lower right", fontsize=8)
    plt.tight_layout()
    plt.show()


show_steps()

# %% id="widget-turn"
interact(show_steps, steps=SelectionSlider(options=STEPS, value=20, description="steps a batch"));

# %% [markdown] id="knob-words"
# *In words, unturned: the blue line climbs to above 0.9; the orange dashed one climbs first as fast, flattens well below it and says fewer than ten digits. At 1 step the two lie on each other, low.*

# %% id="knob-assert"
for k in STEPS:
    print(f"{k:3} steps a batch: clipped {runs[k, 0.2][0][-1]:.2f} ({runs[k, 0.2][1]} digits), not clipped {runs[k, math.inf][0][-1]:.2f} ({runs[k, math.inf][1]} digits)")
others = [(learn(50, 0.2, seed=s)[0][-1], learn(50, math.inf, seed=s)[0][-1]) for s in (1, 2)]
print("50 steps, two other seeds (clipped, not clipped):", [(round(a, 2), round(b, 2)) for a, b in others])
assert runs[1, 0.2][0] == runs[1, math.inf][0] and min(a for a, _ in others) > 0.9 and max(b for _, b in others) < 0.8 and runs[20, math.inf][1] < 10 and runs[20, 0.2][0][-1] > 0.9
kit.recall("fifty-steps")

# %% [markdown] id="price"
# ## The best policy at a price
#
# With a learned reward the clipping is not enough: lesson 2 showed what becomes of a writer who goes too far. So one maximises, over all policies $\pi$, with a reference $\pi_{\text{ref}}$ (the model before) and a price $\beta$:
#
# $$\mathbb{E}_{y\sim\pi}[r(y)] - \beta\, \mathrm{KL}(\pi\,\|\,\pi_{\text{ref}}), \qquad \mathrm{KL}(\pi\,\|\,\pi_{\text{ref}}) = \sum_y \pi(y) \log \frac{\pi(y)}{\pi_{\text{ref}}(y)} .$$
#
# $y$ is a whole text. Define $\pi^*(y) = \pi_{\text{ref}}(y)\, e^{r(y)/\beta} / Z$, where $Z = \sum_y \pi_{\text{ref}}(y)\,e^{r(y)/\beta}$ makes it sum to 1. Then $r(y) = \beta\log\frac{\pi^*(y)}{\pi_{\text{ref}}(y)} + \beta \log Z$; put in, the objective is
#
# $$\beta \log Z - \beta\, \mathrm{KL}(\pi\,\|\,\pi^*),$$
#
# largest where that KL is 0: **the best policy is** $\pi^*$, the reference times $e^{r/\beta}$. (The writer of lesson 2 was this, character by character.) We let a library climb and compare:

# %% id="price-code"
r = np.random.default_rng(3)
reference, rewards, BETA = torch.tensor(r.dirichlet(4 * np.ones(6))), torch.tensor(r.normal(size=6)), 1.0  # dirichlet: six random chances that sum to 1
star = reference * torch.exp(rewards / BETA)
Z = star.sum()
star = star / Z  # (6,)
scores = reference.log().clone().requires_grad_(True)
optimiser = torch.optim.Adam([scores], lr=0.05)
for _ in range(800):
    pi = torch.softmax(scores, 0)
    value = (pi * rewards).sum() - BETA * (pi * (pi / reference).log()).sum()
    optimiser.zero_grad()
    (-value).backward()
    optimiser.step()
print("climbed:", np.round(torch.softmax(scores, 0).detach().numpy(), 4), " closed form:", np.round(star.numpy(), 4))
print(f"largest value {float(value.detach()):.6f}, beta log Z {float(BETA * Z.log()):.6f}")
assert torch.allclose(torch.softmax(scores, 0), star, atol=1e-4) and abs(float(value.detach() - BETA * Z.log())) < 1e-5

# %% [markdown] id="dpo"
# ## DPO: read the reward out of the policy
#
# The line for $r$ can be read the other way: **any** policy $\pi$ is the best one for some reward, its **implicit reward**
#
# $$\hat r(y) = \beta \log \frac{\pi(y)}{\pi_{\text{ref}}(y)} + \beta\log Z .$$
#
# Bradley and Terry need only differences, and in a difference of two texts for the same prompt $\beta \log Z$ cancels. So the reward model can be left out, and with it the drawing of texts: put $\hat r$ into the loss of lesson 2. With the preferred text $y_w$ and the rejected one $y_l$ (Rafailov et al., 2023):
#
# $$m = \beta\Big[\log\frac{\pi(y_w)}{\pi_{\text{ref}}(y_w)} - \log\frac{\pi(y_l)}{\pi_{\text{ref}}(y_l)}\Big], \qquad \text{loss} = -\log\sigma(m), \qquad \nabla \text{loss} = -\beta\,\sigma(-m)\,\big[\nabla \log \pi(y_w) - \nabla\log\pi(y_l)\big].$$
#
# One pair with $\beta = 0.1$: preferred −42 now and −45 by the reference; rejected −50 now and −48 by the reference.

# %% id="checkpoint-margin"
kit.checkpoint("margin-by-hand")

# %% id="dpo-code"
def dpo(policy, reference, beta):
    """Mean loss and its gradient by the policy's log-probabilities; (n, 2) each: preferred, rejected."""
    gain = policy - reference
    margin = beta * (gain[:, 0] - gain[:, 1])  # (n,)
    slope = -beta / (1 + np.exp(margin)) / len(margin)
    return float(np.logaddexp(0, -margin).mean()), np.stack([slope, -slope], axis=1)


now, ref = np.array([[-42.0, -50.0], [-30.0, -31.0]]), np.array([[-45.0, -48.0], [-28.0, -36.0]])
loss, gradient = dpo(now, ref, 0.1)
tensor = torch.tensor(now, requires_grad=True)
gain = tensor - torch.tensor(ref)
library = -F.logsigmoid(0.1 * (gain[:, 0] - gain[:, 1])).mean()
library.backward()
print(f"margins {0.1 * ((now - ref)[:, 0] - (now - ref)[:, 1])}, loss {loss:.6f}, autograd {float(library.detach()):.6f}")
assert math.isclose(loss, float(library.detach())) and np.allclose(gradient, tensor.grad.numpy())
assert math.isclose(0.1 * ((-42 + 45) - (-50 + 48)), 0.5)
kit.recall("margin-by-hand")

# %% [markdown] id="identity"
# Does it work? In the world of six texts: raters prefer by Bradley and Terry with the true rewards, and DPO sees the shares of all pairs. If theory holds, it ends at $\pi^*$, and the implicit reward, its $\beta\log Z$ included, is the true one for every text.

# %% id="identity-code"
first, second = np.triu_indices(6, 1)  # all 15 pairs
shares = torch.sigmoid(rewards[first] - rewards[second])
scores = reference.log().clone().requires_grad_(True)
optimiser = torch.optim.Adam([scores], lr=0.05)
for _ in range(1500):
    gain = torch.log_softmax(scores, 0) - reference.log()
    m = BETA * (gain[first] - gain[second])
    loss = (shares * F.softplus(-m) + (1 - shares) * F.softplus(m)).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
found = torch.softmax(scores, 0).detach()
implicit = BETA * (found / reference).log() + BETA * Z.log()
print("DPO:", np.round(found.numpy(), 4), " best policy:", np.round(star.numpy(), 4), f" implicit less true reward: at most {float((implicit - rewards).abs().max()):.1e}")
assert torch.allclose(found, star, atol=1e-3) and float((implicit - rewards).abs().max()) < 5e-3

# %% [markdown] id="sure"
# So in theory DPO and the best policy at price β are the same. Two things differ in practice. First, each pair is judged **once**. Then the observed share is 1, its log-odds are infinite, and no finite margin is enough: the loss falls for ever and β, the price, no longer binds (Azar et al., 2024):

# %% id="sure-code"
sure = []
for beta in (0.1, 1.0):
    scores = reference.log().clone().requires_grad_(True)
    optimiser = torch.optim.Adam([scores], lr=0.05)
    for step in range(1001):
        gain = torch.log_softmax(scores, 0) - reference.log()
        loss = F.softplus(-beta * (gain[0] - gain[1]))  # text 0 preferred to text 1, always
        if step in (100, 1000):
            sure.append(float((gain[0] - gain[1]).detach()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
print("difference of log-ratios after 100 and 1000 steps: beta 0.1:", [round(s, 1) for s in sure[:2]], " beta 1:", [round(s, 1) for s in sure[2:]])
assert sure[1] > sure[0] + 10 and sure[3] > sure[2] + 1

# %% [markdown] id="wrong"
# ## How it goes wrong: both fall
#
# Second, texts share weights. Back to the language model. The loss asks for a **difference**; nothing in it asks that the preferred text become likely. When *must* it become less likely? Take the smallest model that has shared weights: each text has one number $\varphi(y)$, its score is $w\,\varphi(y)$, and $\pi$ is the softmax of the scores. Three texts: *C*, what the model usually writes, $\varphi = 0$; the preferred *A*, $\varphi = 1$; the rejected *B*, $\varphi = 2$. With $\bar\varphi = \sum_y \pi(y)\varphi(y)$,
#
# $$\frac{d \log \pi(A)}{d w} = \varphi(A) - \bar\varphi, \qquad \text{and DPO moves } w \text{ along } \varphi(A) - \varphi(B) .$$
#
# So $\log\pi(A)$ changes in proportion to $(\varphi(A) - \bar\varphi)\cdot(\varphi(A) - \varphi(B))$. If that is negative, the preferred text falls. It is negative when *B* lies **beyond** *A*, seen from what the model usually writes. With $\pi = (0.9, 0.05, 0.05)$ for C, A, B:

# %% id="checkpoint-beyond"
kit.checkpoint("sign-of-the-change")

# %% id="beyond"
phi, base = np.array([0.0, 1.0, 2.0]), np.array([0.9, 0.05, 0.05])  # C, A, B
product = (phi[1] - base @ phi) * (phi[1] - phi[2])
w, trace = 0.0, []
for step in range(200):
    p = base * np.exp(w * phi)
    p /= p.sum()
    gain = np.log(p / base)
    trace.append(gain)
    w += 0.5 * (phi[1] - phi[2]) / (1 + math.exp(gain[1] - gain[2]))  # a step down the DPO loss with beta = 1
trace = np.array(trace)
print(f"product {product:.2f}; after 200 steps: C {trace[-1, 0]:+.2f}, A {trace[-1, 1]:+.2f}, B {trace[-1, 2]:+.2f} nats")
assert math.isclose(product, -0.85) and (np.diff(trace[:, 1]) < 0).all() and (trace[-1, 1] < 0 < trace[-1, 0]) and trace[-1, 2] < 2 * trace[-1, 1] + 0.2
kit.recall("sign-of-the-change")

# %% [markdown] id="position"
# The preferred text falls at every step, the rejected one twice as far, and what nobody mentioned gains. Is the language model in this position? There $\nabla\log\pi(A)$ stands in place of $\varphi(A) - \bar\varphi$, and $\nabla\log\pi(A) - \nabla\log\pi(B)$ in place of $\varphi(A) - \varphi(B)$: the same product can be measured before the first step.

# %% id="alike"
last.load_state_dict(BEGINNING)
weights_learnt = list(last.parameters())


def slope_of(rows):
    """Gradient of the mean log-probability of these texts by the weights that learn, as one long row."""
    return torch.cat([g.flatten() for g in torch.autograd.grad(log_probabilities(rows).mean(), weights_learnt)])


up, down = slope_of(good[:LEARN]), slope_of(bad[:LEARN])  # (weights that learn,): preferred, rejected
alike, product_here = float(F.cosine_similarity(up, down, dim=0)), float(up @ (up - down))
print(f"lengths: preferred {float(up.norm()):.0f}, rejected {float(down.norm()):.0f}; cosine {alike:.2f}; product {product_here:.0f}")
assert alike > 0.7 and product_here < 0

# %% [markdown] id="displacement"
# Negative, as in the toy: the two gradients point nearly the same way, and the rejected one is longer. *Close all tabs* and *Close All Tabs* are alike, and both far from what this model usually writes (a line break). This is called **likelihood displacement** (Razin et al., 2025). Pairs of near-identical texts look like the cleanest data and are among the worst; what counts is how alike they are to the model, not by their letters.
#
# **Diagnosed by**: the log-probability of the preferred texts itself, which every DPO log should hold. **Is the rate at fault?** We take a tenth of it. **Mended by** a likelihood term: add $-\alpha$ times the mean log-probability a token of the preferred texts to the loss (Pang et al., "Iterative Reasoning Preference Optimization", 2024), here $\alpha = 0.1$.

# %% id="checkpoint-slower"
kit.checkpoint("a-tenth-of-the-rate")

# %% id="mended"
slow, slow_losses = train(rate=3e-5, steps=20)
mended, mended_losses = train(rate=3e-4, steps=20, likelihood=0.1)
says = writes()
figure, axes = plt.subplots(1, 2, figsize=(9, 3.3), sharey=True)
for ax, rows, title in ((axes[0], slice(LEARN, PAIRS), "preferred, unseen"), (axes[1], slice(PAIRS + LEARN, 2 * PAIRS), "rejected, unseen")):
    for log, colour, mark, name in ((plain, ORANGE, "o-", "DPO"), (slow, GREY, "^:", "DPO, a tenth of the rate"), (mended, BLUE, "s--", "DPO and likelihood")):
        ax.plot([s for s, _ in log], [float(c[rows].mean()) for _, c in log], mark, color=colour, label=name, markersize=4)
    ax.axhline(0, color="black", linewidth=0.6)
    ax.set(title=title, xlabel="step", ylabel="change of log-probability (nats)")
axes[0].legend(fontsize=8)
plt.tight_layout()
plt.show()


def moved(log):
    """Mean change of the unseen preferred and rejected texts at the end."""
    c = log[-1][1]
    return float(c[LEARN:PAIRS].mean()), float(c[PAIRS + LEARN :].mean())


for name, log in (("DPO", plain), ("a tenth of the rate", slow), ("with likelihood", mended)):
    up, down = moved(log)
    print(f"{name:20} preferred {up:+6.1f}, rejected {down:+6.1f} nats; unseen pairs right {unseen_right(log[-1][1]):.0%}; preferred moves {up / (up - down):+.2f} nats for each nat of difference")
print("the mended model writes:", repr(says))
slow_part, plain_part = (moved(log)[0] / (moved(log)[0] - moved(log)[1]) for log in (slow, plain))
assert moved(slow)[0] < 0 and moved(plain)[0] < -10 and moved(mended)[0] > 3 and moved(mended)[1] < moved(mended)[0] - 8 and unseen_right(mended[-1][1]) >= 0.85
assert slow_part < -0.15 and plain_part < -0.15
kit.recall("a-tenth-of-the-rate")

# %% [markdown] id="mended-words"
# *In words: in the left picture the orange line falls far below 0, the grey one a little, the blue dashed one rises above 0; in the right picture the orange one falls very far, the grey one a little, the blue one ends below the blue of the left.*
#
# A smaller rate goes less far down the same road. The likelihood term changes the road: the preferred texts become likelier, unseen ones too, and the difference still grows.
#
# ## At scale
#
# What must be kept in memory for 8 billion weights? Weights take 2 bytes each (16 bits); a model that learns with Adam needs 2 more for gradients, and 12 for a copy of the weights and two moments in 32 bits. PPO keeps four models, here all of one size: policy and critic learn, reference and reward model only answer. DPO keeps two; and since the pairs are fixed, the reference's log-probabilities can be computed once before the training.

# %% id="scale-code"
N = 8e9
answers_only, learns = 2 * N / 1e9, 16 * N / 1e9  # GB
table = {"PPO": 2 * learns + 2 * answers_only, "DPO": learns + answers_only, "DPO, reference computed before": learns}
for name, need in table.items():
    print(f"{name:32} {need:5.0f} GB, at least {math.ceil(need / 80)} GPUs of 80 GB, without anything that the forward pass keeps")
pairs_n, tokens = 60_000, 2 * 500
dpo_work = (6 + 2) * N * pairs_n * tokens
ppo_work = 60_000 * 500 * N * (2 + 2 * 6 + 2 + 2)  # drawn; policy and critic learn; reference and reward answer
print(f"operations for 60 000 pairs of two answers of 500 tokens: DPO {dpo_work:.1e}; PPO on as many prompts, one answer each: {ppo_work:.1e}")
assert table == {"PPO": 288.0, "DPO": 144.0, "DPO, reference computed before": 128.0} and abs(ppo_work / dpo_work - 1.125) < 1e-9

# %% [markdown] id="scale-words"
# Half the memory. The operations are nearly the same; but PPO's answers are written word by word, and unless some hundred are written at once, that is most of its time (lesson 1). What PPO buys with it: it learns from answers that the **present** model gives. DPO learns from pairs that some other model once wrote, and lesson 2 showed what a judge knows about texts that no pair has.
#
# ## The question again
#
# Why did the preferred texts fall? Because the loss speaks of a difference, the two texts are alike, and the cheapest way to widen a difference between neighbours is to move both, the rejected one further. The mass went to what no pair mentions. The log for the editors:

# %% id="answer"
print(f"{'':24}{'loss':>8}{'unseen pairs':>14}{'preferred':>12}")
for name, log, losses in (("DPO", plain, plain_losses), ("DPO and likelihood", mended, mended_losses)):
    print(f"{name:24}{losses[-1]:8.3f}{unseen_right(log[-1][1]):14.0%}{moved(log)[0]:+10.1f} nats")
assert moved(plain)[0] < -10 < 3 < moved(mended)[0]

# %% [markdown] id="limits"
# The loss and the pairs look much the same; the last column does not. Eight unseen pairs and one seed show *that* it happens, not how often: with another rate, layer or prompt the numbers differ. And sentence case is a rule that a line of code could keep; it serves because we can see whether it is kept.
#
# ## Practise
#
# **1. Recall.** (a) PPO, $\varepsilon = 0.2$, ratio 0.6, advantage −2: what does it add to the objective? (b) Ratio 1.1, advantage −3? (c) $\beta = 0.1$; preferred −30 now, −28 by the reference; rejected −41 now, −36 by the reference: the margin?

# %% id="exercise-1"
answers_1 = {"a": ..., "b": ..., "c": ...}

# %% id="check-1"
if any(v is ... for v in answers_1.values()):
    print("not tried yet")
else:
    for letter in "abc":
        kit.require(isinstance(answers_1.get(letter), (int, float, np.number)), f"({letter}) should be one number, not {answers_1.get(letter)!r}")
    kit.close(float(answers_1["a"]), -1.6, rtol=1e-6, because="min(0.6 · -2, 0.8 · -2)", known_wrong={"the smaller of the two counts: -1.6 is below -1.2": -1.2, "the sign of the advantage": 1.6})
    kit.close(float(answers_1["b"]), -3.3, rtol=1e-6, because="within the borders nothing is clipped", known_wrong={"1.1 lies within the borders": -3.6, "the ratio counts": -3.0})
    kit.close(float(answers_1["c"]), 0.3, rtol=1e-6, because="0.1 · ((-30 + 28) - (-41 + 36)) = 0.1 · (-2 + 5)", known_wrong={"times β": 3.0, "the reference is missing": 1.1, "the sign of the rejected one's log-ratio": -0.7, "preferred less rejected": -0.3})
    print("right; note that the preferred text of (c) has fallen by 2 nats, and the margin is positive")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** Add the likelihood term to the DPO loss: `policy` and `reference` (n, 2) as in `dpo`, `tokens` (n,) the length of the preferred texts. Return the **loss** only: mean of $-\log\sigma(m_i)$ minus $\alpha$ times the mean over the pairs of (log-probability of the preferred text divided by its tokens).

# %% id="exercise-2"
def dpo_with_likelihood(policy, reference, tokens, beta, alpha):
    """Return a number."""
    ...


# %% id="check-2"
if dpo_with_likelihood(now, ref, np.array([7, 5]), 0.1, 0.5) is None:
    print("not tried yet")
else:
    plain_loss, n_tokens = dpo(now, ref, 0.1)[0], np.array([7, 5])
    each = now[:, 0] / n_tokens
    right_2 = plain_loss - 0.5 * float(each.mean())
    kit.close(float(dpo_with_likelihood(now, ref, n_tokens, 0.1, 0.5)), right_2, rtol=1e-9, because="two pairs, α = 0.5", known_wrong={
        "a likely text lowers the loss: minus": plain_loss + 0.5 * float(each.mean()), "divide by the tokens of the text": plain_loss - 0.5 * float(now[:, 0].mean()), "the mean over the pairs": plain_loss - 0.5 * float(each.sum()),
        "that is the rejected one's likelihood": plain_loss - 0.5 * float((now[:, 1] / n_tokens).mean()), "α is not used": plain_loss - float(each.mean())})
    kit.close(float(dpo_with_likelihood(now, ref, n_tokens, 0.1, 0.0)), plain_loss, rtol=1e-9, because="with α = 0 it is plain DPO")
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** PPO without a critic, as GRPO does it (Shao et al., 2024): for each question $k$ answers; the advantage of an answer is its reward less the mean of its group, divided by the group's standard deviation (dividing by $k$, not $k-1$); if all $k$ rewards are equal, all advantages are 0. Write it for `rewards` (questions, k).

# %% id="exercise-3"
def group_advantages(rewards):
    """Return (questions, k)."""
    ...


# %% id="check-3"
if group_advantages(np.array([[1.0, 0.0]])) is None:
    print("not tried yet")
else:
    table_3 = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    root3 = math.sqrt(3)
    right_3 = np.array([[1.0, -1, -1, 1], [-1 / root3, -1 / root3, -1 / root3, root3], [0, 0, 0, 0]])
    with np.errstate(all="ignore"):
        kit.close(np.asarray(group_advantages(table_3), dtype=float), right_3, rtol=1e-6, atol=1e-6, because="half right; one of four right; all right", known_wrong={
            "divide by k, not k - 1": (lambda c: np.where(c.std(1, ddof=1, keepdims=True) > 0, c / np.where(c.std(1, ddof=1, keepdims=True) > 0, c.std(1, ddof=1, keepdims=True), 1), 0))(table_3 - table_3.mean(1, keepdims=True)),
            "divide by the standard deviation": table_3 - table_3.mean(1, keepdims=True), "where all rewards are equal nothing is learned: 0, not NaN": np.vstack([right_3[:2], np.full((1, 4), np.nan)]),
            "each question is a group of its own": (table_3 - table_3.mean()) / table_3.std()})
    print("right; note that a question that all answers get right, or none, teaches nothing")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A team may spend at most `budget` nats of KL. For a `reference` (k,) and `rewards` (k,) find the **smallest** β, within a factor of 1.01, whose best policy keeps to it. KL falls as β grows; search between 0.001 and 1000, halving the interval of log β some 60 times.

# %% id="exercise-4"
def beta_for(reference, rewards, budget):
    """Return beta."""
    ...


# %% id="check-4"
def kl_at(reference, rewards, beta):
    s = np.log(reference) + rewards / beta
    p = np.exp(s - s.max())
    p /= p.sum()
    return float((p * np.log(np.maximum(p, 1e-300) / reference)).sum())


ref_4, rew_4 = np.array([0.7, 0.2, 0.1]), np.array([0.0, 1.0, 2.0])
if beta_for(ref_4, rew_4, 0.5) is None:
    print("not tried yet")
else:
    for budget in (0.1, 0.5, 1.5):
        got = float(beta_for(ref_4, rew_4, budget))
        kit.require(0.001 <= got <= 1000, f"β = {got} lies outside 0.001 to 1000")
        spent = kl_at(ref_4, rew_4, got)
        kit.require(spent <= budget * 1.02, f"with a budget of {budget} your β = {got:.4g} spends {spent:.3f} nats: a larger β spends less")
        kit.require(kl_at(ref_4, rew_4, got / 1.02) > budget * 0.98, f"with a budget of {budget} your β = {got:.4g} spends {spent:.3f} nats: a smaller β would still keep to it")
    print("right: the whole curve of lesson 2 is one number, β, or one budget")

# %% [markdown] id="next"
# The lab `policy` proves the course. *Fine-tuning* uses DPO on a language model in earnest.

# %% [markdown] id="summary"
# ## Summary
#
# - The ratio lets old answers serve a new policy; PPO caps the gain, not the loss, and capped rows have gradient 0.
# - The best policy at price β is the reference times $e^{r/\beta}$; so each policy carries an implicit reward.
# - DPO puts it into Bradley and Terry: no reward model, no drawing, half the memory.
# - Only the difference counts. If the rejected text lies beyond the preferred one, both fall: watch the preferred log-probability.
# - A smaller rate goes less far down the same road; a likelihood term changes the road.
#
# | term | 中文 |
# |---|---|
# | ratio, clipping | 概率比、截断 |
# | proximal policy optimisation (PPO) | 近端策略优化 |
# | implicit reward | 隐式奖励 |
# | direct preference optimisation (DPO) | 直接偏好优化 |
# | likelihood displacement | 似然位移 |
# | group-relative advantage (GRPO) | 组相对优势 |
#
# **Read on.** John Schulman et al., "Proximal Policy Optimization Algorithms", 2017, section 3. · Rafael Rafailov et al., "Direct Preference Optimization: Your Language Model Is Secretly a Reward Model", NeurIPS 2023, section 4. · Mohammad Gheshlaghi Azar et al., "A General Theoretical Paradigm to Understand Learning from Human Preferences", AISTATS 2024, section 4. · Noam Razin et al., "Unintentional Unalignment: Likelihood Displacement in Direct Preference Optimization", ICLR 2025, sections 3 and 4. · Zhihong Shao et al., "DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models", 2024, section 4.
