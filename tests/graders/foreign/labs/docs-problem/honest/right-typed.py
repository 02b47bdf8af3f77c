# Type hints, dataclasses, star imports, match statements: a modern style.
# %%
from __future__ import annotations

from dataclasses import dataclass, field
from itertools import *
from math import *
from typing import Final, Iterator, NoReturn

# %% grade_id="squares"
def _refuse(n: int) -> NoReturn:
    raise ValueError(f"n must be at least 1, not {n}")

def squares(n: int) -> list[int]:
    """Compute the squares of numbers from 1 to n."""
    match n:
        case int() if n >= 1:
            return [*accumulate(range(1, 2 * n, 2))]
        case _:
            _refuse(n)

# %% grade_id="sum_of_squares"
def sum_of_squares(n: int) -> int:
    return fsum(squares(n)).__int__()

# %% grade_id="plot_squares"
@dataclass
class Style:
    xlabel: str = "i"
    ylabel: str = "i squared"
    title: str = "Squares"
    points: list[tuple[int, int]] = field(default_factory=list)

    def draw(self, ax: plt.Axes) -> None:
        ax.plot(*zip(*self.points))
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel, title=self.title)

def plot_squares(n: int) -> None:
    Style(points=list(enumerate(squares(n), start=1))).draw(plt.gca())

# %% grade_id="fib"
def fib(n: int) -> int:
    """Return the nth number of Fibonacci."""
    pairs: Iterator[tuple[int, int]] = accumulate(repeat(None, n), lambda p, _: (p[1], p[0] + p[1]), initial=(0, 1))
    *_, (result, _) = pairs
    return result

# %% grade_id="primes"
def primes(n: int) -> tuple[int, ...]:
    return tuple(p for p in range(2, n + 1) if not any(p % d == 0 for d in range(2, isqrt(p) + 1)))

# %% grade_id="ask_age"
def ask_age() -> int:
    while (answer := input("How old are you? ").strip()) and not answer.isdigit():
        continue
    age: Final[int] = int(answer)
    print(f"Next year you will be {age + 1}.")
    return age

# %% grade_id="caesar"
def caesar(text: str, key: int = 3) -> str:
    def moved(c: str) -> str:
        match c:
            case _ if "a" <= c <= "z":
                first = ord("a")
            case _ if "A" <= c <= "Z":
                first = ord("A")
            case _:
                return c
        return chr(first + (ord(c) - first + key) % 26)
    return str().join(map(moved, text))

CODEBOOK: Final[dict[str, str]] = {chr(i): caesar(chr(i)) for i in range(ord("a"), ord("z") + 1)}
