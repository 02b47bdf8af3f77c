# %% [markdown] id="title"
# # Functions, graphs and logarithms
#
# **You will be able to** tell from a handful of figures whether something grows by a sum or by a factor, state its doubling time, and say when it hits a limit. **75 minutes.**
#
# At the end you can
#
# 1. read a straight line: what each unit costs, and what is there at zero;
# 2. tell growth by a sum from growth by a factor, from a table of figures;
# 3. take a logarithm as a count of doublings or of tens, and use its three rules;
# 4. fit a growth law on a scale of logarithms, and state its doubling time and when a limit is reached;
# 5. find out why a forecast is absurd, and mend it.

# %% [markdown] id="before"
# ## Before you start
#
# You need lesson 1. As there, the cells that draw or compare with a library use more Python than you need: read what they print. Three questions to see where you stand.
#
# - By which factor does an amount change that grows by 50 % and then falls by 20 %? ($1.5 \cdot 0.8 = 1.2$.) *If not: lesson 1, "Percent of what?".*
# - $10^3 \cdot 10^2$ as a power of ten? ($10^5$: the zeros are added.) *If not: lesson 1, "Powers of ten".*
# - What does `for n in [1, 2, 3]: print(2**n)` show? (2, 4, 8.) *If not: Python from the first line, lesson 2, "A list, and a turn for each item".*

# %% id="imports"
import io
import math

import matplotlib.pyplot as plt
import numpy as np
import sklearn.datasets
from PIL import Image

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% [markdown] id="question"
# ## A question first
#
# Six systems with eight accelerators each, as announced, by their maker's own documents (NVIDIA: data sheets of DGX-1 with P100, 2016, and with V100, 2017, DGX A100, 2020, DGX H100, 2022, DGX H200, 2023, DGX B200, 2024). The memory is that of the eight accelerators together, the power the most that the whole system draws.

# %% id="table"
systems = ["DGX-1 (P100)", "DGX-1 (V100)", "DGX A100", "DGX H100", "DGX H200", "DGX B200"]
years = [2016, 2017, 2020, 2022, 2023, 2024]  # in which the accelerators were announced
memory = [128, 128, 320, 640, 1128, 1440]  # GB
power = [3.2, 3.5, 6.5, 10.2, 10.2, 14.3]  # kW

figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(years, memory, "o", color=BLUE)
axes.set(title="Memory of systems with eight accelerators", xlabel="year", ylabel="memory (GB)", ylim=(0, 1600))
plt.show()
for name, year, gb, kw in zip(systems, years, memory, power):  # zip takes one of each list in every turn
    print(f"{year} {name:14} {gb:5} GB {kw:5} kW")

# %% [markdown] id="table-words"
# *In words: six points that rise, flat at first and steeper later: 128 GB in 2016 and 2017, 320 in 2020, 640 in 2022, 1128 in 2023, 1440 in 2024.*
#
# Two analysts look at these six figures. One forecasts **2 100 GB** for 2030, the other **9 200 GB**. Both used the best line that a computer could find.
#
# > **The question.** How can two best lines through the same points differ by a factor of four, and which would you plan a hall with?

# %% id="checkpoint-forecast"
kit.checkpoint("which-forecast")

# %% [markdown] id="function"
# ## A function is a rule
#
# A **function** gives for each input exactly one output. One writes $y = f(x)$, read *f of x*: $x$ is the input, $f$ the rule, $y$ the output. The same function has four faces: a rule in words, a table, a graph, a formula; a Python function is a fifth.
#
# Let us measure one. We cut the photograph of lesson 1 to its first $x$ rows and store it as a file of the simplest kind (BMP). $y$ is the size of the file in bytes.

# %% id="measure"
photo = sklearn.datasets.load_sample_image("china.jpg")  # (427, 640, 3); danielbuechele, CC BY 2.0


def file_size(rows):
    """Return the bytes of the first rows of the photograph, stored as BMP."""
    kept = io.BytesIO()  # a file that is kept in memory
    Image.fromarray(photo[:rows]).save(kept, format="BMP")
    return len(kept.getvalue())


for rows in (100, 200, 300, 400):
    print(f"{rows} rows: {file_size(rows):7,} bytes, {file_size(rows) / rows:.2f} a row")

# %% [markdown] id="line"
# Each hundred rows add the same number of bytes. A function that adds the same for each step is a **straight line**:
#
# $$y = m\,x + b, \qquad m = \frac{y_2 - y_1}{x_2 - x_1}, \qquad b = y_1 - m\,x_1$$
#
# $m$ is the **slope**: what one more unit of $x$ adds (here bytes a row). $b$ is the **height at zero**: what is there even when $x = 0$ (here bytes). $(x_1, y_1)$ and $(x_2, y_2)$ are any two points. By hand, for 10 → 26 and 30 → 46: $m = (46 - 26)/(30 - 10) = 1$, $b = 26 - 10 = 16$.

