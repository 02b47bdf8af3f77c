"""The caller's side of the warm process."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from sandbox.capable import kind_for
from sandbox.errors import FrameError, WallError, WarmError
from sandbox.wall import Wall
from sandbox.warm import frames
from sandbox.warm.supervise import GRACE

_PASSED = (
    "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "TZ", "MPLCONFIGDIR", "XDG_CACHE_HOME", "HF_HOME",
    "TORCH_HOME", "CUDA_VISIBLE_DEVICES", "CUDA_HOME", "NVIDIA_VISIBLE_DEVICES",
)  # fmt: skip
_OWN = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    # threads that wait must not spin: where cores are shared, spinning makes a training step ten times slower
    "OMP_WAIT_POLICY": "PASSIVE",
    "TOKENIZERS_PARALLELISM": "false",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # as a kernel sets them, so that programs run from a cell neither page nor drop their colours
    "TERM": "xterm-color",
    "CLICOLOR": "1",
    "FORCE_COLOR": "1",
    "CLICOLOR_FORCE": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
}
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
    """

    outputs: list[dict[str, Any]]
    execution_count: int | None
    ok: bool
    seconds: float
    captured: list[dict[str, Any]] = field(default_factory=list)


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


class WarmServer:
    """A process with libraries imported that forks a child for each run of cells.

    Use it as a context manager. Runs may come from several threads.

    Parameters
    ----------
    imports
        Modules to import beforehand.
    wall
        What each child enters before it runs anything; None runs without a wall.
    workers
        Runs at the same time; further ones wait.
    tracebacks
        ``context`` as in a kernel, or ``minimal``: the lines of cells that led there, and much faster.
    """

    def __init__(
        self,
        imports: tuple[str, ...] = ("numpy",),
        wall: Wall | None = None,
        workers: int = 1,
        *,
        tracebacks: str = "context",
    ) -> None:
        if tracebacks not in ("context", "minimal"):
            raise WarmError(f"tracebacks {tracebacks!r}: give 'context' or 'minimal'")
        self.imports, self.wall, self.tracebacks = imports, wall, tracebacks
        self._slots = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._ready: dict[str, Any] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._stderr: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process; it warms up while the caller goes on."""
        with self._lock:
            if self._process is not None:
                return
            here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - close() closes it
            variables = {name: os.environ[name] for name in _PASSED if name in os.environ} | _OWN
            argv = [
                sys.executable,
                "-I",
                "-m",
                "sandbox.warm.server",
                str(there.fileno()),
                json.dumps(self.imports),
            ]
            with there:
                self._process = subprocess.Popen(
                    argv,
                    pass_fds=(there.fileno(),),
                    env=variables,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=self._stderr,
                    stderr=self._stderr,
                    start_new_session=True,
                )
            self._control = here

    def ready(self) -> float:
        """Wait until the libraries are there and return the seconds that it took.

        Raises
        ------
        WarmError
            An import failed, or left threads running, which a fork would cut off.
        """
        self.start()
        with self._lock:
            if self._ready is None:
                assert self._control is not None
                answer = self._control.recv(1 << 16)
                self._ready = json.loads(answer) if answer else {"error": self._last_words()}
        if "error" in self._ready:
            raise WarmError(f"the warm process did not start: {self._ready['error']}")
        if self._ready["threads"] != 1:
            names = ", ".join(self.imports)
            raise WarmError(
                f"importing {names} left {self._ready['threads']} threads running; take out what does"
            )
        return float(self._ready["seconds"])

    def close(self) -> None:
        """End the process and all runs."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                self._process.kill()
                self._process.wait()
            if self._stderr is not None:
                self._stderr.close()
            self._control, self._process, self._ready = None, None, None

    def run(
        self,
        cells: Sequence[str],
        *,
        cwd: Path | None = None,
        timeout: float = 60.0,
        env: Mapping[str, str] | None = None,
        stop_on_error: bool = True,
        on_cell: Callable[[int, CellResult], None] | None = None,
        wall: Wall | None = None,
        guide: str = "",
        peer: socket.socket | None = None,
        silence: float | None = None,
        stop: Stop | None = None,
    ) -> list[CellResult]:
        """Run cells in a fresh child and return what each did.

        Parameters
        ----------
        cells
            Code, as in a notebook: magics and ``await`` work.
        cwd
            The folder they run in, as seen inside; by default the home.
        timeout
            Seconds for each cell.
        env
            Environment variables for this run.
        stop_on_error
            Run nothing after a cell with an error.
        on_cell
            Called with a cell's index and result as soon as it is over, in this thread.
        wall
            A wall for this run in place of the server's.
        guide
            ``module:function``, a generator function that decides inside when cells run: it is called with
            the shell and `peer`, and at each ``yield`` the next cell runs. It is resumed after the last.
        peer
            A socket that the guide gets; closed here once the child has it.
        silence
            Seconds without a result after which the child is killed; by default `timeout` and two more.
        stop
            Ends the run from another thread; the results up to then are returned.

        Returns
        -------
        list of CellResult
            Shorter than `cells` when a cell failed and `stop_on_error` is set, or when the child died; the
            last one then has the error (``CellTimeout``, ``MemoryLimitExceeded``, ``DeadKernelError``).

        Raises
        ------
        WallError
            The wall could not be built.
        WarmError
            The warm process is gone.
        """
        chosen = wall or self.wall
        job = {
            "cells": [str(cell) for cell in cells],
            "cwd": None if cwd is None else str(cwd),
            "timeout": float(timeout),
            "env": dict(env or {}),
            "stop_on_error": stop_on_error,
            "tracebacks": self.tracebacks,
            "wall": chosen.to_json() if chosen else None,
            "kind": kind_for(running=True) if chosen else "open",
            "memory_mib": chosen.limits.memory_mib if chosen else None,
            "guide": guide,
            "silence": timeout + GRACE if silence is None else silence,
        }
        self.ready()
        with self._slots, self._connect(peer) as connection:
            connection.settimeout(job["silence"] + 30)
            stop = stop or Stop()
            stop.holds(connection)
            try:
                connection.sendall(frames.pack(job))
                return _Run(connection, job, on_cell, stop).follow()
            except BrokenPipeError:
                if stop.asked:
                    return []
                raise WarmError(f"the warm process is gone: {self._last_words()}; start a new one") from None
            finally:
                stop.holds(None)

    def _connect(self, peer: socket.socket | None) -> socket.socket:
        here, there = socket.socketpair()
        with there, peer or contextlib.nullcontext(), self._lock:
            handed = [there.fileno(), *([peer.fileno()] if peer else [])]
            try:
                if self._control is None:
                    raise WarmError("the warm process was closed: start a new one")
                socket.send_fds(self._control, [b"+"], handed)
            except OSError as error:
                here.close()
                raise WarmError(f"the warm process is gone: {self._last_words()}; start a new one") from error
        return here

    def _last_words(self) -> str:
        """Return the end of what the process wrote before it went."""
        if self._stderr is None:
            return "it was closed"
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")[-2000:].strip() or "it said nothing"


