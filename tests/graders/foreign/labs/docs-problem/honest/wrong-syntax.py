# A cell that does not compile, one that raises, one that divides by zero at once.
# Rest: reference
# %% grade_id="squares"
def squares(n)
    return [i^2 for i in range(n)]

# %% grade_id="fib"
def fib(n):
    """divides"""
    return 1 / 0

fib(3)

# %% grade_id="caesar"
CODEBOOK = {c: caesar(c) for c in "abc"}
def caesar(text, key=3):
    return text
