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
import socket
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
MOST_BYTES = 1 << 16  # of what a keeper says
_CALLER_GONE = signal.SIGPWR


@dataclass
class Walled:
    """A handle on a walled process, in the process that forked its keeper or in another one.

    Parameters
    ----------
    pid
        The keeper's process id, as the holder of the handle sees it.
    kind
        The kind of wall.
    report
        Where the keeper says how the inner process ended, one message a packet.
    keeper
        File descriptor of the keeper (a pidfd): it names no other process, whatever becomes of the id.
    door
        The process that takes signals where it is not the keeper: under bubblewrap a child of `pid`.
    told
        The keeper said how the inner process ended; else it was killed itself.
    """

    pid: int
    kind: str
    report: socket.socket
    keeper: int
    door: int = 0
    status: int | None = None
    told: bool = False

    def poll(self) -> int | None:
        """Return the inner process's wait status once all inside is over, else None."""
        self.ended_within(0.0)
        return self.status

    def wait(self) -> int:
        """Wait until all inside is over and return the inner process's wait status."""
        self.ended_within(None)
        assert self.status is not None
        return self.status

    def ended_within(self, seconds: float | None) -> bool:
        """Wait at most `seconds` for all inside to be over by itself, and say whether it is."""
        if self.status is None and _readable(self.keeper, seconds):
            with contextlib.suppress(ChildProcessError):  # another process forked the keeper: it collects it
                os.waitid(os.P_PIDFD, self.keeper, os.WEXITED)
            line = _message(self.report)
            self.told = "status" in line
            self.status = int(line["status"]) if self.told else signal.SIGKILL
            self.report.close()
            os.close(self.keeper)
        return self.status is not None

    def signal(self, number: int) -> None:
        """Send a signal to the inner process, through the keeper."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                if self.door:
                    os.kill(self.door, number)
                else:
                    signal.pidfd_send_signal(self.keeper, number)

    def kill(self) -> int:
        """End everything inside and return the inner process's wait status."""
        if self.poll() is None:
            own_processes = self.kind in ("namespaces", "bubblewrap")
            self.signal(signal.SIGKILL if own_processes else _CALLER_GONE)
            if not own_processes and not self.ended_within(3.0):
                self.signal(signal.SIGKILL)
        return self.wait()


def line() -> tuple[socket.socket, socket.socket]:
    """Return the two ends on which a keeper reports: one to read, one to tell."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


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
    report, tell = line()
    with tell:
        keeper = begin(confine.builder(wall, kind), tell.fileno(), keep)
        if keeper is None:
            tell.detach()
            return None
    return _answered(Walled(keeper, kind, report, os.pidfd_open(keeper)))


def begin(builder: confine.Builder, tell: int, keep: tuple[int, ...]) -> int | None:
    """Fork the keeper; return its process id in the caller, and None in the inner process.

    Raises
    ------
    WallError
        In the caller: the wall could not be built. Nothing is left running.
    """
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    try:
        builder.before_fork()
        keeper = syscalls.fork()
    except OSError as error:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        raise WallError(f"cannot build the wall ({builder.kind}): {error}; try ./academy doctor") from error
    if keeper:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        return keeper
    be_keeper(builder, tell, keep)
    return None


def hand_over(keeper: int, tell: socket.socket) -> None:
    """Give a child that is a keeper to the process that reads at the other end of `tell`."""
    number = os.pidfd_open(keeper)
    try:
        socket.send_fds(tell, [json.dumps({"keeper": keeper}).encode()], [number])
    finally:
        os.close(number)


def refuse(tell: socket.socket, reason: str) -> None:
    """Say that there will be no wall; to nobody, where the other end is closed."""
    with contextlib.suppress(OSError):
        _tell(tell.fileno(), {"error": reason})


def take_over(report: socket.socket, kind: str) -> Walled | None:
    """Return the handle on a keeper that another process forked, once its inner process is behind the wall.

    Returns
    -------
    Walled or None
        None when whoever was to fork it is gone.

    Raises
    ------
    WallError
        The wall could not be built. Nothing is left running.
    """
    keeper, behind, number = 0, False, -1
    with contextlib.ExitStack() as undo:
        while not keeper or not behind:
            data, descriptors, _, _ = socket.recv_fds(report, MOST_BYTES, 1, socket.MSG_CMSG_CLOEXEC)
            for number in descriptors:
                undo.callback(os.close, number)
            message = json.loads(data or "{}")
            if "error" in message:
                raise WallError(message["error"])
            if not message:
                return None
            keeper = message.get("keeper", keeper)
            behind = behind or "entered" in message
        undo.pop_all()
    return Walled(keeper, kind, report, number)


def start_bubblewrap(wall: Wall, argv: Sequence[str]) -> Walled:
    """Start `argv` behind a wall that bubblewrap builds and return the handle.

    Raises
    ------
    WallError
        The wall could not be built. Nothing is left running.
    """
    report, tell = line()
    with tell:
        number = tell.fileno()
        program = bubblewrap.arguments(wall, number, bubblewrap.inside(wall, number, argv))
        pid = os.fork()
        if not pid:
            with contextlib.suppress(OSError):
                os.execv(program[0], program)
            os._exit(1)
    handle = _answered(Walled(pid, "bubblewrap", report, os.pidfd_open(pid)))
    handle.door = next(iter(processes.children(pid)), pid)
    return handle


def _answered(walled: Walled) -> Walled:
    """Wait until the inner process stands behind its wall."""
    answer = _message(walled.report)
    if answer != {"entered": True}:
        walled.wait()
        reason = answer.get("error")
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
    os.write(tell, json.dumps(message).encode())


def _message(report: socket.socket) -> dict[str, object]:
    return json.loads(report.recv(MOST_BYTES) or "{}")


def _readable(number: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))
