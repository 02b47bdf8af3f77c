"""What each role takes from which start, and the README's table of it."""

import json
import subprocess
import sys

import pytest

import catalogue
from catalogue.folders import CHECKOUT
from learning_paths.cli import main
from learning_paths.curriculum import Ground
from learning_paths.role_hours import BEGIN, README, role_hours, split, updated


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return role_hours(Ground(catalogue.load()))


def test_the_readme_has_the_table_as_it_is_counted_now(rows):
    text = README.read_text(encoding="utf-8")
    assert BEGIN in text
    assert updated(text, rows) == text, "run python -m learning_paths.role_hours"


def test_a_changed_number_changes_the_table(rows):
    text = README.read_text(encoding="utf-8")
    hours = rows[0]["starts"][0]["hours"]
    longer = [
        {**rows[0], "starts": [{**rows[0]["starts"][0], "hours": {**hours, "labs": 99.0}}] * 2},
        *rows[1:],
    ]
    assert updated(text, longer) != text
    assert updated(updated(text, longer), rows) == text


def test_every_role_and_target_has_its_starts(rows):
    known = catalogue.load()
    assert [row["id"] for row in rows] == [
        *(f"role:{name}" for name in known.roles),
        *(f"target:{name}" for name in known.targets),
    ]
    for row in rows:
        name = row["id"].partition(":")[2]
        leading = [one for one in known.migrations.values() if name in (*one.to, *one.then)]
        jobs = {f"job:{job}" for one in leading for job in one.origins}
        assert {start["id"] for start in row["starts"]} == {"without-science", "computing", *jobs}


def test_who_knows_more_never_needs_more_hours(rows):
    for row in rows:
        first, *others = row["starts"]
        for start in others:
            assert start["hours"]["study"] <= first["hours"]["study"], row["id"]
            assert all(number >= 0 for number in split(start["hours"]))


def test_the_split_adds_up(rows):
    for row in rows:
        for start in row["starts"]:
            lessons, labs, practice = split(start["hours"])
            assert lessons + labs == pytest.approx(start["hours"]["study"], abs=0.03)
            assert practice == pytest.approx(max(0, 7 * lessons - labs), abs=0.2)


def test_it_is_printed_for_people_and_programs(capsys, monkeypatch, rows):
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["hours", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == rows
    for language, words in (("en", ("Algorithm", "engineer", "%")), ("zh", ("算子开发工程师", "无理工背景"))):
        assert main(["hours", "--language", language]) == 0
        shown = capsys.readouterr().out
        assert all(word in shown for word in words)


def test_the_launcher_hands_the_word_over():
    command = [sys.executable, str(CHECKOUT / "academy"), "catalogue", "hours", "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("usage: academy catalogue hours")
