# Right results, but reads ahead, copies instead of sorting in place, and loses the docstring.
# Rest: right-plain
# %% grade_id="iterators"
def chunks(iterable, n):
    items = list(iterable)
    for i in range(0, len(items), n):
        yield tuple(items[i : i + n])

def merge(a, b):
    import itertools
    yield from sorted([*itertools.islice(a, 1000), *itertools.islice(b, 1000)])

# %% grade_id="cards"
from collections import namedtuple
from enum import Enum

class Suit(Enum):
    CLUBS = 1
    DIAMONDS = 2
    HEARTS = 3
    SPADES = 4

Card = namedtuple("Card", "rank suit")

def deck():
    return {Card(r, s) for r in range(2, 15) for s in Suit}

def sort_hand(cards):
    cards = sorted(cards, key=lambda c: (c.suit.value, c.rank), reverse=True)

# %% grade_id="wrappers"
class Tracker:
    def __init__(self, log):
        self.log, self.caught = log, None
    def __enter__(self):
        self.log.append("enter")
        return self
    def __exit__(self, kind, error, tb):
        self.log.append("exit")
        if kind is KeyError:
            self.caught = error
            return True

def retry(times, on=Exception):
    def decorate(f):
        def wrapper(*args, **kwargs):
            for i in range(times):
                try:
                    return f(*args, **kwargs)
                except on as e:
                    last = e
            raise last
        return wrapper
    return decorate
