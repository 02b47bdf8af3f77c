"""What arrives is graded at once, and its learner told, as long as the watch stays."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graders import lock, release
from graders.watch import Inbound
from tests.graders.test_course import FULL, RIGHT, booked
from tests.graders.test_lock import submit

ANSWERS = {name.replace("-", "_"): text for name, text in RIGHT.items()}
SOON = 60.0


@pytest.fixture
def data(labs: Path, tmp_path: Path) -> Path:
    release("means", data=tmp_path / "data", source=labs)
    (tmp_path / "data" / "exchange" / "academy" / "inbound").mkdir(exist_ok=True)
    return tmp_path / "data"


class Watch:
    """A running ``./academy grade --watch``."""

    def __init__(self, data: Path) -> None:
        options = ["means", "--watch", "--feedback", "--json", "--data", str(data)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, "-m", "graders.cli", "grade", *options], **pipes)
        self.said, self.results = "", []
        self.ready = threading.Event()
        self._following = [threading.Thread(target=follow) for follow in (self._words, self._results)]
        for thread in self._following:
            thread.start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for thread in self._following:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def _words(self) -> None:
        for line in self.process.stderr:
            self.said += line
            if "ready: " in line:
                self.ready.set()

    def _results(self) -> None:
        for line in self.process.stdout:
            self.results.append(json.loads(line))

    def wait_for(self, count: int) -> list[dict]:
        end = time.monotonic() + SOON
        while len(self.results) < count:
            assert time.monotonic() < end, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        return self.results


@pytest.fixture
def watching(data: Path) -> Iterator[Callable[[], Watch]]:
    begun: list[Watch] = []

    def start() -> Watch:
        begun.append(Watch(data))
        assert begun[-1].ready.wait(SOON), begun[-1].said
        return begun[-1]

    yield start
    for one in begun:
        one.kill()


def feedback(data: Path) -> list[Path]:
    return list((data / "exchange" / "academy" / "feedback").glob("*.html"))


@pytest.mark.slow
def test_what_arrives_is_graded_and_told_and_an_interrupt_ends_it(
    data: Path, watching: Callable[[], Watch], answered: Callable
) -> None:
    submit(data, answered(), "12:00:00", learner="early")
    watch = watching()
    assert [result["learner"] for result in watch.wait_for(1)] == ["early"]
    late = submit(data, answered(**ANSWERS), "13:00:00", mode=0o755)
    time.sleep(1)
    assert len(watch.results) == 1  # its learner's nbgrader is not done yet
    late.chmod(0o777)
    result = watch.wait_for(2)[1]
    assert (result["learner"], result["status"]) == ("ada", "graded")
    assert booked(data, "ada") == FULL
    assert len(feedback(data)) == 2
    with lock.alone(data / "course", "formgrader", patience=5.0):  # free while nothing is graded
        submit(data, answered(**ANSWERS), "14:00:00", learner="bob")
        time.sleep(1)
        assert len(watch.results) == 2
    assert watch.wait_for(3)[2]["learner"] == "bob"
    assert "(formgrader), since" in watch.said
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(SOON) == 0
    assert "3 submissions in" in watch.said
    assert "Traceback" not in watch.said


@pytest.mark.slow
def test_a_watch_that_is_killed_forgets_nobody(
    data: Path, watching: Callable[[], Watch], answered: Callable
) -> None:
    first = watching()
    for learner in ("ada", "bob", "eve"):
        submit(data, answered(**ANSWERS), "12:00:00", learner=learner)
    first.wait_for(1)
    first.kill()
    submit(data, answered(**ANSWERS), "12:00:00", learner="late")
    second = watching()
    assert {result["learner"] for result in second.wait_for(4)} == {"ada", "bob", "eve", "late"}
    assert booked(data, "late") == FULL
    assert len(feedback(data)) == 4


def test_nothing_that_arrives_is_missed_or_seen_twice(tmp_path: Path) -> None:
    seen: list[str] = []
    inbound = Inbound(tmp_path)

    def arrive() -> None:
        for number in range(300):
            folder = tmp_path / f"learner-{number}+means+2026-11-01 12:00:00.000000 UTC+x"
            folder.mkdir(mode=0o755)
            folder.chmod(0o777)

    arriving = threading.Thread(target=arrive)
    arriving.start()
    end = time.monotonic() + 10
    while len(seen) < 300 and time.monotonic() < end:
        seen += inbound.look().get("means", [])
    arriving.join()
    assert sorted(seen) == sorted(f"learner-{number}" for number in range(300))
    assert inbound.look() == {}
