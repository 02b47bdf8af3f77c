"""What people read when something is not as they wish: in both languages, with the next step."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.hub_process import Hub, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.rota(3)]


@contextmanager
def window(browser: Browser, hub: Hub, name: str, **given: Any) -> Iterator[Page]:
    """Yield a window of somebody who has signed in."""
    person = hub.sign_in(name, hub.passwords[name])
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}, **given})
    context.add_cookies(
        [
            {"name": one.name, "value": one.value, "domain": "127.0.0.1", "path": one.path}
            for one in person.session.cookies
        ]
    )
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture
def page(browser: Browser, hub: Hub) -> Iterator[Page]:
    """Yield the window of the learner, who has signed in."""
    with window(browser, hub, "learner") as opened:
        yield opened


def unfit(page: Page) -> list[str]:
    """Return what axe finds wrong for people who see, hear or move otherwise."""
    return [f"{fault['id']}: {fault['help']}" for fault in Axe().run(page).response["violations"]]


def read(page: Page, english: str, chinese: str, step: str) -> None:
    """Both languages are there, axe finds nothing, and the keyboard reaches the next step."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(english)
    expect(heading.locator("[lang=zh-CN]")).to_have_text(chinese)
    assert page.title().endswith("· Zhisuan Academy")
    assert unfit(page) == []
    wanted = page.locator("main a", has_text=step).first
    for _ in range(12):
        page.keyboard.press("Tab")
        if wanted.evaluate("link => link === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {step!r}")


@pytest.mark.parametrize(
    ("path", "status", "english", "chinese"),
    [
        ("/hub/nowhere", 404, "There is no page at this address", "没有这个页面"),
        ("/hub/admin", 403, "This page is not open to you", "你无权打开这个页面"),
        ("/hub/error/404", 200, "The academy is just starting", "学院正在启动"),
        ("/hub/error/500", 200, "Something went wrong on our side", "系统出了问题"),
        ("/hub/error/503", 200, "Your desk does not answer", "你的学习空间没有响应"),
        ("/services/academy/", 403, "This page is for instructors", "本页面仅供教师和学院管理者使用"),
        (
            "/services/academy/learners/instructor",
            403,
            "This page is for instructors",
            "本页面仅供教师和学院管理者使用",
        ),
        ("/services/academy/nowhere", 404, "There is no page at this address", "没有这个页面"),
    ],
)
def test_a_page_that_cannot_be_had_says_why_and_where_to_go(
    hub: Hub, page: Page, path: str, status: int, english: str, chinese: str
) -> None:
    answer = page.goto(f"{hub.url}{path}")
    assert answer.status == status
    read(page, english, chinese, "Go to my desk")


def test_a_desk_that_is_closed_is_opened_from_its_own_address(hub: Hub, page: Page, learner: Person) -> None:
    assert learner.api("DELETE", "/hub/api/users/learner/server").status_code in (202, 204)
    wait_until_closed(learner)
    page.goto(f"{hub.url}/hub/user/learner/lab")
    read(page, "Your desk is closed", "学习空间已关闭", "Open my desk")


def test_a_desk_that_does_not_open_says_so_and_opens_when_that_is_mended(
    hub: Hub, page: Page, learner: Person
) -> None:
    assert learner.api("DELETE", "/hub/api/users/learner/server").status_code in (202, 204)
    wait_until_closed(learner)
    home = hub.data / "homes" / "learner"
    aside = Path(shutil.move(home, home.with_name("aside")))
    home.write_text("a file where a folder should be")
    try:
        assert page.goto(f"{hub.url}/hub/spawn/learner").status == 500
        read(page, "Your desk did not open", "学习空间未能打开", "Go to my desk")
        page.goto(f"{hub.url}/user/learner/lab")
        read(page, "Your desk did not open", "学习空间未能打开", "Try again")
    finally:
        home.unlink()
        shutil.move(aside, home)
    page.get_by_role("button", name="Try again").click()
    learner.wait_for_server()


def test_a_question_to_the_service_that_it_does_not_know_is_answered_in_json(learner: Person) -> None:
    answer = learner.api("GET", "/services/academy/api/nothing")
    assert answer.status_code == 404
    assert "nothing at" in answer.json()["error"]


LESSON = "lesson:python-start/01-values-names-decisions"


