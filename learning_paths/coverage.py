"""When the hours do not suffice: the part of the goal that fits, and is worth most."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from ortools.sat.python import cp_model

from learning_paths.choice import EFFORT, Model, Problem, cover_solver


@dataclass(frozen=True, slots=True)
class Part:
    """The best part of a goal within some minutes.

    Parameters
    ----------
    taken
        The things to take.
    reached
        Those of the levels asked that are reached.
    at_most
        No other part within these minutes reaches more of them.
    """

    taken: Set[int]
    reached: frozenset[int]
    at_most: int


def best_part(problem: Problem, asked: Iterable[int], minutes: int, effort: float = EFFORT) -> Part:
    """Return the part of a goal that reaches the most of the levels asked, and of these parts the shortest.

    Parameters
    ----------
    problem
        With nothing forced but what marks want, and all that is asked possible.
    asked
        The missing levels of the goal; each counts the same. A level needs the one below it.
    minutes
        What is there to be used, 0 or more.
    effort
        Deterministic time for the search.
    """
    asked = sorted(asked)
    won = [node for node in asked if node in problem.forced]
    left = minutes - problem.cost
    model = Model(problem)
    costs = [problem.minutes[thing] for thing in model.variables]
    variables = list(model.variables.values())
    whole = sum(costs) + 1  # one level outweighs all minutes
    model.model.add(cp_model.LinearExpr.weighted_sum(variables, costs) <= max(left, 0))
    wanted = {model.variables[node]: whole for node in asked if node in model.variables}
    worth = [wanted.get(variable, 0) - cost for variable, cost in zip(variables, costs, strict=True)]
    model.model.maximize(cp_model.LinearExpr.weighted_sum(variables, worth))
    solver = cover_solver(effort)
    if solver.solve(model.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Part(problem.forced.keys(), frozenset(won), len(asked))
    taken = {thing for thing, variable in model.variables.items() if solver.boolean_value(variable)}
    reached = frozenset(won) | (taken & set(asked))
    at_most = len(won) + -int(-solver.best_objective_bound // whole)
    return Part(problem.forced.keys() | taken, reached, max(len(reached), min(at_most, len(asked))))
