"""The start page's server side, in a real Jupyter server in front of a real service."""

import json

import pytest
import requests

FLOATS = "lesson:numerics-information/01-floating-point"


def test_nobody_gets_in_without_the_servers_token(campus):
    for path, body in (
        ("status", None),
        ("api/plan", None),
        ("open", {"unit": FLOATS}),
        ("submit", {"lab": "x"}),
    ):
        status, _ = campus.ask(path, body, token=False)
        assert status == 403
    assert not (campus.home / "lessons").exists()


def test_questions_reach_the_service_in_the_learners_name(campus):
    assert campus.ask("api/me")[1]["name"] == "ada"
    status, error = campus.ask("api/plan")
    assert (status, "fill in the form" in error["error"]) == (404, True)
    profile = {"degree": "high-school", "job": "none", "competencies": ["numerics-information@I"], "hours": 4}
    assert campus.ask("api/profile", profile, method="PUT")[0] == 200
    assert campus.ask("api/plan")[1]["units"]
    answer = campus.ask("api/checkpoints/numerics-information/overflow", {"answer": "a"})
    assert (answer[0], answer[1]["correct"]) == (200, True)
    assert campus.ask("api/what-if/operator-developer")[1]["shared"]["units"]
    assert campus.ask("api/pictures/zh/lab:stable-softmax")[1]["svg"].startswith("<svg")
    assert len(campus.ask("api/progress")[1]["stages"]) == 5
    made = campus.ask("api/marks", {"unit": FLOATS, "kind": "skip", "reason": "known"})[1]
    assert (made["made_by"], made["undone_by"]) == ("ada", None)
    assert campus.ask("api/marks/undo", {"id": made["id"]})[1]["undone_by"] == "ada"


def test_the_services_refusal_comes_through_with_its_field(campus):
    status, error = campus.ask("api/profile", {"role": "operator-develper", "hours": 4}, method="PUT")
    assert (status, error["field"]) == (422, "role")
    assert "operator-developer" in error["error"]


@pytest.mark.parametrize(
    "path",
    [
        "api/../me",
        "api/users",
        "api/checkpoints/a/b/c",
        "api/checkpoints/%2e%2e/x",
        "api/hints/a/b/c/d",
        "api/hints/../me",
        "api/pictures/en/../../me",
        "api/learners/bob/marks",
        "api/what-if/a/b",
    ],
)
def test_only_known_questions_are_passed_on(campus, path):
    assert campus.ask(path)[0] == 404


def test_a_lesson_is_copied_with_its_data_and_without_answers(campus):
    status, opened = campus.ask("open", {"unit": FLOATS})
    assert (status, opened["new"], opened["outdated"]) == (200, True, False)
    folder = campus.home / "lessons/numerics-information"
    assert opened["path"] == "lessons/numerics-information/01-floating-point.ipynb"
    assert json.loads((campus.home / opened["path"]).read_text())["cells"]
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {"01-floating-point.ipynb", "data/loss.csv", ".copied.json"}
    chinese = campus.ask("open", {"unit": FLOATS, "language": "zh"})[1]
    assert chinese["path"].endswith("01-floating-point.zh.ipynb")
    assert FLOATS in campus.ask("status")[1]["lessons"]


@pytest.mark.parametrize(
    "unit",
    [
        "lesson:numerics-information/../../secret",
        "lesson:../3-computing/python-start/01-values",
        "lesson:numerics-information/01-nothing",
        "lesson:/etc/01-passwd",
        "lesson:",
        "lab:../outbound",
        "lab:",
        "course:numerics-information",
        "",
        7,
    ],
)
def test_a_unit_that_is_none_is_refused_in_words(campus, unit):
    status, error = campus.ask("open", {"unit": unit})
    assert status in (400, 404)
    assert error["error"]
    assert "Traceback" not in error["error"]


def test_a_broken_body_is_refused_in_words(campus):
    for body in ([1], "text"):
        status, error = campus.ask("open", body)
        assert (status, "JSON object" in error["error"]) == (400, True)


