"""What benchmarks of a whole academy share: a real hub, learners with desks, real submits, a real grader."""

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeSubmit
from traitlets.config import Config

import sandbox
from catalogue.folders import CHECKOUT
from graders.configuration import COURSE_ID
from graders.course import limits_of
from graders.engine.master import Master, read_master
from graders.submissions import Submission, filled, read_submissions
from hub_config.accounts import Accounts
from hub_config.deployment import Deployment, free_ports
from hub_config.exchange import Desk, desk
from hub_config.passwords import SCRYPT
from hub_config.spawner import make_ready

ACADEMY = [sys.executable, str(CHECKOUT / "academy")]
GRADER_DIES_SECONDS = 10
STOP_SECONDS = 90


@contextmanager
def hub(data: Path) -> Iterator[str]:
    """Run ``./academy hub`` on a data folder and yield its address once it is open."""
    port = free_ports(1)[0]
    command = [*ACADEMY, "hub", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if "Ctrl-C stops it" in line:
                    break
            else:
                raise SystemExit("the hub did not start:\n" + "".join(said))
            yield re.search(r"http://\S+/", "".join(said))[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def enrol(data: Path, names: Sequence[str]) -> list[Desk]:
    """Give learners accounts and desks, as the hub does when their servers start."""
    deployment = Deployment(data)
    accounts, kind = Accounts(deployment.accounts), sandbox.capabilities().kind
    SCRYPT["n"] = 2  # nobody signs in with these passwords, and a proper hash takes a tenth of a second
    for name in names:
        accounts.add(name, "learner")
    for account in accounts.all():
        if account.name in set(names):
            make_ready(account, deployment, kind)
    return [desk(deployment, name) for name in names]


@dataclass(frozen=True)
class Work:
    """A lab and the submissions that it ships, with what each must get."""

    master: Master
    shipped: list[Submission]

    @classmethod
    def of(cls, lab: str) -> "Work":
        """Read a lab of the checkout."""
        labs = CHECKOUT / "labs"
        master = read_master(labs / "source" / lab, limits_of(labs / "authoring" / lab / "lab.yml"))
        return cls(master, read_submissions(labs / "authoring" / lab / "submissions", master))

    def shipped_for(self, number: int) -> Submission:
        """Return the shipped submission that the learner of this number hands in."""
        return self.shipped[number % len(self.shipped)]

    def fetch(self, folder: Path, number: int) -> None:
        """Write the lab as a learner has it: what was handed out, with that learner's answers."""
        folder.mkdir(parents=True)
        for name, path in self.master.data.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
        notebook = filled(self.master, self.shipped_for(number).answers)
        (folder / f"{self.master.lab}.ipynb").write_text(json.dumps(notebook))


def submit(own: Desk, home: Path, exchange: Path, lab: str) -> None:
    """Press nbgrader's own submit in a home that holds the lab, to a desk as its owner's server sees it."""
    seen = home / ".exchange" / COURSE_ID
    if not seen.exists():
        seen.mkdir(parents=True)
        (seen / "inbound").symlink_to(own.inbound)
        (seen / "outbound").symlink_to(exchange / COURSE_ID / "outbound")
    config = Config(
        CourseDirectory={"course_id": COURSE_ID, "student_id": own.owner, "assignment_id": lab},
        Exchange={"root": str(seen.parent), "assignment_dir": str(home), "cache": str(home / ".cache")},
    )
    course = CourseDirectory(config=config)
    ExchangeSubmit(coursedir=course, authenticator=Authenticator(config=config), config=config).start()


class Grader:
    """``./academy grade --watch``, which can be killed.

    Parameters
    ----------
    data
        The data folder.
    options
        Of the command.
    """

    def __init__(self, data: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [*ACADEMY, "grade", *options, "--watch", "--feedback", "--json", "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.results: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self.ready = threading.Event()
        self.said: list[str] = []
        for follow in (self._follow_results, self._follow_words):
            threading.Thread(target=follow, daemon=True).start()

    def _follow_results(self) -> None:
        for line in self.process.stdout:
            if line.endswith("}\n"):
                self.results.put(json.loads(line))

    def _follow_words(self) -> None:
        for line in self.process.stderr:
            self.said.append(line)
            if "ready: " in line:
                self.ready.set()

    def wait_until_ready(self, seconds: float = 300) -> None:
        """Wait until it is warm."""
        end = time.monotonic() + seconds
        while not self.ready.wait(0.2):
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the grader does not get ready:\n" + "".join(self.said[-20:]))

    def kill(self) -> None:
        """Kill its process group with -9 and make sure that nothing of it outlives it."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        left = psutil.wait_procs(below, timeout=GRADER_DIES_SECONDS)[1]
        if left:
            raise SystemExit(f"walled processes outlive their grader: {left}")

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)
