# %% [markdown] id="title"
# # Benchmarks, contamination, judges
#
# **You will be able to** find out which questions of a benchmark a model had read, how much its score owes to that, who is better on the rest, and whether a model that judges others can be believed. **75 minutes.**
#
# At the end you can
#
# 1. measure overlap of questions and training text by runs of tokens, and say where the measure is blind;
# 2. separate memory from ease with an older model, and state the score on new questions;
# 3. compare two models on clean questions with clusters, and say how many independent pieces of evidence there are;
# 4. test a closed model for a benchmark by the order of its questions, without seeing its training text;
# 5. free a judge's verdict from the effect of order, and measure its agreement beyond chance.

# %% [markdown] id="before"
# ## Before you start
#
# You need the paired comparison of lesson 1, an interval, and a permutation test. Three questions; answer before you read on.
#
# - Only A is right on 30 questions, only B on 10. How many standard errors apart are they? $20/\sqrt{40} = 3.2$. *If not: lesson 1, How sure?*
# - A model gets 90 % of 200 easy and 50 % of 50 hard questions right. And of all 250? $(180 + 25)/250 = 82$ %. *If not: lesson 1, One score from two parts.*
# - A statistic of the real order is larger than those of 99 random orders. What is the p-value? $1/100$: the real one counts among the hundred. *If not: Probability and statistics, lesson 3, The idea of a test.*

# %% id="imports"
import json
import math
import re
import unicodedata
from collections import Counter, defaultdict  # dictionaries that count, and that have a value for every key
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from scipy import stats
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import cohen_kappa_score

from graders import kit

torch.set_num_threads(1)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% id="checkpoint-before"
kit.checkpoint("before-permutation")

# %% [markdown] id="question"
# ## A question first
#
# JupyterLab's menus and messages exist in English and in Chinese (`jupyterlab-language-pack-zh-CN`, BSD licence): one file for JupyterLab itself, and one for each of its extensions. A company makes a benchmark of the extensions: an English message, eight Chinese ones to choose from (the right one and the seven of the benchmark that are most like it), 1056 questions from twelve extensions.

# %% id="benchmark"
PACK = files("jupyterlab_language_pack_zh_CN") / "locale/zh_CN/LC_MESSAGES"
EXTENSIONS = ["jupyterlab_git", "jupyterlab_lsp", "jupyterlab_tour", "notebook", "jupyter_collaboration", "jupyterlab_search_replace", "retrolab", "spellchecker",
              "jupyterlab_spreadsheet_editor", "nbdime", "jupyter_resource_usage", "jupytext"]


def tokens(text):
    """Words and numbers in small letters without signs, and each Chinese character for itself."""
    return re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", unicodedata.normalize("NFKC", text).casefold())  # NFKC makes wide letters plain, casefold small


def messages(package):
    """English to Chinese of one package, as a dictionary."""
    pairs = {key.split("\x04")[-1]: said[0] for key, said in json.loads((PACK / f"{package}.json").read_text(encoding="utf-8")).items() if key and said}
    return {english: chinese for english, chinese in pairs.items() if re.search("[\u4e00-\u9fff]", chinese)}


LAB = messages("jupyterlab")
LATER = ["jupyterlab_widgets", "jupyterlab_recents", "dask_labextension", "jupyter_archive"]  # four more extensions: kept for the end
asked, source = {}, {}
for package in EXTENSIONS + LATER:
    for english, chinese in messages(package).items():
        if english not in asked and len(tokens(english)) >= 2:
            asked[english], source[english] = chinese, package
TEXTS, ANSWERS = list(asked), list(asked.values())  # 1056 of the benchmark, then those of the four
cluster = np.array([source[q] for q in TEXTS if source[q] in EXTENSIONS])  # (1056,): the extension of each question
N = len(cluster)
QUESTIONS = TEXTS[:N]
signs = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit(ANSWERS[:N])  # single characters and pairs, rare ones weigh more
alike = (signs.transform(ANSWERS) @ signs.transform(ANSWERS).T).toarray()  # cosine of each two answers
CHOICES = [[i] + [j for j in np.argsort(-alike[i], kind="stable") if ANSWERS[j] != ANSWERS[i] and (j < N or i >= N)][:7] for i in range(len(TEXTS))]  # the right one first
print(N, "questions,", len(LAB), "messages of JupyterLab; for example:", QUESTIONS[3])
print([ANSWERS[j] for j in CHOICES[3][:4]])
assert N == 1056 and len(set(cluster)) == 12

# %% [markdown] id="suppliers"
# Two suppliers offer a model. **A** looks for the message most like the question in what it has read, and chooses the answer most like that message's Chinese. **B** has learnt from pairs which characters go with which word (four rounds of counting; Peter F. Brown et al., 1993, model 1), and chooses the answer whose characters fit the question's words best. You need not follow the code of the two; only what they have read will matter. B has read JupyterLab's own file. What A has read, its supplier does not say at first.

# %% id="two-suppliers"
def first_wins(scores, i):
    """Is the first score the largest? Ties are broken by lot (exercise 2 says why); the lot depends on the question's number i only."""
    best = np.flatnonzero(scores > scores.max() - 1e-12)
    return best[np.random.default_rng(i).integers(len(best))] == 0


def nearest(read, first_wins=first_wins):
    """Model A's kind: which questions it gets right, having read these pairs; of bool, one a text."""
    english, chinese = list(read), list(read.values())
    words = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit(english)
    closest = (words.transform(TEXTS) @ words.transform(english).T).toarray().argmax(axis=1)  # one a text
    characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit(chinese)
    fits = (characters.transform([chinese[k] for k in closest]) @ characters.transform(ANSWERS).T).toarray()
    return np.array([first_wins(fits[i, places], i) for i, places in enumerate(CHOICES)])


