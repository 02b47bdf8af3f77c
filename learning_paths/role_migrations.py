"""The framework's migration paths as templates of plans, each compared with starting from nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalogue import Catalogue
from catalogue.errors import UnknownId
from catalogue.framework_schema import Migration
from learning_paths.curriculum import Ground
from learning_paths.effort import Effort, beginning, effort, missing
from learning_paths.errors import BadProfile
from learning_paths.goals import Goal, goal_of
from learning_paths.marks import NO_MARKS, Marks
from learning_paths.mastery import Mastery
from learning_paths.planner import Selection
from learning_paths.refusals import unknown
from learning_paths.task import Task
from learning_paths.units import Unit


def migration_of(catalogue: Catalogue, name: str) -> Migration:
    """Return a migration path by its id.

    Raises
    ------
    BadProfile
        When there is none, with the nearest names.
    """
    if name not in catalogue.migrations:
        raise BadProfile(
            "migration",
            "unknown-id",
            unknown=unknown(UnknownId("migration", name, catalogue.migrations)),
        )
    return catalogue.migrations[name]


def template(
    catalogue: Catalogue, name: str, job: str | None = None, role: str | None = None
) -> dict[str, str]:
    """Return job and role of a migration's plan: those that are wished for, else the first ones.

    Raises
    ------
    BadProfile
        When the migration does not start from that job or does not lead to that role.
    """
    migration = migration_of(catalogue, name)
    roles = (*migration.to, *migration.then)
    goals = {**catalogue.roles, **catalogue.targets}
    for field, value, known, there in (
        ("job", job, migration.origins, catalogue.jobs),
        ("role", role, roles, goals),
    ):
        if value is not None and value not in known:
            named = {
                "en": ", ".join(known),
                "zh": "、".join(f"{there[one].title.zh}（{one}）" for one in known),
            }
            raise BadProfile(field, "not-in-migration", value=repr(value), name=name, known=named)
    return {"job": job or migration.origins[0], "role": role or roles[0]}


def comparisons(
    ground: Ground, migration: Migration, marks: Marks = NO_MARKS, language: str = "en"
) -> list[dict[str, Any]]:
    """Return what each start of a migration saves on the way to each of its targets.

    The job counts as fully learned and no degree is assumed.

    Parameters
    ----------
    marks
        What is to be otherwise on every way, that from nothing too.
    language
        What the learner reads.

    Returns
    -------
    list of dict
        For each pair ``origin`` and ``to`` (``id``, ``title``), ``hours`` from there and ``from_nothing`` as
        :meth:`Effort.data` has them, ``saved_hours`` and ``saved_share`` of lessons and labs,
        ``likely_saved_hours`` (what is expected to be saved once a placement test shows what this start
        knows), and ``then``: what may follow, with the hours more that it takes after the first target.
    """
    return list(_pairs(ground, migration, marks, language))


def _pairs(ground: Ground, migration: Migration, marks: Marks, language: str) -> Iterator[dict[str, Any]]:
    catalogue = ground.catalogue
    for name in migration.to:
        goal = goal_of(catalogue, name)
        wishes = {"marks": marks, "language": language}
        nothing = effort(ground, missing(ground, goal, beginning(ground), **wishes).chosen)
        for job in migration.origins:
            start = beginning(ground, job=job)
            way = missing(ground, goal, start, **wishes)
            hours = effort(ground, way.chosen)
            saved = nothing.study - hours.study
            mastered = start.mastered()
            yield {
                "migration": migration.id,
                "origin": {"id": job, "title": _both(catalogue.backgrounds[job].title)},
                "to": {"id": goal.id, "title": dict(goal.title)},
                "hours": hours.data(),
                "from_nothing": nothing.data(),
                "saved_hours": round(saved, 2),
                "saved_share": round(saved / nothing.study, 3) if nothing.study else 0.0,
                "likely_saved_hours": round(saved + _likely(ground, start, way, marks), 2),
                "then": [
                    {
                        "id": next_goal.id,
                        "title": dict(next_goal.title),
                        "hours": _afterwards(ground, next_goal, mastered, way, marks, language).data(),
                    }
                    for next_goal in (goal_of(catalogue, further) for further in migration.then)
                ],
            }


def _likely(ground: Ground, start: Mastery, way: Selection, marks: Marks) -> float:
    """Return the hours of a way that are expected to fall away when it is found out what somebody knows.

    An item falls away with the probability of the least likely level that it is there for; a pinned one
    stays.
    """
    return sum(
        (ground.minutes(item) or 0) / 60 * min(float(start.now[node]) for node in nodes)
        for item, nodes in way.chosen.items()
        if ground.identity(item) not in marks.pinned
    )


def _afterwards(
    ground: Ground, goal: Goal, mastered: NDArray[np.bool_], way: Selection, marks: Marks, language: str
) -> Effort:
    """Return what a further goal takes of somebody who has gone a way to its end, pinned units with it."""
    done = {item.id for item in way.chosen if isinstance(item, Unit)}
    reached = mastered.copy()
    for node in way.links:
        reached[node] = True
    goals = [ground.node_of(name, level) for name, level in goal.skills.items()]
    left = replace(marks, pinned=marks.pinned - done)
    return effort(ground, Task(ground, goals, reached, language, done, left).select().chosen)


def _both(text: Any) -> Mapping[str, str]:
    return {"en": text.en, "zh": text.zh}
