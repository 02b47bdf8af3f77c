"""The one order of all items: each after what it needs, a course that was begun before another."""

import heapq
from collections.abc import Mapping, Sequence, Set

from learning_paths.errors import CurriculumError
from learning_paths.units import Item, Unit


def topological(items: Sequence[Item], before: Mapping[Item, Set[Item]]) -> tuple[Item, ...]:
    """Kahn's algorithm (1962): of the items that are free, one of the current course first, then by place."""
    waiting = {item: set(before[item]) for item in items}
    after: dict[Item, list[Item]] = {}
    for item, earlier in waiting.items():
        for other in earlier:
            after.setdefault(other, []).append(item)
    free: list[tuple[tuple[int, int, int], Item]] = []  # places are unique: items are never compared
    of_course: dict[str, list[tuple[tuple[int, int, int], Item]]] = {}
    placed: dict[Item, None] = {}

    def release(item: Item) -> None:
        entry = (item.place, item)
        heapq.heappush(free, entry)
        heapq.heappush(of_course.setdefault(item.course, []), entry)

    for item in items:
        if not waiting[item]:
            release(item)
    course = ""
    while free:
        own = of_course.get(course) or free
        item = heapq.heappop(own)[1]
        if item in placed:
            continue
        placed[item], course = None, item.course
        for other in after.get(item, ()):
            waiting[other].discard(item)
            if not waiting[other]:
                release(other)
    stuck = [item for item in items if item not in placed]
    if stuck:
        names = ", ".join(item.id for item in stuck if isinstance(item, Unit))
        raise CurriculumError(f"these units wait for each other: {names}; see ./academy catalogue check")
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
