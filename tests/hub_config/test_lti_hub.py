"""Learning platforms and a real hub: who comes in, as whom, where to, and what is refused at the door."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import requests
import yaml
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from playwright.sync_api import Locator, Page, expect

import catalogue
from hub_config.accounts import Accounts
from hub_config.authenticator import AccountsAuthenticator
from hub_config.cli import main
from hub_config.deployment import Deployment
from hub_config.lti.book import Book
from hub_config.lti.page import cookie_kind
from hub_config.lti.returns import Mark, Returns
from hub_config.lti.tickets import Tickets
from tests.hub_process import Hub, Person
from tests.lti_platform import ROLES, LtiPlatform

LAB = "first-programs"


def registered(data: Path, *platforms: LtiPlatform, **more: object) -> Path:
    """Write academy.yml with these platforms."""
    data.mkdir(parents=True, exist_ok=True)
    said = {"labs": [LAB], "lti": [{**one.registration, **more} for one in platforms]}
    (data / "academy.yml").write_text(yaml.safe_dump(said))
    return data


def test_the_check_asks_each_platform_for_its_keys(tmp_path, capsys):
    check = ["hub", "check", "--data", str(tmp_path)]
    with LtiPlatform() as platform:
        registered(tmp_path, platform)
        assert main(check) == 0
        told = capsys.readouterr().out
        assert re.search(
            r"^! lti +Example Moodle .*set address\.url to the academy's https address$", told, re.M
        )
        with (tmp_path / "academy.yml").open("a") as file:
            file.write("address: {url: 'https://academy.example.edu/'}\n")
        assert main(check) == 0
        assert re.search(r"^  lti +Example Moodle .*: 1 key for its launches$", capsys.readouterr().out, re.M)
        platform.fails["/jwks"] = 404
        assert main(check) == 0
        assert re.search(r"^! lti .*jwks gives no keys \(HTTPError\)", capsys.readouterr().out, re.M)


def test_what_to_enter_at_a_platform_is_told_and_the_key_changed(tmp_path, capsys):
    (tmp_path / "academy.yml").write_text("address: {url: 'https://academy.example.edu'}\n")
    where = ["--data", str(tmp_path)]
    assert main(["hub", "lti", *where]) == 0
    told = capsys.readouterr().out
    assert "https://academy.example.edu/hub/lti/jwks" in told
    assert "no platform is registered yet" in told
    key = re.search(r"^key +(\S+),", told, re.M)[1]
    assert main(["hub", "lti", "--new-key", *where]) == 0
    told = capsys.readouterr().out
    assert re.search(r"^key +(\S+),", told, re.M)[1] != key
    keys = tmp_path / "secrets" / "lti-keys.json"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert [one["until"] is None for one in json.loads(keys.read_text())] == [True, False]
    assert main(["hub", "--new-key", *where]) == 2
    assert "--new-key goes with lti" in capsys.readouterr().err


@pytest.fixture(scope="module")
def running() -> Iterator[LtiPlatform]:
    with LtiPlatform() as platform:
        yield platform


@pytest.fixture(scope="module")
def lti_hub(tmp_path_factory, running) -> Iterator[Hub]:
    hub = Hub(registered(tmp_path_factory.mktemp("lti") / "data", running, teachers="instructor"))
    running.tool = f"{hub.url}/hub/lti/"
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def platform(running) -> LtiPlatform:
    running.empty()
    return running


def fields_of(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def came_back(hub: Hub, platform: LtiPlatform, browser: requests.Session, target: str = "") -> dict[str, str]:
    """Go to the academy and on to the platform; return what it has the browser post to the academy."""
    asked = platform.initiation(f"{hub.url}/hub/lti/{target}" if target else "")
    there = browser.get(f"{hub.url}/hub/lti/login", params=asked, allow_redirects=False)
    assert there.status_code == 303, there.text
    back = browser.get(there.headers["Location"])
    assert f'action="{hub.url}/hub/lti/launch"' in back.text
    return fields_of(back.text)


def post(hub: Hub, browser: requests.Session, fields: dict[str, str]) -> requests.Response:
    return browser.post(f"{hub.url}/hub/lti/launch", data=fields, allow_redirects=False)


def launch(
    hub: Hub, platform: LtiPlatform, target: str = "", browser: requests.Session | None = None
) -> tuple[requests.Session, requests.Response]:
    """Launch as a browser does, up to where the hub sends on; return the browser and that answer."""
    browser = browser or requests.Session()
    arrived = post(hub, browser, came_back(hub, platform, browser, target))
    if arrived.status_code == 303:
        arrived = browser.get(f"{hub.url}{arrived.headers['Location']}", allow_redirects=False)
    return browser, arrived


def who(hub: Hub, browser: requests.Session) -> tuple[str, str]:
    """Return the account that a browser is signed in as, and its role."""
    page = browser.get(f"{hub.url}/hub/home")
    name = re.search(r'<span class="me-1">([^<]+)</span>', page.text)[1]
    account = Accounts(hub.data / "accounts.sqlite").get(name)
    return account.name, account.role


@pytest.mark.slow
def test_a_launch_makes_an_account_and_ends_at_the_lab(lti_hub, platform):
    browser, arrived = launch(lti_hub, platform, f"lab/{LAB}")
    assert arrived.status_code == 302
    assert arrived.headers["Location"] == f"/hub/user-redirect/academy/go/lab:{LAB}?language=en"
    assert who(lti_hub, browser) == ("ada-lovelace", "learner")
    person = Person(lti_hub, "ada-lovelace")
    person.session = browser
    person.start_server()
    page = browser.get(f"{lti_hub.url}{arrived.headers['Location']}")
    assert page.status_code == 200
    assert urlsplit(page.url).path == f"/user/ada-lovelace/lab/tree/{LAB}/{LAB}.ipynb"
    assert "jupyter-config-data" in page.text
    assert (lti_hub.data / "homes" / "ada-lovelace" / LAB / f"{LAB}.ipynb").is_file()
    # the second launch is the same person, and a course leads to its first lesson
    _, again = launch(lti_hub, platform, "course/basic-mathematics", browser)
    page = browser.get(f"{lti_hub.url}{again.headers['Location']}")
    lesson = r"/user/ada-lovelace/lab/tree/lessons/basic-mathematics/01-\S+\.ipynb"
    assert re.fullmatch(lesson, urlsplit(page.url).path)
    (context,) = Book(lti_hub.data / "lti.sqlite").contexts()
    assert context.title == "Machine learning, 2026"


@pytest.mark.slow
def test_another_persons_session_ends_where_the_next_one_begins(lti_hub, platform):
    platform.person = {"sub": "0010", "name": "Grace"}
    platform.changes = {"roles": [f"{ROLES}Instructor"]}
    browser, _ = launch(lti_hub, platform)
    assert who(lti_hub, browser) == ("grace", "instructor")
    assert browser.get(f"{lti_hub.url}/services/academy/").status_code == 200
    platform.person, platform.changes = {"sub": "0011", "name": "Mallory"}, {}
    launch(lti_hub, platform, browser=browser)
    assert who(lti_hub, browser) == ("mallory", "learner")
    assert browser.get(f"{lti_hub.url}/services/academy/").status_code == 403


@pytest.mark.slow
def test_who_teaches_there_teaches_here_as_academy_yml_says_at_the_next_start(lti_hub, platform):
    platform.person = {"sub": "0020", "name": "Hypatia"}
    platform.changes = {"roles": [f"{ROLES}Instructor"]}
    launch(lti_hub, platform)
    hypatia = Accounts(lti_hub.data / "accounts.sqlite")
    for trusted in ("learner", "instructor"):
        assert hypatia.get("hypatia").role != trusted
        lti_hub.stop()
        registered(lti_hub.data, platform, teachers=trusted)
        lti_hub.start()
        until(lambda trusted=trusted: hypatia.get("hypatia").role == trusted)


@pytest.mark.slow
def test_who_bears_the_name_of_an_account_is_somebody_else(lti_hub, platform):
    platform.person = {"sub": "manager", "name": "manager"}
    platform.changes = {
        "roles": [f"{ROLES}Administrator", "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin"]
    }
    browser, _ = launch(lti_hub, platform)
    assert who(lti_hub, browser) == ("manager-2", "learner")


@pytest.mark.slow
def test_a_launch_posted_again_or_from_another_browser_opens_nothing(lti_hub, platform):
    browser, stranger = requests.Session(), requests.Session()
    fields = came_back(lti_hub, platform, browser)
    asked_again = post(lti_hub, stranger, fields)  # perhaps the cookie stayed behind: posts once more
    assert fields_of(asked_again.text) == {**fields, "again": "1"}
    refused = post(lti_hub, stranger, fields_of(asked_again.text))
    assert refused.status_code == 400
    assert "Your browser kept no note of this sign-in" in refused.text
    kept = browser.cookies.copy()
    assert post(lti_hub, browser, fields).status_code == 303
    browser.cookies = kept
    refused = post(lti_hub, browser, fields)
    assert refused.status_code == 403
    assert "This sign-in was used already" in refused.text
    for reason in ("no-cookie", "used"):
        assert lti_hub.figure("academy_launches_refused_total", reason=reason) >= 1
    assert "/hub/login" in stranger.get(f"{lti_hub.url}/hub/home").url
    for made_up in ("", "a.b.c"):
        stranger.cookies.set("academy-lti-arrival", made_up)
        assert stranger.get(f"{lti_hub.url}/hub/lti/arrive").status_code == 400


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"deployment_id": "8"}, 403, "its deployment id has to be listed in academy.yml"),
        ({"target_link_uri": "https://evil.org/"}, 400, "The link leads to another place"),
        ({"custom": {"lab": "../../etc"}}, 404, "is not handed out here"),
        ({"custom": {"lab": "mlp"}}, 404, "is not handed out here"),  # there is one, closed in this academy
        ({"sub": "<b>x", "version": "1.1"}, 400, "another version of LTI"),
    ],
)
def test_what_is_refused_is_told_and_makes_no_account(lti_hub, platform, changes, status, says):
    before = Accounts(lti_hub.data / "accounts.sqlite").all()
    platform.person = {"sub": "0404", "name": "Nobody"}
    platform.changes = changes
    browser, arrived = launch(lti_hub, platform)
    assert arrived.status_code == status
    assert says in arrived.text
    assert Accounts(lti_hub.data / "accounts.sqlite").all() == before
    assert "/hub/login" in browser.get(f"{lti_hub.url}/hub/home").url
    secret = re.compile(r"id_token=|eyJ")
    assert not secret.search((lti_hub.data / "logs" / "hub.log").read_text())


@pytest.mark.slow
def test_the_door_keeps_its_cookies_to_itself_and_asks_only_platforms(lti_hub, platform):
    asked = platform.initiation()
    answer = requests.get(f"{lti_hub.url}/hub/lti/login", params=asked, allow_redirects=False)
    (cookie,) = [one for one in answer.cookies if one.name.startswith("academy-lti-")]
    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("/hub/lti/", True)
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    over_tls = cookie_kind("https://academy.example.edu/hub/lti/", across=True)
    assert over_tls == "HttpOnly; Secure; SameSite=None; Partitioned"  # as a post from elsewhere needs it
    assert cookie_kind("https://academy.example.edu/hub/lti/", across=False).endswith("SameSite=Lax")
    unknown = requests.get(f"{lti_hub.url}/hub/lti/login", params={**asked, "iss": "https://evil.org"})
    assert unknown.status_code == 400
    assert "is not registered here" in unknown.text
    told = requests.get(f"{lti_hub.url}/hub/lti/jwks").json()["keys"]
    assert [one.keys() for one in told] == [{"kty", "use", "alg", "kid", "n", "e"}]


@pytest.mark.slow
def test_the_address_of_a_link_leads_there_without_the_platform_too(lti_hub):
    there = requests.get(f"{lti_hub.url}/hub/lti/lab/{LAB}", allow_redirects=False)
    assert there.headers["Location"] == f"/hub/user-redirect/academy/go/lab:{LAB}?language=en"
    assert (
        "/hub/login" in requests.get(f"{lti_hub.url}/hub/lti/lab/{LAB}").url
    )  # who is nobody signs in first
    for closed in ("lab/mlp", "course/none", "lab/..", "lab/..%2F..%2Flogin"):
        assert requests.get(f"{lti_hub.url}/hub/lti/{closed}").status_code == 404, closed


@pytest.mark.slow
def test_in_a_frame_the_academy_asks_for_a_window(lti_hub, platform):
    framed = {"Sec-Fetch-Dest": "iframe"}
    asked = {**platform.initiation(), "lti_message_hint": '"><script>alert(1)</script>'}
    page = requests.post(f"{lti_hub.url}/hub/lti/login", data=asked, headers=framed)
    assert page.status_code == 200
    assert 'target="_blank"' in page.text
    assert "<script>alert(1)" not in page.text
    assert platform.url in page.headers["Content-Security-Policy"]
    assert fields_of(page.text.replace("&#34;", "&quot;")) == asked
    there = requests.post(f"{lti_hub.url}/hub/lti/login", data=asked, allow_redirects=False)
    assert there.status_code == 303


def test_without_a_platform_there_is_no_such_door(tmp_path):
    accounts = str(tmp_path / "accounts.sqlite")
    closed = AccountsAuthenticator(accounts_file=accounts)
    assert not [path for path, _ in closed.get_handlers(None) if path.startswith("/lti/")]


# deep linking


def chosen(hub: Hub, browser: requests.Session, page: str, **sent: object) -> requests.Response:
    return browser.post(f"{hub.url}/hub/lti/chosen", data={**fields_of(page), **sent})


@pytest.mark.slow
def test_a_teacher_chooses_and_the_platform_gets_the_links(lti_hub, platform):
    platform.changes = platform.deep_linking()
    people = Accounts(lti_hub.data / "accounts.sqlite").all()
    browser, page = launch(lti_hub, platform, "choose")
    assert page.status_code == 200
    offered = re.findall(r'name="target" value="(lab/[^"]+)"', page.text)
    assert offered == [f"lab/{LAB}"]  # what this academy hands out
    assert f"frame-ancestors 'self' {platform.url}" in page.headers["Content-Security-Policy"]
    again = chosen(lti_hub, browser, page.text, do="add")
    assert again.status_code == 422
    assert "Nothing is chosen yet" in again.text
    answer = chosen(lti_hub, browser, again.text, do="add", target=[f"lab/{LAB}", "course/basic-mathematics"])
    address = re.search(r'<form method="post" action="([^"]+)"', answer.text)[1]
    assert address == f"{platform.url}/deep_links"
    assert browser.post(address, data=fields_of(answer.text)).status_code == 200
    said = platform.returned.pop()  # its signature was checked there, against our keys
    items = said["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    assert [one["url"] for one in items] == [
        f"{lti_hub.url}/hub/lti/lab/{LAB}",
        f"{lti_hub.url}/hub/lti/course/basic-mathematics",
    ]
    nothing = chosen(lti_hub, browser, page.text, do="none", target=f"lab/{LAB}")
    browser.post(address, data=fields_of(nothing.text))
    assert platform.returned.pop()["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"] == []
    # choosing signs nobody in
    assert Accounts(lti_hub.data / "accounts.sqlite").all() == people
    assert "/hub/login" in browser.get(f"{lti_hub.url}/hub/home").url


@pytest.mark.slow
def test_a_choice_that_was_not_offered_or_goes_elsewhere_is_refused(lti_hub, platform):
    platform.changes = platform.deep_linking(deep_link_return_url="https://evil.org/")
    _, page = launch(lti_hub, platform, "choose")
    assert (page.status_code, "an address that is not its own" in page.text) == (403, True)
    platform.changes = platform.deep_linking()
    browser, page = launch(lti_hub, platform, "choose")
    assert chosen(lti_hub, browser, page.text, do="add", target="lab/mlp").status_code == 404
    ticket = fields_of(page.text)["ticket"]
    tickets = Tickets(Deployment(lti_hub.data).secret("cookie-secret"))
    said = tickets.read("choosing", ticket, time.time())
    of_before = {key: said[key] for key in said if key != "course"}  # as an earlier version wrote it
    for bad in (ticket[:-3] + "abc", tickets.sign("choosing", of_before, time.time() + 60)):
        answer = chosen(lti_hub, browser, page.text, ticket=bad, do="add", target=f"lab/{LAB}")
        assert answer.status_code == 400
        assert "Begin anew at the learning platform" in answer.text
        assert "请在学习平台上重新开始选择" in answer.content.decode()


@pytest.mark.slow
def test_a_released_mark_reaches_the_platform_and_a_changed_one_once_more(lti_hub, platform):
    platform.person = {"sub": "0100", "name": "Lin"}
    browser, arrived = launch(lti_hub, platform, f"lab/{LAB}")
    lin = Person(lti_hub, "lin")
    lin.session = browser
    lin.start_server()
    browser.get(f"{lti_hub.url}{arrived.headers['Location']}")
    assert lin.server("POST", "/academy/submit", json={"lab": LAB}).status_code == 200
    until(lambda: list((lti_hub.data / "exchange" / "academy" / "inbound").glob("lin+*")))
    grade = ["grade", LAB, "--learner", "lin", "--data", str(lti_hub.data)]
    assert grading(grade) == 0
    time.sleep(6)  # it is graded, and nobody has released it
    assert scores(platform, "0100") == []
    assert grading([*grade, "--feedback"]) == 0
    until(lambda: scores(platform, "0100"))
    (first,) = scores(platform, "0100")
    assert first["scoreMaximum"] == sum(catalogue.load().labs[LAB].grades.values())
    with Gradebook(f"sqlite:///{lti_hub.data / 'course' / 'gradebook.db'}") as book:
        cell = book.find_submission_notebook(LAB, LAB, "lin").grades[0]
        cell.manual_score = (cell.auto_score or 0.0) + 1.0
        book.db.commit()
    until(lambda: len(scores(platform, "0100")) > 1)
    time.sleep(6)
    assert [one["scoreGiven"] - first["scoreGiven"] for one in scores(platform, "0100")] == [0.0, 1.0]
    for place in ("hub.log",):  # neither token nor key in what people read
        assert not re.search(r"eyJ|BEGIN", (lti_hub.data / "logs" / place).read_text())


def grading(arguments: list[str]) -> int:
    done = subprocess.run([sys.executable, "-m", "graders.cli", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.returncode


def scores(platform: LtiPlatform, subject: str) -> list[dict]:
    return [score for _, score in platform.scores if score["userId"] == subject]


def until(there: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.slow
def test_who_teaches_comes_to_the_page_of_the_course_with_its_members(lti_hub, platform):
    platform.members = [
        {"user_id": "0200", "name": "Tea Cher", "roles": ["Instructor"]},
        {"user_id": "0201", "name": "Mei", "roles": ["Learner"]},
    ]
    in_course = {"context": {"id": "course-of-mei", "title": "Mei's <course>"}}
    platform.person = {"sub": "0299", "name": "Other Teacher"}
    platform.changes = {
        "context": {"id": "another", "title": "Another course"},
        "roles": [f"{ROLES}Instructor"],
    }
    launch(lti_hub, platform)
    platform.person = {"sub": "0200", "name": "Tea Cher"}
    platform.changes = {**in_course, "roles": [f"{ROLES}Instructor"]}
    teacher, arrived = launch(lti_hub, platform)
    assert arrived.headers["Location"] == "/services/academy/cohorts"
    address = f"{lti_hub.url}/services/academy/cohorts"
    until(lambda: ">Mei<" in teacher.get(address).text)
    page = teacher.get(address)
    assert "Mei&#x27;s &lt;course&gt;" in page.text or "Mei&#39;s &lt;course&gt;" in page.text
    platform.person, platform.changes = {"sub": "0201", "name": "Mei"}, in_course
    mei, _ = launch(lti_hub, platform)
    assert mei.get(address).status_code == 403


@pytest.mark.slow
def test_a_mark_that_does_not_arrive_is_shown_and_sent_again_on_request(lti_hub, platform):
    platform.person, platform.changes = {"sub": "0300", "name": "Wen"}, {"context": {"id": "course-of-wen"}}
    launch(lti_hub, platform, f"lab/{LAB}")
    platform.person = {"sub": "0301", "name": "Wens Teacher"}
    platform.changes |= {"roles": [f"{ROLES}Instructor"], "resource_link": {"id": "link-2"}}
    platform.members = [
        {"user_id": "0300", "name": "Wen", "roles": ["Learner"]},
        {"user_id": "0301", "name": "Wens Teacher", "roles": ["Instructor"]},
    ]
    teacher, _ = launch(lti_hub, platform)
    book = Book(lti_hub.data / "lti.sqlite")
    context = next(one for one in book.contexts() if one.context == "course-of-wen")
    link = next(one for one in book.links() if one.context == context.number and one.target)
    platform.fails["/lineitems"] = 503
    Returns(book).want([Mark(link.number, "wen", LAB, 3.0, 4.0)], time.time())
    address = f"{lti_hub.url}/services/academy/cohorts"
    until(lambda: "answered 503" in teacher.get(address).text)
    platform.fails.clear()
    page = teacher.get(f"{address}?language=zh")
    assert "尝试 1 次仍未送达" in page.text
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.text)[1]
    sent = {"_xsrf": xsrf, "context": str(context.number), "do": "marks"}
    assert "Marks are being sent" in teacher.post(address, data=sent).text
    until(lambda: scores(platform, "0300"))
    until(lambda: "arrived" in teacher.get(address).text)
    for wrong, status in (({"context": "999"}, 404), ({"do": "erase"}, 400), ({"_xsrf": "x"}, 403)):
        assert teacher.post(address, data={**sent, **wrong}).status_code == status


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_to_choose_from_can_be_used_by_keyboard_in_both_themes(lti_hub, platform, browser, theme):
    platform.changes = platform.deep_linking()
    context = browser.new_context(color_scheme=theme)
    page = context.new_page()
    asked = platform.initiation(f"{lti_hub.url}/hub/lti/choose")
    # the platform is another site: without TLS its post comes without our cookie, and is made once more
    page.goto(f"{lti_hub.url}/hub/lti/login?{urlencode(asked)}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Choose for your course")
    expect(page.locator("h1 [lang=zh-CN]")).to_have_text("为课程选择内容")
    assert [f"{fault['id']}: {fault['help']}" for fault in Axe().run(page).response["violations"]] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(245, 246, 248)" if theme == "light" else "rgb(20, 24, 30)")
    wanted = page.get_by_role("checkbox", name="Lab: ").first
    press_until(page, wanted)
    page.keyboard.press("Space")
    press_until(page, page.get_by_role("button", name="Add to the course"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{platform.url}/deep_links")
    items = platform.returned.pop()["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    assert [one["custom"] for one in items] == [{"lab": LAB}]
    context.close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_the_courses_is_fit_for_everybody(lti_hub, platform, browser, theme):
    platform.person, platform.changes = {"sub": "0400", "name": "Dr. Who"}, {"roles": [f"{ROLES}Instructor"]}
    context = browser.new_context(color_scheme=theme)
    page = context.new_page()
    page.goto(f"{lti_hub.url}/hub/lti/login?{urlencode(platform.initiation())}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Courses at learning platforms")
    assert [f"{fault['id']}: {fault['help']}" for fault in Axe().run(page).response["violations"]] == []
    press_until(page, page.get_by_role("button", name="Read the members now").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Members are being read")
    context.close()


def press_until(page: Page, wanted: Locator) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {wanted}")
