"""An academy in one file and back: taken while others write, whole or not at all, nothing lies outside."""

import gzip
import io
import json
import os
import stat
import tarfile
import threading
import warnings

import pytest
import sqlalchemy as sa
from nbgrader.api import Gradebook
from sqlalchemy.exc import DBAPIError, SAWarning

from graders import staff
from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.errors import HubError, Refused
from hub_config.oversight.trail import Trail
from hub_config.staff_ids import STAFF_UID, give_to_staff
from hub_config.storage import databases
from hub_config.storage.backup import LAST, LIST, back_up
from hub_config.storage.cli import main
from hub_config.storage.moving import move
from hub_config.storage.restoring import restore, verify
from tests.full_disk import FOLDER, run_on_full_disk
from tests.hub_config.storage.records import everything


def nothing(*_):
    pass


def furnish(deployment):
    """Put files of each kind into an academy."""
    home = deployment.home("ada")
    home.mkdir()
    (home / "笔记.ipynb").write_text("{}")
    (home / "big.bin").write_bytes(os.urandom(2**20) * 20)
    (home / "link").symlink_to("/etc/passwd")
    os.mkfifo(home / "pipe")
    submitted = deployment.course / "submitted/ada/lab"
    submitted.mkdir(parents=True)
    (submitted / "lab.ipynb").write_text("her answer")
    submitted.chmod(0o777)
    (deployment.logs / "hub.log").write_text("long")
    (deployment.data / "academy.yml").write_text("language: zh\n")


@pytest.fixture
def saved(deployment, tmp_path):
    furnish(deployment)
    file = tmp_path / "backup.tar.gz"
    back_up(deployment, file, nothing)
    return file


