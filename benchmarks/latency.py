"""From pressing "submit" to feedback in the own list, for one learner at a time, with everything warm.

    python benchmarks/latency.py [--json] [--submissions 50] [--lab first-programs]

A real ``./academy hub`` and ``./academy grade --watch --feedback`` run. A learner hands in as nbgrader's own
button does; the clock runs from then until the feedback is there to be fetched. Learners hand in the lab's
shipped submissions in turn. ``cells`` is what the lab's own cells (answers and checks) take in one warm
process without sides, gradebook and exchange, measured in the same run; ``over_cells`` is the rest. The parts
follow one another: ``submit`` (sent, with a receipt), ``carried`` (service to exchange), ``graded``
(collected, run, booked, feedback made), ``returned`` (exchange to service).
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hub_at_work import Grader, Learner, Work, enrol, hub, show

from catalogue.folders import COURSE_ID
from graders.engine.repair import repaired
from graders.engine.servers import ENVIRONMENT, need
from graders.engine.submission import read_submission
from sandbox import Bind, Wall, WarmServer

WARM_UPS = 3  # not counted
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 120


def main() -> None:
    """Run it and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="from submit to feedback")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--submissions", type=int, default=50)
    parser.add_argument("--lab", default="first-programs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), Work.of(arguments.lab), arguments.submissions)
    show(figures, arguments.json)


def measure(folder: Path, work: Work, count: int) -> dict[str, Any]:
    """Submit one after the other and return the figures."""
    data, lab = folder / "data", work.master.lab
    names = [f"learner-{number:03}" for number in range(WARM_UPS + count)]
    with hub(data) as address:
        learners = enrol(data, address, names)
        for number, name in enumerate(names):
            work.fetch(folder / "homes" / name / lab, number)
        grader = Grader(data, lab)
        grader.wait_until_ready()
        load, own = os.getloadavg()[0], cells_alone(work, folder / "homes", names)
        timed = []
        for number, one in enumerate(learners):
            parts = one_submission(data, one, folder / "homes" / one.name, grader, lab)
            if number >= WARM_UPS:
                timed.append((sum(parts.values()), own[number % len(own)], parts))
        load_after = os.getloadavg()[0]
        grader.stop()
    over = [whole - cells for whole, cells, _ in timed]
    return {
        "lab": lab,
        "submissions": count,
        "cores": os.cpu_count(),
        "load_before": round(load, 1),
        "load_after": round(load_after, 1),
        **told("whole", [whole for whole, _, _ in timed]),
        **told("cells", [cells for _, cells, _ in timed]),
        **told("over_cells", over),
        **{
            f"{name}_median_s": round(statistics.median(parts[name] for _, _, parts in timed), 3)
            for name in timed[0][2]
        },
    }


def told(name: str, seconds: list[float]) -> dict[str, float]:
    """Return median and 95th percentile."""
    ordered = sorted(seconds)
    return {
        f"{name}_median_s": round(statistics.median(ordered), 3),
        f"{name}_p95_s": round(ordered[int(0.95 * (len(ordered) - 1))], 3),
    }


def one_submission(data: Path, own: Learner, home: Path, grader: Grader, lab: str) -> dict[str, float]:
    """Submit, wait for the feedback and return how long each part took."""
    course = data / "exchange" / COURSE_ID
    moments = [time.perf_counter()]
    own.submit(home / lab)
    moments.append(time.perf_counter())
    moments.append(until(lambda: any(course.joinpath("inbound").glob(f"{own.name}+*"))))
    result = grader.results.get(timeout=PATIENCE_SECONDS)
    moments.append(time.perf_counter())
    if (result["learner"], result["status"]) != (own.name, "graded"):
        raise SystemExit(json.dumps(result))
    moments.append(until(lambda: own.feedback(lab)))
    names = ("submit", "carried", "graded", "returned")
    return {name: moments[place + 1] - moments[place] for place, name in enumerate(names)}


def until(there: Callable[[], bool]) -> float:
    """Wait until something is there and return the time."""
    end = time.perf_counter() + PATIENCE_SECONDS
    while not there():
        if time.perf_counter() > end:
            raise SystemExit("it does not come")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter()


def cells_alone(work: Work, homes: Path, names: Sequence[str]) -> list[float]:
    """Return the seconds that the cells of each shipped submission take in one process."""
    master, found = work.master, []
    files = {name: str(path) for name, path in master.data.items()}
    fetch = f"import shutil\nfor name, path in {files!r}.items(): shutil.copyfile(path, name)"
    wall = Wall(binds=tuple(Bind(path, path) for path in master.data.values()))
    with WarmServer(need(master).modules, wall=wall, tracebacks="minimal") as warm:
        for name in names[: len(work.shipped)]:
            submission = read_submission(homes / name / master.lab / f"{master.lab}.ipynb")
            cells = [c.source for c in repaired(master, submission).notebook.cells if c.cell_type == "code"]
            variables = ENVIRONMENT | {"ACADEMY_SEED": "0"}
            results = warm.run(
                [fetch, *cells], env=variables, stop_on_error=False, timeout=master.limits.seconds
            )
            found.append(sum(result.seconds for result in results[1:]))
    return found


if __name__ == "__main__":
    main()
