"""The warm process: ``python -I -m sandbox.warm.server FD IMPORTS``. One thread, which only forks."""

import contextlib
import gc
import importlib
import io
import json
import os
import signal
import socket
import sys
import time
import traceback
from typing import Any

from sandbox import processes, system, walled
from sandbox.errors import SandboxError
from sandbox.syscalls import PR_SET_PDEATHSIG, prctl
from sandbox.wall import Wall
from sandbox.warm import child, frames, memory, shell, supervise

_LAZY = {"torch": ("torch._dynamo",), "matplotlib": ("matplotlib.pyplot",), "numpy": ("numpy.random",)}
_FIRST_CELLS = "1 + 1", "raise ValueError('warm')", "import asyncio; await asyncio.sleep(0)"
_FIRST_USE = {
    "matplotlib": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('warm'); plt.show()",
    "torch": "import torch; torch.manual_seed(0)",  # reads the sources of all functions that led to it
}


def warm_up(imports: list[str]) -> shell.CellShell:
    """Import the libraries and run what they load lazily; return a shell that shows no trace of it."""
    cells = shell.make()
    for name in imports:
        importlib.import_module(name)
    for lazy in (lazy for name, found in _LAZY.items() if name in sys.modules for lazy in found):
        importlib.import_module(lazy)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    first = [*_FIRST_CELLS, *(code for name, code in _FIRST_USE.items() if name in sys.modules)]
    unseen = io.StringIO()
    with contextlib.redirect_stdout(unseen), contextlib.redirect_stderr(unseen):
        for code in first:
            cells.run_cell(code, store_history=True)
        cells.reset(new_session=True)
    sys.last_exc = sys.last_type = sys.last_value = sys.last_traceback = None
    system.trees()  # each wall asks for them, in a process of its own
    gc.collect()
    gc.freeze()
    memory.collapse()
    return cells


def serve(control: socket.socket, cells: shell.CellShell) -> None:
    """Fork a child for each connection that comes over `control`, until its other end is closed."""
    signal.signal(signal.SIGCHLD, lambda *_: processes.reap())  # their processor time counts as this one's
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not message:
            return
        connection, *peers = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        if os.fork() == 0:
            try:
                _handle(control, connection, peers, cells)
            except BaseException:  # noqa: BLE001 - the boundary of a forked process: report, never go on
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(0)
        for end in (connection, *peers):
            end.close()


def _handle(
    control: socket.socket, connection: socket.socket, peers: list[socket.socket], cells: shell.CellShell
) -> None:
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    job: dict[str, Any] | None = frames.receive(connection)
    if job is None:
        return
    outer, inner = socket.socketpair()
    try:
        wall = Wall.from_json(job["wall"]) if job["wall"] else Wall()
        handle = walled.split(wall, job["kind"], tuple(end.fileno() for end in (inner, *peers)))
    except SandboxError as error:
        connection.sendall(frames.pack({"refused": str(error)}))
        return
    if handle is not None:
        for end in (inner, *peers):
            end.close()
        supervise.supervise(handle, outer, connection, job)
        return
    child.run(cells, job, inner, *peers)


def main(argv: list[str]) -> int:
    """Warm up, say so on the control socket, and serve."""
    control = socket.socket(fileno=int(argv[0]))
    started = time.perf_counter()
    try:
        cells = warm_up(json.loads(argv[1]))
    except Exception as error:  # noqa: BLE001 - an import may raise anything; the caller is told
        control.send(json.dumps({"error": f"{type(error).__name__}: {error}"[:2000]}).encode())
        return 1
    threads = len(os.listdir("/proc/self/task"))
    control.send(json.dumps({"threads": threads, "seconds": time.perf_counter() - started}).encode())
    serve(control, cells)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
