# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Functions and counts
#
# **You deliver** eight short functions that check and make the figures of an offer for a small computing room: units, bills, growth, spares. **90 minutes.** You need the course *Basic mathematics* and the first two lessons of *Python from the first line*; no network. **It proves** `basic-mathematics` at the levels basic and intermediate.
#
# *The situation.* Your organisation wants to buy machines with accelerators and a store for their data. Three sellers have sent offers. In one of them a gigabyte is not a gigabyte, in another the power bill is a thousand times too small, and the third promises that one spare machine is enough. Your manager asks you for the figures, and for a program that checks the next offer by itself.
#
# **How it is scored.** 33 points in five tasks. Each function has a contract, an answer cell and a check cell. Run a check as often as you like: it says in words what is wrong, with the input that shows it. After you submit, other inputs are tried, drawn anew for you; of those you are told only which property failed. Each property has its own points. A relative error of one in a million is always fine. Nothing depends on speed.
#
# **What Python you need:** functions, `if`, loops, lists, `math.log2`, `math.comb`. To take a pair apart, write `a, b = pair`; `for count, watts, hours in machines:` does so in each turn, and `for x, y in zip(xs, ys):` takes one of each of two lists. `while stored < limit:` repeats its lines as long as the question is answered with yes. `None` stands for *no answer*: `return None`. Keep the names of the functions; write as many lines and helper functions as you like.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math
import random

from graders import kit

# Systems with eight accelerators, by their maker's data sheets (NVIDIA: DGX-1 with P100, DGX-1 with V100, DGX A100, DGX H100,
# DGX H200, DGX B200): year in which the accelerators were announced, memory of the eight accelerators in GB, most power that the system draws in kW.
YEARS = [2016, 2017, 2020, 2022, 2023, 2024]
MEMORY_GB = [128, 128, 320, 640, 1128, 1440]
POWER_KW = [3.2, 3.5, 6.5, 10.2, 10.2, 14.3]

# %% [markdown] nbgrader={"grade_id": "tools", "locked": true}
# **Three tools for finding faults.** They know nothing about right answers; they show what your functions say beside the figures.
#
# - `beside(times, amounts, law)` shows the figures, what your law gives at the same times, and the ratio: near 1 everywhere when the law fits, drifting away when it does not.
# - `month_by_month(stored, percent, months)` shows how a store fills.
# - `thrown(n, p, spares)` throws dice: 20 000 months in which each of n machines fails with the chance p, and the share of months in which the spares were enough. It seldom differs from the true chance by more than 0.01.

# %% nbgrader={"grade_id": "tools-code", "locked": true}
def beside(times, amounts, law):
    """Show figures beside a law (start, doubling)."""
    start, doubling = law
    for time, amount in zip(times, amounts):
        says = start * 2 ** ((time - times[0]) / doubling)
        print(f"{time:8}  figure {amount:12.4g}  law {says:12.4g}  ratio {amount / says:8.3f}")


def month_by_month(stored, percent, months):
    """Show a store that grows by a percentage each month."""
    for month in range(months + 1):
        print(f"after {month:3} months {stored * (1 + percent / 100) ** month:12.4g}")


def thrown(n, p, spares):
    """Throw dice for 20 000 months; the share of months in which at most `spares` of n machines fail."""
    dice = random.Random(1)
    good = 0
    for _ in range(20_000):
        failures = sum(dice.random() < p for _ in range(n))
        if failures <= spares:
            good = good + 1
    return good / 20_000


beside([0, 1, 2], [100, 210, 390], (100, 1))  # a law that begins with 100 and doubles in one year
print(thrown(2, 0.5, 1))  # of two coins at most one shows heads: three cases of four

# %% [markdown] nbgrader={"grade_id": "task-convert", "locked": true}
# ## 1. A gigabyte is not a gibibyte (5 points)
#
# `convert(amount, unit, to)` takes an amount of data in one unit and returns it in another, as a number.
#
# - A **byte** (`B`) is 8 **bits** (`bit`).
# - Before `bit` and before `B`: `k` is a thousand, `M` a million, `G` 10⁹, `T` 10¹². So there are `bit`, `kbit`, `Mbit`, `Gbit`, `Tbit`, `B`, `kB`, `MB`, `GB`, `TB`.
# - Before `B` only: `Ki` is 1024, `Mi` 1024², `Gi` 1024³, `Ti` 1024⁴: `KiB`, `MiB`, `GiB`, `TiB`.
#
# For any other text as a unit, on either side, return `None`: upper and lower case count (`Gb` and `gB` are not in the list).
#
# | amount | unit | to | result |
# |---|---|---|---|
# | 1.5 | GB | MB | 1500 |
# | 10 | Gbit | GB | 1.25 |
# | 1 | TB | GiB | 931.32… |
# | 1 | Gb | GB | None |

# %% nbgrader={"grade_id": "convert", "solution": true}
def convert(amount, unit, to):
    """Return the amount of data in the unit `to`, or None for a unit that does not exist."""
    ### BEGIN SOLUTION
    bits = {"bit": 1, "B": 8}
    power = 1
    for small in ["k", "M", "G", "T"]:
        bits[small + "bit"] = 1000**power
        bits[small + "B"] = 8 * 1000**power
        power = power + 1
    power = 1
    for large in ["Ki", "Mi", "Gi", "Ti"]:
        bits[large + "B"] = 8 * 1024**power
        power = power + 1
    if unit not in bits or to not in bits:
        return None
    return amount * bits[unit] / bits[to]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-convert", "grade": true, "points": 5}
score = kit.Score(5)
with score.part(1, "prefixes of ten: 1.5 GB are 1500 MB", amount=1.5, unit="GB", to="MB"):
    kit.close(convert(1.5, "GB", "MB"), 1500.0, rtol=1e-6, known_wrong={
        "G is 10⁹ and M is 10⁶: going to a smaller unit the number grows": 0.0015,
        "without an i the prefixes are powers of ten, not of 1024": 1536.0})
    for a in kit.examples(lambda r: round(float(r.uniform(0.1, 900)), 3), n=4, name="tens"):
        kit.close(convert(a, "TB", "kB"), a * 1e9, rtol=1e-6, because=f"{a} TB, and from T to k there are nine zeros")
        kit.close(convert(a, "Mbit", "Gbit"), a / 1000, rtol=1e-6, because=f"{a} Mbit, and a Gbit is a thousand of them")
        kit.close(convert(a, "B", "B"), a, rtol=1e-6, because=f"{a} B stay {a} B")
