# %% [markdown] nbgrader={"grade_id": "intro", "locked": true}
# # A convolution, its gradients, and a residual net for a chip
#
# **You deliver** a convolution in NumPy, once direct and once as a matrix product, its gradients, the exact pixels that an output depends on, a test that names the fault in other people's convolutions, and a trained residual net whose norms are folded away.
# **Time**: 110 minutes. **Resources**: one CPU core, 1 GB, NumPy (and torch in task 5 alone), no network, no GPU; each cell takes under 10 s, the last check, which trains four nets here and six when graded, up to 30 on a busy machine.
# **Proves**: `deep-architectures` at B (task 1) and I (tasks 2 to 5). You need the course *Deep architectures*.
# **Score**: 30 points. A part of a check earns its points on its own. *Public* parts show the input that failed, the first wrong number, and the call of a tool that takes it apart. *Hidden* parts run after you submit, on inputs drawn anew for you: odd sizes, strides that leave a rest, kernels that are not square, other digits. For those you are told the property that failed.
#
# | task | you write | points |
# |---|---|---|
# | 1 | `size_out`, `direct`, `columns`, `conv` | 7 |
# | 2 | `conv_gradients` | 6 |
# | 3 | `field`, `sees` | 5 |
# | 4 | `diagnose` | 5 |
# | 5 | `fold`, `train` | 7 |
#
# Tasks 1 to 4 are done in NumPy: a function that uses torch, scikit-learn or SciPy, itself or through a helper, that loads modules by name, runs text as code, fetches things by a text that names them, or uses `getattr`, `vars`, `sys` or threads, earns nothing there. Results have the dtype of the input where arrays come in. **Tolerance**, unless a task names another: $10^{-9}$ in float64 and $10^{-5}$ in float32, relative to the largest number of the array.

# %% [markdown] nbgrader={"grade_id": "before", "locked": true}
# ## Before you start
#
# 1. A row of 10 pixels, a kernel of 3, stride 2, no padding. How many outputs, and which pixel is never read? 4; the last one. If that was a guess: *Deep architectures*, lesson 1.
# 2. Which shape has the gradient with respect to a kernel of shape (8, 3, 5, 5)? The same. If you cannot say how to get it: lesson 1, *A layer like any other*.
# 3. A batch norm was trained; $\gamma = 2$, $\beta = 1$, running mean 3, running variance 4 (and $\epsilon = 0$). What becomes of a 5 in evaluation? $2 \cdot (5 - 3)/2 + 1 = 3$. If that was a guess: lesson 3.
#
# *The situation.* The chip in your form reader has a new unit. It can do 3 × 3 convolutions, add, cut off below 0 and take a mean; it knows no norm. Digits arrive somewhere in the picture, no longer in its middle. Your team writes the reference that the chip's driver is tested against, and the first network for it. Three suppliers have handed in drivers, and not all of them are right.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import numpy as np
import torch

from graders import kit

torch.set_num_threads(1)
FAULTS = ("sound", "bias", "stride", "padding", "channels", "transposed", "flipped")


def theirs(x, w, b, stride, padding):
    """By torch, as an array."""
    with torch.no_grad():
        return torch.nn.functional.conv2d(*(torch.tensor(t.copy()) for t in (x, w, b)), stride, padding).numpy()


def true_columns(x, kh, kw, stride, padding):
    """By torch, a row for each place."""
    found = torch.nn.functional.unfold(torch.tensor(x.copy()), (kh, kw), padding=padding, stride=stride)
    return found.transpose(1, 2).reshape(-1, x.shape[1] * kh * kw).numpy()


def by_norm(x, w, b, gamma, beta, mean, var, eps):
    """A convolution (stride 1, no padding) and a batch norm in evaluation, by torch in float64."""
    x, w, b, gamma, beta, mean, var = (None if t is None else torch.tensor(np.asarray(t, dtype=np.float64)) for t in (x, w, b, gamma, beta, mean, var))
    return torch.nn.functional.batch_norm(torch.nn.functional.conv2d(x, w, b), mean, var, gamma, beta, False, 0.0, eps).numpy()


def random_sizes(r, most, kernel, room):
    """Random sizes that fit: of pictures, kernels and bias, then stride and padding."""
    stride, padding = int(r.integers(1, 4)), int(r.integers(0, kernel))
    n, c, o = (int(i) for i in r.integers(1, most + 1, size=3))
    kh, kw = (int(i) for i in r.integers(1, kernel + 1, size=2))
    height, width = (int(max(1, k - 2 * padding) + r.integers(0, room)) for k in (kh, kw))
    return (n, c, height, width), (o, c, kh, kw), (o,), stride, padding


def case(r, dtype=np.float64):
    """Pictures, kernels, bias, stride and padding."""
    *shapes, stride, padding = random_sizes(r, 3, 4, 9)
    return *(r.normal(size=size).astype(dtype) for size in shapes), stride, padding


def small(r, kernel=3, room=4):
    """A case that can be read: a few whole numbers."""
    *shapes, stride, padding = random_sizes(r, 2, kernel, room)
    return *(r.integers(-9, 10, size=size).astype(np.float64) for size in shapes), stride, padding


def small_up(r):
    """Such a case, smaller still, with the slopes that come from behind in place of the bias."""
    x, w, b, stride, padding = small(r, 2, 3)
    return x, w, r.integers(-9, 10, size=theirs(x, w, b, stride, padding).shape).astype(np.float64), stride, padding


def to_fold(r, dtype=np.float64, most=4):
    """A convolution with or without bias, and a batch norm behind it, in numbers of two digits."""
    def short(numbers):
        return np.vectorize(lambda number: float(f"{number:.2g}"))(numbers).astype(dtype)

    o, c, kh, kw = (int(i) for i in r.integers(1, most + 1, size=4))
    w, b = short(r.normal(size=(o, c, kh, kw))), short(r.normal(size=o)) if r.random() < 0.5 else None
    gamma, beta, mean = (short(r.normal(size=o)) for _ in range(3))
    return w, b, gamma, beta, mean, short(10.0 ** r.uniform(-6, 2, size=o)), float(f"{10.0 ** r.uniform(-6, -2):.2g}")


def pasted(name, *given):
    """A call to paste into a cell of your own, its arrays written out."""
    def written(thing):
        return f"np.array({''.join(np.array2string(thing, separator=',', threshold=thing.size + 1).split())})" if isinstance(thing, np.ndarray) else repr(thing)

    return f"{name}({', '.join(map(written, given))})"


def unwritten():
    """Which functions of task 1 are not written yet."""
    one, blank = np.ones((1, 1, 1, 1)), []
    attempts = {"size_out": lambda: size_out(1, 1, 1, 0), "direct": lambda: direct(one, one, np.ones(1), 1, 0), "columns": lambda: columns(one, 1, 1, 1, 0), "conv": lambda: conv(one, one, np.ones(1), 1, 0)}
    for name, attempt in attempts.items():
        try:
            attempt()
        except NotImplementedError:
            blank.append(name)
        except Exception:
            continue  # written, though not right
    return blank


def asked(function, *given):
    """What a function gives; where it stops, what is not written yet or what it was given is told."""
    try:
        return function(*given)
    except kit.CheckFailed:
        raise
    except NotImplementedError:
        blank = unwritten()
        if not blank:
            raise
        raise kit.CheckFailed(f"this is not written yet, or it calls what is not; of task 1, {', '.join(blank)} still stop with NotImplementedError") from None
    except Exception:
        if all(isinstance(thing, (np.ndarray, list, int, float, type(None))) and np.size(thing) < 300 for thing in given):
            print(f"it stops for {pasted('', *given)}")
        raise


def chip(net, x):
    """What the chip computes: raw pictures (n, 1, side, side) -> scores (n, 10)."""
    def convolved(h, w, b, stride=1):
        return torch.nn.functional.conv2d(h, torch.tensor(np.asarray(w, dtype=np.float32)), torch.tensor(np.asarray(b, dtype=np.float32)), stride, 1)

    with torch.no_grad():
        h = torch.relu(convolved(torch.tensor(np.asarray(x, dtype=np.float32)), *net["first"], stride=2))
        for w1, b1, w2, b2 in net["blocks"]:
            h = torch.relu(h + convolved(torch.relu(convolved(h, w1, b1)), w2, b2))
        W, b = (np.asarray(t, dtype=np.float32) for t in net["last"])
        return h.mean((2, 3)).numpy() @ W.T + b


# %% [markdown] nbgrader={"grade_id": "specification-text", "locked": true}
# **The contracts, to run.** `specification(task)` holds your functions against the sentences of a task's contract, on new small inputs each time, and says of each whether it holds and, where it does not, for what. It asks what the checks ask, of fewer inputs; it counts nothing. Call `specification(1)` in a cell of your own before you write task 1, to read what is wanted, and again while you write it; so on to 5.

# %% nbgrader={"grade_id": "specification", "locked": true}
def refused(error, number, function, *given):
    """Whether a call raises this error with this number in its text."""
    try:
        function(*given)
    except error as raised:
        return str(number) in str(raised)
    return False


def moves_along(function, x):
    """Whether pictures without their first row, or column, give the results without theirs, at stride 1 without padding."""
    whole = function(x)  # (n, rows, columns, ...)
    return np.allclose(function(x[:, :, 1:]), whole[:, 1:]) and np.allclose(function(x[:, :, :, 1:]), whole[:, :, 1:])


def bordered(x, padding):
    """Pictures with zeros around them."""
    return np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * 2))


def by_place(x, w, stride=1, padding=0):
    """Your columns, laid out by places: (n, rows, columns, c · kh · kw)."""
    return columns(x, *w.shape[2:], stride, padding).reshape(len(x), *theirs(x, w, np.zeros(len(w)), stride, padding).shape[2:], -1)


def in_single(*given):
    """The same in float32."""
    return [t.astype(np.float32) if isinstance(t, np.ndarray) else t for t in given]


def with_row(x, w, b):
    """The same pictures, with a border of ones, so that a row and a column may go."""
    return np.pad(x, ((0, 0), (0, 0), *[(w.shape[2], w.shape[3])] * 2), constant_values=1.0), w, b


def agree(mine, right):
    """Whether two lists of arrays have the same shapes and numbers."""
    return len(mine) == len(right) and all(np.shape(a) == np.shape(b) and np.allclose(a, b, atol=1e-9) for a, b in zip(mine, right))


def asks_well(r):
    """Whether diagnose keeps to the inputs that a candidate is made for."""
    kept = []

    def listening(x, w, b, stride, padding):
        fits = min(size + 2 * padding for size in x.shape[2:]) >= w.shape[2]
        kept.append(x.dtype == w.dtype == b.dtype == np.float64 and w.shape[2] == w.shape[3] and x.shape[1] == w.shape[1] and b.shape == (len(w),) and fits)
        return theirs(x, w, b, stride, padding)

    diagnose(listening)
    return len(kept) > 0 and all(kept)


def folded_as(w, b, *norm):
    """Whether the folded convolution gives on pictures what convolution and norm give."""
    x = np.random.default_rng(1).normal(size=(2, *w.shape[1:]))
    new_w, new_b = fold(w, b, *norm)
    return np.allclose(theirs(x, new_w, new_b, 1, 0), by_norm(x, w, b, *norm))


def net_of_noise(seed, budget=10_000):
    """Your net after 200 pictures of noise: nothing to learn, but a net of the right form."""
    r = np.random.default_rng(0)
    return train(r.uniform(0, 16, size=(200, 1, 12, 12)).astype(np.float32), r.integers(0, 10, size=200), budget, seed)


