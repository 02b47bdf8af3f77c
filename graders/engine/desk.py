"""Where the checker gets a learner's process: it asks, the coordinator starts one and hands the line over."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any, Self

from sandbox import CellResult, SandboxError, Stop, waiting

from ..errors import Refusal
from .wire import Channel, WireError

GRACE = 0.5  # seconds that a learner's process has to end by itself


def ask(line: Channel, left_out: list[int]) -> Channel:
    """Return the line to a new learner's process, whose waiting is counted from now on (the checker's part).

    Parameters
    ----------
    line
        To the coordinator.
    left_out
        Places of cells that ended an earlier process: they do not run.

    Raises
    ------
    WireError
        When the coordinator is gone.
    """
    line.send({"left_out": left_out})
    line.end.setblocking(True)
    _, descriptors, _, _ = socket.recv_fds(line.end, 1, 1)
    line.end.setblocking(False)
    if not descriptors:
        raise WireError("the coordinator gave no line")
    there = socket.socket(fileno=descriptors[0])
    waiting.watch(there)
    return Channel(there)


class Desk:
    """The coordinator's part: starts a learner's process, and another whenever the checker asks for one.

    Parameters
    ----------
    about
        What the checker is told first.
    start
        Runs the learner's cells without the left out ones in a new process that gets the socket, until it
        ends or is stopped; returns what each cell did. Called in a thread of its own.
    """

    def __init__(
        self, about: dict[str, Any], start: Callable[[list[int], socket.socket, Stop], list[CellResult]]
    ) -> None:
        self._start = start
        here, self.peer = socket.socketpair()
        self._line = Channel(here)
        self._line.send(about)
        self._runs: list[tuple[threading.Thread, Stop]] = []
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._early: socket.socket | None = None
        self.results: dict[int, CellResult] = {}
        self.told: dict[str, dict[str, Any]] = {}  # by the checker, of each check
        self.failure: SandboxError | Refusal | None = None

    def __enter__(self) -> Self:
        self._early = self._begin([])  # its walls are built while the checker's are
        self._keeper.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._line.end.shutdown(socket.SHUT_RDWR)
        self._keeper.join()
        if self._early is not None:
            self._early.close()
        self._end_runs()
        self._line.close()

    def _end_runs(self) -> None:
        """End the learner's processes: the line to the checker is closed, so that they end by themselves."""
        for thread, stop in self._runs:
            thread.join(GRACE)
            stop()
            thread.join()
        self._runs.clear()

    def _keep(self) -> None:
        while True:
            try:
                message, _ = self._line.receive()
            except WireError:
                return
            if "told" in message:
                self.told[message["check"]] = message["told"]
                continue
            left_out = [place for place in message.get("left_out", ()) if isinstance(place, int)]
            checkers, self._early = self._early, None
            if checkers is None:
                self._end_runs()
                checkers = self._begin(left_out)
            with checkers, contextlib.suppress(OSError):  # the checker was stopped while it asked
                socket.send_fds(self._line.end, [b"+"], [checkers.fileno()])

    def _begin(self, left_out: list[int]) -> socket.socket:
        """Start a learner's process and return the checker's end of the line to it."""
        checkers, learners = socket.socketpair()
        stop = Stop()
        thread = threading.Thread(target=self._run, args=(left_out, learners, stop), daemon=True)
        self._runs.append((thread, stop))
        thread.start()
        return checkers

    def _run(self, left_out: list[int], learners: socket.socket, stop: Stop) -> None:
        try:
            results = self._start(left_out, learners, stop)
        except (SandboxError, Refusal) as error:
            self.failure = error
            return
        for place, result in enumerate(results):
            if place not in left_out:
                self.results[place] = result
