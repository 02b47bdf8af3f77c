"""The service's answers about plans and marks: who may ask what, and what a wrong question gets."""

import pytest

import catalogue
from tests.learning_paths.small_academy import write_rival, write_tree

LAB = "lab:first-programs"
PROFILE = {"degree": "none", "role": "operator-developer", "hours": 6}


def test_plan_what_if_and_picture(ask):
    assert ask("ada", "GET", "api/what-if/data-engineer")[0] == 404
    assert ask("ada", "PUT", "api/profile", PROFILE)[0] == 200
    code, plan = ask("ada", "GET", "api/plan")
    assert code == 200
    code, compared = ask("ada", "GET", "api/what-if/data-engineer")
    assert code == 200
    assert compared["goal"]["hours"] == pytest.approx(plan["total_hours"], abs=0.5)
    code, refused = ask("ada", "GET", "api/what-if/astronaut")
    assert (code, refused["field"]) == (422, "role")
    code, drawn = ask("ada", "GET", "api/pictures/zh/lesson:python-start/01-values-names-decisions")
    assert code == 200
    assert drawn["svg"].startswith("<svg")
    assert ask("ada", "GET", "api/pictures/zh/lab:nothing")[0] == 404


def test_courses_are_told_with_the_tasks_of_their_labs_and_no_answers(ask):
    code, courses = ask("ada", "GET", "api/courses")
    assert code == 200
    (start,) = [course for course in courses if course["id"] == "python-start"]
    (lab,) = [lab for lab in start["labs"] if lab["lab"] == "first-programs"]
    assert (lab["points"], lab["seconds"], lab["due"]) == (26.0, 20.0, None)
    assert lab["tasks"][1]["title"] == {"en": "A loop that remembers", "zh": "会记忆的循环"}
    assert set(lab["tasks"][1]) == {"id", "title", "points", "grades", "hints"}
    assert lab["tasks"][1]["hints"] == 3  # how many, not what they say


@pytest.fixture
def rivals(tmp_path, monkeypatch):
    """Have two courses teach the same, one of them with Chinese texts."""
    root = tmp_path / "material"
    root.mkdir()
    write_tree(root)
    write_rival(root)
    known = catalogue.load(root)
    monkeypatch.setattr(catalogue, "load", lambda: known)


def test_another_role_is_compared_with_marks_and_in_the_learners_language(rivals, ask):
    profile = {"degree": "none", "competencies": ["programming-basics@I"]}
    english, chinese = (
        "lesson:numerics-information/01-floating-point",
        "lesson:numbers-in-machines/01-bits",
    )

    def extra():
        code, found = ask("ada", "GET", "api/what-if/data-engineer")
        assert code == 200
        return {unit["id"] for unit in found["extra"]["units"]} & {english, chinese}

    for language, taken, instead in (("en", english, chinese), ("zh", chinese, english)):
        assert ask("ada", "PUT", "api/profile", {**profile, "language": language})[0] == 200
        assert extra() == {taken}
        code, mark = ask("ada", "POST", "api/marks", {"unit": taken, "kind": "skip"})
        assert code == 200
        assert extra() == {instead}
        assert ask("ada", "POST", "api/marks/undo", {"id": mark["id"]})[0] == 200


def test_a_learner_marks_and_undoes(ask):
    code, made = ask("ada", "POST", "api/marks", {"unit": LAB, "kind": "pin", "reason": "first"})
    assert code == 200
    assert ask("ada", "GET", "api/marks")[1] == [made]
    assert ask("ada", "POST", "api/marks/undo", {"id": made["id"]})[0] == 200
    assert ask("ada", "GET", "api/marks")[1][0]["undone_by"] == "ada"
    code, refused = ask("ada", "POST", "api/marks", {"unit": LAB, "kind": "burn"})
    assert code == 400
    assert "use pin, skip, test-out" in refused["error"]
    assert "可用：pin、skip" in refused["error_zh"]


def test_staff_mark_for_others_and_learners_do_not(ask):
    said = {"unit": LAB, "kind": "pin", "reason": "the class does it"}
    assert ask("ada", "POST", "api/learners/ines/marks", said)[0] == 403
    assert ask("ada", "GET", "api/learners/ines/marks")[0] == 403
    assert ask(None, "POST", "api/learners/ada/marks", said)[0] in (401, 403)
    assert ask("ines", "POST", "api/learners/nobody/marks", said)[0] == 404
    code, made = ask("ines", "POST", "api/learners/ada/marks", said)
    assert (code, made["made_by"], made["own"]) == (200, "ines", False)
    assert ask("ada", "POST", "api/marks/undo", {"id": made["id"]})[0] == 400
    assert ask("ines", "POST", "api/learners/ada/marks", {"undo": made["id"]})[0] == 200
    assert ask("ines", "GET", "api/learners/ada/marks")[1][0]["undone_by"] == "ines"
