"""From a goal to an ordered plan: prerequisite closure, units, order, weeks. Pure functions over tuples.

A *node* is a competency at a level ``(row, column)``. Needs lead from a node to the nodes that must be known
before it; a level needs the level below it. *Items* are what a plan is made of: lessons and labs, and a gap
for each node that no lesson teaches. The order of all items is worked out once for the whole curriculum and a
plan keeps its part of it: so a plan is deterministic, and whoever masters more never gets a longer one.
"""

import heapq
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from learning_paths.errors import CurriculumError

Node = tuple[int, int]
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """A lesson or a lab.

    Parameters
    ----------
    id
        Typed id, ``lesson:rag/01-chunks`` or ``lab:rag``.
    minutes
        What a learner needs, 1 or more.
    course
        The course it belongs to.
    place
        Where it stands among all units; ties in the order are broken by it. Its first number is the row of
        the first competency that its course teaches, then come course and position.
    teaches
        Nodes that a lesson teaches; empty for a lab.
    proves
        Nodes that a lab proves; empty for a lesson.
    uses
        Nodes that it takes as known.
    """

    id: str
    minutes: int
    course: str
    place: tuple[int, int, int]
    teaches: tuple[Node, ...] = ()
    proves: tuple[Node, ...] = ()
    uses: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the curriculum does not teach, or teaches and does not prove.

    Parameters
    ----------
    node
        What is missing.
    place
        As of a unit: the competency's row, then a number behind all courses, then the level.
    """

    node: Node
    place: tuple[int, int, int]

    @property
    def course(self) -> str:
        """A name that no course has: a gap's levels follow each other like a course's lessons."""
        return f"gap:{self.node[0]}"


Item = Unit | Gap


@dataclass(frozen=True)
class Curriculum:
    """What there is to learn, as tuples.

    Parameters
    ----------
    competencies
        Their ids, by row, in the order of the learning curve.
    needs
        Pairs ``(node, needed node)`` between competencies.
    units
        All lessons and labs.
    """

    competencies: tuple[str, ...]
    needs: tuple[tuple[Node, Node], ...]
    units: tuple[Unit, ...]

    @cached_property
    def needed_by(self) -> Mapping[Node, tuple[Node, ...]]:
        """For a node what it needs directly: the level below it first, then other competencies."""
        found: dict[Node, list[Node]] = {
            (row, level): [(row, level - 1)] if level else []
            for row in range(len(self.competencies))
            for level in range(LEVELS)
        }
        for node, needed in self.needs:
            found[node].append(needed)
        return {node: tuple(needed) for node, needed in found.items()}

    @cached_property
    def lessons(self) -> Mapping[Node, tuple[Unit, ...]]:
        """For a node the lessons that teach it: those at the lowest level that is taught and not below it."""
        taught: dict[Node, list[Unit]] = {}
        for unit in self.units:
            for node in unit.teaches:
                taught.setdefault(node, []).append(unit)
        return {
            node: tuple(taught[at])
            for node in self.needed_by
            if (at := _at_or_above(node, taught)) is not None
        }

    @cached_property
    def labs(self) -> Mapping[Node, tuple[Unit, ...]]:
        """For a node the labs that prove it, unless a lesson teaches a level between the node and the proof.

        Somebody who needs only the basics is not sent into the lab of the intermediate level.
        """
        proved: dict[Node, list[Unit]] = {}
        taught = {node for unit in self.units for node in unit.teaches}
        for unit in self.units:
            for node in unit.proves:
                proved.setdefault(node, []).append(unit)
        found = {}
        for node in self.needed_by:
            proof, lesson = _at_or_above(node, proved), _at_or_above(node, taught)
            if proof is not None and (lesson is None or proof[1] <= lesson[1]):
                found[node] = tuple(proved[proof])
        return found

    @cached_property
    def unproved(self) -> frozenset[Node]:
        """Nodes that a lesson teaches and no lab proves at their level or above it."""
        proved = {node for unit in self.units for node in unit.proves}
        return frozenset(node for node in self.lessons if _at_or_above(node, proved) is None)

    @cached_property
    def order(self) -> tuple[Item, ...]:
        """All items, each after what it needs; a course that was begun is finished first where needs allow.

        Raises
        ------
        CurriculumError
            When units wait for each other in a circle.
        """
        return _topological(self._items(), self.before)

    @cached_property
    def rank(self) -> Mapping[Item, int]:
        """Position of each item in `order`."""
        return {item: position for position, item in enumerate(self.order)}

    def cover(self, node: Node) -> tuple[Item, ...]:
        """Return the items that bring somebody to a node: lessons or a gap, and labs."""
        return (*(self.lessons.get(node) or (self._gap(node),)), *self.labs.get(node, ()))

    def _gap(self, node: Node) -> Gap:
        return Gap(node, (node[0], sys.maxsize, node[1]))

    def _items(self) -> list[Item]:
        return [*self.units, *(self._gap(node) for node in self.needed_by if node not in self.lessons)]

    @cached_property
    def before(self) -> Mapping[Item, Set[Item]]:
        """For each item the items that must come before it."""
        before: dict[Item, set[Item]] = {item: set() for item in self._items()}
        for node, needed in self.needed_by.items():
            for item in self.cover(node):
                for earlier in needed:
                    before[item].update(self._bringing(earlier, item))
        for unit in self.units:
            for used in unit.uses:
                before[unit].update(self._bringing(used, unit))
            for proved in unit.proves:
                before[unit].update(self.lessons.get(proved) or (self._gap(proved),))
            before[unit].update(other for other in self._courses[unit.course] if _comes_before(other, unit))
        return before

    @cached_property
    def _courses(self) -> Mapping[str, tuple[Unit, ...]]:
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            found.setdefault(unit.course, []).append(unit)
        return {course: tuple(units) for course, units in found.items()}

    def _bringing(self, node: Node, item: Item) -> Iterable[Item]:
        """Yield what brings somebody to a node before an item.

        A unit that brings a node itself does not wait for others; inside a course `_comes_before` rules.
        """
        cover = self.cover(node)
        if item in cover:
            return ()
        return (other for other in cover if isinstance(item, Gap) or other.course != item.course)


@dataclass(frozen=True, slots=True)
class Link:
    """How the closure came to a node.

    Parameters
    ----------
    node
        The node that asked for it; None for a goal.
    unit
        The unit that takes it as known; None where the graph itself asks.
    """

    node: Node | None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is missing for a goal.

    Parameters
    ----------
    links
        For each missing node the shortest way to a goal.
    chosen
        The items in their order, each with the missing nodes that it is there for.
    """

    links: Mapping[Node, Link]
    chosen: Mapping[Item, tuple[Node, ...]]


