"""What people read when something is not as they wish: in both languages, with the next step."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.hub_process import Hub, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.rota(3)]


@pytest.fixture
def page(browser: Browser, hub: Hub) -> Iterator[Page]:
    """Yield the window of the learner, who has signed in."""
    person = hub.sign_in("learner", hub.passwords["learner"])
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.add_cookies(
        [
            {"name": one.name, "value": one.value, "domain": "127.0.0.1", "path": one.path}
            for one in person.session.cookies
        ]
    )
    yield context.new_page()
    context.close()


def read(page: Page, english: str, chinese: str, step: str) -> None:
    """Both languages are there, axe finds nothing, and the keyboard reaches the next step."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(english)
    expect(heading.locator("[lang=zh-CN]")).to_have_text(chinese)
    assert page.title().endswith("· Zhisuan Academy")
    faults = Axe().run(page).response["violations"]
    assert [f"{fault['id']}: {fault['help']}" for fault in faults] == []
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


def wait_until_closed(person: Person, seconds: float = 60) -> None:
    """Wait until the person's server has stopped."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not person.api("GET", f"/hub/api/users/{person.name}").json()["servers"]:
            return
        time.sleep(0.3)
    raise AssertionError("the server did not stop")
