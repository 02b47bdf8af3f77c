"""Files that are no notebook of this lab, or hardly one: each function writes the raw file.

``fair`` stands in ``expected.yml``, beside the hostile ones'. What is only odd (another tool's metadata, a
syntax error in one answer) keeps the points of everything else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
_FOUND: dict[tuple[str, str], Callable[[Path, Notebook], None]] = {}


def writes(name: str, *labs: str) -> Callable:
    """Register what writes a broken file."""

    def keep(function: Callable[[Path, Notebook], None]) -> Callable[[Path, Notebook], None]:
        for lab in labs or ("plain",):
            _FOUND[lab, name] = function
        return function

    return keep


def names(lab: str) -> set[str]:
    """Return the broken submissions of a lab."""
    return {name for known, name in _FOUND if known == lab}


def write(lab: str, name: str, path: Path, notebook: Notebook) -> None:
    """Write one; ``notebook`` is the lab's, with stubs or with the reference's answers."""
    _FOUND[lab, name](path, notebook)


def _dump(path: Path, notebook: Any) -> None:
    path.write_text(json.dumps(notebook))


def _answer(notebook: Notebook, name: str, text: str) -> None:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
            cell["source"] = text


@writes("not-json", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    path.write_text("def clamp(value, low, high):\n    return sorted((low, value, high))[1]\n")


@writes("truncated", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    path.write_text(json.dumps(notebook)[: len(json.dumps(notebook)) // 2])


@writes("empty", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.write_text("")


@writes("no-cells", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _dump(path, {**notebook, "cells": []})


@writes("cells-missing-key", "plain")
def _(path: Path, notebook: Notebook) -> None:
    del notebook["cells"]
    _dump(path, notebook)


@writes("cells-of-wrong-types", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _dump(path, {**notebook, "cells": [1, None, "x", [], {"cell_type": 5}, {}, {"source": {"a": 1}}]})


@writes("cells-no-list", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _dump(path, {**notebook, "cells": {"0": notebook["cells"][0]}})


@writes("a-list", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _dump(path, [notebook])


@writes("a-number", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.write_text("NaN")


@writes("wrong-inner-types", "plain")
def _(path: Path, notebook: Notebook) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = [None, "x", [], {"nbgrader": 5}, {"nbgrader": {"grade_id": ["a"]}}][number % 5]
        cell["source"] = [7, ["a", 5], {"b": 1}][number % 3]
        cell["outputs"] = "none"
    _dump(path, notebook)


@writes("format-3", "plain")
def _(path: Path, notebook: Notebook) -> None:
    cells = [
        {
            "cell_type": "code",
            "input": c["source"],
            "language": "python",
            "outputs": [],
            "metadata": c["metadata"],
        }
        for c in notebook["cells"]
        if c["cell_type"] == "code"
    ]
    _dump(
        path,
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {},
            "worksheets": [{"cells": cells, "metadata": {}}],
        },
    )


@writes("format-5", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _dump(path, {**notebook, "nbformat": 5, "nbformat_minor": 99})


@writes("format-missing", "plain")
def _(path: Path, notebook: Notebook) -> None:
    del notebook["nbformat"], notebook["nbformat_minor"]
    _dump(path, notebook)


@writes("fifty-megabytes", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    notebook["cells"][0]["source"] += "x" * (50 * 2**20)
    _dump(path, notebook)


@writes("other-lab", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    other = {"plain": "kit", "kit": "plain"}[path.stem]
    path.write_bytes((path.parents[3] / "release" / other / f"{other}.ipynb").read_bytes())


@writes("duplicated-ids", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "same"
    _dump(path, notebook)


@writes("grade-cells-missing", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    cells = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]
    _dump(path, {**notebook, "cells": cells})


@writes("no-metadata", "plain")
def _(path: Path, notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    _dump(path, {**notebook, "metadata": {}})


@writes("surrogates-and-nul", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _answer(notebook, "clamp", "def clamp(v, a, b):\n    '\ud800 \0 \udfff'\n    return 3\n\0")
    _dump(path, notebook)


@writes("byte-order-mark", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook).encode())


@writes("utf-16", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.write_bytes(json.dumps(notebook, ensure_ascii=False).encode("utf-16"))


@writes("huge-line", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _answer(notebook, "clamp", "x = " + "+".join(["1"] * 200_000))
    _dump(path, notebook)


@writes("deep-expression", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _answer(notebook, "clamp", "x = " + "(" * 5000 + ")" * 5000 + "\n" + "-" * 100_000 + "1")
    _dump(path, notebook)


@writes("nested-json", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    path.write_text(json.dumps(notebook)[:-1] + ', "x": ' + "[" * 200_000 + "]" * 200_000 + "}")


@writes("big-numbers", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.write_text(json.dumps(notebook)[:-1] + ', "x": ' + "9" * 100_000 + ', "y": 1e999}')


@writes("many-cells", "plain")
def _(path: Path, notebook: Notebook) -> None:
    empty = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
    notebook["cells"] += [{**empty, "id": f"many-{i}"} for i in range(3000)]
    _dump(path, notebook)


@writes("binary", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    path.write_bytes(bytes(range(256)) * 100)


@writes("dangling-link", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.unlink()
    path.symlink_to("nowhere/plain.ipynb")


@writes("a-folder", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.unlink()
    path.mkdir()
    (path / "x").write_text("x")


@writes("missing", "plain")
def _(path: Path, notebook: Notebook) -> None:
    path.unlink()


@writes("syntax-errors", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    _answer(
        notebook, {"plain": "clamp", "kit": "smooth"}[path.stem], "def clamp(value, low:\n    retrun 5\n'"
    )
    _dump(path, notebook)


@writes("tabs-and-spaces", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _answer(
        notebook, "clamp", "def clamp(value, low, high):\n\tx = 1\n        return min(max(value, low), high)"
    )
    _dump(path, notebook)


@writes("infinite-recursion", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    name = {"plain": "clamp", "kit": "smooth"}[path.stem]
    _answer(notebook, name, f"def {name}(*a):\n    return {name}(*a)\n{name}(1, 2, 3)")
    _dump(path, notebook)


@writes("unknown-magics", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    name = {"plain": "clamp", "kit": "smooth"}[path.stem]
    _answer(notebook, name, "%nosuchmagic\n!nosuchprogram\n%%nosuchcellmagic\n%matplotlib nosuch\n?nothing")
    _dump(path, notebook)


@writes("reset-all", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    name = {"plain": "clamp", "kit": "smooth"}[path.stem]
    _answer(notebook, name, "%reset -f")
    _dump(path, notebook)


@writes("deletes-names", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _answer(
        notebook, "clamp", "for name in list(globals()):\n    if name != 'name':\n        del globals()[name]"
    )
    _dump(path, notebook)


@writes("waits-for-input", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _answer(notebook, "clamp", "value = input('value? ')\nimport getpass\ngetpass.getpass()\nbreakpoint()")
    _dump(path, notebook)


@writes("changes-folder", "plain")
def _(path: Path, notebook: Notebook) -> None:
    text = "import os\nfor name in os.listdir('.'):\n    os.path.isfile(name) and os.remove(name)\n"
    text += "os.chdir('/')"
    _answer(notebook, "clamp", text)
    _dump(path, notebook)


@writes("top-level-await", "plain")
def _(path: Path, notebook: Notebook) -> None:
    _answer(
        notebook, "clamp", "import asyncio\nawait asyncio.sleep(0)\nasync def clamp(v, a, b):\n    return 3"
    )
    _dump(path, notebook)


@writes("saved-by-colab", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
    }
    notebook["nbformat_minor"] = 0
    for number, cell in enumerate(notebook["cells"]):
        cell.pop("id")
        cell["metadata"] |= {"id": f"Ab{number}_x", "colab": {"base_uri": "https://localhost:8080/"}}
        cell["source"] = (
            cell["source"].splitlines(keepends=True) if isinstance(cell["source"], str) else cell["source"]
        )
    _dump(path, notebook)


@writes("saved-by-vscode", "plain", "kit")
def _(path: Path, notebook: Notebook) -> None:
    notebook["metadata"] = {
        "kernelspec": {"display_name": ".venv (3.11.4)", "language": "python", "name": "python3"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "name": "python",
            "version": "3.11.4",
        },
        "orig_nbformat": 4,
    }
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
        cell["source"] = (
            cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        ).replace("\n", "\r\n")
    _dump(path, notebook)