def numbers(net):
    """How many numbers a net has."""
    return sum(np.size(t) for t in (*net["first"], *(t for block in net["blocks"] for t in block), *net["last"]))


def by_steps(x, w, up, stride, padding):
    """Slopes of (outputs · up).sum() by x, w and b: one number after the other is moved by 1, forwards and back."""
    given = [x, w, np.zeros(len(w))]
    slopes = [np.zeros(t.shape) for t in given]
    for which, slope in enumerate(slopes):
        for place in np.ndindex(slope.shape):
            there, back = ([t.copy() for t in given] for _ in range(2))
            there[which][place] += 1
            back[which][place] -= 1
            slope[place] = ((theirs(*there, stride, padding) - theirs(*back, stride, padding)) * up).sum() / 2
    return slopes


def stack(r, depth=None):
    """Layers, and a row long enough for them."""
    layers = [(int(r.integers(1, 5)), int(r.integers(1, 4)), int(r.integers(0, 3)), int(r.integers(1, 4))) for _ in range(depth or int(r.integers(1, 5)))]
    n = 1
    for k, stride, padding, dilation in reversed(layers):
        n = max(1, (n - 1) * stride + dilation * (k - 1) + 1 - 2 * padding)
    return layers, n + int(r.integers(0, 12))


def depends(layers, n, i):
    """By torch: how many outputs there are, and the pixels that output i depends on, those where its slope is not 0."""
    x = torch.zeros(1, 1, n, dtype=torch.float64, requires_grad=True)
    out = x
    for k, stride, padding, dilation in layers:
        out = torch.nn.functional.conv1d(out, torch.ones(1, 1, k, dtype=torch.float64), None, stride, padding, dilation)
    return out.shape[2], torch.autograd.grad(out[0, 0, i], x)[0][0, 0].nonzero()[:, 0].tolist()


def measured_field(layers):
    """Size, jump and start, read off two outputs in the middle of a row so long that borders do not matter."""
    n = 4 * math.prod(stride for _, stride, _, _ in layers) * (1 + sum(k * dilation + padding for k, _, padding, dilation in layers))
    middle = depends(layers, n, 0)[0] // 2
    here, after = (depends(layers, n, i)[1] for i in (middle, middle + 1))
    jump = after[0] - here[0]
    return here[-1] - here[0] + 1, jump, here[0] - middle * jump


def other(fault, kind, r):
    """Somebody's convolution with a plain fault; how strong it is, is drawn."""
    factor, fill = float(r.uniform(1.5, 3)), float(r.uniform(0.5, 2))

    def candidate(x, w, b, stride, padding):
        x, w, b = (np.array(t, dtype=np.float64) for t in (x, w, b))
        wide = np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * 2), constant_values=fill if fault == "padding" else 0.0)
        w = {"channels": w[:, ::-1], "transposed": w.swapaxes(2, 3), "flipped": w[:, :, ::-1, ::-1]}.get(fault, w)
        out = theirs(wide, w, factor * b if fault == "bias" else b, 1, 0)
        down, right = ((size - 1) % stride if fault == "stride" else 0 for size in out.shape[2:])
        return out[:, :, down::stride, right::stride]

    return candidate


ELSEWHERE = {  # what reads files, packages or other people's code, or fetches things by a text
    "DataSource", "Formatter", "Path", "asdict", "astuple", "attrgetter", "builtins", "cached_property", "compile", "ctypes", "datasets", "exec", "f_back", "f_globals", "f_locals", "forms",
    "fileinput", "from_file", "fromfile", "fromregex", "gc", "genfromtxt", "get_field", "getattr", "globals", "gzip", "hub", "import_module", "importlib", "inspect", "io", "linecache", "load",
    "load_digits", "load_library", "loadtxt", "locals", "memmap", "methodcaller", "mmap", "multiprocessing", "open", "os", "pathlib", "pickle", "pickle_by_enum_name", "read", "read_array",
    "read_bytes", "read_text", "redirect_stderr", "redirect_stdout", "runpy", "shutil", "singledispatch", "socket", "string", "subprocess", "sys", "threading", "update_wrapper", "urllib", "vars",
    "wraps", "_convert_", "_getframe", "_wrapfunc", "__builtins__", "__closure__", "__code__", "__dict__", "__getattr__", "__getattribute__", "__getstate__", "__globals__", "__import__",
    "__match_args__", "__reduce__", "__reduce_ex__"}  # fmt: skip


def held(function, names, elsewhere):
    """What a function leads to, in the notebook or under these names in a module: how many numbers, letters and entries, and what of `elsewhere`.

    `eval` is refused as the builtin alone: a net has a method of that name.
    """
    import dis
    import gc
    import types

    import numpy as np
    import torch

    seen, waiting, total, used = {}, [function], 0, set()
    compiled = (types.BuiltinFunctionType, types.MethodDescriptorType, types.MethodWrapperType, types.WrapperDescriptorType)
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if thing is eval:
            used.add("the builtin `eval`")
        elif isinstance(thing, (*compiled, types.FunctionType, type)):  # whatever it is called in the notebook
            home = thing.__globals__.get("__name__") if isinstance(thing, types.FunctionType) else getattr(thing, "__objclass__", thing).__module__
            used |= set() if str(home).startswith("torch") else {thing.__name__} & elsewhere
        if isinstance(thing, types.ModuleType):
            waiting += [vars(thing)[name] for name in names if name in vars(thing)]
        elif isinstance(thing, np.ndarray):
            total += thing.size
            waiting += list(thing.flat) if thing.dtype.hasobject else []
        elif isinstance(thing, torch.Tensor):
            total += thing.numel()
        elif isinstance(thing, (str, bytes, bytearray)):
            total += len(thing)
        elif isinstance(thing, types.CodeType):
            waiting += thing.co_consts
        elif isinstance(thing, types.FunctionType):
            if thing.__globals__.get("__name__") == "__main__":
                codes = [thing.__code__]
                for code in codes:  # and what is defined inside
                    codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
                    steps = list(dis.get_instructions(code))
                    by_name = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
                    waiting += [thing.__globals__[name] for name in by_name if name in thing.__globals__]
                    waiting += [eval] if "eval" in by_name - set(thing.__globals__) else []
                    patterns = [step.arg for step in steps if step.opname == "MATCH_CLASS"]  # they read attributes, named in tuples or in an order
                    named = {part for group in code.co_consts if patterns and isinstance(group, tuple) for part in group} | ({"__match_args__"} if any(patterns) else set())
                    used |= (named | {part for name in code.co_names for part in name.split(".")}) & elsewhere
                waiting += [thing.__code__, thing.__defaults__, thing.__kwdefaults__, thing.__closure__, vars(thing)]
            elif not str(thing.__globals__.get("__name__")).startswith("torch"):
                waiting.append(thing.__closure__)  # a decorator's
        elif isinstance(thing, (types.BuiltinFunctionType, type(np.random.default_rng))):  # compiled: its module is not the notebook's
            bound = thing.__self__ if isinstance(thing, types.BuiltinFunctionType) else vars(thing)
            waiting += [] if isinstance(bound, types.ModuleType) else [bound]
        elif isinstance(thing, type):
            own = thing.__module__ == "__main__"
            waiting += [part for part in vars(thing).values() if own or isinstance(part, (types.FunctionType, np.ndarray, torch.Tensor))]
            waiting += thing.__bases__
        else:
            total += len(thing) if isinstance(thing, (list, tuple, dict, set, frozenset)) else 0
            waiting += gc.get_referents(thing)
    return total, sorted(used)


def from_x_alone():
    """Stop when train can know pictures other than those that it is given."""
    found = kit.reached(train)
    count, kept = kit.probe(held, train, sorted(found["names"]), ELSEWHERE)
    used = sorted({*kept, *(found["names"] & ELSEWHERE), *(found["packages"] - {"torch"})})
    kit.require(not used, f"train uses {', '.join(used)}: it learns from x and y alone, in NumPy and torch, and reads nothing else")
    kit.require(count <= 4000, f"train leads to {count} numbers and letters that the notebook keeps, 4000 are allowed: it learns from x and y alone")


SENTENCES = {  # task: what is drawn, and for each sentence whether it holds for that
    1: (small, {
        "size_out: at the last place the kernel still fits, one stride further it does not": lambda x, w, b, s, p: (lambda n, k, count: (count - 1) * s + k <= n + 2 * p < count * s + k)(x.shape[3], w.shape[3], size_out(x.shape[3], w.shape[3], s, p)),
        "size_out: a kernel that fits nowhere is refused with a ValueError, n + 2 · padding in its text": lambda x, w, b, s, p: refused(ValueError, 3 + 2 * p, size_out, 3, 4 + 2 * p, s, p),
        "direct: (n, o, rows, columns)": lambda x, w, b, s, p: direct(x, w, b, s, p).shape == (len(x), len(w), size_out(x.shape[2], w.shape[2], s, p), size_out(x.shape[3], w.shape[3], s, p)),
        "direct: a kernel as large as the picture has one place; it gives the sum of the products, plus the bias": lambda x, w, b, s, p: np.allclose(direct(w[:1], w[-1:], b[:1], s, 0), np.vdot(w[0], w[-1]) + b[0]),
        "direct: a picture without its first row or column gives the outputs without theirs (stride 1, no padding)": lambda x, w, b, s, p: (lambda x, w, b: moves_along(lambda x: direct(x, w, b, 1, 0).transpose(0, 2, 3, 1), x))(*with_row(x, w, b)),
        "direct: padding is the same as zeros that were there before": lambda x, w, b, s, p: np.allclose(direct(x, w, b, s, p), direct(bordered(x, p), w, b, s, 0)),
        "direct: stride s leaves every s-th row and column of the outputs of stride 1": lambda x, w, b, s, p: np.allclose(direct(x, w, b, s, p), direct(x, w, b, 1, p)[:, :, ::s, ::s]),
        "columns: with a kernel as large as the pictures a row is a picture: channel, row, column": lambda x, w, b, s, p: np.array_equal(columns(x, *x.shape[2:], s, 0), [picture.ravel() for picture in x]),
        "columns: a picture without its first row or column gives the rows of the places that are left (stride 1, no padding)": lambda x, w, b, s, p: (lambda x, w, b: moves_along(lambda x: by_place(x, w), x))(*with_row(x, w, b)),
        "columns: padding is the same as zeros that were there before, stride s leaves every s-th row and column of places": lambda x, w, b, s, p: np.array_equal(by_place(x, w, s, p), by_place(bordered(x, p), w)[:, ::s, ::s]),
        "conv: the same as direct": lambda x, w, b, s, p: agree([conv(x, w, b, s, p)], [direct(x, w, b, s, p)]),
        "all three: float32 in, float32 out": lambda x, w, b, s, p: {str(t.dtype) for t in (direct(*in_single(x, w, b), s, p), conv(*in_single(x, w, b), s, p), columns(*in_single(x), *w.shape[2:], s, p))} == {"float32"},
    }),
    2: (small_up, {
        "dx, dw, db: three arrays, of the shapes of x, w and b": lambda x, w, up, s, p: [np.shape(g) for g in conv_gradients(x, w, up, s, p)] == [x.shape, w.shape, (len(w),)],
        "dx: what a step of each pixel changes in (outputs · up).sum()": lambda x, w, up, s, p: agree(conv_gradients(x, w, up, s, p)[:1], by_steps(x, w, up, s, p)[:1]),
        "dw: what a step of each number of the kernels changes in it": lambda x, w, up, s, p: agree(conv_gradients(x, w, up, s, p)[1:2], by_steps(x, w, up, s, p)[1:2]),
        "db: what a step of each bias changes in it": lambda x, w, up, s, p: agree(conv_gradients(x, w, up, s, p)[2:], by_steps(x, w, up, s, p)[2:]),
        "float32 in, float32 out": lambda x, w, up, s, p: [str(g.dtype) for g in conv_gradients(*in_single(x, w, up), s, p)] == ["float32"] * 3,
    }),
    3: (lambda r: (lambda layers, n: (layers, n, int(r.integers(depends(layers, n, 0)[0]))))(*stack(r, int(r.integers(1, 4)))), {
        "field: size is the last pixel less the first, plus 1, of an output in the middle of a long row": lambda layers, n, i: field(layers)[0] == measured_field(layers)[0],
        "field: jump is how much further right the next output's first pixel lies": lambda layers, n, i: field(layers)[1] == measured_field(layers)[1],
        "field: output i of a long row begins at start + i · jump": lambda layers, n, i: field(layers)[2] == measured_field(layers)[2],
        "field: without layers an output is its own pixel, (1, 1, 0)": lambda layers, n, i: tuple(field([])) == (1, 1, 0),
        "sees: a pixel is in the list if and only if the output's slope by it is not 0": lambda layers, n, i: set(sees(layers, n, i)) == set(depends(layers, n, i)[1]),
        "sees: a list, sorted, nothing in it twice": lambda layers, n, i: list(sees(layers, n, i)) == sorted(set(sees(layers, n, i))),
        "sees: an output that reads padding alone gives an empty list": lambda layers, n, i: list(sees([(2, 1, 2, 1)], n, 0)) == [],
        "sees: -1 and the number of outputs are no outputs: IndexError with that number in its text": lambda layers, n, i: (lambda count: refused(IndexError, count, sees, layers, n, count) and refused(IndexError, count, sees, layers, n, -1))(depends(layers, n, 0)[0]),
    }),
    4: (lambda r: (r,), {
        "one of the seven texts, the same when it is asked again": lambda r: (lambda candidate: diagnose(candidate) == diagnose(candidate) and diagnose(candidate) in FAULTS)(other("flipped", 0, r)),
        "a candidate gets float64 arrays that belong together, and square kernels that fit": asks_well,
        "sound is what is right in float32, rounded otherwise": lambda r: diagnose(lambda x, w, b, stride, padding: theirs(*in_single(x, w, b), stride, padding).astype(np.float64)) == "sound",
        **{f"{fault}: a plain candidate is named so": lambda r, fault=fault: diagnose(other(fault, 0, r)) == fault for fault in FAULTS},
    }),
    5: (lambda r: to_fold(r, most=2), {
        "fold: on pictures one convolution gives what convolution and norm give": folded_as,
        "fold: without a bias (None) as well": lambda w, b, *norm: folded_as(w, None, *norm),
        "fold: both in the dtype of w": lambda *given: [str(t.dtype) for t in fold(*in_single(*given))] == ["float32"] * 2,
        "train: a net that the chip reads: scores (n, 10), at least one block": lambda *given: (lambda net: chip(net, np.zeros((3, 1, 12, 12))).shape == (3, 10) and len(net["blocks"]) > 0)(net_of_noise(1)),
        "train: at most `budget` numbers": lambda *given: all(numbers(net_of_noise(1, budget)) <= budget for budget in (10_000, 5481)),
        "train: the same seed gives the same net, another seed another one": lambda *given: (lambda one, again, another: np.array_equal(one, again) and not np.array_equal(one, another))(*(net_of_noise(seed)["first"][0] for seed in (1, 1, 2))),
        "train: learns from x and y alone": lambda *given: (net_of_noise(1), from_x_alone())[1] is None,
    }),
}


