"""Figures and readiness: right after any restart, for the monitor and managers alone, naming nobody."""

import contextlib
import json
import shutil
import sqlite3

import pytest
from prometheus_client.parser import text_string_to_metric_families

from graders.errors import CourseError
from graders.ledger import FILE, Ledger
from hub_config import operations
from hub_config.deployment import Deployment
from hub_config.oversight.deeds import Deed
from hub_config.oversight.trail import Trail
from tests.hub_process import Person

NEW, OLD = "2026-11-03 09:30:00.000000 UTC", "2026-11-02 09:30:00.000000 UTC"


@pytest.fixture
def figures(fetch):
    """Return the figures as the monitor gets them, by name and labels."""

    def asked(person="monitor"):
        answer = fetch(person, "GET", "api/metrics")
        assert answer.code == 200, answer.body
        return {
            (one.name, *one.labels.values()): one.value
            for family in text_string_to_metric_families(answer.body.decode())
            for one in family.samples
        }

    return asked


def arrive(data, learner, lab, when, mark="x1"):
    (data / "exchange/academy/inbound" / f"{learner}+{lab}+{when}+{mark}").mkdir(parents=True)


def graded(data, learner, lab, when):
    folder = data / "course/autograded" / learner / lab
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(when)


def test_work_is_counted_from_what_is_there(figures, tmp_path):
    assert figures()["academy_accounts", "learner"] == 1
    for learner, when in (("ada", OLD), ("ada", NEW), ("lin", NEW), ("mei", NEW)):
        arrive(tmp_path, learner, "conv", when)
    for odd in (".carrying-1", "ada+conv+yesterday+x1"):
        (tmp_path / "exchange/academy/inbound" / odd).mkdir()
    graded(tmp_path, "ada", "conv", OLD)
    graded(tmp_path, "lin", "conv", NEW)
    found = figures()
    assert found["academy_submissions", "conv"] == 4
    assert found["academy_submissions_waiting", "conv"] == 2
    assert found["academy_submission_waits_seconds", "conv"] > 0
    assert not [key for key in found if {"ada", "lin", "mei"} & set(key)]


def test_outcomes_come_from_the_graders_own_memory_also_after_it_could_not_be_read(
    figures, tmp_path, monkeypatch
):
    (tmp_path / "course").mkdir()
    with Ledger(tmp_path / "course"):
        pass
    book = sqlite3.connect(tmp_path / "course" / FILE)
    with book:
        for learner, status in (("ada", "graded"), ("lin", "graded"), ("mei", "refused")):
            result = json.dumps({"status": status})
            book.execute("INSERT INTO graded VALUES ('conv', ?, '', ?, '')", (learner, result))
    book.close()

    def held_up(*_):
        raise CourseError("it holds up who reads it")

    with monkeypatch.context() as once:
        once.setattr(operations.staff, "ask", held_up)
        assert not [key for key in figures() if key[0] == "academy_graded"]
    found = figures()
    assert found["academy_graded", "conv", "graded"] == 2
    assert found["academy_graded", "conv", "refused"] == 1


def test_marks_are_counted_from_the_trail_and_only_ever_go_up(figures, tmp_path):
    trail = Trail(Deployment(tmp_path).oversight_url)
    for learner in ("ada", "lin", "ada"):
        trail.note(Deed("ines", "mark.changed", "lab:conv", learner))
    trail.note(Deed("ines", "marks.viewed", "lab:conv"))
    trail.close()
    assert figures()["academy_marks_total", "conv"] == 3


def test_answers_are_counted_with_their_time(figures, fetch):
    fetch("ada", "GET", "api/choices")
    fetch("ada", "GET", "api/no-such-question")
    found = figures()
    assert found["academy_request_seconds_count", "GET", "200"] >= 1
    assert found["academy_request_seconds_count", "GET", "404"] == 1


def test_figures_are_for_the_monitor_and_managers(fetch, figures):
    assert figures("mo")
    assert fetch("ada", "GET", "api/metrics").code == 403
    assert fetch("ines", "GET", "api/metrics").code == 403
    assert fetch(None, "GET", "api/metrics").code == 401


def test_it_is_ready_while_everything_works(fetch, figures):
    answer = fetch(None, "GET", "ready")
    assert (answer.code, json.loads(answer.body)) == (200, {"status": "ok", "parts": []})
    assert all(figures()["academy_up", part] == 1 for part in ("store", "gradebook", "audit", "disk"))


def test_what_fails_is_named_without_details(fetch, figures, tmp_path, monkeypatch):
    with contextlib.closing(sqlite3.connect(tmp_path / "store.db")) as torn:
        torn.execute("DROP TABLE alembic_version")
    monkeypatch.setattr(operations, "LITTLE_DISK_BYTES", shutil.disk_usage(tmp_path).total * 2)
    answer = fetch(None, "GET", "ready")
    assert answer.code == 503
    assert json.loads(answer.body) == {"status": "failing", "parts": ["store", "disk"]}
    found = figures()
    assert (found["academy_up", "store"], found["academy_up", "gradebook"]) == (0, 1)


def test_a_trail_that_does_not_answer_is_named_and_stops_no_other_figure(fetch, figures, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "oversight.sqlite")) as torn:
        torn.execute("DROP TABLE alembic_version")
    assert json.loads(fetch(None, "GET", "ready").body)["parts"] == ["audit"]
    found = figures()
    assert (found["academy_up", "audit"], found["academy_up", "store"]) == (0, 1)


@pytest.mark.slow
def test_sign_ins_that_fail_are_counted_by_kind_in_the_hubs_figures(hub):
    def counted(kind):
        return hub.figure("academy_sign_in_failures_total", kind=kind)

    before = counted("password"), counted("too-often")
    somebody = Person(hub, "somebody")
    answers = [somebody.try_password("wrong").status_code for _ in range(6)]
    assert answers == [403] * 5 + [429]
    assert (counted("password") - before[0], counted("too-often") - before[1]) == (5, 1)
