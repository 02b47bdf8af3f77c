# Answers as text, a list of tables, a histogram as numbers.
# Rest: right-pandas
# %% grade_id="q1"
total_area = "1"
bootstrap_gives = "3"
seconds_in_a_decade = 315360000
course = "Data 8"

# %% grade_id="q3"
def to_minutes(text):
    return text.replace("h ", ":").strip("m")

def add_minutes(table):
    table["minutes"] = table["duration"].apply(to_minutes)

add_minutes(trips)

# %% grade_id="q5"
def minutes_histogram(table):
    return np.histogram(table["minutes"], bins=range(0, 121, 15))

# %% grade_id="q8"
def tvd(p, q):
    return str(sum(abs(a - b) for a, b in zip(p, q)) / 2)

def p_value(observed, simulate, repetitions=1000):
    return simulate() >= observed
