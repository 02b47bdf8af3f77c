"""The page on which staff see one learner's plan and change its marks."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from hub_config import pages
from tests.hub_config.test_hints_api import release

PAGE = "learners/ada"
LESSON, LAB = "lesson:python-start/01-values-names-decisions", "lab:first-programs"
GAP = "competency:operator-development@E"


@pytest.fixture
def post(fetch):
    """Send the page's form as somebody, and return the answer."""

    def posted(person="ines", language="en", **fields):
        return fetch(person, "POST", f"{PAGE}?language={language}", urlencode(fields))

    return posted


@pytest.fixture
def read(fetch):
    """Return the page's text as somebody sees it."""

    def text(person="ines", query="", **headers):
        answer = fetch(person, "GET", PAGE + query, **headers)
        assert answer.code == 200, answer.body.decode()[-2000:]
        return answer.body.decode()

    return text


@pytest.fixture
def planned(ask):
    """Let ada have a plan."""
    profile = {"degree": "none", "role": "operator-developer", "hours": 6, "weeks": 4}
    assert ask("ada", "PUT", "api/profile", profile)[0] == 200


def words(page):
    """Return a page's text without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def units(page):
    return re.findall(r'data-unit="([^"]+)"', page)


def test_only_staff_see_and_change_it(planned, fetch, post, ask):
    for person in ("ada", None):
        assert fetch(person, "GET", PAGE).code in (403, 302)
        assert post(person, unit=LAB, kind="pin", reason="mine").code == 403
    assert fetch("ada", "GET", PAGE).code == 403
    assert ask("ines", "GET", "api/learners/ada/marks")[1] == []
    assert fetch("ines", "GET", "learners/nobody").code == 404
    assert fetch("ines", "POST", "learners/nobody", "unit=x").code == 404


def test_where_work_goes_through_folders_time_is_not_given_here(read, fetch):
    assert "learners/ada/time" not in read()
    assert fetch("ines", "GET", f"{PAGE}/time").code == 404


def test_the_plan_is_there_with_its_reasons_in_the_language_asked(planned, read, ask):
    plan = ask("ada", "GET", "api/plan")[1]
    english, chinese = read(), read(query="?language=zh")
    assert units(english) == [unit["id"] for unit in plan["units"]] == units(chinese)
    for language, page in (("en", english), ("zh", chinese)):
        text = words(page)
        for unit in plan["units"]:
            assert unit["title"][language] in text
            assert unit["reasons"][0]["text"][language] in text
            assert unit["if_skipped"]["text"][language] in text
    assert '<html lang="en">' in english
    assert '<html lang="zh-CN">' in chinese
    assert "would take" in words(english)
    assert "那样每周需要" in words(chinese)


@pytest.mark.parametrize(
    ("header", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"), ("en-US,zh;q=0.5", "en"), ("fr, zh;q=0.5", "zh-CN"), ("", "en")],
)
def test_without_being_asked_it_speaks_the_browsers_language(read, header, language):
    assert f'<html lang="{language}">' in read(**{"Accept-Language": header})


def test_before_there_is_a_plan_units_can_be_marked(read, post):
    assert "has not said yet" in words(read())
    answer = post(unit=LAB, kind="pin", reason="the class does it")
    assert answer.code == 303
    assert "First programs Pinned by ines" in words(read())


def test_a_mark_is_set_replaced_and_undone_and_all_of_it_is_logged(planned, read, post, ask):
    assert LESSON in units(read())
    answer = post(unit=LESSON, kind="skip", reason="<b>knows</b> it")
    assert answer.code == 303
    where = answer.headers["Location"]
    assert where.startswith("/learners/ada?language=en&mark=")
    page = read(query=where.partition("ada")[2])
    assert LESSON not in units(page)
    assert "“Values, names and decisions” is left out." in words(page)
    assert "&lt;b&gt;knows&lt;/b&gt; it" in page
    assert "<b>knows" not in page
    assert "stay unlearned, in part or in whole: Programming basics (basic)" in words(page)
    assert ask("ada", "GET", "api/plan")[1]["marks"][0]["made_by"] == "ines"
    assert post(unit=LESSON, kind="pin", reason="after all").code == 303
    page = read()
    assert units(page)[0] == LESSON
    (held,) = [mark for mark in ask("ines", "GET", "api/learners/ada/marks")[1] if not mark["undone_at"]]
    answer = post(undo=str(held["id"]))
    assert "“Values, names and decisions” is as before." in words(
        read(query=answer.headers["Location"].partition("ada")[2])
    )
    log = words(read().partition('<h2 id="log">')[2])
    assert re.search(r"pinned after all ines [-\d: ]+ UTC ines [-\d: ]+ UTC", log)
    assert re.search(r"left out <b>knows</b> it ines [-\d: ]+ UTC ines [-\d: ]+ UTC", log)


def test_hints_that_were_used_are_told_by_lab_in_both_languages(read, fetch, ask, tmp_path):
    assert "No hint was asked for." in words(read())
    release(tmp_path, "first-programs")
    for task, number in (("worst-fall", 1), ("worst-fall", 2), ("yearly-rate", 1)):
        assert ask("ada", "POST", f"api/hints/first-programs/{task}", {"number": number})[0] == 200
    assert "First programs: 3 of 15 hints used" in words(read())
    assert "Hints change no mark." in words(read())
    assert "第一批程序：已查看 3 / 15 条提示" in words(read(query="?language=zh"))
    assert "No hint was asked for." in words(fetch("ines", "GET", "learners/ines").body.decode())


def test_what_the_learner_marked_is_shown_and_staff_may_undo_it(planned, read, post, ask):
    made = ask("ada", "POST", "api/marks", {"unit": LAB, "kind": "test-out"})[1]
    assert "Tested out by ada" in words(read())
    assert post(undo=str(made["id"])).code == 303
    assert ask("ada", "GET", "api/marks")[1][0]["undone_by"] == "ines"


@pytest.mark.parametrize(
    ("fields", "english", "chinese"),
    [
        ({"unit": LESSON, "kind": "skip", "reason": " "}, "Say why", "请填写原因"),
        ({"unit": LESSON, "kind": "skip", "reason": "x" * 501}, "more than 500", "超过 500"),
        ({"unit": "", "kind": "pin", "reason": "so"}, "Choose a unit", "请先选择单元"),
        ({"unit": "lab:none", "kind": "pin", "reason": "so"}, "Choose a unit", "请先选择单元"),
        ({"unit": LESSON, "kind": "burn", "reason": "so"}, "cannot be marked that way", "不能这样标记"),
        ({"unit": GAP, "kind": "pin", "reason": "so"}, "cannot be marked that way", "不能这样标记"),
        ({"undo": "77"}, "not in this learner's log", "没有这个标记"),
        ({"undo": "x"}, "not in this learner's log", "没有这个标记"),
        ({"undo": "9" * 5000}, "not in this learner's log", "没有这个标记"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(planned, post, ask, fields, english, chinese):
    for language, saying in (("en", english), ("zh", chinese)):
        answer = post(language=language, **fields)
        assert answer.code == 400
        page = answer.body.decode()
        alert = re.search(r'<p class="wrong" role="alert"[^>]*>([^<]+)</p>', page)
        assert saying in unescape(alert[1])
        if fields.get("unit") == LESSON:
            # what was typed is still there, where it was typed
            assert f'value="{fields["reason"].strip()}"' in page
            assert page.count("<details open>") == 1
    assert ask("ines", "GET", "api/learners/ada/marks")[1] == []


def test_each_unit_offers_what_can_be_done_with_it(planned, read):
    page = read()
    offered = {
        part.partition('"')[0]: re.findall(r'name="kind" value="([a-z-]+)"', part)
        for part in page.partition('<h2 id="another">')[0].split('data-unit="')[1:]
    }
    assert offered[LESSON] == ["pin", "skip", "test-out"]
    assert all(kinds == ["skip"] for unit, kinds in offered.items() if unit.startswith("competency:"))
    others = re.findall(r'<option value="([^"]+)"', page)
    assert others
    assert not set(others) & set(offered)
    assert not [unit for unit in others if unit.startswith("competency:")]


def test_all_words_are_there_in_both_languages_with_the_same_values():
    for name, text in pages._words().items():
        assert set(text) == {"en", "zh"}, name
        assert text["en"], name
        assert text["zh"], name
        values = [set(re.findall(r"{(\w+)}", one)) for one in text.values()]
        assert values[0] == values[1], name
