# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A tiny language model
#
# **You deliver** a byte-level tokeniser, the measures by which language models are compared, a small language model of real messages, a test that finds what is wrong with other people's models, and a plan for a large training from the curves of small ones.
# **Time**: 120 minutes. **Resources**: one CPU core, 2 GB, NumPy, SciPy, torch, no network, no GPU; each check takes under 10 s.
# **Proves**: `language-modelling` at B (tasks 1 and 2) and I (tasks 3 to 5). You need the course *Language modelling*.
# **Score**: 32 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you: other texts, alphabets, models, curves. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `train_bpe`, `encode`, `decode` | 8 |
# | 2 | `worth`, `sample` | 5 |
# | 3 | `train_model` | 7 |
# | 4 | `faults` | 5 |
# | 5 | `fit_law`, `plan` | 7 |
#
# Where a result is a list, a tuple or an array will do as well; whole numbers may be Python's or NumPy's. Nothing that comes in is changed.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. How many bytes is 中 in UTF-8, and how many tokens is it for a byte-level tokeniser that has merged nothing? 3 and 3. If that was a guess: *Language modelling*, lesson 1.
# 2. A model gave the two true tokens of a text the probabilities 1/2 and 1/8. Its perplexity? 4. If that was a guess: lesson 2.
# 3. A loss falls as $E + A/N^{\alpha} + B/D^{\beta}$. What is $E$? What no size and no amount of text takes away. If that was a guess: lesson 3.
#
# *The situation.* Your company's software speaks English and Chinese. Its help line wants to suggest the next word while a customer types, on devices without a network, so a model of your own is needed, first a tiny one. Two other teams offer theirs, with wonderful numbers. And the board asks what the large one would cost: how many parameters, on how much text.

# %% nbgrader={"grade_id": "setup", "locked": true}
import gettext
import math
from collections import Counter
from importlib.resources import files

import numpy as np
import torch

from graders import kit

torch.set_num_threads(1)
PACK = files("jupyterlab_language_pack_zh_CN") / "locale/zh_CN/LC_MESSAGES/jupyterlab.mo"
with PACK.open("rb") as file:
    PAIRS = {en.split("\x04")[-1]: zh for en, zh in gettext.GNUTranslations(file)._catalog.items() if isinstance(en, str) and en and zh and not set(en) & set("{%")}
ENGLISH = sorted(en for en in PAIRS if len(en.encode()) <= 60)  # messages of JupyterLab, at most 60 bytes
CHINESE = sorted({zh for zh in PAIRS.values() if len(zh.encode()) <= 60})  # Project Jupyter, language pack zh-CN, BSD licence


def split(texts, r):
    """Messages to train on and others, as arrays of ids from 1 on, and the number of ids; every draw has other ids."""
    symbols = sorted({byte for text in texts for byte in text.encode()})
    ids = dict(zip(symbols, (1 + r.permutation(len(symbols))).tolist()))
    messages = [np.array([ids[byte] for byte in texts[i].encode()]) for i in r.permutation(len(texts))]
    border = 4 * len(messages) // 5
    return messages[:border], messages[border:], len(symbols) + 1


# %% [markdown] nbgrader={"grade_id": "task-bpe", "locked": true}
# ## 1. Byte-pair encoding (8 points)
#
# | | contract |
# |---|---|
# | `train_bpe(pieces, merges)` | `pieces`: list of strings. Each becomes the list of its UTF-8 bytes, 0 to 255. Then, at most `merges` times: count every pair of neighbours inside the pieces, merge the most frequent one everywhere, and give it the next id, 256, 257, … Returns the list of merged pairs `(a, b)` of ids, in order |
# | `encode(text, merges)` | the ids of one string: its bytes, then the merges in their order |
# | `decode(ids, merges)` | the string. Bytes that are no valid UTF-8 become U+FFFD, as `errors="replace"` has it. An id that does not exist: `ValueError` whose text contains the id |
#
# The rules that make the result exact:
#
# - every position counts: `aaa` holds the pair (97, 97) twice;
# - where pairs are equally frequent, the smaller one is merged: first the smaller $a$, then the smaller $b$;
# - a merge goes through each piece from left to right: `aaa` becomes (256, 97);
# - no pair reaches from one piece into the next; it ends when no pair occurs at least twice;
# - text is taken as it is: nothing is normalised, stripped or lowered. `train_bpe` for 8 000 bytes and 60 merges may take 20 s.
#
# By hand: the pieces `hug hug pug` hold (117, 103) = `ug` three times, `hu` twice, `pu` once. So `ug` becomes 256; then (104, 256) = `hug` is there twice and becomes 257; then nothing is there twice. About 25 lines.

# %% nbgrader={"grade_id": "bpe", "solution": true}
def train_bpe(pieces, merges):
    """The merged pairs, in order."""
    ### BEGIN SOLUTION
    words = [list(piece.encode("utf-8")) for piece in pieces]
    learned = []
    for new in range(256, 256 + merges):
        counts = Counter(pair for word in words for pair in zip(word, word[1:]))
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if counts[best] < 2:
            break
        learned.append(best)
        words = [joined(word, best, new) for word in words]
    return learned


def joined(ids, pair, new):
    """The ids with every occurrence of a pair replaced, from left to right."""
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
    ### END SOLUTION


def encode(text, merges):
    """The ids of a string."""
    ### BEGIN SOLUTION
    ids = list(text.encode("utf-8"))
    for k, pair in enumerate(merges):
        ids = joined(ids, pair, 256 + k)
    return ids
    ### END SOLUTION


def decode(ids, merges):
    """The string of some ids."""
    ### BEGIN SOLUTION
    table = [bytes([i]) for i in range(256)]
    for a, b in merges:
        table.append(table[a] + table[b])
    for i in ids:
        if not 0 <= i < len(table):
            raise ValueError(f"there is no id {i}")
    return b"".join(table[i] for i in ids).decode("utf-8", errors="replace")
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-bpe", "locked": true}
# **A tool for finding faults.** `merge_by_merge(pieces, merges)` does the same slowly and tells for each merge what it is, how often it occurs, and which pair comes next: hold your list against it.

# %% nbgrader={"grade_id": "merge-by-merge", "locked": true}
def merge_by_merge(pieces, merges):
    """Print each merge with its count, the runner-up and what the pieces look like after it."""
    words = [[bytes([b]) for b in piece.encode()] for piece in pieces]
    for k in range(merges):
        counts = Counter((x, y) for word in words for x, y in zip(word, word[1:])).most_common()
        if not counts or counts[0][1] < 2:
            print("no pair occurs twice")
            return
        tied = sum(c == counts[0][1] for _, c in counts)
        if tied > 1:
            print(f"{256 + k}: {tied} pairs are tied at {counts[0][1]}: here the rule of the smaller ids decides, and this tool stops")
            return
        (x, y), most = counts[0]
        print(f"{256 + k}: {x} + {y}, {most} times; next {counts[1] if len(counts) > 1 else 'none'}")
        for word in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == (x, y):
                    word[i : i + 2] = [x + y]
                i += 1
        print("    ", words[:3])


