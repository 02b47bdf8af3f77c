"""What hangs on an item of a plan: units that wait for it, goals that need it, what could stand in its place.

Pure functions over the planner's tuples.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from learning_paths.graph import Curriculum
from learning_paths.planner import Link, Selection
from learning_paths.units import Gap, Item, Node, Unit


@dataclass(frozen=True)
class Consequences:
    """Answers for one plan.

    Parameters
    ----------
    curriculum
        What there is.
    selection
        What is missing.
    """

    curriculum: Curriculum
    selection: Selection

    @cached_property
    def _bits(self) -> Mapping[Node, int]:
        return {node: 1 << place for place, node in enumerate(self.selection.links)}

    @cached_property
    def _askers(self) -> Mapping[Node, set[Node]]:
        """For each missing node the missing nodes that need it directly, in the graph or through a unit."""
        missing = self.selection.links
        found: dict[Node, set[Node]] = {node: set() for node in missing}
        for node in missing:
            for needed in self.curriculum.asked_by(node):
                if needed in found:
                    found[needed].add(node)
        for item, nodes in self.selection.chosen.items():
            for used in item.uses if isinstance(item, Unit) else ():
                if used in found:
                    found[used].update(nodes)
        return found

    @cached_property
    def _above(self) -> Mapping[Node, int]:
        """For each missing node the set of those that need it at any remove, itself included, as bits."""
        above = dict(self._bits)
        needs: dict[Node, list[Node]] = {node: [] for node in above}
        for needed, askers in self._askers.items():
            for asker in askers:
                needs[asker].append(needed)
        waiting = list(above)
        while waiting:
            node = waiting.pop()
            for needed in needs[node]:
                if above[needed] | above[node] != above[needed]:
                    above[needed] |= above[node]
                    waiting.append(needed)
        return above

    def _lost(self, items: Collection[Item]) -> int:
        lost = 0
        for item in items:
            for node in self.selection.chosen[item]:
                lost |= self._above[node]
        return lost

    def goals(self, items: Collection[Item]) -> list[Node]:
        """Return the goals that cannot be reached without some items."""
        lost = self._lost(items)
        return [
            node
            for node, link in self.selection.links.items()
            if link == Link(None) and self._bits[node] & lost
        ]

    def waiting(self, items: Collection[Item]) -> list[Item]:
        """Return the items that take what some items bring as known, at any remove, in the plan's order."""
        own = 0
        for item in items:
            for node in self.selection.chosen[item]:
                own |= self._bits[node]
        above = self._lost(items) & ~own
        return [
            other
            for other, nodes in self.selection.chosen.items()
            if other not in items and any(self._bits[node] & above for node in nodes)
        ]

    def alternatives(self, item: Item) -> list[Unit]:
        """Return units outside the plan that bring all that an item is there for, the shortest first."""
        if isinstance(item, Gap):
            return []
        covers = [set(self.curriculum.cover(node)) for node in self.selection.chosen[item]]
        found = [
            unit
            for unit in set.intersection(*covers)
            if isinstance(unit, Unit)
            and unit not in self.selection.chosen
            and bool(unit.teaches) == bool(item.teaches)
        ]
        return sorted(found, key=lambda unit: (unit.minutes, unit.place))

    def proofs(self, nodes: Sequence[Node]) -> list[Unit]:
        """Return the labs of the plan that prove one of some nodes, in the plan's order."""
        return [
            item
            for item in self.selection.chosen
            if isinstance(item, Unit)
            and item.proves
            and any(item in self.curriculum.labs.get(n, ()) for n in nodes)
        ]
