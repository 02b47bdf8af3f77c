"""From a goal to an ordered plan: what is missing, and the units that bring it."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

from learning_paths.choice import Bound, Problem, cheapest
from learning_paths.demands import Open, node_of, number_of
from learning_paths.graph import Curriculum
from learning_paths.marks import NO_MARKS, Marks, opened
from learning_paths.units import Gap, Item, Node, Unit


@dataclass(frozen=True, slots=True)
class Link:
    """How the closure came to a node.

    Parameters
    ----------
    node
        The node that asked for it; None for a goal and for what a pinned unit is about.
    unit
        The unit that takes it as known; None where the graph itself asks. With no node: the unit that is
        pinned and teaches or proves it, where nothing else asks.
    over
        What is mastered, rests on the node, and is what was asked for, where the node itself was failed.
    """

    node: Node | None
    unit: Unit | None = None
    over: Node | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is missing for a goal.

    Parameters
    ----------
    links
        For each missing node the shortest way to a goal.
    chosen
        The items in their order, each with the missing nodes that it is there for.
    bound
        How much shorter another selection could be; None for a part of a goal.
    uncovered
        Nodes that stay unlearned in part or in whole, because a mark took units out.
    pinned
        Units that are wanted for themselves.
    """

    links: Mapping[Node, Link]
    chosen: Mapping[Item, tuple[Node, ...]]
    bound: Bound | None
    uncovered: tuple[Node, ...] = ()
    pinned: Set[Unit] = frozenset()


def minutes_of(item: Item) -> int:
    """Return a unit's own minutes; a gap takes none."""
    return item.minutes if isinstance(item, Unit) else 0


def select(
    curriculum: Curriculum,
    goals: Iterable[Node],
    mastered: Callable[[Node], bool],
    done: Set[str] = frozenset(),
    *,
    marks: Marks = NO_MARKS,
    minutes: Callable[[Item], int] = minutes_of,
    kept: Set[str] = frozenset(),
    failed: Iterable[Node] = (),
) -> Selection:
    """Return what lies between a learner and a goal, in the least time.

    What is missing follows from the goals down their needs, and from each chosen unit to what it uses; it
    stops at what is mastered, because who has reached a thing needs no more of what leads to it, unless it
    was failed itself. Where several courses teach a node, several labs prove it or any of several needs will
    do, the choice takes the fewest minutes in all.

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
    marks
        What is to be otherwise.
    minutes
        What an item takes this learner.
    kept
        Ids of units of the plan before: they are preferred where that costs no minute.
    failed
        Nodes of which direct evidence last said that they are not reached.
    """
    open_ = opened(curriculum, mastered, done, marks, failed)
    goals = sorted(goals)
    under = (node_of(low) for goal in goals for low in open_.failed_under(number_of(goal)))
    wanted = dict.fromkeys([*(goal for goal in goals if not mastered(goal)), *under])
    problem = problem_of(curriculum, open_, wanted, minutes)
    number = open_.demands.number
    taken, bound = cheapest(problem, {number[name] for name in kept if name in number})
    return selected(curriculum, open_, goals, taken, bound)


def problem_of(
    curriculum: Curriculum,
    open_: Open,
    goals: Iterable[Node],
    minutes: Callable[[Item], int],
    possible: Iterable[Node] = (),
) -> Problem:
    """Return what goals and pins ask, what is possible besides, and what each thing costs this learner."""
    demands = open_.demands
    costs = [0] * demands.nodes + [minutes(unit) for unit in demands.units]
    for number in demands.gaps:
        if number not in open_.skipped and number not in open_.claimed:
            costs[number] = minutes(curriculum.gap(node_of(number)))
    return Problem(open_, [*map(number_of, goals), *sorted(open_.pinned)], costs, map(number_of, possible))


def selected(
    curriculum: Curriculum, open_: Open, goals: Iterable[Node], taken: Set[int], bound: Bound | None
) -> Selection:
    """Return things that were taken as items in their order, each node with the shortest way to a goal."""
    walk = _Walk(curriculum, open_, taken)
    walk.run(goals)
    cut = sorted(node for node in walk.links if open_.skipped and open_.cut_short(number_of(node)))
    pinned = frozenset(open_.demands.units[number - open_.demands.nodes] for number in open_.pinned)
    return Selection(walk.links, _in_order(curriculum, walk.chosen, open_), bound, tuple(cut), pinned)


