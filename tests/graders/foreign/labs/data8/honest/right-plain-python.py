# No pandas where it can be avoided: csv, dicts, statistics, random.
# %%
import csv
import random

# %% grade_id="q1"
total_area, bootstrap_gives, course = 1, 3, "Data " + str(8)
seconds_in_a_decade = 1
for factor in (10, 365, 24, 60, 60):
    seconds_in_a_decade *= factor

# %% grade_id="q2"
with open("trips.csv") as f:
    rows = list(csv.DictReader(f))
clean = []
for row in rows:
    row["trip"] = int(row["trip"])
    row["start"] = row["start"].strip()
    if row["duration"] != "" and row not in clean:
        clean.append(row)
trips = pd.DataFrame(clean)
trips.head()

# %% grade_id="q3"
def to_minutes(text):
    minutes = 0
    if "h" in text:
        hours, text = text.split("h")
        minutes = int(hours) * 60
    text = text.replace("m", "").strip()
    return minutes + (int(text) if text else 0)

def add_minutes(table):
    column = []
    for text in table["duration"]:
        column.append(to_minutes(text))
    table["minutes"] = column

add_minutes(trips)

# %% grade_id="q4"
how_many = {}
for name in trips["start"]:
    how_many[name] = how_many.get(name, 0) + 1
busiest = sorted(how_many, key=how_many.get, reverse=True)
cells = {}
for i in range(len(trips)):
    cells.setdefault((trips["day"][i], trips["rider"][i]), []).append(trips["minutes"][i])
by_day = pd.DataFrame(index=sorted(set(trips["day"])), columns=["casual", "member"], dtype=float)
for (day, rider), values in cells.items():
    by_day.loc[day, rider] = sum(values) / len(values)
by_day

# %% grade_id="q5"
def minutes_histogram(table):
    counted = [0] * 8
    for m in table["minutes"]:
        counted[min(int(m // 15), 7)] += 1
    fig = plt.figure()
    ax = fig.add_subplot()
    ax.bar([15 * i for i in range(8)], counted, width=15, align="edge")
    ax.set_xlabel("Minutes")
    return ax

# %% grade_id="q6"
def bootstrap(values, statistic, repetitions):
    values = list(values)
    out = []
    for _ in range(repetitions):
        out.append(statistic(random.choices(values, k=len(values))))
    return np.array(out)

def interval(estimates, level=95):
    ordered = sorted(estimates)
    cut = round((100 - level) / 200 * (len(ordered) - 1))
    return ordered[cut], ordered[-1 - cut]

ci = interval(bootstrap(trips["minutes"], lambda v: sum(v) / len(v), 2500))

# %% grade_id="q7"
def words(text):
    letters = "abcdefghijklmnopqrstuvwxyz'"
    kept = "".join(c if c in letters else " " for c in text.lower())
    return [w.strip("'") for w in kept.split() if w.strip("'")]

def counts(text):
    result = {}
    for w in words(text):
        result[w] = result.get(w, 0) + 1
    return result

def longest(text):
    best = ""
    for w in words(text):
        if len(w) > len(best):
            best = w
    return best

# %% grade_id="q8"
def tvd(p, q):
    return 0.5 * sum(abs(a - b) for a, b in zip(p, q))

def p_value(observed, simulate, repetitions=1000):
    hits = 0
    for _ in range(repetitions):
        if simulate() >= observed:
            hits += 1
    return hits / repetitions
