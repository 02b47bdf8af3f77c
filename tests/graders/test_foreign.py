"""`./academy grade --master`: any nbgrader lab from files alone."""

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from graders import cli
from graders.engine.servers import close_servers
from graders.errors import LabError
from graders.foreign import grade_folder, opened
from tests.graders.plain import answered, instructors, write

MEAN = """def mean(x):
    ### BEGIN SOLUTION
    return sum(x) / len(x)
    ### END SOLUTION
"""
HIDDEN = """assert mean([1, 2]) == 1.5
### BEGIN HIDDEN TESTS
assert mean([4]) == 4
### END HIDDEN TESTS
"""
PARTS = """points = 0
if mean([2]) == 2:
    points += 1
if mean([0, 3]) == 1.5:
    points += 2
points
"""
MASTER = instructors(
    ("mean", MEAN),
    ("check-mean", HIDDEN, 2),
    ("check-parts", PARTS, 3),
    ("check-table", "assert mean([float(line) for line in open('table.txt')]) == 2", 1),
    ("check-impossible", "import os\nassert mean([os.getpid()]) < 0", 4),
)
RIGHT = """def mean(numbers):
    import warnings
    warnings.warn("honest")
    return sum(numbers) / len(numbers)
"""
CURIOUS = """def mean(x):
    import os
    found = [name for _, _, names in os.walk(".") for name in names]
    return sum(x) / len(x) if found == ["table.txt"] else 0
"""
FULL = {"check-mean": 2, "check-parts": 3, "check-table": 1, "check-impossible": None}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with a lab, its data and what five people handed in."""
    root = tmp_path_factory.mktemp("somewhere")
    write(MASTER, root / "my lab" / "week 1.ipynb")
    (root / "my lab" / "table.txt").write_text("1\n3\n")
    handed_in = root / "my lab" / "handed in"  # beside the notebook: nobody is given another's work
    for learner, text in {
        "ada": RIGHT,
        "bob": "def mean(x):\n    return x[0]",
        "carl": CURIOUS,
    }.items():
        write(answered(MASTER, mean=text), handed_in / learner / "week 1.ipynb")
    (handed_in / "dora").mkdir()
    (handed_in / "eve").mkdir()
    (handed_in / "eve" / "week 1.ipynb").write_text("{")
    (handed_in / "list.csv").write_text("no learner\n")
    yield root / "my lab"
    close_servers()


def told(course: Path) -> dict[str, str]:
    return {
        str(path): f"{path.stat().st_mtime_ns} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in course.rglob("*")
        if path.is_file()
    }


def run(course: Path, *more: str) -> int:
    given = ["--master", str(course / "week 1.ipynb"), "--submissions", str(course / "handed in")]
    return cli.main(["grade", *given, *more])


def test_one_line_of_json_for_each_learner_and_nothing_is_touched(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path / "data"))
    before = told(course)
    assert run(course, "--json", "--seed", "7") == 3
    shown = capsys.readouterr()
    results = {result["learner"]: result for result in map(json.loads, shown.out.splitlines())}
    assert list(results) == ["ada", "bob", "carl", "dora", "eve"]
    assert told(course) == before
    assert list(tmp_path.iterdir()) == []
    assert {result["lab"] for result in results.values()} == {"week 1"}
    assert {result["mode"] for result in results.values()} == {"apart"}

    for learner, wanted in {
        "ada": FULL,
        "bob": {"check-mean": 0, "check-parts": 1, "check-table": 0, "check-impossible": None},
        "carl": FULL,
    }.items():
        result = results[learner]
        assert {name: value["score"] for name, value in result["scores"].items()} == wanted, result
        assert {name: value["max"] for name, value in result["scores"].items()} == {
            **FULL,
            "check-impossible": 4,
        }
        assert result["status"] == "partial"
        assert result["refused_cells"] == ["check-impossible"]
        assert "check-impossible: its own reference solution does not pass" in result["reason"]
    assert (results["dora"]["status"], results["dora"]["reason"]) == (
        "refused",
        "week 1.ipynb was not submitted",
    )
    assert results["eve"]["status"] == "unreadable"
    assert "Traceback" not in shown.err


def test_a_table_for_people(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(course, "--learner", "bob", "--learner", "dora") == 3
    shown = capsys.readouterr()
    assert [line.split("│")[1:5] for line in shown.out.splitlines() if "│ bob" in line] == [
        [" bob     ", " 1 of 6 ", "         ", " partial "]
    ]
    assert "dora: week 1.ipynb was not submitted" in shown.out
    assert "{" not in shown.out


def test_all_graded_ends_with_zero_and_idioms_that_prove_nothing_are_told_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = "x = [1, 2]\nf(x)\nassert x == [1, 2] and f(x) is not x"
    text = "def f(x):\n    ### BEGIN SOLUTION\n    return list(x)\n    ### END SOLUTION"
    master = instructors(("f", text), ("check-f", check, 1))
    master.cells.append(nbformat.v4.new_markdown_cell("Why?"))
    about = {"grade_id": "why", "grade": True, "points": 2, "cell_type": "markdown"}
    master.cells[-1].metadata["nbgrader"] = {**master.cells[0].metadata.nbgrader, **about}
    path = write(master, tmp_path / "lab.ipynb")
    write(answered(master, why="Because."), tmp_path / "in" / "ada" / "lab.ipynb")
    careless = answered(master, f="def f(x):\n    x.append(3)\n    return x", why="YOUR ANSWER HERE")
    write(careless, tmp_path / "in" / "bob" / "lab.ipynb")
    assert cli.main(["grade", "--master", str(path), "--submissions", str(tmp_path / "in"), "--json"]) == 0
    shown = capsys.readouterr()
    assert [json.loads(line)["scores"] for line in shown.out.splitlines()] == [
        {"check-f": {"score": 1, "max": 1}, "why": {"score": None, "max": 2}},
        {"check-f": {"score": 0, "max": 1}, "why": {"score": 0, "max": 2}},
    ]
    assert "academy: check-f, line 3: `x == [1, 2]`" in shown.err
    assert "academy: check-f, line 3: `f(x) is not x`" in shown.err


def plain(*, graded: bool) -> nbformat.NotebookNode:
    notebook = instructors(("a", "x = 1"), *([("check", "assert x", 1)] if graded else []))
    return notebook


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "no notebook {path}; give"),
        (lambda path: path.mkdir(), "no notebook {path}; give"),
        (lambda path: path.write_text("no JSON"), "{path} is no notebook of nbgrader's"),
        (lambda path: path.write_bytes(b"\xff\x00"), "{path} is no notebook of nbgrader's"),
        (
            lambda path: write(nbformat.v4.new_notebook(), path),
            "has no graded cell with points ({path}); give",
        ),
        (lambda path: write(plain(graded=False), path), "has no graded cell with points ({path}); give"),
        (
            lambda path: write(instructors(("a", "x = 1"), ("a", "assert x", 1)), path),
            "{path} is no notebook of nbgrader's",
        ),
        (
            lambda path: write(instructors(("a", "x = 1"), ("check", "### AUTOTEST x", 1)), path),
            "check check has AUTOTEST lines",
        ),
    ],
    ids=["missing", "folder", "text", "bytes", "empty", "ungraded", "twice", "autotest"],
)
def test_a_master_that_is_none_is_one_line(
    tmp_path: Path, make: object, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, handed_in = tmp_path / "lab.ipynb", tmp_path / "in"
    make(path)
    (handed_in / "ada").mkdir(parents=True)
    assert cli.main(["grade", "--master", str(path), "--submissions", str(handed_in)]) == 2
    err = capsys.readouterr().err.strip()
    assert err.startswith("academy: ")
    assert words.format(path=path) in err
    assert len(err.splitlines()) == 1


def test_a_folder_without_learners_is_one_line(tmp_path: Path) -> None:
    path = write(plain(graded=True), tmp_path / "lab.ipynb")
    (tmp_path / "in" / ".hidden").mkdir(parents=True)
    for folder, words in {
        "none": "no folder",
        "in": "no folder of a learner",
        "lab.ipynb": "no folder",
    }.items():
        with pytest.raises(LabError, match=words):
            next(grade_folder(path, tmp_path / folder))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--master", "x.ipynb"],
        ["--submissions", "x"],
        ["--master", "x.ipynb", "--submissions", "x", "means"],
        ["--master", "x.ipynb", "--submissions", "x", "--feedback"],
        ["--master", "x.ipynb", "--submissions", "x", "--seconds", "0"],
        ["--master", "x.ipynb", "--submissions", "x", "--workers", "0"],
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["grade", *arguments])
    assert left.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_what_has_no_meaning_here_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in {
        ("--master", "x.ipynb", "--submissions", "x", "--force"): "keeps no results and grades everything",
        ("means", "--together"): "--together is for --master alone",
    }.items():
        with pytest.raises(SystemExit) as left:
            cli.main(["grade", *arguments])
        assert left.value.code == 2
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("workers", [1, 3])
def test_so_many_are_graded_at_the_same_time_and_told_in_order(
    course: Path, tmp_path: Path, workers: int
) -> None:
    slow = "import time\ntime.sleep(1)\n" + RIGHT
    names = ["ada", "bob", "carl", "dora"]
    for name in names:
        write(answered(MASTER, mean=slow if name == "ada" else RIGHT), tmp_path / name / "week 1.ipynb")
    told, at_once = [], set()
    for result in grade_folder(course / "week 1.ipynb", tmp_path, workers=workers, seed="1"):
        told.append(result.learner)
        at_once.add(sum(thread.name.startswith("grading") for thread in threading.enumerate()))
        assert {name: value["score"] for name, value in result.scores.items()} == FULL
    assert told == names
    assert at_once == {workers}


def test_what_lies_beside_the_notebook_is_handed_out_and_no_more(tmp_path: Path) -> None:
    path = write(plain(graded=True), tmp_path / "lab.ipynb")
    for name in ("data/a.csv", "b.txt", "other.ipynb", ".secret", ".git/c", "gradebook.db", "in/ada/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    with opened(path, tmp_path / "in") as master:
        assert sorted(master.data) == ["b.txt", "data/a.csv"]
        assert (master.folder / "lab.ipynb").stat().st_mode & 0o777 == 0o600
    assert not master.folder.exists()


def test_too_much_beside_the_notebook_is_refused(tmp_path: Path) -> None:
    path = write(plain(graded=True), tmp_path / "lab.ipynb")
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(201 * 2**20)
    with pytest.raises(LabError, match="more than 200 MiB"), opened(path):
        pass
