# One answer over several cells: the answer cell has a part, added cells have the other parts.
# Rest: right-helper-cells
# %% grade_id="squares"
def one_square(i):
    return i * i

# %%
def squares(n):
    if n < 1:
        raise ValueError("below 1")
    return some_squares(1, n)

# %%
def some_squares(first, last):
    return [one_square(i) for i in range(first, last + 1)]

# %% grade_id="primes"
def primes(n):
    found = candidates(n)
    for p in list(found):
        strike(found, p)
    return sorted(found)

# %%
def candidates(n):
    return set(range(2, n + 1))

# %%
def strike(found, p):
    if p in found and found:
        found.difference_update(range(2 * p, max(found) + 1, p))

# %% grade_id="caesar"
LOWER = [chr(c) for c in range(97, 123)]

# %%
CODEBOOK = {letter: LOWER[(i + 3) % 26] for i, letter in enumerate(LOWER)}

# %%
def caesar(text, key=3):
    book = {letter: LOWER[(i + key) % 26] for i, letter in enumerate(LOWER)}
    book |= {k.upper(): v.upper() for k, v in book.items()}
    return "".join(book.get(c, c) for c in text)
