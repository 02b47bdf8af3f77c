"""The one prerequisite graph: what must be known before what, in which order, and whether it has a circle.

Its nodes are competencies at levels. A level needs the level below it, and what the framework says it needs.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from catalogue.framework_schema import Competency
from catalogue.ids import Level, Skill
from catalogue.model import Catalogue, reaches

Node = TypeVar("Node")
Competencies = Mapping[str, Competency]


@dataclass(frozen=True)
class Step:
    """A lesson, or a course taken as a bundle, as something to be taken after what it needs.

    Parameters
    ----------
    name
        Its typed id.
    teaches, needs
        Competencies at levels.
    after
        Names of the steps that stand before it in its course.
    """

    name: str
    teaches: frozenset[Skill]
    needs: frozenset[Skill]
    after: tuple[str, ...] = ()


def direct_needs(competencies: Competencies, skill: Skill) -> tuple[Skill, ...]:
    """Return what a competency at a level needs directly: the level below it first.

    Needs of an id that does not exist are left out; the checks report them.
    """
    below = () if skill.level == Level.B else (Skill(skill.competency, Level(skill.level - 1)),)
    needs = (
        Skill(need.needs, need.at)
        for need in competencies[skill.competency].needs
        if need.for_ == skill.level and need.needs in competencies
    )
    return (*below, *needs)


def closure(competencies: Competencies, goals: Iterable[Skill]) -> frozenset[Skill]:
    """Return the goals and everything that they need, directly or through others."""
    found = set(goals)
    queue = list(found)
    while queue:
        for skill in direct_needs(competencies, queue.pop()):
            if skill not in found:
                found.add(skill)
                queue.append(skill)
    return frozenset(found)


def learning_order(competencies: Competencies, skills: Iterable[Skill]) -> tuple[Skill, ...]:
    """Order skills so that each stands behind what it needs.

    Among those that are free, the one comes first that the earliest competency waits for, in the order of
    ``competencies``: so what only a late competency needs comes late, and what an early one needs comes
    early, whatever its own stage.

    Parameters
    ----------
    competencies
        The graph, without circles.
    skills
        What to order; needs outside it are taken as met.
    """
    wanted = set(skills)
    rows = {name: row for row, name in enumerate(competencies)}
    needs = {skill: [one for one in direct_needs(competencies, skill) if one in wanted] for skill in wanted}
    needed_by: dict[Skill, list[Skill]] = {skill: [] for skill in wanted}
    for skill, before in needs.items():
        for one in before:
            needed_by[one].append(skill)
    urgency = {skill: rows[skill.competency] for skill in wanted}
    for skill in reversed(tuple(TopologicalSorter(needs).static_order())):
        urgency[skill] = min([urgency[skill], *(urgency[one] for one in needed_by[skill])])

    def place(skill: Skill) -> tuple[int, int, Skill]:
        return urgency[skill], rows[skill.competency], skill

    waiting = {skill: len(before) for skill, before in needs.items()}
    free = [place(skill) for skill, count in waiting.items() if not count]
    heapq.heapify(free)
    ordered = []
    while free:
        skill = heapq.heappop(free)[-1]
        ordered.append(skill)
        for one in needed_by[skill]:
            waiting[one] -= 1
            if not waiting[one]:
                heapq.heappush(free, place(one))
    return tuple(ordered)


def circle(needs: Mapping[Node, Iterable[Node]]) -> tuple[Node, ...] | None:
    """Return one circle of a graph, each node needing the next and the last the first, or None."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1][1:]))
    return None


def need_circle(competencies: Competencies) -> tuple[Skill, ...] | None:
    """Return one circle among the needs of competencies and what would do instead, or None."""
    skills = (Skill(name, level) for name in competencies for level in Level)
    return circle(
        {skill: (*direct_needs(competencies, skill), *_instead(competencies, skill)) for skill in skills}
    )


