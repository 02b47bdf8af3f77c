# %% [markdown] id="choosing-hardware"
# # Choosing hardware
#
# **You will be able to** say how many of which accelerator a model needs, what limits its speed, and what that costs, from the
# model's shape and a data sheet. **70 minutes.**
#
# At the end you can
#
# 1. count a language model's parameters from its shape, and check the count on a real model;
# 2. add up the memory of serving (weights, KV cache) and of training (gradients, optimizer);
# 3. tell whether bandwidth or arithmetic limits a step, and bound its speed;
# 4. find the number of devices by memory *and* by speed, and price it;
# 5. find the mistake in a plan that forgot the cache.

# %% [markdown] id="before-you-start"
# ## Before you start
#
# You need lesson 1 and two units: 1 GB = 10⁹ bytes (data sheets) and 1 GiB = 2³⁰ bytes (what the operating system often shows).
# A number in the format bf16 takes 2 bytes. So how many GB do 7 billion bf16 numbers take? (14.) If *bytes a number* is new, take the first lesson
# of *Numerics and information*. What a KV cache is, the course *Transformers* shows in full; here one sentence is enough: *it keeps two
# vectors for every token and layer, so that they are not computed again.*

# %% id="124ed7e4"
assert 7e9 * 2 == 14e9

# %% [markdown] id="a-question-first"
# ## A question first
#
# > A hospital wants to run an open language model with 70 billion parameters on its own premises. 32 doctors shall use it at once,
# > each with up to 8 000 tokens of notes. The supplier offers **two H100 with 80 GB each**: *"the weights in 16 bits are 140 GB, you have
# > 160, it fits."* Do you sign?
#
# These are the devices that may be on offer. Bandwidth is how fast a device reads its own memory. Arithmetic is the dense (not
# "sparse") figure in 16 bits.

# %% id="eac5d159"
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from graders import kit

devices = pd.DataFrame(
    {  # memory GB, bandwidth GB/s, dense 16-bit TFLOP/s, power W
        "A100 SXM 80 GB": (80, 2039, 312, 400),
        "H100 SXM": (80, 3350, 989, 700),
        "H200 SXM": (141, 4800, 989, 700),
        "L40S": (48, 864, 362, 350),
        "MI300X": (192, 5300, 1307, 750),
        "Ascend 910B": (64, 1600, 313, 400),
    },
    index=["memory", "bandwidth", "tflops", "watts"],
).T
devices

# %% [markdown] id="51ea1d86"
# Sources: NVIDIA's data sheets of A100, H100, H200 and L40S; AMD's data sheet of the Instinct MI300X. For the Ascend 910B no public data sheet
# exists; the figures are reported ones and stand here so that you can see where it would lie. Before you sign, ask for the data sheet of *your*
# device.

# %% id="fab5a5f8"
kit.checkpoint("do-you-sign")

# %% [markdown] id="how-many-parameters"
# ## How many parameters
#
# A decoder of the Llama kind has $L$ layers. With width $d$, $h$ query heads and $h_{kv}$ key-value heads of size $d_h$, inner width $f$ and a vocabulary of $V$
# words, one layer holds
#
# $$\underbrace{2\,d\,h\,d_h}_{\text{query, output}} + \underbrace{2\,d\,h_{kv}\,d_h}_{\text{key, value}} + \underbrace{3\,d\,f}_{\text{inner part}} + \underbrace{2\,d}_{\text{two norms}}$$
#
# and around the layers come the word vectors $V d$ (twice, unless input and output share them) and a last norm $d$. A toy by hand: $d = 4$, $h = h_{kv} = 2$, $d_h = 2$, $f = 8$
# gives 32 + 32 + 96 + 8 = 168 a layer.
#
# A `class` is new: it holds values under one name, and functions that use them. After `big = Shape(...)`, `big.layers` is one of its values and
# `big.parameters()` calls one of its functions; inside, the same values are called `self.layers` and so on.

# %% id="0a5998a2"
from dataclasses import dataclass


