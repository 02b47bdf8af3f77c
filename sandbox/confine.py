"""What each process on the way in does to itself, by kind of wall."""

import json
import os
import resource
import shutil
import socket
import tempfile
from functools import cache
from pathlib import Path

from sandbox import landlock, processes, root, seccomp, syscalls, system
from sandbox.errors import WallError, WallUnavailable
from sandbox.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
)
from sandbox.wall import Bind, Wall

MOST_ROOTS = 8  # that are kept
_roots: dict[str, int | None] = {}  # by what they show, as `root.template` returns them


def builder(wall: Wall, kind: str) -> "Builder":
    """Return the builder of walls of `kind`.

    Raises
    ------
    WallUnavailable
        There is no wall of that kind that a running process can enter.
    """
    if kind == "namespaces":
        return Namespaces(wall)
    if kind in ("landlock", "uid"):
        return Together(wall, kind)
    if kind == "bubblewrap":
        return Bubblewrapped(wall)
    if kind == "open":
        return Open(wall)
    raise WallUnavailable(f"there is no wall of kind {kind!r}; try ./academy doctor")


class Builder:
    """The steps that one kind of wall takes in the caller, the keeper and the inner process."""

    kind = ""

    def __init__(self, wall: Wall) -> None:
        self.wall = wall
        self.root = os.geteuid() == 0
        self.uid = wall.inside_uid if self.root else os.getuid()
        self.gid = wall.inside_uid if self.root else os.getgid()

    @property
    def leaves_no_trace(self) -> bool:
        """Whether the caller is what it was once :meth:`after_fork` is over."""
        return True

    def use_kept_root(self) -> None:
        """Share the root, but for what starts empty, with other walls like this one of this process."""

    def before_fork(self) -> None:
        """Prepare the caller."""

    def after_fork(self) -> None:
        """Make the caller what it was."""

    def in_keeper(self) -> None:
        """Build the wall in the keeper."""

    def harden_keeper(self, caller_gone: int) -> None:
        """Make the keeper die with the caller and close it to those inside, once it is forked."""
        # read by those inside it would tell what the caller's memory and environment held
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, caller_gone)

    def in_inner(self, keep: tuple[int, ...]) -> None:
        """Finish in the inner process; `keep` are the file descriptors that stay open."""

    def clear_away(self) -> None:
        """End what the inner process left behind, in the keeper."""

    def become_unprivileged(self) -> None:
        """Leave root for good."""
        if self.root:
            os.setgroups([])
            os.setresgid(self.gid, self.gid, self.gid)
            os.setresuid(self.uid, self.uid, self.uid)
            syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # leaving root closed our own /proc entries to us

    def settle(self, home: Path, temporary: Path, keep: tuple[int, ...]) -> None:
        """Set what every kind sets last: folder, environment, limits, open files."""
        os.umask(0o022)
        syscalls.close_all_but(keep)
        os.chdir(home)
        variables = system.environment(self.wall, os.environ, home, temporary)
        os.environ.clear()
        os.environ.update(variables)

    def limit(self, others: int) -> None:
        """Set the limits; `others` are the processes of the same user that do not count."""
        limits = self.wall.limits
        _limit(resource.RLIMIT_CORE, 0)
        if limits.cpu_seconds is not None:
            _limit(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2)
        if limits.memory_mib is not None:
            _limit(resource.RLIMIT_DATA, (limits.memory_mib << 20) + _data_bytes())
        if limits.processes is not None:
            _limit(resource.RLIMIT_NPROC, limits.processes + others)
        if limits.file_mib is not None:
            _limit(resource.RLIMIT_FSIZE, limits.file_mib << 20)
        if limits.open_files is not None:
            _limit(resource.RLIMIT_NOFILE, limits.open_files)

    def check_access(self, binds: list[Bind]) -> None:
        """Refuse a wall whose own user cannot use what it shows.

        Raises
        ------
        WallError
            Names the host's path and the command that opens it.
        """
        for bind in binds:
            seen = bind.source if isinstance(self, Together) else bind.target
            needed = os.R_OK | (os.X_OK if os.path.isdir(seen) else 0) | (os.W_OK if bind.writable else 0)
            if not os.access(seen, needed):
                what, mode = ("write", "u+rwX") if bind.writable else ("read", "o+rX")
                whose = f" after chown {self.uid}" if bind.writable and self.root else ""
                raise WallError(
                    f"uid {self.uid} may not {what} {bind.source}: chmod {mode} {bind.source}{whose}"
                )