def word_table(read):
    """Model B's kind: the same, from a table of which character goes with which word."""
    def one():
        return 1.0

    pairs = [(["", *tokens(e)], tokens(c)) for e, c in read.items()]
    t = defaultdict(one)  # a dictionary in which everything missing is 1.0
    for _ in range(4):
        count, total = defaultdict(float), defaultdict(float)
        for words, characters in pairs:
            for c in characters:
                whole = sum(t[w, c] for w in words)
                for w in words:
                    count[w, c] += t[w, c] / whole
                    total[w] += t[w, c] / whole
        t = defaultdict(float, {pair: v / total[pair[0]] for pair, v in count.items()})
    base = Counter(c for _, characters in pairs for c in characters)
    n = sum(base.values())

    def fit(words, characters):
        odds = [(0.9 * sum(t[w, c] for w in words) / len(words)) / ((base[c] + 0.5) / (n + 2000)) + 0.1 for c in characters]
        return sum(math.log(o) for o in odds) / max(len(characters), 1) ** 0.5

    split_q, split_a = [["", *tokens(q)] for q in TEXTS], [tokens(a) for a in ANSWERS]
    return np.array([first_wins(np.array([fit(split_q[i], split_a[j]) for j in places]), i) for i, places in enumerate(CHOICES)])


READ_A = {**LAB, **messages("jupyterlab_git"), **messages("jupyterlab_lsp")}  # what A has read: keep it to yourself until it is found
a_all, b_all = nearest(READ_A), word_table(LAB)
A, B = a_all[:N], b_all[:N]  # on the benchmark
only_a, only_b = int((A & ~B).sum()), int((B & ~A).sum())
figure, axes = plt.subplots(figsize=(6.5, 1.9))
axes.barh(["A", "B"], [100 * A.mean(), 100 * B.mean()], color=[ORANGE, BLUE], xerr=[100 * 1.96 * math.sqrt(x.mean() * (1 - x.mean()) / N) for x in (A, B)])
axes.axvline(12.5, color=GREY, linestyle=":")
axes.set(title="The company's benchmark, 1056 questions", xlabel="right (%); dotted: guessing among eight", ylabel="supplier", xlim=(0, 100))
axes.invert_yaxis()
plt.tight_layout()
plt.show()
print(f"A {A.mean():.1%}, B {B.mean():.1%} right; only A {only_a}, only B {only_b}: z = {(only_a - only_b) / math.sqrt(only_a + only_b):.1f}")
assert round(100 * A.mean()) == 77 and round(100 * B.mean()) == 64 and (only_a - only_b) / math.sqrt(only_a + only_b) > 6

# %% [markdown] id="question-asked"
# *In words: two bars with short error bars, A at 77 % and B at 64 %, both far right of the dotted line of guessing at 12.5 %.*
#
# A is right on 77 %, B on 64 %; by the test of lesson 1 the difference lies more than six standard errors above zero.
#
# > **The question.** Next month the company translates a new extension. Whose model should it buy, and which score may it expect? Commit to an answer.

# %% id="checkpoint-question"
kit.checkpoint("whom-to-buy")

# %% [markdown] id="idea"
# ## Had it seen the questions?
#
# Everything on the web becomes training text, benchmarks included. That is **contamination**: the test asks what was read. If the training text can be searched, one looks for long **runs of tokens** ($n$-grams, $n$ consecutive tokens) that question and text share. One shared word means nothing; thirteen in a row are hardly an accident. For a question of $L$ tokens there are $L - n + 1$ runs. Its **overlap** is the share of these that stand in the text:
#
# $$\text{overlap}_n = \frac{\#\{\text{runs of } n \text{ tokens of the question that stand in the text}\}}{L - n + 1} .$$
#
# By hand: the text is *open the file in a new tab*, the question *please open the file in a window*, and $n = 3$.

# %% id="checkpoint-overlap"
kit.checkpoint("toy-overlap")

# %% id="overlap"
def runs(text, n):
    """All runs of n tokens of a text, as tuples."""
    t = tokens(text)
    return [tuple(t[i : i + n]) for i in range(len(t) - n + 1)]


def overlap(question, stands, n):
    """Share of the question's runs that stand in the set; not a number where it has none."""
    own = runs(question, n)
    return sum(run in stands for run in own) / len(own) if own else math.nan


toy = set(runs("open the file in a new tab", 3))
print("toy:", overlap("please open the file in a window", toy, 3))
assert overlap("please open the file in a window", toy, 3) == 3 / 5
kit.recall("toy-overlap")


def overlaps(read, n):
    """The overlap of every question with these texts: (1056,)."""
    stands = {run for text in read for run in runs(text, n)}  # a set: one look-up tells whether a run stands in it
    return np.array([overlap(q, stands, n) for q in QUESTIONS])


found = overlaps(READ_A, 4)
library = CountVectorizer(tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=(4, 4), binary=True).fit(READ_A)  # counts runs of four tokens
for i in np.flatnonzero(~np.isnan(found)):
    assert math.isclose(found[i], np.mean([" ".join(run) in library.vocabulary_ for run in runs(QUESTIONS[i], 4)]))
print(f"n = 4: {np.mean(found == 1):.0%} of the questions stand in A's text with all of their runs, {np.isnan(found).mean():.0%} have no run of four tokens")

# %% [markdown] id="wrong"
# ## How it goes wrong: "no contamination by the 13-gram rule"
#
# The company now asks. A's supplier answers: "We follow the published practice and look for shared runs of **13 tokens** (Brown et al., 2020, section 4). It flags 83 of your 1056 questions, 8 %. No reason for concern."

# %% id="thirteen"
lengths = np.array([len(tokens(q)) for q in QUESTIONS])
thirteen = overlaps(READ_A, 13)
print(f"questions flagged by a shared run of 13 tokens: {np.nansum(thirteen > 0)} of 1056, and {np.nansum(thirteen > 0)} of the {(lengths >= 13).sum()} that have 13 tokens")
print(f"tokens in a question: median {np.median(lengths):.0f}; with 13 or more: {(lengths >= 13).mean():.1%}")
word_for_word = {tuple(tokens(e)) for e in READ_A}
exact = np.array([tuple(tokens(q)) in word_for_word for q in QUESTIONS])
print(f"questions that stand word for word in A's text: {exact.sum()}")
assert (lengths >= 13).mean() < 0.13 and np.median(lengths) == 4 and exact.sum() > 8 * np.nansum(thirteen > 0) and (np.nansum(thirteen > 0), (lengths >= 13).sum()) == (83, 135)