@dataclass
class Shape:
    """The shape of a decoder of the Llama kind."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    head_size: int
    inner: int
    words: int
    shared: bool = False  # do input and output share the word vectors?

    def a_layer(self):
        attention = 2 * self.width * self.heads * self.head_size + 2 * self.width * self.kv_heads * self.head_size
        return attention + 3 * self.width * self.inner + 2 * self.width

    def parameters(self):
        word_vectors = self.words * self.width * (1 if self.shared else 2)
        return self.layers * self.a_layer() + word_vectors + self.width


assert Shape(1, 4, 2, 2, 2, 8, 0).a_layer() == 168

# %% [markdown] id="0708e26b"
# Does the formula hold for a *real* model? A small one is installed beside this course: SmolLM2 (Hugging Face, Apache-2.0). We load its first
# four layers and let PyTorch count.

# %% id="1d3f0dbc"
import torch

model = kit.small_model(layers=4).eval()
c = model.config
small = Shape(c.num_hidden_layers, c.hidden_size, c.num_attention_heads, c.num_key_value_heads, c.head_dim, c.intermediate_size, c.vocab_size, shared=True)
counted = sum(p.numel() for p in model.parameters())
print(f"formula {small.parameters():,}   counted by PyTorch {counted:,}")
assert small.parameters() == counted == 42_472_512

# %% [markdown] id="4f9d66d0"
# To the last parameter. Now the hospital's model, with the shape that was published for Llama 3 70B (Grattafiori et al., 2024, table 3):

# %% id="2942586b"
big = Shape(layers=80, width=8192, heads=64, kv_heads=8, head_size=128, inner=28672, words=128_256)
print(f"{big.parameters() / 1e9:.1f} billion parameters, {2 * big.parameters() / 1e9:.0f} GB in 16 bits")
assert round(big.parameters() / 1e9, 1) == 70.6 and round(2 * big.parameters() / 1e9) == 141

# %% [markdown] id="df7c4ba1"
# So far the supplier is right: 141 GB of weights, 160 GB on offer.

# %% [markdown] id="what-else-lies-in-memory-the"
# ## What else lies in memory: the cache
#
# For every token of every conversation each layer keeps one key and one value for each key-value head. With $b$ bytes a number that is
#
# $$m_\text{token} = 2 \cdot L \cdot h_{kv} \cdot d_h \cdot b \quad\text{bytes.}$$
#
# For the small model with 4 layers, 3 key-value heads of 64 and 4 bytes: 2 · 4 · 3 · 64 · 4 = 6 144 bytes a token. We let the real model read 100
# tokens and look at how large its cache is.

# %% id="e09366e4"
def cache_bytes_a_token(shape, bytes_a_number=2):
    """Return the bytes that one token occupies in the KV cache."""
    return 2 * shape.layers * shape.kv_heads * shape.head_size * bytes_a_number


tokens = torch.arange(100)[None]  # (1, 100) one conversation of 100 tokens
with torch.no_grad():
    cache = model(tokens, use_cache=True).past_key_values
real = sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
print(f"formula {100 * cache_bytes_a_token(small, 4):,} bytes, in the real cache {real:,}")
assert real == 100 * cache_bytes_a_token(small, 4) == 614_400

# %% [markdown] id="d3e42769"
# Again exact. So we may trust it for the big one. Before you run the cell: how many GB does the cache of 32 conversations of 8 000 tokens take?

# %% id="590f7da7"
kit.checkpoint("cache-size")

# %% id="7befbf41"
a_token = cache_bytes_a_token(big)
cache_gb = 32 * 8000 * a_token / 1e9
weights_gb = 2 * big.parameters() / 1e9
print(f"{a_token:,} bytes a token; cache {cache_gb:.0f} GB + weights {weights_gb:.0f} GB = {cache_gb + weights_gb:.0f} GB; on offer 160")
assert a_token == 327_680 and round(cache_gb) == 84
kit.recall("cache-size")

# %% [markdown] id="1407c565"
# 225 GB are needed and 160 offered. With two devices the service starts, answers the first doctors, and falls over in the afternoon when the
# notes get long. Nobody would find that in a demonstration.

# %% id="b1bd2e68"
assert round(cache_gb + weights_gb) == 225
kit.recall("do-you-sign")

# %% [markdown] id="how-fast-two-limits"
# ## How fast: two limits
#
# A step of the model reads bytes and computes. Whatever takes longer sets the pace (Williams, Waterman and Patterson, 2009: the *roofline*):
#
# $$t \ge \max\left( \frac{\text{bytes read}}{B},\; \frac{\text{operations}}{F} \right)$$
#
# with the bandwidth $B$ (bytes/s) and the arithmetic $F$ (operations/s). To produce **one token for each of $n$ conversations** all weights are read once, and the cache of each
# conversation; about $2P$ operations are done for each token.

# %% id="d314cfcc"
def step_seconds(shape, batch, context, bandwidth, flops, bytes_a_number=2):
    """Return (seconds for reading, seconds for computing) of one token for each of `batch` conversations."""
    read = shape.parameters() * bytes_a_number + batch * context * cache_bytes_a_token(shape, bytes_a_number)
    return read / bandwidth, batch * 2 * shape.parameters() / flops


# %% [markdown] id="26037d95"
# Test it where you sit. We measure this machine's bandwidth (reading a large array), predict the time of one token of the small model,
# and measure it.

# %% id="21ab4272"
torch.set_num_threads(1)
big_array = torch.ones(50_000_000)  # 200 MB, more than the caches of most processors hold


def shortest(work, times):
    """Run `work` several times and return the seconds of the shortest run."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def one_token():
    model(torch.tensor([[7]]))


