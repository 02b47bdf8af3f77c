"""The benchmark on small files in the format of the public ones."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catalogue.folders import CHECKOUT
from learning_paths.tracing.answers import Answers, folds
from tests.learning_paths.tracing.students import invented

Run = Callable[..., tuple[int, str, str]]


def write(folder: Path, name: str, answers: Answers, width: int = 4) -> None:
    """Write answers as the public files have them: one row a skill, so answers with two are split."""
    lines = []
    for who in np.unique(answers.learner):
        own = answers.of([who])
        rows, places = np.nonzero(own.skills >= 0)
        columns = own.item[rows], own.skills[rows, places], own.score[rows].astype(int)
        lines.append(f"{len(lines)},{who}" if width == 4 else str(len(rows)))
        lines += [",".join(map(str, column)) for column in columns[4 - width :]]
    (folder / f"{folder.name}_{name}1.csv").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "small"
    path.mkdir()
    answers, _ = invented(learners=60, each=15)
    part = folds(answers.learner, 3)
    for place, name in enumerate(("train", "valid", "test")):
        write(path, name, answers.where(part == place))
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The benchmark as the command line runs it: exit code, printed, errors."""
    monkeypatch.syspath_prepend(str(CHECKOUT / "benchmarks"))
    benchmark = importlib.import_module("tracing")

    def started(folder: Path, *options: str) -> tuple[int, str, str]:
        code = benchmark.main(["--data", str(folder), *options])
        return code, *capsys.readouterr()

    return started


def test_every_model_is_judged_on_the_same_unseen_students(run, folder, tmp_path):
    plot = tmp_path / "plot.svg"
    models = "item mean,IRT,PFA,BKT,DAS3H,Best-LR,BKT and IRT,as refit,hybrid"
    code, out, errors = run(
        folder, "--json", "--models", models, "--students", "10", "--draws", "1", "--plot", str(plot)
    )
    assert code == 0, errors
    found = json.loads(out)
    assert found["rows_joined"] > 50
    assert found["training"] == {"students": 40, "answers": 600}
    assert found["test"] == {"students": 20, "answers": 300}
    for judged in (found["models"], found["students"]["10"]):
        assert list(judged) == models.split(",")
        assert all(0.5 < one["auc"] < 1 and one["fit_seconds"] > 0 for one in judged.values())
    low, high = found["models"]["hybrid"]["auc_95"]
    assert low < found["models"]["hybrid"]["auc"] < high
    assert plot.read_text("utf-8").startswith("<svg")


def test_a_learner_in_training_and_test_stops_the_run(run, folder, tmp_path):
    leaky = tmp_path / "small"
    leaky.mkdir()
    for name in ("train1", "valid1"):
        (leaky / f"small_{name}.csv").write_text((folder / f"small_{name}.csv").read_text("utf-8"), "utf-8")
    (leaky / "small_test1.csv").write_text((folder / "small_train1.csv").read_text("utf-8"), "utf-8")
    code, _, errors = run(leaky, "--models", "item mean")
    assert code == 2
    assert "leak" in errors
    assert "shared=20" in errors


def test_what_cannot_be_read_is_named(run, folder, tmp_path):
    assert "small_train9.csv" in run(folder, "--fold", "9", "--models", "BKT")[2]
    broken = tmp_path / "small"
    broken.mkdir()
    (broken / "small_train1.csv").write_text("0,1\n1,2\n1,2\n1,x\n", "utf-8")
    assert "small_train1.csv:4: not a line of whole numbers" in run(broken, "--models", "BKT")[2]
    (broken / "small_train1.csv").write_text("0,1\n1,2\n1,2\n1,7\n", "utf-8")
    assert "neither 0 nor 1" in run(broken, "--models", "BKT")[2]
    (broken / "small_train1.csv").write_text("0,1\n1,2\n1\n", "utf-8")
    assert "no file of the akt format" in run(broken, "--models", "BKT")[2]
    assert "known: item mean" in run(folder, "--models", "nothing")[2]