# %% [markdown] id="thirteen-words"
# **Diagnosed** by the right denominator: the rule can only speak about questions that have 13 tokens, and 87 of 100 have fewer. Of the 135 on which it can speak it flags 83, six in ten. "Not found" meant "not looked". **Mended**: a question with fewer than $n$ tokens is one run, the whole of it. (The lab asks for a finer measure: which share of the *tokens* is covered.)

# %% id="mended"
def whole_overlaps(read, n):
    """The overlap of every question, where one with fewer than n tokens is a single run: (1056,)."""
    stands = {k: {run for text in read for run in runs(text, k)} for k in range(1, n + 1)}
    return np.array([overlap(q, stands[min(n, length)], min(n, length)) for q, length in zip(QUESTIONS, lengths)])


def seen_by(read, n, limit=0.8):
    """Which questions count as seen: at least this share of their runs stands in the texts; (1056,) of bool."""
    return whole_overlaps(read, n) >= limit


seen_a, seen_b = seen_by(READ_A, 5), seen_by(LAB, 5)
print(f"seen by A: {seen_a.sum()} questions ({seen_a.mean():.0%}), by B: {seen_b.sum()} ({seen_b.mean():.0%})")
print("seen by A, by extension:", {p: f"{seen_a[cluster == p].mean():.0%}" for p in EXTENSIONS})
assert 0.6 < seen_a.mean() < 0.7 and seen_b.mean() < 0.2 and seen_a[cluster == "jupyterlab_git"].all() and seen_a[cluster == "jupyterlab_lsp"].all()

# %% [markdown] id="mended-words"
# Every question from two extensions stands in A's text. Its training text held their files; nobody meant to cheat, the files were simply on the web. B has read JupyterLab's own file only, and yet some questions stand there too (*Open file* is asked by everybody).

# %% id="parts"
table = pd.DataFrame({"A": {"seen by A": A[seen_a].mean(), "not seen by A": A[~seen_a].mean()}, "B": {"seen by A": B[seen_a].mean(), "not seen by A": B[~seen_a].mean()}})
print((100 * table).round(1).to_string())
assert table.loc["seen by A", "A"] > 0.95 and table.loc["not seen by A", "A"] < 0.45 and table.loc["not seen by A", "B"] > 0.6

# %% [markdown] id="parts-words"
# ## Memory, or easy questions?
#
# A has 99 % on what it has seen and 38 % on the rest. The gap need not be memory: perhaps the seen questions are *easier*. A control is needed, a model that has seen none of them. We take A's own method, trained on JupyterLab's file without the messages that the benchmark asks: the **older model**, $O$. With the share $s$ of seen questions and shares right on seen ($+$) and unseen ($-$) questions:
#
# $$\text{memory} = (A^+ - A^-) - (O^+ - O^-), \qquad \text{inflation} = s \cdot \text{memory} .$$
#
# The inflation is how far the score on the whole benchmark lies above what new questions from the same source would give. Where the older model finds both parts equally hard, the second bracket is 0.

# %% id="checkpoint-inflation"
kit.checkpoint("how-much-is-memory")

# %% id="control"
unread = {e: c for e, c in LAB.items() if e not in asked}
older, older_b = nearest(unread)[:N], word_table(unread)[:N]


def inflation(seen, right, old):
    """Share by which the score on all questions is too high, and the memory on the seen ones."""
    memory = (right[seen].mean() - right[~seen].mean()) - (old[seen].mean() - old[~seen].mean())
    return seen.mean() * memory, memory


def gap_error(values, seen):
    """Standard error of the mean on seen less the mean on unseen questions, taken as independent."""
    return math.sqrt(values[seen].var(ddof=1) / seen.sum() + values[~seen].var(ddof=1) / (~seen).sum())


rows = []
for name, seen, right, old in (("A", seen_a, A, older), ("B", seen_b, B, older_b)):
    extra, memory = inflation(seen, right, old)
    rows.append((name, *(100 * v for v in (seen.mean(), right[seen].mean(), right[~seen].mean(), old[seen].mean(), old[~seen].mean(), memory, extra, right.mean() - extra))))
inflated = pd.DataFrame(rows, columns=["model", "seen %", "right, seen", "right, unseen", "older, seen", "older, unseen", "memory", "inflation", "expected on new"]).set_index("model")
print(inflated.round(1).to_string())
doubt = {name: 200 * gap_error(right.astype(float) - old, seen) for name, seen, right, old in (("A", seen_a, A, older), ("B", seen_b, B, older_b))}
print("memory, two standard errors:", {name: f"± {e:.0f} points" for name, e in doubt.items()}, f"| the older model's own gap: ± {200 * gap_error(older.astype(float), seen_a):.0f}")
assert [round(e) for e in doubt.values()] == [5, 8] and 5 < 200 * gap_error(older.astype(float), seen_a) < 7
assert [round(v) for v in inflated.loc["A"]] == [64, 99, 38, 34, 37, 64, 41, 36] and [round(v) for v in inflated.loc["B"]] == [9, 96, 61, 80, 60, 14, 1, 63]
figure, axes = plt.subplots(figsize=(7, 3))
places = np.arange(2)
for k, (label, right, colour, hatch) in enumerate((("A", A, ORANGE, ""), ("B", B, BLUE, "//"), ("older model", older, GREY, ".."))):
    axes.bar(places + (k - 1) * 0.27, [100 * right[seen_a].mean(), 100 * right[~seen_a].mean()], 0.25, color=colour, hatch=hatch, edgecolor="white", label=label)