best = shortest(big_array.sum, 5)
bandwidth_here = big_array.nbytes / best
bound, _ = step_seconds(small, 1, 0, bandwidth_here, 1e30, bytes_a_number=4)

with torch.no_grad():
    one_token()  # the first call is slower: it is not counted
    measured = shortest(one_token, 10)
print(f"bandwidth here {bandwidth_here / 1e9:.1f} GB/s; bound {1e3 * bound:.1f} ms a token, measured {1e3 * measured:.1f} ms: {measured / bound:.1f} times the bound")
assert measured > 0.3 * bound

# %% [markdown] id="7b8a80b0"
# A bound is not a forecast: real programs stay behind it, this one on your machine by the factor that you see. But it is never wrong in the other direction by much (a processor's own
# cache can help a small model a little), and it is enough to see that a plan *cannot* work.
#
# For the big model on two H100, one conversation:

# %% id="cbb2a8ac"
h100 = devices.loc["H100 SXM"]
read_s, compute_s = step_seconds(big, 1, 1000, 2 * h100.bandwidth * 1e9, 2 * h100.tflops * 1e12)
print(f"reading {1e3 * read_s:.1f} ms, computing {1e3 * compute_s:.2f} ms a token: at most {1 / read_s:.0f} tokens a second")
assert 21 < 1e3 * read_s < 21.2 and compute_s < read_s / 200

# %% [markdown] id="23e579a0"
# The arithmetic waits for the memory: computing takes less than a hundredth of the time. A device with twice the TFLOP/s would not be one bit
# faster here. **For one conversation you pay for bandwidth.** Read the prompt of 8 000 tokens, on the other hand, and all tokens go through at once:

# %% id="59f907cc"
prompt_read, prompt_compute = step_seconds(big, 8000, 0, 2 * h100.bandwidth * 1e9, 2 * h100.tflops * 1e12)
print(f"a prompt of 8000 tokens: reading {prompt_read:.3f} s, computing {prompt_compute:.2f} s")
assert prompt_compute > 10 * prompt_read

# %% [markdown] id="29db1554"
# Now arithmetic is the limit. The border lies where both take the same time: $F/B$ operations for each byte, and with two operations and two bytes
# a parameter that is about $F/B$ tokens in one step.

# %% id="d7f437ba"
ridge = devices.tflops * 1e12 / (devices.bandwidth * 1e9)
print(ridge.round(0).astype(int).to_string())
assert round(ridge["H100 SXM"]) == 295

# %% id="a07e4507"
kit.checkpoint("what-helps")

# %% [markdown] id="turn-a-knob"
# ## Turn a knob
#
# More conversations in one step share the reading of the weights, so the whole gets faster and each one hardly slower, until either memory or
# arithmetic ends it. Choose a device, how many of them, the batch and the context. Which wall do you hit first?

# %% id="5841fe5c"
from ipywidgets import Dropdown, IntSlider, interact


