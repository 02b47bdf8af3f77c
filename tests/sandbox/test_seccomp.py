"""The filter's numbers are the kernel's, and it lets through what notebooks need."""

import re
import struct
from pathlib import Path

import pytest

from sandbox import WallUnavailable, seccomp

HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


CALLS = (
    seccomp.NEVER
    | seccomp.NEW_WALLS
    | seccomp.SHARED
    | seccomp.BY_NUMBER
    | seccomp.OWNERS
    | seccomp.RUNS
    | seccomp.RUNNABLE
)


@pytest.mark.parametrize("machine", list(HEADERS))
def test_system_call_numbers_are_the_kernels(machine):
    header = next((Path(path) for path in HEADERS[machine] if Path(path).exists()), None)
    if header is None:
        pytest.skip("no kernel headers: apt-get install linux-libc-dev")
    numbers = {name: int(n) for name, n in re.findall(r"#define __NR\w*?_(\w+)\s+(\d+)", header.read_text())}
    column = list(HEADERS).index(machine)
    ours = {name: both[column] for name, both in CALLS.items() if both[column] >= 0}
    assert {name: numbers[name] for name in ours if name in numbers} == {
        name: number for name, number in ours.items() if name in numbers
    }
    assert len(set(ours) & set(numbers)) > 30


def judge(program: bytes, number: int, *arguments: int, architecture: int = 0xC000003E) -> int:
    """Run the filter on one system call, as the kernel does, and return its verdict."""
    data = struct.pack("IIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    code = [struct.unpack("HBBI", program[i : i + 8]) for i in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("I", data, value)
        elif operation == 0x06:
            return value
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[operation]
            at += if_true if holds else if_false


ALLOW, REFUSE, NO_SUCH_CALL, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
DONE_NOTHING = 0x00050000


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        ((0, 3), ALLOW),  # read
        ((57,), ALLOW),  # fork
        ((56, 0x11), ALLOW),  # clone without new namespaces
        ((56, 0x10000011), REFUSE),  # clone with a new user namespace
        ((435,), NO_SUCH_CALL),  # clone3
        ((101,), REFUSE),  # ptrace
        ((272, 0x10000000), REFUSE),  # unshare
        ((165,), REFUSE),  # mount
        ((16, 0, 0x5412), REFUSE),  # ioctl TIOCSTI
        ((16, 0, 0x5413), ALLOW),  # ioctl TIOCGWINSZ
        ((41, 2), ALLOW),  # socket AF_INET
        ((0x40000000 + 101,), REFUSE),  # x32
    ],
)
def test_verdicts(call, verdict):
    assert judge(seccomp.program("x86_64", nested=False, sockets=True), *call) == verdict


@pytest.mark.parametrize("call", [9, 10, 329], ids=["mmap", "mprotect", "pkey_mprotect"])
def test_memory_that_is_to_be_run_is_refused_where_no_code_may_be_loaded(call):
    closed = seccomp.program("x86_64", nested=False, sockets=True, loads_code=False)
    assert [judge(closed, call, 0, 4096, rights) for rights in (3, 5, 7)] == [ALLOW, REFUSE, REFUSE]
    assert judge(seccomp.program("x86_64", nested=False, sockets=True), call, 0, 4096, 5) == ALLOW


@pytest.mark.parametrize("call", [59, 322, 135, 30], ids=["execve", "execveat", "personality", "shmat"])
def test_no_program_starts_where_no_code_may_be_loaded(call):
    rules = {"nested": False, "sockets": True}
    assert judge(seccomp.program("x86_64", **rules, loads_code=False), call) == REFUSE
    assert judge(seccomp.program("x86_64", **rules), call) == ALLOW


def test_a_nested_wall_may_build_walls():
    program = seccomp.program("x86_64", nested=True, sockets=True)
    assert judge(program, 272, 0x10000000) == ALLOW
    assert judge(program, 435) == ALLOW
    assert judge(program, 101) == REFUSE


def test_without_a_network_namespace_only_socket_pairs_are_left():
    program = seccomp.program("x86_64", nested=False, sockets=False)
    assert judge(program, 41, 1) == REFUSE
    assert judge(program, 41, 2) == REFUSE
    assert judge(program, 53, 1) == ALLOW  # socketpair


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        ((29, 1), REFUSE),  # shmget
        ((302, 0, 7), ALLOW),  # prlimit64 of oneself
        ((302, 4321, 7), REFUSE),  # of another
        ((141, 0, 0, 5), ALLOW),  # setpriority, as os.nice does
        ((141, 0, 4321, 5), REFUSE),
        ((141, 2, 0, 5), REFUSE),  # of all processes of the user
        ((203, 0, 8), ALLOW),  # sched_setaffinity
        ((203, 4321, 8), REFUSE),
        ((251, 1, 0, 4), ALLOW),  # ioprio_set
        ((251, 3, 0, 4), REFUSE),
        ((90, 1), DONE_NOTHING),  # chmod
        ((280, 1), DONE_NOTHING),  # utimensat
    ],
)
def test_who_shares_processes_and_files_with_the_host_reaches_its_own(call, verdict):
    shared = seccomp.program("x86_64", nested=False, sockets=True, together=True, owner=True)
    assert judge(shared, *call) == verdict
    assert judge(seccomp.program("x86_64", nested=False, sockets=True), *call) == ALLOW


def test_another_machines_calls_end_the_process():
    program = seccomp.program("x86_64", nested=False, sockets=True)
    assert judge(program, 0, architecture=0x40000003) == KILL


def test_a_machine_without_a_table_is_refused():
    with pytest.raises(WallUnavailable, match="riscv64"):
        seccomp.program("riscv64", nested=False, sockets=True)
