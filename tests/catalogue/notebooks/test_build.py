"""From text to notebook: ids pinned once, the same bytes always, and clear words where a text has faults."""

import json

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from catalogue.errors import CatalogueError
from catalogue.notebooks.build import build
from catalogue.notebooks.checkpoints import judge, unseal
from catalogue.notebooks.percent import read
from catalogue.notebooks.units import find


def built(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


@pytest.fixture
def lesson(root):
    """The lesson, with its notebook built."""
    unit = find(root)[0]
    build(unit)
    return unit


@pytest.fixture
def lab(root):
    """The lab, with its notebook built."""
    unit = find(root)[1]
    build(unit)
    return unit


def test_missing_ids_are_written_into_the_text_and_nothing_else_changes(root):
    unit = find(root)[0]
    before = unit.text.read_text(encoding="utf-8").split("\n")
    build(unit)
    after = unit.text.read_text(encoding="utf-8").split("\n")
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed
    assert all(new.startswith(old) and ' id="' in new and old.startswith("# %%") for old, new in changed)
    ids = [cell.id for cell in read(unit.text.read_text(encoding="utf-8"), unit.text)]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "floating-point"
    assert "reveal" in ids


def test_an_id_stays_when_its_cell_and_its_neighbours_change(lesson, edit):
    before = [cell["id"] for cell in built(lesson.notebook)["cells"]]
    edit(
        lesson.text,
        lambda text: text.replace("print(n + 1)", "print(n + 2)").replace("# # Floating", "# # Fixed"),
    )
    edit(lesson.text, lambda text: text + "\n# %%\nprint(n + 1)\n")
    build(lesson)
    assert [cell["id"] for cell in built(lesson.notebook)["cells"]][: len(before)] == before


def test_building_again_writes_nothing(lesson):
    assert build(lesson) == []


def test_two_roots_give_the_same_bytes(root, tmp_path_factory):
    import shutil

    other = tmp_path_factory.mktemp("other")
    shutil.copytree(root / "courses", other / "courses")
    for folder in (root, other):
        build(find(folder)[0])
    assert find(root)[0].notebook.read_bytes() == find(other)[0].notebook.read_bytes()


def test_the_notebook_is_valid_and_carries_no_outputs(lesson):
    text = lesson.notebook.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert text.startswith('{\n "cells": [\n  {\n')
    assert text.endswith("}\n")
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(
        not cell.outputs and cell.execution_count is None
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


def test_a_checkpoint_is_sealed_hidden_and_judges(lesson):
    (cell,) = [cell for cell in built(lesson.notebook)["cells"] if "sealed" in source(cell)]
    assert cell["metadata"]["jupyter"] == {"source_hidden": True}
    assert "exp(88.7)" not in lesson.notebook.read_text(encoding="utf-8")
    sealed = unseal(source(cell).split('sealed="')[1].split('"')[0])
    assert judge(sealed, "88.5").correct
    assert "sealed" not in lesson.text.read_text(encoding="utf-8")


def test_the_chinese_notebook_shares_the_code_and_the_ids(lesson):
    english, chinese = built(lesson.notebook)["cells"], built(lesson.chinese_notebook)["cells"]
    assert [cell["id"] for cell in english] == [cell["id"] for cell in chinese]
    for one, other in zip(english, chinese, strict=True):
        assert (source(one) == source(other)) is (one["cell_type"] == "code")
    assert source(chinese[0]).startswith("# 浮点数")


def test_a_lab_has_the_graders_whole_metadata_and_the_grade_ids_as_cell_ids(lab):
    notebook = nbformat.read(lab.notebook, as_version=4)
    assert [cell.id for cell in notebook.cells] == ["intro", "softmax", "check-softmax"]
    for cell in notebook.cells:
        assert set(cell.metadata.nbgrader) >= {
            "grade",
            "grade_id",
            "locked",
            "schema_version",
            "solution",
            "task",
        }
    MetadataValidator().validate_nb(notebook)
    check = notebook.cells[2].metadata.nbgrader
    assert (check.grade, check.locked, check.points, check.solution) == (True, True, 3, False)
    answer = notebook.cells[1].metadata.nbgrader
    assert (answer.grade, answer.locked, answer.solution) == (False, False, True)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (', "points": 3', "", 10, "graded cell without points"),
        (', "points": 3', ', "points": 0', 10, "graded cell without points"),
        ('"grade": true, "points": 3', '"locked": true', 0, "a lab without points"),
        ('"check-softmax"', '"softmax"', 10, "stands in line 4 already"),
        ("    ### END SOLUTION\n", "", 6, "BEGIN SOLUTION is not ended"),
        ("### BEGIN HIDDEN TESTS\n", "", 13, "without its other half"),
        (
            "    return x\n",
            "    return x\n    ### BEGIN HIDDEN TESTS\n    ### END HIDDEN TESTS\n",
            8,
            "outside a check",
        ),
        ("assert softmax(1) == 1", "### BEGIN SOLUTION\n### END SOLUTION", 11, "outside an answer"),
        ('"solution": true', '"solution": 1', 4, "true or false"),
        ('"solution": true', '"solution": true, "locked": true', 4, "cannot be written in"),
        ('"locked": true', '"locked": false', 1, "neither answer, check nor locked"),
        ('"solution": true', '"solution": true, "point": 2', 4, "does not know point"),
        ('"softmax", "solution"', '"soft max", "solution"', 4, "letters, digits"),
        ('"locked": true}', '"grade": true, "points": 1}', 1, "only code can check"),
    ],
)
def test_a_faulty_lab_is_refused_with_its_line(root, edit, old, new, line, said):
    unit = find(root)[1]
    edit(unit.text, lambda text: text.replace(old, new, 1))
    with pytest.raises(CatalogueError, match=said) as error:
        build(unit)
    assert line in [problem.line or 0 for problem in error.value.problems]
    assert not unit.notebook.exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("py", 'kit.checkpoint("overflow")', 'kit.checkpoint("underflow")', "'underflow' .* has no entry"),
        ("py", 'kit.checkpoint("overflow")', 'kit.checkpoint("overflow"); n = 2', "does not stand alone"),
        ("py", "print(n + 1)", 'kit.checkpoint("overflow")', "is asked in line"),
        ("py", "from graders import kit", 'kit.recall("overflow")', "recalled before it is asked"),
        ("py", 'id="reveal"', 'id="re veal"', "is malformed"),
        ("py", "# %%\nprint", '# %% id="reveal"\nprint', "'reveal' stands in line"),
        (
            "py",
            "# %%\nprint",
            '# %% nbgrader={"grade_id": "a", "solution": true}\nprint',
            "a lesson is not graded",
        ),
        ("yml", "01-floating-point", "02-other", "belongs to 02-other"),
        ("yml", "kind: number", "kind: essay", "of kind 'essay'"),
        ("yml", "  right:", "  wrong:", "overflow.right is missing"),
        ("yml", '"> 700"', '"> 70"', "holds for the right answer"),
        ("yml", '"> 700"', '"about 700"', "is no condition"),
        ("yml", "tolerance: 0.5", "tolerance: -1", "tolerance"),
        ("yml", 'zh: "取对数"', 'zh: ""', "otherwise.zh"),
        ("yml", "value: 88.7", 'value: "many"', "is not a number"),
        ("zh.md", "<!-- cell: floating-point -->", "", "before the first cell"),
        ("zh.md", "reveal", "floating-point", "stands in line 1 already"),
    ],
)
def test_a_faulty_lesson_is_refused_in_words(root, course, edit, name, old, new, said):
    path = course / ("checkpoints.yml" if name == "yml" else f"01-floating-point.{name}")
    edit(path, lambda text: text.replace(old, new, 1))
    with pytest.raises(CatalogueError, match=said):
        build(find(root)[0])


def test_an_edit_that_was_never_pulled_is_not_built_over(lesson, edit):
    edit(lesson.notebook, lambda notebook: notebook["cells"][-1].update(source="print('mine')"))
    before = lesson.notebook.read_bytes()
    edit(lesson.text, lambda text: text.replace("Now look", "Look now"))
    with pytest.raises(CatalogueError, match="notebooks pull"):
        build(lesson)
    assert lesson.notebook.read_bytes() == before
    build(lesson, force=True)
    assert "Look now" in lesson.notebook.read_text(encoding="utf-8")


def test_outputs_left_by_running_are_built_away(lesson, edit):
    clean = lesson.notebook.read_bytes()

    def run(notebook):
        notebook["cells"][-1].update(
            execution_count=3,
            outputs=[{"output_type": "stream", "name": "stdout", "text": ["2\n"]}],
            metadata={"execution": {"iopub.execute_input": "now"}, "scrolled": True},
        )
        notebook["metadata"]["language_info"]["version"] = "3.11.7"

    edit(lesson.notebook, run)
    build(lesson)
    assert lesson.notebook.read_bytes() == clean
