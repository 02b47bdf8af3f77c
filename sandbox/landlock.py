"""Landlock: what a process may reach among files, ports, signals and sockets, without any privilege."""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

from sandbox.errors import WallUnavailable
from sandbox.syscalls import LIBC, PR_SET_NO_NEW_PRIVS, prctl, syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_PATH_BENEATH = 1
# access rights by ABI: 13 at first, then refer, truncate and (with 5) device ioctl
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_FILES_FROM_5 = (1 << 16) - 1
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHARACTER, _MAKE_BLOCK, _TRUNCATE, _DEVICE_IOCTL = 1 << 6, 1 << 11, 1 << 14, 1 << 15
_CONNECT_AND_BIND = 3
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2


def abi() -> int:
    """Return the version of Landlock that the kernel speaks; 0 where there is none."""
    version = LIBC.syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    return max(0, version)


def restrict(
    readable: Iterable[Path], writable: Iterable[Path], listed: Iterable[Path], *, ports: bool
) -> None:
    """Let this process and all that it starts reach only the paths given, for good.

    Signals to processes outside and their abstract sockets are forbidden too, where the kernel can (ABI 6).

    Parameters
    ----------
    readable
        Files and folders that may be read and executed; those that do not exist are left out.
    writable
        Files and folders that may be changed too.
    listed
        Folders whose names may be seen, and those of all folders in them.
    ports
        True leaves TCP as it is; False forbids binding and connecting.

    Raises
    ------
    WallUnavailable
        The kernel has no Landlock.
    """
    version = abi()
    if not version:
        raise WallUnavailable(
            "the kernel has no Landlock: it needs 5.13 or newer with CONFIG_SECURITY_LANDLOCK"
        )
    files = _FILES.get(version, _FILES_FROM_5)
    rules = [(path, files & (_EXECUTE | _READ | _LIST)) for path in readable]
    rules += [(path, files & ~(_MAKE_CHARACTER | _MAKE_BLOCK)) for path in writable]
    rules += [(path, _LIST) for path in listed]
    _enforce(version, files, 0 if ports else _CONNECT_AND_BIND, _ABSTRACT_SOCKETS | _SIGNALS, rules)


def scope_abstract_sockets() -> None:
    """Forbid abstract Unix sockets of processes outside, where the kernel can (ABI 6), and nothing else."""
    version = abi()
    if version >= 6:
        _enforce(version, 0, 0, _ABSTRACT_SOCKETS, [])


def _enforce(version: int, files: int, network: int, scope: int, rules: list[tuple[Path, int]]) -> None:
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = struct.pack("QQQ", files, network, scope)[:size]
    ruleset = syscall(_CREATE, attributes, size, 0, what="landlock_create_ruleset")
    try:
        for path, access in rules:
            _allow(ruleset, path, access)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall(_RESTRICT, ruleset, 0, what="landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            access &= _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_IOCTL
        rule = struct.pack("=Qi", access, place)
        syscall(_ADD, ruleset, _PATH_BENEATH, rule, 0, what=f"landlock rule for {path}")
    finally:
        os.close(place)
