# Plausible: everything is printed and nothing returned.

# %% grade_id="yearly-rate"
def yearly_rate(start, end, years):
    print((end / start) ** (1 / years) - 1)


# %% grade_id="worst-fall"
def worst_fall(prices):
    print(min(prices))


# %% grade_id="read-prices"
def read_prices(lines, company):
    for line in lines:
        print(line)


# %% grade_id="accepts"
def accepts(function):
    print(function([3, 5, 1, 2]) == 4)


# %% grade_id="report"
def report(lines):
    print(lines)
