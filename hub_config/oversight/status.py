"""How an academy does at this moment: its parts and since when, work that waits, room, backups, versions."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

from hub_config.loop import Loop
from hub_config.lti.delivery import Delivery
from hub_config.operations import Watched
from hub_config.storage.backup import LAST
from hub_config.storage.databases import revisions

PACKAGE = "zhisuan-academy"


@dataclass(frozen=True)
class PartStatus:
    """A part of the academy.

    Parameters
    ----------
    name
        ``store``, ``gradebook``, ``audit``, ``work`` or ``disk``.
    works
        Whether it can do its work.
    since
        Since when that is so, in seconds since the epoch; for what never changed, since the service looks.
    """

    name: str
    works: bool
    since: float


class Status(Loop):
    """Looks at the parts all the while, so that it can tell since when each is as it is.

    Parameters
    ----------
    watched
        The academy and its figures.
    delivery
        What goes to learning platforms; None where none is registered.
    servers
        Tells how many servers run; None while that is not known.
    clock
        Returns seconds since the epoch.
    """

    every_seconds = 5.0

    def __init__(
        self,
        watched: Watched,
        delivery: Delivery | None,
        servers: Callable[[], int | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("the academy's status")
        self._watched, self._delivery, self._servers, self._clock = watched, delivery, servers, clock
        self._parts: dict[str, PartStatus] = {}

    def _work(self) -> None:
        self.parts()

    def parts(self) -> list[PartStatus]:
        """Look at each part now, and return them."""
        faults, now = self._watched.faults(), self._clock()
        for name in self._watched.parts:
            before = self._parts.get(name)
            if before is None or before.works == (name in faults):
                self._parts[name] = PartStatus(name, name not in faults, now)
        return list(self._parts.values())

    def told(self) -> dict[str, Any]:
        """Return all of it, for the page."""
        deployment = self._watched.deployment
        return {
            "parts": self.parts(),
            "queue": self._watched.queue(),
            "free": self._watched.free(),
            "servers": self._servers(),
            "backup": _last_backup(deployment.hub / LAST),
            "version": version(PACKAGE),
            "revisions": self._revisions,
            "returns": self._failed_returns(),
            "now": self._clock(),
        }

    @cached_property
    def _revisions(self) -> list[tuple[str, str | None, str | None]]:
        """The versions of the tables: they change with a start alone."""
        return revisions(self._watched.deployment)

    def _failed_returns(self) -> int | None:
        """Return how many marks a fault keeps from learning platforms; None where there are none."""
        if self._delivery is None:
            return None
        of = self._delivery.returns.of_context
        contexts = self._delivery.book.contexts()
        return sum(
            bool(one.failure and not one.arrived) for context in contexts for one in of(context.number)
        )


def _last_backup(path: Any) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
