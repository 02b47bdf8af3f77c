"""An hour before the deadline: a whole class submits within a minute, and the grader is killed in between.

    python benchmarks/deadline.py [--json] [--submissions 500] [--within 60] [--kills 2] [--lab LAB]

A real ``./academy hub`` serves meanwhile, and its answers are timed. Each learner presses nbgrader's own
submit; the academy service takes the submission and brings it to the exchange, ``./academy grade --watch
--feedback`` collects and grades it, and the service hands the feedback out. The grader's process
group is killed with -9 and started again. What learners hand in are the lab's shipped submissions in turn,
whose exact scores are known. It stops with an error unless every submission is accepted, its feedback lies on
its desk, and it has those scores. Hidden inputs are drawn for each learner, so that a wrong answer may be
lucky: where a score differs, the submission is graded again alone and must get the same; ``other_draws``
counts these, and more than one in fifty is an error.
"""

import argparse
import json
import math
import os
import queue
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from hub_at_work import ACADEMY, Grader, Learner, Work, enrol, hub, show, tell

from catalogue.folders import COURSE_ID
from graders.book import marks

ASK_SECONDS = 0.2  # between two questions to the hub
PAGES = ("hub/login", "services/academy/health")
PATIENCE_SECONDS = 3600


def main() -> None:
    """Run it and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="a class that submits before the deadline")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--submissions", type=int, default=500)
    parser.add_argument("--within", type=float, default=60.0, help="seconds in which they arrive")
    parser.add_argument("--kills", type=int, default=2, help="how often the grader is killed")
    parser.add_argument("--lab", default="first-programs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), arguments)
    show(figures, arguments.json)


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run a deadline and return its figures."""
    data, count = folder / "data", arguments.submissions
    work = Work.of(arguments.lab)
    names = [f"learner-{number:04}" for number in range(count)]
    with hub(data) as address:
        tell(f"the hub is open; {count} accounts")
        learners = enrol(data, address, names)
        for number, name in enumerate(names):
            work.fetch(folder / "homes" / name / work.master.lab, number)
        watching = Watching(data, work, names)
        watching.start()
        tell("grader ready; measuring the hub alone")
        with asked(address) as before:
            time.sleep(max(2.0, min(10.0, arguments.within / 6)))
        load, begun = os.getloadavg()[0], time.monotonic()
        with asked(address) as meanwhile:
            arriving = threading.Thread(
                target=arrive, args=(folder / "homes", learners, work, arguments.within)
            )
            arriving.start()
            watching.follow(arguments.kills)
            seconds = time.monotonic() - begun
            arriving.join()
        tell("all graded; feedback")
        told = feedback_there(learners, work.master.lab)
        code = watching.grader.stop()
        others = check(data, work, names, told)
        if code:
            raise SystemExit(f"the grader ended with {code}")
    return {
        "lab": work.master.lab,
        "submissions": count,
        "arrived_within_s": arguments.within,
        "kills": arguments.kills,
        "other_draws": others,
        "cores": os.cpu_count(),
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "last_mark_s": round(seconds, 1),
        "submissions_a_second": round(count / seconds, 2),
        "kill_to_next_mark_s": [round(seconds, 1) for seconds in watching.restarts],
        **answers("hub_alone", before),
        **answers("hub_meanwhile", meanwhile),
    }


def arrive(homes: Path, learners: list[Learner], work: Work, within: float) -> None:
    """Let everybody submit, spread evenly over the time; where submits take longer they follow at once."""
    begun = time.monotonic()
    for number, one in enumerate(learners):
        time.sleep(max(0.0, begun + within * number / len(learners) - time.monotonic()))
        one.submit(homes / one.name / work.master.lab)
    tell(f"all submitted after {time.monotonic() - begun:.1f} s")