def test_a_lab_goes_the_whole_way_through_the_exchange(campus):
    status, error = campus.ask("open", {"unit": "lab:stable-softmax"})
    assert (status, "not released" in error["error"]) == (404, True)
    campus.exchange.release("stable-softmax")
    assert campus.ask("submit", {"lab": "stable-softmax"})[0] == 404
    status, opened = campus.ask("open", {"unit": "lab:stable-softmax"})
    assert (status, opened) == (200, {"path": "stable-softmax/stable-softmax.ipynb", "new": True})
    notebook = campus.home / opened["path"]
    work = notebook.read_text().replace("1 + 1", "2 + 2")
    notebook.write_text(work)
    assert campus.ask("open", {"unit": "lab:stable-softmax"})[1]["new"] is False
    assert notebook.read_text() == work
    assert campus.ask("submit", {"lab": "stable-softmax"})[0] == 200
    (handed_in,) = campus.exchange.submissions("stable-softmax")
    assert (handed_in / "stable-softmax.ipynb").read_text() == work
    status, error = campus.ask("feedback", {"lab": "stable-softmax"})
    assert (status, "no feedback" in error["error"]) == (404, True)
    campus.exchange.give_feedback("stable-softmax", "<h1>Well done</h1>")
    lab = campus.ask("status")[1]["labs"]["stable-softmax"]
    assert (len(lab["submitted"]), lab["feedback"]) == (1, "ready")
    status, found = campus.ask("feedback", {"lab": "stable-softmax"})
    assert status == 200
    assert "Well done" in (campus.home / found["path"]).read_text()
    assert campus.ask("status")[1]["labs"]["stable-softmax"]["feedback"] == "fetched"


def test_what_could_not_be_graded_is_refused_before_it_is_handed_in(campus):
    campus.exchange.release("first-programs")
    campus.ask("open", {"unit": "lab:first-programs"})
    notebook = campus.home / "first-programs/first-programs.ipynb"
    good = notebook.read_text()
    for broken in ("{", "[]", '{"cells": []}', '{"cells": 3}'):
        notebook.write_text(broken)
        status, error = campus.ask("submit", {"lab": "first-programs"})
        assert (status, "not a whole notebook" in error["error"]) == (400, True)
    with notebook.open("w") as file:
        file.write(good.replace("1 + 1", "x" * 101_000_000))
    status, error = campus.ask("submit", {"lab": "first-programs"})
    assert (status, "clear large outputs" in error["error"]) == (400, True)
    assert campus.exchange.submissions("first-programs") == []
    notebook.unlink()
    assert campus.ask("open", {"unit": "lab:first-programs"})[1]["new"] is True
    assert notebook.read_text() == good


def test_the_server_log_holds_no_tracebacks(campus):
    campus.ask("open", {"unit": "lesson:nothing/01-nothing"})
    assert "Traceback" not in campus.log.read_text()


def test_a_link_from_elsewhere_ends_at_the_notebook_and_else_at_lab(campus):
    def end(unit: str, **headers: str) -> str:
        where = f"{campus.url}/academy/go/{unit}"
        found = requests.get(where, headers=headers, allow_redirects=False, timeout=60)
        assert found.status_code == 302
        return found.headers["Location"]

    known = {"Authorization": f"token {campus.token}"}
    assert end(FLOATS, **known).endswith("/lab/tree/lessons/numerics-information/01-floating-point.ipynb")
    assert (campus.home / "lessons" / "numerics-information" / "01-floating-point.ipynb").is_file()
    for unknown in ("lesson:nothing/01-nothing", "lab:no-such-lab", "lab:..%2f..%2fetc", "//evil.org"):
        assert end(unknown, **known).endswith("/lab")
    assert end("course:deep-2027", **known).endswith("/lab?academy-course=deep-2027")
    assert end("course:..%2f%26x=%23", **known).endswith("/lab?academy-course=..%2F%26x%3D%23")
    assert "/login" in end(FLOATS)
