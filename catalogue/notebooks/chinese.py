"""A lesson's Chinese text: one section for each English text cell, by cell id, the code shared.

A section begins with ``<!-- cell: the-id -->``. `build` adds a short hash of the English cell that was
translated, ``<!-- cell: the-id @1a2b3c4d -->``: when the English changes, the translation is stale.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from catalogue.errors import Problem

from .errors import NotebookError, fault
from .percent import Cell, trimmed

_MARKER = re.compile(r"<!-- cell: *(?P<id>\S+?) *(?:@(?P<english>\w+) *)?-->\s*")


@dataclass(frozen=True)
class Section:
    """The Chinese text of one cell.

    Attributes
    ----------
    id
        The cell's id.
    source
        Markdown.
    english
        Hash of the English source that it translates, or None while `build` has not written it.
    line
        Line of its marker, from 1.
    """

    id: str
    source: str
    english: str | None
    line: int


def read_sections(text: str, path: Path) -> list[Section]:
    """Return the sections of a Chinese text.

    Raises
    ------
    NotebookError
        When text stands before the first marker, or an id comes twice.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [(i, match) for i, line in enumerate(lines) if (match := _MARKER.fullmatch(line))]
    sections = [
        Section(match["id"], trimmed("\n".join(lines[start + 1 : end])), match["english"], start + 1)
        for (start, match), (end, _) in pairwise([*starts, (len(lines), None)])
    ]
    problems = []
    if any(line.strip() for line in lines[: starts[0][0] if starts else None]):
        problems.append(fault(path, 1, "text before the first cell; write `<!-- cell: id -->` above it"))
    seen: dict[str, int] = {}
    for section in sections:
        if section.id in seen:
            problems.append(
                fault(
                    path,
                    section.line,
                    f"cell {section.id!r} stands in line {seen[section.id]} already; delete one",
                )
            )
        seen[section.id] = section.line
    if problems:
        raise NotebookError(problems)
    return sections


def english_hash(cell: Cell) -> str:
    """Return the short hash by which a translation knows its English cell."""
    return hashlib.sha256(cell.source.encode()).hexdigest()[:8]


def translated(cells: list[Cell], sections: list[Section]) -> list[Cell]:
    """Return a lesson's cells with Chinese text; a cell without a section stays English.

    Parameters
    ----------
    cells
        The English lesson's.
    sections
        From `read_sections`.
    """
    chinese = {section.id: section.source for section in sections}
    return [
        replace(cell, source=chinese[cell.id], text="")
        if cell.kind == "markdown" and cell.id in chinese
        else cell
        for cell in cells
    ]


def section_problems(cells: list[Cell], sections: list[Section], path: Path) -> Iterator[Problem]:
    """Yield cells without a translation, translations of no cell, and stale ones.

    Parameters
    ----------
    cells
        The English lesson's.
    sections
        From `read_sections`.
    path
        The Chinese text, for messages.
    """
    english = {cell.id: cell for cell in cells if cell.kind == "markdown"}
    there = {section.id for section in sections}
    for name in english:
        if name not in there:
            yield fault(
                path, None, f"cell {name!r} has no Chinese text; add `<!-- cell: {name} -->` and its text"
            )
    for section in sections:
        if section.id not in english:
            yield fault(
                path, section.line, f"the lesson has no text cell {section.id!r}; rename or delete this one"
            )
        elif not section.source:
            yield fault(path, section.line, f"cell {section.id!r} has no text; translate it")
        elif section.english is None:
            yield fault(
                path, section.line, f"cell {section.id!r} lacks its hash; run ./academy notebooks build"
            )
        elif section.english != english_hash(english[section.id]):
            said = f"the translation of cell {section.id!r} is stale, its English has changed"
            mend = f"translate it anew, delete `@{section.english}` and run ./academy notebooks build"
            yield fault(path, section.line, f"{said}; {mend}")


def pin_hashes(text: str, cells: list[Cell]) -> str:
    """Return a Chinese text in which every marker without a hash has that of its English cell."""
    english = {cell.id: english_hash(cell) for cell in cells if cell.kind == "markdown"}

    def pinned(line: str) -> str:
        match = _MARKER.fullmatch(line)
        if match is None or match["english"] or match["id"] not in english:
            return line
        return f"<!-- cell: {match['id']} @{english[match['id']]} -->"

    return "\n".join(pinned(line) for line in text.split("\n"))


def write_sections(sections: list[Section]) -> str:
    """Return a Chinese text of sections."""
    return "\n".join(
        f"<!-- cell: {section.id}{f' @{section.english}' if section.english else ''} -->\n{section.source}\n"
        for section in sections
    )
