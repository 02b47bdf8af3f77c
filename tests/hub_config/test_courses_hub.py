"""Several courses on one real hub: each its own staff, gradebook, exchange; none sees another's."""

import csv
import io
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, expect

from catalogue.folders import CHECKOUT
from graders.cli import main as graders_cli
from hub_config.accounts import Accounts
from hub_config.courses_cli import main as course_command
from hub_config.oversight.cli import main as audit
from hub_config.service import OF_A_COURSE
from hub_config.staff_ids import STAFF_UID
from hub_config.storage.cli import main as storage
from hub_config.work.api import LAB as A_LAB
from hub_config.work.api import NUMBER, PART, ROUTES
from tests.hub_config.test_hub import reach
from tests.hub_process import OWN_PASSWORD, Hub, Person
from tests.lab_page import FIRST_LOAD, faults, leave_tour, said, sign_in_at, to_panel

pytestmark = [pytest.mark.slow]
LAB = "first-programs"
SETTINGS = f"""\
labs: []
sign_in: {{own_passwords: false}}
courses:
  - {{id: deep-2027, shown: Deep learning, shown_zh: 深度学习, labs: [{LAB}]}}
  - {{id: ethics-2027, shown: Ethics, shown_zh: 伦理, labs: [{LAB}]}}
"""
PEOPLE = {
    "ada": "learner",  # takes part in deep-2027
    "alan": "learner",
    "grace": "learner",  # teaches deep-2027
    "ines": "learner",  # teaches ethics-2027
    "iris": "instructor",
    "max": "manager",
}
MEMBERS, TEACHER, STAFF = {"ada", "grace", "max"}, {"grace"}, {"grace", "max"}
# path below the course's exchange; all others find no such course, or may not
TABLE = [
    ("GET", "key", None, MEMBERS),
    ("POST", "parts/missing", {"parts": []}, MEMBERS),
    ("GET", "labs", None, MEMBERS),
    ("GET", "labs/no-such/release", None, MEMBERS),
    ("PUT", "labs/no-such/release", {}, TEACHER),
    ("DELETE", "labs/no-such/release", None, TEACHER),
    ("GET", "labs/no-such/submissions", None, TEACHER),
    ("POST", "labs/no-such/submissions", {}, MEMBERS),
    ("GET", "labs/no-such/deadline", None, STAFF),
    ("PUT", "labs/no-such/deadline", {}, STAFF),
    ("POST", "labs/no-such/extensions", {}, STAFF),
    ("GET", "submissions", None, MEMBERS),
    ("GET", "submissions/999999", None, MEMBERS),
    ("GET", f"submissions/999999/parts/{'0' * 64}", None, MEMBERS),
    ("GET", "submissions/999999/feedback", None, MEMBERS),
    ("POST", "feedback", {}, TEACHER),
    ("GET", "groups", None, STAFF),
    ("PUT", "groups/no-such", {}, STAFF),
    ("GET", "log", None, STAFF),
]
# the same of the pages of the course
PAGES = [
    ("GET", "", STAFF),
    ("GET", "marks.csv", TEACHER),
    ("GET", "learners/ada/time", STAFF),
    ("POST", "learners/ada/time", set()),  # the form works from the page alone
]
NO_COURSE = "you take part in no course deep-2027"
COURSE = "/services/academy/courses/deep-2027"
WORK = "/services/academy/api/courses/deep-2027/work"
ANSWER = "def yearly_rate(start, end, years):\n    return (end / start) ** (1 / years) - 1\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    data = tmp_path_factory.mktemp("courses") / "data"
    data.mkdir()
    (data / "academy.yml").write_text(SETTINGS)
    accounts = Accounts(data / "accounts.sqlite")
    for name, role in PEOPLE.items():
        accounts.add(name, role, OWN_PASSWORD)
    at = ["--data", str(data)]
    assert course_command(["course", "enrol", "deep-2027", "ada", *at]) == 0
    assert course_command(["course", "enrol", "deep-2027", "grace", "--as", "instructor", *at]) == 0
    assert course_command(["course", "enrol", "ethics-2027", "ines", "--as", "instructor", *at]) == 0
    started = Hub(data).start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def ada(hub: Hub) -> Person:
    person = hub.sign_in("ada", OWN_PASSWORD)
    person.start_server()
    return person


