"""Lessons in the learner's home: whole, theirs, never overwritten."""

import json
import shutil

import pytest

from learning_paths.ui.errors import UIError
from learning_paths.ui.lessons import open_lesson, opened_lessons

FLOATS = "lesson:numerics-information/01-floating-point"


@pytest.fixture
def material(tree, tmp_path):
    """A copy of the courses that a test may change."""
    return shutil.copytree(tree / "courses", tmp_path / "courses")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def source(material, name="01-floating-point.ipynb"):
    return material / "1-mathematics/numerics-information" / name


def test_what_the_learner_changed_is_never_overwritten(material, home):
    opened = open_lesson(FLOATS, material, home)
    (home / opened.path).write_text("my own notes")
    again = open_lesson(FLOATS, material, home)
    assert (again.new, again.outdated) == (False, False)
    source(material).write_text(source(material).read_text() + " ")
    assert open_lesson(FLOATS, material, home).outdated
    assert (home / opened.path).read_text() == "my own notes"


def test_the_newer_text_comes_beside_what_the_learner_changed(material, home):
    opened = open_lesson(FLOATS, material, home)
    (home / opened.path).write_text("my own notes")
    newer = source(material).read_text() + " "
    source(material).write_text(newer)
    beside = open_lesson(FLOATS, material, home, beside=True)
    assert beside.path == "lessons/numerics-information/01-floating-point.new.ipynb"
    assert (home / beside.path).read_text() == newer
    assert (home / opened.path).read_text() == "my own notes"
    assert not open_lesson(FLOATS, material, home).outdated
    assert opened_lessons(home) == {FLOATS: opened.path}


def test_what_the_learner_did_not_touch_is_brought_up_to_date(material, home):
    opened = open_lesson(FLOATS, material, home)
    newer = source(material).read_text().replace("Floating", "Sinking")
    source(material).write_text(newer)
    (source(material, "data") / "more.csv").write_text("a\n1\n")
    assert not open_lesson(FLOATS, material, home).outdated
    assert (home / opened.path).read_text() == newer
    assert (home / "lessons/numerics-information/data/more.csv").read_text() == "a\n1\n"


def test_a_file_of_the_learners_own_in_its_place_stays(material, home):
    folder = home / "lessons/numerics-information"
    folder.mkdir(parents=True)
    (folder / "01-floating-point.ipynb").write_text("was here first")
    assert not open_lesson(FLOATS, material, home).new
    assert (folder / "01-floating-point.ipynb").read_text() == "was here first"


def test_a_renamed_copy_gives_way_to_a_fresh_one(material, home):
    opened = open_lesson(FLOATS, material, home)
    (home / opened.path).rename(home / "kept.ipynb")
    assert open_lesson(FLOATS, material, home).new


def test_a_broken_record_counts_all_files_as_the_learners(material, home):
    opened = open_lesson(FLOATS, material, home)
    record = (home / opened.path).with_name(".copied.json")
    for broken in ("{", "[1]", '"x"'):
        record.write_text(broken)
        assert not open_lesson(FLOATS, material, home).new
    assert json.loads((home / opened.path).read_text())["cells"]


def test_answers_and_sources_stay_behind(material, home):
    open_lesson(FLOATS, material, home)
    names = {path.name for path in (home / "lessons").rglob("*") if path.is_file()}
    assert names == {"01-floating-point.ipynb", "loss.csv", ".copied.json"}


def test_a_home_that_cannot_take_it_keeps_nothing_half_written(material, home):
    (home / "lessons").write_text("a file where the folder should be")
    with pytest.raises(UIError, match="cannot write the lesson") as caught:
        open_lesson(FLOATS, material, home)
    assert caught.value.status == 507
    assert [path.name for path in home.iterdir()] == ["lessons"]


def test_links_out_of_the_material_are_not_followed_by_name(material, home, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/01-secret.ipynb").write_text("secret")
    for unit in (
        "lesson:../secret/01-secret",
        "lesson:secret/01-secret",
        "lesson:numerics-information/01-secret",
    ):
        with pytest.raises(UIError):
            open_lesson(unit, material, home)
    assert opened_lessons(home) == {}
