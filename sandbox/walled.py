"""From one process to a walled one: the caller outside, a keeper at the door, and the process inside.

The caller forks the *keeper*, which builds the wall and forks the *inner* process. In namespaces the keeper
is process 1: when it goes, the kernel ends all that is left inside. With Landlock or a user id of its own it
stays outside the wall, collects orphans and ends them by hand. The keeper dies with the caller.
"""

import contextlib
import json
import os
import select
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sandbox import bubblewrap, confine, processes, syscalls
from sandbox.errors import SandboxError, WallError
from sandbox.wall import Wall

PASSED_ON = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGWINCH,
)
_CALLER_GONE = signal.SIGPWR


@dataclass
class Walled:
    """The caller's handle on a walled process.

    Parameters
    ----------
    pid
        The keeper's process id, as the caller sees it.
    kind
        The kind of wall.
    report
        Read end of the pipe on which the keeper says how the inner process ended.
    door
        The process that takes signals: the keeper, which under bubblewrap is a child of `pid`.
    """

    pid: int
    kind: str
    report: int
    door: int = 0
    status: int | None = None

    def poll(self) -> int | None:
        """Return the inner process's wait status once all inside is over, else None."""
        if self.status is None and os.waitpid(self.pid, os.WNOHANG)[0]:
            self._read_status()
        return self.status

    def wait(self) -> int:
        """Wait until all inside is over and return the inner process's wait status."""
        if self.status is None:
            os.waitpid(self.pid, 0)
            self._read_status()
        assert self.status is not None
        return self.status

    def ended_within(self, seconds: float) -> bool:
        """Wait at most `seconds` for all inside to be over by itself, and say whether it is."""
        if self.status is None and select.select([self.report], [], [], seconds)[0]:
            self.wait()  # the keeper reports the end, or is gone, and ends what is left
        return self.status is not None

    def _read_status(self) -> None:
        line = _read_line(self.report)
        os.close(self.report)
        self.status = int(line["status"]) if line and "status" in line else signal.SIGKILL

    def signal(self, number: int) -> None:
        """Send a signal to the inner process, through the keeper."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.door or self.pid, number)

    def kill(self) -> int:
        """End everything inside and return the inner process's wait status."""
        if self.poll() is None:
            own_processes = self.kind in ("namespaces", "bubblewrap")
            self.signal(signal.SIGKILL if own_processes else _CALLER_GONE)
            if not own_processes and not self.ended_within(3.0):
                os.kill(self.pid, signal.SIGKILL)
        return self.wait()


def split(wall: Wall, kind: str, keep: tuple[int, ...] = ()) -> Walled | None:
    """Fork a process behind `wall`; return a handle in the caller and None inside.

    Parameters
    ----------
    kind
        ``namespaces``, ``landlock`` or ``uid``; ``open`` is a process without a wall that is ended as one.
    keep
        File descriptors that stay open inside, besides 0, 1 and 2.

    Raises
    ------
    WallError
        In the caller: the wall could not be built. Nothing is left running.
    """
    builder = confine.builder(wall, kind)
    report, tell = os.pipe()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    try:
        builder.before_fork()
        keeper = os.fork()
    except OSError as error:
        os.close(report)
        os.close(tell)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        raise WallError(f"cannot build the wall ({kind}): {error}; try ./academy doctor") from error
    if not keeper:
        os.close(report)
        be_keeper(builder, tell, keep)
        return None
    os.close(tell)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return _answered(Walled(keeper, kind, report))


def start_bubblewrap(wall: Wall, argv: Sequence[str]) -> Walled:
    """Start `argv` behind a wall that bubblewrap builds and return the handle.

    Raises
    ------
    WallError
        The wall could not be built. Nothing is left running.
    """
    report, tell = os.pipe()
    program = bubblewrap.arguments(wall, tell, bubblewrap.inside(wall, tell, argv))
    pid = os.fork()
    if not pid:
        with contextlib.suppress(OSError):
            os.execv(program[0], program)
        os._exit(1)
    os.close(tell)
    handle = _answered(Walled(pid, "bubblewrap", report))
    handle.door = next(iter(processes.children(pid)), pid)
    return handle


def _answered(walled: Walled) -> Walled:
    """Wait until the inner process stands behind its wall."""
    answer = _read_line(walled.report)
    if answer != {"entered": True}:
        os.waitpid(walled.pid, 0)
        os.close(walled.report)
        reason = (answer or {}).get("error")
        raise WallError(reason or f"the wall's first process ended while it was built ({walled.kind})")
    return walled


def pass_on(walled: Walled, watch: Callable[[], None] | None = None) -> NoReturn:
    """Pass signals in and the exit status out; never returns.

    Who splits blocks `PASSED_ON` first, so that none comes between and ends the caller alone.

    Parameters
    ----------
    watch
        Called every second.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for number in PASSED_ON:
        signal.signal(number, lambda number, frame: walled.signal(number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    while (status := walled.poll()) is None:
        if watch is None:
            signal.sigwaitinfo([signal.SIGCHLD])
        else:
            signal.sigtimedwait([signal.SIGCHLD], 1.0)
            watch()
    end_like(status)


def end_like(status: int) -> NoReturn:
    """End this process the way that wait status `status` tells: the same exit code or the same signal."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def be_keeper(builder: confine.Builder, tell: int, keep: tuple[int, ...]) -> None:
    """Build the wall, fork the inner process and keep the door; returns in the inner process only."""
    try:
        for number in signal.valid_signals():
            if callable(signal.getsignal(number)) and number != signal.SIGINT:
                signal.signal(number, signal.SIG_DFL)
        builder.in_keeper()
        inner = os.fork()
    except (OSError, SandboxError) as error:
        _fail(tell, error)
    if inner:
        _keep(builder, inner, tell)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.setsid()
        builder.in_inner((*keep, tell))
        _tell(tell, {"entered": True})
        os.close(tell)
    except (OSError, SandboxError) as error:
        _fail(tell, error)


def _keep(builder: confine.Builder, inner: int, tell: int) -> NoReturn:
    def pass_in(number: int, frame: object) -> None:
        if ended is None:
            os.kill(inner, number)

    def give_up(number: int, frame: object) -> None:
        builder.clear_away()
        os._exit(0)

    ended: int | None = None
    for number in PASSED_ON:
        signal.signal(number, pass_in)
    signal.signal(_CALLER_GONE, give_up)
    syscalls.close_all_but((tell,))
    os.close(0)
    builder.harden_keeper(_CALLER_GONE)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    while ended is None:
        pid, status = os.waitpid(-1, 0)
        if pid == inner:
            ended = status
    builder.clear_away()
    with contextlib.suppress(BrokenPipeError):  # the caller is gone: nobody wants to know
        _tell(tell, {"status": ended})
    os._exit(0)


def _fail(tell: int, error: Exception) -> NoReturn:
    text = (
        str(error)
        if isinstance(error, SandboxError)
        else f"cannot build the wall: {error}; try ./academy doctor"
    )
    _tell(tell, {"error": text})
    os._exit(1)


def _tell(tell: int, message: dict[str, object]) -> None:
    os.write(tell, json.dumps(message).encode() + b"\n")


def _read_line(report: int) -> dict[str, object] | None:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(report, 1)
        if not byte:
            return None
        line += byte
    return json.loads(line)
