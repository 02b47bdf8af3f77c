"""The academy service's start: it listens at once and loads then.

Who asks meanwhile, as the hub does, gets the answer as soon as there is one; else it would knock again after
a pause.
"""

import asyncio
import os
import socket
import sys
from urllib.parse import urlparse


def main() -> int:
    """Run as the hub starts it."""
    address = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    # in a cluster the address is one of the whole hub, which no process can listen on
    host = os.environ.get("ACADEMY_LISTEN", address.hostname)
    listening = socket.create_server((host, address.port))
    listening.setblocking(False)

    from tornado.log import enable_pretty_logging

    from .deployment import Deployment
    from .service import serve

    enable_pretty_logging()
    asyncio.run(serve(Deployment.at(), listening))
    return 0


if __name__ == "__main__":
    sys.exit(main())
