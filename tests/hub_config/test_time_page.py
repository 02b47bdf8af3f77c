"""The page on which staff give one learner more time or attempts."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from hub_config.deployment import Deployment
from hub_config.settings import Settings
from hub_config.work.opening import open_office
from hub_config.work.trees import File, Tree

LAB, FREE = "first-programs", "leak-free"
PAGE = "learners/ada/time"
DUE = {"due": "2026-12-01T18:00", "zone": "Asia/Shanghai", "attempts": 3}
TREE = Tree((File("lab.ipynb", 4, "0" * 64, ("0" * 64,)),))


@pytest.fixture
def work(tmp_path):
    """Return an exchange with a lab that ends and one that does not."""
    deployment = Deployment(tmp_path)
    deployment.secrets.mkdir()
    office = open_office(deployment, Settings())
    for lab in (LAB, FREE):
        office.book.release(lab, TREE, "ines", datetime.now(UTC))
    office.sayings.deadline(LAB, DUE, "ines")
    yield office
    office.close()


@pytest.fixture
def give(fetch):
    """Send the form as somebody, and return the answer."""

    def given(person="ines", language="en", **fields):
        return fetch(person, "POST", f"{PAGE}?language={language}", urlencode({"lab": LAB, **fields}))

    return given


def holds(work, learner="ada"):
    found = next(one for one in work.labs(learner) if one["lab"] == LAB)
    return found["shown"], found["attempts"]


def test_more_time_and_attempts_hold_at_once_for_this_learner_alone(fetch, give, work):
    page = fetch("ines", "GET", PAGE).body.decode()
    assert "2026-12-01 18:00 Asia/Shanghai" in page
    assert f'data-lab="{LAB}"' in page
    assert f'data-lab="{FREE}"' not in page
    assert f"{PAGE}?language=en" in fetch("ines", "GET", "learners/ada?language=en").body.decode()
    assert give(attempts="1").code == give(attempts="1").code == 303
    answer = give(until="2026-12-03T18:00", reason="ill")
    assert (answer.code, answer.headers["Location"]) == (303, f"/{PAGE}?language=en&done={LAB}")
    assert holds(work) == ("2026-12-03 18:00 Asia/Shanghai", 5)
    assert holds(work, "bob") == ("2026-12-01 18:00 Asia/Shanghai", 3)
    (made,) = work.sayings.of_lab(LAB)["extensions"]
    assert (made["set_by"], made["reason"]) == ("ines", "ill")
    shown = fetch("ines", "GET", f"{PAGE}?language=zh&done={LAB}").body.decode()
    assert "“第一批程序”已延期" in shown
    assert "2026-12-03 18:00" in shown


@pytest.mark.parametrize(
    ("fields", "english", "chinese"),
    [
        ({"lab": FREE, "attempts": "1"}, "Choose a lab first", "请先选择实验"),
        ({}, "Say until when", "请填写延长至何时"),
        ({"attempts": "-1"}, "Give 0 to 1000 more attempts", "提交次数为 0 至 1000"),
        ({"attempts": "1001"}, "Give 0 to 1000 more attempts", "提交次数为 0 至 1000"),
        ({"until": "soon"}, "soon is no time in the zone", "soon 不是时区"),
        ({"until": "2026-12-01T18:00"}, "not later than what holds already", "不晚于现有的截止时间"),
    ],
)
def test_what_cannot_hold_is_said_in_both_languages_and_changes_nothing(give, work, fields, english, chinese):
    before = holds(work)
    for language, says in (("en", english), ("zh", chinese)):
        answer = give(language=language, **fields)
        assert answer.code == 422
        assert says in answer.body.decode()
    assert holds(work) == before


def test_a_lab_without_a_deadline_takes_attempts_alone(give, work):
    work.sayings.deadline(LAB, {"due": None}, "ines")
    assert "no deadline" in give(until="2026-12-03T18:00").body.decode()
    assert give(attempts="1").code == 303
    assert holds(work) == ("", 4)


def test_time_that_a_later_deadline_has_overtaken_is_in_nobodys_way(give, work):
    assert give(until="2026-12-03T18:00").code == 303
    work.sayings.deadline(LAB, {"due": "2026-12-10T18:00"}, "ines")
    assert give(attempts="1").code == 303
    assert holds(work) == ("2026-12-10 18:00 Asia/Shanghai", 4)


def test_it_is_for_staff_and_of_people_who_are_there(fetch, give):
    assert fetch("ada", "GET", PAGE).code == give("ada", attempts="1").code == 403
    assert fetch("ines", "GET", "learners/nobody/time").code == 404
