"""Many submissions in a Kubernetes cluster: each in a pod of its own, the gradebook stays here.

The pod gets the lab and the submission through its standard input and answers through its standard output,
both over the API server (``pods/attach``). It reaches nothing itself; see `graders.pods`.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import aiohttp
from kubernetes_asyncio import client, config
from kubernetes_asyncio.stream import WsApiClient
from nbformat import NotebookNode

from catalogue.errors import InvalidFile
from catalogue.reading import read_mapping, validate

from .batch import TRIES, Ahead, Lab
from .engine.run import own_files
from .engine.submission import read_submission
from .errors import CourseError, EngineFailed
from .parcel import Drawn, Frames, Parcel, answer_of, sent
from .pods import GRADER, Place, job

LOOK_SECONDS = 0.5
INPUT, OUTPUT, ERRORS, STATUS = 0, 1, 2, 3  # channels of v4.channel.k8s.io
PIECE = 2**18  # bytes of one message to the pod
LAST_WORDS = 2000  # of a pod that failed, in its refusal


class Pods(Ahead):
    """Pods that run submissions ahead of the gradebook; as :class:`~graders.batch.Ahead`.

    Parameters
    ----------
    lab, kept
        As there.
    place
        File that says where and how large pods are: :class:`~graders.pods.Place`.

    Raises
    ------
    CourseError
        When the file cannot be used, or nothing tells how to reach a cluster.
    """

    most = 200  # none of them runs on this machine

    def __init__(self, lab: Lab, kept: Mapping[str, str], place: Path) -> None:
        try:
            self._place = validate(Place, read_mapping(place, place), place, place)
        except InvalidFile as error:
            raise CourseError(f"{error}; ./academy cluster values writes it for the hub's pod") from error
        super().__init__(lab, kept, self._place.at_once)
        asyncio.run(_configuration())
        self._parcel = Parcel.of(lab)

    def _executed(self, learner: str) -> NotebookNode:
        lab, folder = self._lab, self._lab.submitted(learner)
        notebook = json.dumps(read_submission(folder / f"{lab.master.lab}.ipynb")).encode()
        seeds = lab.seeds(learner)
        drawn = Drawn(learner=learner, drawn={name: seeds.of(name) for name in lab.master.points})
        parcel = sent(self._parcel, notebook, own_files(folder), drawn)
        for left in reversed(range(TRIES)):
            try:
                return answer_of(asyncio.run(self._in_a_pod(parcel)))
            except EngineFailed:
                if not left or self._over.is_set():
                    raise
        raise AssertionError("the last try returns or raises")

    async def _in_a_pod(self, parcel: bytes) -> bytes:
        """Start a pod, hand it a parcel and return its answer; the pod is gone afterwards."""
        name = f"grade-{secrets.token_hex(6)}"
        settings = await _configuration()
        async with client.ApiClient(settings) as api, WsApiClient(settings, heartbeat=30) as lines:
            jobs = client.BatchV1Api(api)
            try:
                await jobs.create_namespaced_job(self._place.namespace, job(self._place, name))
                try:
                    pod = await self._running(client.CoreV1Api(api), name)
                    return await self._talk(client.CoreV1Api(lines), pod, parcel)
                finally:
                    with suppress(client.ApiException):
                        await jobs.delete_namespaced_job(
                            name, self._place.namespace, propagation_policy="Background"
                        )
            except client.ApiException as error:
                raise EngineFailed(_refused(error, self._place)) from error
            except (aiohttp.ClientError, OSError) as error:
                raise EngineFailed(f"the cluster's API server went away: {error}") from error

    async def _running(self, core: client.CoreV1Api, name: str) -> str:
        """Wait until a Job's pod runs, and return its name."""
        end, why = time.monotonic() + self._place.seconds, "no pod was made: its quota may be used up"
        while time.monotonic() < end and not self._over.is_set():
            chosen = f"batch.kubernetes.io/job-name={name}"
            found = await core.list_namespaced_pod(self._place.namespace, label_selector=chosen)
            for pod in found.items:
                if pod.status.phase == "Running":
                    return pod.metadata.name
                if pod.status.phase in ("Failed", "Succeeded"):
                    raise EngineFailed(f"the pod of {name} ended before it was given its work: {_why(pod)}")
                why = _why(pod)
            await asyncio.sleep(LOOK_SECONDS)
        raise EngineFailed(f"the pod of {name} did not start within {self._place.seconds} s: {why}")

    async def _talk(self, core: client.CoreV1Api, pod: str, parcel: bytes) -> bytes:
        """Send a parcel to a pod and return the whole answer."""
        line = await core.connect_get_namespaced_pod_attach(
            pod,
            self._place.namespace,
            container=GRADER,
            stdin=True,
            stdout=True,
            stderr=True,
            _preload_content=False,
        )
        frames, said = Frames(), b""
        end = time.monotonic() + self._place.seconds
        async with line as socket:
            for start in range(0, len(parcel), PIECE):
                await socket.send_bytes(bytes([INPUT]) + parcel[start : start + PIECE])
            while time.monotonic() < end and not self._over.is_set():
                try:
                    message = await socket.receive(LOOK_SECONDS)
                except TimeoutError:
                    continue
                if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                    break
                if message.type != aiohttp.WSMsgType.BINARY or not message.data:
                    continue
                channel, content = message.data[0], message.data[1:]
                if channel == OUTPUT and (answer := frames.add(content)) is not None:
                    return answer
                if channel in (ERRORS, STATUS):
                    said = (said + content)[-LAST_WORDS:]
        words = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise EngineFailed(f"the pod {pod} ended without an answer{': ' if words else ''}{words}")


async def _configuration() -> client.Configuration:
    """Return how the cluster is reached: from a kubeconfig, inside a pod from its service account.

    Raises
    ------
    CourseError
        When there is neither.
    """
    settings = client.Configuration()
    try:
        with warnings.catch_warnings(action="ignore"):  # that there is no kubeconfig, as in every pod
            await config.load_config(client_configuration=settings)
    except config.ConfigException as error:
        raise CourseError(
            f"no cluster to grade in: {error}; run it in the hub's pod, or set KUBECONFIG"
        ) from None
    return settings


def _why(pod: client.V1Pod) -> str:
    """Return what keeps a pod from running, as the cluster says it."""
    states = [one.state for one in pod.status.container_statuses or ()]
    said = [state.waiting or state.terminated for state in states if state.waiting or state.terminated]
    said += [one for one in pod.status.conditions or () if one.status == "False" and one.message]
    texts = [" ".join(filter(None, (one.reason, one.message))) for one in said]
    return "; ".join(filter(None, texts)) or f"it is {pod.status.phase}"


def _refused(error: client.ApiException, place: Place) -> str:
    try:
        message = json.loads(error.body)["message"]
    except (TypeError, ValueError, KeyError):
        message = error.reason
    if error.status in (403, 404):
        message += f"; ./academy cluster grading makes {place.namespace} and the right to start pods there"
    return f"the cluster's API server refused: {message}"