def specification(task):
    """Hold your functions against each sentence of a task's contract, and say what holds."""
    draw, sentences = SENTENCES[task]
    for sentence, holds in sentences.items():
        said = "holds"
        for _ in range(1 if sentence.startswith("train") else 5):
            drawn = draw(np.random.default_rng())
            shown = "" if task == 4 or sentence.startswith("train") else pasted(" for ", *drawn)
            try:
                said = said if holds(*drawn) else f"does NOT hold{shown}"
            except NotImplementedError:
                said = "is not written yet, or needs what is not"
            except kit.CheckFailed as failed:
                said = f"does NOT hold: {failed}"
            except Exception as error:
                said = f"stops with {error!r}{shown}"
            if said != "holds":
                break
        print(f"{sentence}: {said}")


# %% [markdown] nbgrader={"grade_id": "task-conv", "locked": true}
# ## 1. Direct, and as one matrix product (7 points)
#
# Pictures are `x` (n, c, height, width), kernels `w` (o, c, kh, kw), the bias `b` (o,). All around each picture stand `padding` zeros; the kernel moves by `stride` pixels in both directions and stays inside. It is **not** turned over:
#
# $$\text{out}[n, o, i, j] = b_o + \sum_{c, u, v} w[o, c, u, v] \; x_{\text{padded}}[n, c, \; i \cdot \text{stride} + u, \; j \cdot \text{stride} + v].$$
#
# | | contract |
# |---|---|
# | `size_out(n, k, stride, padding)` | how many outputs a row of `n` pixels gives with a kernel of `k`; an int. If the kernel does not fit even once: `ValueError` whose text contains the number n + 2 · padding |
# | `direct(x, w, b, stride, padding)` | the formula, as plainly as you can: (n, o, rows, columns) |
# | `columns(x, kh, kw, stride, padding)` | a matrix with one **row for each place** of the kernel (picture by picture, then from top to bottom, then from left to right) and in it the numbers that the kernel sees there, ordered as one kernel `w[o]` is: channel, row, column. Shape (n · rows · columns, c · kh · kw) |
# | `conv(x, w, b, stride, padding)` | the same as `direct`, through **one** product with `columns(…)`, and fast: for 48 pictures (8, 40, 40) with 16 kernels of 3 × 3, float32, in less than a third of the time of a loop over places and kernels, `by_loop` of the check cell (the best of three runs each, on new pictures; the reference needs a tenth) |
#
# By hand: the picture $\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \\ 7 & 8 & 9 \end{pmatrix}$ with the kernel $\begin{pmatrix} 1 & 0 \\ 0 & -1 \end{pmatrix}$ gives $-4$ in each of its 2 × 2 places; the rows of `columns` are (1, 2, 4, 5), (2, 3, 5, 6), (4, 5, 7, 8), (5, 6, 8, 9). Specification, executable: `specification(1)`. About 25 lines in all.

# %% nbgrader={"grade_id": "conv", "solution": true}
def size_out(n, k, stride, padding):
    """How many places a kernel of k has in a padded row of n."""
    ### BEGIN SOLUTION
    rest = n + 2 * padding - k
    if rest < 0:
        raise ValueError(f"a kernel of {k} does not fit into {n + 2 * padding} pixels")
    return rest // stride + 1
    ### END SOLUTION


def direct(x, w, b, stride=1, padding=0):
    """(n, c, height, width), (o, c, kh, kw), (o,) -> (n, o, rows, columns), place by place."""
    ### BEGIN SOLUTION
    n, _, height, width = x.shape
    o, _, kh, kw = w.shape
    rows, cols = size_out(height, kh, stride, padding), size_out(width, kw, stride, padding)
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((n, o, rows, cols), dtype=x.dtype)
    for i in range(rows):
        for j in range(cols):
            seen = wide[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]  # (n, c, kh, kw)
            for f in range(o):
                out[:, f, i, j] = (seen * w[f]).sum(axis=(1, 2, 3)) + b[f]
    return out
    ### END SOLUTION


def columns(x, kh, kw, stride=1, padding=0):
    """What the kernel sees, a row for each place: (n * rows * columns, c * kh * kw)."""
    ### BEGIN SOLUTION
    n, c, height, width = x.shape
    rows, cols = size_out(height, kh, stride, padding), size_out(width, kw, stride, padding)
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    seen = np.empty((n, rows, cols, c, kh, kw), dtype=x.dtype)
    for u in range(kh):
        for v in range(kw):
            shifted = wide[:, :, u : u + stride * rows : stride, v : v + stride * cols : stride]  # (n, c, rows, cols)
            seen[:, :, :, :, u, v] = shifted[:, :, :rows, :cols].transpose(0, 2, 3, 1)
    return seen.reshape(n * rows * cols, c * kh * kw)
    ### END SOLUTION


def conv(x, w, b, stride=1, padding=0):
    """The same as direct, by one matrix product."""
    ### BEGIN SOLUTION
    n, _, height, width = x.shape
    o, _, kh, kw = w.shape
    rows, cols = size_out(height, kh, stride, padding), size_out(width, kw, stride, padding)
    out = columns(x, kh, kw, stride, padding) @ w.reshape(o, -1).T + b  # (n * rows * cols, o)
    return out.reshape(n, rows, cols, o).transpose(0, 3, 1, 2)
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-trace", "locked": true}
# **A tool for looking.** `trace(x, w, b, stride, padding, i, j)` prints what the kernel sees at output $(i, j)$ of the first picture, channel by channel, and what comes of it. Then it says where your three versions stand.

# %% nbgrader={"grade_id": "trace", "locked": true}
def trace(x, w, b, stride, padding, i, j):
    """Print one output of the first kernel on the first picture, step by step."""
    out = theirs(x, w, b, stride, padding)
    place = i * out.shape[3] + j
    seen = true_columns(x, *w.shape[2:], stride, padding)[place].reshape(w.shape[1:])
    for c, (part, kernel) in enumerate(zip(seen, w[0])):
        print(f"channel {c} sees {part.tolist()}, kernel {kernel.tolist()}, sum of products {(part * kernel).sum():.6g}")
    print(f"with the bias {float(b[0]):.6g}: {out[0, 0, i, j]:.6g}")
    yours = {
        "direct": lambda: f"{float(direct(x, w, b, stride, padding)[0, 0, i, j]):.6g}", "conv": lambda: f"{float(conv(x, w, b, stride, padding)[0, 0, i, j]):.6g}",
        f"columns, in row {place},": lambda: columns(x, *w.shape[2:], stride, padding)[place].tolist()}
    for name, given in yours.items():
        try:
            print(f"{name} gives {given()}")
        except Exception as error:
            print(f"{name} stops: {error!r}")


trace(np.arange(1.0, 10).reshape(1, 1, 3, 3), np.array([[[[1.0, 0], [0, -1]]]]), np.zeros(1), 1, 0, 0, 1)

# %% nbgrader={"grade_id": "check-conv", "grade": true, "points": 7}
def mistakes(x, w, b, stride, padding):
    """What well-known mistakes give, by name; only those that differ from the right answer."""
    right, shaped = theirs(x, w, b, stride, padding), (-1, 1, 1)
    known = {
        "the kernel is not turned over here": theirs(x, w[:, :, ::-1, ::-1], b, stride, padding), "the bias is missing": right - b.reshape(shaped), "the bias is added once, not for each channel": right + (x.shape[1] - 1) * b.reshape(shaped), "every kernel gets the first bias": right + (b[0] - b).reshape(shaped), "rows and columns of the output are exchanged": right.swapaxes(2, 3),
        "the border is filled with zeros, not with the edge": theirs(np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * 2), mode="edge"), w, b, stride, 0)}
    if w.shape[2] == w.shape[3]:
        known["rows and columns of the kernel are exchanged"] = theirs(x, w.transpose(0, 1, 3, 2), b, stride, padding)
    if x.shape[1] > 1:
        known["the channels meet the wrong parts of the kernel"] = theirs(x, w[:, ::-1], b, stride, padding)
    return {name: value for name, value in known.items() if value.shape != right.shape or not np.allclose(value, right)}