# %% id="line-code"
def line_through(x1, y1, x2, y2):
    """Return slope and height at zero of the line through two points."""
    slope = (y2 - y1) / (x2 - x1)
    return slope, y1 - slope * x1


assert line_through(10, 26, 30, 46) == (1, 16)  # by hand
slope, at_zero = line_through(100, file_size(100), 400, file_size(400))
print(f"{slope:.0f} bytes a row, and {at_zero:.0f} bytes before the first row")
assert (slope, at_zero) == (640 * 3, 54)
for rows in range(1, 428, 7):  # two points gave the line; does it hold everywhere?
    assert file_size(rows) == slope * rows + at_zero
assert np.allclose(np.polyfit([100, 200, 400], [file_size(100), file_size(200), file_size(400)], 1), [1920, 54])  # the library

# %% [markdown] id="line-read"
# 1920 bytes are a row: 640 pixels of three colours. The 54 are the head of the file, in which its format, width and height stand. That is what a height at zero means in practice: **the part that is there whatever happens.** Forget it, and every size per row is a little too large.
#
# Now yours. A service was measured with 26 GB of memory at 10 users and 46 GB at 30 users; memory grows in a straight line. How many users fit into 80 GB?

# %% id="checkpoint-users"
kit.checkpoint("users-in-eighty")

# %% id="users-answer"
each, fixed = line_through(10, 26, 30, 46)
print(f"{each:.0f} GB a user, {fixed:.0f} GB whatever happens: {(80 - fixed) / each:.0f} users")
assert (80 - fixed) / each == 64
kit.recall("users-in-eighty")

# %% [markdown] id="factor"
# ## By a sum, or by a factor
#
# Two rows of figures: A is 100, 110, 120, 130 and B is 100, 110, 121, 133.1. They begin alike. A **adds** 10 each time. B is **multiplied** by 1.1 each time. To tell them apart, look at *differences* and at *ratios* of neighbours: where the differences stay the same, it is a sum; where the ratios do, a factor.

# %% id="factor-code"
def neighbours(values):
    """Show differences and ratios of neighbours."""
    for before, after in zip(values[:-1], values[1:]):  # all but the last, beside all but the first
        print(f"{before:8.1f} -> {after:8.1f}   difference {after - before:7.1f}   ratio {after / before:.3f}")


neighbours([100, 110, 120, 130])
print()
neighbours([100, 110, 121, 133.1])

# %% [markdown] id="factor-formula"
# Growth by a factor has the formula
#
# $$y = a \cdot q^{\,t}$$
#
# where $a$ is the start, $t$ the time (in years, say), and $q$ the factor of one year; for $p$ percent a year $q = 1 + \frac{p}{100}$. The time stands in the **exponent** (the number above), so this is called **exponential** growth. By hand: $100 \cdot 1.1^3 = 133.1$. It is a loop that multiplies:

# %% id="factor-loop"
def grown(start, percent, years_long):
    """Return what `start` has become after some whole years of growth."""
    amount = start
    for year in range(years_long):
        amount = amount * (1 + percent / 100)
    return amount


assert np.isclose(grown(100, 10, 3), 133.1)  # by hand
assert np.isclose(grown(100, 7, 30), 100 * 1.07**30)  # the formula

# %% [markdown] id="double-predict"
# Something grows by 7 % a year. After how many years has it doubled?

# %% id="checkpoint-double"
kit.checkpoint("seven-percent")

# %% id="double-code"
for year in (7, 10, 11, 14):
    print(f"after {year:2} years: {grown(100, 7, year):6.1f}")
assert grown(100, 7, 10) < 200 < grown(100, 7, 11) and round(grown(100, 7, 14)) == 258
kit.recall("seven-percent")

