"""The start page in a real Chromium, in front of a real JupyterLab and a real service."""

from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.lab_page import leave_tour

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAB, LAB_LEFT = "stable-softmax", "first-programs"
SECONDS = 15_000
FIRST_LOAD = 120_000


def unit(page: Page, name: str) -> Locator:
    return page.locator(f"[data-unit='{name}']")


def to_start(page: Page) -> None:
    page.get_by_role("tab", name="Start").click()


def faults(page: Page) -> list[str]:
    found = Axe().run(page, context=".za-start").response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found]


def the_form_is_the_first_thing_and_works_by_keyboard_alone(page: Page, campus) -> None:
    expect(page.get_by_role("heading", name="Welcome, ada")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Degree").focus()
    for answer in ("School leaver", "No job", None, "Operator", "6", "8"):
        if answer in ("6", "8"):
            page.keyboard.press("Control+a")
        if answer:
            page.keyboard.type(answer)
        page.keyboard.press("Tab")
    assert page.get_by_label("Degree").input_value() == "high-school"
    assert page.get_by_label("Role or track").input_value() == "role:operator-developer"
    expect(page.locator("#za-duty")).to_contain_text("kernels")


def the_form_names_where_people_of_a_job_move_to(page: Page, campus) -> None:
    page.get_by_label("Today’s job").select_option(label="Cloud engineer")
    move = page.get_by_role("button", name="Cloud management and scheduling platform engineer")
    expect(move).to_contain_text("saved by your job")
    assert faults(page) == []
    move.press("Enter")
    expect(page.get_by_label("Role or track")).to_be_focused()
    assert page.get_by_label("Role or track").input_value() == "role:cloud-scheduling-platform-engineer"
    page.get_by_label("Today’s job").select_option(label="No job yet, or another one")
    expect(move).to_have_count(0)
    page.get_by_label("Role or track").select_option("role:operator-developer")


def a_wrong_number_is_said_at_its_field_and_nothing_typed_is_lost(page: Page, campus) -> None:
    page.get_by_label("Hours a week").fill("-3")
    page.get_by_role("button", name="Make my plan").click()
    problem = page.locator("#za-hours-problem")
    expect(problem).to_have_text("give a number from 0.5 to 80")
    assert page.get_by_label("Hours a week").get_attribute("aria-invalid") == "true"
    page.reload()
    page.wait_for_selector(".za-form", timeout=FIRST_LOAD)
    assert page.get_by_label("Hours a week").input_value() == "-3"
    assert page.get_by_label("Role or track").input_value() == "role:operator-developer"


def a_service_that_is_away_is_told_with_the_next_step(page: Page, campus) -> None:
    page.get_by_label("Hours a week").fill("6")
    campus.service.go_away()
    page.get_by_role("button", name="Make my plan").click()
    expect(page.get_by_role("status").filter(has_text="try again")).to_be_visible()
    campus.service.come_back()
    assert page.get_by_label("Hours a week").input_value() == "6"
    assert campus.academy.profile("ada") is None


def the_plan_appears_week_by_week_with_hours_and_reasons(page: Page, campus) -> None:
    page.get_by_role("button", name="Make my plan").click()
    expect(page.get_by_role("heading", name="Your way to: Operator (kernel) developer")).to_be_focused()
    expect(page.get_by_role("heading", name="Weeks 1 to 2 6.8 h")).to_be_visible()
    first = unit(page, "lesson:python-start/01-values")
    expect(first).to_contain_text("Next")
    expect(first).to_contain_text("1 h")
    first.get_by_label("Why Values?").press("Enter")
    expect(first).to_contain_text("Programming basics (intermediate)")
    expect(first).to_contain_text("Afterwards you can start: “Loops")
    gap = unit(page, "competency:operator-development@E")
    expect(gap).to_contain_text("Not taught here yet")
    expect(gap.get_by_role("button")).to_have_count(0)
    assert faults(page) == []


def a_late_plan_says_what_would_help(page: Page, campus) -> None:
    late = page.locator(".za-late")
    expect(late).to_contain_text("What would make it fit into 8 weeks")
    expect(late).to_contain_text("levels that you lack")
    late.get_by_text("The units of this part").press("Enter")
    expect(late.locator("ol li").first).to_contain_text("Values, 1 h")
    assert faults(page) == []
    late.get_by_text("The units of this part").press("Enter")


def a_reason_is_told_in_words_and_drawn(page: Page, campus) -> None:
    first = unit(page, "lesson:python-start/01-values")
    expect(first).to_contain_text("35 % (between 17 and 55)")
    expect(first).to_contain_text("If you leave it out")
    picture = first.get_by_role("img", name="The way over Values")
    expect(picture).to_contain_text("★ Operator (kernel) developer")
    assert picture.evaluate("node => node.namespaceURI") == "http://www.w3.org/2000/svg"
    assert faults(page) == []


def a_unit_is_left_out_by_keyboard_with_a_reason_and_comes_back(page: Page, campus) -> None:
    name = "lesson:python-start/02-loops"
    unit(page, name).get_by_label("Change Loops").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("known from school")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert faults(page) == []
    page.keyboard.press("Enter")
    marks = page.locator(".za-marks")
    expect(marks).to_contain_text("“Loops” Left out by ada")
    expect(marks).to_contain_text("Reason: known from school")
    expect(marks).to_contain_text("Stays unlearned, in part or in whole: Programming basics (Intermediate)")
    expect(page.locator("#za-marks-title")).to_be_focused()
    expect(unit(page, name)).to_have_count(0)
    expect(page.locator(".za-changes")).to_contain_text("Out of the plan: “Loops”")
    assert faults(page) == []
    marks.get_by_role("button", name="Undo: Loops").press("Enter")
    expect(unit(page, name)).to_be_visible()
    expect(marks).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="“Loops” is as before")).to_be_visible()
    assert [mark.undone_by for mark in campus.academy.store.marks("ada", history=True)] == ["ada"]


