"""Warm processes behind walls, one for each kind of lab."""

from __future__ import annotations

import atexit
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from sandbox import Bind, CellResult, SandboxError, Stop, WallUnavailable, WarmServer, waiting

from ..errors import WallsMissing
from .bare import MODULES as BARE
from .master import Master
from .walls import must_hold, wall_of

WARM_BYTES = 2**29  # what a warm process with torch takes
IDLE_SECONDS = 300  # a server that nobody has used for so long gives its memory back
ENVIRONMENT = {
    "NBGRADER_EXECUTION": "autograde",
    "TRITON_INTERPRET": "1",
}
CHECKER, WORKER = "graders.engine.checker", "graders.engine.worker"
LAST = ("graders.engine.guard",)  # it keeps what the others made
MOST_RUNS = 64  # processes at the same time; who grades decides how many submissions that are
TOTAL = 1.5  # all cells together may take so many times the lab's seconds; one cell once


@dataclass(frozen=True)
class Need:
    """What a server must have: modules loaded, files visible, memory."""

    modules: tuple[str, ...]
    files: tuple[Path, ...]
    memory_mib: int
    loads_code: bool = True


class _TimeIsOver(Exception):
    """All cells together took longer than a submission may."""


class Server:
    """A warm server for one lab; started on first use, again when it broke.

    Once it is closed, a run that comes late from another thread has a process that ends with it.
    """

    def __init__(self, need: Need) -> None:
        self.need = need
        self._warm: WarmServer | None = None
        self._bare: Server | None = None
        self._runs = 0
        self._closed = False
        self._lock = threading.Lock()

    @property
    def bare(self) -> Server:
        """Where what is written by hand runs: the same, without any library beside NumPy."""
        with self._lock:
            if self._bare is None:
                only = replace(self.need, modules=(*BARE, WORKER, *LAST), loads_code=False)
                self._bare = Server(only)
                self._bare._closed = self._closed
            return self._bare

    def checkers(self, cells: Sequence[str], seconds: float, desk: socket.socket) -> list[CellResult]:
        """Run the master's cells behind a wall of their own, going on after errors.

        Parameters
        ----------
        cells
            Code.
        seconds
            For one cell, and 1.5 times so many for all.
        desk
            Where the learner's process is asked for.

        Returns
        -------
        list of CellResult
            Shorter than `cells` when the process ended or the time was over.

        Raises
        ------
        WallsMissing
            When this host gives no wall.
        SandboxError
            When the server broke; it is started anew for the next submission.
        """
        # a check waits for the learner's cells before it, which have their own limits
        limit = TOTAL * seconds + 5
        with desk:
            silence = (1 + waiting.MOST) * 2 * limit
            return self._in_time(
                cells, seconds, timeout=limit, silence=silence, guide=f"{CHECKER}:sit", peer=desk
            )

    def together(self, cells: Sequence[str], seconds: float) -> list[CellResult]:
        """Run a learner's cells and the master's checks in one process behind a wall.

        Parameters
        ----------
        cells, seconds
            As in :meth:`checkers`.
        """
        return self._in_time(cells, seconds, timeout=seconds)

    def _in_time(self, cells: Sequence[str], seconds: float, **how: Any) -> list[CellResult]:
        begun, done, most = time.monotonic(), [], TOTAL * seconds

        def keep(_: int, result: CellResult) -> None:
            done.append(result)
            waited = min(sum(cell.waited for cell in done), waiting.MOST * most)
            if time.monotonic() - begun - waited > most:
                raise _TimeIsOver

        try:
            return self._run(cells, on_cell=keep, **how)
        except _TimeIsOver:
            return done

    def learners(
        self, cells: Sequence[str], seconds: float, line: socket.socket, stop: Stop
    ) -> list[CellResult]:
        """Run a learner's cells behind a wall of their own, each when the checker asks for it.

        Parameters
        ----------
        cells, seconds
            As in :meth:`checkers`.
        line
            To the checker.
        stop
            Ends the process from another thread.
        """
        silence = (1 + waiting.MOST) * (2 * TOTAL * seconds + 10)
        with line:
            return self._run(
                cells, timeout=seconds, silence=silence, guide=f"{WORKER}:serve", peer=line, stop=stop
            )

    def _run(self, cells: Sequence[str], **how: Any) -> list[CellResult]:
        with self._lock:
            warm = self._started()
            self._runs += 1
        try:
            return warm.run(cells, env=ENVIRONMENT, stop_on_error=False, **how)
        except WallUnavailable as error:
            raise WallsMissing(f"learners' code is not run without a wall: {error}") from None
        except SandboxError:
            self._drop(warm)
            raise
        finally:
            with self._lock:
                self._runs -= 1
                if self._closed and not self._runs:
                    self._end()

    @property
    def busy(self) -> bool:
        """Whether something runs here."""
        return self._runs > 0 or (self._bare is not None and self._bare.busy)

    def warm(self) -> None:
        """Start the process; it warms up while the caller goes on."""
        with self._lock:
            if not self._closed:
                self._started()

    def _started(self) -> WarmServer:
        files = tuple(Bind(path, path) for path in self.need.files)
        wall = wall_of(files, self.need.memory_mib, ENVIRONMENT)
        must_hold(wall)
        wall = replace(wall, loads_code=self.need.loads_code)
        if self._warm is None:
            self._warm = WarmServer(self.need.modules, wall=wall, workers=MOST_RUNS, tracebacks="minimal")
            self._warm.start()
        return self._warm

    def _drop(self, broken: WarmServer) -> None:
        """Stop a process that broke; a run that used it too must not stop the one that came after it."""
        with self._lock:
            if self._warm is broken:
                self._warm = None
        broken.close()

    def close(self) -> None:
        """Stop the process, and with it whatever runs."""
        with self._lock:
            self._closed = True
            self._end()
        if self._bare is not None:
            self._bare.close()

    def _end(self) -> None:
        if self._warm is not None:
            self._warm.close()
            self._warm = None


