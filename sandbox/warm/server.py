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
from types import SimpleNamespace
from typing import Any

from sandbox import confine, processes, syscalls, system, walled
from sandbox.errors import SandboxError
from sandbox.syscalls import PR_SET_PDEATHSIG, prctl
from sandbox.wall import Wall
from sandbox.warm import child, frames, memory, shell

_LAZY = {"torch": ("torch._dynamo",), "matplotlib": ("matplotlib.pyplot",), "numpy": ("numpy.random",)}
_FIRST_CELLS = "1 + 1", "raise ValueError('warm')", "import asyncio; await asyncio.sleep(0)"
_FIRST_USE = {
    "matplotlib": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('warm'); plt.show()",
    "torch": "import torch; torch.manual_seed(0)",
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
        for device in ("cuda", "mtia", "xpu"):  # which keeps the stack of each seed, for an error's text
            sys.modules[f"torch.{device}"].traceback = SimpleNamespace(format_stack=list)
    first = [*_FIRST_CELLS, *(code for name, code in _FIRST_USE.items() if name in sys.modules)]
    unseen = io.StringIO()
    with contextlib.redirect_stdout(unseen), contextlib.redirect_stderr(unseen):
        for code in first:
            cells.run_cell(code, store_history=True)
        cells.reset(new_session=True)
    sys.last_exc = sys.last_type = sys.last_value = sys.last_traceback = None
    system.trees()  # each wall asks for them, in a process of its own
    confine.root_returns()
    gc.collect()
    gc.freeze()
    memory.collapse()
    return cells


def serve(control: socket.socket, cells: shell.CellShell) -> None:
    """Fork a walled child for each connection that comes over `control`, until its other end is closed.

    With it come the line on which the child's keeper reports, and what the child's guide gets. On the
    connection stand the wall, for this process, and the job, for the child.
    """
    signal.signal(signal.SIGCHLD, lambda *_: processes.reap())  # their processor time counts as this one's
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 3)
        if not message:
            return
        ends = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        request = frames.receive(ends[0])
        if request is not None and _inside(request, *ends):
            try:
                _run(cells, ends[0], ends[2:])
            except BaseException:  # noqa: BLE001 - the boundary of a forked process: report, never go on
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(0)
        for end in ends:
            end.close()


def _inside(
    request: dict[str, Any], connection: socket.socket, tell: socket.socket, *peers: socket.socket
) -> bool:
    """Fork a process behind its wall; return True there, and False here once it is on its way."""
    keep = tuple(end.fileno() for end in (connection, *peers))
    try:
        wall = Wall.from_json(request["wall"]) if request["wall"] else Wall()
        builder = confine.builder(wall, request["kind"])
        if not builder.leaves_no_trace:
            return _inside_by_another(builder, tell, keep)
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # none must be collected yet
        try:
            builder.use_kept_root()
            keeper = walled.begin(builder, tell.fileno(), keep)
            if keeper is not None:
                builder.after_fork()
                walled.hand_over(keeper, tell)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    except (OSError, SandboxError) as error:
        walled.refuse(tell, str(error))
        return False
    return keeper is None


def _inside_by_another(builder: confine.Builder, tell: socket.socket, keep: tuple[int, ...]) -> bool:
    """Fork the keeper from a process in between, which leaves what this one must not leave."""
    if os.fork():
        return False
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        keeper = walled.begin(builder, tell.fileno(), keep)
        if keeper is None:
            return True
        walled.hand_over(keeper, tell)
        syscalls.close_all_but(())
        os.waitpid(keeper, 0)
    except (OSError, SandboxError) as error:
        walled.refuse(tell, str(error))
    os._exit(0)


def _run(cells: shell.CellShell, connection: socket.socket, peers: list[socket.socket]) -> None:
    job: dict[str, Any] | None = frames.receive(connection)
    if job is not None:
        child.run(cells, job, connection, *peers)


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
