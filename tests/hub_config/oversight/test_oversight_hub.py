"""A real hub as whoever answers for it sees it: who did what, through real servers and pages."""

import time
import warnings

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, expect
from sqlalchemy.exc import SAWarning

from hub_config.deployment import Deployment
from hub_config.oversight.trail import Trail
from hub_config.storage.backup import LAST
from tests.hub_config.test_pages import unfit, window
from tests.hub_process import Hub, Person

pytestmark = pytest.mark.slow
LAB = "stable-softmax"
SECONDS = 20


@pytest.fixture
def trail(hub: Hub):
    opened = Trail(Deployment(hub.data).oversight_url)
    yield opened
    opened.close()


def row_of(trail: Trail, action: str, above: int = 0):
    """Return the newest row of an action, when it is there."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for row in trail.rows():
            if row.action == action and row.number > above:
                return row
        time.sleep(0.2)
    raise AssertionError([row.data() for row in trail.rows()])


def test_a_mark_given_in_formgrader_stands_in_the_trail_under_the_instructors_name(
    hub: Hub, instructor: Person, trail: Trail
) -> None:
    with Gradebook(Deployment(hub.data).gradebook_url, "academy") as book, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own
        book.update_or_create_submission(LAB, "learner")
        book.db.commit()
        grade = next(iter(book.find_submission(LAB, "learner").notebooks[0].grades))
        number, cell = grade.id, grade.name
    time.sleep(2)
    path = f"/formgrader/api/grade/{number}"
    assert instructor.server("GET", path).json()["manual_score"] is None
    begun = trail.rows(most=1)[0].number
    answer = instructor.server("PUT", path, json={"manual_score": 2, "extra_credit": 0})
    assert answer.status_code == 200, answer.text
    row = row_of(trail, "mark.changed", begun)
    assert (row.actor, row.object, row.about) == ("instructor", f"lab:{LAB}", "learner")
    assert row.after[cell]["by hand"] == 2
    assert instructor.server("GET", "/formgrader/gradebook/").status_code == 200
    row = row_of(trail, "marks.viewed", row.number)
    assert (row.actor, row.object) == ("instructor", "formgrader:gradebook")
    assert trail.verify().faults == ()


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "width"), [("en-US", 320), ("zh-CN", 1200)])
@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("audit", "Audit trail", "审计记录"),
        ("usage", "Usage", "使用情况"),
        ("status", "Status", "运行状态"),
    ],
)
def test_pages_for_managers_fit_whoever_reads_them(
    hub: Hub, browser: Browser, locale: str, width: int, path: str, english: str, chinese: str
) -> None:
    given = {"locale": locale, "color_scheme": "dark", "viewport": {"width": width, "height": 700}}
    with window(browser, hub, "manager", **given) as page:
        page.goto(f"{hub.url}/services/academy/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(english if locale == "en-US" else chinese)
        assert unfit(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("link", name="中文" if locale == "en-US" else "English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(chinese if locale == "en-US" else english)


@pytest.mark.browser
def test_the_trail_is_searched_by_keyboard(hub: Hub, browser: Browser) -> None:
    with window(browser, hub, "manager", locale="en-US") as page:
        page.goto(f"{hub.url}/services/academy/audit")
        expect(page.locator("tbody tr").first).to_be_visible()
        page.get_by_label("Who", exact=True).fill("nobody at all")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(0)
        assert unfit(page) == []


@pytest.mark.browser
def test_the_status_looks_again_by_itself_and_leaves_the_focus_where_it_is(
    hub: Hub, browser: Browser
) -> None:
    last = hub.data / "hub" / LAST
    last.unlink(missing_ok=True)
    with window(browser, hub, "manager", locale="en-US") as page:
        page.goto(f"{hub.url}/services/academy/status")
        expect(page.locator("#rest")).to_contain_text("No backup was made yet")
        expect(page.locator("#summary")).to_have_text("Everything works.")
        link = page.get_by_role("link", name="Usage")
        link.focus()
        last.write_text('{"at": "2026-12-01T10:00:00+00:00", "file": "x", "bytes": 1048576}')
        expect(page.locator("#rest")).to_contain_text("Last backup: 2026-12-01", timeout=30_000)
        expect(link).to_be_focused()
        assert unfit(page) == []
    last.unlink()
