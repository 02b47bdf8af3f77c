"""What grading costs: stock nbgrader against ours, the same submissions of one torch lab, in one run.

    python benchmarks/grading.py [--json] [--count 30] [--stock-count 6]

Stock is nbgrader's own autograde with its own Execute on a real kernel, in one process; ours is
``graders.grade`` with walls and gradebook, with one worker and with two. Every side has a fresh course and
gradebook and one thread for tensors. Scores must be equal, row by row. CPU time is that of all processes.
Stock runs `--stock-count` of the submissions; its figures a submission are taken for all. Our warm process
and the run of the reference solution are the start-up, which is counted apart; `whole` is with it.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LAB = "tensors"
HERE = Path(__file__).parent / "labs"
SEED = 4
RIGHT_SHARE = 0.4  # of the submissions have no wrong answer, but perhaps other right ones


def main() -> None:
    """Time all sides and print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="cost of grading against stock nbgrader")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--count", type=int, default=30, help="submissions")
    parser.add_argument("--stock-count", type=int, default=6, help="of them, those that stock grades")
    parser.add_argument("--side", nargs=2, metavar=("FOLDER", "WORKERS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        folder, workers = Path(arguments.side[0]), int(arguments.side[1])
        print(json.dumps(ours(folder, workers) if workers else stock(folder)))
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), arguments.count, min(arguments.count, arguments.stock_count))
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")


def measure(folder: Path, count: int, stock_count: int) -> dict[str, Any]:
    """Return costs a submission, ratios, and where our time goes."""
    build(folder / "labs")
    notebooks = submissions(folder / "labs", count)
    load = os.getloadavg()[0]
    plain = side(folder / "stock", notebooks[:stock_count], 0)
    runs = {workers: side(folder / f"ours-{workers}", notebooks, workers) for workers in (1, 2)}
    for run in runs.values():
        for name, scores in plain["scores"].items():
            if run["scores"][name] != scores:
                raise SystemExit(f"{name}: stock gives {scores}, ours {run['scores'][name]}")
    figures: dict[str, Any] = {
        "submissions": count,
        "stock_submissions": stock_count,
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
        "stock_wall_s": round(plain["wall"] / stock_count, 3),
        "stock_cpu_s": round(plain["cpu"] / stock_count, 3),
    }
    for workers, run in runs.items():
        wall, cpu = run["wall"] / count, run["cpu"] / count
        whole = count * plain["wall"] / stock_count / (run["wall"] + run["startup_wall"])
        figures |= {
            f"wall_s_{workers}": round(wall, 3),
            f"cpu_s_{workers}": round(cpu, 3),
            f"startup_wall_s_{workers}": round(run["startup_wall"], 2),
            f"startup_cpu_s_{workers}": round(run["startup_cpu"], 2),
            f"wall_ratio_{workers}": round(figures["stock_wall_s"] / wall, 1),
            f"cpu_ratio_{workers}": round(figures["stock_cpu_s"] / cpu, 1),
            f"whole_wall_ratio_{workers}": round(whole, 1),
        }
    figures |= {f"{part}_s": round(seconds / count, 4) for part, seconds in runs[1]["parts"].items()}
    return figures


def build(labs: Path, lab: str = LAB) -> None:
    """Build a lab that lies beside this file, as every lab is built."""
    from catalogue.notebooks.build import build as built
    from catalogue.notebooks.units import Unit

    text = labs / "authoring" / lab / f"{lab}.py"
    text.parent.mkdir(parents=True)
    text.write_text((HERE / f"{lab}.py").read_text())
    (labs / "source" / lab).mkdir(parents=True)
    built(Unit("lab", lab, labs.parent, text, labs / "source" / lab / f"{lab}.ipynb"))


