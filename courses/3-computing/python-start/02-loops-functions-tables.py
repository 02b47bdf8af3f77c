# %% [markdown] id="loops-functions-and-tables"
# # Loops, functions and tables
#
# **You will be able to** ask a question of every row of a table, keep what you find, and give the whole
# work a name so that it can be used again. **65 minutes.** You need lesson 1: values, names, `if`.
#
# At the end you can
#
# 1. go through a list with `for`, and say what each name holds after each turn;
# 2. count, sum, and keep the largest so far;
# 3. write a function with inputs and a result, and explain what `return` does;
# 4. compute the worst fall of a series from scratch, and check it against a library;
# 5. find a fault in a loop by making it show its steps.

# %% [markdown] id="before-you-start"
# ## Before you start
#
# Without running it: after `x = 3`, `y = x * 2`, `x = 10`, what is `y`? (6: a name keeps what was worked out
# then.) And what does `if x > 10:` do when `x` is 10? (Nothing: 10 is not greater than 10.) If one of these
# surprised you, take lesson 1 of this course once more, the sections *Names* and *Decisions*.
#
# The next cell gets the table of share prices that you know.

# %% id="ee4ca5c3"
import matplotlib
import matplotlib.pyplot as plt
import pandas as pd

from graders import kit

file = matplotlib.get_data_path() + "/sample_data/Stocks.csv"  # source: finance.yahoo.com, by matplotlib
prices = pd.read_csv(file, comment="#", index_col="Date", parse_dates=True)
prices = prices[prices.index.day == 1].dropna(how="all")  # one row a month, 1990 to June 2022

# %% [markdown] id="a-question-first"
# ## A question first
#
# In lesson 1, Apple turned 1000 dollars into more than 23 000. Here is the way there, since 1990:

# %% id="408caf86"
apple = prices["AAPL"]
figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(apple.index, apple, color="#0072B2")
axes.set(title="Apple, price of one share", xlabel="year", ylabel="dollars (scale of tens)", yscale="log")
plt.show()

# %% [markdown] id="982617df"
# *In words: with each step up the axis standing for ten times as much, the line goes down until 1997, rises steeply to
# a peak in 2000 and falls back from it; from 2004 on it climbs, with dents.*
#
# > **The question.** Somebody buys at the worst possible moment and looks at the worst possible later
# > moment, before the price is back. What part of the money is gone? In other words: what was Apple's
# > **worst fall** from a peak?
#
# Commit to a guess. We shall compute it in half an hour.

# %% id="f840525b"
kit.checkpoint("worst-fall-guess")

# %% [markdown] id="a-list-and-a-turn-for-each-item"
# ## A list, and a turn for each item
#
# A **list** holds values in order, between square brackets. `for` takes them one after the other: each turn
# of the loop, the name after `for` stands for the next value, and the indented lines run.

# %% id="31bb4145"
toy = [10, 12, 9, 15]  # four prices; small enough to do everything by hand

for price in toy:
    print("this turn, price is", price)

# %% [markdown] id="4f33e168"
# Positions count from **zero**: `toy[0]` is the first item, `toy[-1]` the last, `len(toy)` how many there are.

# %% id="5db71811"
toy[0], toy[-1], len(toy)

# %% [markdown] id="c8a0b8e9"
# A list can grow. `[]` is an empty one, and `append` puts one more item at its end. So a loop can keep what it finds:

# %% id="e725240b"
above_ten = []
for price in toy:
    if price > 10:
        above_ten.append(price)
above_ten

# %% id="c809fafd"
assert above_ten == [12, 15]

# %% [markdown] id="count-sum-keep-the-largest-so-far"
# ## Count, sum, keep the largest so far
#
# Three patterns do most of the work in any loop. Each has a name that is **set before the loop** and changed
# in it.

# %% id="e72df58c"
count = 0
total = 0
peak = toy[0]
for price in toy:
    if price > 10:
        count = count + 1  # one more
    total = total + price
    if price > peak:
        peak = price  # the largest so far
print("above 10:", count, "  sum:", total, "  peak:", peak)
assert (count, total, peak) == (2, 46, 15)

