# Ran the notebook out of order: answers stand in cells above where they are asked, and stubs are empty.
# %% after="setup"
def fib(n):
    """Return the nth number of Fibonacci."""
    return next(f for i, f in enumerate(_fibs()) if i == n)

def sum_of_squares(n):
    return sum(s for s in squares(n))

def _fibs(a=0, b=1):
    while 1:
        yield a
        a, b = b, a + b

# %%
from string import ascii_lowercase as low, ascii_uppercase as up

def caesar(text, key=3):
    t = {a: b for alphabet in (low, up) for a, b in zip(alphabet, alphabet[key % 26 :] + alphabet[: key % 26])}
    return "".join(t.get(c, c) for c in text)

# %% grade_id="squares"
def squares(n):
    return [i**2 for i in range(1, n + 1)] if n > 0 else _no()

# %%
def _no():
    raise ValueError("no")

def plot_squares(n):
    plt.gca().plot(range(1, n + 1), squares(n))
    plt.setp(plt.gca(), xlabel="i", ylabel="i squared", title="-")

# %% grade_id="sum_of_squares"

# %%
def primes(n):
    sieve = bytearray([1]) * max(n + 1, 0)
    for p in range(2, n + 1):
        if sieve[p]:
            yield p
            sieve[p * p :: p] = bytes(len(range(p * p, n + 1, p)))

# %% grade_id="plot_squares"

# %% grade_id="fib"

# %% grade_id="primes"
def ask_age():
    import re
    while not re.fullmatch(r"\s*\d+\s*", answer := input("")):
        print("?")
    print("Next year you will be {:d}.".format(int(answer) + 1))
    return int(answer)

# %% grade_id="ask_age"

# %% grade_id="caesar"
CODEBOOK = {a: caesar(a) for a in low}
