"""What hostile code tries first: ``python -I -m sandbox.attacks`` inside a wall, with facts as JSON on stdin.

Each attack returns what it got when it got through, and None (or raises `OSError`) when the wall held.
"""

import contextlib
import ctypes
import fcntl
import json
import mmap
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox import seccomp, syscalls
from sandbox.errors import WallError

Facts = dict[str, Any]
_REMOUNT_READ_WRITE = 32 | 4096  # MS_REMOUNT | MS_BIND
_HARMLESS = ("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "keyctl", "add_key", "kcmp")


def read_shadow(facts: Facts) -> str | None:
    """Read the host's password hashes."""
    return "/etc/shadow" if Path("/etc/shadow").read_text() else None


def read_outside(facts: Facts) -> str | None:
    """Read a file that every user of the host may read."""
    return facts["secret"] if Path(facts["secret"]).read_text() else None


def list_host_home(facts: Facts) -> str | None:
    """Find what lies in the home of whoever built the wall."""
    home = facts["host_home"]
    seen = set(os.listdir(home)) & set(facts["host_home_names"])
    return f"{home}: {', '.join(sorted(seen)[:3])}" if seen else None


def read_shared_memory(facts: Facts) -> str | None:
    """Read shared memory of another process."""
    return facts["shared_memory"] if Path(facts["shared_memory"]).read_text() else None


def open_terminal(facts: Facts) -> str | None:
    """Open somebody else's terminal."""
    os.close(os.open(facts["terminal"], os.O_RDWR | os.O_NOCTTY))
    return facts["terminal"]


def write_system(facts: Facts) -> str | None:
    """Change what must be read-only."""
    return _first_written(["/", "/usr", "/usr/lib", "/etc", sys.prefix, sys.base_prefix, *facts["read_only"]])


def write_outside(facts: Facts) -> str | None:
    """Write into a folder of the host that is open to all."""
    return _first_written([facts["outside"]])


def change_outside(facts: Facts) -> str | None:
    """Change mode, time, attributes or length of a file of the host, which needs no right to open it."""
    path, before = facts["secret"], os.stat(facts["secret"])
    for change in (
        lambda: os.chmod(path, 0o600),
        lambda: os.utime(path, (0, 0)),
        lambda: os.setxattr(path, "user.academy", b"x"),
        lambda: os.truncate(path, 0),
    ):
        with contextlib.suppress(OSError):
            change()
    after = os.stat(path)
    parts = "st_mode", "st_mtime", "st_size"
    changed = [part for part in parts if getattr(before, part) != getattr(after, part)]
    return f"{', '.join(changed)} of {path}" if changed else None


def limit_outside(facts: Facts) -> str | None:
    """Set limits and priorities of a process of the host, which can end it or stall it."""
    pid, through = facts["victim"], []
    own = os.sched_getaffinity(0)
    for name, call in {
        "limit": lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (64, 64)),
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
        "scheduler": lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
        "cores": lambda: os.sched_setaffinity(pid, {min(own)}),
    }.items():
        with contextlib.suppress(OSError):
            call()
            through.append(name)
    return f"{', '.join(through)} of process {pid}" if through else None


def attach_segment(facts: Facts) -> str | None:
    """Find System V shared memory of another process."""
    segment = syscalls.LIBC.shmget(facts["segment"], ctypes.c_size_t(0), 0)
    return f"segment {segment}" if segment >= 0 else None


def see_processes(facts: Facts) -> str | None:
    """Find a process of the host by its command line."""
    for pid in _pids():
        try:
            if facts["mark"].encode() in Path(f"/proc/{pid}/cmdline").read_bytes() and pid != os.getpid():
                return f"process {pid}"
        except OSError:
            continue
    return None