axes.set_xticks(places, [f"seen by A ({seen_a.sum()})", f"not seen by A ({(~seen_a).sum()})"])
axes.axhline(12.5, color=GREY, linestyle=":")
axes.set(title="Right answers by whether A had read the question", xlabel="part of the benchmark", ylabel="right (%)")
axes.legend(fontsize=8)
plt.tight_layout()
plt.show()
kit.recall("how-much-is-memory")

# %% [markdown] id="control-words"
# *In words: two groups of three bars. Where A had read the question: A 99 %, B 63 %, the older model 34 %; where it had not: A 38 %, B 67 %, the older model 37 %. The dotted line at 12.5 % is guessing.*
#
# For the older model the seen questions are no easier (34 against 37 %, where chance alone allows ± 6), so all of A's gap is memory, 64 ± 5 points, and its score on the benchmark is 41 points too high. B shows the other case: on the 9 % that it has seen it has 96 % against 61 %, but there its older version is better as well, 80 against 60 %: these are the everyday messages. Of a gap of 34 points 14 ± 8 are memory (92 questions say no more), and on the whole that is 1 point. (B's control is B's own method without those messages.) Whoever takes every gap for memory accuses too quickly.
#
# ## Turn a knob
#
# Which $n$? Short runs flag what is only the language's habit; long runs miss short questions, unless these are looked at as a whole. Turn $n$ and the limit from which a question counts as seen.

# %% id="widget"
from ipywidgets import FloatSlider, IntSlider, interact

LENGTHS = list(range(1, 14))
with_whole = {n: whole_overlaps(READ_A, n) for n in LENGTHS}
without_whole = {n: np.nan_to_num(overlaps(READ_A, n)) for n in LENGTHS}  # nan_to_num puts 0 where there is no run


def show_runs(n=5, limit=0.8):
    """Draw the share flagged, and scores on the unflagged questions, against the length of run: with short questions as a whole and without."""
    figure, (left, other) = plt.subplots(1, 2, figsize=(9.5, 3.5))
    for shares, style, name in ((with_whole, "-", "short questions as a whole"), (without_whole, "--", "short questions never")):
        left.plot(LENGTHS, [100 * (shares[k] >= limit).mean() for k in LENGTHS], style, color=GREEN, label=f"{name}: {100 * (shares[n] >= limit).mean():.0f} %")
        for model, right, colour in (("A", A, ORANGE), ("B", B, BLUE)):
            other.plot(LENGTHS, [100 * right[shares[k] < limit].mean() for k in LENGTHS], style, color=colour, label=f"{model}: {100 * right[shares[n] < limit].mean():.0f} %")
    left.set(title=f"Flagged by A's text, n = {n}, limit {limit:.1f}", xlabel="length of run n (tokens)", ylabel="questions flagged (%)", ylim=(0, 100))
    other.set(title="Score on the unflagged", xlabel="length of run n (tokens)", ylabel="right (%)", ylim=(0, 100))
    for axes in (left, other):
        axes.axvline(n, color=GREY, linestyle=":")
        axes.legend(fontsize=8)
    plt.tight_layout()
    plt.show()


show_runs()

# %% id="widget-turn"
interact(show_runs, n=IntSlider(value=5, min=1, max=13, description="n"), limit=FloatSlider(value=0.8, min=0.2, max=1.0, step=0.1, description="limit"));

# %% [markdown] id="knob-words"
# *In words: with short questions as a whole (full lines) the share flagged falls from 88 % at n = 1 to 64 % at n = 3 and stays there; the scores on the rest stay too, A at 38, B at 67. Where short questions are never flagged (dashed) the share falls on, to 26 % at n = 5 and 8 % at n = 13, and A's score "on clean questions" rises to 69 and 75 %, above B's.*
#
# From n = 3 to 13 nothing depends on $n$, if short questions are looked at. If they are not, every longer run makes A look cleaner *and* better: the memorised short questions move to the "clean" side, and A overtakes B.

# %% id="knob-numbers"
whole, never = ({n: shares[n] >= 0.8 for n in LENGTHS} for shares in (with_whole, without_whole))
print({n: (f"{whole[n].mean():.0%}", f"{never[n].mean():.0%}") for n in (1, 2, 3, 5, 8, 13)}, "flagged, with short questions as a whole and without")
assert [round(100 * whole[n].mean()) for n in (1, 3, 13)] == [88, 64, 64] and [round(100 * never[n].mean()) for n in (5, 13)] == [26, 8]
assert [round(100 * A[~never[n]].mean()) for n in (5, 13)] == [69, 75] and all(A[~never[n]].mean() > B[~never[n]].mean() for n in (5, 13))
assert all(abs(A[~whole[n]].mean() - 0.38) < 0.01 and abs(B[~whole[n]].mean() - 0.67) < 0.01 for n in range(3, 14))

# %% [markdown] id="clean"
# ## Who is better on clean questions, and how sure?
#
# Clean are the questions that **neither** has seen. They come from ten extensions, each with its own words: questions of one extension are alike, so 300 of them are not 300 independent pieces of evidence. With $d_i = a_i - b_i$, $G$ clusters and the mean $\bar d$:
#
# $$\operatorname{se}(\bar d) = \frac1n \sqrt{\frac{G}{G-1} \sum_{g=1}^{G} \Big(\sum_{i \in g} (d_i - \bar d)\Big)^{2}}, \qquad \bar d \pm t_{G-1}\, \operatorname{se} .$$
#
# The deviations are added up **within** each cluster before they are squared: if they go the same way in a cluster, the sum is large. With every question its own cluster it is the formula of lesson 1. $t_{G-1}$ is the 97.5 % point of Student's distribution with $G - 1$ degrees of freedom (2.26 for 10 clusters, 1.96 for very many): the spread itself is estimated from $G$ sums.