@pytest.fixture(scope="module")
def grace(hub: Hub) -> Person:
    person = hub.sign_in("grace", OWN_PASSWORD)
    person.api("GET", "/hub/api/user")
    office = person.at_office("deep-2027")
    office.start_server()
    return office


def listed(person: Person, course: str) -> dict[str, str]:
    """Return the labs that nbgrader's own list shows of a course, with their state."""
    answer = person.server("GET", "/assignments", params={"course_id": course}).json()
    assert answer["success"], answer
    return {f"{one['course_id']}/{one['assignment_id']}": one["status"] for one in answer["value"]}


def test_nbgraders_list_offers_the_courses_of_a_person_and_their_labs(hub: Hub, ada: Person) -> None:
    assert listed(ada, "deep-2027") == {f"deep-2027/{LAB}": "released"}
    assert listed(ada, "academy") == {}
    courses = ada.server("GET", "/courses").json()
    assert courses == {"success": True, "value": ["deep-2027"]}


def test_a_lab_of_a_course_is_fetched_checked_and_handed_in_from_its_own_folder(
    hub: Hub, ada: Person
) -> None:
    fetched = ada.server("POST", "/academy/open", json={"unit": f"lab:deep-2027/{LAB}"})
    assert fetched.json() == {"path": f"deep-2027/{LAB}/{LAB}.ipynb", "new": True}
    notebook = hub.data / "homes/ada/deep-2027" / LAB / f"{LAB}.ipynb"
    content = json.loads(notebook.read_text())
    cell = next(one for one in content["cells"] if "def yearly_rate" in "".join(one["source"]))
    cell["source"] = ANSWER
    notebook.write_text(json.dumps(content))
    checked = ada.server("POST", "/academy/check", json={"lab": f"deep-2027/{LAB}"}).json()
    assert checked["checks"]
    told = ada.server("POST", "/academy/submit", json={"lab": f"deep-2027/{LAB}"}).json()
    assert (told["attempt"], told["receipt"]) == (1, f"deep-2027/receipts/{LAB}-1.json")
    receipt = json.loads((hub.data / "homes/ada" / told["receipt"]).read_text())
    assert (receipt["course"], receipt["lab"], receipt["learners"]) == ("deep-2027", LAB, ["ada"])
    (lab,) = ada.server("GET", "/academy/panel").json()["labs"]
    assert (lab["lab"], lab["within"]["zh"], lab["state"]) == (f"deep-2027/{LAB}", "深度学习", "submitted")


def test_the_courses_own_staff_sees_the_submission_in_formgrader(
    hub: Hub, ada: Person, grace: Person
) -> None:
    labs = grace.server("GET", "/formgrader/api/assignments").json()
    assert [(one["name"], one["status"]) for one in labs] == [(LAB, "released")]
    said = grace.server("POST", f"/formgrader/api/assignment/{LAB}/collect").json()
    assert said["success"], said
    (one,) = grace.server("GET", f"/formgrader/api/submissions/{LAB}").json()
    assert one["student"] == "ada"


def test_it_is_graded_and_the_mark_comes_back(hub: Hub, ada: Person, grace: Person) -> None:
    assert graders_cli(["grade", LAB, "--course", "deep-2027", "--data", str(hub.data), "--feedback"]) == 0
    with Gradebook(f"sqlite:///{hub.data}/courses/deep-2027/course/gradebook.db") as book:
        assert book.find_submission(LAB, "ada").score > 0
    (mark,) = ada.server("GET", "/academy/api/grades").json()
    assert (mark["lab"], mark["state"]) == (f"deep-2027/{LAB}", "graded")
    (lab,) = ada.server("GET", "/academy/panel").json()["labs"]
    assert (lab["state"], lab["score"]) == ("graded", mark["score"])
    end = time.monotonic() + 60
    page = {"error": "there is no feedback"}
    while "error" in page and time.monotonic() < end:  # it goes back through the service
        page = ada.server("POST", "/academy/feedback", json={"lab": f"deep-2027/{LAB}"}).json()
    assert page["path"].startswith(f"deep-2027/{LAB}/feedback/")
    assert not (hub.data / "course/submitted/ada").exists()


