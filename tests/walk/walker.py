"""People at a browser window of their own, who sign in and work in JupyterLab."""

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from catalogue.folders import CHECKOUT
from graders.submissions import read_answers
from tests.hub_process import OWN_PASSWORD, Hub
from tests.lab_page import faults

SIZE = {"width": 1400, "height": 900}
MILLISECONDS = 60_000
LONG = 240_000


def come_in(page: Page, hub: Hub, name: str) -> None:
    """Fill the sign-in form in, and choose a password where the one that was handed out still holds."""
    handed_out = hub.passwords[name]
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(handed_out)
    page.get_by_role("button", name="Sign in").click()
    if handed_out == OWN_PASSWORD:
        return
    expect(page.get_by_role("heading", name="My password")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Password until now").fill(handed_out)
    page.get_by_label(re.compile("^New password (?!again)")).fill(OWN_PASSWORD)
    page.get_by_label("New password again").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Change it").click()
    hub.passwords[name] = OWN_PASSWORD


class Walker:
    """A person at a browser window of their own."""

    def __init__(self, browser: Browser, hub: Hub, name: str, shots: Path, locale: str = "en-US") -> None:
        self.hub, self.name, self.shots = hub, name, shots
        self.page: Page = browser.new_context(viewport=SIZE, locale=locale).new_page()
        self.page.set_default_timeout(MILLISECONDS)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def shoot(self, name: str) -> None:
        """Keep a picture of the window."""
        self.page.screenshot(path=self.shots / f"{name}.png")

    def sign_in(self) -> None:
        """Go to the address that was printed and sign in."""
        self.page.goto(self.hub.url)
        come_in(self.page, self.hub, self.name)
        # the wait for a server shows how far it has come
        expect(self.page.get_by_role("heading", name="Opening your desk")).to_be_visible()
        expect(self.page.locator("#progress-bar")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
        expect(self.page.locator(".za-start")).to_be_visible(timeout=LONG)

    def show_start_page(self) -> None:
        """Turn to the start page's tab."""
        self.page.locator(".lm-TabBar-tab", has_text=re.compile("^Start")).first.click()
        expect(self.page.locator(".za-start")).to_be_visible()

    def press(self, key: str) -> None:
        """Press a button of the start page."""
        self.page.locator(f'.za-start [data-key="{key}"]').first.click()

    def choose(self, menu: str, entry: str) -> None:
        """Choose an entry of Lab's menus."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{menu}$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{entry}$")).first.click()

    def take_theme(self, name: str) -> None:
        """Choose a theme in Lab's menu."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile("^Settings$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).hover()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{name}$")).click()

    def notebook(self, name: str) -> Locator:
        """Return the panel of the notebook that was opened, once its kernel is ready."""
        tab = self.page.locator(".lm-TabBar-tab.lm-mod-current", has_text=f"{name}.ipynb")
        expect(tab).to_be_visible(timeout=LONG)
        self.wait_for_kernel()
        return self.page.locator(".jp-NotebookPanel:visible")

    def wait_for_kernel(self) -> None:
        """Wait until the status bar says that the kernel has nothing to do."""
        idle = re.compile(r"Python 3 \(ipykernel\) \| (Idle|空闲)")
        expect(self.page.get_by_text(idle)).to_be_visible(timeout=LONG)

    def run_all(self, panel: Locator) -> None:
        """Run all cells, and return when the last one is done."""
        self.choose("Run", "Run All Cells")
        prompts = panel.locator(".jp-InputPrompt")
        expect(prompts.filter(has_text=re.compile(r"\d")).first).to_be_attached(timeout=LONG)
        expect(prompts.filter(has_text="*")).to_have_count(0, timeout=LONG)
        self.wait_for_kernel()

    def formgrader(self) -> FrameLocator:
        """Open formgrader inside Lab, by the first button that is seen: of the panel, or the start page."""
        self.page.locator('[data-key="formgrader"]:visible').first.click()
        return self.page.frame_locator(".jp-MainAreaWidget iframe, .lm-Widget iframe").first

    def leave(self) -> None:
        """Close the window; nothing may have broken in it."""
        self.page.context.close()
        assert self.faults == []


def press_icon(frame: FrameLocator, row: str, column: str) -> None:
    """Press an icon in a row of formgrader's table and wait until it says that it went well."""
    frame.locator("tbody tr", has_text=row).locator(f"td.{column} a").click()
    said = frame.locator("#success-modal, #error-modal")
    expect(said).to_be_visible(timeout=LONG)
    assert said.get_attribute("id") == "success-modal", said.inner_text()
    said.get_by_role("button", name="OK").click()
    expect(said).to_have_count(0)


def cells(lab: str) -> list[dict]:
    """Return the cells of a lab's master."""
    return json.loads((CHECKOUT / "labs" / "source" / lab / f"{lab}.ipynb").read_text())["cells"]


def points(lab: str) -> float:
    """Return what can be reached in a lab."""
    return sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells(lab))


def solve(walker: Walker, panel: Locator, lab: str) -> None:
    """Type the lab's own passing submission into the answer cells."""
    file = min((CHECKOUT / "labs" / "authoring" / lab / "submissions").glob("passes-*.py"))
    answers = read_answers(file)
    shown = panel.locator(".jp-Cell")
    expect(shown).to_have_count(len(cells(lab)), timeout=MILLISECONDS)
    for number, cell in enumerate(cells(lab)):
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            editor = shown.nth(number).locator(".cm-content")
            editor.scroll_into_view_if_needed()
            editor.click()
            walker.page.keyboard.press("Control+a")
            walker.page.keyboard.insert_text(answers[grade_id])
