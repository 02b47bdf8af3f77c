"""Inside: run the cells of one job and say after each what it showed."""

import asyncio
import contextlib
import importlib
import itertools
import os
import random
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

from sandbox import waiting
from sandbox.errors import FrameError
from sandbox.warm import frames, shell


class CellTimeout(BaseException):
    """A cell took longer than it may; not an `Exception`, so that no cell catches it by accident."""


def run(
    cells: shell.CellShell, job: dict[str, Any], channel: socket.socket, peer: socket.socket | None = None
) -> None:
    """Run the job's cells in this process, each when the job's guide says so.

    Sends ``{"started": true}`` before anything of the job's runs, a message after each cell, and
    ``{"done": true}`` at last; ``{"refused": text}`` where the job cannot run.
    """
    os.environ.update(job["env"])
    try:
        os.chdir(job["cwd"] or ".")
    except OSError as error:
        channel.sendall(
            frames.pack({"refused": f"cannot run in {job['cwd']}: {error.strerror} inside the wall"})
        )
        return
    channel.sendall(frames.pack({"started": True}))
    _look_in_the_folder_first()
    _seed_anew()
    shell.attach(cells)
    if job["tracebacks"] == "minimal":
        cells.InteractiveTB.structured_traceback = shell.short_traceback
    waiting.begin()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    process = os.getpid()
    guide = _guide(job["guide"], cells, peer)
    for number, code in enumerate(job["cells"]):
        if next(guide, guide) is guide:
            break
        message = _run_one(cells, loop, code, job["timeout"])
        if os.getpid() != process:
            os._exit(0)  # a cell forked and let the copy run on; the channel is the original's
        channel.sendall(_packed({"cell": number, **message}))
        if cells.over or (job["stop_on_error"] and not message["ok"]):
            break
    else:
        next(guide, None)
    channel.sendall(frames.pack({"done": True, "exit": cells.over}))


def _guide(name: str, cells: shell.CellShell, peer: socket.socket | None) -> Iterator[None]:
    """Return the iterator that is asked before each cell and after the last; its end ends the run."""
    if not name:
        return itertools.repeat(None)
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)(cells, peer)


def _run_one(
    cells: shell.CellShell, loop: asyncio.AbstractEventLoop, code: str, timeout: float
) -> dict[str, Any]:
    started = time.perf_counter()
    if not code.strip():
        cells.recorder.begin()
        return {
            "outputs": [],
            "captured": [],
            "updates": {},
            "execution_count": None,
            "ok": True,
            "seconds": 0.0,
            "waited": 0.0,
        }
    count = cells.execution_count
    cells.timed_out = None
    task = loop.create_task(cells.run(code))
    countdown = waiting.Countdown(timeout)
    ok = _with_deadline(cells, loop, task, countdown)
    recorder = cells.recorder
    updates = {
        cell: recorder.cells[cell].outputs for cell in recorder.updated if cell < len(recorder.cells) - 1
    }
    return {
        "outputs": recorder.cells[-1].outputs,
        "captured": recorder.captured.outputs,
        "updates": updates,
        "execution_count": count,
        "ok": ok,
        "seconds": time.perf_counter() - started,
        "waited": countdown.waited(),
    }


def _with_deadline(
    cells: shell.CellShell,
    loop: asyncio.AbstractEventLoop,
    task: asyncio.Task[bool],
    countdown: waiting.Countdown,
) -> bool:
    def late(number: int, frame: Any) -> None:
        if task.done():
            return
        if (left := countdown.left()) > 0:
            signal.setitimer(signal.ITIMER_REAL, max(left, waiting.SHORTEST))
            return
        cells.timed_out = f"the cell ran longer than {countdown.seconds:g} s and was stopped"
        if frame is not None and frame.f_code.co_filename == selectors.__file__:
            # it awaits: raising here would break the event loop instead
            loop.call_soon_threadsafe(task.cancel, cells.timed_out)
        else:
            raise CellTimeout(cells.timed_out)

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, countdown.seconds)
    try:
        return loop.run_until_complete(task) and cells.timed_out is None
    except (CellTimeout, asyncio.CancelledError) as error:
        if not any(o["output_type"] == "error" for o in cells.recorder.cells[-1].outputs):
            cells.recorder.error(type(error).__name__, str(error), [str(error)])
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _packed(message: dict[str, Any]) -> bytes:
    try:
        return frames.pack(message)
    except FrameError as error:
        text = f"the cell's output was left out: {error}\n"
        kept = [{"output_type": "stream", "name": "stderr", "text": text}]
        return frames.pack(message | {"outputs": kept, "captured": [], "updates": {}})


def _seed_anew() -> None:
    """Give this run random numbers of its own: a fork would go on with those of the warm process."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(None)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()


def _look_in_the_folder_first() -> None:
    """Let modules beside the notebook be found: after the standard library, before what is installed."""
    with contextlib.suppress(ValueError):
        sys.path.remove("")
    installed = (
        i for i, path in enumerate(sys.path) if os.path.basename(path) in ("site-packages", "dist-packages")
    )
    sys.path.insert(next(installed, 0), "")
