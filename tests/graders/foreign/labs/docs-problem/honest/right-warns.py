# Warns with the warnings module while it is checked: on stderr, which stock nbgrader takes for failure.
# Rest: right-beginner
# %% grade_id="squares"
import warnings

def squares(n):
    if n < 1:
        warnings.warn(f"squares of {n}?", stacklevel=2)
        raise ValueError("n < 1")
    return [i * i for i in range(1, n + 1)]

# %% grade_id="fib"
def fib(n):
    """Return the nth number of Fibonacci."""
    warnings.warn("fib() is deprecated, use fibonacci()", DeprecationWarning, stacklevel=2)
    return fibonacci(n)

def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a

# %% grade_id="primes"
def primes(n):
    if n < 2:
        warnings.warn("there are no primes here")
        return []
    return [p for p in range(2, n + 1) if all(p % d for d in range(2, p))]
