# Closures, lambdas, partial, itertools, functools.reduce; classes made with type().
# Rest: right-plain
# %%
import functools
import itertools as it
import operator as op
from functools import partial, reduce

# %% grade_id="vector"
Vector = type("Vector", (__import__("collections").namedtuple("Vector", "x y"),), dict(
    __slots__=(),
    __add__=lambda v, w: Vector(*map(op.add, v, w)),
    __sub__=lambda v, w: Vector(*map(op.sub, v, w)),
    __neg__=lambda v: Vector(*map(op.neg, v)),
    __mul__=lambda v, k: Vector(*map(partial(op.mul, k), v)),
    __rmul__=lambda v, k: v * k,
    __matmul__=lambda v, w: sum(map(op.mul, v, w)),
    __abs__=lambda v: sum(a * a for a in v) ** 0.5,
    __bool__=lambda v: any(v),
))

# %% grade_id="iterators"
def chunks(iterable, n):
    iterator = iter(iterable)
    return iter(lambda: tuple(it.islice(iterator, n)), ())

def merge(a, b):
    nothing = []
    streams = [[next(s, nothing), s] for s in map(iter, (a, b))]
    while live := [s for s in streams if s[0] is not nothing]:
        first = min(live, key=op.itemgetter(0))
        yield first[0]
        first[0] = next(first[1], nothing)

# %% grade_id="wrappers"
from contextlib import contextmanager
from types import SimpleNamespace

@contextmanager
def Tracker(log):
    state = SimpleNamespace(caught=None)
    log.append("enter")
    try:
        yield state
    except KeyError as error:
        state.caught = error
    finally:
        log.append("exit")

def retry(times, on=Exception):
    def attempt(f, left, args, kwargs):
        try:
            return f(*args, **kwargs)
        except on:
            if left <= 1:
                raise
        return attempt(f, left - 1, args, kwargs)

    return lambda f: functools.wraps(f)(lambda *args, **kwargs: attempt(f, times, args, kwargs))

# %% grade_id="dates"
by_month = lambda people: {
    month: set(map(op.itemgetter(0), group))
    for month, group in it.groupby(
        sorted(filter(op.itemgetter(1), people.items()), key=lambda p: p[1].month), key=lambda p: p[1].month
    )
}

def _on(born, year):
    try:
        return born.replace(year)
    except ValueError:
        return born.replace(year, 3, 1)

next_birthday = lambda born, today: born and next(d for d in map(partial(_on, born), it.count(today.year)) if d >= today)

# %% grade_id="output"
show = lambda rows: len([print(f"{name}{number:.>{20 - len(name)}}") for name, number in rows])
sum_rows = lambda rows: reduce(lambda s, row: s + row[1], rows, 0)
total = lambda rows: warnings.warn("total: please call sum_rows", DeprecationWarning, 2) or sum_rows(rows)
