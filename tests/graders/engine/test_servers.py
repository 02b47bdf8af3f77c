"""Warm processes: none outlives who uses it."""

import psutil

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
