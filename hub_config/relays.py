"""Carry connections across a wall whose network is its own: ``relays OPTIONS -- PROGRAM ...``.

Behind such a wall loopback is the person's alone. What must cross does so by Unix sockets in a folder that
both sides see, with this program at each end: it listens, leaves a process behind that passes bytes on, and
becomes PROGRAM, with which that process ends. It is in memory twice a person: standard library only.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import os
import socket
import stat
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from .tether import tether

PIECE = 65536
LOOPBACK = "127.0.0.1"
HEAD_SECONDS = 10.0
PATIENCE_SECONDS = 10.0
AGAIN_SECONDS = 0.05
HTTPS = 443
GONE = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Reach = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Streams]]


class Turned(Exception):
    """A connection that goes no further; says why, as a status line of HTTP does."""


def command(folder: Path, *, uid: int | None = None, **ways: Sequence[str]) -> list[str]:
    """Return the command line that opens `ways` for the program that follows it.

    Parameters
    ----------
    folder
        Where the Unix sockets lie, as this end sees it.
    uid
        The user that the other end runs as, where root starts this one.
    **ways
        ``out``: ``NAME=PORT`` or ``NAME=HOST:PORT`` each, from the socket ``NAME`` to an address.
        ``into``: ``NAME=PORT``, from an own loopback port to the socket ``NAME``.
        ``web``: hosts that the socket ``web`` may reach over HTTPS.
    """
    options = [f"--{way}={one}" for way, all_of_it in ways.items() for one in all_of_it]
    who = [] if uid is None else [f"--uid={uid}"]
    return [sys.executable, "-m", "hub_config.relays", f"--folder={folder}", *who, *options, "--"]


def main(arguments: Sequence[str]) -> None:
    """Listen, leave a process behind that carries, and become the program."""
    cut = arguments.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--uid", type=int)
    for way in ("out", "into", "web"):
        parser.add_argument(f"--{way}", action="append", default=[])
    asked = parser.parse_args(arguments[:cut])
    folder = os.open(asked.folder, os.O_PATH | os.O_DIRECTORY)
    ways = [
        (_listen_here(folder, name, asked.uid), _once_there(_to_address(to)))
        for name, to in map(_named, asked.out)
    ]
    ways += [
        (_listen_on(int(port)), _once_there(_to_socket(folder, name)))
        for name, port in map(_named, asked.into)
    ]
    if asked.web:
        ways.append((_listen_here(folder, "web", asked.uid), _to_web(asked.web)))
    program, parent = arguments[cut + 1 :], os.getpid()
    if os.fork():
        os.execvp(program[0], program)
    if asked.uid is not None:
        os.setgroups([])
        os.setresgid(asked.uid, asked.uid, asked.uid)
        os.setresuid(asked.uid, asked.uid, asked.uid)
    tether(parent)
    asyncio.run(_carry(ways))


def _named(text: str) -> tuple[str, str]:
    name, _, where = text.partition("=")
    return name, where


def _listen_on(port: int) -> socket.socket:
    return socket.create_server((LOOPBACK, port), backlog=128)


def _listen_here(folder: int, name: str, uid: int | None) -> socket.socket:
    """Listen on a socket in the folder; by descriptor, because a path of a socket may have 107 bytes."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"/proc/self/fd/{folder}/{name}")
    if uid is not None:
        os.chown(name, uid, uid, dir_fd=folder, follow_symlinks=False)
    listening.listen(128)
    return listening


async def _carry(ways: Sequence[tuple[socket.socket, Reach]]) -> None:
    for listening, reach in ways:
        await asyncio.start_server(_serving(reach), sock=listening)
    await asyncio.Event().wait()


def _serving(reach: Reach) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(*GONE):
            try:
                far_reader, far_writer = await reach(reader, writer)
            except Turned as turned:
                writer.write(f"HTTP/1.1 {turned}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
                return
            with contextlib.closing(far_writer):
                await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))

    return serve


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()
    writer.write_eof()


def _once_there(reach: Reach) -> Reach:
    """Wait for a far end that nobody has reached yet, such as a server that starts.

    Who knocks meanwhile, as the hub does, is let in as soon as it listens; turned away, the hub comes again
    only after a pause of up to five seconds.
    """
    reached = False

    async def patient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams:
        nonlocal reached
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                far = await reach(reader, writer)
            except (ConnectionRefusedError, FileNotFoundError):
                if reached or time.monotonic() > end:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                reached = True
                return far

    return patient


def _to_address(where: str) -> Reach:
    host, _, port = where.rpartition(":")

    async def reach(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams:
        return await asyncio.open_connection(host or LOOPBACK, int(port))

    return reach


def _to_socket(folder: int, name: str) -> Reach:
    async def reach(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams:
        # The other side may write here: what it put in the socket's place is looked at before it is used.
        found = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        try:
            if not stat.S_ISSOCK(os.fstat(found).st_mode):
                raise OSError(f"{name} is no socket")
            return await asyncio.open_unix_connection(f"/proc/self/fd/{found}")
        finally:
            os.close(found)

    return reach


def _to_web(hosts: Sequence[str]) -> Reach:
    """Reach what HTTP's CONNECT asks for, if it is one of `hosts` and its address is a public one."""

    async def reach(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_SECONDS)
        method, _, rest = head.partition(b" ")
        host, _, port = rest.partition(b" ")[0].decode("latin-1").lower().rpartition(":")
        if method != b"CONNECT" or port != str(HTTPS) or not host:
            raise Turned("405 Only HTTPS leads out of the academy")
        if not any(fnmatchcase(host, allowed) for allowed in hosts):
            raise Turned("403 Not among servers.outward of the academy")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, HTTPS, type=socket.SOCK_STREAM)
            public = [address[0] for *_, address in found if _is_public(address[0])]
            if not public:
                raise Turned("403 Not a public address")
            far = await asyncio.open_connection(public[0], HTTPS)
        except OSError as error:
            raise Turned("502 The host does not answer") from error
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return far

    return reach


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global


if __name__ == "__main__":
    main(sys.argv[1:])
