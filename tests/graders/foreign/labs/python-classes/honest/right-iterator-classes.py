# Iterators written as classes; callbacks stored; a heap; send and throw.
# Rest: right-dataclasses
# %% grade_id="iterators"
class chunks:
    """An iterator over tuples."""

    def __init__(self, iterable, n):
        self._source, self._n = iter(iterable), n

    def __iter__(self):
        return self

    def __next__(self):
        part = []
        try:
            while len(part) < self._n:
                part.append(next(self._source))
        except StopIteration:
            if not part:
                raise
        return tuple(part)

class Peekable:
    def __init__(self, iterable):
        self._it, self._have = iter(iterable), False

    def __bool__(self):
        if not self._have:
            try:
                self._item, self._have = next(self._it), True
            except StopIteration:
                return False
        return True

    def peek(self):
        return self._item

    def pop(self):
        self._have = False
        return self._item

class merge:
    def __init__(self, a, b):
        self.sides = Peekable(a), Peekable(b)

    def __iter__(self):
        return self

    def __next__(self):
        a, b = self.sides
        if not a and not b:
            raise StopIteration
        if not b or (a and a.peek() <= b.peek()):
            return a.pop()
        return b.pop()

# %% grade_id="wrappers"
from contextlib import AbstractContextManager
import functools

class Tracker(AbstractContextManager):
    def __init__(self, log):
        self.log, self.caught = log, None

    def __enter__(self):
        self.log += ["enter"]
        return self

    def __exit__(self, *details):
        self.log += ["exit"]
        self.caught = details[1] if isinstance(details[1], KeyError) else None
        return self.caught is not None

class retry:
    def __init__(self, times, on=Exception):
        self.times, self.on = times, on

    def __call__(self, function):
        return _Retried(function, self.times, self.on)

class _Retried:
    def __init__(self, function, times, on):
        functools.update_wrapper(self, function)
        self.function, self.times, self.on = function, times, on

    def __call__(self, *args, **kwargs):
        error = None
        for _ in range(self.times):
            try:
                return self.function(*args, **kwargs)
            except self.on as e:
                error = e
        raise error

    def __repr__(self):
        return f"<retried {self.__name__}>"
