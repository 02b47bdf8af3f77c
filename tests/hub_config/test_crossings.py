"""What crosses the wall of a person's server, and that nothing else does."""

import asyncio
import errno
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sandbox
from hub_config import relays
from hub_config.accounts import FIRST_UID, Account
from hub_config.crossings import WEB_PORT, crossings
from hub_config.deployment import OWN_TREE, Deployment, free_ports, write_private
from hub_config.settings import Servers
from tests.hub_process import Hub, Person

needs_own_network = pytest.mark.skipif(
    sandbox.capabilities().kind not in OWN_TREE, reason="this host allows no wall with a network of its own"
)
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start relays before a program that waits; end them afterwards."""
    running = []

    def begin(folder: Path, **ways: list[str]) -> "subprocess.Popen[bytes]":
        argv = [*relays.command(folder, **ways), sys.executable, "-c", "import sys; sys.stdin.read()"]
        running.append(subprocess.Popen(argv, stdin=subprocess.PIPE, cwd=Path(__file__).parents[2]))
        return running[-1]

    yield begin
    for one in running:
        one.kill()
        one.communicate()


@pytest.fixture
def echo() -> Iterator[int]:
    """Yield the port of a server that sends back what it gets, until the other side has ended."""
    listening = socket.create_server(("127.0.0.1", 0))
    code = (
        "import socket, threading\n"
        f"at = socket.socket(fileno={listening.fileno()})\n"
        "def serve(one):\n"
        "    while piece := one.recv(65536):\n"
        "        one.sendall(piece)\n"
        "    one.close()\n"
        "while True:\n"
        "    threading.Thread(target=serve, args=[at.accept()[0]]).start()\n"
    )
    with listening:
        server = subprocess.Popen([sys.executable, "-c", code], pass_fds=[listening.fileno()])
        yield listening.getsockname()[1]
        server.kill()
        server.wait()


def connected(port: int, patience: float = 60.0) -> socket.socket:
    """Return a connection to a loopback port, once somebody listens there."""
    until = time.monotonic() + patience
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def is_listening(port: int) -> bool:
    """Tell whether somebody listens at a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def told(port: int, sent: bytes) -> bytes:
    """Return all that comes back for what is sent; nothing where the other side cuts it off."""
    with connected(port) as one:
        try:
            one.sendall(sent)
            one.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: one.recv(65536), b""))
        except OSError as error:
            if error.errno not in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN):
                raise
    return b""


def test_bytes_go_through_both_relays_and_back_whatever_the_folders_length(tmp_path, start, echo) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    (port,) = free_ports(1)
    start(folder, out=[f"far={echo}"])
    start(folder, into=[f"far={port}"])
    sent = os.urandom(3_000_000)
    with connected(port) as waits:  # one that says nothing holds up no other
        assert told(port, sent) == sent
        waits.sendall(b"now")
        assert waits.recv(10) == b"now"


def test_what_lies_in_a_sockets_place_is_not_followed(tmp_path, start, echo) -> None:
    """Who is inside may write in the folder: a link there must not lead to a socket of the host's."""
    folder, host = tmp_path / "person", tmp_path / "host"
    folder.mkdir()
    host.mkdir()
    (port,) = free_ports(1)
    start(host, out=[f"far={echo}"])
    start(folder, into=[f"server={port}"])
    connected(port).close()
    patience = time.monotonic() + 30
    while not (host / "far").exists() and time.monotonic() < patience:
        time.sleep(0.05)
    (folder / "server").symlink_to(host / "far")
    assert told(port, b"secret") == b""
    (folder / "server").unlink()
    os.link(host / "far", folder / "server")  # the wall's own mount would refuse this
    assert told(port, b"open") == b"open"


def test_who_knocks_before_a_server_listens_is_let_in_once_and_turned_away_when_it_is_gone(
    tmp_path, start
) -> None:
    server, port = free_ports(2)
    start(tmp_path, into=[f"server={port}"])
    with connected(port) as early:
        early.sendall(b"knock")
        start(tmp_path, out=[f"server={server}"])
        time.sleep(0.5)
        with socket.create_server(("127.0.0.1", server)) as listening:
            listening.settimeout(60)
            with listening.accept()[0] as one:
                assert one.recv(10) == b"knock"
                one.sendall(b"come in")
                assert early.recv(10) == b"come in"
    begun = time.monotonic()
    assert told(port, b"anybody there?") == b""
    assert time.monotonic() - begun < relays.PATIENCE_SECONDS / 2


def test_relays_end_with_the_program_they_stand_before(tmp_path, start, echo) -> None:
    (port,) = free_ports(1)
    program = start(tmp_path, into=[f"server={port}"])
    connected(port).close()
    program.kill()
    program.wait()
    until = time.monotonic() + 10
    while is_listening(port) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_listening(port)


