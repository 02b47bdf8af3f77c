"""Lessons of a further course on a real hub: whom they are shown, opened in Lab, two versions of them."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hub_config.accounts import Accounts
from hub_config.courses_cli import main as course_command
from hub_config.deployment import Deployment
from tests.hub_config.git_upstream import LAB, Upstream
from tests.hub_config.test_course_lessons import LESSONS, MEANS, NEWER, SETTINGS
from tests.hub_config.test_hub import reach
from tests.hub_process import OWN_PASSWORD, Hub, Person
from tests.lab_page import FIRST_LOAD, faults, leave_tour, said, sign_in_at, tab_to, to_panel

pytestmark = [pytest.mark.slow]
OWN = "stats/lessons/week-1/means.ipynb"
PLACE = Path("/srv/academy/lessons")


@dataclass
class Campus:
    """A hub with a course from a repository, and who works there."""

    hub: Hub
    upstream: Upstream
    ada: Person  # takes part
    alan: Person  # does not
    grace: Person  # teaches it: at her office

    @property
    def course(self) -> Deployment:
        return Deployment(self.hub.data).of("stats")

    def choose(self, version: str) -> None:
        """Write a version into academy.yml."""
        text = SETTINGS.format(source=self.upstream.source, version=version)
        (self.hub.data / "academy.yml").write_text(f"labs: []\nsign_in: {{own_passwords: false}}\n{text}")


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    folder = tmp_path_factory.mktemp("lessons")
    upstream, data = Upstream(folder), folder / "data"
    upstream.commit({**LAB, **LESSONS}, "v1")
    upstream.commit({"lessons/week-1/means.ipynb": NEWER, "lessons/week-1/medians.ipynb": NEWER}, "v2")
    data.mkdir()
    accounts = Accounts(data / "accounts.sqlite")
    for name in ("ada", "alan", "grace"):
        accounts.add(name, "learner", OWN_PASSWORD)
    campus = Campus(Hub(data), upstream, *[None] * 3)
    campus.choose("v1")
    at = ["--data", str(data)]
    assert course_command(["course", "enrol", "stats", "ada", *at]) == 0
    assert course_command(["course", "enrol", "stats", "grace", "--as", "instructor", *at]) == 0
    campus.hub.start()
    campus.ada, campus.alan, grace = (
        campus.hub.sign_in(name, OWN_PASSWORD) for name in ("ada", "alan", "grace")
    )
    grace.api("GET", "/hub/api/user")
    campus.grace = grace.at_office("stats")
    for person in (campus.ada, campus.alan, campus.grace):
        person.start_server()
    yield campus
    campus.hub.stop()


def lessons(person: Person) -> dict[str, dict]:
    told = person.server("GET", "/academy/panel").json()
    return {one["unit"]: one for one in told["lessons"]}


def test_who_takes_part_sees_them_and_changes_none(campus: Campus) -> None:
    for person in (campus.ada, campus.grace):
        assert set(lessons(person)) == {MEANS, "lesson:stats/week-1/medians", "lesson:stats/week 2/spread"}
        means = lessons(person)[MEANS]
        assert (means["title"]["zh"], means["within"]["zh"], means["path"]) == ("均值", "统计学", None)
        tried = f"open('{PLACE}/stats/week-1/means.ipynb', 'a')"
        said = person.run(
            f"try:\n    {tried}\nexcept OSError as error:\n    print(type(error).__name__, error)"
        )
        assert "Read-only file system" in said or "PermissionError" in said
    assert (campus.course.lessons / "week-1/means.ipynb").read_text() == LESSONS["lessons/week-1/means.ipynb"]


def test_who_takes_no_part_sees_nothing_and_opens_nothing(campus: Campus) -> None:
    assert lessons(campus.alan) == {}
    refused = campus.alan.server("POST", "/academy/open", json={"unit": MEANS})
    assert (refused.status_code, "restart your server" in refused.json()["error"]) == (404, True)
    places = [PLACE, campus.course.lessons, campus.course.labs]
    assert set(reach(campus.alan, places).values()) == {"FileNotFoundError"}
    assert reach(campus.ada, [PLACE])[str(PLACE)] == ["stats"]
    assert reach(campus.ada, [campus.course.labs])[str(campus.course.labs)] == "FileNotFoundError"
    assert not (campus.hub.data / "homes/alan/stats").exists()


def test_one_is_opened_at_the_desk_and_in_the_office(campus: Campus) -> None:
    for person, homes in ((campus.ada, campus.hub.data), (campus.grace, campus.course.grading)):
        answer = person.server("POST", "/academy/open", json={"unit": MEANS})
        assert answer.json() == {"path": OWN, "new": True, "outdated": False}
        home = homes / "homes" / person.name
        assert (home / OWN).read_text() == LESSONS["lessons/week-1/means.ipynb"]
        assert (home / "stats/lessons/data/heights.csv").read_text() == "170\n"
        assert lessons(person)[MEANS]["path"] == OWN
        assert person.server("GET", f"/api/contents/{OWN}", params={"content": "0"}).json()["writable"]


@pytest.mark.browser
def test_with_the_next_version_an_edit_stays_and_the_newer_one_is_offered(
    campus: Campus, browser: Browser
) -> None:
    """The hub is killed, so that servers go on; they show the next version once a start has brought it."""
    home, lesson = campus.hub.data / "homes/ada", "lesson:stats/week-1/medians"
    assert campus.ada.server("POST", "/academy/open", json={"unit": lesson}).json()["new"]
    campus.ada.server("POST", "/academy/open", json={"unit": MEANS}).raise_for_status()
    edited = json.loads((home / OWN).read_text())
    edited["cells"][0]["source"] = ["my own work"]
    (home / OWN).write_text(json.dumps(edited))
    begun = campus.ada.server("GET", "/api/status").json()["started"]
    campus.choose("v2")
    os.kill(campus.hub.hub_pid(), signal.SIGKILL)
    campus.hub.process.communicate(timeout=60)
    campus.hub.start()
    campus.ada.wait_for_server()
    assert campus.ada.server("GET", "/api/status").json()["started"] == begun
    assert (home / OWN).read_text() == json.dumps(edited)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    sign_in_at(page, f"{campus.hub.url}/hub/login", "ada", OWN_PASSWORD)
    page.wait_for_url("**/lab**", timeout=FIRST_LOAD)
    leave_tour(page)
    to_panel(page)
    page.keyboard.press("End")
    section = page.locator("[data-lessons=stats]")
    expect(section.get_by_role("heading", name="Lessons: Statistics")).to_be_visible()
    expect(page.locator(f"[data-lesson='{MEANS}']")).to_contain_text("week-1 · Your copy is in your files.")
    assert faults(page, ".za-panel") == []
    tab_to(page, f"open {MEANS}")
    page.keyboard.press("Enter")
    said(page, f"is open with your own changes ({OWN}). There is a newer version")
    expect(page.locator(".jp-NotebookPanel:visible")).to_contain_text("my own work", timeout=FIRST_LOAD)
    assert faults(page, ".za-panel") == []
    page.get_by_role("button", name="Newer version beside mine").click()
    said(page, "is open: stats/lessons/week-1/means.new.ipynb. Your own files stayed")
    expect(page.locator(".jp-NotebookPanel:visible")).to_contain_text("second edition", timeout=FIRST_LOAD)
    assert (home / OWN).read_text() == json.dumps(edited)
    assert (home / OWN.replace("means", "means.new")).read_text() == NEWER
    # what was not touched is brought up to date
    answer = campus.ada.server("POST", "/academy/open", json={"unit": lesson}).json()
    assert (answer["new"], answer["outdated"]) == (False, False)
    assert (home / answer["path"]).read_text() == NEWER
    context.close()


@pytest.mark.browser
def test_who_teaches_finds_them_in_the_office_in_chinese(campus: Campus, browser: Browser) -> None:
    # started anew by the browser, whose language it speaks then
    assert campus.grace.api("DELETE", "/hub/api/users/grace/servers/stats").status_code in (202, 204)
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    sign_in_at(page, f"{campus.hub.url}/hub/login?next=/hub/spawn/grace/stats", "grace", OWN_PASSWORD)
    page.wait_for_url("**/stats/lab**", timeout=FIRST_LOAD)
    page.get_by_role("tab", name="学院").click(timeout=FIRST_LOAD)
    section = page.locator("[data-lessons=stats]")
    expect(section.get_by_role("heading", name="课程内容：统计学")).to_be_visible(timeout=FIRST_LOAD)
    expect(section.locator("li")).to_have_count(3)
    assert faults(page, ".za-panel") == []
    context.close()
