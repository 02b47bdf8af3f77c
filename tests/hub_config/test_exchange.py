"""Nobody's work is taken for another's, whatever a submission says of itself."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import notebook_hash

from hub_config.deployment import Deployment
from hub_config.exchange import TIME, Carried, carry_inbound, desk
from hub_config.feedback import FeedbackPost
from hub_config.settings import Submissions

LAB, MOST = "stable-softmax", Submissions()


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    made = Deployment(tmp_path)
    for part in ("inbound", "feedback", f"outbound/{LAB}"):
        (made.exchange / "academy" / part).mkdir(parents=True)
    for name in ("ada", "grace"):
        desk(made, name).inbound.mkdir(parents=True)
        desk(made, name).feedback.mkdir()
    return made


def hand_in(
    deployment: Deployment, owner: str, says: str | None = None, lab: str = LAB, mark: str = "Ab3_-x"
) -> Path:
    """Put a submission on a desk as nbgrader does, named after whom it says it is from."""
    name = f"{says or owner}+{lab}+2026-11-23 08:00:00.000000 UTC+{mark}"
    folder = desk(deployment, owner).inbound / name
    folder.mkdir()
    nbformat.write(nbformat.v4.new_notebook(), folder / f"{lab}.ipynb")
    (folder / "timestamp.txt").write_text("2001-01-01 00:00:00.000000 UTC")
    (folder / "submission_secret.txt").write_text(f"secret of {owner}")
    folder.chmod(0o777)
    return folder


def carry(deployment: Deployment) -> list[Carried]:
    return list(carry_inbound(deployment, MOST))


def inbound(deployment: Deployment) -> list[str]:
    return sorted(os.listdir(deployment.exchange / "academy" / "inbound"))


def test_a_submission_arrives_under_the_name_of_its_desk(deployment: Deployment) -> None:
    folder = hand_in(deployment, "ada")
    assert carry(deployment) == [Carried("ada", LAB)]
    (arrived,) = inbound(deployment)
    assert arrived.startswith(f"ada+{LAB}+")
    assert not folder.exists()
    assert carry(deployment) == []


def test_a_forged_name_changes_nothing(deployment: Deployment) -> None:
    hand_in(deployment, "grace", says="ada")
    assert carry(deployment) == [Carried("grace", LAB)]
    assert [name.split("+")[0] for name in inbound(deployment)] == ["grace"]


def test_the_time_is_when_it_arrived_not_what_it_says(deployment: Deployment) -> None:
    folder = hand_in(deployment, "ada")
    os.utime(folder, (0, 0))  # a learner may set these two times; the third is the kernel's
    before = datetime.now(UTC)
    carry(deployment)
    (arrived,) = inbound(deployment)
    when = datetime.strptime(arrived.split("+")[2], TIME).replace(tzinfo=UTC)
    assert abs((before - when).total_seconds()) < 60
    written = (deployment.exchange / "academy" / "inbound" / arrived / "timestamp.txt").read_text()
    assert written == arrived.split("+")[2]


def test_what_is_still_being_copied_waits(deployment: Deployment) -> None:
    folder = hand_in(deployment, "ada")
    folder.chmod(0o755)
    assert carry(deployment) == []
    folder.chmod(0o777)
    assert len(carry(deployment)) == 1


@pytest.mark.parametrize("kind", ["link", "folder link", "pipe"])
def test_links_and_pipes_are_refused_and_stop_nobody_else(
    deployment: Deployment, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("key of the installation")
    odd = hand_in(deployment, "ada")
    match kind:
        case "link":
            (odd / "data.csv").symlink_to(secret / "key")
        case "folder link":
            (odd / "data").symlink_to(secret)
        case "pipe":
            os.mkfifo(odd / "data.csv")
    hand_in(deployment, "grace")
    started = time.monotonic()
    first, second = carry(deployment)
    assert time.monotonic() - started < 5
    assert first.owner == "ada"
    assert "data" in first.problem
    assert second == Carried("grace", LAB)
    assert [name.split("+")[0] for name in inbound(deployment)] == ["grace"]
    assert carry(deployment) == []  # set aside, not tried again each second


def test_a_desk_entry_that_is_a_link_is_left_alone(deployment: Deployment, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    (elsewhere / "key").write_text("key of the installation")
    (desk(deployment, "ada").inbound / f"ada+{LAB}+now+mark").symlink_to(elsewhere)
    assert carry(deployment) == []
    assert (elsewhere / "key").exists()
    assert inbound(deployment) == []


def test_too_much_is_refused(deployment: Deployment) -> None:
    big = hand_in(deployment, "ada")
    (big / "weights.bin").touch()
    os.truncate(big / "weights.bin", MOST.mib * 2**20 + 1)
    many = hand_in(deployment, "grace")
    for number in range(MOST.files):
        (many / f"{number}.txt").touch()
    first, second = carry(deployment)
    assert "MiB" in first.problem
    assert "files" in second.problem
    assert inbound(deployment) == []


@pytest.mark.parametrize("lab", ["unknown-lab", "..", "a/b"])
def test_only_released_labs_are_taken(deployment: Deployment, lab: str) -> None:
    folder = desk(deployment, "ada").inbound / f"ada+{lab.replace('/', '_')}+now+mark"
    folder.mkdir()
    folder.chmod(0o777)
    (one,) = carry(deployment)
    assert "no released lab" in one.problem
    assert inbound(deployment) == []


def test_a_crash_between_copy_and_removal_gives_no_second_submission(deployment: Deployment) -> None:
    hand_in(deployment, "ada")
    carry(deployment)
    first = inbound(deployment)
    # the same entry again, with the mark that nbgrader gave it, at the very same moment of the kernel
    again = hand_in(deployment, "ada")
    target = deployment.exchange / "academy" / "inbound" / first[0]
    when = datetime.fromtimestamp(again.lstat().st_ctime, UTC).strftime(TIME)
    os.rename(target, target.with_name(f"ada+{LAB}+{when}+Ab3_-x"))
    assert carry(deployment) == [Carried("ada", LAB)]
    assert len(inbound(deployment)) == 1


def test_feedback_reaches_only_whom_it_belongs_to(deployment: Deployment) -> None:
    for name in ("ada", "grace"):
        hand_in(deployment, name)
    carry(deployment)
    released = deployment.exchange / "academy" / "feedback"
    for name in ("ada", "grace"):
        made = notebook_hash(secret=f"secret of {name}", notebook_id=LAB)
        (released / f"{made}.html").write_text(f"feedback for {name}")
    post = FeedbackPost(deployment)
    assert post.carry() == 2
    for name in ("ada", "grace"):
        texts = [file.read_text() for file in desk(deployment, name).feedback.iterdir()]
        assert texts == [f"feedback for {name}"]
    assert post.carry() == FeedbackPost(deployment).carry() == 0


@pytest.mark.parametrize("secret", [b"\xff\xfe", b""])
def test_a_secret_that_cannot_be_read_holds_up_nobody_elses_feedback(
    deployment: Deployment, secret: bytes
) -> None:
    (hand_in(deployment, "ada") / "submission_secret.txt").write_bytes(secret)
    hand_in(deployment, "grace")
    carry(deployment)
    name = notebook_hash(secret="secret of grace", notebook_id=LAB)
    (deployment.exchange / "academy" / "feedback" / f"{name}.html").write_text("for grace")
    assert FeedbackPost(deployment).carry() == 1
    assert [file.read_text() for file in desk(deployment, "grace").feedback.iterdir()] == ["for grace"]


def test_feedback_released_anew_replaces_the_old(deployment: Deployment) -> None:
    hand_in(deployment, "ada")
    carry(deployment)
    file = (
        deployment.exchange
        / "academy/feedback"
        / (notebook_hash(secret="secret of ada", notebook_id=LAB) + ".html")
    )
    file.write_text("first")
    post = FeedbackPost(deployment)
    assert post.carry() == 1
    file.write_text("second")
    os.utime(file, (time.time() + 5, time.time() + 5))
    assert post.carry() == 1
    (mine,) = desk(deployment, "ada").feedback.iterdir()
    assert mine.read_text() == "second"


def test_feedback_waits_for_its_desk_and_finds_who_came_later(deployment: Deployment) -> None:
    post = FeedbackPost(deployment)
    assert post.carry() == 0
    hand_in(deployment, "ada")
    carry(deployment)
    name = notebook_hash(secret="secret of ada", notebook_id=LAB) + ".html"
    (deployment.exchange / "academy" / "feedback" / name).write_text("for ada")
    desk(deployment, "ada").feedback.rmdir()
    assert post.carry() == 0
    desk(deployment, "ada").feedback.mkdir()
    assert post.carry() == 1
