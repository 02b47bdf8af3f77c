"""What must be taken for what: clauses over numbered things, each met by any one of its options.

A *thing* is a node or a unit, numbered: nodes first, ``row * LEVELS + level``, then units in the order of
learning. Who wants a thing must meet each of its clauses; a clause is met by one option, an option by all its
things. A clause with one option is a plain need, one with several is a choice.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from learning_paths.units import LEVELS, Node, Unit

if TYPE_CHECKING:
    from learning_paths.graph import Curriculum

Option = tuple[int, ...]
Clause = tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Demands:
    """The clauses of a whole curriculum.

    Parameters
    ----------
    nodes
        How many nodes there are.
    units
        The units by their numbers less `nodes`.
    number
        The number of each unit, by typed id.
    needs
        For each thing its clauses over nodes: needs of a node, what a unit takes as known.
    cover
        For each thing its clauses over units: lessons and labs of a node, the rest of a unit's bundle.
    gaps
        Nodes that no lesson teaches.
    about
        For each unit the nodes that it teaches or proves.
    """

    nodes: int
    units: tuple[Unit, ...]
    number: Mapping[str, int]
    needs: tuple[tuple[Clause, ...], ...]
    cover: tuple[tuple[Clause, ...], ...]
    gaps: frozenset[int]
    about: tuple[tuple[int, ...], ...]


def number_of(node: Node) -> int:
    """Return the number of a node."""
    return node[0] * LEVELS + node[1]


def node_of(number: int) -> Node:
    """Return the node of a number."""
    return divmod(number, LEVELS)


def compile_demands(curriculum: "Curriculum") -> Demands:
    """Return what each node and unit of a curriculum asks for, the same whatever order it is given in."""
    units = tuple(item for item in curriculum.order if isinstance(item, Unit))
    nodes = len(curriculum.competencies) * LEVELS
    number = {unit.id: nodes + at for at, unit in enumerate(units)}
    needs: list[list[Clause]] = [[] for _ in range(nodes + len(units))]
    cover: list[list[Clause]] = [[] for _ in range(nodes + len(units))]
    for node, needed in curriculum.needed_by.items():
        needs[number_of(node)] += _each(needed)
    for node, alternatives in sorted(curriculum.either):
        needs[number_of(node)].append(tuple((number_of(one),) for one in alternatives))
    for node in curriculum.needed_by:
        if ways := curriculum.ways.get(node):
            cover[number_of(node)].append(tuple(tuple(number[unit.id] for unit in way) for way in ways))
        if labs := curriculum.labs.get(node):
            cover[number_of(node)].append(tuple((at,) for at in sorted(number[lab.id] for lab in labs)))
    for at, unit in enumerate(units, nodes):
        needs[at] += _each(unit.uses)
        if unit.course in curriculum.bundles and unit.teaches:
            rest = (one for one in units if one.course == unit.course and one.teaches and one is not unit)
            cover[at] += (((number[one.id],),) for one in rest)
    gaps = frozenset(number_of(node) for node in curriculum.needed_by if node not in curriculum.lessons)
    about = tuple(tuple(map(number_of, unit.teaches + unit.proves)) for unit in units)
    return Demands(nodes, units, number, tuple(map(tuple, needs)), tuple(map(tuple, cover)), gaps, about)


def lab_to_test_out(curriculum: "Curriculum", unit: str) -> str | None:
    """Return the lab to test out of a unit by: itself, or the first that proves what it teaches.

    Parameters
    ----------
    curriculum
        What there is.
    unit
        Typed id of a lesson or a lab.
    """
    demands = curriculum.demands
    number = demands.number.get(unit)
    if number is None:
        return None
    found = demands.units[number - demands.nodes]
    if found.proves:
        return unit
    labs = {lab.id for node in found.teaches for lab in curriculum.proofs.get(node, ())}
    return min(labs, key=demands.number.__getitem__, default=None)


def _plain(clauses: Iterable[Clause]) -> list[int]:
    """Return the things of which nothing else will do."""
    return [clause[0][0] for clause in clauses if len(clause) == 1 and len(clause[0]) == 1]


def _each(nodes: Iterable[Node]) -> list[Clause]:
    return [((number,),) for number in sorted({number_of(node) for node in nodes})]


@dataclass(frozen=True)
class Open:
    """What is open for one learner: the clauses that are not met yet.

    Parameters
    ----------
    demands
        Of the curriculum.
    met
        By thing: a node is mastered, a unit is done or has nothing to give that is not mastered.
    skipped
        Things that must not be taken.
    claimed
        For a node that is to be tested out of the lab that proves it. Such a node asks for nothing else, and
        the lab for nothing: who claims to know what it proves may try it at once.
    pinned
        Units that are wanted for themselves.
    failed
        Nodes of which direct evidence says that they are not mastered. Who needs something mastered that
        rests on one needs it, too: what is implied does not outweigh a direct answer.
    waived
        Nodes that are or were to be tested out of: whatever they rest on is not asked for through them.
    """

    demands: Demands
    met: Sequence[bool]
    skipped: Set[int] = frozenset()
    claimed: Mapping[int, int] = field(default_factory=dict)
    pinned: Set[int] = frozenset()
    failed: Set[int] = frozenset()
    waived: Set[int] = frozenset()

    def failed_under(self, thing: int) -> Sequence[int]:
        """Return what was failed and something mastered rests on, lowest numbers first."""
        return self._failed_under.get(thing, ()) if self.failed else ()

    @cached_property
    def _failed_under(self) -> Mapping[int, list[int]]:
        above: dict[int, list[int]] = {}
        for node in range(self.demands.nodes):
            for needed in _plain(self.demands.needs[node]):
                above.setdefault(needed, []).append(node)
        found: dict[int, list[int]] = {}
        for low in sorted(self.failed):
            waiting, seen = [low], {low}
            while waiting:
                node = waiting.pop()
                if node in self.waived or self.given_up(node):
                    continue
                if self.met[node]:
                    found.setdefault(node, []).append(low)
                waiting += (one for one in above.get(node, ()) if one not in seen)
                seen.update(above.get(node, ()))
        return found

    @cached_property
    def _labs(self) -> Set[int]:
        return frozenset(self.claimed.values())

    def clauses(self, thing: int) -> list[Clause]:
        """Return the clauses of a thing that are not met."""
        if thing in self.claimed:
            return [((self.claimed[thing],),)]
        if self.given_up(thing) or thing in self._labs:
            return []
        demands = self.demands
        found = [clause for clause in map(self._unmet, demands.needs[thing]) if clause]
        found += [clause for clause in map(self._cover, demands.cover[thing]) if clause]
        if self.failed:
            found += [((low,),) for one in _plain(demands.needs[thing]) for low in self.failed_under(one)]
        if thing in self.pinned:
            found += self._of_pinned(demands.units[thing - demands.nodes])
        return found

    def given_up(self, thing: int) -> bool:
        """Tell whether marks left nothing that would bring a node."""
        if not self.skipped or thing >= self.demands.nodes:
            return False
        if thing in self.skipped:
            return True
        clauses = self.demands.cover[thing]
        units = {unit for clause in clauses for option in clause for unit in option}
        return not self.skipped.isdisjoint(units) and not any(map(self._cover, clauses))

    def cut_short(self, thing: int) -> bool:
        """Tell whether marks take something from a node that no other way brings."""
        if thing in self.skipped:
            return True
        left = map(self._unmet, self.demands.cover[thing])
        return any(
            clause and all(not self.skipped.isdisjoint(option) for option in clause) for clause in left
        )

    def _unmet(self, clause: Clause) -> Clause:
        met = self.met
        if len(clause) == 1 and len(clause[0]) == 1:
            return () if met[clause[0][0]] else clause
        left = tuple(tuple(thing for thing in option if not met[thing]) for option in clause)
        return left if all(left) else ()

    def _cover(self, clause: Clause) -> Clause:
        left = tuple(tuple(thing for thing in option if not self.met[thing]) for option in clause)
        if not all(left):
            return ()
        if self.skipped:
            whole = tuple(option for option in left if self.skipped.isdisjoint(option))
            if whole:
                return whole
            parts = (tuple(thing for thing in option if thing not in self.skipped) for option in left)
            left = tuple(option for option in parts if option)
        return left

    def _of_pinned(self, unit: Unit) -> list[Clause]:
        """Return what a pinned unit needs beyond what it takes as known: the needs of what it teaches."""
        found = []
        for node in map(number_of, unit.teaches):
            if not self.met[node]:
                found += [clause for clause in map(self._unmet, self.demands.needs[node]) if clause]
        return found + [((node,),) for node in map(number_of, unit.proves) if not self.met[node]]
