# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # Homework 5: Bicycles, letters and the bootstrap
#
# **Reading**: chapters on tables, visualisation, randomness and estimation. Right answers pass all tests; passing the
# visible tests does not mean that an answer is right. Replace each `...`. Do not change names that are given.

# %% nbgrader={"grade_id": "setup", "locked": true}
# %matplotlib inline
import hashlib

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

plt.style.use("fivethirtyeight")

# %% [markdown] id="1-before-you-compute"
# ## 1. Before you compute
#
# **Question 1.1.** A histogram with `density=True` has bars whose *areas* add up to which number? Set `total_area`.
#
# **Question 1.2.** Which of these does the bootstrap give? Set `bootstrap_gives` to 1, 2, 3 or 4. (1) more data about the
# population, (2) the bias of the measuring device, (3) how an estimate would vary over samples, (4) the population's mean.
#
# **Question 1.3.** Set `seconds_in_a_decade` to the number of seconds in ten years of 365 days, and `course` to the
# text `Data 8`.

# %% nbgrader={"grade_id": "q1", "solution": true}
### BEGIN SOLUTION
total_area = 1
bootstrap_gives = 3
seconds_in_a_decade = 10 * 365 * 24 * 60 * 60
course = "Data 8"
### END SOLUTION

# %% nbgrader={"grade_id": "check_q1", "grade": true, "points": 2}
assert total_area == 1
assert bootstrap_gives in {1, 2, 3, 4}, "choose 1, 2, 3 or 4"
assert isinstance(course, str) and len(course) == 6
assert 3e8 < seconds_in_a_decade < 4e8
### BEGIN HIDDEN TESTS
assert hashlib.md5(str(int(bootstrap_gives)).encode()).hexdigest() == "eccbc87e4b5ce2fe28308fd9f2a7baf3"
assert hashlib.md5(course.lower().encode()).hexdigest() == hashlib.md5(b"data 8").hexdigest()
assert seconds_in_a_decade == 315360000
### END HIDDEN TESTS

# %% [markdown] id="2-a-table-with-faults"
# ## 2. A table with faults
#
# `trips.csv` has a row for each rented bicycle. **Question 2.** Make the table `trips` from it: rows that stand there twice
# only once, rows without a duration left out, the spaces around the names of stations (`start`) taken away; rows in the
# order of the file and numbered 0, 1, 2, ... by the index; all five columns in their order.

# %% nbgrader={"grade_id": "q2", "solution": true}
### BEGIN SOLUTION
trips = pd.read_csv("trips.csv").drop_duplicates().dropna(subset=["duration"]).reset_index(drop=True)
trips["start"] = trips["start"].str.strip()
### END SOLUTION
trips.head()

# %% nbgrader={"grade_id": "check_q2", "grade": true, "points": 2}
assert isinstance(trips, pd.DataFrame)
assert list(trips.columns)[:5] == ["trip", "day", "start", "duration", "rider"]
assert len(trips) == 38
assert trips.shape[0] == trips["trip"].nunique()
assert trips["duration"].isna().sum() == 0
assert set(trips["start"]) == {"Harbour", "Old Town", "University", "Park"}

# %% nbgrader={"grade_id": "check_q2_hidden", "grade": true, "points": 1}
### BEGIN HIDDEN TESTS
_raw = pd.read_csv("trips.csv").drop_duplicates().dropna(subset=["duration"]).reset_index(drop=True)
_raw["start"] = _raw["start"].str.strip()
pd.testing.assert_frame_equal(trips[list(_raw.columns)], _raw, check_dtype=False)
assert trips.index.tolist() == list(range(38))
assert trips.loc[0, "trip"] == 1 and trips.iloc[-1]["trip"] == 40
assert (trips["trip"].diff().dropna() > 0).all()
### END HIDDEN TESTS

# %% [markdown] id="3-strings-into-numbers"
# ## 3. Strings into numbers
#
# **Question 3.1.** Write `to_minutes(text)`: `"1h 05m"` is 65, `"7m"` is 7, `"2h"` is 120. **Question 3.2.** Write
# `add_minutes(table)` which adds a column `minutes` to the given table itself and returns nothing, then call it on `trips`.

# %% nbgrader={"grade_id": "q3", "solution": true}
def to_minutes(text):
    """Return a duration as a whole number of minutes."""
    ### BEGIN SOLUTION
    total = 0
    for part in text.split():
        total += int(part[:-1]) * (60 if part.endswith("h") else 1)
    return total
    ### END SOLUTION


def add_minutes(table):
    """Add the column minutes to the table."""
    ### BEGIN SOLUTION
    table["minutes"] = table["duration"].apply(to_minutes)
    ### END SOLUTION


add_minutes(trips)

