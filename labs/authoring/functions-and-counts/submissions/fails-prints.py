# Plausible: right ideas in places, but printed and not returned.

# %% grade_id="convert"
def convert(amount, unit, to):
    print(amount * 1000)


# %% grade_id="bills"
def bills(machines, price, price_change, use_change, years):
    for count, watts, hours in machines:
        print(count * watts * hours * 365 / 1000 * price)


# %% grade_id="growth-law"
def growth_law(times, amounts):
    print(amounts[-1] / amounts[0])


# %% grade_id="months-left"
def months_left(stored, percent, capacity, reserve):
    print(capacity / stored)


# %% grade_id="ways"
def ways(options, cards, slots):
    print(options, math.comb(cards, slots))


# %% grade_id="spares-needed"
def spares_needed(n, p, target):
    print(n * p)


# %% grade_id="wrong-lines"
def wrong_lines(offer):
    print([])
