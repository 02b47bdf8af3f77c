"""The text format: read with lines, written without loss, and jupytext's."""

import warnings
from pathlib import Path

import jupytext
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalogue.folders import CHECKOUT
from catalogue.notebooks.errors import NotebookError
from catalogue.notebooks.percent import Cell, read, render, trimmed, write
from catalogue.notebooks.units import find

HERE = Path("01-a.py")
LINES = st.one_of(
    st.sampled_from(
        [
            "%time x",
            "!ls",
            "# !ls",
            "# %time",
            "%%bash",
            "# %% x",
            "%% x",
            "# %%",
            '"""',
            "#",
            "",
            "  ",
            "x = 1  ",
        ]
    ),
    st.text("ab#%!\"' \t=\\中\u2028", max_size=12),
)
SOURCES = st.lists(LINES, max_size=6).map(lambda lines: trimmed("\n".join(lines)))
METADATA = st.dictionaries(
    st.sampled_from(["tags", "title", "slideshow", "nested-key"]),
    st.one_of(
        st.lists(st.text(max_size=5), max_size=3),
        st.dictionaries(st.text(max_size=3), st.integers()),
        st.booleans(),
    ),
    max_size=2,
).map(lambda found: found if isinstance(found.get("title", ""), str) else {})
CELLS = st.builds(Cell, st.sampled_from(["code", "markdown", "raw"]), SOURCES, METADATA, st.just("an-id"))


@given(CELLS)
def test_a_cell_comes_back_from_its_text_as_it_was_or_is_refused(cell):
    try:
        text = render(cell)
    except ValueError:
        assert any("%%" in line or '"""' in line for line in cell.source.split("\n"))
        return
    (back,) = read(text, HERE)
    assert back.same_as(cell)


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_text_that_was_read_is_written_back_to_the_letter(cells):
    try:
        text = write(cells)
    except ValueError:
        assume(False)
    assert write(read(text, HERE)) == text


def test_cells_have_the_line_of_their_marker():
    cells = read("\n# %% [markdown]\n# a\n\n# %%\nx = 1\n", HERE)
    assert [(cell.kind, cell.line, cell.source) for cell in cells] == [
        ("markdown", 2, "a"),
        ("code", 5, "x = 1"),
    ]


def test_magics_stand_bare_or_commented_in_the_text_and_bare_in_the_notebook():
    (cell,) = read("# %%\n# %matplotlib inline\n!ls\n# !ls\n# a comment about ls\n", HERE)
    assert cell.source == "%matplotlib inline\n!ls\n!ls\n# a comment about ls"


def test_a_comment_that_looks_like_a_magic_stays_a_comment():
    (cell,) = read(render(Cell("code", "# %timeit is slow\nx = 1", {}, "a")), HERE)
    assert cell.source == "# %timeit is slow\nx = 1"


def test_markdown_may_stand_between_triple_quotes():
    (cell,) = read('# %% [markdown]\n"""\n# Title\n\ntext\n"""\n', HERE)
    assert cell.source == "# Title\n\ntext"


def test_a_graded_cell_goes_by_its_grade_id():
    (cell,) = read('# %% nbgrader={"grade_id": "softmax", "solution": true}\n', HERE)
    assert cell.id == "softmax"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = 1\n# %%\n", 1, "before the first cell"),
        ("# ---\n# jupyter:\n# ---\n# %%\n", 1, "before the first cell"),
        ("# %% [markdown]\n# a\nplain\n", 3, "must begin with `# `"),
        ("# %% id='a'\n", 1, "is not JSON"),
        ('# %% id="a" tags=[1\n', 1, "is not JSON"),
        ('# %% id="a" id="b"\n', 1, "twice"),
        ('# %% id="a" what\n', 1, "not understood"),
        ("# %% id=3\n", 1, "not a text"),
        ('# %% id="a" nbgrader={"grade_id": "b"}\n', 1, "goes by its grade_id"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, line, said):
    with pytest.raises(NotebookError, match=said) as error:
        read(text, HERE)
    assert [(problem.file, problem.line) for problem in error.value.problems] == [(HERE, line)]


def test_jupytext_reads_every_text_of_the_academy_as_we_do():
    units = find(CHECKOUT)
    assert units
    for unit in units:
        text = unit.text.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # jupytext builds notebooks without ids first
            theirs = jupytext.reads(text, fmt="py:percent").cells
        ours = read(text, unit.text)
        # jupytext keeps blank lines that a formatter leaves above a function
        assert [(cell.kind, cell.source) for cell in ours] == [
            (cell.cell_type, trimmed(cell.source)) for cell in theirs
        ]
