"""When a run of a notebook still holds: a hash of all that its result depends on."""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from catalogue.folders import CHECKOUT

PACKAGES = ("sandbox", "catalogue", "graders", "learning_paths", "hub_config")
_NO_DATA = re.compile(r".*\.ipynb|\d\d-.*\.py|\d\d-.*\.md|course\.yml|checkpoints\.yml")
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


def stamp(notebook: Path, mode: str, parameters: Mapping[str, Any]) -> str:
    """Return the hash of a notebook, the files beside it, our modules that it imports, and the environment.

    Parameters
    ----------
    notebook
        A built notebook.
    mode
        How it is run, ``warm`` or ``kernel``.
    parameters
        Injected by papermill.
    """
    content = notebook.read_bytes()
    found = hashlib.sha256()
    found.update(json.dumps([mode, dict(parameters), sys.version], sort_keys=True, default=str).encode())
    found.update(content)
    used = imported(code_of(json.loads(content)))
    runner = ("catalogue.notebooks.engine", "sandbox") if mode == "warm" else ()
    for path in [*data_beside(notebook), CHECKOUT / "requirements.lock", *our_sources(used | set(runner))]:
        if path.is_file():
            found.update(path.name.encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:32]


def code_of(notebook: Mapping[str, Any]) -> list[str]:
    """Return the sources of a notebook's code cells."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]) for cell in cells]


def data_beside(notebook: Path) -> list[Path]:
    """Return the files that a notebook may read beside it: no notebooks, texts, or files of the catalogue."""
    return sorted(
        path
        for path in notebook.parent.rglob("*")
        if path.is_file()
        and not _NO_DATA.fullmatch(path.name)
        and not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(notebook.parent).parts
        )
    )


def imported(sources: Iterable[str]) -> set[str]:
    """Return the modules that code imports, dotted, with ``from a import b`` as ``a`` and ``a.b``."""
    names: set[str] = set()
    for source in sources:
        try:
            tree = ast.parse(_MAGIC.sub("pass", source))
        except SyntaxError:
            continue  # the run will say so, with its line
        names.update(_imported(tree, ""))
    return names


def our_sources(modules: Iterable[str]) -> list[Path]:
    """Return the files of our own packages that modules need, followed through their imports."""
    found: set[Path] = set()
    waiting = list(modules)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name.split(".")[0] not in PACKAGES:
            continue
        seen.add(name)
        waiting.append(name.rpartition(".")[0])
        path = CHECKOUT.joinpath(*name.split("."))
        is_package = path.is_dir()
        path = path / "__init__.py" if is_package else path.with_suffix(".py")
        if path.is_file() and path not in found:
            found.add(path)
            waiting += _needs(path, path.stat().st_mtime_ns, name if is_package else name.rpartition(".")[0])
    return sorted(found)


@cache
def _needs(path: Path, changed: int, package: str) -> frozenset[str]:
    return frozenset(_imported(ast.parse(path.read_bytes()), package))


def _imported(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
