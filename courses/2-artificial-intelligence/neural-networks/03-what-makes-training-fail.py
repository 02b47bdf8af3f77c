# %% [markdown] id="title"
# # What makes training fail
#
# **You will be able to** read a training's curves, name what makes it fail with a number as evidence, start a deep network so that it trains, and report a result that will hold. **70 minutes.**
#
# At the end you can
#
# 1. say what the first loss must be, and what a loss that stays at $\log C$ means;
# 2. choose the spread of the first weights, and show what another one does in twenty layers;
# 3. tell too large a rate, dead neurons, mixed-up labels, unshuffled data and another scale in validation apart;
# 4. test data and scaling without training anything;
# 5. choose an epoch by validation, and say why its score may not be reported.

# %% [markdown] id="before"
# ## Before you start
#
# You need the gradients of lesson 2, descent with a rate, and training and validation data. Three questions; answer before you read on.
#
# - Descent on $f(w) = w^2$ from $w = 1$ with the rate 1.5: where is $w$ after one step? $1 - 1.5 \cdot 2 = -2$: further away. *If not: course Optimisation, lesson 1.*
# - Why were 597 pictures of lesson 1 never trained on? Only unseen pictures say how well others will be read. *If not: lesson 1.*
# - A ReLU gave 0. Which slope goes back through it? 0. *If not: lesson 2.*
#
# The fourth one, below, is kept and comes back.

# %% id="imports"
import math

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-first-loss")

# %% [markdown] id="question"
# ## A question first
#
# Three teams train the same network on the same pictures: digits, half of them negatives (`load_digits`, UCI, CC BY 4.0), 600 to learn from and 400 for *validation*: pictures that are not learnt from and that one looks at after each epoch (one round through the 600). Two hidden layers of 32. Each has made one mistake. Here are their curves, and a sound one. (The cell is long, and most of it is lesson 2 once more: `forward`, `loss_and_grads` and `train` are the network, its gradients and plain descent. Read the four calls of `train` at its end, and look at the curves. Where the root of $2/n$ in `beginning` comes from is a question of this lesson.)

# %% id="data"
pictures, digits = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(digits))
raw, y = pictures[order], digits[order]  # (1797, 64) from 0 to 16
flip = np.random.default_rng(1).random(len(y)) < 0.5
raw = np.where(flip[:, None], 16 - raw, raw)
MEAN, SPREAD = raw[:600].mean(), raw[:600].std()
x = (raw - MEAN) / SPREAD
learn, check, fresh = slice(0, 600), slice(600, 1000), slice(1000, 1797)


def beginning(r, sizes, gain=1.0):
    """Random layers [[W, b], ...]; gain 1 is the spread that this lesson derives, the last layer begins with 0.3 of it."""
    layers = [[gain * r.normal(size=(o, i)) * math.sqrt(2 / i), np.zeros(o)] for i, o in zip(sizes, sizes[1:])]
    layers[-1][0] *= 0.3
    return layers


def forward(x, layers):
    """[what enters each layer ..., scores]."""
    entering = [x]
    for i, (W, b) in enumerate(layers):
        z = entering[-1] @ W.T + b
        entering.append(np.maximum(z, 0) if i < len(layers) - 1 else z)
    return entering


def loss_and_grads(x, y, layers):
    """Lesson 2 in twelve lines."""
    *entering, s = forward(x, layers)
    s = s - s.max(1, keepdims=True)
    e = np.exp(s)
    loss = float((np.log(e.sum(1)) - s[np.arange(len(y)), y]).mean())
    delta = e / e.sum(1, keepdims=True)
    delta[np.arange(len(y)), y] -= 1
    delta, grads = delta / len(y), []
    for a, (W, b) in zip(reversed(entering), reversed(layers)):
        grads.append((delta.T @ a, delta.sum(0)))
        delta = (delta @ W) * (a > 0)
    return loss, grads[::-1]


def train(x, y, val_x, val_y, rate=0.1, epochs=30, batch=20, seed=0, shuffle=True, sizes=(64, 32, 32, 10), layers=None):
    """Plain descent; returns the layers and a log."""
    r = np.random.default_rng(seed)
    layers = layers or beginning(r, sizes)
    log = {"batch": [], "grads": [], "bias": [], "train": [], "val": [], "right": []}
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            rows = r.permutation(len(y)) if shuffle else np.arange(len(y))
            for k in range(0, len(y), batch):
                loss, grads = loss_and_grads(x[rows[k : k + batch]], y[rows[k : k + batch]], layers)
                for layer, (dW, db) in zip(layers, grads):
                    layer[0], layer[1] = layer[0] - rate * dW, layer[1] - rate * db
                log["batch"].append(loss)
                log["grads"].append([float(np.linalg.norm(dW)) for dW, _ in grads])
                log["bias"].append(float(np.linalg.norm(grads[-1][1])))
            log["train"].append(loss_and_grads(x, y, layers)[0])
            log["val"].append(loss_and_grads(val_x, val_y, layers)[0])
            log["right"].append(float((forward(val_x, layers)[-1].argmax(1) == val_y).mean()))
    return layers, {name: np.array(values) for name, values in log.items()}