class Namespaces(Builder):
    """Own user, mount, process, IPC, host name and (where asked) network namespaces."""

    kind = "namespaces"
    _template: int | None = None

    @property
    def leaves_no_trace(self) -> bool:
        """Only root leaves neither itself nor its user namespace."""
        return self.root and root_returns()

    def use_kept_root(self) -> None:
        """Take the root kept for such a wall; a source that was replaced on the host makes another."""
        home = [self.wall.home] if self.wall.home else []
        sources = [*(bind.source for bind in (*system.trees(), *self.wall.binds)), *home]
        try:
            places = [(found.st_dev, found.st_ino) for found in map(os.stat, sources)]
        except OSError:
            return  # building the root will say what is missing
        key = json.dumps([self.wall.to_json(), places])
        if key not in _roots:
            while len(_roots) >= MOST_ROOTS:
                oldest = _roots.pop(next(iter(_roots)))
                if oldest is not None:
                    os.close(oldest)
            _roots[key] = root.template(self.wall, self.uid, self.gid)
        self._template = _roots[key]

    def before_fork(self) -> None:
        """Make the process namespace; without root's rights the user namespace comes first and gives them."""
        if self.root:
            try:
                syscalls.unshare(CLONE_NEWPID)
                return
            except PermissionError:  # root of a container, who may do less than an ordinary user outside
                self.become_unprivileged()
                self.root = False
        syscalls.unshare(CLONE_NEWUSER | CLONE_NEWPID)
        _map_ids(self.uid, self.gid)

    def after_fork(self) -> None:
        """Let later children be born where this process lives."""
        _return()

    def in_keeper(self) -> None:
        """Build the root, and only then leave root: its folders may be closed to the wall's user."""
        network = 0 if self.wall.network else CLONE_NEWNET
        if self._template is not None:
            syscalls.setns(self._template, CLONE_NEWNS)
        syscalls.unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | network)
        socket.sethostname(self.wall.hostname)
        if network:
            syscalls.bring_loopback_up()
        os.umask(0o022)
        if self._template is None:
            root.build(self.wall, self.uid, self.gid)
        else:
            root.fill(self.wall, self.uid, self.gid)
        self.become_unprivileged()
        if self.root:
            self._own_user_namespace()
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        syscalls.drop_capabilities()
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)

    def _own_user_namespace(self) -> None:
        """Count this wall's processes for itself; the wall stands without it where the host allows none."""
        try:
            syscalls.unshare(CLONE_NEWUSER)
        except OSError:
            return
        _map_ids(self.uid, self.gid)

    def harden_keeper(self, caller_gone: int) -> None:
        """Die by the kernel's hand, which takes the whole process namespace along."""
        super().harden_keeper(9)

    def in_inner(self, keep: tuple[int, ...]) -> None:
        """Close what leads outside, set the limits, refuse the calls that nobody needs."""
        wall = self.wall
        self.settle(wall.home_at, Path("/tmp"), keep)
        home = [Bind(wall.home, wall.home_at, writable=True)] if wall.home else []
        self.check_access([*system.trees(), *wall.binds, *home])
        if wall.network:
            landlock.scope_abstract_sockets()
        self.limit(others=2)
        seccomp.restrict(nested=wall.nested, sockets=True, loads_code=wall.loads_code)


class Bubblewrapped(Namespaces):
    """What is left to do where bubblewrap has made root and namespaces, and has become the keeper."""

    kind = "bubblewrap"

    def before_fork(self) -> None:
        """Do nothing: bubblewrap has made the namespaces."""

    def in_keeper(self) -> None:
        """Do nothing: bubblewrap has made the root and dropped every right."""