# %% [markdown] id="20bbf07b"
# Do it by hand with a pencil: write down `count`, `total` and `peak` after each of the four turns. What was
# `peak` after the **third** turn, when the price was 9?

# %% id="3701b3cc"
kit.checkpoint("peak-after-three")

# %% id="5539abf0"
peak = toy[0]
for price in toy:
    if price > peak:
        peak = price
    print("price", price, " peak so far", peak)

# %% id="53307832"
kit.recall("peak-after-three")

# %% [markdown] id="43fec78f"
# Making a loop *print its steps* is the tool of this lesson. It costs one line, and it shows what you would
# otherwise have to imagine.

# %% [markdown] id="the-worst-fall-by-hand-and-as-a"
# ## The worst fall, by hand and as a formula
#
# At each moment $t$ the *fall* is how far the price $p_t$ (dollars) lies below the highest price so far:
#
# $$d_t = \frac{p_t}{\max_{s \le t} p_s} - 1 \qquad\text{and the worst fall is}\qquad \min_t d_t$$
#
# $d_t$ has no unit and is never above zero. For the toy:
#
# | turn | price | peak so far | fall |
# |---|---|---|---|
# | 1 | 10 | 10 | 0 |
# | 2 | 12 | 12 | 0 |
# | 3 | 9 | 12 | 9/12 − 1 = −0.25 |
# | 4 | 15 | 15 | 0 |
#
# The worst is −0.25: a quarter was gone. The table is nearly the program already.

# %% id="679932ea"
peak = toy[0]
worst = 0.0
for price in toy:
    if price > peak:
        peak = price
    fall = price / peak - 1
    if fall < worst:
        worst = fall
print(worst)
assert worst == -0.25

# %% [markdown] id="give-the-work-a-name-functions"
# ## Give the work a name: functions
#
# These lines work for any list of prices. A **function** wraps them: `def`, a name, the inputs in brackets,
# and `return` with the result. The text in triple quotes says what it does.

# %% id="e0128c91"
def worst_fall(series):
    """Return the deepest fall below the highest price so far, as a share of it (0 to -1)."""
    peak = series[0]
    worst = 0.0
    for price in series:
        if price > peak:
            peak = price
        fall = price / peak - 1
        if fall < worst:
            worst = fall
    return worst


worst_fall([10, 12, 9, 15])

# %% id="7d95d41e"
assert worst_fall([10, 12, 9, 15]) == -0.25  # the toy that we did by hand
assert worst_fall([1, 2, 3]) == 0  # a price that only rises never falls
assert worst_fall([8, 4, 2, 1]) == -0.875  # from 8 to 1: seven eighths are gone

# %% [markdown] id="136a35ac"
# `def` alone runs nothing. The lines run when the function is **called**, each time with its own input.
# `return` does two things at once: it hands back the result, **and it ends the call**. Keep that in mind.
#
# Now the real series. `list(...)` makes a list of a column.

# %% id="ffa69a60"
from_scratch = worst_fall(list(apple))
print(f"Apple's worst fall from a peak: {from_scratch:.1%}")

# %% [markdown] id="90936c3a"
# The library does it in one line: `cummax` is the largest so far, for every row at once.

# %% id="54daaa12"
with_pandas = (apple / apple.cummax() - 1).min()
assert abs(with_pandas - from_scratch) < 1e-12
assert round(from_scratch, 3) == -0.796
kit.recall("worst-fall-guess")

# %% [markdown] id="77c2ec84"
# Four fifths were gone, at the end of 1997. The company with the best growth of lesson 1 had once lost almost
# 80 % of its price. What these monthly data cannot show: falls within a month, and what it feels like.

# %% id="7436b975"
fall = apple / apple.cummax() - 1
assert fall.idxmin().year == 1997 and fall.idxmin().month == 12

