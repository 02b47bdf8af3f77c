"""The walk of a learner and an instructor, from signing in to a plan that moved, in a real Chromium."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, expect

from catalogue.folders import CHECKOUT
from hub_config.cli import main as command
from tests.hub_process import Hub
from tests.lab_page import faults, leave_tour
from tests.walk.walker import LONG, SIZE, Walker, cells, come_in, points, press_icon, solve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CALLED = ("Lin Xiaoming", "林小明")
ROLE, HOURS = "role:operator-developer", "6"
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)


@pytest.fixture(scope="module")
def hub(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Yield a hub on a new data folder; after the browser, which may be missing."""
    started = Hub(tmp_path_factory.mktemp("walk") / "data").start()
    where = ["--data", str(started.data), "--rename", "learner"]
    assert command(["hub", *where, "--called", CALLED[0], "--called-zh", CALLED[1]]) == 0
    yield started
    started.stop()


def on_purpose(lesson: str) -> int:
    """Return how many cells of a lesson show an error because they are meant to."""
    course, _, slug = lesson.removeprefix("lesson:").partition("/")
    (file,) = (CHECKOUT / "courses").glob(f"*/{course}/{slug}.ipynb")
    found = json.loads(file.read_text())["cells"]
    return sum("raises-exception" in cell["metadata"].get("tags", ()) for cell in found)


def hidden_lines(lab: str) -> list[str]:
    """Return the lines of a lab's hidden tests that say something."""
    parts = [part for cell in cells(lab) for part in HIDDEN.findall("".join(cell["source"]))]
    lines = [line.strip() for part in parts for line in part.splitlines()]
    return [line for line in lines if len(line) > 20 and "score.part" not in line]


def make_a_plan(walker: Walker) -> tuple[str, str]:
    """Fill in the form; return the plan's first lesson and first lab."""
    page = walker.page
    page.get_by_label("Degree").select_option("none")
    page.get_by_label("Today’s job").select_option("none")
    page.get_by_label("Role or track").select_option(ROLE)
    page.get_by_label("Hours a week").fill(HOURS)
    walker.shoot("2-form")
    page.get_by_role("button", name="Make my plan").click()
    expect(page.locator(".za-goal")).to_be_visible()
    units = page.locator(".za-unit")
    reasons = page.locator(".za-unit details ul")
    assert units.count() >= 5
    assert all(reasons.nth(n).locator("li").count() for n in range(units.count()))
    page.locator(".za-unit summary").first.click()
    walker.shoot("3-plan")
    ids = [units.nth(n).get_attribute("data-unit") for n in range(units.count())]
    lesson = next(one for one in ids if one.startswith("lesson:"))
    lab = next(one for one in ids if one.startswith("lab:"))
    return lesson, lab.removeprefix("lab:")


def take_a_lesson(walker: Walker, lesson: str) -> None:
    """Open the lesson from the plan, run it, turn a knob by keyboard, answer its first checkpoint."""
    walker.press("go on")
    panel = walker.notebook(lesson.rpartition("/")[2])
    walker.run_all(panel)
    errors = panel.locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]')
    assert errors.count() == on_purpose(lesson), errors.all_inner_texts()

    knob = panel.get_by_role("slider").first
    knob.scroll_into_view_if_needed()
    knob.focus()
    plot = panel.locator(".widget-interact img").first
    drawn, before = plot.get_attribute("src"), knob.get_attribute("aria-valuenow")
    walker.page.keyboard.press("ArrowRight")
    expect(knob).not_to_have_attribute("aria-valuenow", before)
    expect(plot).not_to_have_attribute("src", drawn)
    walker.shoot("4-lesson")

    question = panel.locator(".jp-OutputArea", has=walker.page.locator("input[type=radio]")).first
    the_answers_can_be_read_in_a_narrow_window(walker, question)
    question.get_by_role("radio").first.check()
    question.get_by_role("button", name="Commit").click()
    verdict = question.get_by_role("status")
    expect(verdict).to_have_text(re.compile(r"^(Right\.|Not so\.) ."))
    expect(verdict).not_to_have_text(re.compile("did not answer"))  # the academy judged and kept it
    walker.shoot("5-checkpoint")
    walker.page.keyboard.press("Control+s")