def test_the_command_tells_where_it_lies_and_how_to_check_it(deployment, tmp_path, capsys):
    furnish(deployment)
    file = tmp_path / "backup.tar.gz"
    assert main(["backup", "--data", str(deployment.data), "--to", str(file)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{file}: ")
    assert "Whether it is whole: ./academy restore FILE --check" in said
    assert main(["restore", str(file), "--check"]) == 0


def test_a_backup_with_courses_can_be_restored(deployment, tmp_path):
    course = deployment.of("deep-2027")
    course.prepare_course()
    for part in databases.parts(deployment):
        part.migrate(part.url)
    back_up(deployment, tmp_path / "backup.tar.gz", nothing)
    restore(tmp_path / "backup.tar.gz", tmp_path / "again", nothing)
    again = Deployment(tmp_path / "again").of("deep-2027")
    assert all(databases.is_there(url) for url in (again.gradebook_url, again.work_url))


def test_a_backup_makes_the_same_academy(deployment, saved, tmp_path):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    found = restore(saved, tmp_path / "again", nothing)
    again = Deployment(tmp_path / "again")
    assert found.files == verify(saved, nothing).files
    assert everything(again) == everything(deployment)
    assert Accounts(again.accounts).all() == Accounts(deployment.accounts).all()
    home = again.home("ada")
    assert (home / "big.bin").read_bytes() == (deployment.home("ada") / "big.bin").read_bytes()
    assert os.readlink(home / "link") == "/etc/passwd"
    assert {path.name for path in home.iterdir()} == {"笔记.ipynb", "big.bin", "link"}
    assert stat.S_IMODE((again.course / "submitted/ada/lab").stat().st_mode) == 0o777
    for name in ("secrets/cookie-secret", "course/submitted/ada/lab/lab.ipynb", "academy.yml"):
        kept, back = deployment.data / name, again.data / name
        assert back.read_bytes() == kept.read_bytes()
        assert back.stat().st_mode == kept.stat().st_mode
    assert not (again.data / "logs").exists()
    assert stat.S_IMODE(again.data.stat().st_mode) == 0o700


def test_it_is_whole_although_somebody_writes_all_the_while(deployment, tmp_path):
    furnish(deployment)
    stop = threading.Event()

    def write():
        number = 0
        with Gradebook(deployment.gradebook_url, "academy") as book:
            while not stop.is_set():
                book.add_student(f"new-{number}")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", SAWarning)  # nbgrader's own
                    book.add_submission("lab", f"new-{number}")
                folder = deployment.home("ada") / f"new-{number}"
                folder.mkdir()
                (folder / "file").write_text("x" * 10_000)
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(deployment, tmp_path / f"{number}.tar.gz", nothing)
    finally:
        stop.set()
        writer.join()
    restore(tmp_path / "2.tar.gz", tmp_path / "again", nothing)
    with Gradebook(Deployment(tmp_path / "again").gradebook_url, "academy") as book:
        students, submissions = len(book.students), len(book.assignment_submissions("lab"))
    assert students > 40
    assert 0 <= students - submissions <= 1


def test_records_in_postgresql_are_saved_as_files_and_can_go_back(postgres, deployment, tmp_path):
    url = postgres.whole_database()
    move(deployment, url, nothing)
    saved = back_up(deployment, tmp_path / "backup.tar.gz", nothing)
    assert saved.records_from.startswith("postgresql://")
    with tarfile.open(saved.file) as tar:
        assert not [name for name in tar.getnames() if name.endswith((".url", ".moved"))]
    restore(saved.file, tmp_path / "again", nothing)
    again = Deployment(tmp_path / "again")
    assert databases.is_where(again, None)
    assert everything(again) == everything(deployment)
    trail = Trail(again.oversight_url)
    assert trail.verify().faults == ()
    with pytest.raises(DBAPIError, match="append-only"), trail.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM audit_rows"))
    trail.close()
    move(again, postgres.whole_database(), nothing)
    assert everything(again) == everything(deployment)


def test_homes_can_be_left_out(deployment, tmp_path):
    furnish(deployment)
    back_up(deployment, tmp_path / "backup.tar.gz", nothing, homes=False)
    assert not restore(tmp_path / "backup.tar.gz", tmp_path / "again", nothing).homes
    assert not (tmp_path / "again/homes").exists()
    Deployment(tmp_path / "again").prepare()


def test_what_cannot_be_written_leaves_nothing_behind(deployment, saved, tmp_path):
    verb = ("-m", "hub_config.storage.cli")
    for arguments in (
        ("backup", "--data", str(deployment.data), "--to", f"{FOLDER}/backup.tar.gz"),
        ("restore", str(saved), "--data", f"{FOLDER}/again"),
    ):
        done = run_on_full_disk("1m", *verb, *arguments)
        assert done.returncode == 2, done.stderr
        assert "No space left on device; free some space" in done.stderr
        assert not done.stdout  # no draft is left
    with pytest.raises(HubError, match="is there already"):
        back_up(deployment, saved, nothing)
    with pytest.raises(HubError, match="lies in the data folder itself"):
        back_up(deployment, deployment.data / "backup.tar.gz", nothing)
    with pytest.raises(HubError, match="there is no academy"):
        back_up(Deployment(tmp_path / "nowhere"), tmp_path / "b.tar.gz", nothing)


def test_what_is_there_is_never_overwritten(deployment, saved, tmp_path):
    before = everything(deployment)
    with pytest.raises(Refused, match="is not empty"):
        restore(saved, deployment.data, nothing)
    assert everything(deployment) == before
    (tmp_path / "empty").mkdir()
    restore(saved, tmp_path / "empty", nothing)


@pytest.mark.parametrize("left", [100, 0.5, 0.999])
def test_a_torn_file_is_told(saved, tmp_path, left):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(left if left >= 1 else len(whole) * left)])
    for act in (lambda: verify(saved, nothing), lambda: restore(saved, tmp_path / "again", nothing)):
        with pytest.raises(HubError, match=r"is no whole backup"):
            act()
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".again*"))


def test_a_changed_file_is_told(saved, tmp_path):
    packed = gzip.decompress(saved.read_bytes())
    assert packed.count(b"her answer") == 1
    saved.write_bytes(gzip.compress(packed.replace(b"her answer", b"my answer."), 1))
    with pytest.raises(HubError, match=r"submitted/ada/lab/lab.ipynb is not as it was"):
        restore(saved, tmp_path / "again", nothing)
    assert not (tmp_path / "again").exists()


