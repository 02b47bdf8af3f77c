"""The plan as JSON: what `academy plan --json` prints and the start page shows."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning_paths.curriculum import Ground
from learning_paths.deadline import deadline
from learning_paths.demands import lab_to_test_out
from learning_paths.effort import effort, missing
from learning_paths.errors import UnknownUnit
from learning_paths.explain import Explainer, Shown
from learning_paths.goals import Goal
from learning_paths.intervals import Interval, prior_interval
from learning_paths.marks import NO_MARKS, Marks
from learning_paths.mastery import Array, Mastery
from learning_paths.planner import Selection
from learning_paths.profiles import LANGUAGES, Learner
from learning_paths.sayings import listed
from learning_paths.schedule import Schedule
from learning_paths.task import Task
from learning_paths.units import Gap, Item, Node, Unit
from learning_paths.way import picture


@dataclass(frozen=True)
class Standing:
    """What is believed of a learner at one time.

    Parameters
    ----------
    prior
        From the background alone.
    mastery
        With graded work.
    shown
        Graded tasks by competency row.
    read
        Ids of lessons that the learner has worked through.
    interval
        Bounds of what is believed; those of the background alone where nothing is given.
    """

    prior: Array
    mastery: Mastery
    shown: Mapping[int, Sequence[Shown]]
    read: frozenset[str] = frozenset()
    interval: Interval | None = None

    @property
    def bounds(self) -> Interval:
        """The interval, or that of the background alone."""
        return self.interval or prior_interval(self.prior)


def make(
    ground: Ground,
    learner: Learner,
    goal: Goal,
    standing: Standing,
    marks: Marks = NO_MARKS,
    before: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Return the plan from where a learner stands to a goal, in the least time.

    Parameters
    ----------
    ground
        What there is to learn.
    learner
        Hours a week, deadline and language.
    goal
        Where to go.
    standing
        What is believed of the learner.
    marks
        Pins, skips and test-outs.
    before
        The plan before: for its units the week in which they stood, counted from the present one (what was
        behind time has 0 or less). Units stay where they stood if that takes neither hours nor weeks.

    Returns
    -------
    dict
        ``goal``; ``units`` in order with ``id``, ``kind`` (lesson, lab, gap), ``title``, ``course``,
        ``hours`` (None for a gap that nothing allows to estimate), ``week`` and ``until`` (from 1), ``state``
        (next, later, gap), ``languages`` (of its text; a gap has all), ``reasons``, ``unlocks``,
        ``if_skipped``, ``alternative``, ``test_out`` (the lab to test out by, or None); ``done``, the units
        that are behind the learner; ``total_hours`` with ``gap_hours`` of them for gaps; ``weeks``;
        ``practice_share``, the labs' part of the hours that are covered; ``practice``, what learning at work
        has to add; ``bound``, the fewest hours and weeks that any plan takes; ``uncovered``, levels that
        marks leave unlearned in part or in whole; ``deadline`` where a number of weeks was wished for, see
        :func:`learning_paths.deadline.deadline`; ``competencies``, what the goal asks and where the learner
        stands; ``progress``.
    """
    asked = [ground.node_of(name, level) for name, level in goal.skills.items()]
    mastery = standing.mastery
    given = learner.language, standing.read, marks, mastery.doubted
    task = Task(ground, asked, mastery.mastered(), *given)
    left = task.select(frozenset(before or ()))
    whole = _whole(task, left, Mastery(standing.prior, standing.prior).mastered())
    explainer = explainer_of(ground, goal, left, standing)
    a_week = minutes_a_week(learner)
    schedule = Schedule.of(ground, left.chosen, a_week, before)
    if learner.weeks is not None:
        schedule = schedule.within(ground, learner.weeks, a_week)
    units = _units(ground, schedule, explainer)
    behind = _behind(whole, left, standing.read)
    hours = {
        kind: sum(unit["hours"] or 0 for unit in units if unit["kind"] == kind)
        for kind in ("lesson", "lab", "gap")
    }
    covered = hours["lesson"] + hours["lab"]
    plan = {
        "goal": {
            "id": goal.id,
            "title": dict(goal.title),
            "uncovered": [{"en": text.en, "zh": text.zh} for text in goal.uncovered],
        },
        "units": units,
        "total_hours": round(covered + hours["gap"], 2),
        "gap_hours": round(hours["gap"], 2),
        "hours_a_week": learner.hours,
        "weeks": schedule.end,
        "practice_share": round(hours["lab"] / covered, 3) if covered else 0.0,
        "done": [
            {"id": item.id, "kind": _kind(item), "title": ground.title(item), "course": item.course}
            for item in behind
        ],
        "practice": _practice(ground, left),
        "bound": _bound(left, schedule, a_week),
        "uncovered": [f"competency:{ground.skill(node)}" for node in left.uncovered],
        "competencies": _competencies(ground, goal, standing.mastery),
    }
    plan["progress"] = _progress(plan, behind)
    if learner.weeks is not None:
        plan["deadline"] = deadline(task, a_week, learner.weeks, schedule)
    return plan


def explainer_of(ground: Ground, goal: Goal, left: Selection, standing: Standing) -> Explainer:
    """Return what finds the words for a plan."""
    return Explainer(ground, goal, left, standing.mastery, standing.shown, standing.bounds)


