"""Root in a folder that its staff write in: nothing there leads it elsewhere, and the work is done."""

import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from graders import make, release, staff
from graders.course import Course
from graders.errors import CourseError
from graders.owners import belong_to
from tests.graders.test_course import RIGHT, booked, hand_in

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
UID = 19_990
ANSWER = {"row_means": RIGHT["row-means"], "spread": RIGHT["spread"]}


@pytest.fixture(scope="module")
def released(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder in which `means` is released."""
    data = tmp_path_factory.mktemp("released")
    shutil.copytree(labs, data / "labs")
    release("means", data=data)
    return data


@pytest.fixture
def data(released: Path, answered: Callable, tmp_path: Path) -> Iterator[Path]:
    """Return one where ada and eve submitted, and whose staff are another user than root."""
    data = tmp_path / "data"
    shutil.copytree(released, data)
    data.chmod(0o700)
    for name in ("ada", "eve"):
        hand_in(data, name, answered(**ANSWER))
    for folder in ("course", "exchange"):
        belong_to(data / folder, UID)
    yield data
    staff.close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Return a file that nobody but root reads and writes."""
    place = tmp_path / "secret"
    place.write_text("root's alone")
    place.chmod(0o600)
    return place


def graded(data: Path, *options: str) -> tuple[int, dict[str, str], str]:
    """Grade `means` as root types it; return exit code, status by learner, and what was said."""
    command = [sys.executable, "-m", "graders.cli", "grade", "means", "--no-collect", "--json", *options]
    done = subprocess.run(
        [*command, "--data", str(data)], capture_output=True, text=True, timeout=300, check=False
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {one["learner"]: one["status"] for one in results}, done.stderr


def as_staff(place: Path, target: Path) -> None:
    """Put a link in the place of a file or folder, as staff can."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(target)
    os.chown(place, UID, UID, follow_symlinks=False)


def test_root_grades_as_the_user_whose_the_folder_is(data: Path) -> None:
    code, found, said = graded(data)
    assert (code, found) == (0, {"ada": "graded", "eve": "graded"}), said
    assert booked(data, "ada")
    owners = {path.lstat().st_uid for path in (data / "course").rglob("*")}
    assert owners == {UID}


@pytest.mark.parametrize("ending", ["", "-wal", "-journal", "-shm"])
@pytest.mark.parametrize("book", ["gradebook.db", "graded.db"])
def test_a_link_in_the_place_of_a_database_is_named_and_not_followed(
    data: Path, secret: Path, book: str, ending: str
) -> None:
    place = data / "course" / f"{book}{ending}"
    as_staff(place, secret)
    code, found, said = graded(data)
    assert (code, found) == (2, {})
    assert f"{place} is no plain file; put the file itself there" in said
    assert secret.read_text() == "root's alone"


@pytest.mark.parametrize("ending", ["", "-wal", "-journal"])
def test_a_link_that_comes_after_the_look_leads_nowhere(
    data: Path, secret: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graders.staff.FILES", ())
    as_staff(data / "course" / f"gradebook.db{ending}", secret)
    with suppress(CourseError):  # or there is a new gradebook in the wall's own /tmp
        staff.ask(data, "graders.releasing:released", str(data), ["means"])
    assert secret.read_text() == "root's alone"


def write_journal(book: Path, target: Path) -> None:
    """Write a journal as of a transaction over several files, which SQLite ends by deleting `target`."""
    content = book.read_bytes()
    magic, (page,) = bytes.fromhex("d9d505f920a163d7"), struct.unpack(">H", content[16:18])
    head = magic + struct.pack(">IIIII", 0, 0, len(content) // page, 512, page)
    name = os.fsencode(target)
    end = struct.pack(">I", 2**30 // page + 1) + name + struct.pack(">II", len(name), sum(name)) + magic
    book.with_name(f"{book.name}-journal").write_bytes(head.ljust(512, b"\0") + end)


def test_a_journal_deletes_no_file_that_it_names(data: Path, secret: Path, tmp_path: Path) -> None:
    book, copy = data / "course" / "gradebook.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(book)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")
    shutil.copyfile(book, copy)
    write_journal(book, secret)
    belong_to(data / "course", UID)
    assert graded(data)[1] == {"ada": "graded", "eve": "graded"}
    assert secret.exists()
    write_journal(copy, secret)  # it would have, had root opened the book
    with closing(sqlite3.connect(copy)) as opened:
        opened.execute("SELECT * FROM student").fetchall()
    assert not secret.exists()


def test_a_link_deeper_down_is_its_learners_alone(data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    as_staff(data / "course" / "autograded" / "eve", elsewhere)
    code, found, said = graded(data)
    assert (code, found) == (3, {"ada": "graded", "eve": "refused"}), said
    assert not list(elsewhere.iterdir())


def test_a_link_in_the_place_of_the_master_shows_nothing(data: Path, secret: Path) -> None:
    as_staff(data / "course" / "source" / "means" / "means.ipynb", secret)
    code, found, said = graded(data)
    assert code in (2, 3)
    assert "graded" not in found.values()
    assert "root's alone" not in said


def test_what_holds_up_the_reader_is_ended(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "REST_SECONDS", 2.0)
    helper = staff.Helper(Course(data), patience=3.0)
    with pytest.raises(CourseError, match="holds up who reads it"):
        helper.ask("time:sleep", 60)
    begun = time.monotonic()
    with pytest.raises(CourseError, match="holds up who reads it"):
        helper.ask("os:getresuid")
    assert time.monotonic() - begun < 1.0
    time.sleep(2.0)
    assert helper.ask("os:getresuid") == [UID] * 3
    assert helper.ask("os:getgroups") == []
    helper.close()


def test_a_program_runs_in_the_folder_as_its_user(data: Path, secret: Path) -> None:
    config = data / "course" / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nopen('own', 'w')\nopen({str(secret)!r}, 'a').write('staff')\n")
    program = [str(Path(sys.executable).with_name("nbgrader")), "db", "student", "list"]
    command = [sys.executable, "-m", "graders.staff", str(data), *program]
    subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert (data / "course" / "own").stat().st_uid == UID
    assert secret.read_text() == "root's alone"


def test_secrets_of_the_environment_stay_outside(data: Path) -> None:
    inside = staff.environment(Course(data), {"JUPYTERHUB_API_TOKEN": "a", "LANG": "C"})
    assert set(inside) == {"LANG", "ACADEMY_GRADING_KEY"}


def test_root_refuses_to_work_there_itself(data: Path) -> None:
    with pytest.raises(CourseError, match=f"belongs to user {UID}"):
        make(data)


def test_a_file_of_roots_with_a_second_name_stays_roots(tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    os.link(secret, folder / "mine")
    (folder / "link").symlink_to(secret)
    belong_to(folder, UID)
    assert (secret.stat().st_uid, (folder / "link").lstat().st_uid) == (0, UID)