@pytest.fixture(scope="module")
def everybody(hub: Hub) -> dict[str, Person]:
    return {name: hub.sign_in(name, OWN_PASSWORD) for name in PEOPLE}


@pytest.mark.parametrize(("method", "path", "body", "who"), TABLE, ids=[f"{m} {p}" for m, p, *_ in TABLE])
def test_each_gets_of_a_course_what_the_table_says(hub, everybody, method, path, body, who) -> None:
    for name, person in everybody.items():
        answer = person.api(method, f"{WORK}/{path}", **({} if body is None else {"json": body}))
        if name in MEMBERS:
            assert (answer.status_code == 403) == (name not in who), (name, answer.text)
            assert answer.status_code < 500
        else:
            assert (answer.status_code, answer.json()["error"]) == (404, NO_COURSE), name


@pytest.mark.parametrize(("method", "path", "who"), PAGES, ids=[f"{m} {p}" for m, p, _ in PAGES])
def test_each_gets_of_the_pages_of_a_course_what_the_table_says(hub, everybody, method, path, who) -> None:
    for name, person in everybody.items():
        answer = person.session.request(method, f"{hub.url}{COURSE}/{path}", timeout=60)
        refused = 403 if name in MEMBERS or method == "POST" else 404
        assert answer.status_code == (200 if name in who else refused), name
    stranger = requests.request(method, f"{hub.url}{COURSE}/{path}", timeout=60)
    assert "/hub/login" in stranger.url or stranger.status_code == 403


def test_staff_find_their_learners_marks_and_deadlines_from_the_hubs_page(hub: Hub, everybody) -> None:
    grace, way = everybody["grace"].session, f"{COURSE}/"
    assert f'href="{way}"' in grace.get(f"{hub.url}/hub/home", timeout=60).text
    for name in ("ada", "ines", "max"):
        assert way not in everybody[name].session.get(f"{hub.url}/hub/home", timeout=60).text
    page = grace.get(f"{hub.url}{way}", timeout=60).text
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(\d+)</td>', page)
    assert rows == [("ada", "1")]
    assert f'href="{way}learners/ada/time"' in page
    table = grace.get(f"{hub.url}{way}marks.csv", timeout=60)
    assert 'filename="deep-2027-marks.csv"' in table.headers["Content-Disposition"]
    titles, marks = csv.reader(io.StringIO(table.content.decode("utf-8-sig")))
    told = dict(zip(titles, marks, strict=True))
    assert (told["learner"], told["lab"]) == ("ada", f"deep-2027/{LAB}")
    assert float(told["score"]) > 0
    for nobody in ("alan", "no-such"):
        assert grace.get(f"{hub.url}{way}learners/{nobody}/time", timeout=60).status_code == 404


def test_staff_give_a_learner_more_attempts_on_the_page_of_their_course(hub: Hub, everybody) -> None:
    grace, page = everybody["grace"], f"{hub.url}{COURSE}/learners/ada/time?language=zh"
    assert grace.api("PUT", f"{WORK}/labs/{LAB}/deadline", json={"attempts": 2}).status_code == 200
    token = re.search(r'name="_xsrf" value="([^"]+)"', grace.session.get(page, timeout=60).text)[1]
    sent = {"_xsrf": token, "lab": LAB, "attempts": "1", "reason": "ill"}
    done = grace.session.post(page, data=sent, timeout=60)
    assert (done.status_code, "“第一批程序”已延期" in done.text) == (200, True)
    assert done.url.startswith(f"{hub.url}{COURSE}/learners/ada/time?language=zh")
    (lab,) = everybody["ada"].api("GET", f"{WORK}/labs").json()
    assert (lab["attempts"], lab["attempts_used"]) == (3, 1)


