"""How well knowledge tracing foresees the answers of learners it has never seen, ours beside its peers.

    python benchmarks/tracing.py --data data/assist2009_pid [--format akt] [--json] [--fold 1]
        [--students 50,200,800] [--draws 3] [--models hybrid,DKT] [--plot FILE.svg]

The data are public and do not come with the academy: clone https://github.com/arghosh/AKT and point
``--data`` to one of the folders in its ``data``: ``assist2009_pid``, ``assist2015``, ``assist2017_pid``,
``statics``. Files are read as they are. Models are fitted on the learners of train and valid (what a model
chooses, it chooses by validation among them) and predict the answers of the test's learners one by one.

An answer that the file writes once for each of its skills is joined again: who sees the first of these rows
knows the others, and AUCs of .89 and more come from that. The audit says what it found in the files and stops
the run where anything is left after joining, or where learners of the test stand in training.

``fit_seconds`` has everything from arrays to model, without compiling; ``update_us`` is the time that one
more answer takes: to take up the one before and to predict it. With ``--students`` models are also fitted on
as many learners, drawn ``--draws`` times; figures are means. ECE has 15 bins of equal width.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tracing_baselines import BASELINES, Predict

from learning_paths.tracing import hybrid
from learning_paths.tracing.answers import Answers
from learning_paths.tracing.audit import audit, merged, split_rows
from learning_paths.tracing.metrics import auc, ece, interval, log_loss, picture, reliability

OURS = "hybrid"
FIELDS = ("learner", "item", "skills", "score")
PARTS = ("train", "valid", "test")
MOST_NAMELESS = 10_000_000
WARM_UP = 20
"""Learners on whom everything is compiled before the clock runs."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run it and print a table, or one JSON line."""
    given = _parser().parse_args(argv)
    try:
        figures = measure(given)
    except (OSError, ValueError) as error:
        print(f"tracing: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(figures))
    else:
        _show(figures)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of one data set")
    parser.add_argument("--format", choices=["akt"], default="akt", help="how its files are written (akt)")
    parser.add_argument("--fold", type=int, default=1, help="which of the five splits (1)")
    parser.add_argument("--students", default="50,200,800", metavar="N,…", help="smaller training sets")
    parser.add_argument("--draws", type=int, default=3, help="samples of each smaller training set (3)")
    parser.add_argument("--models", metavar="NAME,…", help="only these; all if left out")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="write our reliability plot")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    return parser


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Read, audit, fit and judge; return all figures."""
    models = _models(given.models)
    parts = {
        part: read_akt(_file(given.data, part, given.fold), nameless=-MOST_NAMELESS * place - 1)
        for place, part in enumerate(PARTS)
    }
    raw = joined(parts["train"], parts["valid"])
    training, test = merged(raw), merged(parts["test"])
    leaks = audit(training, test)
    if not leaks.clean:
        raise ValueError(f"these data leak: {leaks}; mend the files in {given.data}")
    warm = training.of(np.unique(training.learner)[:WARM_UP])
    for fit in models.values():
        fit(warm)(warm)
    figures: dict[str, Any] = {
        "data": given.data.name,
        "fold": given.fold,
        "rows_joined": int(split_rows(raw).sum() + split_rows(parts["test"]).sum()),
        "training": {"students": len(np.unique(training.learner)), "answers": len(training)},
        "test": {"students": len(np.unique(test.learner)), "answers": len(test)},
        "models": {},
        "students": {},
    }
    for name, fit in models.items():
        found, chance = _judge(fit, training, test)
        figures["models"][name] = found
        if name == OURS:
            found["auc_95"] = interval(auc, test.learner, test.score, chance)
            table = reliability(test.score, chance)
            found["reliability"] = table
            if given.plot:
                given.plot.write_text(picture(table, f"{given.data.name}, unseen students"), "utf-8")
    names = np.unique(training.learner)
    for count in (int(one) for one in given.students.split(",") if one):
        if count >= len(names):
            continue
        drawn = [
            training.of(np.random.default_rng(seed).choice(names, count, replace=False))
            for seed in range(given.draws)
        ]
        figures["students"][count] = {
            name: _mean([_judge(fit, some, test)[0] for some in drawn]) for name, fit in models.items()
        }
    return figures


def _models(chosen: str | None) -> dict[str, Callable[[Answers], Predict]]:
    every = {**BASELINES, OURS: lambda answers: hybrid.fit(answers).predict}
    if chosen is None:
        return every
    names = chosen.split(",")
    unknown = sorted(set(names) - set(every))
    if unknown:
        raise ValueError(f"--models: unknown {', '.join(unknown)}; known: {', '.join(every)}")
    return {name: every[name] for name in names}


def _judge(
    fit: Callable[[Answers], Predict], training: Answers, test: Answers
) -> tuple[dict[str, float], np.ndarray]:
    begun = time.perf_counter()
    predict = fit(training)
    fitted = time.perf_counter()
    chance = predict(test)
    done = time.perf_counter()
    return {
        "auc": auc(test.score, chance),
        "log_loss": log_loss(test.score, chance),
        "ece": ece(test.score, chance),
        "fit_seconds": fitted - begun,
        "update_us": (done - fitted) / len(test) * 1e6,
    }, chance


def _mean(found: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def _file(folder: Path, part: str, fold: int) -> Path:
    path = folder / f"{folder.resolve().name}_{part}{fold}.csv"
    if not path.is_file():
        raise ValueError(f"no file {path}; --data is a folder of https://github.com/arghosh/AKT, in data/")
    return path


def read_akt(path: Path, nameless: int = -1) -> Answers:
    """Return the answers of a file of the AKT repository.

    A learner takes three lines, or four where items have ids besides skills: a head whose last number is the
    learner's, or the number of answers where it stands alone; items; skills; right (1) or wrong (0).

    Parameters
    ----------
    nameless
        Number of the first learner without one; the others count down from it.

    Raises
    ------
    ValueError
        Naming the line that is not as it should be.
    """
    lines = [line.strip().rstrip(",") for line in path.read_text("utf-8").splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    height = _height(lines, path)
    learner, item, skill, score = [], [], [], []
    for first in range(0, len(lines), height):
        head, *rows = (
            _numbers(line, path, first + place) for place, line in enumerate(lines[first : first + height])
        )
        if not set(rows[-1]) <= {0, 1}:
            raise ValueError(f"{path}:{first + height}: an answer is neither 0 nor 1")
        # a head of one number is the number of answers, and says nothing of who it is
        learner.append(np.full(len(rows[0]), head[-1] if len(head) > 1 else nameless - first // height))
        item.append(rows[0])
        skill.append(rows[-2])
        score.append(rows[-1])
    skills = np.concatenate(skill).astype(np.int64)
    return Answers(
        np.concatenate(learner),
        np.concatenate(item).astype(np.int64),
        skills[:, None],
        np.concatenate(score).astype(float),
    )


def _height(lines: list[str], path: Path) -> int:
    """Return how many lines a learner takes: those after the head are equally long, for every learner."""
    commas = np.array([line.count(",") for line in lines])
    for height in (4, 3):
        if len(lines) and len(lines) % height == 0:
            rows = commas.reshape(-1, height)[:, 1:]
            if (rows == rows[:, :1]).all():
                return height
    raise ValueError(f"{path}: no file of the akt format: learners of three or four lines, equally long")


def _numbers(line: str, path: Path, number: int) -> list[int]:
    try:
        return [int(one) for one in line.split(",")]
    except ValueError:
        raise ValueError(f"{path}:{number + 1}: not a line of whole numbers: {line[:40]!r}") from None


def joined(one: Answers, other: Answers) -> Answers:
    """Return the answers of both."""
    return Answers(*(np.concatenate([getattr(each, name) for each in (one, other)]) for name in FIELDS))


def _show(figures: dict[str, Any]) -> None:
    print(
        f"{figures['data']}, fold {figures['fold']}: {figures['training']['answers']} answers of "
        f"{figures['training']['students']} students to learn from, {figures['test']['answers']} of "
        f"{figures['test']['students']} unseen to foresee; {figures['rows_joined']} split rows joined"
    )
    whole = {str(figures["training"]["students"]): figures["models"], **figures["students"]}
    for count, models in whole.items():
        print(f"\n{count} students      AUC  log loss    ECE   fit s  update us")
        for name, one in models.items():
            print(
                f"{name:14} {one['auc']:.4f}    {one['log_loss']:.4f} {one['ece']:.4f} "
                f"{one['fit_seconds']:7.1f} {one['update_us']:10.1f}"
            )


if __name__ == "__main__":
    sys.exit(main())
