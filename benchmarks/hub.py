"""A large course on one machine: who is signed in fetches, saves and submits, and the hub is killed twice.

    python benchmarks/hub.py [--json] [--learners 500] [--within 300] [--kills 2] [--lab LAB]

A real hub, proxy, academy service and exchange over a real PostgreSQL; only Lab servers are light ones
(`light_hub.py`). Everybody signs in with a password first. Then, within the time, each learner fetches the
lab, saves the notebook through the proxy three times, and submits it through the exchange as nbgrader's own
button does. The hub is killed with -9 and started again. It stops with an error unless everybody has a
receipt, the academy's records hold that very submission once, and each of the last saves is on the disk. The
peer is nbgrader's own submit into a folder, timed before in the same process.
"""

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from hub_at_work import Learner, enrol, show, tell
from light_hub import PORT
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeSubmit
from traitlets.config import Config

from catalogue.folders import CHECKOUT, COURSE_ID
from hub_config.deployment import Deployment, free_ports
from hub_config.work.book import Book
from hub_config.work.courier import Courier
from hub_config.work.trees import of_file
from tests.hub_process import Person
from tests.postgres import Postgres, installation

SAVES = 3
PEER_SUBMITS = 20
PATIENCE_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.5
START_SECONDS = 120.0


def main() -> None:
    """Run it and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="a large course on one machine")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--learners", type=int, default=500)
    parser.add_argument("--within", type=float, default=300.0, help="seconds in which all of it happens")
    parser.add_argument("--kills", type=int, default=2, help="how often the hub is killed")
    parser.add_argument("--lab", default="first-programs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), arguments)
    show(figures, arguments.json)


@dataclass
class LightHub:
    """The hub under test, with everybody's light server."""

    data: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    light: int = field(default_factory=lambda: free_ports(1)[0])
    up_seconds: list[float] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes find in theirs."""
        return os.environ | {"ACADEMY_DATA": str(self.data), PORT: str(self.light)}

    def start(self) -> None:
        """Start the hub and wait until hub and academy service answer."""
        begun = time.monotonic()
        config = CHECKOUT / "benchmarks" / "light_hub.py"
        command = [sys.executable, "-m", "hub_config.hub", "-f", str(config), f"--port={self.port}"]
        with (self.data / "hub.log").open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=self.environment)
        for path in ("hub/health", "services/academy/health"):
            while True:
                with suppress(requests.ConnectionError):
                    if requests.get(f"http://127.0.0.1:{self.port}/{path}", timeout=5).status_code == 200:
                        break
                if self.process.poll() is not None or time.monotonic() > begun + START_SECONDS:
                    raise SystemExit("the hub did not start:\n" + (self.data / "hub.log").read_text()[-3000:])
                time.sleep(0.05)
        self.up_seconds.append(time.monotonic() - begun)

    def kill(self) -> None:
        """Kill it with -9 and start it again at once, as a service manager does."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()
        self.away.append((begun, time.monotonic()))

    @contextmanager
    def light_servers(self, homes: Path, token: str) -> Iterator[None]:
        """Run the process that stands for everybody's server."""
        ports = Deployment(self.data).ports()
        known = {
            "JUPYTERHUB_API_TOKEN": token,
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{ports['hub']}/hub/api",
        }
        command = [sys.executable, str(CHECKOUT / "benchmarks" / "light_hub.py"), str(homes)]
        process = subprocess.Popen(command, env=self.environment | known)
        try:
            yield
        finally:
            process.terminate()
            process.wait()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(90)


