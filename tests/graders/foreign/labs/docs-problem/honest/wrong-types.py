# Wrong types: arrays for lists, floats for ints, a class of dict for dict, a tuple for a list.
# Rest: right-numpy
# %% grade_id="squares"
def squares(n):
    if n < 1:
        raise ValueError
    return np.arange(1, n + 1) ** 2

# %% grade_id="fib"
def fib(n):
    """Binet."""
    root = 5**0.5
    return np.round(((1 + root) / 2) ** n / root)

# %% grade_id="caesar"
from collections import defaultdict

def caesar(text, key=3):
    return [chr((ord(c) - 97 + key) % 26 + 97) for c in text]

CODEBOOK = defaultdict(str, zip("abcdefghijklmnopqrstuvwxyz", "defghijklmnopqrstuvwxyzabc"))
