"""One grader at a time in a course folder, and submissions collected whole."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from graders import collecting, lock, release
from graders.course import Course
from graders.engine import converter
from graders.errors import CourseError
from graders.steps import nbgrader
from tests.graders.test_course import FULL, RIGHT, booked, hand_in

pytestmark = pytest.mark.rota(3)

ANSWERS = {name.replace("-", "_"): text for name, text in RIGHT.items()}
HOLD = """
import sys, time
from pathlib import Path
from graders.lock import alone
with alone(Path(sys.argv[1]), "academy grade means"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data(labs: Path, tmp_path: Path) -> Path:
    release("means", data=tmp_path / "data", source=labs)
    return tmp_path / "data"


@pytest.fixture
def holder(data: Path) -> Iterator[subprocess.Popen]:
    """Yield another process that grades in the folder."""
    command = [sys.executable, "-c", HOLD, str(data / "course")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def command(data: Path) -> list[str]:
    return [sys.executable, "-m", "graders.cli", "grade", "means", "--json", "--data", str(data)]


def test_a_second_batch_waits_and_says_for_whom(data: Path, answered: Callable) -> None:
    for learner in ("ada", "bob", "eve"):
        hand_in(data, learner, answered(**ANSWERS))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    held = data / "course" / lock.FILE
    with subprocess.Popen(command(data), **pipes) as first:
        while not held.exists() or not held.read_text():
            assert first.poll() is None
            time.sleep(0.01)
        first.send_signal(signal.SIGSTOP)  # until the other one is there
        with subprocess.Popen(command(data), **pipes) as second:
            said = second.stderr.readline()
            first.send_signal(signal.SIGCONT)
            (out, _), (waited, more) = first.communicate(), second.communicate()
    assert (first.returncode, second.returncode) == (0, 0)
    assert f"process {first.pid} (academy grade means), since " in said
    assert f"grades in {data / 'course'} already; waiting until it is done" in said
    assert [json.loads(line)["learner"] for line in out.splitlines()] == ["ada", "bob", "eve"]
    assert [json.loads(line)["learner"] for line in waited.splitlines()] == ["ada", "bob", "eve"]
    assert "3 of them unchanged" in more
    assert booked(data, "eve") == FULL


def test_whoever_does_not_wait_is_told_what_to_do(data: Path, holder: subprocess.Popen) -> None:
    words = (
        rf"process {holder.pid} \(academy grade means\), since \S+ grades in .*wait until it is done, or end"
    )
    with pytest.raises(CourseError, match=words), lock.alone(data / "course", "this", patience=0.2):
        raise AssertionError("two at a time")


def test_a_lock_of_a_killed_process_holds_nobody_up(data: Path, holder: subprocess.Popen) -> None:
    holder.kill()
    holder.wait()
    with lock.alone(data / "course", "this", patience=0.0), lock.alone(data / "course", "a step of it"):
        assert (data / "course" / lock.FILE).read_text().startswith(f"process {os.getpid()} (this)")
    assert (data / "course" / lock.FILE).read_text() == ""


def test_formgrader_and_nbgrader_wait_for_a_batch_too(
    data: Path, holder: subprocess.Popen, answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (collecting, converter):
        monkeypatch.setattr(module, "PATIENCE", 0.2)
    hand_in(data, "ada", answered(**ANSWERS))
    (data / "exchange" / "academy" / "inbound").mkdir(exist_ok=True)
    with nbgrader(Course(data)) as api:
        steps = {"autograde": lambda: api.autograde("means", "ada"), "collect": lambda: api.collect("means")}
        for step in steps.values():
            done = step()
            assert not done["success"]
            assert f"process {holder.pid} (academy grade means)" in done["log"]
        holder.kill()
        holder.wait()
        assert all(step()["success"] for step in steps.values())
    assert booked(data, "ada") == FULL


def submit(
    data: Path,
    notebook: nbformat.NotebookNode,
    when: str,
    *,
    learner: str = "ada",
    mode: int = 0o777,
    size: int = 0,
) -> Path:
    """Put a submission into the inbound folder as ``nbgrader submit`` does."""
    folder = data / "exchange" / "academy" / "inbound" / f"{learner}+means+2026-11-01 {when}.000000 UTC+x"
    folder.mkdir(parents=True)
    for number in range(size):
        (folder / f"big-{number}.bin").write_bytes(bytes(2**20))
    (folder / "means.ipynb").write_text(json.dumps(notebook))
    (folder / "timestamp.txt").write_text(f"2026-11-01 {when}.000000 UTC")
    (folder / "submission_secret.txt").write_text(f"{learner:*<64}")
    folder.chmod(mode)
    return folder


def test_a_submission_is_collected_once_it_is_all_there(data: Path, answered: Callable) -> None:
    folder = submit(data, answered(**ANSWERS), "12:00:00", mode=0o755)
    collected = data / "course" / "submitted" / "ada" / "means" / "means.ipynb"
    with nbgrader(Course(data)) as api:
        assert api.collect("means")["success"]
        assert not collected.exists()
        folder.chmod(0o777)
        assert api.collect("means")["success"]
    assert collected.read_text() == (folder / "means.ipynb").read_text()


@pytest.mark.slow
def test_a_collect_that_is_killed_leaves_no_half_submission(data: Path, answered: Callable) -> None:
    submit(data, answered(), "12:00:00")
    with nbgrader(Course(data)) as api:
        assert api.collect("means")["success"]
    newer = submit(data, answered(**ANSWERS), "13:00:00", size=60)
    place = data / "course" / "submitted" / "ada"
    with subprocess.Popen(command(data), stdout=subprocess.DEVNULL) as process:
        while not list(place.glob(".means.collecting/*")):
            assert process.poll() is None
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
    assert (
        not (place / "means" / "timestamp.txt").exists()
        or "12:00" in (place / "means" / "timestamp.txt").read_text()
    )
    assert subprocess.run(command(data), stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert sorted(p.name for p in place.iterdir()) == ["means"]
    assert sorted(p.name for p in (place / "means").iterdir()) == sorted(p.name for p in newer.iterdir())
    assert booked(data, "ada") == FULL
