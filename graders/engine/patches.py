"""What a check replaces while it calls the learner's code: ``input``, the clock, chance, the figure."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

_CHANCE = ("random", "randint", "randrange", "choice", "choices", "sample", "shuffle", "uniform", "gauss")
WATCHED = (
    ("builtins", "input"),
    ("time", "sleep"),
    ("time", "time"),
    ("time", "perf_counter"),
    *(("random", name) for name in _CHANCE),
    *(("numpy.random", name) for name in (*_CHANCE[:1], "rand", "randn", "randint", "choice", "normal")),
)
FIGURES = ("gca", "gcf", "get_fignums", "close")


class Patches:
    """The checker's side: notices which of the watched functions a check has replaced."""

    def __init__(self) -> None:
        self._originals = {(m, n): getattr(sys.modules[m], n) for m, n in WATCHED if m in sys.modules}
        self._stdin = sys.stdin

    def changed(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """Return (module, name, what stands there now) for what is replaced at this moment."""
        found = [
            (module, name, now)
            for (module, name), original in self._originals.items()
            if (now := getattr(sys.modules[module], name)) is not original
        ]
        if sys.stdin is not self._stdin and not any(name == "input" for _, name, _ in found):
            found.append(("builtins", "input", _read_line))
        return found


def _read_line(prompt: object = "") -> str:
    """Read as ``input`` does from what a check has put in the place of the keyboard."""
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.removesuffix("\n")


@contextlib.contextmanager
def replaced(patches: list[list[Any]]) -> Iterator[None]:
    """Put what the check replaced in place on the learner's side, for the time of one call."""
    before = []
    for module, name, value in patches:
        owner = builtins if module == "builtins" else importlib.import_module(module)
        before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in reversed(before):
            setattr(owner, name, value)


def figures_from(ask: Callable[..., Any]) -> None:
    """Let ``plt.gca`` and its like in a check find the learner's figures, when there are any.

    Parameters
    ----------
    ask
        Calls a function of pyplot on the learner's side.
    """
    plt = sys.modules.get("matplotlib.pyplot")
    if plt is None or hasattr(plt, "academy_own"):
        return
    plt.academy_own = {name: getattr(plt, name) for name in FIGURES}
    for name in FIGURES:
        setattr(plt, name, _joined(plt.academy_own[name], ask, name, plt.academy_own["get_fignums"]))


def _joined(own: Any, ask: Callable[..., Any], name: str, numbers: Any) -> Callable[..., Any]:
    def joined(*args: Any, **kwargs: Any) -> Any:
        if name == "close":
            ask("close", *args, **kwargs)
            return own(*args, **kwargs)
        theirs = ask("get_fignums")
        if name == "get_fignums":
            return theirs + own()
        return ask(name, *args, **kwargs) if theirs and not numbers() else own(*args, **kwargs)

    return joined