with score.part(1, "bits and bytes: 10 Gbit are 1.25 GB", amount=10, unit="Gbit", to="GB"):
    kit.close(convert(10, "Gbit", "GB"), 1.25, rtol=1e-6, known_wrong={
        "you multiplied: eight bits make one byte, so there are fewer bytes": 80.0,
        "bit and B are not the same: a byte is eight bits": 10.0, "a byte has eight bits, not ten": 1.0,
        "GB has no i, so it is 10⁹ bytes": 1.25e9 / 1024**3})
    for a in kit.examples(lambda r: round(float(r.uniform(0.1, 900)), 3), n=4, name="bits"):
        kit.close(convert(a, "MB", "Mbit"), 8 * a, rtol=1e-6, because=f"{a} MB, each of eight Mbit")
        kit.close(convert(a, "kbit", "B"), 125 * a, rtol=1e-6, because=f"{a} kbit, each of 1000 bits or 125 bytes")
with score.part(1, "powers of 1024: a disk of 1 TB is shown as 931 GiB", amount=1, unit="TB", to="GiB"):
    kit.close(convert(1, "TB", "GiB"), 1e12 / 1024**3, rtol=1e-6, known_wrong={
        "Gi is 1024·1024·1024, not 10⁹": 1000.0, "T without an i is 10¹²": 1024.0,
        "a GiB is the larger unit, so there are fewer of them": 1024**3 / 1e9 * 1000})
    for a in kit.examples(lambda r: round(float(r.uniform(0.1, 900)), 3), n=4, name="binary"):
        kit.close(convert(a, "MiB", "KiB"), 1024 * a, rtol=1e-6, because=f"{a} MiB, each of 1024 KiB")
        kit.close(convert(a, "TiB", "TB"), a * 1.099511627776, rtol=1e-6, because=f"{a} TiB, each of 1024⁴ bytes")
        kit.close(convert(a, "GiB", "Gbit"), a * 8.589934592, rtol=1e-6, because=f"{a} GiB, each of 8 · 1024³ bits")
### BEGIN HIDDEN TESTS
TEN = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
TWO = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
ALL = {**{p + "bit": f for p, f in TEN.items()}, **{p + "B": 8 * f for p, f in TEN.items()}, **{p + "B": 8 * f for p, f in TWO.items()}}
with score.part(1, "every unit into every other", hidden=True):
    for place, a in enumerate(kit.examples(lambda r: float(10 ** r.uniform(-6, 9)), n=len(ALL), name="all")):
        unit = list(ALL)[place]
        for to in ALL:
            kit.close(convert(a, unit, to), a * ALL[unit] / ALL[to], rtol=1e-6)
    kit.close(convert(0, "GB", "TiB"), 0.0)
