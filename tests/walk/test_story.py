"""One story in a real Chromium: from a lab's release to the mark at the learning platform and a restore."""

import csv
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from playwright.sync_api import Browser, FrameLocator, Page, expect

from catalogue.folders import CHECKOUT
from tests.hub_process import OWN_PASSWORD, Hub
from tests.lab_page import FIRST_LOAD, faults, leave_tour, said, tab_to, to_panel
from tests.lti_platform import LtiPlatform
from tests.walk.walker import Walker, come_in, points, press_icon, solve

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.rota(2)]

LAB, NEW_LAB = "first-programs", "functions-and-counts"
MOST = points(LAB)
CHINESE = "zh-CN"
SECONDS = 30_000
STAFF = "/services/academy/"
ANSWER = """def yearly_rate(start, end, years):
    for value in (start, end, years):
        if value <= 0:
            raise ValueError(f"{value} is not greater than 0")
    return (end / start) ** (1 / years) - 1
"""


@dataclass(frozen=True)
class Story:
    """Where it happens.

    Parameters
    ----------
    hub
        The academy.
    platform
        The learning platform from which the first learner comes.
    browser, shots
        What people look through, and where pictures are kept.
    """

    hub: Hub
    platform: LtiPlatform
    browser: Browser
    shots: Path
    walkers: list[Walker] = field(default_factory=list)

    def walker(self, name: str, locale: str = "en-GB") -> Walker:
        """Return somebody at a window of their own."""
        self.walkers.append(Walker(self.browser, self.hub, name, self.shots, locale))
        return self.walkers[-1]

    def academy(self, *words: str, data: Path | None = None) -> str:
        """Type an ``./academy`` command where the academy runs, and return what it printed."""
        where = ["--data", str(data or self.hub.data)]
        done = subprocess.run(
            [CHECKOUT / "academy", *words, *where], capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def story(browser: Browser, shots: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Yield an academy with one lab handed out, and a learning platform that is registered there."""
    data = tmp_path_factory.mktemp("story") / "data"
    data.mkdir()
    with LtiPlatform() as platform:
        hub = Hub(data)
        platform.tool = f"{hub.url}/hub/lti/"
        chosen = {"labs": [LAB], "lti": [platform.registration]}
        (data / "academy.yml").write_text(yaml.safe_dump(chosen))
        hub.start()
        expect.set_options(timeout=SECONDS)
        yield Story(hub, platform, browser, shots)
        hub.stop()


def until(there: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end
        time.sleep(0.3)


def sign_in_to(walker: Walker, place: str) -> None:
    """Sign in on the way to a page, without a desk."""
    walker.page.goto(f"{walker.hub.url}/hub/login?{urlencode({'next': place})}")
    come_in(walker.page, walker.hub, walker.name)
    walker.page.wait_for_url(f"**{place}")


def accept_invitation(story: Story, name: str, link: str) -> Walker:
    """Follow a link, choose a password, sign in; return who then sits before the own desk, in Chinese."""
    walker = story.walker(name, CHINESE)
    page = walker.page
    page.goto(link)
    expect(page.get_by_role("heading", name="我的密码")).to_be_visible()
    assert faults(page) == []
    walker.shoot(f"story-invited-{name}")
    page.get_by_label(re.compile("^New password (?!again)")).fill(OWN_PASSWORD)
    page.get_by_label("再次输入新密码").fill(OWN_PASSWORD)
    page.get_by_role("button", name="设置密码").click()
    story.hub.passwords[name] = OWN_PASSWORD
    come_in(page, story.hub, name)
    page.wait_for_url("**/lab**", timeout=FIRST_LOAD)
    page.get_by_role("tab", name="学院").click(timeout=FIRST_LOAD)
    return walker


def the_manager_looks_and_invites(story: Story) -> str:
    """See in English that all works, and return the link with which an instructor comes in."""
    manager = story.walker("manager")
    sign_in_to(manager, f"{STAFF}status")
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("Status")
    assert faults(manager.page) == []
    manager.shoot("story-status-en")
    manager.leave()
    return invited(story, "--add-instructor", "ines")


def invited(story: Story, *who: str) -> str:
    """Add an account and return the link with which its owner comes in."""
    return story.academy("hub", "--port", str(story.hub.port), *who, "--by-link").split()[1]


def the_instructor_releases_a_lab(story: Story, link: str) -> tuple[Walker, FrameLocator]:
    """Come in by the link and release a lab in formgrader; return the instructor and formgrader."""
    instructor = accept_invitation(story, "ines", link)
    panel = instructor.page.locator(".za-panel")
    expect(panel.get_by_role("button", name="批改提交")).to_be_visible()
    frame = instructor.formgrader()
    press_icon(frame, NEW_LAB, "assign")
    press_icon(frame, NEW_LAB, "release")
    expect(frame.locator("tbody tr", has_text=NEW_LAB).locator("td.status")).to_have_text("released")
    assert faults(instructor.page, ".za-panel") == []
    instructor.shoot("story-released-zh")
    return instructor, frame


def a_learner_is_launched(story: Story) -> Walker:
    """Follow the platform's link to the lab; leave the tour there."""
    learner = story.walker("ada-lovelace")
    page = learner.page
    asked = story.platform.initiation(f"{story.hub.url}/hub/lti/lab/{LAB}")
    story.platform.framed = f"{story.hub.url}/hub/lti/login?{urlencode(asked)}"
    page.goto(f"{story.platform.url}/link")
    page.get_by_role("link", name="A lab").click()
    page.wait_for_url(f"**/lab/tree/{LAB}/{LAB}.ipynb**", timeout=FIRST_LOAD)
    leave_tour(page)
    learner.notebook(LAB)
    learner.shoot("story-launched-en")
    return learner


def the_learner_checks_and_hands_in(learner: Walker) -> None:
    """Open the lab in the panel, solve a task, check, submit, all by keyboard."""
    page = learner.page
    to_panel(page)
    page.keyboard.press("End")
    expect(page.locator(f"[data-lab='{LAB}']")).to_contain_text("In work, not handed in.")
    expect(page.locator(f"[data-lab='{NEW_LAB}']")).to_contain_text("Not started.")
    assert faults(page, ".za-panel") == []
    tab_to(page, f"open lab:{LAB}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="This lab")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".za-tasks > li")).to_have_count(5)
    to_panel(page)
    tab_to(page, "task 0")
    page.keyboard.press("Enter")
    cell = page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")
    expect(cell).to_contain_text("def yearly_rate")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWER)
    page.keyboard.press("Escape")
    to_panel(page)
    tab_to(page, "check")
    page.keyboard.press("Enter")
    said(page, "open checks hold in 1 of 5 tasks", seconds=150)
    learner.shoot("story-checked-en")
    hand_in(learner)
    expect(page.locator(".za-receipt")).to_contain_text("attempt 1, number 1")
    learner.shoot("story-receipt-en")


def hand_in(walker: Walker) -> None:
    """Submit the lab in front, by the panel and by keyboard."""
    page = walker.page
    to_panel(page)
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    expect(page.locator(".za-receipt")).to_be_visible()
    assert faults(page, ".za-panel") == []


def another_learner_does_so_in_chinese(story: Story) -> None:
    """Come in by a link, get the lab that was just released, check and submit it as it is."""
    link = invited(story, "--add-learner", "mei", "--called", "Han Mei", "--called-zh", "韩梅")
    learner = accept_invitation(story, "mei", link)
    page = learner.page
    leave_tour(page)
    to_panel(page)
    page.keyboard.press("End")
    expect(page.locator(f"[data-lab='{NEW_LAB}']")).to_contain_text("尚未开始")
    tab_to(page, f"open lab:{NEW_LAB}")
    page.keyboard.press("Enter")
    learner.notebook(NEW_LAB)
    expect(page.get_by_role("tab", name="本实验")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".za-tasks > li")).to_have_count(5)
    to_panel(page)
    tab_to(page, "check")
    page.keyboard.press("Enter")
    said(page, "5 个任务中有 0 个通过公开检查", seconds=150)
    assert faults(page, ".za-panel") == []
    hand_in(learner)
    expect(page.locator(".za-receipt")).to_contain_text("第 1 次提交")
    learner.shoot("story-receipt-zh")
    learner.leave()


def the_instructor_grades(instructor: Walker, frame: FrameLocator) -> None:
    """Collect and grade in formgrader, and give feedback."""
    press_icon(frame, LAB, "collect")
    frame.locator("tbody tr", has_text=LAB).locator("td.num-submissions a").click()
    row = frame.locator("tbody tr", has_text="Ada Lovelace")
    press_icon(frame, "Ada Lovelace", "autograde")
    expect(row).to_contain_text("graded")
    press_icon(frame, "Ada Lovelace", "generate-feedback")
    press_icon(frame, "Ada Lovelace", "release-feedback")
    instructor.shoot("story-graded-zh")


def the_mark_arrives(story: Story, learner: Walker, score: float) -> None:
    """See the mark in the panel, read the feedback, and find the mark at the platform."""
    page = learner.page
    page.reload()
    page.get_by_role("tab", name="Labs and marks").click(timeout=FIRST_LOAD)
    lab = page.locator(f"[data-lab='{LAB}']")
    expect(lab).to_contain_text(f"Mark: {score:g} of {MOST:g} points.")
    assert faults(page, ".za-panel") == []
    tab_to(page, f"marks {LAB}")
    page.keyboard.press("Enter")
    tab_to(page, f"feedback {LAB}")
    page.keyboard.press("Enter")
    expect(page.locator(".jp-HTMLViewer iframe:visible")).to_be_visible()
    learner.shoot(f"story-mark-{score:g}-en")
    until(lambda: story.platform.scores and story.platform.scores[-1][1]["scoreGiven"] == score)


def the_deadline_is_over(story: Story) -> None:
    """From now on the lab is closed for everybody."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    story.academy("deadline", LAB, "--at", f"{yesterday:%Y-%m-%dT%H:%M}", "--zone", "UTC", "--late", "refuse")


def the_instructor_gives_more_time(instructor: Walker) -> None:
    """Find the learner from the panel and extend the lab."""
    page = learners_page(instructor)
    page.get_by_role("link", name="Ada Lovelace").click()
    assert faults(page) == []
    page.get_by_role("link", name="截止时间").click()
    assert faults(page) == []
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    page.get_by_role("combobox", name="实验").select_option(LAB)
    page.get_by_label("延长至").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    page.get_by_label("原因").fill("生病")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("status")).to_contain_text("已延期")
    assert faults(page) == []
    page.screenshot(path=instructor.shots / "story-extended-zh.png")
    page.close()


def learners_page(instructor: Walker) -> Page:
    """Return the page on which everybody stands, opened from the panel."""
    with instructor.page.expect_popup() as opened:
        instructor.page.locator(".za-panel").get_by_role("link", name="学员情况").click()
    return opened.value


def the_learner_hands_in_anew(learner: Walker) -> None:
    """With the time that was given the whole lab is taken."""
    page = learner.page
    page.locator(f"[data-key='open lab:{LAB}']").click()
    solve(learner, learner.notebook(LAB), LAB)
    hand_in(learner)
    expect(page.locator(".za-receipt")).to_contain_text("attempt 2")


def the_instructor_takes_the_marks_along(instructor: Walker) -> None:
    """Find where learners stand from the panel, and everybody's marks as a table."""
    page = learners_page(instructor)
    expect(page.locator("tbody tr", has_text="Ada Lovelace")).to_contain_text(f"{MOST:g} of {MOST:g}")
    assert faults(page) == []
    page.screenshot(path=instructor.shots / "story-learners-zh.png")
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载成绩 CSV").click()
    with open(saved.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = {(one["learner"], one["lab"]): one for one in csv.DictReader(file)}
    scores = {key: float(one["score"]) for key, one in rows.items()}
    assert scores == {("ada-lovelace", LAB): MOST, ("mei", NEW_LAB): 0}
    assert rows["mei", NEW_LAB]["name"] == "Han Mei 韩梅"


def the_manager_saves_it_and_brings_it_back(story: Story, receipt: Path) -> None:
    """Back up while people work, see that in Chinese, and find submission and marks in a new academy."""
    manager = story.walker("manager", CHINESE)
    saved, again = story.hub.data.with_name("saved.tar.gz"), Hub(story.hub.data.with_name("again"))
    story.academy("backup", "--to", str(saved))
    sign_in_to(manager, f"{STAFF}status")
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("运行状态")
    expect(manager.page.locator("main")).to_contain_text("最近一次备份")
    assert faults(manager.page) == []
    manager.shoot("story-status-zh")
    manager.leave()
    story.academy("restore", str(saved), data=again.data)
    again.passwords = story.hub.passwords
    again.start()
    try:
        there = Walker(story.browser, again, "manager", story.shots, CHINESE)
        sign_in_to(there, STAFF)
        rows = there.page.locator("tbody tr")
        expect(rows.filter(has_text="Ada Lovelace")).to_contain_text(f"{MOST:g} of {MOST:g}")
        expect(rows.filter(has_text="韩梅")).to_contain_text(f"0 of {points(NEW_LAB):g}")
        there.shoot("story-restored-zh")
        there.leave()
    finally:
        again.stop()
    home = again.data / receipt.relative_to(story.hub.data).parent.parent
    told = story.academy("work", "receipt", str(receipt), "--folder", str(home / LAB), data=again.data)
    assert told.startswith("holds: ada-lovelace, course academy, lab first-programs, attempt 2")
    assert "differs" not in told


def walk(story: Story) -> None:
    begun = time.monotonic()

    def at(step: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {step}", flush=True)

    link = the_manager_looks_and_invites(story)
    at("invited")
    instructor, formgrader = the_instructor_releases_a_lab(story, link)
    at("released")
    learner = a_learner_is_launched(story)
    at("launched")
    the_learner_checks_and_hands_in(learner)
    at("handed in")
    another_learner_does_so_in_chinese(story)
    at("handed in, zh")
    the_instructor_grades(instructor, formgrader)
    at("graded")
    the_deadline_is_over(story)
    the_mark_arrives(story, learner, 5)
    expect(learner.page.locator(f"[data-lab='{LAB}']")).to_contain_text("The deadline is over")
    at("mark")
    the_instructor_gives_more_time(instructor)
    the_learner_hands_in_anew(learner)
    at("anew")
    story.academy("grade", "--feedback")
    at("graded anew")
    the_mark_arrives(story, learner, MOST)
    at("mark")
    the_instructor_takes_the_marks_along(instructor)
    instructor.leave()
    learner.leave()
    at("marks taken along")
    (receipt,) = (story.hub.data / "homes" / learner.name / "receipts").glob(f"{LAB}-3.json")
    the_manager_saves_it_and_brings_it_back(story, receipt)
    at("restored")


def test_the_story(story: Story) -> None:
    try:
        walk(story)
    finally:
        for one in story.walkers:
            if one.page.context.pages:
                one.shoot(f"story-last-{one.name}")
