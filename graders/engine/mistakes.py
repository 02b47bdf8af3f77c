"""Mistakes that a lab knows by name, recognised by the properties that fail when one is made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .outputs import Property, properties

MISTAKES_FILE = "mistakes.json"  # in the course folder: {lab: {name: {"look": …, "fails": …}}}
MOST_NAMED = 2  # a pattern that more mistakes leave says nothing about any of them

Failed = dict[str, list[str]]  # names of the properties that fail, by grade id of the check


@dataclass(frozen=True)
class Known:
    """A mistake and what it leaves behind.

    Attributes
    ----------
    name
        What was done, in a few words.
    look
        The next thing to look at.
    fails
        The properties that fail in each check that notices it.
    """

    name: str
    look: str
    fails: Failed


def failed(notebook: NotebookNode) -> Failed:
    """Return the properties that fail in each check of an executed notebook that shows a table of points."""
    found = {
        name: [row.name for row in table if row.earned < row.points]
        for name, table in _tables(notebook).items()
    }
    return {name: titles for name, titles in found.items() if titles}


def is_telling(fails: Failed, notebook: NotebookNode) -> bool:
    """Tell whether a mistake leaves some property standing in a check that notices it.

    Where nothing holds, an answer that was never begun looks the same.
    """
    tables = _tables(notebook)
    return any(len(titles) < len(tables.get(name, ())) for name, titles in fails.items())


def recognised(known: list[Known], found: Failed) -> dict[str, list[Known]]:
    """Return the mistakes whose whole pattern a submission shows, by grade id of the checks that notice them.

    Parameters
    ----------
    known
        The lab's mistakes.
    found
        From :func:`failed`.
    """
    there = [m for m in known if all(found.get(check) == titles for check, titles in m.fails.items())]
    by_check = {check: [m for m in there if check in m.fails] for check in found}
    return {check: mistakes for check, mistakes in by_check.items() if 0 < len(mistakes) <= MOST_NAMED}


def read_known(course: Path, lab: str) -> list[Known]:
    """Return the mistakes of a lab as the course folder has them."""
    try:
        held = json.loads((course / MISTAKES_FILE).read_text(encoding="utf-8"))[lab]
        return [Known(name, entry["look"], entry["fails"]) for name, entry in held.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _tables(notebook: NotebookNode) -> dict[str, list[Property]]:
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook.cells}
    return {name: properties(cell) for name, cell in cells.items() if name}
