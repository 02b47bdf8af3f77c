# Wraps tables and texts in classes of its own.
# Rest: right-plain-python
# %% grade_id="q2"
class Table(pd.DataFrame):
    """A data frame with methods of its own."""

    @property
    def _constructor(self):
        return Table

    def stripped(self, column):
        self[column] = [text.strip() for text in self[column]]
        return self

    def where_given(self, column):
        return self[self[column].notnull()]

    def numbered(self):
        self.index = range(len(self))
        return self

trips = Table(pd.read_csv("trips.csv")).drop_duplicates().where_given("duration").copy().stripped("start").numbered()

# %% grade_id="q3"
class Duration:
    def __init__(self, text):
        self.hours = self.minutes = 0
        for part in text.split():
            setattr(self, {"h": "hours", "m": "minutes"}[part[-1]], int(part[:-1]))

    def __int__(self):
        return self.hours * 60 + self.minutes

def to_minutes(text):
    return int(Duration(text))

def add_minutes(table):
    table["minutes"] = [int(d) for d in map(Duration, table["duration"])]

add_minutes(trips)

# %% grade_id="q6"
class Bootstrap:
    def __init__(self, values, statistic):
        self.values, self.statistic = np.asarray(values), statistic

    def __iter__(self):
        return self

    def __next__(self):
        return self.statistic(self.values[np.random.randint(0, len(self.values), len(self.values))])

def bootstrap(values, statistic, repetitions):
    return np.array([estimate for _, estimate in zip(range(repetitions), Bootstrap(values, statistic))])

class Interval(tuple):
    def __new__(cls, low, high):
        return super().__new__(cls, (low, high))

    @property
    def width(self):
        return self[1] - self[0]

def interval(estimates, level=95):
    return Interval(*np.percentile(estimates, [50 - level / 2, 50 + level / 2]))

ci = interval(bootstrap(trips["minutes"], np.mean, 2000))
print(ci.width)

# %% grade_id="q7"
class Text(str):
    def words(self):
        import re
        return re.findall("[a-z']*[a-z]", re.sub("(?<![a-z])'", " ", self.lower()))

class Count(dict):
    def __missing__(self, key):
        return 0

def words(text):
    return Text(text).words()

def counts(text):
    c = Count()
    for w in words(text):
        c[w] += 1
    return c

longest = lambda text: sorted(words(text), key=len, reverse=True)[0]
