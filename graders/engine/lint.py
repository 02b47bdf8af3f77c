"""Idioms of check cells that pass for nothing: across the line between the sides, or for an empty answer.

A list or an array that a check gets is a copy, always another object; an argument that a call changes stays
as it was here, unless the reference solution changes it too; no element of an empty array is wrong.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .locked import DEFINITIONS, IMPORTS, bound_names, parsed
from .master import Master

SIZES = ("shape", "size", "ndim", "numel", "len")
COPIES = ("copy", "deepcopy", "clone", "list", "dict", "set", "tuple", "array", "sorted")
SAME = re.compile("(assert_)?(allclose|close|equals?|(array|frame|series)_equal)")
Found = Iterator[tuple[int, str, str]]


@dataclass(frozen=True)
class Fault:
    """What a check does that proves nothing, and what to write in its place."""

    check: str
    line: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.check}, line {self.line}: {self.what}; write {self.instead}"


def faults(master: Master) -> list[Fault]:
    """Return the idioms in a lab's checks that pass for nothing, in order."""
    nodes = [node for source in master.solution for node in ast.walk(parsed(source) or ast.Module())]
    imported = bound_names(ast.unparse(node) for node in nodes if isinstance(node, IMPORTS))
    defined = {node.name for node in nodes if isinstance(node, DEFINITIONS)}
    return [
        Fault(name, *found)
        for name in master.points
        if name in master.checks and (tree := parsed(master.cells[name].source)) is not None
        for found in sorted(set(_Check(tree, master.bound - imported, defined).found()))
    ]


class _Check:
    """A check cell: which names hold what is the learner's, and which it gave to their calls."""

    def __init__(self, tree: ast.Module, learners: frozenset[str], functions: set[str]) -> None:
        self.nodes, self.functions, self.theirs = list(ast.walk(tree)), functions, set(learners)
        self.bindings = [binding for node in self.nodes for binding in _bindings(node)]
        while more := {name for name, value in self.bindings if self.is_theirs(value)} - self.theirs:
            self.theirs |= more
        calls = [n for n in self.nodes if isinstance(n, ast.Call)]
        passed = [(v, c.lineno) for c in calls if self.is_theirs(c.func) for v in [*c.args, *c.keywords]]
        values = [(getattr(v, "value", v), line) for v, line in sorted(passed, key=lambda p: -p[1])]
        self.given = {v.id: line for v, line in values if isinstance(v, ast.Name) and v.id not in learners}
        self.sized = {ast.unparse(p) for node in self.nodes for of in _sized(node) for p in ast.walk(of)}
        nots = [node for node in self.nodes if isinstance(getattr(node, "op", 0), ast.Not)]
        self.denied = {id(inner) for node in nots for inner in ast.walk(node)}
        probes = [call for call in calls if _name(call.func) == "probe"]
        probed = {getattr(call.args[0], "id", "") for call in probes if call.args}
        run_there = [n for n in self.nodes if isinstance(n, ast.FunctionDef) and n.name in probed]
        self.beside = {id(inner) for node in [*probes, *run_there] for inner in ast.walk(node)}

    def is_theirs(self, node: ast.AST) -> bool:
        """Tell whether a value is the learner's; what our own function makes of theirs is not."""
        if isinstance(node, ast.Name):
            return node.id in self.theirs
        within = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call) and not ast.unparse(node.func).startswith("kit."):
            within = [node.func, *(n for n in within if getattr(n, "id", None) not in self.functions)]
        return any(self.is_theirs(child) for child in within)

    def found(self) -> Found:
        """Yield line, fault and mending."""
        for node in self.nodes:
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Is, ast.IsNot)):
                yield from self._identity(node)
            elif id(node) not in self.denied:
                yield from self._changed(node)
                yield from self._close(node)

    def _identity(self, node: ast.Compare) -> Found:
        sides = [node.left, node.comparators[0]]
        plain = any(isinstance(s, ast.Constant) or _name(getattr(s, "func", s)) == "type" for s in sides)
        known = [self.is_theirs(s) or getattr(s, "id", "") in self.given for s in sides]
        if all(known) and any(map(self.is_theirs, sides)) and not plain and id(node) not in self.beside:
            what = f"`{ast.unparse(node)}` tells nothing of containers and arrays, which cross as copies"
            op = "is" if isinstance(node.ops[0], ast.Is) else "is not"
            yield node.lineno, what, f"kit.probe(lambda f, x: f(x) {op} x, function, x)"

    def _changed(self, node: ast.AST) -> Found:
        sides = _compared(node)
        for one, other in (sides, sides[::-1]) if len(sides) == 2 else ():
            name = getattr(one, "id", "")
            if self.given.get(name, node.lineno) < node.lineno and self._was(name, other):
                what = f"`{ast.unparse(node)}` looks at its own {name}: calls reach it in a second run alone"
                yield node.lineno, what, f"kit.unchanged(function, {name}) in place of function({name})"

    def _was(self, name: str, value: ast.expr) -> bool:
        if isinstance(value, ast.Name):
            return any(n == value.id and _copies(held, name) for n, held in self.bindings)
        literal = isinstance(value, (ast.List, ast.Dict, ast.Set, ast.Tuple))
        return literal and any(n == name and ast.dump(v) == ast.dump(value) for n, v in self.bindings)

    def _close(self, node: ast.AST) -> Found:
        sides = _compared(node) if isinstance(node, ast.Call) and _name(node.func) == "allclose" else ()
        if isinstance(node, ast.Call) and _name(node.func) == "all":  # (a == b).all(), np.all(a == b)
            of = [getattr(node.func, "value", None), *node.args]
            sides = next((_compared(n) for n in of if isinstance(n, ast.Compare)), ())
        parts = [part for side in sides if self.is_theirs(side) for part in ast.walk(side)]
        if parts and not {ast.unparse(part) for part in parts if self.is_theirs(part)} & self.sized:
            what = f"`{ast.unparse(node)}` is true of an empty or broadcast result: no line asks its shape"
            a, b = map(ast.unparse, sides)
            b = f"np.full(shape, {b})" if isinstance(sides[1], ast.Constant) else b
            yield node.lineno, what, f"kit.close({a}, {b})"


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    targets = [getattr(node, "target", None), *getattr(node, "targets", ())]
    value = getattr(node, "value", None) or getattr(node, "iter", None)
    for part in (part for target in targets if target is not None for part in ast.walk(target)):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and value is not None:
            yield part.id, value


def _compared(node: ast.AST) -> tuple[ast.expr, ...]:
    """Return the two sides of an equality, written with ``==`` or as a call."""
    if isinstance(node, ast.Compare):
        return (node.left, node.comparators[0]) if isinstance(node.ops[0], ast.Eq) else ()
    if not isinstance(node, ast.Call) or not SAME.fullmatch(_name(node.func)) or not node.args:
        return ()
    return tuple(node.args[:2]) if len(node.args) > 1 else (getattr(node.func, "value", node), node.args[0])


def _copies(value: ast.expr, name: str) -> bool:
    taken = isinstance(value, ast.Subscript) or (isinstance(value, ast.Call) and _name(value.func) in COPIES)
    return taken and any(getattr(part, "id", "") == name for part in ast.walk(value))


def _sized(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and _name(node.func) in SIZES:
        return node.args[:1]
    return [node.value] if isinstance(node, ast.Attribute) and node.attr in SIZES else []


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
