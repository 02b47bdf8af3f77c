"""What a curriculum asks for, made ready for many learners: clauses from the top down, bundles as one."""

from collections.abc import Callable, Sequence

import numpy as np

from learning_paths.demands import Clause, number_of
from learning_paths.graph import Curriculum
from learning_paths.units import Gap, Item


class Asked:
    """The clauses of a curriculum in an order in which each thing comes before what it asks for.

    Parameters
    ----------
    curriculum
        What there is to learn.
    minutes
        What each item takes.

    Attributes
    ----------
    costs
        Minutes of each thing; after nodes and units there is a thing that costs nothing for each bundle.
    downwards
        All things in that order.
    clauses
        Pairs of a thing and one of its clauses, by `downwards`.
    by_thing
        For each thing its places in `clauses`.
    circular
        Whether no such order exists: lessons of a course may take as known what the course itself teaches.
    columns
        The thing of each item in the order of learning.
    """

    def __init__(self, curriculum: Curriculum, minutes: Callable[[Item], int]):
        self.demands = curriculum.demands
        asked = _with_bundles(curriculum)
        self.columns = [
            number_of(item.node) if isinstance(item, Gap) else self.demands.number[item.id]
            for item in curriculum.order
        ]
        self.costs = np.zeros(len(asked), np.int32)
        self.costs[self.columns] = [minutes(item) for item in curriculum.order]
        self.downwards, self.circular = _downwards(asked)
        self.clauses = [(thing, clause) for thing in self.downwards for clause in asked[thing]]
        self.by_thing: list[list[int]] = [[] for _ in asked]
        for at, (thing, _) in enumerate(self.clauses):
            self.by_thing[thing].append(at)


def _with_bundles(curriculum: Curriculum) -> list[list[Clause]]:
    """Return the clauses of all things, with a thing more for each bundle: who takes a lesson takes it."""
    demands = curriculum.demands
    whole: dict[int, int] = {}
    lessons: dict[int, list[int]] = {}
    numbers = {course: len(demands.needs) + at for at, course in enumerate(sorted(curriculum.bundles))}
    for at, unit in enumerate(demands.units, demands.nodes):
        if unit.course in numbers and unit.teaches:
            whole[at] = numbers[unit.course]
            lessons.setdefault(numbers[unit.course], []).append(at)
    asked = [list(clauses) for clauses in demands.needs]
    for thing, clauses in enumerate(demands.cover):
        if thing < demands.nodes:
            asked[thing] += (
                tuple(tuple(dict.fromkeys(whole.get(one, one) for one in option)) for option in clause)
                for clause in clauses
            )
    return asked + [[((one,),) for one in lessons.get(number, ())] for number in numbers.values()]


def _downwards(clauses: Sequence[Sequence[Clause]]) -> tuple[list[int], bool]:
    """Return all things, each before what it asks for, and whether a circle makes that impossible.

    Circles are inside a course: its lessons may take as known what the course itself teaches.
    """
    asked = [sorted({one for clause in each for option in clause for one in option}) for each in clauses]
    found: list[int] = []
    seen = [False] * len(asked)
    for root in range(len(asked)):
        stack = [] if seen[root] else [(root, iter(asked[root]))]
        seen[root] = True
        while stack:
            thing, left = stack[-1]
            following = next((one for one in left if not seen[one]), None)
            if following is None:
                found.append(thing)
                stack.pop()
            else:
                seen[following] = True
                stack.append((following, iter(asked[following])))
    found.reverse()
    place = {thing: at for at, thing in enumerate(found)}
    return found, any(place[one] < place[thing] for thing in found for one in asked[thing])
