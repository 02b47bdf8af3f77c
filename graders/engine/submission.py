"""Reading a submission: a file from somebody else, believed in nothing."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from ..errors import Refusal, Unreadable

MOST_MIB = 20
MAKERS = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
    "heading": new_markdown_cell,
}


def read_submission(path: Path) -> NotebookNode:
    """Read a submitted notebook: sources, kinds and grade ids only; outputs, tags and the rest are dropped.

    Raises
    ------
    Refusal
        When it is a link, missing, or larger than 20 MiB.
    Unreadable
        When it is no notebook, or one without cells.
    """
    try:
        status = path.lstat()
    except OSError:
        raise Refusal(f"{path.name} was not submitted") from None
    if not stat.S_ISREG(status.st_mode):
        raise Refusal(f"{path.name} is not a plain file (a link or a folder): submit the notebook itself")
    size = status.st_size / 2**20
    if size > MOST_MIB:
        raise Refusal(
            f"{path.name} has {size:.0f} MB, at most {MOST_MIB} are read: clear all outputs and submit again"
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            f"{path.name} is not a notebook: {_short(error)}; open it in Lab, save, submit"
        ) from None
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}") from None
    cells = [cell for raw in _raw_cells(data) if (cell := _cell(raw)) is not None]
    if not cells:
        raise Unreadable(f"{path.name} has no cells: fetch the lab again and copy the answers into it")
    return new_notebook(cells=cells)


def _raw_cells(data: Any) -> list[Any]:
    """Return the cells of a notebook of format 4, or of the older 3."""
    if not isinstance(data, dict):
        return []
    cells = data.get("cells")
    if cells is None and isinstance(data.get("worksheets"), list):
        sheets = [s for s in data["worksheets"] if isinstance(s, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    return cells if isinstance(cells, list) else []


def _cell(raw: Any) -> NotebookNode | None:
    if not isinstance(raw, dict) or raw.get("cell_type") not in MAKERS:
        return None
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    cell = MAKERS[raw["cell_type"]](source.encode("utf-8", "replace").decode())
    metadata = raw.get("metadata")
    given = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(given, dict) and isinstance(given.get("grade_id"), str):
        graded = any(given.get(flag) is True for flag in ("grade", "solution", "task"))
        cell.metadata["nbgrader"] = {"grade_id": given["grade_id"], "graded": graded}
    if isinstance(raw.get("id"), str):
        cell["id"] = raw["id"]
    return cell


def _short(error: BaseException) -> str:
    return str(error).split("\n")[0][:120]
