"""The service's answers about hints: one by one, of labs that are handed out to who asks."""

import pytest

import catalogue
from hub_config.deployment import Deployment
from hub_config.settings import Course
from tests.hub_config.conftest import SERVICE_GROUPS

LAB, TASK = "first-programs", "worst-fall"
HINTS = next(list(one.hints) for one in catalogue.load().labs[LAB].tasks if one.id == TASK)


def release(data, lab, course="academy"):
    """Hand a lab out, as the exchange's folder shows it."""
    (Deployment(data, course).exchanged / "outbound" / lab).mkdir(parents=True)


@pytest.fixture
def further():
    """Return two courses beside the academy's own: one with its labs, one with labs from elsewhere."""
    return (
        Course(id="deep", shown="Deep learning", shown_zh="深度学习"),
        Course(id="away", shown="Away", shown_zh="外部", source="https://git.example.edu/labs.git"),
    )


def test_hints_come_in_their_order_and_are_kept_for_who_asked(ask, tmp_path):
    release(tmp_path, LAB)
    code, refused = ask("ada", "POST", f"api/hints/{LAB}/{TASK}", {"number": 2})
    assert (code, "ask for hint 1 first" in refused["error"]) == (409, True)
    assert "请先看提示 1" in refused["error_zh"]
    for count in (1, 2, 3):
        answer = ask("ada", "POST", f"api/hints/{LAB}/{TASK}", {"number": count})
        assert answer == (200, HINTS[:count])
    assert ask("ada", "GET", "api/hints") == (200, {LAB: {TASK: HINTS}})
    assert ask("ines", "GET", "api/hints") == (200, {})
    assert ask(None, "GET", "api/hints")[0] in (401, 403)


@pytest.mark.parametrize(
    ("place", "sent", "says"),
    [
        ("no-such/task", {"number": 1}, "is not handed out"),
        (f"stable-softmax/{TASK}", {"number": 1}, "is not handed out"),
        (f"deep/{LAB}/{TASK}", {"number": 1}, "is not handed out"),
        (f"../{LAB}/{TASK}", {"number": 1}, "is not handed out"),
        (f"{LAB}/no-such", {"number": 1}, "has no task"),
        (f"{LAB}/{TASK}", {"number": 4}, "no hint 4; it has 3"),
        (f"{LAB}/{TASK}", {}, "no hint None"),
    ],
)
def test_what_is_not_there_is_not_found(ask, tmp_path, place, sent, says):
    release(tmp_path, LAB)
    code, refused = ask("ada", "POST", f"api/hints/{place}", sent)
    assert (code, says in refused["error"]) == (404, True)
    assert refused["error_zh"] != refused["error"]
    assert ask("ada", "GET", "api/hints") == (200, {})


def test_the_lab_of_a_course_has_hints_for_who_takes_part(ask, tmp_path, monkeypatch):
    release(tmp_path, LAB, "deep")
    release(tmp_path, LAB, "away")
    place = f"api/hints/deep/{LAB}/{TASK}"
    assert ask("ada", "POST", place, {"number": 1})[0] == 404
    monkeypatch.setitem(SERVICE_GROUPS, "ada", ["learner", "deep:learner", "away:learner"])
    assert ask("ada", "POST", place, {"number": 1}) == (200, HINTS[:1])
    assert ask("ada", "GET", "api/hints")[1] == {f"deep/{LAB}": {TASK: HINTS[:1]}}
    # a lab from elsewhere is another lab, whatever its name
    assert ask("ada", "POST", f"api/hints/away/{LAB}/{TASK}", {"number": 1})[0] == 404
    assert ask("ada", "POST", f"api/hints/{LAB}/{TASK}", {"number": 1})[0] == 404
