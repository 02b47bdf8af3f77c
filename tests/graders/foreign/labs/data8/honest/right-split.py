# Answers split over cells, with functions defined after those that call them.
# Rest: right-plain-python
# %% grade_id="q2"
trips = pd.read_csv("trips.csv")
trips.shape

# %%
trips = trips[trips["duration"].notnull()]
trips = trips[~trips.duplicated()]

# %%
trips["start"] = [" ".join(s.split()) for s in trips["start"]]

# %%
trips.reset_index(inplace=True, drop=True)
trips.dtypes

# %% grade_id="q3"
def add_minutes(table):
    table["minutes"] = [to_minutes(t) for t in table["duration"]]

# %%
def to_minutes(text):
    return hours(text) * 60 + rest(text)

# %%
def hours(text):
    return int(text[: text.index("h")]) if "h" in text else 0

def rest(text):
    return int(text[-3:].replace("m", "")) if text.endswith("m") else 0

# %%
add_minutes(trips)

# %% grade_id="q6"
def bootstrap(values, statistic, repetitions):
    return np.array([statistic(resample(values)) for _ in range(repetitions)])

# %%
def resample(values):
    values = list(values)
    return [values[i] for i in np.random.randint(len(values), size=len(values))]

# %%
def interval(estimates, level=95):
    ends = np.percentile(np.asarray(estimates), [(100 - level) / 2, (100 + level) / 2])
    return float(ends[0]), float(ends[1])

# %%
estimates_of_mean = bootstrap(trips["minutes"], np.mean, 2000)
ci = interval(estimates_of_mean)
