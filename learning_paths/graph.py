"""What there is to learn as one graph: needs between nodes, units that teach and prove them, and their order.

A *node* is a competency at a level ``(row, column)``. Needs lead from a node to the nodes that must be known
before it; a level needs the level below it. *Items* are what a plan is made of: lessons and labs, and a gap
for each node that no lesson teaches. The order of all items is worked out once for the whole curriculum and a
plan keeps its part of it.
"""

import sys
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from learning_paths.demands import Demands, compile_demands
from learning_paths.order import comes_before, topological
from learning_paths.units import LEVELS, Gap, Item, Node, Unit


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
    either
        Pairs of a node and nodes of which it needs any one.
    bundles
        Courses whose lessons come together: who takes one takes all that teach something missing.
    """

    competencies: tuple[str, ...]
    needs: tuple[tuple[Node, Node], ...]
    units: tuple[Unit, ...]
    either: tuple[tuple[Node, tuple[Node, ...]], ...] = ()
    bundles: frozenset[str] = frozenset()

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
    def ways(self) -> Mapping[Node, tuple[tuple[Unit, ...], ...]]:
        """For a node the ways to learn it: `lessons` by course, of which one course is enough."""
        found = {}
        for node, lessons in self.lessons.items():
            by_course: dict[str, list[Unit]] = {}
            for unit in sorted(lessons, key=lambda unit: unit.place):
                by_course.setdefault(unit.course, []).append(unit)
            found[node] = tuple(map(tuple, by_course.values()))
        return found

    @cached_property
    def proofs(self) -> Mapping[Node, tuple[Unit, ...]]:
        """For a node the labs any of which proves it, unless a lesson teaches a level in between."""
        proved: dict[Node, list[Unit]] = {}
        for unit in self.units:
            for node in unit.proves:
                proved.setdefault(node, []).append(unit)
        found = {}
        for node in self.needed_by:
            proof, lesson = _at_or_above(node, proved), _at_or_above(node, self._taught)
            if proof is not None and (lesson is None or proof[1] <= lesson[1]):
                found[node] = tuple(proved[proof])
        return found

    @cached_property
    def labs(self) -> Mapping[Node, tuple[Unit, ...]]:
        """For a node those of its `proofs` that ask for no level beyond its lesson's that a lesson teaches.

        Somebody who needs only the basics may prove them in the lab of the intermediate level, but is not
        sent into it.
        """
        found = {}
        for node, labs in self.proofs.items():
            row, level = _at_or_above(node, self._taught) or node
            beyond = {(row, higher) for higher in range(level + 1, LEVELS)} & self._taught
            lowest = min(beyond, default=(row, LEVELS))
            fitting = tuple(lab for lab in labs if max(one for one in lab.proves if one[0] == row) < lowest)
            if fitting:
                found[node] = fitting
        return found

    @cached_property
    def _taught(self) -> Set[Node]:
        return {node for unit in self.units for node in unit.teaches}

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
        return topological(self._items(), *self._waiting)

    @cached_property
    def rank(self) -> Mapping[Item, int]:
        """Position of each item in `order`."""
        return {item: position for position, item in enumerate(self.order)}

    @cached_property
    def _alternatives(self) -> Mapping[Node, tuple[Node, ...]]:
        found: dict[Node, list[Node]] = {}
        for node, alternatives in self.either:
            found.setdefault(node, []).extend(alternatives)
        return {node: tuple(sorted(nodes)) for node, nodes in found.items()}

    def asked_by(self, node: Node) -> tuple[Node, ...]:
        """Return all that a node may ask for directly: what it needs, and every node of which any will do."""
        return self.needed_by[node] + self._alternatives.get(node, ())

    def cover(self, node: Node) -> tuple[Item, ...]:
        """Return all items that can bring somebody to a node: lessons or a gap, and labs."""
        return (*(self.lessons.get(node) or (self.gap(node),)), *self.labs.get(node, ()))

    def gap(self, node: Node) -> Gap:
        """Return a node's gap."""
        return Gap(node, (node[0], sys.maxsize, node[1]))

    def _items(self) -> list[Item]:
        return [*self.units, *(self.gap(node) for node in self.needed_by if node not in self.lessons)]

    @cached_property
    def demands(self) -> Demands:
        """What each node and unit asks for, as clauses over numbers."""
        return compile_demands(self)

    @cached_property
    def before(self) -> Mapping[Item, Set[Item]]:
        """For each item the items that come before it."""
        must, should = self._waiting
        rank = self.rank
        return {
            item: must[item] | {other for other in should[item] if rank[other] < rank[item]} for item in must
        }

    @cached_property
    def _waiting(self) -> tuple[Mapping[Item, Set[Item]], Mapping[Item, Set[Item]]]:
        """For each item what must come before it, and what should: labs, where rivals allow."""
        must: dict[Item, set[Item]] = {item: set() for item in self._items()}
        should: dict[Item, set[Item]] = {item: set() for item in must}

        def wait(item: Item, earlier: Iterable[Item]) -> None:
            for other in earlier:
                lab = isinstance(other, Unit) and bool(other.proves)
                (should if lab else must)[item].add(other)

        for node in self.needed_by:
            for item in self.cover(node):
                for earlier in self.asked_by(node):
                    wait(item, self._bringing(earlier, item))
        for unit in self.units:
            for used in unit.uses:
                wait(unit, self._bringing(used, unit))
            for proved in unit.proves:
                wait(unit, self.lessons.get(proved) or (self.gap(proved),))
            mates = [other for other in self.courses[unit.course] if comes_before(other, unit)]
            (should if unit.proves else must)[unit].update(mate for mate in mates if mate.teaches)
            should[unit].update(mate for mate in mates if mate.proves)
        return must, should

    @cached_property
    def courses(self) -> Mapping[str, tuple[Unit, ...]]:
        """The units of each course."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            found.setdefault(unit.course, []).append(unit)
        return {course: tuple(units) for course, units in found.items()}

    def _bringing(self, node: Node, item: Item) -> Iterable[Item]:
        """Yield what brings somebody to a node before an item.

        A unit that brings a node itself does not wait for others; inside a course `comes_before` rules.
        """
        cover = self.cover(node)
        if item in cover:
            return ()
        return (other for other in cover if isinstance(item, Gap) or other.course != item.course)


def _at_or_above(node: Node, among: Iterable[Node] | Mapping[Node, object]) -> Node | None:
    row, level = node
    return next(((row, at) for at in range(level, LEVELS) if (row, at) in among), None)
