"""A real hub: who comes in, what each sees, what it survives."""

import json
import re
import sys
from pathlib import Path

import pytest
import requests

from hub_config.deployment import SECRETS
from tests.hub_process import Hub, Person

pytestmark = pytest.mark.slow
ROLES = ("learner", "instructor", "manager")


def test_the_first_start_prints_the_three_accounts_and_they_open(hub: Hub) -> None:
    assert sorted(hub.passwords) == sorted(ROLES)
    for role in ROLES:
        person = hub.sign_in(role, hub.passwords[role])
        me = person.api("GET", "/services/academy/api/me").json()
        assert (me["name"], me["role"]) == (role, role)


def test_a_wrong_password_and_an_unknown_name_look_the_same(hub: Hub) -> None:
    answers = [Person(hub, name).try_password("wrong-pass-word") for name in ("manager", "nobody")]
    for answer in answers:
        answer.encoding = "utf-8"
    # the form's name, and the token with its time stamp, which changes with the second
    texts = [re.sub(r'(value=|xsrf_token: )"[^"]*"', "", answer.text) for answer in answers]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert "The name or the password is not right" in texts[0]
    assert "密码不正确" in texts[0]
    assert texts[0] == texts[1]


def test_nobody_signs_up_and_nobody_sees_the_hub_as_admin(hub: Hub) -> None:
    assert requests.get(f"{hub.url}/hub/signup", timeout=20).status_code == 404
    for role in ROLES:
        person = hub.sign_in(role, hub.passwords[role])
        assert person.api("GET", "/hub/api/users").status_code == 403
        assert person.api("GET", "/hub/api/users/learner").status_code in (
            (200,) if role == "learner" else (403, 404)
        )
        if role != "learner":
            assert person.api("GET", "/user/learner/api/status").status_code in (403, 404, 424, 503)


def test_pages_carry_headers_that_keep_others_from_framing_them(hub: Hub, learner: Person) -> None:
    login = requests.get(f"{hub.url}/hub/login", timeout=20)
    assert "frame-ancestors 'none'" in login.headers["Content-Security-Policy"]
    for cookie in login.headers["Set-Cookie"].split(", "):
        assert "SameSite=Lax" in cookie or "SameSite" not in cookie
    lab = learner.server("GET", "/lab")
    assert lab.headers["Content-Security-Policy"] == "frame-ancestors 'self'"


# What a learner's cell tries: {what: a path that must not be there or not open}
REACH = """
import glob, json, os
def tried(path):
    try:
        if os.path.isdir(path):
            return sorted(os.listdir(path))
        with open(path, "rb") as file:
            return len(file.read())
    except OSError as error:
        return type(error).__name__
print(json.dumps({path: tried(path) for path in %r}))
"""


def reach(person: Person, paths: list[Path]) -> dict[str, object]:
    return json.loads(person.run(REACH % [str(path) for path in paths]))


def test_a_learner_reaches_nothing_that_is_not_the_learner_s(
    hub: Hub, learner: Person, instructor: Person
) -> None:
    data, checkout = hub.data, Path(__file__).parents[2]
    (data / "homes" / "instructor" / "private.txt").write_text("mine")
    closed = [
        data,
        data / "course" / "gradebook.db",
        data / "course" / "source",
        data / "accounts.sqlite",
        data / "accounts-first-start.txt",
        data / "store.sqlite",
        data / "hub" / "jupyterhub.sqlite",
        data / "secrets" / "grading.key",
        *(data / "secrets" / name for name in SECRETS),
        data / "homes" / "instructor" / "private.txt",
        data / "desks" / "instructor",
        data / "exchange" / "academy" / "inbound",
        data / "logs" / "hub.log",
        Path("/home/instructor"),
        checkout / "labs" / "authoring",
        checkout / "courses",
        Path("/srv/academy/material/3-computing/python-start/checkpoints.yml"),
        checkout / "labs" / "source",
        checkout / "tests",
        checkout / ".git",
        Path("/proc") / str(hub.hub_pid()) / "environ",
    ]
    found = reach(learner, closed)
    assert {
        path: what for path, what in found.items() if what not in ("FileNotFoundError", "PermissionError")
    } == {}
    material = Path("/srv/academy/material")
    seen = reach(learner, [Path("/home"), material, Path("/srv/academy")])
    assert seen["/home"] == ["learner"]
    assert "3-computing" in seen[str(material)]
    assert seen["/srv/academy"] == ["crossings", "material"]
    mine = reach(
        instructor,
        [Path("/home/instructor/private.txt"), Path("/home/instructor/academy/course/gradebook.db")],
    )
    assert all(isinstance(size, int) for size in mine.values())  # the same question finds what is there


