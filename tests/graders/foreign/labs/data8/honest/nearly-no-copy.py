# Adds the column to a copy, and forgets the upper end of the interval's level.
# Rest: right-plain-python
# %% grade_id="q3"
def to_minutes(text):
    return sum(int(p[:-1]) * (60 if p[-1] == "h" else 1) for p in text.split())

def add_minutes(table):
    table = table.copy()
    table["minutes"] = table["duration"].apply(to_minutes)
    return table

trips = add_minutes(trips)

# %% grade_id="q6"
def bootstrap(values, statistic, repetitions):
    estimates = []
    for i in range(repetitions):
        estimates.append(statistic(np.random.choice(list(values), len(values))))
    return estimates

def interval(estimates, level=95):
    return np.percentile(estimates, 100 - level), np.percentile(estimates, level)

ci = interval(bootstrap(trips["minutes"], np.mean, 2000))