def a_pinned_unit_says_so_where_it_stands(page: Page, campus) -> None:
    lab = unit(page, f"lab:{LAB}")
    lab.get_by_label("Change Lab").press("Enter")
    lab.get_by_role("button", name="Pin").click()
    expect(lab).to_contain_text("Pinned by ada")
    lab.get_by_role("button", name="Undo").click()
    expect(lab).not_to_contain_text("Pinned by ada")


def another_role_is_compared_with_the_goal(page: Page, campus) -> None:
    page.get_by_text("What if you chose another role?").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status").filter(has_text="Choose a role")).to_be_visible()
    page.get_by_label("Compare your way").select_option(label="Data engineer")
    page.get_by_role("button", name="Compare").click()
    compared = page.locator(".za-compared")
    expect(compared).to_be_focused()
    expect(compared).to_contain_text("From where you stand, Data engineer takes")
    assert compared.locator("[data-part]").count() == 3
    expect(compared.locator("[data-part='shared']")).to_contain_text("“Values”")
    assert faults(page) == []


def a_lesson_opens_as_the_learners_own_copy(page: Page, campus) -> None:
    page.get_by_role("button", name="Go on: Values").click()
    page.wait_for_selector(".jp-NotebookPanel:visible")
    assert (campus.home / "lessons/python-start/01-values.ipynb").is_file()
    expect(page.locator(".jp-NotebookPanel-toolbar >> text=Submit")).to_have_count(0)
    to_start(page)
    expect(page.get_by_role("status").filter(has_text="lessons/python-start/01-values.ipynb")).to_be_visible()


def a_lab_that_is_not_released_says_whom_to_ask(page: Page, campus) -> None:
    unit(page, f"lab:{LAB}").get_by_role("button", name="Open").click()
    expect(page.get_by_role("status").filter(has_text="ask your instructor")).to_be_visible()