merge_by_merge(["hug", "hug", "pug"], 3)

# %% nbgrader={"grade_id": "check-bpe", "grade": true, "points": 8}
def whole(values, name="the result"):
    """A list of Python's whole numbers, from any sequence of them."""
    kit.require(isinstance(values, (list, tuple, np.ndarray)), f"{name} is no list of ids")
    kit.require(all(isinstance(v, (int, np.integer)) and not isinstance(v, bool) for v in values), f"{name} holds something that is no whole number: {values!r:.80}")
    return [int(v) for v in values]


def pairs_in(merges):
    """A list of tuples of whole numbers, from lists, tuples or an array."""
    kit.require(isinstance(merges, (list, tuple, np.ndarray)), "train_bpe returns the list of merged pairs")
    found = [tuple(whole(pair, "a merge")) for pair in merges]
    kit.require(all(len(pair) == 2 for pair in found), "each merge is a pair (a, b)")
    return found


score = kit.Score(8)
with score.part(1, "by hand: hug hug pug; the most frequent pair first, and it stops when nothing is there twice", pieces=["hug", "hug", "pug"]):
    kit.equal(pairs_in(train_bpe(["hug", "hug", "pug"], 9)), [(117, 103), (104, 256)], because="ug is there three times, then h and ug twice; p and ug once", known_wrong={
        "a pair that occurs once is not merged": [(117, 103), (104, 256), (112, 256)], "after ug the pair (h, u) is gone: count anew after each merge": [(117, 103), (104, 117)]})
    kit.equal(pairs_in(train_bpe(["hug", "hug", "pug"], 1)), [(117, 103)], because="at most one merge was asked for")
    for a, b in kit.examples(lambda r: r.permutation(26)[:2].tolist(), n=4, name="letters"):
        x, y = chr(97 + a), chr(97 + b)
        kit.equal(pairs_in(train_bpe([x + y + x, y + x + y + x], 1)), [(97 + b, 97 + a)], because=f"in {x + y + x} and {y + x + y + x}, {y + x} is there three times and {x + y} twice")
with score.part(1, "ties and overlaps, and Chinese is bytes", pieces=["bcab", "aaa", "中文", "中文"]):
    kit.equal(pairs_in(train_bpe(["cd", "cd", "ab", "ab"], 1)), [(97, 98)], because="ab and cd are there twice each: the smaller pair is merged", known_wrong={"among ties the smaller pair wins": [(99, 100)]})
    kit.equal(pairs_in(train_bpe(["ba", "ba", "ab", "ab", "ac", "ac"], 1)), [(97, 98)], because="three pairs are tied: first the smaller a, then the smaller b", known_wrong={"smaller: first the smaller a, then the smaller b": [(97, 99)]})
    kit.equal(pairs_in(train_bpe(["aaa", "bc", "xbc"], 1)), [(97, 97)], because="aaa holds (97, 97) twice, and (98, 99) is there twice: a tie, and 97 is smaller", known_wrong={"every position counts: aaa holds its pair twice": [(98, 99)]})
    kit.equal(pairs_in(train_bpe(["aaaa", "aaab"], 2)), [(97, 97)], because="aaaa becomes (256, 256), aaab (256, 97, 98): nothing is there twice any more", known_wrong={"from left to right, and what was merged is used up": [(97, 97), (256, 97)]})
    kit.equal(pairs_in(train_bpe(["中文", "中文"], 9)), [(150, 135), (173, 230), (184, 257), (228, 258), (259, 256)], because="中 is the bytes 228 184 173, 文 is 230 150 135", known_wrong={"characters are not bytes: encode the piece in UTF-8 first": [(20013, 25991)]})
with score.part(1, "encode and decode: bytes, then the merges in their order", text="hugs 中"):
    merges = [(117, 103), (104, 256), (104, 117)]
    kit.equal(whole(encode("hugs hu 中", merges)), [257, 115, 32, 258, 32, 228, 184, 173], because="ug first, then h and ug; hu alone is the third merge", known_wrong={"the merges go in their order: ug before hu": [258, 103, 115, 32, 258, 32, 228, 184, 173], "characters are not bytes": [257, 115, 32, 258, 32, 20013]})
    kit.equal(whole(encode("", merges)), [], because="no text, no ids")
    kit.equal(decode([257, 115, 228, 184, 173], merges), "hugs中", because="257 is h and ug, and three bytes make 中")
    kit.raises(ValueError, decode, [104, 259], merges, match="259")
    for text in kit.examples(lambda r: "".join(r.permutation(list("hug pugs中文é🙂"))), n=5, name="round"):
        kit.equal(decode(encode(text, merges), merges), text, because="decode takes back what encode did")
### BEGIN HIDDEN TESTS
def true_merges(pieces, merges):
    """The reference, in another way: arrays joined by -1, pairs as numbers."""
    flat = []
    for piece in pieces:
        flat += [*piece.encode(), -1]
    learned = []
    for new in range(256, 256 + merges):
        counts = {}
        for pair in zip(flat, flat[1:]):
            if min(pair) >= 0:
                counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            break
        best = max(counts, key=lambda p: (counts[p], -p[0], -p[1]))
        if counts[best] < 2:
            break
        learned.append(best)
        flat = true_joined(flat, best, new)
    return learned


def true_joined(flat, pair, new):
    out = []
    waiting = iter(flat)
    held = next(waiting, None)
    while held is not None:
        following = next(waiting, None)
        if (held, following) == pair:
            out.append(new)
            held = next(waiting, None)
        else:
            out.append(held)
            held = following
    return out


def true_encode(text, merges):
    ids = list(text.encode())
    for k, pair in enumerate(merges):
        ids = true_joined(ids, pair, 256 + k)
    return ids


POOL = ["中", "文", "件", "é", "e\u0301", "ß", "🙂", "👩\u200d🔬", "ا", "한", "\r\n", "\t", "\x00", " ", "  ", "A", "a", "\ufeff", "𝄞", "ﬁ", "İ"]


def few(r, kinds=3, most=9):
    """Pieces of few letters: ties, runs and overlaps everywhere."""
    letters = [chr(97 + i) for i in r.integers(0, 26, size=kinds)]
    return ["".join(r.choice(letters, size=int(r.integers(0, most)))) for _ in range(int(r.integers(1, 9)))]


def many(r):
    """Pieces of characters from everywhere, some of them empty."""
    pool = list(r.choice(POOL, size=int(r.integers(3, 9)), replace=False))
    return ["".join(r.choice(pool, size=int(r.integers(0, 8)))) for _ in range(int(r.integers(2, 12)))]


with score.part(1, "merges on other pieces of few letters: ties and overlaps everywhere, empty pieces, no merge asked for", hidden=True):
    for pieces in kit.examples(few, n=40, name="few"):
        kit.equal(pairs_in(kit.unchanged(train_bpe, pieces, 12)), true_merges(pieces, 12))
    for pieces in kit.examples(lambda r: few(r, kinds=1, most=14), n=12, name="runs"):
        kit.equal(pairs_in(train_bpe(pieces, 6)), true_merges(pieces, 6))
    for nothing in ([], [""], ["", "a"]):
        kit.equal(pairs_in(train_bpe(nothing, 5)), [])
    kit.equal(pairs_in(train_bpe(["abab"], 0)), [])
