"""Labs from a git address go the whole way: made, released, fetched, submitted, collected, graded."""

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbgrader.api import Gradebook

from catalogue.notebooks.build import build
from catalogue.notebooks.units import Unit
from graders import course, grade, make, release
from graders.engine.servers import close_servers
from hub_config.lab_source import bring
from tests.hub_config.git_upstream import Upstream

OURS = Path(__file__).parents[1] / "graders" / "fixtures" / "labs"
GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
ANSWERS = {
    "row-means": "def row_means(x):\n    return x.mean(axis=1)",
    "squares": "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]",
}


@pytest.fixture(autouse=True)
def _servers() -> Iterator[None]:
    yield
    close_servers()


def content(folder: Path, below: str) -> dict[str, bytes]:
    """Return the files of a folder, as they lie below another one."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {f"{below}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found}


def with_lab_yml(tmp_path: Path) -> dict[str, bytes]:
    """Return a lab of our own kind, built."""
    shutil.copytree(OURS, tmp_path / "built" / "labs")
    text = tmp_path / "built" / "labs" / "authoring" / "means" / "means.py"
    notebook = tmp_path / "built" / "labs" / "source" / "means" / "means.ipynb"
    build(Unit("lab", "means", tmp_path / "built", text, notebook))
    return content(tmp_path / "built" / "labs", "labs")


def plain(tmp_path: Path) -> dict[str, bytes]:
    """Return an assignment of nbgrader's own guide, and nothing beside it."""
    return {"source/ps1/ps1.ipynb": (GUIDE / "source" / "ps1" / "problem1.ipynb").read_bytes()}


def hand_in(data: Path, home: Path, lab: str) -> None:
    """Fetch, answer and submit with nbgrader's own commands."""
    home.mkdir()
    (home / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'academy'\n"
        f"c.Exchange.root = {str(data / 'exchange')!r}\n"
    )
    for step in ("fetch_assignment", "submit"):
        command = [Path(sys.executable).parent / "nbgrader", step, lab]
        env = {**os.environ, "HOME": str(home), "JUPYTER_DATA_DIR": str(home / "jupyter")}
        done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if step == "fetch_assignment":
            answer(home / lab / f"{lab}.ipynb")


def answer(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = ANSWERS.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    nbformat.write(notebook, path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lab", "held", "wanted"),
    [
        ("means", with_lab_yml, {"check-row-means": 5.0, "check-spread": 0.0, "check-spread-hidden": 0.0}),
        ("ps1", plain, {"correct_squares": 1.0, "squares_invalid_input": 0.0}),
    ],
    ids=["with lab.yml", "plain nbgrader"],
)
def test_a_lab_from_a_git_address_goes_the_whole_way(lab, held, wanted, tmp_path: Path) -> None:
    upstream, data = Upstream(tmp_path), tmp_path / "data" / "courses" / "stats"
    upstream.commit(held(tmp_path), "v1")
    bring(upstream.source, "v1", data / "labs", print)
    assert course.make(data, data / "labs").known() == [lab]
    assert release(lab, data=data, source=data / "labs") == [lab]
    hand_in(data, tmp_path / "home", lab)
    [result] = grade(lab, data=data, source=data / "labs", feedback=True)
    assert (result.learner, result.status) == (getpass.getuser(), "graded"), result
    assert {name: result.scores[name]["score"] for name in wanted} == wanted
    with Gradebook(f"sqlite:///{data / 'course' / 'gradebook.db'}") as gradebook:
        grades = gradebook.find_submission(lab, getpass.getuser()).notebooks[0].grades
        assert wanted.items() <= {one.name: one.auto_score for one in grades}.items()


def test_a_released_lab_stays_as_learners_have_it_when_its_branch_moves(tmp_path: Path) -> None:
    upstream, data = Upstream(tmp_path), tmp_path / "data"
    upstream.commit(plain(tmp_path))
    bring(upstream.source, "main", data / "labs", print)
    release("ps1", data=data, source=data / "labs")
    before = (data / "course" / "source" / "ps1" / "ps1.ipynb").read_bytes()
    upstream.commit({name: text.replace(b"squares", b"cubes") for name, text in plain(tmp_path).items()})
    bring(upstream.source, "main", data / "labs", print)
    assert b"cubes" in (data / "labs" / "source" / "ps1" / "ps1.ipynb").read_bytes()
    make(data, data / "labs")
    assert (data / "course" / "source" / "ps1" / "ps1.ipynb").read_bytes() == before
