"""What a learner or an instructor wants to be otherwise in a plan, and what then is open."""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass

from learning_paths.demands import Open, lab_to_test_out, node_of, number_of
from learning_paths.graph import Curriculum
from learning_paths.units import Node


@dataclass(frozen=True, slots=True)
class Marks:
    """What a learner or an instructor wants to be otherwise. All are typed ids of units.

    Parameters
    ----------
    pinned
        In the plan, and first where their needs allow.
    skipped
        Out of the plan, with what only they need; where another way leads to the same, it is taken.
    tested_out
        Labs that stay while the lessons that lead to them go: what they prove is claimed.
    """

    pinned: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    tested_out: frozenset[str] = frozenset()


NO_MARKS = Marks()
LETTERS = "BIPE"


def opened(
    curriculum: Curriculum,
    mastered: Callable[[Node], bool],
    done: Set[str],
    marks: Marks = NO_MARKS,
    failed: Iterable[Node] = (),
) -> Open:
    """Return what is open for a learner; ids that the curriculum does not have are passed over.

    Parameters
    ----------
    curriculum
        What there is.
    mastered
        Tells whether a node is mastered.
    done
        Ids of units that need not come again.
    marks
        What is to be otherwise.
    failed
        Nodes of which direct evidence last said that they are not reached.
    """
    demands = curriculum.demands
    met = [mastered(node_of(number)) for number in range(demands.nodes)]
    met += [
        unit.id in done or all(map(met.__getitem__, about))
        for unit, about in zip(demands.units, demands.about, strict=True)
    ]
    number = demands.number
    skipped = {number[name] for name in marks.skipped if name in number} | set(
        _gaps(curriculum, marks.skipped)
    )
    claimed: dict[int, int] = {}
    waived: set[int] = set()
    for name in sorted(marks.tested_out):
        lab = lab_to_test_out(curriculum, name)
        if lab is None or number[lab] in skipped:
            continue
        for row, proved in demands.units[number[lab] - demands.nodes].proves:
            for node in (number_of((row, level)) for level in range(proved + 1)):
                waived.add(node)
                if not met[number[lab]] and not met[node]:
                    claimed.setdefault(node, number[lab])
    pinned = {number[name] for name in marks.pinned if name in number} - skipped
    lacking = frozenset(number for number in map(number_of, failed) if not met[number])
    return Open(demands, met, frozenset(skipped), claimed, frozenset(pinned), lacking, waived)


def _gaps(curriculum: Curriculum, names: Iterable[str]) -> Iterable[int]:
    """Yield the gaps that ids like ``competency:rag@P`` stand for: of this level and those below."""
    rows = {name: row for row, name in enumerate(curriculum.competencies)}
    for name in names:
        kind, _, skill = name.partition(":")
        competency, _, level = skill.partition("@")
        if kind == "competency" and competency in rows and level in LETTERS:
            for column in range(LETTERS.index(level) + 1):
                node = number_of((rows[competency], column))
                if node in curriculum.demands.gaps:
                    yield node