# %% id="clean-code"
def clustered(d, names):
    """Mean, standard error over clusters, number of clusters, and the 95 % interval; (n,), (n,)."""
    sums = pd.Series(d - d.mean()).groupby(np.asarray(names)).sum()  # one number a cluster
    g = len(sums)
    error = math.sqrt(g / (g - 1) * (sums**2).sum()) / len(d)
    t = stats.t.ppf(0.975, g - 1)
    return d.mean(), error, g, d.mean() - t * error, d.mean() + t * error


clean = ~seen_a & ~seen_b
d = A[clean].astype(float) - B[clean]
alone = clustered(d, np.arange(clean.sum()))
grouped = clustered(d, cluster[clean])
assert math.isclose(alone[1], d.std(ddof=1) / math.sqrt(len(d)))  # without clusters: the error of a mean
print(f"{clean.sum()} clean questions: A {A[clean].mean():.1%}, B {B[clean].mean():.1%}")
print(f"difference {100 * grouped[0]:+.1f} points; questions independent: ± {100 * 1.96 * alone[1]:.1f}; {grouped[2]} clusters: {100 * grouped[3]:+.1f} to {100 * grouped[4]:+.1f}")
assert all(d[cluster[clean] == p].mean() < 0 for p in set(cluster[clean]))
print("by extension:", {p: f"{d[cluster[clean] == p].mean():+.2f} ({(cluster[clean] == p).sum()})" for p in EXTENSIONS if (cluster[clean] == p).any()})
r = np.random.default_rng(0)
names = np.unique(cluster[clean])
members = [d[cluster[clean] == p] for p in names]
drawn = [np.concatenate([members[k] for k in r.integers(len(names), size=len(names))]).mean() for _ in range(2000)]  # whole clusters with replacement
low, high = np.quantile(drawn, [0.025, 0.975])
assert clean.sum() == 375 and grouped[2] == 10 and round(100 * grouped[0]) == -29 and grouped[4] < -0.18 and abs(low - grouped[3]) < 0.02 and abs(high - grouped[4]) < 0.03 and round(stats.t.ppf(0.975, 9), 2) == 2.26
print(f"bootstrap of whole clusters: {100 * low:+.1f} to {100 * high:+.1f}")

# %% [markdown] id="clean-words"
# On clean questions B is 29 points better, and better in every one of the ten extensions. The interval over clusters (−37 to −20) is a third wider than that over questions (± 6), and the bootstrap of whole clusters agrees. Had the extensions disagreed, the clusters would show it and the questions would not. Ten are few: the formula with its $t$ and the bootstrap are both rough there, and fewer than five should not be trusted with either.
#
# ## A closed model: the order gives it away
#
# Often nobody shows you the training text. Then overlap cannot be computed. But a benchmark is a *file*, in some order that means nothing: any order of its questions would have done as well (they are *exchangeable*). A model that has never read the file finds the published order no likelier than another. A model that has read it may: after question 17 it expects question 18. So compute the log-probability of the whole file in the published order, and in many random orders. If the model has not read it, the published one is just one of them, and has each rank with the same chance (Oren et al., 2024). That is a permutation test, and its p-value holds whatever the model.
#
# We test it on two small language models that we know: tables of which token follows which two. Both have read the same 300 questions; one from the published file, the other from a copy in another order.

# %% id="checkpoint-order"
kit.checkpoint("what-order-tells")

# %% id="order"
order = np.random.default_rng(7).permutation(1056)[:300]
FILE = [[*tokens(QUESTIONS[i]), "¶"] for i in order]  # the published order; ¶ ends a question


def learn(lines):
    """Counts of which token follows which two."""
    text = [t for line in lines for t in line]
    return Counter(zip(text, text[1:], text[2:])), Counter(zip(text, text[1:])), Counter(text)


def log_probability(model, lines):
    """Log-probability (nats) of a text by the counts, mixed with how common each token is."""
    three, two, one = model
    text, total = [t for line in lines for t in line], sum(one.values())
    return sum(math.log(0.9 * three[a, b, c] / max(two[a, b], 1) + 0.1 * (one[c] + 1) / (total + len(one))) for a, b, c in zip(text, text[1:], text[2:]))


r = np.random.default_rng(1)
tellers = {"read the published file": learn(FILE), "read a copy in another order": learn([FILE[i] for i in r.permutation(300)])}
shuffled = [[FILE[i] for i in r.permutation(300)] for _ in range(99)]
figure, axes = plt.subplots(1, 2, figsize=(9, 3))
p_values = {}
for ax, (name, model) in zip(axes, tellers.items()):
    real, others = log_probability(model, FILE), np.array([log_probability(model, lines) for lines in shuffled])
    p_values[name] = float(1 + (others >= real).sum()) / 100
    ax.hist(others, bins=20, color=BLUE)
    ax.axvline(real, color=ORANGE, linestyle="--")
    ax.set(title=f"{name}: p = {p_values[name]:.2f}", xlabel="log-probability of the file (nats)", ylabel="random orders")
plt.tight_layout()
plt.show()
print(p_values)
assert p_values["read the published file"] == 0.01 and p_values["read a copy in another order"] > 0.05
kit.recall("what-order-tells")

# %% [markdown] id="order-words"
# *In words: on the left a histogram of 99 random orders, and the dashed line of the published order far to the right of all of them; on the right the dashed line stands within the histogram.*
#
# Both have read every question, and only one of them has read the *file*. The test finds that one: p = 0.01, the smallest that 99 orders can give. So a small p-value proves contamination by the file, and a large one proves nothing: the same questions, read one by one elsewhere, leave no order behind. Two conditions: the log-probabilities of whole texts must be available, and the published order must mean nothing. In an alphabetical file the published order is likelier for every model that knows the alphabet.
#
# ## A model as judge
#
# Many answers have no key: which of two sentences is better? People are slow, so a model is asked. Here the judge is SmolLM2-135M-Instruct (Apache-2.0), and we know the truth: ten messages of JupyterLab, each against the same words in random order. The judge sees both and names one, once by a letter and once by a number. Each pair is shown **twice, in both orders**.

