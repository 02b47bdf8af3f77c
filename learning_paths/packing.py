"""Units into a given number of weeks, in another order than next fit's where that is needed."""

from collections.abc import Callable, Collection, Sequence, Set

from ortools.sat.python import cp_model

from learning_paths.choice import EFFORT, solver_of

MOST_PLACES = 6000
"""Units times weeks that are tried; beyond that next fit's bound has to do."""


def fit(
    minutes: Sequence[int],
    minutes_a_week: int,
    weeks: int,
    flows: Collection[int],
    before: Callable[[int], Set[int]],
    effort: float = EFFORT,
) -> list[tuple[int, int, int]] | None:
    """Return the units in an order and in weeks so that all end in time; None where no way was found.

    Parameters
    ----------
    minutes, minutes_a_week, flows
        As for :func:`learning_paths.weeks.pack`; units longer than a week flow too.
    weeks
        1 or more.
    before
        For the place of a unit the places of those that it must not come before.
    effort
        Deterministic time for the search.

    Returns
    -------
    list
        Triples of a unit's place, its first and its last week, in the order of learning.
    """
    if sum(minutes) > weeks * minutes_a_week or len(minutes) * weeks > MOST_PLACES:
        return None
    model = cp_model.CpModel()
    loads: list[list[cp_model.LinearExprT]] = [[] for _ in range(weeks)]
    spans: list[tuple[cp_model.IntVar, cp_model.IntVar]] = []
    for place, length in enumerate(minutes):
        first = model.new_int_var(0, weeks - 1, "")
        flowing = place in flows or length > minutes_a_week
        last = model.new_int_var(0, weeks - 1, "") if flowing else first
        spans.append((first, last))
        parts = []
        for week in range(weeks):
            there = model.new_bool_var("")
            if flowing:
                part = model.new_int_var(0, min(length, minutes_a_week), "")
                model.add(part == 0).only_enforce_if(~there)
                model.add(first <= week).only_enforce_if(there)
                model.add(last >= week).only_enforce_if(there)
                loads[week].append(part)
                parts.append(part)
            else:
                model.add(first == week).only_enforce_if(there)
                loads[week].append(length * there)
                parts.append(there)
        if flowing:
            model.add(first <= last)
            model.add(cp_model.LinearExpr.sum(parts) == length)
        else:
            model.add_exactly_one(parts)
        for earlier in before(place):
            model.add(spans[earlier][1] <= first)
    for load in loads:
        model.add(cp_model.LinearExpr.sum(load) <= minutes_a_week)
    solver = solver_of(effort)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    placed = [
        (solver.value(first) + 1, place, solver.value(last) + 1) for place, (first, last) in enumerate(spans)
    ]
    return [(place, first, last) for first, place, last in sorted(placed)]
