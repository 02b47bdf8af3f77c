"""The processes below one: who they are, what memory they hold, and how to end them all."""

import os
import signal
import time

from sandbox import waiting


def children(pid: int) -> list[int]:
    """Return the process ids of the direct children of `pid`; none once it is gone."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                found += map(int, file.read().split())
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def descendants(pid: int) -> list[int]:
    """Return the process ids below `pid`, parents first."""
    found = children(pid)
    for child in found:
        found += children(child)
    return found


def memory_mib(pid: int) -> float:
    """Return the memory in MiB that `pid` holds and does not share with a file; 0 once it is gone."""
    try:
        with open(f"/proc/{pid}/status") as file:
            kib = [int(line.split()[1]) for line in file if line.startswith(("RssAnon:", "RssShmem:"))]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(kib) / 1024


def waited(pid: int) -> float:
    """Return the seconds that the first thread of `pid` was ready to run and waited; 0 once it is gone."""
    try:
        with open(f"/proc/{pid}/schedstat", "rb") as file:
            return waiting.in_seconds(file.read())
    except (OSError, IndexError, ValueError):
        return 0.0


def own_memory_mib(pid: int) -> float:
    """Return the memory in MiB of `pid`, what it shares counted in parts; slower than `memory_mib`."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            kib = [int(line.split()[1]) for line in file if line.startswith(("Pss_Anon:", "Pss_Shmem:"))]
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return memory_mib(pid)
    return sum(kib) / 1024


def largest_over(pid: int, limit_mib: float) -> int | None:
    """Return the largest process below `pid` when all of them together hold more than `limit_mib`."""
    below = descendants(pid)
    if sum(map(memory_mib, below)) <= limit_mib:
        return None
    shares = {process: own_memory_mib(process) for process in below}
    return max(shares, key=shares.__getitem__) if sum(shares.values()) > limit_mib else None


def kill_descendants(pid: int, patience: float = 2.0) -> None:
    """End every process below `pid`, the caller, which adopts orphans; stop them all before killing one."""
    give_up = time.monotonic() + patience
    while (below := descendants(pid)) and time.monotonic() < give_up:
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in below:
                try:
                    os.kill(process, number)
                except (ProcessLookupError, PermissionError):
                    continue
        reap()


def reap() -> None:
    """Collect the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
