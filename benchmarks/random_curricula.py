"""Random curricula of the shape of ours, with alternatives: for benchmarks of the planner.

Our outline has 78 competencies with 343 needs, 52 courses with 165 lessons and 60 labs. What differs here on
purpose: other courses teach the same (three in ten have one or two rivals), labs of rivals prove the same,
one need in ten is met by any of several, one course in ten is a bundle, one node in seven is taught nowhere.
"""

import random
from collections.abc import Iterator

from learning_paths.graph import Curriculum
from learning_paths.units import LEVELS, Node, Unit

COMPETENCIES, NEEDS_EACH = 78, 4.4
TAUGHT, RIVALLED, BUNDLED, EITHER = 0.85, 0.3, 0.1, 0.1


def curriculum(seed: int, size: float = 1.0) -> Curriculum:
    """Return a random curriculum.

    Parameters
    ----------
    seed
        The same seed gives the same curriculum.
    size
        Times as large as ours, 0.05 or more.
    """
    chance = random.Random(seed)
    count = max(4, round(COMPETENCIES * size))
    needs, either = _needs(chance, count)
    units: list[Unit] = []
    bundles = set()
    row = course = 0
    while row < count:
        rows = range(row, min(count, row + chance.choice((1, 1, 2, 2))))
        row = rows.stop
        nodes = [(one, level) for one in rows for level in range(chance.choice((2, 3, 3, 4)))]
        nodes = [node for node in nodes if chance.random() < TAUGHT]
        rivals = chance.choice((1, 2)) if chance.random() < RIVALLED else 0
        for number in range(1 + rivals):
            part = nodes if number == 0 else [node for node in nodes if chance.random() < 0.8]
            if part:
                units += _course(chance, course, part, rows.start)
                if chance.random() < BUNDLED:
                    bundles.add(f"c{course}")
                course += 1
    return Curriculum(
        tuple(f"k{one}" for one in range(count)), needs, tuple(units), either, frozenset(bundles)
    )


def role(chance: random.Random, among: Curriculum) -> list[Node]:
    """Return what a role asks: three to six competencies, rather late ones, at I to E."""
    count = len(among.competencies)
    rows = chance.sample(range(count // 3, count), k=min(chance.randint(3, 6), count - count // 3))
    return [(row, chance.choice((1, 2, 2, 3))) for row in rows]


def reached(chance: random.Random, among: Curriculum) -> list[int]:
    """Return the level that somebody has in each competency, -1 for none: early ones more likely."""
    count, ability = len(among.competencies), chance.random()
    levels = []
    for row in range(count):
        likely = ability * (1 - 0.8 * row / count)
        levels.append(
            max((level for level in range(LEVELS) if chance.random() < likely / (1 + level)), default=-1)
        )
    return levels


def _needs(
    chance: random.Random, count: int
) -> tuple[tuple[tuple[Node, Node], ...], tuple[tuple[Node, tuple[Node, ...]], ...]]:
    needs, either = set(), {}
    for row in range(1, count):
        for _ in range(min(row * 2, round(chance.expovariate(1 / NEEDS_EACH)))):
            level = chance.choice((0, 1, 1, 2, 2, 3))
            node = (row, level)
            if row > 3 and chance.random() < EITHER:
                rows = chance.sample(range(max(0, row - 25), row), k=min(row, chance.choice((2, 2, 3))))
                either[node] = tuple((one, chance.randint(0, min(level, 2))) for one in rows)
            else:
                needed = (
                    chance.randrange(max(0, row - 25), row)
                    if chance.random() < 0.7
                    else chance.randrange(row)
                )
                needs.add((node, (needed, chance.randint(0, min(level, 2)))))
    return tuple(sorted(needs)), tuple(sorted(either.items()))


def _course(chance: random.Random, course: int, nodes: list[Node], first: int) -> Iterator[Unit]:
    name, position = f"c{course}", 0
    early = range(max(0, first - 30), first)
    uses = tuple(
        (row, chance.randint(0, 1)) for row in chance.sample(early, k=min(len(early), chance.randint(0, 2)))
    )
    for node in sorted(nodes):
        for _ in range(chance.choice((1, 1, 1, 2))):
            own = ((chance.choice(early), 0),) if early and chance.random() < 0.15 else ()
            yield Unit(
                f"lesson:{name}/{position:02d}",
                chance.randrange(40, 95, 5),
                name,
                (first, course, position),
                teaches=(node,),
                uses=uses + own,
            )
            position += 1
    deep = [node for node in nodes if node[1]] or nodes
    for number in range(chance.choice((1, 1, 2))):
        proves = tuple(sorted(chance.sample(deep, k=min(len(deep), chance.choice((1, 2, 2))))))
        yield Unit(
            f"lab:{name}-{number}",
            chance.randrange(60, 125, 5),
            name,
            (first, course, position),
            proves=proves,
            uses=uses,
        )
        position += 1