with score.part(1, "merges on characters from everywhere: combining marks, joined emoji, four bytes, control characters", hidden=True):
    for pieces in kit.examples(many, n=40, name="many"):
        kit.equal(pairs_in(train_bpe(pieces, 15)), true_merges(pieces, 15))
with score.part(1, "merges on real messages in both languages", hidden=True):
    r = kit.rng("messages")
    pieces = [p for en in r.choice(ENGLISH, size=60, replace=False) for t in (en, PAIRS[en]) for p in t.split(" ")]
    real = true_merges(pieces, 45)
    kit.equal(pairs_in(train_bpe(pieces, 45)), real)
with score.part(1, "encode other texts with other merges: each merge in its order, wherever it fits", hidden=True):
    for pieces, other in kit.examples(lambda r: (few(r), few(r, kinds=2, most=20)), n=25, name="encode few"):
        merges = true_merges(pieces, 12)
        for text in [*pieces, *other]:
            kit.equal(whole(kit.unchanged(encode, text, merges)), true_encode(text, merges))
    for pieces, other in kit.examples(lambda r: (many(r), many(r)), n=25, name="encode many"):
        merges = true_merges(pieces, 15)
        for text in other:
            kit.equal(whole(encode(text, merges)), true_encode(text, merges))
    for text in kit.rng("encode real").choice(CHINESE, size=20, replace=False).tolist():
        kit.equal(whole(encode(text, real)), true_encode(text, real))
with score.part(1, "decode: nothing is lost, cut characters become U+FFFD, an id that does not exist is named", hidden=True):
    for pieces in kit.examples(many, n=30, name="decode"):
        merges = true_merges(pieces, 10)
        text = "".join(pieces)
        ids = true_encode(text, merges)
        kit.equal(kit.unchanged(decode, ids, merges), text)
        parts = {256 + k: pair for k, pair in enumerate(merges)}
        for cut in range(1, min(len(ids), 6)):
            flat = ids[cut:]
            while any(i in parts for i in flat):
                flat = [j for i in flat for j in parts.get(i, (i,))]
            kit.equal(decode(ids[cut:], merges), bytes(flat).decode(errors="replace"))
        kit.equal(decode([0, 255], merges), "\0\ufffd", because="0 and 255 are bytes like the others")
        top = 256 + len(merges)
        if merges:
            kit.require(isinstance(decode([top - 1], merges), str), "the last id exists")
        kit.raises(ValueError, decode, [65, top, 66], merges, match=rf"\b{top}\b")
        kit.raises(ValueError, decode, [-1], merges, match="-1")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-worth", "locked": true}
# ## 2. What a model is worth, and what it says (5 points)
#
# | | contract |
# |---|---|
# | `worth(messages)` | `messages`: list of `(text, p)`; `p` is an array with the probability that the model gave to each true token of this text, the end of the message included (so it is never empty). Returns a dict: `"nats"`: mean loss a token; `"perplexity"`; `"bits_per_byte"`: bits of everything over the bytes of everything, where a text has its bytes in UTF-8 **and one more for its end** |
# | `sample(logits, temperature, top_p, u)` | `logits`: (vocab,) of finite numbers, any size. Temperature ≥ 0 divides the logits; 0 means the most likely token. Then only the fewest most likely tokens stay that together reach `top_p` (0 < top_p ≤ 1), and their probabilities are made to sum to 1. Sorted by falling probability, equal ones by rising id, the answer is the first token at which the running sum **exceeds** `u` (0 ≤ u < 1); an int |
#
# In `worth` a token of probability 0 makes all three infinite; a probability that is negative, above 1 or NaN raises `ValueError`. Relative tolerance $10^{-9}$. By hand: the text `ab` with $p = (\frac12, \frac14, \frac12)$ costs $1 + 2 + 1 = 4$ bits for 3 tokens and 3 bytes: perplexity $2^{4/3} = 2.52$. About 20 lines.

# %% nbgrader={"grade_id": "worth", "solution": true}
def worth(messages):
    """Mean nats a token, perplexity, bits a byte."""
    ### BEGIN SOLUTION
    p = np.concatenate([np.asarray(given, dtype=float) for _, given in messages])
    if not ((p >= 0) & (p <= 1)).all():  # also where a NaN stands
        raise ValueError("a probability lies between 0 and 1")
    with np.errstate(divide="ignore"):
        nats = -np.log(p)
    n_bytes = sum(len(text.encode("utf-8")) + 1 for text, _ in messages)
    mean = float(nats.mean())
    return {"nats": mean, "perplexity": math.exp(mean), "bits_per_byte": float(nats.sum()) / math.log(2) / n_bytes}
    ### END SOLUTION


def sample(logits, temperature, top_p, u):
    """The id of the next token."""
    ### BEGIN SOLUTION
    order = np.argsort(-logits, kind="stable")
    if temperature == 0:
        return int(order[0])
    p = np.exp((logits[order] - logits.max()) / temperature)
    running = np.cumsum(p / p.sum())
    kept = int(np.searchsorted(running, top_p)) + 1
    share = running[:kept] / running[:kept][-1]
    return int(order[np.searchsorted(share, u, side="right")])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-worth", "grade": true, "points": 5}
def numbers_in(result):
    """The three numbers of worth, as floats."""
    kit.require(isinstance(result, dict), "worth returns a dict")
    wanted = ["bits_per_byte", "nats", "perplexity"]
    kit.equal(sorted(map(str, result)), wanted, because="these are the three keys")
    return {key: float(result[key]) for key in wanted}


def token(value):
    kit.require(isinstance(value, (int, np.integer)), f"sample returns the id of a token, not {value!r:.60}")
    return int(value)


score = kit.Score(5)
with score.part(1, "worth: by hand, and a long and a short message", messages=[("ab", [0.5, 0.25, 0.5])]):
    def costing(bits, tokens, size):
        """The three numbers of so many bits, tokens and bytes."""
        return {"bits_per_byte": bits / size, "nats": bits * math.log(2) / tokens, "perplexity": 2 ** (bits / tokens)}

    kit.close(numbers_in(worth([("ab", np.array([0.5, 0.25, 0.5]))])), costing(4, 3, 3), rtol=1e-9, because="4 bits, 3 tokens, 3 bytes with the end", known_wrong={
        "the end of a message counts as one byte": costing(4, 3, 2), "the perplexity is e to the nats, not to the bits": costing(4, 3, 3) | {"perplexity": math.exp(4 / 3)}, "bits were asked for, not nats": costing(4, 3, 3) | {"bits_per_byte": 4 / 3 * math.log(2)}})
    for bits in kit.examples(lambda r: r.integers(0, 9, size=4), n=4, name="two messages"):
        cost, first = int(bits.sum()), int(bits[0])
        right, by_message = costing(2 * cost + first, 9, 5), (cost / 4 + first) / 2
        kit.close(numbers_in(worth([("中", 0.5 ** np.append(bits, bits)), ("", 0.5 ** bits[:1])])), right, rtol=1e-9, because=f"中 with tokens of {bits.tolist() * 2} bits, and an empty message whose end cost {first}: every token counts alike, 中 has three bytes", known_wrong={
            "every token counts alike: not the mean of the messages' means": right | {"nats": by_message * math.log(2), "perplexity": 2**by_message},
            "中 is one character and three bytes, and the end of a message counts as one byte": costing(2 * cost + first, 9, 3)})