figure, axes = plt.subplots(figsize=(7, 3))
axes.fill_between(fall.index, fall * 100, 0, color="#0072B2")
axes.axhline(from_scratch * 100, color="#D55E00", linestyle="--", label=f"worst: {from_scratch:.1%}")
axes.set(title="Apple: how far below the highest price so far", xlabel="year", ylabel="fall (per cent)")
axes.legend(loc="lower right")
plt.show()

# %% [markdown] id="1da63d8a"
# *In words: the filled area reaches the dashed line at about −80 per cent at the end of 1997, comes back near
# zero around 2000, dives again almost as deep from 2000 to 2003, and stays far shallower since 2009.*

# %% [markdown] id="tables-the-same-question-to-every"
# ## Tables: the same question to every column
#
# A **dictionary** (`dict`) looks a value up by a key instead of a position: `{"IBM": -0.63}`. With a loop
# over the columns we fill one.

# %% id="5d23f500"
falls = {}
for company in prices.columns:
    series = prices[company].dropna()  # leave out the months before the share was listed
    falls[company] = worst_fall(list(series))

for company in sorted(falls, key=falls.get):  # the companies, ordered by what falls.get says of each
    print(f"{company:>6} {falls[company]:7.1%}")

# %% id="f7a43818"
assert min(falls, key=falls.get) == "AMZN" and round(falls["AMZN"], 2) == -0.93
assert all(fall < -0.4 for fall in falls.values())

# %% [markdown] id="283bb742"
# Every one of the ten, the two market indices included (the names with `^`), once lost more than 40 % from a
# peak; Amazon lost 93 %. And **IBM**, the solid one? Was its number of falling months smaller than Apple's? To
# count, we compare each month with the one before; `range(1, n)` gives 1, 2, …, n − 1.

# %% id="ca625310"
def falling_months(series):
    """Return how many prices are below the price of the month before."""
    count = 0
    for t in range(1, len(series)):
        if series[t] < series[t - 1]:
            count = count + 1
    return count


assert falling_months([10, 12, 9, 15]) == 1

# %% [markdown] id="79abaf7d"
# Why does `range` start at 1 here, and not at 0?

# %% id="b3948e51"
kit.checkpoint("range-from-one")

# %% id="97126e8e"
print("IBM", falling_months(list(prices["IBM"])), " Apple", falling_months(list(apple)), " of", len(apple) - 1)
up = [5, 6, 7]
print("from 1:", falling_months(up), "falls; from 0 the first question would be", up[0], "<", up[0 - 1], "and the answer", up[0] < up[0 - 1])
assert falling_months(up) == 0 and up[0] < up[-1]
kit.recall("range-from-one")

# %% [markdown] id="cd4938d9"
# So the solid one fell in **more** months: IBM in 180 of 389, Apple in 167. Apple's worst fall was deeper all the same. How often
# and how deep are two questions, and each needs a loop of its own.

# %% id="6dcfedcd"
assert (falling_months(list(prices["IBM"])), falling_months(list(apple)), len(apple)) == (180, 167, 390)
assert falls["AAPL"] < falls["IBM"]

# %% [markdown] id="turn-a-knob"
# ## Turn a knob
#
# A decision inside a loop makes an *alarm*: it rings in each month in which the price lies further below its
# peak than a threshold. Move the threshold. When does the alarm ring so often that nobody would listen any
# more, and when does it come too late?

# %% id="e3e41406"
from ipywidgets import Dropdown, IntSlider, interact


def show_alarms(company="AAPL", threshold=30):
    """Draw a price and mark the months in which it lies more than `threshold` per cent below its peak."""
    series = prices[company].dropna()
    limit = -threshold / 100
    peak = series.iloc[0]
    alarms = []
    for day, price in series.items():
        if price > peak:
            peak = price
        if price / peak - 1 < limit:
            alarms.append(day)
    figure, axes = plt.subplots(figsize=(7, 3))
    axes.plot(series.index, series, color="#0072B2", label="price")
    axes.plot(alarms, series[alarms], "o", markersize=3, color="#D55E00", label="alarm")
    share = len(alarms) / len(series)
    axes.set(
        title=f"{company}: more than {threshold} % below the peak in {len(alarms)} of {len(series)} months ({share:.0%})",
        xlabel="year",
        ylabel="dollars (scale of tens)",
        yscale="log",
    )
    axes.legend()
    plt.show()
    return len(alarms)


