"""The grading host's folders and the exchange say the same, whoever changed something."""

import os
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from nbgrader.api import Base, Gradebook
from nbgrader.utils import notebook_hash

from graders.configuration import configure
from graders.watch import Inbound
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.exchange import desk
from hub_config.work import bridge as module
from hub_config.work.bridge import HOST, Bridge
from learning_paths.errors import GradebookError, StoreError
from learning_paths.evidence import Gradebook as Reader
from tests.hub_config.work.files import tree_of
from tests.hub_config.work.offices import LAB
from tests.hub_config.work.serving import Asker

OF_NBGRADER = "ignore:Object of type <SubmittedAssignment> not in session"
FILES = {f"{LAB}.ipynb": b'{"cells": []}', "data/table.csv": b"a,b\n"}


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    made = Deployment(tmp_path / "data")
    for part in ("inbound", "outbound", "feedback"):
        (made.exchange / "academy" / part).mkdir(parents=True)
    made.course.mkdir()
    made.desks.mkdir()
    return made


def bridged(deployment: Deployment, office) -> Bridge:
    return Bridge(deployment, office, Reader(deployment.gradebook_url).stamp)


@pytest.fixture
def bridge(deployment: Deployment, office) -> Bridge:
    return bridged(deployment, office)


@pytest.fixture
def ada(person) -> Asker:
    return person("ada")


def place(deployment: Deployment, *parts: str) -> Path:
    return deployment.exchange.joinpath("academy", *parts)


def release_in_folder(deployment: Deployment, monkeypatch, files=FILES, lab: str = LAB) -> None:
    """Release a lab as nbgrader does on the host, a while ago."""
    folder = place(deployment, "outbound", lab)
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    monkeypatch.setattr(module, "SETTLED_SECONDS", -1.0)


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def inbound(deployment: Deployment) -> list[str]:
    return sorted(os.listdir(place(deployment, "inbound")))


def test_a_lab_released_on_the_host_is_handed_out_once(deployment, bridge, office, ada, monkeypatch):
    release_in_folder(deployment, monkeypatch)
    for _ in range(3):
        bridge.look()
    (lab,) = ada.ask("GET", "labs").json()
    assert (lab["lab"], lab["release"], lab["digest"]) == (LAB, 1, tree_of(FILES).digest)
    for part in tree_of(FILES).parts:
        assert ada.ask("GET", f"labs/{LAB}/release/{part}").status_code == 200
    release_in_folder(deployment, monkeypatch, {**FILES, "more.txt": b"1"})
    bridge.look()
    assert office.book.released()[LAB].made_by == HOST
    assert ada.ask("GET", "labs").json()[0]["release"] == 2
    shutil.rmtree(place(deployment, "outbound", LAB))
    bridge.look()
    assert ada.ask("GET", "labs").json() == []
    assert office.book.tree(tree_of(FILES).digest)


def test_a_release_that_is_still_being_written_waits(deployment, bridge, ada, monkeypatch):
    release_in_folder(deployment, monkeypatch)
    monkeypatch.setattr(module, "SETTLED_SECONDS", 2.0)
    bridge.look()
    assert ada.ask("GET", "labs").json() == []
    monkeypatch.setattr(module, "SETTLED_SECONDS", -1.0)
    bridge.look()
    assert len(ada.ask("GET", "labs").json()) == 1


def test_an_instructors_release_reaches_the_folder_and_is_not_undone(
    deployment, bridge, office, person, monkeypatch
):
    release_in_folder(deployment, monkeypatch)
    bridge.look()
    ines, newer = person("ines"), {**FILES, "more.txt": b"2"}
    assert ines.release(newer, force=True).status_code == 200
    bridge.look()
    assert files_of(place(deployment, "outbound", LAB)) == newer
    bridge.look()
    assert office.book.released()[LAB].number == 2
    # a process that was killed between folder and book finds both the same
    again = bridged(deployment, office)
    again.look()
    assert office.book.released()[LAB].number == 2
    ines.ask("DELETE", f"labs/{LAB}/release")
    bridge.look()
    assert os.listdir(place(deployment, "outbound")) == []


def test_a_folder_that_cannot_be_handed_out_stops_no_other(deployment, bridge, ada, monkeypatch, caplog):
    release_in_folder(deployment, monkeypatch)
    odd = place(deployment, "outbound", "mlp")
    odd.mkdir()
    (odd / "timestamp.txt").touch()
    release_in_folder(deployment, monkeypatch, lab="receipts")
    bridge.look()
    assert [one["lab"] for one in ada.ask("GET", "labs").json()] == [LAB]
    for lab in ("mlp", "receipts"):
        assert f"lab {lab}, {place(deployment, 'outbound', lab)}, cannot be handed out" in caplog.text


