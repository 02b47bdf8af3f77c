"""One person's data in one file, and gone in one command; nobody else's data are touched."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from learning_paths.curriculum import Ground
from learning_paths.errors import EvidenceError
from learning_paths.evidence.handout import elsewhere, export
from learning_paths.store import Evidence, Store
from learning_paths.tables import metadata

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "ada-of-ockham"
GRADES = {"check-lse": [5.0, 5.0], "check-lse-hidden": [5.0, 5.0]}
KEY = "stable-softmax/log-sum-exp/2026-11-20T08:00:00+00:00"
ROW = Evidence(NAME, "nbgrader", KEY, "stable-softmax", "log-sum-exp", 10.0, 10.0, NOW, 0.0, GRADES)
ROWS = {
    "profiles": 2,
    "evidence": 1,
    "predictions": 1,
    "hints": 2,
    "placements": 1,
    "answers": 1,
    "plans": 1,
    "marks": 1,
}


def fill(store, name):
    store.save_profile(name, {"hours": 4}, NOW)
    store.save_profile(name, {"hours": 5}, NOW)
    store.add_evidence([replace(ROW, learner=name)], NOW)
    store.add_prediction(name, "course", "point", f"{name} says", True, NOW)
    for number in (1, 2):
        store.add_hint(name, "stable-softmax", "log-sum-exp", number, NOW)
    test = store.start_placement(name, 7, NOW)
    question = {"item": "python/loops", "item_version": "a", "variant": 1, "competency": "python"}
    store.ask(test.id, 0, **question, level="B", now=NOW)
    store.answer(test.id, 0, f"{name} thinks", False, NOW)
    store.add_plan(name, 2, 1, {"of": name}, NOW)
    store.add_mark(name, "lab:softmax", "skip", f"{name} knows", name, NOW)


@pytest.fixture
def store(store_url):
    opened = Store(store_url)
    for name in (NAME, "bob"):
        fill(opened, name)
    opened.undo_mark(opened.add_mark("bob", "lab:pca", "pin", "look", NAME, NOW).id, NAME, NOW)
    yield opened
    opened.close()


def test_an_export_has_all_rows_of_one_person_and_a_page_that_says_what_they_are(store, small, tmp_path):
    out = tmp_path / "ada.zip"
    counts = export(store, Ground(small), NAME, out, NOW)
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as pack:
        assert pack.testzip() is None
        files = {name: pack.read(name).decode() for name in pack.namelist()}
    told = {name: json.loads(text) for name, text in files.items() if name.endswith(".json")}
    assert {name.removesuffix(".json"): len(rows) for name, rows in told.items()} == {
        **ROWS,
        "traces": 1,
        "audit": 0,
        "usage": 0,
    }
    assert counts == {name: len(rows) for name, rows in told.items()}
    assert told["profiles.json"][1]["data"] == {"hours": 5}
    assert told["answers.json"][0]["answer"] == f"{NAME} thinks"
    assert "bob" not in "".join(files.values())
    page = files["index.html"]
    assert all(name in page for name in told)
    assert "grades check-lse 5/5" in page
    assert "学习证据" in page


def test_every_table_that_speaks_of_people_is_handed_out_and_erased(store):
    named = {table.name for table in metadata.sorted_tables if "learner" in table.c}
    assert set(store.everything(NAME)) == named | {"answers"} == set(ROWS)


def test_an_export_never_overwrites_and_leaves_no_half_file(store, small, tmp_path):
    out = tmp_path / "ada.zip"
    out.write_text("mine")
    with pytest.raises(EvidenceError, match=r"ada\.zip is there already"):
        export(store, Ground(small), NAME, out, NOW)
    with pytest.raises(EvidenceError, match="cannot write"):
        export(store, Ground(small), NAME, tmp_path / "nowhere/ada.zip", NOW)
    with pytest.raises(EvidenceError, match="has nothing of 'eve'"):
        export(store, Ground(small), "eve", tmp_path / "eve.zip", NOW)
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["ada.zip"]
    assert out.read_text() == "mine"


def test_nothing_of_an_erased_person_is_left_and_others_keep_all(store):
    others = store.everything("bob")
    assert store.erase(NAME) == {**ROWS, "marks of others": 2}
    assert not any(store.everything(NAME).values())
    with store.engine.connect() as connection:
        whole = [
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        ]
    assert NAME not in "".join(whole)
    (undone,) = (mark for mark in store.marks("bob", history=True) if mark.kind == "pin")
    assert (undone.made_by, undone.undone_by) == ("(erased)", "(erased)")
    for mark in others["marks"]:
        mark |= {key: "(erased)" for key in ("made_by", "undone_by") if mark[key] == NAME}
    assert store.everything("bob") == others
    assert store.erase(NAME) == {**dict.fromkeys(ROWS, 0), "marks of others": 0}


def test_the_files_of_sqlite_have_no_byte_of_an_erased_person(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    fill(store, NAME)
    fill(store, "bob")

    def held():
        return b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))

    assert NAME.encode() in held()
    store.erase(NAME)
    assert NAME.encode() not in held()
    assert b"bob" in held()
    store.close()


def test_what_the_store_does_not_reach_is_named_with_its_command(tmp_path):
    (tmp_path / "course/submitted/o'neil").mkdir(parents=True)
    (tmp_path / "exchange/academy/inbound/o'neil+softmax+time").mkdir(parents=True)
    found = {one.what: one for one in elsewhere(tmp_path, "o'neil")}
    assert {what for what, one in found.items() if one.there} == {"submissions", "handed in"}
    assert found["submissions"].command == f"rm -r '{tmp_path}/course/submitted/o'\"'\"'neil'"
    assert "db student remove 'o'\"'\"'neil' --force" in found["grades"].command
    assert "name = '\"'\"'o'\"'\"''\"'\"'neil'\"'\"''" in found["account"].command
    assert set(found) - {one.what for one in elsewhere(tmp_path, "../up")} == {
        "submissions",
        "graded submissions",
        "feedback",
        "home folder",
        "desk",
        "handed in",
    }
