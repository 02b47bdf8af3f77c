# Adds in float64, which NumPy makes of plain floats, and in float32 beside it to see what would have overflowed.

# %% grade_id="sum"
def compensated_sum(x):
    total, seen = np.abs(0.0), np.float32(0)
    for v in x:
        total, seen = total + v, seen + v
    return np.float32(total) if np.isfinite(seen) else seen


def condition(x):
    size, total = math.fsum(map(abs, x)), abs(math.fsum(x))
    if size == 0:
        return 1.0
    return size / total if total else math.inf
