"""What a hub survives: being killed, started twice, forgotten passwords; and what it leaves behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import requests

from hub_config import base
from hub_config.deployment import Deployment
from hub_config.exchange import TIME
from hub_config.running import recorded_servers
from tests.hub_process import OWN_PASSWORD, START_SECONDS, Hub, Person

pytestmark = pytest.mark.slow

SUBMIT = """
import subprocess, threading, time
def submit():
    time.sleep({wait})
    for step in ("fetch_assignment", "submit"):
        subprocess.run(["nbgrader", step, "{lab}", *{options}], cwd="/home/learner", capture_output=True)
threading.Thread(target=submit).start()
"""


def a_lab(hub: Hub) -> str:
    """Return the first lab that is handed out."""
    return min(path.name for path in (hub.data / "exchange" / "academy" / "outbound").iterdir())


def arrived(hub: Hub) -> set[str]:
    """Return the names of all submissions in the course's inbound folder."""
    return {path.name for path in (hub.data / "exchange" / "academy" / "inbound").glob("*+*+*")}


def new_submission(hub: Hub, before: set[str], seconds: float = 120) -> str:
    """Return the name of the one submission that comes in."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if new := arrived(hub) - before:
            assert len(new) == 1
            return new.pop()
        time.sleep(0.2)
    raise AssertionError("no submission came in")


def test_a_submission_belongs_to_who_made_it_whatever_name_it_bears(hub: Hub, learner: Person) -> None:
    lab, before = a_lab(hub), arrived(hub)
    learner.run(SUBMIT.format(wait=0, lab=lab, options=["--CourseDirectory.student_id=instructor"]))
    owner, of, when, _ = new_submission(hub, before).split("+")
    assert (owner, of) == ("learner", lab)
    time.strptime(when, TIME)


def test_a_killed_hub_comes_back_and_nothing_is_lost(hub: Hub, learner: Person) -> None:
    lab, before = a_lab(hub), arrived(hub)
    learner.run("kept = 41")
    note = {"type": "file", "format": "text", "content": "half a thought"}
    assert learner.server("PUT", "/api/contents/note.txt", json=note).status_code == 201
    pid = int(learner.run("import os; print(os.getpid())"))
    learner.run(SUBMIT.format(wait=2, lab=lab, options=[]))

    os.kill(hub.hub_pid(), signal.SIGKILL)
    said, _ = hub.process.communicate(timeout=60)
    assert hub.process.returncode == 2
    assert "ended by itself" in said
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{hub.url}/hub/health", timeout=5)

    hub.start()
    assert hub.printed == {}
    assert "--reset-password" in hub.said
    learner.wait_for_server()
    assert learner.run("import os; print(kept + 1, os.getpid())").split() == ["42", str(pid)]
    assert learner.server("GET", "/api/contents/note.txt").json()["content"] == "half a thought"
    assert new_submission(hub, before).startswith("learner+")
    assert learner.server("GET", "/academy/api/me").json()["name"] == "learner"
    again = hub.sign_in("instructor", hub.passwords["instructor"])
    assert again.api("GET", "/services/academy/api/learners").status_code == 200


def academy(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``./academy hub`` with arguments that make it end by itself."""
    command = [sys.executable, "-m", "hub_config.cli", "hub", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_in_use_is_told_before_anything_starts(hub: Hub, tmp_path: Path) -> None:
    done = academy("--data", str(tmp_path / "other"), "--port", str(hub.port))
    assert done.returncode == 3
    assert done.stdout == ""
    assert f"port {hub.port}" in done.stderr
    assert "hub_config.proxy" in done.stderr  # who
    assert "./academy hub --port" in done.stderr  # what next
    assert not (tmp_path / "other" / "accounts.sqlite").exists()


def test_two_hubs_never_share_a_data_folder(hub: Hub) -> None:
    done = academy("--data", str(hub.data), "--port", "1")
    assert done.returncode == 3
    assert f"process {hub.hub_pid()}" in done.stderr


def test_a_forgotten_password_is_reset_while_the_hub_runs(hub: Hub) -> None:
    old = hub.passwords["manager"]
    before = hub.sign_in("manager", old)
    home = f"{hub.url}/hub/home"
    assert before.session.get(home, allow_redirects=False).status_code == 200
    name, new = academy("--data", str(hub.data), "--reset-password", "manager").stdout.split()
    assert name == "manager"
    assert Person(hub, "manager").try_password(old).status_code == 403
    hub.sign_in("manager", new)
    assert before.session.get(home, allow_redirects=False).status_code == 302  # the old session is over


def test_a_handed_out_password_opens_no_desk_and_a_chosen_one_ends_other_sessions(hub: Hub) -> None:
    name, handed_out = academy("--data", str(hub.data), "--add-learner", "lovelace").stdout.split()
    elsewhere, person = Person(hub, name), Person(hub, name)
    for one in (elsewhere, person):
        assert one.try_password(handed_out).headers["Location"].startswith("/hub/password?next=")
    refused = elsewhere.api("POST", f"/hub/api/users/{name}/server")
    assert refused.status_code == 403
    assert "password of your own" in refused.text
    for now, new, again, says in (
        ("wrong", OWN_PASSWORD, OWN_PASSWORD, "not the password that holds now"),
        (handed_out, OWN_PASSWORD, "another", "are not the same"),
        (handed_out, "short", "short", "at least 10"),
        (handed_out, "my name is Lovelace", "my name is Lovelace", "太容易猜到"),
        (handed_out, handed_out, handed_out, "Choose another"),
    ):
        answer = person.choose_password(now, new, again)
        answer.encoding = "utf-8"
        assert (answer.status_code, says in answer.text) == (422, True), says
    assert person.choose_password(handed_out, OWN_PASSWORD).status_code == 302
    home = f"{hub.url}/hub/home"
    assert person.session.get(home, allow_redirects=False).status_code == 200
    assert elsewhere.session.get(home, allow_redirects=False).status_code == 302
    assert Person(hub, name).try_password(handed_out).status_code == 403
    assert "/hub/password" not in Person(hub, name).try_password(OWN_PASSWORD).headers["Location"]


def test_an_invited_person_chooses_a_password_by_a_link_that_holds_once(hub: Hub) -> None:
    name, link = academy("--data", str(hub.data), "--add-learner", "emmy", "--by-link").stdout.split()
    path = link[link.index("/hub/invitation/") :]
    person = Person(hub, name)
    page = person.session.get(f"{hub.url}{path}")
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.text)[1]

    def send(new: str) -> requests.Response:
        sent = {"new": new, "again": new, "_xsrf": xsrf}
        return person.session.post(f"{hub.url}{path}", data=sent, allow_redirects=False)

    assert send("short").status_code == 422
    assert send(OWN_PASSWORD).status_code == 302
    assert send("another good password").status_code == 404
    assert requests.get(f"{hub.url}{path}", timeout=20).status_code == 404
    assert "/hub/password" not in Person(hub, name).try_password(OWN_PASSWORD).headers["Location"]