# %% [markdown] id="log"
# ## A logarithm counts multiplications
#
# *How often must I double to get from 1 to 8?* Three times, since $2 \cdot 2 \cdot 2 = 8$. That number is called the **logarithm** of 8 to the **base** 2:
#
# $$\log_2 8 = 3 \quad\text{because}\quad 2^3 = 8, \qquad\qquad \log_b x = n \quad\text{because}\quad b^n = x$$
#
# $b$ is what one multiplies by, $x$ what is to come out, $n$ how often. So a logarithm is a question turned round: the power asks *what comes out*, the logarithm *how often*. To the base 10 it counts zeros: $\log_{10} 1000 = 3$.
#
# - $\log_2 1 = 0$: no doubling at all.
# - $\log_2 \frac{1}{16} = -4$: four times **halving** gives a sixteenth; a halving is a doubling backwards.
# - $\log_2 10 \approx 3.32$: three doublings give 8, four give 16, so it lies between. ($\approx$ means *nearly*.) What is a doubling by parts? Half a doubling is the factor that, taken twice, doubles: $2^{0.5} = \sqrt 2 = 1.414\ldots$, since $0.5 + 0.5 = 1$: the numbers above are added here too. So $2^{3.32}$ has a meaning.
# - $\log_2 0$ and $\log_2$ of a negative number do not exist: no number of doublings leads there.
#
# How does one find the 3.32? By trying: take the middle of what is possible, see whether it is too much, and keep the right half.

# %% id="log-code"
def log2_by_hand(x):
    """Return the n with 2**n = x, for x greater than 0, by halving what is possible."""
    low, high = -1000.0, 1000.0
    for step in range(60):
        middle = (low + high) / 2
        if 2**middle < x:
            low = middle
        else:
            high = middle
    return middle


for x in (8, 1 / 16, 10, 1000):
    print(f"log2 of {x:<7} by hand {log2_by_hand(x):8.4f}   library {math.log2(x):8.4f}")
    assert abs(log2_by_hand(x) - math.log2(x)) < 1e-12

# %% [markdown] id="rules"
# **Three rules**, and each says how zeros behave. $a$ and $c$ are numbers greater than 0. Where no base is written, any base will do, the same one throughout.
#
# | rule | why, with tens | with numbers |
# |---|---|---|
# | $\log (a \cdot c) = \log a + \log c$ | zeros are added when powers of ten are multiplied | $\log_{10} (100 \cdot 1000) = 2 + 3$ |
# | $\log (a^n) = n \cdot \log a$ | the same, $n$ times | $\log_{10} 100^4 = 4 \cdot 2$ |
# | $\log_2 x = \dfrac{\log_{10} x}{\log_{10} 2}$ | $x$ is so many tens, and one doubling is 0.301 of a ten ($\log_{10} 2 = 0.301$) | $\log_2 1000 = 3 / 0.301 = 9.97$ |
#
# So **a logarithm turns products into sums and growth by a factor into a straight line**: $\log (a \cdot q^t) = \log a + t \cdot \log q$, a line with the slope $\log q$.

# %% id="rules-code"
a, c, n = 37.0, 5.2, 7
assert math.isclose(math.log10(a * c), math.log10(a) + math.log10(c))
assert math.isclose(math.log10(a**n), n * math.log10(a))
assert math.isclose(math.log2(1000), math.log10(1000) / math.log10(2)) and round(math.log2(1000), 2) == 9.97
assert math.log10(100 * 1000) == 5 and math.isclose(math.log10(100**4), 8) and round(math.log10(2), 3) == 0.301
print("years to double at 7 %:", math.log2(2) / math.log2(1.07))

# %% [markdown] id="rules-predict"
# The last line solved the checkpoint without trying: $1.07^t = 2$ means $t \cdot \log 1.07 = \log 2$, so $t = \log 2 / \log 1.07 = 10.2$. Now with your head: $\log_2 8 + \log_2 4 = \log_2$ of what?

# %% id="checkpoint-sum"
kit.checkpoint("sum-of-logs")

# %% id="sum-code"
print(math.log2(8) + math.log2(4), "=", math.log2(32))
assert math.log2(8) + math.log2(4) == math.log2(32) and round(math.log(2) / math.log(1.07), 1) == 10.2
kit.recall("sum-of-logs")

# %% [markdown] id="natural"
# **The base e.** Later courses use the base $e = 2.718\ldots$, and call this logarithm *natural*: $\ln x$, in Python `math.log(x)`; its way back is $e^x$, `math.exp(x)`. Where does such a number come from? Grow by 1 % a hundred times, by 0.1 % a thousand times, by ever less ever more often: it comes closer and closer to $e$. The use of it: for small changes, **the natural logarithm is the change itself**: $\ln 1.01 = 0.00995$, nearly 0.01. That is why years to double are about $\frac{70}{p}$: $\ln 2 = 0.69$, over $\frac{p}{100}$.

# %% id="natural-code"
for n in (1, 10, 100, 1000, 1_000_000):
    print(f"grown by 1/{n} of itself {n} times: {(1 + 1 / n) ** n:.6f}")
assert abs((1 + 1 / 1_000_000) ** 1_000_000 - math.e) < 1e-5 and round(math.log(1.01), 5) == 0.00995
assert math.isclose(math.exp(math.log(7)), 7) and round(math.log(2), 2) == 0.69 and round(70 / 7) == 10