def a_lab_is_opened_edited_and_submitted_from_its_own_toolbar(page: Page, campus) -> None:
    campus.exchange.release(LAB)
    unit(page, f"lab:{LAB}").get_by_role("button", name="Open").click()
    notebook = page.locator(".jp-NotebookPanel:visible")
    cell = notebook.locator(".jp-CodeCell .cm-content").first
    cell.click()
    page.keyboard.type("# my own answer\n")
    notebook.get_by_role("button", name="Submit").click()
    page.get_by_text("Submitted. You see the score here").first.wait_for()
    (handed_in,) = campus.exchange.submissions(LAB)
    assert "# my own answer" in (handed_in / f"{LAB}.ipynb").read_text()


def score_feedback_and_what_changed_come_back(page: Page, campus) -> None:
    handed_in = campus.ask("status")[1]["labs"][LAB]["submitted"][-1]
    moment = datetime.fromisoformat(handed_in.replace(" UTC", "+00:00"))
    to_start(page)
    expect(unit(page, f"lab:{LAB}")).to_contain_text("waiting to be graded")
    campus.teacher.grade("ada", LAB, {"check-lse": 5.0, "check-lse-hidden": 5.0, "check-sums": 5.0}, moment)
    campus.exchange.give_feedback(LAB, "<h1>Well done, ada</h1>")
    page.get_by_role("button", name="Look for news").click()
    changed = page.locator(".za-changes")
    expect(changed).to_contain_text("sums 5 of 5 points")
    expect(changed).to_contain_text("counts as mastered")
    done = page.locator(f".za-done [data-unit='lab:{LAB}']")
    expect(done).to_contain_text("Score: 15 of 15 points.")
    assert faults(page) == []
    done.get_by_role("button", name="Read feedback").click()
    frame = page.frame_locator(".jp-HTMLViewer iframe")
    expect(frame.get_by_role("heading", name="Well done, ada")).to_be_visible()


def progress_shows_where_the_learner_stands_and_what_moved_it(page: Page, campus) -> None:
    to_start(page)
    page.get_by_role("button", name="Progress", exact=True).click()
    expect(page.get_by_role("heading", name="Where you stand")).to_be_visible()
    one = page.locator("[data-competency='numerics-information']")
    expect(one).to_contain_text("✓ Intermediate")
    expect(one).to_contain_text("holds for about")
    moved = page.locator(".za-log li")
    expect(moved).to_have_count(1)
    expect(moved).to_contain_text("log-sum-exp 10 of 10, sums 5 of 5 points.")
    other = page.locator("[data-competency='market-insight']")
    expect(other).to_have_count(0)
    page.get_by_label("Show also what your goal does not need").press("Space")
    expect(other).to_be_visible()
    expect(page.get_by_label("Show also what your goal does not need")).to_be_focused()
    assert faults(page) == []
    page.get_by_role("button", name="Plan", exact=True).click()


def progress_can_be_read_at_four_hundred_pixels(page: Page, campus) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.reload()
    page.get_by_role("tab", name="Start").wait_for(timeout=FIRST_LOAD)
    to_start(page)
    why = unit(page, f"lab:{LAB_LEFT}").get_by_text("Why?", exact=True)
    why.press("Enter")
    expect(page.get_by_role("img", name="The way over").first).to_be_visible()
    for view in ("Plan", "Progress"):
        page.get_by_role("button", name=view, exact=True).click()
        expect(page.get_by_role("button", name=view, exact=True)).to_have_attribute("aria-current", "page")
        wide = page.locator(".za-start").evaluate("node => node.scrollWidth - node.clientWidth")
        assert wide == 0, view
        assert faults(page) == []
    page.get_by_role("button", name="Plan", exact=True).click()


def the_page_is_there_in_chinese_and_stays_so(page: Page, campus) -> None:
    to_start(page)
    page.get_by_role("button", name="中文").click()
    page.get_by_role("tab", name="开始").click(timeout=FIRST_LOAD)  # all of Lab is loaded anew
    expect(page.get_by_role("heading", name="通往“算子开发工程师”之路")).to_be_visible()
    expect(page.locator(".za-changes")).to_contain_text("视为已掌握")
    assert page.locator(".za-start").get_attribute("lang") == "zh"
    page.reload()
    page.get_by_role("tab", name="开始").click(timeout=FIRST_LOAD)
    page.get_by_role("button", name="English").click()
    page.get_by_role("tab", name="Start").click(timeout=FIRST_LOAD)


