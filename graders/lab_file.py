"""What a lab's ``lab.yml`` says to the grader: limits, mistakes by name, and changes that are none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError

from .engine.master import LabLimits
from .errors import LabError


@dataclass(frozen=True)
class Mistake:
    """A mistake that a lab names, made by changing its reference solution in one place.

    Attributes
    ----------
    name
        What was done, in a few words.
    look
        The next thing to look at.
    cell
        Grade id of the answer that changes.
    replace, by
        Text of the reference solution, and what stands there instead.
    checks
        Grade ids of its task's checks: by these it is recognised.
    """

    name: str
    look: str
    cell: str
    replace: str
    by: str
    checks: tuple[str, ...]

    def changed(self, answers: Mapping[str, str]) -> dict[str, str]:
        """Return the reference answers with this mistake in them."""
        return {**answers, self.cell: answers[self.cell].replace(self.replace, self.by)}


def limits_of(path: Path) -> LabLimits:
    """Return a lab's limits, or the defaults.

    Raises
    ------
    LabError
        When the file is broken.
    """
    given = _read(path).get("limits") or {}
    try:
        limits = {name: given[name] for name in ("seconds", "memory_mib") if name in given}
        if not all(value > 0 for value in limits.values()):
            raise ValueError("limits are more than 0")
    except (TypeError, ValueError) as error:
        raise LabError(f"{path}: {error}; ./academy catalogue check") from None
    return LabLimits(**limits)


def titles_of(path: Path) -> dict[str, dict[str, str]]:
    """Return the tasks' titles in English and Chinese, by the grade ids of their checks.

    Raises
    ------
    LabError
        When the file is broken.
    """
    try:
        return {grade: dict(task["title"]) for task in _tasks(path) for grade in task["grades"]}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LabError(f"{path}: {error}; ./academy catalogue check") from None


def mistakes(path: Path, answers: Mapping[str, str]) -> list[Mistake]:
    """Return the mistakes of a lab that say how they are made.

    Parameters
    ----------
    path
        Its ``lab.yml``.
    answers
        The reference solution, by grade id.

    Raises
    ------
    LabError
        When the text that a mistake replaces does not stand in the reference solution, once.
    """
    found = []
    for name, held, checks in _named(path):
        cells = [cell for cell, source in answers.items() for _ in range(source.count(held["replace"]))]
        if len(cells) != 1:
            raise LabError(
                f"{path}: the mistake {name!r} replaces {held['replace']!r}, which stands {len(cells)}"
                " times in the reference solution; give a text that stands there once"
            )
        found.append(Mistake(name, held["look"], cells[0], held["replace"], held.get("by", ""), checks))
    return found


def known_mistakes(path: Path, proof: Path) -> dict[str, Any]:
    """Return the mistakes of a lab whose pattern its proof has: ``{name: {"look": …, "fails": …}}``.

    Raises
    ------
    LabError
        When the file is broken.
    """
    try:
        fails = json.loads(proof.read_text(encoding="utf-8"))["mutation"]["mistakes"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    try:
        return {n: {"look": held["look"], "fails": fails[n]} for n, held, _ in _named(path) if n in fails}
    except (AttributeError, KeyError, TypeError) as error:
        raise LabError(f"{path}: {error}; ./academy catalogue check") from None


def equivalent(path: Path) -> dict[str, str]:
    """Return the changes that are declared to change no behaviour, with the reasons."""
    return dict(_read(path).get("equivalent_mutants") or {})


def _named(path: Path) -> list[tuple[str, dict[str, str], tuple[str, ...]]]:
    """Return the mistakes that say how they are made, with their task's checks."""
    return [
        (name, held, tuple(task.get("grades") or ()))
        for task in _tasks(path)
        for name, held in (task.get("misconceptions") or {}).items()
        if isinstance(held, dict) and held.get("replace")
    ]


def _tasks(path: Path) -> list[dict[str, Any]]:
    return list(_read(path).get("tasks") or ())


def _read(path: Path) -> dict[str, Any]:
    try:
        found = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return {}
    except (YAMLError, UnicodeDecodeError) as error:
        raise LabError(f"{path}: {error}; ./academy catalogue check") from None
    if not isinstance(found, dict):
        raise LabError(f"{path} has no keys; ./academy catalogue check")
    return found