def test_a_submission_arrives_as_nbgrader_leaves_one(deployment, bridge, ada, person, office):
    person("ines").release(FILES)
    watched = Inbound(place(deployment, "inbound"))
    watched.look()
    made = ada.submit(FILES).json()
    assert bridge.look()
    (name,) = inbound(deployment)
    assert name == f"ada+{LAB}+{made['timestamp']}+s1"
    folder = place(deployment, "inbound", name)
    found = files_of(folder)
    assert found.pop("timestamp.txt").decode() == made["timestamp"]
    assert len(found.pop("submission_secret.txt")) == 64
    assert found == FILES
    assert folder.stat().st_mode & 0o777 == 0o777
    assert watched.look() == {LAB: ["ada"]}  # ./academy grade --watch sees it
    assert not bridge.look()
    assert not bridged(deployment, office).look()


def test_the_graders_collect_takes_it_into_the_course(deployment, bridge, ada, person):
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config import Config

    person("ines").release(FILES)
    ada.submit(FILES)
    last = ada.submit({**FILES, f"{LAB}.ipynb": b'{"cells": [2]}'}).json()
    bridge.look()
    config = Config()
    configure(config, deployment.course)
    engine = sa.create_engine(deployment.gradebook_url)
    Base.metadata.create_all(engine)
    engine.dispose()
    result = NbGraderAPI(config=config).collect(LAB)
    assert result["success"], result
    folder = deployment.course / "submitted" / "ada" / LAB
    assert (folder / "timestamp.txt").read_text() == last["timestamp"]
    assert (folder / f"{LAB}.ipynb").read_bytes() == b'{"cells": [2]}'


def test_many_at_once_reach_the_folder_only_as_far_as_graders_can_use_them(
    deployment, bridge, ada, person, office, clock
):
    ines = person("ines")
    ines.release(FILES)
    ines.ask("PUT", f"labs/{LAB}/deadline", {"due": (clock.now + timedelta(hours=1)).isoformat()})
    for number in range(5):
        ada.submit({**FILES, "n.txt": str(number).encode()})
    clock.now += timedelta(hours=2)
    for number in range(5):
        ada.submit({**FILES, "n.txt": str(number).encode()})
    bridge.look()
    assert [name.rpartition("+")[2] for name in inbound(deployment)] == ["s5", "s10"]
    assert office.book.undelivered(10) == []
    assert len(ada.ask("GET", "submissions").json()) == 10


def test_a_pair_s_work_arrives_for_both(deployment, bridge, ada, person):
    ines = person("ines")
    ines.release(FILES)
    ines.ask("PUT", "groups/pair", {"members": ["ada", "grace"], "together": ["*"]})
    ada.submit(FILES)
    bridge.look()
    assert [name.split("+")[0] for name in inbound(deployment)] == ["ada", "grace"]
    secrets = {
        files_of(place(deployment, "inbound", n))["submission_secret.txt"] for n in inbound(deployment)
    }
    assert len(secrets) == 2


def test_feedback_released_on_the_host_reaches_only_whom_it_belongs_to(deployment, bridge, ada, person):
    person("ines").release(FILES)
    grace = person("grace")
    for who in (ada, grace):
        who.submit(FILES)
    bridge.look()
    for name in inbound(deployment):
        secret = place(deployment, "inbound", name, "submission_secret.txt").read_text()
        page = place(deployment, "feedback", f"{notebook_hash(secret=secret, notebook_id=LAB)}.html")
        page.write_text(f"for {name.split('+')[0]}")
    place(deployment, "feedback", "somebody-elses.html").write_text("from before")
    bridge.look()
    for number, who in enumerate((ada, grace), 1):
        (file,) = who.ask("GET", f"submissions/{number}/feedback").json()["files"]
        assert file["path"] == f"{LAB}.html"
        part = who.ask("GET", f"submissions/{number}/feedback/{file['parts'][0]}")
        assert part.text == f"for {who.name}"
    page.write_text("for grace, better")
    os.utime(page, (time.time() + 5,) * 2)
    os.utime(page.parent, (time.time() - 5,) * 2)
    bridge.look()
    (file,) = grace.ask("GET", "submissions/2/feedback").json()["files"]
    assert file["size"] == len("for grace, better")


