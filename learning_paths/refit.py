"""Fitting the model of mastery on the academy's own evidence, and choosing it only where it foresees better.

Every graded task is foreseen from what was known of its learner before it: by the first day's model and by
the hybrid of `fitted`, fitted on other learners (cross-validation over learners). The one with the lower log
loss is kept, with a card. Answers of placement tests, certificates and work elsewhere move what is believed
and are not themselves foreseen: they come with chances of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from learning_paths.curriculum import Ground
from learning_paths.errors import RefitError
from learning_paths.evidence.gradebook import SOURCE
from learning_paths.evidence.replay import prior
from learning_paths.evidence.weighing import piece, weighed
from learning_paths.fitted import COLUMNS, FIRST_DAY, HYBRID, KIND, SIGNS, Fitted, columns
from learning_paths.mastery import LEVELS, Array, Observation, State
from learning_paths.store import Model, Store
from learning_paths.tracing import regression
from learning_paths.tracing.answers import Answers, Floats, Ints, folds, sigmoid
from learning_paths.tracing.metrics import auc, ece, interval, log_loss, reliability
from learning_paths.tracing.regression import Layout, Penalty

ENOUGH = 500
"""Learners with graded work from whom on a fitted model is tried."""
FOLDS = 5
PENALTY = Penalty(dense=1.0, item=2.0, skill=0.5)
EXPECTED = np.array([0.8, 0.0, 0.0, 0.0, 0.0, 0.0])
"""Coefficients are drawn to these: without data the hybrid says what the first day's model does."""

LEAST_DEVIATION = 0.05

LIMITS = {
    "en": (
        "Foresees graded tasks of this academy's learners; says nothing about other work.",
        "A level that no task proves is only known through its competency and its level's effect.",
        "Grades that came with help look like mastery.",
        "Fitted once: it does not follow changes of courses, labs or learners until the next refit.",
    ),
    "zh": (
        "仅预测本学院学员在评分任务上的表现，不说明其他工作。",
        "没有任务证明的级别只能通过能力项与级别的总体效应推断。",
        "在他人帮助下取得的分数会被视为掌握。",
        "模型一次拟合而成，课程、实验或学员发生变化后，须重新拟合才能反映。",
    ),
}


@dataclass(frozen=True, slots=True)
class Graded:
    """Graded tasks with what was known before each.

    Parameters
    ----------
    learner, task, competency, level
        Numbers, ``(N,)`` each.
    score
        Share of the points, ``(N,)``.
    seen
        Columns of the hybrid, ``(N, 6)``.
    first_day
        What the first day's model expected, ``(N,)``.
    days
        When each was handed in, ``(N,)``.
    """

    learner: Ints
    task: Ints
    competency: Ints
    level: Ints
    score: Floats
    seen: Array
    first_day: Floats
    days: Floats


def collect(store: Store, ground: Ground, now: datetime) -> Graded:
    """Return all graded tasks of a store, each with what was known of the learner before it."""
    found = []
    tasks: dict[tuple[str, str], int] = {}
    for number, name in enumerate(store.learners()):
        state = State(prior(store, ground, name), ground.half_life, ground.implied)
        works = [
            (seen, tasks.setdefault(piece(row), len(tasks)) if row.source == SOURCE else None)
            for row, seen in weighed(store.evidence(name), ground, now)
        ]
        found += [(number, *one) for one in foreseen(state, works)]
    if not found:
        raise RefitError("no-graded")
    return table(found)


def table(rows: Iterable[tuple[Any, ...]]) -> Graded:
    """Return graded tasks from rows of learner and what `foreseen` yields."""
    learner, task, seen, columns_before, expected = zip(*rows, strict=True)
    return Graded(
        np.array(learner, dtype=np.int64),
        np.array(task, dtype=np.int64),
        np.array([one.competency for one in seen], dtype=np.int64),
        np.array([one.level for one in seen], dtype=np.int64),
        np.array([one.score for one in seen], dtype=float),
        np.array(columns_before),
        np.array(expected),
        np.array([one.day for one in seen]),
    )


def foreseen(
    state: State, works: Iterable[tuple[Observation, int | None]]
) -> Iterator[tuple[int, Observation, Array, float]]:
    """Yield each graded task, with the hybrid's columns and the first day's expected score before it.

    Parameters
    ----------
    works
        Observations with the number of their task; None for what is taken up and not foreseen.
    """
    for seen, task in sorted(works, key=lambda work: (work[0].day, astuple(work[0]))):
        if task is not None:
            known = state.mastery(seen.day).now
            believed = float(known[seen.competency, seen.level])
            before = columns(state, known, state.ability(seen.day))[seen.competency, seen.level]
            yield task, seen, before, believed * (1.0 - seen.slip) + (1.0 - believed) * seen.guess
        state.take(seen)


