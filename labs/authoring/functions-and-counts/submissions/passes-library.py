# NumPy, SciPy and logarithms instead of loops: the fit by polyfit, the months by a quotient of logarithms, spares by the quantile.

# %% grade_id="convert"
import re

import numpy as np
from scipy.stats import binom

PATTERN = re.compile(r"(?:([kMGT]?)(bit|B)|([KMGT]i)(B))")


def size(unit):
    found = PATTERN.fullmatch(unit)
    if found is None:
        return None
    ten, base, two, byte = found.groups()
    factor = 1000 ** "_kMGT".index(ten or "_") if base else 1024 ** "_KMGT".index(two[0])
    return factor * (1 if base == "bit" else 8)


def convert(amount, unit, to):
    sizes = [size(unit), size(to)]
    return None if None in sizes else amount * (sizes[0] / sizes[1])


# %% grade_id="bills"
def bills(machines, price, price_change, use_change, years):
    kwh = sum(n * w * h for n, w, h in machines) * 0.365
    factor = (1 + price_change / 100) * (1 + use_change / 100)
    return [kwh * price * factor**year for year in range(years)]


# %% grade_id="growth-law"
def growth_law(times, amounts):
    if len(set(times)) < 2 or any(a <= 0 for a in amounts):
        return None
    if len(set(amounts)) == 1:
        return amounts[0], math.inf
    slope, height = np.polyfit(np.array(times) - times[0], np.log(amounts), 1)
    return float(np.exp(height)), float(np.log(2) / slope)


# %% grade_id="forecast-range"
def forecast_range(times, amounts, when):
    said = []
    for out in range(len(times)):
        t, a = np.delete(times, out).tolist(), np.delete(amounts, out).tolist()
        law = growth_law(t, a)
        if law:
            said.append(law[0] * 2 ** ((when - t[0]) / law[1]))
    return (min(said), max(said)) if said else None


# %% grade_id="months-left"
def months_left(stored, percent, capacity, reserve):
    room = capacity * (100 - reserve) / 100 / stored
    if room < 1:
        return -1
    return math.floor(math.log2(room) / math.log2(1 + percent / 100)) if percent > 0 else None


# %% grade_id="ways"
def ways(options, cards, slots):
    return math.prod(options) * math.comb(cards, slots)


# %% grade_id="spares-needed"
def spares_needed(n, p, target):
    return int(np.searchsorted(binom.cdf(np.arange(n + 1), n, p), target)) if n else 0


# %% grade_id="wrong-lines"
def wrong_lines(offer):
    right = {
        "GiB of a disk": lambda tb: convert(tb, "TB", "GiB"),
        "hours to send": lambda pair: convert(pair[0], "TB", "Gbit") / pair[1] / 3600,
        "kWh a year": lambda watts: bills([(1, watts, 24)], 1, 0, 0, 1)[0],
        "years to double": lambda percent: math.log(2) / math.log1p(percent / 100),
        "percent any failure": lambda pair: -100 * math.expm1(pair[0] * math.log1p(-pair[1] / 100)),
    }
    return [i for i, (kind, given, stated) in enumerate(offer) if abs(stated / right[kind](given) - 1) > 0.01]
