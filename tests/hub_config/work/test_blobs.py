"""Parts are kept whole, once, and are what their name says."""

import errno
import hashlib
import os
import time
from pathlib import Path

import pytest

from hub_config.work import blobs as module
from hub_config.work.blobs import DRAFTS, Blobs
from hub_config.work.errors import BadWork, Damaged, NoRoom, NotNow
from hub_config.work.trees import PART_BYTES
from tests.full_disk import FOLDER, run_on_full_disk


def named(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return Blobs(str(tmp_path / "blobs") if request.param == "folder" else f"memory://{tmp_path.name}")


def test_equal_content_is_kept_once_and_read_back(blobs):
    part = named(b"softmax")
    assert not blobs.has(part)
    assert blobs.size(part) is None
    assert blobs.put(part, b"softmax")
    assert not blobs.put(part, b"softmax")
    assert (blobs.has(part), blobs.size(part), blobs.get(part)) == (True, 7, b"softmax")
    blobs.drop(part)
    blobs.drop(part)
    assert not blobs.has(part)


@pytest.mark.parametrize("content", [b"", b"softmaX", b"x" * (PART_BYTES + 1)])
def test_content_that_is_not_what_its_name_says_is_refused(blobs, content):
    part = named(b"softmax") if len(content) < 9 else named(content)
    with pytest.raises(BadWork, match="submit again"):
        blobs.put(part, content)
    assert not blobs.has(part)


def test_files_are_their_owner_s_only_and_no_draft_stays(tmp_path):
    blobs = Blobs(str(tmp_path / "blobs"))
    part = named(b"x")
    blobs.put(part, b"x")
    for path in (tmp_path / "blobs").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert list((tmp_path / "blobs" / DRAFTS).iterdir()) == []


def test_a_write_that_ends_in_the_middle_leaves_no_part(tmp_path, monkeypatch):
    blobs, part = Blobs(str(tmp_path)), named(b"x")

    def fails(*_):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fsync", fails)
        with pytest.raises(NotNow, match="work is safe"):
            blobs.put(part, b"x")
    assert not blobs.has(part)
    assert list((tmp_path / DRAFTS).iterdir()) == []
    assert blobs.put(part, b"x")


def test_drafts_of_a_killed_process_go_after_a_day(tmp_path):
    blobs = Blobs(str(tmp_path))
    old, new = tmp_path / DRAFTS / "old", tmp_path / DRAFTS / "new"
    for draft in (old, new):
        draft.touch()
    os.utime(old, (time.time() - 90_000,) * 2)
    blobs.drop_drafts()
    assert list((tmp_path / DRAFTS).iterdir()) == [new]


def test_a_damaged_part_is_told_not_handed_out(tmp_path, monkeypatch):
    blobs, part = Blobs(str(tmp_path)), named(b"x")
    blobs.put(part, b"x")
    at = tmp_path / part[:2] / part
    at.write_bytes(b"y")
    with pytest.raises(Damaged, match=rf"part {part} is damaged .* backup"):
        blobs.get(part)
    at.unlink()
    with pytest.raises(Damaged, match="missing"):
        blobs.get(part)

    def worn(_: str) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(blobs._files, "cat_file", worn)
    with pytest.raises(Damaged, match="damaged"):
        blobs.get(part)


def test_a_place_that_is_away_is_not_damage(tmp_path):
    blobs, part = Blobs(str(tmp_path / "blobs")), named(b"x")
    blobs.put(part, b"x")
    (tmp_path / "blobs").rename(tmp_path / "away")
    with pytest.raises(NotNow, match="cannot be reached"):
        blobs.get(part)


def test_only_old_parts_are_called_old(tmp_path):
    blobs = Blobs(str(tmp_path))
    for content in (b"old", b"new"):
        blobs.put(named(content), content)
    os.utime(tmp_path / named(b"old")[:2] / named(b"old"), (time.time() - 90_000,) * 2)
    assert list(blobs.old()) == [named(b"old")]


def test_a_place_that_cannot_be_opened_says_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    for url in (str(tmp_path / "file" / "blobs"), "no-such-protocol://x"):
        with pytest.raises(NotNow, match=r"exchange\.blobs"):
            Blobs(url)


ON_FULL_DISK = f"""
import hashlib
from hub_config.work.blobs import Blobs
from hub_config.work.errors import NoRoom
blobs, kept = Blobs("{FOLDER}/blobs"), 0
content = [bytes([n]) * 20_000 for n in range(20)]
try:
    for one in content:
        blobs.put(hashlib.sha256(one).hexdigest(), one)
        kept += 1
except NoRoom as error:
    print(0 < kept < 20, error)
print(all(blobs.get(hashlib.sha256(one).hexdigest()) == one for one in content[:kept]))
print(blobs.has(hashlib.sha256(content[kept]).hexdigest()))
import os
print(os.listdir("{FOLDER}/blobs/drafts"))
"""


def test_a_full_disk_is_told_and_leaves_what_was_there():
    done = run_on_full_disk("100k", "-c", ON_FULL_DISK)
    first, whole, there, drafts = done.stdout.splitlines()[:4]
    assert first.startswith("True the academy's disk is full"), done.stderr
    assert "submit again" in first
    assert (whole, there, drafts) == ("True", "False", "[]")
    assert issubclass(NoRoom, Exception)
