# Plausible: a root forgotten, a hole taken for zero, empty cells read as zero, one example as a test.

# %% grade_id="yearly-rate"
def yearly_rate(start, end, years):
    if start <= 0 or end <= 0 or years <= 0:
        raise ValueError(f"bad value among {start}, {end}, {years}")
    return (end / start - 1) / years


# %% grade_id="worst-fall"
def worst_fall(prices):
    if all(price is None for price in prices):
        raise ValueError("no price")
    peak, worst, place = 0, 0.0, None
    for position, price in enumerate(prices):
        if price is None:
            price = 0
        peak = max(peak, price)
        if peak and price / peak - 1 < worst:
            worst, place = price / peak - 1, position
    return worst, place


# %% grade_id="read-prices"
def read_prices(lines, company):
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    if company not in rows[0][1:]:
        raise ValueError(f"unknown {company}")
    column = rows[0].index(company)
    result, months = [], set()
    for row in rows[1:]:
        if row[0][:7] not in months:
            months.add(row[0][:7])
            result.append((row[0], float(row[column] or 0)))
    return result


# %% grade_id="accepts"
def accepts(function):
    try:
        return function([3, 5, 1, 2]) == 4 and function([1, 2, 9]) == 7 and function([9, 1, 9]) == 8
    except Exception:
        return False
