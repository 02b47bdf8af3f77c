"""How fast the store keeps, reads and replays evidence, on SQLite or on the database of ``--url``.

Every learner has a grade for every task of the catalogue; ``--url`` must name an empty database.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import catalogue
from catalogue import Catalogue
from learning_paths.curriculum import Ground
from learning_paths.evidence.mapping import load_rules
from learning_paths.evidence.replay import replay
from learning_paths.store import Evidence, Store

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def graded(known: Catalogue, learners: int) -> Iterator[Evidence]:
    """Yield a row for each learner and task: four of five points in every cell."""
    for number in range(learners):
        for lab in known.labs.values():
            for task in lab.tasks:
                yield Evidence(
                    learner=f"learner{number}",
                    source="nbgrader",
                    key=f"{lab.slug}/{task.id}/2026-11-20T08:00:00+00:00",
                    lab=lab.slug,
                    task=task.id,
                    score=4.0 * len(task.grades),
                    points=5.0 * len(task.grades),
                    tried_at=NOW - timedelta(days=3),
                    late_seconds=0.0,
                    detail={name: [4.0, 5.0] for name in task.grades},
                )


def measure(url: str, learners: int) -> dict[str, float | int | str]:
    """Return the figures of one database."""
    known = catalogue.load()
    rows = list(graded(known, learners))
    store = Store(url)
    kept, keep = timed(lambda: store.add_evidence(rows, NOW))
    again, know = timed(lambda: store.add_evidence(rows, NOW))
    if (kept, again) != (len(rows), 0):
        raise SystemExit(
            f"{kept} of {len(rows)} rows were kept and {again} of them twice; is the database empty?"
        )
    _, read = timed(lambda: [store.evidence(f"learner{number}") for number in range(learners)])
    done, replayed = timed(lambda: replay(store, Ground(known), load_rules(known), NOW))
    store.close()
    return {
        "database": store.engine.dialect.name,
        "learners": learners,
        "rows": len(rows),
        "kept_a_second": round(len(rows) / keep),
        "known_a_second": round(len(rows) / know),
        "read_a_learner_ms": round(1000 * read / learners, 2),
        "replayed_a_learner_ms": round(1000 * replayed / learners, 2),
        "differences": len(done.differences),
        "fingerprint": done.fingerprint,
    }


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what a piece of work returns and how many seconds it took."""
    begun = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--url", help="an empty database; a new SQLite file when left out")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given.url or f"sqlite:///{Path(folder) / 'store.db'}", given.learners)
    if given.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
