# Decorators for validation, tracing, memory and registration.
# %%
import functools
import inspect

REGISTRY = {}

def register(f):
    REGISTRY[f.__name__] = f
    return f

def at_least(lowest):
    def decorate(f):
        @functools.wraps(f)
        def wrapped(n, *args, **kwargs):
            if n < lowest:
                raise ValueError(f"{f.__name__} needs at least {lowest}")
            return f(n, *args, **kwargs)
        return wrapped
    return decorate

def remembered(f):
    memory = {}
    signature = inspect.signature(f)
    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        key = tuple(signature.bind(*args, **kwargs).arguments.items())
        if key not in memory:
            memory[key] = f(*args, **kwargs)
        return memory[key]
    wrapped.memory = memory
    return wrapped

def as_list(f):
    return functools.wraps(f)(lambda *a, **k: list(f(*a, **k)))

# %% grade_id="squares"
@register
@at_least(1)
@as_list
def squares(n):
    """Squares."""
    yield from (i**2 for i in range(1, n + 1))

# %% grade_id="sum_of_squares"
@register
@at_least(1)
def sum_of_squares(n):
    return sum(squares(n))

# %% grade_id="plot_squares"
def titled(title):
    def decorate(f):
        @functools.wraps(f)
        def wrapped(n):
            f(n)
            plt.title(title)
        return wrapped
    return decorate

@titled("decorated")
def plot_squares(n):
    plt.plot(list(range(1, n + 1)), squares(n), color="k", lw=2)
    plt.xlabel("i")
    plt.ylabel("i squared")

# %% grade_id="fib"
@register
@remembered
def fib(n):
    """The nth number of Fibonacci."""
    return n if n < 2 else fib(n - 1) + fib(n - 2)

# %% grade_id="primes"
@remembered
@as_list
def primes(n):
    for p in range(2, n + 1):
        if not any(p % d == 0 for d in range(2, int(p**0.5) + 1)):
            yield p

# %% grade_id="ask_age"
def until(valid):
    def decorate(f):
        @functools.wraps(f)
        def wrapped():
            while not valid(answer := f()):
                pass
            print(f"Next year you will be {int(answer) + 1}.")
            return int(answer)
        return wrapped
    return decorate

@until(str.isdigit)
def ask_age():
    return input("How old? ").strip()

# %% grade_id="caesar"
@remembered
def caesar(text, key=3):
    def move(c, first):
        return chr((ord(c) - first + key) % 26 + first)
    return "".join(move(c, 97) if "a" <= c <= "z" else move(c, 65) if "A" <= c <= "Z" else c for c in text)

CODEBOOK = {c: caesar(c) for c in map(chr, range(97, 123))}
