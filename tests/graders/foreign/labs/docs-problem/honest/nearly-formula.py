# Knows the closed formula and does not call squares; off by one in the primes; the rest is right.
# Rest: right-typed
# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    return n * (n + 1) * (2 * n + 1) // 6

# %% grade_id="primes"
def primes(n):
    return [p for p in range(2, n) if all(p % d for d in range(2, int(p**0.5) + 1))]
