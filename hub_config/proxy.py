"""The pure-Python proxy, with what a class at work needs: ``python -m hub_config.proxy OPTIONS``.

Left alone, configurable-http-proxy 0.4.0 lets ten requests through at a time, gives up after 20 seconds (a
lab may take longer to grade), cuts kernel messages at 10 MiB, does not pass on the protocol that Lab and a
kernel's server agree on, so that each notebook's first connection fails and is made again, and holds a stream
of events back until its end, so that nobody sees how far a server's start has come.
"""

import os
import uuid
from functools import partial

from configurable_http_proxy import cli, configproxy, handlers
from tornado.httpclient import AsyncHTTPClient, HTTPError
from tornado.websocket import websocket_connect

from catalogue.folders import courses

from .deployment import Deployment
from .oversight.formgrader import Notebook, asked

MOST_REQUESTS = 1000
MOST_BODY_BYTES = 512 * 2**20
MOST_MESSAGE_BYTES = 256 * 2**20
NOT_PASSED_ON = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})


class Handler(handlers.ProxyHandler):
    """Passes requests and sockets on, and notes what is asked of formgrader."""

    deployment: Deployment | None = None
    notebook: Notebook | None = None
    noted = ""

    @property
    def max_message_size(self) -> int:
        """The largest message that a browser may send."""
        return MOST_MESSAGE_BYTES

    async def call_proxy(self, path: str | None = None) -> None:
        """Pass a request on; a stream of events arrives as it is made."""
        if self.deployment and (wanted := asked(self.request.method, self.request.path)):
            course, server, asked_for = wanted
            of = self.deployment.of(course)
            if of.is_own or course in courses(of.data):  # else somebody makes courses up
                self.noted, self.notebook = uuid.uuid4().hex, Notebook.of(of)
                self.notebook.began(self.noted, self.request.method, server, asked_for)
        if "text/event-stream" not in self.request.headers.get("Accept", ""):
            await super().call_proxy(path)
            return
        url = await self.get_target_url(path)
        if url is None:
            return
        request = self._get_proxy_request(url)
        head: list[str] = []
        request.header_callback = head.append
        request.streaming_callback = partial(self._pass_on, head)
        try:
            await AsyncHTTPClient().fetch(request, raise_error=False)
        except (OSError, HTTPError) as error:
            if not self._headers_written:
                await self.handle_proxy_error(503, error)
                return
        if not self.request.connection.stream.closed():
            self._take_head(head)
            self.finish()

    def on_finish(self) -> None:
        """Note how it was answered, too."""
        super().on_finish()
        if self.notebook and self.noted:
            self.notebook.ended(self.noted, self.get_status())

    def _pass_on(self, head: list[str], piece: bytes) -> None:
        if self.request.connection.stream.closed():
            return  # nobody looks any longer
        self._take_head(head)
        self.write(piece)
        self.flush()

    def _take_head(self, head: list[str]) -> None:
        """Answer with the status and the headers of the server behind, before the first piece."""
        if self._headers_written:
            return
        self.set_status(int(head[0].split()[1]))
        for line in head[1:]:
            name, _, value = line.partition(":")
            if value and name.lower() not in NOT_PASSED_ON:
                self.set_header(name, value.strip())

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Agree to what the server behind agreed to."""
        return self.ws_client.selected_subprotocol if self.ws_client else None

    def on_message(self, message: str | bytes) -> None:
        """Pass a message of the browser on, bytes as bytes."""
        if self.ws_client:
            if self.target and self.target["prefix"]:
                self.proxy.update_last_activity(self.target["prefix"])
            self.ws_client.write_message(message, binary=isinstance(message, bytes))


def main() -> None:
    """Run the proxy with the options of configurable-http-proxy; ``ACADEMY_DATA`` names whose it is."""
    if data := os.environ.get("ACADEMY_DATA"):
        Handler.deployment = Deployment.at(data)
    AsyncHTTPClient.configure(None, max_clients=MOST_REQUESTS, max_body_size=MOST_BODY_BYTES)
    configproxy.ProxyHandler = Handler
    handlers.websocket_connect = partial(websocket_connect, max_message_size=MOST_MESSAGE_BYTES)
    cli.main()


if __name__ == "__main__":
    main()
