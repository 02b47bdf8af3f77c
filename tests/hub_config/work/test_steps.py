"""nbgrader's own steps through the service, from homes that share nothing with it or with each other."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config

from catalogue.folders import CHECKOUT
from graders.exchange_steps import MODULE, STEPS, plug
from hub_config.work import courier
from hub_config.work.receipts import holds, read
from hub_config.work.steps import RECEIPTS
from tests.full_disk import FOLDER, run_on_full_disk
from tests.hub_config.work.offices import LAB, PEOPLE
from tests.hub_config.work.serving import Service

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@dataclass
class Server:
    """A person's server, as far as nbgrader is concerned: a home, a token and the wall's environment."""

    name: str
    home: Path
    service: Service
    monkeypatch: pytest.MonkeyPatch

    @property
    def course(self) -> Path:
        return self.home / "academy" / "course"

    @property
    def environment(self) -> dict[str, str]:
        role = PEOPLE[self.name][0]
        return {
            "ACADEMY_URL": self.service.url,
            "ACADEMY_ROLE": role,
            "ACADEMY_COURSE_ID": "academy",
            "ACADEMY_EXCHANGE": str(self.home / "nowhere"),
            "ACADEMY_SUBMISSION_KB": "3000",
            "JUPYTERHUB_API_TOKEN": f"of-{self.name}",
            "JUPYTERHUB_USER": self.name,
            MODULE: "hub_config.work.steps",
            "JUPYTER_CONFIG_PATH": str(CHECKOUT / "hub_config" / "singleuser" / "common"),
            **({"ACADEMY_COURSE": str(self.course)} if role == "instructor" else {}),
        }

    def step(self, name: str, lab: str = LAB, **given: Any) -> Any:
        """Take a step as nbgrader's server extensions do; return it, with its answer in ``answered``."""
        for key, value in self.environment.items():
            self.monkeypatch.setenv(key, value)
        config = Config()
        assert plug(config)
        config.CourseDirectory.course_id = "academy"
        config.CourseDirectory.assignment_id = lab
        config.CourseDirectory.root = str(self.course)
        config.CourseDirectory.max_dir_size = 3000
        config.Exchange.assignment_dir = str(self.home)
        made = getattr(ExchangeFactory(config=config), name)(
            coursedir=CourseDirectory(config=config),
            authenticator=Authenticator(config=config),
            config=config,
        )
        for key, value in given.items():
            setattr(made, key, value)
        made.answered = made.start()
        return made

    def commands(self, *lines: str) -> str:
        """Run some of nbgrader's commands in the home, until one fails, and return what they said."""
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS, *lines],
            cwd=self.course if "ACADEMY_COURSE" in self.environment else self.home,
            env={**os.environ, "HOME": str(self.home), **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr


COMMANDS = """
import sys
from nbgrader.apps.nbgraderapp import NbGraderApp
for line in sys.argv[1:]:
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance(line.split())
"""


@pytest.fixture
def server(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Server]:
    def made(name: str) -> Server:
        home = tmp_path / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        if PEOPLE[name][0] == "instructor":
            release = home / "academy" / "course" / "release" / LAB
            release.mkdir(parents=True, exist_ok=True)
            (release / f"{LAB}.ipynb").write_text(NOTEBOOK)
            (release / "data.csv").write_text("a,b\n")
        return Server(name, home, service, monkeypatch)

    return made


@pytest.fixture
def ines(server) -> Server:
    """An instructor, who has released the lab."""
    who = server("ines")
    who.step("ReleaseAssignment")
    return who


@pytest.fixture
def ada(server, ines) -> Server:
    """A learner who has fetched it."""
    who = server("ada")
    who.step("FetchAssignment")
    return who


def submitted(ines: Server, learner: str) -> Path:
    return ines.course / "submitted" / learner / LAB


def give_feedback(ines: Server, learner: str, text: str) -> None:
    """Leave feedback where nbgrader generates it, and release it."""
    folder = ines.course / "feedback" / learner / LAB
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{LAB}.html").write_text(text)
    (folder / "timestamp.txt").write_text((submitted(ines, learner) / "timestamp.txt").read_text())
    ines.step("ReleaseFeedback")


def test_every_step_of_nbgraders_has_its_class():
    config = Config()
    module = pytest.MonkeyPatch()
    with module.context() as patch:
        patch.delenv(MODULE, raising=False)
        assert not plug(config)
        patch.setenv(MODULE, "hub_config.work.steps")
        assert plug(config)
    factory = ExchangeFactory(config=config)
    assert set(STEPS) == set(ExchangeFactory.class_trait_names(config=True)) - {"exchange"}
    for step in STEPS:
        assert getattr(factory, step).__module__.startswith("hub_config.work.")


def test_from_release_to_feedback_between_homes_that_share_nothing(ada, ines, office):
    home = ada.home / LAB
    assert (home / "data.csv").read_text() == "a,b\n"
    (home / f"{LAB}.ipynb").write_text(NOTEBOOK.replace("5}", "4}"))
    (home / "empty.txt").touch()
    made = ada.step("Submit")

    (receipt,) = (ada.home / RECEIPTS).iterdir()
    assert holds(read(receipt), office.signer.public)
    ines.step("Collect", update=True)
    folder = submitted(ines, "ada")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".txt"} == {
        path.name: path.read_bytes() for path in home.iterdir() if path.suffix != ".txt"
    }
    assert (folder / "empty.txt").read_bytes() == b""
    assert (folder / "timestamp.txt").read_text() == made.timestamp
    assert len((folder / "submission_secret.txt").read_text()) == 64
    assert folder.stat().st_mode & 0o777 == 0o775

    ada.step("FetchFeedback")
    assert not (home / "feedback").exists()
    give_feedback(ines, "ada", "<p>well done</p>")
    ada.step("FetchFeedback")
    page = home / "feedback" / made.timestamp / f"{LAB}.html"
    assert page.read_text() == "<p>well done</p>"
    give_feedback(ines, "ada", "<p>better</p>")
    ada.step("FetchFeedback")
    assert page.read_text() == "<p>better</p>"