def read_environments(facts: Facts) -> str | None:
    """Read what another process keeps in its environment or memory."""
    for pid in {1, *_pids()} - {os.getpid()}:
        for name in ("environ", "mem"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if name == "mem" or file.read():
                        return file.name
            except OSError:
                continue
    return None


def signal_outside(facts: Facts) -> str | None:
    """Send a signal to a process of the host; whether it arrived is seen from outside."""
    os.kill(facts["victim"], signal.SIGTERM)
    return None


def trace(facts: Facts) -> str | None:
    """Take over another process as a debugger does."""

    def seize() -> str:
        for pid in (1, os.getppid(), facts["victim"]):
            if pid and syscalls.LIBC.ptrace(0x4206, pid, 0, 0) == 0:  # it goes on, and is let go at our exit
                return f"process {pid}"
        return ""

    return _in_child(seize)


def use_inherited_files(facts: Facts) -> str | None:
    """Look for file descriptors that were left open."""
    here = os.open("/proc/self/fd", os.O_RDONLY)
    left = [int(name) for name in os.listdir(here) if int(name) > 2 and int(name) != here]
    found = [f"{number}: {os.readlink(f'/proc/self/fd/{number}')}" for number in left if _is_open(number)]
    os.close(here)
    return ", ".join(found) or None


def connect_tcp(facts: Facts) -> str | None:
    """Reach a server on the host's loopback, where the network is walled off."""
    if facts["network"]:
        return None
    with socket.create_connection(("127.0.0.1", facts["port"]), timeout=2):
        return f"127.0.0.1:{facts['port']}"


def connect_unix(facts: Facts) -> str | None:
    """Reach a server on a Unix socket outside."""
    return _connected(facts["unix_socket"])


def connect_abstract(facts: Facts) -> str | None:
    """Reach a server on an abstract Unix socket, which no file mode guards."""
    return _connected("\0" + facts["mark"])


def mount_over(facts: Facts) -> str | None:
    """Mount something, or make a read-only mount writable."""
    libc = syscalls.LIBC
    if libc.mount(b"tmpfs", b"/tmp", b"tmpfs", ctypes.c_ulong(0), None) == 0:
        return "a new tmpfs on /tmp"
    if libc.mount(None, b"/usr", None, ctypes.c_ulong(_REMOUNT_READ_WRITE), None) == 0:
        return "/usr made writable"
    return None


def mount_in_new_namespaces(facts: Facts) -> str | None:
    """Do it as root of own namespaces; a nested wall may make them, and still not change a mount."""

    def inside() -> str:
        syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWNS)
        return _changed_mounts() if facts["nested"] else "a user namespace of its own"

    return _in_child(inside)


def become_root(facts: Facts) -> str | None:
    """Become root."""
    os.setuid(0)
    return f"uid {os.getuid()}"


def open_devices(facts: Facts) -> str | None:
    """Open the machine's memory or a disk."""
    for device in ("mem", "kmsg", "port", "sda", "vda", "nvme0n1", "dm-0"):
        try:
            os.close(os.open(f"/dev/{device}", os.O_RDONLY | os.O_NONBLOCK))
        except OSError:
            continue
        return f"/dev/{device}"
    return None


def make_device(facts: Facts) -> str | None:
    """Make the node of a disk and open it."""
    path = Path(os.environ.get("TMPDIR", "/tmp"), "disk")
    os.mknod(path, 0o600 | 0o060000, os.makedev(254, 0))
    os.close(os.open(path, os.O_RDONLY))
    return str(path)


def call_kernel(facts: Facts) -> str | None:
    """Use system calls that have broken kernels before."""
    column = 0 if syscalls.MACHINE == "x86_64" else 1
    for name in _HARMLESS:
        number = seccomp.NEVER[name][column]
        zero = ctypes.c_long(0)
        syscalls.LIBC.syscall(ctypes.c_long(number), zero, zero, zero, zero, zero)
        if ctypes.get_errno() not in (1, 38):  # EPERM, ENOSYS
            return name
    return None


