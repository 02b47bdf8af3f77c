"""How long people's servers run and are in use: asked of the hub once a minute, kept as sums a day."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import requests
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hub_config.loop import Loop

from .tables import people, usage_days
from .trail import Trail

LONGEST_GAP_SECONDS = 180.0  # between two looks; what lies in a longer one is not counted
ACTIVE_SECONDS = 600.0  # after something was done; the hub itself learns of that every five minutes
PAGE = "application/jupyterhub-pagination+json"


@dataclass(frozen=True)
class Server:
    """A person's server that runs.

    Parameters
    ----------
    person
        The hub's name.
    started, last_activity
        In seconds since the epoch.
    """

    person: str
    started: float
    last_activity: float


@dataclass(frozen=True)
class Spent:
    """Seconds of one person on one day, or of several together.

    Parameters
    ----------
    running
        That servers ran.
    active
        That they were in use: something was done within `ACTIVE_SECONDS` before.
    gpu
        That GPUs were held, each GPU for itself.
    """

    running: float = 0.0
    active: float = 0.0
    gpu: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.running + other.running, self.active + other.active, self.gpu + other.gpu)

    @property
    def hours(self) -> dict[str, float]:
        """The same in hours, rounded to hundredths."""
        named = (("hours", self.running), ("active_hours", self.active), ("gpu_hours", self.gpu))
        return {name: round(seconds / 3600, 2) for name, seconds in named}


def running(url: str, token: str) -> list[Server]:
    """Ask the hub which servers run.

    Parameters
    ----------
    url, token
        The hub's API, and the token of who may list servers there.

    Raises
    ------
    requests.RequestException
        When it does not answer.
    """
    found: list[Server] = []
    asked: str | None = f"{url}/users?state=ready"
    headers = {"Authorization": f"token {token}", "Accept": PAGE}
    while asked:
        answer = requests.get(asked, headers=headers, timeout=30)
        answer.raise_for_status()
        page = answer.json()
        for user in page["items"]:
            for server in (user.get("servers") or {}).values():
                started, last = (_seconds(server[key]) for key in ("started", "last_activity"))
                found.append(Server(user["name"], started, last or started))
        following = page["_pagination"]["next"]
        asked = following["url"] if following else None
    return found


def _seconds(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0


class Usage(Loop):
    """Counts what is used.

    Parameters
    ----------
    trail
        Whose database keeps it.
    ask
        Returns the servers that run.
    gpus
        GPUs of each server.
    clock
        Returns seconds since the epoch.
    """

    every_seconds = 60.0

    def __init__(
        self,
        trail: Trail,
        ask: Callable[[], Iterable[Server]],
        gpus: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("usage")
        self._trail, self._ask, self._gpus, self._clock = trail, ask, gpus, clock
        self._looked = clock()
        self.servers: int | None = None  # that ran when they were looked at last

    def _work(self) -> None:
        """Add what was used since the last look; what could not be asked for is not counted twice."""
        servers = list(self._ask())
        self.servers = len(servers)
        now = self._clock()
        gap = now - self._looked
        if 0 < gap <= LONGEST_GAP_SECONDS:
            spent: dict[str, Spent] = {}
            for one in servers:
                ran = max(0.0, min(gap, now - one.started))
                active = ran if now - one.last_activity <= ACTIVE_SECONDS else 0.0
                here = Spent(ran, active, ran * self._gpus)
                spent[one.person] = spent.get(one.person, Spent()) + here
            add(self._trail, datetime.fromtimestamp(now, UTC).date(), spent)
        self._looked = now


def add(trail: Trail, day: date, spent: Mapping[str, Spent]) -> None:
    """Add to the sums of a day, UTC."""

    def write(connection: Connection) -> None:
        for name, one in spent.items():
            key = trail.key_of(connection, name)
            this = (usage_days.c.day == day.isoformat()) & (usage_days.c.person == key)
            more = {
                column: usage_days.c[column] + getattr(one, column) for column in ("running", "active", "gpu")
            }
            if not connection.execute(usage_days.update().where(this).values(more)).rowcount:
                row: dict[str, Any] = {"day": day.isoformat(), "person": key, **one.__dict__}
                connection.execute(usage_days.insert().values(row))

    if spent:
        trail.in_turn(write)


def spent_since(trail: Trail, since: date) -> dict[str, Spent]:
    """Return what each person used from a day on, by name."""
    columns = [sa.func.sum(usage_days.c[name]) for name in ("running", "active", "gpu")]
    query = (
        sa.select(people.c.name, *columns)
        .join(people, people.c.key == usage_days.c.person)
        .where(usage_days.c.day >= since.isoformat(), people.c.name.is_not(None))
        .group_by(people.c.name)
        .order_by(people.c.name)
    )
    return trail.read(lambda connection: {row[0]: Spent(*row[1:]) for row in connection.execute(query)})