class Open(Builder):
    """No wall: a process that is watched over and ended with all that it started."""

    kind = "open"

    def in_keeper(self) -> None:
        """Adopt the orphans, so that they can be found and ended."""
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)

    def in_inner(self, keep: tuple[int, ...]) -> None:
        """Close what the caller had open."""
        syscalls.close_all_but(keep)

    def clear_away(self) -> None:
        """End the orphans too."""
        processes.kill_descendants(os.getpid())


class Together(Open):
    """No view of its own: the host's files under Landlock, or under an own user id's file modes alone."""

    def __init__(self, wall: Wall, kind: str) -> None:
        super().__init__(wall)
        self.kind = kind
        if kind == "uid" and wall.uid is None:
            raise WallError("a wall by user id needs a uid of its own for each user: give Wall.uid")
        if kind == "uid" and not self.root:
            raise WallUnavailable("a wall by user id needs root: start as root, or see ./academy doctor")

    def in_keeper(self) -> None:
        """Make a folder for temporary files, which the keeper takes away again."""
        super().in_keeper()
        self.temporary = Path(tempfile.mkdtemp(prefix="academy-wall-"))
        os.chown(self.temporary, self.uid, self.gid)

    def clear_away(self) -> None:
        """End everything, then take the temporary files away."""
        super().clear_away()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def in_inner(self, keep: tuple[int, ...]) -> None:
        """Become the wall's user and close everything that is not theirs."""
        wall, temporary = self.wall, self.temporary
        self.become_unprivileged()
        home = wall.home or temporary
        shown = system.trees()
        self.settle(home, temporary, keep)
        own = [Bind(home, home, writable=True)]
        self.check_access([*shown, *wall.binds, *own])
        self.limit(others=_threads_of(self.uid))
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        if self.kind == "landlock":
            readable = [b.source for b in (*shown, *wall.binds) if not b.writable]
            readable += [
                Path("/proc"),
                Path("/etc/passwd"),
                Path("/etc/group"),
                Path("/etc/hosts"),
                Path("/etc/localtime"),
            ]
            readable += [Path("/etc/resolv.conf"), Path("/etc/nsswitch.conf")] if wall.network else []
            # neither /dev/pts nor /dev/shm: other people's terminals and shared memory lie there too
            writable = [b.source for b in wall.binds if b.writable] + [home, temporary]
            writable += [Path("/dev", name) for name in system.DEVICES]
            landlock.restrict(readable, writable, [system.BESIDE], ports=wall.network)
        # files outside belong to the wall's user: to the builder's, or to that of walls without a home
        owner = self.kind == "landlock" and (not self.root or wall.home is None)
        seccomp.restrict(
            nested=wall.nested,
            sockets=wall.network,
            together=True,
            owner=owner,
            loads_code=wall.loads_code,
        )


@cache
def root_returns() -> bool:
    """Tell whether root may leave its process namespace here and come back; tries it, in a child."""
    child = os.fork()
    if not child:
        try:
            syscalls.unshare(CLONE_NEWPID)
            _return()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _return() -> None:
    """Let children be born into the process namespace that this process lives in."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        syscalls.setns(own, CLONE_NEWPID)
    finally:
        os.close(own)


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(which)[1]
    values = [v if ceiling == resource.RLIM_INFINITY else min(v, ceiling) for v in (soft, hard or soft)]
    resource.setrlimit(which, (values[0], values[1]))


def _data_bytes() -> int:
    """Return the private memory that this process already holds, which a limit does not count."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmData:"))


def _threads_of(uid: int) -> int:
    """Return how many threads the user has besides this one: without an own namespace they count together."""
    count = -1
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                if os.stat(f"/proc/{entry}").st_uid == uid:
                    count += len(os.listdir(f"/proc/{entry}/task"))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
    return count


def _map_ids(uid: int, gid: int) -> None:
    """Give the new user namespace this one user and group, under their own numbers."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