# %% [markdown] id="shapes"
# **Three shapes to know by sight.** The straight line adds the same in each step. The exponential curve adds more and more. The logarithm adds less and less: to give each of $N$ things a name of bits you need $\log_2 N$ of them, so *twice* as many things cost only *one* bit more.

# %% id="shapes-code"
x = np.linspace(1, 16, 200)
figure, all_axes = plt.subplots(1, 3, figsize=(9.5, 2.8))
for axes, y, title in zip(all_axes, (10 * x, 2**x, np.log2(x)), ("straight line: 10 x", "exponential: 2 to the x", "logarithm: log2 x")):
    axes.plot(x, y, color=BLUE)
    axes.set(title=title, xlabel="x", ylabel="y")
plt.tight_layout()
plt.show()
for things in (1989, 2 * 1989, 8e9):  # the applications of lesson 1, twice as many, people on earth
    print(f"{things:13,.0f} things: {math.ceil(math.log2(things))} bits each")  # ceil rounds up: no half bits
assert math.ceil(math.log2(1989)) == 11 and math.ceil(math.log2(2 * 1989)) == 12 and math.ceil(math.log2(8e9)) == 33

# %% [markdown] id="shapes-words"
# *In words: the first picture is a straight line from 10 to 160; the second lies on the floor for most of the way and shoots up to 65 536 at its end; the third rises from 0 steeply, then ever more slowly, to 4.*
#
# ## The figures on a scale of logarithms
#
# Back to the table. Sum or factor? The years are uneven, so neighbours do not answer at once. But if it is a factor, then the *logarithms* lie on a straight line. The best line through points $(x_i, y_i)$ is the one for which the squares of the misses add up to the least (**least squares**):
#
# $$m = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}{\sum_i (x_i - \bar x)^2}, \qquad b = \bar y - m\,\bar x$$
#
# $i$ numbers the points, $\sum_i$ means *add up over all points*, $\bar x$ and $\bar y$ (*x bar*, *y bar*) are the means. With $x$ the years since 2016 and $y = \log_2$ of the memory, the slope $m$ is in *doublings a year*, and $1/m$ in years a doubling. By hand: points (0, 1), (1, 2), (2, 3) have the means 1 and 2, and $m = \frac{1 + 0 + 1}{1 + 0 + 1} = 1$.

# %% id="fit-code"
def best_line(xs, ys):
    """Return slope and height at zero of the line of least squares."""
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    # [… for x in xs] makes a list by a loop in one line
    above = sum([(x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)])
    below = sum([(x - x_mean) ** 2 for x in xs])
    slope = above / below
    return slope, y_mean - slope * x_mean


assert best_line([0, 1, 2], [1, 2, 3]) == (1, 1)  # by hand
since = [year - 2016 for year in years]
doublings, start = best_line(since, [math.log2(gb) for gb in memory])
assert np.allclose(np.polyfit(since, np.log2(memory), 1), [doublings, start])  # the library
print(f"memory: {doublings:.3f} doublings a year, so it doubles in {1 / doublings:.2f} years; times {2**doublings:.2f} a year; start {2**start:.0f} GB")
power_slope, power_start = best_line(since, [math.log2(kw) for kw in power])
print(f"power:  doubles in {1 / power_slope:.2f} years; times {2**power_slope:.2f} a year")
assert round(1 / doublings, 1) == 2.2 and round(2**doublings, 2) == 1.38 and round(2**start) == 105
assert round(1 / power_slope, 1) == 3.7 and round(2**power_slope, 2) == 1.21

# %% id="fit-plot"
when = np.linspace(2015.5, 2025, 100)
line_m, line_b = best_line(since, memory)
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2))
for axes, scale, title in ((left, "linear", "plain axis"), (right, "log", "axis of logarithms")):
    axes.plot(years, memory, "o", color=BLUE, label="figures")
    axes.plot(when, 2 ** (start + doublings * (when - 2016)), color=ORANGE, label="law by a factor")
    axes.plot(when, line_m * (when - 2016) + line_b, color=GREEN, linestyle="--", label="law by a sum")
    axes.set(title=f"Memory, {title}", xlabel="year", ylabel="memory (GB)", yscale=scale)
left.legend(fontsize=8)
right.set_ylim(30, 3000)
plt.tight_layout()
plt.show()

# %% [markdown] id="fit-words"
# *In words: on the plain axis the orange curve bends upwards along the points and the green dashed line lies above them in the middle and below zero at its left end; on the axis of logarithms the orange law is a straight line close to all points, and the green one falls away steeply at its left end.*