@dataclass
class Times:
    """How long things took, and what failed in between."""

    seconds: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    again: int = 0

    def timed(self, what: str, act: Callable[[], Any]) -> Any:
        """Do something and note when it began and how long it took."""
        begun = time.monotonic()
        done = act()
        self.seconds.setdefault(what, []).append((begun, time.monotonic() - begun))
        return done

    def figures(self, what: str, away: list[tuple[float, float]]) -> dict[str, float]:
        """Return the middle and the slow end, of all and of those that met no killed hub."""
        all_of_it = [taken for _, taken in self.seconds[what]]
        met = [
            taken
            for begun, taken in self.seconds[what]
            if not any(begun < until and begun + taken > since for since, until in away)
        ]
        return {
            f"{what}_p50_s": round(statistics.median(all_of_it), 3),
            f"{what}_p95_s": round(quantile(all_of_it, 0.95), 3),
            f"{what}_p95_hub_there_s": round(quantile(met, 0.95), 3),
            f"{what}_most_s": round(max(all_of_it), 3),
        }


def quantile(values: list[float], share: float) -> float:
    """Return the value below which a share of them lies."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run it and return its figures."""
    names = [f"learner-{number:04}" for number in range(arguments.learners)]
    data, homes, times = folder / "data", folder / "homes", Times()
    data.mkdir()
    server = Postgres(installation(), free_ports(1)[0])
    (data / "academy.yml").write_text(
        f"labs: [{arguments.lab}]\ndatabase: {{url: '{server.whole_database()}'}}\n"
        "sign_in: {own_passwords: false}\n"
    )
    hub = LightHub(data)
    try:
        hub.start()
        tell(f"the hub is open; {len(names)} accounts")
        begun = time.monotonic()
        learners = enrol(data, f"http://127.0.0.1:{hub.port}", names)
        sign_ins = time.monotonic() - begun
        tell("all signed in")
        with hub.light_servers(homes, learners[0].person.token):
            begun = time.monotonic()
            for one in learners:
                one.person.start_server()
            starts = time.monotonic() - begun
            tell("all have a server; at work")
            released = data / "exchange" / COURSE_ID / "outbound" / arguments.lab
            peer = stock_submits(folder / "peer", arguments.lab, released)
            load = os.getloadavg()[0]
            receipts = at_work(hub, learners, folder / "fetched", arguments, times)
            check(data, homes, folder / "fetched", arguments.lab, receipts)
    finally:
        hub.stop()
        server.stop()
    submits = times.figures("submit", hub.away)
    return {
        "learners": len(names),
        "within_s": arguments.within,
        "kills": arguments.kills,
        "cores": os.cpu_count(),
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "hub_up_s": [round(one, 1) for one in hub.up_seconds],
        "sign_ins_a_second": round(len(names) / sign_ins, 1),
        "server_starts_a_second": round(len(names) / starts, 1),
        **times.figures("fetch", hub.away),
        **times.figures("save", hub.away),
        **submits,
        "saved_again": times.again,
        "kept": len(receipts),
        "stock_submit_p50_s": round(peer, 3),
        "submit_of_stock": round(submits["submit_p50_s"] / peer, 2),
    }


def stock_submits(folder: Path, lab: str, released: Path) -> float:
    """Return the median seconds of nbgrader's own submit into a folder."""
    exchange, taken = folder / "exchange" / COURSE_ID, []
    (exchange / "inbound").mkdir(parents=True)
    (exchange / "outbound").symlink_to(released.parent)
    for number in range(PEER_SUBMITS):
        home = folder / f"home-{number}"
        shutil.copytree(released, home / lab)
        config = Config(
            CourseDirectory={"course_id": COURSE_ID, "student_id": f"peer-{number}", "assignment_id": lab},
            Exchange={"root": str(folder / "exchange"), "assignment_dir": str(home), "cache": str(home)},
        )
        course, who = CourseDirectory(config=config), Authenticator(config=config)
        begun = time.monotonic()
        ExchangeSubmit(coursedir=course, authenticator=who, config=config).start()
        taken.append(time.monotonic() - begun)
    if len(list((exchange / "inbound").iterdir())) != PEER_SUBMITS:
        raise SystemExit("nbgrader's own submit brought something else than one folder each time")
    return statistics.median(taken[1:])