# %% nbgrader={"grade_id": "check_to_minutes", "grade": true, "points": 1}
for text, minutes in [("1h 05m", 65), ("7m", 7), ("2h", 120), ("10h 59m", 659)]:
    assert to_minutes(text) == minutes, f"{text} is {minutes}, not {to_minutes(text)}"

# %% nbgrader={"grade_id": "check_add_minutes", "grade": true, "points": 2}
small = pd.DataFrame({"duration": ["1h 00m", "3m"]}, index=[5, 9])
same = small
assert add_minutes(small) is None
assert small is same and "minutes" in small.columns, "the table itself should change"
assert small["minutes"].tolist() == [60, 3]
assert np.issubdtype(trips["minutes"].dtype, np.number)
### BEGIN HIDDEN TESTS
assert trips["minutes"].sum() == sum(int(h) * 60 + int(m) for h, m in trips["duration"].str.extract(r"(?:(\d+)h )?(\d+)m").fillna("0").values)
assert small.index.tolist() == [5, 9] and list(small["duration"]) == ["1h 00m", "3m"]
### END HIDDEN TESTS

# %% [markdown] id="4-groups"
# ## 4. Groups
#
# **Question 4.1.** Set `busiest` to the list of the stations' names from the one with most trips to the one with fewest.
# **Question 4.2.** Make `by_day`, a table of the **mean** minutes with a row for each day and a column for each kind of
# rider.

# %% nbgrader={"grade_id": "q4", "solution": true}
### BEGIN SOLUTION
busiest = trips["start"].value_counts().index.tolist()
by_day = trips.pivot_table(index="day", columns="rider", values="minutes", aggfunc="mean")
### END SOLUTION
by_day

# %% nbgrader={"grade_id": "check_busiest", "grade": true, "points": 1}
assert len(busiest) == 4
assert sorted(busiest) == ["Harbour", "Old Town", "Park", "University"]
counts = trips.groupby("start").size()
assert all(counts[a] >= counts[b] for a, b in zip(busiest, busiest[1:]))

# %% nbgrader={"grade_id": "check_by_day", "grade": true, "points": 1}
assert by_day.shape == (5, 2)
assert sorted(by_day.index) == ["Mon", "Sat", "Sun", "Tue", "Wed"]
### BEGIN HIDDEN TESTS
for (day, rider), group in trips.groupby(["day", "rider"]):
    assert np.isclose(by_day.loc[day, rider], group["minutes"].mean())
### END HIDDEN TESTS

# %% [markdown] id="5-a-histogram"
# ## 5. A histogram
#
# **Question 5.** Write `minutes_histogram(table)`: draw a histogram of the minutes with the bins 0, 15, 30, ..., 120,
# horizontal axis labelled `minutes`, and return the Axes.

# %% nbgrader={"grade_id": "q5", "solution": true}
def minutes_histogram(table):
    """Draw the histogram and return its Axes."""
    ### BEGIN SOLUTION
    fig, ax = plt.subplots()
    ax.hist(table["minutes"], bins=np.arange(0, 121, 15))
    ax.set_xlabel("minutes")
    return ax
    ### END SOLUTION


minutes_histogram(trips);

# %% nbgrader={"grade_id": "check_histogram", "grade": true, "points": 2}
ax = minutes_histogram(trips)
assert isinstance(ax, matplotlib.axes.Axes), "return the Axes"
assert ax.get_xlabel().lower() == "minutes"
bars = [patch for patch in ax.patches if patch.get_width() > 0]
assert len(bars) == 8, "eight bins, please"
heights = np.array([bar.get_height() for bar in bars])
expected_counts, edges = np.histogram(trips["minutes"], bins=np.arange(0, 121, 15))
assert np.allclose(heights / heights.sum(), expected_counts / expected_counts.sum())
assert np.allclose([bar.get_x() for bar in bars], edges[:-1])
plt.close("all")

# %% [markdown] id="6-the-bootstrap"
# ## 6. The bootstrap
#
# **Question 6.1.** Write `bootstrap(values, statistic, repetitions)`: an array of the statistic of that many resamples, each
# drawn with replacement and as long as `values`. **Question 6.2.** Write `interval(estimates, level=95)`: a pair, the
# middle `level` per cent of the estimates. **Question 6.3.** Set `ci` to the 95 % interval of the mean minutes of `trips`
# from at least 2000 repetitions.

# %% nbgrader={"grade_id": "q6", "solution": true}
def bootstrap(values, statistic, repetitions):
    """Return an array of bootstrap estimates."""
    ### BEGIN SOLUTION
    values = np.asarray(values)
    return np.array([statistic(np.random.choice(values, len(values))) for _ in range(repetitions)])
    ### END SOLUTION


def interval(estimates, level=95):
    """Return the two ends of the middle level per cent."""
    ### BEGIN SOLUTION
    rest = (100 - level) / 2
    return np.percentile(estimates, rest), np.percentile(estimates, 100 - rest)
    ### END SOLUTION


