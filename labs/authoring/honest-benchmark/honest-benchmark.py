# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # An honest benchmark
#
# **You deliver** a detector of seen questions, a measure of calibration with its noise, a paired comparison, a report that names a winner or none, and a test that finds faults in other people's intervals. **90 minutes.** You need the course *Evaluating models*; NumPy, SciPy; no network. **It proves** `model-evaluation` at the level intermediate.
#
# *The situation.* A company builds on JupyterLab and wants a model that knows its messages. Supplier A reports a higher score than supplier B on the company's benchmark. The benchmark's questions are messages of JupyterLab's extensions; they are public, and nobody asked what the models had read. Next month there will be new messages. You are asked which model to buy, and to leave behind the program that answers it next time.
#
# The messages are real: the English side of the language pack of JupyterLab (`jupyterlab-language-pack-zh-CN`, BSD licence). Right and wrong answers in the checks are drawn.
#
# **Resources**: one CPU core, 1 GB; each check takes a few seconds.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `covered` | 6 |
# | 2 | `calibration_error`, `noise_floor`, `temperature` | 8 |
# | 3 | `compare`, `mcnemar` | 7 |
# | 4 | `report` | 5 |
# | 5 | `faults` | 5 |
#
# **How it is scored.** 31 points. Run each check as often as you like. After you submit, other inputs are tried, drawn anew for you. Each property has its own points. Arrays may come back as lists, numbers as Python or NumPy numbers; no argument may be changed. Arguments are arrays of numbers or of `bool`, texts are lists of strings.
#
# **Tools for finding faults** stand below: `runs` shows what a question and a document share, `table_of_bins` shows a calibration bin by bin, `coverage` tries an interval on benchmarks whose truth is known.

# %% nbgrader={"grade_id": "setup", "locked": true}
import difflib
import json
import math
import re
import time
import unicodedata
from importlib.resources import files

import numpy as np
from scipy import optimize, special, stats

from graders import kit

PACK = files("jupyterlab_language_pack_zh_CN") / "locale/zh_CN/LC_MESSAGES"


def messages(package):
    """The English messages of one package, each once."""
    return list(dict.fromkeys(key.split("\x04")[-1] for key in json.loads((PACK / f"{package}.json").read_text(encoding="utf-8")) if key))


CORPUS, QUESTIONS = messages("jupyterlab"), messages("notebook")


def tokens(text):
    """Words and numbers in small letters without signs, and each Chinese character for itself."""
    return re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", unicodedata.normalize("NFKC", text).casefold())


def runs(question, document):
    """Print the runs of tokens that a question and a document share, longest first."""
    q, d = tokens(question), tokens(document)
    blocks = difflib.SequenceMatcher(None, q, d, autojunk=False).get_matching_blocks()
    for block in sorted(blocks, key=lambda b: -b.size):
        if block.size:
            print(f"{block.size} tokens from token {block.a} of the question: {' '.join(q[block.a : block.a + block.size])}")


def table_of_bins(confidence, right, place):
    """Print one line a bin: how many, what was said, what was right; place (n,) has the number of each answer's bin."""
    confidence, right, place = np.asarray(confidence), np.asarray(right), np.asarray(place)
    for b in np.unique(place):
        here = place == b
        print(f"bin {b}: {here.sum():4} answers, said {confidence[here].mean():.3f}, right {right[here].mean():.3f}")


def coverage(procedure, clusters=60, size=5, effect=0.05, benchmarks=300):
    """Print how often `procedure(a, b, cluster)` -> (low, high) holds the true difference, on benchmarks with clusters of like questions."""
    r, held, widths = np.random.default_rng(0), [], []
    for _ in range(benchmarks):
        ease = np.repeat(r.normal(size=clusters), size)  # the questions of one cluster are alike
        likes = np.repeat(r.normal(size=clusters), size)  # and suit one model more than the other
        level = 0.7 + 0.1 * np.tanh(ease)
        chance = np.stack([level + effect / 2 + 0.15 * np.tanh(likes), level - effect / 2 - 0.15 * np.tanh(likes)])
        draw = r.random(clusters * size)  # the same luck for both: hard questions are hard for both
        a, b = (draw < chance).astype(int)
        low, high = procedure(a, b, np.repeat(np.arange(clusters), size))
        held.append(low <= effect <= high)
        widths.append(high - low)
    print(f"holds the true difference in {np.mean(held):.0%} of {benchmarks} benchmarks; mean width {np.mean(widths):.3f}")


# %% nbgrader={"grade_id": "tools-shown", "locked": true}
runs("Restart the kernel and run all cells", "Do you want to restart the kernel? All cells will run")
coverage(lambda a, b, cluster: (float(np.mean(a) - np.mean(b)) - 0.05, float(np.mean(a) - np.mean(b)) + 0.05))  # five points either way, from the feeling

# %% [markdown] nbgrader={"grade_id": "task-covered", "locked": true}
# ## 1. Had it seen the questions? (6 points)
#
# `covered(questions, corpus, n)` takes two lists of texts and a whole number $n \ge 1$. It returns for each question the share of its tokens, a number from 0 to 1, that lie in a run of $n$ tokens which stands, consecutively, in **one** document of the corpus. Tokens are what `tokens` above gives. Moreover:
#
# - a question with fewer than $n$ tokens has one run, the whole question; one without tokens gets 0;
# - runs may overlap; each token counts once; a run does not go on from one document into the next;
# - what a corpus takes is paid once: 400 questions against 3000 documents take less than five times as long as 10 questions (an index makes it about 1.1 times, a search of the whole corpus for each run ten times and more).

# %% nbgrader={"grade_id": "covered", "solution": true}
def covered(questions, corpus, n):
    """Share of each question's tokens that stand in runs of n in the corpus; lists of texts -> (questions,)."""
    ### BEGIN SOLUTION
    texts = [tokens(question) for question in questions]
    lengths = {min(n, len(text)) for text in texts}
    stands = {tuple(d[i : i + k]) for d in map(tokens, corpus) for k in lengths for i in range(len(d) - k + 1)}
    shares = []
    for text in texts:
        k = min(n, len(text))
        inside = np.zeros(len(text))
        for i in range(len(text) - k + 1):
            if tuple(text[i : i + k]) in stands:
                inside[i : i + k] = 1
        shares.append(inside.sum() / max(len(text), 1))
    return np.array(shares)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-covered", "grade": true, "points": 6}
def row(result, length, what):
    """The result as an array of numbers, or words that say why it is none."""
    kit.require(result is not None, f"{what} returned None: is a return missing?")
    try:
        numbers = np.asarray(result, dtype=np.float64)
    except (TypeError, ValueError):
        raise kit.CheckFailed(f"{what} has to return {length} numbers") from None
    kit.require(numbers.shape == (length,), f"{what} has to return {length} numbers, one a question; the shape is {numbers.shape}")
    return numbers


