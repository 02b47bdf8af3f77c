"""A learner's kernel taken as text: only ``tl`` may stand in it, and the checker launches it itself."""

from __future__ import annotations

import ast
import itertools
import linecache
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .failures import CheckFailed, shown
from .interpreter import is_kernel, triton, undecorated
from .probes import source
from .sides import beside

BUILTINS = {"range": range, "min": min, "max": max, "float": float, "int": int, "bool": bool, "abs": abs}
FORBIDDEN_TL = {"core", "extra", "inline_asm_elementwise", "semantic", "standard", "target_info", "tensor"}
METHODS = {"to", "sum", "max", "min", "dtype", "element_ty", "shape", "T", "trans", "reshape", "broadcast_to"}
METHODS |= {
    "expand_dims",
    "exp",
    "abs",
    "permute",
    "view",
    "numel",
    "argmax",
    "argmin",
    "cast",
    "load",
    "store",
}
METHODS |= {"value", "type"}
NODES = (
    ast.arguments, ast.arg, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.While, ast.If, ast.Expr,
    ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.List,
    ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Return, ast.Pass,
    ast.Break, ast.Continue, ast.Assert, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop,
)  # fmt: skip
HEAD = "import triton\nimport triton.language as tl\n\n"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Kernel:
    """A kernel rebuilt from its text; launch it as usual: ``kernel[grid](x, out, n, BLOCK=64)``.

    Attributes
    ----------
    name
        The function's name.
    text
        The module it was rebuilt from: imports, helper functions, the kernel.
    function
        The interpreted function.
    """

    name: str
    text: str
    function: Any

    @property
    def arg_names(self) -> list[str]:
        """Names of the kernel's parameters, in order."""
        return list(self.function.arg_names)

    def __getitem__(self, grid: Any) -> Callable[..., None]:
        return self.function[grid]


def kernel(function: Any) -> Kernel:
    """Take a learner's ``@triton.jit`` function as text and rebuild it on the checker's side.

    Only ``tl.*``, arithmetic, loops, conditions, other ``@triton.jit`` functions and plain numbers may stand
    in it: no library call, no Python object, nothing computed on the host.

    Raises
    ------
    CheckFailed
        When it is not a Triton kernel, or holds something else; says what and on which line.

    Examples
    --------
    In a check cell::

        add = kit.kernel(add_kernel)
        out = torch.empty(1000)
        add[(16,)](x, y, out, 1000, BLOCK=64)
    """
    library = triton()
    if isinstance(function, Kernel):
        return function
    name, text = taken(function)
    _check(text)
    return Kernel(name, text, _compiled(text, library)[name])


@beside
def taken(function: Any) -> tuple[str, str]:
    """Return the name of a learner's kernel and the text of a module with it and the kernels that it calls.

    Raises
    ------
    CheckFailed
        When it is not a Triton kernel, or its text holds something else than a kernel may.
    """
    bottom = function
    while hasattr(bottom, "fn") and not is_kernel(bottom):
        bottom = bottom.fn
    if not is_kernel(bottom):
        raise CheckFailed(
            f"{shown(function, 80)} is not a Triton kernel",
            look="decorate the function with @triton.jit and do the work with tl.load and tl.store",
        )
    parts = list(_definitions(undecorated(bottom), {}))
    return parts[-1].name, HEAD + "\n\n\n".join(ast.unparse(tree) for tree in parts) + "\n"


def _check(text: str) -> None:
    """Hold a text against what may stand in it: it came from where the learner's code runs."""
    body = ast.parse(text.removeprefix(HEAD)).body
    if not all(isinstance(node, ast.FunctionDef) for node in body):
        raise CheckFailed("the kernel's text holds something else than kernels")
    names = {node.name for node in body}
    for node in body:
        if [ast.unparse(d) for d in node.decorator_list] != ["triton.jit"] or node.returns:
            raise CheckFailed(f"kernel {node.name} has other decorators than @triton.jit")
        for argument in node.args.args + node.args.kwonlyargs + node.args.posonlyargs:
            if argument.annotation and ast.unparse(argument.annotation) != "tl.constexpr":
                raise CheckFailed(f"kernel {node.name}: annotate arguments with tl.constexpr only")
        _allow(node, names)


