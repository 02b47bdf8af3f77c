"""Where a learner stands in every competency, when it is to be looked at again, and what has moved it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalogue import Level
from learning_paths import evidence
from learning_paths.changes import pieces, work
from learning_paths.curriculum import Ground
from learning_paths.effort import beginning, missing
from learning_paths.marks import NO_MARKS, Marks
from learning_paths.mastery import MASTERED, REFRESH, Array
from learning_paths.plan import Standing
from learning_paths.profiles import Learner
from learning_paths.store import Evidence
from learning_paths.store.evidence import last_revisions
from learning_paths.units import Node

MOST_PIECES = 20
SOON_DAYS = 90
"""A review is due this long before its level would count as forgotten."""


def progress(
    ground: Ground, learner: Learner, standing: Standing, marks: Marks = NO_MARKS
) -> list[dict[str, Any]]:
    """Return where a learner stands, by stage of the learning curve.

    Parameters
    ----------
    learner
        Whose goal and language it is.
    standing, marks
        What is known of the learner, and what is to be otherwise on their way.

    Returns
    -------
    list of dict
        For each stage ``id``, ``title`` and ``competencies``: ``id``, ``title``, ``asked`` (the level that
        the goal asks, None where it asks none), ``needed`` (whether anything on the way from nothing to
        the goal is about it), ``levels`` (``level``, ``probability``, ``interval``, ``mastered``),
        ``half_life_days`` of its knowledge, and ``review``: None where nothing that was proved is fading,
        else ``level``, ``in_days`` until it counts as forgotten (0 when it does) and whether that is
        ``due``.
    """
    goal = learner.goal(ground.catalogue)
    way = missing(ground, goal, beginning(ground), marks=marks, language=learner.language)
    needed = {row for row, _ in way.links}
    catalogue, mastered = ground.catalogue, standing.mastery.mastered()
    stages: dict[str, list[dict[str, Any]]] = {stage: [] for stage in catalogue.structure.stages}
    for row, (name, one) in enumerate(catalogue.competencies.items()):
        asked = goal.skills.get(name)
        stages[one.stage].append(
            {
                "id": name,
                "title": {"en": one.title.en, "zh": one.title.zh},
                "asked": None if asked is None else str(asked),
                "needed": row in needed,
                "levels": [_level(standing, mastered, (row, int(level) - 1)) for level in Level],
                "half_life_days": round(float(ground.half_life[row])),
                "review": _review(ground, standing, row),
            }
        )
    return [
        {
            "id": stage,
            "title": {"en": named.title.en, "zh": named.title.zh},
            "competencies": stages[stage],
        }
        for stage, named in catalogue.structure.stages.items()
    ]


def days_until(now: float, baseline: float, below: float, half_life: float) -> float:
    """Return in how many days a fading probability falls below a bound; infinite where it never does.

    Parameters
    ----------
    now, baseline, below
        Probabilities: today's, the one that it fades to, and the bound.
    half_life
        Days in which the distance to the baseline halves.
    """
    if baseline >= below:
        return math.inf
    return max(0.0, half_life * math.log2((now - baseline) / (below - baseline))) if now > below else 0.0


def log(ground: Ground, prior: Array, history: Sequence[Evidence], now: datetime) -> list[dict[str, Any]]:
    """Return what moved a learner's competencies, newest first: one entry a piece of work.

    Parameters
    ----------
    prior
        What the background says.
    history
        All revisions of the learner's evidence, oldest first.

    Returns
    -------
    list of dict
        As `learning_paths.changes.changes` has them for work, with ``date``; beliefs before and after are
        those of today, so that fading is not mistaken for a change.
    """
    found = list(_entries(ground, prior, history, now))
    return found[::-1]


def _entries(
    ground: Ground, prior: Array, history: Sequence[Evidence], now: datetime
) -> Iterator[Mapping[str, Any]]:
    def believed(rows: Iterable[Evidence]) -> Any:
        seen = evidence.observations(last_revisions(rows), ground, now)
        return ground.posterior(prior, seen, evidence.days(now))

    sittings = list(_sittings(ground, history))[-MOST_PIECES:]
    before = None
    for rows in sittings:
        if before is None:
            before = believed(row for row in history if row.id < rows[0].id)
        after = believed(row for row in history if row.id <= rows[-1].id)
        yield {
            "date": rows[-1].tried_at.date().isoformat(),
            **work(ground, rows, before, after),
        }
        before = after


def _sittings(ground: Ground, history: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    """Yield rows that were taken up one after the other and are one piece of work."""
    run: list[Evidence] = []
    for row in history:
        if run and (row.source, row.lab, row.tried_at) != (run[0].source, run[0].lab, run[0].tried_at):
            yield from pieces(ground, run)
            run = []
        run.append(row)
    yield from pieces(ground, run)


def _level(standing: Standing, mastered: Any, node: Node) -> dict[str, Any]:
    bounds = standing.bounds
    return {
        "level": str(Level(node[1] + 1)),
        "probability": round(float(standing.mastery.now[node]), 3),
        "interval": [round(float(bound[node]), 3) for bound in (bounds.low, bounds.high)],
        "mastered": bool(mastered[node]),
    }


def _review(ground: Ground, standing: Standing, row: int) -> dict[str, Any] | None:
    """Return when the highest level that work proved, more than the background gives, is forgotten."""
    fresh, now, prior = standing.mastery.fresh[row], standing.mastery.now[row], standing.prior[row]
    proved = [at for at in range(len(now)) if fresh[at] > prior[at] and fresh[at] >= MASTERED]
    if not proved:
        return None
    at = proved[-1]
    left = days_until(float(now[at]), float(prior[at]), REFRESH, float(ground.half_life[row]))
    if math.isinf(left):
        return None
    return {"level": str(Level(at + 1)), "in_days": math.floor(left), "due": left <= SOON_DAYS}