def answers(hosts: list[str], request: bytes) -> bytes:
    """Return the status line of the way to the web."""

    async def ask() -> bytes:
        server = await asyncio.start_server(relays._serving(relays._to_web(hosts)), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(request)
        line = await reader.readline()
        writer.close()
        server.close()
        return line.strip().partition(b" ")[2]

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("hosts", "request_line", "status"),
    [
        (["pypi.org"], b"CONNECT example.org:443", b"403 Not among"),
        (["*.example.org"], b"CONNECT example.org.evil.net:443", b"403 Not among"),
        (["*"], b"CONNECT pypi.org:22", b"405"),
        (["*"], b"GET http://pypi.org/", b"405"),
        (["*"], b"CONNECT 127.0.0.1:443", b"403 Not a public"),
        (["*"], b"CONNECT localhost:443", b"403 Not a public"),
        (["*"], b"CONNECT 169.254.169.254:443", b"403 Not a public"),
        (["*"], b"CONNECT 10.0.0.1:443", b"403 Not a public"),
        (["*"], b"CONNECT ::1:443", b"403 Not a public"),
        (["*"], b"CONNECT ::ffff:127.0.0.1:443", b"403 Not a public"),
        (["*"], b"CONNECT no-such-host.invalid:443", b"502"),
        (["*"], b"CONNECT :443", b"405"),
        (["*"], b"nonsense", b"405"),
    ],
)
def test_the_web_is_what_was_named_over_https_and_public(hosts, request_line, status) -> None:
    assert answers(hosts, request_line + b" HTTP/1.1\r\nHost: x\r\n\r\n").startswith(status)


def test_what_was_named_is_reached(monkeypatch, echo) -> None:
    monkeypatch.setattr(relays, "HTTPS", echo)
    monkeypatch.setattr(relays, "_is_public", lambda address: True)
    request = f"CONNECT LocalHost:{echo} HTTP/1.1\r\n\r\n".encode()
    assert answers(["localhost"], request) == b"200 Connection established"


def test_only_who_keeps_the_gradebook_reaches_its_database(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "data")
    deployment.prepare()
    deployment.course.mkdir()
    url = "postgresql+psycopg://{}:s3cret@db.example.edu/academy"
    write_private(deployment.course / "gradebook.url", url.format("g"))
    write_private(deployment.secrets / "hub.url", url.format("h"))

    def of(role: str) -> object:
        return crossings(Account("ada", role, 0.0, FIRST_UID), deployment, Servers(), 4000)

    assert [of(role).gradebook for role in ("learner", "manager")] == [None, None]
    ines = of("instructor")
    assert ines.gradebook == ("db.example.edu", 5432)
    assert "--out=gradebook=db.example.edu:5432" in ines.outside(None)
    assert ines.environment == {"PGHOSTADDR": "127.0.0.1"}
    assert "s3cret" not in " ".join([*ines.outside(None), *ines.inside()])


def test_hosts_on_the_web_are_told_to_programs_as_a_proxy(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "data")
    deployment.prepare()
    servers = Servers(outward=["PyPI.org"])
    found = crossings(Account("ada", "learner", 0.0, FIRST_UID), deployment, servers, 4000)
    assert found.environment["HTTPS_PROXY"] == f"http://127.0.0.1:{WEB_PORT}"
    assert "--web=pypi.org" in found.outside(None)
    for wrong in ("https://pypi.org", "pypi.org/simple", "a b.org", "localhost"):
        with pytest.raises(ValueError, match="names no host"):
            Servers(outward=[wrong])


TRIED = """
import json, socket
def tried(family, address):
    one = socket.socket(family)
    one.settimeout(5)
    try:
        one.connect(address)
        return "open"
    except OSError as error:
        return type(error).__name__
print(json.dumps({
    **{str(port): tried(socket.AF_INET, ("127.0.0.1", port)) for port in %r},
    "abstract": tried(socket.AF_UNIX, chr(0) + %r),
    "outside": tried(socket.AF_INET, ("192.0.2.1", 443)),
}))
"""


@pytest.mark.slow
@needs_own_network
def test_a_persons_server_reaches_the_hub_and_the_academy_and_nothing_else(
    hub: Hub, learner: Person, instructor: Person, echo: int
) -> None:
    ports = json.loads((hub.data / "hub" / "ports.json").read_text())
    public = int(hub.url.rpartition(":")[2].strip("/"))
    own, others = (
        int(one.run("import os; print(os.environ['JUPYTERHUB_SERVICE_URL'])").rsplit(":", 1)[1].split("/")[0])
        for one in (learner, instructor)
    )
    name = f"academy-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0" + name)
        abstract.listen()
        closed = [public, ports["proxy_api"], others, echo]
        tried = [ports["hub"], ports["academy"], own, *closed]
        found = json.loads(learner.run(TRIED % (tried, name)))
        theirs = json.loads(instructor.run(TRIED % ([ports["proxy_api"], own, echo], name)))
        connected(own).close()  # the same question finds what is there, from where the proxy asks
    assert [found[str(port)] for port in tried] == ["open"] * 3 + ["ConnectionRefusedError"] * len(closed)
    assert (found["abstract"], found["outside"]) == ("ConnectionRefusedError", "OSError")
    assert "open" not in theirs.values()
