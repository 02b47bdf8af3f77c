"""Forbid kinds of wall for good, as some hosts and containers do, then run a program.

``forbid.py namespaces,bubblewrap,landlock PROGRAM ARGUMENT...``: a seccomp filter refuses the system calls
that each kind begins with, for this process and all that it starts.
"""

import ctypes
import os
import struct
import sys

from sandbox.syscalls import CLONE_NEWUSER, LIBC, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, prctl

UNSHARE, CLONE, CLONE3, LANDLOCK = 272, 56, 435, 444  # x86_64
LOAD, EQUAL, BITS, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
NUMBER, FLAGS = 0, 16


def instructions(kinds: list[str]) -> list[tuple[int, int, int, int]]:
    code = [(LOAD, 0, 0, NUMBER)]
    if "namespaces" in kinds:
        code += [(EQUAL, 0, 1, UNSHARE), (RETURN, 0, 0, EPERM)]
    if "landlock" in kinds:
        code += [(EQUAL, 0, 1, LANDLOCK), (RETURN, 0, 0, ENOSYS)]
    if "bubblewrap" in kinds:
        code += [(EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, ENOSYS)]
        code += [(EQUAL, 0, 3, CLONE), (LOAD, 0, 0, FLAGS)]
        code += [(BITS, 0, 1, CLONE_NEWUSER), (RETURN, 0, 0, EPERM)]
    return [*code, (RETURN, 0, 0, ALLOW)]


def main(kinds: list[str], program: list[str]) -> None:
    content = b"".join(struct.pack("HBBI", *one) for one in instructions(kinds))
    buffer = ctypes.create_string_buffer(content)
    header = struct.pack("HxxxxxxP", len(content) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if LIBC.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.c_char_p(header), 0, 0):
        raise OSError("the kernel refused the filter")
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1].split(","), sys.argv[2:])