score = kit.Score(6)
ASKED = ["Restart the kernel and run all cells", "Run all", "cells all run"]
READ = ["Please restart the kernel", "run all cells again"]
with score.part(1, "three questions by hand: whole runs only, short questions as a whole", questions=ASKED, corpus=READ, n=3):
    kit.close(row(covered(ASKED, READ, 3), 3, "covered"), np.array([6 / 7, 1.0, 0.0]), because="two runs of three cover six of seven tokens; 'run all' stands as a whole; 'cells all run' stands nowhere in this order", known_wrong={
        "that is the share of runs; count the tokens that lie in one": np.array([2 / 5, 1.0, 0.0]), "that is whether any run is found; count tokens": np.array([1.0, 1.0, 0.0]),
        "a question with fewer than n tokens has one run, the whole of it": np.array([6 / 7, 0.0, 0.0]), "the order of the words counts": np.array([6 / 7, 1.0, 1.0]),
        "each token counts once, and each run covers all of its n tokens": np.array([2 / 7, 1.0, 0.0])})
    kit.close(row(covered(["the kernel run all"], READ, 3), 1, "covered"), np.array([0.0]), because="'the kernel' ends one document and 'run all' begins the next", known_wrong={"a run does not go on from one document into the next": np.array([1.0])})
    for k in kit.examples(lambda r: int(r.integers(1, 9)), n=3, name="unknown words"):
        kit.close(row(covered(["restart the kernel" + " zyzzy" * k], READ, 3), 1, "covered"), np.array([3 / (3 + k)]), because=f"three known tokens and {k} that stand nowhere, n = 3")
with score.part(1, "the real benchmark: 95 messages of Jupyter Notebook against those of JupyterLab", n="1, 3, 5"):
    for n, share, wholly in ((1, 0.929412, 74), (3, 0.516389, 43), (5, 0.461754, 43)):
        found = row(covered(QUESTIONS, CORPUS, n), len(QUESTIONS), "covered")
        kit.close(float(found.mean()), share, rtol=1e-3, because=f"mean over all questions, n = {n}")
        kit.equal(int((found == 1).sum()), wholly, because=f"questions that are covered wholly, n = {n}")
    for i, n in kit.examples(lambda r: (int(r.integers(len(CORPUS))), int(r.integers(2, 6))), n=8, name="framed"):
        known = len(tokens(CORPUS[i]))
        framed = row(covered(["zyzzy " + CORPUS[i] + " qworp"], CORPUS, n), 1, "covered")
        if known >= n:
            kit.close(framed, np.array([known / (known + 2)]), because=f"{CORPUS[i]!r} between two words that nobody knows, n = {n}")
        elif known + 2 >= n:
            kit.close(framed, np.zeros(1), because=f"{CORPUS[i]!r} is shorter than n = {n}, and the words around it stand nowhere")
### BEGIN HIDDEN TESTS
WORDS = "open close save run cell kernel file all the of in new tab 打 开 文 件".split()


def text(r, most=12):
    return "".join(str(w) + str(r.choice([" ", "  ", ", ", "! ", " - "])) for w in r.choice(WORDS, size=int(r.integers(0, most))))


def by_definition(question, corpus, n):
    """Every run against every place of every document."""
    q = tokens(question)
    k, inside = min(n, len(q)), set()
    for i in range(len(q) - k + 1):
        for document in corpus:
            d = tokens(document)
            if k and any(d[j : j + k] == q[i : i + k] for j in range(len(d) - k + 1)):
                inside |= set(range(i, i + k))
    return len(inside) / len(q) if q else 0.0


def held_back(r, shout=False):
    corpus = [text(r) for _ in range(int(r.integers(0, 30)))]
    questions = [text(r) for _ in range(int(r.integers(1, 12)))] + ["", " ?! "] + [document + text(r) for document in corpus[:1]]
    questions = [str(q).upper() if shout else q for q in questions]
    return questions, corpus, int(r.integers(1, 7))


with score.part(1, "other questions, documents and lengths of run; empty texts, an empty corpus; the arguments stay as they are", hidden=True):
    kit.close(row(covered(["open a file"], [], 2), 1, "covered"), np.zeros(1))
    for questions, corpus, n in kit.examples(held_back, n=25, name="texts"):
        kit.close(row(kit.unchanged(covered, questions, corpus, n), len(questions), "covered"), np.array([by_definition(q, corpus, n) for q in questions]), rtol=1e-9, atol=1e-12)
with score.part(1, "capitals, wide letters and signs make no difference", hidden=True):
    for questions, corpus, n in kit.examples(lambda r: held_back(r, shout=True), n=10, name="capitals"):
        kit.close(row(covered(questions, corpus, n), len(questions), "covered"), np.array([by_definition(q, corpus, n) for q in questions]), rtol=1e-9, atol=1e-12)
    kit.close(row(covered(["Ｏｐｅｎ the FILE", "ｎｅｗ tab"], ["open-the-file: now", "a new tab"], 3), 2, "covered"), np.ones(2))
with score.part(1, "long and short questions side by side, and runs that overlap", hidden=True):
    for r in [kit.rng(f"lengths {i}") for i in range(6)]:
        names = [f"w{i}" for i in range(400)]
        document = [names[i] for i in r.permutation(400)]
        long = int(r.integers(9, 60))
        start, n = int(r.integers(0, 300)), int(r.integers(3, 9))
        asked = [" ".join(document[start : start + long]), " ".join(document[start : start + long][::-1]), document[start], " ".join(document[start : start + n - 1]),
                 " ".join(["x", *document[start : start + n], "y", *document[start + 20 : start + 19 + n]])]
        kit.close(row(covered(asked, ["x y z", " ".join(document)], n), 5, "covered"), np.array([1.0, 0.0, 1.0, 1.0, n / (2 * n + 1)]), rtol=1e-9)
with score.part(1, "400 questions against 3000 documents take less than five times as long as 10", hidden=True):
    r = kit.rng("many")
    names = np.array([f"word{i}" for i in range(3000)])
    corpus = [" ".join(line) for line in names[r.integers(0, 3000, size=(3000, 10))]]
    hit = r.random(400) < 0.5
    kept = r.integers(6, 11, size=400)  # of ten tokens so many stand in a document, and then others follow
    questions = [" ".join(corpus[int(r.integers(3000))].split()[:k] + ["other"] * (10 - k)) if h else " ".join(names[r.integers(0, 3000, size=10)]) for h, k in zip(hit, kept)]

    def seconds(count):
        begun = time.perf_counter()
        result = covered(questions[:count], corpus, 6)
        took = time.perf_counter() - begun
        kit.close(row(result, count, "covered"), (hit * kept / 10)[:count])
        return took

    few, many = seconds(10), seconds(400)
    for _ in range(8):  # the shortest of several: a busy machine makes single ones long
        if many < 5 * few or many > 12:
            break
        few, many = min(few, seconds(10)), min(many, seconds(400))
    kit.require(many < 5 * few, "too slow: forty times as many questions take five times as long or more; does each of them search the corpus anew?")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-calibration", "locked": true}
