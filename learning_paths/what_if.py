"""What another goal would take: what both ways share, what is new, what falls away, what is saved already."""

from collections.abc import Iterable, Mapping
from typing import Any

from learning_paths.curriculum import Ground
from learning_paths.effort import beginning, effort, missing
from learning_paths.goals import Goal
from learning_paths.marks import NO_MARKS, Marks
from learning_paths.plan import Standing, make
from learning_paths.profiles import Learner
from learning_paths.units import Gap, Item, Unit


def what_if(
    ground: Ground,
    learner: Learner,
    goal: Goal,
    other: Goal,
    standing: Standing,
    marks: Marks = NO_MARKS,
    before: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Return how the way to another goal compares with the way to the present one.

    Both ways, and the start from nothing, are those of this learner: with their marks and in their language.

    Parameters
    ----------
    learner
        Whose hours a week make weeks, and whose language decides between courses.
    goal, other
        Where the learner is going, and where they might go instead.
    standing, marks
        What is known of the learner, and what is to be otherwise on all ways.
    before
        The plan before, as for :func:`learning_paths.plan.make`.

    Returns
    -------
    dict
        ``goal`` and ``other`` with ``id``, ``title``, ``hours`` and ``weeks`` from where the learner stands;
        ``shared``, what both ways have; ``extra``, what only the other one has; ``dropped``, what only the
        present one has: each with ``hours`` and ``units``; ``saved_hours``, what the learner need not do of
        the other way because of what they know already, against a start from nothing; ``done_counts``, the
        ids of lessons and labs behind the learner that belong to the other way too. All hours are those of
        lessons and labs, built or estimated; ``hours`` of ``shared`` and ``extra`` add up to those of
        ``other``.
    """
    wishes = (marks, learner.language)
    known = (standing.mastery, standing.read, *wishes, frozenset(before or ()))
    here, there = missing(ground, goal, *known).chosen, missing(ground, other, *known).chosen
    kept = {item.id for item in there if isinstance(item, Unit)} | standing.read
    whole = missing(ground, other, beginning(ground), frozenset(), *wishes, kept).chosen
    plan = make(ground, learner, other, standing, marks, before)
    behind = {unit["id"] for unit in plan["done"]}
    return {
        "goal": {
            "id": goal.id,
            "title": dict(goal.title),
            "hours": round(effort(ground, here).study, 2),
            "weeks": make(ground, learner, goal, standing, marks, before)["weeks"],
        },
        "other": {
            "id": other.id,
            "title": dict(other.title),
            "hours": round(effort(ground, there).study, 2),
            "weeks": plan["weeks"],
        },
        "shared": _group(ground, [item for item in there if item in here]),
        "extra": _group(ground, [item for item in there if item not in here]),
        "dropped": _group(ground, [item for item in here if item not in there]),
        "saved_hours": round(effort(ground, whole).study - effort(ground, there).study, 2),
        "done_counts": sorted(
            item.id for item in whole if isinstance(item, Unit) and item.id in behind and item not in there
        ),
    }


def _group(ground: Ground, items: Iterable[Item]) -> Mapping[str, Any]:
    """Return the hours of items and their names; the levels of a competency that is not taught are one."""
    items = list(items)
    together: dict[Item | int, list[Item]] = {}
    for item in items:
        together.setdefault(item.node[0] if isinstance(item, Gap) else item, []).append(item)
    return {
        "hours": round(effort(ground, items).study, 2),
        "units": [
            {
                "id": ground.identity(run[-1]),
                "title": ground.title(run[-1]),
                "hours": round(effort(ground, run).study, 2),
            }
            for run in together.values()
        ],
    }