def submissions(labs: Path, count: int) -> list[str]:
    """Return submissions as text: the reference's answers, in some cells other right or wrong ones."""
    from graders.engine.master import read_master
    from graders.submissions import CELL, filled

    master = read_master(labs / "source" / LAB)
    text = (HERE / f"{LAB}-answers.py").read_text()
    solutions = ["\n".join(c for c in s.split("\n") if "### " not in c) for s in master.solution]
    answers = {name: [code] for name, code in zip(master.answers, solutions, strict=True)}
    marks = list(CELL.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        answers[mark["name"]].append(text[mark.end() : end].strip("\n"))
    made, chance = [], random.Random(SEED)
    for _ in range(count):
        # the first two of each are right
        most = 2 if chance.random() < RIGHT_SHARE else None
        chosen = {name: chance.choice(codes[:most]) for name, codes in answers.items()}
        made.append(json.dumps(filled(master, chosen)))
    return made


def side(folder: Path, notebooks: list[str], workers: int) -> dict[str, Any]:
    """Run one side in a process of its own; no worker is stock."""
    for number, text in enumerate(notebooks):
        path = folder / "course" / "submitted" / f"learner-{number:03}" / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    done = subprocess.run(
        [sys.executable, __file__, "--side", str(folder), str(workers)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def stock(folder: Path) -> dict[str, Any]:
    """Grade with nbgrader alone."""
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # alembic
    course = folder / "course"
    source = course / "source" / LAB
    source.mkdir(parents=True)
    master = folder.parent / "labs" / "source" / LAB / f"{LAB}.ipynb"
    (source / master.name).write_bytes(master.read_bytes())
    url = f"sqlite:///{course}/gradebook.db"
    config = Config(CourseDirectory={"root": str(course), "db_url": url})
    config.Execute.timeout = 300  # seconds a cell: machines may be busy
    with quiet():
        api = NbGraderAPI(config=config)
        must(api.generate_assignment(LAB))
        wall, used = time.perf_counter(), cpu()
        names = sorted(path.name for path in (course / "submitted").iterdir())
        for name in names:
            must(api.autograde(LAB, name))
        wall, used = time.perf_counter() - wall, cpu() - used
    with Gradebook(url) as book:
        grades = {name: book.find_submission_notebook(LAB, LAB, name).grades for name in names}
        scores = {name: {g.name: g.auto_score for g in found} for name, found in grades.items()}
    return {"wall": wall, "cpu": used, "scores": scores}


def ours(folder: Path, workers: int) -> dict[str, Any]:
    """Grade as ``./academy grade`` does."""
    from catalogue.folders import COURSE_ID
    from graders import batch, grade, release
    from graders.book import marks
    from graders.course import make
    from graders.engine.converter import GradeExecuted
    from graders.engine.master import read_limits, read_master
    from graders.engine.reference import honest
    from graders.engine.save import SaveScores
    from graders.engine.servers import close_servers
    from graders.grading import Ledger

    labs = folder.parent / "labs"
    release(LAB, data=folder, source=labs)
    parts: Counter[str] = Counter()
    timed(batch, "execute", parts, "engine")
    timed(batch.Ahead, "_one", parts, "engine_and_repair")
    timed(GradeExecuted, "start", parts, "nbgrader")
    timed(GradeExecuted, "init_assignment", parts, "gradebook")
    timed(SaveScores, "preprocess", parts, "gradebook")
    timed(Ledger, "forget", parts, "ledger")
    timed(Ledger, "keep", parts, "ledger")
    startup, started = time.perf_counter(), cpu()
    root = make(folder, labs).root
    honest(root, read_master(root / "source" / LAB, read_limits(root, LAB)))
    startup, started = time.perf_counter() - startup, cpu() - started
    parts.clear()
    wall, used, own = time.perf_counter(), cpu(), time.process_time()
    for result in grade(LAB, data=folder, source=labs, collect=False, workers=workers):
        if result.status != "graded":
            raise SystemExit(result.line())
    wall, used, own = time.perf_counter() - wall, cpu() - used, time.process_time() - own
    close_servers()
    booked = marks(f"sqlite:///{root / 'gradebook.db'}", COURSE_ID, LAB)
    parts["conversion"] = parts["nbgrader"] - parts["gradebook"]
    parts["parent_cpu"] = own
    parts["repair"] = parts.pop("engine_and_repair") - parts["engine"]
    return {
        "wall": wall,
        "cpu": used,
        "startup_wall": startup,
        "startup_cpu": started,
        "scores": {name: held.automatic for name, held in booked.items()},
        "parts": parts,
    }


def cpu() -> float:
    """Return the CPU seconds of this process and of all below it, those that live too."""
    import psutil

    ended = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    living = [child.cpu_times() for child in psutil.Process().children()]
    return sum(t.ru_utime + t.ru_stime for t in ended) + sum(
        t.user + t.system + t.children_user + t.children_system for t in living
    )


def timed(owner: Any, name: str, parts: Counter[str], part: str) -> None:
    """Add the time that a function takes to a part."""
    called = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return called(*args, **kwargs)
        finally:
            parts[part] += time.perf_counter() - start

    setattr(owner, name, call)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep nbgrader's log off the terminal."""
    import logging
    import warnings

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def must(result: dict[str, Any]) -> None:
    """Stop where nbgrader did."""
    if not result["success"]:
        raise SystemExit(f"{result.get('error') or ''}\n{result.get('log') or ''}")


if __name__ == "__main__":
    main()