def the_answers_can_be_read_in_a_narrow_window(walker: Walker, question: Locator) -> None:
    """No answer covers another, and each circle stands before its text."""
    walker.page.set_viewport_size(SIZE | {"width": 700})
    question.scroll_into_view_if_needed()
    labels = question.locator(".widget-radio-box label")
    boxes = [labels.nth(n).bounding_box() for n in range(labels.count())]
    assert len(boxes) >= 2
    assert all(a["y"] + a["height"] <= b["y"] + 1 for a, b in itertools.pairwise(boxes))
    inside = "label => label.scrollHeight - label.clientHeight <= 1"
    assert all(labels.nth(n).evaluate(inside) for n in range(labels.count()))
    circles = [labels.nth(n).locator("input").bounding_box() for n in range(labels.count())]
    assert all(circle["x"] - box["x"] < 2 for circle, box in zip(circles, boxes, strict=True))
    walker.page.set_viewport_size(SIZE)


def do_the_lab(walker: Walker, lab: str) -> None:
    """Open the lab from the plan, solve it, see the public checks speak, hand it in."""
    walker.show_start_page()
    walker.press(f"open lab:{lab}")
    panel = walker.notebook(lab)
    solve(walker, panel, lab)
    walker.run_all(panel)
    spoken = panel.locator(".jp-OutputArea", has_text="Points")
    assert spoken.count() == sum("points" in cell["metadata"].get("nbgrader", {}) for cell in cells(lab))
    spoken.last.scroll_into_view_if_needed()
    walker.shoot("6-lab")
    walker.show_start_page()
    walker.press(f"submit {lab}")
    expect(walker.page.get_by_text("waiting to be graded")).to_be_visible()
    walker.shoot("7-submitted")


def grade_it(walker: Walker, lab: str, learner: str) -> None:
    """See the submission in formgrader, autograde it, make and release feedback."""
    frame = walker.formgrader()
    expect(frame.locator("tbody tr", has_text=lab)).to_be_visible(timeout=LONG)
    press_icon(frame, lab, "collect")
    frame.locator("tbody tr", has_text=lab).locator("td.num-submissions a").click()
    row = frame.locator("tbody tr", has_text=learner)
    expect(row).to_contain_text("needs autograding")
    expect(row).to_contain_text(", ".join(CALLED))
    press_icon(frame, learner, "autograde")
    expect(row).to_contain_text("graded")
    walker.shoot("8-formgrader")
    press_icon(frame, learner, "generate-feedback")
    press_icon(frame, learner, "release-feedback")
    formgrader_is_dark_where_lab_is(walker, frame)


def formgrader_is_dark_where_lab_is(walker: Walker, frame: FrameLocator) -> None:
    """It follows Lab's theme at once, on its next page too, and back."""
    inverted = re.compile("invert")
    expect(frame.locator("html")).not_to_have_css("filter", inverted)
    walker.take_theme("JupyterLab Dark")
    expect(frame.locator("html")).to_have_css("filter", inverted)
    frame.get_by_role("link", name="Manage Students").click()
    expect(frame.get_by_role("heading", name="Manage Students")).to_be_visible()
    expect(frame.locator("html")).to_have_css("filter", inverted)
    walker.shoot("8-formgrader-dark")
    walker.take_theme("JupyterLab Light")
    expect(frame.locator("html")).not_to_have_css("filter", inverted)