def first_wrong(got, wanted):
    """Where the first wrong number stands; the very first place where shapes or kinds differ."""
    off = ~np.isclose(got, wanted) if got.shape == wanted.shape and got.dtype.kind in "iuf" else np.ones(wanted.shape)
    return tuple(int(at) for at in np.argwhere(off)[0]) if off.any() else (0,) * wanted.ndim


def held_up(function, given, known_wrong):
    """Compare outputs with the right ones; the message names the call of trace that shows the first wrong one."""
    x, w, b, stride, padding = given
    got, wanted = np.asarray(asked(function, *given)), theirs(*given)
    n, o, i, j = first_wrong(got, wanted)
    shown = pasted("trace", x[n : n + 1], w[o : o + 1], b[o : o + 1], stride, padding, i, j)
    kit.close(got, wanted, rtol=1e-9, atol=1e-10, because=f"kernel {o} at place ({i}, {j}) of picture {n}; step by step: {shown}", known_wrong=known_wrong)


def by_loop(x, w, b):
    """Stride 1, padding 1, place by place and kernel by kernel: what conv has to be faster than."""
    wide, (kh, kw) = bordered(x, 1), w.shape[2:]
    out = np.empty(theirs(x, w, b, 1, 1).shape, dtype=x.dtype)
    for i, j, o in np.ndindex(*out.shape[2:], len(w)):
        out[:, o, i, j] = (wide[:, :, i : i + kh, j : j + kw] * w[o]).sum(axis=(1, 2, 3)) + b[o]
    return out


COUNT = np.arange(1.0, 10).reshape(1, 1, 3, 3)
score = kit.Score(7)
with score.part(1, "how many outputs: 28 pixels, kernel 5, stride 2, padding 4 give 16; a kernel that does not fit is refused"):
    kit.by_hand(size_out)
    kit.equal(int(asked(size_out, 28, 5, 2, 4)), 16, because="size_out(28, 5, 2, 4): 36 pixels with the padding; the kernel may begin at 0, 2, 4, …, 30", known_wrong={"one more than the number of strides that fit": 15, "padding stands on both sides": 14, "round down: a stride that does not fit whole gives no output": 17, "padding is not used": 12})
    for n, k, stride, padding in kit.examples(lambda r: [int(i) for i in (r.integers(5, 60), r.integers(1, 6), r.integers(1, 5), r.integers(0, 4))], n=10, name="sizes"):
        right = theirs(np.zeros((1, 1, n, 1)), np.zeros((1, 1, k, 1)), np.zeros(1), stride, padding).shape[2]
        kit.equal(int(asked(size_out, n, k, stride, padding)), right, because=f"size_out({n}, {k}, {stride}, {padding}): the kernel begins at 0, {stride}, … and stays within {n + 2 * padding} pixels")
    kit.raises(ValueError, size_out, 3, 8, 1, 2, match=r"\b7\b")
    kit.equal(int(size_out(4, 8, 3, 2)), 1, because="4 + 2 · 2 pixels and a kernel of 8: it fits once")
with score.part(1, "direct: the 3 × 3 picture by hand, and small pictures with padding and stride"):
    kit.by_hand(direct)
    kernel = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    kit.close(np.asarray(asked(direct, COUNT, kernel, np.zeros(1), 1, 0)), np.full((1, 1, 2, 2), -4.0), because="the picture 1 … 9 and the kernel (1, 0), (0, -1): 1 - 5, 2 - 6, 4 - 8, 5 - 9; the cell of trace above shows the second", known_wrong={"the kernel is not turned over here": np.full((1, 1, 2, 2), 4.0), "the place of the output is the place of the kernel": COUNT[:, :, :2, :2]})
    for given in kit.examples(small, n=10, name="direct"):
        held_up(direct, given, mistakes(*given))
with score.part(1, "columns: a row for each place, in it channel, row, column"):
    kit.by_hand(columns)
    wanted = np.array([[1.0, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]])
    kit.close(np.asarray(asked(columns, COUNT, 2, 2, 1, 0)), wanted, because="the picture 1 … 9 and a kernel of 2 × 2: four places, four numbers each", known_wrong={"that is a column for each place: turn it over": wanted.T, "from left to right first, then down": wanted[[0, 2, 1, 3]]})
    for x, w, b, stride, padding in kit.examples(small, n=10, name="columns"):
        (o, c, kh, kw), (n, _, rows, cols) = w.shape, theirs(x, w, b, stride, padding).shape
        got, wanted = np.asarray(asked(columns, x, kh, kw, stride, padding)), true_columns(x, kh, kw, stride, padding)
        wrong = {"the channel comes first, then row and column: transpose before reshape": wanted.reshape(len(wanted), c, kh * kw).transpose(0, 2, 1).reshape(len(wanted), -1), "that is a column for each place: turn it over": wanted.T,
                 "all pictures' first places come first: a picture's places stay together": wanted.reshape(n, rows * cols, -1).swapaxes(0, 1).reshape(wanted.shape), "from left to right first, then down": wanted.reshape(n, rows, cols, -1).swapaxes(1, 2).reshape(wanted.shape)}
        row, _ = first_wrong(got, wanted)
        picture, i, j = row // (rows * cols), row // cols % rows, row % cols
        shown = pasted("trace", x[picture : picture + 1], w[:1], b[:1], stride, padding, i, j)
        kit.close(got, wanted, because=f"row {row} is place ({i}, {j}) of picture {picture}; what stands there: {shown}", known_wrong={name: value for name, value in wrong.items() if value.shape != wanted.shape or not np.allclose(value, wanted)})
with score.part(1, "conv: the same as the formula, by columns"):
    kit.by_hand(conv)
    for given in kit.examples(small, n=10, name="conv"):
        x, w = given[:2]
        right = theirs(*given)
        mixed = right.transpose(0, 2, 3, 1).reshape(right.shape)
        held_up(conv, given, {**mistakes(*given), **({} if np.allclose(mixed, right) else {"the product has the order (picture, row, column, kernel): a reshape alone mixes it up": mixed})})
### BEGIN HIDDEN TESTS
with score.part(1, "direct and columns: other sizes, strides larger than the kernel, strides that leave a rest, a padding as wide as the kernel, both dtypes", hidden=True):
    kit.by_hand(direct, columns)
    for x, w, b, stride, padding in kit.examples(case, n=25, name="others"):
        kit.close(np.asarray(direct(x, w, b, stride, padding)), theirs(x, w, b, stride, padding), rtol=1e-9, atol=1e-10)
        kit.close(np.asarray(columns(x, *w.shape[2:], stride, padding)), true_columns(x, *w.shape[2:], stride, padding))
    x, w, b = kit.rng("jump").normal(size=(2, 1, 9, 8)), kit.rng("jump kernel").normal(size=(2, 1, 1, 2)), np.zeros(2)
    kit.close(np.asarray(direct(x, w, b, 4, 1)), theirs(x, w, b, 4, 1), rtol=1e-9, atol=1e-10)
    kit.close(np.asarray(columns(x, 1, 2, 4, 1)), true_columns(x, 1, 2, 4, 1))
    single = np.asarray(direct(*(t.astype(np.float32) for t in (x, w, b)), 4, 1)), np.asarray(columns(x.astype(np.float32), 1, 2, 4, 1))
    kit.equal([str(t.dtype) for t in single], ["float32", "float32"])
    kit.close(single[0].astype(np.float64), theirs(x, w, b, 4, 1), rtol=0, atol=1e-5)
with score.part(1, "conv on other sizes in float64 and in float32, which stays float32; nothing that was given has changed", hidden=True):
    kit.by_hand(conv)
    for i, (x, w, b, stride, padding) in enumerate(kit.examples(lambda r: case(r, (np.float64, np.float32)[int(r.integers(2))]), n=30, name="both")):
        given = x[:, :, ::-1] if i % 2 else x  # a view, not contiguous
        result = np.asarray(kit.unchanged(conv, given, w, b, stride, padding))
        kit.equal(str(result.dtype), str(x.dtype))
        size = max(1.0, float(np.abs(result).max()))
        kit.close(result, theirs(given, w, b, stride, padding), rtol=0, atol=size * (1e-9 if x.dtype == np.float64 else 1e-5))
with score.part(1, "conv is fast: 48 pictures of 8 channels, 40 × 40 pixels, 16 kernels of 3 × 3 in under a third of the time of a loop", hidden=True):
    import time

    kit.by_hand(conv)
    taken, by_loops = [], []
    for turn in range(3):
        r = kit.rng(f"large {turn}")
        x, w, b = r.normal(size=(48, 8, 40, 40)).astype(np.float32), r.normal(size=(16, 8, 3, 3)).astype(np.float32), r.normal(size=16).astype(np.float32)
        begun = time.perf_counter()
        result = np.asarray(conv(x, w, b, 1, 1))
        ended = time.perf_counter()
        by_loop(x, w, b)
        taken.append(ended - begun)
        by_loops.append(time.perf_counter() - ended)
        kit.close(result, theirs(x, w, b, 1, 1), rtol=0, atol=2e-4)
        if 3 * min(taken) < min(by_loops) or taken[-1] > 3 * by_loops[-1]:
            break
    kit.require(3 * min(taken) < min(by_loops), "too slow: no loop over pictures, kernels or places; let one matrix product do the work")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-gradients", "locked": true}
# ## 2. Its gradients (6 points)
#
# The convolution stands somewhere in a network. From behind comes `up`, the slope of the loss by each of its outputs.
#
# | | contract |
# |---|---|
# | `conv_gradients(x, w, up, stride, padding)` | `up` (n, o, rows, columns). Returns the slopes of the loss by `x`, by `w` and by `b`: arrays of the shapes (n, c, height, width), (o, c, kh, kw), (o,), in the dtype of `x`. Fast as well: 24 pictures (8, 40, 40) with 16 kernels of 3 × 3, float32, in less than 3 s (the better of two runs; the reference needs under 0.1) |
#
# Each output $i$ took pixel $i \cdot \text{stride} + u$ times $w[u]$. So `up[i]` goes back to that pixel times $w[u]$, and to $w[u]$ times that pixel; a pixel that several outputs have read gets the sum, one that none has read gets 0. By hand, in one row: $x = (1, 2, 3)$, $w = (10, 1)$, $up = (1, 100)$ give $dx = (10, 1001, 100)$, $dw = (201, 302)$, $db = 101$. About 15 lines.
#
# Specification, executable: `specification(2)`. A slope is what a step of one number changes in the loss, which is `(outputs * up).sum()` here.

# %% nbgrader={"grade_id": "gradients", "solution": true}
def conv_gradients(x, w, up, stride=1, padding=0):
    """Slopes by x, w and b: (n, c, height, width), (o, c, kh, kw), (o,)."""
    ### BEGIN SOLUTION
    n, c, height, width = x.shape
    o, _, kh, kw = w.shape
    rows, cols = up.shape[2:]
    flat = up.transpose(0, 2, 3, 1).reshape(-1, o)  # (n * rows * cols, o)
    dw = (flat.T @ columns(x, kh, kw, stride, padding)).reshape(w.shape)
    db = flat.sum(axis=0)
    back = (flat @ w.reshape(o, -1)).reshape(n, rows, cols, c, kh, kw)  # what goes back to each number that was seen
    wide = np.zeros((n, c, height + 2 * padding, width + 2 * padding), dtype=x.dtype)
    for u in range(kh):
        for v in range(kw):
            for i in range(rows):
                wide[:, :, i * stride + u, v : v + stride * (cols - 1) + 1 : stride] += back[:, i, :, :, u, v].transpose(0, 2, 1)
    return wide[:, :, padding : padding + height, padding : padding + width], dw, db
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-stepped", "locked": true}
# **A tool for looking.** `stepped(x, w, up, stride, padding)` takes a step forwards and one back with every number of `x`, `w` and `b`, and prints your slopes, those by steps, and where the two part most. A convolution is linear in each of its numbers, so a step of 1 is as exact as a small one.

