# Comes from Haskell: everything is recursion, nothing is a loop.
# %% grade_id="squares"
def squares(n):
    """Squares by recursion."""
    if n < 1:
        raise ValueError("n must be positive")
    return [1] if n == 1 else squares(n - 1) + [n * n]

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    def total(numbers):
        return numbers[0] + total(numbers[1:]) if numbers else 0
    return total(squares(n))

# %% grade_id="plot_squares"
def plot_squares(n):
    def points(i):
        return [] if i == 0 else points(i - 1) + [i]
    (line,) = plt.plot(points(n), squares(n))
    plt.xlabel("i"), plt.ylabel("i squared"), plt.title("recursion")
    return line

# %% grade_id="fib"
from functools import lru_cache

@lru_cache(maxsize=None)
def fib(n):
    """The definition, remembered."""
    return n if n < 2 else fib(n - 1) + fib(n - 2)

# %% grade_id="primes"
import sys
sys.setrecursionlimit(3000)

def primes(n, candidate=2, so_far=()):
    if candidate > n:
        return so_far
    is_prime = all(candidate % p for p in so_far)
    return primes(n, candidate + 1, (*so_far, candidate) if is_prime else so_far)

# %% grade_id="ask_age"
def ask_age():
    answer = input().strip()
    if not answer.isnumeric():
        return ask_age()
    print("Next year you will be %d." % (int(answer) + 1))
    return int(answer)

# %% grade_id="caesar"
def caesar(text, key=3):
    if not text:
        return text
    head, tail = text[0], text[1:]
    if head.isascii() and head.isalpha():
        first = ord("a") if head.islower() else ord("A")
        head = chr(first + (ord(head) - first + key) % 26)
    return head + caesar(tail, key)

def _book(letters):
    return {letters[0]: caesar(letters[0]), **_book(letters[1:])} if letters else {}

CODEBOOK = _book("abcdefghijklmnopqrstuvwxyz")
