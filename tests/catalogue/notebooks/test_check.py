"""What CI says about committed notebooks: file and cell for each fault, nothing where all is well."""

import json
import subprocess
import sys

import pytest

from catalogue.folders import CHECKOUT
from catalogue.notebooks.build import build
from catalogue.notebooks.check import check
from catalogue.notebooks.checkpoint_file import Case, Choice, Code, Number, NumberAnswer
from catalogue.notebooks.units import find


@pytest.fixture
def built_root(root):
    """The root with everything built."""
    for unit in find(root):
        build(unit)
    return root


def told(root):
    return "\n".join(str(problem) for problem in check(root))


def test_nothing_is_said_of_what_was_just_built(built_root):
    assert check(built_root) == []


def test_texts_without_ids_are_named_with_their_cells(root):
    problems = check(root)
    assert "cells without an id: '# Floating point' (line 1)" in problems[0].what
    assert problems[0].mend == f"run ./academy notebooks build {problems[0].file}"


def change_source(notebook):
    notebook["cells"][-1]["source"] = "print('changed')"


def leave_outputs(notebook):
    notebook["cells"][-1]["execution_count"] = 1


def drop_a_cell(notebook):
    del notebook["cells"][4]


def add_a_cell(notebook):
    notebook["cells"].append({"cell_type": "markdown", "id": "new", "metadata": {}, "source": "hello"})


def change_the_seal(notebook):
    cell = notebook["cells"][3]
    cell["source"] = "".join(cell["source"]).replace('sealed="ey', 'sealed="xy')


def move_a_cell(notebook):
    notebook["cells"].insert(0, notebook["cells"].pop())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_source, "differs from its text"),
        (leave_outputs, "carries outputs"),
        (drop_a_cell, "cell reveal of the text is missing"),
        (add_a_cell, "cell new is not in the text"),
        (change_the_seal, "order, metadata or seals"),
        (move_a_cell, "order, metadata or seals"),
    ],
)
def test_a_notebook_that_is_not_its_text_is_named_with_the_cell(built_root, course, edit, change, said):
    edit(course / "01-floating-point.ipynb", change)
    problems = check(built_root)
    assert [said in problem.what for problem in problems] == [True]
    assert problems[0].file.name == "01-floating-point.ipynb"


def test_a_missing_notebook_and_one_without_a_text_are_named(built_root, course):
    (course / "01-floating-point.ipynb").rename(course / "02-stray.ipynb")
    said = told(built_root)
    assert "the notebook is missing, courses/1-mathematics/numerics/01-floating-point.ipynb" in said
    assert "the notebook has no text, courses/1-mathematics/numerics/02-stray.ipynb" in said


def test_a_checkpoint_that_nothing_asks_is_named_with_its_line(built_root, course, edit):
    entry = (course / "checkpoints.yml").read_text(encoding="utf-8").replace("overflow:", "unasked:")
    edit(course / "checkpoints.yml", lambda text: text + entry)
    (problem,) = check(built_root)
    assert "'unasked' is asked nowhere" in problem.what
    assert problem.line == 10


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("py", "Now look", "Look now", "translation of cell 'reveal' is stale"),
        ("zh.md", "<!-- cell: reveal", "<!-- cell: unveil", "no text cell 'unveil'"),
        ("zh.md", "<!-- cell: reveal", "<!-- cell: unveil", "'reveal' has no Chinese text"),
        ("zh.md", "现在来看。", "", "'reveal' has no text"),
    ],
)
def test_a_translation_that_is_missing_unknown_empty_or_stale_is_named(
    built_root, course, edit, file, old, new, said
):
    edit(course / f"01-floating-point.{file}", lambda text: text.replace(old, new))
    build(find(built_root)[0])
    assert said in told(built_root)


def test_a_stale_translation_is_fresh_again_once_its_hash_is_renewed(built_root, course, edit):
    edit(course / "01-floating-point.py", lambda text: text.replace("Now look", "Look now"))
    build(find(built_root)[0])
    hash_of_reveal = told(built_root).split("delete `")[1].split("`")[0]
    edit(course / "01-floating-point.zh.md", lambda text: text.replace(hash_of_reveal, ""))
    build(find(built_root)[0])
    assert check(built_root) == []


def test_a_file_that_is_not_utf8_or_no_json_is_a_problem_not_a_crash(built_root, course):
    (course / "01-floating-point.py").write_bytes(b"# %%\nx = '\xff'\n")
    assert "is not UTF-8 at byte 10" in told(built_root)
    build_again = find(built_root)[1]
    build_again.notebook.write_text("{", encoding="utf-8")
    assert "is no notebook" in told(built_root)


def test_the_verb_answers_with_code_and_json(built_root, course, edit):
    command = [
        sys.executable,
        "-m",
        "catalogue.notebooks.cli",
        "notebooks",
        "check",
        "--root",
        built_root,
        "--json",
    ]
    fine = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (fine.returncode, json.loads(fine.stdout)) == (0, {"notebooks": 2, "problems": []})
    edit(course / "01-floating-point.ipynb", leave_outputs)
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["problems"][0]["file"].endswith("01-floating-point.ipynb")


def test_every_key_of_a_checkpoint_is_documented():
    readme = (CHECKOUT / "catalogue" / "notebooks" / "README.md").read_text(encoding="utf-8")
    described = readme[readme.index("## Checkpoints") : readme.index("## What lies where")]
    keys = {key for model in (Choice, Number, Code, NumberAnswer, Case) for key in model.model_fields}
    assert [key for key in sorted(keys) if key not in described] == []
