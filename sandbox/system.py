"""What every wall shows of the host: the system, the Python environment, and a small /etc of its own."""

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sandbox.wall import Bind, Wall

_TREES = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    "alternatives", "bash.bashrc", "ca-certificates", "fonts", "inputrc", "ld.so.cache", "ld.so.conf",
    "ld.so.conf.d", "locale.alias", "mime.types", "os-release", "pki/ca-trust", "pki/tls/certs", "profile",
    "profile.d", "ssl/certs", "ssl/openssl.cnf", "terminfo",
)  # fmt: skip
_MACHINE = ("/sys/devices/system/cpu", "/sys/devices/system/node")  # torch asks them how many cores there are
BESIDE = Path(__file__).resolve().parent.parent  # where this product's packages lie
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
# variables that point at the host's session, or that change how programs start
_LEFT_OUT = (
    "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "ENV", "BASH_ENV", "LD_LIBRARY_PATH", "LD_PRELOAD", "MAIL",
    "OLDPWD", "PWD", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "SSH_AUTH_SOCK", "SSH_CLIENT",
    "SSH_CONNECTION", "SSH_TTY", "SUDO_COMMAND", "SUDO_GID", "SUDO_UID", "SUDO_USER", "TEMP", "TMP",
    "VIRTUAL_ENV", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR",
)  # fmt: skip


def links() -> dict[str, str]:
    """Return the top folders that are links (``/bin`` on a merged system) and where they lead."""
    return {tree: os.readlink(tree) for tree in _TREES if os.path.islink(tree)}


@cache
def trees() -> tuple[Bind, ...]:
    """Return every wall's read-only binds: system, parts of ``/etc``, Python, this product's packages."""
    found = [Path(tree) for tree in (*_TREES, *_MACHINE) if os.path.isdir(tree) and not os.path.islink(tree)]
    found += [Path("/etc", name) for name in _ETC if os.path.exists(f"/etc/{name}")]
    found += python_trees()
    return tuple(Bind(path, path) for path in dict.fromkeys(found))


def python_trees() -> list[Path]:
    """Return the folders that this Python runs from, and the packages that lie beside this one."""
    base = Path(sys.base_prefix)
    prefixes = [base, base.resolve(), Path(sys.prefix), Path(sys.executable).resolve().parent.parent]
    packages = sorted(p.parent for p in BESIDE.glob("*/__init__.py"))
    folders: list[Path] = []
    for path in dict.fromkeys([*prefixes, *packages]):
        if not any(path.is_relative_to(known) for known in (Path("/usr"), *folders)):
            folders.append(path)
    return folders


def etc_files(wall: Wall, uid: int, gid: int) -> dict[str, str]:
    """Return the wall's own files of ``/etc`` by name.

    Parameters
    ----------
    uid, gid
        The ids that `Wall.user` bears inside.
    """
    home = wall.home_at
    people = [f"{wall.user}:x:{uid}:{gid}:{wall.user}:{home}:/bin/bash"]
    if uid != 65534:
        people.append("nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin")
    if uid != 0:
        people.insert(0, "root:x:0:0:root:/nonexistent:/usr/sbin/nologin")
    groups = [f"{wall.user}:x:{gid}:"] + (["nogroup:x:65534:"] if gid != 65534 else [])
    groups = (["root:x:0:"] if gid != 0 else []) + groups
    files = {
        "passwd": "\n".join(people) + "\n",
        "group": "\n".join(groups) + "\n",
        "hostname": wall.hostname + "\n",
        "hosts": f"127.0.0.1 localhost {wall.hostname}\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
    }
    if wall.network and os.path.isfile("/etc/resolv.conf"):
        files["resolv.conf"] = Path("/etc/resolv.conf").read_text()
    return files


def environment(wall: Wall, inherited: Mapping[str, str], home: Path, temporary: Path) -> dict[str, str]:
    """Return the environment inside: what is inherited, less the host's session, plus the wall's own."""
    kept = {name: value for name, value in inherited.items() if name not in _LEFT_OUT}
    own = {
        "HOME": str(home),
        "USER": wall.user,
        "LOGNAME": wall.user,
        "SHELL": "/bin/bash",
        "TMPDIR": str(temporary),
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "LANG": inherited.get("LANG") or "C.UTF-8",
    }
    return kept | own | dict(wall.env)
