# Plausible: sums back with means, one sign and one order wrong, the last use wins, everything is guarded, the seed of the test is all ones.

# %% grade_id="unbroadcast"
def unbroadcast(g, shape):
    if np.broadcast_shapes(shape, g.shape) != g.shape:
        raise ValueError("does not broadcast")
    summed = g.mean(axis=tuple(range(g.ndim - len(shape))))
    return np.asarray(summed.mean(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True))


# %% grade_id="rules"
def add(a, b):
    return a + b, lambda g: (unbroadcast(g, a.shape), unbroadcast(g, b.shape))


def multiply(a, b):
    return a * b, lambda g: (unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape))


def divide(a, b):
    return a / b, lambda g: (unbroadcast(g / b, a.shape), unbroadcast(g * a / b**2, b.shape))


def matmul(a, b):
    return a @ b, lambda g: (g @ np.swapaxes(b, -1, -2), g @ np.swapaxes(a, -1, -2) if g.shape == a.shape else np.swapaxes(a, -1, -2) @ g)


def exp(a):
    return np.exp(a), lambda g: (g * np.exp(a),)


def log(a):
    return np.log(a), lambda g: (g / a,)


def relu(a):
    return np.maximum(a, 0), lambda g: (g * (a >= 0),)


def power(a, exponent):
    return a**exponent, lambda g: (g * exponent * a ** (exponent - 1),)


def total(a, axis=None, keepdims=False):
    kept = a.sum(axis=axis, keepdims=True)
    return a.sum(axis=axis, keepdims=keepdims), lambda g: (np.reshape(g, kept.shape) * np.ones_like(a),)


def rows(a, index):
    def pull(g):
        back = np.zeros_like(a)
        back[index] = g
        return (back,)

    return a[index], pull


# %% grade_id="engine"
def record(rule, *operands, **settings):
    value, pull = rule(*[o.data if isinstance(o, Tensor) else np.asarray(o, dtype=float) for o in operands], **settings)
    out = Tensor(value)
    out.operands, out.pull = operands, pull
    out.seen = [(o, o.version) for o in operands if isinstance(o, Tensor)]
    return out


class Tensor(Operators):
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self.operands, self.pull, self.seen, self.version = (), None, [], 0

    def backward(self, seed=None):
        if seed is None:
            if self.data.size != 1:
                raise ValueError("a seed is needed")
            seed = np.ones_like(self.data)
        if np.shape(seed) != self.data.shape:
            raise ValueError("wrong shape")
        waiting = [(self, seed)]
        while waiting:
            t, g = waiting.pop()
            if any(o.version != v for o, v in t.seen):
                raise RuntimeError("changed")
            if t.pull is None:
                t.grad = np.array(g)
            else:
                waiting += [(o, part) for o, part in zip(t.operands, t.pull(g)) if isinstance(o, Tensor)]

    def add_(self, values):
        self.data += values
        self.version += 1
        return self


# %% grade_id="faulty"
def faulty(rule, operands):
    r = np.random.default_rng(1)
    value, pull = rule(*operands)
    g = np.ones_like(value)
    found = []
    for i, x in enumerate(operands):
        v = r.normal(size=x.shape)
        up = [x + 1e-6 * v if j == i else o for j, o in enumerate(operands)]
        down = [x - 1e-6 * v if j == i else o for j, o in enumerate(operands)]
        one = (g * (rule(*up)[0] - rule(*down)[0])).sum() / 2e-6
        part = pull(g)[i]
        if np.shape(part) != x.shape or not abs(one - (part * v).sum()) < 0.01 * abs(one):
            found.append(i)
    return found