# ## 2. Does it know what it does not know? (8 points)
#
# | | contract |
# |---|---|
# | `calibration_error(confidence, right, bins)` | `confidence` (n,) from 0 to 1, `right` (n,) of 0 and 1 (or `bool`), n ≥ 1. Answer $i$ belongs to bin $\lfloor \text{bins} \cdot m_i / n \rfloor$, where $m_i$ is the number of answers with a **strictly smaller** confidence: bins of about equal size, and equal confidences stay together. Returns $\sum_b \frac{n_b}{n} \lvert \overline{\text{confidence}}_b - \overline{\text{right}}_b \rvert$, a float |
# | `noise_floor(confidence, bins)` | the calibration error that a **perfectly calibrated** model with these confidences would show on n answers: each answer is right with just its confidence as the chance, independently. Returns `(mean, high)`: the mean over such models, and the value that 95 % of them stay at or below. Within 8 % of the true values (draw 2000 times or compute); no chance that is not seeded |
# | `temperature(logits, labels)` | `logits` (n, classes) finite, of any size, `labels` (n,) whole numbers. The $T$ for which $\operatorname{softmax}(\text{logits}/T)$ has the smallest mean loss $-\log p_{\text{label}}$, a float between 0.05 and 20 (the nearer end where the minimum lies outside); relative error at most $10^{-3}$. No warning |

