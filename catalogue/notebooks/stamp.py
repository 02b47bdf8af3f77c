"""When a run of a notebook still holds: a hash of all that its result depends on."""

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalogue.folders import CHECKOUT

from .used import modules_used

_NO_DATA = re.compile(r".*\.ipynb|\d\d-.*\.py|\d\d-.*\.md|course\.yml|checkpoints\.yml")


def stamp(notebook: Path, mode: str, parameters: Mapping[str, Any], root: Path = CHECKOUT) -> str:
    """Return the hash of what the result of a notebook depends on.

    These are its text, the files beside it, the modules of ours behind the names that it uses, and the
    pinned versions. What runs it (papermill's engine, the sandbox) is no part of that: its own tests see to
    it that a notebook gives the same there as anywhere.

    Parameters
    ----------
    notebook
        A built notebook.
    mode
        How it is run, ``warm`` or ``kernel``.
    parameters
        Injected by papermill.
    root
        The checkout with our packages and the lock.
    """
    content = notebook.read_bytes()
    found = hashlib.sha256()
    found.update(json.dumps([mode, dict(parameters), sys.version], sort_keys=True, default=str).encode())
    found.update(content)
    for path in data_beside(notebook):
        found.update(path.relative_to(notebook.parent).as_posix().encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    for name, meaning in sorted(modules_used(code_of(json.loads(content)), root).items()):
        found.update(name.encode() + hashlib.sha256(meaning.encode()).digest())
    found.update("\n".join(_pins(root / "requirements.lock")).encode())
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


def _pins(lock: Path) -> list[str]:
    """Return the versions of a lock, without its comments."""
    lines = lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
