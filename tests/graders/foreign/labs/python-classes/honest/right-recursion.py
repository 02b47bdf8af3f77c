# Recursion wherever it goes; memo by lru_cache; recursive classes.
# Rest: right-plain
# %% grade_id="cards"
from collections import namedtuple
from enum import Enum
from functools import lru_cache

class Suit(int, Enum):
    CLUBS, DIAMONDS, HEARTS, SPADES = range(1, 5)

Card = namedtuple("Card", ["rank", "suit"], defaults=[Suit.CLUBS])

@lru_cache
def _from(n):
    return frozenset() if n == 52 else _from(n + 1) | {Card(2 + n % 13, Suit(1 + n // 13))}

def deck():
    return set(_from(0))

def sort_hand(cards):
    if len(cards) > 1:
        pivot, rest = cards[0], cards[1:]
        key = lambda c: (c.suit.value, c.rank)
        high, low = [c for c in rest if key(c) > key(pivot)], [c for c in rest if key(c) <= key(pivot)]
        sort_hand(high), sort_hand(low)
        cards[:] = high + [pivot] + low

# %% grade_id="iterators"
def chunks(iterable, n):
    def take(iterator, k):
        if k == 0:
            return ()
        try:
            first = next(iterator)
        except StopIteration:
            return ()
        return (first, *take(iterator, k - 1))

    def go(iterator):
        part = take(iterator, n)
        if part:
            yield part
            yield from go(iterator)

    yield from go(iter(iterable))

def merge(a, b):
    def go(x, a, y, b):
        while True:
            if not x and not y:
                return
            if not y or (x and x[0] <= y[0]):
                yield x[0]
                x = more(a)
            else:
                yield y[0]
                y = more(b)

    more = _first
    a, b = iter(a), iter(b)
    yield from go(more(a), a, more(b), b)

def _first(iterator):
    for item in iterator:
        return (item,)
    return ()

# %% grade_id="wrappers"
class Tracker:
    def __init__(self, log):
        self.log, self.caught = log, None
    def __enter__(self):
        self.log.append("enter")
        return self
    def __exit__(self, kind, error, tb):
        self.log.append("exit")
        self.caught = error if isinstance(error, KeyError) else self.caught
        return isinstance(error, KeyError)

def retry(times, on=Exception):
    from functools import wraps
    def decorate(f):
        @wraps(f)
        def wrapper(*args, **kwargs):
            if times == 1:
                return f(*args, **kwargs)
            try:
                return f(*args, **kwargs)
            except on:
                return retry(times - 1, on)(f)(*args, **kwargs)
        return wrapper
    return decorate