def test_the_lists_say_what_lab_shows(ada, ines, server):
    (lab,) = ada.step("List", "").answered
    assert (lab["status"], lab["path"]) == ("fetched", str(ada.home / LAB))
    assert lab["notebooks"] == [{"notebook_id": LAB, "path": str(ada.home / LAB / f"{LAB}.ipynb")}]
    (lab,) = server("grace").step("List", "").answered
    assert (lab["status"], lab["course_id"], lab["assignment_id"]) == ("released", "academy", LAB)
    assert ada.step("List", "", cached=True).answered == []

    first, second = ada.step("Submit"), ada.step("Submit")
    (entry,) = ada.step("List", "", cached=True).answered
    assert (entry["student_id"], entry["assignment_id"], entry["status"]) == ("ada", LAB, "submitted")
    assert [one["timestamp"] for one in entry["submissions"]] == [first.timestamp, second.timestamp]
    assert not entry["submissions"][1]["has_exchange_feedback"]

    ines.step("Collect")
    give_feedback(ines, "ada", "one")
    last = ada.step("List", "", cached=True).answered[0]["submissions"][1]
    assert (last["has_exchange_feedback"], last["has_local_feedback"]) == (True, False)
    ada.step("FetchFeedback")
    last = ada.step("List", "", cached=True).answered[0]["submissions"][1]
    assert (last["has_local_feedback"], last["feedback_updated"]) == (True, False)
    assert Path(last["local_feedback_path"]).is_dir()
    give_feedback(ines, "ada", "two")
    last = ada.step("List", "", cached=True).answered[0]["submissions"][1]
    assert last["feedback_updated"]

    (inbound,) = ines.step("List", "", inbound=True).answered
    assert (inbound["student_id"], inbound["submissions"][0]["attempt"]) == ("ada", 2)
    assert ada.step("List", "no-such-lab").answered == []


