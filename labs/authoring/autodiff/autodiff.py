# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A gradient engine over arrays
#
# **You deliver** a reverse-mode engine in NumPy: rules with their pulls, a tensor that remembers how it was made, a backward pass that survives reuse, depth and changed values, and a test that finds the wrong gradient in other people's rules.
# **Time**: 100 minutes. **Resources**: one CPU core, 1 GB, NumPy, no network, no GPU; each check takes under 10 s.
# **Proves**: `calculus-autodiff` at I (all tasks). You need the course *Calculus and automatic differentiation*.
# **Score**: 32 points. A part of a check earns its points on its own. *Public* parts show the input that failed. *Hidden* parts run after you submit, on inputs drawn anew for you: other shapes, axes of length 0 and 1, other programs, deep graphs. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `unbroadcast` | 4 |
# | 2 | ten rules with their pulls | 10 |
# | 3 | `record` and `Tensor.backward` | 8 |
# | 4 | `Tensor.add_`, and a backward pass that refuses | 5 |
# | 5 | `faulty` | 5 |
#
# The work is done in NumPy: no torch operation and no second thread may run in tasks 1 to 4. All numbers are float64. **Tolerance**, relative or absolute: $10^{-12}$ in tasks 1 and 2, $10^{-9}$ in tasks 3 and 4. Differences do not reach that; they are for checking. Pointwise rules are also tried at very small numbers ($10^{-280}$ for `log`), where only a relative error counts.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. `x` has shape (5, 3), `b` has shape (3,). Which shape has the gradient of `(x + b).sum()` with respect to `b`, and which number stands in it? (3,), and 5 in each place. If that was a guess: *Calculus and automatic differentiation*, lesson 2, *Arrays: the same three ideas*.
# 2. $y = x \cdot x + x$. What does the backward pass bring to $x$, and from how many sides? $x + x + 1$, from three. If that was a guess: lesson 2, *The program: thirty lines*.
#
# *The situation.* A device with 256 MB trains a small model at a customer's, and no framework fits it. A colleague's engine of a hundred lines was shipped. It learnt, slowly: the bias got the wrong gradient, words that occurred twice in a sentence counted once, and after an update "to save memory" the gradients were of numbers that no longer existed. Nothing was ever reported. You write it anew; wrong gradients have to be refused, not returned.

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from graders import kit

# which values the pull of each rule needs: operands by place, or its own result
NEEDS = {
    "add": (),
    "multiply": (0, 1),
    "divide": (0, 1),
    "matmul": (0, 1),
    "exp": ("result",),
    "log": (0,),
    "relu": (0,),
    "power": (0,),
    "total": (),
    "rows": (),
}

# %% [markdown] nbgrader={"grade_id": "task-unbroadcast", "locked": true}
# ## 1. Back through a broadcast (4 points)
#
# NumPy adds (5, 3) and (3,) by using each of the three numbers five times. What is used five times gets five gradients, and they add up.
#
# | | contract |
# |---|---|
# | `unbroadcast(g, shape)` | `g`: an array that has the shape of a result. `shape`: the shape of an operand that was broadcast to it. Returns an array of that shape: at each place, the sum of `g` over all places where this number was used. A `shape` that does not broadcast to `g.shape`: `ValueError`. `g` stays as it is |
#
# As an executable specification:
#
# ```python
# used = np.broadcast_to(np.arange(np.prod(shape, dtype=int)).reshape(shape), g.shape)   # which number was used where
# assert np.allclose(unbroadcast(g, shape).ravel(), np.bincount(used.ravel(), g.ravel(), np.prod(shape, dtype=int)))
# ```
#
# `shape` may be `()`; axes may have the length 0. About five lines.

# %% nbgrader={"grade_id": "unbroadcast", "solution": true}
def unbroadcast(g, shape):
    """Sum g over the copies that broadcasting made; (...,) -> shape."""
    ### BEGIN SOLUTION
    if np.broadcast_shapes(shape, g.shape) != g.shape:
        raise ValueError(f"{shape} does not broadcast to {g.shape}")
    summed = g.sum(axis=tuple(range(g.ndim - len(shape))))  # the axes that were put in front
    stretched = tuple(i for i, n in enumerate(shape) if n == 1)
    return np.asarray(summed.sum(axis=stretched, keepdims=True))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-unbroadcast", "grade": true, "points": 4}
import torch


def in_numpy(most, function, *arguments):
    """Call a function where the objects are; torch, a new thread, or more than `most` calls of functions stop it."""
    import glob
    import os
    import sys

    from torch.utils._python_dispatch import TorchDispatchMode

    home = os.path.dirname(sys.modules["torch"].__file__) + os.sep
    variable = sys.modules["torch"].autograd.Variable
    seen, calls, here = [], [0], sys._getframe()

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
            raise RuntimeError(f"{operation} ran: this lab is written in NumPy")

    class Refused:
        """In the place of torch's engine, for every thread of the process."""

        def __getattr__(self, name):
            seen.append("torch's backward pass")
            raise RuntimeError("torch's backward pass ran: this lab is written in NumPy")

    def look(frame, event, argument):
        calls[0] += 1
        if event == "call" and frame.f_code.co_filename.startswith(home):
            seen.append(f"torch's {frame.f_code.co_name}")
        elif event == "c_call" and frame is not here and (argument.__name__ in ("start_new_thread", "setprofile", "fork", "fork_exec") or str(type(argument.__self__).__module__).startswith("torch")):
            seen.append(argument.__name__)

    engine = variable._execution_engine
    with Watch():
        variable._execution_engine = Refused()
        sys.setprofile(look)
        try:
            found = function(*arguments)
        finally:
            sys.setprofile(None)
            variable._execution_engine = engine
    for path in glob.glob("/proc/self/task/*/children"):
        with open(path) as listed:
            seen += ["another process" for _ in listed.read().split()]
    if seen:
        raise RuntimeError(f"{seen[0]} ran: this lab is written in NumPy, in one thread of one process")
    if most is not None and calls[0] > most:
        raise RuntimeError(f"{calls[0]} calls of functions for one value and two pulls: a pull costs a few operations, not one for every number")
    return found


def summed_back(g, shape):
    """The learner's result as an array, a plain number as one without axes."""
    return kit.probe(in_numpy, None, lambda f, a, s: np.array(f(a, s)), unbroadcast, g, shape)


def counted(g, shape):
    """The specification of the task."""
    size = int(np.prod(shape, dtype=int))
    used = np.broadcast_to(np.arange(size).reshape(shape), g.shape)
    return np.bincount(used.ravel(), g.ravel(), size).astype(np.float64).reshape(shape)


score = kit.Score(4)
with score.part(1, "an axis in front: (5, 3) back to (3,) sums over the five", g="drawn", shape=(3,)):
    for g in kit.examples(lambda r: r.normal(size=(5, 3)), n=3, name="front"):
        kit.close(summed_back(g, (3,)), g.sum(0), rtol=1e-12, atol=1e-12, because=f"g = {g.tolist()}", known_wrong={
            "the mean: five uses count five times": g.mean(0), "that is one of the five uses": g[0],
            "the axis was kept: the result must have the operand's shape (3,)": g.sum(0, keepdims=True),
            "nothing was summed: the gradient of (3,) has the shape (3,)": g})
with score.part(1, "an axis of length 1: (5, 3) back to (5, 1), and both at once: (4, 5, 3) back to (5, 1)", g="drawn"):
    for g in kit.examples(lambda r: r.normal(size=(4, 5, 3)), n=3, name="stretched"):
        kit.close(summed_back(g[0], (5, 1)), g[0].sum(1, keepdims=True), rtol=1e-12, atol=1e-12, because=f"g = {g[0].tolist()}", known_wrong={
            "the axis of length 1 has to stay: keepdims": g[0].sum(1), "only one of the three uses": g[0][:, :1], "nothing was summed": g[0]})
        kit.close(summed_back(g, (5, 1)), g.sum((0, 2))[:, None], rtol=1e-12, atol=1e-12, because="(4, 5, 3) back to (5, 1)", known_wrong={
            "the axis in front is still there": g.sum(2, keepdims=True), "the axis of length 1 was not summed": g.sum(0)})
### BEGIN HIDDEN TESTS
def stretched_case(r):
    """A shape, and a gradient of a shape that it broadcasts to."""
    full = [int(n) for n in r.integers(0 if r.random() < 0.2 else 1, 5, size=r.integers(0, 5))]
    shape = [1 if r.random() < 0.4 else n for n in full[int(r.integers(0, len(full) + 1)):]]
    return r.normal(size=full), tuple(shape)


