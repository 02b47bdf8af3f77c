"""Where what is written by hand runs: with NumPy and the standard library, and no other code to be loaded.

The kernel refuses machine code that was not there at the start (`Wall.loads_code`), whatever the cells
do: no hook, thread or text leads to a library that is not in the process. What is here says so in words, and
lets cells pass by that use other libraries for other tasks.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import PathFinder
from itertools import pairwise
from types import ModuleType
from typing import Any

from graders.kit.handwritten import PLAIN

BEGIN = "__import__('graders.engine.bare').engine.bare.begin({!r})\n"
MODULES = (*sorted(PLAIN - {"__main__"}), "graders.kit", "numpy.ma", "numpy.random")  # loaded before the wall


def begin(without: Iterable[str]) -> None:
    """Let imports of other libraries give nothing, and take functions of NumPy away for good.

    Parameters
    ----------
    without
        Their names.
    """
    there = {name.partition(".")[0] for name in sys.modules} | sys.stdlib_module_names
    real = builtins.__import__

    def imported(
        name: str, space: Any = None, _: Any = None, parts: Sequence[str] = (), level: int = 0
    ) -> Any:
        top = name.partition(".")[0]
        if level or top in there or PathFinder.find_spec(top) is None:
            return real(name, space, _, parts, level)
        return Absent(name if parts else top)

    builtins.__import__ = imported  # not among the modules, where libraries ask each other for classes
    names = set(without)
    from . import guard  # the last that is loaded, it keeps what all others made

    guard.give_up(names | {"__import__"})
    for module in [m for name, m in sys.modules.items() if name.partition(".")[0] == "numpy"]:
        for name in names & vars(module).keys():
            delattr(module, name)


def statements(source: str) -> list[str]:
    """Return a cell's statements, each as a cell of its own: one that fails takes no other with it.

    Examples
    --------
    >>> statements("import torch; x = 1\\ny = (2,\\n     3)")
    ['import torch; x = 1', 'y = (2,\\n     3)']
    """
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):  # one of IPython's own commands is in it
        return [source]
    begins, ended = [], 0
    for statement in body:
        decorators = getattr(statement, "decorator_list", ())
        first = min(node.lineno for node in (statement, *decorators))
        if first > ended:
            begins.append(first - 1)
        ended = statement.end_lineno or first
    lines = text.split("\n")
    return ["\n".join(lines[a:b]) for a, b in pairwise([*begins, len(lines)])]


class Absent(ModuleType):
    """A library that is not here, by its name; so are its parts."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Say that it is not here."""
        raise ModuleNotFoundError(
            f"{self.__name__} is not here: what is written by hand runs with NumPy and plain Python alone"
        )
