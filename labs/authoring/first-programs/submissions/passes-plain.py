# Plain loops and names, the way the lessons write them.

# %% grade_id="yearly-rate"
def yearly_rate(start, end, years):
    if start <= 0:
        raise ValueError("start price is " + str(start))
    if end <= 0:
        raise ValueError("end price is " + str(end))
    if years <= 0:
        raise ValueError("years are " + str(years))
    growth = end / start
    return growth ** (1 / years) - 1


# %% grade_id="worst-fall"
def worst_fall(prices):
    peak = 0
    worst = 0.0
    place = None
    found = False
    for t in range(len(prices)):
        if prices[t] is not None:
            found = True
            if prices[t] > peak:
                peak = prices[t]
            fall = prices[t] / peak - 1
            if fall < worst:
                worst = fall
                place = t
    if not found:
        raise ValueError("no price")
    return worst, place


# %% grade_id="read-prices"
def read_prices(lines, company):
    result = []
    seen = []
    column = -1
    for i in range(len(lines)):
        line = lines[i]
        if line[0] == "#":
            pass
        elif column == -1:
            names = line.split(",")
            for j in range(1, len(names)):
                if names[j] == company:
                    column = j
            if column == -1:
                raise ValueError("there is no " + company)
        else:
            cells = line.split(",")
            if cells[column] != "":
                try:
                    price = float(cells[column])
                except ValueError:
                    raise ValueError("line " + str(i + 1) + " has " + cells[column])
                month = cells[0][:7]
                if month not in seen:
                    seen.append(month)
                    result.append((cells[0], price))
    return result


# %% grade_id="accepts"
def accepts(function):
    try:
        if function([]) != 0:
            return False
        if function([4]) != 0:
            return False
        if function([3, 5, 1, 2]) != 4:
            return False
        if function([1, 2, 9]) != 7:
            return False
        if function([9, 2, 1]) != 7:
            return False
        if function([-3, 3]) != 6:
            return False
        if function([1, 2, 9, 10, 9]) != 7:
            return False
    except Exception:
        return False
    return True


# %% grade_id="report"
def report(lines):
    for line in lines:
        if not line.startswith("#"):
            names = line.split(",")
            break
    rows = []
    for name in names[1:]:
        pairs = read_prices(lines, name)
        if len(pairs) >= 2:
            prices = []
            for date, price in pairs:
                prices.append(price)
            first = pairs[0][0]
            last = pairs[-1][0]
            months = (int(last[0:4]) - int(first[0:4])) * 12 + (int(last[5:7]) - int(first[5:7]))
            rows.append((worst_fall(prices)[0], name, months, yearly_rate(prices[0], prices[-1], months / 12)))
    rows.sort()
    return [(name, months, rate, fall) for fall, name, months, rate in rows]
