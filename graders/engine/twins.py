"""Twins of a check: its text changed so that a right answer must fail it, or must pass it as before.

Who passes ``x == 5`` cannot pass ``x == 7`` by an honest answer: an object that claims to equal everything
does, and so does a patched ``assert``, a forged mark, and an answer that reads the expected value there.
"""

from __future__ import annotations

import ast
import json
import os
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .locked import DEFINITIONS, parsed

MOST = 12  # twins of one check that a submission meets, drawn anew for each
SMALLEST = 2  # change that a submission meets; the reference solution has to notice half of it
KINDS_TYPE = "application/vnd.academy.kinds+json"
OPPOSITE = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_SAME = """
    equal equals allclose isclose close almostequal arrayequal arrayalmostequal frameequal seriesequal
    indexequal approxequal listequal dictequal setequal tupleequal sequenceequal countequal multilineequal
"""
SAME = frozenset(_SAME.split())
PARDONS = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
CHANGED = {  # by what the reference solution has there
    "flag": "not {}",
    "flags": "~{}",
    "number": "{} * {more} + {n} / 8",
    "text": "{} + 's'",
    "bytes": "{} + b's'",
    "list": "{} + [{n}]",
    "tuple": "{} + ({n},)",
    "set": "{} ^ {{{n}}}",
    "other": "({}, {n})",
}


class Draw(random.Random):
    """Chance in making twins.

    Parameters
    ----------
    smallest
        Make changes half as large as the smallest that a submission meets: where the reference solution
        notices those, no tolerance of the check is wide enough to let an honest answer pass a larger one.
    """

    def __init__(self, *, smallest: bool = False) -> None:
        super().__init__(os.urandom(16))
        self._smallest = smallest

    def change(self) -> int:
        """Return by how much to change an expected value."""
        return SMALLEST // 2 if self._smallest else self.randint(SMALLEST, 9)


@dataclass(frozen=True)
class Spot:
    """A place of a check where a full mark means that something is true.

    Attributes
    ----------
    place
        Its number among the nodes of the check's tree.
    kind
        ``literal`` or ``value``: an equality, whose expected side can be changed; ``opposite``: another
        comparison, ``denied``: anything else, which can only be turned round.
    side
        Number of the node of the expected value; `place` itself for the other kinds.
    line, text
        For people.
    """

    place: int
    kind: str
    side: int
    line: int
    text: str

    @property
    def equal(self) -> bool:
        """Whether the expected value can be changed."""
        return self.kind in ("literal", "value")


def spots(source: str, learners: Iterable[str], *, scored: bool) -> list[Spot]:
    """Return where a check can be changed so that a right answer must fail.

    Parameters
    ----------
    source
        Text of the check.
    learners
        Names of the learner's functions and values: the other side of an equality is what is expected.
    scored
        True when the check adds points up: its ``if`` gives them.
    """
    tree = parsed(source)
    return [] if tree is None else list(_Finder(tree, frozenset(learners), scored).found())


def noting(source: str, found: Iterable[Spot]) -> str:
    """Return a check that tells, when it has run, what kind of value stands on each expected side."""
    sides = {spot.side: spot for spot in found if spot.kind == "value"}

    def noted(place: int, node: ast.expr) -> ast.expr:
        if place not in sides:
            return node
        return ast.Call(ast.Name("_noted", ast.Load()), [ast.Constant(sides[place].place), node], [])

    before = "from graders.engine.twins import Noted\n_noted = Noted()\n"
    return before + _changed(source, noted)


class Noted:
    """Keeps what kind of value passes by at each spot; used while the reference solution is checked."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}

    def __call__(self, place: int, value: Any) -> Any:
        """Take note of a value and return it."""
        kind = kind_of(value)
        self.kinds[str(place)] = kind if self.kinds.get(str(place), kind) == kind else "other"
        return value

    def tell(self) -> None:
        """Show what was noted, for :func:`kinds_in`."""
        from IPython.display import display

        display({KINDS_TYPE: json.dumps(self.kinds), "text/plain": ""}, raw=True)


def kinds_in(outputs: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Return the kinds of value by spot, from what :meth:`Noted.tell` showed."""
    for output in outputs:
        if KINDS_TYPE in output.get("data", {}):
            return {int(place): kind for place, kind in json.loads(output["data"][KINDS_TYPE]).items()}
    return {}


