"""A batch: what is unchanged stays, several run at a time, and nothing that stops it costs a mark."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

from graders import batch, cli, grade, grading, ledger, progress, release
from graders.engine import reference
from graders.errors import EngineFailed
from graders.result import Result
from tests.graders.test_course import FULL, RIGHT, booked, hand_in

BIASED = "def spread(x):\n    return np.std(x)"
COLUMNS = "def row_means(x):\n    return x.mean(axis=0)"
ENDS = "import os\ndef spread(x):\n    os._exit(3)"
ANSWERS = [
    {"row_means": RIGHT["row-means"], "spread": RIGHT["spread"]},
    {"row_means": RIGHT["row-means"], "spread": BIASED},
    {"row_means": COLUMNS, "spread": RIGHT["spread"]},
    {"row_means": COLUMNS, "spread": ENDS},
]


@pytest.fixture(scope="module")
def fresh(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return a maker of data folders in which `means` is released; all have one key and one reference."""
    first = tmp_path_factory.mktemp("released")
    release("means", data=first, source=labs)

    def make() -> Path:
        folder = tmp_path_factory.mktemp("data") / "data"
        shutil.copytree(first, folder)
        return folder

    return make


@pytest.fixture
def graded(labs: Path) -> Callable[..., dict[str, Result]]:
    """Return what grades a data folder and gives the results by learner."""

    def run(data: Path, **options: object) -> dict[str, Result]:
        return {r.learner: r for r in grade("means", data=data, source=labs, collect=False, **options)}

    return run


def names(count: int) -> list[str]:
    return [f"learner-{number:02}" for number in range(count)]


def hand_in_all(data: Path, answered: Callable, count: int) -> None:
    for number, name in enumerate(names(count)):
        hand_in(data, name, answered(**ANSWERS[number % len(ANSWERS)]))


def outcome(data: Path, learners: list[str]) -> dict[str, object]:
    """Return scores and graded notebooks."""
    graded = data / "course" / "autograded"
    return {n: (booked(data, n), (graded / n / "means" / "means.ipynb").read_text()) for n in learners}


def rewrite(data: Path, labs: Path) -> None:
    path = data / "course" / "source" / "means" / "means.ipynb"
    path.write_text(path.read_text().replace("a single row", "one single row"))


def add_a_file(data: Path, labs: Path) -> None:
    (data / "course" / "submitted" / "ada" / "means" / "notes.txt").write_text("mine")


def lose_the_notebook(data: Path, labs: Path) -> None:
    shutil.rmtree(data / "course" / "autograded" / "ada")


def change_the_gradebook(data: Path, labs: Path) -> None:
    with Gradebook(f"sqlite:///{data / 'course' / 'gradebook.db'}") as book:
        book.find_grade("check-spread", "means", "means", "ada").auto_score = 0.25
        book.db.commit()


def tear_the_ledger(data: Path, labs: Path) -> None:
    (data / "course" / ledger.FILE).write_bytes(b"no database, but long enough to be taken for one" * 100)


@pytest.mark.parametrize(
    "change", [rewrite, add_a_file, lose_the_notebook, change_the_gradebook, tear_the_ledger]
)
def test_a_submission_is_graded_again_when_something_changed_and_only_then(
    change: Callable[[Path, Path], None], fresh, graded, answered, labs: Path
) -> None:
    data = fresh()
    hand_in(data, "ada", answered(**ANSWERS[0]))
    first = graded(data)["ada"]
    assert not first.kept
    again = graded(data)["ada"]
    assert again.kept
    assert (again.status, again.scores) == (first.status, first.scores)
    change(data, labs)
    later = graded(data)["ada"]
    assert not later.kept
    assert booked(data, "ada") == FULL


def test_a_new_engine_and_force_grade_everybody_anew(fresh, graded, answered, monkeypatch) -> None:
    data = fresh()
    hand_in_all(data, answered, 2)
    first = graded(data)
    forced = graded(data, force=True)
    monkeypatch.setattr(reference, "ENGINE", "another")
    changed = graded(data)
    for found in (first, forced, changed):
        assert [r.kept for r in found.values()] == [False, False]
        assert [r.scores for r in found.values()] == [r.scores for r in first.values()]
    assert all(r.kept for r in graded(data).values())


def test_what_was_refused_is_looked_at_again(fresh, graded, answered) -> None:
    data = fresh()
    hand_in(data, "ada", b"{not json")
    assert graded(data)["ada"].status == graded(data)["ada"].status == "unreadable"


def test_three_workers_give_what_one_gives(fresh, graded, answered) -> None:
    alone, together = fresh(), fresh()
    for data, workers in ((alone, 1), (together, 3)):
        hand_in_all(data, answered, 6)
        assert list(graded(data, workers=workers)) == names(6)
    assert outcome(alone, names(6)) == outcome(together, names(6))


@pytest.mark.slow
def test_a_batch_that_is_killed_goes_on_where_it_was(fresh, graded, answered) -> None:
    undisturbed, killed = fresh(), fresh()
    for data in (undisturbed, killed):
        hand_in_all(data, answered, 12)
    graded(undisturbed)
    told: list[str] = []
    for lines in (1, 3, 0):  # in the middle of different things; 0 lets it end
        found = run_and_kill(killed, new_lines=lines)
        assert set(told) <= {line["learner"] for line in found} or lines
        told = [line["learner"] for line in found if line["seconds"] or not lines]
    assert told == names(12)
    assert outcome(killed, names(12)) == outcome(undisturbed, names(12))
    assert all(result.kept for result in graded(killed).values())


