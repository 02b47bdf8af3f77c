"""A whole course with nbgrader's own commands: release, fetch, submit, collect, autograde, feedback."""

import getpass
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook

from catalogue.folders import AT_HOME
from graders import cli, course, grade, make, release
from graders.engine.master import Master, read_master
from graders.errors import LabError

RIGHT = {
    "row-means": "def row_means(x):\n    return x.mean(axis=1)",
    "spread": "def spread(x):\n    return np.std(x, ddof=1)",
}
NOSY = {
    "row-means": (
        "SEEN = []\ndef row_means(x):\n    SEEN.append(x); print('stolen', SEEN)\n"
        "    from IPython.display import HTML, display\n"
        "    display(HTML('<script>steal()</script>'))\n"
        "    raise ValueError(f'stolen {SEEN}')"
    ),
    "spread": "print('stolen', SEEN)\ndef spread(x):\n    raise ValueError(f'stolen {SEEN}')",
}
FULL = {"check-row-means": 5.0, "check-spread": 2.0, "check-spread-hidden": 2.0}
NBGRADER = Path(sys.executable).parent / "nbgrader"


def hand_in(data: Path, learner: str, notebook: nbformat.NotebookNode | bytes) -> Path:
    """Put a submission where nbgrader's collect would."""
    folder = data / "course" / "submitted" / learner / "means"
    folder.mkdir(parents=True, exist_ok=True)
    content = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    (folder / "means.ipynb").write_bytes(content)
    (folder / "timestamp.txt").write_text("2026-11-01 12:00:00.000000 UTC")
    (folder / "submission_secret.txt").write_text(f"{learner:*<64}")
    return folder


