"""What nbgrader's documentation promises, held against its own documentation's and tests' notebooks."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbgrader.utils import determine_grade, is_grade

from graders import grade, release
from graders.engine.master import LabLimits
from graders.engine.servers import close_servers
from graders.errors import LabError
from graders.foreign import grade_folder
from graders.result import Result
from tests.graders.plain import answered, instructors, write

pytestmark = pytest.mark.rota(3)

NBGRADER = Path(nbgrader.__file__).parent
GUIDE = NBGRADER / "docs" / "source" / "user_guide"
FILES = NBGRADER / "tests" / "apps" / "files"
REFUSED = "its own reference solution does not pass"


@pytest.fixture(scope="module", autouse=True)
def _servers() -> Iterator[None]:
    yield
    close_servers()


def graded(
    tmp_path: Path, master: Path, limits: LabLimits | None = None, **handed_in: Path
) -> dict[str, Result]:
    """Return what comes of notebooks that are handed in to a master, by learner."""
    lab = tmp_path / "source" / "ps1" / "p1.ipynb"
    lab.parent.mkdir(parents=True)
    shutil.copy(master, lab)
    for learner, path in handed_in.items():
        (tmp_path / "submitted" / learner).mkdir(parents=True)
        shutil.copy(path, tmp_path / "submitted" / learner / "p1.ipynb")
    results = grade_folder(lab, tmp_path / "submitted", limits=limits)
    return {result.learner: result for result in results}


def plain(result: Result) -> dict[str, float | None]:
    return {name: value["score"] for name, value in result.scores.items()}


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def changed(path: Path, target: Path, **sources: str) -> Path:
    """Write a copy of a notebook with other texts of some of its cells, by grade id."""
    notebook = read(path)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = sources.get(name, cell.source)
    return write(notebook, target)


@pytest.mark.parametrize("notebook", ["problem1", "problem2"])
def test_the_guides_submissions_get_what_the_guide_shows(tmp_path: Path, notebook: str) -> None:
    names = ("bitdiddle", "hacker")
    handed_in = {name: GUIDE / "submitted" / name / "ps1" / f"{notebook}.ipynb" for name in names}
    results = graded(tmp_path, GUIDE / "source" / "ps1" / f"{notebook}.ipynb", **handed_in)
    for name in names:
        shown = [
            c for c in read(GUIDE / "autograded" / name / "ps1" / f"{notebook}.ipynb").cells if is_grade(c)
        ]
        wanted = {c.metadata.nbgrader["grade_id"]: determine_grade(c) for c in shown}
        got = {check: (v["score"], v["max"]) for check, v in results[name].scores.items() if check in wanted}
        assert got == wanted
        assert results[name].status == "graded"


def test_a_task_cell_waits_for_a_person_with_its_points(tmp_path: Path) -> None:
    learner = GUIDE / "submitted" / "hacker" / "ps1" / "problem1.ipynb"
    result = graded(tmp_path, GUIDE / "source" / "ps1" / "problem1.ipynb", ada=learner)["ada"]
    assert result.scores["cell-938593c4a215c6cc"] == {"score": None, "max": 4}


def test_in_a_course_a_task_cell_waits_for_a_person_too(tmp_path: Path) -> None:
    labs, data = tmp_path / "labs", tmp_path / "data"
    shutil.copytree(GUIDE / "source" / "ps1", labs / "source" / "problem1")
    (labs / "source" / "problem1" / "problem2.ipynb").unlink()
    (labs / "authoring" / "problem1").mkdir(parents=True)
    (labs / "authoring" / "problem1" / "lab.yml").write_text("limits: {seconds: 60, memory_mib: 2048}\n")
    release("problem1", data=data, source=labs)
    folder = data / "course" / "submitted" / "hacker" / "problem1"
    folder.mkdir(parents=True)
    shutil.copy(GUIDE / "submitted" / "hacker" / "ps1" / "problem1.ipynb", folder)
    for kept in (False, True):
        [result] = grade("problem1", data=data, source=labs, collect=False)
        assert result.scores["cell-938593c4a215c6cc"] == {"score": None, "max": 4}
        assert (result.status, result.kept) == ("graded", kept), result


def test_partial_credit_is_the_number_that_a_check_ends_with(tmp_path: Path) -> None:
    """As nbgrader's own test of it (tests/utils/test_utils.py), for checks worth five."""
    ends = {"3": 3, "0.0": 0, "'this is a string'": 5, "[0.5, 'abc']": 5, "None": 5}
    differs = {"5.5": 0, "-1": 0}  # nbgrader stops with an error, and gives full marks
    shown = ends | differs
    cells = [(f"check-{n}", f"double(2)\nends[{text!r}]", 5) for n, text in enumerate(shown)]
    right = f"### BEGIN SOLUTION\ndouble, ends = abs, dict.fromkeys({tuple(shown)!r}, 5)\n### END SOLUTION"
    master = write(instructors(("double", right), *cells), tmp_path / "master.ipynb")
    learners = "double = abs\nends = {" + ", ".join(f"{text!r}: {text}" for text in shown) + "}"
    learner = write(answered(read(master), double=learners), tmp_path / "learner.ipynb")
    result = graded(tmp_path, master, ada=learner)["ada"]
    assert plain(result) == {f"check-{n}": score for n, score in enumerate(shown.values())}