def kind_of(value: Any) -> str:
    """Return which change makes another value of the same sort out of this one."""
    dtypes = (
        [getattr(value, "dtype", None)] if hasattr(value, "dtype") else list(getattr(value, "dtypes", ()))
    )
    if dtypes:
        names = {str(dtype).removeprefix("torch.") for dtype in dtypes}
        if names == {"bool"}:
            return "flags"
        return "number" if all(n.startswith(("int", "uint", "float", "complex")) for n in names) else "other"
    plain = {bool: "flag", int: "number", float: "number", complex: "number", str: "text", bytes: "bytes"}
    return (plain | {list: "list", tuple: "tuple", set: "set", frozenset: "set"}).get(type(value), "other")


def twin(
    source: str, found: Iterable[Spot], kinds: Mapping[int, str], wrong: Iterable[Spot], draw: Draw
) -> str:
    """Return a check in other words, in which `wrong` is no longer true.

    Parameters
    ----------
    source
        Text of the check.
    found
        All its spots: each literal is spelled anew, so that a twin looks as every other.
    kinds
        From :func:`kinds_in`.
    wrong
        Where something else is expected; nothing for a twin that has to be passed.
    draw
        Gives what is expected instead.
    """
    literals = {spot.side for spot in found if spot.kind == "literal"}
    turned = {spot.side: spot for spot in wrong}

    def told(place: int, node: ast.expr) -> ast.expr:
        spot = turned.get(place)
        if place in literals:
            value = ast.literal_eval(node)
            return _spelled(value if spot is None else other(value, draw), draw)
        if spot is None:
            return node
        if spot.kind == "value":
            inner = f"({ast.unparse(node)})"
            n = draw.change()
            return _expression(CHANGED[kinds[spot.place]].format(inner, n=n, more=1 + n / 2))
        if spot.kind == "opposite":
            return ast.Compare(node.left, [OPPOSITE[type(node.ops[0])]()], node.comparators)
        return ast.UnaryOp(ast.Not(), node)

    return _changed(source, told)