with score.part(1, "units that do not exist give None, on either side, and only those", hidden=True):
    for a in kit.examples(lambda r: float(r.uniform(1, 99)), n=3, name="none"):
        for bad in ("Gb", "gB", "KB", "GiBit", "Gibit", "byte", "", "kiB", "PB ", "b", "mB", "MIB"):
            kit.equal(convert(a, bad, "GB"), None)
            kit.equal(convert(a, "GB", bad), None)
        kit.equal(convert(a, "XB", "XB"), None)
        for good in ("bit", "Tbit", "B", "GB", "TiB"):
            kit.close(convert(a, good, good), a, rtol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-bills", "locked": true}
# ## 2. The power bill, year after year (5 points)
#
# `bills(machines, price, price_change, use_change, years)` returns a list with the bill of each year in dollars, `years` numbers long. A year has 365 days.
#
# - `machines` is a list of triples `(count, watts, hours)`: so many machines draw so many watts each, so many hours a day. The rest of the day they are off.
# - `price` is the price of one kWh in dollars in the first year.
# - `price_change` is the change of the price **from each year to the next**, in percent; `use_change` likewise the change of the energy used. A fall is negative: −20 means a fifth less.
#
# For one machine of 1000 W that runs 24 hours a day at 0.10 dollars a kWh the first bill is 876 dollars. With `price_change` −20 and `use_change` 50 the second is 1.2 times the first.

# %% nbgrader={"grade_id": "bills", "solution": true}
def bills(machines, price, price_change, use_change, years):
    """Return the bills of the years, in dollars, the first year first."""
    ### BEGIN SOLUTION
    kwh = 0
    for count, watts, hours in machines:
        kwh = kwh + count * watts / 1000 * hours * 365
    result = []
    for year in range(years):
        result.append(kwh * price)
        price = price * (1 + price_change / 100)
        kwh = kwh * (1 + use_change / 100)
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-bills", "grade": true, "points": 5}
score = kit.Score(5)
with score.part(1, "one machine of 1000 W, all day, at 0.10 dollars a kWh: 876 dollars", machines=[(1, 1000, 24)], price=0.1, years=1):
    kit.close(bills([(1, 1000, 24)], 0.1, 0, 0, 1), [876.0], rtol=1e-6, known_wrong={
        "watts are not kilowatts: divide by 1000": [876000.0], "that is one day; the bill is for a year": [2.4],
        "the hours of a day are missing": [36.5], "a year has 365 days here": [864.0]})
    for watts, hours in kit.examples(lambda r: (int(r.integers(50, 9000)), float(r.integers(1, 24))), n=4, name="one"):
        kit.close(bills([(1, watts, hours)], 0.2, 0, 0, 1), [watts * hours * 0.073], rtol=1e-6, because=f"{watts} W, {hours} hours a day, 0.20 dollars a kWh")
with score.part(1, "several kinds of machines add up", machines=[(2, 500, 24), (10, 100, 12)], price=0.1, years=1):
    kit.close(bills([(2, 500, 24), (10, 100, 12)], 0.1, 0, 0, 1), [1314.0], rtol=1e-6, known_wrong={
        "you counted each kind once: multiply by how many there are": [481.8],
        "only the last kind counts: add to the sum in each turn": [438.0], "only the first kind counts: return after the loop": [876.0]})
    for n, watts in kit.examples(lambda r: (int(r.integers(2, 99)), int(r.integers(50, 900))), n=4, name="several"):
        kit.close(bills([(n, watts, 10), (1, 1000, 2), (n, 100, 1)], 1.0, 0, 0, 1), [3.65 * n * watts + 730 + 36.5 * n], rtol=1e-6, because=f"{n} machines of {watts} W for 10 h, one of 1000 W for 2 h, {n} of 100 W for 1 h")
with score.part(1, "a fifth cheaper and half as much again: changes multiply, year after year", machines=[(1, 1000, 24)], price=0.1, price_change=-20, use_change=50, years=3):
    kit.close(bills([(1, 1000, 24)], 0.1, -20, 50, 3), [876.0, 1051.2, 1261.44], rtol=1e-6, known_wrong={
        "changes multiply: 0.8 · 1.5 is 1.2, not 1 - 0.2 + 0.5": [876.0, 1138.8, 1480.44],
        "the change is from each year to the next, not from the first year": [876.0, 1051.2, 1226.4],
        "changes multiply, and each is taken from the year before, not from the first year": [876.0, 1138.8, 1401.6],
        "the changes begin in the second year": [1051.2, 1261.44, 1513.728],
        "20 percent is 0.20": [876.0, 876.0 * -19 * 51, 876.0 * (-19 * 51) ** 2]})
    for up, down in kit.examples(lambda r: (int(r.integers(5, 95)), -int(r.integers(5, 95))), n=4, name="changes"):
        first = 876.0
        factor = (100 + up) * (100 + down) / 10000
        kit.close(bills([(1, 1000, 24)], 0.1, up, down, 3), [first, first * factor, first * factor**2], rtol=1e-6, because=f"the price changes by {up} %, the use by {down} %")
### BEGIN HIDDEN TESTS
def made_bill(r):
    machines = [(int(r.integers(1, 200)), float(r.uniform(1, 15000)), float(r.uniform(0, 24))) for _ in range(int(r.integers(1, 6)))]
    return machines, float(r.uniform(0.01, 0.6)), float(r.uniform(-40, 60)), float(r.uniform(-40, 60)), int(r.integers(2, 9))


with score.part(1, "other machines, prices and changes, and the machines given stay as they are", hidden=True):
    for machines, price, up, use, years in kit.examples(made_bill, name="bills"):
        kwh = math.fsum(n * w * h for n, w, h in machines) * 0.365
        expected = [kwh * price * ((100 + up) / 100) ** y * ((100 + use) / 100) ** y for y in range(years)]
        kit.close(kit.unchanged(bills, machines, price, up, use, years), expected, rtol=1e-6)
with score.part(1, "edges: no years, no machines, a price that falls to nothing", hidden=True):
    for machines, price, up, use, years in kit.examples(made_bill, n=5, name="edges"):
        kit.equal(bills(machines, price, up, use, 0), [])
        kit.close(bills([], price, up, use, years), [0.0] * years, atol=1e-9)
        first = math.fsum(n * w * h for n, w, h in machines) * 0.365 * price
        kit.close(bills(machines, price, -100, use, 3), [first, 0.0, 0.0], rtol=1e-6, atol=1e-9)
        kit.close(bills(machines, price, up, use, 1), [first], rtol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-law", "locked": true}
# ## 3. A law from figures, and the day it runs out (12 points)
#
# **a.** `growth_law(times, amounts)` takes two lists of the same length, times in years and amounts greater than 0, and returns the pair `(start, doubling)` of the law
#
# $$\text{amount} = \text{start} \cdot 2^{(t - t_0) / \text{doubling}}$$
#
# that fits best on a scale of logarithms: $t$ is the time, $t_0$ is `times[0]`, the first in the list. So `start` is what the law says at $t_0$ (not the figure itself), and `doubling` is the time in years in which the law doubles. A law that falls has a negative `doubling`: −3 means half in three years.
#
# Best means the line of least squares through the points $(x_i, y_i)$ with $x_i = t_i - t_0$ and $y_i = \log_2 \text{amount}_i$:
#
# $$\text{slope} = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}{\sum_i (x_i - \bar x)^2}, \qquad \text{height at } x = 0: \; \bar y - \text{slope} \cdot \bar x$$
#
# ($\bar x$, $\bar y$ are the means; $\sum_i$ adds up over all points.) Special cases, in this order: if fewer than two *different* times are given, or an amount is not greater than 0, return `None`; otherwise, if all amounts are the same, the pair is that amount and `math.inf`. Times need not be in order.

# %% nbgrader={"grade_id": "growth-law", "solution": true}
def growth_law(times, amounts):
    """Return (start, doubling) of the law that fits best on a scale of logarithms, or None."""
    ### BEGIN SOLUTION
    if len(set(times)) < 2 or min(amounts) <= 0:
        return None
    if min(amounts) == max(amounts):
        return amounts[0], math.inf
    xs = [time - times[0] for time in times]
    ys = [math.log2(amount) for amount in amounts]
    x_mean = sum(xs) / len(xs)
    y_mean = sum(ys) / len(ys)
    above = 0
    below = 0
    for x, y in zip(xs, ys):
        above = above + (x - x_mean) * (y - y_mean)
        below = below + (x - x_mean) ** 2
    slope = above / below
    return 2 ** (y_mean - slope * x_mean), 1 / slope
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-growth-law", "grade": true, "points": 5}
score = kit.Score(5)
with score.part(1, "100, 200, 400, 800 in steps of two years: it starts with 100 and doubles in 2 years", times=[0, 2, 4, 6], amounts=[100, 200, 400, 800]):
    kit.close(growth_law([0, 2, 4, 6], [100, 200, 400, 800]), (100.0, 2.0), rtol=1e-6, known_wrong={
        "that is how often it doubles in a year; asked is how many years one doubling takes": (100.0, 0.5),
        "with the natural logarithm the slope is not in doublings: use log2, or divide by the logarithm of 2": (100.0, 2 / math.log(2)),
        "with the logarithm to base 10 the slope is not in doublings: use log2, or divide by the logarithm of 2": (100.0, 2 / math.log10(2)),
        "that is a straight line through the amounts; these grow by a factor: take logarithms first": (100.0, 6 / 7),
        "the start is still a logarithm: take two to the power of it": (math.log2(100), 2.0)})
    for start, step in kit.examples(lambda r: (float(r.integers(1, 900)), float(r.integers(3, 40)) / 4), n=4, name="doubles"):
        kit.close(growth_law([5, 5 + step, 5 + 2 * step], [start, 2 * start, 4 * start]), (start, step), rtol=1e-6, because=f"from {start} at the time 5 it doubles every {step} years")
        kit.close(growth_law([1, 1 + step], [8 * start, start]), (8 * start, -step / 3), rtol=1e-6, because=f"{8 * start} halves three times in {step} years, so the doubling time is negative")
with score.part(1, "memory of eight accelerators, 2016 to 2024: every figure counts", times=YEARS, amounts=MEMORY_GB):
    kit.close(growth_law(YEARS, MEMORY_GB), (104.93851977, 2.16759558), rtol=1e-6, known_wrong={
        "you used the first and the last figure only": (128.0, 8 / math.log2(1440 / 128)),
        "the start is what the law says in 2016, not the figure of 2016": (128.0, 2.16759558),
        "that is a straight line through the first and the last amount: take logarithms first, and use every figure": (128.0, 128 * 8 / 1312)})
    for k in kit.examples(lambda r: int(r.integers(2, 60)), n=4, name="scaled"):
        kit.close(growth_law(YEARS, [k * m for m in MEMORY_GB]), (104.93851977 * k, 2.16759558), rtol=1e-6, because=f"{k} such systems together: another start, the same doubling time")
        kit.close(growth_law([k * y for y in YEARS], MEMORY_GB), (104.93851977, 2.16759558 * k), rtol=1e-6, because=f"the same figures, {k} times as slow")
### BEGIN HIDDEN TESTS
import numpy as np


def noisy(r):
    """Times without order, two of them alike, amounts that grow or fall with noise."""
    n = int(r.integers(3, 30))
    times = [float(t) for t in r.uniform(1990, 2030, size=n)]
    times[-1] = times[0]
    double = float(r.choice([-1, 1]) * 10 ** r.uniform(-0.5, 1.3))
    amounts = [float(2 ** ((t - 2010) / double + r.normal())) for t in times]
    return times, amounts


def fitted(times, amounts):
    """The line by the library, with the time counted from the first in the list."""
    slope, height = np.polyfit(np.array(times) - times[0], np.log2(np.array(amounts)), 1)
    return float(2**height), float(1 / slope)


with score.part(1, "other figures, growing and falling, in any order", hidden=True):
    for times, amounts in kit.examples(noisy, name="noisy"):
        kit.close(growth_law(list(times), list(amounts)), fitted(times, amounts), rtol=1e-6)
with score.part(1, "amounts that stay the same, beside amounts that hardly change", hidden=True):
    for a in kit.examples(lambda r: float(r.uniform(0.1, 900)), n=5, name="constant"):
        kit.close(growth_law([3, 1, 2], [a, a, a]), (a, math.inf), rtol=1e-6)
        kit.close(growth_law([0, 10], [a, 1.01 * a]), (a, 10 / math.log2(1.01)), rtol=1e-6)
with score.part(1, "None where no law can be had, and only there", hidden=True):
    for a in kit.examples(lambda r: float(r.uniform(0.1, 900)), n=5, name="no law"):
        kit.equal(growth_law([a], [a]), None)
        kit.equal(growth_law([a, a, a], [a, 2 * a, 3 * a]), None)
        kit.equal(growth_law([a, a + 1, a + 2], [a, 0, a]), None)
        kit.equal(growth_law([a, a + 1, a + 2], [a, 2 * a, -a]), None)
        kit.equal(growth_law([a, a + 1], [0.0, 0.0]), None)
        kit.close(growth_law([a, a, a + 1], [1 / a, 1 / a, 2 / a]), (1 / a, 1.0), rtol=1e-6)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-months", "locked": true}
# **b.** `months_left(stored, percent, capacity, reserve)`: a store holds `stored` TB today and grows by `percent` percent **each month**. Its capacity is `capacity` TB, of which `reserve` percent must stay free. For how many whole months does it still fit? Return the largest whole number $n$ (an `int`) for which the amount after $n$ months is at most what may be filled; exactly full still fits.
#
# - If it does not fit today, return `-1`. If it fits now and never stops fitting (`percent` is 0 or negative), return `None`.
# - 100 TB that double each month (100 percent) fit 800 TB without a reserve for 3 months: 100, 200, 400, 800. With a reserve of 1 percent, 2 months.
#
# The limit is met exactly only where amounts double and the reserve is 0 or 50 percent, so rounding does not trouble you.

# %% nbgrader={"grade_id": "months-left", "solution": true}
def months_left(stored, percent, capacity, reserve):
    """Return for how many whole months a growing store fits; -1: not today, None: for ever."""
    ### BEGIN SOLUTION
    usable = capacity * (1 - reserve / 100)
    if stored > usable:
        return -1
    if percent <= 0:
        return None
    factor = 1 + percent / 100
    months = 0
    while stored * factor <= usable:
        stored = stored * factor
        months = months + 1
    return months
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-months-left", "grade": true, "points": 4}
score = kit.Score(4)
with score.part(1, "100 TB that double each month fit 800 TB for 3 months", stored=100, percent=100, capacity=800, reserve=0):
    kit.equal(months_left(100, 100, 800, 0), 3, known_wrong={
        "that grows by a sum: 100, 200, 300, …; a percentage is of what is there each month": 7,
        "exactly full still fits": 2, "that is the first month in which it no longer fits": 4})
    for start, k in kit.examples(lambda r: (int(r.integers(1, 99)), int(r.integers(2, 12))), n=6, name="double"):
        kit.equal(months_left(start, 100, start * 2**k, 0), k, because=f"{start} TB double {k} times until {start * 2**k} TB")
        kit.equal(months_left(start, 100, start * 2**k - 1, 0), k - 1, because=f"{start} TB, doubling, into one TB less than {start * 2**k}")
with score.part(1, "a reserve comes off the capacity first", stored=500, percent=3, capacity=1000, reserve=20):
    kit.equal(months_left(500, 3, 1000, 20), 15, known_wrong={
        "the reserve is not used": 23, "3 percent of the first amount, each month: that is a sum, not a factor": 20,
        "only the reserve is filled: what may be filled is the rest": -1, "that is the first month in which it no longer fits": 16})
    for part in kit.examples(lambda r: int(r.integers(1, 60)), n=6, name="reserve"):
        kit.equal(months_left(99.9 - part, 100, 800, part), 3, because=f"{99.9 - part:.1f} TB fill a little less than {100 - part} % of 800 TB after three doublings")
        kit.equal(months_left(100.1 - part, 100, 800, part), 2, because=f"{100.1 - part:.1f} TB fill a little more, so they fit for two")
### BEGIN HIDDEN TESTS
def filling(r):
    """A store, and the months, with the limit a safe distance from every amount."""
    stored, percent, reserve = float(10 ** r.uniform(-2, 4)), float(10 ** r.uniform(-1.3, 1.9)), float(r.uniform(0, 90))
    months = int(r.integers(0, 150))
    usable = stored * (1 + percent / 100) ** (months + float(r.uniform(0.1, 0.9)))
    return (stored, percent, usable / (1 - reserve / 100), reserve), months


with score.part(1, "other stores, slow and fast, with and without a reserve", hidden=True):
    for given, months in kit.examples(filling, n=40, name="filling"):
        kit.equal(months_left(*given), months)
with score.part(1, "stores that do not fit today, and stores that never run out", hidden=True):
    for a, small in kit.examples(lambda r: (float(r.integers(2, 900)), float(r.uniform(0.1, 50))), n=6, name="edges"):
        kit.equal(months_left(a, small, a - 1, 0), -1)
        kit.equal(months_left(a, -small, a - 1, 0), -1)
        kit.equal(months_left(a, 0, 2 * a, 60), -1)
        kit.equal(months_left(a, 0, 2 * a, 40), None)
        kit.equal(months_left(a, -small, a, 0), None)
        kit.equal(months_left(a, 100, a, 0), 0)
        kit.equal(months_left(a, 100, 2 * a, 50), 0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-forecast-range", "locked": true}
# **c.** How firm is a law? `forecast_range(times, amounts, when)` leaves out one figure after the other, fits the rest with `growth_law`, and takes what each law says at the time `when`. Return the pair `(lowest, highest)` of these forecasts. Where the rest gives no law (`growth_law` says `None`), that leaving-out does not count; if none counts, return `None`.
#
# Mind that `start` belongs to the first time **of the figures that were fitted**. A doubling time of `math.inf` needs no case of its own: any number over `math.inf` is 0 in Python.
#
# For `[0, 1, 2]`, `[1, 2, 8]` and `when = 3`: without the first, 2 becomes 8 in one year, so 32; without the second, 1 becomes 8 in two years, so 22.63; without the third it doubles each year, so 8. The pair is (8, 32). The two lists that you are given stay as they are.

# %% nbgrader={"grade_id": "forecast-range", "solution": true}
def forecast_range(times, amounts, when):
    """Return (lowest, highest) of the forecasts for the time `when` with one figure left out in turn, or None."""
    ### BEGIN SOLUTION
    forecasts = []
    for out in range(len(times)):
        kept = times[:out] + times[out + 1 :]
        law = growth_law(kept, amounts[:out] + amounts[out + 1 :])
        if law is not None:
            start, doubling = law
            forecasts.append(start * 2 ** ((when - kept[0]) / doubling))
    if forecasts == []:
        return None
    return min(forecasts), max(forecasts)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-forecast-range", "grade": true, "points": 3}
score = kit.Score(3)
with score.part(1, "1, 2, 8 at the times 0, 1, 2: without one of them 32, 22.63 and 8 at the time 3", times=[0, 1, 2], amounts=[1, 2, 8], when=3):
    kit.close(forecast_range([0, 1, 2], [1, 2, 8], 3), (8.0, 32.0), rtol=1e-6, known_wrong={
        "the start belongs to the first time of the figures that were fitted; without the first figure that is the second time": (8.0, 128.0),
        "the lowest comes first": (32.0, 8.0), "one figure after the other: also the first and the last are left out once": (512**0.5, 512**0.5),
        "that is the law of all figures, twice": (2 ** (1.5 * 3 - 1 / 6), 2 ** (1.5 * 3 - 1 / 6))})
    kit.close(forecast_range(YEARS, MEMORY_GB, 2030), (8132.36086, 11916.35135), rtol=1e-6, because="six figures of eight accelerators, each left out once", known_wrong={
        "the start belongs to the first time of the figures that were fitted": (8132.36086, 16966.278631), "the lowest comes first": (11916.35135, 8132.36086)})
    for start, first in kit.examples(lambda r: (float(r.integers(1, 90)), float(r.integers(-50, 50))), n=4, name="firm"):
        kit.close(forecast_range([first, first + 1, first + 3], [start, 2 * start, 8 * start], first + 5), (32 * start, 32 * start), rtol=1e-6, because=f"from {start} at the time {first} it doubles each year: whichever is left out, after five years it is 32 times as much")
### BEGIN HIDDEN TESTS
def spread(r):
    """Whole years in any order, none twice, amounts that grow or fall with noise."""
    times = [int(t) for t in r.choice(np.arange(1990, 2030), size=int(r.integers(4, 13)), replace=False)]
    double = float(r.choice([-1, 1]) * 10 ** r.uniform(-0.3, 1.3))
    return times, [float(2 ** ((t - 2010) / double + r.normal())) for t in times]


def ranged(times, amounts, when):
    """The forecasts by the library."""
    said = []
    for out in range(len(times)):
        kept = [i for i in range(len(times)) if i != out]
        slope, height = np.polyfit([times[i] - when for i in kept], [math.log2(amounts[i]) for i in kept], 1)
        said.append(float(2**height))
    return min(said), max(said)


with score.part(1, "other figures and times, and the lists given stay as they are", hidden=True):
    for times, amounts in kit.examples(spread, name="ranged"):
        for when in (2031.5, times[1], 1980.0):
            kit.close(kit.unchanged(forecast_range, list(times), list(amounts), when), ranged(times, amounts, when), rtol=1e-6)
with score.part(1, "leavings-out that give no law do not count", hidden=True):
    for a in kit.examples(lambda r: float(r.uniform(1, 900)), n=5, name="no range"):
        kit.equal(forecast_range([0, 1], [a, 2 * a], 2), None)
        kit.equal(forecast_range([a], [a], 2), None)
        kit.equal(forecast_range([3, 3, 3], [a, 2 * a, a], 4), None)
        kit.equal(forecast_range([0, 1, 2, 3], [a, 0, a, -a], 4), None)
        kit.close(forecast_range([0, 1, 2], [a, 0, 4 * a], 4), (16 * a, 16 * a), rtol=1e-6)
        kit.close(forecast_range([0, 0, 1], [a, 2 * a, 2 * a], 2), (2 * a, 4 * a), rtol=1e-6)
        kit.close(forecast_range([0, 1, 2], [a, a, a], 9), (a, a), rtol=1e-6)
### END HIDDEN TESTS

score.total()

# %% [markdown] nbgrader={"grade_id": "task-spares", "locked": true}
# ## 4. In how many ways, and how many spares (6 points)
#
# **a.** `ways(options, cards, slots)`: in how many different ways can a machine be ordered? `options` is a list of whole numbers: how many choices there are for each part, of which exactly one must be chosen (3 kinds of memory and 2 kinds of power supply: `[3, 2]`). Moreover, `slots` **different** cards are chosen from `cards` kinds; the order in the slots does not matter. Return an `int`.
#
# `ways([3, 2], 4, 2)` is 3 · 2 · 6 = 36: two of four cards can be chosen in 6 ways. Without slots there is one way to fill them; more slots than kinds of cards cannot be filled at all.

# %% nbgrader={"grade_id": "ways", "solution": true}
def ways(options, cards, slots):
    """Return the number of different machines that can be ordered."""
    ### BEGIN SOLUTION
    count = math.comb(cards, slots)
    for choices in options:
        count = count * choices
    return count
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-ways", "grade": true, "points": 2}
score = kit.Score(2)
with score.part(1, "3 kinds of memory, 2 of power supply, 2 of 4 cards: 36 ways", options=[3, 2], cards=4, slots=2):
    kit.equal(ways([3, 2], 4, 2), 36, known_wrong={
        "choices multiply: each memory can stand with each power supply": 5 + 6,
        "the order in the slots does not matter: two cards count once, not twice": 3 * 2 * 12,
        "the two cards are different": 3 * 2 * 16, "the parts multiply, and so do the cards": 3 * 2 + 6})
    for n in kit.examples(lambda r: int(r.integers(3, 40)), n=5, name="cards"):
        kit.equal(ways([n], n, 1), n * n, because=f"{n} choices for one part, and one of {n} cards")
        kit.equal(ways([2, 2, 2], n, n - 1), 8 * n, because=f"three parts with two choices each; choosing all but one of {n} cards means leaving out one")
### BEGIN HIDDEN TESTS
with score.part(1, "other machines, without parts, without slots, with too many slots", hidden=True):
    for options, cards, slots in kit.examples(lambda r: ([int(c) for c in r.integers(1, 9, size=int(r.integers(1, 6)))], int(r.integers(4, 30)), int(r.integers(2, 5))), name="machines"):
        product, chosen = 1, 1
        for c in options:
            product *= c
        for j in range(slots):
            chosen = chosen * (cards - j) // (j + 1)
        kit.equal(ways(list(options), cards, slots), product * chosen)
        kit.equal(ways([], cards, slots), chosen)
        kit.equal(ways(list(options), cards, 0), product)
        kit.equal(ways(list(options), cards, cards), product)
        kit.equal(ways(list(options), cards, cards + 1), 0)
        kit.equal(ways([*options, 0], cards, slots), 0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-spares-needed", "locked": true}
# **b.** `spares_needed(n, p, target)`: each of `n` machines fails within a month with the chance `p` (a number from 0 to 1), independently of the others. Return the smallest whole number $s$ (an `int`) for which the chance that **at most** $s$ machines fail is at least `target` (a number greater than 0 and less than 1).
#
# The chance that exactly $k$ of $n$ fail is $\binom{n}{k} p^k (1-p)^{n-k}$: in so many ways can the $k$ be chosen, and in each of these ways $k$ machines fail and $n - k$ do not.
#
# For two coins ($n = 2$, $p = 0.5$) the chances of 0, 1, 2 heads are 0.25, 0.5, 0.25. So at most 0 heads: 0.25; at most 1: 0.75; at most 2: 1. `spares_needed(2, 0.5, 0.7)` is 1, with 0.76 it is 2, with 0.2 it is 0. A target of 0.75 is met exactly by one: *at least*. Elsewhere no target that is checked lies so close to a sum of chances that rounding decides.

# %% nbgrader={"grade_id": "spares-needed", "solution": true}
def spares_needed(n, p, target):
    """Return the smallest number of spares that is enough with the chance `target`."""
    ### BEGIN SOLUTION
    spares = 0
    enough = (1 - p) ** n
    while enough < target and spares < n:
        spares = spares + 1
        enough = enough + math.comb(n, spares) * p**spares * (1 - p) ** (n - spares)
    return spares
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-spares-needed", "grade": true, "points": 4}
score = kit.Score(4)
with score.part(1, "two coins: at most 0, 1, 2 heads have the chances 0.25, 0.75, 1", n=2, p=0.5):
    for target, right in ((0.2, 0), (0.25, 0), (0.3, 1), (0.7, 1), (0.75, 1), (0.76, 2)):
        kit.equal(spares_needed(2, 0.5, target), right, because=f"the target is {target}", known_wrong={
            **({"add up the chances of 0, 1, …, s failures; you seem to look at exactly s": 2} if target == 0.7 else {}),
            "one too many: the smallest number that is enough": right + 1, "one too few: with one more the chance is reached": right - 1})
    for n in kit.examples(lambda r: int(r.integers(1, 9)), n=6, name="all fail"):
        kit.equal(spares_needed(n, 0.5, 1 - 0.75 * 0.5**n), n, because=f"that all of {n} coins show heads has the chance {0.5**n}: to be surer than that, {n} spares are needed")
        kit.equal(spares_needed(n, 0.5, 0.75 * 0.5**n), 0, because=f"that none of {n} does has the chance {0.5**n}")
with score.part(1, "a hundred machines that fail with a chance of 2 %: the mean is no plan", n=100, p=0.02):
    for target, right in ((0.6, 2), (0.99, 6), (0.9999, 9)):
        kit.equal(spares_needed(100, 0.02, target), right, because=f"the target is {target}; thrown(100, 0.02, s) gives nearly the same share", known_wrong={
            "that is the mean number of failures; in many months there are more": 2, "the failures in n machines add up to one chance: n · p is a mean, not a chance": 1, "one too many: the smallest number that is enough": right + 1})
    for n in kit.examples(lambda r: int(r.integers(20, 400)), n=6, name="one"):
        kit.equal(spares_needed(n, 1 / n, 0.7), 1, because=f"{n} machines, one failure a month in the mean: none has the chance 0.37, at most one 0.74")
        kit.equal(spares_needed(n, 1 / n, 0.76), 2, because=f"{n} machines, one failure a month in the mean: at most two has the chance 0.92")
### BEGIN HIDDEN TESTS
def drawn(r):
    """A number of machines, a chance, and a target a safe distance from every sum of chances."""
    n, p = int(r.integers(1, 300)), float(10 ** r.uniform(-3, -0.2))
    sums = np.cumsum([math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)) for k in range(n + 1)])
    s = int(np.searchsorted(sums, r.uniform(0.05, 0.99999)))
    low = float(sums[s - 1]) if s else 0.0
    return n, p, low + float(r.uniform(0.2, 0.8)) * (float(min(sums[s], 1.0)) - low), s


with score.part(1, "other numbers of machines, chances and targets", hidden=True):
    for n, p, target, right in kit.examples(drawn, n=40, name="drawn"):
        kit.equal(spares_needed(n, p, target), right)
with score.part(1, "machines that never fail, always fail, a single one, none, and very high targets", hidden=True):
    for n, target in kit.examples(lambda r: (int(r.integers(2, 90)), float(r.uniform(0.01, 0.99))), n=6, name="edges"):
        kit.equal(spares_needed(n, 0.0, target), 0)
        kit.equal(spares_needed(n, 1.0, target), n)
        kit.equal(spares_needed(1, 1 - target, 0.999 * target), 0)
        kit.equal(spares_needed(1, 1 - target, target + 0.001 * (1 - target)), 1)
        kit.equal(spares_needed(0, 0.5, target), 0)
        kit.equal(spares_needed(3, 0.001, 0.9999999), 2)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-wrong-lines", "locked": true}
# ## 5. Find the faults of an offer (5 points)
#
# `wrong_lines(offer)` takes a list of lines and returns the list of the positions (counted from 0, in order) whose stated figure is wrong. A line is a triple `(kind, given, stated)`. The stated figure is wrong when it differs from the right one by **more than one percent of the right one**, upwards or downwards; none of the lines that are checked is off by one percent exactly. The kinds:
#
# | kind | given | the right figure |
# |---|---|---|
# | `"GiB of a disk"` | its size in TB | the same size in GiB |
# | `"hours to send"` | a pair: TB, Gbit/s | hours to send so much over such a line |
# | `"kWh a year"` | watts, day and night | energy in 365 days, in kWh |
# | `"years to double"` | percent a year, greater than 0 | years until it has doubled, not rounded |
# | `"percent any failure"` | a pair: number of machines, chance of each in percent | chance that at least one fails, in percent; they are independent |
#
# Use your functions where they help.

# %% nbgrader={"grade_id": "wrong-lines", "solution": true}
def wrong_lines(offer):
    """Return the positions of the lines whose stated figure is off by more than one percent."""
    ### BEGIN SOLUTION
    wrong = []
    for position, (kind, given, stated) in enumerate(offer):
        if kind == "GiB of a disk":
            right = convert(given, "TB", "GiB")
        elif kind == "hours to send":
            size, rate = given
            right = convert(size, "TB", "Gbit") / rate / 3600
        elif kind == "kWh a year":
            right = given / 1000 * 24 * 365
        elif kind == "years to double":
            right = math.log(2) / math.log(1 + given / 100)
        else:
            n, percent = given
            right = 100 * (1 - (1 - percent / 100) ** n)
        if abs(stated - right) > 0.01 * right:
            wrong.append(position)
    return wrong
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-wrong-lines", "grade": true, "points": 5}
score = kit.Score(5)
SOUND = [
    ("GiB of a disk", 20, 18626.45), ("hours to send", (9, 10), 2.0), ("kWh a year", 1000, 8760),
    ("years to double", 100, 1.0), ("percent any failure", (2, 50), 75.0),
]  # fmt: skip
FAULTS = [
    ("GiB of a disk", 20, 20000), ("hours to send", (9, 10), 0.25), ("kWh a year", 1000, 8760000),
    ("years to double", 20, 5.0), ("percent any failure", (100, 1), 100.0),
]  # fmt: skip
WHY = [
    "a TB is 10¹² bytes and a GiB 1024³ of them", "eight bits a byte, and 3600 seconds an hour",
    "watts over 1000 are kW, times 24 · 365 hours",
    "growth multiplies: at 100 % a year it doubles in one year, at 20 % when 1.2 to the power of the years is 2",
    "chances do not add: 1 minus the chance that none fails",
]  # fmt: skip


def likely(places, faults):
    """What to say when one sound line, standing at its place, is reported beside the faults, or no line is."""
    said = {f"the line {SOUND[k]} is right: {WHY[k]}": sorted([places[k], *faults]) for k in range(5)}
    return {"no line was found: does the loop reach the end, and is the list returned after it?": [], "positions count from 0": [f + 1 for f in faults], **said}


def larger(k):
    """Five right lines of another size; k is a whole number from 2 on."""
    return [
        ("GiB of a disk", 20 * k, 18626.45 * k), ("hours to send", (9 * k, 10), 2.0 * k), ("kWh a year", 1000 * k, 8760 * k),
        ("years to double", 100 * (2 ** (1 / k) - 1), float(k)), ("percent any failure", (k, 100 * (1 - 0.25 ** (1 / k))), 75.0),
    ]  # fmt: skip


def shifted(line, part):
    """The line with its stated figure moved by a part of it."""
    kind, given, stated = line
    return kind, given, stated * (1 + part)


with score.part(1, "sound lines pass, and so do lines that are off by half a percent", offer=SOUND):
    kit.equal(wrong_lines([*SOUND, FAULTS[0]]), [5], because="the first five lines are right, the sixth says 20 TB are 20 000 GiB", known_wrong=likely([0, 1, 2, 3, 4], [5]))
    for k, part, place in kit.examples(lambda r: (int(r.integers(2, 40)), float(r.choice([-1, 1]) * r.uniform(0.001, 0.009)), int(r.integers(0, 6))), n=6, name="half"):
        offer = [shifted(line, part) for line in larger(k)]
        one = shifted(("hours to send", (9 * k, 10), 2.0 * k), 20 * part)
        kit.equal(wrong_lines([*offer[:place], one, *offer[place:]]), [place], because=f"five lines are off by {100 * part:.2f} %, which is allowed; line {place}, {one}, is off by {2000 * part:.0f} %: nine TB over 10 Gbit/s take two hours", known_wrong={"a stated figure may be wrong by being too low": []} if part < 0 else None)
with score.part(1, "the faults that people make are found, and others too, alone and among sound lines", offer=FAULTS):
    for place in range(5):
        because = f"{FAULTS[place]}: {WHY[place]}"
        kit.equal(wrong_lines([FAULTS[place], *SOUND]), [0], because=because, known_wrong={"a stated figure may be wrong by being too low": []} if place == 1 else likely([1, 2, 3, 4, 5], [0]))
        kit.equal(wrong_lines([*SOUND[:2], FAULTS[place], *SOUND[2:], FAULTS[place]]), [2, 6], because=f"twice among sound lines, {because}", known_wrong=likely([0, 1, 3, 4, 5], [2, 6]))
    kit.equal(wrong_lines(FAULTS), [0, 1, 2, 3, 4], because="every line of these five is wrong")
    for k, part in kit.examples(lambda r: (int(r.integers(2, 40)), float(r.choice([-1, 1]) * r.uniform(0.02, 0.3))), n=4, name="other faults"):
        for place, right in enumerate(larger(k)):
            one = shifted(right, part)
            kit.equal(wrong_lines([right, one]), [1], because=f"{right} is right, {one} is off by {100 * part:.0f} %: {WHY[place]}", known_wrong={"a stated figure may be wrong by being too low": []} if part < 0 else None)
### BEGIN HIDDEN TESTS
def line(r, kind):
    """A line of a kind with its right figure."""
    if kind == 0:
        size = float(r.uniform(0.5, 900))
        return "GiB of a disk", size, size * 1e12 / 2**30
    if kind == 1:
        size, rate = float(r.uniform(0.1, 900)), float(r.choice([1, 2.5, 10, 25, 100, 400]))
        return "hours to send", (size, rate), size * 8e12 / (rate * 1e9) / 3600
    if kind == 2:
        watts = float(r.uniform(5, 15000))
        return "kWh a year", watts, watts * 8.76
    if kind == 3:
        percent = float(r.uniform(0.5, 150))
        return "years to double", percent, math.log(2) / math.log1p(percent / 100)
    n, percent = int(r.integers(1, 500)), float(10 ** r.uniform(-2, 1))
    return "percent any failure", (n, percent), -100 * math.expm1(n * math.log1p(-percent / 100))


def made_offer(r, kinds, smallest, largest):
    """An offer, some of whose lines are off by a part between smallest and largest, the others by less than 0.9 %."""
    offer, wrong = [], []
    for position in range(int(r.integers(6, 14))):
        kind, given, right = line(r, int(r.choice(kinds)))
        if r.random() < 0.5:
            off = float(r.choice([-1, 1]) * r.uniform(smallest, largest))
            wrong.append(position)
        else:
            off = float(r.uniform(-0.009, 0.009))
        offer.append((kind, given, right * (1 + off)))
    return offer, wrong


with score.part(1, "sizes, times and energy, grossly or slightly wrong", hidden=True):
    for smallest, largest in ((0.1, 0.9), (0.011, 0.02)):
        for offer, wrong in kit.examples(lambda r: made_offer(r, [0, 1, 2], smallest, largest), n=12, name=f"units {largest}"):
            kit.equal(kit.unchanged(wrong_lines, offer), wrong)
with score.part(1, "growth and chances, grossly or slightly wrong", hidden=True):
    for smallest, largest in ((0.1, 0.9), (0.011, 0.02)):
        for offer, wrong in kit.examples(lambda r: made_offer(r, [3, 4], smallest, largest), n=12, name=f"laws {largest}"):
            kit.equal(wrong_lines(list(offer)), wrong)
with score.part(1, "all kinds together, offers without a fault, without a sound line, without lines", hidden=True):
    for r in (kit.rng(f"mixed {i}") for i in range(8)):
        offer, wrong = made_offer(r, [0, 1, 2, 3, 4], 0.011, 0.5)
        kit.equal(wrong_lines(list(offer)), wrong)
        kit.equal(wrong_lines([offer[p] for p in wrong]), list(range(len(wrong))))
        kit.equal(wrong_lines([one for p, one in enumerate(offer) if p not in wrong]), [])
    kit.equal(wrong_lines([]), [])
    kit.equal(wrong_lines([FAULTS[3]]), [0])
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
