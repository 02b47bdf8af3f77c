# Replies of a size that should not be: long text, a broadcast array of 8 TB, an int of ten million digits.
# %% grade_id="clamp"
def clamp(value, low, high):
    return 1 << 40_000_000

# %% grade_id="tally"
def tally(words):
    return "x" * 300_000_000

# %% grade_id="standardise"
def standardise(x):
    return np.broadcast_to(np.float64(0.0), (10**6, 10**6))
