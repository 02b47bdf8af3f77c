"""Some learners side by side: what all must take, what they may choose, and the least way of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning_paths.choice import Problem, cheapest
from learning_paths.crowd_demands import Asked
from learning_paths.demands import Clause, Option

Mask = NDArray[np.bool_]
Ints = NDArray[np.int32]
Solved = tuple[list[int], int]
"""Things to take, and how many minutes they may be above the least."""
ROUNDS = 3
"""More strike out almost nothing."""


class Chunk:
    """Some learners side by side: arrays are ``(things, learners)``, and ``(options, learners)`` by clause.

    Parameters
    ----------
    asked
        Of the curriculum.
    mastered, goals
        ``(learners, competencies, 4)``.
    """

    def __init__(self, asked: Asked, mastered: Mask, goals: Mask):
        self.asked = asked
        demands = asked.demands
        learners = len(mastered)
        nodes = np.ascontiguousarray(mastered.reshape(learners, -1).T)
        units = np.empty((len(demands.units), learners), bool)
        for at, about in enumerate(demands.about):
            units[at] = nodes[list(about)].all(axis=0)
        bundles = np.zeros((len(asked.costs) - len(nodes) - len(units), learners), bool)
        self.met = np.concatenate([nodes, units, bundles])
        self.forced = np.zeros_like(self.met)
        self.goals = np.ascontiguousarray(goals.reshape(learners, -1).T) & ~nodes
        self.forced[: demands.nodes] = self.goals
        self.choices = [at for at, (_, clause) in enumerate(asked.clauses) if len(clause) > 1]
        self.most = np.zeros(self.met.shape, np.float32)
        self.alive = {at: np.ones((len(asked.clauses[at][1]), learners), bool) for at in self.choices}

    def solve(self, solved: dict[bytes, Solved], groups: int, effort: float) -> Ints:
        """Fill `forced` with whole plans; return how many minutes each may be above the least.

        Parameters
        ----------
        solved
            What learners with the same left need, by what is left; grows.
        groups
            How many of these are solved exactly; for the rest the greedy way has to do.
        effort
            Deterministic time of CP-SAT for each of them.
        """
        self._close()
        gaps = np.zeros(self.met.shape[1], np.int32)
        if not self.choices:
            return gaps
        for _ in range(ROUNDS):
            if self.asked.circular or not self._strike_out():
                break
            self._close()
        hull, asked, open_ = self._hull()
        pending = {at: who & self.forced[self.asked.clauses[at][0]] for at, who in open_.items()}
        who = np.flatnonzero(np.logical_or.reduce(list(pending.values())))
        left = hull[:, who] & ~self.forced[:, who]
        options = [self.alive[at][:, who] & open_[at][who] for at in self.choices]
        keys = np.packbits(np.concatenate([left, *options]), axis=0).T
        rest = np.zeros(len(gaps), bool)
        answers: list[tuple[int, Solved]] = []
        for learner, key in zip(who.tolist(), map(bytes, keys), strict=True):
            if key not in solved:
                if len(solved) >= groups and not self.asked.circular:
                    rest[learner] = True
                    continue
                solved[key] = self._solve([at for at in pending if pending[at][learner]], learner, effort)
            answers.append((learner, solved[key]))
        if rest.any():
            low = self._least(asked, open_)
            self._choose(rest)
            gaps[rest] = (self.asked.costs @ self.forced - low)[rest]
        for learner, (things, gap) in answers:
            self.forced[things, learner] = True
            gaps[learner] = gap
        return gaps

    def _close(self) -> None:
        """Take what plain needs and choices with one option left ask for."""
        before = -1
        while before != (before := np.count_nonzero(self.forced)):
            for at, (thing, clause) in enumerate(self.asked.clauses):
                asked = self.forced[thing]
                if not asked.any():
                    continue
                if len(clause) == 1:
                    self._take(clause[0], asked)
                    continue
                alive = self.alive[at]
                sole = asked & (alive.sum(axis=0) == 1) & ~self._satisfied(clause)
                if sole.any():
                    for option, left in zip(clause, alive, strict=True):
                        self._take(option, sole & left)

    def _take(self, option: Option, who: Mask) -> None:
        for thing in option:
            self.forced[thing] |= who & ~self.met[thing]

    def _satisfied(self, clause: Clause) -> Mask:
        """Tell for whom a clause has an option that is mastered or taken in whole."""
        found = np.zeros(self.met.shape[1], bool)
        for option in clause:
            whole = ~found
            for thing in option:
                whole &= self.met[thing] | self.forced[thing]
            found |= whole
        return found

    def _hull(self) -> tuple[Mask, NDArray[np.int16], dict[int, Mask]]:
        """Return what may be taken, how often each thing is asked for, and for whom a choice is open."""
        hull = self.forced.copy()
        before = -1
        while before != (before := np.count_nonzero(hull)):
            asked = np.zeros(hull.shape, np.int16)
            open_: dict[int, Mask] = {}
            for at, (thing, clause) in enumerate(self.asked.clauses):
                if len(clause) == 1:
                    self._want(hull, asked, clause[0], hull[thing])
                    continue
                open_[at] = hull[thing] & ~self._satisfied(clause)
                for option, left in zip(clause, self.alive[at], strict=True):
                    self._want(hull, asked, option, open_[at] & left)
            if not self.asked.circular:
                break
        return hull, asked, open_

    def _want(self, hull: Mask, asked: NDArray[np.int16], option: Option, who: Mask) -> None:
        if who.any():
            for thing in option:
                wanted = who & ~self.met[thing]
                hull[thing] |= wanted
                asked[thing] += wanted

    def _strike_out(self) -> bool:
        """Strike out options that cost at least as much as another does at most; tell whether there were any.

        ``most`` is what a thing costs with all that it asks for if nothing of it was shared; ``own`` counts
        only what nobody else asks for, so taking the other option instead saves at least that.
        """
        _, asked, open_ = self._hull()
        known = self.met | self.forced
        most = np.zeros(known.shape, np.float32)
        own = np.zeros(known.shape, np.float32)
        struck = False
        clauses = self.asked.clauses
        at = len(clauses)
        for thing in reversed(self.asked.downwards):
            most[thing] = own[thing] = self.asked.costs[thing]
            while at and clauses[at - 1][0] == thing:
                at -= 1
                clause = clauses[at][1]
                at_most = [sum(most[one] for one in option) for option in clause]
                at_least = [sum(own[one] for one in option) for option in clause]
                if len(clause) == 1:
                    most[thing] += at_most[0]
                    own[thing] += at_least[0]
                    continue
                alive, who = self.alive[at], open_[at]
                highs = np.where(alive, np.stack(at_most), np.inf)
                lows = np.where(alive, np.stack(at_least), np.inf)
                best = highs.argmin(axis=0)
                high = highs.min(axis=0)
                worse = alive & (lows >= high) & (np.arange(len(clause))[:, None] != best) & who
                if worse.any():
                    struck = True
                    alive &= ~worse
                most[thing] += np.where(who, high, 0)
                own[thing] += np.where(who, lows.min(axis=0), 0)
            most[thing][known[thing]] = 0
            own[thing][known[thing] | (asked[thing] > 1)] = 0
        self.most = most
        return struck

    def _choose(self, who: Mask) -> None:
        """Take, for some learners, of each choice the option that adds least by itself."""
        for at, (thing, clause) in enumerate(self.asked.clauses):
            asking = self.forced[thing] & who
            if not asking.any():
                continue
            if len(clause) == 1:
                self._take(clause[0], asking)
                continue
            asking &= ~self._satisfied(clause)
            adds = [
                sum(np.where(self.met[one] | self.forced[one], 0, self.most[one]) for one in option)
                for option in clause
            ]
            best = np.where(self.alive[at], np.stack(adds), np.inf).argmin(axis=0)
            for place, option in enumerate(clause):
                self._take(option, asking & (best == place))

    def _least(self, asked: NDArray[np.int16], open_: dict[int, Mask]) -> Ints:
        """Return a lower bound: what a thing costs is shared out among all that may ask for it."""
        known = self.met | self.forced
        share = np.zeros(known.shape, np.float32)
        low = (self.asked.costs @ self.forced).astype(np.float64)
        clauses = self.asked.clauses
        at = len(clauses)
        for thing in reversed(self.asked.downwards):
            share[thing] = self.asked.costs[thing]
            while at and clauses[at - 1][0] == thing:
                at -= 1
                clause = clauses[at][1]
                each = np.stack([sum(share[one] for one in option) for option in clause])
                if len(clause) > 1:
                    each = np.where(self.alive[at], each, np.inf)
                    least = np.where(open_[at], each.min(axis=0), 0)
                    low += np.where(self.forced[thing], least, 0)
                else:
                    least = each[0]
                share[thing] += least
            share[thing] = np.where(known[thing], 0, share[thing] / np.maximum(asked[thing], 1))
        return np.ceil(low - 0.01).astype(np.int32)

    def _solve(self, pending: list[int], learner: int, effort: float) -> Solved:
        """Solve exactly what one learner has left."""
        asked = self.asked
        have = (self.met[:, learner] | self.forced[:, learner]).tolist()

        def open_clause(at: int) -> Clause:
            clause = asked.clauses[at][1]
            options = [tuple(one for one in option if not have[one]) for option in clause]
            if len(options) == 1:
                return tuple(options) if options[0] else ()
            if not all(options):
                return ()
            return tuple(one for one, left in zip(options, self.alive[at][:, learner], strict=True) if left)

        root = len(asked.costs)  # a thing that costs nothing and asks for the choices that are left
        left = _Left(root, [open_clause(at) for at in pending], asked.by_thing, open_clause)
        problem = Problem(left, [root], [*asked.costs.tolist(), 0])
        things, bound = cheapest(problem, effort=effort)
        return sorted(things - {root}), bound.gap


@dataclass(frozen=True, slots=True)
class _Left:
    """The clauses that are left, as :class:`learning_paths.demands.Open` has them."""

    root: int
    start: list[Clause]
    by_thing: Sequence[Sequence[int]]
    open_clause: Callable[[int], Clause]

    def clauses(self, thing: int) -> list[Clause]:
        """Return the clauses of a thing that are not met."""
        if thing == self.root:
            return self.start
        return [clause for at in self.by_thing[thing] if (clause := self.open_clause(at))]