def show_walls(device="H100 SXM", count=4, batch=32, context=8000):
    """Draw memory against what is there, and tokens a second against the batch."""
    d = devices.loc[device]
    weights, cached = 2 * big.parameters() / 1e9, batch * context * cache_bytes_a_token(big) / 1e9
    room = count * d.memory
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    left.bar(["needed"], [weights], color="#0072B2", label="weights")
    left.bar(["needed"], [cached], bottom=[weights], color="#E69F00", label="KV cache")
    left.bar(["there"], [room], color="#999999")
    left.set(ylabel="GB", title="fits" if weights + cached <= room else "does NOT fit")
    left.legend(fontsize=8)
    sizes = np.arange(1, 257)
    times = np.array([max(step_seconds(big, n, context, count * d.bandwidth * 1e9, count * d.tflops * 1e12)) for n in sizes])
    most = (room - weights) * 1e9 / (context * cache_bytes_a_token(big)) if context else 256
    right.plot(sizes, sizes / times, color="#0072B2")
    right.axvline(batch, color="#D55E00", linestyle="--", label="batch")
    if 0 < most < 256:
        right.axvspan(most, 256, color="#CCCCCC", alpha=0.6, label="out of memory")
    right.set(xlabel="conversations in one step", ylabel="tokens a second, all together", title=f"{1 / times[batch - 1]:.0f} tokens/s for each, at most")
    right.legend(fontsize=8)
    figure.tight_layout()
    plt.show()


interact(
    show_walls,
    device=Dropdown(options=list(devices.index), value="H100 SXM", description="device"),
    count=IntSlider(min=1, max=16, value=4, description="devices"),
    batch=IntSlider(min=1, max=256, value=32, description="batch"),
    context=IntSlider(min=0, max=32000, step=1000, value=8000, description="context"),
);

# %% [markdown] id="d48d63a9"
# *In words, unturned: with four H100 the needed bar (weights and half as much cache) stays below the bar of what is there; the line of tokens a
# second rises, ever more slowly, and a grey area on the right says where memory ends.*

# %% id="6ca3d3dd"
four_room = 4 * 80 - weights_gb
assert weights_gb + cache_gb < 4 * 80 and 0.5 < cache_gb / weights_gb < 0.7
print(f"with four H100, {four_room * 1e9 / (8000 * a_token):.0f} conversations of 8000 tokens fit")
assert int(four_room * 1e9 / (8000 * a_token)) == 68

# %% id="6f61e064"
fast_arithmetic = step_seconds(big, 1, 1000, 2 * h100.bandwidth * 1e9, 4 * h100.tflops * 1e12)
fast_memory = step_seconds(big, 1, 1000, 4 * h100.bandwidth * 1e9, 2 * h100.tflops * 1e12)
assert max(fast_arithmetic) == read_s and np.isclose(max(fast_memory), read_s / 2)
kit.recall("what-helps")

# %% [markdown] id="how-it-goes-wrong"
# ## How it goes wrong
#
# Here is the supplier's plan as a program. It says "fits", and it is wrong in a way that no test with short notes can show:

# %% id="86d74a12"
def suppliers_plan(shape, room_gb):
    return 2 * shape.parameters() / 1e9 <= room_gb


print("supplier: fits" if suppliers_plan(big, 160) else "supplier: does not fit")

# %% [markdown] id="d2e49df5"
# The tool that finds it is a **budget**: every item that lies in memory at the same time, one line each, with its formula. What is missing in a plan
# shows as a missing line. And one asks *which line grows with use*.

# %% id="d4c8fb6d"
def budget(shape, batch, context, bytes_a_number=2, cache_bytes=2, reserve=0.05):
    """Return the lines of the memory of serving, in GB; `reserve` is a share for buffers and fragments."""
    lines = {
        "weights": shape.parameters() * bytes_a_number / 1e9,
        "KV cache": batch * context * cache_bytes_a_token(shape, cache_bytes) / 1e9,
    }
    lines["reserve"] = reserve * sum(lines.values())
    return lines


for context in (500, 2000, 8000):
    lines = budget(big, 32, context)
    verdict = "fits" if sum(lines.values()) <= 160 else "does not fit"
    print(f"{context:5} tokens: " + ", ".join(f"{k} {v:.0f}" for k, v in lines.items()) + f" = {sum(lines.values()):.0f} GB: {verdict} into 160")

# %% id="ee4acca6"
assert sum(budget(big, 32, 500).values()) < 160 < sum(budget(big, 32, 2000).values())

# %% [markdown] id="eba9c756"
# With notes of 500 tokens it fits, with 2 000 no longer. Three ways to mend it: more or larger devices; fewer bytes a number (8-bit weights and
# cache, whose loss of quality must be *measured*); or fewer conversations at a time, which the doctors will notice.

