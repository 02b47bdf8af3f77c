"""What a lab's scores depend on, as one hash: who changes none of it need prove nothing anew."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from .engine.master import Master
from .versions import versions

KIT = Path(__file__).parent / "kit"


def dependencies(master: Master, submissions: Path) -> str:
    """Return the hash of a lab's text, data, limits and submissions, of the kit it uses and its libraries.

    Parameters
    ----------
    master
        The lab.
    submissions
        Folder of its shipped submissions.
    """
    content = hashlib.sha256()
    notebook = json.loads((master.folder / f"{master.lab}.ipynb").read_text(encoding="utf-8"))
    cells = [[c["source"], c.get("metadata", {}).get("nbgrader")] for c in notebook["cells"]]
    content.update(json.dumps([cells, asdict(master.limits)], sort_keys=True).encode())
    files = [path for path in sorted(submissions.glob("*")) if path.is_file()]
    for path in [*master.data.values(), *files]:
        content.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    text = "\n".join(str(c["source"]) for c in notebook["cells"])
    for name in sorted(kit_modules(text)):
        content.update(name.encode() + _meaning(KIT / f"{name}.py").encode())
    content.update(versions(master.modules).encode())
    return content.hexdigest()


def kit_modules(text: str) -> set[str]:
    """Return the kit's modules behind the names that a text calls as ``kit.name``, with all they import."""
    public = {"small_model": "models", "small_tokenizer": "models", **_imports(KIT / "__init__.py")}
    wanted = {module for name, module in public.items() if f"kit.{name}" in text}
    found: set[str] = set()
    while wanted:
        module = wanted.pop()
        found.add(module)
        wanted |= set(_imports(KIT / f"{module}.py").values()) - found
    return found


@cache
def _imports(path: Path) -> dict[str, str]:
    """Return the names that a module of the kit takes from others of the kit, with those modules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 1 and n.module]
    return {alias.name: node.module for node in taken for alias in node.names}


@cache
def _meaning(path: Path) -> str:
    """Return a module's syntax tree without docstrings: neither comments nor layout make a proof stale."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if (
            isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)