class _Run:
    """The messages of one run, made into results."""

    def __init__(self, connection: socket.socket, job: dict[str, Any], on_cell: Any, stop: Stop) -> None:
        self.connection, self.job, self.on_cell, self.stop = connection, job, on_cell, stop
        self.results: list[CellResult] = []

    def follow(self) -> list[CellResult]:
        """Take messages until the end."""
        while True:
            try:
                message = frames.receive(self.connection)
            except TimeoutError as error:
                raise WarmError("the warm process does not answer: start a new one") from error
            except FrameError as error:
                return self._ended("broken", str(error))
            if message is None and self.stop.asked:
                return self.results
            if message is None:
                raise WarmError("the run was cut off: the warm process ended; start a new one")
            if "refused" in message:
                raise WallError(str(message["refused"]))
            if "end" in message:
                return self._ended(message["end"], str(message["detail"]))
            try:
                result = self._result(message)
            except FrameError as error:
                return self._ended("broken", str(error))
            self.results.append(result)
            if self.on_cell:
                self.on_cell(len(self.results) - 1, result)

    def _result(self, message: dict[str, Any]) -> CellResult:
        """Check a message from inside and return the cell's result."""
        if message.get("cell") != len(self.results) or len(self.results) >= len(self.job["cells"]):
            raise FrameError("a result for a cell that was not running")
        count, ok, seconds = (message.get(key) for key in ("execution_count", "ok", "seconds"))
        if not (count is None or type(count) is int) or type(ok) is not bool or type(seconds) is not float:
            raise FrameError("a result with values of the wrong kind")
        updates = message.get("updates")
        if not isinstance(updates, dict):
            raise FrameError("a result whose updates are not an object")
        for cell, outputs in updates.items():
            if not cell.isdecimal() or int(cell) >= len(self.results):
                raise FrameError("an update of a cell that has not run")
            self.results[int(cell)].outputs = frames.check_outputs(outputs)
        outputs, captured = (frames.check_outputs(message.get(key)) for key in ("outputs", "captured"))
        return CellResult(outputs, count, ok, seconds, captured)

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
        result = CellResult([error], None, False, 0.0)
        self.results.append(result)
        if self.on_cell:
            self.on_cell(len(self.results) - 1, result)
        return self.results
