# Adds in Python's whole numbers below 2^31, twelve of them for one sum, made by doubling alone.

# %% grade_id="sum"
def doubled():
    power, powers = np.float32(1e-45), []
    for place in range(12):
        whole = 1
        for _ in range(24):
            if np.isfinite(power):
                powers.insert(0, (power, place, whole))
                power, whole = power + power, whole + whole
    return powers


def carried(digits, full):
    for place in range(12):
        while digits[place] >= full:
            digits[place], digits[place + 1] = digits[place] - full, digits[place + 1] + 1
        while digits[place] < 0:
            digits[place], digits[place + 1] = digits[place] + full, digits[place + 1] - 1
    return digits


def compensated_sum(x):
    powers, digits, seen, full = doubled(), [0 for _ in range(13)], np.float32(0), 16777216
    for value in x:
        rest, seen = abs(value), seen + value
        for power, place, whole in powers:
            if rest >= power:
                rest = rest - power
                digits[place] += whole if value > 0 else -whole
    sign = carried(digits, full)[12]
    if sign < 0:
        carried([-digit for digit in digits], full)
        digits = carried([-digit for digit in digits], full)
    result = np.float32(0)
    for power, place, whole in powers:
        if digits[place] >= whole:
            result, digits[place] = result + power, digits[place] - whole
    return seen if not np.isfinite(seen) else -result if sign < 0 else result


def condition(x):
    size, total = math.fsum(map(abs, x)), abs(math.fsum(x))
    if size == 0:
        return 1.0
    return size / total if total else math.inf
