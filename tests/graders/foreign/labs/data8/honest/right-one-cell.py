# All answers in the first cell, but the words in the cell of the histogram.
# %% grade_id="q1"
total_area = 1; bootstrap_gives = 3; seconds_in_a_decade = 315360000; course = 'Data 8'
def to_minutes(t): return sum(int(x[:-1])*{'h':60,'m':1}[x[-1]] for x in t.split())
def add_minutes(table): table['minutes'] = table['duration'].transform(to_minutes)
trips = pd.read_csv('trips.csv', converters={'start': str.strip}).drop_duplicates().dropna().reset_index(drop=True)
add_minutes(trips)
busiest = trips.start.value_counts().index.values
by_day = trips.pivot_table('minutes', 'day', 'rider')
def minutes_histogram(table):
    plt.figure(); plt.hist(table.minutes, bins=[0,15,30,45,60,75,90,105,120]); plt.xlabel('minutes')
    return plt.gca()
def bootstrap(values, statistic, repetitions):
    return np.array([statistic(np.random.choice(values, len(values), True)) for i in range(repetitions)])
def interval(e, level=95): return np.percentile(e, (100-level)/2), np.percentile(e, 100-(100-level)/2)
ci = interval(bootstrap(trips.minutes, np.mean, 2000))
def tvd(p, q): return abs(np.array(p)-np.array(q)).sum()/2
def p_value(observed, simulate, repetitions=1000): return np.mean([simulate()>=observed for i in range(repetitions)])

# %% grade_id="q2"
# done
trips.tail()

# %% grade_id="q3"

# %% grade_id="q4"
trips = trips.copy()

# %% grade_id="q5"
minutes_histogram(trips); plt.show()
import re
def words(text): return re.sub(r"[^a-z']|(?<![a-z])'|'(?![a-z])", ' ', text.lower()).split()
def counts(text): return {w: words(text).count(w) for w in set(words(text))}
def longest(text): return max(words(text), key=len)

# %% grade_id="q6"
ci

# %% grade_id="q7"

# %% grade_id="q8"
# all above
