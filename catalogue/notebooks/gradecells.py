"""The grader's metadata in a lab: short in the text, complete in the notebook, and checked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue.errors import Problem

from .errors import fault
from .percent import Cell, grade_id

SCHEMA_VERSION = 3
_FLAGS = ("grade", "locked", "solution", "task")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MARKS = {
    "SOLUTION": 'an answer cell ("solution": true)',
    "HIDDEN TESTS": 'a check cell ("grade": true)',
}


def complete(short: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return nbgrader's whole metadata for a cell from what its text says.

    Parameters
    ----------
    short
        As in the marker: ``grade_id`` and what is not the default.
    kind
        The cell's kind, ``code`` or ``markdown``.
    """
    full: dict[str, Any] = {flag: bool(short.get(flag, False)) for flag in _FLAGS}
    full["locked"] = bool(short.get("locked", full["grade"] and not full["solution"]))
    full |= {"cell_type": kind, "schema_version": SCHEMA_VERSION}
    return short | full


def shorten(full: dict[str, Any]) -> dict[str, Any]:
    """Return what the text must say so that `complete` gives the same again."""
    short = {"grade_id": full["grade_id"]} if "grade_id" in full else {}
    default_lock = bool(full.get("grade")) and not full.get("solution")
    for flag in ("solution", "grade", "locked", "task"):
        if bool(full.get(flag, False)) != (default_lock if flag == "locked" else False):
            short[flag] = bool(full.get(flag, False))
    # the checksum belongs to a released copy, and the rest is filled in again
    derived = {"grade_id", "cell_type", "checksum", *_FLAGS}
    if full.get("schema_version") == SCHEMA_VERSION:
        derived.add("schema_version")
    return short | {key: value for key, value in sorted(full.items()) if key not in derived}


def problems(cells: list[Cell], path: Path) -> Iterator[Problem]:
    """Yield what stops a lab's text from being released and graded.

    Parameters
    ----------
    cells
        The lab's cells, from its text.
    path
        The text, for messages.
    """
    seen: dict[str, int] = {}
    points = 0.0
    for cell in cells:
        if "nbgrader" in cell.metadata:
            yield from _metadata_problems(cell, path, seen)
            given = cell.metadata["nbgrader"]
            value = given.get("points") if isinstance(given, dict) and given.get("grade") else None
            points += value if _is_points(value) else 0
        yield from _mark_problems(cell, path)
    if not points:
        yield fault(
            path,
            None,
            "a lab without points; give a check cell "
            'nbgrader={"grade_id": "check-…", "grade": true, "points": 3} and build again',
        )


def lesson_problems(cells: list[Cell], path: Path) -> Iterator[Problem]:
    """Yield graded cells that stand in a lesson, where nothing would grade them."""
    for cell in cells:
        if "nbgrader" in cell.metadata:
            yield fault(path, cell.line, f"cell {cell.id}: a lesson is not graded; move the cell to a lab")


def _metadata_problems(cell: Cell, path: Path, seen: dict[str, int]) -> Iterator[Problem]:
    given, name = cell.metadata["nbgrader"], grade_id(cell.metadata)
    if not isinstance(given, dict) or name is None or not _NAME.fullmatch(name):
        yield fault(
            path, cell.line, 'nbgrader needs {"grade_id": "…"} of at most 64 letters, digits, _ and -'
        )
        return
    if name in seen:
        yield fault(
            path, cell.line, f"grade id {name!r} stands in line {seen[name]} already; give it another"
        )
    seen[name] = cell.line
    unknown = sorted(set(given) - {"grade_id", "points", "schema_version", "cell_type", *_FLAGS})
    if unknown:
        yield fault(path, cell.line, f"cell {name}: nbgrader does not know {', '.join(unknown)}; delete it")
    if given.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        yield fault(path, cell.line, f"cell {name}: schema_version must be {SCHEMA_VERSION}; delete it")
    for flag in _FLAGS:
        if not isinstance(given.get(flag, False), bool):
            yield fault(path, cell.line, f"cell {name}: {flag} is true or false, not {given[flag]!r}")
    yield from _role_problems(cell, given, name, path)


def _role_problems(cell: Cell, given: dict[str, Any], name: str, path: Path) -> Iterator[Problem]:
    graded = given.get("grade") or given.get("task")
    if graded and not _is_points(given.get("points")):
        yield fault(path, cell.line, f'cell {name}: a graded cell without points; add "points": 1 or more')
    if not graded and "points" in given:
        yield fault(path, cell.line, f'cell {name}: points on a cell that is not graded; add "grade": true')
    if not graded and not given.get("solution") and not given.get("locked"):
        yield fault(
            path, cell.line, f"cell {name}: neither answer, check nor locked; say which, or delete nbgrader"
        )
    if given.get("locked") and given.get("solution"):
        yield fault(
            path, cell.line, f"cell {name}: a locked answer cannot be written in; delete one of the two"
        )
    if given.get("grade") and not given.get("solution") and cell.kind != "code":
        yield fault(path, cell.line, f"cell {name}: only code can check by itself; make it a code cell")


def _mark_problems(cell: Cell, path: Path) -> Iterator[Problem]:
    """Markers must come in pairs, in order, in the kind of cell that nbgrader looks for them."""
    for what, where in _MARKS.items():
        begun = 0
        for offset, line in enumerate(cell.source.split("\n"), 1):
            at = cell.line + offset
            begins, ends = f"### BEGIN {what}" in line, f"### END {what}" in line
            if (begins and begun) or (ends and not begun):
                yield fault(
                    path, at, f"cell {cell.id}: {line.strip()!r} without its other half; mend the pair"
                )
            if begins or ends:
                begun = at if begins else 0
                if not _may_hold(cell, what):
                    yield fault(path, at, f"cell {cell.id}: {line.strip()!r} stands outside {where}")
        if begun:
            yield fault(path, begun, f"cell {cell.id}: BEGIN {what} is not ended; add `### END {what}`")


def _may_hold(cell: Cell, what: str) -> bool:
    given = cell.metadata.get("nbgrader")
    flag = "solution" if what == "SOLUTION" else "grade"
    return isinstance(given, dict) and bool(given.get(flag))


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
