# Arrays: genfromtxt, unique, histogram, numpy's new random generator, numpy scalars everywhere.
# Rest: right-pandas
# %% grade_id="q1"
total_area = np.float64(1)
bootstrap_gives = np.int64(3)
seconds_in_a_decade = np.prod(np.array([10, 365, 24, 60, 60]))
course = np.str_("Data 8")

# %% grade_id="q2"
raw = np.genfromtxt("trips.csv", delimiter=",", dtype=str, skip_header=1)
raw = np.char.strip(raw)
_, first = np.unique(raw, axis=0, return_index=True)
raw = raw[np.sort(first)]
raw = raw[raw[:, 3] != ""]
trips = pd.DataFrame(raw, columns=["trip", "day", "start", "duration", "rider"])
trips["trip"] = trips["trip"].astype(int)
trips

# %% grade_id="q3"
def to_minutes(text):
    parts = np.array(text.replace("h", "h ").split())
    units = np.array([60 if p[-1] == "h" else 1 for p in parts])
    return np.dot(units, [int(p[:-1]) for p in parts])

def add_minutes(table):
    table.insert(len(table.columns), "minutes", np.vectorize(to_minutes)(table["duration"].to_numpy()))

add_minutes(trips)

# %% grade_id="q4"
names, numbers = np.unique(trips["start"].to_numpy(dtype=str), return_counts=True)
busiest = names[np.argsort(-numbers)]
days, riders = np.unique(trips["day"].to_numpy(str)), np.unique(trips["rider"].to_numpy(str))
m = trips["minutes"].to_numpy()
by_day = pd.DataFrame([[m[(trips["day"] == d) & (trips["rider"] == r)].mean() for r in riders] for d in days], days, riders)
by_day

# %% grade_id="q6"
rng = np.random.default_rng()

def bootstrap(values, statistic, repetitions):
    values = np.array(values)
    table = rng.choice(values, size=(repetitions, len(values)), replace=True)
    return np.apply_along_axis(statistic, 1, table)

def interval(estimates, level=95):
    return np.quantile(estimates, [0.5 - level / 200, 0.5 + level / 200])

ci = interval(bootstrap(trips["minutes"], np.mean, 3000))

# %% grade_id="q7"
def words(text):
    return np.array("".join(c if c.isalpha() or c == "'" else " " for c in text.lower()).replace("' ", " ").replace(" '", " ").split())

def counts(text):
    return dict(zip(*np.unique(words(text), return_counts=True)))

def longest(text):
    w = words(text)
    return w[np.argmax(np.char.str_len(w))]
