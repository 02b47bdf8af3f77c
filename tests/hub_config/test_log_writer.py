"""The log as JSON: each record whole, and nobody named in it, whoever printed it."""

import json
import re
import subprocess
import sys
import time

import pytest
import requests

from hub_config import cli
from hub_config.accounts import Account, Accounts
from hub_config.deployment import Deployment
from hub_config.log_writer import Pseudonyms, Writer
from tests.hub_process import Hub

PEOPLE = [
    Account("ada", "learner", 0, 1, "Ada Lovelace", "阿达", signs_in_as="ada.l@example.edu"),
    Account("ada-2", "learner", 0, 2),
]


@pytest.fixture
def pseudonyms():
    made = Pseudonyms(b"a key")
    made.know(PEOPLE)
    return made


def test_a_person_is_the_same_by_every_name_and_nobody_else(pseudonyms):
    ada, other = pseudonyms.of("ada"), pseudonyms.of("ada-2")
    for text in (
        "200 GET /hub/home ({}@127.0.0.1) 3ms",
        "User logged in: {}",
        "/srv/academy/logs/server-{}.log",
        "submission of {} for lab conv",
        "/user/{}/lab/tree/x.ipynb",
        "{}+conv+2026-11-03",
    ):
        assert pseudonyms.replace(text.format("ada")) == text.format(ada)
        assert pseudonyms.replace(text.format("ADA-2")) == text.format(other)
    for name in ("Ada Lovelace", "阿达", "ada.l@example.edu"):
        assert pseudonyms.replace(f"of {name}.") == f"of {ada}."
    assert Pseudonyms(b"another key").of("ada") != ada
    assert pseudonyms.replace("adam and lab adagrad") == "adam and lab adagrad"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("from 10.1.2.3, 2001:db8::1 and fe80::a:b", "from [address], [address] and [address]"),
        ("on 127.0.0.1:8000 and ::1 at 12:30:11", "on 127.0.0.1:8000 and ::1 at 12:30:11"),
        ("version 5.1.2 asked by eve@example.org", "version 5.1.2 asked by [e-mail]"),
    ],
)
def test_addresses_of_people_and_of_their_machines_are_not_kept(pseudonyms, text, cleaned):
    assert pseudonyms.replace(text) == cleaned


def test_what_somebody_typed_for_a_name_is_not_kept(pseudonyms):
    """It may be a password in the wrong field."""
    for text in ("Failed login for my secret password", "404 GET /user/my-secret-password/lab"):
        assert "secret" not in pseudonyms.replace(text)


def test_records_are_whole_with_what_follows_them():
    written = []
    writer = Writer(written.append, lambda text: text)
    for line in (
        "Traceback that nobody began",
        "[E 2026-11-29 19:20:00.123 JupyterHub app:1] it broke",
        "Traceback (most recent call last):",
        "ValueError: token 0123456789abcdef0123456789abcdef",
        "[W 261129 19:20:00 web:2271] 404 GET /x",
        "[I 2026-11-29 19:20:00,967 configurable_http_proxy] added a route",
    ):
        writer.line(line)
    writer.settle()
    first, second, third, fourth = map(json.loads, written)
    assert (first["level"], first["message"]) == ("info", "Traceback that nobody began")
    assert (second["level"], second["where"], second["message"]) == ("error", "JupyterHub app:1", "it broke")
    assert second["more"][1] == "ValueError: token [secret]"
    assert (third["level"], third["where"]) == ("warning", "web:2271")
    assert (fourth["where"], fourth["message"]) == ("configurable_http_proxy", "added a route")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", third["time"])


def test_the_list_of_accounts_says_who_is_who_in_the_log(tmp_path, capsys):
    deployment = Deployment(tmp_path)
    deployment.prepare()
    Accounts(deployment.accounts).add("ada", "learner")
    who = ["hub", "--accounts", "--data", str(tmp_path)]
    assert cli.main(who) == 0
    assert "in the log" not in capsys.readouterr().out
    (tmp_path / "academy.yml").write_text("logs: {form: json}\n")
    assert cli.main(who) == 0
    key = bytes.fromhex(deployment.secret("log-key"))
    assert f"in the log {Pseudonyms(key).of('ada')}" in capsys.readouterr().out


LAB = "first-programs"
SUBMIT = """
import subprocess
for step in ("fetch_assignment", "submit"):
    subprocess.run(["nbgrader", step, "{lab}"], cwd="/home/ada-lovelace", capture_output=True, check=True)
"""


@pytest.mark.slow
def test_of_a_day_in_a_real_hub_the_log_names_nobody(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "academy.yml").write_text(f"labs: [{LAB}]\nlogs: {{form: json}}\n")
    hub = Hub(data).start()
    try:
        command = [sys.executable, "-m", "hub_config.cli", "hub", "--data", str(data)]
        more = ["--called", "Ada King", "--called-zh", "阿达", "--signs-in-as", "ada.king@example.edu"]
        added = subprocess.run(
            [*command, "--add-learner", "ada-lovelace", *more], capture_output=True, text=True, check=True
        )
        name, password = added.stdout.split()
        time.sleep(1.5)
        person = hub.sign_in(name, password)
        requests.post(f"{hub.url}/hub/login", data={"username": "mallory@example.org", "password": "x"})
        stranger = type(person)(hub, "mallory@example.org")
        assert stranger.try_password("not hers").status_code == 403
        person.start_server()
        person.run(SUBMIT.format(lab=LAB))
        end = time.monotonic() + 30
        while time.monotonic() < end and "submission 1" not in (data / "logs/hub.log").read_text():
            time.sleep(0.3)
        staff = hub.sign_in("instructor", hub.passwords["instructor"])
        assert staff.session.get(f"{hub.url}/services/academy/learners/{name}").status_code == 200
        assert person.api("GET", "/services/academy/api/learners").status_code == 403
        assert person.api("DELETE", f"/hub/api/users/{name}/server").status_code in (202, 204)
        tokens = [person.token, *(cookie.value for cookie in person.session.cookies)]
    finally:
        assert hub.stop() == 130
    log = (data / "logs/hub.log").read_text()
    records = [json.loads(line) for line in log.splitlines()]
    assert len(records) > 30
    assert {"info", "warning"} <= {record["level"] for record in records}
    told = "\n".join(record["message"] for record in records)
    who = Pseudonyms(bytes.fromhex(Deployment(data).secret("log-key"))).of(name)
    assert f"User logged in: {who}" in told
    assert f"/user/{who}" in told
    assert f"submission 1: {who}, lab {LAB}" in told
    for personal in (
        name,
        "instructor",
        "lovelace",
        "King",
        "阿达",
        "mallory",
        "@example",
        password,
        *tokens,
    ):
        assert personal not in log, [line for line in log.splitlines() if personal in line][:3]
