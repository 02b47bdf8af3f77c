"""Before the first grading the wall is attacked: one with a hole grades nobody, and says how to mend it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graders import cli, release
from graders.engine import servers, walls
from graders.engine.servers import close_servers
from sandbox import Bind, Wall
from tests.graders.test_course import FULL, RIGHT, booked, hand_in

pytestmark = pytest.mark.rota(3)

ROOT = Path(__file__).parents[2]
AS_USER = ROOT / "tests" / "sandbox" / "as_user.py"
FORBID = ROOT / "tests" / "sandbox" / "forbid.py"
ANSWERS = {"row_means": RIGHT["row-means"], "spread": RIGHT["spread"]}


@pytest.fixture(autouse=True)
def untried() -> Iterator[None]:
    """Forget which walls were tried, and which servers run behind them."""
    close_servers()
    walls.forget()
    yield
    close_servers()
    walls.forget()


@pytest.fixture(scope="module")
def data(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with `means` released."""
    folder = tmp_path_factory.mktemp("walled")
    release("means", data=folder, source=labs)
    return folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that others may read: pytest's own are closed, and Landlock's user is another."""
    with tempfile.TemporaryDirectory(prefix="academy-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def leaky(*given: object) -> Wall:
    """Return the wall of grading with one more bind: the shared memory of everybody on this host."""
    wall, shared = walls.wall_of(*given), Path("/dev/shm")
    return replace(wall, binds=(*wall.binds, Bind(shared, shared, writable=True)))


def graded(data: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict]]:
    code = cli.main(["grade", "means", "--json", "--no-collect", "--data", str(data)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_wall_that_shows_what_it_must_not_grades_nobody(
    data: Path, labs: Path, answered: Callable, monkeypatch, capsys
) -> None:
    monkeypatch.setattr("graders.course.CHECKOUT", labs.parent)
    for name in ("ada", "ben"):
        hand_in(data, name, answered(**ANSWERS))
    monkeypatch.setattr(servers, "wall_of", leaky)
    code, results = graded(data, capsys)
    assert code == 3
    assert [r["status"] for r in results] == ["refused", "refused"]
    for result in results:
        assert "has holes: read_shared_memory (/dev/shm/academy-probe-" in result["reason"]
        assert "./academy doctor" in result["reason"]
        assert not result["scores"]
    assert not list((data / "course" / "autograded").iterdir())

    monkeypatch.setattr(servers, "wall_of", walls.wall_of)  # mended: the same process grades
    code, results = graded(data, capsys)
    assert (code, [r["status"] for r in results]) == (0, ["graded", "graded"])
    assert booked(data, "ada") == FULL


def test_any_nbgrader_lab_is_refused_as_well(
    labs: Path, answered: Callable, tmp_path: Path, monkeypatch, capsys
) -> None:
    folder = tmp_path / "submitted" / "ada"
    folder.mkdir(parents=True)
    (folder / "means.ipynb").write_text(json.dumps(answered(**ANSWERS)))
    monkeypatch.setattr(servers, "wall_of", leaky)
    master = labs / "source" / "means" / "means.ipynb"
    code = cli.main(["grade", "--master", str(master), "--submissions", str(folder.parent), "--json"])
    (result,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (code, result["status"]) == (3, "refused")
    assert "read_shared_memory" in result["reason"]


def test_one_wall_is_attacked_once_a_process(monkeypatch) -> None:
    tried = []
    monkeypatch.setattr(walls, "probe", lambda wall, **how: tried.append(wall) or [])
    one = walls.wall_of((), 1024, {})
    file = Bind(Path(__file__), Path(__file__))
    for wall in (one, walls.wall_of((file,), 2048, {}), one):
        walls.must_hold(wall)
    assert [wall.binds for wall in tried] == [one.binds]
    walls.must_hold(leaky((), 1024, {}))
    assert len(tried) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: without it nothing is left below Landlock")
@pytest.mark.parametrize(
    ("forbidden", "code", "status", "words"),
    [
        ("namespaces", 0, "graded", ""),
        ("namespaces,landlock", 3, "refused", "this machine's wall (uid) has holes"),
    ],
)
def test_a_host_that_forbids_namespaces_grades_behind_landlock_and_behind_nothing_less(
    forbidden: str, code: int, status: str, words: str, labs: Path, answered: Callable, open_folder: Path
) -> None:
    release("means", data=open_folder, source=labs)
    hand_in(open_folder, "ada", answered(**ANSWERS))
    command = ["-m", "graders.cli", "grade", "means", "--json", "--no-collect", "--data", str(open_folder)]
    as_root = [sys.executable, "-I", str(AS_USER), "0"]  # with a Python that other users may read
    done = subprocess.run(
        [*as_root, sys.executable, "-I", str(FORBID), forbidden, sys.executable, *command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    result = json.loads(done.stdout)
    assert result["status"] == status
    assert words in result["reason"]
