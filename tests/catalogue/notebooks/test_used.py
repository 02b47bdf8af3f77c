"""What makes a run of a notebook stale: all that it uses, and nothing else."""

import functools
import shutil
import subprocess
import sys

import nbformat
import pytest

from catalogue.folders import CHECKOUT
from catalogue.notebooks import execute as running
from catalogue.notebooks import warm
from catalogue.notebooks.build import build
from catalogue.notebooks.jobs import Way, jobs
from catalogue.notebooks.stamp import stamp
from catalogue.notebooks.units import find
from catalogue.notebooks.used import PACKAGES, imported, modules_used

KIT = "graders/kit"
LESSON = [
    "%matplotlib inline\nfrom graders import kit",
    "kit.close(1.0, 1.0)\nkit.checkpoint('x')",
    "no (python",
]


def used(*sources):
    return set(modules_used(sources))


@pytest.fixture
def checkout(tmp_path_factory):
    """A copy of our packages and the lock, to edit."""
    copy = tmp_path_factory.mktemp("checkout")
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(CHECKOUT / "requirements.lock", copy / "requirements.lock")
    return copy


@pytest.fixture
def lesson(tmp_path):
    """A notebook that compares and asks, and uses nothing else of the kit."""
    path = tmp_path / "01-lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in LESSON]), path)
    return path


def test_the_names_that_a_notebook_calls_lead_to_the_modules_behind_them():
    found = used(*LESSON)
    assert {f"{KIT}/comparisons.py", f"{KIT}/checkpoints.py", f"{KIT}/questions.py"} <= found
    assert "catalogue/notebooks/checkpoints.py" in found  # the judge, which a function of the kit imports
    others = ("metering", "kernels", "models", "training", "sheets")
    assert not found & {f"{KIT}/{name}.py" for name in others}
    assert not found & {"catalogue/__init__.py", "catalogue/checks.py", "catalogue/notebooks/engine.py"}
    assert not any(name.startswith("sandbox/") for name in found)


def test_every_name_of_the_kit_leads_somewhere():
    from graders import kit

    for name in kit.__all__:
        found = used(f"from graders import kit\nkit.{name}")
        assert found
        assert len(found) < len(list((CHECKOUT / KIT).glob("*.py"))), name


@pytest.mark.parametrize(
    ("code", "file"),
    [
        ("from graders import kit as k\nk.small_model()", "models"),  # made by the kit's __getattr__
        ("from graders.kit import traffic", "metering"),
        ("import graders.kit\ngraders.kit.draw_access(1)", "pictures"),
        ("from graders.kit.phrases import phrase_task", "phrases"),
        ("from graders.kit import phrases as p\np.TYPES", "phrases"),
    ],
)
def test_names_are_found_however_they_are_imported(code, file):
    found = used(code)
    assert f"{KIT}/{file}.py" in found
    assert f"{KIT}/sheets.py" not in found


@pytest.mark.parametrize("code", ["from graders import kit\nf(kit)", "from graders.kit import *"])
def test_what_cannot_be_told_counts_as_all_of_the_package(code):
    assert {f"{KIT}/{path.name}" for path in (CHECKOUT / KIT).glob("*.py")} <= used(code)


def test_a_name_that_nobody_knows_is_one_that_the_package_makes_at_run_time():
    assert f"{KIT}/models.py" in used("from graders import kit\nkit.new")


def test_modules_are_named_with_what_is_taken_from_them():
    assert {"graders", "graders.kit", "numpy"} <= imported(
        ["from graders import kit\nimport numpy as np", "(no"]
    )


UNRELATED = {
    "another module of the kit": (f"{KIT}/metering.py", "\nMORE = 1\n"),
    "the catalogue": ("catalogue/checks.py", "\nMORE = 1\n"),
    "the catalogue's public names": ("catalogue/__init__.py", "\nMORE = 1\n"),
    "what runs notebooks": ("catalogue/notebooks/engine.py", "\nMORE = 1\n"),
    "the sandbox": ("sandbox/wall.py", "\nMORE = 1\n"),
    "a comment in what it uses": (f"{KIT}/comparisons.py", "\n# said\n"),
    "a comment in the lock": ("requirements.lock", "\n# said\n"),
}
RELATED = {
    "what it calls": (f"{KIT}/comparisons.py", "\nMORE = 1\n"),
    "what that imports": (f"{KIT}/structure.py", "\nMORE = 1\n"),
    "the judge of predictions": ("catalogue/notebooks/checkpoints.py", "\nMORE = 1\n"),
    "a version": ("requirements.lock", "\nmore==1\n"),
}


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.mark.parametrize("what", UNRELATED)
def test_an_unrelated_edit_changes_no_stamp(what, checkout, lesson):
    before = stamp(lesson, "warm", {}, checkout)
    file, text = UNRELATED[what]
    append(checkout / file, text)
    assert stamp(lesson, "warm", {}, checkout) == before


@pytest.mark.parametrize("what", RELATED)
def test_a_related_edit_changes_the_stamp(what, checkout, lesson):
    before = stamp(lesson, "warm", {}, checkout)
    file, text = RELATED[what]
    append(checkout / file, text)
    assert stamp(lesson, "warm", {}, checkout) != before


def test_after_an_edit_only_what_uses_it_runs_again(root, checkout, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setattr(running, "stamp", functools.partial(stamp, root=checkout))
    for unit in find(root):
        build(unit)

    def statuses():
        return [outcome.status for outcome in running.execute(jobs(find(root)), Way(), 2)]

    try:
        assert (
            statuses() == ["passed"] * 3
        )  # a lesson in two languages with a checkpoint, a lab without the kit
        append(checkout / "catalogue" / "checks.py", "\nMORE = 1\n")
        assert statuses() == ["unchanged"] * 3
        append(checkout / KIT / "checkpoints.py", "\nMORE = 1\n")
        assert statuses() == ["passed", "passed", "unchanged"]
    finally:
        warm.stop()


def test_the_judge_of_predictions_loads_neither_pydantic_nor_yaml_in_a_learners_kernel():
    code = (
        "import sys; from catalogue.notebooks import checkpoints; import catalogue;"
        "print([m for m in ('pydantic', 'ruamel.yaml', 'yaml', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_of_the_catalogue_is_there():
    import catalogue

    assert [name for name in catalogue.__all__ if getattr(catalogue, name, None) is None] == []
    assert set(catalogue.__all__) <= set(dir(catalogue))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        catalogue.nothing  # noqa: B018 - asking is the test
