"""From text to notebook: the same bytes on every machine."""

from collections.abc import Iterator
from pathlib import Path

from catalogue.errors import Problem
from catalogue.writing import write_whole

from . import gradecells, ids
from .checkpoint_file import Entries, read_checkpoints, use_problems
from .chinese import pin_hashes, read_sections, translated
from .errors import NotebookError, fault
from .ipynb import notebook_text, was_edited
from .percent import Cell, pin, read
from .units import Unit


def build(unit: Unit, *, force: bool = False) -> list[Path]:
    """Write the notebooks of a unit, and the ids that its text lacks.

    Parameters
    ----------
    unit
        The lesson or lab.
    force
        Also over edits that were made in the notebook and never pulled.

    Returns
    -------
    list of Path
        What was written: nothing, where all was as it should be.

    Raises
    ------
    NotebookError
        When the text cannot be built, or the notebook holds edits that its text lacks. Nothing is lost then.
    """
    content = unit.text.read_text(encoding="utf-8")
    cells = read(content, unit.shown(unit.text))
    if lacking := ids.missing(cells):
        content = pin(content, cells, lacking)
        cells = read(content, unit.shown(unit.text))
    if not force:
        for path in (unit.notebook, unit.chinese_notebook):
            _refuse_to_lose_edits(unit, path)
    texts = {unit.text: content}
    if unit.has_chinese:
        texts[unit.chinese] = pin_hashes(unit.chinese.read_text(encoding="utf-8"), cells)
    # ids first, and also where the notebook fails: translations and messages name cells by them
    written = [path for path, text in texts.items() if write(path, text)]
    return written + [path for path, text in notebook_texts(unit, cells).items() if write(path, text)]


def notebook_texts(unit: Unit, cells: list[Cell]) -> dict[Path, str]:
    """Return each of a unit's notebooks as the text of its file.

    Parameters
    ----------
    unit
        The lesson or lab.
    cells
        Its cells, each with an id.

    Raises
    ------
    NotebookError, InvalidFile
        When text or checkpoints have faults; all are named.
    """
    shown = unit.shown(unit.text)
    problems = list(id_problems(cells, shown))
    if unit.kind == "lab":
        problems += gradecells.problems(cells, shown)
        entries: Entries = {}
    else:
        problems += gradecells.lesson_problems(cells, shown)
        entries = read_checkpoints(unit.checkpoints, unit.shown(unit.checkpoints))
        problems += use_problems(cells, unit.text.stem, shown, entries)
    if problems:
        raise NotebookError(problems)
    made = {unit.notebook: notebook_text(cells, entries)}
    if unit.has_chinese:
        sections = read_sections(unit.chinese.read_text(encoding="utf-8"), unit.shown(unit.chinese))
        made[unit.chinese_notebook] = notebook_text(translated(cells, sections), entries)
    return made


def id_problems(cells: list[Cell], shown: Path) -> Iterator[Problem]:
    """Yield ids that are malformed or given twice."""
    seen: dict[str, int] = {}
    for cell in cells:
        if cell.id is None:
            continue
        if not ids.VALID.fullmatch(cell.id):
            yield fault(
                shown, cell.line, f"the id {cell.id!r} is malformed; use letters, digits, - and _, at most 64"
            )
        if cell.id in seen:
            yield fault(
                shown, cell.line, f"the id {cell.id!r} stands in line {seen[cell.id]} already; delete one"
            )
        seen[cell.id] = cell.line


def write(path: Path, text: str) -> bool:
    """Write a file at once or not at all, if its content changes, and the folders that lead to it.

    Returns
    -------
    bool
        Whether it was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(path, text)


def _refuse_to_lose_edits(unit: Unit, path: Path) -> None:
    if path.exists() and was_edited(path, unit.shown(path)):
        said = "the notebook holds edits that its text lacks; bring them back with ./academy notebooks pull"
        raise NotebookError(
            [fault(unit.shown(path), None, f"{said} {unit.shown(path)}, or build with --force")]
        )