with score.part(1, "sample: temperature on the logits, the fewest tokens that reach top_p", logits="log of (0.5, 0.2, 0.3)", top_p=0.75):
    three = np.log(np.array([0.5, 0.2, 0.3]))
    for u, right in ((0.0, 0), (0.61, 0), (0.63, 2), (0.99, 2)):
        kit.equal(token(sample(three, 1.0, 0.75, u)), right, because=f"0.5 and 0.3 reach 0.75 and become 0.625 and 0.375; u = {u}", known_wrong={"what stays must sum to 1 again, and the token that reaches top_p stays": 1})
    kit.equal(token(sample(three, 1.0, 0.45, 0.97)), 0, because="the first token alone reaches 0.45: it stays")
    for temperature, u, right in ((0.5, 0.64, 0), (0.5, 0.67, 2), (2.0, 0.40, 0), (2.0, 0.43, 2)):
        kit.equal(token(sample(three, temperature, 1.0, u)), right, because=f"temperature {temperature}: probabilities like 0.25 : 0.09 : 0.04 at 0.5, like the roots at 2; u = {u}")
    kit.equal(token(sample(np.array([1.0, 3.0, 3.0]), 0, 0.9, 0.5)), 1, because="temperature 0: the most likely, of equal ones the smaller id")
### BEGIN HIDDEN TESTS
def true_worth(messages):
    costs = [[-math.log(v) if v > 0 else math.inf for v in p] for _, p in messages]
    nats = math.fsum(c for row in costs for c in row)
    tokens, n_bytes = sum(map(len, costs)), sum(len(text.encode()) + 1 for text, _ in messages)
    mean = nats / tokens
    return {"bits_per_byte": nats / math.log(2) / n_bytes, "nats": mean, "perplexity": math.exp(mean)}


def true_sample(logits, temperature, top_p, u):
    """The token, and how far the nearest border is from u and from top_p."""
    order = sorted(range(len(logits)), key=lambda i: (-logits[i], i))
    if temperature == 0:
        return order[0], 1.0
    weights = [math.exp((logits[i] - logits[order[0]]) / temperature) for i in order]
    total, kept, running = math.fsum(weights), [], 0.0
    near = 1.0
    for i, w in zip(order, weights):
        kept.append((i, w / total))
        running += w / total
        near = min(near, abs(running - top_p)) if top_p < 1 else near
        if running >= top_p:
            break
    mass, running = math.fsum(w for _, w in kept), 0.0
    chosen = None
    for i, w in kept:
        running += w / mass
        near = min(near, abs(running - u))
        if chosen is None and running > u:
            chosen = i
    return (kept[-1][0] if chosen is None else chosen), near


def texts(r):
    """Messages in several scripts with probabilities, some of them tiny, very long ones too."""
    made = []
    for _ in range(int(r.integers(1, 6))):
        text = "".join(r.choice(["a", "b", "中", "é", "🙂", " "], size=int(r.integers(0, 12))))
        made.append((text, np.exp(-r.exponential(10.0 ** r.uniform(-2, 1.5), size=int(r.integers(1, 400))))))
    return made


with score.part(1, "worth of other messages: long ones, tiny probabilities, a zero, what is no probability", hidden=True):
    for made in kit.examples(texts, n=30, name="worth"):
        kit.close(numbers_in(kit.unchanged(worth, made)), true_worth(made), rtol=1e-9)
    kit.close(numbers_in(worth([("a", np.array([1.0, 1.0]))])), {"bits_per_byte": 0.0, "nats": 0.0, "perplexity": 1.0}, atol=1e-12)
    kit.close(numbers_in(worth([("a", np.array([0.5, 0.0])), ("b", np.array([0.5]))])), {"bits_per_byte": math.inf, "nats": math.inf, "perplexity": math.inf})
    for bad in (-0.1, 1.01, math.nan):
        kit.raises(ValueError, worth, [("a", np.array([0.5, 0.5])), ("b", np.array([0.5, bad, 0.5]))])
with score.part(1, "sample from other logits at other temperatures, top_p and u; the logits stay as they were", hidden=True):
    tried = 0
    for logits, temperature, top_p, u in kit.examples(lambda r: (r.normal(size=int(r.integers(1, 20))) * 2, float(r.choice([0, 0.3, 0.7, 1, 1.5])), float(r.choice([1.0, r.uniform(0.05, 0.99)])), float(r.uniform(0, 0.999))), n=150, name="sample"):
        right, near = true_sample(logits, temperature, top_p, u)
        if near > 1e-6:
            kit.equal(token(kit.unchanged(sample, logits, temperature, top_p, u)), right)
            tried += 1
    kit.require(tried > 100, "too few draws")
