# The standard library and comprehensions: another way to every answer.

# %% grade_id="yearly-rate"
import math


def yearly_rate(start, end, years):
    bad = [value for value in (start, end, years) if not value > 0]
    if bad:
        raise ValueError(f"not greater than 0: {bad}")
    return math.expm1((math.log(end) - math.log(start)) / years)


# %% grade_id="worst-fall"
from itertools import accumulate


def worst_fall(prices):
    known = [(i, p) for i, p in enumerate(prices) if p is not None]
    if not known:
        raise ValueError("a list of prices needs at least one price")
    peaks = accumulate((p for _, p in known), max)
    fall, place = min((p / peak - 1, i) for (i, p), peak in zip(known, peaks))
    return (fall, place) if fall < 0 else (0.0, None)


# %% grade_id="read-prices"
import csv


def read_prices(lines, company):
    numbered = [(n, line) for n, line in enumerate(lines, 1) if not line.startswith("#")]
    _, head = numbered[0]
    columns = dict(zip(head.split(",")[1:], range(1, 100)))
    if company not in columns:
        raise ValueError(f"unknown company: {company}")
    first = {}
    for (n, _), cells in zip(numbered[1:], csv.reader(line for _, line in numbered[1:])):
        if text := cells[columns[company]]:
            try:
                first.setdefault(cells[0][:7], (cells[0], float(text)))
            except ValueError as error:
                raise ValueError(f"line {n}: {error}") from error
    return list(first.values())


# %% grade_id="accepts"
import random


def accepts(function):
    def reference(values):
        return max((abs(values[i] - values[i + 1]) for i in range(len(values) - 1)), default=0)

    drawn = random.Random(5)
    cases = [[], [3], [-4, 4]] + [[drawn.randint(-9, 9) for _ in range(drawn.randint(2, 6))] for _ in range(300)]
    try:
        return all(function(list(case)) == reference(case) for case in cases)
    except Exception:
        return False


# %% grade_id="report"
def report(lines):
    def month(date):
        year, m, *_ = date.split("-")
        return int(year) * 12 + int(m)

    head = [line for line in lines if line[:1] != "#"][0]
    rows = []
    for company in head.split(",")[1:]:
        dates, prices = zip(*read_prices(lines, company)) if read_prices(lines, company) else ((), ())
        if len(dates) > 1:
            months = month(dates[-1]) - month(dates[0])
            rate = yearly_rate(prices[0], prices[-1], months / 12)
            rows.append((company, months, rate, worst_fall(list(prices))[0]))
    return sorted(sorted(rows), key=lambda row: row[3])