def test_a_lab_that_is_there_is_not_fetched_over_and_missing_files_come_again(ada):
    mine = ada.home / LAB / f"{LAB}.ipynb"
    mine.write_text("mine")
    (ada.home / LAB / "data.csv").unlink()
    with pytest.raises(ExchangeError, match="already have a copy"):
        ada.step("FetchAssignment")
    ada.step("FetchAssignment", replace_missing_files=True)
    assert (mine.read_text(), (ada.home / LAB / "data.csv").read_text()) == ("mine", "a,b\n")


def test_a_lab_that_is_not_released_is_said_so(ada, ines):
    with pytest.raises(ExchangeError, match="Assignment not found: lab 'mlp' is not released"):
        ada.step("FetchAssignment", "mlp")
    with pytest.raises(ExchangeError, match="released already; add --force"):
        ines.step("ReleaseAssignment")
    ines.step("ReleaseAssignment", force=True)
    with pytest.raises(ExchangeError, match="stays"):
        ines.step("List", remove=True, inbound=True)
    ines.step("List", remove=True)
    assert ada.step("List", "").answered == []
    with pytest.raises(ExchangeError, match="not released"):
        ada.step("Submit")


def test_collecting_takes_the_last_one_and_leaves_the_others(ada, ines, server, office, monkeypatch, caplog):
    ada.step("Submit")
    ines.step("Collect")
    first = (submitted(ines, "ada") / "timestamp.txt").read_text()
    (ada.home / LAB / "data.csv").write_text("second")
    ada.step("Submit")
    ines.step("Collect")
    assert (submitted(ines, "ada") / "timestamp.txt").read_text() == first
    grace = server("grace")
    grace.step("FetchAssignment")
    grace.step("Submit")
    part = office.book.tree(office.book.submission(3)[0].digest).files[0].parts[0]
    damaged = office.blobs._at(part)
    kept = Path(damaged).read_bytes()
    Path(damaged).write_bytes(b"?")
    waits: list[float] = []
    with monkeypatch.context() as patch:
        patch.setattr(courier.time, "sleep", waits.append)
        with pytest.raises(ExchangeError, match="not collected: the submission of grace; see above"):
            ines.step("Collect", update=True)
    assert waits == []  # asking for it again would mend nothing
    assert f"part {part} is damaged" in caplog.text
    assert (submitted(ines, "ada") / "data.csv").read_text() == "second"
    assert list((ines.course / "submitted").glob("grace/*")) == []
    Path(damaged).write_bytes(kept)
    ines.step("Collect", update=True)
    assert [path.name for path in (ines.course / "submitted").glob("*/*")] == [LAB, LAB]


def test_the_last_one_in_time_can_be_collected(ada, ines, office, clock):
    early = ada.step("Submit")
    office.sayings.deadline(LAB, {"due": clock.now.isoformat()}, "ines")
    ada.step("Submit")
    ines.step("Collect", update=True, before_duedate=True)
    assert (submitted(ines, "ada") / "timestamp.txt").read_text() == early.timestamp


def test_two_graders_at_once_take_turns(ada, ines, monkeypatch):
    ada.step("Submit")
    monkeypatch.setattr("hub_config.work.steps.PATIENCE", 0.2)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ines.course)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ExchangeError, match="grades in"):
        ines.step("Collect")
    holder.communicate("\n")
    ines.step("Collect")
    assert submitted(ines, "ada").is_dir()


