"""What tests in a real browser do in JupyterLab before they come to the point."""

import re

from playwright.sync_api import Page, expect

FIRST_LOAD = 180_000


def leave_tour(page: Page) -> None:
    """Wait for the tour that comes at a learner's first sign-in, and leave it as a keyboard does."""
    tour = page.locator(".za-tour")
    expect(tour.get_by_role("heading")).to_be_focused(timeout=FIRST_LOAD)
    with page.expect_response(re.compile("settings/zhisuan-academy")):
        page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
