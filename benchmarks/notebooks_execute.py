"""How long running all notebooks takes: `notebooks execute` against the plain papermill command.

    python benchmarks/notebooks_execute.py [--json] [--jobs 2] [PATH ...]

Both run the same built notebooks, as many at a time, in copies of their folders, one side after the other in
this run. Ours also renders every notebook to HTML and writes the report. `unchanged` is ours again with
nothing changed: the aim is 5 s. Without PATH: all lessons and labs.

Now and then plain papermill waits for ever for a cell that is through (nbclient 0.11, ipykernel 7.4). Such a
run is ended after 100 s in one cell, counted in `papermill_stuck`, and repeated; `papermill_s` is the seconds
of the runs that ended by themselves, divided by the notebooks at a time, which flatters papermill a little.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from catalogue.folders import CHECKOUT
from catalogue.notebooks.jobs import Job, jobs
from catalogue.notebooks.stamp import data_beside
from catalogue.notebooks.units import find

STUCK_SECONDS = 100
MOST_TRIES = 5


def main() -> None:
    """Time both sides and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="time of running notebooks against plain papermill")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="texts, notebooks or folders")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="notebooks at a time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(arguments.paths, arguments.jobs, Path(folder))
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")


def measure(paths: Sequence[Path], workers: int, folder: Path) -> dict[str, float | int]:
    """Return wall times in seconds, and how they compare."""
    todo = jobs(find(CHECKOUT, paths))
    cold = timed(lambda: execute(paths, workers, folder))
    unchanged = timed(lambda: execute(paths, workers, folder))
    plain, stuck = papermill(todo, workers, folder)
    return {
        "notebooks": len(todo),
        "jobs": workers,
        "execute_s": round(cold, 2),
        "unchanged_s": round(unchanged, 2),
        "papermill_s": round(plain, 2),
        "papermill_stuck": stuck,
        "papermill_to_execute": round(plain / cold, 2),
        "papermill_to_unchanged": round(plain / unchanged, 1),
    }


def timed(side: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    side()
    return time.perf_counter() - start


def execute(paths: Sequence[Path], workers: int, folder: Path) -> None:
    """Run our command as a person does, with a data folder of its own."""
    command = [sys.executable, "-m", "catalogue.cli", "notebooks", "execute", "--jobs", str(workers)]
    done = subprocess.run(
        [*command, *map(str, paths)],
        env=os.environ | {"ACADEMY_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)


def papermill(todo: Sequence[Job], workers: int, folder: Path) -> tuple[float, int]:
    """Run papermill's command for each notebook; return the seconds, and how many runs got stuck."""
    command = [Path(sys.executable).with_name("papermill"), "--no-progress-bar"]
    command += ["--execution-timeout", str(STUCK_SECONDS)]

    def one(job: Job) -> tuple[float, int]:
        place = Path(tempfile.mkdtemp(dir=folder)) / job.notebook.parent.name
        for path in [*data_beside(job.notebook), job.notebook]:
            copy = place / path.relative_to(job.notebook.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        for stuck in range(MOST_TRIES):
            start = time.perf_counter()
            # a lesson with a cell that is meant to fail ends with 1 here, and has run to its end all the same
            done = subprocess.run(
                [*command, job.notebook.name, "executed.ipynb"],
                cwd=place,
                env=os.environ | {"ACADEMY_DATA": str(place.parent / "data")},
                capture_output=True,
                text=True,
                check=False,
            )
            if "CellTimeoutError" not in done.stderr:
                return time.perf_counter() - start, stuck
        raise SystemExit(f"papermill got stuck {MOST_TRIES} times on {job.name}")

    with ThreadPoolExecutor(workers) as pool:
        seconds, stuck = zip(*pool.map(one, todo), strict=True)
    return sum(seconds) / workers, sum(stuck)


if __name__ == "__main__":
    main()
