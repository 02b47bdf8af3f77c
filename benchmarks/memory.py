"""What grading takes of the memory: the process that grades, and those that run the submissions.

    python benchmarks/memory.py [--json] [--torch 20] [--queued 10000] [--graded 500]

`./academy grade` runs twice. First on a torch lab: peaks of the grading process (`parent`) and of all
processes below it (`workers`: the warm one and its walled forks) as proportional set size, where shared pages
count once. Then on a lab of one line with `--queued` submissions in the exchange: all are collected, and
`--graded` of them graded; the parent's size after a tenth of these and at the end, and its growth between.
"""

import argparse
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import grading
import psutil
from hub_at_work import ACADEMY

from catalogue.folders import COURSE_ID
from graders import release
from graders.engine.master import read_master
from graders.submissions import filled

LOOK_SECONDS = 0.1
MIB = 2**20


def main() -> None:
    """Run both and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="memory of grading")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--torch", type=int, default=20, help="submissions of the torch lab")
    parser.add_argument("--queued", type=int, default=10_000, help="submissions in the exchange")
    parser.add_argument("--graded", type=int, default=500, help="of them, those that are graded")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
        figures |= of_torch(Path(folder) / "torch", arguments.torch)
        figures |= of_queue(Path(folder) / "queue", arguments.queued, min(arguments.queued, arguments.graded))
        figures["load_after"] = round(os.getloadavg()[0], 1)
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")


def of_torch(folder: Path, count: int) -> dict[str, Any]:
    """Grade submissions of a torch lab and return the peaks."""
    labs = folder / "labs"
    grading.build(labs)
    release(grading.LAB, data=folder / "data", source=labs)
    for number, text in enumerate(grading.submissions(labs, count)):
        place = folder / "data" / "course" / "submitted" / f"learner-{number:03}" / grading.LAB
        place.mkdir(parents=True)
        (place / f"{grading.LAB}.ipynb").write_text(text)
    with Graded(folder / "data", grading.LAB) as graded:
        if graded.wait() != count:
            raise SystemExit(f"of {count} submissions of {grading.LAB} not all were graded")
    return {
        "torch_submissions": count,
        "torch_parent_pss_mib": graded.peak("parent_pss"),
        "torch_parent_rss_mib": graded.peak("parent_rss"),
        "torch_workers_pss_mib": graded.peak("workers_pss"),
        "torch_processes": max(sample["processes"] for sample in graded.samples),
    }


def of_queue(folder: Path, queued: int, graded: int) -> dict[str, Any]:
    """Collect a long queue, grade some of it and return how the parent grows."""
    labs = folder / "labs"
    grading.build(labs, "tiny")
    release("tiny", data=folder / "data", source=labs)
    master = read_master(labs / "source" / "tiny")
    text = json.dumps(filled(master, {"double": "def double(x):\n    return x + x"}))
    inbound = folder / "data" / "exchange" / COURSE_ID / "inbound"
    for number in range(queued):
        place = inbound / f"learner-{number:05}+tiny+2026-11-01 12:00:00.000000 UTC+x"
        place.mkdir(parents=True)
        (place / "tiny.ipynb").write_text(text)
        (place / "timestamp.txt").write_text("2026-11-01 12:00:00.000000 UTC")
        (place / "submission_secret.txt").write_text(f"{number:064}")
        place.chmod(0o777)
    with Graded(folder / "data", "tiny") as run:
        done = run.wait(graded)
        if done < graded:
            raise SystemExit(f"of {graded} submissions only {done} were graded")
    first = next(s for s in run.samples if s["done"] >= max(1, graded // 10))
    last = run.samples[-1]
    grown, between = last["parent_pss"] - first["parent_pss"], last["done"] - first["done"]
    return {
        "queued": queued,
        "queue_graded": done,
        "queue_collected_s": round(next(s["at"] for s in run.samples if s["done"]), 1),
        "queue_graded_a_second": round(between / (last["at"] - first["at"]), 2),
        "queue_parent_pss_early_mib": round(first["parent_pss"] / MIB, 1),
        "queue_parent_pss_late_mib": round(last["parent_pss"] / MIB, 1),
        "queue_parent_pss_peak_mib": run.peak("parent_pss"),
        "queue_grown_kib_a_submission": round(grown / 1024 / between, 2),
        "queue_workers_pss_mib": run.peak("workers_pss"),
    }


class Graded:
    """A run of ``./academy grade`` whose memory is looked at all the while."""

    def __init__(self, data: Path, lab: str) -> None:
        self._command = [*ACADEMY, "grade", lab, "--json", "--data", str(data)]
        self.samples: list[dict[str, float]] = []
        self._done = 0
        self._over = threading.Event()

    def __enter__(self) -> "Graded":
        self._begun = time.monotonic()
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        self._looking = threading.Thread(target=self._look)
        self._looking.start()
        return self

    def wait(self, most: int | None = None) -> int:
        """Wait until all, or so many, are graded; return how many were."""
        for line in self._process.stdout:
            if json.loads(line)["status"] != "graded":
                raise SystemExit(line)
            self._done += 1
            if self._done == most:
                break
        self._over.set()
        self._looking.join()
        return self._done

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()
        self._process.send_signal(signal.SIGINT)
        self._process.communicate()

    def _look(self) -> None:
        parent = psutil.Process(self._process.pid)
        while not self._over.wait(LOOK_SECONDS):
            below = [pss(child.pid) for child in parent.children(recursive=True)]
            own = pss(parent.pid)
            self.samples.append(
                {
                    "at": time.monotonic() - self._begun,
                    "done": self._done,
                    "parent_pss": own,
                    "parent_rss": parent.memory_info().rss,
                    "workers_pss": sum(below),
                    "processes": len(below),
                }
            )

    def peak(self, what: str) -> float:
        """Return the largest of all samples, in MiB."""
        return round(max(sample[what] for sample in self.samples) / MIB, 1)


def pss(pid: int) -> int:
    """Return the proportional set size of a process in bytes; 0 when it has just ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
