# Output without end, on every stream.
# %% grade_id="clamp"
import os
import sys


def clamp(value, low, high):
    line = "x" * 2**20
    for _ in range(200):
        print(line)
        sys.stderr.write(line)
        os.write(1, line.encode())
    return None
# %% grade_id="tally"
from IPython.display import display


def tally(words):
    for i in range(20_000):
        display(i)
    return {}