# %% nbgrader={"grade_id": "calibration", "solution": true}
def calibration_error(confidence, right, bins):
    """Expected calibration error over bins of about equal size; (n,), (n,), int -> float."""
    ### BEGIN SOLUTION
    n = len(confidence)
    smaller = np.searchsorted(np.sort(confidence), confidence)  # (n,): how many lie strictly below
    gaps = np.bincount(smaller * bins // n, weights=confidence - right)
    return float(np.abs(gaps).sum() / n)
    ### END SOLUTION


def noise_floor(confidence, bins):
    """Mean and 95 % quantile of the error of a calibrated model; (n,), int -> two floats."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(0)
    errors = [calibration_error(confidence, r.random(len(confidence)) < confidence, bins) for _ in range(4000)]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))
    ### END SOLUTION


def temperature(logits, labels):
    """The temperature with the smallest loss; (n, classes), (n,) -> float."""
    ### BEGIN SOLUTION
    ahead = logits - logits[np.arange(len(labels)), labels][:, None]  # (n, classes): how far each lies above the label

    def loss(log_t):
        return special.logsumexp(ahead / np.exp(log_t), axis=1).mean()

    best = optimize.minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(best.x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-calibration", "grade": true, "points": 8}
def number(result, what):
    """The result as a float, or words that say why it is none."""
    kit.require(result is not None, f"{what} returned None: is a return missing?")
    try:
        return float(result)
    except (TypeError, ValueError):
        raise kit.CheckFailed(f"{what} has to return one number") from None


def two(result, what):
    """The result as two floats, or words that say why it is none."""
    kit.require(result is not None, f"{what} returned None: is a return missing?")
    try:
        first, second = result
    except (TypeError, ValueError):
        raise kit.CheckFailed(f"{what} has to return two numbers") from None
    return number(first, what), number(second, what)


score = kit.Score(8)
SAID, WAS = np.array([0.9, 0.6, 0.9, 0.6, 0.9]), np.array([1, 1, 0, 1, 1])
with score.part(1, "five answers by hand, and other ones with ties", confidence=SAID, right=WAS, bins=3):
    kit.close(number(calibration_error(SAID, WAS, 3), "calibration_error"), 0.3, rtol=1e-9, because="two answers said 0.6, both right; three said 0.9, two of them right: (2 * 0.4 + 3 * 0.2333) / 5", known_wrong={
        "gaps of opposite sign must not cancel: take the absolute value in each bin": 0.02, "equal confidences stay in one bin": 0.34, "weigh the bins by their answers": (0.4 + 0.7 / 3) / 2, "weigh the bins by their share of the answers": 0.4 + 0.7 / 3})
    kit.close(number(calibration_error(SAID, WAS == 1, 1), "calibration_error"), 0.02, rtol=1e-9, because="one bin, and right as bool")
    for low, n, k in kit.examples(lambda r: (float(r.uniform(0.2, 0.8)), *(int(v) for v in r.integers(2, 9, size=2))), n=6, name="two confidences"):
        high = low + 0.003
        c, y = np.repeat([high, low], [n, k]), np.concatenate([[1], np.zeros(n - 1), np.ones(k - 1), [0]])
        kit.close(number(calibration_error(c, y, n + k), "calibration_error"), (n * abs(high - 1 / n) + k * abs(low - 1 + 1 / k)) / (n + k), rtol=1e-9, because=f"{n} answers said {high:.3f}, one right; {k} said {low:.3f}, all but one right; {n + k} bins")
with score.part(1, "the noise of a calibrated model: four answers at 0.5 in one bin", confidence="0.5 each"):
    kit.close(two(noise_floor(np.full(4, 0.5), 1), "noise_floor")[0], 0.1875, rtol=0.08, because="0, 1, 2, 3, 4 right with chances 1, 4, 6, 4, 1 of 16: the error is 0.5, 0.25, 0, 0.25, 0.5", known_wrong={
        "a calibrated model of four answers is not without error": 0.0, "that is the root of the mean square": 0.25})
    kit.close(two(noise_floor(np.full(4, 0.5), 1), "noise_floor")[1], 0.5, rtol=0.08, because="2 of 16 such models err by 0.5, so 95 % is reached only there", known_wrong={"that is the mean": 0.1875})
    kit.close(np.array(two(noise_floor(np.array([0.0, 1.0, 1.0]), 3), "noise_floor")), np.zeros(2), atol=1e-12, because="who says 0 and 1 and is calibrated is always right")
    for n, p in kit.examples(lambda r: (int(r.integers(2, 30)), float(r.uniform(0.3, 0.8))), n=3, name="one bin"):
        mean = float(stats.binom.pmf(np.arange(n + 1), n, p) @ np.abs(np.arange(n + 1) / n - p))
        kit.close(two(noise_floor(np.full(n, p), 1), "noise_floor")[0], mean, rtol=0.08, because=f"{n} answers at {p:.3f} in one bin: a binomial count")
with score.part(1, "the temperature of a model that says too much", logits="two classes, 4 apart, 3 of 4 right"):
    sure = np.array([[4.0, 0.0]] * 4)
    kit.close(number(temperature(sure, np.array([0, 0, 0, 1])), "temperature"), 4 / math.log(3), rtol=1e-3, because="3 of 4 right is log 3 apart", known_wrong={
        "divide the logits by T, do not multiply": math.log(3) / 4, "a temperature of 1 leaves the logits as they are": 1.0})
    kit.close(number(temperature(sure, np.zeros(4, dtype=int)), "temperature"), 0.05, rtol=2e-3, because="always right: the smallest temperature allowed")
    for k, n, gap in kit.examples(lambda r: (int(r.integers(7, 10)), int(r.integers(10, 12)), float(r.uniform(1, 5))), n=4, name="gap"):
        kit.close(number(temperature(np.array([[0.0, gap]] * n), np.array([1] * k + [0] * (n - k))), "temperature"), gap / math.log(k / (n - k)), rtol=1e-3, because=f"{k} of {n} right, logits {gap:.3f} apart")
    kit.close(number(temperature(sure, np.array([0, 1, 1, 1])), "temperature"), 20.0, rtol=2e-3, because="right less often than a coin: the largest temperature allowed")
### BEGIN HIDDEN TESTS
import warnings


def error_by_hand(confidence, right, bins):
    """The calibration error answer by answer."""
    n, groups = len(confidence), {}
    for c, y in zip(confidence, right):
        groups.setdefault(bins * int(sum(d < c for d in confidence)) // n, []).append((float(c), float(y)))
    return sum(len(g) / n * abs(np.mean([c for c, _ in g]) - np.mean([y for _, y in g])) for g in groups.values())


def answers(r):
    n = int(r.integers(1, 120))
    c = r.beta(2, 1, size=n)
    if r.random() < 0.4:
        c = np.round(c, 1)
    return c, (r.random(n) < c**2).astype(int), int(r.integers(1, 20))


with score.part(1, "other answers: ties, single answers, more bins than answers; the arguments stay as they are", hidden=True):
    for c, y, k in [(np.array([0.3]), np.array([1]), 5), (np.full(7, 0.25), np.array([1, 0, 0, 0, 0, 0, 1]), 3), *kit.examples(answers, n=25, name="answers")]:
        kit.close(number(kit.unchanged(calibration_error, c, y, k), "calibration_error"), error_by_hand(c, y, k), rtol=1e-9, atol=1e-12)
    kit.close(number(calibration_error(np.array([0.75, 0.5]), np.array([True, False]), 2), "calibration_error"), 0.375, rtol=1e-9)


def exact_floor(confidence, bins):
    """Mean and 95 % quantile by drawing 20 000 models."""
    r, n = np.random.default_rng(7), len(confidence)
    place = bins * (confidence[None] < confidence[:, None]).sum(1) // n
    member = (place[:, None] == np.unique(place)[None]).astype(float)  # (n, bins)
    errors = np.abs(((r.random((20_000, n)) < confidence) - confidence) @ member).sum(1) / n
    return np.array([errors.mean(), np.quantile(errors, 0.95)])


with score.part(1, "the mean noise of other models, also in many bins", hidden=True):
    for c, k in kit.examples(lambda r: (r.uniform(0.2, 0.95, size=int(r.integers(40, 150))), int(r.integers(1, 25))), n=5, name="noise"):
        kit.close(two(noise_floor(c, k), "noise_floor")[0], exact_floor(c, k)[0], rtol=0.08)
with score.part(1, "the noise that 95 % of them stay below", hidden=True):
    for c, k in kit.examples(lambda r: (r.uniform(0.2, 0.95, size=int(r.integers(40, 150))), int(r.integers(2, 25))), n=5, name="quantile"):
        mean, high = two(kit.unchanged(noise_floor, c, k), "noise_floor")
        kit.close(high, exact_floor(c, k)[1], rtol=0.08)
        kit.require(mean < high, "the mean lies below")


def scored(r):
    n, classes, true = int(r.integers(60, 400)), int(r.integers(2, 8)), float(np.exp(r.uniform(-1.5, 1.5)))
    z = r.normal(size=(n, classes)) * 3
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return z * true + r.normal(size=(n, 1)) * 10, np.array([int(r.choice(classes, p=q)) for q in p])


def fitted(z, y):
    """The temperature on a fine grid of its logarithm, narrowed twice."""
    def loss(t):
        s = z / t
        s = s - s.max(1, keepdims=True)
        return float((np.log(np.exp(s).sum(1)) - s[np.arange(len(y)), y]).mean())

    low, high = math.log(0.05), math.log(20)
    for _ in range(4):
        grid = np.linspace(low, high, 41)
        best = int(np.argmin([loss(math.exp(t)) for t in grid]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 40)]
    return math.exp((low + high) / 2)


with score.part(1, "other temperatures, other numbers of classes; the arguments stay as they are", hidden=True):
    for z, y in kit.examples(scored, n=8, name="scored"):
        kit.close(number(kit.unchanged(temperature, z, y), "temperature"), fitted(z, y), rtol=1e-3)
with score.part(1, "logits of thousands, without a warning", hidden=True):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for z, y in kit.examples(scored, n=4, name="large"):
            big = 4000 + z
            kit.close(number(temperature(big, y), "temperature"), fitted(z, y), rtol=1e-3)
            far = np.array([[3000.0, 0.0], [0.0, 3000.0], [0.0, 2000.0]])
            kit.close(number(temperature(far, np.array([0, 1, 0])), "temperature"), 20.0, rtol=2e-3)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-compare", "locked": true}
# ## 3. Which is better, and how sure? (7 points)
#
# Both models answered the same $n$ questions; `a` and `b` (n,) say which answers were right (1) or wrong (0). Questions about the same message, or of the same package, are alike: `cluster` (n,) has the name or number of each question's cluster.
#
# | | contract |
# |---|---|
# | `compare(a, b, cluster)` | a dictionary. With $d_i = a_i - b_i$, $G$ clusters and $\bar d$ the mean of all $d_i$: `"difference"` $\bar d$; `"error"` $\frac1n \sqrt{\frac{G}{G-1} \sum_g \big(\sum_{i \in g} (d_i - \bar d)\big)^2}$; `"low"`, `"high"`: difference ∓ $t \cdot$ error, where $t$ is the 97.5 % quantile of Student's distribution with $G - 1$ degrees of freedom. With fewer than two clusters the error is `inf`, and low and high are `-inf` and `inf`; the difference of no questions is 0 |
# | `mcnemar(a, b)` | the exact two-sided p-value, a float: if the models are equally good, each of the $k$ questions on which exactly one is right falls to either side like a fair coin. Twice the chance of a split at least as one-sided as the one seen, on that side, and at most 1; 1 if $k = 0$ |
#
# All values are plain numbers. No warning reaches whoever calls.

# %% nbgrader={"grade_id": "compare", "solution": true}
def compare(a, b, cluster):
    """Paired difference of two models with an interval that knows of clusters; (n,), (n,), (n,) -> dictionary."""
    ### BEGIN SOLUTION
    d = np.subtract(a, b, dtype=float)
    names, place = np.unique(np.asarray(cluster), return_inverse=True)
    mean = float(d.sum() / max(len(d), 1))
    if len(names) < 2:
        return {"difference": mean, "error": float("inf"), "low": float("-inf"), "high": float("inf")}
    sums = np.bincount(place, weights=d - mean)
    error = float(np.sqrt(len(names) / (len(names) - 1) * (sums**2).sum()) / len(d))
    t = float(stats.t.ppf(0.975, len(names) - 1))
    return {"difference": mean, "error": error, "low": mean - t * error, "high": mean + t * error}
    ### END SOLUTION


def mcnemar(a, b):
    """Exact p-value of equally good models from the questions on which exactly one is right; (n,), (n,) -> float."""
    ### BEGIN SOLUTION
    apart = np.subtract(a, b, dtype=float)
    only_a, only_b = int((apart > 0).sum()), int((apart < 0).sum())
    return float(min(1.0, 2 * stats.binom.cdf(min(only_a, only_b), only_a + only_b, 0.5)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-compare", "grade": true, "points": 7}
def entry(result, key):
    """One number of the dictionary, or words that say why there is none."""
    kit.require(isinstance(result, dict), "a dictionary has to be returned")
    kit.require(key in result, f"the dictionary has no entry {key!r}")
    return number(result[key], f"the entry {key!r}")


def compared(result):
    return np.array([entry(result, key) for key in ("difference", "error", "low", "high")])


def pair(only_a, only_b, both, none):
    """Answers with these counts."""
    return np.repeat([1, 0, 1, 0], [only_a, only_b, both, none]), np.repeat([0, 1, 1, 0], [only_a, only_b, both, none])


score = kit.Score(7)
RIGHT_A, RIGHT_B, GROUP = np.array([1, 1, 0, 1, 1, 0]), np.array([1, 0, 0, 0, 1, 1]), np.array(["x", "x", "y", "y", "z", "z"])
with score.part(1, "difference and error of six questions in three clusters", a=RIGHT_A, b=RIGHT_B, cluster=GROUP):
    kit.close(compared(compare(RIGHT_A, RIGHT_B, GROUP))[:2], np.array([1 / 6, 1 / 3]), rtol=1e-9, because="the clusters' sums are 2/3, 2/3 and -4/3", known_wrong={
        "that is the error of six independent questions: add up within the clusters first": np.array([1 / 6, math.sqrt(17 / 6 / 5 / 6)]),
        "that compares two separate samples: take the difference question by question": np.array([1 / 6, math.sqrt((2 / 9 + 1 / 4) / 6)]),
        "the factor G / (G - 1) is missing": np.array([1 / 6, math.sqrt(24 / 9) / 6]), "the sign: A minus B": np.array([-1 / 6, 1 / 3])})
    kit.close(compared(compare(RIGHT_A == 1, RIGHT_B == 1, np.arange(6)))[:2], np.array([1 / 6, math.sqrt(17 / 180)]), rtol=1e-9, because="right or wrong as bool, each question its own cluster")
with score.part(1, "the interval: Student's t with G - 1 degrees of freedom; one cluster says nothing", clusters="3, and 1"):
    t = 4.302652729911275
    kit.close(compared(compare(RIGHT_A, RIGHT_B, GROUP))[2:], np.array([1 / 6 - t / 3, 1 / 6 + t / 3]), rtol=1e-6, known_wrong={
        "three clusters are few: take Student's t, not 1.96": np.array([1 / 6 - 1.959964 / 3, 1 / 6 + 1.959964 / 3]), "degrees of freedom: clusters minus one, not questions minus one": np.array([1 / 6 - 2.570582 / 3, 1 / 6 + 2.570582 / 3]),
        "two-sided: 2.5 % lie outside at either end": np.array([1 / 6 - 2.919986 / 3, 1 / 6 + 2.919986 / 3])})
    kit.close(compared(compare(RIGHT_A, RIGHT_B, np.zeros(6, dtype=int))), np.array([1 / 6, np.inf, -np.inf, np.inf]), rtol=1e-9, because="all questions in one cluster")
with score.part(1, "the exact p-value: 8 against 2, and 3 against 3", only_a="8, 3", only_b="2, 3"):
    kit.close(number(mcnemar(*pair(8, 2, 5, 5)), "mcnemar"), 112 / 1024, rtol=1e-9, because="0, 1 or 2 of ten coins: (1 + 10 + 45) / 1024, twice", known_wrong={
        "two-sided: twice the tail": 56 / 1024, "at least as one-sided: 0, 1 and 2, not 2 alone": 90 / 1024, "the normal approximation is not exact": float(2 * stats.norm.sf(6 / math.sqrt(10)))})
    kit.close(number(mcnemar(*pair(3, 3, 1, 0)), "mcnemar"), 1.0, rtol=1e-9, because="a p-value is at most 1", known_wrong={"a chance is at most 1": 2 * 42 / 64})
    kit.close(number(mcnemar(*pair(0, 0, 4, 1)), "mcnemar"), 1.0, rtol=1e-9, because="they never differ")
    for k, both in kit.examples(lambda r: tuple(int(v) for v in r.integers(1, 15, size=2)), n=4, name="all to one side"):
        kit.close(number(mcnemar(*pair(k, 0, both, 3)), "mcnemar"), 2.0 ** (1 - k), rtol=1e-9, because=f"{k} coins on one side, twice the chance 1 / 2**{k}")
        kit.close(number(mcnemar(*pair(0, k, both, 3)), "mcnemar"), 2.0 ** (1 - k), rtol=1e-9, because=f"{k} coins on the other side")
### BEGIN HIDDEN TESTS
def compared_by_hand(a, b, cluster):
    """The same four numbers cluster by cluster."""
    d = [float(x) - float(y) for x, y in zip(a, b)]
    mean = sum(d) / len(d) if d else 0.0
    groups = {}
    for v, g in zip(d, cluster):
        groups[g] = groups.get(g, 0.0) + v - mean
    if len(groups) < 2:
        return np.array([mean, np.inf, -np.inf, np.inf])
    error = math.sqrt(len(groups) / (len(groups) - 1) * sum(v * v for v in groups.values())) / len(d)
    t = float(stats.t(len(groups) - 1).ppf(0.975))
    return np.array([mean, error, mean - t * error, mean + t * error])


def p_by_hand(only_a, only_b):
    """Twice the smaller tail, from binomial coefficients."""
    k = only_a + only_b
    return min(1.0, 2 * sum(math.comb(k, i) for i in range(min(only_a, only_b) + 1)) / 2**k)


def answered(r):
    n, groups = int(r.integers(2, 80)), int(r.integers(2, 15))
    a, b = (r.random((2, n)) < r.uniform(0.2, 0.9, size=(2, 1))).astype(int)
    names = np.array(["open", "save", "run", "a b", "Z", "", "7", "kernel", "文件", "x", "y", "z", "q", "w"])
    place = np.concatenate([[0, 1], r.integers(0, groups, size=n - 2)])
    return a, b, (names[place] if r.random() < 0.5 else place * 3 - 4)


with score.part(1, "other differences and errors: clusters of every size, by name and by number, in any order; the arguments stay as they are", hidden=True):
    for a, b, g in kit.examples(answered, n=25, name="answered"):
        kit.close(compared(kit.unchanged(compare, a, b, g))[:2], compared_by_hand(a, b, g)[:2], rtol=1e-9, atol=1e-12)
with score.part(1, "other intervals, and models that never differ", hidden=True):
    for a, b, g in kit.examples(answered, n=15, name="intervals"):
        kit.close(compared(compare(a == 1, b == 1, g)), compared_by_hand(a, b, g), rtol=1e-7, atol=1e-10)
        kit.close(compared(compare(a, a, g)), np.zeros(4), atol=1e-12)
with score.part(1, "one question, no questions, one cluster; no warning", hidden=True):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kit.close(compared(compare(np.array([1]), np.array([0]), np.array([5]))), np.array([1.0, np.inf, -np.inf, np.inf]))
        kit.close(compared(compare(np.zeros(0), np.zeros(0), np.zeros(0))), np.array([0.0, np.inf, -np.inf, np.inf]))
        for a, b, _ in kit.examples(answered, n=5, name="one cluster"):
            kit.close(compared(compare(a, b, np.full(len(a), "one"))), compared_by_hand(a, b, [0] * len(a)), rtol=1e-9, atol=1e-12)
            kit.require(entry(compare(a, b, np.arange(len(a))), "error") < np.inf, "two clusters are enough")
        kit.close(compared(compare(np.array([1, 0]), np.array([0, 0]), np.array([2, 1]))), compared_by_hand([1, 0], [0, 0], [2, 1]), rtol=1e-7)
with score.part(1, "other p-values, from either side, also with hundreds of questions", hidden=True):
    for only_a, only_b, both in [(0, 1, 0), (5, 0, 0), (0, 12, 3), (300, 250, 9), (1, 1, 0), *kit.examples(lambda r: tuple(int(v) for v in r.integers(0, 30, size=3)), n=12, name="splits")]:
        kit.close(number(kit.unchanged(mcnemar, *pair(only_a, only_b, both, 2)), "mcnemar"), p_by_hand(only_a, only_b), rtol=1e-7)
    x, y = pair(9, 4, 6, 2)
    kit.close(number(mcnemar(x == 1, y == 1), "mcnemar"), p_by_hand(9, 4), rtol=1e-9)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-report", "locked": true}
# ## 4. The report (5 points)
#
# `report(covered_a, covered_b, a, b, older, cluster, limit)` puts it together. `covered_a` and `covered_b` (n,) are the coverages of the questions by what A and B were trained on (task 1); a question counts as **seen** by a model where its coverage is **at least** `limit`. `a`, `b`, `older` (n,) are right or wrong answers, the last those of an older model that has seen none of the questions: it shows whether the seen questions are easier anyway. Return a dictionary:
#
# - `"seen_a"`, `"seen_b"`: the share of questions that A, that B has seen;
# - `"inflation_a"`, `"inflation_b"`: by how much the model's score on the whole benchmark is too high, as a share: the seen share times (its own gain from seen to unseen questions minus the older model's gain on the same two parts); 0 if one of the two parts is empty;
# - `"clean"`: the number of questions that **neither** model has seen;
# - `"difference"`, `"low"`, `"high"`: as in task 3, on these clean questions alone;
# - `"winner"`: `"A"` if the interval lies wholly above 0, `"B"` if wholly below, else `"open"`.
#
# The *gain* of a model is its share of right answers on the seen questions minus that on the unseen ones; seen and unseen by A are not the same questions as seen and unseen by B.

# %% nbgrader={"grade_id": "report", "solution": true}
def inflation(seen, right, older):
    """Share by which the score on all questions is too high; (n,) of bool, (n,), (n,) -> float."""
    ### BEGIN SOLUTION
    if seen.all() or not seen.any():
        return 0.0
    extra = np.subtract(right, older, dtype=float)
    return float(seen.mean() * (extra[seen].mean() - extra[~seen].mean()))
    ### END SOLUTION


def report(covered_a, covered_b, a, b, older, cluster, limit):
    """Who is better on questions that neither has seen, and what seeing was worth; seven arguments -> dictionary."""
    ### BEGIN SOLUTION
    seen_a, seen_b = np.asarray(covered_a) >= limit, np.asarray(covered_b) >= limit
    clean = ~(seen_a | seen_b)
    found = compare(np.asarray(a)[clean], np.asarray(b)[clean], np.asarray(cluster)[clean])
    return {
        "seen_a": float(seen_a.mean()),
        "seen_b": float(seen_b.mean()),
        "inflation_a": inflation(seen_a, a, older),
        "inflation_b": inflation(seen_b, b, older),
        "clean": int(clean.sum()),
        "difference": found["difference"],
        "low": found["low"],
        "high": found["high"],
        "winner": "A" if found["low"] > 0 else "B" if found["high"] < 0 else "open",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-report", "grade": true, "points": 5}
def agree(result, right, *keys, **wrong):
    """Compare some entries; wrong has for an entry the mistakes by name."""
    for key in keys:
        if key == "winner":
            kit.require(isinstance(result, dict) and key in result, "the dictionary has no entry 'winner'")
            kit.equal(str(result[key]), right[key], because="above 0: A, below: B, else open", known_wrong=wrong.get(key))
        else:
            kit.close(entry(result, key), float(right[key]), rtol=1e-7, atol=1e-10, because=f"the entry {key!r}", known_wrong=wrong.get(key))


def tender(r, effect=None):
    """A benchmark of two suppliers: coverages, answers, clusters; A is better by the effect on clean questions."""
    n = int(r.integers(40, 160))
    effect = float(r.choice([-0.6, 0.0, 0.6])) if effect is None else effect
    ca, cb = np.round(r.random((2, n)) * r.choice([0.0, 1.0], p=[0.4, 0.6], size=(2, n)), 1)
    easy = r.random(n) * 0.3 * (ca > 0.5)
    chance = np.clip(np.stack([0.5 + effect / 2 + 0.4 * (ca > 0.4), 0.5 - effect / 2 + 0.4 * (cb > 0.4), 0.4 + easy]), 0.03, 0.97)
    a, b, older = (r.random((3, n)) < chance).astype(int)
    return ca, cb, a, b, older, r.integers(0, n // 2, size=n), float(r.choice([0.3, 0.5, 0.8]))


score = kit.Score(5)
TENDER = (np.array([1.0, 0.8, 0.2, 0.0, 0.9, 0.0, 0.1, 0.0, 0.0, 0.5]), np.array([0.0, 0.0, 0.0, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
          np.array([1, 1, 0, 1, 1, 0, 0, 1, 0, 0]), np.array([0, 1, 1, 1, 0, 1, 1, 1, 0, 1]), np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 1]), np.array([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]), 0.8)
REPORTED = {"seen_a": 0.3, "seen_b": 0.1, "inflation_a": 1 / 7, "inflation_b": -1 / 45, "clean": 6, "difference": -2 / 3, "low": -1.0749747180082396, "high": -0.25835861532509363, "winner": "B"}
with score.part(1, "ten questions: what was seen, and what seeing was worth", limit=0.8, covered_a=TENDER[0], a=TENDER[2], older=TENDER[4]):
    first = report(*TENDER)
    agree(first, REPORTED, "seen_a", "seen_b", "clean", "inflation_a", "inflation_b",
          seen_a={"a coverage equal to the limit counts as seen": 0.2},
          clean={"neither: also those that B has seen are not clean": 7.0, "clean for one model is not enough": 10.0},
          inflation_a={"the gain of the older model is missing: the seen questions may be easier": 0.3 * (1 - 2 / 7), "times the share of seen questions": 5 / 7 - (2 / 3 - 3 / 7), "times the share seen, not unseen": 0.7 * (5 / 7 - (2 / 3 - 3 / 7)), "the sign": -0.3 * (5 / 7 - (2 / 3 - 3 / 7))})
    for n, k in kit.examples(lambda r: (int(r.integers(8, 40)), int(r.integers(2, 7))), n=3, name="seen by A"):
        seen, none = (np.arange(n) < k).astype(float), np.zeros(n)
        agree(report(seen, none, seen, none, none, np.arange(n), 0.5), {"seen_a": k / n, "seen_b": 0.0, "inflation_a": k / n, "inflation_b": 0.0, "clean": n - k}, "seen_a", "seen_b", "inflation_a", "inflation_b", "clean")
with score.part(1, "the comparison on the clean questions, and the winner", clean="six questions"):
    agree(first, REPORTED, "difference", "low", "high", "winner", difference={"that is the difference on all ten questions": float(np.mean(TENDER[2] - TENDER[3]))})
    for i, effect in enumerate((0.9, -0.9, 0.0)):
        ca, cb, a, b, older, cluster, limit = tender(kit.rng(f"public {i}"), effect)
        one, other = report(ca, cb, a, b, older, cluster, limit), report(cb, ca, b, a, older, cluster, limit)
        swapped = {"seen_a": entry(one, "seen_b"), "inflation_a": entry(one, "inflation_b"), "inflation_b": entry(one, "inflation_a"), "clean": entry(one, "clean"), "difference": -entry(one, "difference"), "low": -entry(one, "high"), "high": -entry(one, "low"),
                   "winner": {"A": "B", "B": "A", "open": "open"}.get(str(one.get("winner")), "?")}
        agree(other, swapped, *swapped)
        unseen = np.zeros(len(a))
        agree(report(unseen, unseen, np.ones(len(a)), unseen, a, cluster, limit), {"difference": 1.0, "low": 1.0, "high": 1.0, "winner": "A", "clean": len(a)}, "difference", "low", "high", "winner", "clean")
        agree(report(unseen, unseen, unseen, np.ones(len(a)), a, cluster, limit), {"winner": "B"}, "winner")
### BEGIN HIDDEN TESTS
def inflated(seen, right, older):
    """The inflation from four shares."""
    if all(seen) or not any(seen):
        return 0.0
    share = {(kind, s): float(np.mean([float(v) for v, k in zip(values, seen) if bool(k) is s])) for kind, values in (("it", right), ("old", older)) for s in (True, False)}
    return float(np.mean(seen)) * (share["it", True] - share["it", False] - share["old", True] + share["old", False])


def expected_report(ca, cb, a, b, older, cluster, limit):
    seen_a, seen_b = [c >= limit for c in ca], [c >= limit for c in cb]
    clean = [i for i in range(len(a)) if not seen_a[i] and not seen_b[i]]
    four = compared_by_hand([a[i] for i in clean], [b[i] for i in clean], [cluster[i] for i in clean])
    return {"seen_a": float(np.mean(seen_a)), "seen_b": float(np.mean(seen_b)), "inflation_a": inflated(seen_a, a, older), "inflation_b": inflated(seen_b, b, older),
            "clean": len(clean), "difference": four[0], "low": four[2], "high": four[3], "winner": "A" if four[2] > 0 else "B" if four[3] < 0 else "open"}


DRAWN = [tender(kit.rng(f"tender {i}")) for i in range(16)] + [tender(kit.rng(f"sure {i}"), e) for i, e in enumerate((0.8, -0.8, 0.8, -0.8))]
with score.part(1, "other shares seen and other inflations; a model that has seen all, or nothing", hidden=True):
    for drawn in DRAWN:
        ca, cb, *rest, limit = drawn
        agree(kit.unchanged(report, *drawn), expected_report(*drawn), "seen_a", "seen_b", "inflation_a", "inflation_b")
        other = (np.zeros(len(ca)), np.full(len(ca), limit), *rest, limit)
        agree(report(*other), expected_report(*other), "seen_a", "seen_b", "inflation_a", "inflation_b", "clean")
with score.part(1, "other comparisons: questions seen by one of the two, by both, by none", hidden=True):
    for drawn in DRAWN:
        agree(report(*drawn), expected_report(*drawn), "clean", "difference", "low", "high")
with score.part(1, "A, B or open, and open where all questions were seen or one cluster is left", hidden=True):
    winners = []
    for drawn in DRAWN:
        agree(report(*drawn), expected_report(*drawn), "winner")
        winners.append(expected_report(*drawn)["winner"])
    kit.require(set(winners) == {"A", "B", "open"}, "the drawn tenders do not hold all three")
    ca, cb, a, b, older, cluster, limit = DRAWN[0]
    for other in ((np.ones(len(ca)), cb, a, b, older, cluster, limit), (ca, cb, np.ones_like(a), np.zeros_like(b), older, np.zeros_like(cluster), limit)):
        agree(report(*other), expected_report(*other), "winner", "clean", "difference", "low", "high")
    bools = (ca, cb, a == 1, b == 1, older == 1, cluster, limit)
    agree(report(*bools), expected_report(*DRAWN[0]), "inflation_a", "difference", "winner")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-faults", "locked": true}
# ## 5. A test that finds other people's faults (5 points)
#
# Suppliers send intervals, not formulas. `faults(procedure)` gets a function `procedure(a, b, cluster)` that returns `(low, high)`, an interval that claims to hold A minus B with 95 %. It takes arrays of any length from 60 on; you may call it as often as you like, on data that **you** make. Return the set of what is wrong with it, of these names:
#
# | name | what a sound procedure does, and this one does not |
# |---|---|
# | `"unpaired"` | two models with the very same answers differ by 0, for sure: the interval has no width |
# | `"clusters"` | asking every question again, in its own cluster, with the same answers, is no new knowledge: the interval stays as wide |
# | `"one-way"` | exchange A and B, and `(low, high)` becomes `(-high, -low)` |
# | `"narrow"` | where each question is a cluster of its own, the width is about that of your `compare` |
#
# Sound procedures differ a little: with 1.96 or Student's t, by resampling clusters with a fixed seed, by leaving out one cluster at a time. A difference of up to a **fifth** of the width is no fault. Faulty ones are off by a third of the width or more. A procedure may have several faults, and each is to be named; data on which one fault hides another are badly chosen.

# %% nbgrader={"grade_id": "faults", "solution": true}
def faults(procedure):
    """The names of what is wrong with an interval; a function (a, b, cluster) -> (low, high)."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(0)
    n = 240
    a, b = (r.random((2, n)) < np.array([[0.7], [0.5]])).astype(int)  # independent, so that pairing changes no width
    single = np.arange(n)
    low, high = procedure(a, b, single)
    width, found = high - low, set()
    right = compare(a, b, single)
    if width < 0.75 * (right["high"] - right["low"]):
        found.add("narrow")
    back_low, back_high = procedure(b, a, single)
    if max(abs(back_low + high), abs(back_high + low)) > 0.25 * width:
        found.add("one-way")
    same_low, same_high = procedure(a, a, single)
    if same_high - same_low > 0.25 * width:
        found.add("unpaired")
    again_low, again_high = procedure(np.repeat(a, 9), np.repeat(b, 9), np.repeat(single, 9))
    if abs((again_high - again_low) / width - 1) > 0.25:
        found.add("clusters")
    return found
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-faults", "grade": true, "points": 5}
def found(procedure):
    """What your test finds in a procedure, as a sorted list of names."""
    result = faults(procedure)
    kit.require(isinstance(result, (set, frozenset, list, tuple)), "faults has to return a set of names")
    return sorted(str(name) for name in result)


def interval(a, b, cluster):
    """Your own interval of task 3."""
    c = compare(a, b, cluster)
    return float(c["low"]), float(c["high"])


def separate(a, b, cluster):
    """As if A and B had answered different questions: the variances of the two add."""
    none = np.zeros(len(a))
    one, other = compare(a, none, cluster), compare(b, none, cluster)
    middle, half = float(one["difference"]) - float(other["difference"]), 1.96 * math.hypot(float(one["error"]), float(other["error"]))
    return middle - half, middle + half


def single(a, b, cluster):
    """As if every question were a cluster of its own."""
    return interval(a, b, np.arange(len(a)))


def changed(procedure, half_width=False, bonus=False):
    """The same procedure with half of its width, or with a bonus for A."""
    def other(a, b, cluster):
        low, high = procedure(a, b, cluster)
        quarter = (high - low) / 4 if half_width else 0.0
        extra = 0.6 * (high - low) if bonus else 0.0
        return low + quarter + extra, high - quarter + extra

    return other


score = kit.Score(5)
with score.part(1, "a sound interval has no fault, and each fault alone is found", built_on="your compare"):
    kit.equal(found(interval), [], because="your own interval of task 3")
    kit.equal(found(separate), ["unpaired"], because="the two models are taken for two separate samples", known_wrong={"nothing found: hand it two models with the very same answers": [], "separate samples are no fault of the clusters": ["clusters", "unpaired"]})
    kit.equal(found(single), ["clusters"], because="every question counts as a cluster of its own", known_wrong={"nothing found: ask every question several times": []})
    kit.equal(found(changed(interval, bonus=True)), ["one-way"], because="A gets a bonus", known_wrong={"nothing found: exchange A and B": []})
    kit.equal(found(changed(interval, half_width=True)), ["narrow"], because="half the width", known_wrong={"nothing found: hold its width against yours": [], "half the width is no fault of the clusters": ["clusters", "narrow"]})
with score.part(1, "two faults at once", faults="unpaired and narrow, clusters and one-way"):
    kit.equal(found(changed(separate, half_width=True)), ["narrow", "unpaired"], known_wrong={"one fault hides the other: choose answers of A and B that have nothing to do with each other": ["unpaired"]})
    kit.equal(found(changed(single, bonus=True)), ["clusters", "one-way"])
    kit.equal(found(changed(changed(interval, half_width=True), bonus=True)), ["narrow", "one-way"])
### BEGIN HIDDEN TESTS
def made(unpaired=False, clusters=False, one_way=False, narrow=False, style="t"):
    """A procedure with these faults, in one of several sound styles."""
    def procedure(a, b, cluster):
        a, b, cluster = np.asarray(a, dtype=float), np.asarray(b, dtype=float), np.asarray(cluster)
        if clusters:
            cluster = np.arange(len(a))
        names, place = np.unique(cluster, return_inverse=True)
        g, n, mean = len(names), len(a), float(a.mean() - b.mean())
        lists = [x - x.mean() for x in ((a, b) if unpaired else (a - b,))]
        sums = np.stack([np.bincount(place, weights=x, minlength=g) for x in lists])  # (1 or 2, clusters)
        if style == "resampled":
            sizes = np.bincount(place, minlength=g)
            r = np.random.default_rng(1)
            draws = sum(sums[k][i].sum(1) / sizes[i].sum(1) for k, i in enumerate(r.integers(g, size=(len(lists), 1500, g))))
            low, high = (float(v) for v in np.quantile(draws, [0.025, 0.975]))
        else:
            size = 1.96 if style == "normal" else float(stats.t.ppf(0.975, g - 1))
            left_out = g / (g - 1) if style == "left out" else 1.0
            half = size * left_out * math.sqrt(g / (g - 1) * (sums**2).sum()) / n
            low, high = -half, half
        if narrow:
            low, high = low / 2, high / 2
        if one_way:
            mean += (0.6 * (high - low) + 1e-9) * (-1 if one_way == "B" else 1)
        return mean + low, mean + high

    return procedure


STYLES, NAMES = ("t", "normal", "resampled", "left out"), {"unpaired": "unpaired", "clusters": "clusters", "one_way": "one-way", "narrow": "narrow"}


def found_in(**kinds):
    """What the test finds in a procedure with these faults."""
    return found(made(**kinds))


def held(kinds):
    """The right list of names."""
    return sorted(NAMES[k] for k, v in kinds.items() if k in NAMES and v)


def mixed(r, count):
    """A procedure of any style with this many faults."""
    kinds = dict.fromkeys(r.choice(list(NAMES), size=count, replace=False).tolist(), True)
    if "one_way" in kinds and r.random() < 0.5:
        kinds["one_way"] = "B"
    return {**kinds, "style": str(r.choice(STYLES))}


with score.part(1, "sound procedures of every style, and single faults of every style", hidden=True):
    for style in STYLES:
        kit.equal(found_in(style=style), [])
        for name in NAMES:
            kit.equal(found_in(style=style, **{name: True}), [NAMES[name]])
    kit.equal(found_in(one_way="B"), ["one-way"])
with score.part(1, "two faults at once", hidden=True):
    kit.equal(found_in(), [])
    for kinds in kit.examples(lambda r: mixed(r, 2), n=8, name="two"):
        kit.equal(found_in(**kinds), held(kinds))
with score.part(1, "three and four faults at once", hidden=True):
    kit.equal(found_in(style="left out"), [])
    for kinds in kit.examples(lambda r: mixed(r, int(r.integers(3, 5))), n=8, name="more"):
        kit.equal(found_in(**kinds), held(kinds))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit. To go beyond: give `coverage` your `compare`, once with the clusters and once with `np.arange(len(a))` in their place. How often does each hold the truth? Then let `clusters` fall to 5 and `size` rise to 60: where does Student's t stop helping?
