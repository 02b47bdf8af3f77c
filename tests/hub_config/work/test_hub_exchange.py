"""A real hub whose work goes through the service: everybody's buttons, and what it survives."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests
from playwright.sync_api import Route, expect

from hub_config.deployment import Deployment
from hub_config.settings import read
from hub_config.work.cli import main
from hub_config.work.opening import open_office
from tests.hub_process import Hub, Person

pytestmark = pytest.mark.slow

LAB = "first-programs"
SETTINGS = f"exchange: {{kind: service}}\nlabs: [{LAB}, mlp]\nsubmissions: {{mib: 64}}\n"
WORK = "/services/academy/api/work"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Yield a hub whose academy.yml asks for the service."""
    data = tmp_path_factory.mktemp("work") / "data"
    data.mkdir()
    (data / "academy.yml").write_text(SETTINGS)
    started = Hub(data).start()
    yield started
    if started.running:
        started.stop()


@pytest.fixture(scope="module")
def everybody(hub: Hub) -> dict[str, Person]:
    """Return learner and instructor, each with a running server."""
    people = {name: hub.sign_in(name, hub.passwords[name]) for name in ("learner", "instructor")}
    for person in people.values():
        person.start_server()
    return people


@pytest.fixture
def learner(everybody) -> Person:
    return everybody["learner"]


@pytest.fixture
def instructor(everybody) -> Person:
    return everybody["instructor"]