HOLD = """
import sys
from pathlib import Path
from graders.lock import alone
with alone(Path(sys.argv[1]), "a test"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_too_much_is_said_before_it_is_sent(ada, office):
    (ada.home / LAB / "big.bin").write_bytes(b"x" * 3_100_000)
    with pytest.raises(ExchangeError, match="the folder has 3 MB, more than the 3 MB allowed; remove large"):
        ada.step("Submit")
    assert office.book.waiting_bytes("ada") == 0
    os.truncate(ada.home / LAB / "big.bin", 10)
    for number in range(30):
        (ada.home / LAB / f"{number}.txt").touch()
    with pytest.raises(ExchangeError, match="33 files, more than the 20 allowed"):
        ada.step("Submit")


def test_missing_notebooks_end_a_strict_submission(ada):
    (ada.home / LAB / f"{LAB}.ipynb").rename(ada.home / LAB / "renamed.ipynb")
    with pytest.raises(ExchangeError, match="Missing notebooks"):
        ada.step("Submit", strict=True)
    ada.step("Submit")


def test_a_service_that_goes_away_is_waited_for_then_told(ada, service, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr(courier.time, "sleep", waits.append)
    service.go_away()
    with pytest.raises(ExchangeError, match=r"does not answer .* your work is safe"):
        ada.step("Submit")
    assert sum(waits) > 60

    async def in_a_servers_loop() -> None:
        waits.clear()
        ada.step("Submit")

    with pytest.raises(ExchangeError, match="does not answer"):
        asyncio.run(in_a_servers_loop())
    assert waits == [0.5, 1.0, 2.0]
    monkeypatch.setattr(courier.time, "sleep", lambda _: service.come_back() if not waits.pop() else None)
    waits[:] = [9.0, 0.0]  # it is back before the third try
    made = ada.step("Submit")
    assert made.timestamp
    assert waits == [9.0]


def test_a_server_outside_of_any_academy_is_told(ada, monkeypatch):
    ada.service = type("None", (), {"url": ""})()
    with pytest.raises(ExchangeError, match="belongs to no academy"):
        ada.step("Submit")


def test_a_part_that_arrives_otherwise_is_not_kept(ada, server, monkeypatch):
    grace = server("grace")
    real = courier.Courier._answer

    def tampered(self, method, path, **given):
        answer = real(self, method, path, **given)
        if "/release/" in path:
            answer._content = answer.content + b"!"
        return answer

    monkeypatch.setattr(courier.Courier, "_answer", tampered)
    with pytest.raises(ExchangeError, match="arrived otherwise"):
        grace.step("FetchAssignment")
    assert list(grace.home.iterdir()) == []


def test_feedback_that_cannot_go_out_stops_nobody_elses(ada, ines, server):
    grace = server("grace")
    grace.step("FetchAssignment")
    for who in (ada, grace):
        who.step("Submit")
    ines.step("Collect")
    odd = ines.course / "feedback" / "ada" / LAB
    odd.mkdir(parents=True)
    (odd / f"{LAB}.html").write_text("x")
    (odd / "timestamp.txt").write_text("2001-01-01 00:00:00.000000 UTC")
    with pytest.raises(ExchangeError, match="not released: feedback for ada"):
        give_feedback(ines, "grace", "for grace")
    grace.step("FetchFeedback")
    assert [path.read_text() for path in (grace.home / LAB).glob("feedback/*/*.html")] == ["for grace"]


UNREADABLE = "/proc/self/mem"  # for everybody, root too: reading it is an input/output error


def test_a_file_that_cannot_be_read_ends_a_submission_in_words(ada, office, monkeypatch):
    odd = ada.home / LAB / "odd.csv"
    odd.symlink_to(UNREADABLE)
    with pytest.raises(ExchangeError, match=r"odd\.csv cannot be read: .*; make it readable or remove it"):
        ada.step("Submit")
    odd.unlink()
    odd.mkdir()
    real = os.scandir

    def closed(path):
        if path == str(odd):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)  # of a folder whose rights were taken away
    with pytest.raises(ExchangeError, match=r"odd\.csv: Permission denied; make sure that it is yours"):
        ada.step("Submit")
    assert office.submissions("ada") == []
    assert not (ada.home / RECEIPTS).exists()


def test_what_cannot_be_written_ends_each_step_in_words_and_stops_no_other(ada, ines, server, monkeypatch):
    grace = server("grace")
    grace.step("FetchAssignment")
    for who in (ada, grace):
        who.step("Submit")
    in_the_way = ines.course / "submitted" / "ada"
    in_the_way.parent.mkdir()
    in_the_way.touch()
    with pytest.raises(ExchangeError, match="not collected: the submission of ada; see above"):
        ines.step("Collect")
    assert submitted(ines, "grace").is_dir()
    in_the_way.unlink()
    ines.step("Collect")
    (ines.course / "grading.lock").unlink()
    (ines.course / "grading.lock").mkdir()
    with pytest.raises(ExchangeError, match=r"grading\.lock: Is a directory; make sure"):
        ines.step("Collect")


def test_feedback_that_cannot_be_written_stops_no_other_and_the_lists_tell_it(ada, ines, caplog):
    first = ada.step("Submit")
    ines.step("Collect")
    give_feedback(ines, "ada", "first")
    second = ada.step("Submit")
    ines.step("Collect", update=True)
    give_feedback(ines, "ada", "second")
    places = [ada.home / LAB / "feedback" / one.timestamp for one in (second, first)]
    places[0].parent.mkdir()
    places[0].touch()
    with pytest.raises(ExchangeError, match=f"not fetched: feedback on {LAB} of {second.timestamp}"):
        ada.step("FetchFeedback")
    assert (places[1] / f"{LAB}.html").read_text() == "first"
    assert "File exists; make sure" in caplog.text
    places[0].unlink()
    places[0].mkdir()
    (places[0] / f"{LAB}.html").symlink_to(UNREADABLE)
    with pytest.raises(ExchangeError, match=r"\.html cannot be read: .*; make it readable or remove it"):
        ada.step("List", "", cached=True)


FETCH = f"""
import os
from pathlib import Path
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config
from graders.exchange_steps import plug

