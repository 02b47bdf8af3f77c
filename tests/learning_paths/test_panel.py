"""The panel's server side: what it shows, in a real Jupyter server, and checks in a real kernel."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from learning_paths.ui import panel
from learning_paths.ui.errors import UIError
from learning_paths.ui.labs import TERMS
from learning_paths.ui.panel import labs, patience

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TITLE = {"en": "Lab one", "zh": "实验一"}
TASK = {"id": "sums", "title": TITLE, "points": 5.0, "grades": ["check-sums"]}
KNOWN = {
    "lab": "one",
    "title": TITLE,
    "points": 5.0,
    "minutes": 30,
    "seconds": 20,
    "due": None,
    "tasks": [TASK],
}
COURSES = [{"id": "numbers", "title": TITLE, "labs": [KNOWN]}]
HANDED_IN = "2026-11-28 10:00:00.500000 UTC"


def at_home(**said):
    nothing = dict.fromkeys(("path", "feedback_path", *TERMS))
    return {"released": True, "submitted": [], "feedback": "none", **nothing, **said}


def graded(at, score=4.0):
    tasks = [{"id": "sums", "score": score, "points": 5.0}]
    return {
        "lab": "one",
        "submitted_at": at,
        "score": score,
        "points": 5.0,
        "late_seconds": 0.0,
        "tasks": tasks,
    }


def one(grades=(), courses=COURSES, **said):
    (lab,) = labs(courses, {"one": at_home(**said)}, list(grades), NOW)
    return lab


def test_a_lab_says_what_it_waits_for():
    path, submitted = "one/one.ipynb", [HANDED_IN]
    assert one()["state"] == "open"
    assert one(path=path)["state"] == "fetched"
    assert one(path=path, submitted=submitted)["state"] == "submitted"
    told = one([graded("2026-11-28T10:00:00+00:00")], path=path, submitted=submitted)
    assert (told["state"], told["score"], told["tasks"][0]["score"]) == ("graded", 4.0, 4.0)
    assert told["submitted_at"] == "2026-11-28T10:00:00.500000+00:00"
    # handed in again since: that mark is of the attempt before
    told = one([graded("2026-11-27T10:00:00+00:00")], path=path, submitted=submitted)
    assert (told["state"], told["score"]) == ("submitted", None)


@pytest.mark.parametrize(
    ("said", "closed"),
    [
        ({"due": (NOW + timedelta(hours=1)).isoformat(), "late": "refuse"}, None),
        ({"due": (NOW - timedelta(hours=1)).isoformat(), "late": "refuse"}, "deadline"),
        ({"due": (NOW - timedelta(hours=1)).isoformat(), "late": "refuse", "grace_seconds": 3601}, None),
        ({"due": (NOW - timedelta(hours=1)).isoformat(), "late": "percent"}, None),
        ({"due": (NOW - timedelta(hours=1)).isoformat()}, None),
        ({"attempts": 2, "attempts_used": 1}, None),
        ({"attempts": 2, "attempts_used": 2}, "attempts"),
    ],
)
def test_a_lab_says_why_nothing_more_can_be_handed_in(said, closed):
    assert one(**said)["closed"] == closed


def test_the_exchanges_deadline_goes_before_the_gradebooks():
    by_gradebook = [{**COURSES[0], "labs": [{**KNOWN, "due": "2026-12-01T00:00:00+00:00"}]}]
    assert one(courses=by_gradebook)["due"] == "2026-12-01T00:00:00+00:00"
    assert one(courses=by_gradebook, due="2026-12-02T00:00:00+00:00")["due"] == "2026-12-02T00:00:00+00:00"


def test_a_task_has_the_hints_that_were_asked_for():
    said = {"hints": {"one": {"sums": ["Look."]}, "course/one": {"sums": ["Look.", "Count."]}}}
    status = {"one": at_home(), "course/one": at_home(), "other": at_home()}
    shown = {lab["lab"]: lab["tasks"] for lab in labs(COURSES, status, [], NOW, **said)}
    assert shown["one"] == [{**TASK, "score": None, "shown": ["Look."]}]
    assert shown["course/one"][0]["shown"] == ["Look.", "Count."]
    assert shown["other"] == []


def test_what_is_due_first_stands_first_and_graded_work_last():
    status = {
        "one": at_home(submitted=[HANDED_IN]),
        "later": at_home(path="later/later.ipynb"),
        "soon": at_home(path="soon/soon.ipynb", due="2026-12-01T00:00:00+00:00"),
        "untouched": at_home(),
    }
    found = labs(COURSES, status, [graded("2026-11-28T10:00:00+00:00")], NOW)
    assert [lab["lab"] for lab in found] == ["untouched", "soon", "later", "one"]
    assert found[1]["title"] == {"en": "soon", "zh": "soon"}  # a lab that the catalogue does not know


# -- in a real server

CHECK = """from graders import kit
score = kit.Score(5)
with score.part(2, "two and two", a=2, b=2):
    kit.equal(add(2, 2), 4)
