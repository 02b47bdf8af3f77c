"""The few Linux calls that Python does not offer, by ctypes. Nothing here decides anything."""

import ctypes
import fcntl
import os
import platform
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
_FORK = ctypes.PyDLL(None, use_errno=True).fork  # keeps the interpreter's lock, so that the child has it
MACHINE = platform.machine()

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 14, 1 << 18
MNT_DETACH = 2
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC = 1, 2, 4, 8

_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_OPEN_TREE, _MOVE_MOUNT, _CLOSE_RANGE, _MOUNT_SETATTR = 428, 429, 436, 442  # the same on every machine
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 24, 38, 22


def _checked(result: int, what: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: int | bytes | None, what: str) -> int:
    """Make a raw system call; integers go over as C longs.

    Raises
    ------
    OSError
        The call failed; the text begins with `what`.
    """
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(LIBC.syscall(ctypes.c_long(number), *longs), what)


def unshare(flags: int) -> None:
    """Give this process new namespaces."""
    _checked(LIBC.unshare(flags), "unshare")


def fork() -> int:
    """Fork a process with one thread, without what libraries asked to be called: they touch many pages.

    The child may use the kernel and fork again by `os.fork`, which calls them; no library should run in it.
    """
    return _checked(_FORK(), "fork")


def setns(namespace: int, kind: int) -> None:
    """Join the namespace at descriptor `namespace`; children do, where it is one of processes."""
    _checked(LIBC.setns(namespace, kind), "setns")


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system of `kind`."""
    name = kind.encode()
    _checked(
        LIBC.mount(name, target.encode(), name, ctypes.c_ulong(flags), options.encode()), f"mount {kind}"
    )


def make_mounts_private() -> None:
    """Stop mounts of this namespace from reaching the host's."""
    _checked(LIBC.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None), "make mounts private")


def clone_tree(source: int, attributes: int) -> int:
    """Return a file descriptor of a detached copy of the mounts at descriptor `source`, with `attributes`."""
    flags = 1 | os.O_CLOEXEC | _AT_EMPTY_PATH | _AT_RECURSIVE
    tree = syscall(_OPEN_TREE, source, b"", flags, what="open_tree")
    set_mount_attributes(tree, attributes, recursive=True)
    return tree


def set_mount_attributes(place: int, attributes: int, *, recursive: bool = False) -> None:
    """Add `attributes` to the mount at descriptor `place`."""
    wanted = struct.pack("QQQQ", attributes, 0, 0, 0)
    flags = _AT_EMPTY_PATH | (_AT_RECURSIVE if recursive else 0)
    syscall(_MOUNT_SETATTR, place, b"", flags, wanted, len(wanted), what="mount_setattr")


def attach_tree(tree: int, place: int) -> None:
    """Attach the detached mounts `tree` at descriptor `place`."""
    syscall(_MOVE_MOUNT, tree, b"", place, b"", 0x04 | 0x40, what="move_mount")


def pivot_root_here() -> None:
    """Make the current folder (a mount) the root and let go of the old one."""
    syscall(_PIVOT_ROOT[MACHINE], b".", b".", what="pivot_root")
    _checked(LIBC.umount2(b".", MNT_DETACH), "umount of the old root")
    os.chdir("/")


def prctl(option: int, value: int) -> None:
    """Set one attribute of this process."""
    zero = ctypes.c_ulong(0)
    _checked(LIBC.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, the bounding set too where that is allowed."""
    for capability in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0):
            break
    header = struct.pack("Ii", 0x20080522, 0)
    _checked(LIBC.capset(header, bytes(24)), "capset")


def close_all_but(keep: tuple[int, ...]) -> None:
    """Close every file descriptor from 3 up except those in `keep`."""
    start = 3
    for kept in sorted({k for k in keep if k > 2}):
        if kept > start:
            os.closerange(start, kept)
        start = kept + 1
    if LIBC.syscall(ctypes.c_long(_CLOSE_RANGE), ctypes.c_uint(start), ctypes.c_uint(2**32 - 1), 0):
        os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def bring_loopback_up() -> None:
    """Switch on ``lo`` in a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH22x", b"lo", 0x1 | 0x40))  # IFF_UP | IFF_RUNNING
