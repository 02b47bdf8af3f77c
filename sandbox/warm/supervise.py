"""Outside: follow one run of cells; keep its time and memory, read what comes from inside, end all of it."""

import contextlib
import math
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox import processes
from sandbox.errors import FrameError, WallError, WarmError
from sandbox.waiting import MOST
from sandbox.walled import Walled
from sandbox.warm import frames

GRACE = 2.0  # seconds that a cell has to end after its own alarm, before all inside is killed
_TICK = 0.2
_ENDS = {
    "timeout": "CellTimeout",
    "memory": "MemoryLimitExceeded",
    "died": "DeadKernelError",
    "broken": "DeadKernelError",
}


@dataclass
class CellResult:
    """What one cell did.

    Parameters
    ----------
    outputs
        As in a notebook: ``stream``, ``display_data``, ``execute_result`` and ``error``.
    execution_count
        None for a cell without code.
    ok
        It ended, and without an error.
    seconds
        How long it ran.
    captured
        What went into `Output` widgets (``interact`` has one) instead of `outputs`, errors too.
    waited
        Of the seconds, those in which it had no processor: no limit counts them.
    """

    outputs: list[dict[str, Any]]
    execution_count: int | None
    ok: bool
    seconds: float
    captured: list[dict[str, Any]] = field(default_factory=list)
    waited: float = 0.0


class Stop:
    """Ends a run from another thread: give it to :meth:`WarmServer.run`, call it when the run is to end."""

    def __init__(self) -> None:
        self.asked = False
        self._connection: socket.socket | None = None
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """End the run, or let it end as soon as it begins."""
        with self._lock:
            self.asked = True
            self._end()

    def holds(self, connection: socket.socket | None) -> None:
        """Take the connection of the run that is to be ended; None when the run is over."""
        with self._lock:
            self._connection = connection
            if self.asked:
                self._end()

    def _end(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)


class Run:
    """One run: what comes from inside is made into results, and nothing of it is believed.

    Parameters
    ----------
    handle
        On the process in which the cells run; ended when the run is.
    connection
        To that process, which waits for its job.
    job
        What :func:`sandbox.warm.child.run` reads.
    on_cell, stop
        As for :meth:`WarmServer.run`.
    """

    def __init__(
        self,
        handle: Walled,
        connection: socket.socket,
        job: dict[str, Any],
        on_cell: Callable[[int, CellResult], None] | None,
        stop: Stop,
    ) -> None:
        self.handle, self.connection, self.job = handle, connection, job
        self.on_cell, self.stop = on_cell, stop
        self.results: list[CellResult] = []
        self._begun = False

    def follow(self, lives: Callable[[], bool]) -> list[CellResult]:
        """Hand the job over, take messages until the end, and end all that is inside.

        Parameters
        ----------
        lives
            Tells whether the warm process does; when it ends, its runs do.

        Raises
        ------
        WallError
            The job cannot run behind its wall.
        WarmError
            The warm process ended.
        """
        try:
            reason, detail = self._until_the_end()
            if reason in ("done", "died") and not self.stop.asked:
                self.handle.ended_within(GRACE)
        finally:
            status = self.handle.kill()
        if self.stop.asked:
            return self.results
        if reason == "died":
            if not self.handle.told and not lives():
                raise WarmError("the run was cut off: the warm process ended; start a new one")
            detail = _how(status)
        return self._ended(reason, detail)

    def _until_the_end(self) -> tuple[str, str]:
        """Return why the run is over: ``done``, ``timeout``, ``memory``, ``died`` or ``broken``, and more."""
        try:
            return self._listen()
        except FrameError as error:
            return "broken", str(error)
        except TimeoutError as error:
            raise WarmError("the warm process does not answer: start a new one") from error
        except (BrokenPipeError, ConnectionResetError):
            return "died", ""

    def _listen(self) -> tuple[str, str]:
        limit, patience = self.job["memory_mib"], self.job["silence"]
        held = sum(map(processes.memory_mib, processes.descendants(self.handle.pid))) if limit else 0.0
        self.connection.sendall(frames.pack(self.job))
        poll, data = select.poll(), bytearray()
        poll.register(self.connection, select.POLLIN)
        looked = time.monotonic()
        deadline = looked + patience
        while True:
            if poll.poll(_TICK * 1000):
                part = self.connection.recv(1 << 20)
                if not part:
                    return "died", ""
                data += part
                for frame in _complete(data):
                    if (end := self._take(frame)) is not None:
                        return end
                    deadline = time.monotonic() + patience
            now = time.monotonic()
            if now > deadline and now > deadline + self._waited(MOST * patience):
                return "timeout", f"nothing came for {patience:g} s: the cell did not stop, and was killed"
            if limit and now >= looked + _TICK:
                looked = now
                if processes.largest_over(self.handle.pid, limit + held) is not None:
                    return "memory", f"the cell's processes held more than {limit} MiB and were killed"

    def _waited(self, most: float) -> float:
        """Return the seconds that the processes inside waited for a processor, as far as they count."""
        return min(sum(map(processes.waited, processes.descendants(self.handle.pid))), most)

    def _take(self, frame: bytes) -> tuple[str, str] | None:
        """Take one message from inside; return how the run ended when it was the last."""
        kind = _kind(frame, first=not self._begun)
        self._begun = True
        if kind == "started":
            return None
        message = frames.unpack(frame)
        if kind == "refused":
            raise WallError(str(message["refused"]))
        if kind == "done":
            return "done", "exit" if message.get("exit") is True else ""
        self._keep(self._result(message))
        return None

    def _keep(self, result: CellResult) -> None:
        self.results.append(result)
        if self.on_cell:
            self.on_cell(len(self.results) - 1, result)

    def _result(self, message: dict[str, Any]) -> CellResult:
        """Check a message from inside and return the cell's result."""
        if message.get("cell") != len(self.results) or len(self.results) >= len(self.job["cells"]):
            raise FrameError("a result for a cell that was not running")
        count, ok = message.get("execution_count"), message.get("ok")
        seconds, waited = message.get("seconds"), message.get("waited")
        if not (count is None or type(count) is int) or type(ok) is not bool:
            raise FrameError("a result with values of the wrong kind")
        if not all(type(value) is float and 0 <= value < math.inf for value in (seconds, waited)):
            raise FrameError("a result with a time that cannot be")
        updates = message.get("updates")
        if not isinstance(updates, dict):
            raise FrameError("a result whose updates are not an object")
        for cell, outputs in updates.items():
            if not cell.isdecimal() or int(cell) >= len(self.results):
                raise FrameError("an update of a cell that has not run")
            self.results[int(cell)].outputs = frames.check_outputs(outputs)
        outputs, captured = (frames.check_outputs(message.get(key)) for key in ("outputs", "captured"))
        return CellResult(outputs, count, ok, seconds, captured, waited)

    def _ended(self, reason: str, detail: str) -> list[CellResult]:
        if reason == "done" and detail != "exit":
            return self.results
        if len(self.results) == len(self.job["cells"]):
            return self.results
        if reason == "done":
            reason, detail = "died", "an earlier cell called exit()"
        text = f"{detail}; no later cell was run"
        error = {
            "output_type": "error",
            "ename": _ENDS[reason],
            "evalue": text,
            "traceback": [f"{_ENDS[reason]}: {text}"],
        }
        self._keep(CellResult([error], None, False, 0.0))
        return self.results


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
