"""What CI holds the committed notebooks against."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from catalogue.errors import CatalogueError, Problem

from .build import notebook_texts
from .checkpoint_file import read_checkpoints, unused, uses
from .chinese import read_sections, section_problems
from .errors import fault
from .ipynb import cells_of, read_notebook
from .percent import Cell, read
from .scaffold import unfinished
from .units import Unit, find, stray_notebooks


def check(root: Path, units: list[Unit] | None = None) -> list[Problem]:
    """Return all that is wrong with texts and notebooks, in the order of the files.

    Parameters
    ----------
    root
        The folder that holds ``courses`` and ``labs``.
    units
        The lessons and labs to check; None for all, then also notebooks without a text and checkpoints that
        nothing asks.
    """
    problems: list[Problem] = []
    for unit in find(root) if units is None else units:
        problems += _told(unit)
    if units is None:
        for path in stray_notebooks(root):
            said = "the notebook has no text; delete it, or bring it in with ./academy notebooks pull"
            problems.append(fault(path.relative_to(root), None, f"{said} {path.relative_to(root)}"))
        problems += _unused_checkpoints(root)
    # one broken checkpoints.yml speaks through each lesson of its course
    return list(dict.fromkeys(problems))


def _told(unit: Unit) -> Iterator[Problem]:
    shown = unit.shown(unit.text)
    try:
        for path in (unit.text, *unit.descriptions):
            yield from unfinished(path, unit.shown(path))
        cells = read(unit.text.read_text(encoding="utf-8"), shown)
        if any(cell.id is None for cell in cells):
            yield _without_id(cells, shown)
            return
        built = notebook_texts(unit, cells)
        for path, text in built.items():
            yield from _differences(unit, path, text)
        if unit.has_chinese:
            name = unit.shown(unit.chinese)
            yield from section_problems(
                cells, read_sections(unit.chinese.read_text(encoding="utf-8"), name), name
            )
    except UnicodeDecodeError as error:
        yield fault(shown, None, f"the text is not UTF-8 at byte {error.start}; save it as UTF-8")
    except CatalogueError as error:
        yield from error.problems


def _without_id(cells: list[Cell], shown: Path) -> Problem:
    lacking = [cell for cell in cells if cell.id is None]
    named = [f"{cell.source.split(chr(10))[0][:40]!r} (line {cell.line})" for cell in lacking[:3]]
    rest = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
    said = f"cells without an id: {', '.join(named)}{rest}"
    return fault(shown, lacking[0].line, f"{said}; run ./academy notebooks build {shown}")


def _differences(unit: Unit, path: Path, text: str) -> Iterator[Problem]:
    """Yield where a committed notebook is not what its text gives, cell by cell."""
    shown, build = unit.shown(path), f"run ./academy notebooks build {unit.shown(unit.text)}"
    if not path.exists():
        yield fault(shown, None, f"the notebook is missing; {build}")
        return
    if path.read_text(encoding="utf-8") == text:
        return
    notebook = read_notebook(path, shown)
    with_outputs = [
        cell.get("id") for cell in notebook["cells"] if cell.get("outputs") or cell.get("execution_count")
    ]
    for name in with_outputs:
        yield fault(shown, None, f"cell {name} carries outputs; {build}")
    expected: dict[str | None, Cell] = {cell.id: cell for cell in cells_of(json.loads(text), shown)}
    there = {cell.id: cell for cell in cells_of(notebook, shown)}
    mend = f"run ./academy notebooks build {unit.shown(unit.text)}, or pull if the notebook is right"
    found = bool(with_outputs)
    for name in [*expected, *(name for name in there if name not in expected)]:
        if name not in there:
            said = f"cell {name} of the text is missing"
        elif name not in expected:
            said = f"cell {name} is not in the text"
        elif not there[name].same_as(expected[name]):
            said = f"cell {name} differs from its text"
        else:
            continue
        found = True
        yield fault(shown, None, f"{said}; {mend}")
    if not found:
        yield fault(
            shown,
            None,
            f"the notebook differs from what its text gives, in order, metadata or seals; {build}",
        )


def _unused_checkpoints(root: Path) -> Iterator[Problem]:
    asked: dict[Path, set[tuple[str, str]]] = defaultdict(set)
    for unit in find(root):
        if unit.kind == "lesson":
            asked[unit.checkpoints] |= _asked(unit)
    for path in sorted({*asked, *(root / "courses").glob("*/*/checkpoints.yml")}):
        shown = path.relative_to(root)
        try:
            yield from unused(read_checkpoints(path, shown), asked[path], path, shown)
        except CatalogueError as error:
            yield from error.problems


def _asked(unit: Unit) -> set[tuple[str, str]]:
    try:
        cells = read(unit.text.read_text(encoding="utf-8"), unit.shown(unit.text))
    except (CatalogueError, UnicodeDecodeError):
        return set()  # reported where the text itself is checked
    return {(unit.text.stem, use.id) for use in uses(cells) if use.call == "checkpoint"}
