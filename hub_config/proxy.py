"""The pure-Python proxy, with what a class at work needs: ``python -m hub_config.proxy OPTIONS``.

Left alone, configurable-http-proxy 0.4.0 lets ten requests through at a time, gives up after 20 seconds (a
lab may take longer to grade), cuts kernel messages at 10 MiB, and does not pass on the protocol that Lab and
a kernel's server agree on, so that each notebook's first connection fails and is made again.
"""

from functools import partial

from configurable_http_proxy import cli, configproxy, handlers
from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import websocket_connect

MOST_REQUESTS = 1000
MOST_BODY_BYTES = 512 * 2**20
MOST_MESSAGE_BYTES = 256 * 2**20


class Handler(handlers.ProxyHandler):
    """Passes requests and sockets on."""

    @property
    def max_message_size(self) -> int:
        """The largest message that a browser may send."""
        return MOST_MESSAGE_BYTES

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
    """Run the proxy with the options of configurable-http-proxy."""
    AsyncHTTPClient.configure(None, max_clients=MOST_REQUESTS, max_body_size=MOST_BODY_BYTES)
    configproxy.ProxyHandler = Handler
    handlers.websocket_connect = partial(websocket_connect, max_message_size=MOST_MESSAGE_BYTES)
    cli.main()


if __name__ == "__main__":
    main()