with score.part(1, "a negative one"):
    kit.equal(add(-1, 1), 0)
score.total()
"""
WRONG, RIGHT = "def add(a, b):\n    return a * b", "def add(a, b):\n    return a + b"


def mark(grade_id, **more):
    said = {"grade_id": grade_id, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**said, "schema_version": 3, "cell_type": "code", **more}}


def write_lab(campus, answer, *, check=CHECK, name="sums"):
    """Put a lab with one answer, its check and a manually graded answer into the home."""
    cells = [
        nbformat.v4.new_code_cell(answer, id="answer", metadata=mark("add", solution=True)),
        nbformat.v4.new_code_cell(
            check, id="check", metadata=mark("check-add", grade=True, locked=True, points=5)
        ),
        nbformat.v4.new_code_cell(
            "'a plot'", id="plot", metadata=mark("plot", grade=True, solution=True, points=2)
        ),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = campus.home / name / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def check(campus, name="sums"):
    status, found = campus.ask("check", {"lab": name})
    assert status == 200, found
    return found, {one["grade_id"]: one for one in found["checks"]}


def test_nobody_gets_in_without_the_servers_token(campus):
    for path, body in (("panel", None), ("check", {"lab": "sums"}), ("language", {"language": "zh"})):
        assert campus.ask(path, body, method="PUT" if path == "language" else None, token=False)[0] == 403


def test_the_panel_shows_path_labs_and_courses_and_changes_as_work_goes_on(campus):
    shown = campus.ask("panel")[1]
    assert (shown["role"], shown["plan"], shown["labs"], shown["problems"]) == ("learner", None, [], [])
    campus.exchange.release("stable-softmax")
    profile = {"degree": "high-school", "job": "none", "competencies": ["numerics-information@I"], "hours": 4}
    campus.ask("api/profile", profile, method="PUT")
    shown = campus.ask("panel")[1]
    first = shown["plan"]["units"][0]
    assert (first["state"], first["title"]["zh"], bool(first["why"]["zh"])) == ("next", "值", True)
    nearest = [unit["course"] for unit in shown["plan"]["by_course"]]
    assert nearest == list(dict.fromkeys(nearest)) != []
    assert set(nearest) <= {course["id"] for course in shown["courses"]}
    (lab,) = shown["labs"]
    assert (lab["state"], lab["course"], lab["check_seconds"]) == (
        "open",
        "numerics-information",
        patience(50),
    )
    assert [task["grades"] for task in lab["tasks"]] == [["check-lse", "check-lse-hidden"], ["check-sums"]]
    campus.ask("open", {"unit": "lab:stable-softmax"})
    assert campus.ask("panel")[1]["labs"][0]["state"] == "fetched"
    status, received = campus.ask("submit", {"lab": "stable-softmax"})
    assert (status, received["number"], received["receipt"]) == (200, None, None)  # folders give none
    lab = campus.ask("panel")[1]["labs"][0]
    assert (lab["state"], lab["attempts_used"]) == ("submitted", 1)


def test_hints_come_one_by_one_through_the_learners_server_and_stay(campus):
    def task():
        (lab,) = [one for one in campus.ask("panel")[1]["labs"] if one["lab"] == "stable-softmax"]
        (found,) = [one for one in lab["tasks"] if one["id"] == "sums"]
        return found

    assert (task()["hints"], task()["shown"]) == (3, [])
    status, refused = campus.ask("api/hints/stable-softmax/sums", {"number": 2})
    assert (status, "ask for hint 1 first" in refused["error"]) == (400, True)
    assert "请先看提示 1" in refused["error_zh"]
    first, second = "First of sums.", "Second of sums."
    assert campus.ask("api/hints/stable-softmax/sums", {"number": 1}) == (200, [first])
    assert campus.ask("api/hints/stable-softmax/sums", {"number": 2}) == (200, [first, second])
    assert task()["shown"] == [first, second]
    assert "Third of sums." not in json.dumps(campus.ask("panel")[1])


def test_a_due_time_of_the_gradebook_is_shown(campus):
    due = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    campus.teacher.grade("bob", "stable-softmax", {"check-lse": 5.0}, NOW, due=due)
    (lab,) = [one for one in campus.ask("panel")[1]["labs"] if one["lab"] == "stable-softmax"]
    assert datetime.fromisoformat(lab["due"]) == due


def test_a_service_that_is_away_is_told_in_both_languages_and_labs_stay(campus):
    campus.service.go_away()
    try:
        status, shown = campus.ask("panel")
    finally:
        campus.service.come_back()
    assert status == 200
    assert "does not answer" in shown["problems"][0]["en"]
    assert "没有响应" in shown["problems"][0]["zh"]
    assert [lab["lab"] for lab in shown["labs"]] == ["stable-softmax"]


def test_a_check_says_by_task_what_holds_and_leaves_the_notebook_alone(campus):
    path = write_lab(campus, WRONG)
    before = path.read_bytes()
    found, checks = check(campus)
    wrong = checks["check-add"]
    assert (wrong["passed"], wrong["error"], checks["plot"]["passed"]) == (False, None, None)
    two, negative = wrong["parts"]
    assert (two["name"], two["earned"], two["says"]) == ("two and two", 2.0, "")
    assert (negative["earned"], negative["points"]) == (0.0, 1.0)
    assert "-1" in negative["says"]
    assert found["stopped"] == found["changed"] == []
    assert path.read_bytes() == before
    write_lab(campus, RIGHT)
    # the two points that are looked at after submitting are no failure
    assert check(campus)[1]["check-add"]["passed"] is True


def test_a_check_speaks_the_language_that_was_chosen(campus):
    write_lab(campus, "def add(a, b):\n    raise NotImplementedError")
    says = {}
    for language in ("zh", "en"):
        answer = campus.ask("language", {"language": language}, method="PUT")
        assert answer == (200, {"language": language, "academy": True})
        shown = check(campus)[1]["check-add"]["parts"][0]["says"]
        says[language] = "输入" in shown
    assert says == {"zh": True, "en": False}
    status, refused = campus.ask("language", {"language": "fr"}, method="PUT")
    assert (status, "use en or zh" in refused["error"], "请用" in refused["error_zh"]) == (400, True, True)


def test_broken_cells_locked_cells_and_plain_asserts_are_told(campus):
    write_lab(campus, "def add(a, b):\n    return 1\n\n1 / 0", check="assert add(1, 1) == 2, 'one and one'")
    found, checks = check(campus)
    assert found["stopped"] == [
        {"cell": "answer", "error": {"kind": "ZeroDivisionError", "says": "division by zero"}}
    ]
    assert checks["check-add"]["error"] == {"kind": "AssertionError", "says": "one and one"}
    path = write_lab(campus, RIGHT)
    notebook = json.loads(path.read_text())
    notebook["cells"][1]["metadata"]["nbgrader"]["checksum"] = "0" * 32
    path.write_text(json.dumps(notebook))
    assert check(campus)[0]["changed"] == ["check-add"]


def test_one_check_runs_at_a_time(campus):
    write_lab(campus, "import time\ntime.sleep(8)\n" + RIGHT)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(check, campus)
        time.sleep(3)
        status, refused = campus.ask("check", {"lab": "sums"})
        assert (status, "running already" in refused["error"], "正在运行" in refused["error_zh"]) == (
            409,
            True,
            True,
        )
        assert first.result()[1]["check-add"]["passed"] is True


@pytest.mark.parametrize(
    ("body", "status"), [({"lab": "../etc"}, 400), ({"lab": "nothing"}, 404), ({}, 400), ({"lab": 3}, 400)]
)
def test_what_is_no_lab_is_refused_in_both_languages(campus, body, status):
    code, refused = campus.ask("check", body)
    assert code == status
    assert refused["error"] != refused["error_zh"]


def test_a_notebook_that_is_none_is_told(campus):
    path = write_lab(campus, RIGHT)
    path.write_text("{")
    status, refused = campus.ask("check", {"lab": "sums"})
    assert (status, "could not be run" in refused["error"], "无法运行" in refused["error_zh"]) == (
        500,
        True,
        True,
    )


# -- what takes too long


ENDLESS = """
import pathlib, time
begun = time.monotonic()
try:
    while True:
        pass
