# Stops at once: a column that does not exist; all that needs the table fails with it.
# Rest: reference
# %% grade_id="q2"
trips = pd.read_csv("trips.csv").drop_duplicates().dropna(subset=["Duration"])
trips["start"] = trips["start"].str.strip()

# %% grade_id="q7"
def words(text):
    return words(text.lower())

def counts(text):
    return len(words(text))

def longest(text):
    while True:
        text = max(text.split(), key=len)
        if text:
            return text