interact(
    show_alarms,
    company=Dropdown(options=list(prices.columns), value="AAPL", description="company"),
    threshold=IntSlider(min=5, max=90, step=5, value=30, description="per cent"),
);

# %% [markdown] id="bb8bdd4b"
# *In words, unturned: orange dots cover most of Apple's line from 1994 to 2004, and hardly any of it later.*
#
# The same trade-off stands behind every alarm in a data centre: disk temperature, error rate, queue length. A low
# threshold cries wolf, a high one sleeps.

# %% id="d032a71a"
peaks = apple.cummax()
rings = [int((apple / peaks - 1 < -share).sum()) for share in (0.1, 0.3, 0.7)]
assert rings == sorted(rings, reverse=True) and rings[0] > 4 * rings[2]

# %% [markdown] id="how-it-goes-wrong"
# ## How it goes wrong
#
# A colleague writes the same function and indents one line too far. It runs without any error, and it even
# passes the first test that comes to mind:

# %% id="ebfb6fc6"
def worst_fall_wrong(series):
    peak = series[0]
    worst = 0.0
    for price in series:
        if price > peak:
            peak = price
        fall = price / peak - 1
        if fall < worst:
            worst = fall
        return worst


print(worst_fall_wrong([1, 2, 3]), worst_fall_wrong([10, 12, 9, 15]))
assert worst_fall_wrong([1, 2, 3]) == 0 and worst_fall_wrong([10, 12, 9, 15]) == 0

# %% [markdown] id="b443156c"
# The first is right by luck, the second is not: we know from the table that it should be −0.25. Make the loop
# show its steps:

# %% id="594acde2"
def worst_fall_spoken(series):
    peak = series[0]
    worst = 0.0
    for price in series:
        if price > peak:
            peak = price
        fall = price / peak - 1
        print("price", price, " peak", peak, " fall", round(fall, 3))
        if fall < worst:
            worst = fall
        return worst


worst_fall_spoken([10, 12, 9, 15])

# %% [markdown] id="65d75f3d"
# Four prices and a single line of output: the loop ended after its **first** turn. `return` stands *inside*
# the loop, and `return` ends the call. Moved four spaces to the left, it runs after the last turn, as in
# our own version above. Indentation is not decoration: it says what belongs to what.

# %% id="a3a104eb"
kit.checkpoint("return-inside")

# %% id="521f5c1f"
def count_above_ten(series):
    count = 0
    for price in series:
        if price > 10:
            count = count + 1
        return count


print(count_above_ten([11, 9, 12]))
assert count_above_ten([11, 9, 12]) == 1
kit.recall("return-inside")

# %% [markdown] id="at-scale"
# ## At scale
#
# Our loop goes through 390 prices. A log of a cluster has billions of lines. How long does one turn take, and
# when does the loop become the problem? We measure both ways on the same million numbers.

# %% id="bc562f61"
import time

import numpy as np

million = np.random.default_rng(0).random(1_000_000) + 1  # a million made-up prices between 1 and 2

million_list = million.tolist()

loop_times, array_times = [], []
for attempt in range(3):  # the shortest of three: what else the machine does only makes it longer
    begin = time.perf_counter()
    loop_result = worst_fall(million_list)
    loop_times.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    array_result = (million / np.maximum.accumulate(million) - 1).min()
    array_times.append(time.perf_counter() - begin)
loop_seconds, array_seconds = min(loop_times), min(array_times)

assert abs(loop_result - array_result) < 1e-12
print(f"loop {loop_seconds:.3f} s, numpy {array_seconds:.3f} s: {loop_seconds / array_seconds:.0f} times faster")
print(f"a billion lines: {loop_seconds * 1000 / 60:.1f} minutes against {array_seconds * 1000:.0f} seconds")

