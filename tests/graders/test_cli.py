"""The verbs: help with an example, one line for bad input, exit codes."""

import re
from pathlib import Path

import pytest

from graders import cli
from tests.full_disk import FOLDER, run_on_full_disk

VERBS = ("release", "grade", "prove", "mutate")


@pytest.mark.parametrize("verb", VERBS)
def test_help_fits_a_screen_and_has_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([verb, "--help"])
    text = capsys.readouterr().out
    assert left.value.code == 0
    assert f"./academy {verb}" in text
    assert len(text.splitlines()) < 30


@pytest.mark.parametrize(
    "arguments",
    [
        ["grad"],
        ["grade", "--learners", "x"],
        ["grade", "--watch", "--force"],
        ["grade", "--watch", "--master", "x.ipynb", "--submissions", "x"],
        ["mutate", "x", "--most", "0"],
        [],
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_bad_input_is_one_line_without_a_traceback(
    tmp_path: Path, labs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("graders.course.CHECKOUT", labs.parent)
    for arguments, words in {
        ("release", "nothing"): "no lab nothing",
        ("grade", "means"): "./academy release means",
        ("mutate", "nothing"): "no lab 'nothing'",
    }.items():
        data = ["--data", str(tmp_path)] if arguments[0] != "mutate" else []
        assert cli.main([*arguments, *data]) == 2
        err = capsys.readouterr().err.strip()
        assert err.startswith("academy: ")
        assert words in err
        assert len(err.splitlines()) == 1


def test_an_academy_without_labs_or_submissions_says_so(
    tmp_path: Path, labs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("graders.course.CHECKOUT", labs.parent)
    assert cli.main(["grade", "--data", str(tmp_path)]) == 2
    assert f"no lab is released in {tmp_path}/course; ./academy release" in capsys.readouterr().err
    assert cli.main(["release", "means", "--data", str(tmp_path)]) == 0
    assert cli.main(["grade", "--json", "--data", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert shown.err.strip().endswith("nobody submitted anything yet")


@pytest.mark.parametrize("size", ["24k", "200k", "500k"], ids=["course", "copy", "nbgrader"])
def test_a_full_disk_is_one_line_that_names_itself_and_leaves_no_draft(size: str) -> None:
    done = run_on_full_disk(size, "-m", "graders.cli", "release", "stable-softmax", "--data", FOLDER)
    assert done.returncode == 2
    assert re.fullmatch("academy: .*no space left on device.*", done.stderr.strip(), re.IGNORECASE)
    assert "Traceback" not in done.stderr
    assert "left " not in done.stdout


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("graders.proof.prove", interrupted)
    assert cli.main(["prove", "means"]) == 130