config = Config()
plug(config)
config.CourseDirectory.assignment_id = "{LAB}"
config.Exchange.assignment_dir = "{FOLDER}"
made = ExchangeFactory(config=config).FetchAssignment(
    coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
)
try:
    made.start()
except ExchangeError as error:
    print(error)
print(os.listdir("{FOLDER}"))
"""


def test_a_full_disk_is_told_and_nothing_half_fetched_stays(ines, server):
    (ines.course / "release" / LAB / "data.csv").write_bytes(os.urandom(300_000))
    ines.step("ReleaseAssignment", force=True)
    for key, value in server("ada").environment.items():
        ines.monkeypatch.setenv(key, value)
    done = run_on_full_disk("200k", "-c", FETCH)
    said, left = done.stdout.splitlines()
    assert said.startswith("the disk is full; remove what you no longer need, then try again"), done.stderr
    assert left == "[]"


def test_nbgraders_commands_do_all_of_it(server):
    ines, ada = server("ines"), server("ada")
    assert f"Released as: academy {LAB}" in ines.commands(f"release_assignment {LAB}")
    said = ada.commands("list", f"fetch_assignment {LAB}", f"submit {LAB}", "list --cached")
    order = [f"academy {LAB}", "Fetched as", "第 1 次提交", "(no feedback available)"]
    assert sorted(order, key=said.index) == order
    folder = ines.course / "feedback" / "ada" / LAB
    folder.mkdir(parents=True)
    (folder / f"{LAB}.html").write_text("well done")
    (folder / "timestamp.txt").symlink_to(submitted(ines, "ada") / "timestamp.txt")
    said = ines.commands(f"collect {LAB}", f"release_feedback {LAB}")
    assert "Collecting submission: ada" in said
    assert "Feedback released to: ada" in said
    said = ada.commands(f"fetch_feedback {LAB}", "list --cached")
    assert "(feedback already fetched)" in said