def feedback_page(deployment: Deployment, learner: str) -> Path:
    """Return where nbgrader releases feedback on somebody's submission."""
    (name,) = (one for one in inbound(deployment) if one.startswith(f"{learner}+"))
    secret = place(deployment, "inbound", name, "submission_secret.txt").read_text()
    return place(deployment, "feedback", f"{notebook_hash(secret=secret, notebook_id=LAB)}.html")


def feedback_of(ada: Asker) -> str:
    (file,) = ada.ask("GET", "submissions/1/feedback").json()["files"]
    return ada.ask("GET", f"submissions/1/feedback/{file['parts'][0]}").text


def test_after_a_restart_older_feedback_of_the_host_does_not_cover_newer(
    deployment, bridge, ada, person, office, clock
):
    ines = person("ines")
    ines.release(FILES)
    made = ada.submit(FILES).json()
    bridge.look()
    page = feedback_page(deployment, "ada")
    page.write_text("of the host")
    os.utime(page, ((clock.now - timedelta(hours=1)).timestamp(),) * 2)
    bridge.look()
    assert feedback_of(ada) == "of the host"
    given = {"lab": LAB, "learner": "ada", "timestamp": made["timestamp"]}
    ines.ask("POST", "feedback", {**given, "files": ines.send({f"{LAB}.html": b"newer, of ines"})})
    bridged(deployment, office).look()
    assert feedback_of(ada) == "newer, of ines"
    # the same words again are news once somebody releases them anew
    os.utime(page, ((clock.now + timedelta(hours=1)).timestamp(),) * 2)
    bridged(deployment, office).look()
    assert feedback_of(ada) == "of the host"


def damage(office, files: dict[str, bytes]) -> Path:
    """Damage the one part of some work that is kept; return where it lies."""
    (part,) = tree_of(files).parts
    at = Path(office.blobs._at(part))
    at.write_bytes(b"?")
    return at


def test_a_damaged_submission_is_told_and_holds_up_nobody_elses(
    deployment, bridge, ada, person, office, monkeypatch, caplog
):
    monkeypatch.setattr(module, "AT_ONCE", 1)
    person("ines").release(FILES)
    ada.submit({"only.txt": b"of ada"})
    at = damage(office, {"only.txt": b"of ada"})
    person("grace").submit({**FILES, "n.txt": b"of grace"})
    assert bridge.look()
    assert [name.split("+")[0] for name in inbound(deployment)] == ["grace"]
    assert (
        f"submission 1 of ada, lab {LAB}, cannot be given to graders: part {at.name} is damaged"
        in caplog.text
    )
    assert not bridge.look()
    person("alan").submit({**FILES, "n.txt": b"of alan"})
    assert bridge.look()
    assert caplog.text.count("cannot be given") == 1
    at.write_bytes(b"of ada")  # mended from a backup
    assert not bridge.look()
    bridge._damaged_again = 0.0
    assert bridge.look()
    assert [name.split("+")[0] for name in inbound(deployment)] == ["ada", "alan", "grace"]


def test_a_damaged_lab_holds_up_neither_the_others_nor_submissions(
    deployment, bridge, ada, person, office, caplog
):
    ines = person("ines")
    ines.release({"a.txt": b"a"}, "mlp")
    at = damage(office, {"a.txt": b"a"})
    ines.release(FILES)
    ada.submit(FILES)
    assert bridge.look()
    assert len(inbound(deployment)) == 1
    assert os.listdir(place(deployment, "outbound")) == [LAB]
    assert "lab mlp" in caplog.text
    at.write_bytes(b"a")
    bridge._damaged_again = 0.0
    bridge.look()
    assert sorted(os.listdir(place(deployment, "outbound"))) == ["mlp", LAB]


def test_feedback_that_cannot_be_read_holds_up_nobody_elses(deployment, bridge, ada, person, caplog):
    person("ines").release(FILES)
    grace = person("grace")
    for who in (ada, grace):
        who.submit(FILES)
    bridge.look()
    feedback_page(deployment, "ada").symlink_to("/proc/self/mem")
    feedback_page(deployment, "grace").write_text("for grace")
    bridge.look()
    assert grace.ask("GET", "submissions/2/feedback").status_code == 200
    assert "feedback for ada on submission 1 cannot go out" in caplog.text
    feedback_page(deployment, "ada").unlink()
    feedback_page(deployment, "ada").write_text("for ada")
    bridge._damaged_again = 0.0
    bridge.look()
    assert feedback_of(ada) == "for ada"


