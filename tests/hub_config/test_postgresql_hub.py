"""A whole hub on PostgreSQL: worked with, saved while it runs, restored, and moved back to files."""

import json
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from hub_config.deployment import Deployment, free_ports
from hub_config.storage.databases import parts
from tests.hub_process import Hub
from tests.postgres import Postgres, installation

PROFILE = {"degree": "none", "role": "operator-developer", "hours": 6}
LAB = "first-programs"
FORMGRADER = "/formgrader/api/assignments"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.rota(2),
    pytest.mark.skipif(installation() is None, reason="no PostgreSQL here"),
]


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL that servers behind walls reach too."""
    started = Postgres(installation(), free_ports(1)[0])
    yield started
    started.stop()


@pytest.fixture(scope="module")
def url(server):
    return server.whole_database()


@pytest.fixture(scope="module")
def hub(tmp_path_factory, url):
    data = tmp_path_factory.mktemp("on-postgresql") / "data"
    data.mkdir()
    (data / "academy.yml").write_text(f"labs: [{LAB}]\ndatabase:\n  url: {url}\n")
    started = Hub(data).start()
    yield started
    if started.running:
        started.stop()


def academy(*arguments):
    command = [sys.executable, "-m", "hub_config.storage.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def counted(deployment, statement):
    engine = sa.create_engine(deployment.hub_url)
    with engine.connect() as connection:
        found = connection.scalar(sa.text(statement))
    engine.dispose()
    return found


def test_it_works_is_saved_restored_and_moved(hub, url, tmp_path):
    deployment = Deployment(hub.data)
    assert not any(part.file.exists() for part in parts(deployment))
    learner = hub.sign_in("learner", hub.passwords["learner"])
    assert learner.api("PUT", "/services/academy/api/profile", json=PROFILE).status_code == 200
    plan = learner.api("GET", "/services/academy/api/plan").json()
    instructor = hub.sign_in("instructor", hub.passwords["instructor"])
    instructor.start_server()
    shown = {one["name"]: one["status"] for one in instructor.server("GET", FORMGRADER).json()}
    assert shown[LAB] == "released"
    told = instructor.run(
        "import os\n"
        "print(open(os.environ['ACADEMY_COURSE'] + '/gradebook.url').read().split(':')[1])\n"
        "print(os.path.exists('/srv/academy/secrets'))"
    )
    assert told.split() == ["//" + url.rpartition("/")[2] + "_gradebook", "False"]

    saved = academy("backup", "--data", hub.data, "--to", tmp_path / "backup.tar.gz", "--json")
    assert saved.returncode == 0, saved.stderr
    assert json.loads(saved.stdout)["records_from"].startswith("postgresql://")
    refused = academy("move", "--data", hub.data)
    assert refused.returncode == 3

    hub.stop()
    restored = academy("restore", tmp_path / "backup.tar.gz", "--data", tmp_path / "again")
    assert restored.returncode == 0, restored.stderr
    assert "./academy move brings them there" in restored.stdout
    settings = tmp_path / "again/academy.yml"
    settings.write_text(f"labs: [{LAB}]\n")
    again = Hub(tmp_path / "again", passwords=hub.passwords).start()
    try:
        back = again.sign_in("learner", again.passwords["learner"])
        assert back.api("GET", "/services/academy/api/plan").json() == plan
        assert counted(Deployment(again.data), "SELECT count(*) FROM users") >= 2
    finally:
        again.stop()
    settings.write_text(f"labs: [{LAB}]\ndatabase:\n  url: {url}\n")
    assert "holds tables already" in academy("move", "--data", again.data).stderr

    (hub.data / "academy.yml").write_text(f"labs: [{LAB}]\n")
    moved = academy("move", "--data", hub.data, "--json")
    assert moved.returncode == 0, moved.stderr
    assert json.loads(moved.stdout)["rows"]["hub"] >= 10
    hub.start()
    back = hub.sign_in("learner", hub.passwords["learner"])
    assert back.api("GET", "/services/academy/api/plan").json() == plan


def test_who_works_while_the_database_is_away_loses_nothing(server, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "academy.yml").write_text(f"labs: [{LAB}]\ndatabase:\n  url: {server.whole_database()}\n")
    hub = Hub(data).start()
    try:
        learner = hub.sign_in("learner", hub.passwords["learner"])
        assert learner.api("PUT", "/services/academy/api/profile", json=PROFILE).status_code == 200
        server.pause()
        answer = learner.api("GET", "/services/academy/api/plan")
        assert answer.status_code in (500, 503), answer.text
        server.go_on()
        end = time.monotonic() + 30
        while learner.api("GET", "/services/academy/api/plan").status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.5)
        assert learner.api("GET", "/services/academy/api/me").json()["profile"]["hours"] == PROFILE["hours"]
    finally:
        hub.stop()
