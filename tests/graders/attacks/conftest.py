"""What every attack is tried on: a course, an honest submission in it, somebody who listens."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from graders import release
from graders.engine.servers import close_servers
from graders.owners import belong_to
from graders.result import Result
from tests.graders.attacks.judging import OTHER, Grader, grading, scores_of
from tests.graders.attacks.loading import HERE, LABS, build_labs, hand_in, points

ELSEWHERE = HERE / "elsewhere.py"
AS_USER = HERE.parents[1] / "sandbox" / "as_user.py"
USER = 20050
LARGEST_FILE = 256 * 2**20


class Ears:
    """Listens on a loopback port and counts who comes."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.heard += 1
            connection.close()


@contextlib.contextmanager
def course(labs: Path, folder: Path) -> Iterator[Path]:
    """Release the labs into a data folder, and hand in one honest submission of each."""
    # a link to /dev/zero that is followed on the host must not fill this machine's disk
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, before[1]))
    release(data=folder, source=labs)
    for lab in LABS:
        hand_in(folder, OTHER, lab)
    folder.joinpath("labs").symlink_to(labs)
    yield folder
    close_servers()
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="package")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built labs."""
    return build_labs(tmp_path_factory.mktemp("attacked"))


@pytest.fixture(scope="package")
def data(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a data folder with the labs released and one honest submission of each handed in."""
    with course(labs, tmp_path_factory.mktemp("data")) as folder:
        yield folder


def readied(data: Path, graded: Grader) -> Callable[[str], None]:
    """Return what grades the honest submission that lies there all the time, once for each lab."""

    @functools.cache
    def run(lab: str) -> None:
        result = graded(lab, [OTHER])[OTHER]
        assert scores_of(result) == points(lab), result

    return run


@pytest.fixture(scope="package")
def ready(data: Path) -> Callable[[str], None]:
    """Grade the honest submission once for each lab."""
    return readied(data, grading(data))


@dataclass(frozen=True)
class Ground:
    """A kind of wall and who grades behind it, in a process of its own."""

    data: Path
    graded: Grader
    ready: Callable[[str], None]


@pytest.fixture(scope="package")
def ground(request: pytest.FixtureRequest, labs: Path) -> Iterator[Ground]:
    """Yield a ground for ``kind-by-who``; skipped where this machine has none."""
    kind, who = request.param.split("-by-")
    if who == "root" and os.geteuid():
        pytest.skip("needs root")
    with contextlib.ExitStack() as stack:
        # pytest's own folders are closed to other users
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="academy-attacked-")))
        root.chmod(0o755)
        copied = shutil.copytree(labs, root / "labs")
        data = stack.enter_context(course(copied, root / "data"))
        argv = [sys.executable, str(ELSEWHERE)]
        if os.geteuid() == 0:
            uid = 0 if who == "root" else USER
            argv = [sys.executable, "-I", str(AS_USER), str(uid), *argv]
            belong_to(root, uid)
        env = {**os.environ, "ACADEMY_WALL": kind}
        process = stack.enter_context(
            subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        )
        stack.callback(process.kill)

        def graded(lab: str, learners: list[str]) -> dict[str, Result]:
            job = {"lab": lab, "learners": learners, "data": str(data), "labs": str(copied)}
            print(json.dumps(job), file=process.stdin, flush=True)
            results = [Result(**json.loads(line)) for line in json.loads(process.stdout.readline())]
            return {result.learner: result for result in results}

        yield Ground(data, graded, readied(data, graded))


@pytest.fixture(scope="package")
def ears() -> Iterator[Ears]:
    listening = Ears()
    yield listening
    listening.socket.close()
