"""What a learner's cells may have patched is put back before each check.

Answers and checks share a process, so this cannot stop code that patches while it is being checked. It stops
what is left behind: replaced comparisons, scores, builtins, transformers of the checks' own text.
Loaded last into the warm process, before any learner's code.
"""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import Any

WHOLE = ("graders.kit", "triton.runtime.interpreter")  # modules with the classes and functions in them
NAMES = (
    "builtins",
    "graders",
    "numpy",
    "numpy.linalg",
    "numpy.testing",
    "torch",
    "torch.testing",
    "torch.nn.functional",
    "math",
)
SHELL_LISTS = ("input_transformers_cleanup", "input_transformers_post")
# What a running cell changes by itself.
NOT_OURS = {"_", "__warningregistry__", "last_value", "last_type", "last_traceback", "last_exc"}


class _Kept:
    """One namespace as it was, with the code of its functions."""

    def __init__(self, owner: ModuleType | type, deep: bool) -> None:
        self.owner = owner
        self.values = {k: v for k, v in vars(owner).items() if k not in NOT_OURS}
        functions = [v for v in self.values.values() if isinstance(v, FunctionType)] if deep else []
        self.code = [(f, f.__code__, f.__defaults__, f.__kwdefaults__) for f in functions]

    def restore(self) -> None:
        now = vars(self.owner)
        for name, value in self.values.items():
            if now.get(name, self) is not value:
                setattr(self.owner, name, value)
        for function, code, defaults, keywords in self.code:
            function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, keywords


def _kept() -> list[_Kept]:
    kept = [_Kept(sys.modules[name], deep=False) for name in NAMES if name in sys.modules]
    for name, module in sorted(sys.modules.items()):
        if module is not None and name.startswith(WHOLE):
            kept.append(_Kept(module, deep=True))
            own = [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == name]
            kept += [_Kept(cls, deep=True) for cls in own]
    return kept


def _changeable(kept: list[_Kept]) -> list[_Kept]:
    """Leave out what Python itself makes for each class and cannot be set."""
    for one in kept:
        if isinstance(one.owner, type):
            one.values = {
                k: v for k, v in one.values.items() if k not in ("__dict__", "__weakref__", "__doc__")
            }
    return kept


_KEPT = _changeable(_kept())


def give_up(names: set[str]) -> None:
    """Put no values of these names back any longer."""
    for one in _KEPT:
        one.values = {name: value for name, value in one.values.items() if name not in names}


def watch(shell: Any) -> None:
    """Forget after each cell what it put between later cells and their execution."""
    shell.events.register("post_run_cell", lambda _: _restore_shell(shell))


def restore(shell: Any) -> None:
    """Put back what checks stand on: the kit, builtins, library namespaces, the shell."""
    for one in _KEPT:
        one.restore()
    _restore_shell(shell)


def _restore_shell(shell: Any) -> None:
    shell.ast_transformers[:] = []
    for name in SHELL_LISTS:
        transformers = getattr(shell, name)
        transformers[:] = [t for t in transformers if _from_ipython(t)]
    for name in ("run_cell", "run_cell_async", "run_code", "showtraceback", "transform_cell"):
        vars(shell).pop(name, None)
    sys.displayhook = shell.displayhook


def _from_ipython(transformer: Any) -> bool:
    return any(getattr(t, "__module__", "").startswith("IPython") for t in (transformer, type(transformer)))
