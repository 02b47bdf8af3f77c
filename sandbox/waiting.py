"""Limits in seconds that do not count the time in which others had the processor.

The kernel keeps that time for each thread, in nanoseconds, as the second number of ``/proc/PID/schedstat``
(``run_delay``, Documentation/scheduler/sched-stats.rst). By the wall's clock alone, a right answer would be
stopped on a busy machine. Where a host does not keep it, the wall's clock decides.
"""

from __future__ import annotations

import contextlib
import os
import socket
from time import monotonic  # bound here: a check may replace the module's

MOST = 4.0  # times a limit, that it is put off at most: a run can bring its own waiting about
SHORTEST = 0.001  # seconds that an alarm is set to: one of 0 would never ring
OWN = "/proc/self/schedstat"


def in_seconds(schedstat: bytes) -> float:
    """Return the seconds waited from what stands in a ``schedstat``."""
    return int(schedstat.split()[1]) / 1e9


class _Meter:
    """Seconds that a process's first thread has waited, to the last that was read once it is gone."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self._last = descriptor, 0.0

    def seconds(self) -> float:
        with contextlib.suppress(OSError, IndexError, ValueError):
            self._last = in_seconds(os.pread(self.descriptor, 64, 0))
        return self._last


_meters: list[_Meter] = []  # of this process, and of those for whose answers it waits


def begin() -> None:
    """Count this process's own waiting; forget what the one that it was forked from counted."""
    _meters.clear()
    with contextlib.suppress(OSError):
        _meters.append(_Meter(os.open(OWN, os.O_RDONLY | os.O_CLOEXEC)))


def show(line: socket.socket) -> None:
    """Let the process at the other end of a Unix socket see how long this one waits."""
    own = [meter.descriptor for meter in _meters[:1]]
    with contextlib.suppress(OSError):
        socket.send_fds(line, [b"+"], own)


def watch(line: socket.socket) -> None:
    """Count from now on the waiting of the process at the other end too; waits until it has shown it.

    It shows a descriptor of its own, which the kernel fills: what it runs later cannot change what is read.
    """
    with contextlib.suppress(OSError):
        _, descriptors, _, _ = socket.recv_fds(line, 1, 1)
        _meters.extend(map(_Meter, descriptors))


def waited() -> float:
    """Return the seconds waited so far by all that are counted here."""
    return sum(meter.seconds() for meter in _meters)


class Countdown:
    """Seconds that pass only while a processor was to be had.

    Parameters
    ----------
    seconds
        From now on. By the wall's clock it is over after `MOST` + 1 times as many at the latest.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self._begun, self._before = seconds, monotonic(), waited()

    def waited(self) -> float:
        """Return the seconds that are not counted."""
        return max(0.0, min(waited() - self._before, monotonic() - self._begun, MOST * self.seconds))

    def left(self) -> float:
        """Return the seconds that are left; negative when they are over."""
        return self.seconds - (monotonic() - self._begun) + self.waited()