# %% [markdown] id="94893bef"
# The library runs the same loop, compiled, over numbers packed side by side. The measurement above is of *your* machine
# and of this moment; on another it differs. Write the loop first, because you can check it by hand.
# Then let the library do it, and assert that both agree.

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Write `highest(series)`: the largest number in a list, with a loop and without `max`.

# %% id="848f6bb6"
def highest(series):
    ...


# %% id="464c41ce"
if highest([1]) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    for series, expected in [([3], 3), ([1, 5, 2], 5), ([-4, -2, -9], -2), ([2.5, 2.5], 2.5)]:
        kit.equal(
            highest(series),
            expected,
            known_wrong={"you start from 0: then a list of negative numbers has no chance": 0, "you return in the first turn": series[0]},
        )
    print("right, negative numbers included")

# %% [markdown] id="9858c9a8"
# **2. Modify.** `best_rise(series)` is the mirror of the worst fall: the largest rise above the **lowest** price so
# far, as a share of it. For the toy `[10, 12, 9, 15]` it is 15/9 − 1 ≈ 0.667. Start from a copy of `worst_fall`.

# %% id="ad380c3c"
def best_rise(series):
    ...


# %% id="285b9dae"
if best_rise([1.0]) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    toy_peak = 15 / 10 - 1
    kit.close(
        best_rise([10, 12, 9, 15]),
        15 / 9 - 1,
        known_wrong={"you compare with the first price, not the lowest so far": toy_peak, "you still follow the peak": 0.0},
    )
    kit.close(float(best_rise([8, 4, 2, 1])), 0.0, because="a price that only falls never rises")
    kit.close(best_rise([5, 10, 1, 1.5]), 1.0, because="5 to 10 doubles; 1 to 1.5 is only a half more")
    print("right")

# %% [markdown] id="21e42a70"
# **3. Build.** `longest_run(series)`: the largest number of months *in a row* that each ended below the month before.
# For `[5, 4, 3, 6, 5]` it is 2. Think first: which name counts, and when does it go back to zero?

# %% id="da6b9d65"
def longest_run(series):
    ...


# %% id="d207af68"
if longest_run([1, 2]) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    cases = [([5, 4, 3, 6, 5], 2), ([1, 2, 3], 0), ([4, 3, 2, 1], 3), ([2, 2, 1], 1), ([7], 0)]
    for series, expected in cases:
        kit.equal(
            longest_run(series),
            expected,
            known_wrong={
                "you count all falling months: set the counter back when a month does not fall": falling_months(series),
                "you return the run that happens to be last, not the longest": 1 if series == [5, 4, 3, 6, 5] else -1,
            },
        )
    print("right; Apple's longest run of falling months was", longest_run(list(apple)))

# %% [markdown] id="03d498c1"
# **4. Transfer.** Think of a list that your own work produces (orders, temperatures, tickets). Which question about it
# needs "the largest so far" or "how many in a row"? Write the function and one toy that you can check by hand.
#
# Lesson 3 reads the file itself, faults included. The lab `first-programs` proves all three.

# %% [markdown] id="summary"
# ## Summary
#
# - `for` gives each item its turn; positions count from 0.
# - Set a name before the loop, change it in the loop: count, sum, largest so far.
# - A function has inputs and a result; `return` hands the result back and ends the call.
# - Do a toy by hand, put it into an `assert`, then run the real table and compare with a library.
# - When a loop is wrong, make it show its steps.
#
# | term | 中文 |
# |---|---|
# | list, item, index | 列表，元素，下标 |
# | loop, turn (iteration) | 循环，一次迭代 |
# | function, argument, return value | 函数，参数，返回值 |
# | dictionary, key | 字典，键 |
# | cumulative maximum | 累计最大值 |
# | drawdown (worst fall) | 回撤（最大回撤） |
#
# **Read on.** Python Software Foundation, *The Python Tutorial* (Python 3.11), sections 3.1.3 "Lists", 4.2 "for
# Statements", 4.7 "Defining Functions", 5.5 "Dictionaries". · Allen B. Downey, *Think Python*, 3rd edition, 2024,
# chapters 3, 7 and 9. · Wes McKinney, *Python for Data Analysis*, 3rd edition, 2022, chapter 5.