with score.part(1, "other shapes: no axes, many axes, axes of length 0 and 1; g stays as it is", hidden=True):
    for g, shape in kit.examples(stretched_case, n=30, name="shapes"):
        kit.close(summed_back(g, shape), counted(g, shape), rtol=1e-12, atol=1e-12)
    for g, shape in kit.examples(stretched_case, n=4, name="left alone"):
        kit.unchanged(unbroadcast, g, shape)
    for g, shape in ((np.ones((2, 0, 3)), (1, 3)), (np.ones((2, 3)), ()), (np.ones(()), ()), (np.ones((1, 1)), (1,)), (np.ones((2, 2)), (2, 2))):
        kit.close(summed_back(g, shape), counted(g, shape), rtol=1e-12)
with score.part(1, "a shape that does not broadcast to g is refused, its neighbours are not", hidden=True):
    for g, shape in ((np.ones((5, 3)), (5,)), (np.ones((5, 3)), (2, 3)), (np.ones(3), (2, 3)), (np.ones((1, 3)), (2, 3)), (np.ones(3), (1, 3)), (np.ones((2, 3)), (1, 2, 3))):
        kit.raises(ValueError, unbroadcast, g, shape)
    for g, shape in ((np.ones((5, 3)), (3,)), (np.ones((5, 3)), (1, 3)), (np.ones((2, 3)), (2, 3))):
        kit.equal(summed_back(g, shape).shape, shape)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-rules", "locked": true}
# ## 2. Ten rules (10 points)
#
# A **rule** is a function of arrays that returns two things: its value, and its **pull**. The pull takes `g`, an array of the value's shape (for every number of the value: how much the loss changes with it), and returns a tuple with one array for each operand, of the operand's shape. It is the product of `g` with the rule's Jacobian, which is never built.
#
# The first one is given. `a` and `b` are float64 arrays.
#
# | rule | value | remarks |
# |---|---|---|
# | `add(a, b)`, `multiply(a, b)`, `divide(a, b)` | $a + b$, $a \cdot b$, $a / b$ | any two shapes that broadcast |
# | `matmul(a, b)` | `a @ b` | (…, n, k) and (…, k, m); the axes in front broadcast; at least two axes each |
# | `exp(a)`, `log(a)` | $e^a$, $\log a$ | `log` meets positive numbers only |
# | `relu(a)` | $\max(a, 0)$ | its derivative at exactly 0 is 0 |
# | `power(a, exponent)` | $a^{\text{exponent}}$ | `exponent` is a plain number, not 0 |
# | `total(a, axis=None, keepdims=False)` | `a.sum(axis, keepdims=keepdims)` | `axis`: `None`, a whole number or a tuple of them, negative ones too |
# | `rows(a, index)` | `a[index]` | `index`: an array of whole numbers of any shape, which may **repeat**, negative ones too |
#
# A pull may be called several times, changes neither `g` nor the operands, and costs a few operations of the rule's own size, not one for every number. The checks count: at most 1 000 calls of functions for a value and two pulls, however large. Only `exp`, `matmul`, `multiply`, `divide`, `log`, `relu` and `power` need values again (the table `NEEDS`); do not copy those. Two to four lines each.

# %% nbgrader={"grade_id": "rules", "solution": true}
def add(a, b):
    """a + b, and its pull."""

    def pull(g):
        return unbroadcast(g, a.shape), unbroadcast(g, b.shape)

    return a + b, pull


def multiply(a, b):
    """a * b, and its pull."""
    ### BEGIN SOLUTION
    return a * b, lambda g: (unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape))
    ### END SOLUTION


def divide(a, b):
    """a / b, and its pull."""
    ### BEGIN SOLUTION
    return a / b, lambda g: (unbroadcast(g / b, a.shape), unbroadcast(-g * a / b**2, b.shape))
    ### END SOLUTION


def matmul(a, b):
    """a @ b, and its pull; (..., n, k), (..., k, m) -> (..., n, m)."""
    ### BEGIN SOLUTION
    def pull(g):
        return unbroadcast(g @ np.swapaxes(b, -1, -2), a.shape), unbroadcast(np.swapaxes(a, -1, -2) @ g, b.shape)

    return a @ b, pull
    ### END SOLUTION


def exp(a):
    """The exponential of each number, and its pull."""
    ### BEGIN SOLUTION
    value = np.asarray(np.exp(a))
    return value, lambda g: (g * value,)
    ### END SOLUTION


def log(a):
    """The natural logarithm of each number, and its pull."""
    ### BEGIN SOLUTION
    return np.log(a), lambda g: (g / a,)
    ### END SOLUTION


def relu(a):
    """Each number, or 0 where it is negative, and its pull."""
    ### BEGIN SOLUTION
    return np.where(a > 0, a, 0.0), lambda g: (g * (a > 0),)
    ### END SOLUTION


def power(a, exponent):
    """Each number to the power of a plain number, and its pull."""
    ### BEGIN SOLUTION
    return a**exponent, lambda g: (g * exponent * a ** (exponent - 1),)
    ### END SOLUTION


def total(a, axis=None, keepdims=False):
    """The sum along axes, and its pull."""
    ### BEGIN SOLUTION
    shape = a.shape
    kept = a.sum(axis=axis, keepdims=True).shape
    return a.sum(axis=axis, keepdims=keepdims), lambda g: (np.broadcast_to(np.reshape(g, kept), shape).copy(),)
    ### END SOLUTION


def rows(a, index):
    """a[index] along the first axis, and its pull."""
    ### BEGIN SOLUTION
    shape = a.shape

    def pull(g):
        back = np.zeros(shape)
        np.add.at(back, index, g)
        return (back,)

    return a[index], pull
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-rules", "grade": true, "points": 10}
RULES = {"add": add, "multiply": multiply, "divide": divide, "matmul": matmul, "exp": exp, "log": log, "relu": relu, "power": power, "total": total, "rows": rows}


def pulled(name, arrays, g, **settings):
    """Value and gradients of a rule of the learner's; the pull is called twice, the second answer counts."""

    def run(rule, operands, seed, more):
        value, pull = rule(*operands, **more)
        pull(np.ones_like(seed))
        found = pull(seed)
        return [np.array(value)] + [np.array(part) for part in found]

    return kit.probe(in_numpy, 1000, run, RULES[name], list(arrays), g, settings)


def in_torch(name, arrays, g, **settings):
    """The same by torch, which differentiates on its own."""
    tensors = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
    a, b = tensors[0], tensors[-1]
    if name == "total":
        axis = settings.get("axis")
        axis = tuple(range(a.ndim)) if axis is None else axis
        value = a.sum(dim=axis, keepdim=settings.get("keepdims", False)) if a.ndim else a.sum()
    elif name == "rows":
        value = a[torch.as_tensor(settings["index"])]
    elif name == "power":
        value = a ** settings["exponent"]
    else:
        value = {"add": lambda: a + b, "multiply": lambda: a * b, "divide": lambda: a / b, "matmul": lambda: a @ b, "exp": a.exp, "log": a.log, "relu": a.relu}[name]()
    value.backward(torch.tensor(g))
    return [value.detach().numpy()] + [t.grad.numpy() for t in tensors]


def same_as_torch(name, arrays, g, because="", known_wrong=None, atol=1e-12, **settings):
    """Hold value and gradients of a rule against torch's."""
    mine, right = pulled(name, arrays, g, **settings), in_torch(name, arrays, g, **settings)
    kit.require(len(mine) == len(right), f"{name}: the pull gave {len(mine) - 1} arrays, one for each operand is asked: {len(right) - 1}")
    kit.close(mine[0], right[0], rtol=1e-12, atol=atol, because=f"the value of {name}. {because}")
    for i, part in enumerate(right[1:]):
        kit.close(mine[1 + i], part, rtol=1e-12, atol=atol, because=f"{name}: the gradient of operand {i}. {because}", known_wrong=(known_wrong or {}).get(i))


def away(r, *shape):
    """Numbers between 0.3 and 2 in absolute value, of either sign: away from 0."""
    return r.uniform(0.3, 2, size=shape) * r.choice([-1.0, 1.0], size=shape)


