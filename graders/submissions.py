"""The submissions that a lab ships: answers by grade id, and the exact score that each must get."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from ruamel.yaml import YAML, YAMLError

from .engine.master import Master
from .errors import LabError

CELL = re.compile(r'^# %%.*\bgrade_id="(?P<name>[^"]+)".*$', re.MULTILINE)
KINDS = ("passes", "partial", "fails", "cheats")
NAME = re.compile(rf"({'|'.join(KINDS)})-[a-z0-9-]+")


@dataclass(frozen=True)
class Submission:
    """One shipped submission.

    Attributes
    ----------
    name
        ``<kind>-<slug>``, its file's name.
    answers
        Text of answer cells, by grade id; the others stay as released.
    expected
        Its exact score in every check, by grade id.
    """

    name: str
    answers: dict[str, str]
    expected: dict[str, float]


def read_submissions(folder: Path, master: Master) -> list[Submission]:
    """Read a lab's submissions with what each must get.

    Parameters
    ----------
    folder
        ``labs/authoring/<lab>/submissions``.
    master
        The lab's master.

    Raises
    ------
    LabError
        When a file, a score or a kind is missing or cannot be; all faults are named.
    """
    path = folder / "expected.yml"
    try:
        expected = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise LabError(f"{path} is missing: give each submission its exact score by grade id") from None
    except YAMLError as error:
        raise LabError(f"{path}: {error}") from None
    files = {file.stem: file for file in sorted(folder.glob("*.py"))}
    faults = [f"{path}: {name} has no file {name}.py" for name in expected if name not in files]
    found = []
    for name, file in files.items():
        faults += _name_faults(name, file) + _score_faults(name, expected.get(name), master, path)
        found.append((name, read_answers(file), expected.get(name) or {}))
    faults += [f"{folder}: no submission of kind {kind}-…" for kind in KINDS if not _has(files, kind)]
    if faults:
        raise LabError("\n".join(faults))
    return [
        Submission(name, answers, {k: float(v) for k, v in scores.items()}) for name, answers, scores in found
    ]


def _has(files: Mapping[str, Path], kind: str) -> bool:
    return any(name.startswith(f"{kind}-") for name in files)


def _name_faults(name: str, file: Path) -> list[str]:
    return (
        []
        if NAME.fullmatch(name)
        else [f"{file}: name it <kind>-<slug>.py with a kind of {', '.join(KINDS)}"]
    )


def _score_faults(name: str, scores: object, master: Master, path: Path) -> list[str]:
    if not isinstance(scores, dict):
        return [f"{path}: {name} has no scores; give one for each of {', '.join(master.points)}"]
    faults = [f"{path}: {name} lacks {check}" for check in master.points if check not in scores]
    faults += [
        f"{path}: {name} names {check}, which is no check" for check in scores if check not in master.points
    ]
    numbers = all(type(v) in (int, float) for v in scores.values())
    if not numbers:
        return [*faults, f"{path}: {name}: scores are numbers"]
    full = all(scores.get(check) == most for check, most in master.points.items())
    if name.startswith("passes-") != full and not faults:
        faults.append(f"{path}: {name} has {'full' if full else 'less than full'} marks, against its kind")
    return faults


def read_answers(path: Path) -> dict[str, str]:
    """Read a submission's answers from its text: ``# %% grade_id="…"`` before each.

    A file of comments alone is the lab handed in untouched.

    Raises
    ------
    LabError
        When code stands before the first of them.
    """
    text = path.read_text(encoding="utf-8")
    marks = list(CELL.finditer(text))
    head = text[: marks[0].start()] if marks else text
    if any(line.strip() and not line.startswith("#") for line in head.splitlines()):
        raise LabError(f'{path}: code before the first answer; begin each with # %% grade_id="…"')
    bounds = [mark.start() for mark in marks] + [len(text)]
    return {mark["name"]: text[mark.end() : bounds[i + 1]].strip("\n") for i, mark in enumerate(marks)}


def filled(master: Master, answers: Mapping[str, str]) -> NotebookNode:
    """Return the released notebook with these answers in it, by grade id.

    Raises
    ------
    LabError
        When the lab has no such answer cell.
    """
    unknown = sorted(set(answers) - set(master.answers))
    if unknown:
        there = ", ".join(master.answers)
        raise LabError(f"lab {master.lab} has no answer cell {', '.join(unknown)}; it has {there}")
    notebook = deepcopy(master.notebook)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name in answers:
            cell.source = answers[name]
        elif name in master.released:
            cell.source = master.released[name]
    return notebook
