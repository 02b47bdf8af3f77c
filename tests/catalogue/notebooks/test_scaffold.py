"""New courses, lessons and labs build and run at once, are flagged as unfinished, and overwrite nothing."""

import subprocess
import sys

import pytest

from catalogue import check as check_catalogue
from catalogue import load
from catalogue.errors import CatalogueError
from catalogue.notebooks import warm
from catalogue.notebooks.build import build
from catalogue.notebooks.check import check
from catalogue.notebooks.execute import execute
from catalogue.notebooks.jobs import Way, jobs
from catalogue.notebooks.scaffold import new_course, new_lab, new_lesson
from catalogue.notebooks.units import find

SKILL = "numerics-information@B"


@pytest.fixture
def started(tmp_path):
    """A root with a new course, a second lesson and a lab."""
    new_course(tmp_path, "numbers", "1-mathematics", "Numbers in machines", SKILL)
    new_lesson(tmp_path, "numbers/02-sums", 'Sums that "cancel"', "numerics-information@I")
    new_lab(tmp_path, "stable-sums", "numbers", "Stable sums", "numerics-information@I")
    return tmp_path


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_is_new_passes_the_catalogue_builds_and_runs(started, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path_factory.mktemp("data")))
    for unit in find(started):
        build(unit)
    catalogue = load(started)
    assert list(catalogue.courses["numbers"].labs) == ["stable-sums"]
    assert [lesson.slug for lesson in catalogue.courses["numbers"].lessons] == [
        "01-numbers-in-machines",
        "02-sums",
    ]
    assert check_catalogue(catalogue).errors == ()
    try:
        outcomes = execute(jobs(find(started)), Way(), 2)
    finally:
        warm.stop()
    assert [outcome.status for outcome in outcomes] == ["passed"] * 3


def test_prompts_that_are_still_to_be_filled_are_flagged_file_by_file(started):
    for unit in find(started):
        build(unit)
    problems = check(started)
    assert all("prompts of TODO(author) are still to be filled" in problem.what for problem in problems)
    assert {problem.file.name for problem in problems} == {
        "01-numbers-in-machines.py",
        "02-sums.py",
        "stable-sums.py",
        "course.yml",
        "checkpoints.yml",
        "lab.yml",
    }
    for path in [*started.rglob("*.py"), *started.rglob("*.yml")]:
        path.write_text(path.read_text(encoding="utf-8").replace("TODO(author)", "done"), encoding="utf-8")
    for unit in find(started):
        build(unit)
    assert check(started) == []


@pytest.mark.parametrize(
    ("again", "said"),
    [
        (
            lambda root: new_course(root, "numbers", "2-artificial-intelligence", "Other", SKILL),
            "there already",
        ),
        (lambda root: new_lesson(root, "numbers/02-sums", "Other", SKILL), "02-sums is there already"),
        (lambda root: new_lab(root, "stable-sums", "numbers", "Other", SKILL), "there already"),
        (lambda root: new_course(root, "other", "6-law", "Other", SKILL), "unknown stage '6-law'"),
        (lambda root: new_course(root, "../other", "1-mathematics", "Other", SKILL), "no name of a folder"),
        (
            lambda root: new_course(root, "other", "1-mathematics", "Other", "numerics@B"),
            "unknown competency",
        ),
        (
            lambda root: new_course(root, "other", "1-mathematics", "Other", "numerics"),
            "no competency at a level",
        ),
        (
            lambda root: new_lesson(root, "number/03-more", "Other", SKILL),
            "unknown course 'number'; the nearest",
        ),
        (lambda root: new_lesson(root, "numbers/more", "Other", SKILL), "is no lesson"),
        (lambda root: new_lab(root, "other", "letters", "Other", SKILL), "unknown course 'letters'"),
    ],
)
def test_what_is_there_or_unknown_is_refused_and_nothing_is_written(started, again, said):
    before = contents(started)
    with pytest.raises(CatalogueError, match=said.replace("(", r"\(")):
        again(started)
    assert contents(started) == before


def test_a_lesson_whose_text_alone_is_there_is_not_overwritten(started):
    (started / "courses/1-mathematics/numbers/03-mine.py").write_text("# %%\nmine\n", encoding="utf-8")
    before = contents(started)
    with pytest.raises(CatalogueError, match="there already"):
        new_lesson(started, "numbers/03-mine", "Mine", SKILL)
    assert contents(started) == before


def test_a_course_file_keeps_its_comments_and_its_order(started):
    path = started / "courses/1-mathematics/numbers/course.yml"
    text = path.read_text(encoding="utf-8").replace(
        "labs: [stable-sums]", "# the labs\nlabs: [stable-sums]  # one"
    )
    path.write_text(text, encoding="utf-8")
    new_lesson(started, "numbers/03-more", "More", SKILL)
    new_lab(started, "more-sums", "numbers", "More sums", SKILL)
    after = path.read_text(encoding="utf-8")
    assert "\n# the labs\nlabs: [stable-sums, more-sums]  # one\n" in after
    assert after.index("03-more") < after.index("# the labs")


def test_the_verbs_speak(tmp_path):
    def academy(*words):
        command = [sys.executable, "-m", "catalogue.notebooks.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    words = ("--root", str(tmp_path), "--title", "Numbers", "--teaches", SKILL, "--stage", "1-mathematics")
    made = academy("new", "course", "numbers", *words)
    assert made.returncode == 0
    assert "wrote courses/1-mathematics/numbers/course.yml" in made.stdout
    assert academy("new", "course", "numbers", *words).returncode == 2
    for verb in (
        ["new", "course"],
        ["new", "lesson"],
        ["new", "lab"],
        ["notebooks", "build"],
        ["notebooks", "execute"],
    ):
        helped = academy(*verb, "--help")
        assert helped.returncode == 0
        assert "example: ./academy" in helped.stdout
