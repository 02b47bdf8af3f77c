"""What text cannot say: metadata, duplicated and missing cells, links in the folder. One function an attack.

Each gets the submission's folder and its notebook (a dict that is written afterwards) and changes them.
"""

from __future__ import annotations

import base64
import copy
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.graders.attacks.loading import LEFT, SCRIPT, answers

Notebook = dict[str, Any]
_FOUND: dict[tuple[str, str], Callable[[Path, Notebook], None]] = {}
RESULT = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "4"}}


def edit(name: str, *labs: str) -> Callable:
    """Register an edit under the name of its attack."""

    def keep(function: Callable[[Path, Notebook], None]) -> Callable[[Path, Notebook], None]:
        for lab in labs or ("plain",):
            _FOUND[lab, name] = function
        return function

    return keep


def names(lab: str) -> set[str]:
    """Return the attacks of a lab that stand here."""
    return {name for known, name in _FOUND if known == lab}


def find(lab: str, name: str) -> Callable[[Path, Notebook], None] | None:
    """Return the edit of an attack, if it has one."""
    return _FOUND.get((lab, name))


def _graded(notebook: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


def _named(notebook: Notebook, name: str) -> dict[str, Any]:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def _code(source: str, name: str = "", **nbgrader: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "metadata": {}, "source": source, "id": f"new-{abs(hash(source)) % 10**6}"}
    cell |= {"outputs": [], "execution_count": None}
    if name:
        kind = {"grade": True, "solution": False, "locked": False, "schema_version": 3, "task": False}
        cell["metadata"]["nbgrader"] = {**kind, "grade_id": name, "cell_type": "code", **nbgrader}
    return cell


@edit("scores-points-changed", "plain", "kit")
def _(folder: Path, notebook: Notebook) -> None:
    for cell in _graded(notebook):
        cell["metadata"]["nbgrader"]["points"] = 1000
        cell["source"] = "1000"
        cell["metadata"]["nbgrader"]["checksum"] = "0" * 32


@edit("scores-checks-deleted", "plain", "kit")
def _(folder: Path, notebook: Notebook) -> None:
    gone = [id(cell) for cell in _graded(notebook)]
    notebook["cells"] = [cell for cell in notebook["cells"] if id(cell) not in gone]


@edit("scores-checks-duplicated", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    for cell in _graded(notebook):
        twin = copy.deepcopy(cell)
        twin["id"] += "x"
        twin["source"] = f"{cell['metadata']['nbgrader']['points']}"
        notebook["cells"].insert(notebook["cells"].index(cell), twin)
        notebook["cells"].append(copy.deepcopy(twin) | {"id": cell["id"] + "y"})


@edit("scores-new-grade-cells", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    notebook["cells"].append(_code("100", "bonus", points=100))
    notebook["cells"].append(_code("100", "check-clamp-extra", points=100, solution=True))
    notebook["cells"].append(_code("-5", "negative", points=-5))


@edit("scores-answers-graded", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        kind = cell["metadata"].get("nbgrader", {})
        if kind.get("solution"):
            kind |= {"grade": True, "points": 50, "locked": False}
            cell["source"] = "50"


@edit("scores-outputs-kept", "plain", "kit")
def _(folder: Path, notebook: Notebook) -> None:
    table = {"points": 4, "parts": [{"name": "all", "points": 4.0, "earned": 4.0}]}
    for cell in _graded(notebook):
        result = copy.deepcopy(RESULT)
        result["data"]["application/vnd.academy.score+json"] = table
        cell["outputs"], cell["execution_count"] = [result, copy.deepcopy(RESULT)], 7
        cell["metadata"] |= {"tags": ["skip-execution"], "deletable": False, "editable": False}
        cell["metadata"]["execution"] = {"iopub.status.idle": "2026-01-01T00:00:00Z"}


@edit("scores-other-cell-types", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    for number, cell in enumerate(_graded(notebook)):
        cell["cell_type"] = ("markdown", "raw")[number % 2]
        cell.pop("outputs"), cell.pop("execution_count")
        cell["metadata"]["nbgrader"] |= {"cell_type": cell["cell_type"], "solution": number % 3 == 0}


@edit("scores-renamed-cells", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    _named(notebook, "check-clamp")["metadata"]["nbgrader"]["grade_id"] = "clamp"
    _named(notebook, "clamp")["metadata"]["nbgrader"]["grade_id"] = "check-clamp"
    _named(notebook, "check-tally")["metadata"]["nbgrader"]["grade_id"] = "check-tally-hidden"
    _named(notebook, "check-age")["metadata"]["nbgrader"]["grade_id"] = "../../../escape"
    _named(notebook, "setup")["metadata"]["nbgrader"]["grade_id"] = "check-account"


@edit("scores-order-changed", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    notebook["cells"].reverse()


@edit("scores-kernelspec", "plain", "kit")
def _(folder: Path, notebook: Notebook) -> None:
    notebook["metadata"] = {
        "kernelspec": {"name": "bash", "display_name": f"<script>{SCRIPT}()</script>", "language": "bash"},
        "language_info": {
            "name": "bash",
            "mimetype": f"x'/><script>{SCRIPT}()</script>",
            "pygments_lexer": "no",
        },
        "title": f"</title><script>{SCRIPT}()</script>",
        "authors": [{"name": f"<img src=x onerror={SCRIPT}()>"}],
        "widgets": {
            "application/vnd.jupyter.widget-state+json": {"state": {f"</script><script>{SCRIPT}()": {}}}
        },
        "nbgrader": {"score": 100},
        "celltoolbar": "Create Assignment",
    }


@edit("html-attachments", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    picture = f"<svg xmlns='http://www.w3.org/2000/svg'><script>{SCRIPT}()</script></svg>"
    coded = base64.b64encode(picture.encode()).decode()
    notebook["cells"].append(
        {
            "cell_type": "markdown",
            "id": "attached",
            "metadata": {},
            "source": f"![x](attachment:a.svg)\n\n![y](attachment:b' onerror='{SCRIPT}())",
            "attachments": {
                "a.svg": {"image/svg+xml": coded},
                f"b' onerror='{SCRIPT}()": {"text/html": f"<script>{SCRIPT}()</script>"},
            },
        }
    )
    raw = {"cell_type": "raw", "id": "raw", "source": f"<script>{SCRIPT}()</script>"}
    notebook["cells"].append(raw | {"metadata": {"format": "text/html", "raw_mimetype": "text/html"}})


@edit("html-metadata", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"]["tags"] = [f'x"><script>{SCRIPT}()</script>', f"' onclick={SCRIPT}() '"]
        cell["metadata"]["name"] = f"<script>{SCRIPT}()</script>"
        if not cell["metadata"].get("nbgrader"):
            cell["id"] = f"x{number}"
    extra = _code("1")
    extra["metadata"]["nbgrader"] = {"grade_id": f'"><script>{SCRIPT}()</script>', "grade": True, "points": 1}
    extra["metadata"]["nbgrader"] |= {
        "comment": f"<script>{SCRIPT}()</script>",
        "solution": True,
        "locked": False,
    }
    notebook["cells"].append(extra)


@edit("files-notebook-is-a-link", "plain", "kit")
def _(folder: Path, notebook: Notebook) -> None:
    path = folder / f"{folder.name}.ipynb"
    path.unlink()
    path.symlink_to(folder.parents[1] / "zz-other" / folder.name / path.name)


@edit("files-links-beside", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    course = folder.parents[2]
    for name, target in {
        "report.txt": course / "gradebook.db",
        "hidden.txt": course / "source" / "plain" / "plain.ipynb",
        "gradebook.db": course / "gradebook.db",
        "loop": folder,
        "dangling": "/nowhere",
        "root": "/",
        "zero": "/dev/zero",
        "other": course / "submitted" / "zz-other",
    }.items():
        os.symlink(target, folder / name)
    _named(notebook, "clamp")["source"] = (
        "import json, os\n"
        "for path in ('hidden.txt', 'other/plain/plain.ipynb', 'gradebook.db'):\n"
        "    try:\n"
        "        for c in json.load(open(path))['cells']:\n"
        "            if c['metadata'].get('nbgrader', {}).get('solution'):\n"
        "                exec(''.join(c['source']), globals())\n"
        "    except (OSError, ValueError):\n"
        "        pass\n"
    )
    _named(notebook, "report")["source"] = answers("plain")["report"]


@edit("files-pipes-beside", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "report.txt")
    (folder / "prices.csv").unlink()
    os.mkfifo(folder / "prices.csv")


@edit("files-hard-links", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    other = folder.parents[1] / "zz-other" / folder.name
    os.link(other / "plain.ipynb", folder / "report.txt")
    os.link(other / "prices.csv", folder / "hidden.txt")
    for name, text in answers("plain").items():
        if name == "report":
            _named(notebook, name)["source"] = text


@edit("files-second-notebook", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    text = (folder.parents[1] / "zz-other" / "plain" / "plain.ipynb").read_text()
    for name in ("Plain.ipynb", "plain2.ipynb", "other.ipynb", "plain.ipynb.bak", "a/plain.ipynb"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


@edit("files-permissions", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    (folder / "locked").mkdir(mode=0)
    (folder / "secret.txt").write_text("x")
    (folder / "secret.txt").chmod(0)
    (folder / "plain.ipynb").chmod(0o4777)


@edit("files-timestamp", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    (folder / "timestamp.txt").write_text("yesterday <script>\0")
    (folder / "submission_secret.txt").write_text(f"../../../../../tmp/{LEFT}")


@edit("files-no-secret", "plain")
def _(folder: Path, notebook: Notebook) -> None:
    (folder / "submission_secret.txt").unlink()
    (folder / "timestamp.txt").unlink()
