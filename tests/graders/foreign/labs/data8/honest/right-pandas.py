# Chains of pandas methods, the way of the pandas documentation.
# %% grade_id="q1"
total_area = 1.0
bootstrap_gives = 3
seconds_in_a_decade = 3650 * 86_400
course = "Data 8"

# %% grade_id="q2"
trips = (
    pd.read_csv("trips.csv")
    .assign(start=lambda t: t["start"].str.strip())
    .drop_duplicates("trip")
    .query("duration.notna()")
    .reset_index(drop=True)
)
trips.head()

# %% grade_id="q3"
def to_minutes(text):
    return int(pd.to_timedelta(text).total_seconds() // 60)

def add_minutes(table):
    table["minutes"] = pd.to_timedelta(table["duration"]).dt.total_seconds().div(60).round().astype("int64")

add_minutes(trips)

# %% grade_id="q4"
busiest = list(trips.groupby("start")["trip"].count().sort_values(ascending=False).index)
by_day = trips.groupby(["day", "rider"])["minutes"].mean().unstack()
by_day.style.format("{:.1f}")

# %% grade_id="q5"
def minutes_histogram(table):
    ax = table["minutes"].plot.hist(bins=range(0, 121, 15), xlabel="minutes")
    ax.set_xlabel("minutes")
    return ax

minutes_histogram(trips);

# %% grade_id="q6"
def bootstrap(values, statistic, repetitions):
    series = pd.Series(np.asarray(values))
    return np.array([statistic(series.sample(frac=1, replace=True)) for _ in range(repetitions)])

def interval(estimates, level=95):
    tail = (100 - level) / 200
    return tuple(pd.Series(estimates).quantile([tail, 1 - tail]))

ci = interval(bootstrap(trips.minutes, np.mean, 2000))

# %% grade_id="q7"
def words(text):
    return pd.Series([text.lower()]).str.findall(r"[a-z]+(?:'[a-z]+)*").iloc[0]

def counts(text):
    return pd.Series(words(text)).value_counts()

def longest(text):
    found = pd.Series(words(text))
    return found[found.str.len().idxmax()]

# %% grade_id="q8"
def tvd(p, q):
    return pd.Series(np.array(p)).sub(np.array(q)).abs().sum() / 2

def p_value(observed, simulate, repetitions=1000):
    return pd.Series([simulate() for _ in range(repetitions)]).ge(observed).mean()
