"""A seccomp filter: the system calls that nothing in a wall has business with."""

import ctypes
import struct

from sandbox.errors import WallUnavailable
from sandbox.syscalls import CLONE_NEWUSER, LIBC, MACHINE, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, prctl

# name: (x86_64, aarch64); the kernel's arch/x86/entry/syscalls/syscall_64.tbl and asm-generic/unistd.h
NEVER = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116),
    "open_by_handle_at": (304, 265), "settimeofday": (164, 170), "clock_settime": (227, 112),
}  # fmt: skip
NEW_WALLS = {
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "sethostname": (170, 161), "setdomainname": (171, 162),
}  # fmt: skip
# where there is no namespace of one's own: what other processes of the same user share by number or key
SHARED = {
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
}  # fmt: skip
# calls that take a process by number: only the caller itself, which is 0
BY_NUMBER = {
    "prlimit64": (302, 261), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
}  # fmt: skip
_SETPRIORITY, _IOPRIO_SET = (141, 140), (251, 30)
# what an owner may do to a file by its name, and Landlock does not guard; -1: no such call on that machine
OWNERS = {
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, -1), "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54),
    "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
# what brings code into a process: a program, memory that is run because it is read (`READ_IMPLIES_EXEC`,
# `SHM_EXEC`), and memory that is to be run: a library, or code made on the way
RUNS = {"execve": (59, 221), "execveat": (322, 281), "personality": (135, 92), "shmat": (30, 196)}
RUNNABLE = {"mmap": (9, 222), "mprotect": (10, 226), "pkey_mprotect": (329, 288)}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE, _CLONE3, _IOCTL, _SOCKET = (56, 220), (435, 435), (16, 29), (41, 198)

_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_DONE, _EPERM, _ENOSYS = 0, 1, 38
_NUMBER_AT, _ARCH_AT, _ARGUMENT_0_AT, _ARGUMENT_1_AT, _ARGUMENT_2_AT = 0, 4, 16, 24, 32
_PROT_EXEC = 4
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_ANY, _GROUP_OR_USER = 0xFFFFFFFF, 2


def program(
    machine: str,
    *,
    nested: bool,
    sockets: bool,
    together: bool = False,
    owner: bool = False,
    loads_code: bool = True,
) -> bytes:
    """Return the filter as BPF instructions.

    Parameters
    ----------
    machine
        ``x86_64`` or ``aarch64``.
    nested
        Leave the calls that build walls allowed.
    sockets
        False allows socket pairs only: the network wall where no network namespace can be had. Landlock
        does not guard Unix sockets that lie in folders.
    together
        True refuses what reaches other processes of the same user: their limits and priorities, and memory
        and queues that are shared by key.
    owner
        True makes changes of modes, owners, times and attributes of files do nothing and say that they did:
        for who shares a user id with the owner of the host's files.
    loads_code
        False refuses programs, and memory that is to be run beyond what the process has.

    Raises
    ------
    WallUnavailable
        No table for this machine.
    """
    if machine not in _MACHINES:
        raise WallUnavailable(f"no system call table for {machine}: use x86_64 or aarch64")
    column, architecture = _MACHINES[machine]
    code: list[tuple[int, int, int, int]] = []

    def refuse(error: int = _EPERM) -> None:
        code.append((_RETURN, 0, 0, _ERRNO | error))

    def refuse_argument(call: tuple[int, int], offset: int, test: int, value: int) -> None:
        """Refuse `call` when the test on the low word of its argument at `offset` holds."""
        code.append((_EQUAL, 0, 4, call[column]))
        code.append((_LOAD, 0, 0, offset))
        code.append((test, 0, 1, value))
        refuse()
        code.append((_LOAD, 0, 0, _NUMBER_AT))

    code += [(_LOAD, 0, 0, _ARCH_AT), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    code.append((_LOAD, 0, 0, _NUMBER_AT))
    if machine == "x86_64":  # the x32 calls would go round the numbers below
        code.append((_AT_LEAST, 0, 1, 0x40000000))
        refuse()
    for numbers in (NEVER if nested else NEVER | NEW_WALLS).values():
        code.append((_EQUAL, 0, 1, numbers[column]))
        refuse()
    for request in (_TIOCSTI, _TIOCLINUX):  # typing into the terminal that the wall was started from
        refuse_argument(_IOCTL, _ARGUMENT_1_AT, _EQUAL, request)
    if not sockets:
        code.append((_EQUAL, 0, 1, _SOCKET[column]))
        refuse()
    if together:
        for numbers in SHARED.values():
            code.append((_EQUAL, 0, 1, numbers[column]))
            refuse()
        for numbers in BY_NUMBER.values():
            refuse_argument(numbers, _ARGUMENT_0_AT, _BITS, _ANY)
        for offset in (_ARGUMENT_0_AT, _ARGUMENT_1_AT):
            refuse_argument(_SETPRIORITY, offset, _BITS, _ANY)
        refuse_argument(_IOPRIO_SET, _ARGUMENT_0_AT, _BITS, _GROUP_OR_USER)
        refuse_argument(_IOPRIO_SET, _ARGUMENT_1_AT, _BITS, _ANY)
    if owner:
        for number in (numbers[column] for numbers in OWNERS.values() if numbers[column] >= 0):
            code.append((_EQUAL, 0, 1, number))
            refuse(_DONE)
    if not loads_code:
        for numbers in RUNS.values():
            code.append((_EQUAL, 0, 1, numbers[column]))
            refuse()
        for numbers in RUNNABLE.values():
            refuse_argument(numbers, _ARGUMENT_2_AT, _BITS, _PROT_EXEC)
    if not nested:
        refuse_argument(_CLONE, _ARGUMENT_0_AT, _BITS, CLONE_NEWUSER)
        # clone3 passes its flags in memory, where a filter cannot look: as if the kernel had none
        code.append((_EQUAL, 0, 1, _CLONE3[column]))
        refuse(_ENOSYS)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def restrict(**rules: bool) -> None:
    """Put the filter on this process and all that it starts, for good; see :func:`program`.

    Raises
    ------
    WallUnavailable
        The kernel has no seccomp filters, or the machine has no table.
    """
    instructions = program(MACHINE, **rules)
    buffer = ctypes.create_string_buffer(instructions)
    header = struct.pack("HxxxxxxP", len(instructions) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if LIBC.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.c_char_p(header), 0, 0):
        raise WallUnavailable("the kernel refused the seccomp filter: it needs CONFIG_SECCOMP_FILTER")