def test_hidden_tests_are_put_back_before_grading(tmp_path: Path) -> None:
    """Its own test gives 1.5 of 3 to the notebook that passes all visible tests."""
    hidden = FILES / "test-hidden-tests.ipynb"
    right = {
        c.metadata.nbgrader["grade_id"]: c.source
        for c in read(FILES / "test.ipynb").cells
        if c.metadata.get("nbgrader")
    }
    answers = {name: right[name] for name in ("squares", "sum_of_squares")}
    master = changed(hidden, tmp_path / "master.ipynb", **answers)
    visible = {"correct_squares": "assert squares(1) == [1]\nassert squares(2) == [1, 4]"}
    learner = changed(hidden, tmp_path / "learner.ipynb", **visible)
    result = graded(tmp_path, master, ada=learner)["ada"]
    assert plain(result) == {
        "correct_squares": 0,
        "squares_invalid_input": 1,
        "correct_sum_of_squares": 0,
        "sum_of_squares_uses_squares": 0.5,
    }
    own = graded(tmp_path / "again", hidden, ada=learner)["ada"]
    assert own.refused_cells == ["correct_squares", "correct_sum_of_squares"], "differs: reference first"
    assert REFUSED in own.reason


CHANGED = {"foo": 1, "bar": 1, "baz": None, "quux": None}
UNCHANGED = {"foo": 1, "bar": 0, "baz": 0, "quux": 0}


def test_answers_for_a_person_wait_and_untouched_ones_get_nothing(tmp_path: Path) -> None:
    handed_in = {name: FILES / f"submitted-{name}.ipynb" for name in ("changed", "unchanged")}
    results = graded(tmp_path, FILES / "submitted-changed.ipynb", **handed_in)
    assert plain(results["changed"]) == CHANGED
    assert plain(results["unchanged"]) == UNCHANGED
    assert {r.status for r in results.values()} == {"graded"}


def test_read_only_cells_are_the_masters_again(tmp_path: Path) -> None:
    names = ("grade-cell-changed", "locked-cell-changed", "cheat-attempt", "cheat-attempt-alternative")
    handed_in = {name: FILES / f"submitted-{name}.ipynb" for name in names}
    results = graded(tmp_path, FILES / "submitted-changed.ipynb", **handed_in)
    assert plain(results["grade-cell-changed"]) == UNCHANGED
    assert plain(results["locked-cell-changed"]) == UNCHANGED
    for name in names[2:]:
        assert plain(results[name]) == {**CHANGED, "bar": 0}


def test_a_code_answer_that_a_person_grades_runs_on_the_learners_side(tmp_path: Path) -> None:
    spies = "import sys\nb = 'graders.engine.checker' in sys.modules and hasattr(get_ipython(), 'guide')"
    master = read(FILES / "submitted-changed.ipynb")
    check = instructors(("on-the-learners-side", "assert not b or b == 2", 1)).cells[0]
    master.cells.append(check)
    master = write(master, tmp_path / "master.ipynb")
    learner = changed(master, tmp_path / "learner.ipynb", quux=spies)
    result = graded(tmp_path, master, ada=learner)["ada"]
    assert plain(result) == {**CHANGED, "on-the-learners-side": 1}


def test_a_cell_that_takes_too_long_is_stopped_and_costs_itself(tmp_path: Path) -> None:
    slow = FILES / "timeout.ipynb"
    quick = changed(slow, tmp_path / "quick.ipynb", squares="def foo():\n    return True")
    endless = changed(slow, tmp_path / "endless.ipynb", squares="while True:\n    pass")
    handed_in = {"slow": slow, "quick": quick, "endless": endless}
    results = graded(tmp_path, quick, LabLimits(seconds=2), **handed_in)
    assert {name: plain(r)["correct_squares"] for name, r in results.items()} == {
        "slow": 0,
        "quick": 1,
        "endless": 0,
    }
    patient = graded(tmp_path / "patient", slow, LabLimits(seconds=60), slow=slow)["slow"]
    assert plain(patient) == {"correct_squares": 1}


