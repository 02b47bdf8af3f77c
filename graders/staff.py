"""What root is asked to do in a course's folder, done as the user whom the folder belongs to.

Staff put into that folder what they like: a link, a pipe, a journal that has SQLite delete the file which it
names. Root opens nothing there. A process does it that has become the folder's user for good, behind a wall
that shows no more of the data folder than the staff's own office: where it is led, staff come without it.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from sandbox import Bind, SandboxError, Wall, command, is_secret, syscalls

from .course import ONLY_FILE, Course
from .errors import CourseError
from .owners import belong_to, owner
from .seeds import KEY, grading_key

PATIENCE_SECONDS = 120.0  # for one answer
REST_SECONDS = 60.0  # until who held up a question is asked again
IDLE_SECONDS = 600.0  # a helper whom nobody has asked for so long ends
MOST_BYTES = 2**29  # of one answer
TMP_MIB = 1024
FILES = ("gradebook.", "graded.db", "grading.lock")  # begin names of what is opened in any case
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")  # of a pod
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_helpers: dict[Path, Helper] = {}
_lock = threading.Lock()


def wall_of(course: Course, uid: int, *, grades: bool = False, more: Sequence[Path] = ()) -> Wall:
    """Return the wall for work in a course's folder.

    Parameters
    ----------
    course
        Which.
    uid
        Whom its folder belongs to.
    grades
        Whether what learners hand in is run from there: behind walls of its own, or far from here.
    more
        What else it reads.
    """
    read = [course.labs, course.data / ONLY_FILE, *more]
    binds = [Bind(place, place, writable=True) for place in (course.root, course.exchange)]
    binds += [Bind(place, place) for place in dict.fromkeys(read) if place.exists()]
    return Wall(binds=tuple(binds), uid=uid, user="staff", network=grades, nested=grades, tmp_mib=TMP_MIB)


def environment(course: Course, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of such work: what is inherited without secrets, and the hidden inputs' key."""
    kept = {name: value for name, value in inherited.items() if not is_secret(name)}
    return {**kept, KEY: grading_key(course.data).hex()}


def run(course: Course, argv: Sequence[str], cluster: str = "") -> int:
    """Run a program as the user whom a course's folder belongs to; return its exit code.

    Parameters
    ----------
    course
        Which.
    argv
        The program.
    cluster
        As `graders.grade` takes it: of Kubernetes the files are shown that tell how it is reached.

    Raises
    ------
    CourseError
        When there is no wall for it.
    """
    _must_be_plain(course)
    kind, _, file = cluster.partition(":")
    more = []
    if kind == "kubernetes":
        more = [Path(file).absolute(), Path(os.environ.get("KUBECONFIG", SERVICE_ACCOUNT)), SERVICE_ACCOUNT]
        argv = [*argv, "--cluster", f"{kind}:{more[0]}"]
    try:
        behind = command(wall_of(course, _settled(course), grades=True, more=more), argv)
    except SandboxError as error:
        raise _no_wall(course, error) from None
    process = subprocess.Popen(
        behind,
        env=environment(course, os.environ),
        start_new_session=True,  # so that a signal reaches it once, from here
        preexec_fn=lambda: syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGTERM),
    )
    heard = [number for number in PASSED_ON if signal.getsignal(number) != signal.SIG_IGN]  # as nohup asks
    before = {number: signal.signal(number, lambda got, _: process.send_signal(got)) for number in heard}
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ask(data: Path, what: str, *arguments: Any) -> Any:
    """Call a function where it may open what lies in a course's folder, and return what it returns.

    Parameters
    ----------
    data
        The data folder of the course.
    what
        ``module:function``.
    arguments
        For it; they and what it returns are such as JSON has.

    Raises
    ------
    CourseError
        When it fails in a process of its own; in this process, where the folder is not another user's, it
        raises what it raises.
    """
    course = Course(data)
    if owner(course.root) is None:
        return resolve_name(what)(*arguments)
    _must_be_plain(course)
    with _lock:
        helper = _helpers.setdefault(course.root, Helper(course))
    return helper.ask(what, *arguments)


def close() -> None:
    """End all helpers."""
    with _lock:
        while _helpers:
            _helpers.popitem()[1].close()


atexit.register(close)


