"""Running notebooks: warm forks, real kernels, what is not run again, and what a failure says."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree

import nbformat
import pytest

from catalogue.notebooks import warm
from catalogue.notebooks.build import build
from catalogue.notebooks.execute import execute
from catalogue.notebooks.jobs import Way, jobs
from catalogue.notebooks.report import write_report
from catalogue.notebooks.stamp import stamp
from catalogue.notebooks.units import find


@pytest.fixture
def built_root(root, tmp_path_factory, monkeypatch):
    """The root with everything built, and a data folder of its own."""
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path_factory.mktemp("data")))
    for unit in find(root):
        build(unit)
    return root


@pytest.fixture(scope="module", autouse=True)
def _server():
    yield
    warm.stop()


def run(root, way=None, **changes):
    return {outcome.name: outcome for outcome in execute(jobs(find(root)), way or Way(**changes), 2)}


NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell("# text"),
        nbformat.v4.new_code_cell("a = 1", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("print('out')\nimport sys; print('err', file=sys.stderr)\na"),
        nbformat.v4.new_code_cell(""),
        nbformat.v4.new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
        nbformat.v4.new_code_cell("shown = display('before', display_id=True)"),
        nbformat.v4.new_code_cell("shown.update('after')"),
        nbformat.v4.new_code_cell("%pwd\n!echo shell"),
    ],
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
)


def comparable(notebook):
    """What must be the same whoever ran it: all but clocks, random ids and kernel traces."""
    cells = json.loads(json.dumps(notebook.cells))
    for cell in cells:
        del cell["id"]
        for clock in ("start_time", "end_time", "duration"):
            cell["metadata"]["papermill"].pop(clock)
        cell["metadata"].pop("execution", None)
    metadata = json.loads(json.dumps(notebook.metadata))
    for clock in ("start_time", "end_time", "duration"):
        del metadata["papermill"][clock]
    return cells, metadata


def by_papermill(folder, *words):
    """What the command makes of the notebook, in a process of its own."""
    nbformat.write(NOTEBOOK, folder / "in.ipynb")
    command = [os.path.join(os.path.dirname(sys.executable), "papermill"), *words, "in.ipynb", "out.ipynb"]
    done = subprocess.run([*command, "-p", "a", "5"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return comparable(nbformat.read(folder / "out.ipynb", as_version=4))


def test_papermill_gives_the_same_by_the_warm_engine_as_by_its_own(tmp_path):
    ours, theirs = by_papermill(tmp_path, "--engine", "warm"), by_papermill(tmp_path)
    for one, other in zip(ours[0], theirs[0], strict=True):
        assert one == other
    assert ours[1] == theirs[1]
    shown = [output for cell in ours[0] for output in cell.get("outputs", ())]
    assert any(output.get("data", {}).get("text/plain") == "5" for output in shown)


def test_every_lesson_in_each_language_and_every_lab_runs_and_is_reported(built_root):
    outcomes = run(built_root)
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "numerics/01-floating-point": "passed",
        "numerics/01-floating-point.zh": "passed",
        "softmax": "passed",
    }
    report = write_report(list(outcomes.values()), Way().folder)
    html = report.read_text(encoding="utf-8")
    for outcome in outcomes.values():
        assert f'href="{outcome.page.name}">{outcome.name}</a></th><td>passed</td>' in html
        page = outcome.page.read_text(encoding="utf-8")
        assert "<script" not in page
        assert not re.search(r'(src|href)="https?:', page)
    assert 'lang="zh-Hans"' in outcomes["numerics/01-floating-point.zh"].page.read_text(encoding="utf-8")
    assert '<th scope="col">Status</th>' in html
    assert "<caption>" in html
    suite = ElementTree.parse(report.with_name("junit.xml")).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "0")


def test_nothing_is_run_again_until_something_that_it_depends_on_changes(built_root, course, edit):
    run(built_root)
    assert {outcome.status for outcome in run(built_root).values()} == {"unchanged"}
    assert {outcome.status for outcome in run(built_root, again=True).values()} == {"passed"}
    (course / "table.csv").write_text("1,2\n", encoding="utf-8")
    lesson, chinese, lab = (outcome.status for outcome in run(built_root).values())
    assert (lesson, chinese, lab) == ("passed", "passed", "unchanged")
    edit(find(built_root)[1].text, lambda text: text.replace("softmax(2) == 2", "softmax(3) == 3"))
    build(find(built_root)[1])
    lesson, chinese, lab = (outcome.status for outcome in run(built_root).values())
    assert (lesson, chinese, lab) == ("unchanged", "unchanged", "passed")


def test_the_stamp_follows_parameters_and_the_way_but_not_a_neighbours_text(built_root, course):
    notebook = course / "01-floating-point.ipynb"
    before = stamp(notebook, "warm", {})
    (course / "02-other.py").write_text("# %%\n", encoding="utf-8")
    assert stamp(notebook, "warm", {}) == before
    assert stamp(notebook, "warm", {"n": 2}) != before
    assert stamp(notebook, "kernel", {}) != before


@pytest.mark.parametrize("kernel", [False, True])
def test_a_failing_cell_is_named_with_notebook_cell_line_and_error(built_root, edit, kernel):
    unit = find(built_root)[0]
    edit(
        unit.text,
        lambda text: text.replace("print(n + 1)", "def inverse(x):\n    return 1 / x\n\n\ninverse(n - 1)"),
    )
    build(unit)
    outcomes = run(built_root, kernel=kernel)
    outcome = outcomes["numerics/01-floating-point"]
    failure = outcome.failure
    lines = unit.text.read_text(encoding="utf-8").split("\n")
    assert failure.error == "ZeroDivisionError: division by zero"
    assert lines[failure.text_line - 1] == "    return 1 / x"
    assert failure.line == 2
    assert f'id="{failure.cell}"' in lines[failure.text_line - 3]
    assert "\x1b" not in failure.traceback
    assert outcomes["softmax"].status == "passed"
    assert {name: found.status for name, found in run(built_root, kernel=kernel).items()} == {
        "numerics/01-floating-point": "failed",
        "numerics/01-floating-point.zh": "failed",
        "softmax": "unchanged",
    }
    report = write_report(list(outcomes.values()), Way().folder)
    assert f"#cell-id={failure.cell}" in report.read_text(encoding="utf-8")
    assert f'id="cell-id={failure.cell}"' in outcome.page.read_text(encoding="utf-8")
    suite = ElementTree.parse(report.with_name("junit.xml")).getroot()
    assert suite.get("failures") == "2"
    assert "ZeroDivisionError" in suite.find("testcase/failure").text


def change_last_cell(unit, edit, code, tags=""):
    def changed(text):
        start = text.rindex("# %%")
        return f"{text[:start]}# %%{tags}\n{code}\n"

    edit(unit.text, changed)
    build(unit)


def test_a_cell_that_is_meant_to_fail_may_and_the_cells_after_it_run(built_root, edit):
    unit = find(built_root)[0]
    change_last_cell(unit, edit, "1 / 0\n\n# %%\nprint('and on')", ' tags=["raises-exception"]')
    outcome = run(built_root)["numerics/01-floating-point"]
    assert outcome.status == "passed"
    page = outcome.page.read_text(encoding="utf-8")
    assert "ZeroDivisionError" in page
    assert "and on" in page
    assert "papermill" not in page


def test_after_a_cell_that_may_fail_one_that_must_not_still_stops_the_run(built_root, edit):
    unit = find(built_root)[0]
    code = "1 / 0\n\n# %%\nundefined\n\n# %%\nprint('never')"
    change_last_cell(unit, edit, code, ' tags=["raises-exception"]')
    outcome = run(built_root)["numerics/01-floating-point"]
    assert outcome.failure.error.startswith("NameError")
    assert "<pre>never" not in outcome.page.read_text(encoding="utf-8")


def test_a_knob_whose_callback_fails_is_a_failure(built_root, edit):
    code = "import ipywidgets\nipywidgets.interact(lambda n: n / 0, n=2);"
    change_last_cell(find(built_root)[0], edit, code)
    assert "ZeroDivisionError" in run(built_root)["numerics/01-floating-point"].failure.error


@pytest.mark.parametrize("kernel", [False, True])
def test_a_notebook_that_kills_its_process_fails_alone(built_root, edit, kernel):
    change_last_cell(find(built_root)[0], edit, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    outcomes = run(built_root, kernel=kernel)
    assert "DeadKernelError" in outcomes["numerics/01-floating-point"].failure.error
    assert outcomes["softmax"].status == "passed"


def test_what_a_notebook_writes_does_not_land_in_the_checkout(built_root, course, edit):
    (course / "table.csv").write_text("1,2\n", encoding="utf-8")
    code = """from pathlib import Path
