"""A hub that ends so that nobody loses anything."""

import fcntl
import json
import subprocess
import sys
import time

import psutil
import pytest
from playwright.sync_api import expect

from hub_config import cli, drain
from hub_config.deployment import Deployment
from hub_config.drain import Announcement, Drain
from hub_config.oversight.trail import Trail
from hub_config.running import recorded_servers
from tests.hub_config.test_pages import window
from tests.hub_process import Hub
from tests.lab_page import leave_tour

LAB = "first-programs"


def academy(data, *arguments):
    """Run ``./academy hub`` with arguments that make it end by itself."""
    command = [sys.executable, "-m", "hub_config.cli", "hub", "--data", str(data), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_people_are_told_in_both_languages_on_every_page_while_it_is_planned(tmp_path):
    deployment = Deployment(tmp_path)
    deployment.hub.mkdir()
    announcement = Announcement(deployment, "")
    assert not announcement
    drain.begin(deployment, Drain.planned(0, False, "Back at <noon>", None))
    assert announcement
    assert "Back at &lt;noon&gt;" in str(announcement)
    assert '<span lang="zh-CN">学院将于 00:00（UTC）停机维护' in str(announcement)
    assert str(Announcement(deployment, "<b>one learner</b>")).startswith("<b>one learner</b> Back")
    assert drain.end(deployment)
    assert not announcement
    assert not drain.end(deployment)


def test_labs_are_told_with_the_time_that_is_left(ask, tmp_path):
    assert ask("ada", "GET", "api/notice") == (200, {"notice": None})
    (tmp_path / "hub").mkdir()
    drain.begin(Deployment(tmp_path), Drain.planned(time.time() + 60, True, None, "马上停机"))
    _, told = ask("ada", "GET", "api/notice")
    assert told["notice"]["zh"] == "马上停机"
    assert told["notice"]["en"].startswith("The academy stops for maintenance at")
    assert 50 < told["notice"]["seconds"] <= 60


def test_what_cannot_be_planned_is_told(tmp_path, capsys):
    where = ["hub", "--data", str(tmp_path)]
    assert cli.main([*where, "--drain"]) == 3
    assert "no hub runs on" in capsys.readouterr().err
    assert cli.main([*where, "--message-en", "x"]) == 2
    assert "--message-en goes with --drain" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main([*where, "--drain", "--minutes", "1"])
    assert "give minutes from 3, so that Labs have saved" in capsys.readouterr().err


@pytest.fixture(scope="module")
def own_hub(tmp_path_factory):
    """A hub that the tests of this file may end."""
    data = tmp_path_factory.mktemp("drain") / "data"
    data.mkdir()
    (data / "academy.yml").write_text(f"labs: [{LAB}]\n")
    hub = Hub(data)
    yield hub
    if hub.running:
        hub.stop()


def ended(hub, seconds=60):
    code = hub.process.wait(seconds)
    hub.process.stdout.close()
    return code


@pytest.mark.slow
def test_no_desk_opens_everybody_is_told_and_it_ends_when_the_grader_is_done(own_hub):
    hub, deployment = own_hub.start(), Deployment(own_hub.data)
    learner = hub.sign_in("learner", hub.passwords["learner"])
    learner.start_server()
    done = academy(
        hub.data, "--drain", "--minutes", "15", "--message-en", "Back at noon", "--message-zh", "中午恢复"
    )
    assert done.returncode == 0, done.stderr
    assert "the hub ends in 15 minutes, people's servers end with it" in done.stdout
    manager = hub.sign_in("manager", hub.passwords["manager"])
    refused = manager.api("POST", "/hub/api/users/manager/server")
    assert refused.status_code == 503
    assert "Back at noon No desk opens until then. 中午恢复在此之前不再打开" in refused.json()["message"]
    page = manager.session.get(f"{hub.url}/hub/home").content.decode()
    assert "Back at noon" in page
    assert '<span lang="zh-CN">中午恢复</span>' in page
    told = learner.server("GET", "/academy/api/notice").json()["notice"]
    assert (told["en"], told["zh"]) == ("Back at noon", "中午恢复")
    assert learner.run("print(6 * 7)").strip() == "42"

    assert academy(hub.data, "--undrain").returncode == 0
    assert "Back at noon" not in manager.session.get(f"{hub.url}/hub/home").text
    manager.start_server()
    assert academy(hub.data, "--undrain").returncode == 3
    trail = Trail(deployment.oversight_url)
    actions = [row.action for row in trail.rows(thing="hub:academy")]
    assert actions == ["hub.undrained", "hub.drained"]
    trail.close()

    servers = [psutil.Process(pid) for pid, _ in recorded_servers(deployment)]
    assert len(servers) == 2
    with (deployment.course / "grading.lock").open("a") as grading:
        fcntl.flock(grading, fcntl.LOCK_EX)
        drain.begin(deployment, Drain.planned(time.time() + 1, False, None, None))
        time.sleep(6)
        assert hub.running
        assert learner.run("print(6 * 7)").strip() == "42"
    assert ended(hub) == 0
    assert psutil.wait_procs(servers, timeout=5)[1] == []
    assert not deployment.drain.exists()


@pytest.mark.slow
def test_servers_may_go_on_and_the_next_hub_finds_them_without_the_plan(own_hub, tmp_path):
    hub, deployment = own_hub.start(), Deployment(own_hub.data)
    learner = hub.sign_in("learner", hub.passwords["learner"])
    learner.start_server()
    learner.run("kept = 41")
    drain.begin(deployment, Drain.planned(time.time(), True, None, None))
    assert ended(hub) == 0
    ((pid, _),) = recorded_servers(deployment)
    assert psutil.pid_exists(pid)
    backup = [sys.executable, "-m", "hub_config.storage.cli", "backup", "--data", hub.data]
    subprocess.run([*backup, "--to", tmp_path / "before.tar.gz"], check=True, capture_output=True)
    deployment.drain.write_text(json.dumps({"of": "another hub"}))  # left by one that was killed
    hub.start()
    assert not deployment.drain.exists()
    learner.wait_for_server()
    assert learner.run("print(kept + 1)").strip() == "42"
    assert hub.stop() == 130


@pytest.mark.slow
@pytest.mark.browser
def test_who_works_in_lab_is_told_and_what_is_open_is_saved(own_hub, browser):
    hub, deployment = own_hub.start(), Deployment(own_hub.data)
    learner = hub.sign_in("learner", hub.passwords["learner"])
    learner.start_server()
    note = {"type": "file", "format": "text", "content": "begun"}
    assert learner.server("PUT", "/api/contents/note.txt", json=note).status_code == 201
    with window(browser, hub, "learner", locale="en-US") as page:
        page.goto(f"{hub.url}/user/learner/lab/tree/note.txt")
        leave_tour(page)
        editor = page.locator(".jp-FileEditor .cm-content")
        editor.click(timeout=90_000)
        page.keyboard.type("half a thought ")
        drain.begin(deployment, Drain.planned(time.time() + 600, False, "Back at noon", "中午恢复"))
        expect(page.get_by_role("alert")).to_contain_text("Back at noon", timeout=60_000)
        end = time.monotonic() + 20
        while time.monotonic() < end and "half a thought" not in read(learner):
            time.sleep(0.5)
        assert "half a thought" in read(learner)
    drain.begin(deployment, Drain.planned(time.time(), False, None, None))
    assert ended(hub) == 0


def read(person):
    return person.server("GET", "/api/contents/note.txt").json()["content"]
