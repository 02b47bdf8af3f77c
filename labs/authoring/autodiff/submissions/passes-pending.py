# add_ itself refuses while a pending backward pass needs the value; one global tape; a number a step for the order.

# %% grade_id="unbroadcast"
def unbroadcast(g, shape):
    np.broadcast_to(np.empty(shape), g.shape)
    full = (1,) * (g.ndim - len(shape)) + tuple(shape)
    return g.sum(axis=tuple(i for i in range(g.ndim) if full[i] == 1), keepdims=True).reshape(shape)


# %% grade_id="rules"
def add(a, b):
    return a + b, lambda g: (unbroadcast(g, a.shape), unbroadcast(g, b.shape))


def multiply(a, b):
    return a * b, lambda g: (unbroadcast(b * g, a.shape), unbroadcast(a * g, b.shape))


def divide(a, b):
    return a / b, lambda g: (unbroadcast(g / b, a.shape), -unbroadcast(g * (a / b) / b, b.shape))


def matmul(a, b):
    return a @ b, lambda g: (unbroadcast(g @ np.moveaxis(b, -1, -2), a.shape), unbroadcast(np.moveaxis(a, -2, -1) @ g, b.shape))


def exp(a):
    value = np.exp(a)
    return value, lambda g: (value * g,)


def log(a):
    return np.log(a), lambda g: (a**-1.0 * g,)


def relu(a):
    return np.maximum(a, 0), lambda g: (np.where(a > 0, g, 0),)


def power(a, exponent):
    return a**exponent, lambda g: (exponent * a ** (exponent - 1) * g,)


def total(a, axis=None, keepdims=False):
    value = np.sum(a, axis=axis, keepdims=keepdims)

    def pull(g):
        if not keepdims and a.ndim:
            g = np.expand_dims(g, tuple(range(a.ndim)) if axis is None else axis)
        return (np.ones_like(a) * g,)

    return value, pull


def rows(a, index):
    def pull(g):
        back = np.zeros_like(a)
        for place in np.ndindex(*np.shape(index)):
            back[index[place]] += g[place]
        return (back,)

    return a[index], pull


# %% grade_id="engine"
import itertools

NUMBER = itertools.count()


def record(rule, *operands, **settings):
    operands = [o if isinstance(o, Tensor) else np.asarray(o, dtype=np.float64) for o in operands]
    value, pull = rule(*[o.data if isinstance(o, Tensor) else o for o in operands], **settings)
    out = Tensor(value)
    out.source = (operands, pull)
    for place in NEEDS[rule.__name__]:
        t = out if place == "result" else operands[place]
        if isinstance(t, Tensor):
            t.pending.append(out)
    return out


class Tensor(Operators):
    def __init__(self, data):
        self.data, self.grad = np.asarray(data, dtype=np.float64), None
        self.source, self.pending, self.number, self.done = None, [], next(NUMBER), False

    def backward(self, seed=None):
        if seed is None:
            if self.data.size != 1:
                raise ValueError("give a seed")
            seed = np.ones_like(self.data)
        if np.shape(seed) != self.data.shape:
            raise ValueError("shape of the seed")
        found, look = {}, [self]
        while look:
            t = look.pop()
            if id(t) not in found:
                found[id(t)] = t
                if t.source:
                    look.extend(o for o in t.source[0] if isinstance(o, Tensor))
        sums = {id(self): np.array(seed, dtype=np.float64)}
        for t in sorted(found.values(), key=lambda t: -t.number):
            g = sums[id(t)]
            t.done = True
            if t.source is None:
                t.grad = g + (0 if t.grad is None else t.grad)
                continue
            for o, part in zip(t.source[0], t.source[1](g)):
                if isinstance(o, Tensor):
                    sums[id(o)] = sums.get(id(o), 0) + part

    def add_(self, values):
        if any(not out.done for out in self.pending):
            raise RuntimeError("a backward pass still needs this value")
        self.pending = []
        np.add(self.data, values, out=self.data)
        return self


# %% grade_id="faulty"
def faulty(rule, operands):
    r = np.random.default_rng(5)
    value, pull = rule(*operands)
    g = r.normal(size=(6, *np.shape(value)))
    answers = [pull(one) for one in g]
    names = []
    for i, x in enumerate(operands):
        if any(np.shape(a[i]) != x.shape or not np.all(np.isfinite(a[i])) for a in answers):
            names.append(i)
            continue
        size = np.abs(x).max() if x.size else 1.0
        for k in range(6):
            v = size * r.uniform(-1, 1, size=x.shape)
            def at(step):
                return rule(*[o + step * v if j == i else o for j, o in enumerate(operands)])[0]
            measured = g[k] * (at(1e-6) - at(-1e-6)) / 2e-6
            told = answers[k][i] * v
            if abs(measured.sum() - told.sum()) > 1e-6 * (abs(measured).sum() + abs(told).sum()):
                names.append(i)
                break
    return names