def test_managers_find_the_way_to_more_time_in_every_course_and_no_marks(hub: Hub, everybody) -> None:
    manager = everybody["max"].session
    page = manager.get(f"{hub.url}/services/academy/", timeout=60).text
    assert f'href="{COURSE}/"' in page
    assert 'href="/services/academy/courses/ethics-2027/"' in page
    instructor = everybody["iris"].session.get(f"{hub.url}/services/academy/", timeout=60).text
    assert "/services/academy/courses/" not in instructor
    page = manager.get(f"{hub.url}{COURSE}/", timeout=60).text
    assert re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?) <span', page) == [
        ("ada", f'<a href="{COURSE}/learners/ada/time">Give more time or attempts')
    ]
    assert f"{COURSE}/marks.csv" not in page
    assert 'href="/services/academy/courses/ethics-2027/"' in page
    assert 'href="/services/academy/"' in page
    way = f"{COURSE}/learners/ada/time"
    assert f'href="{COURSE}/"' in manager.get(f"{hub.url}{way}", timeout=60).text
    course = everybody["grace"].session.get(f"{hub.url}{COURSE}/", timeout=60).text
    assert "ethics-2027" not in course
    assert 'href="/services/academy/"' not in course


def test_the_tables_hold_every_question_to_a_course() -> None:
    pages = [f"/{path}" for _, path, _ in PAGES]
    for pattern, _ in OF_A_COURSE:
        assert any(re.fullmatch(f"/{pattern}", path) for path in pages), pattern
    asked = [f"/{path}" for _, path, *_ in TABLE]
    left_out = {
        f"parts/{PART}",
        f"labs/{A_LAB}/release/{PART}",
        f"submissions/{NUMBER}/feedback/{PART}",
    }  # files
    for pattern, _ in ROUTES:
        assert pattern in left_out or any(re.fullmatch(f"/{pattern}", path) for path in asked), pattern


def test_who_takes_no_part_opens_no_office(hub: Hub) -> None:
    alan = hub.sign_in("alan", OWN_PASSWORD)
    assert alan.api("GET", "/services/academy/api/courses/mine").json() == []
    refused = alan.api("POST", "/hub/api/users/alan/servers/deep-2027")
    assert refused.status_code == 403


def test_staff_of_another_course_see_nothing_of_it(hub: Hub, grace: Person) -> None:
    ines = hub.sign_in("ines", OWN_PASSWORD)
    assert ines.api("GET", f"{WORK}/labs/{LAB}/submissions").status_code == 404
    assert ines.api("POST", "/hub/api/users/ines/servers/deep-2027").status_code == 403
    assert ines.api("GET", "/services/academy/api/learners").status_code == 403
    office = ines.at_office("ethics-2027")
    office.start_server()
    places = [hub.data / "courses", hub.data / "course", Path("/home/ines")]
    seen = reach(office, places)
    assert seen[str(hub.data / "courses")] == seen[str(hub.data / "course")] == "FileNotFoundError"
    assert "ethics-2027" in seen["/home/ines"]
    assert "deep-2027" not in seen["/home/ines"]
    (lab,) = office.server("GET", "/formgrader/api/assignments").json()
    assert (lab["name"], lab["num_submissions"]) == (LAB, 0)
    masters = Path("/home/ines/ethics-2027/course/source")
    assert reach(office, [masters, CHECKOUT / "labs"]) == {
        str(masters): [LAB],
        f"{CHECKOUT}/labs": "FileNotFoundError",
    }
    assert grace.api("GET", "/services/academy/api/courses/ethics-2027/work/labs").status_code == 404


def test_staff_say_until_when_in_their_own_course_alone(hub: Hub, ada: Person, grace: Person) -> None:
    terms = {"due": "2099-12-01T18:00", "zone": "Asia/Shanghai"}
    assert grace.api("PUT", f"{WORK}/labs/{LAB}/deadline", json=terms).status_code == 200
    assert grace.api("PUT", f"/services/academy/api/work/labs/{LAB}/deadline", json=terms).status_code == 403
    assert ada.api("PUT", f"{WORK}/labs/{LAB}/deadline", json=terms).status_code == 403
    (lab,) = ada.server("GET", "/academy/panel").json()["labs"]
    assert lab["due"].startswith("2099-12-01")


def test_the_trail_names_the_course(hub: Hub, grace: Person, capsys: pytest.CaptureFixture[str]) -> None:
    end = time.monotonic() + 60
    rows: dict[str, tuple[str, str]] = {}
    while "deadline.set" not in rows and time.monotonic() < end:  # the hub looks now and then
        time.sleep(1)
        capsys.readouterr()
        assert audit(["audit", "--data", str(hub.data), "--json"]) == 0
        rows = {row["action"]: (row["actor"], row["object"]) for row in json.loads(capsys.readouterr().out)}
    assert rows["deadline.set"] == ("grace", f"lab:deep-2027/{LAB}")
    assert rows["mark.changed"][1] == f"lab:deep-2027/{LAB}"
    assert rows["marks.viewed"] == ("grace", "formgrader:deep-2027/submissions")


