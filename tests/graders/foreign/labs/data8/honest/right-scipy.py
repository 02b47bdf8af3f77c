# Uses the library that does it: scipy's bootstrap idea, collections, string methods, functools.
# Rest: right-pandas
# %%
import collections
import functools
import re
import scipy.spatial.distance
import scipy.stats

# %% grade_id="q3"
@functools.lru_cache
def to_minutes(text):
    hours, minutes = re.fullmatch(r"(?:(\d+)h)?\s*(?:(\d+)m)?", text).groups(default="0")
    return 60 * int(hours) + int(minutes)

def add_minutes(table):
    table.loc[:, "minutes"] = table["duration"].map(to_minutes)

add_minutes(trips)

# %% grade_id="q4"
busiest = [name for name, _ in collections.Counter(trips.start).most_common()]
by_day = pd.crosstab(trips["day"], trips["rider"], values=trips["minutes"], aggfunc="mean")

# %% grade_id="q6"
def bootstrap(values, statistic, repetitions):
    values = np.asarray(values)
    n = len(values)
    return np.fromiter((statistic(values[scipy.stats.randint.rvs(0, n, size=n)]) for _ in range(repetitions)), dtype=float)

def interval(estimates, level=95):
    Pair = collections.namedtuple("Pair", "low high")
    return Pair(*scipy.stats.scoreatpercentile(estimates, [(100 - level) / 2, (100 + level) / 2]))

ci = interval(bootstrap(trips["minutes"], np.mean, 2000))

# %% grade_id="q7"
WORD = re.compile(r"[a-z]+(?:'[a-z]+)*", re.IGNORECASE)

def words(text):
    return [match[0].lower() for match in WORD.finditer(text)]

def counts(text):
    return collections.Counter(words(text))

def longest(text):
    return functools.reduce(lambda a, b: b if len(b) > len(a) else a, words(text))

# %% grade_id="q8"
def tvd(p, q):
    return scipy.spatial.distance.cityblock(np.array(p), np.array(q)) / 2

def p_value(observed, simulate, repetitions=1000):
    return np.count_nonzero(np.array([simulate() for i in range(repetitions)]) >= observed) / repetitions