def _member(name, kind=tarfile.REGTYPE, link=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


@pytest.mark.parametrize(
    "members",
    [
        [_member("../out")],
        [_member("/tmp/out")],
        [_member("a/../../out")],
        [_member("away", tarfile.SYMTYPE, ".."), _member("away/out")],
        [_member("away", tarfile.LNKTYPE, "/etc/passwd")],
        [_member("device", tarfile.CHRTYPE)],
        [_member("no-such-folder/out")],
    ],
)
def test_nothing_is_written_outside(members, tmp_path):
    file = tmp_path / "odd.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO())
    with pytest.raises(HubError, match="is no whole backup"):
        restore(file, tmp_path / "again", nothing)
    assert {path.name for path in tmp_path.iterdir()} == {"odd.tar.gz"}


def test_a_file_of_another_kind_or_format_is_told(tmp_path):
    (tmp_path / "text").write_text("hello")
    with pytest.raises(HubError, match="is no whole backup"):
        verify(tmp_path / "text", nothing)
    with tarfile.open(tmp_path / "new.tar.gz", "w:gz") as tar:
        content = b'{"format": 99}'
        member = _member(LIST)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    with pytest.raises(HubError, match="of format 99; update the academy"):
        verify(tmp_path / "new.tar.gz", nothing)
    for file in (tmp_path / "none", tmp_path):
        with pytest.raises(HubError, match=r"No such file|Is a directory"):
            restore(file, tmp_path / "again", nothing)
        with pytest.raises(HubError, match=r"cannot read .*(No such file|Is a directory)"):
            verify(file, nothing)


@pytest.mark.parametrize("content", [b"[]", b'{"format": 1}', b'{"format": 1, "files": 3}', b"{"])
def test_a_list_that_is_none_is_told(content, tmp_path):
    with tarfile.open(tmp_path / "odd.tar.gz", "w:gz") as tar:
        for member, held in ((_member("kept"), b""), (_member(LIST), content)):
            member.size = len(held)
            tar.addfile(member, io.BytesIO(held))
    with pytest.raises(HubError, match="is no whole backup"):
        verify(tmp_path / "odd.tar.gz", nothing)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.9])
def test_a_flipped_byte_is_told(saved, share):
    flipped = bytearray(saved.read_bytes())
    flipped[int(len(flipped) * share)] ^= 0xFF
    saved.write_bytes(flipped)
    with pytest.raises(HubError, match=r"is no whole backup"):
        verify(saved, nothing)


def test_records_that_cannot_be_read_are_told_and_leave_no_half_backup(deployment, tmp_path):
    (deployment.data / "store.sqlite").write_bytes(b"torn" * 2000)
    with pytest.raises(HubError, match=r"cannot read the records in SQLite files .*not a database"):
        back_up(deployment, tmp_path / "backup.tar.gz", nothing)
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%20b"])
def test_a_folder_whose_name_an_address_reads_otherwise_is_refused(tmp_path, name):
    with pytest.raises(HubError, match="name another folder"):
        Deployment(tmp_path / name)


def test_a_backup_leaves_a_note_that_is_in_no_backup(deployment, saved, tmp_path):
    note = json.loads((deployment.hub / LAST).read_text())
    assert (note["file"], note["bytes"]) == (str(saved), saved.stat().st_size)
    again = tmp_path / "again.tar.gz"
    back_up(deployment, again, nothing)
    with tarfile.open(again) as tar:
        assert not [name for name in tar.getnames() if name.endswith(LAST)]
    assert json.loads((deployment.hub / LAST).read_text())["file"] == str(again)


def test_a_folder_that_becomes_a_link_while_it_is_read_is_left_out(deployment, tmp_path):
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / "file").write_text("nobody's here")
    for name in ("a", "z"):
        folder = deployment.course / "submitted" / name
        folder.mkdir(parents=True)
        (folder / "file").write_text("an answer")

    def swapped(name):
        if name == "course/submitted/a/file":
            (deployment.course / "submitted/z/file").unlink()
            (deployment.course / "submitted/z").rmdir()
            (deployment.course / "submitted/z").symlink_to(secret)

    back_up(deployment, tmp_path / "backup.tar.gz", swapped)
    with tarfile.open(tmp_path / "backup.tar.gz") as tar:
        assert "course/submitted/a/file" in tar.getnames()
        assert "course/submitted/z/file" not in tar.getnames()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_root_copies_a_gradebook_as_the_user_whose_it_is(deployment, tmp_path):
    before, secret = everything(deployment), tmp_path / "secret"
    secret.write_text("root's alone")
    give_to_staff(deployment)
    file = tmp_path / "backup.tar.gz"
    back_up(deployment, file, nothing)
    again = Deployment(tmp_path / "again")
    restore(file, again.data, nothing)
    assert everything(again) == before
    for at in (deployment, again):
        assert {path.stat().st_uid for path in (at.course, *at.course.rglob("*"))} == {STAFF_UID}
    assert not list(deployment.course.glob(".*"))
    journal = deployment.course / "gradebook.db-journal"
    journal.symlink_to(secret)
    with pytest.raises(HubError, match=f"{journal} is no plain file; put the file itself there"):
        back_up(deployment, tmp_path / "next.tar.gz", nothing)
    assert secret.read_text() == "root's alone"
    staff.close()
