"""Which of our own modules a notebook's code really uses: names are followed, not whole packages.

``from graders import kit`` makes all of the kit importable, but a notebook that calls ``kit.close`` depends
on the module behind that name and on what that one imports. So a change elsewhere makes no run stale. What
cannot be told from the text (a package passed around, ``import *``) counts as all of the package. What is
imported for type checkers alone does not count.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from catalogue.folders import CHECKOUT

PACKAGES = ("sandbox", "catalogue", "graders", "learning_paths", "hub_config")
ALL = "*"
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
# a dotted module and a name in it, or ALL; "" where the module itself is meant
Name = tuple[str, str]


def parsed(sources: Iterable[str]) -> Iterator[ast.Module]:
    """Yield the syntax trees of a notebook's code cells, magics left out."""
    for source in sources:
        try:
            yield ast.parse(_MAGIC.sub("pass", source))
        except SyntaxError:
            continue  # the run will say so, with its line


def imported(sources: Iterable[str]) -> set[str]:
    """Return the modules that code imports, dotted, with ``from a import b`` as ``a`` and ``a.b``."""
    names: set[str] = set()
    for tree in parsed(sources):
        for module, name in _taken(tree, ""):
            names |= {module} | ({f"{module}.{name}"} if name else set())
    return names


def modules_used(sources: Iterable[str], root: Path = CHECKOUT) -> dict[str, str]:
    """Return what code depends on in our own packages.

    Parameters
    ----------
    sources
        Of a notebook's code cells.
    root
        Folder that the packages lie in.

    Returns
    -------
    dict
        File below `root` to its meaning: the syntax tree without docstrings, so that neither comments nor
        layout count.
    """
    waiting = list(_called(list(parsed(sources)), root))
    files: dict[str, str] = {}
    seen: set[Name] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name[0].split(".")[0] not in PACKAGES:
            continue
        seen.add(name)
        for path, package in _files(name, root):
            key = path.relative_to(root).as_posix()
            if key not in files:
                files[key], needs = _read(path, path.stat().st_mtime_ns, package)
                waiting += needs
    return files


def _called(trees: list[ast.Module], root: Path) -> Iterator[Name]:
    """Yield the names that a notebook takes from modules, also from those that it imports whole."""
    modules: dict[str, str] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    modules[one.asname or one.name.split(".")[0]] = (
                        one.name if one.asname else one.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    whole = f"{node.module}.{one.name}"
                    if _place(whole, root) is None:
                        yield str(node.module), one.name
                    else:
                        modules[one.asname or one.name] = whole
    for tree in trees:
        for dotted in _dotted(tree):
            first, *rest = dotted.split(".")
            if first in modules:
                yield _resolved(modules[first], rest, root)


def _dotted(tree: ast.AST) -> Iterator[str]:
    """Yield each name that is read, with the attributes after it: ``kit.models.small``, or ``kit`` alone."""
    if isinstance(tree, ast.Attribute):
        parts, node = [tree.attr], tree.value
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            yield ".".join([node.id, *reversed(parts)])
        else:
            yield from _dotted(node)
        return
    if isinstance(tree, ast.Name):
        yield tree.id
    for child in ast.iter_child_nodes(tree):
        yield from _dotted(child)


def _resolved(module: str, rest: list[str], root: Path) -> Name:
    """Return the module and the name in it that attributes of a module lead to."""
    while rest and _place(f"{module}.{rest[0]}", root) is not None:
        module, rest = f"{module}.{rest[0]}", rest[1:]
    return module, rest[0] if rest else ALL


def _place(module: str, root: Path) -> Path | None:
    """Return the file of a module of ours, a package's ``__init__.py``, or None."""
    if module.split(".")[0] not in PACKAGES:
        return None
    path = root.joinpath(*module.split("."))
    found = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return found if found.is_file() else None


def _files(name: Name, root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files behind a name, each with the package that its relative imports start from."""
    module, attribute = name
    path = _place(module, root)
    if path is None:
        return
    if path.name != "__init__.py":
        yield path, module.rpartition(".")[0]
    elif attribute == ALL:
        for file in sorted(path.parent.rglob("*.py")):
            yield file, ".".join(file.relative_to(root).parent.parts)
    elif _place(f"{module}.{attribute}", root) is not None:
        yield from _files((f"{module}.{attribute}", ALL), root)
    else:
        yield from _behind(path, module, attribute, root)


def _behind(path: Path, package: str, attribute: str, root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files behind a name that a package offers: handed on, made at run time, or its own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _running(tree, inside=False):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                if (one.asname or one.name) == attribute:
                    yield from _files((_base(node, package), one.name), root)
                    return
    defined = {n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    defined |= {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if _is_name(t)}
    if attribute in defined:
        yield path, package
        return
    lazy = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "__getattr__"]
    taken = {name for node in lazy for name in _taken(node, package) if name[0].split(".")[0] in PACKAGES}
    for one in taken or {(package, ALL)}:
        yield from _files(one, root)


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


@cache
def _read(path: Path, changed: int, package: str) -> tuple[str, frozenset[Name]]:
    """Return a module's meaning and the names that it takes from elsewhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    needs = frozenset((module, name or ALL) for module, name in _taken(tree, package))
    return _meaning(tree), needs


def _taken(tree: ast.AST, package: str) -> Iterator[Name]:
    """Yield the modules that code imports, each with the name that is taken from it, or none."""
    for node in _running(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((_base(node, package), one.name) for one in node.names)


def _base(node: ast.ImportFrom, package: str) -> str:
    parts = package.split(".")
    above = parts[: len(parts) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def _running(tree: ast.AST, inside: bool = True) -> Iterator[ast.AST]:
    """Yield the nodes of code, without what stands under ``if TYPE_CHECKING``.

    Parameters
    ----------
    inside
        Look into functions too.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield other
                yield from _running(other, inside)
        elif inside or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node
            yield from _running(node, inside)


def _meaning(tree: ast.Module) -> str:
    """Return a syntax tree without docstrings; the tree is changed."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)