# %% id="judge-setup"
judge, tokenizer = kit.small_model(), kit.small_tokenizer()  # the tokenizer cuts a text into the model's pieces, as numbers
r = np.random.default_rng(0)
fit = [e for e in LAB if 6 <= len(e.split()) <= 10 and "%" not in e and "\n" not in e]
GOOD = [fit[i] for i in r.choice(len(fit), 10, replace=False)]
BAD = [" ".join(r.permutation(e.split())) for e in GOOD]
FORMS = {
    "letters": ("<|im_start|>user\nWhich sentence is better English?\nA: {0}\nB: {1}\nAnswer with A or B.<|im_end|>\n<|im_start|>assistant\nThe better sentence is", (" A", " B")),
    "numbers": ("Two sentences:\n1. {0}\n2. {1}\nOne of them is correct English. The other one has its words in a wrong order. The correct sentence is number", (" 1", " 2")),
}


def prefers_first(form, pairs):
    """For each pair (first, second): does the judge choose the first? (pairs,) of bool."""
    text, words = FORMS[form]
    first, second = (tokenizer(w)["input_ids"][-1] for w in words)
    ids = tokenizer([text.format(*pair) for pair in pairs], return_tensors="pt", padding=True, padding_side="right")  # shorter texts are filled up behind their end
    ends = ids["attention_mask"].sum(dim=1) - 1  # (pairs,): the place of each text's last token, which sees nothing behind it
    with torch.no_grad():  # no derivatives are needed
        last = judge.model(ids["input_ids"]).last_hidden_state[torch.arange(len(pairs)), ends]  # (pairs, 576): what the model holds there
        scores = last @ judge.lm_head.weight[[first, second]].T  # (pairs, 2): how well each of the two answers would go on
    return (scores[:, 0] > scores[:, 1]).numpy()


verdicts = {form: (prefers_first(form, list(zip(GOOD, BAD))), prefers_first(form, list(zip(BAD, GOOD)))) for form in FORMS}
for form, (good_first, bad_first) in verdicts.items():
    print(f"{form}: good sentence first: {good_first.mean():.0%} choose the first; bad one first: {bad_first.mean():.0%} choose the first")

# %% [markdown] id="judge-ask"
# Call the systems A (the good sentences) and B. With A first it wins the share $w_1$; with B first, B wins $w_2$ and A the rest, $1 - w_2$. If standing first helps or harms both alike, the mean of A's two shares is free of it:
#
# $$\text{win rate of A} = \frac{w_1 + (1 - w_2)}{2}, \qquad \text{advantage of the first place} = \frac{w_1 + w_2}{2} - \frac12 .$$

# %% id="checkpoint-judge"
kit.checkpoint("judge-both-orders")

# %% id="judge"
def kappa(x, y):
    """Agreement of two raters beyond chance (Cohen, 1960); x and y (n,) of bool."""
    agree = np.mean(x == y)
    by_chance = x.mean() * y.mean() + (1 - x.mean()) * (1 - y.mean())
    return (agree - by_chance) / (1 - by_chance)


truth = np.repeat([True, False], 10)  # is the first sentence the good one?
rows = []
for form, (good_first, bad_first) in verdicts.items():
    w1, w2 = good_first.mean(), bad_first.mean()
    said = np.concatenate([good_first, bad_first])
    each = (good_first.astype(float) + ~bad_first) / 2  # (10,): 1, ½ or 0 a pair, the two orders joined
    half = stats.t.ppf(0.975, 9) * each.std(ddof=1) / math.sqrt(10)
    assert math.isclose(kappa(said, truth), cohen_kappa_score(said, truth), abs_tol=1e-12) and math.isclose(each.mean(), (w1 + 1 - w2) / 2)
    rows.append((form, w1, 1 - w2, each.mean(), half, (w1 + w2) / 2 - 0.5, np.mean(good_first == ~bad_first), kappa(said, truth)))
judged = pd.DataFrame(rows, columns=["form", "A wins, A first", "A wins, B first", "win rate", "± (95 %)", "first place", "same verdict twice", "kappa"]).set_index("form")
print(judged.round(2).T.to_string())
# another machine rounds otherwise, and a close call may fall to the other side: up to three of ten pairs
assert np.abs(judged[["A wins, A first", "A wins, B first", "win rate"]].to_numpy() - [[0.4, 0.8, 0.6], [0.6, 0.5, 0.55]]).max() < 0.31
assert judged.loc["letters", "first place"] < 0 and (judged["kappa"] < 0.6).all() and (judged["same verdict twice"] < 0.6).all()
kit.recall("judge-both-orders")

# %% [markdown] id="judge-words"
# With letters this judge likes the second place. Asked in one order only, the good sentences win 40 % or 80 % of the pairs, and both numbers are about the place. Joined, the win rate is 60 % ± 15, and 50 % lies inside. With numbers the mean advantage of a place is small, and yet only one pair of ten gets the same verdict twice (with letters two): the place decides pair by pair, now one way, now the other. **A mean advantage near zero is no proof of a steady judge**; look at how many pairs agree with themselves. And kappa, the agreement with the truth beyond chance (1 would be full agreement, 0 chance), is 0.2 and 0.1. (A close call may fall otherwise on another machine: take the digits from your own table.)
#
# Is the model too small to know English? We ask it for something else: which sentence does it find likelier?