def type_into_terminal(facts: Facts) -> str | None:
    """Put characters into a terminal's input, as if its user had typed them."""
    _, end = os.openpty()
    fcntl.ioctl(end, 0x5412, b"x")
    return "TIOCSTI"


def exceed_processes(facts: Facts) -> str | None:
    """Start more processes than the limit."""
    most = facts["limits"]["processes"]
    if most is None:
        return None
    started: list[int] = []
    try:
        while len(started) <= most:
            child = os.fork()
            if not child:
                signal.pause()
            started.append(child)
    except BlockingIOError:
        return None
    finally:
        for child in started:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return f"{len(started)} processes"


def exceed_memory(facts: Facts) -> str | None:
    """Take more memory than the limit."""
    most = facts["limits"]["memory_mib"]
    if most is None:
        return None
    mmap.mmap(-1, (most + 64) << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    return f"{most + 64} MiB"


def exceed_file_size(facts: Facts) -> str | None:
    """Make a file larger than the limit."""
    most = facts["limits"]["file_mib"]
    if most is None:
        return None
    path = Path(os.environ.get("TMPDIR", "/tmp"), "large")
    path.touch()
    os.truncate(path, (most + 1) << 20)
    return f"{most + 1} MiB"


def fill_disk(facts: Facts) -> str | None:
    """Find a temporary folder that is larger than it may be."""
    size = os.statvfs(os.environ.get("TMPDIR", "/tmp"))
    mib = size.f_blocks * size.f_frsize >> 20
    return f"{mib} MiB for temporary files" if mib > facts["tmp_mib"] else None


ATTACKS: tuple[Callable[[Facts], str | None], ...] = (
    read_shadow, read_outside, list_host_home, read_shared_memory, open_terminal, write_system,
    write_outside, change_outside, see_processes, read_environments, limit_outside, signal_outside, trace,
    attach_segment, use_inherited_files,
    connect_tcp, connect_unix, connect_abstract, mount_over, mount_in_new_namespaces, become_root,
    open_devices, make_device, call_kernel, type_into_terminal, exceed_processes, exceed_memory,
    exceed_file_size, fill_disk,
)  # fmt: skip


def run(facts: Facts) -> dict[str, str]:
    """Try every attack; return what those got that got through, by name.

    Raises
    ------
    WallError
        Called as root: where a wall has a hole the attacks would do harm.
    """
    if os.geteuid() == 0:
        raise WallError("attacks are never run as root, where they would do harm: use sandbox.probe")
    through = {}
    for attack in ATTACKS:
        try:
            got = attack(facts)
        except OSError:
            continue
        if got:
            through[attack.__name__] = got
    return through


def _first_written(folders: list[str]) -> str | None:
    for folder in folders:
        try:
            path = Path(folder, "academy-probe")
            path.touch()
            path.unlink()
        except OSError:
            continue
        return folder
    return None


def _pids() -> set[int]:
    return {int(name) for name in os.listdir("/proc") if name.isdecimal()}


def _is_open(number: int) -> bool:
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
    except OSError:
        return False
    return True


def _connected(address: str) -> str | None:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        client.connect(address)
        return address.replace("\0", "@")


def _in_child(attack: Callable[[], str]) -> str | None:
    """Run an attack in a process of its own, which leaves no trace of it."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(OSError):
            os.write(write, attack().encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with open(read, "rb") as pipe:
        return pipe.read().decode() or None


def _changed_mounts() -> str:
    libc = syscalls.LIBC
    writable = libc.mount(None, b"/usr", None, ctypes.c_ulong(_REMOUNT_READ_WRITE), None) == 0
    if writable and _first_written(["/usr"]):
        return "/usr made writable"
    for hidden in (b"/proc", b"/tmp", b"/etc", b"/home"):
        if libc.umount2(hidden, 2) == 0:
            return f"what lies under {hidden.decode()}"
    return ""


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
