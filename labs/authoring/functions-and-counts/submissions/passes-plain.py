# Plain steps, the way the lessons write them: one step after the other, loops and names.

# %% grade_id="convert"
def bits_of(unit):
    """Bits in one of the unit, or None."""
    prefixes = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    binary = {"Ki": 1024, "Mi": 1024 * 1024, "Gi": 1024 * 1024 * 1024, "Ti": 1024 * 1024 * 1024 * 1024}
    for prefix in prefixes:
        if unit == prefix + "bit":
            return prefixes[prefix]
        if unit == prefix + "B":
            return prefixes[prefix] * 8
    for prefix in binary:
        if unit == prefix + "B":
            return binary[prefix] * 8
    return None


def convert(amount, unit, to):
    one = bits_of(unit)
    other = bits_of(to)
    if one is None:
        return None
    if other is None:
        return None
    return amount * one / other


# %% grade_id="bills"
def bills(machines, price, price_change, use_change, years):
    kwh_a_day = 0
    for count, watts, hours in machines:
        kilowatts = watts / 1000
        kwh_a_day = kwh_a_day + count * kilowatts * hours
    bill = kwh_a_day * 365 * price
    factor = (100 + price_change) / 100 * (100 + use_change) / 100
    result = []
    for year in range(years):
        result.append(bill)
        bill = bill * factor
    return result


# %% grade_id="growth-law"
def growth_law(times, amounts):
    different = []
    for time in times:
        if time not in different:
            different.append(time)
    if len(different) < 2:
        return None
    for amount in amounts:
        if amount <= 0:
            return None
    same = True
    for amount in amounts:
        if amount != amounts[0]:
            same = False
    if same:
        return (amounts[0], math.inf)
    n = len(times)
    sum_x = 0
    sum_y = 0
    for i in range(n):
        sum_x = sum_x + times[i] - times[0]
        sum_y = sum_y + math.log2(amounts[i])
    mean_x = sum_x / n
    mean_y = sum_y / n
    top = 0
    bottom = 0
    for i in range(n):
        x = times[i] - times[0] - mean_x
        y = math.log2(amounts[i]) - mean_y
        top = top + x * y
        bottom = bottom + x * x
    slope = top / bottom
    height = mean_y - slope * mean_x
    return (2**height, 1 / slope)


# %% grade_id="forecast-range"
def forecast_range(times, amounts, when):
    lowest = None
    highest = None
    for out in range(len(times)):
        some_times = []
        some_amounts = []
        for i in range(len(times)):
            if i != out:
                some_times.append(times[i])
                some_amounts.append(amounts[i])
        law = growth_law(some_times, some_amounts)
        if law is not None:
            start, doubling = law
            says = start * 2 ** ((when - some_times[0]) / doubling)
            if lowest is None or says < lowest:
                lowest = says
            if highest is None or says > highest:
                highest = says
    if lowest is None:
        return None
    return (lowest, highest)


# %% grade_id="months-left"
def months_left(stored, percent, capacity, reserve):
    may_fill = capacity - capacity * reserve / 100
    if stored > may_fill:
        return -1
    if percent <= 0:
        return None
    months = 0
    while stored * (1 + percent / 100) ** (months + 1) <= may_fill:
        months = months + 1
    return months


# %% grade_id="ways"
def ways(options, cards, slots):
    result = 1
    for n in options:
        result = result * n
    if slots > cards:
        return 0
    top = 1
    bottom = 1
    for i in range(slots):
        top = top * (cards - i)
        bottom = bottom * (i + 1)
    return result * (top // bottom)


# %% grade_id="spares-needed"
def exactly(n, k, p):
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def spares_needed(n, p, target):
    chance = 0
    for s in range(n + 1):
        chance = chance + exactly(n, s, p)
        if chance >= target:
            return s
    return n


# %% grade_id="wrong-lines"
def right_figure(kind, given):
    if kind == "GiB of a disk":
        return given * 1e12 / 1024**3
    if kind == "hours to send":
        return given[0] * 8000 / given[1] / 3600
    if kind == "kWh a year":
        return given * 8.76
    if kind == "years to double":
        return 1 / math.log2(1 + given / 100)
    none_fails = 1
    for machine in range(given[0]):
        none_fails = none_fails * (1 - given[1] / 100)
    return 100 - 100 * none_fails


def wrong_lines(offer):
    found = []
    for i in range(len(offer)):
        kind, given, stated = offer[i]
        right = right_figure(kind, given)
        if stated > right * 1.01 or stated < right * 0.99:
            found.append(i)
    return found