with score.part(1, "sample from logits of thousands, equal ones, tiny temperatures, without a warning", hidden=True):
    def loudest(function, *arguments):
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            return function(*arguments)

    for logits, temperature, u in kit.examples(lambda r: (r.integers(-3, 4, size=int(r.integers(2, 12))) * 10.0 ** int(r.integers(0, 4)), float(r.choice([0, 1e-3, 1, 50])), float(r.uniform(0, 0.999))), n=60, name="extreme"):
        right, near = true_sample(logits, temperature, 1.0, u)
        if near > 1e-6:
            kit.equal(token(kit.probe(loudest, sample, logits, temperature, 1.0, u)), right)
    for n, k in kit.examples(lambda r: (int(r.integers(4, 12)), r.integers(0, 1000)), n=10, name="equal ones"):
        kit.equal(token(sample(np.zeros(n), 1.0, 1.5 / n, 0.75)), 1)  # two of n equal tokens reach 1.5/n
        kit.equal(token(sample(np.zeros(n), 1.0, 1.5 / n, 0.25)), 0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-train", "locked": true}
# ## 3. A model of the messages (7 points)
#
# | | contract |
# |---|---|
# | `train_model(messages, vocab)` | `messages`: list of arrays of ids from 1 to vocab − 1. Id 0 never stands in a message: it is predicted where a message ends. Returns a function `predict` |
# | `predict(prefixes)` | `prefixes`: whole numbers of shape (n, t), the first $t \ge 0$ ids of $n$ messages, without any mark before them. Returns an array (n, vocab): the probability of each next id. Rows sum to 1 (to $10^{-5}$), every id gets more than 0, and a row depends on nothing but its own prefix |
#
# It is judged by bits a token (a letter, a byte or the end) on messages that it has not seen, against a **bigram model** with the smoothing that suits it best. Your model must be 0.5 bits better for the first points and **1.2 bits better** for all of them. Looking one letter further back than the bigram brings about 0.9. The first id of a message may cost at most 0.3 bits more than it does the bigram, which counts how messages begin. Anything that learns from `messages` alone is allowed: a network, counts, both. Training takes at most 10 s on one core (a second is enough), and `predict` gets prefixes of up to 300 ids.
#
# What comes next cannot be seen: the judge shows all messages up to their first id, then up to the second, and so on, and asks each time. About 25 lines, for counts or for a network.

# %% nbgrader={"grade_id": "train", "solution": true}
def train_model(messages, vocab):
    """A function that gives the probabilities of the next id, (n, t) -> (n, vocab)."""
    ### BEGIN SOLUTION
    longest = 5
    tables = [{} for _ in range(longest + 1)]  # for each number of ids before: context -> counts of what follows
    for message in messages:
        row = [0, *message.tolist(), 0]
        for i in range(1, len(row)):
            for k in range(min(i, longest) + 1):
                counts = tables[k].setdefault(tuple(row[i - k : i]), np.zeros(vocab, dtype=np.float32))
                counts[row[i]] += 1

    def one(prefix):
        row = [0, *prefix]
        p = np.full(vocab, 1 / vocab)
        for k in range(min(len(row), longest) + 1):
            counts = tables[k].get(tuple(row[len(row) - k :]))
            if counts is None:
                break
            kept = np.maximum(counts - 0.75, 0)
            p = (kept + (counts.sum() - kept.sum()) * p) / counts.sum()
        return p

    return lambda prefixes: np.array([one(prefix) for prefix in prefixes.tolist()])
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-train", "locked": true}
# **A tool for finding faults.** `dearest()` trains your model on one split and prints a few unseen messages with the bits of each letter, and where your model pays most in all. *All letters equally dear*: it has not learned. *The ends are dear*: it never saw id 0 as an answer. *The first letters are dear*: what stands before a message in training is not what stands there in `predict`. *Far better on seen messages*: it knows them by heart.

# %% nbgrader={"grade_id": "dearest", "locked": true}
def dearest(count=4):
    """Train on one split of the English messages and show where the model pays."""
    seen, unseen, vocab = split(ENGLISH, np.random.default_rng(1))
    model = train_model(seen, vocab)
    for name, messages in (("seen", seen[:200]), ("unseen", unseen[:200])):
        costs = [[-math.log2(float(model(m[None, :i])[0, m[i] if i < len(m) else 0])) for i in range(len(m) + 1)] for m in messages]
        total = sum(map(sum, costs)) / sum(map(len, costs))
        print(f"{name}: {total:.2f} bits a token; first letters {np.mean([c[0] for c in costs]):.2f}, ends {np.mean([c[-1] for c in costs]):.2f}")
    for row in costs[:count]:
        print("  ".join(f"{c:.1f}" for c in row))


# dearest()  # once train_model is written: take the sign away and run this cell

# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 7}
def distribution(result, n, vocab):
    """The rows of predict, held against the contract."""
    kit.require(isinstance(result, (np.ndarray, torch.Tensor)), "predict returns an array (n, vocab)")
    p = np.asarray(result.detach() if isinstance(result, torch.Tensor) else result, dtype=np.float64)
    kit.shape(p, (n, vocab))
    kit.require(bool((p > 0).all()), "an id gets a probability of 0 or less: if it comes, the loss is infinite")
    kit.close(p.sum(axis=1), np.ones(n), rtol=0, atol=1e-5, because="a row is a distribution over the next id")
    return p


def bits_a_token(predict, messages, vocab):
    """Bits a token, and bits of the first ids alone; what has been shown at the time of asking never holds the answer."""
    costs = []
    for t in range(max(map(len, messages)) + 1):
        going = [m for m in messages if len(m) >= t]
        p = distribution(predict(np.array([m[:t] for m in going], dtype=np.int64).reshape(len(going), t)), len(going), vocab)
        costs.append(-np.log2(p[np.arange(len(going)), [m[t] if t < len(m) else 0 for m in going]]))
    return float(np.concatenate(costs).mean()), float(costs[0].mean())


def bigram_bits(seen, unseen, vocab):
    """Bits a token of a bigram model with the best of six smoothings, and of the first ids alone."""
    pairs = [np.concatenate([np.lib.stride_tricks.sliding_window_view(np.r_[0, m, 0], 2) for m in part]) for part in (seen, unseen)]
    first = pairs[1][:, 0] == 0
    results = []
    for added in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0):
        counts = np.full((vocab, vocab), added)
        np.add.at(counts, tuple(pairs[0].T), 1)
        costs = -np.log2((counts / counts.sum(1, keepdims=True))[tuple(pairs[1].T)])
        results.append((float(costs.mean()), float(costs[first].mean())))
    return min(results)


def trained(texts, r):
    """A model trained by the learner's function on a split of its own, the split, and the bits saved against the bigram, in all and on the first ids; or the error."""
    seen, unseen, vocab = split(texts, r)
    try:
        predict = train_model([m.copy() for m in seen], vocab)
        saved, first = np.subtract(bigram_bits(seen, unseen, vocab), bits_a_token(predict, unseen, vocab))
        return predict, unseen, vocab, float(saved), float(first)
    except Exception as error:  # each part below says it again
        return error


def sound(model):
    if isinstance(model, Exception):
        raise model
    return model


score = kit.Score(7)
english = trained(ENGLISH, kit.rng("english"))
with score.part(1, "on English messages: distributions over the next id, from the empty prefix on, about as good as a bigram", messages="four fifths of the English messages"):
    predict, unseen, vocab, better, _ = sound(english)
    kit.require(better > -0.3, f"distributions they are, but {-better:.2f} bits a letter worse than a bigram: is the answer shifted by one, or does the prefix count at all?")
    for t in (0, 1, 40):
        rows = kit.rng(f"rows {t}").integers(1, vocab, size=(5, t))
        distribution(predict(rows), 5, vocab)
with score.part(1, "0.5 bits a letter better than the bigram model", messages="the fifth that was not seen"):
    *_, better, _ = sound(english)
    kit.require(better >= 0.5, f"your model is {better:.2f} bits a letter better than the bigram model, 0.5 are asked for: does it see more than one letter?")
    print(f"{better:.2f} bits a letter better than the bigram; all points need 1.2")
### BEGIN HIDDEN TESTS
with score.part(1, "on other English messages with other ids, 1.2 bits better", hidden=True):
    *_, better, _ = sound(english)
    kit.require(better >= 1.2, "less than 1.2 bits better")
chinese = trained(CHINESE, kit.rng("chinese"))
with score.part(1, "how messages begin, in both languages: at most 0.3 bits more than counting the first ids, and in all 0.5 bits better", hidden=True):
    for model in (english, chinese):
        *_, better, first = sound(model)
        kit.require(better >= 0.5, "less than 0.5 bits better")
        kit.require(first >= -0.3, "the first ids are guessed too badly")
with score.part(1, "on Chinese messages as bytes, 1.2 bits better", hidden=True):
    *_, better, _ = sound(chinese)
    kit.require(better >= 1.2, "less than 1.2 bits better")
