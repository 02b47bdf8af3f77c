"""How long it takes to learn what is not taught yet: the share of the courses that will teach it.

A planned course takes as long as its lessons and labs do on average in the courses that are built, less what
of it is built already. Its time is divided among the levels that it still has to teach. A basic level counts
once and every deeper one twice: the course's labs prove the deeper levels.
"""

from collections.abc import Collection, Mapping
from statistics import fmean

from catalogue import Catalogue, Level
from catalogue.framework_schema import CourseOutline
from learning_paths.units import Node

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
    parts = _parts(catalogue, rows, taught)
    return {node: _rounded(lessons + labs) for node, (lessons, labs) in parts.items() if lessons + labs}


def gap_lab_share(
    catalogue: Catalogue, rows: Mapping[str, int], taught: Collection[Node]
) -> Mapping[Node, float]:
    """Return which share of :func:`gap_minutes` is for labs, 0 to 1, for the same levels."""
    parts = _parts(catalogue, rows, taught)
    return {node: labs / (lessons + labs) for node, (lessons, labs) in parts.items() if lessons + labs}


def _parts(
    catalogue: Catalogue, rows: Mapping[str, int], taught: Collection[Node]
) -> Mapping[Node, tuple[float, float]]:
    """Return the minutes of lessons and of labs that are still to be built for each level."""
    lessons = [lesson.minutes for lesson in catalogue.lessons.values() if lesson.minutes]
    labs = [lab.minutes for lab in catalogue.labs.values() if lab.minutes]
    if not lessons:
        return {}
    a_lesson, a_lab = fmean(lessons), fmean(labs or lessons)
    found: dict[Node, tuple[float, float]] = {}
    for slug, outline in catalogue.outline.items():
        weights = {node: weight for node, weight in _levels(outline, rows) if node not in taught}
        lessons_left, labs_left = left_to_build(catalogue, slug)
        for node, weight in weights.items():
            share = weight / sum(weights.values())
            so_far = found.get(node, (0.0, 0.0))
            found[node] = (
                so_far[0] + lessons_left * a_lesson * share,
                so_far[1] + labs_left * a_lab * share,
            )
    return found


def _levels(outline: CourseOutline, rows: Mapping[str, int]) -> list[tuple[Node, int]]:
    return [
        ((rows[name], int(level) - 1), 1 if level == Level.B else 2)
        for name, deepest in outline.teaches.items()
        for level in Level
        if level <= deepest
    ]


def _rounded(minutes: float) -> int:
    return max(ROUNDED_TO, round(minutes / ROUNDED_TO) * ROUNDED_TO)
