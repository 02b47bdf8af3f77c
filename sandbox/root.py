"""The file system inside a wall, made from an empty one in a new mount namespace."""

import os
import signal
import stat
from dataclasses import dataclass
from pathlib import Path

from sandbox import syscalls, system
from sandbox.errors import WallError
from sandbox.wall import Bind, Wall

_QUIET = syscalls.MS_NOSUID | syscalls.MS_NODEV


@dataclass(frozen=True)
class _New:
    """A file system that starts empty."""

    kind: str
    target: Path
    flags: int
    options: str


def build(wall: Wall, uid: int, gid: int) -> None:
    """Make the root that `wall` describes and move into it.

    The caller is the first process of new mount and process namespaces, with the right to mount.

    Parameters
    ----------
    uid, gid
        Whom the writable places belong to.

    Raises
    ------
    WallError
        A source is missing or a target cannot be made; the text names it.
    """
    _build(wall, uid, gid, fill=True)


def template(wall: Wall, uid: int, gid: int) -> int | None:
    """Return a mount namespace that has the root of `wall`, but for what starts empty.

    Nobody can write into it but through what the wall binds writable.

    Parameters
    ----------
    uid, gid
        As for :func:`build`.

    Returns
    -------
    int or None
        A file descriptor, which keeps the namespace, for who then calls :func:`fill`. None where something
        is bound inside what starts empty.

    Raises
    ------
    WallError
        As for :func:`build`.
    """
    plan = _plan(wall, uid, gid)
    empty = [step.target for step in plan if isinstance(step, _New)]
    if any(isinstance(s, Bind) and any(s.target.is_relative_to(place) for place in empty) for s in plan):
        return None
    ready, say = os.pipe()
    caller, child = os.getpid(), syscalls.fork()
    if not child:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != caller:  # it was ended before it could be asked for
            os._exit(1)
        try:
            os.umask(0o022)
            syscalls.unshare(syscalls.CLONE_NEWNS)
            _build(wall, uid, gid, fill=False)
            os.write(say, b"+")
        except (OSError, WallError) as error:
            os.write(say, f"-{error}".encode())
        signal.pause()
    os.close(say)
    try:
        answer = os.read(ready, 4096).decode()
        if answer != "+":
            raise WallError(answer[1:] or "the process that builds a wall's root ended")
        return os.open(f"/proc/{child}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(ready)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def fill(wall: Wall, uid: int, gid: int) -> None:
    """Mount what starts empty; the caller stands in a copy of the namespace that :func:`template` made."""
    for step in _plan(wall, uid, gid):
        if isinstance(step, _New):
            syscalls.mount(step.kind, str(step.target), step.flags, step.options)


def _build(wall: Wall, uid: int, gid: int, *, fill: bool) -> None:
    syscalls.make_mounts_private()
    plan = _plan(wall, uid, gid)
    sources = [_open_source(step) if isinstance(step, Bind) else -1 for step in plan]
    syscalls.mount("tmpfs", "/tmp", _QUIET, "size=4m,mode=755")
    root = os.open("/tmp", os.O_DIRECTORY | os.O_CLOEXEC)
    _write_skeleton(root, wall, uid, gid)
    for step, source in zip(plan, sources, strict=True):
        if isinstance(step, Bind):
            _bind(root, step, source, (uid, gid))
            os.close(source)
        else:
            place = _make_place(root, step.target, folder=True, owner=(uid, gid))
            if fill:
                syscalls.mount(step.kind, f"/proc/self/fd/{place}", step.flags, step.options)
            os.close(place)
    syscalls.set_mount_attributes(root, syscalls.ATTR_RDONLY)
    os.fchdir(root)
    os.close(root)
    syscalls.pivot_root_here()


def _plan(wall: Wall, uid: int, gid: int) -> list[Bind | _New]:
    """Return what is mounted, outer folders before those that lie in them."""
    owned = f"uid={uid},gid={gid}"
    empty = f"size={wall.tmp_mib}m,{owned}"
    noexec = _QUIET | syscalls.MS_NOEXEC
    steps: list[Bind | _New] = [
        _New("proc", Path("/proc"), noexec, ""),
        _New("tmpfs", Path("/tmp"), _QUIET, f"{empty},mode=1777"),
        _New("tmpfs", Path("/dev/shm"), _QUIET, f"{empty},mode=1777"),
        _New(
            "devpts",
            Path("/dev/pts"),
            syscalls.MS_NOSUID | syscalls.MS_NOEXEC,
            "newinstance,ptmxmode=0666,mode=620",
        ),
    ]
    steps += system.trees()
    steps += [Bind(Path("/dev", name), Path("/dev", name), writable=True) for name in system.DEVICES]
    if wall.home is None:
        steps.append(_New("tmpfs", wall.home_at, _QUIET, f"{empty},mode=700"))
    else:
        steps.append(Bind(wall.home, wall.home_at, writable=True))
    steps += wall.binds
    return sorted(steps, key=lambda step: len(step.target.parts))


def _open_source(bind: Bind) -> int:
    try:
        return os.open(bind.source, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        raise WallError(f"cannot bind {bind.source}: {error.strerror}; make it or take it out") from error


def _write_skeleton(root: int, wall: Wall, uid: int, gid: int) -> None:
    """Write what is neither mounted nor bound: links, ``/dev``, ``/etc``, folders that programs expect."""
    for folder in ("etc", "dev", "run", "var", "opt", "mnt"):
        os.mkdir(folder, 0o755, dir_fd=root)
    for link, to in system.links().items():
        os.symlink(to, link[1:], dir_fd=root)
    for link, to in {
        "fd": "/proc/self/fd",
        "stdin": "fd/0",
        "stdout": "fd/1",
        "stderr": "fd/2",
        "ptmx": "pts/ptmx",
    }.items():
        os.symlink(to if to.startswith(("/", "pts")) else f"/proc/self/{to}", f"dev/{link}", dir_fd=root)
    os.symlink("/tmp", "var/tmp", dir_fd=root)
    if os.path.exists("/etc/localtime"):
        os.symlink(os.path.realpath("/etc/localtime"), "etc/localtime", dir_fd=root)
    for name, text in system.etc_files(wall, uid, gid).items():
        with open(os.open(f"etc/{name}", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=root), "w") as file:
            file.write(text)


def _bind(root: int, bind: Bind, source: int, owner: tuple[int, int]) -> None:
    mode = os.fstat(source).st_mode
    attributes = syscalls.ATTR_NOSUID
    if not stat.S_ISCHR(mode):
        attributes |= syscalls.ATTR_NODEV
    if not bind.writable:
        attributes |= syscalls.ATTR_RDONLY
    tree = syscalls.clone_tree(source, attributes)
    place = _make_place(root, bind.target, folder=stat.S_ISDIR(mode), owner=owner)
    syscalls.attach_tree(tree, place)
    os.close(place)
    os.close(tree)


def _make_place(root: int, target: Path, *, folder: bool, owner: tuple[int, int]) -> int:
    """Return a descriptor of `target` below `root`, made where it is missing, never through a link.

    Parts of the way may belong to a learner, who could put a link there for the builder to follow.
    """
    parts = target.parts[1:]
    here = os.dup(root)
    try:
        for position, part in enumerate(parts):
            below = _step(here, part, folder=folder or position < len(parts) - 1, owner=owner)
            os.close(here)
            here = below
    except OSError as error:
        os.close(here)
        raise WallError(f"cannot make {target} inside the wall: {error.strerror} at {part!r}") from error
    return here


def _step(here: int, part: str, *, folder: bool, owner: tuple[int, int]) -> int:
    flags = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_DIRECTORY if folder else 0)
    try:
        return os.open(part, flags, dir_fd=here)
    except FileNotFoundError:
        pass
    if folder:
        os.mkdir(part, 0o755, dir_fd=here)
    else:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644, dir_fd=here))
    if os.fstat(here).st_uid == owner[0]:  # a folder of the wall's user keeps only what is theirs
        os.chown(part, *owner, dir_fd=here, follow_symlinks=False)
    return os.open(part, flags, dir_fd=here)
