# Globals everywhere: counters, caches, results kept between calls.
# Rest: right-numpy
# %% grade_id="squares"
calls = 0
cache = [1]
last = None

def squares(n):
    global calls, last
    calls += 1
    if n < 1:
        raise ValueError(f"call {calls}: n = {n}")
    while len(cache) < n:
        cache.append((len(cache) + 1) ** 2)
    last = cache[:n]
    return last

# %% grade_id="fib"
memo = {}

def fib(n):
    """Return the nth number of Fibonacci."""
    global memo
    if n in memo:
        return memo[n]
    memo = {**memo, n: n if n <= 1 else fib(n - 1) + fib(n - 2)}
    return memo[n]

# %% grade_id="primes"
limit = 1
known = []

def primes(n):
    global limit
    for p in range(limit + 1, n + 1):
        if all(p % q for q in known):
            known.append(p)
    limit = max(limit, n)
    return [p for p in known if p <= n]