def select(
    curriculum: Curriculum,
    goals: Iterable[Node],
    mastered: Callable[[Node], bool],
    done: Set[str] = frozenset(),
) -> Selection:
    """Return what lies between a learner and a goal.

    The closure goes from the goals down their needs, and from each chosen unit to what it uses; it stops at
    what is mastered, because who has reached a thing needs no more of what leads to it.

    Parameters
    ----------
    curriculum
        What there is.
    goals
        Nodes to reach.
    mastered
        Tells whether a node is mastered; must hold for lower levels where it holds for a higher one.
    done
        Ids of units that need not come again; what only they take as known is not asked for.
    """
    links = {goal: Link(None) for goal in sorted(goals) if not mastered(goal)}
    chosen: dict[Item, list[Node]] = {}
    queue, taken_as_known = deque(links), deque()
    reached: set[Node] = set()
    while queue or taken_as_known:
        if not queue:
            # needs come first: why a competency needs another says more than that a lesson takes it as known
            node, link = taken_as_known.popleft()
            if node in links:
                continue
            links[node] = link
            queue.append(node)
        node = queue.popleft()  # breadth first, so links are shortest ways
        if node in reached:
            continue
        lower_levels = ((node[0], level) for level in range(node[1]))
        below = [lower for lower in lower_levels if lower not in reached and not mastered(lower)]
        for lower, higher in pairwise([*below, node]):
            links[lower] = Link(higher)
        # from the lowest level up: what somebody meets first is the nearest reason for what it needs
        for level in (*below, node):
            reached.add(level)
            for needed in curriculum.needed_by[level]:
                if needed not in links and not mastered(needed):
                    links[needed] = Link(level)
                    queue.append(needed)
            for item in curriculum.cover(level):
                if isinstance(item, Unit) and item.id in done:
                    continue
                chosen.setdefault(item, []).append(level)
                if isinstance(item, Unit):
                    taken_as_known.extend(
                        (used, Link(level, item)) for used in item.uses if not mastered(used)
                    )
    ordered = sorted(chosen, key=curriculum.rank.__getitem__)
    return Selection(links, {item: tuple(chosen[item]) for item in ordered})


def pack(minutes: Sequence[int], minutes_a_week: int, flows: Collection[int] = ()) -> list[tuple[int, int]]:
    """Return first and last week of each unit, counted from 1, in the given order.

    A unit goes into the current week if it fits in whole, else it opens the next; one that is longer than a
    week spreads over several. What flows begins at once and goes on in the next week. (Next fit: taking a
    unit out, or giving more hours a week, never makes the rest end later.)

    Parameters
    ----------
    minutes
        Of each unit, 0 or more.
    minutes_a_week
        1 or more.
    flows
        Places of those that are no sitting of their own and may be broken off anywhere: gaps.
    """
    week, used, weeks = 1, 0, []
    for place, length in enumerate(minutes):
        breaks = place in flows and used < minutes_a_week
        if used and used + length > minutes_a_week and not breaks:
            week, used = week + 1, 0
        first = week
        while used + length > minutes_a_week:
            length -= minutes_a_week - used
            week, used = week + 1, 0
        used += length
        weeks.append((first, week))
    return weeks


def hours_needed(minutes: Sequence[int], weeks: int, flows: Collection[int] = ()) -> float:
    """Return the fewest hours a week, in tenths, with which :func:`pack` ends within a number of weeks.

    Parameters
    ----------
    minutes, flows
        As for `pack`.
    weeks
        1 or more.
    """
    tenths = max(1, -(-sum(minutes) // (6 * weeks)))
    while max((last for _, last in pack(minutes, 6 * tenths, flows)), default=0) > weeks:
        tenths += 1
    return tenths / 10


def _comes_before(unit: Unit, other: Unit) -> bool:
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


def _at_or_above(node: Node, among: Iterable[Node] | Mapping[Node, object]) -> Node | None:
    row, level = node
    return next(((row, at) for at in range(level, LEVELS) if (row, at) in among), None)


def _topological(items: Sequence[Item], before: Mapping[Item, Set[Item]]) -> tuple[Item, ...]:
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