def run_and_kill(data: Path, new_lines: int) -> list[dict]:
    """Run `./academy grade` and kill it -9 once it has graded so many more; return what it printed."""
    command = [sys.executable, "-m", "graders.cli", "grade", "means", "--json", "--no-collect"]
    found: list[dict] = []
    with subprocess.Popen(
        [*command, "--workers", "2", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout:
            found.append(json.loads(line))
            if new_lines and len([one for one in found if one["seconds"] > 0.05]) == new_lines:
                below = psutil.Process(process.pid).children(recursive=True)
                os.kill(process.pid, signal.SIGKILL)
                assert not psutil.wait_procs(below, timeout=10)[1], "walled processes outlive their grader"
                break
        process.communicate()
    return found


def test_a_failure_of_ours_is_a_refusal_at_the_end_and_never_a_zero(
    fresh, graded, answered, labs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = fresh()
    hand_in_all(data, answered, 3)
    tries = []

    def execute(server, master, notebook, seeds, *others):
        if seeds.learner == "learner-01":
            tries.append(seeds.learner)
            raise EngineFailed("the submission could not be run: the cable is out")
        return run(server, master, notebook, seeds, *others)

    run = batch.execute
    monkeypatch.setattr(batch, "execute", execute)
    monkeypatch.setattr("graders.course.CHECKOUT", labs.parent)
    arguments = ["grade", "means", "--json", "--no-collect", "--data", str(data)]
    assert cli.main(arguments) == 3
    shown = capsys.readouterr()
    status = {line["learner"]: line["status"] for line in map(json.loads, shown.out.splitlines())}
    assert status == {"learner-00": "graded", "learner-01": "refused", "learner-02": "graded"}
    assert len(tries) == batch.TRIES
    head, refused = shown.err.strip().splitlines()[-2:]
    assert head == "not graded, or not wholly: 1"
    assert "the cable is out; " in refused
    assert "./academy grade means --learner learner-01" in refused
    with Gradebook(f"sqlite:///{data / 'course' / 'gradebook.db'}") as book:
        assert [s.student.id for s in book.find_assignment("means").submissions] == [
            "learner-00",
            "learner-02",
        ]
    monkeypatch.setattr(batch, "execute", run)
    assert cli.main(arguments) == 0
    assert "3 submissions in 0:00:" in capsys.readouterr().err


def test_a_warm_process_that_dies_costs_nobody_a_mark(fresh, graded, answered, labs: Path) -> None:
    data = fresh()
    hand_in_all(data, answered, 6)
    found = {}
    for result in grade("means", data=data, source=labs, collect=False, workers=2):
        found[result.learner] = result
        if len(found) == 1:
            for child in psutil.Process().children():
                if "sandbox.warm.server" in " ".join(child.cmdline()):
                    child.kill()
    assert {r.status for r in found.values()} == {"graded"}, [
        r for r in found.values() if r.status != "graded"
    ]
    undisturbed = fresh()
    hand_in_all(undisturbed, answered, 6)
    graded(undisturbed)
    assert outcome(data, names(6)) == outcome(undisturbed, names(6))


def test_an_interrupt_does_not_wait_for_what_runs(fresh, answered, labs: Path) -> None:
    data = fresh()
    hand_in_all(data, answered, 2)
    hand_in(data, "slow", answered(row_means="import time\ntime.sleep(9)"))
    results = grade("means", data=data, source=labs, collect=False, workers=3)
    next(results)
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)
    assert time.monotonic() - begun < 5


def test_feedback_is_handed_out_once_until_marks_change(fresh, graded, answered, monkeypatch) -> None:
    data, made = fresh(), []
    give = grading.give_feedback
    monkeypatch.setattr(grading, "give_feedback", lambda *a: (made.append(a[2]), give(*a)))
    hand_in(data, "ada", answered(**ANSWERS[1]))
    graded(data)
    for _ in range(2):
        graded(data, feedback=True)
        assert made == ["ada"]
    with Gradebook(f"sqlite:///{data / 'course' / 'gradebook.db'}") as book:
        book.find_grade("check-spread", "means", "means", "ada").manual_score = 1.5
        book.db.commit()
    assert graded(data, feedback=True)["ada"].kept
    assert made == ["ada", "ada"]


def test_few_notebooks_wait_for_the_gradebook(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr(batch.Ahead, "_one", lambda self, learner: begun.append(learner))
    with batch.Ahead(None, {}, workers=2) as ahead:
        for done, _ in enumerate(ahead.run(names(50)), 1):
            assert len(begun) <= done + (1 + batch.WAITING) * 2
    assert begun == names(50)


def test_the_pace_tells_rate_and_time_left() -> None:
    times = iter([0.0, 0.0, 10.0, 20.0])
    pace = progress.Pace(lambda: next(times))
    pace.expected = 100
    assert pace.told() == "0 of 100"
    for number in range(25):
        pace.count(Result(str(number), "means", "graded", kept=number < 5))
    assert pace.told() == "25 of 100, 2.0 a second, 0:00:38 left, 5 unchanged"
    assert pace.summary() == "25 submissions in 0:00:20, 5 of them unchanged"


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[progress.Watch]:
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    with progress.watching() as watch:
        yield watch


def test_without_a_terminal_there_are_plain_lines(plain: progress.Watch, capsys) -> None:
    plain.expect("means", 3)
    plain.count(Result("ada", "means", "graded"))
    first, second = capsys.readouterr().err.splitlines()
    assert first == "means: 3 submissions; 0 of 3"
    assert second.startswith("means: ada; 1 of 3, ")
    assert "\x1b" not in second
