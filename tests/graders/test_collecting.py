"""What lies in the inbound folder is others': links, pipes, floods and odd names stop nobody's collect."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graders import collecting, grade, release
from tests.graders.test_course import FULL, RIGHT, booked

pytestmark = pytest.mark.rota(3)

WHEN = "2026-11-01 12:00:00.000000 UTC"
LATER = "2026-11-02 12:00:00.000000 UTC"


@pytest.fixture(scope="module")
def released(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with `means` released."""
    folder = tmp_path_factory.mktemp("released")
    release("means", data=folder, source=labs)
    return folder


@pytest.fixture
def data(released: Path, tmp_path: Path, answered: Callable) -> Iterator[Path]:
    """Return a copy of it, with one honest submission in the inbound folder."""
    folder = tmp_path / "data"
    shutil.copytree(released, folder)
    submit(folder, "honest", answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"]))
    yield folder
    for path in (folder / "exchange" / "academy" / "inbound").rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def submit(data: Path, who: str, notebook: object = None, when: str = WHEN) -> Path:
    """Put a submission where nbgrader's submit would."""
    folder = data / "exchange" / "academy" / "inbound" / f"{who}+means+{when}+a1b2"
    folder.mkdir(parents=True)
    if notebook is not None:
        (folder / "means.ipynb").write_text(json.dumps(notebook))
    (folder / "timestamp.txt").write_text(when)
    (folder / "submission_secret.txt").write_text(f"{who:*<64}")
    folder.chmod(0o777)  # the last that nbgrader's submit does
    return folder


def collected(data: Path, labs: Path) -> dict[str, str]:
    """Grade, collecting first; the honest one must get full marks whatever else lies there."""
    results = {r.learner: r for r in grade("means", data=data, source=labs)}
    assert results["honest"].status == "graded", results
    assert booked(data, "honest") == FULL
    return {name: result.status for name, result in results.items()}


def submitted(data: Path, who: str) -> set[str]:
    folder = data / "course" / "submitted" / who / "means"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_links_pipes_and_sockets_are_left_out(
    data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = submit(data, "eve", answered())
    course = data / "course"
    for name, target in {
        "solution.ipynb": course / "source" / "means" / "means.ipynb",
        "gradebook.db": course / "gradebook.db",
        "key": data / "secrets" / "grading.key",
        "everything": data,
        "loop": folder,
        "dangling": "/nowhere",
        "zero": "/dev/zero",
    }.items():
        os.symlink(target, folder / name)
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "table.csv")
    with socket.socket(socket.AF_UNIX) as listener, monkeypatch.context() as there:
        there.chdir(folder)  # a socket's path may have 108 characters only
        listener.bind("socket")
    assert collected(data, labs) == {"honest": "graded", "eve": "graded"}
    assert submitted(data, "eve") == {"means.ipynb", "timestamp.txt", "submission_secret.txt"}


def test_a_notebook_that_is_a_link_to_the_solution_is_not_collected(data: Path, labs: Path) -> None:
    folder = submit(data, "eve")
    os.symlink(data / "course" / "source" / "means" / "means.ipynb", folder / "means.ipynb")
    assert collected(data, labs)["eve"] == "refused"


def test_a_submission_that_is_a_link_to_somebody_elses_is_none(data: Path, labs: Path) -> None:
    inbound = data / "exchange" / "academy" / "inbound"
    os.symlink(next(inbound.iterdir()), inbound / f"eve+means+{WHEN}+x")
    os.symlink(data / "course" / "source" / "means", inbound / f"mallory+means+{WHEN}+x")
    assert collected(data, labs) == {"honest": "graded"}


ODD = [
    f"..+means+{WHEN}+x",
    f".+means+{WHEN}+x",
    f".hidden+means+{WHEN}+x",
    "eve+means+never+x",
    "eve+means+99999-99-99 99:99:99 UTC+x",
    "eve+means+",
    f"+means+{WHEN}+x",
    f"a\nb+means+{WHEN}+x",
    f"{'e' * 200}+means+{WHEN}+x",
]


def test_odd_names_of_submissions_are_left_there(data: Path, labs: Path) -> None:
    inbound = data / "exchange" / "academy" / "inbound"
    for name in ODD:
        (inbound / name).mkdir()
        (inbound / name / "means.ipynb").write_text("{}")
    assert collected(data, labs) == {"honest": "graded"}
    assert all((inbound / name).is_dir() for name in ODD)
    assert not (data / "course" / "means").exists()
    assert not (data / "course" / "submitted" / "means").exists()


def test_a_file_or_a_pipe_in_the_place_of_a_submission_is_left_there(data: Path, labs: Path) -> None:
    inbound = data / "exchange" / "academy" / "inbound"
    (inbound / f"eve+means+{WHEN}+x").write_text("no folder")
    os.mkfifo(inbound / f"mallory+means+{WHEN}+x")
    assert collected(data, labs) == {"honest": "graded"}


def test_ten_thousand_files_and_odd_names_keep_the_notebook(
    data: Path, labs: Path, answered: Callable
) -> None:
    folder = submit(data, "eve", answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"]))
    for number in range(10_000):
        (folder / f"{number}").touch()
    for name in ("x" * 255, "line\nbreak", "-rf", "ü" * 100, "<script>"):
        (folder / name).write_text("x")
    (Path(os.fsdecode(os.fsencode(str(folder)) + b"/not-utf8-\xff"))).write_text("x")
    assert collected(data, labs)["eve"] == "graded"
    assert booked(data, "eve") == FULL
    assert {"means.ipynb", "submission_secret.txt"} < submitted(data, "eve")
    assert len(submitted(data, "eve")) == collecting.MOST_FILES + 1  # and the time, which is ours


def test_folders_without_end_and_large_files_are_left_out(
    data: Path, labs: Path, answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "MOST_BYTES", 1 << 20)
    folder = submit(data, "eve", answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"]))
    (folder / ("deep/" * 40)).mkdir(parents=True)
    (folder / ("deep/" * 40) / "down").write_text("x")
    with open(folder / "sparse", "wb") as file:
        file.truncate(1 << 40)
    assert collected(data, labs)["eve"] == "graded"
    assert submitted(data, "eve") == {"means.ipynb", "timestamp.txt", "submission_secret.txt"}


def test_the_time_is_the_folders_and_not_the_learners_word(
    data: Path, labs: Path, answered: Callable
) -> None:
    folder = submit(data, "eve", answered())
    (folder / "timestamp.txt").write_text("never\0")
    collected(data, labs)
    again = submit(data, "eve", answered(row_means=RIGHT["row-means"], spread=RIGHT["spread"]), when=LATER)
    (again / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    collected(data, labs)
    assert booked(data, "eve") == FULL
    assert (data / "course" / "submitted" / "eve" / "means" / "timestamp.txt").read_text() == LATER


def test_a_folder_that_cannot_be_read_stops_nobody(data: Path, labs: Path, answered: Callable) -> None:
    folder = submit(data, "eve", answered())
    (folder / "closed").mkdir(mode=0)
    folder.chmod(0)
    collected(data, labs)
