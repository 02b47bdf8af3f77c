"""A real hub as whoever answers for it sees it: who did what, through real servers and pages."""

import time
import warnings

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, expect
from sqlalchemy.exc import SAWarning

from hub_config.deployment import Deployment
from hub_config.oversight.trail import Trail
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
def test_the_page_of_the_trail_fits_whoever_reads_it(
    hub: Hub, browser: Browser, locale: str, width: int
) -> None:
    given = {"locale": locale, "color_scheme": "dark", "viewport": {"width": width, "height": 700}}
    with window(browser, hub, "manager", **given) as page:
        page.goto(f"{hub.url}/services/academy/audit")
        heading = "Audit trail" if locale == "en-US" else "审计记录"
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.locator("tbody tr").first).to_be_visible()
        assert unfit(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_label("Who" if locale == "en-US" else "操作人", exact=True).fill("nobody at all")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(0)
        assert unfit(page) == []
