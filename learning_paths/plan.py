"""The plan as JSON: what `academy plan --json` prints and the start page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learning_paths.curriculum import Ground
from learning_paths.effort import missing
from learning_paths.errors import UnknownUnit
from learning_paths.explain import Explainer, Shown
from learning_paths.goals import Goal
from learning_paths.intervals import Interval, prior_interval
from learning_paths.mastery import Array, Mastery
from learning_paths.planner import Selection
from learning_paths.profiles import Learner
from learning_paths.units import Gap, Item, Node, Unit
from learning_paths.way import picture
from learning_paths.weeks import hours_needed, pack


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


def make(ground: Ground, learner: Learner, goal: Goal, standing: Standing) -> dict[str, Any]:
    """Return the plan from where a learner stands to a goal.

    Returns
    -------
    dict
        ``goal``; ``units`` in order with ``id``, ``kind`` (lesson, lab, gap), ``title``, ``course``,
        ``hours`` (None for a gap that nothing allows to estimate), ``week`` and ``until`` (from 1), ``state``
        (next, later, gap), ``reasons``, ``unlocks``, ``if_skipped``, ``alternative``; ``done``, the units
        that are behind the learner; ``total_hours`` with ``gap_hours`` of them for gaps; ``weeks``;
        ``practice_share``, the labs' part of the hours that are covered; ``deadline`` where a number of weeks
        was wished for; ``competencies``, what the goal asks and where the learner stands; ``progress``.
    """
    left = missing(ground, goal, standing.mastery, standing.read)
    whole = missing(ground, goal, Mastery(standing.prior, standing.prior))
    explainer = explainer_of(ground, goal, left, standing)
    runs = _runs(list(left.chosen))
    minutes = [sum(ground.minutes(item) or 0 for item in run) for run in runs]
    # a gap is an estimate and no sitting: it begins in what is left of a week
    flows = frozenset(place for place, run in enumerate(runs) if isinstance(run[-1], Gap))
    weeks = pack(minutes, max(1, round(learner.hours * 60)), flows)
    units = _units(ground, runs, minutes, weeks, explainer)
    behind = [item for item in whole.chosen if isinstance(item, Unit) and item not in left.chosen]
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
        "weeks": max((unit["until"] for unit in units), default=0),
        "practice_share": round(hours["lab"] / covered, 3) if covered else 0.0,
        "done": [
            {"id": item.id, "kind": _kind(item), "title": ground.title(item), "course": item.course}
            for item in behind
        ],
        "competencies": _competencies(ground, goal, standing.mastery),
    }
    plan["progress"] = _progress(plan, behind)
    if learner.weeks is not None:
        plan["deadline"] = {
            "weeks": learner.weeks,
            "fits": plan["weeks"] <= learner.weeks,
            "hours_a_week_needed": hours_needed(minutes, learner.weeks, flows),
        }
    return plan


def explainer_of(ground: Ground, goal: Goal, left: Selection, standing: Standing) -> Explainer:
    """Return what finds the words for a plan."""
    known = (standing.prior, standing.mastery, standing.shown, standing.bounds)
    return Explainer(ground, goal, left, *known)


def picture_of(ground: Ground, goal: Goal, standing: Standing, unit: str, language: str) -> str:
    """Return the way of a plan's unit through the graph as SVG.

    Parameters
    ----------
    unit
        Its typed id, as in the plan.
    language
        ``en`` or ``zh``.

    Raises
    ------
    UnknownUnit
        When the plan has no such unit.
    """
    left = missing(ground, goal, standing.mastery, standing.read)
    item = next((item for item in left.chosen if ground.identity(item) == unit), None)
    if item is None:
        raise UnknownUnit(f"the plan has no unit {unit!r}; ./academy plan and the start page list its units")
    return picture(explainer_of(ground, goal, left, standing), item, language)


def _units(
    ground: Ground,
    runs: Sequence[Sequence[Item]],
    minutes: Sequence[int],
    weeks: Sequence[tuple[int, int]],
    explainer: Explainer,
) -> list[dict[str, Any]]:
    first = next((run[-1] for run in runs if isinstance(run[-1], Unit)), None)
    units = []
    for number, (run, length, (week, until)) in enumerate(zip(runs, minutes, weeks, strict=True)):
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
                "reasons": explainer.reasons(item),
                "unlocks": [
                    {"id": ground.identity(other), "title": ground.title(other)}
                    for other in explainer.unlocks(run, runs[number + 1 :])
                ],
                "if_skipped": explainer.if_skipped(run),
                "alternative": explainer.alternative(item),
            }
        )
    return units


def _runs(items: Sequence[Item]) -> list[list[Item]]:
    """Return the items, with the levels of one competency's gap that follow each other taken together."""
    runs: list[list[Item]] = []
    for item in items:
        last = runs[-1][-1] if runs else None
        if isinstance(item, Gap) and isinstance(last, Gap) and last.node[0] == item.node[0]:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


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