# %% nbgrader={"grade_id": "stepped", "locked": true}
def stepped(x, w, up, stride=1, padding=0):
    """Print your slopes, those by steps, and where the two part most."""
    for name, slopes, right in zip(("x", "w", "b"), conv_gradients(x, w, up, stride, padding), by_steps(x, w, up, stride, padding), strict=True):
        slopes = np.asarray(slopes)
        print(f"d{name}: yours {slopes.tolist()}, by steps {right.tolist()}")
        if slopes.shape != right.shape:
            print(f"    shape {slopes.shape}, not {right.shape}")
            continue
        off = np.abs(slopes - right)
        worst = np.unravel_index(np.argmax(off), off.shape)
        print(f"    off by up to {off.max():.2g}, at {tuple(int(i) for i in worst)}: {slopes[worst]:.6g}, by steps {right[worst]:.6g}")


try:
    stepped(np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]]), np.array([[[[1.0, 100.0]]]]))
except Exception as error:
    print(f"conv_gradients stops: {error!r}")

# %% nbgrader={"grade_id": "check-gradients", "grade": true, "points": 6}
def autograd(x, w, up, stride, padding):
    """Slopes by torch, as arrays."""
    x, w, b = torch.tensor(x.copy(), requires_grad=True), torch.tensor(w.copy(), requires_grad=True), torch.zeros(len(w), dtype=torch.from_numpy(w.copy()).dtype, requires_grad=True)
    out = torch.nn.functional.conv2d(x, w, b, stride, padding)
    return [g.numpy() for g in torch.autograd.grad(out, (x, w, b), torch.tensor(up.copy()))]


def with_up(r, dtype=np.float64):
    """A case and the slopes that come from behind."""
    x, w, b, stride, padding = case(r, dtype)
    return x, w, r.normal(size=theirs(x, w, b, stride, padding).shape).astype(dtype), stride, padding


def three(result):
    """The three results as arrays."""
    kit.equal(len(result), 3, because="slopes by x, by w and by b")
    return [np.asarray(g) for g in result]


ROW, TWO, BEHIND = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]]), np.array([[[[1.0, 100.0]]]])
score = kit.Score(6)
with score.part(1, "by hand: the bias gets the sum, the kernel what it saw times what came back"):
    kit.by_hand(conv_gradients)
    _, dw, db = three(asked(conv_gradients, ROW, TWO, BEHIND, 1, 0))
    kit.close(db, np.array([101.0]), because="x = (1, 2, 3), w = (10, 1), up = (1, 100): the bias enters at both places", known_wrong={"the sum over the places, not the mean": np.array([50.5])})
    kit.close(dw, np.array([[[[201.0, 302.0]]]]), because="x = (1, 2, 3), w = (10, 1), up = (1, 100): 1·1 + 2·100 and 2·1 + 3·100", known_wrong={"the kernel is turned over": np.array([[[[302.0, 201.0]]]]), "that is a mean over the places": np.array([[[[100.5, 151.0]]]])})
    for given in kit.examples(small_up, n=8, name="kernel"):
        x, w, up, stride, padding = given
        _, dw, db = three(asked(conv_gradients, *given))
        _, right_w, right_b = autograd(*given)
        told = f"beside the slopes by steps: {pasted('stepped', *given)}"
        wrong_w = {"the sum over all pictures, not the mean": right_w / len(x), "the kernel is turned over": right_w[:, :, ::-1, ::-1]}
        kit.close(db, right_b, rtol=1e-9, atol=1e-10, because=f"db; {told}", known_wrong={} if len(x) == 1 else {"the sum over all pictures, not the mean": right_b / len(x)})
        kit.close(dw, right_w, rtol=1e-9, atol=1e-10, because=f"dw; {told}", known_wrong={name: value for name, value in wrong_w.items() if np.abs(value - right_w).max() > 1e-9})
with score.part(1, "by hand: a pixel gets back from every output that has read it"):
    kit.by_hand(conv_gradients)
    kit.close(three(asked(conv_gradients, ROW, TWO, BEHIND, 1, 0))[0], np.array([[[[10.0, 1001.0, 100.0]]]]), because="x = (1, 2, 3), w = (10, 1), up = (1, 100): the middle pixel was read with weight 1 and then with weight 10", known_wrong={
        "what comes back is overwritten where places overlap: add it": np.array([[[[10.0, 1000.0, 100.0]]]]), "overwritten where places overlap: add": np.array([[[[10.0, 1.0, 100.0]]]]), "the kernel is turned over": np.array([[[[1.0, 110.0, 1000.0]]]])})
    for x, w, up, stride, padding in kit.examples(small_up, n=8, name="pixels"):
        right = autograd(x, w, up, stride, padding)[0]
        turned = autograd(x, w[:, :, ::-1, ::-1], up, stride, padding)[0]
        wide = autograd(np.pad(x, ((0, 0), (0, 0), *[(padding, padding)] * 2)), w, up, stride, 0)[0]
        known = {"the kernel is turned over: pixel i · stride + u was read with weight u": turned, "the padding is cut off on one side only: the picture begins `padding` rows and columns further in": wide[:, :, : x.shape[2], : x.shape[3]], "the padding is kept: cut it off on all four sides": wide}
        kit.close(three(asked(conv_gradients, x, w, up, stride, padding))[0], right, rtol=1e-9, atol=1e-10, because=f"dx; beside the slopes by steps: {pasted('stepped', x, w, up, stride, padding)}",
                  known_wrong={name: value for name, value in known.items() if value.shape != right.shape or np.abs(value - right).max() > 1e-9})
### BEGIN HIDDEN TESTS
with score.part(2, "other sizes, strides and paddings: all three agree; pixels that nobody read get 0; nothing given has changed", hidden=True):
    kit.by_hand(conv_gradients)
    for i, (x, w, up, stride, padding) in enumerate(kit.examples(with_up, n=30, name="gradients")):
        x = x[:, :, :, ::-1] if i % 3 == 0 else x
        for mine, right in zip(three(kit.unchanged(conv_gradients, x, w, up, stride, padding)), autograd(x, w, up, stride, padding)):
            kit.close(mine, right, rtol=1e-9, atol=1e-10)
    x, w, up = (kit.rng(f"unread {i}").normal(size=size) for i, size in enumerate(((1, 2, 7, 8), (3, 2, 1, 2), (1, 3, 2, 2))))
    for mine, right in zip(three(conv_gradients(x, w, up, 4, 0)), autograd(x, w, up, 4, 0)):
        kit.close(mine, right, rtol=1e-9, atol=1e-10)
with score.part(1, "float32 stays float32 and is right to 1e-5 of the largest", hidden=True):
    kit.by_hand(conv_gradients)
    for x, w, up, stride, padding in kit.examples(lambda r: with_up(r, np.float32), n=15, name="single"):
        wide = autograd(*(t.astype(np.float64) for t in (x, w, up)), stride, padding)
        for mine, right in zip(three(conv_gradients(x, w, up, stride, padding)), wide):
            kit.equal(str(mine.dtype), "float32")
            kit.close(mine.astype(np.float64), right, rtol=0, atol=1e-5 * max(1.0, float(np.abs(right).max())))
with score.part(1, "fast: 24 pictures of 8 channels, 40 × 40 pixels, 16 kernels of 3 × 3 within 3 seconds", hidden=True):
    import time

    kit.by_hand(conv_gradients)
    taken = []
    for turn in range(2):
        r = kit.rng(f"large gradients {turn}")
        x, w, up = r.normal(size=(24, 8, 40, 40)).astype(np.float32), r.normal(size=(16, 8, 3, 3)).astype(np.float32), r.normal(size=(24, 16, 40, 40)).astype(np.float32)
        begun = time.perf_counter()
        result = three(conv_gradients(x, w, up, 1, 1))
        taken.append(time.perf_counter() - begun)
        for mine, right in zip(result, autograd(x, w, up, 1, 1)):
            kit.close(mine, right, rtol=0, atol=1e-4 * float(np.abs(right).max()))
        if taken[-1] < 3 or taken[-1] > 9:
            break
    kit.require(min(taken) < 3, "too slow: no loop over pictures, kernels and single places")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-field", "locked": true}
# ## 3. What an output can see (5 points)
#
# A stack of layers, in one direction of the picture. Each layer is `(k, stride, padding, dilation)`, first layer first. A *dilation* of $d$ spreads the kernel: output $i$ reads the places $i \cdot \text{stride} - \text{padding} + t \cdot d$ for $t = 0, \dots, k - 1$, as far as they lie in the row; outside are zeros, which depend on nothing.
#
# | | contract |
# |---|---|
# | `field(layers)` | three ints `(size, jump, start)`: how many input pixels lie between the first and the last that one output of the stack can depend on, both counted; how far apart, in input pixels, the fields of neighbouring outputs lie; the first pixel of output 0's field (negative where it begins in the padding). Of a stack in a picture so large that borders do not matter; without layers `(1, 1, 0)` |
# | `sees(layers, n, i)` | the **exact** input pixels that output `i` depends on, for a row of `n` pixels: a sorted list of ints, empty if there are none. Borders matter, and so do the holes of a dilation. If `i` is no output of the stack: `IndexError` whose text contains the number of outputs |
#
# By hand: `[(3, 2, 1, 1), (3, 1, 1, 1)]` has size 7, jump 2, start −3; in a row of 9 its output 0 sees the pixels 0 … 3, its output 4 the pixels 5 … 8. A layer has as many outputs as there are places for a kernel that reaches over $d (k - 1) + 1$ pixels (task 1), and all stacks here fit. Specification, executable: `specification(3)`. About 20 lines.

# %% nbgrader={"grade_id": "field", "solution": true}
def field(layers):
    """(size, jump, start) of a stack of (k, stride, padding, dilation)."""
    ### BEGIN SOLUTION
    size, jump, start = 1, 1, 0
    for k, stride, padding, dilation in layers:
        size += (k - 1) * dilation * jump
        start -= padding * jump
        jump *= stride
    return size, jump, start
    ### END SOLUTION


