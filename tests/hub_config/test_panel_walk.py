"""The panel in a real Chromium, behind a real hub whose work goes through the service."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.hub_process import Hub, Person
from tests.lab_page import FIRST_LOAD, faults, focused, said, sign_in_at, tab_to, to_panel
from tests.learning_paths.small_academy import Teacher

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAB = "first-programs"
SETTINGS = f"exchange: {{kind: service}}\nlabs: [{LAB}]\nsign_in: {{own_passwords: false}}\n"
ACADEMY = "/services/academy/api"
SECONDS = 30_000
TAKE_THE_KEYBOARD = "() => document.body.appendChild(document.createElement('button')).focus()"
ANSWER = """def yearly_rate(start, end, years):
    for value in (start, end, years):
        if value <= 0:
            raise ValueError(f"{value} is not greater than 0")
    return (end / start) ** (1 / years) - 1
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    data = tmp_path_factory.mktemp("panel") / "data"
    data.mkdir()
    (data / "academy.yml").write_text(SETTINGS)
    started = Hub(data).start()
    yield started
    started.stop()


def sign_in(hub: Hub, browser: Browser, name: str, **more) -> tuple[BrowserContext, Page]:
    """Return a browser of somebody's own, at their Lab."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **{"locale": "en-GB", **more})
    context.set_default_timeout(SECONDS)
    expect.set_options(timeout=SECONDS)
    page = context.new_page()
    sign_in_at(page, f"{hub.url}/hub/login", name, hub.passwords[name])
    page.wait_for_url("**/lab**", timeout=FIRST_LOAD)
    return context, page


def the_tour_comes_by_itself_and_is_walked_by_keyboard(page: Page, hub: Hub) -> None:
    tour = page.get_by_role("dialog")
    expect(tour.get_by_role("heading")).to_have_text("Your files", timeout=FIRST_LOAD)
    for title in ("The academy’s panel", "Check as often as you like", "Hand it in", "Where help is"):
        expect(tour.get_by_role("heading")).to_be_focused()
        page.evaluate(TAKE_THE_KEYBOARD)
        expect(tour.get_by_role("heading")).to_be_focused()
        assert faults(page, ".za-tour") == []
        page.keyboard.press("ArrowRight")
        expect(tour.get_by_role("heading")).to_have_text(title)
    assert page.locator(".za-tour-ring").bounding_box() == page.locator(".za-help").bounding_box()
    page.keyboard.press("Tab")
    with page.expect_response(re.compile("settings/zhisuan-academy")):
        page.keyboard.press("Enter")
    expect(tour).to_have_count(0)


def it_does_not_come_again_but_can_be_asked_for(page: Page, hub: Hub) -> None:
    page.reload()
    expect(page.locator(".za-panel-body > *")).not_to_have_count(0, timeout=FIRST_LOAD)
    expect(page.locator(".za-tour")).to_have_count(0)
    to_panel(page)
    tab_to(page, "tour")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".za-tour")).to_have_count(0)


def a_lab_is_opened_by_keyboard_and_its_tasks_are_listed(page: Page, hub: Hub) -> None:
    to_panel(page)
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Labs and marks")).to_be_focused()
    expect(page.locator(f"[data-lab='{LAB}']")).to_contain_text("Not started.")
    assert faults(page, ".za-panel") == []
    tab_to(page, f"open lab:{LAB}")
    page.keyboard.press("Enter")
    page.wait_for_selector(".jp-NotebookPanel:visible")
    expect(page.get_by_role("tab", name="This lab")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".za-tasks > li")).to_have_count(5)
    expect(page.locator("[data-task='worst-fall']")).to_contain_text("A loop that remembers")
    expect(page.locator("[data-task='worst-fall']")).to_contain_text("6 points")


def hints_are_revealed_one_by_one_and_stay(page: Page, hub: Hub) -> None:
    task = page.locator("[data-task='worst-fall']")
    expect(task.get_by_role("button", name="Hint 1 of 3: A loop that remembers")).to_be_visible()
    expect(task.locator(".za-hints > li")).to_have_count(0)
    to_panel(page)
    for number in (1, 2):
        tab_to(page, "next-hint worst-fall")
        page.keyboard.press("Enter")
        expect(task.locator(".za-hints > li")).to_have_count(number)
        expect(task.locator(".za-hints > li").last).to_be_focused()
    assert faults(page, ".za-panel") == []
    page.reload()
    page.get_by_role("tab", name="This lab").click(timeout=FIRST_LOAD)
    expect(task.locator(".za-hints > li")).to_have_count(2, timeout=FIRST_LOAD)
    expect(task.get_by_role("button", name="Hint 3 of 3")).to_be_visible()


def a_wrong_answer_is_told_in_words(page: Page, hub: Hub) -> None:
    to_panel(page)
    tab_to(page, "check")
    page.keyboard.press("Enter")
    said(page, re.compile(r"this takes \d+ s at the most"))
    assert focused(page) == "check"
    said(page, "open checks hold in 0 of 5 tasks", seconds=150)
    task = page.locator("[data-task='yearly-rate']")
    expect(task).to_contain_text(
        "✗ Open checks that do not hold: 3 of 3. 2 more points are checked after you submit."
    )
    expect(task).to_contain_text("this is not written yet")
    assert faults(page, ".za-panel") == []


def a_task_leads_to_its_cell_and_a_right_answer_passes(page: Page, hub: Hub) -> None:
    to_panel(page)
    tab_to(page, "task 0")
    page.keyboard.press("Enter")
    cell = page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")
    expect(cell).to_contain_text("def yearly_rate")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWER)
    page.keyboard.press("Escape")
    expect(page.locator(".za-panel")).to_contain_text("You have changed the notebook since")
    page.locator(".jp-NotebookPanel:visible").get_by_role("button", name="Check", exact=True).click()
    said(page, "open checks hold in 1 of 5 tasks", seconds=150)
    page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active").press("Control+Enter")
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))  # it was run
    expect(page.locator(".za-panel")).not_to_contain_text("You have changed the notebook since")
    expect(page.locator("[data-task='yearly-rate']")).to_contain_text("✓ Open checks hold: 3 of 3.")
    assert faults(page, ".za-panel") == []


def it_is_handed_in_and_the_receipt_is_shown(page: Page, hub: Hub) -> None:
    to_panel(page)
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    said(page, "attempt 1")
    receipt = page.locator(".za-receipt")
    expect(receipt).to_contain_text("attempt 1, number 1")
    kept = json.loads((hub.data / "homes/learner/receipts" / f"{LAB}-1.json").read_text())
    assert (kept["attempt"], kept["learners"]) == (1, ["learner"])
    assert "is not greater than 0" in (hub.data / "homes/learner" / LAB / f"{LAB}.ipynb").read_text()
    assert faults(page, ".za-panel") == []


def who_has_no_attempt_left_is_told_why(page: Page, hub: Hub) -> None:
    manager, learner = (hub.sign_in(name, hub.passwords[name]) for name in ("manager", "learner"))
    terms = {"due": "2099-12-01T18:00", "zone": "Asia/Shanghai", "attempts": 1}
    assert manager.api("PUT", f"{ACADEMY}/work/labs/{LAB}/deadline", json=terms).status_code == 200
    refused = learner.server("POST", "/academy/submit", json={"lab": LAB})
    assert refused.status_code == 403
    assert "all 1 attempts are used" in refused.json()["error"]
    assert "提交机会已用完" in refused.json()["error_zh"]
    grade_and_plan(hub, learner)
    page.reload()
    page.get_by_role("tab", name="This lab").click(timeout=FIRST_LOAD)
    facts = page.locator(".za-panel .za-facts").first
    expect(facts).to_contain_text("1 of 1 attempts used")
    expect(facts).to_contain_text(re.compile(r"Due .*2099.* UTC"))
    submit = page.locator("[data-key='submit']")
    expect(submit).to_have_attribute("aria-disabled", "true")
    submit.press("Enter")
    said(page, "Ask your instructor for another")
    assert faults(page, ".za-panel") == []


def grade_and_plan(hub: Hub, learner: Person) -> None:
    """Enter marks one below the points of each task, and let the learner have a plan."""
    (lab,) = learner.server("GET", "/academy/panel").json()["labs"]
    scores = {grade: task["points"] - 1 for task in lab["tasks"] for grade in task["grades"]}
    gradebook = Teacher(hub.data / "course" / "gradebook.db")
    gradebook.grade("learner", LAB, scores, datetime.fromisoformat(lab["submitted_at"]))
    profile = {"degree": "none", "role": "operator-developer", "hours": 6}
    assert learner.api("PUT", f"{ACADEMY}/profile", json=profile).status_code == 200


def marks_come_by_task(page: Page, hub: Hub) -> None:
    page.get_by_role("tab", name="Labs and marks").click()
    shown = page.locator(f"[data-lab='{LAB}']")
    expect(shown).to_contain_text("Mark: 21 of 26 points.")
    page.get_by_label("Marks by task: First programs").press("Enter")
    expect(shown).to_contain_text("A loop that remembers: 5 of 6")
    assert faults(page, ".za-panel") == []


def cards_in_the_launcher_lead_on(page: Page, hub: Hub) -> None:
    page.get_by_role("tab", name="My path").click()
    expect(page.locator(".za-panel .za-unit").first).to_contain_text("Next")
    assert faults(page, ".za-panel") == []
    page.keyboard.press("Control+Shift+l")
    launcher = page.locator(".jp-Launcher:visible")
    cards = launcher.locator(
        ".jp-LauncherCard", has_text=re.compile("Go on: |My path|Labs and marks|Start page")
    )
    expect(cards).to_have_count(4)
    launcher.locator(".jp-LauncherCard", has_text="Labs and marks").click()
    expect(page.get_by_role("tab", name="Labs and marks")).to_be_focused()
    launcher.locator(".jp-LauncherCard", has_text="Go on: ").click()
    page.wait_for_selector(".jp-NotebookPanel:visible")
    to_panel(page)
    page.get_by_role("tab", name="This lab").click()
    expect(page.locator(".za-tabpanel")).to_contain_text("The notebook in front is no lab")


def no_instructors_tool_is_there(page: Page, hub: Hub) -> None:
    page.get_by_role("menuitem", name="Nbgrader").click()
    entries = page.locator(".lm-Menu .lm-Menu-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    assert [entry for entry in entries if entry] == ["Assignment List"]
    page.keyboard.press("Control+Shift+c")
    for word in ("formgrader", "create assignment"):
        page.locator(".lm-CommandPalette-input").fill(word)
        expect(page.locator(".lm-CommandPalette-emptyMessage")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.locator("[data-id*='assignment']").count() == 0  # no tab of a side bar either


def all_of_lab_speaks_chinese_by_one_switch(page: Page, hub: Hub) -> None:
    to_panel(page)
    page.locator(".za-panel [data-key='language']").press("Enter")
    page.get_by_role("tab", name="实验与成绩").click(timeout=FIRST_LOAD)
    expect(page.get_by_role("menuitem", name="文件")).to_be_visible()
    expect(page.get_by_role("tab", name="开始")).to_be_visible()
    lab = page.locator(f"[data-lab='{LAB}']")
    expect(lab).to_contain_text("第一批程序")
    expect(lab).to_contain_text("提交机会已用完")
    assert page.locator(".za-panel").get_attribute("lang") == "zh"
    assert faults(page, ".za-panel") == []


def it_can_be_read_in_the_dark_and_below_320_pixels(page: Page, hub: Hub) -> None:
    page.get_by_role("menuitem", name="设置").first.click()
    page.get_by_text("主题", exact=True).hover()
    page.get_by_text("JupyterLab 暗色", exact=True).click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert faults(page, ".za-panel") == []
    page.get_by_role("tab", name="实验与成绩").click()
    assert faults(page, ".za-panel") == []
    panel = page.locator(".za-panel")
    assert panel.bounding_box()["width"] < 320
    for name in ("我的路径", "本实验", "实验与成绩"):
        page.get_by_role("tab", name=name).click()
        assert panel.evaluate("node => node.scrollWidth - node.clientWidth") == 0, name


WALK = (
    the_tour_comes_by_itself_and_is_walked_by_keyboard,
    it_does_not_come_again_but_can_be_asked_for,
    a_lab_is_opened_by_keyboard_and_its_tasks_are_listed,
    hints_are_revealed_one_by_one_and_stay,
    a_wrong_answer_is_told_in_words,
    a_task_leads_to_its_cell_and_a_right_answer_passes,
    it_is_handed_in_and_the_receipt_is_shown,
    who_has_no_attempt_left_is_told_why,
    marks_come_by_task,
    cards_in_the_launcher_lead_on,
    no_instructors_tool_is_there,
    all_of_lab_speaks_chinese_by_one_switch,
    it_can_be_read_in_the_dark_and_below_320_pixels,
)


def test_a_learner_walks_from_the_tour_to_the_receipt(hub: Hub, browser: Browser, tmp_path):
    context, page = sign_in(hub, browser, "learner")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: print(line.type, line.text))
    page.on("requestfailed", lambda request: print(request.method, request.url, request.failure))
    try:
        for step in WALK:
            print(step.__name__)
            step(page, hub)
            page.screenshot(path=tmp_path / f"{step.__name__}.png")
    finally:
        print(page.locator("body").inner_text())  # where a step fails, pytest shows what was printed
        page.screenshot(path=tmp_path / "last.png")
        context.close()
    assert problems == []


def test_an_instructor_finds_the_staff_pages_instead(hub: Hub, browser: Browser):
    context, page = sign_in(hub, browser, "instructor", locale="zh-CN")
    page.get_by_role("tab", name="学院").click(timeout=FIRST_LOAD)
    panel = page.locator(".za-panel")
    expect(panel.get_by_role("button", name="批改提交")).to_be_visible()
    links = panel.get_by_role("link").evaluate_all("links => links.map(link => link.href)")
    assert links == [f"{hub.url}/services/academy/", f"{hub.url}/services/academy/cohorts"]
    expect(panel.get_by_role("tab")).to_have_count(0)
    expect(page.locator(".za-tour")).to_have_count(0)
    assert faults(page, ".za-panel") == []
    context.close()