@pytest.fixture
def planned(hub: Hub) -> Iterator[Person]:
    """Let a learner have a plan without marks, before and after."""
    person = hub.sign_in("learner", hub.passwords["learner"])
    profile = {"degree": "none", "role": "operator-developer", "hours": 6, "weeks": 4}
    assert person.api("PUT", "/services/academy/api/profile", json=profile).status_code == 200
    yield person
    instructor = hub.sign_in("instructor", hub.passwords["instructor"])
    for mark in person.api("GET", "/services/academy/api/marks").json():
        undone = {"undo": mark["id"]}
        instructor.api("POST", "/services/academy/api/learners/learner/marks", json=undone)


def test_staff_change_a_learners_plan_with_the_keyboard_alone(
    hub: Hub, browser: Browser, planned: Person
) -> None:
    with window(browser, hub, "instructor", locale="en-US") as page:
        page.goto(f"{hub.url}/services/academy/")
        page.get_by_role("link", name="learner").focus()
        page.keyboard.press("Enter")
        unit = page.locator(f'[data-unit="{LESSON}"]')
        expect(unit).to_be_visible()
        assert unfit(page) == []
        summary = unit.locator("summary", has_text="Change")
        for _ in range(40):
            if summary.evaluate("one => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("knows it from work")
        assert unfit(page) == []
        leave_out = unit.get_by_role("button", name="Leave out “Values, names and decisions”")
        for _ in range(3):
            page.keyboard.press("Tab")
            if leave_out.evaluate("one => one === document.activeElement"):
                break
        page.keyboard.press("Enter")
        said = page.get_by_role("status")
        expect(said).to_have_text("“Values, names and decisions” is left out.")
        expect(said).to_be_focused()
        expect(unit).to_have_count(0)
        assert unfit(page) == []
        row = page.locator("table tr", has_text="knows it from work")
        expect(row).to_contain_text("holds")
        (mark,) = [
            one for one in planned.api("GET", "/services/academy/api/marks").json() if not one["undone_at"]
        ]
        assert (mark["kind"], mark["reason"], mark["made_by"]) == ("skip", "knows it from work", "instructor")
        page.get_by_role("button", name="Undo “Values, names and decisions”").press("Enter")
        expect(page.get_by_role("status")).to_have_text("“Values, names and decisions” is as before.")
        expect(unit).to_be_visible()
        expect(row).not_to_contain_text("holds")


@pytest.mark.parametrize(
    ("who", "locale", "scheme", "width"),
    [
        ("manager", "zh-CN", "dark", 1200),
        ("instructor", "en-US", "dark", 320),
        ("manager", "zh-CN", "light", 320),
    ],
)
def test_a_learners_page_fits_whoever_reads_it(
    hub: Hub, browser: Browser, planned: Person, who: str, locale: str, scheme: str, width: int
) -> None:
    made = {"unit": LESSON, "kind": "test-out", "reason": "a long reason " * 30}
    assert planned.api("POST", "/services/academy/api/marks", json=made).status_code == 200
    given = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 700}}
    with window(browser, hub, who, **given) as page:
        page.goto(f"{hub.url}/services/academy/learners/learner")
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if locale == "zh-CN" else "en")
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        assert unfit(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = sum(map(int, re.findall(r"\d+", ground))) / 3
        assert (brightness < 60) == (scheme == "dark")
        page.get_by_role("link", name="English" if locale == "zh-CN" else "中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "en" if locale == "zh-CN" else "zh-CN")


def test_a_form_from_elsewhere_changes_nothing(hub: Hub, planned: Person) -> None:
    session = requests.Session()
    session.cookies.update(hub.sign_in("instructor", hub.passwords["instructor"]).session.cookies)
    address = f"{hub.url}/services/academy/learners/learner"
    page = session.get(address)
    assert page.status_code == 200
    sent = {"unit": LESSON, "kind": "skip", "reason": "not mine"}
    assert session.post(address, data=sent).status_code == 403
    token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)[1]
    assert session.post(address, data={**sent, "_xsrf": "x" + token}).status_code == 403
    assert [
        one for one in planned.api("GET", "/services/academy/api/marks").json() if not one["undone_at"]
    ] == []
    assert session.post(address, data={**sent, "_xsrf": token}).status_code == 200


def wait_until_closed(person: Person, seconds: float = 60) -> None:
    """Wait until the person's server has stopped."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not person.api("GET", f"/hub/api/users/{person.name}").json()["servers"]:
            return
        time.sleep(0.3)
    raise AssertionError("the server did not stop")
