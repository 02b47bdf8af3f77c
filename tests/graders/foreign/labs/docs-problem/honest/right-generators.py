# Yields wherever the checks accept what is not a list.
# Rest: right-beginner
# %% grade_id="squares"
def _squares():
    i = 1
    while True:
        yield i * i
        i += 1

def squares(n):
    if n < 1:
        raise ValueError
    return [s for s, _ in zip(_squares(), range(n))]

# %% grade_id="fib"
def fibs():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b

def fib(n):
    "nth of fibs()"
    for i, f in enumerate(fibs()):
        if i == n:
            return f

# %% grade_id="primes"
def primes(n):
    """Yield the primes up to n, by a sieve of generators."""
    known = []
    for p in range(2, n + 1):
        for q in known:
            if q * q > p:
                known.append(p)
                yield p
                break
            if p % q == 0:
                break
        else:
            known.append(p)
            yield p

# %% grade_id="ask_age"
def answers():
    while True:
        yield input("?")

def ask_age():
    for answer in answers():
        if answer.strip().isdigit():
            break
    age = int(answer)
    print("Next year you will be", f"{age + 1}.")
    return age