def wide(r, name, shape=(3,), other=(3,), exponent=-1.0):
    """Numbers from the smallest to the largest that a rule can take: a formula holds there, a difference of any step does not."""
    g = r.uniform(0.5, 2, size=np.broadcast_shapes(shape, other) if name in ("multiply", "divide") else shape)
    mantissa, second = r.uniform(1, 2, size=shape), r.uniform(1, 2, size=other)
    tiny = lambda least: 10.0 ** -r.integers(least, least + 9)
    if name == "multiply":
        operands = (mantissa, second * tiny(220))
    elif name == "divide":
        operands = (mantissa, second * tiny(130))
    elif name == "exp":
        operands = (-mantissa * r.uniform(250, 300),)
    else:
        operands = (mantissa * tiny(280 if name == "log" else 130),)
    more = {"exponent": exponent} if name == "power" else {}
    same_as_torch(name, operands, g, f"very small numbers, relative error only: operands {[o.tolist() for o in operands]}, g = {g.tolist()}", {0: {"0 came out where the gradient is small, but not 0": np.zeros(shape)}}, atol=0.0, **more)


score = kit.Score(10)
with score.part(1, "multiply and divide, both operands of one shape", shapes="(2, 3) and (2, 3)"):
    for r in kit.examples(lambda r: r, n=4, name="same shape"):
        a, b, g = away(r, 2, 3), away(r, 2, 3), r.normal(size=(2, 3))
        text = f"a = {a.tolist()}, b = {b.tolist()}, g = {g.tolist()}"
        same_as_torch("multiply", (a, b), g, text, {0: {"the operands are exchanged: d(ab)/da is b": g * a, "g is not used": b, "this is b + g": b + g}, 1: {"the operands are exchanged: d(ab)/db is a": g * b, "g is not used": a}})
        same_as_torch("divide", (a, b), g, text, {0: {"d(a/b)/da is 1/b": g * b, "g is not used": 1 / b}, 1: {"the sign: a/b falls when b grows": g * a / b**2, "b stands in it twice: -a/b²": -g * a / b, "a is missing: -a/b²": -g / b**2}})
        wide(r, "multiply")
        wide(r, "divide")
with score.part(1, "multiply and divide with broadcasting: (2, 3) with (3,) and with (2, 1)", g="drawn"):
    for r in kit.examples(lambda r: r, n=4, name="broadcast"):
        a, b, c, g = away(r, 2, 3), away(r, 3), away(r, 2, 1), r.normal(size=(2, 3))
        for name in ("multiply", "divide"):
            same_as_torch(name, (a, b), g, f"a = {a.tolist()}, b = {b.tolist()}, g = {g.tolist()}", {1: {
                "the gradient has the shape of the result: sum it back to the shape of the operand": g * a if name == "multiply" else -g * a / b**2}})
            same_as_torch(name, (c, a), g, f"a = {c.tolist()}, b = {a.tolist()}, g = {g.tolist()}")
            wide(r, name, (2, 3), (3,))
with score.part(1, "exp, log, relu and power", a="drawn; relu also at 0"):
    for r in kit.examples(lambda r: r, n=4, name="pointwise"):
        a, g, k = r.uniform(0.3, 2, size=4), r.normal(size=4), float(r.choice([2, 3, 0.5, -1]))
        text = f"a = {a.tolist()}, g = {g.tolist()}"
        same_as_torch("exp", (a,), g, text, {0: {"g is not used": np.exp(a), "the derivative of e^a is e^a": g}})
        same_as_torch("log", (a,), g, text, {0: {"the derivative of log a is 1/a": g * a, "g is not used": 1 / a}})
        same_as_torch("power", (a,), g, text + f", exponent = {k}", {0: {"the factor in front is the exponent": g * a ** (k - 1), "the exponent falls by one": g * k * a**k}}, exponent=k)
        a = np.array([-1.5, 0.0, 2.0, -0.0]) * r.uniform(0.5, 2)
        same_as_torch("relu", (a,), g, f"a = {a.tolist()}, g = {g.tolist()}", {0: {"at exactly 0 the derivative is 0": g * (a >= 0), "nothing passes where a is negative": g, "g, not the value, passes where a is positive": np.maximum(a, 0)}})
        for name in ("exp", "log", "power"):
            wide(r, name)
with score.part(1, "matmul of two matrices, also square ones", shapes="(2, 3) @ (3, 4) and (3, 3) @ (3, 3)"):
    for r in kit.examples(lambda r: r, n=3, name="matrices"):
        for n, k, m in ((2, 3, 4), (3, 3, 3)):
            a, b, g = r.normal(size=(n, k)), r.normal(size=(k, m)), r.normal(size=(n, m))
            wrong = {0: {"b has to be transposed: g @ bᵀ": g @ b}, 1: {"the order: aᵀ @ g": g @ a.T, "a has to be transposed: aᵀ @ g": a @ g}} if n == m else {}
            same_as_torch("matmul", (a, b), g, f"a = {a.tolist()}, b = {b.tolist()}, g = {g.tolist()}", wrong)
    a, b, g = r.normal(size=(60, 50)), r.normal(size=(50, 40)), r.normal(size=(60, 40))
    same_as_torch("matmul", (a, b), g, "(60, 50) @ (50, 40)")
with score.part(1, "total along an axis spreads g; rows that repeat add up", a="(3, 2)"):
    for r in kit.examples(lambda r: r, n=3, name="sums"):
        a = r.normal(size=(3, 2))
        g = r.normal(size=2)
        same_as_torch("total", (a,), g, f"g = {g.tolist()}, axis 0", {0: {"g has to be spread over the axis that was summed": g, "each summand counts whole, not by a third": np.tile(g / 3, (3, 1)), "g is not used": np.ones((3, 2))}}, axis=0)
        g = r.normal(size=3)
        same_as_torch("total", (a,), g, f"g = {g.tolist()}, axis 1", axis=1)
        index, g = np.array([2, 0, 2]), r.normal(size=(3, 2))
        same_as_torch("rows", (a,), g, f"index = {index.tolist()}, g = {g.tolist()}", {0: {
            "row 2 was taken twice and gets both gradients: back[index] += g keeps only the last": np.stack([g[1], np.zeros(2), g[2]]), "g goes to the places that the index names": g}}, index=index)
    a = r.normal(size=(60, 50))
    same_as_torch("total", (a,), r.normal(size=50), "(60, 50) along axis 0", axis=0)
    same_as_torch("rows", (a,), r.normal(size=(40, 50)), "40 of 60 rows of 50", index=r.integers(0, 60, size=40))
### BEGIN HIDDEN TESTS
def shapes_that_meet(r):
    """Two shapes that broadcast, the axes of one or the other missing or 1."""
    full = [int(n) for n in r.integers(1, 5, size=r.integers(0, 4))]

    def thinned():
        return tuple(1 if r.random() < 0.35 else n for n in full[int(r.integers(0, len(full) + 1)):])

    return thinned(), thinned()


with score.part(1, "other shapes that broadcast, plain numbers and axes of length 1 among them, in the three rules", hidden=True):
    for r in kit.examples(lambda r: r, n=12, name="meeting"):
        one, two = shapes_that_meet(r)
        a, b = away(r, *one), away(r, *two)
        g = r.normal(size=np.broadcast_shapes(one, two))
        for name in ("add", "multiply", "divide"):
            same_as_torch(name, (a, b), g)
    for r in kit.examples(lambda r: r, n=4, name="meeting and wide"):
        for one, two in (((2, 1), (3,)), ((), (2, 2)), ((4, 1, 2), (3, 1))):
            wide(r, "multiply", one, two)
            wide(r, "divide", one, two)
with score.part(1, "matrices in stacks, whose axes in front broadcast; rows and columns of one", hidden=True):
    for r in kit.examples(lambda r: r, n=12, name="stacks"):
        one, two = shapes_that_meet(r)
        n, k, m = (int(i) for i in r.integers(1, 5, size=3))
        a, b = r.normal(size=(*one, n, k)), r.normal(size=(*two, k, m))
        same_as_torch("matmul", (a, b), r.normal(size=(*np.broadcast_shapes(one, two), n, m)))
    same_as_torch("matmul", (r.normal(size=(2, 1, 30, 40)), r.normal(size=(3, 40, 20))), r.normal(size=(2, 3, 30, 20)))
with score.part(1, "sums along every kind of axis, kept or not, of arrays with 0 to 4 axes", hidden=True):
    for r in kit.examples(lambda r: r, n=8, name="axes"):
        a = r.normal(size=[int(n) for n in r.integers(1, 4, size=r.integers(1, 5))])
        count = int(r.integers(1, a.ndim + 1))
        axes = tuple(int(i) for i in r.choice(a.ndim, size=count, replace=False) - a.ndim * r.integers(0, 2, size=count))
        for axis in (None, axes[0], axes):
            for keepdims in (False, True):
                same_as_torch("total", (a,), r.normal(size=a.sum(axis=axis, keepdims=keepdims).shape), axis=axis, keepdims=keepdims)
    same_as_torch("total", (r.normal(size=(30, 5, 20)),), r.normal(size=5), axis=(0, -1))
    same_as_torch("total", (np.array(1.5),), np.array(0.7))
    g = np.arange(1.0, 3.0)[:, None]
    kit.close(pulled("total", (np.zeros((2, 0)),), g, axis=1, keepdims=True)[1], np.zeros((2, 0)))
