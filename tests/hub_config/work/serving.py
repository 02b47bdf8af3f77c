"""The academy service on loopback with the real exchange behind it, and people who ask it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests

from hub_config.courses import OpenCourse
from hub_config.deployment import Deployment
from hub_config.operations import Watched
from hub_config.service import MOST_BODY_BYTES, application
from hub_config.work.office import Office
from tests.hub_config.work.files import parts_of, tree_of
from tests.hub_config.work.offices import LAB, PEOPLE
from tests.threaded_service import ThreadedService


def of_token(handler: Any) -> dict[str, Any] | None:
    """Say who asks as the hub does: by the token. ``of-ada`` is ada's."""
    name = handler.request.headers.get("Authorization", "").removeprefix("token of-")
    return {"name": name, "groups": PEOPLE[name]} if name in PEOPLE else None


class Clock:
    """The service's clock, to be set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class Service(ThreadedService):
    """The academy service with an exchange behind it; None where work goes through its folder."""

    def __init__(self, office: Office | None) -> None:
        everybody = [SimpleNamespace(name=name, shown=name) for name in PEOPLE]
        accounts = SimpleNamespace(all=lambda: everybody)
        path = "/services/academy"
        self.watched = Watched(None, None, None)
        courses = [OpenCourse(Deployment(Path("/nowhere")), office, None)]
        app = application(None, accounts, self.watched, f"{path}/", "secret", trail=None, courses=courses)
        super().__init__(app, path, max_body_size=MOST_BODY_BYTES)


class Asker:
    """Somebody with a token."""

    def __init__(self, service: Service, name: str | None) -> None:
        self._service, self.name = service, name
        self._keys = 0

    def ask(self, method: str, path: str, body: Any = None, **given: Any) -> requests.Response:
        """Ask ``api/work/<path>``."""
        headers = {"Authorization": f"token of-{self.name}"} if self.name else {}
        given = {"json": body, **given} if body is not None else given
        url = f"{self._service.url}/api/work/{path}"
        return requests.request(
            method,
            url,
            headers=headers | given.pop("headers", {}),
            timeout=30,
            allow_redirects=False,
            **given,
        )

    def send(self, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
        """Send all parts of some files and return their list."""
        for content in files.values():
            for part, piece in parts_of(content):
                answer = self.ask("PUT", f"parts/{part}", data=piece)
                assert answer.status_code == 200, answer.text
        return tree_of(files).data()

    def submit(self, files: Mapping[str, bytes], lab: str = LAB, key: str = "") -> requests.Response:
        """Send files and submit them."""
        self._keys += 1
        body = {"files": self.send(files), "key": key or f"{self.name}{self._keys:08}"}
        return self.ask("POST", f"labs/{lab}/submissions", body)

    def release(self, files: Mapping[str, bytes], lab: str = LAB, **more: Any) -> requests.Response:
        """Send files and release them."""
        return self.ask("PUT", f"labs/{lab}/release", {"files": self.send(files), **more})