def picture_of(
    ground: Ground,
    learner: Learner,
    goal: Goal,
    standing: Standing,
    unit: str,
    language: str,
    marks: Marks = NO_MARKS,
    before: Mapping[str, int] | None = None,
) -> str:
    """Return the way of a plan's unit through the graph as SVG.

    Parameters
    ----------
    ground, learner, goal, standing, marks, before
        As for `make`.
    unit
        Its typed id, as in the plan.
    language
        ``en`` or ``zh``.

    Raises
    ------
    UnknownUnit
        When the plan has no such unit.
    """
    kept = frozenset(before or ())
    left = missing(ground, goal, standing.mastery, standing.read, marks, learner.language, kept)
    item = next((item for item in left.chosen if ground.identity(item) == unit), None)
    if item is None:
        there = ground.items.get(unit)
        raise UnknownUnit("no-unit-in-plan", unit=listed([ground.title(there)]) if there else repr(unit))
    return picture(explainer_of(ground, goal, left, standing), item, language)


def _units(
    ground: Ground,
    schedule: Schedule,
    explainer: Explainer,
) -> list[dict[str, Any]]:
    runs = schedule.runs
    place = {item: number for number, run in enumerate(runs) for item in run}
    first = next((run[-1] for run in runs if isinstance(run[-1], Unit)), None)
    units = []
    for run, length, (week, until) in zip(runs, schedule.minutes, schedule.weeks, strict=True):
        item = run[-1]
        estimated = isinstance(item, Unit) or item.node in ground.gap_minutes
        state = "gap" if isinstance(item, Gap) else "next" if item is first else "later"
        units.append(
            {
                "id": ground.identity(item),
                "kind": _kind(item),
                "title": ground.title(item),
                "course": item.course if isinstance(item, Unit) else None,
                "hours": round(length / 60, 2) if estimated else None,
                "week": week,
                "until": until,
                "state": state,
                "languages": list(item.languages) if isinstance(item, Unit) else list(LANGUAGES),
                "reasons": explainer.reasons(item),
                "unlocks": [
                    {"id": ground.identity(other), "title": ground.title(other)}
                    for other in (runs[at][-1] for at in explainer.unlocks(run, place))
                ],
                "if_skipped": explainer.if_skipped(run),
                "alternative": explainer.alternative(item),
                "test_out": lab_to_test_out(ground.curriculum, item.id) if isinstance(item, Unit) else None,
            }
        )
    return units


def _whole(task: Task, left: Selection, at_first: NDArray[np.bool_]) -> Selection:
    """Return the way from the background alone; of equal ones that which has what is left and was read."""
    if not task.read and np.array_equal(at_first, task.mastered):
        return left
    kept = {item.id for item in left.chosen if isinstance(item, Unit)} | task.read
    return replace(task, mastered=at_first, read=frozenset()).select(kept)


def minutes_a_week(learner: Learner) -> int:
    """Return a learner's minutes a week, 1 or more."""
    return max(1, round(learner.hours * 60))


def _behind(whole: Selection, left: Selection, read: Set[str]) -> list[Unit]:
    """Return the units that the way from the background had and that are no longer needed.

    What only another way has than the one that is taken now is not behind anybody.
    """
    return [
        item
        for item, nodes in whole.chosen.items()
        if isinstance(item, Unit)
        and item not in left.chosen
        and (item.id in read or not any(node in left.links for node in nodes))
    ]


def _practice(ground: Ground, left: Selection) -> dict[str, Any]:
    """Say what learning at work adds by the framework's shares: practice, and time with colleagues."""
    shares = ground.catalogue.talent.work_learning.shares
    hours = effort(ground, left.chosen)
    lessons = hours.lessons + hours.planned_lessons
    return {
        "shares": shares.model_dump(),
        "labs_hours": round(hours.labs + hours.planned_labs, 2),
        "work_hours": round(hours.practice, 2),
        "coaching_hours": round(shares.coaching / shares.digital_learning * lessons, 2),
    }


def _bound(left: Selection, schedule: Schedule, a_week: int) -> dict[str, Any]:
    """Say how far the plan can be from the shortest one: in hours, and in weeks of so many minutes."""
    minutes = sum(schedule.minutes)
    least = minutes - left.bound.gap
    return {
        "method": left.bound.method,
        "hours": round(least / 60, 2),
        "gap_hours": round(left.bound.gap / 60, 2),
        "gap": round(left.bound.gap / minutes, 4) if minutes else 0.0,
        "weeks": -(-least // a_week),
    }


def _kind(item: Item) -> str:
    return "gap" if isinstance(item, Gap) else item.id.partition(":")[0]


def _competencies(ground: Ground, goal: Goal, mastery: Mastery) -> list[dict[str, Any]]:
    mastered = mastery.mastered()
    found = []
    for name, level in goal.skills.items():
        node: Node = ground.node_of(name, level)
        title = ground.catalogue.competencies[name].title
        found.append(
            {
                "id": name,
                "level": str(level),
                "title": {"en": title.en, "zh": title.zh},
                "probability": round(float(mastery.now[node]), 3),
                "mastered": bool(mastered[node]),
            }
        )
    return found


def _progress(plan: Mapping[str, Any], behind: Sequence[Unit]) -> dict[str, Any]:
    """Say how far the learner is: hours of units behind them, and of units that can still be done here."""
    done = sum(item.minutes for item in behind) / 60
    left = plan["total_hours"] - plan["gap_hours"]
    return {
        "done_hours": round(done, 2),
        "left_hours": round(left, 2),
        "share": round(done / (done + left), 3) if done + left else 1.0,
        "mastered": sum(one["mastered"] for one in plan["competencies"]),
        "asked": len(plan["competencies"]),
    }
