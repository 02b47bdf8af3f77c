"""Cell ids: short, made from the content, unique in a notebook, and kept once they are given."""

import hashlib
import re
from collections.abc import Sequence

from .percent import Cell

VALID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def missing(cells: Sequence[Cell]) -> dict[int, str]:
    """Return an id for each cell that has none, by its position.

    A heading names its cell in words; any other cell gets a hash of its content. What has an id keeps it.

    Parameters
    ----------
    cells
        A notebook's cells.
    """
    taken = {cell.id for cell in cells if cell.id}
    given = {}
    for position, cell in enumerate(cells):
        if cell.id:
            continue
        stem = _stem(cell)
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name)
        given[position] = name
    return given


def _stem(cell: Cell) -> str:
    heading = re.match(r"#{1,6} +(.+)", cell.source) if cell.kind == "markdown" else None
    words = re.findall(r"[a-z0-9]+", heading[1].lower()) if heading else []
    slug = ""
    for word in words:
        if len(slug) + len(word) > 32:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:8]