assert Path("table.csv").read_text() == "1,2\\n"
Path("table.csv").write_text("gone")
Path("new").write_text("x")"""
    change_last_cell(find(built_root)[0], edit, code)
    assert run(built_root)["numerics/01-floating-point"].status == "passed"
    assert (course / "table.csv").read_text(encoding="utf-8") == "1,2\n"
    assert not (course / "new").exists()


def test_a_large_notebook_is_warned_about(built_root, edit):
    change_last_cell(find(built_root)[0], edit, "print('x' * 3_100_000)")
    outcome = run(built_root)["numerics/01-floating-point"]
    assert outcome.status == "passed"
    assert "is 3.1 MB with its outputs" in outcome.warnings[0]


def academy(root, *words):
    command = [
        sys.executable,
        "-m",
        "catalogue.notebooks.cli",
        "notebooks",
        "execute",
        "--root",
        str(root),
        *words,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_verb_takes_parameters_reports_where_told_and_is_fast_when_nothing_changed(
    built_root, edit, tmp_path
):
    change_last_cell(find(built_root)[0], edit, "assert n == 4, n")
    failed = academy(built_root)
    assert failed.returncode == 1
    assert "AssertionError: 1, courses/1-mathematics/numerics/01-floating-point.py:" in failed.stderr
    passed = academy(built_root, "--parameters", "n=4", "--report", str(tmp_path / "report"), "--jobs", "2")
    assert passed.returncode == 0, passed.stderr
    assert (tmp_path / "report" / "junit.xml").exists()
    began = time.perf_counter()
    again = academy(built_root, "--parameters", "n=4", "--report", str(tmp_path / "report"))
    assert "3 unchanged" in again.stderr
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.py"], "belongs to no lesson and no lab"),
        (["--jobs", "0"], "--jobs 0"),
        (["--parameters", "n"], "is no NAME=VALUE"),
        (["--parameters", "n=[1"], "is no YAML"),
    ],
)
def test_bad_words_are_refused_in_one_line(built_root, words, said):
    done = academy(built_root, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_notebook_is_named_before_anything_runs(built_root, course):
    (course / "01-floating-point.ipynb").write_text("{", encoding="utf-8")
    done = academy(built_root)
    assert done.returncode == 2
    assert "the file is no notebook" in done.stderr
    assert "01-floating-point.ipynb" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [[], ["--kernel"]])
def test_ctrl_c_ends_a_run_at_once_with_130(built_root, edit, words):
    change_last_cell(find(built_root)[0], edit, "import time\ntime.sleep(100)")
    command = [
        sys.executable,
        "-m",
        "catalogue.notebooks.cli",
        "notebooks",
        "execute",
        "--jobs",
        "3",
        "--root",
        str(built_root),
        *words,
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stderr:
        if "softmax" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    began = time.perf_counter()
    assert process.wait(30) == 130
    assert time.perf_counter() - began < 15
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
