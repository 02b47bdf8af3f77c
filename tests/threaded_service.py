"""A web application on loopback in a thread of its own, which can go away and come back."""

import asyncio
import threading
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets


class ThreadedService:
    """Serves an application in a thread; it can go away and come back at the same address.

    Parameters
    ----------
    app
        What is served.
    path
        Below which it answers; `url` ends with it.
    limits
        As tornado's server takes them, ``max_body_size``.
    """

    def __init__(self, app: web.Application, path: str, **limits: Any) -> None:
        self._app, self._limits = app, limits
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._port = 0
        self.come_back()
        self.url = f"http://127.0.0.1:{self._port}{path}"

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
        self._server = HTTPServer(self._app, **self._limits)
        self._server.add_sockets(sockets)

    async def _close(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()