def other(value: Any, draw: Draw) -> Any:
    """Return a value that is not equal to this one, of the same sort and as likely to be expected."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + draw.change() * (1 + abs(value) // 4)
    if isinstance(value, (float, complex)):
        return value + draw.change() * (1 + abs(value)) / 8
    if isinstance(value, (str, bytes)):
        return value + (b"s" if isinstance(value, bytes) else "s")
    if isinstance(value, (list, tuple)):
        place = draw.randrange(len(value)) if value else 0
        inner = other(value[place], draw) if value else draw.change()
        return type(value)([*value[:place], inner, *value[place + 1 :]])
    if isinstance(value, dict):
        key = draw.choice(list(value)) if value else draw.change()
        return {**value, key: other(value[key], draw) if value else 0}
    return value ^ {draw.randint(1000, 9000)} if isinstance(value, set) else 0


def _spelled(value: Any, draw: Draw) -> ast.expr:
    """Return a literal in words of its own."""
    if type(value) is int:
        part = draw.randint(1, 9)
        return ast.BinOp(_expression(repr(value - part)), ast.Add(), ast.Constant(part))
    if isinstance(value, str):
        cut = draw.randint(0, len(value))
        return ast.BinOp(ast.Constant(value[:cut]), ast.Add(), ast.Constant(value[cut:]))
    if isinstance(value, (list, tuple)):
        kind = ast.List if isinstance(value, list) else ast.Tuple
        return kind([_spelled(item, draw) for item in value], ast.Load())
    return _expression(repr(value))


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _changed(source: str, change: Any) -> str:
    """Return a check's text after `change(place, node)` of each of its expressions, innermost first."""
    tree = parsed_anew(source)
    places = {id(node): place for place, node in enumerate(ast.walk(tree))}

    class Change(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            place = places[id(node)]
            self.generic_visit(node)
            return change(place, node) if isinstance(node, ast.expr) else node

    return ast.unparse(ast.fix_missing_locations(Change().visit(tree)))


def parsed_anew(source: str) -> ast.Module:
    """Return a tree that may be changed: the one that :func:`parsed` gives is everybody's."""
    return ast.parse(ast.unparse(parsed(source)))


class _Finder:
    """Finds the spots of a check: only where a full mark cannot come without them."""

    def __init__(self, tree: ast.Module, learners: frozenset[str], scored: bool) -> None:
        self.tree = ast.parse(ast.unparse(tree))
        self.learners, self.scored = learners, scored
        nodes = list(ast.walk(self.tree))
        self.places = {id(node): place for place, node in enumerate(nodes)}
        lines = zip(nodes, ast.walk(tree), strict=True)
        self.lines = {id(node): getattr(original, "lineno", 0) for node, original in lines}
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        named = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        self.passed_on = {node.id for node in named if id(node) not in called}
        self.called = {node.id for node in named if id(node) in called}

    def found(self) -> Iterator[Spot]:
        yield from self._statements(self.tree.body)

    def _statements(self, body: list[ast.stmt]) -> Iterator[Spot]:
        for statement in body:
            if isinstance(statement, ast.Assert):
                yield from self._true(statement.test, True)
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                yield from self._equality(statement.value)
            elif isinstance(statement, (ast.For, ast.AsyncFor)):
                yield from self._statements(statement.body)
            elif isinstance(statement, (ast.With, ast.AsyncWith)):
                if not {_name(getattr(i.context_expr, "func", i)) for i in statement.items} & PARDONS:
                    yield from self._statements(statement.body)
            elif isinstance(statement, ast.Try):
                pardoned = statement.handlers and not self.scored
                yield from self._statements([] if pardoned else statement.body)
                yield from self._statements(statement.finalbody)
            elif isinstance(statement, ast.If):
                yield from self._branch(statement)
            elif isinstance(statement, DEFINITIONS[:2]) and self._is_run_here(statement.name):
                yield from self._statements(statement.body)

    def _branch(self, statement: ast.If) -> Iterator[Spot]:
        if any(isinstance(inner, ast.Raise) for inner in statement.body):
            yield from self._true(statement.test, False)
        elif self.scored and not statement.orelse:
            yield from self._true(statement.test, True)

    def _is_run_here(self, name: str) -> bool:
        """Tell whether the check itself calls its function: an answer may leave uncalled what it is given."""
        return name in self.called and name not in self.passed_on

    def _true(self, test: ast.expr, wanted: bool) -> Iterator[Spot]:
        """Yield the spots of a condition that has to be as `wanted`."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield from self._true(test.operand, not wanted)
        elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And if wanted else ast.Or):
            for value in test.values:
                yield from self._true(value, wanted)
        elif isinstance(test, ast.Compare):
            yield from self._comparison(test, wanted)
        else:
            inside = list(self._of_all(test)) if wanted else []
            yield from inside or [self._spot(test, "denied", test)]

    def _of_all(self, test: ast.expr) -> Iterator[Spot]:
        """Yield the spots of ``all(…)``, ``(a == b).all()`` and ``allclose(…)``."""
        if not isinstance(test, ast.Call):
            return
        if _name(test.func) == "all":
            inner = test.args[0] if test.args else getattr(test.func, "value", None)
            inner = inner.elt if isinstance(inner, (ast.GeneratorExp, ast.ListComp)) else inner
            if isinstance(inner, ast.Compare) and len(inner.ops) == 1 and isinstance(inner.ops[0], ast.Eq):
                yield self._expected(inner, inner.left, inner.comparators[0])
        else:
            yield from self._equality(test)

    def _equality(self, call: ast.Call) -> Iterator[Spot]:
        name = _name(call.func).lower().replace("_", "").removeprefix("assert")
        if name in SAME and call.args:
            alone = len(call.args) == 1 and isinstance(call.func, ast.Attribute)
            pair = [call.func.value, *call.args] if alone else call.args
            if len(pair) > 1:
                yield self._expected(call, *pair[:2])

    def _comparison(self, test: ast.Compare, wanted: bool) -> Iterator[Spot]:
        last = [test.left, *test.comparators][-2:]
        if len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq if wanted else ast.NotEq):
            yield self._expected(test, *last)
        elif wanted and len(test.ops) > 1 and isinstance(test.ops[-1], ast.Eq):
            yield self._expected(test, *last, fixed=True)
        else:
            yield self._spot(test, "opposite" if len(test.ops) == 1 else "denied", test)

    def _expected(self, node: ast.expr, left: ast.expr, right: ast.expr, *, fixed: bool = False) -> Spot:
        """Return the spot of an equality: its literal side, or the one that is not the learner's."""
        for side in (right,) if fixed else (right, left):
            if _is_literal(side):
                return self._spot(node, "literal", side)
        theirs = [
            {n.id for n in ast.walk(s) if isinstance(n, ast.Name)} & self.learners for s in (left, right)
        ]
        return self._spot(node, "value", left if theirs[1] and not theirs[0] and not fixed else right)

    def _spot(self, node: ast.expr, kind: str, side: ast.expr) -> Spot:
        return Spot(
            self.places[id(node)], kind, self.places[id(side)], self.lines[id(node)], ast.unparse(node)
        )


def _reads(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return False
    return True


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
