"""What goes on by itself while the academy is open: looked at in a thread, again and again."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress

from tornado.log import app_log

from learning_paths.errors import PlanError

from .changes import Changes
from .errors import HubError

# Reading the whole gradebook may take a tenth of the time, however many learners it has.
LEAST_SECONDS, SHARE = 1.0, 0.1
UNFORESEEN_SECONDS = 5.0  # until the look after one that met what nobody foresaw
SETTLED_SECONDS = 0.1  # a file's time of change has steps: what changed just now may change again unseen


class Loop(ABC):
    """Looks after something until it is told to stop.

    Parameters
    ----------
    what
        What, for the log.
    """

    every_seconds = 1.0

    def __init__(self, what: str) -> None:
        self._what = what
        self._changes = Changes()
        self._stopping: asyncio.Event | None = None

    @property
    def _stops(self) -> bool:
        """Whether a look should leave what is left to the next start."""
        return self._stopping is not None and self._stopping.is_set()

    async def go_on(self, stopping: asyncio.Event) -> None:
        """Look all the while until told to stop; what nobody foresaw is logged, and the next look goes on."""
        self._stopping = stopping
        while not stopping.is_set():
            pause = self.every_seconds
            try:
                await asyncio.to_thread(self.look)
            except Exception:  # noqa: BLE001 - told, and others need not wait for a new start
                self._changes.forget()
                app_log.exception("looking after %s", self._what)
                pause = UNFORESEEN_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)

    def look(self) -> None:
        """Do what is there to do; a failure is logged and tried again at the next look."""
        try:
            self._work()
        except (OSError, PlanError, HubError) as error:
            self._changes.forget()
            app_log.error("looking after %s: %s", self._what, error)

    @abstractmethod
    def _work(self) -> None:
        """Do what is there to do."""


def pause_after(seconds: float) -> float:
    """Return the seconds until the gradebook is read again, after a reading that took some."""
    return max(LEAST_SECONDS, seconds / SHARE)
