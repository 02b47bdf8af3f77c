"""The cheapest things that meet all clauses: by closure, exactly by CP-SAT, or greedily with a bound."""

from collections.abc import Container, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from ortools.sat.python import cp_model

from learning_paths.demands import Clause, Option

EFFORT = 2.0
"""CP-SAT's deterministic time, about seconds: the same on every machine, so plans stay the same."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far from the least time something can be.

    Parameters
    ----------
    minutes
        Nothing that reaches the goal takes less.
    gap
        Minutes of what was chosen above that; 0 where it is proven to be the least.
    method
        ``closure`` (there was nothing to choose), ``cp-sat``, or ``greedy`` (CP-SAT found nothing in time).
    """

    minutes: int
    gap: int
    method: str


class Clauses(Protocol):
    """What things ask for, as :class:`learning_paths.demands.Open` has it."""

    def clauses(self, thing: int) -> list[Clause]:
        """Return the clauses of a thing that are not met."""


class Problem:
    """One learner's clauses from a start, with what is forced taken already.

    Parameters
    ----------
    open_
        The clauses.
    start
        Things that are wanted.
    minutes
        What taking each thing costs, 0 or more.
    possible
        Things that may be wanted besides.

    Attributes
    ----------
    forced
        Things that every solution takes, in the order in which they were found.
    pending
        Choices that `forced` asks for and does not meet; empty where there is nothing to choose.
    asked
        The clauses of every thing that any solution may take.
    """

    def __init__(
        self, open_: Clauses, start: Iterable[int], minutes: Sequence[int], possible: Iterable[int] = ()
    ):
        self.minutes = minutes
        self.asked: dict[int, list[Clause]] = {}
        self._open = open_
        self.forced = dict.fromkeys(start)
        self.pending = self._force()
        while extra := self._shared():
            self.forced.update(dict.fromkeys(extra))
            self.pending = self._force()
        self._explore(possible)

    @property
    def cost(self) -> int:
        """Minutes of what is forced."""
        return sum(self.minutes[thing] for thing in self.forced)

    def choices(self) -> Iterator[tuple[int, Clause]]:
        """Yield the clauses of things that are not forced, each with its thing."""
        for thing, clauses in self.asked.items():
            if thing not in self.forced:
                yield from ((thing, clause) for clause in clauses if not self.met(clause, self.forced))

    @staticmethod
    def met(clause: Clause, taken: Container[int]) -> bool:
        """Tell whether a clause has an option that is taken in whole."""
        for option in clause:
            for thing in option:
                if thing not in taken:
                    break
            else:
                return True
        return False

    def _clauses(self, thing: int) -> list[Clause]:
        if thing not in self.asked:
            self.asked[thing] = self._open.clauses(thing)
        return self.asked[thing]

    def _force(self) -> list[Clause]:
        pending, queue = [], list(self.forced)
        while queue:
            for clause in self._clauses(queue.pop()):
                if len(clause) > 1:
                    pending.append(clause)
                    continue
                for thing in clause[0]:
                    if thing not in self.forced:
                        self.forced[thing] = None
                        queue.append(thing)
        return [clause for clause in pending if not self.met(clause, self.forced)]

    def _shared(self) -> set[int]:
        """Return what all options of a pending choice have in common and nothing forces yet."""
        common = (set.intersection(*map(set, clause)) for clause in self.pending)
        return {thing for things in common for thing in things if thing not in self.forced}

    def _explore(self, possible: Iterable[int]) -> None:
        queue = [*possible, *(thing for clause in self.pending for option in clause for thing in option)]
        seen = set(self.forced)
        while queue:
            thing = queue.pop()
            if thing not in seen:
                seen.add(thing)
                queue += (one for clause in self._clauses(thing) for option in clause for one in option)


def cheapest(
    problem: Problem, kept: Set[int] = frozenset(), effort: float = EFFORT
) -> tuple[Set[int], Bound]:
    """Return the things that meet all clauses in the least minutes, with a proven bound.

    Of several such sets one is taken that leaves out the fewest of `kept`, then one with the fewest things.

    Parameters
    ----------
    problem
        What is asked.
    kept
        Things of the plan before.
    effort
        Deterministic time for the search; when it is used up the best that was found comes with its bound.
    """
    if not problem.pending:
        return problem.forced.keys(), Bound(problem.cost, 0, "closure")
    found = greedy(problem)
    taken, low, method = _search(problem, found, kept, effort)
    minutes = sum(problem.minutes[thing] for thing in taken)
    return taken, Bound(low, minutes - low, method)


