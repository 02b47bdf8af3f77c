"""The proxy alone, in front of a server that takes its time."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests
from tornado import httpclient, web, websocket

from hub_config.deployment import Deployment, free_ports
from hub_config.oversight.formgrader import Notebook

AT_ONCE = 30  # three times what passes at a time by default
NO_TEXT = bytes(range(256))  # is not UTF-8
LARGE = 20 * 2**20
MADE_UP = ("no-such", "..", "%2e%2e", ".", "%00")  # in the place of a course's id


class Together(web.RequestHandler):
    """Answers nobody before everybody is there."""

    def initialize(self, barrier: asyncio.Barrier) -> None:
        self.barrier = barrier

    async def get(self) -> None:
        await asyncio.wait_for(self.barrier.wait(), 30)
        self.finish("done")


class Events(web.RequestHandler):
    """Sends an event, and the next one only when the first has arrived."""

    def initialize(self, arrived: asyncio.Event) -> None:
        self.arrived = arrived

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self.write("data: 1\n\n")
        await self.flush()
        await asyncio.wait_for(self.arrived.wait(), 10)
        self.finish("data: 2\n\n")


class Channel(websocket.WebSocketHandler):
    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return "v1.kernel" if "v1.kernel" in subprotocols else None

    def on_message(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.write_message(message, binary=True)
        else:
            self.write_message(b"x" * int(message), binary=True)


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    """Yield the port of a running proxy and the port that it passes everything on to."""
    public, api, behind = free_ports(3)
    options = [f"--port={public}", f"--api-port={api}", f"--default-target=http://127.0.0.1:{behind}"]
    command = [sys.executable, "-m", "hub_config.proxy", "--ip=127.0.0.1", "--api-ip=127.0.0.1", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            requests.get(f"http://127.0.0.1:{public}/_chp_healthz", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield public, behind
    process.terminate()
    process.wait(10)


async def ask(public: int, behind: int) -> tuple[set[bytes], str | None, int]:
    """Return the answers to many requests at once, the agreed protocol, and a large message's size."""
    routes = [("/together", Together, {"barrier": asyncio.Barrier(AT_ONCE)}), ("/channel", Channel)]
    server = web.Application(routes).listen(behind, "127.0.0.1")
    client = httpclient.AsyncHTTPClient(force_instance=True, max_clients=AT_ONCE)
    address = f"http://127.0.0.1:{public}/together"
    found = await asyncio.gather(*(client.fetch(address, request_timeout=60) for _ in range(AT_ONCE)))
    channel = await websocket.websocket_connect(
        f"ws://127.0.0.1:{public}/channel", subprotocols=["v1.kernel"], max_message_size=2**26
    )
    protocol = channel.selected_subprotocol
    await channel.write_message(str(LARGE))
    size = len(await channel.read_message())
    await channel.write_message(NO_TEXT, binary=True)
    assert await channel.read_message() == NO_TEXT
    channel.close()
    client.close()
    server.stop()
    return {answer.body for answer in found}, protocol, size


def test_a_class_at_once_a_large_output_and_the_kernels_protocol_pass(ports: tuple[int, int]) -> None:
    assert asyncio.run(ask(*ports)) == ({b"done"}, "v1.kernel", LARGE)


async def listen(public: int, behind: int) -> tuple[str, list[bytes]]:
    """Return the kind of answer and the pieces of a stream of events."""
    arrived = asyncio.Event()
    server = web.Application([("/events", Events, {"arrived": arrived})]).listen(behind, "127.0.0.1")
    client = httpclient.AsyncHTTPClient(force_instance=True)
    pieces: list[bytes] = []

    def take(piece: bytes) -> None:
        pieces.append(piece)
        arrived.set()

    answer = await client.fetch(
        f"http://127.0.0.1:{public}/events", headers={"Accept": "text/event-stream"}, streaming_callback=take
    )
    client.close()
    server.stop()
    return answer.headers["Content-Type"], pieces


def test_events_arrive_one_by_one(ports: tuple[int, int]) -> None:
    assert asyncio.run(listen(*ports)) == ("text/event-stream", [b"data: 1\n\n", b"data: 2\n\n"])


def test_events_of_a_server_that_is_away_are_answered_with_503(ports: tuple[int, int]) -> None:
    answer = requests.get(
        f"http://127.0.0.1:{ports[0]}/events", headers={"Accept": "text/event-stream"}, timeout=20
    )
    assert answer.status_code == 503


def test_what_is_tethered_hears_ctrl_c_even_if_its_starter_ignores_it() -> None:
    asked = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    starter = (
        "import signal, subprocess, sys; from hub_config import tether;"
        "signal.signal(signal.SIGINT, signal.SIG_IGN);"
        f"subprocess.run(tether.command([sys.executable, '-c', {asked!r}]), check=True)"
    )
    done = subprocess.run([sys.executable, "-c", starter], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


class Formgrader(web.RequestHandler):
    """Answers as somebody's server does: some may, some may not."""

    def put(self) -> None:
        self.set_status(403 if "refused" in self.request.path else 200)

    get = put


async def grade(public: int, behind: int) -> None:
    """Ask several servers for marks and for other things."""
    server = web.Application([(".*", Formgrader)]).listen(behind, "127.0.0.1")
    client = httpclient.AsyncHTTPClient(force_instance=True)
    for method, path in (
        ("PUT", "/user/ines/formgrader/api/grade/a1"),
        ("PUT", "/user/ines/form%67rader/api/grade/refused"),
        ("GET", "/user/ines/formgrader/gradebook/conv/"),
        ("GET", "/user/ines/formgrader/static/logo.svg"),
        ("GET", "/user/ines/lab"),
        ("PUT", "/user/ada/api/contents/formgrader/api/grade/a1"),
        *(("PUT", f"/user/ines/{made_up}/formgrader/api/grade/a1") for made_up in MADE_UP),
    ):
        body = "" if method == "PUT" else None
        address = f"http://127.0.0.1:{public}{path}"
        await client.fetch(address, method=method, body=body, raise_error=False)
    client.close()
    server.stop()


def test_what_is_asked_of_formgrader_is_noted_with_its_answer(tmp_path, monkeypatch, request) -> None:
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path))
    (tmp_path / "hub").mkdir()
    asyncio.run(grade(*request.getfixturevalue("ports")))
    noted = Notebook.of(Deployment(tmp_path))
    rows = noted.take()
    began = {row["id"]: (row["server"], row["method"], row["path"]) for row in rows if "path" in row}
    ended = {began[row["id"]]: row["status"] for row in rows if "status" in row}
    assert ended == {
        ("ines", "PUT", "api/grade/a1"): 200,
        ("ines", "PUT", "api/grade/refused"): 403,
        ("ines", "GET", "gradebook/conv"): 200,
    }
    assert list(began.values()) == list(ended)
    assert noted.take() == []
    assert os.listdir(tmp_path / "hub") == ["formgrader.jsonl"]
    assert (tmp_path / "hub/formgrader.jsonl").stat().st_mode & 0o777 == 0o600
