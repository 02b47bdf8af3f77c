"""What rows of evidence say about competencies at levels: which count, and how much."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalogue import Catalogue, Skill
from learning_paths.curriculum import Ground
from learning_paths.evidence.gradebook import SOURCE
from learning_paths.explain import Shown
from learning_paths.mastery import GUESS, LEARN, SLIP, Observation
from learning_paths.placement import UNSURE_KNOWS, UNSURE_LACKS
from learning_paths.store import Evidence

WORK = {
    "placement": {"en": "placement question", "zh": "水平测试题"},
    "xapi": {"en": "work elsewhere, “{name}”,", "zh": "校外学习“{name}”"},
    "certificate": {"en": "certificate “{name}”", "zh": "证书“{name}”"},
}


def observations(
    evidence: Sequence[Evidence], ground: Ground, now: datetime | None = None
) -> list[Observation]:
    """Return what evidence says about nodes; see `weighed`."""
    return [seen for _, seen in weighed(evidence, ground, now)]


def weighed(
    evidence: Sequence[Evidence], ground: Ground, now: datetime | None = None
) -> list[tuple[Evidence, Observation]]:
    """Return each row that counts with what it says: the last try of each piece of work, and how many tries.

    Tasks of a lab that prove the same node are not independent (one person, one sitting, one course behind
    them): each of n counts ``1 / sqrt(n)``. So does a piece of work elsewhere that speaks for n competencies,
    times the weight in its detail; ``slip``, ``guess`` and ``learn`` there win over those of a lab's task.

    Parameters
    ----------
    evidence
        Rows of one learner, the last revision of each.
    ground
        What there is to learn; rows of tasks and competencies that it no longer has say nothing.
    now
        Certificates that had expired by then say nothing; None lets all count.
    """
    found = []
    for tries in _tries(evidence, ground.catalogue).values():
        last = tries[-1]
        expires = last.detail.get("expires") if last.source != SOURCE else None
        if expires and now is not None and now.date().isoformat() > expires:
            continue
        score = min(1.0, max(0.0, last.score / last.points))
        for skill, weight in _weights(last, ground.catalogue):
            row, level = ground.node(skill)
            own = {} if last.source == SOURCE else last.detail
            seen = Observation(
                competency=row,
                level=level,
                score=score,
                weight=weight,
                tries=len(tries),
                day=days(last.tried_at),
                slip=_slip(own),
                guess=own.get("guess", GUESS),
                learn=own.get("learn", LEARN),
            )
            found.append((last, seen))
    return found


def shown(evidence: Sequence[Evidence], ground: Ground) -> dict[int, list[Shown]]:
    """Return the last tries by the row of the competency that they prove, oldest first."""
    found: dict[int, list[Shown]] = {}
    latest = [tries[-1] for tries in _tries(evidence, ground.catalogue).values()]
    for row in sorted(latest, key=lambda row: (row.tried_at, row.key)):
        work = called(row, ground.catalogue)
        for competency in {ground.node(skill)[0] for skill, _ in _weights(row, ground.catalogue)}:
            found.setdefault(competency, []).append(
                Shown(row.lab, row.task, work, row.source, row.score, row.points, row.tried_at)
            )
    return found


def called(row: Evidence, catalogue: Catalogue) -> dict[str, str]:
    """Return what to call a piece of work that counts, by language."""
    if row.source == SOURCE:
        lab = catalogue.labs[row.lab]
        task = next(task for task in lab.tasks if task.id == row.task)
        return {
            "en": f"lab “{lab.title.en}”, task “{task.title.en}”,",
            "zh": f"实验“{lab.title.zh}”中任务“{task.title.zh}”",
        }
    name = row.detail.get("name", {})
    return {language: text.format(name=name.get(language)) for language, text in WORK[row.source].items()}


def piece(row: Evidence) -> tuple[str, str]:
    """Return what tells a piece of work from others; the last try of it counts."""
    named = f"{row.lab}/{row.task}" if row.source == SOURCE else row.detail.get("activity", row.key)
    return row.source, named


def days(moment: datetime) -> float:
    """Return a moment in days since 1970."""
    return moment.timestamp() / 86400


def _slip(own: Mapping[str, Any]) -> float:
    """Return the slip; "I don't know" weighs as in the test itself, whatever the item's guess is."""
    if own.get("known", True):
        return float(own.get("slip", SLIP))
    return UNSURE_KNOWS / UNSURE_LACKS * (1.0 - float(own.get("guess", GUESS)))


def _weights(row: Evidence, catalogue: Catalogue) -> Iterable[tuple[Skill, float]]:
    if row.source == SOURCE:
        lab = catalogue.labs[row.lab]
        task = next(task for task in lab.tasks if task.id == row.task)
        for skill in task.proves:
            yield skill, 1 / math.sqrt(sum(skill in other.proves for other in lab.tasks))
        return
    for text in row.proves:
        skill = Skill.parse(text)
        if skill.competency in catalogue.competencies:
            yield skill, row.detail.get("weight", 1.0) / math.sqrt(len(row.proves))


def _tries(evidence: Sequence[Evidence], catalogue: Catalogue) -> dict[tuple[str, str], list[Evidence]]:
    """Return all tries of each piece of work, oldest first, of what the catalogue still has."""
    tasks = {(lab.slug, task.id) for lab in catalogue.labs.values() for task in lab.tasks}
    found: dict[tuple[str, str], list[Evidence]] = {}
    for row in sorted(evidence, key=lambda row: (row.tried_at, row.source, row.key)):
        if row.source != SOURCE or (row.lab, row.task) in tasks:
            found.setdefault(piece(row), []).append(row)
    return found
