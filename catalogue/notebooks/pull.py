"""From a notebook that was edited in Lab back to its text, losing nothing."""

from dataclasses import replace
from pathlib import Path

from . import ids
from .build import build, write
from .chinese import Section, english_hash, read_sections, translated, write_sections
from .errors import NotebookError, fault
from .ipynb import built_from, cells_of, fingerprint, read_notebook, was_edited
from .percent import Cell, grade_id, read
from .percent import write as write_cells
from .units import Unit


def pull(unit: Unit) -> list[Path]:
    """Bring edits made in a unit's notebooks back to its text, then build.

    Returns
    -------
    list of Path
        What was written: nothing, where no notebook was edited.

    Raises
    ------
    NotebookError
        When text and notebook were both edited, or an edit cannot stand in the text. Nothing is written then.
    """
    edited = [
        path
        for path in (unit.notebook, unit.chinese_notebook)
        if path.exists() and was_edited(path, unit.shown(path))
    ]
    if not edited:
        return []
    before = _text_cells(unit)
    planned: dict[Path, str] = {}
    english = before
    if unit.notebook in edited:
        english = _pulled(unit, before)
        planned[unit.text] = _writable(unit, english)
    if unit.chinese_notebook in edited:
        planned[unit.chinese] = _pulled_chinese(unit, before, english)
    for path, text in planned.items():
        write(path, text)
    return [*planned, *(path for path in build(unit, force=True) if path not in planned)]


def _text_cells(unit: Unit) -> list[Cell]:
    if not unit.text.exists():
        return []
    return read(unit.text.read_text(encoding="utf-8"), unit.shown(unit.text))


def _pulled(unit: Unit, before: list[Cell]) -> list[Cell]:
    """Return the text's cells after the notebook's edits; what did not change keeps its text."""
    notebook = read_notebook(unit.notebook, unit.shown(unit.notebook))
    now = cells_of(notebook, unit.shown(unit.notebook))
    if before and built_from(notebook) != fingerprint(before) and fingerprint(now) != fingerprint(before):
        raise _conflict(unit, unit.text, unit.notebook)
    if not now:
        said = "the notebook has no cells; build it again with --force, or delete it and its text"
        raise NotebookError([fault(unit.shown(unit.notebook), None, said)])
    now = _with_ids(now, before)
    old = {cell.id: cell for cell in before}
    return [old[cell.id] if cell.id in old and cell.same_as(old[cell.id]) else cell for cell in now]


def _with_ids(now: list[Cell], before: list[Cell]) -> list[Cell]:
    """Give new cells an id of our own making; one that the text knows is kept."""
    known = {cell.id for cell in before}
    kept = [cell if cell.id in known or grade_id(cell.metadata) else replace(cell, id=None) for cell in now]
    given = ids.missing(kept)
    return [replace(cell, id=given.get(i, cell.id)) for i, cell in enumerate(kept)]


def _writable(unit: Unit, cells: list[Cell]) -> str:
    """Return the text of cells, proved to give the same cells again."""
    shown = unit.shown(unit.notebook)
    try:
        text = write_cells(cells)
    except ValueError as error:
        raise NotebookError([fault(shown, None, str(error))]) from None
    again = read(text, unit.shown(unit.text))
    for cell, back in zip(cells, again, strict=True):
        if not cell.same_as(back):
            said = (
                f"cell {cell.id} does not come back from the text as it is; simplify it, nothing was changed"
            )
            raise NotebookError([fault(shown, None, said)])
    return text


def _pulled_chinese(unit: Unit, before: list[Cell], english: list[Cell]) -> str:
    shown = unit.shown(unit.chinese_notebook)
    notebook = read_notebook(unit.chinese_notebook, shown)
    now = cells_of(notebook, shown)
    old = read_sections(unit.chinese.read_text(encoding="utf-8"), unit.shown(unit.chinese))
    if built_from(notebook) != fingerprint(translated(before, old)):
        raise _conflict(unit, unit.chinese, unit.chinese_notebook)
    shared = {cell.id: cell for cell in before}
    if [cell.id for cell in now] != [cell.id for cell in before]:
        said = "cells were added, deleted or moved in the Chinese notebook; do that in the English one"
        raise NotebookError([fault(shown, None, f"{said}, {unit.shown(unit.notebook)}")])
    for cell in now:
        if cell.kind != "markdown" and not cell.same_as(shared[cell.id]):
            said = f"cell {cell.id}: code is shared by both languages; edit it in {unit.shown(unit.notebook)}"
            raise NotebookError([fault(shown, None, said)])
    return write_sections(_edited_sections(now, shared, english, old))


def _edited_sections(
    now: list[Cell], shared: dict[str | None, Cell], english: list[Cell], old: list[Section]
) -> list[Section]:
    """Return the Chinese sections after the edits, in the lesson's order, those of no cell last."""
    known = {section.id: section for section in old}
    current = {cell.id: cell for cell in english}
    sections = []
    for cell in now:
        section = known.pop(cell.id or "", None)
        if cell.kind != "markdown" or (section is None and cell.source == shared[cell.id].source):
            continue
        if section is None or section.source != cell.source:
            # whoever edits the translation has the English of the last build before them
            base = shared[cell.id] if cell.id in current else cell
            section = Section(cell.id or "", cell.source, english_hash(base), 0)
        sections.append(section)
    return [*sections, *known.values()]


def _conflict(unit: Unit, text: Path, notebook: Path) -> NotebookError:
    said = (
        f"the notebook was edited, and so was {unit.shown(text)}; nothing was changed: keep a copy of the "
        f"notebook, run ./academy notebooks build --force {unit.shown(notebook)}, and make its edit again"
    )
    return NotebookError([fault(unit.shown(notebook), None, said)])