def booked(data: Path, learner: str) -> dict[str, float | None]:
    """Return the scores in nbgrader's gradebook."""
    with Gradebook(f"sqlite:///{data / 'course' / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission("means", learner)
        return {g.name: g.auto_score for notebook in submission.notebooks for g in notebook.grades}


@pytest.fixture(scope="module")
def data(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with `means` released."""
    folder = tmp_path_factory.mktemp("data")
    assert release("means", data=folder, source=labs) == ["means"]
    return folder


@pytest.fixture
def grading(data: Path, labs: Path):
    """Return what grades some learners and gives their results by name."""

    def run(*learners: str, **options: object) -> dict:
        chosen = list(learners) or None
        results = grade("means", learners=chosen, data=data, source=labs, collect=False, **options)
        return {result.learner: result for result in results}

    return run


def test_the_released_version_tells_neither_answers_nor_hidden_tests(data: Path) -> None:
    text = (data / "exchange" / "academy" / "outbound" / "means" / "means.ipynb").read_text()
    assert "raise NotImplementedError" in text
    for secret in ("x.sum(axis=1)", "HIDDEN", "hidden rows", "12345"):
        assert secret not in text
    assert (data / "exchange" / "academy" / "outbound" / "means" / "table.csv").exists()


def test_nothing_is_written_in_the_checkout(labs: Path, data: Path) -> None:
    assert sorted(p.name for p in (labs / "source" / "means").iterdir()) == ["means.ipynb", "table.csv"]
    assert json.loads((data / "course" / "limits.json").read_text()) == {
        "means": {"memory_mib": 1024, "seconds": 10}
    }


def test_one_bad_submission_stops_nobody(data: Path, grading, answered) -> None:
    honest = answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"])
    foreign = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    copied = answered(row_means=RIGHT["row-means"])
    copied.cells.insert(3, dict(copied.cells[2], id="copy", source=RIGHT["row-means"]))
    for name, notebook in {
        "a-broken": b"{not json",
        "b-foreign": foreign,
        "c-huge": b" " * (50 * 2**20),
        "d-copied": copied,
        "e-ends": answered(row_means="import os; os._exit(1)", spread=RIGHT["spread"]),
        "f-honest": honest,
    }.items():
        hand_in(data, name, notebook)
    found = grading()
    status = {name: result.status for name, result in found.items()}
    assert status == {
        "a-broken": "unreadable",
        "b-foreign": "refused",
        "c-huge": "refused",
        "d-copied": "graded",
        "e-ends": "graded",
        "f-honest": "graded",
    }
    assert "another lab" in found["b-foreign"].reason
    assert "50 MB" in found["c-huge"].reason
    assert booked(data, "f-honest") == FULL
    assert booked(data, "d-copied")["check-row-means"] == 5
    assert booked(data, "e-ends") == {**FULL, "check-row-means": 0}
    line = json.loads(found["f-honest"].line())
    assert line["scores"]["check-spread"] == {"score": 2.0, "max": 2.0}
    assert set(line) == {
        "learner", "lab", "status", "mode", "reason", "refused_cells", "scores", "seconds",
    }  # fmt: skip
    for name in status:
        shutil.rmtree(data / "course" / "submitted" / name)


def test_grading_again_gives_the_same_and_keeps_a_persons_grade(data: Path, grading, answered) -> None:
    hand_in(data, "gil", answered(row_means=RIGHT["row-means"]))
    first = grading("gil")["gil"].scores
    url = f"sqlite:///{data / 'course' / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        gradebook.find_grade("check-spread", "means", "means", "gil").manual_score = 1.5
        gradebook.db.commit()
    assert grading("gil")["gil"].scores == first
    with Gradebook(url) as gradebook:
        assert gradebook.find_grade("check-spread", "means", "means", "gil").manual_score == 1.5
    hand_in(data, "gil", answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"]))
    grading("gil")
    assert booked(data, "gil") == FULL


def test_feedback_names_properties_and_leaks_nothing(data: Path, grading, answered) -> None:
    hand_in(data, "nosy", answered(row_means=NOSY["row-means"], spread=NOSY["spread"]))
    grading("nosy", feedback=True)
    page = (data / "course" / "feedback" / "nosy" / "means" / "means.html").read_text()
    cells = re.sub(r"(?s)<(script|style).*?</\1>", "", page)
    text = re.sub(r"<[^>]+>", "", cells)
    assert "one mean for each row" in text
    assert "0 / 3  a single row" in text
    assert "This check is not shown." in text
    # each check is called by its task's title, in the list of scores and above the check
    assert text.count("Means of rows 行平均") == 2
    assert text.count("Spread 离散程度") == 4
    assert "Test cell" not in text
    assert "stolen [" not in text
    # the learner's own source may stand there; neither inputs (12345…) nor hidden checks may
    for secret in ("1234", "hidden rows", "BEGIN HIDDEN", "secret"):
        assert secret not in text
    assert "steal()</script>" not in page
    autograded = (data / "course" / "autograded" / "nosy" / "means" / "means.ipynb").read_text()
    outputs = [o for c in json.loads(autograded)["cells"] for o in c.get("outputs", [])]
    assert "<script" not in str(outputs)
    released = list((data / "exchange" / "academy" / "feedback").iterdir())
    assert len(released) == 1
    assert "nosy" not in released[0].name
    # who knows no name cannot list the others'; the group is the instructors' own
    assert (data / "exchange" / "academy" / "feedback").stat().st_mode & 0o004 == 0


def test_formgrader_calls_a_check_by_its_tasks_title(data: Path, labs: Path, master: Master) -> None:
    course = make(data, labs)
    exporter = HTMLExporter(config=course.settings())
    shown = {"assignment_id": "means", "notebook_id": "means", "base_url": "", "index": 0, "total": 1}
    page, _ = exporter.from_notebook_node(master.notebook, resources=shown)
    text = re.sub(r"<[^>]+>", "", page)
    assert text.count("Means of rows 行平均") == 1
    assert text.count("Spread 离散程度") == 2
    # a lab that was brought before titles were kept: the check's own name
    exporter = HTMLExporter(config=course.settings())
    page, _ = exporter.from_notebook_node(master.notebook, resources={**shown, "assignment_id": "older"})
    assert "<p><b><code>check-spread</code></b></p>" in page


def test_a_check_that_fails_its_own_reference_is_refused_for_everybody(
    labs: Path, tmp_path: Path, answered
) -> None:
    own = tmp_path / "labs"
    shutil.copytree(labs, own)
    path = own / "source" / "means" / "means.ipynb"
    path.write_text(path.read_text().replace("ddof=1))\\n", "ddof=0))\\n"))
    release("means", data=tmp_path / "data", source=own)
    hand_in(tmp_path / "data", "ada", answered(row_means=RIGHT["row-means"]))
    (result,) = grade("means", data=tmp_path / "data", source=own, collect=False)
    assert (result.status, result.refused_cells) == ("partial", ["check-spread-hidden"])
    assert "check-spread-hidden: its own reference solution does not pass" in result.reason
    assert result.scores["check-spread-hidden"]["score"] is None
    assert result.scores["check-row-means"]["score"] == 5
    with Gradebook(f"sqlite:///{tmp_path / 'data' / 'course' / 'gradebook.db'}", "academy") as book:
        grade_of = book.find_grade("check-spread-hidden", "means", "means", "ada")
        assert (grade_of.auto_score, grade_of.needs_manual_grade) == (None, True)


def test_unknown_and_unreleased_labs_are_named(data: Path, labs: Path, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"no lab mean in .* there: means"):
        release("mean", data=data, source=labs)
    with pytest.raises(LabError, match=r"\./academy release means"):
        list(grade("means", data=tmp_path, source=labs))
    assert grade_nobody(data, labs) == "refused"


@pytest.mark.parametrize("name", AT_HOME)
def test_a_lab_with_the_name_of_a_folder_that_people_have_is_not_released(
    labs: Path, tmp_path: Path, name: str
) -> None:
    own = tmp_path / "labs"
    shutil.copytree(labs, own)
    folder = shutil.copytree(own / "source/means", own / "source" / name)
    (folder / "means.ipynb").rename(folder / f"{name}.ipynb")
    with pytest.raises(LabError, match=f"lab {name} has the name of a folder in people's homes"):
        release(data=tmp_path / "data", source=own)
    assert make(tmp_path / "data", own).released() == []


def grade_nobody(data: Path, labs: Path) -> str:
    results = list(grade("means", learners=["nobody"], data=data, source=labs, collect=False))
    assert "submitted nothing" in results[0].reason
    return results[0].status


def test_a_released_lab_stays_as_learners_have_it_until_it_is_released_again(
    labs: Path, tmp_path: Path
) -> None:
    own, data = tmp_path / "labs", tmp_path / "data"
    shutil.copytree(labs, own)
    release("means", data=data, source=own)
    (own / "source" / "means" / "table.csv").write_text("1,2,3,4\n5,6,7,8\n")
    make(data, own)
    assert "5,6" not in (data / "course" / "source" / "means" / "table.csv").read_text()
    release("means", data=data, source=own)
    assert "5,6" in (data / "exchange" / "academy" / "outbound" / "means" / "table.csv").read_text()


@pytest.mark.parametrize(
    ("points", "said"),
    [(0, "lab means has no points"), (None, r"check cells without points: check-row-means, .*means\.ipynb")],
    ids=["zero", "missing"],
)
def test_a_lab_without_points_is_not_handed_out(labs: Path, tmp_path: Path, points: int | None, said: str):
    own = tmp_path / "labs"
    shutil.copytree(labs, own)
    path = own / "source" / "means" / "means.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).pop("points", None) is not None and points is not None:
            cell.metadata["nbgrader"]["points"] = points
    path.write_text(json.dumps(notebook))
    with pytest.raises(LabError, match=said):
        release("means", data=tmp_path / "data", source=own)
    assert make(tmp_path / "data", own).released() == []


@pytest.mark.parametrize("points", [None, "three"], ids=["missing", "no number"])
def test_a_master_without_points_says_where_and_what_to_do(labs: Path, tmp_path: Path, points: str | None):
    shutil.copytree(labs / "source" / "means", tmp_path / "means")
    path = tmp_path / "means" / "means.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (check,) = (c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "check-spread")
    check.metadata["nbgrader"] = {**check.metadata["nbgrader"], "points": points}
    if points is None:
        del check.metadata["nbgrader"]["points"]
    path.write_text(json.dumps(notebook))
    with pytest.raises(LabError) as told:
        read_master(path.parent)
    said = str(told.value)
    assert f"{path}: no points in the graded cell check-spread;" in said
    assert '"points": 3' in said
    assert said.endswith("then ./academy notebooks build means")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "course").write_text("a file")
    with pytest.raises(course.CourseError, match=r"course folder .* cannot be written"):
        make(tmp_path)


@pytest.mark.slow
def test_the_round_trip_with_nbgraders_own_commands(
    labs: Path, tmp_path: Path, master: Master, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    data, home = tmp_path / "data", tmp_path / "home"
    home.mkdir()
    release("means", data=data, source=labs)
    who = getpass.getuser()
    (home / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'academy'\n"
        f"c.Exchange.root = {str(data / 'exchange')!r}\n"
    )
    env = {**os.environ, "HOME": str(home), "JUPYTER_DATA_DIR": str(home / "jupyter"), "OMP_NUM_THREADS": "1"}

    def nbgrader(*arguments: str, cwd: Path = home) -> str:
        done = subprocess.run(
            [NBGRADER, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    nbgrader("fetch_assignment", "means")
    path = home / "means" / "means.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = RIGHT.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    nbformat.write(notebook, path)
    nbgrader("submit", "means")

    results = list(grade("means", data=data, source=labs, feedback=True))
    assert [(r.learner, r.status) for r in results] == [(who, "graded")]
    assert booked(data, who) == FULL

    nbgrader("fetch_feedback", "means")
    page = next((home / "means" / "feedback").rglob("means.html")).read_text()
    assert "9.0 / 9.0)" in page
    assert "hidden rows" not in page

    # what an instructor types instead gives the same
    shutil.rmtree(data / "course" / "autograded" / who)
    with Gradebook(f"sqlite:///{data / 'course' / 'gradebook.db'}") as gradebook:
        gradebook.remove_submission("means", who)
    nbgrader("autograde", "means", cwd=data / "course")
    assert booked(data, who) == FULL

    # and so does the command line
    monkeypatch.setattr("graders.course.CHECKOUT", labs.parent)
    assert cli.main(["grade", "means", "--json", "--no-collect", "--data", str(data)]) == 0
    line = json.loads(capsys.readouterr().out)
    assert {name: value["score"] for name, value in line["scores"].items()} == FULL