def test_a_failure_between_the_two_of_a_pair_loses_neither_s_feedback(
    deployment, bridge, ada, person, office, monkeypatch
):
    ines = person("ines")
    ines.release(FILES)
    ines.ask("PUT", "groups/pair", {"members": ["ada", "grace"], "together": ["*"]})
    ada.submit(FILES)
    honest, asked = office.book.submission, []

    def away_at_the_second(sequence: int):
        asked.append(sequence)
        if len(asked) == 2:
            raise StoreError("no-url")
        return honest(sequence)

    with monkeypatch.context() as patch:
        patch.setattr(office.book, "submission", away_at_the_second)
        with pytest.raises(StoreError):
            bridge.look()
    for who in ("ada", "grace"):
        feedback_page(deployment, who).write_text(f"for {who}")
    bridge._not_before = 0.0
    bridge.look()
    assert feedback_of(ada) == "for ada"
    assert feedback_of(person("grace")) == "for grace"


def test_that_submissions_came_is_told_although_something_else_failed(deployment, office, ada, person):
    person("ines").release(FILES)
    ada.submit(FILES)
    stamps = iter([GradebookError("no-gradebook", why="away", book="gradebook.db"), 1, 1])

    def stamp() -> int:
        found = next(stamps)
        if isinstance(found, Exception):
            raise found
        return found

    bridge = Bridge(deployment, office, stamp)
    with pytest.raises(GradebookError):
        bridge.look()
    assert len(inbound(deployment)) == 1
    bridge._not_before = 0.0
    assert bridge.look()


@pytest.fixture
def gradebook(deployment: Deployment) -> str:
    """A gradebook with the lab and ada's graded submission, two hours after ten."""
    url = deployment.gradebook_url
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    with Gradebook(url) as book:
        for lab in (LAB, "mlp"):
            book.add_assignment(lab, duedate=datetime(2027, 1, 1))
        for who in ("ada", "grace"):
            book.add_student(who)
            book.add_submission(LAB, who, timestamp=datetime(2026, 12, 1, 12))
    return url


def look_again(bridge: Bridge) -> None:
    """Look once more, without the wait between two looks at deadlines."""
    bridge._next_agreements = 0.0
    bridge.look()


def late(url: str, who: str) -> float:
    with Gradebook(url) as book:
        return book.find_submission(LAB, who).total_seconds_late


@pytest.mark.filterwarnings(OF_NBGRADER)
def test_nbgraders_own_lateness_is_the_academys(deployment, bridge, gradebook, office):
    bridge.look()
    assert late(gradebook, "ada") == 0
    office.sayings.deadline(LAB, {"due": "2026-12-01T18:00", "zone": "Asia/Shanghai"}, "ines")
    look_again(bridge)
    assert late(gradebook, "ada") == late(gradebook, "grace") == 7200
    office.sayings.extend(LAB, {"learner": "ada", "until": "2026-12-01T19:00"}, "ines")
    look_again(bridge)
    assert (late(gradebook, "ada"), late(gradebook, "grace")) == (3600, 7200)
    office.sayings.deadline(LAB, {"due": None}, "ines")
    look_again(bridge)
    assert late(gradebook, "ada") == 0
    with Gradebook(gradebook) as book:
        assert book.find_assignment("mlp").duedate == datetime(2027, 1, 1)  # nobody said anything of it


@pytest.mark.filterwarnings(OF_NBGRADER)
def test_who_is_graded_later_has_the_extension_too(deployment, bridge, gradebook, office):
    office.sayings.deadline(LAB, {"due": "2026-12-01T10:00"}, "ines")
    office.sayings.extend(LAB, {"learner": "alan", "until": "2026-12-01T11:00"}, "ines")
    bridge.look()
    with Gradebook(gradebook) as book:
        book.add_student("alan")
        book.add_submission(LAB, "alan", timestamp=datetime(2026, 12, 1, 12))
    look_again(bridge)
    assert late(gradebook, "alan") == 3600


