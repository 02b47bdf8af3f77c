"""Does the wall hold? Attack it from inside and name what got through."""

import contextlib
import ctypes
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox import syscalls, system
from sandbox.capable import kind_for, launcher
from sandbox.errors import WallError
from sandbox.wall import Wall

SECONDS = 60
# what Landlock cannot hide: names and counts, nothing that belongs to anybody
_SLIGHT = ("see_processes", "fill_disk")


@dataclass(frozen=True)
class Hole:
    """An attack that got through a wall.

    Parameters
    ----------
    name
        The attack: a function of `sandbox.attacks`.
    detail
        What it got.
    serious
        False where nobody's data can be read or changed by it.
    """

    name: str
    detail: str
    serious: bool


def probe(wall: Wall, *, running: bool = False) -> list[Hole]:
    """Attack `wall` from inside.

    Parameters
    ----------
    running
        Attack the kind of wall that a process which runs already can enter, as `WarmServer` uses it.

    Returns
    -------
    list of Hole
        Empty when the wall holds.

    Raises
    ------
    WallError
        The wall could not be built, or the attacks could not be run in it.
    """
    with staged(wall) as stage:
        argv = [*launcher(wall, kind_for(running=running)), sys.executable, "-I", "-m", "sandbox.attacks"]
        facts = json.dumps(stage.facts)
        try:
            done = subprocess.run(
                argv, input=facts, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise WallError(f"the attacks on the wall did not end within {SECONDS} s: try again") from None
        if done.returncode:
            raise WallError(f"the attacks could not be run behind the wall: {done.stderr.strip()[-500:]}")
        return stage.holes(json.loads(done.stdout))


@dataclass
class Stage:
    """What the host has that no wall may give away, and what the attacks are told about it."""

    facts: dict[str, Any]
    victim: subprocess.Popen[bytes]

    def holes(self, through: dict[str, str]) -> list[Hole]:
        """Return the holes, those that only show outside too."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.victim.wait(0.1)
            through = through | {"signal_outside": f"ended process {self.victim.pid}"}
        return [Hole(name, detail, name not in _SLIGHT) for name, detail in sorted(through.items())]


@contextlib.contextmanager
def staged(wall: Wall) -> Iterator[Stage]:
    """Set up files, sockets and a process that a wall must keep its inside away from."""
    mark = f"academy-probe-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as stack:
        outside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="academy-probe-")))
        outside.chmod(0o777)
        secret = outside / "secret"
        secret.write_text(mark)
        if os.geteuid() == 0:
            os.chown(secret, wall.inside_uid, -1)  # the id alone must protect nothing
        shared = Path("/dev/shm", mark)
        shared.write_text(mark)
        shared.chmod(0o644)
        stack.callback(shared.unlink)
        tcp = _listening(stack, socket.AF_INET, ("127.0.0.1", 0))
        _listening(stack, socket.AF_UNIX, "\0" + mark)
        _listening(stack, socket.AF_UNIX, str(outside / "socket"))
        (outside / "socket").chmod(0o777)
        ends = os.openpty()
        stack.callback(lambda: [os.close(end) for end in ends])
        victim = _victim(stack, wall, mark)
        yield Stage(
            {
                "mark": mark,
                "secret": str(secret),
                "outside": str(outside),
                "unix_socket": str(outside / "socket"),
                "shared_memory": str(shared),
                "segment": _segment(stack, mark),
                "terminal": _open_to(wall, os.ttyname(ends[1])),
                "port": tcp.getsockname()[1],
                "victim": victim.pid,
                "host_home": str(Path.home()),
                "host_home_names": _not_shown(wall, Path.home()),
                "read_only": [str(bind.target) for bind in wall.binds if not bind.writable],
                "network": wall.network,
                "nested": wall.nested,
                "limits": asdict(wall.limits),
                "tmp_mib": wall.tmp_mib,
            },
            victim,
        )


def _segment(stack: contextlib.ExitStack, mark: str) -> int:
    """Make System V shared memory that everybody may attach, and return its key."""
    key = int(mark[-7:], 16)
    number = syscalls.LIBC.shmget(key, ctypes.c_size_t(4096), 0o1666)  # IPC_CREAT
    stack.callback(syscalls.LIBC.shmctl, number, 0, None)  # IPC_RMID
    return key


def _listening(stack: contextlib.ExitStack, family: int, address: Any) -> socket.socket:
    listener = stack.enter_context(socket.socket(family))
    listener.bind(address)
    listener.listen()  # the kernel takes connections from here on
    return listener


def _victim(stack: contextlib.ExitStack, wall: Wall, mark: str) -> subprocess.Popen[bytes]:
    """Start a process with the user id of the wall's inside, so that the id alone protects nothing."""
    uid = wall.inside_uid
    same = {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() == 0 else {}
    argv = ["/bin/sh", "-c", "while :; do sleep 1; done", mark]
    victim = subprocess.Popen(argv, env={"SECRET": mark}, cwd="/", start_new_session=True, **same)
    stack.callback(victim.wait)
    stack.callback(victim.kill)
    return victim


def _open_to(wall: Wall, terminal: str) -> str:
    if os.geteuid() == 0:
        os.chown(terminal, wall.inside_uid, -1)
    return terminal


def _not_shown(wall: Wall, home: Path) -> list[str]:
    """Return names in the host's `home` that the wall has no reason to show."""
    shown = [bind.source for bind in (*wall.binds, *system.trees())] + ([wall.home] if wall.home else [])
    try:
        names = os.listdir(home)
    except OSError:
        return []
    hidden = []
    for name in names:
        path = home / name
        if not any(place.is_relative_to(path) or path.is_relative_to(place) for place in shown):
            hidden.append(name)
    return hidden
