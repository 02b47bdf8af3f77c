"""An edit made in Lab comes back to the text losing nothing; a conflict changes nothing."""

import copy
import json
import random
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.errors import CatalogueError
from catalogue.notebooks.build import build
from catalogue.notebooks.check import check
from catalogue.notebooks.ipynb import cells_of, read_notebook
from catalogue.notebooks.pull import pull
from catalogue.notebooks.units import find


@pytest.fixture
def built_root(root):
    """The root with everything built."""
    for unit in find(root):
        build(unit)
    return root


@pytest.fixture
def lesson(built_root):
    """The lesson, built."""
    return find(built_root)[0]


@pytest.fixture
def lab(built_root):
    """The lab, built."""
    return find(built_root)[1]


def new_cell(source, kind="code", **metadata):
    """A cell as Lab makes it: with an id of Lab's own."""
    cell = {"cell_type": kind, "id": str(uuid.uuid4()), "metadata": metadata, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def files(unit):
    return {path: path.read_bytes() for path in (unit.text, unit.notebook) if path.exists()}


def test_nothing_is_written_where_nothing_was_edited(lesson):
    assert pull(lesson) == []


def test_running_a_notebook_is_no_edit(lesson, edit):
    edit(lesson.notebook, lambda notebook: notebook["cells"][-1].update(execution_count=7))
    assert pull(lesson) == []


def test_edited_added_moved_and_deleted_cells_come_back(lesson, edit):
    def by_hand(notebook):
        cells = notebook["cells"]
        cells[0]["source"] = "# Floating point\n\nWhere does $e^x$ end, and why?"
        cells.insert(1, new_cell("%timeit n\nm = 2", tags=["slow"]))
        cells.append(cells.pop(2))
        del cells[4]

    before = lesson.text.read_text(encoding="utf-8")
    edit(lesson.notebook, by_hand)
    expected = cells_of(read_notebook(lesson.notebook, lesson.notebook), lesson.notebook)
    pull(lesson)
    text = lesson.text.read_text(encoding="utf-8")
    assert "# Where does $e^x$ end, and why?" in text
    assert '# %% id="' in text
    assert "# %timeit n\nm = 2" in text
    assert "# Now look." not in text
    now = cells_of(read_notebook(lesson.notebook, lesson.notebook), lesson.notebook)
    assert [(c.kind, c.source, c.metadata) for c in now] == [(c.kind, c.source, c.metadata) for c in expected]
    untouched = before[before.index("# %% id=") : before.index('# %% [markdown] id="reveal')]
    assert "print(n + 1)\n" in text
    assert untouched.split("\n")[1] in text


def test_text_of_cells_that_were_not_edited_stays_to_the_letter(lesson, edit):
    edit(
        lesson.text,
        lambda text: (
            text.replace("# # Floating point\n#", '"""\n# Floating point\n')
            .replace("end?", 'end?\n"""')
            .replace("# Where", "Where")
        ),
    )
    build(lesson)
    before = lesson.text.read_text(encoding="utf-8")
    edit(lesson.notebook, lambda notebook: notebook["cells"][-1].update(source="print(n + 2)"))
    pull(lesson)
    assert lesson.text.read_text(encoding="utf-8") == before.replace("n + 1", "n + 2")


def test_a_seal_is_stripped_and_comes_again(lesson, edit):
    edit(lesson.notebook, lambda notebook: notebook["cells"].insert(0, new_cell("a = 1")))
    pull(lesson)
    assert "sealed" not in lesson.text.read_text(encoding="utf-8")
    assert "sealed=" in lesson.notebook.read_text(encoding="utf-8")


def test_new_cells_get_short_ids_and_kept_cells_keep_theirs(lesson, edit):
    before = [cell["id"] for cell in read_notebook(lesson.notebook, lesson.notebook)["cells"]]

    def paste(notebook):
        notebook["cells"].insert(2, copy.deepcopy(notebook["cells"][0]))
        notebook["cells"].insert(0, new_cell("b = 2"))

    edit(lesson.notebook, paste)
    pull(lesson)
    after = [cell["id"] for cell in read_notebook(lesson.notebook, lesson.notebook)["cells"]]
    assert [name for name in after if name in before] == before
    assert len(set(after)) == len(after) == len(before) + 2
    assert all(len(name) <= 34 for name in after)


def test_the_graders_metadata_is_kept_and_edited(lab, edit):
    def by_hand(notebook):
        notebook["cells"][2]["metadata"]["nbgrader"]["points"] = 5
        notebook["cells"][2]["metadata"]["nbgrader"]["checksum"] = "abc"
        made = {"grade": True, "grade_id": "cell-1f", "locked": True, "points": 1, "schema_version": 3}
        notebook["cells"].append(
            new_cell("assert softmax(3) == 3", nbgrader=made | {"solution": False, "task": False})
        )

    edit(lab.notebook, by_hand)
    pull(lab)
    text = lab.text.read_text(encoding="utf-8")
    assert '# %% nbgrader={"grade_id": "check-softmax", "grade": true, "points": 5}' in text
    assert '# %% nbgrader={"grade_id": "cell-1f", "grade": true, "points": 1}' in text
    assert '# %% nbgrader={"grade_id": "softmax", "solution": true}' in text
    assert "### BEGIN SOLUTION" in text


def test_edits_on_both_sides_are_a_conflict_that_changes_nothing(lesson, edit):
    edit(lesson.text, lambda text: text.replace("n + 1", "n + 3"))
    edit(lesson.notebook, lambda notebook: notebook["cells"][0].update(source="# Other"))
    before = files(lesson)
    with pytest.raises(CatalogueError, match="was edited, and so was"):
        pull(lesson)
    assert files(lesson) == before


def test_the_same_edit_on_both_sides_is_no_conflict(lesson, edit):
    edit(lesson.text, lambda text: text.replace("n + 1", "n + 3"))
    edit(lesson.notebook, lambda notebook: notebook["cells"][-1].update(source="print(n + 3)"))
    pull(lesson)
    assert "n + 3" in lesson.notebook.read_text(encoding="utf-8")


def test_a_notebook_without_a_text_gets_one(built_root, course, edit):
    notebook = json.loads((course / "01-floating-point.ipynb").read_text(encoding="utf-8"))
    notebook["metadata"] = {}
    notebook["cells"] = [new_cell("# Started in Lab\n\ntext", "markdown"), new_cell("x = 1")]
    for cell in notebook["cells"]:
        del cell["id"]
    (course / "02-new.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    unit = find(built_root, [course / "02-new.ipynb"], without_text=True)[0]
    pull(unit)
    assert unit.text.read_text(encoding="utf-8").startswith(
        '# %% [markdown] id="started-in-lab"\n# # Started in Lab\n'
    )
    assert check(built_root) == []


def test_an_edit_of_the_chinese_notebook_comes_back_to_the_chinese_text(built_root, lesson, edit):
    edit(lesson.chinese_notebook, lambda notebook: notebook["cells"][4].update(source="现在仔细看。"))
    pull(lesson)
    assert "现在仔细看。" in lesson.chinese.read_text(encoding="utf-8")
    assert "Now look." in lesson.text.read_text(encoding="utf-8")
    assert check(built_root) == []


def test_both_notebooks_may_be_edited_and_the_translation_is_then_stale(built_root, lesson, edit):
    edit(lesson.chinese_notebook, lambda notebook: notebook["cells"][0].update(source="# 浮点"))
    edit(lesson.notebook, lambda notebook: notebook["cells"][4].update(source="Look closely."))
    pull(lesson)
    assert "# 浮点" in lesson.chinese.read_text(encoding="utf-8")
    assert "Look closely." in lesson.text.read_text(encoding="utf-8")
    assert ["stale" in problem.what for problem in check(built_root)] == [True]


@pytest.mark.parametrize("change", ["code", "order"])
def test_code_and_order_are_edited_in_the_english_notebook(lesson, edit, change):
    def by_hand(notebook):
        if change == "code":
            notebook["cells"][-1]["source"] = "print(0)"
        else:
            notebook["cells"].pop()

    edit(lesson.chinese_notebook, by_hand)
    before = lesson.chinese_notebook.read_bytes()
    with pytest.raises(CatalogueError, match=r"01-floating-point\.ipynb"):
        pull(lesson)
    assert lesson.chinese_notebook.read_bytes() == before


@pytest.mark.parametrize(
    "content", ["", "[]", '{"nbformat": 3, "worksheets": []}', '{"nbformat": 4, "cells": [{"source": 3}]}']
)
def test_what_is_no_notebook_is_refused_and_left_alone(lesson, content):
    lesson.notebook.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError):
        pull(lesson)
    assert lesson.notebook.read_text(encoding="utf-8") == content


def test_an_edit_that_the_text_cannot_hold_is_refused_and_left_alone(lesson, edit):
    edit(lesson.notebook, lambda notebook: notebook["cells"][0].update(source="%% a comment of TeX"))
    before = files(lesson)
    with pytest.raises(CatalogueError, match="would begin a new cell"):
        pull(lesson)
    assert files(lesson) == before


def test_a_picture_pasted_into_a_cell_is_refused_instead_of_lost(lesson, edit):
    pasted = {"plot.png": {"image/png": "iVBORw0KGgo="}}
    edit(lesson.notebook, lambda notebook: notebook["cells"][0].update(attachments=pasted))
    before = files(lesson)
    for act in (pull, build):
        with pytest.raises(CatalogueError, match=r"cell 1 holds plot\.png.*save the picture beside"):
            act(lesson)
    assert files(lesson) == before


LINES = st.sampled_from(
    [
        "x = 1",
        "%time y",
        "%%bash",
        "!ls",
        "# !no magic",
        "# note",
        "",
        "  indented",
        "trailing  ",
        "中文 $x$",
        '"""',
        "{% x %}",
    ]
)
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("rewrite"), st.integers(0, 20), st.lists(LINES, max_size=4)),
        st.tuples(st.just("add"), st.integers(0, 20), st.lists(LINES, max_size=4)),
        st.tuples(st.just("delete"), st.integers(0, 20), st.just([])),
        st.tuples(st.just("duplicate"), st.integers(0, 20), st.just([])),
        st.tuples(st.just("retag"), st.integers(0, 20), st.lists(LINES, max_size=2)),
        st.tuples(st.just("turn"), st.integers(0, 20), st.just([])),
        st.tuples(st.just("shuffle"), st.integers(0, 20), st.just([])),
    ),
    min_size=1,
    max_size=6,
)


