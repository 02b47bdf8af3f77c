# Library warnings while it is checked (a chained assignment, a divide, a deprecation): on stderr.
# Rest: right-pandas
# %% grade_id="q3"
import warnings

def to_minutes(text):
    total = 0
    for part in text.split():
        total += int(part[:-1]) * (60 if part[-1] == "h" else 1)
    return total

def add_minutes(table):
    if "minutes" not in table:
        warnings.warn("adding the column minutes", UserWarning)
    table["minutes"] = [to_minutes(t) for t in table["duration"]]

add_minutes(trips)

# %% grade_id="q8"
def tvd(p, q):
    p, q = np.array(p, dtype=float), np.array(q, dtype=float)
    relative = np.abs(p - q) / np.where(p > 0, p, 0)
    return np.nansum(np.where(p > 0, relative * p, q)) / 2

def p_value(observed, simulate, repetitions=1000):
    return sum(simulate() >= observed for _ in range(repetitions)) / repetitions
