"""Hostile and broken submissions: from their text to a learner's folder under ``submitted/``.

A hostile file ``labs/<lab>/hostile/<family>-<name>.py`` is percent text. Before each cell stands one of

``# %% grade_id="clamp"``
    the new text of that cell, whatever its kind (check cells and locked cells too);
``# %%``, ``# %% [markdown]``, ``# %% tags="skip-execution"``
    a cell that is added after the one before;
``# %% file="numpy.py"``
    a file beside the notebook.

``@NAME@`` in the text is replaced by :func:`places`. What text cannot say (metadata, links, several
notebooks) stands in ``edits.py``, what is no notebook in ``broken.py``; both find their fair scores in
``expected.yml``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from catalogue.notebooks.build import build
from catalogue.notebooks.units import Unit

HERE = Path(__file__).parent
LABS = ("plain", "kit", "data")
LEFT = f"zqleft{os.getpid()}"  # in the name of what an attack leaves behind; 15 characters at most
SCRIPT = "zqscript"  # stands in whatever must not be run by the reader's browser
MARK = re.compile(r"^# %%(?P<rest>.*)$", re.MULTILINE)
WORD = re.compile(r'(?P<key>\w+)="(?P<value>[^"]*)"')

Edit = Callable[[Path, dict[str, Any]], None]


@dataclass(frozen=True)
class Attack:
    """One submission with what is fair.

    Attributes
    ----------
    lab, kind, name
        ``kind`` is ``hostile`` or ``broken``.
    fair
        For each check: the scores that are fair; ``"refused"`` among them where a person has to look.
    after
        Names of the hostile submissions that are graded just before.
    hidden
        Texts that must not stand in the feedback.
    left
        Texts that must not stand in the name of a file or process afterwards.
    fails
        Why today's engine fails it; empty when it holds.
    """

    lab: str
    kind: str
    name: str
    fair: dict[str, list[float | str]]
    after: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    rest: str = "stubs"
    fails: str = ""

    @property
    def id(self) -> str:
        """``plain/hostile/lying-equal``."""
        return f"{self.lab}/{self.kind}/{self.name}"


def build_labs(root: Path) -> Path:
    """Build both labs as a checkout would hold them; return its ``labs`` folder."""
    for lab in LABS:
        authoring, source = root / "labs" / "authoring" / lab, root / "labs" / "source" / lab
        authoring.mkdir(parents=True)
        source.mkdir(parents=True)
        for path in (HERE / "labs" / lab).iterdir():
            if path.name in (f"{lab}.py", "lab.yml"):
                shutil.copy(path, authoring)
            elif path.is_file() and path.name != "expected.yml":
                shutil.copy(path, source)
        build(Unit("lab", lab, root, authoring / f"{lab}.py", source / f"{lab}.ipynb"))
    return root / "labs"


def points(lab: str) -> dict[str, float]:
    """Return what each check cell gives at most."""
    text = (HERE / "labs" / lab / f"{lab}.py").read_text(encoding="utf-8")
    found = {}
    for mark in re.finditer(r"^# %% nbgrader=(\{.*\})$", text, re.MULTILINE):
        cell = json.loads(mark[1])
        if cell.get("grade"):
            found[cell["grade_id"]] = float(cell["points"])
    return found


def answers(lab: str) -> dict[str, str]:
    """Return the reference solution, by grade id of its answer cell."""
    text = (HERE / "labs" / lab / f"{lab}.py").read_text(encoding="utf-8")
    found = {}
    for mark, body in _cells(text):
        given = re.search(r"nbgrader=(\{.*\})", mark)
        if given and json.loads(given[1]).get("solution"):
            lines = [line for line in body.splitlines() if "### " not in line]
            found[json.loads(given[1])["grade_id"]] = "\n".join(lines)
    return found


def _cells(text: str) -> list[tuple[str, str]]:
    marks = list(MARK.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [(m["rest"], text[m.end() : end].strip("\n")) for m, end in zip(marks, ends, strict=True)]


def read_attacks() -> list[Attack]:
    """Read every attack of both labs; a file without fair scores, or the other way round, is a fault."""
    from tests.graders.attacks import broken, edits

    found = []
    for lab in LABS:
        expected = YAML(typ="safe").load((HERE / "labs" / lab / "expected.yml").read_text(encoding="utf-8"))
        texts = {path.stem for path in (HERE / "labs" / lab / "hostile").glob("*.py")}
        there = {"hostile": texts | edits.names(lab), "broken": broken.names(lab)}
        for kind, names in there.items():
            given = expected[kind] or {}
            if set(given) != names:
                raise ValueError(f"{lab}, {kind}: {sorted(set(given) ^ names)} stand in one place only")
            found += [_attack(lab, kind, name, given[name] or {}, expected) for name in sorted(names)]
    return found


def _attack(lab: str, kind: str, name: str, given: dict[str, Any], expected: dict[str, Any]) -> Attack:
    unknown = set(given) - {"fair", "after", "must_not", "rest", "fails"}
    unknown |= set(given.get("fair") or {}) - set(points(lab)) - {"all"}
    if unknown:
        raise ValueError(f"{lab}/{kind}/{name}: {sorted(unknown)}")
    rest = given.get("rest", "stubs")
    all_ = (given.get("fair") or {}).get("all")
    fair = {}
    for check, most in points(lab).items():
        value = (given.get("fair") or {}).get(check, all_)
        if value is None:
            value = most if rest == "reference" else 0
        fair[check] = [v if isinstance(v, str) else float(v) for v in _listed(value)]
        fair[check] = [most if v == "full" else v for v in fair[check]]
    must_not = {**expected["must_not"], **(given.get("must_not") or {})}
    return Attack(
        lab,
        kind,
        name,
        fair,
        _listed(given.get("after", [])),
        [str(v) for v in must_not["show"]],
        [str(v).replace("zqleft", LEFT) for v in must_not["leave"]],
        rest,
        given.get("fails", ""),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def places(data: Path, port: int = 9) -> dict[str, str]:
    """Return what an opponent who knows this machine would write into the text."""
    return {
        "@DATA@": str(data),
        "@COURSE@": str(data / "course"),
        "@PORT@": str(port),
        "@LEFT@": LEFT,
        "@SCRIPT@": SCRIPT,
        "@PYTHON@": sys.executable,
        "@CHECKOUT@": str(HERE.parents[2]),
    }


def hand_in(data: Path, learner: str, attack: Attack | str, port: int = 9) -> Path:
    """Put a submission where nbgrader's collect would; ``attack`` may be a lab's name: the honest one."""
    lab = attack if isinstance(attack, str) else attack.lab
    released = data / "course" / "release" / lab
    folder = data / "course" / "submitted" / learner / lab
    shutil.copytree(released, folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "timestamp.txt").write_text("2026-11-01 12:00:00.000000 UTC")
    (folder / "submission_secret.txt").write_text(f"{learner:*<64}")
    path = folder / f"{lab}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(attack, str) or attack.rest == "reference":
        _answer(notebook, answers(lab))
    if isinstance(attack, str):
        path.write_text(json.dumps(notebook))
        return folder
    from tests.graders.attacks import broken, edits

    if attack.kind == "broken":
        broken.write(attack.lab, attack.name, path, notebook)
        return folder
    text = HERE / "labs" / lab / "hostile" / f"{attack.name}.py"
    if text.exists():
        _apply(folder, notebook, text.read_text(encoding="utf-8"), places(data, port))
    if edit := edits.find(lab, attack.name):
        edit(folder, notebook)
    if not path.is_symlink():
        path.write_text(json.dumps(notebook))
    return folder


def _answer(notebook: dict[str, Any], texts: dict[str, str]) -> None:
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in texts:
            cell["source"] = texts[name]


def _apply(folder: Path, notebook: dict[str, Any], text: str, given: dict[str, str]) -> None:
    for name, value in given.items():
        text = text.replace(name, value)
    at = 0
    for number, (rest, body) in enumerate(_cells(text)):
        words = {word["key"]: word["value"] for word in WORD.finditer(rest)}
        if "file" in words:
            path = folder / words["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body + "\n", encoding="utf-8")
            continue
        if "grade_id" in words:
            at = _index(notebook, words["grade_id"])
            cell = notebook["cells"][at]
            cell["source"] = body
        else:
            cell = {"cell_type": "code", "metadata": {}, "source": body, "id": f"added-{number}"}
            cell |= {"outputs": [], "execution_count": None}
            if "[markdown]" in rest:
                cell = {"cell_type": "markdown", "metadata": {}, "source": body, "id": f"added-{number}"}
            at += 1
            notebook["cells"].insert(at, cell)
        if "tags" in words:
            cell["metadata"]["tags"] = words["tags"].split(",")


def _index(notebook: dict[str, Any], name: str) -> int:
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in notebook["cells"]]
    return names.index(name)