# %% id="fit-miss"
for year, gb in zip(years, memory):
    by_factor, by_sum = 2 ** (start + doublings * (year - 2016)), line_m * (year - 2016) + line_b
    print(f"{year}: figure {gb:5}   by a factor {by_factor:6.0f} ({by_factor / gb:4.2f} of it)   by a sum {by_sum:6.0f} ({by_sum / gb:5.2f} of it)")
worst_factor = max([abs(math.log2(2 ** (start + doublings * (year - 2016)) / gb)) for year, gb in zip(years, memory)])
worst_gb_factor = max([abs(2 ** (start + doublings * (year - 2016)) - gb) for year, gb in zip(years, memory)])
worst_gb_sum = max([abs(line_m * (year - 2016) + line_b - gb) for year, gb in zip(years, memory)])
print(f"the largest miss in GB: by a factor {worst_gb_factor:.0f}, by a sum {worst_gb_sum:.0f}")
assert 2**worst_factor < 1.25 and line_b < 0 and 0.2 < -line_b / line_m < 0.3 and (round(worst_gb_factor), round(worst_gb_sum)) == (144, 259)

# %% [markdown] id="fit-read"
# The law by a factor is never off by more than a quarter. The law by a sum gives *minus* 41 GB in 2016. Is that only because we measured in factors? No: in gigabytes, too, the largest miss of the factor is 144, of the sum 259, although the line by a sum was chosen for its misses in gigabytes, and the other one was not. And the **price**? For three of the systems the maker published one: 129 000 dollars (2016), 149 000 (2017), 199 000 (2020). Per gigabyte that is:

# %% id="price-code"
prices = [129_000, 149_000, 199_000]  # dollars, as NVIDIA announced in April 2016, May 2017, May 2020
for year, dollars, gb in zip(years, prices, memory):
    print(f"{year}: {dollars:,} dollars, {dollars / gb:6.0f} a GB")
per_gb = [dollars / gb for dollars, gb in zip(prices, memory)]
assert [round(p) for p in per_gb] == [1008, 1164, 622] and round(line_b) == -41

# %% [markdown] id="price-read"
# The system became dearer and its gigabyte cheaper. Three figures, one of them going the other way, make no law: we stop here and say so.
#
# ## Turn a knob
#
# A thousand dollars that grow by a percentage, once **of the first thousand** (a sum) and once **of what is there** (a factor). Raise the percentage; then switch the axis. Which of the two curves becomes a straight line on the axis of logarithms? At how many percent do the two differ tenfold after thirty years?

# %% id="knob-code"
from ipywidgets import Checkbox, IntSlider, interact


def show_growth(percent=10, years_long=30, logarithms=False):
    """Draw growth by a sum and by a factor."""
    t = np.arange(years_long + 1)
    by_sum, by_factor = 1000 * (1 + percent / 100 * t), 1000 * (1 + percent / 100) ** t
    figure, axes = plt.subplots(figsize=(7, 3.2))
    axes.plot(t, by_factor, color=ORANGE, label="by a factor")
    axes.plot(t, by_sum, color=GREEN, linestyle="--", label="by a sum")
    axes.set(xlabel="time (years)", ylabel="amount (dollars)", yscale="log" if logarithms else "linear")
    axes.set_title(f"{percent} % a year: doubles in {math.log(2) / math.log(1 + percent / 100):.1f} years; after {years_long} years {by_factor[-1] / by_sum[-1]:.1f} times the sum")
    axes.legend()
    plt.show()


interact(
    show_growth,
    percent=IntSlider(min=1, max=40, value=10, description="percent"),
    years_long=IntSlider(min=5, max=40, value=30, description="years"),
    logarithms=Checkbox(value=False, description="axis of logarithms"),
);

# %% [markdown] id="knob-words"
# *In words, unturned: both begin at 1000 dollars; the dashed line reaches 4000 after thirty years, the curve 17 449, more than four times as much; for the first five years they can hardly be told apart.*

# %% id="knob-assert"
assert round(1000 * 1.1**30) == 17_449 and 4 < 1.1**30 / 4 < 4.5 and 1.1**5 / 1.5 < 1.08
tenfold = [p for p in range(1, 41) if (1 + p / 100) ** 30 / (1 + 30 * p / 100) >= 10][0]
print("from", tenfold, "percent on the two differ at least tenfold after 30 years")

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# In 2017 somebody plans a store and asks what a gigabyte of disk will cost in 2022. The figures are those of a company that buys disks by the ten thousand (Backblaze: Andy Klein, 2017 and 2022). The spreadsheet draws a *trend line*.

