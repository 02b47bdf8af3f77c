# %% [markdown] id="values-names-and-decisions"
# # Values, names and decisions
#
# **You will be able to** write a few lines of Python that take numbers from a real table, compute with
# them, and decide something. **60 minutes.** You need nothing: no programming, no more than school
# arithmetic.
#
# At the end you can
#
# 1. say what kind of value a piece of data is, and what can be done with it;
# 2. give values names, and predict what a name stands for after each line;
# 3. turn a formula into a line of code and check it by hand;
# 4. write a decision with `if`, `elif`, `else`, and test it at its edges;
# 5. read the last line of an error message and mend the cause.

# %% [markdown] id="before-you-start"
# ## Before you start
#
# This page is a *notebook*: text, and grey boxes with code. A grey box is a **cell**. Click into one and
# press **Shift + Enter**: Python runs it and shows the answer beneath. Run the cells from top to bottom;
# later ones use what earlier ones made. If something looks stuck, choose *Kernel → Restart Kernel* in the
# menu and start again from the top. Nothing can break.
#
# Try it. The next cell should show `5`.

# %% id="c33b83ea"
2 + 3

# %% [markdown] id="3cd38940"
# **Two questions to see where you stand.** Would you know, without running it, what `10 / 4` gives, and what
# `"10" + "4"` gives? If both are clear to you (2.5, and the text `104`), you may go straight to the section
# *Practise*; if the exercises there are easy, go on to lesson 2. If not, you are in the right place.

# %% [markdown] id="a-question-first"
# ## A question first
#
# Here is a real table: the price of one share of some companies at the start of a month, as Yahoo Finance
# gives it (adjusted for splits and dividends). It comes with the plotting library that we use, so it needs
# no download. The cell below is long, and you do not have to read it: `import` fetches what others have written, and
# the rest reads a file into a table. Lesson 3 opens the same file by hand.

# %% id="b391b04b"
import matplotlib
import pandas as pd

from graders import kit

file = matplotlib.get_data_path() + "/sample_data/Stocks.csv"  # source: finance.yahoo.com, by matplotlib
prices = pd.read_csv(file, comment="#", index_col="Date", parse_dates=True)
prices = prices[prices.index.day == 1].dropna(how="all")  # one row a month
prices.loc[["2010-01-01", "2016-01-01", "2022-06-01"], ["IBM", "AAPL", "MSFT", "AMZN", "XRX"]].round(2)

# %% [markdown] id="c622cdd3"
# The names are short forms: IBM, Apple (AAPL), Microsoft (MSFT), Amazon (AMZN) and Xerox (XRX).
#
# > **The question.** In January 2010 somebody put 1000 dollars into one of the five. In June 2022, which
# > of the five had become the most, and did any of them end with *less* than 1000?
#
# Look at the table and decide before you go on. There is a trap in it.

# %% id="30a55b39"
kit.checkpoint("which-grew-most")

# %% [markdown] id="values-have-a-kind"
# ## Values have a kind
#
# Everything that Python works with is a **value**, and every value has a **kind** (Python says *type*).
# Four kinds are enough for today. `type(...)` tells which one it is.
#
# | kind | examples | what it is for |
# |---|---|---|
# | `int` | `391`, `-2` | whole numbers: counting |
# | `float` | `76.99`, `0.5` | numbers with a decimal point: measuring |
# | `str` | `"IBM"`, `"2010-01-01"` | text, always between quotes |
# | `bool` | `True`, `False` | the answer to a yes-or-no question |

# %% id="4be11d9a"
type(391), type(76.99), type("IBM"), type(3 > 2)

# %% [markdown] id="c27887ef"
# The kind decides what an operation does. `+` adds numbers, but it joins texts. So `10 + 4` and
# `"10" + "4"` look alike and are not:

# %% id="0e04bbfd"
10 + 4, "10" + "4"

# %% [markdown] id="a956bb61"
# The usual operations on numbers are `+`, `-`, `*` (times), `/` (divided by) and `**` (to the power of).
# Brackets work as in school.