def fit(graded: Graded, names: Sequence[str]) -> tuple[Fitted, Floats]:
    """Return the model of graded tasks, and the effect of each task, ``(tasks,)``.

    Parameters
    ----------
    names
        Ids of the competencies, by row.
    """
    layout = Layout(len(COLUMNS), int(graded.task.max()) + 1, len(names) + LEVELS)
    scale = np.maximum(graded.seen.std(axis=0), LEAST_DEVIATION)
    weights = regression.fit(
        _answers(graded, len(names)),
        graded.seen / scale,
        layout,
        PENALTY,
        expected=EXPECTED * scale,
        signs=SIGNS,
    )
    intercept, of_columns, of_tasks, of_skills, *_ = layout.parts(weights)
    # an answer has two skills, its competency and its level, of which the regression takes the mean
    with_work = np.unique(graded.competency)
    effects = {names[row]: float(of_skills[row] / 2) for row in with_work}
    return Fitted(float(intercept[0]), of_columns / scale, effects, of_skills[len(names) :] / 2), of_tasks


def predict(model: Fitted, of_tasks: Floats, graded: Graded, names: Sequence[str]) -> Floats:
    """Return the expected score of each graded task, ``(N,)``."""
    effects = np.array([model.competencies.get(name, 0.0) for name in names])
    tasks = np.append(of_tasks, np.zeros(max(0, int(graded.task.max()) + 1 - len(of_tasks))))
    return sigmoid(
        graded.seen @ model.weights
        + model.intercept
        + effects[graded.competency]
        + model.levels[graded.level]
        + tasks[graded.task]
    )


@dataclass(frozen=True)
class Choice:
    """Which model is better, by what, and the one to keep.

    Parameters
    ----------
    parameters
        Of the chosen model, for the store.
    card
        Its model card, as JSON can carry it.
    """

    parameters: dict[str, Any]
    card: dict[str, Any]


def choose(graded: Graded, names: Sequence[str], now: datetime, *, least: int = ENOUGH) -> Choice:
    """Return the better model by cross-validated log loss over learners.

    Parameters
    ----------
    names
        Ids of the competencies, by row.
    least
        With fewer learners no model is fitted, and the first day's stays.
    """
    learners = len(np.unique(graded.learner))
    chances = {FIRST_DAY: graded.first_day}
    if learners >= max(least, 2):
        part = folds(graded.learner, min(FOLDS, learners))
        chances[HYBRID] = np.zeros(len(graded.score))
        for one in np.unique(part):
            model = fit(_where(graded, part != one), names)
            held = part == one
            chances[HYBRID][held] = predict(*model, _where(graded, held), names)
    losses = {name: log_loss(graded.score, chance) for name, chance in chances.items()}
    best = min(losses, key=losses.__getitem__)
    whole = fit(graded, names)[0].parameters() if HYBRID in chances else {"model": FIRST_DAY}
    card = {
        "model": best,
        "made_at": now.isoformat(timespec="seconds"),
        "learners": learners,
        "least_learners": least,
        "observations": len(graded.score),
        "tasks": len(np.unique(graded.task)),
        "competencies": len(np.unique(graded.competency)),
        "from": _date(graded.days.min()),
        "to": _date(graded.days.max()),
        "validation": f"{FOLDS} parts of learners; each foreseen by a model of the others",
        "metrics": {name: _metrics(graded, chance) for name, chance in chances.items()},
        "reliability": reliability(graded.score, chances[best]),
        "weights": dict(zip(COLUMNS, whole["weights"], strict=True)) if best == HYBRID else {},
        "limits": {language: list(texts) for language, texts in LIMITS.items()},
    }
    return Choice(whole if best == HYBRID else {"model": FIRST_DAY}, card)


def keep(store: Store, choice: Choice, now: datetime) -> Model:
    """Keep the chosen model in the store and let it be the active one."""
    return store.add_model(KIND, choice.parameters, choice.card, now)


def _metrics(graded: Graded, chance: Floats) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, measure in (("log_loss", log_loss), ("auc", auc), ("ece", ece)):
        value = measure(graded.score, chance)
        found[name] = None if np.isnan(value) else value
        bounds = interval(measure, graded.learner, graded.score, chance)
        found[f"{name}_95"] = None if np.isnan(bounds).any() else list(bounds)
    return found


def _answers(graded: Graded, competencies: int) -> Answers:
    skills = np.column_stack([graded.competency, competencies + graded.level])
    return Answers(graded.learner, graded.task, skills, graded.score)


def _where(graded: Graded, kept: np.ndarray) -> Graded:
    return Graded(*(getattr(graded, name)[kept] for name in Graded.__slots__))


def _date(day: float) -> str:
    return str(np.datetime64(int(day), "D"))