# %% id="e3b4d85c"
mended = budget(big, 32, 8000, bytes_a_number=1, cache_bytes=1)
print(f"everything in 8 bits: {sum(mended.values()):.0f} GB")
assert sum(mended.values()) < 160

# %% [markdown] id="training-takes-more"
# ## Training takes more
#
# Training keeps, for every parameter, its gradient and the optimizer's state as well. With Adam in mixed precision that is 2 + 2 + 12 = 16 bytes a parameter
# (Rajbhandari et al., 2020, section 3.1). In plain 32 bits it is 4 + 4 + 8, again 16, and that can be counted on a real optimizer:

# %% id="8bf0b357"
layer = torch.nn.Linear(300, 100, bias=False)  # 30 000 parameters
optimizer = torch.optim.AdamW(layer.parameters())
layer(torch.ones(2, 300)).sum().backward()
optimizer.step()
state = sum(t.nbytes for s in optimizer.state.values() for t in s.values() if torch.is_tensor(t) and t.dim() > 0)
kept = layer.weight.nbytes + layer.weight.grad.nbytes + state
print(f"{kept / layer.weight.numel():.0f} bytes a parameter: {kept:,} bytes for {layer.weight.numel():,}")
assert kept == 16 * 30_000

# %% [markdown] id="6cf6e21d"
# So fine-tuning all of the hospital's model needs 16 · 70.6 · 10⁹ bytes, before a single activation is stored. How many H100 is that at least?

# %% id="21dc1d3a"
kit.checkpoint("training-devices")

# %% id="7f96d1a8"
training_gb = 16 * big.parameters() / 1e9
print(f"{training_gb:,.0f} GB: at least {int(np.ceil(training_gb / 80))} devices of 80 GB")
assert int(np.ceil(training_gb / 80)) == 15
kit.recall("training-devices")

# %% [markdown] id="2ecafdbf"
# This is why few fine-tune everything: the course *Fine-tuning* shows how training one per cent of the numbers changes this sum.

# %% [markdown] id="the-price-and-the-choice"
# ## The price, and the choice
#
# Devices needed by memory, rounded up; among what fits, the cheapest. The prices for an hour are assumptions: put in your offer.

# %% id="e8be2aa7"
hourly = {"A100 SXM 80 GB": 1.6, "H100 SXM": 2.6, "H200 SXM": 3.4, "L40S": 0.9, "MI300X": 3.0, "Ascend 910B": 1.2}  # dollars, assumed

need = sum(budget(big, 32, 8000).values())
rows = {}
for name, d in devices.iterrows():
    count = int(np.ceil(need / d.memory))
    slow = max(step_seconds(big, 32, 8000, count * d.bandwidth * 1e9, count * d.tflops * 1e12))
    rows[name] = (count, 1 / slow, count * hourly[name] * 24 * 30, count * d.watts / 1000)
offer = pd.DataFrame(rows, index=["devices", "tokens/s each, at most", "dollars a month", "kW"]).T
offer.sort_values("dollars a month").round(1)

# %% id="4cd86a7c"
assert offer.loc["H100 SXM", "devices"] == 3 and offer.loc["MI300X", "devices"] == 2
assert offer["tokens/s each, at most"].min() > 15 and round(250 / 60 * 1.3) == 5

# %% [markdown] id="cb59a185"
# Three H100 by memory; and since such servers are split by a power of two, one buys four (64 heads divide by 4, not by 3). A reader of 250 words
# a minute, at 1.3 tokens a word (both assumed), takes in about five tokens a second, so every row is fast enough: **here memory decides, and money.** Ask for the second line of the budget in every offer.

# %% [markdown] id="at-scale"
# ## At scale
#
# Pre-training a model of this size takes about $6 P D$ operations for $D$ tokens (Kaplan et al., 2020). With the 15 · 10¹² tokens that were published for it, at
# 40 % of the specified arithmetic:

# %% id="e6066538"
operations = 6 * big.parameters() * 15e12
for count in (8, 1024, 16384):
    days = operations / (count * 0.40 * h100.tflops * 1e12) / 86400
    megawatts = count * h100.watts / 1e6
    print(f"{count:6} H100: {days:10,.0f} days, {megawatts:6.2f} MW for the devices alone")
days_1024 = operations / (1024 * 0.40 * h100.tflops * 1e12) / 86400
assert 180 < days_1024 < 183