# %% id="a4c1659a"
(2 + 3) * 4, 10 / 4, 2**10

# %% [markdown] id="names"
# ## Names
#
# A value gets a **name** with `=`. Read it from right to left: *work out what is on the right, then let the
# name on the left stand for it.* It is not the equals sign of mathematics: it is an instruction.

# %% id="5e0922bb"
start = 10
end = 12
growth = end / start
growth

# %% [markdown] id="8fcbafe1"
# A price went from 10 to 12, so one dollar became 1.2 dollars. You can check that in your head, and this
# is why we begin with it: **first a case that you can do by hand**, then the same lines with real numbers.
#
# A name keeps the value that was worked out *at that moment*. It does not follow what happens later:

# %% id="ef27e569"
a = 5
b = a
a = 7

# %% [markdown] id="08cc0ae0"
# Before you run the cell after the next one: what is `b` now?

# %% id="afa7fc50"
kit.checkpoint("names-do-not-follow")

# %% id="54879f21"
print("a is", a, "and b is", b)
assert (a, b) == (7, 5)
kit.recall("names-do-not-follow")

# %% [markdown] id="8f6bd2ae"
# In the third line, `a` was moved to another value. Nobody told `b` about it, so `b` still stands for 5.
#
# Two words in that cell were new. `print(...)` shows values one after the other. `assert` says *this has to be so*: it
# is silent when it is, and stops with an error when it is not. You will see it after every result that the text claims.

# %% [markdown] id="from-a-formula-to-a-line-of-code"
# ## From a formula to a line of code
#
# The growth of a share between two days is
#
# $$g = \frac{p_\text{end}}{p_\text{start}}$$
#
# where $p_\text{start}$ and $p_\text{end}$ are the two prices in dollars, so $g$ has no unit: it says what
# one dollar became. An amount $A$ (in dollars) becomes $A \cdot g$.
#
# The same growth spread evenly over $n$ years is the yearly rate
#
# $$r = g^{1/n} - 1$$
#
# because growing by the factor $1 + r$ for $n$ years in a row gives $(1+r)^n = g$. Check it with small
# numbers: from 100 to 121 in two years is 10 % a year, since 100 · 1.1 · 1.1 = 121.

# %% id="79a31e5f"
g = 121 / 100
n = 2
rate = g ** (1 / n) - 1
rate

# %% [markdown] id="cb6adf92"
# Python shows `0.10000000000000009`. A `float` keeps about 16 digits and rounds the rest away, so the last
# digit is often a little off. We round when we *show* a number, not while we compute:

# %% id="291c78fd"
round(rate, 4), f"{rate:.1%}"

# %% id="dd7d4d1d"
assert round(rate, 10) == 0.1

# %% [markdown] id="508d7399"
# `f"{rate:.1%}"` is a text with a hole: Python fills in the value of `rate`, here as per cent with one
# decimal. What stands after the colon is the form: `,.0f` means no decimals, and commas between the thousands.
#
# Now the same lines with real prices. `prices.loc[day, company]` looks a price up: row first, column second.

# %% id="082656b0"
amount = 1000.0  # dollars
p_start = prices.loc["2010-01-01", "AAPL"]  # dollars a share
p_end = prices.loc["2022-06-01", "AAPL"]
years = 12 + 5 / 12  # January 2010 to June 2022

growth = p_end / p_start
final = amount * growth
rate = growth ** (1 / years) - 1
print(f"1000 dollars of Apple became {final:,.0f} dollars: {rate:.1%} a year for {years:.1f} years")

# %% [markdown] id="72010544"
# We wrote this from scratch. The library `pandas`, which holds the table, can do the same for all columns
# at once. Two ways to one number are a check: if they differ, one of them is wrong.

# %% id="a57f3b10"
five = ["IBM", "AAPL", "MSFT", "AMZN", "XRX"]  # a list; lesson 2 has more of them
became = amount * prices.loc["2022-06-01", five] / prices.loc["2010-01-01", five]
assert abs(became["AAPL"] - final) < 1e-9
became.round(0)