def read_the_outcome(walker: Walker, lab: str) -> None:
    """See score, what changed, and feedback in which no hidden input stands."""
    page = walker.page
    walker.show_start_page()
    feedback = page.locator(f'.za-start [data-key="feedback {lab}"]')

    def looked() -> bool:
        walker.press("refresh")
        page.wait_for_timeout(1000)
        return feedback.count() > 0

    assert any(looked() for _ in range(30)), "the released feedback did not arrive"
    unit = page.locator(f'.za-unit[data-unit="lab:{lab}"]')
    most = f"{points(lab):g}"
    expect(unit.locator(".za-score")).to_contain_text(re.compile(rf"\b{most}\b.*\b{most}\b"))
    changes = page.locator(".za-changes li")
    assert changes.count() >= 1
    assert "counts as mastered" in " ".join(changes.all_inner_texts())
    assert page.locator(f'.za-done [data-unit="lab:{lab}"]').count() == 1
    walker.shoot("9-plan-moved")
    feedback.first.click()
    expect(page.get_by_text("The feedback is open")).to_be_attached()
    expect(page.locator(".jp-HTMLViewer iframe:visible")).to_be_visible()
    page.wait_for_timeout(1500)  # the viewer's frame draws by itself
    walker.shoot("10-feedback")
    files = list((walker.hub.data / "homes" / walker.name / lab / "feedback").glob("*/*.html"))
    text = "\n".join(file.read_text() for file in files)
    assert most in text
    told = [line for line in hidden_lines(lab) if line in text]
    assert hidden_lines(lab)
    assert told == []


def see_where_everyone_stands(walker: Walker, learner: str) -> None:
    """The manager reads the learners' page, which fits people who use it otherwise."""
    walker.page.goto(f"{walker.hub.url}/services/academy/")
    row = walker.page.locator("tbody tr", has_text=learner)
    expect(row).to_contain_text("Operator")
    expect(row).to_contain_text("units")
    walker.shoot("11-learners")
    assert faults(walker.page) == []


def test_the_walk(hub: Hub, browser: Browser, shots: Path) -> None:
    learner = Walker(browser, hub, "learner", shots)
    learner.page.goto(hub.url)
    learner.shoot("1-sign-in")
    assert faults(learner.page) == []
    learner.sign_in()
    leave_tour(learner.page)
    expect(learner.page.get_by_role("heading", name=f"Welcome, {' '.join(CALLED)}")).to_be_visible()
    lesson, lab = make_a_plan(learner)
    take_a_lesson(learner, lesson)
    do_the_lab(learner, lab)

    instructor = Walker(browser, hub, "instructor", shots)
    instructor.sign_in()
    grade_it(instructor, lab, "learner")
    instructor.leave()

    read_the_outcome(learner, lab)
    learner.leave()

    manager = Walker(browser, hub, "manager", shots)
    manager.sign_in()
    see_where_everyone_stands(manager, "learner")
    manager.leave()


def test_the_hub_s_own_pages_say_what_they_are(hub: Hub, browser: Browser) -> None:
    page = browser.new_context(viewport=SIZE, locale="en-US").new_page()
    page.goto(f"{hub.url}/hub/login?next=/hub/home")
    come_in(page, hub, "manager")
    expect(page.get_by_role("button", name=re.compile("my desk"))).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="My password").click()
    expect(page.get_by_role("heading", name="My password")).to_be_visible()
    page.goto(f"{hub.url}/hub/nowhere")
    expect(page.get_by_role("heading", name="There is no page at this address")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Go to my desk").click()
    expect(page.get_by_role("button", name=re.compile("my desk"))).to_be_visible()
    page.context.close()


def test_a_wrong_password_says_so_in_both_languages(hub: Hub, browser: Browser) -> None:
    page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
    page.goto(hub.url)
    page.get_by_label("用户名").fill("learner")
    page.get_by_label("密码").fill("not-the-password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is not right")
    expect(page.get_by_role("alert")).to_contain_text("密码不正确")
    assert faults(page) == []
    page.context.close()
