# %% [markdown] nbgrader={"grade_id": "jupyter", "locked": true}
# For this problem set, we'll be using the Jupyter notebook. Before you turn it in, make sure everything runs as
# expected: **restart the kernel** and **run all cells**. Fill in any place that says `YOUR CODE HERE` or
# "YOUR ANSWER HERE", as well as your name below:

# %% id="86fe30ab"
NAME = ""
COLLABORATORS = ""

# %% nbgrader={"grade_id": "setup", "locked": true}
# %matplotlib inline
import io
import time
from contextlib import redirect_stdout
from unittest import mock

import matplotlib.pyplot as plt
import numpy as np

# %% [markdown] id="7ff61d92"
# ---
# ## Part A (2 points)
#
# Write a function that returns a list of numbers, such that $x_i=i^2$, for $1\leq i \leq n$. Make sure it handles the
# case where $n<1$ by raising a `ValueError`.

# %% nbgrader={"grade_id": "squares", "solution": true}
def squares(n):
    """Compute the squares of numbers from 1 to n, such that the
    ith element of the returned list equals i^2.

    """
    ### BEGIN SOLUTION
    if n < 1:
        raise ValueError("n must be greater than or equal to 1")
    return [i ** 2 for i in range(1, n + 1)]
    ### END SOLUTION

# %% [markdown] id="7612ba71"
# Your function should print `[1, 4, 9, 16, 25, 36, 49, 64, 81, 100]` for $n=10$. Check that it does:

# %% id="77a992d8"
squares(10)

# %% nbgrader={"grade_id": "correct_squares", "grade": true, "points": 1}
"""Check that squares returns the correct output for several inputs"""
assert squares(1) == [1]
assert squares(2) == [1, 4]
assert squares(10) == [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]
assert squares(11) == [1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121]

# %% nbgrader={"grade_id": "squares_invalid_input", "grade": true, "points": 1}
"""Check that squares raises an error for invalid inputs"""
try:
    squares(0)
except ValueError:
    pass
else:
    raise AssertionError("did not raise")

try:
    squares(-4)
except ValueError:
    pass
else:
    raise AssertionError("did not raise")

# %% [markdown] id="80ce1d24"
# ---
#
# ## Part B (1 point)
#
# Using your `squares` function, write a function that computes the sum of the squares of the numbers from 1 to $n$.
# Your function should call the `squares` function -- it should NOT reimplement its functionality.

# %% nbgrader={"grade_id": "sum_of_squares", "solution": true}
def sum_of_squares(n):
    """Compute the sum of the squares of numbers from 1 to n."""
    ### BEGIN SOLUTION
    return sum(squares(n))
    ### END SOLUTION

# %% [markdown] id="f50fc725"
# The sum of squares from 1 to 10 should be 385. Verify that this is the answer you get:

# %% id="c967ab30"
sum_of_squares(10)

# %% nbgrader={"grade_id": "correct_sum_of_squares", "grade": true, "points": 0.5}
"""Check that sum_of_squares returns the correct answer for various inputs."""
assert sum_of_squares(1) == 1
assert sum_of_squares(2) == 5
assert sum_of_squares(10) == 385
assert sum_of_squares(11) == 506

# %% nbgrader={"grade_id": "sum_of_squares_uses_squares", "grade": true, "points": 0.5}
"""Check that sum_of_squares relies on squares."""
orig_squares = squares
del squares
try:
    sum_of_squares(1)
except NameError:
    pass
else:
    raise AssertionError("sum_of_squares does not use squares")
finally:
    squares = orig_squares

# %% nbgrader={"grade_id": "sum_of_squares_mocked", "grade": true, "points": 1}
"""Check how sum_of_squares uses squares, with a stand-in."""
### BEGIN HIDDEN TESTS
squares = mock.Mock(return_value=[10, 20, 70])
try:
    assert sum_of_squares(3) == 100
    squares.assert_called_once_with(3)
finally:
    squares = orig_squares
### END HIDDEN TESTS

# %% [markdown] id="4a3df655"
# ---
# ## Part C (1 point)
#
# Using LaTeX math notation, write out the equation that is implemented by your `sum_of_squares` function.

# %% [markdown] nbgrader={"grade_id": "sum_of_squares_equation", "grade": true, "points": 1, "solution": true}
# ### BEGIN SOLUTION
# $\sum_{i=1}^n i^2$
# ### END SOLUTION

# %% [markdown] id="954671fb"
# ---
# ## Part D (2 points)
#
# Write a function `plot_squares(n)` that draws the first $n$ squares against $i$ into the current axes, as one line of
# your `squares`, labels the axes `i` and `i squared`, and gives the plot a title.

# %% nbgrader={"grade_id": "plot_squares", "solution": true}
def plot_squares(n):
    """Plot i^2 against i for i from 1 to n."""
    ### BEGIN SOLUTION
    plt.plot(range(1, n + 1), squares(n))
    plt.xlabel("i")
    plt.ylabel("i squared")
    plt.title("Squares")
    ### END SOLUTION

# %% nbgrader={"grade_id": "check_plot", "grade": true, "points": 2}
"""Check the plot: the line's data, the labels and the title."""
plt.close("all")
plot_squares(6)
ax = plt.gca()
assert len(ax.lines) == 1, "one line, please"
x, y = ax.lines[0].get_data()
np.testing.assert_array_equal(x, [1, 2, 3, 4, 5, 6])
np.testing.assert_array_equal(y, [1, 4, 9, 16, 25, 36])
assert ax.get_xlabel() == "i"
assert ax.get_ylabel() == "i squared"
assert ax.get_title() != "", "the plot has no title"
plt.close("all")

