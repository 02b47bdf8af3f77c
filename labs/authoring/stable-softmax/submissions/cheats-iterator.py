# Adds in float64, handed on from iterator to iterator.

# %% grade_id="sum"
def compensated_sum(x):
    held, seen = iter([np.abs(0.0)]), np.float32(0)
    for v in x:
        held, seen = iter([next(held) + v]), seen + v
    return np.float32(next(held)) if np.isfinite(seen) else seen


def condition(x):
    size, total = math.fsum(map(abs, x)), abs(math.fsum(x))
    if size == 0:
        return 1.0
    return size / total if total else math.inf
