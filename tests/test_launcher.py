"""The one command, from any folder, on a machine that has or lacks what it needs."""

import json
import os
import re
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from catalogue.folders import CHECKOUT
from tests.full_disk import FOLDER, run_on_full_disk

LAUNCHER = CHECKOUT / "academy"


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(LAUNCHER), *arguments], capture_output=True, text=True, timeout=120, **options
    )


@pytest.fixture
def launcher(tmp_path, monkeypatch) -> ModuleType:
    """Give the launcher as a module whose checkout is an empty folder with a lock."""
    loader = SourceFileLoader("academy_launcher", str(LAUNCHER))
    # the launcher is a script beside other scripts: its bytecode has no place in the checkout
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    for name, path in {"CHECKOUT": "", "LOCK": "requirements.lock", "VENV": ".venv"}.items():
        monkeypatch.setattr(module, name, tmp_path / path)
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv/academy-stamp")
    (tmp_path / "requirements.lock").write_text("six==1.17.0\n")
    (tmp_path / "pyproject.toml").write_text("")
    return module


def test_the_help_fits_a_screen_and_names_every_verb(launcher):
    answer = run("--help")
    assert answer.returncode == 0
    assert len(answer.stdout.splitlines()) <= 24
    lines = re.findall(r"^  ((?:\w+, )*\w+)  ", answer.stdout, re.MULTILINE)
    assert [verb for line in lines for verb in line.split(", ")] == list(launcher.VERBS)


def test_no_verb_is_usage():
    assert run().returncode == 2


def test_an_unknown_verb_is_named_with_the_next_step():
    answer = run("hubb")
    assert answer.returncode == 2
    assert "hubb" in answer.stderr
    assert "--help" in answer.stderr


@pytest.mark.parametrize(
    "verb",
    [
        "hub",
        "cluster",
        "test",
        "doctor",
        "catalogue",
        "notebooks",
        "new",
        "plan",
        "place",
        "evidence",
        "refit",
        "release",
        "grade",
        "prove",
        "mutate",
        "backup",
        "restore",
        "move",
        "audit",
        "usage",
        "deadline",
        "extend",
        "work",
        "course",
        "lock",
    ],
)
def test_each_verb_explains_itself_from_any_folder(verb, tmp_path):
    answer = run(verb, "--help", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert f"academy {verb}" in answer.stdout
    assert "example" in answer.stdout.lower()


def test_a_current_environment_is_recognised_without_starting_a_process(launcher, tmp_path, monkeypatch):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    (tmp_path / ".venv/academy-stamp").write_text(launcher.wanted_stamp())
    monkeypatch.setattr(launcher.subprocess, "run", pytest.fail)
    launcher.ensure_environment()


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_makes_the_environment_stale(launcher, tmp_path, changed):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    (tmp_path / ".venv/academy-stamp").write_text(launcher.wanted_stamp())
    assert launcher.is_current()
    (tmp_path / changed).write_text("attrs==26.1.0\n")
    assert not launcher.is_current()


def test_a_pin_that_the_project_no_longer_allows_is_not_kept(launcher, tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        'project = {dependencies = ["six<1.17"], optional-dependencies = {test = ["ruff"]}}\n'
        "tool = {academy = {install-without-needs = []}}\n"
    )
    pins = json.dumps({"six": "1.17.0", "ruff": "0.17.0", "attrs": "26.1.0"})
    command = [sys.executable, "-c", launcher.READ_PROJECT, str(tmp_path / "pyproject.toml"), pins]
    wanted, alone, kept = json.loads(subprocess.check_output(command))
    assert (wanted, alone) == (["six<1.17", "ruff"], [])
    assert kept == {"ruff": "0.17.0", "attrs": "26.1.0"}


def test_too_little_disk_is_said_before_anything_is_made(launcher, tmp_path, monkeypatch):
    monkeypatch.setattr(launcher, "DISK_NEEDED_GIB", 10**6)
    with pytest.raises(launcher.SetupError, match="GiB free"):
        launcher.ensure_environment()
    assert not (tmp_path / ".venv").exists()


def test_a_failing_index_is_explained_and_leaves_no_stamp(launcher, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    with pytest.raises(launcher.SetupError, match=r"(?s)six.*run the command again"):
        launcher.ensure_environment()
    assert not launcher.is_current()


def test_without_python_311_it_says_what_to_install(launcher, monkeypatch, tmp_path):
    monkeypatch.setattr(launcher.sys, "executable", "")
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(launcher.SetupError, match=r"python3\.11"):
        launcher.find_python()


def test_a_verb_that_is_added_is_held_to_the_same(launcher):
    (explained,) = (m.args[1] for m in test_each_verb_explains_itself_from_any_folder.pytestmark)
    assert set(explained) == set(launcher.VERBS)


WRITE_LOCK = f"""
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
sys.dont_write_bytecode = True
launcher = SourceFileLoader("academy_launcher", {str(LAUNCHER)!r}).load_module()
path = Path("{FOLDER}/requirements.lock")
path.write_text("six==1.17.0")
try:
    launcher.write_whole(path, "x" * 100_000)
except OSError as error:
    print(error.strerror, path.read_text())
"""


def test_a_lock_that_cannot_be_written_leaves_the_old_one_and_no_draft():
    done = run_on_full_disk("40k", "-W", "ignore", "-c", WRITE_LOCK)
    assert done.stdout == "No space left on device six==1.17.0\n", done.stderr


def test_the_doctor_answers_in_lines_and_in_json():
    lines = run("doctor")
    assert "Python" in lines.stdout
    findings = json.loads(run("doctor", "--json").stdout)
    names = {finding["name"] for finding in findings}
    assert {"Python", "disk", "memory", "walls around learners", "GPU"} <= names
    for finding in findings:
        assert finding["state"] in {"ok", "lacking", "optional"}
        assert finding["state"] != "lacking" or finding["mend"], finding


def test_the_launcher_needs_only_the_standard_library():
    code = (
        "import sys; from importlib.machinery import SourceFileLoader as L; before = set(sys.modules);"
        f"sys.dont_write_bytecode = True; L('academy_launcher', {str(LAUNCHER)!r}).load_module();"
        "new = {m.split('.')[0] for m in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names) - {'academy_launcher'}))"
    )
    answer = subprocess.run(
        [sys.executable, "-S", "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert answer.stdout.strip() == "[]"


def test_a_part_of_the_suite_that_hangs_says_where_and_fails(launcher, monkeypatch, capsys):
    part = launcher.CHECKOUT / "test_slow.py"
    part.write_text("import time\n\n\ndef test_it():\n    time.sleep(600)\n")
    monkeypatch.setattr(launcher, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(launcher, "PART_SECONDS", 5)
    assert launcher.prove_part([part])
    assert "in test_it" in capsys.readouterr().out


def test_after_ctrl_c_no_further_part_of_the_suite_begins(launcher, monkeypatch):
    for name in "abcdef":
        (launcher.CHECKOUT / "tests" / name).mkdir(parents=True)
        (launcher.CHECKOUT / "tests" / name / f"test_{name}.py").touch()
    (launcher.CHECKOUT / "tests" / "test_top.py").touch()
    begun = []

    def part_that_is_stopped(part):
        begun.append(part)
        if len(begun) == 1:
            raise KeyboardInterrupt
        time.sleep(0.3)
        return 0

    monkeypatch.setattr(launcher, "prove_part", part_that_is_stopped)
    with pytest.raises(KeyboardInterrupt):
        launcher.prove_all()
    assert len(begun) < 5
