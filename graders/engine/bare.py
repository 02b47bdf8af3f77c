"""Where what is written by hand runs: with NumPy and the standard library, and no other code to be loaded.

The kernel refuses machine code that was not there at the start (`Wall.loads_code`), whatever the cells
do: no hook, thread or text leads to a library that is not in the process. What is here says so in words, and
lets cells pass by that use other libraries for other tasks.
"""

from __future__ import annotations

import builtins
import math
import sys
from ast import stmt
from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

from graders.kit.handwritten import PLAIN, Forbidden

BEGIN = "__import__('graders.engine.bare').engine.bare.begin(get_ipython(), {!r})\n"
NOTE = "Graded beside NumPy and plain Python alone: what cells take from other libraries is not there.\n"
MODULES = (  # loaded before the wall; the last three are what NumPy loads when it is asked for them
    *sorted(PLAIN - {"__main__"}),
    "graders.kit",
    "numpy.fft",
    "numpy.ma",
    "numpy.random",
)
RECKONING = ("_decimal", "_pydecimal", "decimal", "fractions", "statistics")
WHOLE = ("capture", "prun", "time", "timeit")  # magics that run a cell as one piece


def begin(shell: Any, without: Iterable[str]) -> None:
    """Let imports of other libraries give nothing, and take functions of NumPy away for good.

    Parameters
    ----------
    shell
        Its cells go on after a statement that fails: those of other tasks may need what is not here.
    without
        Names of NumPy's functions.
    """
    _go_on(shell)
    builtins.__import__ = _imported({name.partition(".")[0] for name in sys.modules})
    # what is in Python alone is not found, and what reckons in a way of its own is not to be had
    sys.path[:] = [folder for folder in sys.path if "-packages" not in folder]
    sys.modules.update(dict.fromkeys(RECKONING))
    names = set(without)
    from . import guard  # the last that is loaded, it keeps what all others made

    guard.give_up(names | {"__import__"})
    for module in [m for name, m in sys.modules.items() if name.partition(".")[0] == "numpy"]:
        for name in names & vars(module).keys():
            setattr(module, name, Forbidden(name))


def _go_on(shell: Any) -> None:
    """Run a cell's statements one by one, under a magic too: one that fails takes no other with it."""
    run = shell.run_ast_nodes

    async def one_by_one(nodes: list[stmt], cell: str, interactivity: str = "last_expr", **how: Any) -> bool:
        failed = False
        for node in nodes:
            last = interactivity if node is nodes[-1] else "none"
            failed |= await run([node], cell, interactivity=last, **how) is True
            if shell.timed_out:
                break
        return failed

    shell.run_ast_nodes = one_by_one
    for name in WHOLE:
        shell.register_magic_function(lambda _, cell: shell.run_cell(cell), "cell", name)


def _imported(there: set[str]) -> Any:
    """Return an ``__import__`` that gives cells a `NotHere` for a library that is not there."""
    real, known, path = builtins.__import__, there | sys.stdlib_module_names, list(sys.path)

    def imported(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        top = name.partition(".")[0]
        of_a_cell = (globals or {}).get("__name__") == "__main__"
        if level or not of_a_cell or top in known or PathFinder.find_spec(top, path) is None:
            return real(name, globals, locals, fromlist or (), level)
        return NotHere(name if fromlist else top)

    return imported


class NotHere(ModuleType):
    """A library that is not here, by its name; nor is what comes of it. A class may name one as its base."""

    __module__ = "builtins"  # what is made of one has no library behind it either

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("e", "inf", "nan", "pi"):
            return getattr(math, name)
        return NotHere(f"{self.__name__}.{name}")

    def __repr__(self) -> str:
        return f"<{self.__name__} is not here: there are NumPy and plain Python alone>"

    def __call__(self, *_: Any, **__: Any) -> NotHere:
        """Give nothing either."""
        return NotHere(f"{self.__name__}()")

    def __enter__(self) -> NotHere:
        return self

    def __exit__(self, *_: object) -> None:
        """Let what was raised go on."""

    def __or__(self, other: Any) -> NotHere:
        """Stand in an annotation."""
        return self

    __ror__ = __or__

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        """Give a class nothing."""
        return ()