mixed_up = np.random.default_rng(5).permutation(y[learn])
sound_net, sound = train(x[learn], y[learn], x[check], y[check])
net_a, team_a = train(x[learn], y[learn], x[check], y[check], rate=2.5)
_, team_b = train(x[learn], mixed_up, x[check], y[check])
net_c, team_c = train(x[learn], y[learn], (raw[check] / 16 - MEAN) / SPREAD, y[check])
LEVEL = math.log(10)


def draw(axes, log, title):
    epochs = np.arange(1, len(log["train"]) + 1)
    axes.plot(epochs, np.minimum(log["train"], 9), color=BLUE, label="training")
    axes.plot(epochs, np.minimum(log["val"], 9), color=ORANGE, linestyle="--", label="validation")
    axes.axhline(LEVEL, color=GREY, linestyle=":", label="log 10")
    axes.set(title=title, xlabel="epoch", ylim=(0, 9.1))


figure, axes = plt.subplots(1, 4, figsize=(11, 2.9), sharey=True)
for ax, log, title in zip(axes, (sound, team_a, team_b, team_c), ("sound", "team A", "team B", "team C")):
    draw(ax, log, title)
axes[0].set_ylabel("loss (nats), cut at 9")
axes[0].legend(fontsize=8)
plt.tight_layout()
plt.show()
for name, log in (("sound", sound), ("A", team_a), ("B", team_b), ("C", team_c)):
    print(f"{name:6} training loss {log['train'][-1]:6.3f}, validation loss {log['val'][-1]:6.3f}, validation right {log['right'][-1]:.2f}")
assert sound["right"][-1] > 0.9 and max(log["right"][-1] for log in (team_a, team_b, team_c)) < 0.25
assert 1.3 < team_b["train"][-1] < 1.7 and team_c["train"][-1] < 0.02 and (team_c["val"] > LEVEL).all()

# %% [markdown] id="question-words"
# *In words: sound: both curves fall, validation ends a little above training. A: both lie flat at the dotted line of log 10. B: training falls, validation rises above the dotted line. C: training falls as in the sound one, validation rises far above the dotted line.*
#
# All three read about one in ten of the validation pictures: chance. All three teams have the same plan: **train longer**.
#
# > **The question.** Whom would it help? And what did each of them do? Commit to an answer to the first; the second takes the lesson.

# %% id="checkpoint-longer"
kit.checkpoint("train-longer")

# %% [markdown] id="first-loss"
# ## The first number: log C
#
# Before it has learnt anything, a network for $C$ classes should say about $1/C$ for each. Its loss is then $-\log(1/C) = \log C$. So the **first** loss is known beforehand: 2.303 for ten classes. A first loss of 10 means that the scores are far too large at the start; a loss that *stays* at $\log C$ means that the answer does not depend on the picture.

# %% id="checkpoint-hundred"
kit.checkpoint("first-loss-hundred")

# %% id="first-loss-code"
for C in (10, 100, 1000):
    print(f"{C:5} classes: {math.log(C):.3f}")
firsts = {gain: loss_and_grads(x[learn], y[learn], beginning(np.random.default_rng(0), (64, 32, 32, 10), gain))[0] for gain in (0.1, 1.0, 3.0)}
print("first loss of our network with the first weights times:", {g: round(v, 2) for g, v in firsts.items()})
assert abs(firsts[0.1] - LEVEL) < 0.01 and firsts[3.0] > 10 and abs(math.log(100) - 4.605) < 1e-3
kit.recall("first-loss-hundred")

# %% [markdown] id="spread"
# ## How large must the first weights be?
#
# A neuron adds $n$ products $w_i a_i$. With weights drawn around 0 with standard deviation $\sigma$, independent of each other, the sum has the mean square $n \sigma^2 \cdot \overline{a^2}$. The sums are as often negative as positive, and ReLU sets the negative half to 0: that halves the mean square. From layer to layer the mean square is multiplied by
#
# $$\tfrac12\, n\, \sigma^2 , \qquad\text{so it keeps its size for}\qquad \sigma = \sqrt{2 / n} .$$
#
# One layer forgives. Twenty do not: $1.5^{20}$ is 3325, $0.5^{20}$ a millionth. The slopes on the way back obey the same rule.

