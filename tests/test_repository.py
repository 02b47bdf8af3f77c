"""What the repository promises about itself: pins, help, style, notebooks, imports."""

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from catalogue.folders import CHECKOUT

PACKAGES = {
    "sandbox": set(),
    "catalogue": {"sandbox"},
    "graders": {"sandbox", "catalogue"},
    "learning_paths": {"sandbox", "catalogue"},
    "hub_config": {"sandbox", "catalogue", "graders", "learning_paths"},
}


def pins(lines: list[str]) -> dict[str, str]:
    found = (line.strip().split("==") for line in lines if "==" in line and not line.strip().startswith("#"))
    return {canonicalize_name(name): version for name, version in found}


def lock() -> dict[str, str]:
    return pins((CHECKOUT / "requirements.lock").read_text().splitlines())


def project() -> dict:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text())


def test_environment_yml_and_post_build_carry_the_pins_of_the_lock():
    conda = yaml.safe_load((CHECKOUT / "environment.yml").read_text())
    listed = pins(conda["dependencies"][-1]["pip"])
    after = pins(re.findall(r"\S+==\S+", (CHECKOUT / "postBuild").read_text()))
    assert {**listed, **after} == lock()
    assert "python=3.11" in conda["dependencies"]


def test_the_lock_satisfies_every_requirement_of_the_project():
    metadata = project()["project"]
    extras = metadata["optional-dependencies"]
    for text in metadata["dependencies"] + extras["test"] + extras["cluster"]:
        requirement = Requirement(text)
        version = lock()[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{text}: the lock has {version}; run ./academy lock"


def test_the_lock_suits_every_python_3_11():
    """Debian 12 has 3.11.2: a package that wants a later one would leave its users at the door."""
    needs = {d.name: d.metadata.get("Requires-Python") or "" for d in importlib.metadata.distributions()}
    assert [name for name, need in needs.items() if "3.11.0" not in SpecifierSet(need)] == []


def test_the_lock_is_complete():
    """Every installed package's own needs are in the lock, so that --no-deps gives a working environment."""
    answer = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    alone = {Requirement(r).name for r in project()["tool"]["academy"]["install-without-needs"]}
    complaints = [
        line
        for line in answer.stdout.splitlines()
        if ("requires" in line or "has requirement" in line) and line.split()[0] not in alone
    ]
    assert complaints == []


def test_every_dependency_has_its_reason():
    text = (CHECKOUT / "pyproject.toml").read_text()
    lines = re.findall(r'^    "[A-Za-z].*$', text, re.MULTILINE)
    without = [line for line in lines if "#" not in line]
    assert without == []


def test_style_and_format():
    for command in (["check"], ["format", "--check"]):
        answer = subprocess.run(
            [sys.executable, "-m", "ruff", *command, str(CHECKOUT)],
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
        )
        assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package):
    allowed = PACKAGES[package] | {package}
    for path in (CHECKOUT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            ours = {name.split(".")[0] for name in names} & set(PACKAGES)
            assert ours <= allowed, f"{path.relative_to(CHECKOUT)} imports {sorted(ours - allowed)}"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_outgrows_four_hundred_lines(package):
    sizes = {p.name: len(p.read_text().splitlines()) for p in (CHECKOUT / package).rglob("*.py")}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def test_readme_names_the_two_commands_and_only_verbs_that_exist():
    readme = (CHECKOUT / "README.md").read_text()
    assert "./academy hub" in readme
    assert "./academy test" in readme
    help_text = subprocess.run(
        [sys.executable, str(CHECKOUT / "academy"), "--help"], capture_output=True, text=True, check=True
    ).stdout
    lines = re.findall(r"^  ((?:\w+, )*\w+) ", help_text, re.MULTILINE)
    verbs = {verb for line in lines for verb in line.split(", ")}
    assert set(re.findall(r"\./academy (\w+)", readme)) <= verbs


def test_the_readme_shows_pictures_that_exist():
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (CHECKOUT / "README.md").read_text())
    assert len(shown) >= 4
    assert all((CHECKOUT / path).is_file() for path in shown)


def test_ci_calls_the_readmes_test_command():
    assert "exec ./academy test" in (CHECKOUT / ".ci/run").read_text()


def test_the_dockerfile_installs_from_the_lock_through_the_launcher():
    text = (CHECKOUT / "Dockerfile").read_text()
    assert "FROM python:3.11" in text
    assert re.search(r"^RUN \./academy ", text, re.MULTILINE)
    assert json.loads(re.search(r"^CMD (\[.*\])$", text, re.MULTILINE)[1])[:2] == ["./academy", "hub"]


def test_no_rule_of_a_style_sheet_lies_in_another():
    for sheet in sorted(CHECKOUT.glob("learning_paths/ui/**/*.css")):
        depth = 0
        for number, line in enumerate(sheet.read_text(encoding="utf-8").splitlines(), 1):
            assert not (depth and line.startswith(".")), (
                f"{sheet.name}:{number}: a brace is missing before {line}"
            )
            depth += line.count("{") - line.count("}")
        assert depth == 0, sheet.name
