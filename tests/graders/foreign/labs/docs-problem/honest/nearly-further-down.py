# Two answers stand further down than their checks: it worked in the open kernel, not from top to bottom.
# Rest: right-recursion
# %% grade_id="fib"
# moved down

# %% after="fast_fib"
def fib(n):
    """nth Fibonacci"""
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(10))

# %% grade_id="caesar"
def caesar(text, key=3):
    return "".join(map(lambda c: chr((ord(c) - 97 + key) % 26 + 97) if c in CODEBOOK else c, text.lower()))

# %%
# the codebook comes at the end

# %% after="check_codebook"
CODEBOOK = {chr(97 + i): chr(97 + (i + 3) % 26) for i in range(26)}
