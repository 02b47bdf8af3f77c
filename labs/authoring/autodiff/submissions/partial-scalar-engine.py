# Plausible: an engine for single numbers carried over to arrays. Shapes are kept by luck, results keep their gradients, the order is found by recursion.

# %% grade_id="unbroadcast"
def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    return g


# %% grade_id="rules"
def add(a, b):
    return a + b, lambda g: (g, g)


def multiply(a, b):
    return a * b, lambda g: (g * b, g * a)


def divide(a, b):
    return a / b, lambda g: (g / b, -g * a / b**2)


def matmul(a, b):
    return a @ b, lambda g: (g @ b.T, a.T @ g)


def exp(a):
    return np.exp(a), lambda g: (g * np.exp(a),)


def log(a):
    return np.log(a), lambda g: (g / a,)


def relu(a):
    return np.maximum(a, 0), lambda g: (g * (a > 0),)


def power(a, exponent):
    return a**exponent, lambda g: (g * exponent * a ** (exponent - 1),)


def total(a, axis=None, keepdims=False):
    return a.sum(axis=axis, keepdims=keepdims), lambda g: (np.ones_like(a) * (g if axis is None or keepdims else np.expand_dims(g, axis)),)


def rows(a, index):
    def pull(g):
        back = np.zeros_like(a)
        back[index] += g
        return (back,)

    return a[index], pull


# %% grade_id="engine"
def record(rule, *operands, **settings):
    operands = [o if isinstance(o, Tensor) else Tensor(o) for o in operands]
    value, pull = rule(*[o.data for o in operands], **settings)
    out = Tensor(value)
    out.operands, out.pull = operands, pull
    return out


class Tensor(Operators):
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self.operands, self.pull = (), None

    def backward(self, seed=None):
        order, seen = [], set()

        def visit(t):
            if t not in seen:
                seen.add(t)
                for o in t.operands:
                    visit(o)
                order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data) if seed is None else seed
        for t in reversed(order):
            if t.pull is not None:
                for o, part in zip(t.operands, t.pull(t.grad)):
                    o.grad = part if o.grad is None else o.grad + part

    def add_(self, values):
        self.data = self.data + values
        return self


# %% grade_id="faulty"
def faulty(rule, operands):
    value, pull = rule(*operands)
    g = np.ones_like(value)
    found = []
    for i, x in enumerate(operands):
        v = np.ones_like(x)
        moved = list(operands)
        moved[i] = x + 1e-6 * v
        slope = (rule(*moved)[0] - value).sum() / 1e-6
        if abs(slope - (pull(g)[i] * v).sum()) > 1e-3:
            found.append(i)
    return found