### BEGIN SOLUTION
ci = interval(bootstrap(trips["minutes"], np.mean, 2000))
### END SOLUTION

# %% nbgrader={"grade_id": "check_bootstrap", "grade": true, "points": 2}
np.random.seed(8)
sizes = []
def largest(sample):
    sizes.append(len(sample))
    return max(sample)
estimates = bootstrap(np.arange(10), largest, 300)
assert isinstance(estimates, np.ndarray) and estimates.shape == (300,)
assert set(sizes) == {10} and len(sizes) == 300, "each resample is as long as the sample"
assert estimates.max() <= 9 and len(np.unique(estimates)) > 1, "with replacement"
### BEGIN HIDDEN TESTS
means = bootstrap(pd.Series(np.arange(100.0), index=np.arange(100) + 7), np.mean, 400)
assert abs(means.mean() - 49.5) < 1 and 2 < means.std() < 4
assert not np.array_equal(bootstrap([1, 2, 3, 4, 5, 6, 7, 8], np.sum, 50), bootstrap([1, 2, 3, 4, 5, 6, 7, 8], np.sum, 50))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "check_interval", "grade": true, "points": 2}
left, right = interval(np.arange(1001), level=90)
assert abs(left - 50) <= 1 and abs(right - 950) <= 1
assert len(ci) == 2 and ci[0] < ci[1]
### BEGIN HIDDEN TESTS
assert ci[0] < trips["minutes"].mean() < ci[1]
assert 4 < ci[1] - ci[0] < 25
low, high = interval([5.0, 1.0, 3.0, 2.0, 4.0] * 100)
assert low == 1 and high == 5
### END HIDDEN TESTS

# %% [markdown] id="7-words"
# ## 7. Words
#
# **Question 7.** `words(text)` returns the words in lower case, in order: letters and apostrophes within a word count
# (`don't`), all else separates. `counts(text)` returns how often each word occurs, so that `counts(text)["the"]` is a
# number. `longest(text)` returns the longest word, the first of several. One point for each.

# %% nbgrader={"grade_id": "q7", "solution": true}
### BEGIN SOLUTION
import re
from collections import Counter


def words(text):
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def counts(text):
    return Counter(words(text))


def longest(text):
    return max(words(text), key=len)
### END SOLUTION

# %% nbgrader={"grade_id": "check_words", "grade": true, "points": 3}
points = 0
with open("letter.txt") as file:
    letter = file.read()
try:
    assert list(words("The boats, 'late'; don't!")) == ["the", "boats", "late", "don't"]
    assert len(words(letter)) == 61, len(words(letter))
    points += 1
except Exception as problem:
    print("words:", repr(problem))
try:
    assert counts("a b a")["a"] == 2
    assert counts(letter)["sea"] == 3 and counts(letter)["sea's"] == 1
    assert sum(dict(counts(letter)).values()) == 61
    points += 1
except Exception as problem:
    print("counts:", repr(problem))
try:
    assert longest("a bb cc") == "bb"
    assert longest(letter) == "harbour"
    points += 1
except Exception as problem:
    print("longest:", repr(problem))
points

# %% [markdown] id="8-a-test-of-a-hypothesis"
# ## 8. A test of a hypothesis
#
# **Question 8.1.** `tvd(p, q)`: the total variation distance of two distributions, half the sum of the absolute
# differences. **Question 8.2.** `p_value(observed, simulate, repetitions=1000)` calls `simulate()` that many times and returns
# which part of the results is at least as large as the observed one.

# %% nbgrader={"grade_id": "q8", "solution": true}
def tvd(p, q):
    """Return the total variation distance."""
    ### BEGIN SOLUTION
    return np.abs(np.asarray(p) - np.asarray(q)).sum() / 2
    ### END SOLUTION


def p_value(observed, simulate, repetitions=1000):
    """Return the empirical P-value."""
    ### BEGIN SOLUTION
    return np.mean([simulate() >= observed for _ in range(repetitions)])
    ### END SOLUTION

# %% nbgrader={"grade_id": "check_tvd", "grade": true, "points": 1}
assert round(tvd([0.5, 0.5], [0.2, 0.8]), 6) == 0.3
assert tvd(np.array([1, 0, 0]), np.array([0, 0, 1])) == 1
### BEGIN HIDDEN TESTS
days = trips["day"].value_counts(normalize=True)
assert tvd(days, days) == 0
assert np.isclose(tvd([0.1, 0.2, 0.7], (0.3, 0.3, 0.4)), 0.3)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "check_p_value", "grade": true, "points": 1}
results = iter([1, 2, 3, 4] * 25)
assert p_value(3, lambda: next(results), 100) == 0.5
assert next(results, "empty") == "empty", "simulate has to be called exactly 100 times"
assert p_value(0, lambda: 0) == 1 and p_value(1, lambda: 0) == 0
