"""The academy's hub with a light server a person: `python -m hub_config.hub -f benchmarks/light_hub.py`.

All else is the product's: accounts, hub, proxy, academy service, exchange, records. One process stands for
everybody's Lab server, as memory allows no five hundred of them: it keeps notebooks, and asks the hub who
writes, as Lab does.
"""

import asyncio
import os
import sys
from pathlib import Path

import jupyterhub
from jupyterhub.services.auth import HubAuth
from jupyterhub.spawner import Spawner
from tornado import web
from tornado.httpserver import HTTPServer

PORT = "ACADEMY_LIGHT_PORT"


class LightSpawner(Spawner):
    """Stands for a server that runs already, outside of the hub."""

    async def start(self) -> tuple[str, int]:
        """Return where everybody's light server listens."""
        return "127.0.0.1", int(os.environ[PORT])

    async def poll(self) -> None:
        """Say that it runs."""

    async def stop(self, now: bool = False) -> None:
        """Leave it running, for the others."""


class Api(web.RequestHandler):
    """What the hub asks to know whether a server answers."""

    def get(self, name: str) -> None:
        """Answer."""
        self.set_header("X-JupyterHub-Version", jupyterhub.__version__)
        self.finish({"name": name})


class Contents(web.RequestHandler):
    """Saving a notebook."""

    async def put(self, name: str, path: str) -> None:
        """Write it whole or not at all, for who it belongs to."""
        token = self.request.headers.get("Authorization", "").removeprefix("token ")
        auth: HubAuth = self.settings["auth"]
        user = await auth.user_for_token(token, sync=False)
        if user is None or user["name"] != name:
            raise web.HTTPError(403)
        await asyncio.to_thread(keep, self.settings["homes"] / name / path, self.request.body)
        self.finish({"size": len(self.request.body)})


def keep(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_bytes(content)
    os.replace(draft, path)


async def serve(port: int, homes: Path) -> None:
    """Be everybody's server."""
    routes = [(r"/user/([^/]+)/api(?:/status)?/?", Api), (r"/user/([^/]+)/api/contents/([\w.-]+)", Contents)]
    HTTPServer(web.Application(routes, auth=HubAuth(), homes=homes)).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(os.environ[PORT]), Path(sys.argv[1])))
elif "get_config" in globals():  # jupyterhub reads this file as its configuration
    from hub_config import base, first_start, settings
    from hub_config.deployment import Deployment

    deployment = Deployment.at()
    chosen = settings.read(deployment.data)
    first_start.prepare(deployment, chosen, say=print)
    base.configure(get_config(), deployment, chosen)  # noqa: F821
    get_config().JupyterHub.spawner_class = LightSpawner  # noqa: F821
