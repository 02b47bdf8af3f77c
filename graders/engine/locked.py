"""What of the master's locked cells the checker runs: imports, helpers and constants that its checks need.

A locked cell runs whole on the learner's side. On the checker's side only those statements run that a check
depends on and that do not call the learner's code: a demonstration of it there would be work for nothing, and
what it gives belongs to the learner's side.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

# calls whose effect is what a check may stand on
_SETTING = """
    seed manual_seed set_num_threads use_deterministic_algorithms set_default_dtype filterwarnings
    simplefilter set_printoptions set_option insert append setdefault update register run_line_magic
"""
SETTING = frozenset(_SETTING.split())
CLASS_MAKERS = frozenset({"Enum", "IntEnum", "Flag", "StrEnum", "make_dataclass", "type", "new_class"})
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class _Statement:
    cell: str
    node: ast.stmt
    binds: frozenset[str]
    reads: frozenset[str]


@lru_cache(maxsize=1024)
def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell with its magics as calls, or None where there is none."""
    try:
        with _PARSING:
            return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError):
        return None


# Python 3.11 counts its depth while it makes a tree in one place for all threads: two at once fail
_PARSING = threading.Lock()


def bound_names(sources: Iterable[str]) -> frozenset[str]:
    """Return the names that cells bind at their top level."""
    return frozenset(
        name for source in sources for node in getattr(parsed(source), "body", ()) for name in _binds(node)
    )


def class_names(sources: Iterable[str]) -> frozenset[str]:
    """Return the names of all classes that cells define."""
    nodes = [node for tree in filter(None, map(parsed, sources)) for node in ast.walk(tree)]
    written = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    made = [node for node in nodes if isinstance(node, ast.Assign) and _makes_class(node.value)]
    return frozenset(written | {t.id for node in made for t in node.targets if isinstance(t, ast.Name)})


def _makes_class(value: ast.expr) -> bool:
    """Tell whether an expression makes a class by a call, as ``Enum("Colour", "RED BLUE")`` does."""
    if not isinstance(value, ast.Call):
        return False
    name = ast.unparse(value.func).rpartition(".")[2]
    return name in CLASS_MAKERS


def needed(locked: Mapping[str, str], checks: Iterable[str], learners: frozenset[str]) -> dict[str, str]:
    """Return what of each locked cell the checker runs.

    Parameters
    ----------
    locked
        Sources of the locked cells, by grade id, in order.
    checks
        Sources of the check cells.
    learners
        Names that the answers bind.
    """
    statements = [
        _Statement(cell, node, frozenset(_binds(node)), frozenset(_reads(node)))
        for cell, source in locked.items()
        for node in getattr(parsed(source), "body", ())
    ]
    foreign = _foreign(statements, learners)
    possible = [s for s in statements if isinstance(s.node, DEFINITIONS[:2]) or not s.reads & foreign]
    wanted = {name for source in checks for name in _reads(parsed(source))}
    chosen: list[_Statement] = []
    while True:
        more = [s for s in possible if s not in chosen and (s.binds & wanted or _sets(s.node))]
        if not more:
            break
        chosen += more
        wanted |= {name for s in more for name in s.reads}
    return {
        cell: "\n".join(ast.unparse(s.node) for s in statements if s.cell == cell and s in chosen)
        for cell in locked
    }


def names_in(source: str) -> frozenset[str]:
    """Return the names that stand in a cell."""
    return frozenset(_reads(parsed(source)))


def _foreign(statements: list[_Statement], learners: frozenset[str]) -> frozenset[str]:
    """Return the learner's names, and those that stand on them."""
    found = set(learners)
    while True:
        more = {name for s in statements if s.reads & found for name in s.binds} - found
        if not more:
            return frozenset(found)
        found |= more


def _sets(node: ast.stmt) -> bool:
    """Tell whether a statement is there for its effect: an import, a seed, a setting."""
    if isinstance(node, IMPORTS):
        return True
    if isinstance(node, ast.Assign):
        return any(ast.unparse(target).startswith("os.environ") for target in node.targets)
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    function = node.value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SETTING


def _binds(node: ast.AST) -> set[str]:
    """Return the names that a top-level statement binds or changes."""
    if isinstance(node, DEFINITIONS):
        return {node.name}
    if isinstance(node, IMPORTS):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    found = set()
    for inner in _outside_functions(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            found.add(inner.id)
        elif isinstance(inner, (*DEFINITIONS, *IMPORTS)):
            found |= _binds(inner)
        elif isinstance(inner, (ast.Attribute, ast.Subscript)) and isinstance(inner.ctx, ast.Store):
            found |= {n.id for n in ast.walk(inner.value) if isinstance(n, ast.Name)}
    return found


def _outside_functions(node: ast.AST) -> Iterable[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DEFINITIONS):
            yield child
        else:
            yield from _outside_functions(child)


def _reads(node: ast.AST | None) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {""} if node is not None else set()
