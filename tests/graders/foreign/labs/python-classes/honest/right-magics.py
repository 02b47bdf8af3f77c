# Magics, a module written from a cell, shell commands.
# Rest: right-plain
# %%
# %load_ext autoreload
# %autoreload 2
# !mkdir -p notes && echo "# remark" > notes/a.txt
# %pwd

# %% grade_id="vector"
# %%writefile vectors.py
"""Vectors of the plane."""
import math
from typing import NamedTuple

class Vector(NamedTuple):
    x: float
    y: float
    def __add__(self, other): return Vector(self.x + other[0], self.y + other[1])
    def __sub__(self, other): return Vector(self.x - other[0], self.y - other[1])
    def __neg__(self): return Vector(-self.x, -self.y)
    def __mul__(self, k): return Vector(self.x * k, self.y * k)
    def __rmul__(self, k): return self * k
    def __matmul__(self, other): return math.sumprod(self, other) if hasattr(math, "sumprod") else sum(a * b for a, b in zip(self, other))
    def __abs__(self): return math.hypot(self.x, self.y)
    def __bool__(self): return self.x != 0 or self.y != 0

# %%
from vectors import Vector
# %timeit -n 100 -r 2 Vector(1, 2) + Vector(3, 4)

# %% grade_id="iterators"
# %%time
def chunks(iterable, n):
    from itertools import islice
    iterator = iter(iterable)
    while part := tuple(islice(iterator, n)):
        yield part

def merge(a, b):
    from heapq import merge as heap_merge
    return heap_merge(a, b)

# %%
# %prun -q list(chunks(range(100), 7))
parts = !echo a b c
list(chunks(parts.s.split(), 2))

# %% grade_id="files"
import pickle
from pathlib import Path

def save(path, records):
    return Path(path).write_bytes(pickle.dumps(records))

def load(path):
    path = Path(path)
    return pickle.loads(path.read_bytes()) if path.is_file() else None

def count_lines(path):
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    return sum(bool(line.strip()) and not line.startswith("#") for line in lines)

# %%
# !wc -l notes/a.txt
