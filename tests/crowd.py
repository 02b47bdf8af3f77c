"""A busy machine: everything that a process started shares one processor with others."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from sandbox.processes import descendants


@contextlib.contextmanager
def crowd(others: int) -> Iterator[None]:
    """Let this process's children, and theirs, have one processor with `others` that never rest."""
    before, processor = {}, max(os.sched_getaffinity(0))
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            before[pid] = os.sched_getaffinity(pid)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
    try:
        for pid in (*before, *(process.pid for process in busy)):
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(pid, {processor})
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()
        for pid, processors in before.items():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(pid, processors)