class _Walk:
    """Breadth first from the goals over what was taken, so that links are shortest ways."""

    def __init__(self, curriculum: Curriculum, open_: Open, taken: Set[int]):
        self._curriculum, self._open, self._taken = curriculum, open_, taken
        self.links: dict[Node, Link] = {}
        self.chosen: dict[Item, list[Node]] = {}
        self._queue: deque[Node] = deque()
        self._taken_as_known: deque[tuple[Node, Link]] = deque()
        self._reached: set[Node] = set()

    def run(self, goals: Iterable[Node]) -> None:
        """Fill `links` and `chosen`."""
        for goal in goals:
            if not self._open.met[number_of(goal)]:
                self.links[goal] = Link(None)
            self._ask_failed(goal, Link(None, None, goal))
        self._queue.extend(self.links)
        self._follow()
        # after the goals: what they need as well says so
        for number in sorted(self._open.pinned):
            self._pinned(self._open.demands.units[number - self._open.demands.nodes])
        self._follow()

    def _follow(self) -> None:
        while self._queue or self._taken_as_known:
            if not self._queue:
                # needs first: that a competency needs another says more than that a lesson takes it as known
                self._ask(*self._taken_as_known.popleft())
            elif (node := self._queue.popleft()) not in self._reached:
                self._reach(node)

    def _ask(self, node: Node, link: Link) -> None:
        if node not in self.links and number_of(node) in self._taken:
            self.links[node] = link
            self._queue.append(node)

    def _ask_failed(self, node: Node, link: Link) -> None:
        """Ask later, where nothing nearer does, for what was failed under something mastered."""
        lower = map(node_of, self._open.failed_under(number_of(node)))
        self._taken_as_known.extend((one, link) for one in lower)

    def _reach(self, node: Node) -> None:
        asks = self._asks(node)
        lower = ((node[0], level) for level in range(node[1]) if asks)
        below = [one for one in lower if one not in self._reached and number_of(one) in self._taken]
        for one, higher in pairwise([*below, node]):
            self.links[one] = Link(higher)
        # from the lowest level up: what somebody meets first is the nearest reason for what it needs
        for level in (*below, node):
            self._reached.add(level)
            if self._asks(level):
                for needed in self._curriculum.asked_by(level):
                    self._ask(needed, Link(level))
                for needed in self._curriculum.needed_by[level]:
                    self._ask_failed(needed, Link(level, None, needed))
            for item in self._brings(level):
                self._choose(item, level)

    def _asks(self, node: Node) -> bool:
        number = number_of(node)
        return number not in self._open.claimed and not self._open.given_up(number)

    def _brings(self, node: Node) -> Iterable[Item]:
        number, demands = number_of(node), self._open.demands
        if number in self._open.claimed:
            return (demands.units[self._open.claimed[number] - demands.nodes],)
        cover = self._curriculum.cover(node)
        units = (item for item in cover if isinstance(item, Unit) and demands.number[item.id] in self._taken)
        gaps = (item for item in cover if isinstance(item, Gap) and number not in self._open.skipped)
        return (*gaps, *units)

    def _choose(self, item: Item, node: Node) -> None:
        new = item not in self.chosen
        self.chosen.setdefault(item, []).append(node)
        if new and isinstance(item, Unit):
            self._taken_as_known.extend((used, Link(node, item)) for used in item.uses)
            for used in item.uses:
                self._ask_failed(used, Link(node, item, used))
            if item.course in self._curriculum.bundles and item.teaches:
                for mate in self._curriculum.courses[item.course]:
                    if mate.teaches and mate not in self.chosen and self._is_taken(mate):
                        self._choose(mate, node)

    def _is_taken(self, unit: Unit) -> bool:
        return self._open.demands.number[unit.id] in self._taken

    def _pinned(self, unit: Unit) -> None:
        for node in unit.teaches + unit.proves:
            self.links.setdefault(node, Link(None, unit))
            self._choose(unit, node)
            if unit.proves and number_of(node) in self._taken:
                self._queue.append(node)
            else:
                for needed in self._curriculum.asked_by(node):
                    self._ask(needed, Link(node))


def _in_order(
    curriculum: Curriculum, chosen: Mapping[Item, list[Node]], open_: Open
) -> Mapping[Item, tuple[Node, ...]]:
    """Return items in the order of the curriculum, what is pinned and all that it waits for first."""
    first: set[Item] = set()
    queue = [
        item for item in chosen if isinstance(item, Unit) and open_.demands.number[item.id] in open_.pinned
    ]
    while queue:
        item = queue.pop()
        if item not in first:
            first.add(item)
            queue += (earlier for earlier in curriculum.before[item] if earlier in chosen)
    rank = curriculum.rank
    ordered = sorted(chosen, key=lambda item: (item not in first, rank[item]))
    return {item: tuple(dict.fromkeys(chosen[item])) for item in ordered}