# %% id="wrong-code"
disk_years, disk_price = [2009, 2015, 2017], [0.11, 0.038, 0.028]  # dollars a GB
m, b = best_line([y - 2009 for y in disk_years], disk_price)
print(f"forecast for 2022: {m * (2022 - 2009) + b:.3f} dollars a GB")
assert round(m * 13 + b, 3) == -0.030

# %% [markdown] id="wrong-find"
# Three cents are **paid to you** for each gigabyte. Nobody would print that; but for 2018 the same line says 1.3 cents, which looks fine, and is about half of what the mended line says below. **Diagnosis**: differences or ratios?

# %% id="wrong-diagnosis"
for (y0, p0), (y1, p1) in zip(zip(disk_years[:-1], disk_price[:-1]), zip(disk_years[1:], disk_price[1:])):
    print(f"{y0} to {y1}: {(p1 - p0) / (y1 - y0):+.4f} dollars a year, times {(p1 / p0) ** (1 / (y1 - y0)):.2f} a year")
assert round((0.038 - 0.11) / 6, 4) == -0.012 and round((0.028 - 0.038) / 2, 4) == -0.005
assert round((0.038 / 0.11) ** (1 / 6), 2) == 0.84 and round((0.028 / 0.038) ** (1 / 2), 2) == 0.86

# %% [markdown] id="wrong-read"
# The differences shrink to less than half, the ratios stay: 0.84 and 0.86 a year. The price falls **by a factor**. **Mended**: the line goes through the logarithms.

# %% id="wrong-mended"
falls, at_2009 = best_line([y - 2009 for y in disk_years], [math.log2(p) for p in disk_price])
forecast = 2 ** (at_2009 + falls * 13)
print(f"halves every {-1 / falls:.1f} years; forecast for 2022: {forecast:.4f} dollars, paid in 2022: 0.014 (ratio {forecast / 0.014:.2f})")
print(f"for 2018: by a sum {m * 9 + b:.3f}, by a factor {2 ** (at_2009 + falls * 9):.3f}")
assert round(-1 / falls, 1) == 4.0 and round(forecast, 3) == 0.012 and 0.8 < forecast / 0.014 < 0.9
by_sum_2018, by_factor_2018 = m * 9 + b, 2 ** (at_2009 + falls * 9)
assert round(by_sum_2018, 3) == 0.013 and round(by_factor_2018, 3) == 0.023 and 0.5 < by_sum_2018 / by_factor_2018 < 0.6

# %% [markdown] id="wrong-limit"
# Five years ahead it is a sixth too low: the fall has slowed down. A law from figures is a summary of the past; how long it will hold is not among the figures.
#
# ## At scale
#
# A store doubles its content every year and is full in year 10. In which year was it **a quarter** full?

# %% id="checkpoint-quarter"
kit.checkpoint("quarter-full")

# %% id="quarter-code"
full = 2.0**10
for year in range(5, 11):
    print(f"year {year:2}: {2.0**year / full:6.1%} full")
assert 2.0**8 / full == 0.25
kit.recall("quarter-full")

# %% [markdown] id="scale-formula"
# Two years before the end three quarters are still free, and it looks as if nothing were urgent. When does a limit $C$ come? Solve $a \cdot q^t = C$ by logarithms:
#
# $$t = \frac{\log (C / a)}{\log q}$$
#
# with $a$ what is there today and $q$ the factor of one step. A store of 1 PB is half full and grows by 3 % a month. And a hall that may draw 1 MW feeds 69 systems of 14.3 kW; each new generation needs more:

# %% id="scale-code"
months = math.log(1000 / 500) / math.log(1.03)
print(f"the store is full in {months:.1f} months; ten times the store (10 PB) lasts {math.log(10_000 / 500) / math.log(1.03):.0f}")
assert round(months, 1) == 23.4 and round(math.log(20) / math.log(1.03)) == 101
for year in (2016, 2024, 2030):
    kw = 2 ** (power_start + power_slope * (year - 2016))
    print(f"{year}: {kw:5.1f} kW a system by the law, {1000 / kw:4.0f} systems in 1 MW, together {1000 / kw * 2 ** (start + doublings * (year - 2016)) / 1000:5.0f} TB of memory")
thirty = 1440 * 2**30 / 1e12
print(f"thirty more doublings, {30 / doublings:.0f} years: {thirty:.1f} zettabytes in one box")  # 1 ZB = 10^12 GB
assert int(1000 / 14.3) == 69 and round(30 / doublings) == 65 and round(thirty, 1) == 1.5

