# Plausible: the fit uses the first and the last figure, powers of 1024 everywhere, the reserve forgotten, order counted, one spare too many.

# %% grade_id="convert"
def convert(amount, unit, to):
    sizes = {"bit": 1 / 8, "B": 1}
    for power, prefix in enumerate("kMGT", start=1):
        sizes[prefix + "bit"] = 1000**power / 8
        sizes[prefix + "B"] = 1024**power
        sizes[prefix.upper() + "iB"] = 1024**power
    if unit not in sizes or to not in sizes:
        return None
    return amount * sizes[unit] / sizes[to]


# %% grade_id="bills"
def bills(machines, price, price_change, use_change, years):
    result = []
    for year in range(years):
        kwh = sum(n * w * h * 365 / 1000 for n, w, h in machines)
        result.append(kwh * price * (1 + price_change / 100) ** year * (1 + use_change / 100) ** year)
    return result


# %% grade_id="growth-law"
def growth_law(times, amounts):
    if min(amounts) <= 0 or len(times) < 2:
        return None
    doublings = math.log2(amounts[-1] / amounts[0])
    if doublings == 0:
        return amounts[0], math.inf
    return amounts[0], (times[-1] - times[0]) / doublings


# %% grade_id="forecast-range"
def forecast_range(times, amounts, when):
    start, doubling = growth_law(times, amounts)
    says = start * 2 ** ((when - times[0]) / doubling)
    return says, says


# %% grade_id="months-left"
def months_left(stored, percent, capacity, reserve):
    if stored > capacity:
        return -1
    if percent <= 0:
        return None
    return math.floor(math.log2(capacity / stored) / math.log2(1 + percent / 100))


# %% grade_id="ways"
def ways(options, cards, slots):
    return math.prod(options) * math.perm(cards, slots)


# %% grade_id="spares-needed"
def spares_needed(n, p, target):
    for s in range(n + 1):
        if sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(s)) >= target:
            return s
    return n


# %% grade_id="wrong-lines"
def wrong_lines(offer):
    wrong = []
    for i, (kind, given, stated) in enumerate(offer):
        right = {
            "GiB of a disk": lambda: given * 1000 / 1.024**3,
            "hours to send": lambda: given[0] * 8000 / given[1] / 3600,
            "kWh a year": lambda: given * 8.76,
            "years to double": lambda: math.log(2) / math.log(1 + given / 100),
            "percent any failure": lambda: 100 * (1 - (1 - given[1] / 100) ** given[0]),
        }[kind]()
        if stated > 1.01 * right:
            wrong.append(i)
    return wrong