WRITE = """
import json, os
def tried(path):
    try:
        with open(os.path.join(path, "mine.txt"), "w") as file:
            file.write("x")
        os.remove(os.path.join(path, "mine.txt"))
        return "written"
    except OSError as error:
        return type(error).__name__
print(json.dumps({path: tried(path) for path in %r}))
"""


def written(person: Person, folders: list[str]) -> set[str]:
    """Return those of some folders in which a person can write."""
    return {path for path, what in json.loads(person.run(WRITE % (folders,))).items() if what == "written"}


def test_a_learner_writes_at_home_alone(learner: Person) -> None:
    checkout = Path(__file__).parents[2]
    closed = [
        "/srv/academy/material/3-computing",
        str(checkout / "hub_config"),
        sys.prefix,
        "/usr",
        "/etc",
        "/",
    ]
    open_ = ["/home/learner", "/tmp", "/srv/academy/crossings"]
    assert written(learner, closed + open_) == set(open_)


def test_everybody_runs_as_an_own_unprivileged_user_under_the_hub_s_name(
    learner: Person, instructor: Person
) -> None:
    code = "import os; from nbgrader.utils import get_username as who; print(who(), os.getuid(), os.getpid())"
    name, uid, _ = learner.run(code).split()
    other, other_uid, _ = instructor.run(code).split()
    assert (name, other) == ("learner", "instructor")
    assert int(uid) > 0
    assert int(other_uid) > 0


def test_a_learner_s_kernels_listen_for_nobody_on_loopback(learner: Person) -> None:
    """Some walls share the loopback: a kernel's channels must be files of the learner's own."""
    code = (
        "import json, os\n"
        "from jupyter_client import find_connection_file\n"
        "print(open(find_connection_file()).read())"
    )
    connection = json.loads(learner.run(code))
    assert connection["transport"] == "ipc"
    assert connection["ip"].startswith("/tmp/")


def test_the_server_s_token_opens_only_what_is_the_learner_s(hub: Hub, learner: Person) -> None:
    code = "import os; print(os.environ['JUPYTERHUB_API_TOKEN'], os.environ['ACADEMY_URL'])"
    token, service = learner.run(code).split()
    headers = {"Authorization": f"token {token}"}

    def status(path: str) -> int:
        return requests.get(path, headers=headers, timeout=20).status_code

    assert status(f"{service}/api/me") == 200
    assert status(f"{service}/api/learners") == 403
    assert status(f"{hub.url}/hub/api/users") == 403
    assert status(f"{hub.url}/hub/api/users/instructor") in (403, 404)
    assert status(f"{hub.url}/user/instructor/api/status") in (403, 404, 503)
    proxy = json.loads((hub.data / "hub" / "ports.json").read_text())["proxy_api"]
    assert status(f"http://127.0.0.1:{proxy}/api/routes") == 403


def test_without_a_token_nothing_answers_but_health(hub: Hub) -> None:
    ports = json.loads((hub.data / "hub" / "ports.json").read_text())
    for base in (f"{hub.url}/services/academy", f"http://127.0.0.1:{ports['academy']}/services/academy"):
        assert requests.get(f"{base}/health", timeout=20).json() == {"status": "ok"}
        for path in ("me", "choices", "plan", "grades", "learners", "checkpoints/python-start/x"):
            answer = requests.get(f"{base}/api/{path}", timeout=20, allow_redirects=False)
            assert answer.status_code in (401, 403), path
            assert "error" in answer.json()
        forged = requests.get(f"{base}/api/me", headers={"Authorization": "token " + "0" * 32}, timeout=20)
        assert forged.status_code in (401, 403)


def test_formgrader_opens_for_instructors_only(learner: Person, instructor: Person) -> None:
    assert learner.server("GET", "/formgrader/manage_assignments").status_code == 404
    page = instructor.server("GET", "/formgrader/manage_assignments")
    assert page.status_code == 200
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    labs = instructor.server("GET", "/formgrader/api/assignments").json()
    assert labs
    assert all(lab["status"] == "released" for lab in labs)