class Helper:
    """A process that does what it is asked as the user whom a course's folder belongs to.

    It starts with the first question, and again when it ended. Questions wait for each other.

    Parameters
    ----------
    course
        Which.
    patience
        Seconds for one answer: it is ended when it takes longer.
    """

    def __init__(self, course: Course, patience: float = PATIENCE_SECONDS) -> None:
        self._course, self._patience = course, patience
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: int | None = None
        self._rests_until = 0.0
        self._lock = threading.Lock()

    @property
    def _held_up(self) -> str:
        return (
            f"{self._course.root} holds up who reads it: no answer in {self._patience:.0f} s; put plain files"
            " where it has something else, and end what locks its gradebook"
        )

    def ask(self, what: str, *arguments: Any) -> Any:
        """Call a function there; see `ask`."""
        question = json.dumps({"what": what, "with": arguments}).encode() + b"\n"
        with self._lock:
            if time.monotonic() < self._rests_until:
                raise CourseError(self._held_up)
            answer = self._said(question) or self._said(question)  # it had just ended, idle
        if answer is None:
            raise CourseError(f"{self._course.root}: {what} ended without an answer; see what it said above")
        if "error" in answer:
            raise CourseError(str(answer["error"]))
        return answer["is"]

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _said(self, question: bytes) -> dict[str, Any] | None:
        """Return the answer to a question; None when there is none any more."""
        process = self._started()
        try:
            process.stdin.write(question)
            process.stdin.flush()
            line = self._line(process.stdout.fileno())
            return json.loads(line) if line else self._end()
        except (BrokenPipeError, ValueError):
            return self._end()
        except BaseException:
            self._end()
            raise

    def _line(self, source: int) -> bytes:
        """Return a line of what it says; nothing when it ended first."""
        end, said = time.monotonic() + self._patience, bytearray()
        while not said.endswith(b"\n"):
            if not select.select([source], [], [], max(0.0, end - time.monotonic()))[0]:
                self._rests_until = time.monotonic() + REST_SECONDS
                raise CourseError(self._held_up)
            piece = os.read(source, 2**20)
            if not piece:
                return b""
            said += piece
            if len(said) > MOST_BYTES:
                raise CourseError(f"{self._course.root}: an answer of more than {MOST_BYTES >> 20} MiB")
        return bytes(said)

    def _started(self) -> subprocess.Popen[bytes]:
        uid = owner(self._course.root)
        if self._process is None or self._process.poll() is not None or uid != self._owner:
            self._end()
            try:
                wall = wall_of(self._course, _settled(self._course))
                behind = command(wall, [sys.executable, "-m", __name__])
            except SandboxError as error:
                raise _no_wall(self._course, error) from None
            self._process = subprocess.Popen(
                behind,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment(self._course, os.environ),
                cwd="/",
                start_new_session=True,
            )
            self._owner = uid
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None


def _must_be_plain(course: Course) -> None:
    """Say in words what is wrong with the files that are opened in any case; the wall holds without this."""
    for place in (place for name in FILES for place in course.root.glob(f"{name}*")):
        if place.is_symlink() or not place.is_file():
            raise CourseError(f"{place} is no plain file; put the file itself there, then run again")


def _settled(course: Course) -> int:
    """Return whom a course's folder belongs to, with all in it: earlier versions left root's files there."""
    uid = owner(course.root)
    if uid is None:
        raise CourseError(f"{course.root} is gone; put it back, then run again")
    course.exchange.mkdir(exist_ok=True)
    for folder in (course.root, course.exchange, course.data / "labs"):
        if folder.is_dir():
            belong_to(folder, uid)
    return uid


def _no_wall(course: Course, error: SandboxError) -> CourseError:
    return CourseError(
        f"{course.root} belongs to its staff, and root does not open it without a wall: {error}"
    )


def main(argv: Sequence[str]) -> int:
    """Answer questions, or run a program in a course's folder: ``python -m graders.staff DATA PROGRAM…``."""
    if not argv:
        answer()
        return 0
    course, *program = argv
    here = Course(Path(course))
    if owner(here.root) is None:
        return subprocess.call(program, cwd=here.root)
    try:
        return run(here, ["/bin/sh", "-c", 'cd "$0" && exec "$@"', str(here.root), *program])
    except CourseError as error:
        print(f"academy: {error}", file=sys.stderr)
        return 2


def answer() -> None:
    """Answer the questions that come in until there are no more, or none for long."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what others print is no answer
    while select.select([sys.stdin.buffer.raw], [], [], IDLE_SECONDS)[0]:
        line = sys.stdin.buffer.raw.readline()
        if not line:
            return
        asked = json.loads(line)
        try:
            said = {"is": resolve_name(asked["what"])(*asked["with"])}
        except Exception as error:  # noqa: BLE001 - told where it was asked
            said = {
                "error": " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
            }
        answers.write(json.dumps(said).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
