# Plausible: the fall is measured from the first price; lines are counted without the comments; months counted as prices.

# %% grade_id="yearly-rate"
def yearly_rate(start, end, years):
    if min(start, end, years) <= 0:
        raise ValueError(f"not greater than zero: {min(start, end, years)}")
    return (end / start) ** (1 / years) - 1


# %% grade_id="worst-fall"
def worst_fall(prices):
    first = None
    worst, place = 0.0, None
    for position, price in enumerate(prices):
        if price is None:
            continue
        if first is None:
            first = price
        if price / first - 1 < worst:
            worst, place = price / first - 1, position
    if first is None:
        raise ValueError("no price")
    return worst, place


# %% grade_id="read-prices"
def read_prices(lines, company):
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    if company not in rows[0][1:]:
        raise ValueError(f"unknown {company}")
    column = rows[0].index(company)
    result, months = [], set()
    for number, row in enumerate(rows[1:], start=2):
        if row[column]:
            try:
                price = float(row[column])
            except ValueError:
                raise ValueError(f"line {number}: {row[column]}")
            if row[0][:7] not in months:
                months.add(row[0][:7])
                result.append((row[0], price))
    return result


# %% grade_id="accepts"
def accepts(function):
    for values, right in [([3, 5, 1, 2], 4), ([1, 2, 9], 7), ([9, 1, 9], 8), ([1, 9, 2, 1, 0], 8), ([-5, 5], 10)]:
        if function(values) != right:
            return False
    return True


# %% grade_id="report"
def report(lines):
    names = next(line for line in lines if not line.startswith("#")).split(",")[1:]
    rows = []
    for name in names:
        pairs = read_prices(lines, name)
        if len(pairs) > 1:
            months = len(pairs)
            prices = [price for _, price in pairs]
            rows.append((name, months, yearly_rate(prices[0], prices[-1], months / 12), worst_fall(prices)[0]))
    return sorted(rows, key=lambda row: row[3])
