# Values at the edge of what data is: lone surrogates, NUL, NaN keys, object arrays, negative strides, odd dtypes.
# %% grade_id="clamp"
calls = []


def clamp(value, low, high):
    calls.append(1)
    odd = ["\ud800", "\0", float("nan"), {float("nan"): 1}, b"\xff", 1j, ..., NotImplemented, int, object(), clamp]
    odd += [memoryview(b"1"), range(10**12), slice(1), frozenset([frozenset()]), {(): ()}, 10**5000]
    return odd[len(calls) % len(odd)]

# %% grade_id="standardise"
def standardise(x):
    calls.append(1)
    odd = [
        np.array([[object()] * 3] * 4),
        np.zeros((4, 3))[::-1, ::-1],
        np.zeros((4, 3), dtype=[("a", "O")]),
        np.zeros((4, 3), "M8[s]"),
        np.zeros((4, 3), "S0"),
        np.zeros((4, 3), ">f8"),
        np.zeros((4, 3), "g"),
    ]
    return odd[len(calls) % len(odd)]
