"""Worksheets: formulas as a person would type them into a spreadsheet, for labs that ask for no program."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Mapping

from ruamel.yaml import YAML, YAMLError

from .failures import CheckFailed

Value = bool | int | float
FUNCTIONS = {"min": min, "max": max, "abs": abs, "ceil": math.ceil, "floor": math.floor, "sqrt": math.sqrt}
_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    # as floats, so that a tower of powers overflows at once instead of filling the memory
    ast.Pow: lambda a, b: float(a) ** b,
}
_COMPARE = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
LONGEST_FORMULA = 500


class Sheet:
    """Named formulas that are worked out from top to bottom.

    Parameters
    ----------
    text
        YAML: one ``name: formula`` a line. A formula has numbers, names, ``+ - * / **``, brackets,
        comparisons, ``and or not``, and ``min max abs ceil floor sqrt``.
    lines
        The names that have to be there, each once; others may stand between them as intermediate results.

    Raises
    ------
    CheckFailed
        When the text is no such sheet: what is wrong and in which line.

    Examples
    --------
    >>> Sheet("area: a * b\\ncost: 3 * area", lines=("area", "cost")).work_out(a=2, b=5)
    {'area': 10, 'cost': 30}
    """

    def __init__(self, text: str, lines: tuple[str, ...]) -> None:
        self.formulas = {name: _parse(name, formula) for name, formula in _read(text).items()}
        missing = [name for name in lines if name not in self.formulas]
        if missing:
            raise CheckFailed(
                f"the sheet has no line {', '.join(missing)}",
                look=f"one line each, as `name: formula`, for {', '.join(lines)}",
            )

    def work_out(self, **values: Value) -> dict[str, Value]:
        """Return what each line gives for these inputs.

        Raises
        ------
        CheckFailed
            When a line uses an unknown name, divides by zero, or gives no finite number.
        """
        known: dict[str, Value] = dict(values)
        for name, tree in self.formulas.items():
            try:
                result = _evaluate(tree, known)
            except CheckFailed as failed:
                raise CheckFailed(f"line `{name}`: {failed.problem}", look=failed.look) from None
            except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
                raise CheckFailed(f"line `{name}` cannot be worked out: {error}") from None
            if isinstance(result, complex) or not math.isfinite(result):
                raise CheckFailed(f"line `{name}` gives {result}, which is no finite number")
            known[name] = result
        return {name: known[name] for name in self.formulas}


def _read(text: str) -> Mapping[str, str | Value]:
    if not isinstance(text, str):
        raise CheckFailed(f"the sheet is a {type(text).__name__}, expected text between three quotes")
    if "NotImplementedError" in text:
        raise CheckFailed(
            "the sheet is not filled in yet: replace what stands between the quotes by your lines"
        )
    try:
        lines = YAML(typ="safe").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark else ""
        raise CheckFailed(
            f"the sheet cannot be read{where}", look="each line is `name: formula`; spaces, not tabs"
        ) from None
    if not isinstance(lines, dict):
        raise CheckFailed("the sheet has no lines of the form `name: formula`")
    return lines


def _parse(name: str, formula: str | Value) -> ast.expr:
    if isinstance(formula, (list, dict)) or formula is None:
        raise CheckFailed(f"line `{name}` has no formula behind the colon")
    text = str(formula)
    if len(text) > LONGEST_FORMULA:
        raise CheckFailed(
            f"line `{name}` is longer than {LONGEST_FORMULA} characters: split it into two lines"
        )
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise CheckFailed(
            f"line `{name}` is no formula: {text}",
            look="times is *, to the power of is **, decimals have a point",
        ) from None


def _evaluate(node: ast.expr, known: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return value
        case ast.Name(id=name):
            if name not in known:
                raise CheckFailed(f"there is no {name!r}", look=f"the names here are {', '.join(known)}")
            return known[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_evaluate(left, known), _evaluate(right, known))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, known)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _evaluate(operand, known)
        case ast.BoolOp(op=op, values=parts):
            results = [bool(_evaluate(part, known)) for part in parts]
            return all(results) if isinstance(op, ast.And) else any(results)
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            values = [_evaluate(part, known) for part in (left, *others)]
            return all(_COMPARE[type(op)](a, b) for op, a, b in zip(ops, values, values[1:], strict=False))
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as arguments, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*(_evaluate(argument, known) for argument in arguments))
    raise CheckFailed(
        f"`{ast.unparse(node)}` is not allowed here",
        look=f"numbers, names, + - * / **, brackets, comparisons, and or not, {' '.join(FUNCTIONS)}",
    )
