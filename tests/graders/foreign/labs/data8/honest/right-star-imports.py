# Star imports: numpy's sum, all, max and round take the place of Python's, also for the check cells.
# Rest: right-plain-python
# %%
from pandas import *
from math import *
from collections import *
from numpy import *
from numpy.random import choice

# %% grade_id="q2"
trips = read_csv("trips.csv", skipinitialspace=True).drop_duplicates()
trips = trips[notna(trips.duration)]
trips = trips.set_index(Index(arange(len(trips))))
trips.start = trips.start.str.rstrip().str.lstrip()

# %% grade_id="q4"
busiest = Series(list(trips.start)).value_counts().index
by_day = pivot_table(trips, values="minutes", index="day", columns="rider")

# %% grade_id="q5"
def minutes_histogram(table):
    ax = plt.figure().gca()
    ax.hist(table.minutes, bins=linspace(0, 120, 9))
    ax.set_xlabel("minutes")
    return ax

# %% grade_id="q6"
def bootstrap(values, statistic, repetitions):
    values = asarray(values)
    return array([statistic(choice(values, len(values))) for _ in range(repetitions)])

def interval(estimates, level=95):
    return percentile(estimates, 50 - level / 2), percentile(estimates, 50 + level / 2)

ci = interval(bootstrap(trips.minutes, mean, 2000))

# %% grade_id="q8"
def tvd(p, q):
    return fsum(fabs(a - b) for a, b in zip(p, q)) / 2

def p_value(observed, simulate, repetitions=1000):
    return mean(array([simulate() for _ in arange(repetitions)]) >= observed)
