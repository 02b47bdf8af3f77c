"""A small Kubernetes API server over HTTP: it refuses unknown fields, and runs pods as processes.

Of the API there is what the academy asks for: Jobs, Pods with their attached streams, claims, lists.
"""

import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import kubernetes_validate
import pytest
from aiohttp import WSMsgType, web

Manifest = dict[str, Any]
RUNS_AS = {
    "python": [sys.executable],
    "jupyterhub-singleuser": [sys.executable, "-m", "jupyterhub.singleuser", "--allow-root"],
}


def runs(pod: Manifest) -> Manifest:
    """Say that a pod runs."""
    return {
        "phase": "Running",
        "podIP": "127.0.0.1",
        "containerStatuses": [
            {"name": one["name"], "ready": True, "image": one["image"], "imageID": "", "restartCount": 0,
             "state": {"running": {}}}
            for one in pod["spec"]["containers"]
        ],
    }  # fmt: skip


class KubeApi:
    """Use it as a context manager; `kubeconfig` leads clients to it.

    Parameters
    ----------
    folder
        Where the kubeconfig is written.
    becomes
        Gives the status of a pod that was made.
    places
        What of a pod's environment is found elsewhere here: folders of its image and volumes.
    image
        Folder with the packages that a pod finds; left out, those of this checkout.
    """

    def __init__(
        self,
        folder: Path,
        becomes: Callable[[Manifest], Manifest] = runs,
        places: Mapping[str, str] = MappingProxyType({}),
        image: Path | None = None,
    ) -> None:
        self.kubeconfig, self.becomes, self.places = folder / "kubeconfig", becomes, places
        self.image = {"PYTHONPATH": str(image)} if image else {}
        self.runtime: list[str] = []  # what starts a pod's command
        self.log = folder / "pods.log"
        self.changes: list[tuple[str, Manifest]] = []
        self.pods: dict[str, Manifest] = {}
        self.jobs: dict[str, Manifest] = {}
        self.ever: list[Manifest] = []  # every manifest that was ever made
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self.asked: list[str] = []
        self.forbidden = ""  # a path that ends so answers 403

    def __enter__(self) -> "KubeApi":
        self._loop, up = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(up,), daemon=True)
        self._thread.start()
        assert up.wait(20)
        cluster = {"cluster": {"server": f"http://127.0.0.1:{self.port}"}, "name": "fake"}
        context = {"context": {"cluster": "fake", "user": "test"}, "name": "fake"}
        user = {"name": "test", "user": {"token": "a-token"}}
        whole = {"apiVersion": "v1", "kind": "Config", "current-context": "fake"}
        self.kubeconfig.write_text(
            json.dumps({**whole, "clusters": [cluster], "contexts": [context], "users": [user]})
        )
        return self

    @contextlib.contextmanager
    def found(self) -> Iterator[None]:
        """Let the clients of this process find it, as they find a cluster by ``~/.kube/config``."""
        with pytest.MonkeyPatch.context() as patched:
            for module in ("kubernetes_asyncio.config", "kubernetes_asyncio.config.kube_config"):
                patched.setattr(f"{module}.KUBE_CONFIG_DEFAULT_LOCATION", str(self.kubeconfig))
            yield

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _end(self) -> None:
        for process in self.processes.values():
            if process.returncode is None:
                process.kill()
                await process.wait()
        await self._runner.cleanup()

    def _serve(self, up: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(middlewares=[self._guard], client_max_size=2**24)
        core, batch = "/api/v1/namespaces/{space}", "/apis/batch/v1/namespaces/{space}"
        app.router.add_post(batch + "/jobs", self._make_job)
        app.router.add_delete(batch + "/jobs/{name}", self._drop_job)
        app.router.add_post(core + "/{kind:pods|persistentvolumeclaims}", self._make)
        app.router.add_get(core + "/{kind:pods|events}", self._list)
        app.router.add_delete(core + "/pods/{name}", self._drop_pod)
        app.router.add_get(core + "/pods/{name}/attach", self._attach)
        self._runner = web.AppRunner(app, shutdown_timeout=0)

        async def start() -> None:
            await self._runner.setup()
            site = web.TCPSite(self._runner, "127.0.0.1", 0)
            await site.start()
            self.port = site._server.sockets[0].getsockname()[1]
            up.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if self.forbidden and request.path.endswith(self.forbidden):
            return _status(403, f'{request.path} is forbidden: User "hub" cannot do that')
        if request.headers.get("Authorization") != "Bearer a-token":
            return _status(401, "Unauthorized")
        return await handler(request)

    async def _taken(self, request: web.Request) -> Manifest:
        manifest = await request.json()
        try:
            kubernetes_validate.validate(manifest, "1.34", strict=True)
        except kubernetes_validate.ValidationError as error:
            raise web.HTTPUnprocessableEntity(text=json.dumps({"message": error.message})) from None
        self.ever.append(manifest)
        return manifest

    async def _make_job(self, request: web.Request) -> web.Response:
        made = await self._taken(request)
        name = made["metadata"]["name"]
        self.jobs[name] = made
        template = made["spec"]["template"]
        labels = {**template["metadata"]["labels"], "batch.kubernetes.io/job-name": name}
        about = {"name": f"{name}-x1y2z", "namespace": request.match_info["space"], "labels": labels}
        await self._start({"metadata": about, "spec": template["spec"]})
        return web.json_response(made, status=201)

    async def _start(self, pod: Manifest) -> None:
        version = str(len(self.changes) + 1)
        about = {**pod["metadata"], "uid": f"uid-{version}", "resourceVersion": version}
        whole = {"apiVersion": "v1", "kind": "Pod", **pod, "metadata": about, "status": self.becomes(pod)}
        self.pods[about["name"]] = whole
        self.changes.append(("ADDED", whole))
        if whole["status"]["phase"] == "Running":
            self.processes[about["name"]] = await self._process(pod["spec"]["containers"][0])

    async def _process(self, container: Manifest) -> asyncio.subprocess.Process:
        first, *rest = [*container.get("command", ()), *container.get("args", ())]
        own = {one["name"]: one["value"] for one in container["env"] if "value" in one}
        for old, new in self.places.items():
            own = {name: value.replace(old, new) for name, value in own.items()}
        with self.log.open("ab") as log:
            talks = asyncio.subprocess.PIPE if container.get("stdin") else None
            return await asyncio.create_subprocess_exec(
                *self.runtime,
                *RUNS_AS[first],
                *rest,
                stdin=talks or asyncio.subprocess.DEVNULL,
                stdout=talks or log,
                stderr=talks or log,
                cwd=own["HOME"],
                env={"PATH": os.defpath, **self.image, **own},
            )

    async def _drop_job(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.jobs.pop(name)
        for pod in [one for one in self.pods if one.startswith(f"{name}-")]:
            await self._gone(pod)
        return web.json_response({"kind": "Status", "status": "Success"})

    async def _drop_pod(self, request: web.Request) -> web.Response:
        await self._gone(request.match_info["name"])
        return web.json_response({"kind": "Status", "status": "Success"})

    async def _gone(self, name: str) -> None:
        if pod := self.pods.pop(name, None):
            self.changes.append(("DELETED", pod))
        process = self.processes.pop(name, None)
        if process and process.returncode is None:
            process.kill()
            await process.wait()

    async def _make(self, request: web.Request) -> web.Response:
        made = await self._taken(request)
        if request.match_info["kind"] == "pods":
            made["metadata"]["namespace"] = request.match_info["space"]
            await self._start(made)
        return web.json_response(made, status=201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        wanted = dict(pair.split("=") for pair in request.query.get("labelSelector", "").split(",") if pair)

        def chosen(pod: Manifest) -> bool:
            pods = request.match_info["kind"] == "pods"
            return pods and wanted.items() <= pod["metadata"].get("labels", {}).items()

        if "watch" not in request.query:
            about = {"resourceVersion": str(len(self.changes))}
            items = [pod for pod in self.pods.values() if chosen(pod)]
            return web.json_response({"kind": "List", "metadata": about, "items": items})
        answer, seen = web.StreamResponse(), int(request.query.get("resourceVersion", 0))
        await answer.prepare(request)
        for _ in range(200):
            for kind, pod in self.changes[seen:]:
                if chosen(pod):
                    await answer.write(json.dumps({"type": kind, "object": pod}).encode() + b"\n")
            seen = len(self.changes)
            await asyncio.sleep(0.05)
        return answer

    async def _attach(self, request: web.Request) -> web.WebSocketResponse:
        process = self.processes[request.match_info["name"]]
        line = web.WebSocketResponse(protocols=["v4.channel.k8s.io"])
        await line.prepare(request)

        async def forward(channel: int, stream: asyncio.StreamReader) -> None:
            while piece := await stream.read(4096):
                await line.send_bytes(bytes([channel]) + piece)

        async def take() -> None:
            async for message in line:
                if message.type == WSMsgType.BINARY and message.data[0] == 0:
                    process.stdin.write(message.data[1:])
                    with contextlib.suppress(ConnectionError):
                        await process.stdin.drain()
            process.stdin.close()

        taking = asyncio.ensure_future(take())
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(forward(1, process.stdout), forward(2, process.stderr))
        await line.close()
        taking.cancel()
        return line


def _status(code: int, message: str) -> web.Response:
    about = {"kind": "Status", "status": "Failure", "message": message, "code": code}
    return web.json_response(about, status=code)
