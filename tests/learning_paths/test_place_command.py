"""`academy place`: the keyboard alone, both languages, one step at a time or a whole file."""

import io
import json

import pytest

from learning_paths.cli import main


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("ACADEMY_STORE", raising=False)


def place(capsys, *words: str) -> dict:
    assert main(["place", "ada", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_step_at_a_time(capsys):
    assert place(capsys)["state"] == "none"
    asked = place(capsys, "--start")
    assert place(capsys) == asked
    assert place(capsys, "--unsure")["position"] == 1
    ended = place(capsys, "--end")
    assert (ended["state"], ended["summary"]["asked"]) == ("ended", 1)


def test_a_file_of_answers(capsys, tmp_path):
    path = tmp_path / "answers.json"
    path.write_text("[null, null, null]")
    assert place(capsys, "--answers", str(path))["position"] == 3
    path.write_text('[null, {"not": "one"}]')
    assert main(["place", "ada", "--answers", str(path)]) == 2
    assert "answer 2 of" in capsys.readouterr().err
    assert place(capsys)["position"] == 4
    path.write_text("{}")
    assert main(["place", "ada", "--answers", str(path)]) == 2
    assert "holds no list" in capsys.readouterr().err


@pytest.mark.parametrize(("language", "words"), [("en", "waits for you"), ("zh", "继续")])
def test_the_keyboard_alone(capsys, monkeypatch, language, words):
    monkeypatch.setattr("sys.stdin", io.StringIO("nonsense\n?\nq\n"))
    assert main(["place", "ada", "--language", language]) == 0
    assert words in capsys.readouterr().out
    assert place(capsys)["position"] >= 1


def test_a_trial_keeps_nothing(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.stdin", io.StringIO("?\ne\n"))
    assert main(["place", "ada", "--dry-run"]) == 0
    assert "1 questions" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


def test_the_report_and_what_it_applies(capsys):
    place(capsys, "--start")
    place(capsys, "--unsure")
    assert main(["place", "--report", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(one["answers"] for one in found["items"]) == 1
    assert found["applied"] is False
    assert main(["place", "--report", "--apply"]) == 0
    assert "1 answers" in capsys.readouterr().out
    assert main(["place", "--report", "--language", "zh"]) == 0
    told = capsys.readouterr().out
    assert "水平测试的题目" in told
    assert "共 1 次回答" in told
    assert main(["place", "--apply"]) == 2
    assert "--report" in capsys.readouterr().err