# %% id="3b44536f"
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 3))
axes.barh(became.index, became, color="#0072B2")
axes.axvline(1000, color="#D55E00", linestyle="--", label="the 1000 dollars put in")
axes.set(title="What 1000 dollars of January 2010 were in June 2022", xlabel="dollars", ylabel="company")
axes.legend()
plt.show()

# %% [markdown] id="046aff77"
# *In words: Apple's bar is by far the longest, above 23 000 dollars; Amazon and Microsoft follow; IBM did
# not double; Xerox stays just left of the dashed line at 1000.*

# %% id="0e1551e9"
assert became.idxmax() == "AAPL" and became["AAPL"] > 23_000
assert became["IBM"] < 2000 and 980 < became["XRX"] < 1000
assert prices.loc["2010-01-01", five].idxmin() == "AAPL"  # the lowest price of the five in 2010
kit.recall("which-grew-most")

# %% [markdown] id="16f72d31"
# So the answer is Apple, although in 2010 it had the *lowest* price of the five. A price says how the
# company was cut into pieces; only the ratio of two prices says how it grew.

# %% [markdown] id="decisions"
# ## Decisions
#
# A comparison is a question whose answer is `True` or `False`. (A table answers in a kind of its own; `bool(...)` turns
# that into Python's.)

# %% id="25f6cdd6"
bool(became["XRX"] < 1000), bool(became["IBM"] == 1000), bool(became["IBM"] >= 1000)

# %% [markdown] id="3a38ec26"
# | you write | it asks |
# |---|---|
# | `a < b`, `a > b` | less, greater |
# | `a <= b`, `a >= b` | at most, at least |
# | `a == b`, `a != b` | the same value, a different value |
#
# One `=` gives a name, two `==` ask a question. Mixing them up is the most common slip of all.
#
# `if` runs the indented lines only when the answer is `True`. `elif` ("else, if") asks the next question, and
# only when all questions before it were answered with `False`. `else` takes whatever is left.

# %% id="dd778bde"
change = -0.03  # a fall of 3 per cent

if change >= 0.05:
    word = "rise"
elif change > -0.05:
    word = "flat"
else:
    word = "fall"
word

# %% [markdown] id="ad8111c3"
# Python goes through the questions from top to bottom and takes the **first** that holds. Here −0.03 is not
# at least 0.05; it is greater than −0.05, so the answer is *flat*, and the last part is skipped.
#
# What would the same lines say to exactly −0.05?

# %% id="1627ac57"
kit.checkpoint("at-the-edge")

# %% id="f3c21019"
change = -0.05
if change >= 0.05:
    word = "rise"
elif change > -0.05:
    word = "flat"
else:
    word = "fall"
print(change, "is a", word)
assert word == "fall"
kit.recall("at-the-edge")

# %% [markdown] id="e5488183"
# Faults hide at the edges. Whoever writes a decision tries it *on* each edge, just below and just above.
# Was a change of exactly −5 % meant to be flat? The code cannot know; you have to ask whoever wants it.

# %% [markdown] id="turn-a-knob"
# ## Turn a knob
#
# The lines from above, with the numbers left open. Choose a company, a first year and an amount. The figure
# follows. (With the keyboard: Tab to a control, arrow keys to change it.) Find a company and a year from
# which the amount *shrank*.

# %% id="0f183fe8"
from ipywidgets import Dropdown, IntSlider, interact


def show_value(company="IBM", first_year=2000, amount=1000):
    """Draw what `amount` dollars of January of `first_year` were in each later month."""
    since = prices.loc[f"{first_year}-01-01":, company].dropna()
    value = amount * since / since.iloc[0]
    if value.iloc[-1] >= amount:
        verdict = "more than was put in"
    else:
        verdict = "less than was put in"
    figure, axes = plt.subplots(figsize=(7, 3))
    axes.plot(value.index, value, color="#0072B2")
    axes.axhline(amount, color="#D55E00", linestyle="--")
    axes.set(
        title=f"{amount} dollars of {company} since January {first_year}: {value.iloc[-1]:,.0f}, {verdict}",
        xlabel="year",
        ylabel="value (dollars)",
    )
    plt.show()


