"""Every command that a page or a help text shows is one that works as it stands there."""

import argparse
import contextlib
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import catalogue.cli
import graders.cli
import hub_config.cli
import hub_config.courses_cli
import hub_config.kubernetes.cli
import hub_config.oversight.cli
import hub_config.storage.cli
import hub_config.work.cli
import learning_paths.cli
from catalogue.folders import CHECKOUT

PAGES = sorted(p for p in CHECKOUT.rglob("*.md") if ".venv" not in p.parts and not p.name.endswith(".zh.md"))
IN_PAGES = re.compile(r"`\./academy ([^`\n]+)`|^(?:\w+=\S+ )?\./academy (.+)$", re.MULTILINE)
IN_HELP = re.compile(r"\./academy ([a-z].*?)(?:\s{2,}.*)?$", re.MULTILINE)
CLIS: dict[str, ModuleType] = {
    **dict.fromkeys(("catalogue", "notebooks", "new"), catalogue.cli),
    **dict.fromkeys(("release", "grade", "prove", "mutate"), graders.cli),
    **dict.fromkeys(("plan", "place", "evidence", "refit"), learning_paths.cli),
    **dict.fromkeys(("backup", "restore", "move"), hub_config.storage.cli),
    "hub": hub_config.cli,
    "cluster": hub_config.kubernetes.cli,
    **dict.fromkeys(("audit", "usage"), hub_config.oversight.cli),
    **dict.fromkeys(("deadline", "extend", "work"), hub_config.work.cli),
    "course": hub_config.courses_cli,
}
LAUNCHERS = {"test", "lock", "doctor", "--help"}  # these are tried in test_launcher
QUICK = {"plan", "catalogue", "new"}  # these answer at once and write where --root or -o says


def outcome(words: list[str], *, only_parse: bool) -> int:
    """Run a command, or only read its words, and return the exit code."""
    if words[:2] == ["catalogue", "hours"]:  # the launcher hands this one word on
        words = words[1:]
    cli = learning_paths.cli if words[0] == "hours" else CLIS[words[0]]
    try:
        if only_parse:
            cli._parser().parse_args(words)
            return 0
        return cli.main(words)
    except SystemExit as left:
        return left.code


def outlined(words: list[str]) -> list[list[str]]:
    """Return a command; of an outline like ``new course|lesson …`` the help of each verb that it names."""
    place = next((i for i, word in enumerate(words) if "|" in word), None)
    if place is None:
        return [words]
    return [[*words[:place], verb, "--help"] for verb in words[place].split("|")]


def in_pages() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for match in IN_PAGES.finditer(page.read_text(encoding="utf-8")):
            words = shlex.split(match[1] or match[2], comments=True)
            for one in outlined(words):
                yield page.relative_to(CHECKOUT).as_posix(), one


def paths_of(parser: argparse.ArgumentParser) -> Iterator[list[str]]:
    """Yield the words that lead to a parser and to each one below it."""
    yield []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from ([name, *words] for words in paths_of(below))


def in_help() -> Iterator[tuple[str, list[str]]]:
    for cli in dict.fromkeys(CLIS.values()):
        for words in filter(None, paths_of(cli._parser())):
            shown = io.StringIO()
            with contextlib.redirect_stdout(shown), pytest.raises(SystemExit):
                cli.main([*words, "--help"])
            text = re.sub(r"\n(?=[a-z])", " ", shown.getvalue().rpartition("example")[2])
            for match in IN_HELP.finditer(text):
                yield f"{' '.join(words)} --help", shlex.split(match[1])


def test_commands_are_found_in_pages_and_in_help():
    assert {words[0] for _, words in in_pages()} > {"hub", "plan", "grade", "new", "notebooks"}
    assert {where for where, _ in in_help()} > {"new lesson --help", "plan --help", "hub --help"}


@pytest.mark.parametrize("source", [in_pages, in_help])
def test_every_command_shown_is_understood(source):
    for where, words in source():
        if words[0] not in LAUNCHERS:
            assert outcome(words, only_parse=True) == 0, f"{where}: ./academy {' '.join(words)}"


def is_quick(words: list[str]) -> bool:
    return words[0] in QUICK and "--help" not in words and not any(re.search("[A-Z]{4}", w) for w in words)


@pytest.mark.parametrize("source", [in_pages, in_help])
def test_what_answers_at_once_answers_as_shown(source, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, (where, words) in enumerate(source()):
        if not is_quick(words):
            continue
        if words[0] == "new":
            root = tmp_path / str(number)
            shutil.copytree(CHECKOUT / "courses", root / "courses")
            words = [*words, "--root", str(root)]
        allowed = (0, 1) if "--strict" in words else (0,)
        assert outcome(words, only_parse=False) in allowed, f"{where}: ./academy {' '.join(words)}"
