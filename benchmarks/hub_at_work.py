"""What benchmarks of a whole academy share: a real hub, signed-in learners, real submits, a real grader."""

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
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from catalogue.folders import CHECKOUT
from graders.engine.master import Master, read_master
from graders.lab_file import limits_of
from graders.submissions import Submission, filled, read_submissions
from hub_config.accounts import Accounts
from hub_config.deployment import Deployment, free_ports
from hub_config.settings import FILE
from hub_config.work.courier import Courier
from tests.hub_process import Hub, Person

ACADEMY = [sys.executable, str(CHECKOUT / "academy")]
GRADER_DIES_SECONDS = 10
STOP_SECONDS = 90
SIGNING_IN = 8  # people at a time; a proper hash takes a processor a tenth of a second


def tell(line: str) -> None:
    """Say on stderr what is being done."""
    print(line, file=sys.stderr, flush=True)


def show(figures: Mapping[str, Any], as_json: bool) -> None:
    """Print one figure a line, or one JSON line."""
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:28} {value}")


@contextmanager
def hub(data: Path) -> Iterator[str]:
    """Run ``./academy hub`` on a data folder and yield its address once it is open."""
    port = free_ports(1)[0]
    data.mkdir(parents=True, exist_ok=True)
    (data / FILE).write_text("sign_in: {own_passwords: false}\n")  # people sign in with what was handed out
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


@dataclass(frozen=True)
class Learner:
    """Somebody who is signed in, and hands in as nbgrader's own button does in their server."""

    person: Person
    courier: Courier

    @property
    def name(self) -> str:
        """The hub's name."""
        return self.person.name

    def submit(self, folder: Path) -> dict[str, Any]:
        """Hand in a lab's folder; return the service's answer, with the receipt."""
        files = [(path, str(path.relative_to(folder))) for path in folder.rglob("*") if path.is_file()]
        body, path = {"key": uuid.uuid4().hex}, f"labs/{folder.name}/submissions"
        return self.courier.hand_in("POST", path, files, body)

    def feedback(self, lab: str) -> bool:
        """Tell whether feedback on a lab is there."""
        return any(one["feedback"] for one in self.courier.ask("GET", f"submissions?lab={lab}"))


def enrol(data: Path, address: str, names: Sequence[str]) -> list[Learner]:
    """Give learners accounts and sign them in, some at a time."""
    deployment = Deployment(data)
    accounts, port = Accounts(deployment.accounts), int(address.rstrip("/").rpartition(":")[2])
    service = f"http://127.0.0.1:{deployment.ports()['academy']}/services/academy"
    passwords = {name: accounts.add(name, "learner") for name in names}

    def sign_in(name: str) -> Learner:
        person = Person(Hub(data, port), name)
        if person.try_password(passwords[name]).status_code != 302:
            raise SystemExit(f"{name} could not sign in")
        person.api("GET", "/hub/api/user").raise_for_status()
        return Learner(person, Courier(service, person.token))

    with ThreadPoolExecutor(SIGNING_IN) as pool:
        return list(pool.map(sign_in, names))


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