interact(
    show_value,
    company=Dropdown(options=["IBM", "AAPL", "MSFT", "XRX", "ADBE"], value="XRX", description="company"),
    first_year=IntSlider(min=1990, max=2021, value=2000, description="first year"),
    amount=IntSlider(min=100, max=5000, step=100, value=1000, description="dollars"),
);

# %% [markdown] id="1e924a1d"
# *In words, as it stands unturned: 1000 dollars of Xerox from January 2000 lie below the dashed line for
# most of the time and end below it.*
#
# Notice what `amount` does: it changes the numbers on the axis and never the shape. The formula
# $A \cdot g$ says the same: $A$ only stretches.

# %% id="ef058207"
xerox = prices.loc["2000-01-01":, "XRX"]
assert xerox.iloc[-1] < xerox.iloc[0]
assert (xerox < xerox.iloc[0]).mean() > 0.5

# %% [markdown] id="how-it-goes-wrong"
# ## How it goes wrong
#
# A colleague types a price into a form and gets a strange bill. The form hands over **text**, whatever was
# typed. Ten shares of 12 dollars should cost 120:

# %% id="9d2c441b"
typed = "12"  # what a form gives
typed * 10

# %% [markdown] id="1f52d283"
# No error, just nonsense: text times ten is the text ten times over. Had the colleague *added*, Python would
# have complained. The next cell fails on purpose:

# %% tags=["raises-exception"] id="c73177a1"
typed + 3

# %% [markdown] id="1edc27ad"
# An error message is read **from the bottom**. The last line names the kind of error and its reason:
# `TypeError: can only concatenate str (not "int") to str`. In plain words: *you can join a text only to a text,
# and this is a number.* The arrow further up shows the line.
#
# The tool to find the cause is `type`. The mending is to convert once, at the door, where the value comes in:

# %% id="9c48c979"
print(type(typed))
price = float(typed)
print(type(price), price * 10)
assert price * 10 == 120.0

# %% [markdown] id="4e9ffbb3"
# Nothing fails when text is multiplied by a whole number, so the worse fault is the silent one. Lesson 3
# comes back to faults that make no noise.

# %% id="451a9b5e"
kit.checkpoint("text-or-number")

# %% id="f9ed7a1a"
hours = "8"
print(float(hours) * 2.50)
assert float(hours) * 2.50 == 20
kit.recall("text-or-number")

# %% [markdown] id="at-scale"
# ## At scale
#
# The same four lines carry real money. A node with eight GPUs is rented by the hour. The price below is an
# assumption that you can change; the arithmetic stays.

# %% id="d2a87b21"
price_per_gpu_hour = 2.50  # dollars, assumed
hours_per_month = 24 * 30

one_gpu = price_per_gpu_hour * hours_per_month
one_node = 8 * one_gpu
cluster = 128 * one_node  # 1024 GPUs

if cluster > 1_000_000:
    advice = "ask for an offer: nobody pays this by the hour"
else:
    advice = "rent by the hour"
print(f"one GPU {one_gpu:,.0f}, one node {one_node:,.0f}, 128 nodes {cluster:,.0f} dollars a month: {advice}")
assert (one_gpu, one_node, cluster) == (1800.0, 14400.0, 1_843_200.0)

# %% [markdown] id="a0469179"
# A month of one GPU costs 1 800 dollars, a month of 128 nodes more than 1.8 million. Leaving *one* node idle over a weekend of two days is a decision with a price:

# %% id="abcba070"
idle = 8 * price_per_gpu_hour * 48
print(f"{idle:,.0f} dollars")
assert idle == 960.0

# %% [markdown] id="practise"
# ## Practise
#
# Replace the three dots `...` in each exercise, run the cell, then run the check beneath it.
#
# **1. Recall.** What did 1000 dollars of Microsoft (`"MSFT"`) from January 2010 become by June 2022? Use the
# table, not the figure.

# %% id="ca30504f"
microsoft = ...

