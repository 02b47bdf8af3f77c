"""Many machines, here as processes of one: same scores as without them, also when workers are lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from graders import cli, cluster, grade, parcel, release
from graders.errors import CourseError, EngineFailed
from tests.graders.test_batch import ANSWERS, hand_in_all, names, outcome
from tests.graders.test_course import hand_in

pytestmark = [pytest.mark.slow, pytest.mark.rota(3)]


@pytest.fixture(scope="module")
def machines() -> Iterator[object]:
    """Yield two workers, each a process with one thread."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as running:
        yield running


@pytest.fixture
def data(labs: Path, tmp_path: Path) -> Path:
    release("means", data=tmp_path / "data", source=labs)
    return tmp_path / "data"


def graded(data: Path, labs: Path, **options: object) -> dict:
    return {r.learner: r for r in grade("means", data=data, source=labs, collect=False, **options)}


def test_a_worker_that_is_killed_costs_nobody_a_mark(
    machines, data: Path, labs: Path, answered: Callable, tmp_path: Path
) -> None:
    hand_in_all(data, answered, 12)
    hand_in(data, "unreadable", b"not a notebook")
    found = {}
    for result in grade("means", data=data, source=labs, collect=False, cluster=machines.scheduler_address):
        found[result.learner] = result
        if len(found) == 3:
            os.kill(next(iter(machines.workers.values())).pid, signal.SIGKILL)
    assert {name: r.status for name, r in found.items()} == {
        **dict.fromkeys(names(12), "graded"),
        "unreadable": "unreadable",
    }
    there = outcome(data, names(12))
    again = graded(data, labs, cluster=machines.scheduler_address)
    assert all(again[name].kept for name in names(12))
    here = graded(data, labs, force=True)
    assert {r.status for r in here.values()} == {"graded", "unreadable"}
    assert outcome(data, names(12)) == there


def test_learners_code_runs_below_the_workers_and_never_here(
    machines, data: Path, labs: Path, answered: Callable
) -> None:
    hand_in(data, "ada", answered(**ANSWERS[0]))
    graded(data, labs)  # the reference solution is known
    before = {child.pid for child in psutil.Process().children()}
    assert graded(data, labs, force=True, cluster=machines.scheduler_address)["ada"].status == "graded"
    warm = [p for w in machines.workers.values() for p in psutil.Process(w.pid).children(recursive=True)]
    assert any("sandbox.warm.server" in " ".join(p.cmdline()) for p in warm)
    assert {child.pid for child in psutil.Process().children()} <= before


def test_a_worker_of_another_version_grades_nobody(
    machines, data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(data, "ada", answered(**ANSWERS[0]))
    monkeypatch.setattr(parcel, "basis", lambda master: "another")  # here, not there
    result = graded(data, labs, cluster=machines.scheduler_address)["ada"]
    assert (result.status, result.scores) == ("refused", {})
    assert "has another version of the academy" in result.reason


def test_no_scheduler_is_one_clear_line(
    data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    hand_in(data, "ada", answered(**ANSWERS[0]))
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    monkeypatch.setattr("graders.course.CHECKOUT", labs.parent)
    with pytest.raises(
        CourseError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9: .*`dask scheduler`"
    ):
        graded(data, labs, cluster="tcp://127.0.0.1:9")
    assert cli.main(["grade", "means", "--data", str(data), "--cluster", "tcp://127.0.0.1:9"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_when_no_worker_is_left_the_rest_is_refused(
    data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "LOOK_SECONDS", 1)
    hand_in_all(data, answered, 6)
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as running:
        results = grade("means", data=data, source=labs, collect=False, cluster=running.scheduler_address)
        assert next(results).status == "graded"
        running.scale(0)
        rest = list(results)
    assert len(rest) == 5
    assert rest[-1].status == "refused"
    assert "has no workers left; start some with `dask worker" in rest[-1].reason


def test_dask_is_loaded_only_for_a_cluster() -> None:
    code = "import sys, graders.watch, graders.cli; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_seeds_travel_without_their_key() -> None:
    drawn = cluster.Drawn(learner="ada", drawn={"check": "17"})
    assert (drawn.of("check"), drawn.key) == ("17", b"")


def test_an_engine_that_fails_there_is_a_refusal(
    machines, data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise EngineFailed("the cable is out")

    hand_in(data, "ada", answered(**ANSWERS[0]))
    monkeypatch.setattr(cluster, "run_there", broken)
    result = graded(data, labs, cluster=machines.scheduler_address)["ada"]
    assert (result.status, result.scores) == ("refused", {})
    assert "the cable is out" in result.reason