# %% id="checkpoint-spread"
kit.checkpoint("spread-for-512")

# %% id="spread-code"
r = np.random.default_rng(2)
for n in (128, 512):
    a = r.normal(size=(2000, n))  # (2000, n)
    for name, sigma in (("sqrt(2/n)", math.sqrt(2 / n)), ("0.01", 0.01)):
        W = sigma * r.normal(size=(n, n))
        out = np.maximum(a @ W.T, 0)
        print(f"n = {n}, sigma = {name:9} = {sigma:.4f}: mean square in {np.mean(a**2):.3f}, out {np.mean(out**2):.4f}, predicted factor {n * sigma**2 / 2:.4f}")
        assert abs(np.mean(out**2) / np.mean(a**2) / (n * sigma**2 / 2) - 1) < 0.08
assert math.sqrt(2 / 512) == 0.0625 and round(1.5**20) == 3325 and 0.5**20 < 1e-6
kit.recall("spread-for-512")

# %% [markdown] id="knob"
# ## Turn a knob
#
# Twenty layers of 128 ReLU neurons on our pictures. The knob is $\sigma$ as a multiple of $\sqrt{2/n}$. Before you turn: at **half** of that spread, by which factor does the signal (its root mean square) shrink over twenty layers?

# %% id="checkpoint-half"
kit.checkpoint("half-the-spread")

# %% id="deep"
DEPTH = 20
multiples = [0.25, 0.5, 0.71, 1.0, 1.41, 2.0]


def through(multiple, seed=0):
    """Root mean square of each layer's output, and of the loss's slope by it."""
    r = np.random.default_rng(seed)
    layers = beginning(r, (64, *[128] * DEPTH, 10))
    layers = [[W * (multiple if i < DEPTH else 1), b] for i, (W, b) in enumerate(layers)]
    *entering, s = forward(x[:100], layers)
    e = np.exp(s - s.max(1, keepdims=True))
    delta = e / e.sum(1, keepdims=True)
    delta[np.arange(100), y[:100]] -= 1
    slopes = []
    for a, (W, b) in zip(reversed(entering), reversed(layers)):
        delta = delta @ W
        slopes.append(math.sqrt(np.mean(delta**2)))
        delta = delta * (a > 0)
    return [math.sqrt(np.mean(a**2)) for a in entering[1:]], slopes[::-1][1:]


sizes_by = {m: through(m) for m in multiples}

# %% id="widget"
from ipywidgets import SelectionSlider, interact


