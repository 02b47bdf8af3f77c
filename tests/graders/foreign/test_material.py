"""The foreign labs and their submissions are well-formed; stock nbgrader grades some for real."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from tests.graders.foreign.loading import (
    NAME,
    Lab,
    Submission,
    expected,
    fair,
    filled,
    load,
    names,
    read_submission,
    released,
    stock,
    submissions,
)

ROOT = Path(__file__).parents[3]
LABS = {name: load(name) for name in names()}
each_lab = pytest.mark.parametrize("lab", LABS.values(), ids=LABS)


def test_there_are_labs_of_several_kinds() -> None:
    assert len(LABS) >= 4


@each_lab
def test_a_lab_is_one_that_a_teacher_would_write(lab: Lab) -> None:
    assert 6 <= len(lab.answers) <= 10
    assert 8 <= len(lab.checks) <= 13
    text = "\n".join(cell.source for cell in lab.master.cells)
    assert "graders" not in re.sub("nbgrader", "", text), "plain asserts only"
    assert "### BEGIN HIDDEN TESTS" in text
    handed_out = released(lab)
    nbformat.validate(handed_out)
    assert "### BEGIN" not in "\n".join(cell.source for cell in handed_out.cells)
    lasts = {
        cell.metadata["nbgrader"]["grade_id"]: cell.source.splitlines()[-1]
        for cell in lab.master.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert any(re.fullmatch(r"[a-z_]+|sum\(.*\)", last) for last in lasts.values()), "no partial credit"


def test_one_cell_is_graded_by_hand() -> None:
    assert LABS["docs-problem"].manual == {"sum_of_squares_equation": 1.0}


@each_lab
def test_the_honest_are_many_and_different(lab: Lab) -> None:
    kinds = Counter(name.partition("-")[0] for name in submissions(lab))
    assert kinds["right"] + kinds["nearly"] >= 15
    assert kinds["wrong"] >= 3
    assert kinds["nearly"] >= 1
    cells = Counter(
        cell.source
        for submission in submissions(lab).values()
        for cell in submission.cells
        if len(cell.source) > 120
    )
    repeated = [source for source, number in cells.items() if number > 1]
    assert not repeated, f"the same answer twice: {repeated[0]}"


@each_lab
def test_a_submission_becomes_a_notebook(lab: Lab) -> None:
    handed_out = released(lab)
    checks = [cell for cell in handed_out.cells if cell.metadata.get("nbgrader", {}).get("locked")]
    for name, submission in submissions(lab).items():
        assert NAME.fullmatch(name), name
        assert submission.said, f"{name}: say in its first line who wrote it"
        notebook = filled(lab, handed_out, submission)
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids), name
        assert [cell for cell in notebook.cells if cell in checks] == checks, f"{name} changed a check"


@each_lab
def test_scores_are_complete_and_fit_their_kind(lab: Lab) -> None:
    scores = expected(lab)
    assert list(scores) == list(submissions(lab)), "python -m tests.graders.foreign.stock makes them"
    most = sum(lab.checks.values())
    for name, entries in scores.items():
        assert list(entries) == list(lab.checks), name
        for check, entry in entries.items():
            assert 0 <= fair(entry) <= lab.checks[check], (name, check)
            assert 0 <= stock(entry) <= lab.checks[check], (name, check)
            if isinstance(entry, dict):
                assert set(entry) == {"stock", "fair", "because"}, (name, check)
                assert entry["stock"] != entry["fair"], (name, check)
                assert len(entry["because"]) > 20, (name, check)
        total = sum(map(fair, entries.values()))
        fits = {"right": total == most, "nearly": most / 2 < total < most, "wrong": total < most}
        assert fits[name.partition("-")[0]], f"{name} deserves {total} of {most}"


def test_cells_are_placed_as_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "right-sample.py"
    path.write_text(
        "# Somebody.\n# Second line.\n# Rest: reference\n# %%\nimport math\n\n"
        '# %% grade_id="fib"\nfib = 1\n# %%\n# %time fib\n# %%\nlast = 3\n# %% after="check_primes"\n5\n',
        encoding="utf-8",
    )
    lab = LABS["docs-problem"]
    submission: Submission = read_submission(path)
    assert submission.said == "Somebody. Second line."
    notebook = filled(lab, released(lab), submission)
    sources = [cell.source for cell in notebook.cells]
    assert sources[0] == "import math"
    at = sources.index("fib = 1")
    assert sources[at + 1 : at + 3] == ["%time fib", "last = 3"]
    assert notebook.cells[sources.index("5") - 1].metadata["nbgrader"]["grade_id"] == "check_primes"
    assert any("raise ValueError" in source for source in sources), "the rest is the reference's"


def test_a_cell_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "right-sample.py"
    path.write_text('# Somebody.\n# %% grade_id="nothing"\n1\n', encoding="utf-8")
    lab = LABS["docs-problem"]
    with pytest.raises(ValueError, match="no answer cell nothing"):
        filled(lab, released(lab), read_submission(path))


@pytest.mark.slow
def test_stock_nbgrader_still_gives_these_scores() -> None:
    what = ["docs-problem/right-warns", "docs-problem/right-split-answers", "docs-problem/wrong-syntax"]
    command = [sys.executable, "-W", "ignore", "-m", "tests.graders.foreign.stock", "--check", *what]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
