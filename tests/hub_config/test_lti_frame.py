"""A learning platform that shows the academy in a frame, over TLS, in a real browser."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import requests
import yaml
from playwright.sync_api import Browser, BrowserContext, expect

from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.lti.tool_keys import ToolKeys
from tests.hub_process import Hub
from tests.lti_platform import LtiPlatform
from tests.tls_front import TlsFront

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.rota(3)]
LAB = "first-programs"
CHOSEN = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"


@pytest.fixture(scope="module")
def front(tmp_path_factory) -> Iterator[TlsFront]:
    with TlsFront(tmp_path_factory.mktemp("front")) as running:
        yield running


@pytest.fixture(scope="module")
def platform(front) -> Iterator[LtiPlatform]:
    with LtiPlatform(tool=f"{front.url}/hub/lti/") as running:
        yield running


@pytest.fixture(scope="module")
def framed_hub(tmp_path_factory, front, platform) -> Iterator[Hub]:
    data = tmp_path_factory.mktemp("framed") / "data"
    data.mkdir()
    said = {"labs": [LAB], "address": {"url": front.url}, "lti": [platform.registration]}
    (data / "academy.yml").write_text(yaml.safe_dump(said))
    hub = Hub(data, front=front.url).start()
    front.behind = hub.port
    yield hub
    hub.stop()


@pytest.fixture
def context(browser: Browser, framed_hub: Hub, platform: LtiPlatform) -> Iterator[BrowserContext]:
    platform.empty()
    opened = browser.new_context(ignore_https_errors=True)
    yield opened
    opened.close()


def test_content_is_chosen_inside_the_platforms_frame(context, front, platform, framed_hub):
    # the browser keeps no cookies for others' frames, as in a private window
    platform.tool_keys = ToolKeys.of(Deployment(framed_hub.data))  # their page has a certificate of our own
    platform.changes = platform.deep_linking()
    asked = platform.initiation(f"{front.url}/hub/lti/choose")
    platform.framed = f"{front.url}/hub/lti/login?{urlencode(asked)}"
    page = context.new_page()
    page.goto(f"{platform.url}/frame")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Choose for your course")
    (cookie,) = [one for one in context.cookies(front.url) if one["name"].startswith("academy-lti-")] or [
        None
    ]
    assert cookie is None  # it was used up
    frame.get_by_role("checkbox", name="Lab: ").first.check()
    with page.expect_response(f"{platform.url}/deep_links"):
        frame.get_by_role("button", name="Add to the course").click()
    (item,) = platform.returned.pop()[CHOSEN]
    assert item["url"] == f"{front.url}/hub/lti/lab/{LAB}"


def test_a_link_in_a_frame_opens_a_window_and_signs_in_there(context, front, platform, framed_hub):
    platform.person = {"sub": "0007", "name": "Frances"}
    asked = platform.initiation(f"{front.url}/hub/lti/lab/{LAB}")
    platform.framed = f"{front.url}/hub/lti/login?{urlencode(asked)}"
    page = context.new_page()
    page.goto(f"{platform.url}/frame")
    button = page.frame_locator("iframe").get_by_role("button", name="Open the academy")
    with context.expect_page() as opened:
        button.click()
    window = opened.value
    window.wait_for_url(lambda url: "/hub/spawn" in url or "/user/frances/" in url, timeout=60_000)
    assert window.url.startswith(front.url)
    assert "frances" in {one.name for one in Accounts(framed_hub.data / "accounts.sqlite").all()}


def test_nobody_but_a_platform_may_show_the_academy_in_a_frame(context, front, platform, framed_hub):
    platform.tool_keys = ToolKeys.of(Deployment(framed_hub.data))
    platform.changes = platform.deep_linking()
    page = context.new_page()
    heading = page.frame_locator("iframe").get_by_role("heading", name="Choose for your course")

    def show(where: str) -> None:
        asked = platform.initiation(f"{front.url}/hub/lti/choose")
        platform.framed = f"{front.url}/hub/lti/login?{urlencode(asked)}"
        page.goto(f"{where}/frame")

    show(platform.url)
    expect(heading).to_be_visible()
    stranger = platform.url.replace("localhost", "127.0.0.1")  # another origin than the registered one
    with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
        show(stranger)
    expect(heading).to_have_count(0)


def test_no_cookie_of_an_academy_with_an_https_address_goes_without_tls(framed_hub, front, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(front.certificate))
    kept: list[str] = []
    take = requests.Session.send

    def send(self, request, **given):
        answer = take(self, request, **given)
        kept.extend(answer.raw.headers.getlist("Set-Cookie"))
        return answer

    monkeypatch.setattr(requests.Session, "send", send)
    manager = framed_hub.sign_in("manager", framed_hub.passwords["manager"])
    manager.start_server()
    for place in ("/user/manager/lab", "/services/academy/cohorts"):
        assert manager.session.get(f"{front.url}{place}").status_code == 200
    set_now = [one for one in kept if not re.match(r'[^=]+=""?;', one)]  # the others are taken back
    without = [one for one in set_now if "; secure" not in one.lower() or "samesite=lax" not in one.lower()]
    assert without == []
    seen = {(re.search(r"[Pp]ath=([^;]+)", one)[1], one.partition("=")[0]) for one in set_now}
    assert seen >= {
        ("/", "jupyterhub-session-id"),
        ("/hub/", "jupyterhub-hub-login"),
        ("/hub/", "_xsrf"),
        ("/user/manager/", "jupyterhub-user-manager"),
        ("/user/manager/", "_xsrf"),
        ("/services/academy/", "service-academy"),
        ("/services/academy/", "_xsrf"),
    }
