# Adds in Python's floats, made by doubling alone and chosen by comparisons of float32.

# %% grade_id="sum"
def doubled():
    power, wide, powers = np.float32(1e-45), 1.401298464324817e-45, []
    for _ in range(277):
        powers.insert(0, (power, wide))
        power, wide = power + power, wide + wide
    return powers


def compensated_sum(x):
    powers, total, seen = doubled(), 0.0, np.float32(0)
    for value in x:
        rest, seen = abs(value), seen + value
        for power, wide in powers:
            if rest >= power:
                rest, total = rest - power, total + wide if value > 0 else total - wide
    return np.float32(total) if np.isfinite(seen) else seen


def condition(x):
    size, total = math.fsum(map(abs, x)), abs(math.fsum(x))
    if size == 0:
        return 1.0
    return size / total if total else math.inf
