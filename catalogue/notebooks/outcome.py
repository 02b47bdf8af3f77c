"""What came of executing one notebook."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .percent import Cell

if TYPE_CHECKING:
    from nbformat import NotebookNode

SLOW_SECONDS, LARGE_BYTES = 60.0, 3_000_000
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LINE = re.compile(r"(?:Cell )?In ?\[(?P<number>\d+)\],? line (?P<line>\d+)")


@dataclass(frozen=True)
class Failure:
    """The cell at which a notebook stopped.

    Attributes
    ----------
    cell, number
        Its id, and its number as Lab counts executions (0: it never ran).
    line
        The line in the cell, from 1; None where it is not known.
    text, text_line
        The same place in the text source, relative to the root; None for a cell that the text does not have.
    error
        Name and message.
    traceback
        Without colours.
    """

    cell: str
    number: int
    line: int | None
    text: Path
    text_line: int | None
    error: str
    traceback: str

    @property
    def told(self) -> str:
        """Error and place in one line."""
        place = f"cell {self.cell}" + (f" [{self.number}]" if self.number else "")
        place += f" line {self.line}" if self.line else ""
        source = f"{self.text}:{self.text_line}" if self.text_line else f"{self.text}"
        return f"{self.error.splitlines()[0][:300]}, {source}, {place}"


@dataclass(frozen=True)
class Outcome:
    """What came of one notebook.

    Attributes
    ----------
    name
        ``course/NN-slug``, with ``.zh`` for the Chinese one, or the lab's slug.
    seconds
        That its cells took.
    bytes
        Size of the notebook with its outputs.
    page
        The executed notebook as HTML.
    failure
        None where every cell ran.
    unchanged
        Whether this is a former run that still holds.
    """

    name: str
    seconds: float
    bytes: int
    page: Path
    failure: Failure | None = None
    unchanged: bool = False

    @property
    def status(self) -> str:
        """``passed``, ``unchanged`` or ``failed``."""
        return "failed" if self.failure else "unchanged" if self.unchanged else "passed"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What should be better though it ran."""
        found = []
        if self.seconds > SLOW_SECONDS:
            found.append(f"took {self.seconds:.0f} s; a notebook should run in about 10 s, never over 60 s")
        if self.bytes > LARGE_BYTES:
            found.append(f"is {self.bytes / 1e6:.1f} MB with its outputs; show smaller pictures or fewer")
        return tuple(found)


def failure_in(notebook: "NotebookNode", cells: list[Cell], text: Path) -> Failure | None:
    """Return the failure in an executed notebook, if there is one.

    Parameters
    ----------
    notebook
        As papermill leaves it.
    cells
        Of the text that it was built from.
    text
        That text, as messages show it.
    """
    for cell in notebook.cells:
        papermill = cell.metadata.get("papermill", {})
        if cell.cell_type != "code" or not papermill.get("exception"):
            continue
        error = next((output for output in cell.outputs if output.output_type == "error"), None)
        traceback = _COLOUR.sub("", "\n".join(error.traceback)) if error else ""
        said = f"{error.ename}: {error.evalue}".rstrip(": ") if error else "the cell did not finish"
        number = cell.execution_count or 0
        line = _line(traceback, number)
        return Failure(cell.id, number, line, text, _text_line(cells, cell.id, line), said, traceback)
    return None


def _line(traceback: str, number: int) -> int | None:
    """The last line of this very cell that the traceback goes through."""
    lines = [int(match["line"]) for match in _LINE.finditer(traceback) if int(match["number"]) == number]
    return lines[-1] if lines else None


def _text_line(cells: list[Cell], name: str, line: int | None) -> int | None:
    for cell in cells:
        if cell.id == name:
            body = cell.text.split("\n")[1:]
            blank = next((i for i, part in enumerate(body) if part.strip()), 0)
            return cell.line + blank + (line or 0)
    return None