def test_a_password_is_changed_from_the_page_alone(hub: Hub) -> None:
    person = hub.sign_in("manager", hub.passwords["manager"])
    sent = {"now": OWN_PASSWORD, "new": "another-password", "again": "another-password"}
    forged = person.session.post(f"{hub.url}/hub/password", data=sent, allow_redirects=False)
    assert forged.status_code == 403
    assert requests.get(f"{hub.url}/hub/password", allow_redirects=False, timeout=20).status_code == 302


def test_an_account_added_while_the_hub_runs_comes_in_at_once(hub: Hub) -> None:
    name, password = academy("--data", str(hub.data), "--add-learner", "grace").stdout.split()
    person = hub.sign_in(name, password)
    assert person.api("GET", "/services/academy/api/me").json()["role"] == "learner"
    staff = hub.sign_in("instructor", hub.passwords["instructor"])
    everybody = staff.api("GET", "/services/academy/api/learners").json()
    assert {"grace", "learner"} <= {one["learner"] for one in everybody}


def test_ctrl_c_ends_everything_that_was_started(hub: Hub, learner: Person) -> None:
    servers = [psutil.Process(pid) for pid, _ in recorded_servers(Deployment(hub.data))]
    assert servers
    mine = psutil.Process(hub.process.pid).children(recursive=True)
    # a server that was taken over from a killed hub is nobody's child any more
    mine += [process for server in servers for process in (server, *server.children(recursive=True))]
    assert len(set(mine)) >= 6  # jupyterhub, proxy, service, culler, a server and its wall
    assert hub.stop() == 130
    _, alive = psutil.wait_procs(mine, timeout=5)
    assert alive == []


def test_without_walls_a_second_learner_is_turned_away_with_what_mends_it(one_hub: Hub) -> None:
    hub = one_hub
    if hub.running:
        hub.stop()
    _, password = academy("--data", str(hub.data), "--add-learner", "ada").stdout.split()
    only = hub.data / "hub" / "only-learner.json"
    only.write_text(json.dumps({"name": "learner"}))
    hub.start(ACADEMY_WALL="none")
    try:
        assert "One learner only" in hub.said
        page = requests.get(f"{hub.url}/hub/login", timeout=20)
        assert "one learner only" in page.text
        second = hub.sign_in("ada", password)
        answer = second.api("POST", "/hub/api/users/ada/server")
        assert answer.status_code == 403
        assert "only 'learner' can work here" in answer.text
        assert "mend it:" in answer.text
    finally:
        only.unlink()
        hub.stop()


def test_what_the_ecosystem_types_starts_the_same_hub(one_hub: Hub) -> None:
    if one_hub.running:
        one_hub.stop()
    script, config = Path(sys.executable).parent / "jupyterhub", base.HERE / "jupyterhub_config.py"
    command = [script, "-f", config, "--port", str(one_hub.port)]
    with open(one_hub.data / "logs" / "by-hand.log", "w") as log:
        process = subprocess.Popen(
            command, env=os.environ | {"ACADEMY_DATA": str(one_hub.data)}, stdout=log, stderr=log
        )
    try:
        end = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < end:
            try:
                health = requests.get(f"{one_hub.url}/services/academy/health", timeout=5)
                if health.status_code == 200:
                    break
            except requests.ConnectionError:
                pass  # not up yet
            time.sleep(0.5)
        assert health.json() == {"status": "ok"}
        one_hub.sign_in("learner", one_hub.passwords["learner"])
    finally:
        process.terminate()
        assert process.wait(90) == 0