@pytest.mark.browser
def test_a_link_to_the_whole_course_ends_at_its_labs_in_the_panel(
    hub: Hub, ada: Person, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page, link = context.new_page(), f"{hub.url}/hub/user-redirect/academy/go/course:{{}}?language=en"
    sign_in_at(page, link.format("deep-2027"), "ada", OWN_PASSWORD)
    leave_tour(page)
    for _ in range(2):
        expect(page.get_by_role("tab", name="Labs and marks")).to_have_attribute("aria-selected", "true")
        expect(page.locator(f"[data-key='open lab:deep-2027/{LAB}']")).to_be_focused(timeout=FIRST_LOAD)
        page.goto(link.format("deep-2027"))
    page.goto(link.format("ethics-2027"))
    said(page, "nothing of it is handed out, or you do not take part")
    context.close()


@pytest.mark.browser
def test_the_page_of_a_course_is_fit_for_managers_too(hub: Hub, browser: Browser) -> None:
    page = browser.new_page()
    sign_in_at(page, f"{hub.url}/services/academy/", "max", OWN_PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learners")
    assert faults(page, "main") == []
    page.get_by_role("link", name="Deep learning").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deep learning: learners")
    assert faults(page, "main") == []
    page.get_by_role("link", name="Give more time or attempts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ada: deadlines and attempts")
    page.close()


@pytest.mark.browser
def test_the_panel_leads_staff_to_pages_that_are_fit_for_everybody(hub: Hub, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    sign_in_at(page, f"{hub.url}/hub/login", "grace", OWN_PASSWORD)
    page.wait_for_url("**/lab**", timeout=FIRST_LOAD)
    leave_tour(page)
    to_panel(page)
    way = page.locator(".za-panel").get_by_role("link", name="Learners and marks of Deep learning")
    with context.expect_page() as opened:
        way.click(timeout=FIRST_LOAD)
    learners = opened.value
    expect(learners.get_by_role("heading", level=1)).to_contain_text("Deep learning: learners")
    assert faults(learners, "main") == []
    learners.get_by_role("link", name="Give more time or attempts").click()
    expect(learners.get_by_role("heading", level=1)).to_have_text("ada: deadlines and attempts")
    assert faults(learners, "main") == []
    context.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_what_staff_put_in_the_place_of_a_file_stops_grading_there_alone(
    hub: Hub, ada: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, at = tmp_path / "secret", ["--data", str(hub.data)]
    secret.write_text("root's alone")
    place = hub.data / "courses/deep-2027/course/gradebook.db-journal"
    place.symlink_to(secret)
    try:
        assert graders_cli(["grade", "--course", "deep-2027", *at]) == 2
        assert f"{place} is no plain file; put the file itself there" in capsys.readouterr().err
        assert graders_cli(["grade", "--course", "ethics-2027", *at]) == 0
        assert ada.server("GET", "/academy/api/grades").status_code == 200
    finally:
        place.unlink()
    assert secret.read_text() == "root's alone"
    assert graders_cli(["grade", "--course", "deep-2027", *at]) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives each course a user id")
def test_each_courses_folder_is_its_staffs_and_so_is_that_of_a_backup(hub: Hub, tmp_path: Path) -> None:
    file, again = tmp_path / "backup.tar.gz", tmp_path / "again"
    assert storage(["backup", "--to", str(file), "--without-homes", "--data", str(hub.data)]) == 0
    assert storage(["restore", str(file), "--data", str(again)]) == 0
    owners = [
        [(data / f"{course}/nbgrader_config.py").stat().st_uid for data in (hub.data, again)]
        for course in ("course", "courses/deep-2027/course", "courses/ethics-2027/course")
    ]
    assert owners == [[STAFF_UID] * 2, [STAFF_UID - 1] * 2, [STAFF_UID - 2] * 2]
