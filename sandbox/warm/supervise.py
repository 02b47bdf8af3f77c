"""Outside: stand between one run's cells and the caller; keep time and memory, and tell how it ended."""

import os
import select
import signal
import socket
import time
from typing import Any

from sandbox import processes
from sandbox.errors import FrameError
from sandbox.walled import Walled
from sandbox.warm import frames

GRACE = 2.0  # seconds that a cell has to end after its own alarm, before all inside is killed
_TICK = 0.2


def supervise(handle: Walled, inner: socket.socket, caller: socket.socket, job: dict[str, Any]) -> None:
    """Pass on what comes from inside until the run is over, then say how it ended.

    The last message is ``{"end": reason, "detail": text}`` with reason ``done``, ``timeout``, ``memory``,
    ``died`` or ``broken``; nothing is sent to a caller that went away.
    """
    try:
        reason, detail = _relay(handle, inner, caller, job)
    except FrameError as error:
        reason, detail = "broken", str(error)
    except (BrokenPipeError, ConnectionResetError):
        reason, detail = "gone", ""
    if reason in ("done", "died"):
        handle.ended_within(GRACE)
    status = handle.kill()
    if reason == "died":
        detail = _how(status)
    if reason != "gone":
        caller.sendall(frames.pack({"end": reason, "detail": detail}))


def _relay(
    handle: Walled, inner: socket.socket, caller: socket.socket, job: dict[str, Any]
) -> tuple[str, str]:
    limit = job["memory_mib"]
    held = sum(map(processes.memory_mib, processes.descendants(os.getpid()))) if limit else 0.0
    patience = job["silence"]
    deadline = time.monotonic() + patience
    data, started = bytearray(), False
    poll = select.poll()
    poll.register(inner, select.POLLIN)
    poll.register(caller, select.POLLIN)
    while True:
        ready = dict(poll.poll(_TICK * 1000))
        if caller.fileno() in ready:
            return "gone", ""
        if inner.fileno() in ready:
            part = inner.recv(1 << 20)
            if not part:
                return "died", ""
            data += part
            for frame in _complete(data):
                deadline = time.monotonic() + patience
                kind = _kind(frame, first=not started)
                started = True
                if kind == "done":
                    return "done", "exit" if frames.unpack(frame).get("exit") is True else ""
                if kind != "started":
                    caller.sendall(frames.HEADER.pack(len(frame)) + frame)
        if time.monotonic() > deadline:
            return "timeout", f"nothing came for {patience:g} s: the cell did not stop, and was killed"
        if limit and processes.largest_over(os.getpid(), limit + held) is not None:
            return "memory", f"the cell's processes held more than {limit} MiB and were killed"


def _kind(frame: bytes, *, first: bool) -> str:
    """Return the kind of a message from inside; only the first comes before any code that is not ours."""
    for kind in ("started", "refused") if first else ("cell", "done"):
        if frame.startswith(f'{{"{kind}": '.encode()):
            return kind
    raise FrameError("a message of a kind that has no place there")


def _complete(data: bytearray) -> list[bytes]:
    """Take the complete messages off the front of `data`."""
    found = []
    while len(data) >= frames.HEADER.size:
        size = frames.length(bytes(data[: frames.HEADER.size]))
        end = frames.HEADER.size + size
        if len(data) < end:
            break
        found.append(bytes(data[frames.HEADER.size : end]))
        del data[:end]
    return found


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name if number in signal.valid_signals() else f"signal {number}"
        hint = " (its processor time was used up)" if number == signal.SIGXCPU else ""
        return f"the process ended by {name}{hint}"
    return f"the process ended with exit code {os.waitstatus_to_exitcode(status)}"