def until(found: Callable[[], object], seconds: float = 60) -> object:
    """Return what is found, as soon as it is."""
    end = time.monotonic() + seconds
    while not (what := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
    return what


def tab(person: Person, action: str = "") -> dict[str, dict]:
    """Ask Lab's assignment list as its tab does; return its entries by lab and status."""
    sent = {"course_id": "academy", "assignment_id": LAB}
    if action:
        answer = person.server("POST", f"/assignments/{action}", params=sent)
    else:
        answer = person.server("GET", "/assignments", params=sent)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    if isinstance(told, dict):
        assert told["success"], told["value"]
        told = told["value"]
    return {f"{one['assignment_id']} {one['status']}": one for one in told}


def formgrader(person: Person, path: str) -> None:
    """Press one of formgrader's buttons."""
    answer = person.server("POST", f"/formgrader/api/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"], answer.json()


def inbound(hub: Hub) -> list[str]:
    return sorted(p.name for p in (hub.data / "exchange/academy/inbound").glob("*+*+*"))


def submissions(person: Person) -> list[dict]:
    return person.api("GET", f"{WORK}/submissions").json()


def test_the_buttons_of_lab_and_formgrader_do_all_of_it(hub, learner, instructor):
    until(lambda: len(learner.api("GET", f"{WORK}/labs").json()) == 2)
    assert f"{LAB} released" in tab(learner)
    assert f"{LAB} fetched" in tab(learner, "fetch")
    (entry,) = [one for key, one in tab(learner, "submit").items() if key == f"{LAB} submitted"]
    assert len(entry["submissions"]) == 1
    stamp = entry["submissions"][0]["timestamp"]

    (name,) = until(lambda: inbound(hub))
    assert name.startswith(f"learner+{LAB}+{stamp}+s")
    formgrader(instructor, f"assignment/{LAB}/collect")
    assert (hub.data / "course/submitted/learner" / LAB / "timestamp.txt").read_text() == stamp
    formgrader(instructor, f"submission/{LAB}/learner/autograde")
    formgrader(instructor, f"assignment/{LAB}/learner/generate_feedback")
    formgrader(instructor, f"assignment/{LAB}/learner/release_feedback")
    entry = tab(learner, "fetch_feedback")[f"{LAB} submitted"]
    assert entry["submissions"][0]["has_local_feedback"]
    (page,) = (hub.data / "homes/learner" / LAB / "feedback" / stamp).iterdir()
    assert "<html" in page.read_text()


def test_the_start_page_submits_and_the_grader_on_the_host_gives_feedback(hub, learner):
    assert learner.server("POST", "/academy/open", json={"unit": f"lab:{LAB}"}).status_code == 200
    before = len(submissions(learner))
    answer = learner.server("POST", "/academy/submit", json={"lab": LAB})
    assert answer.status_code == 200, answer.text
    stamp = answer.json()["submitted_at"]
    until(lambda: len(inbound(hub)) == before + 1)
    receipts = list((hub.data / "homes/learner/receipts").glob(f"{LAB}-*.json"))
    assert main(["work", "receipt", str(receipts[-1]), "--data", str(hub.data)]) == 0

    from graders.cli import main as grade

    assert grade(["grade", LAB, "--feedback", "--data", str(hub.data)]) == 0
    until(lambda: submissions(learner)[0]["feedback"])
    assert submissions(learner)[0]["timestamp"] == stamp
    status = learner.server("GET", "/academy/status").json()
    assert status["labs"][LAB]["feedback"] == "ready"


def test_a_learner_s_wall_holds_no_exchange(learner):
    places = "('/srv/academy/exchange', os.environ['ACADEMY_EXCHANGE'])"
    tried = f"import os; print([os.path.exists(place) for place in {places}])"
    assert learner.run(tried).strip() == "[False, False]"


def test_a_deadline_from_the_command_line_holds_at_once(hub, learner, capsys):
    data = ["--data", str(hub.data)]
    assert (
        main(
            [
                "deadline",
                LAB,
                "--at",
                "2020-01-01T18:00",
                "--zone",
                "Asia/Shanghai",
                "--late",
                "refuse",
                *data,
            ]
        )
        == 0
    )
    answer = learner.server("POST", "/academy/submit", json={"lab": LAB})
    assert answer.status_code == 403
    for language in ("error", "error_zh"):
        assert "2020-01-01 18:00 Asia/Shanghai" in answer.json()[language]
    assert main(["extend", LAB, "learner", "--until", "2999-01-01T00:00", *data]) == 0
    assert learner.server("POST", "/academy/submit", json={"lab": LAB}).status_code == 200
    assert main(["deadline", LAB, "--at", "none", "--late", "none", *data]) == 0


@pytest.mark.browser
def test_the_start_page_tells_the_due_date_and_the_attempts(hub, learner, browser):
    data = ["--data", str(hub.data)]
    words = ["--at", "2999-12-01T18:00", "--zone", "UTC", "--attempts", "50"]
    assert main(["deadline", LAB, *words, *data]) == 0
    profile = {"degree": "none", "role": "operator-developer", "hours": 6}
    assert learner.api("PUT", "/services/academy/api/profile", json=profile).status_code == 200
    if learner.server("GET", "/api/status").status_code != 200:  # a test stopped the hub
        learner.start_server()
    told = learner.server("GET", "/academy/status").json()["labs"][LAB]
    assert (told["due"], told["attempts"]) == ("2999-12-01T18:00:00+00:00", 50)
    assert told["attempts_used"] == len(told["submitted"])
    page = browser.new_context(locale="en-US", timezone_id="Asia/Shanghai").new_page()
    page.goto(f"{hub.url}/hub/login")
    page.get_by_label("Name").fill("learner")
    page.get_by_label("Password").fill(hub.passwords["learner"])
    page.get_by_role("button", name="Sign in").click()

    def one_of_a_pair(route: Route) -> None:
        """Answer as for somebody whose group has handed in more often than the learner alone."""
        answer = route.fetch()
        said = answer.json()
        said["labs"][LAB]["attempts_used"] += 1
        route.fulfill(response=answer, json=said)

    page.route("**/academy/status*", one_of_a_pair)
    unit = page.locator(f"[data-unit='lab:{LAB}']")
    expect(unit).to_contain_text("Due Dec 2, 2999, 2:00", timeout=180_000)  # as clocks there show it
    expect(unit).to_contain_text(f"{told['attempts_used'] + 1} of 50 attempts used")
    page.context.close()
    assert main(["deadline", LAB, "--at", "none", "--attempts", "any", *data]) == 0


def test_a_killed_service_comes_back_and_an_upload_goes_on(hub, learner):
    """The hub starts it again; the learner's step waits for it, and what was sent is still there."""
    before = len(submissions(learner))
    learner.run(f"import os; open('/home/learner/{LAB}/big.bin', 'wb').write(os.urandom(48 << 20))")
    learner.run(START_SUBMIT % LAB)
    office = open_office(Deployment(hub.data), read(hub.data))
    until(lambda: office.book.waiting_bytes("learner") > 0)
    (pid,) = service_pids(hub)
    os.kill(pid, signal.SIGKILL)
    sent = office.book.waiting_bytes("learner")
    assert 0 < sent < 48 << 20
    until(lambda: service_answers(hub), 90)
    assert until(lambda: Path(hub.data / "homes/learner/done.txt").exists(), 90)
    if len(submissions(learner)) == before:  # the step gave up before the service was back
        assert "work is safe" in (hub.data / "homes/learner/done.txt").read_text()
        assert office.book.waiting_bytes("learner") >= sent
        assert learner.server("POST", "/academy/submit", json={"lab": LAB}).status_code == 200
    assert len(submissions(learner)) == before + 1
    until(lambda: any(name.endswith(f"+s{submissions(learner)[0]['sequence']}") for name in inbound(hub)))
    office.close()


START_SUBMIT = """
import subprocess, threading
def submit():
    done = subprocess.run(["nbgrader", "submit", "%s"], cwd="/home/learner", capture_output=True, text=True)
    open("/home/learner/done.txt", "w").write(done.stderr)
threading.Thread(target=submit).start()
"""


def service_pids(hub: Hub) -> list[int]:
    """Return the academy service's process."""
    mine = psutil.Process(hub.hub_pid()).children(recursive=True)
    return [p.pid for p in mine if p.cmdline()[-2:] == ["-m", "hub_config.listening"]]


def service_answers(hub: Hub) -> bool:
    try:
        return requests.get(f"{hub.url}/services/academy/health", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_what_was_handed_in_is_still_there_after_the_hub_stopped(hub, learner):
    before = [one["sequence"] for one in submissions(learner)]
    assert hub.stop() == 130
    hub.start()
    assert [one["sequence"] for one in submissions(learner)] == before
    receipts = (hub.data / "homes/learner/receipts").glob(f"{LAB}-*.json")
    assert {json.loads(file.read_text())["sequence"] for file in receipts} <= set(before)
