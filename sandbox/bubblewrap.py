"""Walls by bubblewrap, where it may make the namespaces that this process may not.

bubblewrap builds the file system and the namespaces; inside, process 1 is this product's own keeper, which
passes signals and exit statuses on, sets the limits and shuts off system calls as in every other wall.
"""

import json
import os
import shutil
import stat
import sys
from collections.abc import Sequence

from sandbox import system
from sandbox.errors import WallError
from sandbox.wall import Bind, Wall


def program() -> str | None:
    """Return the path of ``bwrap``; None where it is not installed."""
    return shutil.which("bwrap")


def arguments(wall: Wall, tell: int, inside: Sequence[str]) -> list[str]:
    """Return the argument list of bubblewrap for `wall`; opens the files that it hands over.

    Parameters
    ----------
    tell
        File descriptor on which the keeper inside reports.
    inside
        What to execute in the wall.
    """
    found = program()
    if found is None:
        raise WallError("bubblewrap is not installed: sudo apt-get install bubblewrap")
    argv = [
        found,
        "--unshare-all",
        *(["--share-net"] if wall.network else []),
        "--die-with-parent",
        "--as-pid-1",
    ]
    argv += ["--hostname", wall.hostname, "--proc", "/proc", "--dev", "/dev"]
    for place in ("/tmp", "/dev/shm"):
        argv += ["--size", str(wall.tmp_mib << 20), "--perms", "1777", "--tmpfs", place]
    for link, to in {**system.links(), "/var/tmp": "/tmp"}.items():
        argv += ["--symlink", to, link]
    for folder in ("/run", "/opt", "/mnt"):
        argv += ["--dir", folder]
    for name, text in system.etc_files(wall, os.getuid(), os.getgid()).items():
        argv += ["--perms", "0644", "--ro-bind-data", str(_handed_over(text)), f"/etc/{name}"]
    home = None if wall.home is None else Bind(wall.home, wall.home_at, writable=True)
    if home is None:
        argv += ["--size", str(wall.tmp_mib << 20), "--perms", "0700", "--tmpfs", str(wall.home_at)]
    binds = [*system.trees(), *wall.binds, *([home] if home else [])]
    for bind in sorted(binds, key=lambda bind: len(bind.target.parts)):
        argv += [_how(bind), str(bind.source), str(bind.target)]
    os.set_inheritable(tell, True)
    return [*argv, "--remount-ro", "/", "--chdir", "/", "--", *inside]


def inside(wall: Wall, tell: int, argv: Sequence[str]) -> list[str]:
    """Return the argument list of the keeper in the wall, which starts `argv`."""
    spec = json.dumps({"kind": "bubblewrap", "wall": wall.to_json(), "tell": tell}, separators=(",", ":"))
    return [sys.executable, "-I", "-m", "sandbox.launch", spec, *argv]


def _how(bind: Bind) -> str:
    if not bind.writable:
        return "--ro-bind"
    return "--dev-bind" if stat.S_ISCHR(os.stat(bind.source).st_mode) else "--bind"


def _handed_over(text: str) -> int:
    file = os.memfd_create("academy")
    os.write(file, text.encode())
    os.lseek(file, 0, os.SEEK_SET)
    os.set_inheritable(file, True)
    return file
