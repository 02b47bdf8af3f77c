"""What hangs on an item of a plan: units that wait for it, goals that need it, what could stand in its place.

Pure functions over the planner's tuples; sets of nodes and items are the bits of a whole number.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

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
    def _order(self) -> list[Item]:
        return list(self.selection.chosen)

    @cached_property
    def _place(self) -> Mapping[Item, int]:
        return {item: place for place, item in enumerate(self._order)}

    @cached_property
    def _bits(self) -> Mapping[Node, int]:
        return {node: 1 << place for place, node in enumerate(self.selection.links)}

    @cached_property
    def _masks(self) -> list[int]:
        """For each item of the plan, in its order, the nodes that it is there for, as bits."""
        bits = self._bits
        return [reduce(or_, (bits[node] for node in nodes), 0) for nodes in self.selection.chosen.values()]

    @cached_property
    def _for(self) -> Mapping[Node, int]:
        """For each missing node the places of the items that are there for it, as bits."""
        found = dict.fromkeys(self.selection.links, 0)
        for place, nodes in enumerate(self.selection.chosen.values()):
            for node in nodes:
                found[node] |= 1 << place
        return found

    @cached_property
    def _needs(self) -> Mapping[Node, list[Node]]:
        """For each missing node the missing nodes that it needs directly, in the graph or through a unit."""
        missing = self.selection.links
        found = {node: {one for one in self.curriculum.asked_by(node) if one in missing} for node in missing}
        for item, nodes in self.selection.chosen.items():
            used = [one for one in item.uses if one in missing] if isinstance(item, Unit) else ()
            for node in nodes:
                found[node].update(used)
        for node, link in self.selection.links.items():
            if link.over is not None and link.node is not None:
                found[link.node].add(node)
        return {node: list(needed) for node, needed in found.items()}

    @cached_property
    def _above(self) -> Mapping[Node, tuple[int, int]]:
        """For each missing node those that need it at any remove and itself, with their items, as bits."""
        size = len(self._bits)
        above = {node: bit | self._for[node] << size for node, bit in self._bits.items()}
        # who asks stands later in the plan, so that one pass is enough but for circles within a course
        passed = sorted(above, key=self._for.__getitem__, reverse=True)
        stable = False
        while not stable:
            stable = True
            done = set()
            for node in passed:
                done.add(node)
                for needed in self._needs[node]:
                    if above[needed] | above[node] != above[needed]:
                        above[needed] |= above[node]
                        stable = stable and needed not in done
        low = (1 << size) - 1
        return {node: (bits & low, bits >> size) for node, bits in above.items()}

    @cached_property
    def _goals(self) -> list[tuple[Node, int]]:
        links = self.selection.links
        return [(node, self._bits[node]) for node, link in links.items() if link == Link(None)]

    def goals(self, items: Collection[Item]) -> list[Node]:
        """Return the goals that cannot be reached without some items."""
        lost = 0
        for item in items:
            for node in self.selection.chosen[item]:
                lost |= self._above[node][0]
        return [node for node, bit in self._goals if bit & lost]

    def waiting(self, items: Collection[Item]) -> list[Item]:
        """Return the items that take what some items bring as known, at any remove, in the plan's order."""
        return [self._order[place] for place in self.waiting_at(items)]

    def waiting_at(self, items: Collection[Item]) -> NDArray[np.intp]:
        """Return the places in the plan of :meth:`waiting`: many, so that who asks need not look them up."""
        above = found = own = beside = mine = 0
        for item in items:
            mine |= 1 << self._place[item]
            for node in self.selection.chosen[item]:
                nodes, there = self._above[node]
                above |= nodes
                found |= there
                own |= self._bits[node]
                beside |= self._for[node]
        # what is there for the same nodes and for nothing above them does not wait
        above &= ~own
        beside &= ~mine
        while beside:
            lowest = beside & -beside
            if not self._masks[lowest.bit_length() - 1] & above:
                mine |= lowest
            beside ^= lowest
        return _places(found & ~mine)

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
        labs = {lab for node in nodes for lab in self.curriculum.proofs.get(node, ())}
        return sorted((lab for lab in labs if lab in self._place), key=self._place.__getitem__)


def _places(bits: int) -> NDArray[np.intp]:
    """Return the places of the bits that are set, lowest first."""
    held = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    return np.flatnonzero(np.unpackbits(np.frombuffer(held, np.uint8), bitorder="little"))