# %% id="judge-likelihood"
def log_likelihood(sentence):
    """Log-probability of a sentence, in nats, by the same model."""
    ids = tokenizer("<|im_start|>" + sentence, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        scores = torch.log_softmax(judge(ids).logits[0, :-1], dim=-1)  # (tokens - 1, 49152)
    return float(scores.gather(1, ids[0, 1:, None]).sum())


good_likelihood, bad_likelihood = (np.array([log_likelihood(s) for s in side]) for side in (GOOD, BAD))
sizes = np.array([len(tokenizer(s)["input_ids"]) for s in GOOD])
pairs = [(i, j) for i in range(10) for j in range(i) if sizes[i] != sizes[j]]
shorter_wins = np.mean([(good_likelihood[i] > good_likelihood[j]) == (sizes[i] < sizes[j]) for i, j in pairs])
print(f"the model asked for probabilities: the good sentence wins {np.mean(good_likelihood > bad_likelihood):.0%} of the pairs")
assert np.mean(good_likelihood > bad_likelihood) > 0.75 and shorter_wins > 0.7 and len(pairs) == 43
print(f"two good sentences of different length: the shorter one wins {shorter_wins * len(pairs):.0f} of {len(pairs)} pairs")

# %% [markdown] id="judge-more"
# It knows: by its probabilities the good sentence wins all ten pairs, and there is no order to be led astray by. The *question* was the weak part, not the knowledge. But this judge has a bias of its own: of two good sentences it prefers the shorter one in 36 of 43 pairs (84 %), since each further token costs. (Judges that are asked in words mostly lean the other way, to longer answers.) Every judge is an instrument: calibrate it on pairs whose answer is known, before it judges those where nobody knows.
#
# ## At scale
#
# A benchmark of 14 042 questions of about 80 tokens against a training text of 15 trillion tokens (Llama 3; Grattafiori et al., 2024, section 3.1). Which side goes into the index? Let a run take 8 bytes, as a hash (a number computed from it).

# %% id="scale"
corpus_tokens, questions_count, question_tokens, n = 15e12, 14_042, 80, 13
index_text = 8 * corpus_tokens
index_questions = 8 * questions_count * (question_tokens - n + 1)
print(f"index of the text: {index_text / 1e12:.0f} TB; index of the questions: {index_questions / 1e6:.1f} MB, and the text streams past it once")
speed = 2e6
print(f"at {speed:.0e} tokens a second and core: {corpus_tokens / speed / 3600:,.0f} core-hours, {corpus_tokens / speed / 3600 / 1000:.1f} hours on 1000 cores")
by_lot = corpus_tokens * (1 / 1000) ** n
print(f"chance hits of one run of 13 tokens, if each token were an independent one of 1000 equally common ones: {by_lot:.0e}")
assert round(index_text / 1e12) == 120 and round(index_questions / 1e6, 1) == 7.6 and round(corpus_tokens / speed / 3600) == 2083 and by_lot < 1e-20

# %% [markdown] id="scale-words"
# Index the smaller side: 7.6 MB instead of 120 TB. The search is cheap; what it cannot find is a *translated* or *reworded* question. And the opposite error exists too: famous sentences stand in every text, so that a flagged question need not have been learnt as a question. That is why the control by an older model, and not the overlap alone, says what seeing was worth.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** 40 % of a benchmark's questions were seen. There a model gets 90 % right, on the others 60 %; an older model gets 55 % and 50 %. Replace each `...` (in percentage points, or percent).

# %% id="exercise-1"
bench = {"score on all": ..., "memory": ..., "inflation": ..., "expected on new questions": ...}

# %% id="check-1"
if any(v is ... for v in bench.values()):
    print("not tried yet")
else:
    kit.close(bench["score on all"], 72.0, rtol=1e-3, because="0.4 · 90 + 0.6 · 60", known_wrong={"each part counts with its size": 75.0})
    kit.close(bench["memory"], 25.0, rtol=1e-3, because="30 points of gap, 5 of which the older model shows too", known_wrong={"the older model finds the seen questions easier as well: take that off": 30.0, "the ease is taken off, not added": 35.0})
    kit.close(bench["inflation"], 10.0, rtol=1e-3, because="40 % of 25", known_wrong={"that is on the seen questions; the whole has 40 % of them": 25.0, "the older model's gap is missing": 12.0, "times the share seen, not unseen": 15.0})
    kit.close(bench["expected on new questions"], 62.0, rtol=1e-3, because="72 − 10: new questions are a mixture of easy and hard ones", known_wrong={"that is the unseen part; new questions are as easy as the whole benchmark": 60.0, "that still counts the memory": 72.0})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** In our benchmark the right answer stands first, and `argmax` takes the *first* of several largest scores: it would have given each tie to the model, and A eight more right answers than by lot. Write `fair(scores)`: `scores` (8,) of one question, the right answer first; return the chance of being right if ties for the largest score are broken by lot.

# %% id="ties"
def argmax_wins(scores, i):
    return scores.argmax() == 0


flattered = nearest(READ_A, argmax_wins)[:N]
print(f"right answers of A: {flattered.sum()} if the first of the largest is taken, {A.sum()} by lot")
assert flattered.sum() - A.sum() == 8

# %% id="exercise-2"
def fair(scores):
    """A number from 0 to 1."""
    ...


# %% id="check-2"
if fair(np.array([1.0, 0.0])) is None:
    print("not tried yet")
else:
    for s, share, why in (([3, 1, 2], 1, "the right answer alone is largest"), ([3, 3, 2], 1 / 2, "two share the largest score, the right one among them"), ([1, 3, 3], 0, "the right answer is not among the largest"), ([0, 0, 0, 0], 1 / 4, "all tie")):
        kit.close(fair(np.array(s, dtype=float)), float(share), rtol=1e-9, atol=1e-12, because=f"scores {s}: {why}", known_wrong={
            "argmax takes the first of the largest: that flatters whoever stands first": float(np.argmax(s) == 0), "among the largest only, not among all": 1 / len(s), "only if the right answer is among the largest": 1 / s.count(max(s))})
    print("right: the same care as with a judge, for the same reason")

# %% [markdown] id="exercise-3-text"
# **3. Build.** Write `order_p(score, lines, draws, seed)`: the p-value of the order test. `score(lines)` is the log-probability of a list of lines in that order; compare `lines` as they stand with `draws` random orders; the published order counts as one of `draws + 1`, and ties count against it.

# %% id="exercise-3"
def order_p(score, lines, draws, seed):
    """A number above 0 and at most 1."""
    ...


# %% id="check-3"
def rising(lines):
    return float(sum(b > a for a, b in zip(lines, lines[1:])))


if order_p(rising, [1, 2], 3, 0) is None:
    print("not tried yet")
else:
    kit.close(order_p(rising, list(range(12)), 99, 0), 0.01, rtol=1e-9, because="no random order of twelve rises everywhere: 1 of 100", known_wrong={"the published order counts among them: a p-value is never 0": 0.0, "99 orders and the published one are 100": 1 / 99})
    kit.close(order_p(rising, list(range(12))[::-1], 99, 0), 1.0, rtol=1e-9, because="every order scores at least as well", known_wrong={"at least as large, not larger; and the published one counts": 0.99, "one-sided: large log-probabilities speak for having read the file": 0.02})
    kit.close(order_p(len, list(range(12)), 49, 1), 1.0, rtol=1e-9, because="all orders tie: nothing was found", known_wrong={"ties count against the published order": 1 / 50})
    kept = [1, 2, 3]
    order_p(rising, kept, 5, 0)
    kit.equal(kept, [1, 2, 3], because="the lines given stay in their order")
    spread = [float(order_p(rising, list(np.random.default_rng(k).permutation(12)), 49, k)) for k in range(60)]
    kit.require(0.35 < np.mean(spread) < 0.75, f"orders drawn by lot get p-values of {np.mean(spread):.2f} on average; they should lie about evenly between 0 and 1")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** An assistant's answers come from 40 conversations with 25 questions each. New minus old assistant: +3.0 points. Treating the 1000 questions as independent the standard error is 1.2 points, by conversations 2.1. Is zero inside the 95 % interval (with 1.96)? And to how many independent questions are the 1000 worth? Replace each `...`.

# %% id="exercise-4"
assistant = {"zero inside": ..., "worth independent questions": ...}  # True or False, and a number

# %% id="check-4"
if any(v is ... for v in assistant.values()):
    print("not tried yet")
else:
    kit.equal(assistant["zero inside"], True, because="3.0 − 1.96 · 2.1 is below 0: questions of one conversation go together", known_wrong={"that is with independent questions": False})
    kit.close(assistant["worth independent questions"], 1000 * (1.2 / 2.1) ** 2, rtol=0.02, because="errors go with one over the square root: 1000 · (1.2/2.1)²", known_wrong={
        "errors go with the square root of the number": 1000 * 1.2 / 2.1, "the clusters are not worth more questions than there are": 1000 * (2.1 / 1.2) ** 2, "40 would be if all questions of a conversation said the same": 40.0})
    print("right")

# %% [markdown] id="answer"
# ## The question again
#
# Whose model, and which score?

# %% id="answer-code"
print(f"whole benchmark: A {A.mean():.0%}, B {B.mean():.0%}; expected on new questions: A {inflated.loc['A', 'expected on new']:.0f} %, B {inflated.loc['B', 'expected on new']:.0f} %")
print(f"clean questions, B minus A: {-100 * grouped[0]:.0f} points, 95 % interval {-100 * grouped[4]:.0f} to {-100 * grouped[3]:.0f}")
new = {"A": a_all[N:], "B": b_all[N:]}
both = int((new["A"] & ~new["B"]).sum()), int((new["B"] & ~new["A"]).sum())
print(f"next month: {len(new['A'])} messages of four other extensions: A {new['A'].mean():.0%}, B {new['B'].mean():.0%} right; only A {both[0]}, only B {both[1]}")
errors = {name: math.sqrt(x.mean() * (1 - x.mean()) / len(x)) for name, x in new.items()}
assert len(new["A"]) == 41 and [round(100 * x.mean()) for x in new.values()] == [37, 49] and both == (3, 8)
assert round((inflated.loc["B", "expected on new"] / 100 - new["B"].mean()) / errors["B"], 1) == 1.8
print("standard errors:", {name: f"{100 * e:.0f} points" for name, e in errors.items()})
kit.recall("whom-to-buy")
kit.recall("before-permutation")

# %% [markdown] id="answer-words"
# B's, and about 63 %, not A's 77. Then the four extensions of next month arrive, which we had kept back. A gets 37 %: it was promised 36, and nothing of its 77 is left. B gets 49 %: below its 63, by 1.8 standard errors of 8 points, which 41 questions allow; and these extensions may simply be harder. On 41 questions alone 8 against 3 would prove nothing. It is the benchmark's clean part that knows who is better, and the new messages agree with it. The lab `honest-benchmark` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Overlap: the share of a question's runs of $n$ tokens that stand in the training text; whole questions where they are shorter than $n$.
# - A gap between seen and unseen questions is memory only beyond what an older model shows too; inflation is the seen share times that.
# - Compare on questions that neither has seen, with clusters: deviations are added within a cluster before they are squared.
# - A closed model that finds the published order likelier than random orders has read the file.
# - A judge is asked in both orders; its agreement is counted beyond chance, and against answers that are known.
#
# | term | 中文 |
# |---|---|
# | benchmark contamination | 基准数据污染 |
# | n-gram overlap | n 元组重合 |
# | clustered standard error | 聚类标准误 |
# | exchangeable | 可交换的 |
# | model as judge, position bias | 模型裁判、位置偏差 |
# | Cohen's kappa | 科恩 κ 系数 |
#
# **Read on.** Tom B. Brown et al., "Language Models are Few-Shot Learners", NeurIPS 2020, section 4 and appendix C. · Yonatan Oren et al., "Proving Test Set Contamination in Black-Box Language Models", ICLR 2024, sections 2 and 3. · Evan Miller, "Adding Error Bars to Evals: A Statistical Approach to Language Model Evaluations", 2024, sections 2 and 4. · Lianmin Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", NeurIPS 2023, section 3. · Jacob Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20, 1960.