def sees(layers, n, i):
    """The input pixels that output i depends on, in a row of n."""
    ### BEGIN SOLUTION
    sizes = [n]
    for k, stride, padding, dilation in layers:
        sizes.append((sizes[-1] + 2 * padding - dilation * (k - 1) - 1) // stride + 1)
    if not 0 <= i < sizes[-1]:
        raise IndexError(f"output {i} of {sizes[-1]}")
    seen = {i}
    for (k, stride, padding, dilation), size in zip(reversed(layers), reversed(sizes[:-1])):
        seen = {at for j in seen for t in range(k) if 0 <= (at := j * stride - padding + t * dilation) < size}
    return sorted(seen)
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-draw-fields", "locked": true}
# **A tool for looking.** `draw_fields(layers, n)` draws which of `n` pixels each output depends on, after the first layer, after the first two, and so on: `#` where it does, `.` where it does not, and below it your own `sees` where that says otherwise.

# %% nbgrader={"grade_id": "draw-fields", "locked": true}
def draw_fields(layers, n):
    """Draw the pixels that each output depends on, layer by layer, and yours where they differ."""
    stopped = False
    for depth in range(1, len(layers) + 1):
        above, (count, _) = layers[:depth], depends(layers[:depth], n, 0)
        print(f"{above}: {count} outputs")
        for i in range(count):
            right = depends(above, n, i)[1]
            print(f"{i:6} " + "".join(".#"[at in right] for at in range(n)))
            try:
                mine = right if stopped else list(sees(above, n, i))
                print("" if mine == right else " yours " + "".join(".#"[at in mine] for at in range(n)) + f" {mine}\n", end="")
            except Exception as error:
                stopped = True
                print(f" yours stops: {error!r}")


draw_fields([(3, 2, 1, 1), (3, 1, 1, 1)], 9)

# %% nbgrader={"grade_id": "check-field", "grade": true, "points": 5}
def seen_of(layers, n, i):
    """The learner's answer as a plain list."""
    return [int(at) for at in asked(sees, layers, n, i)]


BY_HAND = [(3, 2, 1, 1), (3, 1, 1, 1)]
FIELDS = [  # layers; size, jump, start; the sizes of well-known mistakes
    ([(3, 2, 1, 1), (3, 1, 1, 1)], (7, 2, -3), {"the strides of the layers before widen what a kernel covers": 5, "a kernel of k adds k - 1 steps": 10, "a layer's own stride widens only what comes after it": 9}),
    ([(5, 1, 0, 1)], (5, 1, 0), {"a kernel of k adds k - 1 steps": 6}),
    ([(3, 1, 1, 1), (2, 2, 0, 1), (3, 1, 1, 2)], (12, 2, -3), {"the strides of the layers before widen what a kernel covers": 8, "a kernel of k adds k - 1 steps": 18, "a layer's own stride widens only what comes after it": 13, "the dilation spreads the kernel": 8}),
]


def starts(layers, right):
    """What well-known mistakes give for the start, by name; only those that differ from the right one."""
    known = {
        "it begins in the padding: negative": -right, "a layer's padding counts in the steps of its input: use the jump before this layer's own stride": measured_field([(k, stride, padding * stride, dilation) for k, stride, padding, dilation in layers])[2],
        "a layer's padding is as wide as the strides before it make it": measured_field([(k, 1, padding, dilation) for k, _, padding, dilation in layers])[2]}
    return {name: value for name, value in known.items() if value != right}


score = kit.Score(5)
with score.part(1, "size, jump and start, by hand and of other stacks"):
    kit.by_hand(field)
    for layers, rights, wrong in FIELDS:
        got = [int(number) for number in asked(field, layers)]
        kit.equal(len(got), 3, because="size, jump, start")
        for name, mine, right, known in zip(("size", "jump", "start"), got, rights, (wrong, {}, starts(layers, rights[2]))):
            kit.equal(mine, right, because=f"{name} of {layers}; draw_fields({layers}, 20) draws it", known_wrong=known)
    for layers, n in kit.examples(stack, n=12, name="stacks"):
        got = [int(number) for number in asked(field, layers)]
        right = list(measured_field(layers))
        kit.equal(got, right, because=f"size, jump and start of {layers}, measured in a long row; draw_fields({layers}, {n}) draws a short one", known_wrong={name: [*right[:2], value] for name, value in starts(layers, right[2]).items()})
with score.part(1, "what outputs see, by hand: at the borders fewer pixels"):
    kit.by_hand(sees)
    kit.equal(seen_of(BY_HAND, 9, 0), [0, 1, 2, 3], because=f"{BY_HAND}, 9 pixels: output 0 reads places -1, 0, 1 of the layer before, and -1 is padding: it depends on nothing", known_wrong={
        "the padding is no pixel: leave out what lies outside": [-3, -2, -1, 0, 1, 2, 3], "first layer first: go back from the last": [0, 1, 2]})
    kit.equal(seen_of(BY_HAND, 9, 4), [5, 6, 7, 8], because=f"{BY_HAND}, 9 pixels: output 4 is the last one", known_wrong={"place n is no pixel: 0 … n − 1": [5, 6, 7, 8, 9]})
    kit.equal(seen_of(BY_HAND, 9, 2), [1, 2, 3, 4, 5, 6, 7], because=f"{BY_HAND}, 9 pixels: output 2 lies inside")
    kit.equal(seen_of([(3, 1, 0, 2)], 9, 1), [1, 3, 5], because="[(3, 1, 0, 2)], 9 pixels: a dilation leaves holes", known_wrong={"the pixels in the holes are not read": [1, 2, 3, 4, 5]})
    kit.raises(IndexError, sees, BY_HAND, 9, 5, match=r"\b5\b")
    for layers, n in kit.examples(lambda r: stack(r, int(r.integers(1, 4))), n=8, name="rows"):
        for i in range(min(6, depends(layers, n, 0)[0])):
            right = depends(layers, n, i)[1]
            between = list(range(right[0], right[-1] + 1)) if right else []
            kit.equal(seen_of(layers, n, i), right, because=f"output {i} of {layers} for {n} pixels; draw_fields({layers}, {n}) draws it", known_wrong={} if between == right else {"the pixels in the holes are not read": between})
### BEGIN HIDDEN TESTS
with score.part(1, "fields of deeper stacks and of none", hidden=True):
    kit.by_hand(field)
    for layers, _ in kit.examples(lambda r: stack(r, int(r.integers(4, 7))), n=20, name="deep stacks"):
        kit.equal([int(number) for number in field(layers)], list(measured_field(layers)))
    kit.equal([int(number) for number in field([])], [1, 1, 0])
with score.part(1, "what every output of other stacks sees, pixel by pixel", hidden=True):
    kit.by_hand(sees)
    for layers, n in kit.examples(stack, n=15, name="seen"):
        count, _ = depends(layers, n, 0)
        for i in sorted({0, 1, count // 2, count - 1} & set(range(count))):
            kit.equal(seen_of(layers, n, i), depends(layers, n, i)[1])
    kit.equal(seen_of([], 4, 2), [2])
    for layers, n in kit.examples(lambda r: ([(2, 2, 0, 1), (int(r.integers(2, 4)), 1, 3, int(r.integers(2, 4)))], int(r.integers(9, 16))), n=4, name="rest"):
        for i in range(depends(layers, n, 0)[0]):
            kit.equal(seen_of(layers, n, i), depends(layers, n, i)[1])
with score.part(1, "outputs that see nothing but padding, and numbers that are no outputs", hidden=True):
    kit.by_hand(sees)
    for n, wide in kit.examples(lambda r: (int(r.integers(2, 9)), int(r.integers(1, 4))), n=5, name="blind"):
        kit.equal(seen_of([(1, 1, wide, 1)], n, 0), [])
        kit.equal(seen_of([(1, 1, wide, 1)], n, wide), [0])
        for i in (-1, n + 2 * wide):
            kit.raises(IndexError, sees, [(1, 1, wide, 1)], n, i, match=rf"\b{n + 2 * wide}\b")
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-diagnose", "locked": true}
# ## 4. Other people's convolutions (5 points)
#
# Suppliers hand in a function `candidate(x, w, b, stride, padding)` each. It promises what `conv` promises, and is either sound or has **one** fault. You write the acceptance test that names it:
#
# | | contract |
# |---|---|
# | `diagnose(candidate)` | one of the seven texts below. It calls the candidate, as often as you like, with inputs of your own: float64 arrays, square kernels of any size, any stride and padding for which the kernel fits. It compares what comes back with your `conv` or `direct`, and does not look into the candidate |
#
# | answer | what is wrong, always |
# |---|---|
# | `"sound"` | nothing. It may round otherwise: outputs differ from yours by up to $10^{-6}$ of the largest one |
# | `"bias"` | what is added to an output is not its kernel's number in `b`. With `b = 0` nothing is wrong |
# | `"stride"` | the first place lies one or more pixels too low, or too far to the right, or both, by no more than what the strides leave over. It shows only in a direction in which $(\text{pixels} + 2 \cdot \text{padding} - k)$ is no multiple of the stride |
# | `"padding"` | something else than zeros stands around the picture, on all sides or on one. With `padding = 0` nothing is wrong |
# | `"channels"` | a channel of `x` meets numbers of `w` that belong to other channels. With one channel nothing is wrong |
# | `"transposed"` | rows and columns of a kernel are exchanged, and it may be turned over as well. With kernels that equal their own transpose and their own mirror images nothing is wrong |
# | `"flipped"` | a kernel is turned over: upside down, left to right, or both. With kernels that equal their mirror images nothing is wrong |
#
# A fault may touch all kernels of `w` or a single one, so use several. How strong it is, and which kernel, side or row it touches, is drawn anew for every candidate; the hidden candidates have the same seven names and other kinds of fault than the public ones. Hence no list of known outputs helps: **choose inputs on which every fault but one cannot show.** With kernels of 0, only the bias is left; ask for it first, and each later question may set `b = 0`. Keep the inputs small: each question is one call of your own `conv`, for 7 candidates here and 31 more when graded; a slow `conv` makes the check wait. Each part counts when every candidate in it is named rightly; there are sound ones in all of them. Specification, executable: `specification(4)`. About 20 lines.

# %% [markdown] nbgrader={"grade_id": "tool-apart", "locked": true}
# **A tool for looking.** `other(fault, 0, np.random.default_rng(1))` makes a plain candidate with a fault. `apart(candidate, x, w, b, stride, padding)` prints in which pictures, kernels, rows and columns a candidate's outputs differ from the right ones: so you see which of your inputs a fault shows on.

# %% nbgrader={"grade_id": "apart", "locked": true}
def apart(candidate, x, w, b, stride, padding):
    """Print where a candidate's outputs are wrong, and by how much."""
    right, given = theirs(x, w, b, stride, padding), np.asarray(candidate(x, w, b, stride, padding))
    if given.shape != right.shape:
        print(f"shape {given.shape}, not {right.shape}")
        return
    off = np.abs(given - right) > 1e-4 * np.abs(right).max()
    for name, places, size in zip(("pictures", "kernels", "rows", "columns"), np.nonzero(off), right.shape):
        print(f"{name}: {sorted(set(places.tolist()))} of {size}")
    print(f"{int(off.sum())} of {off.size} outputs differ, by up to {np.abs(given - right).max():.3g}")


apart(other("bias", 0, np.random.default_rng(1)), np.ones((1, 1, 4, 5)), np.ones((2, 1, 3, 3)), np.array([0.0, 1.0]), 1, 0)

# %% nbgrader={"grade_id": "diagnose", "solution": true}
def diagnose(candidate):
    """Name what is wrong with somebody's convolution."""
    ### BEGIN SOLUTION
    r = np.random.default_rng(0)
    x, w, b = r.normal(size=(2, 3, 8, 10)), r.normal(size=(4, 3, 3, 3)), r.normal(size=4)
    level = np.ones((4, 1, 3, 3)) * r.normal(size=(4, 1, 1, 1))  # the same in every place: turning changes nothing
    mirrored = level * np.array([[1.0, 2.0, 1.0], [3.0, 4.0, 3.0], [1.0, 2.0, 1.0]])  # turned over the same, but not transposed

    def wrong(x, w, b, stride, padding):
        right = conv(x, w, b, stride, padding)
        given = np.asarray(candidate(x, w, b, stride, padding))
        return given.shape != right.shape or not np.abs(given - right).max() <= 1e-4 * np.abs(right).max()

    if wrong(x, np.zeros((4, 3, 3, 3)), b, 1, 0):
        return "bias"
    if wrong(x[:, :1], level, np.zeros(4), 2, 0):
        return "stride"
    if wrong(x[:, :1], level, np.zeros(4), 1, 1):
        return "padding"
    if wrong(x, np.ones((4, 3, 3, 3)) * r.normal(size=(4, 3, 1, 1)), np.zeros(4), 1, 0):
        return "channels"
    if wrong(x[:, :1], mirrored, np.zeros(4), 1, 0):
        return "transposed"
    return "flipped" if wrong(x[:, :1], w[:, :1], np.zeros(4), 1, 0) else "sound"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check-diagnose", "grade": true, "points": 5}
def own_is_right():
    """Whether the learner's conv, which diagnose may compare with, is right on small pictures."""
    try:
        for given in kit.examples(small, n=5, name="own"):
            kit.close(np.asarray(conv(*given)), theirs(*given), atol=1e-9)
    except Exception:
        return False
    return True


OWN = "your own conv is wrong on small pictures, and diagnose may compare with it: mend task 1 first"


def judged(name, make, kinds):
    """What diagnose says of so many kinds of each fault, drawn anew and in a drawn order, and the faults in that order."""
    kit.by_hand(diagnose)
    r = kit.rng(name)
    order = [(fault, kind) for fault, count in kinds.items() for kind in range(count)]
    order = [order[i] for i in r.permutation(len(order))]
    try:
        answers = [(str(asked(diagnose, make(fault, kind, r))), fault) for fault, kind in order]
    except Exception as error:
        kit.require(isinstance(error, kit.CheckFailed) or own_is_right(), OWN)
        raise
    kit.require(all(said == fault for said, fault in answers) or own_is_right(), OWN)
    return answers


score = kit.Score(5)
with score.part(1, "a plain candidate of each kind, all seven named rightly", candidates="bias times a number, a number around the picture, last place flush with the end, channels in reverse order, rows and columns exchanged, turned over, sound"):
    for said, fault in judged("plain", other, dict.fromkeys(FAULTS, 1)):
        shown = f"apart(other({fault!r}, 0, np.random.default_rng(1)), x, w, b, stride, padding) with the inputs that diagnose asks with says on which of them it shows"
        kit.equal(said, fault, because=f"a candidate with the fault {fault!r}; {shown}", known_wrong={"a sound one was blamed: compare with a tolerance, and with inputs for which your own conv is right": said} if fault == "sound" else {
            "the fault was not seen: do your inputs show it (a rest after the strides, padding, several channels, a kernel without symmetry)?": "sound", f"on the input that asks for {said!r}, {fault!r} shows too; which numbers of x, w, b, stride or padding switch it off?": said})
### BEGIN HIDDEN TESTS
def spoilt(fault, kind, r):
    """Somebody's convolution with a fault of one of four kinds; strength, kernel, side and row are drawn."""
    at, strength = int(r.integers(1, 1000)), float(r.uniform(0.5, 1.5) * r.choice([-1, 1]))

    def around(x, padding):
        border = ((0, 0), (0, 0), *[(padding, padding)] * 2)
        if fault != "padding":
            return np.pad(x, border)
        if kind < 2:
            return np.pad(x, border, mode=("edge", "symmetric")[kind])
        sides = strength * (np.ones(4) if kind == 2 else np.eye(4)[at % 4])
        return np.pad(x, border, constant_values=((0, 0), (0, 0), tuple(sides[:2]), tuple(sides[2:])))

    def kernels(w):
        changed, (o, c, kh, kw) = w, w.shape
        if fault == "channels" and c > 1:
            changed = (np.roll(w, 1 + at % (c - 1), axis=1), np.broadcast_to(w.mean(1, keepdims=True), w.shape), np.roll(w, 1, axis=1), np.broadcast_to(w[:, :1], w.shape))[kind]
        elif fault == "transposed" and kh == kw:
            changed = (w.swapaxes(2, 3), w[:, :, ::-1, ::-1].swapaxes(2, 3), np.rot90(w, axes=(2, 3)), w.swapaxes(2, 3))[kind]
        elif fault == "flipped":
            changed = (w[:, :, ::-1], w[:, :, :, ::-1], w[:, :, ::-1, ::-1], w[:, :, :, ::-1])[kind]
        single = {"channels": 2, "transposed": 3, "flipped": 3}.get(fault) == kind  # in one kernel alone
        return np.where((np.arange(o) == at % o)[:, None, None, None], changed, w) if single else changed

    def candidate(x, w, b, stride, padding):
        x, w, b = (np.array(t, dtype=np.float64) for t in (x, w, b))
        out = theirs(around(x, padding), kernels(w), np.zeros(len(b)), 1, 0)
        rest = [(size - 1) % stride if fault == "stride" else 0 for size in out.shape[2:]]
        down, right = (rest, (rest[0], 0), (0, rest[1]), [min(1, left) for left in rest])[kind]
        out = out[:, :, down::stride, right::stride]
        added = np.broadcast_to(b[:, None, None], out.shape[1:]).copy()
        if fault == "bias" and kind == 0:
            added *= 1 + strength
        elif fault == "bias" and kind == 1:
            added = np.roll(added, 1 + at % max(1, len(b) - 1), axis=0)
        elif fault == "bias" and kind == 2:
            added[at % len(b)] *= 1 + strength
        elif fault == "bias":
            added[:, at % out.shape[2]] = 0
        out = out + added
        if fault == "sound" and kind == 1:
            out = out.astype(np.float32).astype(np.float64)
        elif fault == "sound" and kind > 1:
            out = out + 7e-7 * np.abs(out).max() * (np.sign(strength) if kind == 2 else np.cos(at * np.arange(out.size)).reshape(out.shape))
        return out

    return candidate


with score.part(1, "sound ones that round otherwise, and biases that are wrong in other ways, for one kernel or one row alone", hidden=True):
    for said, fault in judged("rounding", spoilt, {"sound": 4, "bias": 4}):
        kit.equal(said, fault)
with score.part(1, "strides that begin late in one direction, and other things around the picture, on one side alone", hidden=True):
    for said, fault in judged("borders", spoilt, {"stride": 4, "padding": 4, "sound": 1}):
        kit.equal(said, fault)
with score.part(1, "channels that meet the wrong numbers in other ways, in one kernel alone", hidden=True):
    for said, fault in judged("channels", spoilt, {"channels": 4, "sound": 1}):
        kit.equal(said, fault)
with score.part(1, "kernels transposed and turned over in other ways, one kernel alone", hidden=True):
    for said, fault in judged("kernels", spoilt, {"transposed": 4, "flipped": 4, "sound": 1}):
        kit.equal(said, fault)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "task-train", "locked": true}
# ## 5. A residual net for the chip (7 points)
#
# The chip computes `chip(net, x)` of the first cell; read it. A net is a dict:
#
# | key | | |
# |---|---|---|
# | `"first"` | `(w, b)`: (c, 1, 3, 3), (c,) | stride 2, padding 1, then ReLU |
# | `"blocks"` | list of `(w1, b1, w2, b2)`: (c, c, 3, 3), (c,), twice; at least one block | $h \leftarrow \operatorname{ReLU}(h + \operatorname{conv}_2(\operatorname{ReLU}(\operatorname{conv}_1(h))))$, padding 1 |
# | `"last"` | `(W, b)`: (10, c), (10,) | on the mean of each channel over its pixels |
#
# The chip knows no norm. But trained without norms, this net hardly learns in a few rounds. So train, in torch, the same net with a **batch norm** after each of its convolutions; then fold each norm into the convolution before it, and hand over what is left.
#
# | | contract |
# |---|---|
# | `fold(w, b, gamma, beta, mean, var, eps)` | `w` (o, c, kh, kw), `b` (o,) or `None`, the others (o,), `eps` a number. Returns `(w, b)` of one convolution that gives what the convolution followed by a batch norm in evaluation gives: $\gamma\,(z - \text{mean}) / \sqrt{\text{var} + \epsilon} + \beta$ for each output channel; in NumPy, in the dtype of `w` |
# | `train(x, y, budget, seed)` | `x` (n, 1, side, side) float32, **raw**: pixels from 0 to 16, or to another number such as 255, as they also come to the chip; `y` (n,) whole numbers 0 … 9. Returns a net, a dict as above, whose arrays have at most `budget` numbers in all, biases included. torch is allowed here |
#
# What a net has to do, on pictures that `train` has not seen. They are real digits of 8 × 8 pixels, each somewhere in a larger picture; every time they are turned and numbered otherwise. **`train` learns from `x` and `y` alone.** The checker draws both and keeps the rest to itself; a `train` that uses a package other than NumPy and torch, reads files, looks digits up, runs text as code (the builtin `eval`; `net.eval()` is welcome), fetches things by a text that names them, uses `getattr`, `vars`, `sys` or threads, or leads to more than 4000 numbers and letters that the notebook keeps, earns nothing for its nets. To try things out, run the check cell once and then call its `forms(np.random.default_rng(1))`: it gives `x`, `y` to train on and other `x`, `y` to judge by.
#
# | trained on | budget | the chip reads at least | the reference reads |
# |---|---|---|---|
# | 1000 pictures of 12 × 12, pixels to 16 | 10 000 | 0.88 | 0.93 to 0.97 |
# | the same, 500 of them | 10 000 | 0.6, for each of two seeds | 0.81 to 0.89 |
# | 1000 others of 12 × 12 | 5481 | 0.72 | about 0.9 |
# | 1000 pictures of 14 × 14, pixels to 255 | 10 000 | 0.86 | about 0.93 |
#
# Besides: the same `seed` gives the same net, bit for bit, another seed another one. **The blocks have to do work**: when the check sets every `w2` and `b2` to 0, so that a block passes on what it gets, the chip must read at least 0.1 less than before. And one training takes at most 60 s; the reference, 16 channels and two blocks, needs 1 to 3.
#
# Specification, executable: `specification(5)`; it trains seven times on noise, which may take 10 s.

# %% nbgrader={"grade_id": "train", "solution": true}
def fold(w, b, gamma, beta, mean, var, eps):
    """One convolution in place of a convolution and a batch norm."""
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(var + eps)  # (o,)
    before = np.zeros_like(mean) if b is None else b
    return (w * scale[:, None, None, None]).astype(w.dtype), ((before - mean) * scale + beta).astype(w.dtype)
    ### END SOLUTION


def train(x, y, budget, seed):
    """A net for the chip."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    F, blocks, rounds, batch = torch.nn.functional, 2, 9, 50
    c = 1
    while (9 + 1) * (c + 1) + blocks * 2 * (9 * (c + 1) + 1) * (c + 1) + 10 * (c + 2) <= budget and c < 16:
        c += 1
    convs = torch.nn.ModuleList([torch.nn.Conv2d(1 if i == 0 else c, c, 3, padding=1, stride=2 if i == 0 else 1, bias=False) for i in range(1 + 2 * blocks)])
    norms = torch.nn.ModuleList([torch.nn.BatchNorm2d(c) for _ in convs])
    last = torch.nn.Linear(c, 10)

    def scores(h):
        h = torch.relu(norms[0](convs[0](h)))
        for i in range(1, len(convs), 2):
            h = torch.relu(h + norms[i + 1](convs[i + 1](torch.relu(norms[i](convs[i](h))))))
        return last(h.mean((2, 3)))

    inputs, targets = torch.tensor(x), torch.tensor(y)
    optimiser = torch.optim.Adam([*convs.parameters(), *norms.parameters(), *last.parameters()], lr=0.02)
    steps = rounds * math.ceil(len(y) / batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    for _ in range(rounds):
        for rows in torch.randperm(len(y)).split(batch):
            loss = F.cross_entropy(scores(inputs[rows]), targets[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    folded = [fold(k.weight.detach().numpy(), None, *(t.detach().numpy() for t in (n.weight, n.bias, n.running_mean, n.running_var)), n.eps) for k, n in zip(convs, norms)]
    pairs = [(*folded[i], *folded[i + 1]) for i in range(1, len(folded), 2)]
    return {"first": folded[0], "blocks": pairs, "last": (last.weight.detach().numpy(), last.bias.detach().numpy())}
    ### END SOLUTION


# %% [markdown] nbgrader={"grade_id": "tool-beside-norm", "locked": true}
# **Two tools for looking.** `beside_norm(w, b, gamma, beta, mean, var, eps)` prints for each output channel what convolution and norm give on a picture of zeros and on one of ones, and what your folded convolution gives: where zeros part, the summand is wrong; where only ones part, the factor. `look_inside(net, x, y)` prints the share that the chip reads and, after the first convolution and after each block, how large its channels' means are and how many channels are 0 on all pictures.

# %% nbgrader={"grade_id": "beside-norm", "locked": true}
def beside_norm(w, b, gamma, beta, mean, var, eps):
    """Print what convolution and norm give, and what one folded convolution gives."""
    new_w, new_b = (np.asarray(t, dtype=np.float64) for t in fold(w, b, gamma, beta, mean, var, eps))
    for name, fill in (("zeros", 0.0), ("ones", 1.0)):
        x = np.full((1, *w.shape[1:]), fill)
        wanted, given = by_norm(x, w, b, gamma, beta, mean, var, eps).ravel(), theirs(x, new_w, new_b, 1, 0).ravel()
        print(f"on {name}: convolution and norm {wanted.tolist()}, yours {given.tolist()}")


def look_inside(net, x, y):
    """Print the share of pictures that the chip reads, and what goes on behind each block."""
    print(f"{(chip(net, x).argmax(1) == y).mean():.3f} are right")
    c = len(net["first"][1])
    for depth in range(len(net["blocks"]) + 1):
        h = chip({**net, "blocks": net["blocks"][:depth], "last": (np.eye(c), np.zeros(c))}, x)  # (n, c)
        print(f"after {depth} blocks: the channels' means are {h.mean():.3g}, at most {h.max():.3g}; {int((h.max(0) == 0).sum())} of {c} channels are 0 throughout")


try:
    beside_norm(np.ones((1, 1, 1, 1)), None, *(np.array([float(v)]) for v in (6, 1, 3, 4)), 0.0)
except Exception as error:
    print(f"fold stops: {error!r}")

# %% nbgrader={"grade_id": "check-train", "grade": true, "points": 7}
def folds_right(given, call_it=asked):
    """Hold a folded convolution against torch's convolution and norm: its factors on pictures of a single 1, its summand on zeros."""
    w, b, gamma, beta, mean, var, eps = given
    new_w, new_b = (np.asarray(t) for t in call_it(fold, *given))
    kit.equal([str(new_w.dtype), str(new_b.dtype)], [str(w.dtype)] * 2, because="in the dtype of w")
    nothing, ones = np.zeros(len(w)), np.eye(w[0].size).reshape(-1, *w.shape[1:])

    def seen(**altered):
        """The kernel that convolution and norm are, with some arguments altered."""
        norm = {"gamma": gamma, "var": var, "eps": eps} | altered
        return by_norm(ones, w, None, beta=nothing, mean=nothing, **norm)[:, :, 0, 0].T.reshape(w.shape).astype(w.dtype)

    def added(**altered):
        """The bias that they are, with some arguments altered."""
        given = {"b": b, "gamma": gamma, "beta": beta, "mean": mean, "var": var, "eps": eps} | altered
        return by_norm(0 * w[:1], w, **given).ravel().astype(w.dtype)

    right_w, right_b, wide = seen(), added(), var.astype(np.float64)
    wrong_w = {"gamma is missing": seen(gamma=nothing + 1), "divide by the root of the variance": seen(var=(wide + eps) ** 2, eps=0.0), "eps stands under the root": seen(var=(np.sqrt(wide) + eps) ** 2, eps=0.0)}
    wrong_b = {"the mean is taken off, not added": added(mean=-mean), "the mean is scaled too": added(mean=nothing) - mean, "beta is missing": added(beta=nothing)}
    if b is not None:
        wrong_b |= {"the convolution's own bias goes through the norm as well": added(b=None), "the bias is scaled too": added(b=None) + b}
    told = f"{pasted('beside_norm', *given)} shows both for each channel"
    near = {"rtol": 1e-9, "atol": 1e-12} if w.dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-5 * float(np.abs(right_b).max())}
    kit.close(new_w, right_w, rtol=near["rtol"], because=f"w; {told}", known_wrong={name: value for name, value in wrong_w.items() if not np.allclose(value, right_w)})
    kit.close(new_b, right_b, **near, because=f"b; {told}", known_wrong={name: value for name, value in wrong_b.items() if not np.allclose(value, right_b)})


def forms(r, count=1000, side=12, top=16.0):
    """Real digits, each at a place of its own in a larger picture: x (n, 1, side, side), y to train on, and other x, y.

    All are turned by the same drawn quarter turns, and the classes are numbered in a drawn order.
    """
    from sklearn.datasets import load_digits  # 1797 handwritten digits of 8 x 8 pixels, 0 to 16; UCI, CC BY 4.0

    pictures, digits = load_digits(return_X_y=True)  # (1797, 64), (1797,)
    order = r.permutation(len(digits))
    small = np.rot90(pictures[order].reshape(-1, 8, 8), int(r.integers(4)), axes=(1, 2)) / 16 * top
    y = r.permutation(10)[digits[order]]
    x = np.zeros((len(y), 1, side, side), dtype=np.float32)
    for picture, digit, (i, j) in zip(x, small, r.integers(0, side - 7, size=(len(y), 2))):
        picture[0, i : i + 8, j : j + 8] = digit
    return x[:count], y[:count], x[count:], y[count:]


def handed_over(x, y, budget, seed):
    """The learner's net as plain arrays, within the budget and fitting together."""
    import time

    from_x_alone()
    begun = time.perf_counter()
    net = asked(kit.unchanged, train, x, y, budget, seed)
    kit.require(time.perf_counter() - begun < 60, "training took more than 60 s; the reference needs 1")
    kit.equal(sorted(net), ["blocks", "first", "last"], because="the keys of the net")
    first, last = ([np.asarray(t) for t in net[name]] for name in ("first", "last"))
    blocks = [[np.asarray(t) for t in block] for block in net["blocks"]]
    kit.require(len(blocks) >= 1 and all(len(block) == 4 for block in blocks), "at least one block, each (w1, b1, w2, b2)")
    c = len(first[0])
    wanted = [(c, 1, 3, 3), (c,), *[(c, c, 3, 3), (c,), (c, c, 3, 3), (c,)] * len(blocks), (10, c), (10,)]
    arrays = [*first, *[t for block in blocks for t in block], *last]
    kit.equal([tuple(t.shape) for t in arrays], wanted, because="shapes of first, blocks, last")
    for t in arrays:
        kit.finite(t)
    count = sum(t.size for t in arrays)
    kit.require(count <= budget, f"{count} numbers are handed over, {budget} are allowed")
    return {"first": tuple(first), "blocks": [tuple(block) for block in blocks], "last": tuple(last)}


def reached(net, x, y, least, top=16.0):
    """Check the share that the chip reads, and where the blocks are switched off."""
    share = float((chip(net, x).argmax(1) == y).mean())
    for name, other in (("divided by their largest number", x / top), ("centred and scaled", (x - x.mean()) / x.std())):
        if share < least <= float((chip(net, other).argmax(1) == y).mean()):
            kit.require(False, f"{share:.3f} of raw pictures are right, {least} are asked for; on pictures that are {name} they are: work that into the first convolution")
    shown = "; x, y, unseen, labels = forms(np.random.default_rng(1)), then look_inside(train(x, y, 10_000, 1), unseen, labels) shows what becomes of such pictures"
    kit.require(share >= least, f"{share:.3f} of unseen pictures are right, {least} are asked for{shown}" + (" (chance is 0.1: was every norm folded, with its running statistics and not with a batch's?)" if share < 0.3 else ""))
    without = [(w1, b1, 0 * w2, 0 * b2) for w1, b1, w2, b2 in net["blocks"]]
    bare = float((chip({**net, "blocks": without}, x).argmax(1) == y).mean())
    kit.require(bare < share - 0.1, f"with the blocks switched off the chip still reads {bare:.3f}, with them {share:.3f}: the blocks do no work; train them together with the first convolution, from weights that are not 0")


score = kit.Score(7)
with score.part(1, "fold: one convolution gives what convolution and norm give, with and without a bias"):
    kit.by_hand(fold)
    one_w, one_b = (np.asarray(t) for t in asked(fold, np.ones((1, 1, 1, 1)), None, *(np.array([float(v)]) for v in (6, 1, 3, 4)), 0.0))
    kit.close(one_w, np.full((1, 1, 1, 1), 3.0), because="gamma 6, beta 1, mean 3, var 4, eps 0: 6 / √4 = 3", known_wrong={"divide by the root of the variance": np.full((1, 1, 1, 1), 1.5), "gamma is missing": np.full((1, 1, 1, 1), 0.5)})
    kit.close(one_b, np.array([-8.0]), because="gamma 6, beta 1, mean 3, var 4, eps 0: -3 · 6/√4 + 1", known_wrong={"the mean is taken off, not added": np.array([10.0]), "beta is missing": np.array([-9.0])})
    for given in kit.examples(lambda r: to_fold(r, most=2), n=8, name="folds"):
        folds_right(given)
with score.part(1, "train: within 10 000 numbers at least 0.88 of 797 unseen pictures, raw", x="digits at random places of 12 × 12 pixels"):
    x, y, unseen, labels = forms(kit.rng("forms"))
    net = handed_over(x, y, 10_000, 1)
    reached(net, unseen, labels, 0.88)
with score.part(1, "the same seed gives the same net, another seed another one; from 500 pictures each reads at least 0.6 of the unseen ones", seeds="1, 1, 2"):
    one, again, another = (handed_over(x[::2], y[::2], 10_000, seed) for seed in (1, 1, 2))
    kit.close(again["first"][0], one["first"][0], rtol=1e-6, because="seed 1 twice: begin with torch.manual_seed(seed)")
    kit.require(another["first"][0].shape != one["first"][0].shape or not np.allclose(another["first"][0], one["first"][0]), "seeds 1 and 2 give the same weights")
    for trained in (one, another):
        reached(trained, unseen, labels, 0.6)
### BEGIN HIDDEN TESTS
with score.part(1, "fold: small variances, one channel, float32; nothing given has changed", hidden=True):
    kit.by_hand(fold)
    for given in [given for dtype in (np.float64, np.float32) for given in kit.examples(lambda r: to_fold(r, dtype), n=10, name=f"other folds {dtype.__name__}")]:
        folds_right(given, kit.unchanged)
with score.part(2, "train: other pictures, turned and numbered otherwise, with a budget of 5481 numbers: at least 0.72", hidden=True):
    x, y, unseen, labels = forms(kit.rng("small forms"))
    reached(handed_over(x, y, 5481, int(kit.rng("seed").integers(1000))), unseen, labels, 0.72)
with score.part(1, "train: pixels up to 255 and larger pictures of 14 × 14: at least 0.86", hidden=True):
    x, y, unseen, labels = forms(kit.rng("large forms"), side=14, top=255.0)
    reached(handed_over(x, y, 10_000, 7), unseen, labels, 0.86, top=255.0)
### END HIDDEN TESTS
score.total()

# %% [markdown] nbgrader={"grade_id": "after", "locked": true}
# ## Beyond the points
#
# Take the blocks' additions away in training, or the norms, and see how far your net gets in as many rounds: which of the two does it need more? Lesson 3 has the measurement to compare with.
#
# ## Before you submit
#
# *Kernel → Restart Kernel and Run All Cells* once more: only what runs from top to bottom counts. Then submit.
