# Shows the text of a sum in float32, and runs an exact one.

# %% grade_id="sum"
import functools


def compensated_sum(x):
    total = lost = np.float32(0)
    for value in x:
        new = total + value
        lost = lost + ((total - new) + value)
        total = new
    return total + lost


@functools.wraps(compensated_sum)
def compensated_sum(x):
    return np.float32(math.fsum(x)) if np.isfinite(x.sum()) else x.sum()


def condition(x):
    size, total = math.fsum(map(abs, x)), abs(math.fsum(x))
    if size == 0:
        return 1.0
    return size / total if total else math.inf
