"""What a request says of its files is believed in nothing."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_config.settings import Submissions
from hub_config.work.errors import BadWork, TooLarge, WorkError
from hub_config.work.trees import OWN_FILES, PART_BYTES, kept, of_file, read
from tests.hub_config.work.files import tree_of

MOST = Submissions(mib=4, files=5)


def said(**files: bytes) -> list[dict]:
    return tree_of({name.replace("__", "/"): content for name, content in files.items()}).data()


def test_a_folder_is_read_as_it_was_sent_and_equal_ones_have_one_digest():
    tree = tree_of({"lab.ipynb": b"{}", "data/big.bin": b"x" * (2 * PART_BYTES + 5), "empty.txt": b""})
    found = read({"files": tree.data()[::-1]}, MOST)
    assert found == tree == kept(tree.data())
    assert found.digest == tree.digest
    assert found.notebooks == ("lab",)
    assert len(found.parts) == 3  # the big file's first two are equal
    other = tree_of({"lab.ipynb": b"{ }", "data/big.bin": b"x" * (2 * PART_BYTES + 5), "empty.txt": b""})
    assert other.digest != tree.digest


def test_a_file_of_the_disk_is_described_as_one_in_memory(tmp_path):
    content = b"a" * PART_BYTES + b"b"
    (tmp_path / "x").write_bytes(content)
    assert of_file(tmp_path / "x", "x") == tree_of({"x": content}).files[0]


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "a//b",
        "./a",
        "a/.",
        "a/",
        "..",
        "a\\b",
        "a\0b",
        "a\nb",
        "a\u202eb",
        "x" * 256,
        "字" * 90,
        "/".join("abcdefghij"),
        *sorted(OWN_FILES),
    ],
)
def test_no_path_leads_out_or_hides_what_it_is(path):
    sent = said(a=b"1")
    sent[0]["path"] = path
    with pytest.raises(BadWork, match="rename or remove it"):
        read({"files": sent}, MOST)


@given(st.text(max_size=40))
def test_any_path_is_refused_or_stays_inside(path):
    sent = said(a=b"1")
    sent[0]["path"] = path
    try:
        (file,) = read({"files": sent}, MOST).files
    except WorkError:
        return
    assert not file.path.startswith("/")
    assert ".." not in file.path.split("/")
    assert file.path.isprintable()


@pytest.mark.parametrize(
    "change",
    [
        {"size": PART_BYTES + 1},
        {"size": -1},
        {"size": "1"},
        {"size": True},
        {"sha256": "0" * 64},
        {"sha256": "zz"},
        {"parts": []},
        {"parts": ["0" * 64]},
        {"parts": ["0" * 64, "1" * 64]},
        {"parts": [7]},
        {"path": 7},
        {"path": ""},
        {"mode": 511},
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change):
    sent = said(a=b"1")
    sent[0].update(change)
    with pytest.raises(BadWork):
        read({"files": sent}, MOST)


def test_parts_are_names_of_content_and_nothing_else():
    sent = said(a=b"x" * (PART_BYTES + 1))
    sent[0]["parts"][1] = "../" + "0" * 61
    with pytest.raises(BadWork, match="do not make up"):
        read({"files": sent}, MOST)


@pytest.mark.parametrize("sent", [{}, {"files": []}, {"files": None}, {"files": {"a": 1}}, {"files": [1]}])
def test_no_files_are_no_submission(sent):
    with pytest.raises(BadWork):
        read(sent, MOST)


def test_twice_the_same_path_and_a_file_that_is_a_folder_are_refused():
    with pytest.raises(BadWork, match="same path"):
        read({"files": said(a=b"1") * 2}, MOST)
    with pytest.raises(BadWork, match="'a' is both"):
        read({"files": said(a=b"1") + said(a__b=b"2")}, MOST)


def test_too_much_is_refused_by_what_it_says_already():
    with pytest.raises(TooLarge, match="6 files"):
        read({"files": [*said(a=b"", b=b"", c=b"", d=b"", e=b"", f=b"")]}, MOST)
    sent = said(a=b"")
    sent[0].update(size=5 * 2**20, parts=["0" * 64] * 5, sha256=hashlib.sha256().hexdigest())
    with pytest.raises(TooLarge, match=r"5\.0 MiB"):
        read({"files": sent}, MOST)
