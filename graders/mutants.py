"""Small wrong changes to a solution: each the kind of slip that a learner makes."""

from __future__ import annotations

import ast
import copy
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
COMPARE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
NAMES = {
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "amax": "amin",
    "argmax": "argmin",
    "sum": "max",
    "mean": "sum",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "exp": "abs",
    "zeros": "ones",
    "ones": "zeros",
    "sorted": "list",
    "append": "extend",
}


Path = tuple[tuple[str, int | None], ...]  # fields, with the place in a list, from the root of a tree
FORMULA = re.compile(r"(?P<name>\w+): (?P<formula>.+)")  # a line of a worksheet that stands in a string
LONGEST_LINE, AROUND = 90, 24  # characters of a line shown whole, and around a change in a longer one


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes
    ----------
    cell
        Grade id of the answer that it changes.
    line
        Where in the answer the changed statement begins.
    source
        The cell's whole text with the change in it.
    before, after
        The statement's line without and with it.
    """

    cell: str
    line: int
    source: str
    before: str
    after: str

    @property
    def change(self) -> str:
        """The change in one line, as ``lab.yml`` names it under ``equivalent_mutants``."""
        before, after = _clipped(self.before, self.after)
        return f"{self.cell}: {before} -> {after}"

    def changed(self, answers: Mapping[str, str]) -> dict[str, str]:
        """Return the reference answers with this change in them."""
        return {**answers, self.cell: self.source}

    def diff(self, original: str) -> str:
        """Return what differs from the answer's own text, with the lines around it."""
        texts = original, ast.unparse(ast.parse(original))  # a changed worksheet keeps its own layout
        pairs = (_lines_of(text, self.source) for text in texts)
        return min(("".join(difflib.unified_diff(*p, self.cell, "mutant", n=2)) for p in pairs), key=len)


def _clipped(before: str, after: str) -> tuple[str, str]:
    """Shorten long lines to what stands around their difference."""
    if max(len(before), len(after)) <= LONGEST_LINE:
        return before, after
    begin = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    end = next((i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b), 0)

    def around(text: str) -> str:
        first, last = max(0, begin - AROUND), max(begin, len(text) - end) + AROUND
        return "…" * (first > 0) + text[first:last] + "…" * (last < len(text))

    return around(before), around(after)


def _lines_of(*texts: str) -> list[list[str]]:
    return [[f"{line}\n" for line in text.split("\n")] for text in texts]


def mutants(cell: str, source: str) -> Iterator[Mutant]:
    """Yield the mutants of an answer cell, each changed in one place between its solution marks.

    Without marks the whole cell is the solution. Docstrings, annotations and imports stay. Of a worksheet
    that stands in a string, the formulas change.
    """
    tree = ast.parse(source)
    inside = _solution_lines(source)
    yield from _formulas(cell, source, inside & _lines_of_strings(tree))
    for other, path in _changed_trees(tree, inside):
        yield Mutant(cell, _statement(tree, path).lineno, ast.unparse(other), *_lines(tree, other, path))