def apply(notebook, edits):
    cells = notebook["cells"]
    for kind, position, lines in edits:
        i = position % len(cells) if cells else 0
        if kind == "add" or not cells:
            cells.insert(i, new_cell("\n".join(lines), ["code", "markdown"][position % 2]))
        elif kind == "rewrite":
            cells[i]["source"] = "\n".join(lines)
        elif kind == "delete":
            del cells[i]
        elif kind == "duplicate":
            cells.insert(i, copy.deepcopy(cells[i]))
        elif kind == "retag":
            cells[i]["metadata"]["tags"] = lines
        elif kind == "turn":
            turned = new_cell(
                "".join(cells[i]["source"]), "markdown" if cells[i]["cell_type"] == "code" else "code"
            )
            cells[i] = turned | {"id": cells[i]["id"]}
        else:
            random.Random(position).shuffle(cells)


def said(path):
    cells = cells_of(read_notebook(path, path), path)
    return [(cell.kind, cell.source, cell.metadata) for cell in cells]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_whatever_is_edited_comes_back_whole_or_is_refused_whole(lesson, edit, edits):
    lesson.text.write_text(
        '# %% id="a"\n%matplotlib inline\n\n# %% [markdown] id="b"\n# text\n', encoding="utf-8"
    )
    lesson.chinese.unlink(missing_ok=True)
    lesson.chinese_notebook.unlink(missing_ok=True)
    build(lesson, force=True)
    edit(lesson.notebook, lambda notebook: apply(notebook, edits))
    expected, before = said(lesson.notebook), files(lesson)
    try:
        pull(lesson)
    except CatalogueError:
        assert files(lesson) == before
        assert '"""' in str(expected) or not expected
        return
    assert said(lesson.notebook) == expected
    build(lesson)
    assert said(lesson.notebook) == expected
