# Matrices by einsum, the order by counting uses, loops in place of axis tuples, divide made of two rules.

# %% grade_id="unbroadcast"
def unbroadcast(g, shape):
    extra = g.ndim - len(shape)
    if extra < 0:
        raise ValueError("more axes than the result")
    out = np.array(g, dtype=float)
    for _ in range(extra):
        out = np.add.reduce(out, axis=0)
    for i, n in enumerate(shape):
        if n != out.shape[i]:
            if n != 1:
                raise ValueError(f"axis {i} of {shape} does not fit")
            out = np.add.reduce(out, axis=i, keepdims=True)
    return np.asarray(out)


# %% grade_id="rules"
def add(a, b):
    sa, sb = a.shape, b.shape
    return a + b, lambda g: [unbroadcast(g, sa), unbroadcast(g, sb)]


def multiply(a, b):
    def pull(g):
        return [unbroadcast(np.multiply(g, b), a.shape), unbroadcast(np.multiply(a, g), b.shape)]

    return np.multiply(a, b), pull


def divide(a, b):
    inverse, back = reciprocal(b)
    value, pull = multiply(a, inverse)

    def both(g):
        ga, gi = pull(g)
        return [ga, back(gi)]

    return value, both


def reciprocal(b):
    return 1.0 / b, lambda g: -g / (b * b)


def matmul(a, b):
    def pull(g):
        return [unbroadcast(np.einsum("...nm,...km->...nk", g, b), a.shape), unbroadcast(np.einsum("...nk,...nm->...km", a, g), b.shape)]

    return np.matmul(a, b), pull


def exp(a):
    e = np.exp(a)
    return e, lambda g: [e * g]


def log(a):
    return np.log(a), lambda g: [np.divide(g, a)]


def relu(a):
    on = np.greater(a, 0).astype(float)
    return a * on, lambda g: [g * on]


def power(a, exponent):
    return np.power(a, exponent), lambda g: [exponent * np.power(a, exponent - 1) * g]


def total(a, axis=None, keepdims=False):
    shape = a.shape

    def pull(g):
        if axis is not None and not keepdims:
            places = [axis] if np.ndim(axis) == 0 else list(axis)
            for i in sorted(p % len(shape) for p in places):
                g = np.expand_dims(g, i)
        elif not keepdims:
            g = np.reshape(g, (1,) * len(shape))
        return [g + np.zeros(shape)]

    return np.sum(a, axis=axis, keepdims=keepdims), pull


def rows(a, index):
    def pull(g):
        n = len(a)
        flat = np.mod(np.asarray(index).ravel(), n)
        chosen = (np.arange(n)[:, None] == flat).astype(float)  # (rows, taken)
        return [(chosen @ g.reshape(len(flat), int(np.prod(a.shape[1:], dtype=int)))).reshape(a.shape)]

    return np.take(a, index, axis=0), pull


# %% grade_id="engine"
class Node:
    def __init__(self, parents, pull, saved):
        self.parents, self.pull, self.saved = parents, pull, saved


def record(rule, *operands, **settings):
    arrays = []
    for o in operands:
        arrays.append(o.data if isinstance(o, Tensor) else np.array(o, dtype=float))
    value, pull = rule(*arrays, **settings)
    out = Tensor(value)
    saved = []
    for place in NEEDS[rule.__name__]:
        owner = out if place == "result" else operands[place]
        if isinstance(owner, Tensor):
            saved.append((owner, owner.changes))
    out.node = Node([(i, o) for i, o in enumerate(operands) if isinstance(o, Tensor)], pull, saved)
    return out


class Tensor(Operators):
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self.node = None
        self.changes = 0

    def backward(self, seed=None):
        if seed is None:
            if self.data.size != 1:
                raise ValueError("which of the numbers? give a seed")
            seed = np.ones(self.data.shape)
        seed = np.array(seed, dtype=np.float64)
        if seed.shape != self.data.shape:
            raise ValueError("the seed has another shape")
        uses, todo, met = {id(self): 0}, [self], [self]
        while todo:
            t = todo.pop()
            if t.node is None:
                continue
            for owner, count in t.node.saved:
                if owner.changes != count:
                    raise RuntimeError(f"a value of shape {owner.data.shape} was changed after it was used")
            for _, p in t.node.parents:
                if id(p) not in uses:
                    uses[id(p)] = 0
                    todo.append(p)
                    met.append(p)
                uses[id(p)] += 1
        arrived, ready = {id(self): seed}, [self]
        while ready:
            t = ready.pop()
            g = arrived.pop(id(t))
            if t.node is None:
                t.grad = g.copy() if t.grad is None else t.grad + g
                continue
            parts = t.node.pull(g)
            for i, p in t.node.parents:
                if id(p) in arrived:
                    arrived[id(p)] = arrived[id(p)] + parts[i]
                else:
                    arrived[id(p)] = np.asarray(parts[i])
                uses[id(p)] -= 1
                if uses[id(p)] == 0:
                    ready.append(p)

    def add_(self, values):
        self.data[...] = self.data + values
        self.changes += 1
        return self


# %% grade_id="faulty"
def faulty(rule, operands):
    r = np.random.default_rng(12)
    bad = set()
    for i in range(len(operands)):
        for _ in range(5):
            size = float(np.max(np.abs(operands[i]), initial=0))
            v = r.choice([-1.0, 1.0], size=operands[i].shape) * r.uniform(0.5, 1.5, size=operands[i].shape) * size
            moved = []
            for h in (1e-6, -1e-6):
                x = [o.copy() for o in operands]
                x[i] = x[i] + h * v
                moved.append(rule(*x))
            value, pull = rule(*operands)
            g = r.normal(size=value.shape)
            part = pull(g)[i]
            if np.shape(part) != v.shape or np.any(~np.isfinite(part)):
                bad.add(i)
                break
            one = np.sum(g * (moved[0][0] - moved[1][0])) / 2e-6
            two = np.sum(part * v)
            scale = np.sqrt(np.sum((part * v) ** 2)) + np.sqrt(np.sum((g * (moved[0][0] - moved[1][0]) / 2e-6) ** 2))
            if abs(one - two) > 1e-6 * scale:
                bad.add(i)
                break
    return sorted(bad)
