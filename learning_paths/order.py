"""The one order of all items: each after what it needs, a course that was begun before another."""

import heapq
from collections.abc import Mapping, Sequence, Set

from learning_paths.errors import CurriculumError
from learning_paths.refusals import in_turn
from learning_paths.units import Item, Unit

Waiting = Mapping[Item, Set[Item]]
_Entry = tuple[tuple[int, int, int], Item]  # places are unique: items are never compared


def topological(items: Sequence[Item], must: Waiting, should: Waiting) -> tuple[Item, ...]:
    """Kahn's algorithm (1962): of the items that are free, one of the current course first, then by place.

    Parameters
    ----------
    items
        What to order.
    must
        For each item those that come before it.
    should
        For each item those that come before it where that makes no circle. Rivals make such circles: a lab
        that one course has for two levels stands between them in the other.

    Raises
    ------
    CurriculumError
        When items must wait for each other.
    """
    waiting = {item: len(must[item] | should[item]) for item in items}
    hard = {item: len(must[item]) for item in items}
    after: dict[Item, list[Item]] = {}
    for item in items:
        for other in must[item] | should[item]:
            after.setdefault(other, []).append(item)
    free: list[_Entry] = []
    possible: list[_Entry] = []
    of_course: dict[str, list[_Entry]] = {}
    placed: dict[Item, None] = {}

    def release(item: Item) -> None:
        entry = (item.place, item)
        heapq.heappush(free, entry)
        heapq.heappush(of_course.setdefault(item.course, []), entry)

    for item in items:
        if not waiting[item]:
            release(item)
        if not hard[item]:
            heapq.heappush(possible, (item.place, item))
    course = ""
    while free or possible:
        item = heapq.heappop(of_course.get(course) or free or possible)[1]
        if item in placed:
            continue
        placed[item], course = None, item.course
        for other in after.get(item, ()):
            waiting[other] -= 1
            if not waiting[other]:
                release(other)
            if item in must[other]:
                hard[other] -= 1
                if not hard[other]:
                    heapq.heappush(possible, (other.place, other))
    stuck = [item for item in items if item not in placed]
    if stuck:
        units = in_turn(item.id for item in stuck if isinstance(item, Unit))
        raise CurriculumError("circle", units=units)
    return tuple(placed)


def comes_before(unit: Unit, other: Unit) -> bool:
    """Order inside a course: lessons as they stand, a lab behind its lessons and before those above it."""
    if unit.teaches and other.teaches:
        return unit.place < other.place
    if unit.teaches:
        return not _goes_above(unit, other)
    return bool(other.teaches) and _goes_above(other, unit)


def _goes_above(lesson: Unit, lab: Unit) -> bool:
    """Tell whether a lesson teaches a higher level of what a lab proves, and nothing that the lab needs."""
    pairs = [
        (taught[1], proved[1]) for taught in lesson.teaches for proved in lab.proves if taught[0] == proved[0]
    ]
    return bool(pairs) and all(taught > proved for taught, proved in pairs)
