# Prints while it is checked: traces, separators, progress.
# Rest: right-numpy
# %% grade_id="squares"
def squares(n):
    print(f"squares called with {n!r}")
    if n < 1:
        print("!!! bad n")
        raise ValueError("n must be >= 1")
    out = []
    for i in range(1, n + 1):
        out.append(i**2)
        print("   ", i, "->", out[-1], end="\r")
    print()
    print("-" * 20)
    return out

# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    result = sum(squares(n))
    print("SUM", result)
    return result

# %% grade_id="fib"
def fib(n):
    """Fibonacci."""
    a, b = 0, 1
    for i in range(n):
        a, b = b, a + b
    print(0.5)
    print(n, a, sep="\t", flush=True)
    return a

# %% grade_id="ask_age"
def ask_age():
    print("DEBUG: asking")
    while True:
        answer = input("age> ")
        print("DEBUG: got", repr(answer))
        try:
            age = int(answer)
        except ValueError:
            print("DEBUG: not a number")
            continue
        if age >= 0:
            print(f"Next year you will be {age + 1}.")
            return age

# %% grade_id="caesar"
def caesar(text, key=3):
    from pprint import pprint
    out = [_move(c, key) for c in text]
    pprint(out[:5])
    return "".join(out)

def _move(c, key):
    for first in "aA":
        if 0 <= ord(c) - ord(first) < 26:
            return chr((ord(c) - ord(first) + key) % 26 + ord(first))
    return c

CODEBOOK = {c: _move(c, 3) for c in "abcdefghijklmnopqrstuvwxyz"}
print(CODEBOOK)
