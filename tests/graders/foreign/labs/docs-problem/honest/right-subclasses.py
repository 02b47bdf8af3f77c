# Returns subclasses of list, int and str where the contract says list, int and str.
# Rest: right-beginner
# %% grade_id="squares"
class Numbers(list):
    """A list that knows its sum."""

    @property
    def total(self):
        return sum(self)

    def __repr__(self):
        return f"Numbers({super().__repr__()})"

def squares(n):
    if n < 1:
        raise TooSmall(n)
    return Numbers(i**2 for i in range(1, n + 1))

class TooSmall(ValueError):
    def __init__(self, n):
        super().__init__(f"{n} is too small")
        self.n = n

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    found = squares(n)
    return Count(sum(found))

class Count(int):
    def __str__(self):
        return f"{int(self)} pieces"

# %% grade_id="fib"
from collections import UserList, UserString, OrderedDict

class Fibonacci(dict):
    def __missing__(self, n):
        self[n] = value = self[n - 1] + self[n - 2]
        return value

_fib = Fibonacci({0: 0, 1: 1})

def fib(n):
    """Return the nth number of Fibonacci."""
    return Count(_fib[n])

# %% grade_id="primes"
def primes(n):
    return UserList(p for p in range(2, n + 1) if all(p % d for d in range(2, p)))