class Watching:
    """The grader, and the marks that it has given so far."""

    def __init__(self, data: Path, work: Work, names: list[str]) -> None:
        self._data, self._lab, self._names = data, work.master.lab, set(names)
        self.marked: set[str] = set()
        self.restarts: list[float] = []
        self.grader: Grader

    def start(self) -> None:
        """Start it and wait until it is warm."""
        self.grader = Grader(self._data, self._lab)
        self.grader.wait_until_ready()

    def follow(self, kills: int) -> None:
        """Wait until everybody has a mark; kill the grader and start it again so often, evenly in between."""
        at = [len(self._names) * (number + 1) // (kills + 1) for number in range(kills)]
        end = time.monotonic() + PATIENCE_SECONDS
        killed: float | None = None
        while self._names - self.marked:
            if time.monotonic() > end:
                raise SystemExit(f"no mark for {sorted(self._names - self.marked)}")
            try:
                result = self.grader.results.get(timeout=1)
            except queue.Empty:
                if self.grader.process.poll() is not None:
                    raise SystemExit("the grader ended:\n" + "".join(self.grader.said[-20:])) from None
                continue
            if result["status"] != "graded":
                raise SystemExit(json.dumps(result))
            new = result["learner"] not in self.marked
            self.marked.add(result["learner"])
            if new and killed is not None:
                self.restarts.append(time.monotonic() - killed)
                killed = None
            if at and len(self.marked) >= at[0]:
                at.pop(0)
                self.grader.kill()
                tell(f"killed the grader after {len(self.marked)} marks")
                killed = time.monotonic()
                self.grader = Grader(self._data, self._lab)


@contextmanager
def asked(address: str) -> Iterator[list[float]]:
    """Ask the hub for pages all the while and yield the seconds that its answers take."""
    over, took = threading.Event(), []

    def ask() -> None:
        with requests.Session() as session:
            while not over.wait(ASK_SECONDS):
                for page in PAGES:
                    begun = time.perf_counter()
                    try:
                        session.get(address + page, timeout=60).raise_for_status()
                    except requests.RequestException as error:
                        tell(f"no answer from the hub: {error}")
                        took.append(math.inf)
                        continue
                    took.append(time.perf_counter() - begun)

    asking = threading.Thread(target=ask)
    asking.start()
    yield took
    over.set()
    asking.join()


def answers(who: str, took: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and maximum in milliseconds of those that came, and how many did not."""
    ordered = sorted(seconds for seconds in took if seconds < math.inf)
    return {
        f"{who}_answers": len(ordered),
        f"{who}_unanswered": len(took) - len(ordered),
        f"{who}_median_ms": round(1000 * statistics.median(ordered), 1),
        f"{who}_p95_ms": round(1000 * ordered[int(0.95 * (len(ordered) - 1))], 1),
        f"{who}_max_ms": round(1000 * ordered[-1], 1),
    }


def feedback_there(learners: list[Learner], lab: str) -> dict[str, bool]:
    """Wait until everybody has feedback; return who has."""
    end = time.monotonic() + 60
    while True:
        found = {one.name: one.feedback(lab) for one in learners}
        if all(found.values()) or time.monotonic() > end:
            return found
        time.sleep(0.2)


def check(data: Path, work: Work, names: list[str], told: dict[str, bool]) -> int:
    """Stop unless every submission was accepted, graded rightly and answered; return the other draws."""
    inbound = {path.name.split("+")[0] for path in (data / "exchange" / COURSE_ID / "inbound").iterdir()}
    faults = [f"{name}: not accepted" for name in names if name not in inbound]
    faults += [f"{name}: no feedback" for name in names if not told[name]]
    booked = marks(f"sqlite:///{data / 'course' / 'gradebook.db'}", COURSE_ID, work.master.lab)
    others = 0
    for number, name in enumerate(names):
        found, expected = booked.get(name), work.shipped_for(number).expected
        if found is None or found.automatic != expected:
            tell(
                f"{name}, {work.shipped_for(number).name}: {found and found.automatic} in place of {expected}"
            )
            others += 1
            if found is None or found.automatic != graded_alone(data, work, name):
                faults.append(f"{name}: another score when it is graded alone")
    if faults or others > len(names) / 50:
        raise SystemExit("\n".join([f"{others} of {len(names)} scores differ", *faults[:20]]))
    return others


def graded_alone(data: Path, work: Work, name: str) -> dict[str, float]:
    """Grade one submission again, with nothing beside it."""
    options = ["--learner", name, "--force", "--no-collect", "--json", "--data", str(data)]
    command = [*ACADEMY, "grade", work.master.lab, *options]
    line = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {check: given["score"] for check, given in json.loads(line)["scores"].items()}


if __name__ == "__main__":
    main()
