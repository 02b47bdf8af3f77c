"""What a wall is: plain data that says what the process inside may see, use and change."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox.errors import WallError

_USER = re.compile(r"(?!-)[^\x00-\x20:/\x7f]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_OWN = ("/", "/proc", "/dev", "/sys", "/etc", "/usr", "/tmp")  # the wall's own; nothing is bound over them


@dataclass(frozen=True)
class Limits:
    """What one wall may use up; ``None`` sets no limit.

    Parameters
    ----------
    cpu_seconds
        Processor seconds of each process.
    memory_mib
        Private memory in MiB of each process (an allocation beyond it fails), and of all together
        (beyond it the largest is killed).
    processes
        Processes and threads, all together.
    file_mib
        Size of one file in MiB.
    open_files
        Open files of each process.
    """

    cpu_seconds: int | None = None
    memory_mib: int | None = None
    processes: int | None = None
    file_mib: int | None = None
    open_files: int | None = None

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and value < 1:
                raise WallError(f"limit {name} is {value}: give a whole number from 1 up, or none")


@dataclass(frozen=True)
class Bind:
    """A file or folder of the host that is seen inside the wall.

    Parameters
    ----------
    source
        Absolute path on the host.
    target
        Absolute path inside.
    writable
        Read-only otherwise.
    """

    source: Path
    target: Path
    writable: bool = False

    def __post_init__(self) -> None:
        for path in (self.source, self.target):
            if not path.is_absolute() or ".." in path.parts:
                raise WallError(f"bind path {path} must be absolute and without '..'")


@dataclass(frozen=True)
class Wall:
    """A wall around one process and all that it starts.

    The system (``/usr`` and what belongs to it), the Python environment and this product's packages are
    always there, read-only; ``/proc``, ``/dev``, ``/tmp`` and ``/dev/shm`` are the wall's own. Where the host
    allows no mounts (Landlock, user ids) everything is seen at its path on the host instead: `home_at` and
    the targets of `binds` are not used, and behind Landlock there is no ``/dev/shm``.

    Parameters
    ----------
    binds
        What else is seen inside.
    home
        Folder on the host that is the home inside, writable; without it the home is empty and goes away
        with the wall.
    home_at
        Where the home lies inside.
    user
        The user's name in the wall's own ``/etc/passwd``.
    uid
        Run as root: the unprivileged user (and group) id to become before anything else runs. Not used
        otherwise. Without it 65533.
    network
        True shares the host's network; False gives an own one with loopback only.
    env
        Environment variables added inside. For `command` they stand in the argument list, which every
        user of the host can read: secrets belong in the environment of the process that is started.
    hostname
        The machine's name inside.
    tmp_mib
        Size in MiB of ``/tmp``, and of ``/dev/shm``.
    limits
        What it may use up.
    nested
        True lets processes inside build walls of their own (new user namespaces).
    loads_code
        False refuses machine code that the process does not hold when it enters: it loads no library and no
        extension module, and starts no program. For a `WarmServer`; `command` would start nothing.
    """

    binds: tuple[Bind, ...] = ()
    home: Path | None = None
    home_at: Path = Path("/home/learner")
    user: str = "learner"
    uid: int | None = None
    network: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    hostname: str = "academy"
    tmp_mib: int = 256
    limits: Limits = Limits()
    nested: bool = False
    loads_code: bool = True

    def __post_init__(self) -> None:
        if not _USER.fullmatch(self.user):
            raise WallError(f"user name {self.user!r} cannot stand in /etc/passwd: no spaces, ':' or '/'")
        if not _HOST.fullmatch(self.hostname):
            raise WallError(f"host name {self.hostname!r} is not one: letters, digits and '-' only")
        if self.uid is not None and not 0 < self.uid < 2**32 - 1:
            raise WallError(f"uid {self.uid} is not an unprivileged user id: give a number from 1 up")
        if self.tmp_mib < 1:
            raise WallError(f"tmp_mib is {self.tmp_mib}: give a whole number from 1 up")
        for name, value in self.env.items():
            if not name or "=" in name or "\0" in name + value:
                raise WallError(f"environment variable {name!r} cannot be set: mend its name or value")
        for target in (Bind(self.home or Path("/"), self.home_at).target, *(b.target for b in self.binds)):
            if str(target) in _OWN:
                raise WallError(f"nothing can be bound at {target}: it is the wall's own; bind below it")

    @property
    def inside_uid(self) -> int:
        """The user id to drop to when the builder is root."""
        return 65533 if self.uid is None else self.uid

    def to_json(self) -> dict[str, Any]:
        """Return the wall as data that `from_json` reads back."""
        data = asdict(self) | {"env": dict(self.env), "home_at": str(self.home_at)}
        data["home"] = None if self.home is None else str(self.home)
        data["binds"] = [[str(b.source), str(b.target), b.writable] for b in self.binds]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Wall":
        """Return the wall that `to_json` wrote.

        Raises
        ------
        WallError
            A value is missing or cannot be.
        """
        try:
            values = dict(data)
            values["binds"] = tuple(Bind(Path(s), Path(t), bool(w)) for s, t, w in values["binds"])
            values["home"] = None if values["home"] is None else Path(values["home"])
            values["home_at"] = Path(values["home_at"])
            values["limits"] = Limits(**values["limits"])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise WallError(f"not a wall's description ({error}): write it with Wall.to_json") from error
