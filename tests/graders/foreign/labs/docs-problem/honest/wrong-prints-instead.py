# Prints the answers and returns nothing.
# %% grade_id="squares"
def squares(n):
    if n < 1:
        raise ValueError("n")
    for i in range(1, n + 1):
        print(i**2)

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    print(n * (n + 1) * (2 * n + 1) / 6)

# %% grade_id="fib"
def fib(n):
    """prints"""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    print(a)

# %% grade_id="primes"
def primes(n):
    [print(p) for p in range(2, n + 1) if all(p % d for d in range(2, p))]

# %% grade_id="caesar"
def caesar(text, key=3):
    print(text)
CODEBOOK = {"a": print("d")}