class _Servers:
    """At most one server at a time while none has to stay: a warm torch takes half a gigabyte."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[Need, Server] = {}  # the one used last comes last
        self._timer: threading.Timer | None = None
        self._most = 1
        self._stay = False

    def get(self, need: Need) -> Server:
        with self._lock:
            server = self._servers.pop(need, None) or Server(need)
            while len(self._servers) >= self._most:
                self._servers.pop(next(iter(self._servers))).close()
            self._servers[need] = server
            self._begin_to_wait()
            return server

    def keep(self, most: int) -> None:
        with self._lock:
            self._most, self._stay = most, True
            self._begin_to_wait()

    def _begin_to_wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._stay:
            self._timer = threading.Timer(IDLE_SECONDS, self._rest)
            self._timer.daemon = True
            self._timer.start()

    def _rest(self) -> None:
        """Close what nobody uses."""
        with self._lock:
            for need in [need for need, server in self._servers.items() if not server.busy]:
                self._servers.pop(need).close()
            if self._servers:
                self._begin_to_wait()

    def close(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            while self._servers:
                self._servers.popitem()[1].close()


_servers = _Servers()
atexit.register(_servers.close)


def server_for(master: Master) -> Server:
    """Return the warm server for a lab; the last one stays until another lab needs one, or five minutes.

    After :func:`keep_warm` several stay, and as long as the process does.
    """
    return _servers.get(need(master))


def keep_warm() -> None:
    """Let servers stay until the end, as many as fit into a quarter of this machine's memory."""
    _servers.keep(max(1, psutil.virtual_memory().total // 4 // WARM_BYTES))


def close_servers() -> None:
    """Stop what is running."""
    _servers.close()


def need(master: Master) -> Need:
    """Return what a lab needs: the libraries that its own cells import, its files, its memory."""
    modules = {"graders.kit", "numpy", "numpy.ma"}  # arrays that cross may be masked
    for name in master.modules:
        if name not in sys.stdlib_module_names and name != "graders" and find_spec(name) is not None:
            modules.add(name)
    in_order = (*sorted(modules), CHECKER, WORKER, *LAST)
    return Need(in_order, tuple(master.data.values()), master.limits.memory_mib)
