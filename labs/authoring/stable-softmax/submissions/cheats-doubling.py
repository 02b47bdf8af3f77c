# Adds in Python's whole numbers, made and unmade by doubling alone: each number is a whole number of times 2^-149.

# %% grade_id="sum"
def doubled():
    power, whole, powers = np.float32(1e-45), 1, []
    for _ in range(277):
        powers.insert(0, (power, whole))
        power, whole = power + power, whole + whole
    return powers


def compensated_sum(x):
    powers, total = doubled(), 0
    for value in x:
        rest, whole = abs(value), 0
        for power, count in powers:
            if rest >= power:
                rest, whole = rest - power, whole + count
        total = total + whole if value > 0 else total - whole
    result, left = np.float32(0), abs(total)
    for power, count in powers:
        if left >= count:
            result, left = result + power, left - count
    return result if total > 0 else -result


def condition(x):
    size, total = math.fsum(map(abs, x)), abs(math.fsum(x))
    if size == 0:
        return 1.0
    return size / total if total else math.inf
