"""A lab's proof: exact scores, ten seeds, kept by content, never kept when it does not hold."""

import json
import shutil
from pathlib import Path

import pytest

from graders import cli
from graders.errors import LabError
from graders.proof import depends, master_of, proof_path, prove
from graders.submissions import read_answers


@pytest.fixture
def own(labs: Path, tmp_path: Path) -> Path:
    """Return labs that may be changed."""
    shutil.copytree(labs, tmp_path / "labs")
    return tmp_path / "labs"


def submissions(labs: Path) -> Path:
    return labs / "authoring" / "means" / "submissions"


def test_a_lab_is_proved_once_for_the_same_content(own: Path) -> None:
    steps: list[str] = []
    proof = prove("means", own, tell=steps.append)
    assert proof.holds
    assert not proof.cached
    assert len(proof.seeds) == 10
    assert len(steps) == 14
    assert proof.submissions["partial-columns"] == {
        "check-row-means": 0,
        "check-spread": 2,
        "check-spread-hidden": 2,
    }
    again = prove("means", own)
    assert again.cached
    assert again.submissions == proof.submissions
    before = proof_path("means", own).read_bytes()
    assert not prove("means", own, force=True).cached
    after = json.loads(proof_path("means", own).read_bytes())
    assert {**after, "seconds": 0} == {**json.loads(before), "seconds": 0}


def test_everything_that_a_score_depends_on_makes_the_proof_stale(own: Path) -> None:
    found = {depends(master_of("means", own), own)}
    changes = {
        own / "source" / "means" / "table.csv": "1,2\n3,4\n",
        own / "authoring" / "means" / "lab.yml": "limits: {seconds: 3}\n",
        submissions(own) / "partial-columns.py": "# nothing\n",
        submissions(own) / "expected.yml": "{}\n",
    }
    for path, text in changes.items():
        path.write_text(text)
        found.add(depends(master_of("means", own), own))
    notebook = own / "source" / "means" / "means.ipynb"
    notebook.write_text(notebook.read_text().replace("12345", "54321"))
    found.add(depends(master_of("means", own), own))
    assert len(found) == 6


def test_a_wrong_expectation_is_shown_with_what_the_check_said_and_not_kept(own: Path) -> None:
    path = submissions(own) / "expected.yml"
    path.write_text(
        path.read_text().replace(
            "partial-columns: {check-row-means: 0", "partial-columns: {check-row-means: 2"
        )
    )
    proof = prove("means", own)
    assert not proof.holds
    difference = proof.wrong["partial-columns"]["check-row-means"]
    assert (difference["expected"], difference["got"]) == (2, 0)
    assert "you averaged down the columns" in difference["says"]
    assert not proof_path("means", own).exists()


def test_a_reference_that_fails_on_a_seed_is_not_proved(own: Path) -> None:
    path = own / "source" / "means" / "means.ipynb"
    right, third = "secret.mean(axis=1))", "int(__import__('os').environ['ACADEMY_SEED']) % 3 == 0"
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, f"{right[:-1]} + ({third}))"))
    proof = prove("means", own)
    assert sorted(proof.failed_seeds) == ["0", "3", "6", "9"]
    assert proof.failed_seeds["3"] == ["check-row-means"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "fails-untouched: {check-row-means: 0, ",
            "fails-untouched: {",
            "fails-untouched lacks check-row-means",
        ),
        ("check-spread: 2", "check-sprea: 2", "names check-sprea, which is no check"),
        ("cheats-display:", "cheats-other:", "cheats-other has no file"),
        ("passes-numpy: {check-row-means: 5", "passes-numpy: {check-row-means: 4", "less than full marks"),
        ("{check-row-means: 5", "{check-row-means: [", "expected.yml"),
    ],
)
def test_faults_of_a_labs_submissions_are_named(own: Path, old: str, new: str, words: str) -> None:
    path = submissions(own) / "expected.yml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(LabError, match=words):
        prove("means", own)


def test_code_before_the_first_answer_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "fails-x.py"
    path.write_text('import os\n# %% grade_id="a"\nx = 1\n')
    with pytest.raises(LabError, match="code before the first answer"):
        read_answers(path)
    path.write_text('# about\n# %% grade_id="a"\nx = 1\n\n# %% grade_id="b"\ny = 2\n')
    assert read_answers(path) == {"a": "x = 1", "b": "y = 2"}


def test_the_verb_prints_one_document_and_says_by_its_exit_code(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graders.proof.LABS", own)
    monkeypatch.setattr("graders.mutation.LABS", own)
    assert cli.main(["prove", "means", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["holds"]
    assert found["labs"]["means"]["seeds"] == [str(n) for n in range(10)]
    path = submissions(own) / "expected.yml"
    path.write_text(
        path.read_text().replace(
            "partial-columns: {check-row-means: 0", "partial-columns: {check-row-means: 2"
        )
    )
    assert cli.main(["prove", "means"]) == 1
    assert "partial-columns: check-row-means got 0.0, expected 2" in capsys.readouterr().out
    assert cli.main(["prove", "mean"]) == 2
    assert capsys.readouterr().err.startswith("academy: no lab 'mean' in ")