def at_work(
    hub: LightHub, learners: list[Learner], folder: Path, arguments: argparse.Namespace, times: Times
) -> dict[str, dict[str, Any]]:
    """Let everybody work, each at times of their own, and kill the hub in between; return the receipts."""
    draw, begun, receipts = random.Random(0), time.monotonic(), {}

    def work(one: Learner, moments: list[float]) -> None:
        lab = folder / one.name / arguments.lab
        notebook = lab / f"{lab.name}.ipynb"
        until(begun + moments[0])
        times.timed("fetch", lambda: fetch(one.courier, lab))
        for number, moment in enumerate(moments[1:-1]):
            until(begun + moment)
            answered(notebook, one.name, number)
            times.timed("save", lambda: save(one.person, notebook, times))
        until(begun + moments[-1])
        receipts[one.name] = times.timed("submit", lambda: one.submit(lab))

    with ThreadPoolExecutor(len(learners)) as pool:
        all_of_them = [
            pool.submit(work, one, sorted(draw.uniform(0, arguments.within) for _ in range(SAVES + 2)))
            for one in learners
        ]
        for number in range(arguments.kills):
            until(begun + arguments.within * (number + 1) / (arguments.kills + 1))
            hub.kill()
            tell(f"killed and open again after {hub.up_seconds[-1]:.1f} s")
        wait(all_of_them)
    for one in all_of_them:
        one.result()
    return receipts


def until(moment: float) -> None:
    """Wait for a moment of the monotonic clock."""
    time.sleep(max(0.0, moment - time.monotonic()))


def fetch(courier: Courier, lab: Path) -> None:
    """Fetch a lab as nbgrader's button does."""
    at = f"labs/{lab.name}/release"
    courier.fetch_folder(at, courier.files(at).files, lab, {})


def answered(notebook: Path, name: str, number: int) -> None:
    """Change something in a notebook, so that no two are the same."""
    content = json.loads(notebook.read_text())
    content["metadata"]["mine"] = [name, number]
    notebook.write_text(json.dumps(content))


def save(person: Person, notebook: Path, times: Times) -> None:
    """Save through the proxy; again as long as the hub is away or knows no servers yet."""
    end, pause = time.monotonic() + PATIENCE_SECONDS, FIRST_PAUSE_SECONDS
    headers = {"Authorization": f"token {person.token}"}
    address = f"{person.hub.url}/user/{person.name}/api/contents/{notebook.name}"
    while True:
        with suppress(requests.RequestException):
            answer = requests.put(address, data=notebook.read_bytes(), headers=headers, timeout=20)
            if answer.status_code == 200:
                return
            if answer.status_code not in (403, 404, 424, 500, 502, 503, 504):
                raise SystemExit(f"{person.name} could not save: {answer.status_code} {answer.text[:200]}")
        if time.monotonic() > end:
            raise SystemExit(f"{person.name} could not save for a minute")
        times.again += 1
        time.sleep(pause)
        pause *= 2  # as nbgrader's steps here do; Lab itself waits for two minutes


def check(data: Path, homes: Path, fetched: Path, lab: str, receipts: dict[str, dict[str, Any]]) -> None:
    """Stop with an error unless the records hold what the receipts say, once, and the saves are there."""
    book = Book(Deployment(data).work_url)
    try:
        kept = {share.learner: submission for submission, share in book.last_of_each(lab)}
        once = all(len(book.submissions_of(name)) == 1 for name in receipts)
        whole = book.trees(one.digest for one in kept.values())
    finally:
        book.close()
    if set(kept) != set(receipts) or not once:
        raise SystemExit(f"{len(receipts)} receipts, {len(kept)} learners with a submission, or some twice")
    for name, told in receipts.items():
        mine = fetched / name / lab / f"{lab}.ipynb"
        (sent,) = [one for one in whole[kept[name].digest].files if one.path == mine.name]
        if kept[name].sequence != told["sequence"] or sent != of_file(mine, mine.name):
            raise SystemExit(f"what {name} submitted is not what was kept")
        if (homes / name / mine.name).read_bytes() != mine.read_bytes():
            raise SystemExit(f"the last save of {name} is not what was written")


if __name__ == "__main__":
    main()
