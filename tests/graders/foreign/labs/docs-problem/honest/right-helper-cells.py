# Adds cells with helpers before the answers, and tries them out in cells between the checks.
# %%
# my own imports and helpers
import string
from math import isqrt

def is_prime(p):
    return p > 1 and all(p % d for d in range(2, isqrt(p) + 1))

def rotate(alphabet, key):
    key %= len(alphabet)
    return alphabet[key:] + alphabet[:key]

# %% grade_id="squares"
def squares(n):
    check(n)
    return [i**2 for i in range(1, n + 1)]

# %%
def check(n):
    if not n >= 1:
        raise ValueError("only from 1 on, not {}".format(n))

# %%
squares(3), squares(5)

# %% after="squares_invalid_input"
try:
    squares(-1)
except ValueError as e:
    print("good:", e)

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    return sum(squares(n))

# %% grade_id="plot_squares"
def plot_squares(n):
    plt.plot(np.arange(1, n + 1), squares(n), ".-")
    decorate("i", "i squared")

# %%
def decorate(x, y):
    plt.xlabel(x)
    plt.ylabel(y)
    plt.title(y + " over " + x)
    plt.grid()

# %%
plot_squares(20)

# %% grade_id="fib"
def fib(n):
    """Binet's formula is not exact; so fast doubling."""
    return double(n)[0]

# %%
def double(n):
    if n == 0:
        return 0, 1
    a, b = double(n // 2)
    c, d = a * (2 * b - a), a * a + b * b
    return (d, c + d) if n % 2 else (c, d)

# %%
assert [fib(i) for i in range(7)] == [0, 1, 1, 2, 3, 5, 8]

# %% grade_id="primes"
def primes(n):
    return [p for p in range(n + 1) if is_prime(p)]

# %% grade_id="ask_age"
def ask_age():
    while True:
        try:
            age = int(input("age"))
            assert age >= 0
            break
        except (ValueError, AssertionError):
            continue
    print(f"Next year you will be {age + 1}.")
    return age

# %% grade_id="caesar"
def caesar(text, key=3):
    a, A = string.ascii_lowercase, string.ascii_uppercase
    return text.translate(str.maketrans(a + A, rotate(a, key) + rotate(A, key)))

CODEBOOK = dict(zip(string.ascii_lowercase, rotate(string.ascii_lowercase, 3)))
CODEBOOK
