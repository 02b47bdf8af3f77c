"""Which wall this host allows, found out by building one."""

import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox import bubblewrap, walled
from sandbox.errors import WallError, WallUnavailable
from sandbox.wall import Wall

KINDS = ("namespaces", "bubblewrap", "landlock", "uid", "none")
_SECRET = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "COOKIE", "API_KEY", "PRIVATE_KEY")


def is_secret(name: str) -> bool:
    """Tell whether an environment variable holds a secret, by its name."""
    return any(word in name.upper() for word in _SECRET)


@dataclass(frozen=True)
class Capabilities:
    """What walls this host allows.

    Parameters
    ----------
    kind
        The best kind: ``namespaces``, ``bubblewrap``, ``landlock``, ``uid`` or ``none``.
    why
        What that means here, in words.
    mend
        The command that would give a better wall; empty where there is nothing to mend.
    kinds
        The kinds that work, best first; where namespaces do, no other is tried.
    """

    kind: str
    why: str
    mend: str
    kinds: tuple[str, ...]


def capabilities() -> Capabilities:
    """Return what walls this host allows; found out once, then remembered.

    ``ACADEMY_WALL`` in the environment forces one kind, for tests and for an administrator who knows better.
    """
    return _capabilities(os.environ.get("ACADEMY_WALL") or None)


def kind_for(*, running: bool) -> str:
    """Return the kind of wall to use.

    Parameters
    ----------
    running
        A process that runs already shall enter it, which bubblewrap cannot do.

    Raises
    ------
    WallUnavailable
        There is none; the text says how to get one.
    """
    found = capabilities()
    kinds = [kind for kind in found.kinds if not (running and kind == "bubblewrap")]
    if not kinds:
        which = " that a running process can enter" if found.kinds else ""
        raise WallUnavailable(f"no wall on this host{which}: {found.why}; {found.mend}")
    return kinds[0]


@functools.lru_cache(maxsize=8)
def _capabilities(forced: str | None) -> Capabilities:
    if forced not in (None, *KINDS):
        raise WallError(f"ACADEMY_WALL is {forced!r}: give one of {', '.join(KINDS)}")
    failures, working = {}, ()
    for kind in (kind for kind in KINDS[:-1] if forced in (None, kind)):
        failure = _try(kind)
        if failure:
            failures[kind] = failure
        else:
            working += (kind,)
        if working == ("namespaces",):
            break
    kind = working[0] if working else "none"
    if kind == "namespaces":
        return Capabilities(kind, _WHY[kind], "", working)
    reasons = "; ".join(f"{name}: {failure}" for name, failure in failures.items())
    return Capabilities(kind, f"{_WHY[kind]} ({reasons})" if reasons else _WHY[kind], _mend(), working)


_WHY = {
    "namespaces": "own user, mount, process and network namespaces: everything outside is invisible",
    "bubblewrap": "bubblewrap makes the namespaces that this process may not make itself",
    "landlock": "Landlock and seccomp: files and signals outside are closed, other processes' names are seen",
    "uid": "only a user id of its own for each user: file modes alone keep users apart",
    "none": "nothing on this host keeps users apart",
}


def _try(kind: str) -> str | None:
    """Build a wall of `kind` in a fresh process; return why that failed, None when it holds."""
    if kind == "uid" and os.geteuid() != 0:
        return "needs root"
    if kind == "bubblewrap" and (bubblewrap.program() is None or os.geteuid() == 0):
        return "not for root" if os.geteuid() == 0 else "not installed"
    wall = Wall(uid=65533 if os.geteuid() == 0 else None)
    argv = [*launcher(wall, kind), "/bin/true"]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return None if done.returncode == 0 else lines[-1].removeprefix("academy: ")


def _mend() -> str:
    """Return the command that would allow namespaces, as far as this host tells what stops them."""
    for setting, stops, wanted in (
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
        ("kernel/unprivileged_userns_clone", "0", "1"),
        ("user/max_user_namespaces", "0", "10000"),
    ):
        try:
            with open(f"/proc/sys/{setting}") as file:
                value = file.read().strip()
        except OSError:
            continue
        if value == stops:
            return f"sudo sysctl -w {setting.replace('/', '.')}={wanted}"
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        return (
            "start the container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined"
        )
    return "sudo apt-get install bubblewrap"


def launcher(wall: Wall, kind: str) -> list[str]:
    """Return the argument list that starts what follows behind `wall`."""
    spec = json.dumps({"kind": kind, "wall": wall.to_json()}, separators=(",", ":"))
    return [sys.executable, "-I", "-m", "sandbox.launch", spec]


def command(wall: Wall, argv: Sequence[str]) -> list[str]:
    """Return the argument list that starts `argv` behind `wall`.

    The outer process passes signals in and the exit status out; when it is killed, everything inside ends.
    What its environment holds is inherited inside, so secrets belong there and not into ``wall.env``.

    Raises
    ------
    WallError
        ``wall.env`` names a secret, `argv` is empty, or the wall lets no program start.
    WallUnavailable
        This host allows no wall.
    """
    if not argv:
        raise WallError("no program to start behind the wall: give at least one word")
    if not wall.loads_code:
        raise WallError("no program starts behind a wall that loads no code: run it in a WarmServer")
    for name in wall.env:
        if is_secret(name):
            raise WallError(
                f"{name} looks like a secret, and every user of this host can read argument lists: "
                "put it into the environment of the process that is started"
            )
    return [*launcher(wall, kind_for(running=False)), *argv]


def enter(wall: Wall, keep: tuple[int, ...] = ()) -> None:
    """Take this process behind `wall`: return inside, in a new process.

    The caller is a forked process with one thread. It never returns: it waits outside, passes signals in and
    ends as the process inside does.

    Parameters
    ----------
    keep
        File descriptors that stay open inside, besides 0, 1 and 2.

    Raises
    ------
    WallError
        In the caller: the wall could not be built.
    """
    kind = kind_for(running=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, walled.PASSED_ON)
    handle = walled.split(wall, kind, keep)
    if handle is not None:
        walled.pass_on(handle)