# %% [markdown] id="scale-read"
# Ten times the store lasts not ten times but four times as long: $\log 20$ against $\log 2$. That is what a logarithm is like. The law says 73 systems for 2024, the figure of that year 69: a best line need not go through any of its points. And thirty doublings are a factor of a billion ($2^{30} = 1.07 \cdot 10^9$); one box of 2089 would hold more than a zettabyte ($10^{21}$ bytes). **Every growth by a factor ends.** The figures never say when.

# %% id="scale-assert"
assert round(1000 / 2 ** (power_start + power_slope * 8)) == 73 and 2024 + round(30 / doublings) == 2089
assert 4 < math.log(20) / math.log(2) < 4.5 and round(2**30 / 1e9, 2) == 1.07

# %% [markdown] id="answer"
# ## The question again
#
# One analyst drew the line through the amounts, the other through their logarithms. A figure that neither has seen decides: for its DGX B300, announced in 2025, the maker states 2.1 TB (eight times the 288 GB that it states for one such accelerator would be 2.3). And how firm is the better forecast? We leave out each of the six figures in turn and fit again.

# %% id="answer-code"
for year in (2025, 2030):
    print(f"{year}: by a sum {line_m * (year - 2016) + line_b:5.0f} GB, by a factor {2 ** (start + doublings * (year - 2016)):5.0f} GB")
times, forecasts = [], []
for left_out in range(6):
    kept = [i for i in range(6) if i != left_out]
    d, s = best_line([since[i] for i in kept], [math.log2(memory[i]) for i in kept])
    times.append(1 / d)
    forecasts.append(2 ** (s + d * 14))
print(f"with one figure left out: doubling in {min(times):.2f} to {max(times):.2f} years, 2030: {min(forecasts):,.0f} to {max(forecasts):,.0f} GB")
assert round(line_m * 14 + line_b, -2) == 2100 and round(2 ** (start + doublings * 14), -2) == 9200
assert abs(math.log(2100 / (2 ** (start + doublings * 9)))) < abs(math.log(2100 / (line_m * 9 + line_b)))
assert abs(8 * 288 - 2 ** (start + doublings * 9)) < abs(8 * 288 - (line_m * 9 + line_b)) and 8 * 288 == 2304
assert max(forecasts) / min(forecasts) > 1.3
kit.recall("which-forecast")

# %% [markdown] id="answer-words"
# For 2025 the sum says 1 354, the factor 1 866, the maker 2 100: the law by a factor is nearer. One figure proves no law, and leaving out one of six figures moves its forecast for 2030 by thousands of gigabytes. Plan the hall with the law by a factor, with a range, and look again each year. What six figures of one maker cannot show: whether others grow alike, and what physics and money will allow.

# %% id="answer-assert"
assert round(line_m * 9 + line_b) == 1354 and round(2 ** (start + doublings * 9)) == 1866 and max(forecasts) - min(forecasts) > 2000

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Without the computer. Replace each `...` by a number.

# %% id="exercise-1"
logs = {"log2 of 32": ..., "log10 of 0.001": ..., "log2 of 2 to the 50": ..., "doublings from 3 GB to 48 GB": ..., "2 to the log2 of 7": ...}

# %% id="check-1"
if any(value is ... for value in logs.values()):
    print("not tried yet")
else:
    kit.close(logs["log2 of 32"], 5.0, because="2·2·2·2·2 = 32", known_wrong={"how often doubled, not divided by two": 16.0, "that is the square": 1024.0})
    kit.close(logs["log10 of 0.001"], -3.0, because="three times divided by ten", known_wrong={"a number below 1 has a negative logarithm": 3.0, "0.001 has three places after the point": -2.0})
    kit.close(logs["log2 of 2 to the 50"], 50.0, because="the logarithm undoes the power", known_wrong={"that is log2 of 50": math.log2(50), "no factor of two is left over": 100.0})
    kit.close(logs["doublings from 3 GB to 48 GB"], 4.0, because="48/3 = 16 = 2·2·2·2", known_wrong={"that is the ratio; ask how many doublings it is": 16.0, "a difference says nothing of doublings": 45.0, "from 3 to 6 is one, to 12 two, to 24 three, to 48 four": 5.0})
    kit.close(logs["2 to the log2 of 7"], 7.0, because="there and back again", known_wrong={"not 2 times 7: the power undoes the logarithm": 14.0, "not 2 times the logarithm: 2 to the power of it": 2 * math.log2(7), "that is the logarithm alone": math.log2(7)})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `halving_time(percent)`: something falls by `percent` percent a year (a number greater than 0 and less than 100). After how many years is half of it left? Start from $t = \log 2 / \log 1.07$.

# %% id="exercise-2"
def halving_time(percent):
    ...