# %% [markdown] id="f0b40254"
# Half a year on a thousand devices: nobody "just trains one" for a hospital. Choosing, adapting and serving is the work.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** A model has 32 layers and 8 key-value heads of size 128. How many bytes does a token take in a 16-bit cache?

# %% id="43ea8091"
my_bytes = ...

# %% id="96187e2b"
if my_bytes is ...:
    print("not tried yet")
else:
    kit.equal(
        int(my_bytes),
        131_072,
        known_wrong={
            "a key and a value, times two; or 16 bits, which are two bytes": 65_536,
            "that is for one layer: times 32": 4_096,
            "bits, not bytes: divide by eight": 1_048_576,
        },
    )
    print("right: 128 KiB")

# %% [markdown] id="eb8b398a"
# **2. Modify.** The hospital now asks for 64 doctors with 4 000 tokens each, in 8-bit weights and an 8-bit cache. Use `budget` (with its reserve) to find how many
# **H200** it takes.

# %% id="6e63d921"
my_count = ...

# %% id="cbaa3052"
if my_count is ...:
    print("not tried yet")
else:
    right = int(np.ceil(sum(budget(big, 64, 4000, 1, 1).values()) / 141))
    kit.equal(
        int(my_count),
        right,
        known_wrong={
            "that is with 16 bits": int(np.ceil(sum(budget(big, 64, 4000).values()) / 141)),
            "you forgot cache and reserve": int(np.ceil(big.parameters() / 1e9 / 141)) if right != 1 else -1,
            "round up: a part of a device cannot be bought": right - 1,
        },
    )
    print("right:", right)

# %% [markdown] id="bd1c515a"
# **3. Build.** Write `tokens_a_second(shape, bandwidth_gb, batch, context)`: the upper bound for **all** conversations together when reading limits the step (16 bits
# for weights and cache).

# %% id="81e9571b"
def tokens_a_second(shape, bandwidth_gb, batch, context):
    ...


# %% id="77fd134e"
if tokens_a_second(big, 3350, 1, 0) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    for shape, bandwidth, batch, context in [(big, 3350, 1, 0), (big, 6700, 32, 8000), (small, 50, 4, 100)]:
        seconds = step_seconds(shape, batch, context, bandwidth * 1e9, 1e30)[0]
        kit.close(
            float(tokens_a_second(shape, bandwidth, batch, context)),
            batch / seconds,
            rtol=1e-6,
            known_wrong={
                "that is for one conversation; all of them give one token a step": 1 / seconds if batch > 1 else -1.0,
                "each conversation reads its own cache: times the batch": batch / step_seconds(shape, 1, context, bandwidth * 1e9, 1e30)[0] if context else -1.0,
                "GB/s are 10^9 bytes a second": batch / seconds / 1e9,
            },
        )
    print("right")

# %% [markdown] id="b174a17c"
# **4. Transfer.** Take a machine that your organisation has or wants. Write its budget for a model of your choice: weights, cache at the *busiest* moment, reserve. Which line
# did the last offer that you saw leave out?
#
# The lab `selection` proves both lessons.

# %% [markdown] id="summary"
# ## Summary
#
# - Parameters and cache follow from the model's shape; the formulas are exact, and can be checked on a small real model.
# - Memory is a budget with a line for everything; the cache is the line that grows with use.
# - One token at a time is limited by bandwidth, a prompt by arithmetic; the border is F/B.
# - Devices are counted by memory, checked by speed, and chosen by money.
# - Training takes about 16 bytes a parameter before activations.
#
# | term | 中文 |
# |---|---|
# | hardware selection | 硬件选型 |
# | KV cache | 键值缓存 |
# | memory bandwidth | 显存带宽 |
# | roofline, arithmetic intensity | 屋顶线，计算强度 |
# | prefill, decode | 预填充，解码 |
# | optimizer state | 优化器状态 |
#
# **Read on.** Samuel Williams, Andrew Waterman, David Patterson, "Roofline: An Insightful Visual Performance Model for Multicore Architectures", *Communications of the ACM*
# 52 (4), 2009. · Samyam Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models", SC 2020, section 3. · Reiner Pope et al., "Efficiently Scaling
# Transformer Inference", 2022, section 2. · Aaron Grattafiori et al., "The Llama 3 Herd of Models", 2024, section 3.2 and table 3.
