# Forgot the end of the recursion, and a name that does not exist.
# Rest: right-beginner
# %% grade_id="fib"
def fib(n):
    """never ends"""
    return fib(n - 1) + fib(n - 2)

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    return sum_of_squares(n - 1) + square(n)

# %% grade_id="primes"
def primes(n):
    return [2] + primes(n)
