"""What a lesson draws it also says in words, for those who cannot see it."""

import re
from pathlib import Path

import nbformat
import pytest

from catalogue.folders import CHECKOUT

LESSONS = [path for path in CHECKOUT.glob("courses/*/*/[0-9]*.ipynb") if not path.name.endswith(".zh.ipynb")]
DRAWS = re.compile(r"plt\.show\(|draw_access\(")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_text_after_a_picture_says_it_in_words(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    drawn = [i for i, cell in enumerate(cells) if cell.cell_type == "code" and DRAWS.search(cell.source)]
    text_after = {i: next((c.source for c in cells[i:] if c.cell_type == "markdown"), "") for i in drawn}
    silent = [cells[i].id for i in drawn if "In words" not in cells[i].source + text_after[i]]
    assert not silent, f"{path.name}: begin the text after {', '.join(silent)} with *In words: …*"