def it_can_be_read_in_the_dark_and_at_two_hundred_percent(page: Page, campus) -> None:
    page.get_by_text("Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    assert faults(page) == []
    unit(page, f"lab:{LAB_LEFT}").get_by_text("Why?", exact=True).press("Enter")
    expect(page.get_by_role("img", name="The way over").first).to_be_visible()
    unit(page, f"lab:{LAB_LEFT}").scroll_into_view_if_needed()
    page.get_by_role("button", name="Progress", exact=True).click()
    expect(page.get_by_role("heading", name="Where you stand")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Plan", exact=True).click()
    page.get_by_role("button", name="Change background, goal or time").click()
    assert faults(page) == []
    page.set_viewport_size({"width": 640, "height": 450})
    wide = page.locator(".za-start").evaluate("node => node.scrollWidth - node.clientWidth")
    assert wide == 0


def who_opened_the_form_goes_back_without_a_change(page: Page, campus) -> None:
    before = campus.academy.profile("ada")
    page.get_by_label("Hours a week").fill("9")
    page.get_by_role("button", name="Back to my plan").click()
    expect(page.get_by_role("button", name="Change background, goal or time")).to_be_focused()
    page.get_by_role("button", name="Change background, goal or time").click()
    expect(page.get_by_label("Hours a week")).to_have_value("6")
    page.get_by_role("button", name="Back to my plan").click()
    assert campus.academy.profile("ada") == before


def in_a_narrow_window_the_page_is_not_squeezed_by_the_file_browser(page: Page, campus) -> None:
    page.set_viewport_size({"width": 700, "height": 900})
    page.reload()
    page.get_by_role("tab", name="Start").wait_for(timeout=FIRST_LOAD)
    to_start(page)
    expect(page.locator("#jp-left-stack")).to_be_hidden()
    assert page.locator(".za-start").bounding_box()["width"] > 550
    assert page.locator(".za-staff").count() == 0  # ada is a learner


def answer_by_keyboard(page: Page) -> str:
    """Answer the open question with what stands first, and return its kind."""
    if page.get_by_label("Your number").count():
        page.get_by_label("Your number").focus()
        page.keyboard.type("1,5")
        page.keyboard.press("Enter")
        return "number"
    if page.get_by_role("radio").count():
        page.get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        return "choice"
    first = page.locator(".za-options li").first.locator("span").first.inner_text()
    page.get_by_role("button", name="Down").first.press("Enter")
    expect(page.get_by_role("status").filter(has_text="is now number 2")).to_be_visible()
    expect(page.locator(".za-options li").nth(1)).to_contain_text(first)
    page.get_by_role("button", name="Answer").press("Enter")
    return "order"


def the_placement_is_answered_by_keyboard_left_and_taken_up_again(page: Page, campus) -> None:
    page.get_by_role("button", name="Placement", exact=True).click()
    assert faults(page) == []
    page.get_by_role("button", name="Start the test").press("Enter")
    expect(page.get_by_role("heading", name="Question 1")).to_be_focused()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("status").filter(has_text="there is no answer yet")).to_be_visible()
    kinds = []
    for number in range(1, 4):  # a test has six questions at the least
        assert faults(page) == []
        kinds.append(answer_by_keyboard(page))
        expect(page.get_by_role("heading", name=f"Question {number + 1}", exact=True)).to_be_focused()
    asked = page.locator(".za-ask").inner_text()
    page.reload()
    page.get_by_role("tab", name="Start").wait_for(timeout=FIRST_LOAD)
    to_start(page)
    page.get_by_role("button", name="Placement", exact=True).click()
    expect(page.locator(".za-ask")).to_have_text(asked)
    page.get_by_role("button", name="I don’t know").press("Enter")
    expect(page.get_by_role("heading", name="Question 5")).to_be_focused()
    (test,) = campus.academy.store.placements("ada")
    given = campus.academy.store.answers(test.id)
    assert [one.known for one in given[:4]] == [True] * 3 + [False]
    assert {campus.academy.placing.bank.items[one.item].kind for one in given[:3]} == set(kinds)


def what_the_placement_found_is_shown_and_the_plan_follows(page: Page, campus) -> None:
    page.get_by_role("button", name="Stop here").click()
    expect(page.get_by_role("heading", name="What the test found")).to_be_focused()
    expect(page.locator(".za-placed")).to_contain_text("4 questions:")
    expect(page.locator(".za-placed")).to_contain_text("1 not known")
    assert page.locator(".za-placed meter").count() >= 2
    assert faults(page) == []
    page.get_by_role("button", name="中文").click()
    page.get_by_role("tab", name="开始").click(timeout=FIRST_LOAD)
    page.get_by_role("button", name="水平测试").click()
    expect(page.get_by_role("heading", name="测试结果")).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    wide = page.locator(".za-start").evaluate("node => node.scrollWidth - node.clientWidth")
    assert wide == 0
    page.get_by_role("button", name="English").click()
    page.get_by_role("tab", name="Start").click(timeout=FIRST_LOAD)
    expect(page.locator(".za-changes")).to_contain_text("placement")


def the_palette_opens_the_page_again(page: Page, campus) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    # not the feedback: its frame takes the keyboard when it comes into view
    page.get_by_role("tab", name="01-values.ipynb").click()
    page.locator(".lm-TabBar-tab", has_text="Start").locator(".lm-TabBar-tabCloseIcon").click()
    page.keyboard.press("Control+Shift+c")
    expect(page.locator(".lm-CommandPalette-input:focus")).to_be_visible()
    page.keyboard.type("Academy: open start page")
    expect(page.locator(".lm-CommandPalette-item.lm-mod-active")).to_contain_text("open start page")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your way to: Operator (kernel) developer")).to_be_visible()


WALK = (
    the_form_is_the_first_thing_and_works_by_keyboard_alone,
    the_form_names_where_people_of_a_job_move_to,
    a_wrong_number_is_said_at_its_field_and_nothing_typed_is_lost,
    a_service_that_is_away_is_told_with_the_next_step,
    the_plan_appears_week_by_week_with_hours_and_reasons,
    a_late_plan_says_what_would_help,
    a_reason_is_told_in_words_and_drawn,
    a_unit_is_left_out_by_keyboard_with_a_reason_and_comes_back,
    a_pinned_unit_says_so_where_it_stands,
    another_role_is_compared_with_the_goal,
    a_lesson_opens_as_the_learners_own_copy,
    a_lab_that_is_not_released_says_whom_to_ask,
    a_lab_is_opened_edited_and_submitted_from_its_own_toolbar,
    score_feedback_and_what_changed_come_back,
    progress_shows_where_the_learner_stands_and_what_moved_it,
    the_page_is_there_in_chinese_and_stays_so,
    it_can_be_read_in_the_dark_and_at_two_hundred_percent,
    who_opened_the_form_goes_back_without_a_change,
    in_a_narrow_window_the_page_is_not_squeezed_by_the_file_browser,
    progress_can_be_read_at_four_hundred_pixels,
    the_placement_is_answered_by_keyboard_left_and_taken_up_again,
    what_the_placement_found_is_shown_and_the_plan_follows,
    the_palette_opens_the_page_again,
)


def test_ada_walks_from_the_form_to_a_plan_that_moved_on(campus, browser: Browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(SECONDS)
    expect.set_options(timeout=SECONDS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{campus.url}/lab?token={campus.token}")
    page.wait_for_selector(".za-form fieldset", timeout=FIRST_LOAD)
    leave_tour(page)
    try:
        for step in WALK:
            step(page, campus)
    finally:
        page.screenshot(path=campus.log.with_suffix(".png"))
        context.close()
    assert problems == []
