# Takes what each addition lost from a float64 that stands inside one expression, in no variable.

# %% grade_id="sum"
def compensated_sum(x):
    total = lost = np.float32(0)
    for v in x:
        new = total + v
        if np.abs(0.0) + total + v > new or np.abs(0.0) + total + v < new:
            lost = lost + np.float32(np.abs(0.0) + total + v - new)
        total = new
    return total + lost


def condition(x):
    size, total = math.fsum(map(abs, x)), abs(math.fsum(x))
    if size == 0:
        return 1.0
    return size / total if total else math.inf
