"""Whether a plan ends in time, and what to do when it does not."""

from typing import Any

from learning_paths.demands import node_of
from learning_paths.planner import Selection
from learning_paths.schedule import Schedule
from learning_paths.task import Task


def deadline(task: Task, a_week: int, weeks: int, schedule: Schedule) -> dict[str, Any]:
    """Return how a plan stands to a deadline.

    Returns
    -------
    dict
        ``weeks``, the deadline; ``fits``; ``hours_a_week_needed``; and where it does not fit also
        ``weeks_needed``, ``drop`` (competencies of the goal, each of which alone makes the rest fit when it
        is left out) and ``partial``: the best part of the goal in this time. That has ``measure``
        (``levels``: of the levels that the goal asks and that are missing as many as possible, each counting
        the same; then the fewest minutes), ``covered`` of ``of`` with ``at_most`` as the bound, ``hours``,
        ``weeks``, ``reached`` (competencies at the level that this part leads to), ``left_out`` (what is not
        reached as asked) and ``units`` with ``id``, ``title``,
        ``hours``, ``week`` and ``until``.
    """
    fits = schedule.end <= weeks
    needed = schedule.hours_needed(weeks)
    found: dict[str, Any] = {
        "weeks": weeks,
        "fits": fits,
        "hours_a_week_needed": min(needed, a_week / 60) if fits else needed,
    }
    if fits:
        return found
    ground = task.ground
    rest = {
        node: _schedule(task, task.select(without=node), a_week, weeks)
        for node in task.asked
        if not task.mastered[node]
    }
    found["weeks_needed"] = schedule.end
    found["drop"] = [
        str(ground.skill(node)) for node, other in rest.items() if len(rest) > 1 and other.end <= weeks
    ]
    found["partial"] = _partial(task, a_week, weeks)
    return found


def _partial(task: Task, a_week: int, weeks: int) -> dict[str, Any]:
    ground, budget = task.ground, a_week * weeks
    selection, part = task.part(budget)
    at_most = part.at_most
    # whole sittings leave some minutes of a week unused: ask for as much less as stands out
    while (schedule := _schedule(task, selection, a_week, weeks)).end > weeks and budget > 0:
        late = sum(
            length for length, (_, last) in zip(schedule.minutes, schedule.weeks, strict=True) if last > weeks
        )
        budget = max(0, min(budget, sum(schedule.minutes)) - max(1, late))
        selection, part = task.part(budget)
    reached = sorted(map(node_of, part.reached))
    missing = [node for node in task.asked if not task.mastered[node]]
    return {
        "measure": "levels",
        "covered": len(part.reached),
        "of": len(task.missing()),
        "at_most": at_most,
        "hours": round(sum(schedule.minutes) / 60, 2),
        "weeks": schedule.end,
        "reached": [
            str(ground.skill(node)) for node in {row: (row, level) for row, level in reached}.values()
        ],
        "left_out": [str(ground.skill(node)) for node in missing if node not in reached],
        "units": [
            {
                "id": ground.identity(run[-1]),
                "title": ground.title(run[-1]),
                "hours": round(length / 60, 2),
                "week": week,
                "until": until,
            }
            for run, length, (week, until) in zip(
                schedule.runs, schedule.minutes, schedule.weeks, strict=True
            )
        ],
    }


def _schedule(task: Task, selection: Selection, a_week: int, weeks: int) -> Schedule:
    return Schedule.of(task.ground, selection.chosen, a_week).within(task.ground, weeks, a_week)
