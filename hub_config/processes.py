"""Telling a process that a hub left behind from one that has its number by now."""

import psutil

# Two readings of one process' start agree to the kernel's clock tick of 0.01 s.
SAME_START_SECONDS = 0.05


def is_same_process(pid: int, started: float) -> bool:
    """Tell whether a process lives and started at that time."""
    try:
        return abs(psutil.Process(pid).create_time() - started) < SAME_START_SECONDS
    except psutil.NoSuchProcess:
        return False
