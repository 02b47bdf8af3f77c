"""Broken, copied and foreign notebooks: mended where that is possible, refused with the reason where not."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from graders.engine.master import Master
from graders.engine.repair import repaired
from graders.engine.submission import MOST_MIB, read_submission
from graders.errors import Refusal, Unreadable

RIGHT = "def row_means(x):\n    return x.mean(axis=1)"


def ids(notebook: nbformat.NotebookNode) -> list[str]:
    return [c.metadata.get("nbgrader", {}).get("grade_id", "") for c in notebook.cells]


def cell(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[nbformat.NotebookNode], nbformat.NotebookNode]:
    """Return what reads a notebook back as a submission."""

    def save(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        path = tmp_path / "means.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return read_submission(path)

    return save


def test_an_honest_notebook_comes_back_with_whole_checks(master: Master, answered, saved) -> None:
    mended = repaired(master, saved(answered(row_means=RIGHT)))
    assert mended.notes == ()
    assert ids(mended.notebook) == ids(master.notebook)
    assert cell(mended.notebook, "row-means").source == RIGHT
    assert "HIDDEN" in cell(mended.notebook, "check-row-means").source


def test_changed_checks_points_and_locked_cells_are_the_masters(master: Master, answered, saved) -> None:
    notebook = answered(row_means=RIGHT)
    check = cell(notebook, "check-row-means")
    check.source = "5"
    check.metadata.nbgrader["points"] = 1000
    cell(notebook, "setup").source = "import os"
    mended = repaired(master, saved(notebook))
    assert cell(mended.notebook, "check-row-means").source == master.cells["check-row-means"].source
    assert cell(mended.notebook, "check-row-means").metadata.nbgrader["points"] == 5
    assert cell(mended.notebook, "setup").source == master.cells["setup"].source
    assert any("setup was changed" in note for note in mended.notes)


def test_deleted_cells_come_back_in_place(master: Master, answered, saved) -> None:
    notebook = answered(row_means=RIGHT)
    notebook.cells = [c for c in notebook.cells if c.get("id") in ("row-means", "spread")]
    mended = repaired(master, saved(notebook))
    assert ids(mended.notebook) == ids(master.notebook)
    assert "check-row-means was missing: put back" in mended.notes


def test_copied_grade_ids_keep_every_answer_in_its_place(master: Master, answered, saved) -> None:
    notebook = answered()
    copy = new_code_cell(RIGHT, metadata={"nbgrader": dict(cell(notebook, "row-means").metadata.nbgrader)})
    check = new_code_cell("", metadata={"nbgrader": dict(cell(notebook, "check-spread").metadata.nbgrader)})
    check.source = cell(notebook, "check-spread").source
    notebook.cells[3:3] = [copy, check]
    mended = repaired(master, saved(notebook)).notebook
    assert [i for i in ids(mended) if i] == [i for i in ids(master.notebook) if i]
    sources = [c.source for c in mended.cells]
    assert sources.index(RIGHT) == 3
    assert sources.count(check.source) == 1


def test_order_is_the_masters_and_added_cells_stay_behind_what_they_followed(
    master: Master, answered, saved
) -> None:
    notebook = answered(row_means="def row_means(x):\n    return helper(x)")
    notebook.cells.insert(2, new_code_cell("def helper(x):\n    return x.mean(axis=1)"))
    spread = notebook.cells.pop([c.get("id") for c in notebook.cells].index("spread"))
    notebook.cells.insert(0, spread)
    mended = repaired(master, saved(notebook)).notebook
    known = [i for i in ids(mended) if i]
    assert known == [i for i in ids(master.notebook) if i]
    place = next(i for i, c in enumerate(mended.cells) if "def helper" in c.source)
    assert place < ids(mended).index("check-row-means")


def test_lost_metadata_is_found_by_cell_id(master: Master, answered, saved) -> None:
    notebook = answered(row_means=RIGHT)
    for one in notebook.cells:
        one.metadata = {}
    mended = repaired(master, saved(notebook)).notebook
    assert ids(mended) == ids(master.notebook)
    assert cell(mended, "row-means").source == RIGHT


def test_hostile_tags_and_outputs_are_dropped(master: Master, answered, saved) -> None:
    notebook = answered(row_means=RIGHT)
    for one in notebook.cells:
        one.metadata["tags"] = ["skip-execution", "remove-cell"]
        if one.cell_type == "code":
            one.outputs = [{"output_type": "execute_result", "data": {"text/plain": "5"}, "metadata": {}}]
    mended = repaired(master, saved(notebook)).notebook
    assert all("tags" not in one.metadata for one in mended.cells)
    assert not any(one.get("outputs") for one in mended.cells)


def test_another_labs_notebook_is_refused(master: Master, saved) -> None:
    metadata = {"nbgrader": {"grade_id": "lora-rank", "solution": True, "grade": False}}
    foreign = new_notebook(cells=[new_markdown_cell("# LoRA"), new_code_cell("r = 4", metadata=metadata)])
    with pytest.raises(Refusal, match="belongs to another lab: 0 of the 5 graded cells of means"):
        repaired(master, saved(foreign))


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"{not json", Unreadable, "is not a notebook"),
        (b"", Unreadable, "is not a notebook"),
        (b"\xff\xfe\x00", Unreadable, "is not a notebook"),
        (b"[" * 100_000, Unreadable, "is not a notebook"),
        (b"[1, 2]", Unreadable, "has no cells"),
        (b'{"nbformat": 4}', Unreadable, "has no cells"),
        (b'{"cells": []}', Unreadable, "has no cells"),
        (b'{"cells": [{"cell_type": "code", "source": {"a": 1}}, 7, null]}', Unreadable, "has no cells"),
        (b" " * (MOST_MIB * 2**20 + 1), Refusal, "clear all outputs"),
    ],
    ids=["broken", "empty", "binary", "deep", "a list", "no cells", "none", "odd cells", "huge"],
)
def test_what_is_no_notebook_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, kind: type, words: str
) -> None:
    path = tmp_path / "means.ipynb"
    path.write_bytes(content)
    with pytest.raises(kind, match=words):
        read_submission(path)


def test_links_and_missing_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "means.ipynb").symlink_to("/etc/passwd")
    with pytest.raises(Refusal, match="not a plain file"):
        read_submission(tmp_path / "means.ipynb")
    with pytest.raises(Refusal, match="was not submitted"):
        read_submission(tmp_path / "other.ipynb")


def test_an_old_notebook_format_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b"]}]}]}
    path.write_text(json.dumps(old))
    assert read_submission(path).cells[0].source == "a = 1\nb"
