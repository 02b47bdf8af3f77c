# Thinks in arrays, and turns them into lists where the contract says list.
# %% grade_id="squares"
def squares(n):
    """Compute the squares of numbers from 1 to n."""
    if n < 1:
        raise ValueError(f"{n=} is below 1")
    return (np.arange(1, n + 1) ** 2).tolist()

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    """Compute the sum of the squares; a numpy integer."""
    return np.sum(squares(n))

# %% [markdown] grade_id="sum_of_squares_equation"
# $$\mathbf{1}^T (x \odot x), \quad x = (1, \dots, n)$$

# %% grade_id="plot_squares"
def plot_squares(n):
    i = np.arange(1, n + 1)
    ax = plt.gca()
    ax.plot(i, np.array(squares(n), dtype=float), marker="o")
    ax.set(xlabel="i", ylabel="i squared", title=f"The first {n} squares")
    return ax

# %% grade_id="fib"
def fib(n):
    """Powers of a matrix of Python's integers."""
    return int(np.linalg.matrix_power(np.array([[1, 1], [1, 0]], dtype=object), n)[1, 0]) if n else 0

# %% grade_id="primes"
def primes(n):
    sieve = np.ones(max(n + 1, 2), dtype=bool)
    sieve[:2] = False
    for p in range(2, int(max(n, 0) ** 0.5) + 1):
        if sieve[p]:
            sieve[p * p :: p] = False
    return np.flatnonzero(sieve)

# %% grade_id="ask_age"
def ask_age():
    while not (answer := input("age: ").strip()).isdecimal():
        pass
    age = np.int64(answer)
    print(f"Next year you will be {age + 1}.")
    return age

# %% grade_id="caesar"
def caesar(text, key=3):
    codes = np.array([ord(c) for c in text], dtype=np.int64)
    for first in (ord("a"), ord("A")):
        letters = (codes >= first) & (codes < first + 26)
        codes[letters] = (codes[letters] - first + key) % 26 + first
    return "".join(map(chr, codes))

CODEBOOK = dict(zip("abcdefghijklmnopqrstuvwxyz", caesar("abcdefghijklmnopqrstuvwxyz")))
