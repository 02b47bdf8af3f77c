# Times and inspects everything with magics, and lets the shell look around.
# Rest: right-beginner
# %%
# %matplotlib inline
# %config InlineBackend.figure_formats = ["svg"]
# !ls
# !echo "working in $PWD" | head -c 20

# %% grade_id="squares"
# %%time
def squares(n):
    if n < 1:
        raise ValueError("n < 1")
    return [i**2 for i in range(1, n + 1)]

# %%
# %timeit -n 20 -r 2 squares(100)

# %% grade_id="fib"
def fib(n):
    """iterative"""
    a, b = 0, 1
    for _ in range(n):
        b, a = a + b, b
    return a

# %%
# %%timeit -n 5 -r 2
fib(50)
fib(60)

# %%
result = %timeit -o -q -n 10 -r 2 fib(30)
print(type(result).__name__)

# %%
# %%capture captured
print("this is kept")
fib?

# %%
# %who function
files = !ls
print(len(files))

# %% grade_id="primes"
# %%writefile sieve.py
"""Sieve of Eratosthenes."""
def sieve(n):
    marked = [False] * (n + 1)
    for p in range(2, n + 1):
        if not marked[p]:
            yield p
            for m in range(p * p, n + 1, p):
                marked[m] = True

# %%
# %load_ext autoreload
# %autoreload 2
from sieve import sieve

def primes(n):
    return list(sieve(n))
