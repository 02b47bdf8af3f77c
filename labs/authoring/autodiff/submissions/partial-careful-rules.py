# Plausible: broadcasting and rules are right; the pass goes back at once along every path, nothing is guarded, the test moves one number after the other.

# %% grade_id="unbroadcast"
def unbroadcast(g, shape):
    summed = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return np.asarray(summed.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True))


# %% grade_id="rules"
def add(a, b):
    return a + b, lambda g: (unbroadcast(g, a.shape), unbroadcast(g, b.shape))


def multiply(a, b):
    return a * b, lambda g: (unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape))


def divide(a, b):
    return a / b, lambda g: (unbroadcast(g / b, a.shape), unbroadcast(-g * a / b**2, b.shape))


def matmul(a, b):
    return a @ b, lambda g: (unbroadcast(g @ np.swapaxes(b, -1, -2), a.shape), unbroadcast(np.swapaxes(a, -1, -2) @ g, b.shape))


def exp(a):
    return np.exp(a), lambda g: (g * np.exp(a),)


def log(a):
    return np.log(a), lambda g: (g / a,)


def relu(a):
    return np.maximum(a, 0), lambda g: (g * (a > 0),)


def power(a, exponent):
    return a**exponent, lambda g: (g * exponent * a ** (exponent - 1),)


def total(a, axis=None, keepdims=False):
    def pull(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return (np.broadcast_to(g, a.shape),)

    return a.sum(axis=axis, keepdims=keepdims), pull


def rows(a, index):
    def pull(g):
        back = np.zeros_like(a)
        np.add.at(back, index, g)
        return (back,)

    return a[index], pull


# %% grade_id="engine"
def record(rule, *operands, **settings):
    value, pull = rule(*[o.data if isinstance(o, Tensor) else np.asarray(o, dtype=float) for o in operands], **settings)
    out = Tensor(value)
    out.operands, out.pull = operands, pull
    return out


class Tensor(Operators):
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self.operands, self.pull = (), None

    def backward(self, seed=None):
        if seed is None:
            if self.data.size != 1:
                raise ValueError("a seed is needed")
            seed = np.ones_like(self.data)
        seed = np.asarray(seed, dtype=float)
        if np.shape(seed) != self.data.shape:
            raise ValueError("wrong shape")
        if self.pull is None:
            self.grad = np.array(seed) if self.grad is None else self.grad + seed
            return
        for o, part in zip(self.operands, self.pull(seed)):
            if isinstance(o, Tensor):
                o.backward(part)

    def add_(self, values):
        self.data += values
        return self


# %% grade_id="faulty"
def faulty(rule, operands):
    value, pull = rule(*operands)
    g = np.random.default_rng(0).normal(size=value.shape)
    found = []
    for i, x in enumerate(operands):
        slopes = np.zeros_like(x)
        for place in np.ndindex(*x.shape):
            up, down = [o.copy() for o in operands], [o.copy() for o in operands]
            h = 1e-6 * abs(x[place])
            up[i][place] += h
            down[i][place] -= h
            slopes[place] = (g * (rule(*up)[0] - rule(*down)[0])).sum() / (2 * h)
        part = pull(g)[i]
        if np.shape(part) != x.shape or not np.allclose(part, slopes, rtol=1e-4, atol=1e-4 * np.abs(slopes).max(initial=0)):
            found.append(i)
    return found
