"""Every row of a learner back to its source, and what it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

from learning_paths.curriculum import Ground
from learning_paths.evidence import gradebook, placed, xapi
from learning_paths.evidence.replay import prior
from learning_paths.evidence.sayings import say
from learning_paths.evidence.weighing import piece, weighed
from learning_paths.mastery import Observation
from learning_paths.sayings import Text
from learning_paths.store import Evidence, Store, last_revisions


def trace(
    store: Store, ground: Ground, learner: str, now: datetime, competency: str | None = None
) -> list[dict[str, Any]]:
    """Return a learner's rows, oldest work first.

    Parameters
    ----------
    competency
        Only rows that speak for this one.

    Returns
    -------
    list of dict
        ``id``, ``source``, ``key``, ``revision``, ``score``, ``points``, ``tried_at``, ``recorded_at``;
        ``origin``, where to look it up, in both languages; ``state``: counts, revised (a later revision
        counts), repeated (a later try of the same work counts), silent (expired, or of a task or competency
        that is no more);
        ``changed``, for each competency and level that it speaks for the ``weight`` and the probability
        ``before`` and ``after`` at that time.
    """
    history = store.evidence(learner, history=True)
    last = last_revisions(history)
    counting = weighed(last, ground, now)
    ordered = sorted((seen for _, seen in counting), key=lambda seen: (seen.day, astuple(seen)))
    start = prior(store, ground, learner)
    by_row: dict[int, list[Observation]] = {}
    for row, seen in counting:
        by_row.setdefault(row.id, []).append(seen)
    found = []
    for row in sorted(history, key=lambda row: (row.tried_at, row.id)):
        of_row = by_row.get(row.id, [])
        if competency is not None and competency not in _named(row, ground):
            continue
        changed = []
        for seen in of_row:
            place, node = ordered.index(seen), (seen.competency, seen.level)
            before, after = (
                float(ground.posterior(start, ordered[:end], seen.day).now[node])
                for end in (place, place + 1)
            )
            skill = ground.skill(node)
            changed.append(
                {
                    "competency": skill.competency,
                    "level": str(skill.level),
                    "weight": round(seen.weight, 4),
                    "before": round(before, 4),
                    "after": round(after, 4),
                }
            )
        found.append(
            {
                "id": row.id,
                "source": row.source,
                "key": row.key,
                "revision": row.revision,
                "score": row.score,
                "points": row.points,
                "tried_at": row.tried_at.isoformat(),
                "recorded_at": row.recorded_at.isoformat() if row.recorded_at else None,
                "origin": origin(row),
                "state": "counts" if of_row else _state(row, last, by_row),
                "changed": changed,
            }
        )
    return found


def origin(row: Evidence) -> Text:
    """Say where a row can be looked up."""
    detail = row.detail
    if row.source == gradebook.SOURCE:
        cells = ", ".join(f"{name} {score:g}/{points:g}" for name, (score, points) in detail.items())
        return say("from-gradebook", lab=row.lab, time=row.key.rpartition("/")[2], cells=cells)
    if row.source == placed.SOURCE:
        number, position = row.key.split("/")
        return say("from-placement", number=number, position=int(position) + 1, item=detail["item"])
    where = f"{detail['from']['file']}:{detail['from']['line']}"
    if row.source == xapi.SOURCE:
        facts = {name: str(detail[name]) for name in ("statement", "verb", "activity")}
        return say("from-statement", where=where, **facts)
    kind = "from-certificate-until" if detail["expires"] else "from-certificate"
    return say(kind, where=where, name=detail["certificate"], expires=detail["expires"] or "")


def _named(row: Evidence, ground: Ground) -> set[str]:
    lab = ground.catalogue.labs.get(row.lab)
    tasks = [task for task in lab.tasks if task.id == row.task] if lab else []
    return {skill.competency for task in tasks for skill in task.proves} | {
        text.partition("@")[0] for text in row.proves
    }


def _state(row: Evidence, last: Sequence[Evidence], counting: Mapping[int, Any]) -> str:
    if row not in last:
        return "revised"
    later = (other for other in last if other.id in counting)
    return "repeated" if any(piece(other) == piece(row) for other in later) else "silent"