def show_spread(multiple=1.0):
    """Draw signal and slope through twenty layers for a spread."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.1), sharex=True)
    for ax, which, title in zip(axes, (0, 1), ("Signal, forward", "Slope of the loss, backward")):
        for m in multiples:
            ax.plot(range(1, DEPTH + 1), sizes_by[m][which], color=GREY, linewidth=0.6)
        ax.plot(range(1, DEPTH + 1), sizes_by[multiple][which], color=BLUE if which == 0 else ORANGE, linewidth=2.5, marker="os"[which], markersize=4)
        ax.set(yscale="log", xlabel="layer", ylabel="root mean square (no unit)", title=f"{title}: spread × {multiple:g}")
    plt.tight_layout()
    plt.show()


show_spread()

# %% id="widget-turn"
interact(show_spread, multiple=SelectionSlider(options=multiples, value=1.0, description="spread ×"));

# %% [markdown] id="knob-words"
# *In words, unturned: the thick lines for the spread times 1 are nearly level in both pictures, signal and slope; the thin ones fan out as straight lines on the logarithmic scale, those of half the spread down to about a millionth, those of twice the spread up by some hundred thousand.*

# %% id="knob-assert"
for m in multiples:
    signal, slope = sizes_by[m]
    print(f"spread × {m:4}: signal {signal[-1] / signal[0]:8.1e} from layer 1 to 20, slope {slope[0] / slope[-1]:8.1e} from layer 20 to 1")
assert 0.3 < sizes_by[1.0][0][-1] / sizes_by[1.0][0][0] < 3 and 1e-7 < sizes_by[0.5][0][-1] / sizes_by[0.5][0][0] < 1e-5 and sizes_by[2.0][0][-1] > 1e4
kit.recall("half-the-spread")

# %% [markdown] id="dead"
# ## Team A: flat at log 10
#
# The curve shows that the answer does not depend on the picture. That has several causes; the curve alone does not say which. So we look at the first steps, and at the size of each gradient.

# %% id="team-a-log"
def show_log(log, steps=(0, 1, 2, 3, 5, 10, 100, 800)):
    print("step      loss   grad W1   grad W2   grad W3   grad b3")
    for step in steps:
        print(f"{step + 1:4} {log['batch'][step]:9.3f} " + " ".join(f"{g:9.1e}" for g in log["grads"][step]) + f" {log['bias'][step]:9.1e}")


show_log(team_a)

# %% id="checkpoint-flat"
kit.checkpoint("flat-what")

# %% [markdown] id="dead-words"
# At first the gradients are alive. Then the loss shoots up, and after that the gradients of all **weights** are exactly 0, not small: only the last bias still moves. A hidden layer gives 0 for every picture (counted below). Its ReLUs are shut, nothing passes back, so nothing can open them again: they are **dead**. What is left are ten biases, and the best that biases can say is how common each digit is: $\log 10$. The cause stands in the first steps: the **rate was too large**. A layer may also be dead *from the start*, by a bad beginning; then no gradient was ever alive and no loss ever shot up.

# %% id="dead-code"
peak = team_a["batch"].max() / LEVEL
alive_first, alive_last = team_a["grads"][0].max(), team_a["grads"][-1].max()
zeros = [float((a == 0).mean()) for a in forward(x[learn], net_a)[1:-1]]
print("share of zeros in the two hidden layers, all pictures:", [f"{z:.1%}" for z in zeros])
print(f"largest loss {peak:.0f} times log 10; gradient at the first step {alive_first:.2f}, at the last {alive_last}")
rates = [0.001, 0.01, 0.1, 0.3, 1.0, 2.5]
swept = {rate: train(x[learn], y[learn], x[check], y[check], rate=rate, epochs=12)[1] for rate in rates}
for rate, log in swept.items():
    print(f"rate {rate:5}: largest loss {log['batch'].max() / LEVEL:9.1f} log 10, last training loss {log['train'][-1]:5.2f}, weights' gradient at the end {log['grads'][-1].max():.1e}")
slow_start = train(x[learn], y[learn], x[check], y[check], layers=[[W, b - 40 * (i == 0)] for i, (W, b) in enumerate(beginning(np.random.default_rng(0), (64, 32, 32, 10)))], epochs=3)[1]
print(f"dead from the start: first gradient {slow_start['grads'][0].max()}, largest loss {slow_start['batch'].max() / LEVEL:.2f} log 10")
assert peak > 3 and alive_first > 0.1 and team_a["grads"][10:].max() == 0 and max(zeros) == 1 and swept[0.1]["train"][-1] < 0.3 and swept[0.001]["train"][-1] > 2 and slow_start["grads"].max() == 0
kit.recall("flat-what")

# %% [markdown] id="small-rate"
# Note the other end of the table: with a rate of 0.001 the loss is still above 2 after twelve epochs. *Too small a rate* is flat as well, but all its gradients are alive, and training and validation fall **together**.
#
# ## Team B: training falls, validation rises
#
# What is learnt holds for the training pictures and for no others. Either they were too few (over-fitting), or **there is nothing to learn**. Over-fitting costs some of the validation score; here it is chance, and the loss is above $\log 10$. So look at the data, before any training: a picture's nearest neighbour should mostly show the same digit.

# %% id="neighbours"
def neighbours_agree(x, y):
    """Share of rows whose nearest other row has the same label."""
    far = ((x[:, None] - x[None]) ** 2).sum(-1)  # (n, n)
    np.fill_diagonal(far, np.inf)
    return float((y[far.argmin(1)] == y).mean())


agree = {"sound": neighbours_agree(x[learn], y[learn]), "B": neighbours_agree(x[learn], mixed_up)}
print(agree, f" last losses of B: training {team_b['train'][-1]:.2f}, validation {team_b['val'][-1]:.2f}")
assert agree["sound"] > 0.9 and agree["B"] < 0.2 and team_b["val"][-1] > LEVEL and team_b["train"][-1] < 0.85 * LEVEL

# %% [markdown] id="labels-words"
# The labels of team B do not belong to the pictures: somebody sorted one file and not the other. A network of enough weights learns them by heart all the same (Zhang et al., 2017): **a falling training loss proves nothing**.
#
# ## Unshuffled data: a saw
#
# A fourth team reads its file from top to bottom, digit by digit, in every epoch. Each batch holds one digit; the network learns to say that digit, and forgets it at the next.

# %% id="saw"
by_class = np.argsort(y[learn], kind="stable")
_, sawn = train(x[learn][by_class], y[learn][by_class], x[check], y[check], shuffle=False, epochs=6)
_, shuffled = train(x[learn], y[learn], x[check], y[check], epochs=6)
figure, axes = plt.subplots(1, 2, figsize=(9, 2.9), sharey=True)
for ax, log, title in ((axes[0], sawn, "in the order of the digits"), (axes[1], shuffled, "shuffled")):
    ax.plot(np.arange(len(log["batch"])) / 30, log["batch"], color=BLUE, linewidth=0.9)
    ax.set(title=title, xlabel="epoch", ylabel="loss of the batch (nats)")
plt.tight_layout()
plt.show()


def alike(log):
    """Mean correlation of each epoch's batch losses with the next epoch's, place by place."""
    table = log["batch"].reshape(-1, 30)  # (epochs, steps)
    return float(np.mean([np.corrcoef(p, q)[0, 1] for p, q in zip(table, table[1:])]))


print(f"each epoch like the next: {alike(sawn):.2f} unshuffled, {alike(shuffled):.2f} shuffled; validation right {sawn['right'][-1]:.2f} and {shuffled['right'][-1]:.2f}")
assert alike(sawn) > 0.5 and abs(alike(shuffled)) < 0.35 and sawn["right"][-1] < shuffled["right"][-1]

# %% [markdown] id="saw-words"
# *In words: on the left tall teeth that come back at the same places in every epoch; on the right a curve that falls with small irregular bumps.*
#
# The mean of an epoch hides the saw; the losses of the batches show it.
#
# ## How it goes wrong: team C
#
# Training is as good as the sound one, validation is chance **from the first epoch on**. So the network is fine and the pictures that it is shown are not the same kind. The tool costs one line: mean and spread of what goes *into* the network, training beside validation.

# %% id="checkpoint-c"
kit.checkpoint("team-c")

# %% id="wrong-code"
seen_by_c = (raw[check] / 16 - MEAN) / SPREAD
for name, data in (("training", x[learn]), ("validation of C", seen_by_c), ("validation, sound", x[check])):
    print(f"{name:18} mean {data.mean():6.2f}, spread {data.std():.2f}")
mended_share = float((forward(x[check], net_c)[-1].argmax(1) == y[check]).mean())
print(f"C's own network on validation scaled as in training: {mended_share:.1%} right")
assert abs(x[check].mean()) < 0.1 and abs(seen_by_c.mean()) > 0.5 and seen_by_c.std() < 0.2 and mended_share == sound["right"][-1] and mended_share > 0.9
kit.recall("team-c")

# %% [markdown] id="wrong-words"
# The pictures were divided by 16 in validation, and then the mean and spread of the *undivided* training pictures were taken. **Mended** by one function for both, or better by working the scaling into the first layer (lesson 1, exercise 4): then nobody can forget it, on no device.
#
# ## Which epoch, and which number?
#
# When nothing fails, one question remains. Accuracy is what the customer pays for, and a checkpoint of every epoch is there. One takes the epoch with the best validation accuracy. And which accuracy does one report? We train sixteen times on few pictures (100), with a small validation set (40), and hold the best validation accuracy against 797 fresh pictures that chose nothing.

# %% id="which-epoch"
chosen, honest = [], []
for seed in range(16):
    r = np.random.default_rng(100 + seed)
    rows = r.permutation(1000)
    few, small = rows[:100], rows[100:140]
    best = (-1.0, None)
    layers = beginning(r, (64, 32, 32, 10))
    for _ in range(20):
        layers, log = train(x[few], y[few], x[small], y[small], epochs=1, seed=int(r.integers(1 << 30)), layers=layers, rate=0.2)
        if log["right"][-1] > best[0]:
            best = (log["right"][-1], [[W.copy(), b.copy()] for W, b in layers])
    chosen.append(best[0])
    honest.append(float((forward(x[fresh], best[1])[-1].argmax(1) == y[fresh]).mean()))
bias = np.array(chosen) - np.array(honest)
best_right, best_loss = int(sound["right"].argmax()) + 1, int(sound["val"].argmin()) + 1
print(f"the sound run: validation accuracy is best in epoch {best_right}, validation loss in epoch {best_loss}")
print(f"best validation accuracy {np.mean(chosen):.3f}, the same networks on fresh pictures {np.mean(honest):.3f}: {bias.mean():+.3f} ± {bias.std(ddof=1) / math.sqrt(16):.3f}")
assert bias.mean() > 2 * bias.std(ddof=1) / math.sqrt(16) and best_right != best_loss

# %% [markdown] id="which-epoch-words"
# The best of 20 scores is the best partly by luck, so it is **too good**. Choose by validation, report on data that had no part in choosing. And choose by the measure that counts: *loss* and *accuracy* need not be best in the same epoch, as the first line shows. The loss also asks how sure the answers are, the accuracy does not.
#
# ## What tells what
#
# | cause | first loss | training loss | validation | gradients of weights | more evidence |
# |---|---|---|---|---|---|
# | sound | $\log C$ | falls to near 0 | a little above | alive | |
# | rate too large | $\log C$, then far above | jumps, often flat at $\log C$ afterwards | the same | alive first, then huge or 0 | a smaller rate mends it |
# | rate too small | $\log C$ | falls slowly | falls with it | alive | 10 times the rate is faster |
# | dead from the start | $\log C$ | flat at $\log C$ | flat | 0 from the first step | |
# | labels mixed up | $\log C$ | falls slowly | **rises above** $\log C$ | alive | neighbours disagree |
# | not shuffled | | a saw that repeats | behind | alive | each epoch like the next |
# | other scale in validation | $\log C$ | as sound | bad from the first epoch | alive | mean and spread of the inputs |
#
# Two more tests cost a minute. **Learn twenty pictures by heart**: a sound network gets to a loss near 0; if not, gradient, rate or beginning are wrong, whatever the data. And **check the gradients** (lesson 2).

# %% id="by-heart"
_, heart = train(x[:20], y[:20], x[check], y[check], epochs=200, batch=20)
_, heart_a = train(x[:20], y[:20], x[check], y[check], epochs=200, batch=20, rate=2.5)
_, heart_b = train(x[:20], mixed_up[:20], x[check], y[check], epochs=200, batch=20)
print(f"twenty pictures by heart, last loss: sound {heart['train'][-1]:.3f}, team A {heart_a['train'][-1]:.3f}, team B {heart_b['train'][-1]:.3f}")
assert heart["train"][-1] < 0.05 and heart_a["train"][-1] > 1 and heart_b["train"][-1] < 0.1

# %% [markdown] id="scale"
# ## At scale
#
# Here a failed training costs a second. Llama 3 with 405 billion weights took 3.8 · 10²⁵ operations on 16 384 GPUs, of which each did about 400 · 10¹² a second (Grattafiori et al., 2024, section 3.3, table 4). In 54 days they counted 466 interruptions (section 3.3.4). What do those numbers mean for somebody who reads curves?

# %% id="scale-code"
gpus, each, needed = 16_384, 400e12, 3.8e25
days = needed / (gpus * each) / 86_400
between = 54 * 24 / 466
print(f"the whole training: {days:.0f} days; one night (10 h) that nobody looked: {10 * gpus:,} GPU-hours; an interruption every {between:.1f} h")
ours = 6 * (64 * 32 + 32 * 32 + 32 * 10) * 600 * 30
print(f"ours: about {ours:.1e} operations; theirs are {needed / ours:.0e} times as many")
for layers_deep in (20, 126):
    print(f"a spread 5 % too small over {layers_deep} plain layers: signal × {0.95**layers_deep:.3f}; 5 % too large: × {1.05**layers_deep:.0f}")
assert 60 < days < 75 and 2.7 < between < 2.9 and 1.05**126 > 400

# %% [markdown] id="scale-words"
# So nobody tries out there what can be tried here: the first loss, twenty examples by heart, a sweep of rates on a small model. What the large run adds are checkpoints to go back to and alarms on exactly the numbers of this lesson: loss against its expected course, gradient norms, input statistics. And no spread is exact enough for 126 plain layers: normalisation and residual paths (course *Deep architectures*) keep the size of the signal by construction.
#
# ## The question again
#
# Whom would longer training help? Nobody: A is dead, B has nothing to learn, C is finished and looks at the wrong pictures. We mend each with its own medicine.

# %% id="answer-code"
_, a_mended = train(x[learn], y[learn], x[check], y[check], rate=0.1)
_, b_mended = train(x[learn], y[learn], x[check], y[check])
long_a = train(x[learn], y[learn], x[check], y[check], rate=2.5, epochs=300)[1]["right"][-1]
long_b = train(x[learn], mixed_up, x[check], y[check], epochs=300)[1]["right"][-1]
long_c = train(x[learn], y[learn], seen_by_c, y[check], epochs=300)[1]["right"][-1]
print(f"ten times as long: A {long_a:.2f}, B {long_b:.2f}, C {long_c:.2f} right; mended: A {a_mended['right'][-1]:.2f}, B {b_mended['right'][-1]:.2f}, C {mended_share:.2f}")
others = [train(x[learn], y[learn], x[check], y[check], seed=seed)[1]["right"][-1] for seed in range(1, 5)]
print(f"the sound training from four other beginnings: {np.round(others, 3)}")
assert max(others) - min(others) < 0.04 and min(others) > 0.9
assert max(long_a, long_b, long_c) < 0.25 and min(a_mended["right"][-1], b_mended["right"][-1], mended_share) > 0.9
kit.recall("train-longer")
kit.recall("before-first-loss")

# %% [markdown] id="limits"
# What this does not say: real trainings fail in two ways at once, and with optimisers that hide a bad rate for a while. A curve suggests; a number from the data, the gradients or the inputs decides. And 600 pictures are few: from other beginnings the validation score moves by a percent or so (above), so smaller differences between two curves are no evidence of anything.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Three logs in numbers. Write for each one of: `"rate too large"`, `"rate too small"`, `"dead from the start"`, `"labels mixed up"`, `"other scale in validation"`.
#
# | log | classes | first losses | last training loss | last validation loss | first and last gradient of the weights |
# |---|---|---|---|---|---|
# | one | 100 | 4.61, 4.60, 4.60 | 4.50 | 4.50 | 0.8, 0.7 |
# | two | 100 | 4.61, 4.58, 4.55 | 0.02 | 6.90 | 0.8, 0.001 |
# | three | 100 | 4.70, 88.0, 5120.0 | 4.61 | 4.61 | 0.9, 0 |

# %% id="exercise-1"
causes = {"one": ..., "two": ..., "three": ...}

# %% id="check-1"
if any(v is ... for v in causes.values()):
    print("not tried yet")
else:
    kit.equal(causes["one"], "rate too small", because="it falls, slowly, in validation too, and the gradients are alive", known_wrong={
        "a dead layer's gradients are exactly 0": "dead from the start", "mixed-up labels make validation rise; here it falls along": "labels mixed up", "no loss is above log 100 = 4.61": "rate too large"})
    kit.equal(causes["two"], "other scale in validation", because="training is near 0, and validation is far above log 100", known_wrong={
        "mixed-up labels are learnt slowly, by heart; 0.02 is a sound training": "labels mixed up", "training reached 0.02: the rate is fine": "rate too small"})
    kit.equal(causes["three"], "rate too large", because="the gradients lived and the loss shot up before everything died", known_wrong={
        "from the start the gradient would be 0 in the first step": "dead from the start", "the first losses shot up": "rate too small"})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** A leaky ReLU lets the share $s$ of negative sums through. Which standard deviation of the first weights keeps the mean square then? (Half of the sums are negative; their squares count $s^2$.)

# %% id="exercise-2"
def spread_for_leaky(n, s):
    ...


# %% id="check-2"
if spread_for_leaky(100, 0.0) is None:
    print("not tried yet")
else:
    for n, s in ((128, 0.1), (128, 0.5), (50, 0.0), (50, 1.0)):
        kit.close(float(spread_for_leaky(n, s)), math.sqrt(2 / (n * (1 + s * s))), rtol=1e-6, because=f"n = {n}, s = {s}: n sigma² (1 + s²) / 2 = 1", known_wrong={
            "that is the plain ReLU's": math.sqrt(2 / n), "that is the variance: take its root": 2 / (n * (1 + s * s)), "squares count s², not s": math.sqrt(2 / (n * (1 + s))), "with s = 1 there is no bend, and nothing is halved": math.sqrt(1 / n)} if s else {"that is the variance: take its root": 2 / n, "the bend halves the mean square: 2, not 1": math.sqrt(1 / n)})
    r = np.random.default_rng(7)
    z = r.normal(size=(4000, 200)) @ (spread_for_leaky(200, 0.3) * r.normal(size=(200, 200)))
    assert abs(np.mean(np.where(z > 0, z, 0.3 * z) ** 2) - 1) < 0.05
    print("right, and measured")

# %% [markdown] id="exercise-3-text"
# **3. Build.** An alarm for a long run: return the first step at which the loss is not finite or larger than `times` · log C; `None` if there is none.

# %% id="exercise-3"
def alarm(losses, classes, times=3.0):
    """losses (steps,) -> int or None."""
    raise NotImplementedError


# %% id="check-3"
try:
    quiet = alarm(np.array([2.3, 2.0]), 10)
except NotImplementedError:
    print("not tried yet")
else:
    kit.equal(quiet, None, because="no loss is above 3 log 10", known_wrong={"0 is a step: None means there is none": 0, "-1 is no step": -1})
    for losses, right, why in (([2.3, 9.0, 2.0, 9.0], 1, "9.0 is above 6.9"), ([2.3, math.nan, 2.0], 1, "NaN is not finite"), ([math.inf, 1.0], 0, "infinity is not finite"), ([2.3, 6.9, 6.95], 2, "6.9 is just below 3 log 10 = 6.908")):
        found = alarm(np.array(losses), 10)
        kit.equal(None if found is None else int(found), right, because=f"losses {losses}: {why}", known_wrong={
            "a comparison with NaN is False: ask isfinite as well": None, "the first, not the last": len(losses) - 1 if losses[-1] > 6.908 else -1, "3 times log C, not 3 nats": next((i for i, v in enumerate(losses) if v > 3), -1)} if right is not None and right != len(losses) - 1 else {"3 times log C, not 3 nats": 1})
    kit.equal(int(alarm(np.array([4.0, 5.0]), 3, times=4.0)), 1, because="4 log 3 = 4.39")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Before a model goes into use, its inputs are compared with those of training. Return the columns whose mean in `new` is more than `limit` standard errors from that in `old`. The standard error of the difference of two means is $\sqrt{v_{\text{old}}/n_{\text{old}} + v_{\text{new}}/n_{\text{new}}}$ with the variances $v$ of the column; a column that is constant and equal in both is fine, one that is constant and different is not.

# %% id="exercise-4"
def moved_columns(old, new, limit=6.0):
    """(n, d), (m, d) -> list of column numbers."""
    ...


# %% id="check-4"
if moved_columns(np.zeros((2, 1)), np.zeros((2, 1))) is None:
    print("not tried yet")
else:
    r = np.random.default_rng(8)
    old, new = r.normal(size=(400, 5)) * [1, 10, 1, 1, 1], r.normal(size=(100, 5)) * [1, 10, 1, 1, 1]
    new[:, 1] += 3.0  # small against a spread of 10
    new[:, 2] += 1.5
    old[:, 3], new[:, 3] = 4.0, 4.0
    old[:, 4], new[:, 4] = 4.0, 5.0
    kit.equal([int(c) for c in moved_columns(old, new)], [2, 4], because="column 1 moved by less than its noise, 2 by far more; 3 is the same constant, 4 another", known_wrong={
        "3.0 is little for a spread of 10: divide by the standard error": [1, 2, 4], "0 / 0 is not a move: column 3 is the same constant": [2, 3, 4], "a constant that became another has moved: do not divide by 0": [2],
        "divide the variance by n: the standard error of a mean, not the spread of a value": [4]})
    kit.equal([int(c) for c in moved_columns(old, new, limit=2.0)], [1, 2, 4], because="with a limit of 2, column 1 is over it too", known_wrong={"the limit is an argument": [2, 4]})
    kit.equal(len(moved_columns(raw[learn], raw[check])) <= 3, True, because="training and validation pictures are of the same kind: hardly a pixel moved")
    kit.equal(len(moved_columns(raw[learn], raw[check] / 16)) > 50, True, because="divided by 16, nearly every pixel moved")
    print("right: this finds team C without a network")

# %% [markdown] id="next"
# The lab `mlp` proves the course: a network by hand, a test for others' gradients, and seven kinds of logs to name.

# %% [markdown] id="summary"
# ## Summary
#
# - The first loss is $\log C$; a loss that stays there does not depend on the picture.
# - First weights with $\sigma = \sqrt{2/n}$ keep signal and slope; any other spread grows or shrinks by a power of the depth.
# - Exactly 0 gradients: dead. Ever alive before? Then the rate killed them.
# - A falling training loss proves nothing; validation, neighbours and input statistics do.
# - Choose by validation with the measure that counts; report on data that chose nothing.
#
# | term | 中文 |
# |---|---|
# | learning rate | 学习率 |
# | dead ReLU | 失活的 ReLU |
# | initialisation | 初始化 |
# | vanishing, exploding gradient | 梯度消失、梯度爆炸 |
# | over-fitting | 过拟合 |
# | validation, test data | 验证数据、测试数据 |
#
# **Read on.** Kaiming He et al., "Delving Deep into Rectifiers", ICCV 2015, section 2.2: the spread. · Xavier Glorot, Yoshua Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks", AISTATS 2010, section 4. · Chiyuan Zhang et al., "Understanding Deep Learning Requires Rethinking Generalization", ICLR 2017, section 2: random labels. · Ian Goodfellow, Yoshua Bengio, Aaron Courville, *Deep Learning*, 2016, section 11.5. · Aaron Grattafiori et al., "The Llama 3 Herd of Models", 2024, section 3.3.