# %% id="check-2"
if halving_time(50) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.close(halving_time(50), 1.0, because="half is gone after one year", known_wrong={
        "the sign: the logarithm of 1/2 and of 1 - percent/100 are both negative": -1.0, "that is growth: a fall multiplies by 1 - percent/100": math.log(2) / math.log(1.5), "50 percent is 0.5": math.log(2) / 50})
    kit.close(halving_time(20), math.log(0.5) / math.log(0.8), because="0.8 to the power of t is 0.5", known_wrong={
        "20 % of the first amount each year would be a sum": 2.5, "the rule of 70 is only near for small percentages": 3.5, "that is how long growth takes": math.log(2) / math.log(1.2)})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `years_until(years, amounts, limit)`: fit the law by a factor to the figures with `best_line` and return the **year** (with decimals) in which the law reaches the limit.

# %% id="exercise-3"
def years_until(years, amounts, limit):
    ...


# %% id="check-3"
if years_until([0, 1], [1, 2], 4) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.close(float(years_until([2000, 2001, 2003], [10, 20, 80], 160)), 2004.0, rtol=1e-9, because="it doubles each year: 80 in 2003, so 160 in 2004", known_wrong={
        "those are years since the first figure: add its year": 4.0, "you fitted the amounts, not their logarithms": float((160 - best_line([2000, 2001, 2003], [10, 20, 80])[1]) / best_line([2000, 2001, 2003], [10, 20, 80])[0])})
    kit.close(float(years_until(years, memory, 10_000)), 2016 + (math.log2(10_000) - start) / doublings, rtol=1e-6, because="the six systems and ten terabytes", known_wrong={
        "the slope from the last figure on: the law does not go through the last figure": 2024 + math.log2(10_000 / 1440) / doublings})
    kit.close(float(years_until([0, 2], [8, 4], 1)), 6.0, rtol=1e-9, because="a fall: half in two years, an eighth in six", known_wrong={"the sign of a falling slope": -6.0})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** Loudness is told in decibels: $10 \cdot \log_{10} \frac{P}{P_0}$, where $P$ is the power of the sound and $P_0$ that of the faintest one can hear. One fan has 60 decibels. Write `decibels(fans)`: how loud are so many equal fans? Their powers add, their decibels do not.

# %% id="exercise-4"
def decibels(fans):
    ...


# %% id="check-4"
if decibels(1) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.close(float(decibels(1)), 60.0, because="one fan")
    kit.close(float(decibels(10)), 70.0, because="ten times the power is one zero more: 10 decibels", known_wrong={"decibels do not add": 600.0, "one zero more is 10 decibels": 61.0, "that is with the natural logarithm": 60 + 10 * math.log(10), "that is with base 2": 60 + 10 * math.log2(10)})
    kit.close(float(decibels(2)), 60 + 10 * math.log10(2), because="twice the power is 3 decibels more", known_wrong={"decibels do not add": 120.0})
    print("right: a second fan is hardly heard, and a thousand are 30 decibels more")

# %% [markdown] id="next"
# Next: *Counting and chance*, where logarithms make products of many chances readable. The lab `functions-and-counts` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - A straight line has a slope (what each unit adds) and a height at zero (what is there anyway).
# - Same differences: growth by a sum. Same ratios: growth by a factor, $a \cdot q^t$.
# - $\log_b x$ counts how often one multiplies by $b$; products become sums, powers become products.
# - Fit growth laws on logarithms; the doubling time is one over the slope of $\log_2$.
# - A limit comes at $t = \log(C/a) / \log q$; half full is one doubling before the end.
#
# | term | 中文 |
# |---|---|
# | function, graph | 函数，图像 |
# | slope, height at zero (intercept) | 斜率，截距 |
# | linear, exponential, logarithmic growth | 线性、指数、对数增长 |
# | logarithm, base, natural logarithm | 对数，底，自然对数 |
# | logarithmic scale | 对数刻度 |
# | least squares | 最小二乘 |
# | doubling time, half-life | 倍增时间，半衰期 |
#
# **Read on.** NVIDIA, data sheets and user guides *DGX-1*, *DGX A100*, *DGX H100/H200*, *DGX B200*, 2016 to 2024, tables of specifications. · Andy Klein, "Hard Drive Cost Per Gigabyte", Backblaze, 2017, and "The Cost of Hard Drives Over Time", Backblaze, 2022. · Albert A. Bartlett, "Forgotten Fundamentals of the Energy Crisis", American Journal of Physics 46, 1978, sections on exponential growth. · OpenStax, *College Algebra 2e*, 2021, chapter 6, sections 6.1, 6.3 and 6.5.
