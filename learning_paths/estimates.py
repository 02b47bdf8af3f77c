"""How long it takes to learn what is not taught yet: the share of the courses that will teach it.

A planned course takes as long as its lessons and labs do on average in the courses that are built, less what
of it is built already. Its time is divided among the levels that it still has to teach. A basic level counts
once and every deeper one twice: the course's labs prove the deeper levels.
"""

from collections.abc import Collection, Mapping
from statistics import fmean

from catalogue import Catalogue, Level
from catalogue.framework_schema import CourseOutline
from learning_paths.planner import Node

ROUNDED_TO = 5


def left_to_build(catalogue: Catalogue, slug: str) -> tuple[int, int]:
    """Return how many lessons and labs of a course in the outline are not built yet."""
    outline, built = catalogue.outline[slug], catalogue.courses.get(slug)
    labs = [lab for lab in outline.labs if lab not in catalogue.labs]
    return max(0, outline.lessons - len(built.lessons if built else ())), len(labs)


def gap_minutes(
    catalogue: Catalogue, rows: Mapping[str, int], taught: Collection[Node]
) -> Mapping[Node, int]:
    """Return the minutes of every level that a planned course is to teach and no lesson teaches.

    Parameters
    ----------
    catalogue
        The outline, and the courses that are built.
    rows
        Row of each competency.
    taught
        Nodes that a lesson teaches.

    Returns
    -------
    mapping
        Minutes by node; empty without any course to go by.
    """
    lessons = [lesson.minutes for lesson in catalogue.lessons.values() if lesson.minutes]
    labs = [lab.minutes for lab in catalogue.labs.values() if lab.minutes]
    if not lessons:
        return {}
    a_lesson, a_lab = fmean(lessons), fmean(labs or lessons)
    found: dict[Node, float] = {}
    for slug, outline in catalogue.outline.items():
        weights = {node: weight for node, weight in _levels(outline, rows) if node not in taught}
        lessons_left, labs_left = left_to_build(catalogue, slug)
        minutes = lessons_left * a_lesson + labs_left * a_lab
        for node, weight in weights.items():
            found[node] = found.get(node, 0.0) + minutes * weight / sum(weights.values())
    return {node: _rounded(minutes) for node, minutes in found.items() if minutes}


def _levels(outline: CourseOutline, rows: Mapping[str, int]) -> list[tuple[Node, int]]:
    return [
        ((rows[name], int(level) - 1), 1 if level == Level.B else 2)
        for name, deepest in outline.teaches.items()
        for level in Level
        if level <= deepest
    ]


def _rounded(minutes: float) -> int:
    return max(ROUNDED_TO, round(minutes / ROUNDED_TO) * ROUNDED_TO)