finally:
    pathlib.Path("took").write_text(str(time.monotonic() - begun))
"""


def loop(tmp_path, answer):
    campus = SimpleNamespace(home=tmp_path)
    return write_lab(campus, answer)


def test_a_cell_that_never_ends_is_stopped_and_the_others_still_run(tmp_path):
    path = loop(tmp_path, f"{RIGHT}\n{ENDLESS}")
    found = asyncio.run(panel.checked(path, 2))
    assert 1 < float((path.parent / "took").read_text()) < 15
    assert [one["error"]["kind"] for one in found["stopped"]] == ["CellTimeoutError"]
    assert found["checks"][0]["passed"] is True


def test_a_check_that_takes_too_long_in_all_ends_with_its_kernel(tmp_path, monkeypatch):
    monkeypatch.setattr(panel, "patience", lambda seconds: 15)
    path = loop(
        tmp_path,
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)",
    )
    with pytest.raises(UIError, match="was stopped; does a loop never end") as refused:
        asyncio.run(panel.checked(path, 600))
    assert (refused.value.status, "循环" in refused.value.zh) == (504, True)
    kernel = int((path.parent / "pid").read_text())
    end = time.monotonic() + 10
    while psutil.pid_exists(kernel):
        assert time.monotonic() < end, "the kernel goes on"
        time.sleep(0.1)
