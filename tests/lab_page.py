"""What tests in a real browser do in JupyterLab and its panel, and how axe looks at a page."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

FIRST_LOAD = 180_000


def sign_in_at(page: Page, address: str, name: str, password: str) -> None:
    """Open an address that leads to the form for signing in, and fill that in."""
    page.goto(address)
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")


def leave_tour(page: Page) -> None:
    """Wait for the tour that comes at a learner's first sign-in, and leave it as a keyboard does."""
    tour = page.locator(".za-tour")
    expect(tour.get_by_role("heading")).to_be_focused(timeout=FIRST_LOAD)
    with page.expect_response(re.compile("settings/zhisuan-academy")):
        page.keyboard.press("Escape")
    expect(tour).to_have_count(0)


def faults(page: Page, place: str | None = None) -> list[str]:
    """Return what axe finds wrong, on a page or in a place of it, for people who see or move otherwise."""
    found = Axe().run(page, context=place).response["violations"]
    return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]


def focused(page: Page) -> str:
    """Return the `data-key` of what has the keyboard."""
    return page.evaluate("document.activeElement.dataset.key ?? ''")


def tab_to(page: Page, key: str) -> None:
    """Go on with the Tab key until a control has the keyboard."""
    for _ in range(30):
        if focused(page) == key:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {key}, but to {focused(page)!r}")


def to_panel(page: Page) -> None:
    """Go to the panel by its keys, once it has something to go to."""
    expect(page.locator(".za-tabs")).to_be_attached(timeout=FIRST_LOAD)
    page.keyboard.press("Control+Alt+p")
    expect(page.locator(".za-tabs [role=tab]:focus")).to_have_count(1)


def said(page: Page, text: str | re.Pattern[str], seconds: int = 60) -> None:
    """Wait until the panel says something."""
    expect(page.locator(".za-panel .za-message")).to_contain_text(text, timeout=1000 * seconds)