with score.part(1, "rows by other indices: repeated, negative, of two axes, none; the pointwise rules at other sizes", hidden=True):
    for r in kit.examples(lambda r: r, n=6, name="rows"):
        a = r.normal(size=[int(n) for n in r.integers(1, 5, size=r.integers(1, 4))])
        index = r.integers(-len(a), len(a), size=[int(n) for n in r.integers(0, 4, size=r.integers(1, 3))])
        same_as_torch("rows", (a,), r.normal(size=(*index.shape, *a.shape[1:])), index=index)
        shape = [int(n) for n in r.integers(1, 4, size=r.integers(0, 4))]
        x, g = r.uniform(0.1, 3, size=shape) * 10.0 ** r.integers(-2, 2), r.normal(size=shape)
        for name in ("exp", "log"):
            same_as_torch(name, (x,), g)
        same_as_torch("relu", (r.choice([-1, 0.0, 1], size=shape) * x,), g)
        for exponent in (2, 1, -2, 1.5):
            same_as_torch("power", (x,), g, exponent=exponent)
        same_as_torch("power", (-x,), g, exponent=3)
        for name in ("exp", "log"):
            wide(r, name, shape)
        wide(r, "power", shape, exponent=-0.5)
        wide(r, "power", shape, exponent=-0.75)
    same_as_torch("power", (np.array([0.0, -2.0]),), np.array([1.0, 3.0]), exponent=2)
    same_as_torch("power", (np.array([0.0, -2.0]),), np.array([1.0, 3.0]), exponent=1)
with score.part(1, "neither operands nor g are changed, no gradient shares memory with g or an operand's value, and a pull costs no evaluation for every number", hidden=True):

    def left_alone(rules, cases):
        wrong = []
        for name, operands, seed, more in cases:
            before = [np.array(o) for o in (*operands, seed)]
            value, pull = rules[name](*operands, **more)
            parts = pull(seed)
            for part in (value, *parts):
                if np.size(part) and any(np.shares_memory(part, o) for o in operands):
                    wrong.append(f"{name} hands out an operand")
            if any(not np.array_equal(o, b) for o, b in zip((*operands, seed), before)):
                wrong.append(f"{name} changes what it was given")
        return wrong

    r = kit.rng("left alone")
    cases = [("multiply", [away(r, 2, 3), away(r, 3)], r.normal(size=(2, 3)), {}), ("divide", [away(r, 2, 3), away(r, 3)], r.normal(size=(2, 3)), {}), ("matmul", [away(r, 2, 3), away(r, 3, 2)], r.normal(size=(2, 2)), {})]
    cases += [(name, [r.uniform(1, 2, size=3)], r.normal(size=3), {}) for name in ("exp", "log", "relu")]
    cases += [("power", [r.uniform(1, 2, size=3)], r.normal(size=3), {"exponent": 2}), ("total", [away(r, 2, 3)], r.normal(size=3), {"axis": 0}), ("rows", [away(r, 2, 3)], r.normal(size=(2, 3)), {"index": np.array([1, 1])})]
    kit.equal(kit.probe(in_numpy, None, left_alone, {name: RULES[name] for name in RULES}, cases), [])

    def seconds_of_pull(rule, a, b, g):
        import time

        begun = time.perf_counter()
        rule(a, b)[1](g)
        return time.perf_counter() - begun

    square = [r.normal(size=(100, 100)) for _ in range(3)]
    same_as_torch("matmul", square[:2], square[2])
    kit.require(min(kit.probe(in_numpy, None, seconds_of_pull, matmul, *square) for _ in range(3)) < 0.5, "half a second for one product")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-engine", "locked": true}
# ## 3. A tensor that remembers (8 points)
#
# *Classes, as far as they are needed.* A class is a plan for objects. `Tensor(3.0)` makes one and runs `__init__` on it; the first argument, `self`, is the object, and `self.data = …` gives it a value of its own. `t.backward()` calls `backward` with `t` as `self`. Operators are methods as well: `x * y` calls `x.__mul__(y)`, and where an array or a number stands on the left, `y.__rmul__(x)`. `class Tensor(Operators)` takes over all methods of `Operators`. Lesson 2 has it with an example (*Objects, as far as they are needed*).
#
# The class below is given: it turns `x * y`, `x.exp()` and their like into calls of `record`. You write `record`, which makes the result and lets it remember how it was made, and the class that carries it.
#
# | | contract |
# |---|---|
# | `Tensor(data)` | a **leaf**: `.data` a float64 array, `.grad` is `None` |
# | `record(rule, *operands, **settings)` | operands are tensors, or numbers and arrays: those are constants. Calls `rule` on their arrays, float64 all of them, with the settings; returns a `Tensor` with the rule's value that remembers operands and pull |
# | `t.backward(seed=None)` | goes back through everything that `t` was made from and **adds** to `.grad` of every leaf that was used the gradient of $\sum \text{seed} \cdot t$: a float64 array of the leaf's shape, which shares no memory with another gradient. `seed` has the shape of `t.data`; left out, `t` must hold one number and the seed is 1. Else `ValueError`, and no gradient is touched |
#
# What a tensor keeps beyond that is yours to choose. What is asked beyond the formula:
#
# - a tensor that is used twice gets both gradients, and passes them on **once**, as a sum: sixty doublings `x = x + x` have $2^{60}$ paths, and each of the sixty pulls is called once in a pass;
# - what goes back is what the pulls say, also where a pull is no derivative (a rule that rounds and lets `g` through, one that turns its sign): the checks send every input through a rule whose pull gives $-2g$;
# - a chain of 20 000 steps goes through (Python stops a recursion at about 1 000);
# - a second `backward`, of the same result or another, adds exactly its own gradient; a leaf that was not used keeps `None`.
#
# About 35 lines.