def _instead(competencies: Competencies, skill: Skill) -> Iterator[Skill]:
    for need in competencies[skill.competency].needs:
        if need.for_ == skill.level:
            yield from (other for other in need.or_ if other.competency in competencies)


def lesson_steps(catalogue: Catalogue) -> tuple[Step, ...]:
    """Return all lessons as steps, each behind the one before it in its course."""
    taught = _taught(catalogue)
    steps = []
    for course in catalogue.courses.values():
        names = [f"lesson:{lesson.id}" for lesson in course.lessons]
        for number, lesson in enumerate(course.lessons):
            needs = _needs_of(catalogue, lesson.teaches, (*course.uses, *lesson.uses), taught)
            steps.append(Step(names[number], frozenset(lesson.teaches), needs, tuple(names[:number])))
    return tuple(steps)


def course_steps(catalogue: Catalogue) -> tuple[Step, ...]:
    """Return all courses as steps: each is taken as a whole, with all that its lessons need."""
    taught = _taught(catalogue)
    steps = []
    for course in catalogue.courses.values():
        teaches = tuple(skill for lesson in course.lessons for skill in lesson.teaches)
        uses = (*course.uses, *(skill for lesson in course.lessons for skill in lesson.uses))
        steps.append(
            Step(f"course:{course.slug}", frozenset(teaches), _needs_of(catalogue, teaches, uses, taught))
        )
    return tuple(steps)


def step_circle(steps: Iterable[Step]) -> tuple[tuple[Step, Skill | None], ...] | None:
    """Return one circle of steps that wait for each other, or None where all can be taken.

    A need is met by any step that teaches it, at its level or deeper, and by the step itself.

    Returns
    -------
    tuple or None
        Each step with the skill that it waits for, which the next one teaches; None instead of a skill where
        it merely stands behind the next one in its course.
    """
    left = {step.name: step for step in steps}
    taken: list[Step] = []
    while free := [step for step in left.values() if not any(_blockers(step, left, taken))]:
        taken += free
        for step in free:
            del left[step.name]
    if not left:
        return None
    blocked = {step.name: dict(_blockers(step, left, taken)) for step in left.values()}
    names = circle(blocked) or ()
    following = (*names[1:], *names[:1])
    return tuple((left[name], blocked[name][other]) for name, other in zip(names, following, strict=True))


def _blockers(step: Step, left: Mapping[str, Step], taken: list[Step]) -> Iterator[tuple[str, Skill | None]]:
    for name in step.after:
        if name in left:
            yield name, None
    for skill in step.needs:
        if reaches(step.teaches, skill) or any(reaches(other.teaches, skill) for other in taken):
            continue
        for other in left.values():
            if reaches(other.teaches, skill):
                yield other.name, skill


def _taught(catalogue: Catalogue) -> dict[str, Level]:
    """Return the deepest level at which each competency is taught."""
    deepest: dict[str, Level] = {}
    for lesson in catalogue.lessons.values():
        for skill in lesson.teaches:
            deepest[skill.competency] = max(skill.level, deepest.get(skill.competency, Level.B))
    return deepest


def _needs_of(
    catalogue: Catalogue, teaches: Iterable[Skill], uses: Iterable[Skill], taught: Mapping[str, Level]
) -> frozenset[Skill]:
    """Return the skills to wait for, looking through what nothing teaches to what that needs in turn."""
    known = catalogue.competencies
    queue = [
        need
        for skill in teaches
        if skill.competency in known
        for level in skill.level.up_to
        for need in direct_needs(known, Skill(skill.competency, level))
    ]
    queue += [skill for skill in uses if skill.competency in known]
    found, seen = set(), set(queue)
    while queue:
        skill = queue.pop()
        if taught.get(skill.competency, 0) >= skill.level:
            found.add(skill)
            continue
        for need in direct_needs(known, skill):
            if need not in seen:
                seen.add(need)
                queue.append(need)
    return frozenset(found)