with score.part(1, "rows sum to one over all next ids, and none is 0: on contexts never seen, empty, long, of one id only", hidden=True):
    for model in (english, chinese):
        predict, unseen, vocab, better, _ = sound(model)
        kit.require(better >= 0, "worse than the bigram")
        r = kit.rng("contexts")
        for t in (0, 1, 2, 3, 7, 61, 300):
            rows = np.concatenate([r.integers(1, vocab, size=(6, t)), np.full((1, t), vocab - 1)])
            distribution(predict(rows), 7, vocab)
with score.part(1, "a row depends on its own prefix only: asked alone, asked again, beside other rows", hidden=True):
    for model in (english, chinese):
        predict, unseen, vocab, better, _ = sound(model)
        kit.require(better >= 0, "worse than the bigram")
        for t in (1, 4, 9):
            rows = np.array([m[:t] for m in unseen if len(m) > t][:12])
            together = distribution(predict(rows), len(rows), vocab)
            kit.require(float(np.abs(together[0] - together[1:]).max()) > 1e-3, "the prefix changes nothing")
            kit.close(distribution(predict(rows[::-1].copy()), len(rows), vocab)[::-1], together, rtol=1e-3, atol=1e-6)
            for i in (0, 5):
                kit.close(distribution(predict(rows[i : i + 1]), 1, vocab)[0], together[i], rtol=1e-3, atol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-faults", "locked": true}
# ## 4. What is wrong with other people's models (5 points)
#
# Two teams report half your bits. You write the test that says what to believe.
#
# | | contract |
# |---|---|
# | `faults(model, messages, vocab)` | `model(ids)` takes one message, an array of $t \ge 0$ ids, and returns an array (t + 1, vocab): row $i$ is meant to be the distribution of id number $i$ given the $i$ ids before it; the last row is what comes after the message. Returns the sorted list of the names of what is wrong, empty if nothing is |
#
# | name | what is wrong |
# |---|---|
# | `"sum"` | some row does not sum to 1, or holds a negative number |
# | `"zero"` | some id gets exactly 0: one surprise makes the loss infinite |
# | `"memory"` | a message gets another answer when it is asked again after all others |
# | `"future"` | some row changes when the message is cut off at that row or later: it sees what it has to predict. With `"memory"` this cannot be told, so leave it out |
#
# Whatever is wrong shows somewhere in the messages that you are given, asked whole, cut off, or again, and differs by more than $10^{-4}$; sound models are exact to $10^{-9}$. A fault may sit in a few rows of one message. Call the model as often as you like, up to a thousand times; do not look into it. Messages may have any length, 0 too. About 15 lines.

# %% nbgrader={"grade_id": "faults", "solution": true}
def faults(model, messages, vocab):
    """Sorted names of what is wrong with a model."""
    ### BEGIN SOLUTION
    found = set()
    whole_rows = [np.array(model(ids)) for ids in messages]
    for rows in whole_rows:
        if (np.abs(rows.sum(axis=1) - 1) > 1e-6).any() or (rows < 0).any():
            found.add("sum")
        if (rows == 0).any():
            found.add("zero")
    if any(np.abs(model(ids) - rows).max() > 1e-6 for ids, rows in zip(messages, whole_rows)):
        return sorted(found | {"memory"})
    for ids, rows in zip(messages, whole_rows):
        for i in range(len(ids)):
            if np.abs(model(ids[:i]) - rows[: i + 1]).max() > 1e-6:
                found.add("future")
    return sorted(found)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-faults", "grade": true, "points": 5}
def candidate(r, vocab, wrong=()):
    """A model of random tables with some things wrong: `wrong` names the ways."""
    tables = r.normal(size=(4, vocab + 1, vocab))
    state = {"calls": 0, "left": np.zeros(vocab)}

    def model(ids):
        ids = np.asarray(ids, dtype=np.int64).ravel()
        t = len(ids)
        before = np.r_[vocab, vocab, ids]
        logits = tables[0, before[1 : t + 2]] + 0.7 * tables[1, before[: t + 1]] + 0.2 * np.cos(np.arange(t + 1))[:, None]
        if "next id" in wrong:
            logits[:t][np.arange(t), ids] += 3
        if "next id late" in wrong:
            logits[3:t][np.arange(max(0, t - 3)), ids[3:]] += 2
        if "all ids" in wrong:
            logits = logits + 0.5 * tables[2, ids].sum(axis=0)
        if "length" in wrong:
            logits = logits + 0.3 * np.sin(t) * tables[3, vocab]
        if "last id" in wrong and t:
            logits = logits + 0.2 * tables[2, ids[-1]]
        if "calls" in wrong:
            logits = logits * (1 + 0.05 * state["calls"])
        if "left over" in wrong:
            logits[0] = logits[0] + state["left"]
        state["calls"] += 1
        state["left"] = 0.5 * tables[3, ids].sum(axis=0) + 0.1
        state["left"][0] += 0.5
        axis = 0 if "columns" in wrong else 1
        p = np.exp(logits - logits.max())
        p = p / p.sum(axis=axis, keepdims=True)
        if "zero" in wrong:
            p[p < np.sort(p, axis=1)[:, 1:2]] = 0
            p = p / p.sum(axis=1, keepdims=True)
        if "one zero" in wrong:
            p[4:5, 0] = 0
            p[4:5] /= p[4:5].sum(axis=1, keepdims=True)
        if "scaled" in wrong:
            p = p * 1.01
        if "one row" in wrong:
            p[3:4] *= 1.001
        if "negative" in wrong:
            p[0, 0], p[0, 1] = -0.01, p[0, 1] + p[0, 0] + 0.01
        return p

    return model


def names_in(result):
    kit.require(isinstance(result, (list, tuple)), "faults returns a list of names")
    return [str(name) for name in result]


def given(r, short=False):
    """A vocabulary and messages of several lengths, one of them longer than three ids."""
    vocab = int(r.integers(5, 14))
    lengths = [*r.integers(0, 9, size=int(r.integers(0, 5))), int(r.integers(5, 12))] if not short else [int(r.integers(5, 9))]
    return vocab, [r.integers(1, vocab, size=int(n)) for n in r.permutation(lengths)]


def judged(name, wrong, names, n):
    """n models with these things wrong, each beside a sound one: the answer has to be exactly the names."""
    for r in kit.examples(lambda r: r, n=n, name=name + ",".join(wrong)):
        vocab, messages = given(r)
        kit.equal(names_in(faults(candidate(r, vocab), messages, vocab)), [], because="nothing is wrong with this one")
        kit.equal(names_in(faults(candidate(r, vocab, wrong), messages, vocab)), names, because=f"wrong here: {', '.join(wrong)}")


score = kit.Score(5)
with score.part(1, "a sound model, and one of each: scaled, with zeros, one that sees the next id, one that counts its calls", messages="a few of 0 to 11 ids"):
    for wrong, names in (("scaled", ["sum"]), ("zero", ["zero"]), ("next id", ["future"]), ("calls", ["memory"])):
        judged("public", (wrong,), names, 2)
### BEGIN HIDDEN TESTS
with score.part(1, "sums and zeros: negative numbers, one row of one message, one id of one row", hidden=True):
    for wrong, names in (("negative", ["sum"]), ("one row", ["sum"]), ("one zero", ["zero"]), ("scaled", ["sum"])):
        judged("sums", (wrong,), names, 4)
with score.part(1, "the future: the next id from the fourth place on, all ids, the last id, the length", hidden=True):
    for wrong in ("next id late", "all ids", "last id", "length"):
        judged("future", (wrong,), ["future"], 4)
    for r in kit.examples(lambda r: r, n=4, name="one id"):
        vocab, messages = given(r)[0], [np.array([1]), np.array([], dtype=np.int64)]
        kit.equal(names_in(faults(candidate(r, vocab), messages, vocab)), [])
        kit.equal(names_in(faults(candidate(r, vocab, ("next id",)), messages, vocab)), ["future"])
with score.part(1, "memory: what is left over from the message before", hidden=True):
    judged("memory", ("left over",), ["memory"], 6)
    judged("memory", ("calls",), ["memory"], 3)
with score.part(1, "several faults at once, and messages left as they were", hidden=True):
    for wrong, names in ((("scaled", "next id"), ["future", "sum"]), (("zero", "all ids"), ["future", "zero"]), (("left over", "next id"), ["memory"]), (("columns",), ["future", "sum"]), (("calls", "one row"), ["memory", "sum"]), (("zero", "scaled", "length"), ["future", "sum", "zero"])):
        judged("several", wrong, names, 3)
    for r in kit.examples(lambda r: r, n=4, name="kept"):
        vocab, messages = given(r, short=True)
        before = [m.copy() for m in messages]
        kit.equal(names_in(faults(candidate(r, vocab, ("last id",)), messages, vocab)), ["future"])
        kit.equal([m.tolist() for m in messages], [m.tolist() for m in before])
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-plan", "locked": true}
# ## 5. How large, on how much text (7 points)
#
# | | contract |
# |---|---|
# | `fit_law(n, d, loss)` | three arrays of the same length, at least 20: parameters, training tokens and final loss of small runs. Returns a dict `E`, `A`, `B`, `alpha`, `beta`, all positive, of $L(N, D) = E + A N^{-\alpha} + B D^{-\beta}$ |
# | `plan(law, budget, tokens, served)` | the budget in operations pays for training, $6ND$, and for serving `served` tokens afterwards, $2N \cdot$ served (0 if it is not served). `tokens` is the text that exists (`math.inf` if there is no limit); none is used twice. Returns `(N, D)`, two floats with the least $L$ that the budget allows |
#
# The runs are noisy (0.2 % of the loss), and up to one in eight has **diverged**: its loss is NaN, infinite, or at least 20 % above what it should be. These must not move your curve. Judged is what the curve is for: the loss predicted for ten times the parameters and tokens of the largest run within 1.5 %; and the true loss of your plan, for a hundred times the operations of the largest run, within 0.1 % of the best plan; of several draws one may miss. From exact runs $E$ comes out to 1 %.
#
# `plan` is exact: $L$ within $10^{-6}$ of the least (relative), and neither limit exceeded by more than $10^{-6}$ of itself. About 30 lines; `scipy.optimize` is allowed.

# %% nbgrader={"grade_id": "plan", "solution": true}
def fit_law(n, d, loss):
    """The law that fits the runs: E, A, B, alpha, beta."""
    ### BEGIN SOLUTION
    from scipy.optimize import least_squares

    good = np.isfinite(loss)
    x, y, z = np.log(n[good]), np.log(d[good]), np.log(loss[good])

    def apart(v):
        """Logarithm of predicted over measured loss; v = log E, log A, log B, alpha, beta."""
        return np.log(np.exp(v[0]) + np.exp(v[1] - v[3] * x) + np.exp(v[2] - v[4] * y)) - z

    start = [0.0, 0.35 * x.mean(), 0.35 * y.mean(), 0.35, 0.35]  # every term near 1
    best = least_squares(apart, start, loss="cauchy", f_scale=0.003)
    e, a, b, alpha, beta = best.x
    return {"E": float(np.exp(e)), "A": float(np.exp(a)), "B": float(np.exp(b)), "alpha": float(alpha), "beta": float(beta)}
    ### END SOLUTION


def plan(law, budget, tokens=math.inf, served=0.0):
    """Parameters and training tokens with the least loss."""
    ### BEGIN SOLUTION
    from scipy.optimize import minimize_scalar

    def size(d):
        return budget / (6 * d + 2 * served)

    def loss(log_d):
        d = math.exp(log_d)
        return law["A"] * size(d) ** -law["alpha"] + law["B"] * d ** -law["beta"]

    top = math.log(min(tokens, budget))
    found = minimize_scalar(loss, bounds=(0.0, top), method="bounded")
    d = math.exp(found.x if found.fun < loss(top) else top)
    return size(d), d
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-plan", "locked": true}
# **A tool for finding faults.** `beside_runs(n, d, loss)` fits your law and prints the runs that it misses most, in percent. *One or two missed by 20 % and more, all others by less than 1 %*: as it should be. *All missed by a few percent*: a diverged run has pulled the curve, or the search has not arrived.

# %% nbgrader={"grade_id": "beside-runs", "locked": true}
def runs_of(r, noise=0.002, diverged=True):
    """A law, and runs that follow it: n, d, loss."""
    law = {"E": float(r.uniform(1.3, 2.1)), "alpha": float(r.uniform(0.28, 0.42)), "beta": float(r.uniform(0.28, 0.42))}
    law["A"] = float(r.uniform(0.5, 1.2)) * 1e7 ** law["alpha"]
    law["B"] = float(r.uniform(0.5, 1.2)) * 1e9 ** law["beta"]
    n, d = (np.repeat(v, 6) if i else np.tile(v, 6) for i, v in enumerate((np.geomspace(1e6, 1e9, 6), np.geomspace(1e8, 3e10, 6))))
    loss = law_at(law, n, d) * np.exp(noise * r.normal(size=36))
    if diverged:
        bad = r.permutation(36)[: int(r.integers(1, 5))]
        loss[bad] *= r.uniform(1.2, 3, size=len(bad))
        loss[bad[0]] = r.choice([math.nan, math.inf, loss[bad[0]]])
    order = r.permutation(36)
    return law, n[order], d[order], loss[order]


def law_at(law, n, d):
    return law["E"] + law["A"] * n ** -law["alpha"] + law["B"] * d ** -law["beta"]


def beside_runs(n, d, loss):
    """Print a fitted law and the runs that it misses most."""
    law = fit_law(n, d, loss)
    print({key: round(value, 4) for key, value in law.items()})
    off = 100 * (loss / law_at(law, n, d) - 1)
    for i in np.argsort(-np.abs(np.nan_to_num(off, nan=1e9)))[:6]:
        print(f"N = {n[i]:.1e}, D = {d[i]:.1e}: measured {loss[i]:.3f}, {off[i]:+.2f} % off")


try:
    beside_runs(*runs_of(np.random.default_rng(5))[1:])
except (NotImplementedError, TypeError):
    print("write fit_law first, then run this cell again")

# %% nbgrader={"grade_id": "check-plan", "grade": true, "points": 7}
CHINCHILLA = {"E": 1.69, "A": 406.4, "B": 410.7, "alpha": 0.34, "beta": 0.28}  # Hoffmann et al. 2022, section 3.3
KEYS = ["A", "B", "E", "alpha", "beta"]


def law_in(result):
    kit.require(isinstance(result, dict), "fit_law returns a dict")
    kit.equal(sorted(map(str, result)), KEYS, because="these are the five keys")
    law = {key: float(result[key]) for key in KEYS}
    kit.require(all(math.isfinite(v) and v > 0 for v in law.values()), "all five numbers are positive")
    return law


def plan_in(result):
    kit.require(isinstance(result, (list, tuple, np.ndarray)) and len(result) == 2, "plan returns (N, D)")
    n, d = map(float, result)
    kit.require(math.isfinite(n) and math.isfinite(d) and n > 0 and d > 0, "N and D are positive numbers")
    return n, d


def allowed(n, d, budget, tokens=math.inf, served=0.0):
    kit.require(6 * n * d + 2 * n * served <= budget * (1 + 1e-6), "the plan costs more than the budget: training is 6ND, serving 2N for each token")
    kit.require(d <= tokens * (1 + 1e-6), "the plan uses more text than there is")


score = kit.Score(7)
with score.part(1, "exact runs give the law back", runs="36, no noise, none diverged"):
    for r in kit.examples(lambda r: r, n=3, name="exact"):
        true, n, d, loss = runs_of(r, noise=0, diverged=False)
        law = law_in(fit_law(n, d, loss))
        kit.close(law["E"], true["E"], rtol=0.01, because="E is what is left at infinite size and text")
        kit.close(law_at(law, 1e10, 3e11), law_at(true, 1e10, 3e11), rtol=0.005, because="the loss predicted for ten times the largest run")
with score.part(1, "Chinchilla's law and budget: 5.76e23 operations, text without limit", law=CHINCHILLA):
    share = 0.28 / (0.34 + 0.28)
    formula = (0.34 * 406.4 / (0.28 * 410.7)) ** (1 / 0.62)
    for budget in (5.76e23, *(5.76e23 * 10 ** kit.rng("budget").uniform(-4, 2, size=3)).tolist()):
        n, d = plan_in(plan(CHINCHILLA, budget, math.inf, 0.0))
        allowed(n, d, budget)
        right = formula * (budget / 6) ** share
        kit.close(n, right, rtol=0.02, because=f"N = G (C/6)^(beta/(alpha+beta)) for C = {budget:.2e}", known_wrong={
            "the exponents are exchanged: N grows with beta/(alpha+beta)": formula * (budget / 6) ** (1 - share), "20 tokens a parameter are a rule of thumb: this law says otherwise": math.sqrt(budget / 120),
            "G has the other quotient: alpha A over beta B": (0.28 * 410.7 / (0.34 * 406.4)) ** (1 / 0.62) * (budget / 6) ** share, "training costs 6ND": formula * budget**share})
        kit.close(law_at(CHINCHILLA, n, d), law_at(CHINCHILLA, right, budget / 6 / right), rtol=1e-6)
### BEGIN HIDDEN TESTS
def best_plan(law, budget, tokens=math.inf, served=0.0):
    """By golden section on log D: the loss is convex there."""
    low, high = 0.0, math.log(min(tokens, budget))
    at = lambda v: law_at(law, budget / (6 * math.exp(v) + 2 * served), math.exp(v))
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(120):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if at(a) < at(b) else (a, high)
    d = math.exp((low + high) / 2)
    return budget / (6 * d + 2 * served), d


with score.part(1, "noisy runs: the loss of ten times the largest run within 1.5 %", hidden=True):
    for r in kit.examples(lambda r: r, n=4, name="noisy"):
        true, n, d, loss = runs_of(r, diverged=False)
        kit.close(law_at(law_in(kit.unchanged(fit_law, n, d, loss)), 1e10, 3e11), law_at(true, 1e10, 3e11), rtol=0.015)
with score.part(1, "runs of which some diverged: they do not move the curve", hidden=True):
    missed = 0  # one in six is forgiven: a sound search may end in a hollow once in some hundred draws
    for r in kit.examples(lambda r: r, n=6, name="diverged"):
        true, n, d, loss = runs_of(r)
        missed += not abs(law_at(law_in(fit_law(n, d, loss)), 1e10, 3e11) / law_at(true, 1e10, 3e11) - 1) <= 0.015
    kit.require(missed <= 1, "diverged runs move the curve")
with score.part(1, "plans for other laws and budgets, with as much text as there is", hidden=True):
    for r in kit.examples(lambda r: r, n=20, name="plans"):
        law, budget = runs_of(r)[0], 10.0 ** r.uniform(19, 26)
        free = best_plan(law, budget)[1]
        for tokens in (math.inf, free * r.uniform(0.05, 0.7), free * r.uniform(1.2, 3)):
            n, d = plan_in(kit.unchanged(plan, law, budget, tokens, 0.0))
            allowed(n, d, budget, tokens)
            kit.close(law_at(law, n, d), law_at(law, *best_plan(law, budget, tokens)), rtol=1e-6)
with score.part(1, "plans for models that are served: smaller ones, trained on more text", hidden=True):
    for r in kit.examples(lambda r: r, n=20, name="served"):
        law, budget = runs_of(r)[0], 10.0 ** r.uniform(20, 26)
        free = best_plan(law, budget)[1]
        served = free * 10 ** r.uniform(-1, 2)
        for tokens in (math.inf, free * r.uniform(0.2, 1)):
            n, d = plan_in(plan(law, budget, tokens, served))
            allowed(n, d, budget, tokens, served)
            kit.close(law_at(law, n, d), law_at(law, *best_plan(law, budget, tokens, served)), rtol=1e-6)
with score.part(1, "from runs to plan: a hundred times the operations of the largest run, within 0.1 % of the best", hidden=True):
    missed = 0
    for r in kit.examples(lambda r: r, n=9, name="from runs to plan"):
        true, n, d, loss = runs_of(r)
        budget = 100 * 6 * 1e9 * 3e10
        size, text = plan_in(plan(law_in(fit_law(n, d, loss)), budget, math.inf, 0.0))
        allowed(size, text, budget)
        missed += not law_at(true, size, text) <= 1.001 * law_at(true, *best_plan(true, budget))
    kit.require(missed <= 1, "the plans of several draws are too far from the best")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "beyond", "locked": true}
# ## Beyond the points
#
# - *Ablation*: let your network see 1, 2, 4, 8, 16 letters and draw the bits against the width. Where does it stop helping, and is that the text or the training?
# - *Performance*: `train_bpe` counts everything anew for each merge. Count only what a merge changes, and compare the times for 400 merges. The list has to stay the same.
# - *Explanation*: the bigram pays most at which letters? Where does your model pay more than the bigram, and why would it?
#
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit.