# %% nbgrader={"grade_id": "operators", "locked": true}
class Operators:
    """What a tensor can be asked for; every line calls `record` with one of the ten rules."""

    __array_ufunc__ = None  # an array on the left leaves the operation to the tensor

    def __add__(self, other):
        return record(add, self, other)

    def __radd__(self, other):
        return record(add, other, self)

    def __mul__(self, other):
        return record(multiply, self, other)

    def __rmul__(self, other):
        return record(multiply, other, self)

    def __neg__(self):
        return record(multiply, self, -1.0)

    def __sub__(self, other):
        return record(add, self, other * -1.0)

    def __rsub__(self, other):
        return record(add, other, -self)

    def __truediv__(self, other):
        return record(divide, self, other)

    def __rtruediv__(self, other):
        return record(divide, other, self)

    def __matmul__(self, other):
        return record(matmul, self, other)

    def __rmatmul__(self, other):
        return record(matmul, other, self)

    def __pow__(self, exponent):
        return record(power, self, exponent=exponent)

    def exp(self):
        return record(exp, self)

    def log(self):
        return record(log, self)

    def relu(self):
        return record(relu, self)

    def sum(self, axis=None, keepdims=False):
        return record(total, self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        summed = self.sum(axis, keepdims)
        return summed * (summed.data.size / self.data.size)

    def rows(self, index):
        return record(rows, self, index=index)


# %% nbgrader={"grade_id": "engine", "solution": true}
def record(rule, *operands, **settings):
    """Apply a rule to tensors and constants; the result remembers how it was made."""
    ### BEGIN SOLUTION
    values = [o.data if isinstance(o, Tensor) else np.asarray(o, dtype=np.float64) for o in operands]
    value, pull = rule(*values, **settings)
    made = Tensor(value)
    made.operands, made.pull = operands, pull
    needed = [made if place == "result" else operands[place] for place in NEEDS[rule.__name__]]
    made.needed = [(t, t.version) for t in needed if isinstance(t, Tensor)]
    return made
    ### END SOLUTION


class Tensor(Operators):
    """An array that knows how it was made."""

    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        ### BEGIN SOLUTION
        self.operands, self.pull, self.needed, self.version = (), None, [], 0
        ### END SOLUTION

    def backward(self, seed=None):
        """Add the gradient of sum(seed * self) to .grad of every leaf that was used."""
        ### BEGIN SOLUTION
        if seed is None and self.data.size != 1:
            raise ValueError(f"a result of shape {self.data.shape} needs a seed of that shape")
        seed = np.ones_like(self.data) if seed is None else np.asarray(seed, dtype=np.float64)
        if seed.shape != self.data.shape:
            raise ValueError(f"the seed has shape {seed.shape}, the result {self.data.shape}")
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:  # operands before results, each once
            node, ready = waiting.pop()
            if ready:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                waiting.append((node, True))
                waiting += [(o, False) for o in node.operands if isinstance(o, Tensor)]
        for node in order:
            if any(t.version != version for t, version in node.needed):
                raise RuntimeError("a value that the backward pass needs was changed by add_")
        gradients = {id(self): seed}
        for node in reversed(order):
            g = gradients.pop(id(node))
            if node.pull is None:
                node.grad = np.array(g) if node.grad is None else node.grad + g
            else:
                for o, part in zip(node.operands, node.pull(g)):
                    if isinstance(o, Tensor):
                        gradients[id(o)] = gradients[id(o)] + part if id(o) in gradients else part
        ### END SOLUTION

    def add_(self, values):
        """Add numbers to .data in place and return self (task 4)."""
        ### BEGIN SOLUTION
        self.data += values
        self.version += 1
        return self
        ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-trace", "locked": true}
# **A tool for looking.** `trace(f, *arrays)` runs `f` on tensors and lists every rule in the order of recording, with its shapes and the largest error of each of its gradients against differences. An error above $10^{-6}$ names the rule that is wrong; if all rules are right and the end is not, the fault lies in `record` or `backward`. Try `trace(lambda x, b: ((x + b).relu() * x).sum(), np.ones((2, 3)), np.array([-2.0, 0.5, 1.0]))`.

# %% nbgrader={"grade_id": "trace", "locked": true}
def trace(f, *arrays):
    """List the rules that f records, and the largest error of each pull against differences."""
    global record
    plain, steps = record, []

    def watched(rule, *operands, **settings):
        steps.append((rule, [np.array(o.data if isinstance(o, Tensor) else o, dtype=np.float64) for o in operands], settings))
        return plain(rule, *operands, **settings)

    record = watched
    try:
        leaves = [Tensor(np.array(a, dtype=np.float64)) for a in arrays]
        result = f(*leaves)
    finally:
        record = plain
    draw = np.random.default_rng(0)
    for number, (rule, values, settings) in enumerate(steps):
        value, pull = rule(*values, **settings)
        g = draw.normal(size=np.shape(value))
        errors = []
        for i, part in enumerate(pull(g)):
            slopes = np.zeros_like(values[i])
            for place in np.ndindex(*slopes.shape):
                shifted = [v.copy() for v in values]
                shifted[i][place] += 1e-6
                up = rule(*shifted, **settings)[0]
                shifted[i][place] -= 2e-6
                slopes[place] = (g * (up - rule(*shifted, **settings)[0])).sum() / 2e-6
            errors.append("wrong shape" if np.shape(part) != slopes.shape else f"{np.abs(part - slopes).max(initial=0):.0e}")
        print(f"{number:3} {rule.__name__:8} {' , '.join(str(v.shape) for v in values):18} -> {str(np.shape(value)):10} errors {', '.join(errors)}")
    result.backward(np.ones_like(result.data))
    for i, leaf in enumerate(leaves):
        print(f"input {i}: grad {'None' if leaf.grad is None else np.round(leaf.grad, 6).tolist()}")


# %% nbgrader={"grade_id": "check-engine", "grade": true, "points": 8}
def engine(f, *arrays, seed=None, times=1):
    """Value and gradients of the inputs from the learner's engine, as plain data."""

    def run(kind, recorded, program, inputs, g, repeat):
        def add(a, b):  # a rule of somebody else's, whose pull gives -2 g: what goes back is what the pull says
            return a + b, lambda g: (-2.0 * g, 0.0)

        leaves = [kind(np.array(a)) for a in inputs]
        result = program(*[recorded(add, leaf, 0.0) for leaf in leaves])
        for _ in range(repeat):
            result.backward() if g is None else result.backward(g)
        return [np.array(result.data)] + [None if leaf.grad is None else np.array(leaf.grad) / -2.0 for leaf in leaves]

    return kit.probe(in_numpy, None, lambda kind, recorded, inputs, g: run(kind, recorded, f, inputs, g, times), Tensor, record, list(arrays), seed)


def torch_engine(f, *arrays, seed=None):
    """The same by torch; an input that was not used has None."""
    leaves = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
    result = f(*leaves)
    result.backward() if seed is None else result.backward(torch.tensor(seed))
    return [result.detach().numpy()] + [None if leaf.grad is None else leaf.grad.numpy() for leaf in leaves]


def by_differences(f, *arrays):
    """Value and gradients of a scalar by central differences of the learner's own values."""

    def run(kind, program, inputs):
        def value(shifted):
            return float(np.sum(program(*(kind(np.array(a)) for a in shifted)).data))

        slopes = []
        for i, a in enumerate(inputs):
            slope = np.zeros(np.shape(a))
            for place in np.ndindex(*slope.shape):
                up, down = [np.array(x) for x in inputs], [np.array(x) for x in inputs]
                up[i][place] += 1e-5
                down[i][place] -= 1e-5
                slope[place] = (value(up) - value(down)) / 2e-5
            slopes.append(slope)
        return [np.array(value(inputs)), *slopes]

    return kit.probe(lambda kind, inputs: run(kind, f, inputs), Tensor, list(arrays))


def agree(mine, right, because="", known_wrong=None, tolerance=1e-9):
    """Hold value and gradients against others."""
    kit.close(mine[0], right[0], rtol=tolerance, atol=tolerance, because=f"the value. {because}")
    for i, (part, other) in enumerate(zip(mine[1:], right[1:])):
        if part is None or other is None:
            kit.equal(part, other, because=f"input {i}. {because}")
        else:
            kit.close(part, other, rtol=tolerance, atol=tolerance, because=f"the gradient of input {i}. {because}", known_wrong=(known_wrong or {}).get(i))


def taken(x, index):
    """Rows of a tensor of either engine."""
    return x[torch.as_tensor(index)] if isinstance(x, torch.Tensor) else x.rows(index)


score = kit.Score(8)
with score.part(1, "x·x + x, where x is used three times, and a diamond", x="drawn"):
    for x in kit.examples(lambda r: r.uniform(0.5, 3, size=2), n=4, name="reuse"):
        agree(engine(lambda t: (t * t + t).sum(), x), [np.array((x * x + x).sum()), 2 * x + 1], f"x = {x.tolist()}", {0: {
            "only the last use arrived: gradients of several uses add up": np.ones(2), "only one factor arrived": x + 1, "only the factors arrived": 2 * x, "one use is missing": x}})
        u = x[:1]
        agree(engine(lambda t: ((a := t * 3.0) * (a + a.exp())).sum(), u), torch_engine(lambda t: ((a := t * 3.0) * (a + a.exp())).sum(), u), f"a = 3x, a · (a + e^a), x = {u.tolist()}")
with score.part(1, "a layer with a bias, against differences and against torch", f="mean(relu(x @ w + b)²)"):
    for r in kit.examples(lambda r: r, n=2, name="layer"):
        x, w, b = r.normal(size=(4, 3)), r.normal(size=(3, 2)), r.normal(size=2)
        layer = lambda x, w, b: ((x @ w + b).relu() ** 2).mean()
        text = f"x = {x.tolist()}, w = {w.tolist()}, b = {b.tolist()}"
        agree(engine(layer, x, w, b), by_differences(layer, x, w, b), "against differences. " + text, tolerance=1e-6)
        agree(engine(layer, x, w, b), torch_engine(layer, x, w, b), "against torch. " + text)
with score.part(1, "constants on either side: numbers and arrays get no gradient and disturb none", x="drawn"):
    for r in kit.examples(lambda r: r, n=3, name="constants"):
        x, c, m = away(r, 2, 2), away(r, 2, 2), r.normal(size=(3, 2))
        agree(engine(lambda t: ((2.0 - t) / c + c / t - m[:2] * t + (m @ t).sum(0) + 1 / (t * t)).sum(), x), torch_engine(lambda t: ((2.0 - t) / torch.tensor(c) + torch.tensor(c) / t - torch.tensor(m[:2]) * t + (torch.tensor(m) @ t).sum(0) + 1 / (t * t)).sum(), x), f"x = {x.tolist()}")
with score.part(1, "a result of many numbers takes a seed of its shape, and only that", x="(2, 3)"):
    for r in kit.examples(lambda r: r, n=2, name="seeds"):
        x, g = r.normal(size=(2, 3)), r.normal(size=(2, 3))
        agree(engine(lambda t: t * t, x, seed=g), [x * x, 2 * x * g], f"x = {x.tolist()}, seed = {g.tolist()}", {0: {"the seed is not used": 2 * x}})

    def refused(kind, x, g):
        leaf = kind(x)
        try:
            (leaf * leaf).backward() if g is None else (leaf * leaf).backward(g)
        except ValueError:
            return ["refused", None if leaf.grad is None else np.array(leaf.grad)]
        return ["taken", None]

    for g in (None, np.ones(3), np.ones((1, 3)), np.ones((3, 2)), np.array(1.0)):
        kit.equal(kit.probe(in_numpy, None, refused, Tensor, np.ones((2, 3)), g), ["refused", None], because=f"a result of shape (2, 3), seed {'left out' if g is None else f'of shape {g.shape}'}")
    agree(engine(lambda t: t * t, np.array([[3.0]])), [np.array([[9.0]]), np.array([[6.0]])], "one number in a matrix needs no seed")
### BEGIN HIDDEN TESTS
def program_of(r, length=12):
    """A random program: every step uses earlier results, many of them again; the same for both engines."""
    steps = []
    for k in range(length):
        names = ["add", "multiply", "exp", "relu", "power", "total", "minus", "divide", "rows"]
        steps.append((str(r.choice(names)), int(r.integers(0, k + 3)), int(r.integers(0, k + 3)), r.integers(0, 2, size=2), float(r.uniform(0.5, 1.5))))

    def run(*leaves):
        found = list(leaves)
        for name, i, j, index, c in steps:
            a, b = found[i], found[j]
            if name == "add":
                found.append((a + b) * 0.5)
            elif name == "multiply":
                found.append(a * b * 0.3)
            elif name == "minus":
                found.append(c - a)
            elif name == "exp":
                found.append((a * a * -0.1).exp())
            elif name == "relu":
                found.append((a + 0.1).relu())
            elif name == "power":
                found.append((a * a + c) ** -0.5)
            elif name == "total":
                found.append(a * 0.2 + b.sum(axis=-1, keepdims=True) * 0.1)
            elif name == "divide":
                found.append(a / (b * b + 1.0))
            else:
                found.append(a + taken(b, index).mean(axis=0) * 0.5)
        last = found[-1] + found[-2]
        return last.sum()

    return run


with score.part(1, "other programs, in which results are used again and again", hidden=True):
    for r in kit.examples(lambda r: r, n=12, name="programs"):
        arrays = [r.normal(size=(2, 3)), r.normal(size=(2, 1)), r.normal(size=(2, 3))]
        program = program_of(r)
        agree(engine(program, *arrays), torch_engine(program, *arrays))
with score.part(1, "sixty doublings, and a chain of 20 000 steps", hidden=True):

    def doublings(kind, recorded, n):
        calls = [0]

        def add(a, b):  # a rule like the learner's own, that counts
            def pull(g):
                calls[0] += 1
                return g, g

            return a + b, pull

        t = leaf = kind(np.array([1.0, -1.0]))
        for _ in range(n):
            t = recorded(add, t, t)
        t.backward(np.ones(2))
        return [calls[0], np.array(leaf.grad)]

    def chain(t, u):
        for k in range(20_000):
            t = t + u if k % 2 else t * 1.0001
        return t.sum()

    for n in (3, 12, 60):  # whoever follows every path stops at twelve
        kit.equal(kit.probe(in_numpy, None, doublings, Tensor, record, n), [n, np.full(2, 2.0**n)])
    factors, direct = 1.0, 0.0
    for k in range(20_000):
        factors, direct = (factors, direct + 1) if k % 2 else (factors * 1.0001, direct * 1.0001)
    agree(engine(chain, np.array([0.5]), np.array([0.25])), [np.array(0.5 * factors + 0.25 * direct), np.array([factors]), np.array([direct])])
with score.part(1, "gradients add up exactly over several passes, are float64, share no memory, and stay None where nothing was used; constants reach a rule as float64 arrays", hidden=True):
    for r in kit.examples(lambda r: r, n=5, name="passes"):
        arrays = [r.normal(size=(2, 3)), r.normal(size=(2, 1)), r.normal(size=(2, 3))]
        program = program_of(r, 6)
        once = torch_engine(program, *arrays)
        agree(engine(program, *arrays, times=3), [once[0]] + [None if g is None else 3 * g for g in once[1:]])

    def passes(kind, x):
        a, b, c = kind(x), kind(2 * x), kind(3 * x)
        (a + b).sum().backward()
        shared = bool(np.shares_memory(a.grad, b.grad))
        early = np.array(a.grad)
        kept = a.grad
        a.grad += 10.0
        (a * b).sum().backward()
        leaf = kind(np.array(2.0))
        leaf.backward()
        whole = kind(np.zeros(2))
        whole.backward(np.array([1, 2]))
        g = np.ones((2, 2))
        d = kind(np.zeros((2, 2)))
        e = kind(np.zeros((2, 2)))
        (d + e).backward(g)
        d.grad += 5.0
        return [shared, early, np.array(a.grad), np.array(b.grad), c.grad is None, np.array(leaf.grad), g, np.array(e.grad), str(whole.grad.dtype)]

    def kinds_that_arrive(kind, recorded):
        seen = []

        def add(a, b):
            seen.extend([str(a.dtype), str(b.dtype), b.shape])
            return a + b, lambda g: (g, g.sum())

        recorded(add, kind(np.ones(2)), 3)
        recorded(add, kind(np.ones(2)), np.array(4))
        return seen

    x = kit.rng("memory").normal(size=3)
    kit.close(kit.probe(in_numpy, None, passes, Tensor, x), [False, np.ones(3), 11.0 + 2 * x, 1.0 + x, True, np.array(1.0), np.ones((2, 2)), np.ones((2, 2)), "float64"], rtol=1e-9)
    kit.equal(kit.probe(in_numpy, None, kinds_that_arrive, Tensor, record), ["float64", "float64", ()] * 2)
with score.part(1, "a classifier with a table of rows, a hidden layer and a softmax: all gradients as torch's", hidden=True):
    for r in kit.examples(lambda r: r, n=3, name="classifier"):
        n, kinds, width, hidden, classes = 12, 7, 5, 30, 4
        index, right = r.integers(0, kinds, size=n), r.integers(0, classes, size=n)
        one_hot = np.eye(classes)[right]

        def loss(table, w, b, v):
            h = (taken(table, index) @ w + b).relu()
            scores = h @ v
            picked = scores * (torch.tensor(one_hot) if isinstance(scores, torch.Tensor) else one_hot)
            return (scores.exp().sum(axis=1).log() - picked.sum(axis=1)).mean()

        arrays = [r.normal(size=s) for s in ((kinds, width), (width, hidden), (hidden,), (hidden, classes))]
        agree(engine(loss, *arrays), torch_engine(loss, *arrays))
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-changes", "locked": true}
# ## 4. Values that change (5 points)
#
# Training changes the weights where they lie; a second copy does not fit the device. Go back to the class and add this.
#
# | | contract |
# |---|---|
# | `t.add_(values)` | adds a number or an array to `t.data` **in place**: the same memory, seen by everybody who holds it. `values` broadcasts to the shape of `t`. Returns `t` |
# | refusal | when a value that a pull needs (`NEEDS`) has been changed since the rule was recorded, no gradient may come out: a `RuntimeError` is raised by `backward`, before it touches any gradient. If you prefer, `add_` itself may refuse a value that a pending backward pass needs; then `t.data` stays as it was |
# | no false alarm | a value that no pull needs may change: the operands of a sum, of `total` and `rows`, the operand of `exp`. So may a value before it is used, and weights after `backward`, even if the old result is still there |
#
# Why not copy what is needed? Because the copies are what fills the memory. PyTorch decides the same way: it counts the versions of each tensor.

# %% nbgrader={"grade_id": "check-changes", "grade": true, "points": 5}
def attempt(f, change, *arrays):
    """Run f, change something, go backward: the gradients as data, or which step refused."""

    def run(kind, inputs):
        leaves = [kind(np.array(a)) for a in inputs]
        result, targets = f(*leaves)
        before = [np.array(t.data) for t in targets]
        try:
            change(targets)
        except RuntimeError:
            if any(not np.array_equal(t.data, b) for t, b in zip(targets, before)):
                return "refused by add_, which changed the data all the same"
            return "refused"
        if all(np.array_equal(t.data, b) for t, b in zip(targets, before)):
            return "add_ changed nothing"
        try:
            result.backward(np.ones_like(result.data))
        except RuntimeError:
            if any(leaf.grad is not None for leaf in leaves):
                return "refused, but some gradients had been touched"
            return "refused"
        return [np.array(leaf.grad) for leaf in leaves]

    return kit.probe(in_numpy, None, run, Tensor, list(arrays))


def first_changed(targets):
    targets[0].add_(1.0)


score = kit.Score(5)
with score.part(1, "add_ adds where the numbers lie, broadcasts and returns the tensor", t="(2, 3)"):

    def in_place(kind, x, values):
        t = kind(x)
        held = t.data
        back = t.add_(values)
        return [back is t, bool(np.shares_memory(held, t.data)), np.array(held)]

    for r in kit.examples(lambda r: r, n=3, name="in place"):
        x = r.normal(size=(2, 3))
        for values in (r.normal(size=(2, 3)), r.normal(size=3), float(r.normal())):
            kit.close(kit.probe(in_numpy, None, in_place, Tensor, x.copy(), values), [True, True, x + values], because=f"x = {x.tolist()}, values = {values}", known_wrong={
                "a new array was made: whoever holds the old one does not see it": [True, False, x], "return self": [False, True, x + values]})
with score.part(1, "a factor that was changed is refused, a summand is not", x="drawn"):
    for r in kit.examples(lambda r: r, n=3, name="refused"):
        x, y = r.normal(size=3), r.normal(size=3)
        kit.equal(attempt(lambda x, y: ((x * y).sum(), [x]), first_changed, x, y), "refused", because=f"x · y, then x.add_(1.0): y would get the new x, its gradient was the old one. x = {x.tolist()}, y = {y.tolist()}", known_wrong={
            "the gradient is of numbers that no longer exist": [y, x + 1.0]})
        kit.close(attempt(lambda x, y: ((x + y).sum(), [x]), first_changed, x, y), [np.ones(3), np.ones(3)], because="x + y, then x.add_(1.0): no pull needs x")
with score.part(1, "twenty steps of training on real digits: the losses of torch", data="load_digits, the first 60"):
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels, labels = digits.data[:60] / 16, np.eye(10)[digits.target[:60]]

    def losses(kind, recorded, x, y, steps):
        def add(a, b):  # its pull gives -2 g: the pulls decide
            return a + b, lambda g: (-2.0 * g, 0.0)

        w, b, found = kind(np.zeros((64, 10))), kind(np.zeros(10)), []
        for _ in range(steps):
            scores = x @ recorded(add, w, 0.0) + recorded(add, b, 0.0)
            loss = (scores.exp().sum(axis=1).log() - (scores * y).sum(axis=1)).mean()
            loss.backward()
            found.append(float(loss.data))
            for t in (w, b):
                t.add_(0.25 * t.grad)
                t.grad = None
        return found

    weight, bias, right = torch.zeros(64, 10, dtype=torch.float64, requires_grad=True), torch.zeros(10, dtype=torch.float64, requires_grad=True), []
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(torch.tensor(pixels) @ weight + bias, torch.tensor(digits.target[:60]))
        loss.backward()
        right.append(float(loss.detach()))
        with torch.no_grad():
            for t in (weight, bias):
                t -= 0.5 * t.grad
                t.grad = None
    kit.close(kit.probe(in_numpy, None, losses, Tensor, record, pixels, labels, 20), right, rtol=1e-9, because="softmax regression, learning rate 0.5")
### BEGIN HIDDEN TESTS
with score.part(1, "each rule: what its pull needs is guarded, what it does not need is free", hidden=True):
    table = {
        "add": (lambda a, b: a + b, 2), "multiply": (lambda a, b: a * b, 2), "divide": (lambda a, b: a / b, 2), "matmul": (lambda a, b: a @ b, 2), "exp": (lambda a: a.exp(), 1),
        "log": (lambda a: a.log(), 1), "relu": (lambda a: a.relu(), 1), "power": (lambda a: a**3, 1), "total": (lambda a: a.sum(axis=0), 1), "rows": (lambda a: taken(a, np.array([1, 1, 0])), 1),
    }
    for name, (rule, count) in table.items():
        arrays = [kit.rng(f"table {name} {i}").uniform(0.5, 2, size=(2, 2)) for i in range(count)]
        free = torch_engine(lambda *leaves: (rule(*leaves) * 2.0).sum(), *arrays)[1:]
        for place in (*range(count), "result"):

            def watched(*leaves, rule=rule, place=place):
                result = rule(*leaves)
                return (result + result).sum(), [result if place == "result" else leaves[place]]

            found = attempt(watched, first_changed, *arrays)
            if place in {"add": (), "multiply": (0, 1), "divide": (0, 1), "matmul": (0, 1), "exp": ("result",), "log": (0,), "relu": (0,), "power": (0,), "total": (), "rows": ()}[name]:
                kit.equal(found, "refused")
            else:
                kit.close(found, free, rtol=1e-9, atol=1e-9)
with score.part(1, "deep in the graph, changed twice or back again: refused; before use, and after the pass: free; a refused pass leaves every gradient as it was", hidden=True):
    r = kit.rng("deep")
    x, y = r.uniform(0.5, 2, size=3), r.uniform(0.5, 2, size=3)

    def back_again(targets):
        targets[0].add_(1.0)
        targets[0].add_(-1.0)
        targets[0].add_(0.5)

    kit.equal(attempt(lambda a, b: ((((h := a * b) * b).exp() + a + h).sum(), [h]), first_changed, x, y), "refused")
    kit.equal(attempt(lambda a, b: (((a * b) + b).sum(), [a]), back_again, x, y), "refused")

    def stories(kind, x, y):
        told = []
        a, b = kind(np.array(x)), kind(np.array(y))
        a.add_(1.0)
        (a * b).sum().backward()  # changed before it was used
        told += [np.array(a.grad), np.array(b.grad)]
        old = (a * b).sum()
        old.backward()
        a.add_(1.0)  # after the pass, with the old result still there
        a.grad = b.grad = None
        new = (a * b).sum()
        new.backward()
        told += [np.array(a.grad), np.array(b.grad)]
        c, d = kind(np.array(x)), kind(np.array(y))
        (c + d).sum().backward()
        bad = (d + d * c).sum()
        try:
            c.add_(1.0)
            bad.backward()
            told.append("not refused")
        except RuntimeError:
            told.append("refused")
        return told + [np.array(c.grad), np.array(d.grad)]

    kit.close(kit.probe(in_numpy, None, stories, Tensor, x, y), [y, x + 1, y, x + 2, "refused", np.ones(3), np.ones(3)], rtol=1e-9)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-faulty", "locked": true}
# ## 5. A test that finds the wrong gradient (5 points)
#
# Next week others add forty rules. You are asked for the test that every one of them has to pass.
#
# | | contract |
# |---|---|
# | `faulty(rule, operands)` | `rule(*operands)` returns a value and a pull, as in task 2; `operands` is a list of float64 arrays of any shape, at whose values the rule is smooth. Returns the list of the places (0, 1, …, rising) of the operands whose gradient is wrong |
#
# **Wrong** is a gradient of another shape than its operand, one with NaN or infinity, and one of which some number is off by 1 % or more of the largest number of the true gradient (by anything, where the true one is 0 throughout). Every other gradient that you meet is **right** up to rounding, and must not be named. It has to hold for every `g`, so draw one: a seed of ones hides much.
#
# **The budget**: 20 calls of `rule` for each operand, however large it is; operands have up to 400 numbers, between 0.001 and 1000 in size, those of one operand within a factor of 20. So not one number after the other: a *direction* $v$ moves all numbers of an operand at once, and
#
# $$\Big\langle g,\ \frac{f(x + h v) - f(x - h v)}{2h} \Big\rangle \;\approx\; \langle \text{pull}(g),\ v \rangle.$$
#
# `operands` stay as they are. About 20 lines.

# %% nbgrader={"grade_id": "faulty", "solution": true}
def faulty(rule, operands):
    """Return the places of the operands whose gradient is wrong."""
    ### BEGIN SOLUTION
    draw = np.random.default_rng(0)
    value, pull = rule(*operands)
    found = []
    for i, x in enumerate(operands):
        for _ in range(4):
            g = draw.normal(size=np.shape(value))
            given = np.asarray(pull(g)[i])
            if given.shape != x.shape or not np.isfinite(given).all():
                found.append(i)
                break
            v = draw.normal(size=x.shape) * np.abs(x).max(initial=0.0)
            up, down = (rule(*operands[:i], x + h * v, *operands[i + 1 :])[0] for h in (1e-6, -1e-6))
            slopes = g * (up - down) / 2e-6
            if abs(slopes.sum() - (given * v).sum()) > 1e-6 * (np.abs(slopes).sum() + np.abs(given * v).sum()):
                found.append(i)
                break
    return found
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-faulty", "grade": true, "points": 5}
def sound_rules(r, size):
    """Right rules of the check's own, with operands of a size: (name, rule, operands)."""
    n, k, m = (int(i) for i in r.integers(2, 6, size=3))
    positive = lambda *shape: r.uniform(0.3, 3, size=shape) * size

    def product(a, b):
        return a * b, lambda g: (g * b, (g * a).sum(0))

    def matrices(a, b):
        return a @ b, lambda g: (g @ b.T, a.T @ g)

    def logarithm(a):
        return np.log(a), lambda g: (g / a,)

    def soft(a):
        e = np.exp(a / size)
        p = e / e.sum(-1, keepdims=True)
        return p, lambda g: (p * (g - (g * p).sum(-1, keepdims=True)) / size,)

    def cube(a, b):
        return a**3 / b, lambda g: (g * 3 * a**2 / b, -g * a**3 / b**2)

    def second(a, b):
        return b * 2.0, lambda g: (np.zeros_like(a), g * 2.0)

    return [
        ("product", product, [positive(n, k), positive(k)]), ("matrices", matrices, [r.normal(size=(n, k)) * size, r.normal(size=(k, m))]), ("logarithm", logarithm, [positive(n, k)]),
        ("soft", soft, [positive(n, k)]), ("cube", cube, [positive(n), positive(n)]), ("second", second, [positive(n), positive(k)]),
    ]


def spoilt(rule, place, how):
    """The rule with one of its gradients made wrong."""

    def wrong(*operands):
        value, pull = rule(*operands)

        def other(g):
            parts = list(pull(g))
            parts[place] = how(parts[place], g, operands[place])
            return tuple(parts)

        return value, other

    return wrong


def judged(rule, operands):
    """The learner's verdict; the budget, and whether operands were left alone, are looked at on the way."""
    calls = [0]
    held = [np.array(o) for o in operands]

    def counted_rule(*given):
        calls[0] += 1
        return rule(*(np.asarray(x, dtype=np.float64) for x in given))

    answer = faulty(counted_rule, held)
    kit.require(calls[0] > 0, "the rule was never called")
    kit.require(calls[0] <= 20 * len(operands), f"{calls[0]} calls of the rule for {len(operands)} operands of {[o.size for o in operands]} numbers: at most 20 an operand")
    return answer


MANNERS = {
    "twice what it should be": lambda part, g, x: 2 * part,
    "the wrong sign": lambda part, g, x: -part,
    "always 0": lambda part, g, x: np.zeros_like(part),
    "not summed back: an axis too many": lambda part, g, x: part[None],
    "NaN at one place": lambda part, g, x: np.where(np.arange(part.size).reshape(part.shape) == 0, np.nan, part),
}
score = kit.Score(5)
with score.part(1, "right rules pass, and one whose gradient has the wrong sign is named", rules="drawn"):
    for r, size in zip(kit.examples(lambda r: r, n=2, name="plain"), (0.01, 100.0)):
        for name, rule, operands in sound_rules(r, size)[:3]:
            text = f"{name}, operands {[o.tolist() for o in operands]}"
            kit.equal(judged(rule, operands), [], because=f"a right rule: {text}", known_wrong={"every operand was named, and all are right: is the step too large or too small for numbers of this size?": list(range(len(operands)))})
            for place in range(len(operands)):
                kit.equal(judged(spoilt(rule, place, MANNERS["the wrong sign"]), operands), [place], because=f"the wrong sign at operand {place}: {text}", known_wrong={
                    "the fault was not seen: is the pull held against differences?": [], "the sound operand was named too": list(range(len(operands)))})
with score.part(1, "other faults, shown one by one", faults=", ".join(MANNERS)):
    for manner, how in MANNERS.items():
        r = kit.rng(f"manner {manner}")
        for name, rule, operands in sound_rules(r, 1.0)[:3]:
            place = int(r.integers(len(operands)))
            kit.equal(judged(spoilt(rule, place, how), operands), [place], because=f"{name}, operand {place}: {manner}", known_wrong={"the fault was not seen": []})
        kit.equal(judged(rule, operands), [], because=f"{name} as it was")
### BEGIN HIDDEN TESTS
with score.part(1, "small faults of a hundredth: in all numbers, or in a single one of four hundred", hidden=True):
    for r, size in zip(kit.examples(lambda r: r, n=3, name="small"), (0.01, 1.0, 100.0)):
        for name, rule, operands in sound_rules(r, size):
            place = len(operands) - 1
            sign = float(r.choice([-1, 1]))
            kit.equal(judged(spoilt(rule, place, lambda part, g, x: part * (1 + 0.02 * sign)), operands), [place])
        x = r.uniform(0.5, 2, size=(20, 20)) * size
        spot = int(r.integers(400))
        single = lambda part, g, x: part + 0.02 * np.abs(part).max() * (np.arange(400).reshape(20, 20) == spot)
        logarithm = sound_rules(r, size)[2][1]
        kit.equal(judged(spoilt(logarithm, 0, single), [x]), [0])
        kit.equal(judged(logarithm, [x]), [])
with score.part(1, "faults that a seed of ones does not show, several at a time, and gradients that should be 0", hidden=True):
    for r, size in zip(kit.examples(lambda r: r, n=2, name="hidden faults"), (0.01, 100.0)):
        rules = {name: (rule, operands) for name, rule, operands in sound_rules(r, size)}

        def averaged(rule):
            def wrong(*operands):
                value, pull = rule(*operands)
                return value, lambda g: pull(np.full_like(g, g.mean()))

            return wrong

        rule, operands = rules["logarithm"]
        kit.equal(judged(averaged(rule), operands), [0])
        rule, operands = rules["product"]
        kit.equal(judged(averaged(rule), operands), [0, 1])
        rule, operands = rules["second"]
        kit.equal(judged(spoilt(rule, 0, lambda part, g, x: part + 1e-3), operands), [0])
        kit.equal(judged(rule, operands), [])
        rule, operands = rules["soft"]
        kit.equal(judged(spoilt(rule, 0, lambda part, g, x: part + g / size), operands), [0])
        rule, operands = rules["cube"]
        kit.equal(judged(spoilt(spoilt(rule, 0, MANNERS["always 0"]), 1, MANNERS["the wrong sign"]), operands), [0, 1])
        square = r.normal(size=(3, 3)), r.normal(size=(3, 3))
        kit.equal(judged(spoilt(rules["matrices"][0], 1, lambda part, g, x: part.T), list(square)), [1])
        kit.equal(judged(spoilt(rules["matrices"][0], 0, lambda part, g, x: np.where(np.arange(9).reshape(3, 3) == 4, np.inf, part)), list(square)), [0])
        three = lambda a, b, c: (a * b + c, lambda g: (g * b, g * a, g))
        kit.equal(judged(spoilt(three, 1, lambda part, g, x: part[0]), [x := r.normal(size=4), x + 1, x + 2]), [1])
        kit.equal(judged(three, [x, x + 1, x + 2]), [])
with score.part(1, "right rules pass at all sizes and shapes, plain numbers and empty arrays too; operands stay as they were", hidden=True):
    for r, size in zip(kit.examples(lambda r: r, n=4, name="sound"), (0.003, 0.1, 10.0, 300.0)):
        for name, rule, operands in sound_rules(r, size):
            kit.equal(judged(rule, operands), [])
        wrong = spoilt(rule, 1, MANNERS["twice what it should be"])
        kit.equal(judged(wrong, operands), [1])
    square_of = lambda a: (a * a, lambda g: (2 * a * g,))
    for a in (np.array(3.0), np.zeros((0, 2)), np.array([[0.001]]), np.array([1000.0, -900.0])):
        kit.equal(judged(square_of, [a]), [])
    kit.equal(judged(spoilt(square_of, 0, MANNERS["the wrong sign"]), [np.array(3.0)]), [0])
    kit.equal(kit.unchanged(lambda operands: judged(square_of, operands), [np.array([3.0])]), [])
    kit.equal(kit.unchanged(faulty, square_of, [np.array([3.0, 4.0])]), [])
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more, then submit.
#
# **If you want more.** Run `faulty` on your own ten rules. Then measure: how many bytes do the values in `NEEDS` take for a layer of 1 000 × 1 000 and a batch of 64, and which of them could be computed again instead?