def test_text_on_stderr_costs_nothing_unlike_there(tmp_path: Path) -> None:
    warns = "import sys\ndef foo():\n    print('careful', file=sys.stderr)\n    return True"
    quick = changed(FILES / "timeout.ipynb", tmp_path / "quick.ipynb", squares="def foo():\n    return True")
    learner = changed(quick, tmp_path / "warns.ipynb", squares=warns)
    assert plain(graded(tmp_path, quick, ada=learner)["ada"]) == {"correct_squares": 1}


AUTOTESTS = {  # what nbgrader's own tests expect (tests/apps/test_nbgrader_autograde.py)
    "autotest-simple": {"unchanged": 0, "changed": 1},
    "autotest-hashed": {"unchanged": 0, "changed": 1},
    "autotest-multi": {"unchanged": 0, "changed": 3},
    "autotest-hidden": {"unchanged": 0, "changed-wrong": 0, "changed-right": 1},
}


@pytest.mark.parametrize("name", AUTOTESTS)
def test_autotest_lines_become_the_asserts_that_nbgrader_makes(tmp_path: Path, name: str) -> None:
    shutil.copy(FILES / "autotests.yml", tmp_path)  # the course's root
    handed_in = {learner: FILES / f"{name}-{learner}.ipynb" for learner in AUTOTESTS[name]}
    results = graded(tmp_path, FILES / f"{name}.ipynb", **handed_in)
    got = {learner: sum(plain(result).values()) for learner, result in results.items()}
    assert got == AUTOTESTS[name]


def test_the_guides_autotests_hold_for_its_own_solution(tmp_path: Path) -> None:
    shutil.copy(GUIDE / "autotests.yml", tmp_path)
    master = GUIDE / "source" / "ps1_autotest" / "problem1.ipynb"
    result = graded(tmp_path, master, ada=master)["ada"]
    assert result.status == "graded"
    assert all(v["score"] in (None, v["max"]) for v in result.scores.values()), result


def test_an_autotest_masters_code_runs_behind_the_wall(tmp_path: Path) -> None:
    shutil.copy(FILES / "autotests.yml", tmp_path)
    outside = tmp_path / "written"
    outside.mkdir(mode=0o777)
    outside.chmod(0o777)
    tries = f"""a, b, c = 5, "hello", [1, 2, "test"]
try:
    open({str(outside / "x")!r}, "w")
except OSError:
    pass
"""
    master = changed(FILES / "autotest-simple.ipynb", tmp_path / "master.ipynb", soln=tries)
    result = graded(tmp_path, master, ada=FILES / "autotest-simple-changed.ipynb")["ada"]
    assert plain(result) == {"test_simple": 1}
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("templates", "source", "words"),
    [
        (None, "a = 5", "check test_simple has AUTOTEST lines, and no autotests.yml"),
        ("python3: {", "a = 5", "ipynb is no YAML: while parsing"),
        ("other: {}", "a = 5", "AUTOTEST lines: KeyError: 'python3'"),
        ("", "a = 5", "nbgrader makes no asserts of its AUTOTEST lines: CellExecutionError"),
    ],
)
def test_autotests_that_cannot_be_made_are_one_line(
    tmp_path: Path, templates: str | None, source: str, words: str
) -> None:
    if templates is not None:
        (tmp_path / "autotests.yml").write_text(templates or (FILES / "autotests.yml").read_text())
    master = changed(FILES / "autotest-simple.ipynb", tmp_path / "master.ipynb", soln=source)
    with pytest.raises(LabError) as raised:
        graded(tmp_path, master, ada=FILES / "autotest-simple-changed.ipynb")
    assert words in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_course_refuses_autotest_lines_instead_of_passing_all(tmp_path: Path) -> None:
    labs = tmp_path / "labs"
    (labs / "source" / "auto").mkdir(parents=True)
    shutil.copy(FILES / "autotest-simple.ipynb", labs / "source" / "auto" / "auto.ipynb")
    (labs / "authoring" / "auto").mkdir(parents=True)
    (labs / "authoring" / "auto" / "lab.yml").write_text("limits: {seconds: 60, memory_mib: 2048}\n")
    with pytest.raises(LabError, match="check test_simple has AUTOTEST lines"):
        release("auto", data=tmp_path / "data", source=labs)


def test_a_notebook_of_before_format_45_is_graded(tmp_path: Path) -> None:
    """Its cells have no ids; nbgrader's test notebooks are of that time."""
    path = FILES / "submitted-changed.ipynb"
    assert json.loads(path.read_text())["nbformat_minor"] < 5
    assert plain(graded(tmp_path, path, ada=path)["ada"]) == CHANGED
