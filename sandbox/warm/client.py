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
from pathlib import Path
from typing import IO, Any, Self

from sandbox import walled
from sandbox.capable import kind_for
from sandbox.errors import SandboxError, WarmError
from sandbox.wall import Wall
from sandbox.walled import Walled
from sandbox.warm import frames
from sandbox.warm.supervise import GRACE, CellResult, Run, Stop

PATIENCE = 30.0  # seconds for a process to get behind its wall
PATIENCE_TO_DIE = 0.5  # seconds in which a run ends before its warm process is seen to have ended
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
        self._closed = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process; it warms up while the caller goes on.

        Raises
        ------
        WarmError
            It was closed.
        """
        with self._lock:
            if self._closed:  # else a run that comes late would start a process that nobody ends
                raise _closed()
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
                if self._control is None:
                    raise _closed()
                answer = self._control.recv(1 << 16)
                self._ready = json.loads(answer) if answer else {"error": self._last_words()}
            ready = self._ready
        if "error" in ready:
            raise WarmError(f"the warm process did not start: {ready['error']}")
        if ready["threads"] != 1:
            names = ", ".join(self.imports)
            raise WarmError(f"importing {names} left {ready['threads']} threads running; take out what does")
        return float(ready["seconds"])

    def close(self) -> None:
        """End the process and all runs, for good."""
        with self._lock:
            self._closed = True
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
        kind = kind_for(running=True) if chosen else "open"
        job = {
            "cells": [str(cell) for cell in cells],
            "cwd": None if cwd is None else str(cwd),
            "timeout": float(timeout),
            "env": dict(env or {}),
            "stop_on_error": stop_on_error,
            "tracebacks": self.tracebacks,
            "memory_mib": chosen.limits.memory_mib if chosen else None,
            "guide": guide,
            "silence": timeout + GRACE if silence is None else silence,
        }
        self.ready()
        with self._slots:
            connection, handle = self._begun(chosen, kind, peer, job["silence"] + PATIENCE)
            with connection:
                stop = stop or Stop()
                stop.holds(connection)
                try:
                    return Run(handle, connection, job, on_cell, stop).follow(self._lives)
                finally:
                    stop.holds(None)

    def _begun(
        self, wall: Wall | None, kind: str, peer: socket.socket | None, seconds: float
    ) -> tuple[socket.socket, Walled]:
        """Return the connection to a new process behind a wall, and the handle on it."""
        request = frames.pack({"wall": wall.to_json() if wall else None, "kind": kind})
        here, there = socket.socketpair()
        report, tell = walled.line()
        for end in (here, report):
            end.settimeout(seconds)
        try:
            with there, tell, peer or contextlib.nullcontext(), self._lock:
                if self._control is None:
                    raise _closed()
                ends = [end.fileno() for end in (there, tell, peer) if end]
                socket.send_fds(self._control, [b"+"], ends)
                here.sendall(request)
            handle = walled.take_over(report, kind)
            if handle is None:
                raise BrokenPipeError
        except (OSError, SandboxError) as error:
            here.close()
            report.close()
            if isinstance(error, SandboxError):
                raise
            raise WarmError(f"the warm process is gone: {self._last_words()}; start a new one") from error
        return here, handle

    def _lives(self) -> bool:
        """Tell whether the warm process lives, some time after a run ended."""
        process = self._process
        if process is None:
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_TO_DIE)
        return process.returncode is None

    def _last_words(self) -> str:
        """Return the end of what the process wrote before it went."""
        if self._stderr is None:
            return "it was closed"
        try:
            self._stderr.seek(0)
            return self._stderr.read().decode(errors="replace")[-2000:].strip() or "it said nothing"
        except ValueError:  # another thread closed it
            return "it was closed"


def _closed() -> WarmError:
    return WarmError("the warm process was closed: start a new one")