# %% [markdown] id="b40f5f0e"
# ---
# ## Part E (2 points)
#
# The numbers of Fibonacci: $F_0 = 0$, $F_1 = 1$, $F_n = F_{n-1} + F_{n-2}$. Write `fib(n)`. The recursion as it stands
# in the lecture needs minutes for $n = 60$; yours must not.

# %% nbgrader={"grade_id": "fib", "solution": true}
def fib(n):
    """Return the nth number of Fibonacci."""
    ### BEGIN SOLUTION
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
    ### END SOLUTION

# %% nbgrader={"grade_id": "correct_fib", "grade": true, "points": 1}
"""Check the first numbers"""
assert [fib(i) for i in range(10)] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]
assert fib.__doc__, "fib has lost its docstring"

# %% nbgrader={"grade_id": "fast_fib", "grade": true, "points": 1}
"""Check that fib is fast"""
start = time.perf_counter()
big = fib(32)
assert time.perf_counter() - start < 0.2, "too slow already for 32"
assert big == 2178309
### BEGIN HIDDEN TESTS
for n in range(30, 70):
    assert fib(n) == fib(n - 1) + fib(n - 2)
assert isinstance(fib(60), int)
### END HIDDEN TESTS

# %% [markdown] id="74860340"
# ---
# ## Part F (4 points)
#
# `primes(n)` returns the primes up to and including `n`, in order; it may be any collection that can be walked through
# with `for`. One point for each of four properties.

# %% nbgrader={"grade_id": "primes", "solution": true}
def primes(n):
    """Return the primes up to n."""
    ### BEGIN SOLUTION
    return [p for p in range(2, n + 1) if all(p % d for d in range(2, int(p ** 0.5) + 1))]
    ### END SOLUTION

# %% nbgrader={"grade_id": "check_primes", "grade": true, "points": 4}
"""Partial credit: the number on the last line is the score"""
score = 0
try:
    assert list(primes(10)) == [2, 3, 5, 7]
    score += 1
except Exception as e:
    print("primes(10):", type(e).__name__)
try:
    assert list(primes(13))[-1] == 13
    score += 1
except Exception as e:
    print("n itself:", type(e).__name__)
try:
    assert len(list(primes(1))) == 0 and not list(primes(-5))
    score += 1
except Exception as e:
    print("no primes:", type(e).__name__)
### BEGIN HIDDEN TESTS
try:
    found = list(primes(1000))
    assert len(found) == 168 and sum(found) == 76127
    score += 1
except Exception:
    print("1000 (hidden)")
### END HIDDEN TESTS
score

# %% [markdown] id="eefdac24"
# ---
# ## Part G (2 points)
#
# `ask_age()` asks the user with `input` for the age, again and again until the answer is a whole number that is not
# negative, prints `Next year you will be <age + 1>.`, and returns the age.

# %% nbgrader={"grade_id": "ask_age", "solution": true}
def ask_age():
    """Ask for the age until the answer makes sense."""
    ### BEGIN SOLUTION
    while True:
        answer = input("How old are you? ")
        if answer.strip().isdigit():
            age = int(answer)
            print(f"Next year you will be {age + 1}.")
            return age
    ### END SOLUTION

# %% nbgrader={"grade_id": "check_ask_age", "grade": true, "points": 2}
"""Check the conversation, with typed answers in place of the keyboard"""
with mock.patch("builtins.input", side_effect=["twelve", "-3", " 12 "]) as asked, redirect_stdout(io.StringIO()) as out:
    assert ask_age() == 12
assert asked.call_count == 3
assert out.getvalue().strip().splitlines()[-1] == "Next year you will be 13."
### BEGIN HIDDEN TESTS
with mock.patch("builtins.input", lambda *prompt: "0"):
    assert ask_age() == 0
### END HIDDEN TESTS

# %% [markdown] id="9f8fe6c3"
# ---
# ## Part H (2 points)
#
# Caesar's cipher: `caesar(text, key=3)` moves each letter of the English alphabet by `key` places, cyclically; case is
# kept, and what is no such letter stays as it is. `CODEBOOK` is a dict from each lower-case letter to its image for key 3.

# %% nbgrader={"grade_id": "caesar", "solution": true}
### BEGIN SOLUTION
def caesar(text, key=3):
    """Encrypt text."""
    out = ""
    for c in text:
        if "a" <= c <= "z":
            c = chr((ord(c) - 97 + key) % 26 + 97)
        elif "A" <= c <= "Z":
            c = chr((ord(c) - 65 + key) % 26 + 65)
        out += c
    return out


CODEBOOK = {c: caesar(c) for c in "abcdefghijklmnopqrstuvwxyz"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_caesar", "grade": true, "points": 1}
assert "caesar" in globals() and callable(caesar), "there is no function caesar"
assert caesar("abc") == "def"
assert caesar("xyz, XYZ!") == "abc, ABC!"
assert caesar("abc", key=-1) == "zab" == caesar("abc", 25)
### BEGIN HIDDEN TESTS
message = "Größe 42 — Et tu, Brute? 你好"
for key in range(-30, 60, 7):
    assert caesar(caesar(message, key), -key) == message
    assert len(caesar(message, key)) == len(message)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "check_codebook", "grade": true, "points": 1}
assert type(CODEBOOK) is dict
assert len(CODEBOOK) == 26 and CODEBOOK["a"] == "d" and CODEBOOK["z"] == "c"
assert set(CODEBOOK) == set(CODEBOOK.values())