def _definitions(function: Any, seen: dict[str, Any]) -> Iterator[ast.FunctionDef]:
    """Yield the checked definitions of the helpers that a kernel calls, then its own."""
    seen[function.__name__] = function
    tree = _definition(function)
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    constants = {}
    for name in sorted(names):
        value = function.__globals__.get(name)
        if is_kernel(value):
            helper = undecorated(value)
            if name != helper.__name__:
                raise CheckFailed(f"kernel {function.__name__} calls {helper.__name__} by the name {name}")
            if name not in seen:
                yield from _definitions(helper, seen)
        elif (number := _number(value)) is not None:
            constants[name] = number
    _Constants(constants, _own_names(tree)).visit(tree)
    _allow(tree, set(seen))
    yield ast.fix_missing_locations(tree)


def _definition(function: Any) -> ast.FunctionDef:
    try:
        module = ast.parse(textwrap.dedent(source(function)))
    except SyntaxError as error:
        raise CheckFailed(f"the text of kernel {function.__name__} cannot be read: {error}") from None
    tree = next((n for n in module.body if isinstance(n, ast.FunctionDef)), None)
    if tree is None:
        raise CheckFailed(f"kernel {function.__name__} is not an ordinary def")
    tree.decorator_list = [ast.parse("triton.jit", mode="eval").body]
    tree.returns = None
    for argument in tree.args.args + tree.args.kwonlyargs:
        text = ast.unparse(argument.annotation) if argument.annotation else ""
        constexpr = text.strip("'\"").endswith("constexpr")
        argument.annotation = ast.parse("tl.constexpr", mode="eval").body if constexpr else None
    return tree


def _number(value: Any) -> int | float | bool | None:
    """Return the number behind a global constant (plain or ``tl.constexpr``), or None."""
    value = getattr(value, "value", value) if type(value).__name__ == "constexpr" else value
    return value if type(value) in (int, float, bool) else None


class _Constants(ast.NodeTransformer):
    """Writes global numbers into the text, so that the kernel stands alone."""

    def __init__(self, constants: dict[str, int | float | bool], own: set[str]) -> None:
        self.constants = {k: v for k, v in constants.items() if k not in own}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self.constants:
            return ast.copy_location(ast.Constant(self.constants[node.id]), node)
        return node


def _own_names(tree: ast.FunctionDef) -> set[str]:
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {a.arg for a in tree.args.posonlyargs + tree.args.args + tree.args.kwonlyargs}


def _allow(tree: ast.FunctionDef, helpers: set[str]) -> None:
    """Raise CheckFailed unless everything in a kernel is on the allow-list."""
    if tree.args.vararg or tree.args.kwarg:
        _refuse(tree, tree, "*args or **kwargs")
    known = _own_names(tree) | helpers | set(BUILTINS) | {"tl", "triton"}
    for default in [*tree.args.defaults, *(d for d in tree.args.kw_defaults if d)]:
        if not isinstance(default, ast.Constant):
            _refuse(tree, default, f"the default {ast.unparse(default)}")
    for statement in tree.body:
        for node in ast.walk(statement):
            _allow_node(tree, node, known)


def _allow_node(tree: ast.FunctionDef, node: ast.AST, known: set[str]) -> None:
    if not isinstance(node, NODES):
        _refuse(tree, node, f"a {type(node).__name__.lower()}")
    if isinstance(node, ast.Name) and node.id not in known:
        _refuse(tree, node, f"the name {node.id}")
    if isinstance(node, ast.Attribute) and not _allowed_attribute(node):
        _refuse(tree, node, ast.unparse(node))


def _allowed_attribute(node: ast.Attribute) -> bool:
    import triton.language as tl

    if isinstance(node.value, ast.Name) and node.value.id == "tl":
        return node.attr in set(tl.__all__) - FORBIDDEN_TL or node.attr == "math"
    if ast.unparse(node.value) == "tl.math":
        return not node.attr.startswith("_") and hasattr(tl.math, node.attr) and node.attr not in FORBIDDEN_TL
    if isinstance(node.value, ast.Name) and node.value.id == "triton":
        return node.attr in ("cdiv", "next_power_of_2")
    return node.attr in METHODS


def _refuse(tree: ast.FunctionDef, node: ast.AST, what: str) -> None:
    line = getattr(node, "lineno", tree.lineno)
    raise CheckFailed(
        f"kernel {tree.name} uses {what} (line {line} of its cell's function)",
        because="the work has to happen in the kernel: only tl.*, arithmetic, loops and conditions",
        look="pass numbers as arguments, or write the step with tl",
    )


def _compiled(text: str, library: Any) -> dict[str, Any]:
    """Run the text as a module whose lines Triton can find again."""
    filename = f"<kernel {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    builtins = {**BUILTINS, "__import__": __import__}
    namespace: dict[str, Any] = {"__builtins__": builtins, "__name__": "kernel"}
    exec(compile(text, filename, "exec"), namespace)
    del builtins["__import__"]
    return namespace
