"""A further course at a learning platform, with a real hub: people in, labs linked, marks back."""

from collections.abc import Iterator

import pytest
import requests
import yaml
from nbgrader.api import Gradebook

from hub_config.accounts import Accounts
from hub_config.enrolments import Enrolments
from tests.hub_config.test_lti_hub import chosen, fields_of, grading, launch, scores, until
from tests.hub_process import Hub, Person
from tests.lti_platform import CONTEXT, ROLES, LtiPlatform

pytestmark = [pytest.mark.slow]
LAB, COURSE = "first-programs", "deep-2027"
NAMED = f"{COURSE}/{LAB}"
CONTENT = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"


@pytest.fixture(scope="module")
def platform() -> Iterator[LtiPlatform]:
    with LtiPlatform() as running:
        yield running


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, platform: LtiPlatform) -> Iterator[Hub]:
    data = tmp_path_factory.mktemp("lti-courses") / "data"
    data.mkdir()
    course = {"id": COURSE, "shown": "Deep learning", "shown_zh": "深度学习", "labs": [LAB]}
    tied = {**platform.registration, "courses": {CONTEXT: COURSE}}
    said = {"labs": [], "courses": [course], "lti": [tied]}
    (data / "academy.yml").write_text(yaml.safe_dump(said, allow_unicode=True))
    started = Hub(data)
    platform.tool = f"{started.url}/hub/lti/"
    started.start()
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def as_somebody_else(platform: LtiPlatform) -> None:
    platform.empty()


def enrolled(hub: Hub, name: str) -> dict[str, str]:
    return Enrolments(Accounts(hub.data / "accounts.sqlite")).of(name)


def at_work(hub: Hub, name: str, browser: requests.Session) -> Person:
    person = Person(hub, name)
    person.session = browser
    person.start_server()
    return person


def test_who_launches_takes_part_and_the_mark_reaches_the_platform(hub: Hub, platform: LtiPlatform) -> None:
    platform.person = {"sub": "0100", "name": "Lin"}
    browser, arrived = launch(hub, platform, f"lab/{NAMED}")
    assert enrolled(hub, "lin") == {COURSE: "learner"}
    lin = at_work(hub, "lin", browser)
    assert f"academy/go/lab:{NAMED}" in arrived.headers["Location"]
    browser.get(f"{hub.url}{arrived.headers['Location']}")
    assert (hub.data / "homes/lin" / NAMED / f"{LAB}.ipynb").is_file()
    assert lin.server("POST", "/academy/submit", json={"lab": NAMED}).status_code == 200
    inbound = hub.data / "courses" / COURSE / "exchange" / COURSE / "inbound"
    until(lambda: list(inbound.glob("lin+*")))
    grade = ["grade", LAB, "--course", COURSE, "--learner", "lin", "--data", str(hub.data), "--feedback"]
    assert grading(grade) == 0
    until(lambda: scores(platform, "0100"))
    with Gradebook(f"sqlite:///{hub.data}/courses/{COURSE}/course/gradebook.db") as book:
        found = book.find_submission(LAB, "lin")
        (sent,) = scores(platform, "0100")
        assert (sent["scoreGiven"], sent["scoreMaximum"]) == (found.score, found.max_score)


def test_who_teaches_there_gets_the_office_and_chooses_the_labs_that_are_handed_out(
    hub: Hub, platform: LtiPlatform
) -> None:
    platform.person = {"sub": "0200", "name": "Tea"}
    platform.changes = {"roles": [f"{ROLES}Instructor"]}
    browser, _ = launch(hub, platform)
    assert enrolled(hub, "tea") == {COURSE: "instructor"}
    pages = f"/services/academy/courses/{COURSE}/"
    assert f'href="{pages}"' in browser.get(f"{hub.url}/hub/home", timeout=60).text
    assert browser.get(f"{hub.url}{pages}marks.csv", timeout=60).status_code == 200
    platform.changes = platform.deep_linking()
    browser, page = launch(hub, platform, "choose")
    assert f'value="lab/{NAMED}"' in page.text
    assert f'value="lab/{LAB}"' not in page.text  # the academy's own course hands nothing out …
    assert chosen(hub, browser, page.text, do="add", target=f"lab/{LAB}").status_code == 404
    assert grading(["release", LAB, "--data", str(hub.data)]) == 0
    _, now = launch(hub, platform, "choose")
    assert f'value="lab/{LAB}"' in now.text  # … until somebody who grades does
    answer = chosen(hub, browser, page.text, do="add", target=f"lab/{NAMED}")
    browser.post(f"{platform.url}/deep_links", data=fields_of(answer.text))
    (item,) = platform.returned.pop()[CONTENT]
    assert item["url"] == f"{hub.url}/hub/lti/lab/{NAMED}"


def test_a_link_to_the_whole_course_leads_who_learns_there_to_its_place_in_lab(
    hub: Hub, platform: LtiPlatform
) -> None:
    platform.person = {"sub": "0200", "name": "Tea"}
    platform.changes = {"roles": [f"{ROLES}Instructor"], **platform.deep_linking()}
    browser, page = launch(hub, platform, "choose")
    answer = chosen(hub, browser, page.text, do="add", target=f"course/{COURSE}")
    browser.post(f"{platform.url}/deep_links", data=fields_of(answer.text))
    (item,) = platform.returned.pop()[CONTENT]
    assert item["title"] == "Deep learning 深度学习"
    platform.empty()
    platform.person = {"sub": "0400", "name": "Mei"}
    browser, arrived = launch(hub, platform, item["url"].partition("/lti/")[2])
    assert enrolled(hub, "mei") == {COURSE: "learner"}
    assert arrived.headers["Location"] == f"/hub/user-redirect/academy/go/course:{COURSE}?language=en"


def test_from_another_course_there_no_link_leads_to_its_labs(hub: Hub, platform: LtiPlatform) -> None:
    platform.person, platform.changes = {"sub": "0300", "name": "Wen"}, {"context": {"id": "another"}}
    _, refused = launch(hub, platform, f"lab/{NAMED}")
    assert refused.status_code == 404
    assert Accounts(hub.data / "accounts.sqlite").find("wen") is None
    _, refused = launch(hub, platform, f"course/{COURSE}")
    assert refused.status_code == 404
    platform.changes |= platform.deep_linking()
    _, page = launch(hub, platform, "choose")
    assert f'value="lab/{NAMED}"' not in page.text
    assert f'value="course/{COURSE}"' not in page.text
