"""Who asked formgrader for what: noted by the proxy, through which it goes, and read by the service.

Formgrader runs in an instructor's own server and writes into the gradebook itself. The proxy alone knows,
outside of anybody's reach, by whose server a mark was asked to be another.
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from catalogue.folders import COURSE_ID
from hub_config.deployment import Deployment

ASKED = re.compile(r"/user/(?P<server>[^/]+)/(?:(?P<course>[^/]+)/)?formgrader/(?P<path>.*)")
LOOKS = re.compile(
    r"gradebook|manage_students|manage_submissions|submissions/(?!components/)"
    r"|api/(grades|comments|submissions?|submitted_notebooks|students?|student_(notebook_)?submissions)(/|$)"
)
KEPT_SECONDS = 3600.0  # that grading a class may take, and looking for what it changed
MOST_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Request:
    """Something that was asked of formgrader.

    Parameters
    ----------
    id
        Tells requests apart.
    server
        Whose server was asked; nobody but that person gets an answer there.
    method, path
        What was asked; the path below ``formgrader/``.
    began, ended
        When, in seconds since the epoch; ended is None while it is not answered.
    status
        The HTTP status of the answer; None while there is none.
    """

    id: str
    server: str
    method: str
    path: str
    began: float
    ended: float | None = None
    status: int | None = None

    @property
    def looks(self) -> bool:
        """Whether it was to look at marks, and was answered."""
        return self.method == "GET" and self.status == 200

    def may_have(self, since: float, until: float) -> bool:
        """Tell whether a change that happened between two moments can be this request's."""
        refused = self.status is not None and self.status >= 400
        over = self.ended is not None and self.ended < since
        return self.method != "GET" and not refused and not over and self.began <= until


def asked(method: str, path: str) -> tuple[str, str, str] | None:
    """Return which course, whose server and what of formgrader is asked for; None where it is no matter."""
    found = ASKED.fullmatch(unquote(path))
    if found is None or (method == "GET" and not LOOKS.match(found["path"])):
        return None
    return found["course"] or COURSE_ID, found["server"], found["path"].rstrip("/")


class Notebook:
    """The file in which the proxy notes requests until the service takes them out.

    Parameters
    ----------
    path
        ``<data>/hub/formgrader….jsonl``; made with mode 0600 when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, deployment: Deployment) -> "Notebook":
        """Return that of a course."""
        return cls(deployment.formgrader)

    def began(self, id: str, method: str, server: str, path: str) -> None:
        """Note that something is asked."""
        row = {"id": id, "server": server, "method": method, "path": path, "began": time.time()}
        self._write(row)

    def ended(self, id: str, status: int) -> None:
        """Note how it was answered."""
        self._write({"id": id, "ended": time.time(), "status": status})

    def take(self) -> list[dict[str, Any]]:
        """Return what was noted since the last time, and take it out."""
        if not self._path.exists() or not self._path.stat().st_size:
            return []
        with os.fdopen(self._open(), "r+") as file:
            lines = file.read().splitlines()
            file.truncate(0)
        rows = []
        for line in lines:
            with suppress(ValueError):  # a full disk cut it off
                rows.append(json.loads(line))
        return rows

    def _write(self, row: dict[str, Any]) -> None:
        with os.fdopen(self._open(), "a") as file:
            if os.fstat(file.fileno()).st_size < MOST_BYTES:  # while no service takes them out
                file.write(json.dumps(row) + "\n")

    def _open(self) -> int:
        opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(opened, fcntl.LOCK_EX)
        return opened


class Requests:
    """The requests of late, put together from what was noted.

    Parameters
    ----------
    notebook
        Where they are noted.
    clock
        Returns seconds since the epoch.
    """

    def __init__(self, notebook: Notebook, clock: Callable[[], float] = time.time) -> None:
        self._notebook, self._clock = notebook, clock
        self._known: dict[str, Request] = {}

    def look(self) -> list[Request]:
        """Read what was noted; return those that were answered now and were to look at marks."""
        looked = []
        for row in self._notebook.take():
            if "path" in row:
                self._known[row["id"]] = Request(**row)
            elif row["id"] in self._known:
                ended = replace(self._known[row["id"]], ended=row["ended"], status=row["status"])
                self._known[row["id"]] = ended
                if ended.looks:
                    looked.append(ended)
        old = self._clock() - KEPT_SECONDS
        self._known = {id: one for id, one in self._known.items() if (one.ended or one.began) > old}
        return looked

    def by(self, since: float, *paths: str) -> str | None:
        """Return whose server was asked for one of these since then; None where nobody's or several were."""
        now = self._clock()
        servers = {
            one.server for one in self._known.values() if one.path in paths and one.may_have(since, now)
        }
        return servers.pop() if len(servers) == 1 else None
