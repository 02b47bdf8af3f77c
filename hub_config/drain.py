"""Stopping a hub so that nobody loses anything: told beforehand, no new desks, then the end.

`./academy hub --drain` leaves a note in the data folder. The hub reads it at each start of a server and on
each page, people's Labs ask for it, and the academy service ends the hub when it is time and nobody grades.
"""

import html
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from tornado.log import app_log

from graders.lock import FILE as GRADING

from .deployment import Deployment, is_held, write_private
from .loop import Loop

GRADING_SECONDS = 1800.0  # that the end waits for a grader at most
EN = "The academy stops for maintenance at {at} UTC. Your work is saved; finish or hand in before then."
ZH = "学院将于 {at}（UTC）停机维护。你的文件会被保存，请在此之前完成或提交。"
NO_DESK_EN, NO_DESK_ZH = "No desk opens until then.", "在此之前不再打开新的学习空间。"


@dataclass(frozen=True)
class Drain:
    """A hub that is about to end.

    Parameters
    ----------
    until
        When, in seconds since the epoch.
    keep_servers
        Whether people's servers go on without the hub.
    en, zh
        What people are told.
    """

    until: float
    keep_servers: bool
    en: str
    zh: str

    @classmethod
    def planned(cls, until: float, keep_servers: bool, en: str | None, zh: str | None) -> "Drain":
        """Return one with words of its own where none are given."""
        at = datetime.fromtimestamp(until, UTC).strftime("%H:%M")
        return cls(until, keep_servers, en or EN.format(at=at), zh or ZH.format(at=at))

    def data(self) -> dict[str, Any]:
        """Return what people's Labs are told."""
        return {"en": self.en, "zh": self.zh, "until": self.until, "seconds": self.until - time.time()}

    @property
    def refusal(self) -> str:
        """Why no desk opens now."""
        return f"{self.en} {NO_DESK_EN} {self.zh}{NO_DESK_ZH}"


def begin(deployment: Deployment, drain: Drain) -> None:
    """Let a running hub end at a time."""
    write_private(deployment.drain, json.dumps(asdict(drain), ensure_ascii=False))


def current(deployment: Deployment) -> Drain | None:
    """Return what was planned; None where nothing was."""
    try:
        return Drain(**json.loads(deployment.drain.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def end(deployment: Deployment) -> bool:
    """Take it back; tell whether there was anything."""
    with suppress(FileNotFoundError):
        deployment.drain.unlink()
        return True
    return False


class Announcement:
    """What the hub's pages say above everything else, looked up for each page.

    Parameters
    ----------
    deployment
        Whose hub.
    always
        HTML that every page says anyway.
    """

    def __init__(self, deployment: Deployment, always: str = "") -> None:
        self._deployment, self._always = deployment, always

    def __str__(self) -> str:
        drain = current(self._deployment)
        told = []
        if drain is not None:
            told = [html.escape(drain.en), f'<span lang="zh-CN">{html.escape(drain.zh)}</span>']
        return " ".join(filter(None, [self._always, *told]))

    def __html__(self) -> str:
        return str(self)

    def __bool__(self) -> bool:
        return bool(str(self))


class Drainer(Loop):
    """Ends the hub when its time has come.

    Parameters
    ----------
    deployment
        The data folder.
    stop
        Ends the hub; told whether people's servers end with it.
    """

    def __init__(self, deployment: Deployment, stop: Callable[[bool], None]) -> None:
        super().__init__("the planned end of the hub")
        self._deployment, self._stop = deployment, stop

    def _work(self) -> None:
        drain = current(self._deployment)
        if drain is not None and self._is_over(drain):
            app_log.warning("the hub ends, as planned")
            self._stop(not drain.keep_servers)

    def _is_over(self, drain: Drain) -> bool:
        late = time.time() - drain.until
        return late > GRADING_SECONDS or (late >= 0 and not is_grading(self._deployment))


def is_grading(deployment: Deployment) -> bool:
    """Tell whether a grader is at work in a course folder."""
    return any(is_held(of.course / GRADING) for of in (deployment, *deployment.courses()))


def stop_hub(url: str, token: str, servers: bool) -> None:
    """Ask the hub to end, with its proxy.

    Parameters
    ----------
    url, token
        Its API, and the token of who may end it.
    servers
        Whether people's servers end, too.

    Raises
    ------
    requests.RequestException
        When it does not answer, or declines.
    """
    headers = {"Authorization": f"token {token}"}
    said = {"servers": servers, "proxy": True}
    requests.post(f"{url}/shutdown", headers=headers, json=said, timeout=30).raise_for_status()