def greedy(problem: Problem) -> set[int]:
    """Return things that meet all clauses: for each choice the option that adds least by itself."""
    alone: dict[int, int] = {}

    def cost(thing: int) -> int:
        if thing in problem.forced:
            return 0
        if thing not in alone:
            alone[thing] = problem.minutes[thing]  # closes a circle of units of one course
            alone[thing] += sum(min(map(total, clause)) for clause in problem.asked[thing])
        return alone[thing]

    def total(option: Option) -> int:
        return sum(map(cost, option))

    taken = set(problem.forced)
    pending = list(problem.pending)
    while pending:
        clause = pending.pop()
        if problem.met(clause, taken):
            continue
        best = min(clause, key=lambda option: sum(cost(thing) for thing in option if thing not in taken))
        for thing in best:
            if thing not in taken:
                taken.add(thing)
                pending += problem.asked[thing]
    return taken


def _search(problem: Problem, found: Set[int], kept: Set[int], effort: float) -> tuple[Set[int], int, str]:
    model = Model(problem)
    minutes, forced = problem.minutes, problem.cost
    things = list(model.variables)
    # one minute outweighs every thing of the plan before, and each of these outweighs all things together
    few, many = len(things) + 1, (len(things) + 1) * (len(things) + 1)
    weights = [minutes[one] * many + (1 if one in kept else 1 + few) for one in things]
    model.model.minimize(cp_model.LinearExpr.weighted_sum(list(model.variables.values()), weights))
    for thing, variable in model.variables.items():
        model.model.add_hint(variable, thing in found)
    solver = cover_solver(effort)
    status = solver.solve(model.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return found, forced, "greedy"
    low = forced + max(0, int(solver.best_objective_bound // many))
    taken = set(problem.forced)
    taken.update(thing for thing, variable in model.variables.items() if solver.boolean_value(variable))
    return taken, min(low, sum(minutes[thing] for thing in taken)), "cp-sat"


class Model:
    """A CP-SAT model of a problem: a variable for each thing that may be taken and is not forced.

    Parameters
    ----------
    problem
        What is asked; its pending choices are met by every solution.
    """

    def __init__(self, problem: Problem):
        self.model = cp_model.CpModel()
        self._problem = problem
        self.variables = {
            thing: self.model.new_bool_var("")
            for thing in sorted(problem.asked)
            if thing not in problem.forced
        }
        for clause in problem.pending:
            self._add([], self._options(clause))
        needed: dict[int, list[cp_model.IntVar]] = {}
        for thing, clause in problem.choices():
            options = self._options(clause)
            if len(options) == 1:
                needed.setdefault(thing, []).extend(options[0])
            else:
                self._add([~self.variables[thing]], options)
        for thing, variables in needed.items():
            self.model.add_bool_and(variables).only_enforce_if(self.variables[thing])

    def _options(self, clause: Clause) -> list[list[cp_model.IntVar]]:
        return [
            [self.variables[thing] for thing in option if thing not in self._problem.forced]
            for option in clause
        ]

    def _add(self, literals: list[cp_model.LiteralT], options: list[list[cp_model.IntVar]]) -> None:
        """Add: one of some literals holds, or all things of one option are taken."""
        for option in options:
            if len(option) == 1:
                literals.append(option[0])
            else:
                whole = self.model.new_bool_var("")
                self.model.add_bool_and(option).only_enforce_if(whole)
                literals.append(whole)
        self.model.add_bool_or(literals)


def solver_of(effort: float) -> cp_model.CpSolver:
    """Return a solver that gives the same answer each time, on every machine."""
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers, parameters.random_seed = 1, 1
    parameters.max_deterministic_time = effort
    return solver


def cover_solver(effort: float) -> cp_model.CpSolver:
    """Return a solver for models of `Model`'s kind.

    Their linear relaxation is tight, so the linear programme over all constraints proves in one go what
    search alone may take half a second for; probing and symmetries find nothing in them.
    """
    solver = solver_of(effort)
    parameters = solver.parameters
    parameters.linearization_level = 2
    parameters.cp_model_probing_level = parameters.symmetry_level = 0
    parameters.max_presolve_iterations = 1
    return solver
