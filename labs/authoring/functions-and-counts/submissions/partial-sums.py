# Plausible: everything grows by sums. Units are right; percentages, growth and chances are added up.

# %% grade_id="convert"
def convert(amount, unit, to):
    sizes = {
        "bit": 1, "kbit": 1e3, "Mbit": 1e6, "Gbit": 1e9, "Tbit": 1e12, "B": 8, "kB": 8e3, "MB": 8e6, "GB": 8e9, "TB": 8e12,
        "KiB": 8 * 2**10, "MiB": 8 * 2**20, "GiB": 8 * 2**30, "TiB": 8 * 2**40,
    }
    if unit in sizes and to in sizes:
        return amount * sizes[unit] / sizes[to]
    return None


# %% grade_id="bills"
def bills(machines, price, price_change, use_change, years):
    first = 0
    for count, watts, hours in machines:
        first = first + count * watts / 1000 * hours * 365 * price
    result = []
    for year in range(years):
        result.append(first * (1 + year * (price_change + use_change) / 100))
    return result


# %% grade_id="growth-law"
def growth_law(times, amounts):
    if len(set(times)) < 2 or min(amounts) <= 0:
        return None
    if min(amounts) == max(amounts):
        return amounts[0], math.inf
    slope = (amounts[-1] - amounts[0]) / (times[-1] - times[0])
    return amounts[0], amounts[0] / slope


# %% grade_id="months-left"
def months_left(stored, percent, capacity, reserve):
    usable = capacity * (1 - reserve / 100)
    if stored > usable:
        return -1
    if percent <= 0:
        return None
    return int((usable - stored) / (stored * percent / 100))


# %% grade_id="ways"
def ways(options, cards, slots):
    return sum(options) + math.comb(cards, slots)


# %% grade_id="spares-needed"
def spares_needed(n, p, target):
    return math.ceil(n * p)


# %% grade_id="wrong-lines"
def wrong_lines(offer):
    wrong = []
    for position, (kind, given, stated) in enumerate(offer):
        if kind == "GiB of a disk":
            right = convert(given, "TB", "GiB")
        elif kind == "hours to send":
            right = convert(given[0], "TB", "Gbit") / given[1] / 3600
        elif kind == "kWh a year":
            right = given * 8.76
        elif kind == "years to double":
            right = 100 / given
        else:
            right = given[0] * given[1]
        if abs(stated - right) > 0.01 * right:
            wrong.append(position)
    return wrong