def spread(found: Sequence[Mutant], most: int) -> list[Mutant]:
    """Choose so many mutants that each statement has one before any has a second.

    Where there are more statements than that, they are taken evenly over the solution.
    """
    by_statement: dict[tuple[str, int], list[Mutant]] = {}
    for mutant in found:
        by_statement.setdefault((mutant.cell, mutant.line), []).append(mutant)
    groups = list(by_statement.values())
    count = min(most, len(groups))
    groups = [groups[n * len(groups) // count] for n in range(count)]
    turned = [group[n % len(group) :] + group[: n % len(group)] for n, group in enumerate(groups)]
    in_turn = chain.from_iterable(zip_longest(*turned))
    return list(islice((mutant for mutant in in_turn if mutant is not None), most))


def _lines_of_strings(tree: ast.AST) -> set[int]:
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return {line for text in texts for line in range(text.lineno, text.end_lineno + 1)}


def _formulas(cell: str, source: str, inside: set[int]) -> Iterator[Mutant]:
    """Yield the mutants of a worksheet's formulas."""
    lines = source.split("\n")
    for number in sorted(inside):
        match = FORMULA.fullmatch(lines[number - 1])
        if match is None:
            continue
        try:
            tree = ast.parse(match["formula"])
        except SyntaxError:
            continue
        for other, _ in _changed_trees(tree, {1}):
            after = f"{match['name']}: {ast.unparse(other)}"
            text = "\n".join([*lines[: number - 1], after, *lines[number:]])
            yield Mutant(cell, number, text, match[0], after)


def _changed_trees(tree: ast.AST, inside: set[int]) -> Iterator[tuple[ast.AST, Path]]:
    """Yield trees that differ in one place, each once, with the way to that place."""
    seen = {ast.unparse(tree)}
    for path, node in _nodes(tree, ()):
        if getattr(node, "lineno", None) not in inside:
            continue
        for changed in _changes(node):
            other = ast.fix_missing_locations(_replaced(tree, path, changed))
            text = ast.unparse(other)
            if text not in seen:
                seen.add(text)
                yield other, path


def _solution_lines(source: str) -> set[int]:
    lines, found, within = source.split("\n"), set(), False
    for number, line in enumerate(lines, 1):
        within = (within or "BEGIN SOLUTION" in line) and "END SOLUTION" not in line
        if within:
            found.add(number)
    return found or set(range(1, len(lines) + 1))


def _nodes(node: ast.AST, path: Path) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node that may be changed, with the way to it from the root."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(
                child, (ast.Import, ast.ImportFrom, ast.JoinedStr)
            ):
                continue
            if name == "body" and place == 0 and _is_docstring(child):
                continue
            step = (*path, (name, place))
            yield step, child
            yield from _nodes(child, step)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in a node's place."""
    match node:
        case ast.BinOp(op=op) if type(op) in BINARY:
            yield _with(node, op=BINARY[type(op)]())
        case ast.AugAssign(op=op) if type(op) in BINARY:
            yield _with(node, op=BINARY[type(op)]())
            yield ast.Pass()
        case ast.Compare(ops=[op, *rest]) if type(op) in COMPARE:
            yield _with(node, ops=[COMPARE[type(op)](), *rest])
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            if value != 0:
                yield ast.Constant(0 if value == 1 else value - 1)
        case ast.Slice(upper=ast.expr() as upper) if not isinstance(upper, ast.Constant):
            yield _with(node, upper=ast.BinOp(upper, ast.Sub(), ast.Constant(1)))
        case ast.If(test=test) if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield ast.Pass()
        case ast.Call():
            yield from _calls(node)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in NAMES:
        field = "attr" if isinstance(node.func, ast.Attribute) else "id"
        yield _with(node, func=_with(node.func, **{field: NAMES[name]}))
    if len(node.args) >= 2 and ast.dump(node.args[0]) != ast.dump(node.args[1]):
        yield _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    if name == "range" and len(node.args) == 1 and not isinstance(node.args[0], ast.Constant):
        yield _with(node, args=[ast.BinOp(node.args[0], ast.Sub(), ast.Constant(1))])
    for place, keyword in enumerate(node.keywords):
        if keyword.arg in ("keepdims", "mask", "other", "key", "reverse", "dtype", "initial"):
            yield _with(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replaced(tree: ast.AST, path: Path, changed: ast.AST) -> ast.AST:
    root = copy.deepcopy(tree)
    owner = root
    for name, place in path[:-1]:
        owner = getattr(owner, name) if place is None else getattr(owner, name)[place]
    name, place = path[-1]
    if place is None:
        setattr(owner, name, changed)
    else:
        getattr(owner, name)[place] = changed
    return root


def _statement(tree: ast.AST, path: Path) -> ast.stmt:
    """Return the innermost statement around a place."""
    found, node = tree, tree
    for name, place in path:
        node = getattr(node, name) if place is None else getattr(node, name)[place]
        found = node if isinstance(node, ast.stmt) else found
    return found


def _lines(tree: ast.AST, other: ast.AST, path: Path) -> tuple[str, str]:
    """Return the first line that differs in the innermost statement around a change."""
    before, after = tree, other
    pair = (tree, other)
    for name, place in path:
        before, after = (
            getattr(one, name) if place is None else getattr(one, name)[place] for one in (before, after)
        )
        if isinstance(before, ast.stmt):
            pair = (before, after)
        if not isinstance(after, ast.AST) or type(before) is not type(after):
            break
    old, new = (ast.unparse(ast.fix_missing_locations(one)).split("\n") for one in pair)
    for a, b in zip(old, new, strict=False):
        if a != b:
            return a.strip(), b.strip()
    return old[0].strip(), new[0].strip()
