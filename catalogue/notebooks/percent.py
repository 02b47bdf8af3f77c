"""Notebooks as text in jupytext's percent format: reading cells with their line numbers, writing them.

The format is jupytext's, so its tools open these files. Reading is done here because an error must name the
line, a pinned id must change nothing but its marker, and no cell may change on the way there and back.
"""

import json
import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from .errors import NotebookError, fault

_MARKER = re.compile(r"# %%(?: (?P<rest>.*))?$")
_TYPE = re.compile(r"\[(markdown|md|raw)\]\s*")
_KEY = re.compile(r"([\w.\-]+)=")
# a magic or shell line stands commented in the text, so that the text stays Python
_MAGIC = re.compile(r"(# )*[%!]\S")
_ESCAPED_MAGIC = re.compile(r"# (# )*[%!]\S")
_DOCSTRING = re.compile(r'\s*[rR]?"""(?P<body>.*)"""\s*', re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """One cell as the text knows it.

    Attributes
    ----------
    kind
        ``code``, ``markdown`` or ``raw``.
    source
        Content without blank lines at either end.
    metadata
        What stands in the marker, without ``id``.
    id
        The pinned id, or None while it has none. A cell of the grader's goes by its grade id.
    line
        Line of the marker, from 1; 0 for a cell that comes from a notebook.
    text
        The cell as it stands in the file, without blank lines at its end; empty for a cell from a notebook.
    """

    kind: str
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    id: str | None = None
    line: int = 0
    text: str = ""

    def same_as(self, other: "Cell") -> bool:
        """Tell whether both say the same, wherever they stand."""
        return (self.kind, self.source, self.metadata, self.id) == (
            other.kind,
            other.source,
            other.metadata,
            other.id,
        )


def trimmed(source: str) -> str:
    """Return a cell's source without blank lines at its ends, with plain line ends."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)


def read(text: str, path: Path) -> list[Cell]:
    """Return the cells of a text.

    Parameters
    ----------
    text
        Content of the file.
    path
        The file, for messages.

    Raises
    ------
    NotebookError
        With every line that cannot be read.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [i for i, line in enumerate(lines) if _MARKER.fullmatch(line)]
    head = next((i for i, line in enumerate(lines[: starts[0] if starts else None]) if line.strip()), None)
    problems = []
    if head is not None:
        problems.append(
            fault(path, head + 1, "text before the first cell; write `# %%` or `# %% [markdown]` above it")
        )
    cells = []
    for start, end in pairwise([*starts, len(lines)]):
        try:
            cells.append(_cell(lines[start:end], start + 1))
        except ValueError as error:
            line, message = error.args if len(error.args) == 2 else (start + 1, str(error))
            problems.append(fault(path, line, message))
    if problems:
        raise NotebookError(problems)
    return cells


def write(cells: list[Cell]) -> str:
    """Return the text of cells; those with a text of their own keep it to the letter.

    Raises
    ------
    ValueError
        When a cell holds a line that the format cannot carry.
    """
    return "\n\n".join((cell.text or render(cell)).rstrip("\n") for cell in cells) + "\n"


def render(cell: Cell) -> str:
    """Return one cell as text, its marker first.

    Raises
    ------
    ValueError
        When a line of it would begin a new cell.
    """
    parts = ["# %%", f"[{cell.kind}]" if cell.kind != "code" else ""]
    metadata = ({"id": cell.id} if cell.id and grade_id(cell.metadata) is None else {}) | cell.metadata
    parts.append(str(metadata.pop("title", "")))
    if parts[2]:
        parts[1:] = [parts[2], parts[1]]
    parts += [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in metadata.items()]
    lines = [" ".join(part for part in parts if part)]
    if cell.source:
        encode = _escape if cell.kind == "code" else _comment
        lines += [encode(line) for line in cell.source.split("\n")]
    for line in lines[1:]:
        if _MARKER.fullmatch(line):
            raise ValueError(
                f"cell {cell.id}: the line {line!r} would begin a new cell in the text; reword it"
            )
    if _DOCSTRING.fullmatch("\n".join(lines[1:])) and cell.kind != "code":
        raise ValueError(
            f"cell {cell.id}: text between triple quotes cannot be told from its quoting; reword it"
        )
    return "\n".join(lines)


def pin(text: str, cells: list[Cell], ids: dict[int, str]) -> str:
    """Return a text with ids written into markers; nothing else changes.

    Parameters
    ----------
    text
        The text that `cells` were read from.
    cells
        Its cells.
    ids
        Position in `cells` to the id that this cell gets.
    """
    lines = text.split("\n")
    for position, name in ids.items():
        index = cells[position].line - 1
        tail = "\r" if lines[index].endswith("\r") else ""
        lines[index] = f'{lines[index].rstrip()} id="{name}"{tail}'
    return "\n".join(lines)


def grade_id(metadata: dict[str, Any]) -> str | None:
    """Return the grade id in a cell's metadata, or None."""
    nbgrader = metadata.get("nbgrader")
    found = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return found if isinstance(found, str) else None


def _cell(lines: list[str], line: int) -> Cell:
    marker = _MARKER.fullmatch(lines[0])
    kind, metadata = _marker(marker["rest"] or "" if marker else "")
    body = lines[1:]
    if kind == "code":
        source = "\n".join(_unescape(part) for part in body)
    elif quoted := _DOCSTRING.fullmatch("\n".join(body)):
        source = quoted["body"]
    else:
        source = "\n".join(_uncomment(part, line + 1 + i) for i, part in enumerate(body))
    name = metadata.pop("id", None)
    if name is not None and not isinstance(name, str):
        raise ValueError(f'the id {name!r} is not a text; write id="…"')
    while not lines[-1].strip():
        lines = lines[:-1]
    text = "\n".join(lines)
    cell = Cell(kind, trimmed(source), metadata, name, line, text)
    graded = grade_id(metadata)
    if graded is None:
        return cell
    if name not in (None, graded):
        raise ValueError(f'cell {graded}: a graded cell goes by its grade_id; delete id="{name}"')
    return replace(cell, id=graded)


def _marker(rest: str) -> tuple[str, dict[str, Any]]:
    """Return kind and metadata from what stands behind ``# %%``."""
    kind, title, metadata = "code", [], {}
    rest = rest.strip()
    while rest:
        if match := _TYPE.match(rest):
            kind, rest = {"raw": "raw"}.get(match[1], "markdown"), rest[match.end() :]
        elif match := _KEY.match(rest):
            try:
                value, end = json.JSONDecoder().raw_decode(rest, match.end())
            except json.JSONDecodeError as error:
                raise ValueError(
                    f'the value of {match[1]!r} is not JSON ({error.msg}); write it like {match[1]}="text"'
                ) from None
            if match[1] in metadata:
                raise ValueError(f"{match[1]!r} stands twice in the marker; delete one")
            metadata[match[1]] = value
            rest = rest[end:].lstrip()
        elif metadata:
            raise ValueError(f'{rest!r} in the marker is not understood; write key="value"')
        else:
            word, _, rest = rest.partition(" ")
            title.append(word)
            rest = rest.lstrip()
    return kind, ({"title": " ".join(title)} if title else {}) | metadata


def _escape(line: str) -> str:
    return f"# {line}" if _MAGIC.match(line) else line


def _unescape(line: str) -> str:
    return line[2:] if _ESCAPED_MAGIC.match(line) else line


def _comment(line: str) -> str:
    return f"# {line}" if line else "#"


def _uncomment(line: str, number: int) -> str:
    if line.startswith("# "):
        return line[2:]
    if line.startswith("#"):
        return line[1:]
    if not line.strip():
        return ""
    raise ValueError(
        number, "a line of text must begin with `# `; write it so, or begin a code cell with `# %%`"
    )
