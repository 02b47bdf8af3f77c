"""A lab released and graded with the gradebook in PostgreSQL, by one grader and by nbgrader's own command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from catalogue.folders import gradebook_url
from graders import grade, release
from tests.graders.test_course import FULL, NBGRADER, RIGHT, hand_in


@pytest.fixture
def data(postgres, labs: Path, tmp_path: Path) -> Path:
    """Return a data folder with `means` released, its gradebook in PostgreSQL."""
    (tmp_path / "course").mkdir()
    (tmp_path / "course/gradebook.url").write_text(postgres.database() + "\n")
    assert release("means", data=tmp_path, source=labs) == ["means"]
    return tmp_path


def booked(data: Path, learner: str) -> dict[str, float | None]:
    with Gradebook(gradebook_url(data / "course")) as book:
        submission = book.find_submission("means", learner)
        return {one.name: one.auto_score for notebook in submission.notebooks for one in notebook.grades}


def test_scores_go_there_and_a_persons_grade_stays(data: Path, labs: Path, answered, postgres) -> None:
    whole = answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"])
    half = answered(row_means=RIGHT["row-means"])
    for name, notebook in {"ada": whole, "gil": half}.items():
        hand_in(data, name, notebook)
    found = {one.learner: one for one in grade("means", data=data, source=labs, collect=False)}
    assert {name: one.status for name, one in found.items()} == {"ada": "graded", "gil": "graded"}
    assert booked(data, "ada") == FULL
    assert booked(data, "gil")["check-spread"] == 0
    with Gradebook(gradebook_url(data / "course")) as book:
        book.find_grade("check-spread", "means", "means", "gil").manual_score = 1.5
        book.db.commit()
    postgres.pause()
    postgres.go_on()
    grade("means", data=data, source=labs, collect=False, force=True)
    assert booked(data, "gil")["check-row-means"] == 5
    with Gradebook(gradebook_url(data / "course")) as book:
        assert book.find_grade("check-spread", "means", "means", "gil").manual_score == 1.5
    assert not (data / "course/gradebook.db").exists()


def test_nbgraders_own_command_uses_it_too(data: Path, answered) -> None:
    hand_in(data, "ada", answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"]))
    command = [sys.executable, str(NBGRADER), "autograde", "means", "--create"]
    done = subprocess.run(
        command, cwd=data / "course", capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert booked(data, "ada") == FULL
    assert json.loads((data / "course/autograded/ada/means/means.ipynb").read_text())["cells"]
