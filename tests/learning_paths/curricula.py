"""Strategies: random curricula, with and without rivals, and what somebody in them wants and has."""

from hypothesis import strategies as st

from learning_paths.graph import Curriculum
from learning_paths.planner import select
from learning_paths.units import Gap, Unit

MOST = 7


@st.composite
def curricula(draw, rivals=False):
    """Competencies whose needs go to earlier ones; some have a course of lessons and a lab.

    With rivals, another course teaches and proves some of the same, some courses are bundles, and some needs
    are met by any of two.
    """
    count = draw(st.integers(2, MOST))
    needs, units, either, bundles = [], [], [], []
    for row in range(1, count):
        for needed in draw(st.sets(st.integers(0, row - 1), max_size=3)):
            needs.append(((row, draw(st.integers(0, 3))), (needed, draw(st.integers(0, 3)))))
    for row in range(2, count) if rivals else ():
        if draw(st.booleans()):
            two = draw(st.lists(st.integers(0, row - 1), min_size=2, max_size=2, unique=True))
            either.append(
                ((row, draw(st.integers(0, 3))), tuple((one, draw(st.integers(0, 2))) for one in two))
            )
    for row in range(count):
        if not draw(st.booleans()):
            continue
        taught = sorted(draw(st.lists(st.integers(0, 3), min_size=1, max_size=4)))
        uses = (
            tuple(
                (used, draw(st.integers(0, 1))) for used in draw(st.sets(st.integers(0, row - 1), max_size=2))
            )
            if row
            else ()
        )
        minutes = st.integers(20, 120)
        units += [
            Unit(
                f"lesson:c{row}/{at}",
                draw(minutes),
                f"c{row}",
                (row, row, at),
                teaches=((row, level),),
                uses=uses,
            )
            for at, level in enumerate(taught)
        ]
        if draw(st.booleans()):
            proves = ((row, draw(st.sampled_from(taught))),)
            units.append(
                Unit(f"lab:c{row}", draw(minutes), f"c{row}", (row, row, 9), proves=proves, uses=uses)
            )
        if rivals and draw(st.booleans()):
            again = draw(st.lists(st.sampled_from(taught), min_size=1, max_size=3))
            units += [
                Unit(
                    f"lesson:r{row}/{at}",
                    draw(minutes),
                    f"r{row}",
                    (row, row + 50, at),
                    teaches=((row, level),),
                )
                for at, level in enumerate(sorted(again))
            ]
            proves = ((row, draw(st.sampled_from(again))),)
            units.append(Unit(f"lab:r{row}", draw(minutes), f"r{row}", (row, row + 50, 9), proves=proves))
            bundles += [f"r{row}"] if draw(st.booleans()) else []
    return Curriculum(
        tuple(f"c{row}" for row in range(count)),
        tuple(needs),
        tuple(units),
        tuple(either),
        frozenset(bundles),
    )


@st.composite
def situations(draw, rivals=False):
    """A curriculum, goals, and a level reached in each competency (-1 for none)."""
    curriculum = draw(curricula(rivals))
    count = len(curriculum.competencies)
    goals = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, 3)), min_size=1, max_size=3))
    reached = draw(st.lists(st.integers(-1, 3), min_size=count, max_size=count))
    return curriculum, goals, reached


def planned(curriculum, goals, reached, done=frozenset(), **more):
    return select(
        curriculum, goals, lambda node: node[1] <= reached[node[0]], done, minutes=minutes_of, **more
    )


def minutes_of(item):
    return 90 if isinstance(item, Gap) else item.minutes


def minutes(selection):
    return [minutes_of(item) for item in selection.chosen]