# %% id="6f38f3b3"
if microsoft is ...:
    print("not tried yet: replace the three dots above")
else:
    first, last = prices.loc["2010-01-01", "MSFT"], prices.loc["2022-06-01", "MSFT"]
    kit.close(
        float(microsoft),
        1000 * last / first,
        rtol=1e-3,
        known_wrong={
            "you divided the first price by the last": 1000 * first / last,
            "you gave the growth, and not yet what 1000 dollars became": last / first,
            "you took the difference of the prices: 1000 dollars buy more than one share": last - first,
        },
    )
    print("right")

# %% [markdown] id="aace2796"
# **2. Modify.** The lines below say `"fall"`, `"flat"` or `"rise"`. Change them so that `change` is called
# `"crash"` when it is −20 % or worse. Try −0.20 itself, and a little above and below. (`def` makes a *function*: lines with
# a name, that can be run with different inputs; `return` gives the answer. Lesson 2 is about them.)

# %% id="2ec4ae0f"
def verdict(change):
    if change >= 0.05:
        return "rise"
    elif change > -0.05:
        return "flat"
    else:
        return "fall"


# %% id="ea41dcb2"
if verdict(-0.5) == "fall":
    print("not tried yet: a fall of one half is still called a fall")
else:
    for change, expected in [(-0.5, "crash"), (-0.2, "crash"), (-0.19, "fall"), (-0.05, "fall"), (0, "flat"), (0.05, "rise")]:
        kit.equal(verdict(change), expected, because=f"a change of {change:+.0%} is a {expected}")
    print("right, at every edge")

# %% [markdown] id="a28315cd"
# **3. Build.** A server of 30 000 dollars replaces a rent of 1 200 dollars a month. Running it costs 350
# dollars a month. After how many **whole** months is buying cheaper than renting? Write it as a formula with
# names. `math.ceil` rounds up.

# %% id="60a657cd"
import math

months = ...

# %% id="b531d597"
if months is ...:
    print("not tried yet: replace the three dots above")
else:
    kit.close(
        float(months),
        36.0,
        because="30 000 / (1 200 - 350) = 35.3 months, and the 36th is the first in which buying is ahead",
        known_wrong={
            "you forgot that running the server costs money too": math.ceil(30_000 / 1_200),
            "you rounded down: in that month buying is not ahead yet": 35,
            "round up to whole months": 30_000 / 850,
            "you added the running cost to the rent; buying saves the difference": math.ceil(30_000 / 1_550),
        },
    )
    print("right")

# %% [markdown] id="91081c8b"
# **4. Transfer.** Where at your own work does somebody compare a number with a limit, by hand? Write the
# decision as `if` / `elif` / `else` in an empty cell, and try it on its edges.
#
# Lesson 2 makes these lines work on a whole table. The lab `first-programs` proves all three lessons.

# %% [markdown] id="summary"
# ## Summary
#
# - A value has a kind, and the kind decides what an operation does: `"10" + "4"` is not 14.
# - `=` gives a name to a value that was worked out; it does not tie two names together.
# - A formula becomes a line of code; check it first on numbers that you can do by hand.
# - `if`, `elif`, `else`: the first true question wins. Try the edges.
# - Read an error from the bottom, ask `type(...)`, convert where the value comes in.
#
# | term | 中文 |
# |---|---|
# | value, type | 值，类型 |
# | integer, float, string, boolean | 整数，浮点数，字符串，布尔值 |
# | name (variable), assignment | 名字（变量），赋值 |
# | comparison, condition | 比较，条件 |
# | error message (traceback) | 错误信息（回溯） |
# | cell, notebook, kernel | 单元格，笔记本，内核 |
#
# **Read on.** Python Software Foundation, *The Python Tutorial* (Python 3.11), sections 3 "An Informal
# Introduction to Python" and 4.1 "if Statements". · Allen B. Downey, *Think Python*, 3rd edition, 2024,
# chapters 1, 2 and 5. · Ani Adhikari, John DeNero and David Wagner, *Computational and Inferential Thinking*,
# 2nd edition, 2022, chapter 3.
