"""What people read: notebooks and data, never the answers to the predictions."""

import shutil
from pathlib import Path

import pytest

from catalogue.folders import CHECKOUT
from hub_config.errors import HubError
from hub_config.material import publish
from tests.full_disk import FOLDER, run_on_full_disk

COURSE = Path("1-mathematics/numerics-information")


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """Give a copy of a real course, with a data file beside its lessons."""
    target = tmp_path / "courses"
    shutil.copytree(CHECKOUT / "courses" / COURSE, target / COURSE)
    (target / COURSE / "table.csv").write_text("a,b\n")
    return target


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder / COURSE).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_notebooks_and_data_are_handed_out_and_answers_are_not(courses: Path, tmp_path: Path) -> None:
    publish(tmp_path / "material", courses)
    given = files(tmp_path / "material")
    assert {"01-floating-point.ipynb", "01-floating-point.zh.ipynb", "table.csv"} <= given
    assert not {name for name in given if name.endswith((".py", ".yml", ".md"))}
    assert (courses / COURSE / "checkpoints.yml").exists()


def test_what_changed_is_renewed_what_went_goes_what_is_the_same_stays(courses: Path, tmp_path: Path) -> None:
    material = tmp_path / "material"
    publish(material, courses)
    same = material / COURSE / "01-floating-point.ipynb"
    before = same.stat().st_mtime_ns
    (courses / COURSE / "table.csv").write_text("a,b\n1,2\n")
    (courses / COURSE / "03-entropy.ipynb").unlink()
    publish(material, courses)
    assert (material / COURSE / "table.csv").read_text() == "a,b\n1,2\n"
    assert not (material / COURSE / "03-entropy.ipynb").exists()
    assert same.stat().st_mtime_ns == before


def test_a_course_that_went_takes_its_folder_along(courses: Path, tmp_path: Path) -> None:
    publish(tmp_path / "material", courses)
    shutil.rmtree(courses / COURSE.parent)
    publish(tmp_path / "material", courses)
    assert list((tmp_path / "material").iterdir()) == []


PUBLISH = f"""
from pathlib import Path
from hub_config.errors import HubError
from hub_config.material import publish
try:
    publish(Path("{FOLDER}/material"))
except HubError as error:
    print(error)
"""


def test_a_disk_that_fills_up_is_named_and_not_the_lesson_that_was_being_copied() -> None:
    done = run_on_full_disk("100k", "-c", PUBLISH)
    said = done.stdout.splitlines()
    assert len(said) == 1, done.stderr  # and no draft is left
    assert said[0].startswith(f"{FOLDER}/material/")
    assert "No space left on device; free some space" in said[0]


def test_a_place_that_cannot_be_written_is_named(courses: Path, tmp_path: Path) -> None:
    (tmp_path / "material").write_text("a file")
    with pytest.raises(HubError, match="material"):
        publish(tmp_path / "material", courses)
