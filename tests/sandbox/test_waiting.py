"""A limit is time with a processor: others on a busy machine cost nobody an answer."""

import os
import socket
import time

import pytest

from sandbox import WarmServer, waiting
from tests.crowd import crowd

WORK = "import time\nwhile time.process_time() - begun < {:g}: pass"
BEGIN = "import time; begun = time.process_time()"


@pytest.fixture(scope="module")
def server():
    with WarmServer(()) as server:
        server.run(["1"])
        yield server


def test_a_cell_that_gets_little_of_a_processor_has_its_seconds_all_the_same(server):
    with crowd(3):
        begun = time.monotonic()
        (_, result) = server.run([BEGIN, WORK.format(0.5)], timeout=0.7)
        passed = time.monotonic() - begun
    assert result.ok
    assert passed > 0.7
    assert result.seconds - 0.7 < result.waited < result.seconds


def test_on_a_busy_machine_too_a_cell_ends(server):
    with crowd(6):
        begun = time.monotonic()
        (result,) = server.run(["while True: pass"], timeout=0.3)
        passed = time.monotonic() - begun
    assert result.outputs[-1]["evalue"] == "the cell ran longer than 0.3 s and was stopped"
    assert passed < 0.3 * (1 + waiting.MOST) + 1.5


def test_sleeping_is_no_waiting(server):
    begun = time.monotonic()
    (result,) = server.run(["import time; time.sleep(60)"], timeout=0.5)
    assert not result.ok
    assert result.waited < 0.4
    assert time.monotonic() - begun < 1.5


def test_what_another_process_waits_is_counted_too():
    here, there = socket.socketpair()
    with here, there:
        child = os.fork()
        if not child:
            waiting.begin()
            waiting.show(there)
            there.recv(1)
            begun = time.process_time()
            while time.process_time() - begun < 0.2:
                pass
            there.send(b"+")
            there.recv(1)
            os._exit(0)
        waiting.begin()
        waiting.watch(here)
        countdown = waiting.Countdown(10)
        with crowd(4):
            begun = time.monotonic()
            here.send(b"+")
            here.recv(1)
            passed = time.monotonic() - begun
            waited, left = countdown.waited(), countdown.left()
        here.send(b"+")
        os.waitpid(child, 0)
    waiting.begin()
    assert passed > 0.5
    assert waited == pytest.approx(passed - 0.2, rel=0.3)
    assert left == pytest.approx(10 - passed + waited, abs=0.05)


def test_where_the_host_does_not_tell_the_clock_decides(monkeypatch):
    monkeypatch.setattr(waiting, "OWN", "/proc/self/there-is-no-such-file")
    waiting.begin()
    countdown = waiting.Countdown(0.05)
    time.sleep(0.06)
    assert (countdown.waited(), countdown.left() < 0) == (0.0, True)