def test_what_came_through_desks_before_is_taken_in_once_in_its_order(
    deployment, office, ada, person, monkeypatch
):
    for time_of_day, text in (("09:00", "one"), ("11:00", "two")):
        at = f"2026-11-30 {time_of_day}:00.000000 UTC"
        folder = place(deployment, "inbound", f"ada+{LAB}+{at}+Ab3_-x9Qw21z")
        folder.mkdir()
        (folder / f"{LAB}.ipynb").write_text(text)
        (folder / "timestamp.txt").write_text(at)
        (folder / "submission_secret.txt").write_text(f"secret {text}")
    odd = place(deployment, "inbound", f"ada+{LAB}+tomorrow UTC+mark")
    odd.mkdir()
    release_in_folder(deployment, monkeypatch)
    left = desk(deployment, "grace").inbound / f"grace+{LAB}+now+Ab3_-x9Qw21z"  # the hub was stopped before
    left.mkdir(parents=True)
    (left / f"{LAB}.ipynb").write_text("left on the desk")
    (left / "submission_secret.txt").write_text("secret of grace")
    left.chmod(0o777)
    for _ in range(2):
        bridged(deployment, office).look()
    made = ada.ask("GET", "submissions").json()
    assert [(one["attempt"], one["timestamp"][11:16]) for one in made] == [(2, "11:00"), (1, "09:00")]
    assert len(inbound(deployment)) == 4
    (of_grace,) = person("grace").ask("GET", "submissions").json()
    assert of_grace["digest"] == tree_of({f"{LAB}.ipynb": b"left on the desk"}).digest
    # its feedback goes back, and the next one comes after it
    page = notebook_hash(secret="secret two", notebook_id=LAB)
    place(deployment, "feedback", f"{page}.html").write_text("well done")
    bridged(deployment, office).look()
    (file,) = ada.ask("GET", f"submissions/{made[0]['sequence']}/feedback").json()["files"]
    assert file["path"] == f"{LAB}.html"
    assert ada.submit(FILES).json()["attempt"] == 3
    # from now on a desk is no way around the exchange
    late = place(deployment, "inbound", f"ada+{LAB}+2026-11-30 12:00:00.000000 UTC+Ab3_-x9Qw21z")
    folder.rename(late)
    bridged(deployment, office).look()
    assert len(ada.ask("GET", "submissions").json()) == 3


def test_a_failure_is_tried_again_after_a_while_and_loses_nothing(
    deployment, bridge, ada, person, monkeypatch
):
    person("ines").release(FILES)
    ada.submit(FILES)
    away = place(deployment, "inbound").rename(place(deployment, "away"))
    with pytest.raises(OSError, match="No such file"):
        bridge.look()
    away.rename(place(deployment, "inbound"))
    assert not bridge.look()  # not at once: a full disk is not asked five times a second
    bridge._not_before = 0.0
    assert bridge.look()
    assert len(inbound(deployment)) == 1


def test_nothing_beyond_the_exchange_is_handed_out_through_links_that_staff_leave_there(
    deployment, bridge, office, ada, monkeypatch
):
    release_in_folder(deployment, monkeypatch)
    secret = deployment.data / "secrets"
    secret.mkdir()
    (secret / "cookie-secret").write_text("of the academy")
    place(deployment, "outbound", "linked").symlink_to(secret)
    bridge.look()
    assert set(office.book.released()) == {LAB}
    shutil.rmtree(place(deployment, "outbound", LAB))
    place(deployment, "outbound", LAB).symlink_to(secret)
    bridge.look()
    assert ada.ask("GET", "labs").json() == []
    assert (secret / "cookie-secret").read_text() == "of the academy"


def test_feedback_that_is_a_link_out_of_the_exchange_goes_to_nobody(
    deployment, bridge, office, ada, monkeypatch
):
    release_in_folder(deployment, monkeypatch)
    bridge.look()
    assert ada.submit(FILES).status_code == 200
    bridge.look()
    (handed_in,) = inbound(deployment)
    secret = (place(deployment, "inbound", handed_in) / "submission_secret.txt").read_text()
    other = deployment.data / "other"
    other.write_text("another course's marks")
    monkeypatch.setattr(module, "FEEDBACK_SETTLED_SECONDS", -1.0)
    place(deployment, "feedback", f"{notebook_hash(secret=secret, notebook_id=LAB)}.html").symlink_to(other)
    bridge.look()
    assert office.book.feedback_for("ada") == {}


@pytest.mark.parametrize("part", ["inbound", "outbound", "feedback"])
def test_a_folder_of_the_exchange_that_leads_elsewhere_is_left_alone(
    deployment, bridge, ada, monkeypatch, part, tmp_path
):
    release_in_folder(deployment, monkeypatch)
    bridge.look()
    assert ada.submit(FILES).status_code == 200
    elsewhere = tmp_path / "elsewhere"
    place(deployment, part).rename(elsewhere)
    place(deployment, part).symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    with pytest.raises(HubError, match="leads elsewhere"):
        bridge.look()
    assert sorted(elsewhere.rglob("*")) == before
