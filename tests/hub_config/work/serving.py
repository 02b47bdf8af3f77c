"""The academy service on loopback with the real exchange behind it, and people who ask it."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import requests
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from hub_config.operations import Watched
from hub_config.service import MOST_BODY_BYTES, application
from hub_config.work.office import Office
from tests.hub_config.work.files import parts_of, tree_of

PEOPLE = {
    "ada": ["learner"],
    "grace": ["learner"],
    "alan": ["learner"],
    "ines": ["instructor"],
    "max": ["manager"],
}
LAB = "stable-softmax"
LABS = [LAB, "mlp"]


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


class Service:
    """Serves in a thread; it can go away and come back at the same address."""

    def __init__(self, office: Office | None) -> None:
        everybody = [SimpleNamespace(name=name, shown=name) for name in PEOPLE]
        accounts = SimpleNamespace(all=lambda: everybody)
        self._app = application(
            None, accounts, Watched(None, None), "/services/academy/", "secret", work=office
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._port = 0
        self.come_back()
        self.url = f"http://127.0.0.1:{self._port}/services/academy"

    def come_back(self) -> None:
        """Listen, at the same address as before."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def go_away(self) -> None:
        """Stop listening."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)

    def end(self) -> None:
        """Stop for good."""
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        sockets = bind_sockets(self._port, "127.0.0.1")
        self._port = sockets[0].getsockname()[1]
        self._server = HTTPServer(self._app, max_body_size=MOST_BODY_BYTES)
        self._server.add_sockets(sockets)

    async def _close(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()


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
