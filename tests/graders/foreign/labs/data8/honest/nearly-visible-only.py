# Passes what can be seen: misses the hidden side of the hash, the index and the words' apostrophes.
# Rest: right-pandas
# %% grade_id="q1"
total_area = 1
bootstrap_gives = 4
seconds_in_a_decade = 3.156e8
course = "DATA 8"

# %% grade_id="q2"
trips = pd.read_csv("trips.csv").drop_duplicates().dropna()
trips["start"] = trips["start"].str.strip()

# %% grade_id="q7"
def words(text):
    return text.lower().replace(",", "").replace("'", "").replace("!", "").split()

def counts(text):
    return pd.Series(words(text)).value_counts()

def longest(text):
    return max(words(text), key=len)
