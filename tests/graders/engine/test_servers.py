"""Warm processes: none outlives who uses it."""

import time

import psutil
import pytest

from graders.engine import servers
from graders.engine.master import Master
from graders.engine.servers import Server, need


def test_a_run_that_comes_after_the_close_leaves_no_process(master: Master) -> None:
    server, before = Server(need(master)), set(psutil.Process().children())
    server.warm()
    assert len(set(psutil.Process().children()) - before) == 1
    server.close()
    server.warm()
    assert set(psutil.Process().children()) <= before
    (result,) = server.together(["print(6 * 7)"], 20)
    assert result.outputs[0]["text"] == "42\n"
    assert set(psutil.Process().children()) <= before


def test_a_server_that_works_longer_than_others_stay_idle_goes_on(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "IDLE_SECONDS", 1)
    pool = servers._Servers()
    server = pool.get(need(master))
    server.warm()
    (result,) = server.together(["import time; time.sleep(3); print(6 * 7)"], 20)
    assert result.outputs[0]["text"] == "42\n"
    deadline = time.monotonic() + 10
    while server._warm is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert server._warm is None
    pool.close()
